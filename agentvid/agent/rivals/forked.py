"""LangGraph's own way: the steps as nodes of a graph with a checkpointer; an edit forks the checkpoint before the first
node that it changes, and invokes the graph from there: every node after it runs again.
"""

from __future__ import annotations

import json
import operator
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypedDict
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from agentvid.agent.rivals.again import Keeping
from agentvid.agent.rivals.own import answered
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, Step
from agentvid.errors import AgentvidError
from agentvid.evals.editing.system import Asked, Outcome, Ran

__all__ = ["Forked"]


class _State(TypedDict):
    """What every step found, as JSON, and which have run, in order."""

    records: Annotated[dict[str, Any], operator.or_]
    done: Annotated[list[str], operator.add]


_Node = Callable[[_State], Coroutine[Any, Any, dict[str, Any]]]


class Forked(Keeping):
    """Nodes one after another, in the order of the chain. Going back in history takes the checkpoint that was there."""

    name: ClassVar[str] = "langgraph-fork"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._saver = InMemorySaver()
        self._graph: Any = None
        self._steps: tuple[Step, ...] = ()
        self._ended: dict[str, dict[str, Any]] = {}
        self._nodes: list[Ran] = []

    async def start(self, message: str, media: Sequence[Path]) -> Outcome:
        """Send a message; its chain is written as ever, and run as a graph. Only the graph's time counts."""
        planned = await super().start(message, media)
        return await self._invoke(planned.actions) if self._all_steps() else planned

    async def edit(self, edit: Asked) -> Outcome:
        """Edit, fork, and run from there."""
        try:
            edited = await self.changed(edit)
        except AgentvidError as error:
            return Outcome(refused=str(error))
        steps = self._all_steps()
        if edited.command is not None and _named(steps) in self._ended:
            self._steps = steps
            return replace(self._outcome(self._ended[_named(steps)]), actions=edited.actions, seconds=0.0)
        return await self._invoke(edited.actions)

    def _all_steps(self) -> tuple[Step, ...]:
        return tuple(step for turn in self.session.turns() for step in turn.chain.order())

    async def _invoke(self, actions: int) -> Outcome:
        before, self._steps = self._steps, self._all_steps()
        same = [_asked(one) == _asked(two) for one, two in zip(before, self._steps, strict=False)]
        kept = same.index(False) if False in same else len(same)
        started = time.process_time()
        self._graph = self._compiled()
        config: Any = {"configurable": {"thread_id": "case"}, "recursion_limit": len(self._steps) + 5}
        told: Any = {"records": {}, "done": []}
        if before and kept < max(len(before), len(self._steps)):
            snapshots = self._graph.aget_state_history(config)
            at = next(each for each in [one async for one in snapshots] if len(each.values.get("done", ())) == kept)
            node = self._steps[kept - 1].id if kept else START
            fork = await self._graph.aupdate_state(at.config, told, as_node=node)
            config = {**config, **fork}
            told = None
        if told is None or not before:
            await self._graph.ainvoke(told, config)
        seconds = time.process_time() - started
        state = (await self._graph.aget_state({"configurable": {"thread_id": "case"}})).values
        self._ended[_named(self._steps)] = state["records"]
        ran, self._nodes = tuple(self._nodes), []
        return replace(self._outcome(state["records"]), ran=ran, actions=actions, seconds=seconds)

    def _compiled(self) -> Any:
        graph = StateGraph(_State)
        names = [step.id for step in self._steps]
        for step in self._steps:
            graph.add_node(step.id, self._node(step))
        for one, two in zip([START, *names], [*names, END], strict=True):
            graph.add_edge(one, two)
        return graph.compile(checkpointer=self._saver)

    def _node(self, step: Step) -> _Node:
        async def run(state: _State) -> dict[str, Any]:
            records = state["records"]
            if any(not records[parent]["outputs"] for parent in step.parents() if parent in records):
                record = StepRun(step=step.id)
            else:
                self._nodes.append(Ran(step.id, step.tool))
                fresh = replace(self.agent.executor, owner=f"fork-{uuid4().hex}")

                def found(ref: Ref) -> Any:
                    return records[ref.step]["outputs"].get(ref.port)

                record = await fresh.run_tool(step, lookup=found)
            return {"records": {step.id: record.model_dump(mode="json")}, "done": [step.id]}

        return run

    def _outcome(self, records: dict[str, Any]) -> Outcome:
        chain: Chain = self.session.last_turn().chain
        steps = {step.id: StepRun.model_validate(records[step.id]) for step in chain}
        waiting = [record.waits.port for record in steps.values() if record.waits]
        outcome = answered(chain, Run(revision=1, steps=steps), self.agent.store)
        return replace(outcome, refused=f"waits for {', '.join(waiting)}") if waiting else outcome


def _named(steps: Sequence[Step]) -> str:
    return json.dumps([_asked(step) for step in steps], sort_keys=True)


def _asked(step: Step) -> Any:
    """Return what makes a node another one: all but what is expected of it."""
    return step.model_dump(mode="json", exclude={"expect", "pinned"})
