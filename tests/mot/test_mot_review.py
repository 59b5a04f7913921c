"""What must be refused in clear words: wrong settings, broken files, numbers that are none, sizes beyond the tables."""

from __future__ import annotations

import json
import pickle
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save, save_file

from agentvid.errors import EngineError, InputError, SettingsError
from agentvid.models.mot import Schedule, Unified, checkpoint, flows, tiny
from agentvid.models.mot.config import LatentConfig, PromptConfig, SamplingConfig, SizeConfig, TokenNames
from agentvid.models.mot.drawing import Sketch, draw_together
from agentvid.models.mot.frames import Frames, draw_frames
from agentvid.models.mot.published import BagelLayout
from agentvid.models.mot.session import Session
from agentvid.models.mot.tokenizer import FileTokenizer

SHORT = Schedule(3)
EMBEDDING = "language_model.model.embed_tokens.weight"


@pytest.fixture(scope="module")
def saved(parity_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reviewed")
    parity_model.save_pretrained(folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "copy")


def refusal(folder) -> str:
    with pytest.raises(EngineError) as caught:
        Unified.from_pretrained(folder)
    assert caught.value.code == "bad_checkpoint"
    return str(caught.value)


def rewrite(path, change) -> None:
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


# ---------------------------------------------------------------- sizes, seeds, positions


def test_a_drawing_beyond_the_latent_table():
    unified = Unified.fresh(replace(tiny(), latent=replace(tiny().latent, table=(1, 3, 2))))
    session = unified.session()
    session.read("red")

    for size in ((64, 32), (32, 48)):
        with pytest.raises(InputError, match="at most 32x48"):
            session.draw(size, schedule=SHORT)
    assert session.draw((48, 32), schedule=SHORT).image.shape == (48, 32, 3)


def test_the_eye_must_have_room_for_its_largest_picture():
    with pytest.raises(SettingsError, match="at most 10 patches, 140 pixels"):
        replace(tiny(), sizes=SizeConfig(latent=(64, 32, 16), look=(154, 28, 14)))
    replace(tiny(), sizes=SizeConfig(latent=(64, 32, 16), look=(140, 28, 14)))


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1, 1.5, "1"])
def test_seeds_beyond_64_bits(parity_model, seed):
    with pytest.raises(InputError, match="whole number of at most 64 bits"):
        flows.generate(parity_model, ["red"], [(32, 32)], seeds=[seed], schedule=SHORT)


def test_the_last_seed_of_frames_counts_too(parity_model, photo):
    with pytest.raises(InputError, match="64 bits"):
        next(draw_frames(parity_model, [photo], ["on"], Frames(2), seed=2**64 - 1, schedule=SHORT))


@pytest.mark.parametrize("size", [(32,), (32, 32, 32), 32, (32.0, 32), ("32", "32"), None])
def test_sizes_that_are_not_two_numbers(parity_model, size):
    with pytest.raises(InputError, match="two whole numbers"):
        flows.generate(parity_model, ["red"], [size], schedule=SHORT)


def test_lists_of_different_lengths(parity_model):
    for given in ({"thoughts": []}, {"thoughts": ["a", "b"]}, {"seeds": []}):
        with pytest.raises(InputError, match=r"1 prompts, 1 sizes, .*as many of each"):
            flows.generate(parity_model, ["red"], [(32, 32)], schedule=SHORT, **given)
    assert flows.generate(parity_model, [], [], think=True) == []


def test_more_positions_than_the_model_has():
    unified = Unified.fresh(replace(tiny(), backbone=replace(tiny().backbone, max_positions=16)))
    session = unified.session()
    session.read("a" * 8)

    session.draw((32, 32), frames=6, schedule=SHORT)
    with pytest.raises(InputError, match="positions below 16"):
        session.draw((32, 32), frames=7, schedule=SHORT)


def test_a_system_prompt_is_read_once(parity_model, monkeypatch):
    prompts, sizes = ["red", "a blue cat"], [(32, 32), (48, 32)]
    alone = [
        flows.generate(parity_model, [prompt], [size], thoughts=["so"], schedule=SHORT)[0]
        for prompt, size in zip(prompts, sizes, strict=True)
    ]
    read, plain = [], Session.read

    def counted(self, words, **options):
        read.append(words)
        plain(self, words, **options)

    monkeypatch.setattr(Session, "read", counted)
    together = flows.generate(parity_model, prompts, sizes, thoughts=["so", "so"], schedule=SHORT)

    assert read.count(parity_model.prompts.think_generate) == 1
    for one, other in zip(alone, together, strict=True):
        assert torch.allclose(one.drawing.latents, other.drawing.latents, atol=1e-4)


