"""The classical engine as a world model: motion carried on, and a camera over a guessed depth. It knows no things.

Without a move of the camera, what was seen to move in the frames that were given goes on. A move of the camera starts
from the first picture of a pose, and the whole path from there is flown anew, so that going back leads back exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.future import forecast
from agentvid.engines.classical.layers import Scene, build_scene
from agentvid.engines.classical.motion import Motion, Way, fit_motion, observe, predict
from agentvid.engines.classical.parallax import render_views
from agentvid.media.types import CameraPath, CameraPose
from agentvid.world.model import Key, Look, Pixels, Start, State, Wait, WorldAction, refuse, step_by_step

__all__ = ["ClassicalWorld", "SteadyShift", "turned_view"]

STEP_DEG: Final = 15.0
_STRIDE: Final = 0.08
_MOVES: Final[dict[Key, tuple[str, float]]] = {
    "a": ("yaw_deg", -STEP_DEG),
    "d": ("yaw_deg", STEP_DEG),
    "look_up": ("pitch_deg", 12.0),
    "look_down": ("pitch_deg", -12.0),
    "w": ("dolly", _STRIDE),
    "s": ("dolly", -_STRIDE),
}
_TESTED: Final = 16
"""Frames for which the way of motion is chosen that would have told the given frames best."""


@dataclass(frozen=True)
class _Inner:
    """What carries on: the picture, its motion, for how many frames; and where the camera has gone from there."""

    picture: NDArray[np.uint8]
    motion: Motion
    ahead: int
    moved: tuple[tuple[str, float], ...] = ()


class ClassicalWorld(Pixels):
    """Knows `Wait` and the camera's moves; the stage's camera turns about the picture's middle."""

    name = "classical"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`. One frame shows no motion: it is held still."""
        found = forecast(list(start.frames), _TESTED, start.fps)
        return State(start, seed, start.frames, inner=_Inner(start.frames[-1], found.motion, 0))

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`.

        Raises: InputError for pushes and words, and for a camera that moves while something goes on.
        """
        inner = state.inner
        assert isinstance(inner, _Inner)
        if isinstance(action, Wait) and not inner.moved:
            carried = _Inner(inner.picture, inner.motion, inner.ahead + 1)
            return state.after([action], [predict(inner.picture, inner.motion, carried.ahead)], carried)
        if isinstance(action, Wait):
            return state.after([action], [state.frame], inner)
        if not isinstance(action, Look) or action.key not in _MOVES or state.start.view == "walker":
            raise refuse(self.name, action, f"Wait, or Look by {', '.join(_MOVES)} at a picture")
        if inner.ahead:
            inner = _Inner(state.frame, inner.motion, 0)
        poses = dict(inner.moved)
        channel, amount = _MOVES[action.key]
        poses[channel] = round(poses.get(channel, 0.0) + amount, 6)
        after = _Inner(inner.picture, inner.motion, 0, tuple(sorted(poses.items())))
        return state.after([action], [turned_view(inner.picture, poses)], after)

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)


class SteadyShift(Pixels):
    """The whole picture goes on shifting as it did between the last two frames: the simplest motion, for real clips."""

    name = "constant-velocity"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`."""
        motion = fit_motion(observe(list(start.frames[-2:])), Way("shift"), start.fps)
        return State(start, seed, start.frames, inner=_Inner(start.frames[-1], motion, 0))

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`.

        Raises: InputError for anything but `Wait`.
        """
        inner = state.inner
        assert isinstance(inner, _Inner)
        if not isinstance(action, Wait):
            raise refuse(self.name, action, "Wait")
        carried = _Inner(inner.picture, inner.motion, inner.ahead + 1)
        return state.after([action], [predict(inner.picture, inner.motion, carried.ahead)], carried)

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)


def turned_view(picture: NDArray[np.uint8], moved: dict[str, float]) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) from a camera that orbits it: channels of `CameraPose` that have moved."""
    if not any(moved.values()):
        return picture
    poses = (CameraPose(seconds=0.0), CameraPose.model_validate({"seconds": 1.0, **moved}))
    *_, last = render_views(_scene(picture.tobytes(), picture.shape), CameraPath(kind="orbit", poses=poses), 2.0)
    return np.asarray(last, np.uint8)


@lru_cache(maxsize=4)
def _scene(pixels: bytes, shape: tuple[int, ...]) -> Scene:
    return build_scene(np.frombuffer(pixels, np.uint8).reshape(shape))
