"""What words say of edits of a picture: things, their background, operations, what is kept, what is not meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agentvid.media.colours import colour_phrases
from agentvid.planner.nouns import NOUNS, noun_in
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.sense.words import Table, table

__all__ = [
    "ADDED",
    "DROPPED",
    "GREEN_SCREEN",
    "MORE_OF",
    "OWN_BEHIND",
    "OWN_COLOUR",
    "PHOTO",
    "TELLS",
    "UNWANTED",
    "Thing",
    "as_called",
    "denied_spans",
    "things_said",
]

PHOTO: Final[Table] = table(
    {
        "background": r"\b(?:background|backdrop|surroundings?|behind(?: (?:it|them|the \w+))?|bg)\b"
        r"|背景|底色|底(?!片|图)"
        r"|背后|身后|周围|四周|后景",
        "remove": r"\b(?:remov\w+|eras\w+|delet\w+|(?:take|get|cut|edit|photoshop)\w* (?:it|that"
        r"|this|them|the \w+|her"
        r"|him) (?:out|away|off)|take (?:out|away)|taken out|get rid of|gone|vanish\w*|disappear\w*|wipe\w*"
        r"|clear\w* away|(?:should|can|has to|must) go(?=$|[,.;!]| (?:too|as well|please"
        r"|then|now|away)\b)|away with)\b"
        r"|去掉|去除|移除|移走|抹掉|抹去|擦掉|删[掉除了去]?|拿掉|拿走|弄没|弄走|消失|消掉|抠掉|清掉|P掉|p掉",
        "blur": r"\b(?:blur\w*|bokeh|defocus\w*|out of focus|soft[- ]?focus|hazy"
        r"|shallow depth)\b|虚化|模糊|虚一[点些]"
        r"|朦胧|糊[掉化]?|景深|虚(?!线)",
        "sharp": r"\b(?:sharp\w*|crisp|in focus|unblurred|clear)\b|清晰|清楚|锐利",
        "recolour": r"\b(?:saturat\w+|vivid\w*|intensity|vibran\w+|brightness)\b|饱和|鲜艳"
        r"|\b(?:re-?colou?r\w*|colou?r\w*|paint\w*|tint\w*|dye\w*|shade\w*|hue|tone)\b"
        r"|改?颜色|上色|染[成色]?"
        r"|涂[成色]?|刷[成]?|变色|改色|换色|色调|着色|重新?上色",
        "whole": r"\b(?:whole|entire|complete|full|all of the|all over the"
        r"|everything in the)\s*(?:picture|photo|image"
        r"|scene|thing|shot|pic|frame)\b|\beverything\b(?! else)|\bnot just the \w+\b|整[张幅个]?(?:图|画面"
        r"|照片|片|体)|全图|全部画面|整张|整幅|整体|全都?(?=[变染涂改成])",
        "keep": r"\blet (?:the |my )?\w+ be\b|\b(?:keep\w*|leave|leav\w+|stay\w*|remain\w*"
        r"|untouched|alone|as (?:it )?is|retain\w*|preserv\w*"
        r"|still)\b|留着|保留|留下|别.{0,3}[动碰]|不动|不变|照旧|还是要|还要|继续|保持|不用改|别改",
        "not": r"\b(?:not|n't|don't|dont|do not|no|never|without|instead of|rather than|isn't|shouldn't|stop|skip"
        r"|forget)\b|而?不是|不要|别(?![墅的])|不用|甭|不想|不必|先别|没有|而非",
        "instead": r"\b(?:instead|rather|actually|i mean\w*|meant|wrong|mistake|should(?:'ve"
        r"| have)? be\w*|correction"
        r"|swap\w*|other)\b|改成|换成|改为|而是|应该是?|才对|才是|搞错|弄错|错了|说的是|指的是|要的是|明明"
        r"|其实|是(?=那)",
        "subject": r"\b(?:main )?(?:subject|target|focus|object of interest)\b|主体|主角|主要物体|目标|对象",
        "too": r"\b(?:too|also|as well|another|next|then)\b|也|还|再|另外",
        "it": r"\b(?:it|that|this|them|the thing)\b|它|这个|那个|这东西",
        "original": r"\b(?:original|untouched|unedited|source|uploaded|my (?:own )?(?:photo|picture))\b|原[图片]"
        r"|原来的[图照]|没(?:改|动|处理)过的",
    }
)
_SIDES: Final = (
    r"left|right|front|back|rear|top|bottom|middle|cent(?:re|er)|near|far|big|large"
    r"|small|little|other|second|first|tall|round|wooden|metal|glass|plastic|old"
    r"|empty|full|dark|light|whole|shiny|upper|lower"
)
_WHERE: Final = (
    r"(?: (?:on|in|at|behind|near|beside|under|above|below|next to|in front of"
    r"|closest to|by|to) (?:the |its )?(?!photo|picture|image|clip|video|pixel|your"
    r"|step)[a-z]+(?: (?:side|corner|edge|of the [a-z]+))?)?"
)
_BEFORE_ZH: Final = (
    r"(?:(?:最?[左右前后中上下里外旁][边面侧方间头]?|靠[左右前后]|大|小|另|其他|别)"
    r"(?:那|这)?(?:一)?(?:个|把|只|块|张|条|辆|位|朵)?的?)"
)
_DENIAL: Final = re.compile(
    r"\b(?:not(?! just)|don't|dont|do not|no|never|without|instead of|rather than|isn't"
    r"|wasn't)\b[^,;.。]*?(?=,|;|\.|$|\bbut\b|\bi (?:mean|meant|want|said)\b|\bmake\b|\buse\b|\bjust\b"
    r"|\bget\b|\bpaint\b|\bgo for\b|\bhave\b)"
    r"|(?:而?不是|不要|别(?![墅的])|不用|甭|不想|先别|而非)[^,;，。]*?(?=,|;|，|。|$|而是|[,，]|是(?=.{1,8}$)"
    r"|改成|换成|用)"
    r"|(?:(?:pure|plain|bright|dark|light|that|this|the) )*[a-z]+ (?:is|looks?"
    r"|feels?|was|seems?) (?:way |just |a bit |a little |kind of "
    r"|rather |so |far )*(?:too|so|not|boring|dull|ugly|harsh|cold|awful|hideous"
    r"|garish|loud|plain|wrong|meh)\b[^,;.]*"
    r"|[\u3400-\u9fff]{0,3}(?:色|的)?(?:有点|有些|太|实在|看着|看起来"
    r"|显得)(?!好)(?:[^,;，。深浅亮暗淡艳冷暖]{1,5})(?:了|$|(?=[,;，。]))"
    r"|你(?:却|都|给我|怎么|倒)*(?:[弄改变染做画搞]|用)(?:[成了]|的是)+[^,;，。]*"
    r"|\b(?:but )?you (?:made|painted|turned|gave me|used|coloured"
    r"|colored|did) (?:it |them )?[^,;.]*",
    re.IGNORECASE,
)


OWN_BEHIND: Final = re.compile(
    r"原样|原来的?|原先|原背景|原本|真实|还原|恢复|本来|要回来|\b(?:as it was"
    r"|original|back to (?:normal|how)|real|actual|true|old"
    r"|restore|(?:background|backdrop|surroundings|scene) (?:back|again)|bring back|own background|untouched)\b",
    re.IGNORECASE,
)
OWN_COLOUR: Final = re.compile(r"\b(?:original|own|natural) colou?r|原来的?颜?色|原色|本来的?颜?色", re.IGNORECASE)
TELLS: Final = re.compile(
    r"\bis (?:the|what|to be) .*(?:colou?r|paint|remov|chang)|[该要](?:改|变|换|染|去掉)[的色]*是", re.IGNORECASE
)
GREEN_SCREEN: Final = re.compile(r"\b(?:chroma|green[- ]?screen|keying)\b|抠像|绿幕|抠图", re.IGNORECASE)
DROPPED: Final = re.compile(
    r"(?:please |just )?(?:drop|skip|lose|remove|forget|cancel|cut) (?:it|that|this)(?: please)?|(?:去掉"
    r"|不要|取消|拿掉)(?:它)?[了吧]*",
    re.IGNORECASE,
)
UNWANTED: Final = re.compile(
    r"\b(?:skip|drop|no|without|lose|forget|don't|do not|dont|not|can go|cancel|remove|leave out|ditch"
    r"|stop)\b|别|不要|不用|甭|取消|去掉|省|免|不想|拿掉|撤|砍|删",
    re.IGNORECASE,
)
ADDED: Final = re.compile(
    r"\b(?:too|also|as well|next|another)\b|也|再(?!深|浅|暗|亮|淡|鲜|暖|冷)|还(?!是|要虚)|另外", re.IGNORECASE
)
_RATHER: Final = re.compile(r"^不(改|染|换|删|动|变)(\S{1,5}?),?(?:而)?(?:只|是)?\1(\S{1,6})$")
_SO: Final = re.compile(
    r"(?:别|不要)(?:那么|这么|太)(?P<zh>亮|深|暗|浅|鲜?艳|淡|饱和)|\b(?:not (?:so|as|that|quite so)"
    r"|less) (?P<en>bright|dark|light|pale|deep|vivid|saturated|dull)\b",
    re.IGNORECASE,
)
MORE_OF: Final = re.compile(
    r"\b(?:a (?:bit|little|touch) |even |much )?(?:more )?(red|green|blue|yellow"
    r"|purple|pink|orange|white|brown)(?:d?e)?r\b"
    r"|\bmore (red|green|blue|yellow|purple|pink|orange|white|brown)\b|\bnot (red"
    r"|green|blue|yellow|purple|pink|orange|white|brown) enough\b"
    r"|(?:再|更|还要?)([红橙黄绿青蓝紫白粉])(?:一?[点些]儿?)?|不够([红橙黄绿青蓝紫白粉])",
    re.IGNORECASE,
)
"""More of a hue."""
_LIKE: Final = re.compile(
    r"(?:跟|和|与|像|同)[^,;]{1,6}?(?:一样|那样|那种|似的|一般)(?:的|那么)?"
    r"|\b(?:just )?(?:like|same as|to match|matching) (?:the|that|my|its|a)"
    r" \w+(?: \w+)?$",
    re.IGNORECASE,
)
"""What a colour is compared with."""
_SHADES: Final = (
    (
        r"\b(?:crank|turn|bump|push|pump|dial|ramp|bring) (?:up )?(?:the )?(?:saturation"
        r"|vividness|intensity|vibrance|colou?r)(?: up)?\b|\b(?:more|higher|increase"
        r"(?: the)?|raise(?: the)?|boost(?: the)?|up the) (?:saturation|vividness"
        r"|intensity|vibrance)\b|\bmore (?:saturated|vibrant)\b"
        r"|\bsaturation (?:up|higher)\b|\bnot (?:vivid|saturated|vibrant|colou?rful|strong) enough\b",
        "too dull",
    ),
    (
        r"\b(?:turn|dial|tone|bring) (?:down )?(?:the )?(?:saturation|vividness"
        r"|intensity|vibrance|colou?r)(?: down)?\b|\b(?:less|lower(?: the)?"
        r"|reduce(?: the)?"
        r"|decrease(?: the)?) (?:saturation|vividness|intensity|vibrance)\b"
        r"|\bless (?:saturated|vibrant)\b|\btone (?:it|that|the \w+) down\b"
        r"|\bsaturation (?:down|lower)\b",
        "too vivid",
    ),
    (
        r"饱和度?.{0,4}(?:高|拉高|调高|加|提|足|强|大)(?:一?[点些])?|(?:提高|加大|增加"
        r"|拉高|调高)饱和度?|(?:鲜亮|浓烈|艳丽?)一?[点些]",
        "更鲜艳",
    ),
    (r"饱和度?.{0,4}(?:低|降|减|小)(?:一?[点些])?|(?:降低|减小|调低)饱和度?|(?:素|淡雅|柔和)一?[点些]", "太艳"),
    (r"\b(?:in a |a )?(?:darker|deeper) (?:shade|tone) please\b", "darker"),
    (r"[变更]?灰一?[点些](?:的?[红橙黄绿青蓝紫]色?)?|更灰", "太艳"),
    (r"浓一?[点些]|更浓", "深一点"),
    (r"\b(?:richer|stronger|bolder|punchier|more intense)\b(?: (?=green|blue|red|\w+))?(?P<c>\w+)?", "too dull"),
    (r"\b(?:more muted|greyer|grayer|less intense|calmer)\b", "too vivid"),
)
"""Shades as people call them, and as they are called here."""


@dataclass(frozen=True)
class Thing:
    """A thing that a text names: its words without an article, where they stand, and whether it is not meant."""

    words: str
    start: int
    end: int
    is_denied: bool


def as_called(text: str) -> str:
    """Return a text with its shades called as colours are called here: "别那么亮" is "太亮"."""
    text = _LIKE.sub(" ", text) if said_colours(_LIKE.sub(" ", text)) else text
    text = _RATHER.sub(r"不是\2,是\3", text)
    text = _SO.sub(lambda m: f"太{m['zh']}".replace("饱和", "艳") if m["zh"] else f"too {m['en']}", text)
    for pattern, usual in _SHADES:
        text = re.sub(pattern, usual, text, flags=re.IGNORECASE)
    return text


def denied_spans(text: str) -> list[tuple[int, int]]:
    """Return the stretches of a text that tell what is not wanted."""
    return [(match.start(), match.end()) for match in _DENIAL.finditer(text)]


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    nouns = [word for group in re.split(r"[|\n]", NOUNS) for word in group.split()]
    skipped = {
        "main",
        "subject",
        "background",
        "主体",
        "背景",
        "天",
        "text",
        "words",
        "字",
        "文字",
        "包",
        "手",
        "路",
        "楼",
        "画",
        "orange",
        "camera",
        "相机",
        "tie",
        "box",
        "食物",
        "菜",
    }
    english = sorted({w for w in nouns if w.isascii() and w not in skipped} | set(_MORE_EN), key=len, reverse=True)
    chinese = sorted({w for w in nouns if not w.isascii() and w not in skipped} | set(_MORE_ZH), key=len, reverse=True)
    colours = r"(?:[a-z]+(?:ish)? )??"
    adjectives = rf"(?:(?:{_SIDES})(?:-?hand|most)? (?:side )?){{0,2}}"
    en = re.compile(
        rf"\b({adjectives}{colours}{adjectives}(?:{'|'.join(map(re.escape, english))})(?:e?s)?\b{_WHERE})",
        re.IGNORECASE,
    )
    zh = re.compile(
        rf"({_BEFORE_ZH}*(?:[\u3400-\u9fff]{{1,2}}色的?)?{_BEFORE_ZH}*(?:{'|'.join(map(re.escape, chinese))}))"
    )
    return en, zh


_MORE_EN: Final = (
    "napkin",
    "tray",
    "saucer",
    "handle",
    "tablecloth",
    "cloth",
    "teaspoon",
    "teapot",
    "pot",
    "kettle",
    "jar",
    "pen",
    "pencil",
    "laptop",
    "lid",
    "rim",
    "straw",
    "cookie",
    "biscuit",
    "candle",
    "vase",
    "plant",
    "basket",
    "towel",
    "paper",
    "spoons",
    "cups",
)
_MORE_ZH: Final = (
    "餐巾",
    "托盘",
    "桌布",
    "把手",
    "杯把",
    "茶匙",
    "茶壶",
    "壶",
    "罐子",
    "笔",
    "盖子",
    "吸管",
    "饼干",
    "蜡烛",
    "花瓶",
    "植物",
    "篮子",
    "毛巾",
    "桌面",
    "勺",
    "叉",
    "盘",
)
_ARTICLE: Final = re.compile(
    r"^(?:the|an?|my|that|this|its|those|these|some|of|is|be|make|and|or|for|to|with|take|want|mean|meant"
    r"|paint|colou?r|turn|remove)\s+",
    re.IGNORECASE,
)
_ONE: Final = re.compile(
    r"\bthe (?P<look>(?:[a-z]+ ){1,2})one(?P<where> (?:on|in|at|behind|near|to"
    r"|by) (?:the )?[a-z]+(?: (?:side|of [a-z ]+))?)?\b|\bthe one (?P<where2>(?:on|in|at|behind|near|by"
    r"|next to|closest to|under|above) (?:the )?[a-z]+(?: side)?)"
    r"|(?P<side>最?[左右前后中上下里外旁][边面侧方间头]?)的?(?:那"
    r"|这)(?:一)?[个把只块张]?(?P<colour>[\u3400-\u9fff]{1,3}色?的)?$"
    r"|(?P<colour2>[红橙黄绿青蓝紫白黑灰粉棕金银]色?)的?那[个把只]",
    re.IGNORECASE,
)


def things_said(text: str, noun: str) -> list[Thing]:
    """Return the things that a text names, in order; `noun` is what "the left one" is one of."""
    denied = denied_spans(text)
    found: list[Thing] = []
    noun = noun_in(noun, is_english=text.isascii()) if noun else ""
    ones = [match for match in _ONE.finditer(text) if noun]
    found += [Thing(_called(match, noun), match.start(), match.end(), _is_in(match.start(), denied)) for match in ones]
    for pattern in _patterns():
        for match in pattern.finditer(text):
            if any(one.start() < match.end() and match.start() < one.end() for one in ones):
                continue
            words, start = match[1], match.start(1)
            while (article := _ARTICLE.match(words)) is not None:
                words, start = words[article.end() :], start + article.end()
            words = re.sub(
                r"\b(left|right)(?:-?hand|most)(?: side)?\b", r"\1", _only_colours(words), flags=re.IGNORECASE
            )
            words = re.sub(r"(?<=[边面侧方间])(?:的)?那(?:一)?[个把只]", "的", words)
            found.append(
                Thing(
                    words,
                    match.end() - len(words) if match.end() >= len(words) else start,
                    match.end(),
                    _is_in(start, denied),
                )
            )
    return sorted(found, key=lambda thing: thing.start)


def _only_colours(words: str) -> str:
    """Return a name without a first word that is no colour, side or size of it."""
    first, _, rest = words.partition(" ")
    if (
        not rest
        or not words.isascii()
        or re.fullmatch(rf"(?:{_SIDES})(?:-?hand|most)?", first, re.IGNORECASE)
        or colour_phrases(first)
    ):
        return words
    nouns = _patterns()[0].pattern
    is_noun = re.fullmatch(nouns, first, re.IGNORECASE) is not None
    return words if is_noun else _only_colours(rest)


def _called(match: re.Match[str], noun: str) -> str:
    if match["look"]:
        return f"{match['look'].strip()} {noun}{match['where'] or ''}"
    if match["where2"]:
        return f"{noun} {match['where2']}"
    if match["side"]:
        return f"{match['side']}的{(match['colour'] or '').removesuffix('的')}{noun}"
    return f"{match['colour2']}{noun}"


def _is_in(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)
