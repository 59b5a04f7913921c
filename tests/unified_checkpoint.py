"""Tiny checkpoints of the unified model, with random weights, in the published layout."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from agentvid.models.mot import MoTConfig, Unified, tiny
from agentvid.models.mot.config import SamplingConfig


def small(points: int = 4) -> MoTConfig:
    """The tiny configuration with few sampling steps."""
    return dataclasses.replace(tiny(), sampling=SamplingConfig(points=points))


def restless(seed: int = 0, points: int = 4) -> Unified:
    """A tiny model whose drawings follow what was read: a fresh one's velocity is zero, and its words are faint."""
    model = Unified.fresh(small(points), seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        head = model.model.llm2vae
        head.weight.copy_(torch.randn(head.weight.shape, generator=generator) * 0.3)
        for name, parameter in model.model.named_parameters():
            if parameter.ndim > 1 and "pos_embed" not in name and "llm2vae" not in name:
                parameter.mul_(4)
    return model


def save(folder: Path, seed: int = 0, points: int = 4) -> Path:
    restless(seed, points).save_pretrained(folder)
    return folder
