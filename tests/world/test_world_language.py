"""Thoughts: reading is the exact inverse of telling, in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentvid.errors import InputError
from agentvid.world.edits import EDIT_KINDS, Turn, sample_edit
from agentvid.world.language import (
    Course,
    course_of,
    read_thought,
    tell_change,
    tell_course,
    tell_scene,
    tell_solid,
)
from agentvid.world.physics import DIRECTIONS, STRENGTHS, Drop, Event, Push, sample_action, simulate
from agentvid.world.scene import AZIMUTHS, COLOURS, HEIGHTS, SHAPES, SIZES, Camera, Scene, Solid, sample_scene
from agentvid.world.words import LANGUAGES

languages = st.sampled_from(LANGUAGES)
seeds = st.integers(0, 2**32 - 1)
places = st.integers(0, 4)
solids = st.builds(Solid, places, places, st.sampled_from(SHAPES), st.sampled_from(COLOURS), st.sampled_from(SIZES))
cameras = st.builds(Camera, st.integers(0, AZIMUTHS - 1), st.sampled_from(HEIGHTS))
frames = st.integers(0, 200)
events = st.one_of(
    st.builds(Event, frames, st.just("meets"), solids, solids),
    st.builds(Event, frames, st.sampled_from(["lands", "stops"]), solids),
)
actions = st.one_of(
    st.builds(Push, solids, st.sampled_from(DIRECTIONS), st.sampled_from(STRENGTHS)), st.builds(Drop, solids)
)


@given(seeds, st.integers(1, 4), languages)
def test_a_scene_is_read_as_it_was_told(seed, many, language):
    scene = sample_scene(np.random.default_rng(seed), many)

    assert read_thought(tell_scene(scene, language)) == scene


@given(solids, cameras, languages)
def test_every_solid_and_camera_can_be_told(solid, camera, language):
    scene = Scene((solid,), camera)

    assert read_thought(tell_scene(scene, language)) == scene
    assert read_thought(tell_change(Turn(camera), language)) == Turn(camera)


@settings(max_examples=60)
@given(seeds, st.sampled_from(EDIT_KINDS), languages)
def test_a_change_is_read_as_it_was_told(seed, kind, language):
    rng = np.random.default_rng(seed)
    edit = sample_edit(rng, sample_scene(rng, 2), kind)

    if edit is not None:
        assert read_thought(tell_change(edit.change, language)) == edit.change


@given(st.builds(Course, actions, st.lists(events, max_size=4).map(tuple)), languages)
def test_a_course_is_read_as_it_was_told(course, language):
    assert read_thought(tell_course(course, language)) == course


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_really_happens_can_be_told(language):
    rng = np.random.default_rng(4)
    scene = sample_scene(rng, 3)
    course = course_of(simulate(scene, sample_action(rng, scene)))

    assert read_thought(tell_course(course, language)) == course


def test_the_canonical_sentences():
    scene = Scene(
        (
            Solid(0, 0, "cube", "red", "large"),
            Solid(4, 4, "ball", "blue", "small"),
            Solid(2, 2, "cone", "cyan", "small"),
        )
    )
    scene = Scene(scene.solids, Camera(20, "high"))

    assert tell_scene(scene, "en") == (
        "one large red cube at far left far front; one small cyan cone at centre; "
        "one small blue ball at far right far back; camera from the left +30°, high"
    )
    assert tell_scene(scene, "zh") == (
        "一个红色大方块在最左最前；一个青色小圆锥在正中；一个蓝色小球在最右最后；镜头在左方 +30°，高"
    )
    assert tell_solid(scene.solids[0], "zh") == "最左最前的红色大方块"


def test_reading_forgives_width_case_and_a_full_stop():
    wanted = Scene((Solid(1, 1, "cube", "red", "large"),))

    assert read_thought("One large  RED cube at left front ; camera from the front, middle.") == wanted
    assert read_thought("一个红色大方块在左前;镜头在前方,中。") == wanted
    assert read_thought("one large red cube at left front") == wanted, "the camera may be left out"


@pytest.mark.parametrize(
    "text", ["", "one huge red cube at left front", "一个红色大方块", "camera from the front, high"]
)
def test_what_is_no_thought_is_refused(text):
    with pytest.raises(InputError):
        read_thought(text)
