"""What must hold whatever the weights: batched = single, cached = uncached, rolled back = fresh, slices = indices."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from agentvid.errors import SettingsError
from agentvid.models.mot.attention import Whole
from agentvid.models.mot.cache import Cache, CacheShape
from agentvid.models.mot.config import MoTConfig, PositionConfig, tiny
from agentvid.models.mot.context import Addition, Context, append, clean_picture, seen_picture, text
from agentvid.models.mot.decode import Decoding, decode
from agentvid.models.mot.guidance import Branches, Guidance, guided
from agentvid.models.mot.layers import by_expert
from agentvid.models.mot.model import latent_ids
from agentvid.models.mot.patches import from_rows, to_rows
from agentvid.models.mot.sampling import Job, Schedule, sample
from agentvid.models.mot.segments import Segment

CLOSE = {"rtol": 1e-4, "atol": 1e-5}
SHORT = Schedule(4, 3.0)
STRONG = Guidance(4.0, 2.0, (0.0, 1.0), "text_channel")


def noise(seed: int, rows: int) -> torch.Tensor:
    return torch.randn(rows, 16, generator=torch.Generator().manual_seed(seed))


# ---------------------------------------------------------------- routing


@torch.no_grad()
@pytest.mark.parametrize("split", [0, 3, 7])
def test_slice_routing_is_index_routing(parity_model, split):
    layer = parity_model.model.language_model.model.layers[0]
    rows = torch.randn(7, 64, generator=torch.Generator().manual_seed(1))
    shuffled = torch.randperm(7, generator=torch.Generator().manual_seed(2))
    und, gen = shuffled[:split], shuffled[split:]
    reference = torch.zeros(7, 64)
    reference[und] = layer.mlp(rows[und])
    reference[gen] = layer.mlp_moe_gen(rows[gen])

    assert torch.allclose(by_expert(layer.mlp, layer.mlp_moe_gen, rows[shuffled], split), reference[shuffled])


# ---------------------------------------------------------------- cached = uncached


def mask_of(units: list[tuple[int, bool]]) -> torch.Tensor:
    """The rule in words: everything before one's unit, and of one's own unit all, or in a causal one what is before."""
    total = sum(length for length, _ in units)
    sees, start = torch.zeros(total, total, dtype=torch.bool), 0
    for length, causal in units:
        stop = start + length
        sees[start:stop, :start] = True
        own = torch.ones(length, length, dtype=torch.bool)
        sees[start:stop, start:stop] = own.tril() if causal else own
        start = stop
    return sees


@torch.no_grad()
def test_cached_is_uncached(parity_model, golden):
    """Words, a picture's latents, the picture as seen, words: read one by one, and in one forward with a mask."""
    model, wrappers = parity_model.model, parity_model.wrappers()
    context, reference = Context.empty(model), Context.empty(model)
    latents = noise(5, 12)
    (eye,) = model.look_rows([golden["img.vit_px"]])
    words = [parity_model.format.text(part) for part in ("a photo", "make it red")]
    additions = [
        text(model, context, words[0]),
        clean_picture(model, context, [latents], wrappers, (3, 4)),
        seen_picture(context, eye, wrappers, (3, 5)),
        text(model, context, words[1]),
    ]
    seen = [append(model, [addition])[0] for addition in additions]

    und, gen, positions, units, order = [], [], [], [], []
    split = sum(len(addition.und) for addition in additions)
    for addition in additions:
        placed, reference.state = model.scheme.place(addition.segments[0], reference.state)
        first, later = sum(map(len, und)), split + sum(map(len, gen))
        inner = list(range(later, later + (0 if addition.gen is None else len(addition.gen))))
        outer = list(range(first, first + len(addition.und)))
        order += [*outer, *inner] if not inner else [outer[0], *inner, outer[1]]
        und.append(addition.und)
        gen += [] if addition.gen is None else [addition.gen]
        positions.append(placed)
        units.append((addition.segments[0].length, addition.causal))
    at = torch.tensor(order)
    packed, mask = torch.empty(3, len(order), dtype=torch.int64), torch.empty(len(order), len(order), dtype=torch.bool)
    packed[:, at] = torch.cat(positions, dim=1)
    mask[at[:, None], at] = mask_of(units)
    whole = model(torch.cat([*und, *gen]), split, model.turn(packed), Whole(mask))

    torch.testing.assert_close(torch.cat(seen), whole[at], **CLOSE)


