"""How questions become requests: what happens next, what is in a medium, what can be asked for."""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar.clause import Clause, Refusal
from agentvid.planner.grammar.lexicon import find_references, strip_leading
from agentvid.planner.request import Ask, Continue, Request

__all__ = ["read_future", "read_help", "read_question"]

FUTURE_SECONDS: Final = 2.0


def read_future(clause: Clause) -> tuple[Request, ...] | None:
    """Read "continue this for two seconds"; some phrases mean it only with their seconds."""
    seconds = clause.measures.seconds
    if clause.get("timed") and seconds is None:
        return None
    where = clause.reference("where")
    where = None if where and where.to == "it" else where
    return (Continue(clause.said, FUTURE_SECONDS if seconds is None else seconds, seconds is not None, where=where),)


def read_question(clause: Clause) -> tuple[Request, ...] | None:
    """Read a question; closed ones ("is it red") only where a question mark closes them."""
    if clause.get("closed") and "?" not in clause.said:
        return None
    found = [reference for _, _, reference in find_references(clause.said) if reference.to not in ("it",)]
    return (Ask(clause.said, strip_leading(clause.said), where=found[0] if found else None),)


def read_help(clause: Clause) -> Refusal:
    """Answer "what can you do": the offers follow by themselves."""
    return Refusal(
        "Ask for a change of a picture, a camera move, a walk or a longer clip",
        "可以改图片、移动镜头、在地图上行走或续写视频",
    )
