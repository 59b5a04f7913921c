"""Which steps words mean: "step 2", "第二步", "t1.s2", "the last step", "the check", "改颜色那一步"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step, step_number
from agentvid.planner.grammar.lexicon import plain, read_number
from agentvid.tool import ToolSpec

__all__ = ["NAMES_EN", "NAMES_ZH", "Where", "find_steps", "steps_named"]

_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
}  # fmt: skip
_NUMBER: Final = r"\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten"
_STEP: Final = re.compile(
    rf"\b(?P<id>t\d+\.s\d+)\b|\bsteps? (?:no\.? ?|number |#)?(?P<number>{_NUMBER})\b"
    rf"|\b(?:the )?(?P<ordinal>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)) step\b"
    r"|\b(?:the )?(?P<last>last|final) step\b"
    r"|第(?P<zh>\d{1,3}|[一二两三四五六七八九十]{1,3})个?步(?:骤)?|步骤(?P<zh2>\d{1,3}|[一二三四五六七八九十]{1,3})"
    r"|(?P<last_zh>最后(?:那|这)?一?步)",
    re.IGNORECASE,
)

NAMES_EN: Final[Mapping[str, str]] = {
    "locate": r"locat(?:e|ing|ion)|find(?:ing)?|search(?:ing)?|box|mask",
    "analyse": r"analys(?:e|is|ing)|palette|colou?r analysis",
    "plan_edit": r"(?:edit )?plan(?:ning)?|recolou?r(?:ing)?|colou?r(?:ing)?|paint(?:ing)?|remov(?:e|al|ing)",
    "edit_image": r"edit(?:ing)?|picture edit|chang(?:e|ing)",
    "check": r"checks?|checking|tests?|testing|measur(?:e|ing|ement)|verif(?:y|ication|ying)",
    "novel_view": r"(?:camera )?(?:views?|moves?|motion|path)|camera|orbit(?:ing)?|zoom(?:ing)?|turn(?:ing)?"
    r"|pan(?:ning)?",
    "navigate": r"walk(?:ing)?|navigat(?:e|ion)",
    "future_frames": r"continu(?:e|ation|ing)|future",
    "compose": r"join(?:ing)?|compos(?:e|ing|ition)|collage",
    "describe": r"descri(?:be|ption|bing)|question|answer(?:ing)?",
    "generate_image": r"draw(?:ing)?|generat(?:e|ion|ing)",
    "generate_video": r"draw(?:ing)?|generat(?:e|ion|ing)",
    "sound": r"sounds?|music|audio|soundtrack",
    "speak": r"speech|voice(?:-?over)?|speaking",
    "caption": r"captions?|subtitles?",
}
NAMES_ZH: Final[Mapping[str, str]] = {
    "locate": r"定位|查找|寻找|找东西|框|遮罩|蒙版",
    "analyse": r"分析|看颜色|调色板",
    "plan_edit": r"计划|规划|改颜色|换颜色|改色|上色|去除|去掉",
    "edit_image": r"修改|编辑|修图|改图",
    "check": r"检查|测量|检测|验证|核对|检验",
    "novel_view": r"镜头|视角|环绕|变焦|推镜|转镜头|运镜",
    "navigate": r"行走|走路",
    "future_frames": r"续写|延长",
    "compose": r"拼接|拼图|合成",
    "describe": r"描述|回答|提问",
    "generate_image": r"画图|生成|绘制",
    "generate_video": r"生成|绘制",
    "sound": r"声音|音乐|配乐|音效",
    "speak": r"配音|旁白|语音",
    "caption": r"字幕",
}


@dataclass(frozen=True)
class Where:
    """Steps that words name, and the words without them. `is_number` tells an id or number from a description."""

    steps: tuple[str, ...]
    rest: str
    is_number: bool = True


def find_steps(text: str, chain: Chain, tools: Mapping[str, ToolSpec]) -> Where | None:
    """Return the steps that a text names and the rest of it, None where it names none.

    Steps that the text names but the chain does not have give no steps.
    """
    numbers = list(_STEP.finditer(text))
    if numbers:
        steps = [step for match in numbers for step in _numbered(match, chain)]
        found = tuple(dict.fromkeys(steps)) if all(_numbered(match, chain) for match in numbers) else ()
        return Where(found, _without(text, [match.span() for match in numbers]))
    english = re.search(r"\b(?:the |that )?(?P<name>[a-z_]+(?: [a-z]+)?) step\b", text, re.IGNORECASE)
    chinese = re.search(r"(?P<name>[\u3400-\u9fff]{1,6}?)的?(?:那|这)?(?:一|个)*步骤?", text)
    for match in (english, chinese):
        steps = steps_named(match["name"], chain, tools) if match else []
        if match and steps:
            return Where(tuple(steps), _without(text, [match.span()]), False)
    return None


def steps_named(name: str, chain: Chain, tools: Mapping[str, ToolSpec]) -> list[str]:
    """Return the steps that a noun names: by the name of their tool, by what they do, or by what they make."""
    name = re.sub(r"^(?:the|that|your|my|this|做|那个|这个)\s*|的$", "", plain(name), flags=re.IGNORECASE)
    return [step.id for step in chain if _is_named(name, step, tools)]


def _is_named(name: str, step: Step, tools: Mapping[str, ToolSpec]) -> bool:
    kinds = [kind for kind in NAMES_EN if kind in step.tool or kind == step.tool]
    words = [NAMES_EN[kind] for kind in kinds] + [NAMES_ZH[kind] for kind in kinds]
    words += [re.escape(step.tool), re.escape(step.tool.replace("_", " "))]
    if not any(re.fullmatch(pattern, name, re.IGNORECASE) for pattern in words):
        spec = tools.get(step.tool)
        return spec is not None and any(port.name == name.lower() for port in spec.ports)
    if step.tool != "plan_edit" or re.fullmatch(
        r"(?:edit )?plan(?:ning)?|计划|规划"
        r"|plan[_ ]edit",
        name,
        re.IGNORECASE,
    ):
        return True
    is_removal = re.match(r"remov|去", name, re.IGNORECASE) is not None
    return (step.args.get("operation") == "remove") == is_removal


def _numbered(match: re.Match[str], chain: Chain) -> list[str]:
    ids = [step.id for step in chain]
    if match["id"]:
        return [match["id"].lower()] if match["id"].lower() in ids else []
    if match["last"] or match["last_zh"]:
        return ids[-1:]
    number = _number(match["number"] or match["ordinal"] or match["zh"] or match["zh2"])
    named = [step for step in ids if step_number(step)[1] == number]
    return named or ids[number - 1 : number] if number else []


def _number(text: str) -> int:
    text = text.lower()
    return _ORDINALS.get(text) or int(read_number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text)) or 0)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        before = re.sub(r"(?:\b(?:in|for|of|at|on|during)\s+|在|把|将|让|对)$", "", text[:start], flags=re.IGNORECASE)
        after = re.sub(r"^(?:里面|里|中|上|的|[,:]|那里)+", "", text[end:])
        text = f"{before} \N{BULLET} {after}"
    text = re.sub(r"\N{BULLET}", " ", text)
    return plain(text).strip(" ,，、。")
