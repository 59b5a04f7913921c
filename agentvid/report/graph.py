"""The map of a chain: its steps as a small graph from left to right, as SVG whose nodes link to the cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from agentvid.chain.chain import Chain
from agentvid.report.record import TurnRecord
from agentvid.report.words import ALL, tool_title

__all__ = ["chain_svg"]

_NODE_WIDTH: Final = 168
_NODE_HEIGHT: Final = 46
_GAP_X: Final = 44
_GAP_Y: Final = 16
_LETTERS: Final = 18
"""How wide a title may be, in Latin letters; a Chinese one counts as two."""


@dataclass(frozen=True)
class _Node:
    step: str
    column: int
    x: int
    y: int


def chain_svg(record: TurnRecord) -> Markup:
    """Return the map of the record's chain; an empty chain gives an empty string.

    A line to a step further on than the next column runs above all steps, each starting step on a level of its own.
    """
    if not record.chain.steps:
        return Markup("")
    nodes = {node.step: node for node in _layout(record.chain)}
    pairs = [(nodes[p], nodes[step.id]) for step in record.chain for p in step.parents() if p in nodes]
    far = list(dict.fromkeys(start.step for start, end in pairs if end.column - start.column > 1))
    levels = {step: -12 - 9 * (len(far) - 1 - place) for place, step in enumerate(far)}
    lines = [_line(start, end, levels.get(start.step, 0)) for start, end in pairs]
    top = min(levels.values(), default=0) - 4
    width = max(node.x for node in nodes.values()) + _NODE_WIDTH + 4
    height = max(node.y for node in nodes.values()) + _NODE_HEIGHT + 4 - top
    return Markup('<svg class="map" width="{w}" height="{h}" viewBox="-2 {top} {w} {h}">{lines}{boxes}</svg>').format(
        w=width,
        h=height,
        top=top,
        lines=Markup("").join(lines),
        boxes=Markup("").join(_box(record, nodes[step.id]) for step in record.chain),
    )


def _layout(chain: Chain) -> list[_Node]:
    """Put each step one column right of the last step it needs; steps of one column lie below each other."""
    columns: dict[str, int] = {}
    rows: list[list[str]] = []
    for step in chain.order():
        column = max((columns[parent] + 1 for parent in step.parents() if parent in columns), default=0)
        columns[step.id] = column
        while len(rows) <= column:
            rows.append([])
        rows[column].append(step.id)
    tallest = max(len(row) for row in rows)
    down = _NODE_HEIGHT + _GAP_Y
    return [
        _Node(step_id, column, column * (_NODE_WIDTH + _GAP_X), (tallest - len(row)) * down // 2 + place * down)
        for column, row in enumerate(rows)
        for place, step_id in enumerate(row)
    ]


def _line(start: _Node, end: _Node, level: int) -> Markup:
    x0, y0 = start.x + _NODE_WIDTH, start.y + _NODE_HEIGHT // 2
    x1, y1 = end.x, end.y + _NODE_HEIGHT // 2
    if end.column - start.column > 1:
        up, down = x0 + _GAP_X // 3, x1 - _GAP_X // 3
        way = (
            f"M{x0} {y0} Q{up} {y0} {up} {y0 - 14} V{level + 8} Q{up} {level} {up + 8} {level} "
            f"H{down - 8} Q{down} {level} {down} {level + 8} V{y1 - 14} Q{down} {y1} {x1} {y1}"
        )
    else:
        middle = (x0 + x1) // 2
        way = f"M{x0} {y0} C{middle} {y0} {middle} {y1} {x1} {y1}"
    return Markup('<path class="edge" data-from="{a}" data-to="{b}" d="{way}"/>').format(
        a=start.step, b=end.step, way=way
    )


def _box(record: TurnRecord, node: _Node) -> Markup:
    step = record.chain.step(node.step)
    status = record.step_run(node.step).status
    title = _shortened(tool_title(step.tool, record.language))
    return Markup(
        '<a class="node {status}" href="#{id}" data-step="{id}" aria-label="{id} {title}, {status_words}">'
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10"/>'
        '<circle cx="{cx}" cy="{cy}" r="5"/>'
        '<text class="name" x="{tx}" y="{ty}">{title}</text>'
        '<text class="id" x="{tx}" y="{iy}">{id}{given}</text></a>'
    ).format(
        status=status,
        status_words=ALL[record.language][f"status_{status}"],
        id=step.id,
        title=title,
        x=node.x,
        y=node.y,
        w=_NODE_WIDTH,
        h=_NODE_HEIGHT,
        cx=node.x + 18,
        cy=node.y + _NODE_HEIGHT // 2,
        tx=node.x + 34,
        ty=node.y + 20,
        iy=node.y + 36,
        given=f" · {ALL[record.language]['given']}" if step.given else "",
    )


def _shortened(title: str) -> str:
    wide = 0
    for place, letter in enumerate(title):
        wide += 2 if ord(letter) > 0x2E80 else 1
        if wide > _LETTERS:
            return title[:place] + "…"
    return title
