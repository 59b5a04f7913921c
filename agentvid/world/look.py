"""How the small world looks: colours, floor, light as numbers, and where a camera stands. Shared by both ray casters.

Colours here are linear light 0 … 1; `DISPLAY_GAMMA` turns them into what a picture holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world.scene import STEP_DEG, Camera, Colour, Height, Light

__all__ = [
    "ALBEDO",
    "CUBE_YAW_DEG",
    "Eye",
    "Floats",
    "Rgb",
    "above",
    "eye_of",
    "light_direction",
    "orbit",
    "walker",
]

Floats = NDArray[np.float32]
Rgb = tuple[float, float, float]

DISPLAY_GAMMA: Final = 1 / 2.2
FLOOR: Final[Rgb] = (0.40, 0.40, 0.415)
POOL: Final[Rgb] = (0.53, 0.527, 0.515)
"""The floor where the light falls brightest: around the stage, fading into `FLOOR` far out."""
SKY: Final[Rgb] = (0.50, 0.53, 0.58)
POOL_RADIUS: Final = 5.0
FOG_START: Final = 7.0
FOG_END: Final = 16.0
AMBIENT: Final = 0.34
AMBIENT_UP: Final = 0.16
"""What a face that looks up gets above a vertical one; one that looks down loses as much."""
DIFFUSE: Final = 0.80
GLOSS: Final = 0.22
GLOSS_POWER: Final = 40.0
CONTACT: Final = 0.55
CONTACT_RANGE: Final = 0.22
BEVEL: Final = 14.0
"""How sharp edges of cubes and rims of cylinders are shaded: normals bend within about 1/BEVEL of the edge."""
CUBE_YAW_DEG: Final = 27.0
"""All cubes stand turned by this, so that the front camera sees two sides."""

ALBEDO: Final[dict[Colour, Rgb]] = {
    "red": (0.66, 0.035, 0.035),
    "orange": (0.90, 0.26, 0.015),
    "yellow": (0.86, 0.66, 0.03),
    "green": (0.04, 0.36, 0.07),
    "cyan": (0.04, 0.58, 0.66),
    "blue": (0.03, 0.12, 0.68),
    "purple": (0.27, 0.045, 0.50),
    "white": (0.86, 0.86, 0.86),
}

DISTANCE: Final = 9.4
FIELD_DEG: Final = 30.0
TARGET: Final = (0.0, 0.0, 0.32)
ELEVATION_DEG: Final[dict[Height, float]] = {"low": 22.0, "middle": 34.0, "high": 50.0}
_MAP_HEIGHT: Final = 40.0
_MAP_HALF: Final = 3.3


@dataclass(frozen=True)
class Eye:
    """A pinhole camera: `position`, unit axes `right`, `up`, `forward` (world), tangent of half the field of view."""

    position: tuple[float, float, float]
    right: tuple[float, float, float]
    up: tuple[float, float, float]
    forward: tuple[float, float, float]
    half_tangent: float

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return pixel positions of world points (…, 3) as (…, 3): x and y in shares of the picture, depth."""
        offset = np.asarray(points, np.float64) - self.position
        depth = offset @ np.asarray(self.forward)
        x = offset @ np.asarray(self.right) / (depth * self.half_tangent)
        y = offset @ np.asarray(self.up) / (depth * self.half_tangent)
        return np.stack([(1 + x) / 2, (1 - y) / 2, depth], axis=-1)


def eye_of(camera: Camera) -> Eye:
    """Return where a named camera stands."""
    return orbit(camera.azimuth * STEP_DEG, ELEVATION_DEG[camera.height])


def orbit(azimuth_deg: float, elevation_deg: float) -> Eye:
    """Return an eye on the orbit about the stage. Azimuth 0 is the front, + to the right; elevation above the floor."""
    forward = -_towards(azimuth_deg, elevation_deg)
    return _eye(np.asarray(TARGET) - DISTANCE * forward, forward, FIELD_DEG)


def walker(x: float, y: float, heading_deg: float, eye_height: float = 0.95, pitch_deg: float = -9.0) -> Eye:
    """Return the eye of someone who stands at x, y and looks along `heading_deg` (0 to the back, + to the right)."""
    heading, pitch = math.radians(heading_deg), math.radians(pitch_deg)
    forward = np.array(
        [math.sin(heading) * math.cos(pitch), math.cos(heading) * math.cos(pitch), math.sin(pitch)], np.float64
    )
    return _eye(np.array([x, y, eye_height]), forward, 62.0)


def above() -> Eye:
    """Return the eye of the map: straight from above, the stage's back at the top, ±3.3 world units each way."""
    field_deg = 2 * math.degrees(math.atan(_MAP_HALF / _MAP_HEIGHT))
    eye = _eye(np.array([0.0, 0.0, _MAP_HEIGHT]), np.array([0.0, 1e-9, -1.0]), field_deg)
    return Eye(eye.position, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, -1.0), eye.half_tangent)


def light_direction(light: Light) -> tuple[float, float, float]:
    """Return the unit vector from the stage to the light."""
    x, y, z = _towards(light.azimuth_deg, light.elevation_deg)
    return float(x), float(y), float(z)


def _towards(azimuth_deg: float, elevation_deg: float) -> NDArray[np.float64]:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    flat = math.cos(elevation)
    return np.array([math.sin(azimuth) * flat, -math.cos(azimuth) * flat, math.sin(elevation)])


def _eye(position: NDArray[np.float64], forward: NDArray[np.float64], field_deg: float) -> Eye:
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    return Eye(_triple(position), _triple(right), _triple(up), _triple(forward), math.tan(math.radians(field_deg) / 2))


def _triple(vector: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
