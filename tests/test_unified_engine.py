"""The unified engine on tiny random weights: right types and sizes, honest words, seeds, thoughts, masks, stopping."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetThought
from agentvid.chain.step import Ref, Step
from agentvid.engine import EngineContext, EngineRequest, EngineResult, pack
from agentvid.engines.unified import UnifiedEngine
from agentvid.engines.unified.weights import find_checkpoint
from agentvid.errors import CallError, Cancelled, EngineError, SettingsError
from agentvid.events import Preview, Progress
from agentvid.media.types import (
    Answer,
    BlurBackground,
    CameraPath,
    CameraPose,
    EditPlan,
    Image,
    Keyframe,
    Recolour,
    Remove,
    ReplaceBackground,
    Video,
)
from agentvid.run.route import route
from agentvid.store.objects import ObjectStore

RED_TO_BLUE = EditPlan(target="the red cup", operations=(Recolour(source="#c02020", target="#2040c0"),), feather=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    import torch
    from unified_checkpoint import save

    torch.set_num_threads(1)
    return save(tmp_path_factory.mktemp("unified"))


@pytest.fixture(scope="module")
def engine(folder) -> UnifiedEngine:
    return UnifiedEngine(str(folder), "cpu")


@pytest.fixture
def store(tmp_path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")


@pytest.fixture
def photo(store) -> Image:
    return store.put_image(np.random.default_rng(1).integers(0, 256, (48, 60, 3), dtype=np.uint8))


@pytest.fixture
def clip(store) -> Video:
    frames = np.random.default_rng(2).integers(0, 256, (6, 36, 50, 3), dtype=np.uint8)
    return store.put_video(iter(frames), 6.0)


def run(engine, store, task, *, seed=0, thought="", emit=lambda event: None, cancelled=lambda: False, **inputs):
    packed = {name: pack(value) for name, value in inputs.items()}
    request = EngineRequest(task=task, inputs=packed, seed=seed, thought=thought)
    return asyncio.run(engine.run(request, EngineContext(store, emit, cancelled)))


def pixels(store, result: EngineResult) -> np.ndarray:
    return store.image(result.get("image", Image))


# ---------------------------------------------------------------- what it says of itself


def test_without_a_checkpoint_it_says_how_to_get_one(monkeypatch, store):
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    engine = UnifiedEngine()

    assert engine.status().state == "needs GPU"
    assert "AGENTVID_UNIFIED" in engine.status().how
    assert "29.6 GB" in engine.status().how
    assert engine.weights == ""
    with pytest.raises(SettingsError, match="AGENTVID_UNIFIED"):
        run(engine, store, "text_to_image", prompt="a cup")


def test_with_a_checkpoint_it_is_unproven(monkeypatch, folder):
    monkeypatch.setenv("AGENTVID_UNIFIED", str(folder))
    engine = UnifiedEngine()

    assert engine.status().state == "unproven"
    assert "never with a published checkpoint" in engine.status().how
    assert {capability.task for capability in engine.capabilities() if capability.thought} >= {"text_to_image"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("nowhere/at/all", "is no folder"),
        ("nobody/nothing-of-that-name", "was not downloaded"),
        ("a--b/c", "was not downloaded"),
        ("~nobody-here/x", "is no folder"),
        (".", "lacks"),
    ],
)
def test_a_checkpoint_that_is_not_there_is_no_checkpoint(source, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    engine = UnifiedEngine(source)

    assert engine.status().state == "needs GPU"
    assert told in engine.status().how


def test_routing_prefers_a_ready_engine_and_obeys_a_wish(engine):
    from agentvid.plugins import load_engines

    engines = load_engines() | {"unified": engine}

    assert route("edit_image", engines).engine == "classical"
    assert route("edit_image", engines, "unified").state == "unproven"
    assert route("text_to_image", engines).engine == "unified"


def test_checkpoints_of_one_shape_have_other_digests(folder, tmp_path):
    from unified_checkpoint import save

    other = save(tmp_path / "other", seed=1)
    same = Path(shutil.copytree(folder, tmp_path / "same"))

    assert find_checkpoint(str(folder)).digest() == find_checkpoint(str(same)).digest()
    assert find_checkpoint(str(folder)).digest() != find_checkpoint(str(other)).digest()
    (same / "system_prompts.json").write_text('{"think_generate": "Think."}')
    assert find_checkpoint(str(folder)).digest() != find_checkpoint(str(same)).digest()


def test_making_it_loads_no_heavy_library(folder):
    code = (
        "import sys; from agentvid.engines.unified import UnifiedEngine as E; e = E(sys.argv[1]); e.status();"
        "e.capabilities(); print([name for name in ('torch', 'numpy', 'cv2', 'diffusers') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"


def test_a_broken_checkpoint_and_a_wrong_device_are_told(folder, tmp_path, store):
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    weights = broken / "ema.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])

    with pytest.raises(EngineError, match="cut off"):
        run(UnifiedEngine(str(broken), "cpu"), store, "text_to_image", prompt="a cup")
    with pytest.raises(SettingsError, match="AGENTVID_DEVICE"):
        run(UnifiedEngine(str(folder), "toaster"), store, "text_to_image", prompt="a cup")


def test_a_checkpoint_that_changed_is_not_used_under_its_old_name(folder, tmp_path, store):
    own = Path(shutil.copytree(folder, tmp_path / "own"))
    engine = UnifiedEngine(str(own), "cpu")
    (own / "system_prompts.json").write_text('{"think_generate": "Think of something else."}')

    with pytest.raises(EngineError, match="have changed"):
        run(engine, store, "text_to_image", prompt="a cup")


# ---------------------------------------------------------------- drawing


def test_it_draws_by_seed_and_says_at_which_size(engine, store):
    wide = {"prompt": "a cup", "width": 50.0, "height": 40.0}
    one = run(engine, store, "text_to_image", **wide)

    assert pixels(store, one).shape == (32, 48, 3)
    assert any("48x32 instead of 50x40" in warning for warning in one.warnings)
    assert (pixels(store, run(engine, store, "text_to_image", **wide)) == pixels(store, one)).all()
    assert (pixels(store, run(engine, store, "text_to_image", seed=1, **wide)) != pixels(store, one)).any()


def test_without_a_size_it_draws_the_largest_square(engine, store):
    drawn = run(engine, store, "text_to_image", prompt="一只杯子")

    assert pixels(store, drawn).shape == (64, 64, 3)
    assert drawn.warnings == ()


@pytest.mark.parametrize("task", ["text_to_image", "edit_image"])
def test_the_picture_follows_the_thought(engine, store, photo, task):
    inputs = {"prompt": "a cup"} if task == "text_to_image" else {"image": photo, "plan": RED_TO_BLUE}
    plain, red, blue, again = (
        pixels(store, run(engine, store, task, thought=thought, **inputs))
        for thought in ("", "a dark red, as in rust", "a pale blue", "a dark red, as in rust")
    )

    assert (red == again).all()
    assert (red != blue).any()
    assert (red != plain).any()


def test_progress_and_previews_are_told_step_by_step(store, tmp_path):
    from unified_checkpoint import save

    events = []
    patient = UnifiedEngine(str(save(tmp_path / "long", points=20)), "cpu")
    run(patient, store, "text_to_image", prompt="a cup", width=32.0, height=32.0, emit=events.append)

    steps = [event.done for event in events if isinstance(event, Progress) and event.note == "drawing"]
    assert steps == list(range(1, 20))
    previews = [event for event in events if isinstance(event, Preview)]
    assert len(previews) == 2
    assert all(store.has(event.artifact) for event in previews)


def test_it_stops_between_two_steps(engine, store):
    told = []

    with pytest.raises(Cancelled):
        run(engine, store, "text_to_image", prompt="a cup", emit=told.append, cancelled=lambda: len(told) > 2)
    assert 1 <= sum(isinstance(event, Progress) and event.note == "drawing" for event in told) < 3


def test_nothing_to_draw_is_refused(engine, store):
    with pytest.raises(CallError, match="empty prompt"):
        run(engine, store, "text_to_image", prompt=" ")
    with pytest.raises(EngineError, match="ask another engine"):
        run(engine, store, "compose")


# ---------------------------------------------------------------- editing


def half_mask(store, photo):
    mask = np.zeros((photo.height, photo.width), np.uint8)
    mask[10:30, 10:40] = 255
    return store.put_mask(mask)


def test_an_edit_has_the_size_of_its_picture_and_leaves_what_is_outside_its_mask(engine, store, photo):
    mask = half_mask(store, photo)
    before = store.image(photo)
    result = run(engine, store, "edit_image", image=photo, plan=RED_TO_BLUE, mask=mask)
    after = pixels(store, result)

    changed = (before != after).any(-1)
    assert after.shape == before.shape
    assert changed[12:28, 12:38].mean() > 0.9
    assert not changed[:8].any()
    assert not changed[:, 43:].any()
    assert any("scaled to 60x48" in warning for warning in result.warnings)
    assert any("put back" in warning for warning in result.warnings)


def test_a_changed_background_leaves_the_thing_as_it_was(engine, store, photo):
    plan = EditPlan(target="the cup", operations=(ReplaceBackground(colour="#ffffff"),), feather=1)
    after = pixels(store, run(engine, store, "edit_image", image=photo, plan=plan, mask=half_mask(store, photo)))

    changed = (store.image(photo) != after).any(-1)
    assert not changed[13:27, 13:37].any()
    assert changed[:8].mean() > 0.9


def test_without_a_mask_the_whole_picture_may_differ_and_that_is_said(engine, store, photo):
    result = run(engine, store, "edit_image", image=photo, instruction="make it night")

    assert any("may differ anywhere" in warning for warning in result.warnings)
    mixed = EditPlan(target="the cup", operations=(Remove(), BlurBackground()))
    told = run(engine, store, "edit_image", image=photo, plan=mixed, mask=half_mask(store, photo)).warnings
    assert any("the whole picture was redrawn" in warning for warning in told)


def test_an_edit_plan_is_told_in_words(engine):
    from agentvid.engines.unified.still import instruction_of

    told = instruction_of(RED_TO_BLUE)
    assert "the red cup" in told
    assert "#2040c0" in told
    operations = (Remove(), BlurBackground(), ReplaceBackground(colour="#ffffff"))
    chinese = instruction_of(EditPlan(target="红色的杯子", operations=operations))
    assert chinese.count("红色的杯子") >= 3
    assert "白" in chinese


def test_a_mask_that_does_not_fit_is_refused(engine, store, photo):
    for mask in (np.full((10, 10), 255, np.uint8), np.zeros((photo.height, photo.width), np.uint8)):
        with pytest.raises(CallError, match="mask"):
            run(engine, store, "edit_image", image=photo, plan=RED_TO_BLUE, mask=store.put_mask(mask))
    with pytest.raises(CallError, match="neither a plan"):
        run(engine, store, "edit_image", image=photo)


# ---------------------------------------------------------------- words and clips


def test_it_answers_in_words(engine, store, photo, clip):
    asked = run(engine, store, "describe", image=photo, question="What is it?")
    of_clip = run(engine, store, "describe", video=clip)

    assert asked.get("answer", Answer).question == "What is it?"
    assert asked.get("answer", Answer).passed is None
    assert any("nothing was measured" in warning for warning in of_clip.warnings)
    with pytest.raises(CallError):
        run(engine, store, "describe")


PATH = CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=20, zoom=1.2)))


def test_a_flight_begins_with_the_picture_and_has_the_frames_asked_for(engine, store, photo):
    result = run(engine, store, "novel_view", image=photo, path=PATH, fps=4.0)
    video = result.get("video", Video)

    assert (video.frames, video.fps, video.width, video.height) == (4, 4.0, 64, 48)
    assert result.maybe("depth", object) is None
    assert result.get("path", CameraPath) == PATH
    assert any("3 views were drawn" in warning for warning in result.warnings)
    assert any("no geometry" in warning for warning in result.warnings)


def test_a_future_follows_the_clip_up_to_its_keyframe(engine, store, clip):
    result = run(engine, store, "future_frames", video=clip, seconds=0.5, keyframe=Keyframe(frame=3, seconds=0.5))
    video, future = result.get("video", Video), result.get("future", Video)

    assert (future.frames, video.frames) == (3, 7)
    assert (video.width, video.height) == (clip.width, clip.height)
    assert result.get("trust_seconds", float) == 0
    assert "not tested" in result.get("finding", str)
    assert any("scaled to 50x36" in warning for warning in result.warnings)


def test_many_frames_are_held_rather_than_drawn(engine, store, clip):
    result = run(engine, store, "future_frames", video=clip, seconds=2.0)

    assert result.get("future", Video).frames == 12
    assert any("8 frames were drawn" in warning for warning in result.warnings)


def test_a_checkpoint_that_was_trained_for_it_draws_frames_together(folder, tmp_path, store, clip):
    own = Path(shutil.copytree(folder, tmp_path / "joint"))
    config = json.loads((own / "config.json").read_text())
    config["agentvid"]["frames"] = "joint"
    (own / "config.json").write_text(json.dumps(config))
    told = []
    result = run(UnifiedEngine(str(own), "cpu"), store, "future_frames", video=clip, seconds=0.5, emit=told.append)

    assert find_checkpoint(str(own)).frames == "joint"
    assert result.get("future", Video).frames == 3
    assert [event.total for event in told if isinstance(event, Progress) and event.note == "drawing"] == [3, 3, 3]


def test_a_camera_move_is_told_in_words():
    from agentvid.engines.unified.clip import move_in_words

    pose = CameraPose(seconds=1, yaw_deg=-20, pedestal=0.25, zoom=0.8)
    assert move_in_words(pose, "orbit") == (
        "moved around it to the left by 20 degrees, moved up by 0.25 picture heights, zoomed out to 0.80 times"
    )
    assert move_in_words(pose, "look").startswith("turned to the left by 20 degrees")
    assert move_in_words(CameraPose(seconds=0), "orbit") == "not moved yet"


# ---------------------------------------------------------------- through the agent


class OneDrawing:
    """A planner that always asks for one picture."""

    name = "one drawing"

    async def plan(self, request, emit):
        step = Step(
            id=f"t{request.turn}.s1",
            thought="A red cup on a table.",
            tool="generate_image",
            args={"prompt": request.text, "width": 32, "height": 32},
        )
        return Chain(turn=request.turn, steps=(step,), answer=(Ref(step=step.id, port="image"),))


@pytest.mark.slow
async def test_an_edited_thought_runs_the_drawing_again_in_a_worker(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("AGENTVID_UNIFIED", str(folder))
    monkeypatch.setenv("AGENTVID_DEVICE", "cpu")
    async with Agent(tmp_path / "home", planner=OneDrawing(), in_process=False) as agent:
        turn = await (await agent.session()).send("draw a cup")
        assert turn.status == "done"
        first = turn.run.steps["t1.s1"]
        await turn.edit([SetThought(step="t1.s1", thought="A pale blue cup in the snow.")])
        second = turn.run.steps["t1.s1"]

    assert first.executed and second.executed
    assert first.outputs != second.outputs
    assert "unified@1 (unproven)" in first.model_dump_json()
