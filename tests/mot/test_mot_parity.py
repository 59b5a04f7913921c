"""Held to golden numbers: float32, relative error at most 1e-4, for every record of the fixture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from agentvid.models.mot import bagel_7b
from agentvid.models.mot.context import Context, append, seen_picture, text
from agentvid.models.mot.guidance import Branches, Guidance
from agentvid.models.mot.model import MoT, TimeEmbedder
from agentvid.models.mot.patches import from_rows
from agentvid.models.mot.positions import GridPositions, layout, table_2d, table_3d
from agentvid.models.mot.sampling import Job, Schedule, sample
from agentvid.models.mot.segments import Segment
from agentvid.models.mot.sizes import resize, size_policy, to_tensor

FIXTURES = Path(__file__).parent / "fixtures"


def test_fixed_tables_and_time(golden, parity_model, near):
    assert near(table_2d(64, 8, 8), golden["unit.latent_pos"], 1e-6)
    assert near(table_2d(64, 10, 10), golden["unit.vit_pos"], 1e-6)
    assert near(parity_model.model.latent_pos_embed.pos_embed, golden["unit.latent_pos"], 1e-6)
    with torch.no_grad():
        assert near(parity_model.model.time_embedder(torch.tensor([0.0, 0.25, 1.0])), golden["unit.t_emb"])


def test_codec(golden, parity_model, near):
    pixels = to_tensor(golden["img.u8"].numpy())[:, None]
    with torch.no_grad():
        assert near(parity_model.codec.encode(pixels).transpose(0, 1), golden["unit.vae_z"])


@torch.no_grad()
def test_a_sampled_posterior_scatters_around_its_mean(golden, parity_model):
    """As the family encodes; ours takes the mean unless a generator is given."""
    pixels = to_tensor(golden["img.u8"].numpy())[:, None]
    drawn = [parity_model.codec.encode(pixels, torch.Generator().manual_seed(seed)) for seed in (1, 1, *range(2, 60))]

    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[1], drawn[2])
    scatter = torch.stack(drawn[1:]).std(dim=0)
    mean = torch.stack(drawn[1:]).mean(dim=0)
    away = (mean - parity_model.codec.encode(pixels)).abs()
    assert bool((away <= 5 * scatter / len(drawn[1:]) ** 0.5 + 1e-6).all())


@pytest.mark.parametrize("table", ["tiny", "published"])
def test_sizes(golden, parity_model, table):
    config, prefix = (parity_model.config, "tf.") if table == "tiny" else (bagel_7b(), "tf.big_")
    policy = size_policy(config.sizes)
    sizes = golden["tf.sizes_wh" if table == "tiny" else "tf.big_wh"].tolist()

    latent = [policy.latent(h, w) for w, h in sizes]
    assert torch.equal(torch.tensor(latent), golden[prefix + "vae_hw"])
    assert torch.equal(torch.tensor([policy.look(h, w) for w, h in sizes]), golden[prefix + "vit_hw"])
    if table == "published":
        assert torch.equal(torch.tensor([policy.look(*size) for size in latent]), golden["tf.big_both_vit_hw"])


def test_picture_transforms(golden, parity_model, photo):
    fitted = resize(photo, *parity_model.sizes.latent(*photo.shape[:2]))
    seen = resize(fitted, *parity_model.sizes.look(*fitted.shape[:2]))

    assert torch.equal(to_tensor(fitted), golden["img.vae_px"])
    assert torch.equal(to_tensor(seen), golden["img.vit_px"])


def greedy(parity_model, context: Context, count: int) -> tuple[list[int], torch.Tensor]:
    """Return the ids that are fed, the opening one included, and the logits that each leads to."""
    model, ids, logits = parity_model.model, parity_model.format.open(), []
    for _ in range(count):
        (rows,) = append(model, [text(model, context, ids[-1:])])
        logits.append(model.logits(rows)[0])
        ids.append(int(logits[-1].argmax()))
    return ids[:count], torch.stack(logits)


def check_cache(context: Context, golden, prefix: str, near) -> None:
    assert context.length == int(golden[prefix + "kv_len"])
    assert context.state.next == int(golden[prefix + "rope"])
    for layer in range(2):
        keys, values = context.cache.read(layer)
        assert near(keys.transpose(0, 1), golden[f"{prefix}k{layer}"])
        assert near(values.transpose(0, 1), golden[f"{prefix}v{layer}"])


@torch.no_grad()
def test_text(golden, parity_model, near):
    model, context = parity_model.model, Context.empty(parity_model.model)
    append(model, [text(model, context, parity_model.format.text("hello bagel"))])
    check_cache(context, golden, "text.ctx.", near)
    assert [context.length, context.state.next] == [int(golden["text.kv_len0"]), int(golden["text.rope0"])]

    ids, logits = greedy(parity_model, context, 8)
    assert ids == golden["text.ids"].tolist()
    assert near(logits, golden["text.logits"])


@torch.no_grad()
def test_understanding(golden, parity_model, near):
    model, context = parity_model.model, Context.empty(parity_model.model)
    picture = golden["img.vit_px"]
    (rows,) = model.look_rows([picture])
    append(model, [seen_picture(context, rows, parity_model.wrappers(), (3, 5))])
    check_cache(context, golden, "und.ctx_img.", near)

    append(model, [text(model, context, parity_model.format.text("what?"))])
    check_cache(context, golden, "und.ctx.", near)
    assert [context.length, context.state.next] == [int(golden["und.kv_len0"]), int(golden["und.rope0"])]

    ids, logits = greedy(parity_model, context, 8)
    assert ids == golden["und.ids"].tolist()
    assert near(logits, golden["und.logits"])


def test_a_session_reads_the_same(golden, parity_model, photo, near):
    session = parity_model.session()
    session.look(photo, latents=False)
    session.read("what?")

    check_cache(session.branches.full, golden, "und.ctx.", near)


@torch.no_grad()
@pytest.mark.parametrize(
    ("name", "scale", "shift"), [("global", 4.0, 3.0), ("nocfg", 1.0, 1.0)], ids=["global", "nocfg"]
)
def test_drawing(golden, parity_model, near, name, scale, shift):
    """The record without guidance was made with unshifted time (its velocities and latents say so)."""
    model, context = parity_model.model, Context.empty(parity_model.model)
    append(model, [text(model, context, parity_model.format.text("a red cat"))])
    job = Job(Branches(context, Context.empty(model)), (1, 4, 3), golden[f"t2i.{name}.noise"])
    velocities = []

    (rows,) = sample(
        model,
        [job],
        parity_model.wrappers(),
        Schedule(6, shift),
        Guidance(scale, 1.0, (0.4, 1.0), "global", 0.0),
        on_step=lambda step: velocities.append(step.velocities[0]),
    )
    assert near(torch.stack(velocities), golden[f"t2i.{name}.v"])
    assert near(rows, golden[f"t2i.{name}.latent"])
    picture = parity_model.codec.decode(from_rows(rows, (1, 2, 2), (1, 4, 3)))[:, 0]
    assert near(picture, golden[f"t2i.{name}.image"])


# ---------------------------------------------------------------- strategy points of the sister family


def test_three_axis_table_and_time(lance, near):
    assert near(table_3d(64, 5, 8, 8), lance["unit.latent_pos"], 1e-6)
    embedder = TimeEmbedder(64)
    embedder.load_state_dict(
        {name.removeprefix("time_embedder."): lance[name] for name in lance if name.startswith("time_embedder.")}
    )
    with torch.no_grad():
        times = torch.tensor([0.0, 0.3, 1.0])
        assert near(embedder(times), lance["unit.t_emb"])


@pytest.mark.parametrize("task", ["t2i", "t2v"])
def test_grid_positions(lance, task):
    told = json.loads((FIXTURES / "lance_parity" / "layout.json").read_text())[task]
    prefix, caption, suffix, drawn, end = told["split_lens"]
    block = Segment.block("noise", (1 if task == "t2i" else 3, 5, 7))
    assert block.length == drawn
    whole = [Segment.text(prefix), Segment.text(caption), Segment.text(suffix), block, Segment.text(end)]
    without_caption = [whole[0], *whole[2:]]

    assert torch.equal(layout(GridPositions(), whole), lance[f"{task}.pos"])
    assert torch.equal(layout(GridPositions(), without_caption), lance[f"{task}.pos_uncond"])


# ---------------------------------------------------------------- the full size, without memory


def layer_shapes(hidden: int, inter: int, keys: int, head: int) -> dict[str, list[int]]:
    shapes = {"input_layernorm": [hidden], "post_attention_layernorm": [hidden]}
    named = {f"{name}{expert}.weight": shape for name, shape in shapes.items() for expert in ("", "_moe_gen")}
    for expert in ("", "_moe_gen"):
        for which, width in (("q", hidden), ("k", keys), ("v", keys)):
            named[f"self_attn.{which}_proj{expert}.weight"] = [width, hidden]
            named[f"self_attn.{which}_proj{expert}.bias"] = [width]
        named[f"self_attn.o_proj{expert}.weight"] = [hidden, hidden]
        named[f"self_attn.q_norm{expert}.weight"] = named[f"self_attn.k_norm{expert}.weight"] = [head]
        named[f"mlp{expert}.gate_proj.weight"] = named[f"mlp{expert}.up_proj.weight"] = [inter, hidden]
        named[f"mlp{expert}.down_proj.weight"] = [hidden, inter]
    return named


def eye_shapes(hidden: int, inter: int) -> dict[str, list[int]]:
    named = {}
    for name, out, into in (
        *((f"self_attn.{which}_proj", hidden, hidden) for which in ("q", "k", "v", "out")),
        ("mlp.fc1", inter, hidden),
        ("mlp.fc2", hidden, inter),
    ):
        named |= {f"{name}.weight": [out, into], f"{name}.bias": [out]}
    for norm in ("layer_norm1", "layer_norm2"):
        named |= {f"{norm}.weight": [hidden], f"{norm}.bias": [hidden]}
    return named


def published_shapes() -> dict[str, list[int]]:
    """The list of names and shapes that the published file has, written from its description."""
    language, eye = "language_model.", "vit_model.vision_model."
    named = {f"{language}{name}.weight": [152064, 3584] for name in ("model.embed_tokens", "lm_head")}
    named |= {f"{language}model.{name}.weight": [3584] for name in ("norm", "norm_moe_gen")}
    for layer in range(28):
        named |= {f"{language}model.layers.{layer}.{k}": v for k, v in layer_shapes(3584, 18944, 512, 128).items()}
    for name, out, into in (
        ("time_embedder.mlp.0", 3584, 256),
        ("time_embedder.mlp.2", 3584, 3584),
        ("vae2llm", 3584, 64),
        ("llm2vae", 64, 3584),
        ("connector.fc1", 3584, 1152),
        ("connector.fc2", 3584, 3584),
        (f"{eye}embeddings.patch_embedding", 1152, 588),
    ):
        named |= {f"{name}.weight": [out, into], f"{name}.bias": [out]}
    named |= {"latent_pos_embed.pos_embed": [4096, 3584], "vit_pos_embed.pos_embed": [4900, 3584]}
    named |= {f"{eye}embeddings.position_embedding.weight": [4900, 1152]}
    named |= {f"{eye}post_layernorm.weight": [1152], f"{eye}post_layernorm.bias": [1152]}
    for block in range(26):
        named |= {f"{eye}encoder.layers.{block}.{k}": v for k, v in eye_shapes(1152, 4304).items()}
    return named


def test_the_full_size_has_the_published_names_and_shapes():
    with torch.device("meta"):
        state = MoT(bagel_7b()).state_dict()

    assert {name: list(tensor.shape) for name, tensor in state.items()} == published_shapes()
    assert len(state) == 1223
    assert sum(tensor.numel() for tensor in state.values()) == 14_607_260_128


def test_the_full_size_codec_has_the_published_size():
    from agentvid.models.mot.flux_codec import FluxCodec

    with torch.device("meta"):
        published = FluxCodec(bagel_7b().latent).published()

    assert len(published) == 244
    assert sum(tensor.numel() for tensor in published.values()) == 83_819_683
    assert list(published["decoder.up.3.upsample.conv.weight"].shape) == [512, 512, 3, 3]
    assert list(published["encoder.down.1.block.0.nin_shortcut.weight"].shape) == [256, 128, 1, 1]
    assert list(published["decoder.mid.attn_1.q.weight"].shape) == [512, 512, 1, 1]
