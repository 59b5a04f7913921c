"""Measure what an edit did: what stayed outside the mask, what colour the inside is now."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.colourspace import GREY_CHROMA, Bytes, rgb_to_lab
from agentvid.engines.classical.measure_change import Verdict, judged, touched
from agentvid.engines.classical.words import is_chinese
from agentvid.errors import CallError
from agentvid.media.colours import colour_name, hex_to_lab, named_colour
from agentvid.media.types import (
    Answer,
    BlurBackground,
    EditPlan,
    Image,
    Mask,
    Move,
    Recolour,
    Remove,
    RemoveText,
    ReplaceBackground,
    Resize,
)

__all__ = ["changed_inside", "hue_share", "measure", "psnr_outside"]

IDENTICAL_DB: Final = 99.0
LEAST_DB: Final = 35.0
LEAST_SHARE: Final = 0.5
LEAST_CHANGE: Final = 0.01
MOST_CHANGE: Final = 0.05
"""A subject before a new background may change this much on average: its border is soft."""
HUE_DEG: Final = 25.0
_BEHIND: Final = (BlurBackground, ReplaceBackground)
_OWN: Final = (Recolour, Remove, *_BEHIND)
"""Operations that are measured here; the others in `measure_change`."""


def measure(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "measure": output `answer` (an Answer whose measures hold only what could be measured).

    Raises: CallError where the pictures or the mask are not of one size, or the colour is none.
    """
    image, before = request.get("image", Image), request.maybe("before", Image)
    mask, plan = request.maybe("mask", Mask), request.maybe("plan", EditPlan)
    words = request.maybe("colour", str) or ""
    for other in (before, mask):
        if other is not None and (other.width, other.height) != (image.width, image.height):
            raise CallError(
                f"a {other.type} of {other.width}x{other.height} to compare with",
                f"the size of the picture, {image.width}x{image.height}",
                "compare with the picture the edit started from",
            )
    if request.maybe("layout", str):
        raise CallError("a layout to hold a picture against", "an engine that reads pictures", "wish for engine small")
    context.progress(0, 1, "measuring")
    now = context.store.image(image)
    inside = context.store.mask(mask) if mask else np.full(now.shape[:2], 255, np.uint8)
    old = context.store.image(before) if before else None
    measures = _measures(now, old, inside if mask else None, plan, _colour(words, plan))
    verdicts = [] if old is None else _verdicts(old, now, inside if mask else None, plan)
    for verdict in verdicts:
        measures |= verdict.measures
    context.progress(1, 1)
    return EngineResult.of(answer=_answer(measures, plan, words, verdicts))


def _verdicts(old: Bytes, now: Bytes, mask: Bytes | None, plan: EditPlan | None) -> list[Verdict]:
    operations = plan.operations if plan else ()
    return [judged(old, now, mask, operation) for operation in operations if not isinstance(operation, _OWN)]


def _colour(words: str, plan: EditPlan | None) -> str | None:
    if words:
        colour = named_colour(words)
        if colour is None:
            raise CallError(f"the colour {words!r}", "a colour word or #rrggbb", "write for example blue or #1f5fbf")
        return colour
    recolours = [operation for operation in plan.operations if isinstance(operation, Recolour)] if plan else []
    return recolours[-1].target if recolours and recolours[-1].strength > 0.5 else None


def _measures(
    now: Bytes, old: Bytes | None, mask: Bytes | None, plan: EditPlan | None, colour: str | None
) -> dict[str, float]:
    measures: dict[str, float] = {}
    whole = np.full(now.shape[:2], 255, np.uint8)
    if old is not None:
        where = touched(old, mask, plan)
        behind = plan is not None and any(isinstance(step, _BEHIND) for step in plan.operations)
        if where is not None and not behind:
            measures["psnr_outside_db"] = psnr_outside(now, old, where, _margin(plan))
        measures["changed_inside"] = changed_inside(now, old, mask if mask is not None else whole)
        if behind and mask is not None:
            measures["changed_outside"] = changed_inside(now, old, np.where(mask > 127, 0, 255).astype(np.uint8))
    if colour is not None:
        measures["hue_share"] = hue_share(now, mask if mask is not None else whole, colour)
    return measures


def _margin(plan: EditPlan | None) -> int:
    """How far beyond the mask the edit may reach, in pixels."""
    if plan is None:
        return 3
    growing = [step for step in plan.operations if isinstance(step, Remove | RemoveText)]
    moving = 4 if any(isinstance(step, Move | Resize) for step in plan.operations) else 0
    grow = max((step.grow for step in growing), default=0) + moving
    return int(np.ceil(plan.feather)) + grow + 1


# ---------------------------------------------------------------- pure functions on pictures


