"""How the fake engine misbehaves when told to."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from agentvid.engine import EngineContext
from agentvid.errors import Needs, SettingsError, ToolFailed

__all__ = ["Behaviour", "Kind", "behave", "parse_behaviours"]

Kind: TypeAlias = Literal["good", "slow", "ignore_cancel", "fail", "needs", "die"]
EXIT_CODE: Final = 70
_TICK_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Behaviour:
    """`seconds` for slow and ignore_cancel, `port` for needs."""

    kind: Kind = "good"
    seconds: float = 0.0
    port: str = ""


def parse_behaviours(told: str, tasks: Sequence[str]) -> dict[str, Behaviour]:
    """Read `task=kind[:detail],…` (`*` is every task).

    Raises: SettingsError naming the entry that can't be read.
    """
    found = {}
    for entry in filter(None, (part.strip() for part in told.split(","))):
        task, equals, rest = entry.partition("=")
        if not equals or task not in ("*", *tasks):
            raise _unreadable(entry, f"TASK=KIND, where TASK is * or one of {', '.join(tasks)}")
        found[task] = _parse(entry, rest)
    return found


async def behave(behaviour: Behaviour, task: str, context: EngineContext) -> None:
    """Do what the behaviour says; return where the work is to go on.

    Raises: ToolFailed, Needs or Cancelled.
    """
    match behaviour.kind:
        case "slow":
            ticks = math.ceil(behaviour.seconds / _TICK_SECONDS)
            for tick in range(ticks):
                context.progress(tick, ticks, "slow, as told")
                await asyncio.sleep(behaviour.seconds / ticks)
        case "ignore_cancel":
            time.sleep(behaviour.seconds)  # noqa: ASYNC251 (a hung engine blocks)
        case "fail":
            raise ToolFailed(f"the fake engine failed at {task!r}, as told", "nothing helps", "change AGENTVID_FAKE")
        case "needs":
            raise Needs(behaviour.port, f"give {behaviour.port}: the fake engine asks for it, as told")
        case "die":
            os._exit(EXIT_CODE)
        case "good":
            return


def _parse(entry: str, told: str) -> Behaviour:
    kind, _, detail = told.partition(":")
    for known in get_args(Kind):
        if kind != known:
            continue
        if known in ("slow", "ignore_cancel"):
            return Behaviour(known, seconds=_seconds(entry, detail))
        if known == "needs" and detail:
            return Behaviour(known, port=detail)
        if known != "needs" and not detail:
            return Behaviour(known)
    raise _unreadable(entry, "slow:SECONDS, ignore_cancel:SECONDS, fail, needs:PORT, die or good")


def _seconds(entry: str, detail: str) -> float:
    try:
        seconds = float(detail)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise _unreadable(entry, "a number of seconds above 0, such as slow:5")
    return seconds


def _unreadable(entry: str, expected: str) -> SettingsError:
    return SettingsError(f"AGENTVID_FAKE has {entry!r}", expected, "correct it, or unset AGENTVID_FAKE")
