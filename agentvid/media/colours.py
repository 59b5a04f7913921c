"""Colour words and colour arithmetic of single colours, Chinese and English. Pure Python, no numpy.

A colour phrase is a base colour ("red", "天蓝色"), perhaps with a modifier ("dark red", "浅绿"), or `#rrggbb`.
Lab is CIE 1976 L*a*b* under D65: L 0…100, a and b about -110…110.

Does not cover: pictures (that is the engines' work), or words of relation alone ("darker"), which mean something only
together with a colour: see `relative_change` and `adjust`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

__all__ = [
    "Change",
    "ColourPhrase",
    "Lab",
    "adjust",
    "colour_name",
    "colour_phrases",
    "colour_words",
    "hex_to_lab",
    "hue_difference",
    "lab_difference",
    "lab_to_hex",
    "named_colour",
    "relative_change",
]

Lab: TypeAlias = tuple[float, float, float]
Change: TypeAlias = Literal["darker", "lighter", "brighter", "paler", "more vivid", "duller", "warmer", "cooler"]

# hex, English words, Chinese words (without 色), whether `colour_name` may use it
_BASE: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...]] = (
    ("#d32f2f", ("red",), ("红", "大红"), True),
    ("#e53935", ("scarlet", "vermilion"), ("朱红", "猩红"), False),
    ("#b01030", ("crimson",), ("绯红",), False),
    ("#7b1e2b", ("maroon", "burgundy", "wine red"), ("酒红", "枣红", "栗"), True),
    ("#ff7f5c", ("coral",), ("珊瑚",), False),
    ("#fa8072", ("salmon",), ("鲑鱼", "三文鱼"), False),
    ("#f08cb4", ("pink",), ("粉红", "粉", "桃红"), True),
    ("#e0218a", ("hot pink", "magenta", "fuchsia"), ("玫红", "品红", "洋红", "玫瑰红"), True),
    ("#f57c1f", ("orange",), ("橙", "橘", "橘红", "橙红", "桔"), True),
    ("#ffc4a0", ("peach", "apricot"), ("桃", "杏"), False),
    ("#e0ac88", ("skin", "skin tone", "flesh"), ("皮肤", "肤", "肉"), False),
    ("#f4d01f", ("yellow",), ("黄",), True),
    ("#e0b020", ("gold", "golden"), ("金", "金黄"), False),
    ("#ffbf2f", ("amber",), ("琥珀",), False),
    ("#c9a227", ("mustard", "ochre"), ("芥末黄", "土黄", "赭"), False),
    ("#f3ecc8", ("cream", "ivory"), ("米白", "奶油", "象牙", "乳白"), True),
    ("#d9c4a0", ("beige", "tan", "khaki", "sand"), ("米", "米黄", "卡其", "驼", "沙"), True),
    ("#7a4a24", ("brown", "chocolate"), ("棕", "褐", "咖啡", "棕褐", "巧克力"), True),
    ("#8a3f1c", ("rust", "reddish brown", "red brown"), ("红棕", "铁锈"), False),
    ("#2e9e3a", ("green",), ("绿", "翠绿"), True),
    ("#9bc92e", ("yellow green", "lime", "lime green"), ("黄绿", "青柠", "嫩绿"), True),
    ("#5f9e32", ("grass green",), ("草绿",), False),
    ("#6b7a2b", ("olive", "olive green", "army green"), ("橄榄", "橄榄绿", "军绿"), True),
    ("#1f5a36", ("forest green",), ("墨绿", "森林绿"), False),
    ("#7fd8b4", ("mint", "mint green"), ("薄荷", "薄荷绿"), False),
    ("#148a86", ("teal", "blue green"), ("蓝绿", "孔雀绿", "水鸭"), True),
    ("#1fbcd2", ("cyan", "aqua", "turquoise"), ("青", "青绿", "水蓝", "绿松石"), True),
    ("#5fb0e8", ("sky blue", "azure"), ("天蓝", "天空蓝", "湖蓝"), False),
    ("#1f5fbf", ("blue",), ("蓝",), True),
    ("#2446c8", ("royal blue", "cobalt", "cobalt blue"), ("宝蓝", "宝石蓝", "海蓝"), False),
    ("#14275a", ("navy", "navy blue"), ("藏青", "海军蓝", "藏蓝"), True),
    ("#3f3aa8", ("indigo",), ("靛", "靛蓝"), False),
    ("#7a3fb0", ("purple",), ("紫",), True),
    ("#8f5fd0", ("violet",), ("紫罗兰", "蓝紫"), False),
    ("#b49ae0", ("lavender", "lilac"), ("薰衣草", "淡紫", "丁香"), True),
    ("#8a2f6a", ("plum",), ("紫红", "梅红"), False),
    ("#ffffff", ("white",), ("白", "雪白", "纯白"), True),
    ("#111111", ("black",), ("黑", "纯黑", "漆黑"), True),
    ("#808080", ("grey", "gray"), ("灰",), True),
    ("#c0c4c8", ("silver",), ("银", "银灰"), False),
    ("#4a4e52", ("charcoal", "slate"), ("炭", "炭灰"), False),
)

_MODIFIERS: Final[dict[str, str]] = {
    "dark": "dark", "darker": "dark", "deep": "dark", "deeper": "dark", "深": "dark", "暗": "dark", "更深的": "dark",
    "light": "light", "lighter": "light", "浅": "light", "更浅的": "light",
    "pale": "pale", "paler": "pale", "pastel": "pale", "soft": "pale", "淡": "pale", "粉嫩": "pale",
    "bright": "bright", "brighter": "bright", "vivid": "bright", "亮": "bright", "鲜": "bright", "明亮的": "bright",
    "鲜艳的": "bright", "艳": "bright",
}  # fmt: skip

_MODIFIER_NAMES: Final = {"dark": ("dark ", "深"), "light": ("light ", "浅")}

_NOT_COLOURS: Final = (
    "金属", "金融", "基金", "奖金", "现金", "金鱼", "银行", "青年", "青蛙", "年青", "青春", "白天", "明白", "空白",
    "白菜", "黑暗", "黑夜", "黑板", "白板", "黄昏", "黄瓜", "红绿灯", "红薯", "蓝牙", "蓝莓", "粉丝", "粉末", "面粉",
    "橙子", "橘子", "桔子", "桃子", "杏仁", "灰尘", "沙子", "沙滩", "沙发", "米饭", "厘米", "毫米", "玉米", "紫菜",
    "皮肤", "肉", "栗子", "咖啡", "巧克力", "薄荷", "奶油", "桃", "杏", "炭", "琥珀", "橄榄", "三文鱼", "鲑鱼",
    "珊瑚", "沙", "米", "丁香", "薰衣草", "象牙", "铁锈", "水鸭", "森林绿化", "绿化",
)  # fmt: skip
"""Words that hold a colour's character but name none, unless 色 follows at once."""

