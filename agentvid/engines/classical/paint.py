"""Render a picture as painted or drawn: oil, watercolour, sketch, ink, cartoon, anime, pixel, pop, poster.

Strokes and lines follow what the picture shows (the structure tensor); nothing is recognised or redrawn.
"""

from __future__ import annotations

import cv2
import numpy as np

from agentvid.engines.classical.blend import softened
from agentvid.engines.classical.colourspace import Bytes, Floats, from_linear, rgb_to_lab, to_linear
from agentvid.engines.classical.noise import clouds, grain
from agentvid.engines.classical.tone import Reals, bloomed, lab_to_bytes, saturated

__all__ = ["anime", "cartoon", "ink", "oil", "pixel", "pop", "poster", "sketch", "watercolour"]


def oil(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Broad strokes along the forms, with the relief of bristles.

    Source: Kuwahara filter in sectors, Papari et al. (TIP 2007); line integral convolution, Cabral and Leedom (1993).
    """
    side = max(rgb.shape[:2])
    flat = _kuwahara(rgb, max(3, round(side / 130)))
    colour = from_linear(saturated(to_linear(flat), 0.3)).astype(np.float32)
    direction = _direction(rgb, side / 110)
    bristles = _along(grain(rng, rgb.shape, max(1.0, side / 700)), direction, max(8, round(side / 45)))
    bristles = bristles / max(float(bristles.std()), 1e-6)
    paint = softened(colour.mean(-1), 1.0) / 40 + 0.45 * bristles
    relief = cv2.Sobel(paint, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(paint, cv2.CV_32F, 0, 1, ksize=3)
    lit = 1 - 0.055 * np.tanh(relief / 2.5)
    varied = colour * (1 + 0.035 * bristles)[..., None] * lit[..., None]
    return _bytes(varied)


def watercolour(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Light washes with darker rims, pigment that settles in the grain of the paper.

    Source: Bousseau et al., "Interactive watercolor rendering with temporal coherence and abstraction" (NPAR 2006).
    """
    side = max(rgb.shape[:2])
    wobble = [clouds(rng, rgb.shape, side / 40, 3) * side / 350 for _ in range(2)]
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]].astype(np.float32)
    moved = cv2.remap(rgb, x + wobble[0], y + wobble[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    wash = _kuwahara(np.asarray(moved, np.uint8), max(3, round(side / 100)))
    lab = rgb_to_lab(wash)
    lab[..., 0] = 100 - (100 - lab[..., 0]) * 0.82
    lab[..., 1:] *= 1.25
    wash_light = lab_to_bytes(lab).astype(np.float32) / 255
    tone = wash_light.mean(-1)
    edge = np.hypot(cv2.Sobel(tone, cv2.CV_32F, 1, 0), cv2.Sobel(tone, cv2.CV_32F, 0, 1))
    rim = np.clip(softened(edge, max(0.8, side / 900)) * 2.2, 0, 1)
    density = 1 + 0.55 * rim + 0.22 * clouds(rng, rgb.shape, side / 5, 4) + 0.09 * grain(rng, rgb.shape, side / 500)
    pigment = np.power(np.clip(wash_light, 1e-3, 1), np.clip(density, 0.4, 2.5)[..., None])
    return _bytes(255 * pigment * _paper(rng, rgb.shape)[..., None])


def sketch(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Pencil: contours by division, tone by hatching that follows no form, on grained paper."""
    side = max(rgb.shape[:2])
    grey = _lightness(rgb)
    soft = softened(grey, max(2.0, side / 130))
    lines = np.clip(grey / np.maximum(soft, 0.04), 0, 1) ** 2.2
    tone = softened(grey, max(1.0, side / 350))
    hatch = np.ones_like(grey)
    for angle, dark in ((45.0, 0.62), (-38.0, 0.36), (12.0, 0.18)):
        strokes = _hatching(rng, rgb.shape, angle)
        depth = np.clip((dark - tone) / 0.28, 0, 1)
        hatch *= 1 - 0.62 * depth * strokes
    tooth = 1 - 0.1 * np.abs(grain(rng, rgb.shape, max(1.0, side / 900)))
    drawn = np.clip(lines * hatch, 0, 1)
    drawn = 1 - (1 - drawn) * np.clip(tooth * 1.05, 0, 1)
    drawn = 0.12 + 0.88 * drawn
    return _bytes(255 * drawn[..., None] * np.array([0.985, 0.98, 0.965], np.float32))


def ink(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Brush lines and three grey washes that bleed, on warm paper.

    Source: XDoG lines, Winnemöller et al. (Computers & Graphics 2012).
    """
    side = max(rgb.shape[:2])
    grey = _lightness(_kuwahara(rgb, max(3, round(side / 140))))
    lines = _xdog(grey, max(0.8, side / 700), 18, 0.42)
    bleed = 0.06 * clouds(rng, rgb.shape, side / 30, 4)
    soft = softened(grey, max(1.5, side / 200)) + bleed
    wash = np.ones_like(grey)
    for level, value in ((0.66, 0.82), (0.45, 0.66), (0.26, 0.48)):
        wash *= 1 - (1 - value) * np.clip((level - soft) / 0.05, 0, 1)
    pooled = 1 - 0.12 * np.clip(softened(1 - wash, side / 300) - 0.2, 0, 1)
    dry = 1 - 0.25 * np.clip(grain(rng, rgb.shape, max(1.0, side / 600)), 0, 2)
    drawn = wash * pooled * (1 - (1 - lines) * np.clip(dry, 0.4, 1))
    paper = np.array([0.97, 0.95, 0.90], np.float32)
    dark = np.array([0.07, 0.07, 0.09], np.float32)
    return _bytes(255 * (dark + drawn[..., None] * (paper - dark)) * _paper(rng, rgb.shape)[..., None])


def cartoon(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Flat areas of a few tones, strong colours, black contours.

    Source: Winnemöller et al., "Real-time video abstraction" (SIGGRAPH 2006).
    """
    side = max(rgb.shape[:2])
    smooth = _smoothed(rgb, 4)
    lab = rgb_to_lab(smooth)
    lab[..., 0] = _stepped(lab[..., 0], 12.5, 2.2)
    lab[..., 1:] *= 1.35
    lines = _xdog(_lightness(smooth), max(0.9, side / 600), 12, 0.33)
    return _bytes(lab_to_bytes(lab).astype(np.float32) * lines[..., None])


def anime(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """Clear, bright areas with two-step shade, fine coloured contours, a soft glow."""
    side = max(rgb.shape[:2])
    smooth = _smoothed(_kuwahara(rgb, max(2, round(side / 260))), 3)
    lab = rgb_to_lab(smooth)
    lightness = 100 * np.clip(lab[..., 0] / 100, 0, 1) ** 0.82
    lab[..., 0] = 0.35 * lightness + 0.65 * _stepped(lightness, 22, 3.2)
    shade = np.clip((45 - lightness) / 45, 0, 1)
    lab[..., 1] = lab[..., 1] * 1.4 + 3 * shade
    lab[..., 2] = lab[..., 2] * 1.3 - 9 * shade
    lines = _xdog(_lightness(smooth), max(0.7, side / 900), 14, 0.3)
    colour = lab_to_bytes(lab).astype(np.float32)
    drawn = colour * (lines + (1 - lines) * 0.28)[..., None]
    return from_linear(bloomed(to_linear(_bytes(drawn)), 0.35, 0.5, side / 60))


def pixel(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """About 110 blocks along the longer side, 24 colours, ordered dither."""
    height, width = rgb.shape[:2]
    block = max(2, round(max(height, width) / 110))
    size = (-(-width // block), -(-height // block))
    padded = cv2.copyMakeBorder(rgb, 0, size[1] * block - height, 0, size[0] * block - width, cv2.BORDER_REPLICATE)
    small = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    small = from_linear(saturated(to_linear(np.asarray(small, np.uint8)), 0.25))
    bayer = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16 - 0.47
    tiled = np.tile(bayer, (size[1] // 4 + 1, size[0] // 4 + 1))[: size[1], : size[0]]
    lab = rgb_to_lab(small)
    palette = _palette(lab, 24)
    lab[..., 0] += 6 * tiled
    nearest = ((lab[:, :, None] - palette) ** 2).sum(-1).argmin(-1)
    blocks = lab_to_bytes(np.asarray(palette[nearest], np.float32))
    return np.ascontiguousarray(blocks.repeat(block, 0).repeat(block, 1)[:height, :width])


def pop(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """A comic print: four loud colours by lightness, halftone dots between them, heavy contours."""
    side = max(rgb.shape[:2])
    smooth = _smoothed(rgb, 3)
    grey = _lightness(smooth)
    low, high = np.percentile(grey, (2, 98))
    grey = np.clip((grey - low) / max(float(high - low), 1e-3), 0, 1)
    inks = np.array([[38, 20, 92], [226, 32, 110], [255, 176, 30], [255, 244, 200]], np.float32)
    own = rgb_to_lab(smooth)
    cold = np.clip(-own[..., 2] / 18, 0, 1)[..., None]
    cool = np.array([[20, 24, 96], [0, 120, 200], [90, 208, 220], [240, 252, 240]], np.float32)
    step = max(4.0, side / 110)
    y, x = np.mgrid[0 : rgb.shape[0], 0 : rgb.shape[1]].astype(np.float32)
    u, v = (x + y) / step * 0.7071, (x - y) / step * 0.7071
    dots = 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v)) + 0.5
    level = np.clip(grey * 3.2 - 0.1, 0, 2.999)
    base = np.floor(level).astype(int)
    up = np.clip((level - base - (1 - dots)) * step * 0.9 + 0.5, 0, 1)[..., None]
    colours = [table[base] + up * (table[base + 1] - table[base]) for table in (inks, cool)]
    colour = colours[0] + cold * (colours[1] - colours[0])
    lines = _xdog(grey, max(1.0, side / 480), 10, 0.3)
    return _bytes(colour * lines[..., None])


def poster(rgb: Bytes, rng: np.random.Generator) -> Bytes:
    """A screen print: eight flat colours of the picture itself, clean borders."""
    side = max(rgb.shape[:2])
    smooth = _kuwahara(_smoothed(rgb, 3), max(3, round(side / 150)))
    lab = rgb_to_lab(smooth)
    palette = _palette(lab, 8)
    distance = np.stack([((lab - colour) ** 2).sum(-1) for colour in palette])
    soft = np.stack([softened(np.asarray(plane, np.float32), max(0.8, side / 450)) for plane in distance])
    loud = palette * np.array([1, 1.35, 1.35], np.float32)
    loud[:, 0] = 50 + (loud[:, 0] - 50) * 1.15
    flat = lab_to_bytes(np.asarray(loud[soft.argmin(0)], np.float32))
    return np.asarray(cv2.medianBlur(flat, 5 if side > 300 else 3), np.uint8)


# ---------------------------------------------------------------- below here: how


def _bytes(values: Reals) -> Bytes:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)


def _lightness(rgb: Bytes) -> Floats:
    return np.asarray(rgb_to_lab(rgb)[..., 0] / 100, np.float32)


def _kuwahara(rgb: Bytes, radius: int) -> Bytes:
    """Mean of the calmest of eight sectors around each pixel, weighted by how calm they are."""
    values = rgb.astype(np.float32)
    reach = np.arange(-radius, radius + 1)
    y, x = np.meshgrid(reach, reach, indexing="ij")
    angle, away = np.arctan2(y, x), np.hypot(y, x)
    window = np.exp(-((away / (0.7 * radius)) ** 2)) * (away <= radius)
    total, weights = np.zeros_like(values), np.zeros(rgb.shape[:2], np.float32)
    for sector in range(8):
        apart = np.abs((angle - sector * np.pi / 4 + np.pi) % (2 * np.pi) - np.pi)
        kernel = (window * np.clip(1.25 - apart / (np.pi / 4), 0, 1)).astype(np.float32)
        kernel[radius, radius] = max(float(kernel.max()), 1e-3)
        kernel /= kernel.sum()
        mean = cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
        spread = cv2.filter2D(values**2, -1, kernel, borderType=cv2.BORDER_REFLECT_101) - mean**2
        weight = 1 / (1 + (np.maximum(spread, 0).sum(-1) / 60) ** 3)
        weight = np.maximum(weight, 1e-9)
        total += mean * weight[..., None]
        weights += weight
    return _bytes(total / weights[..., None])


def _smoothed(rgb: Bytes, rounds: int) -> Bytes:
    """Smooth areas and keep borders: the bilateral filter a few times, on a picture of at most 900 pixels."""
    for _ in range(rounds):
        rgb = np.asarray(cv2.bilateralFilter(rgb, 7, 28, max(3.0, max(rgb.shape) / 200)), np.uint8)
    return rgb


def _stepped(values: Reals, step: float, softness: float) -> Floats:
    """Round to steps with soft flanks."""
    base = np.round(values / step) * step
    return np.asarray(base + step / 2 * np.tanh((values - base) * softness / step) * 0.6, np.float32)


def _xdog(grey: Floats, sigma: float, sharp: float, limit: float) -> Floats:
    """Contours as a plane of 1 (paper) and 0 (ink), smoothed along the contour."""
    one, two = softened(grey, sigma), softened(grey, 1.6 * sigma)
    edge = one - 0.97 * two
    drawn = np.where(edge > 0.004 + 0.01 * limit, 1.0, 1 + np.tanh(sharp * 4 * (edge - 0.004 - 0.01 * limit)))
    return np.asarray(np.clip(softened(np.asarray(drawn, np.float32), 0.5), 0, 1), np.float32)


def _direction(rgb: Bytes, sigma: float) -> Floats:
    """Return the unit direction along the forms, HW2 (x, y): the calm axis of the smoothed structure tensor."""
    grey = _lightness(rgb)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    xx, yy, xy = (softened(np.asarray(plane, np.float32), max(1.5, sigma)) for plane in (gx * gx, gy * gy, gx * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return np.asarray(np.dstack([np.cos(angle), np.sin(angle)]), np.float32)


def _along(values: Floats, direction: Floats, steps: int) -> Floats:
    """Average values along a field of directions, `steps` pixels to each side."""
    height, width = values.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    total = values.copy()
    for sign in (1.0, -1.0):
        px, py = x.copy(), y.copy()
        heading = np.asarray(sign * direction, np.float32)
        for _ in range(max(1, steps // 2)):
            px, py = px + 2 * heading[..., 0], py + 2 * heading[..., 1]
            total += cv2.remap(values, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
            near = np.asarray(cv2.remap(direction, px, py, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT_101))
            turned = np.where((near * heading).sum(-1) < 0, -1, 1)[..., None]
            heading = np.asarray(near * turned, np.float32)
    return np.asarray(total / (2 * max(1, steps // 2) + 1), np.float32)


def _hatching(rng: np.random.Generator, shape: tuple[int, ...], angle_deg: float) -> Floats:
    """Pencil strokes side by side at an angle: 0 paper … 1 graphite, uneven in place and pressure."""
    side = max(shape[:2])
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    turn = np.radians(angle_deg)
    across = -x * np.sin(turn) + y * np.cos(turn) + clouds(rng, shape, side / 8, 2) * side / 110
    pitch = max(3.0, side / 150)
    waves = 0.5 + 0.5 * np.cos(2 * np.pi * across / pitch)
    return np.asarray(np.clip(waves * (0.85 + 0.35 * clouds(rng, shape, side / 25, 3)), 0, 1), np.float32)


def _paper(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    side = max(shape[:2])
    tooth = grain(rng, shape, max(1.0, side / 450))
    slope = cv2.Sobel(tooth, cv2.CV_32F, 1, 1, ksize=3)
    return np.asarray(1 - 0.012 * np.clip(slope, -3, 3), np.float32)


def _palette(lab: Floats, colours: int) -> Floats:
    """Return the N x 3 main Lab colours; the same picture gives the same ones."""
    samples = lab.reshape(-1, 3)
    samples = np.ascontiguousarray(samples[:: max(1, len(samples) // 12000)], np.float32)
    cv2.setRNGSeed(1)
    few = min(colours, len(np.unique(samples, axis=0)))
    _, _, centres = cv2.kmeans(samples, few, None, (3, 30, 0.3), 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    return np.asarray(centres, np.float32)
