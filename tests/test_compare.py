"""Comparing what was made: real photo and clip, equal bytes, places that changed, clips of other length and rate."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from agentvid import Agent, Image, Mask, Video
from agentvid.chain.edit import SetArg
from agentvid.media.gate import take_in
from agentvid.media.types import Answer, Audio
from agentvid.report.compare import PortDiff, Shown, compare
from agentvid.report.frame_diff import CLIP_LEVELS, FrameDiff, aligned, frames_at
from agentvid.samples import CITY, COFFEE
from agentvid.store.objects import ObjectStore

RED = (220, 30, 30)


@pytest.fixture
def photo(store: ObjectStore) -> np.ndarray:
    """The real photo, uint8 (400, 600, 3)."""
    return np.array(store.image(take_in(COFFEE, store)))


def only(a: Shown, b: Shown, store: ObjectStore, language: str = "en") -> PortDiff:
    (found,) = compare(a, b, store, language).ports
    return found


def clip_of(number: int, **facts) -> Video:
    return Video(artifact=f"{number:x}".zfill(64), mime="video/mp4", bytes=1, width=64, height=48, **facts)


# ---------------------------------------------------------------- pictures


def test_the_same_bytes_are_told_as_the_same(store: ObjectStore):
    picture = take_in(COFFEE, store)
    found = only(Shown.of(picture), Shown.of(picture), store)
    assert (found.is_same, found.told, found.measured) == (True, ("the same bytes",), None)
    assert only(Shown.of(picture), Shown.of(picture), store, "zh").told == ("字节完全相同",)


def test_a_changed_place_is_found_and_drawn(store: ObjectStore, photo: np.ndarray):
    changed = photo.copy()
    changed[100:180, 200:320] = RED
    changed[5, 5] = RED  # one stray pixel is no place
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[90:190, 190:330] = 255
    a, b = store.put_image(photo), store.put_image(changed)
    found = only(Shown.of(a), Shown.of(b, mask=store.put_mask(mask)), store)
    measured = found.measured
    assert measured is not None and not found.is_same
    assert (measured.box.x0, measured.box.y0, measured.box.x1, measured.box.y1) == (200, 100, 320, 180)
    assert measured.changed_share == pytest.approx((80 * 120 + 1) / (400 * 600), rel=0.02)
    assert measured.inside.psnr_db < 20 and measured.inside.ssim < 0.7
    assert measured.outside.psnr_db > 45 and measured.outside.ssim > 0.99
    error = np.mean((photo.astype(float) - changed) ** 2)
    assert measured.whole.psnr_db == pytest.approx(10 * np.log10(255**2 / error), abs=1e-6)
    assert "within (200, 100) – (320, 180)" in found.told[0] and "outside the mask PSNR" in found.told[0]
    heat = store.image(found.heat).astype(int)
    assert heat[140, 260].sum() > 2 * heat[300, 500].sum()
    sheet = store.image(found.side_by_side)
    assert sheet.shape == (400, 600 * 2 + 8, 3)
    assert (sheet[300, :600] == photo[300]).all() and (sheet[140, 608 + 260] == RED).all()


def test_what_no_eye_sees_is_no_change(store: ObjectStore, photo: np.ndarray):
    nearly = np.clip(photo.astype(int) + 3, 0, 255).astype(np.uint8)
    found = only(Shown.of(store.put_image(photo)), Shown.of(store.put_image(nearly)), store, "zh")
    assert found.measured.box is None and found.measured.changed_share == 0
    assert found.told[0].startswith("没有可见变化；PSNR 38")


def test_other_sizes_are_scaled_and_told(store: ObjectStore, photo: np.ndarray):
    half = cv2.resize(photo, (300, 200), interpolation=cv2.INTER_AREA)
    for was, now in ((photo, half), (half, photo)):
        found = only(Shown.of(store.put_image(was)), Shown.of(store.put_image(now)), store)
        assert found.told[1].startswith(f"the sizes differ: {was.shape[1]} × {was.shape[0]} and {now.shape[1]}")
        assert found.measured.whole.psnr_db > 24


# ---------------------------------------------------------------- clips


def test_a_clip_encoded_again_did_not_change(store: ObjectStore):
    clip = take_in(CITY, store)
    again = store.put_video(store.frames(clip, 0, 12), clip.fps)
    found = only(Shown.of(clip), Shown.of(again), store)
    assert found.measured.frames == 12
    assert found.measured.changed_share < 0.01
    assert found.measured.whole.psnr_db > 35
    assert "12 frames compared" in found.told[0] and found.told[1].startswith("the lengths differ")
    assert isinstance(found.side_by_side, Video)
    assert (found.side_by_side.frames, found.side_by_side.width) == (12, 640 * 2 + 8)


def test_a_change_in_some_frames_of_a_clip_has_its_place(store: ObjectStore):
    clip = take_in(CITY, store)
    frames = [frame.copy() for frame in store.frames(clip, 0, 8)]
    was = store.put_video(frames, clip.fps)
    for frame in frames[3:5]:
        frame[200:264, 304:400] = RED
    found = only(Shown.of(was), Shown.of(store.put_video(frames, clip.fps)), store)
    box = found.measured.box
    assert np.abs(np.subtract((box.x0, box.y0, box.x1, box.y1), (304, 200, 400, 264))).max() <= 8
    assert found.measured.changed_share == pytest.approx(64 * 96 / (360 * 640), rel=0.1)


def test_clips_of_other_rates_are_aligned_by_time(store: ObjectStore):
    frames = list(store.frames(take_in(CITY, store), 0, 12))
    was, now = store.put_video(frames, 24), store.put_video(frames[::2], 12)
    assert aligned(was, now) == ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], True)
    assert aligned(now, was) == ([0, 2, 4, 6, 8, 10], True)
    found = only(Shown.of(now), Shown.of(was), store)
    assert found.measured.frames == 6 and found.measured.whole.psnr_db > 38
    assert found.told[1:] == ("the frame rates differ: 12 and 24 fps; aligned by time",)
    assert "按时间对齐" in only(Shown.of(now), Shown.of(was), store, "zh").told[1]


@pytest.mark.parametrize("rates", [(24, 25), (30000 / 1001, 24), (7.5, 60), (60, 7.5)])
def test_frames_aligned_by_time_never_go_back_or_past_the_end(rates: tuple[float, float]):
    one, two = (clip_of(n, fps=fps, frames=round(2 * fps) + n, seconds=2 + n / fps) for n, fps in enumerate(rates))
    numbers, by_time = aligned(one, two)
    assert by_time and len(numbers) <= one.frames and numbers[-1] < two.frames
    assert all(a <= b for a, b in pairwise(numbers))
    assert all(abs(number / two.fps - at / one.fps) < 1 / two.fps + 1e-6 for at, number in enumerate(numbers))


def test_frames_are_taken_as_they_come():
    rows = iter([np.full((1, 1, 3), n, np.uint8) for n in range(6)])
    assert [int(frame[0, 0, 0]) for frame in frames_at(rows, [0, 0, 2, 5])] == [0, 0, 2, 5]


def test_squares_add_up_over_frames():
    found = FrameDiff(CLIP_LEVELS)
    black = np.zeros((16, 16, 3), np.uint8)
    found.add(black, black)
    found.add(black, black + 30)
    assert found.measured().whole.psnr_db == pytest.approx(10 * np.log10(255**2 / 450))
    assert float(found.heat[0, 0]) == 15


# ---------------------------------------------------------------- revisions, turns, other values


def test_other_values_are_told_in_words_and_pairs_are_found_by_type(store: ObjectStore):
    picture = take_in(COFFEE, store)
    sound = Audio(artifact="a" * 64, mime="audio/wav", bytes=1, seconds=1, rate=8000)
    a = Shown(
        "turn 1", None, {"t1.s4.image": picture, "t1.s5.answer": Answer(question="?", text="yes"), "t1.s6.x": "w"}
    )
    b = Shown(
        "turn 2", None, {"t2.s3.answer": Answer(question="?", text="no"), "t2.s2.image": picture, "t2.s9.s": sound}
    )
    found = compare(a, b, store, "zh")
    assert [(port.a, port.b, port.is_same) for port in found.ports] == [
        ("t1.s4.image", "t2.s2.image", True),
        ("t1.s5.answer", "t2.s3.answer", False),
    ]
    assert found.ports[1].told == ("t1.s5.answer → t2.s3.answer：“yes” → “no”",)
    assert (found.only_a, found.only_b) == (("t1.s6.x",), ("t2.s9.s",))
    assert found.words()[0] == "计划相同"
    assert found.words()[-1] == "只在 turn 2 中：t2.s9.s"
    other = sound.model_copy(update={"artifact": "b" * 64})
    assert only(Shown.of(sound), Shown.of(other), store).told == ("other bytes",)


async def test_two_revisions_of_a_turn_are_compared_outside_the_mask():
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("make the red cup blue", COFFEE)
        await turn.branch("green")
        await turn.edit([SetArg(step="t1.s3", name="colour", value="#2e8b57")])
        found = await turn.compare("main", "green")
        assert found.plan == ("t1.s3: the argument colour: “blue” → “#2e8b57”",)
        (image,) = (port for port in found.ports if port.a == "t1.s4.image")
        assert isinstance(turn.run.port("t1.s1", "mask"), dict)
        assert image.measured.outside.psnr_db > 50 > 30 > image.measured.inside.psnr_db
        mask = agent.store.mask(Mask.model_validate(turn.run.port("t1.s1", "mask")["value"]))
        rows, columns = np.nonzero(mask)
        box = image.measured.box
        assert box.x0 >= columns.min() - 8 and box.x1 <= columns.max() + 9
        assert box.y0 >= rows.min() - 8 and box.y1 <= rows.max() + 9
        assert isinstance(image.side_by_side, Image)
        assert (await turn.compare("main", "green", "zh")).plan == ("t1.s3：参数 颜色：“blue” → “#2e8b57”",)
        same = await turn.compare(turn, "green")
        assert all(port.is_same for port in same.ports) and same.words()[0] == "the plans are the same"
