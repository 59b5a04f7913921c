"""A tiny model with known weights, and what other implementations computed with them (see fixtures/)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from agentvid.models.mot import Unified, tiny
from agentvid.models.mot.checkpoint import load_codec, load_model
from agentvid.models.mot.prompts import load_system_prompts
from agentvid.models.mot.tokenizer import ByteTokenizer

FIXTURES = Path(__file__).parent / "fixtures"
CPU = torch.device("cpu")


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Tiny tensors are slower on many threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def golden() -> dict[str, torch.Tensor]:
    """What the family's own modules computed with the fixture's weights, in float32."""
    return load_file(FIXTURES / "mot_parity" / "records.safetensors")


@pytest.fixture(scope="session")
def lance() -> dict[str, torch.Tensor]:
    """Tables, time embeddings and positions of the sister family."""
    return load_file(FIXTURES / "lance_parity" / "records.safetensors")


@pytest.fixture(scope="session")
def parity_model() -> Unified:
    """The fixture's weights."""
    folder, config = FIXTURES / "mot_parity", tiny()
    model = load_model([folder / "ema.safetensors"], config, CPU)
    codec = load_codec(folder / "ae.safetensors", config, CPU)
    return Unified(model, codec, ByteTokenizer(), load_system_prompts(None))


@pytest.fixture(scope="session")
def photo(golden) -> np.ndarray:
    """The fixture's picture, uint8 [48, 64, 3]."""
    return golden["img.u8"].numpy()


@pytest.fixture(scope="session")
def other_photo() -> np.ndarray:
    """A picture of another size, uint8 [64, 32, 3]."""
    return np.random.default_rng(3).integers(0, 256, (64, 32, 3), dtype=np.uint8)


@pytest.fixture
def near():
    """Return whether two tensors agree: the relative L2 distance, at most 1e-4 by default."""

    def agree(ours: torch.Tensor, theirs: torch.Tensor, most: float = 1e-4) -> bool:
        assert ours.shape == theirs.shape
        distance = float((ours.double() - theirs.double()).norm() / theirs.double().norm().clamp_min(1e-12))
        assert distance <= most, f"relative distance {distance:.2e}"
        return True

    return agree
