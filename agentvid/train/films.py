"""Training samples of clips: what is given stands in the clip as it is, the other frames are drawn together.

What is asked and thought is told by `world.film`. A sample shows a few frames of a clip, now in a row, now far apart,
now and then all of them: how many positions apart they are tells which ones, so that clips longer than most samples
are within what was trained. All frames of a sample are as noisy as each other; those that are given are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from agentvid.models.mot.training import Clean, Clip, Element, Look, Sample
from agentvid.train.records import BARE_MAP, MAP, OTHER_MAP, Kind, Record
from agentvid.train.shelves import Shelf
from agentvid.world import film
from agentvid.world.language import Tour, course_of
from agentvid.world.scene import AZIMUTHS, Scene
from agentvid.world.walk import Walk
from agentvid.world.words import LANGUAGES, Language

__all__ = ["FILM_TASKS", "KIND_OF", "FilmSampler", "FilmTask", "Shelves", "Speech", "choose_frames"]

FilmTask: TypeAlias = Literal["future", "text_to_video", "turntable", "walk", "map_to_view"]
FILM_TASKS: Final[tuple[FilmTask, ...]] = get_args(FilmTask)
KIND_OF: Final[Mapping[FilmTask, Kind]] = {
    "future": "clip",
    "text_to_video": "clip",
    "turntable": "turntable",
    "walk": "walk",
    "map_to_view": "walk",
}
"""Task → which records it is drawn from."""
Shelves: TypeAlias = Mapping[Kind, Callable[[], Shelf]]
"""How to get the shelf of a kind: called when a task first wants it."""

_FEW: Final = (3, 7)
"""Frames that most samples draw, from and to."""
_WHOLE: Final = 0.08
"""Share of samples that show all frames up to one."""
_IN_A_ROW: Final = 0.5
_MOST_APART: Final = 3
_ACTION_TOLD: Final = 0.6
_FROM_START: Final = 0.4
"""Share of what goes on without an action told that is given from the first frame on, so that a thought can tell it."""
_FROM_WORDS: Final = 0.35
_STEP_BY_STEP: Final = 0.15
_MOST_BEFORE: Final = 12
"""Frames that are given at most where the next step alone is drawn."""
_OTHER_MAP: Final = 0.3
_WITHOUT: Final = 0.1


@dataclass(frozen=True)
class Speech:
    """What the sampler of stills hands over: how prompt and thought are told (`words`), captions, texts as elements."""

    words: Callable[[np.random.Generator, str, str, str | None], tuple[Element, ...]]
    caption: Callable[[np.random.Generator, Scene, Language], str]
    text: Callable[[str], Element]


def choose_frames(rng: np.random.Generator, last: int) -> tuple[int, ...]:
    """Choose frame 0 and some of those up to `last` that follow it, in order."""
    if last > _FEW[1] and rng.random() < _WHOLE:
        return tuple(range(int(rng.integers(_FEW[1] + 1, last + 1)) + 1))
    many = min(last, int(rng.integers(_FEW[0], _FEW[1] + 1)))
    if rng.random() < _IN_A_ROW:
        apart = 1 + int(rng.integers(min(_MOST_APART, last // many)))
        first = 1 + int(rng.integers(last - (many - 1) * apart))
        return (0, *(first + index * apart for index in range(many)))
    return (0, *(1 + int(index) for index in np.sort(rng.choice(last, many, replace=False))))


class FilmSampler:
    """Draws samples of clips from shelves. What is drawn depends on the generator alone."""

    def __init__(self, shelves: Shelves, speech: Speech) -> None:
        self._get, self._speech = shelves, speech
        self._loaded: dict[Kind, Shelf] = {}
        self.makers: Mapping[str, Callable[[np.random.Generator], Sample]] = {
            "future": self.future,
            "text_to_video": self.text_to_video,
            "turntable": self.turntable,
            "walk": self.walk,
            "map_to_view": self.map_to_view,
        }

    @property
    def tasks(self) -> frozenset[FilmTask]:
        """The tasks for which there are records."""
        return frozenset(task for task in FILM_TASKS if KIND_OF[task] in self._get)

    def shelf(self, kind: Kind) -> Shelf:
        """Return a shelf, making or loading it the first time."""
        if kind not in self._loaded:
            self._loaded[kind] = self._get[kind]()
        return self._loaded[kind]

    def future(self, rng: np.random.Generator) -> Sample:
        """The first frame and what is done, or frames from anywhere in a clip; the course of events; what follows."""
        shelf, record, index = self._any("clip", rng)
        assert record.clip is not None
        language, course = _language(rng), course_of(record.clip)
        is_told = rng.random() < _ACTION_TOLD
        given, last = (1 if is_told else film.GIVEN), len(record.clip.poses) - 1
        is_whole = is_told or rng.random() < _FROM_START
        start = 0 if is_whole else 1 + int(rng.integers(last - given - _FEW[0]))
        prompt = film.ask_action(course, language) if is_told else film.ask_next(rng, language)
        if is_whole:
            told = self._speech.words(rng, prompt, film.think_future(course, language), self._other_action(rng))
        else:
            told = () if rng.random() < _WITHOUT else (self._speech.text(prompt),)
        chosen = choose_frames(rng, last - start - given + 1)
        frames = [*range(start, start + given - 1), *(start + given - 1 + number for number in chosen)]
        shown = [Look(shelf.pixels(index, frame)) for frame in frames[:given]]
        return Sample((*shown, *told, _clip(shelf, index, frames, [f - start for f in frames], given)))

    def text_to_video(self, rng: np.random.Generator) -> Sample:
        """Words, a thought of the scene and of what happens, the clip."""
        shelf, record, index = self._any("clip", rng)
        language = _language(rng)
        assert record.clip is not None
        thought = film.think_film(record.clip.scene, course_of(record.clip), language)
        other = self._film_prompt(rng, self._any("clip", rng)[1], _language(rng))
        told = self._speech.words(rng, self._film_prompt(rng, record, language), thought, other)
        frames = choose_frames(rng, len(record.clip.poses) - 1)
        return Sample((*told, _clip(shelf, index, frames, frames)))

    def turntable(self, rng: np.random.Generator) -> Sample:
        """A picture or a caption, the scene as seen from there, what is seen on a turn about the stage."""
        shelf, record, index = self._any("turntable", rng)
        language, start = _language(rng), int(rng.integers(AZIMUTHS))
        scene = _turned(record.scenes[0], start)
        thought, steps = film.think_turn(scene, language), choose_frames(rng, film.TURN_FRAMES - 1)
        frames = [(start + step) % AZIMUTHS for step in steps]
        if rng.random() < _FROM_WORDS:
            other = self._turn_prompt(rng, self._any("turntable", rng)[1].scenes[0], _language(rng))
            told = self._speech.words(rng, self._turn_prompt(rng, scene, language), thought, other)
            return Sample((*told, _clip(shelf, index, frames, steps)))
        told = self._speech.words(rng, film.ask_turn(rng, language), thought, None)
        return Sample((Look(shelf.pixels(index, start)), *told, _clip(shelf, index, frames, steps, 1)))

    def walk(self, rng: np.random.Generator) -> Sample:
        """What is seen at the start, steps, the scene and the walk, what is seen on it: together, or the next step."""
        shelf, record, index = self._any("walk", rng)
        language, whole = _language(rng), record.walks[0]
        if rng.random() < _STEP_BY_STEP:
            last = 1 + int(rng.integers(_MOST_BEFORE))
            frames, given = tuple(range(last + 1)), last
        else:
            last = 1 + int(rng.integers(len(whole.steps)))
            frames, given = choose_frames(rng, last), 1
        walk = Walk(whole.azimuth, whole.steps[:last])
        other = film.ask_steps(self._any("walk", rng)[1].walks[1], _language(rng))
        thought = film.think_walk(Tour(record.scenes[0], walk), language)
        told = self._speech.words(rng, film.ask_steps(walk, language), thought, other)
        return Sample((Look(shelf.pixels(index, 0)), *told, _clip(shelf, index, frames, frames, given)))

    def map_to_view(self, rng: np.random.Generator) -> Sample:
        """A map with a path, the scene and the walk, what is seen on it; or a map with another path or none.

        The walk that is told wins over the path that is drawn.
        """
        shelf, record, index = self._any("walk", rng)
        language, walk = _language(rng), record.walks[1]
        prompt, thought = film.ask_along(rng, language), film.think_walk(Tour(record.scenes[0], walk), language)
        if rng.random() < _OTHER_MAP:
            shown, told = int(rng.choice([BARE_MAP, OTHER_MAP])), tuple(map(self._speech.text, (prompt, thought)))
        else:
            shown, told = MAP, self._speech.words(rng, prompt, thought, None)
        frames = choose_frames(rng, len(walk.steps))
        looked = (Clean(shelf.latent(index, shown)), Look(shelf.pixels(index, shown)))
        return Sample((*looked, *told, _clip(shelf, index, frames, frames)))

    def _any(self, kind: Kind, rng: np.random.Generator) -> tuple[Shelf, Record, int]:
        shelf = self.shelf(kind)
        index = int(rng.integers(len(shelf.records)))
        return shelf, shelf.records.records[index], index

    def _other_action(self, rng: np.random.Generator) -> str:
        clip = self._any("clip", rng)[1].clip
        assert clip is not None
        return film.ask_action(course_of(clip), _language(rng))

    def _film_prompt(self, rng: np.random.Generator, record: Record, language: Language) -> str:
        assert record.clip is not None
        told = self._speech.caption(rng, record.clip.scene, language)
        return film.joined(told, film.ask_action(course_of(record.clip), language), language)

    def _turn_prompt(self, rng: np.random.Generator, scene: Scene, language: Language) -> str:
        return film.joined(self._speech.caption(rng, scene, language), film.ask_turn(rng, language), language)


def _clip(shelf: Shelf, record: int, frames: Sequence[int], places: Sequence[int], given: int = 0) -> Clip:
    """Return these frames of a record, at these places of the clip; the first ones are given."""
    latents = shelf.latents[record, list(frames)].float().transpose(0, 1)
    deltas = tuple(after - before for before, after in pairwise(places))
    return Clip(latents, deltas, loss=True, pinned=tuple(range(given)))


def _turned(scene: Scene, steps: int) -> Scene:
    return replace(scene, camera=scene.camera.turned(steps))


def _language(rng: np.random.Generator) -> Language:
    return LANGUAGES[int(rng.integers(len(LANGUAGES)))]
