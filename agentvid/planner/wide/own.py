"""Tools that did not come with agentvid: where a message asks for one, by its name, a title, or words like an example.

A name or title counts where it is what is to be done or made ("make a postcard of these two", "postcard, please"), not
where it is a thing in a picture ("make the postcard blue"). Words like an example count only where nothing built in can
be planned from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from agentvid.media.colours import named_colour
from agentvid.planner.wide.likeness import inflected, likeness
from agentvid.planner.wide.pieces import Cut, ruled
from agentvid.planner.wide.talk import KEEP, without_courtesy
from agentvid.planner.wide.text import QUOTE, told
from agentvid.tool import ToolSpec

__all__ = ["OWN", "OwnTools", "own_name", "own_op"]

OWN: Final = "own:"
"""How the operation of such a request begins: own:what it makes:what it needs:the tool's name."""
_LIKE: Final = 0.75
"""How much of an example's words has to be said; of what is said, four fifths of that have to be in the example."""
_SAID: Final = 5
"""The weight from which words of a row ask for something built in by themselves."""
_MOST_EXAMPLES: Final = 40
_LONGEST: Final = 200
"""Characters of a title or example that are read."""
_WINDOW: Final = 3
"""Most pieces of a message that ask for one tool together."""

_GENERIC: Final = re.compile(
    r"a|an|the|my|our|your|it|this|that|to|of|on|in|with|for|and|or|do|make|get|create|apply|run|use|add|"
    r"put|tool|image|images|picture|pictures|photo|photos|video|videos|clip|clips|media|file|step|new|own|"
    r"custom"
)
"""Words of a name that tell nothing."""
_MEDIUM: Final = r"(?:photos?|pictures?|pics?|images?|shots?|stills?|clips?|videos?|footage|frames?|ones?)"
_OBJECT: Final = (
    rf"(?:(?:me|us|it|them|this|that|these|those|both|everything|together|v ?\d+|@v\d+)"
    rf"|(?:the |my |our |these |those |both |this |that |all ){{0,3}}"
    rf"(?:(?:first|second|third|last|other|two|three|four|whole|new|old|\d) ){{0,3}}{_MEDIUM}|(?:the )?(?:first|second|third|last|other))(?![a-z])"
)
_DOING: Final = (
    rf"(?<![a-z])(?:mak(?:e|es|ing)|creat(?:e|ing)|do|build|produce|generate|design|assemble|prepare|compose|get|want|need"
    rf"|(?:would|'d) like|have|give|turn|use|apply|add|run|try|put|combine|merge|convert|take|let's see)(?![a-z])"
    rf"(?:,? (?:and )?{_OBJECT}){{0,4}}(?: (?:through|into|as|on|onto|to|in))?(?: (?:a|an|another|one|some|my|our|your|two|three))?"
    rf" (?:(?!(?:the|to|on|in|of|at|and|or|with|from|not|no)(?![a-z]))[a-z-]+ ){{0,2}}?"
)
_BY_NAME: Final = r"(?<![a-z])(?:use|using|apply|run|with|through|via|call)(?: the| a| my| our)? "
_AFTER: Final = (
    rf"(?=\W*$|\s*[,.;:!?{QUOTE}\u4e00-\u9fff]|\s+(?:of|from|with|out of|using|for|please|again|too|now|then|and|saying|titled|called|named|that says"
    rf"|reading|in|at|by|here|this|that|these|those|it|them|both|my|the (?:first |second |whole )?{_MEDIUM}|effect|look|version|tool|without"
    rf"|(?:to|on|onto|around|round|over) (?:it|this|that|them|these|both|(?:the|my) (?:first |second |third |last )?{_MEDIUM})|\d|{QUOTE})(?![a-z]))"
)
_DOING_ZH: Final = r"(?:做|弄|制作|生成|合成|拼|来|搞|加工|处理|用|使用|加|套|打|要|[变改转换](?=[成为个一]))(?:(?!掉|去|删|移|除|把|没|不)[^,。;]){0,10}?"
_AFTER_ZH: Final = r"(?!的|里|中|变|改|调|裁|换|上的|上面的|去|放大|缩小|亮|暗|弄|删)"
_ON_A_THING: Final = r"(?=\s+(?:around|round|on|onto|over|to|behind|for) (?:the|my|his|her|our) [a-z])"
_BARE: Final = re.compile(
    rf"\W*(?:(?:turn|take|use|put|make|combine|merge) )?{_OBJECT}\W*|\W*(?:把|将|用|拿|让)(?:第?.{{1,3}}[张段幅个条]?(?:图片?|照片|视频)?|@?v\d+)\W*"
)
"""Names a medium and nothing to do: "把第二张 | 和第一张拼成…"."""
_RUN_ON: Final = re.compile(
    r"\W*[a-z\u4e00-\u9fff]{0,10} ?\d+(?:\.\d+)? ?(?:px|pixels?|像素|%|度|°|秒|s)(?: [a-z]+)?\W*$|\W*(?:with|saying|that says|that reads|reading|of|in|on it|using|from|for|its?|at|by|as|size|title[d]?|called|named|sized"
    r"|写着|写上|写|上面|用|带|内容|标题|文字|大小|颜色|配字|配上|字是|印上)"
)
"""Begins a piece that tells more of the request before it."""


