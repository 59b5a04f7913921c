"""Counterfactuals of a rollout: one thing is changed at a time t, what lies before is shared, futures lie side by side.

    fact = model.rollout(model.reset(start), actions)
    other = branch(model, fact, at=4, actions=[Push(ball, "left", "hard"), *[WAIT] * 7])
    side_by_side(fact, other)                     # what came, what would have come, and where they differ

An action, an object or a frame can be changed. `counterfactual.py` draws such pairs of the true world.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.edits import Change, Turn, apply_change
from agentvid.world.model import Start, State, WorldAction, WorldModel
from agentvid.world.render import render_scene

__all__ = ["Branch", "branch", "branch_frame", "branch_object", "side_by_side"]

_SHOWN: Final = 8


@dataclass(frozen=True)
class Branch:
    """What came and what would have come. Up to frame `at` of the new frames both are the same pixels."""

    fact: State
    other: State
    at: int
    changed: str
    difference: NDArray[np.float64] = field(repr=False)
    """Root of the mean squared difference of each pair of new frames, (T,), in grey levels; 0 before `at`."""


def branch(model: WorldModel, fact: State, at: int, actions: Sequence[WorldAction]) -> Branch:
    """Return the future of other actions from the state after `at` of its actions. The prefix is rolled out once more.

    Raises: InputError where `at` is not within the rollout.
    """
    before = _until(model, fact, at)
    return _branch(fact, model.rollout(before, actions), at, "action")


def branch_object(model: WorldModel, fact: State, change: Change) -> Branch:
    """Return the future of the same actions in a scene in which one object is another, or elsewhere, from the start.

    Raises: InputError where the scene is not known, something moved before the start, or the change is none of an
    object.
    """
    scene = fact.start.scene
    if scene is None or fact.start.stage is not None or isinstance(change, Turn):
        raise InputError("a start that can't be changed", "a scene at rest, a change of an object", "give its scene")
    after = apply_change(scene, change)
    size = fact.start.frames.shape[1]
    start = replace(fact.start, scene=after, frames=render_scene(after, size=size).rgb[None])
    swapped = dict(zip(scene.solids, scene.solids, strict=True))
    target = getattr(change, "target", None)
    new = [solid for solid in after.solids if solid not in scene.solids]
    if target is not None and new:
        swapped[target] = new[0]
    actions = []
    for action in fact.actions:
        acted_on = getattr(action, "target", None)
        if acted_on is not None and acted_on in scene.solids and swapped[acted_on] not in after.solids:
            raise InputError(f"{action} acts on what is taken away", "an action on what is left", "change another")
        actions.append(action if acted_on is None else replace(action, target=swapped.get(acted_on, acted_on)))
    return _branch(fact, model.rollout(model.reset(start, fact.seed), actions), 0, "object")


def branch_frame(model: WorldModel, fact: State, at: int, frame: NDArray[np.uint8]) -> Branch:
    """Return the future of the remaining actions where another frame (H, W, 3) was seen after `at` of the actions.

    The model starts from that frame, and is told nothing but it and, at `at` 0, the scene.

    Raises: InputError where `at` is not within the rollout, or the frame has another size.
    """
    if frame.shape != fact.frame.shape:
        raise InputError(f"a frame {frame.shape}", f"{fact.frame.shape}", "resize it")
    if not 0 <= at < len(fact.actions):
        raise InputError(f"frame {at}", f"0 to {len(fact.actions) - 1}", "choose one of the rollout")
    known = fact.start.scene if at == 0 else None
    start = Start(frame[None], scene=known, view=fact.start.view, spot=fact.start.spot, fps=fact.start.fps)
    other = model.rollout(model.reset(start, fact.seed), fact.actions[at:])
    kept = fact.new_frames[: max(0, at - 1)]
    shown = np.concatenate([kept, frame[None], other.new_frames]) if at else other.new_frames
    joined = replace(other, frames=np.concatenate([fact.start.frames, shown]), actions=fact.actions)
    return _branch(fact, joined, max(0, at - 1), "frame")


def side_by_side(made: Branch, shown: int = _SHOWN) -> NDArray[np.uint8]:
    """Return a strip (3 H, n W, 3): what came, what would have come, and their difference, at up to `shown` times."""
    one, two = made.fact.new_frames, made.other.new_frames
    many = min(len(one), len(two))
    at = np.unique(np.linspace(0, many - 1, min(shown, many)).round().astype(int))
    off = np.abs(one[at].astype(np.int16) - two[at]).max(axis=-1).astype(np.uint8)
    rows = [one[at], two[at], np.repeat((255 - off)[..., None], 3, axis=-1)]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows])


def _until(model: WorldModel, fact: State, at: int) -> State:
    if not 0 <= at <= len(fact.actions):
        raise InputError(f"after {at} actions", f"0 to {len(fact.actions)}", "choose a time of the rollout")
    begun = model.reset(fact.start, fact.seed)
    before = model.rollout(begun, fact.actions[:at]) if at else begun
    given = len(fact.frames) - len(fact.actions)
    return replace(before, frames=fact.frames[: given + at])


def _branch(fact: State, other: State, at: int, changed: str) -> Branch:
    many = min(len(fact.actions), len(other.actions))
    off = fact.new_frames[:many].astype(np.float64) - other.new_frames[:many]
    return Branch(fact, other, at, changed, np.sqrt((off**2).mean(axis=(1, 2, 3))))
