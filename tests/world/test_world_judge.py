"""The judge: what it sees on true frames, and how what is seen is compared with scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agentvid.errors import EngineError, InputError
from agentvid.evals.small.cases import make_cases
from agentvid.world.groups import PARTS, Seen, group
from agentvid.world.judge import WEIGHTS, Judge, is_exact, match, placed, true_centres
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, Scene, Solid

RED = Solid(1, 1, "cube", "red", "large")
BLUE = Solid(3, 3, "ball", "blue", "small")
SCENE = Scene((RED, BLUE))


@pytest.fixture(scope="module")
def judge():
    return Judge.load()


def seen_as(solid: Solid, centre: tuple[float, float]) -> Seen:
    return Seen(solid.size, solid.colour, solid.shape, centre, 20)


def told(*blobs: tuple[int, int, int, int, int]) -> np.ndarray:
    """What a net would say of blobs (row, column, shape, colour, size) of 5 x 5 cells."""
    rows = np.zeros((32, 32, sum(PARTS) + 2), np.float32)
    starts = (0, PARTS[0], PARTS[0] + PARTS[1])
    rows[..., list(starts)] = 8
    for row, column, *parts in blobs:
        for y in range(row - 2, row + 3):
            for x in range(column - 2, column + 3):
                rows[y, x, : sum(PARTS)] = 0
                rows[y, x, [start + 1 + part for start, part in zip(starts, parts, strict=True)]] = 8
                rows[y, x, sum(PARTS) :] = (column - x, row - y)
    return rows


def test_true_frames_are_judged_right(judge):
    cases = make_cases(24, seed=31)
    seen = judge.see(np.stack([case.picture for case in cases]))

    assert sum(is_exact(found, case.scene) for found, case in zip(seen, cases, strict=True)) >= 22
    assert sum(placed(found, case.scene) for found, case in zip(seen, cases, strict=True)) >= 22


def test_pairs_that_are_kept_from_the_model_are_known_to_the_judge(judge):
    cases = make_cases(12, seed=32, split="new_pair")
    seen = judge.see(np.stack([case.picture for case in cases]))

    assert sum(is_exact(found, case.scene) for found, case in zip(seen, cases, strict=True)) >= 10


def test_noise_shows_no_scene(judge):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 128, 128, 3), dtype=np.uint8)

    assert not any(is_exact(found, SCENE) for found in judge.see(pixels))


def test_the_weights_are_small():
    assert WEIGHTS.stat().st_size < 1_000_000


def test_frames_of_another_size_are_refused(judge):
    with pytest.raises(InputError, match="128"):
        judge.see(np.zeros((1, 64, 64, 3), np.uint8))


def test_broken_weights_say_so(tmp_path):
    (tmp_path / "judge.safetensors").write_bytes(b"no weights")

    with pytest.raises(EngineError, match="judge"):
        Judge.load(tmp_path / "judge.safetensors")


def test_cells_that_vote_for_one_middle_are_one_solid():
    found = group(told((10, 8, 1, 0, 1), (20, 24, 0, 5, 0)))

    assert [(one.size, one.colour, one.shape, one.cells) for one in found] == [
        ("large", "red", "cube", 25),
        ("small", "blue", "ball", 25),
    ]
    assert found[0].centre == (34.0, 42.0)


def test_two_alike_that_touch_are_two():
    found = group(told((10, 8, 1, 0, 1), (10, 13, 1, 0, 1)))

    assert [one.look for one in found] == [("large", "red", "cube")] * 2


def test_a_piece_cut_off_by_what_stands_before_it_is_no_second_solid():
    rows = told((10, 8, 1, 0, 1), (20, 24, 1, 0, 1))
    rows[18:23, 22:27] = told()[18:23, 22:27]
    rows[20, 24:28] = told((20, 25, 1, 0, 1))[20, 24:28]

    assert [one.look for one in group(rows)] == [("large", "red", "cube")]


def test_the_seam_of_two_solids_is_no_third():
    rows = told((10, 8, 1, 0, 1), (10, 14, 0, 5, 1))
    rows[13, 10:14] = told((13, 11, 0, 0, 1))[13, 10:14]

    assert [one.look for one in group(rows)] == [("large", "red", "cube"), ("large", "blue", "ball")]


def test_an_empty_floor_shows_nothing():
    assert group(told()) == []


@pytest.mark.parametrize(
    ("looks", "exact"),
    [((RED, BLUE), True), ((BLUE, RED), True), ((RED,), False), ((RED, BLUE, BLUE), False), ((RED, RED), False)],
)
def test_exact_is_each_look_in_the_right_number(looks, exact):
    assert is_exact([seen_as(solid, (0, 0)) for solid in looks], SCENE) is exact


def test_placed_wants_each_solid_near_its_true_centre():
    centres = true_centres(SCENE)
    near = [seen_as(solid, (centre[0] + 4, centre[1])) for solid, centre in centres.items()]
    swapped = [seen_as(RED, centres[BLUE]), seen_as(BLUE, centres[RED])]

    assert placed(near, SCENE)
    assert not placed(near, SCENE, within_px=3)
    assert is_exact(swapped, SCENE)
    assert not placed(swapped, SCENE)


def test_true_centres_are_those_of_the_mask():
    mask = render_scene(SCENE).mask
    rows, columns = np.nonzero(mask == SCENE.solids.index(RED))
    x, y = true_centres(SCENE)[RED]

    assert (x, y) == pytest.approx((columns.mean() + 0.5, rows.mean() + 0.5))
    assert true_centres(replace(SCENE, camera=Camera(12)))[RED] != (x, y)


def test_what_cannot_be_seen_is_matched_by_nothing():
    assert match([seen_as(RED, (5, 5))], RED, None) is None
