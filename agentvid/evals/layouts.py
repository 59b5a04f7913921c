"""Other layouts: a thought of the small world with one attribute changed, as a person would correct it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.edits import Add, Move, Recolour, Reshape, Resize, Turn
from agentvid.world.judge import Judge, placed
from agentvid.world.language import Thought, read_thought, tell_change, tell_scene
from agentvid.world.render import SIZE, render_scene, visible
from agentvid.world.scene import AZIMUTHS, COLOURS, GRID, HELD_OUT_PAIRS, SHAPES, SIZES, Scene, Solid
from agentvid.world.words import Language, language_of

__all__ = ["another_layout", "judge", "other_layouts", "shows"]

_QUARTER: Final = AZIMUTHS // 4
_LEAST_VISIBLE: Final = 60
"""Pixels that each solid must show after a change, so that a judge can see it."""
_Told: TypeAlias = tuple[Thought, str]


def another_layout(text: str) -> tuple[str, str] | None:
    """Return another thought of its kind, and in words what was done to it; None for words of other kinds.

    A resizing has no other of its kind, and becomes a recolouring.
    """
    return next(iter(other_layouts(text, 1)), None)


def other_layouts(text: str, most: int) -> list[tuple[str, str]]:
    """Return up to `most` corrections of a thought by one attribute, each with what was done to it; [] for other words.

    The first few differ in attribute (of a scene: colour, shape, size, place, of one solid after the other).
    """
    try:
        thought = read_thought(text)
    except InputError:
        return []
    language, found = language_of(text), list[tuple[str, str]]()
    for other, told in _others(thought, zlib.crc32(text.encode())):
        try:
            changed = tell_scene(other, language) if isinstance(other, Scene) else _told_change(other, language)
            is_of_this_world = changed != text and bool(read_thought(changed))
        except InputError:
            continue
        if is_of_this_world and changed not in (known for known, _ in found):
            found.append((changed, told))
        if len(found) == most:
            break
    return found


def shows(picture: NDArray[np.uint8], layout: str) -> bool | None:
    """Tell whether a picture shows just the solids of a layout, in their places; None for what the judge can't see."""
    if picture.shape != (SIZE, SIZE, 3):
        return None
    try:
        scene = read_thought(layout)
    except InputError:
        return None
    return placed(judge().see(picture[None])[0], scene) if isinstance(scene, Scene) else None


@cache
def judge() -> Judge:
    """Return the judge that ships."""
    return Judge.load()


def _told_change(thought: Thought, language: Language) -> str:
    assert isinstance(thought, Recolour | Reshape | Resize | Move | Add | Turn)
    return tell_change(thought, language)


def _others(thought: Thought, draw: int) -> Iterator[_Told]:
    """Yield likely corrections; some may make no scene. `draw` chooses among equals."""
    match thought:
        case Scene(solids):
            ways = [_of_solid(thought, solids[(draw + index) % len(solids)], index, draw) for index in range(4)]
            yield from (each for row in zip_longest(*ways) for each in row if each is not None)
        case Recolour(target):
            for solid, told in _recoloured(replace(target, colour=thought.colour)):
                if solid.colour != target.colour:
                    yield Recolour(target, solid.colour), told
        case Reshape(target, shape):
            for new in SHAPES:
                if new not in (shape, target.shape) and (target.colour, new) not in HELD_OUT_PAIRS:
                    yield Reshape(target, new), f"{shape} → {new}"
        case Resize(target):
            for solid, told in _recoloured(target):
                yield Recolour(target, solid.colour), f"not resized, but {told}"
        case Move(target, row, column):
            for new_row, new_column in _near(target):
                if (new_row, new_column) != (row, column):
                    yield Move(target, new_row, new_column), f"place {row},{column} → {new_row},{new_column}"
        case Add(added):
            for solid, told in _recoloured(added):
                yield Add(solid), told
        case Turn(camera):
            turned = camera.turned(_QUARTER)
            yield Turn(turned), f"azimuth {camera.azimuth} → {turned.azimuth}"


def _near(target: Solid) -> Iterator[tuple[int, int]]:
    """Yield the places to which this world's edits move a solid: one or two along its row or its column."""
    for step in (-1, 1, -2, 2):
        for row, column in ((target.row, target.column + step), (target.row + step, target.column)):
            if 0 <= row < GRID and 0 <= column < GRID:
                yield row, column


def _of_solid(scene: Scene, solid: Solid, way: int, draw: int) -> Iterator[_Told]:
    """Yield scenes with one solid changed in one way (colour, shape, size, place), all solids in view."""
    ways = (_recoloured, _reshaped, _resized, _moved)
    others = [one for one in scene.solids if one != solid]
    found = list(ways[way](solid))
    for index in range(len(found)):
        new, told = found[(draw + index) % len(found)]
        if new.look in [one.look for one in others] or (new.colour, new.shape) in HELD_OUT_PAIRS:
            continue
        try:
            changed = replace(scene, solids=(*others, new))
        except InputError:
            continue
        if (visible(render_scene(changed), len(changed.solids)) >= _LEAST_VISIBLE).all():
            yield changed, told


def _recoloured(solid: Solid) -> Iterator[tuple[Solid, str]]:
    start = COLOURS.index(solid.colour)
    for colour in (*COLOURS[start + 1 :], *COLOURS[:start]):
        if (colour, solid.shape) not in HELD_OUT_PAIRS:
            yield replace(solid, colour=colour), f"{solid.colour} → {colour}"


def _reshaped(solid: Solid) -> Iterator[tuple[Solid, str]]:
    for shape in SHAPES:
        if shape != solid.shape:
            yield replace(solid, shape=shape), f"{solid.shape} → {shape}"


def _resized(solid: Solid) -> Iterator[tuple[Solid, str]]:
    for size in SIZES:
        if size != solid.size:
            yield replace(solid, size=size), f"{solid.size} → {size}"


def _moved(solid: Solid) -> Iterator[tuple[Solid, str]]:
    for row in range(GRID):
        for column in range(GRID):
            if (row, column) != (solid.row, solid.column):
                told = f"place {solid.row},{solid.column} → {row},{column}"
                yield replace(solid, row=row, column=column), told
