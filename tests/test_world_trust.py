"""Bounds on errors: the conformal quantile, coverage where the truth is known, what ships, and what results carry."""

from __future__ import annotations

import json
import math
from dataclasses import replace
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
from agentvid.evals.world.calibrate import calibrated, coverage_table
from agentvid.evals.world.quantiles import chance, fitted, strictness
from agentvid.evals.world.residuals import Residuals, Window, classical_walk, thrown
from agentvid.evals.world.view import loop_closure, stability
from agentvid.media.types import Action, Actions, Answer, CameraPath, CameraPose, Image, Point, Video
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid
from agentvid.world.trust import (
    LEVEL,
    Bound,
    Profile,
    bound_for,
    closure,
    conformal_quantile,
    profiles,
    to_db,
    to_error,
)

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


def rows(rng, count):
    """Rollouts of three steps with errors of their own size, half of which a guess tells."""
    found = []
    for _ in range(count):
        size, guess = rng.gamma(2.0, 2.0), rng.gamma(2.0, 3.0, 3)
        errors = (np.array([1.0, 2.0, 3.0]) * size + guess) * rng.gamma(4.0, 0.25, 3)
        found.append(Residuals((1.0, 2.0, 3.0), tuple(errors), tuple(guess)))
    return found


def test_bounds_hold_for_the_stated_share_at_each_step_in_both_directions():
    rng = np.random.default_rng(0)
    held = [calibrated(rows(rng, 60), rows(rng, 60), "rollouts") for _ in range(60)]

    assert np.mean([each.coverage for each in held]) == pytest.approx(LEVEL, abs=0.015)
    assert np.mean([each.whole.mean() for each in held]) == pytest.approx(LEVEL, abs=0.02)
    by_step = np.mean([each.frames.mean(axis=0) for each in held], axis=0)
    assert by_step == pytest.approx([LEVEL] * 3, abs=0.02)


def test_what_is_expected_follows_the_guess_where_it_tells_something():
    guess = np.arange(20.0)[:, None]
    base, share = fitted(5.0 + 2.0 * guess, guess)
    assert base == pytest.approx([5.0], abs=1e-3) and share == pytest.approx([2.0], abs=1e-3)
    base, share = fitted(7.0 + guess % 2, np.zeros_like(guess))
    assert base == pytest.approx([8.0]) and share == pytest.approx([0.0])


def test_a_line_holds_for_low_guesses_as_for_high_ones():
    rng = np.random.default_rng(4)
    guess = rng.uniform(0, 40, (600, 1))
    errors = np.hypot(guess, rng.gamma(4.0, 5.0, (600, 1)))
    base, share = fitted(errors, guess)
    held = errors <= base + share * guess
    for part in (guess < 12, guess > 28):
        assert held[part].mean() == pytest.approx(LEVEL, abs=0.05), "a line through the mean holds for 60 % of low ones"


def test_coverage_lies_within_what_chance_allows():
    rng = np.random.default_rng(5)
    low, high = chance(40, 60)
    shares = []
    for _ in range(2000):
        scores = rng.random(100)
        shares.append((scores[40:] <= conformal_quantile(scores[:40])).mean())
    within = np.mean([low <= share <= high for share in shares])
    assert 0.93 <= within <= 0.98 and low < LEVEL < high
    assert chance(400, 600)[1] - chance(400, 600)[0] < (high - low) / 2


def test_the_horizon_is_strict_enough_for_what_is_believed_to_be_true():
    limit, rng = to_error(24.0), np.random.default_rng(6)

    def drawn(count):
        bounds = rng.uniform(2, 40, (count, 1))
        often = np.clip((bounds - 0.4 * limit) / limit, 0, 1)
        return bounds, np.where(rng.random((count, 1)) < often, limit + 5, limit / 2)

    bounds, errors = drawn(400)
    strict = strictness(bounds, errors)
    assert strict is not None and strict > 1
    others, truth = drawn(4000)
    believed = others <= limit / strict
    assert (truth[believed] <= limit).mean() >= LEVEL > (truth[others <= limit] <= limit).mean()
    assert strictness(np.full((200, 1), limit / 2), np.full((200, 1), limit / 2)) == 1.0
    assert strictness(np.full((200, 1), 1.0), np.full((200, 1), 2 * limit)) is None, "none is strict enough"
    assert strictness(np.full((21, 1), 1.0), np.full((21, 1), 1.0)) is None, "0.9 ** 21 > 0.1"
    assert strictness(np.full((22, 1), 1.0), np.full((22, 1), 1.0)) == 1.0


