"""Fill a hole in a picture: light and tone spread smoothly from around it, texture copied from the rest of it.

The tone is a membrane over the hole; the texture (what is left without the tone) is copied by a few shifts of the
picture over itself. What stands beside the hole, and the shadow at its foot, is neither spread nor copied.
Does not continue edges through the hole: a horizon behind a removed thing becomes a soft transition.
Source: Bertalmio et al., "Simultaneous Structure and Texture Image Inpainting" (TIP 2003) for the two layers; He and
Sun, "Statistics of Patch Offsets for Image Completion" (ECCV 2012) for filling by few shifts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.colourspace import Bytes, Floats, rgb_to_lab

__all__ = ["fill"]

Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]
DECIDE_SIDE: Final = 220
"""The longest side of the small picture on which shifts are chosen."""


def fill(rgb: Bytes, hole: Flags, tick: Callable[[int, int], None] | None = None) -> Bytes:
    """Return the picture (uint8 HWC) with the pixels of `hole` (HW bool) filled; all others are as they were.

    Deterministic. `tick(done, of)` is called between its parts and may raise to stop.
    """
    tick = tick or _silent
    picture = rgb.astype(np.float32)
    unsure = _barred(rgb, hole)
    unsure |= _shadow(picture, hole, unsure)
    if (unsure | hole).mean() > 0.98:
        unsure = np.zeros_like(hole)
    softness = float(np.clip(0.1 * _radius(hole), 2.0, 12.0))
    tone = _tone(picture, hole, unsure, softness)
    texture = np.where(hole[..., None], 0, picture - tone).astype(np.float32)
    tick(1, 3)
    shifts, labels = _shifts(texture, tone, hole, unsure, tick)
    tick(2, 3)
    filled = _copied(texture, hole, shifts, labels)
    result = rgb.copy()
    result[hole] = np.rint(np.clip((tone + filled)[hole], 0, 255)).astype(np.uint8)
    tick(3, 3)
    return result


def _silent(done: int, of: int) -> None:
    """Report nothing."""


def _tone(picture: Floats, hole: Flags, unsure: Flags, softness: float) -> Floats:
    """The picture without texture, spread through the hole; what is unsure has no say."""
    unknown = hole | unsure
    sure = (~unknown).astype(np.float32)
    mass = cv2.GaussianBlur(sure, (0, 0), softness)
    blurred = cv2.GaussianBlur(picture * sure[..., None], (0, 0), softness) / np.maximum(mass, 1e-6)[..., None]
    reached = (mass > 0.05) & ~hole
    return _membrane(np.where(reached[..., None], blurred, 0).astype(np.float32), ~reached)


def _shadow(picture: Floats, hole: Flags, barred: Flags) -> Flags:
    """The contact shadow: beside the hole and darker than what lies farther out would make one expect."""
    near = _near(hole)
    unknown = hole | near | barred
    if unknown.mean() > 0.98:
        return np.zeros_like(hole)
    expected = _tone(picture, unknown, np.zeros_like(hole), 4.0)
    darker = (expected - cv2.GaussianBlur(picture, (0, 0), 1.5)).mean(-1)
    return np.asarray(near & (darker > 22))


def _radius(holes: Flags) -> float:
    return float(cv2.distanceTransform(np.pad(holes.astype(np.uint8), 1), cv2.DIST_L2, 3).max())


def _barred(rgb: Bytes, hole: Flags) -> Flags:
    """Pixels that must not be copied: of colours that neither surround the hole nor reach the picture's border.

    Taking a thing away should show what is behind it, not a second copy of the thing beside it.
    """
    lab = rgb_to_lab(rgb)
    height, width = hole.shape
    size = (min(width, 120), max(1, min(height, 120 * height // width)))
    known = cv2.resize((~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    samples = cv2.resize(lab, size, interpolation=cv2.INTER_AREA)[known]
    if len(samples) < 40:
        return np.zeros_like(hole)
    cv2.setRNGSeed(1)
    _, _, centres = cv2.kmeans(samples, 10, None, (3, 30, 0.5), 3, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    labels = np.stack([((lab - centre) ** 2).sum(-1) for centre in centres]).argmin(0)
    band = max(4, round(0.35 * _radius(hole)))
    around = (cv2.dilate(hole.astype(np.uint8), np.ones((2 * band + 1,) * 2, np.uint8)) > 0) & ~hole
    border = np.ones_like(hole)
    edge = max(1, round(0.03 * min(hole.shape)))
    border[edge:-edge, edge:-edge] = False
    ring, outer, whole = (np.bincount(labels[part], minlength=10) for part in (around, border & ~hole, ~hole))
    ring_share = ring / max(1, ring.sum())
    reaches_border = outer / np.maximum(1, whole) > 0.3 * outer.sum() / max(1, whole.sum())
    lopsided = _one_sided(around, labels, hole) > 0.6
    allowed = (ring_share > 0.3) | ((ring_share > 0.02) & (reaches_border | ~lopsided))
    barred = cv2.dilate((~allowed[labels] & ~hole).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.asarray(barred & ~hole)


def _near(hole: Flags) -> Flags:
    """Where a thing's contact shadow may lie: a band about the hole, a quarter of its radius wide."""
    band = max(2, round(0.3 * _radius(hole)))
    return np.asarray((cv2.dilate(hole.astype(np.uint8), np.ones((2 * band + 1,) * 2, np.uint8)) > 0) & ~hole)


