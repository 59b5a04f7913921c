"""Free words are read as colour, place and thing, in Chinese and English."""

from __future__ import annotations

import pytest

from agentvid.engines.classical.words import is_chinese, place_word, read_sought
from agentvid.media.colours import colour_name


@pytest.mark.parametrize(
    ("words", "colours", "places", "thing"),
    [
        ("red cup", ["red"], (), "cup"),
        ("红色的杯子", ["red"], (), "杯子"),
        ("左边的红色杯子", ["red"], ("left",), "杯子"),
        ("brown kiwi on the right", ["brown"], ("right",), "kiwi"),
        ("the biggest thing", [], ("biggest",), ""),
        ("最小的蓝色盒子", ["blue"], ("smallest",), "盒子"),
        ("右上角的白色盘子", ["white"], ("right", "top"), "角 盘子"),
        ("cat", [], (), "cat"),
        ("black and white cat", ["black", "white"], (), "cat"),
    ],
)
def test_words_are_read(words: str, colours: list[str], places: tuple[str, ...], thing: str) -> None:
    sought = read_sought(words)
    assert [colour_name(colour) for colour in sought.colours] == colours
    assert sought.places == places
    assert sought.thing == thing


@pytest.mark.parametrize("words", ["red cup on a blue table", "蓝色桌子上的红色杯子"])
def test_the_colour_of_what_it_stands_on_is_not_its_own(words: str) -> None:
    assert [colour_name(colour) for colour in read_sought(words).colours] == ["red"]


def test_on_the_table_is_no_place_in_the_picture() -> None:
    assert read_sought("桌子上面的杯子").places == ()
    assert read_sought("上面的杯子").places == ("top",)
    assert read_sought("the cup on top of the box").places == ()


def test_a_relation_to_another_thing_is_marked() -> None:
    sought = read_sought("the cup left of the spoon")
    assert sought.has_relation
    assert "left" not in sought.places
    assert not read_sought("the cup on the left").has_relation


def test_place_words() -> None:
    assert place_word(0.1, 0.1) == "upper left"
    assert place_word(0.5, 0.5) == "centre"
    assert place_word(0.9, 0.5, "zh") == "右边"


def test_chinese_is_told_by_its_characters() -> None:
    assert is_chinese("cup", "杯子")
    assert not is_chinese("cup", "")
