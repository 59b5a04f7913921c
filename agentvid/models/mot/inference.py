"""The layers when nothing is learnt: the numbers of `layers.py` in fewer and larger steps.

The rows of both experts stay in one buffer. What an expert computes goes straight into its part of it, so that nothing
is joined; queries and keys are normalised and turned together; products add to the residual themselves. Weights are
read from the modules in every forward, so that they may be moved, loaded or trained in between.

Does not cover what needs the modules themselves: gradients, autocast, hooks, modules and tensors of other types.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot.layers import EXPERTS, Attend, Backbone, GatedMLP, MoTAttention, MoTLayer, RMSNorm
from agentvid.models.mot.positions import Rope

__all__ = ["Expert", "forward", "read_experts"]

_PLAIN: Final = {nn.Linear, RMSNorm, GatedMLP, MoTAttention, MoTLayer}


_Pick = Callable[[Mapping[str, nn.Module | None]], tuple[nn.Module, ...]]


def _named(*names: str) -> dict[str, _Pick]:
    """Return for each expert what takes its modules of these names, in this order."""
    return {expert: cast(_Pick, itemgetter(*(f"{name}{expert}" for name in names))) for expert in EXPERTS}


_NORMS: Final = _named("input_layernorm", "post_attention_layernorm")
_PROJECTIONS: Final = _named("q_proj", "k_proj", "v_proj", "q_norm", "k_norm", "o_proj")
_GATES: Final = _named("gate_proj", "up_proj", "down_proj")[""]


class Expert(NamedTuple):
    """The weights of one expert in one layer."""

    input_norm: Tensor
    q: Tensor
    k: Tensor
    v: Tensor
    q_norm: Tensor
    k_norm: Tensor
    o: Tensor
    post_norm: Tensor
    gate: Tensor
    up: Tensor
    down: Tensor
    q_bias: Tensor
    k_bias: Tensor
    v_bias: Tensor


class _Room(NamedTuple):
    """The buffers of one forward, used anew in every layer.

    `asked` [N, heads + 2·kv_heads, head_dim] holds queries, keys and values; `q`, `k`, `v` and `qk` are parts of it.
    """

    rows: Tensor
    normed: Tensor
    asked: Tensor
    q: Tensor
    k: Tensor
    v: Tensor
    qk: Tensor
    scaled: Tensor

    @classmethod
    def of(cls, rows: Tensor, attend: MoTAttention) -> _Room:
        """Make room for rows [N, D], which are copied."""
        heads, kv_heads = attend.heads, attend.kv_heads
        asked = rows.new_empty(len(rows), heads + 2 * kv_heads, attend.head_dim)
        q, k, v = asked.split_with_sizes((heads, kv_heads, kv_heads), 1)
        qk = asked[:, : heads + kv_heads]
        return cls(rows.clone(), torch.empty_like(rows), asked, q, k, v, qk, rows.new_empty(qk.shape))


class _Units(NamedTuple):
    """Numbers as tensors, since a number costs more each time: √epsilon, √D and √head_dim."""

    floor: Tensor
    row: Tensor
    head: Tensor

    @classmethod
    def of(cls, room: _Room, eps: float) -> _Units:
        """Return the numbers for a room."""
        squares = (eps, room.rows.shape[-1], room.asked.shape[-1])
        return cls(*(torch.tensor(math.sqrt(square)) for square in squares))


class _Part(NamedTuple):
    """One expert's rows of the buffers: projections flat, queries and keys between norm and turning."""

    rows: Tensor
    normed: Tensor
    q: Tensor
    k: Tensor
    v: Tensor
    q_scaled: Tensor
    k_scaled: Tensor

    @classmethod
    def of(cls, room: _Room, here: slice) -> _Part:
        """Return the rows `here`."""
        sizes = [which.shape[1] for which in (room.q, room.k, room.v)]
        width = room.asked.shape[2]
        flat = room.asked.flatten(1)[here].split_with_sizes([size * width for size in sizes], 1)
        return cls(room.rows[here], room.normed[here], *flat, *room.scaled[here].split_with_sizes(sizes[:2], 1))


