"""What is asked about a picture, and in what manner it is answered."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.draft import Draft

__all__ = ["asks", "put_given_question", "put_question", "question_given"]

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
    r"\bdescri\w+ (?:only|just|what|how|where|who|the (?!picture|image|photo"
    r"|scene)\w+) ?.{3,}|只(?:描述|说说?|讲讲?|介绍)\S{2,}"
    r"|(?:\b(?:descri\w+|description|answer|caption|reply|respond|talk|speak|write|say|put) ?\b.*)?"
    r"\b(?:in (?:chinese|english|french|german|spanish|japanese|detail|short|brief"
    r"|prose|(?:just |only |no more than |at most )?"
    r"(?:one|a single|a|two|three|a few|ten|twenty|\d+) (?:\w+ )?(?:sentences?"
    r"|words?|lines?|paragraphs?)|a nutshell"
    r"|simple words|(?:more|less|greater|full|much) detail|plain \w+|bullet points?)"
    r"|as a (?:\w+ )?(?:poem|list|haiku|story"
    r"|headline|caption|sentence)|(?:more |less |very )?(?:briefly|shortly"
    r"|concise(?:ly)?|detailed|precise\w*|thorough\w*|poetic\w*)"
    r"|short(?:er)?|longer|brief(?:er)?|more detail|less detail|bullet points?|summar\w+)\b"
    r"|(?:描述|说明|介绍|讲解|回答|讲|写|说).{0,6}?(?:用|要|得|成)?(?:中文|英文|汉语"
    r"|英语|法语|日语|一句话|两句话|[一两二三几]句|一段话?|一行"
    r"|简短|简单|简洁|详细|具体|仔细|全面|短|长|多|少|细|诗|列表)|用(?:中文|英文"
    r"|汉语|英语|法语|日语|[一两三几]句话?|一段话).{0,6}"
    r"|[一两二三几]句话?(?:就|概括|说|讲|描述|总结|介绍|完|搞定|带过).{0,4}"
    r"|概括(?:一下|地)?(?:说|讲|描述)?|总结一下"
    r"|(?:短|简短|简洁|详细|具体|细)一?[点些]",
    re.IGNORECASE,
)


_GIVEN: Final = re.compile(
    r"问(?:一件事|一句|一个问题|这个)[:,，]\s*(?P<zh4>.{3,})|"
    r"(?:问题|提问)(?:就|请|都)?(?:改|换|写|变|设)?(?:成|为|是|作)[:,，]?\s*(?P<zh>.{3,})"
    r"|(?:改|换)(?:成|为|个|一个)?(?:来)?问(?:题|句|问|一下|一问)?[:,，]\s*(?P<zh2>.{3,})"
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


_COUNTED: Final = re.compile(
    r"^(?:just |only )?(?:count|list|name) .*\b(?:instead|rather)\b|^(?:just|only) (?:count|list|name)\b|^只[数列]",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Return whether words tell what is to be answered, or how a picture is to be described."""
    return any(pattern.search(text) for pattern in (_ASKED, _MANNER, _COUNTED))


def put_question(draft: Draft, text: str) -> bool:
    """Ask another question, or ask for the description in another manner."""
    step = draft.one(step.id for step in draft.chain if step.tool == "describe")
    if step is None:
        return False
    asked, manner = _ASKED.search(text), _MANNER.search(text)
    if asked is not None:
        words = next(group for group in asked.groups() if group).strip(" :,.，。")
        words = re.sub(r",? ?\b(?:instead|rather|please|then)$", "", words, flags=re.IGNORECASE)
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
    is_count = re.match(r"(?:just |only )?(?:count|list|name)\b|只?[数列]", text, re.IGNORECASE) is not None
    if is_count and re.search(r"\binstead\b|\brather\b|^(?:just|only)\b|改成|就[好行]|^只", text, re.IGNORECASE):
        words = re.sub(r",? ?\b(?:instead|rather)\b|^(?:just|only) |就[好行]了?$|^只", "", text, flags=re.IGNORECASE)
        draft.settle(lambda: draft.put_args(step, question=words.strip(" ,.，。")))
        return True
    if manner is None or re.search(
        r"\b(?:video|clip|camera|seconds?|zoom|turn|pan|edges?)\b|秒|视频|镜头|转", text, re.IGNORECASE
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
