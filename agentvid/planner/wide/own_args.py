"""What a message tells one of the person's own tools, besides media: texts, numbers, flags and choices.

Each argument is read by what the tool says of itself: the parameter's name, its line in the docstring, its choices. What
could be meant for two parameters is given to neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from agentvid.media.colours import colour_phrases
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.wide.likeness import inflected
from agentvid.planner.wide.text import QUOTE, Told
from agentvid.planner.wide.words import CLASSES
from agentvid.tool import Parameter, ToolSpec

__all__ = ["own_args"]

_SAYING: Final = re.compile(
    r"(?:(?<![a-z])(?:saying|that says|which says|reading|that reads|with the (?:words?|text|message))|写着|写上|上面写|内容是|文字是|字是)"
    r"\s*:?\s*(?P<text>[^,;。]+?)\s*(?=$|[,;。]|(?<![a-z])(?:with|and|in|at) (?:a|an|the|\d)(?![a-z]))"
)
_UNITS: Final[tuple[tuple[str, float, str], ...]] = (
    (r"s|secs?|seconds?|秒钟?", 1.0, r"second|duration|length|long|fade|delay|秒|时长"),
    (r"min|minutes?|分钟", 60.0, r"second|duration|length|long|秒|时长"),
    (r"px|pixels?|像素", 1.0, r"pixel|px|width|height|border|margin|size|radius|padding|像素"),
    (
        r"%|per ?cent",
        1.0,
        r"share|amount|strength|opacity|percent|ratio|intensity|level|quality|0 ?(?:…|\.\.|to|-|–|到) ?1",
    ),
    (r"degrees?|deg|°|度", 1.0, r"degree|angle|deg(?![a-z])|rotation|yaw|tilt|hue|度|角"),
    (r"times|x|×|倍", 1.0, r"factor|times|scale|speed|zoom|repeat|倍"),
    (r"fps|frames? (?:per|a) second|帧每秒", 1.0, r"fps|per second|rate"),
    (r"frames?|帧", 1.0, r"frames?(?![a-z])|帧"),
)
"""Units of numbers, what one is worth, and what tells in a parameter's name or doc that it is counted in them."""
_NUMBER: Final = CLASSES["number"]
_COUNTED: Final = re.compile(
    rf"(?<![a-z])(?:these|those|the|all|both|first|last|v|@v|photo|picture|image|clip) ?{_NUMBER}(?![a-z\d.])"
    rf"|{_NUMBER} (?:\w+ )?(?:photos?|pictures?|pics?|images?|shots?|stills?|clips?|videos?|ones?)(?![a-z])"
    rf"|[这那第前后]{_NUMBER}|{_NUMBER}(?:张|段|幅|条|个|份|下|点|些|起)|(?<![a-z])(?:one|a few|several|half)(?![a-z])|@?v\d+"
)
"""Numbers that count media, or nothing at all."""
_NO: Final = r"(?<![a-z])(?:no|without(?: the| a| any)?|not|don't|disable|skip(?: the)?) (?:\w+ )?"
_WHOLE: Final = frozenset({"request", "instruction", "prompt", "message", "clause", "words", "question"})
"""Texts that take all that was said."""


@dataclass
class _Reader:
    spec: ToolSpec
    message: Told
    low: str
    found: dict[str, Any]

    def free(self, type_name: str) -> list[Parameter]:
        return [p for p in self.spec.parameters if p.type == type_name and p.name not in self.found and not p.many]

    def take(self, start: int, end: int) -> None:
        self.low = f"{self.low[:start]}{' ' * (end - start)}{self.low[end:]}"


def own_args(spec: ToolSpec, message: Told) -> dict[str, Any]:
    """Return the arguments that a clause tells a tool, media left out. What it does not tell is not there."""
    reader = _Reader(spec, message, message.low, {})
    _choices(reader)
    _quoted(reader)
    _texts(reader)
    _numbers(reader)
    _flags(reader)
    for parameter in reader.free("Text"):
        if parameter.required and parameter.name in _WHOLE and not parameter.choices:
            reader.found[parameter.name] = message.said.strip()
    return reader.found


def _named(parameter: Parameter) -> str:
    words = [word for word in parameter.name.lower().split("_") if len(word) > 1]
    return r"[ _-]".join(inflected(word) for word in words) or r"(?!)"


def _choices(reader: _Reader) -> None:
    for parameter in (p for p in reader.free("Text") if p.choices):
        said = {}
        for choice in parameter.choices:
            note = re.search(rf"(?<!\w){re.escape(choice)}\s*[(（]([^)）]{{1,60}})[)）]", parameter.doc)
            words = [choice.replace("_", " "), choice, *(re.split(r"[,，、/]\s*", note[1]) if note else [])]
            at = [
                match
                for word in words
                if word.strip() and (match := re.search(_word(word.strip().lower()), reader.low))
            ]
            if at:
                said[choice] = max(at, key=lambda match: match.end() - match.start())
        longest = max(said.items(), key=lambda item: item[1].end() - item[1].start(), default=None)
        if longest is not None:
            reader.found[parameter.name] = longest[0]
            reader.take(*longest[1].span())


def _word(word: str) -> str:
    return rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word)


