"""Frames: what comes next, one after the other or all at once.

    sequential   each frame is an edit of the frames before it: safe with the published model, drifts over time
    joint        frames are drawn together and see each other: how the family was trained on clips, never released as
                 inference; experimental with the published model, meant for our own

Source: the packing rules for frame groups of BAGEL (arXiv 2505.14683) and its section on world modelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from agentvid.errors import InputError
from agentvid.models.mot.drawing import check_seed
from agentvid.models.mot.flows import EDITING, Watch
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.sampling import Schedule
from agentvid.models.mot.session import Session
from agentvid.models.mot.sizes import Pixels

if TYPE_CHECKING:
    from agentvid.models.mot.unified import Unified

__all__ = ["Frames", "draw_frames"]


@dataclass(frozen=True)
class Frames:
    """How frames are made.

    `window` bounds how many of the latest frames are looked at for each new one (sequential; None is all of them).
    `anchor`: the first picture stays in view besides (sequential), or the last one is pinned as frame 0 of the group
    (joint). `delta` is how many positions frames are apart (joint).

    Raises: InputError where a number makes no sense.
    """

    count: int
    mode: Literal["sequential", "joint"] = "sequential"
    window: int | None = 2
    anchor: bool = True
    delta: int = 1

    def __post_init__(self) -> None:
        if self.count < 1 or self.delta < 1 or (self.window is not None and self.window < 1):
            raise InputError(f"{self.count} frames, window {self.window}, delta {self.delta}", "at least 1 each")
        if self.mode not in ("sequential", "joint"):
            raise InputError(f"mode {self.mode!r}", "sequential or joint")


def draw_frames(
    unified: Unified,
    pictures: Sequence[Pixels],
    instructions: Sequence[str],
    frames: Frames,
    *,
    seed: int = 0,
    schedule: Schedule | None = None,
    guidance: Guidance = EDITING,
    watch: Watch | None = None,
) -> Iterator[Pixels]:
    """Yield `frames.count` new frames (uint8 [H, W, 3]) that follow the pictures, at the size of the last of them.

    `instructions` say what changes: one for all frames, or (sequential) one per frame. Frame n is drawn with seed + n.

    Raises: InputError, Cancelled.
    """
    needed = frames.count if frames.mode == "sequential" else 1
    if not pictures or len(instructions) not in (1, needed):
        raise InputError(
            f"{len(pictures)} pictures and {len(instructions)} instructions",
            f"at least one picture, and one instruction or {needed}",
        )
    check_seed(check_seed(seed) + needed - 1)
    draw = _sequential if frames.mode == "sequential" else _joint
    yield from draw(unified, pictures, instructions, frames, seed, schedule, guidance, watch or Watch())


def _sequential(
    unified: Unified,
    pictures: Sequence[Pixels],
    instructions: Sequence[str],
    frames: Frames,
    seed: int,
    schedule: Schedule | None,
    guidance: Guidance,
    watch: Watch,
) -> Iterator[Pixels]:
    view = _View(unified, pictures, frames)
    for index in range(frames.count):
        session = view.session()
        session.read(instructions[index % len(instructions)])
        drawing = session.draw(
            seed=seed + index,
            schedule=schedule,
            guidance=guidance,
            on_step=watch.on_step,
            cancelled=watch.cancelled,
        )
        yield drawing.image
        view.add(drawing.image)


class _View:
    """The pictures in view, read as rarely as possible: what stays at the front of the view is never read again."""

    def __init__(self, unified: Unified, pictures: Sequence[Pixels], frames: Frames) -> None:
        self.frames = frames
        self.anchored = unified.session()
        self.latest = list(pictures)
        if frames.anchor:
            self.anchored.look(self.latest.pop(0))
        self.read = self.anchored.branch()
        self.has_read: list[Pixels] = []

    def add(self, picture: Pixels) -> None:
        self.latest.append(picture)

    def session(self) -> Session:
        """Return a session that has looked at the view."""
        wanted = self.latest if self.frames.window is None else self.latest[-self.frames.window :]
        seen = len(self.has_read)
        is_start = seen <= len(wanted) and all(a is b for a, b in zip(self.has_read, wanted, strict=False))
        if not is_start:
            self.read, seen = self.anchored.branch(), 0
        for picture in wanted[seen:]:
            self.read.look(picture)
        self.has_read = list(wanted)
        return self.read.branch()


def _joint(
    unified: Unified,
    pictures: Sequence[Pixels],
    instructions: Sequence[str],
    frames: Frames,
    seed: int,
    schedule: Schedule | None,
    guidance: Guidance,
    watch: Watch,
) -> Iterator[Pixels]:
    session = unified.session()
    for picture in pictures:
        session.look(picture)
    session.read(instructions[0])
    drawing = session.draw(
        seed=seed,
        frames=frames.count + int(frames.anchor),
        delta=frames.delta,
        pinned={0: pictures[-1]} if frames.anchor else {},
        schedule=schedule,
        guidance=guidance,
        on_step=watch.on_step,
        cancelled=watch.cancelled,
    )
    yield from np.asarray(drawing.frames)[int(frames.anchor) :]
