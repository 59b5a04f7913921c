"""Trying again: how often, and how long to wait before. Each wait is said; nothing is tried that can't help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from agentvid.events import Emit, Warned
from agentvid.planner.llm.wire import Trouble

__all__ = ["LONGEST_WAIT", "TRIES", "Sleep", "patiently"]

TRIES: Final = 4
TRIES_SLOW: Final = 2
"""Where nothing comes in time: each try waits for the whole timeout."""
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
"""Longer waits are left to the person, in seconds."""

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


async def patiently(ask: Callable[[], Awaitable[T]], emit: Emit, sleep: Sleep = asyncio.sleep) -> T:
    """Return what `ask` returns, trying again where that may help: when the endpoint says, else after 1, 2, 4 s.

    Raises: Trouble of the last try, or where another would be of no use.
    """
    tries = slow = 0
    while True:
        try:
            return await ask()
        except Trouble as trouble:
            tries, slow = tries + 1, slow + trouble.is_slow
            wait = FIRST_WAIT * 2 ** (tries - 1) if trouble.after is None else trouble.after
            if not trouble.again or tries >= TRIES or slow >= TRIES_SLOW or wait > LONGEST_WAIT:
                raise
            emit(Warned(text=f"the planner's endpoint: {trouble.told}; trying again in {wait:g} s"))
        await sleep(wait)
