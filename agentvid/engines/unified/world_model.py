"""A checkpoint of BAGEL's family as a world model: each frame is an edit of those before it, told in words.

Unproven: run with tiny random weights only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from agentvid.engines.unified.clip import move_in_words
from agentvid.engines.unified.work import words
from agentvid.media.types import CameraPose
from agentvid.models.mot import Frames, Unified, draw_frames
from agentvid.models.mot.sizes import resize, to_pixels, to_tensor
from agentvid.world.language import Course, tell_course
from agentvid.world.model import Key, Look, Say, Start, State, WorldAction, frame_errors, step_by_step
from agentvid.world.physics import Drop, Push

__all__ = ["UnifiedWorld"]

_SEEN: Final = 3
"""Frames that are looked at for the next one."""
_POSES: Final[dict[Key, tuple[str, dict[str, float]]]] = {
    "w": ("look", {"dolly": 0.1}),
    "s": ("look", {"dolly": -0.1}),
    "a": ("look", {"truck": -0.1}),
    "d": ("look", {"truck": 0.1}),
    "look_left": ("look", {"yaw_deg": -15}),
    "look_right": ("look", {"yaw_deg": 15}),
    "look_up": ("look", {"pitch_deg": 12}),
    "look_down": ("look", {"pitch_deg": -12}),
}
_ORBIT: Final = ("a", "d", "look_up", "look_down")


@dataclass(frozen=True)
class UnifiedWorld:
    """Takes every action: moves and pushes as words of its prompts, `Say` as it is."""

    unified: Unified
    name: str = "unified"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`. Frames are brought to the size that the model takes."""
        height, width = self.unified.sizes.latent(*start.frames.shape[1:3])
        note = f"frames are {height}x{width}, as the model takes them"
        frames = np.stack([resize(frame, height, width) for frame in start.frames])
        return State(start, seed, frames, notes=(note,) if frames.shape != start.frames.shape else ())

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`."""
        told = _in_words(state, action)
        seed = state.seed + len(state.actions)
        (frame,) = draw_frames(self.unified, list(state.frames[-_SEEN:]), [told], Frames(1), seed=seed)
        return state.after([action], [frame])

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)

    def encode(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `WorldModel`: (T, C, h, w), by the codec."""
        with torch.no_grad():
            told = [self.unified.codec.encode(to_tensor(frame)[:, None])[:, 0] for frame in frames]
        return torch.stack(told).float().cpu().numpy()

    def decode(self, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
        """See `WorldModel`."""
        with torch.no_grad():
            return np.stack([to_pixels(self.unified.codec.decode(torch.from_numpy(z)[:, None])[:, 0]) for z in latents])

    def score(self, state: State, true: NDArray[np.uint8]) -> NDArray[np.float64]:
        """See `WorldModel`."""
        return frame_errors(state.new_frames, true)


def _in_words(state: State, action: WorldAction) -> str:
    if isinstance(action, Say):
        return action.text
    if isinstance(action, Look):
        kind, moved = _POSES[action.key]
        if state.start.view == "stage" and action.key in _ORBIT:
            kind = "orbit"
            moved = {"a": {"yaw_deg": -15.0}, "d": {"yaw_deg": 15.0}}.get(action.key, moved)
        pose = CameraPose.model_validate({"seconds": 0.0, **moved})
        return words("view_frame", "en", move=move_in_words(pose, kind))
    following = words("next_frame", "en", seconds=f"{1 / state.start.fps:.2f}")
    if isinstance(action, Push | Drop):
        return f"{tell_course(Course(action), 'en')}\n{following}"
    return following
