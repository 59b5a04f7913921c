"""What a request changes and to what: the noun phrase about its trigger, and the value, in the person's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agentvid.planner.wide.media_words import without_media
from agentvid.planner.wide.talk import without_courtesy, without_exceptions
from agentvid.planner.wide.text import QUOTE, Told
from agentvid.planner.wide.words import CLASSES

if TYPE_CHECKING:
    from agentvid.planner.wide.group import Group

__all__ = ["amount_in", "direction_in", "kept_in", "measured_in", "ratio_in", "target_of", "value_of"]

_WHOLE: Final = re.compile(
    r"^(?:it|this|that|them|everything|all|the (?:whole )?(?:thing|image|picture|photo|pic|clip|video|scene|footage|shot)|this (?:image|picture|photo|pic|clip|video)|image|picture|photo|video|"
    r"(?:much |slightly |a bit |a little )?(?:warmer|cooler|colder|moodier|softer|sunnier|lighter|crisper|clearer|brighter|darker|sharper)|"
    r"它|这个?|那个?|整体|整个画面|画面|图片?|照片|视频|片子|这[张段幅条](?:图|照片|视频|图片)?|图里|一下|颜色|色彩|亮度|对比度|饱和度|光线|灯光|天气|风格|背景)?$"
)
_WHOLE_OPS: Final = frozenset(
    {
        "crop",
        "rotate",
        "flip",
        "extend_canvas",
        "upscale",
        "trim",
        "speed",
        "loop",
        "reverse",
        "stabilise",
        "text_add",
        "join",
        "beside",
        "above",
    }
    | {
        "interpolate",
        "extend",
        "subtitle",
        "caption",
        "narrate",
        "music",
        "sound",
        "picture_in_picture",
        "compare",
        "background_change",
    }
    | {"background_blur", "weather", "style", "count", "answer", "map_to_view", "future", "past", "generate_video"}
)
_VERB_ZH: Final = (
    r"(?:换|改|变|调|弄|做|涂|染|刷|漆|喷|整|搞|处理|去|删|移|抹|擦|清|除|消|拿|撤|摘|脱|抠|放大|缩小|放|大一|小一|往|向|再|都|全|给|也|提亮|压暗|加|锐化|虚化|模糊|旋转|翻|挪|贴|写|印|裁|p|"
    r"亮一|暗一|瘦|高一|清晰|动起来|转)"
)
_BA: Final = re.compile(
    rf"(?:把|将|给|让|使)(?P<t>[^,;把将]{{1,24}}?)(?:的?(?:颜色|材质|数量|大小|位置))?(?={_VERB_ZH})"
)
_VERB_FIRST: Final = re.compile(
    r"^(?:去掉|删掉|删除|移除|抹掉|擦掉|去除|消除|清除|拿掉|p掉|虚化|模糊|锐化|提亮|压暗|放大(?:看看?)?|缩小|旋转|加上?|添加|画|环绕|绕着|围绕|推近到?|拉近到?|描述|数一?数|替换|换掉|看看)(?:一下|一?[个只张条顶把])?(?P<t>[^,;]{1,30})"
)
_NOUN_FIRST: Final = re.compile(rf"^(?P<t>[^,;]{{1,14}}?)(?:的?(?:颜色|材质|数量))?(?={_VERB_ZH})")
_ENGLISH: Final = re.compile(
    r"^(?:[a-z'-]+ ){0,2}?(?:make|turn|paint|change|swap|replace|switch|recolou?r|colou?r|dye|remove|erase|delete|get rid of|take out|take|move|shift|slide|put|place|add|insert|give|blur|brighten|darken|sharpen|enlarge|shrink|scale|resize|crop|rotate|flip|zoom (?:in|out)(?: on)?|orbit(?: around)?|circle(?: around)?|animate|have|let|lose|clear|lift|spin|lighten|soften|light|cover|dim|hang|stick|describe|count|show|see|draw|generate|create)"
    r"(?: (?:me|up|out|down))? (?P<t>(?:the |a |an |my |his |her |its |our |their |some |these |those |this |that )?[^,;]{1,60}?)"
    r"(?= (?:to|into|with|for|by|from|as|in (?:a|an|red|blue|green|the style)|on the|at the|so|look|looks|bigger|smaller|larger|taller|brighter|darker|sharper|red|blue|green|yellow|black|white|pink|purple|grey|gray|orange|brown|navy|gold|silver|left|right|up|down|out|off|away|a bit|a little|please|instead|move|wave|blink|made|disappear|more|less|be|twice|half|three times|double|about|around|slightly|made of|much|way)(?![a-z])|$|,|;)"
)


_AROUND: Final = re.compile(
    r"(?<![a-z])(?:orbit|circl|fl[iy]|mov|go|turn|sweep)[a-z]* (?:a?round|about) (?P<t>[a-z][a-z' -]{1,30}?)"
    r"(?= (?:slowly|once|twice|in|for|as|at|then|and)(?![a-z])|[ ,.!]*$)"
)


def target_of(message: Told, group: Group) -> str:
    """Return what a request is about in the person's words, or "" for the whole or for what was spoken of before."""
    if group.op in _WHOLE_OPS:
        return ""
    low, _ = without_exceptions(group.head or group.low)
    start, end = without_courtesy(low)
    text, offset = low[start:end], start
    patterns = (_BA, _VERB_FIRST, _NOUN_FIRST) if re.search(r"[\u4e00-\u9fff]", text) else (_ENGLISH,)
    patterns = (_AROUND, *patterns) if group.op == "orbit" else patterns
    for pattern in patterns:
        match = pattern.search(text)
        if match and match["t"].strip():
            first = message.low.find(group.head or group.low, max(0, group.start))
            at = (first if first >= 0 else group.start) + offset + match.start("t")
            words = message.said[at : at + len(match["t"])].strip(" ,，。.")
            words = re.sub(
                r"^(?:\d{1,2}:\d{2}|第.{1,4}秒)(?:的|那个|画面里?的?)*|(?: who [a-z ]+)? at \d{1,2}:\d{2}$", "", words
            )
            words = re.sub(
                r"(?:^(?:it|him|her|them)|,? (?:there|here|completely|slightly|all the way .*|dead|pure|beside it|all))$",
                "",
                words,
                flags=re.IGNORECASE,
            )
            words = re.sub(
                r"^(?:it|him|her|them) |^(?:the|a|an|my|this|that|these|those) |^(?:这|那|一)?[个只张条把件]",
                "",
                words,
                flags=re.IGNORECASE,
            )
            words = re.sub(r"^的(?!士)", "", words)
            if group.op == "material":
                words = re.sub(rf" (?:out of )?{CLASSES['material']}$", "", words, flags=re.IGNORECASE)
            words = without_media(words)
            return "" if _WHOLE.match(words.lower()) or QUOTE in match["t"] else words
    if group.op in ("remove", "recolour"):
        return _named_before(group, text)
    return ""


