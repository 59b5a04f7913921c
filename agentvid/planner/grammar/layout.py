"""Layouts for words that leave places open: drawn from the seed, the one taken that is seen best."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

from agentvid.world.naming import seen_across
from agentvid.world.reading import Asked, read_request
from agentvid.world.scene import GRID, Scene

__all__ = ["LAYOUTS", "composed"]

LAYOUTS: Final = 16
"""How many layouts are drawn for one message."""


@lru_cache(maxsize=16)
def composed(words: str, seed: int) -> Asked:
    """Return the scene that words ask for; of several that the seed draws, the one that is seen best.

    Raises: InputError where the words are not of this world.
    """
    drawn = [read_request(words, seed * LAYOUTS + index) for index in range(LAYOUTS)]
    return max(drawn, key=lambda asked: _spread(asked.scene))


def _spread(scene: Scene) -> tuple[int, int, float]:
    """Return how well a scene is seen: no two alike, few at the rim, neighbours far apart across the picture."""
    rim = sum(abs(solid.row - GRID // 2) == 2 or abs(solid.column - GRID // 2) == 2 for solid in scene.solids)
    across = sorted(seen_across(solid, scene.camera) for solid in scene.solids)
    alike = len(scene.solids) - len({solid.look for solid in scene.solids})
    return -alike, -rim, min((right - left for left, right in pairwise(across)), default=0.0)
