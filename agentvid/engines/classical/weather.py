"""Put weather or a season into a picture: the operation `weather`.

Rain and snow fall in layers of depth; fog thickens with a guessed distance (a ground plane, a subject stands on it).
Seasons turn the colour of leaves, which are told by their hue alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.blend import softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, rgb_to_lab, to_linear
from agentvid.engines.classical.layers import guess_nearness
from agentvid.engines.classical.noise import clouds
from agentvid.engines.classical.tone import (
    bloomed,
    contrasted,
    exposed,
    lab_to_bytes,
    luminance,
    saturated,
    tinted,
    within_gamut,
)
from agentvid.media.operations import Weather, WeatherKind

__all__ = ["distance_of", "weathered"]


def weathered(rgb: Bytes, operation: Weather, subject: Bytes | None, seed: int) -> Bytes:
    """Carry out `weather` on a whole picture, uint8 HWC; `subject` (uint8 HW) stands at its foot's distance.

    Deterministic in the seed. Strength 0 is for the caller to mix.
    """
    rng = np.random.default_rng(seed)
    return _KINDS[operation.kind](rgb, distance_of(rgb.shape, subject), operation.strength, rng)


def distance_of(shape: tuple[int, ...], subject: Bytes | None) -> Floats:
    """Return guessed distance HW, 0 near … 1 far: a ground seen from standing, a subject upright on it."""
    far = 1 - guess_nearness(shape[0], shape[1]) / 0.75
    if subject is not None and (subject > 127).any() and not (subject > 127).all():
        ys, _ = np.nonzero(subject > 127)
        inside = softened(np.asarray(subject / 255, np.float32), max(1.0, max(shape) / 400))
        far = far + inside * (float(far[int(np.percentile(ys, 97)), 0]) - far)
    return np.asarray(np.clip(far, 0, 1), np.float32)


def _rain(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator, slant: float = 0.12) -> Bytes:
    light = saturated(tinted(to_linear(rgb), (0.93, 1.0, 1.1)), -0.35)
    light = contrasted(exposed(light, -0.55), -0.12)
    light = _veiled(light, far, (0.36, 0.39, 0.43), 0.4 * strength)
    return from_linear(_with_streaks(light, far, strength, slant, rng))


def _storm(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    light = saturated(tinted(to_linear(rgb), (0.86, 1.0, 1.16)), -0.45)
    heavy = clouds(rng, rgb.shape, max(rgb.shape) / 3, 5, 2.2)
    up = np.linspace(1, 0, rgb.shape[0], dtype=np.float32)[:, None] ** 1.3
    light = light * np.clip(1 - up * (0.42 + 0.35 * heavy), 0.12, 1.1)[..., None]
    light = contrasted(exposed(np.asarray(light, np.float32), -1.0), 0.18)
    light = _veiled(light, far, (0.12, 0.14, 0.17), 0.5 * strength)
    return from_linear(_with_streaks(light, far, min(1.0, 1.25 * strength), 0.42, rng))


def _snow(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    light = contrasted(tinted(saturated(to_linear(rgb), -0.35), (0.95, 1.0, 1.08)), -0.15)
    light = _settled(exposed(light, 0.15), 0.35 * strength, rng)
    light = _veiled(light, far, (0.74, 0.78, 0.84), 0.45 * strength)
    return from_linear(_with_flakes(light, strength, rng))


def _fog(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    light = saturated(to_linear(rgb), -0.15)
    drift = clouds(rng, rgb.shape, max(rgb.shape) / 4, 4, 3.0)
    uneven = np.clip(far * (1 + 0.25 * drift) + 0.08, 0, 1.3)
    airlight = (0.68, 0.70, 0.73)
    soft = softened(light, max(1.0, max(rgb.shape) / 350))
    light = np.asarray(light + (soft - light) * np.clip(1.4 * uneven - 0.5, 0, 1)[..., None], np.float32)
    return from_linear(_veiled(light, np.asarray(uneven, np.float32), airlight, 1.8 * strength))


def _sunny(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    light = saturated(tinted(exposed(to_linear(rgb), 0.35), (1.09, 1.02, 0.88)), 0.22)
    light = contrasted(light, 0.12)
    height, width = rgb.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    side = rng.choice((0.12, 0.88))
    away = np.hypot((x / width - side) * width / height, y / height + 0.08)
    sun = np.exp(-((away / 0.42) ** 2))[..., None] * np.array([1.0, 0.86, 0.58], np.float32)
    light = np.asarray(light + 0.45 * sun * (1 - light), np.float32)
    return from_linear(bloomed(light, 0.25, 0.6, max(rgb.shape) / 50))


def _cloudy(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    light = saturated(tinted(to_linear(rgb), (0.96, 1.0, 1.06)), -0.3)
    y = np.clip(luminance(light), 1e-4, 1)
    flat = np.minimum(1, (0.62 / np.maximum(y, 0.62)) ** 0.75)
    light = np.asarray(light * flat[..., None], np.float32)
    shade = clouds(rng, rgb.shape, max(rgb.shape) / 2.5, 3, 2.0)
    light = exposed(np.asarray(light * (1 - 0.1 * (shade + 0.5))[..., None], np.float32), -0.15)
    return from_linear(contrasted(np.clip(light, 0, 1), -0.2))


def _spring(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    fresh = _leaves_turned(rgb, rng, hues=(112, 128), chroma=1.3, lift=12, wander=0.0)
    light = tinted(saturated(exposed(to_linear(fresh), 0.25), 0.12), (1.02, 1.02, 0.97))
    return from_linear(_with_petals(light, strength, rng))


def _summer(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    deep = _leaves_turned(rgb, rng, hues=(122, 132), chroma=1.35, lift=-2, wander=0.0)
    light = saturated(tinted(exposed(to_linear(deep), 0.2), (1.06, 1.02, 0.93)), 0.25)
    return from_linear(contrasted(light, 0.15))


def _autumn(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    turned = _leaves_turned(rgb, rng, hues=(38, 82), chroma=1.9, lift=5, wander=1.0)
    light = tinted(saturated(to_linear(turned), 0.1), (1.1, 0.99, 0.82))
    return from_linear(contrasted(light, 0.06))


def _winter(rgb: Bytes, far: Floats, strength: float, rng: np.random.Generator) -> Bytes:
    bare = _leaves_turned(rgb, rng, hues=(95, 100), chroma=0.25, lift=10, wander=0.0)
    light = tinted(saturated(to_linear(bare), -0.3), (0.9, 0.99, 1.16))
    light = _settled(exposed(light, 0.2), 0.7 * strength, rng)
    return from_linear(_with_flakes(_veiled(light, far, (0.74, 0.79, 0.88), 0.3 * strength), 0.35 * strength, rng))


_KINDS: Final[dict[WeatherKind, Callable[[Bytes, Floats, float, np.random.Generator], Bytes]]] = {
    "rain": _rain,
    "snow": _snow,
    "fog": _fog,
    "storm": _storm,
    "sunny": _sunny,
    "cloudy": _cloudy,
    "spring": _spring,
    "summer": _summer,
    "autumn": _autumn,
    "winter": _winter,
}


def _veiled(light: Floats, far: Floats, air: tuple[float, float, float], density: float) -> Floats:
    """Let the air cover what is far. Source: Koschmieder's law (1924)."""
    through = np.exp(-density * far)[..., None]
    return np.asarray(light * through + np.array(air, np.float32) * (1 - through), np.float32)


