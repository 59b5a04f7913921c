"""Messages about a chain that is there: which edit it, which move in its history, which ask for something new."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentvid import Agent
from agentvid.agent.document import turn_document
from agentvid.agent.propose import meant
from agentvid.chain.edit import SetSeed, SetThought
from agentvid.errors import EditError, InputError
from agentvid.planner.rewrite import is_command, is_correction
from agentvid.samples import COFFEE

SAID = "make the red cup blue, then orbit around it"


@pytest.fixture
async def agent(home: Path):
    async with Agent(home, in_process=True) as made:
        yield made


@pytest.mark.parametrize(
    ("say", "is_so"),
    [
        ("no, green", True),
        ("No! green.", True),
        ("make it green instead", True),
        ("不对，是绿色", True),
        ("我说的是右边的杯子", True),
        ("还是紫色吧", True),
        ("make it green", False),
        ("改成绿色", False),
        ("remove the notebook", False),
        ("别墅变成蓝色", False),
        ("", False),
        ("no, " * 2000, False),
    ],
)
def test_what_is_said_as_a_correction(say: str, is_so: bool):
    assert is_correction(say) is is_so


@pytest.mark.parametrize(
    "say",
    [
        "undo", "Undo that, please!", "撤销", "退回上一步", "the way it was before", "make it the way it was",
        "redo", "重做", "undo the undo", "回到第一版", "回到推理链的第二版", "go back to version 2 of the chain",
        "undo everything", "全部撤销", "go back to the previous version", "回到之前的样子",
    ],
)  # fmt: skip
def test_what_moves_in_the_history(say: str):
    assert is_command(say)


@pytest.mark.parametrize(
    "say", ["", "go back", "step back", "go back two steps", "undo the knot in the rope", "x" * 9000]
)
def test_what_does_not(say: str):
    assert not is_command(say)


@pytest.mark.parametrize(
    ("say", "kind"),
    [
        ("make it green", None),
        ("make the spoon yellow", None),
        ("blur the background", None),
        ("what colour is the cup?", None),
        ("also make the spoon yellow", None),
        ("", None),
        ("y" * 10_000, None),
        ("no, green", "edits"),
        ("不对，是绿色", "edits"),
        ("make it green instead", "edits"),
        ("in step 3 use a darker blue", "edits"),
        ("only 3 seconds", "edits"),
        ("只要三秒", "edits"),
        ("orbit the other way", "edits"),
        ("use a darker blue", "edits"),
        ("用深一点的蓝色", "edits"),
        ("remove the check", "edits"),
        ("use a vase instead of a spoon next time in red", None),
        ("别动背景", "nothing"),
        ("in step 2 use a darker blue", "question"),
        ("in step 2 fly to the moon", "refused"),
        ("in step 40 use green", "refused"),
        ("undo", "command"),
    ],
)
async def test_which_messages_are_about_the_chain(agent: Agent, say: str, kind: str | None):
    session = await agent.session("s")
    assert meant(agent.executor, "s", say) is None
    await session.send(SAID, COFFEE, plan_only=True)
    found = meant(agent.executor, "s", say)
    assert (found.rewrite.kind if found else None) == kind


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("pan left for half a second", "make it one second", "1.0"),
        ("镜头向左摇半秒", "改成一秒", "1.0"),
        ("make it brighter", "darker instead", "darker"),
    ],
)
async def test_how_long_and_how_bright_are_changed_where_they_were_told(agent: Agent, first: str, then: str, told: str):
    session = await agent.session("s")
    await session.send(first, COFFEE, plan_only=True)
    found = meant(agent.executor, "s", then)
    assert found is not None and found.rewrite.kind == "edits"
    assert any(told in str(edit) for edit in found.rewrite.edits)
    assert not any("recolour" in str(edit) for edit in found.rewrite.edits)
    thoughts = [edit.thought for edit in found.rewrite.edits if isinstance(edit, SetThought)]
    assert thoughts and all(told.rstrip(".0") in thought for thought in thoughts), "what is thought is what is done"


async def test_a_session_is_edited_undone_and_gone_on_with_in_words(agent: Agent):
    session = await agent.session("s")
    turn = await session.send("make the red cup blue", COFFEE)
    fixed = await session.send("no, green")
    assert (fixed.number, fixed.revision, fixed.status) == (1, 2, "done")
    assert fixed.told == ("Changed: t1.s3 plan_edit colour: “blue” → “green”.",)
    assert fixed.answer[0] == {"type": "text", "text": fixed.told[0]}
    assert agent.log.revision("s", 1, 2).note == "no, green"
    undone = await session.send("撤销")
    assert (undone.number, undone.revision, undone.told) == (1, 1, ("已撤销：no, green。第 1 轮回到修订 1。",))
    assert undone.chain.step("t1.s3").args["colour"] == "blue" and undone.status == "done"
    assert (await turn_document(undone, ran=False))["answer"]["parts"][0]["text"] == undone.told[0]
    redone = await session.send("redo")
    assert (redone.revision, redone.told) == (2, ("Done again: no, green. Turn 1 shows revision 2.",))
    back = await session.send("回到第一版")
    assert (back.revision, back.told) == (1, ("第 1 轮回到修订 1：最初写出的推理链。",))
    with pytest.raises(InputError, match="no revision 9"):
        await session.send("go back to version 9")
    with pytest.raises(InputError, match="nothing to undo"):
        await session.send("undo")
    kept = await session.send("别动背景")
    assert (kept.number, kept.revision) == (1, 1) and "没有改动背景" in kept.told[0]
    later = await session.send("make it green")
    assert (later.number, later.told, turn.number) == (2, (), 1)
    await turn.edit([SetSeed(step="t1.s4", seed=3)])
    assert (await session.send("undo")).number == 1, "the change made last is undone, in whichever turn it was"


async def test_review_ask_shows_what_changes_and_waits(agent: Agent):
    session = await agent.session("s")
    await session.send("make the red cup blue", COFFEE)
    turn = await session.send("in step 3 use green", review="ask")
    assert (turn.revision, turn.status) == (2, "waiting")
    assert turn.told[0].startswith("Changed, and not run before you approve: ") and "“blue” → “green”" in turn.told[0]
    document = await turn_document(turn)
    assert (document["executed"], document["cached"]) == ([], [])
    assert document["waiting"][0]["how"] == "approve it: agentvid resume s --turn 1"
    approved = await turn.approve()
    assert (approved.status, approved.told) == ("done", ())
    assert not approved.run.steps["t1.s2"].executed and approved.run.steps["t1.s3"].executed
    cheap = await session.send("no, yellow", review="when_costly")
    assert (cheap.revision, cheap.status) == (3, "done"), "what costs nothing need not be asked about"


async def test_a_wish_beside_such_a_message_is_not_lost_unheard(agent: Agent):
    session = await agent.session("s")
    await session.send("make the red cup blue", COFFEE, plan_only=True)
    with pytest.raises(InputError, match="seed 4 beside a message"):
        await session.send("in step 3 use green", seed=4)
    with pytest.raises(EditError, match="colour"):
        await session.send("not blue")
    assert (len(session.turns()), session.last_turn().revision) == (1, 1)


async def test_texts_become_edits_from_python_too(agent: Agent):
    turn = await (await agent.session("s")).send("make the red cup blue", COFFEE)
    notes: list[str] = []
    edits = turn.read("t1.s3.args.color=green", "t1.s4.args.image=@v1", f"t1.s5.args.before={COFFEE}", notes=notes)
    assert [edit.name for edit in edits] == ["colour", "image", "before"] and len(notes) == 1
    assert edits[1].value == edits[2].value
    assert turn.preview(edits).certain == ("t1.s3",)
    with pytest.raises(EditError, match="own result"):
        turn.read("t1.s4.args.image=@v2")
