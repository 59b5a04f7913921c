"""World models through one face: the truth, its rivals, the classical engine, the small and the unified model."""

from __future__ import annotations

import warnings
from dataclasses import replace

import cv2
import numpy as np
import pytest
import small_checkpoint
import unified_checkpoint

from agentvid.engines.classical.world_model import ClassicalWorld, SteadyShift
from agentvid.engines.simulator.world_model import ConstantSpeed, CopyLast, SimulatorWorld
from agentvid.engines.small.world_model import SmallWorld
from agentvid.engines.unified.world_model import UnifiedWorld
from agentvid.errors import InputError
from agentvid.evals.world.view import stability
from agentvid.models.mot import Unified
from agentvid.world.branch import branch, branch_frame, branch_object, side_by_side
from agentvid.world.edits import Recolour, Remove
from agentvid.world.language import Course, tell_course
from agentvid.world.model import WAIT, Look, Say, Start, WorldModel, inverse
from agentvid.world.physics import FRAMES, Drop, Push, Stage, simulate
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, Scene, Solid
from agentvid.world.walk import eye_at, start_at

BALL = Solid(2, 1, "ball", "yellow", "small")
CUBE = Solid(2, 3, "cube", "red", "small")
SCENE = Scene((BALL, CUBE))
PUSH = Push(BALL, "right", "hard")


def start(size: int = 32, scene: Scene = SCENE) -> Start:
    return Start(render_scene(scene, size=size).rgb[None], scene=scene)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallWorld:
    folder = small_checkpoint.save(tmp_path_factory.mktemp("small"))
    return SmallWorld(Unified.from_pretrained(folder))


@pytest.fixture(scope="module")
def unified() -> UnifiedWorld:
    return UnifiedWorld(unified_checkpoint.restless())


# ---------------------------------------------------------------- the truth and its rivals


def test_a_stage_moves_as_a_clip_does():
    clip, stage = simulate(SCENE, PUSH), Stage(SCENE)
    stage.act(PUSH)

    for pose in clip.poses[1:]:
        stage.advance(1 / 8)
        assert stage.poses == pytest.approx(pose, abs=1e-5)


def test_a_copied_stage_goes_its_own_way():
    stage = Stage(SCENE)
    stage.act(PUSH)
    stage.advance(0.25)
    other = stage.copy()
    other.advance(0.5)
    before = stage.poses.copy()

    assert (other.poses != before).any()
    assert (stage.poses == before).all()
    stage.advance(0.5)
    assert (stage.poses == other.poses).all()


def test_a_thrown_body_flies_an_arc():
    stage = Stage(SCENE)
    stage.throw(BALL, (1.0, 0.0, 3.0), 0.5)
    stage.advance(0.25)

    ball = stage.poses[SCENE.solids.index(BALL)]
    rest = Stage(SCENE).poses[SCENE.solids.index(BALL)]
    assert ball[0] == pytest.approx(rest[0] + 0.25, abs=1e-4)
    assert ball[2] == pytest.approx(rest[2] + 0.5 + 3 * 0.25 - 9.8 / 2 * 0.25**2, abs=0.01)
    with pytest.raises(InputError):
        stage.throw(replace(BALL, colour="blue"), (0, 0, 0))


def test_the_simulator_is_the_true_clip():
    model = SimulatorWorld()
    state = model.rollout(model.reset(start()), [PUSH, *[WAIT] * 5])

    clip = simulate(SCENE, PUSH, 7)
    true = np.stack([render_scene(SCENE, pose, size=32).rgb for pose in clip.poses[1:]])
    assert state.new_frames.shape == true.shape
    assert model.score(state, true).max() < 1
    assert np.abs(model.decode(model.encode(true)).astype(int) - true).max() == 0
    with pytest.raises(InputError, match="scene"):
        model.reset(Start(true[:1]))


def test_an_action_can_come_later_and_in_words():
    model = SimulatorWorld()
    later = model.rollout(model.reset(start()), [WAIT, Say(tell_course(Course(Drop(CUBE)), "en"))])
    same = model.rollout(model.reset(start()), [WAIT, Drop(CUBE)])

    assert (later.new_frames == same.new_frames).all()
    assert (later.new_frames[0] == later.frames[0]).all()
    assert (later.new_frames[1] != later.frames[0]).any()
    with pytest.raises(InputError, match="action"):
        model.step(later, Say("make it nice"))


