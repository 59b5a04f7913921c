"""A message as requests: which operations, on what, to what, with which media, in which order. Pure; the robust layer.

text      a spelling to search in          pieces    cut wherever a request could begin
table     the operations, one row each     tagger    which pieces ask for something, and for what
groups    tagged pieces as requests         talk      courtesy, chat, what is refused, what only limits
where     which media are meant            slots     what is changed, and to what
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from agentvid.planner.grammar.lexicon import detect_language
from agentvid.planner.request import Language
from agentvid.planner.wide.group import Group
from agentvid.planner.wide.groups import grouped
from agentvid.planner.wide.own import OWN, OwnTools
from agentvid.planner.wide.pieces import pieces_of, ruled
from agentvid.planner.wide.slots import kept_in, target_of, value_of
from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.tagger import tag
from agentvid.planner.wide.talk import is_able, is_chat, is_unsafe, without_courtesy
from agentvid.planner.wide.text import Told, told
from agentvid.planner.wide.where import JOINING, Medium, Shelf

__all__ = ["Mood", "Understood", "Want", "understand"]

Mood: TypeAlias = Literal["do", "ask", "refuse", "chat"]

_NO_MEDIUM: Final = frozenset({"generate_image", "generate_video"})
_AS_WELL: Final = re.compile(
    r"也一样|同样|一样(?:处理|操作)|(?<![a-z])(?:same (?:for|with|to|thing)|ditto|likewise)(?![a-z])"
)
_ANSWERS: Final = frozenset({"describe", "compare", "count", "answer", "future", "past", "map_to_view", "view_from"})
"""What a question with a question mark can ask for, however it is worded."""
_FRAME: Final = re.compile(
    r"截图|截一张|(?<![a-z])(?:screenshot|freeze[- ]frame|(?:a|the) (?:still|frame) (?:at|from))(?![a-z])"
)
_ALSO: Final = re.compile(r"(?<![a-z])(?:also|and also|as well|separately)(?![a-z])|另外|也|分别|再来一")


@dataclass(frozen=True)
class Want:
    """One request. `on` are media by number, 0 for the result of the request before; `source` is a medium to take from."""

    op: str
    clause: str
    target: str = ""
    value: str = ""
    on: tuple[int, ...] = ()
    source: int | None = None


@dataclass(frozen=True)
class Understood:
    """A message: what it wants, in order, and what must stay. `mood` tells whether there is anything to do at all."""

    language: Language
    mood: Mood
    wants: tuple[Want, ...] = ()
    keep: tuple[str, ...] = ()
    reason: Literal["", "unclear", "no_media", "no_such", "no_thing"] = ""
    left: tuple[str, ...] = field(default=())


def understand(
    text: str, media: tuple[Medium, ...] = (), said: tuple[str, ...] = (), own: OwnTools | None = None
) -> Understood:
    """Return what a message asks for. `said` are the earlier messages of the session, oldest first; `own` the tools that
    did not come with agentvid.

    Raises: InputError where the message is too long to be read.
    """
    message = told(text)
    language = detect_language(text)
    if is_unsafe(message.low):
        return Understood(language, "refuse")
    shelf = Shelf(media, tuple(told(line[:2000]).low for line in said[-4:]), message.low)
    kind = shelf.kind_of(shelf.default("any") or 0)
    groups, keep = _read(message, kind, shelf, own)
    if any(group.op.startswith(OWN) for group in groups):
        return _placed(message, language, groups, keep, shelf)
    if not shelf.real and not any(group.op in _NO_MEDIUM for group in groups):
        groups = [] if is_able(message.low) or is_chat(message.low) else groups
    bare = message.low[slice(*without_courtesy(message.low))].strip()
    if not shelf.real and groups and all(group.op in _NO_MEDIUM for group in groups) and _OF_WHAT_IS.match(bare):
        return Understood(language, "ask", reason="no_media")
    if not said and _BARE.fullmatch(bare):
        return Understood(language, "ask", reason="no_thing")
    if (
        said
        and len(message.low) <= 60
        and _AGAIN.search(message.low)
        and {group.op for group in groups} <= {"compare", "answer"}
    ):
        groups = _as_before(message, shelf, told(said[-1][:2000]), kind) or groups
    is_told = not groups or (not shelf.real and _SCENE.match(message.low) is not None)
    is_told = is_told and not any(group.op in _NO_MEDIUM for group in groups)
    if is_told and not shelf.real and not is_chat(message.low) and _is_scene(message.low):
        groups = [Group("generate_image", 0, len(message.low), message.low, head=message.low)]
    if not groups:
        return Understood(language, "chat" if is_chat(message.low) else "ask", keep=tuple(keep), reason="unclear")
    return _placed(message, language, groups, keep, shelf)


_BARE: Final = re.compile(
    r"(?:remove|delete|erase|replace|change|move|add|recolou?r|resize|去掉|删掉|删除|去除|移除|替换|换掉|换一下|添加|移动|擦掉|抹掉)"
)
_OF_WHAT_IS: Final = re.compile(
    r"(?:make|turn|paint|change|dye) (?:the|my|our|his|her|its|this|that|it|them)(?![a-z])|p一?下|修一?下|调一?下|[p修调改]一?张?图?$"
)
"""Begins a request about what would have to be there already: "make the hat red"."""
_AGAIN: Final = re.compile(
    r"(?<![a-z])(?:(?:do |and )?(?:the )?same (?:thing |again |treatment )?(?:for|to|on|with|again)|what about (?:the|his|her|my)|do (?:it )?(?:again|the other)|likewise|ditto)(?![a-z])|同样|也(?:一样|这样|来)|照(?:样|做)|再来一次|还是这样"
)
_SCENE: Final = re.compile(r"\W*(?:(?:an?|two|three|some) [a-z]|(?:一|两|三|几)[只个张座幅条片位群栋艘杯束])")


def _as_before(message: Told, shelf: Shelf, before: Told, kind: str) -> list[Group]:
    """Return "and the same to the curtains" as the request of the turn before, on what it names now."""
    groups, _ = _read(before, kind, shelf)
    if not groups or groups[-1].op in _ANSWERS | _NO_MEDIUM:
        return []
    return [Group(groups[-1].op, 0, len(message.low), message.low, head=message.low)]


def _is_scene(low: str) -> bool:
    """Whether words without any request tell of something that could be drawn."""
    if re.search(
        r"(?<![a-z])(?:it|that|this|these|those|them|one|two)(?![a-z])|那个|这个|它|刚才|[?]|哪|那样|这样|改|弄", low
    ):
        return False
    return len(re.findall(r"[a-z]{3,}", low)) >= 3 or len(re.findall(r"[\u4e00-\u9fff]", low)) >= 5


def _read(message: Told, kind: str, shelf: Shelf, own: OwnTools | None = None) -> tuple[list[Group], list[str]]:
    """Return the requests of a message before media, targets and values are read, and what must stay."""
    new = "".join(medium.kind[:1] for medium in shelf.media if medium.is_new)
    cuts, pieces = pieces_of(message.low, kind)
    at_hand = new or (f"h{kind[:1]}" if shelf.media else ""), "".join(medium.kind[:1] for medium in shelf.real)
    if own is not None:
        labels = own.claimed(message.low, cuts, tag(pieces, *at_hand, is_sure=True))
        if any(label.startswith(OWN) for label in labels):
            return grouped(message, cuts, labels)
    return grouped(message, cuts, tag(pieces, *at_hand))


def _placed(message: Told, language: Language, groups: list[Group], keep: list[str], shelf: Shelf) -> Understood:
    wants: list[Want] = []
    used: list[int] = []
    corrected = shelf.corrected()
    groups, undone = _undone(groups, shelf)
    groups = _without_heading(groups, shelf)
    corrected = undone or corrected
    for group in groups:
        each = _each(group, shelf, wants)
        if each:
            used += each
            said = message.part(group.start, group.end)
            wants += [
                Want(group.op, said, target_of(message, group), value_of(message, group), (number,)) for number in each
            ]
            continue
        on, source = _on(group, shelf, wants, used, corrected)
        if on is None:
            return Understood(language, "ask", keep=tuple(keep), reason="no_media")
        if -1 in on:
            return Understood(language, "ask", keep=tuple(keep), reason="no_such")
        used += [number for number in on if number > 0]
        said = message.part(group.start, group.end)
        wants.append(Want(group.op, said, target_of(message, group), value_of(message, group), on, source))
    return Understood(language, "do", tuple(wants), tuple(kept for line in keep if (kept := kept_in(line))))


def _on(
    group: Group, shelf: Shelf, wants: list[Want], used: list[int], corrected: int | None
) -> tuple[tuple[int, ...] | None, int | None]:
    """Return the media of a request (None where one is missing), and the medium it takes something from."""
    if group.op in _NO_MEDIUM:
        return (), None
    named = shelf.named(group.low)
    before = [want for want in wants if row_of(want.op).makes != "text"]
    if group.op.startswith(OWN):
        return _own(group.low, shelf, is_before=bool(before)), None
    if not shelf.real and not before:
        return None, None
    if group.op in JOINING:
        return _joined(group, shelf, wants, bool(before), used, named), None
    number, source = _one(group, named, shelf)
    if number is not None:
        return (number,), source
    if group.op == "narrate" and not before and shelf.media and shelf.media[-1].kind == "text" and not shelf.new:
        return (shelf.media[-1].number,), None
    if before and _FRAME.search(group.low) and shelf.kind_of(before[0].on[0] if before[0].on else 0) == "video":
        return before[0].on, None
    if before:
        last = before[-1]
        if group.op in ("past", "future") and last.op in ("past", "future"):
            return last.on, None
        if len(last.on) > 1 and last is not wants[-1]:
            return last.on, None
        return (0,), source
    if wants:
        return wants[-1].on, source
    if corrected is not None and group.op not in ("describe", "count", "answer"):
        return (corrected,), source
    needs = row_of(group.op).needs
    return (shelf.default(needs, group.op) or 0,), source


_IT: Final = re.compile(r"(?<![a-z])(?:it|this|that|the result|them)(?![a-z])|它|这个|结果")


def _own(low: str, shelf: Shelf, *, is_before: bool) -> tuple[int, ...]:
    """Return the media that a request for a person's own tool names, in order; those that are missing are for the tool."""
    found: list[int] = []
    for part in re.split(r"(?=(?<![a-z])(?:and|with|to|beside)(?![a-z])|[和跟与,、])", low):
        named = shelf.named(part)
        found += named or ([0] if is_before and _IT.search(part) else [])
    return tuple(dict.fromkeys(found))


