"""Training itself: runs stop and go on exactly, the model learns, and what it learns is what a session draws."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from agentvid.errors import EngineError, InputError, SettingsError
from agentvid.models.mot import Unified
from agentvid.models.mot.compact_codec import CompactCodec
from agentvid.models.mot.config import LatentConfig
from agentvid.models.mot.denoise import Denoiser
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.latents import latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.positions import table_2d
from agentvid.models.mot.prompts import SystemPrompts
from agentvid.models.mot.sampling import Job
from agentvid.models.mot.tokenizer import FileTokenizer
from agentvid.models.mot.training import Draws, Noisy, Text, pack, packed_rows
from agentvid.train.codec import CodecTrainee
from agentvid.train.frames import Frames, sample_frame
from agentvid.train.loop import Budget, run
from agentvid.train.mot import MotTrainee, initialise
from agentvid.train.recipe import LATENT, VISION, config_of
from agentvid.train.records import Records, sample_record
from agentvid.train.samples import Sampler
from agentvid.train.shelves import make_shelf
from agentvid.train.state import load_state
from agentvid.train.tower import TowerTrainee
from agentvid.train.vocabulary import corpus, make_tokenizer

WORDS = "one large red cube at left front; camera from the front, middle"


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "tokenizer.json"
    make_tokenizer(path, corpus(20))
    return FileTokenizer(path)


@pytest.fixture(scope="module")
def frames():
    made = [sample_frame(0, index) for index in range(8)]
    return Frames(np.stack([pixels for pixels, _ in made]), np.stack([cells for _, cells in made]))


def fresh(tokenizer) -> Unified:
    config = config_of("test")
    model = MoT(config)
    initialise(model)
    torch.manual_seed(0)
    return Unified(model, latent_codec(config.latent).eval(), tokenizer, SystemPrompts("", ""))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, tokenizer):
    made = tuple(sample_record("still", 0, index) for index in range(4))
    records = Records("still", made, np.stack([record.render() for record in made]))
    return make_shelf(records, fresh(tokenizer).codec, tmp_path_factory.mktemp("shelf"), "a")


def trainee(tokenizer, shelf, rows=600):
    unified = fresh(tokenizer)
    sampler = Sampler(shelf, tokenizer)
    return MotTrainee(unified, sampler, sampler, rows=rows)


def test_a_broken_run_ends_where_an_unbroken_one_does(tmp_path, tokenizer, shelf):
    whole = trainee(tokenizer, shelf)
    run(whole, tmp_path / "whole", Budget(steps=4, warm=2))
    run(trainee(tokenizer, shelf), tmp_path / "broken", Budget(steps=2, warm=2))
    resumed = trainee(tokenizer, shelf)
    assert run(resumed, tmp_path / "broken", Budget(steps=4, warm=2)) == 4
    first, second = (load_state(tmp_path / name / "state.safetensors")[0] for name in ("whole", "broken"))
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name]), name


def test_a_run_can_be_stopped_at_any_step_and_keeps_its_state(tmp_path, tokenizer, shelf):
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    assert run(trainee(tokenizer, shelf), tmp_path, Budget(steps=100), cancelled=cancelled) == 3
    assert load_state(tmp_path / "state.safetensors")[1]["step"] == 3
    lines = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == 3 and "mse_edit" in lines[-1]
    assert (tmp_path / "sheet.png").is_file()
    page = (tmp_path / "curves.html").read_text()
    assert "mse_edit" in page and "data:image/png;base64," in page


def test_an_interrupt_between_steps_saves_the_state(tmp_path, tokenizer, shelf):
    asked = []

    def interrupted() -> bool:
        asked.append(1)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        run(trainee(tokenizer, shelf), tmp_path, Budget(steps=9), cancelled=interrupted)
    assert load_state(tmp_path / "state.safetensors")[1]["step"] == 2


def test_half_a_step_is_never_saved(tmp_path, tokenizer, shelf):
    run(trainee(tokenizer, shelf), tmp_path, Budget(steps=1))
    subject = trainee(tokenizer, shelf)
    step = subject.step

    def broken(number, pace):
        step(number, pace)
        raise KeyboardInterrupt

    subject.step = broken
    with pytest.raises(KeyboardInterrupt):
        run(subject, tmp_path, Budget(steps=9))
    assert load_state(tmp_path / "state.safetensors")[1]["step"] == 1


def test_a_state_of_other_making_is_not_gone_on_from(tmp_path, tokenizer, shelf):
    run(trainee(tokenizer, shelf), tmp_path, Budget(steps=1), facts={"encoder": "one"})
    with pytest.raises(SettingsError, match="'one', not 'other'"):
        run(trainee(tokenizer, shelf), tmp_path, Budget(steps=2), facts={"encoder": "other"})
    assert load_state(tmp_path / "state.safetensors")[1] == {"encoder": "one", "step": 1}


def test_two_runs_in_one_folder_are_refused(tmp_path, tokenizer, shelf):
    def second() -> bool:
        with pytest.raises(InputError, match="another training"):
            run(trainee(tokenizer, shelf), tmp_path, Budget(steps=1))
        return True

    assert run(trainee(tokenizer, shelf), tmp_path, Budget(steps=5), cancelled=second) == 0


@pytest.mark.parametrize("wrong", [{}, {"minutes": 0}, {"steps": 4, "decay": 2}])
def test_a_budget_says_when_to_stop(wrong):
    with pytest.raises(InputError):
        Budget(**wrong)


@pytest.mark.slow
def test_the_model_learns(tokenizer, shelf):
    subject = trainee(tokenizer, shelf, rows=1200)
    before = subject.measure()
    for number in range(30):
        subject.step(number, min(1.0, (number + 1) / 5))
    after = subject.measure()
    assert after["mse_text_to_image"] < 0.9 * before["mse_text_to_image"]
    assert after["ce_caption"] < 0.6 * before["ce_caption"]


def test_what_is_trained_is_what_a_session_draws(tokenizer, shelf):
    unified = fresh(tokenizer)
    with torch.no_grad():
        unified.model.llm2vae.weight.normal_(std=0.1, generator=torch.Generator().manual_seed(0))
    drawn_edits = (Sampler(shelf, tokenizer).draw("edit", np.random.default_rng(seed)) for seed in range(99))
    sample = next(edit for edit in drawn_edits if len(edit.elements) == 8)
    *shown, words, thought, noisy, again, third, fourth = sample.elements
    assert again is noisy and third is noisy and fourth is noisy
    assert isinstance(words, Text) and isinstance(thought, Text) and isinstance(noisy, Noisy)
    packed = pack(unified.config, unified.ids, [sample])
    noise, time = torch.randn(64, 32, generator=torch.Generator().manual_seed(1)), 0.7
    times, noises = torch.tensor([time, 0.3, 0.5, 0.9]), torch.cat([torch.zeros(64, 32), noise, torch.randn(192, 32)])
    drawn = Draws.of(packed, times, noises)
    with torch.no_grad():
        trained = unified.model.velocity(packed_rows(unified.model, packed, drawn, attend="samples")[-256:-192])

    session = unified.session()
    index = next(i for i in range(4) if torch.equal(shelf.latents[i, 0].float()[:, None], shown[0].latents))
    session.look(shelf.records.pixels[index, 0])
    session.read(tokenizer.decode(list(words.ids)))
    session.read(tokenizer.decode(list(thought.ids)), as_thought=True)
    clean = to_rows(noisy.latents, (1, 1, 1))
    mixed = (1 - time) * clean + time * noise
    job = Job(session.branches, (1, 8, 8), noise)
    denoiser = Denoiser(unified.model, [job], unified.wrappers(), Guidance(text_scale=1.0))
    with torch.no_grad():
        found = denoiser.predict([mixed], time, full_only=True)[0][0]
    error = (found - trained).norm() / trained.norm()
    assert error < 2e-3  # the shelf keeps latents in half precision


def test_the_codec_learns_and_keeps_its_statistics(frames, tmp_path):
    torch.manual_seed(0)
    codec = CompactCodec(LATENT)
    subject = CodecTrainee(codec, frames, frames)
    before = subject.measure()["psnr"]
    for number in range(4):
        subject.step(number, 0.5)
    assert subject.measure()["psnr"] > before
    assert subject.sheet().shape == (256, 1024, 3)
    subject.finish(frames=8)
    latents = codec.encode(torch.from_numpy(frames.pixels).permute(3, 0, 1, 2).float() / 127.5 - 1)
    assert latents.shape == (32, 8, 8, 8)
    assert latents.mean().abs() < 0.05 and abs(latents.std() - 1) < 0.1


def test_only_the_decoder_can_go_on(frames):
    torch.manual_seed(0)
    codec = CompactCodec(LATENT)
    encoder = {name: tensor.clone() for name, tensor in codec.encoder.state_dict().items()}
    subject = CodecTrainee(codec, frames, frames, encoder=False)
    subject.step(0, 1.0)
    subject.finish()
    assert all(torch.equal(tensor, encoder[name]) for name, tensor in codec.encoder.state_dict().items())


def test_the_compact_codec_is_saved_and_loaded_in_the_published_layout(tmp_path, tokenizer):
    unified = fresh(tokenizer)
    with torch.no_grad():
        unified.codec.latent_mean.normal_(generator=torch.Generator().manual_seed(2))
    unified.save_pretrained(tmp_path)
    loaded = Unified.from_pretrained(tmp_path)
    assert loaded.config == unified.config
    pixels = torch.rand(3, 2, 128, 128) * 2 - 1
    assert torch.equal(loaded.codec.encode(pixels), unified.codec.encode(pixels))
    assert loaded.codec.decode(loaded.codec.encode(pixels)).shape == pixels.shape
    assert loaded.tokenizer.encode(WORDS) == tokenizer.encode(WORDS)


def test_a_codec_whose_levels_do_not_fit_is_refused():
    with pytest.raises(Exception, match="levels"):
        LatentConfig(codec="compact", down=8, width=64, multipliers=(1, 2, 3))


def test_the_eye_learns_what_stands_where(frames):
    subject = TowerTrainee(VISION, frames, frames)
    first = subject.step(0, 0.1)["loss"]
    for number in range(1, 12):
        last = subject.step(number, 0.5)["loss"]
    assert last < 0.8 * first
    assert set(subject.measure()) == {"cells", "cells_solid"}
    assert subject.sheet().shape == (256, 1024, 3)


def test_a_state_of_another_kind_is_refused(tmp_path, frames):
    (tmp_path / "state.safetensors").write_bytes(b"nothing")
    with pytest.raises(EngineError):
        run(TowerTrainee(VISION, frames, frames), tmp_path, Budget(steps=1))


def test_the_rows_of_small_pictures_can_be_told_apart(tokenizer):
    """The published base leaves two thirds of the channels the same on eight rows: such a model learns no places."""
    model = fresh(tokenizer).model
    for table in (model.latent_pos_embed.pos_embed, model.vit_pos_embed.pos_embed):
        assert (table.std(dim=0) > 0.2).float().mean() > 0.95
    assert (table_2d(64, 8, 8).std(dim=0) > 0.2).float().mean() < 0.6


def test_tables_survive_saving(tokenizer, tmp_path):
    unified = fresh(tokenizer)
    unified.save_pretrained(tmp_path, int8=True)
    loaded = Unified.from_pretrained(tmp_path)
    assert torch.equal(loaded.model.latent_pos_embed.pos_embed, unified.model.latent_pos_embed.pos_embed)
    assert loaded.config.positions.table_base == unified.config.positions.table_base
