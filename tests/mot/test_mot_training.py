"""The training forward: it agrees with inference, packs don't mix, gradients go where they should, and it learns."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn import functional as F
from training_samples import CLOSE, CONFIG, PLAIN, SAMPLES, SPECIAL, latents, pixels, seeded, words

from agentvid.models.mot.context import Context, append, clean_picture, seen_picture, text
from agentvid.models.mot.denoise import Denoiser
from agentvid.models.mot.guidance import Branches, Guidance
from agentvid.models.mot.model import MoT
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.sampling import Job
from agentvid.models.mot.training import (
    Clean,
    Clip,
    Draws,
    Dropout,
    Look,
    Noisy,
    Objective,
    Sample,
    Text,
    draw,
    pack,
    packed_losses,
    packed_rows,
    training_losses,
)


@pytest.fixture
def model(parity_model) -> MoT:
    """The fixture's weights, to be changed freely."""
    return copy.deepcopy(parity_model.model)


# ---------------------------------------------------------------- the losses


def test_the_losses_are_their_definitions(model):
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(0), shift=4.0)
    losses = packed_losses(model, packed, drawn, Objective(ce_weight=0.25, mse_weight=2.0))
    rows = packed_rows(model, packed, drawn)

    noisy = [1.0 if time > 0 else 0.0 for time in drawn.time.tolist()]
    errors = (model.velocity(rows[-len(noisy) :]) - (drawn.noise - packed.latents)).square().mean(dim=1)
    expected = sum(error * moving for error, moving in zip(errors, noisy, strict=True))
    surprise = [
        -model.logits(rows[at]).log_softmax(-1)[label] for at, label in zip(packed.ce_at, packed.labels, strict=True)
    ]
    assert losses.mse_rows == sum(noisy) == 6 + 4 + 4
    assert losses.ce_tokens == losses.ce_count == 4 + 6 + 1
    torch.testing.assert_close(losses.mse, expected / 14)
    torch.testing.assert_close(losses.ce, torch.stack(surprise).mean())
    torch.testing.assert_close(losses.total, 0.25 * losses.ce + 2.0 * losses.mse)


@pytest.mark.parametrize("reweight", ["token", "square", "sample"])
def test_tokens_count_by_the_length_of_their_text(model, reweight):
    elements = words("a", loss=True), words("abcdefgh", loss=True, then=7)
    packed = pack(CONFIG, SPECIAL, [Sample(elements)])
    losses = packed_losses(model, packed, draw(packed, seeded(0)), Objective(reweight=reweight))
    plain = packed_rows(model, packed, draw(packed, seeded(0)))[packed.ce_at]
    each = F.cross_entropy(model.logits(plain), packed.labels, reduction="none")
    weigh = {"token": lambda n: 1.0, "square": lambda n: n**-0.5, "sample": lambda n: 1 / n}[reweight]
    weights = torch.tensor([weigh(2)] * 2 + [weigh(9)] * 9 + [1.0])

    torch.testing.assert_close(losses.ce, (each * weights).sum() / weights.sum())
    assert losses.ce_tokens == 12


def test_a_pack_loses_what_its_samples_lose(model):
    """And so do its gradients: samples don't see each other, and counts are over the whole pack."""
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(5))
    together = packed_losses(model, packed, drawn, PLAIN)
    together.total.backward()
    grads = {name: parameter.grad for name, parameter in model.named_parameters()}

    model.zero_grad()
    ce_sum, mse_sum, first = 0.0, 0.0, 0
    for sample in SAMPLES:
        alone = pack(CONFIG, SPECIAL, [sample])
        rows = slice(first, first + len(alone.latents))
        first = rows.stop
        losses = packed_losses(model, alone, Draws(drawn.time[rows], drawn.noise[rows]), PLAIN)
        PLAIN.total(losses.ce_sum, together.ce_count, losses.mse_sum, together.mse_rows).backward()
        ce_sum, mse_sum = ce_sum + losses.ce_sum.detach(), mse_sum + losses.mse_sum.detach()

    torch.testing.assert_close(together.ce_sum.detach(), ce_sum, **CLOSE)
    torch.testing.assert_close(together.mse_sum.detach(), mse_sum, **CLOSE)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            torch.testing.assert_close(parameter.grad, grads[name], rtol=1e-3, atol=1e-5, msg=name)


def test_the_same_generator_state_gives_the_same_losses_and_gradients(model):
    droppable = Sample((words("a", droppable=True), Look(pixels(), droppable=True), Noisy(latents())))
    found = []
    for seed in (1, 1, 2):
        model.zero_grad()
        losses = training_losses(model, [*SAMPLES, droppable], SPECIAL, seeded(seed), dropout=Dropout(0.5, 0.5, 0.5))
        losses.total.backward()
        found.append((losses.total.detach(), model.llm2vae.weight.grad.clone()))

    assert torch.equal(found[0][0], found[1][0])
    assert torch.equal(found[0][1], found[1][1])
    assert not torch.equal(found[0][0], found[2][0])


