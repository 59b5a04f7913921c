from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from agentvid.engine import Engine, EngineContext, EngineRequest, pack
from agentvid.engines.fake import TASKS, FakeEngine
from agentvid.errors import CallError, Cancelled, EngineError, Needs, SettingsError, ToolFailed
from agentvid.events import Progress
from agentvid.media.types import (
    Action,
    Actions,
    Answer,
    Audio,
    Box,
    CameraPath,
    CameraPose,
    Depth,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Mesh,
    Palette,
    Point,
    Remove,
    Video,
)
from agentvid.store.objects import ObjectStore

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def untold(monkeypatch):
    monkeypatch.delenv("AGENTVID_FAKE", raising=False)


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path)


@pytest.fixture
def image(store):
    return store.put_image(np.full((30, 41, 3), 90, np.uint8))


@pytest.fixture
def video(store):
    return store.put_video((np.full((48, 96, 3), shade, np.uint8) for shade in range(20)), fps=10)


@pytest.fixture
def ask(store):
    async def ask(task, *, engine=None, seed=0, thought="", context=None, **inputs):
        packed = {name: pack(value) for name, value in inputs.items()}
        request = EngineRequest(task=task, inputs=packed, seed=seed, thought=thought)
        return await (engine or FakeEngine()).run(request, context or EngineContext(store))

    return ask


CLIP_TASKS = (
    "edit_video", "pick_frame", "track", "extend_video", "interpolate", "retime", "stabilise", "transform_video",
)  # fmt: skip
CLIP_TASKS += ("caption", "sound", "mux")
PATH = CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=2, yaw_deg=30)))
ACTIONS = Actions(actions=(Action(move="forward"),))
OUTPUTS = {
    "locate": {"box": Box, "mask": Mask, "point": Point},
    "analyse": {"palette": Palette, "light": float, "size": float, "place": str},
    "edit_image": {"image": Image},
    "transform_image": {"image": Image},
    "transform_video": {"video": Video},
    "measure": {"answer": Answer},
    "describe": {"answer": Answer},
    "novel_view": {"video": Video, "depth": Depth, "path": CameraPath},
    "navigate": {"video": Video, "map": Image, "actions": Actions, "start": Point},
    "map_to_view": {"video": Video, "map": Image},
    "future_frames": {"video": Video, "future": Video, "keyframe": Keyframe, "trust_seconds": float, "finding": str},
    "compose": {"image": Image},
    "text_to_image": {"image": Image},
    "text_to_video": {"video": Video},
    "image_to_video": {"video": Video},
    "edit_video": {"video": Video, "image": Image, "finding": str},
    "pick_frame": {"image": Image, "keyframe": Keyframe},
    "track": {"masks": Video, "trust": float, "finding": str},
    "extend_video": {"video": Video, "trust_seconds": float, "finding": str},
    "interpolate": {"video": Video, "trust": float, "finding": str},
    "retime": {"video": Video, "finding": str},
    "stabilise": {"video": Video, "zoom": float, "finding": str},
    "caption": {"video": Video, "finding": str},
    "speak": {"audio": Audio, "finding": str},
    "sound": {"audio": Audio, "events": str, "finding": str},
    "mux": {"video": Video, "finding": str},
    "make_3d": {"mesh": Mesh, "views": Image, "depth": Depth, "finding": str},
}


def inputs_of(task, image, video):
    plan = EditPlan(target="cup", operations=(Remove(),))
    return {
        "locate": {"image": image, "what": "red cup"},
        "edit_image": {"image": image, "plan": plan},
        "novel_view": {"image": image, "path": PATH},
        "navigate": {"image": image, "actions": ACTIONS},
        "map_to_view": {"map": image},
        "future_frames": {"video": video, "seconds": 2},
        "compose": {"stills": [image, image]},
        "text_to_image": {"prompt": "a cup"},
        "speak": {"text": "hello"},
        "text_to_video": {"prompt": "a cup"},
        **{name: {"video": video} for name in CLIP_TASKS},
    }.get(task, {"image": image})


