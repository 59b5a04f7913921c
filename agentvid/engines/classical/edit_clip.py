"""Carry out an edit plan on a clip, inside a mask for each frame; task `edit_video`. Streams frames.

The plan is one for the whole clip, and each pixel's change depends on that pixel and its mask alone, so colours do not
pump; rain and snow are drawn anew in each frame. What is removed is filled from one plate of the background (see
`plate`), so that the filling stands still in the scene. Outside the feathered masks, recolour and remove change nothing
but what encoding changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.camera import Picture
from agentvid.engines.classical.change import Scene, change
from agentvid.engines.classical.clip import held_frames
from agentvid.engines.classical.colourspace import to_linear
from agentvid.engines.classical.edit import alpha_of, blur_background, composed, recolour, replace_background
from agentvid.engines.classical.flow import grey_of, work_size
from agentvid.engines.classical.plate import Matrix, Plate, build_plate, camera_between, filled_from, scaled_matrix
from agentvid.engines.classical.regions import Flags, disc
from agentvid.errors import CallError
from agentvid.media.types import (
    Adjust,
    BlurBackground,
    EditPlan,
    Keyframe,
    Light,
    Material,
    Operation,
    Recolour,
    Remove,
    RemoveText,
    ReplaceBackground,
    Style,
    Video,
    Weather,
    WriteText,
)

__all__ = ["edit_video"]

_MOST_SAMPLES: Final = 15
"""Frames from which the plate behind a removed thing is made."""
_OF_WHOLE: Final = (Recolour, Adjust, Light, Weather, Style, Material, WriteText, RemoveText)
_FALLING: Final = ("rain", "snow", "storm")
"""Weather that is drawn anew in each frame, as it falls."""


@dataclass(frozen=True)
class _Background:
    """The plate behind a removed thing, and for each frame of its shot the matrix to the plate's pixels."""

    plate: Plate
    matrices: dict[int, Matrix]


