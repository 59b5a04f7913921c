"""The course from nothing to weights, and its command line, on the smallest amounts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from agentvid.cli.app import run_app
from agentvid.errors import SettingsError
from agentvid.models.mot import Unified
from agentvid.train import course as course_module
from agentvid.train import frames as frames_module
from agentvid.train import records as records_module
from agentvid.train.course import Amounts, Course
from agentvid.train.frames import sample_frame
from agentvid.train.loop import Budget
from agentvid.train.shelves import encoder_digest
from agentvid.train.state import load_state

LITTLE = Amounts(frames=6, held_out_frames=4, stills=3, held_out_stills=2, clips=0, texts=10, walks=0, turntables=0)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(frames_module, "PER_SHARD", 4)
    monkeypatch.setitem(records_module.PER_SHARD, "still", 2)
    monkeypatch.setattr(frames_module, "ProcessPoolExecutor", InProcess)
    monkeypatch.setattr(records_module, "ProcessPoolExecutor", InProcess)


class InProcess:
    """A pool that works here: what a test replaces is not replaced in other processes."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def map(self, function, jobs):
        return map(function, jobs)


def test_parts_want_what_comes_before_them(tmp_path, monkeypatch):
    monkeypatch.setattr(course_module, "SHIPPED", tmp_path / "nothing")
    course = Course(tmp_path, "test", amounts=LITTLE)
    with pytest.raises(SettingsError, match="eye"):
        course.mot(Budget(steps=1))
    with pytest.raises(SettingsError, match="autoencoder"):
        course.codec(Budget(steps=1), decoder_only=True)
    with pytest.raises(SettingsError, match="model"):
        course.export(tmp_path / "out")


def test_without_parts_of_its_own_a_folder_takes_those_that_ship(tmp_path):
    course = Course(tmp_path, "test", amounts=LITTLE)
    unified = course.unified()
    shipped = Course(tmp_path / "other", "test", amounts=LITTLE).unified()
    assert encoder_digest(unified.codec) == encoder_digest(shipped.codec)
    assert (tmp_path / "tokenizer.json").read_bytes() == (course_module.SHIPPED / "tokenizer.json").read_bytes()
    frames = sample_frame(5, 1)[0], sample_frame(5, 2)[0]
    pixels = torch.from_numpy(np.stack(frames)).permute(3, 0, 1, 2).float() / 127.5 - 1
    rebuilt = unified.codec.decode(unified.codec.encode(pixels)).clamp(-1, 1)
    assert 10 * torch.log10(4 / (rebuilt - pixels).square().mean()) > 30
    sizes = [path.stat().st_size for path in course_module.SHIPPED.iterdir()]
    assert max(sizes) < 13 * 2**20


def test_the_same_seed_begins_with_the_same_weights(tmp_path):
    states = []
    for name in ("one", "other"):
        torch.manual_seed(len(states))
        Course(tmp_path / name, "test", amounts=LITTLE).codec(Budget(steps=1))
        states.append(load_state(tmp_path / name / "ae" / "state.safetensors")[0])
    assert all(torch.equal(tensor, states[1][key]) for key, tensor in states[0].items())


@pytest.mark.slow
def test_from_nothing_to_weights_and_on_from_them(tmp_path):
    told = []
    course = Course(tmp_path, "test", amounts=LITTLE, told=lambda part, report: told.append(part))
    course.codec(Budget(steps=1))
    course.tower(Budget(steps=1))
    course.mot(Budget(steps=2, warm=1))
    assert {"frames", "ae", "tower", "records", "mot"} <= set(told)
    exported = course.export(tmp_path / "out")
    loaded = Unified.from_pretrained(tmp_path / "out")
    assert loaded.model.dtype == torch.float32
    picture = course_module.make_frames(tmp_path / "frames", 1).pixels[0]
    session = loaded.session()
    session.look(picture)
    assert session.draw(seed=1).image.shape == (128, 128, 3)
    assert exported.config == loaded.config

    elsewhere = Course(tmp_path / "elsewhere", "test", amounts=LITTLE)
    elsewhere.mot(Budget(steps=1, warm=10), start=tmp_path / "out")
    gone_on = elsewhere.export(tmp_path / "out2")
    assert encoder_digest(gone_on.codec) == encoder_digest(loaded.codec)
    assert gone_on.tokenizer.encode("一个红色大方块") == loaded.tokenizer.encode("一个红色大方块")
    with pytest.raises(SettingsError, match="is there already"):
        elsewhere.mot(Budget(steps=2), start=tmp_path / "out")
    now = load_state(tmp_path / "elsewhere" / "mot" / "state.safetensors")[0]
    name = "language_model.model.layers.0.mlp.up_proj.weight"
    began = loaded.model.state_dict()[name]
    assert 0 < (now[f"now.{name}"] - began).abs().max() < 0.02
    assert np.isfinite(now[f"muon.{name}"].numpy()).all()


@pytest.mark.parametrize(
    "wrong",
    [
        ["train", "mot", "--json"],
        ["train", "ae", "--minutes", "1", "--size", "huge", "--json"],
        ["train", "ae", "--steps", "1", "--device", "tpu", "--json"],
        ["train", "tower", "--minutes", "0", "--json"],
    ],
)
def test_bad_command_lines_are_told(wrong, tmp_path, capsys):
    assert run_app([*wrong, "--folder", str(tmp_path)]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["given"]


def test_an_export_without_a_model_says_what_to_run(tmp_path, capsys):
    code = run_app(["train", "export", str(tmp_path / "out"), "--folder", str(tmp_path), "--json"])
    told = json.loads(capsys.readouterr().out)["error"]
    assert code != 0 and "train mot" in told["do"]
    assert not (tmp_path / "out").exists()
