"""Make `world/trust.json`: conformal quantiles of errors on held-out rollouts, and their coverage on others.

    classical/future_frames   windows of a real clip (quarters of the picture) and rendered balls that are thrown: by
                              how much the error exceeds what the back-test on the window's own frames told. Where
                              the camera moves and where it stands still are calibrated apart
    classical/novel_view      simulated stages, turned by up to 30 degrees, by angle
    small/novel_view          simulated stages, by the angle in steps of 15 degrees

Windows of one clip overlap, so their coverage is measured on windows that are not quite new. A bound holds for what is
drawn like the rollouts it was made on; of other media it is a guide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.future import back_test_error, forecast
from agentvid.engines.classical.motion import predict
from agentvid.engines.classical.world_model import turned_view
from agentvid.evals.small.cases import make_cases
from agentvid.media.codec import iter_frames
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.language import tell_scene
from agentvid.world.look import ELEVATION_DEG, orbit
from agentvid.world.model import frame_errors
from agentvid.world.physics import Stage
from agentvid.world.render import SIZE, render_scene
from agentvid.world.scene import COLOURS, STEP_DEG, Camera, Scene, Solid
from agentvid.world.trust import LEVEL, Profile, conformal_quantile

if TYPE_CHECKING:
    from agentvid.models.mot import Unified

__all__ = [
    "RESULTS",
    "Calibrated",
    "calibrate_ratio",
    "calibrate_steps",
    "city_windows",
    "classical_views",
    "run_trust",
]

RESULTS: Final = "residuals.json"
SEEDS: Final = (3100, 3200)
"""Of the rollouts that are calibrated with, and of those that coverage is measured on."""
_GIVEN, _AHEAD = 25, 12
_BALL_GIVEN, _BALL_AHEAD = 16, 8
_BALL_FPS: Final = 24.0
_DEGREES: Final = (5.0, 10.0, 15.0, 20.0, 30.0)
_STEPS: Final = (1, 2, 3, 4, 6, 9, 12)
Clip = NDArray[np.uint8]
Told = Callable[[str, str], None]
Rows = list[list[float]]


@dataclass(frozen=True)
class Calibrated:
    """A profile and how often its bound held on rollouts that it was not made on: `held` of `tested`."""

    profile: Profile
    held: int
    tested: int

    @property
    def coverage(self) -> float:
        """Share of tests in which the bound held."""
        return self.held / self.tested


def calibrate_ratio(scores: Sequence[float], others: Sequence[float], made_on: str) -> Calibrated:
    """Return the quantile of scores, and how many of other scores are not above it."""
    ratio = conformal_quantile(scores)
    return Calibrated(Profile(len(scores), made_on, LEVEL, ratio=ratio), sum(s <= ratio for s in others), len(others))


def calibrate_steps(steps: Sequence[float], errors: Rows, others: Rows, made_on: str, weights: str = "") -> Calibrated:
    """Return the quantile of errors at each step, rows being rollouts; coverage is counted over all steps of others.

    A bound never falls with the steps: each is the largest so far.
    """
    bounds = np.maximum.accumulate([conformal_quantile(column) for column in zip(*errors, strict=True)])
    profile = Profile(len(errors), made_on, LEVEL, tuple(map(float, steps)), tuple(map(float, bounds)), weights=weights)
    held = int((np.asarray(others) <= bounds).sum())
    return Calibrated(profile, held, int(np.size(others)))


def run_trust(
    out: Path,
    clip: Path,
    *,
    rollouts: int,
    unified: Unified | None,
    weights: str,
    told: Told = lambda what, state: None,
) -> dict[str, Any]:
    """Calibrate and test what can be, and return the document; trust.json lies in `out` for `agentvid/world/`.

    Residuals are kept in residuals.json, rollout by rollout, so that a run that was stopped goes on.
    """
    kept = _Kept(out / RESULTS, weights, told)

    def rows(name: str, make: Callable[[int, int], list[float]]) -> tuple[Rows, Rows]:
        one, two = ([kept.row(f"{name} {s} {n}", partial(make, s, n)) for n in range(rollouts)] for s in SEEDS)
        return one, two

    windows = [kept.row(f"clip {n}", partial(_window, window))[0] for n, window in enumerate(city_windows(clip))]
    split = np.random.default_rng(0).permutation(len(windows))
    first, second = ([windows[at] for at in half] for half in np.array_split(split, 2))
    thrown, others = ([row[0] for row in part] for part in rows("ball", _ball))
    found = {
        "classical/future_frames, moving camera": calibrate_ratio(first, second, "windows of a city clip"),
        "classical/future_frames, still camera": calibrate_ratio(thrown, others, "thrown balls"),
        "classical/novel_view": calibrate_steps(_DEGREES, *rows("turn", classical_views), "simulated stages"),
    }
    if unified is not None:
        drawn = rows("view", partial(_small_views, unified))
        found["small/novel_view"] = calibrate_steps(_STEPS, *drawn, "held-out stages", weights)
    shipped = {name: _shipped(each.profile) for name, each in found.items()}
    (out / "trust.json").write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")
    coverage = {
        name: {"held": each.held, "tested": each.tested, "coverage": round(each.coverage, 4)}
        for name, each in found.items()
    }
    document: dict[str, Any] = {"level": LEVEL, "coverage": coverage, "profiles": shipped}
    (out / "coverage.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return document


def city_windows(path: Path) -> Iterator[Clip]:
    """Yield windows of a clip, 25 frames given and 12 to come, each quarter of the picture for itself."""
    frames = np.stack(list(iter_frames(path)))
    height, width = frames.shape[1] // 4 * 2, frames.shape[2] // 4 * 2
    for at in range(0, len(frames) - _GIVEN - _AHEAD + 1, 2):
        for top in (0, height):
            for left in (0, width):
                yield frames[at : at + _GIVEN + _AHEAD, top : top + height, left : left + width]


def classical_views(seed: int, number: int) -> list[float]:
    """Return the error of the classical engine's view of a simulated stage, for each angle."""
    scene = make_cases(number + 1, seed)[number].scene
    picture, height = render_scene(scene).rgb, ELEVATION_DEG[scene.camera.height]
    errors = []
    for degrees in _DEGREES:
        eye = orbit(scene.camera.azimuth * STEP_DEG + degrees, height)
        errors.append(_error(turned_view(picture, {"yaw_deg": degrees}), render_scene(scene, eye=eye).rgb))
    return errors


