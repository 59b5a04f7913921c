"""Does a clip follow corrected evidence? By its frames: how it moves, where it goes on from, what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.chain.step import Step
from agentvid.evals.intervened import Finding, Intervened
from agentvid.evals.obeyed_still import psnr
from agentvid.media.types import Actions, CameraPath, Depth, Image, Keyframe, Mask, Point, Video

__all__ = ["Motion", "judge_future", "judge_joined", "judge_view", "judge_walk", "motion_of"]

_WIDTH: Final = 320
_SHARE: Final = 1 / 3
"""How far into a clip its motion is measured from the first frame: far enough to see it, near enough to follow it."""
_LEAST_PX: Final = 0.3
_PLAIN: Final = 24
"""Grey levels by which two pictures must differ at a pixel, so that a clip's codec leaves it to be seen."""
_LEAST_DIFFERING: Final = 20
"""Pixels in which two pictures must differ visibly, so that a clip can tell which of them it shows."""
_LIKE_DB: Final = 28.0
"""PSNR from which two frames count as the same, after the codec of clips."""


@dataclass(frozen=True)
class Motion:
    """How a clip begins to move: the flow (H, W, 2) in pixels of 320 across, and its fit by a similarity.

    `fit`: to the right, downwards, growing, turning; the last two as pixels at a quarter of the width from the middle.
    """

    flow: NDArray[np.float32]
    fit: NDArray[np.float64]

    @property
    def size(self) -> float:
        """Pixels it moves by, over all."""
        return float(np.linalg.norm(self.fit))


