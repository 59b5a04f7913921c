"""The tasks: a request becomes a call of a pipeline, and what it draws becomes a picture or a clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.diffusion.loading import Pipeline
from agentvid.engines.diffusion.profile import Profile
from agentvid.engines.diffusion.sizes import covering, fit_frames, fit_size
from agentvid.errors import CallError, ToolFailed
from agentvid.media.types import Image

__all__ = ["TASKS", "Work", "image_to_video", "text_to_image", "text_to_video"]

MOST_STEPS: Final = 200
MOST_GUIDANCE: Final = 30.0


@dataclass
class Work:
    """What a task works with. `warnings` go into the result."""

    pipeline: Pipeline
    profile: Profile
    request: EngineRequest
    context: EngineContext
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shot:
    """What is drawn: words, size in pixels, number of frames, and how. A guidance of None is the family's own."""

    prompt: str
    negative_prompt: str
    size: tuple[int, int]
    frames: int
    steps: int
    guidance: float | None


def text_to_video(work: Work) -> EngineResult:
    """Draw what `prompt` says for about `seconds`: outputs `video` and `settings`.

    Raises: CallError where a value can't be used; ToolFailed where what was drawn are no pictures; Cancelled.
    """
    size = _size(work)
    shot = _shot(work, size, _frames(work))
    return _clip(work, shot, _drawn(work, shot))


def image_to_video(work: Work) -> EngineResult:
    """Let `image` move as `prompt` says for about `seconds`: outputs `video` and `settings`. The picture comes first.

    The clip has the picture's shape, and the family's own area unless `width` or `height` is asked for.

    Raises: as text_to_video.
    """
    image = work.request.get("image", Image)
    size = _size(work, (image.width, image.height))
    picture, told = covering(work.context.store.image(image), *size)
    if told:
        work.warnings.append(told)
    shot = _shot(work, size, _frames(work))
    return _clip(work, shot, _drawn(work, shot, image=Pillow.fromarray(picture)))


def text_to_image(work: Work) -> EngineResult:
    """Draw what `prompt` says as a clip of one frame: outputs `image` and `settings`.

    Raises: as text_to_video.
    """
    size = _size(work)
    shot = _shot(work, size, 1)
    (picture,) = _drawn(work, shot)
    return EngineResult.of(
        *work.warnings, image=work.context.store.put_image(_pixels(picture)), settings=_told(work, shot)
    )


TASKS: Final = {"text_to_video": text_to_video, "image_to_video": image_to_video, "text_to_image": text_to_image}


# ---------------------------------------------------------------- the request


def _shot(work: Work, size: tuple[int, int], frames: int) -> Shot:
    request, profile = work.request, work.profile
    prompt = request.get("prompt", str).strip()
    if not prompt:
        raise CallError("an empty prompt", "what is to be seen", "say what to draw")
    steps = request.maybe("steps", float)
    if steps is not None and (steps != round(steps) or not 1 <= steps <= MOST_STEPS):
        raise CallError(f"{steps:g} steps", f"a whole number from 1 to {MOST_STEPS}", "leave it out, or correct it")
    guidance = request.maybe("guidance", float)
    if guidance is not None and not 0 <= guidance <= MOST_GUIDANCE:
        raise CallError(f"a guidance of {guidance:g}", f"0 to {MOST_GUIDANCE:g}", "leave it out, or correct it")
    negative = request.maybe("negative_prompt", str)
    if negative is not None and guidance is not None and guidance <= 1:
        work.warnings.append(f"with a guidance of {guidance:g} the negative prompt is not read; it wants more than 1")
    for name, text in (("prompt", prompt), ("negative prompt", negative or "")):
        tokens = len(work.pipeline.run.tokenizer(text).input_ids)
        if tokens > profile.prompt_tokens:
            work.warnings.append(f"the {name} has {tokens} tokens; only the first {profile.prompt_tokens} were read")
    own = profile.negative_prompt if negative is None else negative
    return Shot(prompt, own, size, frames, profile.steps if steps is None else int(steps), guidance)


def _size(work: Work, shape: tuple[int, int] | None = None) -> tuple[int, int]:
    width, height = asked = work.request.maybe("width", float), work.request.maybe("height", float)
    size = fit_size(width, height, work.profile, shape)
    if any(side is not None and side != drawn for side, drawn in zip(asked, size, strict=True)):
        told = "x".join("?" if side is None else f"{side:g}" for side in asked)
        rule = f"sides in multiples of {work.profile.stride}, at most {work.profile.max_pixels} pixels"
        work.warnings.append(f"drawn at {size[0]}x{size[1]} instead of {told}: the model takes {rule}")
    return size


