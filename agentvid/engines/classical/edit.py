"""Carry out an edit plan on a picture; here: recolour, remove, blur or replace the background (the rest: `change`).

Where an operation does not work, every byte stays as it was; size and transparency stay. Pictures are uint8 HWC RGB,
masks uint8 HW.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.blend import LUMINANCE, alpha_of, composed
from agentvid.engines.classical.change import Filler, Scene, Tick, change
from agentvid.engines.classical.colourspace import GREY_CHROMA, Bytes, Floats, from_linear, hex_to_rgb, to_linear
from agentvid.engines.classical.fill import fill
from agentvid.engines.classical.regions import disc, enclosed
from agentvid.errors import CallError
from agentvid.media.colours import hex_to_lab
from agentvid.media.picture import read_straight
from agentvid.media.types import (
    BlurBackground,
    EditPlan,
    Image,
    Mask,
    Move,
    Operation,
    Recolour,
    Remove,
    ReplaceBackground,
    Resize,
)

__all__ = [
    "Filler",
    "alpha_of",
    "apply_plan",
    "blur_background",
    "composed",
    "edit_image",
    "recolour",
    "remove",
    "replace_background",
]


# ---------------------------------------------------------------- the engine's side


def edit_image(request: EngineRequest, context: EngineContext, filler: Filler = fill) -> EngineResult:
    """Do the task "edit_image": output `image`, of the size of the input. `filler` fills where a thing is taken out.

    Raises: CallError where the mask has another size, or is empty, or there is none and the plan needs one.
    """
    image, plan = request.get("image", Image), request.maybe("plan", EditPlan)
    if plan is None:
        raise CallError(
            "an instruction without a plan",
            "an edit plan: this engine understands no words",
            "plan the edit first (plan_edit), or wish for engine unified or small",
        )
    given = request.maybe("mask", Mask)
    _refuse_without_mask(plan, given)
    mask = None if given is None else context.store.mask(given)
    if mask is not None:
        _check_mask(mask, image)
    backgrounds = {
        operation.image.artifact: context.store.image(operation.image)
        for operation in plan.operations
        if isinstance(operation, ReplaceBackground) and operation.image is not None
    }
    said: list[str] = []
    if mask is None and any(isinstance(operation, Recolour) for operation in plan.operations):
        said.append("there is no mask: the whole picture was recoloured")
    rgb, transparency = read_straight(context.store.path(image))
    scene = Scene(mask, plan.feather, request.seed, context.progress, backgrounds, said, filler)
    rgb = apply_plan(rgb, plan, scene)
    whole = rgb if transparency is None else np.dstack([rgb, transparency])
    return EngineResult.of(*dict.fromkeys(said), image=context.store.put_image(whole))


def apply_plan(rgb: Bytes, plan: EditPlan, scene: Scene) -> Bytes:
    """Return the picture (uint8 HWC) after every operation of a plan, in order; what a person has to know is in `said`.

    Deterministic in the scene's seed. `scene.tick(done, of)` is called between and within operations, and may raise.

    Raises: CallError where an operation can't be done on this picture, ToolFailed where a font is missing.
    """
    total = len(plan.operations)
    for index, operation in enumerate(plan.operations):
        at = index * 100

        def tick(done: int, of: int, at: int = at) -> None:
            scene.tick(at + 100 * done // max(1, of), 100 * total)

        tick(0, 1)
        rgb = _apply(rgb, operation, replace(scene, tick=tick))
    scene.tick(100 * total, 100 * total)
    return rgb


def _refuse_without_mask(plan: EditPlan, mask: Mask | None) -> None:
    needy = Remove | BlurBackground | ReplaceBackground | Move | Resize
    asking = [
        operation.op
        for operation in plan.operations
        if isinstance(operation, needy) or getattr(operation, "part", "") == "background"
    ]
    if mask is None and asking:
        raise CallError(
            f"a plan with {', '.join(asking)} and no mask", "a mask of the thing", "take the mask of a locate step"
        )


def _check_mask(mask: Bytes, image: Image) -> None:
    if mask.shape != (image.height, image.width):
        raise CallError(
            f"a mask of {mask.shape[1]}x{mask.shape[0]}",
            f"the size of the picture, {image.width}x{image.height}",
            "take the mask of a locate step on this very picture",
        )
    if not (mask > 127).any():
        raise CallError("an empty mask", "a mask with something inside", "correct the mask or the words of locate")


def _apply(rgb: Bytes, operation: Operation, scene: Scene) -> Bytes:
    mask = np.full(rgb.shape[:2], 255, np.uint8) if scene.mask is None else scene.mask
    match operation:
        case Recolour():
            return recolour(rgb, mask, operation, scene.feather)
        case Remove():
            return remove(rgb, mask, operation.grow, scene.feather, scene.tick, scene.filler)
        case BlurBackground():
            return blur_background(rgb, mask, operation.radius, scene.feather)
        case ReplaceBackground():
            picture = scene.backgrounds[operation.image.artifact] if operation.image else None
            return replace_background(rgb, mask, operation.colour, picture, scene.feather)
        case _:
            return change(rgb, operation, scene)


# ---------------------------------------------------------------- pure functions on pictures


def recolour(rgb: Bytes, mask: Bytes, operation: Recolour, feather: float) -> Bytes:
    """Change the colour of what is inside a mask and keep its light and shade.

    Each pixel is taken apart in linear light into shading x source colour + white reflection + rest; the source colour
    is exchanged. What is not of the source colour (a white rim, a badge) is rest, and stays.
    Source: the dichromatic reflection model, Shafer, "Using color to separate reflection components" (1985).
    """
    light = to_linear(rgb)
    shading, gloss, rest = _take_apart(light, operation.source)
    if "shading" not in operation.keep:
        of_source = np.clip(shading * 4, 0, 1)
        shading = of_source
    target = to_linear(hex_to_rgb(operation.target))
    painted = _soft_limit(shading, target)[..., None] * target
    if "highlights" in operation.keep:
        painted = painted + gloss[..., None]
    own = shading * float(to_linear(hex_to_rgb(operation.source)) @ LUMINANCE)
    strange = np.abs(rest).sum(-1) / (np.abs(rest).sum(-1) + 3 * own + 1e-6)
    changed = painted + rest * strange[..., None]
    alpha = alpha_of(mask, feather)[..., None] * operation.strength
    return composed(rgb, light, changed, alpha)


def remove(
    rgb: Bytes, mask: Bytes, grow: int, feather: float, tick: Tick | None = None, filler: Filler = fill
) -> Bytes:
    """Take out what is inside a mask (grown by `grow` pixels) and fill the hole, by default with patches from around.

    Raises: CallError where the mask leaves nothing to fill from.
    """
    hole = (mask > 127).astype(np.uint8)
    if grow:
        hole = np.asarray(cv2.dilate(hole, disc(grow)), np.uint8)
    if hole.all():
        raise CallError("a mask that covers the whole picture", "something left to fill from", "take a smaller mask")
    filled = filler(rgb, hole > 0, tick)
    alpha = np.maximum(alpha_of(hole * np.uint8(255), feather), hole.astype(np.float32))[..., None]
    return composed(rgb, to_linear(rgb), to_linear(filled), alpha)


def blur_background(rgb: Bytes, mask: Bytes, radius: float, feather: float, share_enclosed: float = 0.15) -> Bytes:
    """Blur all but the inside of a mask; the subject's colours don't bleed into the blur.

    What the subject encloses (a badge on a suit, up to this share of it) stays sharp with it.
    Source: normalised convolution, Knutsson and Westin (CVPR 1993).
    """
    light = to_linear(rgb)
    alpha = alpha_of(np.maximum(mask, enclosed(mask > 127, share_enclosed) * np.uint8(255)), feather)
    behind = 1 - cv2.dilate(alpha, disc(max(1.0, feather)))
    blurred = _spread(light, behind.astype(np.float32), radius)
    return composed(rgb, light, blurred, (1 - alpha)[..., None])


def replace_background(rgb: Bytes, mask: Bytes, colour: str, picture: Bytes | None, feather: float) -> Bytes:
    """Put a colour, or a picture scaled to cover, behind the inside of a mask.

    In the soft border the old background is taken out of the subject's colours (edge decontamination).
    """
    light = to_linear(rgb)
    alpha = alpha_of(mask, feather)
    inner = cv2.erode((mask > 200).astype(np.float32), disc(max(1.0, feather)))
    subject = _spread(light, inner.astype(np.float32), max(2.0, 1.5 * feather))
    border = np.clip(2 * (1 - alpha), 0, 1)[..., None] * (alpha > 0)[..., None]
    subject = light + border * (subject - light)
    if picture is None:
        behind = np.broadcast_to(to_linear(hex_to_rgb(colour)), light.shape)
    else:
        behind = to_linear(_covering(picture, rgb.shape[1], rgb.shape[0]))
    inside = alpha[..., None]
    mixed = from_linear(subject * inside + behind * (1 - inside))
    return np.where(alpha[..., None] >= 1, rgb, mixed).astype(np.uint8)


# ---------------------------------------------------------------- below here: how


def _take_apart(light: Floats, source: str) -> tuple[Floats, Floats, Floats]:
    """Split linear light into shading (HW, about 1 where the pixel is of the source colour), gloss (HW) and rest."""
    colour = to_linear(hex_to_rgb(source)).astype(np.float32) + 1e-4
    if float(np.hypot(*hex_to_lab(source)[1:])) < GREY_CHROMA:
        shading = (light @ LUMINANCE) / float(colour @ LUMINANCE)
        gloss = np.zeros_like(shading)
    else:
        white = np.ones(3, np.float32)
        basis = np.stack([colour, white], axis=1)
        solved = light @ np.linalg.pinv(basis).T
        only_colour, only_white = (light @ colour) / float(colour @ colour), light.mean(-1)
        shading = np.where(solved[..., 1] < 0, only_colour, np.maximum(solved[..., 0], 0))
        gloss = np.where(solved[..., 0] < 0, only_white, np.maximum(solved[..., 1], 0))
    rest = light - shading[..., None] * colour - gloss[..., None]
    return shading.astype(np.float32), gloss.astype(np.float32), rest.astype(np.float32)


def _soft_limit(shading: Floats, target: Floats) -> Floats:
    """Bend shading over a shoulder so that a light target does not burn out where the source was lit brightly."""
    room = 1 / max(float(target.max()), 1e-3)
    knee = min(1.0, 0.8 * room)
    if float(shading.max()) <= knee:
        return shading
    over = np.maximum(shading - knee, 0)
    span = max(room - knee, 0.02)
    return np.where(shading > knee, knee + span * (1 - np.exp(-over / span)), shading).astype(np.float32)


def _spread(light: Floats, weight: Floats, radius: float) -> Floats:
    """Blur with weights; where a radius reaches nothing, twice the radius is tried, and so on."""
    total = np.zeros_like(light)
    covered = np.zeros(light.shape[:2], np.float32)
    for _ in range(5):
        mass = cv2.GaussianBlur(weight, (0, 0), radius)
        values = cv2.GaussianBlur(light * weight[..., None], (0, 0), radius) / np.maximum(mass, 1e-6)[..., None]
        share = np.minimum(1 - covered, np.clip(mass / 0.02, 0, 1))
        total += values * share[..., None]
        covered += share
        if float(covered.min()) > 0.999:
            break
        radius *= 2.5
    left = np.maximum(1 - covered, 0)[..., None]
    return np.asarray(total + light * left, np.float32)


def _covering(picture: Bytes, width: int, height: int) -> Bytes:
    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    grown = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.asarray(grown[y : y + height, x : x + width], np.uint8)
