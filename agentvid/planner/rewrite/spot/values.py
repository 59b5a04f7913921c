"""Loose words that hold a value: a box, a point, frames a second, a size, where a clip goes on, a question."""

from __future__ import annotations

import re
from typing import Any, Final

from agentvid.chain.step import Step
from agentvid.media.types import Box, Keyframe, Point, Video
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.roles import parts_said, steps_said

__all__ = [
    "is_asking",
    "spot_area",
    "spot_number",
    "spot_original",
    "spot_question",
    "spot_rate",
    "spot_size",
    "spot_start",
    "spot_unlit",
]

_N: Final = r"-?\d+(?:\.\d+)?"
_GAP: Final = r"\s*(?:,|,\s|\s|到|至|-|to|x|、|;)\s*"
_BOX: Final = re.compile(
    rf"\(?\s*({_N})\s*[,x\s]\s*({_N})\s*\)?\s*(?:,|;|\s|-|to|到|至|~)+\s*\(?\s*({_N})\s*[,x\s]\s*({_N})\s*\)?",
    re.IGNORECASE,
)
_POINT: Final = re.compile(
    rf"(?:\b(?:pixel|point|coordinates?|spot|position)\b|坐标|位置|像素)\D{{0,24}}({_N})\s*,\s*({_N})"
    rf"|\(\s*({_N})\s*,\s*({_N})\s*\)|\bx ?[=:]? ?({_N})\s*,?\s*(?:and )?y ?[=:]? ?({_N})|(?:at|在|点"
    rf"|point)\s*({_N})\s*,\s*({_N})",
    re.IGNORECASE,
)
_RATE: Final = re.compile(
    rf"({_N}) ?(?:fps|frames?(?: (?:a|per) second|/s)|帧(?:每秒|/秒|率)?)|(?:fps|frame ?rate|帧率)(?: ?(?:to|of"
    rf"|=|:|改成|设为|用|调到|为))? ?({_N})|每秒 ?({_N}) ?帧",
    re.IGNORECASE,
)
_SIZE: Final = re.compile(
    r"(\d{2,5}) ?(?:px|像素)? ?(?:x|×|by|\*|乘(?:以)?) ?(\d{2,5})(?: ?(?:pixels?|px|像素))?"
    r"|(\d{2,5}) ?(?:pixels?|px|像素)?(?: on each side| each (?:side|way)| square\b"
    r"|(?:的?大?小?)?(?:见方|正方形?|方图))"
    r"|\bsquare\D{0,12}?(\d{2,5})(?: ?(?:pixels?|px))?",
    re.IGNORECASE,
)
_FRAME: Final = re.compile(r"\bframe (?:number |no\.? ?|#)?(\d{1,6})|第(\d{1,6})帧", re.IGNORECASE)
_SECOND: Final = re.compile(
    rf"\b(?:from|at|starting (?:at|from)|after) (?:second |the )?({_N})(?: ?(?:s|secs?|seconds?)\b| second mark)"
    rf"|(?:从|在)第?({_N}|[一二两三四五六七八九十半]+)秒|\b(?:from|at) second ({_N})",
    re.IGNORECASE,
)
_PLACED: Final = (
    (0.5, r"\b(?:middle|midpoint|half ?way|halfway point|centre|mid)\b|中间|一半|半截|当中"),
    (0.0, r"\b(?:very )?(?:beginning|start|first frame|opening)\b(?!ing)|从头|开头|一开始|最前|第一帧|起始|首帧"),
)
"""Places in a clip as people call them, as shares of its length."""
_BEFORE_END: Final = re.compile(
    rf"({_N}|a|an|half an?|one|two|three) ?(?:s|secs?|seconds?) (?:before"
    rf"|from) (?:the |its )?(?:end|last)|倒数第?({_N}|[一二两三四五六七八九十半]+)秒"
    rf"|(?:离|距)?(?:结尾|末尾|结束|最后)(?:前|还有|往前)({_N}|[一二两三四五六七八九十半]+)秒",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"\b(?:from|at|starting|start|continue|carry on|go on|instead of the end)\b|[从在]|接着|续|开始", re.IGNORECASE
)
_START: Final = re.compile(
    r"\b(?:from|carry on|continue|start\w*|instead of the end|go on)\b|从|开始|起|往后|接着|续", re.IGNORECASE
)
_ASK: Final = re.compile(
    r"\bask(?: it| about| instead)?:? (?:whether |if )?(?P<en>.+)|\b(?:change|set) the question to:? (?P<en2>.+)"
    r"|\bquestion (?:should be|is|must be)\b:? ?(?P<en5>.+)"
    r"|\btell me (?P<en3>(?:what|how|where|who|which|whether|if|about).+)"
    r"|(?P<en4>.*\b(?:in|into) (?:chinese|english)\b.*)"
    r"|(?P<zh5>(?:描述|说明|介绍|讲).{0,4}(?:简短|详细|简单|具体|短|长|细)一?[点些])"
    r"|(?P<zh3>用(?:中文|英文|汉语|英语)(?:说|讲|描述|回答|写).*)|(?:只|就|光)?(?:说说|讲讲|告诉我|讲一下"
    r"|说一下)(?P<zh4>.+)"
    r"|(?:改成|换成|改为)?(?:问|提问|问问|问一下|问题(?:改成|换成|改为|是)):?(?P<zh>.+)",
    re.IGNORECASE,
)
_ORIGINAL: Final = re.compile(
    r"\b(?:the )?(?:original|unedited|untouched|first)(?: (?:picture|photo|image|one|shot))?\b|原图|原片"
    r"|原来的图|没(?:改|动|处理)过的",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"(?:\b(?:not|don't|do not|instead of)\b|不要|别|不用|而不是)[^,，;]*", re.IGNORECASE)