def test_it_is_an_engine_that_bears_every_task_and_is_ready():
    engine = FakeEngine()

    assert isinstance(engine, Engine)
    assert (engine.name, engine.version, engine.status().state) == ("fake", "1", "ready")
    assert {capability.task for capability in engine.capabilities()} == set(TASKS) == set(OUTPUTS)


@pytest.mark.parametrize("task", TASKS)
async def test_every_task_gives_its_outputs_the_same_each_time(task, ask, image, video, store):
    inputs = inputs_of(task, image, video)

    result, again = await ask(task, **inputs), await ask(task, **inputs)

    assert set(result.outputs) == set(OUTPUTS[task])
    for name, python_type in OUTPUTS[task].items():
        value = result.get(name, python_type)
        assert not hasattr(value, "artifact") or store.has(value.artifact)
    assert again == result
    assert "means nothing" in result.warnings[0]


@pytest.mark.parametrize("task", sorted(set(TASKS)))
async def test_another_seed_gives_another_result(task, ask, image, video):
    inputs = inputs_of(task, image, video)

    assert await ask(task, seed=1, **inputs) != await ask(task, seed=2, **inputs)


async def test_other_inputs_and_another_thought_give_another_picture(ask, image):
    pictures = [
        (await ask("text_to_image", **asked)).get("image", Image).artifact
        for asked in ({"prompt": "a cup"}, {"prompt": "杯子"}, {"prompt": "a cup", "thought": "warmer"})
    ]

    assert len(set(pictures)) == 3


async def test_what_is_about_a_picture_has_its_size(ask, image):
    located = await ask("locate", image=image, what="cup")
    edited = await ask("edit_image", image=image)
    seen = await ask("novel_view", image=image, path=PATH)

    for found in (located.get("mask", Mask), edited.get("image", Image), seen.get("depth", Depth)):
        assert (found.width, found.height) == (image.width, image.height)


async def test_locate_agrees_with_itself(ask, image, store):
    found = await ask("locate", image=image, what="cup")

    box, point, inside = found.get("box", Box), found.get("point", Point), store.mask(found.get("mask", Mask))
    assert inside[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].min() == 255
    assert np.count_nonzero(inside) == (box.x1 - box.x0) * (box.y1 - box.y0)
    assert inside[int(point.y), int(point.x)] == 255


async def test_given_evidence_constrains_locate(ask, image, store):
    box = Box(x0=3, y0=4, x1=9, y1=8)
    drawn = np.zeros((30, 41), np.uint8)
    drawn[10:20, 5:7] = 255

    by_box = await ask("locate", image=image, what="cup", box=box)
    by_point = await ask("locate", image=image, what="cup", point=Point(x=40, y=29))
    by_mask = await ask("locate", image=image, what="cup", mask=store.put_mask(drawn))

    assert by_box.get("box", Box) == box
    assert np.count_nonzero(store.mask(by_box.get("mask", Mask))) == 24
    assert store.mask(by_point.get("mask", Mask))[29, 40] == 255
    assert by_mask.get("box", Box) == Box(x0=5, y0=10, x1=7, y1=20)
    assert drawn[int(by_mask.get("point", Point).y), int(by_mask.get("point", Point).x)] == 255


async def test_an_input_out_of_range_can_be_corrected(ask, image, store):
    with pytest.raises(CallError, match="41x30"):
        await ask("locate", image=image, what="cup", box=Box(x0=50, y0=0, x1=60, y1=9))
    with pytest.raises(CallError, match="empty mask"):
        await ask("locate", image=image, what="cup", mask=store.put_mask(np.zeros((30, 41), np.uint8)))
    with pytest.raises(CallError, match="no clips"):
        await ask("compose")
    with pytest.raises(EngineError, match="'image'"):
        await ask("edit_image", image="not a picture")


async def test_clips_are_tiny_and_say_what_was_asked(ask, video):
    result = await ask("edit_video", video=video)

    made = result.get("video", Video)
    assert (made.width, made.height, made.frames, made.fps) == (64, 32, 8, 10)
    assert any("8 frames of 64x32 instead of 20 of 96x48" in warning for warning in result.warnings)


async def test_progress_is_told_to_the_end(ask, image, store):
    told = []

    await ask("edit_image", image=image, context=EngineContext(store, told.append))

    assert [event.done for event in told if isinstance(event, Progress)] == [0, 1, 2, 3, 4]


