"""What words say of how a camera moves and how long: directions, amounts, times, there and back, in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.sense.words import Table, Word, scan, table

__all__ = ["CAMERA", "Move", "Said", "read_camera"]

_N: Final = (
    r"(?:(?<![\d.])-?\d+(?:\.\d+)?|[一二两三四五六七八九十百半]+(?:点[一二三四五六七八九五]+)?"
    r"|\b(?:half an?|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty"
    r"|forty|forty-five|sixty|ninety)\b"
    r"(?: and a half)?)"
)
CAMERA: Final[Table] = table(
    {
        "degrees": rf"{_N}[ -]?(?:degrees?\b|degs?\b|°|度)|\b(?P<d>half|full|quarter|complete|whole"
        rf"|entire) (?:an? |of an? )?(?:turn|circle"
        rf"|orbit|rotation|revolution|lap|round)\b|\b(?:all the way a?round|once a?round|full 360|a full one)\b"
        rf"|到.{{0,5}}(?:背面|背后|后面|另一面|对面)|\b(?:a?round )?(?:to|behind) (?:its "
        rf"|the |see its )?(?:back(?! to)|rear|far side|other side)\b|(?:绕"
        rf"|转)到.{{0,3}}侧面"
        rf"|[半整]圈|" + rf"{_N}圈"
        r"|(?:角度|幅度)(?:加|改|调|变|设|减|缩)?(?:大|小)?(?:到|成|为)\d+(?![\d.]*[秒倍%x])"
        r"|(?<=way to )\d+\b(?! ?(?:s\b|sec|x\b|%))|(?<=[转摇绕]到)\d+(?![\d.]*[秒倍%x])",
        "times": rf"(?:\b(?:up )?to )?(?!一倍){_N} ?(?:x\b|×|times\b|倍)(?! (?:as |slow|fast|long"
        rf"|short|wide|more))|\bx ?\d+(?:\.\d+)?\b"
        r"|(?:(?<=until )|(?<=zoom to )|(?<=zoom in to )|(?<=zoom at )|(?<=zoom of )|(?<=zoom )|(?<=zoomed to )"
        r"|(?<=out to ))\d+(?:\.\d+)?(?! ?(?:s\b|sec|°|deg|%|more))|(?<=\bto )\d\.\d+(?! ?(?:s\b|sec|°|deg|%"
        r"|fps|to\b))",
        "percent": r"\d+(?:\.\d+)? ?(?:%|percent\b)|百分之[一二三四五六七八九十\d]+",
        "fps": rf"{_N} ?(?:fps\b|frames? (?:per|a|/) ?s(?:ec(?:ond)?s?)?\b|frames?/s\b|帧每秒|帧/秒|帧)|(?:fps"
        rf"|frame ?rate|帧率|帧数)\D{{0,8}}?{_N}|每秒{_N}帧",
        "seconds": rf"{_N}(?: more| extra| another)?[ -]?(?:seconds?\b|secs?\b|s\b|秒钟?|分钟|minutes?\b|mins?\b)"
        rf"|\banother (?:second|minute)\b|\b(?:a few|several|some"
        rf"|a couple(?: of)?) (?:more |extra )?(?:seconds?|secs?)\b"
        r"|[好多]?几秒",
        "half": r"\bhalf\b|\bhalv\w+|一半|减半|对半|打对折",
        "twice": r"\b(?:2|two) ?(?:x|times) (?=as |slow|fast|long|short|wide|more)|\btwice\b"
        r"|\bdoubl\w+|\btwo times\b|翻[个了一]?倍|加[个了一]?倍|一倍",
        "third": r"\b(?:an? |one )third\b|三分之一|1/3",
        "quarter": r"\b(?:an? |one )quarter(?: of)?\b(?! (?:turn|circle|orbit|rotation))|四分之一|1/4",
        "triple": r"\b(?:3|three) ?(?:x|times) (?=as |slow|fast|long|short|wide|more)|\btripl\w+"
        r"|\bthree times\b|三倍",
        "in": r"\b(?:zoom|push|mov|go|com|creep|glid)\w* (?:right |slowly |gently |slightly |further |much |a bit "
        r"a little )*in(?:wards?)?\b(?! (?:an? (?!bit|little|touch|tad)|the (?!first"
        r"|last)|full|one|two|place|circles?|total|\d))"
        r"|\bcloser\b|\bnearer\b|\bclose[- ]?ups?\b|\bmagnif\w+|推[近进上到]|拉近|放大|靠近|凑近|怼近|贴近"
        r"|近一?[点些]|再近|更近|往前推|推镜头?|[往向朝](?:前|里)",
        "out": r"\b(?:zoom|mov|widen|go|back|com)\w* (?:right |slowly |gently |slightly |further |much |a bit "
        r"|a little )*(?:out(?:wards?)?|away)\b"
        r"|\bpull\w* (?:right |slowly |gently |slightly )*(?:out|back|away)\b|\bback (?:off|away|up)\b"
        r"|\bmov\w* back\b(?! to)|\bfarther away\b|\bfurther away\b"
        r"|拉远|推远|缩小|远离|往?后退|退后|往后拉|拉开"
        r"|(?<![绕转摇]得)(?<![绕转摇]得[再更])(?:远一?[点些]|(?:再|更)远)"
        r"|[往向朝]后(?![编续写接])",
        "zoom": r"\bzoom\w*\b|变焦|倍率|倍数|焦距|推拉",
        "orbit": r"\borbit\w*\b|\bcircl\w*\b|\b(?:go|move|fly|walk|travel|swing|spin|turn|rotate|come)?(?:es|s"
        r"|ing)? ?(?:right |all the way )?a?round (?:it|him|her|them|the (?!other|opposite|wrong)\w+)\b"
        r"|\b(?:go|move|fly|swing)(?:es|s|ing)? (?:a?round|about)\b|\brevolv\w*\b|环绕|绕圈|围着|绕着?",
        "turn": r"\b(?:turn|rotat|spin|pan|swivel|swing|sweep)(?:s|e|es|ed|ing|ning|ned|ion)?\b(?! (?:it |that "
        r"|them )?(?:white|black|red|green|blue|pink|yellow|purple|orange|grey|gray|gold\w*|into|off)\b)"
        r"|\blook(?:s|ing)?\b(?= (?:\d|left|right|a?round|to the|further|up|down|slightly|a bit to))|转动?"
        r"|旋转|摇|扭",
        "tilt": r"\btilt\w*\b|\bpitch\w*\b|\blook(?:s|ing)? (?=up|down)|俯|仰|抬头|低头|上下摇"
        r"|[抬压低](?=头|镜头|高"
        r"|低)|压",
        "truck": r"\b(?:truck|slid|track|shift|crab|straf)(?:s|e|es|ing|king|ting)?\b"
        r"|\bsideways\b|\blateral\w*\b|平移"
        r"|横移|横着移|侧移|横向",
        "pedestal": r"\bpedestal\w*\b|\bcrane\w*\b|\b(?:rise|rises|rising|raise[sd]?|raising"
        r"|lift(?:s|ing)?|ascend\w*"
        r"|descend\w*|lower(?:s|ing)?)\b|升降|上升|升高|升起|下降|降低|上移|下移",
        "dolly": r"\bdolly\w*\b|\bdollies\b|推轨|前移|[往向朝]前[走移]|轨道",
        "roll": r"\broll\w*\b|\b(?:tip|tilt|slant|cant)\w* (?:the )?horizon\b|\bhorizon\b"
        r"|\blean\w*\b|画面(?:倾|斜)|\bbank(?:s|ing)?\b|\bdutch\b|侧滚|滚转|翻滚|侧倾"
        r"|横滚|歪[着头]?",
        "other_way": r"\b(?:other|opposite|reverse|wrong) (?:way|direction|side|hand)\b(?: (?:a?round"
        r"|about))?|\brevers(?:e"
        r"|ed|ing)\b(?: (?:it|that|the \w+))?"
        r"|\bmirror\w*\b|\bbackwards?\b|[转摇绕推拉移走]反|方向.{0,3}反"
        r"|方向(?:给我)?[换调倒改](?:一下|过来|个|$)|反[方着过]?[方向来着]+|相反|(?:换"
        r"|另)一?[个]?(?:方向|边|头)|倒着",
        "clock": r"(?<!counter)(?<!counter-)(?<!anti)(?<!anti-)\bclockwise\b|(?<!逆)顺时针",
        "counter": r"\b(?:counter|anti)-?clockwise\b|逆时针",
        "left": r"\bleft(?:wards?)?\b(?! (?:out|off|alone|over|as)\b)|左[边侧面方]?",
        "right": r"\bright(?:wards?)?\b(?! (?:at|there|here|now|away|on|in|down|up|back|then|first|one)\b)"
        r"|右[边侧面方]?",
        "up": r"\b(?:up(?:wards?)?|skywards?|higher|overhead)\b(?! to)|[往向朝]上|上[移摇抬]|高处|更高|高一?[点些]",
        "down": r"从上(?:往下|向下|到下)?"
        r"|(?<!slow )(?<!slow it )(?<!calm )(?<!tone )(?<!settle )\b(?:down(?:wards?)?"
        r"|lower)\b|[往向朝]下"
        r"|下[移摇压]|低一?[点些]|更低",
        "there_and_back": r"\b(?:there )?and (?:\w+ ){0,2}back(?: (?:again|out"
        r"|in))?\b(?! to (?:the original|normal))"
        r"|\bthen (?:\w+ ){0,3}back(?: (?:again|out|in|to \w+))?\b|\bback (?:out|in) again\b|\bback again\b"
        r"|\b(?:come|comes|go|goes) back\b(?! to (?:the )?(?:version|previous))|\bback and forth\b"
        r"|\bback (?:out|in|again)\b|\b(?:ends?|ending|finish\w*|stops?"
        r"|lands?) (?:\w+ ){0,3}?(?:where|at the (?:spot|place)"
        r" where) (?:it|we|you|the camera) (?:began|begins?|started|starts?)\b"
        r"|\breturn(?:s|ing)?\b(?: to (?:the )?(?:start|where \w+ \w+|original\w*|centre"
        r"|center))?"
        r"|\bback to (?:the )?(?:start|beginning|where (?:it|we|you) (?:started|began|was|were)|centre|center"
        r"|zero|normal|original)\b"
        r"|(?<!zoom )\b(?:out|in) again\b|\bping-?pong\b|\bboomerang\b"
        r"|[再又](?:慢慢)?[转拉推移摇绕走退回]+(?:[回原][来去到位]?|出来?)"
        r"|回到(?:原|起|开)\S{0,3}|[转拉摇绕推移]回[来去到原]*\S{0,2}|来回|往返|折返|原路返回|再回来",
        "hold": r"\bhold\w*(?: (?:still|it|there|on))?\b|\bpaus\w+\b|\bstop(?:s|ping)?\b|\bfreez\w+\b|\bstand(?:s"
        r"|ing)? still\b|\bstay(?:s|ing)? (?:still|there|put|on it)\b|\brests?\b|\bremain(?:s)? still\b"
        r"|\blinger\w*\b|\bstill\b"
        r"|停[住留下顿在]?|定[住格]|静止|不动|保持住|悬停|驻留",
        "start": r"\b(?:at|from) the (?:very )?(?:start|beginning)\b|\bfirst\b|\bbegin(?:s"
        r"|ning)?\b|\bstart(?:s|ing)?\b"
        r"|\binitial\w*\b|开头|一开始|开始|起初|先|前(?=[\d一二两三四五六七八九十]+秒)"
        r"|头(?=[\d一二两三四五六七八九十]+秒)",
        "end": r"\b(?:at the (?:very )?)?end(?:s|ing)?\b|\bfinal\w*\b|\blast\b|结尾|最后|末尾|结束",
        "slower": r"\bslower\b|\bmore (?:slowly|gently|gradually|calmly)\b|\bslow(?:s|ed|ing)? (?:it |that |this "
        r"|the \w+ )?(?:way )?(?:down)?\b|\btoo (?:fast|quick|quickly|rapid|hectic|rushed)\b|\bless (?:fast"
        r"|quick|hectic|rushed)\b|\bcalmer\b|\bso fast\b|\bnot (?:so|as) (?:fast|quick\w*)\b"
        r"|慢(?:一?[点些]|下来|[半])?|太快|慢(?=[一两二三四]?倍)|放慢|减速"
        r"|缓(?:一?[点些]|慢|和)?|别(?:那么|这么|太)快|不要(?:那么"
        r"|这么|太)快|悠着",
        "slowly": r"\bslow(?:ly)?\b|\bgently\b|\bgradual(?:ly)?\b|\bsmooth\w*\b|慢慢(?:地|来)?"
        r"|缓缓地?|缓慢地?|平稳|徐徐",
        "faster": r"\bfaster\b|\bquick(?:er|ly)?\b|\bspeed(?:s|ed|ing)? (?:it |that |this "
        r"|the \w+ )?up\b|\btoo (?:slow"
        r"|slowly|sluggish)\b|\bsnappier\b|\bmore quickly\b|\bhurry\b|\bso slow(?:ly)?\b"
        r"|快(?:一?[点些])|快(?=[一两二三四]?倍)|更快|再快|加快|提速|加速|太慢|太拖|别(?:那么|这么|太)慢",
        "longer": r"\blonger\b|\btoo short\b|\blengthen\w*\b|\bextend\w*\b|\bstretch\w*\b"
        r"|\bprolong\w*\b|长一?[点些]"
        r"|更长|再长|太短|延长|加长|拉长|久一?[点些]|长",
        "shorter": r"\bshort(?:er|en)?\b|\btoo long\b|\btrim\w*\b|\bcut (?:it |that )?(?:down"
        r"|short)\b|短一?[点些]?|更短"
        r"|再短|太长|缩短|剪短",
        "far_too": r"\b(?:way|far|much) (?=too\b)|(?:实在|真的?)(?=太)",
        "long": r"\b(?:as )?long\b|\blength\b|\bduration\b|\b(?:running )?time\b|\btotal\b|时长"
        r"|时间|长度|总长|总时长"
        r"|秒数|一共|总共|全程",
        "speed": r"\bspeed\b|\bpace\b|\bas fast\b|\bas slow(?:ly)?\b|\btempo\b|速度|速率|节奏",
        "angle": r"\bangles?\b|\bswing\b|\barc\b|\bsweep\b|\bas (?:far|much|wide)\b|\brange\b"
        r"|\brotation\b|角度|幅度"
        r"|转角|弧度|范围",
        "more": r"\bmore\b|\bfurther\b|\bfarther\b|\bwider\b|\bbigger\b|\blarger\b|\bnot (?:far |close "
        r"|wide )?enough\b|\bstronger\b|\bextra\b|\banother\b|\bincrease\w*\b|[再更多]|大一?[点些]|不够|加大"
        r"|增大|提[高到]|猛一?[点些]|(?<=[绕转摇]得)(?:再|更)?远(?:一?[点些])?"
        r"|(?<=[绕转摇]得)(?:再|更)?远(?:一?[点些])?",
        "less": r"\bless\b|\bnarrower\b|\bsmaller\b|\b(?:not|n't) (?:\w+ )?(?:so|as|that|quite so|too) (?:much|far"
        r"|close|wide|big)\b|\btoo (?:much|far|close|wide|big|strong)\b|\breduc\w+\b|\bdecreas\w+\b"
        r"|\bsubtler\b|\bgentler\b|\bweaker\b"
        r"|少|太[多近远大过]|小一?[点些]|过头|别(?:[推拉转绕移摇]得?(?:那么|这么"
        r"|太)[多近远大]?|(?:那么|这么|太)[多近远大])|轻一?[点些]"
        r"|收一?[点些]|减[小少]",
        "also": r"\bas well\b|\btoo\b|\balso\b|\bwhil(?:e|st)\b|\bat the same time\b|\bduring\b|\bsimultaneous\w*\b"
        r"|\badd\w*\b|\bplus\b|\btogether\b|\bcombin\w+\b|\bas (?:it|you|we) \w+\b|\bwith (?:a|some)\b|同时"
        r"|一边|边(?=.{0,4}边)|的时候|加[上个]|再加|顺便|也",
        "same": r"\b(?:the )?same\b|\bunchanged\b|\bkeep\w*\b|\bas (?:it )?(?:is|was)\b"
        r"|\bstill\b|不变|照旧|一样|保持"
        r"|还是|仍|依旧",
        "on_the_spot": r"\bon the spot\b|\bin place\b|\bstand(?:ing)? in one place\b"
        r"|\bstay(?:ing)? put\b|原地|站着",
        "sine": r"\bsmooth\w*\b|\bjerk\w*\b|平滑|平稳",
        "camera": r"\bcameras?\b|\bshots?\b|\bviews?\b|\bclips?\b|\bvideos?\b|\bvids?\b|\bmovies?\b|\bfootage\b"
        r"|\bmovements?\b|\bmotion\b|\bmov(?:e|es|ing)\b|\bfly\w*\b|镜头|运镜|相机|视角|机位|视频|片子|短片"
        r"|影片|动画|运动",
    }
)
NOT: Final = re.compile(
    r"\b(?:don't|do not|dont|not|no|never|without|rather than|instead of|stop|drop|skip|lose|forget"
    r"|cut)\b(?! (?:enough|far enough|so|as|that|too|quite|more|longer)\b)[^,;.]*"
    r"|(?:而?不是|别(?!的)|不要|不用|不想要?|不必|取消|去掉|不(?=[绕转推拉摇放]))(?!.{0,3}(?:那么|这么"
    r"|太)[快慢多近远大])[^,;。]*",
    re.IGNORECASE,
)

_REPLACED: Final = re.compile(
    r"[^,;，。]*[推拉转绕摇移环镜头]+[^,;，。]{0,4}(?=改成|换成|改为|换为|变成"
    r"|改(?=[左右上下推拉前后]))"
)
"""A move that is replaced by what is told after it."""


@dataclass
class Move:
    """A move that words name: `axis` of a pose, `sign` of it (0: not said), `amount` in its unit, None: not said."""

    axis: str
    sign: int = 0
    amount: float | None = None
    at: int = 0


@dataclass
class Said:
    """All that words say of one camera path, in their order."""

    words: list[Word]
    moves: list[Move] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    seconds: list[tuple[float, int]] = field(default_factory=list)
    fps: float | None = None


_HINTS: Final = {
    "turn": "yaw_deg", "orbit": "yaw_deg", "tilt": "pitch_deg", "truck": "truck", "pedestal": "pedestal",
    "dolly": "dolly", "roll": "roll_deg", "zoom": "zoom",
}  # fmt: skip
_LATE: Final = ("truck", "roll", "pedestal")
_SIGNS: Final = {
    "left": -1, "right": 1, "up": 1, "down": -1, "in": 1, "out": -1, "clock": -1, "counter": 1,
}  # fmt: skip
_DEFAULT: Final = {
    "left": "yaw_deg", "right": "yaw_deg", "up": "pitch_deg", "down": "pitch_deg", "in": "zoom", "out": "zoom",
    "clock": "yaw_deg", "counter": "yaw_deg",
}  # fmt: skip
_SIDEWAYS: Final = ("yaw_deg", "truck", "roll_deg")


def read_camera(text: str) -> Said:
    """Return what a text says of a camera path; denied moves are told apart."""
    denied = [(match.start(), match.end()) for match in NOT.finditer(text)]
    denied += [(match.start(), match.end()) for match in _REPLACED.finditer(text)]
    words = scan(text, CAMERA)
    said = Said(words)
    hint: Word | None = None
    for word in words:
        if any(a <= word.start < b for a, b in denied) and word.kind not in (
            "seconds",
            "times",
            "slower",
            "faster",
            "less",
            "shorter",
            "longer",
        ):
            axis = _HINTS.get(word.kind) or _DEFAULT.get(word.kind)
            said.denied |= {axis} if axis else set()
            continue
        said.kinds.add(word.kind)
        if word.kind in _HINTS:
            hint = word
            if word.kind == "tilt" and (
                sign := 1 if re.search(r"仰|抬", word.text) else -1 if re.search(r"俯|低|压", word.text) else 0
            ):
                said.moves.append(Move("pitch_deg", sign, None, word.start))
                continue
            last = said.moves[-1] if said.moves else None
            if last is not None and last.sign and word.kind in _LATE and 0 <= word.start - last.at < 6:
                last.axis = _turned(last, word.kind)  # 往右平移: the side is told before the kind of the move
                continue
            said.moves.append(Move(_HINTS[word.kind], 0, None, word.start))
        elif word.kind in _SIGNS:
            _directed(said, word, hint)
        elif word.kind in ("degrees", "times", "percent"):
            _measured(said, word)
        elif word.kind == "seconds":
            said.seconds.append((_seconds(word.text), word.start))
        elif word.kind == "fps":
            said.fps = number_in(word.text)
    said.moves = _merged(said.moves)
    meant = [one for one in said.seconds if not any(a <= one[1] < b for a, b in denied)]
    said.seconds = meant or said.seconds
    return said


def _turned(move: Move, kind: str) -> str:
    if kind == "truck" and move.axis == "pitch_deg":
        return "pedestal"
    return _HINTS[kind] if (kind == "pedestal") == (move.axis == "pitch_deg") else move.axis


def _directed(said: Said, word: Word, hint: Word | None) -> None:
    axis, sign = _DEFAULT[word.kind], _SIGNS[word.kind]
    held = _HINTS[hint.kind] if hint is not None and word.start - hint.end < 24 else ""
    if word.kind in ("left", "right") and held in ("truck", "roll_deg"):
        axis = held
    elif word.kind in ("clock", "counter") and held == "roll_deg":
        axis, sign = held, -sign
    elif word.kind in ("up", "down") and held in ("pedestal", "truck"):
        axis = "pedestal"
    elif word.kind in ("in", "out") and held == "dolly":
        axis = held
    open_move = next((move for move in reversed(said.moves) if move.axis == axis and not move.sign), None)
    if open_move is not None:
        open_move.sign = sign
        return
    if held == "truck" and axis == "pedestal":
        said.moves = [move for move in said.moves if not (move.axis == "truck" and not move.sign)]
    said.moves.append(Move(axis, sign, None, word.start))


def _measured(said: Said, word: Word) -> None:
    """Give an amount to the move it stands beside: the nearest one that is counted so and has none yet."""
    is_turn = word.kind == "degrees"
    axes = ("yaw_deg", "pitch_deg", "roll_deg") if is_turn else ("zoom", "dolly")
    amount = _degrees(word.text) if is_turn else _times(word)
    fitting = [move for move in said.moves if move.axis in axes and move.amount is None]
    if fitting:
        fitting[-1].amount = amount
    else:
        said.moves.append(Move("" if word.kind == "degrees" else "zoom", 0, amount, word.start))


def _merged(moves: list[Move]) -> list[Move]:
    """Join an amount that was said before its move, and moves of one axis that say each other's rest."""
    found: list[Move] = []
    for move in moves:
        last = found[-1] if found else None
        if (
            last is not None
            and last.axis in ("", move.axis)
            and not (last.sign and move.sign and last.sign != move.sign)
        ):
            if last.axis == "" and move.axis not in ("yaw_deg", "pitch_deg", "roll_deg"):
                found.append(move)
                continue
            if last.amount is None or move.amount is None or last.amount == move.amount:
                sign = last.sign or move.sign
                amount = last.amount if last.amount is not None else move.amount
                found[-1] = Move(move.axis or last.axis, sign, amount, last.at)
                continue
        found.append(move)
    return found


