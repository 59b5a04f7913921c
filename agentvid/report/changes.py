"""Edits, differences of two chains, and conflicts of a merge in words, English and Chinese."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.conflict import Conflict
from agentvid.chain.diff import ChainDiff, FieldChange
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
)
from agentvid.chain.step import as_ref
from agentvid.media.types import dump_value, load_artifact, load_value
from agentvid.report.describe import value_words
from agentvid.report.record import Language

__all__ = ["conflict_words", "diff_words", "edit_words", "json_words"]

_LONGEST: Final = 80

_PARTS: Final[dict[str, tuple[str, str]]] = {
    "thought": ("the thought", "思考"),
    "tool": ("the tool", "工具"),
    "args": ("the argument", "参数"),
    "given": ("the given value", "给定值"),
    "expect": ("what is expected", "期望"),
    "engine": ("the engine wished", "指定的引擎"),
    "seed": ("the seed", "随机种子"),
    "pinned": ("the pin", "固定"),
    "answer": ("the answer", "回答"),
    "question": ("the question", "问题"),
    "turn": ("the turn", "轮次"),
}
_SIDES: Final[dict[str, tuple[str, str]]] = {
    "base": ("before", "原来"),
    "ours": ("ours", "我方"),
    "theirs": ("theirs", "对方"),
}


def edit_words(edit: Edit, language: Language) -> str:
    """Return one edit as one line: "t1.s3: the argument colour is now “green”"."""
    en = language == "en"
    match edit:
        case Insert():
            return f"{edit.step.id} added ({edit.step.tool})" if en else f"新增 {edit.step.id}({edit.step.tool})"
        case Remove():
            return f"{edit.step} removed" if en else f"删除 {edit.step}"
        case Move():
            where, other = ("before", edit.before) if edit.before else ("behind", edit.after)
            zh = "之前" if edit.before else "之后"
            return f"{edit.step} moved {where} {other}" if en else f"{edit.step} 移到 {other} {zh}"
        case AcceptStale():
            return f"{edit.step}: the stale result is accepted" if en else f"{edit.step}：接受过期的结果"
        case Pin():
            state = ("pinned" if edit.pinned else "no longer pinned") if en else ("固定" if edit.pinned else "取消固定")
            return f"{edit.step}: {state}" if en else f"{edit.step}：{state}"
        case SetAnswer():
            return _is_now("", "answer", "", [str(ref) for ref in edit.answer], language)
        case ClearGiven():
            return _is_gone(edit.step, "given", edit.port, language)
        case SetArg(remove=True):
            return _is_gone(edit.step, "args", edit.name, language)
        case SetArg():
            return _is_now(edit.step, "args", edit.name, edit.value, language)
        case SetGiven():
            return _is_now(edit.step, "given", edit.port, edit.value, language)
        case SetThought():
            return _is_now(edit.step, "thought", "", edit.thought, language)
        case SetTool():
            return _is_now(edit.step, "tool", "", edit.tool, language)
        case SetEngine():
            return _is_now(edit.step, "engine", "", edit.engine, language)
        case SetSeed():
            return _is_now(edit.step, "seed", "", edit.seed, language)
        case SetExpect():
            return _is_now(edit.step, "expect", "", [p.model_dump(mode="json") for p in edit.expect], language)


def diff_words(diff: ChainDiff, language: Language) -> list[str]:
    """Return what differs between two chains, one line each; empty where nothing does."""
    en = language == "en"
    told = [f"{step.id} is new ({step.tool})" if en else f"新增 {step.id}({step.tool})" for step in diff.added]
    told += [f"{step.id} is gone ({step.tool})" if en else f"删除 {step.id}({step.tool})" for step in diff.removed]
    for moved in diff.moved:
        place = f"behind {moved.after}" if moved.after else "first"
        zh_place = f"{moved.after} 之后" if moved.after else "开头"
        told.append(f"{moved.step} is written {place} now" if en else f"{moved.step} 移到 {zh_place}")
    return told + [_change_words(change, language) for change in diff.changed]


def conflict_words(conflict: Conflict, language: Language) -> str:
    """Return a conflict as one line with both values: "t1.s3, the seed: ours 7, theirs 9 (before: 0)"."""
    en = language == "en"
    told = {side: _side_words(conflict, side, language) for side in _SIDES}
    colon, comma = (": ", ", ") if en else ("：", "，")
    names = {side: words[not en] for side, words in _SIDES.items()}
    both = comma.join(f"{names[side]} {told[side]}" for side in ("ours", "theirs"))
    if conflict.kind == "removed":
        return f"{conflict.step}{colon}{both}"
    if conflict.kind == "order":
        subject = "the order of steps" if en else "步骤顺序"
    elif conflict.kind == "answer":
        subject = _part("answer", "", language)
    else:
        subject = f"{conflict.step}{comma}{_part(conflict.field, conflict.name, language)}"
    was = f" ({names['base']}{colon}{told['base']})" if en else f"({names['base']}{colon}{told['base']})"
    return f"{subject}{colon}{both}{was}"


def json_words(value: Any, language: Language) -> str:
    """Return a JSON value as people write it: a reference as its address, media by type and size, text in quotes."""
    if value is None or value == []:
        return "nothing" if language == "en" else "无"
    if isinstance(value, bool):
        return {True: ("yes", "是"), False: ("no", "否")}[value][language == "zh"]
    if isinstance(value, str):
        return f"“{_short(value)}”"
    if isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(json_words(item, language) for item in value)
    ref = as_ref(value)
    return str(ref) if ref else _typed_words(value, language) or _short(json.dumps(value, ensure_ascii=False))


def _typed_words(value: Any, language: Language) -> str:
    """Tell media, boxes, points and keyframes by their form."""
    if not isinstance(value, dict):
        return ""
    try:
        if "artifact" in value:
            media = load_artifact(value)
            return f"{media.type} {value_words(media, language)} [{media.artifact[:8]}]"
        for name in ("Box", "Point", "Keyframe"):
            try:
                found = load_value(name, value)
            except ValidationError:
                continue
            if dump_value(found).keys() == value.keys():
                return value_words(found, language)
    except ValidationError:
        pass
    return ""


def _part(field: str, name: str, language: Language) -> str:
    return " ".join(filter(None, (_PARTS[field][language == "zh"], name)))


def _of(step: str | None, field: str, name: str, language: Language) -> str:
    return (
        f"{step}{': ' if language == 'en' else '：'}{_part(field, name, language)}"
        if step
        else _part(field, name, language)
    )


def _is_now(step: str, field: str, name: str, value: Any, language: Language) -> str:
    told = json_words(value, language)
    subject = _of(step, field, name, language)
    return f"{subject} is now {told}" if language == "en" else f"{subject} 改为 {told}"


def _is_gone(step: str | None, field: str, name: str, language: Language) -> str:
    subject = _of(step, field, name, language)
    return f"{subject} is taken away" if language == "en" else f"{subject} 被取消"


def _change_words(change: FieldChange, language: Language) -> str:
    if change.how == "removed":
        return _is_gone(change.step, change.field, change.name, language)
    if change.how == "added":
        return _is_now(change.step or "", change.field, change.name, change.after, language)
    subject = _of(change.step, change.field, change.name, language)
    before, after = json_words(change.before, language), json_words(change.after, language)
    return f"{subject}{': ' if language == 'en' else '：'}{before} → {after}"


def _side_words(conflict: Conflict, side: str, language: Language) -> str:
    en, value = language == "en", getattr(conflict, side)
    if side in conflict.missing:
        return ("removed it" if en else "删除了它") if conflict.kind == "removed" else ("has none" if en else "没有")
    if conflict.kind == "removed" and value:
        parts = [str(part).removeprefix(".") for part in value.get("used_by", value.get("changed", ()))]
        told = (", " if en else "、").join(parts)
        if "used_by" in value:
            return f"uses it in {told}" if en else f"在 {told} 中使用它"
        return f"changed {told}" if en else f"修改了 {told}"
    if conflict.kind in ("order", "answer"):
        return (", " if en else "、").join(value) or json_words(None, language)
    if conflict.field == "tool" and isinstance(value, dict):
        return f"“{value['tool']}” {_short(json.dumps(value['args'], ensure_ascii=False))}"
    return json_words(value, language)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
