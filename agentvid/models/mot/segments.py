"""What a context is made of: segments, in order. A segment says what its rows are, not their numbers.

Positions, attention and guidance are functions of segments alone, so that they can be computed, tested and priced
without a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Role", "Segment"]

Role = Literal["text", "look", "clean", "noise"]
"""Words; a picture through the eye; a picture's latents as they are; latents that are being drawn."""


@dataclass(frozen=True)
class Segment:
    """One run of rows that belong together.

    A segment with a `grid` (T, h, w) is a visual block: T·h·w rows between two wrapper tokens. `advance` is by how
    much the position counter moves on where that differs from the scheme's own rule (frames of one clip are `advance`
    apart). `t_start` moves the block's temporal axis to start there; `reuse_source` gives it the positions of the
    latest clean block of the same size (both for grid positions only). `ids` are the tokens of a text, where they are
    known; what a segment's rows are does not depend on them.
    """

    role: Role
    length: int
    grid: tuple[int, int, int] | None = None
    advance: int | None = None
    t_start: int | None = None
    reuse_source: bool = False
    ids: tuple[int, ...] = field(default=(), compare=False)

    @classmethod
    def text(cls, length: int, ids: tuple[int, ...] = ()) -> Segment:
        """Return a run of `length` tokens."""
        return cls("text", length, ids=ids)

    @classmethod
    def block(
        cls, role: Role, grid: tuple[int, int, int], *, advance: int | None = None, t_start: int | None = None
    ) -> Segment:
        """Return a visual block with its two wrapper tokens."""
        t, h, w = grid
        return cls(role, t * h * w + 2, grid, advance, t_start)
