"""A question back is answered in the next message."""

from __future__ import annotations

import pytest

from agentvid import Agent
from agentvid.agent.propose import propose
from agentvid.samples import COFFEE


async def sent(*messages: str):
    async with Agent() as agent:
        session = await agent.session("asked")
        for index, message in enumerate(messages):
            turn = await session.send(message, *([COFFEE] if index == 0 else []), plan_only=True)
        return turn, propose(agent.executor, "asked", turn.number, "make it purple instead")


@pytest.mark.parametrize(
    ("asked", "answer", "operation", "thing", "colour"),
    [
        ("make it green", "the cup", "recolour", "cup", "green"),
        ("把它变成绿色", "杯子", "recolour", "杯子", "绿色"),
        ("remove", "the spoon", "remove", "spoon", None),
        ("去掉", "勺子", "remove", "勺子", None),
        ("make the cup", "blue", "recolour", "cup", "blue"),
    ],
)
async def test_an_answer_is_read_with_what_was_asked_about(home, asked, answer, operation, thing, colour):
    turn, _ = await sent(asked, answer)
    plan = next(step for step in turn.chain if step.tool == "plan_edit")
    assert (plan.args["operation"], plan.args["target"], plan.args.get("colour")) == (operation, thing, colour)


async def test_a_message_that_means_something_by_itself_is_no_answer(home):
    turn, _ = await sent("make it green", "blur the background")
    assert [step.args["operation"] for step in turn.chain if step.tool == "plan_edit"] == ["blur_background"]


@pytest.mark.parametrize("answer", ["never mind", "算了"])
async def test_what_answers_nothing_is_asked_back_again(home, answer):
    turn, _ = await sent("make it green", answer)
    assert turn.chain.steps == ()
    assert turn.chain.question


async def test_a_chain_that_an_answer_made_is_edited_in_words_like_any_other(home):
    _, rewrite = await sent("make it green", "the cup")
    assert rewrite.kind == "edits"
    changed = {edit.name: edit.value for edit in rewrite.edits if edit.edit == "set_arg"}
    assert changed["colour"] == "purple"
