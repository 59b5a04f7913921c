"""Figures of a measurement: a share of cases or a mean, each with how many cases and a 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np

__all__ = ["Figure", "Mean", "Rate", "Unit", "figure_from_json"]

Unit: TypeAlias = Literal["dB", "deg", "grey", "ratio", "s", "steps"]

_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True)
class Rate:
    """`hits` of `n` cases. Its interval is Wilson's; of no case, everything is possible.

    Source: Wilson 1927, "Probable inference", equation for the score interval.
    """

    hits: int
    n: int

    @classmethod
    def of(cls, cases: Iterable[bool]) -> Rate:
        """Return the rate of true cases."""
        found = list(cases)
        return cls(sum(map(bool, found)), len(found))

    @property
    def value(self) -> float:
        """The share, NaN of no case."""
        return self.hits / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds of the true share at 95 %."""
        if not self.n:
            return 0.0, 1.0
        share, z2 = self.hits / self.n, _Z * _Z / self.n
        middle = (share + z2 / 2) / (1 + z2)
        half = _Z * math.sqrt(share * (1 - share) / self.n + z2 / (4 * self.n)) / (1 + z2)
        # At the ends the bound is the share itself, which floating point may miss by an ulp.
        low = 0.0 if self.hits == 0 else max(0.0, middle - half)
        return low, 1.0 if self.hits == self.n else min(1.0, middle + half)

    def to_json(self) -> dict[str, Any]:
        """Return the rate as JSON."""
        low, high = self.interval
        return {
            "kind": "rate",
            "n": self.n,
            "hits": self.hits,
            "value": _number(self.value),
            "low": round(low, 4),
            "high": round(high, 4),
        }


@dataclass(frozen=True)
class Mean:
    """The mean of `n` numbers in a `unit`, with a 95 % interval by their spread; of one number there is no interval."""

    value: float
    n: int
    spread: float
    unit: Unit

    @classmethod
    def of(cls, numbers: Iterable[float], unit: Unit) -> Mean:
        """Return the mean of numbers; those that are not finite don't count."""
        found = np.array([number for number in numbers if math.isfinite(number)], np.float64)
        spread = float(found.std(ddof=1)) if len(found) > 1 else math.nan
        return cls(float(found.mean()) if len(found) else math.nan, len(found), spread, unit)

    @property
    def interval(self) -> tuple[float, float]:
        """Bounds of the true mean at 95 %, NaN where unknown."""
        half = _Z * self.spread / math.sqrt(self.n) if self.n else math.nan
        return self.value - half, self.value + half

    def to_json(self) -> dict[str, Any]:
        """Return the mean as JSON."""
        low, high = self.interval
        return {
            "kind": "mean",
            "n": self.n,
            "unit": self.unit,
            "value": _number(self.value),
            "spread": _number(self.spread),
            "low": _number(low),
            "high": _number(high),
        }


Figure: TypeAlias = Rate | Mean


def figure_from_json(told: dict[str, Any]) -> Figure:
    """Return the figure that `to_json` told."""
    if told["kind"] == "rate":
        return Rate(told["hits"], told["n"])
    value, spread = (math.nan if told[name] is None else told[name] for name in ("value", "spread"))
    return Mean(value, told["n"], spread, told["unit"])


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
