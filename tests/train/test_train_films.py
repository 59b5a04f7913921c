"""Clips that are trained on: records, frames that are chosen, samples; and that an engine draws what was trained."""

from __future__ import annotations

import json
from collections import Counter
from itertools import accumulate

import numpy as np
import pytest
import torch

from agentvid.models.mot import Unified
from agentvid.models.mot.denoise import Denoiser
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.latents import latent_codec
from agentvid.models.mot.model import MoT
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.prompts import SystemPrompts
from agentvid.models.mot.sampling import Job
from agentvid.models.mot.tokenizer import FileTokenizer
from agentvid.models.mot.training import Clean, Clip, Draws, Look, Text, pack, packed_rows
from agentvid.train import records as records_module
from agentvid.train.films import FILM_TASKS, KIND_OF, choose_frames
from agentvid.train.mapped import Mapped
from agentvid.train.mot import initialise
from agentvid.train.recipe import config_of
from agentvid.train.records import BARE_MAP, MAP, OTHER_MAP, Records, make_records, sample_record
from agentvid.train.samples import Sampler, has_films, stage_at
from agentvid.train.shelves import make_shelf
from agentvid.train.vocabulary import corpus, make_tokenizer
from agentvid.world.film import GIVEN, TURN_FRAMES, WALK_FRAMES
from agentvid.world.language import Course, Tour, read_thought
from agentvid.world.walk import map_with_path, sample_return, walk


@pytest.fixture(scope="module")
def unified(tmp_path_factory):
    path = tmp_path_factory.mktemp("words") / "tokenizer.json"
    make_tokenizer(path, corpus(20))
    config = config_of("test")
    model = MoT(config)
    initialise(model)
    with torch.no_grad():
        model.llm2vae.weight.normal_(std=0.1, generator=torch.Generator().manual_seed(0))
        torch.manual_seed(0)
        return Unified(model, latent_codec(config.latent).eval(), FileTokenizer(path), SystemPrompts("", ""))


