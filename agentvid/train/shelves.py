"""Records with the latents of their frames: what the model is trained on.

Latents depend on the encoder; they are kept beside the records under its digest, and made again for another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from agentvid.models.mot.codec import LatentCodec
from agentvid.models.mot.sizes import to_tensor
from agentvid.train.records import Records
from agentvid.train.state import partial_of

__all__ = ["Shelf", "encoder_digest", "make_shelf"]

_BATCH: Final = 64
_TOLD: Final = 32
"""Batches between two reports."""


@dataclass(frozen=True)
class Shelf:
    """Records with the latents [N, T, channels, h, w] (half precision) of their frames."""

    records: Records
    latents: Tensor

    def latent(self, record: int, frame: int) -> Tensor:
        """Return the latents [channels, 1, h, w] of one frame."""
        return self.latents[record, frame].float()[:, None]

    def pixels(self, record: int, frame: int) -> Tensor:
        """Return one frame [3, H, W] in -1 … 1."""
        return to_tensor(self.records.pixels[record, frame])


def encoder_digest(codec: LatentCodec) -> str:
    """Return the digest of all that latents depend on: encoder and statistics, not the decoder."""
    whole = hashlib.sha256()
    for name, tensor in sorted(codec.state_dict().items()):
        if not name.startswith("decoder."):
            whole.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return whole.hexdigest()[:12]


@torch.no_grad()
def make_shelf(
    records: Records, codec: LatentCodec, folder: Path, name: str, told: Callable[[int, int], None] | None = None
) -> Shelf:
    """Return records with their latents, from `folder` where they were made with this encoder before.

    `told(done, total)` counts frames.
    """
    path = folder / f"{name}-{len(records)}-{encoder_digest(codec)}.safetensors"
    if path.is_file():
        return Shelf(records, load_file(path)["latents"])
    many, each = records.pixels.shape[:2]
    total, parts = many * each, []
    for start in range(0, total, _BATCH):
        done = min(start + _BATCH, total)
        frames = np.stack([records.pixels[index // each, index % each] for index in range(start, done)])
        part = torch.from_numpy(frames).permute(3, 0, 1, 2).float().div_(127.5).sub_(1)
        parts.append(codec.encode(part).transpose(0, 1).half())
        if told is not None and (done == total or done % (_TOLD * _BATCH) == 0):
            told(done, total)
    joined = torch.cat(parts)
    latents = joined.view(many, each, *joined.shape[1:]).contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    partial = partial_of(path)
    save_file({"latents": latents}, partial)
    partial.replace(path)
    return Shelf(records, latents)
