"""A step as parts that are merged one by one: thought, tool, argument, given value, expectation, engine, seed, pin.

A part is JSON under a key (field, name). Where two chains use different tools, tool and arguments are one part: the
arguments of one tool mean nothing to another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.step import Ref, Step, as_ref, refs_in, step_number

__all__ = ["Key", "Parts", "is_same", "key_label", "merge_parts", "parts_of", "refs_of", "step_of_parts", "told_apart"]

Key: TypeAlias = tuple[str, str]
"""(field, name): ("seed", ""), ("args", "colour"). ("tool", "") holds the arguments too where tools differ."""

Parts: TypeAlias = dict[Key, Any]

_NAMED: Final = ("args", "given")
_BEARS_REFS: Final = ("args", "tool", "expect")


def is_same(one: Any, two: Any) -> bool:
    """Return whether two JSON values are the same; `1`, `1.0` and `true` are three."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def key_label(step: str, key: Key) -> str:
    """Return a part's address as people write it: `t1.s2.args.colour`."""
    return ".".join(filter(None, (step, *key)))


def parts_of(step: Step, *, with_args: bool = False) -> Parts:
    """Return a step's parts. `with_args` makes tool and arguments one."""
    told = step.model_dump(mode="json")
    parts: Parts = {}
    for field, value in told.items():
        if field == "args" and with_args:
            continue
        if field == "tool":
            parts["tool", ""] = {"tool": value, "args": told["args"]} if with_args else value
        elif field in _NAMED:
            parts |= {(field, name): item for name, item in value.items()}
        elif field != "id":
            parts[field, ""] = value
    return parts


def step_of_parts(step_id: str, parts: Mapping[Key, Any]) -> Step:
    """Return the step that these parts make."""
    told: dict[str, Any] = {"id": step_id, "args": {}, "given": {}}
    for (field, name), value in parts.items():
        if field in _NAMED:
            told[field][name] = value
        elif field == "tool" and isinstance(value, dict):
            told["tool"] = value["tool"]
            told["args"] |= value["args"]
        else:
            told[field] = value
    return Step.model_validate(told)


def merge_parts(base: Parts, ours: Parts, theirs: Parts) -> tuple[Parts, list[Key]]:
    """Return what both sides agree on or only one of them changed, and the keys that both changed differently."""
    merged: Parts = {}
    differing: list[Key] = []
    for key in dict.fromkeys([*ours, *theirs]):
        told = [{"value": side[key]} if key in side else {} for side in (base, ours, theirs)]
        was, mine, other = told
        if is_same(mine, other) or is_same(other, was):
            chosen = mine
        elif is_same(mine, was):
            chosen = other
        else:
            differing.append(key)
            continue
        if chosen:
            merged[key] = chosen["value"]
    return merged, sorted(differing)


def refs_of(step_id: str, key: Key, value: Any) -> list[Ref]:
    """Return what a part needs written before its step: an expectation may look at the step itself."""
    if key[0] not in _BEARS_REFS:
        return []
    return [ref for ref in refs_in(value) if key[0] != "expect" or ref.step != step_id]


def told_apart(base: Chain, ours: Chain, theirs: Chain, used: Iterable[str] = ()) -> tuple[Chain, dict[str, str]]:
    """Return `theirs` with a fresh id for each step that both wrote anew under one id with different content.

    References to it within `theirs` follow. The mapping tells which id became which.
    """
    both = [step.id for step in theirs if ours.has(step.id) and not base.has(step.id)]
    both.sort(key=step_number)
    known = {*used, *(step.id for chain in (base, ours, theirs) for step in chain)}
    renamed: dict[str, str] = {}
    while True:
        told = {step_id: _rewritten(theirs.step(step_id), renamed) for step_id in both if step_id not in renamed}
        differing = [step_id for step_id, step in told.items() if not _is_one(ours.step(step_id), step)]
        if not differing:
            break
        for step_id in differing:
            renamed[step_id] = next_step_id(ours, known)
            known.add(renamed[step_id])
    if not renamed:
        return theirs, {}
    answer = tuple(Ref(step=renamed.get(ref.step, ref.step), port=ref.port) for ref in theirs.answer)
    steps = tuple(_rewritten(step, renamed) for step in theirs)
    return Chain(turn=theirs.turn, steps=steps, answer=answer, question=theirs.question), renamed


def _is_one(one: Step, two: Step) -> bool:
    return is_same(one.model_dump(mode="json"), two.model_dump(mode="json"))


def _rewritten(step: Step, renamed: Mapping[str, str]) -> Step:
    told = step.model_dump(mode="json")
    told |= {field: _with_refs(told[field], renamed) for field in ("args", "expect")}
    return Step.model_validate({**told, "id": renamed.get(step.id, step.id)})


def _with_refs(value: Any, renamed: Mapping[str, str]) -> Any:
    if as_ref(value) is not None:
        return {**value, "step": renamed.get(value["step"], value["step"])}
    if isinstance(value, dict):
        return {name: _with_refs(item, renamed) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_refs(item, renamed) for item in value]
    return value
