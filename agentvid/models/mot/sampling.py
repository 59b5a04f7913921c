"""Drawing: an Euler walk from noise to latents, all samples and all guidance branches in one forward per step.

Samples may differ in size, context and number of frames. Latents are kept in float32. Randomness comes in as noise.

Source: rectified flow (arXiv 2209.03003) with shifted time as in BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from agentvid.errors import Cancelled, EngineError, InputError
from agentvid.models.mot.config import SamplingConfig
from agentvid.models.mot.denoise import Denoiser
from agentvid.models.mot.guidance import Branches, Guidance, guided
from agentvid.models.mot.model import MoT

__all__ = ["Job", "Schedule", "Step", "sample"]


@dataclass(frozen=True)
class Schedule:
    """`points` times from 1 to 0, evenly spaced and then shifted; one evaluation between two of them.

    Raises: InputError where a number makes no sense.
    """

    points: int = 50
    shift: float = 3.0

    def __post_init__(self) -> None:
        whole = isinstance(self.points, int) and self.points >= 2
        if not whole or not math.isfinite(self.shift) or self.shift <= 0:
            raise InputError(
                f"{self.points} points with shift {self.shift}", "at least 2 points, a positive and finite shift"
            )

    @classmethod
    def of(cls, config: SamplingConfig) -> Schedule:
        """Return the defaults of a configuration."""
        return cls(config.points, config.shift)

    def times(self) -> list[float]:
        """Return the times, from 1 to 0."""
        even = torch.linspace(1, 0, self.points)
        shifted: list[float] = (self.shift * even / (1 + (self.shift - 1) * even)).tolist()
        return shifted


@dataclass(frozen=True)
class Job:
    """One drawing: `frames` blocks of `grid` (t, h, w) latent rows each, drawn together, `delta` positions apart.

    Each block has wrapper tokens of its own; t is above 1 only for families whose blocks are whole clips. `noise` is
    [frames·t·h·w, row_channels]. `pinned` gives rows [t·h·w, row_channels] of blocks that are known: they stay as they
    are and are shown to the others at time 0.
    """

    branches: Branches
    grid: tuple[int, int, int]
    noise: Tensor
    frames: int = 1
    delta: int = 1
    pinned: Mapping[int, Tensor] = field(default_factory=dict)

    @property
    def frame_rows(self) -> int:
        """Latent rows of one block."""
        return self.grid[0] * self.grid[1] * self.grid[2]


@dataclass(frozen=True)
class Step:
    """How far drawing has come: `done` of `total` evaluations, `time` before this step's move.

    `latents` and `velocities` hold one tensor [rows, row_channels] per job, both at `time`.
    """

    done: int
    total: int
    time: float
    latents: Sequence[Tensor]
    velocities: Sequence[Tensor]

    def estimate(self, job: int = 0) -> Tensor:
        """Return what the drawing would be if the rest of the way were straight: x - t·v."""
        return self.latents[job] - self.time * self.velocities[job]


@torch.no_grad()
def sample(
    model: MoT,
    jobs: Sequence[Job],
    wrappers: Tensor,
    schedule: Schedule | None = None,
    guidance: Guidance | None = None,
    *,
    on_step: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Tensor]:
    """Return the latent rows [rows, row_channels] (float32) of each job. Contexts are not changed.

    `wrappers` [2, D] are the rows of the picture-start and picture-end tokens. `on_step` is called after each
    evaluation; `cancelled` is asked before each.

    Raises: Cancelled; InputError for noise that is not finite; EngineError where a drawing comes out with NaN.
    """
    schedule = schedule or Schedule.of(model.config.sampling)
    guidance = guidance or Guidance.of(model.config.sampling)
    if not all(bool(torch.isfinite(job.noise).all()) for job in jobs):
        raise InputError("noise with NaN or infinity", "finite numbers", "give other noise, or a seed")
    denoiser = Denoiser(model, jobs, wrappers, guidance)
    latents = [_start(job, model.device) for job in jobs]
    steps = list(pairwise(schedule.times()))
    for index, (time, following) in enumerate(steps):
        if cancelled is not None and cancelled():
            raise Cancelled(f"drawing was stopped after {index} of {len(steps)} steps")
        velocities = _velocities(denoiser, latents, time, guidance)
        if on_step is not None:
            on_step(Step(index + 1, len(steps), time, latents, velocities))
        latents = [x - (time - following) * v for x, v in zip(latents, velocities, strict=True)]
    bad = [index for index, rows in enumerate(latents) if not bool(torch.isfinite(rows).all())]
    if bad:
        raise EngineError(
            f"drawings {bad} of {len(jobs)} came out with NaN or infinity",
            "finite latents",
            "load the model in bfloat16 or float32, check its weights (check_finite), or lower the guidance scales",
        )
    return latents


def _velocities(denoiser: Denoiser, latents: Sequence[Tensor], time: float, guidance: Guidance) -> list[Tensor]:
    """Return the velocity of each job, guided where guidance applies, zero at pinned rows."""
    applies = guidance.applies(time)
    predicted = denoiser.predict(latents, time, full_only=not applies)
    return [guided(*found, guidance) if applies else found[0] for found in predicted]


def _start(job: Job, device: torch.device) -> Tensor:
    latents = job.noise.to(device, torch.float32, copy=True)
    for frame, rows in job.pinned.items():
        latents[frame * job.frame_rows : (frame + 1) * job.frame_rows] = rows.to(latents)
    return latents
