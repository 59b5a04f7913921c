"""What words say of a voice: language, man or woman, slow or fast, high or deep; and the language of a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from agentvid.engines.speech.programs import LANGUAGES, Language
from agentvid.errors import CallError

__all__ = ["Voice", "language_of_text", "voice_of"]

_LANGUAGES: Final[tuple[tuple[Language, str], ...]] = (
    ("yue", r"cantonese|粤语|广东话|白话|粤"),
    ("zh", r"mandarin|chinese|putonghua|普通话|国语|中文|汉语"),
    ("en", r"\benglish\b|英语|英文"),
)
_SEXES: Final = (
    ("female", r"\b(?:female|woman|women|lady|girl|her)\b|女"),
    ("male", r"\b(?:male|man|men|boy|guy|his)\b|男"),
)
_SPEEDS: Final = ((0.75, r"\bslow|慢"), (1.3, r"\b(?:fast|quick|rapid)|快"))
_PITCHES: Final = ((0.5, r"\b(?:deep|low)\b|低沉|浑厚"), (1.5, r"\bhigh\b|child|kid|尖|高音|童声|孩"))


@dataclass(frozen=True)
class Voice:
    """How a text is read. `speed` and `pitch` are 1 as usual; `sex` "" is the voice as the program has it."""

    language: Language
    sex: str
    speed: float
    pitch: float


def voice_of(text: str, words: str, language: str, speed: float) -> Voice:
    """Return the voice that is asked for. What is said itself does not count among the words about the voice.

    Raises: CallError for an unknown language or a speed out of 0.4 to 2.5.
    """
    if language and language not in LANGUAGES:
        raise CallError(f"the language {language!r}", f"one of {', '.join(LANGUAGES)}", "choose one of these")
    if not 0.4 <= speed <= 2.5:
        raise CallError(f"speed {speed:g}", "0.4 to 2.5 times", "choose another speed")
    low = unicodedata.normalize("NFKC", words).replace(unicodedata.normalize("NFKC", text), " ").lower()
    named = next((name for name, pattern in _LANGUAGES if re.search(pattern, low)), None)
    chosen: Language = language or named or language_of_text(text)
    return Voice(
        language=chosen,
        sex=next((name for name, pattern in _SEXES if re.search(pattern, low)), ""),
        speed=speed * next((factor for factor, pattern in _SPEEDS if re.search(pattern, low)), 1.0),
        pitch=next((factor for factor, pattern in _PITCHES if re.search(pattern, low)), 1.0),
    )


def language_of_text(text: str) -> Language:
    """Return the language of a text by its letters: Chinese where there is any Chinese character."""
    if re.search(r"[嘅咗唔喺嚟冇佢哋]", text):
        return "yue"
    return "zh" if re.search(r"[一-鿿]", text) else "en"
