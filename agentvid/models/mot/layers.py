"""The transformer: two complete experts per layer, one attention over the rows of both.

Rows are packed [N, D] with all rows of the understanding expert first and those of the generating expert after them:
routing is one slice at `split`, whatever the number of pictures and sequences. Which rows see which is not known here;
it is the business of the `Attend` that is passed in (see `attention.py`).

These modules hold the weights and learn. Where nothing is learnt, `inference.py` computes the same in fewer steps.

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


EXPERTS = ("", "_moe_gen")
"""How the published names tell the understanding expert from the generating one."""

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
        if rows.dtype == torch.float32:
            return F.rms_norm(rows, self.weight.shape, self.weight, self.eps)
        return self.weight * F.rms_norm(rows.float(), self.weight.shape, None, self.eps).to(rows.dtype)


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

    o_proj: nn.Linear
    o_proj_moe_gen: nn.Linear

    def __init__(self, config: BackboneConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.heads, self.kv_heads, self.head_dim = layer, config.heads, config.kv_heads, config.head_dim
        queries, keys = config.heads * config.head_dim, config.kv_heads * config.head_dim
        for expert in EXPERTS:
            self.add_module(f"q_proj{expert}", nn.Linear(config.hidden, queries))
            self.add_module(f"k_proj{expert}", nn.Linear(config.hidden, keys))
            self.add_module(f"v_proj{expert}", nn.Linear(config.hidden, keys))
            self.add_module(f"o_proj{expert}", nn.Linear(queries, config.hidden, bias=False))
            self.add_module(f"q_norm{expert}", RMSNorm(config.head_dim, config.rms_eps))
            self.add_module(f"k_norm{expert}", RMSNorm(config.head_dim, config.rms_eps))

    def forward(self, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor:
        """Return [N, D] for normalised rows [N, D]."""
        if split == len(rows):
            q, k, v = self._asked("", rows)
        elif split == 0:
            q, k, v = self._asked("_moe_gen", rows)
        else:
            halves = zip(self._asked("", rows[:split]), self._asked("_moe_gen", rows[split:]), strict=True)
            q, k, v = (torch.cat(pair) for pair in halves)
        seen = attend(self.layer, apply_rope(q, turned), apply_rope(k, turned), v).flatten(1)
        return by_expert(self.o_proj, self.o_proj_moe_gen, seen, split)

    def _asked(self, expert: str, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values [n, heads, head_dim] of one expert's rows, queries and keys normalised."""
        own = self._modules
        q, k, v = (own[f"{which}_proj{expert}"](rows).view(len(rows), -1, self.head_dim) for which in "qkv")  # type: ignore[misc]
        return own[f"q_norm{expert}"](q), own[f"k_norm{expert}"](k), v  # type: ignore[misc]


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
