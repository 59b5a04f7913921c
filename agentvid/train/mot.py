"""Training of the small model: packed samples of all tasks, flow and text losses, Muon, AdamW, an average of weights.

The eye and the autoencoder are trained before and stay as they are. Each step fills a pack of about `rows` rows with
samples of all tasks, by their shares of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from agentvid.models.mot import Unified
from agentvid.models.mot.model import MoT
from agentvid.models.mot.training import Look, Losses, Objective, Sample, Text, draw, pack, packed_losses
from agentvid.models.mot.training.masks import AttendBy
from agentvid.train.optim import Average, Optimiser, split_parameters
from agentvid.train.samples import Sampler, SmallTask, stage_at
from agentvid.train.sheet import sheet
from agentvid.train.state import generator_at
from agentvid.train.together import Together

__all__ = ["MotTrainee", "initialise"]

ROWS: Final = 4608
_BLOCKS: Final = ("language_model.model.layers.",)
_MEASURED: Final = 12
_SHIFT: Final = 2.5
"""Of the times that are drawn: measured, what a thought says matters above time 0.7, and not at all at 0.4."""


def initialise(model: MoT, seed: int = 0) -> None:
    """Draw fresh weights for a narrow model: matrices by their fan-in, branches into the residual stream smaller,
    both experts alike, velocity zero."""
    model.initialise(seed)
    generator = torch.Generator().manual_seed(seed + 1)
    depth = model.config.backbone.layers
    with torch.no_grad():
        for name, parameter in model.language_model.named_parameters():
            if parameter.ndim != 2 or "_moe_gen" in name:
                continue
            std = 0.5 if "embed_tokens" in name else parameter.shape[1] ** -0.5
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                std *= (2 * depth) ** -0.5
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * std)
        model.language_model.lm_head.weight.mul_(0.1)
        for layer in (model.vae2llm, model.connector.fc1, model.connector.fc2):
            assert isinstance(layer, nn.Linear)
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * layer.weight.shape[1] ** -0.5)
        state = dict(model.language_model.named_parameters())
        for name, parameter in state.items():
            if "_moe_gen" in name:
                parameter.copy_(state[name.replace("_moe_gen", "")])


class _Found(NamedTuple):
    """Sums over a pack, and over those of all processes."""

    ce_sum: Tensor
    ce_count: float
    mse_sum: Tensor
    mse_rows: float

    @classmethod
    def of(cls, losses: Losses, together: Together | None) -> _Found:
        """Add up the losses of all."""
        sums = (losses.ce_sum.detach(), losses.ce_count, losses.mse_sum.detach(), losses.mse_rows)
        if together is None:
            return cls(*sums)
        whole = torch.tensor([float(each) for each in sums], dtype=torch.float64)
        together.add_up([whole])
        return cls(whole[0], float(whole[1]), whole[2], float(whole[3]))


class MotTrainee:
    """See `loop.Trainee`."""

    def __init__(
        self,
        unified: Unified,
        sampler: Sampler,
        held_out: Sampler,
        *,
        mix: Mapping[SmallTask, float] | None = None,
        rows: int = ROWS,
        seed: int = 0,
        objective: Objective | None = None,
        attend: AttendBy = "samples",
        together: Together | None = None,
        begun: int = 0,
    ) -> None:
        self.unified, self.model = unified, unified.model
        self.sampler, self.held_out, self.mix, self.rows, self.seed = sampler, held_out, mix, rows, seed
        self.objective = objective or Objective(ce_weight=0.25, shift=_SHIFT, reweight="square")
        self.attend, self.together, self._is_shared = attend, together, False
        self.begun = begun
        self.model.vit_model.requires_grad_(False)
        self.model.train()
        self._named = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        matrices, others = split_parameters(list(self._named.items()), _BLOCKS)
        self._optimiser = Optimiser(matrices, others)
        self.average = Average(self._named)

    def step(self, number: int, pace: float) -> Mapping[str, float]:
        """See Trainee. With others `together` it tells the helpers to take the same step.

        The curriculum counts the steps that were `begun` before.
        """
        together = self.together
        self.sampler.stage = stage_at(self.begun + number)
        mix = self.mix or self.sampler.mix
        if together is None or together.rank == 0:
            self.sampler.prepare(mix)  # before others want it: records are rendered once
        if together is not None and together.rank == 0:
            if not self._is_shared:
                together.hand_out(self.tensors())
                self._is_shared = True
            together.tell(number, pace)
        samples = self._filled(np.random.default_rng([self.seed, number, 3]), mix)
        salt = 0
        if together is not None:
            samples.sort(key=rows_of)
            samples, salt = samples[together.rank :: together.size], together.rank << 40
        packed = pack(self.model.config, self.unified.ids, samples)
        drawn = draw(packed, generator_at(self.seed, number + salt), self.objective.shift)
        losses = packed_losses(self.model, packed, drawn, self.objective, attend=self.attend)
        found = _Found.of(losses, together)
        torch.autograd.backward(self.objective.total(losses.ce_sum, found.ce_count, losses.mse_sum, found.mse_rows))
        norm = self._optimiser.step(pace, together)
        self.average.update(number)
        total = float(self.objective.total(found.ce_sum, found.ce_count, found.mse_sum, found.mse_rows))
        ce, mse = found.ce_sum / (found.ce_count or 1), found.mse_sum / (found.mse_rows or 1)
        return {"loss": total, "ce": float(ce), "mse": float(mse), "norm": norm}

    def follow(self) -> None:
        """Take the steps that the leading process takes, until it is over."""
        assert self.together is not None
        self.load(self.together.hand_out())
        while (numbers := self.together.hear()) is not None:
            self.step(int(numbers[0]), numbers[1])

    def tensors(self) -> dict[str, Tensor]:
        """See Trainee."""
        found = {f"now.{name}": tensor for name, tensor in self.model.state_dict().items()}
        found |= {f"average.{name}": tensor for name, tensor in self.average.values.items()}
        return found | self._optimiser.state()

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """See Trainee."""
        self.model.load_state_dict({n[4:]: t for n, t in tensors.items() if n.startswith("now.")})
        for name, value in self.average.values.items():
            value.copy_(tensors[f"average.{name}"])
        self._optimiser.load(tensors)

    @torch.no_grad()
    def measure(self) -> Mapping[str, float]:
        """Return held-out losses per task: `mse_<task>` of what is drawn, `ce_<task>` of what is said."""
        self.average.swap()
        found: dict[str, float] = {}
        try:
            for task in self.mix or self.sampler.mix:
                rng = np.random.default_rng([99, 5])
                samples = [self.held_out.draw(task, rng) for _ in range(_MEASURED * 2)]
                packed = pack(self.model.config, self.unified.ids, samples)
                drawn = draw(packed, generator_at(99, 0), self.objective.shift)
                losses = packed_losses(self.model, packed, drawn, self.objective, attend=self.attend)
                found |= {f"mse_{task}": losses.mse.item()} if losses.mse_rows else {}
                found |= {f"ce_{task}": losses.ce.item()} if losses.ce_tokens else {}
        finally:
            self.average.swap()
        return found

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Return what is drawn of held-out scenes and edits, each below the truth."""
        self.average.swap()
        try:
            return sheet(self.unified, self.held_out.still.records)
        finally:
            self.average.swap()

    def finish(self) -> None:
        """Put the averaged weights in place."""
        self.average.swap()

    def _filled(self, rng: np.random.Generator, mix: Mapping[SmallTask, float]) -> list[Sample]:
        names = list(mix)
        wanted = np.array([mix[name] for name in names]) * self.rows / sum(mix.values())
        samples: list[Sample] = []
        for name, rows in zip(names, wanted, strict=True):
            while rows > 0:
                sample = self.sampler.draw(name, rng)
                cost = rows_of(sample)
                if rows < cost and rng.random() > rows / cost:
                    break
                samples.append(sample)
                rows -= cost
        return samples


def rows_of(sample: Sample) -> int:
    """Return how many rows a sample takes, about."""
    total = 0
    for element in sample.elements:
        if isinstance(element, Text):
            total += len(element.ids) + 2
        elif isinstance(element, Look):
            total += 66
        else:
            total += element.latents.shape[1] * (element.latents.shape[2] * element.latents.shape[3] + 2)
    return total
