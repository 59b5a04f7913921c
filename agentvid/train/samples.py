"""From records to training samples: what is asked, what is thought, what is drawn, in words drawn anew each time.

What the model is to learn beside its tasks is to obey an edited thought: prompts are hidden, or belong to another
scene, before the right thought, so that the picture comes to hang on the thought. Measured without that: 8 to 15 % of
edited thoughts were obeyed. A small share has no words at all, for guidance. Samples of clips: `films.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.models.mot.tokenizer import Tokenizer
from agentvid.models.mot.training import Clean, Element, Look, Noisy, Sample, Text
from agentvid.planner.compact import tell_request
from agentvid.train.films import FILM_TASKS, KIND_OF, FilmSampler, FilmTask, Shelves, Speech
from agentvid.train.messages import draw_message
from agentvid.train.records import Record
from agentvid.train.shelves import Shelf
from agentvid.world.caption import CAPTION_KINDS, caption, instruct
from agentvid.world.edits import Turn
from agentvid.world.language import tell_change, tell_scene
from agentvid.world.question import ask_about_picture
from agentvid.world.scene import Camera, Scene, Split, split_of
from agentvid.world.words import LANGUAGES, Language

__all__ = ["MIX", "WHAT_IS_THERE", "Sampler", "SmallTask", "Stage", "has_films", "stage_at"]

SmallTask: TypeAlias = Literal["text_to_image", "edit", "view", "caption", "question", "plan"] | FilmTask


@dataclass(frozen=True)
class Stage:
    """What is drawn from a step on: shares of scenes with one, two, three solids; share of those seen from the front;
    shares of rows (tokens and latents) of the tasks, as parts of their sum.

    Of the other scenes many are seen from the front as well, since that is where cameras stand most.
    """

    start: int
    solids: tuple[float, float, float]
    front: float
    mix: Mapping[SmallTask, float]


_FIRST: Final[Mapping[SmallTask, float]] = {"text_to_image": 0.58, "edit": 0.30, "caption": 0.08, "question": 0.04}
_THEN: Final[Mapping[SmallTask, float]] = {
    "text_to_image": 0.52,
    "edit": 0.34,
    "caption": 0.09,
    "question": 0.05,
    "plan": 0.06,
}
MIX: Final[Mapping[SmallTask, float]] = {
    "text_to_image": 0.34,
    "edit": 0.30,
    "view": 0.12,
    "caption": 0.16,
    "question": 0.06,
    "plan": 0.06,
}
"""Shares of rows of the tasks on still records, in the last stage before clips."""
_FILMS: Final[Mapping[SmallTask, float]] = {
    "future": 0.10,
    "text_to_video": 0.05,
    "turntable": 0.07,
    "walk": 0.08,
    "map_to_view": 0.05,
}
_WITH_FILMS: Final[Mapping[SmallTask, float]] = {
    **{task: share * (1 - sum(_FILMS.values())) / sum(MIX.values()) for task, share in MIX.items()},
    **_FILMS,
}
_CURRICULUM: Final = (
    Stage(0, (0.7, 0.3, 0.0), 0.9, _FIRST),
    Stage(400, (0.45, 0.4, 0.15), 0.8, _FIRST),
    Stage(1200, (0.34, 0.33, 0.33), 0.6, _THEN),
    Stage(3000, (0.34, 0.33, 0.33), 0.3, MIX),
    Stage(6000, (0.34, 0.33, 0.33), 0.0, MIX),
    Stage(8000, (0.34, 0.33, 0.33), 0.0, _WITH_FILMS),
)
"""One solid at full quality before two, one camera before all: places are named on the stage, and where they are in
the picture takes a turn for every other camera. Clips last, where single pictures are known."""
_LAST: Final = _CURRICULUM[-1]
_COPIES: Final[Mapping[str, int]] = {"text_to_image": 4, "edit": 4, "view": 4}
"""How often a picture is drawn in one sample, with noise of its own each time: the context is read but once."""
_KIND_SHARES: Final = (0.6, 0.14, 0.1, 0.08, 0.08)
_CAMERA_TOLD: Final = 0.5
"""Share of captions that tell the camera where it stands in front: who says nothing means that one."""
_NO_WORDS: Final = 0.10
_NO_THOUGHT: Final = 0.12
_HIDDEN: Final = 0.25
_CONTRADICTING: Final = 0.25
_PLANS: Final = 8192
"""Messages that are planned at most: a plan takes longer than a sample may, so each is made once."""
WHAT_IS_THERE: Final[Mapping[Language, str]] = {"en": "what is there, and where?", "zh": "有什么，在哪里？"}


def stage_at(step: int) -> Stage:
    """Return the stage of the curriculum that a step belongs to."""
    return next(stage for stage in reversed(_CURRICULUM) if step >= stage.start)


def has_films(steps: int) -> bool:
    """Tell whether a training of so many steps came to clips."""
    return steps > _CURRICULUM[-1].start


class Sampler:
    """Draws samples from shelves. What is drawn depends on the generator and on `stage` alone."""

    def __init__(
        self, still: Shelf, tokenizer: Tokenizer, shelves: Shelves | None = None, split: Split = "train"
    ) -> None:
        self.still, self.tokenizer, self.split = still, tokenizer, split
        self.films = FilmSampler(shelves or {}, Speech(self._words, self._caption, self._text))
        self.stage = _LAST
        self._plans: dict[int, Sample] = {}
        scenes = [record.scenes[0] for record in still.records.records]
        counts = np.array([min(len(scene.solids), 3) for scene in scenes])
        front = np.array([scene.camera == Camera() for scene in scenes])
        self._found = {
            is_front: [np.flatnonzero((counts == many) & (front | (not is_front))) for many in (1, 2, 3)]
            for is_front in (False, True)
        }
        self._makers: Mapping[str, Callable[[np.random.Generator], Sample]] = {
            "text_to_image": self.text_to_image,
            "edit": self.edit,
            "view": self.view,
            "caption": self.caption,
            "question": self.question,
            "plan": self.plan,
        }

    @property
    def mix(self) -> dict[SmallTask, float]:
        """The shares of the stage, without tasks that there are no records for."""
        there = self.films.tasks
        return {task: share for task, share in self.stage.mix.items() if task in there or task not in FILM_TASKS}

    def prepare(self, mix: Mapping[SmallTask, float]) -> None:
        """Make or load the records that a mix asks for."""
        for task in FILM_TASKS:
            if mix.get(task):
                self.films.shelf(KIND_OF[task])

    def draw(self, task: SmallTask, rng: np.random.Generator) -> Sample:
        """Return a sample of a task."""
        return (self._makers.get(task) or self.films.makers[task])(rng)

    def text_to_image(self, rng: np.random.Generator) -> Sample:
        """Words, a layout thought, the picture."""
        record, index = self._any(rng)
        frame = self._frame(rng, record)
        scene = record.scenes[frame]
        if split_of(scene) != self.split:
            frame, scene = 0, record.scenes[0]
        language = _language(rng)
        told = self._words(rng, self._caption(rng, scene, language), tell_scene(scene, language), self._other(rng))
        return Sample((*told, *self._noisy("text_to_image", index, frame)))

    def edit(self, rng: np.random.Generator) -> Sample:
        """A picture, an instruction, a thought of what changes, the picture after it.

        Of all scenes from the first step on: where the thought alone tells the whole picture, copying is not learnt.
        """
        record, index = self._any(rng, _LAST)
        assert record.edit is not None
        language = _language(rng)
        asked = instruct(rng, record.edit.before, record.edit.change, language)
        thought = tell_change(record.edit.change, language)
        other = self._any(rng, _LAST)[0].edit
        assert other is not None
        told = self._words(rng, asked, thought, instruct(rng, other.before, other.change, language))
        return Sample((*self._shown(index, 0), *told, *self._noisy("edit", index, 2)))

    def view(self, rng: np.random.Generator) -> Sample:
        """A picture, another camera, a thought of the whole scene as seen from there, the picture."""
        record, index = self._any(rng, _LAST)
        source, target = (0, 1) if rng.random() < 0.5 else (1, 0)
        scene, language = record.scenes[target], _language(rng)
        asked = instruct(rng, record.scenes[source], Turn(scene.camera), language)
        other = instruct(rng, scene, Turn(self._any(rng, _LAST)[0].scenes[1].camera), language)
        told = self._words(rng, asked, tell_scene(scene, language), other)
        return Sample((*self._shown(index, source), *told, *self._noisy("view", index, target)))

    def caption(self, rng: np.random.Generator) -> Sample:
        """A picture, and what is there and where."""
        record, index = self._any(rng)
        frame, language = self._frame(rng, record), _language(rng)
        answer = tell_scene(record.scenes[frame], language)
        return self._answered(index, frame, WHAT_IS_THERE[language], answer)

    def question(self, rng: np.random.Generator) -> Sample:
        """A picture, a question, the short answer."""
        while True:
            record, index = self._any(rng)
            frame = self._frame(rng, record)
            asked = ask_about_picture(rng, record.scenes[frame], _language(rng))
            if asked is not None:
                return self._answered(index, frame, asked.text, asked.answer)

    def plan(self, rng: np.random.Generator) -> Sample:
        """A message with what is at hand, the plan. Messages on held-out scenes have held-out wordings."""
        number = int(rng.integers(_PLANS))
        if number not in self._plans:
            self._plans[number] = self._planned(np.random.default_rng([number, _PLANS]))
        return self._plans[number]

    def _planned(self, rng: np.random.Generator) -> Sample:
        scene = self.still.records.records[int(rng.integers(len(self.still.records)))].scenes[0]
        made = draw_message(rng, scene, _language(rng), "train" if self.split == "train" else "held_out")
        return Sample((self._text(tell_request(made.request)), self._text(made.plan, loss=True)))

    def _any(self, rng: np.random.Generator, stage: Stage | None = None) -> tuple[Record, int]:
        stage = stage or self.stage
        found = self._found[bool(rng.random() < stage.front)]
        if not any(map(len, found)):
            found = self._found[False]
        of = [share if len(indices) else 0.0 for share, indices in zip(stage.solids, found, strict=True)]
        of = of if sum(of) else [float(len(indices)) for indices in found]
        indices = found[int(rng.choice(3, p=np.array(of) / sum(of)))]
        index = int(indices[int(rng.integers(len(indices)))])
        return self.still.records.records[index], index

    def _frame(self, rng: np.random.Generator, record: Record) -> int:
        """Return which frame of a record is shown; that of the other camera less often while the front comes first."""
        if record.scenes[0].camera == Camera() and rng.random() < self.stage.front:
            return 2 * int(rng.integers(2))
        return int(rng.integers(3))

    def _caption(self, rng: np.random.Generator, scene: Scene, language: Language) -> str:
        kind = CAPTION_KINDS[int(rng.choice(len(CAPTION_KINDS), p=_KIND_SHARES))]
        told = scene.camera != Camera() or rng.random() < _CAMERA_TOLD
        return caption(rng, scene, language, kind, with_camera=told)

    def _other(self, rng: np.random.Generator) -> str:
        record, _ = self._any(rng)
        return self._caption(rng, record.scenes[0], _language(rng))

    def _words(self, rng: np.random.Generator, prompt: str, thought: str, other: str | None) -> tuple[Element, ...]:
        """Return prompt and thought, one of them or none, or another prompt before the thought."""
        drawn = rng.random()
        if drawn < _NO_WORDS:
            return ()
        if drawn < _NO_WORDS + _NO_THOUGHT:
            return (self._text(prompt),)
        drawn = rng.random()
        if drawn < _HIDDEN:
            return (self._text(thought),)
        if drawn < _HIDDEN + _CONTRADICTING and other is not None:
            return self._text(other), self._text(thought)
        return self._text(prompt), self._text(thought, loss=True)

    def _shown(self, index: int, frame: int) -> tuple[Element, ...]:
        return Clean(self.still.latent(index, frame)), Look(self.still.pixels(index, frame))

    def _noisy(self, task: SmallTask, index: int, frame: int) -> tuple[Element, ...]:
        """Return the picture to draw, as often as the task draws it in one sample."""
        return (Noisy(self.still.latent(index, frame)),) * _COPIES[task]

    def _answered(self, index: int, frame: int, question: str, answer: str) -> Sample:
        return Sample((Look(self.still.pixels(index, frame)), self._text(question), self._text(answer, loss=True)))

    def _text(self, words: str, loss: bool = False) -> Text:
        return Text(tuple(self.tokenizer.encode(words)), loss=loss)


def _language(rng: np.random.Generator) -> Language:
    return LANGUAGES[int(rng.integers(len(LANGUAGES)))]
