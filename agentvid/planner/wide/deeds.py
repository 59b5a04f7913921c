"""What a step of the wide reader does, as its thought says it: tool and arguments in a sentence, English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from agentvid.planner.request import Language

__all__ = ["deed"]

_DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "crop": ("Crop {medium}{to}", "裁剪{medium}{to}"),
    "rotate": ("Turn {medium} by {degrees}° {way}", "把{medium}{way}转 {degrees}°"),
    "flip horizontal": ("Mirror {medium}, left to right", "把{medium}左右翻转"),
    "flip vertical": ("Turn {medium} upside down, as in a mirror", "把{medium}上下翻转"),
    "extend": ("Widen the canvas of {medium}{to}", "扩展{medium}的画布{to}"),
    "upscale": ("Enlarge {medium}{to}", "放大{medium}{to}"),
    "speed": ("Play {medium} at {speed} times its speed{span}", "以 {speed} 倍速播放{medium}{span}"),
    "speed back": ("Play {medium} backwards at {speed} times its speed{span}", "以 {speed} 倍速倒放{medium}{span}"),
    "reverse": ("Play {medium} backwards", "倒放{medium}"),
    "reverse loops": ("Play {medium} backwards, {loops} times over", "把{medium}倒放 {loops} 遍"),
    "loops": ("Play {medium} {loops} times over{span}", "把{medium}循环播放 {loops} 遍{span}"),
    "trim": ("Keep of {medium} only what comes{span}", "只保留{medium}的一段{span}"),
    "extend_video": ("Continue {medium} by {seconds} s", "把{medium}续写 {seconds} 秒"),
    "before": ("Put {before} s before the beginning of {medium}", "在{medium}的开头之前补 {before} 秒"),
    "stabilise": ("Take the shake out of {medium}", "消除{medium}的抖动"),
    "interpolate": (
        "Draw frames between those of {medium}: {factor} for each one",
        "给{medium}补帧：每帧变成 {factor} 帧",
    ),
    "morph": (
        "Pass from one of {medium} to the other in {factor} frames",
        "用 {factor} 帧从{medium}中的一张过渡到另一张",
    ),
    "beside": ("Put {medium} side by side", "把{medium}左右并排"),
    "above": ("Put {medium} one above the other", "把{medium}上下排列"),
    "then": ("Show {medium} one after the other", "把{medium}依次播放"),
    "fade": ("Let {medium} fade into each other, one after the other", "让{medium}依次淡入淡出"),
    "inset": ("Put one of {medium} small into a corner of the other", "在{medium}中把一个缩小放进另一个的角落"),
    "caption": ("Write “{text}” on {medium}, at the {place}{span}", "在{medium}的{place}写上“{text}”{span}"),
    "speak": ("Read aloud: “{text}”", "朗读：“{text}”"),
    "sound": ("Make sounds for {medium}{of}", "给{medium}配上声音{of}"),
    "music": ("Make music for {medium}{of}", "给{medium}配乐{of}"),
    "mute": ("Take the sound off {medium}", "去掉{medium}的声音"),
    "map_to_view": (
        "Walk over the map {medium} and show what is seen: “{walk}”",
        "在地图{medium}上行走并画出所见：“{walk}”",
    ),
    "make_3d": ("Make a relief in 3D of {medium}", "把{medium}做成 3D 浮雕"),
    "animate": ("Make {medium} move for {seconds} s: “{prompt}”", "让{medium}动起来，{seconds} 秒：“{prompt}”"),
}
_PLACES: Final[Mapping[str, str]] = {
    "left": "左边",
    "right": "右边",
    "top": "顶部",
    "up": "顶部",
    "upper": "顶部",
    "bottom": "底部",
    "down": "底部",
    "lower": "底部",
    "centre": "中间",
    "all": "四周",
    "upper left": "左上",
    "upper right": "右上",
    "lower left": "左下",
    "lower right": "右下",
    "left right": "左右两边",
    "top bottom": "上下两边",
}
_LONGEST: Final = 60


def deed(tool: str, args: Mapping[str, Any], medium: str, language: Language) -> str:
    """Return the thought of a step by its tool and arguments; `medium` names what it works on."""
    chinese = language == "zh"
    said = {
        name: _short(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, int | float) else value
        for name, value in args.items()
    }
    degrees = args.get("degrees") or 0.0
    said |= {
        "medium": medium,
        "span": _span(args, chinese=chinese),
        "to": _to(args, chinese=chinese) if tool.startswith("transform") else "",
        "of": _of(args, chinese=chinese),
        "place": _place(str(args.get("place") or "bottom"), chinese=chinese),
        "degrees": f"{abs(degrees):g}",
        "way": ("逆时针" if chinese else "anticlockwise") if degrees < 0 else ("顺时针" if chinese else "clockwise"),
    }
    pair = _DEEDS[_name(tool, args)]
    return pair[1].format(**said) + "。" if chinese else pair[0].format(**said) + "."


def _name(tool: str, args: Mapping[str, Any]) -> str:
    """Return the row of `_DEEDS` that a call is told by."""
    if tool in ("transform_image", "transform_video"):
        return f"flip {args['axis']}" if args["kind"] == "flip" else str(args["kind"])
    if tool == "retime":
        name = next((name for name in ("speed", "reverse", "loops") if args.get(name)), "trim")
        if name == "reverse" and args.get("loops"):
            return "reverse loops"
        return "speed back" if name == "speed" and args.get("reverse") else name
    if tool == "compose":
        return str(args["layout"])
    if tool == "sound":
        return str(args["kind"])
    if tool == "mux":
        return "mute"
    if tool == "extend_video" and args.get("before"):
        return "before"
    return "morph" if tool == "interpolate" and args.get("images") else tool


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _place(place: str, *, chinese: bool) -> str:
    return _PLACES.get(place, place) if chinese else {"up": "top", "down": "bottom"}.get(place, place)


def _span(args: Mapping[str, Any], *, chinese: bool) -> str:
    start, end = args.get("start"), args.get("end")
    if start is None and end is None:
        return ""
    if end is None:
        return f"（从 {start:g} 秒起）" if chinese else f", from {start:g} s on"
    return f"（{start or 0:g} 到 {end:g} 秒）" if chinese else f", from {start or 0:g} to {end:g} s"


def _to(args: Mapping[str, Any], *, chinese: bool) -> str:
    """Return how large a frame becomes, and where."""
    said: list[str] = []
    if ratio := args.get("ratio"):
        said.append(f"到 {ratio}" if chinese else f" to {ratio}")
    if (share := args.get("share")) and args["kind"] == "extend":
        said.append(f" {share:.0%}" if chinese else f" by {share:.0%}")
    if width := args.get("width"):
        said.append(f"到 {width} 像素宽" if chinese else f" to a width of {width} pixels")
    if factor := args.get("factor"):
        said.append(f"到 {factor:g} 倍" if chinese else f" {factor:g} times")
    if args["kind"] == "crop" and (place := args.get("place")):
        kept, named = f" {share:.0%}" if share else "", _place(str(place), chinese=chinese)
        said.append(f"，留下{named}{kept}" if chinese else f": its {named}{kept} stays")
    if sides := args.get("sides"):
        named = _place(str(sides), chinese=chinese)
        said.append(f"，{named}" if chinese else ", on all sides" if named == "all" else f", on the {named}")
    return "".join(said)


def _of(args: Mapping[str, Any], *, chinese: bool) -> str:
    what = _short(str(args.get("what") or ""))
    if not what:
        return ""
    return f"：“{what}”" if chinese else f": “{what}”"
