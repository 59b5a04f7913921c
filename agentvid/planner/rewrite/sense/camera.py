"""Another camera path, or another length of a clip, from all that a message says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.step import Step
from agentvid.media.types import CameraPath, CameraPose
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_clip import expecting, lasting, mirrored
from agentvid.planner.rewrite.read_target import put_target
from agentvid.planner.rewrite.roles import CLIPS
from agentvid.planner.rewrite.sense.camera_ends import between
from agentvid.planner.rewrite.sense.camera_words import Move, Said, read_camera
from agentvid.planner.rewrite.sense.photo_words import things_said
from agentvid.planner.rewrite.where import Where

__all__ = ["put_camera"]

_AXES: Final = ("yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly", "zoom")
_STRONG: Final = {
    "degrees", "times", "fps", "seconds", "in", "out", "zoom", "orbit", "tilt", "truck", "pedestal", "dolly", "roll",
    "other_way", "clock", "counter", "left", "right", "up", "down", "there_and_back", "slower", "faster", "slowly",
    "longer", "shorter", "turn", "on_the_spot", "half", "twice", "triple", "angle", "speed", "more", "less", "percent",
}  # fmt: skip
"""Kinds of words that say something of a move by themselves."""
_FAR: Final = {"yaw_deg": 18.0, "pitch_deg": 10.0, "roll_deg": 5.0, "truck": 0.12, "pedestal": 0.12, "dolly": 0.12}
_LOOK: Final = 12.0
_ZOOM: Final = 1.5
_A_BIT: Final = re.compile(
    r"\b(?:a )?(?:bit|little|touch|tad|slight(?:ly)?)\b|一?点[点儿]?|稍|略|轻轻|些", re.IGNORECASE
)
_TOTAL: Final = re.compile(
    r"\b(?:total|overall|altogether|in all|long|last\w*|length|duration|whole|still"
    r"|over|within|takes?|video|clip)\b"
    r"|总|一共|时长|全程|还是|共|视频|片子|用|拉到",
    re.IGNORECASE,
)
_ACROSS: Final = re.compile(r"从[左右上下][边侧]?[往向到朝][左右上下]|\bfrom (?:the )?left to (?=(?:the )?right)")
_AT_END: Final = re.compile(
    r"\bend\b|\bfinal|\blast\b(?! \d)|\bthen (?:\w+ )?(?:hold|stop|paus|stay|rest"
    r"|freez|linger|stand)|最后|结尾|末尾|(?:然后|再|后)停"
)
_WHOLE: Final = re.compile(
    r"(?:than|beyond) the original|比原|还是|到(?=[\d一二两三四五六七八九十])"
    r"|\bto (?:a|one|two|three|four|five|six|seven|eight|nine|ten)\b|一共|总|最多"
    r"|超过|\btotal\b|\bmost\b"
    r"|\bto \d|\bthan \d"
)
_MORE_TIME: Final = re.compile(r"\b(?:another|extra|additional|more|longer|add)\b|[再多加]|延长|加长", re.IGNORECASE)
_LESS_TIME: Final = re.compile(r"\b(?:less|shorter|fewer|off)\b|[少减]|缩短|短", re.IGNORECASE)


def put_camera(draft: Draft, text: str) -> bool:
    """Change the camera path or the length of the one clip that words are about; False where they say nothing of it.

    Raises: Which where several clips could be meant; Back where what follows can't be placed.
    """
    text = _ACROSS.sub(lambda match: ("往" + match[0][-1] if match[0][0] == "从" else "").rjust(len(match[0])), text)
    said = read_camera(text)
    clips = [part.core for part in draft.parts() if part.tool in CLIPS]
    if not clips or not (said.kinds | said.denied) & (_STRONG | set(_AXES)):
        return False
    views = [step for step in clips if draft.chain.step(step).tool == "novel_view"]
    is_of_view = bool(said.moves or said.denied or said.kinds & {"other_way", "there_and_back", "angle"})
    step_id = draft.one(views if is_of_view and views else clips)
    if step_id is None:
        return False
    step = before = draft.chain.step(step_id)
    changed = _fps(draft, step, said)
    path = _path(changed)
    if path is not None:
        other = _changed(path, said, text)
        if other is not None:
            changed = changed.model_copy(update={"args": {**changed.args, "path": other.model_dump(mode="json")}})
    else:
        seconds = _seconds(_length(changed), said, text, has_move=False)
        longer = lasting(changed, lambda _: seconds) if seconds is not None else None
        changed = longer or changed
    if changed == before and "orbit" in said.kinds:
        _about(draft, before.id, text)
    if changed == before:
        is_said = path is not None and bool(said.seconds or said.moves)
        draft.did = draft.did or is_said
        return is_said
    _put(draft, changed)
    if "orbit" in said.kinds:
        _about(draft, changed.id, text)
    return True


def _about(draft: Draft, step: str, text: str) -> None:
    """Let an orbit turn about the thing that is named."""
    things = [thing for thing in things_said(text, "") if not thing.is_denied]
    part = next((part for part in draft.parts() if part.core == step), None)
    if len(things) == 1 and part is not None and part.thing in ("main subject", "主体"):
        put_target(draft, things[0].words, Where((step,), ""))


def _put(draft: Draft, step: Step) -> None:
    path = _path(step)
    is_plain = path is None or (len(path.poses) <= 3 and not any(pose.roll_deg for pose in path.poses))
    if path is not None and (not is_plain or any(_value(path.poses[0], axis) for axis in _AXES)):
        draft.put(expecting(step))
        return
    draft.settle(lambda: draft.put(step), lambda: draft.put(expecting(step)))
    kept = draft.chain.step(step.id)
    if path is not None and _path(kept) != path:
        draft.put(expecting(kept.model_copy(update={"args": {**kept.args, "path": step.args["path"]}})))


def _fps(draft: Draft, step: Step, said: Said) -> Step:
    spec = draft.tools.get(step.tool)
    if said.fps is None or spec is None or spec.parameter("fps") is None:
        return step
    rate: Any = int(said.fps) if float(said.fps).is_integer() else said.fps
    return step.model_copy(update={"args": {**step.args, "fps": rate}})


def _path(step: Step) -> CameraPath | None:
    try:
        return CameraPath.model_validate(step.args.get("path"))
    except ValidationError:
        return None


def _length(step: Step) -> float:
    if isinstance(step.args.get("seconds"), int | float):
        return float(step.args["seconds"])
    actions = step.args.get("actions")
    return sum(float(one["seconds"]) for one in actions["actions"]) if isinstance(actions, dict) else 1.0


def _value(pose: CameraPose, axis: str) -> float:
    value = float(getattr(pose, axis))
    return 0.0 if axis == "zoom" and value == 1 else value


# ---------------------------------------------------------------- how long


def _seconds(now: float, said: Said, text: str, *, has_move: bool, taken: float | None = None) -> float | None:
    """Return how long a clip is to be, None where the words leave that as it is."""
    told = [(value, at) for value, at in said.seconds if taken is None or value != taken]
    if told:
        value, at = next(((v, a) for v, a in told if _TOTAL.search(text[max(0, a - 12) : a + 18])), told[-1])
        around = _clause(text, at)
        if _MORE_TIME.search(around) and not _WHOLE.search(around):
            return round(now + value, 4)
        if _LESS_TIME.search(around) and not re.search(r"缩短到|减到|短到|\bto\b", around):
            return round(now - value, 4) if now > value else None
        return value
    factor = _time_factor(said, has_move=has_move)
    return round(now * factor, 4) if factor is not None else None


def _clause(text: str, at: int) -> str:
    """Return the words around a place up to the next pauses."""
    before, after = re.split(r"[,，;。]", text[:at])[-1], re.split(r"[,，;。]", text[at:])[0]
    return f"{before[-16:]}{after[:40]}"


def _time_factor(said: Said, *, has_move: bool) -> float | None:
    kinds = said.kinds
    how = 2.0 if "twice" in kinds else 3.0 if "triple" in kinds else 0.0
    is_half = "half" in kinds
    of_angle = bool(kinds & {"angle"}) and not kinds & {"speed", "slower", "faster", "long"}
    if kinds & {"slower"} or ("speed" in kinds and (is_half or "less" in kinds)):
        return 2.0 if is_half else how or 1.5
    if kinds & {"faster"} or ("speed" in kinds and (how or "more" in kinds)):
        return 0.5 if is_half else 1 / how if how else 2 / 3
    if kinds & {"longer", "shorter", "long"} and not of_angle:
        if how:
            return how
        if is_half:
            return 0.5
        if "shorter" in kinds:
            return 2 / 3
        return (2.5 if "far_too" in kinds else 1.5) if "longer" in kinds else None
    if (how or is_half) and not of_angle and not has_move:
        return how or 0.5
    if "slowly" in kinds and not has_move and not said.seconds:
        return 1.5
    return None


# ---------------------------------------------------------------- where it goes


def _changed(path: CameraPath, said: Said, text: str) -> CameraPath | None:
    """Return the path that the words make of one; None where it can't be."""
    last = next((pose for pose in reversed(path.poses) if _goes(pose)), path.poses[-1])
    kind = _kind(path, said)
    has_scale = bool(said.kinds & {"angle"}) and bool(said.kinds & {"half", "twice", "triple", "more", "less"})
    has_move = bool(said.moves) or "other_way" in said.kinds or has_scale
    hold, at_start, done = _hold(said, text, path.seconds)
    total = _seconds(path.seconds, said, text, has_move=has_move, taken=hold or done) or path.seconds
    begun = between(text)
    end = _end(last, said, text, kind)
    if hold is not None and not end and len(said.seconds) == 1:
        total, hold = hold, None  # nothing moves: that is how long it stands
    if kind == "orbit" and "orbit" not in said.kinds and "yaw_deg" not in end and end:
        kind = "look"
    begin = {"seconds": 0.0}
    if begun is not None:
        begin, end = {**begin, **begun[0]}, {**end, **begun[1]}
    poses: list[dict[str, Any]] = [begin, {**end, "seconds": total}]
    both = _both_ways(said, end)
    if both is not None:
        poses = [
            begin,
            {**end, both[0]: both[1], "seconds": round(total / 2, 4)},
            {**end, both[0]: both[2], "seconds": total},
        ]
    elif "there_and_back" in said.kinds:
        poses = [begin, {**end, "seconds": round(total / 2, 4)}, {**begin, "seconds": total}]
    elif hold is not None or done is not None:
        moved_at = done if done is not None else total - (hold or 0.0)
        if not 0 < moved_at < total:
            return None
        poses = [begin, {**end, "seconds": moved_at}, {**end, "seconds": total}]
        if at_start:
            poses = [begin, {**begin, "seconds": hold}, {**end, "seconds": total}]
    elif len(path.poses) > 2 and end == _kept(last) and begun is None:
        factor = total / path.seconds
        poses = [{**pose.model_dump(), "seconds": round(pose.seconds * factor, 4)} for pose in path.poses]
    try:
        return CameraPath.model_validate({"kind": kind, "poses": poses})
    except ValidationError:
        return None


