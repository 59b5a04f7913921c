"""Which checkpoints the diffusion engine takes, what it says of them, and how it fits sizes; nothing is drawn here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.diffusion import DiffusionEngine
from agentvid.engines.diffusion.checkpoint import find_checkpoint, named_checkpoints
from agentvid.engines.diffusion.profile import Profile
from agentvid.engines.diffusion.sizes import covering, fit_frames, fit_size
from agentvid.errors import CallError, EngineError, SettingsError, ToolFailed

TI2V = "text_to_video", "image_to_video", "text_to_image"
PROFILE = Profile(
    name="any",
    pipelines={},
    fps=24.0,
    frame_step=4,
    most_frames=121,
    stride=32,
    size=(1280, 704),
    max_pixels=1280 * 704,
    steps=50,
    guidance=5.0,
    negative_prompt="",
    prompt_tokens=512,
    arguments={},
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    from diffusion_checkpoint import save

    root = tmp_path_factory.mktemp("diffusion")
    return {kind: save(root / kind, kind) for kind in ("t2v", "ti2v", "i2v", "two")}


@pytest.fixture
def copy(folders, tmp_path) -> Path:
    return Path(shutil.copytree(folders["ti2v"], tmp_path / "copy"))


async def ask(engine, store):
    request = EngineRequest(task="text_to_video", inputs={"prompt": pack("a cat"), "seconds": pack(0.2)})
    return await engine.run(request, EngineContext(store))


# ---------------------------------------------------------------- what it says of itself


async def test_without_a_checkpoint_it_says_how_to_get_one(store):
    engine = DiffusionEngine()

    assert engine.status().state == "needs weights"
    assert "AGENTVID_DIFFUSION" in engine.status().how
    assert "hf download Wan-AI/Wan2.2-TI2V-5B-Diffusers" in engine.status().how
    assert engine.weights == ""
    assert {capability.task for capability in engine.capabilities()} == set(TI2V)
    with pytest.raises(SettingsError, match="AGENTVID_DIFFUSION"):
        await ask(engine, store)


@pytest.mark.parametrize(
    ("kind", "name", "tasks", "fps", "stride", "seconds"),
    [
        ("t2v", "Wan 2.1 T2V", {"text_to_video", "text_to_image"}, 16.0, 16, 81 / 16),
        ("two", "Wan 2.2 T2V", {"text_to_video", "text_to_image"}, 16.0, 16, 81 / 16),
        ("i2v", "Wan 2.1 I2V", {"image_to_video"}, 16.0, 16, 81 / 16),
        ("ti2v", "Wan 2.2 TI2V", set(TI2V), 24.0, 32, 121 / 24),
    ],
)
def test_a_checkpoint_says_what_it_bears(folders, kind, name, tasks, fps, stride, seconds):
    engine = DiffusionEngine(str(folders[kind]))
    borne = {capability.task: capability for capability in engine.capabilities()}

    assert engine.status().state == "unproven"
    assert name in engine.status().how
    assert borne.keys() == tasks
    for task, capability in borne.items():
        assert capability.licence == "apache-2.0"
        assert f"multiples of {stride}" in capability.note
        if task != "text_to_image":
            assert (capability.fps, capability.frame_rule, capability.max_seconds) == ((fps,), "4k+1", seconds)


def test_the_first_of_several_checkpoints_that_bears_a_task_does_it(folders, monkeypatch):
    sources = [str(folders["t2v"]), "/nowhere/at/all", str(folders["i2v"])]
    monkeypatch.setenv("AGENTVID_DIFFUSION", os.pathsep.join(sources))
    engine = DiffusionEngine()
    notes = {capability.task: capability.note for capability in engine.capabilities()}

    assert named_checkpoints() == tuple(sources)
    assert "T2V" in notes["text_to_video"] and "I2V" in notes["image_to_video"]
    assert engine.status().state == "unproven"
    assert "'/nowhere/at/all' is no folder" in engine.status().how
    assert len({engine.weights, DiffusionEngine(sources[0]).weights, DiffusionEngine(sources[2]).weights}) == 3


def test_memory_is_counted_from_the_weights(folders):
    from safetensors import safe_open

    checkpoint = find_checkpoint(str(folders["ti2v"]))
    counted = {}
    for file in folders["ti2v"].rglob("*.safetensors"):
        with safe_open(file, "np") as opened:
            counted[file.parent.name] = sum(int(np.prod(opened.get_slice(n).get_shape())) for n in opened.keys())  # noqa: SIM118

    assert checkpoint.parts == counted
    whole, largest = checkpoint.bytes_needed(2)
    assert whole == sum(count * (4 if name == "vae" else 2) for name, count in counted.items())
    assert largest == max(count * (4 if name == "vae" else 2) for name, count in counted.items())


def test_a_card_tells_the_licence(copy):
    (copy / "README.md").write_text("---\nlicense: other\nlicense_name: own-1\nlicense_link: https://a.b/c\n---\n")
    assert find_checkpoint(str(copy)).licence == "other own-1 https://a.b/c"
    for broken in ("no head", "---\n: : [\n---\n", "---\n- a\n---\n"):
        (copy / "README.md").write_text(broken)
        assert find_checkpoint(str(copy)).licence.startswith("not stated")
    (copy / "README.md").unlink()
    assert find_checkpoint(str(copy)).licence.startswith("not stated")


def test_making_it_loads_no_heavy_library(folders):
    code = (
        "import sys; from agentvid.engines.diffusion import DiffusionEngine as E; e = E(sys.argv[1]); e.status();"
        "e.capabilities(); print([name for name in ('torch', 'diffusers', 'transformers') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(folders["ti2v"])], capture_output=True, text=True, check=True
    )

    assert ended.stdout.strip() == "[]"


# ---------------------------------------------------------------- what is wrong with one


def change_index(folder: Path, **values: object) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | values))


def remove(*names: str):
    return lambda folder: [(folder / name).unlink() for name in names]


def only_pickles(folder: Path) -> None:
    weights = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))


def lost_shard(folder: Path) -> None:
    weights = folder / "text_encoder" / "model.safetensors"
    weights.rename(weights.with_name("model-00001-of-00002.safetensors"))
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (folder / "text_encoder" / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))


@pytest.mark.parametrize(
    ("spoil", "told", "do"),
    [
        (remove("model_index.json"), "not in the layout of diffusers", "-Diffusers"),
        (lambda f: change_index(f, _class_name="FooPipeline"), "is a FooPipeline, a family", "WanPipeline"),
        (lambda f: change_index(f, vae=["my_code", "Vae"]), "code of its own for vae", "diffusers and transformers"),
        (lambda f: shutil.rmtree(f / "tokenizer"), "lacks tokenizer", "download it whole"),
        (only_pickles, "lacks transformer/diffusion_pytorch_model.safetensors", ".bin or .pth files are not loaded"),
        (lost_shard, "lacks text_encoder/model-00002-of-00002.safetensors", "download it whole"),
        (remove("vae/config.json"), "can't be read", "hf download"),
        (lambda f: (f / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"\xff" * 99), "cut off", "hf"),
        (lambda f: (f / "model_index.json").write_text("[]"), "can't be read", "hf download"),
    ],
    ids=["index", "family", "code", "part", "pickle", "shard", "config", "weights", "broken"],
)
def test_a_checkpoint_that_can_not_be_used_says_why_and_what_to_do(copy, spoil, told, do):
    spoil(copy)
    engine = DiffusionEngine(str(copy))

    assert engine.status().state == "needs weights"
    assert told in engine.status().how
    assert do in engine.status().how
    assert engine.weights == ""


@pytest.mark.parametrize(("source", "told"), [("nowhere/at/all", "is no folder"), ("no-one/nothing", "not downloaded")])
def test_a_checkpoint_that_is_not_there_is_told(source, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))

    assert told in DiffusionEngine(source).status().how


async def test_weights_of_another_shape_are_no_checkpoint(copy, store):
    config = copy / "transformer" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"ffn_dim": 64}))

    with pytest.raises(EngineError) as told:
        await ask(DiffusionEngine(str(copy), device="cpu"), store)
    assert told.value.code == "bad_checkpoint"


async def test_too_little_memory_to_load_it_is_no_fault_of_the_checkpoint(copy, store, monkeypatch):
    from agentvid.engines.diffusion import loading

    class Large:
        @staticmethod
        def from_pretrained(*told, **named):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    monkeypatch.setattr(loading, "_class", lambda kind: Large)
    with pytest.raises(ToolFailed, match="memory does not suffice"):
        await ask(DiffusionEngine(str(copy), device="cpu"), store)


async def test_only_safetensors_of_this_machine_are_asked_for(copy, store, monkeypatch):
    import diffusers

    asked, load = [], diffusers.WanPipeline.from_pretrained
    told = staticmethod(lambda *told, **named: (asked.append(named), load(*told, **named))[1])
    monkeypatch.setattr(diffusers.WanPipeline, "from_pretrained", told)
    request = {"prompt": "a cat", "seconds": 0.2, "width": 32.0, "height": 32.0, "steps": 1.0}
    packed = {name: pack(value) for name, value in request.items()}
    engine = DiffusionEngine(str(copy), device="cpu")
    await engine.run(EngineRequest(task="text_to_video", inputs=packed), EngineContext(store))

    assert asked[0]["use_safetensors"] and asked[0]["local_files_only"] and not asked[0]["trust_remote_code"]


async def test_a_checkpoint_that_changed_is_not_used_under_its_old_name(copy, store):
    engine = DiffusionEngine(str(copy), device="cpu")
    change_index(copy, expand_timesteps=False)

    with pytest.raises(EngineError, match="have changed"):
        await ask(engine, store)


def test_checkpoints_of_one_shape_have_other_digests(folders, copy, tmp_path):
    from diffusion_checkpoint import save

    first = find_checkpoint(str(folders["ti2v"])).digest()

    assert find_checkpoint(str(copy)).digest() == first
    assert find_checkpoint(str(save(tmp_path / "other", "ti2v", seed=1))).digest() != first
    scheduler = copy / "scheduler" / "scheduler_config.json"
    scheduler.write_text(scheduler.read_text().replace('"flow_shift": 3.0', '"flow_shift": 5.0'))
    assert find_checkpoint(str(copy)).digest() != first


# ---------------------------------------------------------------- memory


class Placed:
    """A pipeline that notes what is done with it."""

    def __init__(self):
        self.done = []
        self.vae = self

    def __getattr__(self, name):
        return lambda *told, **named: self.done.append((name, *map(str, told), *map(str, named.values())))


@pytest.mark.parametrize(
    ("memory", "done"),
    [
        ("whole", [("to", "cuda:1")]),
        ("model", [("enable_tiling",), ("enable_model_cpu_offload", "cuda:1")]),
        ("sequential", [("enable_tiling",), ("enable_sequential_cpu_offload", "cuda:1")]),
    ],
)
def test_a_pipeline_is_placed_as_asked_for_and_that_is_told(memory, done):
    import torch

    from agentvid.engines.diffusion.loading import place

    pipeline = Placed()
    told = place(pipeline, torch.device("cuda:1"), memory)

    assert pipeline.done == done
    assert ("in tiles" in told) == (memory != "whole")


# ---------------------------------------------------------------- sizes and frames


@given(some.floats(1, 8192), some.floats(1, 8192))
def test_sides_are_whole_strides_within_the_most_pixels(width, height):
    for size in (fit_size(width, height, PROFILE), fit_size(None, None, PROFILE, (round(width), round(height)))):
        assert all(side >= 32 and side % 32 == 0 for side in size)
        assert size[0] * size[1] <= PROFILE.max_pixels


@given(some.floats(0.001, 100))
def test_frames_follow_the_rule_and_are_the_nearest(seconds):
    frames = fit_frames(seconds, PROFILE)

    assert frames % 4 == 1 and 5 <= frames <= 121
    assert abs(frames - seconds * 24) <= 2 or frames in (5, 121)


def test_a_size_that_fits_is_taken_and_a_missing_side_follows_the_family():
    assert fit_size(None, None, PROFILE) == (1280, 704)
    assert fit_size(640, 352, PROFILE) == (640, 352)
    assert fit_size(640, None, PROFILE) == fit_size(None, 352, PROFILE) == (640, 352)
    assert fit_size(4000, 4000, PROFILE) == (928, 928)
    assert fit_size(None, None, PROFILE, (600, 400)) == (1152, 768)
    assert fit_size(None, 384, PROFILE, (600, 400)) == (576, 384)
    for wrong in (lambda: fit_size(0.5, 1, PROFILE), lambda: fit_frames(0, PROFILE)):
        with pytest.raises(CallError):
            wrong()


def test_a_picture_is_cut_around_its_middle():
    picture = np.zeros((40, 120, 3), np.uint8)
    picture[:, 40:80] = 255
    cut, told = covering(picture, 40, 40)

    assert (cut == 255).all()
    assert told == "the picture of 120x40 was scaled to 120x40 and cut to 40x40 around its middle"
    assert covering(picture, 60, 20)[1] == "the picture of 120x40 was scaled to 60x20"
    same, silent = covering(picture, 120, 40)
    assert same is picture and silent == ""
