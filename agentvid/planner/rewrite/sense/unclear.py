"""Messages that are not content and say not why: "感觉怪怪的", "not quite what I had in mind". They are asked back."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.sense.words import residue

__all__ = ["is_change", "is_other", "is_unclear"]

_VAGUE: Final = re.compile(
    r"换一?[种样下]|别的样子|那边|这边|另一个|[颜换]色|\b(?:colou?rs?|the other one"
    r"|other|change|switch|move|turn)\b|怪怪|奇怪|古怪|怪|别扭|不对劲|不太对|不对"
    r"|不满意|不喜欢|不好看|不理想|不舒服|不自然|不到位|没感觉|没味道"
    r"|[差缺少]点?(?:儿)?(?:意思|感觉|味道|什么|东西|劲)|差点|差一点|欠点?|丑|难看|一般般?|不行|不咋地|无语"
    r"|想象|理想|预期|期待|满意|喜欢|效果|感觉|意思|味道|风格|氛围|画面|结果|图|哪里|哪儿|说不上来|说不出来?|不知道"
    r"|什么|怎么回事|调整|调一?调|优化|改进|完善|美化|改改|改一?改|弄弄"
    r"|重新?[想弄做搞]|换个|换一?换|不一样|好看|高级|专业"
    r"|不是(?:很|太|我想)?|没有?|不(?=太|是|够|那么|怎么|大)|[好差坏乱假怪次]"
    r"|\b(?:weird|odd|off|better|nice|strange|wrong|meh|ugly|dull|boring|bland"
    r"|different(?:ly)?|nicer|prettier|improv\w*|fix\w*"
    r"|adjust\w*|tweak\w*|polish\w*|refin\w*|disappoint\w*|satisf\w*|happy"
    r"|convinc\w*|right|mind|imagin\w*|pictur\w*"
    r"|expect\w*|hop(?:ed?|ing)|envision\w*|asked|vision|idea|vibe|feeling|mood|result|image|output|version|missing"
    r"|love|lov(?:ing|ed)|work\w*|cut|click\w*|hit\w*|sold|sure|fan|professional|interesting|fancy|fancier|special"
    r"|pop|spice|cooler|magic|wow|jazz\w*|hmph|ugh|nope|why|know|tell|finger|place"
    r"|somehow|something|anything|nothing"
    r"|not|never|isn't|doesn't|don't|didn't|wasn't|can't|haven't|it'll|won't)\b",
    re.IGNORECASE,
)
_ASKED_FOR: Final = re.compile(
    r"(?:什么|怎么回事|为什么|哪里|哪儿|哪个).{0,12}[?？]|[吗呢][?？]?$|^(?:what|why"
    r"|who|where|which|when|how)\b.*\?",
    re.IGNORECASE,
)
_PRAISE: Final = re.compile(
    r"^(?:谢谢|多谢|好的?|不错|很好|可以|完美|挺好|赞|棒|行|ok(?:ay)?|thanks?(?: you)?|thank you|great|perfect|nice"
    r"|good|fine|cool|awesome|love (?:it|this)|yes|no|yep|nope)[\s,.!了吧的啊~]*$",
    re.IGNORECASE,
)


_CHANGE: Final = re.compile(
    r"(?:那就?|还是|请|帮我|干脆|要不)*(?:换成|改成|变成|换个|改为)(?!.*(?:图|照片|视频|片|版))"
    r"|(?:change|turn|switch) (?:it|that|this) (?:in)?to\b",
    re.IGNORECASE,
)


def is_change(text: str) -> bool:
    """Return whether a message wants something turned into something, without saying what: "换成圆柱"."""
    return _CHANGE.match(text.strip()) is not None


_OTHER: Final = re.compile(
    r"(?:no|nah|nope|not (?:that|this)|oh|sorry|wait|hm+|please|不是|不对|不|哦"
    r"|呃)?[,， ]*(?:the|that) other (?:one|thing)(?: please| instead)?"
    r"|(?:不是|不对|不|哦|呃)?[,， ]*(?:要)?另外?(?:那|一)?[个把只张种](?:吧|啊|呀)?"
    r"|换一?个(?:吧|呢|好了|看看|试试)?",
    re.IGNORECASE,
)
"""What names nothing, and may be anything."""


def is_other(text: str) -> bool:
    """Return whether a message means "the other one" of what it doesn't say."""
    return _OTHER.fullmatch(text.strip(" .!。？?")) is not None


def is_unclear(text: str) -> bool:
    """Return whether a message asks that something be otherwise and names nothing that could be."""
    text = text.strip().lower()
    if is_other(text):
        return True
    if not _VAGUE.search(text) or _ASKED_FOR.search(text) or _PRAISE.match(text):
        return False
    return not residue(_VAGUE.sub(" ", text), [])
