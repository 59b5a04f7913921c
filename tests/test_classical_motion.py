"""The classical engine's moving pictures: views of one picture, walks over one, clips carried on, clips joined."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.classical.camera import (
    exp_homography,
    fly_within,
    log_homography,
    pose_at,
    smooth_through,
)
from agentvid.engines.classical.compose import compose
from agentvid.engines.classical.future import forecast, future_frames
from agentvid.engines.classical.ground import draw_track, lay_track, navigate, render_walk
from agentvid.engines.classical.layers import build_scene, fill_behind
from agentvid.engines.classical.motion import Way, after_last_cut, fit_motion, observe, predict
from agentvid.engines.classical.parallax import novel_view, render_views
from agentvid.errors import CallError, Cancelled
from agentvid.events import Progress
from agentvid.media.types import Action, Actions, CameraPath, CameraPose, Depth, Image, Keyframe, Point, Video
from agentvid.plugins import builtin_folder, tools_in
from agentvid.store.objects import ObjectStore

CITY = Path(__file__).parent.parent / "agentvid" / "samples" / "city.mp4"


def psnr(a, b):
    error = float(np.mean((a.astype(float) - b.astype(float)) ** 2))
    return 99.0 if error == 0 else 10 * math.log10(255**2 / error)


def textured(height=120, width=160, seed=0, grain=4):
    noise = np.random.default_rng(seed).integers(0, 256, (height // grain + 1, width // grain + 1, 3), dtype=np.uint8)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


def panning(count, speed=(1.5, 0.5), seed=0):
    wide = textured(240, 320, seed)
    return [cv2.getRectSubPix(wide, (160, 120), (110 + speed[0] * i, 110 + speed[1] * i)) for i in range(count)]


def subject():
    """A dull picture with a bright green disc in its middle, and the disc's mask."""
    rgb = textured() // 3
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.circle(mask, (80, 66), 22, 255, -1)
    rgb[mask > 0] = (20, 230, 40)
    return rgb, mask


def green(rgb):
    return (rgb[..., 1] > 150) & (rgb[..., 0] < 110) & (rgb[..., 2] < 120)


def path(kind="orbit", **end):
    return CameraPath(kind=kind, poses=(CameraPose(seconds=0), CameraPose(seconds=1, **end)))


