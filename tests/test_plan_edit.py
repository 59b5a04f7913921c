"""Everything that plan_edit takes in shows in the plan or in the finding."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agentvid.errors import CallError
from agentvid.media.colours import colour_name, hex_to_lab, hue_difference
from agentvid.media.operation_words import tell_operation
from agentvid.media.types import (
    Add,
    Adjust,
    BlurBackground,
    Box,
    Count,
    EditPlan,
    Image,
    Light,
    Material,
    Move,
    Operation,
    Palette,
    Recolour,
    Remove,
    RemoveText,
    Replace,
    ReplaceBackground,
    Resize,
    Style,
    Swatch,
    Weather,
    WriteText,
)

TOOLS = Path(__file__).parent.parent / "tools"
RED = Palette(colours=(Swatch(colour="#b32a12", share=0.6), Swatch(colour="#f0e8e0", share=0.4)))
PICTURE = Image(artifact="a" * 64, mime="image/png", bytes=9, width=8, height=8)


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tool_under_test_plan_edit", TOOLS / "plan_edit.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PLAN = _load().plan_edit


async def plan(operation: str = "recolour", target: str = "red cup", **arguments: Any) -> Any:
    return await PLAN.run(None, operation, target, **arguments)


async def test_recolour_goes_from_the_main_colour_seen_to_the_wanted_one() -> None:
    planned = await plan(colour="blue", palette=RED)
    step = planned.plan.operations[0]
    assert isinstance(step, Recolour)
    assert step.source == "#b32a12"
    assert colour_name(step.target) == "blue"
    assert planned.plan.target == "red cup"


async def test_a_corrected_palette_changes_the_plan() -> None:
    other = Palette(colours=(Swatch(colour="#2040c0"),))
    one, two = await plan(colour="green", palette=RED), await plan(colour="green", palette=other)
    assert one.plan.operations[0].source != two.plan.operations[0].source
    assert one.finding != two.finding


async def test_dim_light_makes_the_target_darker_but_not_a_colour_given_as_bytes() -> None:
    bright, dim = await plan(colour="blue", light=0.5), await plan(colour="blue", light=0.02)
    lightness = [hex_to_lab(planned.plan.operations[0].target)[0] for planned in (bright, dim)]
    assert lightness[1] < lightness[0] - 3
    assert bright.finding != dim.finding
    assert (await plan(colour="#1f5fbf", light=0.02)).plan.operations[0].target == "#1f5fbf"


async def test_size_sets_the_softness_of_the_border() -> None:
    small, large = await plan(colour="blue", size=0.01), await plan(colour="blue", size=0.3)
    assert small.plan.feather < large.plan.feather
    assert small.finding != large.finding


async def test_place_is_told() -> None:
    assert "lower left" in (await plan(colour="blue", place="lower left")).finding
    assert "左下方" in (await plan(target="杯子", colour="蓝色", place="lower left")).finding


@pytest.mark.parametrize(("word", "sign"), [("darker", -1), ("lighter", 1), ("更深", -1), ("浅一点", 1)])
async def test_relative_words_start_from_the_palette(word: str, sign: int) -> None:
    step = (await plan(colour=word, palette=RED)).plan.operations[0]
    assert sign * (hex_to_lab(step.target)[0] - hex_to_lab("#b32a12")[0]) > 5
    assert hue_difference(step.target, "#b32a12") < 15


async def test_darker_blue_is_a_dark_blue_not_a_darker_red() -> None:
    step = (await plan(colour="darker blue", palette=RED)).plan.operations[0]
    assert colour_name(step.target) == "dark blue"


async def test_the_language_of_the_finding_is_that_of_the_request() -> None:
    chinese = (await plan(target="红色的杯子", colour="蓝色", palette=RED, request="把杯子改成蓝色")).finding
    assert "蓝色" in chinese and chinese.endswith("。")
    english = (await plan(colour="blue", palette=RED, request="make it blue")).finding
    assert "blue" in english and english.isascii() and english.endswith(".")


async def test_the_other_operations() -> None:
    removed = (await plan("remove", size=0.2)).plan.operations[0]
    assert isinstance(removed, Remove)
    assert removed.grow > (await plan("remove", size=0.01)).plan.operations[0].grow
    assert isinstance((await plan("blur_background")).plan.operations[0], BlurBackground)
    replaced = (await plan("replace_background", colour="black")).plan.operations[0]
    assert isinstance(replaced, ReplaceBackground) and replaced.colour == "#111111"
    with_picture = (await plan("replace_background", background=PICTURE)).plan.operations[0]
    assert with_picture.image == PICTURE


async def test_what_is_not_understood_is_said_with_what_is() -> None:
    with pytest.raises(CallError, match="replace_background"):
        await plan("sing")
    with pytest.raises(CallError, match="purple"):
        await plan(colour="blurple")
    with pytest.raises(CallError, match="紫色"):
        await plan(colour="五颜六色的")
    with pytest.raises(CallError, match="palette"):
        await plan(colour="darker")


async def test_the_colour_may_stand_in_the_request() -> None:
    assert colour_name((await plan(request="please make it green")).plan.operations[0].target) == "green"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"operation": "adjust", "value": "brighter and warmer"}, Adjust(brightness=0.4, warmth=0.4)),
        ({"operation": "adjust", "value": "稍微暗一点"}, Adjust(brightness=-0.2)),
        ({"operation": "adjust", "value": "much more contrast"}, Adjust(contrast=0.7)),
        ({"operation": "adjust", "value": "darker", "amount": 0.3}, Adjust(brightness=-0.3)),
        ({"operation": "adjust", "value": "去色", "target": "背景"}, Adjust(saturation=-1, part="background")),
        ({"operation": "light", "value": "日落", "direction": "左"}, Light(look="sunset", side="left")),
        ({"operation": "light", "value": "moonlight", "amount": 0.5}, Light(look="moonlight", strength=0.5)),
        ({"operation": "weather", "value": "下雪", "target": "整张照片"}, Weather(kind="snow", part="picture")),
        ({"operation": "style", "value": "a watercolor painting"}, Style(kind="watercolour")),
        ({"operation": "style", "value": "宫崎骏", "target": "画面"}, Style(kind="anime", part="picture")),
        ({"operation": "material", "value": "木头", "amount": 2}, Material(kind="wood", scale=2)),
        ({"operation": "move", "direction": "left", "amount": 0.1}, Move(dx=-0.1)),
        ({"operation": "move", "direction": "右下"}, Move(dx=0.2, dy=0.2)),
        ({"operation": "move", "direction": "centre", "place": "lower left"}, Move(dx=0.333, dy=-0.333)),
        ({"operation": "resize", "amount": 2}, Resize(factor=2)),
        ({"operation": "resize", "value": "缩小一半"}, Resize(factor=0.5)),
        ({"operation": "text", "text": "早安", "direction": "top"}, WriteText(text="早安", place="top")),
        (
            {"operation": "text", "text": "Hi", "value": "serif", "colour": "#d32f2f", "amount": 0.2},
            WriteText(text="Hi", font="serif", colour="#d32f2f", size=0.2),
        ),
        (
            {"operation": "text", "text": "Hi", "box": Box(x0=1, y0=2, x1=3, y1=4)},
            WriteText(text="Hi", box=Box(x0=1, y0=2, x1=3, y1=4)),
        ),
        ({"operation": "remove_text"}, RemoveText()),
        ({"operation": "add", "value": "a bird", "direction": "in the sky"}, Add(what="a bird", where="in the sky")),
        ({"operation": "replace", "value": "a dog"}, Replace(to="a dog")),
        ({"operation": "count", "target": "balls", "amount": 3}, Count(what="balls", number=3)),
    ],
)  # fmt: skip
async def test_what_the_words_ask_for_is_planned_and_told(arguments: dict[str, Any], expected: Operation) -> None:
    planned = await plan(**arguments)
    assert planned.plan.operations[0] == expected
    assert not isinstance(expected, Recolour | Remove | BlurBackground | ReplaceBackground)
    language = "en" if planned.finding.isascii() or ("“" in planned.finding and planned.finding.endswith(".")) else "zh"
    assert tell_operation(expected, language) in planned.finding


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"operation": "adjust", "value": "purpler"}, "brighter"),
        ({"operation": "adjust", "value": "brighter", "amount": 7}, "-1 to 1"),
        ({"operation": "style", "value": "疯狂"}, "水彩"),
        ({"operation": "weather", "value": "strange"}, "rain"),
        ({"operation": "move"}, "left, right, up, down"),
        ({"operation": "text"}, "text"),
        ({"operation": "text", "text": "x", "colour": "blurple"}, "red"),
        ({"operation": "count", "target": "balls"}, "how many"),
        ({"operation": "add"}, "value"),
    ],
)
async def test_what_is_missing_or_unknown_is_said(arguments: dict[str, Any], expected: str) -> None:
    with pytest.raises(CallError, match=expected):
        await plan(**arguments)


async def test_a_plan_by_hand_is_told_whatever_it_does() -> None:
    by_hand = EditPlan(target="杯子", operations=(Weather(kind="rain", strength=0.4),))
    planned = await plan(operation="recolour", target="杯子", plan=by_hand)
    assert planned.plan == by_hand and "雨" in planned.finding and "40%" in planned.finding