def test_a_calibration_wants_like_rollouts_and_enough():
    made = rows(np.random.default_rng(1), 30)
    with pytest.raises(InputError):
        calibrated(made[:29], made, "few")
    with pytest.raises(InputError):
        calibrated(made, [Residuals((1.0, 2.0), (1.0, 1.0), (0.0, 0.0))], "others")


PROFILE = Profile(50, "rollouts", steps=(1.0, 3.0), base=(2.0, 4.0), share=(1.0, 2.0), frame=(2.0, 4.0), whole=5.0)


def test_a_profile_tells_what_lies_between_its_steps_and_nothing_beyond():
    bound = PROFILE.bound([0, 1, 2, 3, 4], [10.0, 10.0, 10.0, 0.0, 0.0])
    assert bound.errors == (0.0, 24.0, 54.0, 16.0, math.inf)
    assert bound.whole == (0.0, 60.0, 90.0, 20.0, math.inf)
    assert bound.trust_steps == 1 and replace(PROFILE, strict=None).bound([0, 1, 2], [0.0] * 3).trust_steps == 1
    assert PROFILE.bound([1, 2], [0.0] * 2).trust_steps == 2
    assert replace(PROFILE, strict=4.0).bound([1, 2], [0.0] * 2).trust_steps == 1, "4 and 9 grey levels of 16"
    assert "no frame is believed" in replace(PROFILE, strict=None).bound([1], [0.0]).told("frame")


def bounded(*errors):
    return Bound(errors, tuple(2 * error for error in errors), LEVEL, 50, "rollouts")


def test_the_horizon_is_where_the_bound_passes_the_tolerance():
    limit = to_error(24.0)
    assert limit == pytest.approx(255 * 10**-1.2)
    assert to_db(limit) == pytest.approx(24)
    bound = bounded(1.0, limit - 0.01, limit + 0.01, 1.0)

    assert bound.trust_steps == 2
    assert "passes 24 dB at frame 3" in bound.told("frame") and "90% of frames; 50 rollouts" in bound.told("frame")
    measures = bound.answer("frame", 8.0, loop_closure=0.1).measures
    assert measures["trust_steps"] == 2 and measures["error_at_4"] == 1 and measures["trust_steps_whole"] == 1
    assert measures["trust_seconds"] == 0.25 and measures["loop_closure"] == 0.1 and measures["steps"] == 4
    less = bound.upto(1)
    assert less.trust_steps == 1 and "believed up to frame 1" in less.told("frame")
    unknown = bounded(math.inf)
    assert unknown.trust_steps == 0 and "no bound is known" in unknown.told("view")
    assert "error_at_1" not in unknown.answer("view").measures
    assert len([name for name in bounded(*[1.0] * 500).answer("frame").measures if "error" in name]) == 48


def test_closure_is_the_way_left_over_the_way_there():
    assert closure([0.0, 4.0, 8.0, 3.0]) == {"loop_closure": 0.5}
    assert closure([0.0, 0.0, 0.0]) == {}


