"""Edits of scenes with their ground truth: what changes, the scene after it, and where the picture differs.

Does not cover: words for them (`language` tells the change as a thought, `caption` as an instruction).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.render import Rendered, render_scene
from agentvid.world.scene import (
    AZIMUTHS,
    COLOURS,
    GRID,
    MOST_SOLIDS,
    SHAPES,
    SIZES,
    Camera,
    Colour,
    Scene,
    Shape,
    Size,
    Solid,
    split_of,
)

__all__ = [
    "EDIT_KINDS",
    "Add",
    "Change",
    "Edit",
    "EditKind",
    "Move",
    "Recolour",
    "Remove",
    "Reshape",
    "Resize",
    "Turn",
    "apply_change",
    "changed_pixels",
    "render_edit",
    "sample_edit",
]

EditKind: TypeAlias = Literal["recolour", "reshape", "resize", "move", "add", "remove", "turn"]
EDIT_KINDS: Final[tuple[EditKind, ...]] = ("recolour", "reshape", "resize", "move", "add", "remove", "turn")
_TRIES: Final = 400
_VISIBLE_CHANGE: Final = 6


@dataclass(frozen=True)
class Recolour:
    """`target` becomes `colour`."""

    target: Solid
    colour: Colour


@dataclass(frozen=True)
class Reshape:
    """`target` becomes a `shape`."""

    target: Solid
    shape: Shape


@dataclass(frozen=True)
class Resize:
    """`target` becomes `size`."""

    target: Solid
    size: Size


@dataclass(frozen=True)
class Move:
    """`target` moves to a place of the grid."""

    target: Solid
    row: int
    column: int


@dataclass(frozen=True)
class Add:
    """`solid` is new."""

    solid: Solid


@dataclass(frozen=True)
class Remove:
    """`target` is taken away."""

    target: Solid


@dataclass(frozen=True)
class Turn:
    """The camera moves; nothing on the stage does."""

    camera: Camera


Change: TypeAlias = Recolour | Reshape | Resize | Move | Add | Remove | Turn


@dataclass(frozen=True)
class Edit:
    """A change with the scenes before and after it."""

    before: Scene
    after: Scene
    change: Change


def apply_change(scene: Scene, change: Change) -> Scene:
    """Return the scene after a change.

    Raises: InputError where the target is not in the scene, or the result is no scene (two solids touch, none is left).
    """
    if isinstance(change, Turn):
        return replace(scene, camera=change.camera)
    if isinstance(change, Add):
        return replace(scene, solids=(*scene.solids, change.solid))
    if change.target not in scene.solids:
        raise InputError(f"{change.target} is not in the scene", "a solid that is", "name one of its solids")
    others = tuple(solid for solid in scene.solids if solid != change.target)
    return replace(scene, solids=(*others, *_becomes(change)))


def sample_edit(rng: np.random.Generator, scene: Scene, kind: EditKind | None = None) -> Edit | None:
    """Draw an edit of a kind (any, where None) whose result is of the same split; None where no draw fits.

    A move is by one or two places along a row or a column.
    """
    for _ in range(_TRIES):
        drawn = kind or EDIT_KINDS[int(rng.integers(len(EDIT_KINDS)))]
        change = _draw(rng, scene, drawn)
        if change is None:
            continue
        try:
            after = apply_change(scene, change)
        except InputError:
            continue
        looks = [solid.look for solid in after.solids]
        if after != scene and len(set(looks)) == len(looks) and split_of(after) == split_of(scene):
            return Edit(scene, after, change)
    return None


def changed_pixels(before: Rendered, after: Rendered) -> NDArray[np.bool_]:
    """Return where two pictures differ visibly (H, W): the solid itself, what it hid, its shadow."""
    off = np.abs(before.rgb.astype(np.int16) - after.rgb.astype(np.int16)).max(axis=-1)
    return np.asarray(off > _VISIBLE_CHANGE)


def render_edit(edit: Edit, size: int = 128) -> tuple[Rendered, Rendered, NDArray[np.bool_]]:
    """Render before and after, and tell where they differ (H, W)."""
    before, after = render_scene(edit.before, size=size), render_scene(edit.after, size=size)
    return before, after, changed_pixels(before, after)


def _becomes(change: Recolour | Reshape | Resize | Move | Remove) -> tuple[Solid, ...]:
    match change:
        case Recolour(target, colour):
            return (replace(target, colour=colour),)
        case Reshape(target, shape):
            return (replace(target, shape=shape),)
        case Resize(target, size):
            return (replace(target, size=size),)
        case Move(target, row, column):
            return (replace(target, row=row, column=column),)
        case Remove():
            return ()


def _draw(rng: np.random.Generator, scene: Scene, kind: EditKind) -> Change | None:
    target = scene.solids[int(rng.integers(len(scene.solids)))]
    match kind:
        case "recolour":
            return Recolour(target, COLOURS[int(rng.integers(len(COLOURS)))])
        case "reshape":
            return Reshape(target, SHAPES[int(rng.integers(len(SHAPES)))])
        case "resize":
            return Resize(target, "small" if target.size == "large" else "large")
        case "move":
            return _draw_move(rng, target)
        case "remove":
            return Remove(target) if len(scene.solids) > 1 else None
        case "turn":
            steps = int(rng.integers(1, AZIMUTHS))
            return Turn(scene.camera.turned(steps))
        case "add":
            return _draw_add(rng) if len(scene.solids) < MOST_SOLIDS - 1 else None


def _draw_move(rng: np.random.Generator, target: Solid) -> Move | None:
    step = int(rng.choice((-2, -1, 1, 2)))
    row, column = (target.row + step, target.column) if rng.random() < 0.5 else (target.row, target.column + step)
    return Move(target, row, column) if 0 <= row < GRID and 0 <= column < GRID else None


def _draw_add(rng: np.random.Generator) -> Add:
    row, column, shape, colour, size = (int(rng.integers(n)) for n in (GRID, GRID, len(SHAPES), len(COLOURS), 2))
    return Add(Solid(row, column, SHAPES[shape], COLOURS[colour], SIZES[size]))