@pytest.mark.parametrize(
    "elements", [(words("a"),), (Look(pixels()),), (Clean(latents()),)], ids=["text", "look", "clean"]
)
def test_nothing_to_predict_is_no_loss(model, elements):
    losses = training_losses(model, [Sample(elements)], SPECIAL, seeded(0))
    losses.total.backward()

    assert (losses.total.item(), losses.ce_tokens, losses.mse_rows) == (0.0, 0, 0)
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in model.parameters())


@torch.no_grad()
@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_flex_losses_are_dense_losses(model):
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(0))
    dense, flex = (packed_losses(model, packed, drawn, attend=kind).total for kind in ("dense", "flex"))

    torch.testing.assert_close(dense, flex, **CLOSE)


def test_losses_and_gradients_sample_by_sample_are_dense_ones(model):
    packed = pack(CONFIG, SPECIAL, SAMPLES)
    drawn = draw(packed, seeded(0))
    found = {}
    for kind in ("dense", "samples"):
        model.zero_grad()
        losses = packed_losses(model, packed, drawn, attend=kind)
        losses.total.backward()
        gradients = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
        found[kind] = (losses.total.detach(), gradients)

    torch.testing.assert_close(found["samples"][0], found["dense"][0], **CLOSE)
    assert (found["samples"][1] - found["dense"][1]).norm() < 1e-5 * found["dense"][1].norm()


@pytest.mark.gpu
def test_compiled_flex_losses_and_gradients_are_dense_ones(model):
    model.to("cuda")
    packed = pack(CONFIG, SPECIAL, SAMPLES * 4)
    drawn = draw(packed, seeded(0))
    found = []
    for kind in ("dense", "flex"):
        model.zero_grad()
        losses = packed_losses(model, packed, drawn, attend=kind)
        losses.total.backward()
        found.append([losses.total.detach(), *(p.grad.clone() for p in model.parameters() if p.grad is not None)])

    torch.testing.assert_close(found[0], found[1], rtol=1e-2, atol=1e-3)


# ---------------------------------------------------------------- who depends on whom


@torch.no_grad()
def in_order(model: MoT, elements, seed: int = 0) -> torch.Tensor:
    """Rows in sequence order. Noise is drawn per picture, so that the rows before a change are the same."""
    packed = pack(CONFIG, SPECIAL, [Sample(tuple(elements))])
    return packed_rows(model, packed, draw(packed, seeded(seed)))[packed.order]


def test_later_words_don_t_change_earlier_rows(model):
    first = [words("abc"), Look(pixels()), Clean(latents())]
    one, other = in_order(model, [*first, words("xyz")]), in_order(model, [*first, words("xqz")])
    same = len(one) - 3

    torch.testing.assert_close(one[:same], other[:same], **CLOSE)
    assert float((one[same] - other[same]).abs().max()) > 1e-3


def test_a_noisy_picture_is_invisible_to_what_follows_but_sees_what_came_before(model):
    def rows(before: str, seed: int) -> torch.Tensor:
        return in_order(model, [words(before), Noisy(latents(seed=seed)), Clean(latents()), words("after")])

    one, other, earlier = rows("abc", 1), rows("abc", 2), rows("abd", 1)
    assert float((one[5:11] - other[5:11]).abs().amax(dim=1).min()) > 1e-4
    torch.testing.assert_close(one[11:], other[11:], **CLOSE)
    torch.testing.assert_close(one[:5], other[:5], **CLOSE)
    assert float((one[5:11] - earlier[5:11]).abs().amax(dim=1).min()) > 1e-5


def test_frames_of_a_clip_see_each_other_and_are_seen(model):
    def rows(seed: int) -> torch.Tensor:
        frames = torch.cat([latents(1, 1), latents(1, 1, seed=seed)], dim=1)
        return in_order(model, [words("a"), Clip(frames, (1,), loss=True), words("b")])

    one, other = rows(1), rows(2)
    assert float((one[3:] - other[3:]).abs().amax(dim=1).min()) > 1e-5
    torch.testing.assert_close(one[:3], other[:3], **CLOSE)


# ---------------------------------------------------------------- as in inference