@torch.no_grad()
def test_decoding_with_a_cache_is_decoding_without(parity_model):
    model, prompt = parity_model.model, parity_model.format
    context = Context.empty(model)
    append(model, [text(model, context, prompt.text("hello"))])
    cached = list(decode(model, context, prompt, Decoding(limit=6)))

    ids = [*prompt.text("hello"), *prompt.open()]
    for _ in range(6):
        rows = model(
            model.embed(ids),
            len(ids),
            model.turn(torch.arange(len(ids)).expand(3, -1)),
            Whole(torch.ones(len(ids), len(ids), dtype=torch.bool).tril()),
        )
        ids.append(int(model.logits(rows[-1:])[0].argmax()))

    assert ids[-6:] == cached
    assert context.length == 7


# ---------------------------------------------------------------- batched = single


@torch.no_grad()
def test_contexts_read_together_are_contexts_read_alone(parity_model):
    model = parity_model.model
    words = [parity_model.format.text(part) for part in ("one", "another one", "x")]
    together, alone = [Context.empty(model) for _ in words], [Context.empty(model) for _ in words]
    append(model, [text(model, context, ids) for context, ids in zip(together, words, strict=True)])
    for context, ids in zip(alone, words, strict=True):
        append(model, [text(model, context, ids)])

    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one.cache.read(1), other.cache.read(1), **CLOSE)


@pytest.mark.parametrize("renorm", ["global", "channel", "text_channel", "none"])
def test_drawings_together_are_drawings_alone(parity_model, photo, other_photo, renorm):
    """Different sizes, contexts, numbers of frames and pictures, both guidances."""
    model, jobs = parity_model.model, []
    for index, (grid, frames, pictures, words) in enumerate(
        [
            ((1, 4, 3), 1, [], "a red cat"),
            ((1, 2, 2), 1, [photo], "blue"),
            ((1, 4, 3), 1, [], "a dog on a hill"),
            ((1, 2, 3), 2, [photo, other_photo], "next"),
        ]
    ):
        session = parity_model.session()
        for picture in pictures:
            session.look(picture)
        session.read(words)
        jobs.append(Job(session.branches, grid, noise(index, frames * grid[1] * grid[2]), frames, delta=2))
    guidance = Guidance(4.0, 2.0, (0.3, 1.0), renorm)

    together = sample(model, jobs, parity_model.wrappers(), SHORT, guidance)
    alone = [sample(model, [job], parity_model.wrappers(), SHORT, guidance)[0] for job in jobs]
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_a_drawing_is_three_plain_passes(parity_model, photo, golden):
    """Against a walk written out: each branch by itself, its block appended to a fork, in sequence order."""
    model, session = parity_model.model, parity_model.session()
    session.look(photo)
    session.read("make it red")
    branches, start = session.branches, noise(9, 12)
    job = Job(branches, (1, 3, 4), start)
    (drawn,) = sample(model, [job], parity_model.wrappers(), SHORT, STRONG)

    def velocity(context: Context, rows: torch.Tensor, time: float) -> torch.Tensor:
        gen = model.latent_rows(rows, latent_ids(model.config.latent, (1, 3, 4)), torch.tensor([time]))
        block = Segment.block("noise", (1, 3, 4))
        (out,) = append(model, [Addition(context.fork(), (block,), parity_model.wrappers(), gen)])
        return model.velocity(out[1:-1])

    even = torch.linspace(1, 0, 4)
    times = (3 * even / (1 + 2 * even)).tolist()
    rows = start
    for now, later in pairwise(times):
        full, text_free, image_free = (
            velocity(context, rows, now) for context in (branches.full, branches.text_free, branches.image_free)
        )
        towards = text_free + 4.0 * (full - text_free)
        towards = towards * (full.norm(dim=-1, keepdim=True) / (towards.norm(dim=-1, keepdim=True) + 1e-8)).clamp(0, 1)
        rows = rows - (now - later) * (image_free + 2.0 * (towards - image_free))

    torch.testing.assert_close(drawn, rows, rtol=1e-4, atol=1e-4)


# ---------------------------------------------------------------- guidance


def vectors(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    made = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(seed))
    return made[0], made[1], made[2]


def test_an_equal_branch_is_dropped_and_changes_nothing(parity_model):
    session = parity_model.session()
    session.read("a red cat")
    full = session.branches.full
    guidance = Guidance(4.0, 1.5, (0.0, 1.0), "global")

    assert guidance.contexts(Branches(full, full.fork(), full.fork())) == [None, None]
    assert Guidance(1.0, 3.0).contexts(Branches(full, Context.empty(parity_model.model))) == [None, None]
    v, v_text, _ = vectors(0)
    told = guided(v, v_text, v, Guidance(4.0, 1.5, renorm="none"))
    assert torch.allclose(told, guided(v, v_text, None, Guidance(4.0, 1.5, renorm="none", count_equal_image=True)))
    assert torch.allclose(told, guided(v, v_text, None, Guidance(1 + 1.5 * 3, renorm="none")), atol=1e-5)


