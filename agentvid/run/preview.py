"""The price of a run before it is made: what runs for certain, what perhaps, how long it takes and what it costs.

The law that tests hold it to: where nothing fails, certain ⊆ executed ⊆ certain ∪ possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun, StepWaits
from agentvid.media.types import Value
from agentvid.run.estimate import Estimator
from agentvid.run.outlook import Outlook, outlooks_of
from agentvid.run.prepare import Preparer
from agentvid.run.reason import Changes, StaleResult, reason_of
from agentvid.run.resolve import Lookup
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

__all__ = ["CostRange", "Fault", "Preview", "preview_chain", "price_of", "stale_in"]


class CostRange(Value):
    """Money, from `low` (what runs for certain, at its lowest) to `high`. Nothing to pay has no currency."""

    low: float = 0.0
    high: float = 0.0
    currency: str = ""


class Fault(Value):
    """A step that can't run as it is written, as an error for a person."""

    step: str
    code: str
    given: str
    expected: str
    do: str


class Preview(Value):
    """What a run would do. Step ids are in the order of the chain, each step in exactly one of the first seven.

    `certain`: runs. `possible`: runs, unless a step before it finds what was found before. `cached`: keeps a result
    that is known, pinned, accepted, or that an equal step before it finds. `given`: a person gave all it would find.
    `waiting`: waits for a person, as it did before. `failing`: can't run as it is written. `blocked`: needs one that
    waits or can't run.
    `stale`: steps whose recorded results no longer count, in this turn and later ones.
    `seconds`: lowest (the longest way through what is certain) and highest (all that is possible, one after the
    other); `seconds_unknown` and `cost_unknown` are steps that may run and are not in the sums. `more_costs` are in
    further currencies.
    """

    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    cached: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    waiting: tuple[StepWaits, ...] = ()
    failing: tuple[Fault, ...] = ()
    blocked: tuple[str, ...] = ()
    stale: tuple[StaleResult, ...] = ()
    seconds: tuple[float, float] = (0.0, 0.0)
    seconds_unknown: tuple[str, ...] = ()
    cost: CostRange = CostRange()
    more_costs: tuple[CostRange, ...] = Field(default=())
    cost_unknown: tuple[str, ...] = ()

    @property
    def costs(self) -> tuple[CostRange, ...]:
        """What it costs in every currency; empty where nothing does."""
        return tuple(cost for cost in (self.cost, *self.more_costs) if cost.currency or cost.high)


def preview_chain(
    preparer: Preparer,
    log: Log,
    store: ObjectStore,
    chain: Chain,
    earlier: Lookup,
    previous: Run | None,
    before: Chain | None = None,
) -> Preview:
    """Return what a run of the chain would do, and its price. `earlier` and `previous` are those of the run.

    `before` is the chain that `previous` ran, to tell in words why results become stale.

    Raises: ChainError where the chain can't be ordered.
    """
    records = previous.steps if previous else {}
    outlooks = outlooks_of(chain, preparer, log, store, earlier, records)
    changes = Changes(before or chain, chain, preparer.tools)
    told = price_of(chain, outlooks, Estimator(preparer, log))
    return told.model_copy(update={"stale": stale_in(chain, outlooks, records, changes)})


def price_of(chain: Chain, outlooks: Mapping[str, Outlook], estimator: Estimator) -> Preview:
    """Return the preview of these outlooks, without what becomes stale."""
    of: dict[str, list[str]] = {}
    for step in chain:
        of.setdefault(outlooks[step.id].fate, []).append(step.id)
    running = [found for step in chain if (found := outlooks[step.id]).fate in ("certain", "possible")]
    costs, cost_unknown = _costs(running, estimator)
    seconds, seconds_unknown = _seconds(list(outlooks.values()), estimator)
    return Preview(
        certain=tuple(of.get("certain", ())),
        possible=tuple(of.get("possible", ())),
        cached=tuple(of.get("cached", ())),
        given=tuple(of.get("given", ())),
        blocked=tuple(of.get("blocked", ())),
        waiting=tuple(w for step in chain if (r := outlooks[step.id].waits) is not None and (w := r.waits) is not None),
        failing=tuple(Fault(step=s.id, **error) for s in chain if (error := outlooks[s.id].error) is not None),
        seconds=seconds,
        seconds_unknown=tuple(step.id for step in chain if step.id in seconds_unknown),
        cost=costs[0] if costs else CostRange(),
        more_costs=tuple(costs[1:]),
        cost_unknown=tuple(cost_unknown),
    )


def stale_in(
    chain: Chain, outlooks: Mapping[str, Outlook], records: Mapping[str, StepRun], changes: Changes
) -> tuple[StaleResult, ...]:
    """Return the steps of the chain whose recorded results no longer count: they run, or another result is kept."""
    found = []
    for step in chain:
        outlook, record = outlooks[step.id], records.get(step.id)
        if record is None or not record.outputs or outlook.prepared is None or outlook.prepared.parts is None:
            continue
        key = outlook.prepared.key
        if key in (record.key, record.accepted) if key else outlook.is_known:
            continue
        reason = reason_of(record, outlook.prepared, changes.of(step.id), lambda ref: changes.behind(ref.step))
        found.append(StaleResult(step=step.id, certain=bool(key) or outlook.fate == "certain", reason=reason))
    return tuple(found)


def _costs(running: Sequence[Outlook], estimator: Estimator) -> tuple[list[CostRange], list[str]]:
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    unknown = []
    for found in running:
        assert found.prepared is not None
        costs = estimator.cost(found.prepared)
        if costs is None:
            unknown.append(found.step.id)
            continue
        for currency, (least, most) in costs.items():
            low[currency] = low.get(currency, 0.0) + (least if found.fate == "certain" else 0.0)
            high[currency] = high.get(currency, 0.0) + most
    return [CostRange(low=low[name], high=high[name], currency=name) for name in high], unknown


def _seconds(outlooks: Sequence[Outlook], estimator: Estimator) -> tuple[tuple[float, float], set[str]]:
    """`outlooks` come in an order in which each step follows those it needs."""
    ends: dict[str, float] = {}
    high, unknown = 0.0, set()
    for found in outlooks:
        start = max((ends.get(parent, 0.0) for parent in found.step.parents()), default=0.0)
        ends[found.step.id] = start
        if found.fate not in ("certain", "possible"):
            continue
        assert found.prepared is not None
        seconds = estimator.seconds(found.prepared)
        if seconds is None:
            unknown.add(found.step.id)
            continue
        high += seconds[1]
        if found.fate == "certain":
            ends[found.step.id] = start + seconds[0]
    return (max(ends.values(), default=0.0), high), unknown
