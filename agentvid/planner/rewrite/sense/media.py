"""Boxes and points by hand, what is joined how, and what is asked: readings that need their own values."""

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
    "asks",
    "drops_own",
    "is_new_alone",
    "is_of_join",
    "put_area",
    "put_given_question",
    "put_joined",
    "put_question",
    "question_given",
]

_N: Final = r"(-?\d+(?:\.\d+)?)"
_TO: Final = r"\s*(?:to|through|until|and|-|~|–|到|至|,)\s*"
_SPANS: Final = re.compile(rf"\bx\b\D{{0,8}}?{_N}{_TO}{_N}\D{{0,16}}?\by\b\D{{0,8}}?{_N}{_TO}{_N}", re.IGNORECASE)
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
    rf"\bx\b ?=? ?{_N}\s*,?\s*(?:and )?\by\b ?=? ?{_N}|[(\[]\s*{_N}\s*[,，、 ]\s*{_N}\s*[)\]]|{_N}\s*[,，/]\s*{_N}",
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
    rf"\b(?:leave|leaving|without|drop|skip|no|don't (?:show|include|use)|remove|lose|cut"
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
        r"|\bone over the other\b|\btop (?:and|to) bottom\b|\bup and down\b|竖着|上下|叠|垂直|一上一下|摞"),
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
    r"(?:\b(?:not|don't|do not|instead of|rather than|no longer|stop|skip|drop|without)\b|不要|别|不用"
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
    is_out = _OWN_OUT.search(text) is not None and _REPEATED.search(text) is None
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


def drops_own(text: str) -> bool:
    """Return whether words leave the clip that was uploaded out of what is put together."""
    return _OWN_OUT.search(text) is not None and _REPEATED.search(text) is None


def is_of_join(text: str) -> bool:
    """Return whether words tell what is put together and how."""
    words = (_SWAPS, _NEW_PART, _OWN, _REPEATED, *(re.compile(pattern, re.IGNORECASE) for _, pattern in _LAYOUTS))
    return any(pattern.search(text) for pattern in words)


def _future(draft: Draft, clip: Any) -> Any:
    is_made = isinstance(clip, dict) and draft.chain.has(str(clip.get("step")))
    if is_made and draft.chain.step(clip["step"]).tool == "future_frames":
        return {**clip, "port": "future"}
    return clip


# ---------------------------------------------------------------- what is asked

_ASKED: Final = re.compile(
    r"\b(?:i(?:'d| would)? (?:rather|just|really|only|also)? ?(?:want|like|love|need"
    r"|prefer)?(?: to)? ?(?:know|hear|learn|find out)|(?:can you )?(?:just |only |simply )?(?:ask|tell me"
    r"|say(?! (?:about |around |maybe )?\d))(?: it| about| instead)?:?(?= (?!it\b|that\b|so\b))"
    r"|(?:change|set|make) the question(?: to| into)?:?|(?:the )?question (?:should be|is|must be):?"
    r"|(?:what i (?:want to know|meant to ask) (?:is|was)):?|curious(?: about)?"
    r"|interested in)\s*(?P<en>(?:whether |if )?.{3,})"
    r"|(?:我)?(?:其实|只|就|更|是)?(?:想|要)?(?:知道|了解|问问?)(?:的)?(?:是|一?下)?[:,，]?(?P<zh>.{2,})"
    r"|(?:改成|换成|改为)?(?:问问?|提问|问一下|问题(?:改成|换成|改为|是))[:,，]?(?P<zh2>.{2,})|(?:说说"
    r"|讲讲|告诉我|讲一下|说一下|看看|数数|数一数)(?P<zh3>.{2,})",
    re.IGNORECASE,
)
_MANNER: Final = re.compile(
    r"\bdescri\w+ (?:only|just) .{3,}|只(?:描述|说说?|讲讲?|介绍)\S{2,}"
    r"|(?:\b(?:descri\w+|description|answer|caption|reply"
    r"|respond)\b.*)?\b(?:in (?:chinese|english|french"
    r"|german|one (?:sentence|word|line)|a (?:sentence|few words)|two sentences|more detail|detail|short"
    r"|simple words)|as a (?:poem|list)|(?:more )?(?:briefly|shortly|detailed|precise\w*|thorough\w*"
    r"|poetic\w*)|short(?:er)?|longer|brief(?:er)?|bullet points?)\b"
    r"|(?:描述|说明|介绍|讲解|回答|讲|写|说).{0,6}?(?:用|要|得|成)?(?:中文|英文|汉语|英语|一句话|两句话"
    r"|一句|简短|简单|详细|具体|仔细|短|长|多|少|细|诗|列表)|用(?:中文|英文|汉语|英语|一句话|两句话).{0,6}"
    r"|(?:短|简短|详细|具体|细)一?[点些]",
    re.IGNORECASE,
)