@pytest.mark.parametrize("renorm", ["global", "channel", "text_channel"])
def test_renormalised_velocities_never_grow(renorm):
    v, v_text, v_image = vectors(1)
    told = guided(v, v_text, v_image if renorm != "text_channel" else None, Guidance(6.0, 2.0, renorm=renorm))
    free = guided(v, v_text, v_image, Guidance(6.0, 2.0, renorm=renorm, renorm_min=1.0))
    plain = guided(v, v_text, v_image, Guidance(6.0, 2.0, renorm="none"))

    dims = (-2, -1) if renorm == "global" else (-1,)
    assert bool((told.norm(dim=dims) <= v.norm(dim=dims) + 1e-5).all())
    assert torch.allclose(free, plain, atol=1e-5)


def test_the_interval_is_open_below_and_closed_above():
    guidance = Guidance(4.0, interval=(0.4, 0.9))

    assert [guidance.applies(time) for time in (0.4, 0.41, 0.9, 0.91)] == [False, True, True, False]


# ---------------------------------------------------------------- the cache


SHAPE = CacheShape(1, 1, 2, torch.float32, torch.device("cpu"))


def put(cache: Cache, values: list[float]) -> None:
    rows = torch.tensor(values).view(-1, 1, 1).expand(-1, 1, 2)
    cache.reserve(len(values))
    cache.write(0, rows, -rows)
    cache.commit()


def contents(cache: Cache) -> list[float]:
    keys, values = cache.read(0)
    assert torch.equal(keys, -values)
    return keys[0, :, 0].tolist()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["append", "fork", "rollback", "drop", "compact"]), st.integers(0, 9)), max_size=40
    )
)
def test_a_cache_is_a_list_whatever_is_forked(actions):
    """Any mix of appends, forks and rollbacks on shared buffers reads like independent lists."""
    caches, models, count = [Cache(SHAPE)], [[]], 0
    for action, number in actions:
        index = number % len(caches)
        if action == "append":
            values = [float(count + step) for step in range(number * 9 + 1)]
            count += len(values)
            put(caches[index], values)
            models[index] = models[index] + values
        elif action == "fork":
            caches.append(caches[index].fork())
            models.append(list(models[index]))
        elif action == "rollback":
            length = len(models[index]) * number // 9
            caches[index].rollback(length)
            models[index] = models[index][:length]
        elif action == "compact":
            caches[index].compact(room=number)
        elif len(caches) > 1:
            del caches[index], models[index]
        assert [contents(cache) for cache in caches] == models
        assert [cache.length for cache in caches] == [len(model) for model in models]


def test_a_lone_cache_reads_without_copying_after_rollbacks():
    cache = Cache(SHAPE, capacity=100)
    put(cache, [1.0, 2.0, 3.0])
    where = cache.read(0)[0].data_ptr()
    cache.rollback(1)
    put(cache, [4.0])

    assert contents(cache) == [1.0, 4.0]
    assert cache.read(0)[0].data_ptr() == where


def test_a_fork_shares_its_prefix():
    cache = Cache(SHAPE, capacity=100)
    put(cache, [1.0, 2.0])
    fork = cache.fork()
    put(cache, [3.0])
    put(fork, [4.0])

    assert [contents(cache), contents(fork)] == [[1.0, 2.0, 3.0], [1.0, 2.0, 4.0]]
    assert fork.shares[0][0] == cache.shares[0][0]
    with pytest.raises(ValueError, match="roll"):
        fork.rollback(4)


def test_unfinished_rows_leave_no_trace():
    cache = Cache(SHAPE)
    put(cache, [1.0])
    cache.reserve(2)
    cache.write(0, torch.full((2, 1, 2), 7.0), torch.full((2, 1, 2), -7.0))

    assert cache.length == 1
    put(cache, [2.0])
    assert contents(cache) == [1.0, 2.0]


# ---------------------------------------------------------------- patches


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.sampled_from([(1, 1, 1), (1, 2, 2), (2, 1, 3)]))
def test_patches_come_back(t, h, w, patch):
    volume = torch.arange(5 * t * patch[0] * h * patch[1] * w * patch[2], dtype=torch.float32)
    volume = volume.view(5, t * patch[0], h * patch[1], w * patch[2])
    rows = to_rows(volume, patch)

    assert rows.shape == (t * h * w, 5 * patch[0] * patch[1] * patch[2])
    assert torch.equal(rows[0, :5], volume[:, 0, 0, 0])
    assert torch.equal(from_rows(rows, patch, (t, h, w)), volume)


def test_a_configuration_must_fit_itself():
    with pytest.raises(SettingsError, match="sum to 8"):
        MoTConfig(backbone=tiny().backbone, positions=PositionConfig(sections=(2, 3, 4)))