_NAMED: Final = (
    r"^(?P<t>[a-z][a-z' -]{1,40}?) (?:has|have|needs?|got|ought|should|must)(?: got)?(?: to)? (?:go|be (?:gone|removed))(?![a-z])",
    r"(?:photoshop out|clean up|tidy up|rub out|edit out|paint out|hide|i (?:don't|do not) (?:want|need|like)|no more|cut out|pull out|clean off) (?P<t>[a-z][a-z' -]{1,40}?)(?= (?:in (?:there|it|the)|there|on the|from|at the)|$)",
    r"^(?:can|could|should|i want|i'd like|want|i fancy) (?P<t>(?:the|my|his|her|those|these) [a-z' -]{1,30}?)(?= (?:be|go|in|to)(?![a-z])|$| #| (?:dark|light|navy|red|blue|green|white|black|pink|gr[ae]y|yellow))",
    r"^(?P<t>[a-z][a-z' -]{1,40}?) (?:gone|removed|deleted|erased|out of (?:there|it|the [a-z]+))$",
    r"拍到(?:了)?(?P<t>[^,]{1,10}?)(?:自己)?了",
    r"^(?P<t>[^,]{1,12}?)(?:不想要|不要|不需要|多余|太|很|挺|真|有点|好)",
    r"(?:给|为)(?P<t>[^,]{1,10}?)(?:上色|着色|染)",
)


