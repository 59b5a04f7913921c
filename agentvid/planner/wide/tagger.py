"""Which pieces of a message ask for something, and for what: a small linear model over words and rows, piece by piece.

Its weights ship (`tagger.safetensors`); `tests/train/fit_tagger.py` makes them from the phrases and messages of the
repository. It is a softmax over hashed features (`features`), read from left to right with a narrow beam. A label is an
operation of the table, or "" where a piece asks for nothing by itself: a detail, a reason, a limit, a greeting.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from agentvid.planner.wide.features import BUCKETS, Piece, features_of
from agentvid.planner.wide.table import ROWS

__all__ = ["LABELS", "decode", "tag"]

Weights = NDArray[np.float32]

LABELS: Final = ("", *(row.op for row in ROWS))
"""What a piece can be tagged with, in the order of the weights' columns."""
_WIDTH: Final = 4
"""Readings that are followed side by side."""


def tag(pieces: list[Piece], kinds: str) -> list[str]:
    """Return a label for each piece; `kinds` are the media at hand, as `features_of` takes them."""
    return decode(_weights(), pieces, kinds)


def decode(weights: Weights, pieces: list[Piece], kinds: str) -> list[str]:
    """Return the likeliest labels of pieces by these weights, a row per bucket and a column per label."""
    beam: list[tuple[float, str, list[str]]] = [(0.0, "", [])]
    for at in range(len(pieces)):
        following: list[tuple[float, str, list[str]]] = []
        for score, before, labels in beam:
            logits = weights[features_of(pieces, at, before, kinds)].sum(0)
            logits = logits - logits.max()
            logits = logits - np.log(np.exp(logits).sum())
            for index in np.argsort(-logits, kind="stable")[:_WIDTH]:
                label = LABELS[index]
                following.append((score + float(logits[index]), label or before, [*labels, label]))
        beam = sorted(following, key=lambda reading: -reading[0])[:_WIDTH]
    return beam[0][2]


@cache
def _weights() -> Weights:
    stored = load(resources.files(__package__).joinpath("tagger.safetensors").read_bytes())
    weights = np.zeros((BUCKETS, len(LABELS)), np.float32)
    rows = np.repeat(np.arange(BUCKETS), stored["counts"].astype(np.int64))
    weights[rows, stored["columns"]] = stored["values"].astype(np.float32) * stored["scale"]
    return weights
