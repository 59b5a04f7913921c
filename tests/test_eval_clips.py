"""Metrics of clips: the truth scores near perfect, copying badly; what weights were not trained on is left out."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from agentvid.evals.small import clips, poses, runner, turntables, walks
from agentvid.evals.small.bench import Bench, Part, Written
from agentvid.evals.small.card import Facts, card_of
from agentvid.evals.small.cases import make_cases, make_clips, make_walks
from agentvid.evals.small.page import PAGE
from agentvid.evals.small.runner import Plan, run
from agentvid.models.mot import Unified
from agentvid.train.recipe import config_of
from agentvid.world.judge import Judge
from agentvid.world.language import Tour, read_thought
from agentvid.world.scene import CELL, Scene
from agentvid.world.walk import Spot, render_walk

turned = cache(turntables.turned)


class Listener:
    """Keeps the last thought that it reads."""

    truth = None

    def look(self, picture, latents=True):
        pass

    def read(self, words, as_thought=False):
        self.truth = read_thought(words) if as_thought else self.truth


class Simulator(Bench):
    """Draws what a thought tells; where the model thinks for itself it draws nothing new: it copies the first frame."""

    def session(self):
        return Listener()

    def think(self, session, wanted, seed, temperature=0.0):
        return Written("", None, True)

    def draw(self, sessions, seeds, frames=1, given=None):
        return [self._film(each, frames, known) for each, known in zip(sessions, given, strict=True)]

    def _film(self, session, frames, known):
        if isinstance(session.truth, Tour):
            scene, spots = session.truth.scene, session.truth.walk.spots[:frames]
            return np.stack([known[at] if at in known else render_walk(scene, (s,))[0] for at, s in enumerate(spots)])
        if isinstance(session.truth, Scene):
            return turned(session.truth)[:frames]
        last = known[max(known)] if known else np.zeros((128, 128, 3), np.uint8)
        return np.stack([known.get(at, last) for at in range(frames)])


@pytest.fixture(scope="module")
def bench():
    return Simulator(Unified.fresh(config_of("test")), Judge.load())


def value(part: Part, name: str) -> float:
    (found,) = [line.figure.value for line in part.lines if (line.name, line.group) == (name, "all")]
    return found


def test_a_pose_is_found_where_the_picture_was_seen_from():
    (case,) = make_walks(1)
    finder = poses.PoseFinder(case.scene, case.walk.spots)
    between = Spot(case.walk.spots[0].x, case.walk.spots[0].y, case.walk.spots[0].heading_deg + 5)
    off = poses.apart(finder.find(render_walk(case.scene, (between,))[0]), between)
    assert off[0] <= 0.5 and off[1] <= 5
    assert poses.apart(Spot(0, 0, -10), Spot(0, 2 * CELL, 355)) == (2, pytest.approx(5))


def test_true_walks_are_in_their_places_and_standing_still_is_not(bench):
    cases = make_walks(2)
    assert cases[0].walk == make_walks(1)[0].walk
    part = walks.measure(bench, cases)
    for name in ("true thought", "true thought, step by step", "true walk"):
        assert value(part, f"in its place, {name}") == 1
        assert value(part, f"steps off, {name}") < 0.1
        assert value(part, f"PSNR over standing still, {name}") > 10
    for name in ("own thought", "standing still"):
        assert value(part, f"in its place, {name}") < 0.5
        assert value(part, f"PSNR over standing still, {name}") == 0
    for name in ("true thought", "true thought, step by step"):
        assert value(part, f"back at the start, {name}") == 1
        assert value(part, f"degrees from the start when back, {name}") < 1
        assert value(part, f"PSNR to the start when back, {name}") > 50
    away = walks.returned(
        [case.back for case in cases], [np.repeat(case.back.frames[3:4], 20, axis=0) for case in cases], "away"
    )
    assert {line.name: line.figure.value for line in away}["back at the start, away"] == 0


def test_a_path_on_a_map_is_followed_or_not(bench):
    part = walks.measure_maps(bench, make_walks(1))
    assert value(part, "in its place, true thought") == value(part, "in its place, true walk") == 1
    assert value(part, "in its place, true thought, another path drawn") == 1
    assert value(part, "PSNR over standing still, own thought") < 0
    assert value(part, "own thought is the true walk") == 0


def test_a_true_turntable_is_placed_and_closed_and_copies_are_not(bench):
    case = next(case for case in make_cases(8) if len(case.scene.solids) > 1)
    part = turntables.measure(bench, [case])
    for name in ("true thought", "from words, true thought", "true turn"):
        assert value(part, f"placed, {name}") > 0.7
        assert value(part, f"PSNR over copying, {name}") > 10
        assert value(part, f"PSNR of 360° to 0°, {name}") == 60
        assert value(part, f"pose error at 90°, 180°, 270°, {name}") < 20
    for name in ("own thought", "copying"):
        assert value(part, f"placed, {name}") < 0.3
        assert value(part, f"PSNR over copying, {name}") == 0
        assert value(part, f"pose error at 90°, 180°, 270°, {name}") > 40


def test_what_goes_on_is_held_against_standing_still_and_constant_speed(bench):
    some = make_clips(1)
    part = clips.measure_going_on(bench, some)
    assert value(part, "RMSE where it moved, +8, no thought") == value(part, "RMSE where it moved, +8, copying") > 10
    assert value(part, "RMSE where it moved, +1, constant speed") < value(part, "RMSE where it moved, +1, copying")
    true = Part(tuple(clips._moved(some, [clip.frames for clip in some], "true", 3)))
    assert [value(true, f"RMSE where it moved, +{ahead}, true") for ahead in (1, 4, 8)] == [0, 0, 0]
    believed = "seconds until a solid is out of place"
    assert value(part, f"{believed}, true clip") >= value(part, f"{believed}, no thought")


def test_weights_that_were_not_trained_on_clips_are_left_alone_unless_asked(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "TASKS", ("walk",))
    document = run(bench.unified, tmp_path, Plan("none", 1, tasks=("walk",)), judge=bench.judge)
    assert "not trained on clips" in document["tasks"]["walk"]["not_measured"]
    assert "by name" in (tmp_path / PAGE).read_text()
    monkeypatch.undo()
    asked = Plan("none", 1, tasks=("walk",))
    monkeypatch.setitem(runner._ON_WALKS, "walk", lambda bench, cases: Part(not_measured=f"{len(cases)} walk"))
    assert runner._measured(bench, "walk", [], asked).not_measured == "1 walk"
    assert runner._measured(bench, "walk", [], Plan("none", 1, draws_clips=True)).not_measured == "1 walk"
    assert "not trained" in runner._measured(bench, "turntable", [], Plan("none", 1)).not_measured


def test_a_card_claims_clips_by_solids_and_seconds():
    def told(name, **values):
        return {
            "lines": [
                {"name": name, "group": g.replace("_", " "), "figure": {"value": v, "n": 100}}
                for g, v in values.items()
            ]
        }

    tasks = {
        "walk": told("in its place, own thought", all=0.9, **{"1_solid": 0.97, "2_solids": 0.9, "3_solids": 0.5}),
        "future": told("all in place, own thought", **{"0.5_s": 0.95, "1_s": 0.9, "1.5_s": 0.2}),
        "go_on": told("all in place, no thought", **{"0.5_s": 0.5, "1_s": 0.4, "1.5_s": 0.2}),
    }
    card = card_of(json.loads(json.dumps({"facts": {}, "tasks": tasks})), Facts("nano", 1, "1 h", "abc"))["tasks"]
    assert card["walk"]["level"] == {"objects": 2} and not card["walk"]["draft"]
    assert card["future"] == {"level": {"seconds": 1}, "exact": {"0.5": 0.95, "1": 0.9, "1.5": 0.2}, "draft": False}
    assert card["go_on"]["draft"] and card["go_on"]["level"] == {}
