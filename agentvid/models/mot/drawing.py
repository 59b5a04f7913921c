"""Drawings of one or many sessions at once: sizes, noise, previews, pixels.

Source of the sampler: `sampling.py`. Here is what lies between it and people: seeds, uint8 pictures, refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.patches import from_rows
from agentvid.models.mot.sampling import Job, Schedule, Step, sample
from agentvid.models.mot.segments import Segment
from agentvid.models.mot.sizes import Pixels, to_pixels

if TYPE_CHECKING:
    from agentvid.models.mot.session import Session
    from agentvid.models.mot.unified import Unified

__all__ = ["DrawProgress", "Drawing", "Sketch", "check_seed", "check_size", "draw_together"]

_SEEDS: Final = range(-(2**63), 2**64)


@dataclass(frozen=True)
class Sketch:
    """A drawing that is asked for. See `Session.draw` for what the fields mean."""

    session: Session
    size: tuple[int, int] | None = None
    seed: int = 0
    noise: Tensor | None = None
    frames: int = 1
    delta: int = 1
    pinned: Mapping[int, Pixels] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """What was drawn: uint8 [T, H, W, 3], and its latents [C, T, h, w]."""

    frames: Pixels
    latents: Tensor

    @property
    def image(self) -> Pixels:
        """The first frame, uint8 [H, W, 3]."""
        first: Pixels = self.frames[0]
        return first


@dataclass(frozen=True)
class DrawProgress:
    """How far drawing has come: `done` of `total` evaluations."""

    done: int
    total: int
    _step: Step
    _jobs: Sequence[Job]
    _unified: Unified

    def preview(self, index: int = 0) -> Pixels:
        """Return what drawing `index` is heading for now, uint8 [T, H, W, 3]. Costs a decoding."""
        return _drawing(self._unified, self._jobs[index], self._step.estimate(index)).frames


@torch.no_grad()
def draw_together(
    sketches: Sequence[Sketch],
    schedule: Schedule | None = None,
    guidance: Guidance | None = None,
    *,
    on_step: Callable[[DrawProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Drawing]:
    """Draw for several sessions of one model in one batch; each as if it were alone. Sizes and contexts may differ.

    Raises: InputError for a size that can't be drawn, a seed beyond 64 bits, more positions than the model has, or
    sessions of different models; EngineError where NaN comes out; Cancelled between two steps.
    """
    if not sketches:
        return []
    unified = sketches[0].session.unified
    if any(sketch.session.unified is not unified for sketch in sketches):
        raise InputError("sessions of different models", "sessions of one model", "draw for each model by itself")
    jobs = [_job(unified, sketch) for sketch in sketches]

    def told(step: Step) -> None:
        if on_step is not None:
            on_step(DrawProgress(step.done, step.total, step, jobs, unified))

    drawn = sample(unified.model, jobs, unified.wrappers(), schedule, guidance, on_step=told, cancelled=cancelled)
    return [_drawing(unified, job, rows) for job, rows in zip(jobs, drawn, strict=True)]


def check_size(unified: Unified, size: tuple[int, int]) -> tuple[int, int]:
    """Return a (height, width) that can be drawn.

    Raises: InputError where it is not two whole numbers, not what the size policy takes, or beyond the latent table.
    """
    told = tuple(size) if isinstance(size, Sequence) else ()
    if len(told) != 2 or not all(_is_whole(side) for side in told):
        raise InputError(f"size {size!r}", "(height, width), two whole numbers")
    unified.sizes.check(*told)
    latent = unified.config.latent
    most = (latent.stride * latent.table[1], latent.stride * latent.table[2])
    if told[0] > most[0] or told[1] > most[1]:
        raise InputError(
            f"a picture of {told[1]}x{told[0]} can't be drawn", f"at most {most[1]}x{most[0]}: the latent table's size"
        )
    return told[0], told[1]


def check_seed(seed: int) -> int:
    """Return a seed.

    Raises: InputError where it is no whole number of 64 bits.
    """
    if not _is_whole(seed) or int(seed) not in _SEEDS:
        raise InputError(f"seed {seed!r}", "a whole number of at most 64 bits")
    return int(seed)


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def _check_positions(unified: Unified, job: Job) -> None:
    state, most = job.branches.full.state, unified.config.backbone.max_positions
    advance = job.delta if job.frames > 1 else None
    last = 0
    for _ in range(job.frames):
        placed, state = unified.model.scheme.place(Segment.block("noise", job.grid, advance=advance), state)
        last = max(last, int(placed.max()))
    if last >= most:
        raise InputError(
            f"a drawing at position {last}", f"positions below {most}, which the model has", "start a shorter session"
        )


def _job(unified: Unified, sketch: Sketch) -> Job:
    size = sketch.size or sketch.session.size
    if size is None:
        raise InputError("no size was given and no picture was looked at", "(height, width)", "give a size")
    size, seed = check_size(unified, size), check_seed(sketch.seed)
    latent = unified.config.latent
    grid = (1, size[0] // latent.stride, size[1] // latent.stride)
    if sketch.frames < 1 or sketch.delta < 0 or any(not 0 <= index < sketch.frames for index in sketch.pinned):
        raise InputError(
            f"{sketch.frames} frames, {sketch.delta} apart, pinned {sorted(sketch.pinned)}",
            "at least one frame, a distance of at least 0, pinned frames among them",
        )
    shape = (sketch.frames * grid[1] * grid[2], latent.row_channels)
    noise = sketch.noise
    if noise is None:
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    elif tuple(noise.shape) != shape:
        raise InputError(f"noise of shape {tuple(noise.shape)}", f"{shape} for {sketch.frames} x {size[1]}x{size[0]}")
    pinned = {index: sketch.session.encode(picture, size) for index, picture in sketch.pinned.items()}
    job = Job(sketch.session.branches, grid, noise, sketch.frames, sketch.delta, pinned)
    _check_positions(unified, job)
    return job


def _drawing(unified: Unified, job: Job, rows: Tensor) -> Drawing:
    latents = from_rows(rows, unified.config.latent.patch, (job.frames * job.grid[0], *job.grid[1:]))
    pixels = unified.codec.decode(latents)
    return Drawing(np.stack([to_pixels(frame) for frame in pixels.transpose(0, 1)]), latents)
