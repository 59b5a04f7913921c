"""The agent on real media: chains that run, answers, edits, turns, waiting, and going on after a stop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from agentvid import Agent, Box, EditPlan, Video
from agentvid.agent.answer import answer_parts
from agentvid.agent.blocking import BlockingAgent
from agentvid.chain.edit import SetArg, SetGiven, SetThought
from agentvid.engine import unpack
from agentvid.errors import EditError, InputError, MediaError, SessionBusy, StoreError
from agentvid.events import AnswerEvent, ChainEvent, Event, StepDone
from agentvid.media.codec import png_bytes
from agentvid.samples import CITY, COFFEE
from agentvid.store.fence import own


@pytest.fixture
async def agent():
    async with Agent(in_process=True) as made:
        yield made


async def test_a_photo_in_chinese_becomes_a_recoloured_picture(agent: Agent):
    events: list[Event] = []
    session = await agent.session()
    turn = await session.send("把红色的杯子变成蓝色", COFFEE, emit=events.append)
    assert turn.status == "done"
    tools = [step.tool for step in turn.chain]
    assert tools == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    assert all(check.passed for check in turn.checks)
    assert any(part["type"] == "image" for part in turn.answer)
    assert any("classical" in part.get("text", "") for part in turn.answer)
    assert {type(event) for event in events} >= {ChainEvent, StepDone, AnswerEvent}


async def test_the_same_message_again_is_all_cached_with_the_same_bytes(agent: Agent):
    first = await (await agent.session()).send("把红色的杯子变成蓝色", COFFEE)
    second = await (await agent.session()).send("把红色的杯子变成蓝色", COFFEE)
    assert {record.status for record in second.run.steps.values()} == {"cached"}
    for step in first.chain:
        assert first.run.steps[step.id].outputs == second.run.steps[step.id].outputs


async def test_an_edit_runs_only_what_it_changes(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    plan = next(step for step in turn.chain if step.tool == "plan_edit")
    await turn.edit([SetArg(step=plan.id, name="colour", value="#2e8b57")])
    ran = [turn.chain.step(s).tool for s, record in turn.run.steps.items() if record.executed]
    assert ran == ["plan_edit", "edit_image", "check"]
    assert turn.revision == 2
    authors = [row.author for row in agent.log.revisions(turn.session, turn.number)]
    assert authors == ["planner", "person"]


async def test_a_given_box_is_obeyed_and_can_be_taken_back(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    found = turn.run.port("t1.s1", "mask")
    await turn.give("t1.s1.box", Box(x0=60, y0=60, x1=260, y1=380))
    given = turn.run.port("t1.s1", "mask")
    assert given != found
    assert unpack(turn.run.port("t1.s1", "box")) == Box(x0=60, y0=60, x1=260, y1=380)
    await turn.take_back("t1.s1.box")
    assert turn.run.port("t1.s1", "mask") == found
    assert {record.status for record in turn.run.steps.values()} == {"cached"}


async def test_an_edit_that_does_not_fit_changes_nothing(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    with pytest.raises(EditError):
        await turn.edit([SetThought(step="t1.s99", thought="x")])
    with pytest.raises(InputError):
        await turn.edit([SetGiven(step="t1.s1", port="box", value={"x0": 9, "y0": 0, "x1": 1, "y1": 5})])
    with pytest.raises(EditError, match="no port 'bax'"):
        await turn.give("t1.s1.bax", "1,2,3,4")
    assert turn.revision == 1
    assert turn.status == "done"


async def test_what_is_given_with_the_message_is_a_revision_by_a_person(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, given={"t1.s1.box": "60,60,260,380"})
    assert turn.chain.step("t1.s1").given["box"]["x1"] == 260
    assert [row.author for row in agent.log.revisions(turn.session, 1)] == ["planner", "person"]


async def test_a_wrong_given_refuses_the_turn_and_a_right_one_goes_on(agent: Agent):
    session = await agent.session()
    with pytest.raises(EditError):
        await session.send("make the red cup blue", COFFEE, given={"t1.s1.box": "1,2,3"})
    turn = session.last_turn()
    assert turn.status == "refused"
    await turn.resume(given={"t1.s1.box": "60,60,260,380"})
    assert turn.status == "done"


async def test_a_later_turn_means_the_result_of_the_one_before(agent: Agent):
    session = await agent.session()
    await session.send("make the red cup blue", COFFEE)
    turn = await session.send("blur the background")
    assert turn.status == "done"
    referred = {str(ref) for step in turn.chain for ref in step.refs()}
    assert "t1.s4.image" in referred


async def test_a_question_back_waits_for_the_person(agent: Agent):
    turn = await (await agent.session()).send("qwertz uiop", COFFEE)
    assert turn.status == "waiting"
    assert turn.chain.question
    assert turn.answer[0]["text"] == turn.chain.question


async def test_review_stops_before_anything_runs(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, review="ask")
    assert turn.status == "waiting"
    assert not turn.run.steps
    await turn.edit([SetArg(step="t1.s3", name="colour", value="green")], run=False)
    await turn.approve()
    assert turn.status == "done"
    assert turn.revision == 2


async def test_a_plan_runs_nothing_and_can_be_run_later(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, plan_only=True)
    assert (turn.status, turn.phase, dict(turn.run.steps)) == ("done", "planned", {})
    await turn.resume()
    assert turn.status == "done"
    assert len(turn.run.steps) == len(turn.chain)


async def test_bad_input_starts_nothing(agent: Agent, tmp_path: Path):
    session = await agent.session("calm")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    for files, error in (((tmp_path / "no.jpg",), MediaError), ((empty,), MediaError), ((tmp_path,), MediaError)):
        with pytest.raises(error):
            await session.send("make it blue", *files)
    with pytest.raises(InputError):
        await session.send("  ")
    with pytest.raises(InputError):
        await session.send("x" * 1_000_000)
    with pytest.raises(InputError, match="session name"):
        await agent.session("../evil")
    assert session.turns() == []


async def test_one_writer_per_session(agent: Agent):
    session = await agent.session("one")
    with own(agent.log, "one"), pytest.raises(SessionBusy):
        await session.send("make the red cup blue", COFFEE)
    assert session.turns() == []


async def test_a_wished_engine_is_in_the_chain_and_an_unknown_one_refused(agent: Agent):
    session = await agent.session()
    turn = await session.send("make the red cup blue", COFFEE, engine="fake")
    assert {step.engine for step in turn.chain if step.tool != "plan_edit"} == {"fake"}
    with pytest.raises(InputError, match="classical"):
        await session.send("make the red cup blue", COFFEE, engine="clasical")


async def test_a_stopped_turn_goes_on_where_it_stopped(agent: Agent):
    session = await agent.session()
    done: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, StepDone):
            done.append(event.step)
            if event.step == "t1.s2":
                job.cancel()

    job = asyncio.create_task(session.send("make the red cup blue", COFFEE, emit=watch))
    with pytest.raises(asyncio.CancelledError):
        await job
    turn = session.last_turn()
    assert turn.phase == "cancelled"
    await turn.resume()
    assert turn.status == "done"
    statuses = [record.status for record in turn.run.steps.values()]
    assert statuses[:2] == ["cached", "cached"]


@pytest.mark.slow
async def test_a_clip_is_continued_and_put_beside_the_original(agent: Agent):
    turn = await (await agent.session()).send("continue this for one second and put it beside the original", CITY)
    assert turn.status == "done"
    assert [step.tool for step in turn.chain][-1] == "compose"
    answer = next(part for part in turn.answer if part["type"] == "video")
    video = Video.model_validate(answer["artifact"])
    assert video.width > 2 * 500
    assert video.seconds == pytest.approx(73 / 25 + 1, abs=0.15)


def test_the_blocking_face_is_the_same_api():
    with BlockingAgent(in_process=True) as agent:
        session = agent.session("sync")
        turn = session.send("make the red cup blue", COFFEE, plan_only=True)
        assert turn.phase == "planned"
        assert session.last_turn().number == 1
        with pytest.raises(InputError):
            session.send("")


async def test_a_later_turn_never_goes_on_without_what_it_refers_to(agent: Agent):
    session = await agent.session()
    await session.send("make the red cup blue", COFFEE, review="ask")
    turn = await session.send("make it green")
    assert turn.status == "failed"
    errors = [record.error for record in turn.run.steps.values() if record.status == "failed"]
    assert any(error and "--turn 1" in error["do"] for error in errors)
    assert not any(part["type"] == "image" for part in turn.answer)


async def test_a_given_plan_is_told_as_it_is(agent: Agent):
    turn = await (await agent.session()).send("make the red cup blue", COFFEE)
    plan = unpack(turn.run.port("t1.s3", "plan"))
    assert isinstance(plan, EditPlan)
    green = plan.operations[0].model_copy(update={"target": "#00b050"})
    await turn.give("t1.s3.plan", plan.model_copy(update={"operations": (green,)}))
    texts = [part["text"] for part in turn.answer if part["type"] == "text"]
    assert "becomes green" in texts[0]
    assert not any("Not as expected" in text for text in texts)


async def test_a_waiting_turn_does_not_speak_of_what_is_not_done(agent: Agent, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "edit_image=needs:image")
    turn = await (await agent.session()).send("make the red cup blue", COFFEE, engine="fake")
    assert turn.status == "waiting"
    parts = answer_parts(turn.chain, turn.run, [], "en")
    assert not any("becomes" in part.get("text", "") for part in parts)


async def test_running_a_turn_again_gives_no_new_version_numbers(agent: Agent):
    session = await agent.session()
    turn = await session.send("make the red cup blue", COFFEE)
    before = [(version.n, version.source) for version in agent.log.versions(session.name)]
    await turn.edit([SetArg(step="t1.s3", name="colour", value="green")])
    assert [(version.n, version.source) for version in agent.log.versions(session.name)] == before


async def test_what_was_given_survives_a_stop_between_revision_and_checkpoint(agent: Agent):
    session = await agent.session()

    def stop(event: Event) -> None:
        if isinstance(event, ChainEvent):
            job.cancel()

    job = asyncio.create_task(session.send("make the red cup blue", COFFEE, emit=stop))
    with pytest.raises(asyncio.CancelledError):
        await job
    turn = session.last_turn()
    await turn.resume(given={"t1.s1.box": "60,60,260,380"})
    assert turn.status == "done"
    assert turn.chain.step("t1.s1").given["box"]["x1"] == 260
    assert [row.author for row in agent.log.revisions(session.name, 1)] == ["planner", "person"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"seed": -1},
        {"seed": 1.5},
        {"seed": 2**70},
        {"review": "zork"},
        {"given": {"t1.s1.box": b"x"}},
        {"given": {"t1.s1.box": object()}},
        {"given": {"box": "1,2,3,4"}},
    ],
)
async def test_wishes_that_cannot_be_met_are_refused_before_anything_starts(agent: Agent, wishes: dict):
    session = await agent.session("calm")
    with pytest.raises(InputError):
        await session.send("make the red cup blue", COFFEE, **wishes)
    assert agent.log.session("calm") is None


@pytest.mark.parametrize(
    "given",
    [
        {"t1.s3.plan": "[" * 5000},
        {"t1.s1.box": "nan,0,10,10"},
        {"t1.s1.point": "inf,0"},
        {"t1.s2.size": "-1"},
        {"t1.s2.light": "7"},
    ],
)
async def test_given_values_out_of_all_bounds_are_refused(agent: Agent, given: dict):
    session = await agent.session()
    with pytest.raises(InputError):
        await session.send("make the red cup blue", COFFEE, given=given)
    assert session.last_turn().status == "refused"


async def test_a_depth_map_can_be_given_as_a_file(agent: Agent, tmp_path: Path):
    depth = np.tile(np.linspace(0, 65535, 600).astype(np.uint16), (400, 1))
    (tmp_path / "depth.png").write_bytes(png_bytes(depth))
    session = await agent.session()
    turn = await session.send("zoom in for one second", COFFEE, given={"t1.s1.depth": str(tmp_path / "depth.png")})
    assert turn.status == "done"
    assert unpack(turn.run.port("t1.s1", "depth")).width == 600


async def test_damaged_checkpoints_are_set_aside_and_nothing_else_is_lost(agent: Agent, home: Path):
    session = await agent.session()
    turn = await session.send("make the red cup blue", COFFEE)
    agent.driver.close()  # as between two processes
    (home / "turns.sqlite").write_bytes(b"x" * 8192)
    assert turn.checks and turn.answer
    with pytest.raises(StoreError, match="set aside"):
        await turn.resume()
    await turn.resume()
    assert turn.status == "done"
