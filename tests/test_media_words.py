"""Words that name a whole picture or clip are no thing to be found in it."""

from __future__ import annotations

import pytest
from planner_tools import PHOTO
from wide_tools import TAKES

from agentvid.events import ignore
from agentvid.planner import GrammarPlanner, PlanRequest
from agentvid.planner.wide.media_words import without_media
from agentvid.planner.wide.understand import understand
from agentvid.planner.wide.where import Medium


def shown(kind: str, count: int) -> tuple[Medium, ...]:
    return tuple(Medium(number, kind, 1, is_new=True, is_made=False) for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("second picture", ""),
        ("the last photo", ""),
        ("original", ""),
        ("one before", ""),
        ("picture 2", ""),
        ("第二张", ""),
        ("最后一张图", ""),
        ("原图", ""),
        ("cup in the second picture", "cup"),
        ("second picture's cup", "cup"),
        ("第二张里的杯子", "杯子"),
        ("上一张图片里面的猫", "猫"),
        ("第二张桌子", "第二张桌子"),
        ("那条狗", "那条狗"),
        ("second car", "second car"),
        ("last candle on the left", "last candle on the left"),
        ("picture frame on the wall", "picture frame on the wall"),
    ],
)
def test_only_the_thing_is_left(words: str, left: str) -> None:
    assert without_media(words) == left


@pytest.mark.parametrize(
    ("message", "op", "target", "value"),
    [
        ("make the second picture brighter", "brighten", "", None),
        ("把第二张变亮", "brighten", "", None),
        ("make the second picture warmer", "lighting", "", None),
        ("remove the cup from the second picture", "remove", "cup", None),
        ("把第二张里的杯子去掉", "remove", "杯子", None),
        ("write HELLO at the top of the second picture", "text_add", "", "HELLO"),
        ("add the text SALE in red to the second picture", "text_add", "", "SALE"),
        ("在第二张图的顶部写上新年快乐", "text_add", "", "新年快乐"),
    ],
)
def test_the_second_picture_is_meant_and_nothing_in_it(message: str, op: str, target: str, value: str | None) -> None:
    (want,) = understand(message, shown("image", 2), ()).wants
    assert (want.op, want.target, want.on) == (op, target, (2,))
    assert value is None or want.value == value


@pytest.mark.parametrize(
    ("message", "order"),
    [
        ("play the first clip after the second", (2, 1)),
        ("put the second clip before the first", (2, 1)),
        ("join the first clip and the second", (1, 2)),
        ("把第一段接在第二段后面", (2, 1)),
    ],
)
def test_what_comes_after_comes_after(message: str, order: tuple[int, ...]) -> None:
    (want,) = understand(message, shown("video", 2), ()).wants
    assert (want.op, want.on) == ("join", order)


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("write HELLO at the top", "HELLO"),
        ("add the text SALE in red", "SALE"),
        ("add text that says OPEN in big letters", "OPEN"),
        ("put the words Happy Birthday across the top", "Happy Birthday"),
        ("write at the bottom: see you soon", "see you soon"),
        ("add a caption at the bottom saying Hello World", "Hello World"),
        ("write “hi there” on it", "hi there"),
        ("add a title", ""),
    ],
)
def test_words_to_write_are_those_and_not_the_request(message: str, value: str) -> None:
    (want,) = understand(message, shown("image", 1), ()).wants
    assert want.op in ("text_add", "caption") and want.value == value


async def test_a_text_without_words_is_asked_for_and_not_made_up() -> None:
    chain = await GrammarPlanner().plan(PlanRequest(1, "add a title", (PHOTO,), tools=TAKES), ignore)
    assert len(chain) == 0 and "Which words" in (chain.question or "")
