"""Is Physics-IQ sane? Falling, thrown and bouncing bodies of the simulated world: the truth, and five ways to be wrong.

A sane score puts the truth first, then a body that vanishes half-way, one that stops in the air, one at half speed, one
that never moves, and noise. The figures are of this simulated world and are never set beside published scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.world.physics_iq import (
    SECONDS,
    Agreement,
    agreement,
    mean_agreement,
    motion_masks,
    physics_iq_score,
    quarter,
)
from agentvid.world.physics import Stage
from agentvid.world.render import render_scene
from agentvid.world.scene import COLOURS, Camera, Scene, Solid

__all__ = ["EVENTS", "FPS", "WRONGS", "Happening", "Measured", "Wrong", "happening", "measure", "scores", "wrong_clip"]

Event: TypeAlias = Literal["fall", "throw", "bounce"]
Wrong: TypeAlias = Literal["truth", "vanishes", "hovers", "half speed", "static", "noise"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)
WRONGS: Final[tuple[Wrong, ...]] = get_args(Wrong)
"""In falling order of what a sane score gives."""
FPS: Final = 16.0
SIDE: Final = 256
_UNSURE: Final = 0.02
"""Share by which speed and height differ between two takes."""
_SENSOR: Final = 1.0
"""Deviation of a camera's noise, in grey levels."""
_STOPS_AFTER: Final = 0.3
"""Share of the clip after which a body stops in the air."""
_LEAST_SPEED: Final = 0.8
"""Units a second: a clip ends when its body is slower for good, since where nothing moves all clips agree."""
_AWAY: Final = 1000.0
_START: Final[Mapping[Event, tuple[tuple[float, float, float], float]]] = {
    "fall": ((0.0, 0.0, 0.0), 2.0),
    "throw": ((1.1, 0.0, 4.2), 0.2),
    "bounce": ((0.9, 0.0, -1.0), 1.8),
}
"""Velocity in units a second, and height above the floor, at the start."""


@dataclass(frozen=True)
class Happening:
    """One body that moves: where it is in each frame of two takes, which differ by what nobody controls.

    `poses` and `again` are (T, 1, 7); `slow` are the poses of the first take at half its speed.
    """

    name: str
    scene: Scene
    seed: int
    poses: NDArray[np.float32]
    again: NDArray[np.float32]
    slow: NDArray[np.float32]

    @cached_property
    def take(self) -> NDArray[np.uint8]:
        """The real clip (T, 256, 256, 3)."""
        return _filmed(self.scene, self.poses, self.seed)

    @cached_property
    def second_take(self) -> NDArray[np.uint8]:
        """The same again."""
        return _filmed(self.scene, self.again, self.seed + 1)


@dataclass(frozen=True)
class Measured:
    """What one clip brought: its agreement with the first take, and that of the second take."""

    wrong: Wrong
    found: Agreement
    variance: Agreement


def happening(event: Event, seed: int) -> Happening:
    """Return a body that falls, is thrown or bounces; the seed draws its colour, place and speed."""
    rng = np.random.default_rng([seed, EVENTS.index(event)])
    shape: Literal["ball", "cube"] = "cube" if event == "fall" else "ball"
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    column = 2 if event == "fall" else 0
    scene = Scene((Solid(int(rng.integers(1, 4)), column, shape, colour, "large"),), Camera())
    strength = float(rng.uniform(0.9, 1.1))
    frames = _lasting(_moved(scene, event, strength, 1.0, round(SECONDS * FPS)))
    other = strength * (1 + _UNSURE * float(rng.choice([-1, 1])))
    return Happening(
        f"{event} {seed}",
        scene,
        seed,
        _moved(scene, event, strength, 1.0, frames),
        _moved(scene, event, other, 1.0, frames),
        _moved(scene, event, strength, 0.5, frames),
    )


def wrong_clip(real: Happening, wrong: Wrong) -> NDArray[np.uint8]:
    """Return a clip that a bad model might make of a happening, as long and as large as the real one."""
    return _WRONG[wrong](real)


def measure(real: Happening) -> list[Measured]:
    """Return what each kind of clip brings for one happening."""
    take, again = quarter(real.take), quarter(real.second_take)
    masks, masks_again = motion_masks(take), motion_masks(again)
    variance = agreement(take, again, masks, masks_again)
    found = []
    for wrong in WRONGS:
        made = quarter(wrong_clip(real, wrong))
        found.append(Measured(wrong, agreement(take, made, masks, motion_masks(made)), variance))
    return found


def scores(measured: list[Measured]) -> dict[Wrong, float]:
    """Return the Physics-IQ score of each kind of clip: agreements are averaged over happenings first."""
    variance = mean_agreement([each.variance for each in measured])
    return {
        wrong: physics_iq_score(mean_agreement([each.found for each in measured if each.wrong == wrong]), variance)
        for wrong in WRONGS
        if any(each.wrong == wrong for each in measured)
    }


def _moved(scene: Scene, event: Event, strength: float, pace: float, frames: int) -> NDArray[np.float32]:
    """Return so many poses; `pace` below 1 is slow motion."""
    (vx, vy, vz), height = _START[event]
    stage = Stage(scene)
    stage.throw(scene.solids[0], (vx * strength, vy * strength, vz * strength), height * strength)
    poses = [stage.poses]
    for _ in range(1, frames):
        stage.advance(pace / FPS)
        poses.append(stage.poses)
    return np.stack(poses)


def _lasting(poses: NDArray[np.float32]) -> int:
    """Return how many frames there are until the body is slow for good."""
    speed = np.linalg.norm(np.diff(poses[:, 0, :3], axis=0), axis=1) * FPS
    return int(np.flatnonzero(speed > _LEAST_SPEED)[-1]) + 2


def _filmed(scene: Scene, poses: NDArray[np.float32], seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng([seed, 77])
    frames = np.stack([render_scene(scene, pose, size=SIDE).rgb for pose in poses]).astype(np.float32)
    return np.clip(frames + rng.normal(0, _SENSOR, frames.shape) + 0.5, 0, 255).astype(np.uint8)


def _vanishes(real: Happening) -> NDArray[np.uint8]:
    gone = real.poses.copy()
    gone[len(gone) // 2 :, :, :2] = _AWAY
    return _filmed(real.scene, gone, real.seed + 2)


def _hovers(real: Happening) -> NDArray[np.uint8]:
    stops = round(_STOPS_AFTER * len(real.poses))
    at = np.minimum(np.arange(len(real.poses)), stops)
    return _filmed(real.scene, real.poses[at], real.seed + 3)


def _noise(real: Happening) -> NDArray[np.uint8]:
    return np.random.default_rng([real.seed, 78]).integers(0, 256, real.take.shape, np.uint8)


_WRONG: Final[Mapping[Wrong, Callable[[Happening], NDArray[np.uint8]]]] = {
    "truth": lambda real: real.take,
    "vanishes": _vanishes,
    "hovers": _hovers,
    "half speed": lambda real: _filmed(real.scene, real.slow, real.seed + 4),
    "static": lambda real: np.repeat(real.take[:1], len(real.take), axis=0),
    "noise": _noise,
}
