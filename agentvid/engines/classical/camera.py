"""Camera geometry: smooth poses, what one picture bears of a path, pinhole projection, homographies, warping.

Shared by `parallax` (views of one picture), `ground` (a walk over one) and `motion` (a clip carried on). Lengths are in
units of the distance to the subject; the camera looks along +z, x is right and y is down, as in the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.media.types import CameraPath, CameraPose

__all__ = [
    "FIELD_OF_VIEW_DEG",
    "Floats",
    "Lens",
    "Maps",
    "Picture",
    "apply_homography",
    "blurred",
    "coarse_grid",
    "exp_homography",
    "fetch",
    "fly_within",
    "frame_count",
    "has_parallax",
    "log_homography",
    "pose_at",
    "project",
    "refine_grid",
    "resized",
    "smooth_through",
]

Floats: TypeAlias = NDArray[np.float64]
Maps: TypeAlias = NDArray[np.float32]
Picture: TypeAlias = NDArray[np.uint8]
Sampled = TypeVar("Sampled", np.uint8, np.float32)

FIELD_OF_VIEW_DEG: Final = 50.0
"""Assumed angle of view across the longer side: an ordinary camera."""

_CELL: Final = 4
_CHANNELS: Final = ("yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly", "zoom")
_ORBIT: Final = {"yaw_deg": (-18.0, 18.0), "pitch_deg": (-15.0, 15.0)}
_LOOK: Final = {"yaw_deg": (-12.0, 12.0), "pitch_deg": (-8.0, 8.0)}
_MOVES: Final = {"truck": (-0.2, 0.2), "pedestal": (-0.2, 0.2), "dolly": (-0.4, 0.5)}
_UNITS: Final = {"yaw_deg": " deg", "pitch_deg": " deg", "truck": " widths", "pedestal": " heights", "dolly": ""}
_ZOOM: Final = (0.85, 4.0)
_FULL_TURN_DEG: Final = 270.0
_SWING_DEG: Final = 16.0


def frame_count(seconds: float, fps: float) -> int:
    """Return how many frames a path of that duration has: at least 2, so that both ends are shown."""
    return max(2, round(seconds * fps))


def smooth_through(times: Sequence[float], values: Sequence[float], at: Floats) -> Floats:
    """Interpolate values smoothly: monotone between keys (no overshoot), at rest at both ends.

    Args:
        times: rising key times, N >= 1
        values: key values, N
        at: the times asked for; times outside the keys get the first or last value
    Source: Fritsch and Carlson 1980, "Monotone Piecewise Cubic Interpolation" (harmonic mean slopes).
    """
    t, v = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if len(t) == 1:
        return np.full(np.shape(at), v[0])
    widths = np.diff(t)
    chords = np.diff(v) / widths
    slopes = np.zeros_like(v)
    same = chords[:-1] * chords[1:] > 0
    before, after = chords[:-1][same], chords[1:][same]
    w1, w2 = (2 * widths[1:] + widths[:-1])[same], (widths[1:] + 2 * widths[:-1])[same]
    slopes[1:-1][same] = (w1 + w2) / (w1 / before + w2 / after)
    x = np.clip(at, t[0], t[-1])
    i = np.clip(np.searchsorted(t, x, side="right") - 1, 0, len(t) - 2)
    u = (x - t[i]) / widths[i]
    rest: Floats = (
        (1 + 2 * u) * (1 - u) ** 2 * v[i]
        + u * (1 - u) ** 2 * widths[i] * slopes[i]
        + u**2 * (3 - 2 * u) * v[i + 1]
        - u**2 * (1 - u) * widths[i] * slopes[i + 1]
    )
    return rest


def pose_at(path: CameraPath, seconds: float) -> CameraPose:
    """Return the interpolated pose at a time; zoom is interpolated by ratio, everything else by value."""
    times = [pose.seconds for pose in path.poses]
    at = np.array([seconds])
    found = {}
    for name in _CHANNELS:
        keys = [float(getattr(pose, name)) for pose in path.poses]
        if name == "zoom":
            found[name] = math.exp(float(smooth_through(times, [math.log(key) for key in keys], at)[0]))
        else:
            found[name] = float(smooth_through(times, keys, at)[0])
    return CameraPose(seconds=max(0.0, seconds), **found)


def fly_within(path: CameraPath) -> tuple[CameraPath, list[str]]:
    """Return the path as far as one picture bears it, and what was changed, in words.

    A channel that asks too much is scaled down as a whole, so that the movement keeps its shape and timing. A full
    turn about the subject becomes a swing to one side, to the other, and back.
    """
    warnings: list[str] = []
    yaws = [pose.yaw_deg for pose in path.poses]
    if path.kind == "orbit" and max(yaws) - min(yaws) >= _FULL_TURN_DEG:
        turned = yaws[-1] - yaws[0] if abs(yaws[-1] - yaws[0]) > 1 else max(yaws, key=abs)
        path = _swing(path, math.copysign(_SWING_DEG, turned))
        warnings.append(
            f"asked yaw {max(yaws, key=abs):g} deg, flown a swing of {_SWING_DEG:g} deg to both sides and back: "
            "one picture does not show the back"
        )
    limits = {**(_ORBIT if path.kind == "orbit" else _LOOK), **_MOVES}
    factors = {}
    for name, (low, high) in limits.items():
        excess, worst = max((v / (high if v > 0 else low), v) for v in (float(getattr(p, name)) for p in path.poses))
        if excess > 1:
            factors[name] = 1 / excess
            word = name.removesuffix("_deg")
            warnings.append(
                f"asked {word} {worst:g}{_UNITS[name]}, flown {worst / excess:g}: one picture shows no more"
            )
    zooms = [pose.zoom for pose in path.poses]
    if min(zooms) < _ZOOM[0] or max(zooms) > _ZOOM[1]:
        worst = min(zooms) if min(zooms) < _ZOOM[0] else max(zooms)
        flown = min(max(worst, _ZOOM[0]), _ZOOM[1])
        warnings.append(f"asked zoom {worst:g}, flown {flown:g}: one picture shows no more")
    return CameraPath(kind=path.kind, poses=tuple(_within(pose, factors) for pose in path.poses)), warnings


def _within(pose: CameraPose, factors: dict[str, float]) -> CameraPose:
    scaled = {name: float(getattr(pose, name)) * factor for name, factor in factors.items()}
    return pose.model_copy(update={**scaled, "zoom": min(max(pose.zoom, _ZOOM[0]), _ZOOM[1])})


def _swing(path: CameraPath, amplitude_deg: float) -> CameraPath:
    poses = []
    for share, side in ((0.0, 0), (0.25, 1), (0.75, -1), (1.0, 0)):
        pose = pose_at(path, share * path.seconds)
        poses.append(pose.model_copy(update={"seconds": share * path.seconds, "yaw_deg": side * amplitude_deg}))
    return CameraPath(kind=path.kind, poses=tuple(poses))


def has_parallax(path: CameraPath) -> bool:
    """Return whether near and far move differently on a path: not where the camera only turns in place or zooms."""
    moving = ("truck", "pedestal", "dolly", *(("yaw_deg", "pitch_deg") if path.kind == "orbit" else ()))
    return any(getattr(pose, name) for pose in path.poses for name in moving)


@dataclass(frozen=True)
class Lens:
    """A picture's camera: frame size in pixels, the pixel that an orbit turns about (at distance 1), angle of view."""

    width: int
    height: int
    pivot: tuple[float, float]
    field_deg: float = FIELD_OF_VIEW_DEG

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return max(self.width, self.height) / (2 * math.tan(math.radians(self.field_deg / 2)))


