"""How long a clip is to be, from what words say of its length and its speed."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.sense.camera_words import Said

__all__ = ["KEPT", "MOST", "PARTS", "TOTAL", "seconds_wanted"]

PARTS: Final = {"half": 0.5, "third": 1 / 3, "quarter": 0.25}


TOTAL: Final = re.compile(
    r"\b(?:total|overall|altogether|in all|long|last\w*|length|duration|whole|still"
    r"|over|within|takes?|video|clip)\b"
    r"|总|一共|时长|全程|还是|共|视频|片子|用|拉到",
    re.IGNORECASE,
)


_WHOLE: Final = re.compile(
    r"(?:than|beyond) the original|比原|还是|到(?=[\d一二两三四五六七八九十])"
    r"|\bto (?:a|one|two|three|four|five|six|seven|eight|nine|ten)\b|一共|总|最多"
    r"|超过|\btotal\b|\bmost\b"
    r"|\bto \d|\bthan \d"
)


_MORE_TIME: Final = re.compile(r"\b(?:another|extra|additional|more|longer|add)\b|[再多加]|延长|加长", re.IGNORECASE)


_LESS_TIME: Final = re.compile(r"\b(?:less|shorter|fewer|off)\b|[少减]|缩短|短", re.IGNORECASE)


KEPT: Final = re.compile(
    r"\b(?:keep\w*|leav\w*|same|don't (?:change|touch)|without chang\w+|at|in|over"
    r"|with) (?:the |its |that )?(?:\w+ )?same "
    r"(?:time|length|duration|speed|pace)\b|\b(?:keep\w*|leav\w*|don't (?:change"
    r"|touch)) (?:the |its )?(?:time|length|duration"
    r"|speed|pace)\b(?: (?:as is|the same|alone|as it is))?|\b(?:same"
    r"|unchanged) (?:time|length|duration|speed|pace)\b"
    r"|(?:时长|时间|长度|秒数|总长|总时长|速度)(?:都|还是|就|保持|也|照|仍)*(?:不变"
    r"|照旧|一样|别动|不动|不用改|别变|别改)"
    r"|(?:保持|维持)(?:时长|时间|速度|长度)(?:不变)?|同样的?(?:时长|时间|速度)(?:内|里)?",
    re.IGNORECASE,
)
"""What says that a clip lasts as long as before."""

MOST: Final = re.compile(
    r"\bas long as (?:you(?:'re| are)?|it|we|is)? ?(?:allowed|possible|can|permitted"
    r"|able|like|goes|lets?)\b|\b(?:max(?:imum)?|longest)\b"
    r"(?: (?:length|duration|time|possible|allowed))?|\bas far as (?:it|you) (?:goes"
    r"|can)\b|(?:能多[长久]就|最长|最久|最大时长|拉满|续满|上限|顶格)",
    re.IGNORECASE,
)


def seconds_wanted(now: float, said: Said, text: str, *, has_move: bool, taken: float | None = None) -> float | None:
    """Return how long a clip is to be, None where the words leave that as it is."""
    told = [(value, at) for value, at in said.seconds if taken is None or value != taken]
    if told:
        value, at = next(((v, a) for v, a in told if TOTAL.search(text[max(0, a - 12) : a + 18])), told[-1])
        around = _clause(text, at)
        if _MORE_TIME.search(around) and not _WHOLE.search(around):
            return round(now + value, 4)
        if _LESS_TIME.search(around) and not re.search(r"缩短到|减到|短到|\bto\b", around):
            return round(now - value, 4) if now > value else None
        return value
    factor = _time_factor(said, has_move=has_move)
    return round(now * factor, 4) if factor is not None else None


def _clause(text: str, at: int) -> str:
    """Return the words around a place up to the next pauses."""
    before, after = re.split(r"[,，;。]", text[:at])[-1], re.split(r"[,，;。]", text[at:])[0]
    return f"{before[-16:]}{after[:40]}"


def _time_factor(said: Said, *, has_move: bool) -> float | None:
    kinds = said.kinds
    how = 2.0 if "twice" in kinds else 3.0 if "triple" in kinds else 0.0
    part = next((part for kind, part in PARTS.items() if kind in kinds), 0.0)
    of_angle = bool(kinds & {"angle"}) and not kinds & {"speed", "slower", "faster", "long"}
    is_slow = any(word.kind == "speed" and "slow" in word.text for word in said.words)
    if (
        kinds & {"slower"}
        or (how and ("slowly" in kinds or is_slow))
        or ("speed" in kinds and (part or "less" in kinds))
    ):
        return 1 / part if part else how or 1.5
    if kinds & {"faster"} or ("speed" in kinds and (how or "more" in kinds)):
        return part or (1 / how if how else 2 / 3)
    if kinds & {"longer", "shorter", "long"} and not of_angle:
        if how or part:
            return how or part
        if "shorter" in kinds:
            return 2 / 3
        return (2.5 if "far_too" in kinds else 1.5) if "longer" in kinds else None
    if (how or part) and not of_angle and not has_move:
        return how or part
    if "slowly" in kinds and not has_move and not said.seconds:
        return 1.5
    return None
