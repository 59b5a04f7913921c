"""The report of a suite as one self-contained page: figures, curves as drawings, film strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from agentvid.evals.template_page import inlined, write_template
from agentvid.evals.world.measure import METRICS
from agentvid.evals.world.table import told

__all__ = ["PAGE", "curves_svg", "write_page"]

PAGE: Final = "index.html"
_COLOURS: Final = ("#8a8f98", "#d1495b", "#00798c", "#edae49", "#5a4fcf", "#30638e")
_WIDE, _HIGH, _LEFT, _LOW = 560, 220, 44, 26
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "push": ("A solid is pushed or dropped", "What follows one action, and what another action would have changed."),
    "go_on": ("What is seen goes on", "Six frames are given; nothing is done."),
    "hidden": ("Behind another thing and out again", "Does the ball come back, as it was, when it should?"),
    "view": ("About the stage and back", "Three steps of the camera and their inverses."),
    "clip": ("A real clip goes on", "48 frames are given, 24 follow; nothing is done."),
}


def write_page(out: Path, document: Mapping[str, Any]) -> None:
    """Write index.html for a document of `runner`."""
    write_template(
        *(out, PAGE, Path(__file__).parent),
        {"figure": told, "strip": lambda name: inlined(out / "strips" / name)},
        document=document,
        titles=_KINDS,
        metrics=METRICS,
        curves={kind: curves_svg(_curves(document, kind)) for kind in document.get("figures", {})},
    )


def curves_svg(curves: Mapping[str, Sequence[float]]) -> str:
    """Return a drawing (SVG) of curves in dB over frames, by name, with axes and a legend."""
    values = [value for curve in curves.values() for value in curve]
    if not values:
        return ""
    low, high = np.floor(min(values) / 5) * 5, np.ceil(max(values) / 5) * 5
    high = high if high > low else low + 5
    frames = max(len(curve) for curve in curves.values())

    def at(frame: float, value: float) -> tuple[float, float]:
        across = _LEFT + (frame - 1) / max(1, frames - 1) * (_WIDE - _LEFT - 8)
        return across, 8 + (high - value) / (high - low) * (_HIGH - _LOW - 8)

    parts = [f'<svg viewBox="0 0 {_WIDE} {_HIGH + 22 * len(curves)}" width="{_WIDE}" role="img">']
    for value in np.arange(low, high + 1, 5 if high - low <= 30 else 10):
        y = at(1, value)[1]
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDE - 8}" y1="{y:.1f}" y2="{y:.1f}" stroke="#8884" />')
        parts.append(f'<text x="4" y="{y + 4:.1f}" font-size="11" fill="currentColor">{value:g} dB</text>')
    for frame in sorted({1, *range(0, frames + 1, max(1, frames // 6))} - {0}):
        parts.append(
            f'<text x="{at(frame, low)[0]:.1f}" y="{_HIGH - 8}" font-size="11" fill="currentColor">+{frame}</text>'
        )
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join("{:.1f},{:.1f}".format(*at(i + 1, value)) for i, value in enumerate(curve))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" />')
        y = _HIGH + 22 * number + 10
        parts.append(f'<rect x="{_LEFT}" y="{y - 6}" width="18" height="3" fill="{colour}" />')
        parts.append(f'<text x="{_LEFT + 26}" y="{y}" font-size="12" fill="currentColor">{name}</text>')
    return "".join([*parts, "</svg>"])


def _curves(document: Mapping[str, Any], kind: str) -> dict[str, list[float]]:
    """Return the mean PSNR by frame of each model in the cases of a kind."""
    found: dict[str, list[float]] = {}
    for model in document["models"]:
        own = [r["curve_db"] for r in document["results"] if (r["kind"], r["model"]) == (kind, model) and r["curve_db"]]
        if own:
            found[model] = [float(value) for value in np.mean(own, axis=0)]
    return found
