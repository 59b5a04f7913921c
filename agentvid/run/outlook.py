"""Walk a chain without running it: what would become of each step, as far as that can be known.

A step whose inputs are all known has a key: it is kept already, or it runs. One that needs what is not found yet runs
for certain only where no kept result, and no other step of the same run, can turn out to have its key: early cut-off
may always find that nothing changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.run import NEXT, StepRun
from agentvid.chain.step import Ref, Step
from agentvid.errors import AgentvidError, ErrorDocument
from agentvid.run.chain_run import is_sound, kept_result
from agentvid.run.key import may_equal
from agentvid.run.prepare import Prepared, Preparer
from agentvid.run.resolve import UNKNOWN, Lookup
from agentvid.store.log import CachedResult, Log
from agentvid.store.objects import ObjectStore

__all__ = ["Fate", "Outlook", "outlooks_of"]

Fate: TypeAlias = Literal["certain", "possible", "cached", "given", "waiting", "failing", "blocked"]


@dataclass(frozen=True)
class Outlook:
    """What would become of a step.

    `outputs` are packed values that are known before anything runs: all of them where `is_known`, else what a person
    gave. `is_settled`: no step has to run before this one's fate is decided.
    """

    step: Step
    fate: Fate
    outputs: Mapping[str, Any] = field(default_factory=dict)
    is_known: bool = False
    is_settled: bool = False
    prepared: Prepared | None = None
    error: ErrorDocument | None = None
    waits: StepRun | None = None


def outlooks_of(
    chain: Chain,
    preparer: Preparer,
    log: Log,
    store: ObjectStore,
    earlier: Lookup,
    previous: Mapping[str, StepRun],
) -> dict[str, Outlook]:
    """Return the outlook of each step by id, in an order in which each step follows those it needs.

    `previous` holds the records whose results pinned and accepted steps keep, and which waited.

    Raises: ChainError where the chain can't be ordered.
    """
    walk = _Walk(preparer, log, store, earlier, previous)
    order = chain.order()
    for step in order:
        walk.outlooks[step.id] = walk.look(step)
    return walk.with_certainty(order)


class _Walk:
    def __init__(
        self, preparer: Preparer, log: Log, store: ObjectStore, earlier: Lookup, previous: Mapping[str, StepRun]
    ) -> None:
        self._preparer = preparer
        self._log = log
        self._store = store
        self._earlier = earlier
        self._previous = previous
        self._claimed: set[str] = set()
        self._kept_inputs: dict[str, list[dict[str, str | list[str]]] | None] = {}
        self.outlooks: dict[str, Outlook] = {}

    def look(self, step: Step) -> Outlook:
        """Return the outlook of a step whose parents were looked at; one that may run counts as possible so far."""
        parents = [self.outlooks[parent] for parent in step.parents() if parent in self.outlooks]
        if any(parent.fate in ("waiting", "failing", "blocked") for parent in parents):
            return Outlook(step, "blocked")
        is_settled = all(parent.is_settled and parent.is_known for parent in parents)
        previous = self._previous.get(step.id)
        try:
            kept = kept_result(step, previous, self._preparer)
            if step.pinned and kept is not None:
                return Outlook(step, "cached", kept.outputs, is_known=True, is_settled=is_settled)
            prepared = self._preparer.prepare(step, self._lookup)
        except AgentvidError as error:
            return Outlook(step, "failing", error=error.document())
        if prepared.parts is None:
            return Outlook(step, "given", prepared.given, is_known=True, is_settled=is_settled)
        found = Outlook(step, "possible", prepared.given, is_settled=is_settled, prepared=prepared)
        if kept is not None and kept.accepted and kept.accepted in (prepared.key, NEXT):
            return replace(found, fate="cached", outputs=kept.outputs, is_known=True)
        return self._by_key(found, previous) if prepared.key else found

    def _by_key(self, found: Outlook, previous: StepRun | None) -> Outlook:
        assert found.prepared is not None
        key = found.prepared.key
        result = self._cached(key)
        if result is not None:
            outputs = {**result.outputs, **found.prepared.given}
            return replace(found, fate="cached", outputs=outputs, is_known=True)
        if previous is not None and previous.status == "waiting" and previous.key == key:
            return replace(found, fate="waiting", waits=previous)
        if key in self._claimed:
            return replace(found, fate="cached", is_settled=False)
        if found.is_settled:
            self._claimed.add(key)
        return found

    def with_certainty(self, order: Sequence[Step]) -> dict[str, Outlook]:
        """Return the outlooks, with those that run whatever their parents find made certain."""
        running = [found for found in self.outlooks.values() if found.fate == "possible"]
        ancestors = self._ancestors(order)
        place = {step.id: index for index, step in enumerate(order)}
        rivals: defaultdict[str, list[Outlook]] = defaultdict(list)
        for found in running:
            assert found.prepared is not None and found.prepared.parts is not None
            rivals[found.prepared.parts.frame].append(found)
        for found in running:
            assert found.prepared is not None and found.prepared.parts is not None
            if found.is_settled or not (
                self._may_be_kept(found)
                or any(
                    not ancestors[place[rival.step.id]] >> place[found.step.id] & 1 and _may_share_key(found, rival)
                    for rival in rivals[found.prepared.parts.frame]
                )
            ):
                self.outlooks[found.step.id] = replace(found, fate="certain")
        return self.outlooks

    def _ancestors(self, order: Sequence[Step]) -> list[int]:
        """Return, for each place in the order, the places that it needs directly or through others, as bits."""
        place = {step.id: index for index, step in enumerate(order)}
        needed: list[int] = []
        for step in order:
            bits = 0
            for parent in step.parents():
                if parent in place:
                    bits |= needed[place[parent]] | 1 << place[parent]
            needed.append(bits)
        return needed

    def _may_be_kept(self, found: Outlook) -> bool:
        """Return whether a result that is kept now may turn out to be the step's."""
        prepared = found.prepared
        assert prepared is not None and prepared.parts is not None
        previous = self._previous.get(found.step.id)
        if previous is not None and previous.accepted and not prepared.key:
            return True
        if prepared.key:
            return False  # the cache was asked
        frame = prepared.parts.frame
        if frame not in self._kept_inputs:
            kept = self._log.kept_inputs(self._preparer.owner, frame, prepared.spec.name)
            self._kept_inputs[frame] = kept
        inputs = self._kept_inputs[frame]
        return inputs is None or any(may_equal(prepared.parts.inputs, kept) for kept in inputs)

    def _lookup(self, ref: Ref) -> Any:
        inside = self.outlooks.get(ref.step)
        if inside is None:
            return self._earlier(ref)
        return inside.outputs.get(ref.port) if inside.is_known else inside.outputs.get(ref.port, UNKNOWN)

    def _cached(self, key: str) -> CachedResult | None:
        result = self._log.cache_get(self._preparer.owner, key)
        return result if result is not None and is_sound(self._store, result.outputs.values()) else None


def _may_share_key(found: Outlook, rival: Outlook) -> bool:
    assert found.prepared is not None and found.prepared.parts is not None
    assert rival.prepared is not None and rival.prepared.parts is not None
    if rival.step.id == found.step.id:
        return False
    return may_equal(found.prepared.parts.inputs, rival.prepared.parts.inputs)
