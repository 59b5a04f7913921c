"""Clauses as requests: what only details, limits, corrects or explains joins its neighbour; order words are obeyed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agentvid.planner.wide.atoms import Atom
from agentvid.planner.wide.group import Group
from agentvid.planner.wide.order import ordered
from agentvid.planner.wide.row import Hit
from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.talk import (
    CORRECTION,
    GENERIC,
    KEEP,
    PURPOSE,
    is_complaint,
    without_courtesy,
    without_exceptions,
)
from agentvid.planner.wide.text import Told
from agentvid.planner.wide.where import ordinals_in

__all__ = ["grouped"]

Best = Callable[[str], Hit | None]

_SAME: Final = re.compile(
    r"也一样|也是|同样处理|一样处理|(?<![a-z])(?:same (?:for|with|to|thing)|ditto|likewise)(?![a-z])"
)
_MAP: Final = re.compile(
    r"地图|平面图|户型图|规划图|(?<![a-z])(?:map|floor ?plan|the plan(?![a-z])|blueprint|site plan)(?![a-z])"
)
_ELABORATES: Final = re.compile(
    r"^\W*(?:i\.?e\.?|that is|meaning|namely|or rather|也就是|就是说|比如|例如|like |such as|e\.?g\.?)"
)
_TIDIES: Final = re.compile(r"^\W*(?:清理|收拾|搞干净|弄干净|清干净|处理干净)一?下?[吧呗]?\W*$")
_TWO: Final = re.compile(
    r"前一?张.*后一?张|第一.*第二|左边.*右边|(?<![a-z])(?:first|left|left one) .*(?:second|right)(?![a-z])"
)
_GLOOMY: Final = re.compile(r"(?:逆光|背光|backlit)[^,]*(?:太|有点|黑|暗|too|dark)")
_GENERATES: Final = frozenset({"generate_image", "generate_video"})
_CAMERA: Final = frozenset({"orbit", "dolly", "zoom", "pan", "tilt", "truck", "pedestal", "navigate", "view_from"})
_LOOPS: Final = frozenset({"turntable", "animate", "orbit", "generate_video"})
_FAMILY: Final = (
    frozenset({"brighten", "darken", "lighting"}),
    frozenset({"saturate", "contrast", "recolour", "style"}),
    frozenset({"sharpen", "denoise", "upscale"}),
    frozenset({"rotate", "crop", "stabilise"}),
    frozenset({"background_blur", "background_change", "remove"}),
    frozenset({"extend_canvas", "crop"}),
    frozenset({"resize", "extend_canvas", "zoom"}),
)


def grouped(message: Told, atoms: list[Atom], best: Best) -> tuple[list[Group], list[str]]:
    """Return the requests of a message in the order they are carried out, and what must stay the same."""
    reader = _Reader(message, best)
    for index, atom in enumerate(atoms):
        reader.take(atom, is_last=index == len(atoms) - 1)
    groups = ordered(_without_reasons(reader.groups), message)
    if re.search(r"裁|crop", " ".join(reader.keep).lower()):
        groups = [replace(group, op="extend_canvas") if group.op == "crop" else group for group in groups]
        groups = [
            group
            for index, group in enumerate(groups)
            if not index or group.op != "extend_canvas" or groups[index - 1].op != group.op
        ]
    return _looped(_once(groups)), reader.keep


class _Reader:
    """Takes clauses one by one; `pending` are those that asked for nothing and stand before the next request."""

    def __init__(self, message: Told, best: Best) -> None:
        self.message, self.best = message, best
        self.groups: list[Group] = []
        self.keep: list[str] = []
        self.pending = ""
        self.began = False

    def take(self, atom: Atom, *, is_last: bool) -> None:
        low = self.message.low[atom.start : atom.end]
        correction = CORRECTION.search(low)
        if correction and (self.groups or correction.start() > 3):
            self._take_back(low, correction.start())
            low = low[correction.end() :]
            atom = replace(atom, start=atom.start + correction.end(), hit=self.best(low))
        if _is_limit(low, atom):
            self.keep.append(self.message.part(atom.start, atom.end))
            return
        self.keep += [self.message.part(atom.start + a, atom.start + b) for a, b in without_exceptions(low)[1]]
        hit = atom.hit
        if hit is not None and (self.groups or self.pending) and GENERIC.search(low):
            hit = None
        if hit is not None and self.groups and _TIDIES.search(low):
            hit = None
        if hit is not None and hit.op == "answer" and _TWO.search(self.pending):
            hit = replace(hit, op="compare")
        if (
            hit is not None
            and hit.op in ("view_from", "answer", "navigate", "describe", "add")
            and _MAP.search(self.pending)
        ):
            hit = replace(hit, op="map_to_view")
        if hit is not None and PURPOSE.search(low) and (self.groups or not is_last):
            hit = None
        if hit is not None and self.pending and _is_short(low):
            hit = _fuller(hit, self.best(f"{self.pending}{low}"))
        if hit is None:
            self._take_detail(atom, low, is_last)
            return
        count = len(self.groups)
        asks = hit.op in ("answer", "compare", "count", "describe")
        reason = not asks and hit.op != "add" and is_complaint(low) and (hit.weight < 7.9 or bool(_GLOOMY.search(low)))
        self._take_in(Group(hit.op, atom.start, atom.end, low, hit, reason, atom.join, self.pending, low))
        self.pending, self.began = "", len(self.groups) > count

    def _take_detail(self, atom: Atom, low: str, is_last: bool) -> None:
        groups, self.began = self.groups, False
        if groups and _SAME.search(low) and (ordinals_in(low) or re.search(r"v\d", low)):
            groups.append(replace(groups[-1], start=atom.start, end=atom.end, low=low, join=atom.join))
        elif groups and (atom.join not in ("hard", "then") or is_last):
            groups[-1] = self._longer(groups[-1], atom.end)
        else:
            self.pending = f"{self.pending},{low}".strip(",")[-200:]

    def _longer(self, group: Group, end: int) -> Group:
        return replace(group, end=end, low=self.message.low[group.start : end])

    def _take_back(self, low: str, at: int) -> None:
        """Drop what a correction takes back: the clause before it, or all before it where only one thing stays."""
        is_only = re.search(r"就只|只要|just|only|就行", low[at:])
        if is_only and len(self.groups) > 1 and not re.search(r"no,? just", low):
            self.groups.clear()
        elif self.groups and at < 12 and self.began:
            self.groups.pop()

    def _take_in(self, group: Group) -> None:
        last = self.groups[-1] if self.groups else None
        if last is None:
            self.groups.append(group)
        elif self._belongs(last, group):
            longer = self._longer(last, group.end)
            self.groups[-1] = replace(longer, is_reason=last.is_reason and group.is_reason)
        else:
            self.groups.append(group)

    def _belongs(self, last: Group, group: Group) -> bool:
        """Whether a clause is part of the request before it."""
        weight = group.hit.weight if group.hit else 0.0
        close = group.join in ("comma", "soft")
        if last.op in _GENERATES:
            return _is_told(group, weight)
        if group.op == last.op:
            if (
                close
                and _is_short(group.low)
                and not re.match(r"\W*[\u4e00-\u9fff]{2,4}(?:换|改|变|做|弄|刷|染)[成为]", group.low)
                and row_of(group.op).needs != "video"
                and group.op not in _CAMERA | {"add"}
            ):
                return True
            return bool(_ELABORATES.search(group.low)) or _is_one(last, group)
        if _continues(last, group, close=close):
            return True
        if last.is_reason:
            return False
        if (weight < 3.5 and close) or (group.is_reason and weight < 6 and group.join != "then"):
            return True  # "lower the contrast, it's harsh"
        if (
            group.op in ("replace", "add", "move", "resize")
            and close
            and _is_short(group.low)
            and weight < 5
            and _is_bare(group)
        ):
            return True  # "translate the sign, put it right in"
        if (
            group.op == "navigate"
            and last.op in ("truck", "dolly", "pan")
            and group.join == "comma"
            and not re.match(r"\W*[再先]", group.low)
        ):
            return True  # "truck right, along the shelf"
        if last.op == "map_to_view" and group.op in ("view_from", "navigate", "add"):
            return True
        asked = ("compare", "answer", "map_to_view", "view_from", "past", "future")
        return group.op == "answer" and last.op in asked


_AGAIN_TO: Final = re.compile(
    r"^\W*(?:就|直接)?(?:换成|改成|变成|换做|改为|弄成|要|用|就要|make it |turn it |go with |use |something )"
)
_OPEN: Final = re.compile(
    r"(?:换|改)(?:个|一[个张种下换改]|掉)(?![^,]{0,12}[成为])|(?<![a-z])(?:change|swap|switch|new|different) (?:out )?(?:the |my |its |his |her )?[a-z ]{2,24}$"
)
_TAKES: Final = re.compile(r"(?<![a-z])(?:take|grab|cut|copy|lift|borrow|steal) .{1,40} (?:from|out of|off|in) ")
_PUTS: Final = re.compile(r"^\W*(?:and )?(?:put|place|paste|stick|drop|pop|add) (?:it|them|him|her|that) ")
_CHANGED: Final = frozenset({"background_change", "replace", "recolour", "material", "lighting", "weather", "style"})


def _continues(last: Group, group: Group, *, close: bool) -> bool:
    """Whether a clause tells how the request before it is to be done: "swap the background, make it plain white"."""
    if last.op == "stabilise" and group.op == "interpolate":
        return not re.search(r"fps|帧", group.low)
    if last.op == "make_3d" and group.op in ("turntable", "orbit", "rotate"):
        return bool(re.search(r"能|可以|那种|(?<![a-z])(?:can|could|to be able)(?![a-z])", group.low))
    if last.op in _LOOPS | _CAMERA | {"interpolate", "join"} and group.op == "generate_video":
        return close
    if _TAKES.search(last.low) and _PUTS.match(group.low):
        return True
    if not close:
        return False
    if last.op == "caption" and group.op == "text_add":
        return bool(re.match(r"\W*(?:就|内容|写|saying|it (?:says|reads))", group.low))
    if last.op == "background_change" and group.op == "background_change":
        return True
    return last.op in _CHANGED and group.op in _CHANGED and bool(_AGAIN_TO.match(group.low) and _OPEN.search(last.low))


def _is_short(low: str) -> bool:
    start, end = without_courtesy(low)
    text = low[start:end]
    return len(text) <= (7 if re.search(r"[\u4e00-\u9fff]", text) else 16)


def _is_bare(group: Group) -> bool:
    """Whether a clause begins with the words that ask: nothing is named before them."""
    start, _ = without_courtesy(group.low)
    return group.hit is not None and group.hit.start <= start


def _fuller(alone: Hit, together: Hit | None) -> Hit:
    """Return what a short clause asks for in the light of the words before it: "红笔批改, 擦干净"."""
    if together is None or alone.op not in ("remove", "replace", "add", "resize", "answer"):
        return alone
    fits = {
        "remove": ("text_remove", "denoise", "background_change"),
        "replace": ("text_change", "background_change"),
        "resize": ("resize",),
    }
    return together if together.op in fits.get(alone.op, ()) else alone


def _is_limit(low: str, atom: Atom) -> bool:
    """Whether a clause only says what must stay or must not happen."""
    found = KEEP.search(low)
    hit = atom.hit
    if not found:
        return False
    if hit is None:
        return True
    if (
        hit.op in ("trim", "count_change", "extend", "stabilise")
        and hit.weight >= 8.9
        and re.search(r"\d|[一二三四五六七八九十]秒|only|part", low)
    ):
        return False
    if hit.op in ("sound", "text_remove") and re.search(r"(?:不要|no |without |not any )", found[0]):
        return False
    if hit.op in _GENERATES:
        return False
    start, _ = without_courtesy(low)
    late = re.match(
        r"(?:不动|不变|不改|不碰|保持|保留|留着|留下|照旧|原样|维持|依旧|绿着|别|不要|不用|不能|as |stays?|remains?|untouched|unchanged)",
        found[0],
    )
    if found.start() - start > 6 and hit.end <= found.start() + 1 and late:
        return hit.weight < 6 or found[0] in ("不动", "不变", "不改", "照旧", "原样", "留着", "untouched", "unchanged")
    return found.start() - start <= 6 or hit.start >= found.start()


_TOLD: Final = frozenset(
    {
        "text_add",
        "text_change",
        "caption",
        "describe",
        "count_change",
        "style",
        "lighting",
        "weather",
        "background_change",
        "add",
        "recolour",
        "material",
        "crop",
        "background_blur",
        "view_from",
        "loop",
        "speed",
        "move",
        "resize",
        "navigate",
        "animate",
        "replace",
        "remove",
        "brighten",
        "darken",
        "saturate",
        "zoom",
        "future",
        "past",
        "grayscale",
        "upscale",
    }
)


def _is_told(group: Group, weight: float) -> bool:
    """Whether a clause after "draw …" only tells more of what is to be drawn."""
    if group.op in _GENERATES:
        return group.join != "then"
    starts = re.match(
        r"\W*(?:then|also|after|next|finally|and (?:then|also)|first|然后|接着|再|最后|先|首先)|\W*(?:add|put|make it|crop|write|read|turn|set|play|slow|speed|trim|loop|reverse|cut|narrate|subtitle|caption|rotate|flip|blur|darken|brighten|remove|zoom|pan|tilt|stabili|crop|extend)",
        group.low,
    )
    if group.join in ("comma", "soft", "hard") and not starts:
        return group.op in _TOLD or weight < 8.9
    return False


def _is_one(last: Group, group: Group) -> bool:
    """Whether two neighbouring clauses of one operation are one request."""
    counted = ordinals_in(group.low) and ordinals_in(last.low)
    if counted or (re.search(r"(?<![a-z])v\d", group.low) and re.search(r"(?<![a-z])v\d", last.low)):
        return group.op in (
            "join",
            "beside",
            "above",
            "compare",
            "interpolate",
            "picture_in_picture",
            "describe",
            "answer",
        )
    if row_of(group.op).merges:
        return group.join != "then"
    if last.is_reason:
        return True
    return group.op in _SAME_FRAME and group.join in ("comma", "soft")


_SAME_FRAME: Final = frozenset(
    {"crop", "rotate", "upscale", "speed", "trim", "map_to_view", "count_change", "text_change"} | _CAMERA
)


def _without_reasons(groups: list[Group]) -> list[Group]:
    """Drop what only tells why: "it's too dark, brighten it", "the horizon is crooked, straighten and crop"."""
    kept = []
    for index, group in enumerate(groups):
        after = groups[index + 1] if index + 1 < len(groups) else None
        later = {other.op for other in groups[index + 1 :]}
        if group.is_reason and after is not None:
            near = any({group.op, after.op} <= family for family in _FAMILY)
            if near or group.op in later or (not after.is_reason and after.join != "then"):
                continue
        if group.op in later and re.match(
            r"\W*(?:my|our|we|he|she|they|his|her|people|customers|clients?) (?:[a-z]+ ){0,3}(?:needs?|wants?|asked|said|keeps?|likes?)",
            group.low,
        ):
            continue
        kept.append(group)
    return kept


def _once(groups: list[Group]) -> list[Group]:
    """Drop a request said again after a correction: "colour off, … no, just colour off"."""
    kept: list[Group] = []
    for group in groups:
        if kept and CORRECTION.search(group.low) and any(group.op == other.op for other in kept):
            continue
        kept.append(group)
    return kept


def _looped(groups: list[Group]) -> list[Group]:
    """Spell out "a looping turntable": two requests."""
    found: list[Group] = []
    for index, group in enumerate(groups):
        found.append(group)
        after = groups[index + 1].op if index + 1 < len(groups) else ""
        if group.op in _LOOPS - {"generate_video"} and after != "loop" and re.search(r"(?<![a-z])loop|循环", group.low):
            found.append(replace(group, op="loop"))
    return found
