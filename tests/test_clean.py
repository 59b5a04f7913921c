from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentvid.media.clean import clean_text, shown_name


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("nul\0l", "null"),
        ("half \ud83d", "half"),
        ("re\u200bd \u2063cup\ufeff", "red cup"),
        ("\u202edesrever\u2066", "desrever"),
        ("red" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all") + " cup", "red cup"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\U0001f468\u200d\U0001f469\ufe0f", "\U0001f468\u200d\U0001f469\ufe0f"),
        ("\u05d0\u200f!", "\u05d0\u200f!"),
        ("one\x85two\u2029three", "one\ntwo\nthree"),
    ],
)
def test_what_hides_is_dropped_and_what_scripts_need_stays(given, cleaned):
    assert clean_text(given) == cleaned


def test_a_letter_under_a_heap_of_marks_keeps_thirty():
    heap = "a" + "\u0316\u0323" * 10_000 + "b"

    assert len(clean_text(heap)) == 32


@given(st.text(st.characters(), max_size=200))
def test_cleaning_is_idempotent_and_gives_text_that_can_be_written(text):
    cleaned = clean_text(text)

    assert clean_text(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode() == unicodedata.normalize("NFC", cleaned)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a/b/photo.jpg", "photo.jpg"),
        ("line\nbreak\t.jpg", "line break .jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("\udcff\udcfe", "the file"),
        ("caf\udce9.jpg", "caf.jpg"),
        ("\x1b[2J.png", "[2J.png"),
        ("..", ".."),
        ("/", "/"),
        ("n" * 300 + ".png", "n" * 40 + "…" + "n" * 35 + ".png"),
    ],
)
def test_a_name_is_shown_on_one_line(path, shown):
    assert shown_name(Path(path)) == shown
