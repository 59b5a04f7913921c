"""The baseline: the unified model's forward, decoding and drawing, written the plain way, on the very same weights.

What makes it plain, and slower:
- every layer of every forward allocates keys and values anew, at full length, and scatters old and new rows into them,
  by index lists that are built in Python once per forward;
- rows stay in sequence order, and go to their expert by index: zero-filled results, gathered inputs, for the norms,
  the four projections, the query and key norms and the MLP;
- the contexts that guidance compares are run one after the other, the one without pictures too, though for a drawing
  from words it equals the first.

It computes the same numbers (see test_plain_mot.py). It is our own, and nobody's official code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional as F

from agentvid.models.mot import Guidance, Schedule, Unified
from agentvid.models.mot.guidance import guided
from agentvid.models.mot.model import latent_ids
from agentvid.models.mot.positions import apply_rope


@dataclass
class PlainContext:
    """What one sequence has read: keys and values per layer, and the next position."""

    keys: dict[int, Tensor] = field(default_factory=dict)
    values: dict[int, Tensor] = field(default_factory=dict)
    next: int = 0


class Plain:
    """The plain way to read, decode and draw."""

    def __init__(self, unified: Unified) -> None:
        self.unified, self.model = unified, unified.model

    @torch.no_grad()
    def read(self, context: PlainContext, words: str) -> None:
        """Read a text."""
        self._text(context, self.unified.format.text(words))

    @torch.no_grad()
    def decode(self, context: PlainContext, limit: int) -> list[int]:
        """Return the ids of the most likely text, at most `limit`, ended or not."""
        fed, ids = self.unified.format.open(), []
        for _ in range(limit):
            rows = self._text(context, fed)
            ids.append(int(self.model.logits(rows[-1:])[0].argmax()))
            fed = [ids[-1]]
        return ids

    @torch.no_grad()
    def draw(
        self, context: PlainContext, size: tuple[int, int], noise: Tensor, schedule: Schedule, guidance: Guidance
    ) -> Tensor:
        """Return the latent rows of a drawing of (height, width)."""
        stride = self.model.config.latent.stride
        ids = latent_ids(self.model.config.latent, (1, size[0] // stride, size[1] // stride)).to(self.model.device)
        latents = noise.to(self.model.device)
        for time, following in pairwise(schedule.times()):
            full = self._velocity(context, latents, ids, time)
            if guidance.applies(time):
                text_free = self._velocity(PlainContext(), latents, ids, time)
                image_free = self._velocity(context, latents, ids, time)
                full = guided(full, text_free, image_free, guidance)
            latents = latents - (time - following) * full
        return latents

    def _text(self, context: PlainContext, ids: list[int]) -> Tensor:
        rows = self.model.embed(ids)
        positions = list(range(context.next, context.next + len(ids)))
        out = self._forward(context, rows, positions, None, None, keep=True)
        context.next += len(ids)
        return out

    def _velocity(self, context: PlainContext, latents: Tensor, ids: Tensor, time: float) -> Tensor:
        gen = self.model.latent_rows(latents, ids, torch.full((1,), time))
        wrappers = self.unified.wrappers()
        rows = torch.cat([wrappers[:1], gen, wrappers[1:]])
        und_index = torch.tensor([0, len(rows) - 1], device=rows.device)
        gen_index = torch.tensor(list(range(1, len(rows) - 1)), device=rows.device)
        out = self._forward(context, rows, [context.next] * len(rows), und_index, gen_index, keep=False)
        return self.model.velocity(out[gen_index])

    def _forward(
        self,
        context: PlainContext,
        rows: Tensor,
        positions: list[int],
        und: Tensor | None,
        gen: Tensor | None,
        *,
        keep: bool,
    ) -> Tensor:
        backbone = self.model.language_model.model
        turned = self.model.turn(torch.tensor(positions).expand(3, -1))
        past = len(context.keys[0]) if context.keys else 0
        old = torch.tensor(list(range(past)), dtype=torch.int64, device=rows.device)
        new = torch.tensor(list(range(past, past + len(rows))), device=rows.device)

        def routed(first: Callable[[Tensor], Tensor], second: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
            if und is None or gen is None:
                return first(x)
            one, two = first(x[und]), second(x[gen])
            out = torch.zeros((len(x), *one.shape[1:]), dtype=one.dtype, device=x.device)
            out[und], out[gen] = one, two
            return out

        for index, layer in enumerate(backbone.layers):
            attend = layer.self_attn
            normed = routed(layer.input_layernorm, layer.input_layernorm_moe_gen, rows)
            q = routed(attend.q_proj, attend.q_proj_moe_gen, normed).view(-1, attend.heads, attend.head_dim)
            k = routed(attend.k_proj, attend.k_proj_moe_gen, normed).view(-1, attend.kv_heads, attend.head_dim)
            v = routed(attend.v_proj, attend.v_proj_moe_gen, normed).view(-1, attend.kv_heads, attend.head_dim)
            q = apply_rope(routed(attend.q_norm, attend.q_norm_moe_gen, q), turned)
            k = apply_rope(routed(attend.k_norm, attend.k_norm_moe_gen, k), turned)
            keys = self._merged(context.keys.get(index), k, old, new)
            values = self._merged(context.values.get(index), v, old, new)
            if keep:
                context.keys[index], context.values[index] = keys, values
            seen = self._attention(q, keys, values, is_causal=und is None)
            rows = rows + routed(attend.o_proj, attend.o_proj_moe_gen, seen)
            normed = routed(layer.post_attention_layernorm, layer.post_attention_layernorm_moe_gen, rows)
            rows = rows + routed(layer.mlp, layer.mlp_moe_gen, normed)
        return routed(backbone.norm, backbone.norm_moe_gen, rows)

    def _merged(self, before: Tensor | None, rows: Tensor, old: Tensor, new: Tensor) -> Tensor:
        """Return the keys or values of past and present in fresh memory."""
        merged = rows.new_zeros(len(old) + len(new), *rows.shape[1:])
        if before is not None:
            merged[old] = before
        merged[new] = rows
        return merged

    def _attention(self, q: Tensor, k: Tensor, v: Tensor, *, is_causal: bool) -> Tensor:
        mask = None
        if is_causal and len(q) > 1:
            mask = torch.ones(len(q), len(k), dtype=torch.bool, device=q.device).tril(len(k) - len(q))
        heads = (part.transpose(0, 1)[None] for part in (q, k, v))
        seen = F.scaled_dot_product_attention(*heads, attn_mask=mask, enable_gqa=True)
        return seen[0].transpose(0, 1).flatten(1)
