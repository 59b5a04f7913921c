"""How far two upright solids are apart along the floor, and which way: outlines of round solids and of cubes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.world.look import CUBE_YAW_DEG
from agentvid.world.scene import Solid, sizes_of

__all__ = ["gap"]

Point: TypeAlias = Sequence[float] | NDArray[np.float64]
_COS: Final = math.cos(math.radians(CUBE_YAW_DEG))
_SIN: Final = math.sin(math.radians(CUBE_YAW_DEG))


def gap(first: Solid, at_first: Point, second: Solid, at_second: Point) -> tuple[float, tuple[float, float]]:
    """Return the gap between two solids in world units (0 or less: they touch) and the unit direction to the second.

    `at_first` and `at_second` are the positions (3,) of their middles. Solids above one another are infinitely apart.
    """
    (_, half_first), (_, half_second) = sizes_of(first.shape, first.size), sizes_of(second.shape, second.size)
    rise = float(at_second[2] - at_first[2])
    dx, dy = float(at_second[0] - at_first[0]), float(at_second[1] - at_first[1])
    if abs(rise) >= half_first + half_second:
        return math.inf, (1.0, 0.0)
    if first.shape == "cube" or second.shape == "cube":
        return _with_cube(first, second, dx, dy)
    away = math.hypot(dx, dy)
    direction = (dx / away, dy / away) if away > 0 else (1.0, 0.0)
    return away - _round_reach(first, second, rise), direction


def _with_cube(first: Solid, second: Solid, dx: float, dy: float) -> tuple[float, tuple[float, float]]:
    """All cubes share one yaw: in their axes the sum of both outlines is a rounded square about the origin."""
    u, v = _COS * dx + _SIN * dy, -_SIN * dx + _COS * dy
    square = sum(sizes_of(s.shape, s.size)[0] for s in (first, second) if s.shape == "cube")
    rounding = sum(sizes_of(s.shape, s.size)[0] for s in (first, second) if s.shape != "cube")
    out_u, out_v = abs(u) - square, abs(v) - square
    if out_u > 0 and out_v > 0:
        away = math.hypot(out_u, out_v)
        apart, (nu, nv) = away - rounding, (out_u / away, out_v / away)
    else:
        apart, (nu, nv) = max(out_u, out_v) - rounding, ((1.0, 0.0) if out_u > out_v else (0.0, 1.0))
    nu, nv = math.copysign(nu, u), math.copysign(nv, v)
    return apart, (_COS * nu - _SIN * nv, _SIN * nu + _COS * nv)


def _round_reach(first: Solid, second: Solid, rise: float) -> float:
    """Distance of the axes at which two round solids touch, `rise` being how much higher the second's middle is."""
    (radius, _), (other, _) = sizes_of(first.shape, first.size), sizes_of(second.shape, second.size)
    shapes = {first.shape, second.shape}
    if shapes == {"ball"}:
        return math.sqrt(max((radius + other) ** 2 - rise**2, 0.0))
    if shapes == {"ball", "cone"}:
        ball, cone = (first, second) if first.shape == "ball" else (second, first)
        return _ball_at_cone(ball, cone)
    return radius + other


def _ball_at_cone(ball: Solid, cone: Solid) -> float:
    """A ball on the floor touches a cone's side, not its base."""
    radius, _ = sizes_of(ball.shape, ball.size)
    base, half = sizes_of(cone.shape, cone.size)
    slope = base / (2 * half)
    return base - slope * radius + radius * math.hypot(1, slope)
