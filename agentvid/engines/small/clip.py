"""Clips by the small model: views of a picture from around its stage, and scenes in which something moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.small.back import back_from_view
from agentvid.engines.small.inside import seen_picture
from agentvid.engines.small.thinking import Task, as_scene, course_in, outside, own_thought
from agentvid.engines.small.turntable import draw_turn, is_turn_asked, is_turntable, turn_from_words
from agentvid.errors import CallError, InputError
from agentvid.media.types import CameraPath, CameraPose, Image
from agentvid.models.mot.drawing import DrawProgress, Sketch, draw_together
from agentvid.models.mot.session import Session
from agentvid.models.mot.sizes import Pixels
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.film import think_film
from agentvid.world.language import tell_scene
from agentvid.world.look import ELEVATION_DEG
from agentvid.world.naming import near_camera
from agentvid.world.physics import FPS, FRAMES
from agentvid.world.reading import read_request
from agentvid.world.render import SIZE
from agentvid.world.scene import AZIMUTHS, STEP_DEG, Camera, Scene
from agentvid.world.words import Language, language_of

__all__ = ["novel_view", "text_to_video"]

AT_ONCE: Final = 6
"""Views that are drawn in one batch: cancelling waits for one batch's step."""
_STILL: Final = (("truck", 0.0), ("pedestal", 0.0), ("dolly", 0.0), ("zoom", 1.0), ("roll_deg", 0.0))


def novel_view(task: Task) -> EngineResult:
    """Draw `image` along a camera `path` about its stage, a view for every 15 degrees.

    The thought, or else `layout`, or else what the model reads, is the layout on the stage and where the picture was
    taken from. Outputs `video`, `path`, `view` (the last view as a picture) and `layout` (as seen from there).

    Raises: CallError where the path does anything but turn about the stage, or the picture is not of this world.
    """
    request, store = task.request, task.context.store
    image, path = request.get("image", Image), request.get("path", CameraPath)
    fps = request.maybe("fps", float) or FPS
    _check_path(path)
    known, thought = request.maybe("layout", str) or "", as_scene(request.thought)
    picture, scene = seen_picture(task, image, known, thought)
    if thought is not None and thought != scene:
        task.warnings.append("the thought tells another layout than the picture's: the views follow the thought")
    scene = thought or scene
    language = language_of(request.thought if thought else known)
    total = max(2, round(path.seconds * fps))
    cameras = _cameras(scene.camera, path, total)
    if all(camera == scene.camera for camera in cameras):
        raise CallError(
            f"a path that turns by less than half of {STEP_DEG:g} degrees", "whole steps of it", "turn further"
        )
    task.told_level(scene)
    wanted = [camera for camera in dict.fromkeys(cameras) if camera != scene.camera]
    if is_turntable(task, scene, cameras):
        drawn = draw_turn(task, picture, scene, language)
    else:
        drawn = dict(zip(wanted, _views(task, picture, scene, wanted, language), strict=True))
    drawn[scene.camera] = picture
    if cameras[0] != cameras[-1] or len(wanted) > 1:
        task.warnings.append(f"{len(wanted)} views were drawn, one for each {STEP_DEG:g} degrees ({total} frames)")
    away = [(camera.azimuth - scene.camera.azimuth) % AZIMUTHS for camera in cameras]
    steps = [
        max(min(turn, AZIMUTHS - turn), camera != scene.camera) for turn, camera in zip(away, cameras, strict=True)
    ]
    test = back_from_view(task, picture, scene, cameras, drawn, language)
    bound = task.told_bound("novel_view", steps, [drawn[camera] for camera in cameras], picture, fps, test)
    video = store.put_video((drawn[camera] for camera in cameras), fps)
    last = store.put_image(drawn[cameras[-1]])
    seen = tell_scene(replace(scene, camera=cameras[-1]), language)
    flown = CameraPath(kind=path.kind, poses=tuple(_flown(pose, scene.camera) for pose in path.poses))
    return EngineResult.of(*task.warnings, video=video, path=flown, view=last, layout=seen, bound=bound)


