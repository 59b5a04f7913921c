"""How a clip moves at its end: the camera, and what moves by itself; and carrying a picture on by it.

Used by `future`. Camera motion is a homography per frame; on top of it lies a flow field.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import (
    Maps,
    Picture,
    apply_homography,
    blurred,
    coarse_grid,
    exp_homography,
    fetch,
    log_homography,
    refine_grid,
    resized,
)

__all__ = ["AGES", "Motion", "Observation", "Way", "after_last_cut", "fit_motion", "hold_still", "observe", "predict"]

Matrix: TypeAlias = NDArray[np.float64]

AGES: Final = (1, 2, 4, 8, 16)
"""How many frames back the keyframe is compared with: long steps measure slow motion well."""
_MOST_BEND: Final = 1.0
"""By how much a movement may stretch or squeeze the picture at most."""


@dataclass(frozen=True)
class Motion:
    """How a clip moves at its keyframe.

    generator: 3x3, matrix logarithm of the camera's homography per frame, in coordinates where the picture's centre is
    0 and half its longer side is 1. drift: float32 HW3, what moves by itself, in the same unit per frame, and in [2]
    how much the field bends there: where that would fold the picture, the movement comes to rest earlier.
    camera_frames, drift_frames: time constants with which each dies away, in frames; infinite = never.
    """

    generator: Matrix
    drift: Maps | None
    camera_frames: float = math.inf
    drift_frames: float = math.inf


@dataclass(frozen=True)
class Way:
    """A motion model: of the camera, of what moves by itself, and in how many seconds each dies away."""

    camera: Literal["hold", "shift", "similarity", "homography"]
    drifts: bool = False
    camera_seconds: float = math.inf
    drift_seconds: float = math.inf


@dataclass(frozen=True)
class Observation:
    """Where the keyframe's pixels were in earlier frames.

    flows: by age in frames, float32 HW2, pixels. sure: by age, float32 HW, 0…1. half: half the longer side in pixels.
    """

    flows: dict[int, Maps]
    sure: dict[int, Maps]
    shape: tuple[int, int]


def observe(frames: Sequence[Picture]) -> Observation:
    """Follow the last frame's pixels back, as far as most of them can be followed there and back again.

    Source: dense inverse search flow, Kroeger et al. 2016.
    """
    grey = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in frames[-AGES[-1] - 1 :]]
    key = grey[-1]
    flows: dict[int, Maps] = {}
    sure: dict[int, Maps] = {}
    texture = _texture(key)
    possible = [age for age in AGES if age < len(grey)]
    for age in [age for age in possible if age >= 4] + [age for age in reversed(possible) if age < 4]:
        if (age < 4 and flows) or (age > 4 and age // 2 not in flows):
            continue
        back, forth = _flow(key, grey[-1 - age], finest=0), _flow(grey[-1 - age], key, finest=1)
        came = _grid(key.shape) + back
        returned = back + fetch(forth, came)
        agrees = (np.hypot(returned[..., 0], returned[..., 1]) < 0.5 + 0.05 * age).astype(np.float32)
        if age == 1 or float((agrees * texture).sum()) >= 0.5 * float(texture.sum()):
            flows[age], sure[age] = back, agrees * texture
    return Observation(flows, sure, (key.shape[0], key.shape[1]))


def fit_motion(seen: Observation, way: Way, fps: float) -> Motion:
    """Fit a motion model to what was observed.

    Source: RANSAC, Fischler and Bolles 1981, with a fixed seed.
    """
    if not seen.flows:
        return hold_still()
    ages = sorted(seen.flows)[-3:]
    generator = np.median(np.stack([_camera(seen, age, way.camera) / -age for age in ages]), axis=0)
    motion = Motion(generator, None, camera_frames=way.camera_seconds * fps)
    if not way.drifts:
        return motion
    return replace(motion, drift=_drift(seen, ages, generator), drift_frames=way.drift_seconds * fps)


def predict(rgb: Picture, motion: Motion, frames_ahead: float) -> Picture:
    """Return the keyframe as the motion carries it on, uint8 HWC; the same picture where nothing moves.

    Every pixel is fetched once from the keyframe; beyond its border it is mirrored.
    """
    camera = exp_homography(-_gone(frames_ahead, motion.camera_frames) * motion.generator)
    if motion.drift is None and np.allclose(camera, np.eye(3), atol=1e-9):
        return rgb
    height, width = rgb.shape[:2]
    (cx, cy), half = _unit(width, height)
    gx, gy = coarse_grid(width, height)
    xs, ys = (gx - cx) / half, (gy - cy) / half
    px, py = apply_homography(camera, xs, ys)
    sx, sy = px, py
    if motion.drift is not None:
        reach = _gone(frames_ahead, motion.drift_frames)
        scale = motion.drift.shape[1] / width
        for _ in range(4):
            at = np.dstack([(sx * half + cx + 0.5) * scale - 0.5, (sy * half + cy + 0.5) * scale - 0.5])
            moved = fetch(motion.drift, at.astype(np.float32))
            bent = np.maximum(moved[..., 2], 1e-9)
            held = _MOST_BEND * np.tanh(reach * bent / _MOST_BEND) / bent
            sx, sy = px - held * moved[..., 0], py - held * moved[..., 1]
    grid = refine_grid(sx * half + cx, sy * half + cy, width, height)
    return fetch(rgb, grid, cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)


def after_last_cut(frames: Sequence[Picture]) -> int:
    """Return the index of the first frame after the last cut, 0 where there is none.

    A cut is a change of the coarse picture far above that of the frames around it.
    """
    small = [resized(frame, 32, 18).astype(np.float32) for frame in frames]
    change = [float(np.abs(a - b).mean()) for a, b in itertools.pairwise(small)]
    for i in range(len(change) - 1, -1, -1):
        around = change[max(0, i - 6) : i] + change[i + 1 : i + 7]
        if change[i] > 10 and change[i] > 2.5 * float(np.median(around or [0.0])):
            return i + 1
    return 0


def hold_still() -> Motion:
    """Return the motion of what does not move."""
    return Motion(np.zeros((3, 3)), None)


def _flow(a: Picture, b: Picture, finest: int) -> Maps:
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(finest)
    start = np.zeros((*a.shape, 2), np.float32)  # DIS reads it as the first guess: it must not be uninitialised
    return np.asarray(dis.calc(a, b, start), np.float32)


def _grid(shape: tuple[int, ...]) -> Maps:
    xs, ys = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    return np.dstack([xs, ys])


def _camera(seen: Observation, age: int, model: str) -> Matrix:
    """Return the logarithm of the homography by which most textured pixels came from `age` frames ago."""
    height, width = seen.shape
    step = max(2, width // 100)
    ys, xs = np.mgrid[step // 2 : height : step, step // 2 : width : step]
    strong = seen.sure[age][ys, xs] > 0.4
    if model == "hold" or strong.sum() < 12:
        return np.zeros((3, 3))
    here = np.stack([xs[strong], ys[strong]], axis=1).astype(np.float64)
    centre, half = _unit(width, height)
    a, b = (here - centre) / half, (here + seen.flows[age][ys, xs][strong] - centre) / half
    within = (0.7 + 0.05 * age) / half
    cv2.setRNGSeed(0)
    found = np.eye(3)
    if model == "homography":
        fitted, _ = cv2.findHomography(a, b, cv2.RANSAC, within)
        found = found if fitted is None else np.asarray(fitted, np.float64)
    else:
        fitted, _ = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=within)
        if fitted is not None and model == "similarity":
            found[:2] = fitted
        elif fitted is not None:
            found[:2, 2] = np.median(b - a, axis=0)
    return log_homography(found)


def _texture(grey: Picture) -> Maps:
    """Return 0…1, how much there is to follow at each pixel."""
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength = blurred(np.hypot(gx, gy), 2)
    return np.clip(strength / 40, 0, 1).astype(np.float32)


def _drift(seen: Observation, ages: Sequence[int], generator: Matrix) -> Maps:
    """Return what moves otherwise than the camera, at the keyframe's pixels, per frame."""
    height, width = seen.shape
    (cx, cy), half = _unit(width, height)
    grid = _grid(seen.shape)
    xs, ys = (grid[..., 0].astype(np.float64) - cx) / half, (grid[..., 1].astype(np.float64) - cy) / half
    fields, weights = [], []
    for age in ages:
        px, py = apply_homography(exp_homography(-age * generator), xs, ys)
        back = seen.flows[age] / half
        fields.append(np.dstack([px - xs - back[..., 0], py - ys - back[..., 1]]) / age)
        weights.append(seen.sure[age])
    field = np.median(np.stack(fields), axis=0).astype(np.float32)
    weight = np.mean(np.stack(weights), axis=0)
    size = np.hypot(field[..., 0], field[..., 1]) * half * ages[-1]
    moves = np.clip((size - 0.5) / 0.5, 0, 1)
    sigma = 0.012 * width
    spread = blurred(weight, sigma)
    smooth = blurred(field * (weight * moves)[..., None].astype(np.float32), sigma)
    smooth = np.asarray(smooth / (spread + 0.1)[..., None], np.float32)
    bends = [
        cv2.Sobel(smooth[..., i], cv2.CV_32F, dx, dy, ksize=3) / 8 * half for i in (0, 1) for dx, dy in ((1, 0), (0, 1))
    ]
    bend = cv2.dilate(np.max(np.abs(np.stack(bends)), axis=0), np.ones((3, 3), np.uint8), iterations=round(sigma))
    return np.dstack([smooth, blurred(np.asarray(bend, np.float32), sigma)])


def _gone(frames: float, constant: float) -> float:
    return frames if math.isinf(constant) else constant * (1 - math.exp(-frames / constant))


def _unit(width: int, height: int) -> tuple[tuple[float, float], float]:
    return ((width - 1) / 2, (height - 1) / 2), max(width, height) / 2
