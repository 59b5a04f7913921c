"""The reference ray caster: dense torch, a batch of scenes at once, on a CPU or a GPU; four rays a pixel everywhere.

Solids are few, so a loop over at most four of them runs on whole batches of rays. Follows the formulas of
`cast_numpy`, which spends its rays where the edges are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from agentvid.world import look
from agentvid.world.bodies import Bodies
from agentvid.world.cast_numpy import FLOOR_ID, SEARCH_STEPS, SKY_ID
from agentvid.world.look import Eye, light_direction
from agentvid.world.scene import Light
from agentvid.world.solid_torch import distance, first_hit, normal

__all__ = ["cast_batch"]

_GOLDEN: Final = (math.sqrt(5) - 1) / 2
_SUBPIXELS: Final = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))


@dataclass(frozen=True)
class _Stage:
    """B scenes as tensors, filled up to N solids; `there` (B, N) tells which are real."""

    shape: Tensor
    half: Tensor
    centre: Tensor
    axes: Tensor
    albedo: Tensor
    there: Tensor
    eye: Tensor
    to_light: Tensor
    spread: Tensor

    def local(self, index: int, points: Tensor) -> Tensor:
        """World points (B, R, 3) in the axes of one solid."""
        return torch.einsum("brk,bkj->brj", points - self.centre[:, None, index], self.axes[:, index])


@dataclass(frozen=True)
class _Hits:
    which: Tensor
    along: Tensor
    points: Tensor
    normals: Tensor


@torch.no_grad()
def cast_batch(
    bodies: Sequence[Bodies], eyes: Sequence[Eye], lights: Sequence[Light], size: int, device: str = "cpu"
) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures (B, size, size, 3) uint8, masks (B, size, size) int8 and depth along the view, on `device`.

    One body set, eye and light per picture. Mask: index of the solid, -1 floor, -2 sky (depth inf), at pixel centres.
    """
    stage = _stage(bodies, eyes, lights, device)
    light_of = torch.zeros(len(bodies), size * size, 3, device=device)
    for offset in _SUBPIXELS:
        rays = _rays(eyes, size, offset, device)
        light_of += _shade(stage, rays, _trace(stage, rays)) / len(_SUBPIXELS)
    rays = _rays(eyes, size, (0.0, 0.0), device)
    hits = _trace(stage, rays)
    forward = torch.tensor([eye.forward for eye in eyes], device=device)
    depth = hits.along * (rays * forward[:, None]).sum(dim=-1)
    pictures = (255 * light_of.clamp(0, 1) ** look.DISPLAY_GAMMA + 0.5).to(torch.uint8)
    flat = (len(bodies), size, size)
    return pictures.reshape(*flat, 3), hits.which.to(torch.int8).reshape(flat), depth.reshape(flat)


def _stage(bodies: Sequence[Bodies], eyes: Sequence[Eye], lights: Sequence[Light], device: str) -> _Stage:
    most = max(len(each) for each in bodies)

    def filled(name: str) -> Tensor:
        rows = [getattr(each, name) for each in bodies]
        full = [np.concatenate([row, np.repeat(row[:1], most - len(row), axis=0)]) for row in rows]
        return torch.from_numpy(np.stack(full)).to(device)

    there = torch.tensor([[index < len(each) for index in range(most)] for each in bodies], device=device)
    spread = [math.tan(math.radians(light.angle_deg) / 2) for light in lights]
    return _Stage(
        shape=filled("shape"),
        half=filled("half"),
        centre=filled("centre"),
        axes=filled("axes"),
        albedo=filled("albedo"),
        there=there,
        eye=torch.tensor([eye.position for eye in eyes], device=device)[:, None],
        to_light=torch.tensor([light_direction(light) for light in lights], device=device)[:, None],
        spread=torch.tensor(spread, device=device)[:, None],
    )


def _rays(eyes: Sequence[Eye], size: int, offset: tuple[float, float], device: str) -> Tensor:
    right, up, forward = (
        torch.tensor([getattr(eye, name) for eye in eyes], dtype=torch.float64, device=device)[:, None, None]
        for name in ("right", "up", "forward")
    )
    tangent = torch.tensor([eye.half_tangent for eye in eyes], dtype=torch.float64, device=device)[:, None, None, None]
    steps = (torch.arange(size, dtype=torch.float64, device=device) + 0.5) / size * 2 - 1
    across = (steps + 2 * offset[0] / size)[None, None, :, None] * tangent * right
    upward = -(steps + 2 * offset[1] / size)[None, :, None, None] * tangent * up
    rays = forward + across + upward
    unit: Tensor = rays / rays.norm(dim=-1, keepdim=True)
    return unit.reshape(len(eyes), size * size, 3).float()


