"""Which media a request is about: ordinals, versions, descriptions, "the one before", "原图", and what nobody names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from agentvid.planner.wide.versions import version_told

__all__ = ["JOINING", "Medium", "Shelf", "ordinals_in"]

JOINING: Final = frozenset({"join", "beside", "above", "compare", "interpolate", "picture_in_picture"})
"""Operations about several media at once."""
_KINDS: Final = Literal["image", "video", "audio", "mesh", "text"]

_NUMBERS: Final = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "sixth": 6,
    "one": 1, "two": 2, "three": 3, "four": 4, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "一": 1, "二": 2, "三": 3,
    "四": 4, "五": 5, "六": 6, "两": 2, "七": 7, "八": 8,
}  # fmt: skip
_IMAGE: Final = r"(?:photos?|pictures?|pics?|images?|shots?|stills?)"
_VIDEO: Final = r"(?:clips?|videos?|vids?|footage|takes?|movies?)"
_ORDINAL: Final = re.compile(
    rf"第(?P<zh>[一二三四五六七八\d])(?P<mw>[张幅段条支版]|个(?:图|视频|版本|片段|照片|片子)|次(?:的|生成)|部)"
    rf"|(?<![a-z])(?P<en>first|second|third|fourth|fifth|1st|2nd|3rd|4th)(?: (?P<made>one (?:you|that you|i) (?:made|did|sent)|version|result|attempt|draft))(?![a-z])"
    rf"|(?<![a-z])(?<!\d )(?<!\d-)(?<!two )(?<!ten )(?<!four )(?<!five )(?<!three )(?P<en2>first|second|third|fourth|fifth|1st|2nd|3rd|4th) (?:[a-z]+ )?(?P<noun>one|{_IMAGE}|{_VIDEO})(?![a-z])"
    rf"|(?<![a-z])(?:in|on|from|into|onto|of|to|and|with|after|before|behind|beside|above|below|than|between) the (?P<bare>first|second|third|fourth)(?= |$|,|\.|\?|;|')(?! (?:second|half|part|floor|row|window|mug|candle|goal|time|chair|shelf|car|person|man|woman|house|tree|step|minute|few|player|sentence|word|line|letter|thing|flat|bit|section|two|three|frame)s?)"
    rf"|(?<![a-z])(?P<noun2>{_IMAGE}|{_VIDEO}|version|number|no\.) ?#?(?P<digit>one|two|three|four|[1-6])(?![a-z0-9.:%])"
    rf"|(?P<zhnoun>图片?|照片|视频|片段)(?P<zhdigit>[一二三四1-6])(?![\d张秒个段条点些下直起\u7248:倍年百千只辆])"
    rf"|(?<![a-z])the (?P<place>middle|last|other|final|latest|left(?:-hand)?|right(?:-hand)?)(?: (?:one|{_IMAGE}|{_VIDEO}))(?![a-z])"
    rf"|(?P<zhplace>中间|最后|另一?|另外|剩下)那?一?[张幅段条](?!桌|椅|床|纸|路|街)"
)
_VERSION: Final = re.compile(r"@?(?<![a-z])v ?(\d{1,4})(?![\d.])")
_ORIGINAL: Final = re.compile(
    r"原图|原片|原照|原视频|原版|原始(?:的|版|图|那)|最(?:初|开始|早)的?(?:那|图|版|照)?|一开始(?:的|那)[张版个图]?|(?<![a-z])(?:the |my )?original(?:s)?(?! (?:speed|size|colou?rs?|audio|sound|position|resolution|shape|ratio|aspect|music))(?: (?:photo|picture|image|one|clip|video|version|shot))?(?![a-z])|the (?:picture|photo|image|clip|video|one|pic) (?:that )?i (?:sent|uploaded|gave|attached)|(?:我发|我传|上传|最初发)的(?:那|这)?[张段个]?|the (?:very )?first version|as (?:i|it was) (?:sent|first)|unedited|from the top:"
)
_BEFORE: Final = re.compile(
    r"上一?[个]?版本?|前一?[个]?版本?|上一?[张步](?!的颜色)|前一张|之前(?:的)?那[版张个]|改之前|上一次|刚才之前|回退|撤销|撤回|倒回|退回(?:上|前|到上)|退一步|上个版本|返回上|恢复(?:到)?(?:上|之前|刚才)|(?<![a-z])(?:the )?(?:one|version|picture|photo|image|pic|result|edit|draft) (?:before|prior)(?: (?:that|this|it|last))?(?![a-z ]*(?:and|&) after)|(?<![a-z])(?:previous|prior|last|earlier) (?:version|one|result|edit|state|attempt|try)(?![a-z])|(?<![a-z])(?:undo|revert|roll(?:ed)? back|step back|go back(?: (?:to|a|one))?|back up a step|scrap (?:that|the|it)|ditch that|take that back|put it back (?:to|how|the way))(?! the camera)(?![a-z])"
)
_CURRENT: Final = re.compile(
    r"这一?版|当前(?:这)?版|最新(?:的|版|那)|刚(?:才|刚)?(?:那|这|生成|做|的那)[版张个条段]?|现在(?:这|的)[版张个]?|(?<![a-z])(?:this|the (?:latest|newest|current|last|new|final)) (?:version|one|result)(?![a-z])"
)
_WRONG: Final = re.compile(
    r"^\W*(?:wait,? actually|actually,? (?:no|wait)|不对|不是|错了|搞错|弄错|no[, ]|nope|nah|wrong|not what i)|我要的是|我说的是|我指的是|不是(?:让|叫|要)你|i (?:said|meant|asked for)(?! (?:thanks))|(?<![a-z])(?:instead of (?:that|this|it)|not that one|wrong (?:one|lamp|side|person|colou?r))(?![a-z])|别[^,;]{1,6}[,;](?:改成|换成)"
)


@dataclass(frozen=True)
class Medium:
    """A medium of the session by its number in messages (v1, v2 …)."""

    number: int
    kind: str
    turn: int
    is_new: bool
    is_made: bool


def ordinals_in(low: str) -> list[re.Match[str]]:
    """Return the places of a text that count media: "第二张", "the first clip", "photo 3"."""
    return list(_ORDINAL.finditer(low))


class Shelf:
    """The media of a session, and how words pick from them. Numbers are what it returns; 0 stands for "prev"."""

    def __init__(self, media: tuple[Medium, ...], said: tuple[str, ...], low: str) -> None:
        self.media = media
        self.said, self.low = said, low
        self.real = [medium for medium in media if medium.kind != "text"]
        self.new = [medium for medium in self.real if medium.is_new]
        self.uploads = [medium for medium in self.real if not medium.is_made]
        self.made = [medium for medium in self.real if medium.is_made]

    def kind_of(self, number: int) -> str:
        """Return the kind of a medium, or ""."""
        return next((medium.kind for medium in self.media if medium.number == number), "")

    def default(self, needs: str, op: str = "") -> int | None:
        """Return the medium that is meant where none is named, or None where there is none."""
        pool = self.new
        if not pool and self.real:
            last = max(self.real, key=lambda medium: (medium.turn, medium.number))
            if last.is_made:
                return self._of_kind([last], needs) or self._of_kind(self.real[::-1], needs) or last.number
            pool = [medium for medium in self.uploads if medium.turn == last.turn]
        if not pool:
            return None
        described = self.described(self.low, pool)
        fitting = self._of_kind(pool, needs)
        return (described if described and len(pool) > 1 else None) or fitting or pool[0].number

    @staticmethod
    def _of_kind(pool: list[Medium], needs: str) -> int | None:
        return next((medium.number for medium in pool if needs in ("any", "none", "", medium.kind)), None)

    def named(self, clause: str) -> list[int]:
        """Return the media that a clause names, in order; a count beyond what there is is -1."""
        found: list[tuple[int, int]] = [
            (match.start(), int(match[1]))
            for match in _VERSION.finditer(clause)
            if not _is_denied(clause, match.start())
        ]
        found = [(at, n if any(m.number == n for m in self.media) else -1) for at, n in found]
        for match in ordinals_in(clause):
            number = None if _is_denied(clause, match.start()) else self._counted(match)
            if number is not None:
                found.append((match.start(), number))
        original = _ORIGINAL.search(clause)
        if original and self.real:
            first = self._origin()
            found.append((original.start(), first))
        before = _BEFORE.search(clause)
        if before and len(self.real) > 1 and not any(n > 0 for _, n in found):
            number = self.before()
            if number:
                found.append((before.start(), number))
        current = _CURRENT.search(clause)
        if current and self.made and not self.new and not original:
            found.append((current.start(), self.made[-1].number))
        if not found and not self.new:
            told = version_told(clause, self.said, self.media)
            found += [(0, told)] if told else []
        return list(dict.fromkeys(number for _, number in sorted(found)))

    def corrected(self) -> int | None:
        """Return what an earlier turn began from, where the message says that its result is wrong, or None."""
        if self.new or not self.made or not _WRONG.search(self.low):
            return None
        return self.before()

    def _origin(self) -> int:
        pool = self.uploads or self.real
        if self.made and self.uploads:
            earlier = [medium for medium in self.uploads if medium.number < self.made[-1].number]
            return (earlier or self.uploads)[0 if len(earlier) < 2 else -1].number if not self.new else pool[0].number
        return pool[0].number

    def before(self) -> int | None:
        """Return what the newest result was made from: the result before it, or the upload."""
        if not self.made:
            return None
        last = self.made[-1]
        earlier = [medium for medium in self.real if medium.number < last.number]
        same_turn = [medium for medium in earlier if medium.turn == last.turn and not medium.is_made]
        if same_turn:
            return same_turn[0].number
        return earlier[-1].number if earlier else None

    def _counted(self, match: re.Match[str]) -> int | None:
        groups = match.groupdict()
        place = groups["place"] or groups["zhplace"]
        word = groups["zh"] or groups["en"] or groups["en2"] or groups["bare"] or groups["digit"] or groups["zhdigit"]
        told = (
            (groups["mw"] or "")
            + (groups["made"] or "")
            + (groups["noun"] or "")
            + (groups["noun2"] or "")
            + (groups["zhnoun"] or "")
        )
        if re.search(r"版|次|made|did|sent|version|result|attempt|draft", told):
            pool = self.made
        else:
            pool = self.new or self._last_uploads() or self.real
            kind = (
                "video"
                if re.search(rf"[段条支部]|视频|片段|{_VIDEO}", told)
                else "image"
                if re.search(rf"[张幅]|图|照|{_IMAGE}", told)
                else ""
            )
            fitting = [medium for medium in pool if kind in ("", medium.kind)]
            pool = fitting or ([] if kind and not place and len({m.kind for m in pool}) > 1 else pool)
            if len(pool) < 2 and not self.new and (groups["noun"] or groups["mw"]):
                whole = [medium for medium in self.real if kind in ("", medium.kind)]
                pool = whole if len(whole) > len(pool) else pool
        if place:
            if not pool or (len(pool) < 2 and place not in ("last", "latest", "final", "最后")):
                return None
            if place in ("middle", "中间"):
                return pool[len(pool) // 2].number
            if place.startswith("left"):
                return pool[0].number
            if place.startswith("right") or place in ("last", "final", "latest", "最后"):
                return pool[-1].number
            return None
        rank = _NUMBERS.get(word or "", 0)
        if not rank:
            return None
        if rank > len(pool):
            return -1 if groups["mw"] or groups["noun"] else None
        return pool[rank - 1].number

    def _last_uploads(self) -> list[Medium]:
        if not self.uploads:
            return []
        turn = self.uploads[-1].turn
        return [medium for medium in self.uploads if medium.turn == turn]

    def described(self, clause: str, pool: list[Medium] | None = None) -> int | None:
        """Return the medium that earlier or present words tell apart by what it shows ("the one with the cup")."""
        pool = pool or self._last_uploads()
        if len(pool) < 2:
            return None
        labels = _labels(" ; ".join(self.said), len(pool)) or _labels(self.low, len(pool))
        wanted = re.search(
            r"(?:the one (?:with|of|that|where|showing|on|has|is)(?: the| a)?|the) ([a-z ]{3,40}?)(?:(?= (?:one|photo|picture|clip|pic|video))|(?=[^a-z ])|$)|([\u4e00-\u9fff]{1,6})(?:的)?那[张段个条]|那[张段](?:有|拍)?([\u4e00-\u9fff]{1,6})的",
            clause,
        )
        if not labels or not wanted:
            return None
        words = next(group for group in wanted.groups() if group)
        scores = [(_overlap(words, label), -index) for index, label in enumerate(labels)]
        best = max(scores)
        return pool[-best[1]].number if best[0] > 0 and sum(score == best[0] for score, _ in scores) == 1 else None

    def several(self, clause: str, op: str, previous: bool, used: list[int]) -> list[int]:
        """Return the media that are joined or compared; 0 is the result of the request before."""
        named = [number for number in self.named(clause) if number > 0]
        shown = self.new or ([] if self.made else self._last_uploads())
        if re.search(rf"照片|图|(?<![a-z]){_IMAGE}(?![a-z])", clause) and not re.search(
            rf"视频|(?<![a-z]){_VIDEO}(?![a-z])", clause
        ):
            stills = [medium for medium in shown if medium.kind == "image"]
            shown = stills if len(stills) > 1 and op != "picture_in_picture" else shown
        pool = [medium.number for medium in shown]
        if previous:
            left = [number for number in pool if number not in used]
            others = [number for number in named if number not in used] or left or named
            if not others:
                others = used[:1] or ([self._origin()] if self.real else [])
            return [0, *others]
        if len(named) >= 2:
            return named[::-1] if op == "join" and _COMES_AFTER.search(clause) else named
        if len(named) == 1 and named[0] in pool and op == "join" and _COMES_FIRST.search(clause):
            return [named[0], *(number for number in pool if number != named[0])]
        if len(pool) >= 2:
            return pool
        if named and self.made and not self.new:
            return list(
                dict.fromkeys(
                    [named[0], self.made[-1].number]
                    if named[0] != self.made[-1].number
                    else [self.before() or named[0], named[0]]
                )
            )
        if self.made and self.real and not self.new:
            before = self.before()
            last = self.made[-1].number
            return [before, last] if before else [last]
        return pool or named


_COMES_FIRST: Final = re.compile(
    rf"(?<![a-z])(?:one|v\d+|{_IMAGE}|{_VIDEO}) (?:comes |goes |to come )?first(?![a-z])|第.[段张个条幅](?:视频|图)?[放排]在?最?前"
)
"""Words by which the one that is named comes first: "put the second clip first"."""
_COMES_AFTER: Final = re.compile(
    r"(?<![a-z])(?:play|put|show|place|add|append|join|stick)(?! (?:them|both|it))[a-z0-9 ]* (?:after|behind) (?:the )?[a-z]"
    r"|[接放拼加]在.{1,12}(?:后面?|之后)"
)
"""Words by which what is named first comes second: "play the first clip after the second"."""


def _is_denied(clause: str, at: int) -> bool:
    return bool(
        re.search(r"(?:(?<![a-z])not(?: the)?|不是|别用|不要|rather than(?: the)?|instead of(?: the)?) ?$", clause[:at])
    )


def _labels(text: str, count: int) -> list[str]:
    """Return what earlier words say of each of the uploads, in their order: "第一段下雨第二段晴天", "a cup and a teapot"."""
    parts = re.split(
        r"第[一二三四]?[张段条幅个]|(?:photo|picture|image|clip)? ?(?<!\d)[1-4] is |(?<![a-z])(?:first|second|third)(?: one)? (?:has|is|shows)|左边是|右边是|另一?[张段](?:是)?",
        text,
    )
    if len(parts) > count:
        return [re.split(r"[,;。?.]", part)[0] for part in parts[1 : count + 1]]
    pair = re.search(r"(?:a |an |the )([a-z ]{2,24})(?:,| and | or )(?:a |an |the )([a-z ]{2,24})", text)
    return [pair[1], pair[2]] if pair and count == 2 else list(parts[1:])


def _overlap(words: str, label: str) -> int:
    if re.match(r"[a-z]", words):
        return len({word for word in words.split() if len(word) > 2} & set(re.findall(r"[a-z]+", label)))
    return sum(character in label for character in set(words))