async def test_tasks_of_ones_own_are_made_by_ones_own_maker(ask):
    engine = FakeEngine(("describe",), makers={"my_task": lambda request, context: {"text": f"seed {request.seed}"}})

    assert {capability.task for capability in engine.capabilities()} == {"describe", "my_task"}
    assert (await ask("my_task", engine=engine, seed=4)).get("text", str) == "seed 4"
    with pytest.raises(EngineError, match="'locate'"):
        await ask("locate", engine=engine)
    with pytest.raises(SettingsError, match="unheard_of"):
        FakeEngine(("unheard_of",))


# ---------------------------------------------------------------- misbehaviour


async def test_it_is_slow_when_told_and_stops_when_asked(ask, image, store, monkeypatch):
    monkeypatch.setenv("AGENTVID_FAKE", "edit_image=slow:30")
    stop = False
    task = asyncio.create_task(ask("edit_image", image=image, context=EngineContext(store, cancelled=lambda: stop)))

    await asyncio.sleep(0.2)
    assert not task.done()
    stop = True

    with pytest.raises(Cancelled):
        await asyncio.wait_for(task, 2)


async def test_it_gives_the_same_result_when_slow(ask, image):
    begun = time.monotonic()
    slow = await ask("edit_image", image=image, engine=FakeEngine(behaviour="edit_image=slow:0.3"))

    assert time.monotonic() - begun >= 0.3
    assert slow == await ask("edit_image", image=image)


async def test_it_ignores_a_wish_to_stop_when_told(ask, image, store):
    engine = FakeEngine(behaviour="edit_image=ignore_cancel:0.3")
    begun = time.monotonic()

    with pytest.raises(Cancelled):
        await ask("edit_image", image=image, engine=engine, context=EngineContext(store, cancelled=lambda: True))

    assert time.monotonic() - begun >= 0.3


async def test_it_fails_and_needs_when_told_and_other_tasks_go_on(ask, image, monkeypatch):
    monkeypatch.setenv("AGENTVID_FAKE", "locate=fail, analyse=needs:palette")

    with pytest.raises(ToolFailed, match="'locate'"):
        await ask("locate", image=image, what="cup")
    with pytest.raises(Needs) as needs:
        await ask("analyse", image=image)
    assert needs.value.port == "palette"
    assert (await ask("describe", image=image)).outputs


async def test_a_star_is_every_task_and_an_entry_of_its_own_wins(ask, image):
    engine = FakeEngine(behaviour="*=fail,describe=good")

    with pytest.raises(ToolFailed):
        await ask("analyse", engine=engine, image=image)
    assert (await ask("describe", engine=engine, image=image)).outputs


@pytest.mark.parametrize(
    "told",
    ["edit_image", "paint=fail", "locate=slow", "locate=slow:-1", "locate=explode", "locate=needs", "locate=die:1"],
)
async def test_what_it_is_told_must_be_readable(told, ask, image):
    with pytest.raises(SettingsError, match="AGENTVID_FAKE") as refused:
        await ask("describe", engine=FakeEngine(behaviour=told), image=image)
    assert told in refused.value.given


def test_it_dies_with_its_process_when_told(tmp_path):
    code = f"""
import asyncio, json
from pathlib import Path
from agentvid.engine import EngineContext, EngineRequest
from agentvid.engines.fake import FakeEngine
from agentvid.store.objects import ObjectStore
request = EngineRequest.model_validate(json.loads({json.dumps(json.dumps({"task": "compose"}))}))
asyncio.run(FakeEngine().run(request, EngineContext(ObjectStore(Path({str(tmp_path)!r})))))
"""
    environ = {**os.environ, "AGENTVID_FAKE": "compose=die"}

    ended = subprocess.run([sys.executable, "-c", code], env=environ, cwd=ROOT, check=False, capture_output=True)

    assert (ended.returncode, ended.stderr) == (70, b"")


def test_making_one_loads_nothing_heavy():
    code = "import sys; from agentvid.engines.fake import FakeEngine; FakeEngine().capabilities(); print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert not {"numpy", "cv2", "av", "torch"} & set(loaded.split())
