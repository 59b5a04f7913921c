"""What happens next in a clip of the small world, by the small model: all new frames drawn together."""

from __future__ import annotations

import itertools
from typing import Final

from agentvid.engine import EngineResult
from agentvid.engines.small.inside import seen_picture
from agentvid.engines.small.thinking import Task, as_thought
from agentvid.errors import CallError
from agentvid.media.types import Keyframe, Video
from agentvid.models.mot.sizes import Pixels
from agentvid.world.language import Course, tell_course
from agentvid.world.physics import FPS, FRAMES
from agentvid.world.render import SIZE
from agentvid.world.words import language_of

__all__ = ["future_frames"]

MOST_FRAMES: Final = FRAMES - 1
"""New frames of the longest clip that it was trained on."""


def future_frames(task: Task) -> EngineResult:
    """Go on from a clip's `keyframe` for `seconds` as the thought says: an action and what comes of it.

    Outputs `video`, `future`, `keyframe`, `trust_seconds` (0: not tested), `finding` and `thought`.

    Raises: CallError where the thought tells no action, or the clip is not of this world.
    """
    request, store = task.request, task.context.store
    video, seconds = request.get("video", Video), request.get("seconds", float)
    last = Keyframe(frame=video.frames - 1, seconds=(video.frames - 1) / video.fps)
    keyframe = request.maybe("keyframe", Keyframe) or last
    course = as_thought(request.thought)
    if not isinstance(course, Course):
        raise CallError(
            "a thought that tells no action",
            "such as 'action: the small red ball at centre is dropped'",
            "write it as the step's thought; engine classical carries motion on without one",
        )
    frame = _frame(task, video, keyframe)
    language = language_of(request.thought)
    session = task.unified.session()
    session.look(frame)
    session.read(tell_course(Course(course.action), language))
    session.read(tell_course(course, language), as_thought=True)
    watch, count = task.watch(), _count(task, seconds)
    drawn = session.draw(
        (SIZE, SIZE), seed=request.seed, frames=count, on_step=watch.on_step, cancelled=watch.cancelled
    )
    future = store.put_video(iter(drawn.frames), FPS)
    if video.fps != FPS:
        task.warnings.append(f"the new frames are at {FPS:g} a second, the clip's at {video.fps:g}: they are joined so")
    before = store.frames(video, 0, keyframe.frame + 1)
    return EngineResult.of(
        *task.warnings,
        video=store.put_video(itertools.chain(before, drawn.frames), video.fps),
        future=future,
        keyframe=keyframe,
        trust_seconds=0.0,
        finding=f"The {count} new frames are imagined; how long they can be believed was not tested on this clip.",
        thought=tell_course(course, language),
    )


def _frame(task: Task, video: Video, keyframe: Keyframe) -> Pixels:
    if keyframe.frame >= video.frames:
        raise CallError(f"keyframe {keyframe.frame}", f"a frame from 0 to {video.frames - 1}", "choose one of the clip")
    (frame,) = task.context.store.frames(video, keyframe.frame, keyframe.frame + 1)
    picture, scene = seen_picture(task, task.context.store.put_image(frame), "")
    task.told_level(scene)
    return picture


def _count(task: Task, seconds: float) -> int:
    wanted = max(2, round(seconds * FPS))
    if wanted > MOST_FRAMES:
        task.warnings.append(f"{MOST_FRAMES / FPS:g} seconds instead of {seconds:g}, the longest it draws")
    return min(wanted, MOST_FRAMES)
