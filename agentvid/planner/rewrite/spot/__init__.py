"""Edits said loosely: where no exact phrase fits a clause, what its words point at in the chain at hand decides.

The exact readers (`read_*`) come first. Here a clause is searched for cues: a role that the chain has ("the zoom"), a
value that only one step can take (frames a second), a direction. Nothing is read where two steps could be meant: the
person is asked. Words that only tell why ("the fill looks fake") are passed over, but never alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.spot.joins import spot_join, spot_join_whole
from agentvid.planner.rewrite.spot.layout import spot_added, spot_layout
from agentvid.planner.rewrite.spot.path import spot_motion, spot_whole_motion
from agentvid.planner.rewrite.spot.stand import spot_stage
from agentvid.planner.rewrite.spot.steps import (
    spot_engine,
    spot_given_back,
    spot_left_out,
    spot_one_check,
    spot_only,
    spot_order,
    spot_pin,
    spot_seed,
    spot_undo,
)
from agentvid.planner.rewrite.spot.things import spot_colour, spot_kept, spot_operation, spot_rather, spot_target
from agentvid.planner.rewrite.spot.values import (
    is_asking,
    spot_area,
    spot_number,
    spot_original,
    spot_question,
    spot_rate,
    spot_size,
    spot_start,
    spot_unlit,
)

__all__ = ["is_asking", "is_remark", "spot", "spot_added", "spot_layout", "spot_only", "spot_stage", "spot_whole"]

_WHOLE: Final[tuple[Callable[[Draft, str], bool], ...]] = (
    spot_area,
    spot_given_back,
    spot_one_check,
    spot_order,
    spot_original,
    spot_question,
    spot_rather,
    spot_stage,
    spot_target,
    spot_operation,
    spot_whole_motion,
    spot_join_whole,
)
"""Cues that stretch over the clauses of a message."""
_SPOTTERS: Final[tuple[Callable[[Draft, str], bool], ...]] = (
    spot_undo,
    spot_seed,
    spot_engine,
    spot_given_back,
    spot_pin,
    spot_area,
    spot_start,
    spot_rate,
    spot_size,
    spot_question,
    spot_number,
    spot_unlit,
    spot_original,
    spot_one_check,
    spot_order,
    spot_target,
    spot_operation,
    spot_layout,
    spot_motion,
    spot_join,
    spot_kept,
    spot_only,
    spot_left_out,
    spot_colour,
)
_REMARK: Final = re.compile(
    r"(?:it|that|this|the [\w ]+|they)? ?(?:looks?|is|was|are|were|feels?|seems?|came out)\b.*\b(?:fake|odd"
    r"|wrong|bad|ugly|off|weird|fine|good|ok|okay|great|boring|strange|much|nice|better)\b.*"
    r"|(?:no|nope|nah|wait|hmm+|hm|well|oh|ok|okay|sorry|actually|my bad|oops|hold on|on second thought|thanks?"
    r"|please)(?: (?:no|wait|sorry|actually|thanks))*"
    r"|you (?:found|got|did|have) .*(?:fine|right|well|good)|.*(?:看着|看起来|感觉|有点|太)?(?:假|怪|丑|不对劲"
    r"|不好看|难看|别扭|奇怪|可以|挺好|不错|很好)(?:了|的)?"
    r"|(?:it|that|this|which|because|since|'cause|cause|so that|they|i (?:feel|think|don't like|hate"
    r"|love))\b(?:(?!\b(?:should|must|needs? to|has to"
    r"|let|make|want)\b).)*|(?:因为|太|有点|有些|这样|看着|看得|看起来|我觉得|不然|省得|免得|我不喜欢|我看).*"
    r"|.{0,6}(?:得|的)?太.{1,4}了?"
    r"|i(?:'m| am) .*|(?:the )?(?:rest|others?|everything else|all else)\b.*\b(?:stay|same|as|keep)\w*\b.*"
    r"|(?:颜色|位置|大小|形状|方向|其他|其它|其余|别的|剩下).{0,4}(?:不动|不变|照旧|别动|保持|一样|不用改).{0,2}"
    r"|再.{0,3}(?:一次|一遍).{0,3}|一共.{1,4}个|总共.{1,4}个|.{0,6}有点.*"
    r"|直接(?:给我|出|来|涂|改|画|做|弄|上|换).{0,5}|(?:再)?来(?:吧|一?次|过|一遍)?|再?(?:续|试|做|画|跑).{0,3}(?:看看|试试)"
    r"|(?:节?省|快)[点些一]?.{0,3}(?:时间|力气)|.{1,20} means? .{1,20}|(?:别"
    r"|不用|不要)(?:你)?自己.{1,3}|(?:往后|继续)?续(?:写|下去)?"
    r"|[\w ]+'s (?:(?:kind of|sort of|a bit|too|so|pretty|just|really) )*(?:boring|dull|ugly|bland|loud|plain|odd|off"
    r"|weird|awful|horrible)|.{1,30}(?<!should)(?<!must) (?:stays?|remains?"
    r"|is fine|are fine)(?: (?:as (?:it )?is|the same|there"
    r"|like that))?|take my word for it"
    r"|(?:搞|弄|说|看|写)错了?|(?:我)?改主意了|不对|不好意思|等等|等一下|算了|哦|嗯+|好吧|对了"
    r"|其他(?:都)?(?:不变|别动|照旧)|别再?变了?|(?:可以)?重新找",
    re.IGNORECASE,
)


def is_remark(clause: str) -> bool:
    """Return whether words only tell why or greet, and ask for nothing."""
    return _REMARK.fullmatch(clause.strip(" ,.!?。")) is not None


def spot_whole(draft: Draft, message: str) -> bool:
    """Read cues that need more than one clause; False where there are none."""
    return any(reader(draft, message) for reader in _WHOLE)


def spot(draft: Draft, clause: str) -> bool:
    """Read one clause by its cues; False where there are none."""
    return any(reader(draft, clause) for reader in _SPOTTERS)
