"""What is computed without gradients is what the modules compute, whatever happened to them in between."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from agentvid.models.mot import inference
from agentvid.models.mot.attention import Whole
from agentvid.models.mot.config import tiny
from agentvid.models.mot.model import MoT
from agentvid.models.mot.training import Freeze, freeze

CLOSE = {"rtol": 1e-4, "atol": 1e-5}
ROWS = 9


@pytest.fixture
def model(parity_model) -> MoT:
    """A copy that a test may change."""
    return copy.deepcopy(parity_model.model)


def inputs(model: MoT):
    rows = torch.randn(ROWS, 64, generator=torch.Generator().manual_seed(1)).to(model.dtype)
    turned = model.turn(torch.arange(ROWS).expand(3, -1))
    return rows, turned, Whole(torch.ones(ROWS, ROWS, dtype=torch.bool).tril())


@torch.no_grad()
def both(model: MoT, split: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what the modules give, and what the model gives without gradients."""
    rows, turned, attend = inputs(model)
    return model.language_model.model(rows, split, turned, attend), model(rows, split, turned, attend)


@pytest.mark.parametrize("split", [0, 4, ROWS])
def test_it_is_what_the_modules_compute(model, split):
    rows, turned, attend = inputs(model)
    before = rows.clone()
    with torch.no_grad():
        found = inference.forward(model.language_model.model, rows, split, turned, attend)
    modules, _ = both(model, split)

    torch.testing.assert_close(found, modules, **CLOSE)
    assert torch.equal(rows, before)


@pytest.mark.parametrize("split", [0, 4, ROWS])
def test_it_is_in_bfloat16_what_it_is_in_float32(model, split):
    exact, _ = both(model, split)
    modules, found = both(model.bfloat16(), split)

    assert found.dtype == torch.bfloat16
    assert float((found - exact).norm()) <= 1.2 * float((modules - exact).norm()) + 1e-3


@pytest.mark.parametrize("change", ["assigned", "set", "in place", "moved"])
def test_weights_are_those_of_now(model, change):
    both(model, 4)
    layer = model.language_model.model.layers[1]
    if change == "assigned":
        state = {name: tensor * 1.5 for name, tensor in model.state_dict().items()}
        model.load_state_dict(state, assign=True)
    elif change == "set":
        layer.mlp.up_proj.weight = nn.Parameter(torch.randn_like(layer.mlp.up_proj.weight))
    elif change == "in place":
        layer.self_attn.k_norm_moe_gen.weight.data.mul_(3)
    else:
        model.double().float()

    torch.testing.assert_close(*both(model, 4), **CLOSE)


def test_what_is_learnt_afterwards_has_gradients(model):
    both(model, 4)
    rows, turned, attend = inputs(model)
    model(rows, 4, turned, attend).square().sum().backward()

    layer = model.language_model.model.layers[0]
    assert all(parameter.grad is not None for parameter in layer.parameters())


def test_the_result_may_be_used_where_gradients_are_wanted(model):
    _, found = both(model, 4)
    weight = torch.ones(64, requires_grad=True)
    (found * weight).sum().backward()

    assert weight.grad is not None


class Halved(nn.Linear):
    """An adapter of sorts."""

    def forward(self, rows):
        return super().forward(rows) / 2


@torch.no_grad()
def test_a_replaced_module_is_used(model):
    project = model.language_model.model.layers[1].mlp_moe_gen
    project.up_proj, old = Halved(64, 96, bias=False), project.up_proj
    project.up_proj.weight = old.weight

    assert inference.read_experts(model.language_model.model, "_moe_gen") is None
    assert torch.equal(*both(model, 4))


def test_who_listens_to_a_module_hears(model):
    heard = []
    model.language_model.model.layers[0].mlp.register_forward_hook(lambda *_: heard.append(1))
    both(model, 4)
    assert len(heard) == 2


def test_freezing_changes_no_result(model):
    before, _ = both(model, 4)
    freeze(model, Freeze(und=True))
    torch.testing.assert_close(before, both(model, 4)[1], **CLOSE)


def test_autocast_is_left_to_the_modules():
    model = MoT(tiny())
    model.initialise()
    rows, turned, attend = inputs(model)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert inference.forward(model.language_model.model, rows, 4, turned, attend) is None
