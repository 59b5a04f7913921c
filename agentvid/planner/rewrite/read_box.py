"""Words about where a thing is: the box further left, bigger, or the one that was drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pydantic import ValidationError

from agentvid.chain.step import as_ref
from agentvid.media.types import Box
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.where import Where

__all__ = ["read_box"]

SHIFT, GROW = 0.25, 1.25
"""How far a box moves, as a share of its own size, and how much larger it gets, where no amount is said."""

_SIDES: Final = {
    "left": (-1, 0), "right": (1, 0), "up": (0, -1), "upward": (0, -1), "upwards": (0, -1), "higher": (0, -1),
    "top": (0, -1), "down": (0, 1), "downward": (0, 1), "downwards": (0, 1), "lower": (0, 1), "bottom": (0, 1),
    "左": (-1, 0), "右": (1, 0), "上": (0, -1), "下": (0, 1), "高": (0, -1), "低": (0, 1),
}  # fmt: skip
_MORE: Final = (
    r"(?:a (?:bit|little|touch|lot|tad)|actually|really|rather|slightly|somewhat|more|further|farther|much|way|still)"
)
_SIDE_EN: Final = r"(?P<side>left|right|up(?:wards?)?|down(?:wards?)?|higher|lower|top|bottom)"
_SHIFT: Final = re.compile(
    rf"(?:(?:move|shift|push|nudge|put|pull|slide) )?(?:the |my |its )?(?P<what>[\w ]+?)"
    rf"(?: (?:should be|is|has to be|must be|needs to be|sits|goes|belongs))?(?: {_MORE})* (?:to(?:wards)? the "
    rf"|towards )?"
    rf"{_SIDE_EN}(?: {_MORE})*"
    r"|(?:把|将)?(?P<what_zh>[\u3400-\u9fff]{1,10}?)(?:应该|要|再|还要|其实|实际)*(?:更|在更|再)?(?:往|向|朝|靠"
    r"|偏|在)(?P<side_zh>左|右|上|下|高|低)"
    r"(?:边|面|方)?(?:移动|移|挪|靠|偏)?(?P<bit>(?:一)?[点些]儿?|很多)?",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(
    rf"(?:make |let )?(?:the |my |its )?box(?: (?:should be|is|be))?(?: (?:too|{_MORE[3:-1]}))* "
    r"(?P<way>bigger|larger|smaller|tighter|wider|narrower|taller|higher|flatter|small|big|large|narrow|wide)"
    r"|(?:enlarge|grow|expand|widen) (?:the |my )?box|(?P<shrink>shrink|tighten|reduce) (?:the |my )?box"
    r"|(?:把)?框(?:子)?(?:再|要|更|弄|变|调|稍微|画得?|得|放)*(?P<zh>大|小|宽|窄|高|矮|紧)(?:一)?[点些]儿?"
    r"|框(?:子)?(?P<too>太小|太大)(?:了)?"
    r"|(?:把)?框(?P<zh2>放大|缩小)(?:一?[点些])?|(?P<zh3>放大|缩小)框",
    re.IGNORECASE,
)
_GROWTH: Final[dict[str, tuple[float, float]]] = {
    **dict.fromkeys(("bigger", "larger", "", "大", "太小", "放大", "small"), (GROW, GROW)),
    **dict.fromkeys(
        ("smaller", "tighter", "小", "紧", "太大", "缩小", "shrink", "tighten", "reduce"), (1 / GROW, 1 / GROW)
    ),
    **dict.fromkeys(("big", "large"), (1 / GROW, 1 / GROW)),
    **dict.fromkeys(("wider", "宽", "narrow"), (GROW, 1.0)),
    **dict.fromkeys(("narrower", "窄", "wide"), (1 / GROW, 1.0)),
    **dict.fromkeys(("taller", "higher", "高"), (1.0, GROW)),
    **dict.fromkeys(("flatter", "矮"), (1.0, 1 / GROW)),
}
_DRAWN: Final = re.compile(
    r"(?:please )?(?:use|take) (?:the |my )?(?:box|rectangle|frame)(?: (?:that |which )?i(?:'ve| have)? (?:drew"
    r"|drawn|made|gave|given))?"
    r"|(?:就)?(?:用|按|以)我?(?:刚才?)?(?:画|给|框)(?:的|好的)(?:那个)?(?:框|范围)?(?:来)?",
    re.IGNORECASE,
)
_BOX: Final = re.compile(r"(?:bounding )?box|frame|rectangle|框子?|方框", re.IGNORECASE)


def read_box(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "框往左一点", "make the box bigger", "use the box I drew", "the cup is more to the left"."""
    text = re.sub(r"[了吧呢啊]+$", "", where.rest if where else clause)
    if _DRAWN.fullmatch(text):
        _put_drawn(draft, where)
        return True
    size, shift = _SIZE.fullmatch(text), _SHIFT.fullmatch(text)
    if size is not None:
        way = next((g for g in size.groups() if g), "").lower()
        across, along = _GROWTH.get(way, (GROW, GROW))
        _put(draft, _locating(draft, "box", where), lambda box: _grown(box, across, along))
        return True
    if shift is None:
        return False
    what = (shift["what"] or shift["what_zh"] or "").strip()
    step = _locating(draft, what, where)
    if step is None and _BOX.fullmatch(what):
        raise draft.back("nothing", "no_locate")
    if step is None:
        return False
    x, y = _SIDES[(shift["side"] or shift["side_zh"]).lower()]
    _put(draft, step, lambda box: _shifted(box, x, y))
    return True


