"""Words about clips that the chain makes: slower, the other way, only two seconds, 45 degrees, less zoom."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pydantic import ValidationError

from agentvid.chain.step import Seconds, Step
from agentvid.media.types import Actions, CameraPath, CameraPose
from agentvid.planner.grammar.lexicon import Measures, take_measures
from agentvid.planner.grammar.write import moved
from agentvid.planner.request import View
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.where import Where

__all__ = ["expecting", "lasting", "mirrored", "posed", "put_view", "read_clip", "turned_by"]

_CLIPS: Final = ("novel_view", "navigate", "future_frames", "generate_video")
_A_BIT: Final = (
    r"(?:(?:a (?:bit|little|touch)|slightly|somewhat|much|a lot|even|still|稍微|再|更|还要|要|得|放|调|变) ?)*"
)
_SLOWER: Final = re.compile(
    rf"{_A_BIT}(?:slower|more slowly|slow (?:it |that )?down|too fast|too quick)(?: please)?"
    rf"|{_A_BIT}(?:慢)(?:慢)?(?:一)?"
    r"(?:点儿?|些)|(?:转|走|移|绕|动|镜头)?得?(?:实在)?太快(?:了)?|(?:it|that|this)(?:'s| is| was| goes| moves"
    r"| turns) (?:a bit |much |way )?too (?:fast|quick)(?: for me)?"
    r"|(?:make|do|go|turn|move|orbit|run) ?(?:it |that )?(?:a bit |a little |much |even )?(?:slower|more slowly)"
    r"|(?:别|不要)(?:那么|这么)?太?快|速度(?:放)?慢(?:一)?[点些]",
    re.IGNORECASE,
)
_FASTER: Final = re.compile(
    rf"{_A_BIT}(?:faster|quicker|more quickly|speed (?:it |that )?up|too slow)|{_A_BIT}快(?:一)?(?:点儿?|些)"
    rf"|(?:转|走|移|绕|动|镜头)?得?(?:实在)?太慢(?:了)?"
    r"|(?:it|that|this)(?:'s| is| was| goes| moves| turns) (?:a bit |much |way )?too slow(?: for me)?"
    r"|(?:make|do|go|turn|move|orbit|run) ?(?:it |that )?(?:a bit |a little |much |even )?(?:faster|quicker)"
    r"|(?:别|不要)(?:那么|这么)?太?慢|速度(?:加)?快(?:一)?[点些]",
    re.IGNORECASE,
)
_OTHER_WAY: Final = re.compile(
    r"(?:(?:go|orbit|turn|rotate|pan|move|circle|spin|look)s? )?(?:it |the camera )?(?:(?:in |to )?the )?"
    r"(?:other|opposite|reverse|wrong) (?:way|direction|side)(?: a?round)?(?: (?:please|instead))?"
    r"|reverse (?:it|the (?:direction|orbit|turn|camera))|(?:that's|it's|it goes) the wrong (?:way|direction)"
    r"|(?:换|往|向|朝|改成?|反)(?:到)?(?:一?个|另一?个?|另外一?个|相反的?|反)?(?:方向|边)(?:转|绕|移|走|来|环绕|摇)?"
    r"|反(?:着|过来|向)(?:转|绕|来|走)?|方向反(?:了|过来)?|转反了",
    re.IGNORECASE,
)
_LONGER: Final = re.compile(
    r"(?:(?:make|let) (?:it|that) (?:last )?)?(?P<bit>a bit |a little |much )?(?:longer|too short)"
    r"|(?:再|更)?长(?:一)?[点些]|太短(?:了)?|(?P<twice>twice as long|两倍长|时长翻倍|时间翻倍)",
    re.IGNORECASE,
)
_SHORTER: Final = re.compile(
    r"(?:(?:make|let) (?:it|that) (?:last )?)?(?:a bit |a little |much )?(?:shorter|too long)"
    r"|(?:再|更)?短(?:一)?[点些]|太长(?:了)?|(?P<half>half as long|一半长|时长减半|时间减半)",
    re.IGNORECASE,
)
_ONLY_SECONDS: Final = re.compile(
    r"(?:(?:just|only|make (?:it|that|the (?:clip|video))|let it last|use|change (?:it|that)? ?to|to|it should (?:be"
    r"|last)"
    r"|in|last|take|for)? ?)*(?:long|instead|rather|in total|altogether)?"
    r"|(?:只要|只|就|改成|改为|换成|变成|要|做成|用|时长|时间|总共|一共|改|设为|让它|视频|片子|的|行|就行|够了"
    r"|就够了|就好|即可)*",
    re.IGNORECASE,
)
_ONLY_DEGREES: Final = re.compile(
    r"(?:(?:just|only|make it|turn|orbit|rotate|go|by|to|use|change it|the camera|it|around|should|be)? ?)*"
    r"(?:instead|rather)?|(?:只要|只|就|改成|改为|换成|要|转|绕|旋转|环绕|转动|镜头|角度|成|行|就行|够了|就够了"
    r"|就好|即可|用)*",
    re.IGNORECASE,
)
_LESS: Final = re.compile(
    r"(?:(?:zoom|move|go|turn|orbit|pan|dolly|push|rotate)s? (?:in |out |round |around )?)?(?:it )?(?:a (?:bit"
    r"|little) )?"
    r"(?:less(?: far| close)?|not (?:so|as|that) (?:much|far|close))"
    r"|(?:don't|do not) (?:zoom|move|go|turn|orbit|pan|dolly|push|rotate) (?:in |out |round |around )?"
    r"(?:it )?(?:so|that|as|too) (?:much|far|close)|(?:that's |it's |it is )?too (?:much|far|close|near)(?: in)?"
    r"|(?:推|拉|转|放大|缩小|移|绕)(?:得)?(?:太(?:近|远|多|大|过)|过头)(?:了)?|(?:少|别)(?:推|拉|转|放大|移|绕)"
    r"(?:那么|这么|太)?(?:近|远|多|一[点些])?|幅度(?:再)?小(?:一)?[点些]",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"(?:(?:zoom|move|go|turn|orbit|pan|dolly|push|rotate)s? (?:in |out |round |around )?)?(?:it )?(?:a (?:bit"
    r"|little) )?"
    r"(?:more|further|farther|closer)(?: (?:in|out|round|around))?|(?:that's |it's )?not (?:enough|far enough"
    r"|close enough)"
    r"|(?:再)?多(?:推|拉|转|放大|移|绕)(?:近|远)?(?:一)?[点些]"
    r"|(?:再)?(?:推|拉|转|放大|移|绕)(?:得)?(?:再)?(?:近|远|多)(?:一)?[点些]|(?:推|拉|转|放大|移|绕)(?:得)?不够"
    r"(?:近|远|多)?|再(?:多)?(?:推|拉|转|放大|移|绕)(?:近|远)?(?:一)?[点些]|幅度(?:再)?大(?:一)?[点些]",
    re.IGNORECASE,
)
_TOWARDS: Final = re.compile(
    r"(?:(?:go|turn|orbit|rotate|pan|move|circle|spin)s? )?(?:it )?(?:to the |towards the )?(left|right|(?:counter-?"
    r"|anti-?)?clockwise)"
    r"(?: (?:instead|rather)(?: (?:of|than) .+)?| please)?"
    r"|(?:应该|要|改成|改为|换成|还是)*(?:往|向|朝)?(左|右|顺时针|逆时针)(?:边|方向)?(?:转|绕|移|摇|走"
    r"|环绕)?(?:才对)?",
    re.IGNORECASE,
)
_TWICE: Final = re.compile(
    r"(?:(?:zoom|move|go|turn|orbit|pan|dolly|rotate) (?:in |out |round |around )?)?twice as (?:much|far|close)"
    r"|(?:推|拉|转|放大|移|绕)(?:近|远)?(?:的)?(?:幅度)?(?:再)?(?:加一倍|翻倍|多一倍)",
    re.IGNORECASE,
)
_ZOOM: Final = re.compile(
    r"zooms? (?:in|on)?|(?:推近|拉近|放大|推进|变焦)(?:到)?|(?P<out>zooms? out|拉远|推远|缩小)(?:到)?", re.IGNORECASE
)
_SCALES: Final = ((_SLOWER, 1.5), (_FASTER, 2 / 3))


def read_clip(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read how a clip is to differ; False where the words say nothing of that or the chain makes no clip."""
    text = re.sub(r"[了吧呢啊]+$", "", where.rest if where else clause).replace("一整圈", "一圈")
    text = re.sub(r"^(?:the )?(?:clip|video|camera|视频|镜头|片子)(?: should(?: be)?| is)? ?", "", text) or text
    change = _change_of(text)
    if change is None:
        return False
    able = [step.id for step in draft.chain if step.tool in _CLIPS and change(step) is not None]
    named = [step for step in able if step in where.steps] if where else able
    step_id = draft.one(named)
    if step_id is None:
        return False
    changed = change(draft.chain.step(step_id))
    assert changed is not None
    if any(pattern.fullmatch(text) for pattern in (_SLOWER, _FASTER, _LONGER, _SHORTER)) and not draft.once(
        f"length {step_id}"
    ):
        return True
    draft.settle(lambda: draft.put(changed), lambda: draft.put(expecting(changed)))
    return True


