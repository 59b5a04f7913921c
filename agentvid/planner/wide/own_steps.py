"""A request for one of the person's own tools as a step: its media in order, what was told it, and what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

from agentvid.chain.step import Ref
from agentvid.media.clean import MAX_CHARACTERS
from agentvid.media.types import MEDIA_TYPES
from agentvid.planner.check import RANGES
from agentvid.planner.grammar.resolve import AskBack, Held
from agentvid.planner.wide.own import own_name
from agentvid.planner.wide.own_args import own_args
from agentvid.planner.wide.says import tell
from agentvid.planner.wide.text import told
from agentvid.tool import Parameter, ToolSpec

if TYPE_CHECKING:
    from agentvid.planner.wide.steps import PictureWriter
    from agentvid.planner.wide.understand import Want

__all__ = ["write_own"]

_LOCATED: Final = {"Mask": "mask", "Box": "box", "Point": "point"}
_LONGEST: Final = 120
_ABOUT: Final = re.compile(
    r"(?<![a-z])(?:on|of|around|to|for|behind|over) (?:the|my|her|his) (?P<t>(?!(?:first|second|third|last|other|pictures?|photos?"
    r"|images?|clips?|videos?)(?![a-z]))[a-z][a-z ]{1,30}?)(?=$|[,.;]| (?:with|in|of|and|at|by|from)(?![a-z]))"
    r"|[把将给对](?P<z>[^,;把将的]{1,10}?)(?=做|加|弄|用|变|套|打)"
)


@dataclass(frozen=True)
class _Item:
    """A medium that could be an argument; `is_near` tells one of this message, or made in this chain."""

    type: str
    value: dict[str, Any]
    key: str
    name: str
    number: int
    is_near: bool


def write_own(steps: PictureWriter, want: Want) -> None:
    """Write the step of a request for one of the person's own tools.

    Raises: AskBack naming what it needs and the message does not tell.
    """
    writer = steps.writer
    request = writer.world.request
    spec = next(spec for spec in request.own if spec.name == own_name(want.op))
    message = told(want.clause)
    args, used = _media(steps, spec, want)
    args |= own_args(spec, message)
    for parameter in spec.parameters:
        if parameter.name in args:
            _require_in_range(steps, spec, parameter, args[parameter.name])
        elif parameter.required and parameter.type in _LOCATED and (picture := _first_picture(used)):
            match = _ABOUT.search(message.low)
            thing = (match["t"] or match["z"] or "").strip() if match else ""
            thing = thing or writer.say("main_subject")
            found = writer.step(
                "locate",
                tell(steps.language, "locate_own", thing=thing, medium=picture.name, tool=spec.name),
                {"image": picture.value, "what": thing},
            )
            args[parameter.name] = Ref(step=found, port=_LOCATED[parameter.type])
        elif parameter.required and not (parameter.name in {port.name for port in spec.ports} and args):
            _ask_for(steps, spec, parameter, 1)
    step = writer.step(spec.name, _thought(steps, spec, args, used), args)
    _answer(steps, spec, step, used)


def _media(steps: PictureWriter, spec: ToolSpec, want: Want) -> tuple[dict[str, Any], list[_Item]]:
    """Return the media of a step by parameter, and those that were used."""
    named, pool = _items(steps, want)
    args: dict[str, Any] = {}
    used: list[_Item] = []
    media = [p for p in spec.parameters if p.type in MEDIA_TYPES and p.type not in _LOCATED]
    for parameter in sorted(media, key=lambda p: not p.required):
        keys = {item.key for item in used}
        said = [item for item in named if item.type == parameter.type and item.key not in keys]
        near = [item for item in pool if item.type == parameter.type and item.key not in keys]
        if parameter.many:
            chosen = said or [item for item in near if item.is_near] or near
        elif parameter.required:
            chosen = (said or near)[:1]
        else:
            chosen = (said or [item for item in near if item.is_near])[:1]
        if not chosen and parameter.required:
            _ask_for(steps, spec, parameter, 1 + sum(item.type == parameter.type for item in used))
        if chosen:
            used += chosen
            values = [item.value for item in chosen]
            args[parameter.name] = values if parameter.many else values[0]
    return args, used


def _items(steps: PictureWriter, want: Want) -> tuple[list[_Item], list[_Item]]:
    """Return what a request names, in order, and what else is at hand: new media first, then what was last made."""
    writer = steps.writer
    made = [_held(held) for held in writer.media.made[::-1] if held.key not in writer.hidden]
    known = []
    for medium in writer.world.request.media:
        kind = medium.artifact.type.capitalize()
        is_upload = not isinstance(medium.source, Ref)
        value = (medium.artifact if isinstance(medium.source, str) else medium.source).model_dump(mode="json")
        key = medium.artifact.artifact if is_upload else str(medium.source)
        item = _Item(kind, value, key, f"@v{medium.number}", medium.number, medium.is_new)
        known.append((medium, item))
    by_number = {item.number: item for _, item in known}
    named = [made[0] if not number and made else by_number.get(number) for number in want.on]
    new = [item for medium, item in known if medium.is_new]
    old = [(medium, item) for medium, item in known if not medium.is_new]
    results = [item for medium, item in old[::-1] if isinstance(medium.source, Ref)]
    uploads = [item for medium, item in sorted(old, key=lambda pair: -pair[0].turn) if isinstance(medium.source, str)]
    latest = max((medium.turn for medium, _ in old), default=0)
    is_last_upload = bool(old) and not any(isinstance(m.source, Ref) and m.turn == latest for m, _ in old)
    before = [*uploads, *results] if is_last_upload else [*results, *uploads]
    pool = [item for item in [*made[:1], *new, *made[1:], *before] if item.key not in writer.hidden]
    return [item for item in named if item is not None], list({item.key: item for item in pool}.values())


def _held(held: Held) -> _Item:
    return _Item(held.kind.capitalize(), held.value, held.key, held.name, held.number, True)


def _first_picture(used: list[_Item]) -> _Item | None:
    return next((item for item in used if item.type == "Image"), None)


def _thought(steps: PictureWriter, spec: ToolSpec, args: dict[str, Any], used: list[_Item]) -> str:
    chinese = steps.language == "zh"
    names = ("、" if chinese else ", ").join(dict.fromkeys(item.name for item in used))
    plain = {name: value for name, value in args.items() if isinstance(value, str | float | int)}
    values = ("，" if chinese else ", ").join(f"{name} {_shown(value)}" for name, value in plain.items())
    key = "own" if names else "own_plain"
    summary = _clean(spec.summary).rstrip(".。")
    if chinese:
        return tell("zh", key, tool=spec.name, medium=names, what=summary, values=f"（{values}）" if values else "")
    return tell("en", key, tool=spec.name, medium=names, what=summary, values=f" ({values})" if values else "")


def _shown(value: str | float) -> str:
    return (
        f"“{_clean(value)}”" if isinstance(value, str) else f"{value:g}" if not isinstance(value, bool) else str(value)
    )


def _clean(text: str) -> str:
    plain = "".join(character for character in text[:MAX_CHARACTERS] if character.isprintable())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _answer(steps: PictureWriter, spec: ToolSpec, step: str, used: list[_Item]) -> None:
    """Answer with what the tool makes; what it was made of is an answer no more."""
    writer = steps.writer
    ports = [port for port in spec.ports if not port.optional] or list(spec.ports)
    shown = [port for port in ports if port.type in ("Text", "Answer")]
    writer.answer += [Ref(step=step, port=port.name) for port in shown]
    made = [port for port in ports if port.type in ("Image", "Video")]
    if made:
        writer.hidden |= {item.key for item in used if not item.number}
    for port in made:
        ref = Ref(step=step, port=port.name)
        kind = "image" if port.type == "Image" else "video"
        writer.media.make(Held(kind, ref.model_dump(mode="json"), str(ref), tell(steps.language, "made")))  # type: ignore[arg-type]
        writer.answer.append(ref)
    others = [port for port in ports if port.type in ("Audio", "Mesh")]
    writer.answer += [Ref(step=step, port=port.name) for port in others]
    if not (shown or made or others):
        writer.answer += [Ref(step=step, port=port.name) for port in ports if port.type in ("Number", "Mask", "Depth")]


def _require_in_range(steps: PictureWriter, spec: ToolSpec, parameter: Parameter, value: object) -> None:
    allowed = RANGES.get(parameter.name)
    if allowed and isinstance(value, float | int) and not allowed.holds(value):
        raise AskBack(
            tell(
                steps.language,
                "own_range",
                tool=spec.name,
                name=parameter.name,
                value=f"{value:g}",
                allowed=str(allowed),
            )
        )


_KINDS: Final = {
    "Image": ("picture", "张图片"), "Video": ("clip", "段视频"), "Audio": ("sound", "段声音"), "Mesh": ("3D model", "个 3D 模型"),
    "Mask": ("mask", "个蒙版"), "Depth": ("depth map", "张深度图"), "Box": ("picture", "张图片"), "Point": ("picture", "张图片"),
}  # fmt: skip
_COUNT_EN: Final = ("a", "a second", "a third", "a fourth", "one more")
_COUNT_ZH: Final = ("一", "第二", "第三", "第四", "再一")


def _ask_for(steps: PictureWriter, spec: ToolSpec, parameter: Parameter, count: int) -> NoReturn:
    """Ask for what a tool needs and nothing told it.

    Raises: AskBack, always.
    """
    chinese = steps.language == "zh"
    doc = _clean(parameter.doc)
    words = {
        "tool": spec.name,
        "name": parameter.name,
        "doc": (f"（{doc}）" if chinese else f" ({doc})") if doc else "",
    }
    if parameter.type in _KINDS:
        at = min(count, len(_COUNT_EN)) - 1
        english, chinese_kind = _KINDS[parameter.type]
        what = f"{_COUNT_ZH[at]}{chinese_kind}" if chinese else f"{_COUNT_EN[at]} {english}"
        raise AskBack(tell(steps.language, "own_medium", what=what, **words))
    if parameter.choices:
        known = ("、" if chinese else ", ").join(_clean(choice) for choice in parameter.choices[:12])
        raise AskBack(tell(steps.language, "own_choice", known=known, **words))
    key = {"Text": "own_text", "Number": "own_number", "Flag": "own_flag"}.get(parameter.type, "own_other")
    raise AskBack(tell(steps.language, key, type=parameter.type, **words))
