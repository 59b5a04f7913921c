"""Change the frame of a picture or clip: crop, rotate, flip, extend, resize, upscale.

Tasks "transform_image" and, without extend, "transform_video".

Nothing is drawn anew: what lies beyond the old frame is mirrored and faded from its border, and upscaling is
interpolation; both are said. Transparency stays; beyond the old frame of a transparent picture it is transparent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, get_args

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.colourspace import Bytes
from agentvid.engines.classical.layers import fill_behind
from agentvid.engines.classical.tone import sharpened
from agentvid.errors import CallError
from agentvid.media.border import MAX_PIXELS
from agentvid.media.operations import PLACES, Place
from agentvid.media.picture import read_straight
from agentvid.media.types import Box, Image, Video

__all__ = ["crop", "extend", "flip", "rotate", "scale", "transform_image", "transform_video"]

Size: TypeAlias = tuple[int, int]
_SIDES: Final = ("left", "right", "top", "bottom")
_MOST: Final = 16_384
"""Pixels of the longest side of a result."""


@dataclass(frozen=True)
class _Asked:
    """The arguments of one request, by name; None or "" where they were not given."""

    request: EngineRequest
    width: int
    height: int

    def number(self, name: str) -> float | None:
        return self.request.maybe(name, float)

    def words(self, name: str) -> str:
        return (self.request.maybe(name, str) or "").strip().lower()


def transform_image(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "transform_image": output `image`.

    Raises: CallError for an unknown kind, or arguments it can't be done with.
    """
    image = request.get("image", Image)
    kind = request.get("kind", str)
    if kind not in _KINDS:
        raise CallError(f"the kind {kind!r}", f"one of {', '.join(_KINDS)}", "choose one of these")
    context.progress(0, 1, kind)
    rgb, transparency = read_straight(context.store.path(image))
    whole = rgb if transparency is None else np.dstack([rgb, transparency])
    result, said = _KINDS[kind](whole, _Asked(request, image.width, image.height))
    context.progress(1, 1)
    return EngineResult.of(*said, image=context.store.put_image(np.ascontiguousarray(result)))


