"""The FLUX autoencoder: the class of `diffusers`, under the published tensor names.

`diffusers` is imported when the codec is built, since that takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from agentvid.models.mot.codec import LatentCodec
from agentvid.models.mot.config import LatentConfig

__all__ = ["FluxCodec"]


class FluxCodec(LatentCodec):
    """The FLUX.1 autoencoder: 8 pixels per latent cell on each side, frames one by one.

    Source: Black Forest Labs' FLUX.1 (Apache-2.0) through diffusers' AutoencoderKL.
    """

    def __init__(self, config: LatentConfig) -> None:
        super().__init__()
        from diffusers import AutoencoderKL

        levels = len(config.multipliers)
        self.config = config
        library: Any = AutoencoderKL
        built = library(
            in_channels=3,
            out_channels=3,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=tuple(config.width * times for times in config.multipliers),
            layers_per_block=config.blocks,
            latent_channels=config.channels,
            norm_num_groups=32,
            use_quant_conv=False,
            use_post_quant_conv=False,
        )
        self.encoder: nn.Module = built.encoder
        self.decoder: nn.Module = built.decoder

    def encode(self, pixels: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """See LatentCodec. The noise of a sampled posterior is drawn on the generator's device."""
        first = next(self.parameters())
        frames = pixels.transpose(0, 1).to(first)
        moments = torch.cat([self.encoder(frame[None]) for frame in frames])
        mean, log_variance = moments.float().chunk(2, dim=1)
        if generator is not None:
            noise = torch.randn(mean.shape, generator=generator, device=generator.device).to(mean)
            mean = mean + torch.exp(0.5 * log_variance) * noise
        return ((mean - self.config.shift) * self.config.scale).transpose(0, 1)

    def decode(self, latents: Tensor) -> Tensor:
        """See LatentCodec."""
        first = next(self.parameters())
        frames = (latents.float() / self.config.scale + self.config.shift).transpose(0, 1).to(first)
        return torch.cat([self.decoder(frame[None]) for frame in frames]).float().transpose(0, 1)

    def published(self) -> dict[str, Tensor]:
        """Return the tensors under their published names and shapes."""
        levels = len(self.config.multipliers)
        found = {}
        for name, tensor in self.state_dict().items():
            told = _published_name(name, levels)
            is_linear = ".attn_1." in told and tensor.ndim == 2
            found[told] = tensor[:, :, None, None] if is_linear else tensor
        return found

    def adopt(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over tensors given under their published names (all of them, checked by the caller)."""
        levels = len(self.config.multipliers)
        own = self.state_dict()
        state = {name: tensors[_published_name(name, levels)].reshape(own[name].shape) for name in own}
        self.load_state_dict(state, assign=True)


_PARTS = (
    (r"\.mid_block\.attentions\.0\.", ".mid.attn_1."),
    (r"\.attn_1\.group_norm\.", ".attn_1.norm."),
    (r"\.attn_1\.to_([qkv])\.", r".attn_1.\1."),
    (r"\.attn_1\.to_out\.0\.", ".attn_1.proj_out."),
    (r"\.mid_block\.resnets\.0\.", ".mid.block_1."),
    (r"\.mid_block\.resnets\.1\.", ".mid.block_2."),
    (r"\.down_blocks\.(\d+)\.resnets\.", r".down.\1.block."),
    (r"\.down_blocks\.(\d+)\.downsamplers\.0\.", r".down.\1.downsample."),
    (r"\.up_blocks\.(\d+)\.resnets\.", r".up.\1.block."),
    (r"\.up_blocks\.(\d+)\.upsamplers\.0\.", r".up.\1.upsample."),
    (r"\.conv_shortcut\.", ".nin_shortcut."),
    (r"\.conv_norm_out\.", ".norm_out."),
)


def _published_name(name: str, levels: int) -> str:
    """Return the published name of a diffusers name. The published decoder counts its levels from the other end."""
    for pattern, told in _PARTS:
        name = re.sub(pattern, told, name)
    return re.sub(r"^(decoder\.up\.)(\d+)", lambda found: f"{found[1]}{levels - 1 - int(found[2])}", name)
