"""Regions of a picture: parts, borders, holes, boxes. A region is HW bool, a mask uint8 HW 0…255."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.colourspace import Bytes
from agentvid.media.types import Box, Point

__all__ = [
    "Flags",
    "border",
    "box_of",
    "closed",
    "component_at",
    "dilated",
    "disc",
    "enclosed",
    "groups",
    "inner_point",
    "tidy",
]

Flags: TypeAlias = NDArray[np.bool_]


def groups(flags: Flags, least_share: float = 0.002) -> list[Flags]:
    """Return the parts of a region as separate flags, the largest first; parts that nearly touch count as one."""
    opened = cv2.morphologyEx(flags.astype(np.uint8), cv2.MORPH_OPEN, disc(0.004 * max(flags.shape)))
    joined = dilated(opened > 0, 0.012)
    count, labels = cv2.connectedComponents(joined.astype(np.uint8))
    parts = [(opened > 0) & (labels == index) for index in range(1, count)]
    parts = [part for part in parts if part.sum() >= max(12, least_share * flags.size)]
    return sorted(parts, key=lambda part: -int(part.sum()))


def box_of(mask: Bytes) -> Box:
    """Return the tight box of a mask's inside (above 127). The mask must not be empty."""
    ys, xs = np.nonzero(mask > 127)
    return Box(x0=float(xs.min()), y0=float(ys.min()), x1=float(xs.max() + 1), y1=float(ys.max() + 1))


def inner_point(mask: Bytes) -> Point:
    """Return the pixel that is deepest inside a mask: surely on the thing, even where the thing is a ring."""
    padded = np.pad((mask > 127).astype(np.uint8), 1)
    deep = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(deep.argmax()), deep.shape)
    return Point(x=float(x), y=float(y))


def tidy(cut: Flags, near: Flags | None = None) -> Flags:
    """Return the region without specks, cracks, holes below 1.2 % of it and parts away from `near`, smoothed."""
    side = max(cut.shape)
    solid = cv2.morphologyEx(cut.astype(np.uint8), cv2.MORPH_OPEN, disc(0.002 * side))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, disc(0.004 * side))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count < 2:
        return solid > 0
    kept = [i + 1 for i in range(count - 1) if areas[i] >= 0.003 * areas.max()]
    if near is not None:
        kept = [i for i in kept if near[labels == i].any()]
    solid = np.isin(labels, kept).astype(np.uint8)
    solid = np.asarray((solid > 0) | enclosed(solid > 0, 0.012), np.uint8)
    smooth = cv2.GaussianBlur(solid.astype(np.float32), (0, 0), max(1.0, 0.0025 * side))
    return np.asarray(smooth > 0.5)


def enclosed(flags: Flags, most_share: float) -> Flags:
    """Return the holes of a region that are each below a share of its area and don't touch the picture's border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~flags).astype(np.uint8), connectivity=4)
    outer = set(np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])).tolist())
    most = most_share * float(flags.sum())
    holes = [i for i in range(1, count) if i not in outer and stats[i, cv2.CC_STAT_AREA] < most]
    return np.asarray(np.isin(labels, holes) & ~flags)


def closed(flags: Flags, share: float) -> Flags:
    """Return the region with its bays and holes up to twice this share of the picture's side filled."""
    radius = max(1, round(share * max(flags.shape)))
    factor = max(1, radius // 8)
    small = flags.astype(np.uint8)[::factor, ::factor]
    radius = max(1, radius // factor)
    padded = cv2.copyMakeBorder(small, radius, radius, radius, radius, cv2.BORDER_CONSTANT)
    filled = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc(radius))[radius:-radius, radius:-radius]
    grown = cv2.resize(np.ascontiguousarray(filled), flags.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray((grown > 0) | flags)


def dilated(flags: Flags, share: float) -> Flags:
    """Return the region grown by this share of the picture's longer side."""
    grown = cv2.dilate(flags.astype(np.uint8), disc(share * max(flags.shape)))
    return np.asarray(grown > 0)


def component_at(flags: Flags, x: int, y: int) -> Flags:
    """Return the connected part that holds a pixel; all of it where the pixel is outside."""
    _, labels = cv2.connectedComponents(flags.astype(np.uint8))
    return np.asarray(labels == labels[y, x]) if flags[y, x] else flags


def border(shape: tuple[int, ...]) -> Flags:
    """Return a band along the border, 3 % of the shorter side wide, of a picture of this shape."""
    band = max(1, round(0.03 * min(shape)))
    border = np.ones(shape, bool)
    border[band:-band, band:-band] = False
    return border


def disc(radius: float) -> Bytes:
    """Return a disc of at least radius 1 for morphology."""
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
