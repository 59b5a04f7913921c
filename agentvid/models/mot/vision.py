"""The understanding eye: SigLIP with native resolution, any h x w of patches, no padding.

Does not cover: the connector to the language model and its position table (`model.py`).
Source: SigLIP (arXiv 2303.15343), NaViT packing (arXiv 2307.06304), as BAGEL builds it: one block fewer than the
original (features of the last block but one), a final norm, no pooling head.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot.config import VisionConfig

__all__ = ["SiglipNaViT", "grid_ids"]


def grid_ids(h: int, w: int, side: int) -> Tensor:
    """Return the table rows [h·w] of an h x w grid, row-major, in a table with `side` columns."""
    return (torch.arange(h)[:, None] * side + torch.arange(w)).flatten()


class _Attention(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.q_proj = nn.Linear(config.hidden, config.hidden)
        self.k_proj = nn.Linear(config.hidden, config.hidden)
        self.v_proj = nn.Linear(config.hidden, config.hidden)
        self.out_proj = nn.Linear(config.hidden, config.hidden)

    def forward(self, rows: Tensor, lengths: Sequence[int]) -> Tensor:
        projections = (self.q_proj, self.k_proj, self.v_proj)
        if len(set(lengths)) == 1:
            shape = (len(lengths), lengths[0], self.heads, -1)
            heads = (project(rows).view(shape).transpose(1, 2) for project in projections)
            together: Tensor = self.out_proj(F.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2))
            return together.flatten(0, 1)
        q, k, v = (project(rows).view(len(rows), self.heads, -1).transpose(0, 1) for project in projections)
        pictures = zip(*(part.split(list(lengths), dim=1) for part in (q, k, v)), strict=True)
        seen = [F.scaled_dot_product_attention(a[None], b[None], c[None])[0] for a, b, c in pictures]
        out: Tensor = self.out_proj(torch.cat(seen, dim=1).transpose(0, 1).flatten(1))
        return out


class _MLP(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden, config.inter)
        self.fc2 = nn.Linear(config.inter, config.hidden)

    def forward(self, rows: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(rows), approximate="tanh"))
        return out


class _Block(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.self_attn = _Attention(config)
        self.layer_norm1 = nn.LayerNorm(config.hidden, eps=config.norm_eps)
        self.layer_norm2 = nn.LayerNorm(config.hidden, eps=config.norm_eps)
        self.mlp = _MLP(config)

    def forward(self, rows: Tensor, lengths: Sequence[int]) -> Tensor:
        rows = rows + self.self_attn(self.layer_norm1(rows), lengths)
        out: Tensor = rows + self.mlp(self.layer_norm2(rows))
        return out


class _Embeddings(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.patch_embedding = nn.Linear(3 * config.patch**2, config.hidden)
        self.position_embedding = nn.Embedding(config.side**2, config.hidden)


class _Encoder(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Block(config) for _ in range(config.layers))


class _VisionModel(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden, eps=config.norm_eps)


class SiglipNaViT(nn.Module):
    """Encode patches of several pictures at once; pictures don't see each other."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.vision_model = _VisionModel(config)

    def forward(self, patches: Tensor, ids: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return features [N, hidden].

        `patches` is [N, patch·patch·3] in (row, column, channel) order, `ids` [N] the rows of the position table,
        `lengths` the number of patches of each picture.
        """
        model = self.vision_model
        rows = model.embeddings.patch_embedding(patches) + model.embeddings.position_embedding(ids)
        for block in model.encoder.layers:
            rows = block(rows, lengths)
        out: Tensor = model.post_layernorm(rows)
        return out