_NUMBERS: Final = {
    "light": r"\blight(?:ing)?\b|\bbrightness\b|亮度|光线|明暗",
    "size": r"\bsize\b|占比|大小",
    "trust_seconds": r"\btrust\w*\b|\bbeliev\w+\b|可信",
}
"""Numbers that are evidence, and what they are called."""
_UNLIT: Final = re.compile(
    r"\b(?:don't|do not|dont|no need to|never|stop|without)\b.{0,24}\b(?:match|fit"
    r"|adapt|adjust|tone|dim|dull)\w*\b.{0,24}\b(?:dim|dark|light|lit"
    r"|bright|shad)\w*|\b(?:plain|pure|flat|raw) colou?r\b.*\b(?:light|dim|shade)\w*|"
    r"\b(?:don't|do not|dont|no|without|never|ignore|not)\b.*\b(?:light|lighting|brightness)\b|(?:别|不要|不用"
    r"|不管|忽略|无视|不看|不考虑|不参考|无需|不必).*(?:光线|光照|明暗|亮度)",
    re.IGNORECASE,
)


def spot_area(draft: Draft, clause: str) -> bool:
    """Read "use this box for the cup: 48,110,232,345", "勺子在 (430, 300) 那儿" as evidence by hand."""
    box, point = _BOX.search(clause), _POINT.search(clause)
    match = box or point
    if match is None or _SIZE.fullmatch(match[0].strip()):
        return False
    rest = f"{clause[: match.start()]} {clause[match.end() :]}"
    port = "box" if box else "point"
    steps = [step for step in draft.chain if (spec := draft.tools.get(step.tool)) and port in spec.constraints()]
    named = [step for step in steps if step.id in steps_said(draft, rest)] if re.search(r"step|步|t\d", rest) else []
    things = [step for step in steps if _is_named(step, rest)]
    step_id = draft.one(step.id for step in (named or things or steps))
    if step_id is None:
        raise draft.back("nothing", "no_locate")
    numbers = [float(group) for group in match.groups() if group is not None]
    try:
        value: Any = (
            Box(**dict(zip(("x0", "y0", "x1", "y1"), numbers, strict=True)))
            if box
            else Point(x=numbers[0], y=numbers[1])
        )
    except ValueError:
        return False
    step = draft.chain.step(step_id)
    draft.put(step.model_copy(update={"given": {**step.given, port: value.model_dump(mode="json")}}))
    return True


def _is_named(step: Step, text: str) -> bool:
    what = str(step.args.get("what", ""))
    words = what.split() if what.isascii() else [what, what.rpartition("的")[2]]
    return any(len(word) > (2 if what.isascii() else 0) and word.lower() in text.lower() for word in words)


def spot_rate(draft: Draft, clause: str) -> bool:
    """Read "30 fps for the clip", "每秒24帧"."""
    match = _RATE.search(clause)
    if match is None:
        return False
    steps = [step.id for step in draft.chain if (spec := draft.tools.get(step.tool)) and spec.parameter("fps")]
    step = draft.one(steps)
    if step is None:
        return False
    number = float(next(group for group in match.groups() if group))
    draft.settle(lambda: draft.put_args(step, fps=int(number) if number.is_integer() else number))
    return True


def spot_size(draft: Draft, clause: str) -> bool:
    """Read "256 by 256 please"."""
    match = _SIZE.search(clause)
    if match is None:
        return False
    steps = [
        step.id
        for step in draft.chain
        if (spec := draft.tools.get(step.tool)) and spec.parameter("width") and spec.parameter("height")
    ]
    step = draft.one(steps)
    if step is None:
        return False
    sides = [int(group) for group in match.groups() if group is not None]
    wide, high = sides[0], sides[-1]
    draft.settle(lambda: draft.put_args(step, width=wide, height=high))
    return True


