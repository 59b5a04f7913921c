"""Follow one mask from frame to frame: by flow from the frame it was last surely known in, mended by colour.

Each frame is compared with that anchor directly, so errors do not add up and a soft border stays soft. Where it is no
longer seen surely the frame before becomes the anchor, and its border is cut anew in a narrow band (GrabCut). Along
the flow, borders are averaged over time, so that they do not tremble.
Source: forward-backward error, Kalal et al. (ICPR 2010); GrabCut, Rother et al. (SIGGRAPH 2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.camera import Maps, Picture, blurred, fetch
from agentvid.engines.classical.flow import agreement, carried, dense_flow, far_flow, grey_of, grid_of
from agentvid.engines.classical.regions import Flags, disc

__all__ = ["Follower", "Seen"]

_ANCHOR_HOLDS: Final = 0.6
"""Below this share of surely followed pixels another anchor is taken."""
_STEP_HOLDS: Final = 0.3
_LEAST_LIKENESS: Final = 0.5
"""The thing is lost where its colours agree less than this (Bhattacharyya) with those it had."""
_KEEPS: Final = 0.5
"""Share of the mask of the frame before that stays in this one's."""
_LEAST_SHARE: Final = 0.02
_CUT_HOLDS: Final = 0.8
_CUT_EVERY: Final = 3
"""The border is cut anew at most once in so many frames, where less than `_BORDER_HOLDS` of it is surely followed."""
_BORDER_HOLDS: Final = 0.85
_SURE_BG, _SURE_FG, _MAY_BG, _MAY_FG = 0, 1, 2, 3


@dataclass(frozen=True)
class Seen:
    """A mask in one frame: `alpha` float32 HW 0…1, and `trust` 0…1, how surely it was followed there.

    `state` tells where there is none: "gone" out of the picture, or "lost".
    """

    alpha: Maps
    trust: float
    state: str = ""


class Follower:
    """Follows a mask away from its keyframe, one frame after another in either direction of time."""

    def __init__(self, rgb: Picture, alpha: Maps) -> None:
        self._alpha, self._anchor_alpha = alpha, alpha
        self._grey = self._anchor = grey_of(rgb)
        self._to = np.zeros((*alpha.shape, 2), np.float32)
        self._back = self._to
        self._anchor_trust = self._trust = 1.0
        self._area = float(alpha.sum())
        self._colours = _colours(rgb, alpha)
        self._reach = float(np.clip(0.06 * np.sqrt(self._area), 3, 14))
        self._can_cut = _overlap(_recut(rgb, alpha, self._reach), alpha > 0.5) > _CUT_HOLDS
        self._over = ""
        self._number = 0

    def step(self, rgb: Picture) -> Seen:
        """Return the mask in the next frame (uint8 HWC of the keyframe's size). Once gone or lost, it stays so."""
        if self._over:
            return self._nothing()
        grey = grey_of(rgb)
        by_step, forth = dense_flow(grey, self._grey), dense_flow(self._grey, grey)
        step_sure = agreement(by_step, forth)
        by_step = _own_flow(grey, by_step, carried(self._alpha, by_step), step_sure, self._reach)
        guess = by_step + fetch(self._to, grid_of(grey.shape) + by_step)
        to = far_flow(grey, self._anchor, guess)
        back = far_flow(self._anchor, grey, self._back + carried(forth, self._back))
        sure = agreement(to, back)
        to = _own_flow(grey, to, carried(self._anchor_alpha, to), sure, self._reach)
        observed, before = carried(self._anchor_alpha, to), carried(self._alpha, by_step)
        rate = self._rate(grey, observed, sure)
        is_held = rate >= _ANCHOR_HOLDS
        if not is_held:
            observed, sure = before, step_sure
            rate = self._rate(grey, observed, sure)
        observed = self._mended(rgb, grey, observed, sure, is_due=not is_held)
        apart = before - observed
        keeps = _KEEPS * step_sure * np.clip(1.5 - 2 * np.abs(apart), 0, 1)
        alpha = observed + keeps * apart
        alpha = np.where(alpha < 1 / 255, 0, alpha).astype(np.float32)
        likeness = _likeness(self._colours, _colours(rgb, alpha))
        trust = (self._anchor_trust if is_held else self._trust) * rate * min(1.0, likeness / 0.9)
        if alpha.sum() < max(12.0, _LEAST_SHARE * self._area):
            self._over = "gone"
        elif rate < _STEP_HOLDS or likeness < _LEAST_LIKENESS:
            self._over = "lost"
        if self._over:
            return self._nothing()
        if is_held:
            self._to, self._back = to, back
        else:
            self._anchor, self._anchor_alpha, self._anchor_trust = grey, alpha, trust
            self._to = self._back = np.zeros_like(to)
        self._alpha, self._grey, self._trust = alpha, grey, trust
        return Seen(alpha, trust)

    def _nothing(self) -> Seen:
        return Seen(np.zeros_like(self._alpha), 0.0, self._over)

    def _rate(self, grey: Picture, alpha: Maps, sure: Maps) -> float:
        """How much of the thing was surely followed, weighted by what there is to follow."""
        weight = cv2.dilate(alpha, disc(2)) * _texture(grey)
        return float((sure * weight).sum() / max(float(weight.sum()), 1e-6))

    def _mended(self, rgb: Picture, grey: Picture, alpha: Maps, sure: Maps, is_due: bool) -> Maps:
        """The border cut anew where the flow is not sure of it."""
        inside = alpha > 0.5
        band = _band(inside, self._reach)
        self._number += 1
        if not self._can_cut or not band.any() or (self._number % _CUT_EVERY and not is_due):
            return alpha
        weight = _texture(grey)[band]
        if float((sure[band] * weight).sum()) > _BORDER_HOLDS * float(weight.sum()):
            return alpha
        cut = _recut(rgb, alpha, self._reach)
        if _overlap(cut, inside) < _CUT_HOLDS:
            return alpha
        soft = blurred(cut.astype(np.float32), 0.7)
        doubt = blurred((1 - sure) * band, 1.0)
        return np.asarray(alpha + doubt * (soft - alpha), np.float32)


