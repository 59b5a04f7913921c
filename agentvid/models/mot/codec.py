"""The codec of a family behind one small class: pictures to latents and back, always [C, T, H, W], T = 1 for stills.

`flux_codec` is the FLUX autoencoder of the published models, `compact_codec` the one of our own small models.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn

__all__ = ["LatentCodec"]


class LatentCodec(nn.Module, ABC):
    """Encodes pictures and clips to normalised latents, and decodes them."""

    @abstractmethod
    def encode(self, pixels: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Return latents [C, t, h, w] of pixels [3, T, H, W] in -1 … 1.

        The mean of the posterior; a sample of it where a generator is given and the codec has one.
        """

    @abstractmethod
    def decode(self, latents: Tensor) -> Tensor:
        """Return pixels [3, T, H, W], nominally in -1 … 1 (not clamped), of latents [C, t, h, w]."""

    def published(self) -> dict[str, Tensor]:
        """Return the tensors under their published names and shapes."""
        return dict(self.state_dict())

    def adopt(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over tensors given under their published names (all of them, checked by the caller)."""
        self.load_state_dict(dict(tensors), assign=True)
