"""`agentvid eval world`: cases, what is measured of a model, going on after a stop, the table and the page."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from agentvid.cli.app import run_app
from agentvid.engines.simulator.world_model import CopyLast, SimulatorWorld
from agentvid.errors import InputError
from agentvid.evals.world.case import GIVEN, clip_cases, rollout_cases
from agentvid.evals.world.measure import METRICS, measure_case
from agentvid.evals.world.page import curves_svg
from agentvid.evals.world.rival import ConstantVelocity
from agentvid.evals.world.runner import Plan, run_rollouts
from agentvid.evals.world.table import markdown_table
from agentvid.media.clip_writer import VideoWriter
from agentvid.world.judge import Judge
from agentvid.world.model import Pixels


@pytest.fixture(scope="module")
def judge():
    return Judge.load()


class Counted(Pixels):
    """Copies the last frame, counts its rollouts, and stops at one if told to."""

    name = "counted"

    def __init__(self, stop_at: int = 0) -> None:
        self.inside, self.rollouts, self.stop_at = CopyLast(), 0, stop_at

    def reset(self, start, seed=0):
        return self.inside.reset(start, seed)

    def step(self, state, action):
        return self.inside.step(state, action)

    def rollout(self, state, actions):
        self.rollouts += 1
        if self.rollouts == self.stop_at:
            raise KeyboardInterrupt
        return self.inside.rollout(state, actions)


def test_cases_are_seeded_and_tell_the_truth():
    (push, _), (again, _) = rollout_cases("push", 2), rollout_cases("push", 2)
    assert push.digest == again.digest
    assert rollout_cases("push", 1, seed=7)[0].digest != push.digest
    assert push.true.shape == (15, 128, 128, 3) and len(push.poses) == 16
    assert push.other is not None and push.other != push.actions[0]
    (going,) = rollout_cases("go_on", 1)
    assert len(going.start.frames) == GIVEN
    # Both kinds begin with the same clip: what goes on is its rest.
    assert np.abs(going.true.astype(int) - push.true[GIVEN - 1 :]).max() <= 1
    with pytest.raises(InputError):
        rollout_cases("clip", 1)


def test_a_hidden_ball_comes_out_again(judge):
    cases = rollout_cases("hidden", 2)
    for case in cases:
        assert measure_case(SimulatorWorld(), case, judge).values["permanence"] == 1, case.name
    assert measure_case(CopyLast(), cases[0], judge).values["permanence"] == 0


def test_the_truth_is_perfect_and_standing_still_is_not(judge):
    push, view = rollout_cases("push", 2)[1], rollout_cases("view", 1)[0]
    true, still = measure_case(SimulatorWorld(), push, judge).values, measure_case(CopyLast(), push, judge).values

    assert set(true) <= set(METRICS)
    assert (true["PSNR"], true["motion agreement"], true["controllability"], true["place of change"]) == (60, 1, 1, 1)
    assert (still["controllability"], still["place of change"], still["unchanged outside"]) == (0, 0, 60)
    assert true["horizon"] > still["horizon"]
    assert still["action following error"] == pytest.approx(1, abs=0.2)
    seen, copied = (measure_case(model(), view, judge).values for model in (SimulatorWorld, CopyLast))
    assert seen["stability, there and back"] == 0
    assert "stability, there and back" not in copied, "what never moves has none"
    if "control score" in copied:
        assert seen["control score"] > copied["control score"]


def write_video(path, frames, fps):
    with VideoWriter(path, width=128, height=96, fps=fps) as writer:
        for frame in frames:
            writer.write(np.ascontiguousarray(frame))


def test_windows_of_a_clip_are_gone_on_from(tmp_path, judge):
    picture = np.random.default_rng(0).integers(0, 256, (12, 400, 3), np.uint8).repeat(8, axis=0)
    write_video(tmp_path / "pan.mp4", (picture[:, at : at + 128] for at in range(90)), 24)

    cases = clip_cases(tmp_path / "pan.mp4", 2)

    assert [case.true.shape[0] for case in cases] == [24, 24]
    moving = measure_case(ConstantVelocity(), cases[0], judge).values
    still = measure_case(CopyLast(), cases[0], judge).values
    assert moving["PSNR"] > still["PSNR"] + 3
    assert "horizon" not in moving
    with pytest.raises(InputError, match="at least 72"):
        write_video(tmp_path / "short.mp4", (picture[:, at : at + 128] for at in range(60)), 24)
        clip_cases(tmp_path / "short.mp4", 1)


def test_a_stopped_run_goes_on(tmp_path, judge):
    cases = [*rollout_cases("go_on", 3), *rollout_cases("view", 1)]
    first = Counted(stop_at=3)
    with pytest.raises(KeyboardInterrupt):
        run_rollouts(Plan(cases, {"counted": lambda: first}), tmp_path, judge)
    assert len(json.loads((tmp_path / "results.json").read_text())["results"]) == 2

    second, states = Counted(), []
    document = run_rollouts(
        Plan(cases, {"counted": lambda: second, "constant-velocity": ConstantVelocity}),
        tmp_path,
        judge,
        told=lambda what, state: states.append(state),
    )

    assert second.rollouts == 2
    assert [state for state in states if state != "started"] == [
        "kept", "done", "kept", "done", "done", "done", "done", "refused",
    ]  # fmt: skip
    assert [r["case"] for r in document["results"] if r["refused"]] == ["view 0"]
    third = Counted()
    again = run_rollouts(Plan(cases, {"counted": lambda: third}), tmp_path, judge)
    assert third.rollouts == 0
    assert again["figures"]["go_on"]["PSNR"]["counted"]["n"] == 3

    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<svg" in page and page.count("data:image/jpeg;base64,") == 4
    assert not re.search(r"(?:src|href)=\"(?!data:)", page), "self-contained"
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert table.startswith("| go_on | better | counted |")
    other = Counted()
    run_rollouts(Plan(cases[:1], {"counted": lambda: other}, weights="other"), tmp_path, judge)
    assert other.rollouts == 1, "other weights are measured anew"


def test_results_of_something_else_are_refused(tmp_path, judge):
    (tmp_path / "results.json").write_text("[]")

    with pytest.raises(InputError, match="move it away"):
        run_rollouts(Plan(rollout_cases("view", 1), {"copy": CopyLast}), tmp_path, judge)


def test_the_table_has_a_dash_where_a_model_can_not():
    figure = {"kind": "mean", "n": 8, "unit": "dB", "value": 21.34, "spread": 1.0, "low": 20.0, "high": 22.0}
    one = figure | {"n": 1, "low": None, "high": None, "unit": "ratio", "value": 0.5}

    told = markdown_table({"push": {"PSNR": {"a": figure}, "controllability": {"b": one}}}, ["a", "b"])

    assert told.splitlines() == [
        "| push | better | a | b |",
        "|---|---|---|---|",
        "| PSNR, dB | more | 21.3 (20.0 to 22.0; n 8) | – |",
        "| controllability | near 1 | – | 0.500 (n 1) |",
    ]


def test_curves_are_drawn_within_the_picture():
    told = curves_svg({"one": [60.0, 31.0, 22.0], "two": [25.0, 24.0]})

    points = [
        tuple(map(float, pair.split(","))) for each in re.findall('points="([^"]+)"', told) for pair in each.split()
    ]
    assert len(points) == 5
    assert all(0 <= x <= 560 and 0 <= y <= 220 for x, y in points)
    assert points[0][1] < points[1][1] < points[2][1]
    assert curves_svg({}) == ""


def test_the_sanity_suite_from_the_command_line(tmp_path, monkeypatch, capsys):
    import agentvid.evals.world.sanity as sanity

    monkeypatch.setattr(sanity, "EVENTS", ("fall",))
    command = ["eval", "world", "--suite", "sanity", "--cases", "1", "--out", str(tmp_path), "--json"]

    assert run_app(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scores"]["truth"] == 100 > told["scores"]["static"]
    assert "published scores" in (tmp_path / "index.html").read_text(encoding="utf-8")
    monkeypatch.setattr("agentvid.evals.world.runner.measure", None)
    assert run_app(command) == 0, "what is kept is not measured again"
    assert run_app(["eval", "world", "--suite", "nothing"]) == 2
