"""Training examples of the small world, drawn from a seed: pictures, edits, views, walks, clips, questions, in words.

Example `i` of a seed is always the same, whatever was drawn before it; clips carry poses, and pixels are rendered when
asked for (`Example.render`), here by the fast caster or, for many at once, by `render.render_batch(example.shots)`.

    for example in examples(seed=0, split="train"):
        example.prompt, example.thought, example.answer, example.render()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.caption import CAPTION_KINDS, caption, instruct
from agentvid.world.edits import Turn, sample_edit
from agentvid.world.language import Tour, course_of, tell_change, tell_course, tell_scene, tell_tour
from agentvid.world.look import above
from agentvid.world.phrasing import REQUESTS, Phrasing, pick
from agentvid.world.physics import Clip, sample_action, simulate
from agentvid.world.question import ask_about_clip, ask_about_picture
from agentvid.world.render import SIZE, Shot, render_scene, visible
from agentvid.world.scene import AZIMUTHS, Camera, Scene, Split, sample_scene
from agentvid.world.walk import Spot, draw_path, eye_at, sample_walk, walk_from
from agentvid.world.words import LANGUAGES, WORDS, Language

__all__ = ["DEFAULT_SHARES", "TASKS", "Example", "Task", "example_at", "examples"]

Task: TypeAlias = Literal[
    "text_to_image",
    "edit",
    "view",
    "turntable",
    "walk",
    "map_to_view",
    "future",
    "text_to_video",
    "caption",
    "question",
    "clip_question",
]
DEFAULT_SHARES: Final[Mapping[Task, float]] = {
    "text_to_image": 0.34,
    "edit": 0.26,
    "view": 0.10,
    "turntable": 0.02,
    "walk": 0.02,
    "map_to_view": 0.02,
    "future": 0.05,
    "text_to_video": 0.03,
    "caption": 0.06,
    "question": 0.06,
    "clip_question": 0.04,
}
"""Shares of examples (not of tokens: a clip has 16 times those of a picture)."""
TASKS: Final[tuple[Task, ...]] = tuple(DEFAULT_SHARES)
LEAST_VISIBLE: Final = 60
"""Pixels of 128 x 128 that every solid shows at least, in the pictures that words are about."""
_VISIBLE_SIZE: Final = 64
_ALONE: Final = 0.2
"""Share of clips that may show one solid alone."""


@dataclass(frozen=True)
class Example:
    """One example. The first `given` shots are the model's input, the rest is what it draws.

    `prompt` is what is asked, `thought` what the drawing follows (or, for "caption", what is to be said), `answer` the
    words that answer a question, `kind` a family within the task; `path` is drawn on the first shot where there is one.
    """

    task: Task
    language: Language
    prompt: str
    thought: str
    answer: str
    kind: str
    shots: tuple[Shot, ...]
    given: int
    path: tuple[Spot, ...] = ()
    clip: Clip | None = None

    def render(self, size: int = SIZE) -> NDArray[np.uint8]:
        """Return all pictures, (T, size, size, 3), the given ones first."""
        frames = [render_scene(shot.scene, shot.poses, shot.eye, size).rgb for shot in self.shots]
        if self.path:
            frames[0] = draw_path(frames[0], self.path)
        return np.stack(frames)


@dataclass(frozen=True)
class _Wish:
    rng: np.random.Generator
    split: Split
    language: Language
    phrasing: Phrasing
    most: int

    def scene(self, least: int = 1) -> Scene:
        """A scene of at least so many solids, if so many are allowed, that can all be seen."""
        fewest = min(least, self.most)
        while True:
            scene = sample_scene(self.rng, int(self.rng.integers(fewest, self.most + 1)), self.split)
            if _all_visible(scene):
                return scene

    def request(self, task: str) -> str:
        """What is asked for where nothing of the scene need be said."""
        return pick(self.rng, REQUESTS[task], self.language, self.phrasing)


def examples(
    seed: int,
    split: Split = "train",
    shares: Mapping[Task, float] = DEFAULT_SHARES,
    start: int = 0,
    most_solids: int = 3,
    phrasing: Phrasing | None = None,
) -> Iterator[Example]:
    """Yield examples from number `start` on, for ever. Held-out splits speak in held-out phrasings unless told.

    Raises: InputError for shares that are not of known tasks or sum to 0.
    """
    index = start
    while True:
        yield example_at(seed, index, split, shares, most_solids, phrasing)
        index += 1


def example_at(
    seed: int,
    index: int,
    split: Split = "train",
    shares: Mapping[Task, float] = DEFAULT_SHARES,
    most_solids: int = 3,
    phrasing: Phrasing | None = None,
) -> Example:
    """Return example number `index` of a seed.

    Raises: InputError as `examples`.
    """
    unknown = [task for task in shares if task not in _MAKERS]
    whole = sum(shares.values())
    if unknown or whole <= 0:
        raise InputError(f"shares {dict(shares)}", f"shares above 0 of {', '.join(TASKS)}", "correct them")
    rng = np.random.default_rng([seed, index])
    names = list(shares)
    task = names[int(rng.choice(len(names), p=np.array([shares[name] for name in names]) / whole))]
    language = LANGUAGES[int(rng.integers(len(LANGUAGES)))]
    spoken: Phrasing = phrasing or ("train" if split == "train" else "held_out")
    wish = _Wish(rng, split, language, spoken, most_solids)
    while True:
        made = _MAKERS[task](wish)
        if made is not None:
            return made


def _text_to_image(wish: _Wish) -> Example:
    scene = wish.scene()
    kind = CAPTION_KINDS[int(wish.rng.choice(len(CAPTION_KINDS), p=(0.6, 0.14, 0.1, 0.08, 0.08)))]
    prompt = caption(wish.rng, scene, wish.language, kind, wish.phrasing)
    return _example("text_to_image", wish, prompt, tell_scene(scene, wish.language), (Shot(scene),), 0, kind=kind)


def _edit(wish: _Wish) -> Example | None:
    scene = wish.scene()
    edit = sample_edit(wish.rng, scene)
    if edit is None or isinstance(edit.change, Turn) or not _all_visible(edit.after):
        return None
    prompt = instruct(wish.rng, scene, edit.change, wish.language, wish.phrasing)
    thought, kind = tell_change(edit.change, wish.language), type(edit.change).__name__.lower()
    return _example("edit", wish, prompt, thought, (Shot(edit.before), Shot(edit.after)), 1, kind=kind)


def _view(wish: _Wish) -> Example | None:
    scene = wish.scene()
    edit = sample_edit(wish.rng, scene, "turn")
    if edit is None:
        return None
    prompt = instruct(wish.rng, scene, edit.change, wish.language, wish.phrasing)
    shots = (Shot(edit.before), Shot(edit.after))
    return _example("view", wish, prompt, tell_change(edit.change, wish.language), shots, 1)


def _turntable(wish: _Wish) -> Example:
    scene = wish.scene()
    shots = tuple(Shot(replace(scene, camera=scene.camera.turned(step))) for step in range(AZIMUTHS))
    prompt = wish.request("turntable")
    return _example("turntable", wish, prompt, tell_scene(scene, wish.language), shots, 1)


def _walk(wish: _Wish) -> Example:
    tour = _tour(wish)
    names = WORDS[wish.language]["step"]
    shots = tuple(Shot(tour.scene, eye=eye_at(spot)) for spot in tour.walk.spots)
    prompt = {"en": ", ", "zh": "，"}[wish.language].join(names[step] for step in tour.walk.steps)
    return _example("walk", wish, prompt, tell_tour(tour, wish.language), shots, 1)


def _map_to_view(wish: _Wish) -> Example:
    tour = _tour(wish)
    spots = tour.walk.spots
    shots = (Shot(tour.scene, eye=above()), *(Shot(tour.scene, eye=eye_at(spot)) for spot in spots))
    made = _example("map_to_view", wish, wish.request("map_to_view"), tell_tour(tour, wish.language), shots, 1)
    return replace(made, path=spots)


def _tour(wish: _Wish) -> Tour:
    """A walk of at least one step through a scene."""
    scene = replace(wish.scene(), camera=Camera())
    while True:
        start, steps = sample_walk(wish.rng, scene)
        if steps:
            return Tour(scene, walk_from(start, steps))


def _future(wish: _Wish) -> Example | None:
    clip = _clip(wish)
    if clip is None:
        return None
    thought = tell_course(course_of(clip), wish.language)
    acted = wish.rng.random() < 0.5
    given = 1 if acted else 3
    prompt = tell_course(replace(course_of(clip), events=()), wish.language)
    kind = "with_action" if acted else "without_action"
    return _of_clip("future", wish, clip, prompt if acted else wish.request("future"), thought, given, kind)


def _text_to_video(wish: _Wish) -> Example | None:
    clip = _clip(wish)
    if clip is None:
        return None
    acted = tell_course(replace(course_of(clip), events=()), wish.language)
    joint = {"en": "; ", "zh": "；"}[wish.language]
    scene = tell_scene(clip.scene, wish.language)
    thought = scene + joint + tell_course(course_of(clip), wish.language)
    return _of_clip("text_to_video", wish, clip, scene + joint + acted, thought, 0)


def _caption(wish: _Wish) -> Example:
    scene = wish.scene()
    prompt = wish.request("caption")
    thought = tell_scene(scene, wish.language)
    return replace(_example("caption", wish, prompt, thought, (Shot(scene),), 1), answer=thought)


def _question(wish: _Wish) -> Example | None:
    scene = wish.scene()
    asked = ask_about_picture(wish.rng, scene, wish.language, phrasing=wish.phrasing)
    if asked is None:
        return None
    made = _example("question", wish, asked.text, "", (Shot(scene),), 1, kind=asked.kind)
    return replace(made, answer=asked.answer)


def _clip_question(wish: _Wish) -> Example | None:
    clip = _clip(wish)
    asked = None if clip is None else ask_about_clip(wish.rng, clip, wish.language, phrasing=wish.phrasing)
    if clip is None or asked is None:
        return None
    made = _of_clip("clip_question", wish, clip, asked.text, "", len(clip.poses), asked.kind)
    return replace(made, answer=asked.answer)


def _clip(wish: _Wish) -> Clip | None:
    scene = wish.scene(least=1 if wish.rng.random() < _ALONE else 2)
    action = sample_action(wish.rng, scene)
    return None if action is None else simulate(scene, action)


def _of_clip(task: Task, wish: _Wish, clip: Clip, prompt: str, thought: str, given: int, kind: str = "") -> Example:
    shots = tuple(Shot(clip.scene, pose) for pose in clip.poses)
    return replace(_example(task, wish, prompt, thought, shots, given, kind=kind), clip=clip)


def _example(
    task: Task, wish: _Wish, prompt: str, thought: str, shots: tuple[Shot, ...], given: int, kind: str = ""
) -> Example:
    return Example(task, wish.language, prompt, thought, "", kind, shots, given)


def _all_visible(scene: Scene) -> bool:
    if len(scene.solids) == 1:
        return True
    least = LEAST_VISIBLE * (_VISIBLE_SIZE / SIZE) ** 2
    return bool((visible(render_scene(scene, size=_VISIBLE_SIZE), len(scene.solids)) >= least).all())


_MAKERS: Final[Mapping[Task, Callable[[_Wish], Example | None]]] = {
    "text_to_image": _text_to_image,
    "edit": _edit,
    "view": _view,
    "turntable": _turntable,
    "walk": _walk,
    "map_to_view": _map_to_view,
    "future": _future,
    "text_to_video": _text_to_video,
    "caption": _caption,
    "question": _question,
    "clip_question": _clip_question,
}
