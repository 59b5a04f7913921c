"""What is trained and what is not, and how the generating expert begins.

    und   the understanding expert: its rows are cut off from gradients in every layer. The generating expert still
          attends to its keys and values, as to constants.
    llm   the whole language model, both experts
    vit   the eye

Source: BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from agentvid.models.mot.layers import MoTAttention, MoTLayer
from agentvid.models.mot.model import MoT

__all__ = ["Freeze", "Frozen", "copy_init_moe", "freeze", "zero_llm2vae"]


@dataclass(frozen=True)
class Freeze:
    """Which parts are not trained. See the module's docstring."""

    und: bool = False
    llm: bool = False
    vit: bool = False


class Frozen:
    """What `freeze` did, to be undone."""

    def __init__(self, hooks: list[Any], parameters: list[nn.Parameter]) -> None:
        self._hooks, self._parameters = hooks, parameters

    def undo(self) -> None:
        """Let gradients pass again where they did before."""
        for hook in self._hooks:
            hook.remove()
        for parameter in self._parameters:
            parameter.requires_grad_(True)
        self._hooks, self._parameters = [], []


def freeze(model: MoT, what: Freeze) -> Frozen:
    """Freeze parts of a model until it is undone. Results of its forward stay the same.

    Parameters of `llm` and `vit` no longer require gradients. With `und` gradients are cut off on the understanding
    rows: at the input, after the query and key norms, at the values, after attention, after the MLP, and after the
    final norm. Its parameters and what feeds its rows (eye, connector, embeddings) then get none; the head, which
    reads the final rows, still learns.
    """
    parts = [*([model.language_model] if what.llm else []), *([model.vit_model] if what.vit else [])]
    stopped = [parameter for part in parts for parameter in part.parameters() if parameter.requires_grad]
    for parameter in stopped:
        parameter.requires_grad_(False)
    hooks: list[Any] = []
    if what.und:
        hooks += [module.register_forward_hook(_cut) for module in _cuts(model)]
    return Frozen(hooks, stopped)


@torch.no_grad()
def copy_init_moe(model: MoT) -> None:
    """Give the generating expert the weights of the understanding one: how training starts from a language model."""
    state = dict(model.language_model.named_parameters())
    for name, parameter in state.items():
        if "_moe_gen" in name:
            parameter.copy_(state[name.replace("_moe_gen", "")])


@torch.no_grad()
def zero_llm2vae(model: MoT) -> None:
    """Let every predicted velocity be zero: how training starts."""
    model.llm2vae.weight.zero_()
    model.llm2vae.bias.zero_()


def _cuts(model: MoT) -> Iterator[nn.Module]:
    """Yield the modules whose results are cut off; only rows of the understanding expert pass through them.

    Embeddings and connector are where its input rows come from: cut there, nothing runs back through the eye. The cut
    after the first norm changes no number; without it that norm would get a gradient of zeros instead of none.
    """
    backbone = model.language_model.model
    yield from (backbone.embed_tokens, model.connector)
    for module in backbone.modules():
        if isinstance(module, MoTAttention):
            yield from (getattr(module, name) for name in ("q_norm", "k_norm", "v_proj", "o_proj"))
        elif isinstance(module, MoTLayer):
            yield from (module.input_layernorm, module.mlp)
    yield backbone.norm


def _cut(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
    return output.detach()
