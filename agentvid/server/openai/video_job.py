"""A video of the dialect: the row that names it, how far it is, and the clip that was made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from agentvid.agent.agent import Turn
from agentvid.errors import AgentvidError
from agentvid.media.types import Video
from agentvid.server.hub import Hub
from agentvid.server.openai.errors import error_document
from agentvid.server.openai.outcome import Outcome, outcome_of, require_done, said_of

__all__ = ["Job", "job_document", "jobs_of", "made_clip"]

_NEARLY: Final = 99
_ENDED: Final = frozenset({"done", "cached", "stale", "skipped"})


@dataclass(frozen=True)
class Job:
    """A row: the turn that makes a video, what was asked for, and when, in seconds since the epoch."""

    id: str
    session: str
    turn: int
    asked: dict[str, Any]
    created: float


def jobs_of(hub: Hub, owner: str, video: str | None = None) -> list[Job]:
    """Return an owner's videos, the oldest first; or the one of this id."""
    query = (
        "SELECT id, session, turn, asked, created FROM videos WHERE owner = ? AND ? IN (id, '') ORDER BY created, rowid"
    )
    rows = hub.log.tuples(query, owner, video or "")
    return [Job(id, session, turn, json.loads(asked), created) for id, session, turn, asked, created in rows]


def made_clip(outcome: Outcome) -> Video | None:
    """Return the clip that a finished turn answers, None where there is none."""
    if outcome.turn.phase != "done":
        return None
    clips = [artifact for artifact, _ in outcome.media if isinstance(artifact, Video)]
    return clips[-1] if clips else None


def job_document(hub: Hub, owner: str, job: Job) -> dict[str, Any]:
    """Return a video as its document. Blocks."""
    outcome = outcome_of(hub, owner, job.session, job.turn)
    clip, turn = made_clip(outcome), outcome.turn
    status, error = _status(hub, outcome, clip)
    asked = job.asked
    seconds = clip.seconds if clip else asked["seconds"]
    return {
        "id": job.id,
        "object": "video",
        "model": asked["model"],
        "status": status,
        "progress": 100 if status == "completed" else _progress(hub, turn),
        "created_at": int(job.created),
        "completed_at": _ended(hub, job) if status == "completed" else None,
        "expires_at": None,
        "prompt": asked["prompt"],
        "seconds": "" if seconds is None else f"{seconds:g}",
        "size": f"{clip.width}x{clip.height}" if clip else asked["size"] or "",
        "remixed_from_video_id": None,
        "error": error,
        "agentvid": said_of(_noted(outcome, clip, asked), asked["not_heard"]),
    }


def _status(hub: Hub, outcome: Outcome, clip: Video | None) -> tuple[str, dict[str, Any] | None]:
    turn = outcome.turn
    work = hub.state_of(turn.session, turn.number)
    if work:
        return ("queued" if work == "queued" else "in_progress"), None
    if clip is not None:
        return "completed", None
    if turn.phase == "interrupted":
        return "queued", None
    try:
        require_done(outcome)
    except AgentvidError as error:
        _, document = error_document(error)
        return "failed", {"code": document["code"], "message": document["message"]}
    return "failed", {"code": "no_video", "message": "the chain answered no clip"}


def _progress(hub: Hub, turn: Turn) -> int:
    """Return how much of a turn is done, in percent: its steps, and of those that run what they tell."""
    steps = [step.id for step in turn.chain]
    if not steps:
        return 0
    run = hub.log.run(turn.session, turn.number, turn.revision)
    done = {step for step, record in run.steps.items() if record.status in _ENDED}
    share = sum(1.0 if step in done else hub.stream.share(turn.session, turn.number, step) for step in steps)
    return min(_NEARLY, int(100 * share / len(steps)))


def _ended(hub: Hub, job: Job) -> int | None:
    query = "SELECT max(created) FROM answers WHERE session = ? AND turn = ?"
    found = hub.log.tuples(query, job.session, job.turn)[0][0]
    return None if found is None else int(found)


def _noted(outcome: Outcome, clip: Video | None, asked: dict[str, Any]) -> Outcome:
    if clip is not None:
        size = f"{clip.width}x{clip.height}"
        if asked["size"] not in (None, size):
            outcome.notes.append(f"asked for {asked['size']}, made at {size}")
        if asked["seconds"] is not None and abs(clip.seconds - asked["seconds"]) > max(0.2, 1.5 / clip.fps):
            outcome.notes.append(f"asked for {asked['seconds']:g} s, made {clip.seconds:g} s")
    return outcome
