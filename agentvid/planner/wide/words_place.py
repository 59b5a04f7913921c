"""By which thing words are to be written: "over the door", "在门上方", "on the sign"."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.wide.text import QUOTE

__all__ = ["words_near"]

_NO_THING: Final = (
    r"(?:(?:very |whole |entire )?(?:pictures?|photos?|images?|pics?|frames?|clips?|videos?|top|bottom|left|right|middle"
    r"|centre|center|corner|edge|side|upper|lower|cover|back|front|it|this|that|one|background|canvas|screen)(?![a-z]))"
)
_NEAR_EN: Final = re.compile(
    rf"(?<![a-z])(?P<where>over|above|below|under(?:neath)?|across|on(?:to)?|along) (?:the|my|his|her|our|that|this) "
    rf"(?!(?:[a-z]+ ){{0,3}}?{_NO_THING})(?P<thing>[a-z][a-z -]{{1,30}}?)"
    rf"(?=$|[,.;!{QUOTE}]| (?:in|with|and|as|please|using|at)(?![a-z]))"
)
_NOT_ZH: Final = r"(?!.{0,4}(?:图|照片|画面|视频|片|角|顶|底|左|右|中间|中央|封面|正中|屏幕|天))"
_NEAR_ZH: Final = re.compile(
    rf"在{_NOT_ZH}(?P<thing>[^,;的{QUOTE}]{{1,8}}?)(?:的)?(?P<where>上方|上面|上边|下方|下面|下边|上)"
    r"(?=写|印|加|刻|打|贴|添|放|题|标|喷|盖|$|[,;])"
)
_WHERE: Final = {
    "over": "above", "above": "above", "below": "below", "under": "below", "underneath": "below",
    "上方": "above", "上面": "above", "上边": "above", "下方": "below", "下面": "below", "下边": "below",
}  # fmt: skip


def words_near(low: str) -> tuple[str, str] | None:
    """Return the thing that words are written by, and "above", "below" or "" for on it; None where none is named."""
    found = _NEAR_EN.search(low) or _NEAR_ZH.search(low)
    if found is None:
        return None
    thing = re.sub(r"^[这那]?[个扇张块只把]", "", found["thing"].strip())
    return (thing, _WHERE.get(found["where"], "")) if thing else None
