"""Light a picture anew: the operation `light`.

One picture does not tell where its things are, so light is a smooth field from one side, bent by a guess of the
surface (lighter is nearer), in the colours of key and fill light; then a curve that keeps highlights plausible.
Does not cast shadows of things on things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np

from agentvid.engines.classical.blend import softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, to_linear
from agentvid.engines.classical.tone import Reals, bloomed, contrasted, exposed, luminance, saturated, within_gamut
from agentvid.media.operations import Light, LightLook, Side

__all__ = ["field_from", "lit"]

Rgb: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class _Look:
    """Key and fill colours (linear), stops at the middle tones, and what else makes the look."""

    key: Rgb
    fill: Rgb
    stops: float
    side: Side
    contrast: float = 0.0
    saturation: float = 0.0
    relief: float = 0.25
    bloom: float = 0.0
    veil: float = 0.0
    falloff: float = 1.0


_LOOKS: Final[dict[LightLook, _Look]] = {
    "sunset": _Look((1.75, 0.92, 0.38), (0.62, 0.42, 0.55), -0.25, "right", 0.1, 0.15, 0.35, 0.55, 0.1),
    "dawn": _Look((1.35, 1.0, 0.86), (0.68, 0.74, 0.98), -0.1, "left", -0.15, -0.1, 0.2, 0.35, 0.12),
    "noon": _Look((1.22, 1.18, 1.06), (0.98, 1.03, 1.12), 0.5, "above", 0.12, 0.15, 0.3, 0.1, 0.0),
    "night": _Look((0.40, 0.58, 1.15), (0.18, 0.28, 0.62), -1.6, "above", 0.2, -0.2, 0.15, 0.6, 0.0),
    "studio": _Look((1.25, 1.23, 1.2), (0.5, 0.5, 0.52), 0.15, "front", 0.15, 0.05, 0.2, 0.1, 0.0, 1.4),
    "candle": _Look((1.75, 0.85, 0.28), (0.24, 0.12, 0.06), -0.6, "left", 0.1, -0.05, 0.35, 0.7, 0.0, 2.2),
    "backlight": _Look((1.6, 1.35, 1.0), (0.5, 0.5, 0.56), -0.15, "behind", -0.1, -0.05, 0.35, 0.9, 0.35, 1.5),
    "moonlight": _Look((0.72, 0.86, 1.2), (0.26, 0.34, 0.56), -1.05, "above", 0.2, -0.55, 0.35, 0.5, 0.0),
    "neon": _Look((1.7, 0.28, 1.15), (0.14, 0.75, 1.45), -0.85, "left", 0.2, 0.45, 0.45, 0.9, 0.0),
    "soft": _Look((1.08, 1.06, 1.04), (0.98, 0.98, 1.0), 0.3, "front", -0.12, 0.0, 0.0, 0.3, 0.02),
    "hard": _Look((1.45, 1.4, 1.3), (0.42, 0.44, 0.5), 0.05, "left", 0.45, 0.05, 0.8, 0.0, 0.0),
}


def lit(rgb: Bytes, operation: Light, region: Bytes | None) -> Bytes:
    """Carry out `light` on a whole picture, uint8 HWC. The field spans the box of `region` (uint8 HW), or all."""
    look = _LOOKS[operation.look]
    side = operation.side or look.side
    light = to_linear(rgb)
    field = field_from(side, rgb.shape, region, look.falloff)
    if look.relief:
        field = np.clip(field + look.relief * _relief(light, side), 0, 1.25)
    key, fill = np.array(look.key, np.float32), np.array(look.fill, np.float32)
    glow = field[..., None] * key + (1 - np.minimum(field, 1))[..., None] * fill
    result = within_gamut(_shoulder(light * glow))
    result = exposed(result, look.stops)
    if operation.look == "soft":
        result = _diffused(result)
    if look.contrast:
        result = contrasted(result, look.contrast)
    if look.saturation:
        result = saturated(result, look.saturation)
    size = max(rgb.shape[:2])
    if look.bloom:
        result = bloomed(result, look.bloom, 0.45, size / 60)
    if look.veil:
        haze = softened(np.asarray(field, np.float32), size / 12)[..., None] ** 2 * look.veil
        result = np.asarray(result + haze * (key / key.max()) * (1 - result), np.float32)
    return from_linear(result)


def field_from(side: Side, shape: tuple[int, ...], region: Bytes | None, falloff: float = 1.0) -> Floats:
    """Return HW, 0…1: how much of the light of a side reaches each place, over the box of a region or over all.

    "front" is bright in the middle, "behind" around a source above the middle; `falloff` above 1 makes it narrower.
    """
    height, width = shape[:2]
    x0, y0, x1, y1 = 0.0, 0.0, float(width), float(height)
    if region is not None and (region > 127).any():
        ys, xs = np.nonzero(region > 127)
        x0, y0, x1, y1 = float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + 0.5 - x0) / max(1.0, x1 - x0), (y + 0.5 - y0) / max(1.0, y1 - y0)
    if side in ("left", "right", "above", "below"):
        along = {"left": 1 - u, "right": u, "above": 1 - v, "below": v}[side]
        across = {"left": v, "right": v, "above": u, "below": u}[side] - 0.45
        t = np.clip(along - 0.25 * across**2, 0, 1) ** falloff
        return np.asarray(t * t * (3 - 2 * t), np.float32)
    centre = (0.5, 0.45) if side == "front" else (0.5, 0.12)
    away = np.hypot(u - centre[0], v - centre[1]) * falloff
    return np.asarray(1 / (1 + (1.35 * away) ** 2) ** 1.5, np.float32)


def _relief(light: Floats, side: Side) -> Floats:
    """How much a place faces the light, about -1…1: the slope of the smoothed lightness, lighter taken as nearer."""
    tone = np.power(np.clip(luminance(light), 0, 1), 1 / 2.2).astype(np.float32)
    size = max(tone.shape)
    total = np.zeros_like(tone)
    for sigma, weight in ((size / 160, 0.4), (size / 50, 0.8), (size / 20, 1.0)):
        soft = softened(tone, max(1.0, sigma))
        slope_x = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) * sigma
        slope_y = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) * sigma
        toward = {
            "left": slope_x, "right": -slope_x, "above": slope_y, "below": -slope_y,
            "front": -np.hypot(slope_x, slope_y), "behind": np.hypot(slope_x, slope_y), "": slope_x,
        }[side]  # fmt: skip
        total += weight * toward
    return np.asarray(np.tanh(total), np.float32)


def _shoulder(light: Reals) -> Floats:
    """Bend what passes 0.7 towards 1, so that bright places keep their drawing."""
    over = np.maximum(light - 0.7, 0)
    return np.asarray(np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp(-over / 0.3)), light), np.float32)


def _diffused(light: Floats) -> Floats:
    """Lift shadows and lower highlights of large areas; the drawing in them stays."""
    y = np.clip(luminance(light), 1e-4, 1)
    large = softened(np.log(y), max(light.shape) / 10)
    middle = float(np.mean(large))
    return within_gamut(np.asarray(light * np.exp(-0.28 * (large - middle))[..., None], np.float32))
