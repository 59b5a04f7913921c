"""The small engine on tiny random weights: what it claims, thoughts that are obeyed, words and pictures it refuses."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_checkpoint import TASKS, card, save

from agentvid.engine import Engine, EngineContext, EngineRequest, pack
from agentvid.engines.small import SmallEngine
from agentvid.errors import CallError, Cancelled, EngineError, SettingsError, ToolFailed
from agentvid.events import Progress
from agentvid.media.types import (
    Answer,
    BlurBackground,
    CameraPath,
    CameraPose,
    EditPlan,
    Image,
    Recolour,
    Remove,
    Video,
)
from agentvid.store.objects import ObjectStore
from agentvid.world.language import read_thought

LAYOUT = "一个红色大方块在左前；一个蓝色小球在右后；镜头在前方，中"
CHANGE = "对象：左前的红色大方块；变成绿色；其余不变"
CLIP = LAYOUT + "；动作：右后的蓝色小球从高处落下"
TURN = CameraPath(kind="orbit", poses=(CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=45)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    import torch

    torch.set_num_threads(1)
    return save(tmp_path_factory.mktemp("small"))


@pytest.fixture
def engine(folder, monkeypatch) -> SmallEngine:
    monkeypatch.setenv("AGENTVID_SMALL", str(folder))
    return SmallEngine()


@pytest.fixture
def store(tmp_path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")


@pytest.fixture
def picture(store) -> Image:
    return store.put_image(np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8))


def run(engine, store, task, *, seed=0, thought="", emit=lambda event: None, cancelled=lambda: False, **inputs):
    packed = {name: pack(value) for name, value in inputs.items()}
    request = EngineRequest(task=task, inputs=packed, seed=seed, thought=thought)
    return asyncio.run(engine.run(request, EngineContext(store, emit, cancelled)))


# ---------------------------------------------------------------- what it says of itself


def test_it_is_ready_and_says_what_its_card_claims(engine):
    assert isinstance(engine, Engine)
    assert engine.status().state == "ready"
    borne = {found.task: found for found in engine.capabilities()}
    assert set(borne) == {*TASKS, "measure"}
    assert "claimed for up to 3 objects" in borne["text_to_image"].note
    assert not borne["text_to_image"].draft
    assert {task for task, found in borne.items() if found.thought} == set(TASKS) - {"describe"}


def test_what_the_card_calls_a_draft_is_one_and_what_it_leaves_out_is_not_borne(folder, tmp_path, monkeypatch, store):
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    told = card("text_to_image", drafts=("view", "caption"), objects=1)
    (own / "card.json").write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    engine = SmallEngine()

    assert {found.task: found.draft for found in engine.capabilities()} == {
        "text_to_image": False,
        "novel_view": True,
        "describe": True,
        "measure": True,
    }
    with pytest.raises(EngineError, match="edit_image"):
        run(engine, store, "edit_image")
    drawn = run(engine, store, "text_to_image", prompt="画", thought=LAYOUT)
    assert any("2 solids, and it is claimed for up to 1" in warning for warning in drawn.warnings)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: shutil.rmtree(folder), "is no folder"),
        (lambda folder: (folder / "card.json").unlink(), "lacks card.json"),
        (lambda folder: (folder / "ae.safetensors").unlink(), "lacks ae.safetensors"),
        (lambda folder: (folder / "ema.safetensors").unlink(), "lacks ema.safetensors"),
        (
            lambda folder: (
                (folder / "ema.safetensors").unlink(),
                (folder / "model.safetensors.index.json").write_text(
                    '{"weight_map": {"a": "model-1-of-2.safetensors"}}'
                ),
            ),
            "lacks model-1-of-2.safetensors",
        ),
        (lambda folder: (folder / "card.json").write_text("{"), "card.json can't be read"),
        (lambda folder: (folder / "card.json").write_text("[]"), "card.json can't be read"),
    ],
)
def test_a_missing_or_broken_folder_is_a_clear_status(folder, tmp_path, monkeypatch, store, spoil, told):
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    spoil(own)
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    engine = SmallEngine()

    assert engine.status().state == "needs weights"
    assert told in engine.status().how
    assert "simulator" in engine.status().how
    assert engine.weights == ""
    assert all(found.draft for found in engine.capabilities())
    with pytest.raises(SettingsError):
        run(engine, store, "text_to_image", prompt="画")


def test_other_weights_have_another_digest_and_changed_ones_are_not_used(engine, folder, tmp_path, monkeypatch, store):
    own = save(tmp_path / "own", seed=1)
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    other = SmallEngine()

    assert other.weights and other.weights != engine.weights
    (own / "system_prompts.json").write_text('{"think_generate": "Think."}')
    with pytest.raises(EngineError, match="have changed"):
        run(other, store, "text_to_image", prompt="画", thought=LAYOUT)


def test_making_it_loads_no_heavy_library(folder):
    code = (
        "import os, sys; os.environ['AGENTVID_SMALL'] = sys.argv[1];"
        "from agentvid.engines.small import SmallEngine; e = SmallEngine(); e.status(); e.capabilities();"
        "print([name for name in ('torch', 'numpy', 'cv2', 'av') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"


def test_its_question_on_the_whole_picture_is_the_one_it_was_trained_on():
    from agentvid.engines.small.inside import WHAT_IS_THERE
    from agentvid.train import samples

    assert dict(samples.WHAT_IS_THERE) == WHAT_IS_THERE


# ---------------------------------------------------------------- pictures


def test_the_picture_follows_the_thought_and_says_what_it_drew(engine, store):
    drawn = [
        run(engine, store, "text_to_image", prompt="画一个红色方块", thought=thought)
        for thought in (LAYOUT, LAYOUT.replace("红", "绿"), LAYOUT)
    ]
    red, green, again = (result.get("image", Image) for result in drawn)

    assert red == again
    assert red != green
    assert (red.width, red.height) == (128, 128)
    assert [result.get("thought", str) for result in drawn[:2]] == [LAYOUT, LAYOUT.replace("红", "绿")]


def test_a_layout_in_loose_spelling_is_the_same_layout(engine, store):
    exact = run(engine, store, "text_to_image", prompt="画", thought=LAYOUT)
    loose = run(engine, store, "text_to_image", prompt="画", thought=LAYOUT.replace("；", "; ") + "。")

    assert exact.get("image", Image) == loose.get("image", Image)


def test_seeds_and_sizes(engine, store):
    one = run(engine, store, "text_to_image", prompt="画", thought=LAYOUT, width=512.0, height=512.0)
    other = run(engine, store, "text_to_image", prompt="画", thought=LAYOUT, seed=1)

    assert one.get("image", Image) != other.get("image", Image)
    assert any("128x128 instead of 512x512" in warning for warning in one.warnings)


def test_without_a_thought_the_model_writes_its_own_and_a_bad_one_is_written_again(engine, store, monkeypatch):
    from agentvid.models.mot.session import Session, Thought

    told = iter(["nonsense", "one large red cube at centre", "one small blue ball at left front"])
    seeds = []

    def think(self, decoding, **rest):
        seeds.append((decoding.seed, decoding.temperature))
        return Thought(next(told), ended=True)

    monkeypatch.setattr(Session, "think", think)
    drawn = run(engine, store, "text_to_image", prompt="a small blue ball", seed=5)

    assert read_thought(drawn.get("thought", str)) == read_thought("one small blue ball at left front")
    assert seeds == [(5, 0.7), (6, 0.7), (7, 0.7)]
    assert any("wrote the thought itself" in warning and "after 2" in warning for warning in drawn.warnings)


def test_where_no_thought_can_stand_that_is_said(engine, store):
    with pytest.raises(ToolFailed, match="8 tries"):
        run(engine, store, "text_to_image", prompt="a small blue ball")


@pytest.mark.parametrize("prompt", ["a cat on a sofa", "一只猫", "seven red cubes"])
def test_words_of_another_world_are_refused_with_the_nearest_thing(engine, store, prompt):
    with pytest.raises(CallError, match="outside its world") as caught:
        run(engine, store, "text_to_image", prompt=prompt)
    assert "cylinder" in caught.value.expected
    assert "another engine" in caught.value.do


def test_it_stops_between_two_steps(engine, store):
    told = []

    with pytest.raises(Cancelled):
        run(
            engine, store, "text_to_image", prompt="画", thought=LAYOUT, emit=told.append,
            cancelled=lambda: sum(isinstance(event, Progress) for event in told) > 1,
        )  # fmt: skip


# ---------------------------------------------------------------- edits


def test_an_edit_follows_its_thought_and_tells_what_is_there_then(engine, store, picture):
    made = [
        run(engine, store, "edit_image", image=picture, layout=LAYOUT, instruction="把方块变成绿色", thought=thought)
        for thought in (CHANGE, CHANGE.replace("绿", "紫"))
    ]

    assert made[0].get("image", Image) != made[1].get("image", Image)
    assert made[0].get("thought", str) == CHANGE
    assert made[0].get("layout", str) == LAYOUT.replace("红", "绿")
    assert any("the chain tells its layout" in warning for warning in made[0].warnings)


def test_an_edit_plan_becomes_a_change_and_a_mask_keeps_the_rest(engine, store, picture):
    mask = np.zeros((128, 128), np.uint8)
    mask[40:80, 40:80] = 255
    plan = EditPlan(target="红色的方块", operations=(Recolour(source="#c02020", target="#2040c0"),), feather=0)
    made = run(engine, store, "edit_image", image=picture, layout=LAYOUT, plan=plan, mask=store.put_mask(mask))

    assert made.get("thought", str) == CHANGE.replace("绿", "蓝")
    changed = (store.image(made.get("image", Image)) != store.image(picture)).any(-1)
    assert changed[45:75, 45:75].mean() > 0.9
    assert not changed[:36].any()
    removed = EditPlan(target="球", operations=(Remove(),))
    made = run(engine, store, "edit_image", image=picture, layout=LAYOUT, plan=removed)
    assert "球" not in made.get("layout", str)


@pytest.mark.parametrize(
    ("inputs", "thought", "told"),
    [
        ({}, "", "neither a plan"),
        ({"instruction": "把球变成绿色"}, CHANGE.replace("方块", "球"), "does not fit the picture"),
        ({"plan": EditPlan(target="猫", operations=(Remove(),))}, "", "names 0 solids"),
        ({"plan": EditPlan(target="球", operations=(BlurBackground(),))}, "", "outside its world"),
    ],
)
def test_edits_that_cannot_be_are_refused(engine, store, picture, inputs, thought, told):
    with pytest.raises(CallError, match=told):
        run(engine, store, "edit_image", image=picture, layout=LAYOUT, thought=thought, **inputs)


@pytest.mark.parametrize("task", ["edit_image", "describe", "novel_view"])
def test_pictures_of_another_world_are_refused_with_the_nearest_thing(engine, store, picture, task):
    photo = store.put_image(np.zeros((40, 60, 3), np.uint8))
    inputs = {"instruction": "make it red", "path": TURN}
    with pytest.raises(CallError, match="outside its world: a picture of 60x40") as caught:
        run(engine, store, task, image=photo, **inputs)
    assert "classical" in caught.value.do
    with pytest.raises(CallError, match="outside its world: it comes out of its codec at"):
        run(engine, store, task, image=picture, **inputs)


# ---------------------------------------------------------------- views, clips, words


def test_a_turn_draws_a_view_for_every_step_and_obeys_the_thought(engine, store, picture):
    def turned(thought):
        return run(engine, store, "novel_view", image=picture, path=TURN, fps=8.0, layout=LAYOUT, thought=thought)

    made, other = turned(LAYOUT), turned(LAYOUT.replace("红", "绿"))

    video = made.get("video", Video)
    assert (video.frames, video.width) == (8, 128)
    assert any("3 views were drawn" in warning for warning in made.warnings)
    assert made.get("layout", str).endswith("镜头在前方 +45°，中")
    assert made.get("view", Image) != other.get("view", Image)
    assert any("follow the thought" in warning for warning in other.warnings)
    assert made.get("path", CameraPath) == TURN


@pytest.mark.parametrize(
    "pose", [{"zoom": 2.0}, {"truck": 0.1}, {"yaw_deg": 5.0}, {"dolly": 0.3, "yaw_deg": 90.0}, {"roll_deg": 10.0}]
)
def test_paths_it_cannot_fly_are_refused(engine, store, picture, pose):
    path = CameraPath(kind="orbit", poses=(CameraPose(seconds=0), CameraPose(seconds=1, **pose)))
    with pytest.raises(CallError):
        run(engine, store, "novel_view", image=picture, path=path, layout=LAYOUT)


def test_a_clip_follows_its_thought(engine, store):
    made = run(engine, store, "text_to_video", prompt="球落下", thought=CLIP, seconds=1.0)
    other = run(engine, store, "text_to_video", prompt="球落下", thought=CLIP.replace("红", "绿"), seconds=60.0)

    assert made.get("video", Video).frames == 8
    assert made.get("thought", str) == CLIP
    assert made.get("video", Video).artifact != other.get("video", Video).artifact
    assert other.get("video", Video).frames == 16
    assert any("2 seconds instead of 60" in warning for warning in other.warnings)
    with pytest.raises(CallError, match="nothing moves"):
        run(engine, store, "text_to_video", prompt="a red cube")


def test_what_comes_next_follows_the_thought(engine, store, picture, monkeypatch):
    from agentvid.engines.small import inside

    clip = store.put_video(iter([store.image(picture)] * 4), 8.0)
    short = store.put_video(iter([store.image(picture)] * 3), 8.0)
    action = "动作：右后的蓝色小球从高处落下；第5帧：右后的蓝色小球落地"
    with pytest.raises(CallError, match="no action"):
        run(engine, store, "future_frames", video=short, seconds=1.0)
    with pytest.raises(CallError, match="tells no action"):
        run(engine, store, "future_frames", video=clip, seconds=1.0, thought=LAYOUT)
    with pytest.raises(CallError, match="outside its world"):
        run(engine, store, "future_frames", video=clip, seconds=1.0, thought=action)
    monkeypatch.setattr(inside, "rebuilt_db", lambda unified, picture: 35.0)
    monkeypatch.setattr(inside, "read_picture", lambda task, picture: read_thought(LAYOUT))
    made = run(engine, store, "future_frames", video=clip, seconds=9.0, thought=action)
    other = run(engine, store, "future_frames", video=clip, seconds=9.0, thought=action.replace("5", "6"))

    assert (made.get("video", Video).frames, made.get("future", Video).frames) == (19, 15)
    assert made.get("future", Video) != other.get("future", Video)
    assert made.get("trust_seconds", float) == 0
    assert any("its codec gives it back at 35 dB, and the model reads a scene" in told for told in made.warnings)
    assert any("1.875 seconds instead of 9" in told for told in made.warnings)


def test_it_reads_pictures_in_its_own_words(engine, store, picture):
    told = run(engine, store, "describe", image=picture, layout=LAYOUT, question="有几个物体？")
    held = run(engine, store, "measure", image=picture, layout=LAYOUT)

    assert told.get("answer", Answer).question == "有几个物体？"
    assert held.get("answer", Answer).passed is False
    with pytest.raises(CallError, match="no layout"):
        run(engine, store, "measure", image=picture)


@pytest.mark.parametrize(
    ("told", "warning"),
    [
        (card("describe", objects=1), "a draft: 2 solids, and it is claimed for up to 1"),
        (card(drafts=("describe",)), "a draft: this task is not claimed for these weights"),
    ],
)
@pytest.mark.parametrize("task", ["describe", "measure"])
def test_words_about_more_than_is_claimed_say_that_they_are_a_draft(
    folder, tmp_path, monkeypatch, store, picture, task, told, warning
):
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    (own / "card.json").write_text(json.dumps(told), encoding="utf-8")
    monkeypatch.setenv("AGENTVID_SMALL", str(own))

    assert warning in run(SmallEngine(), store, task, image=picture, layout=LAYOUT).warnings


def test_a_reading_is_held_against_the_layout_by_what_stands_there():
    from agentvid.engines.small.words import compare

    wanted = read_thought("one large red cube at left front; one small blue ball at right back")
    moved = read_thought("one large red cube at far left front; one small blue ball at right back")
    other = read_thought("one large green cube at left front; one small blue ball at right back")

    assert compare(wanted, moved, "en")[1] == 1
    text, share = compare(wanted, other, "en")
    assert share == 0.5
    assert "not read: the large red cube" in text and "read instead: the large green cube" in text
