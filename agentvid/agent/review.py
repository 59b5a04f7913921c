"""Review: the moment a person may edit and approve. `interrupt` is alone in its node, which re-runs on resume."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agentvid.agent.budget import over_budget
from agentvid.agent.stale import preview_turn
from agentvid.agent.state import Services, TurnState
from agentvid.run.preview import Preview

__all__ = ["ask", "decided", "is_costly", "needs_review", "passes_budget", "review"]


async def review(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Wait for a person: they approve a revision, the planner's or one they edited."""
    return decided(state, runtime, ask(state, runtime))


def ask(state: TurnState, runtime: Runtime[Services]) -> dict[str, Any]:
    """Interrupt with what is waited for, and return what a person decided once they did."""
    waiting = state.get("waiting", [])
    held = None if waiting else over_budget(runtime.context.executor, state["session"], state["turn"])
    decision: dict[str, Any] = interrupt({"revision": state["revision"], "waiting": waiting, "held": held})
    return decision


def decided(state: TurnState, runtime: Runtime[Services], decision: dict[str, Any]) -> TurnState:
    """Return what a decision comes to. One that names no revision is about the one that is shown."""
    shown = runtime.context.log.latest_revision(state["session"], state["turn"])
    revision = decision.get("revision") or (shown.n if shown else state["revision"])
    approved = bool(decision.get("approved", False))
    return {"revision": revision, "waiting": [], "phase": "approved", "approved": approved}


def needs_review(state: TurnState, runtime: Runtime[Services]) -> bool:
    """Return whether a person must approve before anything runs."""
    policy = state.get("review", "never")
    if policy == "when_costly":
        return is_costly(preview_turn(runtime.context.executor, state["session"], state["turn"]))
    return policy == "ask"


def is_costly(told: Preview) -> bool:
    """Return whether a run costs money, or might."""
    return bool(told.cost_unknown) or any(cost.high > 0 for cost in told.costs)


def passes_budget(state: TurnState, runtime: Runtime[Services]) -> bool:
    """Return whether the run would pass, or might pass, what the session may spend."""
    return over_budget(runtime.context.executor, state["session"], state["turn"]) is not None