_EACH: Final = re.compile(
    r"(?:两|三|几|每|所有|全部)[张段个幅条]?[^,]{0,6}(?:都|各)|每[张段个幅]|(?<![a-z])(?:each(?: (?:of them|one|clip|photo|picture))?|both(?: (?:of (?:them|these)|clips|photos|pictures|videos))?|every one)(?![a-z])"
)
_OF_THIS: Final = re.compile(
    r"\W*(?:please )?(?:make|turn|convert) (?:this|it|the (?:picture|photo|image))(?: photo| picture| image)?(?: into)? an? "
    r"|\W*(?:please )?(?:make|create)(?: me)? an? [a-z0-9 -]{0,20}?(?:clip|video) (?:that |which )?(?:slowly )?(?:orbit|zoom|pan|push|doll|circl|tilt)"
    r"|\W*把(?:它|这[张幅]?(?:图片?|照片|画)?|图片?|照片)(?:做|变|转|弄)[成为]"
)
_CAMERA: Final = frozenset({"zoom", "dolly", "pan", "tilt", "truck", "pedestal", "orbit", "turntable"})
_SURELY: Final = 7
"""The weight from which words of a row say it by themselves."""
_HEADING: Final = re.compile(r"(?:短片|视频|片子|小片|宣传片|动画|(?<![a-z])(?:video|clip|reel|film|promo))\W*$")


