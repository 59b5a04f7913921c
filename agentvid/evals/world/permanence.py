"""Object permanence: does a thing that was hidden come back at the right time and place, as it was, and is it not drawn
while it is hidden?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agentvid.errors import InputError

__all__ = ["Permanence", "Sighting", "permanence"]

LATE_FRAMES: Final = 1
WITHIN_PX: Final = 6.0


@dataclass(frozen=True)
class Sighting:
    """An object as it is seen in one frame: its middle (x, y) in pixels, and its looks ("red", "ball")."""

    centre: tuple[float, float]
    looks: tuple[str, ...]


@dataclass(frozen=True)
class Permanence:
    """What came of an object that was hidden once. `comes_back`: in sight again within the allowed frames of its time;
    `in_place`: there and near its true place; `unchanged`: with its own looks; `stays_hidden`: never seen meanwhile.
    """

    comes_back: bool
    in_place: bool
    unchanged: bool
    stays_hidden: bool

    @property
    def holds(self) -> bool:
        """Whether all of it is true."""
        return self.comes_back and self.in_place and self.unchanged and self.stays_hidden


def permanence(
    found: Sequence[Sighting | None],
    true: Sequence[Sighting | None],
    *,
    late_frames: int = LATE_FRAMES,
    within_px: float = WITHIN_PX,
) -> Permanence:
    """Return whether an object persists: what was found and what is true of each frame (None: not seen).

    Truly it is seen, then hidden for a while, then seen again. In frames within `late_frames` of its going and coming
    it may be seen or not.

    Raises: InputError where it is never hidden between two sightings.
    """
    seen = np.array([each is not None for each in true])
    at = np.flatnonzero(seen)
    hidden = np.flatnonzero(~seen)
    hidden = hidden[(hidden > at.min(initial=len(true))) & (hidden < at.max(initial=-1))]
    if len(found) != len(true) or not len(hidden):
        raise InputError(
            f"{len(found)} frames found, {len(true)} true, {len(hidden)} hidden",
            "an object that is hidden and comes back, all frames",
            "choose another scene",
        )
    gone, back = int(hidden[0]), int(hidden[-1]) + 1
    window = range(max(gone, back - late_frames), min(int(at.max()), back + late_frames) + 1)
    first = next((frame for frame in window if found[frame] is not None), None)
    quiet = range(gone + late_frames, back - late_frames)
    stays_hidden = all(found[frame] is None for frame in quiet)
    if first is None:
        return Permanence(False, False, False, stays_hidden)
    came, should = found[first], true[max(first, back)]
    assert came is not None and should is not None
    apart = float(np.hypot(came.centre[0] - should.centre[0], came.centre[1] - should.centre[1]))
    return Permanence(True, apart <= within_px, came.looks == should.looks, stays_hidden)
