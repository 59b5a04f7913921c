"""Rules about what flows where: dead ends, evidence nobody reads, the same call twice, values that are never read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agentvid.chain.edit import ClearGiven, Edit, Pin, Remove, SetAnswer, SetArg, SetExpect
from agentvid.chain.step import Predicate, Ref, Step, as_ref, refs_in
from agentvid.media.types import EVIDENCE_TYPES
from agentvid.planner.lint.context import Context
from agentvid.planner.lint.finding import Finding, fitting, make

__all__ = ["flow_rules"]


def flow_rules(context: Context) -> Iterator[Finding]:
    """Yield what is to be said about the flow of values."""
    alive = _alive(context)
    yield from _dead(context, alive)
    yield from _unused(context, alive)
    yield from _duplicates(context)
    yield from _overridden(context)
    yield from _stale_pins(context)


def _alive(context: Context) -> set[str]:
    """Return the steps whose outputs reach something that is wanted."""
    alive = {ref.step for ref in context.wanted()}
    for step in reversed(context.chain.order()):
        if step.id in alive:
            alive |= {ref.step for ref in context.readers(step)}
    return alive


def _dead(context: Context, alive: set[str]) -> Iterator[Finding]:
    chain = context.chain
    dead = [step for step in chain if step.id not in alive]
    for step in dead:
        users = [other for other in chain if step.id in other.parents()]
        fix = fitting(chain, _removal(context, step, [other for other in dead if other.id != step.id]))
        yield make("decorative" if users else "unreachable", step.id, fix, tool=step.tool)


def _removal(context: Context, step: Step, dead: list[Step]) -> list[Edit]:
    """Return the edits that take a dead step out: with the dead steps above it, and the arguments that no one reads."""
    gone = {step.id}
    for other in dead:
        if gone & set(other.parents()):
            gone.add(other.id)
    edits: list[Edit] = [
        SetArg(step=other.id, name=name, remove=True)
        for other in context.chain
        if other.id not in gone
        for name, value in other.args.items()
        if gone & {ref.step for ref in refs_in(value)}
    ]
    return edits + [Remove(step=other.id) for other in reversed(context.chain.steps) if other.id in gone]


def _unused(context: Context, alive: set[str]) -> Iterator[Finding]:
    read = context.wanted() | {ref for step in context.chain for ref in context.readers(step)}
    for step in context.chain:
        spec = context.spec(step)
        if spec is None or step.id not in alive:
            continue
        unread = [port for port in spec.ports if Ref(step=step.id, port=port.name) not in read]
        unread = [port for port in unread if port.name not in spec.constraints()]
        for port in unread:
            if port.name in step.given and not context.is_given(step):
                yield make("unread_given", step.id, [ClearGiven(step=step.id, port=port.name)], port=port.name)
        names = [p.name for p in unread if p.type in EVIDENCE_TYPES and not p.optional and p.name not in step.given]
        if names:
            yield make("unused_evidence", step.id, ports=", ".join(names))


def _overridden(context: Context) -> Iterator[Finding]:
    for step in context.chain:
        for name in step.args.keys() & step.given.keys():
            yield make("overridden", step.id, [SetArg(step=step.id, name=name, remove=True)], name=name)


def _stale_pins(context: Context) -> Iterator[Finding]:
    for step in context.chain:
        record = context.run.steps.get(step.id) if context.run else None
        if not step.pinned or record is None or not record.key or not record.outputs:
            continue
        now = context.key(step)
        if now and now != record.key:
            yield make("stale_pin", step.id, [Pin(step=step.id, pinned=False)])


# ---------------------------------------------------------------- the same call twice


def _duplicates(context: Context) -> Iterator[Finding]:
    first_of: dict[str, str] = {}
    same_as: dict[str, str] = {}
    for step in context.chain.order():
        spec = context.spec(step)
        if spec is None or step.pinned:
            continue
        seed = step.seed if spec.takes("seed") else 0
        call = [step.tool, _renamed(step.args, same_as), step.given, step.engine, seed, context.thought(step)]
        first = first_of.setdefault(json.dumps(call, sort_keys=True), step.id)
        if first != step.id:
            same_as[step.id] = first
            yield make("duplicate", step.id, fitting(context.chain, _merged(context, step, first)), first=first)


def _merged(context: Context, step: Step, first: str) -> list[Edit]:
    """Return the edits that let all who use a step use `first`, hand its expectations over, and take it out."""
    same = {step.id: first}
    edits: list[Edit] = []
    if step.expect:
        before = context.chain.step(first)
        moved = tuple(_moved(predicate, same) for predicate in step.expect)
        new = tuple(predicate for predicate in moved if predicate not in before.expect)
        edits.append(SetExpect(step=first, expect=(*before.expect, *new)))
    for other in context.chain:
        for name, value in other.args.items():
            if any(ref.step == step.id for ref in refs_in(value)):
                edits.append(SetArg(step=other.id, name=name, value=_renamed(value, same)))
        expect = tuple(_moved(predicate, same) for predicate in other.expect)
        if other.id != step.id and expect != other.expect:
            edits.append(SetExpect(step=other.id, expect=expect))
    answer = dict.fromkeys(Ref(step=same.get(ref.step, ref.step), port=ref.port) for ref in context.chain.answer)
    if tuple(answer) != context.chain.answer:
        edits.append(SetAnswer(answer=tuple(answer)))
    return [*edits, Remove(step=step.id)]


def _moved(predicate: Predicate, same: dict[str, str]) -> Predicate:
    return type(predicate).model_validate(_renamed(predicate.model_dump(mode="json"), same))


def _renamed(value: Any, same: dict[str, str]) -> Any:
    """Return a JSON value whose references to duplicates lead to the first of them."""
    ref = as_ref(value)
    if ref is not None:
        return {"step": same.get(ref.step, ref.step), "port": ref.port}
    if isinstance(value, dict):
        return {name: _renamed(item, same) for name, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, same) for item in value]
    return value