def _each(group: Group, shelf: Shelf, wants: list[Want]) -> list[int]:
    """Return the media that "both" and "each" mean, where a request is made of every one by itself."""
    needs = row_of(group.op).needs
    if group.op.startswith(OWN) and ":several:" in group.op:
        return []
    if wants or group.op in JOINING | _ANSWERS | _NO_MEDIUM or len(shelf.new) < 2 or not _EACH.search(group.low):
        return []
    found = [medium.number for medium in shelf.new if needs == "any" or medium.kind == needs]
    return found if len(found) > 1 else []


def _without_heading(groups: list[Group], shelf: Shelf) -> list[Group]:
    """Drop "make a short film of it:" before what it consists of, where there is a picture to make it of."""
    if (
        len(groups) == 1
        and shelf.new
        and groups[0].op in ("generate_video", "animate")
        and _OF_THIS.match(groups[0].low)
    ):
        hits = [op for op, weight in ruled(groups[0].low, "image") if op in _CAMERA and weight >= _SURELY]
        hit = row_of(hits[0]).hit(groups[0].low, "image") if hits else None
        return [replace(groups[0], op=hit.op, head=groups[0].low[hit.start :])] if hit else groups
    if len(groups) > 1 and shelf.new and groups[0].op in ("generate_video", "animate"):
        low = groups[0].low
        if len(low) <= 24 and _HEADING.search(low) and groups[1].op not in _ANSWERS:
            return groups[1:]
    return groups


