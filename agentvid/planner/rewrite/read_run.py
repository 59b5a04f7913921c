"""Words about how steps run: undo, seeds, engines, pins, order, parameters by name."""

from __future__ import annotations

import difflib
import re
from typing import Final

from agentvid.chain.edit import AcceptStale, ClearGiven, Move, Pin, SetEngine, SetSeed, apply
from agentvid.chain.step import Step
from agentvid.errors import EditError
from agentvid.planner.grammar.lexicon import read_number
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.rewriting import Checkout, Command, Redo, Undo
from agentvid.planner.rewrite.roles import roles_said, steps_said
from agentvid.planner.rewrite.where import Where, find_steps, steps_named

__all__ = [
    "apply_edit",
    "command_in",
    "read_command",
    "read_engine",
    "read_order",
    "read_parameter",
    "read_pin",
    "read_seed",
]

_WHAT_EN: Final = (
    r"(?: (?:that|it|this|(?:the |my |that )?(?:last |latest |previous )?(?:change|edit|step|one|thing)))?"
)
_WHAT_ZH: Final = r"(?:上一?次|刚才|刚刚|最后一?次|这次|上一步)?的?(?:修改|改动|编辑|操作|那个|那步)?"
_UNDO: Final = re.compile(
    rf"(?:undo|revert|take back){_WHAT_EN}|take (?:that|it) back|(?:never ?mind|forget) that(?: change)?"
    rf"|(?:撤销|撤回|撤消|取消|还原|回退){_WHAT_ZH}|(?:把)?{_WHAT_ZH}(?:撤销|撤回|撤消)(?:掉)?|退回上一步|回到上一步"
    r"|退回?到?上一?个?版本?|(?:返回|退到)上一步|(?:回退|后退|退回)一步"
    r"|(?:(?:make|put|set|leave|change) (?:it|that|everything|things)(?: back)?(?: to)? )?(?:back to )?"
    r"(?:(?:the way|how|what|like|as) (?:it|that|everything|things) (?:was|were|looked)(?: before)?|like before)"
    r"|(?:(?:go|change|switch|return|take (?:me|it)) )?(?:back )?to the (?:previous|last) (?:version|revision|state)"
    r"|(?:还是)?(?:回到|恢复成?到?|变回|改回|跟|和|像)(?:之前|刚才|上一步)(?:的样子|的版本|那样|一样|的状态|那版)?"
    r"|(?:变|改|换|退)回(?:去|来)",
    re.IGNORECASE,
)
_REDO: Final = re.compile(
    rf"redo{_WHAT_EN}|undo (?:the |that |my )?undo|取消撤[销回消]"
    rf"|(?:bring|put) (?:it|that) back|重做{_WHAT_ZH}|恢复(?:刚才)?(?:撤销|撤回)的?(?:修改|改动)?"
    r"|(?:把)?刚才?(?:撤销|撤回)的(?:修改|改动)?(?:还是|再|都)?(?:恢复|找回来|要回来)",
    re.IGNORECASE,
)
_FIRST: Final = r"first|original|initial"
_CHECKOUT: Final = re.compile(
    rf"(?:(?:go|get|take (?:me|it)|jump|switch|return|revert|change)(?: back)?|back) to (?:the |my )?"
    rf"(?:(?P<first>{_FIRST})(?: (?:version|revision|one|chain))?|(?:version|revision) (?P<n>\w+))"
    r"(?: of (?:the |this |that )?(?:chain|plan))?|undo (?:everything|all(?: of it| (?:the |my )?(?:changes|edits))?)"
    rf"|(?:restore|use|show(?: me)?) (?:the )?(?:(?P<first2>{_FIRST}) (?:version|revision|chain)|(?:version"
    rf"|revision) (?P<n2>\w+))(?: again)?"
    r"|(?:全部|都)撤[销回消]|撤[销回消](?:全部|所有)的?(?:修改|改动|编辑)?"
    r"|(?:回到|恢复到?|退回到?|返回到?|切换到|还原到|用回)(?:(?:推理)?链的?)?(?:(?P<first3>最初|最开始|一开始"
    r"|原始|原来|最早)的?(?:那个)?"
    r"(?:版本?|样子|状态)?|第?(?P<n3>\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?:版本?|次?修订))"
    r"(?:的(?:推理)?链)?(?:去)?",
    re.IGNORECASE,
)