def _trace(stage: _Stage, rays: Tensor) -> _Hits:
    rise = rays[..., 2]
    falls = rise < -1e-4
    along = torch.where(falls, -stage.eye[..., 2] / torch.where(falls, rise, -1.0), float("inf"))
    which = torch.where(falls, FLOOR_ID, SKY_ID)
    for index in range(stage.there.shape[1]):
        origin = stage.local(index, stage.eye)
        turned = torch.einsum("brk,bkj->brj", rays, stage.axes[:, index])
        found = first_hit(stage.shape[:, index, None], stage.half[:, None, index], origin, turned)
        nearer = (found < along) & stage.there[:, index, None]
        along, which = torch.where(nearer, found, along), torch.where(nearer, index, which)
    points = stage.eye + torch.where(along.isfinite(), along, 0.0)[..., None] * rays
    normals = torch.zeros_like(points)
    normals[..., 2] = 1
    for index in range(stage.there.shape[1]):
        local = normal(stage.shape[:, index, None], stage.half[:, None, index], stage.local(index, points))
        turned = torch.einsum("brk,bjk->brj", local, stage.axes[:, index])
        normals = torch.where((which == index)[..., None], turned, normals)
    return _Hits(which, along, points, normals)


def _shade(stage: _Stage, rays: Tensor, hits: _Hits) -> Tensor:
    facing = (hits.normals * stage.to_light).sum(dim=-1).clamp(min=0)
    open_to_light, open_to_sky = torch.ones_like(facing), torch.ones_like(facing)
    for index in range(stage.there.shape[1]):
        other = (hits.which != index) & stage.there[:, index, None]
        local = stage.local(index, hits.points + 0.02 * hits.normals)
        away = distance(stage.shape[:, index, None], stage.half[:, None, index], local)
        contact = torch.exp(-away.clamp(min=0) / look.CONTACT_RANGE)
        open_to_sky = torch.where(other, open_to_sky * (1 - look.CONTACT * contact), open_to_sky)
        open_to_light = torch.where(other, open_to_light * _visible(stage, index, hits.points), open_to_light)
    upward = hits.normals[..., 2]
    ambient = (look.AMBIENT + look.AMBIENT_UP * upward) * open_to_sky
    on_solid = hits.which >= 0
    near_floor = torch.exp(-hits.points[..., 2].clamp(min=0) / (2 * look.CONTACT_RANGE)) * (1 - upward) / 2
    ambient = torch.where(on_solid, ambient * (1 - look.CONTACT * near_floor), ambient)
    sunlit = look.DIFFUSE * facing * open_to_light
    halfway = stage.to_light - rays
    halfway = halfway / halfway.norm(dim=-1, keepdim=True)
    shine = look.GLOSS * (halfway * hits.normals).sum(dim=-1).clamp(min=0) ** look.GLOSS_POWER * open_to_light
    shaded = _albedo(stage, hits) * (ambient + sunlit)[..., None] + torch.where(on_solid, shine, 0.0)[..., None]
    return _fogged(shaded, hits)


def _albedo(stage: _Stage, hits: _Hits) -> Tensor:
    outward = hits.points[..., :2] - 1.2 * stage.to_light[..., :2]
    pool = torch.exp(-(outward * outward).sum(dim=-1, keepdim=True) / look.POOL_RADIUS**2)
    floor, bright = (torch.tensor(colour, device=pool.device) for colour in (look.FLOOR, look.POOL))
    index = hits.which.clamp(min=0)[..., None].expand(-1, -1, 3)
    solid = torch.gather(stage.albedo, 1, index)
    return torch.where((hits.which >= 0)[..., None], solid, floor + pool * (bright - floor))


def _fogged(shaded: Tensor, hits: _Hits) -> Tensor:
    out = hits.points[..., :2].norm(dim=-1)
    share = ((out - look.FOG_START) / (look.FOG_END - look.FOG_START)).clamp(0, 1)
    share = torch.where(hits.which == FLOOR_ID, share * share * (3 - 2 * share), (hits.which == SKY_ID).float())
    return shaded + share[..., None] * (torch.tensor(look.SKY, device=shaded.device) - shaded)


def _visible(stage: _Stage, index: int, points: Tensor) -> Tensor:
    """Return the share 0 … 1 of the light that a solid leaves to each point; see `cast_numpy._visible`."""
    shape, half = stage.shape[:, index, None], stage.half[:, None, index]
    flat = half[..., 0] * torch.where(shape == 1, math.sqrt(2), 1.0)
    around = torch.where(shape == 0, half[..., 0], torch.hypot(flat, half[..., 1]))
    offset = points - stage.centre[:, None, index]
    passing = -(offset * stage.to_light).sum(dim=-1)
    local = stage.local(index, points)
    ray = torch.einsum("brk,bkj->brj", stage.to_light, stage.axes[:, index])

    def clearance(way: Tensor) -> Tensor:
        return distance(shape, half, local + way[..., None] * ray) / way

    low, high = (passing - around).clamp(min=1e-3), (passing + around).clamp(min=2e-3)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = clearance(left), clearance(right)
    for _ in range(SEARCH_STEPS - 2):
        take = at_left < at_right
        low, high = torch.where(take, low, left), torch.where(take, right, high)
        fresh = torch.where(take, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_fresh = clearance(fresh)
        left, right = torch.where(take, fresh, right), torch.where(take, left, fresh)
        at_left, at_right = torch.where(take, at_fresh, at_right), torch.where(take, at_left, at_fresh)
    share = (torch.minimum(at_left, at_right) / (2 * stage.spread) + 0.5).clamp(0, 1)
    share = share * share * (3 - 2 * share)
    return torch.where(passing > -around, share, 1.0)
