"""A textured relief of one picture, task `make_3d`: a height field, or a closed solid with sides and a flat back."""

from __future__ import annotations

import io
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.camera import Floats, Maps, Picture, resized
from agentvid.engines.classical.layers import build_scene
from agentvid.engines.classical.mesh_view import VIEWS, contact_sheet
from agentvid.errors import CallError
from agentvid.media.mesh import Triangles, glb_bytes
from agentvid.media.types import Depth, Image, Mask

__all__ = ["make_3d", "relief_of"]

Numbers = NDArray[np.int64]

_TEXTURE_SIDE: Final = 2048
_TEXTURE_QUALITY: Final = 92
_GUESS_SIDE: Final = 640
_BASE: Final = 0.04
"""Thickness of a solid at its thinnest, in picture widths."""


def make_3d(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "make_3d": outputs `mesh`, `views` (a contact sheet), `depth` (the one used) and `finding`.

    Raises: CallError where mask or depth is not the size of the picture, the mask is empty, or a number is out of its
    range.
    """
    image, depth, mask = request.get("image", Image), request.maybe("depth", Depth), request.maybe("mask", Mask)
    relief = request.maybe("relief", float) or 0.3
    detail = round(request.maybe("detail", float) or 256)
    solid = bool(request.maybe("solid", bool))
    _check(image, depth, mask, relief, detail)
    rgb = context.store.image(image)
    warnings = []
    context.progress(0, 2, "finding what is near")
    if depth is None:
        inside = None if mask is None else context.store.mask(mask)
        depth = context.store.put_depth(_guessed(rgb, inside))
        warnings.append(
            "no depth was given: it is guessed as a ground that rises towards the viewer"
            + (", the subject on it" if mask else "; nothing stands on it, for no mask was given")
        )
    near = (context.store.depth(depth) / 65535).astype(np.float32)
    surface = relief_of(near, relief=relief, detail=detail, solid=solid)
    shown, texture = _texture(rgb)
    held = context.store.put_bytes(glb_bytes(surface, texture, "image/jpeg"), "model/gltf-binary", "mesh")
    context.progress(1, 2, "drawing views")
    views = context.store.put_image(contact_sheet(surface, shown))
    warnings.append("a relief: what the picture does not show, its back and what is hidden, is not invented")
    finding = (
        f"{len(surface.positions):,} points, {len(surface.indices):,} triangles, {relief:g} picture widths deep, "
        f"{'closed on all sides' if solid else 'open at the back'}; views from {', '.join(name for name, *_ in VIEWS)}."
    )
    return EngineResult.of(*warnings, mesh=held, views=views, depth=depth, finding=finding)


def relief_of(near: Maps, *, relief: float, detail: int, solid: bool) -> Triangles:
    """Return a surface one wide whose points stand out by `relief` times their nearness (float32 HW, 0…1).

    `detail` are points along the longer side. A solid has every edge in exactly two triangles.
    """
    height, width = near.shape
    scale = (detail - 1) / max(width, height)
    columns, rows = max(2, round(width * scale) + 1), max(2, round(height * scale) + 1)
    level = resized(near, columns, rows, cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    u, v = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    points = np.stack([u - 0.5, (0.5 - v) * height / width, relief * level], axis=-1).reshape(-1, 3)
    uvs = np.stack([u, v], axis=-1).reshape(-1, 2)
    number: Numbers = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = (number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:])
    is_flat = np.abs(level[:-1, :-1] - level[1:, 1:]) < np.abs(level[:-1, 1:] - level[1:, :-1])  # the flatter diagonal
    one = np.where(is_flat[..., None], np.stack([a, c, d], -1), np.stack([a, c, b], -1))
    two = np.where(is_flat[..., None], np.stack([a, d, b], -1), np.stack([b, c, d], -1))
    indices = np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)])
    if solid:
        points, uvs, indices = _closed(points, uvs, indices, number)
    return Triangles(points.astype(np.float32), uvs.astype(np.float32), indices.astype(np.uint32))


def _closed(points: Floats, uvs: Floats, indices: Numbers, number: Numbers) -> tuple[Floats, Floats, Numbers]:
    """Add a flat back, seen from behind as the picture in a mirror, and sides along the border between both."""
    border = np.concatenate([number[:-1, 0], number[-1, :-1], number[:0:-1, -1], number[0, :0:-1]])
    after, count = np.roll(border, -1), len(points)
    beneath = points.copy()
    beneath[:, 2] = -_BASE
    sides = [
        np.stack([border, border + count, after], axis=1),
        np.stack([after, border + count, after + count], axis=1),
    ]
    back = indices[:, ::-1] + count
    return np.concatenate([points, beneath]), np.concatenate([uvs, uvs]), np.concatenate([indices, *sides, back])


def _guessed(rgb: Picture, mask: Picture | None) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    height, width = rgb.shape[:2]
    scale = min(1.0, _GUESS_SIDE / max(height, width))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    inside = None if mask is None else resized(mask, *size)
    near = build_scene(resized(rgb, *size), inside).plate_nearness
    low, high = float(near.min()), float(near.max())
    level = resized(np.asarray((near - low) / max(high - low, 1e-6), np.float32), width, height, cv2.INTER_LINEAR)
    return np.round(np.clip(level, 0, 1) * 65535).astype(np.uint16)


def _texture(rgb: Picture) -> tuple[Picture, bytes]:
    """Return the picture at the size of a texture, and as a JPEG."""
    scale = min(1.0, _TEXTURE_SIDE / max(rgb.shape[:2]))
    shown = resized(rgb, max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    file = io.BytesIO()
    Pillow.fromarray(shown).save(file, "JPEG", quality=_TEXTURE_QUALITY, subsampling=0)
    return shown, file.getvalue()


def _check(image: Image, depth: Depth | None, mask: Mask | None, relief: float, detail: int) -> None:
    for name, given in (("mask", mask), ("depth", depth)):
        if given is not None and (given.width, given.height) != (image.width, image.height):
            raise CallError(
                f"the {name} is {given.width}x{given.height}, the picture {image.width}x{image.height}",
                f"a {name} of the picture's size",
                f"make the {name} from this picture",
            )
    if not 0.02 <= relief <= 3:
        raise CallError(f"a relief of {relief:g} picture widths", "0.02 to 3", "choose another")
    if not 16 <= detail <= 1024:
        raise CallError(f"{detail} points along the longer side", "16 to 1024", "choose another detail")
