"""The simulator draws what the words of the small world say, says what it is, and refuses all else."""

from __future__ import annotations

import numpy as np
import pytest

from agentvid.engine import Engine, EngineContext, EngineRequest, pack
from agentvid.engines.simulator import LABEL, SimulatorEngine
from agentvid.errors import CallError, EngineError, InputError
from agentvid.media.types import Image, Video
from agentvid.store.objects import ObjectStore
from agentvid.world.caption import caption
from agentvid.world.language import read_thought
from agentvid.world.reading import read_request
from agentvid.world.render import render_scene
from agentvid.world.scene import sample_scene
from agentvid.world.words import LANGUAGES

THOUGHT = "one large red cube at left front; one small blue ball at far right back; camera from the front, middle"


@pytest.fixture
def context(tmp_path):
    return EngineContext(ObjectStore(tmp_path))


def asking(task, seed=0, thought="", **inputs):
    return EngineRequest(
        task=task, inputs={name: pack(value) for name, value in inputs.items()}, seed=seed, thought=thought
    )


async def test_it_draws_the_thought(context):
    made = await SimulatorEngine().run(asking("text_to_image", prompt=THOUGHT), context)
    image = made.get("image", Image)

    assert LABEL in made.warnings
    assert np.array_equal(context.store.image(image), render_scene(read_thought(THOUGHT)).rgb)
    assert made.get("thought", str) == THOUGHT


async def test_an_edited_thought_wins_over_the_prompt(context):
    request = asking("text_to_image", thought=THOUGHT.replace("red", "green"), prompt=THOUGHT)

    assert "green cube" in (await SimulatorEngine().run(request, context)).get("thought", str)


async def test_a_thought_that_is_no_layout_is_said_to_be_unused(context):
    request = asking("text_to_image", thought="I will draw what was asked for.", prompt=THOUGHT)
    made = await SimulatorEngine().run(request, context)

    assert made.get("thought", str) == THOUGHT
    assert any("no layout" in warning for warning in made.warnings)


@pytest.mark.parametrize("prompt", ["a red cube to the left of a small ball", "一个红色方块在一个小球左边"])
async def test_a_caption_is_placed_by_its_seed(context, prompt):
    results = [await SimulatorEngine().run(asking("text_to_image", seed, prompt=prompt), context) for seed in (0, 0, 1)]
    first, again, other = (result.get("image", Image).artifact for result in results)

    assert first == again != other
    assert any("drawn from the seed: places" in warning for warning in results[0].warnings)
    cube, ball = sorted(read_request(prompt, 0).scene.solids, key=lambda solid: solid.column)
    assert (cube.shape, cube.colour, ball.shape, ball.size) == ("cube", "red", "ball", "small")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["list", "relation", "count"])
def test_the_captions_of_the_world_can_be_read(language, kind):
    rng = np.random.default_rng(0)
    for _ in range(20):
        scene = sample_scene(rng, int(rng.integers(1, 4)))
        told = caption(rng, scene, language, kind)
        found = read_request(told, 0).scene
        assert sorted(solid.shape for solid in found.solids) == sorted(solid.shape for solid in scene.solids)
        assert found.camera == scene.camera
        if kind == "list":
            assert sorted(solid.look for solid in found.solids) == sorted(solid.look for solid in scene.solids)


async def test_an_action_makes_a_clip(context):
    prompt = THOUGHT + "; action: the large red cube at left front is pushed right, hard"
    made = await SimulatorEngine().run(asking("text_to_video", prompt=prompt, width=64, height=48), context)
    video = made.get("video", Video)

    assert (video.frames, video.width, video.fps) == (16, 48, 8.0)
    assert "stops" in made.get("thought", str)
    assert any("square" in warning for warning in made.warnings)


async def test_without_an_action_the_camera_turns(context):
    made = await SimulatorEngine().run(asking("text_to_video", prompt=THOUGHT, width=32, height=32, seconds=1), context)

    assert made.get("video", Video).frames == 8
    assert any("turns once" in warning for warning in made.warnings)


@pytest.mark.parametrize("prompt", ["a cat on a sofa", "a red pyramid", "一只猫", "two large red dogs and a cube", ""])
async def test_what_is_not_of_the_small_world_is_refused(context, prompt):
    with pytest.raises((CallError, EngineError)):
        await SimulatorEngine().run(asking("text_to_image", prompt=prompt), context)


async def test_it_can_not_see(context):
    with pytest.raises(EngineError, match="edit_image"):
        await SimulatorEngine().run(asking("edit_image", prompt=THOUGHT), context)


def test_an_action_needs_its_target():
    with pytest.raises(InputError, match="target"):
        read_request(THOUGHT + "; action: the small red cube at left front is dropped", 0)


def test_it_is_an_engine_that_is_ready():
    engine = SimulatorEngine()

    assert isinstance(engine, Engine)
    assert engine.status().state == "ready"
    assert len(engine.weights) == 12
    assert all(LABEL in capability.note for capability in engine.capabilities())