def read_command(draft: Draft, message: str) -> bool:
    """Read a message as a move in the history of the chain."""
    draft.command = command_in(message)
    return draft.command is not None


def command_in(message: str) -> Command | None:
    """Return what a message says of the history, None where it says nothing of it: "undo that", "重做", "back to the
    first version"."""
    if _UNDO.fullmatch(message):
        return Undo()
    if _REDO.fullmatch(message):
        return Redo()
    match = _CHECKOUT.fullmatch(message)
    if match is None:
        return None
    named = match["n"] or match["n2"] or match["n3"]
    number = 1 if not named else int(read_number(named) or 0)
    return Checkout(revision=number) if number >= 1 else None


# ---------------------------------------------------------------- seeds

_SEED: Final = re.compile(
    r"\bseed\b(?: (?:to|of|is|as))? ?[=:]? ?#?(?P<n>\d{1,18})\b|(?P<n2>\d{1,18}) (?:as|for) (?:the |a )?seed\b"
    r"|种子(?:值|数)?(?:改成|改为|设为|设成|换成|变成|用|是|为|[=:])?#?(?P<n3>\d{1,18})"
    r"|用?(?P<n4>\d{1,18})(?:号|作为|做|当)(?:随机)?种子",
    re.IGNORECASE,
)
_OTHER_SEED: Final = re.compile(
    r"\b(?:another|different|new|other|fresh|random|next) (?:random )?seed\b|\bchange (?:the )?seed\b|\breroll\b"
    r"|(?:换|改|用|来)(?:一?[个颗粒枚]|另一?个|个别的|别的|其他的?|新的?|不同的?|随机的?)*(?:随机)?种子"
    r"|(?:另一?个|别的|新的?|不同的?)种子|种子(?:随便|再|也)*换(?:一?个)?"
    r"|(?:换|改|用)(?:一?[个颗组]|另一?个|别的|新的?|其他的?)*随机数|\b(?:another|new|different) (?:roll|throw"
    r"|draw)(?: of the dice)?\b"
    r"|\broll (?:it |the dice )?again\b",
    re.IGNORECASE,
)
_AGAIN: Final = re.compile(
    r"(?:(?:please )?(?:do|try|run|make|draw|generate) (?:it|that|this|them)? ?(?:once more|(?:over )?again|anew)"
    r"|(?:once more|again)|(?:give me |show me )?(?:another|a different|a new) (?:try|version|attempt|take|variant"
    r"|one))"
    r"|(?:再|重新|重)(?:来|试|做|画|生成|跑)(?:一)?(?:次|遍|个|张|版)?|(?:来|试|做|画|生成|跑)一(?:次|遍|张|版)"
    r"|换一?(?:个|张|版)(?:版本|结果)?",
    re.IGNORECASE,
)


