"""Colour spaces of whole pictures. Pictures are uint8 HWC RGB, sRGB encoded."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.media.colours import hex_to_lab

__all__ = [
    "Bytes",
    "Floats",
    "blurred",
    "colour_distance",
    "from_linear",
    "hex_to_rgb",
    "rgb_to_hex",
    "rgb_to_lab",
    "to_linear",
]

Bytes: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]

GREY_CHROMA = 12.0
"""Below this Lab chroma a colour word counts as white, grey or black: its hue means nothing."""


def rgb_to_lab(rgb: Bytes) -> Floats:
    """Return HWC float32 L*a*b* (D65): L 0…100, a and b about -110…110."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def blurred(values: Floats, sigma: float) -> Floats:
    """Return a Gaussian blur of `sigma` pixels, HW or HWC."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


def to_linear(rgb: Bytes) -> Floats:
    """Return linear light 0…1 of sRGB bytes, any shape. Source: IEC 61966-2-1."""
    levels = np.arange(256, dtype=np.float64) / 255
    table = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)
    linear: Floats = table[rgb]
    return linear


def from_linear(linear: Floats) -> Bytes:
    """Return sRGB bytes of linear light, any shape; values outside 0…1 are clipped."""
    clipped = np.clip(linear, 0, 1)
    encoded = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * np.power(clipped, 1 / 2.4) - 0.055)
    return np.asarray(np.rint(encoded * 255), np.uint8)


def hex_to_rgb(colour: str) -> Bytes:
    """Return the three bytes of `#rrggbb`."""
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), dtype=np.uint8)


def rgb_to_hex(rgb: Floats | Bytes) -> str:
    """Return `#rrggbb` of three channel values 0…255."""
    return "#" + "".join(f"{int(np.clip(np.rint(channel), 0, 255)):02x}" for channel in rgb)


def colour_distance(lab: Floats, colour: str) -> Floats:
    """Return how far each pixel is from what people call a colour, in units like those of Lab (HW float32).

    For chromatic colours hue counts most and lightness least: shade moves lightness far, hue hardly, and chroma in
    proportion to L* + 16 (a factor on linear light is a factor on the cube roots that Lab is made of). For white,
    grey and black it is lightness and the absence of chroma that count.
    """
    lightness, a, b = hex_to_lab(colour)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    target_chroma = float(np.hypot(a, b))
    if target_chroma < GREY_CHROMA:
        return np.asarray(np.sqrt((0.6 * (lab[..., 0] - lightness)) ** 2 + chroma**2), np.float32)
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]) - np.arctan2(b, a))
    hue = np.abs((hue + 180) % 360 - 180)
    expected = target_chroma * np.clip((lab[..., 0] + 16) / (lightness + 16), 0.3, 1.3)
    squares = (0.35 * (lab[..., 0] - lightness)) ** 2 + (0.5 * (chroma - expected)) ** 2
    squares += (0.9 * hue * np.minimum(1, chroma / 20)) ** 2
    too_grey = np.clip(1 - chroma / np.maximum(0.4 * expected, GREY_CHROMA), 0, 1)
    return np.asarray(np.sqrt(squares) + 30 * too_grey, np.float32)
