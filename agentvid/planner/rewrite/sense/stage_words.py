"""Words about solids of the small world: names, looks, places, relations, counts and what is to be done with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from agentvid.media.colours import colour_phrases
from agentvid.planner.rewrite.sense.words import Table, Word, scan, table
from agentvid.world.mentions import any_of, names_of
from agentvid.world.naming import near_colour
from agentvid.world.scene import GRID
from agentvid.world.words import LANGUAGES

__all__ = ["Name", "Token", "places_of", "tokens_of"]

_ALL: Final = tuple(range(GRID))
_LOW, _HIGH, _MID = _ALL[: GRID // 2], _ALL[GRID // 2 + 1 :], (GRID // 2,)
_SHAPES: Final = {
    "sphere": "ball", "orb": "ball", "globe": "ball", "boxes": "cube", "box": "cube", "block": "cube", "square": "cube",
    "dice": "cube", "pillar": "cylinder", "column": "cylinder", "tube": "cylinder", "pyramid": "cone",
    "方的": "cube", "方形": "cube", "圆的": "ball", "圆形": "ball", "圆筒": "cylinder", "筒": "cylinder", "方": "cube",
    "尖的": "cone", "立方": "cube", "方体": "cube", "锥子": "cone", "珠子": "ball",
}  # fmt: skip
_SIZES: Final = {
    "large": r"\b(?:big|large|huge|giant|massive)\b|巨大|大号|大个儿?|大",
    "small": r"\b(?:small|little|tiny|mini|wee)\b|迷你|小号|小个儿?|小",
}
_GROW: Final = (
    r"\b(?:bigger|larger|enlarge\w*|grow\w*|scale\w* up|blow\w* up|too (?:small|tiny|little)|not (?:so|as"
    r"|that) (?:small|tiny|little))\b"
    r"|[变弄放改加调]大|大一?[点些圈号]|更大|再大|太小|(?:别|不要)(?:那么|这么|太)小"
)
_SHRINK: Final = (
    r"\b(?:smaller|shrink\w*|scale\w* down|too (?:big|large|huge)|not (?:so|as|that|quite so) (?:big|large|huge))\b"
    r"|[变弄改缩调]小|小一?[点些圈号]|更小|再小|太大|(?:别|不要)(?:那么|这么|太)大"
)
_PLACE_EN: Final = (
    r"(?:\b(?:at|in|on|to|into|towards?|over to|by|from) )?(?:\b(?:the|its|their) )?(?:\b(?:very|far|near"
    r"|dead|exact) )?\b(?:left|right|front|back|rear|middle|cent(?:re|er)|foreground|background)(?:most)?"
    r"(?:[ -](?:left|right|front|back|rear|middle|cent(?:re|er)|hand))?(?: (?:side|corner|edge|half"
    r"|hand side))?(?: of (?:the )?(?:stage|picture|image|scene|frame))?\b|\b(?:closer|nearer)\b(?! (?:to"
    r"|together))|\b(?:farther|further) away\b|\b(?:forward|backward)s?\b"
)
_PLACE_ZH: Final = (
    r"(?:最|正|偏|靠|很|更)*(?:左|右|前|后|中间?|中央"
    r"|中心)(?:最?[前后左右中])?(?:[边面侧头排]|方(?![块形体的])|角落?|一?[点些]|央|间|心)*"
    r"|[远近](?:处|一?[点些])|角落"
)
_KINDS: Final = {
    "grow": _GROW,
    "shrink": _SHRINK,
    "large": _SIZES["large"],
    "small": _SIZES["small"],
    "opposite": r"\b(?:the )?(?:other|opposite) side\b|另一[边侧]|对面|反面",
    "row": r"\bside by side\b|\bnext to (?:each|one an)other\b|\bin (?:a|one) (?:row"
    r"|line)\b|并排|一排|排成|挨在一起",
    "relation_back": r"\bbehind\b|\bat the back of\b|\bbeyond\b",
    "relation_front": r"\bin front of\b|\bbefore\b",
    "relation_left": r"\b(?:to |on )?(?:the )?left(?:-hand side)?(?: side)? of\b",
    "relation_right": r"\b(?:to |on )?(?:the )?right(?:-hand side)?(?: side)? of\b",
    "relation_beside": r"\bnext to\b|\bbeside\b|\bnear\b|\bclose to\b|\balongside\b|\bby the\b|旁边?"
    r"|附近|挨着|边上|并排",
    "place": rf"{_PLACE_EN}|{_PLACE_ZH}",
    "where": r"\bwhere (?:the )?(?=[\w ]+ (?:is|was|stands|sits)\b)|的?位置(?!.{0,3}换)",
    "not": r"\b(?:not|n't|don't|dont|do not|no|never|without|instead of|in place of|in lieu of|rather than|isn't"
    r"|shouldn't|rid of)\b"
    r"|而?不是|不要(?=[变改动换涂染放挪移那这太搞弄太])|别(?!的)|不用|没有|而非|不再",
    "remove": r"\b(?:remov\w+|delet\w+|drop|lose|ditch|scrap|kill|dump|eras\w+|get rid of|take (?:out|away|off)"
    r"|tak\w+ (?=(?:\w+ ){1,3}(?:out|away|off)\b)|skip|leave out|cut out|throw (?:out|away)|without"
    r"|no need for|can go|should go|must go|goes away|unwanted)\b"
    r"|去掉|拿掉|拿走|删[掉除了去]?|移走|移除|撤[掉走了]|扔[掉了]|抹掉|清掉|取消|去除"
    r"|不要(?![变改动换涂染放挪移那这太])|多余|不想要|不需要",
    "only": r"\b(?:only|just|nothing but|solely|alone|by itself|on its own)\b|[只光单]|就(?=.{0,6}(?:行|好|够|可以"
    r"|一个))|就[行好够]|单独",
    "nothing_else": r"\bnothing else\b|\bno(?:thing)? others?\b|\band that's it\b|别的(?:都|全)?不要"
    r"|其他(?:的)?(?:都)?不要|别无他物",
    "add": r"\b(?:add\w*|plus|put in|throw in|insert|include|give me another|(?<!start )with (?:a|an|another)"
    r"|as well|and also|extra|one more|another|a second|place a|room for|space for|missing|could use|squeeze in"
    r"|pop in|drop in|sneak in|toss in)\b|再?[加添补]上?|再(?:来|放|摆|画|弄|整|搁|要|有)"
    r"|多(?:来|放|加|画|一|摆|整|弄|要|出)|加个|[缺少]了?一?个",
    "swap": r"\b(?:swap\w*|switch\w*|exchang\w*|trad\w+|flip\w*)\b|换过来|对调|互换|调换"
    r"|交换|对换|互相换|颠倒|换(?:个|一下"
    r"|一换)?(?:位置?|位子|地方)|调个个?儿?|位置.{0,3}换|反过来",
    "mirror": r"\bmirror\w*\b|\bflip\w*(?: (?:it|the \w+|everything))? (?:horizontally"
    r"|left to right|over)\b|镜像|左右(?:颠倒|对称|翻转|反过来|翻)"
    r"|水平翻转",
    "move": r"\b(?:mov\w+|put|push\w*|shift\w*|slid\w+|plac\w+|bring\w*|set|stand\w*|sit\w*|go(?:es)?|drag\w*"
    r"|pull\w*)\b|[挪移放摆搬推站靠拉拖搁]|到(?=[最正]?[左右前后中])",
    "turn": r"\b(?:becom\w+|turn\w*(?: into)?|chang\w+(?: (?:it )?to)?|replac\w+|convert\w*|use|make|(?:be|is|was"
    r"|were)(?= an? ))\b|[画做弄整搞写排捏当][成作]|换(?![到去])[成为个]?|变[成为]?|改[成为]?|替换[成为]?",
    "all": r"\b(?:both|all|everything|every one|each|everyone|the two|two of them"
    r"|(?:the )?pair(?: of them)?|the lot)\b"
    r"|全部?|都|所有|两个都|俩|两者|每个|通通|统统",
    "other": r"\bthe other(?: one)?\b|另外?一?个|其余|其他",
    "it": r"\b(?:it|that one|this one|that|this|they|them)\b|[它他她]们?|这个|那个",
    "one": r"\b(?:one|thing|object|item|guy|solid|shape)s?\b|那个|的那[个颗块]|东西|家伙|物体",
    "colours": r"\bcolou?rs?\b|\bcolou?r(?:ing|ed)\b|颜色|色(?!的)",
    "sizes": r"\bsizes?\b|大小|尺寸|个头|一样大|一般大|同样大",
    "places": r"\b(?:places?|positions?|spots?|locations?|sides?)\b|位置|位子|地方",
    "same": r"\b(?:(?:the )?same|as|match\w*|equal\w*|identical|alike|like)\b|一样|同样|一致|一般|相同|跟.{0,4}一",
    "step": r"\b(?:a (?:bit|little(?=$|[,.;!?]| (?:bit|more|to|further|farther|closer|nearer|up|down|left"
    r"|right|back|forward|bigger|smaller|larger|higher|lower|darker|lighter|less"
    r"|away))|tad|touch|step)|slightly|nudg\w+|further|farther|more|closer|nearer"
    r"|some more)\b|一?[点些]儿?|稍微?|再|更",
    "bare_count": r"\b(?:two|three|four|2|3|4)\b(?! ?(?:x|°|deg|sec|fps|step))|[两二三四234仨俩]个?(?=[只颗块个]|$"
    r"|[,。~]|[大小球方圆锥柱]|一?样)",
    "one_count": r"\b(?:one|a single|single|1)\b(?! (?:of|on|in|at|to|that|behind|with)\b)|一[个只颗块]|1个",
    "base": r"\b(?:start\w*|begin\w*|first (?:picture|image|drawing)?|draw\w*|drawing|original\w*|initial\w*"
    r"|to begin with|generate\w*)\b|画|一开始|原图|底图|起初|最初|第一[张步]|开头|原来",
    "keep": r"\b(?:keep\w*|leave|stay\w*|unchanged|same|don't (?:touch|change|move)|untouched|remain\w*)\b|不变"
    r"|别动|不动|保持|留着|照旧|保留|不用动",
    "break": r"[,;。，；]|\b(?:and|but|while|with)\b|和|与|以及|还有|、",
    "camera": r"\b(?:camera|view\w*|viewpoint|seen|angle|look(?:ing|ed)?|shot|perspective"
    r"|bird's[- ]eye)\b|镜头|视角"
    r"|机位|相机|俯视|俯拍|仰视|仰拍|[看拍]过?去?|角度",
}
_BEFORE: Final = re.compile(r"不要|不想要|不需要|without|no need", re.IGNORECASE)
"""What is taken away where it stands before a name."""


@dataclass(frozen=True)
class Token:
    """A word with its meaning: `value` of a look, `rows` and `columns` of a place. `is_denied`: said not to be so."""

    kind: str
    start: int
    end: int
    text: str
    value: str = ""
    rows: tuple[int, ...] = _ALL
    columns: tuple[int, ...] = _ALL
    is_denied: bool = False


@dataclass(frozen=True)
class Name:
    """A name of solids in a text: looks that stand with the shape, how many, whether it is denied."""

    shape: str
    colour: str
    size: str
    number: int
    start: int
    end: int
    is_denied: bool
    is_new: bool


@lru_cache(maxsize=1)
def _table() -> tuple[Table, dict[str, str]]:
    shapes: dict[str, Any] = dict(_SHAPES)
    for language in LANGUAGES:
        shapes |= names_of(language, "shape")
    english = any_of({word: value for word, value in shapes.items() if word.isascii()})
    chinese = any_of({word: value for word, value in shapes.items() if not word.isascii() and word != "方"})
    kinds = {"shape": rf"\b(?:{english})s?\b|{chinese}", **_KINDS}
    return table(kinds), shapes


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text that are about solids, in order."""
    kinds, shapes = _table()
    words = scan(_masked(text), kinds)
    tokens = _joint([_token(word, shapes) for word in words], text)
    for phrase in colour_phrases(text):
        near = near_colour(text[phrase.start : phrase.end])
        if near is not None:
            tokens.append(Token("colour", phrase.start, phrase.end, text[phrase.start : phrase.end], near[0]))
    return _denied(sorted(tokens, key=lambda token: token.start), text)


