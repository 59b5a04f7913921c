"""Scenes: JSON both ways, no touching, the split, everything inside the picture."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentvid.errors import InputError
from agentvid.world.look import eye_of
from agentvid.world.scene import (
    AZIMUTHS,
    HEIGHTS,
    HELD_OUT_PAIRS,
    SHAPES,
    Camera,
    Scene,
    Solid,
    reach,
    sample_scene,
    scene_from_json,
    scene_to_json,
    sizes_of,
    split_of,
)

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 4))
def test_a_scene_comes_back_from_json(seed, solids):
    scene = sample_scene(np.random.default_rng(seed), solids)

    assert scene_from_json(scene_to_json(scene)) == scene
    assert sample_scene(np.random.default_rng(seed), solids) == scene
    assert len(scene.solids) == solids


@given(seeds)
def test_solids_stand_apart_and_look_different(seed):
    scene = sample_scene(np.random.default_rng(seed), 3)

    for first, second in combinations(scene.solids, 2):
        assert np.hypot(*np.subtract(first.xy, second.xy)) > reach(first) + reach(second)
        assert first.look != second.look


@pytest.mark.parametrize("split", ["train", "held_out", "new_pair"])
def test_a_scene_belongs_to_the_split_it_was_drawn_for(split):
    scene = sample_scene(np.random.default_rng(0), 2, split)

    assert split_of(scene) == split
    assert split_of(Scene(scene.solids, scene.camera.turned(5))) == split
    held = any((solid.colour, solid.shape) in HELD_OUT_PAIRS for solid in scene.solids)
    assert held == (split == "new_pair")


def test_every_place_is_inside_the_picture_from_every_camera():
    angles = np.linspace(0, 2 * np.pi, 24)
    worst = 0.0
    for row, column in ((0, 0), (0, 4), (4, 0), (4, 4)):
        for shape in SHAPES:
            solid = Solid(row, column, shape, "red", "large")
            (x, y), (_, half) = solid.xy, sizes_of(shape, "large")
            ring = np.stack([x + reach(solid) * np.cos(angles), y + reach(solid) * np.sin(angles)], axis=-1)
            height = half if shape == "ball" else 0.0
            points = np.concatenate([ring, np.full((24, 1), height)], axis=1)
            points = np.concatenate([points, [[x, y, 0.0], [x, y, 2 * half]]])
            for azimuth in range(AZIMUTHS):
                for name in HEIGHTS:
                    at = eye_of(Camera(azimuth, name)).project(points)
                    worst = max(worst, float(np.abs(at[:, :2] - 0.5).max()))

    assert worst < 0.53, "a large solid at a corner of the stage may lose a few of 128 pixels, no more"


def test_what_is_no_scene_is_refused():
    with pytest.raises(InputError, match="touch"):
        Scene((Solid(2, 2, "ball", "red", "large"), Solid(2, 3, "cube", "blue", "large")))
    with pytest.raises(InputError, match="place"):
        Solid(5, 0, "ball", "red", "small")
    with pytest.raises(InputError, match="pyramid"):
        Solid(0, 0, "pyramid", "red", "small")
    with pytest.raises(InputError, match="0 solids"):
        Scene(())
    with pytest.raises(InputError, match="no scene"):
        scene_from_json('{"solids": 3}')
