"""Render in another way: the operation `style`, and the looks of photographic film and paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical import paint
from agentvid.engines.classical.blend import softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, to_linear
from agentvid.engines.classical.noise import clouds, grain
from agentvid.engines.classical.tone import Reals, bloomed, contrasted, luminance, saturated
from agentvid.media.operations import Style, StyleKind

__all__ = ["CANVAS", "canvas_of", "styled"]

CANVAS: Final = 1800
"""Pixels of the longer side beyond which a painting takes too long and shows no more."""
_AT_OWN_SIZE: Final[frozenset[StyleKind]] = frozenset({"film", "sepia", "vintage", "blackwhite", "pixel"})


def styled(rgb: Bytes, operation: Style, seed: int) -> Bytes:
    """Carry out `style` on a whole picture, uint8 HWC, at full strength. Deterministic in the seed.

    Painted kinds are made at up to `CANVAS` pixels on the longer side, and enlarged.
    """
    rng = np.random.default_rng(seed)
    size = canvas_of(rgb.shape, operation.kind)
    if size is None:
        return _KINDS[operation.kind](rgb, rng)
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    painted = _KINDS[operation.kind](small, rng)
    return np.asarray(cv2.resize(painted, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def canvas_of(shape: tuple[int, ...], kind: StyleKind) -> tuple[int, int] | None:
    """Return width and height at which a kind is painted, None where it is the picture's own size."""
    longest = max(shape[:2])
    if kind in _AT_OWN_SIZE or longest <= CANVAS:
        return None
    return round(shape[1] * CANVAS / longest), round(shape[0] * CANVAS / longest)


def _film(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Colour negative film: lifted blacks, a soft shoulder, teal shadows, warm lights, halation, grain."""
    side = max(rgb.shape[:2])
    light = bloomed(contrasted(saturated(to_linear(rgb), -0.12), 0.12), 0.3, 0.55, side / 90)
    tone = from_linear(light).astype(np.float32) / 255
    y = tone.mean(-1, keepdims=True)
    tone = 0.055 + 0.90 * tone
    tone += (1 - y) ** 2 * np.array([-0.02, 0.015, 0.035], np.float32)
    tone += y**1.5 * np.array([0.035, 0.01, -0.035], np.float32)
    return _print(tone * _vignette(rgb.shape, 0.16), rng, 0.028)


def _sepia(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    y = luminance(contrasted(to_linear(rgb), 0.1))
    tone = np.power(np.clip(y, 0, 1), 1 / 2.2)[..., None]
    colour = np.power(tone, np.array([0.78, 1.0, 1.38], np.float32)) * np.array([1.0, 0.965, 0.88], np.float32)
    return _print(np.asarray(colour, np.float32), rng, 0.01)


def _vintage(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """An old print: faded, yellowed, unevenly, dark in the corners, with dust."""
    light = saturated(to_linear(rgb), -0.4)
    tone = 0.11 + 0.80 * from_linear(light).astype(np.float32) / 255
    tone = tone * np.array([1.04, 0.985, 0.84], np.float32) + np.array([0.02, 0.005, 0.03], np.float32)
    stain = clouds(rng, rgb.shape, max(rgb.shape) / 3, 4)[..., None]
    tone = tone * (1 + 0.05 * stain * np.array([0.6, 1.0, 1.8], np.float32)) * _vignette(rgb.shape, 0.3)
    tone = np.asarray(tone + (0.9 - tone) * _dust(rgb.shape, rng)[..., None], np.float32)
    return _print(tone, rng, 0.035)


def _blackwhite(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """A red-filtered, rich black and white."""
    y = to_linear(rgb) @ np.array([0.38, 0.47, 0.15], np.float32)
    grey = contrasted(np.repeat(np.clip(y, 0, 1)[..., None], 3, axis=2).astype(np.float32), 0.25)
    return from_linear(np.repeat(grey.mean(-1, keepdims=True), 3, axis=2))


_KINDS: Final[dict[StyleKind, Callable[[Bytes, np.random.Generator], Bytes]]] = {
    "oil": paint.oil,
    "watercolour": paint.watercolour,
    "sketch": paint.sketch,
    "ink": paint.ink,
    "cartoon": paint.cartoon,
    "anime": paint.anime,
    "pixel": paint.pixel,
    "pop": paint.pop,
    "poster": paint.poster,
    "film": _film,
    "sepia": _sepia,
    "vintage": _vintage,
    "blackwhite": _blackwhite,
}


def _print(tone: Reals, rng: np.random.Generator, grains: float) -> Bytes:
    noise = grain(rng, tone.shape, max(1.0, max(tone.shape) / 800))[..., None]
    middle = 0.4 + 0.6 * 4 * np.clip(tone, 0, 1) * (1 - np.clip(tone, 0, 1))
    return np.asarray(np.rint(255 * np.clip(tone + grains * noise * middle, 0, 1)), np.uint8)


def _vignette(shape: tuple[int, ...], amount: float) -> Floats:
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j].astype(np.float32)
    return np.asarray(1 - amount * np.clip((x**2 + y**2) / 2, 0, 1) ** 1.4, np.float32)[..., None]


def _dust(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Specks and a few hairs: 0 none … 1."""
    height, width = shape[:2]
    side = max(height, width)
    marks = np.zeros((height, width), np.float32)
    for _ in range(36):
        at = (round(rng.uniform(0, width)), round(rng.uniform(0, height)))
        cv2.circle(marks, at, max(1, round(side / 900 * rng.uniform(0.5, 1.6))), rng.uniform(0.3, 0.8), -1, cv2.LINE_AA)
    for _ in range(4):
        start = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        steps = np.cumsum(rng.normal(0, 1, (24, 2)).cumsum(0) * side / 2600, axis=0)
        cv2.polylines(marks, [np.round(start + steps).astype(np.int32)], False, 0.5, 1, cv2.LINE_AA)
    return np.asarray(0.7 * softened(marks, 0.6), np.float32)