def project(
    x: Floats, y: Floats, inverse_depth: Floats, pose: CameraPose, kind: str, lens: Lens
) -> tuple[Floats, Floats, Floats]:
    """Return where points of the picture are seen from a pose: (x, y, z), x and y in pixels, z the new distance.

    Args:
        x, y: pixel positions in the picture (any shape)
        inverse_depth: 1 / distance of each; 1 is the subject
        kind: "orbit" turns about the pivot and zooms towards it, "look" turns and zooms about the camera's axis
    """
    focal, cx, cy = lens.focal, (lens.width - 1) / 2, (lens.height - 1) / 2
    px, py = (lens.pivot[0] - cx) / focal, (lens.pivot[1] - cy) / focal
    gz = 1 / inverse_depth
    gx, gy = (x - cx) / focal * gz, (y - cy) / focal * gz
    if kind == "orbit":
        gx, gy, gz = _turn(gx - px, gy - py, gz - 1, pose.yaw_deg, pose.pitch_deg)
        gx, gy, gz = gx + px, gy + py, gz + 1
    gx = gx - pose.truck * lens.width / focal
    gy = gy + pose.pedestal * lens.height / focal
    gz = gz - pose.dolly
    if kind == "look":
        gx, gy, gz = _turn(gx, gy, gz, -pose.yaw_deg, -pose.pitch_deg)
    gz = np.maximum(gz, 0.05)
    roll = math.radians(pose.roll_deg)
    ax, ay = (px, py) if kind == "orbit" else (0.0, 0.0)
    u, v = (focal * (a + pose.zoom * (g / gz - a)) for a, g in ((ax, gx), (ay, gy)))
    return (
        cx + math.cos(roll) * u + math.sin(roll) * v,
        cy - math.sin(roll) * u + math.cos(roll) * v,
        gz,
    )