def _both_ways(said: Said, end: dict[str, float]) -> tuple[str, float, float] | None:
    """Return the axis and the two ends of a move that goes one way and then the other: "pan left then right"."""
    for first, second in pairwise(said.moves):
        if first.axis == second.axis and first.sign * second.sign < 0 and first.axis in ("yaw_deg", "pitch_deg"):
            far = abs(end.get(first.axis, _LOOK))
            return first.axis, first.sign * (first.amount or far), second.sign * (second.amount or far)
    return None


def _kind(path: CameraPath, said: Said) -> str:
    is_pan = any(word.kind == "turn" and word.text.lower().startswith("pan") for word in said.words)
    if "on_the_spot" in said.kinds or (is_pan and "orbit" not in said.kinds):
        return "look"
    if "orbit" in said.kinds:
        return "orbit"
    sideways = [move for move in said.moves if move.axis in ("yaw_deg", "")]
    is_gone = path.kind == "orbit" and "yaw_deg" in said.denied and not sideways
    return "look" if is_gone else path.kind


def _hold(said: Said, text: str, now: float) -> tuple[float | None, bool, float | None]:
    """Return for how long the camera stands, whether at the start, and when its move is done where that is said."""
    stop = next((word for word in said.words if word.kind == "hold" and word.kind in said.kinds), None)
    upto = next((word for word in said.words if word.kind == "start" and re.search(r"first|前|头", word.text)), None)
    upto_seconds = next((v for v, at in said.seconds if upto is not None and 0 <= at - upto.end < 8), None)
    if (
        stop is None
        or stop.text.lower() == "still"
        or re.match(r"[^,]*(?:别动|不要动)", text[max(0, stop.start - 2) : stop.end])
    ):
        return None, False, None
    first_move = min((move.at for move in said.moves), default=len(text) + 1)
    is_start = (
        re.search(r"\bstart\b|\bbegin|开头|一开始|起初|先", text[max(0, stop.start - 16) : stop.end + 34]) is not None
    )
    is_start = (is_start and stop.start < first_move) or stop.start < first_move <= len(text)
    is_end = _AT_END.search(text) is not None
    if upto_seconds is not None and not (is_start and not is_end):
        return None, False, upto_seconds
    near = sorted((abs(at - stop.end), value) for value, at in said.seconds)
    seconds = near[0][1] if near else 1.0
    if (
        len(said.seconds) == 1
        and _TOTAL.search(text[max(0, said.seconds[0][1] - 8) : said.seconds[0][1]])
        and near[0][0] > 6
    ):
        seconds = 1.0
    return (seconds, is_start and not is_end, None) if seconds < now * 4 else (None, False, None)