_RELATIVE: Final[tuple[tuple[str, Change], ...]] = (
    (r"\bdarker\b|\bdeeper\b|\bdarken\b|更深|更暗|深一点|深一些|暗一点|暗一些|深点|暗点|加深|变暗|调暗", "darker"),
    (r"\blighter\b|\blighten\b|更浅|浅一点|浅一些|浅点|变浅|调浅", "lighter"),
    (r"\bbrighter\b|\bbrighten\b|更亮|亮一点|亮一些|亮点|变亮|调亮|明亮一", "brighter"),
    (r"\bpaler\b|\bsofter\b|更淡|淡一点|淡一些|淡点|变淡", "paler"),
    (r"\bmore (?:vivid|saturated|colou?rful)\b|更鲜艳|鲜艳一|更艳", "more vivid"),
    (r"\bduller\b|\bless (?:vivid|saturated|colou?rful)\b|更灰|灰一点|暗淡一", "duller"),
    (r"\bwarmer\b|更暖|暖一点|暖一些", "warmer"),
    (r"\bcooler\b|\bcolder\b|更冷|冷一点|冷一些", "cooler"),
)


@dataclass(frozen=True)
class ColourPhrase:
    """A colour phrase in a text: characters `start`…`end` (exclusive) and the colour it names."""

    start: int
    end: int
    colour: str


# ---------------------------------------------------------------- words


