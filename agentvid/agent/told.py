"""What a message, a move or a merge did to a chain that was there already, in words, English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentvid.planner.rewrite import Checkout, Command, Undo
from agentvid.prompt import Language

__all__ = ["edits_told", "merge_told", "move_told"]

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "undone": ("Undone: {words}. Turn {turn} shows revision {n} again.", "已撤销：{words}。第 {turn} 轮回到修订 {n}。"),
    "redone": ("Done again: {words}. Turn {turn} shows revision {n}.", "已重做：{words}。第 {turn} 轮现为修订 {n}。"),
    "shown": ("Turn {turn} shows revision {n} again: {words}.", "第 {turn} 轮回到修订 {n}：{words}。"),
    "is_shown": (
        "Turn {turn} shows revision {n} already: nothing changed.",
        "第 {turn} 轮现在就是修订 {n}：没有改动。",
    ),
    "changed": ("Changed: {words}.", "已修改：{words}。"),
    "to_approve": ("Changed, and not run before you approve: {words}.", "已修改，等你批准后再运行：{words}。"),
    "merge_self": (
        "{other} is what is shown: there is nothing to merge, and nothing ran.",
        "{other} 就是现在显示的：没有可合并的，也没有运行任何步骤。",
    ),
    "merge_nothing": (
        "All of {other} is in revision {n} already: there is nothing to merge, and nothing ran.",
        "{other} 的内容已全在修订 {n} 中：没有可合并的，也没有运行任何步骤。",
    ),
}


def move_told(command: Command, turn: int, before: int, after: int, words: dict[int, str], language: Language) -> str:
    """Return what moving from revision `before` to `after` did; `words` tell what each revision changed."""
    if before == after:
        return _say("is_shown", language, turn=turn, n=after)
    if isinstance(command, Checkout):
        return _say("shown", language, turn=turn, n=after, words=words[after])
    key, which = ("undone", before) if isinstance(command, Undo) else ("redone", after)
    return _say(key, language, turn=turn, n=after, words=words[which])


def edits_told(lines: Sequence[str], notes: Sequence[str], language: Language, *, runs: bool) -> tuple[str, ...]:
    """Return what a message changed, and what to know about it."""
    words = ("；" if language == "zh" else "; ").join(lines)
    return (_say("changed" if runs else "to_approve", language, words=words), *notes)


def merge_told(other: str | int, theirs: int, head: int, language: Language) -> str:
    """Return why a merge of `other`, whose head is revision `theirs`, has nothing to do."""
    named = other if isinstance(other, str) else f"修订 {other}" if language == "zh" else f"revision {other}"
    return _say("merge_self" if theirs == head else "merge_nothing", language, other=named, n=head)


def _say(key: str, language: Language, **words: object) -> str:
    return _TEXTS[key][language == "zh"].format(**words)
