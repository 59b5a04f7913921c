"""Where a row is: rotary positions of segments, and the fixed sine-cosine tables added to visual rows.

Every row has three positions (t, row, column). Text has them equal; a family whose pictures share one position has
them equal everywhere, so one rotary implementation with sections serves all families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

import torch
from torch import Tensor

from agentvid.models.mot.config import LatentConfig, PositionConfig
from agentvid.models.mot.segments import Segment

__all__ = [
    "GridPositions",
    "PositionScheme",
    "PositionState",
    "Rope",
    "SharedPositions",
    "apply_rope",
    "latent_table",
    "layout",
    "position_scheme",
    "rope",
    "sincos",
    "table_2d",
    "table_3d",
]

TABLE_BASE: Final = 10000.0
"""Of the published models' fixed tables."""

Rope = tuple[Tensor, Tensor]
"""Cosine and sine, each [N, head_dim]."""


# ---------------------------------------------------------------- positions of segments


@dataclass(frozen=True)
class PositionState:
    """Where the next segment goes: the counter, and what a later block may copy."""

    next: int = 0
    source: Tensor | None = None
    look_shift: int | None = None


class PositionScheme(Protocol):
    """Gives rows their positions, segment by segment. Pure."""

    def place(self, segment: Segment, state: PositionState) -> tuple[Tensor, PositionState]:
        """Return the positions [3, length] (int64) of a segment in row order, and the state after it."""
        ...


class SharedPositions:
    """Text counts up; all rows of a picture, wrappers included, share one position; a drawn picture takes none.

    Source: BAGEL (arXiv 2505.14683).
    """

    def place(self, segment: Segment, state: PositionState) -> tuple[Tensor, PositionState]:
        """See PositionScheme."""
        if segment.grid is None:
            line = torch.arange(state.next, state.next + segment.length)
            moved = segment.length
        else:
            line = torch.full((segment.length,), state.next)
            moved = 0 if segment.role == "noise" else 1
        if segment.advance is not None:
            moved = segment.advance
        return line.expand(3, -1), replace(state, next=state.next + moved)


class GridPositions:
    """Visual rows at (t, row, column) offset by the running position; wrappers are text around the block.

    Source: Lance (arXiv 2605.18678), after Qwen2.5-VL's three-axis rotary positions.
    """

    def __init__(self, t_stride: int = 2) -> None:
        self.t_stride = t_stride

    def place(self, segment: Segment, state: PositionState) -> tuple[Tensor, PositionState]:
        """See PositionScheme."""
        if segment.grid is None:
            line = torch.arange(state.next, state.next + segment.length).expand(3, -1)
            return line, replace(state, next=state.next + segment.length)
        block = self._block(segment.grid, state.next)
        after = replace(state, next=int(block[0, -1]) + 1)
        if segment.t_start is not None:
            shift = after.look_shift if segment.role == "look" else None
            shift = segment.t_start - int(block[0, 0]) if shift is None else shift
            block = torch.cat([block[:1] + shift, block[1:]])
            after = replace(after, look_shift=shift) if segment.role == "look" else after
        if segment.role == "clean":
            after = replace(after, source=block)
        if segment.reuse_source and state.source is not None and state.source.shape == block.shape:
            block = torch.cat([block[:, :1], state.source[:, 1:-1], block[:, -1:]], dim=1)
        return block, after

    def _block(self, grid: tuple[int, int, int], start: int) -> Tensor:
        t, h, w = (torch.arange(size) for size in grid)
        cells = torch.stack(torch.meshgrid(t * self.t_stride, h, w, indexing="ij")).reshape(3, -1) + start + 1
        before = torch.full((3, 1), start)
        after = torch.full((3, 1), int(cells.max()) + 1)
        return torch.cat([before, cells, after], dim=1)


def position_scheme(config: PositionConfig) -> PositionScheme:
    """Return the scheme that a configuration names."""
    return GridPositions(config.t_stride) if config.scheme == "grid" else SharedPositions()


def layout(scheme: PositionScheme, segments: Sequence[Segment]) -> Tensor:
    """Return the positions [3, N] of a whole list of segments."""
    state = PositionState()
    placed = []
    for segment in segments:
        positions, state = scheme.place(segment, state)
        placed.append(positions)
    return torch.cat(placed, dim=1)


# ---------------------------------------------------------------- rotary positions


def rope(positions: Tensor, sections: tuple[int, int, int], base: float, dtype: torch.dtype) -> Rope:
    """Return cosine and sine [N, head_dim] for positions [3, N]; computed in float32, then cast.

    The frequencies are dealt to the axes in contiguous sections; halves are rotated, neighbours are not interleaved.
    Source: RoFormer (arXiv 2104.09864); sections as in Qwen2-VL (arXiv 2409.12191).
    """
    axis, frequency = _frequencies(sections, base, positions.device)
    angle = positions.float()[axis].T * frequency
    angle = torch.cat([angle, angle], dim=-1)
    return angle.cos().to(dtype), angle.sin().to(dtype)


@lru_cache(maxsize=16)
def _frequencies(sections: tuple[int, int, int], base: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return which axis turns each pair of channels, and how fast, [head_dim / 2] both."""
    half = sum(sections)
    frequency = base ** -(torch.arange(half, dtype=torch.float32, device=device) / half)
    return torch.repeat_interleave(torch.arange(3), torch.tensor(sections)).to(device), frequency


def apply_rope(rows: Tensor, turned: Rope) -> Tensor:
    """Rotate heads [N, heads, head_dim] by the cosine and sine of their rows."""
    cos, sin = (part.unsqueeze(1) for part in turned)
    first, second = rows.chunk(2, dim=-1)
    return torch.addcmul(rows * cos, torch.cat([-second, first], dim=-1), sin)


# ---------------------------------------------------------------- fixed tables


def sincos(width: int, positions: Tensor, base: float = TABLE_BASE) -> Tensor:
    """Return [N, width] float64: sines of N positions in the first half, cosines in the second.

    The slowest pair turns once in about 2π·base positions. Source: masked autoencoders (arXiv 2111.06377).
    """
    half = width // 2
    frequency = base ** -(torch.arange(half, dtype=torch.float64) / half)
    angle = positions.to(torch.float64)[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def table_2d(width: int, rows: int, columns: int, base: float = TABLE_BASE) -> Tensor:
    """Return [rows·columns, width] float32: the **column** in the first half of the channels, the row in the second."""
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return torch.cat([sincos(width // 2, axis.flatten(), base) for axis in (column, row)], dim=1).float()


def table_3d(width: int, frames: int, rows: int, columns: int, base: float = TABLE_BASE) -> Tensor:
    """Return [frames·rows·columns, width] float32: time, row and column; time and row get a third each, made even."""
    third = width // 3 // 2 * 2
    axes = torch.meshgrid(torch.arange(frames), torch.arange(rows), torch.arange(columns), indexing="ij")
    widths = (third, third, width - 2 * third)
    return torch.cat([sincos(w, axis.flatten(), base) for w, axis in zip(widths, axes, strict=True)], dim=1).float()


def latent_table(config: LatentConfig, width: int, base: float = TABLE_BASE) -> Tensor:
    """Return the position table of latent rows, [t·h·w, width], of the size the configuration names."""
    frames, rows, columns = config.table
    if config.axes == "t_row_col":
        return table_3d(width, frames, rows, columns, base)
    return table_2d(width, rows, columns, base)