def spot_start(draft: Draft, clause: str) -> bool:
    """Read "carry on from frame 50", "从第1秒那里开始往后续"."""
    frame, second = _FRAME.search(clause), _SECOND.search(clause)
    share = next((share for share, words in _PLACED if re.search(words, clause, re.IGNORECASE)), None)
    early = _BEFORE_END.search(clause)
    is_told = frame is not None or second is not None or share is not None or early is not None
    if not is_told or not _START.search(clause) or not _FROM.search(clause):
        return False
    steps = [step.id for step in draft.chain if (spec := draft.tools.get(step.tool)) and spec.parameter("keyframe")]
    step_id = draft.one(steps)
    clip = _clip(draft, step_id) if step_id else None
    if step_id is None or clip is None:
        return False
    if frame is not None:
        number = int(frame[1] or frame[2])
        at = number / clip.fps
    elif early is not None:
        told = next(group for group in early.groups() if group)
        at = clip.seconds - (read_number(re.sub(r"^half an?$", "0.5", told)) or 1.0)
        number = round(at * clip.fps)
    elif second is None:
        assert share is not None
        number = round(share * (clip.frames - 1))
        at = number / clip.fps
    else:
        at = read_number(next(group for group in second.groups() if group)) or 0.0
        number = round(at * clip.fps)
    if not 0 <= number < clip.frames:
        raise draft.back("refused", "not_valid", given=f"{clause}", do=f"0 … {clip.frames - 1} ({clip.seconds:g} s)")
    value = Keyframe(frame=number, seconds=round(at, 4)).model_dump(mode="json")
    draft.settle(lambda: draft.put_args(step_id, keyframe=value))
    return True


def _clip(draft: Draft, step_id: str) -> Video | None:
    value = draft.chain.step(step_id).args.get("video")
    if isinstance(value, dict) and value.get("type") == "video":
        return Video.model_validate(value)
    known = [medium.artifact for medium in draft.request.media if isinstance(medium.artifact, Video)]
    return known[0] if len(known) == 1 else None


def is_asking(clause: str) -> bool:
    """Return whether words set another question: "ask how many there are", "用中文说图里有什么"."""
    return (
        re.search(
            r"(?:^|[,，])[就只]?问|\bask\b|\btell me\b|告诉我|用(?:中文|英文|汉语|英语)(?:说|讲|描述|回答)"
            r"|改成?问",
            clause,
            re.IGNORECASE,
        )
        is not None
    )


def spot_question(draft: Draft, clause: str) -> bool:
    """Read "第一步改成问：杯子里有没有水", "ask how many cups there are"."""
    match = _ASK.search(clause)
    if match is None:
        return False
    step = draft.one(step.id for step in draft.chain if step.tool == "describe")
    if step is None:
        return False
    words = next(group for group in match.groups() if group).strip(" :,.")
    words = re.sub(r"^there(?:'s| is) ", "is there ", re.sub(r"^there are ", "are there ", words))
    draft.settle(lambda: draft.put_args(step, question=words))
    return True


def spot_original(draft: Draft, clause: str) -> bool:
    """Read "use the original picture for the zoom", "镜头用原图做": a step takes what was uploaded."""
    clause = re.sub(
        r"(?:\b(?:not|don't|do not|instead of)\b|不要|别|不用|而不是)[^,，;]*", " ", clause, flags=re.IGNORECASE
    )
    if not _ORIGINAL.search(clause):
        return False
    parts = [
        part
        for part in parts_said(draft, _ORIGINAL.sub(" ", clause))
        if part.tool in ("novel_view", "navigate", "edit_image")
    ]
    core = draft.one(part.core for part in parts)
    uploads = [m.artifact for m in draft.request.media if m.is_new and m.artifact.type == "image"]
    if core is None or len(uploads) != 1:
        return False
    draft.put_args(core, image=uploads[0].model_dump(mode="json"))
    return True


def spot_number(draft: Draft, clause: str) -> bool:
    """Read "亮度你就按0.35算", "the trusted part is 0.8 s": a number that a step found is given instead."""
    for port, words in _NUMBERS.items():
        match = re.search(rf"(?:{words})\D{{0,16}}?({_N})", clause, re.IGNORECASE)
        steps = [s for s in draft.chain if (t := draft.tools.get(s.tool)) and any(p.name == port for p in t.ports)]
        step_id = draft.one(step.id for step in steps) if match else None
        if match is None or step_id is None:
            continue
        step = draft.chain.step(step_id)
        draft.put(step.model_copy(update={"given": {**step.given, port: float(match[1])}}))
        return True
    return False


def spot_unlit(draft: Draft, clause: str) -> bool:
    """Read "don't match it to the light in the photo": the plan no longer looks at the light."""
    if not _UNLIT.search(clause):
        return False
    step_id = draft.one(step.id for step in draft.chain if step.tool == "plan_edit" and "light" in step.args)
    if step_id is None:
        return False
    step = draft.chain.step(step_id)
    args = {name: value for name, value in step.args.items() if name != "light"}
    draft.put(step.model_copy(update={"args": args}))
    return True
