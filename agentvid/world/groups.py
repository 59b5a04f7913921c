"""From what is said of cells to solids: cells that vote for one middle are one solid, whose looks they vote for too.

Source: voting for centres, as in the generalised Hough transform and in Panoptic-DeepLab (arXiv 1911.10194).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.world.render import SIZE
from agentvid.world.scene import COLOURS, SHAPES, SIZES, Colour, Shape, Size

__all__ = ["CELLS", "CELL_PX", "PARTS", "Seen", "group"]

CELLS: Final = 32
"""Cells on each side of the grid that a frame is seen on."""
CELL_PX: Final = SIZE // CELLS
PARTS: Final = (len(SHAPES) + 1, len(COLOURS) + 1, len(SIZES) + 1)
"""How many answers there are to which shape, which colour, which size; 0 is none."""
_REACH: Final = 2.0
"""Cells between two votes for one middle."""
_LEAST: Final = 3
"""Cells that a solid takes up at least."""
_TWIN: Final = 3.0
"""Cells between the middles of two groups of the same looks that are one solid."""
_SHRED: Final = 6
"""Cells below which a group of the looks of a larger one is a piece of it, cut off by what stands before it."""
_MEET: Final = 9.0
"""Cells from the middle of a large solid within which it may meet another."""
_SEAM: Final = 8
"""Cells below which a group may be the seam between two larger ones, the colour of one, the shape of the other."""


@dataclass(frozen=True)
class Seen:
    """A solid that is seen. `centre` is the middle (x, y) of its visible part in pixels of 128, `cells` how much of the
    grid it takes up.
    """

    size: Size
    colour: Colour
    shape: Shape
    centre: tuple[float, float]
    cells: int

    @property
    def look(self) -> tuple[Size, Colour, Shape]:
        """What is said of it, in the order of `Solid.look`."""
        return self.size, self.colour, self.shape


def group(told: NDArray[np.float32]) -> list[Seen]:
    """Return the solids seen in one frame, the largest first; `told` is (32, 32, 19), see `judge.JudgeNet`."""
    parts = np.split(told[..., : sum(PARTS)], np.cumsum(PARTS)[:-1], axis=-1)
    chances = [_log_softmax(part) for part in parts]
    none = sum(each[..., 0] for each in chances)
    some = sum(each[..., 1:].max(axis=-1) for each in chances)
    rows, columns = np.nonzero(some > none)
    if not len(rows):
        return []
    at = np.stack([columns, rows], axis=-1).astype(np.float64)
    votes = at + told[rows, columns, sum(PARTS) :]
    chosen = [each[rows, columns, 1:] for each in chances]
    members = _gathered(votes)
    found = [_seen(at[mine], [each[mine] for each in chosen]) for mine in members]
    kept = _joined(found)
    return sorted((each for each in kept if not _is_seam(each, kept)), key=lambda each: -each.cells)


def _gathered(votes: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return groups of votes: the densest first, each of what is left within reach of its middle."""
    near = np.hypot(*(votes[:, None] - votes[None]).transpose(2, 0, 1)) < _REACH
    free = np.ones(len(votes), bool)
    groups: list[NDArray[np.intp]] = []
    while True:
        counts = (near & free[None]).sum(axis=1) * free
        if counts.max() < _LEAST:
            return groups
        middle = votes[near[int(counts.argmax())] & free].mean(axis=0)
        mine = free & (np.hypot(*(votes - middle).T) < _REACH)
        mine |= near[int(counts.argmax())] & free
        groups.append(np.flatnonzero(mine))
        free &= ~mine


def _seen(at: NDArray[np.float64], chances: list[NDArray[np.float32]]) -> Seen:
    shape, colour, size = (int(each.sum(axis=0).argmax()) for each in chances)
    x, y = (at.mean(axis=0) + 0.5) * CELL_PX
    return Seen(SIZES[size], COLOURS[colour], SHAPES[shape], (float(x), float(y)), len(at))


def _joined(found: list[Seen]) -> list[Seen]:
    """Join groups of the same looks whose middles are so near that they are one solid."""
    kept: list[Seen] = []
    for each in sorted(found, key=lambda one: -one.cells):
        alike = [other for other in kept if other.look == each.look]
        twin = next((other for other in alike if each.cells < _SHRED or _apart(other, each) < _TWIN), None)
        if twin is None:
            kept.append(each)
        else:
            kept[kept.index(twin)] = _merged(twin, each)
    return kept


def _is_seam(small: Seen, found: list[Seen]) -> bool:
    """Tell whether a small group is but where two larger solids meet: all that is said of it is said of one of them."""
    near = [o for o in found if o.cells > small.cells and _apart(o, small) < _MEET]
    parts = zip(small.look, *(other.look for other in near), strict=True)
    return small.cells < _SEAM and len(near) > 1 and all(own in others for own, *others in parts)


def _merged(first: Seen, second: Seen) -> Seen:
    cells = first.cells + second.cells
    x, y = ((first.cells * a + second.cells * b) / cells for a, b in zip(first.centre, second.centre, strict=True))
    return Seen(first.size, first.colour, first.shape, (x, y), cells)


def _apart(first: Seen, second: Seen) -> float:
    return float(np.hypot(first.centre[0] - second.centre[0], first.centre[1] - second.centre[1])) / CELL_PX


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    out: NDArray[np.float32] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return out
