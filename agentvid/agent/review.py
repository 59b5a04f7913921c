"""Review: the moment a person may edit and approve. `interrupt` is alone in its node, which re-runs on resume."""

from __future__ import annotations

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agentvid.agent.budget import over_budget
from agentvid.agent.stale import preview_turn
from agentvid.agent.state import Services, TurnState
from agentvid.run.preview import Preview

__all__ = ["is_costly", "needs_review", "passes_budget", "review"]


async def review(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Wait for a person: they approve a revision, the planner's or one they edited."""
    waiting = state.get("waiting", [])
    held = None if waiting else over_budget(runtime.context.executor, state["session"], state["turn"])
    decision = interrupt({"revision": state["revision"], "waiting": waiting, "held": held})
    approved = decision.get("approved", False)
    return {"revision": decision["revision"], "waiting": [], "phase": "approved", "approved": approved}


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