def transform_video(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "transform_video": output `video`, every frame transformed alike. The border is not extended.

    Raises: CallError for an unknown kind or "extend", or arguments it can't be done with.
    """
    video = request.get("video", Video)
    kind = request.get("kind", str)
    if kind not in _KINDS or kind == "extend":
        known = ", ".join(name for name in _KINDS if name != "extend")
        raise CallError(f"the kind {kind!r}", f"one of {known}", "choose one of these")
    said: list[str] = []

    def frames() -> Iterator[Bytes]:
        for number, rgb in enumerate(context.store.frames(video)):
            context.progress(number, video.frames, kind)
            result, told = _KINDS[kind](rgb, _Asked(request, video.width, video.height))
            said.extend(told)
            yield np.ascontiguousarray(result)

    stored, warnings = keep_sound(context, video, context.store.put_video(frames(), video.fps))
    context.progress(video.frames, video.frames)
    return EngineResult.of(*warnings, *dict.fromkeys(said), video=stored)


# ---------------------------------------------------------------- pure functions on pictures, uint8 HWC (3 or 4)


def crop(rgb: Bytes, box: Box) -> Bytes:
    """Return what is inside a box, clipped to the picture; at least one pixel must be inside."""
    height, width = rgb.shape[:2]
    x0, y0 = max(0, round(box.x0)), max(0, round(box.y0))
    x1, y1 = min(width, round(box.x1)), min(height, round(box.y1))
    if x0 >= x1 or y0 >= y1:
        raise CallError(
            f"a box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}", f"a box within {width}x{height}", "draw it again"
        )
    return rgb[y0:y1, x0:x1]


def flip(rgb: Bytes, axis: str) -> Bytes:
    """Return the picture mirrored: "horizontal" swaps left and right, "vertical" top and bottom."""
    return rgb[:, ::-1] if axis == "horizontal" else rgb[::-1]


def rotate(rgb: Bytes, degrees: float) -> Bytes:
    """Return the picture turned clockwise. Quarter turns are exact and swap the sides.

    Other angles are cropped to the largest upright rectangle that holds no corner of nothing.
    """
    quarters = degrees / 90
    if abs(quarters - round(quarters)) < 1e-6:
        return np.asarray(np.rot90(rgb, -round(quarters)), np.uint8)
    height, width = rgb.shape[:2]
    inner_width, inner_height = _largest_inside(width, height, math.radians(degrees))
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1), np.float64)
    matrix[0, 2] += (inner_width - width) / 2
    matrix[1, 2] += (inner_height - height) / 2
    turned = cv2.warpAffine(
        rgb, matrix, (inner_width, inner_height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(turned, np.uint8)


def scale(rgb: Bytes, width: int, height: int) -> Bytes:
    """Return the picture at another size: area means to shrink, Lanczos to grow."""
    smaller = width * height < rgb.shape[0] * rgb.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=how), np.uint8)


def extend(rgb: Bytes, left: int, right: int, top: int, bottom: int) -> Bytes:
    """Return the picture on a larger canvas; the new border is mirrored from the picture, then fades to its tone."""
    shape = (rgb.shape[0] + top + bottom, rgb.shape[1] + left + right)
    inside = (slice(top, top + rgb.shape[0]), slice(left, left + rgb.shape[1]))
    hole = np.ones(shape, bool)
    hole[inside] = False
    wide = np.zeros((*shape, 3), np.uint8)
    wide[inside] = rgb[..., :3]
    wide = fill_behind(wide, hole)
    if rgb.shape[2] == 3:
        return wide
    opacity = np.zeros(shape, np.uint8)
    opacity[inside] = rgb[..., 3]
    return np.dstack([wide, opacity])


# ---------------------------------------------------------------- below here: what the arguments ask for


def _cropped(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    box, ratio = asked.request.maybe("box", Box), asked.words("ratio")
    place = _place(asked.words("place"))
    if box is not None:
        part = crop(rgb, box)
        return (part, []) if not ratio else (crop(part, _ratio_box(part.shape, _ratio(ratio), place)), [])
    if not ratio:
        share = _between(asked.number("share"), 0.01, 1, "share") if asked.number("share") is not None else 0.5
        if not asked.words("place"):
            raise CallError("a crop without box, ratio or place", "one of them", 'give for example ratio "16:9"')
        return crop(rgb, _placed_box(rgb.shape, round(asked.width * share), round(asked.height * share), place)), []
    return crop(rgb, _ratio_box(rgb.shape, _ratio(ratio), place)), []


def _rotated(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    degrees = asked.number("degrees")
    if degrees is None:
        raise CallError("rotate without degrees", "degrees, clockwise", "give for example 90")
    result = rotate(rgb, degrees)
    if abs(degrees / 90 - round(degrees / 90)) < 1e-6:
        return result, []
    kept = result.shape[0] * result.shape[1] / (rgb.shape[0] * rgb.shape[1])
    return result, [f"the corners of nothing were cropped away: {kept:.0%} of the picture's area is left"]


def _flipped(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    axis = asked.words("axis") or "horizontal"
    if axis not in ("horizontal", "vertical"):
        raise CallError(f"the axis {axis!r}", "horizontal or vertical", "choose one of them")
    return flip(rgb, axis), []


def _extended(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    height, width = rgb.shape[:2]
    ratio = asked.words("ratio")
    if ratio:
        wanted = _ratio(ratio)
        add_x = max(0, round(height * wanted) - width)
        add_y = max(0, round(width / wanted) - height)
        share_x, share_y = _anchor(_place(asked.words("place")))
        left, top = round(add_x * share_x), round(add_y * share_y)
        borders = (left, add_x - left, top, add_y - top)
    else:
        share = _between(asked.number("share") if asked.number("share") is not None else 0.25, 0.01, 2, "share")
        sides = _sides(asked.words("sides"))
        per_side = {"left": width, "right": width, "top": height, "bottom": height}
        left, right, top, bottom = (round(share * per_side[side]) if side in sides else 0 for side in _SIDES)
        borders = (left, right, top, bottom)
    _check(width + borders[0] + borders[1], height + borders[2] + borders[3])
    if not any(borders):
        return rgb, ["nothing was added: the picture has that ratio already"]
    return extend(rgb, *borders), ["the new border is made up: mirrored from the picture and faded, nothing is drawn"]


def _resized(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    width, height = _wanted_size(asked, None)
    said = []
    if abs(width / height / (asked.width / asked.height) - 1) > 0.02:
        said.append(f"the shape changed from {asked.width}x{asked.height} to {width}x{height}: things look stretched")
    if width * height > asked.width * asked.height:
        said.append("enlarged by interpolation: no detail was added")
    return scale(rgb, width, height), said


def _upscaled(rgb: Bytes, asked: _Asked) -> tuple[Bytes, list[str]]:
    width, height = _wanted_size(asked, 2.0)
    if width < asked.width or height < asked.height:
        raise CallError(f"upscale to {width}x{height}", "more than the picture has", "use kind resize to shrink")
    large = scale(rgb, width, height)
    crisp = sharpened(np.ascontiguousarray(large[..., :3]), 0.35, max(0.8, 0.5 * width / asked.width))
    result = crisp if rgb.shape[2] == 3 else np.dstack([crisp, large[..., 3]])
    return result, ["upscaled by interpolation (Lanczos, mildly sharpened): no detail was added"]


_KINDS: Final[dict[str, Callable[[Bytes, _Asked], tuple[Bytes, list[str]]]]] = {
    "crop": _cropped,
    "rotate": _rotated,
    "flip": _flipped,
    "extend": _extended,
    "resize": _resized,
    "upscale": _upscaled,
}


def _wanted_size(asked: _Asked, usual: float | None) -> Size:
    width, height, factor = asked.number("width"), asked.number("height"), asked.number("factor")
    if factor is None and width is None and height is None:
        if usual is None:
            raise CallError("resize without a size", "width, height or factor", "give for example factor 0.5")
        factor = usual
    if factor is not None:
        _between(factor, 0.01, 16, "factor")
        width, height = asked.width * factor, asked.height * factor
    elif height is None and width is not None:
        height = width * asked.height / asked.width
    elif width is None and height is not None:
        width = height * asked.width / asked.height
    size = max(1, round(width or 0)), max(1, round(height or 0))
    _check(*size)
    return size


def _check(width: int, height: int) -> None:
    if max(width, height) > _MOST or width * height > MAX_PIXELS:
        raise CallError(
            f"a result of {width}x{height}", f"sides up to {_MOST}, {MAX_PIXELS / 1e6:.0f} megapixels", "ask for less"
        )


def _ratio(words: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:[:x×/：]\s*(\d+(?:\.\d+)?))?", words)
    named = {"square": 1.0, "正方形": 1.0, "方形": 1.0}
    value = named.get(words, float(found[1]) / float(found[2] or 1) if found and float(found[2] or 1) else 0.0)
    if not 0.05 <= value <= 20:
        raise CallError(f"the ratio {words!r}", "width:height, for example 16:9", "write two numbers")
    return value


def _place(words: str) -> Place:
    if not words:
        return "centre"
    for place in PLACES:
        if words == place:
            return place
    raise CallError(f"the place {words!r}", f"one of {', '.join(PLACES)}", "choose one of these")


def _sides(words: str) -> tuple[str, ...]:
    if not words or words in ("all", "四周"):
        return _SIDES
    found = tuple(side for side in _SIDES if re.search(side, words))
    if not found:
        raise CallError(f"the sides {words!r}", f"some of {', '.join(_SIDES)}, or all", "name them")
    return found


def _between(number: float | None, least: float, most: float, name: str) -> float:
    if number is None or not least <= number <= most:
        raise CallError(f"{name} {number}", f"{least:g} to {most:g}", "choose one in this range")
    return number


def _anchor(place: Place) -> tuple[float, float]:
    """Where the kept part lies, 0 at the left and top … 1 at the right and bottom."""
    row, column = divmod(get_args(Place).index(place), 3)
    return column / 2, row / 2


def _placed_box(shape: tuple[int, ...], width: int, height: int, place: Place) -> Box:
    width, height = max(1, width), max(1, height)
    share_x, share_y = _anchor(place)
    x, y = round((shape[1] - width) * share_x), round((shape[0] - height) * share_y)
    return Box(x0=x, y0=y, x1=x + width, y1=y + height)


def _ratio_box(shape: tuple[int, ...], ratio: float, place: Place) -> Box:
    height, width = shape[:2]
    if width / height > ratio:
        return _placed_box(shape, round(height * ratio), height, place)
    return _placed_box(shape, width, round(width / ratio), place)


def _largest_inside(width: int, height: int, angle: float) -> Size:
    """Sides of the largest upright rectangle inside a turned one. Source: geometry of the inscribed rectangle."""
    sin, cos = abs(math.sin(angle)), abs(math.cos(angle))
    long, short = max(width, height), min(width, height)
    if short <= 2 * sin * cos * long or abs(sin - cos) < 1e-9:
        half = 0.5 * short
        inner = (half / sin, half / cos) if width >= height else (half / cos, half / sin)
    else:
        double = cos * cos - sin * sin
        inner = (width * cos - height * sin) / double, (height * cos - width * sin) / double
    return max(1, math.floor(inner[0])), max(1, math.floor(inner[1]))