def number_in(text: str) -> float | None:
    """Return the first number of a text, in digits or words."""
    match = re.search(_N, text, re.IGNORECASE)
    return read_number(match[0]) if match else None


def _degrees(text: str) -> float | None:
    named = (
        ("half", 180.0),
        ("半圈", 180.0),
        ("quarter", 90.0),
        ("full", 360.0),
        ("complete", 360.0),
        ("whole", 360.0),
        ("entire", 360.0),
        ("all the way", 360.0),
        ("once", 360.0),
        ("侧", 90.0),
        ("背", 180.0),
        ("后", 180.0),
        ("对面", 180.0),
        ("另一面", 180.0),
        ("back", 180.0),
        ("rear", 180.0),
        ("side", 180.0),
        ("整圈", 360.0),
    )
    whole = next((degrees for word, degrees in named if word in text.lower()), None)
    number = number_in(text)
    return whole if whole is not None else number * 360 if number is not None and "圈" in text else number


def _times(word: Word) -> float | None:
    number = number_in(word.text)
    return number / 100 if word.kind == "percent" and number is not None else number


def _seconds(text: str) -> float:
    if re.search(r"few|several|some|几", text, re.IGNORECASE):
        return 3.0
    if "couple" in text.lower():
        return 2.0
    number = number_in(text) or 1.0
    return number * 60 if re.search(r"分钟|min", text, re.IGNORECASE) else number
