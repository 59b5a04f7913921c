"""The live form of notebooks: what a button, a key or a box drawn on a picture does is what the methods do."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentvid import BlockingAgent
from agentvid.engines.simulator.world_model import SimulatorWorld
from agentvid.evals.editing.case import Medium
from agentvid.evals.editing.media import make_medium
from agentvid.notebook import Correction, Explorer
from agentvid.world.model import Look, Start
from agentvid.world.physics import Push
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid

pytest.importorskip("ipywidgets")
pytest.importorskip("anywidget")

BALL = Solid(1, 0, "ball", "yellow", "small")
SCENE = Scene((BALL, Solid(1, 3, "cube", "red", "small")))


@pytest.fixture
def explorer() -> Explorer:
    return Explorer(SimulatorWorld(), Start(render_scene(SCENE).rgb[None], scene=SCENE))


def test_keys_and_buttons_move_the_camera(explorer: Explorer):
    parts = explorer.widget.parts
    before = parts["canvas"].source
    parts["canvas"].pressed = ["d", 1]
    parts["canvas"].pressed = ["d", 2]
    parts["look_up"].click()

    assert explorer.state.actions == (Look("d"), Look("d"), Look("look_up"))
    assert parts["canvas"].source != before and "look up" in parts["told"].value
    parts["back"].click()
    assert len(explorer.state.actions) == 2


def test_what_is_chosen_is_pushed(explorer: Explorer):
    parts = explorer.widget.parts
    parts["who"].value, parts["strength"].value = BALL, "gently"
    parts["push right"].click()
    parts["wait"].click()

    assert explorer.state.actions[0] == Push(BALL, "right", "gently") and len(explorer.state.actions) == 2


def test_a_refusal_is_told_and_changes_nothing(explorer: Explorer):
    parts = explorer.widget.parts
    parts["w"].click()
    parts["say"].value = "dance"

    assert explorer.state.actions == () and "dance" in parts["told"].value


def test_live_and_still_are_both_told(explorer: Explorer):
    bundle = explorer._repr_mimebundle_()

    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= bundle.keys()


def test_a_box_drawn_and_a_thought_written_are_drafts_until_run(tmp_path: Path, home: Path):
    cup = make_medium(Medium(name="cup", sample="coffee.jpg", width=300), tmp_path)
    with BlockingAgent(home, in_process=True) as agent:
        turn = agent.session().send("make the red cup blue", cup)
        correction = Correction(turn, "t1.s1.box")
        parts = correction.widget.parts
        assert parts["canvas"].box == [38, 39, 240, 196] and parts["run"].disabled

        parts["canvas"].box = [30, 20, 130, 196]
        parts["thought"].value = "Find the red saucer."
        assert "t1.s1" in parts["price"].value and not parts["run"].disabled and turn.revision == 1

        parts["run"].click()
        assert turn.revision == 2 and turn.chain.step("t1.s1").given["box"]["x1"] == 130
        assert "Find the red saucer." in parts["table"].value and parts["run"].disabled

        parts["canvas"].box = [30, 20, 30, 20]
        assert parts["run"].disabled, "a box without an area is none"
