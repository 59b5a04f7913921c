"""Perceive: what came in, what is known already, and what "it", "@v2", "第二张" may mean.

Every picture and clip of a session has a version number (@v1, @v2 …), uploads and answers alike, in order of
appearance. A picture that a step made is known by its reference, so that later chains follow edits of earlier ones.
"""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from agentvid.agent.state import Services, TurnState
from agentvid.chain.step import Ref
from agentvid.events import ThoughtDelta
from agentvid.media.types import Artifact, Image, Video, load_artifact
from agentvid.planner import KnownMedia
from agentvid.store.log import Log

__all__ = ["known_media", "perceive"]


async def perceive(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Give every new picture and clip of the message its version number."""
    services = runtime.context
    session, turn = state["session"], state["turn"]
    media = [part for part in services.log.turn(session, turn).message["parts"] if part["type"] == "media"]
    if media:
        services.log.set_phase(session, turn, "perceive", token=services.token, durable=False)
        seen = {(v.source, v.artifact.artifact) for v in services.log.versions(session)}
    for part in media:
        artifact = load_artifact(part["artifact"])
        source = f"upload:t{turn}"
        if (source, artifact.artifact) not in seen:
            services.log.add_version(session, part["artifact"], part["name"], source, token=services.token)
            services.emit(ThoughtDelta(text=_seen(part["name"], artifact)))
    return {"phase": "perceived"}


def known_media(log: Log, session: str, turn: int) -> tuple[KnownMedia, ...]:
    """Return all pictures and clips of the session, in order of appearance, as the planner may refer to them."""
    known = []
    for version in log.versions(session):
        artifact = version.artifact
        if not isinstance(artifact, Image | Video):
            continue
        source, made_in = _source(version.source)
        known.append(
            KnownMedia(
                number=version.n,
                artifact=artifact,
                name=version.label,
                source=source,
                turn=made_in,
                is_new=source == "upload" and made_in == turn,
            )
        )
    return tuple(known)


def _source(text: str) -> tuple[Literal["upload"] | Ref, int]:
    if text.startswith("upload:t"):
        return "upload", int(text.removeprefix("upload:t"))
    step, _, port = text.rpartition(".")
    return Ref(step=step, port=port), int(step[1 : step.index(".")])


def _seen(name: str, artifact: Artifact) -> str:
    if isinstance(artifact, Image):
        return f"{name}: a picture of {artifact.width}×{artifact.height}\n"
    if isinstance(artifact, Video):
        return (
            f"{name}: a clip of {artifact.width}×{artifact.height}, {artifact.seconds:.1f} s at {artifact.fps:g} fps\n"
        )
    return f"{name}: {artifact.type}\n"
