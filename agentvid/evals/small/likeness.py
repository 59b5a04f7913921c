"""How alike two pictures are: PSNR and SSIM, of the whole or of a part.

Source: SSIM of Wang et al. 2004, Gaussian weights with a deviation of 1.5 pixels, on luma.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["grown", "mean_difference", "psnr", "rmse", "ssim"]

MOST_DB: Final = 60.0
"""What identical pictures get, so that means stay finite."""
_LUMA: Final = (0.299, 0.587, 0.114)
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def psnr(one: NDArray[np.uint8], two: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> float:
    """Return the peak signal-to-noise ratio in dB, of the pixels `inside` (H, W) only; NaN where there are none."""
    error = rmse(one, two, inside)
    return min(MOST_DB, 20 * float(np.log10(255 / error))) if error > 0 else (MOST_DB if error == 0 else error)


def rmse(one: NDArray[np.uint8], two: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> float:
    """Return the root of the mean squared difference in grey levels; NaN where no pixel is inside."""
    off = one.astype(np.float64) - two.astype(np.float64)
    chosen = off if inside is None else off[inside]
    return float(np.sqrt(np.mean(chosen**2))) if chosen.size else float("nan")


def mean_difference(one: NDArray[np.uint8], two: NDArray[np.uint8], inside: NDArray[np.bool_]) -> float:
    """Return the mean absolute difference in grey levels inside; NaN where no pixel is."""
    off = np.abs(one.astype(np.float64) - two.astype(np.float64))[inside]
    return float(off.mean()) if off.size else float("nan")


def ssim(one: NDArray[np.uint8], two: NDArray[np.uint8], inside: NDArray[np.bool_] | None = None) -> float:
    """Return the structural similarity, -1 … 1, of the pixels inside."""
    import cv2

    def smooth(picture: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(picture, (11, 11), 1.5), np.float64)

    a, b = (picture.astype(np.float64) @ _LUMA for picture in (one, two))
    mean_a, mean_b = smooth(a), smooth(b)
    var_a, var_b = smooth(a * a) - mean_a**2, smooth(b * b) - mean_b**2
    both = smooth(a * b) - mean_a * mean_b
    found = (2 * mean_a * mean_b + _C1) * (2 * both + _C2)
    found /= (mean_a**2 + mean_b**2 + _C1) * (var_a + var_b + _C2)
    chosen = found if inside is None else found[inside]
    return float(chosen.mean()) if chosen.size else float("nan")


def grown(mask: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Return a mask grown by so many pixels on all sides."""
    import cv2

    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)
