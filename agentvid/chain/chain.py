"""The reasoning chain of a turn: an ordered directed acyclic graph of steps. Pure data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import Any

from pydantic import Field, model_validator

from agentvid.chain.step import Ref, Step, step_number
from agentvid.errors import ChainError
from agentvid.media.types import Value

__all__ = ["Chain", "dependents_of", "next_step_id"]


class Chain(Value):
    """Steps in the order they were written, each before the steps that need it.

    `answer` names the ports that answer the message, in the order they are told; steps of earlier turns may be
    referred to. `question` is what the planner asks back where it could not place the message (then no steps).
    """

    turn: int = Field(ge=1)
    steps: tuple[Step, ...] = ()
    answer: tuple[Ref, ...] = ()
    question: str = ""

    @model_validator(mode="after")
    def _ids_differ(self) -> Chain:
        seen: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"step id {step.id} is used twice; expected each id once")
            seen.add(step.id)
        return self

    def __iter__(self) -> Iterator[Step]:  # type: ignore[override]
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def has(self, step_id: str) -> bool:
        """Return whether the chain holds that step."""
        return any(step.id == step_id for step in self.steps)

    def step(self, step_id: str) -> Step:
        """Return the step of that id.

        Raises: ChainError naming the ids that exist.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        ids = ", ".join(step.id for step in self.steps) or "none, the chain is empty"
        raise ChainError(f"there is no step {step_id!r}", f"one of {ids}", "see `agentvid chain show`")

    def order(self) -> list[Step]:
        """Return the steps so that each follows those it refers to; ties keep the written order.

        Raises: ChainError naming the steps of a circle.
        """
        return self.order_and_parents()[0]

    def order_and_parents(self) -> tuple[list[Step], dict[str, list[str]]]:
        """Return the steps as `order` does, and by id which other steps of this chain each of them needs.

        Raises: ChainError as `order`.
        """
        ids = {step.id for step in self.steps}
        parents = {step.id: [parent for parent in step.parents() if parent in ids] for step in self.steps}
        return _topological(self.steps, parents), parents

    def with_steps(self, steps: tuple[Step, ...]) -> Chain:
        """Return a copy with these steps, validated."""
        return Chain(turn=self.turn, steps=steps, answer=self.answer, question=self.question)

    def to_json(self) -> dict[str, Any]:
        """Return the chain as plain JSON; `Chain.model_validate` reads it back."""
        return self.model_dump(mode="json")


def _topological(steps: tuple[Step, ...], parents: dict[str, list[str]]) -> list[Step]:
    needs = [len(parents[step.id]) for step in steps]
    users: dict[str, list[int]] = {}
    for index, step in enumerate(steps):
        for parent in parents[step.id]:
            users.setdefault(parent, []).append(index)
    ready = [index for index, count in enumerate(needs) if not count]  # sorted, so it is a heap
    ordered: list[Step] = []
    while ready:
        step = steps[heappop(ready)]
        ordered.append(step)
        for user in users.get(step.id, ()):
            needs[user] -= 1
            if not needs[user]:
                heappush(ready, user)
    if len(ordered) < len(steps):
        circle = " → ".join(step.id for index, step in enumerate(steps) if needs[index])
        raise ChainError(
            f"steps need each other in a circle: {circle}",
            "each step to use only results of steps that don't need it",
            "remove one of the references with set_arg",
        )
    return ordered


def dependents_of(chain: Chain, step_ids: set[str]) -> set[str]:
    """Return the ids of all steps that need any of `step_ids`, directly or through others (without themselves)."""
    found: set[str] = set()
    for step in chain.order():
        if step.id not in step_ids and any(parent in step_ids or parent in found for parent in step.parents()):
            found.add(step.id)
    return found


def next_step_id(chain: Chain, used: Iterable[str] = ()) -> str:
    """Return an id no step of this chain uses: one above the highest number written in this turn.

    `used` are ids that steps had before: an id that is free in the chain may have been another step's, since removed.
    """
    numbers = [step_number(step_id) for step_id in (*(step.id for step in chain.steps), *used)]
    highest = max((number for turn, number in numbers if turn == chain.turn), default=0)
    return f"t{chain.turn}.s{highest + 1}"
