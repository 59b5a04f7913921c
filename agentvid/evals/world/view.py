"""Cameras: how far poses are from those asked for, and whether going there and back leads back.

A pose is a camera's place: rotation (3, 3) whose columns are its axes in the world, position (3,) in world units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError

__all__ = ["PoseErrors", "control_score", "loop_closure", "pose_errors", "rotation_error_deg", "stability"]

Floats = NDArray[np.float64]
MOST_DEG: Final = 15.0
MOST_SHIFT: Final = 0.5


@dataclass(frozen=True)
class PoseErrors:
    """Errors of a path: `rotation_deg` (T,) and `shift` (T,) after one common scale was fitted, `scale`."""

    rotation_deg: Floats
    shift: Floats
    scale: float

    @property
    def control_score(self) -> float:
        """The mean control score over the path."""
        scores = [control_score(float(r), float(t)) for r, t in zip(self.rotation_deg, self.shift, strict=True)]
        return float(np.mean(scores))


def rotation_error_deg(found: Floats, true: Floats) -> float:
    """Return the angle in degrees between two rotations (3, 3): arccos((tr(R̂ᵀR) − 1) / 2)."""
    cosine = (float(np.trace(found.T @ true)) - 1) / 2
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def pose_errors(rotations: Floats, positions: Floats, true_rotations: Floats, true_positions: Floats) -> PoseErrors:
    """Return the errors of a path, rotations (T, 3, 3) and positions (T, 3), each relative to its first pose.

    A path known up to scale is brought to the true one by a single least-squares scale: s = Σ t̂·t / Σ t̂·t̂.

    Raises: InputError for paths of different lengths.
    """
    if rotations.shape != true_rotations.shape or positions.shape != true_positions.shape:
        raise InputError(f"paths of {len(positions)} and {len(true_positions)}", "as many poses", "compare all frames")
    found, true = _relative(rotations, positions), _relative(true_rotations, true_positions)
    norm = float((found[1] ** 2).sum())
    scale = float((found[1] * true[1]).sum()) / norm if norm > 0 else 1.0
    turned = np.array([rotation_error_deg(a, b) for a, b in zip(found[0], true[0], strict=True)])
    return PoseErrors(turned, np.linalg.norm(scale * found[1] - true[1], axis=-1), scale)


def control_score(rotation_deg: float, shift: float) -> float:
    """Return √[(1 − min(e_R, 15°)/15)(1 − min(e_t, 0.5)/0.5)]: 1 is where it was asked for, 0 lost."""
    turned = 1 - min(rotation_deg, MOST_DEG) / MOST_DEG
    return math.sqrt(turned * (1 - min(shift, MOST_SHIFT) / MOST_SHIFT))


def stability(frames: NDArray[np.uint8]) -> float:
    """Return the world stability of a rollout (2N + 1, H, W, 3), N actions and their inverses: d(x₀, x₂ₙ)/d(x₀, xₙ).

    0: back where it began; 1 and more: as far off as at the turning point. d is the root of the mean squared
    difference.

    Raises: InputError for an even number of frames, or where nothing changed until the turning point.
    """
    if len(frames) % 2 == 0 or len(frames) < 3:
        raise InputError(f"{len(frames)} frames", "2N + 1, N at least 1", "undo each action once")
    there = _distance(frames[0], frames[len(frames) // 2])
    if there == 0:
        raise InputError("a rollout that did not move", "one that goes somewhere", "choose actions that change it")
    return _distance(frames[0], frames[-1]) / there


def loop_closure(frames: NDArray[np.uint8]) -> float:
    """Return d(x₀, x_T) over the mean distance to x₀ on the way, of a path that ends where it began: 0 is closed.

    Raises: InputError for fewer than 3 frames, or where nothing changed on the way.
    """
    if len(frames) < 3:
        raise InputError(f"{len(frames)} frames", "at least 3", "go around")
    way = float(np.mean([_distance(frames[0], frame) for frame in frames[1:-1]]))
    if way == 0:
        raise InputError("a path that did not move", "one that goes somewhere", "choose actions that change it")
    return _distance(frames[0], frames[-1]) / way


def _relative(rotations: Floats, positions: Floats) -> tuple[Floats, Floats]:
    """Return a path as seen from its first pose."""
    first = rotations[0].T
    return np.stack([first @ turned for turned in rotations]), (positions - positions[0]) @ first.T


def _distance(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    return float(np.sqrt(np.mean((one.astype(np.float64) - two.astype(np.float64)) ** 2)))
