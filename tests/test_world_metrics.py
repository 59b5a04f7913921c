"""The metrics of world models against truth that can be computed by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from agentvid.errors import InputError
from agentvid.evals.small.likeness import psnr, ssim
from agentvid.evals.world.curve import drift_slope, flicker, psnr_curve
from agentvid.evals.world.locality import edit_locality
from agentvid.evals.world.motion import action_following, controllability, extrapolated, horizon
from agentvid.evals.world.permanence import Sighting, permanence
from agentvid.evals.world.physics_iq import (
    Agreement,
    agreement,
    first_seconds,
    mean_agreement,
    motion_masks,
    physics_iq_score,
    quarter,
)
from agentvid.evals.world.sanity import WRONGS, happening, measure, scores
from agentvid.evals.world.view import control_score, loop_closure, pose_errors, rotation_error_deg, stability
from agentvid.media.codec import iter_frames
from agentvid.media.mask_clip import write_masks

NONE = np.full(2, np.nan)


def square(left: int, side: int = 16, size: int = 64, level: int = 200) -> np.ndarray:
    frame = np.zeros((size, size, 3), np.uint8)
    frame[20 : 20 + side, left : left + side] = level
    return frame


def grey(level: int, size: int = 8) -> np.ndarray:
    return np.full((size, size, 3), level, np.uint8)


# ---------------------------------------------------------------- Physics-IQ


def test_motion_is_where_a_frame_leaves_the_running_background():
    masks = motion_masks(np.stack([square(8)] * 3 + [square(28)] * 10))

    assert not masks[:3].any()
    ys, _ = np.nonzero(masks[3])
    assert (ys.min(), ys.max()) == (19, 36)
    assert masks[3][28, 12:20].all(), "where it was"
    assert masks[3][28, 32:40].all(), "where it is"
    assert masks[10].any() and not masks[11].any(), "200 levels times 0.7^8 are 11.5, times 0.7^9 they are 8.1"


def test_the_background_holds_the_frame_before_the_difference_is_taken():
    # |G - (0.7 A + 0.3 G)| = 0.7 |G - A|: a step of 14 levels is 9.8 and still, one of 15 is 10.5 and moves.
    assert not motion_masks(np.stack([grey(100, 32), grey(114, 32)])).any()
    assert motion_masks(np.stack([grey(100, 32), grey(115, 32)]))[1].all()


def test_agreements_of_two_clips_by_hand():
    one, two = np.zeros((2, 4, 4, 3), np.uint8), np.zeros((2, 4, 4, 3), np.uint8)
    two[1] = 51  # 0.2 of 255
    a, b = np.zeros((2, 4, 4), bool), np.zeros((2, 4, 4), bool)
    a[1, 0, :2] = True  # two pixels, one of them in both
    b[1, 0, 1:4] = True

    found = agreement(one, two, a, b)

    assert found.spatiotemporal == pytest.approx((1 + 1 / 4) / 2)
    assert found.spatial == pytest.approx(1 / 4)
    assert found.weighted == pytest.approx(1 / 4)
    assert found.mse == pytest.approx(0.04 / 2)


def test_weighted_agreement_counts_how_long_a_place_moves():
    still = np.zeros((4, 2, 2, 3), np.uint8)
    a, b = np.zeros((4, 2, 2), bool), np.zeros((4, 2, 2), bool)
    a[:, 0, 0] = True
    b[0, 0, 0] = True

    found = agreement(still, still, a, b)

    assert found.spatial == 1
    assert found.weighted == pytest.approx(0.25)
    assert found.spatiotemporal == pytest.approx(0.25)


def test_the_score_is_in_units_of_two_takes():
    variance = Agreement(0.8, 0.5, 0.4, 0.01)

    assert physics_iq_score(variance, variance) == pytest.approx(100)
    assert physics_iq_score(Agreement(0.4, 0.25, 0.2, 0.11), variance) == pytest.approx(100 * (0.5 - 0.1))
    assert physics_iq_score(Agreement(0, 0, 0, 0.5), variance) == 0
    assert physics_iq_score(Agreement(1, 1, 1, 0), variance) == 100
    with pytest.raises(InputError, match="takes that overlap"):
        physics_iq_score(variance, Agreement(0, 0, 0, 0))


def test_agreements_are_averaged_and_clips_cut():
    assert mean_agreement([Agreement(0, 0, 0, 0), Agreement(1, 0.5, 1, 0.2)]) == Agreement(0.5, 0.25, 0.5, 0.1)
    with pytest.raises(InputError):
        mean_agreement([])
    assert len(first_seconds(np.zeros((200, 4, 4, 3), np.uint8), 24)) == 120
    assert quarter(np.stack([square(8)])).shape == (1, 16, 16, 3)
    assert quarter(np.stack([square(8)]))[0, 5, 2, 0] == 200
    with pytest.raises(InputError):
        agreement(*[np.zeros((n, 2, 2, 3), np.uint8) for n in (2, 3)], *[np.zeros((n, 2, 2), bool) for n in (2, 3)])


def test_masks_are_written_without_loss(tmp_path):
    masks = motion_masks(np.stack([square(left) for left in range(0, 40, 4)]))

    write_masks(tmp_path / "masks.mp4", (mask.astype(np.uint8) * 255 for mask in masks), 8)

    read = np.stack([frame[..., 0] for frame in iter_frames(tmp_path / "masks.mp4")])
    assert set(np.unique(read)) == {0, 255}
    assert ((read > 0) == masks).all()


def test_physics_iq_puts_wrong_clips_in_order():
    told = scores(measure(happening("bounce", 1)))

    assert list(told) == list(WRONGS)
    assert told["truth"] == 100
    values = list(told.values())
    assert all(better > worse + 1 for better, worse in pairwise(values)), told


# ---------------------------------------------------------------- curves


def test_psnr_and_ssim_by_hand():
    assert psnr(grey(100), grey(110)) == pytest.approx(20 * math.log10(25.5))
    assert list(psnr_curve(np.stack([grey(9), grey(9)]), np.stack([grey(9), grey(19)]))) == [
        60.0,
        pytest.approx(20 * math.log10(25.5)),
    ]
    assert ssim(square(8), square(8)) == pytest.approx(1)
    # Two plain pictures: only the means count, (2ab + C1) / (a² + b² + C1).
    c1 = (0.01 * 255) ** 2
    assert ssim(grey(100), grey(120)) == pytest.approx((2 * 100 * 120 + c1) / (100**2 + 120**2 + c1), abs=1e-4)


def test_drift_is_the_slope_of_a_line():
    assert drift_slope([30, 28, 26, 24]) == pytest.approx(-2)
    assert drift_slope([1, 3, 2]) == pytest.approx(0.5)
    with pytest.raises(InputError):
        drift_slope([1])


def test_flicker_is_told_inside_on_the_border_and_outside():
    frames = np.zeros((3, 32, 32, 3), np.uint8)
    masks = np.zeros((3, 32, 32), bool)
    masks[:, 10:20, 10:20] = True
    frames[1, 10:20, 10:20] = 8
    frames[:, 0, 0] = np.array([0, 9, 0])[:, None]

    found = flicker(frames, masks, border=2)

    assert found.inside == pytest.approx(8)
    assert found.border == 0
    assert found.outside == pytest.approx(9 / (32 * 32 - 14 * 14))
    assert math.isnan(flicker(frames, np.zeros_like(masks)).inside)
    with pytest.raises(InputError):
        flicker(frames[:1], masks[:1])


# ---------------------------------------------------------------- motion


def test_the_horizon_ends_at_the_first_frame_that_is_off():
    true = np.array([[[0.0, 0.0]], [[1.0, 0.0]], [[2.0, 0.0]], [[3.0, 0.0]]])
    found = true + np.array([0.0, 0.4, 1.1, 0.0])[:, None, None] * [1, 0]

    assert horizon(found, true, 2.0, 0.5) == 2
    assert horizon(found, true, 2.0, 0.6) == 4
    hidden = true.copy()
    hidden[2] = NONE
    assert horizon(found, hidden, 2.0, 0.5) == 4, "what is out of sight does not count"
    lost = true.copy()
    lost[1] = NONE
    assert horizon(lost, true, 2.0, 0.5) == 1, "what was not found has failed"
    with pytest.raises(InputError):
        horizon(found[:2], true, 1.0, 0.5)


def test_constant_speed_is_carried_on():
    earlier = np.array([[[0.0, 0.0]], [[1.0, 2.0]]])

    assert extrapolated(earlier, 2).tolist() == [[[2, 4]], [[3, 6]]]


def test_action_following_is_zero_when_right_and_one_when_still():
    true = np.array([[[0.0, 0.0]], [[3.0, 4.0]], [[3.0, 4.0]], [[6.0, 8.0]]])

    assert action_following(true, true) == 0
    assert action_following(np.zeros_like(true), true) == pytest.approx(1)
    assert action_following(-true, true) == pytest.approx(2)
    half = true / 2
    half[1] = NONE
    assert action_following(half, true) == pytest.approx(0.5), "only the last step is known and moves"
    assert math.isnan(action_following(true[:2] * 0, true[:2] * 0))


def test_controllability_is_a_share_of_the_true_difference():
    a, b = np.zeros((2, 4, 4, 3), np.uint8), np.full((2, 4, 4, 3), 40, np.uint8)

    assert controllability(a, b, a, b) == 1
    assert controllability(a, a, a, b) == 0
    assert controllability(a, b // 2, a, b) == pytest.approx(0.5)
    with pytest.raises(InputError):
        controllability(a, b, a, a)


# ---------------------------------------------------------------- views


def turned(degrees: float) -> np.ndarray:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def test_rotation_errors_are_angles():
    assert rotation_error_deg(turned(10), turned(25)) == pytest.approx(15)
    assert rotation_error_deg(np.eye(3), np.eye(3)) == 0


def test_a_path_is_compared_from_its_first_pose_at_one_scale():
    true_turns = np.stack([turned(5 * i) for i in range(4)])
    true_places = np.array([[0, 0, 0], [1, 0, 0], [2, 1, 0], [3, 1, 0]], float)
    turn = turned(40)
    found = pose_errors(turn @ true_turns, (0.25 * true_places) @ turn.T + [5, 6, 7], true_turns, true_places)

    assert found.scale == pytest.approx(4)
    assert found.rotation_deg == pytest.approx([0] * 4, abs=1e-5)
    assert found.shift == pytest.approx([0] * 4, abs=1e-9)
    assert found.control_score == pytest.approx(1)
    lost = pose_errors(np.stack([np.eye(3)] * 4), np.zeros((4, 3)), true_turns, true_places)
    assert list(lost.rotation_deg) == pytest.approx([0, 5, 10, 15])
    assert list(lost.shift) == pytest.approx(list(np.linalg.norm(true_places, axis=1)))


def test_the_control_score_by_hand():
    assert control_score(0, 0) == 1
    assert control_score(7.5, 0.25) == pytest.approx(0.5)
    assert control_score(20, 0) == control_score(0, 0.6) == 0


def test_stability_compares_the_return_with_the_turning_point():
    assert stability(np.stack([grey(0), grey(50), grey(100), grey(60), grey(0)])) == 0
    assert stability(np.stack([grey(0), grey(100), grey(25)])) == pytest.approx(0.25)
    for frames in ([grey(0), grey(0), grey(1)], [grey(0), grey(1)]):
        with pytest.raises(InputError):
            stability(np.stack(frames))


def test_a_loop_is_closed_when_it_ends_at_its_start():
    assert loop_closure(np.stack([grey(0), grey(40), grey(80), grey(0)])) == 0
    assert loop_closure(np.stack([grey(0), grey(40), grey(80), grey(30)])) == pytest.approx(0.5)
    with pytest.raises(InputError):
        loop_closure(np.stack([grey(0)] * 3))


# ---------------------------------------------------------------- permanence and locality


def ball(x: float) -> Sighting:
    return Sighting((x, 10.0), ("red", "ball"))


TRUE = [ball(0), ball(5), None, None, None, ball(25), ball(30)]


def test_a_thing_that_comes_back_as_it_was_persists():
    assert permanence(TRUE, TRUE).holds
    late = [ball(0), ball(5), None, None, None, None, ball(30)]
    assert permanence(late, TRUE).holds


@pytest.mark.parametrize(
    ("at", "seen", "lost"),
    [
        (slice(5, 7), [None, None], {"comes_back", "in_place", "unchanged"}),
        (slice(5, 6), [Sighting((40.0, 10.0), ("red", "ball"))], {"in_place"}),
        (slice(5, 6), [Sighting((25.0, 10.0), ("blue", "ball"))], {"unchanged"}),
        (slice(3, 4), [ball(15)], {"stays_hidden"}),
    ],
)
def test_what_is_lost_of_a_thing_is_told(at, seen, lost):
    found = list(TRUE)
    found[at] = seen

    told = permanence(found, TRUE)

    assert {name for name in ("comes_back", "in_place", "unchanged", "stays_hidden") if not getattr(told, name)} == lost


def test_permanence_needs_something_hidden():
    with pytest.raises(InputError, match="0 hidden"):
        permanence([ball(0), None], [ball(0), None])


def test_edit_locality_by_hand():
    before = np.zeros((10, 10, 3), np.uint8)
    should = np.zeros((10, 10), bool)
    should[:4, :5] = True
    after = before.copy()
    after[:2, :5] = 100  # half of what should, and as much elsewhere
    after[8:, :5] = 100

    found = edit_locality(before, after, should)

    assert found.iou == pytest.approx(10 / 30)
    assert found.outside_db == pytest.approx(20 * math.log10(255 / math.sqrt(100**2 * 10 / 80)))
    assert edit_locality(before, before, np.zeros_like(should)).iou == 1
    assert edit_locality(before, before, should).outside_db == 60
