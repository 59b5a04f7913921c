"""Does an edited photo follow corrected evidence? By pixels: where it changed, to which colour, how sharp it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.chain.step import Step
from agentvid.evals.intervened import Finding, Intervened, PlannedEdit
from agentvid.evals.locality import allowed
from agentvid.media.colours import colour_name, hex_to_lab
from agentvid.media.types import (
    BlurBackground,
    Box,
    EditPlan,
    Mask,
    Palette,
    Point,
    Recolour,
    Remove,
    ReplaceBackground,
)

__all__ = ["judge_edits", "judge_found", "judge_planned", "psnr"]

_VISIBLE: Final = 6
"""Grey levels of any channel from which a pixel counts as changed."""
_HUE_DEG: Final = 25.0
_GREY_CHROMA: Final = 12.0
_LEAST_CHANGED: Final = 0.2
"""Share of what a plan may touch that it must change."""
_LEAST_OTHER: Final = 0.05
_SAME: Final = 0.01
"""Share of pixels that may differ where nothing should."""
_DIM: Final = 0.12
"""Light below which a wanted colour is darkened, as `plan_edit` documents it."""

_PLACES_ZH: Final = {
    "upper left": "左上方", "top": "上方", "upper right": "右上方", "left": "左边", "centre": "中间", "right": "右边",
    "lower left": "左下方", "bottom": "下方", "lower right": "右下方",
}  # fmt: skip


def judge_found(found: Intervened) -> Iterator[Finding]:
    """Yield whether box, mask and point of one thing follow the one that was corrected."""
    mask = found.after(found.step.id, "mask")
    if not isinstance(mask, Mask) or not isinstance(found.given, Box | Mask | Point):
        return
    inside = found.store.mask(mask) > 127
    rows, columns = np.nonzero(inside)
    match found.given:
        case Box() as box:
            within = (columns >= box.x0 - 1) & (columns <= box.x1) & (rows >= box.y0 - 1) & (rows <= box.y1)
            share = float(within.mean()) if len(within) else 0.0
            yield Finding("the mask is inside the box", share >= 0.99, f"{share:.1%} of {len(rows)} pixels")
        case Mask():
            box_now, point = found.after(found.step.id, "box"), found.after(found.step.id, "point")
            if isinstance(box_now, Box):
                off = max(abs(box_now.x0 - columns.min()), abs(box_now.x1 - 1 - columns.max()))
                off = max(off, abs(box_now.y0 - rows.min()), abs(box_now.y1 - 1 - rows.max()))
                yield Finding("the box is that of the mask", off <= 2, f"off by {off:.0f} pixels")
            if isinstance(point, Point):
                is_inside = bool(inside[int(point.y), int(point.x)])
                yield Finding("the point is in the mask", is_inside, f"{point.x:g},{point.y:g}")
        case Point() as point:
            near = inside[max(0, int(point.y) - 3) : int(point.y) + 4, max(0, int(point.x) - 3) : int(point.x) + 4]
            yield Finding("the mask is at the point", bool(near.any()), f"at {point.x:.0f},{point.y:.0f}")


def judge_planned(found: Intervened) -> Iterator[Finding]:
    """Yield whether plans and their findings follow what was corrected of a thing: its palette, light, size, place."""
    for step in found.downstream("plan_edit"):
        if step.id == found.step.id or found.step.tool != "analyse":
            continue
        words, plan, old = (
            found.after(step.id, "finding"), found.after(step.id, "plan"), found.before(step.id, "plan")
        )  # fmt: skip
        if not isinstance(words, str) or not isinstance(plan, EditPlan) or not isinstance(old, EditPlan):
            continue
        now, was = plan.operations[0], old.operations[0]
        match found.port, found.given:
            case "palette", Palette(colours=(first, *_)) if isinstance(now, Recolour):
                yield Finding("the plan starts from that colour", now.source == first.colour, f"from {now.source}")
                name = colour_name(first.colour, _language(step))
                yield Finding("the finding names it", name in words, words)
            case "light", float() as light:
                dim = ("偏暗", "dimly lit") if light < _DIM else ("光线充足", "well lit")
                yield Finding("the finding tells the light", any(word in words for word in dim), words)
                if isinstance(now, Recolour) and isinstance(was, Recolour) and now.target != was.target:
                    yield _brightness(found, light, now, was)
            case "size", float() as size:
                yield Finding("the finding tells the size", f"{size:.0%}" in words, words)
                is_smaller = size < float(str(found.before(found.step.id, "size")))
                softer = plan.feather < old.feather if is_smaller else plan.feather > old.feather
                yield Finding("the border's softness follows", softer, f"{old.feather:g} → {plan.feather:g} pixels")
            case "place", str() as place:
                yield Finding("the finding tells the place", _place(place, step) in words, words)


def judge_edits(found: Intervened) -> Iterator[Finding]:
    """Yield whether each edited picture follows its plan and its mask as they are now."""
    for edit in found.edits():
        yield from _reach(edit, from_another_colour=found.port == "palette")
        if found.port in ("plan", "args.colour"):
            yield from _planned_outcome(edit)


def psnr(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    """Return how alike two pictures of one size are, in dB; 99 where identical, 0 where their sizes differ."""
    if one.shape != two.shape:
        return 0.0
    error = float(np.mean((one.astype(np.float64) - two) ** 2))
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def _reach(edit: PlannedEdit, *, from_another_colour: bool) -> Iterator[Finding]:
    """Yield where the picture changed. A recolouring from a colour that the thing hasn't leaves most of it alone: of
    that it is only asked that the picture is another than before.
    """
    changed, may = _changed(edit.source, edit.new), allowed(edit.new_mask, edit.new_plan)
    beyond = float((changed & ~may).sum() / max(1, changed.sum()))
    yield Finding("changed where the plan reaches, nowhere else", beyond <= _SAME, f"{beyond:.2%} of it lies beyond")
    sure = edit.new_mask if _is_inside(edit.new_plan) else ~edit.new_mask
    if from_another_colour:
        other = float(_changed(edit.old, edit.new)[sure].mean()) if sure.any() else 0.0
        yield Finding("the picture is another there", other >= _LEAST_OTHER, f"{other:.0%} of it")
        return
    share = float(changed[sure].mean()) if sure.any() else 0.0
    yield Finding("changed there", share >= _LEAST_CHANGED, f"{share:.0%} of it")


def _planned_outcome(edit: PlannedEdit) -> Iterator[Finding]:
    now, was = edit.new_plan.operations[0], edit.old_plan.operations[0]
    match now, was:
        case Recolour(), Recolour():
            near = _hue_share(edit.new[edit.new_mask & _changed(edit.source, edit.new)], now.target)
            yield Finding("the thing has the new colour", near >= 0.5, f"{near:.0%} of what changed is {now.target}")
        case Remove(), Remove():
            more = int(_changed(edit.source, edit.new).sum()) - int(_changed(edit.source, edit.old).sum())
            yield Finding("more is filled" if now.grow > was.grow else "less is filled",
                          more > 0 if now.grow > was.grow else more < 0, f"{more:+d} pixels")  # fmt: skip
        case BlurBackground(), BlurBackground():
            outside = allowed(edit.new_mask, edit.new_plan) & ~edit.new_mask
            old, new = (_sharpness(picture, outside) for picture in (edit.old, edit.new))
            blurrier = new < old if now.radius > was.radius else new > old
            yield Finding("the background's sharpness follows", blurrier, f"{old:.2f} → {new:.2f}")
        case ReplaceBackground(), ReplaceBackground():
            behind = ~(edit.new_mask | ~allowed(edit.new_mask, edit.new_plan))
            off = np.median(np.abs(edit.new[behind].astype(int) - _rgb(now.colour)))
            yield Finding("the background has the new colour", float(off) <= 4, f"off by {off:.0f} grey levels")


def _brightness(found: Intervened, light: float, now: Recolour, was: Recolour) -> Finding:
    """A thing that is dimmer gets a darker colour, in the plan and in the picture."""
    before = float(str(found.before(found.step.id, "light")))
    lightness = [hex_to_lab(operation.target)[0] for operation in (was, now)]
    grey = [float(picture[edit.new_mask].mean()) for edit in found.edits() for picture in (edit.old, edit.new)] or [
        0.0,
        0.0,
    ]
    falls = light < before
    follows = (lightness[1] < lightness[0]) == falls and (grey[1] < grey[0]) == falls
    return Finding("the colour is lit alike", follows, f"L {lightness[0]:.0f} → {lightness[1]:.0f}, in the picture "
                   f"{grey[0]:.1f} → {grey[1]:.1f}")  # fmt: skip


def _changed(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(one.astype(np.int16) - two.astype(np.int16)).max(axis=-1) > _VISIBLE)


def _is_inside(plan: EditPlan) -> bool:
    return all(isinstance(operation, Recolour | Remove) for operation in plan.operations)


def _hue_share(pixels: NDArray[np.uint8], colour: str) -> float:
    """Return the share of pixels (N, 3) that have a colour's hue; for greys, of those without much colour."""
    if not len(pixels):
        return 0.0
    lab = cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    _, a, b = hex_to_lab(colour)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    if np.hypot(a, b) < _GREY_CHROMA:
        return float((chroma < _GREY_CHROMA).mean())
    off = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]) - np.arctan2(b, a))
    return float((np.abs((off + 180) % 360 - 180) <= _HUE_DEG).mean())


def _sharpness(picture: NDArray[np.uint8], inside: NDArray[np.bool_]) -> float:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[inside].mean())


def _rgb(colour: str) -> NDArray[np.int64]:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])


def _language(step: Step) -> Literal["zh", "en"]:
    return "zh" if any("一" <= letter <= "鿿" for letter in str(step.args.get("request", ""))) else "en"


def _place(place: str, step: Step) -> str:
    return _PLACES_ZH.get(place, place) if _language(step) == "zh" else place
