"""Bounds on errors: the conformal quantile, coverage where the truth is known, what ships, and what results carry."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.extend import extend_video
from agentvid.engines.classical.future import back_test_error, forecast, future_frames
from agentvid.engines.classical.ground import navigate
from agentvid.engines.classical.parallax import novel_view
from agentvid.errors import InputError
from agentvid.evals.world import calibrate
from agentvid.evals.world.calibrate import calibrate_ratio, calibrate_steps
from agentvid.evals.world.view import loop_closure, stability
from agentvid.media.types import Action, Actions, Answer, CameraPath, CameraPose, Image, Point, Video
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid
from agentvid.world.trust import LEVEL, Bound, Profile, bound_for, conformal_quantile, profiles, to_db, to_error

SCENE = Scene((Solid(1, 1, "ball", "red", "large"), Solid(3, 3, "cube", "blue", "small")))
YAWS = (0.0, 12.0, -12.0, 0.0)
"""To one side, to the other, and back."""


@pytest.fixture
def context(store):
    return EngineContext(store=store)


def ask(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


def flown(context, yaws, **channels) -> tuple[np.ndarray, list[str], Answer | None]:
    image = context.store.put_image(render_scene(SCENE).rgb)
    poses = tuple(CameraPose(seconds=float(at), yaw_deg=yaw, **channels) for at, yaw in enumerate(yaws))
    made = novel_view(ask("novel_view", image=image, path=CameraPath(poses=poses), fps=4.0), context)
    frames = np.stack(list(context.store.frames(made.get("video", Video))))
    return frames, list(made.warnings), made.maybe("bound", Answer)


def panned(count: int) -> list[np.ndarray]:
    texture = np.random.default_rng(1).integers(0, 256, (12, 60, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    return [np.ascontiguousarray(texture[:, 3 * at : 3 * at + 128]) for at in range(count)]


def test_the_quantile_is_the_rank_that_conformal_calibration_asks_for():
    assert conformal_quantile(range(1, 10), 0.9) == 9, "ceil(10 * 0.9) = 9"
    assert conformal_quantile([5, 1, 3, 2, 4], 0.5) == 3
    assert conformal_quantile(range(1, 9), 0.9) == math.inf, "ceil(9 * 0.9) = 9 of 8"
    with pytest.raises(InputError):
        conformal_quantile([1], 1.0)


def test_bounds_hold_for_the_stated_share_of_new_cases():
    rng = np.random.default_rng(0)
    held = []
    for _ in range(400):
        scores = rng.gamma(2.0, 3.0, 40)
        held.append(calibrate_ratio(scores[:30], scores[30:], "gamma").coverage)

    assert np.mean(held) == pytest.approx(LEVEL, abs=0.015)  # exactly ceil(31 * 0.9) / 31 = 0.903


def test_bounds_by_step_never_fall_and_are_tested_on_others():
    rows = [[float(n), float(10 - n)] for n in range(1, 10)]
    found = calibrate_steps((1, 3), rows, [[9, 9], [10, 1], [1, 9.5]], "rows", "abc")

    assert found.profile == Profile(9, "rows", steps=(1, 3), errors=(9, 9), weights="abc")
    assert (found.held, found.tested) == (4, 6)
    assert [found.profile.error_at(step) for step in (0.5, 1, 2, 3, 3.1)] == [9, 9, 9, 9, math.inf]


def test_the_horizon_is_where_the_bound_passes_the_tolerance():
    limit = to_error(24.0)
    assert limit == pytest.approx(255 * 10**-1.2)
    assert to_db(limit) == pytest.approx(24)
    bound = Bound.at([1.0, limit - 0.01, limit + 0.01, 1.0], Profile(50, "rollouts"))

    assert bound.trust_steps == 2
    assert "passes 24 dB at frame 3" in bound.told("frame") and "90%, 50 rollouts" in bound.told("frame")
    measures = bound.answer("frame").measures
    assert measures["trust_steps"] == 2 and measures["error_at_4"] == 1
    unknown = Bound.at([math.inf], Profile(0, "nothing"))
    assert unknown.trust_steps == 0 and "no bound is known" in unknown.told("view")
    assert "error_at_1" not in unknown.answer("view").measures


def test_what_ships_can_be_read_and_belongs_to_its_weights():
    shipped = profiles()
    assert {"classical/future_frames, moving camera", "classical/future_frames, still camera"} < set(shipped)
    for name, profile in shipped.items():
        assert profile.n >= 9 and profile.level == LEVEL, name
        assert math.isfinite(profile.ratio) != bool(profile.steps), name
        assert all(a <= b for a, b in pairwise(profile.errors)), name
    assert bound_for("small/novel_view", [1.0], "other weights") is None
    assert bound_for("classical/nothing", [1.0]) is None
    still = bound_for("classical/novel_view", [0.0, 5.0, 179.0])
    assert still is not None and still.errors[0] == 0 < still.errors[1] and still.errors[2] == math.inf


def test_a_back_test_never_expects_less_later():
    assert back_test_error([80.0, 30.0, 36.0]) == pytest.approx((1.0, to_error(30), to_error(30)))


def test_a_forecast_carries_its_bound():
    frames = panned(24)

    found = forecast(frames, 6, 24.0)

    assert found.bound is not None
    assert found.bound.made_on.startswith("windows"), "the camera moves"
    ratio = profiles()["classical/future_frames, moving camera"].ratio
    assert found.bound.errors == pytest.approx([ratio * error for error in back_test_error(found.curve_db)])
    assert found.trust_frames <= found.bound.trust_steps
    assert found.told(24.0, 10.0).endswith("a guess") and found.told(24.0, found.trust_frames / 24) == ""
    assert forecast(frames[:2], 6, 24.0).bound is None


def test_clips_beyond_the_horizon_say_so(context):
    video = context.store.put_video(panned(20), 10)

    ahead = future_frames(ask("future_frames", video=video, seconds=3.0), context)
    longer = extend_video(ask("extend_video", video=video, seconds=3.0), context)

    for made in (ahead, longer):
        assert made.get("trust_seconds", float) < 3
        assert any("past the trust horizon: a guess" in told for told in made.warnings)
    assert any("error bound (90%" in told for told in ahead.warnings)
    measures = ahead.get("bound", Answer).measures
    assert measures["error_at_1"] > 0
    assert ahead.get("trust_seconds", float) <= measures["trust_steps"] / 10


def test_a_camera_that_comes_back_closes_the_loop(context):
    frames, warnings, bound = flown(context, YAWS)

    assert loop_closure(frames) < 0.2
    assert bound is not None and bound.measures["error_at_1"] == 0
    assert any("error bound (90%" in told for told in warnings)


def test_turning_and_turning_back_is_undone(context):
    frames, _, _ = flown(context, (0.0, 15.0, 0.0))

    assert stability(frames[[0, len(frames) // 2, -1]]) < 0.2


def test_a_path_that_was_not_calibrated_says_so(context):
    _, warnings, bound = flown(context, (0.0, 5.0), dolly=0.2)

    assert bound is None
    assert any("not calibrated" in told for told in warnings)


def test_a_walk_and_its_inverse_lead_back(context):
    image: Image = context.store.put_image(np.random.default_rng(2).integers(0, 256, (96, 128, 3), np.uint8))
    moves = [("forward", 4.0), ("turn_left", 40.0), ("turn_right", 40.0), ("back", 4.0)]
    actions = Actions(actions=tuple(Action(move=move, amount=amount) for move, amount in moves))  # type: ignore[arg-type]

    made = navigate(ask("navigate", image=image, actions=actions, start=Point(x=64, y=80), fps=4.0), context)

    frames = np.stack(list(context.store.frames(made.get("video", Video))))
    assert stability(frames[[0, len(frames) // 2, -1]]) < 0.2
    assert any("error bound: not calibrated" in told for told in made.warnings)


def test_a_calibration_goes_on_and_writes_what_ships(tmp_path, monkeypatch):
    made = []

    def ratio(frames, given, fps):
        made.append(given)
        return float(len(made) % 20)

    monkeypatch.setattr(calibrate, "city_windows", lambda clip: [np.zeros((1, 1, 1, 3), np.uint8)] * 30)
    monkeypatch.setattr(calibrate, "_ratio", ratio)
    monkeypatch.setattr(calibrate, "_thrown", lambda seed, number: None)
    monkeypatch.setattr(calibrate, "classical_views", lambda seed, number: [1.0, 2.0, 3.0, 4.0, float(number)])

    def run(weights):
        return calibrate.run_trust(tmp_path, tmp_path, rollouts=12, unified=None, weights=weights)

    document = run("a")
    assert len(made) == 30 + 2 * 12
    assert run("a") == document and len(made) == 54, "what is kept is not measured again"
    run("b")
    assert len(made) == 108, "other weights are"
    shipped = json.loads((tmp_path / "trust.json").read_text(encoding="utf-8"))
    assert shipped["classical/novel_view"]["errors"] == [1, 2, 3, 4, 11]
    assert shipped["classical/future_frames, moving camera"]["n"] == 15
    assert document["coverage"]["classical/novel_view"] == {"held": 60, "tested": 60, "coverage": 1.0}
