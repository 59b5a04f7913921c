"""Text from outside made safe to keep and to show: one Unicode form, no control characters, nothing that hides."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any, Final

__all__ = ["MAX_CHARACTERS", "clean_text", "odd_text", "shown_name"]

MAX_CHARACTERS: Final = 20_000
"""The longest text of a message, and of any value of a chain."""

_LONGEST_NAME: Final = 80
_MOST_MARKS: Final = 30

_INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\u3164\uffa0\ufff9\ufffa\ufffb"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Soft hyphen, spaces and fillers of no width, byte order mark, and the marks that turn the direction of writing.
Joiners and the marks of right-to-left scripts stay: emoji and several scripts are written with them."""

_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")

_TAGS: Final = range(0xE0000, 0xE0080)
"""Tag characters: ASCII that no one sees and a model reads."""


def clean_text(text: str) -> str:
    """Return text in NFC, lines ended by \\n, without control and invisible characters and blanks around it.

    Of more than 30 marks on one letter the rest is dropped: no script needs them, and ordering them takes time.
    Source: Unicode Standard Annex #15, section 13 (stream-safe text).
    """
    lines = re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", text)
    kept, marks = [], 0
    for character in filter(_is_kept, lines):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def shown_name(path: Path) -> str:
    """Return a file's name as it is shown: one line, cleaned, its middle left out beyond 80 characters.

    Bytes that are no UTF-8 are dropped; a name of nothing else is "the file".
    """
    name = re.sub(r"\s+", " ", clean_text(path.name or str(path))) or "the file"
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[1 - half :]}"


def odd_text(value: Any) -> str:
    """Return what is wrong with the texts of a JSON value: one too long, or no text that can be written; else ""."""
    if isinstance(value, str):
        if len(value) > MAX_CHARACTERS:
            return f"a text of {len(value)} characters"
        return "a text with characters that are none (NUL, or half of a pair)" if _NO_TEXT.search(value) else ""
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next(filter(None, map(odd_text, parts)), "")


def _is_kept(character: str) -> bool:
    if character in "\n\t":
        return True
    is_hidden = character in _INVISIBLE or ord(character) in _TAGS
    return not is_hidden and unicodedata.category(character) not in ("Cc", "Cs")
