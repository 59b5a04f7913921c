"""The autoencoder of our own small models: 16 pixels per latent cell, frames by themselves, fast on a CPU.

Patches of 4 x 4 pixels are folded into channels first; then residual blocks, halving twice. There is no posterior:
noise on the latents while training keeps them smooth, a penalty on their size keeps them small. Latents leave the
codec with zero mean and unit variance per channel; both numbers are stored with the weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot.codec import LatentCodec
from agentvid.models.mot.config import LatentConfig

__all__ = ["FOLD", "CompactCodec"]

FOLD = 4
"""Pixels on each side that are folded into channels before the first convolution."""
_GROUPS = 8


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(_GROUPS, width)
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.silu(self.first(F.silu(self.norm(x)))))
        return out


class CompactCodec(LatentCodec):
    """See the module's docstring. Levels have one residual block on the way down, `blocks` up (the finest: one)."""

    def __init__(self, config: LatentConfig) -> None:
        super().__init__()
        self.config = config
        widths = [config.width * times for times in config.multipliers]
        blocks = [1, *[config.blocks] * (len(widths) - 1)]
        self.encoder = nn.Sequential(*_encoder(widths, config.channels))
        self.decoder = nn.Sequential(*_decoder(widths, blocks, config.channels))
        self.latent_mean = nn.Parameter(torch.zeros(config.channels), requires_grad=False)
        self.latent_std = nn.Parameter(torch.ones(config.channels), requires_grad=False)

    def raw(self, frames: Tensor) -> Tensor:
        """Return latents [B, C, h, w] before normalisation of frames [B, 3, H, W] in -1 … 1."""
        out: Tensor = self.encoder(F.pixel_unshuffle(frames, FOLD))
        return out

    def rebuilt(self, raw: Tensor) -> Tensor:
        """Return frames [B, 3, H, W] of latents [B, C, h, w] before normalisation."""
        return F.pixel_shuffle(self.decoder(raw), FOLD)

    def encode(self, pixels: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """See LatentCodec. There is no posterior: a generator is without effect."""
        frames = pixels.transpose(0, 1).to(self.latent_mean)
        normal = (self.raw(frames).float() - self._column(self.latent_mean)) / self._column(self.latent_std)
        return normal.transpose(0, 1)

    def decode(self, latents: Tensor) -> Tensor:
        """See LatentCodec."""
        raw = latents.transpose(0, 1).float() * self._column(self.latent_std) + self._column(self.latent_mean)
        return self.rebuilt(raw.to(self.latent_mean)).float().transpose(0, 1)

    @staticmethod
    def _column(values: Tensor) -> Tensor:
        return values.float()[:, None, None]


def _encoder(widths: list[int], channels: int) -> list[nn.Module]:
    made: list[nn.Module] = [nn.Conv2d(3 * FOLD**2, widths[0], 3, padding=1)]
    for level, width in enumerate(widths):
        made.append(_Residual(width))
        if level + 1 < len(widths):
            made += [nn.PixelUnshuffle(2), nn.Conv2d(4 * width, widths[level + 1], 1)]
    return [*made, nn.GroupNorm(_GROUPS, widths[-1]), nn.SiLU(), nn.Conv2d(widths[-1], channels, 1)]


def _decoder(widths: list[int], blocks: list[int], channels: int) -> list[nn.Module]:
    made: list[nn.Module] = [nn.Conv2d(channels, widths[-1], 3, padding=1)]
    for level in reversed(range(len(widths))):
        made += [_Residual(widths[level]) for _ in range(blocks[level])]
        if level:
            made += [nn.Conv2d(widths[level], 4 * widths[level - 1], 1), nn.PixelShuffle(2)]
    return [*made, nn.GroupNorm(_GROUPS, widths[0]), nn.SiLU(), nn.Conv2d(widths[0], 3 * FOLD**2, 3, padding=1)]
