"""Who sees whom in packed samples: one rule, as a dense mask or as FlexAttention's block mask.

    same sample AND (not later in the sequence OR same full or noise split) AND NOT (in a noise split of others)

Which of the two is used is for the caller to say. `dense` takes N x N bits and runs anywhere. `flex` skips blocks
that nobody sees: compiled on a GPU; on a CPU it is evaluated plainly, slowly and without gradients, for checks.

Source: BAGEL (arXiv 2505.14683); FlexAttention (arXiv 2412.05496).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

from agentvid.errors import SettingsError
from agentvid.models.mot.attention import Whole
from agentvid.models.mot.layers import Attend
from agentvid.models.mot.training.packing import Packed

__all__ = ["AttendBy", "Flex", "Rule", "attend_by"]

AttendBy = Literal["dense", "flex"]

_NONE = -1


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
    if kind == "flex":
        return Flex(rule)
    raise SettingsError(f"attention {kind!r}", "dense or flex")


@cache
def _compiled() -> Any:
    return torch.compile(flex_attention)