def motion_of(first: NDArray[np.uint8], later: NDArray[np.uint8]) -> Motion:
    """Return the motion between two frames, uint8 HWC of one size.

    Source: Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search" (OpenCV's).
    """
    height = max(2, round(first.shape[0] * _WIDTH / first.shape[1]))
    one, two = (
        cv2.cvtColor(cv2.resize(frame, (_WIDTH, height), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for frame in (first, later)
    )
    empty = np.zeros((height, _WIDTH, 2), np.float32)
    dense = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = np.asarray(dense.calc(one, two, empty), np.float32)
    x, y = np.meshgrid((np.arange(_WIDTH) - _WIDTH / 2) * 4 / _WIDTH, (np.arange(height) - height / 2) * 4 / _WIDTH)
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [np.stack([ones, zeros, x, -y], -1).reshape(-1, 4), np.stack([zeros, ones, y, x], -1).reshape(-1, 4)]
    )
    values, weights = np.concatenate([flow[..., 0].ravel(), flow[..., 1].ravel()]), np.ones(2 * x.size)
    fit = np.zeros(4)
    for _ in range(6):
        fit = np.linalg.solve(
            (rows * weights[:, None]).T @ rows + 1e-9 * np.eye(4), (rows * weights[:, None]).T @ values
        )
        weights = 1 / np.maximum(np.abs(values - rows @ fit), 0.5)
    return Motion(flow, fit)


def judge_view(found: Intervened) -> Iterator[Finding]:
    """Yield whether a camera's flight follows its path, its depth, its subject and its picture."""
    for step in found.downstream("novel_view"):
        old, new = found.before(step.id, "video"), found.after(step.id, "video")
        if not isinstance(old, Video) or not isinstance(new, Video):
            continue
        if found.step.id == step.id and isinstance(found.given, CameraPath):
            yield from _opposite(found, old, new)
            yield _lasts(new, found.given.seconds)
        elif found.step.id == step.id and isinstance(found.given, Depth):
            yield _parallax(found, step, old, new)
        else:
            yield from _begins_with(found, step, new)
            yield from _about(found, step, old, new)


def judge_walk(found: Intervened) -> Iterator[Finding]:
    """Yield whether a walk goes where it is told to, from where it is told to."""
    old, new = found.before(found.step.id, "video"), found.after(found.step.id, "video")
    if found.step.tool != "navigate" or not isinstance(old, Video) or not isinstance(new, Video):
        return
    if isinstance(found.given, Actions):
        yield from _opposite(found, old, new)
        yield _lasts(new, found.given.seconds)
    if isinstance(found.given, Point):
        ways = [found.before(found.step.id, "map"), found.after(found.step.id, "map")]
        source = found.argument(found.step, "image", found.run)
        if not all(isinstance(picture, Image) for picture in (*ways, source)):
            return
        plain, *drawn = (found.store.image(picture).astype(int) for picture in (source, *ways))
        marked = [_near(np.abs(way - plain).max(-1) > 20, found.given) for way in drawn]
        yield Finding("the way begins there on the map", marked[1] > 0.3 > marked[0], f"{marked[1]:.0%} is drawn on")
        off = float(np.abs(_frame(found, new, 0).astype(int) - _frame(found, old, 0)).mean())
        yield Finding("the first view is another", off > 2, f"{off:.1f} grey levels")


def judge_future(found: Intervened) -> Iterator[Finding]:
    """Yield whether a clip goes on from the keyframe, and for so long."""
    for step in found.downstream("future_frames"):
        clip, new = found.argument(step, "video", found.run), found.after(step.id, "video")
        ahead = found.after(step.id, "future")
        if not isinstance(clip, Video) or not isinstance(new, Video) or not isinstance(ahead, Video):
            continue
        if isinstance(found.given, Keyframe):
            at = found.given.frame
            frames = at + 1 + ahead.frames
            yield Finding("what came later is left out", new.frames == frames, f"{new.frames} frames, of {frames}")
            begins, ends = _frame(found, ahead, 0), _frame(found, clip, clip.frames - 1)
            like, unlike = psnr(begins, _frame(found, clip, at)), psnr(begins, ends)
            yield Finding("it goes on from there", like > unlike, f"{like:.1f} dB, to the last frame {unlike:.1f}")
        if found.port == "args.seconds":
            yield _lasts(ahead, float(found.given))


def judge_joined(found: Intervened) -> Iterator[Finding]:
    """Yield whether what was joined shows its parts as they are now, as its layout says."""
    for step in found.downstream("compose"):
        made = found.after(step.id, "video") or found.after(step.id, "image")
        parts = [
            part
            for name in ("clips", "stills")
            for part in found.argument(step, name, found.run) or []
            if isinstance(part, Video | Image)
        ]
        if isinstance(made, Video | Image) and len(parts) == 2:
            yield from _shows_parts(found, str(step.args.get("layout", "beside")), made, parts)


def _shows_parts(found: Intervened, layout: str, made: Video | Image, parts: list[Any]) -> Iterator[Finding]:
    wanted = [
        _frame(found, part, 0 if layout == "then" and not at else _count(part) - 1) for at, part in enumerate(parts)
    ]
    if layout == "then":
        tiles = [_frame(found, made, 0), _frame(found, made, _count(made) - 1)]
    else:
        whole = _frame(found, made, _count(made) - 1)
        height, width = whole.shape[:2]
        if layout == "beside":
            wide = [round(part.shape[1] * height / part.shape[0]) for part in wanted]
            tiles = [whole[:, : wide[0]], whole[:, -wide[1] :]]
        else:
            high = [round(part.shape[0] * width / part.shape[1]) for part in wanted]
            tiles = [whole[: high[0]], whole[-high[1] :]]
    for number, (tile, part) in enumerate(zip(tiles, wanted, strict=True), 1):
        like = psnr(_fitted(part, tile), tile)
        yield Finding(f"part {number} is shown, {layout}", like >= _LIKE_DB, f"{like:.1f} dB")


def _opposite(found: Intervened, old: Video, new: Video) -> Iterator[Finding]:
    """Of the motion, what is asked for is reversed. The rest (a frame zooms in to hide its borders) may be alike."""
    one, two = (motion_of(*_begin(found, clip)) for clip in (old, new))
    asked = _asked(found.given)
    size = min(float(np.linalg.norm(motion.fit * asked)) for motion in (one, two))
    cosine = float((one.fit * asked) @ (two.fit * asked)) / max(
        float(np.linalg.norm(one.fit * asked) * np.linalg.norm(two.fit * asked)), 1e-9
    )
    told = f"cosine {cosine:.2f}; right/down/growing/turning {_said(one)}, then {_said(two)}"
    yield Finding("it moves the other way", cosine < -0.5 and size > _LEAST_PX, told)


def _asked(given: CameraPath | Actions) -> NDArray[np.float64]:
    """Return 1 for each part of `Motion.fit` that a path, or the first of some moves, asks for."""
    if isinstance(given, Actions):
        ahead = given.actions[0].move in ("forward", "back")
        return np.array([not ahead, False, ahead, False], np.float64)
    last = given.poses[-1]
    return np.array(
        [
            bool(last.yaw_deg or last.truck),
            bool(last.pitch_deg or last.pedestal),
            bool(last.dolly or last.zoom != 1),
            bool(last.roll_deg),
        ],
        np.float64,
    )


def _parallax(found: Intervened, step: Step, old: Video, new: Video) -> Finding:
    """With near and far swapped, what moved more than the rest moves less: the share of nearness in the flow, beside a
    shift and a stretch along the way that is flown, changes its sign.
    """
    base, path = found.before(step.id, "depth"), found.after(step.id, "path")
    assert isinstance(base, Depth) and isinstance(path, CameraPath)
    along = 0 if any(pose.yaw_deg or pose.truck for pose in path.poses) else 1
    shares = []
    for clip in (old, new):
        flow = motion_of(*_begin(found, clip)).flow[..., along]
        near = cv2.resize(found.store.depth(base).astype(np.float64) / 65535, flow.shape[::-1])
        place = np.indices(flow.shape)[1 - along] / max(flow.shape)
        inner = (slice(flow.shape[0] // 8, -flow.shape[0] // 8), slice(flow.shape[1] // 8, -flow.shape[1] // 8))
        terms = np.stack([plane[inner].ravel() for plane in (near, place, np.ones_like(near))], 1)
        shares.append(float(np.linalg.lstsq(terms, flow[inner].ravel(), rcond=None)[0][0]))
    swapped = shares[0] * shares[1] < 0 and abs(shares[1]) > _LEAST_PX
    told = f"pixels from far to near {shares[0]:.1f}, then {shares[1]:.1f}"
    return Finding("what was near now moves like what is far", swapped, told)


def _begins_with(found: Intervened, step: Step, new: Video) -> Iterator[Finding]:
    was, now = (found.argument(step, "image", run) for run in (found.base, found.run))
    if not isinstance(was, Image) or not isinstance(now, Image) or was == now:
        return
    first = _frame(found, new, 0)
    old, now_shown = (_fitted(found.store.image(picture), first).astype(int) for picture in (was, now))
    differs = np.abs(old - now_shown).max(axis=-1) > _PLAIN
    if differs.sum() < _LEAST_DIFFERING:
        return
    way = (now_shown - old)[differs].astype(np.float64)
    share = float(np.sum((first - old)[differs] * way) / np.sum(way**2))
    yield Finding(
        "the flight begins with the new picture", share > 0.5, f"{share:.2f} of the way from the old to the new"
    )


def _about(found: Intervened, step: Step, old: Video, new: Video) -> Iterator[Finding]:
    """The middle of the subject rests while the camera turns about it or zooms in on it."""
    was, now = (found.argument(step, "mask", run) for run in (found.base, found.run))
    if not isinstance(was, Mask) or not isinstance(now, Mask) or was == now:
        return
    rows, columns = np.nonzero(found.store.mask(now) > 127)
    at = columns.mean() / now.width, rows.mean() / now.height
    before, after = (_speed_at(motion_of(*_begin(found, clip)), at) for clip in (old, new))
    rests = after < max(before, 1.0)
    yield Finding("the flight is about the new subject", rests, f"its middle moves {before:.1f} → {after:.1f} pixels")


def _speed_at(motion: Motion, at: tuple[float, float]) -> float:
    height, width = motion.flow.shape[:2]
    x, y = round(at[0] * (width - 1)), round(at[1] * (height - 1))
    window = motion.flow[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].reshape(-1, 2)
    return float(np.linalg.norm(np.median(window, axis=0)))


def _lasts(clip: Video, seconds: float) -> Finding:
    is_so = abs(clip.seconds - seconds) <= 0.15
    return Finding("it lasts as long", is_so, f"{clip.seconds:.2f} s of {seconds:.2f}")


def _said(motion: Motion) -> str:
    return "/".join(f"{value:.1f}" for value in motion.fit)


def _near(marked: NDArray[np.bool_], point: Point) -> float:
    x, y = int(point.x), int(point.y)
    return float(marked[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].mean())


def _begin(found: Intervened, clip: Video) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return _frame(found, clip, 0), _frame(found, clip, max(1, round(_SHARE * (clip.frames - 1))))


def _count(part: Video | Image) -> int:
    return part.frames if isinstance(part, Video) else 1


def _frame(found: Intervened, part: Video | Image, at: int) -> NDArray[np.uint8]:
    if isinstance(part, Image):
        return found.store.image(part)
    return next(found.store.frames(part, at, at + 1))


def _fitted(picture: NDArray[np.uint8], like: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if picture.shape == like.shape:
        return picture
    return np.asarray(cv2.resize(picture, like.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
