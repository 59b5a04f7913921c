"""How far predictions are from the truth, frame by frame, on rollouts by a seed: what bounds are made of.

    classical_future(window, given, fps)   a forecast of a clip's last frames, beside what its back-test told
    classical_views(seed, number)          a simulated stage, turned by up to 30 degrees
    classical_walk(seed, number)           a walk over a simulated map, beside a stage whose solids stand up
    small_views small_future small_walk    what the small model draws, its thought the true one

Each returns a `Residuals`. `city_windows` and `thrown` make the clips that are forecast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.future import back_test_error, forecast
from agentvid.engines.classical.ground import ACROSS_DEG, DOWN_DEG, EYE_METRES, PICTURE_METRES, lay_track, render_walk
from agentvid.engines.classical.motion import predict
from agentvid.engines.classical.world_model import turned_view
from agentvid.media.codec import iter_frames
from agentvid.media.types import Action, Point
from agentvid.train.records import sample_record
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.film import GIVEN, ask_action, ask_next, ask_steps, think_future, think_walk
from agentvid.world.language import Course, Tour, tell_scene
from agentvid.world.look import ELEVATION_DEG, orbit, walker
from agentvid.world.model import frame_errors
from agentvid.world.physics import Stage
from agentvid.world.render import SIZE, render_map, render_scene
from agentvid.world.scene import COLOURS, STEP_DEG, Camera, Scene, Solid
from agentvid.world.walk import Spot, Walk, is_free
from agentvid.world.walk import render_walk as walked

if TYPE_CHECKING:
    from agentvid.models.mot import Session, Unified

__all__ = [
    "BALL_FPS",
    "BLOCKS",
    "GIVEN_FRAMES",
    "Residuals",
    "Window",
    "city_windows",
    "classical_future",
    "classical_views",
    "classical_walk",
    "small_future",
    "small_views",
    "small_walk",
    "thrown",
]

Clip = NDArray[np.uint8]

GIVEN_FRAMES: Final = 16
"""Frames that a forecast is given."""
AHEAD: Final = 8
BLOCKS: Final = 3
"""Parts of a real clip in time that share no frame."""
BALL_FPS: Final = 24.0
_DEGREES: Final = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
_VIEWS: Final = (1, 3, 6, 12)
_CROPS: Final = ((2, 3), (3, 3))
"""Into how many parts a side is cut, and at how many places along it such a part is taken."""
_UNITS: Final = 6.6
"""World units that a map shows on each side."""
_MOVES: Final = 4
_STEPS: Final = 8
_TRIES: Final = 50


@dataclass(frozen=True)
class Residuals:
    """Of one rollout, at each step: the error in grey levels, and what was to be expected before the truth was seen.

    `guess` is the back-test's error, or by how much the frame drawn differs from the picture it was drawn from.
    """

    steps: tuple[float, ...]
    errors: tuple[float, ...]
    guess: tuple[float, ...]

    @classmethod
    def of(cls, steps: Sequence[float], made: Clip, true: Clip, source: Clip) -> Residuals:
        """Compare frames (T, H, W, 3) with the true ones, and with the picture (H, W, 3) that they came from."""
        guess = frame_errors(made, np.broadcast_to(source, made.shape))
        return cls(tuple(map(float, steps)), tuple(frame_errors(made, true).tolist()), tuple(guess.tolist()))

    def to_json(self) -> dict[str, list[float]]:
        """Return it as JSON, rounded to a ten-thousandth of a grey level."""
        told = {"steps": self.steps, "errors": self.errors, "guess": self.guess}
        return {name: [round(value, 4) for value in values] for name, values in told.items()}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Residuals:
        """Return what `to_json` wrote."""
        return cls(*(tuple(map(float, told[name])) for name in ("steps", "errors", "guess")))


@dataclass(frozen=True)
class Window:
    """Frames (T, H, W, 3) of a real clip, and which of the `BLOCKS` of its time they are from."""

    name: str
    block: int
    frames: Clip


def city_windows(path: Path) -> Iterator[Window]:
    """Yield windows of a clip: each block of its time, forwards and backwards, at each place of the picture."""
    frames = np.stack(list(iter_frames(path)))
    many, (_, height, width, _) = GIVEN_FRAMES + AHEAD, frames.shape
    for block, at in enumerate(np.linspace(0, len(frames) - many, BLOCKS).round().astype(int)):
        for parts, places in _CROPS:
            high, wide = height // parts // 2 * 2, width // parts // 2 * 2
            for top in np.linspace(0, height - high, places).round().astype(int):
                for left in np.linspace(0, width - wide, places).round().astype(int):
                    cut = frames[at : at + many, top : top + high, left : left + wide]
                    name = f"{block} {wide}x{high} {left},{top}"
                    yield Window(name, block, cut)
                    yield Window(f"{name} back", block, cut[::-1])


def thrown(seed: int, number: int) -> Clip:
    """Return a ball that is thrown across the stage, from a random moment of its flight on."""
    rng = np.random.default_rng([seed, number])
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    ball = Solid(int(rng.integers(1, 4)), 0, "ball", colour, "large" if rng.random() < 0.5 else "small")
    stage = Stage(Scene((ball,), Camera()))
    stage.throw(ball, (rng.uniform(0.8, 1.6), 0.0, rng.uniform(2.5, 5.0)), float(rng.uniform(0, 0.8)))
    stage.advance(float(rng.uniform(0, 0.4)))
    frames = []
    for _ in range(GIVEN_FRAMES + AHEAD):
        frames.append(render_scene(stage.scene, stage.poses).rgb)
        stage.advance(1 / BALL_FPS)
    return np.stack(frames)


def classical_future(frames: Clip, fps: float) -> Residuals:
    """Forecast the frames after the first `GIVEN_FRAMES`; the guess is the back-test's, steps are shares of those."""
    given, ahead = GIVEN_FRAMES, len(frames) - GIVEN_FRAMES
    found = forecast(list(frames[:given]), ahead, fps)
    expected = back_test_error(found.curve_db)[:ahead]
    made = np.stack([predict(frames[given - 1], found.motion, at) for at in range(1, len(expected) + 1)])
    errors = frame_errors(made, frames[given : given + len(expected)])
    steps = tuple(at / given for at in range(1, len(expected) + 1))
    return Residuals(steps, tuple(errors.tolist()), expected)


