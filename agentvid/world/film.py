"""What is asked for, and thought of, where a clip is drawn: one place for training, engine and evaluation.

    future         the action that is done, or "what happens next?"       the course of events
    text_to_video  the scene, then the action                             the scene, then the course of events
    turntable      "turn once about the stage", perhaps after the scene   the scene as seen from where it begins
    walk           the steps, "forward x3, left"                          the scene and the whole walk
    map_to_view    "walk along the path"                                  the same

A frame's place in a clip tells what it shows: frame i of a turntable is seen i steps of 15 degrees further to the
right, frame i of a walk after i steps, frame i of an action i/8 seconds after the first one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from agentvid.world.language import Course, Tour, tell_course, tell_scene, tell_steps, tell_tour
from agentvid.world.phrasing import REQUESTS, Phrasing, pick
from agentvid.world.scene import AZIMUTHS, Scene
from agentvid.world.walk import Walk
from agentvid.world.words import Language

__all__ = [
    "GIVEN",
    "TURN_FRAMES",
    "WALK_FRAMES",
    "ask_action",
    "ask_along",
    "ask_next",
    "ask_steps",
    "ask_turn",
    "joined",
    "think_film",
    "think_future",
    "think_turn",
    "think_walk",
]

GIVEN: Final = 4
"""Frames that are given where no action is told: then what is seen goes on."""
TURN_FRAMES: Final = AZIMUTHS + 1
"""Frames of a turntable, the last one from where it began."""
WALK_FRAMES: Final = 29
"""Frames of the longest walk that is drawn together."""
_JOINT: Final[dict[Language, str]] = {"en": "; ", "zh": "；"}


def ask_action(course: Course, language: Language) -> str:
    """Return the words for what is done, without what comes of it."""
    return tell_course(Course(course.action), language)


def ask_next(rng: np.random.Generator, language: Language, phrasing: Phrasing = "train") -> str:
    """Return a question for what happens next."""
    return pick(rng, REQUESTS["future"], language, phrasing)


def ask_turn(rng: np.random.Generator, language: Language, phrasing: Phrasing = "train") -> str:
    """Return a wish for a turn about the stage."""
    return pick(rng, REQUESTS["turntable"], language, phrasing)


def ask_along(rng: np.random.Generator, language: Language, phrasing: Phrasing = "train") -> str:
    """Return a wish for what is seen along a path that is drawn on a map."""
    return pick(rng, REQUESTS["map_to_view"], language, phrasing)


def ask_steps(walk: Walk, language: Language) -> str:
    """Return the words for the steps of a walk; where it starts is seen."""
    return tell_steps(walk.steps, language)


def think_future(course: Course, language: Language) -> str:
    """Return the thought of what follows the first frames of a clip."""
    return tell_course(course, language)


def think_film(scene: Scene, course: Course, language: Language) -> str:
    """Return the thought of a clip from words: the scene, then what happens."""
    return joined(tell_scene(scene, language), tell_course(course, language), language)


def think_turn(scene: Scene, language: Language) -> str:
    """Return the thought of a turn about the stage: the scene as seen from where it begins."""
    return tell_scene(scene, language)


def think_walk(tour: Tour, language: Language) -> str:
    """Return the thought of a walk: the scene and the walk through it."""
    return tell_tour(tour, language)


def joined(first: str, second: str, language: Language) -> str:
    """Return two texts as one."""
    return first + _JOINT[language] + second
