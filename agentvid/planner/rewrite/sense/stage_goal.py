"""What a message wants of the solids of one layout: their looks, places, number, and the camera."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from agentvid.planner.rewrite.sense.stage_looks import put_wanted
from agentvid.planner.rewrite.sense.stage_names import names_told, solids_named
from agentvid.planner.rewrite.sense.stage_state import ALL, Goal, Pending
from agentvid.planner.rewrite.sense.stage_words import Name, Token, tokens_of
from agentvid.world.scene import AZIMUTHS, GRID, Camera, Scene, Solid

__all__ = ["is_view", "read_goal"]

_SAME: Final = re.compile(
    r"(?:跟|和|与|像|同|比照|照着?)(?P<zh>[^,;]{1,8}?)(?:一个(?=[色样大颜])|一样"
    r"|同样|一般|一致|相同|同)(?P<zh_what>[^,;]{0,4})"
    r"|(?:用|变成|[涂染画改换]成|跟着)(?P<zh2>[^,;色]{1,6}?)(?:的|那种|那个)(?P<zh_what2>颜色|大小|尺寸)"
    r"|\b(?:in|into|to|with|wear|give \w+|take|get) (?:the )?(?P<en2>[\w ]+?)'s? (?P<en_what4>size|colou?r)"
    r"|(?:(?:the )?same (?P<en_what>size|colou?r)|as (?P<en_what2>big|large|small|tall)"
    r"|match\w* (?:the )?(?P<en_what3>size|colou?r)?) ?(?:as|of|to|with)? (?:the "
    r"|that of the )?(?P<en>[\w ]+)",
    re.IGNORECASE,
)


_HEIGHTS: Final = (
    ("high", r"抬|升|居高|鸟瞰|俯|高|从.?上|[往向朝]下[看拍]|\bfrom (?:\w+ )?(?:above"
        r"|(?:high(?:er)?|further) up|the top"
        r"|overhead|on high|a height)\b|\bbird'?s?[- ]eye\b|\boverhead\b|\baerial\b|\b(?:look|see|point|tilt)\w* "
        r"(?:it |them |the scene )?down\b|\bdown(?:wards?)? (?:on|at|from|to)\b|\btop[- ]down\b|\btop view\b"
        r"|\b(?:raise|lift|rais\w+|crane)\b|\b(?:higher|high)\b|\b(?:camera|view|angle|shot) (?:\w+ )?up\b"),
    ("low", r"低|仰|降|从.?下|[往向朝]上[看拍]|贴地|\bfrom (?:below|low(?:er)? down"
        r"|the ground|underneath|the floor)\b"
        r"|\b(?:low|lower\w*|drop\w*|sink\w*|ground level)\b|\b(?:camera|view|angle"
        r"|shot) (?:\w+ )?down\b|\bworm'?s?\b"
        r"|\blook\w* up\b"),
    ("middle", r"\b(?:eye[- ]level|(?:middle|medium|normal|mid) height|level with)\b|平视|平拍|中等高度|水平高度"),
)  # fmt: skip
_FROM: Final = (
    ("left", r"\bleft\b|左"),
    (
        "right",
        r"\b(?:right|(?:the|one|its) side|sideways|side[- ]on)\b(?! (?:now|away|at|on|above|over|down|up))|右|侧",
    ),
    ("back", r"\b(?:back|behind|rear)\b(?! (?:to|up|off|a))|[后背](?!(?:来|续))"),
    ("front", r"\bfront\b|前|正面"),
)
_AZIMUTHS: Final = {
    ("front",): 0, ("front", "right"): 1, ("right",): 2, ("back", "right"): 3, ("back",): 4, ("back", "left"): 5,
    ("left",): 6, ("front", "left"): 7,
}  # fmt: skip
"""Eighths of a turn round the stage."""


_VIEWED: Final = re.compile(
    r"\b(?:camera|view\w*|seen|angle|shot|shoot|film|perspective|eye|overhead|aerial"
    r"|look(?:ing)? (?:at|down|up|from))\b"
    r"|镜头|视角|机位|相机|摄像机|鸟瞰|[俯仰平][视拍瞰角]|[看拍]",
    re.IGNORECASE,
)


_TURNED: Final = re.compile(r"[换改变][成为作个]|\b(?:turn|chang\w+|replac\w+|instead|becom\w+)\b", re.IGNORECASE)
_WHY: Final = re.compile(r"\s*(?:怎么|为什么|为啥|干嘛|咋|how come\b|why\b)", re.IGNORECASE)
"""What opens a clause that only wonders."""
_ASKED: Final = ("only", "remove", "one_count", "bare_count", "not", "colour", "size", "place")
_INTO: Final = re.compile(
    r"(?:replac\w+|swap\w*|switch\w*|exchang\w*|trad\w+)\b.+\b(?:for|with|by|to|out)\b"
    r"|(?:turn|convert|chang|mak|transform|morph)\w*\b.+\b(?:in)?to an?\b",
    re.IGNORECASE,
)
"""Verbs with the one thing after them and the other one after that."""
_ANOTHER: Final = re.compile(
    r"\b(?:another|a second|one more|a further|an extra|an additional)\b"
    r"|[再又多]\S{0,2}[来加添放摆画整要搁出弄]\S{0,2}一?[个只颗]",
    re.IGNORECASE,
)
_NONE: Final = re.compile(
    r"\b(?:no|without|don't (?:want|need)|do not (?:want|need))\b[^,]*$|没有[^,]*$", re.IGNORECASE
)


def read_goal(text: str, scene: Scene, also_called: Mapping[int, str] | None = None) -> Goal:
    """Return what a text wants of a layout. `also_called` are colours that solids get later, by their number."""
    goal = Goal(scene, dict(also_called or {}))
    for clause in re.split(r"[,;。，；]|\.(?=\s|$)", text):
        if clause.strip():
            _read_clause(goal, clause)
    is_replaced = bool(goal.pending)
    _settle_pending(goal)
    if not is_replaced and not goal.added:
        goal.removed |= {i for i in goal.maybe_removed if i not in goal.looks}
    return goal


def _read_clause(goal: Goal, clause: str) -> None:
    view = _camera(goal.camera or goal.scene.camera, clause, is_view=goal.is_view)
    goal.is_view = view is not None
    if view is not None:
        goal.camera = view
        return
    clause = _compared(goal, clause)
    tokens = [t for t in tokens_of(clause) if not (t.kind in _ASKED and _WHY.match(clause))]
    kinds = {token.kind for token in tokens}
    names = names_told(tokens, clause)
    if "mirror" in kinds and not names:
        for index, solid in enumerate(goal.scene.solids):
            goal.place(index, (solid.row,), (GRID - 1 - solid.column,))
        return
    is_placed = bool(goal.rows or goal.columns) and not names
    if "swap" in kinds and (is_placed or (not _for_another(goal, names, tokens) and _swapped(goal, names, kinds))):
        return
    found = [(name, solids_named(goal, name, tokens)) for name in names]
    for name, at in found:
        if at and name.is_denied:
            goal.denied += at
            if _NONE.search(clause[: name.start]):
                goal.maybe_removed |= set(at)
    sure = [(name, at) for name, at in found if at and not name.is_denied]
    if len(sure) == 1 == len(found) and _one_more(goal, tokens, sure[0], clause):
        return
    if "where" in kinds and len(sure) == 2 and len(sure[0][1]) == len(sure[1][1]) == 1:
        spot = goal.scene.solids[sure[1][1][0]]
        goal.place(sure[0][1][0], (spot.row,), (spot.column,))
        return
    new = [name for name, at in found if not at and not name.is_denied]
    if _turned(goal, tokens, found, clause):
        return
    if "remove" in kinds and _removed(goal, tokens, found):
        return
    for name in new:
        place = (_place_after(tokens, name.end, names) or _place_before(tokens, name)) if "where" not in kinds else None
        there = (place.rows, place.columns) if place is not None else (ALL, ALL)
        goal.pending.append(Pending(name, clause, *there))
    if new and sure and "where" in kinds:
        goal.denied += sure[-1][1]
        return
    subjects = [index for _, at in sure for index in at]
    if goal.pending and not names and _told_later(goal, tokens):
        return
    if "all" in kinds and not new and not subjects:
        subjects = [i for i in range(len(goal.scene.solids)) if i not in goal.removed]
    if "other" in kinds and not subjects:
        last = goal.subjects or goal.named
        subjects = [i for i in range(len(goal.scene.solids)) if i not in last]
    if not new:
        put_wanted(goal, tokens, sure, subjects, kinds, clause)
    goal.named += [i for i in subjects if i not in goal.named]
    is_kept = bool(kinds & {"keep", "not"}) and bool(goal.subjects)
    goal.subjects = goal.subjects if is_kept else subjects or goal.subjects
    goal.kept = goal.kept or bool(kinds & {"keep", "not"})


def _one_more(goal: Goal, tokens: list[Token], named: tuple[Name, list[int]], clause: str) -> bool:
    """Read that one solid more of a shape that is there shall stand somewhere: "another cube on the left"."""
    name, at = named
    is_added = any(t.kind == "add" for t in tokens) or _ANOTHER.search(clause) is not None
    is_new = name.is_new or _ANOTHER.search(clause[name.end :]) is not None
    if not name.shape or not is_added or not is_new or name.number > 1 or any(t.kind == "bare_count" for t in tokens):
        return False
    model = goal.solids()[at[0]]
    looks: dict[str, Any] = {kind: value for kind, value in (("colour", name.colour), ("size", name.size)) if value}
    looks |= {
        t.kind: t.value for t in tokens if t.kind in ("colour", "size") and t.start >= name.end and not t.is_denied
    }
    place = _place_after(tokens, name.end, [name]) or _place_before(tokens, name)
    goal.added.append(replace(model, **looks))
    new = len(goal.scene.solids) + len(goal.added) - 1
    if place is not None:
        goal.place(new, place.rows, place.columns)
    goal.subjects = [new]
    return True


def _told_later(goal: Goal, tokens: list[Token]) -> bool:
    """Read how the solid that was named last looks and where it stands: "再加一个圆锥，放左边"."""
    told = {token.kind: token for token in tokens if token.kind in ("place", "colour", "size") and not token.is_denied}
    last = goal.pending[-1]
    if "place" in told:
        last = replace(last, rows=told["place"].rows, columns=told["place"].columns)
    looks: dict[str, Any] = {kind: told[kind].value for kind in ("colour", "size") if kind in told}
    goal.pending[-1] = replace(last, name=replace(last.name, **looks))
    return bool(told)


def is_view(clause: str) -> bool:
    """Return whether a clause asks for another view of the stage."""
    return _camera(Camera(), clause, is_view=False) is not None


def _camera(camera: Camera, clause: str, *, is_view: bool) -> Camera | None:
    """Return the camera that a clause about the view asks for; None where it is about something else."""
    kinds = {token.kind for token in tokens_of(clause)}
    is_view = (is_view or re.match(r"\s*from (?!left|right)", clause) is not None) and not kinds & {"shape", "colour"}
    if not is_view and not _VIEWED.search(clause) and not re.search(r"从[上下左右前后背正侧]\S?[看拍]", clause):
        return None
    if re.search(r"\b(?:looks?|looking) (?!at|down|up|from)|好看|看着|看起来|看看|难看", clause, re.IGNORECASE):
        return None
    found: dict[str, Any] = {}
    height = next((value for value, words in _HEIGHTS if re.search(words, clause, re.IGNORECASE)), None)
    sides = tuple(sorted(side for side, words in _FROM if re.search(words, clause, re.IGNORECASE)))
    if height is not None:
        found["height"] = height
    if sides in _AZIMUTHS:
        found["azimuth"] = _AZIMUTHS[sides] * AZIMUTHS // 8
    if "height" in found and re.search(
        r"\b(?:too|not (?:so|as|that)) high\b|太高|(?:别|不要)(?:那么|这么|太)高", clause, re.IGNORECASE
    ):
        found["height"] = "low" if camera.height == "middle" else "middle"
    if "height" in found and re.search(
        r"\b(?:too|not (?:so|as|that)) low\b|太低|(?:别|不要)(?:那么|这么|太)低", clause, re.IGNORECASE
    ):
        found["height"] = "high" if camera.height == "middle" else "middle"
    return replace(camera, **found) if found else None


def _compared(goal: Goal, clause: str) -> str:
    """Give the subject the look of another solid: "as big as the ball"; return the clause without that."""
    match = _SAME.search(clause)
    if match is None:
        return clause
    named = match["zh"] or match["zh2"] or match["en"] or match["en2"] or ""
    tokens = tokens_of(named)
    like = [index for name in names_told(tokens, named) for index in solids_named(goal, name, tokens)]
    if len(like) != 1:
        return clause
    what = next((word for name, word in match.groupdict().items() if "what" in name and word), "")
    rest = f"{clause[: match.start()]} {clause[match.end() :]}"
    words = tokens_of(rest)
    own = [i for name in names_told(words, rest) for i in solids_named(goal, name, words)] or goal.subjects
    own = [i for i in own if i not in like] or [i for i in range(len(goal.scene.solids)) if i not in like]
    part = "colour" if re.search(r"colou?r|色", what + rest) else "size"
    for index in own[:1]:
        goal.look(index, **{part: goal.looks.get(like[0], {}).get(part) or getattr(goal.solids()[like[0]], part)})
    goal.subjects = own[:1]
    return " "


def _swapped(goal: Goal, names: list[Name], kinds: set[str]) -> bool:
    at = [index for name in names for index in solids_named(goal, name, [])]
    at = list(dict.fromkeys(at))
    pair = at if len(at) == 2 else list(range(len(goal.scene.solids))) if len(goal.scene.solids) == 2 else []
    if len(pair) != 2 or (len(names) == 1 and not kinds & {"colours", "sizes", "places"}):
        return False
    one, other = (goal.scene.solids[i] for i in pair)
    if "colours" in kinds:
        goal.look(pair[0], colour=other.colour)
        goal.look(pair[1], colour=one.colour)
    if "sizes" in kinds:
        goal.look(pair[0], size=other.size)
        goal.look(pair[1], size=one.size)
    if not kinds & {"colours", "sizes"}:
        goal.place(pair[0], (other.row,), (other.column,))
        goal.place(pair[1], (one.row,), (one.column,))
    goal.swapped = True
    return True


def _for_another(goal: Goal, names: list[Name], tokens: list[Token]) -> bool:
    """Return whether a solid is swapped for one that is not there: "swap the ball for a cone"."""
    there = [bool(solids_named(goal, name, tokens)) for name in names if name.shape]
    return len(there) == 2 and there.count(True) == 1


def _turned(goal: Goal, tokens: list[Token], found: list[tuple[Name, list[int]]], clause: str) -> bool:
    """Read "the cube should become a ball": one solid gets the shape, and the looks, of another name."""
    verb = next(
        (
            t
            for t in tokens
            if (t.kind == "turn" or (t.kind == "swap" and _INTO.search(clause)))
            and not re.fullmatch(r"use|make|改|变|chang\w+", t.text, re.IGNORECASE)
            and not t.is_denied
            and not re.match(r"[把将让给]", clause[t.end :])
        ),
        None,
    )
    if verb is None:
        return False
    after = [name for name, _ in found if name.start >= verb.end and name.shape and not name.is_denied]
    before = [at for name, at in found if name.end <= verb.start and at]
    old = before[-1] if before else goal.subjects
    is_replaced = _INTO.match(clause[verb.start :]) is not None
    if is_replaced and len(found) >= 2 and found[0][1]:
        old, after = found[0][1], [found[1][0]]
    if len(after) != 1 or len(old) != 1:
        return False
    if not before and not is_replaced and goal.solids()[old[0]].shape == after[0].shape:
        return False
    goal.look(old[0], shape=after[0].shape, colour=after[0].colour, size=after[0].size)
    goal.subjects = list(old)
    return True


def _removed(goal: Goal, tokens: list[Token], found: list[tuple[Name, list[int]]]) -> bool:
    verb = next(t for t in tokens if t.kind == "remove")
    after = [at for name, at in found if name.start >= verb.start and at]
    before = [at for name, at in found if name.end <= verb.start and at]
    at = [i for some in (after or before[-1:]) for i in some]
    others = [name for name, solids in found if not solids]
    if not at and not found and goal.subjects and any(t.kind == "it" for t in tokens):
        at = goal.subjects
    if not at or others:
        goal.denied += at
        return False
    is_only = any(t.kind == "only" for t in tokens)
    if is_only and len(before) and after:
        return False
    goal.removed |= set(at)
    goal.denied += at
    return True


def _place_after(tokens: Sequence[Token], end: int, names: Sequence[Name]) -> Token | None:
    until = min((name.start for name in names if name.start >= end), default=10**6)
    return next((t for t in tokens if t.kind == "place" and end <= t.start < until and not t.is_denied), None)


def _place_before(tokens: Sequence[Token], name: Name) -> Token | None:
    """Return the place that opens a clause about one solid more: "右前边再添个蓝色小球"."""
    first = tokens[0]
    is_alone = all(
        t.kind in ("place", "add", "one_count", "move", "step", "base") for t in tokens if t.end <= name.start
    )
    return first if name.is_new and first.kind == "place" and not first.is_denied and is_alone else None


def _settle_pending(goal: Goal) -> None:
    """Let a name of a shape that is not there be another shape of what is, or one solid more."""
    for pending in goal.pending:
        name, clause, rows, columns = pending.name, pending.clause, pending.rows, pending.columns
        old = _replaced_by(goal, name, clause)
        if old is not None:
            goal.removed.discard(old)
            goal.look(old, shape=name.shape, colour=name.colour, size=name.size)
            goal.place(old, rows, columns)
            goal.subjects = [old]
            continue
        if _TURNED.search(clause) and not re.search(r"加|添|再|\b(?:add|another|also|too|plus|with)\b", clause):
            goal.unclear = True
            continue
        if not name.is_new and not re.search(
            r"加|添|来|add|another|also|too|with|plus|put|放|画", clause, re.IGNORECASE
        ):
            goal.unclear = True
            continue
        colours = [solid.colour for solid in goal.scene.solids]
        free: Any = name.colour or next(c for c in ("red", "blue", "green", "yellow", "purple") if c not in colours)
        shape: Any = name.shape
        size: Any = name.size or "small"
        for _ in range(max(1, name.number)):
            goal.added.append(Solid(GRID // 2, GRID // 2, shape, free, size))
            goal.place(len(goal.scene.solids) + len(goal.added) - 1, rows, columns)


def _replaced_by(goal: Goal, name: Name, clause: str) -> int | None:
    is_more = re.search(r"\b(?:add|another|also|too|plus|as well|more|extra)\b|[加添再多]", clause, re.IGNORECASE)
    denied = [i for i in dict.fromkeys(goal.denied) if goal.scene.solids[i].shape != name.shape]
    if denied and not is_more:
        return denied[0]
    if is_more:
        return None
    is_turned = re.search(
        r"\b(?:turn|chang\w+|replac\w+|instead|become|use|make|rather|want|i'd like)\b|[换变改]|用|要",
        clause,
        re.IGNORECASE,
    )
    candidates = goal.named if goal.named else list(range(len(goal.scene.solids)))
    alike = [i for i in candidates if goal.scene.solids[i].colour == name.colour and name.colour]
    if len(alike) == 1:
        return alike[0]
    return candidates[0] if len(candidates) == 1 and (is_turned or not name.is_new) else None
