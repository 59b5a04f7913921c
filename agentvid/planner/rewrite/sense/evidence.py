"""What a person gave by hand, taken back: "forget the box I drew", "我框的那块不算"; and a box moved by pixels."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from agentvid.chain.edit import ClearGiven
from agentvid.media.types import Box
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_run import apply_edit
from agentvid.planner.rewrite.where import find_steps

__all__ = ["put_given_back", "put_moved_box"]

_PORTS: Final = {
    "box": r"\b(?:box|frame|rectangle|bounds)\b|(?<!取消)框|圈(?!子?转)",
    "mask": r"\b(?:mask|cut-?out|selection|outline|silhouette)\b|遮罩|蒙版|抠|选区|轮廓",
    "point": r"\b(?:point|dot|click(?:ed)?|pixel|spot|marker|coordinates?)\b|(?<![一有差早晚])点(?![点些儿])|坐标",
    "path": r"\b(?:camera )?path\b|路径|轨迹",
    "plan": r"\bplan i\b|我.{0,4}计划",
}
_MINE: Final = re.compile(
    r"\bmy (?:own )?(?:hand-?drawn )?(?=box|mask|point|frame|rectangle|selection|outline|cut|dot|click|spot|marker)"
    r"|\bmine\b|\b(?:i|we)(?:'d|'ve| have| had)? (?:gave|given|drew|drawn|set|put"
    r"|mark\w*|click\w*|made|pick\w*|provided"
    r"|enter\w*|placed|tapped|sketched|traced|added|supplied|specified)\b"
    r"|\b(?:hand-?drawn|hand-?made|by hand|manual(?:ly)?"
    r"|from (?:before|earlier|last time))\b"
    r"|我(?:之前|刚才|先前|上次|刚刚|原来|自己|手动|那|的|这)*(?:给|画|点|框|标|圈"
    r"|定|设|选|传|抠|那[张个]|的[框点遮蒙坐])"
    r"|手动|手画|手绘|(?:之前|先前|刚才)(?:给|画|点|框|标|圈|定|设)",
    re.IGNORECASE,
)
_DROP: Final = re.compile(
    r"\b(?:forget|drop|ignore|scrap|discard|clear|remove|delete|toss|bin|ditch"
    r"|cancel|lose|disregard|withdraw|retract"
    r"|throw (?:out|away|it)|get rid of|take back|(?:don't|do not|dont|stop"
    r"|no longer|not) (?:use|using|need\w*|trust|rely)"
    r"|without|wrong|off|yourself|on your own|automatic\w*|itself|by itself|own)\b"
    r"|作废|不算|不作数|不用|不要|别用|别管|别理|别看|收回|撤|取消|去掉|删|丢|扔|忘"
    r"|清|自己|自动|重新|不对|不准|错|没用|无效",
    re.IGNORECASE,
)


def put_given_back(draft: Draft, text: str) -> bool:
    """Take back what a person gave; False where the words are about something else.

    Raises: Back where nothing was given.
    """
    where = find_steps(text, draft.chain, draft.tools)
    numbers = re.sub(r"第.步|\bsteps? \d+|\bt\d+\.s\d+", " ", text)
    if not _MINE.search(text) or not _DROP.search(text) or re.search(r"\d", numbers):
        return False
    told = [port for port, words in _PORTS.items() if re.search(words, text, re.IGNORECASE)]
    known = {port.name for step in draft.chain if (spec := draft.tools.get(step.tool)) for port in spec.ports}
    told = [port for port in told if port in known]
    if not told:
        return False
    steps = [step for step in draft.chain if where is None or not where.is_number or step.id in where.steps]
    given = [(step.id, port) for step in steps for port in told if port in step.given]
    if not given:
        draft.said.add("sure")
        raise draft.back("nothing", "no_given")
    for step_id, port in given:
        apply_edit(draft, ClearGiven(step=step_id, port=port))
    return True


_PIXELS: Final = re.compile(
    r"(?P<side>left|right|up|down|higher|lower"
    r"|[往向朝]?[左右上下])\D{0,12}?(?P<n>\d{1,4}) ?(?:px|pixels?|个?像素|个?点)"
    r"|(?P<n2>\d{1,4}) ?(?:px|pixels?|个?像素)\D{0,12}?(?P<side2>left|right|up|down|higher|lower|[左右上下])",
    re.IGNORECASE,
)
_SIDES: Final = {
    "left": (-1, 0), "right": (1, 0), "up": (0, -1), "higher": (0, -1), "down": (0, 1), "lower": (0, 1),
    "左": (-1, 0), "右": (1, 0), "上": (0, -1), "下": (0, 1),
}  # fmt: skip
_BOX: Final = re.compile(r"\b(?:box|frame|rectangle)\b|框", re.IGNORECASE)


def put_moved_box(draft: Draft, text: str) -> bool:
    """Move the box that was found by a number of pixels: "move the box 20 pixels to the left"."""
    match = _PIXELS.search(text)
    steps = [step.id for step in draft.chain if (spec := draft.tools.get(step.tool)) and "box" in spec.constraints()]
    if match is None or not _BOX.search(text) or not steps:
        return False
    step = draft.one(steps)
    if step is None:
        return False
    x, y = _SIDES[(match["side"] or match["side2"]).lower().lstrip("往向朝")]
    far = read_number(match["n"] or match["n2"]) or 0.0
    try:
        box = Box.model_validate(draft.found(step, "box"))
        moved = Box(x0=box.x0 + x * far, y0=box.y0 + y * far, x1=box.x1 + x * far, y1=box.y1 + y * far)
    except ValidationError:
        return False
    held = draft.chain.step(step)
    draft.put(held.model_copy(update={"given": {**held.given, "box": moved.model_dump(mode="json")}}))
    return True
