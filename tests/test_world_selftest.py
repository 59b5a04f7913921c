"""Self-tests of predictions: a perfect engine comes back, a bad one does not, a still one proves nothing."""

from __future__ import annotations

import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical import ground, parallax
from agentvid.engines.classical.future import back_in_time, future_frames
from agentvid.engines.classical.ground import navigate
from agentvid.engines.classical.parallax import novel_view
from agentvid.media.types import Action, Actions, Answer, CameraPath, CameraPose, Point
from agentvid.report.chinese import is_known
from agentvid.world.selftest import SelfTest, bound_answer, loop, time_back, untested, way_back

RNG = np.random.default_rng(2)
SMOOTH = np.clip(
    128
    + 90
    * np.stack(
        [
            np.sin(np.add.outer(np.arange(96) / down, np.arange(128) / across))
            for down, across in ((7, 9), (11, 6), (5, 13))
        ],
        axis=2,
    ),
    0,
    255,
).astype(np.uint8)
NOISE = RNG.integers(0, 256, SMOOTH.shape, np.uint8)


@pytest.fixture
def context(store):
    return EngineContext(store=store)


def ask(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


def flown(context, *poses, kind="orbit"):
    path = CameraPath(kind=kind, poses=tuple(CameraPose(seconds=float(at), **pose) for at, pose in enumerate(poses)))
    image = context.store.put_image(SMOOTH)
    return novel_view(ask("novel_view", image=image, path=path, fps=4.0), context).get("bound", Answer)


def walked(context, *moves):
    actions = Actions(actions=tuple(Action(move=move, amount=amount) for move, amount in moves))
    image = context.store.put_image(SMOOTH)
    made = navigate(ask("navigate", image=image, actions=actions, start=Point(x=64, y=90), fps=4.0), context)
    return made.get("bound", Answer)


def panned(many, step=3):
    texture = np.random.default_rng(1).integers(0, 256, (12, 60, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    return [np.ascontiguousarray(texture[:, 240 + step * at : 368 + step * at]) for at in range(many)]


def test_shares_are_of_the_change_on_the_way():
    first, far = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 40, np.uint8)
    assert way_back(first, far, first, 9).measures["inversion"] == 0
    assert way_back(first, far, far, 9).measures["inversion"] == 1
    assert "way back from frame 9: it misses the first picture by 25%" in way_back(first, far, first + 10, 9).said
    assert time_back(first, far, far + 40, far).measures["inversion"] == 1
    assert loop([0.0, 4.0, 8.0, 3.0]).measures == {"loop_closure": 0.5}


def test_an_engine_that_moves_nothing_proves_nothing():
    still = [way_back(SMOOTH, SMOOTH, SMOOTH, 4), time_back(SMOOTH, NOISE, NOISE, SMOOTH), loop([0.0, 0.5, 0.0])]
    assert [test.measures for test in still] == [{}] * 3
    assert all("nothing moved" in test.said for test in still)
    seen = np.zeros(SMOOTH.shape[:2], bool)
    assert "too little" in way_back(SMOOTH, NOISE, SMOOTH, 4, seen).said


@pytest.mark.parametrize(
    ("poses", "kind"),
    [
        (({}, {"yaw_deg": 10}), "orbit"),
        (({}, {"yaw_deg": 6, "pitch_deg": 5, "dolly": 0.2}), "orbit"),
        (({}, {"zoom": 2.0}), "orbit"),
        (({}, {"yaw_deg": 8, "roll_deg": 10}), "look"),
    ],
)
def test_a_view_leads_back_by_its_own_geometry(context, poses, kind):
    bound = flown(context, *poses, kind=kind)
    assert bound.measures["inversion"] < 0.15 and bound.measures["seen_again"] > 0.2
    assert "way back from frame" in bound.text


def test_a_renderer_that_ignores_the_path_or_draws_noise_does_not_lead_back(context, monkeypatch):
    def told(drawn):
        monkeypatch.setattr(parallax, "_render", drawn)
        return flown(context, {}, {"yaw_deg": 10}).measures

    assert told(lambda scene, sight: NOISE)["inversion"] > 0.7
    assert told(lambda scene, sight: np.roll(SMOOTH, 12, axis=0))["inversion"] > 0.7
    assert "inversion" not in told(lambda scene, sight: SMOOTH), "nothing moved"


def test_a_path_that_returns_is_tested_from_where_it_was_farthest_and_at_its_end(context):
    bound = flown(context, {}, {"yaw_deg": 12}, {})
    assert bound.measures["inversion"] < 0.15 and bound.measures["loop_closure"] < 0.1
    assert "the way ends where it began" in bound.text


def test_a_walk_leads_back_over_the_ground_that_is_seen_again(context):
    bound = walked(context, ("forward", 2.0), ("turn_left", 15.0))
    assert bound.measures["inversion"] < 0.35 and bound.measures["seen_again"] > 0.05
    away = walked(context, ("turn_left", 170.0))
    assert "inversion" not in away.measures and "too little of the first picture" in away.text
    assert "nothing moved" in walked(context, ("wait", 1.0)).text


def test_a_walk_whose_frames_are_noise_does_not_lead_back(context, monkeypatch):
    real = ground.render_walk

    def noisy(rgb, track, width, height):
        for at, view in enumerate(real(rgb, track, width, height)):
            yield view if at == 0 else np.random.default_rng(at).integers(0, 256, view.shape, np.uint8)

    monkeypatch.setattr(ground, "render_walk", noisy)
    assert walked(context, ("forward", 2.0), ("turn_left", 15.0)).measures["inversion"] > 0.7


def test_going_back_in_time_leads_to_the_given_frames_of_a_steady_pan():
    frames = panned(24)
    assert back_in_time(frames[:12], frames[12:], 12.0).measures["inversion"] < 0.4, "a tenth came into the frame anew"
    noise = [np.random.default_rng(at).integers(0, 256, frames[0].shape, np.uint8) for at in range(12)]
    assert back_in_time(frames[:12], noise, 12.0).measures["inversion"] > 0.9
    assert back_in_time(frames[:12], [frames[11]] * 12, 12.0) == SelfTest("nothing moved: a way back proves nothing")
    assert "one frame was given" in back_in_time(frames[:1], frames[1:], 12.0).said
    assert "one new frame" in back_in_time(frames[:4], frames[4:5], 12.0).said


def test_a_forecast_tells_whether_it_leads_back(context):
    video = context.store.put_video(panned(20), 10)
    bound = future_frames(ask("future_frames", video=video, seconds=1.0), context).get("bound", Answer)
    assert "back in time" in bound.text and bound.measures["inversion"] >= 0
    one = future_frames(
        ask("future_frames", video=context.store.put_video(panned(20)[:1], 10), seconds=1.0), context
    ).get("bound", Answer)
    assert "one frame was given" in one.text and "trust_steps" not in one.measures


def test_what_is_said_is_known_in_chinese():
    first, far = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 40, np.uint8)
    tests = [
        way_back(first, far, first + 10, 9),
        way_back(first, first, first, 9),
        way_back(first, far, first, 9, np.zeros((8, 8), bool)),
        time_back(first, far, far + 40, far),
        way_back(first, far, first, 9).joined(loop([0.0, 4.0, 1.0])),
        back_in_time([first], [first], 8.0),
        back_in_time([first, far], [first], 8.0),
    ]
    for test in tests:
        assert is_known(bound_answer(None, "frame", 8.0, test).text), test.said
    from agentvid.world.trust import profiles

    bound = profiles()["classical/novel_view"].bound([5.0, 10.0], [3.0, 4.0])
    assert is_known(bound_answer(bound, "frame", 8.0, tests[4]).text)
    assert untested("why").measures == {}
