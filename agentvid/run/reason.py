"""Why a result is stale, in words: what changed in the chain, and through which port it came."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.diff import FieldChange, diff
from agentvid.chain.run import StepRun
from agentvid.chain.step import Ref, as_ref, refs_in
from agentvid.media.types import Value
from agentvid.run.prepare import Prepared
from agentvid.run.resolve import UNKNOWN
from agentvid.tool import ToolSpec

__all__ = ["Causes", "Changes", "Reason", "StaleResult", "reason_of"]

_LONGEST: Final = 60
_IN_KEY: Final = frozenset({"tool", "args", "given", "engine", "seed", "thought"})


class Reason(Value):
    """A reason in both languages."""

    en: str
    zh: str


class StaleResult(Value):
    """A step whose recorded result is stale, or becomes so. It stays usable, and is never run again unasked.

    `certain` is False where it rests on a result that may turn out as it was.
    """

    step: str
    certain: bool
    reason: Reason


@dataclass(frozen=True)
class Changes:
    """What differs between the chain that gave the results and the chain as it is now, as far as keys hold it."""

    before: Chain
    after: Chain
    tools: Mapping[str, ToolSpec]

    def of(self, step_id: str) -> list[FieldChange]:
        """Return the changes of one step."""
        return self._of.get(step_id, [])

    def behind(self, step_id: str) -> list[FieldChange]:
        """Return the changes of a step, or, where it has none, of the nearest ones before it."""
        return self._behind.get(step_id, [])

    @cached_property
    def _of(self) -> dict[str, list[FieldChange]]:
        found: dict[str, list[FieldChange]] = {}
        for change in diff(self.before, self.after).changed:
            if change.step is not None and self._counts(change, change.step):
                found.setdefault(change.step, []).append(change)
        return found

    @cached_property
    def _behind(self) -> dict[str, list[FieldChange]]:
        found: dict[str, list[FieldChange]] = {}
        for step in self.after.order():
            changes = self.of(step.id)
            for parent in step.parents() if not changes else ():
                changes = [*changes, *(change for change in found.get(parent, ()) if change not in changes)]
            found[step.id] = changes
        return found

    def _counts(self, change: FieldChange, step_id: str) -> bool:
        if change.field not in _IN_KEY:
            return False
        spec = self.tools.get(self.after.step(step_id).tool)
        return change.field not in ("seed", "thought") or spec is None or spec.takes(change.field)


Causes: TypeAlias = Callable[[Ref], list[FieldChange]]
"""Returns what changed in the chain so that the value of a port did."""


def reason_of(record: StepRun, prepared: Prepared, own: list[FieldChange], causes: Causes) -> Reason:
    """Return why the recorded result of a step is not that of its present key.

    `own` are changes of the step itself; where it has none, a value that it refers to changed, or what makes it did.
    """
    if own:
        return _joined([_change_words(change) for change in own])
    parts = prepared.parts
    assert parts is not None
    moved = [name for name in parts.inputs if _as_list(parts.inputs[name]) != record.inputs.get(name)]
    refs = [ref for name in moved for ref in refs_in(prepared.step.args.get(name))]
    if refs and record.frame:
        unknown = {name for name in moved if _has_unknown(prepared.inputs.get(name))}
        sure = [ref for name in moved if name not in unknown for ref in refs_in(prepared.step.args.get(name))]
        ref = (sure or refs)[0]
        return _ref_words(ref, causes(ref), surely=bool(sure))
    labels = {task: route.label for task, route in prepared.routes.items()}
    changed = [(was, labels[task]) for task, was in record.engines.items() if labels.get(task, was) != was]
    if changed:
        was, now = changed[0]
        return Reason(en=f"{record.step} engine from {was} to {now}", zh=f"{record.step} 的引擎从 {was} 变为 {now}")
    if record.frame and record.frame != parts.frame:
        tool = prepared.spec.name
        return Reason(
            en=f"tool {tool}, or what its engine computes with, changed", zh=f"工具 {tool} 或其引擎所用的内容变了"
        )
    return Reason(en="what it is made from changed", zh="它所依据的内容变了")


def _ref_words(ref: Ref, changes: list[FieldChange], *, surely: bool) -> Reason:
    en = f"{ref} {'changed' if surely else 'may change'}"
    zh = f"{ref} {'变了' if surely else '可能会变'}"
    if not changes:
        return Reason(en=en, zh=zh)
    why = _joined([_change_words(change) for change in changes])
    return Reason(en=f"{en}: {why.en}", zh=f"{zh}：{why.zh}")


def _joined(reasons: list[Reason]) -> Reason:
    return Reason(en="; ".join(reason.en for reason in reasons), zh="；".join(reason.zh for reason in reasons))


def _change_words(change: FieldChange) -> Reason:
    where, was, now = f"{change.step} {change.label}", _short(change.before), _short(change.after)
    if change.how == "added":
        return Reason(en=f"{where} set to {now}", zh=f"{where} 设为 {now}")
    if change.how == "removed":
        return Reason(en=f"{where} taken away (it was {was})", zh=f"{where} 被去掉（原为 {was}）")
    return Reason(en=f"{where} from {was} to {now}", zh=f"{where} 从 {was} 变为 {now}")


def _short(value: Any) -> str:
    ref = as_ref(value)
    if ref is not None:
        return str(ref)
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _as_list(digest: Any) -> Any:
    return list(digest) if isinstance(digest, tuple) else digest


def _has_unknown(value: Any) -> bool:
    return value is UNKNOWN or (isinstance(value, list) and any(item is UNKNOWN for item in value))
