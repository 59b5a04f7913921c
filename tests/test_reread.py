"""An edited thought that no tool reads is read into edits of what the steps use; or it is said that nothing follows."""

from __future__ import annotations

import pytest
from edit_words_cases import TOOLS, holds, ran, request_of

from agentvid import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetArg, SetGiven, SetThought, apply_all
from agentvid.errors import ChainError
from agentvid.media.types import EditPlan, Recolour
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.reread import reread
from agentvid.planner.rewrite import Rewrite
from agentvid.samples import COFFEE


def read_again(
    base: str, lang: str, step: str, *swaps: str, chain: Chain | None = None, **more
) -> tuple[Rewrite, Chain]:
    """Edit a thought, old words by new ones in turn (one text: the whole thought), and return what follows."""
    request = request_of(base, lang)
    chain = chain or write_chain(request)
    thought = chain.step(step).thought if len(swaps) > 1 else swaps[0]
    for old, new in zip(swaps[::2], swaps[1::2], strict=False):
        assert old in thought
        thought = thought.replace(old, new)
    rewrite = reread(step, thought, chain, ran(chain), TOOLS, request, **more)
    assert rewrite.kind == "edits"
    after = apply_all(chain, rewrite.edits)
    assert check_chain(after, TOOLS) == []
    assert after.step(step).thought == thought
    return rewrite, after


FOLLOWS = [
    (
        "photo",
        "en",
        "t1.s3",
        ("becomes blue", "becomes green"),
        {"t1.s3.args.colour": "green", "t1.s5.thought": {"has": "green"}},
    ),
    ("photo", "zh", "t1.s3", ("蓝色", "绿色"), {"t1.s3.args.colour": "绿色", "t1.s5.thought": {"has": "绿色"}}),
    ("photo", "zh", "t1.s3", ("把它从红色变成绿色",), {"t1.s3.args.colour": "绿色"}),
    ("photo", "en", "t1.s3", ("It goes from red to a dark green.",), {"t1.s3.args.colour": "dark green"}),
    (
        "photo",
        "en",
        "t1.s1",
        ("red cup", "cup on the right"),
        {"t1.s1.args.what": "cup on the right", "t1.s3.args.target": "cup on the right"},
    ),
    ("photo", "en", "t1.s1", ("Look for the blue cup, it is on the left.",), {"t1.s1.args.what": {"has": "cup"}}),
    ("photo", "zh", "t1.s1", ("找到左边的杯子",), {"t1.s1.args.what": "左边的杯子", "t1.s3.args.target": "左边的杯子"}),
    ("photo", "zh", "t1.s1", ("红色的杯子", "盘子"), {"t1.s1.args.what": "盘子", "t1.s5.thought": {"has": "盘子"}}),
    (
        "photo",
        "en",
        "t1.s3",
        ("Decide how to remove the red cup.",),
        {"t1.s3.args.operation": "remove", "t1.s2": "gone"},
    ),
    ("photo", "zh", "t1.s3", ("定下怎样去掉红色的杯子。",), {"t1.s3.args.operation": "remove", "t1.s2": "gone"}),
    ("photo", "en", "t1.s5", ("now blue", "now green"), {"t1.s5.args.colour": "green", "t1.s3.args.colour": "blue"}),
    ("orbit", "en", "t1.s2", ("6 s", "3 s"), {"t1.s2.args.path.poses.-1.seconds": 3, "t1.s2.expect.0.most": 3.15}),
    ("orbit", "zh", "t1.s2", ("18°", "40°"), {"t1.s2.args.path.poses.-1.yaw_deg": 40}),
    ("orbit", "en", "t1.s2", ("to the right", "to the left"), {"t1.s2.args.path.poses.-1.yaw_deg": -18}),
    (
        "orbit",
        "zh",
        "t1.s2",
        ("6 秒", "4 秒", "向右", "向左"),
        {"t1.s2.args.path.poses.-1.yaw_deg": -18, "t1.s2.args.path.poses.-1.seconds": 4},
    ),
    ("future", "zh", "t1.s1", ("2 秒", "5 秒"), {"t1.s1.args.seconds": 5}),
    (
        "two",
        "en",
        "t1.s6",
        ("spoon", "fork"),
        {"t1.s6.args.what": "fork", "t1.s7.args.target": "fork", "t1.s1.args.what": "cup"},
    ),
    ("behind", "en", "t1.s2", ("white", "black"), {"t1.s2.args.colour": "black"}),
]


