"""Walk a chain without running it: what would become of each step, as far as that can be known.

A step whose inputs are all known has a key: it is kept already, or it runs. One that needs what is not found yet runs
for certain only where no kept result, and no other step of the same run, can turn out to have its key: early cut-off
may always find that nothing changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.run import NEXT, StepRun
from agentvid.chain.step import Ref, Step
from agentvid.errors import AgentvidError, ErrorDocument
from agentvid.run.key import InputDigest, KeyParts, may_equal
from agentvid.run.prepare import Prepared, Preparer
from agentvid.run.records import is_sound, kept_result
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
        self._known = log.cache_get_many(preparer.owner, (record.key for record in previous.values() if record.key))
        self._kept: dict[str, _Index | None] = {}
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
        rivals = self._rivals(running)
        for found in running:
            here, parts = place[found.step.id], _parts(found)
            alike = () if found.is_settled else rivals[parts.frame].may_equal(parts.inputs)
            ahead = any(not ancestors[other] >> here & 1 for other in map(place.__getitem__, alike) if other != here)
            if found.is_settled or not (ahead or self._may_be_kept(found)):
                self.outlooks[found.step.id] = replace(found, fate="certain")
        return self.outlooks

    def _rivals(self, running: Sequence[Outlook]) -> dict[str, _Index]:
        of: defaultdict[str, list[tuple[str, Mapping[str, InputDigest]]]] = defaultdict(list)
        for found in running:
            of[_parts(found).frame].append((found.step.id, _parts(found).inputs))
        return {frame: _Index(entries) for frame, entries in of.items()}

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
        prepared, parts = found.prepared, _parts(found)
        previous = self._previous.get(found.step.id)
        if prepared is None or prepared.key:
            return False  # the cache was asked
        if previous is not None and previous.accepted:
            return True
        if parts.frame not in self._kept:
            inputs = self._log.kept_inputs(self._preparer.owner, parts.frame, prepared.spec.name)
            self._kept[parts.frame] = None if inputs is None else _Index([("", kept) for kept in inputs])
        kept = self._kept[parts.frame]
        return kept is None or next(kept.may_equal(parts.inputs), None) is not None

    def _lookup(self, ref: Ref) -> Any:
        inside = self.outlooks.get(ref.step)
        if inside is None:
            return self._earlier(ref)
        return inside.outputs.get(ref.port) if inside.is_known else inside.outputs.get(ref.port, UNKNOWN)

    def _cached(self, key: str) -> CachedResult | None:
        result = self._known.get(key) or self._log.cache_get(self._preparer.owner, key)
        return result if result is not None and is_sound(self._store, result.outputs.values()) else None


def _parts(found: Outlook) -> KeyParts:
    assert found.prepared is not None and found.prepared.parts is not None
    return found.prepared.parts


class _Index:
    """Named sets of inputs of one frame, looked up by the inputs that are known."""

    def __init__(self, entries: Sequence[tuple[str, Mapping[str, InputDigest]]]) -> None:
        self._entries = entries
        self._tables: dict[tuple[str, ...], dict[tuple[InputDigest, ...] | None, list[int]]] = {}

    def may_equal(self, inputs: Mapping[str, InputDigest]) -> Iterator[str]:
        """Return the names of the entries that may turn out equal to these inputs."""
        known = tuple(sorted(name for name, digest in inputs.items() if isinstance(digest, str)))
        if known not in self._tables:
            self._tables[known] = self._table(known)
        table = self._tables[known]
        for index in (*table.get(tuple(inputs[name] for name in known), ()), *table.get(None, ())):
            name, entry = self._entries[index]
            if may_equal(inputs, entry):
                yield name

    def _table(self, known: tuple[str, ...]) -> dict[tuple[InputDigest, ...] | None, list[int]]:
        """Sort entries by their values of these inputs; those that don't know all of them go under None."""
        table: dict[tuple[InputDigest, ...] | None, list[int]] = {}
        for index, (_, entry) in enumerate(self._entries):
            values = tuple(entry.get(name) for name in known)
            table.setdefault(values if all(isinstance(v, str) for v in values) else None, []).append(index)
        return table