def _settled(light: Floats, amount: float, rng: np.random.Generator) -> Floats:
    """Lay snow on what faces up: where it is lighter above than below, in drifts, and on leaves and rough ground."""
    height, width = light.shape[:2]
    tone = np.power(np.clip(luminance(light), 0, 1), 1 / 2.2).astype(np.float32)
    scale = max(height, width)
    faces_up = np.zeros_like(tone)
    for sigma in (scale / 500, scale / 200):
        soft = softened(tone, max(0.8, sigma))
        faces_up += np.maximum(0, -cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)) * max(0.8, sigma)
    rough = softened(np.abs(tone - softened(tone, max(1.0, scale / 300))), scale / 120)
    drift = clouds(rng, light.shape, scale / 9, 4, 1.6)
    down = np.linspace(0.25, 1, height, dtype=np.float32)[:, None]
    cover = np.clip(4.5 * faces_up + 7 * rough * (0.6 + 0.5 * drift) * down, 0, 1)
    cover = np.clip(softened(np.asarray(cover, np.float32), max(0.8, scale / 700)) * 1.2, 0, 1) * amount
    cover = cover * (1 - 0.95 * _skin(light))
    white = (0.62 + 0.38 * tone)[..., None] * np.array([0.86, 0.91, 0.98], np.float32)
    return np.asarray(light + cover[..., None] * (white - light), np.float32)


def _skin(light: Floats) -> Floats:
    """Where colours are those of skin, 0…1 HW: snow melts there (and lies thinner on bare wood)."""
    lab = rgb_to_lab(from_linear(light))
    hue, chroma = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])), np.hypot(lab[..., 1], lab[..., 2])
    fits = np.clip((hue - 12) / 10, 0, 1) * np.clip((82 - hue) / 10, 0, 1) * np.clip((chroma - 4) / 4, 0, 1)
    fits = fits * np.clip((44 - chroma) / 8, 0, 1) * np.clip((lab[..., 0] - 30) / 12, 0, 1)
    return np.asarray(np.clip(1.3 * softened(fits.astype(np.float32), max(light.shape) / 110), 0, 1), np.float32)