def _named_before(group: Group, text: str) -> str:
    """Return what a request without an object is about: what was spoken of right before, or what stands before the verb."""
    for where in (text, re.split(r"[,;]", group.context)[-1]):
        for pattern in _NAMED:
            match = re.search(pattern, where)
            if match:
                return re.sub(
                    r"^(?:the|my|this|that|those|these) |^(?:这|那)(?:一)?[个只张条些]", "", match["t"].strip()
                )
    return ""


_AFTER: Final = re.compile(
    r"(?:换成|改成|变成|调成|弄成|做成|染成|涂成|刷成|替换成|换为|改为|变为|转成|画成|写上?|印上|加上?|添加|换个|来个|来点|改用|换|改|成)(?P<v>[^,;]{1,40})$"
)
_AFTER_EN: Final = re.compile(
    r"(?:(?<![a-z])(?:into|to|with|for|as|in the style of|like|be|say|read|called)(?![a-z])) (?P<v>[^,;]{1,60})$"
)


def value_of(message: Told, group: Group) -> str:
    """Return the new value in the person's words: what is quoted, a colour, or what comes after "to", "成"."""
    quotes = list(re.finditer(f"{QUOTE}+", group.low))
    if quotes:
        last = quotes[-1]
        return message.said[group.start + last.start() : group.start + last.end()].strip("\"'“”‘’「」『』 ")
    start, end = without_courtesy(group.low)
    text = group.low[start:end]
    if group.op in ("recolour", "background_change"):
        colours = [match for match in _COLOUR.finditer(text) if match[0].strip()]
        if colours:
            last = colours[-1]
            return message.said[group.start + start + last.start() : group.start + start + last.end()].strip(" 的")
    written = _WRITTEN.search(text) if group.op in ("text_add", "caption") else None
    match = written or _AFTER.search(text) or _AFTER_EN.search(text)
    if match:
        name = match.lastgroup or "v"
        at = group.start + start + match.start(name)
        return message.said[at : at + len(match[name])].strip(" ,的吧了")
    return "" if group.op == "text_add" else message.part(group.start + start, group.start + end)


_PLACED: Final = (
    r"(?= (?:in (?:big|large|small|bold|huge|tiny|white|black|red|blue|green|yellow|gold|the|a)|at the|on(?:to)? (?:the|it|top|this|my)"
    r"|across|along|over|under|below|above|near|to the)(?![a-z])|$)"
)
"""Where words that are to be written end: where it is said how or where they stand."""
_WRITTEN: Final = re.compile(
    rf"(?<![a-z])(?:saying|that says|that reads|reading) (?P<v>[^,;]{{1,60}}?){_PLACED}"
    rf"|(?<![a-z])(?:write|print|type|letter|stamp|engrave)(?: the)?(?: words?| text| caption| title)? (?!at |on |in |across )(?P<w>[^,;:]{{1,60}}?){_PLACED}"
    r"|(?<![a-z])(?:text|words?|caption|title)(?: (?:saying|that says|that reads|reading))? "
    r"(?!at |on |in |across |to )(?P<x>[^,;:]{1,60}?)"
    rf"{_PLACED}|: ?(?P<y>[^,;]{{1,60}})$"
)
"""Words to write that nobody put in quotes."""
_COLOUR: Final = re.compile(CLASSES["colour"])
_RATIO: Final = re.compile(r"(?<![\d:])(\d{1,2}(?:\.\d+)?)\s?(?:[:x×比]|by)\s?(\d{1,2}(?:\.\d+)?)(?![\d:])")
_ZH_RATIO: Final = re.compile(r"([一二三四五六七八九十]+)比([一二三四五六七八九十]+)")


def ratio_in(low: str) -> str:
    """Return the ratio that a text asks for, such as "16:9", or ""."""
    match = _RATIO.search(low)
    if match:
        return f"{match[1]}:{match[2]}"
    chinese = _ZH_RATIO.search(low)
    if chinese:
        digits = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"十": 10, "十六": 16}
        return f"{digits.get(chinese[1], 1)}:{digits.get(chinese[2], 1)}"
    for pattern, ratio in (
        (r"square|正?方(?:形|的|图)", "1:1"),
        (r"vertical|portrait|stories|reels|tiktok|竖", "9:16"),
        (r"widescreen|landscape|横(?:版|屏|的|图)", "16:9"),
    ):
        if re.search(pattern, low):
            return ratio
    return ""


