"""Which steps loose words are about: "the zoom", "那个视频", "the actual recolouring", "the last two steps"."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.step import as_ref
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.where import find_steps

__all__ = ["CLIPS", "PICTURES", "Role", "is_every", "parts_said", "roles_said", "steps_said"]

CLIPS: Final = frozenset({"novel_view", "navigate", "future_frames", "generate_video"})
PICTURES: Final = frozenset({"edit_image", "generate_image"})

Role = str
"""A tool, or the operation of a plan."""

_ROLES: Final[tuple[tuple[Role, str], ...]] = (
    (
        "novel_view",
        r"\b(?:camera|orbit\w*|circl\w*|zoom\w*|pan(?:s|ning)?|dolly|spin\w*|turn(?:s|ing)|moves?|movement|motion"
        r"|go(?:es|ing)? (?:a?round|in|out|along)|fly\w*)\b|镜头|运镜|相机|视角|环绕|绕|推近|拉近|推镜|拉远|推拉"
        r"|旋转|转圈|转动|转",
    ),
    ("navigate", r"\b(?:walk\w*|navigat\w*|stroll\w*)\b|行走|走路|漫步|往前走"),
    ("future_frames", r"\b(?:future|continu\w*|predict\w*|extension|extend\w*)\b|续写|续|延长|预测|往后编|接下来"),
    (
        "compose",
        r"\b(?:side[- ]by[- ]side|compar\w*|collage|split[- ]screen|join\w*|beside|next to)\b|并排|拼|对比|对照"
        r"|合成|并列",
    ),
    ("describe", r"\b(?:descri\w*|question|answer|what you (?:see|saw))\b|描述|说明|介绍|讲解|提问|问"),
    ("blur_background", r"\b(?:blur\w*|bokeh|defocus\w*|soft(?:er)? background|out of focus)\b|虚(?!线|拟)|模糊"),
    ("replace_background", r"\b(?:background (?:swap|change|replacement)|backdrop)\b|换背景|背景(?=换|改)"),
    (
        "recolour",
        r"\b(?:re-?colou?r\w*|colou?r(?:ing| change| edit)?|paint(?:ing)?|tint\w*)\b|改颜色|换颜色|改色|上色"
        r"|染色|颜色|变色",
    ),
    (
        "remove",
        r"\b(?:remov(?:al|ing)|eras(?:e|ing)|fill(?:ing)?(?: in)?|inpaint\w*|gap|hole|patch)\b|去掉|去除|移除|抠|补",
    ),
    ("check", r"\b(?:check\w*|measur\w*|verif\w*|test(?:s|ing)?)\b|检查|测量|检测|验证|核对|量一量|检验"),
    ("locate", r"\b(?:locat\w*|find(?:ing)?|found|search\w*|look(?:ing)? for|detect\w*)\b|找|定位|查找|识别"),
    ("analyse", r"\b(?:analy[sz]\w*|palette)\b|分析|调色板"),
    ("plan_edit", r"\bplan(?:s|ning)?\b|计划|规划"),
    ("generate_image", r"\b(?:draw\w*|generat\w*)\b|画图|绘制|生成|作画"),
)
_CLIP: Final = re.compile(
    r"\b(?:clips?|videos?|movies?|films?|footage|animation)\b|视频|片子|短片|影片|动画", re.IGNORECASE
)
_PICTURE: Final = re.compile(
    r"\b(?:stills?|pictures?|photos?|images?|pics?)\b|静态图|图片|照片|静图|(?<![原底对])图(?!像?里)", re.IGNORECASE
)
_NTH: Final = re.compile(
    r"\b(?:the )?(?P<en>first|second|third|last|final) (?:edit|change|picture|image|picture edit|one)\b"
    r"|(?:第(?P<zh>[一二三123])|(?P<last>后|最后)(?:面)?那?一?)(?:个|次|处|张)(?:修改|编辑|改动|改|图|画)",
    re.IGNORECASE,
)
_RANK: Final = re.compile(
    r"\b(?P<en>first|second|third|last|final)\b(?! step)|(?P<zh>第[一二三]|最后)(?:那|这)?(?:个|次|一个|一次|的)",
    re.IGNORECASE,
)
_RANKS: Final = {
    "first": 0, "second": 1, "third": 2, "last": -1, "final": -1, "第一": 0, "第二": 1, "第三": 2, "最后": -1,
}  # fmt: skip
_EVERY: Final = re.compile(r"\b(?:both|all|every|each)\b|都|全部?|所有|两个|俩", re.IGNORECASE)
_LAST: Final = re.compile(
    r"\b(?:the )?last (?P<many>two|three|2|3)(?: steps)?\b|最后(?P<zh>两|三|2|3)步|(?:后面|最后)的?(?:两|三)个步骤",
    re.IGNORECASE,
)


def is_every(text: str) -> bool:
    """Return whether words mean all of them: "both checks", "两个都"."""
    return _EVERY.search(text) is not None


def roles_said(text: str) -> list[Role]:
    """Return the roles that words name, in the order of the text."""
    found = [(match.start(), role) for role, words in _ROLES if (match := re.search(words, text, re.IGNORECASE))]
    return [role for _, role in sorted(found)]


def parts_said(draft: Draft, text: str) -> list[Part]:
    """Return the parts of the chain that words name by what they do or make; a name said by number wins."""
    parts = draft.parts()
    where = find_steps(text, draft.chain, draft.tools)
    if where is not None and where.is_number:
        return [part for part in parts if {part.core, part.plan, part.locate} & set(where.steps)]
    roles = set(roles_said(text))
    named = [part for part in parts if {part.tool, part.operation} & roles]
    if named:
        return named
    if _CLIP.search(text):
        return [part for part in parts if part.tool in CLIPS]
    if _PICTURE.search(text):
        return [part for part in parts if part.tool in PICTURES]
    return []


def steps_said(draft: Draft, text: str) -> list[str]:
    """Return the steps that words name: by number, as the last two, by their tool, by what they do."""
    where = find_steps(text, draft.chain, draft.tools)
    if where is not None and where.is_number:
        return list(where.steps)
    last = _LAST.search(text)
    if last:
        many = 3 if (last["many"] or last["zh"] or "") in ("three", "3", "三") else 2
        return [step.id for step in draft.chain][-many:]
    made = PICTURES if re.search(r"\b(?:picture|image)\b|图|画", text, re.IGNORECASE) else {"edit_image"}
    edited = [part.core for part in draft.parts() if part.tool in made]
    nth = _NTH.search(text)
    if nth and edited:
        at = {"first": 0, "second": 1, "third": 2, "一": 0, "二": 1, "三": 2, "1": 0, "2": 1, "3": 2}
        index = at.get((nth["en"] or nth["zh"] or "").lower(), -1)
        return edited[index : index + 1 or None]
    roles = roles_said(text)
    steps = [step.id for role in roles for step in draft.chain if step.tool == role]
    own = [part for part in draft.parts() if part.operation in roles]
    plans = {part.plan for part in own}
    if "check" in roles and own:
        return [s for s in steps if draft.chain.step(s).tool == "check" and _plan_of(draft, s) in plans] or steps
    parts = [part.core for part in own]
    rank = _RANK.search(text)
    if rank and len(steps) > 1 and not parts:
        index = _RANKS[(rank["en"] or rank["zh"]).lower()]
        return steps[index : index + 1 or None]
    return list(dict.fromkeys([*parts, *steps])) or [part.core for part in parts_said(draft, text)]


def _plan_of(draft: Draft, step: str) -> str:
    ref = as_ref(draft.chain.step(step).args.get("plan"))
    return ref.step if ref else ""