def _change_of(text: str) -> Callable[[Step], Step | None] | None:
    """Return what the words do to a step that makes a clip: the step after it, None where it does not fit."""
    for pattern, times in _SCALES:
        if pattern.fullmatch(text):
            return _times(times)
    if _OTHER_WAY.fullmatch(text):
        return lambda step: posed(step, mirrored)
    if match := _LONGER.fullmatch(text):
        return _times(2.0 if match["twice"] else 1.5)
    if match := _SHORTER.fullmatch(text):
        return _times(0.5 if match["half"] else 2 / 3)
    if _LESS.fullmatch(text):
        return lambda step: posed(step, lambda pose: _further(pose, 0.5))
    if side := _TOWARDS.fullmatch(text):
        is_left = next(group for group in side.groups() if group).lower() in ("left", "左", "clockwise", "顺时针")
        return lambda step: _towards(step, is_left)
    if _TWICE.fullmatch(text):
        return lambda step: posed(step, lambda pose: _further(pose, 2.0))
    if _MORE.fullmatch(text):
        return lambda step: _more(step, text)
    return _measured(*take_measures(text))


def _more(step: Step, text: str) -> Step | None:
    """Return the step with more of its move; None where the words tell of a zoom, and it has none."""
    path = _path(step)
    zooms = path is not None and any(pose.zoom != 1 or pose.dolly for pose in path.poses)
    is_zoom = re.search(r"\b(?:zoom|dolly|push|closer)\b|[推拉]|放大", text, re.IGNORECASE)
    return None if is_zoom and not zooms else posed(step, lambda pose: _further(pose, 1.5))