def _frames(work: Work) -> int:
    profile = work.profile
    seconds, fps = work.request.maybe("seconds", float), work.request.maybe("fps", float)
    if fps is not None and fps != profile.fps:
        work.warnings.append(f"{profile.fps:g} frames per second instead of {fps:g}: the model knows no other rate")
    if seconds is None:
        return profile.most_frames
    frames = fit_frames(seconds, profile)
    if frames != round(seconds * profile.fps):
        rule = f"{profile.frame_rule} frames, at most {profile.most_frames}"
        work.warnings.append(
            f"{frames} frames ({frames / profile.fps:.2f} s) instead of {seconds:g} s: the model draws {rule}"
        )
    return frames


# ---------------------------------------------------------------- drawing


def _drawn(work: Work, shot: Shot, **more: Any) -> NDArray[np.float32]:
    """Return the frames, float THWC in 0…1.

    The noise is drawn on the CPU, so that a seed means the same on every device.
    """
    run, context = work.pipeline.run, work.context
    if work.pipeline.told:
        work.warnings.append(work.pipeline.told)

    def on_step(_: Any, step: int, __: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        if not bool(torch.isfinite(tensors["latents"]).all()):
            raise _no_numbers(f"after step {step + 1} of {shot.steps}")
        context.progress(step + 1, shot.steps + 1, "drawing")
        return {}

    try:
        drawn = run(
            **_arguments(work.profile, shot),
            **more,
            generator=torch.Generator("cpu").manual_seed(work.request.seed % 2**63),
            output_type="np",
            callback_on_step_end=on_step,
            callback_on_step_end_tensor_inputs=["latents"],
        ).frames[0]
    finally:
        run.maybe_free_model_hooks()
    frames = np.asarray(drawn, np.float32)
    if not np.isfinite(frames).all():
        raise _no_numbers("when they were decoded")
    width, height = shot.size
    if frames.shape != (shot.frames, height, width, 3):
        raise ToolFailed(f"the model drew frames of {frames.shape}", f"{(shot.frames, height, width, 3)}", "report it")
    context.progress(shot.steps + 1, shot.steps + 1, "writing")
    return frames


def _arguments(profile: Profile, shot: Shot) -> Mapping[str, Any]:
    ours = {
        "frames": shot.frames,
        "steps": shot.steps,
        "guidance": profile.guidance if shot.guidance is None else shot.guidance,
    }
    told = {profile.arguments[name]: value for name, value in ours.items()}
    extra = profile.extra if shot.guidance is None else {}
    words = {"prompt": shot.prompt, "negative_prompt": shot.negative_prompt}
    return {**words, "width": shot.size[0], "height": shot.size[1], **told, **extra}


def _no_numbers(when: str) -> ToolFailed:
    return ToolFailed(
        f"the model's frames were no numbers any more {when}",
        "finite numbers",
        "try less guidance or another size; if it stays so, the weights do not fit the precision of this device",
    )


# ---------------------------------------------------------------- results


def _clip(work: Work, shot: Shot, frames: NDArray[np.float32]) -> EngineResult:
    def pixels() -> Iterator[NDArray[np.uint8]]:
        for frame in frames:
            yield _pixels(frame)

    video = work.context.store.put_video(pixels(), work.profile.fps)
    return EngineResult.of(*work.warnings, video=video, settings=_told(work, shot))


def _pixels(frame: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.clip(frame, 0, 1) * 255), np.uint8)


def _told(work: Work, shot: Shot) -> str:
    """Return in words what was drawn with what."""
    profile = work.profile
    guidance = [profile.guidance, *profile.extra.values()] if shot.guidance is None else [shot.guidance]
    frames = f", {shot.frames} frames at {profile.fps:g} fps" if shot.frames > 1 else ""
    negative = "the family's own" if shot.negative_prompt == profile.negative_prompt else shot.negative_prompt
    if max(guidance) <= 1:
        negative = "not read"
    return (
        f"{profile.name}, {shot.size[0]}x{shot.size[1]}{frames}, {shot.steps} steps, "
        f"guidance {' and '.join(f'{value:g}' for value in guidance)}, negative prompt: {negative or 'none'}"
    )
