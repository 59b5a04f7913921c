"""Looks, places, numbers and relations that a clause wants of the solids it names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.planner.rewrite.sense.stage_names import number_told
from agentvid.planner.rewrite.sense.stage_state import ALL, Goal
from agentvid.planner.rewrite.sense.stage_words import Name, Token
from agentvid.world.scene import GRID

__all__ = ["put_wanted"]

_AND: Final = re.compile(r"\s*(?:,|and|plus|&|和|与|跟|、|以及)?\s*(?:the|my)?\s*", re.IGNORECASE)


def put_wanted(
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
    count = next((t for t in tokens if t.kind == "bare_count" and not t.is_denied), None)
    if not sure and count is not None and len(goal.subjects) == 1 and not kinds & {"all", "swap", "same", "other"}:
        model = goal.solids()[goal.subjects[0]]
        there = sum(solid.look == model.look for solid in goal.solids())
        goal.added += [model] * max(0, number_told(count.text) - there)
    if "row" in kinds and len(goal.scene.solids) == 2 and not goal.added:
        goal.relations.append(("beside", 1, 0))
    if "sizes" in kinds and ("same" in kinds or re.search(r"一样|同样|一般", clause)) and len(subjects) != 1:
        for index in subjects or range(len(goal.scene.solids)):
            goal.look(index, size="large")
    if "opposite" in kinds and (subjects or goal.subjects):
        index = (subjects or goal.subjects)[0]
        goal.place(index, ALL, tuple(sorted(GRID - 1 - c for c in _around(goal.solids()[index].column))))
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
    is_change = bool(kinds & {"turn", "colours", "sizes", "places"})
    if "only" in kinds and not is_change and sure and not free and not related and not (has_more and goal.looks):
        goal.removed |= {i for i in range(len(goal.scene.solids)) if i not in subjects}


def _around(column: int) -> tuple[int, ...]:
    return ALL[: GRID // 2] if column < GRID // 2 else ALL[GRID // 2 + 1 :] if column > GRID // 2 else (column,)


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
        is_there = "move" in kinds and solid.row in rows and solid.column in columns
        is_step = (is_there or "step" in kinds or re.search(r"[点些]", token.text) is not None) and re.search(
            r"最|most|corner|角", token.text
        ) is None
        if is_step and columns != ALL and columns != (GRID // 2,):
            columns = tuple(c for c in ALL if (c < solid.column if 0 in columns else c > solid.column)) or columns
        if is_step and rows != ALL and rows != (GRID // 2,):
            rows = tuple(r for r in ALL if (r < solid.row if 0 in rows else r > solid.row)) or rows
        goal.place(index, rows, columns)
    else:
        goal.look(index, **{token.kind: token.value})


def _counted(goal: Goal, name: Name, at: list[int], tokens: list[Token], kinds: set[str]) -> None:
    number = name.number
    late = next((t for t in tokens if t.kind == "bare_count" and t.start >= name.end and not t.is_denied), None)
    is_more = "add" in kinds and (name.is_new or number > 1 or late is not None)
    number = number_told(late.text) if late is not None else number
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
            if len(before) < 2 and not _PUT.search(clause[: near[0].start]):
                continue
            first = before[-2] if len(before) > 1 else goal.subjects
            if len(first) == 1 and len(before[-1]) == 1 and first != before[-1]:
                _straight(goal, side, first[0], before[-1][0], is_straight="正" in token.text)
                goal.relations.append((side, first[0], before[-1][0]))
                told.append(token)
    return told


_PUT: Final = re.compile(r"[在到放往去挪移摆搁离靠朝向]$|[在到]")
"""What stands before a thing that another one is put beside."""


def _side(text: str) -> str:
    table = (("left", "左"), ("right", "右"), ("front", "前"), ("back", "后"))
    return next((side for side, word in table if word in text and not re.search(r"最|角", text)), "")


def _straight(goal: Goal, side: str, first: int, second: int, *, is_straight: bool) -> None:
    """Want one solid right behind or before another."""
    if is_straight and side.endswith(("back", "front")):
        goal.place(first, ALL, (goal.solids()[second].column,))