@pytest.fixture(scope="module")
def shelves(unified, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("shelves"), {}
    for kind in ("still", "clip", "walk", "turntable"):
        records = tuple(sample_record(kind, 0, index) for index in range(1 + (kind == "still")))
        found = Records(kind, records, np.stack([record.render() for record in records]))
        made[kind] = make_shelf(found, unified.codec, folder, kind)
    return made


@pytest.fixture(scope="module")
def sampler(unified, shelves):
    wanted = {kind: (lambda kind=kind: shelves[kind]) for kind in ("clip", "walk", "turntable")}
    return Sampler(shelves["still"], unified.tokenizer, wanted)


# ---------------------------------------------------------------- records


@pytest.mark.parametrize("kind", ["walk", "turntable"])
def test_a_record_is_the_same_each_time_and_survives_its_json(kind):
    record = sample_record(kind, 1, 2)
    assert sample_record(kind, 1, 2) == record
    assert records_module._from_json(json.loads(json.dumps(records_module._to_json(record)))) == record


def test_the_frames_of_a_walk_are_those_of_its_way_and_its_maps(shelves):
    records = shelves["walk"].records
    (record,), (scene,) = records.records, records.records[0].scenes
    whole, shown, other = record.walks
    assert records.pixels.shape[1] == WALK_FRAMES + 3 == OTHER_MAP + 1
    assert len(whole.steps) == WALK_FRAMES - 1 and whole.steps[: len(shown.steps)] == shown.steps
    assert np.array_equal(records.pixels[0, MAP], map_with_path(scene, shown.spots))
    assert np.array_equal(records.pixels[0, OTHER_MAP], map_with_path(scene, other.spots))
    assert not np.array_equal(records.pixels[0, BARE_MAP], records.pixels[0, MAP])


def test_a_walk_that_comes_back_ends_where_it_began():
    kinds = Counter()
    for seed in range(40):
        scene = sample_record("walk", 0, 0).scenes[0]
        found, many = sample_return(np.random.default_rng(seed), scene, WALK_FRAMES - 1)
        start, end = found.spots[0], found.spots[many]
        assert len(found.steps) == WALK_FRAMES - 1
        assert abs(start.x - end.x) + abs(start.y - end.y) < 1e-9
        assert (start.heading_deg - end.heading_deg + 1) % 360 == pytest.approx(1)
        kinds["forward" in found.steps[:many]] += 1
    assert min(kinds[True], kinds[False]) > 5


def test_frames_of_films_stay_on_disk_and_go_on_where_they_were_stopped(tmp_path, monkeypatch):
    monkeypatch.setitem(records_module.PER_SHARD, "turntable", 1)
    label = f"turntable-{records_module._fingerprint('turntable', 'light')}-train-3-0"
    for index in range(2):
        path = tmp_path / f"{label}-{index:04d}.safetensors"
        records_module._render_shard((path, "turntable", 0, "train", 3, "light", index))
    found = make_records(tmp_path, "turntable", 2)
    assert isinstance(found.pixels, Mapped) and found.pixels.shape == (2, 24, 128, 128, 3)
    assert found.records[1] == sample_record("turntable", 0, 1)
    assert np.array_equal(found.pixels[1, 7], found.records[1].render()[7])
    with pytest.raises(IndexError):
        found.pixels[2, 0]


# ---------------------------------------------------------------- samples


def test_frames_are_chosen_in_order_few_or_all():
    rng = np.random.default_rng(0)
    for last in (1, 2, 5, 15, 24, 28):
        chosen = [choose_frames(rng, last) for _ in range(300)]
        assert all(each[0] == 0 and len(each) > 1 and each[-1] <= last for each in chosen)
        assert all(list(each) == sorted(set(each)) for each in chosen)
        assert {index for each in chosen for index in each} == set(range(last + 1))
        assert any(len(each) == last + 1 for each in chosen) or last > 24
        assert sum(map(len, chosen)) / len(chosen) < 10


@pytest.mark.parametrize("task", FILM_TASKS)
def test_samples_of_clips_are_as_the_model_meets_them(task, sampler, unified, shelves):
    most = {"turntable": TURN_FRAMES, "walk": WALK_FRAMES, "map_to_view": WALK_FRAMES}.get(task, 16)
    told = Counter()
    for seed in range(30):
        *before, clip = sampler.draw(task, np.random.default_rng(seed)).elements
        places = [0, *accumulate(clip.deltas)]
        looks = sum(isinstance(each, Look) for each in before)
        texts = [each for each in before if isinstance(each, Text)]
        assert isinstance(clip, Clip) and clip.loss and places[-1] < most
        assert len(clip.pinned) < clip.latents.shape[1]
        assert sum(isinstance(each, Clean) for each in before) == (task == "map_to_view")
        match task:
            case "future":
                assert looks == len(clip.pinned) and looks in (1, GIVEN)
            case "text_to_video":
                assert looks == len(clip.pinned) == 0
            case "turntable":
                assert looks == len(clip.pinned)
            case "walk":
                assert looks == 1 and clip.pinned
                assert torch.equal(clip.latents[:, :1], shelves["walk"].latent(0, 0))
            case _:
                assert looks == 1 and not clip.pinned
        if any(text.loss for text in texts) and task != "text_to_video":
            thought = read_thought(unified.tokenizer.decode(list(texts[1].ids)))
            assert isinstance(thought, Course) or task != "future"
            assert isinstance(thought, Tour) or task not in ("walk", "map_to_view")
        told[len(texts)] += 1
    assert len(told) == 3


def test_a_walk_tells_the_steps_up_to_its_last_frame_and_a_turntable_its_views(sampler, unified, shelves):
    whole = shelves["walk"].records.records[0].walks[0]
    for seed in range(20):
        sample = sampler.films.walk(np.random.default_rng(seed))
        *_, thought, clip = sample.elements
        if not isinstance(thought, Text) or not thought.loss:
            continue
        tour = read_thought(unified.tokenizer.decode(list(thought.ids)))
        assert tour.walk.steps == whole.steps[: len(tour.walk.steps)]
        places = [0, *accumulate(clip.deltas)]
        assert places[-1] <= len(tour.walk.steps)
        assert walk(tour.walk.spots[0], tour.walk.steps) == whole.spots[: len(tour.walk.steps) + 1]
        for at, place in enumerate(places):
            assert torch.equal(clip.latents[:, at : at + 1], shelves["walk"].latent(0, place))


def test_clips_come_last_and_only_where_there_are_records(sampler, shelves, unified):
    assert not set(stage_at(7999).mix) & set(FILM_TASKS)
    mix = stage_at(8000).mix
    assert sum(mix.values()) == pytest.approx(1) and sum(mix[task] for task in FILM_TASKS) == pytest.approx(0.35)
    assert not has_films(8000) and has_films(8001)
    assert set(sampler.mix) == set(mix)
    assert not set(Sampler(shelves["still"], unified.tokenizer).mix) & set(FILM_TASKS)
    asked = []
    lazy = Sampler(shelves["still"], unified.tokenizer, {"walk": lambda: asked.append("walk") or shelves["walk"]})
    assert {task for task in lazy.mix if task in FILM_TASKS} == {"walk", "map_to_view"} and not asked
    lazy.stage = stage_at(0)
    lazy.prepare(lazy.mix)
    assert not asked
    lazy.prepare({"walk": 1.0})
    lazy.prepare({"map_to_view": 1.0})
    assert asked == ["walk"] and set(KIND_OF.values()) == {"clip", "walk", "turntable"}


# ---------------------------------------------------------------- what is trained is what is drawn


@pytest.mark.parametrize("task", ["future", "turntable", "walk"])
def test_what_is_trained_is_what_a_session_draws_of_a_clip(task, sampler, unified, shelves):
    samples = (sampler.draw(task, np.random.default_rng(seed)) for seed in range(400))
    sample = next(
        each
        for each in samples
        if len(each.elements) > 3
        and isinstance(each.elements[-2], Text)
        and each.elements[-2].loss
        and set(each.elements[-1].deltas) == {1}
        and each.elements[-1].pinned
        and each.elements[-1].latents.shape[1] < 9
    )
    *looks, words, thought, clip = sample.elements
    packed = pack(unified.config, unified.ids, [sample])
    many, given, time = clip.latents.shape[1], len(clip.pinned), 0.6
    noise = torch.randn(64 * many, 32, generator=torch.Generator().manual_seed(1))
    drawn = Draws.of(packed, torch.tensor([time]), noise)
    with torch.no_grad():
        trained = unified.model.velocity(packed_rows(unified.model, packed, drawn, attend="samples")[-64 * many :])

    session = unified.session()
    for look in looks:
        session.look(((look.pixels.permute(1, 2, 0) + 1) * 127.5).round().to(torch.uint8).numpy(), latents=False)
    session.read(unified.tokenizer.decode(list(words.ids)))
    session.read(unified.tokenizer.decode(list(thought.ids)), as_thought=True)
    clean = [to_rows(clip.latents[:, at : at + 1], (1, 1, 1)) for at in range(many)]
    mixed = torch.cat([rows if at < given else rows * (1 - time) for at, rows in enumerate(clean)])
    mixed[64 * given :] += time * noise[64 * given :]
    pinned = {at: clean[at] for at in range(given)}
    job = Job(session.branches, (1, 8, 8), noise, many, 1, pinned)
    denoiser = Denoiser(unified.model, [job], unified.wrappers(), Guidance(text_scale=1.0))
    with torch.no_grad():
        found = denoiser.predict([mixed], time, full_only=True)[0][0]
    moving = slice(64 * given, None)
    assert (found[moving] - trained[moving]).norm() / trained[moving].norm() < 1e-4
