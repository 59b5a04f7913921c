"""How steps run: kept from running again, with another seed, on an engine."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.edit import Pin, SetEngine, SetSeed
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_run import apply_edit
from agentvid.planner.rewrite.roles import PICTURES
from agentvid.planner.rewrite.sense.photo_words import things_said
from agentvid.planner.rewrite.sense.step_words import span_meant, steps_meant
from agentvid.planner.rewrite.where import find_steps

__all__ = ["made_by", "put_engine", "put_pin", "put_seed"]

_PIN: Final = re.compile(
    r"\b(?:lock\w*|pin(?:ned|s)?|freez\w+|frozen|fasten|cement|set in stone)\b"
    r"|\b(?:don't|do not|dont|never|no need to|not|shouldn't|must not|won't"
    r"|needn't)\b(?: \w+){0,5}? (?:re-?(?:do|draw|run|make|render|paint|generat|comput|calculat|find|locat"
    r"|roll|shoot|creat)\w*|(?:be )?(?:drawn?|done|run|made|rendered|painted"
    r"|generated)(?: (?:over|again|anew|afresh))+|recalculat\w*|run|comput\w*"
    r"|calculat\w*|done (?:over|again)|touch(?:ed)?)\b(?! (?:the |its "
    r"|my )?(?:\w+ )?(?:colou?r|background|saucer|spoon|table))"
    r"|\bkeep\b(?=.*\b(?:exactly|result|output|version|step|as (?:it|that|they) (?:is|are|was)|as is"
    r"|this one|the same forever)\b)|\bkeep (?:this|that|the) (?:drawing|picture|image|result|photo|one"
    r"|version)(?=$|[,.]| as\b| like\b)|\bleave\b(?=.*\b(?:exactly|as (?:it|that) is|as is|step)\b)"
    r"|\bno matter what\b|\bwhatever (?:else )?(?:i|you|we|changes|happens)\b"
    r"|\bstays? (?:exactly )?(?:as (?:it )?is|put|fixed|the way it is)\b"
    r"|锁|固定|定住|定下来|就这[样么]定|定了|冻结|钉[住死]|敲定|封[住存]|存住|保住"
    r"|别(?:(?:再去?|重新?|再重新?)(?:做|画)"
    r"|(?:再)?(?:去)?重?新?(?:跑|算|生成|运行|计算|渲染|找(?!错)))(?![太那这得])|(?:不要|不用|不必|不许"
    r"|无需)(?:再)?重?新?(?:跑|算|画|生成|运行|计算|渲染)"
    r"|保持(?:现在|目前)?(?:这样|原样|结果)|就用(?:现在)?这[张个版]|结果(?:留着|保留|别动|不变|不动)"
    r"|怎么改都(?:别|不)",
    re.IGNORECASE,
)


_KEPT: Final = re.compile(r"keep|leave|stays?|保持|不变", re.IGNORECASE)
"""What is said of things as well as of steps."""


_THING: Final = re.compile(
    r"\b(?:background|colou?rs?|shad\w+|light\w*|size|shape|position|there|ball|cube|cone|cylinder|cup"
    r"|spoon|texture|pattern)\b|背景|颜色|光|阴影|明暗|大小|位置|球|方块|圆锥|圆柱|纹理",
    re.IGNORECASE,
)


_UNPIN: Final = re.compile(
    r"\b(?:un-?(?:lock|pin|freez\w*|fix)\w*|(?:re-?run|run again|release|let go))\b|解锁|解除|解开"
    r"|取消(?:锁定|固定)|放开|可以重新?(?:跑|算|做)|别锁|不(?:用|要)锁",
    re.IGNORECASE,
)


_SEED: Final = re.compile(
    r"\b(?:seeds?|re-?roll\w*|dice|random(?:ness| number)?|another (?:roll|throw|draw|variation|variant"
    r"|try|attempt|go|version|take)|different (?:variation|version|take|variant))\b|种子|随机|重新抽|再抽"
    r"|换一?[个版张](?:结果|版本|样子)|再(?:来|试|出|生成)一?(?:个|版|次|张|遍)(?:结果|看看|吧|试试)?$",
    re.IGNORECASE,
)


_NUMBER: Final = re.compile(r"\d{1,18}|(?<=种子)[一二三四五六七八九十百]+")


def put_pin(draft: Draft, text: str) -> bool:
    """Keep steps from running again, or let them run again."""
    is_free = _UNPIN.search(text) is not None
    match = _UNPIN.search(text) or _PIN.search(text)
    if match is None:
        return False
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if _KEPT.match(match[0]):
        is_of_step = (
            bool(steps_meant(draft, rest))
            or _PRODUCT.search(rest)
            or re.search(r"\b(?:keep|leave) (?:it|this|that)\b(?! \w+ed)", text)
        )
        is_of_thing = said_colours(text) or things_said(text, "") or _THING.search(text)
        if draft.did or not is_of_step or is_of_thing:
            return draft.did and not is_of_thing
    span = span_meant(draft, text)
    if span:
        for step in span:
            apply_edit(draft, Pin(step=step, pinned=not is_free))
        return True
    where = find_steps(text, draft.chain, draft.tools)
    steps = list(where.steps) if where is not None and where.is_number else steps_meant(draft, rest)
    if not steps and draft.said & {"pin"}:
        return True
    steps = steps or steps_meant(draft, re.sub(r"\b(?:pin|lock|re-?\w+)\w*", " ", text))
    steps = steps or ([] if _PRODUCT.search(rest) else steps_meant(draft, _PIN.sub(" ", draft.message)))
    steps = steps or made_by(draft, f"{rest} {draft.message}" if not _PRODUCT.search(rest) else rest)
    if not steps or len(steps) > 2:
        return False
    if is_free and not any(draft.chain.step(step).pinned for step in steps):
        raise draft.back("nothing", "is_so")
    draft.said.add("pin")
    for step in steps:
        apply_edit(draft, Pin(step=step, pinned=not is_free))
    return True


_PRODUCT: Final = re.compile(
    r"\b(?:picture|image|photo|still|drawing|result|pic)s?\b|\b(?:first|last|second) one\b|图|画|照片|结果",
    re.IGNORECASE,
)


def made_by(draft: Draft, text: str) -> list[str]:
    """Return the step that makes the picture that words mean: the first, the last, or the only one there is."""
    making = [step.id for step in draft.chain if step.tool in PICTURES]
    if _PRODUCT.search(text) is None and len(making) != 1 and not re.search(r"\b(?:it|this|that)\b|它|这", text):
        return []
    is_first = re.search(r"\bfirst\b|\boriginal\b|第一|头一|一开始|底图|原图|最初", text, re.IGNORECASE) is not None
    return making[:1] if is_first else making[-1:]


def put_seed(draft: Draft, text: str) -> bool:
    """Give the steps that draw, or those that are named, another seed."""
    match = _SEED.search(text)
    if match is not None and match[0].startswith(("再", "换", "another", "different")) and _THING.search(text):
        match = None  # one thing more, not one picture more
    if match is None:
        return "seed" in draft.said and re.search(r"\b(?:again|once more|redo)\b|再|重", text) is not None
    drawing = [step for step in draft.chain if (spec := draft.tools.get(step.tool)) and spec.takes("seed")]
    meant = steps_meant(draft, text) or steps_meant(draft, draft.message)
    meant = meant or (made_by(draft, text) if _PRODUCT.search(text) else [])
    named = [step for step in drawing if step.id in meant]
    if not drawing:
        raise draft.back("nothing", "no_seed")
    told = (
        _NUMBER.search(re.sub(r"\bsteps? \d+|第.步|\bt\d+\.s\d+", " ", text))
        if re.search(r"seed|种子", text, re.IGNORECASE)
        else None
    )
    if "seed" in draft.said:
        return True
    draft.said.add("seed")
    for step in named or drawing:
        number = int(read_number(told[0]) or 0) if told else step.seed + 1
        apply_edit(draft, SetSeed(step=step.id, seed=number))
    if told is None:
        draft.notes.append(draft.say("another_seed"))
    return True


def put_engine(draft: Draft, text: str) -> bool:
    """Wish for an engine that is named, for the steps that are named or all that it can do."""
    known = [
        name for name in draft.request.bears if re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text, re.IGNORECASE)
    ]
    known = [
        name
        for name in known
        if name != "small" or re.search(r"\bengine|model\b|引擎|[用换]|step|步|\bwith small|use small", text)
    ]
    if len(known) != 1:
        return False
    if draft.did and re.search(r"\b(?:rest|stays?|keeps?|others?|remain\w*)\b|其他|其余|不变", text):
        return True
    able = [
        s.id
        for s in draft.chain
        if (spec := draft.tools.get(s.tool)) and set(spec.tasks) & draft.request.bears[known[0]]
    ]
    said = [step for step in steps_meant(draft, re.sub(known[0], " ", text, flags=re.IGNORECASE)) if step in able]
    if not able:
        return False
    for step in said or able:
        apply_edit(draft, SetEngine(step=step, engine=known[0]))
    return True