_GIVEN: Final = re.compile(
    r"问(?:一件事|一句|一个问题|这个)[:,，]\s*(?P<zh4>.{3,})|"
    r"(?:问题|提问)(?:就|请|都)?(?:改|换|写|变|设)?(?:成|为|是|作)[:,，]?\s*(?P<zh>.{3,})"
    r"|(?:改|换)(?:成|为)?(?:来)?问(?:题|句|问|一下|一问)?[:,，]\s*(?P<zh2>.{3,})"
    r"|(?:改|换)成这[个句](?:问题|话)?[:,，]\s*(?P<zh3>.{3,})"
    r"|\b(?:change|set|make|turn|switch|rewrite|replace) (?:the|your|that"
    r"|its) question (?:so it (?:says|reads)|(?:in)?to|with)?:?"
    r"\s*(?P<en>.{3,})"
    r"|(?:^|\b(?:new |the ))question(?: should (?:be|read)| is| must be| now)?:\s*(?P<en2>.{3,})"
    r"|\b(?:the )?question (?:should (?:be|read|say)|must be|to):?\s*(?P<en3>.{3,})"
    r"|\bask(?: it| this)?(?: instead)?(?::|(?= ?[\"“]))\s*(?P<en4>.{3,})",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED: Final = re.compile(r"[\"“「『‘'](?P<q>[^\"”」』’]{2,})[\"”」』’']")
_OWN_END: Final = re.compile(
    r"[;。；\n]|[,，.]\s*(?=镜头|视频|其他|其余|别的|然后|另外|顺便|剩下|camera\b"
    r"|and\b|the rest\b|keep\b|leave\b|then\b|also\b)"
    r"|\s+(?=and (?:then )?(?:make|turn|keep|drop|zoom|pan|leave|the camera|let)\b)",
    re.IGNORECASE,
)


def question_given(draft: Draft) -> tuple[int, int] | None:
    """Return start and end, in `draft.raw`, of a question given in its own words; None where none is given."""
    match = _GIVEN.search(draft.raw)
    if match is None:
        return None
    name = next(name for name, words in match.groupdict().items() if words)
    start, words = match.start(name), match[name]
    quoted = _QUOTED.match(words)
    if quoted is not None:
        return start + quoted.start("q"), start + quoted.end("q")
    ends = [mark.end() for mark in re.finditer(r"[?？]", words)]
    cut = _OWN_END.search(words, ends[-1] if ends else 0)
    end = ends[-1] if ends else cut.start() if cut is not None else len(words)
    return start, start + len(words[:end].rstrip(" ,，。"))


def put_given_question(draft: Draft) -> str | None:
    """Ask what a message gives word for word; return the rest of the message, None where it gives no question."""
    span = question_given(draft)
    step = draft.one(step.id for step in draft.chain if step.tool == "describe") if span is not None else None
    if step is None or span is None:
        return None
    typed = draft.typed.strip()
    words = (typed if len(typed) == len(draft.raw) else draft.raw)[span[0] : span[1]]
    draft.settle(lambda: draft.put_args(step, question=words))
    begin = _GIVEN.search(draft.raw)
    before = draft.raw[: begin.start()] if begin is not None else ""
    return f"{before}; {draft.raw[span[1] :]}"


def asks(text: str) -> bool:
    """Return whether words tell what is to be answered, or how a picture is to be described."""
    return _ASKED.search(text) is not None or _MANNER.search(text) is not None


def put_question(draft: Draft, text: str) -> bool:
    """Ask another question, or ask for the description in another manner."""
    step = draft.one(step.id for step in draft.chain if step.tool == "describe")
    if step is None:
        return False
    asked, manner = _ASKED.search(text), _MANNER.search(text)
    if asked is not None:
        words = next(group for group in asked.groups() if group).strip(" :,.，。")
        words = re.sub(r"(?:就(?:行|好|可以|够)|即可|就[行好]了|吧)$", "", words)
        words = re.sub(r"^(?:if|whether) (?=there)", "", words)
        words = re.sub(
            r"^there(?:'s| is| are)\b",
            lambda m: "is there" if "are" not in m[0] else "are there",
            words,
            flags=re.IGNORECASE,
        )
        draft.settle(lambda: draft.put_args(step, question=words))
        return True
    if manner is None or re.search(
        r"\b(?:video|clip|camera|seconds?|zoom|turn|pan)\b|秒|视频|镜头|转", text, re.IGNORECASE
    ):
        return False
    draft.settle(lambda: draft.put_args(step, question=_described(text, manner[0])))
    return True


def _described(text: str, manner: str) -> str:
    """Return the question for a description of that manner."""
    if re.search(r"\bdescri|描述|介绍|说明", text, re.IGNORECASE):
        return text.strip(" ,.，。")
    if re.search(r"说|讲|写|回答|\banswer|\breply", text):
        return text.strip(" ,.，。")
    return f"describe this picture, {text.strip(' ,.')}" if text.isascii() else f"描述这张图，{text.strip(' ,.，。')}"
