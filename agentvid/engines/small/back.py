"""The small model's test of itself, without the truth: it draws the way back, and is held to the start.

Going back from a view costs one more view and is always done; of walks and of clips that go on it costs a second
drawing, and is done where the tool's argument `test` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agentvid.engines.small.inside import read_picture, rebuilt_db
from agentvid.engines.small.thinking import Task
from agentvid.models.mot.sizes import Pixels
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.film import GIVEN, ask_next, ask_steps, think_walk
from agentvid.world.language import Tour, tell_scene
from agentvid.world.render import SIZE
from agentvid.world.scene import Camera, Scene
from agentvid.world.selftest import SelfTest, distance, loop, time_back, untested, way_back
from agentvid.world.trust import to_error
from agentvid.world.words import Language

__all__ = ["back_from_view", "back_from_walk", "back_in_time"]

_UNTOLD: Final = "the way back was not tested (argument test does)"
_MARGIN: Final = 1.5
"""How many times its codec's own error a change is at least, to count as one."""


def back_from_view(
    task: Task,
    picture: Pixels,
    scene: Scene,
    cameras: Sequence[Camera],
    drawn: Mapping[Camera, Pixels],
    language: Language,
) -> SelfTest:
    """Turn back from the last view, or from the farthest of a path that returns, to where the picture was taken.

    The layout is not told: the model reads what it sees in that view, so that a view that shows something else leads
    elsewhere.
    """
    at = len(cameras) - 1
    if cameras[at] == scene.camera:
        at = max(range(len(cameras)), key=lambda each: distance(drawn[cameras[each]], picture))
    there = read_picture(task, drawn[cameras[at]])
    if there is None:
        return untested("the model reads no scene in its last view: the way back can't be drawn")
    turned = there.camera.turned(scene.camera.azimuth - cameras[at].azimuth)
    goal, session, watch = replace(turned, height=scene.camera.height), task.unified.session(), task.watch()
    session.look(drawn[cameras[at]])
    session.read(instruct(np.random.default_rng(task.request.seed), there, Turn(goal), language))
    session.read(tell_scene(replace(there, camera=goal), language), as_thought=True)
    back = session.draw((SIZE, SIZE), seed=task.request.seed, on_step=watch.on_step, cancelled=watch.cancelled)
    return way_back(picture, drawn[cameras[at]], back.image, at + 1, still=_still(task, picture))


def back_from_walk(task: Task, frames: Pixels, tour: Tour, language: Language) -> SelfTest:
    """Draw the walk again with only its last frame given, or its farthest of one that returns, and hold its start to
    the picture; a walk that returns is also held to its own end.
    """
    spots, picture, still = tour.walk.spots, frames[0], _still(task, frames[0])
    end, start = spots[-1], spots[0]
    turned = (end.heading_deg - start.heading_deg) % 360
    returns = abs(end.x - start.x) + abs(end.y - start.y) < 1e-6 and min(turned, 360 - turned) < 1e-6
    changes = [distance(frame, picture) for frame in frames]
    closed = loop([0.0, *changes[1:]], still) if returns else None
    if not task.request.maybe("test", bool):
        return untested(_UNTOLD).joined(closed)
    at, session, watch = int(np.argmax(changes)) if returns else len(frames) - 1, task.unified.session(), task.watch()
    session.read(ask_steps(tour.walk, language))
    session.read(think_walk(tour, language), as_thought=True)
    back = session.draw(
        (SIZE, SIZE),
        seed=task.request.seed,
        frames=len(frames),
        pinned={at: frames[at]},
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    ).frames[0]
    return way_back(picture, frames[at], back, at + 1, still=still).joined(closed)


def back_in_time(task: Task, given: Sequence[Pixels], new: Pixels) -> SelfTest:
    """Go on from the first new frames, reversed, to the first frame that was given."""
    if len(given) < 2:
        return untested("one frame was given: going back in time can't be tested")
    if len(new) < GIVEN:
        return untested(f"fewer than {GIVEN} new frames: going back in time can't be tested")
    if not task.request.maybe("test", bool):
        return untested(_UNTOLD)
    reverse, session, watch = new[GIVEN - 1 :: -1], task.unified.session(), task.watch()
    for frame in reverse:
        session.look(frame, latents=False)
    session.read(ask_next(np.random.default_rng(task.request.seed), "en"))
    drawn = session.draw(
        (SIZE, SIZE),
        seed=task.request.seed,
        frames=GIVEN + len(given),
        pinned=dict(enumerate(reverse)),
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    )
    return time_back(given[0], given[-1], new[-1], drawn.frames[-1], _still(task, given[-1]))


def _still(task: Task, picture: Pixels) -> float:
    return _MARGIN * to_error(rebuilt_db(task.unified, picture))