def classical_views(seed: int, number: int) -> Residuals:
    """Turn a simulated stage to either side; steps are degrees."""
    scene = _scene(seed, number)
    picture, height, way = render_scene(scene).rgb, ELEVATION_DEG[scene.camera.height], 1 if number % 2 else -1
    eyes = [orbit(scene.camera.azimuth * STEP_DEG + way * degrees, height) for degrees in _DEGREES]
    made = np.stack([turned_view(picture, {"yaw_deg": way * degrees}) for degrees in _DEGREES])
    return Residuals.of(_DEGREES, made, np.stack([render_scene(scene, eye=eye).rgb for eye in eyes]), picture)


def classical_walk(seed: int, number: int) -> Residuals:
    """Walk over a simulated map, beside what is seen from there where its solids stand up; steps are moves made."""
    scene = replace(_scene(seed, number), camera=Camera())
    rng = np.random.default_rng([seed, number, 41])
    moves = _moves(rng, scene)
    picture, unit = render_map(scene).rgb, _UNITS / PICTURE_METRES
    track = lay_track(moves, Point(x=(SIZE - 1) / 2, y=SIZE - 1.0), SIZE, (_MOVES + 1) / _MOVES)
    made = np.stack(list(render_walk(picture, track, SIZE, SIZE)))
    true = []
    for x, y, heading in zip(track.x, track.y, track.heading_deg, strict=True):
        where = (((x + 0.5) / SIZE - 0.5) * _UNITS, (0.5 - (y + 0.5) / SIZE) * _UNITS)
        eye = walker(*where, float(heading), EYE_METRES * unit, -DOWN_DEG)
        wide = replace(eye, half_tangent=math.tan(math.radians(ACROSS_DEG / 2)))
        true.append(render_scene(scene, eye=wide).rgb)
    return Residuals.of(range(len(made)), made, np.stack(true), made[0])


