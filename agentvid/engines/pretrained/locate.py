"""Find a thing: a click or a box by SAM, people by MODNet, what stands out by U2-Net, colours by the classical engine.

The models know shapes, not nouns. A noun alone is taken for what stands out only where one thing does, or where
`guess` says so; else the step waits for a click.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical import locate as classical
from agentvid.engines.classical.colourspace import Bytes, blurred, rgb_to_lab
from agentvid.engines.classical.doubt import names_a_thing, several, waiting_for
from agentvid.engines.classical.regions import Flags, box_of, dilated, groups, inner_point
from agentvid.engines.classical.words import Sought, read_sought
from agentvid.engines.pretrained.clicks import Click
from agentvid.engines.pretrained.nets import cut_out, matte, segment
from agentvid.engines.pretrained.present import Present
from agentvid.errors import CallError
from agentvid.media.types import Box, Image, Mask, Point

__all__ = ["locate"]

_PEOPLE: Final = re.compile(
    r"\b(?:persons?|people|man|men|woman|women|girls?|boys?|child(?:ren)?|kids?|lady|guy|portrait|astronaut)\b"
    r"|人|男的|女的|男孩|女孩|男生|女生|孩子|小孩|宇航员|模特",
    re.IGNORECASE,
)
_LEAST: Final = 0.02
"""A mask of less of the picture is none."""


@dataclass(frozen=True)
class _Found:
    mask: Bytes
    told: str


def locate(request: EngineRequest, context: EngineContext, here: Present) -> EngineResult:
    """Do the task "locate": outputs `box`, `mask`, `point`, as `classical.locate.locate` does.

    Raises: CallError where box, point or mask don't fit the picture, Needs where a person must say what is meant.
    """
    image, what = request.get("image", Image), request.get("what", str)
    box, point = request.maybe("box", Box), request.maybe("point", Point)
    if request.maybe("mask", Mask) is not None:
        return classical.locate(request, context)
    context.progress(0, 2, "looking")
    rgb = context.store.image(image)
    if box is not None or point is not None:
        found = _clicked(rgb, box, point, here)
    else:
        found = _named(rgb, what, bool(request.maybe("guess", bool)), image, here)
    if found is None:
        return classical.locate(request, context)
    context.progress(1, 2, "found")
    mask = context.store.put_mask(found.mask)
    context.progress(2, 2)
    return EngineResult.of(found.told, box=box or box_of(found.mask), mask=mask, point=point or inner_point(found.mask))


def _clicked(rgb: Bytes, box: Box | None, point: Point | None, here: Present) -> _Found | None:
    role = next((role for role in ("segment", "segment_torch") if role in here.digests), None)
    if role is None:
        return None
    height, width = rgb.shape[:2]
    if point is not None and not (0 <= point.x < width and 0 <= point.y < height):
        given = f"the point {point.x:g},{point.y:g}"
        raise CallError(given, f"a point inside {width}x{height}", "click on the thing")
    sides = None if box is None else _inside(box, width, height)
    click = Click(point=None if point is None else (point.x, point.y), box=sides)
    if role == "segment":
        mask, sure = segment(rgb, click)
    else:
        from agentvid.engines.pretrained.sam import segment as segment_in_torch

        mask, sure = segment_in_torch(rgb, click)
    if not (mask > 127).any():
        return None
    where = "in the box" if box is not None else "at the point"
    return _Found(mask, f"the thing {where} was cut out by {here.told(role)} (it rates its mask {sure:.2f} of 1)")


def _inside(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = max(0.0, box.x0), max(0.0, box.y0), min(float(width), box.x1), min(float(height), box.y1)
    if x1 - x0 < 2 or y1 - y0 < 2:
        given = f"the box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}"
        raise CallError(given, f"a box inside the picture of {width}x{height}", "draw it over the thing")
    return x0, y0, x1, y1


def _named(rgb: Bytes, what: str, guess: bool, image: Image, here: Present) -> _Found | None:
    sought = read_sought(what)
    if sought.colours:
        return None
    if "matting" in here.digests and _PEOPLE.search(what) and not sought.places:
        people = matte(rgb)
        if _LEAST < (people > 127).mean() < 0.98:
            return _Found(people, f"people were cut out by {here.told('matting')}, which takes everybody for one")
    if "cutout" not in here.digests:
        return None
    salient = cut_out(rgb)
    parts = groups(salient > 127, 0.003)
    if not parts:
        return None
    wanted = _wanted(parts, sought)
    if names_a_thing(sought) and not guess:
        lab = blurred(rgb_to_lab(rgb), max(1.0, 2.0 * max(rgb.shape) / classical.WORK_SIDE))
        why = several(lab, wanted, classical.worths(parts))
        if why is not None:
            raise waiting_for(what, image, *why)
    told = f"what stands out was cut out by {here.told('cutout')}; it knows no nouns"
    return _Found(_kept(salient, wanted), told)


def _wanted(parts: list[Flags], sought: Sought) -> Flags:
    if sought.thing or sought.places:
        return classical.choose(parts, sought)
    return np.asarray(np.any(parts, axis=0))


def _kept(soft: Bytes, part: Flags) -> Bytes:
    """A soft mask about one of its parts; what lies apart is dropped."""
    return np.where(dilated(part, 0.02), soft, 0).astype(np.uint8)