def read_seed(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "try seed 7", "换个种子再来一次", "do it again"."""
    text = where.rest if where else clause
    said = _SEED.search(text)
    if not said and not _OTHER_SEED.search(text) and not _AGAIN.fullmatch(text):
        return False
    if re.search(r"[,;].+", text) and re.search(r"\b(?:lock|pin|freeze|keep)\b|锁|固定|保留", text, re.IGNORECASE):
        return False  # something else is said beside it
    is_again = not said and not _OTHER_SEED.search(text)
    if where is None and not is_again:
        named = steps_said(draft, _SEED.sub(" ", _OTHER_SEED.sub(" ", text)))
        named = [step for step in named if _draws(draft, draft.chain.step(step))]
        where = Where(tuple(named), text) if named else None
    if is_again and where is not None and any(step.pinned for step in _meant(draft, where)):
        return False  # "let it run again": a pin is let go
    drawing = [step for step in _meant(draft, where) if _draws(draft, step)]
    if not drawing:
        raise draft.back("nothing", "no_seed")
    if not said and "seed" in draft.said:
        return True
    draft.said.add("seed")
    number = int(said["n"] or said["n2"] or said["n3"] or said["n4"]) if said else None
    for step in drawing:
        seed = number if number is not None else step.seed + 1
        if seed >= 2**63:
            return False
        apply_edit(draft, SetSeed(step=step.id, seed=seed))
    if number is None:
        draft.notes.append(draft.say("another_seed"))
    return True


def _draws(draft: Draft, step: Step) -> bool:
    spec = draft.tools.get(step.tool)
    return spec is not None and spec.takes("seed")


def _meant(draft: Draft, where: Where | None) -> list[Step]:
    """Return the steps that are named, all where none is."""
    if where is None:
        return list(draft.chain.steps)
    if not where.steps:
        raise draft.back("refused", "no_step", known=draft.named(step.id for step in draft.chain))
    return [draft.chain.step(step) for step in where.steps]


def apply_edit(draft: Draft, edit: SetSeed | SetEngine | Pin | Move | ClearGiven) -> None:
    try:
        draft.chain = apply(draft.chain, edit)
    except EditError as error:
        raise draft.back("refused", "not_valid", given=error.given, do=error.do) from error
    draft.did = True


# ---------------------------------------------------------------- engines

_ENGINE: Final = re.compile(
    r"(?:use|try|with|take|on|switch to|run(?: it)? (?:on|with)|change (?:the )?engine to) (?:the )?"
    r"(?:engine (?P<a>[\w.-]+)|(?P<b>[\w.-]+) engine)|^engine[ :=]+(?P<c>[\w.-]+)$"
    r"|(?:用|换成?|改用|使用|换到|切换到) ?(?:引擎 ?(?P<d>[\w.-]+)|(?P<e>[A-Za-z][\w.-]*) ?(?:这个)?引擎)"
    r"|引擎(?:换成?|改成|改为|用|设为)? ?(?P<f>[A-Za-z][\w.-]*)",
    re.IGNORECASE | re.ASCII,
)
_ROUTED: Final = re.compile(
    r"(?:use |let )?(?:(?:the )?default engine|(?:any|whatever) engine|routing choose(?: the engine)?"
    r"|it choose the engine)|引擎(?:自动选择?|随便|默认)|(?:用)?(?:默认|自动选择?)的?引擎",
    re.IGNORECASE,
)


def read_engine(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "use engine simulator for step 3", "用 small 引擎"."""
    text = where.rest if where else clause
    if _ROUTED.fullmatch(text):
        for step in _meant(draft, where):
            apply_edit(draft, SetEngine(step=step.id, engine=None))
        return True
    match = _ENGINE.search(text)
    if where is None and match and roles_said(_ENGINE.sub(" ", text)):
        return False
    known = sorted(draft.request.bears)
    name = next((group for group in match.groups() if group), "") if match else ""
    if not name:
        bare = re.fullmatch(r"(?:use|try|with|用|换成?|改用) ?(?:the )?([\w.-]+)(?: instead)?", text, re.IGNORECASE)
        name = bare[1] if bare and bare[1].lower() in known else ""
    if not name:
        return False
    if name.lower() not in known:
        near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5) or known
        raise draft.back("refused", "no_engine", name=name, known=draft.named(near))
    bears = draft.request.bears[name.lower()]
    able = [step for step in _meant(draft, where) if bears & set(_tasks(draft, step))]
    if not able:
        tasks = {task for step in _meant(draft, where) for task in _tasks(draft, step)}
        others = [other for other in known if draft.request.bears[other] & tasks]
        raise draft.back("refused", "not_able", name=name, known=draft.named(others) or draft.say("nothing"))
    for step in able:
        apply_edit(draft, SetEngine(step=step.id, engine=name.lower()))
    return True


