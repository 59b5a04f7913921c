"""Send a message to the hub, wait for what comes of it, and tell it: the part that all of the dialect shares."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from agentvid.agent.accept import Wishes
from agentvid.agent.agent import Turn
from agentvid.agent.document import answer_of
from agentvid.chain.run import Run
from agentvid.media.message import MediaPart
from agentvid.media.types import Artifact, load_artifact
from agentvid.server.hub import Hub
from agentvid.server.problem import HttpError

__all__ = [
    "Outcome",
    "begin",
    "finished",
    "follow",
    "headers_of",
    "needed",
    "new_session",
    "outcome_of",
    "require_done",
    "said_of",
]

_UNDER_WAY: Final = frozenset({"queued", "running"})
_LOOK_SECONDS: Final = 15.0
_OUR_FAULT: Final = frozenset({"engine", "engine_died", "tool", "tool_failed", "store", "unexpected", "error"})
_TITLE: Final = 80


@dataclass(frozen=True)
class Outcome:
    """What came of a revision of a turn: its answer's parts, its run, and the tokens that models read and wrote."""

    turn: Turn
    revision: int
    parts: list[dict[str, Any]]
    run: Run
    tokens: tuple[int, int] = (0, 0)
    notes: list[str] = field(default_factory=list)

    @property
    def media(self) -> list[tuple[Artifact, str]]:
        """The media that are answered, each with its port."""
        return [(load_artifact(part["artifact"]), part["port"]) for part in self.parts if part["type"] != "text"]

    @property
    def texts(self) -> list[str]:
        """The texts that are answered."""
        return [part["text"] for part in self.parts if part["type"] == "text"]

    @property
    def warnings(self) -> list[str]:
        """What was substituted, adjusted or only partly done."""
        told = [text for record in self.run.steps.values() for text in record.warnings]
        return list(dict.fromkeys([*self.notes, *told]))


def new_session(hub: Hub, owner: str, kind: str, text: str) -> str:
    """Make a session for a request, titled by it, and return its id. Blocks."""
    session = f"s-{secrets.token_hex(8)}"
    words = " ".join(text.split())
    hub.log.create_session(session, owner=owner, title=f"{kind}: {words[:_TITLE]}")
    return session


async def begin(
    hub: Hub, owner: str, kind: str, text: str, media: Sequence[MediaPart], wishes: Wishes
) -> tuple[str, int, int]:
    """Send a message to a new session; return session, turn, and the number behind which its events come.

    Raises: as `Hub.send`; the session is then not kept.
    """
    session = await asyncio.to_thread(new_session, hub, owner, kind, text)
    try:
        done = await hub.send(owner, session, text, media, wishes)
    except Exception:
        from agentvid.server.forget import delete_session

        with suppress(Exception):
            await delete_session(hub, owner, session)
        raise
    return session, done.turn, 0


async def follow(hub: Hub, session: str, turn: int, after: int) -> AsyncIterator[dict[str, Any]]:
    """Give the events of a turn that is being run, behind number `after`, until its work has ended.

    Raises: HttpError 503 where the server stops before: the turn is gone on with at its next start.
    """
    queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    async def pump() -> None:
        async with aclosing(hub.stream.listen(session, after)) as items:  # type: ignore[type-var]
            async for item in items:
                queue.put_nowait(json.loads(item.data))
        queue.put_nowait(None)

    task = asyncio.create_task(pump())
    try:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), _LOOK_SECONDS)
            except TimeoutError:
                if not hub.state_of(session, turn):
                    return
                continue
            if event is None:
                raise _stopping(session, turn)
            if event["turn"] != turn:
                continue
            yield event
            if event["type"] == "turn" and event["phase"] not in _UNDER_WAY and not hub.state_of(session, turn):
                if hub.is_stopping and event["phase"] == "interrupted":
                    raise _stopping(session, turn)
                return
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def finished(hub: Hub, owner: str, session: str, turn: int, after: int) -> Outcome:
    """Wait for the end of a turn that is being run, and return what came of it.

    Raises: as `follow` and `require_done`.
    """
    tokens = [0, 0]
    async for event in follow(hub, session, turn, after):
        if event["type"] == "tokens":
            tokens = [tokens[0] + event["read"], tokens[1] + event["written"]]
    found = await asyncio.to_thread(outcome_of, hub, owner, session, turn, (tokens[0], tokens[1]))
    return require_done(found)


