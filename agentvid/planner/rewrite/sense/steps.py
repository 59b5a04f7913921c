"""Whole steps: which ones words mean, and whether they are left out, kept from running, or come earlier or later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentvid.chain.edit import Move, Pin, SetEngine, SetSeed
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.leave_out import leave_out
from agentvid.planner.rewrite.read_run import apply_edit
from agentvid.planner.rewrite.read_target import drop_parts
from agentvid.planner.rewrite.rewriting import Undo
from agentvid.planner.rewrite.roles import CLIPS, PICTURES
from agentvid.planner.rewrite.sense.camera_words import CAMERA
from agentvid.planner.rewrite.sense.photo import drop_named
from agentvid.planner.rewrite.sense.photo_words import things_said
from agentvid.planner.rewrite.sense.words import scan
from agentvid.planner.rewrite.where import find_steps

__all__ = [
    "names_step",
    "put_engine",
    "put_only",
    "put_order",
    "put_pin",
    "put_seed",
    "put_skip",
    "put_undo",
    "skips",
    "steps_meant",
]

_ROLES: Final[dict[str, str]] = {
    "check": r"\b(?:check\w*|measur\w*|verif\w*|test\w*|inspect\w*|validat\w*|assess\w*|quality|proof\w*"
    r"|double-?check\w*|evaluat\w*)\b|检查|测量|检测|验证|核对|检验|验收|复查|校验|质检|量来量去"
    r"|量一?[量下遍次]|(?<![重数尽大质流力])量(?=.{0,4}步)|把关|比对|查验",
    "locate": r"\b(?:mask|box|locat\w*|find\w*|found|search\w*|detect\w*|segment\w*|look(?:ing)? for)\b|定位|查找"
    r"|寻找|找(?=.{0,5}步)|找东西|识别|找杯子|找勺子|圈出",
    "analyse": r"\b(?:analy[sz]\w*|palette)\b|分析|调色板|看颜色|看清",
    "plan_edit": r"\bplan(?:s|ning|ned)?\b|计划|规划|方案",
    "recolour": r"\b(?:re-?colou?r\w*|colou?r(?:ing)? (?:change|step|edit|part|bit|stuff|thing|job|work)|paint\w*"
    r"|tint\w*|colou?ring)\b|改[好过了]?颜?色|换[好过了]?颜?色|上[好过]?色|染色|变色|涂色|(?:改"
    r"|变)成?[红橙黄绿青蓝紫白黑粉]",
    "remove": r"\b(?:remov(?:al|ing)|eras(?:e|ing|ure)|fill\w*|inpaint\w*|take-?out|taking \w+ out)\b|去掉|去除|移除"
    r"|抠|删勺|删(?=.{0,4}步)|补(?!充|光)",
    "blur_background": r"\b(?:blur\w*|bokeh|defocus\w*)\b|虚化|模糊",
    "replace_background": r"\b(?:background (?:swap|change|replacement|step)|(?:swap|chang"
    r"|replac)\w+ (?:of )?(?:the )?background|white background)\b|换[好过了]?背景|背景(?=换|改|替|那)|换底",
    "edit_image": r"\b(?:edit\w*|retouch\w*|picture change)\b|修改|编辑|修图|改图|(?:那|这)[处个次]改",
    "clip": r"\b(?:camera\w*|videos?|clips?|movies?|vid|footage|animation|orbit\w*|zoom\w*|pan(?:ning)?|fly\w*"
    r"|turn(?:ing)?|motion|movement|swing)\b|镜头|视频|片子|短片|影片|动画|运镜|环绕|推镜|推近|推拉|转圈"
    r"|动起来|绕着?转|绕圈|(?<=不要)[转推摇绕]|(?<=别)[转推摇绕]|(?<=不用)[转推摇绕]",
    "future_frames": r"\b(?:future|continu\w*|predict\w*|extension|extend\w*|forecast\w*|carry(?:ing)? on)\b|续写?|延长"
    r"|预测|接下来|往后编|往下编",
    "compose": r"\b(?:side[- ]by[- ]side|compar\w*|collage|split[- ]screen|join\w*|compos\w*|stitch\w*|merg\w*"
    r"|put(?:ting)? (?:them )?together)\b|并排|拼接?|对比|对照|合成|并列|合在一起",
    "describe": r"\b(?:descri\w*|question|answer\w*|caption)\b|描述|说明|介绍|讲解|提问|问题|回答|问答",
    "generate_image": r"\b(?:draw\w*|generat\w*|sketch\w*|creation|first picture)\b|画图|绘制|生成|作画|画画"
    r"|画(?=的?那?[一]?[步张])|(?:第一|头一)张",
}
_SKIP: Final = re.compile(
    r"\b(?:skip\w*|drop\w*|omit\w*|leave (?:out|off)|lose|ditch|scrap|kill|cut|forget(?: about)?|cancel\w*"
    r"|get rid of|no need|not need\w*|needn't|(?:don't|do not|dont|doesn't) (?:need|want|bother|do|make"
    r"|run|have)\w*"
    r"|unnecessary|un-?needed|superfluous|pointless|redundant|(?:can|could|may|should|must) go|(?:isn't"
    r"|aren't|is not|are not|not) (?:needed|necessary|required|wanted)|without|no more|never ?mind|no"
    r"|neither|none of|stop|enough|spare me|remove|delete|take out"
    r"|don't|do not|dont|rid of|do without|not interested in|forgo|axe)\b"
    r"|跳过|省(?:了|去|略|掉|得|$)|略过|不(?:用|要|必|需要?|做|想要|搞|弄|来|看"
    r"|(?=[改换转绕推拉虚模拼续描检测量查]))|别(?!的)|甭|取消|去掉|删掉?|免(?:了|$|去)|算了|撤[销掉]"
    r"|没必要|多余|没用|拿掉|停掉|砍掉|作罢|罢了|放弃",
    re.IGNORECASE,
)
_NO_SKIP: Final = re.compile(
    r"\b(?:not|don't use|do not use|dont use|never use) ?(?:on|from|with|the one)?\b(?= (?:the|my|this"
    r"|that) \w+ (?:one|picture|photo|image))|别用|不要用|不用.{0,3}的$",
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
_EVERY: Final = re.compile(
    r"\b(?:both|all|every|each|neither|any|either|checks|tests|measurements|none)\b|都|全部?|所有"
    r"|[两俩三][个次回遍]|两处",
    re.IGNORECASE,
)
_PIN: Final = re.compile(
    r"\b(?:lock\w*|pin(?:ned|s)?|freez\w+|frozen|fasten|cement|set in stone)\b"
    r"|\b(?:don't|do not|dont|never|no need to|not|shouldn't|must not|won't"
    r"|needn't)\b(?: \w+){0,5}? (?:re-?(?:do|draw|run|make|render|paint|generat|comput|calculat|find|locat"
    r"|roll|shoot|creat)\w*|recalculat\w*|run|comput\w*|calculat\w*|touch(?:ed)?)\b(?! (?:the |its "
    r"|my )?(?:\w+ )?(?:colou?r|background|saucer|spoon|table))"
    r"|\bkeep\b(?=.*\b(?:exactly|result|output|version|step|as (?:it|that|they) (?:is|are|was)|as is"
    r"|this one|the same forever)\b)|\bkeep (?:this|that|the) (?:drawing|picture|image|result|photo|one"
    r"|version)(?=$|[,.]| as\b| like\b)|\bleave\b(?=.*\b(?:exactly|as (?:it|that) is|as is|step)\b)"
    r"|\bno matter what\b|\bwhatever (?:else )?(?:i|you|we|changes|happens)\b"
    r"|\bstays? (?:exactly )?(?:as (?:it )?is|put|fixed|the way it is)\b"
    r"|锁|固定|定住|定下来|冻结|钉[住死]|敲定|封[住存]|存住|保住|别(?:再)?(?:去)?重?新?(?:跑|算|做|画|生成"
    r"|运行|计算|渲染|找(?!错))|(?:不要|不用|不必|不许|无需)(?:再)?重?新?(?:跑|算|画|生成|运行|计算|渲染)"
    r"|保持(?:现在|目前)?(?:这样|原样|结果)|就用(?:现在)?这[张个版]|结果(?:留着|保留|别动|不变|不动)"
    r"|怎么改都(?:别|不)",
    re.IGNORECASE,
)
_KEPT: Final = re.compile(r"keep|leave|stays?|保持|不变", re.IGNORECASE)
"""What is said of things as well as of steps."""
_THING: Final = re.compile(
    r"\b(?:background|colou?rs?|shad\w+|light\w*|size|shape|position|there|ball|cube|cone|cylinder|cup"
    r"|spoon|texture|pattern)\b|背景|颜色|光|阴影|明暗|大小|位置|球|方块|圆锥|圆柱|纹理",
    re.IGNORECASE,
)
_UNPIN: Final = re.compile(
    r"\b(?:un-?(?:lock|pin|freez\w*|fix)\w*|(?:re-?run|run again|release|let go))\b|解锁|解除|解开"
    r"|取消(?:锁定|固定)|放开|可以重新?(?:跑|算|做)|别锁|不(?:用|要)锁",
    re.IGNORECASE,
)
_SEED: Final = re.compile(
    r"\b(?:seeds?|re-?roll\w*|dice|random(?:ness| number)?|another (?:roll|throw|draw|variation|variant"
    r"|try|attempt|go|version|take)|different (?:variation|version|take|variant))\b|种子|随机|重新抽|再抽"
    r"|换一?[个版张](?:结果|版本|样子)|再(?:来|试|出|生成)一?(?:个|版|次|张|遍)(?:结果|看看|吧|试试)?$",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d{1,18}|(?<=种子)[一二三四五六七八九十百]+")
_UNDO: Final = re.compile(
    r"\b(?:undo|revert|roll(?:ing)? (?:it )?back|ctrl-?z|take (?:that|it) back)\b|\bback\b.*\b(?:version"
    r"|was|were|before|previous|earlier|a (?:minute|moment|second) ago|last (?:one|state|change))\b"
    r"|\b(?:previous|last|earlier) (?:version|state|one|result)\b.*\b(?:better|back|again|nicer|return"
    r"|restore|please)\b|\b(?:liked|preferred|prefer) (?:it )?(?:the )?(?:way it was"
    r"|(?:it )?(?:better )?before|previous|last version)\b"
    r"|撤[销回消]|回滚|倒回|(?:退|返|回|恢复|还原|变|改|换)(?:回|到|成)?(?:去|来)?.{0,4}(?:上一?[版个次步]"
    r"|刚才|之前|原样|前一?[版个次]|先前)|上一?版.{0,8}(?:好|回|行)"
    r"|(?:刚才|刚刚|上次)(?:那[次个下]|的)?(?:改动|修改|操作|编辑)?.{0,4}(?:不算|不要|撤|取消|作废|当没)"
    r"|退回去|改回去|变回去|恢复原样|还是上一?版|上一?版(?:吧|好了)|上个版本",
    re.IGNORECASE,
)
_ONLY: Final = re.compile(
    r"\b(?:only|just|nothing but|nothing except|all i (?:want|need))\b|[只光单]|就(?=.{1,6}(?:行|好|够))"
    r"|.{1,5}完就[行好够]|就[行好够]",
    re.IGNORECASE,
)
_PICTURE: Final = re.compile(r"\b(?:picture|image|photo|still|pic)s?\b|图|照片", re.IGNORECASE)
_ORDER: Final = re.compile(
    r"(?P<one>.+?)\b(?P<way>before|after|ahead of|prior to|following)\b (?P<two>.+)"
    r"|(?P<one_zh>.+?)(?:放到?|挪到?|排到?|移到?|要?在|调到)(?P<two_zh>.+?)(?:的)?之?(?P<way_zh>前"
    r"|后)[面边]?"
    r"|先(?P<one_zh2>.+?)[,，]?(?:再|然后|后|接着)(?P<two_zh2>.+)"
    r"|(?P<one_en2>.+?) first,? (?:and )?then (?P<two_en2>.+)",
    re.IGNORECASE,
)
_LATE: Final = re.compile(
    r"\b(?:at the (?:very )?end|the (?:very )?last(?: step| one)?|(?:be|come|go) last"
    r"|after everything(?: else)?)\b|(?:到|在)(?:最后|末尾)|最后再|等.{0,8}(?:完|好)了?再",
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
    for role in _roles(text):
        found += [step for step in _of_role(draft, role) if step not in found]
    rank = _RANK.search(text)
    kinds = {draft.chain.step(step).tool for step in found}
    if rank is not None and len(found) > 1 and len(kinds) == 1 and not _EVERY.search(text):
        word = (rank["en"] or rank["zh"] or ("last" if rank["last"] else "first")).lower()
        at = _RANKS[word]
        return found[at : at + 1 or None] if -len(found) <= at < len(found) else []
    return found


def _roles(text: str) -> list[str]:
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


def _parts_of(draft: Draft, steps: list[str]) -> list[Part]:
    return [part for part in draft.parts() if part.core in steps]


def skips(text: str, roles: Sequence[str]) -> bool:
    """Return whether words leave out a step of one of these kinds."""
    return _SKIP.search(text) is not None and any(role in roles for role in _roles(text))


# ---------------------------------------------------------------- readers


def put_undo(draft: Draft, text: str) -> bool:
    """Read that the last change be taken back."""
    if (
        not _UNDO.search(text)
        or _roles(_UNDO.sub(" ", text))
        or re.search(r"\d|original|\bfirst\b|原图|第一|最初|最早|撤[销回]的", text)
    ):
        return False
    draft.command = Undo()
    return True


def put_skip(draft: Draft, text: str) -> bool:
    """Leave out the steps that words say are not needed: "视频就算了", "neither check is needed"."""
    skip = _SKIP.search(text)
    where = find_steps(text, draft.chain, draft.tools)
    if where is not None and where.is_number and re.search(r"(?:不要|别|不用|不许)(?:再)?(?:动|碰|改)", text):
        return False
    if skip is None or _NO_SKIP.search(text) or said_colours(text) or re.search(r"\d ?(?:s|sec|秒|°|度|倍|x)\b", text):
        return False
    if re.search(r"\b(?:don't|do not|dont|not|no|never)\b|[别不]", skip[0], re.IGNORECASE) and re.search(
        r"\b(?:so|that|too|as) (?:much|fast|far|slow|long|close)\b|[那这]么|太", text
    ):
        return False
    own = _own_words(text, skip)
    steps = steps_meant(draft, own) or (
        _made(draft, own)
        if re.search(r"(?:first|second|last|edited|第.|最后|后面).{0,6}(?:picture|image|张|幅|图)", own)
        else []
    )
    if not steps:
        return False
    checks = [step for step in steps if draft.chain.step(step).tool in ("check", "analyse", "describe")]
    if checks and len(checks) == len(steps):
        tools = {draft.chain.step(step).tool for step in checks}
        one = None if _EVERY.search(text) or tools == {"analyse"} else draft.one(checks)
        describing = [part for part in draft.parts() if part.core in checks]
        if describing and len(draft.parts()) > 1:
            return drop_parts(draft, describing)
        leave_out(draft, [one] if one else checks)
        return True
    parts = _parts_of(draft, steps)
    core = draft.one(part.core for part in parts)
    if core is None:
        if where is None or not where.is_number:
            return False
        leave_out(draft, steps)
        return True
    return drop_named(draft, next(part for part in parts if part.core == core))


def _own_words(text: str, skip: re.Match[str]) -> str:
    """Return what is left out: the words after the verb up to a pause, else those before it."""
    after = re.split(r"[,;，。]|\b(?:but|just|only)\b", text[skip.end() :])[0]
    before = re.split(r"[,;，。]|\b(?:but|and)\b", text[: skip.start()])[-1]
    return f"{before} {after}"


def put_only(draft: Draft, text: str) -> bool:
    """Leave out all parts but those that are wanted only: "I just want the zoom", "画完就行"."""
    if any(word.kind in ("seconds", "degrees", "times", "fps") for word in scan(text, CAMERA)):
        return False
    if not _ONLY.search(text) or (said_colours(text) and not _PICTURE.search(text)) or _SKIP.search(text):
        return False
    parts = draft.parts()
    meant = steps_meant(draft, text)
    if not meant and _PICTURE.search(text):
        meant = [part.core for part in parts if part.tool in PICTURES]
    kept = [part for part in parts if part.core in meant]
    if not kept or len(kept) == len(parts):
        return bool(kept) and draft.did
    needed = {part.core for part in kept}
    is_edit = all(part.plan for part in kept)
    others = [p for p in parts if p.core not in needed and ((is_edit and p.plan) or not _feeds(draft, p.core, needed))]
    if _PICTURE.search(text) and is_edit and not names_step(text):
        others = [part for part in others if not part.plan]
    for part in others:
        drop_named(draft, next(now for now in draft.parts() if now.core == part.core))
    return bool(others)


def _feeds(draft: Draft, step: str, needed: set[str]) -> bool:
    parents: set[str] = set(needed)
    for one in reversed(draft.chain.steps):
        if one.id in parents:
            parents |= set(one.parents())
    return step in parents


def put_pin(draft: Draft, text: str) -> bool:
    """Keep steps from running again, or let them run again."""
    is_free = _UNPIN.search(text) is not None
    match = _UNPIN.search(text) or _PIN.search(text)
    if match is None:
        return False
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if _KEPT.match(match[0]):
        is_of_step = (
            bool(steps_meant(draft, rest))
            or _PRODUCT.search(rest)
            or re.search(r"\b(?:keep|leave) (?:it|this|that)\b(?! \w+ed)", text)
        )
        is_of_thing = said_colours(text) or things_said(text, "") or _THING.search(text)
        if draft.did or not is_of_step or is_of_thing:
            return draft.did and not is_of_thing
    where = find_steps(text, draft.chain, draft.tools)
    steps = list(where.steps) if where is not None and where.is_number else steps_meant(draft, rest)
    if not steps and draft.said & {"pin"}:
        return True
    steps = steps or steps_meant(draft, re.sub(r"\b(?:pin|lock|re-?\w+)\w*", " ", text))
    steps = steps or ([] if _PRODUCT.search(rest) else steps_meant(draft, _PIN.sub(" ", draft.message)))
    steps = steps or _made(draft, f"{rest} {draft.message}" if not _PRODUCT.search(rest) else rest)
    if not steps or len(steps) > 2:
        return False
    if is_free and not any(draft.chain.step(step).pinned for step in steps):
        raise draft.back("nothing", "is_so")
    draft.said.add("pin")
    for step in steps:
        apply_edit(draft, Pin(step=step, pinned=not is_free))
    return True


_PRODUCT: Final = re.compile(r"\b(?:picture|image|photo|still|drawing|result|pic)s?\b|图|画|照片|结果", re.IGNORECASE)


def _made(draft: Draft, text: str) -> list[str]:
    """Return the step that makes the picture that words mean: the first, the last, or the only one there is."""
    making = [step.id for step in draft.chain if step.tool in PICTURES]
    if _PRODUCT.search(text) is None and len(making) != 1 and not re.search(r"\b(?:it|this|that)\b|它|这", text):
        return []
    is_first = re.search(r"\bfirst\b|\boriginal\b|第一|头一|一开始", text, re.IGNORECASE) is not None
    return making[:1] if is_first else making[-1:]


def put_seed(draft: Draft, text: str) -> bool:
    """Give the steps that draw, or those that are named, another seed."""
    match = _SEED.search(text)
    if match is None:
        return "seed" in draft.said and re.search(r"\b(?:again|once more|redo)\b|再|重", text) is not None
    drawing = [step for step in draft.chain if (spec := draft.tools.get(step.tool)) and spec.takes("seed")]
    meant = steps_meant(draft, text) or steps_meant(draft, draft.message)
    meant = meant or (_made(draft, text) if _PRODUCT.search(text) else [])
    named = [step for step in drawing if step.id in meant]
    if not drawing:
        raise draft.back("nothing", "no_seed")
    told = (
        _NUMBER.search(re.sub(r"\bsteps? \d+|第.步|\bt\d+\.s\d+", " ", text))
        if re.search(r"seed|种子", text, re.IGNORECASE)
        else None
    )
    if "seed" in draft.said:
        return True
    draft.said.add("seed")
    for step in named or drawing:
        number = int(read_number(told[0]) or 0) if told else step.seed + 1
        apply_edit(draft, SetSeed(step=step.id, seed=number))
    if told is None:
        draft.notes.append(draft.say("another_seed"))
    return True


def put_engine(draft: Draft, text: str) -> bool:
    """Wish for an engine that is named, for the steps that are named or all that it can do."""
    known = [
        name for name in draft.request.bears if re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text, re.IGNORECASE)
    ]
    known = [
        name
        for name in known
        if name != "small" or re.search(r"\bengine|model\b|引擎|[用换]|step|步|\bwith small|use small", text)
    ]
    if len(known) != 1:
        return False
    if draft.did and re.search(r"\b(?:rest|stays?|keeps?|others?|remain\w*)\b|其他|其余|不变", text):
        return True
    able = [
        s.id
        for s in draft.chain
        if (spec := draft.tools.get(s.tool)) and set(spec.tasks) & draft.request.bears[known[0]]
    ]
    said = [step for step in steps_meant(draft, re.sub(known[0], " ", text, flags=re.IGNORECASE)) if step in able]
    if not able:
        return False
    for step in said or able:
        apply_edit(draft, SetEngine(step=step, engine=known[0]))
    return True


def put_order(draft: Draft, text: str) -> bool:
    """Move a step before or after another: "video before the check please", "检查放到视频后面"."""
    if _SKIP.search(text):
        return False
    if (
        _LATE.search(text)
        and not _SKIP.search(text)
        and re.search(r"\b(?:be|come|go|do|move|put|run|should|make|check)\b|[放排挪移做]|再", text)
    ):
        meant = [
            s for s in steps_meant(draft, _LATE.sub(" ", text)) if draft.chain.step(s).tool in ("check", "describe")
        ]
        if len(meant) == 1 and meant[0] != draft.chain.steps[-1].id:
            apply_edit(draft, Move(step=meant[0], after=draft.chain.steps[-1].id))
            return True
    match = _ORDER.search(text)
    if match is None:
        return False
    groups = match.groupdict()
    one = next((groups[key] for key in groups if key.startswith("one") and groups[key]), "")
    two = next((groups[key] for key in groups if key.startswith("two") and groups[key]), "")
    sides = [
        [
            s
            for s in steps_meant(draft, words)
            if draft.chain.step(s).tool in ("check", "describe", "edit_image", "generate_image", "compose", *CLIPS)
        ]
        for words in (one, two)
    ]
    if any(len(side) != 1 for side in sides) or sides[0] == sides[1]:
        return False
    way = (match["way"] or match["way_zh"] or "before").lower()
    first, second = sides[0][0], sides[1][0]
    order = [step.id for step in draft.chain]
    is_before = way in ("before", "ahead of", "prior to", "前")
    if (order.index(first) < order.index(second)) == is_before:
        draft.did = True
        return True
    apply_edit(draft, Move(step=first, before=second) if is_before else Move(step=first, after=second))
    return True