def request(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


@pytest.fixture
def context(tmp_path):
    return EngineContext(store=ObjectStore(tmp_path / "store"))


def frames_of(context, video):
    return list(context.store.frames(video))


# ---------------------------------------------------------------- camera


def test_interpolation_starts_and_ends_at_rest_and_never_overshoots():
    at = np.linspace(0, 3, 301)
    values = smooth_through([0, 1, 2, 3], [0, 5, 5, 9], at)
    assert values.min() >= 0 and values.max() <= 9
    assert (np.diff(values) > -1e-9).all()
    assert abs(values[1] - values[0]) < 0.01 and abs(values[-1] - values[-2]) < 0.01
    assert values[100] == pytest.approx(5) and np.allclose(values[100:200], 5)


def test_zoom_is_interpolated_by_ratio():
    assert pose_at(path(zoom=4), 0.5).zoom == pytest.approx(2)


def test_a_path_that_asks_too_much_is_scaled_and_said():
    flown, said = fly_within(path(yaw_deg=-90, truck=0.1))
    assert flown.poses[-1].yaw_deg == pytest.approx(-18) and flown.poses[-1].truck == pytest.approx(0.1)
    assert said == ["asked yaw -90 deg, flown -18: one picture shows no more"]


def test_a_modest_path_is_flown_as_asked():
    asked = path(yaw_deg=12, dolly=0.2, zoom=1.5, roll_deg=20)
    assert fly_within(asked) == (asked, [])


def test_a_full_turn_becomes_a_swing_there_and_back():
    flown, said = fly_within(path(yaw_deg=-360))
    yaws = [pose.yaw_deg for pose in flown.poses]
    assert yaws[0] == yaws[-1] == 0 and min(yaws) < -15 and max(yaws) > 15 and yaws[1] < 0
    assert flown.seconds == 1 and "360" in said[0]


def test_homography_logarithm_undoes_the_exponential():
    h = np.array([[1.05, 0.02, 0.1], [-0.03, 0.98, -0.05], [0.02, 0.01, 1.0]])
    back = exp_homography(log_homography(h))
    assert np.allclose(back / back[2, 2], h, atol=1e-9)
    half = exp_homography(log_homography(h) / 2)
    assert np.allclose(half @ half, exp_homography(log_homography(h)))


# ---------------------------------------------------------------- views of one picture


def test_the_first_frame_of_a_flight_is_the_picture():
    rgb, mask = subject()
    for scene in (build_scene(rgb), build_scene(rgb, mask)):
        assert psnr(next(render_views(scene, path(yaw_deg=20), 12)), rgb) > 35


def test_an_orbit_keeps_the_subject_and_moves_the_background_with_the_camera():
    rgb, mask = subject()
    rgb[:12, 70:90] = (255, 0, 255)
    last = list(render_views(build_scene(rgb, mask), path(yaw_deg=20), 4))[-1]
    xs = np.nonzero(green(last))[1]
    far = np.nonzero((last[..., 0] > 150) & (last[..., 2] > 150) & (last[..., 1] < 90))[1]
    assert abs(xs.mean() - 80) < 5
    assert far.mean() > xs.mean() + 1, "what is behind slides towards the side the camera moves to"


def test_without_a_mask_there_is_no_subject_layer():
    rgb, mask = subject()
    views = [list(render_views(scene, path(yaw_deg=20), 4))[-1] for scene in (build_scene(rgb), build_scene(rgb, mask))]
    assert psnr(*views) < 30


def test_what_a_mask_misses_of_a_thing_stays_with_it():
    rgb, mask = subject()
    top, columns = int(np.nonzero(mask)[0].min()), slice(74, 87)
    rgb[top - 6 : top, columns] = (250, 0, 250)
    last = list(render_views(build_scene(rgb, mask), path(yaw_deg=18), 4))[-1]
    rim = (last[..., 0] > 150) & (last[..., 2] > 150) & (last[..., 1] < 90)
    below = np.nonzero(rim)[0].max() + 1
    gap = int(np.nonzero(green(last)[:, np.nonzero(rim)[1].min() + 2])[0].min()) - below
    assert rim.sum() > 40 and abs(gap) <= 3


def test_a_filled_hole_leaves_the_rest_alone():
    rgb, mask = subject()
    filled = fill_behind(rgb, mask > 0)
    assert (filled[mask == 0] == rgb[mask == 0]).all() and not green(filled).any()


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("orbit", {"yaw_deg": 18, "pitch_deg": 15}),
        ("look", {"yaw_deg": -12, "roll_deg": 30}),
        ("orbit", {"dolly": -0.4}),
    ],
)
def test_nothing_black_shows_and_motion_is_smooth(kind, end):
    bright = np.full((120, 160, 3), 200, np.uint8) + textured() // 8
    mask = np.zeros((120, 160), np.uint8)
    mask[40:90, 60:100] = 255
    views = list(render_views(build_scene(bright, mask), path(kind, **end), 24))
    assert min(int(view.min()) for view in views) > 120
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in itertools.pairwise(views)]
    assert max(steps) < 4 * (float(np.mean(steps)) + 0.1)


def test_a_true_depth_map_moves_near_pixels_more():
    rgb = textured(seed=3) // 3
    rgb[30:60, 30:50], rgb[30:60, 110:130] = (250, 0, 0), (0, 0, 250)
    near = np.full((120, 160), 0.3, np.float32)
    near[30:60, 30:50] = 1.0
    first, *_, last = list(render_views(build_scene(rgb, nearness=near), path(truck=0.1), 4))
    moved = {}
    for channel in (0, 2):
        at = [
            np.nonzero(view[..., channel].astype(int) - view[..., 2 - channel] > 150)[1].mean()
            for view in (first, last)
        ]
        moved[channel] = at[0] - at[1]
    assert (first == rgb).all()
    assert moved[0] > moved[2] + 3