def _tasks(draft: Draft, step: Step) -> tuple[str, ...]:
    spec = draft.tools.get(step.tool)
    return spec.tasks if spec else ()


# ---------------------------------------------------------------- pins, stale results, given values

_PIN: Final = re.compile(
    r"(?:keep|leave|pin|freeze|lock|hold|don't (?:touch|change|re-?run)|do not (?:touch|change|re-?run))"
    r"(?: (?:as (?:it is|is)|unchanged|the same|alone|fixed|like (?:that|this)|in place|down|again))?"
    r"|(?:请)?(?:固定|锁定|保持|保留)(?:住)?(?:不变|原样)?|(?:就)?(?:保持|保留)?(?:不变|不动|不要动|别动|不要改"
    r"|别改|原样"
    r"|固定|锁定|不要重新?跑|不要重新运行)(?:住)?",
    re.IGNORECASE,
)
_UNPIN: Final = re.compile(
    r"(?:un-?pin|un-?freeze|unlock|release)|let (?:it )?(?:run|go|change)(?: again| on)?|(?:re-?run|run)(?: again)?"
    r"|(?:解除|取消)(?:固定|锁定)|(?:可以)?重新?(?:跑|运行|来|执行)(?:一?[次遍下])?|不(?:用|再|要)(?:固定|锁定)",
    re.IGNORECASE,
)
_STALE: Final = re.compile(
    r"(?:the )?(?:old|stale|previous)?(?: ?result)?(?: of)? ?(?:is (?:fine|good|ok(?:ay)?)(?: as it is)?"
    r"|accept(?:ed)?)"
    r"|accept(?: the)? (?:old|stale) result(?: of)?|(?:的)?(?:旧|原来的)结果(?:就行|可以|没问题|照用|也行)"
    r"|接受旧结果",
    re.IGNORECASE,
)
_TAKE_BACK: Final = re.compile(
    r"(?:take back|drop|forget|clear|remove|don't use|do not use) (?:the |my )?(?:given |drawn )?(?P<port>[a-z_]+)"
    r"(?: (?:of|i (?:drew|gave)|from).*)?|find (?:the )?(?P<port2>[a-z_]+) (?:again|anew|yourself)"
    r"|(?:收回|撤回|不用|不要|别用|清除)(?:我)?(?:画|给|给定)?的?(?P<zh>框|遮罩|计划|路径|点|[a-z_]+)"
    r"|(?P<zh2>框|遮罩|计划|路径|点)(?:还是)?(?:重新|自己|自动)(?:找|定位|算|生成)",
    re.IGNORECASE,
)
_PORTS_ZH: Final = {"框": "box", "遮罩": "mask", "计划": "plan", "路径": "path", "点": "point"}


