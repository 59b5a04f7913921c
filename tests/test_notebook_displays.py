"""What notebooks show, and what their buttons do: without widgets, as anyone can call it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from agentvid import Agent, BlockingAgent, Box
from agentvid.engines.simulator.world_model import CopyLast, SimulatorWorld
from agentvid.errors import InputError
from agentvid.evals.editing.case import Medium
from agentvid.evals.editing.media import make_medium
from agentvid.notebook import ChainTable, Clip, Correction, Curves, Explorer, Strip
from agentvid.world.language import Course, tell_course
from agentvid.world.model import Start
from agentvid.world.physics import Push
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid

BALL, CUBE = Solid(1, 0, "ball", "yellow", "small"), Solid(1, 3, "cube", "red", "small")
SCENE = Scene((BALL, CUBE))


@pytest.fixture(scope="module")
def cup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_medium(Medium(name="cup", sample="coffee.jpg", width=300), tmp_path_factory.mktemp("media"))


@pytest.fixture
def turn(cup: Path, home: Path):
    with BlockingAgent(home, in_process=True) as agent:
        yield agent.session().send("make the red cup blue", cup)


def world(model=None) -> Explorer:
    return Explorer(model or SimulatorWorld(), Start(render_scene(SCENE).rgb[None], scene=SCENE))


# ------------------------------------------------------------ chains


def test_a_chain_is_a_table_of_its_steps_with_the_evidence_drawn(turn):
    html = ChainTable(turn)._repr_html_()

    assert re.findall(r"t1\.s\d · (\w+)<", html) == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    assert html.count("<img") == 2 and "dark red" in html and "Find the red cup" in html
    assert "locate" in repr(ChainTable(turn))


def test_words_of_a_person_are_no_html(turn):
    turn.edit(turn.read("t1.s4.thought=<script>alert(1)</script>"))

    assert "<script" not in ChainTable(turn)._repr_html_()


def test_a_table_speaks_the_language_of_its_message(cup: Path, home: Path):
    with BlockingAgent(home, in_process=True) as agent:
        html = ChainTable(agent.session().send("把红色的杯子变成蓝色", cup))._repr_html_()

    told = re.sub(r"<style>.*</style>|<[^>]*>|&\w+;|#\w+", " ", html, flags=re.DOTALL)
    assert "定位" in told and "完成" not in told and "运行" in told and " 秒" in told
    words = set(re.findall(r"[A-Za-z_]+", told))
    assert words <= {"locate", "analyse", "plan_edit", "edit_image", "check", "t", "s", "v"}, "nothing else is English"


def test_a_revision_that_has_not_run_shows_no_earlier_run(turn):
    turn.edit(turn.read("t1.s3.args.colour=green"), run=False)

    html = ChainTable(turn)._repr_html_()

    assert f"Revision {turn.revision} has not run yet." in html and html.count("to do<") == 5
    assert "<img" not in html and 'class="done"' not in html


async def test_a_turn_of_an_async_agent_is_a_table_too_but_not_corrected(cup: Path, home: Path):
    async with Agent(home, in_process=True) as agent:
        turn = await (await agent.session()).send("blur the background of the red cup", cup, plan_only=True)

        assert "plan_edit" in ChainTable(turn)._repr_html_()
        with pytest.raises(InputError, match="BlockingAgent"):
            Correction(turn, "t1.s1.box")


# ------------------------------------------------------------ corrections


def test_a_box_is_drafted_priced_and_run(turn):
    correction = Correction(turn, "t1.s1.box")
    box, revision = Box(x0=30, y0=20, x1=130, y1=196), turn.revision

    before = np.asarray(correction.picture())
    preview = correction.draw(box)
    drafted = np.asarray(correction.picture())

    assert "t1.s1" in preview.certain and turn.revision == revision, "a draft changes nothing"
    assert "t1.s1" in correction.told() and (before != drafted).any()
    assert correction.run() == ("t1.s1", "t1.s2", "t1.s3", "t1.s4", "t1.s5")
    assert correction.box == box and correction.price() is None
    assert turn.chain.step("t1.s1").given["box"]["x1"] == 130


def test_a_thought_is_drafted_beside_a_box(turn):
    correction = Correction(turn, "t1.s1.box")
    correction.draw(Box(x0=30, y0=20, x1=130, y1=196))
    correction.write("Find the red saucer.")
    correction.run()

    step = turn.chain.step("t1.s1")
    assert step.thought == "Find the red saucer." and step.given["box"]["x0"] == 30


def test_what_can_not_be_corrected_is_refused(turn):
    with pytest.raises(InputError, match="no picture"):
        Correction(turn, "t1.s3.plan")
    with pytest.raises(InputError, match="draft"):
        Correction(turn, "t1.s1.box").run()


# ------------------------------------------------------------ worlds


def test_a_world_is_walked_pushed_and_taken_back():
    explorer = world()
    turned = explorer.press("d").frame
    explorer.push(BALL, "right", "hard")
    pushed = explorer.wait(3)

    assert len(pushed.actions) == 5 and (pushed.frame != turned).any()
    assert explorer.solids == (BALL, CUBE)
    for _ in range(4):
        explorer.back()
    assert (explorer.state.frame == turned).all()
    explorer.back()
    assert explorer.back().actions == ()


def test_words_for_one_step_are_an_action():
    said = world().say(tell_course(Course(Push(BALL, "right", "hard")), "en"))
    done = world().push(BALL, "right", "hard")

    assert (said.frame == done.frame).all() and len(said.actions) == 1


def test_a_world_tells_in_chinese_what_was_done():
    explorer = Explorer(SimulatorWorld(), Start(render_scene(SCENE).rgb[None], scene=SCENE), language="zh")
    assert repr(explorer) == "simulator: 还没有动作"
    explorer.push(BALL, "right", "hard")
    explorer.press("d")
    explorer.wait()

    assert repr(explorer) == "simulator: 向右推黄色球，D 向右，等待"


def test_what_a_world_refuses_changes_nothing():
    explorer = world()
    with pytest.raises(InputError):
        explorer.press("w")

    assert explorer.state.actions == () and repr(explorer) == "simulator: nothing yet"


def test_it_is_a_picture_where_no_widget_can_be():
    explorer = world(CopyLast())
    explorer.press("a")

    bundle = explorer._repr_mimebundle_()
    assert bundle["image/png"].startswith(b"\x89PNG") and bundle["text/plain"] == "copy-last-frame: A left"
    assert explorer.picture().width == 2 * 130 - 2


# ------------------------------------------------------------ clips, strips, curves


def test_frames_play_in_their_place():
    frames = np.random.default_rng(0).integers(0, 255, (6, 33, 48, 3), np.uint8)

    assert "data:video/mp4;base64," in Clip(frames)._repr_html_()


def test_a_clip_too_large_for_a_notebook_is_refused(tmp_path: Path):
    path = tmp_path / "large.mp4"
    path.write_bytes(bytes(12_000_001))

    with pytest.raises(InputError, match="12 MB"):
        Clip(path)


def test_a_strip_shows_the_first_and_the_last_frame():
    frames = np.stack([np.full((20, 20, 3), value, np.uint8) for value in range(0, 200, 10)])

    strip = np.asarray(Strip(frames, shown=3, height=20).picture())

    assert strip.shape == (24, 64, 3) and strip[5, 5, 0] == 0 and strip[5, 60, 0] == 190


def test_a_label_stays_above_its_frame_in_any_script():
    frames = np.zeros((2, 40, 60, 3), np.uint8)

    strip = Strip(frames, height=40, labels=["向右推黄色球和红色方块，再等待", "x"]).picture().convert("L")
    heads = np.asarray(strip)[:16]

    assert (heads[:, :60] < 128).any() and (heads[:, 58:63] > 200).all()
    assert len(np.unique(np.asarray(Strip(frames, height=40, labels=["向", "右"]).picture())[:16, :20])) > 4
    assert (
        Strip(frames, height=40, labels=["向", "右"])._repr_png_()
        != Strip(frames, height=40, labels=["右", "右"])._repr_png_()
    )


def test_curves_span_their_values_and_name_them():
    html = Curves({"small <b>": [30, 27.5, 20], "copy": [29, 25, 18.2]}, unit="dB", limit=24)._repr_html_()

    assert html.count("<polyline") == 2 and "18 dB" in html and "30 dB" in html and "&lt;b&gt;" in html
    assert Curves({})._repr_html_() == "<p>no values</p>"
