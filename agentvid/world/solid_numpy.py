"""The four solids as geometry, in numpy: first hit of rays, signed distance, normal. All in a solid's own axes.

Points and directions are float32 (N, 3); `half` is (footprint radius, half height). The cone's tip points up.
Source: Inigo Quilez, "distance functions" and "intersectors", https://iquilezles.org/articles/
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world.look import BEVEL, Floats
from agentvid.world.scene import SHAPES

__all__ = ["distance", "first_hit", "normal"]

_BALL, _CUBE, _CYLINDER, _CONE = range(len(SHAPES))
_NEVER: Final = np.float32(np.inf)
_TINY: Final = np.float32(1e-7)


def first_hit(shape: int, half: Floats, origin: Floats, directions: Floats) -> Floats:
    """Return how far along each unit direction the ray from `origin` (3,) enters the solid; inf where it misses."""
    if shape == _BALL:
        return _hit_ball(float(half[0]), origin, directions)
    if shape == _CUBE:
        return _hit_box(half, origin, directions)
    if shape == _CYLINDER:
        return _hit_cylinder(half, origin, directions)
    return _hit_cone(half, origin, directions)


def distance(shape: int, half: Floats, points: Floats) -> Floats:
    """Return the signed distance (N,) of points to the surface, negative inside."""
    radius, height = float(half[0]), float(half[1])
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    if shape == _BALL:
        return np.asarray(np.sqrt(x * x + y * y + z * z) - radius, np.float32)
    if shape == _CUBE:
        return _outside(np.abs(x) - radius, np.abs(y) - radius, np.abs(z) - height)
    around = np.sqrt(x * x + y * y)
    if shape == _CYLINDER:
        return _outside(around - radius, np.abs(z) - height)
    return _cone_distance(radius, height, around, z)


def normal(shape: int, half: Floats, points: Floats) -> Floats:
    """Return unit normals (N, 3) at surface points; edges of cubes and rims of cylinders are slightly rounded."""
    radius, height = float(half[0]), float(half[1])
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    if shape == _BALL:
        return _unit(points)
    if shape == _CUBE:
        share = points / np.array([radius, radius, height], np.float32)
        return _unit(np.asarray(np.sign(share) * np.minimum(np.abs(share), 1) ** BEVEL, np.float32))
    around = np.maximum(np.sqrt(x * x + y * y), _TINY)
    if shape == _CYLINDER:
        side = np.minimum(around / radius, 1) ** BEVEL
        end = np.sign(z) * np.minimum(np.abs(z / height), 1) ** BEVEL
        return _unit(np.stack([x / around * side, y / around * side, end], axis=-1))
    slope = radius / (2 * height)
    side_normals = _unit(np.stack([x / around, y / around, np.full_like(x, slope)], axis=-1))
    down = np.array([0, 0, -1], np.float32)
    return np.where((z < -height * 0.999)[:, None], down, side_normals)


def _hit_ball(radius: float, origin: Floats, directions: Floats) -> Floats:
    along = directions @ origin
    inside = along * along - (origin @ origin - radius * radius)
    return np.asarray(np.where(inside > 0, -along - np.sqrt(np.maximum(inside, 0)), _NEVER), np.float32)


def _hit_box(half: Floats, origin: Floats, directions: Floats) -> Floats:
    reaches = half[[0, 0, 1]]
    inverse = 1 / np.where(np.abs(directions) < _TINY, _TINY, directions)
    middle, spread = -inverse * origin, np.abs(inverse) * reaches
    starts, ends = (middle - spread).T, (middle + spread).T
    enters = np.maximum(np.maximum(starts[0], starts[1]), starts[2])
    leaves = np.minimum(np.minimum(ends[0], ends[1]), ends[2])
    return np.where((enters < leaves) & (enters > 0), enters, _NEVER)


def _hit_cylinder(half: Floats, origin: Floats, directions: Floats) -> Floats:
    radius, height = half
    flat = directions[:, :2]
    squared = np.maximum(np.einsum("ij,ij->i", flat, flat), _TINY)
    along = flat @ origin[:2]
    inside = along * along - squared * (origin[:2] @ origin[:2] - radius * radius)
    side = (-along - np.sqrt(np.maximum(inside, 0))) / squared
    rise = np.where(np.abs(directions[:, 2]) < _TINY, _TINY, directions[:, 2])
    enters, leaves = _slab(height, origin[2], rise)
    out = (-along + np.sqrt(np.maximum(inside, 0))) / squared
    first = np.maximum(side, enters)
    return np.where((inside > 0) & (first < np.minimum(out, leaves)) & (first > 0), first, _NEVER)


def _hit_cone(half: Floats, origin: Floats, directions: Floats) -> Floats:
    radius, height = half
    slope = radius / (2 * height)
    flat, rise = directions[:, :2], directions[:, 2]
    down = height - origin[2]
    a = np.einsum("ij,ij->i", flat, flat) - slope * slope * rise * rise
    a = np.where(np.abs(a) < _TINY, _TINY, a)
    b = flat @ origin[:2] + slope * slope * down * rise
    c = origin[:2] @ origin[:2] - slope * slope * down * down
    inside = b * b - a * c
    root = np.sqrt(np.maximum(inside, 0))
    best = np.full(len(directions), _NEVER, np.float32)
    for along in ((-b - root) / a, (-b + root) / a):
        z = origin[2] + along * rise
        fits = (inside > 0) & (np.abs(z) <= height) & (along > 0) & (along < best)
        best = np.where(fits, along, best)
    base = (-height - origin[2]) / np.where(np.abs(rise) < _TINY, _TINY, rise)
    at = origin[:2] + base[:, None] * flat
    fits = (np.einsum("ij,ij->i", at, at) < radius * radius) & (base > 0) & (base < best)
    return np.asarray(np.where(fits, base, best), np.float32)


def _slab(height: float, z: float, rise: Floats) -> tuple[Floats, Floats]:
    first, second = (-height - z) / rise, (height - z) / rise
    return np.minimum(first, second), np.maximum(first, second)


def _outside(*beyond: NDArray[np.floating]) -> Floats:
    """Return the signed distance of a box or a capped cylinder from how far points are beyond each pair of faces."""
    most, squared = beyond[0], np.maximum(beyond[0], 0) ** 2
    for other in beyond[1:]:
        most, squared = np.maximum(most, other), squared + np.maximum(other, 0) ** 2
    return np.asarray(np.sqrt(squared) + np.minimum(most, 0), np.float32)


def _cone_distance(radius: float, height: float, around: Floats, z: Floats) -> Floats:
    """Distance to the triangle tip, rim, middle of the base in the half-plane (around, z)."""
    side = np.clip((around * radius + (height - z) * 2 * height) / (radius**2 + 4 * height**2), 0, 1)
    to_side = np.hypot(around - radius * side, z - height + 2 * height * side)
    to_base = np.hypot(np.maximum(around - radius, 0), z + height)
    within = (z > -height) & (around < radius * (height - z) / (2 * height))
    return np.asarray(np.minimum(to_side, to_base) * np.where(within, -1, 1), np.float32)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(
        vectors / np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), _TINY)[:, None], np.float32
    )