def _one_sided(around: Flags, labels: NDArray[np.int64], hole: Flags) -> Floats:
    """How one-sidedly each colour lies around the hole: 0 all around, 1 in one direction (mean resultant length)."""
    ys, xs = np.nonzero(around)
    centre_y, centre_x = (float(axis.mean()) for axis in np.nonzero(hole))
    angle = np.arctan2(ys - centre_y, xs - centre_x)
    of = labels[around]
    count = np.maximum(1, np.bincount(of, minlength=10))
    sums = [np.bincount(of, weights, minlength=10) for weights in (np.cos(angle), np.sin(angle))]
    return np.asarray(np.hypot(*sums) / count, np.float32)


def _membrane(values: Floats, holes: Flags, rounds: int = 60) -> Floats:
    """Values outside the hole, spread smoothly through it (push-pull for a start, then relaxation)."""
    if not holes.any() or holes.all():
        return values
    weight = (~holes).astype(np.float32)
    if min(holes.shape) > 4:
        size = ((holes.shape[1] + 1) // 2, (holes.shape[0] + 1) // 2)
        mass = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
        summed = cv2.resize(values * weight[..., None], size, interpolation=cv2.INTER_AREA)
        coarse = np.asarray(summed / np.maximum(mass, 1e-6)[..., None], np.float32)
        coarse = _membrane(coarse, mass <= 0, rounds)
        guess = cv2.resize(coarse, holes.shape[::-1], interpolation=cv2.INTER_LINEAR)
    else:
        guess = np.broadcast_to(values[~holes].mean(0), values.shape)
    result = np.where(holes[..., None], guess, values).astype(np.float32)
    kernel = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.float32) / 4
    for _ in range(rounds // 4 if holes.size > 60000 else rounds):
        result[holes] = cv2.filter2D(result, -1, kernel, borderType=cv2.BORDER_REPLICATE)[holes]
    return result


def _shifts(
    texture: Floats, tone: Floats, hole: Flags, unsure: Flags, tick: Callable[[int, int], None]
) -> tuple[list[tuple[int, int]], Ints]:
    """Choose for each hole pixel the shift (dy, dx) it is copied from: `shifts[labels[y, x]]`, -1 for none.

    Decided on a small picture, in coherent regions: where the shifted texture continues what surrounds the hole, is as
    busy as it usually is there, and belongs to a like tone.
    """
    factor = -(-max(hole.shape) // DECIDE_SIDE)
    holes = hole[::factor, ::factor]
    forbidden = holes | unsure[::factor, ::factor]
    small = np.ascontiguousarray(texture[::factor, ::factor])
    busy = cv2.GaussianBlur((small**2).sum(-1), (0, 0), 3.0)
    wanted = _usual(busy, holes, forbidden)
    tones = np.ascontiguousarray(tone[::factor, ::factor])
    reach = max(2.0, 0.25 * _radius(holes))
    ring = (~forbidden & (cv2.dilate(holes.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)).astype(np.float32)
    ring_mass = cv2.GaussianBlur(ring, (0, 0), reach)
    best = np.full(holes.shape, np.inf, np.float32)
    labels = np.full(holes.shape, -1, np.int32)
    shifts = _candidates(holes)
    usable = (~forbidden & (busy < 3 * wanted + 6)).astype(np.float32)
    for index, (dy, dx) in enumerate(shifts):
        if index % 64 == 0:
            tick(64 + index, 3 * 64 + 3 * len(shifts))
        source_busy, allowed = _moved(busy, dy, dx), _moved(usable, dy, dx) > 0
        cost = np.abs(np.log((source_busy + 4) / (wanted + 4)))
        cost += np.abs(tones - _moved(tones, dy, dx)).mean(-1) / 25
        apart = ((small - _moved(small, dy, dx)) ** 2).sum(-1) / (busy + source_busy + 8) * ring * allowed
        cost += 2 * cv2.GaussianBlur(apart, (0, 0), reach) / (ring_mass + 0.02)
        cost = cv2.GaussianBlur(cost, (0, 0), max(1.5, 0.8 * reach)) + 0.02 * float(np.hypot(dy, dx)) / reach
        better = allowed & holes & (cost < best)
        best[better], labels[better] = cost[better], index
    grown = np.repeat(np.repeat(labels, factor, 0), factor, 1)[: hole.shape[0], : hole.shape[1]]
    grown = np.pad(grown, ((0, hole.shape[0] - grown.shape[0]), (0, hole.shape[1] - grown.shape[1])), mode="edge")
    return [(dy * factor, dx * factor) for dy, dx in shifts], np.where(hole, grown, -1).astype(np.int32)


def _usual(busy: Floats, holes: Flags, forbidden: Flags) -> float:
    """How busy the texture around the hole usually is; the rim itself, mixed with the thing, has no say."""
    hole = holes.astype(np.uint8)
    near, far = (cv2.dilate(hole, np.ones((2 * n + 1,) * 2, np.uint8)) > 0 for n in (4, 6 + round(_radius(holes) / 2)))
    around = far & ~near & ~forbidden
    return float(np.percentile(busy[around], 35)) if around.any() else 0.0


def _candidates(holes: Flags) -> list[tuple[int, int]]:
    """Shifts worth trying: all directions, in steps that grow with the distance."""
    farthest = 0.9 * max(holes.shape)
    shifts: list[tuple[int, int]] = []
    distance = 6.0
    while distance < farthest:
        directions = int(np.clip(2 * np.pi * distance / 10, 12, 28))
        for step in range(directions):
            angle = 2 * np.pi * (step + 0.5 * (len(shifts) % 2)) / directions
            shifts.append((round(distance * np.sin(angle)), round(distance * np.cos(angle))))
        distance *= 1.25
    return list(dict.fromkeys(shifts))


def _moved(values: Floats, dy: int, dx: int) -> Floats:
    """`values` at (y + dy, x + dx), 0 beyond the border."""
    height, width = values.shape[:2]
    moved = np.zeros_like(values)
    y0, y1, x0, x1 = max(0, -dy), min(height, height - dy), max(0, -dx), min(width, width - dx)
    if y0 < y1 and x0 < x1:
        moved[y0:y1, x0:x1] = values[y0 + dy : y1 + dy, x0 + dx : x1 + dx]
    return moved


def _copied(texture: Floats, hole: Flags, shifts: list[tuple[int, int]], labels: Ints) -> Floats:
    """Copy the texture by the chosen shifts; where regions meet they are mixed without losing contrast.

    Source: Heitz and Neyret, "High-Performance By-Example Noise" (2018) for the mix that keeps the variance.
    """
    total = np.zeros_like(texture)
    squares = np.zeros(hole.shape, np.float32)
    for index in np.unique(labels[labels >= 0]):
        weight = cv2.GaussianBlur((labels == index).astype(np.float32), (0, 0), 1.5)
        total += _moved(texture, *shifts[index]) * weight[..., None]
        squares += weight**2
    return np.where(hole[..., None], total / np.sqrt(np.maximum(squares, 0.05))[..., None], texture).astype(np.float32)
