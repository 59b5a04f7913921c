"""Whether a message asks for something of its own: a further result, an answer that no step gives."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.sense.questions import asks

__all__ = ["asks_alone", "asks_anew"]

_SUGGESTS: Final = re.compile(
    r"^(?:what if|how about|what about|why not|why don't|can|could|would|should|shall|may"
    r"|is it possible)\b|能不能|可不可以|能否|可以.{0,12}吗|行吗|好吗|怎么样$|如何$",
    re.IGNORECASE,
)


_ASKS: Final = re.compile(
    r"^(?:(?:so|and|also|ok|hey|now|by the way|unrelated),?:? )*(?:what|how (?:many|much|old|big|tall)"
    r"|which|who|whose|where|why|when|is there|are there|does|did|is (?:it|this|that|the|there)|are (?:they"
    r"|these|the|there))\b"
    r"|\b(?:can|could|would|will) you (?:also |please )?(?:tell|see|read|write down"
    r"|count|guess|recognise|identify)\b"
    r"|什么|多少|几[个只样张条辆位把种次点]|为什么|怎么回事|哪[里个些位年]|谁|吗$|有没有|是不是|啥",
    re.IGNORECASE,
)


_ANEW: Final = re.compile(
    r"另外(?:再)?(?:帮我)?(?:画|做|出|来|生成|弄|拍|给)|单独(?:一[张段个]|做|画|出)|下一[个张段](?:做|画"
    r"|来|是|请|就)|(?:完了|做完|弄完|完事|之后|接下来|然后|回头)(?:以?后)?再?(?:帮|给|替)|再(?:帮我|给我"
    r"|替我)|接着这[段张个]|再(?:画|出|生成|写|来|做)一?[张段首篇](?!.{0,4}(?:种子|试))"
    r"|(?:(?<![续编])(?<!接着)(?<!往[下后])写(?![成作为长短])|配|念|朗读|翻译|发"
    r"|上传|保存|下载|打印|搜|查一?查|查查|分享)(?!.*(?:描述|问题))|数一?数"
    r"|\b(?:write|translate|upload|email|print|search|google|download|save|export|post|read out|sing"
    r"|compose me|send|share|tweet)\b(?! (?:again|instead))"
    r"|\b(?:make|create|render|generate|draw|paint|do) me (?:an?|another|one more|some|the same)\b"
    r"|\b(?:give|show) me (?:an?|another|one more|some) (?:\w+ ){0,3}?(?:picture|image|clip|video|poster"
    r"|copy|version|photo|drawing|movie|list|story|summary)\b|\bdraw (?:me )?an? (?!.*\binstead\b)(?:house"
    r"|tree|dog|cat|landscape|portrait|poster|car|person|robot|city|castle)\b"
    r"|\b(?:a separate|another|a new|a second|a different) (?:picture|image|drawing|clip|video|photo"
    r"|scene)\b|\bseparate(?:ly)?,? (?:picture|image|drawing|clip|video|photo)\b"
    r"|(?:^|[.!;] )(?:next|after that|afterwards|when (?:you're|that's|it's) done"
    r"|once (?:that|it|this)'s (?:done|finished)),? "
    r".*\b(?:take|remove|erase|paint|recolou?r|blur|replace|crop|add|put|cut)\b"
    r"|^(?:now|next|then|after that|afterwards|when (?:you're|that's) done"
    r"|also),? .*\b(?:walk"
    r"|fly|describe|count|draw|spin|orbit|write|tell|make a|give me|create)\b",
    re.IGNORECASE,
)


_ALONE: Final = re.compile(
    r"\b(?:make|create|draw|generate|render|film|shoot|produce|give|show)\b (?:me "
    r"|us )?(?:an?|another|some)(?: new)? (?:[\w-]+ ){0,4}?(?:clip|video"
    r"|movie|picture|image|drawing|photo|animation|scene|poster|gif) (?:of|with|where|showing|about|in which)\b|"
    r"\b(?:another|a separate|a second|an extra|a new|a different"
    r"|one more) (?:\w+ )?(?:picture|image|drawing|clip|video|photo"
    r"|scene|version|one) (?:with|of|where|in which|that shows|showing|just|but)\b"
    r"|\bin an? (?:separate|new|different|second) (?:picture|image|drawing|clip|video|photo|file)\b|\bseparately\b"
    r"|另外(?:再|帮我|给我|你)*(?:画|做|出|来|生成|弄|拍|写)一?[张个段幅首条]"
    r"|单独(?:再)?(?:画|做|出|来|生成|弄)一?[张个段幅条]"
    r"|再(?:帮我|给我|另外)*(?:画|做|出|来|生成)一?[张幅段](?!.{0,6}种子)\S{3,}",
    re.IGNORECASE,
)


_TELLS: Final = re.compile(
    r"\b(?:can|could|would|will) you (?:also |please )?(?:tell|describe|count|guess"
    r"|explain)\b(?! it to)|^(?:also |please |and )*(?:tell me|describe|explain) "
    r"|(?:告诉我|描述一?下|描述这|讲讲|解释)",
    re.IGNORECASE,
)


_JOINED: Final = re.compile(
    r"\bside[- ]by[- ]side with\b|\bnext to the (?:original|clip|video)\b"
    r"|\b(?:stitch|splice|compose|collage|montage)\w*\b"
    r"|(?:图|照片|视频|片).{0,12}(?:拼|并排|合成|叠)(?:在|到|成|起|一|放)|拼(?:在|到)?一(?:起|块)",
    re.IGNORECASE,
)
"""What puts together what the chain does not."""


def asks_alone(draft: Draft, text: str) -> bool:
    """Return whether words ask for a result beside the one that is there, or for an answer that no step gives."""
    if re.search(r"\bseeds?\b|种子", text):
        return False
    tools = {step.tool for step in draft.chain}
    has_answer = "describe" in tools
    if "compose" not in tools and _JOINED.search(text):
        return True
    return _ALONE.search(text) is not None or (not has_answer and _TELLS.search(text) is not None)


def asks_anew(draft: Draft, text: str) -> bool:
    """Return whether words ask for something of its own: a further result, an answer that no step gives."""
    has_answer = any(step.tool == "describe" for step in draft.chain)
    if _ANEW.search(text) and not (has_answer and asks(text) and not re.search(r"再|另外|then|next", text)):
        return True
    is_asked = _ASKS.search(text) is not None and not _SUGGESTS.search(text)
    return is_asked and not (has_answer and asks(text))
