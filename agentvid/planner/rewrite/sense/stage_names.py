"""Names of solids in a text: "the big one", "蓝色的方块", "the left ball", and which solids they mean."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.sense.stage_state import Goal
from agentvid.planner.rewrite.sense.stage_words import Name, Token

__all__ = ["names_told", "number_told", "solids_named"]

_IS: Final = re.compile(r"\s*(?:should |can |must |to )?(?:be |is |as )?(?:the|an?)?\s*", re.IGNORECASE)


_THE: Final = re.compile(r"\b(?:the|that) $")
_JOINED: Final = re.compile(r"[\s的、,-]*(?:(?:of (?:the|those|these|my)|the|a|an|and)\s+)?[\s的-]*", re.IGNORECASE)


def names_told(tokens: list[Token], text: str) -> list[Name]:
    """Return the names of solids: a shape with the looks before it, or looks with "one"."""
    looks = [token for token in tokens if token.kind in ("shape", "colour", "size")]
    follows = bool(looks) and looks[0].kind == "shape" and looks[-1].kind != "shape" and not text.isascii()
    names = []
    bare = re.search(r"(?<![要换改变弄成])(?:[左右前后]+[边面侧方]?|大|小)的$", text.strip("了吧 "))
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
            if other.kind == "place" and text[: other.start].endswith("在") and "的" not in text[other.end : start]:
                break
            if other.kind == "size" and re.search(r"点|些|太|too|[变弄放改]", other.text):
                break
            held[other.kind], start, at = other, other.start, at - 1
        end = token.end
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if is_one and not held and after is not None and after.kind == "place" and _THE.search(text[: token.start]):
            if text[token.end : after.start].strip() or not re.match(r"(?:on|in|at)\b", after.text):
                continue
            held[after.kind], end = after, after.end
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
        number = number_told(held["bare_count"].text) if "bare_count" in held else 1
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
            Name(shape, _value(held, "colour"), _value(held, "size"), number, start, end, token.is_denied, is_new)
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


def number_told(text: str) -> int:
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


def solids_named(goal: Goal, name: Name, tokens: list[Token]) -> list[int]:
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
