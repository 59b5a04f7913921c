"""Evidence corrected by hand, on real media: the result follows, there and only there, and the report says how."""

from __future__ import annotations

import html
import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentvid import Agent, Box, EditPlan, Palette, Swatch
from agentvid.agent.agent import Turn
from agentvid.agent.document import turn_record
from agentvid.agent.set_words import read_sets
from agentvid.chain.edit import SetGiven
from agentvid.engine import unpack
from agentvid.errors import EditError, SessionBusy
from agentvid.media.codec import png_bytes
from agentvid.report.page import render
from agentvid.samples import CITY, COFFEE
from agentvid.store.fence import own


@pytest.fixture
async def agent():
    async with Agent(in_process=True) as made:
        yield made


@pytest.fixture
async def turn(agent: Agent) -> Turn:
    return await (await agent.session()).send("make the red cup blue", COFFEE)


def image_of(turn: Turn) -> str:
    return next(part["artifact"]["artifact"] for part in turn.answer if part["type"] == "image")


def mask_file(turn: Turn, folder: Path) -> str:
    mask = unpack(turn.run.port("t1.s1", "mask"))
    pixels = np.zeros((mask.height, mask.width), np.uint8)  # type: ignore[union-attr]
    pixels[100:200, 100:200] = 255
    (folder / "mask.png").write_bytes(png_bytes(pixels))
    return str(folder / "mask.png")


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("t1.s1.box", "60,60,260,380"),
        ("t1.s1.box.x1", "300"),
        ("t1.s1.point", "300,250"),
        ("t1.s1.mask", "mask.png"),
        ("t1.s2.palette", "#000000,#ffffff"),
        ("t1.s2.palette.colours.0.colour", "#00ff00"),
        ("t1.s3.plan.operations.0.target", "#00b050"),
        ("t1.s3.plan.feather", "20"),
    ],
)
async def test_each_evidence_given_as_text_changes_the_picture(turn: Turn, tmp_path: Path, address: str, value: str):
    before, found = image_of(turn), turn.run
    value = mask_file(turn, tmp_path) if value == "mask.png" else value
    await turn.resume(given={address: value})
    assert turn.status == "done"
    assert image_of(turn) != before
    step = address.rpartition(".s")[2].partition(".")[0]
    for other in turn.chain:
        if other.id < f"t1.s{step}":
            assert turn.run.steps[other.id].outputs == found.steps[other.id].outputs, "what came before is untouched"
    (given,) = turn.chain.step(f"t1.s{step}").given
    assert given == address.split(".")[2]


async def test_an_answer_can_be_corrected_by_hand(turn: Turn):
    assert turn.chain.step("t1.s5").tool == "check"
    await turn.resume(given={"t1.s5.answer.text": "no, it is violet", "t1.s5.answer.passed": "false"})
    answer = unpack(turn.run.port("t1.s5", "answer"))
    assert (answer.text, answer.passed) == ("no, it is violet", False)  # type: ignore[union-attr]
    assert answer.measures  # type: ignore[union-attr]


async def test_a_value_of_a_port_type_is_given_as_it_is(turn: Turn):
    await turn.give("t1.s1.box", Box(x0=60, y0=60, x1=260, y1=380))
    await turn.give("t1.s3.plan.feather", 7)
    await turn.give("t1.s2.palette", Palette(colours=(Swatch(colour="#123456"),)))
    given = {step.id: step.given for step in turn.chain}
    assert given["t1.s1"]["box"]["x1"] == 260
    assert EditPlan.model_validate(given["t1.s3"]["plan"]).feather == 7
    assert given["t1.s2"]["palette"]["colours"][0]["colour"] == "#123456"


async def test_a_field_that_does_not_fit_changes_nothing(turn: Turn):
    before = (turn.revision, turn.chain, image_of(turn))
    for address, value in (("t1.s3.plan.fether", "3"), ("t1.s3.plan.feather", "900"), ("t1.s1.box.x1", "-9")):
        with pytest.raises(EditError, match=re.escape(address)):
            await turn.resume(given={address: value})
    with pytest.raises(EditError, match="whole port"):
        await turn.take_back("t1.s1.box.x1")
    assert (turn.revision, turn.chain, image_of(turn)) == before


async def test_a_field_can_not_be_given_before_anything_was_found(agent: Agent):
    session = await agent.session()
    with pytest.raises(EditError, match="run the step first"):
        await session.send("make the red cup blue", COFFEE, given={"t1.s3.plan.feather": "3"})
    turn = session.last_turn()
    assert turn.status == "refused"
    await turn.resume(given={"t1.s1.box": "60,60,260,380"})
    assert turn.status == "done"


async def test_each_command_of_the_report_gives_back_what_it_shows(agent: Agent, turn: Turn):
    page = html.unescape(re.sub("<[^>]+>", "", render(await turn_record(turn), agent.store)))
    commands = [shlex.split(line) for line in re.findall(r"agentvid chain edit .*", page)]
    assert {tuple(command[:7]) for command in commands} == {
        ("agentvid", "chain", "edit", "--session", turn.session, "--turn", "1")
    }
    corrected: dict[str, Any] = {}
    for *_, option, setting in commands:
        assert option == "--set"
        if setting.endswith("=FILE"):
            continue
        (edit,) = read_sets([setting], turn.chain, turn.run, agent.tools, agent.store)
        assert isinstance(edit, SetGiven)
        corrected[f"{edit.step}.{edit.port}"] = edit.value
    assert corrected.keys() >= {"t1.s1.box", "t1.s1.point", "t1.s2.palette", "t1.s3.plan", "t1.s5.answer"}
    for address, value in corrected.items():
        step, _, port = address.rpartition(".")
        found = turn.run.port(step, port)["value"]
        rounded = json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 1))
        shown = json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 1))
        assert shown == rounded, address


async def test_a_second_edit_at_the_same_time_is_refused_clearly(agent: Agent, turn: Turn):
    with own(agent.log, turn.session), pytest.raises(SessionBusy) as raised:
        await turn.give("t1.s3.plan.feather", 7)
    assert "has been writing session" in raised.value.given
    assert turn.revision == 1


@pytest.mark.slow
async def test_the_time_of_a_keyframe_and_a_camera_path_are_fields_too(agent: Agent):
    clip = await (await agent.session()).send("continue this for one second", CITY)
    (step,) = [step.id for step in clip.chain if step.tool == "future_frames"]
    last = unpack(clip.run.port(step, "keyframe"))
    await clip.resume(given={f"{step}.keyframe.seconds": "1.0"})
    keyframe = unpack(clip.run.port(step, "keyframe"))
    assert (keyframe.frame, keyframe.seconds) == (25, 1.0)  # type: ignore[union-attr]
    assert last != keyframe
    view = await (await agent.session()).send("orbit around it for one second", COFFEE)
    (step,) = [step.id for step in view.chain if step.tool == "novel_view"]
    poses = unpack(view.run.port(step, "path")).poses  # type: ignore[union-attr]
    await view.resume(given={f"{step}.path.poses.{len(poses) - 1}.yaw_deg": "3"})
    assert unpack(view.run.port(step, "path")).poses[-1].yaw_deg == 3  # type: ignore[union-attr]
