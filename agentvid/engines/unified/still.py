"""Pictures by the unified model: from words, and from a picture and an edit plan."""

from __future__ import annotations

import cv2
import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.classical.edit import alpha_of
from agentvid.engines.classical.regions import disc
from agentvid.engines.unified.work import Work, language_of, words
from agentvid.errors import CallError
from agentvid.media.colours import colour_name
from agentvid.media.operation_words import tell_operation
from agentvid.media.types import (
    BlurBackground,
    EditPlan,
    Image,
    Mask,
    Operation,
    Recolour,
    Remove,
    ReplaceBackground,
    reach_of,
)
from agentvid.models.mot import flows
from agentvid.models.mot.sizes import Pixels

__all__ = ["edit_image", "instruction_of", "put_back", "text_to_image"]


def text_to_image(work: Work) -> EngineResult:
    """Draw what `prompt` says, at about `width` x `height` (default: the largest square): output `image`.

    Raises: CallError where there are no words, or a side is not a positive number.
    """
    request, unified = work.request, work.unified
    prompt = request.get("prompt", str).strip()
    if not prompt:
        raise CallError("an empty prompt", "what is to be seen", "say what to draw")
    longest = unified.config.sizes.latent[0]
    width, height = request.maybe("width", float), request.maybe("height", float)
    asked = round(width or height or longest), round(height or width or longest)
    if min(asked) < 1:
        raise CallError(f"a picture of {asked[0]}x{asked[1]}", "sides of at least 1 pixel", "ask for another size")
    size = work.size_for(*asked)
    if size != (asked[1], asked[0]):
        work.warnings.append(f"drawn at {size[1]}x{size[0]} instead of {asked[0]}x{asked[1]}, as the model takes it")
    thoughts = [request.thought] if request.thought else None
    (drawn,) = flows.generate(unified, [prompt], [size], seeds=[request.seed], thoughts=thoughts, watch=work.watch())
    return EngineResult.of(*work.warnings, image=work.context.store.put_image(drawn.drawing.image))


def edit_image(work: Work) -> EngineResult:
    """Redraw `image` as `instruction` or the edit `plan` says: output `image`, of the same size.

    With a `mask`, all that the plan does not touch is put back from the original, byte by byte.

    Raises: CallError where there is neither plan nor instruction, or the mask does not fit.
    """
    request, store = work.request, work.context.store
    image, plan, mask = request.get("image", Image), request.maybe("plan", EditPlan), request.maybe("mask", Mask)
    told = request.maybe("instruction", str) or (instruction_of(plan) if plan else "")
    if not told.strip():
        raise CallError("neither a plan nor an instruction", "what is to change", "hand one in")
    inside = None if mask is None else store.mask(mask)
    if inside is not None and (inside.shape != (image.height, image.width) or not (inside > 127).any()):
        raise CallError(
            f"a mask of {inside.shape[1]}x{inside.shape[0]} with {int((inside > 127).sum())} pixels inside",
            f"the size of the picture, {image.width}x{image.height}, and something inside",
            "take the mask of a locate step on this very picture",
        )
    original = store.image(image)
    behind = [store.image(found) for found in _backgrounds(plan)]
    drawn = flows.edit(
        work.unified,
        [*behind, original],
        told,
        seed=request.seed,
        thought=request.thought or None,
        watch=work.watch(),
    )
    result = work.scaled_back(drawn.drawing.image, image.width, image.height)
    result = _kept(work, original, result, inside, plan)
    return EngineResult.of(*work.warnings, image=store.put_image(result))


def instruction_of(plan: EditPlan) -> str:
    """Return an edit plan in words, in the language of its target; one sentence per operation, in order."""
    return " ".join(_sentence(operation, plan.target) for operation in plan.operations)


def put_back(original: Pixels, drawn: Pixels, mask: Pixels, plan: EditPlan | None) -> Pixels | None:
    """Return the drawing with the original where the plan touches nothing; None where it touches everything.

    `reach_of` tells which part of the mask (uint8 HW) an operation touches. A person's instruction without a plan is
    about the inside.
    """
    operations = plan.operations if plan else ()
    reaches = {reach_of(operation) for operation in operations} or {"target"}
    feather = plan.feather if plan else 2.0
    if reaches == {"target"}:
        grow = max((operation.grow for operation in operations if isinstance(operation, Remove)), default=0)
        alpha = alpha_of(_grown(mask, grow), feather)
    elif reaches == {"background"}:
        alpha = 1 - alpha_of(mask, feather)
    else:
        return None
    share = alpha[..., None]
    mixed = np.where(share > 0, np.rint(original * (1 - share) + drawn * share), original)
    return mixed.astype(np.uint8)


def _grown(mask: Pixels, pixels: int) -> Pixels:
    return np.asarray(cv2.dilate(mask, disc(pixels)), np.uint8) if pixels else mask


def _kept(work: Work, original: Pixels, drawn: Pixels, mask: Pixels | None, plan: EditPlan | None) -> Pixels:
    if mask is None:
        work.warnings.append("there is no mask: the whole picture was redrawn, and may differ anywhere")
        return drawn
    mixed = put_back(original, drawn, mask, plan)
    if mixed is None:
        work.warnings.append("the plan touches the thing and its background: the whole picture was redrawn")
        return drawn
    work.warnings.append("the model is not told the mask: what the plan does not touch was put back from the original")
    return mixed


def _backgrounds(plan: EditPlan | None) -> list[Image]:
    operations = plan.operations if plan else ()
    return [found.image for found in operations if isinstance(found, ReplaceBackground) and found.image is not None]


def _sentence(operation: Operation, target: str) -> str:
    language = language_of(target)
    match operation:
        case Recolour():
            told = [f"{colour_name(colour, language)} ({colour})" for colour in (operation.source, operation.target)]
            return words("edit_recolour", language, target=target, source=told[0], colour=told[1])
        case Remove():
            return words("edit_remove", language, target=target)
        case ReplaceBackground(image=None):
            colour = f"{colour_name(operation.colour, language)} ({operation.colour})"
            return words("edit_background_colour", language, target=target, colour=colour)
        case ReplaceBackground():
            return words("edit_background_picture", language, target=target)
        case BlurBackground():
            return words("edit_background_blur", language, target=target)
        case _:
            change = tell_operation(operation, language)
            return words("edit_change", language, target=target, change=change)
