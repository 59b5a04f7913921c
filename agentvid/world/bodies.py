"""Solids where they are at one moment, as arrays that a ray caster reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.look import ALBEDO, CUBE_YAW_DEG, Rgb
from agentvid.world.scene import SHAPES, Colour, Scene, Solid, sizes_of

__all__ = ["POSE", "Bodies", "bodies_of", "rest_pose"]

POSE: Final = 7
"""Numbers of a pose: x, y, z of the middle of the solid, then a unit quaternion w, x, y, z."""


@dataclass(frozen=True)
class Bodies:
    """N posed solids, float32. Local axes: z is the axis of cylinder and cone, origin half-way up.

    `shape` (N,) counts in `scene.SHAPES`; `half` (N, 2) footprint radius and half height; `centre` (N, 3);
    `axes` (N, 3, 3) whose columns are the local axes in the world; `albedo` (N, 3) linear 0 … 1.
    """

    shape: NDArray[np.int64]
    half: NDArray[np.float32]
    centre: NDArray[np.float32]
    axes: NDArray[np.float32]
    albedo: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.shape)


def rest_pose(solid: Solid) -> NDArray[np.float64]:
    """Return the pose (7,) of a solid that stands on its place."""
    yaw = math.radians(CUBE_YAW_DEG) / 2
    x, y = solid.xy
    return np.array([x, y, sizes_of(solid.shape, solid.size)[1], math.cos(yaw), 0.0, 0.0, math.sin(yaw)])


def bodies_of(
    scene: Scene, poses: NDArray[np.floating] | None = None, palette: Mapping[Colour, Rgb] = ALBEDO
) -> Bodies:
    """Return the solids of a scene at rest, or at `poses` (N, 7) in the order of `scene.solids`.

    `palette` tells what each colour looks like.

    Raises: InputError where there are not as many poses as solids.
    """
    solids: Sequence[Solid] = scene.solids
    placed = np.stack([rest_pose(solid) for solid in solids]) if poses is None else np.asarray(poses, np.float64)
    if placed.shape != (len(solids), POSE):
        raise InputError(f"poses of shape {placed.shape}", f"({len(solids)}, {POSE})", "give one pose per solid")
    return Bodies(
        shape=np.array([SHAPES.index(solid.shape) for solid in solids]),
        half=np.array([sizes_of(solid.shape, solid.size) for solid in solids], np.float32),
        centre=placed[:, :3].astype(np.float32),
        axes=_axes(placed[:, 3:]).astype(np.float32),
        albedo=np.array([palette[solid.colour] for solid in solids], np.float32),
    )


def _axes(quaternions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rotation matrices (N, 3, 3) of unit quaternions (N, 4)."""
    w, x, y, z = (quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True)).T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), -1, 0)