def _locating(draft: Draft, what: str, where: Where | None) -> str | None:
    steps = [step for step in draft.chain if (spec := draft.tools.get(step.tool)) and "box" in spec.constraints()]
    if where is not None:
        steps = [step for step in steps if step.id in where.steps]
    if not _BOX.fullmatch(what):
        steps = [step for step in steps if what and what.lower() in str(step.args.get("what", "")).lower()]
    return draft.one(step.id for step in steps)


def _put(draft: Draft, step: str | None, change: Callable[[Box], Box]) -> None:
    if step is None:
        raise draft.back("nothing", "no_locate")
    try:
        box = Box.model_validate(draft.found(step, "box"))
    except ValidationError:
        raise draft.back("refused", "no_box", step=step) from None
    _give(draft, step, _inside(change(box), *_room(draft, step)))


def _give(draft: Draft, step_id: str, box: Box) -> None:
    step = draft.chain.step(step_id)
    draft.put(step.model_copy(update={"given": {**step.given, "box": box.model_dump(mode="json")}}))


def _put_drawn(draft: Draft, where: Where | None) -> None:
    given = [step for step in draft.chain if "box" in step.given]
    steps = [step.id for step in draft.chain if (spec := draft.tools.get(step.tool)) and "box" in spec.constraints()]
    if where is not None:
        steps = [step for step in steps if step in where.steps] or steps
    if not steps:
        raise draft.back("nothing", "no_locate")
    box = draft.drawn
    if box is None:
        sources = [step for step in given if where is None or step.id not in where.steps] or given
        if not sources:
            raise draft.back("refused", "no_drawn")
        box = Box.model_validate(sources[-1].given["box"])
        without = [step for step in steps if step != sources[-1].id]
        steps = without or steps
    step_id = draft.one(steps)
    assert step_id is not None
    _give(draft, step_id, box)


def _shifted(box: Box, x: int, y: int) -> Box:
    across, along = x * SHIFT * (box.x1 - box.x0), y * SHIFT * (box.y1 - box.y0)
    return Box(x0=box.x0 + across, y0=box.y0 + along, x1=box.x1 + across, y1=box.y1 + along)


def _grown(box: Box, across: float, along: float) -> Box:
    wide, high = (box.x1 - box.x0) * (across - 1) / 2, (box.y1 - box.y0) * (along - 1) / 2
    return Box(x0=box.x0 - wide, y0=box.y0 - high, x1=box.x1 + wide, y1=box.y1 + high)


def _room(draft: Draft, step_id: str) -> tuple[float, float]:
    """Return the size of the picture a step looks at, as far as it is known; without end where it is not."""
    image = draft.chain.step(step_id).args.get("image")
    ref = as_ref(image)
    packed = draft.run.port(ref.step, ref.port) if ref else {"value": image}
    value = packed["value"] if packed else None
    if isinstance(value, dict) and isinstance(value.get("width"), int):
        return float(value["width"]), float(value["height"])
    return float("inf"), float("inf")


def _inside(box: Box, width: float, height: float) -> Box:
    """Return the box moved back into the picture, and cut where it is larger than that."""
    x = max(0.0, -box.x0) + min(0.0, width - box.x1 if width != float("inf") else 0.0)
    y = max(0.0, -box.y0) + min(0.0, height - box.y1 if height != float("inf") else 0.0)
    sides = {"x0": max(0.0, box.x0 + x), "y0": max(0.0, box.y0 + y)}
    sides |= {"x1": min(width, box.x1 + x), "y1": min(height, box.y1 + y)}
    return Box.model_validate({name: round(value, 1) for name, value in sides.items()})
