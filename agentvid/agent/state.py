"""The state of a turn in LangGraph: small JSON only. Chains, runs and media live in the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from agentvid.events import Emit
from agentvid.planner import Planner
from agentvid.run.execute import Executor
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

__all__ = ["Review", "Services", "TurnState", "TurnStatus", "status_of"]

Review: TypeAlias = Literal["never", "ask", "when_costly"]
TurnStatus: TypeAlias = Literal["done", "waiting", "failed", "refused"]


def status_of(phase: str) -> TurnStatus:
    """Return how a turn of this phase stands: what is not done, failed or refused waits, also to be gone on with."""
    if phase == "planned":
        return "done"
    return phase if phase in ("done", "failed", "refused") else "waiting"  # type: ignore[return-value]


class TurnState(TypedDict, total=False):
    """What LangGraph checkpoints.

    `revision` is the revision to run (absent until planned); `given` holds [address, JSON value or text] pairs that a
    person gave with the message; `waiting` what steps wait for; `checks` what was verified; `approved` tells that a
    person let the run begin, whatever it costs; `planner` who the turn was begun with; `planning` what a model used to
    plan it (`bill.Bill`), None once it was told; `form` the form that the result is asked for in (`form.Form`).
    """

    session: str
    turn: int
    revision: int
    phase: str
    approved: bool
    review: Review
    plan_only: bool
    engine: str | None
    seed: int | None
    planner: str
    planning: dict[str, Any] | None
    given: list[list[Any]]
    form: dict[str, Any] | None
    waiting: list[dict[str, str]]
    checks: list[dict[str, Any]]
    status: TurnStatus


@dataclass(frozen=True)
class Services:
    """What the nodes work with; handed in at run time, never checkpointed.

    `token` proves that this process owns the session: every write is refused without it.
    """

    executor: Executor
    planner: Planner
    token: str
    emit: Emit
    folder: Path

    @property
    def log(self) -> Log:
        """The history of sessions."""
        return self.executor.log

    @property
    def store(self) -> ObjectStore:
        """The object store."""
        return self.executor.store
