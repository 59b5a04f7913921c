"""Who sees whom: three ways to attend, one softmax.

    Whole     a dense mask over the packed rows; nothing is cached (references, training)
    Append    each sequence's new rows see its cache and themselves, and are written to the cache
    Denoise   blocks of equal size, batched, see their (unchanging) past and themselves; nothing is kept

Grouped queries are folded into the query axis, so keys and values are never repeated and any kernel of
`scaled_dot_product_attention` serves, on any device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from agentvid.models.mot.cache import Cache

__all__ = ["Append", "Block", "Denoise", "Group", "Whole", "attention"]

Halves = tuple[Tensor, Tensor]
"""The wrapper rows and the latent rows of a group."""


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return [B, N, heads, head_dim] for q of that shape and k, v [B, kv_heads, L, head_dim].

    `mask` is [N, L], True where a query may see a key; without one every query sees every key.
    """
    batch, rows, heads, width = q.shape
    kv_heads = k.shape[1]
    each = heads // kv_heads
    folded = q.reshape(batch, rows, kv_heads, each, width).permute(0, 2, 3, 1, 4).reshape(batch, kv_heads, -1, width)
    if mask is not None:
        mask = mask.repeat(each, 1)
    seen = F.scaled_dot_product_attention(folded, k, v, attn_mask=mask)
    return seen.view(batch, kv_heads, each, rows, width).permute(0, 3, 1, 2, 4).reshape(batch, rows, heads, width)


def _one_row(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return [1, heads, head_dim] for q of that shape: `attention` of one row, whose heads are in order already."""
    kv_heads, width = k.shape[1], k.shape[3]
    return F.scaled_dot_product_attention(q.view(1, kv_heads, -1, width), k, v).view(1, -1, width)


class Whole:
    """Attend over the packed rows themselves with a mask [N, N], True where the row (first axis) sees the other."""

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        return attention(q[None], k.transpose(0, 1)[None], v.transpose(0, 1)[None], self.mask)[0]


@dataclass(frozen=True)
class Block:
    """New rows of one sequence: slices of the packed rows in the order of the sequence, and how they see each other."""

    cache: Cache
    slices: tuple[slice, ...]
    causal: bool

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(part.stop - part.start for part in self.slices)


class Append:
    """Attend over caches and the new rows, which are written behind them. The caller reserves before, commits after."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._ends = [_End(block) for block in blocks]
        self._is_one = len(blocks) == 1 and len(blocks[0].slices) == 1

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        if self._is_one:
            return self._ends[0].attend(layer, q, k, v)
        out = q.new_empty(q.shape)
        for end in self._ends:
            slices = end.block.slices
            seen = end.attend(layer, *(torch.cat([rows[part] for part in slices]) for rows in (q, k, v)))
            for part, rows in zip(slices, seen.split_with_sizes([s.stop - s.start for s in slices]), strict=True):
                out[part] = rows
        return out


class _End:
    """The end of one cache, where the rows of a block go. What a cache of one piece gives is looked up once."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self._mask = _causal(block) if block.causal and block.rows > 1 else None
        self._room = [rows.unbind() for rows in block.cache.reserved()]
        views = block.cache.views()
        self._views = None if views is None else [rows[:, None].unbind() for rows in views]

    def attend(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Write k and v, and return what q sees, each [n, heads, head_dim] in the order of the sequence."""
        for room, rows in zip(self._room, (k, v), strict=True):
            room[layer].copy_(rows.transpose(0, 1))
        if self._views is None:
            keys, values = (rows[None] for rows in self.block.cache.read(layer))
        else:
            keys, values = (rows[layer] for rows in self._views)
        if len(q) == 1:
            return _one_row(q, keys, values)
        return attention(q[None], keys, values, self._mask)[0]


def _causal(block: Block) -> Tensor:
    past = block.cache.length
    mask = torch.ones(block.rows, past + block.rows, dtype=torch.bool, device=block.cache.shape.device)
    return mask.tril(past)


class Group:
    """Blocks with equal past and equal size: one batched attention. Keys and values are allocated once.

    Of the packed rows, `und_rows` wrapper rows and `gen_rows` latent rows of each block belong to it, block by block.
    A block sees its past and all of itself, in which the order of keys does not matter.
    """

    def __init__(self, caches: Sequence[Cache], und_rows: int, gen_rows: int, heads: int) -> None:
        shape, past = caches[0].shape, caches[0].length
        rows, self.size = und_rows + gen_rows, len(caches)
        self.und_rows, self.gen_rows = und_rows, gen_rows
        room = (shape.layers, self.size, shape.kv_heads, past + rows, shape.head_dim)
        keys = torch.empty(room, dtype=shape.dtype, device=shape.device)
        values = torch.empty_like(keys)
        for index, cache in enumerate(caches):
            for layer in range(shape.layers):
                keys[layer, index, :, :past], values[layer, index, :, :past] = cache.read(layer)
        self._keys, self._values = keys.unbind(), values.unbind()
        self._new_keys, self._new_values = (
            list(zip(*(part.unbind() for part in self._halves(kept[:, :, :, past:], 3)), strict=True))
            for kept in (keys, values)
        )
        asked = (self.size, shape.kv_heads, heads // shape.kv_heads, rows, shape.head_dim)
        self._asked = torch.empty(asked, dtype=shape.dtype, device=shape.device)

    def attend(self, layer: int, q: Halves, k: Halves, v: Halves, out: Halves) -> None:
        """Put what the wrapper rows and the latent rows see into `out`; all are [rows, heads, head_dim]."""
        for room, rows in ((self._new_keys[layer], k), (self._new_values[layer], v)):
            for part, half in zip(room, rows, strict=True):
                part.copy_(half.view(self.size, -1, *half.shape[1:]).transpose(1, 2))
        for part, half in zip(self._halves(self._asked, 3), q, strict=True):
            part.copy_(self._grouped(half).permute(0, 2, 3, 1, 4))
        folded = self._asked.flatten(2, 3)
        seen = F.scaled_dot_product_attention(folded, self._keys[layer], self._values[layer]).view(self._asked.shape)
        for part, half in zip(self._halves(seen, 3), out, strict=True):
            self._grouped(half).copy_(part.permute(0, 3, 1, 2, 4))

    def _halves(self, rows: Tensor, dim: int) -> tuple[Tensor, ...]:
        return rows.split_with_sizes([self.und_rows, self.gen_rows], dim)

    def _grouped(self, rows: Tensor) -> Tensor:
        """Return [blocks, rows of each, kv_heads, heads that share keys, head_dim]."""
        _, kv_heads, each, _, width = self._asked.shape
        return rows.view(self.size, -1, kv_heads, each, width)


class Denoise:
    """Attend for blocks that are being drawn: groups in order, wrapper rows of all first, then latent rows of all."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self._sizes = [g.size * g.und_rows for g in groups] + [g.size * g.gen_rows for g in groups]

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        out = q.new_empty(q.shape)
        parts = [rows.split_with_sizes(self._sizes) for rows in (q, k, v, out)]
        half = len(self.groups)
        for index, group in enumerate(self.groups):
            group.attend(layer, *((rows[index], rows[half + index]) for rows in parts))
        return out