def _times(factor: float) -> Callable[[Step], Step | None]:
    return lambda step: lasting(step, lambda seconds: seconds * factor)


def _measured(rest: str, measures: Measures) -> Callable[[Step], Step | None] | None:
    names = measures.names()
    if names == {"seconds"} and _ONLY_SECONDS.fullmatch(rest):
        return lambda step: lasting(step, lambda _: measures.seconds or 0.0)
    zoom = _ZOOM.fullmatch(rest)
    if names == {"times"} and zoom and measures.times:
        factor = 1 / measures.times if zoom["out"] else measures.times
        return lambda step: _zoomed(step, factor)
    side = re.search(r"\b(?P<en>left|right)\b|[向往朝](?P<zh>左|右)边?", rest, re.IGNORECASE)
    bare = rest[: side.start()] + rest[side.end() :] if side else rest
    bare = re.sub(r"\bto the\s*$|\s+", " ", bare).strip()
    if names == {"degrees"} and _ONLY_DEGREES.fullmatch(bare):
        is_left = None if side is None else (side["en"] or side["zh"]).lower() in ("left", "左")
        return lambda step: turned_by(step, measures.degrees or 0.0, is_left)
    return None


# ---------------------------------------------------------------- on steps


def lasting(step: Step, of: Callable[[float], float]) -> Step | None:
    """Return the step with another length of its clip; None where it makes none."""
    args = dict(step.args)
    if step.tool == "novel_view":
        path = _path(step)
        if path is None or of(path.seconds) <= 0:
            return None
        factor = of(path.seconds) / path.seconds
        poses = tuple(pose.model_copy(update={"seconds": round(pose.seconds * factor, 4)}) for pose in path.poses)
        return _with_path(step, path.model_copy(update={"poses": poses}))
    if step.tool == "navigate":
        try:
            actions = Actions.model_validate(args.get("actions"))
        except ValidationError:
            return None
        factor = of(actions.seconds) / actions.seconds
        slower = [a.model_copy(update={"seconds": round(a.seconds * factor, 4)}) for a in actions.actions]
        args["actions"] = Actions(actions=tuple(slower)).model_dump(mode="json") if factor > 0 else args["actions"]
        return step.model_copy(update={"args": args})
    if not isinstance(args.get("seconds"), int | float):
        return None
    return step.model_copy(update={"args": {**args, "seconds": round(of(float(args["seconds"])), 4)}})


def posed(step: Step, change: Callable[[CameraPose], CameraPose]) -> Step | None:
    """Return the step with each pose of its path changed; None where it has none, or no camera goes so."""
    path = _path(step)
    if path is None:
        return None
    try:
        poses = tuple(CameraPose.model_validate(change(pose).model_dump()) for pose in path.poses)
    except ValidationError:
        return None
    changed = path.model_copy(update={"poses": poses})
    return None if changed == path else _with_path(step, changed)