def test_what_ships_can_be_read_and_belongs_to_its_weights():
    shipped = profiles()
    assert {"classical/future_frames, moving camera", "classical/future_frames, still camera"} < set(shipped)
    for name, profile in shipped.items():
        assert profile.n >= 30 and profile.level == LEVEL, name
        assert all(a < b for a, b in pairwise(profile.steps)), name
        assert len(profile.frame) == len(profile.steps), name
        assert 0 < max(profile.frame) <= profile.whole < math.inf, name
        assert profile.strict is None or profile.strict >= 1, name
        assert all(profile.expected(step, 5.0) > 0 for step in profile.steps), name
    assert bound_for("small/novel_view", [1.0], [10.0], "other weights") is None
    assert bound_for("classical/nothing", [1.0], [1.0]) is None
    still = bound_for("classical/novel_view", [0.0, 5.0, 179.0], [0.0, 9.0, 30.0])
    assert still is not None and still.errors[0] == 0 < still.errors[1] and still.errors[2] == math.inf


def test_a_back_test_never_expects_less_later():
    assert back_test_error([80.0, 30.0, 36.0]) == pytest.approx((1.0, to_error(30), to_error(30)))


def test_a_forecast_carries_its_bound():
    frames = panned(24)

    found = forecast(frames, 6, 24.0)

    assert found.bound is not None
    assert found.bound.made_on.startswith("windows"), "the camera moves"
    profile, expected = profiles()["classical/future_frames, moving camera"], back_test_error(found.curve_db)
    assert found.bound.errors == profile.bound([at / 24 for at in range(1, 7)], expected).errors
    assert found.trust_frames <= found.bound.trust_steps
    assert "a guess; motion comes to rest" in found.told(24.0, 10.0) and found.told(24.0, found.trust_frames / 24) == ""
    assert found.told(24.0, 10.0, goes_on=True).endswith("a guess")
    assert forecast(frames[:2], 6, 24.0).bound is None


def test_clips_beyond_the_horizon_say_so(context):
    video = context.store.put_video(panned(20), 10)

    ahead = future_frames(ask("future_frames", video=video, seconds=3.0), context)
    longer = extend_video(ask("extend_video", video=video, seconds=3.0), context)

    for made in (ahead, longer):
        assert made.get("trust_seconds", float) < 3
        assert any("past the trust horizon: a guess; motion comes to rest" in told for told in made.warnings)
        assert any("error bound (holds for 90% of frames" in told for told in made.warnings)
        measures = made.get("bound", Answer).measures
        assert measures["error_at_1"] > 0
        assert made.get("trust_seconds", float) == measures["trust_seconds"] == measures["trust_steps"] / 10


def test_motion_comes_to_rest_past_the_horizon_unless_it_is_told_to_go_on(context):
    video = context.store.put_video(panned(20), 10)

    def shown(**more):
        made = future_frames(ask("future_frames", video=video, seconds=3.0, **more), context)
        return np.stack(list(context.store.frames(made.get("future", Video)))).astype(float)

    rests, on = shown(), shown(beyond_trust=True)
    assert abs(rests[-1] - rests[-5]).mean() < 2 < 5 < abs(on[-1] - on[-5]).mean()
    assert abs(rests[0] - on[0]).mean() < abs(rests[-1] - on[-1]).mean() / 2
    found = forecast(panned(24), 6, 24.0)
    gone = [found.gone(ahead, 24.0) for ahead in range(1, 200)]
    assert gone[: found.trust_frames] == list(range(1, found.trust_frames + 1))
    assert all(0 <= after - before <= 1 for before, after in pairwise(gone)) and gone[-1] < found.trust_frames + 7


def test_a_camera_that_comes_back_closes_the_loop(context):
    frames, warnings, bound = flown(context, YAWS)

    assert loop_closure(frames) < 0.2
    assert bound is not None and bound.measures["error_at_1"] == 0
    assert bound.measures["loop_closure"] < 0.3
    assert any("error bound (holds for 90% of frames" in told for told in warnings)


