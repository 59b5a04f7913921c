"""The simulator as a world model: the truth of a rollout, and two rivals that a model must beat.

SimulatorWorld      the true physics, camera and walker
CopyLast            the last frame, whatever is done
ConstantSpeed       knows the true poses, speeds and renderer, but nothing of friction, contact or gravity: all that
                    moves goes on as it is. A strong rival, and no model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.language import Course, read_thought
from agentvid.world.model import Look, Pixels, Say, Start, State, Wait, WorldAction, refuse, step_by_step
from agentvid.world.physics import Drop, Push, Stage
from agentvid.world.render import render_scene
from agentvid.world.scene import CELL, HEIGHTS, Camera
from agentvid.world.walk import TURN_DEG, Spot, eye_at

__all__ = ["ConstantSpeed", "CopyLast", "SimulatorWorld", "said_action", "turned"]

_ASIDE: Final = {"w": 0.0, "d": 90.0, "s": 180.0, "a": -90.0}
"""Where a walker goes, in degrees from where he looks."""


@dataclass(frozen=True)
class _Truth:
    """All that is the case: what moves, and where it is seen from. A walker's spot wins over the camera."""

    stage: Stage
    camera: Camera
    spot: Spot | None

    def picture(self, size: int, poses: NDArray[np.float32] | None = None) -> NDArray[np.uint8]:
        scene = replace(self.stage.scene, camera=self.camera)
        eye = None if self.spot is None else eye_at(self.spot)
        return render_scene(scene, self.stage.poses if poses is None else poses, eye, size).rgb


class SimulatorWorld(Pixels):
    """The truth. Knows every action but free words; `Say` takes an action thought of the small world."""

    name = "simulator"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`. Needs the scene.

        Raises: InputError where it is not told.
        """
        return State(start, seed, start.frames, inner=_truth_of(start))

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`."""
        truth = state.inner
        assert isinstance(truth, _Truth)
        stage = truth.stage.copy()
        if isinstance(action, Say):
            action = said_action(self.name, action)
        if isinstance(action, Push | Drop):
            stage.act(action)
        stage.advance(1 / state.start.fps)
        after = replace(truth, stage=stage)
        if isinstance(action, Look):
            after = _looked(after, action)
        return state.after([action], [after.picture(state.frames.shape[1])], after)

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)


class CopyLast(Pixels):
    """The last frame, whatever is done."""

    name = "copy-last-frame"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`."""
        return State(start, seed, start.frames)

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`."""
        return state.after([action], [state.frame])

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)


@dataclass(frozen=True)
class _Speeding:
    truth: _Truth
    poses: NDArray[np.float32]
    speed: NDArray[np.float32]


class ConstantSpeed(Pixels):
    """What moves goes on as it is after the first step, in a world that is else known. Knows no moves of the camera."""

    name = "constant-velocity"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`. Needs the scene.

        Raises: InputError where it is not told.
        """
        truth = _truth_of(start)
        return State(start, seed, start.frames, inner=_speeding(truth, start.fps))

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`.

        Raises: InputError for a move of the camera.
        """
        now = state.inner
        assert isinstance(now, _Speeding)
        if isinstance(action, Look):
            raise refuse(self.name, action, "an action on a solid, or none")
        done = said_action(self.name, action) if isinstance(action, Say) else action
        if isinstance(done, Push | Drop):
            now = _speeding(now.truth, state.start.fps, done)
        now = replace(now, poses=now.poses + now.speed)
        return state.after([action], [now.truth.picture(state.frames.shape[1], now.poses)], now)

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)


def said_action(model: str, said: Say) -> Push | Drop | Wait:
    """Return the action that words tell, nothing for no words.

    Raises: InputError where they tell none.
    """
    if not said.text.strip():
        return Wait()
    try:
        told = read_thought(said.text)
    except InputError as error:
        raise refuse(model, said, "words such as 'action: the small red ball at centre is dropped'") from error
    if not isinstance(told, Course):
        raise refuse(model, said, "words that tell an action")
    return told.action


def turned(camera: Camera, action: Look) -> Camera:
    """Return the stage's camera after a move.

    Raises: InputError where it goes no further: it keeps its distance, and has three heights.
    """
    height = HEIGHTS.index(camera.height) + {"look_up": 1, "look_down": -1}.get(action.key, 0)
    if action.key in ("w", "s", "look_left", "look_right") or not 0 <= height < len(HEIGHTS):
        raise refuse("the camera of the stage", action, "a, d, or look_up and look_down between its three heights")
    return replace(camera.turned({"d": 1, "a": -1}.get(action.key, 0)), height=HEIGHTS[height])


def _truth_of(start: Start) -> _Truth:
    if start.scene is None or (start.view == "walker" and start.spot is None):
        raise InputError("a start whose scene is not known", "its scene, and a walker's spot", "give them")
    stage = Stage(start.scene) if start.stage is None else start.stage.copy()
    return _Truth(stage, start.scene.camera, start.spot if start.view == "walker" else None)


def _speeding(truth: _Truth, fps: float, action: Push | Drop | None = None) -> _Speeding:
    stage = truth.stage.copy()
    if action is not None:
        stage.act(action)
    before = stage.poses
    stage.advance(1 / fps)
    return _Speeding(truth, before, stage.poses - before)


def _looked(truth: _Truth, action: Look) -> _Truth:
    if truth.spot is None:
        return replace(truth, camera=turned(truth.camera, action))
    spot = truth.spot
    if action.key in _ASIDE:
        way = math.radians(spot.heading_deg + _ASIDE[action.key])
        return replace(truth, spot=replace(spot, x=spot.x + CELL * math.sin(way), y=spot.y + CELL * math.cos(way)))
    if action.key in ("look_up", "look_down"):
        raise refuse("a walker", action, "w, a, s, d, look_left, look_right")
    turn = TURN_DEG if action.key == "look_right" else -TURN_DEG
    return replace(truth, spot=replace(spot, heading_deg=spot.heading_deg + turn))
