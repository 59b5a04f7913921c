"""The baseline of the benchmark computes what ours computes; else there is nothing to compare."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module")
def model():
    import torch
    from unified_checkpoint import restless

    torch.set_num_threads(1)
    return restless()


def test_it_draws_the_same(model):
    from bench_mot import compare_drawing

    found = compare_drawing(model, words=12, side=48, points=5, rounds=1)
    assert found["relative_difference"] < 1e-4
    assert found["evaluations"] == 4


def test_it_writes_the_same(model):
    from bench_mot import compare_decoding

    assert compare_decoding(model, prompt="x" * 20, new_tokens=3, rounds=1)["new_tokens"] == 3


def test_the_cost_of_a_full_drawing_is_that_of_the_arithmetic():
    """About 60 TFLOP for one evaluation at 1024², 53.5 of them in matrices."""
    from bench_mot import drawing_flop

    from agentvid.models.mot import bagel_7b

    assert drawing_flop(bagel_7b(), 4096, 64, blocks=1) == pytest.approx(60e12, rel=0.05)
