"""Wordings: enough of them, natural slots, held-out ones new in order but not in words, captions read back."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentvid.errors import InputError
from agentvid.world import phrasing
from agentvid.world.caption import caption, instruct, relation_of, side_of
from agentvid.world.edits import EDIT_KINDS, sample_edit
from agentvid.world.phrasing import COUNTED, INSTRUCTIONS, LIST, REQUESTS, SIDES
from agentvid.world.question import _ASKED, CLIP_QUESTIONS, PICTURE_QUESTIONS, ask_about_picture
from agentvid.world.reading import read_caption
from agentvid.world.scene import Scene, Solid, sample_scene
from agentvid.world.words import LANGUAGES

CAPTIONS = {name: getattr(phrasing, name) for name in ("LIST", "COUNTED", "RELATED", "CAMERA", "MIRROR", "MOVED")}
TABLES = {**CAPTIONS, **INSTRUCTIONS, **_ASKED, **REQUESTS}
languages = st.sampled_from(LANGUAGES)
phrasings = st.sampled_from(["train", "held_out"])


def words_of(told, language):
    plain = re.sub(r"\{\w+\}", " ", told)
    return set(re.findall(r"[a-z]+", plain.lower()) if language == "en" else re.findall(r"[\u4e00-\u9fff]", plain))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TABLES)
def test_each_is_said_in_several_ways_and_some_are_kept_aside(name, language):
    train, kept = (TABLES[name][language][phrasing] for phrasing in ("train", "held_out"))

    assert len(train) == len(set(train)) >= 3
    assert len(kept) == len(set(kept)) >= 1
    assert not set(train) & set(kept)
    slots = [Counter(re.findall(r"\{(\w+)\}", told)) for told in (*train, *kept)]
    if name not in ("Move", "Resize"):
        assert all(each == slots[0] for each in slots)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_aside_has_no_new_words(language):
    known = set().union(*(words_of(told, language) for each in TABLES.values() for told in each[language]["train"]))
    kept = {told for each in TABLES.values() for told in each[language]["held_out"]}

    new = {told: words_of(told, language) - known for told in kept}
    assert {told: words for told, words in new.items() if words} == {}


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1), languages, phrasings, st.sampled_from(["list", "relation", "count"]))
def test_captions_are_read_back(seed, language, phrasing, kind):
    rng = np.random.default_rng(seed)
    scene = sample_scene(rng)
    told = caption(rng, scene, language, kind, phrasing)
    read = read_caption(told, 0)

    assert read.scene.camera == scene.camera
    if kind == "count" and "colours" in read.open_parts:
        assert Counter(solid.shape for solid in read.scene.solids) == Counter(solid.shape for solid in scene.solids)
    else:
        assert Counter(solid.look for solid in read.scene.solids) == Counter(solid.look for solid in scene.solids)


@pytest.mark.parametrize("told", ["a {a} left of a {b}", "to the right of a {b} there is a {a}", "behind a {a}, a {b}"])
def test_a_relation_is_read_whichever_is_named_first(told):
    scene = read_caption(told.format(a="red ball", b="blue cube"), 3).scene
    ball, cube = sorted(scene.solids, key=lambda solid: solid.shape)

    if "behind" in told:
        assert cube.row > ball.row
    else:
        assert (ball.column < cube.column) == ("left" in told)


@pytest.mark.parametrize(
    ("told", "left"),
    [("红色球在蓝色方块左边", "ball"), ("蓝色方块左边有红色球", "ball"), ("在红色球左边有蓝色方块", "cube")],
)
def test_a_relation_in_chinese_is_read_whichever_is_named_first(told, left):
    assert min(read_caption(told, 3).scene.solids, key=lambda solid: solid.column).shape == left


def test_other_words_are_still_refused():
    for told in ("a red dragon", "画一条红色的龙", "remove the red ball", "why is there a red ball?"):
        with pytest.raises(InputError):
            read_caption(told, 0)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(EDIT_KINDS), languages, phrasings)
def test_instructions_have_no_open_slots(seed, kind, language, phrasing):
    rng = np.random.default_rng(seed)
    scene = sample_scene(rng, 2)
    edit = sample_edit(rng, scene, kind)
    if edit is not None:
        told = instruct(rng, scene, edit.change, language, phrasing)
        assert "{" not in told
        assert "  " not in told


@pytest.mark.parametrize("kind", PICTURE_QUESTIONS)
def test_a_question_kept_aside_has_the_same_answer(kind):
    scene = Scene((Solid(0, 0, "ball", "red", "small"), Solid(4, 4, "cube", "blue", "large")))
    asked = {
        phrasing: [ask_about_picture(np.random.default_rng(seed), scene, "en", kind, phrasing) for seed in range(30)]
        for phrasing in ("train", "held_out")
    }

    assert not {each.text for each in asked["train"]} & {each.text for each in asked["held_out"]}
    assert [each.answer for each in asked["train"]] == [each.answer for each in asked["held_out"]] or kind == "relation"


def test_all_kinds_have_wordings():
    assert set(_ASKED) == {*PICTURE_QUESTIONS, *CLIP_QUESTIONS}
    assert {name.lower() for name in INSTRUCTIONS} == set(EDIT_KINDS)
    assert LIST["en"]["train"][0] == "{all}"
    assert COUNTED["zh"]["held_out"][0] == "正好{n}个物体，即{all}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_relation_a_caption_tells_is_known_from_the_same_numbers(language):
    for seed in range(30):
        scene = sample_scene(np.random.default_rng(seed), 2)
        told = caption(np.random.default_rng(seed), scene, language, "relation")
        first, second, side = relation_of(np.random.default_rng(seed), scene)
        assert SIDES[language][side] in told
        assert side_of(first, second) == side
        opposite = {"left": "right", "right": "left", "front": "back", "back": "front"}
        assert side_of(second, first) == opposite[side]