def test_views_are_the_same_every_time():
    rgb, mask = subject()
    first, second = (list(render_views(build_scene(rgb, mask), path(yaw_deg=9), 3)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_novel_view_gives_a_clip_the_depth_and_the_flown_path(context):
    rgb, mask = subject()
    result = novel_view(
        request(
            "novel_view",
            image=context.store.put_image(rgb),
            mask=context.store.put_mask(mask),
            path=path(yaw_deg=90),
            fps=8.0,
        ),
        context,
    )
    video, depth = result.get("video", Video), result.get("depth", Depth)
    assert (video.width, video.height, video.frames, video.fps) == (160, 120, 8, 8)
    near = context.store.depth(depth)
    assert near.shape == (120, 160) and near.max() == 65535 and near[66, 80] > near[20, 10]
    assert result.get("path", CameraPath).poses[-1].yaw_deg == pytest.approx(18)
    assert any("90 deg" in text for text in result.warnings)


def test_zooming_in_about_a_subject_that_is_aside_brings_it_nearer_where_it_is(context):
    rgb = textured(120, 160) // 3
    mask = np.zeros(rgb.shape[:2], np.uint8)
    cv2.circle(mask, (120, 30), 12, 255, -1)
    rgb[mask > 0] = (20, 230, 40)
    still = context.store.put_image(rgb), context.store.put_mask(mask)
    zoom = CameraPath(kind="orbit", poses=(CameraPose(seconds=0), CameraPose(seconds=1, zoom=2)))
    result = novel_view(request("novel_view", image=still[0], mask=still[1], path=zoom, fps=4.0), context)
    *_, last = context.store.frames(result.get("video", Video))
    rows, columns = np.nonzero((last[..., 1] > 150) & (last[..., 0] < 120))
    assert abs(columns.mean() - 120) < 3 and abs(rows.mean() - 30) < 3
    assert len(rows) > 3 * (mask > 0).sum()


def test_zooming_out_shows_the_picture_smaller_and_says_what_is_made_up(context):
    rgb, mask = subject()
    out = CameraPath(kind="orbit", poses=(CameraPose(seconds=0), CameraPose(seconds=1, zoom=0.85)))
    image = context.store.put_image(rgb)
    result = novel_view(request("novel_view", image=image, path=out, fps=4.0), context)
    *_, last = context.store.frames(result.get("video", Video))
    green = (last[..., 1] > 150) & (last[..., 0] < 120)
    assert green.sum() < 0.8 * (mask > 0).sum()
    assert any("beyond the picture" in warning for warning in result.warnings)


def test_a_camera_that_only_turns_in_place_uses_no_depth(context):
    image = context.store.put_image(textured())
    depth = context.store.put_depth(np.full((120, 160), 9000, np.uint16))
    tilt = path(pitch_deg=5, kind="look")
    without = novel_view(request("novel_view", image=image, path=tilt, fps=4.0), context)
    given = novel_view(request("novel_view", image=image, path=tilt, depth=depth, fps=4.0), context)
    assert without.maybe("depth", Depth) is None and given.maybe("depth", Depth) is None
    assert without.get("video", Video) == given.get("video", Video)
    assert any("is not used" in warning for warning in given.warnings)


def test_novel_view_caps_the_frame_and_gives_back_a_given_depth(context):
    rgb = np.full((20, 1501, 3), 90, np.uint8)
    depth = context.store.put_depth(np.full((20, 1501), 9000, np.uint16))
    result = novel_view(
        request("novel_view", image=context.store.put_image(rgb), path=path(truck=0.1), depth=depth, fps=2.0), context
    )
    video = result.get("video", Video)
    assert video.width == 1280 and video.height % 2 == 0
    assert result.get("depth", Depth) == depth
    assert any("1280" in text for text in result.warnings)


def test_novel_view_refuses_an_empty_or_foreign_mask(context):
    rgb, mask = subject()
    image = context.store.put_image(rgb)
    for wrong in (np.zeros_like(mask), mask[:50]):
        with pytest.raises(CallError):
            novel_view(
                request("novel_view", image=image, path=path(yaw_deg=9), mask=context.store.put_mask(wrong)), context
            )


# ---------------------------------------------------------------- walks


def moves(*told):
    return Actions(actions=tuple(Action(move=move, amount=amount, seconds=1) for move, amount in told))


def test_a_track_goes_where_the_moves_say():
    track = lay_track(moves(("forward", 4), ("turn_right", 90), ("forward", 2)).actions, Point(x=100, y=180), 200, 10)
    assert (track.x[-1], track.y[-1]) == (pytest.approx(120), pytest.approx(140))
    assert track.heading_deg[-1] == pytest.approx(90)
    turn = lay_track(moves(("turn_left", 90), ("back", 1)).actions, Point(x=100, y=180), 200, 10)
    assert turn.x[-1] == pytest.approx(110) and turn.y[-1] == pytest.approx(180)


def test_walking_forward_brings_what_is_ahead_nearer():
    rgb = np.full((200, 200, 3), 120, np.uint8)
    rgb[60:70] = (255, 0, 0)
    track = lay_track(moves(("forward", 8)).actions, Point(x=100, y=190), 200, 6)
    views = list(render_walk(rgb, track, 160, 120))
    rows = [float(np.nonzero((v[..., 0] > 190) & (v[..., 1] < 90))[0].mean()) for v in (views[0], views[-1])]
    assert rows[1] > rows[0] + 5
    assert views[0][0, 0, 2] > views[0][0, 0, 0], "the sky is blue"


def test_the_map_shows_the_way():
    rgb = np.full((200, 200, 3), 120, np.uint8)
    track = lay_track(moves(("forward", 10)).actions, Point(x=100, y=190), 200, 10)
    changed = (draw_track(rgb, track) != rgb).any(axis=2)
    assert changed[100:190, 100].all() and not changed[:, :80].any() and not changed[:80].any()


def test_navigate_gives_clip_map_and_the_used_start(context):
    image = context.store.put_image(textured())
    result = navigate(request("navigate", image=image, actions=moves(("forward", 30)), fps=6.0), context)
    video, drawn, start = result.get("video", Video), result.get("map", Image), result.get("start", Point)
    assert (video.width, video.height, video.frames) == (160, 120, 6)
    assert (drawn.width, drawn.height) == (160, 120) and drawn.artifact != image.artifact
    assert (start.x, start.y) == (79.5, 119)
    told = " ".join(result.warnings)
    assert "2.5-D" in told and "20 m" in told and "leaves the picture" in told


def test_navigate_refuses_a_start_outside(context):
    image = context.store.put_image(textured())
    with pytest.raises(CallError, match="outside"):
        navigate(request("navigate", image=image, actions=moves(("forward", 1)), start=Point(x=160, y=4)), context)


# ---------------------------------------------------------------- clips carried on


def test_a_pan_is_carried_on():
    frames = panning(32)
    found = forecast(frames[:24], 8, 10)
    made = [predict(frames[23], found.motion, i + 1)[12:-12, 16:-16] for i in range(8)]
    real = [frame[12:-12, 16:-16] for frame in frames[24:]]
    assert psnr(made[0], real[0]) > 32
    assert psnr(made[-1], real[-1]) > psnr(frames[23][12:-12, 16:-16], real[-1]) + 8


def test_things_that_move_by_themselves_are_carried_on():
    still = textured(seed=4, grain=10) // 2
    ball = np.clip(textured(40, 40, seed=5, grain=10).astype(int) + 60, 0, 255).astype(np.uint8)
    frames = []
    for i in range(30):
        frame = still.copy()
        frame[40:80, 20 + i : 60 + i] = ball
        frames.append(frame)
    motion = fit_motion(observe(frames[:22]), Way("shift", True), 10)
    made = predict(frames[21], motion, 6)
    real, here = frames[27], (slice(44, 76), slice(51, 83))
    assert psnr(made[here], real[here]) > psnr(frames[21][here], real[here]) + 6
    assert psnr(made[90:], still[90:]) > 30


def test_one_frame_is_held_still():
    found = forecast([textured()], 5, 10)
    assert found.trust_frames == 0 and (predict(textured(), found.motion, 5) == textured()).all()


def test_cuts_are_found_and_motion_is_not_taken_for_one():
    frames = panning(12) + panning(9, seed=9)
    assert after_last_cut(frames) == 12
    assert after_last_cut(panning(20, speed=(4, 2))) == 0


@pytest.mark.slow
def test_a_real_clip_is_foretold_better_than_by_its_last_frame(tmp_path):
    store = ObjectStore(tmp_path)
    frames = list(store.frames(store.put_file(CITY, "video/mp4", "video")))
    found = forecast(frames[:49], 24, 25)
    made = [psnr(predict(frames[48], found.motion, i + 1), frames[49 + i]) for i in range(24)]
    copy = [psnr(frames[48], frames[49 + i]) for i in range(24)]
    assert np.mean(made) > np.mean(copy) + 7, "measured 27.3 dB against 18.2 dB"
    assert 6 <= found.trust_frames < 24
    assert abs(float(np.mean(found.curve_db)) - float(np.mean(made))) < 4, "the back-test tells what will happen"


def test_future_frames_continue_the_clip_without_a_jump(context):
    frames = panning(20)
    clip = context.store.put_video(frames, 10)
    result = future_frames(request("future_frames", video=clip, seconds=0.5), context)
    video, future = result.get("video", Video), result.get("future", Video)
    assert (video.frames, future.frames, video.fps) == (25, 5, 10)
    shown = frames_of(context, video)
    steps = [psnr(a, b) for a, b in itertools.pairwise(shown)]
    assert steps[19] > min(steps[10:19]) - 2
    assert result.get("keyframe", Keyframe) == Keyframe(frame=19, seconds=1.9)
    assert 0 < result.get("trust_seconds", float) <= 0.5
    finding = result.get("finding", str)
    assert "pans right" in finding and "dB" in finding and "of 0.5 s" in finding


def test_future_frames_start_at_a_keyframe_and_after_a_cut(context):
    clip = context.store.put_video(panning(8) + panning(12, seed=9), 10)
    key = Keyframe(frame=15, seconds=1.5)
    result = future_frames(request("future_frames", video=clip, seconds=0.3, keyframe=key), context)
    assert result.get("video", Video).frames == 16 + 3
    told = " ".join(result.warnings)
    assert "8 frames after the last cut" in told and "4 real frames" in told


def test_future_of_a_single_frame_is_not_trusted(context):
    result = future_frames(
        request("future_frames", video=context.store.put_video([textured()], 10), seconds=0.4), context
    )
    assert result.get("trust_seconds", float) == 0 and "held still" in result.get("finding", str)


@pytest.mark.parametrize("wrong", [{"seconds": 31.0}, {"seconds": 0.0}, {"keyframe": Keyframe(frame=3, seconds=0.3)}])
def test_future_frames_refuses_what_it_can_not_do(context, wrong):
    clip = context.store.put_video([textured()] * 3, 10)
    with pytest.raises(CallError):
        future_frames(request("future_frames", **{"video": clip, "seconds": 1.0, **wrong}), context)


# ---------------------------------------------------------------- joining


def plain(context, value, count=6, fps=6, size=(60, 80)):
    return context.store.put_video([np.full((*size, 3), value, np.uint8)] * count, fps)


def test_clips_and_stills_beside_each_other(context):
    still = context.store.put_image(np.full((30, 20, 3), 240, np.uint8))
    result = compose(request("compose", clips=[plain(context, 40), plain(context, 200, 3, 3)], stills=[still]), context)
    video = result.get("video", Video)
    assert (video.height, video.width, video.frames, video.fps) == (60, 80 + 8 + 80 + 8 + 40, 6, 6)
    row = frames_of(context, video)[5][30, :, 0].astype(int)
    assert [abs(row[x] - value) < 8 for x, value in ((40, 40), (84, 128), (130, 200), (200, 240))] == [True] * 4
    assert any("6" in text and "3" in text and "fps" in text for text in result.warnings)


def test_a_shorter_clip_holds_its_last_frame(context):
    ramp = context.store.put_video([np.full((60, 80, 3), value, np.uint8) for value in (40, 120, 200)], 6)
    result = compose(request("compose", clips=[plain(context, 40), ramp], layout="above"), context)
    shown = frames_of(context, result.get("video", Video))
    assert len(shown) == 6 and shown[0].shape == (128, 80, 3)
    assert [abs(int(shown[i][100, 40, 0]) - value) < 8 for i, value in ((0, 40), (1, 120), (5, 200))] == [True] * 3
    assert any("last frame is held" in text for text in result.warnings)


def test_stills_alone_make_a_picture_or_a_slideshow(context):
    stills = [context.store.put_image(np.full((40, 60, 3), value, np.uint8)) for value in (50, 250)]
    beside = compose(request("compose", stills=stills), context)
    assert beside.maybe("video", Video) is None and beside.get("image", Image).width == 128
    show = compose(request("compose", stills=stills, layout="then"), context).get("video", Video)
    assert show.seconds == pytest.approx(4)
    values = [int(frame[20, 30, 0]) for frame in frames_of(context, show)]
    assert values[0] < 58 and values[-1] > 242 and 100 < values[44] < 200


def test_one_after_the_other_letterboxes(context):
    result = compose(
        request("compose", clips=[plain(context, 200), plain(context, 200, size=(60, 40))], layout="then"), context
    )
    shown = frames_of(context, result.get("video", Video))
    assert len(shown) == 12 and shown[0][30, 4, 0] > 180 and shown[11][30, 4, 0] < 30 and shown[11][30, 40, 0] > 180
    assert any("letterboxed" in text for text in result.warnings)


@pytest.mark.parametrize("wrong", [{}, {"layout": "under"}])
def test_compose_refuses_nothing_and_unknown_layouts(context, wrong):
    with pytest.raises(CallError):
        compose(
            request("compose", **({"stills": [context.store.put_image(textured())], **wrong} if wrong else {})), context
        )


# ---------------------------------------------------------------- all of them


def every_request(store):
    image, clip = store.put_image(textured(40, 60)), store.put_video(panning(6), 6)
    return {
        novel_view: request("novel_view", image=image, path=path(yaw_deg=5), fps=4.0),
        navigate: request("navigate", image=image, actions=moves(("forward", 1)), fps=4.0),
        future_frames: request("future_frames", video=clip, seconds=0.5),
        compose: request("compose", clips=[clip]),
    }


@pytest.mark.parametrize("adapter", [novel_view, navigate, future_frames, compose])
def test_same_input_same_bytes_and_progress(tmp_path, adapter):
    results, events = [], []
    for folder in ("a", "b"):
        store = ObjectStore(tmp_path / folder)
        results.append(adapter(every_request(store)[adapter], EngineContext(store=store, emit=events.append)))
    assert results[0] == results[1]
    told = [event for event in events if isinstance(event, Progress)]
    assert len(told) >= 8 and all(0 <= event.done <= event.total for event in told)


@pytest.mark.parametrize("adapter", [novel_view, navigate, future_frames, compose])
def test_work_can_be_cancelled_between_frames(tmp_path, adapter):
    store = ObjectStore(tmp_path)
    asked = every_request(store)[adapter]
    count = iter(range(100))
    with pytest.raises(Cancelled):
        adapter(asked, EngineContext(store=store, cancelled=lambda: next(count) >= 2))


# ---------------------------------------------------------------- tools


@dataclass
class Asked:
    """Stands for the engine that routing chose: runs the classical adapter at once."""

    adapter: object
    context: EngineContext
    name: str = "classical"

    async def run(self, **inputs) -> EngineResult:
        return self.adapter(request("task", **inputs), self.context)


@dataclass
class Reach:
    context: EngineContext
    adapter: object

    def engine(self, task):
        return Asked(self.adapter, self.context)


@pytest.fixture(scope="module")
def tools():
    return tools_in(builtin_folder("tools"))


@pytest.mark.parametrize("name", ["novel_view", "navigate", "future_frames", "compose"])
def test_every_parameter_of_the_tools_is_explained(tools, name):
    assert all(parameter.doc for parameter in tools[name].parameters)
    assert tools[name].tasks == (name,)


async def test_tools_return_their_ports(tools, context):
    image, clip = context.store.put_image(textured()), context.store.put_video(panning(6), 6)
    view = await tools["novel_view"].run(Reach(context, novel_view), image=image, path=path(yaw_deg=5), fps=4)
    assert view.video.frames == 4 and view.depth.width == 160
    walk = await tools["navigate"].run(Reach(context, navigate), image=image, actions=moves(("wait", 1)), fps=4)
    assert walk.map.width == 160 and walk.start.y == 119
    future = await tools["future_frames"].run(Reach(context, future_frames), video=clip, seconds=0.5)
    assert future.future.frames == 3 and future.finding
    joined = await tools["compose"].run(Reach(context, compose), clips=[clip], stills=[image])
    assert joined.image is None and joined.video.width == 328


async def test_tools_refuse_before_any_engine_runs(tools, context):
    image, clip = context.store.put_image(textured()), context.store.put_video(panning(2), 6)
    long = CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=61)))
    for name, wrong in (
        ("novel_view", {"image": image, "path": long}),
        ("novel_view", {"image": image, "path": path(yaw_deg=5), "fps": 0}),
        ("navigate", {"image": image, "actions": moves(("wait", 1)), "start": Point(x=-1, y=0)}),
        ("future_frames", {"video": clip, "seconds": 99}),
        ("compose", {}),
        ("compose", {"clips": [clip], "layout": "round"}),
    ):
        with pytest.raises(CallError) as told:
            await tools[name].run(Reach(context, None), **wrong)
        assert told.value.given and told.value.expected and told.value.do


def test_behind_what_stands_in_front_only_the_surroundings_are_filled_in():
    rgb = np.full((120, 200, 3), (70, 120, 90), np.uint8)
    rgb[::7] = (60, 100, 80)
    near = np.full((120, 200), 0.2, np.float32)
    rgb[20:100, 60:140], near[20:100, 60:140] = (220, 30, 30), 0.8
    scene = build_scene(rgb, None, near)
    shown = scene.plate[scene.margin + 20 : scene.margin + 100, scene.margin + 60 : scene.margin + 140]
    assert shown[..., 0].max() < 110
