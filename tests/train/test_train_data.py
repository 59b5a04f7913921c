"""Data of the small models: frames, records, shelves, samples, words."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from agentvid.errors import EngineError, InputError
from agentvid.models.mot.latents import latent_codec
from agentvid.models.mot.tokenizer import FileTokenizer
from agentvid.models.mot.training import Clean, Look, Noisy, Text
from agentvid.train import records as records_module
from agentvid.train.frames import CELLS, label_of, make_frames, sample_frame
from agentvid.train.mot import rows_of
from agentvid.train.recipe import LATENT
from agentvid.train.records import Records, make_records, sample_record
from agentvid.train.samples import Sampler, Stage, stage_at
from agentvid.train.shelves import encoder_digest, make_shelf
from agentvid.train.state import generator_at, load_state, save_state
from agentvid.train.tower import parts_of
from agentvid.train.vocabulary import corpus, make_tokenizer
from agentvid.world.language import read_thought
from agentvid.world.scene import COLOURS, SHAPES, SIZES, Camera, split_of


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "tokenizer.json"
    make_tokenizer(path, corpus(30))
    return FileTokenizer(path)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    made = tuple(sample_record("still", 0, index) for index in range(6))
    records = Records("still", made, np.stack([record.render() for record in made]))
    torch.manual_seed(0)
    return make_shelf(records, latent_codec(LATENT).eval(), tmp_path_factory.mktemp("shelf"), "a")


def test_a_frame_is_a_function_of_seed_and_number():
    pixels, cells = sample_frame(3, 7)
    again, _ = sample_frame(3, 7)
    assert np.array_equal(pixels, again)
    assert pixels.shape == (128, 128, 3) and cells.shape == (CELLS, CELLS)


def test_labels_are_read_back_in_parts():
    for shape, colour, size in [(0, 0, 0), (3, 7, 1), (2, 5, 0)]:
        cells = np.full((1, 1, 1), label_of(shape, colour, size), np.uint8)
        assert [int(part) for part in parts_of(cells)] == [shape + 1, colour + 1, size + 1]
    assert [int(part) for part in parts_of(np.zeros((1, 1, 1), np.uint8))] == [0, 0, 0]
    assert label_of(len(SHAPES) - 1, len(COLOURS) - 1, len(SIZES) - 1) == 64


def test_no_frames_are_refused(tmp_path):
    with pytest.raises(InputError):
        make_frames(tmp_path, 0)


@pytest.mark.parametrize("kind", ["still", "clip"])
def test_a_record_survives_its_json(kind):
    record = sample_record(kind, 1, 2)
    told = json.loads(json.dumps(records_module._to_json(record)))
    back = records_module._from_json(told)
    assert back.scenes == record.scenes
    assert back.edit == record.edit
    assert (back.clip is None) == (record.clip is None)
    if record.clip is not None:
        assert back.clip.events == record.clip.events
        assert np.array_equal(back.clip.poses, record.clip.poses)


def test_the_frames_of_a_still_record_are_of_its_scenes():
    record = sample_record("still", 0, 3)
    assert record.scenes[0].solids == record.scenes[1].solids
    assert record.scenes[0].camera == record.scenes[2].camera != record.scenes[1].camera
    assert record.scenes[2] == record.edit.after
    assert split_of(record.scenes[0]) == "train"


def test_records_are_kept_on_disk_whole(tmp_path, monkeypatch):
    monkeypatch.setitem(records_module.PER_SHARD, "still", 2)
    name = f"still-{records_module._fingerprint('still', 'light')}-train-3-0-0000.safetensors"
    records_module._render_shard((tmp_path / name, "still", 0, "train", 3, "light", 0))
    (tmp_path / f"{name}.1.partial").write_bytes(b"half")
    found = make_records(tmp_path, "still", 2)
    assert found.records == tuple(sample_record("still", 0, index) for index in range(2))
    assert np.array_equal(found.pixels[1], found.records[1].render())


def test_latents_are_made_once_for_an_encoder(tmp_path, shelf):
    torch.manual_seed(1)
    codec = latent_codec(LATENT).eval()
    first = make_shelf(shelf.records, codec, tmp_path, "x")
    with torch.no_grad():
        codec.decoder[0].bias.add_(1)
    assert len(list(tmp_path.iterdir())) == 1
    assert torch.equal(make_shelf(shelf.records, codec, tmp_path, "x").latents, first.latents)
    before = encoder_digest(codec)
    with torch.no_grad():
        codec.encoder[0].bias.add_(1)
    assert encoder_digest(codec) != before
    make_shelf(shelf.records, codec, tmp_path, "x")
    assert len(list(tmp_path.iterdir())) == 2


def test_words_of_the_world_are_tokens_and_all_text_comes_back(tokenizer):
    for text in [
        "一个红色大方块在左前；镜头在前方 +15°，高",
        "one large red cube at far left front",
        'żółw 🐢 {"a":1}\n',
    ]:
        assert tokenizer.decode(tokenizer.encode(text)) == text
    pieces = [tokenizer.decode([id]) for id in tokenizer.encode("一个红色大方块在最左前")]
    assert pieces == ["一", "个", "红色", "大", "方块", "在", "最左", "前"]


def words_of(sample, tokenizer):
    return [tokenizer.decode(list(e.ids)) for e in sample.elements if isinstance(e, Text)]


@pytest.mark.parametrize("task", ["text_to_image", "edit", "view", "caption", "question"])
def test_samples_are_as_the_model_meets_them(task, shelf, tokenizer):
    sampler = Sampler(shelf, tokenizer)
    kinds = set()
    for seed in range(40):
        sample = sampler.draw(task, np.random.default_rng(seed))
        kinds.add(tuple(type(e).__name__ for e in sample.elements))
        assert rows_of(sample) > 0
        if task in ("caption", "question"):
            assert [type(e) for e in sample.elements] == [Look, Text, Text]
            assert [e.loss for e in sample.elements[1:]] == [False, True]
            continue
        assert isinstance(sample.elements[-1], Noisy)
        seen = sum(isinstance(e, Clean | Look) for e in sample.elements)
        assert seen == (0 if task == "text_to_image" else 2)
        told = [e for e in sample.elements if isinstance(e, Text)]
        if any(e.loss for e in told):
            assert len(told) == 2 and told[1].loss
            read_thought(words_of(sample, tokenizer)[1])
    assert len(kinds) == (1 if task in ("caption", "question") else 3)


def test_a_plan_follows_its_message_and_is_made_once(shelf, tokenizer):
    sampler = Sampler(shelf, tokenizer)
    samples = [sampler.draw("plan", np.random.default_rng(seed)) for seed in range(6)]
    for sample in samples:
        assert [(type(e), e.loss) for e in sample.elements] == [(Text, False), (Text, True)]
        asked, plan = words_of(sample, tokenizer)
        assert asked.endswith("plan:")
        assert plan.split(":")[0] in ("generate_image", "edit_image", "novel_view", "describe", "ask")
    assert sampler.draw("plan", np.random.default_rng(0)) is samples[0]
    again = Sampler(shelf, tokenizer).draw("plan", np.random.default_rng(0))
    assert again.elements == samples[0].elements
    assert "plan" not in stage_at(0).mix and "plan" in stage_at(1200).mix


def test_a_thought_also_comes_after_another_prompt_or_none(shelf, tokenizer):
    sampler = Sampler(shelf, tokenizer)
    alone = contradicting = 0
    for seed in range(200):
        told = [e for e in sampler.draw("edit", np.random.default_rng(seed)).elements if isinstance(e, Text)]
        words = [tokenizer.decode(list(e.ids)) for e in told]
        if len(told) == 1 and words[0].startswith(("target", "added", "对象", "新增")):
            alone += 1
        if len(told) == 2 and not told[1].loss:
            contradicting += 1
    assert alone > 20 and contradicting > 20


def test_one_solid_and_one_camera_come_before_more(shelf, tokenizer):
    first, last = stage_at(0), stage_at(10_000)
    assert first.solids[2] == 0 < last.solids[2] and first.front > last.front
    sampler = Sampler(shelf, tokenizer)
    scenes = [record.scenes[0] for record in shelf.records.records]
    for solids, front in (((1.0, 0.0, 0.0), 0.0), ((0.0, 0.5, 0.5), 1.0)):
        sampler.stage = Stage(0, solids, front, {})
        drawn = [sampler._any(np.random.default_rng(seed))[0].scenes[0] for seed in range(20)]
        is_wanted = [
            bool(solids[min(len(scene.solids), 3) - 1]) and (not front or scene.camera == Camera()) for scene in scenes
        ]
        if any(is_wanted):
            assert all(is_wanted[scenes.index(scene)] for scene in drawn)


def test_a_state_is_whole_or_refused(tmp_path):
    path = tmp_path / "state.safetensors"
    save_state(path, {"a": torch.arange(3)}, {"step": 7})
    tensors, facts = load_state(path)
    assert facts == {"step": 7} and torch.equal(tensors["a"], torch.arange(3))
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(EngineError):
        load_state(path)


def test_random_numbers_hang_on_seed_and_step_alone():
    draws = {float(torch.rand(1, generator=generator_at(seed, step))) for seed in range(4) for step in range(50)}
    assert len(draws) == 200
    assert torch.equal(torch.rand(3, generator=generator_at(1, 2)), torch.rand(3, generator=generator_at(1, 2)))