def forward(backbone: Backbone, rows: Tensor, split: int, turned: Rope, attend: Attend) -> Tensor | None:
    """Return what the backbone itself returns, without gradients; None where only its modules know how."""
    ends = zip(EXPERTS, (slice(0, split), slice(split, len(rows))), strict=True)
    present = [(expert, here) for expert, here in ends if here.start < here.stop]
    experts = [read_experts(backbone, expert) for expert, _ in present]
    if torch.is_autocast_enabled(rows.device.type) or None in experts:
        return None
    room = _Room.of(rows, cast(MoTLayer, backbone.layers[0]).self_attn)
    sizes = [here.stop - here.start for _, here in present]
    with torch.inference_mode():  # what leaves is in the room, which is of before
        parts, units = [_Part.of(room, here) for _, here in present], _Units.of(room, backbone.norm.eps)
        turn = _signed(turned)
        for layer, weights in enumerate(zip(*cast(list[list[Expert]], experts), strict=True)):
            halves = list(zip(parts, weights, strict=True))
            _ask(room, halves, turn, units)
            seen = attend(layer, room.q, room.k, room.v).flatten(1)
            _add(room, halves, seen.split_with_sizes(sizes), units)
        _scale(room.rows, units.row, units.floor, room.normed)
        for part, (expert, _) in zip(parts, present, strict=True):
            part.normed.mul_(getattr(backbone, f"norm{expert}").weight)
    return room.normed


def read_experts(backbone: Backbone, expert: str) -> list[Expert] | None:
    """Return the weights of one expert in all layers, or None where a module was replaced or is listened to."""
    norms, projections, mlp_name = _NORMS[expert], _PROJECTIONS[expert], f"mlp{expert}"
    found = []
    for layer in backbone.layers:
        own = cast(dict[str, nn.Module], layer._modules)
        attend, mlp = own["self_attn"], own[mlp_name]
        before, after = norms(own)
        parts = (before, *projections(attend._modules), after, *_GATES(mlp._modules))
        if not all(map(_is_plain, (layer, attend, mlp, *parts))):
            return None
        weights = [cast(Tensor, part._parameters["weight"]) for part in parts]
        found.append(Expert(*weights, *(cast(Tensor, part._parameters["bias"]) for part in parts[1:4])))
    return found


def _is_plain(module: nn.Module) -> bool:
    return type(module) in _PLAIN and not (module._forward_hooks or module._forward_pre_hooks)


def _ask(room: _Room, halves: Sequence[tuple[_Part, Expert]], turn: Rope, units: _Units) -> None:
    """Fill the room with queries, keys and values, queries and keys normalised and turned."""
    _scale(room.rows, units.row, units.floor, room.normed)
    for part, weight in halves:
        normed = part.normed.mul_(weight.input_norm)
        torch.addmm(weight.q_bias, normed, weight.q.t(), out=part.q)
        torch.addmm(weight.k_bias, normed, weight.k.t(), out=part.k)
        torch.addmm(weight.v_bias, normed, weight.v.t(), out=part.v)
    _scale(room.qk, units.head, units.floor, room.scaled)
    for part, weight in halves:
        part.q_scaled.mul_(weight.q_norm)
        part.k_scaled.mul_(weight.k_norm)
    cos, sin = turn
    torch.mul(room.scaled, cos, out=room.qk)
    room.qk.addcmul_(room.scaled.roll(room.scaled.shape[-1] // 2, -1), sin)


def _add(room: _Room, halves: Sequence[tuple[_Part, Expert]], seen: Sequence[Tensor], units: _Units) -> None:
    """Add to the rows what they saw, and what the MLP makes of that."""
    for (part, weight), rows in zip(halves, seen, strict=True):
        part.rows.addmm_(rows, weight.o.t())
    _scale(room.rows, units.row, units.floor, room.normed)
    for part, weight in halves:
        normed = part.normed.mul_(weight.post_norm)
        inner = F.silu(F.linear(normed, weight.gate), inplace=True).mul_(F.linear(normed, weight.up))
        part.rows.addmm_(inner, weight.down.t())


def _scale(rows: Tensor, root: Tensor, floor: Tensor, out: Tensor) -> None:
    """Put rows [..., width] of unit mean square into `out`, at least in float32; `root` is √width, `floor` √epsilon."""
    exact = torch.promote_types(rows.dtype, torch.float32)
    length = torch.linalg.vector_norm(rows, dim=-1, keepdim=True, dtype=exact)
    torch.div(rows, length.div_(root).hypot_(floor), out=out)


def _signed(turned: Rope) -> Rope:
    """Return cosine and sine [N, 1, head_dim], the sine with the signs of a half turn, so that rolled rows take it."""
    cos, sin = turned
    first, second = sin.chunk(2, dim=-1)
    return cos[:, None], torch.cat([-first, second], dim=-1)[:, None]
