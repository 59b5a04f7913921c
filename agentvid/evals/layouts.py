"""Other layouts: a thought of the small world with one attribute changed, as a person would correct it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.edits import Add, Move, Recolour, Reshape, Turn
from agentvid.world.judge import Judge, placed
from agentvid.world.language import Thought, read_thought, tell_change, tell_scene
from agentvid.world.render import SIZE
from agentvid.world.scene import AZIMUTHS, COLOURS, GRID, HELD_OUT_PAIRS, SHAPES, Scene, Solid
from agentvid.world.words import Language, language_of

__all__ = ["another_layout", "shows"]

_QUARTER: Final = AZIMUTHS // 4


def another_layout(text: str) -> tuple[str, str] | None:
    """Return another thought of the same kind, and in words what was done to it; None for words of other kinds."""
    try:
        thought = read_thought(text)
    except InputError:
        return None
    language = language_of(text)
    for other, told in _others(thought):
        try:
            changed = tell_scene(other, language) if isinstance(other, Scene) else _told_change(other, language)
            if changed != text and read_thought(changed):
                return changed, told
        except InputError:
            continue
    return None


def shows(picture: NDArray[np.uint8], layout: str) -> bool | None:
    """Tell whether a picture shows just the solids of a layout, in their places; None for what the judge can't see."""
    if picture.shape != (SIZE, SIZE, 3):
        return None
    try:
        scene = read_thought(layout)
    except InputError:
        return None
    return placed(_judge().see(picture[None])[0], scene) if isinstance(scene, Scene) else None


@cache
def _judge() -> Judge:
    return Judge.load()


def _told_change(thought: Thought, language: Language) -> str:
    assert isinstance(thought, Recolour | Reshape | Move | Add | Turn)
    return tell_change(thought, language)


def _others(thought: Thought) -> Iterator[tuple[Thought, str]]:
    """Yield likely corrections; some may make no scene."""
    match thought:
        case Scene(solids):
            first, *rest = solids
            looks = [solid.look for solid in rest]
            for solid, told in _recoloured(first):
                if solid.look not in looks:
                    yield replace(thought, solids=(solid, *rest)), told
        case Recolour(target):
            for solid, told in _recoloured(replace(target, colour=thought.colour)):
                if solid.colour != target.colour:
                    yield Recolour(target, solid.colour), told
        case Reshape(target, shape):
            for new in SHAPES:
                if new not in (shape, target.shape):
                    yield Reshape(target, new), f"{shape} → {new}"
        case Move(target, row, column):
            for new_column in range(GRID):
                if (row, new_column) != (target.row, target.column) and new_column != column:
                    yield Move(target, row, new_column), f"column {column} → {new_column}"
        case Add(added):
            for solid, told in _recoloured(added):
                yield Add(solid), told
        case Turn(camera):
            turned = camera.turned(_QUARTER)
            yield Turn(turned), f"azimuth {camera.azimuth} → {turned.azimuth}"


def _recoloured(solid: Solid) -> Iterator[tuple[Solid, str]]:
    start = COLOURS.index(solid.colour)
    for colour in (*COLOURS[start + 1 :], *COLOURS[:start]):
        if (colour, solid.shape) not in HELD_OUT_PAIRS:
            yield replace(solid, colour=colour), f"{solid.colour} → {colour}"
