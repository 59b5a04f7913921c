"""Which steps of a chain are ready: all that they need has ended, one way or another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from agentvid.chain.step import Step

__all__ = ["ReadySteps"]


class ReadySteps:
    """Hands out each step of an ordered chain once, as soon as the steps that it needs were said to have ended.

    `parents` are the steps of this chain that each needs, by id.
    """

    def __init__(self, order: Sequence[Step], parents: Mapping[str, list[str]]) -> None:
        self._order = order
        self.position = {step.id: index for index, step in enumerate(order)}
        self.parents = parents
        self._left = [len(parents[step.id]) for step in order]
        self._users: list[list[int]] = [[] for _ in order]
        for index, step in enumerate(order):
            for parent in parents[step.id]:
                self._users[self.position[parent]].append(index)
        self._ready = [index for index, left in enumerate(self._left) if not left]  # sorted, so it is a heap

    def take(self) -> list[Step]:
        """Return all steps that became ready since the last call, in the order of the chain."""
        taken = []
        while self._ready:
            taken.append(self._order[heappop(self._ready)])
        return taken

    def ended(self, step_id: str) -> None:
        """Say that a step ended, so that those that need it may be ready."""
        for user in self._users[self.position[step_id]]:
            self._left[user] -= 1
            if not self._left[user]:
                heappush(self._ready, user)
