"""Another layout of the small world, or another edit of one, from all that a message says of its solids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any, Final

from agentvid.chain.step import Step
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_target import drop_parts
from agentvid.planner.rewrite.sense.stage_goal import is_view, read_goal
from agentvid.planner.rewrite.sense.stage_state import Goal
from agentvid.planner.rewrite.sense.stage_words import tokens_of
from agentvid.planner.rewrite.sense.words import Word, residue
from agentvid.planner.rewrite.spot.drawn import change_of, drawn_layout, put_layout
from agentvid.world import edits
from agentvid.world.language import tell_change
from agentvid.world.mentions import stands
from agentvid.world.scene import GRID, MOST_SOLIDS, Scene, Solid, free_places, touch
from agentvid.world.words import language_of

__all__ = ["denies_edit", "put_stage"]

_ALL: Final = tuple(range(GRID))
_SURE: Final = {
    "shape",
    "colour",
    "size",
    "place",
    "swap",
    "all",
    "camera",
    "remove",
    "only",
    "other",
    "opposite",
    "row",
    "sizes",
    "mirror",
}
_DENIES_EDIT: Final = re.compile(
    r"(?:\b(?:don't|do not|dont|not|no|without|instead of|rather than|never"
    r"|no need to)\b|别|不要|不用|不是|没必要|不必|用不着|无需)[^,;]{0,18}?"
    r"(?:\b(?:re-?colou?r\w*|colou?r\w*|paint\w*|green|red|blue|yellow|white|purple|orange|cyan|tint\w*"
    r"|turn\w*)\b|[变改换染上涂]?颜?色|变|绿|染)",
    re.IGNORECASE,
)
_TOO: Final = re.compile(r"也|\b(?:too|also|as well)\b(?! (?:big|small|large|\w+ly))", re.IGNORECASE)
_DIRECT: Final = re.compile(
    r"直接(?:就)?(?:画|生成)|\bdraw\b.*\b(?:directly|right away|straight away"
    r"|from the (?:start|beginning)|outright)\b",
    re.IGNORECASE,
)
_RATHER: Final = re.compile(r"\binstead\b|\brecolou?r\w*\b|\bnot the \w+\b|而是|改成把|别改方块|不是", re.IGNORECASE)
_BASE: Final = re.compile(
    r"\bstart\w*\b|\bbegin\w*\b|\bfirst (?:picture|image|drawing|one)\b|\bdraw\w*\b|\boriginal\w*\b"
    r"|\binitial\w*\b|\bscene\b|\blayout\b|画|一开始|原图|底图|起初|最初|第一[张步]|开头|原来|场景|布局",
    re.IGNORECASE,
)
_EDIT: Final = re.compile(
    r"\binstead\b|\brather\b|\brecolou?r\w*\b|\bnot the\b|\bleave\b|\bkeep\b|留着|别改"
    r"|\b(?:the )?edit\w*\b|\bwrong\b|\bmeant\b|\bturn\w*\b|\bbecom\w+\b|\bshould(?:'ve| have)? (?:be|been"
    r"|become|turn)\b|\bactually\b|\bafter all\b|直接|干脆|算了|而是|应该|不是|错|改成|变成?|换成|才对"
    r"|最后|编辑|改图|要变.{0,4}的是|变.的是",
    re.IGNORECASE,
)


def denies_edit(text: str) -> bool:
    """Return whether words say that what the edit does be not done."""
    return _DENIES_EDIT.search(text) is not None


def put_stage(draft: Draft, text: str) -> bool:
    """Change the layout that the chain draws, or its edit of that; False where the words say nothing of either.

    Raises: Back where it can't stand so.
    """
    drawn = drawn_layout(draft)
    tokens = tokens_of(text)
    if drawn is None or not {token.kind for token in tokens} & _SURE:
        return False
    parts = [part for part in re.split(r"[,;，。；]", text) if part.strip()]
    text = ", ".join(_names(part) if len(parts) > 1 and _only_tells(part) else part for part in parts)
    rest = [left for part in re.split(r"[,;，。；]", text) if not is_view(part) for left in _left(part)]
    if len(rest) > max(2, len(tokens) // 2):
        return False
    step, scene = drawn
    edit = next((s for s in draft.chain if change_of(s) is not None), None)
    change = change_of(edit) if edit is not None else None
    also = {}
    if isinstance(change, edits.Recolour) and change.target in scene.solids:
        also = {scene.solids.index(change.target): change.colour}
    goal = read_goal(text, scene, also)
    if goal.unclear:
        return False
    if edit is not None and change is not None and _is_of_edit(goal, change, text):
        return _put_edit(draft, edit, change, goal)
    is_first = goal.is_open() or _DIRECT.search(text) is not None
    if edit is not None and is_first and also and _puts_first(draft, edit.id, (step, scene), text, set(also.values())):
        return True
    if edit is not None and goal.is_open() and (_DENIES_EDIT.search(text) or _keeps(goal, change, text)):
        return drop_parts(draft, [part for part in draft.parts() if part.core == edit.id])
    if goal.is_open():
        is_so = not rest and (goal.kept or bool(goal.subjects))
        draft.did = draft.did or is_so
        return is_so
    put_layout(draft, step, scene, [_standing(goal) or []], goal.camera)
    return True


_ACTS: Final = re.compile(
    r"\b(?:make|mak\w+|change|turn|set|use|put|add|remove|want|need|give|let|try"
    r"|paint|move|keep|should|must|skip|drop|lose|no|not|without|swap"
    r"|leave|bring|push|pull|place|than|as|from|with)\b|[取跳省锁改换变调加减去删做弄给让要放挪摆移不别留]",
    re.IGNORECASE,
)


def _only_tells(text: str) -> bool:
    """Return whether a clause tells why, of a solid that it names, and asks for nothing: "the ball's miles away"."""
    return _ACTS.search(text) is None and len(_left(text)) > 1 and not is_view(text)


def _names(text: str) -> str:
    """Return the names of solids in a text alone."""
    words = [token.text for token in tokens_of(text) if token.kind in ("shape", "colour")]
    return (" " if text.isascii() else "").join(words)


def _left(text: str) -> list[str]:
    return residue(text, [Word(token.kind, token.start, token.end, token.text) for token in tokens_of(text)])


def _puts_first(draft: Draft, edit: str, drawn: tuple[Step, Scene], text: str, colours: set[str]) -> bool:
    """Draw at once what an edit was to change: "don't recolour it, draw the cube green"."""
    clauses = [clause for clause in re.split(r"[,;，。；]", text) if clause.strip()]
    wanted = [clause for clause in clauses if not _DENIES_EDIT.search(clause)]
    told = re.sub(r"就[好行]了?$", "", ", ".join(wanted))
    is_drawn = re.search(r"画|draw|直接|straight|right away|start", told) is not None
    if not (is_drawn and len(wanted) < len(clauses)) and not _DIRECT.search(told):
        return False
    if colours.isdisjoint(t.value for t in tokens_of(told) if t.kind == "colour" and not t.is_denied):
        return False
    goal = read_goal(told, drawn[1])
    if goal.unclear or not goal.looks:
        return False
    drop_parts(draft, [part for part in draft.parts() if part.core == edit])
    put_layout(draft, *drawn, [_standing(goal) or []], goal.camera)
    return True


# ---------------------------------------------------------------- the edit of a layout


def _keeps(goal: Goal, change: Any, text: str) -> bool:
    """Return whether the solid that an edit changes shall stay as it is: "leave the cube red"."""
    is_target = change.target in [goal.solids()[i] for i in (*goal.named, *goal.subjects, *goal.denied)]
    if is_target and re.search(
        r"\b(?:don't|do not|dont|never) (?:change|touch|edit|alter)\b|(?:别|不要)[动改碰]", text, re.IGNORECASE
    ):
        return True
    is_kept = (
        re.search(r"\b(?:keep|leave|stays?|remain\w*|let)\b|保持|不变|留着|让|还是", text, re.IGNORECASE) is not None
    )
    told = {token.value for token in tokens_of(text) if token.kind == "colour"}
    return isinstance(change, edits.Recolour) and is_kept and told == {change.target.colour}


def _is_of_edit(goal: Goal, change: Any, text: str) -> bool:
    """Return whether the words are about what is done to the picture, not about the picture it is done to."""
    if goal.camera is not None or goal.added or goal.swapped or goal.relations or _TOO.search(text):
        return False
    if any(t.kind == "colour" and t.is_denied and t.value == change.target.colour for t in tokens_of(text)):
        return False
    touched = {*goal.looks, *goal.rows, *goal.columns, *goal.removed}
    target = goal.scene.solids.index(change.target) if change.target in goal.scene.solids else -1
    others = touched - {target}
    if (
        _BASE.search(text)
        and not _DENIES_EDIT.search(text)
        and not re.search(r"\binstead\b|\bedit", text, re.IGNORECASE)
    ):
        return False
    if not touched:
        return (
            bool(goal.subjects)
            and target not in goal.subjects
            and _EDIT.search(text) is not None
            and len(goal.subjects) == 1
        )
    if len(touched) != 1:
        return False
    if others:
        look = goal.looks.get(next(iter(others)), {})
        is_same = isinstance(change, edits.Recolour) and look == {"colour": change.colour}
        is_same = is_same or (set(look) == {"colour"} and _RATHER.search(text) is not None)
        return is_same and (
            _EDIT.search(text) is not None or target in goal.denied or _DENIES_EDIT.search(text) is not None
        )
    if isinstance(change, edits.Recolour) and goal.looks.get(target, {}).keys() == {"colour"}:
        return True
    return _DENIES_EDIT.search(text) is not None or (target in goal.removed and _EDIT.search(text) is not None)


def _put_edit(draft: Draft, step: Step, change: Any, goal: Goal) -> bool:
    touched = [*{*goal.looks, *goal.rows, *goal.columns, *goal.removed}]
    at = touched[0] if touched else goal.subjects[0]
    solid = goal.scene.solids[at]
    look = goal.looks.get(at, {})
    new: Any = replace(change, target=solid)
    if at in goal.removed:
        new = edits.Remove(solid)
    elif "shape" in look:
        new = edits.Reshape(solid, look["shape"])
    elif "colour" in look:
        new = edits.Recolour(solid, look["colour"])
    elif "size" in look:
        new = edits.Resize(solid, look["size"])
    elif at in goal.rows or at in goal.columns:
        there = _standing(goal)
        moved = there[at] if there else solid
        new = edits.Move(solid, moved.row, moved.column)
    told = tell_change(new, language_of(step.thought))
    draft.keep_going(lambda: draft.put(step.model_copy(update={"thought": told})))
    return True


# ---------------------------------------------------------------- where all stand


def _standing(goal: Goal) -> list[Solid] | None:
    """Return all solids as they are wanted, moved as little as can be; None where they can't stand so."""
    wanted: list[Solid] = []
    for index, solid in enumerate(goal.solids()):
        wanted.append(replace(solid, **goal.looks.get(index, {})))
    there = [i for i in range(len(wanted)) if i not in goal.removed]
    if not 0 < len(there) <= MOST_SOLIDS:
        return None
    new = range(len(goal.scene.solids), len(wanted))
    copies = [i for i in new if i not in goal.rows and i not in goal.columns and i not in goal.removed]
    if copies and len(copies) == len(new) and not (goal.rows or goal.columns or goal.relations):
        return _with_copies([wanted[i] for i in there if i not in copies], [wanted[i] for i in copies])
    asked = [
        i for i in there if i in goal.rows or i in goal.columns or i in new or any(i == r[1] for r in goal.relations)
    ]
    resized = [i for i in there if i not in asked and "size" in goal.looks.get(i, {})]
    shaped = [i for i in there if i not in asked and i not in resized and "shape" in goal.looks.get(i, {})]
    others = [i for i in there if i not in asked]
    for free in (asked, [*asked, *resized, *shaped], [*asked, *others]):
        found = _placed(goal, wanted, there, list(dict.fromkeys(free)))
        if found is not None:
            return found
    return None


