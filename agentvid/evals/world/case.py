"""Rollouts to measure: held-out scenes that are acted on, cameras that go there and back, windows of a real clip.

push     a solid is pushed or dropped in the first frame; another action of the same scene tells controllability
go_on    six frames of such a clip are given, nothing is done
hidden   a ball is pushed behind a cylinder and comes out again
view     the camera goes about the stage, and back the same way
clip     frames of a real clip are given, nothing is done
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.simulator.world_model import SimulatorWorld
from agentvid.errors import InputError
from agentvid.evals.small.cases import make_cases, make_clips
from agentvid.media.codec import iter_frames
from agentvid.world.model import WAIT, Look, Start, WorldAction, inverse
from agentvid.world.physics import FPS, FRAMES, Push, Stage, sample_action
from agentvid.world.render import render_scene
from agentvid.world.scene import COLOURS, Camera, Scene, Solid

__all__ = ["KINDS", "SEED", "Kind", "RolloutCase", "clip_cases", "rollout_cases"]

Kind: TypeAlias = Literal["push", "go_on", "hidden", "view", "clip"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SEED: Final = 2600
"""No scene that is trained on, watched in training, measured for the card or calibrated with has this seed."""
GIVEN: Final = 6
_TURNS: Final = 3
_CLIP_GIVEN: Final = 48
_CLIP_AHEAD: Final = 24
_CLIP_SIDE: Final = 320
_TRIES: Final = 20


@dataclass(frozen=True)
class RolloutCase:
    """One rollout: where it starts, what is done, and another action from there (push cases)."""

    kind: Kind
    name: str
    start: Start = field(repr=False)
    actions: tuple[WorldAction, ...]
    other: WorldAction | None = None
    known: NDArray[np.uint8] | None = field(default=None, repr=False)
    """The true new frames, where they are no simulation."""

    @property
    def digest(self) -> str:
        """Digest of all that makes the case."""
        whole = hashlib.sha256(f"{self.kind} {self.name} {self.actions} {self.other} {self.start.scene}".encode())
        whole.update(self.start.frames.tobytes())
        return whole.hexdigest()[:16]

    @cached_property
    def true(self) -> NDArray[np.uint8]:
        """The true new frames (T, H, W, 3)."""
        return self.truth(self.actions) if self.known is None else self.known

    def truth(self, actions: Sequence[WorldAction]) -> NDArray[np.uint8]:
        """Return the true frames of actions from this start, by simulation."""
        model = SimulatorWorld()
        return model.rollout(model.reset(self.start), actions).new_frames

    @cached_property
    def poses(self) -> NDArray[np.float32]:
        """Where the solids are in the first frame that is gone on from and in each new one, (T + 1, N, 7)."""
        assert self.start.scene is not None
        stage = Stage(self.start.scene) if self.start.stage is None else self.start.stage.copy()
        found = [stage.poses]
        for action in self.actions:
            if isinstance(action, Push) or hasattr(action, "target"):
                stage.act(action)  # type: ignore[arg-type]
            stage.advance(1 / self.start.fps)
            found.append(stage.poses)
        return np.stack(found)


def rollout_cases(kind: Kind, count: int, seed: int = SEED) -> list[RolloutCase]:
    """Return so many cases of the simulated kinds, by seed; the scenes are held out from training.

    Raises: InputError for real clips (`clip_cases` makes them).
    """
    if kind == "hidden":
        return [_hidden(number, seed) for number in range(count)]
    if kind == "view":
        return [_view(case.number, case.scene) for case in make_cases(count, seed)]
    if kind == "clip":
        raise InputError("simulated cases of kind clip", "push, go_on, hidden or view", "give a clip to clip_cases")
    make = _push if kind == "push" else _go_on
    return [make(clip.number, clip.clip.scene, clip.clip.action, seed) for clip in make_clips(count, seed)]


def clip_cases(path: Path, count: int, fps: float = 24.0) -> list[RolloutCase]:
    """Return so many windows of a real clip, evenly spread, at most 320 pixels wide: 48 frames given, 24 to come.

    Raises: InputError for a clip of fewer frames.
    """
    import cv2

    frames = []
    for frame in iter_frames(path):
        scale = min(1.0, _CLIP_SIDE / frame.shape[1])
        size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        frames.append(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    room = len(frames) - _CLIP_GIVEN - _CLIP_AHEAD
    if room < 0:
        raise InputError(f"a clip of {len(frames)} frames", f"at least {_CLIP_GIVEN + _CLIP_AHEAD}", "a longer one")
    cases = []
    for at in np.unique(np.linspace(0, room, count).round().astype(int)):
        given, ahead = at + _CLIP_GIVEN, at + _CLIP_GIVEN + _CLIP_AHEAD
        start = Start(np.stack(frames[at:given]), fps=fps)
        true = np.asarray(np.stack(frames[given:ahead]), np.uint8)
        cases.append(RolloutCase("clip", f"{path.stem} {at}", start, (WAIT,) * _CLIP_AHEAD, known=true))
    return cases


def _start(scene: Scene) -> Start:
    return Start(render_scene(scene).rgb[None], scene=scene)


def _push(number: int, scene: Scene, action: WorldAction, seed: int) -> RolloutCase:
    rng = np.random.default_rng([seed, number, 31])
    drawn = (sample_action(rng, scene) for _ in range(_TRIES))
    other = next((each for each in drawn if each is not None and each != action), None)
    return RolloutCase("push", f"push {number}", _start(scene), (action, *(WAIT,) * (FRAMES - 2)), other)


def _go_on(number: int, scene: Scene, action: WorldAction, seed: int) -> RolloutCase:
    stage, frames = Stage(scene), [render_scene(scene).rgb]
    stage.act(action)  # type: ignore[arg-type]
    for _ in range(GIVEN - 1):
        stage.advance(1 / FPS)
        frames.append(render_scene(scene, stage.poses).rgb)
    start = Start(np.stack(frames), scene=scene, stage=stage)
    return RolloutCase("go_on", f"go on {number}", start, (WAIT,) * (FRAMES - GIVEN))


def _hidden(number: int, seed: int) -> RolloutCase:
    """A ball rolls behind a cylinder, from the left or the right, nearer or farther."""
    rng = np.random.default_rng([seed, number, 32])
    colour, other = rng.choice(len(COLOURS), 2, replace=False)
    row, column = 3 + number // 2 % 2, 4 * (number % 2)
    ball = Solid(row, column, "ball", COLOURS[colour], "small")
    screen = Solid(row - 2, 2, "cylinder", COLOURS[other], "large")
    scene = Scene((ball, screen), Camera(0, "low"))
    push = Push(ball, "left" if column else "right", "hard")
    return RolloutCase("hidden", f"hidden {number}", _start(scene), (push, *(WAIT,) * (FRAMES - 2)))


def _view(number: int, scene: Scene) -> RolloutCase:
    moves = [Look("d" if number % 2 else "a")] * _TURNS
    return RolloutCase("view", f"view {number}", _start(scene), (*moves, *inverse(moves)))
