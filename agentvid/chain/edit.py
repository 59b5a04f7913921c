"""Make edits of a chain, and take them back. The kinds of edit are named here too, so this is the one door to edits.

`apply` gives a new chain and never changes the one it is given.
Whatever an edit does, every step stays written after the steps it refers to, in `args` and in `expect`
(an expectation may also look at its own step). Steps of earlier turns may be referred to freely.

Does not cover: whether arguments and given values fit the tool (that is `planner.check`), what re-runs (`chain.stale`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from agentvid.chain.chain import Chain, dependents_of, next_step_id
from agentvid.chain.edit_kinds import (
    AcceptStale,
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
    load_edit,
)
from agentvid.chain.step import Ref, Step, refs_in, step_number
from agentvid.errors import EditError

__all__ = [
    "AcceptStale",
    "ClearGiven",
    "Edit",
    "Insert",
    "Move",
    "Pin",
    "Remove",
    "SetAnswer",
    "SetArg",
    "SetEngine",
    "SetExpect",
    "SetGiven",
    "SetSeed",
    "SetThought",
    "SetTool",
    "apply",
    "apply_all",
    "inverse",
    "load_edit",
    "needed_refs",
    "step_of",
]


def step_of(edit: Edit) -> str | None:
    """Return the id of the step an edit is about; None for `set_answer`."""
    if isinstance(edit, SetAnswer):
        return None
    return edit.step.id if isinstance(edit, Insert) else edit.step


def needed_refs(step: Step) -> list[Ref]:
    """Return what a step must be written after: the references in its arguments and, but for its own, in `expect`."""
    expected = refs_in([predicate.model_dump(mode="json") for predicate in step.expect])
    return step.refs() + [ref for ref in expected if ref.step != step.id]


def apply(chain: Chain, edit: Edit) -> Chain:
    """Return the chain with one edit made.

    Raises: EditError where the edit names what is not there, removes a step that others refer to, writes an id twice,
    refers to itself, or would write a step before one it needs.
    """
    edited = _edited(chain, edit)
    known = _broken_refs(chain)
    broken = [fault for fault in _broken_refs(edited) if fault not in known]
    if broken:
        raise _refusal(chain, edit, broken)
    return edited


def apply_all(chain: Chain, edits: Iterable[Edit]) -> Chain:
    """Return the chain with all edits made, one after the other; the chain stays as it was where one does not fit.

    Raises: EditError as `apply` does.
    """
    for edit in edits:
        chain = apply(chain, edit)
    return chain


def inverse(chain: Chain, edit: Edit) -> list[Edit]:
    """Return the edits that take `edit` back: `apply_all(apply(chain, edit), inverse(chain, edit)) == chain`.

    An empty list where the edit leaves the chain as it is.
    Raises: EditError as `apply` does.
    """
    edited = apply(chain, edit)
    if isinstance(edit, AcceptStale):
        return []
    if isinstance(edit, SetAnswer):
        return [SetAnswer(answer=chain.answer)]
    if isinstance(edit, Insert):
        return [Remove(step=edit.step.id)]
    index = _index(chain, edit.step)
    if isinstance(edit, Move):
        place = {"after": chain.steps[index - 1].id} if index else {"before": chain.steps[1].id}
        return [Move(step=edit.step, **place)]
    if isinstance(edit, Remove):
        following = chain.steps[index + 1].id if index + 1 < len(chain) else None
        undone: list[Edit] = [Insert(step=chain.steps[index], before=following)]
        return undone if edited.answer == chain.answer else [*undone, SetAnswer(answer=chain.answer)]
    return [_restored(chain.steps[index], edit)]


_FieldEdit: TypeAlias = SetThought | SetArg | SetGiven | ClearGiven | SetExpect | SetTool | SetEngine | SetSeed | Pin


def _restored(step: Step, edit: _FieldEdit) -> Edit:
    match edit:
        case SetThought():
            return SetThought(step=step.id, thought=step.thought)
        case SetArg() if edit.name in step.args:
            return SetArg(step=step.id, name=edit.name, value=step.args[edit.name])
        case SetArg():
            return SetArg(step=step.id, name=edit.name, remove=True)
        case SetGiven() | ClearGiven() if edit.port in step.given:
            return SetGiven(step=step.id, port=edit.port, value=step.given[edit.port])
        case SetGiven() | ClearGiven():
            return ClearGiven(step=step.id, port=edit.port)
        case SetExpect():
            return SetExpect(step=step.id, expect=step.expect)
        case SetTool():
            return SetTool(step=step.id, tool=step.tool, args=step.args)
        case SetEngine():
            return SetEngine(step=step.id, engine=step.engine)
        case SetSeed():
            return SetSeed(step=step.id, seed=step.seed)
        case Pin():
            return Pin(step=step.id, pinned=step.pinned)


def _edited(chain: Chain, edit: Edit) -> Chain:
    steps = list(chain.steps)
    match edit:
        case SetAnswer():
            return _rebuilt(chain, steps, edit.answer)
        case Insert():
            if chain.has(edit.step.id):
                free = next_step_id(chain)
                raise EditError(f"step id {edit.step.id} is in the chain already", "an id of its own", f"use {free}")
            steps.insert(_place(chain, edit.before, edit.after), edit.step)
            return _rebuilt(chain, steps)
        case Move():
            moved = steps.pop(_index(chain, edit.step))
            if edit.step in (edit.before, edit.after):
                raise EditError(f"{edit.step} can't be moved next to itself", "another step", "name another step")
            steps.insert(_place(_rebuilt(chain, steps), edit.before, edit.after), moved)
            return _rebuilt(chain, steps)
        case Remove():
            del steps[_index(chain, edit.step)]
            return _rebuilt(chain, steps, tuple(ref for ref in chain.answer if ref.step != edit.step))
        case _:
            index = _index(chain, edit.step)
            changes = {} if isinstance(edit, AcceptStale) else _changes(steps[index], edit)
            steps[index] = Step.model_validate({**dict(steps[index]), **changes})
            return _rebuilt(chain, steps)


def _changes(step: Step, edit: _FieldEdit) -> dict[str, Any]:
    match edit:
        case SetArg(remove=True):
            return {"args": _without(step, "args", edit.name)}
        case SetArg():
            return {"args": {**step.args, edit.name: edit.value}}
        case SetGiven():
            return {"given": {**step.given, edit.port: edit.value}}
        case ClearGiven():
            return {"given": _without(step, "given", edit.port)}
        case _:
            return {name: value for name, value in dict(edit).items() if name not in ("edit", "step")}


def _without(step: Step, field: Literal["args", "given"], name: str) -> dict[str, Any]:
    held: dict[str, Any] = getattr(step, field)
    if name not in held:
        there = ", ".join(held) or "none"
        what = "argument" if field == "args" else "given value"
        raise EditError(f"{step.id} has no {what} {name!r} to take away", f"one of: {there}", "name one of those")
    return {key: value for key, value in held.items() if key != name}


def _rebuilt(chain: Chain, steps: list[Step], answer: tuple[Ref, ...] | None = None) -> Chain:
    kept = chain.answer if answer is None else answer
    return Chain(turn=chain.turn, steps=tuple(steps), answer=kept, question=chain.question)


def _place(chain: Chain, before: str | None, after: str | None) -> int:
    if before is not None:
        return _index(chain, before)
    return len(chain) if after is None else _index(chain, after) + 1


def _index(chain: Chain, step_id: str) -> int:
    for index, step in enumerate(chain.steps):
        if step.id == step_id:
            return index
    raise _unknown(chain, step_id)


def _unknown(chain: Chain, step_id: str) -> EditError:
    ids = [step.id for step in chain.steps]
    if not ids:
        return EditError(f"there is no step {step_id}", "a step of the chain, which is empty", "insert a step first")
    turn, number = step_number(step_id)
    nearest = min(ids, key=lambda other: (abs(step_number(other)[0] - turn), abs(step_number(other)[1] - number)))
    return EditError(f"there is no step {step_id}", f"one of {', '.join(ids)}", f"perhaps {nearest} is meant")


_Fault: TypeAlias = tuple[str, str, Literal["missing", "itself", "later"]]


def _broken_refs(chain: Chain) -> list[_Fault]:
    """List (who refers, to which step, why it can't) for every reference that can't hold; "" is the answer."""
    position = {step.id: index for index, step in enumerate(chain.steps)}
    faults: list[_Fault] = []
    for index, step in enumerate(chain.steps):
        for ref in needed_refs(step):
            if ref.step == step.id:
                faults.append((step.id, ref.step, "itself"))
            elif position.get(ref.step, -1) > index:
                faults.append((step.id, ref.step, "later"))
            elif _is_missing(chain, position, ref):
                faults.append((step.id, ref.step, "missing"))
    return faults + [("", ref.step, "missing") for ref in chain.answer if _is_missing(chain, position, ref)]


def _is_missing(chain: Chain, position: dict[str, int], ref: Ref) -> bool:
    return ref.step not in position and step_number(ref.step)[0] >= chain.turn


def _refusal(chain: Chain, edit: Edit, faults: list[_Fault]) -> EditError:
    who, needed, why = faults[0]
    if isinstance(edit, Remove):
        users = ", ".join(dict.fromkeys(who for who, _, _ in faults))
        return EditError(
            f"{edit.step} can't be removed: {users} refer to it",
            "a step that no other step refers to",
            f"first let {users} refer to something else (set_arg, set_expect), or remove them",
        )
    if why == "missing":
        return _unknown(chain, needed)
    if why == "itself":
        return EditError(
            f"{who} would use its own result", "a reference to another step", "refer to a step written before it"
        )
    if needed in dependents_of(chain, {who}):
        return EditError(
            f"{who} would need {needed}, which itself needs {who}",
            "steps that don't need each other in a circle",
            f"first take away what {needed} uses of {who}",
        )
    return EditError(
        f"{who} would be written before {needed}, which it needs",
        "each step after the steps it refers to",
        f"place {who} after {needed}, or first move {needed} before {who}",
    )