@pytest.mark.parametrize("keys", ["ddd", "aad"])
def test_the_stages_camera_comes_back(keys):
    model = SimulatorWorld()
    moves = [Look(key) for key in keys]
    state = model.rollout(model.reset(start()), [*moves, *inverse(moves)])

    assert stability(state.frames) == 0


def test_a_walker_sees_what_the_renderer_sees_from_there():
    model, spot = SimulatorWorld(), start_at(0)
    first = render_scene(SCENE, eye=eye_at(spot), size=32).rgb
    begun = model.reset(Start(first[None], scene=SCENE, view="walker", spot=spot))
    moves = [Look("d"), Look("look_left"), Look("w")]

    there = model.rollout(begun, moves)
    back = model.rollout(there, inverse(moves))

    assert (there.frame != first).any()
    assert np.abs(back.frame.astype(int) - first).max() <= 1
    with pytest.raises(InputError, match="walker"):
        model.step(begun, Look("look_up"))
    with pytest.raises(InputError, match="three heights"):
        model.step(model.reset(start()), Look("w"))


def test_rivals_stand_still_or_go_on():
    still = CopyLast().rollout(CopyLast().reset(start()), [PUSH, WAIT])
    assert (still.new_frames == still.frames[0]).all()
    model = ConstantSpeed()
    state = model.rollout(model.reset(start()), [PUSH, WAIT, WAIT])
    true = SimulatorWorld().rollout(SimulatorWorld().reset(start()), [PUSH, WAIT, WAIT])
    assert model.score(state, true.new_frames)[0] < 1, "the first step is known"
    assert model.score(state, true.new_frames)[2] > 1, "friction is not"
    with pytest.raises(InputError, match="constant-velocity"):
        model.step(state, Look("a"))


# ---------------------------------------------------------------- models


def models(small, unified) -> list[WorldModel]:
    return [SimulatorWorld(), CopyLast(), ConstantSpeed(), ClassicalWorld(), SteadyShift(), small, unified]


def test_all_are_world_models_and_pure(small, unified):
    for model in models(small, unified):
        assert isinstance(model, WorldModel)
        begun = model.reset(start(128), seed=3)
        once, again = model.step(begun, WAIT), model.step(begun, WAIT)
        assert (once.frames == again.frames).all(), model.name
        assert once.frames.shape == (2, *begun.frame.shape) and once.actions == (WAIT,)
        assert len(begun.frames) == 1
        latents = model.encode(once.frames)
        assert latents.dtype == np.float32 and len(latents) == 2
        assert model.decode(latents).shape == once.frames.shape
        assert model.score(once, once.new_frames) == pytest.approx([0])


def test_the_classical_engine_carries_on_and_turns_back():
    model = ClassicalWorld()
    shifts = np.random.default_rng(0).integers(0, 256, (64, 160, 3), np.uint8)
    shifts = np.asarray(cv2.GaussianBlur(shifts, (9, 9), 2))
    clip = np.stack([shifts[:, 2 * at : 2 * at + 96] for at in range(30)])
    going = model.rollout(model.reset(Start(clip[:24])), [WAIT] * 4)
    held = CopyLast().rollout(CopyLast().reset(Start(clip[:24])), [WAIT] * 4)
    inner = np.s_[:, 8:-8, 8:-24]
    assert np.abs(going.new_frames[inner].astype(int) - clip[24:28][inner]).mean() < 3
    assert np.abs(held.new_frames[inner].astype(int) - clip[24:28][inner]).mean() > 8

    moves = [Look("d"), Look("w")]
    state = model.rollout(model.reset(start(64)), [*moves, *inverse(moves)])
    assert stability(state.frames) == 0
    assert (state.frames[2] != state.frames[0]).any()
    with pytest.raises(InputError, match="classical"):
        model.step(state, PUSH)


def test_the_small_model_does_every_action_of_its_world(small):
    begun = small.reset(start(128))
    clip = small.rollout(begun, [PUSH, WAIT])
    assert len(clip.new_frames) == 2
    assert (small.step(small.step(begun, PUSH), WAIT).frames.shape) == clip.frames.shape
    view = small.rollout(begun, [Look("d"), Look("look_up")])
    assert view.inner.scene.camera == Camera(1, "high")  # type: ignore[union-attr]
    assert (view.new_frames[0] != view.new_frames[1]).any()
    with pytest.raises(InputError, match="moves before"):
        small.step(clip, Look("d"))
    with pytest.raises(InputError, match="128x128"):
        small.reset(start(64))


