"""A light, deterministic physics of the stage: solids stay upright, roll or slide on the floor, collide, fall, bounce.

Two and a half dimensions: positions move along the floor and up and down, cubes keep their turn, nothing topples or
spins; a ball's rolling is not stored, its colour being plain. Contacts follow the true outlines of upright solids.
Units: world units and seconds; masses go with volume.

    clip = simulate(scene, Push(ball, "right", "hard"))
    clip.poses.shape                     # (16, N, 7); render them with render_scene(scene, clip.poses[7])
    [event.kind for event in clip.events]
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.bodies import rest_pose
from agentvid.world.contact import gap
from agentvid.world.scene import Scene, Shape, Solid, reach, sizes_of

__all__ = [
    "DIRECTIONS",
    "FPS",
    "FRAMES",
    "STRENGTHS",
    "Action",
    "Clip",
    "Direction",
    "Drop",
    "Event",
    "EventKind",
    "Push",
    "Strength",
    "sample_action",
    "simulate",
    "stays_on_stage",
]

Direction: TypeAlias = Literal["left", "right", "front", "back"]
Strength: TypeAlias = Literal["gently", "hard"]
EventKind: TypeAlias = Literal["meets", "lands", "stops"]

DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
FRAMES: Final = 16
FPS: Final = 8.0
STEPS_PER_SECOND: Final = 240
GRAVITY: Final = 9.8
SPEED: Final[dict[Strength, float]] = {"gently": 2.0, "hard": 3.1}
ROLLING: Final = 1.75
SLIDING: Final = 2.4
"""Loss of speed per second of a ball, and of anything else."""
RESTITUTION: Final = 0.6
BOUNCE: Final[dict[Shape, float]] = {"ball": 0.55, "cube": 0.2, "cylinder": 0.2, "cone": 0.15}
DROP_HEIGHT: Final = 1.0
STAGE_RADIUS: Final = 2.45
_VOLUME: Final[dict[Shape, float]] = {"ball": 4 / 3 * math.pi, "cube": 8.0, "cylinder": 2 * math.pi, "cone": 2.1}
_STILL: Final = 0.12
_UNIT: Final[dict[Direction, tuple[float, float]]] = {
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
    "front": (0.0, -1.0),
    "back": (0.0, 1.0),
}


@dataclass(frozen=True)
class Push:
    """At frame 0 `target` gets speed towards a side of the stage."""

    target: Solid
    direction: Direction
    strength: Strength


@dataclass(frozen=True)
class Drop:
    """At frame 0 `target` is let go 1 unit above its place."""

    target: Solid


Action: TypeAlias = Push | Drop


@dataclass(frozen=True)
class Event:
    """What happens by `frame` (the first frame that shows it). `other` is given for "meets" only."""

    frame: int
    kind: EventKind
    who: Solid
    other: Solid | None = None


@dataclass(frozen=True)
class Clip:
    """What came of an action: `poses` (T, N, 7) float32 in the order of `scene.solids`, events in order of time."""

    scene: Scene
    action: Action
    poses: NDArray[np.float32] = field(repr=False, compare=False)
    events: tuple[Event, ...]
    fps: float = FPS


@dataclass
class _Moving:
    solid: Solid
    position: NDArray[np.float64]
    speed: NDArray[np.float64]
    mass: float
    rest_height: float
    moved: bool = False
    landed: bool = True

    @property
    def is_still(self) -> bool:
        return not self.speed.any() and self.position[2] <= self.rest_height


def simulate(scene: Scene, action: Action, frames: int = FRAMES, fps: float = FPS) -> Clip:
    """Move the scene on after an action. Pure: the same scene and action give the same bytes.

    Raises: InputError where the target is not in the scene, or for fewer than 1 frame.
    """
    if action.target not in scene.solids:
        raise InputError(f"{action.target} is not in the scene", "a solid that is", "name one of its solids")
    if frames < 1 or fps <= 0:
        raise InputError(f"{frames} frames at {fps:g} fps", "at least 1 frame, above 0 fps", "ask for more")
    bodies = [_at_rest(solid) for solid in scene.solids]
    _start(bodies[scene.solids.index(action.target)], action)
    still = np.stack([rest_pose(solid) for solid in scene.solids])
    poses, events = [_poses(still, bodies)], []
    met: set[tuple[int, int]] = set()
    dt = 1 / STEPS_PER_SECOND
    steps = 0
    for frame in range(1, frames):
        while steps * dt < frame / fps - 1e-9:
            events += _step(bodies, dt, frame, met)
            steps += 1
        poses.append(_poses(still, bodies))
    return Clip(scene, action, np.stack(poses), tuple(events), fps)


def sample_action(rng: np.random.Generator, scene: Scene, tries: int = 40) -> Action | None:
    """Draw an action that leaves every solid in view: one in five is a drop, else a push into another if it can be.

    Returns None where no draw keeps all on the stage.
    """
    if rng.random() < 0.2:
        return Drop(scene.solids[int(rng.integers(len(scene.solids)))])
    for attempt in range(tries):
        target = scene.solids[int(rng.integers(len(scene.solids)))]
        push = Push(target, DIRECTIONS[int(rng.integers(4))], STRENGTHS[int(rng.integers(2))])
        clip = simulate(scene, push)
        meets = any(event.kind == "meets" for event in clip.events)
        if stays_on_stage(clip) and (meets or len(scene.solids) == 1 or attempt > tries // 2 or rng.random() < 0.1):
            return push
    return None


def stays_on_stage(clip: Clip) -> bool:
    """Tell whether all solids stay where the cameras see them."""
    out = np.hypot(clip.poses[..., 0], clip.poses[..., 1])
    return bool((out + np.array([reach(solid) for solid in clip.scene.solids]) <= STAGE_RADIUS).all())


def _at_rest(solid: Solid) -> _Moving:
    radius, half = sizes_of(solid.shape, solid.size)
    mass = _VOLUME[solid.shape] * radius * radius * half
    return _Moving(solid, rest_pose(solid)[:3].copy(), np.zeros(3), mass, half)


def _start(body: _Moving, action: Action) -> None:
    body.moved = True
    if isinstance(action, Drop):
        body.position[2] += DROP_HEIGHT
        body.landed = False
    else:
        body.speed[:2] = SPEED[action.strength] * np.array(_UNIT[action.direction])


def _poses(still: NDArray[np.float64], bodies: list[_Moving]) -> NDArray[np.float32]:
    poses = still.copy()
    poses[:, :3] = [body.position for body in bodies]
    return poses.astype(np.float32)


def _step(bodies: list[_Moving], dt: float, frame: int, met: set[tuple[int, int]]) -> list[Event]:
    """Move on by `dt`; return what happened, told as of `frame`."""
    events = []
    for body in bodies:
        if body.is_still:
            continue
        events += _fall(body, dt, frame)
        _slow(body, dt)
        body.position += body.speed * dt
        if body.is_still and body.moved:
            body.moved = False
            events.append(Event(frame, "stops", body.solid))
    for first, second in combinations(range(len(bodies)), 2):
        if bodies[first].is_still and bodies[second].is_still:
            continue
        if _collide(bodies[first], bodies[second]) and (first, second) not in met:
            met.add((first, second))
            mover, hit = (first, second) if bodies[first].moved else (second, first)
            events.append(Event(frame, "meets", bodies[mover].solid, bodies[hit].solid))
            bodies[hit].moved = True
    return events


def _fall(body: _Moving, dt: float, frame: int) -> list[Event]:
    if body.position[2] <= body.rest_height and body.speed[2] == 0:
        return []
    body.speed[2] -= GRAVITY * dt
    if body.position[2] + body.speed[2] * dt > body.rest_height:
        return []
    body.position[2] = body.rest_height
    rebound = -body.speed[2] * BOUNCE[body.solid.shape]
    body.speed[2] = rebound if rebound > 4 * _STILL else 0.0
    first, body.landed = not body.landed, True
    return [Event(frame, "lands", body.solid)] if first else []


def _slow(body: _Moving, dt: float) -> None:
    if body.position[2] > body.rest_height:
        return
    pace = math.hypot(body.speed[0], body.speed[1])
    loss = (ROLLING if body.solid.shape == "ball" else SLIDING) * dt
    body.speed[:2] *= 0.0 if pace <= max(loss, _STILL / 10) else 1 - loss / pace


def _collide(first: _Moving, second: _Moving) -> bool:
    """Part two solids that overlap and exchange momentum along the contact; tell whether they touched."""
    apart, (nx, ny) = gap(first.solid, first.position, second.solid, second.position)
    if apart > 0:
        return False
    share = second.mass / (first.mass + second.mass)
    along = np.array([nx, ny])
    first.position[:2] += along * apart * share
    second.position[:2] -= along * apart * (1 - share)
    closing = float((first.speed[:2] - second.speed[:2]) @ along)
    if closing > 0:
        impulse = (1 + RESTITUTION) * closing * first.mass * share
        first.speed[:2] -= along * impulse / first.mass
        second.speed[:2] += along * impulse / second.mass
    return True