@dataclass(frozen=True)
class _Known:
    spec: ToolSpec
    named: re.Pattern[str]
    alike: tuple[str, ...]


@dataclass(frozen=True)
class OwnTools:
    """The tools of one request; `is_built_in` tells whether words can be planned without them."""

    specs: tuple[ToolSpec, ...]
    is_built_in: Callable[[str], bool]
    _known: tuple[_Known, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", tuple(_Known(spec, _pattern(spec), _alike(spec)) for spec in self.specs))

    def claimed(self, low: str, cuts: list[Cut], labels: list[str]) -> list[str]:
        """Return the labels of a message's pieces, with those of what asks for one of the tools."""
        found, at = list(labels), 0
        while at < len(cuts):
            spec, after = self._at(low, cuts, at)
            if spec is None:
                at += 1
                continue
            before = cuts[at - 1] if at and cuts[at].join in ("soft", "comma") else None
            if before is not None and _BARE.fullmatch(low[before.start : before.end]):
                at -= 1
            found[at:after] = [own_op(spec), *[""] * (after - at - 1)]
            while after < len(cuts) and _tells_more(low, cuts[after], found[after], spec):
                found[after] = ""
                after += 1
            at = after
        return found

    def _at(self, low: str, cuts: list[Cut], at: int) -> tuple[ToolSpec | None, int]:
        """Return the tool that the pieces from `at` on ask for, and where they end."""
        for after in range(at + 1, min(len(cuts), at + _WINDOW) + 1):
            if after > at + 1 and cuts[after - 1].join in ("hard", "then"):
                break
            text = low[cuts[at].start : cuts[after - 1].end]
            start, end = without_courtesy(text)
            kept = KEEP.search(text)
            if kept and kept.start() <= start + 6:
                break
            first = cuts[at].end - cuts[at].start
            spec = self._asked(text[start:end].rstrip(" ,"), first - start)
            if spec is not None:
                return spec, after
        return None, at

    def _asked(self, text: str, within: int) -> ToolSpec | None:
        """Return the tool that a text asks for, from words that begin in its first `within` characters."""
        for known in self._known:
            match = known.named.search(text)
            if match is not None:
                return known.spec if match.start() < within else None
        scores = [(max((likeness(text, line) for line in known.alike), default=0.0), known) for known in self._known]
        best = max(scores, key=lambda scored: scored[0], default=None)
        if best is None or best[0] < _LIKE or QUOTE in text[:1]:
            return None
        return None if self.is_built_in(text) else best[1].spec


def own_op(spec: ToolSpec) -> str:
    """Return the operation that stands for a tool."""
    makes = next((kind for kind in ("Image", "Video", "Audio", "Mesh") if any(p.type == kind for p in spec.ports)), "")
    takes = [p for p in spec.parameters if p.type in ("Image", "Video")]
    only = takes[0].type.lower() if len(takes) == 1 and not takes[0].many else "several"
    return f"{OWN}{makes.lower() or 'text'}:{only}:{spec.name}"


def own_name(op: str) -> str:
    """Return the name of the tool that an operation stands for."""
    return op.rsplit(":", 1)[1]


def _tells_more(low: str, cut: Cut, label: str, spec: ToolSpec) -> bool:
    """Whether a piece tells how the request before it is meant: it says no request, or one of the tool's parameters."""
    if cut.join in ("hard", "then"):
        return False
    text = low[cut.start : cut.end].strip()
    hits = ruled(text, "")
    if not label or not hits or hits[0][1] < _SAID or _RUN_ON.match(text):
        return True
    return any(re.search(inflected(word), text) for p in spec.parameters for word in _words(p.name) if len(word) > 3)


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return [word for word in spaced.lower().split("_") if word]


def _pattern(spec: ToolSpec) -> re.Pattern[str]:
    """Return what finds a request for the tool by its name or a title in one clause."""
    literal = re.escape(spec.name.lower())
    found = [rf"(?<![a-z0-9_]){literal}(?![a-z0-9_])"] if "_" in spec.name.strip("_") else []
    names = [_words(spec.name)] + [_words(told(title[:_LONGEST]).low.replace(" ", "_")) for title in spec.titles]
    for words in names:
        if not words:
            continue
        telling = [word for word in words if not _GENERIC.fullmatch(word) and (len(word) > 2 or not word.isascii())]
        said = "".join(words)
        if re.search(r"[\u3400-\u9fff]", said) and not ruled(said, ""):
            name = re.escape(" ".join(words))
            found.append(rf"(?:^|{_DOING_ZH}){name}{_AFTER_ZH}")
            continue
        whole = _said(words)
        found += [
            rf"{_BY_NAME}{whole}(?:$|(?= tool)|{_AFTER})",
            rf"(?<![a-z]){whole} tool(?![a-z])",
            rf"用 ?{whole}|{whole} ?工具",
        ]
        if telling and not (len(telling) == 1 and _is_common(telling[0])):
            name = _said(telling)
            is_of_a_thing = any(p.required and p.type in ("Mask", "Box", "Point") for p in spec.parameters)
            after = f"(?:{_AFTER}|{_ON_A_THING})" if is_of_a_thing else _AFTER
            found += [rf"^(?:(?:a|an|one|another|new) )?{name}{after}", rf"{_DOING}{name}{after}"]
            found += [rf"(?<![a-z])(?:into|as) (?:a|an|one) {name}{_AFTER}", rf"{_DOING_ZH} ?{name}{_AFTER_ZH}"]
    return re.compile("|".join(f"(?:{each})" for each in found) or r"(?!)")


def _is_common(word: str) -> bool:
    """Whether a word alone asks for something built in: such a name has to be said as that of a tool."""
    if named_colour(word):
        return True
    return any(weight >= _SAID for text in (word, f"make it {word}") for _, weight in ruled(text, ""))


def _said(words: list[str]) -> str:
    """Return a pattern of words side by side, in any inflection, in their order or the other."""
    forward, back = (r"[ _-]".join(inflected(word) for word in order) for order in (words, words[::-1]))
    return rf"(?:{forward})" if forward == back else rf"(?:{forward}|{back})"


def _alike(spec: ToolSpec) -> tuple[str, ...]:
    return tuple(told(text[:_LONGEST]).low for text in (*spec.examples, *spec.titles)[:_MOST_EXAMPLES] if text.strip())
