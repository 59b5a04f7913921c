"""From words alone through the whole agent, on tiny random weights: a dialogue, edited thoughts, the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_checkpoint import TASKS, card, save

from agentvid import Agent
from agentvid.chain.edit import SetThought
from agentvid.chain.step import as_ref
from agentvid.engine import unpack
from agentvid.engines.small import SmallEngine
from agentvid.errors import SettingsError
from agentvid.media.types import Image, Video
from agentvid.planner import PlanRequest
from agentvid.planner.unified import UnifiedPlanner
from agentvid.plugins import load_engines
from agentvid.run.route import offers, route


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    import torch

    torch.set_num_threads(1)
    return save(tmp_path_factory.mktemp("small"))


@pytest.fixture
def small(folder, monkeypatch) -> Path:
    monkeypatch.setenv("AGENTVID_SMALL", str(folder))
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    return folder


def found(turn, step: str, port: str):
    return unpack(turn.run.port(step, port))


async def test_a_dialogue_of_four_turns_in_chinese(tmp_path, small):
    async with Agent(tmp_path, in_process=True) as agent:
        session = await agent.session("talk")
        said = ("画一个红色的大方块和一个蓝色小球", "把方块变成蓝色", "颜色再淡一点", "变成视频")
        turns = [await session.send(text) for text in said]

        assert [turn.status for turn in turns] == ["done"] * 4
        pictures = [found(turn, f"t{turn.number}.s1", "image") for turn in turns[:3]]
        assert all(isinstance(picture, Image) for picture in pictures)
        assert len({picture.artifact for picture in pictures}) == 3
        layouts = [found(turn, f"t{turn.number}.s1", "layout") for turn in turns[:3]]
        assert ["红色大方块" in layouts[0], "蓝色大方块" in layouts[1], "青色大方块" in layouts[2]] == [True] * 3
        assert all("蓝色小球" in layout for layout in layouts)
        for turn in turns[1:]:
            assert str(as_ref(turn.chain.steps[0].args["image"])) == f"t{turn.number - 1}.s1.image"
        clip = found(turns[3], "t4.s1", "video")
        assert isinstance(clip, Video) and clip.frames == 24
        assert all(agent.store.has(picture.artifact) for picture in pictures), "earlier results survive"
        assert turns[0].run.steps["t1.s1"].engines == {"text_to_image": "small@1 (ready)"}


async def test_an_edited_thought_is_a_new_key_and_another_picture_and_the_check_follows(tmp_path, small):
    async with Agent(tmp_path, in_process=True) as agent:
        turn = await (await agent.session("edit")).send("画一个红色的大方块")
        before, key = found(turn, "t1.s1", "image"), turn.run.steps["t1.s1"].key
        thought = turn.chain.steps[0].thought.replace("红色", "绿色")
        await turn.edit([SetThought(step="t1.s1", thought=thought)])

        assert turn.run.steps["t1.s1"].key != key
        assert found(turn, "t1.s1", "image") != before
        assert found(turn, "t1.s1", "layout") == thought
        assert turn.run.steps["t1.s2"].executed
        given = "one small blue ball at centre; camera from the front, middle"
        await turn.give("t1.s1.layout", given)
        assert found(turn, "t1.s1", "layout") == given
        assert turn.run.steps["t1.s1"].executed, "a given layout is drawn, not only told"


async def test_the_simulator_draws_the_same_layout_where_it_is_wished(tmp_path, small):
    async with Agent(tmp_path, in_process=True) as agent:
        turn = await (await agent.session("truth")).send("画一个红色的大方块", engine="simulator")
        assert turn.chain.steps[0].engine == "simulator"
        assert found(turn, "t1.s1", "layout") == turn.chain.steps[0].thought


async def test_without_weights_it_says_how_to_get_them(tmp_path, monkeypatch):
    monkeypatch.setenv("AGENTVID_SMALL", str(tmp_path / "nowhere"))
    async with Agent(tmp_path, in_process=True) as agent:
        turn = await (await agent.session("none")).send("画一个红色的大方块")
        assert turn.status == "failed"
        assert "no folder" in str(turn.run.steps["t1.s1"].error)
        assert "simulator" in str(turn.run.steps["t1.s1"].error)


def test_it_is_chosen_by_wish_alone(small):
    engines = load_engines()

    assert route("edit_image", engines).engine == "classical"
    assert route("text_to_image", engines, "small").state == "ready"
    assert offers(engines)["small"] == {*TASKS, "measure"}
    assert "unified" not in offers(engines)


# ---------------------------------------------------------------- planning by the model itself


def test_weights_that_do_not_plan_say_so(small):
    with pytest.raises(SettingsError, match="do not plan yet"):
        UnifiedPlanner()


def test_no_weights_at_all_say_so(tmp_path, monkeypatch):
    monkeypatch.setenv("AGENTVID_SMALL", str(tmp_path / "nowhere"))
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    with pytest.raises(SettingsError, match=r"has no model.*AGENTVID_SMALL"):
        UnifiedPlanner()


def test_weights_that_plan_badly_say_so(tmp_path, folder, monkeypatch):
    import shutil

    own = Path(shutil.copytree(folder, tmp_path / "own"))
    (own / "card.json").write_text(json.dumps(card(*TASKS, drafts=("plan",))), encoding="utf-8")
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    with pytest.raises(SettingsError, match=r"too badly.*0\.40"):
        UnifiedPlanner()


def _with_all_tasks(text: str) -> PlanRequest:
    return PlanRequest(1, text, bears={"small": frozenset({*TASKS, "measure"})})


async def test_weights_that_plan_wish_for_their_own_engine(tmp_path, folder, monkeypatch):
    import shutil

    own = Path(shutil.copytree(folder, tmp_path / "own"))
    (own / "card.json").write_text(json.dumps(card(*TASKS, "plan")), encoding="utf-8")
    monkeypatch.setenv("AGENTVID_SMALL", str(own))
    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    told = "generate_image: a red ball\nnovel_view: once around, seconds 3"
    monkeypatch.setattr("agentvid.planner.unified.write_plan", lambda *told_to: told)
    chain = await UnifiedPlanner().plan(_with_all_tasks("draw a red ball and turn it into a video"), lambda event: None)

    assert [(step.tool, step.engine) for step in chain] == [
        ("generate_image", "small"),
        ("check", "small"),
        ("novel_view", "small"),
    ]
    assert "one " in chain.steps[0].thought and "red ball at" in chain.steps[0].thought
    assert {found.task for found in SmallEngine().capabilities()} == {*TASKS, "measure"}


# ---------------------------------------------------------------- the command line


@pytest.mark.slow
def test_a_plan_on_the_command_line_shows_the_layout_before_anything_runs(tmp_path, folder):
    environ = os.environ | {"AGENTVID_SMALL": str(folder), "AGENTVID_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "agentvid", "plan", "draw a large red cube and a small blue ball", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path, check=True)
    step = json.loads(ended.stdout)["chain"]["steps"][0]

    assert (step["tool"], step["engine"]) == ("generate_image", "small")
    assert "one large red cube at" in step["thought"]
    outside = subprocess.run(
        [*command[:4], "画一只猫", "--json"], capture_output=True, text=True, env=environ, cwd=tmp_path
    )
    assert outside.returncode == 0
    assert "“猫”不在其中" in json.loads(outside.stdout)["chain"]["question"]


@pytest.mark.slow
def test_the_engine_runs_in_a_worker_process(tmp_path, folder):
    environ = os.environ | {"AGENTVID_SMALL": str(folder), "AGENTVID_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "agentvid", "run", "画一个红色的大方块", "--json", "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path, check=True)

    told = json.loads(ended.stdout)
    assert told["status"] == "done"
    assert "红色大方块" in told["runs"]["t1.s1"]["outputs"]["layout"]
    assert list((tmp_path / "out").glob("*.png"))