def outcome_of(hub: Hub, owner: str, session: str, number: int, tokens: tuple[int, int] = (0, 0)) -> Outcome:
    """Return what came of what a turn shows now. Blocks.

    Raises: HttpError 404.
    """
    turn = hub.turn(owner, session, number)
    run = turn.run
    return Outcome(turn, turn.revision, answer_of(turn), run, tokens)


def require_done(outcome: Outcome) -> Outcome:
    """Return an outcome that is what was asked for.

    Raises: HttpError 400 where the message was refused, or a person is needed; 409 where it was stopped; 500 where a
    step failed.
    """
    turn = outcome.turn
    phase, status = turn.phase, turn.status
    if phase in ("done", "planned"):
        return outcome
    ours = {"agentvid": said_of(outcome)}
    error = turn.agent.log.turn(turn.session, turn.number).error
    error = error or next((record.error for record in outcome.run.steps.values() if record.status == "failed"), None)
    if error is not None and status in ("failed", "refused"):
        code = error["code"]
        told = 500 if status == "failed" and code in _OUR_FAULT else 400
        raise HttpError(told, code, error["given"], error["expected"], error["do"], more=ours)
    if phase in ("cancelled", "interrupted"):
        raise HttpError(409, "cancelled", f"turn {turn.number} was stopped", "one that ends", "resume it", more=ours)
    raise HttpError(400, "needs_person", needed(outcome), "a person", f"look at GET {_place(turn)}", more=ours)


def needed(outcome: Outcome) -> str:
    """Return what a turn waits for, in words."""
    if outcome.turn.chain.question:
        return outcome.turn.chain.question
    waits = [f"{one.step}.{one.port}: {one.how}" for one in outcome.turn.waiting]
    return "; ".join(waits) or "a person's approval"


def said_of(outcome: Outcome, not_heard: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is ours of an answer: session, turn, where its chain is, what ran, what was adjusted or not heard."""
    turn, records = outcome.turn, outcome.run.steps.values()
    cost: dict[str, float] = {}
    for record in records:
        if record.executed and record.cost:
            cost[record.currency] = cost.get(record.currency, 0.0) + record.cost
    return {
        "session": turn.session,
        "turn": turn.number,
        "revision": outcome.revision,
        "status": turn.status,
        "chain": _place(turn),
        "executed": [record.step for record in records if record.executed],
        "cached": [record.step for record in records if record.status == "cached"],
        "seconds": round(sum(record.seconds for record in records if record.executed), 3),
        "cost": cost,
        "warnings": outcome.warnings,
        "not_heard": list(not_heard),
    }


def headers_of(turn: Turn) -> dict[str, str]:
    """Return the headers that name a turn."""
    return {"Agentvid-Session": turn.session, "Agentvid-Turn": str(turn.number), "Agentvid-Chain": _place(turn)}


def _place(turn: Turn) -> str:
    return f"/api/v1/sessions/{turn.session}/turns/{turn.number}"


def _stopping(session: str, turn: int) -> HttpError:
    more = {"agentvid": {"session": session, "turn": turn, "chain": f"/api/v1/sessions/{session}/turns/{turn}"}}
    return HttpError(
        503,
        "stopping",
        "the server is stopping; the turn is on the disk and is gone on with at its next start",
        "a server that runs",
        "look at the turn then, in place of asking again",
        more=more,
    )
