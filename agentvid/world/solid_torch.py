"""The four solids as geometry, in torch: dense, so that scenes of different solids share a batch.

Every function takes `shape` (B, 1), `half` (B, 1, 2) and rays or points in a solid's own axes, (B, R, 3), computes all
four solids and keeps the right one. Formulas as in `solid_numpy`, written apart so that each tests the other.
Source: Inigo Quilez, "distance functions" and "intersectors", https://iquilezles.org/articles/
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from agentvid.world.look import BEVEL

__all__ = ["distance", "first_hit", "normal"]

_NEVER: Final = float("inf")
_TINY: Final = 1e-7


def first_hit(shape: Tensor, half: Tensor, origin: Tensor, directions: Tensor) -> Tensor:
    """Return how far along unit `directions` the rays from `origin` (B, 1, 3) enter; inf where they miss. (B, R)."""
    radius, height = half[..., 0], half[..., 1]
    return _choose(
        shape,
        _hit_ball(radius, origin, directions),
        _hit_box(half, origin, directions),
        _hit_cylinder(radius, height, origin, directions),
        _hit_cone(radius, height, origin, directions),
    )


def distance(shape: Tensor, half: Tensor, points: Tensor) -> Tensor:
    """Return the signed distance (B, R) of points to the surface, negative inside."""
    radius, height = half[..., 0], half[..., 1]
    around = points[..., :2].norm(dim=-1)
    z = points[..., 2]
    box = _outside(points.abs() - half[..., [0, 0, 1]])
    cylinder = _outside(torch.stack([around - radius, z.abs() - height], dim=-1))
    side = ((around * radius + (height - z) * 2 * height) / (radius**2 + 4 * height**2)).clamp(0, 1)
    to_side = torch.hypot(around - radius * side, z - height + 2 * height * side)
    to_base = torch.hypot((around - radius).clamp(min=0), z + height)
    within = (z > -height) & (around < radius * (height - z) / (2 * height))
    nearest = torch.minimum(to_side, to_base)
    cone = torch.where(within, -nearest, nearest)
    return _choose(shape, points.norm(dim=-1) - radius, box, cylinder, cone)


def normal(shape: Tensor, half: Tensor, points: Tensor) -> Tensor:
    """Return unit normals (B, R, 3) at surface points; edges of cubes and rims of cylinders are slightly rounded."""
    radius, height = half[..., :1], half[..., 1:]
    flat, z = points[..., :2], points[..., 2:]
    share = points / half[..., [0, 0, 1]]
    cube = share.sign() * share.abs().clamp(max=1) ** BEVEL
    around = flat.norm(dim=-1, keepdim=True).clamp(min=_TINY)
    side = flat / around * (around / radius).clamp(max=1) ** BEVEL
    cylinder = torch.cat([side, z.sign() * (z / height).abs().clamp(max=1) ** BEVEL], dim=-1)
    cone = _unit(torch.cat([flat / around, (radius / (2 * height)).expand_as(z)], dim=-1))
    down = torch.tensor([0.0, 0.0, -1.0], device=points.device).expand_as(points)
    cone = torch.where(z < -height * 0.999, down, cone)
    return _choose(shape[..., None], _unit(points), _unit(cube), _unit(cylinder), cone)


def _choose(shape: Tensor, ball: Tensor, cube: Tensor, cylinder: Tensor, cone: Tensor) -> Tensor:
    return torch.where(shape == 0, ball, torch.where(shape == 1, cube, torch.where(shape == 2, cylinder, cone)))


def _hit_ball(radius: Tensor, origin: Tensor, directions: Tensor) -> Tensor:
    along = (directions * origin).sum(dim=-1)
    inside = along * along - ((origin * origin).sum(dim=-1) - radius * radius)
    return torch.where(inside > 0, -along - inside.clamp(min=0).sqrt(), _NEVER)


def _hit_box(half: Tensor, origin: Tensor, directions: Tensor) -> Tensor:
    inverse = 1 / _off_zero(directions)
    middle, spread = -inverse * origin, inverse.abs() * half[..., [0, 0, 1]]
    enters, leaves = (middle - spread).amax(dim=-1), (middle + spread).amin(dim=-1)
    return torch.where((enters < leaves) & (enters > 0), enters, _NEVER)


def _hit_cylinder(radius: Tensor, height: Tensor, origin: Tensor, directions: Tensor) -> Tensor:
    flat, start = directions[..., :2], origin[..., :2]
    squared = (flat * flat).sum(dim=-1).clamp(min=_TINY)
    along = (flat * start).sum(dim=-1)
    inside = along * along - squared * ((start * start).sum(dim=-1) - radius * radius)
    root = inside.clamp(min=0).sqrt()
    rise = _off_zero(directions[..., 2])
    first, second = (-height - origin[..., 2]) / rise, (height - origin[..., 2]) / rise
    enters = torch.maximum((-along - root) / squared, torch.minimum(first, second))
    leaves = torch.minimum((-along + root) / squared, torch.maximum(first, second))
    return torch.where((inside > 0) & (enters < leaves) & (enters > 0), enters, _NEVER)


def _hit_cone(radius: Tensor, height: Tensor, origin: Tensor, directions: Tensor) -> Tensor:
    flat, rise, start = directions[..., :2], directions[..., 2], origin[..., :2]
    steep = (radius / (2 * height)) ** 2
    down = height - origin[..., 2]
    a = _off_zero((flat * flat).sum(dim=-1) - steep * rise * rise)
    b = (flat * start).sum(dim=-1) + steep * down * rise
    inside = b * b - a * ((start * start).sum(dim=-1) - steep * down * down)
    root = inside.clamp(min=0).sqrt()
    best = torch.full_like(a, _NEVER)
    for along in ((-b - root) / a, (-b + root) / a):
        z = origin[..., 2] + along * rise
        best = torch.where((inside > 0) & (z.abs() <= height) & (along > 0) & (along < best), along, best)
    base = (-height - origin[..., 2]) / _off_zero(rise)
    at = start + base[..., None] * flat
    fits = ((at * at).sum(dim=-1) < radius * radius) & (base > 0) & (base < best)
    return torch.where(fits, base, best)


def _outside(beyond: Tensor) -> Tensor:
    outside: Tensor = beyond.clamp(min=0).norm(dim=-1)
    return outside + beyond.amax(dim=-1).clamp(max=0)


def _off_zero(values: Tensor) -> Tensor:
    return torch.where(values.abs() < _TINY, _TINY, values)


def _unit(vectors: Tensor) -> Tensor:
    length: Tensor = vectors.norm(dim=-1, keepdim=True)
    return vectors / length.clamp(min=_TINY)