def _small_views(unified: Unified, seed: int, number: int) -> list[float]:
    from agentvid.models.mot import Sketch, draw_together

    case = make_cases(number + 1, seed)[number]
    way = 1 if number % 2 else -1
    looked = unified.session()
    looked.look(case.picture)
    cameras = [case.scene.camera.turned(way * steps) for steps in _STEPS]
    scenes = [Scene(case.scene.solids, camera, case.scene.light) for camera in cameras]
    sketches = []
    for scene in scenes:
        session = looked.branch()
        session.read(instruct(np.random.default_rng(0), case.scene, Turn(scene.camera), "en"))
        session.read(tell_scene(scene, "en"), as_thought=True)
        sketches.append(Sketch(session, (SIZE, SIZE), 0))
    drawn = draw_together(sketches)
    return [_error(made.image, render_scene(scene).rgb) for made, scene in zip(drawn, scenes, strict=True)]


def _thrown(seed: int, number: int) -> Clip:
    """Return a ball that is thrown across the stage, from a random moment of its flight on."""
    rng = np.random.default_rng([seed, number])
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    ball = Solid(int(rng.integers(1, 4)), 0, "ball", colour, "large" if rng.random() < 0.5 else "small")
    stage = Stage(Scene((ball,), Camera()))
    stage.throw(ball, (rng.uniform(0.8, 1.6), 0.0, rng.uniform(2.5, 5.0)), float(rng.uniform(0, 0.8)))
    stage.advance(float(rng.uniform(0, 0.4)))
    frames = []
    for _ in range(_BALL_GIVEN + _BALL_AHEAD):
        frames.append(render_scene(stage.scene, stage.poses).rgb)
        stage.advance(1 / _BALL_FPS)
    return np.stack(frames)


def _window(window: Clip) -> list[float]:
    return [_ratio(window, _GIVEN, 24.0)]


def _ball(seed: int, number: int) -> list[float]:
    return [_ratio(_thrown(seed, number), _BALL_GIVEN, _BALL_FPS)]


def _ratio(frames: Clip, given: int, fps: float) -> float:
    """Return the most by which the error of a forecast exceeds what its back-test told, over all frames."""
    ahead = len(frames) - given
    found = forecast(list(frames[:given]), ahead, fps)
    expected = back_test_error(found.curve_db)
    many = min(ahead, len(expected))
    made = np.stack([predict(frames[given - 1], found.motion, at) for at in range(1, many + 1)])
    errors = frame_errors(made, frames[given : given + many])
    return float((errors / np.asarray(expected[:many])).max())


def _error(made: Clip, true: Clip) -> float:
    return float(frame_errors(made[None], true[None])[0])


def _shipped(profile: Profile) -> Mapping[str, Any]:
    """Return a profile as JSON, rounded up so that bounds stay bounds."""
    told = {name: value for name, value in asdict(profile).items() if value not in ((), "", np.inf)}
    for name in ("errors", "ratio"):
        if name in told:
            told[name] = (np.ceil(np.asarray(told[name]) * 1000) / 1000).tolist()
    return told


class _Kept:
    """Residuals by rollout, on the disk after each new one; those of other weights are not gone on from."""

    def __init__(self, path: Path, weights: str, told: Told) -> None:
        self._path, self._weights, self._told = path, weights, told
        path.parent.mkdir(parents=True, exist_ok=True)
        document: dict[str, Any] = {"weights": weights, "rows": {}}
        if path.is_file():
            document = json.loads(path.read_text(encoding="utf-8"))
        self._rows: dict[str, list[float]] = document["rows"] if document["weights"] == weights else {}

    def row(self, name: str, make: Callable[[], list[float]]) -> list[float]:
        if name in self._rows:
            self._told(name, "kept")
            return self._rows[name]
        self._told(name, "started")
        self._rows[name] = [round(value, 4) for value in make()]
        partly = self._path.with_suffix(".partial")
        partly.write_text(json.dumps({"weights": self._weights, "rows": self._rows}), encoding="utf-8")
        partly.replace(self._path)
        self._told(name, "done")
        return self._rows[name]