def context_of(unified, elements) -> Context:
    """Read context elements one by one, into a cache."""
    model, context, wrappers = unified.model, Context.empty(unified.model), unified.wrappers()
    for element in elements:
        if isinstance(element, Text):
            append(model, [text(model, context, [SPECIAL.start, *element.ids, SPECIAL.end])])
        elif isinstance(element, Look):
            append(model, [seen_picture(context, model.look_rows([element.pixels])[0], wrappers, (2, 3))])
        else:
            _, frames, h, w = element.latents.shape
            rows = [to_rows(element.latents[:, i : i + 1], (1, 2, 2)) for i in range(frames)]
            delta = element.deltas[0] if isinstance(element, Clip) else 1
            append(model, [clean_picture(model, context, rows, wrappers, (h // 2, w // 2), delta)])
    return context


CONTEXTS = {
    "words": (words("a red cat"),),
    "edit": (Clean(latents(seed=7)), Look(pixels()), words("make it red")),
    "clip": (words("go on"), Clip(latents(1, 2, 2, seed=8), (3,)), words("and")),
}


@torch.no_grad()
@pytest.mark.parametrize("read", CONTEXTS.values(), ids=CONTEXTS)
def test_a_trained_velocity_is_the_drawn_one(parity_model, read):
    model, noisy = parity_model.model, Noisy(latents(3, 2, seed=9))
    packed = pack(CONFIG, SPECIAL, [Sample((*read, Noisy(latents(seed=1)), noisy))])
    noise = torch.randn(packed.latents.shape, generator=seeded(1))
    drawn = Draws.of(packed, torch.tensor([0.9, 0.37]), noise)
    trained = model.velocity(packed_rows(model, packed, drawn)[-6:])

    context = context_of(parity_model, read)
    mixed = drawn.mixed(packed.latents)[-6:]
    job = Job(Branches(context, context.fork()), (1, 3, 2), mixed)
    ((velocity, _, _),) = Denoiser(model, [job], parity_model.wrappers(), Guidance(1.0)).predict(
        [mixed], 0.37, full_only=True
    )
    torch.testing.assert_close(trained, velocity, **CLOSE)


@torch.no_grad()
def test_a_trained_clip_is_the_drawn_one(parity_model):
    """Frames drawn together, two positions apart, the first one pinned."""
    model, frames = parity_model.model, latents(1, 2, 3, seed=4)
    read = (words("a red cat"),)
    packed = pack(CONFIG, SPECIAL, [Sample((*read, Clip(frames, (2, 2), loss=True, pinned=(0,))))])
    drawn = Draws.of(packed, torch.tensor([0.6]), torch.randn(packed.latents.shape, generator=seeded(1)))
    trained = model.velocity(packed_rows(model, packed, drawn)[-4:])

    context, mixed = context_of(parity_model, read), drawn.mixed(packed.latents)
    job = Job(Branches(context, context.fork()), (1, 1, 2), mixed, 3, 2, {0: packed.latents[:2]})
    ((velocity, _, _),) = Denoiser(model, [job], parity_model.wrappers(), Guidance(1.0)).predict(
        [mixed], 0.6, full_only=True
    )
    torch.testing.assert_close(trained, velocity[2:], **CLOSE)


@torch.no_grad()
@pytest.mark.parametrize("read", CONTEXTS.values(), ids=CONTEXTS)
def test_trained_logits_are_the_decoded_ones(parity_model, read):
    model, said = parity_model.model, words("a hat", loss=True)
    packed = pack(CONFIG, SPECIAL, [Sample((*read, Noisy(latents()), said))])
    rows = packed_rows(model, packed, draw(packed, seeded(0)))

    context = context_of(parity_model, read)
    ids = [SPECIAL.start, *said.ids]
    decoded = torch.cat([append(model, [text(model, context, [id])])[0] for id in ids])
    torch.testing.assert_close(model.logits(rows[packed.ce_at]), model.logits(decoded), **CLOSE)


# ---------------------------------------------------------------- it learns


def test_it_learns_a_picture_and_its_caption():
    """A fresh tiny model, one pair both ways: in 60 steps both losses fall, on draws that it was not trained on.

    Words fall to a hundredth (measured: 5.6 to 0.001 nats), velocities to a quarter (2.05 to 0.34).
    """
    model = MoT(CONFIG)
    model.initialise(seed=0)
    said, drawn = "a red cat", latents(3, 3, seed=1)
    samples = [Sample((words(said, droppable=True), Noisy(drawn)))] * 8
    samples.append(Sample((Look(pixels()), words(said, loss=True))))

    @torch.no_grad()
    def losses() -> tuple[float, float]:
        found = [training_losses(model, samples, SPECIAL, seeded(10_000 + seed), PLAIN) for seed in range(8)]
        return sum(float(each.ce) for each in found) / 8, sum(float(each.mse) for each in found) / 8

    before = losses()
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=6e-3, betas=(0.9, 0.95))
    for step in range(60):
        optimiser.zero_grad()
        training_losses(model, samples, SPECIAL, seeded(step), PLAIN).total.backward()
        optimiser.step()
    after = losses()

    assert after[0] < before[0] / 100
    assert after[1] < before[1] / 4
