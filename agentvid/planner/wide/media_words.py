"""Words that name a whole picture or clip, which are no thing in it: "the second picture", "the original", 第二张."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_media"]

_WHICH_EN: Final = (
    r"(?:(?:very )?(?:first|second|third|fourth|fifth|sixth|last|latest|newest|previous|other|original|edited|new|old"
    r"|1st|2nd|3rd|[4-9]th) )"
)
_MEDIUM_EN: Final = r"(?:pictures?|photos?|photographs?|images?|pics?|clips?|videos?|shots?|versions?)"
_MEDIUM_ZH: Final = r"(?:图片?|照片|相片|画面|视频|片子|版本?)"
_WHICH_ZH: Final = r"(?:第[一二三四五六七八九十两\d]+|最后一?|最新的?|最早的?|上一?|前一?|后一?|刚才(?:的|那)?|原来(?:的|那)?|另外?一?|这一?|那一?|原)"
_INSIDE: Final = r"(?:里面?|里头|中间?|上面?)?的?"
_WHOLE: Final = re.compile(
    rf"(?:the )?(?:{_WHICH_EN}?(?:{_MEDIUM_EN}|ones?)|original|first|second|third|last)(?: (?:before|above|after|now))?"
    rf"|{_MEDIUM_EN} (?:#|number |no\.? )?(?:\d|one|two|three|four)"
    rf"|{_WHICH_ZH}?(?:[张幅段条个](?:{_MEDIUM_ZH})?|{_MEDIUM_ZH})|原图|原视频",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    rf"^(?:the )?{_WHICH_EN}(?:{_MEDIUM_EN}|one)(?:'s)? "
    rf"|^{_WHICH_ZH}(?:[张幅段条个]?{_MEDIUM_ZH}{_INSIDE}|[张幅段条](?:(?:里面?|里头|中间?|上面?)的?|的))",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(rf",? (?:in|of|on|from|inside) (?:the )?{_WHICH_EN}?(?:{_MEDIUM_EN}|one)$", re.IGNORECASE)


def without_media(words: str) -> str:
    """Return a noun phrase without the words that say in which picture or clip: "cup in the second picture" → "cup".

    "" where it names nothing but that picture or clip.
    """
    if _WHOLE.fullmatch(words):
        return ""
    return _AFTER.sub("", _BEFORE.sub("", words)).strip()
