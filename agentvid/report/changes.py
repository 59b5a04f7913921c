"""Differences of two chains, and conflicts of a merge, in words, English and Chinese."""

from __future__ import annotations

import json
from typing import Any, Final

from agentvid.chain.conflict import Conflict
from agentvid.chain.diff import ChainDiff, FieldChange
from agentvid.report.edits import json_words, short
from agentvid.report.record import Language
from agentvid.report.words import port_label

__all__ = ["conflict_words", "diff_words"]

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


def _part(field: str, name: str, language: Language) -> str:
    label = name if language == "en" or not name else port_label(name, language)
    return " ".join(filter(None, (_PARTS[field][language == "zh"], label)))


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
        return f"“{value['tool']}” {short(json.dumps(value['args'], ensure_ascii=False))}"
    return json_words(value, language)
