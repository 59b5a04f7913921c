"""Evidence drawn on pictures: mask, box, point, depth; a camera path from above, as SVG.

Pictures are Pillow images in RGB. Coordinates of evidence are pixels of the picture it is about (`media.types`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from agentvid.media.types import Box, CameraPath, CameraPose, Point

__all__ = ["camera_path_svg", "depth_picture", "error_curve_svg", "mark", "scaled"]

_ACCENT: Final = (64, 224, 208)
_OUTSIDE: Final = 0.42
"""How bright the picture stays outside a mask."""
_TINT: Final = 0.12
_NEARNESS: Final = ((13, 8, 35), (82, 20, 108), (178, 45, 96), (240, 116, 48), (250, 202, 80), (252, 253, 200))
"""Colours from far to near, dark to bright, even in lightness so that no border appears where there is none."""


def scaled(picture: Image.Image, width: int, height: int = 0) -> Image.Image:
    """Return the picture no wider than `width` (and no higher than `height`, where given); never enlarged."""
    factor = min(1.0, width / picture.width, height / picture.height if height else 1.0)
    if factor == 1.0:
        return picture
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def mark(
    picture: Image.Image,
    *,
    mask: Image.Image | None = None,
    box: Box | None = None,
    point: Point | None = None,
    width: int = 960,
) -> Image.Image:
    """Return the picture, scaled to at most `width`, with evidence drawn on it.

    Outside the mask (one channel, 0 outside to 255 inside) it is darkened, the border is outlined; the box is a
    frame, the point a ring.
    """
    factor = scaled(picture, width).width / picture.width
    shown = scaled(picture, width).convert("RGB")
    if mask is not None:
        shown = _with_mask(shown, mask)
    if box is None and point is None:
        return shown
    return _with_lines(shown, box, point, factor)


def _with_mask(shown: Image.Image, mask: Image.Image) -> Image.Image:
    inside = mask.convert("L").resize(shown.size, Image.Resampling.BILINEAR)
    dark = Image.blend(Image.new("RGB", shown.size, (8, 10, 18)), shown, _OUTSIDE)
    tinted = Image.blend(shown, Image.new("RGB", shown.size, _ACCENT), _TINT)
    told = Image.composite(tinted, dark, inside)
    hard = inside.point([0] * 128 + [255] * 128)
    thick = _odd(shown.width / 200)
    border = ImageChops.difference(hard.filter(ImageFilter.MaxFilter(thick)), hard)
    soft = border.filter(ImageFilter.GaussianBlur(0.7))
    halo = border.filter(ImageFilter.GaussianBlur(thick)).point([value // 2 for value in range(256)])
    told.paste(Image.new("RGB", shown.size, (0, 0, 0)), mask=halo)
    told.paste(Image.new("RGB", shown.size, _ACCENT), mask=soft)
    return told


def _with_lines(shown: Image.Image, box: Box | None, point: Point | None, factor: float) -> Image.Image:
    """Draw at twice the size and scale down: Pillow's lines have no soft edges."""
    unit = max(1.0, shown.width / 320) * 2
    layer = Image.new("RGBA", (shown.width * 2, shown.height * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    if box is not None:
        left, top, right, bottom = (side * factor * 2 for side in (box.x0, box.y0, box.x1, box.y1))
        edge = unit / 2
        sides = (max(left, edge), max(top, edge), min(right, layer.width - edge), min(bottom, layer.height - edge))
        if sides[0] < sides[2] and sides[1] < sides[3]:
            draw.rounded_rectangle(sides, radius=unit * 2, outline=(0, 0, 0, 120), width=round(unit * 2))
            draw.rounded_rectangle(sides, radius=unit * 2, outline=(255, 255, 255, 255), width=round(unit))
    if point is not None:
        x, y = point.x * factor * 2, point.y * factor * 2
        for radius, colour in ((5.5, (0, 0, 0, 110)), (4.5, (255, 255, 255, 255)), (3.0, (235, 64, 52, 255))):
            draw.ellipse((x - radius * unit, y - radius * unit, x + radius * unit, y + radius * unit), fill=colour)
    layer = layer.resize(shown.size, Image.Resampling.LANCZOS)
    return Image.alpha_composite(shown.convert("RGBA"), layer).convert("RGB")


def depth_picture(depth: NDArray[np.uint16]) -> Image.Image:
    """Return relative nearness, uint16 HW, as a picture: dark is far, bright is near; the range found is stretched."""
    low, high = float(depth.min()), float(depth.max())
    nearness = (depth.astype(np.float32) - low) / max(high - low, 1.0)
    stops = np.linspace(0, 1, len(_NEARNESS))
    channels = [np.interp(nearness, stops, [colour[c] for colour in _NEARNESS]) for c in range(3)]
    return Image.fromarray(np.stack(channels, axis=-1).round().astype(np.uint8))


def _odd(value: float) -> int:
    return max(3, 2 * round(value / 2) + 1)


# ---------------------------------------------------------------- a camera path from above


def camera_path_svg(path: CameraPath, title: str) -> Markup:
    """Return the path as a drawing from above: the subject in the middle, the camera below it, looking up.

    Drawn with classes of the page's style sheet: `subject`, `way`, `view`, `camera`. Straight lines between sampled
    poses; the exact easing between poses does not show here. `title` is told to screen readers.
    """
    samples = [_between(path, share / 48) for share in range(49)]
    places = [_place(path.kind, pose) for pose in samples]
    ends = [(_place(path.kind, pose), pose) for pose in _shown(path.poses)]
    left, top, width, height = _frame([*places, (0.0, 0.0)])
    way = " ".join(f"{x:.3f},{y:.3f}" for x, y in places)
    views = Markup("").join(_view(path.kind, place, pose, first=i == 0) for i, (place, pose) in enumerate(ends))
    ring = Markup('<circle class="ring" r="1"/>') if path.kind == "orbit" else Markup("")
    return Markup(
        '<svg class="camera-path" role="img" aria-label="{title}" viewBox="{view}">{ring}{views}'
        '<polyline class="way" points="{way}"/>{dots}<circle class="subject" r="0.1"/></svg>'
    ).format(
        title=title,
        view=f"{left:.3f} {top:.3f} {width:.3f} {height:.3f}",
        ring=ring,
        views=views,
        way=way,
        dots=Markup("").join(_camera(place, last=i == len(ends) - 1) for i, (place, _) in enumerate(ends)),
    )


# ---------------------------------------------------------------- how an error grows


def error_curve_svg(errors: Mapping[int, float], limit: float, title: str) -> Markup:
    """Return errors by step as a curve, with a dashed line at `limit`: what lies above it is not believed.

    Drawn with classes of the page's style sheet: `error`, `limit`, `scale`. `title` is told to screen readers.
    """
    steps = sorted(errors)
    last, top = max(steps[-1], 2), 1.1 * max(*errors.values(), limit, 1e-6)

    def at(step: float, error: float) -> str:
        return f"{34 + 258 * (step - 1) / (last - 1):.1f},{100 - 88 * error / top:.1f}"

    return Markup(
        '<svg class="error-curve" role="img" aria-label="{title}" viewBox="0 0 300 120">'
        '<polyline class="limit" points="{limit}"/><polyline class="error" points="{errors}"/>'
        '<text class="scale" x="30" y="16" text-anchor="end">{top}</text><text class="scale" x="30" y="103" '
        'text-anchor="end">0</text><text class="scale" x="34" y="115">1</text>'
        '<text class="scale" x="292" y="115" text-anchor="end">{last}</text></svg>'
    ).format(
        title=title,
        limit=f"{at(1, limit)} {at(last, limit)}",
        errors=" ".join(at(step, errors[step]) for step in steps),
        top=f"{top / 1.1:.0f}",
        last=last,
    )


def _between(path: CameraPath, share: float) -> CameraPose:
    second = share * path.seconds
    for before, after in pairwise(path.poses):
        if second <= after.seconds:
            part = (second - before.seconds) / (after.seconds - before.seconds)
            mixed = {
                name: getattr(before, name) + part * (getattr(after, name) - getattr(before, name))
                for name in CameraPose.model_fields
            }
            return CameraPose(**mixed)
    return path.poses[-1]


def _place(kind: str, pose: CameraPose) -> tuple[float, float]:
    """Return the camera's place, subject at (0, 0), 1 is the distance to it; y grows downwards, towards the viewer."""
    distance = 1.0 - max(pose.dolly, -2.0)
    angle = math.radians(pose.yaw_deg)
    if kind == "look":
        return pose.truck, distance
    across, away = math.cos(angle), math.sin(angle)
    return distance * away + pose.truck * across, distance * across - pose.truck * away


def _shown(poses: tuple[CameraPose, ...]) -> list[CameraPose]:
    return list(poses) if len(poses) <= 6 else [poses[0], poses[len(poses) // 2], poses[-1]]


def _frame(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    width = max(2.2, 2 * max(abs(x) for x in xs) + 0.9)
    top, bottom = min(*ys, -0.25) - 0.2, max(ys) + 0.35
    return -width / 2, top, width, bottom - top


def _view(kind: str, place: tuple[float, float], pose: CameraPose, *, first: bool) -> Markup:
    x, y = place
    ahead = math.radians(-pose.yaw_deg if kind == "orbit" else pose.yaw_deg)
    half, reach = math.atan(0.4 / pose.zoom), 0.62
    corners = [(x + reach * math.sin(ahead + turn), y - reach * math.cos(ahead + turn)) for turn in (-half, half)]
    points = " ".join(f"{px:.3f},{py:.3f}" for px, py in [(x, y), *corners])
    return Markup('<polygon class="view{start}" points="{points}"/>').format(
        start=" start" if first else "", points=points
    )


def _camera(place: tuple[float, float], *, last: bool) -> Markup:
    kind = "camera end" if last else "camera"
    return Markup('<circle class="{kind}" cx="{x}" cy="{y}" r="{r}"/>').format(
        kind=kind, x=f"{place[0]:.3f}", y=f"{place[1]:.3f}", r="0.085" if last else "0.06"
    )
