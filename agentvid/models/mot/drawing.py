"""Drawings of one or many sessions at once: sizes, noise, previews, pixels.

Source of the sampler: `sampling.py`. Here is what lies between it and people: seeds, uint8 pictures, refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.patches import from_rows
from agentvid.models.mot.sampling import Job, Schedule, Step, sample
from agentvid.models.mot.sizes import Pixels, to_pixels

if TYPE_CHECKING:
    from agentvid.models.mot.session import Session
    from agentvid.models.mot.unified import Unified

__all__ = ["DrawProgress", "Drawing", "Sketch", "draw_together"]


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

    Raises: InputError for a size that can't be drawn, or sessions of different models; Cancelled between two steps.
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


def _job(unified: Unified, sketch: Sketch) -> Job:
    size = sketch.size or sketch.session.size
    if size is None:
        raise InputError("no size was given and no picture was looked at", "(height, width)", "give a size")
    unified.sizes.check(*size)
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
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(sketch.seed))
    elif tuple(noise.shape) != shape:
        raise InputError(f"noise of shape {tuple(noise.shape)}", f"{shape} for {sketch.frames} x {size[1]}x{size[0]}")
    pinned = {index: sketch.session.encode(picture, size) for index, picture in sketch.pinned.items()}
    return Job(sketch.session.branches, grid, noise, sketch.frames, sketch.delta, pinned)


def _drawing(unified: Unified, job: Job, rows: Tensor) -> Drawing:
    latents = from_rows(rows, unified.config.latent.patch, (job.frames * job.grid[0], *job.grid[1:]))
    pixels = unified.codec.decode(latents)
    return Drawing(np.stack([to_pixels(frame) for frame in pixels.transpose(0, 1)]), latents)
