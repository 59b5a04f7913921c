"""The graph of a turn: perceive → plan → review → execute → verify → answer. The only way back is to review.

An edit of a finished turn is a new invocation on a new revision: it enters at execute, or at review where it would
pass the budget. LangGraph's own time travel and
cache are not used; the store's revisions are the only history, and results are cached by key.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agentvid.agent.answer import answer
from agentvid.agent.execute import execute
from agentvid.agent.perceive import perceive
from agentvid.agent.plan import plan
from agentvid.agent.review import needs_review, passes_budget, review
from agentvid.agent.state import Services, TurnState
from agentvid.agent.verify import verify

__all__ = ["build_graph"]

TurnGraph = CompiledStateGraph[TurnState, Services, TurnState, TurnState]


def build_graph(checkpointer: BaseCheckpointSaver[Any]) -> TurnGraph:
    """Return the compiled graph, checkpointing to `checkpointer`. It is compiled once in a process."""
    return _compiled().copy({"checkpointer": checkpointer})


@cache
def _compiled() -> TurnGraph:
    graph = StateGraph(TurnState, context_schema=Services)
    graph.add_node("perceive", perceive)
    graph.add_node("plan", plan)
    graph.add_node("review", review)
    graph.add_node("execute", execute)
    graph.add_node("verify", verify)
    graph.add_node("answer", answer)
    graph.add_conditional_edges(START, _entry, ["perceive", "review", "execute"])
    graph.add_edge("perceive", "plan")
    graph.add_conditional_edges("plan", _after_plan, ["review", "execute", "answer", END])
    graph.add_conditional_edges("review", _after_review, ["review", "execute"])
    graph.add_conditional_edges("execute", _after_execute, ["review", "verify"])
    graph.add_edge("verify", "answer")
    graph.add_edge("answer", END)
    return graph.compile()


def _entry(state: TurnState, runtime: Runtime[Services]) -> str:
    if not state.get("revision"):
        return "perceive"
    return "execute" if state.get("approved") or not passes_budget(state, runtime) else "review"


def _after_plan(state: TurnState, runtime: Runtime[Services]) -> str:
    chain = runtime.context.log.revision(state["session"], state["turn"], state["revision"]).chain
    if chain.question:
        return "answer"
    if state.get("plan_only"):
        return str(END)
    return "review" if needs_review(state, runtime) or passes_budget(state, runtime) else "execute"


def _after_review(state: TurnState, runtime: Runtime[Services]) -> str:
    """What was edited in review, but not approved, must keep to the budget like any other run."""
    return "execute" if state.get("approved") or not passes_budget(state, runtime) else "review"


def _after_execute(state: TurnState) -> str:
    return "review" if state.get("waiting") else "verify"
