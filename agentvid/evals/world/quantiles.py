"""What a calibration computes: lines that a tenth of errors exceed, how strict a horizon must be, what chance allows.

    fitted(errors, guess)            the line at each step that a tenth of the errors lie above
    strictness(bounds, errors)       by how much a bound must keep clear of the tolerance to be believed
    chance(ranked, tested)           between which shares the coverage of a valid bound lies

A line through the mean would be too low where an engine changes little of the picture, and those frames are the ones
that are believed: the line is fitted to the quantile itself.

Sources: Romano, Patterson and Candès 2019, "Conformalized quantile regression" (arXiv 1905.03222), section 4;
Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then test" (arXiv 2110.01052), sections 2 and 3: Hoeffding's
test of a risk, in a fixed sequence; Angelopoulos and Bates 2021 (arXiv 2107.07511), appendix C: spread of coverage.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world.trust import LEVEL, TOLERANCE_DB, leading, to_error

__all__ = ["chance", "fitted", "strictness"]

Floats = NDArray[np.float64]

_LEAST: Final = 1.0
"""Grey levels that are expected at least."""
_STRICTEST: Final = 4.0
_LOOSER: Final = 0.05
_DOUBT: Final = 0.1
"""How often the horizon of a calibration may come out too far."""
_SPREAD: Final = 0.95


def fitted(errors: Floats, guess: Floats) -> tuple[Floats, Floats]:
    """Return base and share (T,) of the lines `base + share * guess`, neither below 0, that a tenth of errors exceed.

    Errors and guesses are (N, T); each step's line is fitted to its neighbours too.
    """
    steps = errors.shape[1]
    windows = [slice(max(0, at - 1), at + 2) for at in range(steps)]
    found = np.array([_line(errors[:, near].ravel(), guess[:, near].ravel()) for near in windows])
    return np.maximum(found[:, 0], np.where(found[:, 1] > 0, 0.0, _LEAST)), found[:, 1]


def strictness(bounds: Floats, errors: Floats, level: float = LEVEL) -> float | None:
    """Return how many times a bound must fit into the tolerance, so that what is believed is within it often enough.

    Bounds and errors are (N, T), of rollouts that the bound's line was not fitted to. The factor is at least 1. With
    it, 9 times of 10, at least a share `level` of the frames before the horizon of a rollout are truly within, on
    average over the rollouts that have a horizon: factors are tried from the strictest that enough rollouts pass,
    until the first for which that can't be shown. None where it can be shown for none.
    """
    limit = to_error(TOLERANCE_DB)
    wrong, found = errors > limit, None
    for strict in np.arange(_STRICTEST, 1 - _LOOSER / 2, -_LOOSER):
        ahead = np.array([np.arange(len(row)) < leading(row, limit / strict) for row in bounds])
        many = ahead.sum(axis=1)
        some = many > 0
        if _doubt(0.0, int(some.sum()), 1 - level) > _DOUBT:
            continue
        missed = (ahead & wrong).sum(axis=1)[some]
        if _doubt(float((missed / many[some]).mean()), int(some.sum()), 1 - level) > _DOUBT:
            break
        found = round(float(strict), 2)
    return found


def chance(ranked: int, tested: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the shares of `tested` rollouts between which a valid bound, made of `ranked` others, holds 95 times of
    100: both draws, of those that are ranked and those that are tested, count.
    """
    rank = min(ranked, math.ceil((ranked + 1) * level))
    above = ranked + 1 - rank
    hits = np.arange(tested + 1)
    logs = [
        _log_beta(rank + hit, above + tested - hit) - _log_beta(rank, above) - _log_beta(hit + 1, tested - hit + 1)
        for hit in hits.tolist()
    ]
    held = np.cumsum(np.exp(np.array(logs) - math.log(tested + 1)))
    low, high = (int(np.searchsorted(held, share)) for share in ((1 - _SPREAD) / 2, (1 + _SPREAD) / 2))
    return low / tested, min(high, tested) / tested


def _line(errors: Floats, guess: Floats) -> tuple[float, float]:
    """Return the line, neither part below 0, with the least pinball loss, which is convex in its share."""

    def tried(share: float) -> tuple[float, float]:
        over = errors - share * guess
        base = max(0.0, float(np.quantile(over, LEVEL, method="higher")))
        return float(np.maximum(LEVEL * (over - base), (LEVEL - 1) * (over - base)).sum()), base

    tells = guess > _LEAST
    low, high = 0.0, float((errors[tells] / guess[tells]).max()) if tells.any() else 0.0
    while high - low > 1e-6 * max(1.0, high):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, two) if tried(one)[0] <= tried(two)[0] else (one, high)
    return tried(low)[1], low


def _doubt(risk: float, many: int, most: float) -> float:
    """Return how likely so low a mean risk of `many` rollouts is where the true one is above `most`, at most."""
    if risk >= most:
        return 1.0
    apart = (1 - risk) * math.log((1 - risk) / (1 - most)) + (risk * math.log(risk / most) if risk else 0.0)
    return math.exp(-many * apart)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
