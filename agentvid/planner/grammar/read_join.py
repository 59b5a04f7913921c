"""How phrases that put media together become a request: media, a layout and words of joining, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.grammar.clause import Clause
from agentvid.planner.grammar.lexicon import find_references
from agentvid.planner.request import Join, Layout, Reference, Request

__all__ = ["read_join"]

_LAYOUTS: Final[tuple[tuple[str, Layout], ...]] = (
    (
        r"\bside[ -]by[ -]side\b|\b(?:be|along)side\b|\bnext to(?: each other)?\b|\bto the (?:left|right) of\b"
        r"|\bbeside each other\b"
        r"|并排|并列|左右(?:对比|排列|并排)?|旁边|[左右]边|挨着|\bin (?:a|one) row\b",
        "beside",
    ),
    (
        r"\b(?:one )?(?:above|over|on top of|below|under(?:neath)?)(?: each other| the other)?\b|\bvertically\b"
        r"|\bin (?:a|one) column\b"
        r"|上下(?:排列|对比|并排|叠放)?|上面|下面|上方|下方|\bstack(?:ed)?\b|叠起来|叠放",
        "above",
    ),
    (
        r"\b(?:one )?after (?:another|one another|each other|the other)\b|\bafter\b|\bin sequence\b|\bin a row\b"
        r"|\bback to back\b|\bend to end\b"
        r"|\b(?:and )?then\b|\bfollowed by\b|\bappend(?:ed)?\b|\bbefore\b"
        r"|依次|先后|前后|一个接一个|接起来|连起来|后面|之后|前面|接在|拼接|首尾相接|接到|(?:然后|接着|再)",
        "then",
    ),
)
_JOIN_VERBS: Final = (
    r"\b(?:put|place|join|combine|merge|stitch|compare|show|play|arrange|lay|concatenate|stack|append|set|compose"
    r"|see|give)\b"
    r"|放在?|拼(?:接|起来|在|成)?|合并|合成|对比|比较|拼图|播放|排(?:列|在)?|接(?:起来|在)|连起来|展示|显示|摆"
)
_JOIN_FILLERS: Final = (
    r"\b(?:the|and|with|to|of|in|on|together|into|one|first|up|me|a|an|each|other|single|same|picture|clip|video"
    r"|frame|at|it's|against|layout)\b"
    r"|把|将|和|与|跟|同|在|成|一起|一块|起来|给|放|的|到|先|一张|一个|一段|图|片|进行|来|是|合|它|做|个|,|地|一|张|段"
)


def read_join(clause: Clause) -> tuple[Request, ...] | None:
    """Read "put it beside the original": all words of the clause must be media, a layout, or words of joining."""
    text, found = clause.match[0], find_references(clause.match[0])
    bare = text
    for start, end, _ in found:
        bare = bare[:start] + "\x00" * (end - start) + bare[end:]
    layouts = [(layout, word) for pattern, layout in _LAYOUTS if (word := re.search(pattern, bare, re.IGNORECASE))]
    verb = re.search(_JOIN_VERBS, bare, re.IGNORECASE)
    is_together = bool(
        re.search(
            r"together|一起|一块|合并|合成|拼|\b(?:join|combine|merge|stitch|compare|concatenate)\b|对比|比较",
            bare,
            re.IGNORECASE,
        )
    )
    if not (layouts or (verb and is_together)) or (not verb and len(found) < 2 and not _is_bare_layout(bare)):
        return None
    left = bare
    for pattern in (*(pattern for pattern, _ in _LAYOUTS), _JOIN_VERBS, _JOIN_FILLERS):
        left = re.sub(pattern, " ", left, flags=re.IGNORECASE)
    if re.search(r"[^\s\x00.,!?;:]", left):
        return None
    layout: Layout = layouts[0][0] if layouts else "then" if _are_clips(found, text) else "beside"
    return (Join(clause.said, _ordered(found, bare, layout, text), layout),)


def _is_bare_layout(bare: str) -> bool:
    return bool(
        re.fullmatch(
            r"(?:side[ -]by[ -]side|并排|左右对比|上下对比|上下排列|并列|one (?:above|after"
            r"|on top of) (?:the other|another))",
            bare.strip(),
            re.IGNORECASE,
        )
    )


def _are_clips(found: list[tuple[int, int, Reference]], text: str) -> bool:
    return bool(found) and all(reference.media == "video" for _, _, reference in found)


def _ordered(found: list[tuple[int, int, Reference]], bare: str, layout: Layout, text: str) -> tuple[Reference, ...]:
    what = list(dict.fromkeys(reference for _, _, reference in found))
    if len(what) != 2:
        return tuple(what)
    is_swapped = re.search(
        r"\bbelow\b|\bunder(?:neath)?\b|\bto the right of\b|^(?:(?!\bone\b).)*\bafter\b(?! (?:each|one|another"
        r"|the other))"
        r"|\x00(?:的)?(?:下面|下方|右边|后面|之后)|\bappend",
        bare,
        re.IGNORECASE,
    )
    if is_swapped:
        return (what[1], what[0])
    is_sided = re.search(r"to the left of|(?:左边|上面|上方|前面)", bare)
    if layout == "beside" and not is_sided and what[1].to == "original":
        return (what[1], what[0])
    return tuple(what)
