"""Clips: what comes next after one frame and an action, or after four frames; and whole clips from words.

What comes next is compared with standing still and with constant speed, a strong rival: it knows the renderer and the
true poses of the last two frames that are given (of the first two, where one is). How far a clip can be believed is
the time until a solid is first not seen in its true place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.rate import Rate
from agentvid.evals.small.bench import Bench, Line, Part, Pixels, group_lines
from agentvid.evals.small.cases import ClipCase
from agentvid.evals.small.likeness import rmse
from agentvid.world.caption import caption
from agentvid.world.film import GIVEN, ask_action, ask_next, joined, think_film, think_future
from agentvid.world.judge import is_exact, match, true_centres
from agentvid.world.language import Course, course_of
from agentvid.world.physics import FPS, Clip
from agentvid.world.render import render_scene
from agentvid.world.scene import Solid

__all__ = ["measure", "measure_from_words", "measure_going_on"]

_SALT: Final = 14
_AHEAD: Final = (1, 4, 8, 15)
_LEVELS: Final = (0.5, 1.0, 1.5)
"""Seconds for which a clip may be claimed to be right."""
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


def measure_going_on(bench: Bench, clips: Sequence[ClipCase]) -> Part:
    """Go on from the first four frames, with no action told: as seen, and with the own course of events as thought."""
    last = GIVEN - 1
    stands = [*range(last), *[last] * (len(clips[0].frames) - last)]
    frozen = [clip.frames[stands] for clip in clips]
    rolled = {"copying": frozen, "constant speed": [_constant_speed(clip, last) for clip in clips]}
    for mode in ("no thought", "own thought"):
        sessions = []
        for clip in clips:
            session = bench.session()
            for frame in clip.frames[:GIVEN]:
                session.look(frame, latents=False)
            session.read(ask_next(np.random.default_rng([bench.seed, clip.number, _SALT]), clip.language))
            if mode == "own thought":
                bench.think(session, Course, clip.number)
            sessions.append(session)
        given = [dict(enumerate(clip.frames[:GIVEN])) for clip in clips]
        rolled[mode] = bench.draw(sessions, [clip.number for clip in clips], len(clips[0].frames), given)
    lines = list[Line]()
    for name, frames in rolled.items():
        lines += [*_moved(clips, frames, name, last), *_believed(bench, clips, frames, name, last)]
    lines += _believed(bench, clips, [clip.frames for clip in clips], "true clip", last)
    rows = []
    for index, clip in enumerate(clips[:_SHOWN_CLIPS]):
        rows += [_film(clip.frames), _film(rolled["no thought"][index])]
    return Part(tuple(lines), np.concatenate(rows, axis=0), ("true", "no thought") * (len(rows) // 2))


def measure_from_words(bench: Bench, clips: Sequence[ClipCase]) -> Part:
    """Draw whole clips from a caption and an action, with own and with true thought; only the latter tells places."""
    lines, films = list[Line](), [_film(clip.frames) for clip in clips[:_SHOWN_CLIPS]]
    for mode in ("own thought", "true thought"):
        sessions = []
        for clip in clips:
            scene, course, session = clip.clip.scene, course_of(clip.clip), bench.session()
            prompt = caption(np.random.default_rng([bench.seed, clip.number]), scene, clip.language)
            session.read(joined(prompt, ask_action(course, clip.language), clip.language))
            thought = think_film(scene, course, clip.language)
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
        session.look(clip.frames[0], latents=False)
        session.read(ask_action(course, clip.language))
        if own:
            right.append(bench.think(session, Course, clip.number).thought == course)
        else:
            session.read(think_future(course, clip.language), as_thought=True)
        sessions.append(session)
    given = [{0: clip.frames[0]} for clip in clips]
    return bench.draw(sessions, [clip.number for clip in clips], len(clips[0].frames), given), right


def _constant_speed(clip: ClipCase, last: int = 0) -> Pixels:
    """Return a clip in which all that moves at the last given frame goes on as it is."""
    poses = clip.clip.poses
    speed = poses[last] - poses[last - 1] if last else poses[1] - poses[0]
    moved = [poses[at] if at < last else poses[last] + (at - last) * speed for at in range(len(poses))]
    return np.stack([render_scene(clip.clip.scene, pose).rgb for pose in moved])


def _moved(clips: Sequence[ClipCase], frames: Sequence[Pixels], name: str, last: int = 0) -> list[Line]:
    lines = list[Line]()
    for ahead in _AHEAD:
        at = last + ahead
        if at >= len(frames[0]):
            continue
        errors = [rmse(one[at], c.frames[at], _has_moved(c, at, last)) for one, c in zip(frames, clips, strict=True)]
        lines += group_lines(f"RMSE where it moved, +{ahead}, {name}", errors, [()] * len(clips), "grey")
    return lines


def _has_moved(clip: ClipCase, at: int, last: int) -> NDArray[np.bool_]:
    off = np.abs(clip.frames[at].astype(np.int16) - clip.frames[last].astype(np.int16)).max(axis=-1)
    return np.asarray(off > _MOVED)


def _believed(
    bench: Bench, clips: Sequence[ClipCase], frames: Sequence[Pixels], name: str, last: int = 0
) -> list[Line]:
    """Return how many seconds go by until a solid is not seen in its true place, and how the last frame is judged."""
    seconds, exact = [], []
    for clip, drawn in zip(clips, frames, strict=True):
        found = bench.see(list(drawn[last + 1 :]))
        good = [
            all(match(seen, solid, centre) is not None or centre is None for solid, centre in centres.items())
            for seen, centres in zip(found, _centres(clip.clip)[last + 1 :], strict=True)
        ]
        seconds.append((good.index(False) if False in good else len(good)) / FPS)
        exact.append(is_exact(found[-1], clip.clip.scene))
    return [
        *group_lines(f"seconds until a solid is out of place, {name}", seconds, [()] * len(clips), "s"),
        *(Line(f"all in place, {name}", f"{level:g} s", Rate.of(s >= level for s in seconds)) for level in _LEVELS),
        *group_lines(f"exact in the last frame, {name}", exact, [()] * len(clips)),
    ]


@lru_cache(maxsize=1024)
def _centres(clip: Clip) -> list[dict[Solid, tuple[float, float] | None]]:
    return [true_centres(clip.scene, pose) for pose in clip.poses]


def _film(frames: Pixels) -> Pixels:
    return np.concatenate([frames[min(at, len(frames) - 1)] for at in _SHOWN], axis=1)
