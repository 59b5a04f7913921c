"""Tools that the offline planner did not know: planned where a message names them, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tools import HOSTILE, OWN
from planner_tools import CLIP, EDITED, OLD_PHOTO, PHOTO_2, clip, picture
from wide_tools import TAKES, TOOLS

from agentvid.chain.chain import Chain
from agentvid.errors import SettingsError
from agentvid.events import ignore
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.wide.likeness import inflected, likeness
from agentvid.plugins import load_tools, own_tools
from agentvid.tool import ToolContext, ToolSpec, tool

PHRASES = [
    line.split(" ", 2)
    for line in (Path(__file__).parent / "data" / "phrases.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
BEARS = {"classical": frozenset({"edit_image", "novel_view", "locate", "compose"})}


def known(kinds: str) -> tuple[KnownMedia, ...]:
    made = (picture("abd"[n]) if kind == "i" else clip("cef"[n]) for n, kind in enumerate(kinds))
    return tuple(KnownMedia(n, artifact, is_new=True) for n, artifact in enumerate(made, 1))


async def planned(text: str, *media: KnownMedia, own: tuple[ToolSpec, ...] = OWN, **more: object) -> Chain:
    tools = TOOLS | {spec.name: spec for spec in own}
    takes = TAKES | {spec.name: frozenset(p.name for p in spec.parameters) for spec in own}
    request = PlanRequest(more.pop("turn", 1), text, media, tools=takes, own=own, bears=BEARS, **more)  # type: ignore[arg-type]
    chain = await GrammarPlanner().plan(request, ignore)
    earlier = {f"t1.s{n}.{port}": kind for n in range(1, 9) for port, kind in (("image", "Image"), ("video", "Video"))}
    assert not check_chain(chain, tools, earlier=earlier)
    return chain


def brief(chain: Chain) -> list[tuple[str, dict[str, object]]]:
    def told(value: object) -> object:
        if isinstance(value, dict):
            return value["artifact"][0] if "artifact" in value else f"{value['step']}.{value['port']}"
        return [told(item) for item in value] if isinstance(value, list | tuple) else value

    return [(step.tool, {name: told(value) for name, value in step.args.items()}) for step in chain.steps]


@pytest.mark.parametrize(
    ("text", "kinds", "tool_name", "args"),
    [
        ("make a postcard of these two", "ii", "postcard", {"image": "a", "other": "b"}),
        ("postcard please", "ii", "postcard", {"image": "a", "other": "b"}),
        ("Can you make postcards of the second and the first picture?", "ii", "postcard", {"image": "b", "other": "a"}),
        ("turn v2 and v1 into a postcard", "ii", "postcard", {"image": "b", "other": "a"}),
        ("把这两张做成明信片", "ii", "postcard", {"image": "a", "other": "b"}),
        ("用这两张做一张postcard", "ii", "postcard", {"image": "a", "other": "b"}),
        ("把第二张和第一张拼成一张明信片", "ii", "postcard", {"image": "b", "other": "a"}),
        ("use the postcard tool on these", "ii", "postcard", {"image": "a", "other": "b"}),
        (
            "add a wooden border, 30 px, red, carved",
            "i",
            "wooden_border",
            {"image": "a", "style": "carved", "colour": "red", "width": 30.0},
        ),
        (
            "给照片加一个红色的木头相框，宽30像素",
            "i",
            "wooden_border",
            {"image": "a", "colour": "红色", "width": 30.0},
        ),
        ("加个雕花相框", "i", "wooden_border", {"image": "a", "style": "carved"}),
        ("frame this photo in gold", "i", "wooden_border", {"image": "a", "colour": "gold"}),
        ("make a wooden border with a shadow", "i", "wooden_border", {"image": "a", "shadow": True}),
        ("wooden border, no shadow", "i", "wooden_border", {"image": "a", "shadow": False}),
        (
            "make a slideshow of these titled “Rome”, 4 seconds each",
            "ii",
            "slideshow",
            {"images": ["a", "b"], "title": "Rome", "seconds": 4.0},
        ),
        (
            "把这几张做成电子相册，标题是“罗马之行”，每张2秒",
            "ii",
            "slideshow",
            {"images": ["a", "b"], "title": "罗马之行", "seconds": 2.0},
        ),
        (
            "make a slideshow of these saying Greetings from Rome",
            "ii",
            "slideshow",
            {"images": ["a", "b"], "title": "Greetings from Rome"},
        ),
        ("make it look like a stamp", "i", "stampify", {"image": "a"}),
        ("把它做成邮票的样子", "i", "stampify", {"image": "a"}),
        ("stampify the second one", "ii", "stampify", {"image": "b"}),
    ],
)
async def test_a_tool_is_planned_where_it_is_named(
    text: str, kinds: str, tool_name: str, args: dict[str, object]
) -> None:
    chain = await planned(text, *known(kinds))
    assert brief(chain) == [(tool_name, args)]
    assert tool_name in chain.steps[0].thought
    assert [ref.step for ref in chain.answer] == ["t1.s1"]


async def test_it_goes_on_from_other_requests() -> None:
    text = "make the cup blue, then make a postcard of it and the second picture"
    chain = await planned(text, *known("ii"))
    steps = brief(chain)
    assert [name for name, _ in steps] == ["locate", "analyse", "plan_edit", "edit_image", "check", "postcard"]
    assert steps[-1][1] == {"image": "t1.s4.image", "other": "b"}
    assert "t1.s4.image" not in map(str, chain.answer)
    after = brief(await planned("把这两张做成明信片，然后裁成正方形", *known("ii")))
    assert [name for name, _ in after] == ["postcard", "transform_image"]
    assert after[1][1]["image"] == "t1.s1.image"


async def test_both_means_each_for_a_tool_that_takes_one() -> None:
    steps = brief(await planned("make a stampified version of both", *known("ii")))
    assert steps == [("stampify", {"image": "a"}), ("stampify", {"image": "b"})]


async def test_a_later_turn_takes_what_was_made_last() -> None:
    steps = brief(await planned("stampify it", OLD_PHOTO, EDITED, turn=2))
    assert steps == [("stampify", {"image": "t1.s4.image"})]
    steps = brief(await planned("make a postcard of the original and the result", OLD_PHOTO, EDITED, turn=2))
    assert [step[1] for step in steps] == [{"image": "a", "other": "t1.s4.image"}]
    steps = brief(await planned("make a postcard", OLD_PHOTO, PHOTO_2, turn=2))
    assert steps[0][1]["image"] == "b"


async def test_a_mask_is_found_by_what_is_named() -> None:
    steps = brief(await planned("put a halo around the cup, strength 80%", *known("i")))
    assert steps == [
        ("locate", {"image": "a", "what": "cup"}),
        ("halo", {"image": "a", "mask": "t1.s1.mask", "strength": 0.8}),
    ]


@pytest.mark.parametrize(
    ("text", "kinds", "told"),
    [
        ("make a postcard of it", "i", "postcard needs a second picture (the picture on the right): attach one."),
        ("做一张明信片", "i", "postcard 还缺第二张图片（the picture on the right）：请随消息上传。"),
        ("make a postcard", "v", "postcard needs a picture"),
        ("make a postcard", "", "postcard needs a picture"),
        ("make a slideshow of these", "ii", "slideshow needs its title"),
        ("make a slideshow of these titled “Rome”, 4000 seconds each", "ii", "seconds of slideshow can't be 4000"),
    ],
)
async def test_what_is_missing_is_asked_for(text: str, kinds: str, told: str) -> None:
    chain = await planned(text, *known(kinds))
    assert not chain.steps
    assert chain.question.startswith(told)


async def test_the_missing_picture_may_come_with_the_next_message() -> None:
    first = KnownMedia(1, picture("a"))
    second = KnownMedia(2, picture("b"), turn=2, is_new=True)
    chain = await planned("here it is", first, second, turn=2, asked="make a postcard of it")
    assert [step.tool for step in chain.steps] == ["postcard"]


@pytest.mark.parametrize(
    "text",
    [
        "make the postcard blue",
        "remove the postcard",
        "crop the postcard to a square",
        "把明信片去掉",
        "把画框变成蓝色",
        "what is on the postcard?",
        "don't make a postcard, make the cup blue",
        "make it brighter",
        "把杯子变成蓝色",
    ],
)
async def test_what_a_picture_shows_is_no_request(text: str) -> None:
    chain = await planned(text, *known("i"))
    assert chain.steps
    assert not {step.tool for step in chain.steps} & {spec.name for spec in OWN}


@pytest.mark.parametrize("own", [OWN, HOSTILE, (*OWN, *HOSTILE)], ids=["own", "hostile", "both"])
async def test_ordinary_messages_are_planned_as_before(own: tuple[ToolSpec, ...]) -> None:
    shelves = {"i": "i", "v": "v", "n": "", "m": "ii", "w": "vv", "x": "vi"}
    chosen = {(op, phrase.isascii()): (kind, phrase) for op, kind, phrase in PHRASES}
    assert len(chosen) >= 130
    for kind, phrase in chosen.values():
        media = known(shelves[kind])
        assert (await planned(phrase, *media, own=own)).steps == (await planned(phrase, *media, own=())).steps, phrase


async def test_a_hostile_tool_can_still_be_named() -> None:
    chain = await planned("make a fancy crop of it", *known("i"), own=HOSTILE)
    assert [step.tool for step in chain.steps] == ["crop_fancy"]
    assert "{medium}" in chain.steps[0].thought
    chain = await planned("use the crop tool", *known("i"), own=HOSTILE)
    assert [step.tool for step in chain.steps] == ["crop"]
    chain = await planned("make it wordy: “hello”", *known("i"), own=HOSTILE)
    assert [step.tool for step in chain.steps] == ["wordy"]
    assert len(chain.steps[0].thought) < 300
    assert [s.tool for s in (await planned("crop it to a square", *known("i"), own=HOSTILE)).steps] == [
        "transform_image"
    ]


async def test_a_clip_is_no_picture() -> None:
    chain = await planned("stampify it", CLIP)
    assert chain.question == "stampify needs a picture: attach one."


def test_own_tools_are_those_that_did_not_come_with_agentvid(tmp_path: Path) -> None:
    code = "from agentvid import Image, ToolContext\nfrom agentvid.tool import tool\n\n@tool(examples=('a b',))\n"
    code += 'async def {name}(ctx: ToolContext, image: Image) -> Image:\n    """Do it."""\n    return image\n'
    for name in ("locate", "tint"):
        (tmp_path / f"{name}.py").write_text(code.format(name=name))
    found = own_tools(load_tools([tmp_path]).values())
    assert [spec.name for spec in found] == ["tint"]
    assert found[0].document()["examples"] == ["a b"]
    assert own_tools(load_tools().values()) == ()


def test_examples_have_to_be_texts() -> None:
    async def one(ctx: ToolContext) -> str:
        """Say one."""
        return "1"

    with pytest.raises(SettingsError, match="examples is 'a'"):
        tool(examples="a")(one)


async def test_a_choice_that_is_not_there_is_a_problem() -> None:
    chain = await planned("加个雕花相框", *known("i"))
    step = chain.steps[0].model_copy(update={"args": {**chain.steps[0].args, "style": "gothic"}})
    wrong = chain.model_copy(update={"steps": (step,)})
    problems = check_chain(wrong, TOOLS | {spec.name: spec for spec in OWN})
    assert [problem.expected for problem in problems] == ["one of plain, carved"]


def test_words_are_alike_whatever_their_inflection() -> None:
    import re

    assert all(re.search(inflected("tint"), word) for word in ("tint", "tints", "tinted", "tinting"))
    assert not re.search(inflected("tint"), "tintype")
    assert likeness("turned these into slideshows", "turn these into a slideshow") == 1.0
    assert likeness("make the slideshow blue", "turn these into a slideshow") == 0.0


async def test_a_long_message_of_such_words_is_read() -> None:
    for text in ("make these picture " * 60, "put the the two " * 70, "用这" * 300, "a" * 1000):
        assert not {step.tool for step in (await planned(text, *known("ii"))).steps} & {"postcard", "slideshow"}
