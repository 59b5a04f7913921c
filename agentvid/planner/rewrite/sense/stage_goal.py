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

__all__ = ["read_goal"]

_SAME: Final = re.compile(
    r"(?:跟|和|与|像|同|比照|照着?)(?P<zh>[^,;]{1,8}?)(?:一样|同样|一般|一致|相同|同)(?P<zh_what>[^,;]{0,4})"
    r"|(?:(?:the )?same (?P<en_what>size|colou?r)|as (?P<en_what2>big|large|small|tall)"
    r"|match\w* (?:the )?(?P<en_what3>size|colou?r)?) ?(?:as|of|to|with)? (?:the "
    r"|that of the )?(?P<en>[\w ]+)",
    re.IGNORECASE,
)


_VIEWS: Final = (
    ("azimuth", AZIMUTHS // 4, r"\b(?:from|to) (?:the |its )?(?:right|side)\b|(?:从"
        r"|[转绕移换]到)[右侧][边侧面方]?"),
    ("azimuth", AZIMUTHS // 2, r"\b(?:from|to) (?:the |its )?(?:back|behind|rear)\b|(?:从"
        r"|[转绕移换]到)[后背][边面方]?"),
    ("azimuth", 3 * AZIMUTHS // 4, r"\b(?:from|to) (?:the |its )?left\b|(?:从|[转绕移换]到)左[边侧面方]?"),
    ("azimuth", 0, r"\bfrom (?:the |its )?front\b|从[前正][边面方]?"),
    ("height", "high", r"\bfrom (?:\w+ )?(?:above|(?:high(?:er)?|further) up|the top|overhead"
        r"|a height)\b|\bbird's[- ]eye\b"
        r"|\b(?:look|see)\w* (?:it |them |the scene )?down\b|\bdown(?:wards?)? (?:on|at|from)\b"
        r"|\btop[- ]down\b"
        r"|\b(?:raise|lift|rais\w+)\b|\b(?:higher|high)\b|\b(?:camera|view|angle|shot) (?:\w+ )?up\b|高|俯"
        r"|从上|往下看"),
    ("height", "low", r"\bfrom (?:below|low(?:er)? down|the ground|underneath)\b|\b(?:low|lower\w*)\b"
        r"|\b(?:camera|view|angle"
        r"|shot) (?:\w+ )?down\b|\bworm's\b|\blook\w* up\b|低|仰|从下|往上看"),
    ("height", "middle", r"\b(?:eye[- ]level|middle height|medium height|normal height)\b|平视|中等高度"),
)  # fmt: skip


_VIEWED: Final = re.compile(
    r"\b(?:camera|view\w*|seen|angle|shot|perspective|eye|look(?:ing)? (?:at|down|up|from))\b|镜头|视角"
    r"|机位|相机|[俯仰平][视拍]|[看拍]",
    re.IGNORECASE,
)


_TURNED: Final = re.compile(r"[换改变][成为作个]|\b(?:turn|chang\w+|replac\w+|instead|becom\w+)\b", re.IGNORECASE)
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
    tokens = tokens_of(clause)
    kinds = {token.kind for token in tokens}
    names = names_told(tokens, clause)
    if "swap" in kinds and _swapped(goal, names, kinds):
        return
    found = [(name, solids_named(goal, name, tokens)) for name in names]
    for name, at in found:
        if at and name.is_denied:
            goal.denied += at
            if _NONE.search(clause[: name.start]):
                goal.maybe_removed |= set(at)
    sure = [(name, at) for name, at in found if at and not name.is_denied]
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


def _told_later(goal: Goal, tokens: list[Token]) -> bool:
    """Read how the solid that was named last looks and where it stands: "再加一个圆锥，放左边"."""
    told = {token.kind: token for token in tokens if token.kind in ("place", "colour", "size") and not token.is_denied}
    last = goal.pending[-1]
    if "place" in told:
        last = replace(last, rows=told["place"].rows, columns=told["place"].columns)
    looks: dict[str, Any] = {kind: told[kind].value for kind in ("colour", "size") if kind in told}
    goal.pending[-1] = replace(last, name=replace(last.name, **looks))
    return bool(told)


def _camera(camera: Camera, clause: str, *, is_view: bool) -> Camera | None:
    """Return the camera that a clause about the view asks for; None where it is about something else."""
    kinds = {token.kind for token in tokens_of(clause)}
    is_view = (is_view or re.match(r"\s*from (?!left|right)", clause) is not None) and not kinds & {"shape", "colour"}
    if not is_view and not _VIEWED.search(clause) and not re.search(r"从[上下左右前后背正侧]\S?[看拍]", clause):
        return None
    if re.search(r"\b(?:looks?|looking) (?!at|down|up|from)|好看|看着|看起来|看看|难看", clause, re.IGNORECASE):
        return None
    found: dict[str, Any] = {}
    for part, value, words in _VIEWS:
        if part not in found and re.search(words, clause, re.IGNORECASE):
            found[part] = value
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
    named = match["zh"] or match["en"] or ""
    tokens = tokens_of(named)
    like = [index for name in names_told(tokens, named) for index in solids_named(goal, name, tokens)]
    if len(like) != 1:
        return clause
    what = match["zh_what"] or match["en_what"] or match["en_what2"] or match["en_what3"] or ""
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


def _turned(goal: Goal, tokens: list[Token], found: list[tuple[Name, list[int]]], clause: str) -> bool:
    """Read "the cube should become a ball": one solid gets the shape, and the looks, of another name."""
    verb = next(
        (
            t
            for t in tokens
            if t.kind == "turn"
            and not re.fullmatch(r"use|make|改|变|chang\w+", t.text, re.IGNORECASE)
            and not t.is_denied
        ),
        None,
    )
    if verb is None:
        return False
    after = [name for name, _ in found if name.start >= verb.end and name.shape and not name.is_denied]
    before = [at for name, at in found if name.end <= verb.start and at]
    old = before[-1] if before else goal.subjects
    is_replaced = re.match(r"replac", verb.text, re.IGNORECASE) is not None
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
