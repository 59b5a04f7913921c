"""What happens next in a clip of the small world, by the small model: all new frames drawn together.

Where the thought tells an action, it is done in the keyframe. Without one the last `GIVEN` frames are given, and what
is seen in them goes on.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.small.back import back_in_time
from agentvid.engines.small.inside import seen_picture, square
from agentvid.engines.small.thinking import Task, as_thought
from agentvid.engines.small.weights import Claim
from agentvid.errors import CallError
from agentvid.media.types import Keyframe, Video
from agentvid.models.mot.sizes import Pixels
from agentvid.world import film
from agentvid.world.film import GIVEN
from agentvid.world.language import Course
from agentvid.world.physics import FPS, FRAMES
from agentvid.world.render import SIZE
from agentvid.world.words import language_of

__all__ = ["future_frames"]

MOST_FRAMES: Final = FRAMES
"""Frames of the longest clip that it was trained on, those that are given among them."""


def future_frames(task: Task) -> EngineResult:
    """Go on from a clip's `keyframe` for `seconds`: as the thought says, an action and what comes of it, or as seen.

    Outputs `video`, `future`, `keyframe`, `trust_seconds` (0: not calibrated), `finding` and, where one was told,
    `thought`. With `test` the given frames are also drawn back from the new ones.

    Raises: CallError where the thought tells no action, where without one there are too few frames, or where the clip
    is not of this world.
    """
    request, store = task.request, task.context.store
    video, seconds = request.get("video", Video), request.get("seconds", float)
    last = Keyframe(frame=video.frames - 1, seconds=(video.frames - 1) / video.fps)
    keyframe = request.maybe("keyframe", Keyframe) or last
    course = as_thought(request.thought)
    if not isinstance(course, Course) or not task.knows_scenes:
        course = None
    given = _given(task, video, keyframe, 1 if course is not None else GIVEN)
    session = task.unified.session()
    for frame in given:
        session.look(frame, latents=False)
    if course is None:
        session.read(film.ask_next(np.random.default_rng(request.seed), "en"))
    else:
        language = language_of(request.thought)
        session.read(film.ask_action(course, language))
        session.read(film.think_future(course, language), as_thought=True)
    watch, count = task.watch(), _count(task, seconds, len(given))
    drawn = session.draw(
        (SIZE, SIZE),
        seed=request.seed,
        frames=len(given) + count,
        pinned=dict(enumerate(given)),
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    )
    new = drawn.frames[len(given) :]
    if video.fps != FPS:
        task.warnings.append(f"the new frames are at {FPS:g} a second, the clip's at {video.fps:g}: they are joined so")
    test = back_in_time(task, given, new)
    kind = "one frame given" if len(given) == 1 else "four frames given"
    bound = task.told_bound(f"future_frames, {kind}", range(1, count + 1), list(new), given[-1], FPS, test)
    trusted = bound.measures.get("trust_seconds")
    known = "was not tested on this clip" if trusted is None else f"is told by rollouts like it: {trusted:.1f} s"
    whole = store.frames(video, 0, keyframe.frame + 1)
    before = whole if task.knows_scenes else map(square, whole)
    return EngineResult.of(
        *task.warnings,
        video=store.put_video(itertools.chain(before, new), video.fps),
        future=store.put_video(iter(new), FPS),
        keyframe=keyframe,
        trust_seconds=trusted or 0.0,
        bound=bound,
        finding=f"The {count} new frames are imagined; how long they can be believed {known}.",
        thought=None if course is None else film.think_future(course, language),
    )


def _given(task: Task, video: Video, keyframe: Keyframe, count: int) -> list[Pixels]:
    """Return the frame to go on from, and those before it, 1/8 s apart."""
    if keyframe.frame >= video.frames:
        raise CallError(f"keyframe {keyframe.frame}", f"a frame from 0 to {video.frames - 1}", "choose one of the clip")
    at = [keyframe.frame - round(before * video.fps / FPS) for before in reversed(range(count))]
    told = bool(task.request.thought.strip()) and task.knows_scenes
    if at[0] < 0 or (count > 1 and told):
        raise CallError(
            "a thought that tells no action" if told else f"no action, and fewer than {count} frames",
            f"'action: the small red ball at centre is dropped', or {GIVEN} frames, 1/{FPS:g} s apart",
            "write it as the step's thought; engine classical carries motion on without one",
        )
    store = task.context.store
    frames = [frame for index in at for frame in store.frames(video, index, index + 1)]
    if not task.knows_scenes:
        task.warnings.append(
            "weights fine-tuned on clips: the middle of each frame, 128x128, is taken as it is; a draft"
        )
        return [square(frame) for frame in frames]
    picture, scene = seen_picture(task, store.put_image(frames[-1]), "")
    if count > 1:
        task.claim = task.claims.get("go_on", Claim())
        task.warnings.append(f"no action was told: what is seen in {count} frames goes on")
    task.told_level(scene)
    return [*frames[:-1], picture]


def _count(task: Task, seconds: float, given: int) -> int:
    wanted, most = max(1, round(seconds * FPS)), MOST_FRAMES - given
    if wanted > most:
        task.warnings.append(f"{most / FPS:g} seconds instead of {seconds:g}, the longest it draws")
    task.told_seconds(min(wanted, most) / FPS)
    return min(wanted, most)
