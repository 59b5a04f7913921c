"""Walking through the scene: steps on the ground, what the walker sees, and the map with the path drawn on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.look import Eye, above, walker
from agentvid.world.render import SIZE, render_map, render_scene
from agentvid.world.scene import AZIMUTHS, CELL, Scene, reach

__all__ = [
    "MOST_STEPS",
    "STEPS",
    "Spot",
    "Step",
    "Walk",
    "draw_path",
    "eye_at",
    "map_with_path",
    "render_walk",
    "sample_return",
    "sample_walk",
    "start_at",
    "walk",
    "walk_from",
]

Step: TypeAlias = Literal["forward", "left", "right"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
MOST_STEPS: Final = 240
TURN_DEG: Final = 15.0
_ROUND: Final = round(180 / TURN_DEG)
_LEAST_AWAY, _MOST_AWAY, _MOST_OFF = 3, 6, 2
"""Turns away from the start, and steps off it, of walks that come back."""
_CLEARANCE: Final = 0.45
_RIM: Final = 2.9
_EDGE: Final = 3.0
_SUPERSAMPLE: Final = 4
_PATH_RGB: Final = (220, 30, 120)


@dataclass(frozen=True)
class Spot:
    """Where a walker stands, in world units, and which way he looks: 0 degrees to the stage's back, + to the right."""

    x: float
    y: float
    heading_deg: float


