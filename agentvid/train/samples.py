"""From records to training samples: what is asked, what is thought, what is drawn, in words drawn anew each time.

What the model is to learn beside its tasks is to obey an edited thought: prompts are hidden, or belong to another
scene, before the right thought, so that the picture comes to hang on the thought. Measured without that: 8 to 15 % of
edited thoughts were obeyed. A small share has no words at all, for guidance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.models.mot.tokenizer import Tokenizer
from agentvid.models.mot.training import Clean, Clip, Element, Look, Noisy, Sample, Text
from agentvid.train.records import Record
from agentvid.train.shelves import Shelf
from agentvid.world.caption import CAPTION_KINDS, caption, instruct
from agentvid.world.edits import Turn
from agentvid.world.language import Course, course_of, tell_change, tell_course, tell_scene
from agentvid.world.question import ask_about_picture
from agentvid.world.scene import Scene, Split, split_of
from agentvid.world.words import LANGUAGES, Language

__all__ = ["MIX", "WHAT_IS_THERE", "Sampler", "SmallTask", "shares_at"]

SmallTask: TypeAlias = Literal["text_to_image", "edit", "view", "caption", "question", "future", "text_to_video"]
MIX: Final[Mapping[SmallTask, float]] = {
    "text_to_image": 0.40,
    "edit": 0.30,
    "view": 0.12,
    "caption": 0.10,
    "question": 0.08,
}
"""Shares of rows (tokens and latents) of the tasks on still records."""

_CURRICULUM: Final = ((0, (0.7, 0.3, 0.0)), (400, (0.45, 0.4, 0.15)), (1200, (0.34, 0.33, 0.33)))
"""From which step on scenes of one, two and three solids have which shares: one at full quality before two."""
_KIND_SHARES: Final = (0.6, 0.14, 0.1, 0.08, 0.08)
_NO_WORDS: Final = 0.10
_NO_THOUGHT: Final = 0.12
_HIDDEN: Final = 0.25
_CONTRADICTING: Final = 0.25
WHAT_IS_THERE: Final[Mapping[Language, str]] = {"en": "what is there, and where?", "zh": "有什么，在哪里？"}


def shares_at(step: int) -> tuple[float, float, float]:
    """Return the shares of scenes with one, two and three solids at a step."""
    return next(shares for start, shares in reversed(_CURRICULUM) if step >= start)


class Sampler:
    """Draws samples from shelves. What is drawn depends on the generator, and on `shares` of solids, alone."""

    def __init__(self, still: Shelf, tokenizer: Tokenizer, clips: Shelf | None = None, split: Split = "train") -> None:
        self.still, self.clips, self.tokenizer, self.split = still, clips, tokenizer, split
        self.shares = _CURRICULUM[-1][1]
        counts = np.array([min(len(record.scenes[0].solids), 3) for record in still.records.records])
        self._of_count = [np.flatnonzero(counts == many) for many in (1, 2, 3)]
        self._makers: Mapping[SmallTask, Callable[[np.random.Generator], Sample]] = {
            "text_to_image": self.text_to_image,
            "edit": self.edit,
            "view": self.view,
            "caption": self.caption,
            "question": self.question,
            "future": self.future,
            "text_to_video": self.text_to_video,
        }

    def draw(self, task: SmallTask, rng: np.random.Generator) -> Sample:
        """Return a sample of a task."""
        return self._makers[task](rng)

    def text_to_image(self, rng: np.random.Generator) -> Sample:
        """Words, a layout thought, the picture."""
        record, index = self._any(rng)
        frame = int(rng.integers(3))
        scene = record.scenes[frame]
        if split_of(scene) != self.split:
            frame, scene = 0, record.scenes[0]
        language = _language(rng)
        told = self._words(rng, self._caption(rng, scene, language), tell_scene(scene, language), self._other(rng))
        return Sample((*told, Noisy(self.still.latent(index, frame))))

    def edit(self, rng: np.random.Generator) -> Sample:
        """A picture, an instruction, a thought of what changes, the picture after it."""
        record, index = self._any(rng)
        assert record.edit is not None
        language = _language(rng)
        asked = instruct(rng, record.edit.before, record.edit.change, language)
        thought = tell_change(record.edit.change, language)
        other = self._any(rng)[0].edit
        assert other is not None
        told = self._words(rng, asked, thought, instruct(rng, other.before, other.change, language))
        return Sample((*self._shown(index, 0), *told, *self._noisy(index, 2)))

    def view(self, rng: np.random.Generator) -> Sample:
        """A picture, another camera, a thought of the whole scene as seen from there, the picture."""
        record, index = self._any(rng)
        source, target = (0, 1) if rng.random() < 0.5 else (1, 0)
        scene, language = record.scenes[target], _language(rng)
        asked = instruct(rng, record.scenes[source], Turn(scene.camera), language)
        other = instruct(rng, scene, Turn(self._any(rng)[0].scenes[1].camera), language)
        told = self._words(rng, asked, tell_scene(scene, language), other)
        return Sample((*self._shown(index, source), *told, *self._noisy(index, target)))

    def caption(self, rng: np.random.Generator) -> Sample:
        """A picture, and what is there and where."""
        record, index = self._any(rng)
        frame, language = int(rng.integers(3)), _language(rng)
        answer = tell_scene(record.scenes[frame], language)
        return self._answered(index, frame, WHAT_IS_THERE[language], answer)

    def question(self, rng: np.random.Generator) -> Sample:
        """A picture, a question, the short answer."""
        while True:
            record, index = self._any(rng)
            frame = int(rng.integers(3))
            asked = ask_about_picture(rng, record.scenes[frame], _language(rng))
            if asked is not None:
                return self._answered(index, frame, asked.text, asked.answer)

    def future(self, rng: np.random.Generator) -> Sample:
        """The first frames of a clip, what is done, the course of events, the frames that follow, drawn together."""
        shelf, record, index = self._any_clip(rng)
        assert record.clip is not None
        language, given = _language(rng), 1
        course = course_of(record.clip)
        told = self._words(rng, tell_course(Course(course.action), language), tell_course(course, language), None)
        shown = (Clean(shelf.latent(index, 0)), Look(shelf.pixels(index, 0)))
        return Sample((*shown, *told, self._frames(shelf, index, given)))

    def text_to_video(self, rng: np.random.Generator) -> Sample:
        """Words, a thought of the scene and of what happens, the whole clip, drawn together."""
        shelf, record, index = self._any_clip(rng)
        assert record.clip is not None
        language, course = _language(rng), course_of(record.clip)
        joint = {"en": "; ", "zh": "；"}[language]
        scene = tell_scene(record.clip.scene, language)
        prompt = self._caption(rng, record.clip.scene, language) + joint + tell_course(Course(course.action), language)
        told = self._words(rng, prompt, scene + joint + tell_course(course, language), None)
        return Sample((*told, self._frames(shelf, index, 0)))

    def _frames(self, shelf: Shelf, index: int, given: int) -> Clip:
        latents = shelf.latents[index, given:].float().transpose(0, 1)
        return Clip(latents, deltas=(1,) * (latents.shape[1] - 1), loss=True)

    def _any(self, rng: np.random.Generator) -> tuple[Record, int]:
        of = [share if len(found) else 0.0 for share, found in zip(self.shares, self._of_count, strict=True)]
        found = self._of_count[int(rng.choice(3, p=np.array(of) / sum(of)))]
        index = int(found[int(rng.integers(len(found)))])
        return self.still.records.records[index], index

    def _any_clip(self, rng: np.random.Generator) -> tuple[Shelf, Record, int]:
        assert self.clips is not None
        index = int(rng.integers(len(self.clips.records)))
        return self.clips, self.clips.records.records[index], index

    def _caption(self, rng: np.random.Generator, scene: Scene, language: Language) -> str:
        kind = CAPTION_KINDS[int(rng.choice(len(CAPTION_KINDS), p=_KIND_SHARES))]
        return caption(rng, scene, language, kind)

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

    def _noisy(self, index: int, frame: int) -> tuple[Element, ...]:
        """Return the picture to draw, twice, with noise of its own each time: the context is read but once for both."""
        return (Noisy(self.still.latent(index, frame)),) * 2

    def _answered(self, index: int, frame: int, question: str, answer: str) -> Sample:
        return Sample((Look(self.still.pixels(index, frame)), self._text(question), self._text(answer, loss=True)))

    def _text(self, words: str, loss: bool = False) -> Text:
        return Text(tuple(self.tokenizer.encode(words)), loss=loss)


def _language(rng: np.random.Generator) -> Language:
    return LANGUAGES[int(rng.integers(len(LANGUAGES)))]
