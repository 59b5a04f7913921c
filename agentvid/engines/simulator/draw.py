"""What the simulator draws: words → scene → picture, or → physics → clip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.errors import CallError, InputError
from agentvid.world.language import course_of, read_thought, tell_course, tell_scene
from agentvid.world.look import ELEVATION_DEG, Eye, orbit
from agentvid.world.physics import FPS, simulate
from agentvid.world.reading import Asked, read_request
from agentvid.world.render import SIZE, render_scene
from agentvid.world.scene import AZIMUTHS, STEP_DEG, Scene
from agentvid.world.words import language_of

__all__ = ["draw"]

_LEAST_SIDE: Final = 32
_MOST_SIDE: Final = 512
_MOST_FRAMES: Final = 240
_CLIP_SECONDS: Final = 2.0


def draw(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Make the picture or the clip; `thought` in the outputs is the layout that was drawn, in words.

    Raises: CallError where the words are not of the small world, Cancelled.
    """
    words, asked = _asked(request)
    side, warnings = _side(request)
    if words not in _thoughts(request) and any(_thoughts(request)):
        warnings.append("the thought is no layout of the small world: drawn from the prompt alone")
    if asked.open_parts:
        warnings.append(f"left open in the words and drawn from the seed: {', '.join(asked.open_parts)}")
    language = language_of(words)
    if request.task == "text_to_image":
        if asked.action is not None:
            warnings.append("a picture shows the scene before its action")
        context.progress(0, 1)
        picture = context.store.put_image(render_scene(asked.scene, size=side).rgb)
        context.progress(1, 1)
        return EngineResult.of(*warnings, image=picture, thought=tell_scene(asked.scene, language))
    fps = request.maybe("fps", float) or FPS
    frames = _frames_of(request, fps, warnings)
    if asked.action is None:
        warnings.append("no action in the words: the camera turns once about the stage")
        thought = tell_scene(asked.scene, language)
        video = context.store.put_video(_turned(asked.scene, frames, side, context), fps)
    else:
        clip = simulate(asked.scene, asked.action, frames, fps)
        thought = tell_course(course_of(clip), language)
        video = context.store.put_video(_moved(asked, clip.poses, side, context), fps)
    return EngineResult.of(*warnings, video=video, thought=thought)


def _asked(request: EngineRequest) -> tuple[str, Asked]:
    """Read the thought where it is a layout, else the prompt; return the words that were read, too."""
    for thought in _thoughts(request):
        try:
            if thought and isinstance(read_thought(thought.partition("action:")[0].partition("动作")[0]), Scene):
                return thought, read_request(thought, request.seed)
        except InputError:
            continue
    words = request.get("prompt", str)
    try:
        return words, read_request(words, request.seed)
    except InputError as error:
        raise CallError(error.given, error.expected, error.do or "use the words of the small world") from error


def _thoughts(request: EngineRequest) -> tuple[str, str]:
    return request.thought, request.maybe("thought", str) or ""


def _side(request: EngineRequest) -> tuple[int, list[str]]:
    """Return the side of the picture, which is square, and what was adjusted."""
    width, height = request.maybe("width", float) or SIZE, request.maybe("height", float) or SIZE
    side = int(min(_MOST_SIDE, max(_LEAST_SIDE, min(width, height)))) // 2 * 2
    adjusted = (width, height) != (side, side)
    return side, [f"{side}x{side} instead of {width:g}x{height:g}: its pictures are square"] if adjusted else []


def _frames_of(request: EngineRequest, fps: float, warnings: list[str]) -> int:
    if not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 8")
    wanted = max(1, round((request.maybe("seconds", float) or _CLIP_SECONDS) * fps))
    if wanted > _MOST_FRAMES:
        warnings.append(f"{_MOST_FRAMES} frames instead of {wanted}")
    return min(wanted, _MOST_FRAMES)


def _turned(scene: Scene, frames: int, side: int, context: EngineContext) -> Iterator[NDArray[np.uint8]]:
    start, elevation = scene.camera.azimuth * STEP_DEG, ELEVATION_DEG[scene.camera.height]
    for index in range(frames):
        context.progress(index, frames)
        eye: Eye = orbit(start + index * AZIMUTHS * STEP_DEG / frames, elevation)
        yield render_scene(scene, eye=eye, size=side).rgb


def _moved(asked: Asked, poses: NDArray[np.float32], side: int, context: EngineContext) -> Iterator[NDArray[np.uint8]]:
    for index, pose in enumerate(poses):
        context.progress(index, len(poses))
        yield render_scene(asked.scene, pose, size=side).rgb
