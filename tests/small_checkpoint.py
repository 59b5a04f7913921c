"""A tiny checkpoint of the small engine with random weights: the right words and sizes, drawings that mean nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch

from agentvid.models.mot import Unified
from agentvid.models.mot.tokenizer import Tokenizer, load_tokenizer
from agentvid.train.recipe import config_of
from agentvid.train.vocabulary import corpus, make_tokenizer

TASKS = (
    "text_to_image",
    "edit_image",
    "describe",
    "novel_view",
    "future_frames",
    "text_to_video",
    "navigate",
    "map_to_view",
)


def card(*claimed: str, drafts: tuple[str, ...] = (), objects: int = 3) -> dict[str, Any]:
    """A card that claims some tasks for so many objects, and offers others as drafts."""
    level = {"objects": objects, "seconds": 2}
    tasks: dict[str, Any] = {name: {"level": level, "exact": {"1": 0.99}, "draft": False} for name in claimed}
    return {"tasks": tasks | {name: {"level": level, "exact": {"1": 0.4}, "draft": True} for name in drafts}}


def save(folder: Path, told: Mapping[str, Any] | None = None, seed: int = 0) -> Path:
    """Write a checkpoint whose drawings follow what was read, with a card (all tasks claimed)."""
    config = config_of("test")
    sampling = dataclasses.replace(config.sampling, points=4)
    model = Unified.fresh(dataclasses.replace(config, sampling=sampling), seed, _tokenizer(folder))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        head = model.model.llm2vae
        head.weight.copy_(torch.randn(head.weight.shape, generator=generator) * 0.3)
        for name, parameter in model.model.named_parameters():
            if parameter.ndim > 1 and "pos_embed" not in name and "llm2vae" not in name:
                parameter.mul_(4)
    model.save_pretrained(folder)
    (folder / "card.json").write_text(json.dumps(told or card(*TASKS)), encoding="utf-8")
    return folder


def _tokenizer(folder: Path) -> Tokenizer:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(_tokenizer_json(folder), encoding="utf-8")
    return load_tokenizer(folder, config_of("test").prompt.tokens)


@cache
def _tokenizer_json(folder: Path) -> str:
    path = folder / "making.json"
    make_tokenizer(path, corpus(120))
    told = path.read_text(encoding="utf-8")
    path.unlink()
    return told