def _joint(tokens: list[Token], text: str) -> list[Token]:
    """Return the tokens with places that stand together as one: "左边后面", "at the back, on the right"."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        between = text[last.end : token.start] if last is not None else "."
        if (
            last is not None
            and last.kind == token.kind == "place"
            and re.fullmatch(r"[\s的靠、]*(?:and |on |at )?", between)
        ):
            rows = tuple(r for r in last.rows if r in token.rows)
            columns = tuple(c for c in last.columns if c in token.columns)
            if rows and columns and (last.rows == _ALL) != (token.rows == _ALL):
                found[-1] = replace(last, end=token.end, text=text[last.start : token.end], rows=rows, columns=columns)
                continue
        found.append(token)
    return found


def _masked(text: str) -> str:
    """Return the text without its colour words, so that no other word is found in them."""
    for phrase in colour_phrases(text):
        text = f"{text[: phrase.start]}{'~' * (phrase.end - phrase.start)}{text[phrase.end :]}"
    return text


def _token(word: Word, shapes: dict[str, str]) -> Token:
    token = Token(word.kind, word.start, word.end, word.text)
    if word.kind == "shape":
        told = word.text.lower()
        return replace(token, value=shapes.get(told) or shapes[told.removesuffix("s")])
    if word.kind == "place":
        rows, columns = places_of(word.text)
        return replace(token, rows=rows, columns=columns)
    if word.kind in ("grow", "large"):
        return replace(token, kind="size", value="large")
    if word.kind in ("shrink", "small"):
        return replace(token, kind="size", value="small")
    return token


def places_of(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows and columns that the words of a place allow."""
    is_far = re.search(r"\b(?:far|very|edge)\b|most\b|最", text, re.IGNORECASE) is not None
    rows, columns = _ALL, _ALL
    if re.search(r"left|左", text, re.IGNORECASE):
        columns = (0,) if is_far and not re.search(r"最[前后]", text) else _LOW
    elif re.search(r"right|右", text, re.IGNORECASE):
        columns = (GRID - 1,) if is_far and not re.search(r"最[前后]", text) else _HIGH
    if re.search(r"front|forward|foreground|closer|nearer|前|近", text, re.IGNORECASE):
        rows = (0,) if re.search(r"最前|far front", text) else _LOW
    elif re.search(r"back|rear|away|后|远", text, re.IGNORECASE):
        rows = (GRID - 1,) if re.search(r"最后|far back", text) else _HIGH
    if re.search(r"middle|cent|中|正[前后]", text, re.IGNORECASE):
        columns = _MID if columns == _ALL else columns
        if re.search(r"dead|very|exact|正中[央心间]|of the (?:stage|picture|scene|image)", text) and rows == _ALL:
            rows = _MID
    return rows, columns


def _denied(tokens: list[Token], text: str) -> list[Token]:
    """Mark what follows a denial up to the next pause, or where it is said of one name only, up to the end of that."""
    found, is_denied, is_short, last = [], False, False, 0
    for token in tokens:
        if is_short and re.search(r"\b(?:the|it|i|make|let)\b", text[last : token.start], re.IGNORECASE):
            is_denied = False
        if token.kind == "break":
            is_denied = is_denied and token.text.lower() in ("and", "和", "与", "、", "with")
        elif token.kind == "not" or (token.kind == "remove" and _BEFORE.match(token.text)):
            is_denied, is_short = (
                True,
                token.start < 4 and re.match(r"rather|instead", token.text, re.IGNORECASE) is not None,
            )
        found.append(replace(token, is_denied=is_denied))
        if is_short and token.kind == "shape":
            is_denied = False
        last = token.end
    return found
