"""The history of a turn as a tree, in words, and what moving, merging and picking need to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agentvid.agent.answer import turn_status
from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.edit import load_edit
from agentvid.chain.merge import Choose, Merged, merge
from agentvid.chain.merge_parts import is_same
from agentvid.errors import EditError, InputError, MergeConflict
from agentvid.prompt import Language
from agentvid.report.changes import conflict_words
from agentvid.report.edits import edit_lines
from agentvid.store.heads import ancestors, branch_of, heads, merge_base, steps_ever
from agentvid.store.log import Log
from agentvid.store.rows import Author, RevisionRow

__all__ = [
    "History",
    "HistoryNode",
    "all_words",
    "answered",
    "check_fresh",
    "free_step_id",
    "merge_of",
    "merge_words",
    "pick_words",
    "require_merged",
    "revision_words",
    "show_phase",
    "tree_of",
    "where",
]

RunStatus: TypeAlias = Literal["not run", "unfinished", "done", "waiting", "failed", "cancelled"]

_FIRST: Final[dict[Language, str]] = {"en": "the chain as it was first written", "zh": "最初写出的推理链"}


@dataclass(frozen=True)
class HistoryNode:
    """One revision in the tree. `created` is in seconds since the epoch, `words` tell what it changed.

    `branch` is where it was written, `heads` are the branches that stand on it now, `is_current` tells whether the
    turn shows it. `merged` is the revision of another branch that was merged into it. `status` is that of its run.
    """

    n: int
    parent: int | None
    merged: int | None
    branch: str
    author: Author
    created: float
    words: str
    heads: tuple[str, ...]
    is_current: bool
    status: RunStatus


@dataclass(frozen=True)
class History:
    """All revisions of a turn, oldest first; `branch` is the one the turn is on."""

    nodes: tuple[HistoryNode, ...]
    branch: str

    def children(self, n: int | None) -> list[HistoryNode]:
        """Return the revisions that were made from `n`, oldest first; of None: the first ones."""
        return [node for node in self.nodes if node.parent == n]

    def node(self, n: int) -> HistoryNode:
        """Return a revision's node.

        Raises: InputError where there is none.
        """
        for node in self.nodes:
            if node.n == n:
                return node
        raise InputError(f"revision {n}", f"one of {', '.join(str(node.n) for node in self.nodes) or 'none yet'}")


def tree_of(log: Log, session: str, turn: int, language: Language) -> History:
    """Return the history of a turn."""
    head = log.latest_revision(session, turn)
    standing = heads(log, session, turn)
    rows = log.revisions(session, turn)
    words = all_words(rows, language)
    nodes = [
        HistoryNode(
            n=row.n,
            parent=row.parent,
            merged=row.merged,
            branch=row.branch,
            author=row.author,
            created=row.created,
            words=words[row.n],
            heads=tuple(name for name, n in standing.items() if n == row.n),
            is_current=head is not None and head.n == row.n,
            status=_run_status(log, row),
        )
        for row in rows
    ]
    return History(tuple(nodes), branch_of(log, session, turn))


def all_words(rows: Sequence[RevisionRow], language: Language) -> dict[int, str]:
    """Return what each revision of a turn changed, in words, by its number; `rows` are all of them."""
    chains = {row.n: row.chain for row in rows}
    return {row.n: revision_words(row, chains.get(row.parent or 0), language) for row in rows}


def revision_words(row: RevisionRow, before: Chain | None, language: Language) -> str:
    """Return what a revision changed of the chain `before` it, in words: its note, and its edits."""
    told = [row.note] if row.note else []
    if before is not None:
        told += edit_lines(before, [load_edit(edit) for edit in row.edits], language)
    return ("；" if language == "zh" else "; ").join(told) or _FIRST[language]


def _run_status(log: Log, row: RevisionRow) -> RunStatus:
    run = log.run(row.session, row.turn, row.n)
    if not run.steps:
        return "not run"
    return "unfinished" if run.status == "done" and len(run.steps) < len(row.chain) else run.status


def show_phase(log: Log, row: RevisionRow, *, token: str) -> None:
    """Say how far a turn got whose head was moved to `row`: as that revision's run ended.

    Where it did not end, the turn waits to be gone on with; one that was only planned stays so.
    """
    if _run_status(log, row) in ("done", "failed", "waiting"):
        phase: str = turn_status(row.chain, log.run(row.session, row.turn, row.n))
    else:
        phase = "planned" if log.turn(row.session, row.turn).phase == "planned" else "waiting"
    log.set_phase(row.session, row.turn, phase, token=token)


def answered(log: Log, session: str, turn: int) -> int | None:
    """Return the revision whose answer a turn shows: the head, or the nearest before it on its line that has one."""
    head = log.latest_revision(session, turn)
    line = ancestors(log, session, turn, head.n) if head else []
    return next((n for n in line if log.answer(session, turn, n) is not None), None)


def where(log: Log, session: str, turn: int, at: str | int) -> RevisionRow:
    """Return a revision by its number, or the head of a branch by its name.

    Raises: InputError where there is none.
    """
    if not isinstance(at, str):
        return log.revision(session, turn, at)
    row = log.latest_revision(session, turn, at)
    if row is None:
        known = ", ".join(heads(log, session, turn)) or "none yet"
        raise InputError(f"turn {turn} has no branch {at!r}", f"one of {known}", "name one of those")
    return row


# ---------------------------------------------------------------- ids


def free_step_id(log: Log, session: str, turn: int, chain: Chain) -> str:
    """Return an id for a new step that no revision of the turn ever used."""
    return next_step_id(chain, steps_ever(log, session, turn))


def check_fresh(log: Log, session: str, turn: int, before: Chain, after: Chain, merged: int | None = None) -> None:
    """Check that each new step has an id of its own in the whole history of the turn, or is that very step again.

    Steps of the revision that is merged in keep their ids.

    Raises: EditError naming an id that is free.
    """
    other = log.revision(session, turn, merged).chain if merged is not None else before
    new = [step for step in after if not before.has(step.id) and not other.has(step.id)]
    ever = steps_ever(log, session, turn) if new else {}
    for step in new:
        told = step.model_dump(mode="json")
        known = ever.get(step.id, [])
        if known and not any(is_same(told, past.model_dump(mode="json")) for past in known):
            raise EditError(
                f"step id {step.id} was another step's in an earlier revision",
                "an id that was never used in this turn",
                f"use {next_step_id(after, ever)}",
            )


# ---------------------------------------------------------------- merge


def merge_of(log: Log, session: str, turn: int, ours: RevisionRow, theirs: RevisionRow, choose: Choose) -> Merged:
    """Return the merge of two revisions on the newest one that both come from.

    Raises: EditError where they share none, or a choice does not fit.
    """
    n = merge_base(log, session, turn, ours.n, theirs.n)
    if n is None:
        raise EditError(f"revisions {ours.n} and {theirs.n} have no common beginning", "branches of one chain")
    base = log.revision(session, turn, n).chain
    return merge(base, ours.chain, theirs.chain, choose, used=steps_ever(log, session, turn))


def require_merged(merged: Merged, language: Language) -> Chain:
    """Return the merged chain.

    Raises: MergeConflict telling each conflict in words, where one is not chosen.
    """
    if merged.chain is not None:
        return merged.chain
    ids = tuple(conflict.id for conflict in merged.conflicts)
    told = [f"{conflict.id} ({conflict_words(conflict, language)})" for conflict in merged.conflicts]
    raise MergeConflict(
        "; ".join(told),
        "a choice for each",
        f"merge again with choose={dict.fromkeys(ids, 'ours')}, or 'theirs'",
        ids=ids,
    )


def merge_words(other: str | int, n: int, merged: Merged, language: Language) -> str:
    """Return the note of a merge: from where, what was chosen, which steps got another id or were left out."""
    en = language == "en"
    name = f"{other} " if isinstance(other, str) else ""
    told = [f"merged {name}(revision {n})" if en else f"合并 {name}(修订 {n})"]
    told += [f"{key}: {side}" for key, side in merged.chosen.items()]
    told += [f"{old} → {new}" for old, new in merged.renamed.items()]
    told += [f"{step} left out" if en else f"未保留 {step}" for step in merged.left_out]
    return ", ".join(told) if en else "，".join(told)


def pick_words(what: str, n: int, language: Language) -> str:
    """Return the note of a cherry-pick."""
    return f"picked {what} of revision {n}" if language == "en" else f"取自修订 {n} 的 {what}"
