"""Another camera path, or another length of a clip, from all that a message says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.step import Step
from agentvid.media.types import CameraPath, CameraPose
from agentvid.planner.nouns import same_noun
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_clip import expecting, lasting, mirrored
from agentvid.planner.rewrite.read_target import drop_parts, head_noun, put_target
from agentvid.planner.rewrite.roles import CLIPS
from agentvid.planner.rewrite.sense.camera_ends import between
from agentvid.planner.rewrite.sense.camera_time import KEPT, MOST, PARTS, TOTAL, seconds_wanted
from agentvid.planner.rewrite.sense.camera_words import Move, Said, read_camera
from agentvid.planner.rewrite.sense.photo_words import things_said
from agentvid.planner.rewrite.where import Where

__all__ = ["put_camera"]

_AXES: Final = ("yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly", "zoom")
_STRONG: Final = {
    "degrees", "times", "fps", "seconds", "in", "out", "zoom", "orbit", "tilt", "truck", "pedestal", "dolly", "roll",
    "other_way", "clock", "counter", "left", "right", "up", "down", "there_and_back", "slower", "faster", "slowly",
    "longer", "shorter", "turn", "on_the_spot", "half", "twice", "triple", "angle", "speed", "more", "less", "percent",
    "third", "quarter",
}  # fmt: skip
"""Kinds of words that say something of a move by themselves."""
_FAR: Final = {"yaw_deg": 18.0, "pitch_deg": 10.0, "roll_deg": 5.0, "truck": 0.12, "pedestal": 0.12, "dolly": 0.12}
_LOOK: Final = 12.0
_ZOOM: Final = 1.5
_RATHER_MORE: Final = re.compile(
    r"\b(?:a (?:bit|little|touch)|slightly|somewhat) (?:higher|lower|closer|nearer"
    r"|further (?:away|back|up|down))\b|[高低近远]一?[点些]"
)
_INSTEAD: Final = re.compile(
    r"\b(?:instead|rather|not|don't|no|without|stop)\b|别|不要|不用|不是|改成|换成|改为", re.IGNORECASE
)
"""A little more of another move is made beside the one there is."""
_EXTENT: Final = re.compile(
    r"\b(?:twice|double[sd]?|half|halve[sd]?|triple|(?:a )?third"
    r"|(?:a )?quarter) (?:of |as much |the |that |its )*(?:zoom\w*"
    r"|magnification|turn\w*|angles?|arc|rotation|orbit|circle|swing|tilt|pan"
    r"|degrees|movement|move|motion|distance|amount)\b"
    r"|(?:幅度|角度|变焦|倍率|倍数|弧度|距离|度数|[推转摇绕]得?).{0,4}(?:翻[个一]?倍|减半|加倍|一半|三分之一)",
    re.IGNORECASE,
)
"""What says that a move goes twice as far, or half."""
_BY: Final = re.compile(
    r"(?:degrees?|degs?|°) (?P<more>more|further|farther|extra)\b"
    r"|\b(?P<more2>another|extra|further|additional) \d+ ?(?:degrees?|degs?|°)"
    r"|(?:再多|多|加)[转摇绕偏]?(?:上)?(?P<more3>[\d一二三四五六七八九十]+) ?(?:度"
    r"|°)|(?P<less>少|减)[转摇绕偏]?[\d一二三四五六七八九十]+ ?(?:度|°)"
    r"|(?:degrees?|degs?|°) (?P<less2>less|fewer)\b",
    re.IGNORECASE,
)
"""What says that an angle is added to the one there is, or taken off."""
_A_BIT: Final = re.compile(
    r"\b(?:a )?(?:bit|little|touch|tad|slight(?:ly)?)\b|一?点[点儿]?|稍|略|轻轻|些", re.IGNORECASE
)
_ACROSS: Final = re.compile(r"从[左右上下][边侧]?[往向到朝][左右上下]|\bfrom (?:the )?left to (?=(?:the )?right)")
_AT_END: Final = re.compile(
    r"\bend\b|\bfinal|\blast\b(?! \d)|\bthen (?:\w+ )?(?:hold|stop|paus|stay|rest"
    r"|freez|linger|stand)|最后|结尾|末尾|(?:然后|再|后)停"
)


def put_camera(draft: Draft, text: str) -> bool:
    """Change the camera path or the length of the one clip that words are about; False where they say nothing of it.

    Raises: Which where several clips could be meant; Back where what follows can't be placed.
    """
    text = _ACROSS.sub(lambda match: ("往" + match[0][-1] if match[0][0] == "从" else "").rjust(len(match[0])), text)
    text = KEPT.sub(lambda match: " " * len(match[0]), text)
    said = read_camera(text)
    zooms = [move for move in said.moves if move.axis == "zoom" and move.sign]
    if len({move.sign for move in zooms}) == 2 and all(move.amount is None for move in zooms[1:]):
        said.moves = [move for move in said.moves if move not in zooms[1:]]
        said.kinds.add("there_and_back")  # in and out again
    if _EXTENT.search(text):
        said.kinds.add("angle")
    clips = [part.core for part in draft.parts() if part.tool in CLIPS]
    if not clips or (not (said.kinds | said.denied) & (_STRONG | set(_AXES)) and not MOST.search(text)):
        return False
    views = [step for step in clips if draft.chain.step(step).tool == "novel_view"]
    is_of_view = bool(said.moves or said.denied or said.kinds & {"other_way", "there_and_back", "angle"})
    step_id = draft.one(views if is_of_view and views else clips)
    if step_id is None:
        return False
    step = before = draft.chain.step(step_id)
    if (most := MOST.search(text)) is not None and not said.seconds:
        said.seconds.append((60.0 if step.tool == "novel_view" else 30.0, most.start()))
    changed = _fps(draft, step, said)
    path = _path(changed)
    if path is not None:
        if _is_off(path, said):
            return drop_parts(draft, [part for part in draft.parts() if part.core == step_id])
        other = _changed(path, said, text)
        if other is not None:
            changed = changed.model_copy(update={"args": {**changed.args, "path": other.model_dump(mode="json")}})
    else:
        seconds = seconds_wanted(_length(changed), said, text, has_move=False)
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


def _is_off(path: CameraPath, said: Said) -> bool:
    """Return whether words deny all that a camera does, and ask for no other move."""
    going = {axis for pose in path.poses for axis in _AXES if _value(pose, axis)}
    return bool(going) and going <= said.denied and not said.moves and not said.seconds and said.fps is None


def _about(draft: Draft, step: str, text: str) -> None:
    """Let an orbit turn about the thing that is named."""
    things = [thing for thing in things_said(text, "") if not thing.is_denied]
    part = next((part for part in draft.parts() if part.core == step), None)
    if len(things) != 1 or part is None or same_noun(head_noun(part.thing), things[0].words):
        return
    before = draft.chain
    if part.thing in ("main subject", "主体"):
        put_target(draft, things[0].words, Where((step,), ""))
        return
    others = [one.thing for one in draft.parts() if one.core != step]
    put_target(draft, things[0].words, Where((step,), ""))
    if [one.thing for one in draft.parts() if one.core != step] != others:
        draft.chain = before
        draft.said.add("sure")
        raise draft.back("refused", "shared_thing", thing=part.thing, step=step)


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


# ---------------------------------------------------------------- where it goes


def _changed(path: CameraPath, said: Said, text: str) -> CameraPath | None:
    """Return the path that the words make of one; None where it can't be."""
    last = next((pose for pose in reversed(path.poses) if _goes(pose)), path.poses[-1])
    kind = _kind(path, said)
    has_scale = "angle" in said.kinds and bool(said.kinds & {*PARTS, "twice", "triple", "more", "less"})
    has_move = bool(said.moves) or "other_way" in said.kinds or has_scale
    hold, at_start, done = _hold(said, text, path.seconds)
    total = seconds_wanted(path.seconds, said, text, has_move=has_move, taken=hold or done) or path.seconds
    begun = between(text, abs(last.yaw_deg) or _LOOK)
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
        and TOTAL.search(text[max(0, said.seconds[0][1] - 8) : said.seconds[0][1]])
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
    is_nearer = ("end" in said.kinds and named == {"zoom"}) or (
        _RATHER_MORE.search(text) is not None and not _INSTEAD.search(text) and bool(now)
    )
    is_more = "also" in said.kinds or is_nearer or any(not m.sign and m.amount is None and m.axis in now for m in moves)
    is_more = (
        (is_more and bool(named - set(now))) or named == set(now) or (bool(named & set(now)) and "also" in said.kinds)
    )
    end = dict(kept) if is_more else {}
    for move in moves:
        end[move.axis] = _moved(move, kept if move.axis in kept else now, said, text, kind, factor)
        by = _BY.search(text)
        if by is not None and move.amount is not None and move.axis in now and move.axis != "zoom":
            far = move.amount if not (by["less"] or by["less2"]) else -move.amount
            end[move.axis] = round(now[move.axis] + (far if now[move.axis] > 0 else -far), 4)
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
    if kinds & set(PARTS):
        return next(part for kind, part in PARTS.items() if kind in kinds)
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
