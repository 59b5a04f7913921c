"""A light, deterministic physics of the stage: solids stay upright, roll or slide on the floor, collide, fall, bounce.

Two and a half dimensions: positions move along the floor and up and down, cubes keep their turn, nothing topples or
spins; a ball's rolling is not stored, its colour being plain. Contacts follow the true outlines of upright solids.
Units: world units and seconds; masses go with volume.

    clip = simulate(scene, Push(ball, "right", "hard"))
    clip.poses.shape                     # (16, N, 7); render them with render_scene(scene, clip.poses[7])
    [event.kind for event in clip.events]

    stage = Stage(scene)                 # the same, moved on bit by bit: act at any time
    stage.act(Push(ball, "right", "hard"))
    stage.advance(1 / 8)
    stage.poses                          # (N, 7)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
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
    "EARTH",
    "FPS",
    "FRAMES",
    "STRENGTHS",
    "Action",
    "Clip",
    "Direction",
    "Drop",
    "Event",
    "EventKind",
    "Laws",
    "Push",
    "Stage",
    "Strength",
    "check_action",
    "mass_of",
    "sample_action",
    "simulate",
    "slowing_of",
    "start_speed",
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


@dataclass(frozen=True)
class Laws:
    """What may be otherwise: gravity in units per second squared, and factors on how high things bounce and how fast
    they slow down on the floor.
    """

    gravity: float = GRAVITY
    bounce: float = 1.0
    friction: float = 1.0


EARTH: Final = Laws()


@dataclass(slots=True)
class _Moving:
    """One solid on its way. Plain numbers: arrays of three are slower to add than to keep."""

    solid: Solid
    x: float
    y: float
    z: float
    mass: float
    rest_height: float
    reach: float
    slowing: float
    bounce: float
    gravity: float
    vx: float = 0.0
    vy: float = 0.0
    vz: float = 0.0
    moved: bool = False
    landed: bool = True

    @property
    def is_still(self) -> bool:
        return self.vx == self.vy == self.vz == 0 and self.z <= self.rest_height


class Stage:
    """The solids of a scene on their way. Pure arithmetic: the same acts at the same times lead to the same poses."""

    def __init__(self, scene: Scene, laws: Laws = EARTH) -> None:
        self.scene, self.laws = scene, laws
        self._bodies = [_at_rest(solid, laws) for solid in scene.solids]
        self._steps = 0
        self._seconds = 0.0

    @property
    def poses(self) -> NDArray[np.float32]:
        """Where the solids are, (N, 7) in the order of `scene.solids`."""
        found = np.stack([rest_pose(solid) for solid in self.scene.solids])
        found[:, :3] = [(body.x, body.y, body.z) for body in self._bodies]
        return found.astype(np.float32)

    @property
    def is_still(self) -> bool:
        """Whether nothing moves."""
        return all(body.is_still for body in self._bodies)

    def act(self, action: Action) -> None:
        """Push a solid, or lift it by 1 unit and let it go.

        Raises: InputError where it is not in the scene.
        """
        check_action(self.scene, action, 1, FPS)
        _start(self._bodies[self.scene.solids.index(action.target)], action)

    def throw(self, target: Solid, velocity: tuple[float, float, float], height: float = 0.0) -> None:
        """Lift a solid by `height` world units and give it a velocity (x, y, z) in units a second.

        Raises: InputError where it is not in the scene.
        """
        check_action(self.scene, Drop(target), 1, FPS)
        body = self._bodies[self.scene.solids.index(target)]
        body.moved, body.landed = True, False
        body.z += height
        body.vx, body.vy, body.vz = velocity

    def advance(self, seconds: float) -> None:
        """Move on by so much time, in the steps that `simulate` takes."""
        self._seconds += seconds
        pairs, met = list(combinations(self._bodies, 2)), set[int]()
        while self._steps / STEPS_PER_SECOND < self._seconds - 1e-9:
            _step(self._bodies, pairs, met, 1 / STEPS_PER_SECOND, 0)
            self._steps += 1

    def copy(self) -> Stage:
        """Return a stage that goes its own way from here."""
        other = Stage(self.scene, self.laws)
        other._bodies = [replace(body) for body in self._bodies]
        other._steps, other._seconds = self._steps, self._seconds
        return other


def simulate(scene: Scene, action: Action, frames: int = FRAMES, fps: float = FPS, laws: Laws = EARTH) -> Clip:
    """Move the scene on after an action. Pure: the same scene and action give the same bytes.

    Raises: InputError where the target is not in the scene, or for fewer than 1 frame.
    """
    check_action(scene, action, frames, fps)
    bodies = [_at_rest(solid, laws) for solid in scene.solids]
    _start(bodies[scene.solids.index(action.target)], action)
    at, events = _run(bodies, frames, fps)
    poses = np.stack([rest_pose(solid) for solid in scene.solids])[None].repeat(frames, axis=0)
    poses[..., :3] = at
    return Clip(scene, action, poses.astype(np.float32), tuple(events), fps)


def check_action(scene: Scene, action: Action, frames: int, fps: float) -> None:
    """Raise InputError where the target is not in the scene, or for fewer than 1 frame."""
    if action.target not in scene.solids:
        raise InputError(f"{action.target} is not in the scene", "a solid that is", "name one of its solids")
    if frames < 1 or fps <= 0:
        raise InputError(f"{frames} frames at {fps:g} fps", "at least 1 frame, above 0 fps", "ask for more")


def mass_of(solid: Solid) -> float:
    """Return the mass of a solid: its volume."""
    radius, half = sizes_of(solid.shape, solid.size)
    return _VOLUME[solid.shape] * radius * radius * half


def slowing_of(solid: Solid) -> float:
    """Return the loss of speed per second of a solid on the floor."""
    return ROLLING if solid.shape == "ball" else SLIDING


def start_speed(push: Push) -> tuple[float, float]:
    """Return the speed along x and y that a push gives."""
    across, along = _UNIT[push.direction]
    return SPEED[push.strength] * across, SPEED[push.strength] * along


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


def _at_rest(solid: Solid, laws: Laws) -> _Moving:
    _, half = sizes_of(solid.shape, solid.size)
    slowing, bounce = slowing_of(solid) * laws.friction, BOUNCE[solid.shape] * laws.bounce
    return _Moving(solid, *solid.xy, half, mass_of(solid), half, reach(solid), slowing, bounce, laws.gravity)


def _start(body: _Moving, action: Action) -> None:
    body.moved = True
    if isinstance(action, Drop):
        body.z += DROP_HEIGHT
        body.landed = False
    else:
        body.vx, body.vy = start_speed(action)


def _run(bodies: list[_Moving], frames: int, fps: float) -> tuple[list[list[tuple[float, float, float]]], list[Event]]:
    """Return where all middles are at each frame, and what happened. Once all is still, frames repeat."""
    at, events = [[(body.x, body.y, body.z) for body in bodies]], list[Event]()
    pairs, met = list(combinations(bodies, 2)), set[int]()
    dt = 1 / STEPS_PER_SECOND
    steps = 0
    for frame in range(1, frames):
        while steps * dt < frame / fps - 1e-9:
            events += _step(bodies, pairs, met, dt, frame)
            steps += 1
        at.append([(body.x, body.y, body.z) for body in bodies])
        if all(body.is_still for body in bodies):
            return at + at[-1:] * (frames - len(at)), events
    return at, events


def _step(
    bodies: list[_Moving], pairs: list[tuple[_Moving, _Moving]], met: set[int], dt: float, frame: int
) -> list[Event]:
    """Move on by `dt`; return what happened, told as of `frame`. `met` holds numbers of pairs."""
    events = []
    for body in bodies:
        if body.is_still:
            continue
        if _fall(body, dt):
            events.append(Event(frame, "lands", body.solid))
        _slow(body, dt)
        body.x += body.vx * dt
        body.y += body.vy * dt
        body.z += body.vz * dt
        if body.moved and body.is_still:
            body.moved = False
            events.append(Event(frame, "stops", body.solid))
    for number, (first, second) in enumerate(pairs):
        if _are_far(first, second) or (first.is_still and second.is_still):
            continue
        if _collide(first, second) and number not in met:
            met.add(number)
            mover, hit = (first, second) if first.moved else (second, first)
            events.append(Event(frame, "meets", mover.solid, hit.solid))
            hit.moved = True
    return events


def _fall(body: _Moving, dt: float) -> bool:
    """Let gravity work on a solid in the air; tell whether it lands for the first time."""
    if body.z <= body.rest_height and body.vz == 0:
        return False
    body.vz -= body.gravity * dt
    if body.z + body.vz * dt > body.rest_height:
        return False
    body.z = body.rest_height
    rebound = -body.vz * body.bounce
    body.vz = rebound if rebound > 4 * _STILL else 0.0
    first, body.landed = not body.landed, True
    return first


def _slow(body: _Moving, dt: float) -> None:
    if body.z > body.rest_height:
        return
    pace = math.hypot(body.vx, body.vy)
    loss = body.slowing * dt
    kept = 0.0 if pace <= max(loss, _STILL / 10) else 1 - loss / pace
    body.vx *= kept
    body.vy *= kept


def _are_far(first: _Moving, second: _Moving) -> bool:
    """Tell whether the circles around two solids are apart: then their outlines are."""
    dx, dy, reaches = second.x - first.x, second.y - first.y, first.reach + second.reach
    return dx * dx + dy * dy > reaches * reaches + 1e-9


def _collide(first: _Moving, second: _Moving) -> bool:
    """Part two solids that overlap and exchange momentum along the contact; tell whether they touched."""
    at_first, at_second = (first.x, first.y, first.z), (second.x, second.y, second.z)
    apart, (nx, ny) = gap(first.solid, at_first, second.solid, at_second)
    if apart > 0:
        return False
    share = second.mass / (first.mass + second.mass)
    first.x += nx * apart * share
    first.y += ny * apart * share
    second.x -= nx * apart * (1 - share)
    second.y -= ny * apart * (1 - share)
    closing = (first.vx - second.vx) * nx + (first.vy - second.vy) * ny
    if closing > 0:
        impulse = (1 + RESTITUTION) * closing * first.mass * share
        first.vx -= nx * impulse / first.mass
        first.vy -= ny * impulse / first.mass
        second.vx += nx * impulse / second.mass
        second.vy += ny * impulse / second.mass
    return True
