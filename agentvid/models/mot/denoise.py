"""Velocity predictions for many drawings at once: every needed context of every job is a block of one forward.

The past of a block never changes while it is drawn, so its keys and values are gathered once; blocks with equal past
and size share one batched attention. Where guidance does not apply, only the blocks of full contexts are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from agentvid.models.mot.attention import Denoise, Group
from agentvid.models.mot.context import Context
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.model import MoT, latent_ids
from agentvid.models.mot.positions import Rope
from agentvid.models.mot.segments import Segment

if TYPE_CHECKING:
    from agentvid.models.mot.sampling import Job

__all__ = ["Denoiser"]

Predictions = tuple[Tensor, Tensor | None, Tensor | None]
"""Velocities [rows, row_channels] given everything, without the text, without the pictures."""


@dataclass(frozen=True)
class _Entry:
    """One block: which job it draws, from which of its contexts (0 full, 1 text-free, 2 image-free)."""

    job: int
    branch: int
    context: Context

    def key(self, jobs: Sequence[Job]) -> tuple[int, ...]:
        job = jobs[self.job]
        return (min(self.branch, 1), self.context.length, *job.grid, job.frames)


@dataclass(frozen=True)
class _Selection:
    """The blocks of one kind of evaluation, with all that does not change from step to step."""

    entries: list[_Entry]
    und: Tensor
    turned: Rope
    attend: Denoise


class Denoiser:
    """Predicts velocities for jobs. `moving` is per job None, or [rows, 1] with 0 at pinned rows."""

    def __init__(self, model: MoT, jobs: Sequence[Job], wrappers: Tensor, guidance: Guidance) -> None:
        self.model, self.jobs, self.wrappers = model, jobs, wrappers
        self.moving = [_moving(job, model.device) for job in jobs]
        self.ids = [latent_ids(model.config.latent, job.grid).to(model.device).repeat(job.frames) for job in jobs]
        entries = _entries(jobs, guidance)
        groups = [list(found) for _, found in groupby(entries, key=lambda entry: entry.key(jobs))]
        gathered = [self._gather(group) for group in groups]
        full = [index for index, group in enumerate(groups) if group[0].branch == 0]
        self._all = self._select(groups, gathered)
        self._full = self._select([groups[i] for i in full], [gathered[i] for i in full])

    def predict(self, latents: Sequence[Tensor], time: float, *, full_only: bool) -> list[Predictions]:
        """Return the predictions at a time for the latents [rows, row_channels] of each job; zero at pinned rows."""
        chosen = self._full if full_only else self._all
        placed = [self._placed(job, rows, time) for job, rows in enumerate(latents)]
        gen = torch.cat([placed[entry.job] for entry in chosen.entries])
        out = self.model(torch.cat([chosen.und, gen]), len(chosen.und), chosen.turned, chosen.attend)
        sizes = [len(placed[entry.job]) for entry in chosen.entries]
        velocities = self.model.velocity(out[len(chosen.und) :]).split_with_sizes(sizes)
        found: list[list[Tensor | None]] = [[None, None, None] for _ in self.jobs]
        for entry, velocity in zip(chosen.entries, velocities, strict=True):
            moving = self.moving[entry.job]
            found[entry.job][entry.branch] = velocity if moving is None else velocity * moving
        return [_predictions(*each) for each in found]

    def _placed(self, job: int, rows: Tensor, time: float) -> Tensor:
        times = torch.full((1,), time, device=self.model.device)
        moving = self.moving[job]
        return self.model.latent_rows(rows, self.ids[job], times if moving is None else times * moving[:, 0])

    def _gather(self, entries: Sequence[_Entry]) -> Group:
        job = self.jobs[entries[0].job]
        caches = [entry.context.cache for entry in entries]
        heads = self.model.config.backbone.heads
        return Group(caches, und_rows=2 * job.frames, gen_rows=job.frames * job.frame_rows, heads=heads)

    def _select(self, groups: Sequence[Sequence[_Entry]], gathered: Sequence[Group]) -> _Selection:
        entries = [entry for group in groups for entry in group]
        positions = [self._positions(entry) for entry in entries]
        packed = torch.cat([und for und, _ in positions] + [gen for _, gen in positions], dim=1)
        und = self.wrappers.repeat(sum(self.jobs[entry.job].frames for entry in entries), 1)
        return _Selection(entries, und, self.model.turn(packed), Denoise(gathered))

    def _positions(self, entry: _Entry) -> tuple[Tensor, Tensor]:
        """Return the positions of the wrapper rows and of the latent rows of a block."""
        job, state = self.jobs[entry.job], entry.context.state
        advance = job.delta if job.frames > 1 else None
        und, gen = [], []
        for _ in range(job.frames):
            placed, state = self.model.scheme.place(Segment.block("noise", job.grid, advance=advance), state)
            und += [placed[:, :1], placed[:, -1:]]
            gen.append(placed[:, 1:-1])
        return torch.cat(und, dim=1), torch.cat(gen, dim=1)


def _entries(jobs: Sequence[Job], guidance: Guidance) -> list[_Entry]:
    entries = [_Entry(index, 0, job.branches.full) for index, job in enumerate(jobs)]
    for index, job in enumerate(jobs):
        others = enumerate(guidance.contexts(job.branches), start=1)
        entries += [_Entry(index, branch, context) for branch, context in others if context is not None]
    return sorted(entries, key=lambda entry: entry.key(jobs))


def _moving(job: Job, device: torch.device) -> Tensor | None:
    if not job.pinned:
        return None
    moving = torch.ones(job.frames, job.frame_rows, 1, device=device)
    moving[list(job.pinned)] = 0
    return moving.flatten(0, 1)


def _predictions(full: Tensor | None, text_free: Tensor | None, image_free: Tensor | None) -> Predictions:
    assert full is not None
    return full, text_free, image_free
