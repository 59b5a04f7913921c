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


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return [B, N, heads, head_dim] for q of that shape and k, v [B, kv_heads, L, head_dim].

    `mask` is [N, L], True where a query may see a key; without one every query sees every key.
    """
    batch, rows, heads, width = q.shape
    kv_heads = k.shape[1]
    each = heads // kv_heads
    if rows == 1:  # one row: heads that share keys are neighbours already
        one = F.scaled_dot_product_attention(q.view(batch, kv_heads, each, width), k, v, attn_mask=mask)
        return one.reshape(batch, 1, heads, width)
    folded = q.reshape(batch, rows, kv_heads, each, width).permute(0, 2, 3, 1, 4).reshape(batch, kv_heads, -1, width)
    if mask is not None:
        mask = mask.repeat(each, 1)
    seen = F.scaled_dot_product_attention(folded, k, v, attn_mask=mask)
    return seen.view(batch, kv_heads, each, rows, width).permute(0, 3, 1, 2, 4).reshape(batch, rows, heads, width)


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
    """Attend over caches and the new rows, which are written behind them. The caller reserves and commits."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self._masks = [_causal(block) if block.causal and block.rows > 1 else None for block in blocks]

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        if len(self.blocks) == 1 and len(self.blocks[0].slices) == 1:
            block, part = self.blocks[0], self.blocks[0].slices[0]
            if part.stop - part.start == len(q):
                block.cache.write(layer, k, v)
                keys, values = block.cache.read(layer)
                return attention(q[None], keys[None], values[None], self._masks[0])[0]
        out = torch.empty_like(q)
        for block, mask in zip(self.blocks, self._masks, strict=True):
            at = 0
            for part in block.slices:
                block.cache.write(layer, k[part], v[part], at)
                at += part.stop - part.start
            keys, values = block.cache.read(layer)
            asked = q[block.slices[0]] if len(block.slices) == 1 else torch.cat([q[part] for part in block.slices])
            seen = attention(asked[None], keys[None], values[None], mask)[0]
            at = 0
            for part in block.slices:
                out[part] = seen[at : at + part.stop - part.start]
                at += part.stop - part.start
        return out


def _causal(block: Block) -> Tensor:
    past = block.cache.length
    mask = torch.ones(block.rows, past + block.rows, dtype=torch.bool, device=block.cache.shape.device)
    return mask.tril(past)


class Group:
    """Blocks with equal past and equal size: one batched attention. Keys and values are allocated once.

    Of the packed rows, `und` holds the wrapper rows and `gen` the latent rows of all its blocks, block by block.
    A block sees its past and all of itself, in which the order of keys does not matter.
    """

    def __init__(self, caches: Sequence[Cache], und_rows: int, gen_rows: int) -> None:
        shape, self.past = caches[0].shape, caches[0].length
        self.size, self.und_rows, self.gen_rows = len(caches), und_rows, gen_rows
        room = (shape.layers, len(caches), shape.kv_heads, self.past + und_rows + gen_rows, shape.head_dim)
        self.keys = torch.empty(room, dtype=shape.dtype, device=shape.device)
        self.values = torch.empty_like(self.keys)
        for index, cache in enumerate(caches):
            for layer in range(shape.layers):
                keys, values = cache.read(layer)
                self.keys[layer, index, :, : self.past] = keys
                self.values[layer, index, :, : self.past] = values

    def attend(self, layer: int, und: tuple[Tensor, ...], gen: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return what the wrapper rows and the latent rows see; each argument is (q, k, v) of the group's rows."""
        middle = self.past + self.und_rows
        for room, which in ((self.keys, 1), (self.values, 2)):
            room[layer, :, :, self.past : middle] = self._batched(und[which], self.und_rows).transpose(1, 2)
            room[layer, :, :, middle:] = self._batched(gen[which], self.gen_rows).transpose(1, 2)
        asked = torch.cat([self._batched(und[0], self.und_rows), self._batched(gen[0], self.gen_rows)], dim=1)
        seen = attention(asked, self.keys[layer], self.values[layer])
        return seen[:, : self.und_rows].flatten(0, 1), seen[:, self.und_rows :].flatten(0, 1)

    def _batched(self, rows: Tensor, per_block: int) -> Tensor:
        return rows.view(self.size, per_block, *rows.shape[1:])


class Denoise:
    """Attend for blocks that are being drawn: groups in order, wrapper rows of all first, then latent rows of all."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        out = torch.empty_like(q)
        und = 0
        gen = sum(group.size * group.und_rows for group in self.groups)
        for group in self.groups:
            first = slice(und, und + group.size * group.und_rows)
            second = slice(gen, gen + group.size * group.gen_rows)
            out[first], out[second] = group.attend(
                layer, (q[first], k[first], v[first]), (q[second], k[second], v[second])
            )
            und, gen = first.stop, second.stop
        return out
