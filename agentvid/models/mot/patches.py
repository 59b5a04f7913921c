"""Pictures and latents to rows, and back: patches in (t, row, column) order, numbers in (dt, dy, dx, channel) order."""

from __future__ import annotations

from torch import Tensor

__all__ = ["from_rows", "to_rows"]


def to_rows(volume: Tensor, patch: tuple[int, int, int]) -> Tensor:
    """Return [t·h·w, pt·ph·pw·C] for a volume [C, T, H, W] whose sides are multiples of the patch; channel fastest."""
    channels, frames, height, width = volume.shape
    pt, ph, pw = patch
    cells = volume.reshape(channels, frames // pt, pt, height // ph, ph, width // pw, pw)
    return cells.permute(1, 3, 5, 2, 4, 6, 0).reshape(-1, pt * ph * pw * channels)


def from_rows(rows: Tensor, patch: tuple[int, int, int], grid: tuple[int, int, int]) -> Tensor:
    """Return the volume [C, T, H, W] of rows over a grid (t, h, w) of patches: the inverse of `to_rows`."""
    (pt, ph, pw), (t, h, w) = patch, grid
    cells = rows.reshape(t, h, w, pt, ph, pw, -1)
    return cells.permute(6, 0, 3, 1, 4, 2, 5).reshape(-1, t * pt, h * ph, w * pw)
