"""A message as atoms: the smallest pieces that can be clauses. Atoms that mean nothing alone are joined by `parse`."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from agentvid.errors import InputError
from agentvid.planner.grammar.lexicon import plain

__all__ = ["LONGEST_MESSAGE", "clean", "split"]

LONGEST_MESSAGE: Final = 2000
"""Characters of the longest message that is read."""

_NUMBERS_EN: Final = r"a half\b|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty)\b"
_MARKS: Final = r"[。;!?\n]+\s*|[,、](?!\d{3}\b)\s*|\.(?=\s|$)\s*"
_BEFORE_WORDS: Final = (
    r"(?=然后|接着|接下来|随后|之后|以后会|再(?!见)|并且|并(?!排|列)|而且|同时|最后(?!一?[张个段幅条部])|另外|还要)"
    rf"|(?<=\s)(?=(?:and then|then|after that|afterwards|finally)\b|but (?:do|keep|leave)|and (?!{_NUMBERS_EN}))"
)
_SEPARATOR: Final = re.compile(rf"{_MARKS}|{_BEFORE_WORDS}", re.IGNORECASE)


def clean(text: str) -> str:
    """Return a message in its plainest spelling: full-width characters narrowed, spaces single, no control characters.

    Raises: InputError where it is longer than `LONGEST_MESSAGE` characters.
    """
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    if len(text) > LONGEST_MESSAGE:
        raise InputError(
            f"the message has {len(text)} characters",
            f"at most {LONGEST_MESSAGE}",
            "say what to do in one to three short requests",
        )
    text = "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else " " for c in text)
    return "\n".join(plain(line) for line in text.splitlines())


def split(text: str) -> list[tuple[int, int]]:
    """Return start and end of each atom of a clean message, in order; a closing question mark stays with its atom."""
    starts, ends = [0], []
    for match in _SEPARATOR.finditer(text):
        asks = match[0][:1] == "?"
        ends.append(match.start() + 1 if asks else match.start())
        starts.append(match.end())
    ends.append(len(text))
    return [(start, end) for start, end in zip(starts, ends, strict=True) if re.search(r"\w", text[start:end])]
