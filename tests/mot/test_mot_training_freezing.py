"""What is trained and what is not: who gets gradients, through whom they pass, and how training starts."""

from __future__ import annotations

import copy

import pytest
import torch
from training_samples import CONFIG, PLAIN, SAMPLES, SPECIAL, latents, seeded, words

from agentvid.models.mot.model import MoT
from agentvid.models.mot.training import (
    Freeze,
    Noisy,
    Sample,
    copy_init_moe,
    draw,
    freeze,
    pack,
    packed_losses,
    zero_llm2vae,
)


@pytest.fixture
def model(parity_model) -> MoT:
    """The fixture's weights, to be changed freely."""
    return copy.deepcopy(parity_model.model)


def grads_of(model: MoT, **kinds: bool) -> dict[str, torch.Tensor | None]:
    """Gradients by name, with parts of the model frozen for the time."""
    model.zero_grad()
    frozen = freeze(model, Freeze(**kinds))
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    packed_losses(model, packed, draw(packed, seeded(0)), PLAIN).total.backward()
    frozen.undo()
    return {name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()}


def moved(grads: dict[str, torch.Tensor | None]) -> set[str]:
    return {name for name, grad in grads.items() if grad is not None and bool(grad.any())}


def is_expert(name: str) -> bool:
    return "_moe_gen" in name


def test_without_freezing_all_but_the_tables_learn(model):
    grads = grads_of(model)

    assert grads.keys() - moved(grads) == {"latent_pos_embed.pos_embed", "vit_pos_embed.pos_embed"}


def test_a_frozen_understanding_expert_gets_no_gradient_and_is_still_attended_to(model):
    free, cut = grads_of(model), grads_of(model, und=True)
    glue = {name for name in free if name.startswith(("time_embedder", "vae2llm", "llm2vae"))}
    head = "language_model.lm_head.weight"

    assert moved(cut) == {name for name in free if is_expert(name)} | glue | {head}
    assert all(cut[name] is None for name in free if name not in moved(cut)), "not even zeros"
    torch.testing.assert_close(cut[head], free[head])
    torch.testing.assert_close(cut["llm2vae.weight"], free["llm2vae.weight"])
    assert moved(grads_of(model)) == moved(free), "undone"


def test_a_frozen_understanding_expert_is_a_constant(model):
    """The generating expert's gradient is that of a network whose understanding rows are given numbers."""
    packed = pack(CONFIG, SPECIAL, [Sample((words("a cat"), Noisy(latents())))])
    drawn = draw(packed, seeded(0))
    kept: list[torch.Tensor] = []
    layers = [layer.self_attn for layer in model.language_model.model.layers]
    modules = [getattr(layer, name) for layer in layers for name in ("k_norm", "v_proj")]
    notes = [module.register_forward_hook(lambda m, a, out: kept.append(out.detach())) for module in modules]
    packed_losses(model, packed, drawn)
    for note in notes:
        note.remove()

    given = iter(kept)
    notes = [module.register_forward_hook(lambda m, a, out: next(given)) for module in modules]
    packed_losses(model, packed, drawn).total.backward()
    expected = {name: p.grad.clone() for name, p in model.named_parameters() if is_expert(name)}
    for note in notes:
        note.remove()

    model.zero_grad()
    freeze(model, Freeze(und=True))
    packed_losses(model, packed, drawn).total.backward()
    for name, grad in expected.items():
        torch.testing.assert_close(dict(model.named_parameters())[name].grad, grad, msg=name)


@torch.no_grad()
def test_words_reach_a_drawing_through_a_frozen_expert(model):
    freeze(model, Freeze(und=True))
    losses = []
    for said in ("red", "blu"):
        packed = pack(CONFIG, SPECIAL, [Sample((words(said), Noisy(latents())))])
        losses.append(float(packed_losses(model, packed, draw(packed, seeded(0))).mse))

    assert abs(losses[0] - losses[1]) > 1e-5


def test_freezing_changes_no_result(model):
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(0))
    free = packed_losses(model, packed, drawn).total
    freeze(model, Freeze(und=True, llm=True, vit=True))

    assert torch.equal(free, packed_losses(model, packed, drawn).total)


def test_frozen_parts_get_no_gradient_but_pass_it_on(model):
    free = grads_of(model)
    no_llm, no_eye = grads_of(model, llm=True), grads_of(model, vit=True)

    assert moved(no_llm) == {name for name in moved(free) if not name.startswith("language_model.")}
    assert moved(no_eye) == {name for name in moved(free) if not name.startswith("vit_model.")}
    assert all(no_llm[name] is None for name in free if name.startswith("language_model."))
    assert all(p.requires_grad for name, p in model.named_parameters() if "pos_embed" not in name)
    torch.testing.assert_close(no_llm["connector.fc1.weight"], free["connector.fc1.weight"])


@torch.no_grad()
def test_how_training_starts(model):
    """The generating expert is a copy, and predicts that nothing moves: the error is that of doing nothing."""
    copy_init_moe(model)
    zero_llm2vae(model)
    state = model.state_dict()
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(0))
    losses = packed_losses(model, packed, drawn)

    copies = [name for name in state if is_expert(name)]
    assert len(copies) == 2 * 14 + 1
    assert all(torch.equal(state[name], state[name.replace("_moe_gen", "")]) for name in copies)
    idle = drawn.velocity(packed.latents)[drawn.time > 0].square().mean()
    torch.testing.assert_close(losses.mse, idle)


def test_at_the_start_only_the_output_of_the_drawing_side_learns_from_drawings(model):
    zero_llm2vae(model)
    packed = pack(CONFIG, SPECIAL, [Sample((words("a cat"), Noisy(latents())))])
    packed_losses(model, packed, draw(packed, seeded(0))).total.backward()

    grads = {name: p.grad for name, p in model.named_parameters()}
    assert moved(grads) == {"llm2vae.weight", "llm2vae.bias"}
