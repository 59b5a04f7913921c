"""Classifier-free guidance: which contexts are compared, and how their predictions are combined.

Source: classifier-free guidance (arXiv 2207.12598) in the two-condition form and with the renormalisations of BAGEL
(arXiv 2505.14683).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.config import Renorm, SamplingConfig
from agentvid.models.mot.context import Context

__all__ = ["Branches", "Guidance", "guided"]

_TINY = 1e-8


@dataclass(frozen=True)
class Branches:
    """What a drawing is conditioned on: everything; all but the latest text; all texts but no picture.

    None means that there is no such context of its own, so that the branch would equal the first one.
    """

    full: Context
    text_free: Context | None = None
    image_free: Context | None = None


@dataclass(frozen=True)
class Guidance:
    """How strongly text and pictures are followed.

    Scales apply where `lo < t <= hi` on shifted time, elsewhere both are 1. A text scale of at most 1 means no
    guidance at all. `renorm_min` bounds the shrinking: 0 allows all of it, 1 none.
    `count_equal_image`: apply the image scale even where the image-free branch equals the full one, as the family's
    demo does (a scale of 1 + image_scale * (text_scale - 1) before renormalisation); costs no forward.

    Raises: InputError where a number makes no sense.
    """

    text_scale: float = 4.0
    image_scale: float = 1.0
    interval: tuple[float, float] = (0.4, 1.0)
    renorm: Renorm = "global"
    renorm_min: float = 0.0
    count_equal_image: bool = False

    def __post_init__(self) -> None:
        lo, hi = self.interval
        if not (math.isfinite(self.text_scale) and math.isfinite(self.image_scale)):
            raise InputError(f"guidance scales {self.text_scale} and {self.image_scale}", "finite numbers")
        if not 0 <= lo <= hi <= 1:
            raise InputError(f"guidance interval {self.interval}", "two numbers in 0 … 1, the smaller first")
        if not 0 <= self.renorm_min <= 1:
            raise InputError(f"renorm_min {self.renorm_min}", "a number in 0 … 1")
        if self.renorm not in ("global", "channel", "text_channel", "none"):
            raise InputError(f"renorm {self.renorm!r}", "global, channel, text_channel or none")

    @classmethod
    def of(cls, config: SamplingConfig) -> Guidance:
        """Return the defaults of a configuration."""
        return cls(config.text_scale, config.image_scale, config.interval, config.renorm, config.renorm_min)

    def applies(self, time: float) -> bool:
        """Return whether predictions at this (shifted) time are guided."""
        lo, hi = (np.float32(bound) for bound in self.interval)  # the times of a schedule are float32
        return self.text_scale > 1 and bool(lo < np.float32(time) <= hi)

    def contexts(self, branches: Branches) -> list[Context | None]:
        """Return the contexts to predict from beside the full one: [text-free, image-free], None where not needed."""
        if self.text_scale <= 1:
            return [None, None]
        return [
            _unless_same(branches.text_free, branches.full),
            _unless_same(branches.image_free, branches.full) if self.image_scale > 1 else None,
        ]


def guided(full: Tensor, text_free: Tensor | None, image_free: Tensor | None, guidance: Guidance) -> Tensor:
    """Return the guided velocity of one sample from its predictions, each [N, C] float32.

    A missing prediction equals the full one.
    """
    towards = full if text_free is None else text_free + guidance.text_scale * (full - text_free)
    if guidance.renorm == "text_channel":
        towards = towards * _shrink(full, towards, guidance, dims=(-1,))
    if image_free is None and guidance.count_equal_image and guidance.image_scale > 1:
        image_free = full
    if image_free is not None:
        towards = image_free + guidance.image_scale * (towards - image_free)
    if guidance.renorm == "channel":
        return towards * _shrink(full, towards, guidance, dims=(-1,))
    if guidance.renorm == "global":
        return towards * _shrink(full, towards, guidance, dims=(-2, -1))
    return towards


def _shrink(full: Tensor, towards: Tensor, guidance: Guidance, dims: Sequence[int]) -> Tensor:
    wanted = torch.linalg.vector_norm(full, dim=tuple(dims), keepdim=True)
    given = torch.linalg.vector_norm(towards, dim=tuple(dims), keepdim=True)
    factor: Tensor = (wanted / (given + _TINY)).clamp(guidance.renorm_min, 1.0)
    return factor


def _unless_same(context: Context | None, full: Context) -> Context | None:
    return None if context is None or context.is_same(full) else context
