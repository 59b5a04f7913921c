"""Counterfactual pairs of clips: the same start but for one thing, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.errors import InputError
from agentvid.world.edits import Change, Move, Recolour, apply_change, sample_edit
from agentvid.world.physics import Action, Clip, Push, sample_action, simulate, stays_on_stage
from agentvid.world.scene import Scene, Solid

__all__ = ["CHANGED", "Changed", "Counterfactual", "sample_counterfactual"]

Changed: TypeAlias = Literal["action", "colour", "place"]
CHANGED: Final[tuple[Changed, ...]] = ("action", "colour", "place")
_TRIES: Final = 40


@dataclass(frozen=True)
class Counterfactual:
    """Two clips that differ at the start in one thing: the action, a colour, or a place. `change` is None for actions.

    A changed colour changes no pose; a changed action leaves frame 0 as it was.
    """

    fact: Clip
    other: Clip
    changed: Changed
    change: Change | None = None


def sample_counterfactual(
    rng: np.random.Generator, scene: Scene, changed: Changed | None = None
) -> Counterfactual | None:
    """Draw a pair that starts from `scene`; None where no draw keeps all solids in view."""
    action = sample_action(rng, scene)
    if action is None:
        return None
    fact, kind = simulate(scene, action), changed or CHANGED[int(rng.integers(len(CHANGED)))]
    for _ in range(_TRIES):
        made = _other_action(rng, fact) if kind == "action" else _other_scene(rng, fact, kind)
        if made is not None and stays_on_stage(made.other):
            return made
    return None


def _other_action(rng: np.random.Generator, fact: Clip) -> Counterfactual | None:
    action = sample_action(rng, fact.scene)
    if action is None or action == fact.action:
        return None
    return Counterfactual(fact, simulate(fact.scene, action), "action")


def _other_scene(rng: np.random.Generator, fact: Clip, kind: Changed) -> Counterfactual | None:
    edit = sample_edit(rng, fact.scene, "recolour" if kind == "colour" else "move")
    if edit is None or not isinstance(edit.change, (Recolour, Move)):
        return None
    action = _carried(fact.action, edit.change)
    try:
        after = apply_change(fact.scene, edit.change)
    except InputError:
        return None
    return Counterfactual(fact, simulate(after, action), kind, edit.change)


def _carried(action: Action, change: Recolour | Move) -> Action:
    """The same action on the changed scene."""
    if action.target != change.target:
        return action
    target: Solid
    if isinstance(change, Recolour):
        target = replace(change.target, colour=change.colour)
    else:
        target = replace(change.target, row=change.row, column=change.column)
    return replace(action, target=target) if isinstance(action, Push) else type(action)(target)
