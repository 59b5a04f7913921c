"""Keys and values of what was read: preallocated, appended by slice, forked without copying, rolled back by length.

A cache is a list of *pieces*, each the first rows of a buffer. Forks share buffers. Rows that another living cache can
see are never overwritten: whoever appends where another has already written goes on in a buffer of its own, and the
prefix stays shared. A cache that was never forked is one piece, so that reading it is a view and copies nothing.

    main ──────────── [ system | picture | text | thought ]     one buffer
    fork at "text" ── [ system | picture | text ] + [ another thought ]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakSet

import torch
from torch import Tensor

from agentvid.models.mot.config import BackboneConfig

__all__ = ["Cache", "CacheShape"]

_FIRST_ROWS: Final = 64


@dataclass(frozen=True)
class CacheShape:
    """What one row of keys and values takes, and where it lives."""

    layers: int
    kv_heads: int
    head_dim: int
    dtype: torch.dtype
    device: torch.device

    @classmethod
    def of(cls, config: BackboneConfig, dtype: torch.dtype, device: torch.device) -> CacheShape:
        """Return the shape for a backbone."""
        return cls(config.layers, config.kv_heads, config.head_dim, dtype, device)

    @property
    def row_bytes(self) -> int:
        """Bytes per row, keys and values of all layers together."""
        return 2 * self.layers * self.kv_heads * self.head_dim * self.dtype.itemsize


class _Buffer:
    """Keys and values [layers, kv_heads, capacity, head_dim], and the caches that see some of its rows."""

    def __init__(self, shape: CacheShape, capacity: int) -> None:
        self.shape = shape
        self.users: WeakSet[Cache] = WeakSet()
        self.keys, self.values = self._empty(capacity), self._empty(capacity)

    @property
    def capacity(self) -> int:
        return self.keys.shape[2]

    def grow(self, rows: int, keep: int) -> None:
        """Make room for `rows` rows in all, keeping the first `keep`."""
        if rows <= self.capacity:
            return
        capacity = max(rows, 2 * self.capacity)
        keys, values = self._empty(capacity), self._empty(capacity)
        keys[:, :, :keep] = self.keys[:, :, :keep]
        values[:, :, :keep] = self.values[:, :, :keep]
        self.keys, self.values = keys, values

    def _empty(self, capacity: int) -> Tensor:
        shape = (self.shape.layers, self.shape.kv_heads, capacity, self.shape.head_dim)
        return torch.empty(shape, dtype=self.shape.dtype, device=self.shape.device)


@dataclass(frozen=True)
class _Piece:
    buffer: _Buffer
    rows: int


class Cache:
    """Keys and values of one sequence. `length` rows are kept; rows being appended become visible with `commit`."""

    def __init__(self, shape: CacheShape, capacity: int = 0) -> None:
        self.shape = shape
        self._pieces: list[_Piece] = []
        self._reserved = 0
        if capacity:
            self._open(capacity)

    @property
    def length(self) -> int:
        """Rows kept."""
        return sum(piece.rows for piece in self._pieces)

    @property
    def shares(self) -> tuple[tuple[int, int], ...]:
        """What the cache is made of: (identity of buffer, rows) per piece. Equal shares, equal contents."""
        return tuple((id(piece.buffer), piece.rows) for piece in self._pieces if piece.rows)

    def fork(self) -> Cache:
        """Return a cache with the same rows, shared and not copied; either may go on without disturbing the other."""
        twin = Cache(self.shape)
        twin._pieces = list(self._pieces)
        for piece in twin._pieces:
            piece.buffer.users.add(twin)
        return twin

    def rollback(self, length: int) -> None:
        """Forget all rows from `length` on. Costs nothing.

        Raises: ValueError where the cache is shorter.
        """
        if not 0 <= length <= self.length:
            raise ValueError(f"can't roll {self.length} rows back to {length}")
        kept: list[_Piece] = []
        for piece in self._pieces:
            rows = min(piece.rows, length)
            length -= rows
            if rows or not kept:
                kept.append(_Piece(piece.buffer, rows))
            else:
                piece.buffer.users.discard(self)
        self._pieces, self._reserved = kept, 0

    def reserve(self, rows: int) -> None:
        """Make room for `rows` rows after the kept ones; what was reserved before is dropped."""
        self._reserved = 0
        if not self._pieces:
            self._open(max(rows, _FIRST_ROWS))
        last = self._pieces[-1]
        others = (user for user in last.buffer.users if user is not self)
        if any(other._reach(last.buffer) > last.rows for other in others):
            self._open(max(rows, _FIRST_ROWS))
            last = self._pieces[-1]
        seen = max(user._reach(last.buffer) for user in last.buffer.users)
        last.buffer.grow(last.rows + rows, keep=seen)
        self._reserved = rows

    def write(self, layer: int, keys: Tensor, values: Tensor) -> None:
        """Put keys and values [reserved, kv_heads, head_dim] of a layer where `reserve` made room."""
        for room, rows in zip(self.reserved(), (keys, values), strict=True):
            room[layer].copy_(rows.transpose(0, 1))

    def reserved(self) -> tuple[Tensor, Tensor]:
        """Return the keys and values [layers, kv_heads, reserved, head_dim] that are to be filled, as views."""
        last = self._pieces[-1]
        here = slice(last.rows, last.rows + self._reserved)
        return last.buffer.keys[:, :, here], last.buffer.values[:, :, here]

    def views(self) -> tuple[Tensor, Tensor] | None:
        """Return what `read` returns for all layers at once, [layers, kv_heads, …]; None for more than one piece."""
        if len(self._pieces) != 1:
            return None
        buffer, end = self._pieces[0].buffer, self._pieces[0].rows + self._reserved
        return buffer.keys[:, :, :end], buffer.values[:, :, :end]

    def commit(self) -> None:
        """Keep the reserved rows."""
        last = self._pieces[-1]
        self._pieces[-1] = _Piece(last.buffer, last.rows + self._reserved)
        self._reserved = 0

    def abandon(self) -> None:
        """Drop the reserved rows: whoever was to fill them failed."""
        self._reserved = 0

    def read(self, layer: int) -> tuple[Tensor, Tensor]:
        """Return keys and values [kv_heads, length + reserved, head_dim] of a layer; of one piece, a view."""
        ends = [piece.rows for piece in self._pieces]
        if ends:
            ends[-1] += self._reserved
        keys = [piece.buffer.keys[layer, :, :end] for piece, end in zip(self._pieces, ends, strict=True)]
        values = [piece.buffer.values[layer, :, :end] for piece, end in zip(self._pieces, ends, strict=True)]
        if len(keys) == 1:
            return keys[0], values[0]
        if not keys:
            nothing = torch.empty(self.shape.kv_heads, 0, self.shape.head_dim, dtype=self.shape.dtype)
            return nothing.to(self.shape.device), nothing.to(self.shape.device)
        return torch.cat(keys, dim=1), torch.cat(values, dim=1)

    def compact(self, room: int) -> None:
        """Become one piece with room for `room` more rows, so that each further read is a view."""
        if len(self._pieces) > 1:
            length = self.length
            buffer = _Buffer(self.shape, length + room)
            for layer in range(self.shape.layers):
                buffer.keys[layer, :, :length], buffer.values[layer, :, :length] = self.read(layer)
            for piece in self._pieces:
                piece.buffer.users.discard(self)
            self._pieces = [_Piece(buffer, length)]
            buffer.users.add(self)

    def _reach(self, buffer: _Buffer) -> int:
        """Rows of a buffer that this cache sees, reserved ones included. A buffer is at most one of its pieces."""
        if self._pieces and self._pieces[-1].buffer is buffer:
            return self._pieces[-1].rows + self._reserved
        return next((piece.rows for piece in self._pieces if piece.buffer is buffer), 0)

    def _open(self, capacity: int) -> None:
        buffer = _Buffer(self.shape, capacity)
        buffer.users.add(self)
        if self._pieces and not self._pieces[-1].rows:
            self._pieces[-1].buffer.users.discard(self)
            self._pieces.pop()
        self._pieces.append(_Piece(buffer, 0))
