"""Which pieces of a message ask for something, and for what: a small linear model over words and rows, piece by piece.

Its weights ship (`tagger.safetensors`); `tests/train/fit_tagger.py` makes them from the phrases and messages of the
repository. It is a softmax over hashed features (`features`), read from left to right with a narrow beam. A label is an
operation of the table, or "" where a piece asks for nothing by itself: a detail, a reason, a limit, a greeting.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from agentvid.planner.wide.features import BUCKETS, Piece, features_of, joint_features, own_features
from agentvid.planner.wide.table import ROWS, row_of

__all__ = ["LABELS", "decode", "tag"]

Weights = NDArray[np.float32]

LABELS: Final = ("", *(row.op for row in ROWS))
"""What a piece can be tagged with, in the order of the weights' columns."""
_NEEDS_CLIP: Final = frozenset({"trim", "speed", "reverse", "stabilise", "extend"})
_NEEDS_TWO: Final = frozenset({"join", "beside", "above", "picture_in_picture"})
_PRICE: Final = 4.0
"""How much less likely a request is that fits no medium, as a logarithm: people do ask for what can't be done."""
_NEAR: Final = 2.5
"""How much less likely than nothing a request may be, as a logarithm, where a message asks for nothing else."""
_TELLS_ENOUGH: Final = re.compile(r"(?:[a-z']+[^a-z]+){3}[a-z']|[\u4e00-\u9fff]{6}")
_FAR: Final = re.compile(
    r"(?<![a-z])(?:go|walk|step|move|head)(?: [a-z]+)? (?:\d+(?:\.\d+)?|two|three|four|five|a few) ?(?:m|met(?:er|re)s?|steps?"
    r"|paces?|feet)(?![a-z])|走[^,]{0,4}[米步]"
)
_WIDTH: Final = 4
"""Readings that are followed side by side."""


def tag(pieces: list[Piece], kinds: str, media: str, *, is_sure: bool = False) -> list[str]:
    """Return a label for each piece; `kinds` as `features_of` takes them, `media` are the kinds of all media at hand
    ("iv"): what needs another kind, or more of them, is not meant. Where nothing is found, what is nearest is taken, unless
    only what `is_sure` is wanted.
    """
    labels = decode(_weights(), pieces, kinds, media)
    labels = [
        "navigate" if not label and _is_walk(piece) else label for label, piece in zip(labels, pieces, strict=True)
    ]
    return labels if is_sure or any(labels) else _likeliest(pieces, kinds, media)


def _is_walk(piece: Piece) -> bool:
    """Whether it tells how far to go: "go 2 m ahead", which is not told of anything else."""
    return bool(piece.ruled) and piece.ruled[0][0] == "navigate" and _FAR.search(piece.text) is not None


def _likeliest(pieces: list[Piece], kinds: str, media: str) -> list[str]:
    """Return labels with the one request that is nearest to being asked for, none where all are far from it."""
    best: tuple[float, int, str] | None = None
    for at, piece in enumerate(pieces):
        if not piece.ruled and not _TELLS_ENOUGH.search(piece.text):
            continue  # "the cup": an answer, or nothing
        logits = _weights()[features_of(pieces, at, "", kinds)].sum(0) + _out_of_place(*_at_hand(media, []))
        index = 1 + int(np.argmax(logits[1:]))
        lead = float(logits[index] - logits[0])
        if lead > -_NEAR and (best is None or lead > best[0]):
            best = (lead, at, LABELS[index])
    return [best[2] if best and best[1] == at else "" for at in range(len(pieces))]


def decode(weights: Weights, pieces: list[Piece], kinds: str, media: str | None = None) -> list[str]:
    """Return the likeliest labels of pieces by these weights, a row per bucket and a column per label."""
    beam: list[tuple[float, str, list[str]]] = [(0.0, "", [])]
    for at in range(len(pieces)):
        following: list[tuple[float, str, list[str]]] = []
        own = weights[own_features(pieces, at, kinds)].sum(0)
        for score, before, labels in beam:
            logits = own + weights[joint_features(pieces[at], before)].sum(0)
            if media is not None:
                logits = logits + _out_of_place(*_at_hand(media, labels))
            logits = logits - logits.max()
            logits = logits - np.log(np.exp(logits).sum())
            for index in np.argsort(-logits, kind="stable")[:_WIDTH]:
                label = LABELS[index]
                following.append((score + float(logits[index]), label or before, [*labels, label]))
        beam = sorted(following, key=lambda reading: -reading[0])[:_WIDTH]
    return beam[0][2]


def _at_hand(media: str, labels: list[str]) -> tuple[bool, bool, bool]:
    """Return whether there is any medium, a clip, and more than one, after what was asked before."""
    asked = [label for label in labels if label]
    has_clip = "v" in media or any(row_of(op).makes == "video" for op in asked)
    return bool(media or asked), has_clip, bool(media) and len(media) + len(asked) > 1


@lru_cache(maxsize=8)
def _out_of_place(is_any: bool, has_clip: bool, are_several: bool) -> Weights:
    """Return what is taken from the score of each label that fits no medium there is."""
    off = np.zeros(len(LABELS), np.float32)
    for index, label in enumerate(LABELS):
        if not label:
            continue
        if (
            (label in _NEEDS_CLIP and not has_clip)
            or (label in _NEEDS_TWO and not are_several)
            or (not is_any and row_of(label).needs != "none")
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
