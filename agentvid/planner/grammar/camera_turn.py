"""Turns of the camera about a stage, as poses and in steps of its named cameras."""

from __future__ import annotations

import numpy as np

from agentvid.media.types import CameraPose
from agentvid.world.scene import STEP_DEG

__all__ = ["moves_else", "turned", "whole_steps"]


def turned(pose: CameraPose, seconds: float, yaw_deg: float, pitch_deg: float) -> CameraPose:
    """Return the pose after a turn about the stage."""
    at = {"yaw_deg": pose.yaw_deg + yaw_deg, "pitch_deg": pose.pitch_deg + pitch_deg}
    return CameraPose(seconds=round(pose.seconds + seconds, 4), **at)


def moves_else(move: object) -> bool:
    """Return whether a move does more than turn."""
    return any(getattr(move, name) for name in ("truck", "pedestal", "dolly")) or getattr(move, "zoom", 1.0) != 1.0


def whole_steps(degrees: float) -> float:
    """Return the nearest turn of whole steps, at least one where there is any."""
    return float(np.copysign(max(1, round(abs(degrees) / STEP_DEG)) * STEP_DEG, degrees)) if degrees else 0.0