def _end(last: CameraPose, said: Said, text: str, kind: str) -> dict[str, float]:
    """Return where the camera ends: the moves that are named, and those that are kept beside them."""
    now = _kept(last)
    moves = [move for move in said.moves if move.axis]
    only_amount = next((move for move in said.moves if not move.axis), None)
    if only_amount is not None:
        turning = next((axis for axis in ("yaw_deg", "pitch_deg", "roll_deg") if axis in now), "yaw_deg")
        moves.append(Move(turning, 0, only_amount.amount, only_amount.at))
    kept = {axis: value for axis, value in now.items() if axis not in said.denied}
    if "other_way" in said.kinds:
        kept = _kept(mirrored(CameraPose.model_validate({**kept, "seconds": 0.0})))
    factor = _scale(said, moves)
    if not moves:
        return {axis: _scaled(axis, value, factor) for axis, value in kept.items()}
    named = {move.axis for move in moves}
    is_nearer = "end" in said.kinds and named == {"zoom"}
    is_more = "also" in said.kinds or is_nearer or any(not m.sign and m.amount is None and m.axis in now for m in moves)
    is_more = (
        (is_more and bool(named - set(now))) or named == set(now) or (bool(named & set(now)) and "also" in said.kinds)
    )
    end = dict(kept) if is_more else {}
    for move in moves:
        end[move.axis] = _moved(move, kept if move.axis in kept else now, said, text, kind, factor)
    return end


