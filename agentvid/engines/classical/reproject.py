"""Views of one picture whose depth is known: every pixel is reprojected by a pinhole camera, what is nearer hides.

Pixels are splatted far to near, each over its own footprint, and colours are then fetched backward. What no pixel of
the picture covers is a hole: it shows the background that was filled in behind things and beyond the border, itself
reprojected at its own depth; what even that leaves open is filled from around.
Source: Mori et al. 2009, "View generation with 3D warping using depth information for FTV"; Shade et al. 1998,
"Layered depth images".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import Floats, Lens, Maps, Picture, blurred, fetch, project
from agentvid.engines.classical.layers import Scene, fill_behind
from agentvid.media.types import CameraPose

__all__ = ["inverse_depth", "reprojected"]

Flags = NDArray[np.bool_]

_LEAST_INVERSE: Final = 0.02
_ENLARGED: Final = 1.3
"""Magnification from which the picture is splatted at twice its resolution, so that surfaces stay closed."""
_SOFT: Final = 0.6


@dataclass(frozen=True)
class _Points:
    """Points to splat, N of each: where they are in their picture, their inverse depth."""

    x: Floats
    y: Floats
    inverse: Floats


@dataclass(frozen=True)
class _Seen:
    """What a view shows of points: where in their picture (float32 HW2), and whether at all."""

    grid: Maps
    known: Flags


def inverse_depth(nearness: Maps, scene: Scene) -> Floats:
    """Return 1 / distance of nearness 0…1, any shape; 1 is the subject's distance."""
    return np.maximum(1 + scene.spread * (nearness.astype(np.float64) - scene.pivot_nearness), _LEAST_INVERSE)


def reprojected(scene: Scene, pose: CameraPose, kind: str) -> tuple[Picture, float]:
    """Return a view (uint8 HWC of the scene's size), and which share of it the picture does not show."""
    front, near = scene.front, scene.front_nearness
    assert front is not None and near is not None
    lens = scene.lens
    x, y = (grid.ravel().astype(np.float64) for grid in np.meshgrid(np.arange(lens.width), np.arange(lens.height)))
    seen = _splatted(_Points(x, y, inverse_depth(near, scene).ravel()), pose, kind, lens)
    hidden = _splatted(_behind(scene), pose, kind, lens)
    behind = fetch(scene.plate, hidden.grid + np.float32(scene.margin), cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)
    open_still = ~hidden.known & ~seen.known
    shown = fetch(front, seen.grid, cv2.INTER_CUBIC, cv2.BORDER_REFLECT_101)
    whole = np.where(seen.known[..., None], shown, behind)
    if open_still.any():
        whole = fill_behind(whole, open_still)
        behind = np.where(open_still[..., None], whole, behind)
    hole = 1 - float(seen.known.mean())
    alpha = (seen.known * np.clip(2 * blurred(seen.known.astype(np.float32), _SOFT) - 1, 0, 1))[..., None]
    has_behind = (hidden.known | open_still)[..., None]
    mixed = behind + (shown.astype(np.float32) - behind) * alpha
    view = np.where(has_behind, mixed, whole)
    return np.clip(np.round(view), 0, 255).astype(np.uint8), hole


def _behind(scene: Scene) -> _Points:
    """Return the points that were made up: behind what stands before them, and beyond the border."""
    lens, margin = scene.lens, scene.margin
    level = np.pad(scene.plate_nearness, margin, mode="edge")
    made_up = np.ones(level.shape, bool)
    inner = slice(margin, margin + lens.height), slice(margin, margin + lens.width)
    made_up[inner] = scene.hole if scene.hole is not None else False
    rows, columns = np.nonzero(made_up)
    inverse = inverse_depth(np.asarray(level, np.float32), scene)[rows, columns]
    return _Points((columns - margin).astype(np.float64), (rows - margin).astype(np.float64), inverse)


def _splatted(points: _Points, pose: CameraPose, kind: str, lens: Lens) -> _Seen:
    fx, fy, z = project(points.x, points.y, points.inverse, pose, kind, lens)
    enlarged = pose.zoom / (z * points.inverse)
    if len(enlarged) and float(np.percentile(enlarged, 95)) > _ENLARGED:
        points = _finer(points)
        fx, fy, z = project(points.x, points.y, points.inverse, pose, kind, lens)
        enlarged = pose.zoom / (z * points.inverse)
        footprint = enlarged / 2
    else:
        footprint = enlarged
    reach = np.clip(0.5 * footprint + 0.1, 0.5, 1.0)
    order = np.argsort(-z.astype(np.float32), kind="stable")
    tx, ty, sx, sy, shrink, within = (
        plane[order].astype(np.float32) for plane in (fx, fy, points.x, points.y, 1 / enlarged, reach)
    )
    far_out = lens.width * lens.height
    at = np.empty((len(order), 4), np.int64)
    comes = np.empty((len(order), 4, 2), np.float32)
    left, top = np.floor(tx), np.floor(ty)
    for corner, (dx, dy) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        x, y = left + dx, top + dy
        inside = (x >= 0) & (x < lens.width) & (y >= 0) & (y < lens.height)
        inside &= (np.abs(x - tx) <= within) & (np.abs(y - ty) <= within)
        at[:, corner] = np.where(inside, y * lens.width + x, far_out)
        comes[:, corner, 0], comes[:, corner, 1] = sx + (x - tx) * shrink, sy + (y - ty) * shrink
    found = np.full((far_out + 1, 2), np.nan, np.float32)
    found[at.ravel()] = comes.reshape(-1, 2)  # of several, numpy keeps the last: the nearest
    view = found[:-1].reshape(lens.height, lens.width, 2)
    return _closed(view)


def _finer(points: _Points) -> _Points:
    """Return each point as four, a quarter of a pixel around it, at its own depth."""
    x = np.concatenate([points.x + dx for dx in (-0.25, 0.25, -0.25, 0.25)])
    y = np.concatenate([points.y + dy for dy in (-0.25, -0.25, 0.25, 0.25)])
    return _Points(x, y, np.tile(points.inverse, 4))


def _closed(view: Maps) -> _Seen:
    """Close cracks of a pixel's width, which show nothing between pixels that show something."""
    known = ~np.isnan(view[..., 0])
    share = cv2.blur(known.astype(np.float32), (3, 3))
    mean = cv2.blur(np.where(known[..., None], view, 0), (3, 3)) / np.maximum(share, 1e-3)[..., None]
    closed = ~known & (share > 0.5)
    grid = np.where(closed[..., None], mean, np.where(known[..., None], view, 0))
    return _Seen(np.ascontiguousarray(grid, np.float32), known | closed)
