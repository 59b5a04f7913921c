"""Frames of many records that stay on disk: mapped into memory, read when they are asked for, shared by processes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mapped", "Pixels"]

_HEADER: Final = 8
"""Bytes that tell how long the header of a safetensors file is."""


class Pixels(Protocol):
    """Frames (N, T, 128, 128, 3) uint8, in memory or on disk."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of records, frames of each, height, width, channels."""
        ...

    def __getitem__(self, key: tuple[int, int], /) -> NDArray[np.uint8]:
        """Return one frame of one record."""
        ...


class Mapped:
    """See `Pixels`. The first `count` records of safetensors shards that hold `pixels` of `per` records each."""

    def __init__(self, paths: Sequence[Path], count: int, per: int) -> None:
        self._shards, self._per = [_mapped(path) for path in paths], per
        self.shape: tuple[int, ...] = (count, *self._shards[0].shape[1:])

    def __getitem__(self, key: tuple[int, int], /) -> NDArray[np.uint8]:
        """Return a copy of one frame."""
        record, frame = key
        if not 0 <= record < self.shape[0]:
            raise IndexError(f"record {record} of {self.shape[0]}")
        return np.array(self._shards[record // self._per][record % self._per, frame])


def _mapped(path: Path) -> NDArray[np.uint8]:
    """Return the tensor `pixels` of a safetensors file, mapped.

    Source: the safetensors format: 8 bytes of length, a header in JSON, then the tensors' bytes.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_HEADER), "little")
        told = json.loads(file.read(length))["pixels"]
    start = _HEADER + length + told["data_offsets"][0]
    return np.memmap(path, np.uint8, "r", offset=start, shape=tuple(told["shape"]))
