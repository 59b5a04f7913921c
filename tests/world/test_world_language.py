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
    Tour,
    course_of,
    read_thought,
    tell_change,
    tell_course,
    tell_scene,
    tell_solid,
    tell_tour,
    tell_walk,
)
from agentvid.world.physics import DIRECTIONS, STRENGTHS, Drop, Event, Push, sample_action, simulate
from agentvid.world.scene import AZIMUTHS, COLOURS, HEIGHTS, SHAPES, SIZES, Camera, Scene, Solid, sample_scene
from agentvid.world.walk import MOST_STEPS, STEPS, Walk, sample_walk, start_at, walk, walk_from
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
walks = st.builds(Walk, st.integers(0, AZIMUTHS - 1), st.lists(st.sampled_from(STEPS), max_size=MOST_STEPS).map(tuple))
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


@given(walks, languages)
def test_a_walk_is_read_as_it_was_told(walk, language):
    assert read_thought(tell_walk(walk, language)) == walk


@given(seeds, walks, languages)
def test_a_tour_is_read_as_it_was_told(seed, walk, language):
    tour = Tour(sample_scene(np.random.default_rng(seed)), walk)

    assert read_thought(tell_tour(tour, language)) == tour


@given(seeds)
def test_every_drawn_walk_can_be_told(seed):
    rng = np.random.default_rng(seed)
    start, steps = sample_walk(rng, sample_scene(rng))

    assert walk_from(start, steps).spots == walk(start, steps)


def test_walks_start_where_the_cameras_of_their_name_stand():
    for azimuth, (x, y) in {0: (0, -1), 6: (1, 0), 12: (0, 1), 18: (-1, 0)}.items():
        spot = start_at(azimuth)
        assert np.allclose(np.array([spot.x, spot.y]) / np.hypot(spot.x, spot.y), (x, y), atol=1e-9)
        ahead = walk(spot, ("forward",) * 2)[-1]
        assert np.hypot(ahead.x, ahead.y) < np.hypot(spot.x, spot.y) - 1


def test_the_canonical_walk():
    told = Walk(20, ("forward", "forward", "forward", "left", "forward"))

    assert tell_walk(told, "en") == "walk: start at the left +30°; forward x3, left, forward"
    assert tell_walk(told, "zh") == "行走：起点在左方 +30°；前进3次，左转，前进"
    assert read_thought("Walk: start at the left +30°; forward x2, forward, left, forward.") == told


@pytest.mark.parametrize(
    "text",
    [
        "walk: start at the moon; forward",
        "walk: start at the front; jump",
        "walk: start at the front; forward x0",
        "walk: start at the front; forward x999999999",
        "walk: start at the front; forward x200, left x200",
        "walk: start at the front; forward; left",
        "行走：起点在前方；后退",
    ],
)
def test_what_is_no_walk_is_refused(text):
    with pytest.raises(InputError):
        read_thought(text)


def test_a_walk_from_elsewhere_can_not_be_told():
    with pytest.raises(InputError, match="rim"):
        walk_from(walk(start_at(0), ("forward",))[-1], ("left",))


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
