"""Fixed English sentences of tools, engines and checks in Chinese: warnings, findings, what to do, what arguments mean.

`chinese.json` holds whole sentences by their English text, with {names} where something is filled in; {n}, {m}, {s}
are numbers. What no table knows stays as it is: words of a person, of a model, of a tool of one's own.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from agentvid.report.record import Language

__all__ = ["is_known", "said"]

_NAME: Final = re.compile(r"\{(\w+)\}")
_SENTENCES: Final = re.compile(r"(?<=[.?!]) (?=[A-Z\d(])")
_CLAUSES: Final = re.compile(r"; ")
_NUMBERS: Final = frozenset({"n", "m", "s", "db", "share"})
_TABLES: Final = Path(__file__).with_suffix(".json")
_INSIDE: Final = "fragments"
"""The table of what is filled in: it says something only there."""
_Forms: TypeAlias = tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]


def said(text: str, language: Language) -> str:
    """Return a sentence of this program in the language; what is not known stays as it is."""
    return text if language == "en" else _chinese(text)


def is_known(text: str) -> bool:
    """Return whether a sentence, or each of its parts, is in the tables."""
    return _found(text, _whole()) is not None


@lru_cache(maxsize=4096)
def _chinese(text: str) -> str:
    found = _found(text, _whole())
    return text if found is None else found


def _found(text: str, forms: _Forms) -> str | None:
    """Translate exactly, sentence by sentence, by form, or clause by clause; None where a part is not known."""
    if text in forms[0]:
        return forms[0][text]
    sentences = _SENTENCES.split(text)
    if len(sentences) > 1:
        return _joined(sentences, "")
    for form, told in forms[1]:
        match = form.fullmatch(text)
        if match:
            return told.format(**{name: _filled(value) for name, value in match.groupdict().items()})
    clauses = _CLAUSES.split(text)
    return _joined(clauses, "；") if len(clauses) > 1 else None


def _joined(parts: list[str], sign: str) -> str | None:
    told = [_found(part, _whole()) for part in parts]
    return None if None in told else sign.join(filter(None, told))


def _filled(value: str) -> str:
    """Translate what is filled in: a sentence of its own, or a fragment that says something only there."""
    for forms in (_whole(), _fragments()):
        found = _found(value, forms)
        if found is not None:
            return found
    return value


@cache
def _tables() -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = json.loads(_TABLES.read_text("utf-8"))
    return told


@cache
def _whole() -> _Forms:
    return _made({k: v for name, told in _tables().items() if name != _INSIDE for k, v in told.items()})


@cache
def _fragments() -> _Forms:
    return _made(_tables()[_INSIDE])


def _made(told: dict[str, str]) -> _Forms:
    """Return what is told as it stands, and the forms of what has gaps, the longest first."""
    exact = {english: chinese for english, chinese in told.items() if not _NAME.search(english)}
    gaps = sorted((one for one in told.items() if one[0] not in exact), key=lambda one: -len(_NAME.sub("", one[0])))
    return exact, [(_form(english), chinese) for english, chinese in gaps]


def _form(english: str) -> re.Pattern[str]:
    parts = _NAME.split(english)
    gap = {name: r"[-+\d.,% ]+?" if name in _NUMBERS else ".+?" for name in parts[1::2]}
    text = "".join(f"(?P<{part}>{gap[part]})" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(text, re.DOTALL)
