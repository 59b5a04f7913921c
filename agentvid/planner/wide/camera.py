"""Camera requests as moves: degrees, sides, seconds and usual amounts, in the grammar's own `Move`."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.grammar.lexicon import Measures, take_measures
from agentvid.planner.request import Move
from agentvid.planner.wide.slots import amount_in, direction_in

__all__ = ["moves_of", "side_of"]

_SECONDS: Final = {"": 4.0, "slow": 6.0, "fast": 2.0}
_FACES: Final = (
    ("back", r"behind|back|rear|背|后|车尾|反面|reverse|other side|opposite"),
    ("up", r"above|overhead|top|bird|aerial|drone|high|俯|鸟瞰|上帝|顶|高|从上"),
    ("down", r"below|underneath|under|low|worm|仰|底|低|从下"),
    ("left", r"left|左"),
    ("right", r"right|右"),
    ("right", r"side|profile|侧"),
    ("front", r"front|正面|前"),
)


def side_of(low: str) -> str:
    """Return the side from which to look, where words name one: left, right, front, back, up, down."""
    return next((side for side, pattern in _FACES if re.search(pattern, low)), "")


def moves_of(op: str, low: str) -> Move:
    """Return one camera request as a move; what is not said is usual."""
    _, said = take_measures(low)
    side = direction_in(low)
    seconds = said.seconds if said.seconds is not None else _SECONDS[said.speed]
    sign = -1.0 if "left" in side or "down" in side else 1.0
    if op == "turntable":
        turn = -360.0 if "counterclockwise" in side or "left" in side else 360.0
        return Move(said.seconds or 8.0, "orbit", yaw_deg=turn, is_said=True)
    if op == "orbit":
        degrees = _degrees(said, low, 45.0)
        is_up = ("up" in side or "down" in side) and "left" not in side and "right" not in side
        pitch, yaw = (sign * min(degrees, 80.0), 0.0) if is_up else (0.0, sign * degrees)
        return Move(seconds, "orbit", yaw_deg=yaw, pitch_deg=pitch, is_said=said.degrees is not None)
    if op == "pan":
        to = re.search(r"(?:to|到|往|向)(?: the)? ?(left|right|左|右)", low)
        turn = -1.0 if (to and to[1] in ("left", "左")) or (not to and "left" in side and "right" not in side) else 1.0
        return Move(seconds, "look", yaw_deg=turn * _degrees(said, low, 20.0), is_said=said.degrees is not None)
    if op == "tilt":
        down = bool(re.search(r"(?<![a-z])down|俯|低头|往下|向下|下摇|下俯|floor|ground", low))
        return Move(seconds, "look", pitch_deg=(-1.0 if down else 1.0) * min(_degrees(said, low, 12.0), 80.0))
    if op == "zoom":
        factor = amount_in(low) or 1.5
        out = bool(re.search(r"(?<![a-z])(?:out|wider)(?![a-z])|缩小|拉远|更广", low))
        factor = max(0.1, min(10.0, factor if factor > 1 else 1 / max(factor, 0.1)))
        return Move(seconds, zoom=1 / factor if out else factor)
    if op == "dolly":
        back = bool(
            re.search(r"(?<![a-z])(?:out|back(?:wards?)?|away)(?![a-z])|拉远|后退|远离|往后|向后|拉开|后移|后撤", low)
        )
        return Move(seconds, dolly=-0.3 if back else 0.3)
    if op == "truck":
        return Move(seconds, truck=(-0.12 if "left" in side else 0.12))
    down = bool(re.search(r"(?<![a-z])(?:down|lower|descend|drop|sink)|降|往下|向下|下移|压低", low))
    return Move(seconds, pedestal=-0.12 if down else 0.12)


def _degrees(said: Measures, low: str, usual: float) -> float:
    if said.degrees is not None:
        return min(abs(said.degrees), 720.0)
    if re.search(r"半圈|half (?:a )?(?:circle|turn|way)|half-?way", low):
        return 180.0
    return usual * said.amount
