"""Which pieces of a message ask for something, and for what: a small linear model over words and rows, piece by piece.

Its weights ship (`tagger.safetensors`); `tests/train/fit_tagger.py` makes them from the phrases and messages of the
repository. It is a softmax over hashed features (`features`), read from left to right with a narrow beam. A label is an
operation of the table, or "" where a piece asks for nothing by itself: a detail, a reason, a limit, a greeting.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from agentvid.planner.wide.features import BUCKETS, Piece, features_of
from agentvid.planner.wide.table import ROWS, row_of

__all__ = ["LABELS", "decode", "tag"]

Weights = NDArray[np.float32]

LABELS: Final = ("", *(row.op for row in ROWS))
"""What a piece can be tagged with, in the order of the weights' columns."""
_NEEDS_CLIP: Final = frozenset({"trim", "speed", "reverse", "stabilise", "extend"})
_NEEDS_TWO: Final = frozenset({"join", "beside", "above", "picture_in_picture"})
_PRICE: Final = 4.0
"""How much less likely a request is that fits no medium, as a logarithm: people do ask for what can't be done."""
_WIDTH: Final = 4
"""Readings that are followed side by side."""


def tag(pieces: list[Piece], kinds: str, media: str) -> list[str]:
    """Return a label for each piece; `kinds` as `features_of` takes them, `media` are the kinds of all media at hand
    ("iv"): what needs another kind, or more of them, is not meant.
    """
    return decode(_weights(), pieces, kinds, media)


def decode(weights: Weights, pieces: list[Piece], kinds: str, media: str | None = None) -> list[str]:
    """Return the likeliest labels of pieces by these weights, a row per bucket and a column per label."""
    beam: list[tuple[float, str, list[str]]] = [(0.0, "", [])]
    for at in range(len(pieces)):
        following: list[tuple[float, str, list[str]]] = []
        for score, before, labels in beam:
            logits = weights[features_of(pieces, at, before, kinds)].sum(0)
            if media is not None:
                logits = logits + _out_of_place(media, tuple(label for label in labels if label))
            logits = logits - logits.max()
            logits = logits - np.log(np.exp(logits).sum())
            for index in np.argsort(-logits, kind="stable")[:_WIDTH]:
                label = LABELS[index]
                following.append((score + float(logits[index]), label or before, [*labels, label]))
        beam = sorted(following, key=lambda reading: -reading[0])[:_WIDTH]
    return beam[0][2]


@lru_cache(maxsize=1024)
def _out_of_place(media: str, asked: tuple[str, ...]) -> Weights:
    """Return what is taken from the score of each label that fits no medium there is after what was asked before."""
    made = {row_of(op).makes for op in asked}
    has_clip = "v" in media or "video" in made
    count = len(media) + len(asked) if media else 0
    off = np.zeros(len(LABELS), np.float32)
    for index, label in enumerate(LABELS):
        if not label:
            continue
        if (
            (label in _NEEDS_CLIP and not has_clip)
            or (label in _NEEDS_TWO and count < 2)
            or (not media and not asked and row_of(label).needs != "none")
        ):
            off[index] = -_PRICE
    return off


@cache
def _weights() -> Weights:
    stored = load(resources.files(__package__).joinpath("tagger.safetensors").read_bytes())
    weights = np.zeros((BUCKETS, len(LABELS)), np.float32)
    rows = np.repeat(np.arange(BUCKETS), stored["counts"].astype(np.int64))
    weights[rows, stored["columns"]] = stored["values"].astype(np.float32) * stored["scale"]
    return weights