def _with_copies(solids: list[Solid], more: list[Solid]) -> list[Solid] | None:
    for solid in more:
        spot = next(free_places(solids, solid), None)
        if spot is None:
            return None
        solids = [*solids, spot]
    return solids


def _placed(goal: Goal, wanted: list[Solid], there: list[int], free: Sequence[int]) -> list[Solid] | None:
    fixed = {i: wanted[i] for i in there if i not in free}
    best: tuple[float, dict[int, Solid]] | None = None
    for group in _groups(free):
        best = None
        for places in product(*(_allowed(goal, i) for i in group)):
            at = dict(fixed)
            for i, (row, column) in zip(group, places, strict=True):
                at[i] = replace(wanted[i], row=row, column=column)
            if _touching(list(at.values())) or not _related(goal, at):
                continue
            far = sum(_cost(goal, at[i], wanted[i], i) for i in group)
            if best is None or far < best[0]:
                best = far, at
        if best is None:
            return None
        fixed = best[1]
    if not free and (_touching(list(fixed.values())) or not _related(goal, fixed)):
        return None
    return [fixed[i] for i in there]


def _groups(free: Sequence[int]) -> list[Sequence[int]]:
    """Return the solids that are placed together, two at a time."""
    return [free[i : i + 2] for i in range(0, len(free), 2)]


