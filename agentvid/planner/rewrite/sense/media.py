"""Boxes and points by hand, and what is joined how: readings that need their own values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.step import Step
from agentvid.media.types import Box, Point
from agentvid.planner.nouns import same_noun
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_target import head_noun
from agentvid.planner.rewrite.sense.camera_words import CAMERA
from agentvid.planner.rewrite.sense.words import scan
from agentvid.planner.rewrite.spot.joins import spot_join

__all__ = [
    "drops_own",
    "is_new_alone",
    "is_of_join",
    "layout_told",
    "put_area",
    "put_joined",
]

_N: Final = r"(-?\d+(?:\.\d+)?)"
_TO: Final = r"\s*(?:to|through|until|and|-|~|–|到|至|,)\s*"
_SPANS: Final = re.compile(
    rf"(?<![a-z])x(?![a-z])\D{{0,8}}?{_N}{_TO}{_N}\D{{0,16}}?(?<![a-z])y(?![a-z])\D{{0,8}}?{_N}{_TO}{_N}", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"(?P<name>x0|y0|x1|y1|left|right|top|bottom|左|右|上|下)(?:边|侧|面|缘)?\s*(?:edge|side)?\s*(?:=|:|is"
    r"|be|at|to|在|到|是)*\s*(?:[xy] ?=?)?\s*(?P<n>-?\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_SIZED: Final = re.compile(
    rf"{_N}\s*(?:px|pixels?|像素)?\s*(?:wide|宽)\D{{0,8}}?{_N}\s*(?:px|pixels?|像素)?\s*(?:high|tall|高)"
    rf"|宽\D{{0,3}}?{_N}\D{{0,6}}?高\D{{0,3}}?{_N}|{_N} ?[x×*] ?{_N}",
    re.IGNORECASE,
)
_EDGES: Final = re.compile(
    r"\b(?P<edge>top|bottom|left|right|upper|lower)(?:[- ]hand)? (?:edge|side|border|line"
    r"|limit)?\D{0,18}?(?:\b[xy] ?=? ?)?(?P<n>\d+(?:\.\d+)?)(?! ?(?:s|sec|°|deg|x|%))"
    r"|框?的?(?P<zh>上|下|左|右)(?:边缘?|沿|边框|侧|端)\D{0,8}?(?P<n2>\d+(?:\.\d+)?)(?! ?[秒度倍%])",
    re.IGNORECASE,
)
_SIDES: Final = {
    "top": "y0",
    "upper": "y0",
    "上": "y0",
    "bottom": "y1",
    "lower": "y1",
    "下": "y1",
    "left": "x0",
    "左": "x0",
    "right": "x1",
    "右": "x1",
}
_POINT: Final = re.compile(
    rf"\bx\b ?=? ?{_N}\s*,?\s*(?:and )?\by\b ?=? ?{_N}|[(\[]\s*{_N}\s*[,，、 ]\s*{_N}\s*[)\]]|{_N}\s*[,，/]\s*{_N}"
    rf"|(?:\b(?:pixels?|point|coordinates?|position|at|spot)|坐标|位置|像素|在|点)\D{{0,6}}?{_N} {_N}(?![\d ,]*\d)",
    re.IGNORECASE,
)
_OF_POINT: Final = re.compile(
    r"\b(?:pixels?|point\w*|coordinates?|at|spot|click\w*|position|centre[d]?|center\w*|middle|here|there"
    r"|around|tap)\b|坐标|位置|像素|点|在|这[里儿]|那[里儿]|中心|附近",
    re.IGNORECASE,
)
_OF_BOX: Final = re.compile(
    r"\b(?:box|frame|rectangle|region|area|bounds?|edge|crop|outline)\b|框|区域|范围|边", re.IGNORECASE
)


def put_area(draft: Draft, text: str) -> bool:
    """Read a box or a point by its numbers, however they are told, as evidence given by hand."""
    steps = [step for step in draft.chain if (spec := draft.tools.get(step.tool)) and "box" in spec.constraints()]
    if not steps or len(re.findall(r"\d+", text)) < (1 if _OF_BOX.search(text) else 2):
        return False
    numbers = [
        float(n) for n in re.findall(r"(?<![a-z\d.])-?\d+(?:\.\d+)?(?![\d.]*(?:s\b|sec|秒|°|度|倍|x\b|fps|帧|%))", text)
    ]
    named = [step for step in steps if same_noun(head_noun(str(step.args.get("what", ""))), text)]
    step_id = draft.one(step.id for step in (named or steps))
    if step_id is None:
        return False
    step = draft.chain.step(step_id)
    box = _box(draft, step, text, numbers)
    if box is not None:
        return _give(draft, step, "box", box)
    point = _POINT.search(text)
    if point is None or len(numbers) != 2 or not _OF_POINT.search(text):
        return False
    x, y = (float(group) for group in point.groups() if group is not None)
    return _give(draft, step, "point", Point(x=x, y=y))


def _give(draft: Draft, step: Step, port: str, value: Any) -> bool:
    draft.put(step.model_copy(update={"given": {**step.given, port: value.model_dump(mode="json")}}))
    return True


def _box(draft: Draft, step: Step, text: str, numbers: Sequence[float]) -> Box | None:
    spans = _SPANS.search(text)
    if spans is not None:
        x0, x1, y0, y1 = (float(group) for group in spans.groups())
        return _valid(x0, y0, x1, y1)
    named = {match["name"].lower(): float(match["n"]) for match in _NAMED.finditer(text)}
    if len(named) == 4:
        sides = {_SIDES.get(name, name): value for name, value in named.items()}
        if len(sides) == 4:
            return _valid(sides["x0"], sides["y0"], sides["x1"], sides["y1"])
    if len(numbers) == 4:
        sized = _SIZED.search(text)
        if sized is not None:
            wide, high = (float(group) for group in sized.groups() if group is not None)
            rest = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text[: sized.start()] + " " + text[sized.end() :])]
            if len(rest) == 2:
                return _valid(rest[0], rest[1], rest[0] + wide, rest[1] + high)
        return _valid(*numbers)
    return _edged(draft, step, text)


def _edged(draft: Draft, step: Step, text: str) -> Box | None:
    """Return the box that was found with the edges that are told: "its top edge at y 40, not 18"."""
    edges: dict[str, float] = {}
    for match in _EDGES.finditer(text):
        name = _SIDES[(match["edge"] or match["zh"]).lower()]
        edges.setdefault(name, float(match["n"] or match["n2"]))
    if not edges or not (_OF_BOX.search(text)):
        return None
    try:
        found = Box.model_validate(draft.found(step.id, "box"))
        return Box.model_validate({**found.model_dump(), **edges})
    except ValidationError:
        return None


def _valid(x0: float, y0: float, x1: float, y1: float) -> Box | None:
    try:
        return Box(x0=min(x0, x1), y0=min(y0, y1), x1=max(x0, x1), y1=max(y0, y1))
    except ValidationError:
        return None


# ---------------------------------------------------------------- what is joined

_NEW_PART: Final = re.compile(
    r"\b(?:new(?:ly)?|predicted|prediction|generated|made[- ]?up|invented|continued|continuation|future"
    r"|extra|added|imagined|extended|extension)\b|新|续|预测|生成|往后|后[面来]|多出来|编出来",
    re.IGNORECASE,
)
_JUST: Final = re.compile(
    r"\b(?:only|just|solely|nothing but|alone|rather than the whole)\b|[只光单]|就(?=.{1,10}(?:行|好|够))",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"\b(?:original|my (?:own )?(?:clip|video|footage)|source|first (?:clip|video)|uploaded|old one)\b"
    r"|原[片来始视]|我的|旧的|前面|本来",
    re.IGNORECASE,
)
_OWN_OUT: Final = re.compile(
    rf"\b(?:leave|leaving|without|drop|skip|no|don't (?:show|include|use|need|want)|remove|lose|cut"
    rf"|exclude)\b[^,;]{{0,18}}?(?:{_OWN.pattern})|(?:{_OWN.pattern})[^,;]{{0,8}}(?:\bout\b|不要|去掉|不放"
    rf"|删)|(?:不要|别放|不放|去掉)(?:{_OWN.pattern})",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(
    r"\bcompar\w*\b|\bnext to\b|\bbeside\b|\bwith (?:the|my)\b|\bagainst\b|比|拼|并|和原", re.IGNORECASE
)


def is_new_alone(text: str) -> bool:
    """Return whether words ask for the new part and nothing beside it: "just show me the continuation"."""
    is_asked = re.search(r"\b(?:show|give|want|need|see|get)\b|[要给看]", text, re.IGNORECASE) is not None
    is_new = _NEW_PART.search(text) is not None and _JUST.search(text) is not None
    is_new = is_new and (is_asked or len(text.split()) < 4)
    return is_new and not _COMPARED.search(text) and not any(word.kind == "seconds" for word in scan(text, CAMERA))


_REPEATED: Final = re.compile(
    r"重复|一样的|\b(?:repeat\w*|duplicat\w*|same (?:bit|part)|overlap\w*|already)\b", re.IGNORECASE
)
_LAYOUTS: Final = (
    ("then", r"\bone after (?:the other|another)\b|\bafter (?:each other|one another)\b|\bback[- ]to[- ]back\b"
        r"|\bin (?:sequence|succession|a row|one go)\b|\bfollowed by\b|\bfirst\b.*\bthen\b|\bone (?:single "
        r"|long )?(?:clip|video)\b|\bend to end\b|\bsequential\w*\b|\bconsecutive\w*\b|\bcontinuous\w*\b"
        r"|\bplay\w* .*\bafter\b|\bstraight (?:after|into)\b"
        r"|一前一后|先后|前后(?:放|接|播|连)|接(?:在|着(?![写续编往再拍])|起来|上)"
        r"|先(?:放|播).*(?:再|然后|后|接着)|连(?:着|起来"
        r"|在一起|成|播)|依次|首尾|挨着放完|放完.*放|顺序|一条|拼成一段|先.*(?:再|然后|后).*(?:新|续|原)"),
    ("above", r"\bstack\w*\b|\b(?:on )?top of\b|\babove\b|\bbelow\b|\bunder(?:neath)?\b|\bvertical\w*\b"
        r"|\bone over the other\b|\btop (?:and|to) bottom\b|\bup and down\b|竖着|上下|叠"
        r"|垂直|一上一下|摞|上面.{0,8}下面|一个.{0,3}上.{0,4}一个.{0,3}下"),
    ("beside", r"\bside[- ]by[- ]side\b|\bbeside\b|\bnext to\b|\bhorizontal\w*\b"
        r"|\bleft and right\b|横着|左右(?:放|排"
        r"|拼|并|摆)|并排|水平|并列"),
)  # fmt: skip
_FIRST_OR_SIDE: Final = re.compile(
    r"\bfirst\b|\b(?:on|to|at) (?:the )?(?:left|right|top|bottom)\b|先|[放在到][左右上下前后]", re.IGNORECASE
)
_SWAPS: Final = re.compile(
    r"\b(?:swap|switch|exchange|flip|other way round)\b|对调|互换|调换|换个?位置"
    r"|换一下|反过来|调个|(?:顺序|次序|左右|先后).{0,2}反",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"[^,;，。]{1,6}(?:太[小大挤窄长]|看不清|不好看|难看)了?|(?:\b(?:not|no|don't"
    r"|do not|instead of|rather than|no longer|stop|skip|drop|without)\b|不要|别"
    r"|不用"
    r"|而不是)[^,，;]*",
    re.IGNORECASE,
)


def put_joined(draft: Draft, text: str) -> bool:
    """Join clips otherwise: another layout, the new part alone, the other way round."""
    step = next((step for step in draft.chain if step.tool == "compose"), None)
    if step is None:
        return False
    before = draft.chain
    if _SWAPS.search(text):
        return spot_join(draft, f"{text} 对调")
    positive = _DENIED.sub(" ", text)
    clips = list(step.args.get("clips") or [])
    layout = next((name for name, words in _LAYOUTS if re.search(words, positive, re.IGNORECASE)), "")
    if layout and layout != step.args.get("layout"):
        draft.settle(lambda: draft.put_args(step.id, layout=layout))
    is_out = drops_own(text)
    if is_new_alone(positive) and not layout:
        return False
    is_new = _NEW_PART.search(positive) is not None and (_JUST.search(positive) is not None or is_out)
    if is_new and not any(word.kind == "seconds" for word in scan(text, CAMERA)):
        future = [_future(draft, clip) for clip in clips]
        if is_out:
            future = [clip for clip in future if isinstance(clip, dict) and clip.get("step")]
        if future != clips:
            draft.put_args(step.id, clips=future)
    elif is_out:
        draft.put_args(step.id, clips=[clip for clip in clips if isinstance(clip, dict) and clip.get("step")])
    if _FIRST_OR_SIDE.search(text) and not is_out:
        spot_join(draft, text)
    if draft.chain != before:
        return True
    if layout:
        draft.did = True
        return True
    return spot_join(draft, text)


def layout_told(text: str) -> bool:
    """Return whether words tell how clips are to stand, apart from how they are not to."""
    positive = _DENIED.sub(" ", text)
    return any(re.search(words, positive, re.IGNORECASE) for _, words in _LAYOUTS)


def drops_own(text: str) -> bool:
    """Return whether words leave the clip that was uploaded out of what is put together."""
    is_beside = re.search(r"\bnext to\b|\bbeside\b|\balongside\b", text) is not None
    return _OWN_OUT.search(text) is not None and _REPEATED.search(text) is None and not is_beside


def is_of_join(text: str) -> bool:
    """Return whether words tell what is put together and how."""
    words = (_SWAPS, _NEW_PART, _OWN, _REPEATED, *(re.compile(pattern, re.IGNORECASE) for _, pattern in _LAYOUTS))
    return any(pattern.search(text) for pattern in words)


def _future(draft: Draft, clip: Any) -> Any:
    is_made = isinstance(clip, dict) and draft.chain.has(str(clip.get("step")))
    if is_made and draft.chain.step(clip["step"]).tool == "future_frames":
        return {**clip, "port": "future"}
    return clip
