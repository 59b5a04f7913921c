"""The fast ray caster on a CPU: one ray per pixel, four more only where an edge runs through the pixel.

Follows the same formulas as `cast_torch`, the dense reference; a test holds the two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world import look
from agentvid.world.bodies import Bodies
from agentvid.world.look import Eye, Floats, light_direction
from agentvid.world.scene import Light
from agentvid.world.solid_numpy import distance, first_hit, normal

__all__ = ["FLOOR_ID", "SKY_ID", "cast"]

FLOOR_ID: Final = -1
SKY_ID: Final = -2
SEARCH_STEPS: Final = 11
"""Evaluations of the search for the least clearance along a ray to the light; leaves 1 % of a solid's diameter."""
_GOLDEN: Final = (math.sqrt(5) - 1) / 2
_SUBPIXELS: Final = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))
_CREASE: Final = 0.9


@dataclass(frozen=True)
class _Hits:
    """What N rays meet: `which` solid (or floor, sky), `along` in world units, `points` and `normals` (N, 3)."""

    which: NDArray[np.int8]
    along: Floats
    points: Floats
    normals: Floats


def cast(bodies: Bodies, eye: Eye, light: Light, size: int) -> tuple[NDArray[np.uint8], NDArray[np.int8], Floats]:
    """Return one picture (size, size, 3), its mask of solids (-1 floor, -2 sky) and depth along the view (inf: sky)."""
    directions = _rays(eye, size)
    hits = _trace(bodies, eye, directions)
    light_of = _shade(bodies, eye, light, directions, hits)
    edges = np.flatnonzero(_edges(hits, size))
    if len(edges):
        fine = np.concatenate([_rays(eye, size, *offset)[edges] for offset in _SUBPIXELS])
        shaded = _shade(bodies, eye, light, fine, _trace(bodies, eye, fine))
        light_of[edges] = shaded.reshape(len(_SUBPIXELS), -1, 3).mean(axis=0)
    depth = hits.along * (directions @ np.asarray(eye.forward, np.float32))
    picture = (255 * np.clip(light_of, 0, 1) ** look.DISPLAY_GAMMA + 0.5).astype(np.uint8)
    return picture.reshape(size, size, 3), hits.which.reshape(size, size), depth.reshape(size, size)


@lru_cache(maxsize=512)
def _rays(eye: Eye, size: int, shift_x: float = 0.0, shift_y: float = 0.0) -> Floats:
    """Return unit directions (size * size, 3) through the pixels, shifted by shares of a pixel."""
    steps = (np.arange(size, dtype=np.float64) + 0.5) / size * 2 - 1
    across = (steps + 2 * shift_x / size)[None, :, None] * eye.half_tangent * np.asarray(eye.right)
    upward = -(steps + 2 * shift_y / size)[:, None, None] * eye.half_tangent * np.asarray(eye.up)
    rays = np.asarray(eye.forward) + across + upward
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    return np.ascontiguousarray(rays.reshape(-1, 3), np.float32)


def _trace(bodies: Bodies, eye: Eye, directions: Floats) -> _Hits:
    origin = np.asarray(eye.position, np.float32)
    rise = directions[:, 2]
    falls = rise < -1e-4
    along = np.where(falls, -origin[2] / np.where(falls, rise, -1), np.inf).astype(np.float32)
    which = np.where(falls, FLOOR_ID, SKY_ID).astype(np.int8)
    for index in range(len(bodies)):
        offset = origin - bodies.centre[index]
        toward = directions @ offset
        near = np.flatnonzero(toward * toward > offset @ offset - _around(bodies, index) ** 2)
        axes = bodies.axes[index]
        found = first_hit(int(bodies.shape[index]), bodies.half[index], offset @ axes, directions[near] @ axes)
        nearer = found < along[near]
        along[near[nearer]] = found[nearer]
        which[near[nearer]] = index
    points = np.asarray(origin + np.where(np.isfinite(along), along, 0)[:, None] * directions, np.float32)
    normals = np.zeros_like(points)
    normals[:, 2] = 1
    for index in range(len(bodies)):
        mine = np.flatnonzero(which == index)
        axes = bodies.axes[index]
        local = (points[mine] - bodies.centre[index]) @ axes
        normals[mine] = normal(int(bodies.shape[index]), bodies.half[index], local) @ axes.T
    return _Hits(which, along, points, normals)


def _shade(bodies: Bodies, eye: Eye, light: Light, directions: Floats, hits: _Hits) -> Floats:
    """Return linear light (N, 3)."""
    to_light = np.array(light_direction(light), np.float32)
    facing = np.maximum(hits.normals @ to_light, 0)
    open_to_light, open_to_sky = np.ones_like(facing), np.ones_like(facing)
    for index in range(len(bodies)):
        others = np.flatnonzero((hits.which != index) & (hits.which != SKY_ID))
        contact = _contact(bodies, index, hits.points[others] + 0.02 * hits.normals[others])
        open_to_sky[others] *= 1 - look.CONTACT * contact
        lit = others[facing[others] > 0]
        open_to_light[lit] *= _visible(bodies, index, hits.points[lit], to_light, light)
    upward = hits.normals[:, 2]
    ambient = (look.AMBIENT + look.AMBIENT_UP * upward) * open_to_sky
    on_solid = hits.which >= 0
    near_floor = np.exp(-np.maximum(hits.points[:, 2], 0) / (2 * look.CONTACT_RANGE)) * (1 - upward) / 2
    ambient = np.where(on_solid, ambient * (1 - look.CONTACT * near_floor), ambient)
    sunlit = look.DIFFUSE * facing * open_to_light
    shaded = _albedo(bodies, hits, light) * (ambient + sunlit)[:, None]
    glossy = np.flatnonzero(on_solid)
    halfway = to_light - directions[glossy]
    shine = np.maximum(_dot(halfway, hits.normals[glossy]) / np.sqrt(_dot(halfway, halfway)), 0) ** look.GLOSS_POWER
    shaded[glossy] += (look.GLOSS * shine * open_to_light[glossy])[:, None]
    return _fogged(shaded, hits, eye)


