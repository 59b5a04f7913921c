"""What the linter says: one finding, its words in two languages, and the edits that repair it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.edit import Edit, apply_all
from agentvid.errors import EditError
from agentvid.media.types import Value

__all__ = ["CODES", "Code", "Finding", "Fixed", "Severity", "apply_fixes", "fitting", "make"]

Severity: TypeAlias = Literal["error", "warning", "note"]
Code: TypeAlias = Literal[
    "check", "unreachable", "decorative", "unused_evidence", "duplicate", "overridden", "unread_given", "stale_pin",
    "resolution", "upscaled", "duration", "frame_rule", "frame_rate", "no_engine", "unproven", "draft", "budget",
    "untestable", "untested", "thought_colour",
]  # fmt: skip

CODES: Final[dict[Code, tuple[Severity, str, str]]] = {
    "check": ("error", "{told}", "不能运行：{told}"),
    "unreachable": (
        "warning",
        "nothing uses what {step} ({tool}) finds, and it is no part of the answer",
        "没有任何步骤用到 {step}（{tool}）的结果，答案里也没有它",
    ),
    "decorative": (
        "warning",
        "what {step} ({tool}) finds can't reach the answer or any expectation",
        "{step}（{tool}）的结果到不了答案，也到不了任何期望",
    ),
    "unused_evidence": (
        "note",
        "nobody reads {ports} of {step}: correcting it changes nothing but the record",
        "没有人用 {step} 的 {ports}：改它只会改记录",
    ),
    "duplicate": (
        "warning",
        "{step} makes the same call as {first} and will find the same",
        "{step} 与 {first} 是同一个调用，结果也会一样",
    ),
    "overridden": (
        "warning",
        "argument {name} of {step} is never read: the given {name} wins",
        "{step} 的参数 {name} 不会被用到：给定的 {name} 优先",
    ),
    "unread_given": (
        "warning",
        "the value given on {step}.{port} is read by nothing: neither the tool nor another step takes it",
        "给在 {step}.{port} 上的值没有被用到：工具不读它，别的步骤也不读",
    ),
    "stale_pin": (
        "warning",
        "{step} is pinned, and what it depends on has changed: it keeps its old result",
        "{step} 被固定了，而它依赖的内容已经变了：它仍用旧结果",
    ),
    "resolution": (
        "warning",
        "{step} asks for {asked}; engine {engine} makes at most {limit} pixels",
        "{step} 要 {asked}，而引擎 {engine} 最多 {limit} 像素",
    ),
    "upscaled": (
        "warning",
        "{step} scales up to {asked} pixels what was scaled down to {had} on the way: detail is lost for nothing",
        "{step} 把途中缩到 {had} 像素的画面又放大到 {asked}：白白丢了细节",
    ),
    "duration": (
        "warning",
        "{step} asks for {asked} s; engine {engine} makes at most {limit} s",
        "{step} 要 {asked} 秒，而引擎 {engine} 最多 {limit} 秒",
    ),
    "frame_rule": (
        "warning",
        "{step} asks for {asked} frames; engine {engine} makes {rule} of them, the nearest is {near}",
        "{step} 要 {asked} 帧，而引擎 {engine} 只做 {rule} 帧，最近的是 {near}",
    ),
    "frame_rate": (
        "warning",
        "{step} asks for {asked} fps; engine {engine} makes {rates}",
        "{step} 要每秒 {asked} 帧，而引擎 {engine} 只有 {rates}",
    ),
    "no_engine": ("error", "{step} can't run: {told}", "{step} 不能运行：{told}"),
    "unproven": (
        "note",
        "{step} goes to engine {engine}, which is unproven",
        "{step} 由引擎 {engine} 来做，而它还没有经过验证",
    ),
    "draft": (
        "note",
        "{step} goes to engine {engine}, for which {task} is a draft: the result is often not what was asked for",
        "{step} 由引擎 {engine} 来做，它的 {task} 只是草案：结果常常不是所要的",
    ),
    "budget": (
        "warning",
        "the chain costs about {cost} {currency}, more than {limit} {currency}; most of it: {most}",
        "整条链约需 {cost} {currency}，超过 {limit} {currency}；主要是：{most}",
    ),
    "untestable": (
        "warning",
        "what {step} is expected to give ({kind}) can't be tested: {told}",
        "{step} 的期望（{kind}）无法检验：{told}",
    ),
    "untested": (
        "note",
        "{step} is expected to give {told}; that is kept, not tested",
        "{step} 的期望“{told}”只会保留，不会检验",
    ),
    "thought_colour": (
        "warning",
        "the thought of {step} says {thought}, its call says {told}; the call counts, nothing reads the thought",
        "{step} 的思考说的是{thought}，而调用里是{told}；以调用为准，没有人读这个思考",
    ),
}
"""Severity and words of each finding. `error`: it can't run; `warning`: likely a mistake or waste; `note`: good to
know."""


class Finding(Value):
    """One thing to know about a chain. `step` is "" where it is the chain as a whole.

    `fix` are edits that make the finding go away; none where there is no repair that is surely right.
    """

    code: Code
    step: str
    severity: Severity
    en: str
    zh: str
    fix: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Fixed:
    """A chain with fixes made: which findings were repaired, and which were left (no fix, or it fits no more)."""

    chain: Chain
    edits: tuple[Edit, ...]
    fixed: tuple[Finding, ...]
    left: tuple[Finding, ...]


def make(code: Code, step: str, fix: Iterable[Edit] = (), **words: object) -> Finding:
    """Return a finding with its words filled in."""
    severity, en, zh = CODES[code]
    told = {name: str(word) for name, word in {"step": step, **words}.items()}
    return Finding(code=code, step=step, severity=severity, en=en.format(**told), zh=zh.format(**told), fix=tuple(fix))


def fitting(chain: Chain, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits where all of them fit the chain, one after the other; none otherwise."""
    wanted = tuple(edits)
    try:
        apply_all(chain, wanted)
    except EditError:
        return ()
    return wanted


def apply_fixes(chain: Chain, findings: Iterable[Finding]) -> Fixed:
    """Make the fixes of findings one after the other.

    One that no longer fits after those before it, or that would set a field which one of them has set to something
    else, is left: lint again and go on, until no edit is made.
    """
    edits: list[Edit] = []
    fixed: list[Finding] = []
    left: list[Finding] = []
    for finding in findings:
        wanted = () if _clashes(edits, finding.fix) else fitting(chain, finding.fix)
        if wanted:
            chain = apply_all(chain, wanted)
            edits += wanted
        (fixed if wanted else left).append(finding)
    return Fixed(chain, tuple(edits), tuple(fixed), tuple(left))


def _clashes(made: Iterable[Edit], wanted: Iterable[Edit]) -> bool:
    before = {_field(edit): edit for edit in made}
    return any(before.get(_field(edit), edit) != edit for edit in wanted)


def _field(edit: Edit) -> tuple[object, ...]:
    return edit.edit, *(getattr(edit, name, None) for name in ("step", "name", "port"))