def read_pin(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "keep step 1 as it is", "第一步别动", "let step 1 run again", "take back the box of step 1"."""
    text = where.rest if where else clause
    if _read_take_back(draft, text, where):
        return True
    if where is None:
        where = _pinned_by_name(draft, text)
        text = where.rest if where else text
    if where is None or not where.rest:
        return False
    for pattern, pinned in ((_PIN, True), (_UNPIN, False)):
        if pattern.fullmatch(text):
            for step in _meant(draft, where):
                apply_edit(draft, Pin(step=step.id, pinned=pinned))
            return True
    if _STALE.fullmatch(text):
        draft.stale += [AcceptStale(step=step.id) for step in _meant(draft, where)]
        draft.did = True
        return True
    return False


_PIN_NAME: Final = re.compile(
    r"(?P<verb>pin|freeze|lock|un-?pin|un-?freeze|unlock) (?:the )?(?P<name>[a-z ]+)"
    r"|(?P<name_zh>[\u3400-\u9fff]{1,4})(?:的结果|结果)(?P<verb_zh>.+)|(?P<verb_zh2>固定"
    r"|锁定)(?P<name_zh2>[\u3400-\u9fff]{1,4})",
    re.IGNORECASE,
)


def _pinned_by_name(draft: Draft, text: str) -> Where | None:
    match = _PIN_NAME.fullmatch(text)
    if match is None:
        return None
    name = match["name"] or match["name_zh"] or match["name_zh2"]
    step = draft.one(steps_named(name, draft.chain, draft.tools))
    return Where((step,), match["verb"] or match["verb_zh"] or match["verb_zh2"]) if step else None


def _read_take_back(draft: Draft, text: str, where: Where | None) -> bool:
    match = _TAKE_BACK.fullmatch(text)
    if match is None:
        return False
    word = next(group for group in match.groups() if group).lower()
    port = _PORTS_ZH.get(word, word)
    ports = {item.name for step in draft.chain if step.tool in draft.tools for item in draft.tools[step.tool].ports}
    if port not in ports:
        return False
    given = [step for step in _meant(draft, where) if port in step.given]
    if not given:
        raise draft.back("nothing", "no_given")
    for step in given:
        apply_edit(draft, ClearGiven(step=step.id, port=port))
    return True


# ---------------------------------------------------------------- order

_MOVE: Final = re.compile(
    r"(?:put|move|do|run|place)? ?(?P<what>.+?) (?P<way>before|after|in front of|behind) (?P<to>.+)"
    r"|(?:把|将)?(?P<what2>.+?)(?:放|移|挪|排|提|调)?(?:到|在)(?P<to2>.+?)(?:的)?(?P<way2>之?前|之?后)(?:面"
    r"|边)?(?:做|执行)?",
    re.IGNORECASE,
)


def read_order(draft: Draft, clause: str) -> bool:
    """Read "put step 3 before step 2", "把第三步放到第二步前面"."""
    match = _MOVE.fullmatch(clause)
    if match is None:
        return False
    sides = [_step(draft, match[name] or match[f"{name}2"]) for name in ("what", "to")]
    if None in sides:
        return False
    way = (match["way"] or match["way2"]).lower()
    place = "before" if way.endswith("前") or way in ("before", "in front of") else "after"
    apply_edit(draft, Move.model_validate({"step": sides[0], place: sides[1]}))
    return True


def _step(draft: Draft, words: str) -> str | None:
    where = find_steps(words, draft.chain, draft.tools)
    if where is not None:
        if not where.steps:
            raise draft.back("refused", "no_step", known=draft.named(step.id for step in draft.chain))
        return draft.one(where.steps)
    return draft.one(steps_named(words, draft.chain, draft.tools))


# ---------------------------------------------------------------- parameters by name


def read_parameter(draft: Draft, clause: str, where: Where | None) -> bool:
    """Read "fps 12", "set the layout to above": a number or word for a parameter that a step's tool has."""
    text = where.rest if where else clause
    match = re.fullmatch(
        r"(?:set |change |use |put )?(?:the )?(?P<name>[a-z_]+) ?(?:to|=|:|is|of|改成|设为|设成)? ?"
        r"(?P<value>[a-z]+|-?\d+(?:\.\d+)?)",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return False
    name, value = match["name"].lower(), match["value"]
    number = read_number(value) if re.fullmatch(r"[-\d.]+", value) else None
    kind = "Number" if number is not None else "Text"
    taking = [
        step.id
        for step in _meant(draft, where)
        if (spec := draft.tools.get(step.tool)) and (p := spec.parameter(name)) and p.type == kind and not p.many
    ]
    step_id = draft.one(taking)
    if step_id is None:
        return False
    draft.settle(lambda: draft.put_args(step_id, **{name: value if number is None else number}))
    return True