def _quoted(reader: _Reader) -> None:
    """Give quoted words to the text they are named for, else to the first that is free."""
    for match in list(re.finditer(f"{QUOTE}+", reader.low)):
        plain = [p for p in reader.free("Text") if not p.choices and not _is_colour(p)]
        if not plain:
            return
        before = reader.low[max(0, match.start() - 30) : match.start()]
        named = [p for p in plain if re.search(rf"{_named(p)}[^,;]{{0,12}}$", before) or _is_told(p, before)]
        required = [p for p in plain if p.required]
        chosen = (named or required or plain)[0]
        reader.found[chosen.name] = reader.message.said[match.start() + 1 : match.end() - 1].strip()
        reader.take(*match.span())


def _is_told(parameter: Parameter, before: str) -> bool:
    """Whether the Chinese word right before a value is in what the parameter's line says of it."""
    word = re.search(r"([\u4e00-\u9fff]{2})(?:是|为|用|写|:)?\s*$", before)
    return word is not None and word[1] in parameter.doc


def _texts(reader: _Reader) -> None:
    for parameter in (p for p in reader.free("Text") if not p.choices):
        if _is_colour(parameter):
            phrases = colour_phrases(reader.low)
            if phrases:
                first = phrases[0]
                is_hex = "#" in parameter.doc or str(parameter.default or "").startswith("#")
                reader.found[parameter.name] = first.colour if is_hex else reader.message.said[first.start : first.end]
                reader.take(first.start, first.end)
            continue
        value = re.search(
            rf"{_named(parameter)}\s*(?:is|=|:|of|as|是|为)?\s*(?P<text>[^\s,;。{QUOTE}][^,;。{QUOTE}]*?)\s*(?=$|[,;。]|(?<![a-z])(?:and|with)(?![a-z]))",
            reader.low,
        )
        if value and not re.match(r"(?:of|on|in|to|from|it|and|with|this|these|the)(?![a-z])", value["text"]):
            _give(reader, parameter, value)
    saying = _SAYING.search(reader.low)
    free = [p for p in reader.free("Text") if not p.choices and not _is_colour(p)]
    if saying and free:
        _give(reader, next((p for p in free if p.required), free[0]), saying)


def _give(reader: _Reader, parameter: Parameter, match: re.Match[str]) -> None:
    text = reader.message.said[match.start("text") : match.end("text")].strip()
    if text and QUOTE not in match["text"]:
        reader.found[parameter.name] = text
        reader.take(*match.span("text"))


def _is_colour(parameter: Parameter) -> bool:
    return re.search(r"colou?r", parameter.name) is not None


def _numbers(reader: _Reader) -> None:
    for parameter in reader.free("Number"):
        name = _named(parameter)
        match = re.search(
            rf"{name}\s*(?:is|=|:|of|to|at|是|为)?\s*(?P<n>-?{_NUMBER})|(?P<n2>{_NUMBER})[ -]?{name}", reader.low
        )
        if match:
            _number(reader, parameter, match, match["n"] or match["n2"], _unit(reader.low, match.end()))
    low = _COUNTED.sub(lambda found: " " * len(found[0]), reader.low)
    reader.low = low
    for units, worth, about in _UNITS:
        match = re.search(rf"(?P<n>-?{_NUMBER})[ -]?(?P<u>{units})(?![a-z])", reader.low)
        if match is None:
            match = re.search(rf"百分之(?P<n>{_NUMBER})", reader.low) if units.startswith("%") else None
        if match is None:
            continue
        own = [p for p in reader.free("Number") if re.search(about, p.name)]
        fitting = own or [p for p in reader.free("Number") if re.search(about, p.doc.lower())]
        if len(fitting) == 1:
            _number(reader, fitting[0], match, match["n"], units if units.startswith("%") else "", worth)
        elif not fitting:
            reader.take(*match.span())
    for match in list(re.finditer(rf"(?P<n>{_NUMBER})(?P<u>[\u4e00-\u9fff])", reader.low)):
        fitting = [p for p in reader.free("Number") if match["u"] in p.doc]
        if len(fitting) == 1:
            _number(reader, fitting[0], match, match["n"], "")
    left, free = list(re.finditer(rf"-?{_NUMBER}", reader.low)), reader.free("Number")
    if len(left) == 1 and len(free) == 1 and left[0][0].lstrip("-")[:1].isdigit():
        _number(reader, free[0], left[0], left[0][0], "")


def _unit(low: str, at: int) -> str:
    return "%" if re.match(r"\s*(?:%|per ?cent)", low[at:]) else ""


def _number(
    reader: _Reader, parameter: Parameter, match: re.Match[str], said: str, unit: str, worth: float = 1.0
) -> None:
    number = read_number(said)
    if number is None:
        return
    is_share = unit.startswith("%") and not re.search(r"percent|%|100", f"{parameter.name} {parameter.doc}".lower())
    reader.found[parameter.name] = number * worth / (100.0 if is_share else 1.0)
    reader.take(*match.span())


def _flags(reader: _Reader) -> None:
    for parameter in reader.free("Flag"):
        name = _named(parameter)
        if re.search(f"{_NO}{name}", reader.low):
            reader.found[parameter.name] = False
        elif re.search(name, reader.low):
            reader.found[parameter.name] = True
