"""Physics: deterministic, momentum goes the right way, nothing interpenetrates, all comes to rest."""

from __future__ import annotations

import hashlib
import json
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentvid.errors import InputError, SettingsError
from agentvid.world.contact import gap
from agentvid.world.language import Course, course_of, read_thought, tell_course, tell_scene
from agentvid.world.physics import Drop, Push, sample_action, simulate, stays_on_stage
from agentvid.world.physics_mujoco import simulate_mujoco
from agentvid.world.scene import Camera, Scene, Solid, sample_scene

BALL = Solid(2, 0, "ball", "red", "small")
CUBE = Solid(2, 3, "cube", "blue", "small")
seeds = st.integers(0, 2**32 - 1)
RECORDED = [*map(json.loads, Path(__file__).with_name("physics_recorded.jsonl").read_text().splitlines())]
"""What an earlier, slower form of the same physics computed: 300 clips, and 40 drawn actions."""


def drawn(seed):
    rng = np.random.default_rng(seed)
    while True:
        scene = sample_scene(rng, int(rng.integers(1, 4)))
        action = sample_action(rng, scene)
        if action is not None:
            return simulate(scene, action)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_nothing_interpenetrates_or_sinks_and_all_rests_in_view(seed):
    clip = drawn(seed)

    for pose in clip.poses.astype(float):
        for (i, first), (j, second) in combinations(enumerate(clip.scene.solids), 2):
            assert gap(first, pose[i, :3], second, pose[j, :3])[0] > -0.02
        assert (pose[:, 2] >= clip.poses[-1, :, 2] - 1e-5).all()
    assert np.abs(clip.poses[-1] - clip.poses[-2]).max() < 0.02
    assert stays_on_stage(clip)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_same_action_gives_the_same_bytes(seed):
    clip = drawn(seed)

    again = simulate(clip.scene, clip.action)
    assert again.poses.tobytes() == clip.poses.tobytes()
    assert again.events == clip.events
    assert clip.poses.shape == (16, len(clip.scene.solids), 7)


def test_a_ball_pushes_what_it_meets():
    clip = simulate(Scene((BALL, CUBE)), Push(BALL, "right", "hard"))
    kinds = [event.kind for event in clip.events]
    ball, cube = (clip.scene.solids.index(solid) for solid in (BALL, CUBE))

    assert kinds[0] == "meets"
    assert (clip.events[0].who, clip.events[0].other) == (BALL, CUBE)
    frame = clip.events[0].frame
    assert 1 < frame < 8
    assert np.abs(clip.poses[: frame - 1, cube] - clip.poses[0, cube]).max() == 0, "it waits until it is hit"
    assert clip.poses[-1, cube, 0] > clip.poses[0, cube, 0] + 0.1
    assert clip.poses[-1, ball, 0] < clip.poses[-1, cube, 0]


@pytest.mark.parametrize(
    ("direction", "axis", "sign"), [("left", 0, -1), ("right", 0, 1), ("front", 1, -1), ("back", 1, 1)]
)
def test_a_push_moves_that_way_and_a_ball_further_than_a_cube(direction, axis, sign):
    ways = []
    for shape in ("ball", "cube"):
        solid = Solid(2, 2, shape, "green", "small")
        clip = simulate(Scene((solid,)), Push(solid, direction, "gently"))
        moved = clip.poses[-1, 0, :3] - clip.poses[0, 0, :3]
        assert sign * moved[axis] > 0.3
        assert abs(moved[1 - axis]) < 1e-6
        ways.append(sign * moved[axis])
    assert ways[0] > ways[1] * 1.2


def test_a_heavier_ball_keeps_more_of_its_way():
    ways = []
    for size in ("small", "large"):
        pusher, target = Solid(2, 0, "ball", "red", size), Solid(2, 3, "ball", "white", "small")
        clip = simulate(Scene((pusher, target)), Push(pusher, "right", "hard"))
        index = clip.scene.solids.index(target)
        ways.append(clip.poses[-1, index, 0] - clip.poses[0, index, 0])
    assert ways[1] > ways[0]


def test_a_dropped_ball_falls_bounces_and_rests():
    ball = Solid(2, 2, "ball", "yellow", "small")
    clip = simulate(Scene((ball,)), Drop(ball))
    height = clip.poses[:, 0, 2]

    assert [event.kind for event in clip.events] == ["lands", "stops"]
    assert height[0] == pytest.approx(height[-1] + 1.0)
    landed = clip.events[0].frame
    assert height[landed : landed + 3].max() > height[-1] + 0.1


def test_what_is_not_there_can_not_be_pushed():
    with pytest.raises(InputError, match="not in the scene"):
        simulate(Scene((BALL,)), Push(CUBE, "left", "hard"))


def test_clips_are_what_they_were_when_recorded():
    clips = [told for told in RECORDED if "course" in told]

    assert len(clips) == 300
    for told in clips:
        scene, course = read_thought(told["scene"]), read_thought(told["course"])
        clip = simulate(scene, course.action, told.get("frames", 16), told.get("fps", 8.0))
        assert tell_course(course_of(clip), "en") == told["course"]
        rounded = np.round(clip.poses.astype(np.float64) * 1e4).astype("<i8")
        assert hashlib.sha256(rounded.tobytes()).hexdigest()[:16] == told["poses"], told


def test_actions_are_drawn_as_they_were_when_recorded():
    drawn = [told for told in RECORDED if "action" in told]

    assert len(drawn) == 40
    for told in drawn:
        rng = np.random.default_rng([told["seed"], 78])
        scene = sample_scene(rng, int(rng.integers(1, 4)), camera=Camera())
        assert tell_scene(scene, "en").startswith(told["scene"])
        assert tell_course(Course(sample_action(rng, scene)), "en") == told["action"]
        assert int(rng.integers(1 << 30)) == told["next"], "as many numbers were drawn"


def test_without_mujoco_one_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "mujoco", None)

    with pytest.raises(SettingsError, match=r"pip install 'agentvid\[train\]'"):
        simulate_mujoco(Scene((BALL,)), Drop(BALL))