def colour_phrases(text: str) -> list[ColourPhrase]:
    """Return every colour phrase in a text, in order: "red cup on a dark blue table" gives two."""
    found = [ColourPhrase(m.start(), m.end(), m[0].lower()) for m in re.finditer(r"#[0-9a-fA-F]{6}\b", text)]
    for match in _ENGLISH.finditer(text):
        base = _BY_WORD[re.sub(r"[\s-]+", " ", match["base"].lower())]
        found.append(ColourPhrase(match.start(), match.end(), _modified(base, match["modifier"])))
    for match in _CHINESE.finditer(text):
        if match["base"]:
            colour = _modified(_BY_WORD[match["base"]], match["modifier"])
            found.append(ColourPhrase(match.start(), match.end(), colour))
    return sorted(found, key=lambda phrase: phrase.start)


def named_colour(text: str) -> str | None:
    """Return the first colour a text names as `#rrggbb`, or None: "深蓝色" → "#003b80"."""
    phrases = colour_phrases(text)
    return phrases[0].colour if phrases else None


def colour_name(colour: str, language: str = "en") -> str:
    """Return the everyday name that is nearest: "#7a2020" → "maroon", in Chinese "酒红色".

    `language` is "en" or "zh". Raises: ValueError where `colour` is not `#rrggbb`.
    """
    lab = hex_to_lab(colour)
    entry = min(_NAMING, key=lambda item: _naming_distance(lab, item[0]))
    return entry[2] if language == "zh" else entry[1]


def relative_change(text: str) -> Change | None:
    """Return the change that words such as "darker" or 更浅一点 ask for, or None."""
    return next((change for pattern, change in _RELATIVE if re.search(pattern, text, re.IGNORECASE)), None)


def colour_words(language: str = "en") -> tuple[str, ...]:
    """Return one word per base colour that is understood, for help and error messages."""
    return tuple(f"{zh[0]}色" if language == "zh" else en[0] for _, en, zh, _ in _BASE)


# ---------------------------------------------------------------- arithmetic