def test_turning_and_turning_back_is_undone(context):
    frames, _, _ = flown(context, (0.0, 15.0, 0.0))

    assert stability(frames[[0, len(frames) // 2, -1]]) < 0.2


def test_a_path_that_was_not_calibrated_says_so(context):
    _, warnings, bound = flown(context, (0.0, 5.0), dolly=0.2)

    assert bound is not None and set(bound.measures) == {"inversion", "seen_again"}, "only what it tells of itself"
    assert any("not calibrated" in told for told in warnings)


def test_a_walk_and_its_inverse_lead_back(context):
    image: Image = context.store.put_image(np.random.default_rng(2).integers(0, 256, (96, 128, 3), np.uint8))
    moves = [("forward", 4.0), ("turn_left", 40.0), ("turn_right", 40.0), ("back", 4.0)]
    actions = Actions(actions=tuple(Action(move=move, amount=amount) for move, amount in moves))  # type: ignore[arg-type]

    made = navigate(ask("navigate", image=image, actions=actions, start=Point(x=64, y=80), fps=4.0), context)

    frames = np.stack(list(context.store.frames(made.get("video", Video))))
    assert stability(frames[[0, len(frames) // 2, -1]]) < 0.2
    bound = made.get("bound", Answer).measures
    assert bound["error_at_1"] > 0 and bound["loop_closure"] < 0.2 and bound["steps"] == len(frames)
    assert any("rollouts of simulated maps" in told for told in made.warnings)


def test_a_walk_over_a_map_is_held_to_the_stage_that_stands_up():
    found = classical_walk(1, 0)
    assert found.steps == (0, 1, 2, 3, 4) and found.guess[0] == 0
    assert all(5 < error < 120 for error in found.errors)
    assert found == classical_walk(1, 0) != classical_walk(2, 0)
    assert (thrown(1, 0) == thrown(1, 0)).all() and (thrown(1, 0) != thrown(1, 1)).any()


def test_a_calibration_goes_on_and_writes_what_ships(tmp_path, monkeypatch):
    rng, made = np.random.default_rng(3), []

    def drawn(*args):
        made.append(args)
        return rows(rng, 1)[0]

    windows = [Window(f"{number}", number % 3, np.zeros((1, 1, 1, 3), np.uint8)) for number in range(60)]
    monkeypatch.setattr(calibrate, "city_windows", lambda clip: windows)
    for name in ("classical_future", "classical_views", "classical_walk"):
        monkeypatch.setattr(calibrate, name, drawn)
    monkeypatch.setattr(calibrate, "thrown", lambda seed, number: None)

    def run(weights):
        parts = ("classical",)
        return calibrate.run_trust(tmp_path, tmp_path, rollouts=30, unified=None, weights=weights, parts=parts)

    document = run("a")
    assert len(made) == 60 + 3 * 2 * 30
    assert {seed for seed, number in (each for each in made if isinstance(each[0], int))} == set(calibrate.SEEDS)
    assert run("a") == document == run("b") and len(made) == 240, "what is kept is not measured again"
    shipped = json.loads((tmp_path / "trust.json").read_text(encoding="utf-8"))
    assert shipped["classical/future_frames, moving camera"]["n"] == 60
    assert set(profiles()) <= set(shipped), "what was not asked for stays"
    found = document["coverage"]["classical/navigate"]
    assert len(found["by_step"]) == 3 and found["by_chance"][0] < LEVEL < found["by_chance"][1]
    assert (found["rollouts"], found["frames"]) == (30, 90) and found["low"] <= found["coverage"] <= found["high"]
    assert coverage_table(document).count("\n") == 6


def test_residuals_of_other_weights_are_not_gone_on_from(tmp_path):
    kept = calibrate._Kept(tmp_path / "r.json", "a", lambda what, state: None)
    for name in ("view 1 0", "turn 1 0"):
        kept.row(name, lambda: Residuals((1.0,), (2.0,), (3.0,)))
    states = []
    other = calibrate._Kept(tmp_path / "r.json", "b", lambda what, state: states.append((what, state)))
    for name in ("turn 1 0", "view 1 0"):
        other.row(name, lambda: Residuals((1.0,), (5.0,), (3.0,)))
    assert states == [("turn 1 0", "kept"), ("view 1 0", "started"), ("view 1 0", "done")]
