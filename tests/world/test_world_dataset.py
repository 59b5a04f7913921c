"""Examples, edits, counterfactuals and walks: seeded, true to their words, apart from what is held out."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from agentvid.errors import InputError
from agentvid.world.caption import CAPTION_KINDS, caption, instruct, mirrored, name_in
from agentvid.world.counterfactual import CHANGED, sample_counterfactual
from agentvid.world.dataset import TASKS, example_at, examples
from agentvid.world.edits import EDIT_KINDS, Recolour, apply_change, render_edit, sample_edit
from agentvid.world.language import read_thought, tell_course, tell_scene
from agentvid.world.physics import Push, simulate
from agentvid.world.question import ask_about_clip, ask_about_picture
from agentvid.world.reading import read_request
from agentvid.world.scene import Scene, Solid, sample_scene, split_of
from agentvid.world.walk import Spot, eye_at, is_free, map_with_path, render_walk, sample_walk, walk
from agentvid.world.words import LANGUAGES

RED = Solid(2, 0, "ball", "red", "small")
BLUE = Solid(2, 3, "cube", "blue", "small")


@pytest.mark.parametrize("task", TASKS)
def test_an_example_is_the_same_whenever_it_is_drawn(task):
    shares = {task: 1.0}
    example = example_at(7, 3, shares=shares)
    again = next(examples(7, shares=shares, start=3))

    assert example.task == task
    assert (again.prompt, again.thought, again.answer, again.given) == (
        example.prompt,
        example.thought,
        example.answer,
        example.given,
    )
    pixels = example.render(32)
    assert pixels.shape == (len(example.shots), 32, 32, 3)
    assert pixels.tobytes() == again.render(32).tobytes()
    assert 0 <= example.given <= len(example.shots)
    assert example.prompt


@pytest.mark.parametrize("split", ["train", "held_out", "new_pair"])
def test_examples_keep_to_their_split(split):
    drawn = [*islice(examples(1, split, {"text_to_image": 1.0, "question": 1.0}), 12)]

    assert {split_of(example.shots[0].scene) for example in drawn} == {split}
    assert {example.language for example in drawn} == set(LANGUAGES)


def test_a_picture_is_what_its_thought_says():
    for example in islice(examples(2, shares={"text_to_image": 1.0}), 10):
        assert read_thought(example.thought) == example.shots[0].scene


def test_an_edit_is_what_its_thought_says():
    for example in islice(examples(3, shares={"edit": 1.0}), 10):
        before, after = (shot.scene for shot in example.shots)
        assert apply_change(before, read_thought(example.thought)) == after


def test_shares_of_unknown_tasks_are_refused():
    with pytest.raises(InputError, match="paint"):
        example_at(0, 0, shares={"paint": 1.0})


@pytest.mark.parametrize("kind", EDIT_KINDS)
def test_an_edit_changes_the_picture_where_it_says(kind):
    rng = np.random.default_rng(5)
    edit = None
    while edit is None:
        edit = sample_edit(rng, sample_scene(rng, 2), kind)
    before, after, changed = render_edit(edit, 64)

    assert changed.any()
    assert np.abs(before.rgb[~changed].astype(int) - after.rgb[~changed]).max() <= 6
    if kind == "recolour":
        assert changed.mean() < 0.2
        assert np.array_equal(before.mask, after.mask)


def test_a_change_of_what_is_not_there_is_refused():
    with pytest.raises(InputError, match="not in the scene"):
        apply_change(Scene((RED,)), Recolour(BLUE, "green"))


@pytest.mark.parametrize("changed", CHANGED)
def test_a_counterfactual_differs_by_one_thing(changed):
    rng = np.random.default_rng(11)
    pair = None
    while pair is None:
        pair = sample_counterfactual(rng, sample_scene(rng, 2), changed)

    if changed == "action":
        assert pair.fact.scene == pair.other.scene
        assert pair.fact.action != pair.other.action
    else:
        assert apply_change(pair.fact.scene, pair.change) == pair.other.scene
    if changed == "colour":
        assert pair.fact.poses.tobytes() == pair.other.poses.tobytes()


def test_questions_on_a_picture_are_answered_truly():
    rng = np.random.default_rng(0)
    scene = Scene((RED, BLUE))

    def answer(kind, language="en"):
        return ask_about_picture(rng, scene, language, kind)

    assert answer("count").answer == "2"
    assert answer("count", "zh").answer == "2"
    for _ in range(20):
        relation = answer("relation")
        assert (relation.answer == "left") == (relation.text.index("ball") < relation.text.index("cube"))


def test_questions_on_a_clip_are_answered_truly():
    rng = np.random.default_rng(0)
    clip = simulate(Scene((RED, BLUE)), Push(RED, "right", "hard"))

    assert ask_about_clip(rng, clip, "en", "first_hit").answer == "the cube"
    assert ask_about_clip(rng, clip, "zh", "first_hit").answer == "方块"
    assert ask_about_clip(rng, clip, "en", "did_meet").answer == "yes"
    assert ask_about_clip(rng, clip, "en", "moved").answer == "2"
    assert ask_about_clip(rng, clip, "en", "meets_at").answer == str(clip.events[0].frame)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CAPTION_KINDS)
def test_held_out_phrasings_are_kept_apart(language, kind):
    scene = Scene((RED, BLUE))
    told = {
        phrasing: {caption(np.random.default_rng(seed), scene, language, kind, phrasing) for seed in range(30)}
        for phrasing in ("train", "held_out")
    }
    assert not told["train"] & told["held_out"]


def test_names_are_as_short_as_is_clear():
    twin = Solid(0, 0, "ball", "blue", "small")
    scene = Scene((RED, BLUE, twin))

    assert name_in(scene, BLUE, "en") == "the cube"
    assert name_in(scene, twin, "en") == "the blue ball"
    assert name_in(scene, twin, "zh") == "蓝色球"
    same = Scene((RED, Solid(0, 4, "ball", "red", "small")))
    assert name_in(same, RED, "en") == "the small red ball at the far left middle"


def test_names_are_sometimes_fuller_than_they_need_be():
    rng = np.random.default_rng(0)
    drawn = [name_in(Scene((RED, BLUE)), BLUE, "en", rng) for _ in range(200)]

    assert set(drawn) == {"the cube", "the blue cube", "the small cube", "the small blue cube"}
    assert 0.6 < drawn.count("the cube") / 200 < 0.8


def test_an_instruction_may_name_the_place():
    told = {
        instruct(np.random.default_rng(seed), Scene((RED, BLUE)), Recolour(BLUE, "green"), "en") for seed in range(60)
    }

    assert any("the small blue cube at the right middle" in each for each in told)
    assert any("the cube" in each for each in told)


def test_a_mirrored_mirror_is_the_scene():
    scene = sample_scene(np.random.default_rng(3), 3)

    assert mirrored(mirrored(scene)) == scene
    assert tell_scene(mirrored(scene), "en") != tell_scene(scene, "en")


def test_a_walk_keeps_clear_and_a_turn_back_returns():
    rng = np.random.default_rng(0)
    scene = sample_scene(rng, 3)
    start, steps = sample_walk(rng, scene)
    spots = walk(start, steps)

    assert len(spots) == len(steps) + 1
    assert all(is_free(scene, spot) for spot in spots)
    there = Spot(0.0, -2.0, 0.0)
    assert walk(there, ("left",) * 3 + ("right",) * 3)[-1] == there
    assert render_walk(scene, spots[:3], 32).shape == (3, 32, 32, 3)


def test_the_path_is_drawn_on_the_map():
    scene = Scene((Solid(4, 4, "cone", "white", "small"),))
    spots = walk(Spot(0.0, -2.0, 0.0), ("forward",) * 3)
    drawn = map_with_path(scene, spots).astype(int)
    pink = (drawn[..., 0] > 180) & (drawn[..., 1] < 90)

    rows, columns = np.nonzero(pink)
    assert abs(columns.mean() - 63.5) < 2, "straight ahead is straight up"
    assert rows.max() > 98
    assert rows.min() < 74


def test_a_course_is_told_with_the_frame_of_the_contact():
    example = example_at(0, 1, shares={"future": 1.0})

    course = read_thought(example.thought)
    assert course.events == example.clip.events
    assert tell_course(course, example.language) == example.thought


def test_the_thought_of_a_clip_holds_its_scene_and_action():
    for example in islice(examples(4, shares={"text_to_video": 1.0}), 6):
        asked = read_request(example.thought, 0)

        assert (asked.scene, asked.action) == (example.clip.scene, example.clip.action)
        assert asked.open_parts == ()


@pytest.mark.parametrize("task", ["walk", "map_to_view"])
def test_what_a_walker_sees_follows_from_the_thought(task):
    for example in islice(examples(5, shares={task: 1.0}), 6):
        tour = read_thought(example.thought)
        seen = example.shots[1:] if task == "map_to_view" else example.shots

        assert [shot.eye for shot in seen] == [eye_at(spot) for spot in tour.walk.spots]
        assert {shot.scene for shot in example.shots} == {tour.scene}
        assert task == "walk" or example.path == tour.walk.spots
