"""Which steps words mean: by number, by what they do, by their rank among those that do the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.roles import CLIPS
from agentvid.planner.rewrite.where import find_steps

__all__ = ["EVERY", "SKIP", "names_step", "parts_at", "roles_told", "skips", "span_meant", "steps_meant"]

_ROLES: Final[dict[str, str]] = {
    "check": r"自检|查错|\b(?:check\w*|measur\w*|verif\w*|test\w*|inspect\w*|validat\w*|assess\w*|quality|proof\w*"
    r"|double-?check\w*|evaluat\w*)\b|检查|测量|检测|验证|核对|检验|验收|复查|校验|质检|量来量去"
    r"|量一?[量下遍次]|(?<![重数尽大质流力])量(?=.{0,4}步)|把关|比对|查验",
    "locate": r"\b(?:mask|box|locat\w*|find\w*|found|search\w*|detect\w*|segment\w*|look(?:ing)? for)\b|定位|查找"
    r"|寻找|找(?=.{0,5}步)|找东西|识别|抠图|抠出|选区|找杯子|找勺子|圈出",
    "analyse": r"\b(?:analy[sz]\w*|palette)\b|分析|调色板|看颜色|看清",
    "plan_edit": r"\bplan(?:s|ning|ned)?\b|计划|规划|方案",
    "recolour": r"颜色(?=的?[那这]?一?(?:步|块|段|部分))|\b(?:re-?colou?r\w*"
    r"|colou?r(?:ing)? (?:change|step|edit|part|bit|stuff|thing|job|work)|paint\w*"
    r"|tint\w*|colou?ring)\b|改[好过了完个一]{0,2}颜?色|换[好过了完个一]{0,2}颜?色"
    r"|[上调][好过完]?色|染色|变色|涂色|(?:改"
    r"|变)成?[红橙黄绿青蓝紫白黑粉]",
    "remove": r"\b(?:remov(?:al|ing)|eras(?:e|ing|ure)|fill\w*|inpaint\w*|take-?out"
    r"|taking \w+ out)\b|去掉|去除|移除"
    r"|抠|删[勺叉]|删(?=.{0,4}(?:步|段|块))|补(?!充|光)",
    "blur_background": r"\b(?:blur\w*|bokeh|defocus\w*)\b|虚化|模糊",
    "replace_background": r"\b(?:background (?:swap|change|replacement|step)|(?:swap|chang"
    r"|replac)\w+ (?:of )?(?:the )?background|white background)\b|换[好过了]?背景|背景(?=换|改|替|那)|换底",
    "edit_image": r"\b(?:edit\w*|retouch\w*|picture change)\b|修改|编辑|修图|改图|(?:那"
    r"|这)[处个次]改|第二张|后一张",
    "clip": r"\b(?:camera\w*|videos?|clips?|movies?|vid|footage|animation|orbit\w*|zoom\w*|pan(?:ning)?|fly\w*"
    r"|turn(?:ing)?|motion|movement|swing)\b|镜头|视频|片子|短片|影片|动画|运镜|放大"
    r"|缩小|变焦|拉近|拉远|环绕|推镜|推近|推拉|转圈"
    r"|动起来|绕着?转|绕圈|(?<=不要)[转推摇绕]|(?<=别)[转推摇绕]|(?<=不用)[转推摇绕]|(?<=不)[转推摇绕](?=了)",
    "future_frames": r"\b(?:future|continu\w*|extrapolat\w*|prolong\w*|predict\w*|extension|extend\w*|forecast\w*"
    r"|carry(?:ing)? on)\b|续写?|延长"
    r"|预测|接下来|往后编|往下编",
    "compose": r"\b(?:side[- ]by[- ]side|compar\w*|collage|split[- ]screen|join\w*|compos\w*|stitch\w*|merg\w*"
    r"|put(?:ting)? (?:them )?together)\b|并排|拼接?|对比|对照|合成|并列|合在一起",
    "describe": r"\b(?:descri\w*|question|answer\w*|caption|talk\w*|text)\b|描述|说明|介绍|讲解"
    r"|提问|问题|回答|问答|讲画面|讲图|说图|看图|讲解",
    "generate_image": r"\b(?:draw\w*|generat\w*|sketch\w*|creation|first picture)\b|画图|绘制|生成|作画|画画"
    r"|画(?=的?那?[一]?[步张])|(?:第一|头一)张",
}


SKIP: Final = re.compile(
    r"\b(?:skip\w*|drop\w*|omit\w*|(?:leave|left) (?:out|off)|do away with"
    r"|dispense with|pass on|kick out|toss|bin|lose|ditch|scrap|kill|cut"
    r"|forget(?: about)?|cancel\w*"
    r"|get rid of|no need|not need\w*|needn't|(?:don't|do not|dont|doesn't) (?:need|want|bother|do|make"
    r"|run|have)\w*"
    r"|unnecessary|un-?needed|superfluous|pointless|redundant|(?:can|could|may"
    r"|should|must) go(?=$|[,.;!]| (?:too|as well|please|then|now|away)\b)|(?:isn't"
    r"|aren't|is not|are not|not) (?:needed|necessary|required|wanted)|without|no more|never ?mind|no"
    r"|neither|none of|stop|enough|spare me|remove|delete|take out"
    r"|(?:take|cut|leave|get|pull) (?=(?:the |that |this )?(?:\w+ ){1,3}(?:out|off|away)\b)"
    r"|don't|do not|dont|rid of|do without|not interested in|forgo|axe)\b"
    r"|跳过|省(?:了|去|略|掉|得|$)|略过|不(?:用|要|必|需要?|做|想要|搞|弄|来|看"
    r"|(?=[改换转绕推拉虚模拼续描检测量查]))|别(?!的)|甭|取消|去掉|删掉?|免(?:了|$|去)|算了|撤[销掉]"
    r"|没必要|多余|没用|拿掉|停掉|砍掉|作罢|罢了|放弃",
    re.IGNORECASE,
)


_RANK: Final = re.compile(
    r"\b(?P<en>first|second|third|fourth|last|final|1st|2nd|3rd)\b(?! step)"
    r"|第(?P<zh>[一二三四1234])[个次回遍处张道]|(?P<last>最后|末尾|最终|后面|后)(?:那|的|一"
    r"|面)*[个次回遍处道]?|(?P<front>前面|前|头)(?:那|的|一)+[个次回遍处道]?",
    re.IGNORECASE,
)


_RANKS: Final = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "last": -1,
    "final": -1,
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
}


EVERY: Final = re.compile(
    r"\b(?:both|all|every|each|neither|any|anything|either|checks|tests|measurements|none)\b|都|全部?|所有"
    r"|[两俩三][个次回遍]|两处",
    re.IGNORECASE,
)


def names_step(text: str) -> bool:
    """Return whether words name a kind of step."""
    return any(re.search(words, text, re.IGNORECASE) for words in _ROLES.values())


def steps_meant(draft: Draft, text: str) -> list[str]:
    """Return the steps that words mean: by number, by what they do, by their rank among those."""
    where = find_steps(text, draft.chain, draft.tools)
    if where is not None and where.is_number:
        return list(where.steps)
    found: list[str] = []
    for role in roles_told(text):
        found += [step for step in _of_role(draft, role) if step not in found]
    rank = _RANK.search(text)
    kinds = {draft.chain.step(step).tool for step in found}
    if rank is not None and len(found) > 1 and len(kinds) == 1 and not EVERY.search(text):
        word = (rank["en"] or rank["zh"] or ("last" if rank["last"] else "first")).lower()
        at = _RANKS[word]
        return found[at : at + 1 or None] if -len(found) <= at < len(found) else []
    return found


_SPAN: Final = re.compile(
    r"\b(?:everything|all|all (?:the )?steps|anything|whatever|the steps|what(?:'s"
    r"| is)?|stuff)(?: (?:that )?(?:comes?|is|happens|runs))? "
    r"(?P<way>after|before|following|past|from|up to|until) (?P<to>[^,;.]+)"
    r"|(?P<to_zh>[^,;，。]{1,10}?)(?:之|以)?(?P<way_zh>前|后)(?:面|边)?的?(?:步骤"
    r"|几步|那些|那几步|内容)?(?:都|全|统统|所有|全部)",
    re.IGNORECASE,
)


_N: Final = r"\d{1,2}|one|two|three|four|five|six|seven|eight"
_RANGE: Final = re.compile(
    rf"\bsteps? (?P<first>{_N}) ?(?:-|–|to|through|until) ?(?:step )?(?P<last>{_N})\b"
    r"|第?(?P<first_zh>[一二三四五六七八\d]{1,2})步?(?:到|至|-)第?(?P<last_zh>[一二三四五六七八\d]{1,2})步",
    re.IGNORECASE,
)
_MANY: Final = re.compile(
    rf"\b(?:first|last) (?P<n>{_N}) steps\b|(?:前|最后|后)(?:面)?(?P<n_zh>[两二三四五六七八\d])个?步", re.IGNORECASE
)


def span_meant(draft: Draft, text: str) -> list[str]:
    """Return the steps before or after the one that words name: "everything after the edit", "第三步之后的都"."""
    order = [step.id for step in draft.chain]
    ranged = _RANGE.search(text)
    if ranged is not None:
        first, last = (read_number(ranged[name] or ranged[f"{name}_zh"] or "1") or 1 for name in ("first", "last"))
        return order[int(first) - 1 : int(last)]
    many = _MANY.search(text)
    if many is not None:
        number = int(read_number(many["n"] or many["n_zh"]) or 1)
        return order[:number] if re.match(r"first|前", many[0], re.IGNORECASE) else order[-number:]
    match = _SPAN.search(text)
    steps = steps_meant(draft, match["to"] or match["to_zh"]) if match is not None else []
    if match is None or not steps:
        return []
    way = (match["way"] or match["way_zh"]).lower()
    at = [order.index(step) for step in steps]
    if way in ("before", "前"):
        return order[: min(at)]
    if way in ("up to", "until"):
        return order[: max(at) + 1]
    return order[min(at) :] if way == "from" else order[max(at) + 1 :]


def roles_told(text: str) -> list[str]:
    placed = [
        (match.start(), role) for role, words in _ROLES.items() if (match := re.search(words, text, re.IGNORECASE))
    ]
    roles = [role for _, role in sorted(placed)]
    if "check" in roles and set(roles) & {"edit_image", "locate"} and len(roles) == 2:
        return ["check"]
    return roles


def _of_role(draft: Draft, role: str) -> list[str]:
    if role == "clip":
        return [step.id for step in draft.chain if step.tool in CLIPS]
    by_tool = [step.id for step in draft.chain if step.tool == role]
    return by_tool or [part.core for part in draft.parts() if part.operation == role]


def parts_at(draft: Draft, steps: list[str]) -> list[Part]:
    return [part for part in draft.parts() if part.core in steps]


def skips(text: str, roles: Sequence[str]) -> bool:
    """Return whether words leave out a step of one of these kinds."""
    return SKIP.search(text) is not None and any(role in roles for role in roles_told(text))
