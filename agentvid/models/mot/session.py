"""A session with a unified model: look, read, think, draw, and go back.

    session = model.session()
    session.look(photo)                       # uint8 [H, W, 3]
    before = session.mark()
    session.read("make the car red")
    thought = session.think(on_text=print)    # streamed; then part of what is read
    picture = session.draw().image
    session.rollback(before)                  # free: nothing is computed again
    session.read("make the car red")
    session.read("a dark red, as in rust", as_thought=True)     # a person's thought instead
    other = session.draw().image

Three contexts are kept, for guidance: all that was read; that without the latest text; all texts without pictures.
They share what they have in common.

Does not cover: whole tasks (`flows.py`), several drawings at once (`drawing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.context import Addition, Context, append, clean_picture, seen_picture, text
from agentvid.models.mot.decode import Decoding, decode, words_of
from agentvid.models.mot.drawing import Drawing, DrawProgress, Sketch, draw_together
from agentvid.models.mot.guidance import Branches, Guidance
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.sampling import Schedule
from agentvid.models.mot.sizes import Pixels, checked, resize, to_tensor

if TYPE_CHECKING:
    from agentvid.models.mot.unified import Unified

__all__ = ["Mark", "Seen", "Session", "Thought"]


@dataclass(frozen=True)
class Mark:
    """A moment of a session to come back to, any number of times. It holds no rows of its own."""

    full: Context
    text_free: Context
    image_free: Context | None
    saw_pictures: bool
    size: tuple[int, int] | None


@dataclass(frozen=True)
class Seen:
    """A picture as the model got it: (height, width) of its latents and as the eye saw it; `was` is what came in."""

    was: tuple[int, int]
    size: tuple[int, int]
    eye: tuple[int, int]


@dataclass(frozen=True)
class Thought:
    """What the model wrote. `ended` is False where it was cut at the limit."""

    text: str
    ended: bool


class Session:
    """One conversation with a model. Not for use by several threads at once.

    `thoughts_without_pictures`: whether thoughts also join the context without pictures that image guidance compares
    with. The family's interactive code leaves them out (the default), its evaluation scripts put them in.
    `room` is how many rows are allocated beforehand; more are made as needed.
    """

    def __init__(self, unified: Unified, *, thoughts_without_pictures: bool = False, room: int = 1024) -> None:
        self.unified = unified
        self.thoughts_without_pictures = thoughts_without_pictures
        self._full = Context.empty(unified.model, room)
        self._text_free = self._full.fork()
        self._image_free: Context | None = None  # None: the same as the full one
        self._saw_pictures = False
        self._size: tuple[int, int] | None = None

    @property
    def length(self) -> int:
        """Rows read so far."""
        return self._full.length

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) of the latest picture whose latents were read: the size of an edit of it."""
        return self._size

    @property
    def saw_pictures(self) -> bool:
        """Whether it has looked at any picture."""
        return self._saw_pictures

    @property
    def branches(self) -> Branches:
        """What a drawing would be conditioned on now."""
        return Branches(self._full, self._text_free, self._image_free)

    def mark(self) -> Mark:
        """Return this moment."""
        image_free = None if self._image_free is None else self._image_free.fork()
        return Mark(self._full.fork(), self._text_free.fork(), image_free, self._saw_pictures, self._size)

    def rollback(self, mark: Mark) -> None:
        """Go back (or forth) to a moment of this session. Computes nothing."""
        self._full, self._text_free = mark.full.fork(), mark.text_free.fork()
        self._image_free = None if mark.image_free is None else mark.image_free.fork()
        self._saw_pictures, self._size = mark.saw_pictures, mark.size

    def branch(self) -> Session:
        """Return a session that has read the same and goes its own way; what was read is shared."""
        twin = Session(self.unified, thoughts_without_pictures=self.thoughts_without_pictures, room=0)
        twin.rollback(self.mark())
        return twin

    @torch.no_grad()
    def read(self, words: str, *, as_thought: bool = False) -> None:
        """Read a text. As a thought it belongs to the text before it: text guidance compares with neither."""
        model, ids = self.unified.model, self.unified.format.text(words)
        before = self._full.fork()
        contexts, left_out = [self._full], as_thought and not self.thoughts_without_pictures
        if self._image_free is not None and not left_out:
            contexts.append(self._image_free)
        append(model, [text(model, context, ids) for context in contexts])
        if left_out and self._image_free is None:
            self._image_free = before.fork()
        if not as_thought:
            self._text_free = before

    @torch.no_grad()
    def look(self, picture: Pixels, *, latents: bool = True, posterior: torch.Generator | None = None) -> Seen:
        """Look at a picture (uint8 [H, W, 3]): its latents, to draw after it, and as the eye sees it, to understand it.

        `latents=False` is for understanding alone. The latents are the mean of the codec's posterior; a sample of it
        where a generator is given.

        Raises: InputError where the array is no picture.
        """
        unified = self.unified
        picture = checked(picture)
        was = picture.shape[0], picture.shape[1]
        size = unified.sizes.latent(*was)
        eye = unified.sizes.look(*size)
        fitted = resize(picture, *size)
        before = self.mark()
        try:
            for kind in unified.config.prompt.picture_order:
                if kind == "look":
                    append(unified.model, [self._looked(resize(fitted, *eye))])
                elif latents:
                    append(unified.model, [self._kept(fitted, posterior)])
        except BaseException:
            self.rollback(before)
            raise
        self._text_free = self._full.fork()
        self._image_free = before.full if self._image_free is None else self._image_free
        self._saw_pictures = True
        self._size = size if latents else self._size
        return Seen(was, size, eye)

    def stream(self, decoding: Decoding | None = None, cancelled: Callable[[], bool] | None = None) -> Iterator[str]:
        """Yield the model's own text after what was read, piece by piece. The session is not changed.

        Raises: Cancelled between two tokens.
        """
        unified = self.unified
        return words_of(self._written(decoding or Decoding(), cancelled), unified.tokenizer, unified.format.end)

    def think(
        self,
        decoding: Decoding | None = None,
        *,
        keep: bool = True,
        on_text: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Thought:
        """Let the model write, streaming to `on_text`; the whole text is then read as a thought.

        A kept thought is read anew as a text, so that the same words written by a person lead to the same result bit
        by bit. `keep=False` leaves the session as it was (an answer).

        Raises: Cancelled between two tokens; the session is then as before.
        """
        unified, decoding = self.unified, decoding or Decoding()
        closing: list[int] = []

        def counted() -> Iterator[int]:
            for id in self._written(decoding, cancelled):
                closing[:] = [id]
                yield id

        pieces = []
        ids = counted()
        for piece in words_of(ids, unified.tokenizer, unified.format.end):
            pieces.append(piece)
            if on_text is not None:
                on_text(piece)
        thought = Thought("".join(pieces), ended=closing == [unified.format.end])
        if keep:
            self.read(thought.text, as_thought=True)
        return thought

    def draw(
        self,
        size: tuple[int, int] | None = None,
        *,
        seed: int = 0,
        noise: Tensor | None = None,
        frames: int = 1,
        delta: int = 1,
        pinned: Mapping[int, Pixels] | None = None,
        schedule: Schedule | None = None,
        guidance: Guidance | None = None,
        on_step: Callable[[DrawProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Drawing:
        """Draw after what was read, at (height, width); without a size, at that of the latest picture.

        Several `frames` are drawn together, `delta` positions apart; `pinned` gives some of them, by index. `noise`
        ([rows, row_channels]) replaces what `seed` would give. The session is not changed: look at the result to go
        on from it. `on_step` may ask for a preview.

        Raises: InputError for a size that can't be drawn; Cancelled between two steps.
        """
        sketch = Sketch(self, size, seed, noise, frames, delta, pinned or {})
        (drawing,) = draw_together([sketch], schedule, guidance, on_step=on_step, cancelled=cancelled)
        return drawing

    def encode(self, picture: Pixels, size: tuple[int, int], posterior: torch.Generator | None = None) -> Tensor:
        """Return the latent rows [h·w, row_channels] of a picture at a size that the codec takes."""
        unified = self.unified
        latents = unified.codec.encode(to_tensor(resize(picture, *size))[:, None], posterior)
        return to_rows(latents, unified.config.latent.patch)

    def _written(self, decoding: Decoding, cancelled: Callable[[], bool] | None) -> Iterator[int]:
        """Yield what the model writes, and remember it together with the text before it."""
        unified, ids = self.unified, [*self._full.segments[-1].ids] if self._full.segments else []
        ids += unified.format.open()
        try:
            for id in decode(unified.model, self._full, unified.format, decoding, cancelled, unified.memory):
                ids.append(id)
                yield id
        finally:
            unified.memory.add(ids)

    def _looked(self, picture: Pixels) -> Addition:
        model = self.unified.model
        (rows,) = model.look_rows([to_tensor(picture)])
        patch = model.config.vision.patch
        grid = (picture.shape[0] // patch, picture.shape[1] // patch)
        return seen_picture(self._full, rows, self.unified.wrappers(), grid)

    def _kept(self, picture: Pixels, posterior: torch.Generator | None) -> Addition:
        model, size = self.unified.model, (picture.shape[0], picture.shape[1])
        stride = model.config.latent.stride
        grid = (size[0] // stride, size[1] // stride)
        if grid[0] > model.config.latent.table[1] or grid[1] > model.config.latent.table[2]:
            raise InputError(
                f"a picture of {size[1]}x{size[0]}", f"at most {stride * model.config.latent.table[1]} a side"
            )
        rows = self.encode(picture, size, posterior)
        return clean_picture(model, self._full, [rows], self.unified.wrappers(), grid)
