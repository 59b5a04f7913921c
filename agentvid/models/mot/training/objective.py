"""The training forward: packed samples in, losses out.

    losses = training_losses(model, samples, special, generator)
    losses.total.backward()

or step by step, to look at or to replace what is drawn: `pack`, `draw`, `packed_losses`. Deterministic: all that is
random comes from the generator.

Source: BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from agentvid.errors import SettingsError
from agentvid.models.mot.model import MoT
from agentvid.models.mot.tokenizer import SpecialIds
from agentvid.models.mot.training.dropout import Dropout, choose_dropped
from agentvid.models.mot.training.element import Sample
from agentvid.models.mot.training.flow import Draws, draw
from agentvid.models.mot.training.masks import AttendBy, attend_by
from agentvid.models.mot.training.packing import Packed, pack

__all__ = ["Losses", "Objective", "packed_losses", "packed_rows", "training_losses"]

_POWERS = {"token": 0.0, "square": -0.5, "sample": -1.0}


@dataclass(frozen=True)
class Objective:
    """What is minimised: ce_weight · cross-entropy + mse_weight · velocity error, at times shifted by `shift`.

    `reweight` says how much a token counts: all the same, 1/√n, or 1/n, where its text makes n predictions. Shift was
    1 in the family's pre-training and 4 later.

    Raises: SettingsError where a number makes no sense.
    """

    ce_weight: float = 0.25
    mse_weight: float = 1.0
    shift: float = 1.0
    reweight: Literal["token", "square", "sample"] = "token"

    def __post_init__(self) -> None:
        if self.ce_weight < 0 or self.mse_weight < 0 or self.shift <= 0 or self.reweight not in _POWERS:
            raise SettingsError(
                f"weights {self.ce_weight} and {self.mse_weight}, shift {self.shift}, reweight {self.reweight!r}",
                f"weights of at least 0, a positive shift, {', '.join(_POWERS)}",
            )

    def token_weights(self, lengths: Tensor) -> Tensor:
        """Return what tokens [L] of texts that make `lengths` [L] predictions count."""
        return lengths.float() ** _POWERS[self.reweight]

    def total(self, ce_sum: Tensor, ce_count: float, mse_sum: Tensor, mse_count: float) -> Tensor:
        """Return the loss for sums and counts. A count of 0 counts as 1: there was nothing to predict.

        To train on several ranks or packs at once, give the counts of all of them together and add the results up.
        """
        return self.ce_weight * ce_sum / (ce_count or 1) + self.mse_weight * mse_sum / (mse_count or 1)


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses of one pack, scalars with gradients (float32), and what they are means of.

    `total` is weighted as the objective says. `ce_sum` is the weighted sum over `ce_tokens` tokens, whose weights sum
    up to `ce_count`; `mse_sum` the sum over `mse_rows` latent rows of the mean over channels.
    """

    total: Tensor
    ce_sum: Tensor
    mse_sum: Tensor
    ce_count: float
    ce_tokens: int
    mse_rows: int

    @property
    def ce(self) -> Tensor:
        """The mean cross-entropy of a token in nats; 0 where there was none to predict."""
        return self.ce_sum / (self.ce_count or 1)

    @property
    def mse(self) -> Tensor:
        """The mean squared error of the velocity; 0 where there was none to predict."""
        return self.mse_sum / (self.mse_rows or 1)


def training_losses(
    model: MoT,
    samples: Sequence[Sample],
    special: SpecialIds,
    generator: torch.Generator,
    objective: Objective | None = None,
    dropout: Dropout | None = None,
    *,
    attend: AttendBy = "dense",
) -> Losses:
    """Pack samples, leave out droppable elements, draw times and noise, and return the losses.

    Raises: InputError where an element does not fit the model, or nothing is left of the samples; SettingsError where
    the model can't be trained in this way.
    """
    objective = objective or Objective()
    packed = pack(model.config, special, samples, choose_dropped(samples, dropout or Dropout(), generator))
    return packed_losses(model, packed, draw(packed, generator, objective.shift), objective, attend=attend)


def packed_losses(
    model: MoT, packed: Packed, draws: Draws, objective: Objective | None = None, *, attend: AttendBy = "dense"
) -> Losses:
    """Return the losses of packed samples with given draws."""
    objective = objective or Objective()
    rows = packed_rows(model, packed, draws, attend=attend)
    weights = objective.token_weights(packed.ce_lengths)
    logits = model.logits(rows[packed.ce_at.to(model.device)])
    each = F.cross_entropy(logits, packed.labels.to(model.device), reduction="none")
    ce_sum, ce_count = (each * weights.to(model.device)).sum(), float(weights.sum())

    moving = draws.time > 0
    first = packed.length - len(packed.latents)
    predicted = model.velocity(rows[first:][moving.to(model.device)])
    error = predicted - draws.velocity(packed.latents)[moving].to(model.device)
    mse_sum, mse_rows = error.square().mean(dim=-1).sum(), int(moving.sum())

    total = objective.total(ce_sum, ce_count, mse_sum, mse_rows)
    return Losses(total, ce_sum, mse_sum, ce_count, len(packed.labels), mse_rows)


def packed_rows(model: MoT, packed: Packed, draws: Draws, *, attend: AttendBy = "dense") -> Tensor:
    """Return the final-normed rows [N, D] of packed samples, in packed order (`rows[packed.order]` is the sequence).

    `model.logits` reads tokens from them, `model.velocity` latent rows (the last G).
    """
    device = model.device
    looks = model.look_rows(packed.looks) if packed.looks else []
    und = torch.cat([model.embed(packed.tokens.tolist()), *looks])
    gen = model.latent_rows(draws.mixed(packed.latents), packed.latent_ids.to(device), draws.time)
    turned = model.turn(packed.positions[:, packed.place])
    rows: Tensor = model(torch.cat([und, gen]), len(und), turned, attend_by(attend, packed, device))
    return rows