@dataclass(frozen=True)
class Walk:
    """A walk that can be told: from the rim of the map, at a camera's `azimuth`, first looking at the middle.

    Raises: InputError for an azimuth that is not 0 to 23, an unknown step, or more than `MOST_STEPS`.
    """

    azimuth: int
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.azimuth < AZIMUTHS:
            raise InputError(f"azimuth {self.azimuth}", f"0 to {AZIMUTHS - 1} steps of 15 degrees", "choose a step")
        if not set(self.steps) <= set(STEPS) or len(self.steps) > MOST_STEPS:
            raise InputError(
                f"{len(self.steps)} steps {sorted(set(self.steps))}", f"{MOST_STEPS} of {STEPS}", "see there"
            )

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The start and where each step leads."""
        return walk(start_at(self.azimuth), self.steps)


def start_at(azimuth: int) -> Spot:
    """Return the spot at the rim where a camera of this azimuth stands, looking at the middle."""
    turns = -azimuth % AZIMUTHS
    angle = turns * math.radians(TURN_DEG)
    return Spot(-_RIM * math.sin(angle), -_RIM * math.cos(angle), math.degrees(angle))


def walk_from(start: Spot, steps: tuple[Step, ...]) -> Walk:
    """Return the walk, as it can be told, that takes these steps.

    Raises: InputError for a start that is not one of the 24 at the rim.
    """
    azimuth = round(-start.heading_deg / TURN_DEG) % AZIMUTHS
    if start_at(azimuth) != start:
        raise InputError(f"a walk from {start}", "a start at the rim that looks at the middle", "use start_at")
    return Walk(azimuth, steps)


def walk(start: Spot, steps: tuple[Step, ...]) -> tuple[Spot, ...]:
    """Return the start and where each step leads: `forward` is one cell, `left` and `right` turn by 15 degrees."""
    spots = [start]
    for step in steps:
        x, y, heading = spots[-1].x, spots[-1].y, spots[-1].heading_deg
        if step == "forward":
            radians = math.radians(heading)
            spots.append(Spot(x + CELL * math.sin(radians), y + CELL * math.cos(radians), heading))
        else:
            spots.append(Spot(x, y, heading + (TURN_DEG if step == "right" else -TURN_DEG)))
    return tuple(spots)


def sample_walk(rng: np.random.Generator, scene: Scene, steps: int = 15) -> tuple[Spot, tuple[Step, ...]]:
    """Draw a start at the rim that looks at the stage, and steps that keep clear of the solids and on the map.

    Raises: InputError for fewer than 1 step.
    """
    if steps < 1:
        raise InputError(f"{steps} steps", "at least 1", "ask for more")
    start = start_at(-int(rng.integers(AZIMUTHS)) % AZIMUTHS)
    return start, _wander(rng, scene, start, steps)


def sample_return(rng: np.random.Generator, scene: Scene, steps: int = 15) -> tuple[Walk, int]:
    """Draw a walk of so many steps that is back where it began after some of them; return it, and after how many.

    It turns away and back, or, where there are steps enough, goes off, turns round, comes back and turns round.

    Raises: InputError for fewer than 6 steps.
    """
    if steps < 2 * _LEAST_AWAY:
        raise InputError(f"{steps} steps", f"at least {2 * _LEAST_AWAY}", "ask for more")
    azimuth, side = int(rng.integers(AZIMUTHS)), 1 + int(rng.integers(2))
    there: Step = STEPS[side]
    away = int(rng.integers(_LEAST_AWAY, min(_MOST_AWAY, steps // 2) + 1))
    way: tuple[Step, ...] = (there,) * away + (STEPS[3 - side],) * away
    most = min(_MOST_OFF, (steps - 2 * _ROUND) // 2)
    if most > 0 and rng.random() < 0.5:
        off: tuple[Step, ...] = (STEPS[0],) * int(rng.integers(1, most + 1))
        if all(is_free(scene, spot) for spot in walk(start_at(azimuth), off)):
            way = (*off, *((there,) * _ROUND), *off, *((there,) * _ROUND))
    back = walk(start_at(azimuth), way)[-1]
    return Walk(azimuth, (*way, *_wander(rng, scene, back, steps - len(way)))), len(way)


def _wander(rng: np.random.Generator, scene: Scene, spot: Spot, steps: int) -> tuple[Step, ...]:
    """Draw steps from a free spot on; turning is always possible there."""
    taken: list[Step] = []
    side = 1 + int(rng.integers(2))
    for _ in range(steps):
        if rng.random() < 0.2:
            side = 3 - side
        for index in (0, side) if rng.random() < 0.6 else (side,):
            following = walk(spot, (STEPS[index],))[-1]
            if is_free(scene, following):
                taken.append(STEPS[index])
                spot = following
                break
    return tuple(taken)


def is_free(scene: Scene, spot: Spot) -> bool:
    """Tell whether a walker can stand there."""
    clear = all(math.dist((spot.x, spot.y), solid.xy) > reach(solid) + _CLEARANCE for solid in scene.solids)
    return clear and math.hypot(spot.x, spot.y) < _EDGE


def eye_at(spot: Spot) -> Eye:
    """Return the eye of a walker."""
    return walker(spot.x, spot.y, spot.heading_deg)


def render_walk(scene: Scene, spots: tuple[Spot, ...], size: int = SIZE) -> NDArray[np.uint8]:
    """Return what the walker sees at each spot, (T, size, size, 3)."""
    return np.stack([render_scene(scene, eye=eye_at(spot), size=size).rgb for spot in spots])


def map_with_path(scene: Scene, spots: tuple[Spot, ...], size: int = SIZE) -> NDArray[np.uint8]:
    """Return the scene from above with the path: a dot at the start, an arrow head where it ends."""
    return draw_path(render_map(scene, size=size).rgb, spots)


def draw_path(picture: NDArray[np.uint8], spots: tuple[Spot, ...]) -> NDArray[np.uint8]:
    """Draw a path onto a map (H, W, 3), smooth-edged; returns a new picture."""
    from PIL import Image, ImageDraw

    size = picture.shape[0]
    big = size * _SUPERSAMPLE
    ink = Image.new("L", (big, big))
    pen = ImageDraw.Draw(ink)
    ground = np.array([[spot.x, spot.y, 0.0] for spot in spots])
    points = [(float(x) * big, float(y) * big) for x, y, _ in above().project(ground)]
    wide = max(2, big // 70)
    if len(points) > 1:
        pen.line(points, fill=255, width=wide, joint="curve")
    x, y = points[0]
    pen.ellipse((x - 1.6 * wide, y - 1.6 * wide, x + 1.6 * wide, y + 1.6 * wide), fill=255)
    x, y = points[-1]
    turn = math.radians(spots[-1].heading_deg)
    tip = [(0.0, -4.5), (2.6, 2.0), (-2.6, 2.0)]
    pen.polygon(
        [
            (x + wide * (u * math.cos(turn) - v * math.sin(turn)), y + wide * (u * math.sin(turn) + v * math.cos(turn)))
            for u, v in tip
        ],
        fill=255,
    )
    share = np.asarray(ink.resize((size, size), Image.Resampling.BOX), np.float32)[..., None] / 255
    return (picture * (1 - share) + np.array(_PATH_RGB, np.float32) * share + 0.5).astype(np.uint8)
