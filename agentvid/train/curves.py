"""The curves of a run as a page: the figures of `curve.jsonl` over steps, and the latest sheet. Reload it to follow."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

__all__ = ["read_curve", "write_page"]

PAGE: Final = "curves.html"
_WIDTH, _HEIGHT, _EDGE = 360, 150, 8
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:74rem;padding:0 1rem;color:#1d2430;"
    "background:#fbfbfa}main{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0;background:#fff;padding:.6rem;"
    "border:1px solid #e4e4e0;border-radius:.5rem}figcaption{font-size:.85rem}svg{display:block}img{max-width:100%;"
    "image-rendering:pixelated}@media(prefers-color-scheme:dark){body{background:#15181d;color:#e6e8eb}"
    "figure{background:#1e2229;border-color:#333a44}}"
)


def read_curve(path: Path) -> list[dict[str, float]]:
    """Return the reports of a run, oldest first; a line that was cut off by a stop is left out."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def write_page(folder: Path) -> Path:
    """Write `curves.html` into the folder of a run, whole or not at all, and return its path."""
    reports = read_curve(folder / "curve.jsonl")
    names = dict.fromkeys(name for report in reports for name in report if name not in ("step", "seconds"))
    figures = [
        _figure(name, [(report["step"], report[name]) for report in reports if name in report]) for name in names
    ]
    sheet = folder / "sheet.png"
    shown = ""
    if sheet.is_file():
        coded = base64.b64encode(sheet.read_bytes()).decode()
        shown = f'<h2>What it can do now</h2><img alt="sample sheet" src="data:image/png;base64,{coded}">'
    step = reports[-1]["step"] if reports else 0
    page = folder / PAGE
    partial = page.with_suffix(".partial")
    partial.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(folder.name)}: training</title>'
        f"<style>{_STYLE}</style><h1>{escape(folder.name)}: {step:.0f} steps</h1><main>{''.join(figures)}</main>{shown}"
        "</html>\n",
        encoding="utf-8",
    )
    partial.replace(page)
    return page


def _figure(name: str, points: Sequence[tuple[float, float]]) -> str:
    steps, values = [step for step, _ in points], [value for _, value in points]
    low, high = min(values), max(values)
    left, right = min(steps), max(steps)

    def at(step: float, value: float) -> str:
        x = _EDGE + (_WIDTH - 2 * _EDGE) * (step - left) / ((right - left) or 1)
        y = _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (value - low) / ((high - low) or 1)
        return f"{x:.1f},{y:.1f}"

    line = " ".join(at(step, value) for step, value in points)
    dots = "".join(
        f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="2" fill="#2b6cb0"/>' for p in line.split()
    )
    return (
        f'<figure><svg width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="{escape(name)}">'
        f'<polyline points="{line}" fill="none" stroke="#2b6cb0" stroke-width="1.5"/>'
        f"{dots if len(points) < 40 else ''}</svg><figcaption><b>{escape(name)}</b> {values[-1]:.4g}"
        f" (from {low:.4g} to {high:.4g})</figcaption></figure>"
    )