def _turn(x: Floats, y: Floats, z: Floats, yaw_deg: float, pitch_deg: float) -> tuple[Floats, Floats, Floats]:
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    x, z = math.cos(yaw) * x + math.sin(yaw) * z, -math.sin(yaw) * x + math.cos(yaw) * z
    y, z = math.cos(pitch) * y - math.sin(pitch) * z, math.sin(pitch) * y + math.cos(pitch) * z
    return x, y, z


# ---------------------------------------------------------------- homographies


def apply_homography(h: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return where a 3x3 homography takes points; those at or beyond its horizon are kept finite."""
    w = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    w = np.maximum(w, 1e-3)
    return (h[0, 0] * x + h[0, 1] * y + h[0, 2]) / w, (h[1, 0] * x + h[1, 1] * y + h[1, 2]) / w


def log_homography(h: Floats) -> Floats:
    """Return the matrix logarithm (3x3) of a homography near the identity; of one far from it, that of no motion."""
    away = h / np.cbrt(np.linalg.det(h)) - np.eye(3)
    power, total = np.eye(3), np.zeros((3, 3))
    if np.linalg.norm(away) > 0.5:
        return total
    for k in range(1, 40):
        power = power @ away
        total += (-1) ** (k + 1) / k * power
    return total


def exp_homography(generator: Floats) -> Floats:
    """Return the homography (3x3) of a matrix logarithm."""
    halvings = max(0, math.ceil(math.log2(max(float(np.linalg.norm(generator)), 1e-9))) + 2)
    term, total = np.eye(3), np.eye(3)
    for k in range(1, 14):
        term = term @ (generator / 2**halvings) / k
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


# ---------------------------------------------------------------- warping


def coarse_grid(width: int, height: int) -> tuple[Floats, Floats]:
    """Return x and y of every 4th pixel and one beyond each border, for warps that are smooth enough for it."""
    x = (np.arange(-(-width // _CELL) + 2) - 1.0) * _CELL + (_CELL - 1) / 2
    y = (np.arange(-(-height // _CELL) + 2) - 1.0) * _CELL + (_CELL - 1) / 2
    gx, gy = np.meshgrid(x, y)
    return gx, gy


def refine_grid(x: Floats, y: Floats, width: int, height: int) -> Maps:
    """Return a warp known on the coarse grid at every pixel: float32 HW2, x and y."""
    coarse = np.dstack([x, y]).astype(np.float32)
    fine = cv2.resize(coarse, (x.shape[1] * _CELL, x.shape[0] * _CELL), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[_CELL : _CELL + height, _CELL : _CELL + width], np.float32)


def fetch(
    values: NDArray[Sampled], grid: Maps, how: int = cv2.INTER_LINEAR, border: int = cv2.BORDER_REPLICATE
) -> NDArray[Sampled]:
    """Return values (HW or HWC) at the positions of a grid (float32 HW2, x and y in pixels)."""
    far = 4.0 * max(values.shape[:2])  # mirroring takes time in proportion to the distance
    near = np.clip(grid, -far, far)
    found = cv2.remap(values, near, None, how, borderMode=border)  # type: ignore[call-overload]  # stubs want a map2
    return np.asarray(found, values.dtype)


def blurred(values: NDArray[Sampled], sigma: float) -> NDArray[Sampled]:
    """Return values (HW or HWC) blurred by a Gaussian of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), values.dtype)


def resized(values: NDArray[Sampled], width: int, height: int, how: int = cv2.INTER_AREA) -> NDArray[Sampled]:
    """Return values (HW or HWC) at another size; of the right size, the same array."""
    if values.shape[:2] == (height, width):
        return values
    return np.asarray(cv2.resize(values, (width, height), interpolation=how), values.dtype)
