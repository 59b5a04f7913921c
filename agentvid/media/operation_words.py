"""Operations of edit plans in words, Chinese and English: what they are called, what they do, which value words mean.

Pure. Does not cover: which words of a message ask for an operation at all (that is the planner's work).
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, TypeAlias

from agentvid.media.colours import colour_name
from agentvid.media.operations import (
    Add,
    Adjust,
    Count,
    Light,
    Material,
    Move,
    PlainOperation,
    RemoveText,
    Replace,
    Resize,
    Side,
    Style,
    Weather,
    WriteText,
)

__all__ = [
    "Language",
    "adjustments",
    "known_values",
    "main_field",
    "operation_name",
    "read_side",
    "read_value",
    "tell_operation",
]

Language: TypeAlias = Literal["en", "zh"]

_OPERATIONS: Final[dict[str, tuple[str, str]]] = {
    "recolour": ("Recolour", "换颜色"),
    "remove": ("Remove", "去除"),
    "blur_background": ("Blur the background", "虚化背景"),
    "replace_background": ("Replace the background", "更换背景"),
    "adjust": ("Adjust", "调整"),
    "light": ("Light", "打光"),
    "weather": ("Weather", "天气"),
    "style": ("Style", "风格"),
    "material": ("Material", "材质"),
    "move": ("Move", "移动"),
    "resize": ("Resize", "缩放"),
    "text": ("Write", "写字"),
    "remove_text": ("Remove writing", "去除文字"),
    "add": ("Add", "添加"),
    "replace": ("Replace", "替换"),
    "count": ("Count", "数量"),
}

_VALUES: Final[dict[str, tuple[tuple[str, str, str, str], ...]]] = {
    "light": (
        ("moonlight", "moonlight", "月光", r"moon|月光|月色"),
        ("sunset", "sunset", "日落", r"sunset|dusk|golden hour|evening|日落|夕阳|黄昏|傍晚|晚霞"),
        ("dawn", "dawn", "黎明", r"dawn|sunrise|morning|黎明|日出|清晨|早晨|拂晓|朝霞"),
        ("noon", "noon", "正午", r"noon|midday|daylight|正午|中午|白天|日光"),
        ("night", "night", "夜晚", r"night|夜"),
        ("studio", "a studio", "影棚", r"studio|影棚|棚拍|摄影棚"),
        ("candle", "candle light", "烛光", r"candle|firelight|烛|火光"),
        ("backlight", "backlight", "逆光", r"back ?-?light|contre|逆光|背光"),
        ("neon", "neon light", "霓虹", r"neon|cyberpunk|霓虹|赛博朋克"),
        ("hard", "hard light", "硬光", r"hard|harsh|dramatic|硬光|强光|戏剧"),
        ("soft", "soft light", "柔光", r"soft|diffuse|gentle|柔"),
    ),
    "weather": (
        ("storm", "a storm", "暴风雨", r"storm|thunder|暴风|暴雨|雷|台风"),
        ("snow", "snow", "雪", r"snow|雪"),
        ("rain", "rain", "雨", r"rain|wet|drizzl|雨"),
        ("fog", "fog", "雾", r"fog|mist|haz|雾|霾"),
        ("cloudy", "clouds", "阴天", r"cloud|overcast|阴|多云"),
        ("sunny", "sunshine", "晴天", r"sun|晴|阳光"),
        ("spring", "spring", "春天", r"spring|blossom|春|樱花"),
        ("summer", "summer", "夏天", r"summer|夏"),
        ("autumn", "autumn", "秋天", r"autumn|fall\b|秋"),
        ("winter", "winter", "冬天", r"winter|冬"),
    ),
    "style": (
        ("watercolour", "a watercolour", "水彩", r"water ?colou?r|水彩"),
        ("ink", "an ink painting", "水墨", r"\bink\b|sumi|水墨|国画|墨"),
        ("oil", "an oil painting", "油画", r"\boil\b|van gogh|impression|painting|油画|梵高|印象派"),
        ("sketch", "a pencil sketch", "素描", r"sketch|pencil|drawing|素描|铅笔|线稿"),
        ("anime", "anime", "动漫", r"anime|manga|ghibli|动漫|二次元|日漫|吉卜力|宫崎骏"),
        ("cartoon", "a cartoon", "卡通", r"cartoon|toon|卡通|漫画"),
        ("pixel", "pixel art", "像素", r"pixel|8-?bit|像素"),
        ("pop", "pop art", "波普", r"\bpop\b|warhol|comic|halftone|波普"),
        ("sepia", "sepia", "棕褐色", r"sepia|棕褐|深褐"),
        ("vintage", "an old print", "复古", r"vintage|retro|\bold\b|faded|复古|怀旧|老照片"),
        (
            "blackwhite",
            "black and white",
            "黑白",
            r"black ?(?:and|&|-)? ?white|monochrome|noir|gr[ae]y ?scale|黑白|灰度",
        ),
        ("film", "colour film", "胶片", r"film|kodak|analog|cinematic|胶片|电影|菲林"),
        ("poster", "a poster", "海报", r"poster|screen ?print|flat|海报|版画|扁平"),
    ),
    "material": (
        ("wood", "wood", "木头", r"wood|timber|oak|木"),
        ("marble", "marble", "大理石", r"marble|大理石"),
        ("gold", "gold", "黄金", r"gold|黄金|金(?!属)"),
        ("silver", "silver", "银", r"silver|chrome|银|铬"),
        ("glass", "glass", "玻璃", r"glass|crystal|transparent|玻璃|水晶|透明"),
        ("metal", "metal", "金属", r"metal|steel|iron|alumin|金属|钢|铁|铝"),
        ("brick", "brick", "砖", r"brick|砖"),
        ("fabric", "fabric", "布", r"fabric|cloth|textile|denim|knit|布|织物|毛线"),
        ("leather", "leather", "皮革", r"leather|皮革|皮"),
        ("stone", "stone", "石头", r"stone|rock|concrete|granite|石|混凝土|水泥"),
        ("ice", "ice", "冰", r"\bice|icy|frozen|冰"),
        ("grass", "grass", "草", r"grass|moss|lawn|草|苔"),
    ),
}
"""For each operation: value, English and Chinese name, and the words that mean it; the first that fits counts."""

_SIDES: Final[tuple[tuple[Side, str, str, str], ...]] = (
    ("left", "from the left", "从左侧", r"\bleft|左"),
    ("right", "from the right", "从右侧", r"\bright|右"),
    ("above", "from above", "从上方", r"\babove|\btop|overhead|\bup\b|上|顶"),
    ("below", "from below", "从下方", r"\bbelow|bottom|underneath|\bdown\b|下|底"),
    ("behind", "from behind", "从背后", r"behind|\bback|后|背"),
    ("front", "from the front", "从正面", r"front|正面|前"),
)

_ADJUSTMENTS: Final[tuple[tuple[str, float, str], ...]] = (
    ("saturation", -1.0, r"gr[ae]y ?scale|black and white|colou?rless|去色|黑白|灰度"),
    ("saturation", -0.4, r"desaturat|less (?:saturat|vivid|colou?rful)|dull|mut(?:e|ed)|降低饱和|不那么鲜艳|淡雅"),
    ("saturation", 0.4, r"(?<!de)(?<!less )saturat|vivid|vibran|colou?rful|鲜艳|饱和"),
    ("contrast", -0.4, r"(?:less|lower|reduce\w*) (?:the )?contrast|flatter|(?:降低|减小|减少)对比"),
    ("contrast", 0.4, r"(?<!less )(?<!lower )contrast|punch|对比"),
    ("brightness", -0.4, r"dark|dim|less bright|暗|黑一"),
    ("brightness", 0.4, r"(?<!less )bright|light(?:en|er)|exposure|亮|曝光"),
    ("warmth", -0.4, r"cool|cold|blu(?:er|ish)|冷"),
    ("warmth", 0.4, r"warm|yellower|暖"),
    ("denoise", -0.5, r"\bgrain|add noise|颗粒|噪点增"),
    ("denoise", 0.5, r"denois|noise|降噪|去噪|噪点"),
    ("sharpness", -0.4, r"blur|soften|模糊|柔和"),
    ("sharpness", 0.5, r"sharp|crisp|clear|锐|清晰"),
)
"""Field of `adjust`, how much by default, and the words that ask for it."""

_FIELDS: Final[dict[str, tuple[str, str, str, str]]] = {
    "brightness": ("brighter", "darker", "变亮", "变暗"),
    "contrast": ("more contrast", "less contrast", "对比度提高", "对比度降低"),
    "saturation": ("stronger colours", "weaker colours", "颜色更鲜艳", "颜色更淡"),
    "warmth": ("warmer", "cooler", "色调变暖", "色调变冷"),
    "sharpness": ("sharper", "softer", "变清晰", "变柔和"),
    "denoise": ("less noise", "more grain", "降噪", "加颗粒"),
}
_FONTS: Final = {"sans": ("sans", "黑体"), "serif": ("serif", "宋体"), "hand": ("handwriting", "手写体")}
_PLACES: Final = {
    "upper left": "左上方", "top": "上方", "upper right": "右上方", "left": "左边", "centre": "中间", "right": "右边",
    "lower left": "左下方", "bottom": "下方", "lower right": "右下方",
}  # fmt: skip
_MAIN: Final = {
    "recolour": "target", "remove": "grow", "blur_background": "radius", "replace_background": "colour",
    "light": "look", "weather": "kind", "style": "kind", "material": "kind", "resize": "factor", "text": "text",
    "remove_text": "grow", "add": "what", "replace": "to", "count": "number",
}  # fmt: skip


def operation_name(op: str, language: Language) -> str:
    """Return what an operation is called, "recolour" → "Recolour"; an unknown one keeps its name."""
    known = _OPERATIONS.get(op)
    return known[language == "zh"] if known else op


def main_field(operation: Any) -> str:
    """Return the name of the field that a person most likely corrects."""
    if isinstance(operation, Adjust):
        return next((name for name in _FIELDS if getattr(operation, name)), "brightness")
    if isinstance(operation, Move):
        return "dy" if operation.dy and not operation.dx else "dx"
    return _MAIN[operation.op]


def read_value(op: str, words: str) -> str | None:
    """Return the value of `light`, `weather`, `style` or `material` that words name, or None: "水彩" → watercolour."""
    return next((value for value, _, _, pattern in _VALUES[op] if re.search(pattern, words, re.IGNORECASE)), None)


def known_values(op: str, language: Language) -> tuple[str, ...]:
    """Return a word for each value of `light`, `weather`, `style` or `material`, for help and error messages."""
    return tuple(zh if language == "zh" else value for value, _, zh, _ in _VALUES[op])


def read_side(words: str) -> Side:
    """Return the side that words name, "" for none: "from the left" → "left"."""
    return next((side for side, _, _, pattern in _SIDES if re.search(pattern, words, re.IGNORECASE)), "")


def adjustments(words: str) -> dict[str, float]:
    """Return the fields of `adjust` that words ask for, each with a usual amount: "brighter, warmer" gives two."""
    found: dict[str, float] = {}
    for name, amount, pattern in _ADJUSTMENTS:
        if name not in found and re.search(pattern, words, re.IGNORECASE):
            found[name] = amount
    return found


def tell_operation(operation: PlainOperation, language: Language) -> str:
    """Return what an operation does to its target, as a predicate: "is lit as at sunset, from the left".

    Covers the operations of `media.operations` beyond recolour, remove and blur_background; those keep their own words.
    """
    chinese = language == "zh"
    match operation:
        case Adjust():
            told = _adjusted(operation, chinese)
        case Light():
            told = _lit(operation, chinese)
        case Weather():
            name = _name("weather", operation.kind, chinese)
            told = f"变成{name}的样子" if chinese else f"is seen in {name}"
            told += _strong(operation.strength, chinese)
        case Style():
            name = _name("style", operation.kind, chinese)
            told = f"画成{name}风格" if chinese else f"looks like {name}"
            told += _strong(operation.strength, chinese)
        case Material():
            name = _name("material", operation.kind, chinese)
            told = f"变成{name}材质，保留明暗" if chinese else f"is made of {name}, shaded as it was"
            if operation.scale != 1:
                told += (
                    f"，纹理 {operation.scale:g} 倍大" if chinese else f", its grain {operation.scale:g} times as large"
                )
            told += _strong(operation.strength, chinese)
        case Move():
            told = _moved(operation, chinese)
        case Resize():
            told = f"变为 {operation.factor:g} 倍大" if chinese else f"becomes {operation.factor:g} times as large"
            if operation.about == "centre":
                told += "，以中心为准" if chinese else ", about its centre"
        case WriteText():
            told = _written(operation, chinese)
        case RemoveText():
            told = "去掉文字，用周围填补" if chinese else "loses its writing, filled from around it"
        case Add():
            where = (
                f"（{operation.where}）"
                if chinese and operation.where
                else f" ({operation.where})"
                if operation.where
                else ""
            )
            told = f"添上{operation.what}{where}" if chinese else f"gets {operation.what} added{where}"
        case Replace():
            told = f"换成{operation.to}" if chinese else f"becomes {operation.to}"
        case Count():
            told = (
                f"{operation.what}变为 {operation.number} 个"
                if chinese
                else f"shows {operation.number} of {operation.what}"
            )
        case _:
            told = operation_name(operation.op, language)
    return told + _where(operation, chinese)


def _where(operation: PlainOperation, chinese: bool) -> str:
    part = getattr(operation, "part", "target")
    words = {
        "background": (" (its background alone)", "（只改背景）"),
        "picture": (" (the whole picture)", "（整张画面）"),
    }
    return words[part][chinese] if part in words else ""


def _name(op: str, value: str, chinese: bool) -> str:
    return next(zh if chinese else en for known, en, zh, _ in _VALUES[op] if known == value)


def _strong(strength: float, chinese: bool) -> str:
    if strength in (0.8, 1.0):
        return ""
    return f"，强度 {strength:.0%}" if chinese else f", strength {strength:.0%}"


def _adjusted(operation: Adjust, chinese: bool) -> str:
    told = []
    for name, (more, less, zh_more, zh_less) in _FIELDS.items():
        amount = getattr(operation, name)
        if amount:
            words = (zh_more if amount > 0 else zh_less) if chinese else (more if amount > 0 else less)
            told.append(f"{words}（{abs(amount):.0%}）" if chinese else f"{words} ({abs(amount):.0%})")
    if chinese:
        return "，".join(told) if told else "不变"
    return f"gets {', '.join(told)}" if told else "stays as it is"


def _lit(operation: Light, chinese: bool) -> str:
    name = _name("light", operation.look, chinese)
    sides = {side: (en, zh) for side, en, zh, _ in _SIDES}
    side = sides[operation.side][chinese] if operation.side else ""
    told = f"{side}打{name}" if chinese else f"is lit as by {name}" + (f", {side}" if side else "")
    return told + _strong(operation.strength, chinese)


def _moved(operation: Move, chinese: bool) -> str:
    told = []
    for amount, words in (
        (operation.dx, (("left", "right"), ("左", "右"))),
        (operation.dy, (("up", "down"), ("上", "下"))),
    ):
        if amount:
            way = words[chinese][amount > 0]
            told.append(f"向{way}移 {abs(amount):.0%}" if chinese else f"{abs(amount):.0%} {way}")
    if not told:
        return "留在原处" if chinese else "stays where it is"
    return "，".join(told) + "，原处用周围填补" if chinese else f"moves {' and '.join(told)}; its place is filled"


def _written(operation: WriteText, chinese: bool) -> str:
    font = _FONTS[operation.font][chinese]
    words = operation.text.strip().replace("\n", " / ")
    where = _PLACES[operation.place] if chinese else f"at the {operation.place}"
    if operation.box:
        where = "框内" if chinese else "in the box"
    ink = f"，{colour_name(operation.colour, 'zh')}" if chinese and operation.colour else ""
    if operation.colour and not chinese:
        ink = f", {colour_name(operation.colour)}"
    return f"{where}写上“{words}”（{font}{ink}）" if chinese else f"gets the words “{words}” {where} ({font}{ink})"
