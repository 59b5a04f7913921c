"""The transformer: two complete experts per layer, one attention over the rows of both.

Rows are packed [N, D] with all rows of the understanding expert first and those of the generating expert after them:
routing is one slice at `split`, whatever the number of pictures and sequences. Which rows see which is not known here;
it is the business of the `Attend` that is passed in (see `attention.py`).

Module names are those of the published checkpoints. Source: BAGEL (arXiv 2505.14683), on Qwen2.5 with query/key norms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot.config import BackboneConfig
from agentvid.models.mot.positions import Rope, apply_rope

__all__ = ["Attend", "Backbone", "LanguageModel", "MoTLayer", "RMSNorm", "by_expert"]


class Attend(Protocol):
    """Attention over packed rows: stores keys and values where they belong, and returns what each row sees."""

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """Return [N, heads, head_dim] for q [N, heads, head_dim] and k, v [N, kv_heads, head_dim]."""
        ...


Half = Callable[[Tensor], Tensor]


def by_expert(und: Half, gen: Half, rows: Tensor, split: int) -> Tensor:
    """Apply `und` to rows before `split` and `gen` to those from it on."""
    if split == len(rows):
        return und(rows)
    if split == 0:
        return gen(rows)
    return torch.cat([und(rows[:split]), gen(rows[split:])])


class RMSNorm(nn.Module):
    """Scale rows to unit mean square: in float32, cast back, and only then weighted."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, rows: Tensor) -> Tensor:
        """Return rows [..., width], normalised over their last axis."""
        wide = rows.float()
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return self.weight * wide.to(rows.dtype)


class GatedMLP(nn.Module):
    """down(silu(gate x) * up x), without biases."""

    def __init__(self, hidden: int, inter: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(hidden, inter, bias=False)
        self.up_proj = nn.Linear(hidden, inter, bias=False)
        self.down_proj = nn.Linear(inter, hidden, bias=False)

    def forward(self, rows: Tensor) -> Tensor:
        out: Tensor = self.down_proj(F.silu(self.gate_proj(rows)) * self.up_proj(rows))
        return out


class MoTAttention(nn.Module):
    """Projections and query/key norms twice, the softmax once."""

    def __init__(self, config: BackboneConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.heads, self.kv_heads, self.head_dim = layer, config.heads, config.kv_heads, config.head_dim
        queries, keys = config.heads * config.head_dim, config.kv_heads * config.head_dim
        for expert in ("", "_moe_gen"):
            self.add_module(f"q_proj{expert}", nn.Linear(config.hidden, queries))
            self.add_module(f"k_proj{expert}", nn.Linear(config.hidden, keys))
            self.add_module(f"v_proj{expert}", nn.Linear(config.hidden, keys))
            self.add_module(f"o_proj{expert}", nn.Linear(queries, config.hidden, bias=False))
            self.add_module(f"q_norm{expert}", RMSNorm(config.head_dim, config.rms_eps))
            self.add_module(f"k_norm{expert}", RMSNorm(config.head_dim, config.rms_eps))

    def forward(self, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor:
        """Return [N, D] for normalised rows [N, D]."""
        q = apply_rope(self._routed("q", rows, split, self.heads), turned)
        k = apply_rope(self._routed("k", rows, split, self.kv_heads), turned)
        v = self._projected("v_proj", rows, split).view(-1, self.kv_heads, self.head_dim)
        seen = attend(self.layer, q, k, v).flatten(1)
        return self._projected("o_proj", seen, split)

    def _projected(self, name: str, rows: Tensor, split: int) -> Tensor:
        return by_expert(getattr(self, name), getattr(self, f"{name}_moe_gen"), rows, split)

    def _routed(self, which: str, rows: Tensor, split: int, heads: int) -> Tensor:
        def half(expert: str) -> Half:
            project, norm = getattr(self, f"{which}_proj{expert}"), getattr(self, f"{which}_norm{expert}")
            return lambda part: norm(project(part).view(-1, heads, self.head_dim))

        return by_expert(half(""), half("_moe_gen"), rows, split)


class MoTLayer(nn.Module):
    """One pre-norm layer with both experts."""

    def __init__(self, config: BackboneConfig, layer: int) -> None:
        super().__init__()
        self.self_attn = MoTAttention(config, layer)
        self.mlp = GatedMLP(config.hidden, config.inter)
        self.mlp_moe_gen = GatedMLP(config.hidden, config.inter)
        self.input_layernorm = RMSNorm(config.hidden, config.rms_eps)
        self.input_layernorm_moe_gen = RMSNorm(config.hidden, config.rms_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden, config.rms_eps)
        self.post_attention_layernorm_moe_gen = RMSNorm(config.hidden, config.rms_eps)

    def forward(self, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor:
        """Return rows [N, D] after attention and MLP of each row's expert."""
        normed = by_expert(self.input_layernorm, self.input_layernorm_moe_gen, rows, split)
        rows = rows + self.self_attn(normed, split, turned, attend)
        return rows + by_expert(self._und, self._gen, rows, split)

    def _und(self, rows: Tensor) -> Tensor:
        out: Tensor = self.mlp(self.post_attention_layernorm(rows))
        return out

    def _gen(self, rows: Tensor) -> Tensor:
        out: Tensor = self.mlp_moe_gen(self.post_attention_layernorm_moe_gen(rows))
        return out


class Backbone(nn.Module):
    """Token embeddings, layers, and one final norm per expert."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab, config.hidden)
        self.layers = nn.ModuleList(MoTLayer(config, layer) for layer in range(config.layers))
        self.norm = RMSNorm(config.hidden, config.rms_eps)
        self.norm_moe_gen = RMSNorm(config.hidden, config.rms_eps)

    def forward(self, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor:
        """Return final-normed rows [N, D]."""
        for layer in self.layers:
            rows = layer(rows, split, turned, attend)
        return by_expert(self.norm, self.norm_moe_gen, rows, split)


class LanguageModel(nn.Module):
    """The backbone and its head, under the published names."""

    def __init__(self, config: BackboneConfig) -> None:
        super().__init__()
        self.model = Backbone(config)
        self.lm_head = nn.Linear(config.hidden, config.vocab, bias=False)
