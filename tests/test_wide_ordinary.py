"""Ordinary phrasings that once gave silly chains: walks with turns, words by a thing, halves of clips, plays."""

from __future__ import annotations

import pytest
from planner_tools import clip, picture
from wide_tools import TAKES, TOOLS

from agentvid.chain.chain import Chain
from agentvid.events import ignore
from agentvid.media.types import Box
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.parse import parse
from agentvid.planner.request import Walk
from agentvid.planner.wide.words_place import words_near

BEARS = {"classical": frozenset({"edit_image", "novel_view", "navigate"})}


async def planned(text: str, kind: str) -> Chain:
    medium = KnownMedia(1, picture("a") if kind == "i" else clip("c"), is_new=True)
    chain = await GrammarPlanner().plan(PlanRequest(1, text, (medium,), tools=TAKES, bears=BEARS), ignore)
    assert not check_chain(chain, TOOLS)
    return chain


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("walk forward 3 metres into this picture, then turn left", [("forward", 3.0), ("turn_left", 90.0)]),
        ("向前走3米，再左转30度", [("forward", 3.0), ("turn_left", 30.0)]),
        ("go 2 m ahead and look right", [("forward", 2.0), ("turn_right", 45.0)]),
        ("往前走两步再向右看", [("forward", 1.4), ("turn_right", 45.0)]),
        ("take three steps forward, then look back to the left", [("forward", 2.1), ("turn_left", 45.0)]),
        ("走进画面，然后向左看", [("forward", 2.0), ("turn_left", 45.0)]),
        (
            "walk forward for 3 seconds, turn left 90 degrees, walk on",
            [("forward", 3.0), ("turn_left", 90.0), ("forward", 2.0)],
        ),
        ("往前走3米，右转，再往前走2米", [("forward", 3.0), ("turn_right", 90.0), ("forward", 2.0)]),
    ],
)
async def test_a_walk_with_turns_is_one_walk(text: str, moves: list[tuple[str, float]]) -> None:
    chain = await planned(text, "i")
    assert [step.tool for step in chain.steps] == ["navigate"]
    actions = chain.steps[0].args["actions"]["actions"]
    assert [(action["move"], round(action["amount"], 3)) for action in actions] == moves


@pytest.mark.parametrize(("text", "tool_name"), [("look right", "novel_view"), ("左转30度", "transform_image")])
async def test_a_turn_alone_is_no_walk(text: str, tool_name: str) -> None:
    assert [step.tool for step in (await planned(text, "i")).steps] == [tool_name]


def test_looking_up_is_no_move_on_the_ground() -> None:
    assert isinstance(parse("walk forward, then look up").requests[0], Walk)
    assert len(parse("walk forward, then look up").requests) == 2


@pytest.mark.parametrize(
    ("text", "words", "thing", "side"),
    [
        ("print OPEN over the door", "OPEN", "door", "above"),
        ("在门上方印上“营业中”", "营业中", "门", "above"),
        ("write HELLO below the red cup", "HELLO", "red cup", "below"),
        ("put the word SALE on the sign", "SALE", "sign", None),
    ],
)
async def test_words_stand_by_a_thing(text: str, words: str, thing: str, side: str | None) -> None:
    chain = await planned(text, "i")
    assert [step.tool for step in chain.steps] == ["locate", "plan_edit", "edit_image", "check"]
    assert chain.steps[0].args["what"] == thing
    args = chain.steps[1].args
    assert (args["operation"], args["text"], args.get("direction")) == ("text", words, side)
    assert args["box"] == {"step": "t1.s1", "port": "box"}
    assert "colour" not in args


@pytest.mark.parametrize("text", ["write “hi” at the top", "stamp draft across the picture", "在左上角写上“早安”"])
def test_a_part_of_the_picture_is_no_thing(text: str) -> None:
    assert words_near(text) is None


def test_words_above_a_thing_have_a_box_of_their_own() -> None:
    from agentvid.plugins import load_tools

    beside = load_tools()["plan_edit"].run.__globals__["_beside"]
    thing = Box(x0=10, y0=60, x1=50, y1=90)
    assert beside(thing, "above") == Box(x0=10, y0=48, x1=50, y1=60)
    assert beside(thing, "below") == Box(x0=10, y0=90, x1=50, y1=102)
    assert beside(thing, "") == thing
    assert beside(Box(x0=0, y0=4, x1=9, y1=90), "above") == Box(x0=0, y0=4, x1=9, y1=90)


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("play it twice", {"loops": 2}),
        ("play it again but twice as fast", {"speed": 2.0, "reverse": False}),
        ("show me the first half only", {"start": 0.0, "end": 1.0}),
        ("只要后半段", {"start": 1.0, "end": 2.0}),
        ("cut off the second half", {"start": 0.0, "end": 1.0}),
        ("把前半段删掉", {"start": 1.0, "end": 2.0}),
        ("倒着再放一遍", {"reverse": True}),
        ("倒着放两遍", {"reverse": True, "loops": 2}),
        ("speed up the last half", {"speed": 2.0, "reverse": False, "start": 1.0, "end": 2.0}),
    ],
)
async def test_a_clip_is_played_as_said(text: str, args: dict[str, object]) -> None:
    chain = await planned(text, "v")
    assert [step.tool for step in chain.steps] == ["retime"]
    assert {name: value for name, value in chain.steps[0].args.items() if name != "video"} == args


async def test_paler_is_no_saturation() -> None:
    chain = await planned("桌子颜色再浅一些", "i")
    assert [step.args["operation"] for step in chain.steps if step.tool == "plan_edit"] == ["recolour"]
    chain = await planned("make the sky more vivid", "i")
    assert [step.args["operation"] for step in chain.steps if step.tool == "plan_edit"] == ["adjust"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("make this a 3 second clip that slowly zooms in", 3.0),
        ("把这张图做成镜头慢慢推近的视频", 6.0),
        ("orbit around it as a 3-second clip", 3.0),
        ("make a 4 second clip orbiting around the cup", 4.0),
    ],
)
async def test_a_clip_of_a_picture_with_a_camera_move_is_that_move(text: str, seconds: float) -> None:
    chain = await planned(text, "i")
    assert [step.tool for step in chain.steps if step.tool != "locate"] == ["novel_view"]
    assert chain.steps[-1].args["path"]["poses"][-1]["seconds"] == seconds
    things = [step.args["what"] for step in chain.steps if step.tool == "locate"]
    assert things in ([], ["cup"], ["main subject"])


@pytest.mark.parametrize("text", ["put the second clip first", "把第二段放在最前面，拼起来"])
async def test_what_is_to_come_first_comes_first(text: str) -> None:
    media = tuple(KnownMedia(n, clip(digit), is_new=True) for n, digit in enumerate("ce", 1))
    chain = await GrammarPlanner().plan(PlanRequest(1, text, media, tools=TAKES, bears=BEARS), ignore)
    assert [item["artifact"][0] for item in chain.steps[0].args["clips"]] == ["e", "c"]
