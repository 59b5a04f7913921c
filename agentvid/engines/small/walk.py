"""Walks by the small model: what is seen after each step, from a picture at eye level, or from a map with a path.

A step forward goes to the next place (what the tool calls a metre), a turn is one of 15 degrees. Frames are drawn
together, or one by one, each beside all that were drawn before.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.small.back import back_from_walk
from agentvid.engines.small.inside import LEAST_MAP_DB, plain_picture
from agentvid.engines.small.thinking import Task, as_scene, as_thought, own_thought
from agentvid.errors import CallError
from agentvid.media.types import Action, Actions, Image
from agentvid.models.mot.session import Session
from agentvid.models.mot.sizes import Pixels
from agentvid.world.film import WALK_FRAMES, ask_along, ask_steps, think_walk
from agentvid.world.language import Tour
from agentvid.world.physics import FPS
from agentvid.world.render import SIZE
from agentvid.world.walk import TURN_DEG, Step, Walk, draw_path
from agentvid.world.words import Language, language_of

__all__ = ["map_to_view", "navigate"]

_MOST_STEPS: Final = WALK_FRAMES - 1
_STEP_OF: Final[Mapping[str, tuple[Step, float]]] = {
    "forward": ("forward", 1.0),
    "turn_left": ("left", TURN_DEG),
    "turn_right": ("right", TURN_DEG),
}
"""Move → step, and its amount in metres or degrees."""


def navigate(task: Task) -> EngineResult:
    """Walk on from `image`, seen at eye level, by `actions`; `stepwise` draws one frame after the other.

    The thought is the scene and the walk; without one the model writes its own. Outputs `video` (the picture first),
    `actions` as they were walked, `bound` (with `test` the way back is drawn too) and `thought`.

    Raises: CallError for moves that it does not know, or a picture that is not of this world; ToolFailed where no
    thought came.
    """
    request = task.request
    picture, steps = plain_picture(task, request.get("image", Image)), _steps(task, request.get("actions", Actions))
    _check_length(Walk(0, steps))
    tour, language = as_thought(request.thought), language_of(request.thought)
    if not isinstance(tour, Tour):
        session = _asked(task, picture, Walk(0, steps), language)

        def valid(text: str) -> Tour | None:
            written = as_thought(text)
            return written if isinstance(written, Tour) and written.walk.steps == steps else None

        tour = own_thought(task, session, valid, "write scene and walk as the step's thought")
    elif tour.walk.steps != steps:
        task.warnings.append("the thought tells another walk than the moves: what is drawn follows the thought")
    _check_length(tour.walk)
    task.told_level(tour.scene)
    stepwise = request.maybe("stepwise", bool) or False
    frames = _one_by_one(task, picture, tour, language) if stepwise else _together(task, picture, tour, language)
    fps = request.maybe("fps", float) or FPS
    test = back_from_walk(task, np.concatenate([picture[None], frames[1:]]), tour, language)
    bound = task.told_bound("navigate", range(len(tour.walk.steps) + 1), list(frames), picture, fps, test)
    video = task.context.store.put_video(iter(frames), fps)
    return EngineResult.of(
        *task.warnings,
        video=video,
        actions=_actions(tour.walk.steps),
        thought=think_walk(tour, language),
        bound=bound,
    )


def map_to_view(task: Task) -> EngineResult:
    """Draw what is seen on a way over a `map`: the thought's, that of `walk` (in words), or the path drawn on it.

    The thought is the scene and the walk; with `walk` and `layout` it is made of these; without them the model writes
    its own. Outputs `video`, `map` (with the path of `walk`) and `thought`.

    Raises: CallError where words are not of this world, or the map is not; ToolFailed where no thought came.
    """
    request = task.request
    picture = plain_picture(task, request.get("map", Image), LEAST_MAP_DB)
    told, tour = _told_walk(task), as_thought(request.thought)
    if told is not None:
        picture = draw_path(picture, told.spots)
    language = language_of(request.thought or (request.maybe("walk", str) or ""))
    scene = as_scene(request.maybe("layout", str) or "")
    if not isinstance(tour, Tour):
        tour = None if scene is None or told is None else Tour(scene, told)
    session = task.unified.session()
    session.look(picture)
    session.read(ask_along(np.random.default_rng(request.seed), language))
    if tour is None:

        def valid(text: str) -> Tour | None:
            written = as_thought(text)
            return written if isinstance(written, Tour) and told in (None, written.walk) else None

        tour = own_thought(task, session, valid, "write scene and walk as the step's thought")
    _check_length(tour.walk)
    task.told_level(tour.scene)
    thought = think_walk(tour, language)
    session.read(thought, as_thought=True)
    watch = task.watch()
    drawn = session.draw(
        (SIZE, SIZE),
        seed=request.seed,
        frames=len(tour.walk.steps) + 1,
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    )
    store = task.context.store
    video = store.put_video(iter(drawn.frames), request.maybe("fps", float) or FPS)
    return EngineResult.of(*task.warnings, video=video, map=store.put_image(picture), thought=thought)


def _asked(task: Task, picture: Pixels, walk: Walk, language: Language) -> Session:
    session = task.unified.session()
    session.look(picture, latents=False)
    session.read(ask_steps(walk, language))
    return session


def _together(task: Task, picture: Pixels, tour: Tour, language: Language) -> Pixels:
    session, watch = _asked(task, picture, tour.walk, language), task.watch()
    session.read(think_walk(tour, language), as_thought=True)
    return session.draw(
        (SIZE, SIZE),
        seed=task.request.seed,
        frames=len(tour.walk.steps) + 1,
        pinned={0: picture},
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    ).frames


def _one_by_one(task: Task, picture: Pixels, tour: Tour, language: Language) -> Pixels:
    frames, many = [picture], len(tour.walk.steps)
    watch = task.watch(many)
    for taken in range(1, many + 1):
        walk = Walk(tour.walk.azimuth, tour.walk.steps[:taken])
        session = _asked(task, picture, walk, language)
        session.read(think_walk(Tour(tour.scene, walk), language), as_thought=True)
        drawn = session.draw(
            (SIZE, SIZE),
            seed=task.request.seed,
            frames=taken + 1,
            pinned=dict(enumerate(frames)),
            on_step=watch.on_step,
            cancelled=watch.cancelled,
        )
        frames.append(drawn.frames[-1])
    return np.stack(frames)


def _steps(task: Task, actions: Actions) -> tuple[Step, ...]:
    """Return moves as steps; what is rounded is said."""
    steps: list[Step] = []
    for action in actions.actions:
        if action.move == "wait":
            continue
        if action.move not in _STEP_OF:
            raise CallError(
                f"outside its world: the move {action.move}",
                ", ".join(_STEP_OF),
                "turn round instead, or ask engine classical",
            )
        step, size = _STEP_OF[action.move]
        many = round(action.amount / size)
        if many * size != action.amount:
            task.warnings.append(f"{action.move} {action.amount:g}: {many} whole steps of {size:g}")
        steps += [step] * many
    if not steps:
        raise CallError("no whole step", f"1 m forward, or a turn of {TURN_DEG:g} degrees", "go further")
    return tuple(steps)


def _actions(steps: tuple[Step, ...]) -> Actions:
    walked = []
    moves: dict[Step, tuple[Any, float]] = {step: (move, size) for move, (step, size) in _STEP_OF.items()}
    for step, run in groupby(steps):
        many, (move, size) = len([*run]), moves[step]
        walked.append(Action(move=move, amount=many * size, seconds=many / FPS))
    return Actions(actions=tuple(walked))


def _told_walk(task: Task) -> Walk | None:
    told = (task.request.maybe("walk", str) or "").strip()
    walk = as_thought(told)
    if told and not isinstance(walk, Walk):
        raise CallError(f"the walk {told!r}", "such as 'walk: start at the left; forward x3, left'", "write it so")
    return walk if isinstance(walk, Walk) else None


def _check_length(walk: Walk) -> None:
    if not 1 <= len(walk.steps) <= _MOST_STEPS:
        raise CallError(f"a walk of {len(walk.steps)} steps", f"1 to {_MOST_STEPS}", "walk in parts")
