"""How phrases that move the camera, or walk, become requests: directions, manners and usual amounts."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from agentvid.media.types import Action
from agentvid.planner.grammar.clause import Clause, split_thing
from agentvid.planner.request import Move, Request, View, Walk

__all__ = ["read_dolly", "read_orbit", "read_pan", "read_truck", "read_turn", "read_walk", "read_zoom"]

_SPEED_SECONDS: Final = {"": 4.0, "slow": 6.0, "fast": 2.0}
_SIDES: Final = {
    "left": "left", "左": "left", "right": "right", "右": "right",
    "up": "up", "upward": "up", "upwards": "up", "上": "up", "above": "up", "raise": "up", "lift": "up",
    "升高": "up", "上升": "up", "升起": "up",
    "down": "down", "downward": "down", "downwards": "down", "下": "down", "below": "down", "lower": "down",
    "降低": "down", "下降": "down",
    "clockwise": "left", "顺时针": "left", "counterclockwise": "right", "anticlockwise": "right",
    "counter-clockwise": "right", "anti-clockwise": "right", "逆时针": "right",
    "front": "front", "前": "front", "back": "back", "behind": "back", "后": "back", "背": "back",
}  # fmt: skip
ORBIT_DEG, PAN_DEG, TILT_DEG, SHIFT, DOLLY, ZOOM = 18.0, 12.0, 8.0, 0.12, 0.3, 1.5
"""How far moves go where the message does not say."""


def _view(clause: Clause, operation: str, move: Move) -> tuple[Request, ...]:
    thing, where = split_thing(clause.get("thing"))
    return (View(clause.said, operation, (move,), thing, where),)


def _side(clause: Clause, default: str = "right") -> str:
    return _SIDES.get(clause.get("side", "side2", "from").lower(), default)


def _seconds(clause: Clause, degrees: float = 0.0) -> float:
    if clause.measures.seconds is not None:
        return clause.measures.seconds
    return max(
        _SPEED_SECONDS[clause.measures.speed], abs(degrees) / {"slow": 20, "fast": 90}.get(clause.measures.speed, 45)
    )


def _turned(clause: Clause, turning: Literal["orbit", "look"], across: float, along: float) -> Move:
    side = _side(clause)
    usual = (across if side in ("left", "right") else along) * clause.measures.amount
    degrees = usual if clause.measures.degrees is None else clause.measures.degrees
    is_said = clause.measures.degrees is not None
    signed = -degrees if side in ("left", "down") else degrees
    if side in ("left", "right"):
        return Move(_seconds(clause, degrees), turning, yaw_deg=signed, is_said=is_said)
    return Move(_seconds(clause, degrees), turning, pitch_deg=signed, is_said=is_said)


def read_orbit(clause: Clause) -> tuple[Request, ...] | None:
    """Read "orbit around it slowly"."""
    if clause.get("round"):
        clause = replace(clause, measures=replace(clause.measures, degrees=clause.measures.degrees or 360.0))
    thing, where = split_thing(clause.get("thing"))
    side = _SIDES.get(clause.get("from").lower(), "") if clause.measures.degrees is None else ""
    move = _turned(clause, "orbit", ORBIT_DEG, ORBIT_DEG)
    return (View(clause.said, "orbit", (move,), thing, where, side),)


def read_turn(clause: Clause) -> tuple[Request, ...]:
    """Read "turn the camera 20 degrees left": about what the picture shows."""
    return _view(clause, "turn_camera", _turned(clause, "orbit", ORBIT_DEG, TILT_DEG))


def read_pan(clause: Clause) -> tuple[Request, ...]:
    """Read "pan right", "tilt up": the camera turns in place."""
    return _view(clause, "pan", _turned(clause, "look", PAN_DEG, TILT_DEG))


def read_zoom(clause: Clause) -> tuple[Request, ...] | None:
    """Read "zoom in on the cup", "放大两倍"."""
    factor = clause.measures.times or 1 + (ZOOM - 1) * clause.measures.amount
    if clause.measures.times is not None and not 0.1 <= clause.measures.times <= 10:
        factor = clause.measures.times
    is_out = clause.get("way").lower() in ("out", "拉远", "推远", "拉开", "缩小")
    zoom = 1 / factor if is_out and factor > 1 else factor
    return _view(clause, "zoom", Move(_seconds(clause), zoom=zoom))


def read_dolly(clause: Clause) -> tuple[Request, ...]:
    """Read "move the camera closer to the cup"."""
    way = clause.get("way", "way2").lower()
    is_back = way.startswith(("out", "back", "away", "后", "远"))
    far = DOLLY * clause.measures.amount
    return _view(clause, "dolly", Move(_seconds(clause), dolly=-far if is_back else far))


def read_truck(clause: Clause) -> tuple[Request, ...]:
    """Read "move the camera left", "镜头上移"."""
    side = _side(clause)
    far = SHIFT * clause.measures.amount * (-1 if side in ("left", "down") else 1)
    move = Move(_seconds(clause), truck=far) if side in ("left", "right") else Move(_seconds(clause), pedestal=far)
    return _view(clause, "truck", move)


# ---------------------------------------------------------------- walking

_WALK_M_PER_S: Final = {"": 1.0, "slow": 0.5, "fast": 2.0}
_TURN_DEG_PER_S: Final = {"": 45.0, "slow": 30.0, "fast": 90.0}
WALK_M, TURN_DEG = 2.0, 90.0


def read_walk(clause: Clause) -> tuple[Request, ...] | None:
    """Read one move on the ground: "walk forward 3 metres", "左转90度"."""
    verb = clause.match[0].split()[0].lower()
    way, turn, said = clause.get("way").lower(), clause.get("turn").lower(), clause.measures
    if clause.get("wait"):
        wait = 1.0 if said.seconds is None else said.seconds
        return None if said.names() - {"seconds"} else _walk(clause, "wait", 0.0, wait)
    if turn:
        return None if said.metres is not None else _turn(clause, turn)
    is_bare = not way and verb in ("go", "move", "step", "run", "head", "drive")
    if verb == "take" and said.metres is None:
        return None
    if said.degrees is not None or (is_bare and said.metres is None and not clause.get("map")):
        return None
    speed = _WALK_M_PER_S[said.speed]
    usual = WALK_M * said.amount if said.seconds is None else said.seconds * speed
    metres = usual if said.metres is None else said.metres
    seconds = metres / speed if said.seconds is None else said.seconds
    return _walk(clause, _walk_move(way), metres, seconds)


def _walk_move(way: str) -> str:
    if way.startswith(("back", "后", "倒")):
        return "back"
    if "left" in way or way == "左":
        return "left"
    return "right" if "right" in way or way == "右" else "forward"


def _turn(clause: Clause, turn: str) -> tuple[Request, ...]:
    is_about = turn in ("around", "back", "掉头", "调头", "转身", "向后转")
    usual = 180.0 if is_about else TURN_DEG * clause.measures.amount
    degrees = usual if clause.measures.degrees is None else clause.measures.degrees
    seconds = clause.measures.seconds
    if seconds is None:
        seconds = degrees / _TURN_DEG_PER_S[clause.measures.speed]
    return _walk(clause, "turn_left" if "left" in turn or turn == "左" else "turn_right", degrees, seconds)


def _walk(clause: Clause, move: str, amount: float, seconds: float) -> tuple[Request, ...]:
    is_possible = amount >= 0 and 0 < seconds < float("inf")
    action = Action.model_validate({"move": move, "amount": amount, "seconds": seconds}) if is_possible else None
    return (Walk(clause.said, (action,) if action else ()),)
