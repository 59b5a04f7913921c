"""Both ray casters draw the same picture; masks, depth and pose fit together."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from agentvid.errors import InputError
from agentvid.world import look
from agentvid.world.bodies import rest_pose
from agentvid.world.render import FLOOR_ID, SKY_ID, Shot, render_batch, render_map, render_scene, visible
from agentvid.world.scene import SHAPES, Camera, Scene, Solid, sample_scene


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def shots():
    rng = np.random.default_rng(3)
    scenes = [sample_scene(rng, 1 + index % 4) for index in range(6)]
    tumbled = np.stack([rest_pose(solid) for solid in scenes[3].solids])
    tumbled[:, 3:] = rng.normal(size=(len(tumbled), 4))
    tumbled[:, 2] += 0.4
    return [
        *map(Shot, scenes),
        Shot(scenes[2], eye=look.walker(0.0, -4.0, 10.0)),
        Shot(scenes[3], eye=look.above()),
        Shot(scenes[3], tumbled),
    ]


def test_the_fast_caster_draws_what_the_reference_draws():
    size = 64
    for shot, dense in zip(shots(), render_batch(shots(), size), strict=True):
        fast = render_scene(shot.scene, shot.poses, shot.eye, size)
        off = np.abs(fast.rgb.astype(int) - dense.rgb)
        assert off.mean() < 0.15, "grey levels of 255"
        assert (fast.mask != dense.mask).mean() < 0.001
        both = np.isfinite(fast.depth) & np.isfinite(dense.depth) & (fast.mask == dense.mask)
        assert np.abs(fast.depth[both] - dense.depth[both]).max() < 0.02


def test_the_same_scene_gives_the_same_bytes():
    scene = sample_scene(np.random.default_rng(1), 3)

    assert render_scene(scene).rgb.tobytes() == render_scene(scene).rgb.tobytes()
    first, second = render_batch([Shot(scene), Shot(scene)], 32)
    assert first.rgb.tobytes() == second.rgb.tobytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_mask_and_depth_are_where_the_solid_is(shape):
    scene = Scene((Solid(2, 3, shape, "blue", "large"),), Camera(2, "high"))
    rendered = render_scene(scene)
    at = rendered.eye.project(rest_pose(scene.solids[0])[:3])
    column, row = (at[:2] * 128).astype(int)

    assert rendered.mask[row, column] == 0
    assert 0 < at[2] - rendered.depth[row, column] < 1.2
    red, _, blue = rendered.rgb[row, column].astype(int)
    assert blue > red + 40
    assert set(np.unique(rendered.mask)) == {FLOOR_ID, 0}
    assert visible(rendered, 1)[0] > 300


def test_floors_and_solids_have_no_speckle():
    """Shading is smooth: away from edges no pixel stands out from its neighbours' mean by much."""
    for seed in range(4):
        rendered = render_scene(sample_scene(np.random.default_rng(seed), 3))
        grey = rendered.rgb.astype(float).mean(axis=-1)
        around = (grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]) / 4
        flat = np.ones_like(around, bool)
        for down in range(3):
            for right in range(3):
                flat &= rendered.mask[down : down + 126, right : right + 126] == FLOOR_ID
        assert np.abs(grey[1:-1, 1:-1] - around)[flat].max() < 20


def test_the_light_tells_the_azimuth():
    scene = Scene((Solid(2, 2, "ball", "white", "large"),))

    pictures = [render_scene(Scene(scene.solids, Camera(azimuth))).rgb.astype(int) for azimuth in (0, 6, 12, 18)]
    for first in range(4):
        for second in range(first):
            assert np.abs(pictures[first] - pictures[second]).mean() > 1


def test_a_walker_sees_the_sky_and_the_map_sees_the_plan():
    scene = Scene((Solid(4, 0, "cube", "red", "small"),))

    assert SKY_ID in render_scene(scene, eye=look.walker(0.0, -3.0, 0.0, pitch_deg=0.0)).mask
    rows, columns = np.nonzero(render_map(scene).mask == 0)
    assert rows.mean() < 50
    assert columns.mean() < 50


def test_a_size_out_of_range_is_refused():
    with pytest.raises(InputError, match="2000 pixels"):
        render_scene(sample_scene(np.random.default_rng(0)), size=2000)


@pytest.mark.slow
def test_the_fast_caster_is_faster():
    scenes = [sample_scene(np.random.default_rng(seed), 2) for seed in range(4)]
    start = time.perf_counter()
    render_batch([Shot(scene) for scene in scenes])
    dense = time.perf_counter() - start
    start = time.perf_counter()
    for scene in scenes:
        render_scene(scene)

    assert time.perf_counter() - start < dense / 3
