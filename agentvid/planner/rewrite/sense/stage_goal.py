"""What a message wants of the solids of one layout: their looks, places, number, and the camera."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from agentvid.planner.rewrite.sense.stage_words import Name, Token, tokens_of
from agentvid.world.scene import AZIMUTHS, GRID, Camera, Scene, Solid

__all__ = ["Goal", "read_goal"]

_ALL: Final = tuple(range(GRID))
_SAME: Final = re.compile(
    r"(?:跟|和|与|像|同|比照|照着?)(?P<zh>[^,;]{1,8}?)(?:一样|同样|一般|一致|相同|同)(?P<zh_what>[^,;]{0,4})"
    r"|(?:(?:the )?same (?P<en_what>size|colou?r)|as (?P<en_what2>big|large|small|tall)"
    r"|match\w* (?:the )?(?P<en_what3>size|colou?r)?) ?(?:as|of|to|with)? (?:the "
    r"|that of the )?(?P<en>[\w ]+)",
    re.IGNORECASE,
)
_VIEWS: Final = (
    ("azimuth", AZIMUTHS // 4, r"\b(?:from|to) (?:the |its )?(?:right|side)\b|(?:从|[转绕移换]到)[右侧][边侧面方]?"),
    ("azimuth", AZIMUTHS // 2, r"\b(?:from|to) (?:the |its )?(?:back|behind|rear)\b|(?:从|[转绕移换]到)[后背][边面方]?"),
    ("azimuth", 3 * AZIMUTHS // 4, r"\b(?:from|to) (?:the |its )?left\b|(?:从|[转绕移换]到)左[边侧面方]?"),
    ("azimuth", 0, r"\bfrom (?:the |its )?front\b|从[前正][边面方]?"),
    ("height", "high", r"\bfrom (?:\w+ )?(?:above|(?:high(?:er)?|further) up|the top|overhead|a height)\b|\bbird's[- ]eye\b"
        r"|\b(?:look|see)\w* (?:it |them |the scene )?down\b|\bdown(?:wards?)? (?:on|at|from)\b"
        r"|\btop[- ]down\b"
        r"|\b(?:raise|lift|rais\w+)\b|\b(?:higher|high)\b|\b(?:camera|view|angle|shot) (?:\w+ )?up\b|高|俯"
        r"|从上|往下看"),
    ("height", "low", r"\bfrom (?:below|low(?:er)? down|the ground|underneath)\b|\b(?:low|lower\w*)\b|\b(?:camera|view|angle"
        r"|shot) (?:\w+ )?down\b|\bworm's\b|\blook\w* up\b|低|仰|从下|往上看"),
    ("height", "middle", r"\b(?:eye[- ]level|middle height|medium height|normal height)\b|平视|中等高度"),
)  # fmt: skip
_VIEWED: Final = re.compile(
    r"\b(?:camera|view\w*|seen|angle|shot|perspective|eye|look(?:ing)? (?:at|down|up|from))\b|镜头|视角"
    r"|机位|相机|[俯仰平][视拍]|[看拍]",
    re.IGNORECASE,
)
_NONE: Final = re.compile(
    r"\b(?:no|without|don't (?:want|need)|do not (?:want|need))\b[^,]*$|没有[^,]*$", re.IGNORECASE
)
_IS: Final = re.compile(r"\s*(?:should |can |must |to )?(?:be |is |as )?(?:the|an?)?\s*", re.IGNORECASE)
_AND: Final = re.compile(r"\s*(?:,|and|plus|&|和|与|跟|、|以及)?\s*(?:the|my)?\s*", re.IGNORECASE)
_JOINED: Final = re.compile(r"[\s的、,-]*(?:(?:the|a|an|and)\s+)?[\s的-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Pending:
    """A name of a shape that is not there, the clause it stands in, and where it shall stand."""

    name: Name
    clause: str
    rows: tuple[int, ...] = _ALL
    columns: tuple[int, ...] = _ALL


@dataclass
class Goal:
    """What is wanted of each solid (by its number in the scene, those that are new after them)."""

    scene: Scene
    also_called: dict[int, str] = field(default_factory=dict)
    looks: dict[int, dict[str, Any]] = field(default_factory=dict)
    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)
    columns: dict[int, tuple[int, ...]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    added: list[Solid] = field(default_factory=list)
    relations: list[tuple[str, int, int]] = field(default_factory=list)
    camera: Camera | None = None
    subjects: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    denied: list[int] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    maybe_removed: set[int] = field(default_factory=set)
    is_view: bool = False
    kept: bool = False
    unclear: bool = False
    swapped: bool = False

    def solids(self) -> list[Solid]:
        """Return the solids there are, and those that are new."""
        return [*self.scene.solids, *self.added]

    def is_open(self) -> bool:
        """Return whether the words ask for nothing."""
        return not (
            self.looks
            or self.rows
            or self.columns
            or self.removed
            or self.added
            or self.relations
            or self.camera
            or self.swapped
        )

    def look(self, at: int, **look: Any) -> None:
        """Want a look of a solid."""
        now = self.solids()[at]
        if look.get("colour") == self.also_called.get(at, ""):
            look = {**look, "colour": ""}
        self.looks.setdefault(at, {}).update({k: v for k, v in look.items() if v and v != getattr(now, k)})
        if not self.looks[at]:
            del self.looks[at]

    def place(self, at: int, rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
        """Want a solid to stand in some of these places."""
        if rows != _ALL:
            self.rows[at] = rows
        if columns != _ALL:
            self.columns[at] = columns


def read_goal(text: str, scene: Scene, also_called: dict[int, str] | None = None) -> Goal:
    """Return what a text wants of a layout. `also_called` are colours that solids get later, by their number."""
    goal = Goal(scene, also_called or {})
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
    names = _names(tokens, clause)
    if "swap" in kinds and _swapped(goal, names, kinds):
        return
    found = [(name, _resolved(goal, name, tokens)) for name in names]
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
        place = _place_after(tokens, name.end, names) if "where" not in kinds else None
        there = (place.rows, place.columns) if place is not None else (_ALL, _ALL)
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
        _wanted(goal, tokens, sure, subjects, kinds, clause)
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
    looks = {kind: told[kind].value for kind in ("colour", "size") if kind in told}
    goal.pending[-1] = replace(last, name=replace(last.name, **looks))
    return bool(told)


# ---------------------------------------------------------------- names


def _names(tokens: list[Token], text: str) -> list[Name]:
    """Return the names of solids: a shape with the looks before it, or looks with "one"."""
    looks = [token for token in tokens if token.kind in ("shape", "colour", "size")]
    follows = bool(looks) and looks[0].kind == "shape" and looks[-1].kind != "shape" and not text.isascii()
    names = []
    bare = re.search(r"(?:[左右前后]+[边面侧方]?|大|小)的$", text.strip("了吧 "))
    for index, token in enumerate(tokens):
        is_one = token.kind == "one" or (token.kind == "it" and token.text in ("那个", "这个"))
        is_one = is_one and not (index and tokens[index - 1].kind in ("one", "it"))
        if token.kind != "shape" and not is_one:
            continue
        held: dict[str, Token] = {}
        at = index
        start = token.start
        while at > 0 and not (
            follows and token.kind == "shape" and index > 0 and tokens[at - 1].kind in ("colour", "size")
        ):
            other = tokens[at - 1]
            if (
                other.kind not in ("colour", "size", "one_count", "bare_count", "place", "other")
                or other.kind in held
                or not _JOINED.fullmatch(text[other.end : start])
            ):
                break
            if other.kind == "size" and re.search(r"点|些|太|too|[变弄放改]", other.text):
                break
            held[other.kind], start, at = other, other.start, at - 1
        if is_one and not held.keys() & {"colour", "size", "place"}:
            continue
        last = looks_before(looks, start)
        if is_one and last is not None and _IS.fullmatch(text[last.end : start]):
            continue  # "the ball the small one": told of the ball
        if (
            is_one
            and index + 1 < len(tokens)
            and tokens[index + 1].kind == "shape"
            and tokens[index + 1].start - token.end < 2
        ):
            continue
        number = _number(held["bare_count"].text) if "bare_count" in held else 1
        before = text[max(0, start - 12) : start].lower()
        is_new = (
            "one_count" in held
            or re.search(
                r"\b(?:an?|another|some|one more|[a-z]*add)\s+(?:second |third |new )?$|[来加个添换成]\s?$", before
            )
            is not None
        )
        shape = token.value if token.kind == "shape" else ""
        names.append(
            Name(shape, _value(held, "colour"), _value(held, "size"), number, start, token.end, token.is_denied, is_new)
        )
    if not names and bare is not None and tokens and tokens[-1].kind in ("place", "size"):
        last = tokens[-1]
        size = last.value if last.kind == "size" else ""
        names.append(Name("", "", size, 1, last.start, last.end, last.is_denied, False))
    return names


def looks_before(looks: list[Token], start: int) -> Token | None:
    """Return the shape that is named last before a place in the text."""
    return next((token for token in reversed(looks) if token.kind == "shape" and token.end <= start), None)


def _value(held: dict[str, Token], kind: str) -> str:
    return held[kind].value if kind in held else ""


def _number(text: str) -> int:
    digits = {
        "two": 2,
        "three": 3,
        "four": 4,
        "2": 2,
        "3": 3,
        "4": 4,
        "两": 2,
        "二": 2,
        "三": 3,
        "四": 4,
        "仨": 3,
        "俩": 2,
    }
    return next((number for word, number in digits.items() if word in text.lower()), 1)


def _resolved(goal: Goal, name: Name, tokens: list[Token]) -> list[int]:
    """Return the solids that a name means; none where there is no such shape."""
    solids = goal.solids()
    found = [
        i for i, solid in enumerate(solids) if (not name.shape or solid.shape == name.shape) and i not in goal.removed
    ]
    if name.colour:
        alike = [
            i
            for i in found
            if name.colour in (solids[i].colour, goal.also_called.get(i), goal.looks.get(i, {}).get("colour"))
        ]
        found = alike or (found if name.shape else [])
    if name.size and len(found) > 1:
        found = [i for i in found if solids[i].size == name.size] or found
    if name.size and not name.shape:
        found = [i for i in found if solids[i].size == name.size]
    if (not name.shape and not name.colour and not name.size) or len(found) > 1:
        place = next(
            (t for t in tokens if t.kind == "place" and name.start <= t.start and t.end <= name.end + 24), None
        )
        if place is not None:
            there = [i for i in found if solids[i].row in place.rows and solids[i].column in place.columns]
            found = there or found
    if len(found) > 1 and not name.shape and not name.colour:
        return []
    if len(found) > 1 and name.number < 2 and name.shape:
        looks = {solids[i].look for i in found}
        return found if len(looks) == 1 else []
    return found


# ---------------------------------------------------------------- clauses of one kind


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
    """Give the subject the look of another solid: "as big as the ball", "跟球一样大"; return the clause without that."""
    match = _SAME.search(clause)
    if match is None:
        return clause
    named = match["zh"] or match["en"] or ""
    tokens = tokens_of(named)
    like = [index for name in _names(tokens, named) for index in _resolved(goal, name, tokens)]
    if len(like) != 1:
        return clause
    what = match["zh_what"] or match["en_what"] or match["en_what2"] or match["en_what3"] or ""
    rest = f"{clause[: match.start()]} {clause[match.end() :]}"
    words = tokens_of(rest)
    own = [i for name in _names(words, rest) for i in _resolved(goal, name, words)] or goal.subjects
    own = [i for i in own if i not in like] or [i for i in range(len(goal.scene.solids)) if i not in like]
    part = "colour" if re.search(r"colou?r|色", what + rest) else "size"
    for index in own[:1]:
        goal.look(index, **{part: goal.looks.get(like[0], {}).get(part) or getattr(goal.solids()[like[0]], part)})
    goal.subjects = own[:1]
    return " "


def _swapped(goal: Goal, names: list[Name], kinds: set[str]) -> bool:
    at = [index for name in names for index in _resolved(goal, name, [])]
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
    """Read "把圆柱换成方块", "the cube should become a ball": one solid gets the shape, and the looks, of another name."""
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


# ---------------------------------------------------------------- looks and places


def _wanted(
    goal: Goal,
    tokens: list[Token],
    sure: list[tuple[Name, list[int]]],
    subjects: list[int],
    kinds: set[str],
    clause: str,
) -> None:
    inside = [(name.start, name.end) for name, _ in sure]
    free = [
        t
        for t in tokens
        if t.kind in ("colour", "size", "place") and not t.is_denied and not any(a <= t.start < b for a, b in inside)
    ]
    before = len(goal.looks), len(goal.rows), len(goal.columns), len(goal.added)
    for name, at in sure:
        for index in at:
            goal.look(index, colour=name.colour if goal.also_called.get(index) != name.colour else "", size=name.size)
        _counted(goal, name, at, tokens, kinds)
    related = _related(goal, tokens, sure, clause)
    if "row" in kinds and len(goal.scene.solids) == 2 and not goal.added:
        goal.relations.append(("beside", 1, 0))
    if "sizes" in kinds and ("same" in kinds or re.search(r"一样|同样|一般", clause)) and not sure:
        for index in range(len(goal.scene.solids)):
            goal.look(index, size="large")
    if "opposite" in kinds and (subjects or goal.subjects):
        index = (subjects or goal.subjects)[0]
        goal.place(index, _ALL, tuple(sorted(GRID - 1 - c for c in _around(goal.solids()[index].column))))
    if not sure and _recoloured(goal, free, kinds, clause):
        return
    for token in free:
        if token in related:
            continue
        own = subjects if "all" in kinds else _subject_of(goal, token, sure, subjects, clause)
        if not own:
            goal.unclear = True
        for index in own:
            _put(goal, token, index, kinds)
    has_more = (len(goal.looks), len(goal.rows), len(goal.columns), len(goal.added)) != before
    if "only" in kinds and sure and not free and not related and not (has_more and goal.looks):
        goal.removed |= {i for i in range(len(goal.scene.solids)) if i not in subjects}


def _around(column: int) -> tuple[int, ...]:
    return _ALL[: GRID // 2] if column < GRID // 2 else _ALL[GRID // 2 + 1 :] if column > GRID // 2 else (column,)


def _recoloured(goal: Goal, free: list[Token], kinds: set[str], clause: str) -> bool:
    """Read "yellow to purple", "黄的换成紫的": what has the one colour gets the other."""
    colours = [token for token in free if token.kind == "colour"]
    if len(colours) != 2 or not ("turn" in kinds or re.search(r"\bto\b|→|->", clause)):
        return False
    own = [i for i, solid in enumerate(goal.scene.solids) if solid.colour == colours[0].value]
    for index in own:
        goal.look(index, colour=colours[1].value)
    return bool(own)


def _subject_of(
    goal: Goal, token: Token, sure: list[tuple[Name, list[int]]], subjects: list[int], clause: str
) -> list[int]:
    before = [(name, at) for name, at in sure if name.end <= token.start]
    later = [at for name, at in sure if name.start >= token.end]
    if before:
        own = list(before[-1][1])
        for (name, at), (after, _) in zip(reversed(before[:-1]), reversed(before), strict=False):
            if not _AND.fullmatch(clause[name.end : after.start]):
                break
            own += at
        return own
    if later:
        return later[0]
    if subjects or goal.subjects or goal.also_called:
        return subjects or goal.subjects or list(goal.also_called)
    return [0] if len(goal.scene.solids) == 1 else []


def _put(goal: Goal, token: Token, index: int, kinds: set[str]) -> None:
    if token.kind == "place":
        solid = goal.solids()[index]
        rows, columns = token.rows, token.columns
        is_step = ("step" in kinds or re.search(r"[点些]", token.text) is not None) and re.search(
            r"最|most|corner|角", token.text
        ) is None
        if is_step and columns != _ALL and columns != (GRID // 2,):
            columns = tuple(c for c in _ALL if (c < solid.column if 0 in columns else c > solid.column)) or columns
        if is_step and rows != _ALL and rows != (GRID // 2,):
            rows = tuple(r for r in _ALL if (r < solid.row if 0 in rows else r > solid.row)) or rows
        goal.place(index, rows, columns)
    else:
        goal.look(index, **{token.kind: token.value})


def _counted(goal: Goal, name: Name, at: list[int], tokens: list[Token], kinds: set[str]) -> None:
    number = name.number
    late = next((t for t in tokens if t.kind == "bare_count" and t.start >= name.end and not t.is_denied), None)
    is_more = "add" in kinds and (name.is_new or number > 1 or late is not None)
    number = _number(late.text) if late is not None else number
    model = goal.solids()[at[0]]
    model = replace(model, **goal.looks.get(at[0], {}))
    if is_more:
        if name.is_new and (name.colour or name.size):
            goal.looks.pop(at[0], None)
        goal.added += [model] * max(1, number)
    elif number > len(at):
        goal.added += [model] * (number - len(at))


def _related(goal: Goal, tokens: list[Token], sure: list[tuple[Name, list[int]]], clause: str) -> list[Token]:
    """Add what stands where beside what; return the words of places that told it."""
    told = []
    for token in tokens:
        if token.is_denied:
            continue
        before = [at for name, at in sure if name.end <= token.start]
        after = [at for name, at in sure if name.start >= token.end]
        if token.kind.startswith("relation_") and after and token.text.isascii():
            first = before[-1] if before else goal.subjects
            if len(first) == 1 and len(after[0]) == 1 and first != after[0]:
                is_straight = re.search(r"\b(?:directly|right|straight|exactly)\s*$", clause[: token.start]) is not None
                _straight(goal, token.kind, first[0], after[0][0], is_straight=is_straight)
                goal.relations.append((token.kind.removeprefix("relation_"), first[0], after[0][0]))
                told.append(token)
        elif not token.text.isascii() and token.kind in ("place", "relation_beside"):
            side = "beside" if token.kind == "relation_beside" else _side(token.text)
            near = [
                name for name, _ in sure if clause[name.end : token.start] in ("", "的") and name.end <= token.start
            ]
            if not side or not near or len(before) + len(goal.subjects if len(sure) < 2 else []) < 2:
                continue
            first = before[-2] if len(before) > 1 else goal.subjects
            if len(first) == 1 and len(before[-1]) == 1 and first != before[-1]:
                _straight(goal, side, first[0], before[-1][0], is_straight="正" in token.text)
                goal.relations.append((side, first[0], before[-1][0]))
                told.append(token)
    return told


def _side(text: str) -> str:
    table = (("left", "左"), ("right", "右"), ("front", "前"), ("back", "后"))
    return next((side for side, word in table if word in text and not re.search(r"最|角", text)), "")


def _straight(goal: Goal, side: str, first: int, second: int, *, is_straight: bool) -> None:
    """Want one solid right behind or before another."""
    if is_straight and side.endswith(("back", "front")):
        goal.place(first, _ALL, (goal.solids()[second].column,))


# ---------------------------------------------------------------- shapes that are not there yet


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