def hex_to_lab(colour: str) -> Lab:
    """Return L*a*b* (D65) of an sRGB colour `#rrggbb`.

    Raises: ValueError for any other form. Source: IEC 61966-2-1 (sRGB), CIE 15 (L*a*b*).
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"{colour!r} is not a colour; expected #rrggbb, for example #1f5fbf")
    r, g, b = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    x = _cube_root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    y = _cube_root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    z = _cube_root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lab_to_hex(lab: Lab) -> str:
    """Return the sRGB colour of L*a*b*; what no screen can show keeps lightness and hue and loses chroma."""
    lightness, a, b = max(0.0, min(100.0, lab[0])), lab[1], lab[2]
    keep, fits, fails = 1.0, 0.0, 1.0
    rgb = _lab_to_rgb((lightness, a, b))
    if not _in_gamut(rgb):
        for _ in range(12):
            keep = (fits + fails) / 2
            if _in_gamut(_lab_to_rgb((lightness, a * keep, b * keep))):
                fits = keep
            else:
                fails = keep
        rgb = _lab_to_rgb((lightness, a * fits, b * fits))
    return "#" + "".join(f"{round(255 * max(0.0, min(1.0, channel))):02x}" for channel in rgb)


def lab_difference(one: str, other: str) -> float:
    """Return the CIE 1976 colour difference of two `#rrggbb` colours (about 2.3 is just noticeable)."""
    return math.dist(hex_to_lab(one), hex_to_lab(other))


def hue_difference(one: str, other: str) -> float:
    """Return how far apart the Lab hues of two colours are, 0…180 degrees; greys have no stable hue."""
    _, a1, b1 = hex_to_lab(one)
    _, a2, b2 = hex_to_lab(other)
    apart = abs(math.degrees(math.atan2(b1, a1) - math.atan2(b2, a2))) % 360
    return min(apart, 360 - apart)


def adjust(colour: str, change: Change) -> str:
    """Return the colour made "darker", "lighter", "brighter", "paler", "more vivid", "duller", "warmer" or "cooler".

    Raises: ValueError for another change or a colour that is not `#rrggbb`.
    """
    lightness, a, b = hex_to_lab(colour)
    if change not in get_args(Change):
        raise ValueError(f"{change!r} is not a change; expected one of {', '.join(get_args(Change))}")
    shift, chroma, warmth = {
        "darker": (-18.0, 1.0, 0.0), "lighter": (18.0, 0.9, 0.0), "brighter": (12.0, 1.15, 0.0),
        "paler": (16.0, 0.55, 0.0), "more vivid": (0.0, 1.45, 0.0), "duller": (0.0, 0.5, 0.0),
        "warmer": (0.0, 1.0, 14.0), "cooler": (0.0, 1.0, -14.0),
    }[change]  # fmt: skip
    return lab_to_hex((lightness + shift, a * chroma + warmth / 3, b * chroma + warmth))


# ---------------------------------------------------------------- below here: how


def _modified(colour: str, modifier: str | None) -> str:
    if not modifier:
        return colour
    lightness, a, b = hex_to_lab(colour)
    kind = _MODIFIERS[modifier.lower()]
    if kind == "dark":
        return lab_to_hex((lightness * 0.62, a * 0.85, b * 0.85))
    if kind == "light":
        return lab_to_hex((lightness + (100 - lightness) * 0.5, a * 0.7, b * 0.7))
    if kind == "pale":
        return lab_to_hex((lightness + (100 - lightness) * 0.6, a * 0.45, b * 0.45))
    return lab_to_hex((lightness + (100 - lightness) * 0.15, a * 1.2, b * 1.2))


def _naming_distance(one: Lab, other: Lab) -> float:
    """Distance in which hue counts most: shading moves lightness far, and chroma a little."""
    chroma_one, chroma_other = math.hypot(one[1], one[2]), math.hypot(other[1], other[2])
    hue_squared = (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2 - (chroma_one - chroma_other) ** 2
    return 0.7 * (one[0] - other[0]) ** 2 + 0.6 * (chroma_one - chroma_other) ** 2 + 1.6 * max(0.0, hue_squared)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
    if channel <= 0.0031308:
        return 12.92 * channel
    return float(1.055 * channel ** (1 / 2.4) - 0.055)


def _cube_root(t: float) -> float:
    return float(t ** (1 / 3)) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116


def _cubed(t: float) -> float:
    return t**3 if t > 6 / 29 else (116 * t - 16) / (24389 / 27)


def _lab_to_rgb(lab: Lab) -> tuple[float, float, float]:
    fy = (lab[0] + 16) / 116
    x, y, z = 0.95047 * _cubed(fy + lab[1] / 500), _cubed(fy), 1.08883 * _cubed(fy - lab[2] / 200)
    return (
        _encoded(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
        _encoded(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
        _encoded(0.0556434 * x - 0.2040259 * y + 1.0572252 * z),
    )


def _in_gamut(rgb: tuple[float, float, float]) -> bool:
    return all(-0.002 <= channel <= 1.002 for channel in rgb)


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]?") for word in sorted(words, key=lambda w: (-len(w), w)))


_BY_WORD: Final = {word: colour for colour, en, zh, _ in _BASE for word in (*en, *zh)}

_ENGLISH: Final = re.compile(
    rf"(?<![A-Za-z])(?:(?P<modifier>{_alternatives([m for m in _MODIFIERS if m.isascii()])})[\s-]+)?"
    rf"(?P<base>{_alternatives([w for w in _BY_WORD if w.isascii()])})(?![A-Za-z])",
    re.IGNORECASE,
)
_HELD: Final = [word for word in _BY_WORD if any(word != other and word.startswith(other) for other in _NOT_COLOURS)]
"""Colours that begin as a word that names none: 橄榄绿, 米白."""
_CHINESE: Final = re.compile(
    rf"(?!{_alternatives(_HELD)})(?:{_alternatives(list(_NOT_COLOURS))})(?!色)(?P<none>)"
    rf"|(?P<modifier>{_alternatives([m for m in _MODIFIERS if not m.isascii()])})?"
    rf"(?P<base>{_alternatives([w for w in _BY_WORD if not w.isascii()])})色?"
)


def _naming_table() -> tuple[tuple[Lab, str, str], ...]:
    table = []
    for colour, en, zh, may_name in _BASE:
        if not may_name:
            continue
        table.append((hex_to_lab(colour), en[0], f"{zh[0]}色"))
        if en[0] in ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "cyan"):
            for kind, (english, chinese) in _MODIFIER_NAMES.items():
                modified = hex_to_lab(_modified(colour, kind))
                table.append((modified, f"{english}{en[0]}", f"{chinese}{zh[0]}色"))
    return tuple(table)


_NAMING: Final = _naming_table()
