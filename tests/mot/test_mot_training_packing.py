"""Packing: which rows there are, where they are, what they predict, who sees whom, and what is left out."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.attention.flex_attention import create_mask

from agentvid.errors import InputError, SettingsError
from agentvid.models.mot.config import PositionConfig, TokenNames, tiny
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.tokenizer import ByteTokenizer, special_ids
from agentvid.models.mot.training import (
    Clean,
    Clip,
    Draws,
    Dropout,
    Look,
    Noisy,
    Objective,
    Rule,
    Sample,
    Text,
    attend_by,
    choose_dropped,
    draw,
    pack,
    shifted_sigmoid,
)

CONFIG = tiny()
SPECIAL = special_ids(ByteTokenizer(), TokenNames(), CONFIG.backbone.vocab)
START, END, OPEN, CLOSE = SPECIAL.start, SPECIAL.end, SPECIAL.picture_start, SPECIAL.picture_end


def latents(h: int = 1, w: int = 1, frames: int = 1, seed: int = 0) -> torch.Tensor:
    """Latents of frames of h x w rows."""
    return torch.randn(4, frames, 2 * h, 2 * w, generator=torch.Generator().manual_seed(seed))


def pixels(h: int = 1, w: int = 1) -> torch.Tensor:
    """A picture of h x w patches of the eye."""
    return torch.zeros(3, 14 * h, 14 * w)


def packed(*elements, dropped: tuple[int, ...] = ()):
    left_out = [[index in dropped for index in range(len(elements))]]
    return pack(CONFIG, SPECIAL, [Sample(elements)], left_out)


# ---------------------------------------------------------------- rows and labels


def test_a_text_with_loss_predicts_itself_and_its_end():
    found = packed(Text((1, 2, 3), loss=True), Text((7,)))

    assert found.tokens.tolist() == [START, 1, 2, 3, END, START, 7, END]
    assert found.tokens[found.ce_at].tolist() == [START, 1, 2, 3]
    assert found.labels.tolist() == [1, 2, 3, END]
    assert found.ce_lengths.tolist() == [4, 4, 4, 4]


def test_closing_tokens_can_predict_what_comes_then():
    found = packed(
        Text((1,), loss=True, then=OPEN),
        Look(pixels(), then=5),
        Clean(latents(), then=6),
        Clip(latents(frames=2), (1,), then=8),
        Noisy(latents(), then=START),
    )

    assert found.labels.tolist() == [1, END, OPEN, 5, 6, 8, START]
    assert found.tokens[found.ce_at].tolist() == [START, 1, END, CLOSE, CLOSE, CLOSE, CLOSE]
    assert found.ce_at.tolist() == [0, 1, 2, 4, 6, 10, 12]
    assert found.ce_lengths.tolist() == [2, 2, 1, 1, 1, 1, 1]


def test_rows_in_packed_order_are_tokens_then_eye_then_latents():
    clean, noisy = latents(1, 2, seed=1), latents(2, 2, seed=2)
    found = packed(Clean(clean), Look(pixels(1, 3)), Text((9,)), Noisy(noisy))

    assert found.tokens.tolist() == [OPEN, CLOSE, OPEN, CLOSE, START, 9, END, OPEN, CLOSE]
    assert found.place.tolist() == [0, 3, 4, 8, 9, 10, 11, 12, 17, 5, 6, 7, 1, 2, 13, 14, 15, 16]
    assert found.order[found.place].tolist() == found.place[found.order].tolist() == list(range(18))
    assert found.latent_ids.tolist() == [0, 1, 0, 1, 8, 9]
    assert found.timed.tolist() == [-1, -1, 0, 0, 0, 0]
    assert torch.equal(found.latents, torch.cat([to_rows(clean, (1, 2, 2)), to_rows(noisy, (1, 2, 2))]))
    assert [(s.mode, s.length) for s in found.splits] == [("full", 4), ("full", 5), ("causal", 3), ("noise", 6)]


# ---------------------------------------------------------------- positions


def positions(*elements, dropped: tuple[int, ...] = ()) -> list[int]:
    found = packed(*elements, dropped=dropped).positions
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])
    return found[0].tolist()


def test_text_counts_up():
    assert positions(Text((1, 2)), Text((3,))) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("picture", [Clean(latents(1, 2)), Look(pixels(1, 2))], ids=["clean", "look"])
def test_a_picture_in_context_has_one_position(picture):
    assert positions(Text(()), picture, Text(())) == [0, 1, 2, 2, 2, 2, 3, 4]


def test_a_noisy_picture_and_its_clean_copy_share_a_position():
    elements = Text(()), Noisy(latents()), Clean(latents()), Look(pixels()), Text(())

    assert positions(*elements) == [0, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5]


@pytest.mark.parametrize(
    ("clip", "expected", "mode"),
    [
        (Clip(latents(frames=3), (2, 5), loss=True), [2, 2, 2, 4, 4, 4, 9, 9, 9, 9, 10], "full"),
        (Clip(latents(frames=2), (3,)), [2, 2, 2, 5, 5, 5, 6, 7], "full"),
        (Clip(latents(frames=2), (3, 4), loss=True), [2, 2, 2, 5, 5, 5, 9, 10], "full"),
        (Clip(latents(), (), loss=True), [2, 2, 2, 2, 3], "noise"),
        (Clip(latents(), (), loss=False), [2, 2, 2, 3, 4], "full"),
        (Clip(latents(), (6,), loss=True), [2, 2, 2, 8, 9], "full"),
    ],
    ids=["noisy", "clean", "then", "one noisy", "one clean", "one, then"],
)
def test_frames_are_their_deltas_apart(clip, expected, mode):
    assert positions(Text(()), clip, Text(()))[2:] == expected
    assert packed(clip).splits[0].mode == mode


@pytest.mark.parametrize(
    ("element", "moved"),
    [
        (Text((1, 2, 3)), 0),
        (Look(pixels(2, 2)), 1),
        (Clean(latents(2, 2)), 1),
        (Clip(latents(frames=3), (2, 5)), 8),
    ],
    ids=["text", "look", "clean", "clip"],
)
def test_what_is_left_out(element, moved):
    assert positions(Text(()), element, Text(()), dropped=(1,)) == [0, 1, 2 + moved, 3 + moved]
    found = packed(Text(()), element, Text(()), dropped=(1,))
    assert (len(found.looks), len(found.latents), len(found.splits)) == (0, 0, 2)


def test_every_sample_starts_at_zero():
    found = pack(CONFIG, SPECIAL, [Sample((Text((1,)),)), Sample((Look(pixels()), Text(())))])

    assert found.positions[0].tolist() == [0, 1, 2, 0, 0, 0, 1, 2]
    assert found.sample_ids.tolist() == [0, 0, 0, 1, 1, 1, 1, 1]
    assert found.split_ids.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


# ---------------------------------------------------------------- who sees whom

ELEMENTS = st.sampled_from(
    [
        Text(()),
        Text((1,), loss=True),
        Look(pixels(1, 2)),
        Clean(latents()),
        Noisy(latents(1, 2)),
        Clip(latents(frames=2), (1,), loss=True),
        Clip(latents(frames=2), (1,)),
    ]
)


def brute_force(found) -> torch.Tensor:
    """The rule in the words of its source, row by row: earlier splits that are not noise, and the own one."""
    rows = [(split, index) for split, each in enumerate(found.splits) for index in range(each.length)]
    sees = torch.zeros(len(rows), len(rows), dtype=torch.bool)
    for (q, (own, at)), (k, (other, where)) in itertools.product(enumerate(rows), enumerate(rows)):
        asking, asked = found.splits[own], found.splits[other]
        if own == other:
            sees[q, k] = where <= at if asking.mode == "causal" else True
        else:
            sees[q, k] = asking.sample == asked.sample and other < own and asked.mode != "noise"
    return sees


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(ELEMENTS, min_size=1, max_size=5), min_size=1, max_size=3))
def test_the_mask_is_the_rule(samples):
    found = pack(CONFIG, SPECIAL, [Sample(tuple(elements)) for elements in samples])
    rule, rows = Rule.of(found), found.length

    assert torch.equal(rule.dense()[found.order][:, found.order], brute_force(found))
    assert torch.equal(create_mask(rule.mask_mod(), 1, 1, rows, rows, device="cpu")[0, 0], rule.dense())


@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_flex_attention_sees_what_the_dense_mask_shows():
    samples = [Sample((Text((1,) * 90), Noisy(latents(4, 6)), Look(pixels(3, 3)))), Sample((Clean(latents(8, 8)),))]
    found, generator = pack(CONFIG, SPECIAL, samples), torch.Generator().manual_seed(0)
    assert found.length > 128
    heads = [torch.randn(found.length, n, 16, generator=generator) for n in (4, 2, 2)]

    dense, flex = (attend_by(kind, found, torch.device("cpu"))(0, *heads) for kind in ("dense", "flex"))
    torch.testing.assert_close(dense, flex, rtol=1e-4, atol=1e-5)


# ---------------------------------------------------------------- draws


def test_times_are_shifted_sigmoids():
    normals = torch.tensor([-1.0, 0.0, 2.0, -torch.inf])

    assert torch.allclose(shifted_sigmoid(normals, 1.0), normals.sigmoid())
    assert torch.allclose(shifted_sigmoid(normals, 4.0)[1:], torch.tensor([0.8, 0.9672, 0.0]), atol=1e-4)


def test_rows_of_a_picture_or_clip_share_one_time_and_clean_rows_have_none():
    found = packed(
        Noisy(latents(1, 2)),
        Clean(latents()),
        Noisy(latents()),
        Clip(latents(1, 2, frames=3), (1, 1), loss=True, pinned=(0,)),
    )
    drawn = draw(found, torch.Generator().manual_seed(3), shift=4.0)
    time = drawn.time.tolist()

    assert found.times == 3
    assert time[0] == time[1] > 0
    assert time[2] == time[4] == time[5] == 0
    assert len({time[0], time[3], *time[6:]}) == 3
    assert torch.equal(drawn.mixed(found.latents)[2], found.latents[2])
    mixed = (1 - time[3]) * found.latents[3] + time[3] * drawn.noise[3]
    assert torch.allclose(drawn.mixed(found.latents)[3], mixed)
    assert torch.equal(drawn.velocity(found.latents), drawn.noise - found.latents)


def test_draws_follow_the_generator():
    found = packed(Noisy(latents(2, 2)))
    first, again, other = (draw(found, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert torch.equal(first.noise, again.noise)
    assert torch.equal(first.time, again.time)
    assert not torch.equal(first.noise, other.noise)


def test_dropout_rates():
    elements = (
        Text((1,), droppable=True),
        Look(pixels(), droppable=True),
        Clean(latents(), droppable=True),
        Clip(latents(), (), droppable=True),
        Text((1,)),
        Noisy(latents()),
    )
    samples, rates = [Sample(elements)] * 2000, Dropout(text=0.1, look=0.5, clean=0.3)
    chosen = choose_dropped(samples, rates, torch.Generator().manual_seed(0))
    mean = torch.tensor(chosen).float().mean(dim=0)

    assert torch.allclose(mean, torch.tensor([0.1, 0.5, 0.3, 0.3, 0.0, 0.0]), atol=0.04)
    assert chosen == choose_dropped(samples, rates, torch.Generator().manual_seed(0))
    more = choose_dropped(samples, Dropout(0.2, 0.5, 0.3), torch.Generator().manual_seed(0))
    assert all(a <= b for one, other in zip(chosen, more, strict=True) for a, b in zip(one, other, strict=True))


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: packed(Text((264,))), "token 264"),
        (lambda: packed(Text((1,), then=-1)), "token -1"),
        (lambda: packed(Look(torch.zeros(3, 15, 14))), "multiples of 14"),
        (lambda: packed(Look(torch.zeros(3, 154, 14))), "up to 140"),
        (lambda: packed(Clean(latents(9, 1))), "up to 16"),
        (lambda: packed(Noisy(torch.zeros(4, 1, 3, 2))), "multiples of 2"),
        (lambda: packed(Noisy(latents(frames=2))), "give a Clip"),
        (lambda: packed(Text(()), dropped=(0,)), "without a single row"),
        (lambda: Clip(latents(frames=3), (1,)), "2 or 3 numbers"),
        (lambda: Clip(latents(frames=2), (-1,)), "at least 0"),
        (lambda: Clip(latents(), (), loss=True, droppable=True), "may be dropped"),
        (lambda: Clip(latents(), (), loss=True, pinned=(1,)), "pinned"),
        (lambda: Clip(latents(), (), pinned=(0,)), "pinned"),
        (lambda: Draws.of(packed(Noisy(latents())), torch.zeros(2), torch.zeros(1, 16)), "times"),
        (lambda: Draws.of(packed(Noisy(latents())), torch.tensor([1.5]), torch.zeros(1, 16)), "0 … 1"),
    ],
)
def test_what_does_not_fit_is_refused(make, told):
    with pytest.raises(InputError, match=told):
        make()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Dropout(text=1.1), "0 … 1"),
        (lambda: Objective(shift=0.0), "positive shift"),
        (lambda: Objective(reweight="cube"), "square"),
        (lambda: attend_by("sparse", packed(Text(())), torch.device("cpu")), "dense, samples or flex"),
    ],
)
def test_settings_that_make_no_sense_are_refused(make, told):
    with pytest.raises(SettingsError, match=told):
        make()


def test_other_positions_are_refused():
    config = dataclasses.replace(CONFIG, positions=PositionConfig("grid", (2, 3, 3)))

    with pytest.raises(SettingsError, match="share one position"):
        pack(config, SPECIAL, [Sample((Text((1,)),))])