def text_to_video(task: Task) -> EngineResult:
    """Draw the clip that `prompt` says, all frames together: outputs `video` and `thought`.

    The thought is a scene followed by `action: …` and what comes of it; without one the model writes its own. Where
    nothing is done, and the card knows of turntables, the clip goes once about the stage.

    Raises: CallError where neither is of this world, or nothing is to move; ToolFailed where no thought came.
    """
    request = task.request
    prompt, session = request.get("prompt", str).strip(), task.unified.session()
    told = course_in(request.thought)
    if told is None and is_turn_asked(task, prompt):
        return turn_from_words(task, prompt)
    if told is None:
        _check_action(prompt, request.seed)
    session.read(prompt)
    if told is None:
        told = own_thought(task, session, course_in, "write scene and action as the step's thought")
    scene, course = told
    language = language_of(request.thought or prompt)
    thought = think_film(scene, course, language)
    fps, frames = FPS, _frames(task)
    task.told_level(scene)
    session.read(thought, as_thought=True)
    watch = task.watch()
    drawn = session.draw(
        (SIZE, SIZE), seed=request.seed, frames=frames, on_step=watch.on_step, cancelled=watch.cancelled
    )
    video = task.context.store.put_video(iter(drawn.frames), fps)
    return EngineResult.of(*task.warnings, video=video, thought=thought)


def _views(
    task: Task, picture: Pixels, scene: Scene, cameras: Sequence[Camera], language: Language
) -> Iterator[Pixels]:
    """Yield the views from these cameras; all begin from the same noise."""
    looked = task.unified.session()
    looked.look(picture)
    done = 0

    def on_step(progress: DrawProgress) -> None:
        task.context.progress(done * progress.total + progress.done * batch, len(cameras) * progress.total, "drawing")

    for start in range(0, len(cameras), AT_ONCE):
        chosen = cameras[start : start + AT_ONCE]
        batch = len(chosen)
        sketches = [_sketch(task, looked.branch(), scene, camera, language) for camera in chosen]
        for drawing in draw_together(sketches, on_step=on_step, cancelled=task.context.cancelled):
            yield drawing.image
        done += batch


def _sketch(task: Task, session: Session, scene: Scene, camera: Camera, language: Language) -> Sketch:
    words = instruct(np.random.default_rng(task.request.seed), scene, Turn(camera), language)
    session.read(words)
    session.read(tell_scene(replace(scene, camera=camera), language), as_thought=True)
    return Sketch(session, (SIZE, SIZE), task.request.seed)


def _check_path(path: CameraPath) -> None:
    moved = {name for pose in path.poses for name, still in _STILL if getattr(pose, name) != still}
    turned = any(pose.yaw_deg or pose.pitch_deg for pose in path.poses)
    if moved or (path.kind != "orbit" and turned):
        told = ", ".join(sorted(moved)) or "a camera that turns in place"
        raise CallError(
            f"outside its world: {told}",
            "a path of kind orbit with yaw and pitch alone",
            "engine classical does the others",
        )


def _cameras(start: Camera, path: CameraPath, frames: int) -> list[Camera]:
    """Return the named camera of each frame, at even speed between the poses."""
    times = [pose.seconds for pose in path.poses]
    at = np.linspace(0, path.seconds, frames)
    yaws = np.interp(at, times, [pose.yaw_deg for pose in path.poses])
    pitches = np.interp(at, times, [pose.pitch_deg for pose in path.poses])
    return [near_camera(start, float(yaw), float(pitch)) for yaw, pitch in zip(yaws, pitches, strict=True)]


def _flown(pose: CameraPose, start: Camera) -> CameraPose:
    pitch = ELEVATION_DEG[near_camera(start, 0.0, pose.pitch_deg).height] - ELEVATION_DEG[start.height]
    return pose.model_copy(update={"yaw_deg": round(pose.yaw_deg / STEP_DEG) * STEP_DEG, "pitch_deg": pitch})


def _check_action(prompt: str, seed: int) -> None:
    try:
        asked = read_request(prompt, seed)
    except InputError as error:
        raise outside(error) from error
    if asked.action is None:
        raise CallError(
            "words in which nothing moves",
            "solids, then for example 'action: the small red ball at centre is dropped'",
            "draw a picture and turn the camera about it (novel_view)",
        )


def _frames(task: Task) -> int:
    request = task.request
    seconds, fps = request.maybe("seconds", float) or 2.0, request.maybe("fps", float)
    if fps is not None and fps != FPS:
        task.warnings.append(f"{FPS:g} frames a second instead of {fps:g}, as it draws all")
    wanted = max(2, round(seconds * FPS))
    if wanted > FRAMES:
        task.warnings.append(f"{FRAMES / FPS:g} seconds instead of {seconds:g}, the longest it draws")
    task.told_seconds(min(wanted, FRAMES) / FPS)
    return min(wanted, FRAMES)