def edit_video(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "edit_video": outputs `video`, `image` (the keyframe, edited, without loss), `finding`.

    Raises: CallError where the masks don't fit the clip or are all empty, there are none and the plan needs them,
    there is no plan, or it holds what no offline engine draws.
    """
    video, plan = request.get("video", Video), request.maybe("plan", EditPlan)
    if plan is None:
        raise CallError("a clip without an edit plan", "an edit plan", "plan the edit first (plan_edit)")
    given = request.maybe("masks", Video)
    key = request.maybe("keyframe", Keyframe)
    if given is None and not all(_is_of_whole(operation) for operation in plan.operations):
        raise CallError("a plan for one thing and no masks", "the thing's masks", "follow the thing first (track)")
    if given is not None and not _fits(given, video):
        raise CallError(
            f"masks of {given.width}x{given.height}, {given.frames} frames",
            f"those of the clip, {video.width}x{video.height}, {video.frames} frames",
            "take the masks of a track step on this very clip",
        )
    removes = [operation for operation in plan.operations if isinstance(operation, Remove)]
    total = video.frames * (3 if removes else 1)
    context.progress(0, total, "editing")
    inside = _inside(context, video, given)
    if not inside:
        raise CallError("empty masks", "masks with something inside", "correct the mask, or the words of locate")
    at = inside[len(inside) // 2] if key is None else min(key.frame, video.frames - 1)
    at = at if at in set(inside) else min(inside, key=lambda frame: (abs(frame - at), frame))
    backgrounds = {
        operation.image.artifact: context.store.image(operation.image)
        for operation in plan.operations
        if isinstance(operation, ReplaceBackground) and operation.image is not None
    }
    behind = _background(context, video, given, inside, at, removes[0].grow) if removes and given else None
    done = video.frames * 2 if removes else 0
    shown: Picture | None = None
    said: list[str] = []

    def frames() -> Iterator[Picture]:
        nonlocal shown
        for number, (rgb, mask) in enumerate(_paired(context, video, given)):
            context.progress(done + number, total, "editing")
            if given is not None and not (mask > 127).any():
                edited = rgb
            else:
                scene = Scene(mask if given else None, plan.feather, request.seed, _quiet, backgrounds, said)
                edited = _edited(rgb, mask, plan, scene, behind, number)
            if number == at:
                shown = edited
            yield edited

    stored = context.store.put_video(frames(), video.fps)
    assert shown is not None
    context.progress(total, total)
    stored, warnings = keep_sound(context, video, stored)
    if given is None:
        warnings.append("there are no masks: the whole picture was changed")
    elif len(inside) < video.frames:
        warnings.append(f"{video.frames - len(inside)} of {video.frames} frames have no mask and were left as they are")
    if any(isinstance(operation, ReplaceBackground) and operation.image for operation in plan.operations):
        warnings.append("the new background stands still while the camera moves")
    warnings += list(dict.fromkeys(said))
    finding = f"{len(inside)} of {video.frames} frames were edited by one plan."
    if behind is not None:
        told, more = _told(behind, removes[0].grow, context, given, at)
        finding, warnings = f"{finding} {told}", warnings + more
    return EngineResult.of(*warnings, video=stored, image=context.store.put_image(shown), finding=finding)


def _is_of_whole(operation: Operation) -> bool:
    """Whether an operation can be carried out on whole frames, without masks."""
    return isinstance(operation, _OF_WHOLE) and getattr(operation, "part", "") != "background"


def _quiet(done: int, of: int) -> None:
    """Report nothing: the frames are what is counted."""


def _fits(masks: Video, video: Video) -> bool:
    even = (video.width + video.width % 2, video.height + video.height % 2)
    return (masks.width, masks.height) == even and masks.frames == video.frames


def _paired(context: EngineContext, video: Video, given: Video | None) -> Iterator[tuple[Picture, Picture]]:
    frames = context.store.frames(video)
    if given is None:
        whole = np.full((video.height, video.width), 255, np.uint8)
        yield from ((frame, whole) for frame in frames)
        return
    yield from zip(frames, _masks(context, video, given), strict=True)


def _masks(context: EngineContext, video: Video, given: Video) -> Iterator[Picture]:
    for mask in context.store.frames(given):
        yield np.ascontiguousarray(mask[: video.height, : video.width, 0])


def _inside(context: EngineContext, video: Video, given: Video | None) -> list[int]:
    if given is None:
        return list(range(video.frames))
    return [number for number, mask in enumerate(_masks(context, video, given)) if (mask > 127).any()]


def _edited(
    rgb: Picture,
    mask: Picture,
    plan: EditPlan,
    scene: Scene,
    behind: _Background | None,
    number: int,
) -> Picture:
    for operation in plan.operations:
        match operation:
            case Recolour():
                rgb = recolour(rgb, mask, operation, plan.feather)
            case Remove():
                assert behind is not None
                rgb = _removed(rgb, mask, operation.grow, plan.feather, behind, number)
            case BlurBackground():
                rgb = blur_background(rgb, mask, operation.radius, plan.feather, share_enclosed=0.0)
            case ReplaceBackground():
                picture = scene.backgrounds[operation.image.artifact] if operation.image else None
                rgb = replace_background(rgb, mask, operation.colour, picture, plan.feather)
            case _:
                falls = isinstance(operation, Weather) and operation.kind in _FALLING
                rgb = change(rgb, operation, replace(scene, seed=scene.seed + number * falls))
    return rgb


# ---------------------------------------------------------------- taking a thing out


def _hole(mask: Picture, grow: int) -> Flags:
    hole = (mask > 127).astype(np.uint8)
    return np.asarray((cv2.dilate(hole, disc(grow)) if grow else hole) > 0)


def _removed(rgb: Picture, mask: Picture, grow: int, feather: float, behind: _Background, number: int) -> Picture:
    hole = _hole(mask, grow)
    wide = _hole(mask, grow + max(2, round(2 * feather)))
    filled = filled_from(rgb, wide, behind.plate, behind.matrices[number])
    alpha = np.maximum(alpha_of(hole * np.uint8(255), feather), hole.astype(np.float32))[..., None]
    return composed(rgb, to_linear(rgb), to_linear(filled), alpha)


def _background(
    context: EngineContext, video: Video, given: Video, inside: list[int], at: int, grow: int
) -> _Background:
    """Follow the camera through the frames with a mask, then put the plate together from some of them."""
    first, last = inside[0], inside[-1]
    most = max(3, min(_MOST_SAMPLES, held_frames(video)))
    chosen = {round(x) for x in np.linspace(first, last, min(most, last - first + 1))} | {at}
    samples: dict[int, tuple[Picture, Flags]] = {}
    steps: dict[int, Matrix] = {}
    before: tuple[Picture, Flags] | None = None
    scale = 1.0
    for number, (rgb, mask) in enumerate(_paired(context, video, given)):
        context.progress(number, 3 * video.frames, "following the camera")
        if not first <= number <= last:
            continue
        small = work_size(rgb)
        scale = small.shape[1] / rgb.shape[1]
        hidden = _hole(mask, grow + 3)
        free = cv2.resize((~hidden).astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
        grey = grey_of(small)
        if before is not None:
            steps[number] = camera_between(grey, before[0], free & before[1])
        before = (grey, free)
        if number in chosen:
            samples[number] = (rgb, hidden)
    walked = {first: np.eye(3)}
    for number in range(first + 1, last + 1):
        walked[number] = walked[number - 1] @ steps[number]
    home = np.linalg.inv(walked[at])
    rough = {number: home @ matrix for number, matrix in walked.items()}
    key_rgb, key_hidden = samples[at]
    key_grey = grey_of(work_size(key_rgb))
    key_free = cv2.resize((~key_hidden).astype(np.uint8), key_grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    to_key: dict[int, Matrix] = {}
    for done, (number, (rgb, _)) in enumerate(
        zip(range(first, last + 1), _shown(context, video, first, last), strict=True)
    ):
        context.progress(video.frames + done, 3 * video.frames, "following the camera")
        refined = _refined(grey_of(work_size(rgb)), key_grey, key_free, rough[number])
        to_key[number] = scaled_matrix(refined, scale)
    others = [
        (rgb, hidden, np.asarray(np.linalg.inv(to_key[number]), np.float64))
        for number, (rgb, hidden) in samples.items()
        if number != at
    ]
    return _Background(build_plate(key_rgb, key_hidden, others), to_key)


def _shown(context: EngineContext, video: Video, first: int, last: int) -> Iterator[tuple[Picture, None]]:
    for frame in context.store.frames(video, first, last + 1):
        yield frame, None


def _refined(grey: Picture, key: Picture, free: Flags, rough: Matrix) -> Matrix:
    """Mend a matrix that was walked step by step by comparing the frame, brought to the keyframe, with it directly."""
    size = (key.shape[1], key.shape[0])
    brought = np.asarray(cv2.warpPerspective(grey, rough, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    left = camera_between(key, brought, free)
    mended: Matrix = np.linalg.inv(left) @ rough
    return mended if np.abs(left - np.eye(3))[:2, 2].max() < 0.05 * size[0] else rough


def _told(
    behind: _Background, grow: int, context: EngineContext, given: Video | None, at: int
) -> tuple[str, list[str]]:
    assert given is not None
    mask = next(context.store.frames(given, at, at + 1))[: behind.plate.seen.shape[0], : behind.plate.seen.shape[1], 0]
    hole = _hole(np.ascontiguousarray(mask), grow)
    share = float((behind.plate.seen & hole).sum()) / max(1, int(hole.sum()))
    told = f"{share:.0%} of what is behind was seen in other frames; the rest was made up once for the whole clip."
    warnings = (
        [] if share > 0.5 else [f"only {share:.0%} of what is behind the thing is ever seen: the rest is made up"]
    )
    return told, warnings
