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
_ABOUT: Final = re.compile(r"(?<=[度秒°倍帧圈%钟])(?:钟)?(?:左右|上下)(?![移摇转推拉边])")
"""What says "about" after a number and its unit, and no side."""
_ONES: Final = "一两三四五六七八九"
_NEAR: Final = re.compile(
    r"(?<![第一二两三四五六七八九])([一两三四五六七八])(?=([三四五六七八九]|两)十?[秒度倍圈])"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine) or (?=(?:\d+|two|three"
    r"|four|five|six|seven|eight|nine|ten) "
    r"?(?:s\b|secs?\b|seconds?|degrees?|°))|(?<![\d.第])\d+ ?[-~–] ?(?=\d+ ?(?:s\b"
    r"|secs?\b|seconds?\b|秒|degrees?\b|°|度))",
    re.IGNORECASE,
)
"""The lower of two numbers that say "about": "两三秒", "two or three seconds"."""
_LEAST: Final = 5
"""Letters a word has at least to be taken for another one."""
_ALIKE: Final = 0.88


def spelled(text: str) -> str:
    """Return a message with its short forms written out and its key words as they are usually spelled."""
    text = _NEAR.sub(lambda m: "" if m[1] is None or _ONES.index(m[1]) + 1 == _ONES.index(m[2]) else m[0], text)
    text = _ABOUT.sub("", text)
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
