"""Optimisers of the small models: Muon for the matrices inside blocks, AdamW for the rest, an average of weights.

`torch.optim.Muon` orthogonalises one matrix after another in bfloat16, which CPUs without bfloat16 arithmetic emulate
slowly; here matrices of one shape are stacked and orthogonalised together, in the type that the device is fast in.
The state of an optimiser is a flat dictionary of tensors, so that it fits a safetensors file.

Source: Muon (https://kellerjordan.github.io/posts/muon/), AdamW (arXiv 1711.05101).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from agentvid.train.together import Together

__all__ = ["Average", "Muon", "Optimiser", "orthogonal", "split_parameters", "warm_then_level"]

_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
_ITERATIONS: Final = 5
_TINY: Final = 1e-7


class Muon:
    """Momentum, orthogonalised; for matrices, and kernels of convolutions as matrices [out, all else].

    Parameters of one shape are updated together.
    """

    def __init__(self, named: Mapping[str, nn.Parameter], momentum: float = 0.95, decay: float = 0.01) -> None:
        self.momentum, self.decay = momentum, decay
        shapes: dict[tuple[int, ...], list[str]] = {}
        for name, parameter in named.items():
            shapes.setdefault(tuple(parameter.shape), []).append(name)
        self._groups: list[tuple[list[Tensor], list[str]]] = [
            ([named[name] for name in names], names) for names in shapes.values()
        ]
        self._moments = [torch.stack([torch.zeros_like(p) for p in group]) for group, _ in self._groups]

    @torch.no_grad()
    def step(self, rate: float, together: Together | None = None) -> None:
        """Move all parameters by their gradients; one without a gradient only loses momentum.

        With others `together` each process orthogonalises its part of the matrices.
        """
        updates = []
        for (group, _), moment in zip(self._groups, self._moments, strict=True):
            gradient = torch.stack([torch.zeros_like(p) if p.grad is None else p.grad for p in group])
            moment.mul_(self.momentum).add_(gradient)
            wanted = gradient.add_(moment, alpha=self.momentum).flatten(2)
            if together is None:
                updates.append(orthogonal(wanted))
            else:
                part = together.part_of(len(wanted))
                updates.append(torch.zeros_like(wanted))
                updates[-1][part] = orthogonal(wanted[part])
        if together is not None:
            together.add_up(updates)
        for (group, _), moment, update in zip(self._groups, self._moments, updates, strict=True):
            scale = max(1.0, update.shape[1] / update.shape[2]) ** 0.5
            torch._foreach_mul_(group, 1 - rate * self.decay)
            torch._foreach_add_(group, list(update.view_as(moment).unbind(0)), alpha=-rate * scale)

    def state(self) -> dict[str, Tensor]:
        """Return its state by names of parameters."""
        return {
            f"muon.{name}": moment[index]
            for (_, names), moment in zip(self._groups, self._moments, strict=True)
            for index, name in enumerate(names)
        }

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take over what `state` returned."""
        for (_, names), moment in zip(self._groups, self._moments, strict=True):
            for index, name in enumerate(names):
                moment[index].copy_(state[f"muon.{name}"])


def orthogonal(matrices: Tensor) -> Tensor:
    """Return matrices [B, m, n] with singular values near 1: five quintic Newton-Schulz steps."""
    kind = torch.bfloat16 if matrices.is_cuda else matrices.dtype
    x = matrices.to(kind)
    is_tall = x.shape[1] > x.shape[2]
    x = x.mT if is_tall else x
    x = x / (x.float().flatten(1).norm(dim=1)[:, None, None].to(kind) + _TINY)
    a, b, c = _COEFFICIENTS
    for _ in range(_ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    out: Tensor = (x.mT if is_tall else x).to(matrices.dtype)
    return out


class Optimiser:
    """Muon for `matrices`, AdamW for `others`; gradients are clipped together to a norm of `most`."""

    def __init__(
        self,
        matrices: Mapping[str, nn.Parameter],
        others: Mapping[str, nn.Parameter],
        *,
        matrix_rate: float = 0.015,
        other_rate: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.98),
        decay: float = 0.01,
        most: float = 1.0,
    ) -> None:
        self.matrix_rate, self.other_rate, self.most = matrix_rate, other_rate, most
        self._muon = Muon(matrices, decay=decay)
        self._others = dict(others)
        self._adam = torch.optim.AdamW(self._others.values(), other_rate, betas=betas, weight_decay=decay, fused=True)
        self._all = [*matrices.values(), *others.values()]

    def step(self, pace: float, together: Together | None = None) -> float:
        """Move by the gradients with rates scaled by `pace`, forget the gradients, and return their norm.

        With others `together` gradients are those of all.
        """
        if together is not None:
            for parameter in self._all:
                parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
            together.add_up([parameter.grad for parameter in self._all if parameter.grad is not None])
        norm = float(nn.utils.clip_grad_norm_([p for p in self._all if p.grad is not None], self.most))
        self._muon.step(self.matrix_rate * pace, together)
        for group in self._adam.param_groups:
            group["lr"] = self.other_rate * pace
        self._adam.step()
        for parameter in self._all:
            parameter.grad = None
        return norm

    def state(self) -> dict[str, Tensor]:
        """Return its state by names of parameters."""
        found = self._muon.state()
        for name, parameter in self._others.items():
            for key, value in self._adam.state.get(parameter, {}).items():
                found[f"adam.{key}.{name}"] = value
        return found

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take over what `state` returned."""
        self._muon.load(state)
        for name, parameter in self._others.items():
            keys = ("step", "exp_avg", "exp_avg_sq")
            found = {key: state.get(f"adam.{key}.{name}") for key in keys}
            kept = {key: t.to(parameter.device, copy=True) for key, t in found.items() if t is not None}
            if kept:
                self._adam.state[parameter] = kept


class Average:
    """An exponential average of parameters, quick to follow at first."""

    def __init__(self, named: Mapping[str, nn.Parameter], keep: float = 0.999) -> None:
        self.keep, self._named = keep, dict(named)
        self.values = {name: parameter.detach().clone() for name, parameter in named.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the parameters after step number `step` (from 0 on)."""
        share = 1 - min(self.keep, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.values.values()), [p.detach() for p in self._named.values()], share)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the average with the parameters; a second call undoes the first."""
        for name, parameter in self._named.items():
            kept = parameter.detach().clone()
            parameter.copy_(self.values[name])
            self.values[name].copy_(kept)


def warm_then_level(step: int, warm: int, progress: float, decay: float, least: float = 0.02) -> float:
    """Return the pace of a step: rising over `warm` steps, level, falling to `least` over the last share `decay`.

    `progress` 0 … 1 is how much of the run is over; a decay of 0 never falls.
    """
    rising = min(1.0, (step + 1) / max(1, warm))
    if decay <= 0 or progress <= 1 - decay:
        return rising
    return rising * max(least, (1 - progress) / decay)


def split_parameters(
    named: Sequence[tuple[str, nn.Parameter]], is_matrix: Sequence[str]
) -> tuple[dict[str, nn.Parameter], dict[str, nn.Parameter]]:
    """Return (matrices, others) of what is trained; matrices have 2 axes or more, and names with the given prefixes."""
    trained = {name: parameter for name, parameter in named if parameter.requires_grad}
    matrices = {n: p for n, p in trained.items() if p.ndim >= 2 and n.startswith(tuple(is_matrix))}
    return matrices, {n: p for n, p in trained.items() if n not in matrices}
