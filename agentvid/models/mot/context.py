"""Sequences that the model has read: a cache, the position counter, and the segments that were read.

`append` reads new segments into several contexts in one forward. Contexts fork without copying, and roll back to a
mark for free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.attention import Append, Block
from agentvid.models.mot.cache import Cache
from agentvid.models.mot.model import MoT, latent_ids
from agentvid.models.mot.positions import PositionState
from agentvid.models.mot.segments import Segment

__all__ = ["Addition", "Context", "append", "clean_picture", "seen_picture", "text"]


class Context:
    """What one sequence has read. Change it through `append` and `rollback` only."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.state = PositionState()
        self.segments: tuple[Segment, ...] = ()

    @classmethod
    def empty(cls, model: MoT, capacity: int = 0) -> Context:
        """Return a context that has read nothing, with room for `capacity` rows made beforehand."""
        return cls(Cache(model.cache_shape, capacity))

    @property
    def length(self) -> int:
        """Rows read."""
        return self.cache.length

    def fork(self) -> Context:
        """Return a context that has read the same; the rows are shared."""
        twin = Context(self.cache.fork())
        twin.state, twin.segments = self.state, self.segments
        return twin

    def forget(self, rows: int) -> None:
        """Forget the last `rows` tokens of the text that was read last; computes nothing.

        Raises: ValueError where the text is shorter, or a picture was read last.
        """
        last = self.segments[-1] if self.segments else None
        if last is None or last.role != "text" or not 0 <= rows <= last.length:
            raise ValueError(f"can't forget {rows} tokens of {last}")
        self.cache.rollback(self.length - rows)
        self.state = replace(self.state, next=self.state.next - rows)
        kept = Segment.text(last.length - rows, last.ids[: last.length - rows])
        self.segments = self.segments[:-1] + ((kept,) if kept.length else ())

    def is_same(self, other: Context) -> bool:
        """Return whether both hold the very same rows (shared, not merely equal) and count positions alike."""
        return self.cache.shares == other.cache.shares and self.state.next == other.state.next


@dataclass(frozen=True)
class Addition:
    """Segments to read as one attention unit.

    `und` [U, D] are the rows of the understanding expert and `gen` [G, D] those of the generating one, in sequence
    order; a segment of role clean or noise takes its two wrappers from `und` and all others from `gen`.
    """

    context: Context
    segments: tuple[Segment, ...]
    und: Tensor
    gen: Tensor | None = None
    causal: bool = False


def text(model: MoT, context: Context, ids: Sequence[int]) -> Addition:
    """Return the addition of a run of tokens; each sees those before it."""
    return Addition(context, (Segment.text(len(ids), tuple(ids)),), model.embed(ids), causal=True)


def seen_picture(context: Context, rows: Tensor, wrappers: Tensor, grid: tuple[int, int]) -> Addition:
    """Return the addition of a picture seen by the eye: rows [h·w, D] between two wrapper rows [2, D]."""
    packed = torch.cat([wrappers[:1], rows, wrappers[1:]])
    return Addition(context, (Segment.block("look", (1, *grid)),), packed)


def clean_picture(
    model: MoT, context: Context, latents: Sequence[Tensor], wrappers: Tensor, grid: tuple[int, int], delta: int = 1
) -> Addition:
    """Return the addition of pictures as latents at time 0; several are one clip, `delta` positions apart.

    Each of `latents` is rows [h·w, row_channels] over the grid of rows (h, w).
    """
    ids = latent_ids(model.config.latent, (1, *grid)).to(model.device)
    rows = model.latent_rows(torch.cat(list(latents)), ids.repeat(len(latents)), torch.zeros(1))
    segments = tuple(Segment.block("clean", (1, *grid), advance=delta) for _ in latents[:-1])
    segments = (*segments, Segment.block("clean", (1, *grid)))
    return Addition(context, segments, wrappers.repeat(len(latents), 1), rows)


def append(model: MoT, additions: Sequence[Addition]) -> list[Tensor]:
    """Read segments into their contexts, all in one forward; each context may appear once.

    Returns for each addition its final-normed rows [n, D] in sequence order. A context changes only when the forward
    has succeeded.
    """
    und = [addition.und for addition in additions]
    gen = [addition.gen for addition in additions if addition.gen is not None]
    split = sum(len(rows) for rows in und)
    placed, blocks = [], []
    next_und, next_gen = 0, split
    for addition in additions:
        slices, next_und, next_gen = _slices(addition, next_und, next_gen)
        blocks.append(Block(addition.context.cache, slices, addition.causal))
        placed.append(_place(model, addition))
    packed = _packed(blocks, [positions for positions, _ in placed], next_gen)
    most, last = model.config.backbone.max_positions, int(packed.max()) if next_gen else 0
    if last >= most:
        raise InputError(f"position {last} of a text or picture", f"positions below {most}", "read less, or roll back")
    for block in blocks:
        block.cache.reserve(block.rows)
    try:
        out = model(torch.cat([*und, *gen]), split, model.turn(packed), Append(blocks))
    except BaseException:
        for block in blocks:
            block.cache.abandon()
        raise
    for addition, block, (_, state) in zip(additions, blocks, placed, strict=True):
        block.cache.commit()
        addition.context.state = state
        addition.context.segments += addition.segments
    return [out[b.slices[0]] if len(b.slices) == 1 else torch.cat([out[s] for s in b.slices]) for b in blocks]


def _slices(addition: Addition, und: int, gen: int) -> tuple[tuple[slice, ...], int, int]:
    """Return the packed rows of an addition in sequence order, and where the next one's begin."""
    slices: list[slice] = []
    for segment in addition.segments:
        if segment.role in ("text", "look"):
            slices.append(slice(und, und + segment.length))
            und += segment.length
        else:
            inner = segment.length - 2
            slices += [slice(und, und + 1), slice(gen, gen + inner), slice(und + 1, und + 2)]
            und, gen = und + 2, gen + inner
    return tuple(slices), und, gen


def _packed(blocks: Sequence[Block], placed: Sequence[Tensor], rows: int) -> Tensor:
    """Return positions [3, rows] in packed order for those of each block [3, n] in the order of its sequence."""
    if len(blocks) == 1 and len(blocks[0].slices) == 1:
        return placed[0]
    packed = torch.empty(3, rows, dtype=torch.int64)
    for block, positions in zip(blocks, placed, strict=True):
        sizes = [part.stop - part.start for part in block.slices]
        for part, piece in zip(block.slices, positions.split_with_sizes(sizes, dim=1), strict=True):
            packed[:, part] = piece
    return packed


def _place(model: MoT, addition: Addition) -> tuple[Tensor, PositionState]:
    state = addition.context.state
    placed = []
    for segment in addition.segments:
        positions, state = model.scheme.place(segment, state)
        placed.append(positions)
    return placed[0] if len(placed) == 1 else torch.cat(placed, dim=1), state