def _towards(step: Step, is_left: bool) -> Step | None:
    path = _path(step)
    if path is None:
        return None
    last = path.poses[-1]
    goes = last.yaw_deg or last.truck
    return posed(step, mirrored) if goes and (goes < 0) != is_left else None


def _zoomed(step: Step, factor: float) -> Step | None:
    """Return the step whose zoom ends at that factor."""
    path = _path(step)
    last = path.poses[-1].zoom if path else 1.0
    if last == 1:
        return None

    def zoomed(pose: CameraPose) -> CameraPose:
        share = (pose.zoom - 1) / (last - 1)
        return pose.model_copy(update={"zoom": round(1 + (factor - 1) * share, 4)})

    return posed(step, zoomed)


def mirrored(pose: CameraPose) -> CameraPose:
    """Return the pose on the other side: left for right, or else up for down, far for near."""
    if pose.yaw_deg or pose.truck:
        return pose.model_copy(update={"yaw_deg": -pose.yaw_deg or 0.0, "truck": -pose.truck or 0.0})
    return pose.model_copy(
        update={
            "pitch_deg": -pose.pitch_deg or 0.0,
            "pedestal": -pose.pedestal or 0.0,
            "dolly": -pose.dolly or 0.0,
            "zoom": round(1 / pose.zoom, 4),
        }
    )


def _further(pose: CameraPose, factor: float) -> CameraPose:
    names = ("yaw_deg", "pitch_deg", "truck", "pedestal", "dolly")
    scaled = {name: round(getattr(pose, name) * factor, 4) for name in names}
    zoom = pose.zoom**factor if pose.zoom < 1 else 1 + (pose.zoom - 1) * factor
    return pose.model_copy(update={**scaled, "zoom": round(zoom, 4)})


def turned_by(step: Step, degrees: float, is_left: bool | None) -> Step | None:
    """Return the step whose whole turn is that far, to the side it went or the one that is named."""
    path = _path(step)
    if path is None:
        return None
    name = "yaw_deg" if any(pose.yaw_deg for pose in path.poses) or is_left is not None else "pitch_deg"
    whole = getattr(path.poses[-1], name)
    if not whole:
        return None
    sign = (1 if whole > 0 else -1) if is_left is None else (-1 if is_left else 1)
    factor = sign * degrees / whole
    return posed(step, lambda pose: pose.model_copy(update={name: round(getattr(pose, name) * factor, 4) or 0.0}))


def put_view(draft: Draft, step: Step, view: View) -> bool:
    """Let a step move the camera as another request says; False where that is no such step."""
    if step.tool != "novel_view" or view.side or not view.moves:
        return False
    before = _path(step)
    moves = view.moves
    if before is not None and len(moves) == 1:  # the length stays where the words name none
        moves = (replace(moves[0], seconds=before.seconds),)
        yaw = before.poses[-1].yaw_deg
        if yaw and moves[0].yaw_deg and not moves[0].is_said:  # so do the degrees
            moves = (replace(moves[0], yaw_deg=abs(yaw) if moves[0].yaw_deg > 0 else -abs(yaw)),)
    poses = [CameraPose(seconds=0.0)]
    try:
        for move in moves:
            poses.append(moved(poses[-1], move))
        turning = {move.turning for move in moves} - {""}
        stays = not turning and before is not None and before.kind == "orbit"
        kind = "orbit" if stays or turning == {"orbit"} else "look"
        path = CameraPath.model_validate({"kind": kind, "poses": poses})
    except ValidationError:
        return False
    draft.settle(lambda: draft.put(_with_path(step, path)), lambda: draft.put(expecting(_with_path(step, path))))
    return True


def _path(step: Step) -> CameraPath | None:
    try:
        return CameraPath.model_validate(step.args.get("path"))
    except ValidationError:
        return None


def _with_path(step: Step, path: CameraPath) -> Step:
    return step.model_copy(update={"args": {**step.args, "path": path.model_dump(mode="json")}})


def expecting(step: Step) -> Step:
    """Return the step with its expected length as long as its clip."""
    path = _path(step)
    seconds = path.seconds if path else step.args.get("seconds")
    if not isinstance(seconds, int | float):
        return step
    expect = []
    for item in step.expect:
        if isinstance(item, Seconds):
            half = (item.most - item.least) / 2
            changes = {"least": max(0.0, round(seconds - half, 4)), "most": round(seconds + half, 4)}
            item = item.model_copy(update=changes)
        expect.append(item)
    return step.model_copy(update={"expect": tuple(expect)})
