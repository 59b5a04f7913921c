"""Light, colour and crispness of a picture: the operation `adjust`, and the curves that others share.

Curves change luminance and keep the ratios of the channels; what passes white fades to white instead of clipping.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.blend import LUMINANCE, softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, rgb_to_lab, to_linear
from agentvid.engines.classical.noise import grain
from agentvid.media.operations import Adjust

__all__ = [
    "Reals",
    "adjusted",
    "bloomed",
    "contrasted",
    "exposed",
    "lab_to_bytes",
    "luminance",
    "saturated",
    "sharpened",
    "tinted",
    "within_gamut",
]

Reals: TypeAlias = NDArray[np.floating[Any]]
"""Real numbers of any width."""

_STOPS: Final = 1.6
"""Stops of exposure at full brightness."""


def adjusted(rgb: Bytes, operation: Adjust, seed: int) -> Bytes:
    """Carry out `adjust` on a whole picture, uint8 HWC: noise first, then light and colour, crispness, grain last."""
    side = max(rgb.shape[:2])
    if operation.denoise > 0:
        rgb = _denoised(rgb, operation.denoise)
    light = to_linear(rgb)
    if operation.brightness:
        light = exposed(light, operation.brightness * _STOPS)
    if operation.contrast:
        light = contrasted(light, operation.contrast)
    if operation.warmth:
        warm = operation.warmth
        light = tinted(light, (1 + 0.28 * warm, 1 + 0.02 * warm, 1 - 0.34 * warm))
    if operation.saturation:
        light = saturated(light, operation.saturation)
    if operation.sharpness < 0:
        light = softened(light, -operation.sharpness * max(2.0, side / 110))
    result = from_linear(light)
    if operation.sharpness > 0:
        result = sharpened(result, operation.sharpness, max(0.8, side / 1200))
    if operation.denoise < 0:
        result = _grained(result, -operation.denoise, np.random.default_rng(seed))
    return result


def luminance(light: Floats) -> Floats:
    """Return the relative luminance HW of linear light HWC."""
    return np.asarray(light @ LUMINANCE, np.float32)


def within_gamut(light: Floats) -> Floats:
    """Return linear light with what passes white faded towards white, luminance kept where a screen can."""
    y = np.clip(luminance(light), 0, 1)[..., None]
    most = light.max(-1, keepdims=True)
    keep = np.where(most > 1, (1 - y) / np.maximum(most - y, 1e-6), 1)
    return np.asarray(np.clip(y + (light - y) * np.clip(keep, 0, 1), 0, 1), np.float32)


def exposed(light: Floats, stops: float) -> Floats:
    """Return linear light made brighter or darker by stops at the middle tones; black and white stay."""
    y = np.clip(luminance(light), 1e-6, 1)
    factor = 2.0**stops
    after = y * factor / (1 + y * (factor - 1))
    return within_gamut(np.asarray(light * (after / y)[..., None], np.float32))


def contrasted(light: Floats, amount: float) -> Floats:
    """Return linear light with more (to 1) or less (to -1) difference between light and dark, about its middle."""
    y = np.clip(luminance(light), 1e-6, 1)
    tone = y ** (1 / 2.2)
    middle = float(np.clip(np.median(tone), 0.25, 0.7))
    if amount < 0:
        encoded = from_linear(light).astype(np.float32) / 255
        return to_linear(_levels(middle + (encoded - middle) * (1 + 0.85 * amount)))
    power = 1 + 1.4 * amount
    low = middle * (np.minimum(tone, middle) / middle) ** power
    high = 1 - (1 - middle) * ((1 - np.maximum(tone, middle)) / (1 - middle)) ** power
    after = np.where(tone < middle, low, high)
    return within_gamut(np.asarray(light * (after**2.2 / y)[..., None], np.float32))


def tinted(light: Floats, factors: tuple[float, float, float]) -> Floats:
    """Return linear light times one factor per channel, luminance kept."""
    changed = light * np.array(factors, np.float32)
    ratio = luminance(light) / np.maximum(luminance(changed), 1e-6)
    return within_gamut(np.asarray(changed * ratio[..., None], np.float32))


def saturated(light: Floats, amount: float) -> Floats:
    """Return linear light with stronger (to 1) or weaker (-1: none) colours; dull ones gain more than strong ones."""
    y = luminance(light)[..., None]
    if amount < 0:
        return np.asarray(y + (light - y) * (1 + amount), np.float32)
    most, least = light.max(-1, keepdims=True), light.min(-1, keepdims=True)
    has = (most - least) / np.maximum(most, 1e-6)
    return within_gamut(np.asarray(y + (light - y) * (1 + amount * (1.6 - 1.1 * has)), np.float32))


def bloomed(light: Floats, amount: float, above: float, size: float) -> Floats:
    """Return linear light with a glow around what is brighter than `above`; `size` in pixels."""
    bright = light * np.clip((luminance(light) - above) / max(1 - above, 1e-3), 0, 1)[..., None]
    glow = 0.6 * softened(np.asarray(bright, np.float32), size) + 0.4 * softened(
        np.asarray(bright, np.float32), 3 * size
    )
    return within_gamut(np.asarray(light + amount * glow * (1 - light), np.float32))


def sharpened(rgb: Bytes, amount: float, radius: float) -> Bytes:
    """Return the picture crisper (unsharp mask on lightness); halos stay within what the neighbourhood holds."""
    lab = rgb_to_lab(rgb)
    lightness = lab[..., 0]
    raised = lightness + 2.2 * amount * (lightness - softened(lightness, radius))
    size = 2 * max(1, round(radius)) + 1
    kernel = np.ones((size, size), np.uint8)
    slack = 6 * amount
    low, high = cv2.erode(lightness, kernel) - slack, cv2.dilate(lightness, kernel) + slack
    lab[..., 0] = np.clip(raised, low, high)
    return lab_to_bytes(lab)


def lab_to_bytes(lab: Floats) -> Bytes:
    """Return sRGB bytes of L*a*b* (D65), HWC."""
    rgb = cv2.cvtColor(np.ascontiguousarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return _levels(np.asarray(rgb, np.float32))


def _levels(encoded: Reals) -> Bytes:
    return np.asarray(np.rint(np.clip(encoded, 0, 1) * 255), np.uint8)


def _denoised(rgb: Bytes, amount: float) -> Bytes:
    """Source: Buades et al., "Non-Local Means Denoising" (IPOL 2011), as OpenCV has it."""
    strength = 2 + 10 * amount
    done = cv2.fastNlMeansDenoisingColored(np.ascontiguousarray(rgb), None, strength, strength, 5, 15)
    return np.asarray(done, np.uint8)


def _grained(rgb: Bytes, amount: float, rng: np.random.Generator) -> Bytes:
    tone = rgb.astype(np.float32) / 255
    middle = 4 * tone.mean(-1) * (1 - tone.mean(-1))
    noise = grain(rng, rgb.shape, max(1.0, max(rgb.shape) / 700)) * (0.02 + 0.1 * amount) * (0.35 + 0.65 * middle)
    return _levels(tone + noise[..., None])
