"""A world of one's own: its description is what is rendered, and from it, or from clips, come weights to use."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from agentvid.cli.app import run_app
from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.small import SmallEngine
from agentvid.engines.small.weights import SHIPPED, find_small
from agentvid.errors import InputError
from agentvid.media.types import Image, Video
from agentvid.models.mot.training import Clip, Look
from agentvid.samples import CITY
from agentvid.store.objects import ObjectStore
from agentvid.train.course import Course
from agentvid.train.own import ClipSampler, fine_tune
from agentvid.train.own_data import WINDOW, clip_data, frames_of, world_data
from agentvid.train.shelves import make_shelf
from agentvid.world.own import OwnWorld, read_world
from agentvid.world.physics import Drop, Laws
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, Scene, Solid

TOLD = """
objects = ["red cone", "green cube"]
sizes = ["small"]
most_solids = 2
[colours]
red = "#e85d9e"
[light]
elevation_deg = 30
[physics]
gravity = 3.7
bounce = 1.5
"""


@pytest.fixture
def world(tmp_path):
    path = tmp_path / "world.toml"
    path.write_text(TOLD, encoding="utf-8")
    return read_world(path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "city.mp4").write_bytes(CITY.read_bytes())
    (tmp_path / "clips" / "notes.txt").write_text("no clip")
    return tmp_path / "clips"


def test_a_world_is_what_its_description_says(world):
    rng = np.random.default_rng(0)
    scenes = [world.sample_scene(rng) for _ in range(40)]
    seen = {(solid.colour, solid.shape, solid.size) for scene in scenes for solid in scene.solids}
    assert seen == {("red", "cone", "small"), ("green", "cube", "small")}
    assert {len(scene.solids) for scene in scenes} == {1, 2}
    assert all(scene.light.elevation_deg == 30 for scene in scenes)
    assert world.laws == Laws(gravity=3.7, bounce=1.5) and world.digest != OwnWorld().digest


def test_colours_and_laws_are_seen(world):
    cone = Scene((Solid(2, 2, "cone", "red", "large"),), Camera())
    usual, own = render_scene(cone).rgb[60, 64].astype(int), world.render(cone)[60, 64].astype(int)
    assert own[2] > usual[2] + 40, "pink has blue in it"
    drop, usual_world = Drop(cone.solids[0]), OwnWorld()
    fast, slow = (each.simulate(cone, drop).poses[:, 0, 2] for each in (usual_world, world))
    assert (slow[1:4] > fast[1:4] + 0.01).all(), "it falls more slowly"
    assert (usual_world.render(cone) == render_scene(cone).rgb).all()


@pytest.mark.parametrize(
    "told",
    [
        "objects = ['red car']",
        "[colours]\nred = 'pink'",
        "[colours]\npink = '#ffffff'",
        "[physics]\ngravity = 0",
        "[light]\ncolour = 3",
        "most_solids = 9",
        "planets = 2",
        "objects = ",
    ],
)
def test_a_description_of_what_there_is_not_is_refused(told, tmp_path):
    path = tmp_path / "world.toml"
    path.write_text(told, encoding="utf-8")
    with pytest.raises(InputError):
        read_world(path)


def test_data_of_a_world_is_the_same_each_time_and_held_out_apart(world):
    one, two = (world_data(world, 10, 10) for _ in range(2))
    assert one.digest == two.digest and one.is_world
    assert one.stills is not None and one.held_stills is not None
    assert (one.stills.pixels[3, 2] == two.stills.pixels[3, 2]).all()
    assert one.stills.pixels.shape == (10, 3, 128, 128, 3) and one.clips.pixels.shape == (10, 16, 128, 128, 3)
    assert len(one.held_stills) == 4 and one.held_stills.records[0] != one.stills.records[0]
    record = one.stills.records[0]
    assert (one.stills.pixels[0, 1] == world.render(record.scenes[1])).all()
    assert len(frames_of(*one.pixels)) == 10 * 3 + 10 * 4


def test_windows_of_clips_hold_the_last_one_out(folder):
    data = clip_data(folder)
    assert not data.is_world and len(data.held_clips) == 1
    assert data.clips.pixels.shape[1:] == (WINDOW, 128, 128, 3)
    last = data.clips.pixels[len(data.clips) - 1, WINDOW - 1]
    assert all((data.held_clips.pixels[0, at] != last).any() for at in range(WINDOW))
    with pytest.raises(InputError, match="no clips"):
        clip_data(folder / "nothing")


def test_a_sample_of_a_clip_gives_four_frames_and_asks_for_some_more(folder, tmp_path):
    data, unified = clip_data(folder), Course(tmp_path / "course", "test").unified()
    sampler = ClipSampler(make_shelf(data.held_clips, unified.codec, tmp_path, "held"), unified.tokenizer)
    sample = sampler.draw("future", np.random.default_rng(0))
    *looks, _, film = sample.elements
    assert len(looks) == 4 and all(isinstance(each, Look) for each in looks)
    assert isinstance(film, Clip) and film.pinned == (0, 1, 2, 3) and film.loss
    assert film.latents.shape[1] > 4 and film.deltas[:3] == (1, 1, 1)


def test_weights_are_not_written_over_those_they_begin_from(world, tmp_path):
    with pytest.raises(InputError, match="begin from"):
        fine_tune(None, SHIPPED, world_data(world, 10, 10), tmp_path, steps=1)


@pytest.mark.parametrize("wrong", [[], ["--world", "a", "--clips", "b"], ["--world", "missing.toml"]])
def test_the_command_wants_one_kind_of_data(wrong, tmp_path, capsys):
    assert run_app(["train", "own", str(tmp_path / "mine"), *wrong, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["given"]


async def asked(tmp_path, monkeypatch, weights, task, thought="", **inputs):
    monkeypatch.setenv("AGENTVID_SMALL", str(weights))
    engine, store = SmallEngine(), ObjectStore(tmp_path / "home")
    packed = {name: pack(value(store) if callable(value) else value) for name, value in inputs.items()}
    return await engine.run(EngineRequest(task=task, inputs=packed, thought=thought), EngineContext(store=store)), store


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_world_of_ones_own_is_drawn_in_the_chat_after_some_steps(world, tmp_path, monkeypatch):
    out = tmp_path / "mine"
    data = world_data(world, 12, 10)
    document = fine_tune(None, out, data, tmp_path / "work", steps=2, rows=512)
    assert document["before"]["losses"].keys() == document["after"]["losses"].keys()
    assert all(np.isfinite(value) for value in document["after"]["psnr_db"].values())
    assert (tmp_path / "work" / "mot" / "curves.html").is_file() and (out / "own.png").is_file()
    small = find_small({"AGENTVID_SMALL": str(out)})
    assert not small.problem and small.knows_scenes
    assert all(claim.draft for claim in small.claims.values()) and "future_frames" in small.claims
    made, store = await asked(tmp_path, monkeypatch, out, "text_to_image", prompt="a small red cone at centre")
    assert store.image(made.get("image", Image)).shape == (128, 128, 3)
    assert any("draft" in told for told in made.warnings)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_clips_of_anything_go_on_in_the_chat_after_some_steps(folder, tmp_path, monkeypatch):
    out = tmp_path / "mine"
    torch.manual_seed(0)
    document = fine_tune(None, out, clip_data(folder), tmp_path / "work", steps=3, rows=512)
    assert set(document["after"]["psnr_db"]) == {"next frames", "its codec", "last frame repeated"}
    small = find_small({"AGENTVID_SMALL": str(out)})
    assert not small.problem and not small.knows_scenes and set(small.claims) == {"future_frames"}
    made, _ = await asked(
        *(tmp_path, monkeypatch, out, "future_frames"),
        video=lambda store: store.put_video(iter(np.full((20, 90, 160, 3), 80, np.uint8)), 10.0),
        seconds=0.5,
        thought="Continue the clip from its last frame.",
    )
    assert made.get("future", Video).frames == 4 and made.get("video", Video).width == 128
    assert any("fine-tuned on clips" in told for told in made.warnings)
    assert made.get("trust_seconds", float) == 0
