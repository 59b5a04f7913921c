"""Samples of every kind for the training tests, made of the tiny configuration's sizes."""

from __future__ import annotations

import torch

from agentvid.models.mot.config import TokenNames, tiny
from agentvid.models.mot.tokenizer import ByteTokenizer, special_ids
from agentvid.models.mot.training import Clean, Clip, Look, Noisy, Objective, Sample, Text

CONFIG = tiny()
SPECIAL = special_ids(ByteTokenizer(), TokenNames(), CONFIG.backbone.vocab)
CLOSE = {"rtol": 1e-4, "atol": 1e-5}
PLAIN = Objective(ce_weight=1.0, mse_weight=1.0)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def latents(h: int = 2, w: int = 2, frames: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.randn(4, frames, 2 * h, 2 * w, generator=seeded(seed))


def pixels(seed: int = 0) -> torch.Tensor:
    return torch.rand(3, 28, 42, generator=seeded(seed)) * 2 - 1


def words(said: str, **more) -> Text:
    return Text(tuple(said.encode()), **more)


SAMPLES = [
    Sample((words("a cat"), Noisy(latents(2, 3, seed=1)), Clean(latents(2, 3, seed=1)), words("red", loss=True))),
    Sample((Look(pixels()), words("what?"), words("a hat", loss=True, then=SPECIAL.picture_start))),
    Sample((Clean(latents(seed=2)), Look(pixels(1)), words("bluer"), Noisy(latents(seed=3)))),
    Sample((words("go"), Clip(latents(1, 2, 3, seed=4), (1, 2), loss=True, pinned=(0,)))),
]
