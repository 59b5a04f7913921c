"""The classical engine on clips: things followed and edited, frames in between, other times, steadiness, joins."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.compose import compose
from agentvid.engines.classical.edit_clip import edit_video
from agentvid.engines.classical.extend import extend_video
from agentvid.engines.classical.follow import Follower
from agentvid.engines.classical.interpolate import between, interpolate
from agentvid.engines.classical.retime import plan_times, retime
from agentvid.engines.classical.stabilise import stabilise
from agentvid.engines.classical.track import pick_frame, track
from agentvid.errors import CallError, Cancelled
from agentvid.events import Progress
from agentvid.media.mask_clip import write_masks
from agentvid.media.types import (
    Adjust,
    BlurBackground,
    EditPlan,
    Image,
    Keyframe,
    Recolour,
    Remove,
    Video,
    Weather,
)
from agentvid.store.objects import ObjectStore

SIDE = 48


def texture(height, width, seed):
    """Something with large and small shapes, as pictures have."""
    random, made = np.random.default_rng(seed), np.zeros((height, width, 3))
    for grain in (4, 10, 25):
        noise = random.normal(0, 1, (height // grain + 2, width // grain + 2, 3))
        made += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * grain**0.5
    return np.clip(128 + made * 12, 0, 255).astype(np.uint8)


BEHIND = texture(160, 320, 1)
THING = np.clip(texture(SIDE, SIDE, 2) // 3 + np.array([140, 20, 20]), 0, 255).astype(np.uint8)


def shown(frame, speed=3.0, pan=1):
    """A red textured disc that moves over a panning background: the frame and its true mask."""
    rgb = BEHIND[20:140, pan * frame : pan * frame + 200].copy()
    mask = np.zeros(rgb.shape[:2], np.uint8)
    left, top = 30 + round(speed * frame), 34
    disc = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(disc, (SIDE // 2, SIDE // 2), SIDE // 2 - 1, 255, -1)
    mask[top : top + SIDE, left : left + SIDE] = disc
    rgb[mask > 0] = THING[disc > 0]
    return rgb, mask


def psnr(a, b):
    return 10 * np.log10(255**2 / max(1e-9, float(np.mean((a.astype(float) - b.astype(float)) ** 2))))


def overlap(a, b):
    return float((a & b).sum()) / max(1, int((a | b).sum()))


def request(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return EngineContext(store=ObjectStore(tmp_path_factory.mktemp("clips") / "store"))


@pytest.fixture(scope="module")
def clip(context):
    return context.store.put_video((shown(i)[0] for i in range(24)), 12)


@pytest.fixture(scope="module")
def tracked(context, clip):
    mask = context.store.put_mask(shown(12)[1])
    return track(request("track", video=clip, mask=mask, keyframe=Keyframe(frame=12, seconds=1)), context)


def frames_of(context, video):
    return list(context.store.frames(video))


# ---------------------------------------------------------------- masks and following


def test_masks_are_read_back_bit_for_bit(tmp_path, context):
    masks = [np.random.default_rng(i).integers(0, 256, (30, 44), dtype=np.uint8) for i in range(5)]
    write_masks(tmp_path / "a.mp4", iter(masks), 12)
    write_masks(tmp_path / "b.mp4", iter(masks), 12)
    video = context.store.put_file(tmp_path / "a.mp4", "video/mp4", "video")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert all((frame == mask[..., None]).all() for frame, mask in zip(frames_of(context, video), masks, strict=True))
    with pytest.raises(ValueError, match="even"):
        write_masks(tmp_path / "c.mp4", iter([masks[0][:, :-1]]), 12)
    assert not (tmp_path / "c.mp4").exists()


def test_a_thing_is_followed_both_ways_from_its_keyframe(context, tracked):
    masks = [mask[..., 0] > 127 for mask in frames_of(context, tracked.get("masks", Video))]
    fits = [overlap(mask, shown(i)[1] > 127) for i, mask in enumerate(masks)]
    assert len(masks) == 24 and min(fits) > 0.7 and float(np.mean(fits)) > 0.9
    assert "24 of 24 frames" in tracked.get("finding", str) and 0.3 < tracked.get("trust", float) <= 1


def test_a_cut_ends_the_track_and_is_said(context):
    other = texture(120, 200, 9) // 2
    video = context.store.put_video([shown(i)[0] for i in range(8)] + [other] * 4, 12)
    mask = context.store.put_mask(shown(2)[1])
    made = track(request("track", video=video, mask=mask, keyframe=Keyframe(frame=2, seconds=0.2)), context)
    masks = [mask[..., 0] for mask in frames_of(context, made.get("masks", Video))]
    assert masks[7].any() and not any(mask.any() for mask in masks[8:])
    assert "Other shots: 0.67-1.00 s" in made.get("finding", str) and "another shot" in made.warnings[0]


def test_what_vanishes_is_lost_and_not_made_up():
    rgb, mask = shown(0)
    follower = Follower(rgb, mask.astype(np.float32) / 255)
    follower.step(shown(1)[0])
    gone = [follower.step(BEHIND[20:140, i : i + 200]) for i in range(2, 6)]
    assert gone[-1].state in ("lost", "gone") and gone[-1].trust == 0 and not gone[-1].alpha.any()


def test_a_mask_of_another_size_or_empty_is_refused(context, clip):
    for mask in (np.zeros((120, 200), np.uint8), np.full((10, 10), 255, np.uint8)):
        with pytest.raises(CallError):
            track(
                request("track", video=clip, mask=context.store.put_mask(mask), keyframe=Keyframe(frame=0, seconds=0)),
                context,
            )


def test_the_picked_frame_is_the_one_that_was_asked_for(context, clip):
    first = pick_frame(request("pick_frame", video=clip, seconds=0.5), context)
    assert first.get("keyframe", Keyframe).frame == 6
    assert pick_frame(request("pick_frame", video=clip), context).get("keyframe", Keyframe).frame == 11
    given = pick_frame(request("pick_frame", video=clip, keyframe=Keyframe(frame=3, seconds=9)), context)
    assert psnr(context.store.image(given.get("image", Image)), shown(3)[0]) > 30
    with pytest.raises(CallError):
        pick_frame(request("pick_frame", video=clip, keyframe=Keyframe(frame=24, seconds=2)), context)


# ---------------------------------------------------------------- edits


def edited(context, clip, tracked, operation, **more):
    plan = EditPlan(target="disc", operations=(operation,), feather=1.0)
    asked = request("edit_video", video=clip, plan=plan, masks=tracked.get("masks", Video), **more)
    return edit_video(asked, context)


def test_recolouring_is_the_same_in_every_frame_and_only_inside(context, clip, tracked):
    made = edited(context, clip, tracked, Recolour(source="#a04040", target="#2040c0"))
    means = []
    for i, (frame, before) in enumerate(
        zip(frames_of(context, made.get("video", Video)), frames_of(context, clip), strict=True)
    ):
        inside = cv2.erode(shown(i)[1], np.ones((15, 15))) > 0
        outside = cv2.dilate(shown(i)[1], np.ones((25, 25))) == 0
        means.append(frame[inside].mean(0))
        assert psnr(frame[outside], before[outside]) > 33
    assert all(mean[2] > mean[0] + 40 for mean in means) and float(np.ptp(means, axis=0).max()) < 12


def test_what_is_removed_shows_what_other_frames_saw_there(context, clip, tracked):
    made = edited(context, clip, tracked, Remove(grow=4), keyframe=Keyframe(frame=12, seconds=1))
    fits = [
        psnr(frame[shown(i)[1] > 0], BEHIND[20:140, i : i + 200][shown(i)[1] > 0])
        for i, frame in enumerate(frames_of(context, made.get("video", Video)))
    ]
    assert min(fits) > 20 and float(np.mean(fits)) > 24, "of what was behind the disc all was seen in other frames"
    assert "% of what is behind was seen" in made.get("finding", str)


def test_a_blurred_background_leaves_the_thing_sharp(context, clip, tracked):
    frame = frames_of(context, edited(context, clip, tracked, BlurBackground(radius=5)).get("video", Video))[5]
    inside, outside = cv2.erode(shown(5)[1], np.ones((11, 11))) > 0, cv2.dilate(shown(5)[1], np.ones((25, 25))) == 0
    sharp = np.abs(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    before = np.abs(cv2.Laplacian(cv2.cvtColor(shown(5)[0], cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    assert sharp[outside].mean() < 0.5 * before[outside].mean() and sharp[inside].mean() > 0.6 * before[inside].mean()


def test_plan_masks_and_keyframe_each_change_the_result(context, clip, tracked):
    first, second = (Recolour(source="#a04040", target=colour) for colour in ("#2040c0", "#20c040"))
    base = edited(context, clip, tracked, first)
    assert edited(context, clip, tracked, second).get("video", Video) != base.get("video", Video)
    whole = edit_video(request("edit_video", video=clip, plan=EditPlan(target="x", operations=(first,))), context)
    assert whole.get("video", Video) != base.get("video", Video) and "no masks" in " ".join(whole.warnings)
    other = edited(context, clip, tracked, first, keyframe=Keyframe(frame=2, seconds=0))
    assert other.get("image", Image) != base.get("image", Image)
    assert edited(context, clip, tracked, first).outputs == base.outputs


def test_edits_that_can_not_be_made_are_refused(context, clip, tracked):
    removal = EditPlan(target="x", operations=(Remove(),))
    shorter = context.store.put_video((shown(i)[0] for i in range(4)), 12)
    with pytest.raises(CallError, match="no masks"):
        edit_video(request("edit_video", video=clip, plan=removal), context)
    with pytest.raises(CallError, match="masks of"):
        edit_video(request("edit_video", video=shorter, plan=removal, masks=tracked.get("masks", Video)), context)


def test_whole_frames_are_edited_without_masks(context, clip):
    def made(operation):
        plan = EditPlan(target="picture", operations=(operation,))
        video = edit_video(request("edit_video", video=clip, plan=plan), context).get("video", Video)
        return np.stack([frame.astype(float) for frame in context.store.frames(video)])

    before = np.stack([frame.astype(float) for frame in context.store.frames(clip)])
    assert made(Adjust(brightness=0.4, part="picture")).mean() > before.mean() + 2
    assert np.abs(made(Weather(kind="rain", part="picture")) - before).mean() > 2


def test_work_on_clips_tells_how_far_it_is_and_stops_when_asked(context, clip, tracked):
    told = []
    watched = EngineContext(store=context.store, emit=told.append)
    retime(request("retime", video=clip, reverse=True), watched)
    assert len([event for event in told if isinstance(event, Progress)]) >= clip.frames
    stopped = EngineContext(store=context.store, cancelled=lambda: True)
    for task, inputs in ((retime, {}), (stabilise, {}), (interpolate, {}), (extend_video, {"seconds": 0.5})):
        with pytest.raises(Cancelled):
            task(request(task.__name__, video=clip, **inputs), stopped)


# ---------------------------------------------------------------- frames in between


def test_a_frame_in_between_is_better_than_either_neighbour_or_their_mixture():
    first, middle, second = (shown(i, speed=2.0)[0] for i in (0, 3, 6))
    drawn = between(first, second, 0.5)
    mixed = np.rint((first.astype(float) + second) / 2)
    assert psnr(drawn, middle) > max(psnr(first, middle), psnr(mixed, middle)) + 2
    assert psnr(between(first, second, 0.01), first) > psnr(drawn, first) + 3


def test_slow_motion_and_a_higher_rate(context, clip):
    slow = interpolate(request("interpolate", video=clip, factor=2.0, slow=True), context).get("video", Video)
    dense = interpolate(request("interpolate", video=clip, factor=2.0, slow=False), context).get("video", Video)
    assert (slow.frames, slow.fps, dense.frames, dense.fps) == (47, 12, 47, 24)


def test_two_pictures_become_a_second(context):
    images = [context.store.put_image(shown(i)[0]) for i in (0, 2)]
    made = interpolate(request("interpolate", images=images, factor=24.0), context).get("video", Video)
    assert made.frames == 25
    with pytest.raises(CallError):
        interpolate(request("interpolate", images=images[:1]), context)


def test_a_cut_is_not_bridged(context):
    video = context.store.put_video([shown(0)[0]] * 5 + [texture(120, 200, 9) // 2] * 5, 12)
    made = interpolate(request("interpolate", video=video, factor=2.0), context)
    frames = frames_of(context, made.get("video", Video))
    assert psnr(frames[9], frames[8]) > 30 and "frames 5" in made.warnings[-1]


# ---------------------------------------------------------------- other times


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({"speed": 2}, [0, 2, 4, 6, 8]),
        ({"speed": 0.5, "stop": 3}, [0, 0, 1, 1, 2, 2]),
        ({"reverse": True, "stop": 4}, [3, 2, 1, 0]),
        ({"loops": 2, "stop": 3}, [0, 1, 2, 0, 1, 2]),
        ({"loops": 2, "way": "ping-pong", "stop": 3}, [0, 1, 2, 1, 0, 1, 2, 1]),
        ({"freeze": 1, "hold_seconds": 0.3, "stop": 3}, [0, 1, 1, 1, 2]),
    ],
)
def test_which_frames_are_shown(asked, numbers):
    asked = {"stop": 10, **asked}
    assert list(plan_times(0, fps=10, **asked).numbers) == numbers


def test_a_crossfaded_loop_closes_without_a_jump(context, clip):
    made = retime(request("retime", video=clip, loops=2.0, way="crossfade"), context)
    frames = frames_of(context, made.get("video", Video))
    period = len(frames) // 2
    assert len(frames) % 2 == 0
    steps = [psnr(a, b) for a, b in itertools.pairwise(frames)]
    assert steps[period - 1] > min(steps[: period - 1]) - 1, "the seam is no larger a step than the others"


def test_backwards_is_the_clip_turned_round(context, clip):
    made = retime(request("retime", video=clip, reverse=True, start=0.5, end=1.5), context)
    frames, source = (frames_of(context, video) for video in (made.get("video", Video), clip))
    assert len(frames) == 12 and psnr(frames[0], source[17]) > 30 and psnr(frames[-1], source[6]) > 30
    assert "backwards" in made.get("finding", str) and "0.50 to 1.50" in made.get("finding", str)


@pytest.mark.parametrize(
    "asked",
    [{"speed": 9.0}, {"speed": 0.1}, {"loops": 0.0}, {"way": "spiral"}, {"start": 1.5, "end": 1.0}, {"freeze": 9.0}],
)
def test_times_that_can_not_be_are_refused(context, clip, asked):
    with pytest.raises(CallError):
        retime(request("retime", video=clip, **asked), context)


def test_a_longer_clip_goes_on_and_comes_back_without_a_jump(context):
    video = context.store.put_video((BEHIND[20:140, 2 * i : 2 * i + 200] for i in range(20)), 10)
    made = extend_video(request("extend_video", video=video, seconds=0.5, before=0.3, loop_back=True), context)
    frames = frames_of(context, made.get("video", Video))
    assert len(frames) == (3 + 20 + 5) * 2 - 2
    steps = [psnr(a, b) for a, b in itertools.pairwise([*frames, frames[0]])]
    assert min(steps) > float(np.median(steps)) - 4
    assert 0 < made.get("trust_seconds", float) <= 0.5
    with pytest.raises(CallError):
        extend_video(request("extend_video", video=video), context)


# ---------------------------------------------------------------- steadiness, joins


def test_a_shaky_clip_is_steadied_within_the_zoom_it_may_use(context):
    random = np.random.default_rng(0)
    shake = random.normal(0, 2, (20, 2))
    wide = cv2.resize(BEHIND, (640, 320), interpolation=cv2.INTER_CUBIC)
    frames = [cv2.getRectSubPix(wide, (240, 160), (200 + 2 * i + x, 160 + y)) for i, (x, y) in enumerate(shake)]
    video = context.store.put_video(frames, 10)
    made = stabilise(request("stabilise", video=video, seconds=1.0, zoom=1.3), context)
    before, after = (float(part.split()[0]) for part in made.get("finding", str).removeprefix("Shake ").split("now "))
    assert before > 3 and after < 0.35 * before
    assert 1 < made.get("zoom", float) <= 1.3
    held = stabilise(request("stabilise", video=video, seconds=1.0, zoom=1.0), context)
    assert held.get("zoom", float) == 1 and "smoothed by 0% only" in " ".join(held.warnings)


def test_a_clip_fades_into_the_next(context, clip):
    bright = context.store.put_video([np.full((120, 200, 3), 230, np.uint8)] * 12, 12)
    made = compose(request("compose", clips=[clip, bright], layout="fade", fade=0.5), context).get("video", Video)
    frames = frames_of(context, made)
    assert made.frames == 24 + 12 - 6
    levels = [float(frame.mean()) for frame in frames[16:26]]
    assert levels == sorted(levels) and levels[0] < 150 and levels[-1] > 225


def test_a_picture_in_a_picture(context, clip):
    bright = context.store.put_image(np.full((60, 100, 3), 230, np.uint8))
    asked = {"clips": [clip], "stills": [bright], "layout": "inset"}
    made = compose(request("compose", **asked, corner="upper left", share=0.4), context).get("video", Video)
    frame = frames_of(context, made)[3]
    assert made.frames == 24 and frame[20:50, 20:80].min() > 215 and psnr(frame[60:, 100:], shown(3)[0][60:, 100:]) > 28
    other = compose(request("compose", **asked, corner="lower right", share=0.4), context).get("video", Video)
    assert other != made
    with pytest.raises(CallError):
        compose(request("compose", **asked, corner="middle"), context)


def test_a_picture_inside_a_mask_of_another_and_every_pixel_outside_as_it_was(context):
    noise = np.random.default_rng(5).integers(0, 256, (40, 60, 3), np.uint8)
    under, over = context.store.put_image(noise), context.store.put_image(np.full((40, 60, 3), 9, np.uint8))
    inside = np.zeros((40, 60), np.uint8)
    inside[10:20, 10:30], inside[20:30, 10:30] = 255, 128
    mask = context.store.put_mask(inside)
    made = compose(request("compose", stills=[over, under], layout="inside", mask=mask), context).get("image", Image)
    pixels = context.store.image(made)
    assert (pixels[inside == 0] == noise[inside == 0]).all() and (pixels[10:20, 10:30] == 9).all()
    assert np.abs(pixels[20:30, 10:30] - (noise[20:30, 10:30] + 9.0) / 2).max() < 2
    for refused in ({"stills": [over]}, {"stills": [over, under], "clips": [context.store.put_video([noise] * 2, 12)]}):
        with pytest.raises(CallError):
            compose(request("compose", **refused, layout="inside", mask=mask), context)
    with pytest.raises(CallError, match="no mask"):
        compose(request("compose", stills=[over, under], layout="inside"), context)
