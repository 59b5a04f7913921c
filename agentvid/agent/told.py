"""What a message, a move or a merge did to a chain that was there already, in words, English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentvid.agent.history import all_words
from agentvid.chain.edit import Edit, SetArg, SetExpect, SetThought
from agentvid.planner.rewrite import Checkout, Command, Rewrite, Undo
from agentvid.prompt import Language
from agentvid.store.rows import RevisionRow

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


def move_told(command: Command, rows: Sequence[RevisionRow], before: int, after: int, language: Language) -> str:
    """Return what moving from revision `before` to `after` did; `rows` are all revisions of the turn."""
    turn = rows[0].turn
    if before == after:
        return _say("is_shown", language, turn=turn, n=after)
    key = "shown" if isinstance(command, Checkout) else "undone" if isinstance(command, Undo) else "redone"
    which = before if key == "undone" else after
    noted = {row.n: row.note for row in rows if row.note}
    words = noted.get(which) or all_words(rows, language)[which]
    return _say(key, language, turn=turn, n=after, words=words)


def edits_told(rewrite: Rewrite, *, runs: bool) -> tuple[str, ...]:
    """Return what a message changed, and what to know about it. What waits for approval is told in full; of what runs,
    the words of thoughts and requests that only follow are left out."""
    lines = list(rewrite.lines)
    if runs:
        lines = [line for edit, line in zip(rewrite.edits, lines, strict=True) if not _follows(edit)] or lines
    words = ("；" if rewrite.language == "zh" else "; ").join(lines)
    return (_say("changed" if runs else "to_approve", rewrite.language, words=words), *rewrite.notes)


def _follows(edit: Edit) -> bool:
    return isinstance(edit, SetThought | SetExpect) or (isinstance(edit, SetArg) and edit.name == "request")


def merge_told(other: str | int, theirs: int, head: int, language: Language) -> str:
    """Return why a merge of `other`, whose head is revision `theirs`, has nothing to do."""
    named = other if isinstance(other, str) else f"修订 {other}" if language == "zh" else f"revision {other}"
    return _say("merge_self" if theirs == head else "merge_nothing", language, other=named, n=head)


def _say(key: str, language: Language, **words: object) -> str:
    return _TEXTS[key][language == "zh"].format(**words)
