"""Whether a message is about a chain that is there, or may ask for something new. Reads words alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step
from agentvid.errors import InputError
from agentvid.planner.grammar.lexicon import strip_politeness
from agentvid.planner.grammar.split import clean
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.read_run import command_in
from agentvid.tool import ToolSpec

__all__ = ["is_command", "is_correction", "is_unmistakable", "names_step"]

_CORRECTION: Final = re.compile(
    r"(?:oh|ah|oops|sorry|hm+|well|uh|um)?[,. ]*"
    r"(?:(?:no|nope|nah)(?:[,.!;:—–-]| (?:i|make|use|it|that|not)\b)|wrong\b|not |actually\b|i (?:meant|said|wanted)\b"
    r"|(?:that|it)(?:'s| is| was) (?:wrong|not (?:right|what))|i'd rather\b|rather\b)"
    r"|.*\b(?:instead|rather than|the other (?:way|direction)|i meant|i'd rather|after all|should have been)\b"
    r"|(?:哦|啊|呃|嗯|抱歉|对不起)?[,，。 ]*(?:不对|不是|错了|[搞弄说选]错了?"
    r"|我说的是|我要的是|我是说|我指的是|应该是|其实|不要|别(?![墅针的人]))"
    r"|.*(?:反方向|反过来|另一个方向|相反方向|而不是|还是.+吧$|错了|才对)",
    re.IGNORECASE | re.DOTALL,
)

_USES: Final = re.compile(
    r"(?:use|try|go (?:for|with)|take|用|换用|改用)(?: an?| the|一?[个种])? ?(?!.*(?:background|backdrop|wall|背景))"
    r".{2,24}",
    re.IGNORECASE,
)
_COUNT: Final = (
    r"(?:\d+(?:\.\d+)?|half an?|an?|one|two|three|four|five|six|seven|eight|ten|[一二两三四五六七八九十半]+)"
)
_LASTS: Final = re.compile(
    rf"(?:(?:make|let) (?:it|that)(?: last| be)?|set (?:it|that) to|change (?:it|that) to|only|just) {_COUNT}"
    rf" ?(?:s|secs?|seconds?)(?: long| instead)?"
    rf"|(?:改成|改为|换成|调成|设成|只要|就要) ?{_COUNT} ?秒钟?(?:就行|就够了|就好|好了|吧)?",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"\bsteps? \d+(?!\.)\b|第[一二三四五六七八九十\d]+步(?![走远长])", re.IGNORECASE)


def is_command(text: str) -> bool:
    """Return whether a message goes back or forth in the history of a chain: "undo", "回到第一版"."""
    said = _cleaned(text)
    return bool(said) and command_in(strip_politeness(said)) is not None


def is_correction(text: str) -> bool:
    """Return whether a message is said as a correction of an earlier one: "no, green", "不对，是绿色", "instead"."""
    said = _cleaned(text)
    return bool(said) and _CORRECTION.match(said) is not None


def is_unmistakable(text: str, chain: Chain, tools: Mapping[str, ToolSpec]) -> bool:
    """Return whether a message can only be about the steps or runs of a chain: it names a step, a seed, another run,
    the colour to use, or how long what it makes shall last.

    Such a message edits that chain even where nobody said so; others may ask for something new.
    """
    said = _cleaned(text)
    if re.search(
        r"\bseed\b|种子|\bt\d+\.s\d+\b|\bsteps? \d+\b|第[一二三四五六七八九十\d]+步(?![走远长])", said, re.IGNORECASE
    ):
        return not re.match(r"(?:walk|go|move|往|向|走)", said, re.IGNORECASE)
    bare = strip_politeness(said)
    if _USES.fullmatch(bare) and any("colour" in step.args for step in chain):
        return said_colours(bare) != []
    if _LASTS.fullmatch(bare) and sum(_has_length(step) for step in chain) == 1:
        return True
    again = r"(?:do|run|try) (?:it|that) (?:once )?again|(?:再|重新)(?:来|试|跑)一?[次遍]"
    skip = (
        r"(?:skip|drop|leave out|remove|delete) the (?:check|checking|last step)"
        r"|(?:跳过|不用|不要|去掉|删掉|删除)(?:做)?(?:检查|最后一步)(?:了)?"
    )
    return re.fullmatch(rf"(?:{again}|{skip})", bare, re.IGNORECASE) is not None and bool(chain.steps)


def _has_length(step: Step) -> bool:
    """Return whether it is told how long what a step makes lasts."""
    path = step.args.get("path")
    poses = path.get("poses", ()) if isinstance(path, Mapping) else ()
    return "seconds" in step.args or len(poses) > 1


def names_step(said: str) -> bool:
    """Return whether a clean message names a step of a chain by its number; steps that are walked are none."""
    return _NUMBERED.search(said) is not None and not re.match(r"(?:walk|go|move|往|向|走)", said, re.IGNORECASE)


def _cleaned(text: str) -> str:
    try:
        return clean(text)
    except InputError:
        return ""
