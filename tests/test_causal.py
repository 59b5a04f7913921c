"""The evaluation by interventions: what is causal is called so, and what is decoration too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from agentvid import Agent, Image
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.evals.causal import measure_causality, summary
from agentvid.evals.intervene import another
from agentvid.evals.layouts import another_layout, shows
from agentvid.media.types import Box, CameraPath, CameraPose, Keyframe, Palette, Swatch
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.samples import COFFEE
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolContext, tool
from agentvid.world.caption import mirrored
from agentvid.world.language import read_thought
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene
from agentvid.world.words import language_of


@dataclass(frozen=True)
class Noted:
    box: Box
    caption: str


@tool()
async def note(ctx: ToolContext, x: float) -> Noted:
    """Note a box and a caption."""
    return Noted(box=Box(x0=0, y0=0, x1=x, y1=10), caption="a box")


@tool()
async def width(ctx: ToolContext, box: Box, caption: str) -> float:
    """Tell the width of a box, whatever its caption."""
    return box.x1 - box.x0


async def test_evidence_that_nothing_depends_on_is_called_decoration(store: ObjectStore, log: Log):
    executor = Executor({"note": note, "width": width}, {}, InProcessHost(store), store, log)
    chain = Chain(
        turn=1,
        steps=(
            Step(id="t1.s1", tool="note", args={"x": 20}),
            Step(id="t1.s2", tool="width", args={n: {"step": "t1.s1", "port": n} for n in ("box", "caption")}),
        ),
    )
    answer = (Ref(step="t1.s2", port="number"),)
    rows = await measure_causality(executor, chain, answer, earlier=lambda ref: None)
    assert {row.port: row.verdict for row in rows} == {"box": "causal", "caption": "decoration"}
    assert [row.reruns for row in rows] == [("t1.s2",), ("t1.s2",)]
    assert summary(rows) == {"causal": 1, "decoration": 1, "disobeyed": 0, "leaks": 0, "failed": 0}


@pytest.mark.parametrize(
    "value",
    [
        Box(x0=0, y0=0, x1=10, y1=10),
        Palette(colours=(Swatch(colour="#ff0000"), Swatch(colour="#00ff00"))),
        Palette(colours=(Swatch(colour="#808080"),)),
        Keyframe(frame=30, seconds=1.2),
        CameraPath(poses=(CameraPose(seconds=0), CameraPose(seconds=1, yaw_deg=10))),
        "words",
        0.5,
        True,
    ],
)
def test_another_value_is_another_and_of_the_same_type(value, store: ObjectStore):
    other, told = another(value, Run(revision=1), Step(id="t1.s1", tool="x"), store)
    assert type(other) is type(value)
    assert other != value
    assert told


@pytest.mark.slow
async def test_every_piece_of_evidence_of_the_demo_edit_is_causal():
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("make the red cup blue", COFFEE)
        rows = await measure_causality(agent.executor, turn.chain, turn.chain.answer, earlier=lambda ref: None)
    assert {f"{row.step}.{row.port}": row.verdict for row in rows if row.verdict != "causal"} == {}
    assert {row.port for row in rows} >= {"box", "mask", "point", "palette", "plan", "light", "size", "place"}
    assert min(row.psnr_outside_db for row in rows if row.psnr_outside_db is not None) >= 40
    (plan,) = [row for row in rows if row.port == "plan"]
    assert plan.reruns == ("t1.s3", "t1.s4", "t1.s5")


async def test_a_thought_is_obeyed_by_what_draws_the_truth():
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        turn = await session.send("画一个红色大方块和一个蓝色小球", engine="simulator")
        rows = await measure_causality(agent.executor, turn.chain, turn.chain.answer, earlier=lambda ref: None)
    thought = next(row for row in rows if row.port == "thought")
    assert (thought.verdict, thought.obeyed, thought.type) == ("causal", True, "Thought")
    assert "→" in thought.intervention
    assert {row.verdict for row in rows} == {"causal"}


@dataclass(frozen=True)
class Drawn:
    image: Image
    layout: str


@tool()
async def draw_mirrored(ctx: ToolContext, thought: str = "") -> Drawn:
    """Draw a layout the wrong way round."""
    scene = read_thought(thought)
    assert isinstance(scene, Scene)
    return Drawn(image=ctx.store.put_image(render_scene(mirrored(scene)).rgb), layout=thought)


async def test_a_picture_that_does_not_show_its_new_layout_is_called_disobeyed(store: ObjectStore, log: Log):
    executor = Executor({"draw_mirrored": draw_mirrored}, {}, InProcessHost(store), store, log)
    thought = "one large red cube at left front; camera from the front, middle"
    chain = Chain(turn=1, steps=(Step(id="t1.s1", tool="draw_mirrored", thought=thought),))
    rows = await measure_causality(executor, chain, (Ref(step="t1.s1", port="image"),), earlier=lambda ref: None)
    assert [(row.port, row.verdict, row.obeyed) for row in rows if row.port == "thought"] == [
        ("thought", "disobeyed", False)
    ]


@pytest.mark.parametrize(
    "thought",
    [
        "one large red cube at left front; camera from the front, middle",
        "一个红色大方块在左前；一个蓝色小球在右后；镜头在前方，中",
        "target: the small red ball at left front; becomes blue; all else stays",
        "target: the small red ball at left front; becomes a cone; all else stays",
        "target: the small red ball at left front; moves to right back; all else stays",
        "added: one small red ball at left front; all else stays",
        "camera: now from the left, high; all else stays",
    ],
)
def test_another_layout_is_one_of_the_same_kind(thought):
    other, told = another_layout(thought)
    assert other != thought and "→" in told
    assert type(read_thought(other)) is type(read_thought(thought))
    assert language_of(other) == language_of(thought)


def test_other_words_have_no_layout_and_other_pictures_no_judge():
    assert another_layout("make it nicer") is None
    assert another_layout("target: the small red ball at left front; is removed; all else stays") is None
    assert shows(np.zeros((64, 64, 3), np.uint8), "one large red cube at left front") is None
    assert shows(np.zeros((128, 128, 3), np.uint8), "a dog") is None
    assert shows(np.full((128, 128, 3), 180, np.uint8), "one large red cube at left front") is False
