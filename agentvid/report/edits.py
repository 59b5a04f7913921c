"""Edits and JSON values in words, English and Chinese: the one teller of edits, for history, proposals and reports.

Values are told by their form, so that no tool need be known: what an old revision changed stays readable when its tool
is gone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

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
from agentvid.media.types import EditPlan, Palette, dump_value, load_artifact, load_value
from agentvid.report.describe import operation_title, predicate_words, value_words
from agentvid.report.record import Language
from agentvid.report.words import port_label, tool_title

__all__ = ["edit_lines", "json_words", "short", "step_name"]

LONGEST: Final = 120
"""Characters of a value that are shown."""

_SHAPES: Final = ("Box", "Point", "Keyframe", "EditPlan", "CameraPath", "Actions", "Palette", "Answer")

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "set_thought": ("{step} thought: {before} → {after}", "{step}的思考：{before} → {after}"),
    "set_arg": ("{step} {name}: {before} → {after}", "{step}的{name}：{before} → {after}"),
    "drop_arg": ("{step} {name}: {before} is left out", "{step}的{name}：不再用 {before}"),
    "set_given": ("{step} {name}: {after}, given by hand", "{step}的{name}：由人给定为 {after}"),
    "clear_given": ("{step} {name}: found by the run again", "{step}的{name}：重新由运行得出"),
    "set_expect": ("{step} expects: {after}", "{step}的预期：{after}"),
    "set_tool": ("{step} tool: {before} → {after}", "{step}的工具：{before} → {after}"),
    "set_engine": ("{step} engine: {before} → {after}", "{step}的引擎：{before} → {after}"),
    "set_seed": ("{step} seed: {before} → {after}", "{step}的种子：{before} → {after}"),
    "insert": ("{step} is new: {after}", "新增 {step}：{after}"),
    "remove": ("{step} is left out", "去掉 {step}"),
    "move_before": ("{step} comes before {after}", "{step} 移到 {after} 之前"),
    "move_after": ("{step} comes after {after}", "{step} 移到 {after} 之后"),
    "pin": ("{step} keeps its result whatever changes before it", "{step} 固定：前面怎么改都保留结果"),
    "unpin": ("{step} runs again where something before it changes", "{step} 解除固定：前面有改动就重新运行"),
    "accept_stale": ("{step}: its old result is good as it is", "{step}：旧结果照用"),
    "set_answer": ("the answer is {after}", "答案是 {after}"),
    "routed": ("chosen by routing", "自动选择"),
    "nothing": ("nothing", "无"),
}


def edit_lines(chain: Chain, edits: Sequence[Edit], language: Language) -> tuple[str, ...]:
    """Return one line per edit of `chain`, in order: what was and what comes.

    Raises: EditError where an edit does not fit.
    """
    lines = []
    for edit in edits:
        after = apply(chain, edit)
        lines.append(_line(chain, edit, language))
        chain = after
    return tuple(lines)


def step_name(chain: Chain, step_id: str) -> str:
    """Return a step as people read it: "t1.s3 plan_edit"."""
    return f"{step_id} {chain.step(step_id).tool}" if chain.has(step_id) else step_id


def json_words(value: Any, language: Language) -> str:
    """Return a JSON value as people write it: a reference as its address, media by type and size, text in quotes."""
    if value is None or value in ([], ""):
        return _told(language, "nothing")
    if isinstance(value, bool):
        return {True: ("yes", "是"), False: ("no", "否")}[value][language == "zh"]
    if isinstance(value, str):
        return f"“{short(value)}”"
    if isinstance(value, list):
        return short(("、" if language == "zh" else ", ").join(json_words(item, language) for item in value))
    ref = as_ref(value)
    return str(ref) if ref else short(_typed_words(value, language) or json.dumps(value, ensure_ascii=False))


def short(text: str) -> str:
    """Return a text cut to what a line bears."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _told(language: Language, key: str, /, **words: object) -> str:
    return _TEXTS[key][language == "zh"].format(**words)


def _line(chain: Chain, edit: Edit, language: Language) -> str:
    def say(key: str, **words: object) -> str:
        return _told(language, key, **words)

    def value(told: Any) -> str:
        return json_words(told, language)

    if isinstance(edit, SetAnswer):
        return say("set_answer", after=", ".join(map(str, edit.answer)) or say("nothing"))
    if isinstance(edit, Insert):
        after = short(edit.step.thought) or edit.step.tool
        return say("insert", step=f"{edit.step.id} {_tool(edit.step.tool, language)}", after=after)
    step = chain.step(edit.step)
    name = _named(chain, step.id, language)
    match edit:
        case SetThought():
            return say("set_thought", step=name, before=value(step.thought), after=value(edit.thought))
        case SetArg(remove=True):
            return say("drop_arg", step=name, name=_label(edit.name, language), before=value(step.args.get(edit.name)))
        case SetArg():
            before, after = value(step.args.get(edit.name)), value(edit.value)
            return say("set_arg", step=name, name=_label(edit.name, language), before=before, after=after)
        case SetGiven():
            return say("set_given", step=name, name=_label(edit.port, language), after=value(edit.value))
        case ClearGiven():
            return say("clear_given", step=name, name=_label(edit.port, language))
        case SetExpect():
            words = "; ".join(predicate_words(predicate, language) for predicate in edit.expect)
            return say("set_expect", step=name, after=words or say("nothing"))
        case SetTool():
            return say("set_tool", step=name, before=_tool(step.tool, language), after=_tool(edit.tool, language))
        case SetEngine():
            before, after = step.engine or say("routed"), edit.engine or say("routed")
            return say("set_engine", step=name, before=before, after=after)
        case SetSeed():
            return say("set_seed", step=name, before=step.seed, after=edit.seed)
        case Move():
            key = "move_before" if edit.before else "move_after"
            return say(key, step=name, after=_named(chain, edit.before or edit.after or "", language))
        case Remove():
            return say("remove", step=name)
        case Pin():
            return say("pin" if edit.pinned else "unpin", step=name)
        case AcceptStale():
            return say("accept_stale", step=name)


def _named(chain: Chain, step_id: str, language: Language) -> str:
    """Return a step by its tool's name, in Chinese by its title."""
    return f"{step_id} {_tool(chain.step(step_id).tool, language)}" if chain.has(step_id) else step_id


def _tool(name: str, language: Language) -> str:
    return name if language == "en" else tool_title(name, language)


def _label(name: str, language: Language) -> str:
    return name if language == "en" else port_label(name, language)


def _typed_words(value: Any, language: Language) -> str:
    """Tell media and the port types of JSON objects by their form; "" for an object that is none of them."""
    if not isinstance(value, dict):
        return ""
    try:
        if "artifact" in value:
            media = load_artifact(value)
            return f"{media.type} {value_words(media, language)} [{media.artifact[:8]}]"
    except ValidationError:
        return ""
    for name in _SHAPES:
        try:
            found = load_value(name, value)
        except ValidationError:
            continue
        if value.keys() <= dump_value(found).keys():
            return _shape_words(found, language)
    return ""


def _shape_words(value: Any, language: Language) -> str:
    if isinstance(value, Palette):
        return ", ".join(swatch.colour for swatch in value.colours)
    if isinstance(value, EditPlan):
        operations = ", ".join(_operation(operation, language) for operation in value.operations)
        return f"{value.target}：{operations}" if language == "zh" else f"{value.target}: {operations}"
    return value_words(value, language)


def _operation(operation: Any, language: Language) -> str:
    colour = getattr(operation, "target", "") or getattr(operation, "colour", "") or ""
    return f"{operation_title(operation.op, language)} {colour}".strip()
