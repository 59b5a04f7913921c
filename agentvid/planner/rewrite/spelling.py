"""Words as they are meant: short forms of chats written out, letters left out of the words that edits turn on."""

from __future__ import annotations

import difflib
import re
from typing import Final

__all__ = ["spelled"]

_SHORT: Final = {
    "u": "you", "ur": "your", "pls": "please", "plz": "please", "plss": "please", "thx": "thanks", "ty": "thanks",
    "tho": "though", "wanna": "want to", "gonna": "going to", "gotta": "got to", "lemme": "let me", "dont": "don't",
    "doesnt": "doesn't", "isnt": "isn't", "wont": "won't", "cant": "can't", "shouldnt": "shouldn't", "didnt": "didn't",
    "em": "them", "cuz": "because", "coz": "because", "bc": "because", "vid": "video", "vids": "videos",
    "bg": "background", "sec": "seconds", "secs": "seconds", "abit": "a bit", "alot": "a lot", "kinda": "kind of",
    "tbh": "", "imo": "", "lol": "", "btw": "", "fyi": "",
}  # fmt: skip
_KEY_WORDS: Final = (
    "camera", "background", "colour", "color", "recolour", "recolor", "video", "picture", "zoom", "orbit", "longer",
    "shorter", "slower", "faster", "brighter", "darker", "lighter", "second", "seconds", "remove", "check", "instead",
    "purple", "yellow", "orange", "original", "continue", "another", "different", "bigger", "smaller", "cylinder",
    "engine", "middle",
)  # fmt: skip
_LEAST: Final = 5
"""Letters a word has at least to be taken for another one."""
_ALIKE: Final = 0.88


def spelled(text: str) -> str:
    """Return a message with its short forms written out and its key words as they are usually spelled."""
    return re.sub(r" {2,}", " ", re.sub(r"(?<![\w'.])[A-Za-z]+(?![\w'])", _word, text)).strip()


def _word(match: re.Match[str]) -> str:
    word = match[0]
    if word.lower() in _SHORT:
        return _SHORT[word.lower()]
    if len(word) < _LEAST or word.lower() in _KEY_WORDS or not word.islower():
        return word
    near = difflib.get_close_matches(word, _KEY_WORDS, n=1, cutoff=_ALIKE)
    is_form = bool(near) and (word in near[0] or near[0] in word)
    return near[0] if near and not is_form else word
