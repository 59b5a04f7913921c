"""The layouts that a chain draws pictures of the small world by, and another one in the place of one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.planner.grammar.thoughts import say
from agentvid.planner.rewrite.draft import Draft
from agentvid.world import edits
from agentvid.world.language import read_thought, tell_change, tell_scene
from agentvid.world.mentions import names_of
from agentvid.world.scene import Camera, Scene, Solid
from agentvid.world.words import LANGUAGES, language_of, tidy

__all__ = ["change_of", "drawn_layout", "named_solids", "put_layout", "size_said"]

_TOO_BIG: Final = re.compile(
    r"\b(?:too|not (?:so|that|as|too)|less) (?:big|large|huge)\b|(?:别|不要|不用)(?:那么|这么|太)?大|太大",
    re.IGNORECASE,
)
_TOO_SMALL: Final = re.compile(
    r"\b(?:too|not (?:so|that|as|too)|less) (?:small|tiny|little)\b|(?:别|不要|不用)(?:那么|这么|太)?小|太小",
    re.IGNORECASE,
)
_BIGGER: Final = re.compile(
    r"\b(?:bigger|larger|big|large|huge|enlarge|grow|scale up|blow up)\b|大一?[点些]|变大|放大|改大|大的|弄大|大号",
    re.IGNORECASE,
)
_SMALLER: Final = re.compile(
    r"\b(?:smaller|small|tiny|(?<!a )little|shrink|scale down)\b|小一?[点些]|变小|缩小|改小|小的|弄小|小号",
    re.IGNORECASE,
)
_OUTERMOST: Final = (
    (r"\bone (?:in|at) the back\b|\bback one\b|后面(?:的|那个)", lambda solid: -solid.row),
    (r"\bone (?:in|at) the front\b|\bfront one\b|前面(?:的|那个)", lambda solid: solid.row),
    (r"\bone on the left\b|\bleft one\b|左边(?:的|那个)", lambda solid: solid.column),
    (r"\bone on the right\b|\bright one\b|右边(?:的|那个)", lambda solid: -solid.column),
)


def drawn_layout(draft: Draft) -> tuple[Step, Scene] | None:
    """Return the one step that draws a layout, and the layout; None where no step does, or several do."""
    drawn = [(step, scene) for step in draft.chain if (scene := _scene(step)) is not None]
    return drawn[0] if len(drawn) == 1 else None


def put_layout(
    draft: Draft, step: Step, scene: Scene, choices: Sequence[Sequence[Solid]], camera: Camera | None = None
) -> None:
    """Draw the first of these choices that can stand in place of `scene`; later edits follow their solids.

    Raises: Back where none can stand.
    """
    after = _first_standing(choices, camera or scene.camera)
    if after is None:
        raise draft.refusal(say(draft.language, "no_room"))
    thought = tell_scene(after, language_of(step.thought))
    if thought == step.thought:
        draft.did = True
        return
    changed = _changed_later(draft, scene, after)
    draft.keep_going(lambda: draft.put(step.model_copy(update={"thought": thought}), *changed))


def size_said(text: str) -> str:
    """Return the size that words ask for: "bigger" and "not so small" are large; "" where they ask for none."""
    pairs = ((_TOO_BIG, "small"), (_TOO_SMALL, "large"), (_BIGGER, "large"), (_SMALLER, "small"))
    return next((size for words, size in pairs if words.search(text)), "")


def named_solids(clause: str, scene: Scene) -> list[Solid]:
    """Return the solids that words single out, by shape, colour or place; none where no word does."""
    told = tidy(clause)
    found: list[Solid] | None = None
    for part in ("shape", "colour"):
        values = {
            value
            for language in LANGUAGES
            for word, value in names_of(language, part).items()
            if re.search(re.escape(word) if language == "zh" else rf"\b{re.escape(word)}s?\b", told)
        }
        fitting = [solid for solid in scene.solids if getattr(solid, part) in values]
        if values and fitting and (found is None or len(found) > 1):
            both = [solid for solid in fitting if found is None or solid in found]
            found = both or found
    if found is None and len(scene.solids) > 1:
        found = next(([min(scene.solids, key=key)] for words, key in _OUTERMOST if re.search(words, told)), [])
    return found or []


def change_of(step: Step) -> edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move | None:
    """Return what the thought of an edit in the small world changes; None for all other steps."""
    try:
        thought = read_thought(step.thought) if step.tool == "edit_image" else None
    except InputError:
        return None
    kinds = edits.Recolour | edits.Remove | edits.Reshape | edits.Resize | edits.Move
    return thought if isinstance(thought, kinds) else None


def _first_standing(choices: Sequence[Sequence[Solid]], camera: Camera) -> Scene | None:
    for solids in choices:
        try:
            return Scene(tuple(solids), camera)
        except InputError:
            continue
    return None


def _changed_later(draft: Draft, before: Scene, after: Scene) -> list[Step]:
    """Return the later edits whose solid now looks or stands otherwise, with their thoughts about it as it is now."""
    gone = [solid for solid in before.solids if solid not in after.solids]
    new = [solid for solid in after.solids if solid not in before.solids]
    if len(before.solids) != len(after.solids):
        return []
    pairs = {old: _successor(old, gone, new) for old in gone}
    steps = []
    for step in draft.chain:
        change = change_of(step)
        follows = pairs.get(change.target) if change is not None else None
        if change is not None and follows is not None:
            told = tell_change(replace(change, target=follows), language_of(step.thought))
            steps.append(step.model_copy(update={"thought": told}))
    return steps


def _successor(old: Solid, gone: list[Solid], new: list[Solid]) -> Solid | None:
    if len(gone) == len(new) == 1:
        return new[0]
    same_look = [one for one in new if one.look == old.look]
    if len(same_look) == 1 and [one.look for one in gone].count(old.look) == 1:
        return same_look[0]
    same_shape = [one for one in new if one.shape == old.shape]
    if len(same_shape) == 1 and [one.shape for one in gone].count(old.shape) == 1:
        return same_shape[0]
    return None


def _scene(step: Step) -> Scene | None:
    if not step.tool.startswith("generate"):
        return None
    try:
        thought = read_thought(step.thought)
    except InputError:
        return None
    return thought if isinstance(thought, Scene) else None
