"""The graph of a turn: perceive → plan → review → execute → verify → answer. The only way back is to review.

An edit of a finished turn is a new invocation on a new revision: it enters at execute, or at review where it would
pass the budget. LangGraph's own time travel and
cache are not used; the store's revisions are the only history, and results are cached by key.

Nodes and routes are coroutines: LangGraph runs what is none in a thread. Services come through the runtime's
context. Where nobody hands them in, as under a server of LangGraph's own, `agent.standalone` binds each node to them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeAlias

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

__all__ = ["NODES", "Node", "Route", "build_graph", "wire"]

TurnGraph = CompiledStateGraph[TurnState, Services, TurnState, TurnState]
Node: TypeAlias = Callable[[TurnState, Runtime[Services]], Awaitable[TurnState]]
Route: TypeAlias = Callable[[TurnState, Runtime[Services]], Awaitable[str]]

NODES: dict[str, Node] = {
    "perceive": perceive,
    "plan": plan,
    "review": review,
    "execute": execute,
    "verify": verify,
    "answer": answer,
}
"""The nodes by name, in the order of a turn."""


def build_graph(checkpointer: BaseCheckpointSaver[Any]) -> TurnGraph:
    """Return the compiled graph, checkpointing to `checkpointer`. It is compiled once in a process."""
    return _compiled().copy({"checkpointer": checkpointer})


@cache
def _compiled() -> TurnGraph:
    graph = StateGraph(TurnState, context_schema=Services)
    for name, node in NODES.items():
        graph.add_node(name, node)  # type: ignore[call-overload]
    wire(graph, START, lambda route: route)
    return graph.compile()


def wire(graph: StateGraph[Any, Any, Any, Any], begin: str, routed: Callable[[Route], Any]) -> None:
    """Put the edges of a turn between its nodes, from the node `begin` on. `routed` makes what LangGraph calls."""
    graph.add_conditional_edges(begin, routed(_entry), ["perceive", "review", "execute"])
    graph.add_edge("perceive", "plan")
    graph.add_conditional_edges("plan", routed(_after_plan), ["review", "execute", "answer", END])
    graph.add_conditional_edges("review", routed(_after_review), ["review", "execute"])
    graph.add_conditional_edges("execute", routed(_after_execute), ["review", "verify"])
    graph.add_edge("verify", "answer")
    graph.add_edge("answer", END)


async def _entry(state: TurnState, runtime: Runtime[Services]) -> str:
    if not state.get("revision"):
        return "perceive"
    return "execute" if state.get("approved") or not passes_budget(state, runtime) else "review"


async def _after_plan(state: TurnState, runtime: Runtime[Services]) -> str:
    chain = runtime.context.log.revision(state["session"], state["turn"], state["revision"]).chain
    if chain.question:
        return "answer"
    if state.get("plan_only"):
        return str(END)
    return "review" if needs_review(state, runtime) or passes_budget(state, runtime) else "execute"


async def _after_review(state: TurnState, runtime: Runtime[Services]) -> str:
    """What was edited in review, but not approved, must keep to the budget like any other run."""
    return "execute" if state.get("approved") or not passes_budget(state, runtime) else "review"


async def _after_execute(state: TurnState, runtime: Runtime[Services]) -> str:
    return "review" if state.get("waiting") else "verify"
