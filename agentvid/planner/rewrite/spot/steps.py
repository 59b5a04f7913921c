"""Loose words about whole steps: leave one out, only this one, lock it, another order, an engine, a seed."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.chain import dependents_of
from agentvid.chain.edit import ClearGiven, Move, Pin, SetEngine
from agentvid.media.colours import named_colour
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.leave_out import leave_out
from agentvid.planner.rewrite.read_run import apply_edit, read_seed
from agentvid.planner.rewrite.read_target import drop_parts
from agentvid.planner.rewrite.recover import recover, rewritten_as
from agentvid.planner.rewrite.rewriting import Undo
from agentvid.planner.rewrite.roles import is_every, parts_said, roles_said, steps_said
from agentvid.planner.rewrite.where import find_steps

__all__ = [
    "spot_engine",
    "spot_given_back",
    "spot_left_out",
    "spot_one_check",
    "spot_only",
    "spot_order",
    "spot_pin",
    "spot_seed",
    "spot_undo",
]

_UNDO: Final = re.compile(
    r"\bundo\b|\b(?:like|as|the way) (?:it was )?before\b|\b(?:put|change|turn|take) (?:it|that"
    r"|everything) back\b|\bback (?:to|how) (?:how )?it was\b"
    r"|刚才(?:那个|那次|的|做的)*(?:改动|修改|编辑|操作).{0,4}(?:不要|撤|取消|算了)|(?:恢复|变|改)成原来"
    r"|\b(?:go|step|take me) back (?:a|one) (?:step|version)\b|\bprevious version\b|退回|回退|上一版|上个版本"
    r"|撤销|撤回|(?:改|变|换|恢复|还原)回(?:刚才|之前|原来|去)|(?:和|跟|像)(?:刚才|之前)一样|还是刚才那样"
    r"|恢复(?:原样|原状)",
    re.IGNORECASE,
)
_SEED: Final = re.compile(r"\bseeds?\b|\bre-?roll\b|\bdice\b|种子|随机数|重新抽|再抽", re.IGNORECASE)
_SKIP: Final = re.compile(
    r"\b(?:can|could|may) go\b|\b(?:isn't|is not|not) (?:needed|necessary)\b|\bunnecessary\b|多余|没必要"
    r"|\b(?:skip|drop|omit|leave out|lose|ditch|scrap|kill|cut|forget(?: about)?|cancel|remove|get rid of|don't"
    r"|do not|dont|no need|not need|without"
    r"|no more|no)\b|跳过|省(?:了|去|略|掉|$)|不(?:用|要|必|需要|做|想要"
    r"|(?=[改换转绕推拉虚模拼续描检]))|别|取消|去掉|删掉|免(?:了|$)|算了|撤[销掉]|\bundo\b",
    re.IGNORECASE,
)
_PAUSE: Final = re.compile(r"[,，;]|\b(?:just|only|but)\b|[只就光]", re.IGNORECASE)
"""Where what is left out ends."""
_FORGET: Final = re.compile(r"skip|drop|forget|cancel|scrap|跳过|取消|算了|省|免", re.IGNORECASE)
"""What leaves out a change that is named by its colour alone."""
_ONLY: Final = re.compile(
    r"\b(?:just|only|nothing but)\b(?! (?:a bit|a little|slightly))|(?:光|只|就)(?:要|想要|需要|做|留|看|给我?"
    r"|有|保留|用|虚化|模糊|推|拉|转|绕|摇|动|换|改|续|描|检)|就(?:行|够|好|可以)了?$",
    re.IGNORECASE,
)
_WHICH_CHECK: Final = re.compile(
    r"(?P<second>\bsecond\b|第二)|\b(?P<first>first)\b|\b(?:last|final|end|finished|once)\b|(?P<zh>第一)|最后|最终|末尾|结果|一次",
    re.IGNORECASE,
)
_PIN: Final = re.compile(
    r"\b(?:lock|pin|freeze|fix)\b(?! (?:it|that) up)|\b(?:don't|do not|dont|no need to|never|won't be"
    r"|not be) (?:re-?do|re-?run|run|re-?comput|comput|recalculat"
    r"|(?:touch|change)(?!\w* (?:the |its |my )?(?:\w+ )?(?:colou?r|background)))\w*"
    r"|锁(?:上|住|定|死)|固定(?:住|下来)?|(?:别|不要|不用|不必)(?:再|重新)*(?:跑|算|做|找|变|运行|计算)",
    re.IGNORECASE,
)
_UNPIN: Final = re.compile(
    r"\bun-?(?:lock|pin|freeze)\b|(?:不用|不要|不必|别|取消|解除|解开)(?:再)?(?:锁|固定)(?:着|住|定)?|解锁"
    r"|可以重新(?:找|算|做|跑)",
    re.IGNORECASE,
)
_GIVEN: Final = re.compile(
    r"\b(?:the |my |that )?(?P<port>mask|box|point|plan|path|keyframe)\b.{0,24}\b(?:i|we) (?:gave|drew|set"
    r"|marked|clicked|made)"
    r"|\b(?P<port2>mask|box|point|path|keyframe) from (?:before|earlier|last time)\b"
    r"|(?:我|刚才|之前)(?:给|画|点|标|框|圈)(?:的|过的|好的)?(?:那个?)?(?P<zh>框|遮罩|蒙版|点|位置|路径|计划)",
    re.IGNORECASE,
)
_BACK: Final = re.compile(
    r"\b(?:forget|drop|ignore|don't use|do not use|wrong|remove|discard|yourself|on your own|itself|by itself)\b"
    r"|不(?:用|要|对|准|算)|错|收回|作废|自己(?:找|定位|来|判断|算)|重新(?:找|定位)",
    re.IGNORECASE,
)
_PORTS_ZH: Final = {
    "框": "box", "遮罩": "mask", "蒙版": "mask", "点": "point", "位置": "point", "路径": "path", "计划": "plan",
}  # fmt: skip
_LAST: Final = re.compile(
    r"\buntil (?:everything|all|the rest|the others?)\b.*|\buntil the (?:very )?end\b|等.{0,10}(?:做完|完成|结束"
    r"|弄完)了?(?:再|之后|以后)?"
    r"|\b(?:at the (?:very )?end|come(?:s)? last|go last|be last|last$|last of all|after everything(?: else)?)\b|(?:放"
    r"|排|挪|移)?(?:到|在)?(?:最后|末尾)(?:面)?(?:再?做|再来|吧|来)?$|最后再",
    re.IGNORECASE,
)
_FIRST_THEN: Final = re.compile(
    r"(?:do |make |run |put )?(?:the )?(?P<one>[^,;.]+?) first\b[,;]?(?: and)?(?: then| after(?: that)?"
    r"| the)*(?P<two>[^.]+)"
    r"|(?P<two3>.+?) (?:only )?after (?:you (?:do |did |have done )?)?(?:the )?(?P<one3>.+)"
    r"|(?P<one4>.+?) before (?:you (?:do )?)?(?:the )?(?P<two4>.+)"
    r"|\bfirst (?P<one2>[^,;.]+?)[,;]?(?: and)? then (?P<two2>.+)|先(?:把|做|弄"
    r"|来)?(?P<one_zh>[^,，;]+)[,，;]?(?:再|然后|之后)(?P<two_zh>.+)",
    re.IGNORECASE,
)
_CALLED: Final = {
    "classical": r"\btraditional\b|\bold[- ]school\b|传统(?:的)?(?:算法|方法|方式)?|经典(?:的)?(?:算法|方法)?",
    "small": r"\b(?:little|tiny) model\b|小模型|自带的?模型",
    "simulator": r"\bsimulat(?:ion|or)\b|模拟器|仿真",
    "unified": r"\bbig model\b|大模型",
}
_BARE: Final = {
    "small": r"\bsmall(?= (?:engine|model)\b)|\b(?:use|using|with|by|via|try|on|engine) small\b(?! [a-z])"
    r"|(?<![a-z])small(?= ?(?:引擎|模型|来|跑|做))|(?<=[用换给])small(?![a-z])",
}
"""Names of engines that are everyday words, where they are names."""
_SWAP: Final = re.compile(r"\b(?:swap|switch|exchange|flip)\b|对调|互换|调换|换个?顺序|调个", re.IGNORECASE)


def spot_undo(draft: Draft, clause: str) -> bool:
    """Read "want it like before", "改回刚才那样"."""
    if not _UNDO.search(clause) or roles_said(re.sub(_UNDO, " ", clause)):
        return False
    draft.command = Undo()
    return True


def spot_seed(draft: Draft, clause: str) -> bool:
    """Read a seed, for the step that is named beside it."""
    where = find_steps(clause, draft.chain, draft.tools)
    numbered = where if where is not None and where.is_number else None
    return bool(_SEED.search(clause)) and read_seed(draft, clause, numbered)


def spot_engine(draft: Draft, clause: str) -> bool:
    """Read "use classical for filling the gap", "classical engine for both edits"."""
    known = {
        name: rf"{_BARE.get(name, rf'(?<![a-z]){re.escape(name)}(?![a-z])')}|{_CALLED.get(name, '(?!)')}"
        for name in draft.request.bears
    }
    named = [name for name, words in known.items() if re.search(words, clause, re.IGNORECASE)]
    if len(named) != 1:
        return False
    name = named[0]
    rest = re.sub(known[name], " ", clause, flags=re.IGNORECASE)
    able = [
        step.id
        for step in draft.chain
        if (spec := draft.tools.get(step.tool)) and set(spec.tasks) & draft.request.bears[name]
    ]
    said = [step for step in steps_said(draft, rest) if step in able]
    where = find_steps(rest, draft.chain, draft.tools)
    if where is not None and where.is_number and not said:
        return False
    if not said and re.search(r"\bedits?\b|修改|编辑|改图", rest, re.IGNORECASE):
        said = [step for step in able if draft.chain.step(step).tool == "edit_image"]
    if not able:
        return False
    for step in said or able:
        apply_edit(draft, SetEngine(step=step, engine=name))
    return True


def spot_pin(draft: Draft, clause: str) -> bool:
    """Read "lock the first step", "第二步锁上", "you found the cup just fine, don't redo that part"."""
    is_free = _UNPIN.search(clause) is not None
    if not is_free and not _PIN.search(clause):
        return False
    steps = next(
        (s for words in (clause, draft.message) if (s := steps_said(draft, _UNPIN.sub(" ", _PIN.sub(" ", words))))), []
    )
    located = [step for step in steps if draft.chain.step(step).tool == "locate"]
    steps = located or steps
    if not steps or (len(steps) > 2 and not draft.chosen):
        return False
    if is_free and not any(draft.chain.step(step).pinned for step in steps):
        raise draft.back("nothing", "is_so")
    for step in steps:
        apply_edit(draft, Pin(step=step, pinned=not is_free))
    return True


def spot_given_back(draft: Draft, clause: str) -> bool:
    """Read "forget the mask I gave you, look for the cup yourself"."""
    match = _GIVEN.search(clause)
    if match is None or not _BACK.search(clause):
        return False
    port = _PORTS_ZH[match["zh"]] if match["zh"] else (match["port"] or match["port2"]).lower()
    given = [step.id for step in draft.chain if port in step.given]
    if not given:
        raise draft.back("nothing", "no_given")
    for step in given:
        apply_edit(draft, ClearGiven(step=step, port=port))
    return True


def spot_left_out(draft: Draft, clause: str) -> bool:
    """Read "skip the side by side", "第五步省了吧", "别模糊背景了"."""
    skip = _SKIP.search(clause)
    if skip is None:
        return False
    rest = f"{_PAUSE.split(clause[: skip.start()])[-1]} {_PAUSE.split(clause[skip.end() :])[0]}"
    parts = parts_said(draft, rest)
    steps = steps_said(draft, rest)
    checks = [step for step in steps if draft.chain.step(step).tool in ("check", "analyse")]
    if checks and (len(checks) == len(steps) or not parts):
        step = None if is_every(clause) or "checks" in clause else draft.one(checks)
        leave_out(draft, [step] if step else checks)
        return True
    if not parts and _FORGET.search(skip[0]) and len(colours := said_colours(rest)) == 1:
        said = named_colour(colours[0].words)
        parts = [part for part in draft.parts() if part.colour and named_colour(part.colour) == said]
    core = draft.one(part.core for part in parts)
    if core is None:  # said once more of what is left out already
        return draft.did and bool(parts_said(draft.anew(), rest) or steps_said(draft.anew(), rest))
    return drop_parts(draft, [part for part in parts if part.core == core])


def spot_only(draft: Draft, clause: str) -> bool:
    """Read "I just want the zoom", "光要视频", "静态图就行": all but that, and what it stands on, is left out."""
    if not _ONLY.search(clause):
        return False
    kept = parts_said(draft, clause)
    parts = draft.parts()
    if not kept or len(kept) == len(parts):
        return bool(kept) and draft.did
    needed = {part.core for part in kept}
    others = [part for part in parts if part.core not in needed and not _is_under(draft, part, needed)]
    if not others:
        return draft.did
    for part in others:
        drop_parts(draft, [next(now for now in draft.parts() if now.core == part.core)])
    return True


def spot_one_check(draft: Draft, clause: str) -> bool:
    """Read "only check the end result", "只留第一个检查": the other checks are left out."""
    checks = [step.id for step in draft.chain if step.tool == "check"]
    only = _ONLY.search(clause)
    if len(checks) < 2 or only is None or "check" not in roles_said(clause):
        return False
    rank = _WHICH_CHECK.search(clause, only.start()) or _WHICH_CHECK.search(clause)
    if rank is None:
        return False
    if rank["second"]:
        leave_out(draft, [check for check in checks if check != checks[1]])
        return True
    leave_out(draft, checks[1:] if rank["first"] or rank["zh"] else checks[:-1])
    return True


def _is_under(draft: Draft, part: Part, needed: set[str]) -> bool:
    return bool(dependents_of(draft.chain, {part.core}) & needed)


def spot_order(draft: Draft, clause: str) -> bool:
    """Read "swap the last two steps", "let the measuring come last", "do the blur first and the colour after"."""
    if _SWAP.search(clause):
        steps = steps_said(draft, clause)
        if len(steps) == 2 and re.search(r"\bsteps?\b|步|顺序", clause, re.IGNORECASE):
            apply_edit(draft, Move(step=steps[0], after=steps[1]))
            return True
        return False
    if _turned_round(draft, clause):
        return True
    if _LAST.search(clause):
        steps = [
            s for s in steps_said(draft, _LAST.sub(" ", clause)) if draft.chain.step(s).tool in ("check", "describe")
        ]
        step = draft.one(steps)
        if step is None:
            return False
        last = draft.chain.steps[-1].id
        if step != last:
            apply_edit(draft, Move(step=step, after=last))
        draft.did = True
        return True
    return False


def _turned_round(draft: Draft, clause: str) -> bool:
    """Write two parts in the order in which they are named: "do the blur first and the colour after that"."""
    match = _FIRST_THEN.search(clause)
    if match is None:
        return False
    groups = match.groupdict()
    keys = ("", "2", "3", "4", "_zh")
    said = [next((g for key in keys if (g := groups.get(f"{name}{key}"))), "") for name in ("one", "two")]
    checks = [[step for step in steps_said(draft, words) if draft.chain.step(step).tool == "check"] for words in said]
    if any(checks):
        return _check_moved(draft, said, checks)
    first, second = (parts_said(draft, words) for words in said)
    order = [part.core for part in draft.parts()]
    if len(first) != 1 or len(second) != 1 or first == second:
        return False
    wanted = [first[0].core, second[0].core]
    at = sorted(order.index(core) for core in wanted)
    recovered = recover(draft.chain, draft.request)
    if [order[index] for index in at] == wanted or recovered is None or len(recovered.parts) != len(order):
        return False
    places = [next(i for i, part in enumerate(recovered.parts) if order[index] in part) for index in at]
    earlier, later = (recovered.parts[place] for place in places)
    if not any(ref.step in earlier for step in later for ref in draft.chain.step(step).refs()):
        for step in later:
            apply_edit(draft, Move(step=step, before=earlier[0]))
        return True
    requests = list(recovered.requests)
    requests[places[0]], requests[places[1]] = requests[places[1]], requests[places[0]]
    chain = rewritten_as(tuple(requests), recovered, draft.chain, draft.request)
    if isinstance(chain, str):
        raise draft.refusal(chain)
    draft.chain, draft.did = chain, True
    return True


def _check_moved(draft: Draft, said: list[str], checks: list[list[str]]) -> bool:
    """Move a check before or after what is named beside it."""
    index = 0 if checks[0] else 1
    core = draft.one(part.core for part in parts_said(draft, said[1 - index]))
    step = draft.one(checks[index]) if core else None
    if step is None or core is None:
        return False
    apply_edit(draft, Move(step=step, before=core) if index == 0 else Move(step=step, after=core))
    return True
