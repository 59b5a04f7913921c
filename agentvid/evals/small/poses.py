"""Where a picture at eye level was seen from: the pose from which the known scene, rendered small, is most like it.

Poses are looked for on a walk's way and beside it, then between: near enough to tell a step from the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world.render import SIZE, render_scene
from agentvid.world.scene import CELL, Scene
from agentvid.world.walk import TURN_DEG, Spot, eye_at

__all__ = ["PoseFinder", "apart", "shows_solids"]

_SIDE: Final = 32
_NEAR: Final = ((CELL / 2, TURN_DEG / 3), (CELL / 4, TURN_DEG / 6))
"""World units and degrees by which a pose is moved to make it better, one after the other."""
_LEAST_SHARE: Final = 0.02
"""Of a picture that solids fill, so that it tells where it was seen from."""

Floats = NDArray[np.float32]


class PoseFinder:
    """Finds poses in one scene, near the spots of a way."""

    def __init__(self, scene: Scene, spots: Sequence[Spot]) -> None:
        self._scene = scene
        near = [Spot(s.x, s.y, s.heading_deg + turn) for s in spots for turn in (0.0, -TURN_DEG, TURN_DEG)]
        self._spots = list({_key(spot): spot for spot in near}.values())
        self._seen = np.stack([self._small_view(spot) for spot in self._spots])

    def find(self, picture: NDArray[np.uint8]) -> Spot:
        """Return the pose that a picture (128, 128, 3) shows."""
        wanted = _reduced(picture)
        errors = ((self._seen - wanted) ** 2).mean(axis=(1, 2, 3))
        best, least = self._spots[int(errors.argmin())], float(errors.min())
        for moved, turned in _NEAR:
            tried = [
                (float(((self._small_view(spot) - wanted) ** 2).mean()), spot) for spot in _around(best, moved, turned)
            ]
            error, spot = min(tried, key=lambda each: each[0])
            if error < least:
                best, least = spot, error
        return best

    def _small_view(self, spot: Spot) -> Floats:
        return render_scene(self._scene, eye=eye_at(spot), size=_SIDE).rgb.astype(np.float32)


def apart(one: Spot, two: Spot) -> tuple[float, float]:
    """Return how far two poses are apart: in steps forward, and in degrees."""
    turn = abs(one.heading_deg - two.heading_deg) % 360
    return math.hypot(one.x - two.x, one.y - two.y) / CELL, min(turn, 360 - turn)


def shows_solids(scene: Scene, spot: Spot) -> bool:
    """Tell whether enough of a solid is in sight to tell a pose from the picture."""
    mask = render_scene(scene, eye=eye_at(spot), size=_SIDE).mask
    return float((mask >= 0).mean()) >= _LEAST_SHARE


def _around(spot: Spot, moved: float, turned: float) -> Iterator[Spot]:
    for x, y, heading in (
        (moved, 0, 0),
        (-moved, 0, 0),
        (0, moved, 0),
        (0, -moved, 0),
        (0, 0, turned),
        (0, 0, -turned),
    ):
        yield Spot(spot.x + x, spot.y + y, spot.heading_deg + heading)


def _key(spot: Spot) -> tuple[int, int, int]:
    return round(spot.x * 1000), round(spot.y * 1000), round(spot.heading_deg * 10) % 3600


def _reduced(picture: NDArray[np.uint8]) -> Floats:
    many = SIZE // _SIDE
    blocks = picture.reshape(_SIDE, many, _SIDE, many, 3).astype(np.float32)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
