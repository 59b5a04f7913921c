"""Review: the moment a person may edit and approve. `interrupt` is alone in its node, which re-runs on resume."""

from __future__ import annotations

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agentvid.agent.state import Services, TurnState
from agentvid.engine import Cost
from agentvid.run.call import routes_of
from agentvid.run.route import bears

__all__ = ["expected_cost", "needs_review", "review"]


async def review(state: TurnState) -> TurnState:
    """Wait for a person: they approve a revision, the planner's or one they edited."""
    decision = interrupt({"revision": state["revision"], "waiting": state.get("waiting", [])})
    return {"revision": decision["revision"], "waiting": [], "phase": "approved"}


def needs_review(state: TurnState, runtime: Runtime[Services]) -> bool:
    """Return whether a person must approve before anything runs."""
    policy = state.get("review", "never")
    if policy == "when_costly":
        return expected_cost(state, runtime.context).amount > 0
    return policy == "ask"


def expected_cost(state: TurnState, services: Services) -> Cost:
    """Return what the chain's engines say they will charge. Steps that would be cached are not told apart."""
    chain = services.log.revision(state["session"], state["turn"], state["revision"]).chain
    amount, currency = 0.0, ""
    for step in chain:
        spec = services.executor.tools[step.tool]
        for task, chosen in routes_of(spec, services.executor.engines, step.engine).items():
            capability = bears(services.executor.engines[chosen.engine], task)
            if capability is not None and capability.price.amount:
                amount, currency = amount + capability.price.amount, capability.price.currency
    return Cost(amount=amount, currency=currency)