def test_the_small_model_anchors_anew_after_its_longest_clip_and_says_so(small):
    state = small.rollout(small.reset(start(128)), [PUSH, *[WAIT] * FRAMES])

    assert len(state.new_frames) == FRAMES + 1
    assert any("anchor" in note for note in state.notes)


def test_the_small_model_walks(small):
    spot = start_at(0)
    first = render_scene(SCENE, eye=eye_at(spot)).rgb
    begun = small.reset(Start(first[None], scene=SCENE, view="walker", spot=spot))

    walked = small.rollout(begun, [Look("w"), Look("look_left")])

    assert len(small.step(walked, Look("w")).new_frames) == 3
    with pytest.raises(InputError, match="look_left"):
        small.step(begun, Look("s"))


def test_the_unified_model_takes_every_action(unified):
    begun = unified.reset(start(64))
    frames = [unified.step(begun, action).frame for action in (WAIT, PUSH, Look("d"), Say("make it red"))]

    assert all((frame != begun.frame).any() for frame in frames)
    assert (frames[0] != frames[3]).any()


# ---------------------------------------------------------------- counterfactuals


def test_another_action_shares_what_lies_before():
    model = SimulatorWorld()
    fact = model.rollout(model.reset(start()), [PUSH, *[WAIT] * 5])
    made = branch(model, fact, 3, [Push(BALL, "back", "hard"), WAIT, WAIT])

    assert (made.difference[:3] == 0).all() and (made.difference[3:] > 0).all()
    assert made.other.actions == (PUSH, WAIT, WAIT, Push(BALL, "back", "hard"), WAIT, WAIT)
    strip = side_by_side(made)
    assert strip.shape == (3 * 32, 6 * 32, 3)
    assert (strip[64:, : 3 * 32] == 255).all() and (strip[64:, 3 * 32 :] < 200).any()
    with pytest.raises(InputError):
        branch(model, fact, 7, [WAIT])


def test_the_prefix_is_shared_by_models_that_draw_together(small):
    fact = small.rollout(small.reset(start(128)), [PUSH, WAIT, WAIT])

    made = branch(small, fact, 2, [Drop(CUBE)])

    assert (made.other.frames[:3] == fact.frames[:3]).all()


def test_another_object_follows_from_the_start():
    model = SimulatorWorld()
    fact = model.rollout(model.reset(start()), [PUSH, WAIT])
    made = branch_object(model, fact, Recolour(BALL, "blue"))

    assert made.other.actions[0] == replace(PUSH, target=replace(BALL, colour="blue"))
    assert (made.difference > 0).all()
    alone = branch_object(model, fact, Remove(CUBE))
    assert alone.other.start.scene == Scene((BALL,))
    with pytest.raises(InputError, match="taken away"):
        branch_object(model, fact, Remove(BALL))


def test_another_frame_is_gone_on_from():
    model = ClassicalWorld()
    fact = model.rollout(model.reset(start(32)), [WAIT] * 4)
    other = 255 - fact.frame

    made = branch_frame(model, fact, 2, other)

    assert (made.other.frames[2] == other).all()
    assert (made.other.frames[-1] == other).all(), "one frame shows no motion"
    assert made.other.frames.shape == fact.frames.shape
    assert made.difference[0] == 0 and (made.difference[1:] > 0).all()


# ---------------------------------------------------------------- the environment


def test_the_environment_passes_gymnasiums_own_check():
    pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    from agentvid.world.gym_env import WorldEnv, camera_actions, random_starts

    for acts in ({}, {"acts": camera_actions}):
        env = WorldEnv(SimulatorWorld(), random_starts(1, size=32), most_steps=3, **acts)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check_env(env, skip_render_check=True)
        first, _ = env.reset(seed=1)
        again, _ = env.reset(seed=1)
        assert (first == again).all()
        ended = [env.step(1)[3] for _ in range(3)]
        assert ended == [False, False, True]
        assert (env.render() != first).any()