def psnr_outside(now: Bytes, old: Bytes, mask: Bytes, margin: int) -> float:
    """Return the PSNR in dB of two pictures (uint8 HWC) outside a mask grown by `margin` pixels; identical is 99."""
    grown = cv2.dilate((mask > 0).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1,) * 2))
    outside = grown == 0
    if not outside.any():
        return IDENTICAL_DB
    error = float(((now[outside].astype(np.float64) - old[outside]) ** 2).mean())
    return IDENTICAL_DB if error == 0 else round(min(IDENTICAL_DB, 10 * np.log10(255**2 / error)), 3)


def changed_inside(now: Bytes, old: Bytes, mask: Bytes) -> float:
    """Return the mean absolute difference 0…1 inside a mask; 0 for an empty one."""
    inside = mask > 127
    if not inside.any():
        return 0.0
    return round(float(np.abs(now[inside].astype(np.float64) - old[inside]).mean() / 255), 6)


def hue_share(now: Bytes, mask: Bytes, colour: str) -> float:
    """Return the share 0…1 of the mask's pixels that have a colour's hue.

    Of the chromatic pixels those within 25 degrees of Lab hue count. For white, grey and black it is the share of all
    pixels with little chroma, on the colour's side of lightness for black and white.
    """
    lab = rgb_to_lab(now[mask > 127][None])[0]
    if lab.size == 0:
        return 0.0
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    lightness, a, b = hex_to_lab(colour)
    if np.hypot(a, b) < GREY_CHROMA:
        side = lab[:, 0] < 50 if lightness < 25 else lab[:, 0] > 40 if lightness > 85 else np.ones(len(lab), bool)
        return round(float(((chroma < 15) & side).mean()), 6)
    chromatic = chroma >= GREY_CHROMA
    if chromatic.sum() < 0.02 * len(lab):
        return 0.0
    hue = np.degrees(np.arctan2(lab[chromatic, 2], lab[chromatic, 1]) - np.arctan2(b, a))
    return round(float((np.abs((hue + 180) % 360 - 180) <= HUE_DEG).mean()), 6)


# ---------------------------------------------------------------- words


def _answer(measures: dict[str, float], plan: EditPlan | None, colour: str, judgements: list[Verdict]) -> Answer:
    chinese = is_chinese(plan.target if plan else "", colour)
    verdicts: list[bool] = []
    own = plan is None or all(isinstance(step, _OWN) for step in plan.operations)
    told = []
    target = plan.target if plan and plan.target else ("目标" if chinese else "the target")
    if "psnr_outside_db" in measures:
        db = measures["psnr_outside_db"]
        verdicts.append(db >= LEAST_DB)
        same = db >= IDENTICAL_DB
        zh_beyond, beyond = ("区域外", "outside the mask") if own else ("要改的部分以外", "beyond what was to change")
        if chinese:
            told.append(
                f"{zh_beyond}完全没有变化" if same else f"{zh_beyond}的相似度为 {db:.1f} dB（至少要 {LEAST_DB:g}）"
            )
        else:
            told.append(
                f"nothing {beyond} changed"
                if same
                else f"{beyond} the PSNR is {db:.1f} dB (at least {LEAST_DB:g} is wanted)"
            )
    if "hue_share" in measures:
        share = measures["hue_share"]
        verdicts.append(share >= LEAST_SHARE)
        name = _asked_colour(plan, colour, chinese)
        told.append(f"{target}有 {share:.0%} 是{name}" if chinese else f"{share:.0%} of {target} is {name}")
    for judgement in judgements:
        verdicts += [] if judgement.passed is None else [judgement.passed]
        told.append(judgement.zh if chinese else judgement.en)
    if "changed_inside" in measures and own:
        change, where = measures["changed_inside"], "inside"
        if "changed_outside" in measures:
            change, where = measures["changed_outside"], "outside"
        if plan is not None and where == "inside":
            verdicts.append(change >= LEAST_CHANGE * _least_strength(plan))
        elif plan is not None:
            verdicts += [change > 0, measures["changed_inside"] <= MOST_CHANGE]
        zh_where = "区域内" if where == "inside" else "区域外"
        told.append(f"{zh_where}平均变化 {change:.1%}" if chinese else f"{where} it changed by {change:.1%} on average")
    if not told:
        told.append("没有可以测量的内容" if chinese else "there was nothing to measure")
    passed = all(verdicts) if verdicts else None
    head = {True: ("通过", "Passed"), False: ("没有通过", "Not passed"), None: ("未测试", "Not tested")}[passed]
    text = f"{head[0]}：{'；'.join(told)}。" if chinese else f"{head[1]}: {'; '.join(told)}."
    question = f"“{target}”改好了吗？" if chinese else f"Is the edit of {target} done, and only there?"
    return Answer(question=question, text=text, passed=passed, measures=measures)


def _least_strength(plan: EditPlan) -> float:
    return min((step.strength for step in plan.operations if isinstance(step, Recolour)), default=1.0)


def _asked_colour(plan: EditPlan | None, colour: str, chinese: bool) -> str:
    wanted = _colour(colour, plan)
    return colour_name(wanted, "zh" if chinese else "en") if wanted else ""
