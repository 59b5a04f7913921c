"""Measure whether operations of an edit plan were done: the direction light and colour went, where a thing is now,
whether the words stand there. What can't be measured ("does it look like rain?") is said to be not tested.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, Floats, blurred, rgb_to_lab, to_linear
from agentvid.engines.classical.lettering import laid_out, text_cover
from agentvid.engines.classical.light import field_from
from agentvid.engines.classical.regions import disc
from agentvid.engines.classical.shift import carried, lifted, shifted_mask, whole_thing
from agentvid.engines.classical.strokes import writing_in
from agentvid.errors import ToolFailed
from agentvid.media.operation_words import operation_name, tell_operation
from agentvid.media.operations import PlainOperation
from agentvid.media.types import (
    Adjust,
    EditPlan,
    Light,
    Material,
    Move,
    Operation,
    RemoveText,
    Resize,
    Style,
    Weather,
    WriteText,
    reach_of,
)

__all__ = ["Verdict", "judged", "touched"]

_LEAST: Final = 0.002
"""Change of a mean (0…1) that counts as one, at full amount."""
_WARM: Final = {"sunset": 1, "candle": 1, "night": -1, "moonlight": -1}
_BRIGHT: Final = {"night": -1, "moonlight": -1, "candle": -1, "neon": -1, "noon": 1, "soft": 1}
_STRONG: Final = 0.4
"""Warmth from which a colour hardly gets warmer: a red thing by candle light."""
_MATCH: Final = 0.06
"""A thing at its new place may differ from itself by this much on average (0…1)."""


@dataclass(frozen=True)
class Verdict:
    """What was measured of one operation: whether it was done (None: not tested), the numbers, and a sentence."""

    passed: bool | None
    zh: str
    en: str
    measures: dict[str, float] = field(default_factory=dict)


def judged(old: Bytes, now: Bytes, mask: Bytes | None, operation: Operation) -> Verdict:
    """Judge one operation by the picture before and after it (uint8 HWC) and the mask (uint8 HW)."""
    match operation:
        case Adjust():
            return _adjusted(old, now, _region(mask, operation), operation)
        case Light():
            return _lit(old, now, _region(mask, operation), operation)
        case Weather() | Style() | Material():
            return _rendered(old, now, _region(mask, operation), operation)
        case Move() | Resize() if mask is not None:
            return _shifted(old, now, mask, operation)
        case WriteText():
            return _written(old, now, operation)
        case RemoveText():
            return _unwritten(old, now, mask)
    name = operation_name(operation.op, "zh"), operation_name(operation.op, "en")
    return Verdict(None, f"“{name[0]}”是否做到没有测试", f"whether “{name[1].lower()}” was done is not tested")


def touched(old: Bytes, mask: Bytes | None, plan: EditPlan | None) -> Bytes | None:
    """Return where a plan may change a picture (uint8 HWC), uint8 HW; None where that is everywhere."""
    if plan is None:
        return mask
    union = np.zeros(old.shape[:2], np.uint8)
    for operation in plan.operations:
        where = _touches(old, mask, operation)
        if where is None:
            return None
        union = np.maximum(union, where)
    return union


def _touches(old: Bytes, mask: Bytes | None, operation: Operation) -> Bytes | None:
    if isinstance(operation, WriteText):
        try:
            _, rim = text_cover(old.shape, laid_out(old.shape, operation))
        except ToolFailed:
            return None
        return np.asarray((rim > 0) * np.uint8(255), np.uint8)
    if mask is None:
        return None
    if isinstance(operation, Move | Resize):
        thing = lifted(whole_thing(old, mask), operation.grow)
        return np.maximum(thing, shifted_mask(thing, operation))
    if isinstance(operation, RemoveText):
        return mask
    reach = reach_of(operation)
    return mask if reach == "target" else np.asarray(255 - mask, np.uint8) if reach == "background" else None


def _region(mask: Bytes | None, operation: PlainOperation) -> Bytes | None:
    part = getattr(operation, "part", "picture")
    if mask is None or part == "picture":
        return None
    return mask if part == "target" else np.asarray(255 - mask, np.uint8)


def _inside(plane: Floats, region: Bytes | None) -> Floats:
    return plane.ravel() if region is None else plane[region > 127]


def _facts(rgb: Bytes, region: Bytes | None) -> dict[str, float]:
    """Brightness, contrast, saturation, warmth, crispness of a region, each about 0…1."""
    lab = rgb_to_lab(rgb)
    tone = _inside(np.asarray(lab[..., 0] / 100, np.float32), region)
    chroma = _inside(np.asarray(np.hypot(lab[..., 1], lab[..., 2]), np.float32), region)
    fine = np.asarray(np.abs(lab[..., 0] - blurred(lab[..., 0], 1.2)) / 100, np.float32)
    light = to_linear(rgb)
    warm = (light[..., 0] - light[..., 2]) / (light.sum(-1) + 0.01)
    return {
        "brightness": float(tone.mean()),
        "contrast": float(tone.std()),
        "saturation": float(chroma.mean()) / 100,
        "warmth": float(_inside(np.asarray(warm, np.float32), region).mean()),
        "sharpness": float(_inside(fine, region).mean()),
    }


def _adjusted(old: Bytes, now: Bytes, region: Bytes | None, operation: Adjust) -> Verdict:
    before, after = _facts(old, region), _facts(now, region)
    measures, passed = {}, []
    for name in ("brightness", "contrast", "saturation", "warmth", "sharpness", "denoise"):
        amount = getattr(operation, name)
        if not amount:
            continue
        fact = "sharpness" if name == "denoise" else name
        way = -1 if name == "denoise" else 1
        moved = way * (after[fact] - before[fact])
        measures[f"{name}_change"] = round(moved, 5)
        least = (0.0001 if fact == "sharpness" else _LEAST) * abs(amount)
        passed.append(moved * amount > 0 and abs(moved) >= least)
    zh, en = tell_operation(operation, "zh"), tell_operation(operation, "en")
    if not passed:
        return Verdict(None, "没有要求任何调整", "no adjustment was asked for")
    done = all(passed)
    return Verdict(
        done,
        f"{'做到了' if done else '没有做到'}：{zh}",
        f"it {'did' if done else 'did not'} change so: {en}",
        measures,
    )


def _lit(old: Bytes, now: Bytes, region: Bytes | None, operation: Light) -> Verdict:
    before, after = _facts(old, region), _facts(now, region)
    measures = {
        "brightness_change": round(after["brightness"] - before["brightness"], 5),
        "warmth_change": round(after["warmth"] - before["warmth"], 5),
    }
    passed = []
    if operation.look in _BRIGHT:
        passed.append(measures["brightness_change"] * _BRIGHT[operation.look] > _LEAST * operation.strength)
    if operation.look in _WARM:
        way = _WARM[operation.look]
        is_so_already = before["warmth"] * way > _STRONG and after["warmth"] * way > _STRONG
        passed.append(is_so_already or measures["warmth_change"] * way > _LEAST * operation.strength)
    if operation.side in ("left", "right", "above", "below"):
        toward = np.asarray(field_from(operation.side, old.shape, region) - 0.5, np.float32)
        gain = (rgb_to_lab(now)[..., 0] - rgb_to_lab(old)[..., 0]) / 100
        lean = _inside(np.asarray(gain * toward, np.float32), region)
        even = _inside(toward, region).mean() * _inside(np.asarray(gain, np.float32), region).mean()
        measures["side_gain"] = round(float(lean.mean() - even), 5)
        passed.append(measures["side_gain"] > 0)
    zh, en = tell_operation(operation, "zh"), tell_operation(operation, "en")
    if operation.strength and not _changed(old, now, region, operation.strength):
        return Verdict(False, f"几乎没有变化（{zh}）", f"hardly anything changed ({en})", measures)
    done = all(passed) if passed else None
    return Verdict(
        done,
        f"亮度、色温和方向{'符合' if done else '不符合' if passed else '没有测试'}（{zh}）；看起来像不像没有测试",
        f"brightness, warmth and side {'fit' if done else 'do not fit' if passed else 'are not tested'} ({en}); "
        "whether it looks like it is not tested",
        measures,
    )


def _rendered(old: Bytes, now: Bytes, region: Bytes | None, operation: Weather | Style | Material) -> Verdict:
    zh, en = tell_operation(operation, "zh"), tell_operation(operation, "en")
    share = float(_inside(_difference(old, now), region).mean() / 255)
    measures = {"changed_there": round(share, 6)}
    if operation.strength and not _changed(old, now, region, operation.strength):
        return Verdict(False, f"几乎没有变化（{zh}）", f"hardly anything changed ({en})", measures)
    if isinstance(operation, Style) and operation.kind == "blackwhite" and operation.strength == 1:
        lab = rgb_to_lab(now)
        chroma = float(_inside(np.asarray(np.hypot(lab[..., 1], lab[..., 2]), np.float32), region).mean())
        measures["chroma"] = round(chroma, 4)
        grey = chroma < 4
        words = ("没有颜色了", "no colour is left") if grey else ("还有颜色", "colour is left")
        return Verdict(grey, words[0], words[1], measures)
    return Verdict(
        None,
        f"有变化；看起来像不像没有测试（{zh}）",
        f"it changed; whether it looks like it is not tested ({en})",
        measures,
    )


def _difference(old: Bytes, now: Bytes) -> Floats:
    return np.asarray(np.abs(now.astype(np.float32) - old).mean(-1), np.float32)


def _changed(old: Bytes, now: Bytes, region: Bytes | None, strength: float) -> bool:
    apart = _inside(_difference(old, now), region)
    return float(apart.mean()) / 255 > 0.004 * strength


def _shifted(old: Bytes, now: Bytes, mask: Bytes, operation: Move | Resize) -> Verdict:
    there = np.asarray(cv2.erode(shifted_mask(mask, operation), disc(2)), np.uint8) > 127
    zh, en = tell_operation(operation, "zh"), tell_operation(operation, "en")
    if not there.any():
        return Verdict(None, f"目标在画面里太小，没有测试（{zh}）", f"it is too small to test ({en})")
    expected = carried(old, mask, operation).astype(np.float32)
    apart = float(np.abs(now[there].astype(np.float32) - expected[there]).mean() / 255)
    left = (mask > 127) & ~there
    gone = float(np.abs(now[left].astype(np.float32) - old[left]).mean() / 255) if left.any() else 1.0
    measures = {"difference_there": round(apart, 5), "changed_here": round(gone, 5)}
    done = apart <= _MATCH and gone > 0.01
    return Verdict(
        done,
        f"{'在新位置找到了它' if done else '新位置上不是它，或原处没变'}（{zh}）",
        f"it {'is' if done else 'is not'} found as it should be now ({en})",
        measures,
    )


def _written(old: Bytes, now: Bytes, operation: WriteText) -> Verdict:
    zh, en = tell_operation(operation, "zh"), tell_operation(operation, "en")
    try:
        setting = laid_out(now.shape, operation)
    except ToolFailed:
        return Verdict(
            None, f"这台机器上没有那种字体，没有测试（{zh}）", f"the font is not here, so it is not tested ({en})"
        )
    letters, rim = text_cover(now.shape, setting)
    tone = rgb_to_lab(now)[..., 0]
    changed = np.abs(now.astype(np.float32) - old).max(-1) > 6
    zone = (rim if setting.outline else cv2.dilate(rim, disc(2))) > 0.02
    cover, seen = letters[zone], tone[zone]
    sure = bool(zone.any()) and float(cover.std()) > 0 and float(seen.std()) > 0
    likeness = abs(float(np.corrcoef(cover, seen)[0, 1])) if sure else 0.0
    spread = float(np.percentile(seen, 95) - np.percentile(seen, 5)) if zone.any() else 0.0
    beyond = float((changed & (rim <= 0)).mean())
    measures = {
        "letters_seen": round(likeness, 4),
        "letter_contrast": round(spread, 3),
        "changed_beyond": round(beyond, 6),
    }
    done = likeness > 0.6 and spread > 15
    return Verdict(
        done,
        f"{'字清楚地写在那里' if done else '字没有清楚地写在那里'}（{zh}）",
        f"the letters {'stand' if done else 'do not stand'} there clearly ({en})",
        measures,
    )


def _unwritten(old: Bytes, now: Bytes, mask: Bytes | None) -> Verdict:
    before, after = writing_in(old, mask), writing_in(now, mask)
    if not before.any():
        return Verdict(
            None, "原图没有认出文字笔画，没有测试", "no strokes of letters were found before, so it is not tested"
        )
    left = float((after & before).sum() / before.sum())
    done = left < 0.2
    return Verdict(
        done,
        f"还剩 {left:.0%} 的文字笔画",
        f"{left:.0%} of the strokes of letters are left",
        {"writing_left": round(left, 5)},
    )
