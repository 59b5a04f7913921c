"""Write words on a picture: the operation `text`. Words never leave the frame: they wrap, and shrink until they fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from agentvid.engines.classical.blend import LUMINANCE, composed
from agentvid.engines.classical.colourspace import Bytes, Floats, hex_to_rgb, to_linear
from agentvid.engines.classical.fonts import SHIPPED, FoundFont, find_font
from agentvid.errors import CallError
from agentvid.media.operations import WriteText
from agentvid.media.value import Box

__all__ = ["Lettering", "laid_out", "text_cover", "written"]

_MARGIN: Final = 0.04
"""Distance from the frame where words stand at a place, as a share of the picture's shorter side."""
_LEAST: Final = 6
"""Pixels of the smallest letters that are still written."""
_LINE: Final = 1.28
_WIDE: Final = r"[⺀-鿿豈-﫿︰-﹏＀-￯]"
_NO_START: Final = "、。，．；：？！）》〉」』】〕…—～％,.;:?!)]}"


@dataclass(frozen=True)
class Lettering:
    """How words are set: lines, letter height in pixels, where the block begins, its size, and its font."""

    lines: tuple[str, ...]
    height: int
    left: int
    top: int
    width: int
    high: int
    align: str
    font: FoundFont
    outline: int


def written(rgb: Bytes, operation: WriteText) -> tuple[Bytes, list[str]]:
    """Return the picture (uint8 HWC) with the words on it, and in words what had to be changed to fit.

    Raises: CallError where the box is beside the picture or too small for any letter, ToolFailed where no font has the
    characters.
    """
    setting = laid_out(rgb.shape, operation)
    letters, rim = text_cover(rgb.shape, setting)
    colour = operation.colour or _standing_out(rgb, rim)
    against = "#000000" if float(to_linear(hex_to_rgb(colour)) @ LUMINANCE) > 0.18 else "#ffffff"
    light = to_linear(rgb)
    result = rgb
    if setting.outline:
        dark = np.broadcast_to(to_linear(hex_to_rgb(against)), light.shape)
        result = composed(rgb, light, dark, (0.9 * rim)[..., None])
    ink = np.broadcast_to(to_linear(hex_to_rgb(colour)), light.shape)
    result = composed(result, to_linear(result), ink, letters[..., None])
    asked = max(_LEAST, round(operation.size * rgb.shape[0]))
    said = []
    if setting.font[0] != str(SHIPPED):
        said.append(f"written in {Path(setting.font[0]).name}, a font of this machine; another may have another")
    if setting.height < asked:
        said.append(f"letters of {setting.height} instead of {asked} pixels, so that the words fit")
    return result, said


def laid_out(shape: tuple[int, ...], operation: WriteText) -> Lettering:
    """Return how the words of an operation are set on a picture of a shape (height, width, …).

    Raises: CallError and ToolFailed, as `written`.
    """
    height, width = shape[:2]
    area = _area(operation.box, height, width)
    found = find_font(operation.font, operation.text)
    start = max(_LEAST, round(operation.size * height))
    for size in range(start, _LEAST - 1, -1):
        outline = round(operation.outline * size)
        font = ImageFont.truetype(found[0], size, index=found[1])
        room = area[2] - area[0] - 2 * outline
        lines = _wrapped(operation.text, font, room)
        if lines is None:
            continue
        wide = max(_length(font, line) for line in lines) + 2 * outline
        high = round(size * (_LINE * (len(lines) - 1) + 1.18)) + 2 * outline
        if high <= area[3] - area[1] and wide <= area[2] - area[0]:
            place = "centre" if operation.box else operation.place
            left, top = _corner(area, wide, high, place)
            align = "left" if "left" in place else "right" if "right" in place else "centre"
            return Lettering(tuple(lines), size, left, top, wide, high, align, found, outline)
    raise CallError(
        f"{len(operation.text)} characters in a box of {area[2] - area[0]}x{area[3] - area[1]} pixels",
        f"room for letters of {_LEAST} pixels",
        "write less, or give a larger box",
    )


def text_cover(shape: tuple[int, ...], setting: Lettering) -> tuple[Floats, Floats]:
    """Return how strongly letters, and letters with their outline, cover each pixel: two planes 0…1 HW."""
    height, width = shape[:2]
    font = ImageFont.truetype(setting.font[0], setting.height, index=setting.font[1])
    planes = []
    for stroke in (0, setting.outline):
        plane = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(plane)
        for index, line in enumerate(setting.lines):
            free = setting.width - 2 * setting.outline - _length(font, line)
            x = setting.left + setting.outline + {"left": 0, "centre": free // 2, "right": free}[setting.align]
            y = setting.top + setting.outline + round(setting.height * (0.94 + _LINE * index))
            draw.text((x, y), line, fill=255, font=font, anchor="ls", stroke_width=stroke)
        planes.append(np.asarray(plane, np.float32) / 255)
    return np.asarray(planes[0], np.float32), np.asarray(planes[1], np.float32)


def _standing_out(rgb: Bytes, rim: Floats) -> str:
    """White or black, whichever stands out more from what is beneath the words."""
    beneath = to_linear(rgb)[rim > 0.1] @ LUMINANCE
    mean = float(beneath.mean()) if len(beneath) else 0.5
    return "#ffffff" if (1.05 / (mean + 0.05)) >= ((mean + 0.05) / 0.05) * 0.6 else "#111111"


def _area(box: Box | None, height: int, width: int) -> tuple[int, int, int, int]:
    if box is None:
        margin = round(_MARGIN * min(height, width))
        return margin, margin, width - margin, height - margin
    x0, y0, x1, y1 = max(0, round(box.x0)), max(0, round(box.y0)), min(width, round(box.x1)), min(height, round(box.y1))
    if x0 >= x1 or y0 >= y1:
        raise CallError(
            f"a box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g} for the words",
            f"a box inside the picture of {width}x{height}",
            "draw the box on the picture",
        )
    return x0, y0, x1, y1


def _corner(area: tuple[int, int, int, int], wide: int, high: int, place: str) -> tuple[int, int]:
    free_x, free_y = area[2] - area[0] - wide, area[3] - area[1] - high
    x = 0 if "left" in place else free_x if "right" in place else free_x // 2
    y = 0 if "top" in place or "upper" in place else free_y if "bottom" in place or "lower" in place else free_y // 2
    return area[0] + x, area[1] + y


def _length(font: ImageFont.FreeTypeFont, line: str) -> int:
    left, _, right, _ = font.getbbox(line, anchor="ls")
    return int(np.ceil(max(font.getlength(line), right) - min(0, left)))


def _wrapped(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str] | None:
    """Break a text into lines no wider than `room`, between words and Chinese characters; None where it can't be."""
    lines = []
    for paragraph in text.strip().splitlines():
        line = ""
        for piece in re.findall(rf"{_WIDE}[{re.escape(_NO_START)}]*|[^\S\n]+|(?:(?!{_WIDE})\S)+", paragraph):
            if _length(font, (line + piece).rstrip()) <= room:
                line += piece
                continue
            if line.strip():
                lines.append(line.rstrip())
            line = piece.lstrip()
            if _length(font, line) > room:
                return None
        lines.append(line.rstrip())
    return lines
