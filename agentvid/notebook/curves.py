"""Curves over frames: drift, error, belief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import numpy as np

__all__ = ["Curves"]

_COLOURS: Final = ("#00798c", "#d1495b", "#edae49", "#5a4fcf", "#30638e", "#8a8f98")
_WIDE, _HIGH, _LEFT, _LOW = 560, 240, 56, 30


class Curves:
    """Curves by name, one value for each frame, drawn as SVG with axes and a legend. `limit` is a line across.

    Curves({"small": small_db, "copy": copy_db}, unit="dB", limit=24)
    """

    def __init__(
        self,
        curves: Mapping[str, Sequence[float]],
        *,
        unit: str = "",
        limit: float | None = None,
        across: str = "frame",
    ) -> None:
        self.curves = {name: [float(value) for value in values] for name, values in curves.items() if len(values)}
        self._unit, self._limit, self._across = unit, limit, across

    def _repr_html_(self) -> str:
        values = [v for curve in self.curves.values() for v in curve if np.isfinite(v)]
        values += [self._limit] if self._limit is not None else []
        if not values:
            return "<p>no values</p>"
        marks = _marks(min(values), max(values))
        low, high = marks[0], marks[-1]
        many = max(len(curve) for curve in self.curves.values())

        def at(index: float, value: float) -> str:
            x = _LEFT + index / max(1, many - 1) * (_WIDE - _LEFT - 10)
            return f"{x:.1f},{10 + (high - value) / (high - low) * (_HIGH - _LOW - 10):.1f}"

        tall = _HIGH + 20 * len(self.curves)
        size = f'viewBox="0 0 {_WIDE} {tall}" width="{_WIDE}" style="max-width: 100%"'
        parts = [f'<svg {size} role="img" font-family="system-ui, sans-serif" font-size="11">']
        for mark in marks:
            y = at(0, mark).split(",")[1]
            parts.append(f'<line x1="{_LEFT}" x2="{_WIDE - 10}" y1="{y}" y2="{y}" stroke="#8884"/>')
            parts.append(f'<text x="2" y="{float(y) + 4:.1f}" fill="currentColor">{mark:g} {self._unit}</text>')
        if self._limit is not None:
            y = at(0, self._limit).split(",")[1]
            parts.append(
                f'<line x1="{_LEFT}" x2="{_WIDE - 10}" y1="{y}" y2="{y}" stroke="#c0392b" stroke-dasharray="5"/>'
            )
        for index in sorted({0, many - 1, *range(0, many, max(1, many // 6))}):
            x = at(index, low).split(",")[0]
            parts.append(f'<text x="{x}" y="{_HIGH - 12}" text-anchor="middle" fill="currentColor">{index + 1}</text>')
        parts.append(f'<text x="{_WIDE - 10}" y="{_HIGH + 2}" text-anchor="end" fill="#8a8f98">{self._across}</text>')
        for number, (name, curve) in enumerate(self.curves.items()):
            colour = _COLOURS[number % len(_COLOURS)]
            points = " ".join(at(index, value) for index, value in enumerate(curve) if np.isfinite(value))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
            low_y = _HIGH + 20 * number + 8
            parts.append(f'<rect x="{_LEFT}" y="{low_y - 5}" width="18" height="3" fill="{colour}"/>')
            parts.append(f'<text x="{_LEFT + 26}" y="{low_y}" fill="currentColor">{escape(name)}</text>')
        return "".join([*parts, "</svg>"])


def _marks(low: float, high: float) -> list[float]:
    """Return round numbers that span from low to high, four to eight of them."""
    span = max(high - low, 1e-6)
    step = 10 ** np.floor(np.log10(span / 4))
    step = float(next(step * factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 6))
    first, last = np.floor(low / step), max(np.ceil(high / step), np.floor(low / step) + 1)
    return [round(float(index * step), 9) for index in np.arange(first, last + 1)]