@pytest.mark.parametrize(("base", "lang", "step", "swaps", "wants"), FOLLOWS)
def test_what_a_thought_says_becomes_edits(base, lang, step, swaps, wants):
    rewrite, after = read_again(base, lang, step, *swaps)
    assert {where for where, want in wants.items() if not holds(after, where, want)} == set()
    assert len(rewrite.lines) == len(rewrite.edits) > 1


@pytest.mark.parametrize(
    ("base", "lang", "step", "thought"),
    [
        ("photo", "en", "t1.s3", "Think carefully about it."),
        ("photo", "zh", "t1.s3", "认真想一想再做。"),
        ("photo", "en", "t1.s2", "Look closely."),
        ("zoom", "en", "t1.s1", ""),
    ],
)
def test_where_nothing_follows_that_is_said(base, lang, step, thought):
    rewrite, _ = read_again(base, lang, step, thought)
    assert rewrite.edits == (SetThought(step=step, thought=thought),)
    assert any(("Nothing follows" if lang == "en" else "不会带来改动") in note for note in rewrite.notes)


def test_a_thought_that_is_read_needs_nothing_more():
    rewrite, after = read_again("photo", "en", "t1.s4", "Use soft light, in green.", is_read=True)
    assert rewrite.edits == (SetThought(step="t1.s4", thought="Use soft light, in green."),)
    assert after.step("t1.s3").args["colour"] == "blue"
    assert "reads its thought itself" in rewrite.notes[0]


def test_a_layout_that_is_read_is_followed_by_later_steps():
    _, after = read_again("scene", "en", "t1.s1", "red cube", "yellow cube", is_read=True)
    assert "yellow cube" in after.step("t1.s3").thought
    assert "yellow" in after.step("t1.s3").args["instruction"]


def test_a_given_plan_follows_the_thought_too():
    plan = EditPlan(target="red cup", operations=(Recolour(source="#ff0000", target="#0000ff"),))
    given = SetGiven(step="t1.s3", port="plan", value=plan.model_dump(mode="json"))
    chain = apply_all(write_chain(request_of("photo", "en")), [given])
    rewrite, after = read_again("photo", "en", "t1.s3", "becomes blue", "becomes green", chain=chain)
    assert EditPlan.model_validate(after.step("t1.s3").given["plan"]).operations[0].target != "#0000ff"
    assert any(isinstance(edit, SetGiven) for edit in rewrite.edits)


def test_the_same_thought_changes_nothing_and_an_unknown_step_is_refused():
    request = request_of("photo", "en")
    chain = write_chain(request)
    rewrite = reread("t1.s3", chain.step("t1.s3").thought, chain, ran(chain), TOOLS, request)
    assert rewrite.kind == "nothing" and not rewrite.edits
    with pytest.raises(ChainError):
        reread("t1.s9", "x", chain, ran(chain), TOOLS, request)


async def test_a_session_reads_a_thought_again_and_the_picture_follows():
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("把红色的杯子变成蓝色", COFFEE)
        before = turn.run.port("t1.s4", "image")
        rewrite = turn.propose_thought("t1.s3", "把它从红色变成绿色")
        assert SetArg(step="t1.s3", name="colour", value="绿色") in rewrite.edits
        await turn.edit(rewrite.edits)
        assert turn.run.port("t1.s4", "image") != before
        assert turn.run.port("t1.s5", "answer")["value"]["passed"]
