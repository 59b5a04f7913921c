"""Turns as notebooks hold them: of an `Agent`, or of a `BlockingAgent`, whose turns block."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from agentvid.agent.agent import Turn
from agentvid.agent.blocking import unwrapped
from agentvid.agent.document import turn_record
from agentvid.errors import InputError
from agentvid.report.record import TurnRecord

__all__ = ["plain_turn", "record_of"]


def plain_turn(turn: Any) -> Turn:
    """Return the turn that is meant.

    Raises: InputError where it is none.
    """
    plain = unwrapped(turn)
    if not isinstance(plain, Turn):
        raise InputError(f"{type(turn).__name__}", "a turn, as session.send returns it", "hand in a turn")
    return plain


def record_of(turn: Turn) -> TurnRecord:
    """Return what is told of a turn; also where an event loop runs already, as it does in a notebook."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, turn_record(turn)).result()
