"""The optimisers of the small models."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from agentvid.train.optim import Average, Muon, Optimiser, orthogonal, split_parameters, warm_then_level


def net(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(8, 6), nn.Linear(6, 6), nn.Linear(6, 6))


def trained(model, optimiser, steps, seed=0):
    for step in range(steps):
        torch.manual_seed(seed + step)
        (model(torch.randn(4, 3, 3, 3)) ** 2).sum().backward()
        optimiser.step(1.0)


def optimiser_of(model):
    return Optimiser(*split_parameters(list(model.named_parameters()), ("2.", "3.", "0.")))


@pytest.mark.parametrize("shape", [(2, 8, 32), (1, 32, 8), (3, 16, 16)])
def test_an_orthogonal_update_has_singular_values_near_one(shape):
    matrices = orthogonal(torch.randn(shape, generator=torch.Generator().manual_seed(1)))
    values = torch.linalg.svdvals(matrices)
    assert matrices.shape == shape
    assert values.min() > 0.4 and values.max() < 1.4


def test_stacked_matrices_move_as_each_alone():
    together, alone = net(), net()
    gradients = torch.Generator().manual_seed(2)
    for first, second in zip(together.parameters(), alone.parameters(), strict=True):
        first.grad = torch.randn(first.shape, generator=gradients)
        second.grad = first.grad.clone()
    names = [name for name, p in together.named_parameters() if p.ndim > 1]
    Muon({name: dict(together.named_parameters())[name] for name in names}).step(0.1)
    for name in names:
        Muon({name: dict(alone.named_parameters())[name]}).step(0.1)
    for name in names:
        assert torch.allclose(dict(together.named_parameters())[name], dict(alone.named_parameters())[name], atol=1e-6)


def test_a_state_goes_on_exactly():
    straight, broken, resumed = net(), net(), net(5)
    whole = optimiser_of(straight)
    trained(straight, whole, 4)
    first = optimiser_of(broken)
    trained(broken, first, 2)
    kept = {name: tensor.clone() for name, tensor in first.state().items()}
    resumed.load_state_dict(broken.state_dict())
    second = optimiser_of(resumed)
    second.load(kept)
    trained(resumed, second, 2, seed=2)
    for name, tensor in straight.state_dict().items():
        assert torch.equal(tensor, resumed.state_dict()[name]), name


def test_the_average_follows_and_can_be_put_in_place_and_back():
    model = net()
    average = Average(dict(model.named_parameters()), keep=0.9)
    before = [p.detach().clone() for p in model.parameters()]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    average.update(1000)
    average.swap()
    for parameter, old in zip(model.parameters(), before, strict=True):
        assert torch.allclose(parameter, old + 0.1, atol=1e-6)
    average.swap()
    for parameter, old in zip(model.parameters(), before, strict=True):
        assert torch.equal(parameter, old + 1)


def test_only_what_is_trained_is_moved():
    model = net()
    model[4].requires_grad_(False)
    matrices, others = split_parameters(list(model.named_parameters()), ("2.",))
    assert set(matrices) == {"2.weight"}
    assert set(others) == {"0.weight", "0.bias", "2.bias", "3.weight", "3.bias"}


def test_the_pace_rises_stays_and_falls():
    assert warm_then_level(0, 10, 0.0, 0.5) == pytest.approx(0.1)
    assert warm_then_level(50, 10, 0.4, 0.5) == 1.0
    assert warm_then_level(50, 10, 0.75, 0.5) == pytest.approx(0.5)
    assert warm_then_level(50, 10, 1.0, 0.5) == pytest.approx(0.02)
    assert warm_then_level(50, 10, 0.99, 0.0) == 1.0
