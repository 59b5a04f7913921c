"""Carry out those operations of an edit plan that are defined in `media.operations`, each by its own module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.blend import alpha_of, composed, mixed, part_alpha
from agentvid.engines.classical.colourspace import Bytes, to_linear
from agentvid.engines.classical.fill import fill
from agentvid.engines.classical.lettering import written
from agentvid.engines.classical.light import lit
from agentvid.engines.classical.material import made_of
from agentvid.engines.classical.regions import Flags, disc
from agentvid.engines.classical.shift import shifted, whole_thing
from agentvid.engines.classical.strokes import writing_in
from agentvid.engines.classical.style import canvas_of, styled
from agentvid.engines.classical.tone import adjusted
from agentvid.engines.classical.weather import weathered
from agentvid.errors import CallError
from agentvid.media.types import (
    Add,
    Adjust,
    Count,
    Light,
    Material,
    Move,
    Operation,
    RemoveText,
    Replace,
    Resize,
    Style,
    Weather,
    WriteText,
)

__all__ = ["Filler", "Scene", "Tick", "change"]

Tick = Callable[[int, int], None]
Filler = Callable[[Bytes, Flags, Tick | None], Bytes]
"""Fills a hole (HW bool) of a picture; all other pixels stay as they were."""
_THIN: Final = 14.0
"""Half-width in pixels of a hole up to which it is healed from its sides, without texture."""
_MOST_WRITING: Final = 0.12
"""Share of a picture beyond which what looks like writing is more likely the picture itself."""


@dataclass(frozen=True)
class Scene:
    """What the operations of one plan share: the mask (None: there is none), its border's softness, other pictures, the
    seed, the way to report progress; `said` collects what has to be told a person; `filler` fills where a thing was.
    """

    mask: Bytes | None
    feather: float
    seed: int
    tick: Tick
    backgrounds: dict[str, Bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    filler: Filler = fill


def change(rgb: Bytes, operation: Operation, scene: Scene) -> Bytes:
    """Return the picture (uint8 HWC) after one operation; where it does not work, the bytes are the very same.

    Raises: CallError where the operation needs a mask and there is none, or is one in words alone.
    """
    match operation:
        case Adjust() | Light() | Weather() | Style() | Material():
            alpha = part_alpha(scene.mask, operation.part, rgb.shape, scene.feather)
            if not isinstance(operation, Adjust):
                alpha = alpha * np.float32(1.0 if isinstance(operation, Weather) else operation.strength)
            if isinstance(operation, Weather):
                alpha = alpha * np.float32(min(1.0, 0.25 + operation.strength) if operation.strength else 0.0)
            return mixed(rgb, _rendered(rgb, operation, scene), np.asarray(alpha, np.float32))
        case Move() | Resize():
            if scene.mask is None:
                raise CallError(f"{operation.op} and no mask", "a mask of the thing", "take the mask of a locate step")
            thing = whole_thing(rgb, scene.mask)
            more = float((thing > 127).sum() / max(1, (scene.mask > 127).sum())) - 1
            if more > 0.02:
                scene.said.append(f"what the mask embraces and is unlike its surroundings went along ({more:.0%} more)")
            scene.said.append("its shadow and reflection stay where they were")
            return shifted(rgb, thing, operation, scene.feather, scene.tick, scene.filler)
        case WriteText():
            result, said = written(rgb, operation)
            scene.said.extend(said)
            return result
        case RemoveText():
            return _without_text(rgb, operation, scene)
        case Add() | Replace() | Count():
            raise CallError(
                f"the operation {operation.op}, which draws something new",
                "an operation that changes what is there",
                "wish for an engine that draws: unified, diffusion or cloud",
            )
    raise CallError(f"the operation {operation.op}", "one that this engine knows", "plan the edit again")


def _rendered(rgb: Bytes, operation: Adjust | Light | Weather | Style | Material, scene: Scene) -> Bytes:
    region = scene.mask if operation.part == "target" else None
    match operation:
        case Adjust():
            return adjusted(rgb, operation, scene.seed)
        case Light():
            return lit(rgb, operation, region)
        case Weather():
            return weathered(rgb, operation, scene.mask, scene.seed)
        case Style():
            if size := canvas_of(rgb.shape, operation.kind):
                scene.said.append(f"painted at {size[0]}x{size[1]} and enlarged to the picture's size")
            return styled(rgb, operation, scene.seed)
        case Material():
            if region is None and scene.mask is not None and operation.part == "background":
                region = np.asarray(255 - scene.mask, np.uint8)
            return made_of(rgb, operation, region, scene.seed)


def _without_text(rgb: Bytes, operation: RemoveText, scene: Scene) -> Bytes:
    letters = writing_in(rgb, scene.mask)
    if not letters.any():
        if scene.mask is None:
            raise CallError("a picture in which no writing is found", "writing to remove", "give a mask of it (locate)")
        scene.said.append("no strokes of letters were told apart: the whole mask is filled")
        letters = scene.mask > 127
    elif scene.mask is None:
        if float(letters.mean()) > _MOST_WRITING:
            raise CallError(
                f"strokes like those of letters on {letters.mean():.0%} of the picture",
                "writing that stands apart from what is pictured",
                "give a mask of the writing (locate)",
            )
        scene.said.append(f"writing was found by its strokes, on {letters.mean():.1%} of the picture; nothing was read")
    hole = cv2.dilate(letters.astype(np.uint8), disc(max(1.0, max(rgb.shape) / 350)))
    if operation.grow:
        hole = cv2.dilate(hole, disc(operation.grow))
    if hole.all():
        raise CallError("a mask that covers the whole picture", "something left to fill from", "take a smaller mask")
    thin = float(cv2.distanceTransform(np.pad(np.asarray(hole, np.uint8), 1), cv2.DIST_L2, 3).max()) < _THIN
    filled = _healed(rgb, hole) if thin else scene.filler(rgb, np.asarray(hole > 0), scene.tick)
    alpha = np.maximum(
        alpha_of(np.asarray(hole * np.uint8(255), np.uint8), min(scene.feather, 1.5)), hole.astype(np.float32)
    )
    return composed(rgb, to_linear(rgb), to_linear(filled), alpha[..., None])


def _healed(rgb: Bytes, hole: NDArray[Any]) -> Bytes:
    """Fill thin strokes from both sides. Source: Telea, "An Image Inpainting Technique" (2004), as OpenCV has it."""
    return np.asarray(cv2.inpaint(rgb, np.asarray(hole, np.uint8), 5, cv2.INPAINT_TELEA), np.uint8)