# ---------------------------------------------------------------- numbers that are none


@pytest.mark.parametrize(
    "given", [(3, float("nan")), (3, float("inf")), (float("nan"), 1.0), (2.5, 1.0), (1, 1.0), (3, 0.0)]
)
def test_schedules_of_no_numbers(given):
    with pytest.raises(InputError, match="at least 2 points"):
        Schedule(*given)


def test_noise_that_is_not_finite(parity_model):
    session = parity_model.session()
    session.read("red")
    noise = torch.zeros(4, parity_model.config.latent.row_channels)
    noise[1, 2] = float("nan")

    with pytest.raises(InputError, match="noise with NaN or infinity"):
        session.draw((32, 32), noise=noise, schedule=SHORT)


def test_latents_that_are_not_finite():
    unified = Unified.fresh(tiny())
    with torch.no_grad():
        unified.model.state_dict()["llm2vae.bias"].fill_(float("nan"))
    session = unified.session()
    session.read("red")

    with pytest.raises(EngineError, match="came out with NaN or infinity"):
        draw_together([Sketch(session, (32, 32))], SHORT)


# ---------------------------------------------------------------- configurations


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(tiny().backbone, rms_eps="1e-6"),
        lambda: replace(tiny().backbone, rms_eps=-1.0),
        lambda: replace(tiny().backbone, rope_base=float("nan")),
        lambda: replace(tiny().backbone, kv_heads=0),
        lambda: replace(tiny().backbone, layers=True),
        lambda: replace(tiny().vision, heads=5),
        lambda: replace(tiny().vision, side=-1),
        lambda: LatentConfig(table=(1, 0, 8)),
        lambda: LatentConfig(patch=(1, 2)),
        lambda: LatentConfig(axes="other"),
        lambda: LatentConfig(width=24),
        lambda: SizeConfig(look=(980, 224, 0)),
        lambda: SamplingConfig(text_scale=float("inf")),
        lambda: SamplingConfig(interval=(0.9, 0.1)),
        lambda: PromptConfig(picture_order=("clean", "other")),
        lambda: TokenNames(start=""),
    ],
)
def test_configurations_that_make_no_sense(wrong):
    with pytest.raises(SettingsError) as caught:
        wrong()
    assert caught.value.given
    assert caught.value.expected


@pytest.mark.parametrize(
    ("file", "settings", "told"),
    [
        ("llm_config.json", {"rms_norm_eps": "small"}, "rms_norm_eps is 'small'"),
        ("llm_config.json", {"rms_norm_eps": None}, "rms_norm_eps is None"),
        ("llm_config.json", {"rope_theta": -1}, "rope_theta is -1"),
        ("llm_config.json", {"num_attention_heads": 5, "head_dim": None}, "hidden_size 64 with num_attention_heads 5"),
        ("llm_config.json", {"num_key_value_heads": 0}, "num_key_value_heads is 0"),
        ("llm_config.json", {"hidden_size": -64}, "hidden_size is -64"),
        ("llm_config.json", {"num_hidden_layers": 2.5}, "num_hidden_layers is 2.5"),
        ("llm_config.json", {"max_position_embeddings": float("nan")}, "max_position_embeddings is nan"),
        ("vit_config.json", {"num_attention_heads": 5}, "an eye of width 48 with 5 heads"),
        ("vit_config.json", {"patch_size": 0}, "patch_size is 0"),
        ("config.json", {"agentvid": [1]}, "wrong form"),
        ("config.json", {"agentvid": {"prompt": {"tokens": {"start": 3}}}}, "TokenNames.start is 3"),
        ("config.json", {"agentvid": {"positions": {"scheme": "other"}}}, "PositionConfig.scheme is 'other'"),
    ],
)
def test_wrong_settings_of_a_checkpoint(copy, file, settings, told):
    path = copy / file
    path.write_text(json.dumps(json.loads(path.read_text()) | settings))

    assert told in refusal(copy)


def test_numbers_in_words_are_taken(copy):
    path = copy / "llm_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"rms_norm_eps": "1e-6", "rope_theta": 1000000}))

    assert Unified.from_pretrained(copy).config == tiny()