def _with_streaks(light: Floats, far: Floats, strength: float, slant: float, rng: np.random.Generator) -> Floats:
    """Rain in three layers: far ones many, short and faint, near ones few, long and out of focus."""
    height, width = light.shape[:2]
    scale = max(height, width)
    lift = softened(light.mean(-1).astype(np.float32), scale / 25)[..., None]
    for share, length, thick, bright in ((1.0, 0.035, 1, 0.16), (0.42, 0.075, 1, 0.26), (0.08, 0.15, 2, 0.22)):
        layer = np.zeros((height, width), np.float32)
        thick = max(1, round(thick * scale / 900))
        for _ in range(round(900 * share * strength * width / scale)):
            x, y = rng.uniform(-0.1 * width, 1.1 * width), rng.uniform(-0.15 * height, height)
            long = length * scale * rng.uniform(0.6, 1.4)
            end = (round(x - slant * long), round(y + long))
            cv2.line(layer, (round(x), round(y)), end, rng.uniform(0.4, 1.0), thick, cv2.LINE_AA)
        layer = softened(layer, max(0.6, scale / 1500 * (1 + 6 * length)))
        seen = (bright * (0.45 + 0.55 * strength) * layer)[..., None] * (0.45 + 0.9 * lift)
        light = np.asarray(light + seen * (1 - light), np.float32)
    return np.asarray(np.clip(light, 0, 1), np.float32)


def _with_flakes(light: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Snow in three layers: far flakes many, small and sharp, near ones few, large and out of focus."""
    height, width = light.shape[:2]
    scale = max(height, width)
    for count, radius, soft, bright in (
        (1500, 0.0013, 0.0006, 0.75),
        (420, 0.0028, 0.0013, 0.85),
        (70, 0.008, 0.0045, 0.6),
    ):
        layer = np.zeros((height, width), np.float32)
        for _ in range(round(count * strength * height * width / scale**2)):
            at = (round(16 * rng.uniform(0, width)), round(16 * rng.uniform(0, height)))
            size = max(6, round(16 * radius * scale * rng.uniform(0.6, 1.5)))
            cv2.circle(layer, at, size, rng.uniform(0.5, 1.0), -1, cv2.LINE_AA, 4)
        layer = softened(layer, max(0.5, soft * scale))
        cover = np.clip(layer * bright, 0, 1)[..., None]
        light = light + cover * (np.array([0.93, 0.95, 1.0], np.float32) - light)
    return np.asarray(light, np.float32)


def _with_petals(light: Floats, strength: float, rng: np.random.Generator) -> Floats:
    height, width = light.shape[:2]
    scale = max(height, width)
    for count, size, soft in ((60, 0.005, 0.0006), (14, 0.012, 0.003)):
        cover, colour = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
        for _ in range(round(count * strength * height * width / scale**2 * 1.4)):
            at = (round(rng.uniform(0, width)), round(rng.uniform(0, height)))
            long = max(2, round(size * scale * rng.uniform(0.7, 1.3)))
            axes, angle = (long, max(1, round(long * rng.uniform(0.35, 0.7)))), float(rng.uniform(0, 180))
            pink = (0.95, float(rng.uniform(0.45, 0.68)), float(rng.uniform(0.55, 0.75)))
            cv2.ellipse(cover, at, axes, angle, 0, 360, 0.9, -1, cv2.LINE_AA)
            cv2.ellipse(colour, at, axes, angle, 0, 360, pink, -1)
        colour = np.where(colour.any(-1, keepdims=True), colour, np.array([0.95, 0.55, 0.65], np.float32))
        share = softened(cover, max(0.5, soft * scale))[..., None]
        light = np.asarray(light + share * (colour - light), np.float32)
    return within_gamut(np.asarray(light, np.float32))


def _leaves_turned(
    rgb: Bytes, rng: np.random.Generator, hues: tuple[float, float], chroma: float, lift: float, wander: float
) -> Bytes:
    """Turn the colour of what has the hue of leaves to one between two Lab hues (degrees), drifting by `wander`."""
    lab = rgb_to_lab(rgb)
    strength = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    leafy = np.clip((hue - 86) / 12, 0, 1) * np.clip((168 - hue) / 16, 0, 1)
    leafy = leafy * np.clip((strength - 5) / 7, 0, 1) * np.clip((lab[..., 0] - 4) / 10, 0, 1)
    leaves = softened(leafy.astype(np.float32), max(0.8, max(rgb.shape) / 900))
    drift = np.full(leafy.shape, 0.5, np.float32)
    if wander:
        drift = np.asarray(0.5 + 0.5 * clouds(rng, rgb.shape, max(rgb.shape) / 14, 4), np.float32)
    towards = np.radians(hues[0] + (hues[1] - hues[0]) * np.clip(drift, 0, 1))
    rich = np.maximum(strength * chroma, 12 * min(1.0, chroma))
    turned = np.dstack([lab[..., 0] + lift, rich * np.cos(towards), rich * np.sin(towards)])
    return lab_to_bytes(np.asarray(lab + leaves[..., None] * (turned - lab), np.float32))