def _moved(move: Move, now: dict[str, float], said: Said, text: str, kind: str, factor: float) -> float:
    held = now.get(move.axis)
    if move.axis == "zoom":
        if move.amount is not None:
            is_out = move.sign < 0 or (not move.sign and held is not None and held < 1 and move.amount > 1)
            return round(1 / move.amount if is_out and move.amount > 1 else move.amount, 4)
        if held is not None and (not move.sign or (held > 1) == (move.sign > 0)):
            return _scaled("zoom", held, factor)
        far = max(held, 1 / held) if held is not None else 1.2 if _A_BIT.search(text) else _ZOOM
        return round(far if move.sign >= 0 else 1 / far, 4)
    default = _LOOK if move.axis == "yaw_deg" and kind == "look" else _FAR[move.axis]
    sign = move.sign or (-1 if (held or 0.0) < 0 else 1)
    if move.amount is not None:
        is_turned = "other_way" in said.kinds and not move.sign
        return round((-1 if held is not None and held < 0 and is_turned else sign) * abs(move.amount), 4)
    if held is None:
        return sign * default
    if (held > 0) == (sign > 0):
        return _scaled(move.axis, held, factor)
    return -held


def _scale(said: Said, moves: Sequence[Move]) -> float:
    """Return by how much a move there is gets larger where the words tell no amount."""
    kinds = said.kinds
    of_time = bool(kinds & {"slower", "faster", "speed", "long", "longer", "shorter"}) and "angle" not in kinds
    wider = any(word.kind == "more" and re.search(r"wider|bigger|further|larger|大", word.text) for word in said.words)
    nearer = any(word.kind in ("in", "out") and re.search(r"closer|nearer", word.text) for word in said.words)
    if of_time and (wider or nearer):
        return 1.5
    if of_time and any(word.kind == "less" and re.search(r"narrow|small|小|少", word.text) for word in said.words):
        return 0.5
    if (
        "there_and_back" in kinds
        or of_time
        or (said.seconds and not kinds & {"angle"})
        or any(move.amount is not None for move in moves)
    ):
        return 1.0
    if "twice" in kinds:
        return 2.0
    if "triple" in kinds:
        return 3.0
    if "half" in kinds:
        return 0.5
    if kinds & {"less"}:
        return 0.5
    is_nearer = any(
        word.kind in ("in", "out") and re.search(r"closer|nearer|[近远]一?[点些]|[再更][近远]", word.text)
        for word in said.words
    )
    return 1.5 if kinds & {"more"} or is_nearer else 1.0


def _scaled(axis: str, value: float, factor: float) -> float:
    if axis == "zoom":
        return round(value**factor if value < 1 else 1 + (value - 1) * factor, 4)
    return round(value * factor, 4)


def _goes(pose: CameraPose) -> set[str]:
    return {axis for axis in _AXES if _value(pose, axis)}


def _kept(pose: CameraPose) -> dict[str, float]:
    return {axis: float(getattr(pose, axis)) for axis in _AXES if axis in _goes(pose)}
