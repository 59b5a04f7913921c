"""Who sees whom in packed samples: one rule, as a dense mask, sample by sample, or as FlexAttention's block mask.

    same sample AND (not later in the sequence OR same full or noise split) AND NOT (in a noise split of others)

Which is used is for the caller to say. `dense` takes N x N bits and runs anywhere. `samples` attends sample by sample,
those of similar length in one batch: what it costs grows with the squares of the samples' lengths instead of the
pack's, which is what a CPU wants. `flex` skips blocks that nobody sees: compiled on a GPU; on a CPU it is evaluated
plainly, slowly and without gradients, for checks.

Source: BAGEL (arXiv 2505.14683); FlexAttention (arXiv 2412.05496).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.attention.flex_attention import create_block_mask, flex_attention
from torch.nn.utils.rnn import pad_sequence

from agentvid.errors import SettingsError
from agentvid.models.mot.attention import Whole
from agentvid.models.mot.layers import Attend
from agentvid.models.mot.training.packing import Packed

__all__ = ["AttendBy", "BySample", "Flex", "Rule", "attend_by"]

AttendBy = Literal["dense", "samples", "flex"]

_NONE = -1
_WASTE = 1.25
"""How many times the shortest sample of a batch the longest may be."""


@dataclass(frozen=True, eq=False)
class Rule:
    """The rule over packed rows: each field is [N], in packed order.

    `place` in the sequence, `sample`, `block` (the split, of rows in full and noise splits; else -1) and `noise` (the
    split, of rows in noise splits; else -1).
    """

    place: Tensor
    sample: Tensor
    block: Tensor
    noise: Tensor

    @classmethod
    def of(cls, packed: Packed, device: torch.device | None = None) -> Rule:
        """Return the rule of packed samples."""
        split = packed.split_ids
        modes = [each.mode for each in packed.splits]
        is_block = torch.tensor([mode != "causal" for mode in modes])[split]
        is_noise = torch.tensor([mode == "noise" for mode in modes])[split]
        block, noise = split.where(is_block, _NONE), split.where(is_noise, _NONE)
        at = packed.place
        return cls(*(part.to(device) for part in (at, packed.sample_ids[at], block[at], noise[at])))

    def mask_mod(self) -> Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]:
        """Return the rule as FlexAttention asks for it: (batch, head, query, key) to whether the query sees the key."""
        place, sample, block, noise = self.place, self.sample, self.block, self.noise

        def sees(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
            together = (block[query] == block[key]) & (block[key] != _NONE)
            hidden = (noise[key] != _NONE) & (noise[key] != noise[query])
            return (sample[query] == sample[key]) & ((place[key] <= place[query]) | together) & ~hidden

        return sees

    def dense(self) -> Tensor:
        """Return the rule as a mask [N, N], True where the row (first axis) sees the other."""
        rows = torch.arange(len(self.place), device=self.place.device)
        nothing = rows[:0]
        return self.mask_mod()(nothing, nothing, rows[:, None], rows[None, :])


@dataclass(frozen=True, eq=False)
class _Batch:
    """Samples of similar length: their packed rows [S, L], filled up with row 0; which are real; who sees whom."""

    rows: Tensor
    is_real: Tensor
    mask: Tensor


class BySample:
    """Attend over packed rows sample by sample, samples of similar length together."""

    def __init__(self, rule: Rule) -> None:
        of_sample = [(rule.sample == sample).nonzero()[:, 0] for sample in range(int(rule.sample.max()) + 1)]
        of_sample.sort(key=len)
        self._batches: list[_Batch] = []
        first = 0
        for index in range(1, len(of_sample) + 1):
            if index == len(of_sample) or len(of_sample[index]) > _WASTE * len(of_sample[first]):
                self._batches.append(_batch(rule, of_sample[first:index]))
                first = index

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        out = torch.empty_like(q)
        for batch in self._batches:
            asked, keys, values = (part[batch.rows].transpose(1, 2) for part in (q, k, v))
            grouped = q.shape[1] != k.shape[1]
            seen = F.scaled_dot_product_attention(asked, keys, values, attn_mask=batch.mask, enable_gqa=grouped)
            out = out.index_put((batch.rows[batch.is_real],), seen.transpose(1, 2)[batch.is_real])
        return out


def _batch(rule: Rule, rows: Sequence[Tensor]) -> _Batch:
    padded = pad_sequence(list(rows), batch_first=True, padding_value=0)
    is_real = pad_sequence([torch.ones_like(each, dtype=torch.bool) for each in rows], batch_first=True)
    nothing = rows[0][:0]
    mask = rule.mask_mod()(nothing, nothing, padded[:, :, None], padded[:, None, :])
    mask = (mask & is_real[:, None, :]) | torch.eye(padded.shape[1], dtype=torch.bool, device=padded.device)
    return _Batch(padded, is_real, mask[:, None])


class Flex:
    """Attend over packed rows through FlexAttention, blocks that nobody sees left out."""

    def __init__(self, rule: Rule) -> None:
        rows, device = len(rule.place), rule.place.device
        self.mask = create_block_mask(rule.mask_mod(), None, None, rows, rows, device=device)
        self._kernel = _compiled() if device.type == "cuda" else flex_attention

    def __call__(self, layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """See layers.Attend."""
        heads = (part.transpose(0, 1)[None] for part in (q, k, v))
        seen: Tensor = self._kernel(*heads, block_mask=self.mask, enable_gqa=True)
        return seen[0].transpose(0, 1)


def attend_by(kind: AttendBy, packed: Packed, device: torch.device) -> Attend:
    """Return the attention of packed samples.

    Raises: SettingsError for a kind that there is not.
    """
    rule = Rule.of(packed, device)
    if kind == "dense":
        return Whole(rule.dense())
    if kind == "samples":
        return BySample(rule)
    if kind == "flex":
        return Flex(rule)
    raise SettingsError(f"attention {kind!r}", "dense, samples or flex")


@cache
def _compiled() -> Any:
    return torch.compile(flex_attention)
