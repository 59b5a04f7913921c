"""Clips of the small engine on tiny random weights: walks, maps, turntables, what goes on; what its card lacks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_checkpoint import TASKS, card, save
from test_small_engine import LAYOUT, run

from agentvid.engines.small import SmallEngine
from agentvid.engines.small import back as back_module
from agentvid.engines.small import inside as inside_module
from agentvid.engines.small import walk as walk_module
from agentvid.engines.small.thinking import Task
from agentvid.engines.small.turntable import is_turntable
from agentvid.engines.small.weights import Claim
from agentvid.errors import CallError, EngineError
from agentvid.media.types import Action, Actions, Answer, CameraPath, CameraPose, Image, Video
from agentvid.store.objects import ObjectStore
from agentvid.world.language import read_thought
from agentvid.world.scene import Camera

SCENE = "one large red cube at left front; one small blue ball at right back; camera from the front, middle"
WALK = "walk: start at the left; forward x2, left"
MOVES = Actions(actions=(Action(move="forward", amount=2), Action(move="turn_left", amount=15)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    import torch

    torch.set_num_threads(1)
    return save(tmp_path_factory.mktemp("small"), card(*TASKS, drafts=("turntable",)))


@pytest.fixture
def engine(folder, monkeypatch):
    monkeypatch.setenv("AGENTVID_SMALL", str(folder))
    monkeypatch.setattr(inside_module, "rebuilt_db", lambda unified, picture: 35.0)
    return SmallEngine()


@pytest.fixture
def store(tmp_path):
    return ObjectStore(tmp_path / "store")


@pytest.fixture
def picture(store):
    return store.put_image(np.random.default_rng(1).integers(0, 256, (128, 128, 3), dtype=np.uint8))


def test_a_walk_follows_its_moves_and_its_thought(engine, store, picture):
    def walked(thought, **more):
        return run(engine, store, "navigate", image=picture, actions=MOVES, thought=thought, **more)

    made, other = walked(f"{SCENE}; {WALK}"), walked(f"{SCENE.replace('red', 'green')}; {WALK}")
    video = made.get("video", Video)
    assert video.frames == 4
    assert video.artifact != other.get("video", Video).artifact
    assert [(move.move, move.amount) for move in made.get("actions", Actions).actions] == [
        ("forward", 2),
        ("turn_left", 15),
    ]
    assert read_thought(made.get("thought", str)) == read_thought(f"{SCENE}; {WALK}")
    longer = walked(f"{SCENE}; {WALK}, right")
    assert longer.get("video", Video).frames == 5
    assert any("another walk" in warning for warning in longer.warnings)
    assert walked(f"{SCENE}; {WALK}", stepwise=True).get("video", Video).frames == 4


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ((Action(move="back"),), "the move back"),
        ((Action(move="forward", amount=0.2),), "no whole step"),
        ((Action(move="forward", amount=40),), "40 steps"),
    ],
)
def test_moves_it_does_not_know_are_refused(engine, store, picture, moves, told):
    with pytest.raises(CallError, match=told):
        run(engine, store, "navigate", image=picture, actions=Actions(actions=moves), thought=f"{SCENE}; {WALK}")


def test_a_map_is_walked_over_as_told_or_thought(engine, store, picture):
    made = run(engine, store, "map_to_view", map=picture, walk=WALK, layout=SCENE)
    assert made.get("video", Video).frames == 4
    assert made.get("map", Image) != picture
    assert read_thought(made.get("thought", str)) == read_thought(f"{SCENE}; {WALK}")
    thought = run(engine, store, "map_to_view", map=picture, thought=f"{SCENE}; {WALK}")
    assert thought.get("map", Image) == picture
    with pytest.raises(CallError, match="the walk 'there'"):
        run(engine, store, "map_to_view", map=picture, walk="there", layout=SCENE)


def test_a_picture_of_another_world_is_not_walked_in(engine, store, picture, monkeypatch):
    monkeypatch.setattr(inside_module, "rebuilt_db", lambda unified, picture: 20.0)
    for task, inputs in (("navigate", {"image": picture, "actions": MOVES}), ("map_to_view", {"map": picture})):
        with pytest.raises(CallError, match="outside its world"):
            run(engine, store, task, thought=f"{SCENE}; {WALK}", **inputs)


def test_where_nothing_is_done_the_clip_goes_about_the_stage(engine, store):
    made = run(engine, store, "text_to_video", prompt="a large red cube and a small blue ball", thought=LAYOUT)
    assert made.get("video", Video).frames == 24
    assert made.get("thought", str) == LAYOUT
    assert any("once about the stage" in warning for warning in made.warnings)
    assert any("a draft" in warning for warning in made.warnings)


def test_a_view_is_led_back_to_its_picture_and_a_walk_where_it_is_asked_for(engine, store, picture, monkeypatch):
    monkeypatch.setattr(inside_module, "rebuilt_db", lambda unified, picture: 60.0)
    monkeypatch.setattr(back_module, "rebuilt_db", lambda unified, picture: 60.0)
    path = CameraPath(poses=(CameraPose(seconds=0.0), CameraPose(seconds=1.0, yaw_deg=15.0)))
    view = run(engine, store, "novel_view", image=picture, path=path, layout=LAYOUT).get("bound", Answer)
    assert "reads no scene in its last view" in view.text and "inversion" not in view.measures
    monkeypatch.setattr(back_module, "read_picture", lambda task, view: read_thought(LAYOUT))
    view = run(engine, store, "novel_view", image=picture, path=path, layout=LAYOUT).get("bound", Answer)
    assert view.measures["inversion"] > 0.5, "random weights lead nowhere"

    def walked(**more):
        made = run(engine, store, "navigate", image=picture, actions=MOVES, thought=f"{SCENE}; {WALK}", **more)
        return made.get("bound", Answer)

    assert "inversion" not in walked().measures and "argument test" in walked().text
    assert walked(test=True).measures["inversion"] > 0.5


def test_a_model_that_stands_still_proves_nothing_by_its_way_back(engine, store, picture, monkeypatch):
    monkeypatch.setattr(inside_module, "rebuilt_db", lambda unified, picture: 60.0)
    monkeypatch.setattr(back_module, "rebuilt_db", lambda unified, picture: 60.0)
    monkeypatch.setattr(walk_module, "_together", lambda task, picture, *rest: np.stack([picture] * 4))
    made = run(engine, store, "navigate", image=picture, actions=MOVES, thought=f"{SCENE}; {WALK}", test=True)
    assert "nothing moved" in made.get("bound", Answer).text


def test_a_clip_that_goes_on_is_led_back_in_time(engine, store, picture, monkeypatch):
    monkeypatch.setattr(inside_module, "read_picture", lambda task, picture: read_thought(LAYOUT))
    monkeypatch.setattr(inside_module, "rebuilt_db", lambda unified, picture: 60.0)
    monkeypatch.setattr(back_module, "rebuilt_db", lambda unified, picture: 60.0)
    video = store.put_video(iter([np.roll(store.image(picture), at, axis=1) for at in range(4)]), 8.0)

    def told(seconds, **more):
        return run(engine, store, "future_frames", video=video, seconds=seconds, **more).get("bound", Answer)

    assert "argument test" in told(1.0).text
    assert told(1.0, test=True).measures["inversion"] > 0.5
    assert "fewer than 4 new frames" in told(0.25, test=True).text
    action = "动作：右后的蓝色小球从高处落下；第5帧：右后的蓝色小球落地"
    assert "one frame was given" in told(0.25, thought=action).text


def test_a_full_turn_is_one_clip_where_the_card_trusts_it_as_far_as_views(engine, store):
    scene = read_thought(LAYOUT)
    around = [Camera(step) for step in range(24)]
    sure, unsure = Claim(draft=False), Claim()

    def is_one(views, claims, cameras):
        return is_turntable(Task(None, None, None, claim=views, claims=claims), scene, cameras)

    assert is_one(unsure, {"turntable": unsure}, around)
    assert is_one(sure, {"turntable": sure}, around)
    assert not is_one(sure, {"turntable": unsure}, around)
    assert not is_one(unsure, {}, around)
    assert not is_one(sure, {"turntable": sure}, around[:23])
    assert not is_one(sure, {"turntable": sure}, [*around, Camera(0, "high")])


def test_without_an_action_what_is_seen_goes_on(engine, store, picture, monkeypatch):
    monkeypatch.setattr(inside_module, "read_picture", lambda task, picture: read_thought(LAYOUT))
    frames = [np.roll(store.image(picture), at, axis=1) for at in range(6)]
    made = run(engine, store, "future_frames", video=store.put_video(iter(frames), 8.0), seconds=1.0)
    other = run(engine, store, "future_frames", video=store.put_video(iter(frames[::-1]), 8.0), seconds=9.0)

    assert (made.get("video", Video).frames, made.get("future", Video).frames) == (14, 8)
    assert other.get("future", Video).frames == 12
    assert any("what is seen in 4 frames goes on" in warning for warning in made.warnings)
    assert any("a draft" in warning for warning in made.warnings)
    with pytest.raises(CallError, match="fewer than 4 frames"):
        run(engine, store, "future_frames", video=store.put_video(iter(frames[:3]), 8.0), seconds=1.0)


def test_what_its_card_lacks_is_refused(folder, store, picture, tmp_path, monkeypatch):
    import shutil

    own = shutil.copytree(folder, tmp_path / "own")
    (own / "card.json").write_text(json.dumps(card("text_to_video")), encoding="utf-8")
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    engine = SmallEngine()
    for task in ("navigate", "map_to_view"):
        with pytest.raises(EngineError, match=task):
            run(engine, store, task)
    with pytest.raises(CallError, match="nothing moves"):
        run(engine, store, "text_to_video", prompt="a large red cube")
