"""The live form of notebooks: what a button, a key or a box drawn on a picture does is what the methods do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from agentvid import BlockingAgent, Box
from agentvid.engines.simulator.world_model import SimulatorWorld
from agentvid.errors import SessionBusy
from agentvid.evals.editing.case import Medium
from agentvid.evals.editing.media import make_medium
from agentvid.notebook import Correction, Explorer
from agentvid.samples import COFFEE
from agentvid.world.model import Look, Start
from agentvid.world.physics import Push
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid

pytest.importorskip("ipywidgets")
pytest.importorskip("anywidget")

BALL = Solid(1, 0, "ball", "yellow", "small")
SCENE = Scene((BALL, Solid(1, 3, "cube", "red", "small")))


def press(canvas, *keys: str) -> None:
    """What the browser sends for keys."""
    for key in keys:
        canvas._handle_custom_msg({"pressed": key}, [])


@pytest.fixture
def explorer() -> Explorer:
    return Explorer(SimulatorWorld(), Start(render_scene(SCENE).rgb[None], scene=SCENE))


def test_keys_and_buttons_move_the_camera(explorer: Explorer):
    parts = explorer.widget.parts
    before = parts["canvas"].source
    press(parts["canvas"], "d", "d")
    parts["look_up"].click()

    assert explorer.state.actions == (Look("d"), Look("d"), Look("look_up"))
    assert parts["canvas"].source != before and "look up" in parts["told"].value
    parts["back"].click()
    assert len(explorer.state.actions) == 2


def test_buttons_are_told_in_chinese():
    explorer = Explorer(SimulatorWorld(), Start(render_scene(SCENE).rgb[None], scene=SCENE), language="zh")
    parts = explorer.widget.parts
    parts["push right"].click()
    parts["back"].click()

    assert parts["back"].description == "撤回" and parts["who"].options[0] == ("黄色小球", BALL)
    assert parts["strength"].value == "hard" and "还没有动作" in parts["told"].value


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
        rests(correction, 2)
        assert turn.chain.step("t1.s1").given["box"]["x1"] == 130
        assert "Find the red saucer." in parts["table"].value and parts["run"].disabled

        parts["canvas"].box = [30, 20, 30, 20]
        assert parts["run"].disabled, "a box without an area is none"


def test_a_run_can_be_stopped_and_goes_on_later(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch):
    cup = make_medium(Medium(name="cup", sample="coffee.jpg", width=300), tmp_path)
    with BlockingAgent(home, in_process=True) as agent:
        turn = agent.session().send("make the red cup blue", cup, engine="fake")
    monkeypatch.setenv("AGENTVID_FAKE", "*=slow:20")
    with BlockingAgent(home, in_process=True) as agent:
        turn = agent.session(turn.session).turn(1)
        correction = Correction(turn, "t1.s1.box")
        parts = correction.widget.parts
        correction.draw(Box(x0=30, y0=20, x1=130, y1=196))
        assert parts["canvas"].box == [30, 20, 130, 196], "what a cell does is seen"

        parts["run"].click()
        until(lambda: "running t1.s1" in parts["price"].value)
        assert parts["run"].disabled and not parts["stop"].disabled
        with pytest.raises(SessionBusy):
            turn.give("t1.s1.box", Box(x0=0, y0=0, x1=10, y1=10))

        parts["stop"].click()
        rests(correction, 2)
        assert "not finished" in parts["price"].value and not parts["run"].disabled
        assert parts["canvas"].box == [30, 20, 130, 196], "given, though its step did not run"

    monkeypatch.delenv("AGENTVID_FAKE")
    with BlockingAgent(home, in_process=True) as agent:
        correction = Correction(agent.session(turn.session).turn(1), "t1.s1.box")
        assert "t1.s1" in correction.run() and "nothing is changed" in correction.told()


def test_one_run_at_a_time_and_what_is_drafted_meanwhile_is_kept(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
):
    cup = make_medium(Medium(name="cup", sample="coffee.jpg", width=300), tmp_path)
    with BlockingAgent(home, in_process=True) as agent:
        session = agent.session().send("make the red cup blue", cup, engine="fake").session
    monkeypatch.setenv("AGENTVID_FAKE", "*=slow:20")
    with BlockingAgent(home, in_process=True) as agent:
        correction = Correction(agent.session(session).turn(1), "t1.s1.box")
        parts = correction.widget.parts
        parts["canvas"].box, parts["thought"].value = [30, 20, 130, 196], "Find the red saucer."
        parts["run"].click()
        until(lambda: "running t1.s1" in parts["price"].value)

        parts["run"].click()
        with pytest.raises(SessionBusy):
            correction.run()
        assert "running" in parts["price"].value and not parts["stop"].disabled, "the run that goes on is still told"

        parts["canvas"].box = [40, 30, 140, 186]
        assert "running" in parts["price"].value
        parts["stop"].click()
        rests(correction, 2)
        assert correction.turn.chain.step("t1.s1").given["box"]["x0"] == 30
        assert correction.turn.chain.step("t1.s1").thought == "Find the red saucer."
        assert parts["canvas"].box == [40, 30, 140, 186] and not parts["run"].disabled
        assert "runs t1.s1" in parts["price"].value, "a draft, with its price"


def test_a_closed_agent_is_told(tmp_path: Path, home: Path):
    cup = make_medium(Medium(name="cup", sample="coffee.jpg", width=300), tmp_path)
    with BlockingAgent(home, in_process=True) as agent:
        correction = Correction(agent.session().send("make the red cup blue", cup), "t1.s1.box")
    parts = correction.widget.parts
    parts["canvas"].box = [30, 20, 130, 196]
    parts["run"].click()

    until(lambda: "the agent is closed" in parts["price"].value)
    assert not parts["run"].disabled, "the draft is kept"
    agent.close()


def test_what_a_world_raises_is_told(explorer: Explorer, monkeypatch: pytest.MonkeyPatch):
    def broken(state, action):
        raise ValueError("<3")

    monkeypatch.setattr(explorer.model, "step", broken)
    explorer.widget.parts["wait"].click()

    assert "ValueError" in explorer.widget.parts["told"].value and "&lt;3" in explorer.widget.parts["told"].value


def test_what_cells_do_is_seen_in_the_widget(explorer: Explorer):
    parts = explorer.widget.parts
    before = parts["canvas"].source
    explorer.press("d")

    assert parts["canvas"].source != before and "D right" in parts["told"].value


def test_a_still_stands_before_the_live_form(explorer: Explorer, monkeypatch: pytest.MonkeyPatch):
    shown: list[dict] = []
    monkeypatch.setattr("IPython.display.publish_display_data", shown.append)
    explorer._ipython_display_()

    assert [set(each) for each in shown] == [
        {"image/png", "text/plain"}, {"application/vnd.jupyter.widget-view+json", "text/plain"},
    ]  # fmt: skip


def test_a_large_picture_is_sent_small_and_boxes_are_in_its_own_pixels(tmp_path: Path, home: Path):
    large = tmp_path / "large.png"
    Image.open(COFFEE).resize((1500, 1000)).save(large)
    with BlockingAgent(home, in_process=True) as agent:
        turn = agent.session().send("make the red cup blue", large, engine="fake")
        stage = Correction(turn, "t1.s1.box").widget.parts["canvas"]

    assert stage.wide == 1500 and len(stage.source) < 1_000_000


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another thread does; pytest's own limit ends it."""
    while not is_so():
        time.sleep(0.02)


def rests(correction: Correction, revision: int) -> None:
    """Wait until a run that was begun by the button has ended."""
    until(lambda: correction.turn.revision >= revision and not correction._one_run.locked())
    assert correction.widget.parts["stop"].disabled
