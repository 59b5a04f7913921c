"""Arguments told by the step and their name: "target of step 6: cup and saucer", "检查时按藏青色算"."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_target import put_target
from agentvid.planner.rewrite.sense.step_words import roles_told
from agentvid.planner.rewrite.where import Where, find_steps

__all__ = ["put_check_colour", "put_named_target"]

_NAME: Final = re.compile(
    r"\b(?:target|what|object|thing|search (?:for|term|words?)|look(?:ing)? for"
    r"|searching for|find|subject)\b|对象|目标|物体|主体|要找的|查找|寻找|找",
    re.IGNORECASE,
)
_TO: Final = re.compile(
    r"\s*(?:\b(?:should be|must be|to be|is|be|to|as|into|for|=|:)\b|[=:：]|(?:应该"
    r"|要|就)?(?:改|换|写|设|变|填)?(?:成|为|作)|是|改|写|填|换)\s*",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"“「『‘'](?P<q>[^\"”」』’]{1,60})[\"”」』’']")


def put_named_target(draft: Draft, said: str) -> bool:
    """Set what the step that is named by its number is about; False where the words tell no such thing.

    Raises: Which where several steps could be meant.
    """
    where = find_steps(said, draft.chain, draft.tools)
    if where is None or not where.is_number or len(where.steps) != 1:
        return False
    step = draft.chain.step(where.steps[0])
    name = next((name for name in ("what", "target") if isinstance(step.args.get(name), str)), "")
    about = _NAME.search(where.rest)
    if not name or about is None:
        return False
    after = where.rest[about.end() :]
    quoted = _QUOTED.search(after)
    to = _TO.match(after)
    words = quoted["q"] if quoted is not None else after[to.end() :] if to is not None and to.end() else ""
    is_verb = re.match(r"look|search|find|找|查|寻", about[0], re.IGNORECASE) is not None
    words = words or (after if is_verb else "")
    words = re.sub(
        r"^(?:the|an?|my) |(?: instead| please|[吧呀了啊]|就[好行])+$",
        "",
        words.strip(' ,.。:："”“'),
        flags=re.IGNORECASE,
    )
    if not words or len(words) > 40:
        return False
    core = next((part.core for part in draft.parts() if step.id in (part.core, part.plan, part.locate)), None)
    if name == "what" and core is not None and put_target(draft, words, Where((core,), "")):
        return True
    draft.keep_going(lambda: draft.put_args(step.id, **{name: words}))
    return True


_CHECKED: Final = re.compile(
    r"\b(?:check|test|measure|compare|verify|inspect)\w*\b.{0,24}\b(?:against|for"
    r"|with|by|whether|that|is|as)\b|\bin the (?:check|test)\b"
    r"|(?:检查|检测|测量|核对|验证|检验|自检).{0,8}(?:按|用|以|拿|看|是不是|是否|改成|换成|对照|比)",
    re.IGNORECASE,
)


def put_check_colour(draft: Draft, text: str) -> bool:
    """Let a check look for another colour than that of the plan."""
    colours = [colour for colour in said_colours(text) if not colour.is_relative]
    if len(colours) != 1 or not _CHECKED.search(text) or "check" not in roles_told(text):
        return False
    parts = {part.plan for part in draft.parts() if part.operation == "recolour"}
    checks = [
        step.id
        for step in draft.chain
        if step.tool == "check" and isinstance(step.args.get("plan"), dict) and step.args["plan"].get("step") in parts
    ]
    where = find_steps(text, draft.chain, draft.tools)
    named = [step for step in checks if where is not None and where.is_number and step in where.steps]
    step_id = draft.one(named or checks)
    if step_id is None:
        return False
    draft.put_args(step_id, colour=colours[0].words)
    return True