def test_prompt_settings_are_kept(tmp_path):
    names = TokenNames(start="<s>", end="</s>", picture_start="<p>", picture_end="</p>")
    config = replace(tiny(), prompt=PromptConfig(tokens=names, picture_order=("look",)))
    Unified.fresh(config).save_pretrained(tmp_path)

    loaded = Unified.from_pretrained(tmp_path)
    assert loaded.config == config
    assert loaded.tokenizer.id_of("</p>") == 259


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("low", [0x0280, 0x0380, 0x0480])
def test_a_header_that_begins_like_a_pickle_is_legal(tmp_path, low):
    """The first bytes of a safetensors file are the length of its header."""
    path = tmp_path / "ema.safetensors"
    tensors = {"a": torch.zeros(2)}
    bare = int.from_bytes(save(tensors, {"x": ""})[:8], "little")
    for more in range(low - bare - 8, low - bare + 9):
        path.write_bytes(save(tensors, {"x": "y" * more}))
        if path.read_bytes()[:2] == low.to_bytes(2, "little"):
            break
    assert path.read_bytes()[:2] == low.to_bytes(2, "little")

    assert checkpoint.shapes_of([path]) == {"a": (2,)}
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(EngineError, match="is cut off"):
        checkpoint.shapes_of([path])


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_all_protocols(tmp_path, protocol):
    path = tmp_path / "model.safetensors"
    for written in ({"a": 1}, [1, 2]):
        path.write_bytes(pickle.dumps(written, protocol))
        with pytest.raises(EngineError, match="is a pickle"):
            checkpoint.shapes_of([path])
    for zipped in (False, True):
        with path.open("wb") as file:
            torch.save({"a": 1}, file, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped)
        with pytest.raises(EngineError, match="is a pickle"):
            checkpoint.shapes_of([path])


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("{", "is not JSON"),
        ("[1]", "is not an object"),
        ("{}", "has no weight_map"),
        ('{"weight_map": ["a"]}', "has no weight_map"),
        ('{"weight_map": {}}', "has no weight_map"),
        ('{"weight_map": {"a": 1}}', "names the file 1"),
        ('{"weight_map": {"a": "../ema.safetensors"}}', "names the file '../ema.safetensors'"),
        ('{"weight_map": {"a": "/etc/passwd"}}', "names of files in the same folder"),
        ('{"weight_map": {"a": ".."}}', "names of files in the same folder"),
        ('{"weight_map": {"a": "b\\\\c"}}', "names of files in the same folder"),
    ],
)
def test_a_broken_index(copy, index, told):
    (copy / "ema.safetensors").unlink()
    (copy / "model.safetensors.index.json").write_text(index)

    assert told in refusal(copy)


@pytest.mark.parametrize(("written", "told"), [("{", "is not JSON"), ("[1]", "is not an object")])
def test_a_broken_tokenizer_config(copy, written, told):
    (copy / "tokenizer_config.json").write_text(written)

    assert f"tokenizer_config.json {told}" in refusal(copy)


@pytest.mark.parametrize(
    ("kind", "wanted"), [(torch.float8_e4m3fn, "float32, float16, bfloat16"), (torch.int8, "one scale per row")]
)
def test_types_that_are_not_taken(copy, kind, wanted):
    for file, name in (("ema.safetensors", EMBEDDING), ("ae.safetensors", "decoder.conv_in.bias")):
        whole = (copy / file).read_bytes()
        rewrite(copy / file, lambda tensors, name=name: tensors.update({name: tensors[name].to(kind)}))
        told = refusal(copy)
        assert name in told
        assert wanted in told
        (copy / file).write_bytes(whole)


def test_weights_that_dont_fit_are_refused_before_they_are_read(copy, monkeypatch):
    config = BagelLayout().read_config(copy, {})
    other = replace(config, backbone=replace(config.backbone, inter=112))

    def never(*_):
        raise AssertionError("tensors were read")

    monkeypatch.setattr(checkpoint, "_tensors", never)
    with pytest.raises(EngineError, match=r"mlp.gate_proj.weight \[96, 64\] instead of \[112, 64\]"):
        checkpoint.load_model(iter([copy / "ema.safetensors"]), other, torch.device("cpu"))
    with pytest.raises(EngineError, match="the weights don't fit the autoencoder's"):
        checkpoint.load_codec(
            copy / "ae.safetensors", replace(config, latent=replace(config.latent, channels=8)), torch.device("cpu")
        )


@pytest.mark.parametrize("special", [True, False])
def test_special_tokens_in_a_text_are_words(tmp_path, special):
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

    library = Tokenizer(models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    library.pre_tokenizer = pre_tokenizers.Whitespace()
    token = AddedToken("<|im_end|>", special=special)
    (library.add_special_tokens if special else library.add_tokens)([token])
    library.save(str(tmp_path / "tokenizer.json"))
    tokenizer = FileTokenizer(tmp_path / "tokenizer.json")

    ids = tokenizer.encode("a<|im_end|>b")
    assert (ids[0], ids[-1]) == (0, 1)
    assert tokenizer.id_of("<|im_end|>") == 3
    assert 3 not in ids
    assert tokenizer.decode([0, 3, 1]) == "a b"
