"""Colour words are found in free text in both languages, and colour arithmetic keeps its promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentvid.media.colours import (
    adjust,
    colour_name,
    colour_phrases,
    colour_words,
    hex_to_lab,
    hue_difference,
    lab_difference,
    lab_to_hex,
    named_colour,
    relative_change,
)

HEX = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("make it red", "red"),
        ("深蓝色", "dark blue"),
        ("浅绿", "light green"),
        ("dark red", "dark red"),
        ("a Navy-Blue coat", "navy"),
        ("红杯子", "red"),
        ("换成 #1F5FBF", "blue"),
        ("白色的猫", "white"),
        ("grey", "grey"),
        ("粉红色", "pink"),
    ],
)
def test_a_colour_phrase_in_free_text_is_found(text: str, name: str) -> None:
    colour = named_colour(text)
    assert colour is not None
    assert colour_name(colour) == name


@pytest.mark.parametrize("text", ["", "金属杯", "the bored, tired man", "银行", "咖啡杯", "greenhouse", "a cat"])
def test_words_that_only_look_like_colours_name_none(text: str) -> None:
    assert named_colour(text) is None


def test_phrases_come_in_order_with_their_places() -> None:
    text = "把红色的杯子变成浅绿"
    phrases = colour_phrases(text)
    assert [text[p.start : p.end] for p in phrases] == ["红色", "浅绿"]


def test_a_modifier_changes_the_colour_the_way_it_says() -> None:
    dark, plain, light = (named_colour(f"{word} blue") or "" for word in ("dark", "", "light"))
    assert hex_to_lab(dark)[0] < hex_to_lab(plain)[0] < hex_to_lab(light)[0]
    assert hue_difference(dark, plain) < 12
    assert named_colour("深蓝") == named_colour("dark blue")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_read_back_as_colours_of_that_name(language: str) -> None:
    for word in colour_words(language):
        colour = named_colour(word)
        assert colour is not None, word
        again = named_colour(colour_name(colour, language))
        assert again is not None
        assert lab_difference(colour, again) < 40, word


@given(HEX)
def test_lab_and_back_is_the_same_colour(colour: str) -> None:
    assert lab_to_hex(hex_to_lab(colour)) == colour


@given(HEX)
def test_darker_is_never_lighter_and_stays_a_colour(colour: str) -> None:
    assert hex_to_lab(adjust(colour, "darker"))[0] <= hex_to_lab(colour)[0] + 0.5
    assert hex_to_lab(adjust(colour, "lighter"))[0] >= hex_to_lab(colour)[0] - 0.5


@given(HEX)
def test_every_colour_has_a_name_in_both_languages(colour: str) -> None:
    assert colour_name(colour).isascii()
    assert colour_name(colour, "zh").endswith("色")


def test_known_lab_values() -> None:
    assert hex_to_lab("#ffffff") == pytest.approx((100, 0, 0), abs=0.02)
    assert hex_to_lab("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.05)


def test_out_of_gamut_keeps_hue() -> None:
    shown = lab_to_hex((50, -100, 20))
    _, a, b = hex_to_lab(shown)
    assert b / a == pytest.approx(20 / -100, abs=0.05)


@pytest.mark.parametrize(
    ("text", "change"),
    [("darker", "darker"), ("更深一点", "darker"), ("浅一点", "lighter"), ("more vivid", "more vivid"), ("blue", None)],
)
def test_relative_words(text: str, change: str | None) -> None:
    assert relative_change(text) == change


@pytest.mark.parametrize("colour", ["red", "#12345", "", "#gggggg"])
def test_what_is_not_a_hex_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="expected #rrggbb"):
        hex_to_lab(colour)