_SIDES: Final = (
    ("counterclockwise", r"counter-?clockwise|anti-?clockwise|逆时针"),
    ("clockwise", r"clockwise|顺时针"),
    ("left", r"(?<![a-z])left(?:wards?)?(?![a-z])|左"),
    ("right", r"(?<![a-z])right(?:wards?)?(?![a-z])(?! (?:way up|now))|右"),
    ("up", r"(?<![a-z])(?:up(?:wards?)?|top|above|higher|raise|rises?)(?![a-z])|上(?!色|字|海)|升"),
    ("down", r"(?<![a-z])(?:down(?:wards?)?|bottom|below|lower)(?![a-z])|下(?!雪|雨|点|一)|降"),
    ("centre", r"cent(?:re|er)|middle|居中|正中|中间|中央"),
)


def direction_in(low: str) -> str:
    """Return the directions that a text names, joined ("up left"), or ""."""
    found = [side for side, pattern in _SIDES if re.search(pattern, low)]
    if "counterclockwise" in found and "clockwise" in found:
        found.remove("clockwise")
    return " ".join(found[:2])


def amount_in(low: str) -> float | None:
    """Return a factor or share that a text names: "2x" → 2, "30%" → 0.3, "一半" → 0.5, "放大一倍" → 2, or None."""
    percent = re.search(r"(\d{1,4}(?:\.\d+)?)\s?(?:%|percent|per cent)", low)
    if percent:
        return float(percent[1]) / 100
    times = re.search(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s?(?:x(?![a-z\d])|times|倍)|x(\d{1,3}(?:\.\d+)?)(?!\d)", low)
    if times:
        return float(times[1] or times[2])
    for pattern, factor in (
        (r"[一1]倍|twice|double|two times|两倍|二倍", 2.0),
        (r"三倍|triple|three times", 3.0),
        (r"四倍|four times|quadruple", 4.0),
        (r"四分之一|quarter", 0.25),
        (r"三分之一|(?:a|one|left|right|top|bottom|upper|lower|middle) third", 1 / 3),
        (r"一半|半(?![圈周])|(?<![a-z])half(?![a-z])|halve", 0.5),
    ):
        if re.search(pattern, low):
            return factor
    return None


_STAYS: Final = re.compile(
    r"^(?:but |and |just |please |但是?|不过|记得|注意|千万|,)*(?:keep|leave|preserve|don'?t (?:you dare )?(?:touch|change|move|crop|alter)|do not (?:touch|change)|without (?:changing|touching)|not|except(?: for)?|"
    r"apart from|everything but|all but|别(?:动|改|变|换|碰|挡住|裁|把)?|不要(?:动|改|变|碰|裁)?|保持|保留|除了?)\s*|\s*(?:exactly |just )?(?:as (?:it|they|he|she)?(?:'s| is| are)?|as is|alone|untouched|unchanged|the same|stays? .*|不动|不变|"
    r"别动|留着|保留|保持原样|原样|照旧|要求不变|以外|之外|外)$",
    re.IGNORECASE,
)


def kept_in(clause: str) -> str:
    """Return what a clause says must stay, without the words that say so: "keep the sky as it is" → "the sky"."""
    before = ""
    while clause != before:
        before, clause = clause, _STAYS.sub("", clause).strip(" ,，。.")
    return clause


_MEASURED: Final = re.compile(
    r"(?:how (?:big|large|wide|tall|high) (?:is|are)|what(?:'s| is) the (?:size|width|height) of) (?:the |this |that |my )?(?P<en>[a-z][a-z -]{1,40}?)(?: in (?:the |this )?(?:picture|photo|image))?\W*$"
    r"|^(?:这个|那个|图里的?|图中的?|画面里的?)?(?P<zh>[^,，。？?]{1,12}?)(?:的)?(?:有|是)?(?:多大|多宽|多高|尺寸)[^,，。]{0,4}$"
)


def measured_in(low: str) -> str:
    """Return the thing whose size is asked, "" where it is the picture's or none."""
    found = _MEASURED.search(low)
    thing = (found["en"] or found["zh"] or "").strip() if found else ""
    whole = re.fullmatch(
        r"(?:picture|photo|image|pic|clip|video|it|this|file|frame|canvas)|(?:这?[张幅]?(?:图|图片|照片|画面)?|它|文件|分辨率|视频)",
        thing,
    )
    return "" if whole else thing
