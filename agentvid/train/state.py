"""The state of a training run on disk: one safetensors file, replaced whole, so that a stop at any moment costs little.

Random numbers are drawn from generators seeded by (seed, step), never carried along: tensors and the number of the
step are all there is to keep.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from agentvid.errors import EngineError

__all__ = ["generator_at", "load_state", "partial_of", "save_state"]


def save_state(path: Path, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
    """Write tensors and facts (JSON) to `path`, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(path)
    own = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    save_file(own, str(partial), metadata={"format": "pt", "facts": json.dumps(facts)})
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)


def load_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return what `save_state` wrote.

    Raises: EngineError (code bad_checkpoint) where the file is broken or is no state.
    """
    try:
        with safe_open(str(path), framework="pt") as file:
            facts = json.loads((file.metadata() or {})["facts"])
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise EngineError(
            f"{path} can't be read: {error}",
            "the state of a training run",
            "move the file away to start anew",
            code="bad_checkpoint",
        ) from error


def partial_of(path: Path) -> Path:
    """Return where to write a file before it is renamed to `path`: beside it, a name of this process's own."""
    return path.with_name(f"{path.name}.{os.getpid()}.partial")


def generator_at(seed: int, step: int, device: str = "cpu") -> torch.Generator:
    """Return a generator that depends on the seed and the number of the step alone."""
    return torch.Generator(device).manual_seed((seed * 0x9E3779B97F4A7C15 + step * 2654435761) % 2**63)
