"""Weights stored as eight-bit whole numbers: half the size of bfloat16, for checkpoints that travel in a package.

A matrix or kernel becomes int8 with one float32 scale per output row, symmetric: w is about q · scale, the error at
most half a step of the row's largest weight / 127. Vectors and small tensors stay as they are. Loading gives float32
(or the type asked for) again; nothing is computed in int8. In a file the scales of `name` are `name` + ".int8_scale".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

__all__ = ["SCALE", "packed", "unpacked"]

SCALE: Final = ".int8_scale"
_LEAST: Final = 4096
"""Numbers that a tensor has at least to be worth it."""


def packed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with large matrices as int8 and their scales beside them."""
    found: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if tensor.ndim < 2 or tensor.numel() < _LEAST:
            found[name] = tensor
            continue
        rows = tensor.detach().float().flatten(1)
        scale = (rows.abs().amax(dim=1) / 127).clamp_min(torch.finfo(torch.float32).tiny)
        found[name] = (rows / scale[:, None]).round().to(torch.int8).view(tensor.shape)
        found[name + SCALE] = scale
    return found


def unpacked(tensor: Tensor, scale: Tensor) -> Tensor:
    """Return float32 of an int8 tensor [out, …] and its scales [out]."""
    return tensor.float() * scale.float().view(-1, *[1] * (tensor.ndim - 1))
