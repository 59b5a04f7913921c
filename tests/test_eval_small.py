"""The evaluation of small models: metrics on what is known, and the whole way on an untrained model."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from small_checkpoint import save

from agentvid.cli.app import run_app
from agentvid.errors import InputError
from agentvid.evals.small import runner, views
from agentvid.evals.small.bench import Bench, Part, as_thought, group_lines, strip
from agentvid.evals.small.card import claims_of, weights_digest
from agentvid.evals.small.cases import make_cases
from agentvid.evals.small.following import ATTRIBUTES, change_one, follows
from agentvid.evals.small.likeness import psnr, ssim
from agentvid.evals.small.page import PAGE
from agentvid.evals.small.runner import RESULTS, Plan, run
from agentvid.models.mot import Unified
from agentvid.train.recipe import config_of
from agentvid.world.judge import Judge
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene


@pytest.fixture(scope="module")
def unified():
    return Unified.fresh(config_of("test"))


@pytest.fixture(scope="module")
def bench(unified):
    return Bench(unified, Judge.load())


@pytest.fixture(scope="module")
def cases():
    return make_cases(3)


def value(part: Part, name: str, group: str = "all") -> float:
    (found,) = [line.figure.value for line in part.lines if (line.name, line.group) == (name, group)]
    return found


# ---------------------------------------------------------------- likeness


def test_likeness_of_a_picture_with_itself_and_with_another(cases):
    one, two = cases[0].picture, cases[1].picture

    assert psnr(one, one) == 60
    assert ssim(one, one) == pytest.approx(1)
    assert psnr(one, two) < 30
    assert ssim(one, two) < 0.99


def test_likeness_inside_a_mask_sees_only_that(cases):
    one = cases[0].picture
    two = one.copy()
    two[:20] = 0
    inside = np.zeros(one.shape[:2], bool)
    inside[40:] = True

    assert psnr(one, two, inside) == 60
    assert psnr(one, two, ~inside) < 20
    assert np.isnan(psnr(one, two, np.zeros_like(inside)))


# ---------------------------------------------------------------- cases, changes


def test_cases_are_held_out_and_the_same_each_time(cases):
    again = make_cases(3)

    assert [case.scene for case in again] == [case.scene for case in cases]
    assert {case.language for case in cases} == {"en", "zh"}
    with pytest.raises(InputError, match="0 scenes"):
        make_cases(0)


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_a_change_is_of_one_attribute_of_one_solid(attribute):
    for case in make_cases(4, seed=5):
        change = change_one(case, attribute)
        if change is None:
            continue
        (old,) = set(case.scene.solids) - set(change.after.solids)
        (new,) = set(change.after.solids) - set(case.scene.solids)
        changed = {name for name in ("colour", "shape", "size") if getattr(old, name) != getattr(new, name)}
        changed |= {"place"} if old.xy != new.xy else set()

        assert changed == {attribute}
        assert new == change.changed


def test_the_true_changed_picture_follows_and_the_old_one_does_not(bench):
    for number, attribute in enumerate(ATTRIBUTES):
        change = change_one(make_cases(6, seed=6)[number], attribute)
        true, old = bench.see([render_scene(change.after).rgb, change.case.picture])

        assert follows(true, change) == (True, True, True)
        assert not follows(old, change)[0]


def test_the_pose_of_a_true_view_is_that_of_its_camera(bench):
    (scene,) = [case.scene for case in make_cases(20, seed=8) if len(case.scene.solids) == 3][:1]
    (seen,) = bench.see([render_scene(scene).rgb])
    away = replace(scene, camera=scene.camera.turned(6))

    assert views.pose_error_deg(seen, scene) < 15
    assert views.pose_error_deg(seen, away) > 60
    assert views.pose_error_deg([], scene) is None


# ---------------------------------------------------------------- lines, sheets


def test_lines_are_for_all_and_for_each_group():
    lines = group_lines("right", [True, False, True], [("en",), ("zh",), ("en", "2 solids")])

    assert [(line.group, line.figure.value, line.figure.n) for line in lines] == [
        ("all", 2 / 3, 3),
        ("2 solids", 1.0, 1),
        ("en", 1.0, 2),
        ("zh", 0.0, 1),
    ]


def test_a_sheet_frames_what_is_right_green_and_what_is_wrong_red(cases):
    row = [case.picture for case in cases]
    sheet = strip([row, row], [[], [True, False, True]])

    assert sheet.shape == (2 * 132, 3 * 132, 3)
    assert sheet[133, 1].argmax() == 1
    assert sheet[133, 133].argmax() == 0


def test_words_that_say_nothing_are_no_thought():
    assert as_thought("hm") is None
    assert as_thought("one large red cube at left front; one small red cube at left front") is None
    assert isinstance(as_thought("one large red cube at left front; camera from the front, low"), Scene)


# ---------------------------------------------------------------- a model that knows it all


class Oracle(Bench):
    """Draws and says the truth."""

    def draw(self, sessions, seeds, frames=1, given=None):
        return [[render_scene(session.truth).rgb] for session in sessions]

    def session(self):
        return _Listener()

    def answer(self, session):
        return session.says


class _Listener:
    """Takes the last scene that it reads as a thought for what to draw; answers what it is made to."""

    truth = says = None

    def look(self, picture, latents=True):
        pass

    def read(self, words, as_thought=False):
        from agentvid.world.language import read_thought

        if as_thought:
            self.truth = read_thought(words)


def test_a_model_that_draws_what_its_thought_says_follows_it(bench, cases):
    from agentvid.evals.small import following

    part = following.measure(Oracle(bench.unified, bench.judge), make_cases(8, seed=9))

    assert value(part, "both, only the thought changed") >= 0.85
    assert value(part, "both, prompt and thought changed") >= 0.85
    assert value(part, "difference outside, only the thought changed") < 1


def test_a_model_that_writes_true_plans_is_right_and_one_that_asks_back_is_not(bench, cases, monkeypatch):
    from agentvid.evals.small import plans

    asked = plans.messages_of(cases)
    true = [message.plan for message in asked]
    for said, right in ((iter(true), 1.0), (iter(["ask: outside"] * len(true)), 0.0)):
        monkeypatch.setattr(plans, "_written", lambda bench, message, said=said: next(said))
        part = plans.measure(bench, cases)
        assert [value(part, name) for name in ("same chain", "same tools")] == [right, right]
        assert value(part, "asked back needlessly") == 1 - right
        assert {line.group for line in part.lines} >= {"all", "en", "zh", "draw"}


# ---------------------------------------------------------------- the whole way


def test_an_untrained_model_goes_all_the_way_and_scores_low(unified, tmp_path):
    tasks = ("ceiling", "caption", "text_to_image")
    states: list[tuple[str, str]] = []
    document = run(
        unified, tmp_path, Plan("none", 2, tasks=tasks), told=lambda task, state, done: states.append((task, state))
    )
    lines = {
        (t, each["name"], each["group"]): each["figure"] for t, d in document["tasks"].items() for each in d["lines"]
    }

    assert lines["text_to_image", "exact, true thought", "all"]["value"] == 0
    assert lines["ceiling", "exact, true frames", "all"]["value"] == 1
    assert lines["caption", "can be read", "all"]["value"] == 0
    assert document["claims"]["text_to_image"] == []
    assert json.loads((tmp_path / RESULTS).read_text()) == document
    page = (tmp_path / PAGE).read_text()
    assert "Text to image" in page and "data:image/png;base64," in page

    states.clear()
    assert (
        run(unified, tmp_path, Plan("none", 2, tasks=tasks[:2]), told=lambda t, s, d: states.append((t, s))) == document
    )
    assert states == [("ceiling", "kept"), ("caption", "kept")]
    with pytest.raises(InputError, match="other weights"):
        run(unified, tmp_path, Plan("others", 2, tasks=tasks))


@pytest.mark.slow
def test_every_task_runs_on_an_untrained_model(unified, tmp_path):
    document = run(unified, tmp_path, Plan("none", 3, draws_clips=True))

    assert set(document["tasks"]) == set(runner.TASKS)
    assert [name for name, told in document["tasks"].items() if told["not_measured"]] == []


def test_unknown_tasks_are_refused():
    with pytest.raises(InputError, match="dance"):
        Plan("none", 2, tasks=("dance",))


def test_what_is_right_often_enough_is_claimed():
    def line(group, share):
        return {"name": "exact, own thought", "group": group, "figure": {"value": share, "n": 100}}

    told = {"lines": [line("all", 0.9), line("1 solid", 0.97), line("2 solids", 0.85), line("3 solids", 0.8)]}

    assert claims_of({"tasks": {"edit": told}})["edit"] == ["1 solid", "2 solids"]
    gap = {"lines": [line("3 solids", 0.99), line("2 solids", 0.9), line("1 solid", 0.8)]}
    assert claims_of({"tasks": {"edit": gap}})["edit"] == []


def test_the_command_writes_one_json(unified, tmp_path, capsys):
    unified.save_pretrained(tmp_path / "weights")
    asked = ["eval", "small", "--weights", str(tmp_path / "weights"), "--scenes", "1", "--tasks", "question"]

    assert run_app([*asked, "--out", str(tmp_path / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told["facts"]["scenes"] == 1
    assert list(told["tasks"]) == ["question"]
    assert (tmp_path / "out" / PAGE).is_file()


def test_no_weights_are_refused(unified, tmp_path, monkeypatch, capsys):
    unified.save_pretrained(tmp_path / "other")
    monkeypatch.setenv("AGENTVID_UNIFIED", str(tmp_path / "other"))  # another engine's: not taken
    monkeypatch.setenv("AGENTVID_SMALL", str(tmp_path / "nowhere"))

    assert run_app(["eval", "small", "--scenes", "1", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "nowhere" in error["given"]
    assert "--weights" in error["do"]


def test_without_a_name_the_weights_of_the_small_engine_are_measured(tmp_path, monkeypatch, capsys):
    weights = save(tmp_path / "weights")
    monkeypatch.setenv("AGENTVID_SMALL", str(weights))
    monkeypatch.setenv("AGENTVID_UNIFIED", str(tmp_path / "nowhere"))
    asked = ["eval", "small", "--scenes", "1", "--tasks", "question", "--out", str(tmp_path / "out"), "--json"]

    assert run_app(asked) == 0
    assert json.loads(capsys.readouterr().out)["facts"]["weights"] == weights_digest(weights)


@pytest.mark.parametrize("told", ["[]", "{", '{"facts": []}', '{"facts": {}, "tasks": []}', "null"])
def test_results_that_are_none_are_refused(unified, tmp_path, told):
    (tmp_path / RESULTS).write_text(told, encoding="utf-8")
    with pytest.raises(InputError, match="can't be read"):
        run(unified, tmp_path, Plan("none", 1, tasks=("walk",)))