def small_views(unified: Unified, seed: int, number: int) -> Residuals:
    """Draw a held-out stage from further round it, in steps of 15 degrees."""
    from agentvid.models.mot import Sketch, draw_together

    scene, way = _scene(seed, number), 1 if number % 2 else -1
    picture, looked = render_scene(scene).rgb, unified.session()
    looked.look(picture)
    scenes = [replace(scene, camera=scene.camera.turned(way * steps)) for steps in _VIEWS]
    sketches = []
    for turned in scenes:
        session = looked.branch()
        session.read(instruct(np.random.default_rng(0), scene, Turn(turned.camera), "en"))
        session.read(tell_scene(turned, "en"), as_thought=True)
        sketches.append(Sketch(session, (SIZE, SIZE), 0))
    made = np.stack([drawing.image for drawing in draw_together(sketches)])
    return Residuals.of(_VIEWS, made, np.stack([render_scene(each).rgb for each in scenes]), picture)


def small_future(unified: Unified, seed: int, number: int) -> Residuals:
    """Draw what comes of a push or drop from its first frame, or, of every other one, how four frames go on."""
    clip = sample_record("clip", seed, number, "held_out").clip
    assert clip is not None
    given, session = 1 if number % 2 else GIVEN, unified.session()
    frames = np.stack([render_scene(clip.scene, pose).rgb for pose in clip.poses[: given + _STEPS]])
    for frame in frames[:given]:
        session.look(frame, latents=False)
    if given == 1:
        session.read(ask_action(Course(clip.action), "en"))
        session.read(think_future(Course(clip.action), "en"), as_thought=True)
    else:
        session.read(ask_next(np.random.default_rng(0), "en"))
    made = _filmed(session, frames[:given], len(frames))
    return Residuals.of(range(1, len(made) + 1), made, frames[given:], frames[given - 1])


def small_walk(unified: Unified, seed: int, number: int) -> Residuals:
    """Draw what is seen on a walk, from its first picture; steps are steps of the walk."""
    record = sample_record("walk", seed, number, "held_out")
    whole = record.walks[0]
    tour = Tour(record.scenes[0], Walk(whole.azimuth, whole.steps[:_STEPS]))
    frames, session = walked(tour.scene, tour.walk.spots), unified.session()
    session.look(frames[0], latents=False)
    session.read(ask_steps(tour.walk, "en"))
    session.read(think_walk(tour, "en"), as_thought=True)
    made = _filmed(session, frames[:1], len(frames))
    return Residuals.of(range(1, len(made) + 1), made, frames[1:], frames[0])


def _filmed(session: Session, given: Clip, many: int) -> Clip:
    return session.draw((SIZE, SIZE), seed=0, frames=many, pinned=dict(enumerate(given))).frames[len(given) :]


def _scene(seed: int, number: int) -> Scene:
    return sample_record("still", seed, number, "held_out").scenes[0]


def _moves(rng: np.random.Generator, scene: Scene) -> list[Action]:
    """Draw moves of a second each from the map's lower edge, clear of the solids and on the map."""
    moves, x, y, heading = list[Action](), 0.0, -_UNITS / 2, 0.0
    for _ in range(_TRIES):
        if len(moves) == _MOVES:
            break
        if rng.random() < 0.5:
            turn = float(rng.choice([15, 30, 45, 60])) * (1 if rng.random() < 0.5 else -1)
            move = Action(move="turn_right" if turn > 0 else "turn_left", amount=abs(turn), seconds=1)
            moves, heading = [*moves, move], heading + turn
            continue
        metres = float(rng.uniform(1, 5))
        far = metres * _UNITS / PICTURE_METRES
        way = math.radians(heading)
        there = Spot(x + far * math.sin(way), y + far * math.cos(way), heading)
        if is_free(scene, there):
            moves, x, y = [*moves, Action(move="forward", amount=metres, seconds=1)], there.x, there.y
    return moves