def _allowed(goal: Goal, index: int) -> list[tuple[int, int]]:
    return list(product(goal.rows.get(index, _ALL), goal.columns.get(index, _ALL)))


def _cost(goal: Goal, now: Solid, before: Solid, index: int) -> float:
    """Return how far a place is from the usual one of its words, or from where the solid stood."""
    is_new = index >= len(goal.scene.solids)
    row = _usual(goal.rows.get(index, _ALL), None if is_new else before.row)
    column = _usual(goal.columns.get(index, _ALL), None if is_new else before.column)
    return (now.row - row) ** 2 + (now.column - column) ** 2 * 1.01


def _usual(spots: tuple[int, ...], before: int | None) -> int:
    if spots == _ALL:
        return before if before is not None else GRID // 2
    if before in spots and before not in (0, GRID - 1):
        return before
    if before in spots and len(spots) == 1:
        return before
    return max(spots, key=lambda s: -abs(s - GRID // 2))


def _touching(solids: Sequence[Solid]) -> bool:
    return any(touch(one, other) for i, one in enumerate(solids) for other in solids[i + 1 :])


def _related(goal: Goal, at: dict[int, Solid]) -> bool:
    sides: Any = goal.relations
    return all(stands(side, at[i], at[j]) for side, i, j in sides if i in at and j in at)
