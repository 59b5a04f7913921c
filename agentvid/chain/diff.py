"""Compare two chains step by step, and write the edits that lead from one to the other.

Steps are matched by id. Values are compared as JSON, so `1`, `1.0` and `true` are three different values.

Does not cover: what the two chains made (that is the media diff of a report), what re-runs (`chain.stale`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.edit import (
    ClearGiven,
    Edit,
    Insert,
    Move,
    Pin,
    Remove,
    SetAnswer,
    SetArg,
    SetEngine,
    SetExpect,
    SetGiven,
    SetSeed,
    SetThought,
    SetTool,
    apply,
    apply_all,
    needed_refs,
)
from agentvid.chain.step import Ref, Step, StepId, refs_in, step_number
from agentvid.errors import EditError
from agentvid.media.types import Value

__all__ = ["ChainDiff", "Field", "FieldChange", "Moved", "diff", "edits_between"]

Field: TypeAlias = Literal[
    "thought", "tool", "args", "given", "expect", "engine", "seed", "pinned", "answer", "question", "turn"
]

_STEP_FIELDS: Final[tuple[Field, ...]] = ("thought", "tool", "args", "given", "expect", "engine", "seed", "pinned")
_CHAIN_FIELDS: Final[tuple[Field, ...]] = ("turn", "question", "answer")


class FieldChange(Value):
    """One field that differs. `before` and `after` are JSON.

    `step` is None where the chain itself changed (answer, question, turn). `name` is the argument or port within
    `args` or `given`, else "". `how` tells a value that is new or gone from one that is null.
    """

    step: StepId | None
    field: Field
    name: str = ""
    how: Literal["added", "removed", "changed"] = "changed"
    before: Any = None
    after: Any = None

    @property
    def label(self) -> str:
        """The field as people write it: `args.colour`, `given.box`, `seed`."""
        return f"{self.field}.{self.name}" if self.name else self.field


class Moved(Value):
    """A step that is written elsewhere: directly after `after` now, or first where that is None."""

    step: StepId
    after: StepId | None


class ChainDiff(Value):
    """What differs: steps only in the later chain, only in the earlier one, moved among the others, and fields."""

    added: tuple[Step, ...] = ()
    removed: tuple[Step, ...] = ()
    moved: tuple[Moved, ...] = ()
    changed: tuple[FieldChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the chains are the same."""
        return not (self.added or self.removed or self.moved or self.changed)


def diff(before: Chain, after: Chain) -> ChainDiff:
    """Return what differs between two chains, in the order of `after` (removed steps in the order of `before`)."""
    was = {step.id: step for step in before}
    changed = [change for step in after if step.id in was for change in _changes(was[step.id], step)]
    ids = [step.id for step in after]
    moved = {move.step for move in _moves(before, after)}
    follows = dict(zip(ids, [None, *ids], strict=False))
    return ChainDiff(
        added=tuple(step for step in after if not before.has(step.id)),
        removed=tuple(step for step in before if not after.has(step.id)),
        moved=tuple(Moved(step=step_id, after=follows[step_id]) for step_id in ids if step_id in moved),
        changed=(*changed, *_chain_changes(before, after)),
    )


def edits_between(before: Chain, after: Chain) -> list[Edit]:
    """Return edits so that `apply_all(before, edits) == after`; none where the chains are the same.

    Every chain on the way keeps the rules of `apply`. A reference that would stand in the way of a removal or a move,
    and whose new value does not exist yet, is taken away first and set last.

    Raises: EditError where `turn` or `question` differ (no edit changes those), or `after` breaks the rules of `apply`.
    """
    for name, was, now in (("turn", before.turn, after.turn), ("question", before.question, after.question)):
        if was != now:
            raise EditError(
                f"the chains differ in {name}: {was!r} and {now!r}",
                "two revisions of the chain of one turn",
                f"compare them with diff: no edit changes {name}",
            )
    order = _Order(_positions(before), _positions(after), before.turn)
    early: list[Edit] = []
    late: list[Edit] = []
    for step in before:
        if after.has(step.id):
            first, last = _step_edits(order, step, after.step(step.id))
            early += first
            late += last
    removes = [Remove(step=step.id) for step in reversed(before.steps) if not after.has(step.id)]
    edits = [*early, *removes, *_moves(before, after), *_inserts(before, after), *late]
    reached = apply_all(before, edits)
    if reached.answer != after.answer:
        edits.append(SetAnswer(answer=after.answer))
        apply(reached, edits[-1])
    return edits


@dataclass(frozen=True)
class _Order:
    """Where each step is written before and after, to tell when a reference can be set."""

    before: dict[str, int]
    after: dict[str, int]
    turn: int

    def is_ready(self, step: str, refs: Iterable[Ref]) -> bool:
        """Whether all `refs` of `step` can be set while the chain is still as it was before."""
        return all(
            self.before[ref.step] < self.before[step] if ref.step in self.before else self._is_earlier_turn(ref)
            for ref in refs
        )

    def is_in_the_way(self, step: str, refs: Iterable[Ref]) -> bool:
        """Whether any of the old `refs` of `step` forbids a removal or a move that is to come."""
        return any(
            self.after[ref.step] > self.after[step] if ref.step in self.after else ref.step in self.before
            for ref in refs
        )

    def _is_earlier_turn(self, ref: Ref) -> bool:
        return step_number(ref.step)[0] < self.turn


