"""Do things go where they should? Horizon of a rollout, following of actions, controllability: by object centres.

Centres are pixels (…, 2), x then y; NaN where an object was not found. All measures are pure geometry: who finds the
centres (the judge, a mask of the renderer, a tracker) is said where they are used.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError

__all__ = ["action_following", "controllability", "extrapolated", "horizon"]

Centres = NDArray[np.floating]
_STILL: Final = 1e-6


def horizon(found: Centres, true: Centres, sizes: NDArray[np.floating] | float, epsilon: float) -> int:
    """Return the rollout horizon: the most frames for which every object's centre is within `epsilon` of its size.

    `found` and `true` are (T, N, 2), of the frames after the start; `sizes` (N,) in pixels. Objects whose true centre
    is NaN (out of sight) do not count in that frame; one that was not found though it is in sight has failed.

    Raises: InputError for shapes that differ.
    """
    if found.shape != true.shape or found.ndim != 3 or found.shape[2] != 2:
        raise InputError(f"centres {found.shape} and {true.shape}", "(T, N, 2), both", "find all objects in all frames")
    apart = np.linalg.norm(found - true, axis=-1)
    out_of_sight = np.isnan(true).any(axis=-1)
    near = out_of_sight | (apart <= epsilon * np.asarray(sizes))
    good = near.all(axis=1)
    return len(good) if good.all() else int(np.argmin(good))


def extrapolated(earlier: Centres, count: int) -> Centres:
    """Return where objects would be at constant speed: (count, N, 2), from their centres (2, N, 2) in two frames."""
    last, speed = earlier[-1], earlier[-1] - earlier[-2]
    ahead = np.arange(1, count + 1)[:, None, None]
    return np.asarray(last + ahead * speed)


def action_following(found: Centres, true: Centres, least: float = _STILL) -> float:
    """Return the mean of ‖Δĉ − Δc‖ / ‖Δc‖ over steps in which an object moves by more than `least` pixels.

    0 is perfect, 1 is standing still. Where centres are found with an error, `least` should be well above it.

    `found` and `true` are centres (T, N, 2) that begin at the start. Steps in which a centre is not known do not count;
    NaN where none is left.

    Raises: InputError for shapes that differ.
    """
    if found.shape != true.shape:
        raise InputError(f"centres {found.shape} and {true.shape}", "one shape", "find all objects in all frames")
    moved, should = np.diff(found, axis=0), np.diff(true, axis=0)
    length = np.linalg.norm(should, axis=-1)
    off = np.linalg.norm(moved - should, axis=-1)
    told = (length > least) & np.isfinite(off)
    return float((off[told] / length[told]).mean()) if told.any() else float("nan")


def controllability(
    one: NDArray[np.generic], other: NDArray[np.generic], true_one: NDArray[np.generic], true_other: NDArray[np.generic]
) -> float:
    """Return d(xᵃ, xᵃ′) as predicted over the true one, for two actions from one start: 1 is right, 0 no control.

    d is the root of the mean squared difference; clips, frames or centres, all of one shape.

    Raises: InputError where the truth is the same for both actions.
    """
    true = _distance(true_one, true_other)
    if true == 0:
        raise InputError("two actions that come to the same", "actions that differ in what follows", "choose others")
    return _distance(one, other) / true


def _distance(one: NDArray[np.generic], two: NDArray[np.generic]) -> float:
    return float(np.sqrt(np.mean((one.astype(np.float64) - two.astype(np.float64)) ** 2)))
