"""What a step is going to take, in seconds and money: by what it took before, else by what its engine says.

Unknown is None, never 0.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from agentvid.engine import Capability
from agentvid.run.prepare import Prepared, Preparer, megapixel_frames
from agentvid.run.route import bears
from agentvid.store.log import CachedResult, Log

__all__ = ["Estimator", "Range"]

Range: TypeAlias = tuple[float, float]

_ROUGH: Final = 2.0
"""A price model of seconds is taken to be right within this factor."""


@dataclass
class Estimator:
    """Estimates the steps of one preview."""

    preparer: Preparer
    log: Log
    _recent: dict[tuple[str, tuple[str, ...]], list[CachedResult]] = field(default_factory=dict)

    def seconds(self, prepared: Prepared) -> Range | None:
        """Return the seconds that a step takes, lowest and highest; None where nothing tells.

        The middle four fifths of its last runs; in proportion to the size of what goes in, where the engine says that
        it takes so long per megapixel and frame and the size is known.
        """
        recent = self._recent_results(prepared)
        per_unit = sum(c.seconds_per_megapixel_frame for c in self._capabilities(prepared))
        size = megapixel_frames(prepared.inputs)
        if per_unit and size:
            rates = [result.seconds / result.megapixel_frames for result in recent if result.megapixel_frames]
            low, high = _middle(rates) if rates else (per_unit / _ROUGH, per_unit * _ROUGH)
            return low * size, high * size
        return _middle([result.seconds for result in recent]) if recent else None

    def cost(self, prepared: Prepared) -> dict[str, Range] | None:
        """Return what a step costs by currency, lowest and highest; None where an engine's price is not known.

        Engines' prices for one request of each task; where the step's tool and engines cost more or less before, that
        too. Empty for what is free.
        """
        prices = [capability.price for capability in self._capabilities(prepared)]
        if any(price is None for price in prices):
            return None
        told: dict[str, float] = {}
        for price in prices:
            if price is not None and price.amount:
                told[price.currency] = told.get(price.currency, 0.0) + price.amount
        costs = {currency: (amount, amount) for currency, amount in told.items()}
        for result in self._recent_results(prepared):
            if result.cost:
                low, high = costs.get(result.currency, (result.cost, result.cost))
                costs[result.currency] = min(low, result.cost), max(high, result.cost)
        return costs

    def _capabilities(self, prepared: Prepared) -> list[Capability]:
        borne = (bears(self.preparer.engines[route.engine], task) for task, route in prepared.routes.items())
        return [capability for capability in borne if capability is not None]

    def _recent_results(self, prepared: Prepared) -> list[CachedResult]:
        engines = tuple(sorted({route.engine for route in prepared.routes.values()}))
        where = prepared.spec.name, engines
        if where not in self._recent:
            self._recent[where] = self.log.recent_results(prepared.spec.name, engines)
        return self._recent[where]


def _middle(values: Sequence[float]) -> Range:
    """Return the first and the last decile."""
    if len(values) < 2:
        return values[0], values[0]
    tenths = statistics.quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]
