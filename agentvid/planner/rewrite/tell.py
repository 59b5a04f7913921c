"""Edits in words: one line for each, what was and what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.edit import (
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
    apply,
)
from agentvid.chain.step import as_ref
from agentvid.media.types import EditPlan, PortValue, load_value
from agentvid.planner.request import Language
from agentvid.planner.rewrite.texts import told
from agentvid.report.describe import operation_title, predicate_words, value_words
from agentvid.tool import ToolSpec

__all__ = ["edit_lines", "step_name"]

LONGEST = 120
"""Characters of a value that are shown."""


def edit_lines(
    chain: Chain, edits: Sequence[Edit], tools: Mapping[str, ToolSpec], language: Language
) -> tuple[str, ...]:
    """Return one line per edit of `chain`, in order: what was and what comes.

    Raises: EditError where an edit does not fit.
    """
    lines = []
    for edit in edits:
        lines.append(_line(chain, edit, tools, language))
        chain = apply(chain, edit)
    return tuple(lines)


def step_name(chain: Chain, step_id: str) -> str:
    """Return a step as people read it: "t1.s3 plan_edit"."""
    return f"{step_id} {chain.step(step_id).tool}" if chain.has(step_id) else step_id


def _line(chain: Chain, edit: Edit, tools: Mapping[str, ToolSpec], language: Language) -> str:
    def say(key: str, **words: object) -> str:
        return told(language, key, **words)

    if isinstance(edit, SetAnswer):
        return say("set_answer", after=", ".join(map(str, edit.answer)) or say("nothing"))
    if isinstance(edit, Insert):
        return say("insert", step=f"{edit.step.id} {edit.step.tool}", after=edit.step.thought or edit.step.tool)
    step = chain.step(edit.step)
    spec, name = tools.get(step.tool), step_name(chain, step.id)
    match edit:
        case SetThought():
            return say("set_thought", step=name, before=_short(step.thought), after=_short(edit.thought))
        case SetArg():
            kind = _parameter(spec, edit.name)
            before = _told(kind, step.args.get(edit.name), language)
            if edit.remove:
                return say("drop_arg", step=name, name=edit.name, before=before)
            return say("set_arg", step=name, name=edit.name, before=before, after=_told(kind, edit.value, language))
        case SetGiven():
            port = spec.port(edit.port) if spec else None
            after = _told(port.type if port else "", edit.value, language)
            return say("set_given", step=name, name=edit.port, after=after)
        case ClearGiven():
            return say("clear_given", step=name, name=edit.port)
        case SetExpect():
            words = "; ".join(predicate_words(predicate, language) for predicate in edit.expect)
            return say("set_expect", step=name, after=words or say("nothing"))
        case SetTool():
            return say("set_tool", step=name, before=step.tool, after=edit.tool)
        case SetEngine():
            before, after = step.engine or say("routed"), edit.engine or say("routed")
            return say("set_engine", step=name, before=before, after=after)
        case SetSeed():
            return say("set_seed", step=name, before=step.seed, after=edit.seed)
        case Move():
            key = "move_before" if edit.before else "move_after"
            return say(key, step=name, after=step_name(chain, edit.before or edit.after or ""))
        case Remove():
            return say("remove", step=name)
        case Pin():
            return say("pin" if edit.pinned else "unpin", step=name)
        case AcceptStale():
            return say("accept_stale", step=name)


def _parameter(spec: ToolSpec | None, name: str) -> str:
    parameter = spec.parameter(name) if spec else None
    return parameter.type if parameter and not parameter.many else ""


def _told(kind: str, value: Any, language: Language) -> str:
    if value is None or value == "":
        return told(language, "nothing")
    try:
        ref = as_ref(value)
        if ref is not None:
            return str(ref)
        loaded: PortValue = load_value(kind, value)
    except (ValidationError, KeyError):
        return _short(str(value))
    if isinstance(loaded, EditPlan):
        operations = ", ".join(_operation(operation, language) for operation in loaded.operations)
        return told(language, "a_plan", target=loaded.target, operations=operations)
    if kind == "Image":
        return told(language, "a_picture")
    return _short(value_words(loaded, language))


def _operation(operation: Any, language: Language) -> str:
    colour = getattr(operation, "target", "") or getattr(operation, "colour", "")
    return f"{operation_title(operation.op, language)} {colour}".strip()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
