"""How phrases about a clip as a whole become requests: speed, direction, loops, a span, steadiness."""

from __future__ import annotations

from typing import Final

from agentvid.planner.grammar.clause import Clause
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.request import Reference, Request, Rework

__all__ = ["read_retime", "read_slow", "read_stabilise"]

_RATES: Final = {"twice": 2.0, "double": 2.0, "triple": 3.0, "half": 2.0, "一半": 2.0}
_LOOPS: Final = 3.0
_SLOW: Final = ("slow", "half", "慢", "减速")
_WAYS: Final = {"back and forth": "ping-pong", "seamlessly": "crossfade"}


def read_retime(clause: Clause) -> tuple[Request, ...] | None:
    """Read "reverse the clip", "speed it up twice", "loop it 3 times", "cut it from 1 to 2 seconds"."""
    args: list[tuple[str, float | bool | str]] = []
    times, seconds = clause.measures.times, clause.measures.seconds
    if clause.get("from"):
        if seconds is None or times is not None:
            return None
        args = [("start", float(clause.get("from"))), ("end", seconds)]
    elif seconds is not None:
        return None
    elif clause.get("back"):
        args = [("reverse", True)] if times is None else []
    elif clause.get("loop"):
        count = read_number(clause.get("count")) or times or _RATES.get(clause.get("rate").lower(), _LOOPS)
        args = [("loops", float(count)), ("way", _WAYS.get(clause.get("way").lower(), ""))]
    else:
        is_more = "倍" in clause.said and clause.get("fast") in ("加速", "加快") and times == 1
        rate = 2.0 if is_more else times or _RATES.get(clause.get("rate").lower(), 2.0)
        args = [("speed", rate)]
    if not args:
        return None
    return (Rework(clause.said, "retime", "retime", tuple(arg for arg in args if arg[1] != ""), _where(clause)),)


def read_slow(clause: Clause) -> tuple[Request, ...] | None:
    """Read "slow it down", "慢放一半": whole factors are drawn in between, others repeat frames."""
    if clause.measures.speed != "slow" and not any(word in clause.said.lower() for word in _SLOW):
        return None
    factor = clause.measures.times or _RATES.get(clause.get("rate").lower(), 2.0)
    factor = 1 / factor if 0 < factor < 1 else factor
    if factor == int(factor) and 2 <= factor <= 8:
        return (Rework(clause.said, "slow_motion", "interpolate", (("factor", factor),), _where(clause)),)
    return (Rework(clause.said, "retime", "retime", (("speed", round(1 / factor, 4)),), _where(clause)),)


def read_stabilise(clause: Clause) -> tuple[Request, ...]:
    """Read "stabilise the clip"."""
    return (Rework(clause.said, "stabilise", "stabilise", (), _where(clause)),)


def _where(clause: Clause) -> Reference | None:
    where = clause.reference("where") or clause.reference("where2")
    return None if where and where.to == "it" else where
