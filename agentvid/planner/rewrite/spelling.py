"""Words as they are meant: short forms of chats written out, letters left out of the words that edits turn on."""

from __future__ import annotations

import difflib
import re
from typing import Final

from agentvid.planner.rewrite.traditional import simplified

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


_BARE: Final = re.compile(
    r"(?P<en>\b(?:give (?:me|it)|make (?:it|that|them)|i (?:want|need)|let'?s (?:do"
    r"|have|say)|try|do|use|go for|say|to|for|take)"
    r" (?:just |only |about |at least )?(?:\d{1,2}(?:\.\d)?|two|three|four|five|six"
    r"|seven|eight|nine|ten|twelve|fifteen|twenty))(?=$|[,;!?]|\.(?!\d)|"
    r" (?:please|instead|then|rather|would|will|is)\b)",
    re.IGNORECASE,
)
_TIMED: Final = re.compile(r"\b(?:seconds?|secs?|\d ?s)\b", re.IGNORECASE)
"""A number without its unit, in a message that tells of seconds elsewhere."""


_RGB: Final = re.compile(r"\brgb ?\(? ?(\d{1,3})[, ]+(\d{1,3})[, ]+(\d{1,3}) ?\)?", re.IGNORECASE)
_LETTERS: Final = re.compile(r"(?<=[A-Za-z]{3})(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[A-Za-z]{3})")
"""Where a Chinese word and an English one meet."""
_DEGREES_EN: Final = re.compile(
    r"\b(?:(?:just |only )?(?:a )?(?:smidge\w*|smidgen|tad|hair|notch|wee bit"
    r"|teeny bit|tiny bit|little bit|fraction|whisker|skosh|touch)"
    r"(?= (?:\w+er\b|more|less|further|to))|ever so slightly|a bit of a)\b",
    re.IGNORECASE,
)
_DEGREES_ZH: Final = re.compile(
    r"一丢丢|一丁点儿?|一咪咪|一小点|一点点|一点儿|些许|稍许|一丝丝?|那么一点|一档|一个度|几分"
)
"""How little, as people say it."""


def spelled(text: str) -> str:
    """Return a message with its short forms written out and its key words as they are usually spelled."""
    text = simplified(text)
    text = _RGB.sub(lambda match: "#{:02x}{:02x}{:02x}".format(*(min(255, int(n)) for n in match.groups())), text)
    text = _LETTERS.sub(" ", text)
    text = _DEGREES_ZH.sub("一点", _DEGREES_EN.sub("a bit", text))
    if _TIMED.search(text):
        text = _BARE.sub(lambda match: f"{match['en']} seconds", text)
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
