"""Samples packed into one sequence: which rows there are, where they are, what they are to predict.

A sample is a run of *splits*. Its mode says how the rows of a split see each other and who sees them later:

    causal   text: each row sees those before it; later splits see it
    full     pictures as context, clips: all rows see each other; later splits see them
    noise    a noisy picture: all rows see each other; nobody else sees them

The sequence exists in two orders. *Sequence order* is that of the elements. *Packed order* is what the network gets:
all tokens, then all rows of the eye, then all latent rows, so that each expert's rows are one slice.

Does not cover: who sees whom (`masks.py`), noise and time (`flow.py`).
Source: BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from agentvid.errors import InputError, SettingsError
from agentvid.models.mot.config import MoTConfig
from agentvid.models.mot.model import latent_ids
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.positions import PositionScheme, PositionState, position_scheme
from agentvid.models.mot.segments import Role, Segment
from agentvid.models.mot.tokenizer import SpecialIds
from agentvid.models.mot.training.element import Clean, Clip, Element, Look, Noisy, Sample, Text

__all__ = ["CLEAN", "Mode", "Packed", "Split", "pack"]

Mode = Literal["causal", "full", "noise"]

CLEAN = -1
"""In `Packed.timed`: a latent row that is shown as it is."""


@dataclass(frozen=True)
class Split:
    """A run of rows with one mode, of the sample with this index."""

    mode: Mode
    length: int
    sample: int


@dataclass(frozen=True, eq=False)
class Packed:
    """Samples as one sequence of N rows: K tokens, E rows of the eye and G latent rows. Tensors are on the CPU.

    `splits` and `positions` [3, N] are in sequence order; `place` [N] is where in the sequence each packed row is.
    `tokens` [K]; `looks` are the pictures [3, H, W] of the eye; `latents` [G, row_channels] are clean, `latent_ids`
    [G] their rows in the position table, and `timed` [G] says which of `times` independent times a row gets, or CLEAN.
    Of the tokens, those at `ce_at` [L] predict `labels` [L]; `ce_lengths` [L] is how many predictions the text that
    a token belongs to makes (1 for those after a closing token).
    """

    splits: tuple[Split, ...]
    positions: Tensor
    place: Tensor
    tokens: Tensor
    looks: tuple[Tensor, ...]
    latents: Tensor
    latent_ids: Tensor
    timed: Tensor
    times: int
    ce_at: Tensor
    labels: Tensor
    ce_lengths: Tensor

    @property
    def length(self) -> int:
        """Number of rows N."""
        return len(self.place)

    @property
    def order(self) -> Tensor:
        """The packed row [N] at each place of the sequence: `rows[packed.order]` are rows in sequence order."""
        return self.place.argsort()

    @property
    def sample_ids(self) -> Tensor:
        """The sample [N] of each row, in sequence order."""
        return self._per_row([split.sample for split in self.splits])

    @property
    def split_ids(self) -> Tensor:
        """The split [N] of each row, in sequence order."""
        return self._per_row(list(range(len(self.splits))))

    def _per_row(self, values: Sequence[int]) -> Tensor:
        lengths = torch.tensor([split.length for split in self.splits])
        return torch.tensor(values).repeat_interleave(lengths)


def pack(
    config: MoTConfig,
    special: SpecialIds,
    samples: Sequence[Sample],
    dropped: Sequence[Sequence[bool]] | None = None,
) -> Packed:
    """Pack samples into one sequence. `dropped` says for each element whether it is left out (`choose_dropped`).

    A text that is left out takes no positions, a picture or clip that is left out those it would have taken.

    Raises: InputError where an element does not fit the model, or nothing is left; SettingsError where the model's
    pictures don't share one position (how others were trained is not known here).
    """
    if config.positions.scheme != "shared" or config.latent.patch[0] != 1:
        raise SettingsError(
            f"positions {config.positions.scheme}, patches of {config.latent.patch[0]} latent frames",
            "pictures that share one position and are packed frame by frame",
        )
    packer = _Packer(config, special)
    for index, sample in enumerate(samples):
        left_out = dropped[index] if dropped is not None else (False,) * len(sample.elements)
        packer.state = PositionState()
        for element, is_dropped in zip(sample.elements, left_out, strict=True):
            packer.add(index, element, is_dropped)
    return packer.packed()


@dataclass
class _Packer:
    """The sequence so far. `*_at` are places in the sequence."""

    config: MoTConfig
    special: SpecialIds
    state: PositionState = field(default_factory=PositionState)
    rows: int = 0
    splits: list[Split] = field(default_factory=list)
    positions: list[Tensor] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    tokens_at: list[int] = field(default_factory=list)
    looks: list[Tensor] = field(default_factory=list)
    looks_at: list[int] = field(default_factory=list)
    latents: list[Tensor] = field(default_factory=list)
    latent_ids: list[Tensor] = field(default_factory=list)
    latents_at: list[int] = field(default_factory=list)
    timed: list[int] = field(default_factory=list)
    times: int = 0
    ce_at: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    ce_lengths: list[int] = field(default_factory=list)
    scheme: PositionScheme = field(init=False)

    def __post_init__(self) -> None:
        self.scheme = position_scheme(self.config.positions)

    def add(self, sample: int, element: Element, is_dropped: bool) -> None:
        segments = _segments(self.config, element)
        if is_dropped:
            if not isinstance(element, Text):
                for segment in segments:
                    _, self.state = self.scheme.place(segment, self.state)
            return
        self.splits.append(Split(_mode(element), sum(segment.length for segment in segments), sample))
        for segment in segments:
            placed, self.state = self.scheme.place(segment, self.state)
            self.positions.append(placed)
        if isinstance(element, Text):
            self._text(element)
        elif isinstance(element, Look):
            self._look(element, segments[0])
        else:
            self._frames(element, segments)

    def _text(self, text: Text) -> None:
        ids = [self.special.start, *text.ids, self.special.end]
        first = len(self.tokens)
        self._checked(text.ids)
        for id in ids:
            self._token(id)
        if text.loss:
            count = len(ids) - 1
            self.ce_at += range(first, first + count)
            self.labels += ids[1:]
            self.ce_lengths += [count] * count
        self._follow(text.then)

    def _look(self, look: Look, segment: Segment) -> None:
        inner = segment.length - 2
        self._token(self.special.picture_start)
        self.looks.append(look.pixels)
        self.looks_at += range(self.rows, self.rows + inner)
        self.rows += inner
        self._token(self.special.picture_end)
        self._follow(look.then)

    def _frames(self, element: Clean | Noisy | Clip, segments: Sequence[Segment]) -> None:
        is_noisy = _is_noisy(element)
        pinned = element.pinned if isinstance(element, Clip) else ()
        for index, segment in enumerate(segments):
            assert segment.grid is not None
            inner = segment.length - 2
            self._token(self.special.picture_start)
            self.latents.append(to_rows(element.latents[:, index : index + 1].float(), self.config.latent.patch))
            self.latent_ids.append(latent_ids(self.config.latent, segment.grid))
            self.latents_at += range(self.rows, self.rows + inner)
            self.timed += [self.times if is_noisy and index not in pinned else CLEAN] * inner
            self.rows += inner
            self._token(self.special.picture_end)
        self.times += is_noisy
        self._follow(element.then)

    def _token(self, id: int) -> None:
        self.tokens.append(id)
        self.tokens_at.append(self.rows)
        self.rows += 1

    def _follow(self, label: int | None) -> None:
        """Let the latest token predict a label."""
        if label is not None:
            self._checked([label])
            self.ce_at.append(len(self.tokens) - 1)
            self.labels.append(label)
            self.ce_lengths.append(1)

    def _checked(self, ids: Sequence[int]) -> None:
        vocab = self.config.backbone.vocab
        wrong = [id for id in ids if not 0 <= id < vocab]
        if wrong:
            raise InputError(f"token {wrong[0]}", f"tokens of 0 … {vocab - 1}", "use the model's own tokenizer")

    def packed(self) -> Packed:
        if not self.rows:
            raise InputError("samples without a single row", "at least one element that is not left out")
        none = torch.empty(0, self.config.latent.row_channels)
        return Packed(
            splits=tuple(self.splits),
            positions=torch.cat(self.positions, dim=1),
            place=torch.tensor([*self.tokens_at, *self.looks_at, *self.latents_at]),
            tokens=torch.tensor(self.tokens),
            looks=tuple(self.looks),
            latents=torch.cat([none, *(rows.cpu() for rows in self.latents)]),
            latent_ids=torch.cat([torch.empty(0, dtype=torch.int64), *self.latent_ids]),
            timed=torch.tensor(self.timed, dtype=torch.int64),
            times=self.times,
            ce_at=torch.tensor(self.ce_at, dtype=torch.int64),
            labels=torch.tensor(self.labels, dtype=torch.int64),
            ce_lengths=torch.tensor(self.ce_lengths, dtype=torch.int64),
        )


def _is_noisy(element: Clean | Noisy | Clip) -> bool:
    return isinstance(element, Noisy) or (isinstance(element, Clip) and element.loss)


def _mode(element: Element) -> Mode:
    """Return the mode of an element. A clip takes its mode from its first frame: `full` where something is told of
    what follows that frame."""
    if isinstance(element, Text):
        return "causal"
    if isinstance(element, Look | Clean) or (isinstance(element, Clip) and element.deltas):
        return "full"
    return "noise" if _is_noisy(element) else "full"


def _segments(config: MoTConfig, element: Element) -> list[Segment]:
    if isinstance(element, Text):
        return [Segment.text(len(element.ids) + 2)]
    if isinstance(element, Look):
        return [Segment.block("look", (1, *_look_grid(config, element.pixels)))]
    if not isinstance(element, Clip) and element.latents.shape[1:2] != (1,):
        raise InputError(f"latents {tuple(element.latents.shape)} as a picture", "latents [C, 1, H, W]", "give a Clip")
    grid = _latent_grid(config, element.latents)
    role: Role = "noise" if _is_noisy(element) else "clean"
    deltas = element.deltas if isinstance(element, Clip) else ()
    frames = element.latents.shape[1]
    return [Segment.block(role, (1, *grid), advance=deltas[i] if i < len(deltas) else None) for i in range(frames)]


def _look_grid(config: MoTConfig, pixels: Tensor) -> tuple[int, int]:
    patch, side = config.vision.patch, config.vision.side
    shape = tuple(pixels.shape)
    if len(shape) != 3 or shape[0] != 3 or any(n % patch or not 0 < n <= side * patch for n in shape[1:]):
        raise InputError(f"pixels {shape}", f"[3, H, W], sides multiples of {patch} up to {side * patch}")
    return shape[1] // patch, shape[2] // patch


def _latent_grid(config: MoTConfig, latents: Tensor) -> tuple[int, int]:
    (_, ph, pw), (_, rows, columns) = config.latent.patch, config.latent.table
    shape = tuple(latents.shape)
    fits = len(shape) == 4 and shape[0] == config.latent.channels and shape[1] > 0
    if not fits or shape[2] % ph or shape[3] % pw or not (0 < shape[2] <= rows * ph and 0 < shape[3] <= columns * pw):
        raise InputError(
            f"latents {shape}",
            f"[{config.latent.channels}, T, H, W], H and W multiples of {ph} and {pw} up to {rows * ph} and "
            f"{columns * pw}",
        )
    return shape[2] // ph, shape[3] // pw
