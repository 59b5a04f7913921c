"""Sizes of our own models: what they are made of, and what they are called.

`nano` is trained on a CPU in an evening, `mini` wants a GPU. Both draw 128 x 128 pictures as 64 latent rows, share one
autoencoder, and see through patches of 16 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agentvid.models.mot.config import (
    BackboneConfig,
    LatentConfig,
    MoTConfig,
    PositionConfig,
    SamplingConfig,
    SizeConfig,
    VisionConfig,
)
from agentvid.train.vocabulary import VOCABULARY
from agentvid.world.render import SIZE

__all__ = ["LATENT", "SIZES", "VISION", "SizeName", "config_of"]

SizeName: TypeAlias = Literal["test", "nano", "mini"]

LATENT: Final = LatentConfig(
    codec="compact",
    channels=32,
    down=16,
    width=64,
    multipliers=(1, 2, 3),
    blocks=2,
    patch=(1, 1, 1),
    table=(1, SIZE // 16, SIZE // 16),
)
VISION: Final = VisionConfig(hidden=128, inter=256, layers=3, heads=2, patch=16, side=SIZE // 16)
_HEAD_DIM: Final = 64


@dataclass(frozen=True)
class _Size:
    hidden: int
    inter: int
    layers: int


SIZES: Final[dict[SizeName, _Size]] = {
    "test": _Size(hidden=64, inter=128, layers=2),
    "nano": _Size(hidden=192, inter=512, layers=6),
    "mini": _Size(hidden=256, inter=768, layers=8),
}


def config_of(size: SizeName) -> MoTConfig:
    """Return the configuration of a size. "test" is for tests only: it learns nothing worth drawing."""
    of = SIZES[size]
    heads = of.hidden // _HEAD_DIM
    return MoTConfig(
        backbone=BackboneConfig(
            hidden=of.hidden,
            inter=of.inter,
            layers=of.layers,
            heads=heads,
            kv_heads=heads,
            vocab=VOCABULARY,
            head_dim=_HEAD_DIM,
            rope_base=1e4,
            max_positions=4096,
        ),
        positions=PositionConfig(sections=(_HEAD_DIM // 2, 0, 0), table_base=8.0, table_scale=2.0),
        vision=VISION,
        latent=LATENT,
        sizes=SizeConfig(latent=(SIZE, SIZE, 16), look=(SIZE, SIZE, 16)),
        sampling=SamplingConfig(
            points=13, shift=2.0, text_scale=2.0, image_scale=1.0, interval=(0.0, 1.0), renorm="none"
        ),
    )