def _undone(groups: list[Group], shelf: Shelf) -> tuple[list[Group], int | None]:
    """Take "scrap the mist, put fireflies in instead" as a new start from what the last turn began with."""
    if len(groups) < 2 or not shelf.made or shelf.new:
        return groups, None
    if groups[0].op == "remove" and re.match(
        r"\W*(?:上面|刚才|前面|之前|刚刚)?(?:那|这)[个版一步]+(?:改动|修改)?(?:不要|不算|作废)", groups[0].low
    ):
        return groups[1:], None
    scraps = re.match(r"\W*(?:scrap|forget|ditch|undo|lose) (?:the|that)", groups[0].low)
    if groups[0].op == "remove" and scraps and re.search(r"instead", groups[1].low):
        return groups[1:], shelf.before()
    return groups, None


def _joined(
    group: Group, shelf: Shelf, wants: list[Want], previous: bool, used: list[int], named: list[int]
) -> tuple[int, ...] | None:
    if len(wants) > 1 and wants[-1].op == wants[-2].op and 0 not in wants[-1].on + wants[-2].on and previous:
        return wants[-2].on + wants[-1].on
    if previous and wants and row_of(wants[-1].op).makes == "text":
        previous = False
    if wants and len(wants[-1].on) > 1 and wants[-1].op not in JOINING and not previous:
        return wants[-1].on
    if (
        re.search(
            r"另外[两三]|其(?:他|余)[两三]?|剩下|the (?:other|remaining) (?:two|three|ones)|all (?:three|of them)",
            group.low,
        )
        and len(shelf.new) > 2
    ):
        return tuple(medium.number for medium in shelf.new)
    if group.op == "interpolate" and len([n for n in named if n > 0]) < 2 and (len(shelf.new) < 2 or previous):
        return (0,) if previous else (shelf.default("video") or 0,)
    found = shelf.several(group.low, group.op, previous, used)
    if len(found) < 2 and group.op != "compare" and not shelf.real:
        return None
    return tuple(found) if found else None


def _one(group: Group, named: list[int], shelf: Shelf) -> tuple[int | None, int | None]:
    """Return the one medium that a request names, and the one that it takes something from."""
    if -1 in named:
        return -1, None
    if len(named) >= 2:
        destination = _destination(group.low, named, shelf)
        return destination, next((number for number in named if number != destination), None)
    lead = [number for number in shelf.named(group.context) if number > 0]
    if len(named) == 1 and lead and re.search(r"[用按照拿以]第|的(?:颜色|风格|构图|色调)", group.low):
        return lead[0], named[0]
    if (
        len(named) == 1
        and group.op in ("add", "replace", "style", "background_change", "recolour")
        and len(shelf.new or shelf.uploads) > 1
    ):
        is_source = re.search(
            r"(?:from|of|in|with|like|match(?:ing)?|as) (?:the )?(?:first|second|third|other|last|photo|picture|image|v)|第.[张幅段](?:图|照片)?(?:里|中|上)?(?:面)?的?[^,到在]{1,12}(?:放|贴|加|p|穿|换|合成|移)|[用按照拿以]第.|(?:换成|改成)第",
            group.low,
        )
        if is_source:
            others = [medium.number for medium in (shelf.new or shelf.uploads) if medium.number != named[0]]
            return (others[0] if others else named[0]), named[0]
    if len(named) == 1:
        return named[0], None
    lead = [number for number in shelf.named(group.context) if number > 0]
    if lead:
        return lead[0], None
    if re.search(r"(?:for|to|with|into|成|为)(?: the)? [^,]{0,20}(?:one|那[张个])", group.low):
        return None, None
    return shelf.described(group.low) or shelf.described(group.context), None


def _destination(low: str, named: list[int], shelf: Shelf) -> int:
    """Return which of two named media is changed: the one after "to", "in", "到", or after "把第一张" of "按第二张…"."""
    for pattern in (
        r"(?:到|进|在|给|上)(?:了)?第(?P<n>[一二三四\d])[张幅段]",
        r"(?:放|贴|穿|合|加|换|移)[^,第]{0,6}第(?P<n>[一二三四\d])[张幅段]",
        r"把第(?P<n>[一二三四\d])[张幅段][^,]{0,6}(?:调|改|变|做|弄|换成)",
        r"(?:in|on|into|onto|to|beside|at) (?:the )?(?P<n>first|second|third|v\d)(?! half)",
    ):
        match = re.search(pattern, low)
        if match:
            found = [
                number for number in shelf.named(low[max(0, match.start("n") - 9) : match.end() + 8]) if number > 0
            ]
            if found:
                return found[-1]
    return named[0]
