"""Clips: what comes next, 15 frames drawn together after the first one; and whole clips from words.

What comes next is compared with standing still and with constant speed, a strong rival: it knows the true poses of the
first two frames and the renderer. How far a clip can be believed is the time until a solid is first not seen in its
true place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.rate import Rate
from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines
from agentvid.evals.small.cases import ClipCase
from agentvid.evals.small.likeness import rmse
from agentvid.world.caption import caption
from agentvid.world.judge import is_exact, match, true_centres
from agentvid.world.language import Course, course_of, tell_course, tell_scene
from agentvid.world.physics import FPS
from agentvid.world.render import render_scene

__all__ = ["measure", "measure_from_words"]

_AHEAD: Final = (1, 4, 8, 15)
_LEVELS: Final = (0.5, 1.0, 1.5)
"""Seconds for which a clip may be claimed to be right."""
_JOINT: Final = {"en": "; ", "zh": "；"}
_MOVED: Final = 6
_SHOWN: Final = (0, 1, 2, 4, 6, 8, 11, 15)
_SHOWN_CLIPS: Final = 4


def measure(bench: Bench, clips: Sequence[ClipCase]) -> Part:
    """Go on from the first frame and the action, with own and with true course of events as thought."""
    still = [np.repeat(clip.frames[:1], len(clip.frames), axis=0) for clip in clips]
    rolled = {"copying": still, "constant speed": [_constant_speed(clip) for clip in clips]}
    lines = list[Line]()
    for mode in ("own thought", "true thought"):
        drawn, right = _draw(bench, clips, own=mode == "own thought")
        rolled[mode] = drawn
        if mode == "own thought":
            lines += group_lines("own thought is the true course", right, [()] * len(clips))
    for name, frames in rolled.items():
        lines += [*_moved(clips, frames, name), *_believed(bench, clips, frames, name)]
    lines += _believed(bench, clips, [clip.frames for clip in clips], "true clip")
    rows = []
    for index, clip in enumerate(clips[:_SHOWN_CLIPS]):
        rows += [_film(clip.frames), _film(rolled["own thought"][index])]
    return Part(tuple(lines), np.concatenate(rows, axis=0), ("true", "own thought") * (len(rows) // 2))


def measure_from_words(bench: Bench, clips: Sequence[ClipCase]) -> Part:
    """Draw whole clips from a caption and an action, with own and with true thought; only the latter tells places."""
    lines, films = list[Line](), [_film(clip.frames) for clip in clips[:_SHOWN_CLIPS]]
    for mode in ("own thought", "true thought"):
        sessions = []
        for clip in clips:
            scene, course, joint = clip.clip.scene, course_of(clip.clip), _JOINT[clip.language]
            session = bench.session()
            prompt = caption(np.random.default_rng([bench.seed, clip.number]), scene, clip.language)
            session.read(prompt + joint + tell_course(Course(course.action), clip.language))
            thought = tell_scene(scene, clip.language) + joint + tell_course(course, clip.language)
            if mode == "own thought":
                bench.think_freely(session, clip.number)
            else:
                session.read(thought, as_thought=True)
            sessions.append(session)
        drawn = bench.draw(sessions, [clip.number for clip in clips], frames=len(clips[0].frames))
        first = bench.see([frames[0] for frames in drawn])
        exact = [is_exact(seen, clip.clip.scene) for seen, clip in zip(first, clips, strict=True)]
        lines += group_lines(f"exact in the first frame, {mode}", exact, [()] * len(clips))
        if mode == "true thought":
            lines += _believed(bench, clips, drawn, mode)
        films += [_film(frames) for frames in drawn[:_SHOWN_CLIPS]]
    many = len(films) // 3
    names = ("true",) * many + ("own thought",) * many + ("true thought",) * many
    return Part(tuple(lines), np.concatenate(films, axis=0), names)


def _draw(bench: Bench, clips: Sequence[ClipCase], *, own: bool) -> tuple[list[Pixels], list[bool]]:
    sessions, right = [], []
    for clip in clips:
        course, session = course_of(clip.clip), bench.session()
        session.look(clip.frames[0])
        session.read(tell_course(Course(course.action), clip.language))
        if own:
            right.append(bench.think(session, Course, clip.number).thought == course)
        else:
            session.read(tell_course(course, clip.language), as_thought=True)
        sessions.append(session)
    count = len(clips[0].frames) - 1
    drawn = bench.draw(sessions, [clip.number for clip in clips], frames=count)
    return [np.concatenate([c.frames[:1], frames]) for c, frames in zip(clips, drawn, strict=True)], right


def _constant_speed(clip: ClipCase) -> Pixels:
    poses = clip.clip.poses
    speed = poses[1] - poses[0]
    return np.stack([render_scene(clip.clip.scene, poses[0] + at * speed).rgb for at in range(len(poses))])


def _moved(clips: Sequence[ClipCase], frames: Sequence[Pixels], name: str) -> list[Line]:
    lines = list[Line]()
    for ahead in _AHEAD:
        errors = [rmse(one[ahead], c.frames[ahead], _has_moved(c, ahead)) for one, c in zip(frames, clips, strict=True)]
        lines += group_lines(f"RMSE where it moved, +{ahead}, {name}", errors, [()] * len(clips), "grey")
    return lines


def _has_moved(clip: ClipCase, ahead: int) -> NDArray[np.bool_]:
    off = np.abs(clip.frames[ahead].astype(np.int16) - clip.frames[0].astype(np.int16)).max(axis=-1)
    return np.asarray(off > _MOVED)


def _believed(bench: Bench, clips: Sequence[ClipCase], frames: Sequence[Pixels], name: str) -> list[Line]:
    """Return how many seconds go by until a solid is not seen in its true place, and how the last frame is judged."""
    seconds, exact = [], []
    for clip, drawn in zip(clips, frames, strict=True):
        found = bench.see(list(drawn[1:]))
        good = [
            all(match(seen, solid, centre) is not None or centre is None for solid, centre in centres.items())
            for seen, centres in zip(
                found, (true_centres(clip.clip.scene, p) for p in clip.clip.poses[1:]), strict=True
            )
        ]
        seconds.append((good.index(False) if False in good else len(good)) / FPS)
        exact.append(is_exact(found[-1], clip.clip.scene))
    return [
        *group_lines(f"seconds until a solid is out of place, {name}", seconds, [()] * len(clips), "s"),
        *(Line(f"all in place, {name}", f"{level:g} s", Rate.of(s >= level for s in seconds)) for level in _LEVELS),
        *group_lines(f"exact in the last frame, {name}", exact, [()] * len(clips)),
    ]


def _film(frames: Pixels) -> Pixels:
    return np.concatenate([frames[min(at, len(frames) - 1)] for at in _SHOWN], axis=1)
