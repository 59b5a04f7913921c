from __future__ import annotations

import unicodedata

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from agentvid.errors import InputError, MediaError
from agentvid.media.message import MAX_CHARACTERS, MediaPart, Message, TextPart, media_part, parse_text
from agentvid.media.types import Image
from agentvid.store.objects import ObjectStore

PICTURE = Image(artifact="a" * 64, mime="image/png", bytes=10, width=4, height=3)


def test_a_message_keeps_its_parts_in_order_and_comes_back_from_json():
    message = Message(
        parts=(TextPart(text="make it blue"), MediaPart(artifact=PICTURE, name="cup.png"), TextPart(text="and bright"))
    )

    assert message.text == "make it blue\nand bright"
    assert [part.name for part in message.media] == ["cup.png"]
    assert Message.model_validate_json(message.model_dump_json()) == message


def test_a_message_of_media_only_has_no_text():
    assert Message(parts=(MediaPart(artifact=PICTURE),)).text == ""


def test_a_message_without_parts_is_refused():
    with pytest.raises(pydantic.ValidationError):
        Message(parts=())


def test_parts_are_closed_and_frozen():
    with pytest.raises(pydantic.ValidationError):
        Message.model_validate({"parts": [{"type": "script", "text": "x"}]})
    with pytest.raises(pydantic.ValidationError):
        TextPart(text="x").text = "y"


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\x00\x07", "\ufeff\u202e"])
def test_an_empty_text_is_refused(text):
    with pytest.raises(InputError, match="empty message"):
        parse_text(text)


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("  把红色的杯子变成蓝色\n", "把红色的杯子变成蓝色"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("\x1b[31mred\x1b[0m\x00", "[31mred[0m"),
        ("e\u0301", "\u00e9"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("broken \ud800 half", "broken  half"),
    ],
)
def test_text_is_cleaned(given, cleaned):
    assert parse_text(given) == cleaned


def test_a_long_text_is_refused_without_repeating_it():
    assert len(parse_text("x" * MAX_CHARACTERS)) == MAX_CHARACTERS

    with pytest.raises(InputError, match="20001 characters") as caught:
        parse_text("secret " * 2857 + "xx")
    assert len(str(caught.value)) < 200
    assert "secret" not in str(caught.value)


def test_a_text_that_grows_by_normalising_is_measured_afterwards():
    with pytest.raises(InputError, match="60000 characters"):
        parse_text("\U0001d160" * MAX_CHARACTERS)  # a note, three characters in NFC


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text):
    try:
        cleaned = parse_text(text)
    except InputError:
        return
    assert parse_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    cleaned.encode("utf-8")


def test_a_file_becomes_a_part_named_as_the_file(tmp_path):
    path = tmp_path / "red\x07 cup.png"
    Pillow.new("RGB", (6, 4), "red").save(path)

    part = media_part(path, ObjectStore(tmp_path / "store"))

    assert part.name == "red cup.png"
    assert isinstance(part.artifact, Image) and (part.artifact.width, part.artifact.height) == (6, 4)
    with pytest.raises(MediaError):
        media_part(tmp_path / "missing.png", ObjectStore(tmp_path / "store"))
