"""Training of the compact autoencoder on frames of the small world.

The encoder is trained for a while and then frozen, since all that is trained on its latents depends on it; the decoder
may go on getting better (`encoder=False`). Loss: L1, squared error, and L1 of the picture's slopes, where solids are
seen counted `SOLID` times, since floor fills most of a frame; noise on the latents and a penalty on their size stand in
for a posterior.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from agentvid.models.mot.compact_codec import CompactCodec
from agentvid.train.frames import CELLS, Frames
from agentvid.train.optim import Average, Optimiser, split_parameters
from agentvid.train.state import generator_at
from agentvid.world.render import SIZE

__all__ = ["CodecTrainee", "psnr"]

BATCH: Final = 32
RATE: Final = 2e-3
MATRIX_RATE: Final = 0.015
SOLID: Final = 6.0
NOISE: Final = 0.05
_SQUARED: Final = 2.0
_SLOPE: Final = 0.5
_SIZE: Final = 1e-3
_SHOWN: Final = 8
_INNER: Final = tuple(f"{side}.{index}." for side in ("encoder", "decoder") for index in range(1, 14))
"""All but the first convolutions; kernels under these names go to Muon."""


class CodecTrainee:
    """See `loop.Trainee`. `held_out` frames are measured on, never trained on."""

    def __init__(
        self, codec: CompactCodec, frames: Frames, held_out: Frames, seed: int = 0, *, encoder: bool = True
    ) -> None:
        self.codec, self.frames, self.held_out, self.seed = codec, frames, held_out, seed
        self.device = codec.latent_mean.device
        codec.encoder.requires_grad_(encoder)
        self._is_encoder_trained = encoder
        self._named = {name: p for name, p in codec.named_parameters() if p.requires_grad}
        kernels, others = split_parameters(list(self._named.items()), _INNER)
        self._optimiser = Optimiser(kernels, others, matrix_rate=MATRIX_RATE, other_rate=RATE)
        self.average = Average(self._named)
        codec.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def step(self, number: int, pace: float) -> Mapping[str, float]:
        """See Trainee."""
        generator = generator_at(self.seed, number)
        chosen = torch.randint(len(self.frames), (BATCH,), generator=generator).numpy()
        pixels = self._pixels(self.frames, chosen)
        with torch.set_grad_enabled(self._is_encoder_trained):
            raw = self.codec.raw(pixels)
        noise = NOISE * torch.randn(raw.shape, generator=generator).to(raw)
        weights = _weights(self.frames.cells[chosen]).to(raw)
        loss = _difference(self.codec.rebuilt(raw + noise), pixels, weights)
        torch.autograd.backward(loss + _SIZE * raw.square().mean())
        self._optimiser.step(pace)
        self.average.update(number)
        return {"loss": loss.item()}

    def tensors(self) -> dict[str, Tensor]:
        """See Trainee."""
        found = {f"now.{name}": tensor for name, tensor in self.codec.state_dict().items()}
        found |= {f"average.{name}": tensor for name, tensor in self.average.values.items()}
        return found | self._optimiser.state()

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """See Trainee."""
        self.codec.load_state_dict({n[4:]: t for n, t in tensors.items() if n.startswith("now.")})
        for name, value in self.average.values.items():
            value.copy_(tensors[f"average.{name}"])
        self._optimiser.load(tensors)

    @torch.no_grad()
    def measure(self) -> Mapping[str, float]:
        """Return PSNR in dB on held-out frames: mean, least, where solids are; and the spread of the latents."""
        self.average.swap()
        try:
            found, solid, spread = [], [], []
            for start in range(0, len(self.held_out), BATCH):
                pixels = self._pixels(self.held_out, slice(start, start + BATCH))
                raw = self.codec.raw(pixels)
                spread.append(float(raw.std()))
                rebuilt = self.codec.rebuilt(raw)
                found.append(psnr(rebuilt, pixels).cpu())
                solid.append(_solid_psnr(rebuilt, pixels, self.held_out.cells[start : start + BATCH]))
        finally:
            self.average.swap()
        all_of = torch.cat(found)
        return {
            "psnr": float(all_of.mean()),
            "psnr_least": float(all_of.min()),
            "psnr_solids": float(np.mean(solid)),
            "spread": float(np.mean(spread)),
        }

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Return held-out frames above what became of them."""
        self.average.swap()
        try:
            pixels = self._pixels(self.held_out, slice(_SHOWN))
            rebuilt = self.codec.rebuilt(self.codec.raw(pixels))
        finally:
            self.average.swap()
        rows = [torch.cat(list(part), dim=2).cpu() for part in (pixels, rebuilt.clamp(-1, 1))]
        picture = torch.cat(rows, dim=1).permute(1, 2, 0)
        return ((picture * 0.5 + 0.5) * 255).round().to(torch.uint8).numpy()

    @torch.no_grad()
    def finish(self, frames: int = 4000) -> None:
        """Put the averaged weights in place, and where the encoder was trained, the statistics of its latents."""
        self.average.swap()
        if self._is_encoder_trained:
            parts = [
                self.codec.raw(self._pixels(self.frames, slice(start, start + BATCH)))
                for start in range(0, min(frames, len(self.frames)), BATCH)
            ]
            raw = torch.cat(parts)
            self.codec.latent_mean.copy_(raw.mean(dim=(0, 2, 3)))
            self.codec.latent_std.copy_(raw.std(dim=(0, 2, 3)).clamp_min(0.05))

    def _pixels(self, frames: Frames, chosen: NDArray[np.int64] | slice) -> Tensor:
        return as_input(frames.pixels[chosen]).to(self.device)


def as_input(pixels: NDArray[np.uint8]) -> Tensor:
    """Return frames (B, H, W, 3) uint8 as [B, 3, H, W] in -1 … 1, channels last in memory."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def psnr(rebuilt: Tensor, pixels: Tensor) -> Tensor:
    """Return the peak signal-to-noise ratio in dB of each picture [B]."""
    error = (rebuilt.clamp(-1, 1) - pixels).square().mean(dim=(1, 2, 3)).clamp_min(1e-10)
    return 10 * torch.log10(4 / error)


def _difference(rebuilt: Tensor, pixels: Tensor, weights: Tensor) -> Tensor:
    """Return the loss; `weights` [B, 1, H, W] have mean 1."""
    error = rebuilt - pixels
    across, down = error[..., 1:] - error[..., :-1], error[..., 1:, :] - error[..., :-1, :]
    slopes = (across.abs() * weights[..., 1:]).mean() + (down.abs() * weights[..., 1:, :]).mean()
    out: Tensor = ((error.abs() + _SQUARED * error.square()) * weights).mean() + _SLOPE * slopes
    return out


def _weights(cells: NDArray[np.uint8]) -> Tensor:
    """Return how much each pixel counts [B, 1, H, W], from cells (B, 32, 32): solids and what is next to them more."""
    seen = torch.from_numpy(cells > 0).float()[:, None]
    near = F.max_pool2d(seen, 3, stride=1, padding=1)
    weights = 1 + (SOLID - 1) * F.interpolate(near, scale_factor=SIZE / CELLS)
    return weights / weights.mean()


def _solid_psnr(rebuilt: Tensor, pixels: Tensor, cells: NDArray[np.uint8]) -> float:
    seen = F.interpolate(torch.from_numpy(cells > 0).to(pixels)[:, None], scale_factor=SIZE / CELLS)
    error = ((rebuilt.clamp(-1, 1) - pixels).square() * seen).sum() / (3 * seen.sum())
    return float(10 * torch.log10(4 / error))
