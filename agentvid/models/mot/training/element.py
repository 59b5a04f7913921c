"""What a training sample is made of: typed elements in the order in which the model meets them.

    edit      Clean(before), Look(before), Text(instruction), Noisy(after)
    caption   Look(picture), Text(words, loss=True)
    chained   Text(first), Noisy(one), Clean(one), Look(one), Text(then), Noisy(two)
    frames    Text(words), Clip(latents, deltas=(1, 1, 1), loss=True)

What follows a noisy picture does not see it: to go on from it, its clean copy comes next (`Clean`, at the same
position), and the copy for the eye. Pictures come as latents; the codec is never trained.

Source: the packing of BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from agentvid.errors import InputError

__all__ = ["Clean", "Clip", "Element", "Look", "Noisy", "Sample", "Text"]


@dataclass(frozen=True)
class Text:
    """Words as token ids, without the opening and closing tokens, which packing adds.

    With `loss` the opening token and the words predict the words and the closing token. `then` is a token that the
    closing token predicts, such as the one that opens a picture ("draw now"). A `droppable` text may be left out, so
    that the model learns to do without it (see `dropout.py`).
    """

    ids: tuple[int, ...]
    loss: bool = False
    droppable: bool = False
    then: int | None = None


@dataclass(frozen=True, eq=False)
class Look:
    """A picture for the eye: [3, H, W] in -1 … 1, sides multiples of its patch. `then`: see Text."""

    pixels: Tensor
    droppable: bool = False
    then: int | None = None


@dataclass(frozen=True, eq=False)
class Clean:
    """A picture's latents [C, 1, H, W] as they are, at time 0: context. `then`: see Text."""

    latents: Tensor
    droppable: bool = False
    then: int | None = None


@dataclass(frozen=True, eq=False)
class Noisy:
    """A picture's latents [C, 1, H, W] to be predicted from noise: seen by itself alone. `then`: see Text."""

    latents: Tensor
    then: int | None = None


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames that belong together: latents [C, T, H, W], one attention block, one time for all frames.

    `deltas` are by how many positions each frame is before the next one (T - 1 numbers), and, where a number more is
    given, before what follows. With `loss` the frames are noisy and predicted; those that `pinned` names (by index)
    are shown as they are. Later elements see a noisy clip, so that it belongs at the end of a sample. A clip of one
    frame without deltas is a Noisy or a Clean picture. `then` belongs to the last frame.

    Raises: InputError where the numbers don't fit each other.
    """

    latents: Tensor
    deltas: tuple[int, ...]
    loss: bool = False
    pinned: tuple[int, ...] = ()
    droppable: bool = False
    then: int | None = None

    def __post_init__(self) -> None:
        frames = self.latents.shape[1]
        if len(self.deltas) not in (frames - 1, frames) or any(delta < 0 for delta in self.deltas):
            raise InputError(
                f"deltas {self.deltas} for {frames} frames", f"{frames - 1} or {frames} numbers of at least 0"
            )
        if self.loss and self.droppable:
            raise InputError("a clip with loss that may be dropped", "a clip with loss, or one that may be dropped")
        if any(not 0 <= index < frames for index in self.pinned) or (self.pinned and not self.loss):
            raise InputError(f"pinned frames {self.pinned}", f"some of the {frames} frames of a clip with loss")


Element = Text | Look | Clean | Noisy | Clip


@dataclass(frozen=True, eq=False)
class Sample:
    """Elements of one sequence, in order. Samples never see each other."""

    elements: tuple[Element, ...]
