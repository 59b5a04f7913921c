"""Time and noise of training: how far each picture is on its way from data to noise.

    x_t = (1 - t) x_0 + t e        the velocity to be predicted: e - x_0

Source: rectified flow (arXiv 2209.03003), logit-normal times (arXiv 2403.03206), shifted as in BAGEL
(arXiv 2505.14683).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.training.packing import CLEAN, Packed

__all__ = ["Draws", "draw", "shifted_sigmoid"]


def shifted_sigmoid(normals: Tensor, shift: float) -> Tensor:
    """Return times in 0 … 1 of normal numbers: the sigmoid s, then shift·s / (1 + (shift - 1)·s)."""
    even = normals.sigmoid()
    return shift * even / (1 + (shift - 1) * even)


@dataclass(frozen=True, eq=False)
class Draws:
    """All that is random about one pass: the time [G] and the noise [G, row_channels] of each latent row.

    Clean rows have time 0; their noise is without effect.
    """

    time: Tensor
    noise: Tensor

    @classmethod
    def of(cls, packed: Packed, times: Tensor, noise: Tensor) -> Draws:
        """Return draws with given times (one per noisy picture or clip, in order) and noise [G, row_channels].

        Raises: InputError where their shapes don't fit.
        """
        if tuple(times.shape) != (packed.times,) or noise.shape != packed.latents.shape:
            raise InputError(
                f"times {tuple(times.shape)} and noise {tuple(noise.shape)}",
                f"({packed.times},) and {tuple(packed.latents.shape)}",
            )
        if bool(((times < 0) | (times > 1)).any()):
            raise InputError(f"times {times.tolist()}", "times in 0 … 1")
        time = times.new_zeros(len(packed.timed))
        is_noisy = packed.timed != CLEAN
        time[is_noisy] = times[packed.timed[is_noisy]]
        return cls(time, noise)

    def mixed(self, latents: Tensor) -> Tensor:
        """Return x_t for clean latents [G, row_channels]."""
        time = self.time[:, None]
        return (1 - time) * latents + time * self.noise

    def velocity(self, latents: Tensor) -> Tensor:
        """Return the velocity [G, row_channels] from clean latents to the noise."""
        return self.noise - latents


def draw(packed: Packed, generator: torch.Generator, shift: float = 1.0) -> Draws:
    """Draw times and noise, on the generator's device; the same state gives the same draws."""
    normals = torch.randn(packed.times, generator=generator, device=generator.device).cpu()
    noise = torch.randn(packed.latents.shape, generator=generator, device=generator.device).cpu()
    return Draws.of(packed, shifted_sigmoid(normals, shift), noise)
