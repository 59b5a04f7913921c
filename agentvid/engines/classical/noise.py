"""Seeded smooth randomness: clouds, veins, cells. The same generator state gives the same planes on every machine."""

from __future__ import annotations

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Floats

__all__ = ["cells", "clouds", "grain"]


def clouds(
    rng: np.random.Generator, shape: tuple[int, ...], size: float, octaves: int = 4, stretch: float = 1.0
) -> Floats:
    """Return fractal noise, HW, about -1…1, mean about 0. `size` is that of the largest blobs in pixels.

    `stretch` above 1 makes the blobs wider than high. Source: Perlin, "An Image Synthesizer" (SIGGRAPH 1985).
    """
    height, width = shape[:2]
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for _ in range(octaves):
        cell = max(1.0, size)
        grid = (int(np.ceil(height / cell)) + 3, int(np.ceil(width / (cell * stretch))) + 3)
        values = rng.standard_normal(grid).astype(np.float32)
        x = (np.arange(width, dtype=np.float32) / (cell * stretch)) + 1
        y = (np.arange(height, dtype=np.float32) / cell) + 1
        gx, gy = np.meshgrid(x, y)
        total += weight * cv2.remap(values, gx, gy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        weight *= 0.5
        size /= 2
    spread = float(total.std())
    return np.asarray(np.clip((total - total.mean()) / max(2.2 * spread, 1e-6), -1.5, 1.5), np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, ...], size: float) -> Floats:
    """Return fine noise, HW, of standard deviation 1; `size` is that of a grain in pixels."""
    fine = rng.standard_normal(shape[:2]).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(fine, (0, 0), max(0.3, size / 2)), np.float32)
    return np.asarray(soft / max(float(soft.std()), 1e-6), np.float32)


def cells(rng: np.random.Generator, shape: tuple[int, ...], size: float) -> tuple[Floats, Floats]:
    """Return two HW planes of irregular cells about `size` pixels wide: distance to the rim (0 at it), and a value.

    The value, 0…1, is the same all over a cell.
    """
    height, width = shape[:2]
    rows, columns = int(np.ceil(height / size)) + 2, int(np.ceil(width / size)) + 2
    gy, gx = np.mgrid[-1 : rows - 1, -1 : columns - 1].astype(np.float32)
    jitter = rng.uniform(0.1, 0.9, (2, rows, columns)).astype(np.float32)
    py, px = (gy + jitter[0]) * size, (gx + jitter[1]) * size
    values = rng.random((rows, columns)).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    row, column = (y // size).astype(int) + 1, (x // size).astype(int) + 1
    nearest = np.full((height, width), np.inf, np.float32)
    second = nearest.copy()
    value = np.zeros((height, width), np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            r, c = np.clip(row + dy, 0, rows - 1), np.clip(column + dx, 0, columns - 1)
            distance = np.hypot(py[r, c] - y, px[r, c] - x)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            value = np.where(closer, values[r, c], value)
            nearest = np.where(closer, distance, nearest)
    return np.asarray((second - nearest) / size, np.float32), np.asarray(value, np.float32)
