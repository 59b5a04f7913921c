"""What `plan_edit` is told of a request: operation, value, amount and direction, by the contract of the tool."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agentvid.media.colours import named_colour
from agentvid.media.operation_words import adjustments, read_side, read_value
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.wide.slots import amount_in, direction_in
from agentvid.planner.wide.text import QUOTE
from agentvid.planner.wide.words import CLASSES

__all__ = ["EditArgs", "edit_args", "is_attribute"]

_ADJUST: Final = {
    "brighten": (("brighter", "less bright"), ("提亮", "压暗")),
    "darken": (("darker", "brighter"), ("压暗", "提亮")),
    "contrast": (("more contrast", "less contrast"), ("提高对比度", "降低对比度")),
    "saturate": (("more saturated", "desaturated"), ("更鲜艳", "降低饱和度")),
    "grayscale": (("grayscale", "grayscale"), ("黑白", "黑白")),
    "sharpen": (("sharper", "softer"), ("锐化", "柔和")),
    "denoise": (("denoised", "denoised"), ("降噪", "降噪")),
}
"""How each adjustment is written: more and less, English and Chinese."""
_LESS: Final = re.compile(
    r"(?<![a-z])(?:less|lower(?:ed)?|reduce[ds]?|decrease[ds]?|desaturate[ds]?|muted?|tone(?:d)? down|dial(?:ed)? (?:down|back)|turn(?:ed)? down"
    r"|flatten(?:ed)?|flatter|duller|take down|bring down|pull (?:down|back)|back off|too (?:vivid|saturated|colou?rful|contrasty|harsh|sharp))(?![a-z])"
    r"|降|减|调低|拉低|低一?[点些]|弱一?[点些]|淡一?[点些]|素一?[点些]|不那么|别那么|太(?:艳|鲜|强|硬|锐)"
)
_SLIGHT: Final = re.compile(
    r"(?<![a-z])(?:a (?:bit|little|touch|tad|hair|notch|smidge|shade)|slight(?:ly)?|subtl[ey]|gently?|just a)(?![a-z])|一点|一些|稍|略|微|一丢丢|一档|轻轻"
)
_STRONG: Final = re.compile(
    r"(?<![a-z])(?:very|much|a lot|way|strong(?:ly)?|super|really|heavily|far)(?![a-z])|很|非常|大大|得多|特别|超"
)
_CLEARS: Final = re.compile(
    r"(?<![a-z])(?:de-?haze|(?:remove|clear|get rid of|lift|reduce|cut|lose|less)(?: the| this| that| some)? (?:of the )?(?:fog|haze|mist|smog))(?![a-z])"
    r"|[去除](?:掉)?(?:雾|霾)|雾[^,]{0,3}(?:散|去|少)|通透"
)
_STOPS: Final = re.compile(
    r"(?<![a-z])(?:(?:stop|no more|remove|clear|get rid of|without|lose) (?:the )?(?:rain|snow|clouds?|storm|drizzle))(?![a-z])|[去停](?:掉)?(?:雨|雪)|(?:雨|雪)停|放晴"
)
_SMALLER: Final = re.compile(
    r"(?<![a-z])(?:small(?:er)?|shrink|shrunk|reduce[ds]?|tin(?:y|ier)|shorter|thinner|narrower|down)(?![a-z])|缩|小|矮|瘦|细|窄|短"
)
_LARGER: Final = re.compile(
    r"(?<![a-z])(?:bigger|larger|taller|wider|longer|thicker|up|more|as (?:big|large|tall))(?![a-z])|放大|大|高|胖|粗|宽|长"
)
_FONT: Final = re.compile(
    r"(?<![a-z])(?:hand-?written|hand-?writing|script|sans(?:[ -]serif)?|serif)(?![a-z])|手写体?|书法|楷体|宋体|衬线|黑体"
)
_PUT_ON: Final = re.compile(r"[写印加打配贴标盖签题刻](?:上|下)(?!方|面|边|角)")
_COLOUR: Final = re.compile(CLASSES["colour"])
_COUNTED: Final = re.compile(CLASSES["number"])
_ATTRIBUTE: Final = re.compile(
    rf"(?:{CLASSES['light']}|{CLASSES['weather']}|{CLASSES['style']}|{CLASSES['edge']}"
    r"|(?<![a-z])(?:lights?|lighting|tones?|colou?rs?|mood|brightness|exposure|contrast|saturation|sharpness|shadows|highlights|blacks|whites|noise|grain"
    r"|picture|photo|image|whole|thing|little|bit|more|less|much|a|the|it|this|of|and|look|feel|vibe|effect|version|up|down|all|over|very|really|some|looks?|like)(?![a-z])"
    r"|光线?|影|亮度|对比度?|饱和度?|色彩|颜色|锐度|清晰度?|噪点|画质|画面|整体|全图|照片|图片?|感觉|氛围|效果|样子|一点|再|调|弄|变|搞|把|更|稍微|有点|太|的|点|些|亮|暗|成)"
)


@dataclass(frozen=True)
class EditArgs:
    """Arguments of `plan_edit`; `is_known` is False where no value is meant that an edit plan has."""

    operation: str
    value: str = ""
    amount: float | None = None
    direction: str = ""
    colour: str = ""
    text: str = ""
    is_known: bool = True


def is_attribute(words: str) -> bool:
    """Return whether words name no thing, only how it looks or how much: "sunset light", "a little", "亮度"."""
    return not re.search(r"\w", _ATTRIBUTE.sub(" ", words.lower()))


def edit_args(op: str, low: str, value: str, *, chinese: bool) -> EditArgs:
    """Return what is told for a request `op` of `row.op`, read from its clause (lower case) and its value."""
    plain = re.sub(f"{QUOTE}+", " ", low)
    if op in _ADJUST:
        return _adjust(op, plain, chinese=chinese)
    if op in ("lighting", "weather", "style", "material"):
        return _look(op, plain, value)
    if op == "move":
        return EditArgs("move", value=value, amount=_share(plain), direction=direction_in(plain))
    if op == "resize":
        return EditArgs("resize", value="", amount=_factor(plain))
    if op in ("text_add", "caption"):
        font, colours = _FONT.search(plain), [match[0] for match in _COLOUR.finditer(plain)]
        colour = next((colour for colour in reversed(colours) if named_colour(colour)), "")
        return EditArgs(
            "text",
            value=font[0] if font else "",
            direction=direction_in(_PUT_ON.sub(" ", plain)),
            colour=colour,
            text=value,
        )
    if op == "count_change":
        numbers = [number for match in _COUNTED.finditer(plain) if (number := read_number(match[0])) is not None]
        return EditArgs("count", value=value, amount=numbers[-1] if numbers else None, is_known=bool(numbers))
    if op == "add":
        return EditArgs("add", value=value, direction=direction_in(plain))
    return EditArgs(op, value=value)


def _adjust(op: str, low: str, *, chinese: bool) -> EditArgs:
    more, less = _ADJUST[op][chinese]
    words = less if op in ("contrast", "saturate") and _LESS.search(low) else more
    percent = re.search(r"(\d{1,3})\s?(?:%|percent|per cent)", low)
    if percent:
        return EditArgs("adjust", value=words, amount=min(1.0, int(percent[1]) / 100))
    slight, strong = _SLIGHT.search(low), _STRONG.search(low)
    if slight:
        words += "一点" if chinese else ", a bit"
    elif strong:
        words = f"{words}得多" if chinese else f"much {words}"
    return EditArgs("adjust", value=words)


def _look(op: str, low: str, value: str) -> EditArgs:
    """Light, weather, style or material by the words there are; what else they mean is taken for what it is."""
    kind = "light" if op == "lighting" else op
    percent = re.search(r"(\d{1,3})\s?(?:%|percent|per cent)", low)
    amount = min(1.0, int(percent[1]) / 100) if percent and kind != "material" else None
    side = read_side(low) if kind == "light" and re.search(r"from|side|从|侧|来", low) else ""
    if kind == "weather" and _CLEARS.search(low):
        return EditArgs("adjust", value="more contrast, vivid")
    if kind == "weather" and _STOPS.search(low):
        return EditArgs("weather", value="sunny", amount=amount)
    for words in (value, low):
        if words and read_value(kind, words):
            return EditArgs(kind, value=words, amount=amount, direction=side)
    if kind == "light" and adjustments(low):
        return EditArgs("adjust", value=low, amount=amount)
    for other in ("weather", "light") if kind == "style" else ():
        if read_value(other, low):
            return EditArgs(other, value=low, amount=amount)
    return EditArgs(kind, value=value, is_known=False)


def _share(low: str) -> float | None:
    """Return how far a thing is moved, as a share of the picture."""
    said = amount_in(low)
    if said is not None and 0 < said <= 1:
        return said
    return 0.1 if _SLIGHT.search(low) else 0.35 if _STRONG.search(low) else None


def _factor(low: str) -> float | None:
    """Return a size factor: "30% bigger" → 1.3, "to 50%" → 0.5, "缩小一半" → 0.5; None for the usual one."""
    said = amount_in(low)
    smaller, larger = _SMALLER.search(low), _LARGER.search(low)
    if said is None:
        if _SLIGHT.search(low):
            return 0.85 if smaller else 1.2
        return None
    if re.search(r"%|percent|per cent", low) and not re.search(r"(?<![a-z])to \d|[到至为成]\s?\d", low) and said < 1:
        return round(1 - said if smaller else 1 + said, 3)
    if smaller and said > 1:
        said = 1 / said
    if larger and not smaller and said == 0.5 and re.search(r"half again|大一半", low):
        said = 1.5
    return max(0.05, min(8.0, said))
