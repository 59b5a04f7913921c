"""Turn what was seen and what is wanted into an edit plan. Pure: no engine is asked."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from agentvid import (
    Add,
    Adjust,
    BlurBackground,
    Box,
    CallError,
    Count,
    EditPlan,
    Image,
    Light,
    Material,
    Move,
    Palette,
    Recolour,
    Remove,
    RemoveText,
    Replace,
    ReplaceBackground,
    Resize,
    Style,
    ToolContext,
    Weather,
    WriteText,
    adjust,
    adjustments,
    colour_name,
    colour_words,
    hex_to_lab,
    known_values,
    lab_to_hex,
    named_colour,
    read_side,
    read_value,
    relative_change,
    tell_operation,
)
from agentvid.tool import tool

OPERATIONS = (
    "recolour", "remove", "blur_background", "replace_background", "adjust", "light", "weather", "style", "material",
    "move", "resize", "text", "remove_text", "add", "replace", "count",
)  # fmt: skip
Step = (
    Recolour | Remove | BlurBackground | ReplaceBackground | Adjust | Light | Weather | Style | Material | Move | Resize
    | WriteText | RemoveText | Add | Replace | Count
)  # fmt: skip
PLACES = {
    "upper left": "左上方", "top": "上方", "upper right": "右上方", "left": "左边", "centre": "中间", "right": "右边",
    "lower left": "左下方", "bottom": "下方", "lower right": "右下方",
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """The plan, and in one sentence what it rests on."""

    plan: EditPlan
    finding: str


@tool(helpers=[named_colour, read_value])
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
    value: str = "",
    amount: float | None = None,
    direction: str = "",
    text: str = "",
    box: Box | None = None,
) -> Planned:
    """Plan an edit: what changes to what, fitted to the light, the size and the colours that were seen.

    "make the cup darker": operation adjust, target cup, value "darker". "日落时的光，从左边来": light, value 日落,
    direction 左. "turn it into a watercolour": style, target picture, value watercolour. "move the cup a bit to the
    left": move, direction left, amount 0.1. "twice as large": resize, amount 2. "write 早安 at the top in red": text,
    text 早安, direction top, colour red.

    Args:
        operation: recolour, remove, blur_background, replace_background, adjust, light, weather, style, material,
            move, resize, text, remove_text; add, replace and count are for engines that draw
        target: the thing the edit is about, in words; "background" or "picture" for all but it, or for all
        colour: the wanted colour: a colour word, "darker", "darker blue" or #rrggbb
        palette: the thing's colours now
        light: the thing's mean relative luminance, 0 to 1; a dim thing gets a darker colour, so that it looks lit alike
        size: the thing's share of the picture, 0 to 1; the border's softness follows from it
        place: where the thing is, in words
        background: a picture to put behind the thing
        request: the message in the person's words; the finding is in its language
        plan: a plan that a person wrote; it is taken as it is, and the finding tells of it
        value: which adjustment, look, weather, style, material, font or new thing, in the person's words
        amount: adjust: -1 to 1; light, weather, style: strength, 0 to 1; material: size of the grain (1 is usual);
            move: share of the picture, 0 to 1; resize: factor; text: letter height as a share of the picture; count
        direction: move: left, right, up, down, or a place to move to; light: the side it comes from; text, add: a place
        text: the words to write
        box: where the words are to stand, or the thing that they stand above or below, as `direction` says
    """
    if plan is not None:
        first = plan.operations[0]
        now = first.source if isinstance(first, Recolour) else None
        to = first.target if isinstance(first, Recolour) else ""
        if isinstance(first, ReplaceBackground) and first.image is None:
            to = first.colour
        return Planned(plan=plan, finding=_finding(first, plan.target, now, to, light, size, place, request))
    source = _main_colour(palette)
    wanted = ""
    step: Step
    if operation == "recolour":
        wanted = _wanted(colour, source, request, light)
        step = Recolour(source=source or wanted, target=wanted)
    elif operation in ("remove", "remove_text"):
        grow = 4 if size is None else max(2, min(10, round(2 + 8 * size**0.5)))
        step = Remove(grow=grow) if operation == "remove" else RemoveText()
    elif operation == "blur_background":
        step = BlurBackground(radius=8.0 if size is None else round(4 + 12 * (1 - min(1.0, size)), 1))
    elif operation == "replace_background":
        wanted = "" if background else _wanted(colour or "white", None, request, None)
        step = ReplaceBackground(image=background) if background else ReplaceBackground(colour=wanted)
    elif operation == "text":
        step = _writing(text or value, value if text else "", colour, amount, direction, box, request)
    elif operation in ("move", "resize"):
        step = _shifting(operation, value, amount, direction or value or request, place)
    elif operation in ("add", "replace", "count"):
        step = _drawing(operation, value, amount, direction, target)
    elif operation in OPERATIONS:
        step = _looking(operation, value or request, amount, direction, target)
    else:
        raise CallError(f"the operation {operation!r}", f"one of {', '.join(OPERATIONS)}", "choose one of these")
    feather = 2.0 if size is None else round(min(3.0, 1.0 + 3.0 * max(0.0, size) ** 0.5), 2)
    made = EditPlan(target=target, operations=(step,), feather=feather)
    return Planned(plan=made, finding=_finding(step, target, source, wanted, light, size, place, request))


def _looking(operation: str, words: str, amount: float | None, direction: str, target: str) -> Step:
    """Adjust, light, weather, style or material, read from words."""
    part = _part(target)
    if operation == "adjust":
        fields = adjustments(words)
        if not fields:
            raise CallError(
                f"the adjustment {words!r}", "brighter, darker, more contrast, warmer, sharper …", "say which"
            )
        much = abs(_within("amount", amount, -1, 1)) if amount is not None else None
        if much is not None:
            fields = {name: (much if usual > 0 else -much) for name, usual in fields.items()}
        elif re.search(r"slight|a bit|a little|一点|稍|略|一些", words):
            fields = {name: round(usual / 2, 3) for name, usual in fields.items()}
        elif re.search(r"very|much|a lot|strong|很|非常|大大|得多", words):
            fields = {name: max(-1.0, min(1.0, round(1.75 * usual, 3))) for name, usual in fields.items()}
        return Adjust(**{"part": part, **fields})
    value = read_value(operation, words)
    if value is None:
        known = ", ".join(known_values(operation, "zh" if _is_chinese(words) else "en"))
        raise CallError(f"the {operation} {words!r}", f"one of {known}", "write one of these")
    if operation == "material":
        scale = 1.0 if amount is None else _within("amount", amount, 0.1, 10)
        return Material.model_validate({"kind": value, "part": part, "scale": scale})
    fields_of = {"part": part} | ({} if amount is None else {"strength": _within("amount", amount, 0, 1)})
    if operation == "light":
        return Light.model_validate({"look": value, "side": read_side(direction)} | fields_of)
    kind = Weather if operation == "weather" else Style
    return kind.model_validate({"kind": value} | fields_of)


def _part(target: str) -> str:
    if re.search(r"\bbackground\b|\bbackdrop\b|背景|后面", target, re.IGNORECASE):
        return "background"
    whole = r"\b(?:picture|photo|image|scene|everything|whole|frame)\b|画面|照片|图片|图像|整张|全图|整体|整个画"
    return "picture" if re.search(whole, target, re.IGNORECASE) or not target.strip() else "target"


def _shifting(operation: str, value: str, amount: float | None, words: str, place: str) -> Step:
    if operation == "resize":
        shrinks = re.search(r"small|shrink|half|reduce|小|缩|一半", f"{value} {words}", re.IGNORECASE)
        twice = re.search(r"twice|double|两倍|一倍|2 ?x", f"{value} {words}", re.IGNORECASE)
        halved = re.search(r"half|一半", f"{value} {words}", re.IGNORECASE)
        usual = 2.0 if twice else 0.5 if halved else 0.7 if shrinks else 1.4
        return Resize(factor=_within("amount", amount, 0.05, 8) if amount is not None else usual)
    goal = _place(words)
    if goal and place and goal not in ("left", "right", "top", "bottom"):
        here, there = _cell(place), _cell(goal)
        return Move(dx=round(there[0] - here[0], 3), dy=round(there[1] - here[1], 3))
    far = 0.2 if amount is None else _within("amount", amount, 0, 1)
    dx = far * (bool(re.search(r"right|右", words, re.I)) - bool(re.search(r"left|左", words, re.I)))
    dy = far * (
        bool(re.search(r"down|lower|bottom|below|下", words, re.I))
        - bool(re.search(r"\bup|above|\btop|upper|上", words, re.I))
    )
    if not dx and not dy:
        raise CallError(f"the direction {words!r}", "left, right, up, down, or a place", "say where to move it")
    return Move(dx=dx, dy=dy)


def _writing(
    text: str, font: str, colour: str, amount: float | None, direction: str, box: Box | None, request: str
) -> WriteText:
    if not text.strip():
        raise CallError("no words to write", "the words, in `text`", "say what to write")
    ink = named_colour(colour) if colour else None
    if colour and ink is None:
        raise CallError(f"the colour {colour!r}", "a colour word or #rrggbb", "write for example red or #d32f2f")
    serif, hand = (
        re.search(r"(?<!sans)[ -]?serif|宋|衬线", font, re.I),
        re.search(r"hand|script|手写|楷|书法", font, re.I),
    )
    family = "hand" if hand else "serif" if serif and not re.search(r"sans", font, re.I) else "sans"
    box = box if box is None else _beside(box, direction)
    fields = {"text": text, "box": box, "place": _place(direction) or "bottom", "colour": ink, "font": family}
    return WriteText.model_validate(fields | ({} if amount is None else {"size": _within("amount", amount, 0.01, 1)}))


def _beside(box: Box, direction: str) -> Box:
    """The room right above or below a thing, as wide as it is; its own place where no side is named, or it has none."""
    low = direction.lower()
    tall = max(12.0, (box.y1 - box.y0) / 3)
    if re.search(r"above|\bover\b|上方", low) and box.y0 >= 12:
        return Box(x0=box.x0, y0=max(0.0, box.y0 - tall), x1=box.x1, y1=box.y0)
    if re.search(r"below|under|下方", low):
        return Box(x0=box.x0, y0=box.y1, x1=box.x1, y1=box.y1 + tall)
    return box


def _drawing(operation: str, value: str, amount: float | None, direction: str, target: str) -> Step:
    if operation == "count":
        if amount is None:
            raise CallError("count without a number", "how many, in `amount`", "say how many")
        return Count(what=value or target, number=round(_within("amount", amount, 0, 1000)))
    if not value.strip():
        raise CallError(f"{operation} without a thing", "what it is, in `value`", "say what to draw")
    return Add(what=value, where=direction) if operation == "add" else Replace(to=value)


def _place(words: str) -> str:
    """One of the nine places, "" where words name none."""
    low = words.lower()
    for name, chinese in PLACES.items():
        if low == name or words == chinese:
            return name
    up, down = re.search(r"\btop|upper|above|\bup\b|上|顶", low), re.search(r"bottom|lower|below|\bdown\b|下|底", low)
    left, right = re.search(r"left|左", low), re.search(r"right|右", low)
    middle = re.search(r"cent(?:re|er)|middle|中", low)
    row, column = "upper" if up else "lower" if down else "", "left" if left else "right" if right else ""
    if row and column:
        return f"{row} {column}"
    return {"upper": "top", "lower": "bottom"}.get(row, "") or column or ("centre" if middle else "")


def _cell(place: str) -> tuple[float, float]:
    row, column = divmod(list(PLACES).index(place), 3)
    return (2 * column + 1) / 6, (2 * row + 1) / 6


def _within(name: str, number: float, least: float, most: float) -> float:
    if not least <= number <= most:
        raise CallError(f"{name} {number:g}", f"{least:g} to {most:g}", "choose one in this range")
    return number


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
    step: Step, target: str, source: str | None, wanted: str,
    light: float | None, size: float | None, place: str, request: str,
) -> str:  # fmt: skip
    chinese = _is_chinese(request, target)
    language: Literal["en", "zh"] = "zh" if chinese else "en"
    operation = step.op
    now, to = (colour_name(colour, language) if colour else "" for colour in (source, wanted))
    if not isinstance(step, Recolour | Remove | BlurBackground | ReplaceBackground):
        told = tell_operation(step, language)
    else:
        told = ""
    if chinese:
        seen = [PLACES.get(place, place), now and f"现在主要是{now}", _dim(light, "光线偏暗", "光线充足")]
        seen += [f"占画面 {size:.0%}"] if size is not None else []
        does = {
            "recolour": f"改成{to}（{wanted}），保留明暗",
            "remove": "去掉，用周围填补",
            "blur_background": "保持清晰，虚化背景",
        }
        does["replace_background"] = f"保留，背景换成{to}" if to else "保留，背景换成给定的图片"
        return (
            f"{target}"
            + (f"（{'，'.join(filter(None, seen))}）" if any(seen) else "")
            + (told or does[operation])
            + "。"
        )
    seen = [place and f"at the {place}", now and f"now mostly {now}", _dim(light, "dimly lit", "well lit")]
    seen += [f"{size:.0%} of the picture"] if size is not None else []
    does = {
        "recolour": f"becomes {to} ({wanted}) and keeps its light and shade",
        "remove": "goes, filled from around it",
    }
    does |= {"blur_background": "stays sharp before a blurred background"}
    does["replace_background"] = f"stays, before {to}" if to else "stays, before the given picture"
    return (
        f"{target}" + (f" ({', '.join(filter(None, seen))}) " if any(seen) else " ") + (told or does[operation]) + "."
    )


def _dim(light: float | None, dim: str, bright: str) -> str:
    return "" if light is None else dim if light < 0.12 else bright