def _albedo(bodies: Bodies, hits: _Hits, light: Light) -> Floats:
    toward = np.array(light_direction(light)[:2], np.float32)
    outward = hits.points[:, :2] - 1.2 * toward
    pool = np.exp(-_dot(outward, outward) / look.POOL_RADIUS**2)[:, None]
    floor = np.array(look.FLOOR, np.float32)
    albedo = floor + pool * (np.array(look.POOL, np.float32) - floor)
    solid = hits.which >= 0
    albedo[solid] = bodies.albedo[hits.which[solid]]
    return np.asarray(albedo, np.float32)


def _fogged(shaded: Floats, hits: _Hits, eye: Eye) -> Floats:
    out = np.sqrt(_dot(hits.points[:, :2], hits.points[:, :2]))
    share = np.clip((out - look.FOG_START) / (look.FOG_END - look.FOG_START), 0, 1)
    share = np.where(hits.which == FLOOR_ID, share * share * (3 - 2 * share), np.where(hits.which == SKY_ID, 1, 0))
    return np.asarray(shaded + share[:, None] * (np.array(look.SKY, np.float32) - shaded), np.float32)


def _contact(bodies: Bodies, index: int, points: Floats) -> Floats:
    """Return 1 where points touch a solid, falling to 0 within a few `CONTACT_RANGE`."""
    local = (points - bodies.centre[index]) @ bodies.axes[index]
    away = distance(int(bodies.shape[index]), bodies.half[index], local)
    return np.asarray(np.exp(-np.maximum(away, 0) / look.CONTACT_RANGE), np.float32)


def _visible(bodies: Bodies, index: int, points: Floats, to_light: Floats, light: Light) -> Floats:
    """Return the share 0 … 1 of the light that a solid leaves to each point.

    The least of (distance to the solid) / (way from the point) along the ray to the light's middle says by what angle
    the ray clears the solid. The distance to a convex solid is convex along a ray, so a golden section finds it.
    """
    axes, around = bodies.axes[index], _around(bodies, index)
    offset = points - bodies.centre[index]
    passing = -(offset @ to_light)
    spread = math.tan(math.radians(light.angle_deg) / 2)
    squared = _dot(offset, offset) - passing * passing
    margin = around + spread * np.maximum(passing + around, 0)
    near = np.flatnonzero((squared < margin * margin) & (passing > -around))
    visible = np.ones(len(points), np.float32)
    if len(near) == 0:
        return visible
    local, ray = offset[near] @ axes, to_light @ axes
    low = np.maximum(passing[near] - around, 1e-3)
    high = np.maximum(passing[near] + around, 2e-3)
    shape, half = int(bodies.shape[index]), bodies.half[index]

    def clearance(way: Floats) -> Floats:
        return distance(shape, half, local + way[:, None] * ray) / way

    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = clearance(left), clearance(right)
    for _ in range(SEARCH_STEPS - 2):
        take = at_left < at_right
        low, high = np.where(take, low, left), np.where(take, right, high)
        fresh = np.where(take, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_fresh = clearance(fresh)
        left, right = np.where(take, fresh, right), np.where(take, left, fresh)
        at_left, at_right = np.where(take, at_fresh, at_right), np.where(take, at_left, at_fresh)
    share = np.clip(np.minimum(at_left, at_right) / (2 * spread) + 0.5, 0, 1)
    visible[near] = share * share * (3 - 2 * share)
    return visible


def _dot(first: Floats, second: Floats) -> Floats:
    """Scalar products of rows; many times faster than a sum over so short an axis."""
    return np.asarray(np.einsum("...i,...i->...", first, second), np.float32)


def _around(bodies: Bodies, index: int) -> float:
    """Return the radius of the ball around a solid."""
    radius, height = bodies.half[index]
    flat = {1: math.sqrt(2) * radius}.get(int(bodies.shape[index]), radius)
    return float(radius if bodies.shape[index] == 0 else math.hypot(flat, height))


def _edges(hits: _Hits, size: int) -> NDArray[np.bool_]:
    """Tell which pixels differ from a neighbour in the solid they show or sharply in its normal."""
    which = hits.which.reshape(size, size)
    normals = hits.normals.reshape(size, size, 3)
    edge = np.zeros((size, size), np.bool_)
    down = (which[1:] != which[:-1]) | (_dot(normals[1:], normals[:-1]) < _CREASE)
    across = (which[:, 1:] != which[:, :-1]) | (_dot(normals[:, 1:], normals[:, :-1]) < _CREASE)
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    return edge.ravel()
