"""Loose words about how a camera moves: which way, how far, how long, there and back; "转过去再转回来"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.step import Step
from agentvid.media.types import CameraPath, CameraPose
from agentvid.planner.grammar.lexicon import Measures, take_measures
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_clip import expecting, lasting, mirrored
from agentvid.planner.rewrite.roles import CLIPS, parts_said, roles_said

__all__ = ["spot_motion", "spot_whole_motion"]

_NEGATED: Final = re.compile(
    r"\b(?:don't|do not|dont|not|no|never|without|rather than|instead of)\b[^,;.]*|(?:而?不是|别|不要|不用|不想"
    r"|不必|不(?=[绕转推拉摇]))[^,;。]*",
    re.IGNORECASE,
)
_WAYS: Final[tuple[tuple[str, str], ...]] = (
    ("left", r"\bleft(?:wards?)?\b|(?<!counter)(?<!counter-)(?<!anti)(?<!anti-)\bclockwise\b|[往向朝]左"
        r"|左[边转移]|顺时针"),
    ("right", r"\bright(?:wards?)?\b|\b(?:counter|anti)-?clockwise\b|[往向朝]右|右[边转移]|逆时针"),
    ("up", r"(?<!speed )(?<!speed it )(?<!hurry )\b(?:up(?:wards?)?|skywards?)\b(?! to)|抬头|[往向朝]上|上[移摇抬]|仰"),
    ("down", r"(?<!slow )(?<!slow it )(?<!slower )(?<!calm )(?<!tone )(?<!settle )\bdown(?:wards?)?\b"
        r"|低头|[往向朝]下|下[移摇]|俯"),
    ("in", r"\b(?:zoom(?:ing|s)?|push(?:ing|es)?|go(?:es|ing)?|mov(?:e|es|ing)|get(?:s|ting)?) in\b|\bcloser\b"
        r"|推近|拉近|推进|放大|靠近|推到"),
    ("out", r"\b(?:zoom(?:ing|s)?|pull(?:ing|s)?|go(?:es|ing)?|mov(?:e|es|ing)) (?:out|back)\b|\bfarther away\b"
        r"|拉远|推远|缩小|后退|远离"),
)  # fmt: skip
_OTHER_WAY: Final = re.compile(
    r"\b(?:other|opposite|wrong|reverse) (?:way|direction|side)\b"
    r"|\brevers(?:e|ed) (?:it|the|direction)|[转摇绕推拉移]反"
    r"|方向反|反方向|反过来(?:转|绕|走)"
    r"|(?:换|另)一?个?(?:方向|边)|反着(?:转|绕|来)",
    re.IGNORECASE,
)
_ROUND: Final = re.compile(
    r"\b(?:a?round (?:it|the|him|her|them)|orbit\w*|circl\w*)\b|环绕|绕着|围着|绕圈", re.IGNORECASE
)
_ON_THE_SPOT: Final = re.compile(
    r"\bon the spot\b|\bin place\b|\bstand(?:ing)? still\b|\bstay(?:ing)? put\b|原地|站着不动|站着转", re.IGNORECASE
)
_BACK: Final = re.compile(
    r"\b(?:and|then)(?: \w+){0,3} (?:back|return)(?: (?:again|out|in))?\b|\bthere and back\b|\bback and forth\b"
    r"|\bback again\b"
    r"|(?:再|又|然后|以后|之后)(?:转|拉|推|移|摇|绕|走|回)(?:回|出)?[来去]|来回|再回来",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(
    r"\b(?:as well|too|also|while|at the same time|add|plus|additionally)\b"
    r"|同时|顺便|一边|的时候|的同时|加上|再加|加个|也",
    re.IGNORECASE,
)
_ROLL: Final = re.compile(r"\b(?:rolls?|rolling|bank\w*|dutch)\b|侧滚|滚转|侧倾|倾斜", re.IGNORECASE)
_SHIFT: Final = re.compile(r"\b(?:truck|slide|track|shift|crab)\w*\b|\bsideways\b|平移|横移", re.IGNORECASE)
_LIFT: Final = re.compile(r"\b(?:pedestal|crane|rise|raise|lower|lift)\w*\b|升高|上升|下降|升起|降低", re.IGNORECASE)
_TURN: Final = re.compile(
    r"\b(?:turn|rotat|spin|pan|go|swing|look|orbit|circl|tilt|sweep|mov)\w*\b|转|绕|摇|旋|走|看", re.IGNORECASE
)
_TWICE: Final = re.compile(
    r"\btwice (?:as|the) (?:long|length|duration|time)\b|\bdouble (?:the |its )?(?:length|duration|time)"
    r"|\bdouble it\b"
    r"|(?:时长|时间|长度|秒数)?(?:翻[个一]?倍|加倍|加长一倍|长一倍|延长一倍)|两倍(?:长|时长|时间)",
    re.IGNORECASE,
)
_HALF: Final = re.compile(
    r"\bhalf (?:as|the) (?:long|length|duration|time)|\bhalve\b|\bcut (?:it |the (?:length|time) )?in half|减半"
    r"|(?:缩短?|减|砍|少|剪)(?:掉)?一半"
    r"|缩短一半|短一半|一半(?:长|时长|时间|就)",
    re.IGNORECASE,
)
_MUCH_LONGER: Final = re.compile(
    r"\b(?:way|far|much) (?:too short|longer)\b|\ba lot longer\b|长得?多|太短太短|实在太短|长很多", re.IGNORECASE
)
_LONGER: Final = re.compile(r"\blonger\b|\btoo short\b|长一?[点些]|太短|久一?[点些]|再长|更长", re.IGNORECASE)
_SHORTER: Final = re.compile(r"\bshorter\b|\btoo long\b|短一?[点些]|太长|再短|更短", re.IGNORECASE)
_SLOWER: Final = re.compile(
    r"\bslow(?:er|ly)?\b|\btoo (?:fast|quick)\b|\bless hectic\b|慢(?:一?[点些])?|太快|别那么快|缓一?[点些]",
    re.IGNORECASE,
)
_FASTER: Final = re.compile(
    r"\b(?:fast(?:er)?|quick(?:er|ly)?|speed (?:it )?up|too slow|snappier)\b|快(?:一?[点些])|太慢|加快|别那么慢",
    re.IGNORECASE,
)
_EXTRA: Final = re.compile(
    r"\b(?:another|extra|additional|add)\b[^,;]{0,14}?\bs(?:ec(?:ond)?s?)?\b|\bmore s(?:ec(?:ond)?s?)?\b"
    r"|\bs(?:ec(?:ond)?s?)? (?:more|longer|extra)\b|\bs(?:ec(?:ond)?s?)? (?P<less>less|shorter)\b"
    r"|(?:再|多)(?:给|把|让)?(?:镜头|视频|片子|它)?(?:续|转|绕|推|拉|长|加"
    r"|来|播|走|延长)?个?[\d.一二两三四五六七八九十半]+ ?秒"
    r"|^(?:给|把|让)?(?:镜头|视频|片子|它)?加(?:上|个)?[\d.一二两三四五六七八九十半]+ ?秒"
    r"|(?P<less_zh>少|减少?|缩短|短)(?:续|转|绕|推|拉|掉|个)?[\d.一二两三四五六七八九十半]+ ?秒",
    re.IGNORECASE,
)
_WIDER: Final = re.compile(
    r"\b(?:twice|double)(?: the| its| as)? (?:angle|turn|rotation|far|much"
    r"|orbit|pan|big|wide)|(?:角度|幅度)(?:再)?(?:翻[个一]?倍"
    r"|加倍|大一倍)",
    re.IGNORECASE,
)
_LESS: Final = re.compile(
    r"\b(?:less|half as (?:big|far|much|wide)|narrower|not (?:so|as|that|quite so) (?:much"
    r"|far|close)|too (?:much|far|close))\b|少(?:推|拉|转|绕|移|摇)"
    r"|太(?:多|近|远|大|过)|(?:别|不要)(?:推|拉|转|绕|移|摇)(?:得)?(?:那么|这么|太)"
    r"|幅度小|小一?点|少一?[点些]",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"\b(?:more(?! like)|further|farther|closer|wider|not enough)\b"
    r"|多(?:推|拉|转|绕|移|摇)|再(?:近|远|推|拉|转|绕)|幅度大"
    r"|大一?点|不够|多一?[点些]",
    re.IGNORECASE,
)
_DEGREES: Final = {"yaw": 18.0, "look": 12.0, "tilt": 10.0, "roll": 5.0}
_AXES: Final = ("yaw_deg", "pitch_deg", "roll_deg", "truck", "pedestal", "dolly")


@dataclass(frozen=True)
class _Said:
    """What words say of a move; `way` is its direction, `axis` the field of a pose that it is about."""

    way: str
    axis: str
    amount: float | None
    is_signed: bool


def spot_motion(draft: Draft, clause: str) -> bool:
    """Read how long a clip is to be, how its camera is to move, or both; False where the words say nothing of it."""
    has_length = _spot_length(draft, clause)
    return _spot_path(draft, clause, has_length) or has_length


def spot_whole_motion(draft: Draft, message: str) -> bool:
    """Read moves that more than one clause tells: "don't circle it, turn on the spot", "先推进去再拉回来", a roll."""
    positive = _NEGATED.sub(" ", message)
    is_instead = (
        positive != message
        and re.search(r"[,;，]", message)
        and (
            _said(positive, take_measures(positive)[1], CameraPose(seconds=0.0), "look")
            or _ON_THE_SPOT.search(positive)
            or _ROUND.search(positive)
        )
    )
    if not (is_instead or _BACK.search(message) or _ROLL.search(message)):
        return False
    return spot_motion(draft, message)


def _spot_length(draft: Draft, clause: str) -> bool:
    """Read how long, slow or fast a clip is to be; False where the words say nothing of it."""
    measures = take_measures(clause)[1]
    factor = _factor(clause)
    seconds = measures.seconds
    if (seconds is None and factor is None) or _is_of_else(draft, clause):
        return False
    steps = [part.core for part in draft.parts() if part.tool in CLIPS]
    named = [part.core for part in parts_said(draft, clause) if part.tool in CLIPS]
    able = [step for step in (named or steps) if lasting(draft.chain.step(step), lambda now: now) is not None]
    step_id = draft.one(able)
    if step_id is None:
        return False
    change = _EXTRA.search(draft.raw or draft.message) if seconds is not None else None
    if change is not None and seconds is not None:
        extra = -seconds if change["less"] or change["less_zh"] else seconds
        now = lasting(draft.chain.step(step_id), lambda length: length + extra)
        if now is None or not draft.once(f"extra {step_id}"):
            return False
        _put(draft, now)
        return True
    if seconds is None and not draft.once(f"length {step_id}"):
        return True
    now = lasting(
        draft.chain.step(step_id), lambda length: seconds if seconds is not None else length * (factor or 1.0)
    )
    if now is None:
        return False
    _put(draft, now)
    return True


def _is_of_else(draft: Draft, clause: str) -> bool:
    """Return whether words are about something else: a colour that is changed, a description."""
    roles = set(roles_said(clause))
    is_colour = bool(said_colours(clause)) and any(part.colour for part in draft.parts())
    return is_colour or bool(roles & {"describe", "check", "blur_background"} and not roles & CLIPS)


def _factor(text: str) -> float | None:
    tables = (
        (_TWICE, 2.0), (_HALF, 0.5), (_MUCH_LONGER, 2.5), (_LONGER, 1.5), (_SHORTER, 2 / 3), (_SLOWER, 1.5),
        (_FASTER, 2 / 3),
    )  # fmt: skip
    return next((factor for words, factor in tables if words.search(text)), None)


def _spot_path(draft: Draft, clause: str, has_length: bool) -> bool:
    """Read how a camera is to move instead, or as well; False where the words say nothing of it."""
    steps = [part.core for part in draft.parts() if part.tool == "novel_view"]
    if not steps or _is_of_else(draft, clause):
        return False
    named = [part.core for part in parts_said(draft, clause) if part.tool == "novel_view"]
    positive = re.sub(r"^[\s,]+|[\s,]+$", "", _NEGATED.sub(" ", clause)) or clause
    step_id = draft.one(named or steps)
    assert step_id is not None
    step = draft.chain.step(step_id)
    path = _path(step)
    if path is None:
        return False
    changed = _changed(path, positive, clause, has_length)
    if changed is None:
        return False
    if changed == path:
        draft.did = True
        return True
    args = {**step.args, "path": changed.model_dump(mode="json")}
    _put(draft, step.model_copy(update={"args": args}))
    return True


def _put(draft: Draft, step: Step) -> None:
    path = _path(step)
    if path is not None and any(pose.roll_deg for pose in path.poses):  # requests have no words for a roll
        draft.put(expecting(step))
        return
    draft.settle(lambda: draft.put(step), lambda: draft.put(expecting(step)))


def _path(step: Step) -> CameraPath | None:
    try:
        return CameraPath.model_validate(step.args.get("path"))
    except ValidationError:
        return None


def _changed(path: CameraPath, text: str, whole: str, has_length: bool) -> CameraPath | None:
    measures = take_measures(text)[1]
    last = next((pose for pose in reversed(path.poses) if _goes(pose)), path.poses[-1])
    seconds = path.seconds
    kind = "look" if _ON_THE_SPOT.search(text) else "orbit" if _ROUND.search(text) else path.kind
    said = _said(text, measures, last, kind)
    if said is not None and said.amount is None and _is_so(said, last) and _by_degrees(text, whole):
        end = _scaled(last, 0.5 if _LESS.search(text) else 1.5)
    elif said is not None:
        kept = _kept(last) if _ALSO.search(whole) or _goes(last) == {said.axis} else {}
        end = {**kept, **_moved(said, last, kind)}
    elif _OTHER_WAY.search(text):
        end = _kept(mirrored(last))
    elif kind != path.kind or _BACK.search(whole):
        end = _kept(last)
    elif _WIDER.search(text):
        end = _scaled(last, 2.0)
    elif _LESS.search(text) and not has_length:
        end = _scaled(last, 0.5)
    elif _MORE.search(text) and not has_length:
        end = _scaled(last, 1.5)
    else:
        return None
    there: list[dict[str, Any]] = [{"seconds": 0.0}, {**end, "seconds": seconds}]
    if _BACK.search(whole):
        there = [{"seconds": 0.0}, {**end, "seconds": round(seconds / 2, 4)}, {"seconds": seconds}]
    try:
        return CameraPath.model_validate({"kind": kind, "poses": there})
    except ValidationError:
        return None


def _said(text: str, measures: Measures, last: CameraPose, kind: str) -> _Said | None:
    """Return the move that words name, None where they name none; a number alone is about the move there is."""
    ways = [way for way, words in _WAYS if re.search(words, text, re.IGNORECASE)]
    way = ways[0] if ways else ""
    if _ROLL.search(text):
        is_clockwise = re.search(r"(?:counter|anti)-?clockwise|逆时针|左", text, re.IGNORECASE) is None
        return _Said("clockwise" if is_clockwise else "counter", "roll_deg", measures.degrees, True)
    if measures.times is not None and (way in ("in", "out") or (not way and last.zoom != 1)):
        return _Said(way or ("in" if last.zoom > 1 else "out"), "zoom", measures.times, True)
    if way in ("in", "out"):
        return _Said(way, "zoom", measures.times, True)
    if way in ("left", "right"):
        axis = "truck" if _SHIFT.search(text) or (last.truck and measures.degrees is None) else "yaw_deg"
        return _Said(way, axis, measures.degrees if axis == "yaw_deg" else None, True)
    if way in ("up", "down"):
        axis = "pedestal" if _LIFT.search(text) else "pitch_deg"
        return _Said(way, axis, measures.degrees if axis == "pitch_deg" else None, True)
    if measures.degrees is not None:
        axis = "pitch_deg" if last.pitch_deg and not last.yaw_deg else "yaw_deg"
        return _Said("", axis, measures.degrees, False)
    return None


def _by_degrees(text: str, whole: str) -> bool:
    """Return whether words ask for more or less of a move, and not for a way back."""
    return not _BACK.search(whole) and bool(_MORE.search(text) or _LESS.search(text))


def _is_so(said: _Said, last: CameraPose) -> bool:
    """Return whether a camera goes that way already."""
    now = getattr(last, said.axis)
    if said.axis == "zoom":
        return bool(now > 1 if said.way == "in" else now < 1)
    return bool(now < 0 if said.way in ("left", "down", "counter") else now > 0)


def _goes(pose: CameraPose) -> set[str]:
    return {axis for axis in _AXES if getattr(pose, axis)} | ({"zoom"} if pose.zoom != 1 else set())


def _kept(pose: CameraPose) -> dict[str, float]:
    return {axis: getattr(pose, axis) for axis in _goes(pose)}


def _moved(said: _Said, last: CameraPose, kind: str) -> dict[str, float]:
    now = getattr(last, said.axis)
    if said.axis == "zoom":
        factor = said.amount or (max(now, 1 / now) if now != 1 else 1.5)
        return {"zoom": round(factor if said.way == "in" else 1 / factor, 4)}
    if said.axis in ("truck", "pedestal"):
        far = abs(now) or 0.12
        return {said.axis: -far if said.way in ("left", "down") else far}
    default = _DEGREES["roll" if said.axis == "roll_deg" else "tilt" if said.axis == "pitch_deg" else "yaw"]
    default = _DEGREES["look"] if said.axis == "yaw_deg" and kind == "look" else default
    far = said.amount if said.amount is not None else abs(now) or default
    is_negative = said.way in ("left", "down", "counter") if said.is_signed else now < 0
    return {said.axis: -far if is_negative else far}


def _scaled(pose: CameraPose, factor: float) -> dict[str, float]:
    end = {axis: round(value * factor, 4) for axis, value in _kept(pose).items() if axis != "zoom"}
    if pose.zoom != 1:
        end["zoom"] = round(pose.zoom**factor if pose.zoom < 1 else 1 + (pose.zoom - 1) * factor, 4)
    return end
