"""Turn what was seen and what is wanted into an edit plan. Pure: no engine is asked."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from agentvid import (
    BlurBackground,
    CallError,
    EditPlan,
    Image,
    Palette,
    Recolour,
    Remove,
    ReplaceBackground,
    ToolContext,
    adjust,
    colour_name,
    colour_words,
    hex_to_lab,
    lab_to_hex,
    named_colour,
    relative_change,
)
from agentvid.tool import tool

OPERATIONS = ("recolour", "remove", "blur_background", "replace_background")
PLACES = {
    "upper left": "左上方", "top": "上方", "upper right": "右上方", "left": "左边", "centre": "中间", "right": "右边",
    "lower left": "左下方", "bottom": "下方", "lower right": "右下方",
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """The plan, and in one sentence what it rests on."""

    plan: EditPlan
    finding: str


@tool(helpers=[named_colour])
async def plan_edit(
    ctx: ToolContext,
    operation: str,
    target: str,
    colour: str = "",
    palette: Palette | None = None,
    light: float | None = None,
    size: float | None = None,
    place: str = "",
    background: Image | None = None,
    request: str = "",
    plan: EditPlan | None = None,
) -> Planned:
    """Plan an edit: what changes to what, fitted to the light, the size and the colours that were seen.

    Args:
        operation: recolour, remove, blur_background or replace_background
        target: the thing the edit is about, in words
        colour: the wanted colour: a colour word, "darker", "darker blue" or #rrggbb
        palette: the thing's colours now
        light: the thing's mean relative luminance, 0 to 1; a dim thing gets a darker colour, so that it looks lit alike
        size: the thing's share of the picture, 0 to 1; the border's softness follows from it
        place: where the thing is, in words
        background: a picture to put behind the thing
        request: the message in the person's words; the finding is in its language
        plan: a plan that a person wrote; it is taken as it is, and the finding tells of it
    """
    if plan is not None:
        first = plan.operations[0]
        now = first.source if isinstance(first, Recolour) else None
        to = first.target if isinstance(first, Recolour) else ""
        if isinstance(first, ReplaceBackground) and first.image is None:
            to = first.colour
        return Planned(plan=plan, finding=_finding(first.op, plan.target, now, to, light, size, place, request))
    source = _main_colour(palette)
    wanted = ""
    step: Recolour | Remove | BlurBackground | ReplaceBackground
    if operation == "recolour":
        wanted = _wanted(colour, source, request, light)
        step = Recolour(source=source or wanted, target=wanted)
    elif operation == "remove":
        step = Remove(grow=4 if size is None else max(2, min(10, round(2 + 8 * size**0.5))))
    elif operation == "blur_background":
        step = BlurBackground(radius=8.0 if size is None else round(4 + 12 * (1 - min(1.0, size)), 1))
    elif operation == "replace_background":
        wanted = "" if background else _wanted(colour or "white", None, request, None)
        step = ReplaceBackground(image=background) if background else ReplaceBackground(colour=wanted)
    else:
        raise CallError(f"the operation {operation!r}", f"one of {', '.join(OPERATIONS)}", "choose one of these")
    feather = 2.0 if size is None else round(min(3.0, 1.0 + 3.0 * max(0.0, size) ** 0.5), 2)
    made = EditPlan(target=target, operations=(step,), feather=feather)
    return Planned(plan=made, finding=_finding(operation, target, source, wanted, light, size, place, request))


def _main_colour(palette: Palette | None) -> str | None:
    """The largest chromatic colour, where it is a tenth of the thing or more; else the largest."""
    if palette is None:
        return None
    strong = [s for s in palette.colours if s.share >= 0.1 and _chroma(s.colour) >= 18]
    return max(strong or palette.colours, key=lambda s: s.share * (0.4 + min(1.0, hex_to_lab(s.colour)[0] / 40))).colour


def _chroma(colour: str) -> float:
    _, a, b = hex_to_lab(colour)
    return math.hypot(a, b)


def _wanted(colour: str, source: str | None, request: str, light: float | None) -> str:
    words = colour.strip() or request
    named, change = named_colour(words), relative_change(words)
    if named:
        return named if "#" in words else _lit(named, light)
    if change and source:
        return adjust(source, change)
    if change:
        raise CallError(f"{words!r} with no palette", "the colour to start from", "hand in the palette of analyse")
    known = ", ".join(colour_words("zh" if _is_chinese(words) else "en"))
    raise CallError(f"the colour {words!r}", f"#rrggbb, darker, lighter, or one of: {known}", "write one of these")


def _lit(colour: str, light: float | None) -> str:
    """The colour as it would look in this light: darker where the thing is dim, as it is from 0.12 on."""
    if light is None or light >= 0.12:
        return colour
    lightness, a, b = hex_to_lab(colour)
    dim = 0.7 + 0.3 * max(0.0, light) / 0.12
    return lab_to_hex((lightness * dim, a * dim, b * dim))


def _is_chinese(*texts: str) -> bool:
    return any(re.search(r"[一-鿿]", text) for text in texts)


def _finding(
    operation: str, target: str, source: str | None, wanted: str,
    light: float | None, size: float | None, place: str, request: str,
) -> str:  # fmt: skip
    chinese = _is_chinese(request, target)
    language = "zh" if chinese else "en"
    now, to = (colour_name(colour, language) if colour else "" for colour in (source, wanted))
    if chinese:
        seen = [PLACES.get(place, place), now and f"现在主要是{now}", _dim(light, "光线偏暗", "光线充足")]
        seen += [f"占画面 {size:.0%}"] if size is not None else []
        does = {
            "recolour": f"改成{to}（{wanted}），保留明暗",
            "remove": "去掉，用周围填补",
            "blur_background": "保持清晰，虚化背景",
        }
        does["replace_background"] = f"保留，背景换成{to}" if to else "保留，背景换成给定的图片"
        return f"{target}" + (f"（{'，'.join(filter(None, seen))}）" if any(seen) else "") + does[operation] + "。"
    seen = [place and f"at the {place}", now and f"now mostly {now}", _dim(light, "dimly lit", "well lit")]
    seen += [f"{size:.0%} of the picture"] if size is not None else []
    does = {
        "recolour": f"becomes {to} ({wanted}) and keeps its light and shade",
        "remove": "goes, filled from around it",
    }
    does |= {"blur_background": "stays sharp before a blurred background"}
    does["replace_background"] = f"stays, before {to}" if to else "stays, before the given picture"
    return f"{target}" + (f" ({', '.join(filter(None, seen))}) " if any(seen) else " ") + does[operation] + "."


def _dim(light: float | None, dim: str, bright: str) -> str:
    return "" if light is None else dim if light < 0.12 else bright