def _step_edits(order: _Order, old: Step, new: Step) -> tuple[list[Edit], list[Edit]]:
    """Return the edits of one step's fields that come first, and those that must wait for other steps."""
    early: list[Edit] = []
    late: list[Edit] = []
    changes = _changes(old, new)
    for change in changes:
        match change.field:
            case "thought":
                early.append(SetThought(step=new.id, thought=new.thought))
            case "engine":
                early.append(SetEngine(step=new.id, engine=new.engine))
            case "seed":
                early.append(SetSeed(step=new.id, seed=new.seed))
            case "pinned":
                early.append(Pin(step=new.id, pinned=new.pinned))
            case "given" if change.how == "removed":
                early.append(ClearGiven(step=new.id, port=change.name))
            case "given":
                early.append(SetGiven(step=new.id, port=change.name, value=change.after))
            case "expect":
                _plan_expect(order, old, new, early, late)
            case "tool":
                _plan_tool(order, old, new, early, late)
            case "args" if old.tool == new.tool:
                _plan_arg(order, change, early, late)
            case _:
                pass  # arguments that come with the new tool
    return early, late


def _plan_expect(order: _Order, old: Step, new: Step, early: list[Edit], late: list[Edit]) -> None:
    edit = SetExpect(step=new.id, expect=new.expect)
    if order.is_ready(new.id, _expected_refs(new)):
        early.append(edit)
        return
    if order.is_in_the_way(old.id, _expected_refs(old)):
        early.append(SetExpect(step=new.id, expect=()))
    late.append(edit)


def _plan_tool(order: _Order, old: Step, new: Step, early: list[Edit], late: list[Edit]) -> None:
    edit = SetTool(step=new.id, tool=new.tool, args=new.args)
    if order.is_ready(new.id, new.refs()):
        early.append(edit)
    elif not order.is_in_the_way(old.id, old.refs()):
        late.append(edit)
    else:
        ready = {name: value for name, value in new.args.items() if order.is_ready(new.id, refs_in(value))}
        early.append(SetTool(step=new.id, tool=new.tool, args=ready))
        rest = [(name, value) for name, value in new.args.items() if name not in ready]
        late.extend(SetArg(step=new.id, name=name, value=value) for name, value in rest)


def _plan_arg(order: _Order, change: FieldChange, early: list[Edit], late: list[Edit]) -> None:
    assert change.step is not None
    if change.how == "removed":
        early.append(SetArg(step=change.step, name=change.name, remove=True))
        return
    edit = SetArg(step=change.step, name=change.name, value=change.after)
    if order.is_ready(change.step, refs_in(change.after)):
        early.append(edit)
        return
    if order.is_in_the_way(change.step, refs_in(change.before)):
        early.append(SetArg(step=change.step, name=change.name, remove=True))
    late.append(edit)


def _moves(before: Chain, after: Chain) -> list[Move]:
    """Return moves that put the steps both chains have into the order of `after`.

    Either all moves go towards the start, first step first, or all towards the end, last step first: so no step is
    ever written before one that it needs in both chains. The shorter way is taken; one moved step is one move.
    """
    old = [step.id for step in before if after.has(step.id)]
    new = [step.id for step in after if before.has(step.id)]
    to_start: list[Move] = []
    row = list(old)
    for index, step in enumerate(new):
        if row[index] != step:
            row.remove(step)
            row.insert(index, step)
            to_start.append(Move(step=step, before=row[index + 1]))
    to_end: list[Move] = []
    row = list(old)
    for index, step in reversed(list(enumerate(new))):
        if row[index] != step:
            row.remove(step)
            row.insert(index, step)
            to_end.append(Move(step=step, after=row[index - 1]))
    return min(to_start, to_end, key=len)


def _inserts(before: Chain, after: Chain) -> list[Insert]:
    first = next((step.id for step in after if before.has(step.id)), None)
    inserts = []
    for index, step in enumerate(after.steps):
        if before.has(step.id):
            continue
        place = {"after": after.steps[index - 1].id} if index else {"before": first}
        inserts.append(Insert(step=step, **place))
    return inserts


def _changes(old: Step, new: Step) -> list[FieldChange]:
    if old is new:
        return []
    was, now = old.model_dump(mode="json"), new.model_dump(mode="json")
    changes: list[FieldChange] = []
    for field in _STEP_FIELDS:
        compare = _entries if field in ("args", "given") else _change
        changes += compare(new.id, field, was[field], now[field])
    return changes


def _chain_changes(before: Chain, after: Chain) -> list[FieldChange]:
    was, now = before.to_json(), after.to_json()
    return [found for field in _CHAIN_FIELDS for found in _change(None, field, was[field], now[field])]


def _change(step: str | None, field: Field, was: Any, now: Any) -> list[FieldChange]:
    return [] if _is_same(was, now) else [FieldChange(step=step, field=field, before=was, after=now)]


def _entries(step: str, field: Field, was: dict[str, Any], now: dict[str, Any]) -> list[FieldChange]:
    changes = []
    for name in dict.fromkeys([*was, *now]):
        if name not in now:
            changes.append(FieldChange(step=step, field=field, name=name, how="removed", before=was[name]))
        elif name not in was:
            changes.append(FieldChange(step=step, field=field, name=name, how="added", after=now[name]))
        elif not _is_same(was[name], now[name]):
            changes.append(FieldChange(step=step, field=field, name=name, before=was[name], after=now[name]))
    return changes


def _is_same(was: Any, now: Any) -> bool:
    return json.dumps(was, sort_keys=True) == json.dumps(now, sort_keys=True)


def _expected_refs(step: Step) -> list[Ref]:
    return needed_refs(step)[len(step.refs()) :]


def _positions(chain: Chain) -> dict[str, int]:
    return {step.id: index for index, step in enumerate(chain.steps)}