def _own_flow(grey: Picture, flow: Maps, alpha: Maps, sure: Maps, reach: float) -> Maps:
    """Return the flow of the thing's inside, carried on beyond its border.

    A border moves with what it bounds. The flow right at it is a mixture with that of what is behind, and what the
    thing uncovers has none: read there, a mask would grow a tail. Source: normalised convolution, Knutsson and Westin
    (CVPR 1993).
    """
    inner = cv2.erode((alpha > 0.9).astype(np.float32), disc(0.3 * reach), borderValue=1)
    core = np.asarray(inner * sure * _texture(grey), np.float32)
    if float(core.sum()) < 12:
        core = np.asarray(alpha * sure + 1e-6, np.float32)
    total, covered = np.zeros_like(flow), np.zeros(alpha.shape, np.float32)
    for sigma in (1.0, reach, 4 * reach):
        mass = cv2.GaussianBlur(core, (0, 0), sigma)
        mean = cv2.GaussianBlur(flow * core[..., None], (0, 0), sigma) / np.maximum(mass, 1e-6)[..., None]
        share = np.minimum(1 - covered, np.clip(mass / 0.1, 0, 1))
        total += mean * share[..., None]
        covered += share
    return np.asarray(total + flow * (1 - covered)[..., None], np.float32)


def _texture(grey: Picture) -> Maps:
    """Return about 0…1, how much there is to follow at each pixel."""
    strength = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return np.asarray(np.clip(strength / 60, 0, 1) + 0.05, np.float32)


def _band(inside: Flags, reach: float) -> Flags:
    shape = disc(reach)
    flags = inside.astype(np.uint8)
    return np.asarray((cv2.dilate(flags, shape) > 0) & (cv2.erode(flags, shape, borderValue=1) == 0))


def _recut(rgb: Picture, alpha: Maps, reach: float) -> Flags:
    """GrabCut of the border alone: `reach` pixels inside and outside of it are open, all else is given."""
    inside = alpha > 0.5
    band = _band(inside, reach)
    if not band.any():
        return inside
    ys, xs = np.nonzero(band)
    margin = round(3 * reach)
    window = (
        slice(max(0, ys.min() - margin), ys.max() + margin + 1),
        slice(max(0, xs.min() - margin), xs.max() + margin + 1),
    )
    marks = np.where(inside, _SURE_FG, _SURE_BG).astype(np.uint8)
    marks[band & inside], marks[band & ~inside] = _MAY_FG, _MAY_BG
    marks = np.ascontiguousarray(marks[window])
    if not (marks == _SURE_FG).any() or not (marks == _SURE_BG).any():
        return inside
    cv2.setRNGSeed(1)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(rgb[window]), marks, None, *models, 2, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    cut = inside.copy()
    cut[window] = (marks == _SURE_FG) | (marks == _MAY_FG)
    return cut


def _overlap(first: Flags, second: Flags) -> float:
    return float((first & second).sum()) / max(1.0, float((first | second).sum()))


def _colours(rgb: Picture, alpha: Maps) -> Maps:
    """Return the square roots of the shares of coarse colours inside a mask."""
    coarse = rgb.astype(np.int32) // 43
    index = (coarse[..., 0] * 6 + coarse[..., 1]) * 6 + coarse[..., 2]
    counted = np.bincount(index.ravel(), alpha.ravel(), minlength=216)
    counts = np.asarray(counted, np.float64).reshape(6, 6, 6)
    for axis in range(3):
        up, down = np.roll(counts, 1, axis) * _not_first(axis), np.roll(counts, -1, axis) * _not_last(axis)
        counts = np.asarray(counts + 0.5 * (up + down), np.float64)
    return np.asarray(np.sqrt(counts / max(float(counts.sum()), 1e-6)), np.float32)


def _not_first(axis: int) -> Maps:
    return (np.arange(6) > 0).astype(np.float32).reshape([6 if i == axis else 1 for i in range(3)])


def _not_last(axis: int) -> Maps:
    return (np.arange(6) < 5).astype(np.float32).reshape([6 if i == axis else 1 for i in range(3)])


def _likeness(first: Maps, second: Maps) -> float:
    return float((first * second).sum())
