"""Heads: where each branch of a turn stands, and how it moves. History is a tree; moving never changes or removes it.

Every branch has a head, the revision it shows; a turn is on one branch. `undo` moves the head to its parent and
remembers the child it left, `redo` goes back there; what is written after an undo is another child. All of it lies in
the log, so it survives restarts, and needs the token of the session's owner.

Does not cover: merging (`chain.merge`), what a move runs (`agent.drive`).
"""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any, Final, Literal

from agentvid.chain.step import Step
from agentvid.errors import InputError

if TYPE_CHECKING:
    from agentvid.store.log import Log
    from agentvid.store.rows import RevisionRow

__all__ = [
    "MAIN",
    "after_move",
    "ancestors",
    "branch_of",
    "checkout",
    "head_moves_to",
    "heads",
    "is_before",
    "last_written",
    "left_child",
    "make_branch",
    "merge_base",
    "redo",
    "steps_ever",
    "undo",
    "use_branch",
]

MAIN: Final = "main"
"""The branch that every turn starts on."""

_NAME: Final = re.compile(r"(?=.*[^\d])\w[\w./-]{0,63}")


# ---------------------------------------------------------------- reading


def branch_of(log: Log, session: str, turn: int) -> str:
    """Return the branch a turn is on."""
    rows = log.rows("SELECT branch FROM current_branches WHERE session = ? AND turn = ?", session, turn)
    return rows[0]["branch"] if rows else MAIN


def heads(log: Log, session: str, turn: int) -> dict[str, int]:
    """Return the head of each branch of a turn, by the branch's name; "main" first."""
    rows = log.rows("SELECT branch, n FROM heads WHERE session = ? AND turn = ? ORDER BY rowid", session, turn)
    return {row["branch"]: row["n"] for row in sorted(rows, key=lambda row: row["branch"] != MAIN)}


def ancestors(log: Log, session: str, turn: int, revision: int) -> list[int]:
    """Return the line of a revision: itself, its parent, the parent's parent … to the first one."""
    return _line({n: known[0] for n, known in _parents(log, session, turn).items()}, revision)


def merge_base(log: Log, session: str, turn: int, ours: int, theirs: int) -> int | None:
    """Return the newest revision that both come from, merges counted, or None where there is none.

    Where branches were merged crosswise there may be several such; the newest is taken.
    """
    parents = _parents(log, session, turn)
    common = _all_before(parents, ours) & _all_before(parents, theirs)
    return max(common, default=None)


def is_before(log: Log, session: str, turn: int, one: int, other: int) -> bool:
    """Return whether revision `other` comes from `one`, merges counted, or is it."""
    return one in _all_before(_parents(log, session, turn), other)


def steps_ever(log: Log, session: str, turn: int) -> dict[str, list[Step]]:
    """Return every step that any revision of a turn ever held, by its id, oldest first."""
    found: dict[str, list[Step]] = {}
    for row in log.revisions(session, turn):
        for step in row.chain:
            known = found.setdefault(step.id, [])
            if step not in known:
                known.append(step)
    return found


def last_written(log: Log, session: str) -> int | None:
    """Return the turn whose chain was written last, by a planner or a person; None where none was."""
    rows = log.rows("SELECT turn FROM revisions WHERE session = ? ORDER BY created DESC, rowid DESC LIMIT 1", session)
    return rows[0]["turn"] if rows else None


def left_child(log: Log, session: str, turn: int) -> int | None:
    """Return the revision that `redo` would show; None where nothing was undone."""
    rows = log.rows(
        "SELECT left_children.child FROM left_children JOIN heads USING (session, turn, branch)"
        " WHERE session = ? AND turn = ? AND branch = ? AND left_children.parent = heads.n",
        *(session, turn, branch_of(log, session, turn)),
    )
    return rows[0]["child"] if rows else None


def after_move(log: Log, session: str, turn: int, move: Literal["undo", "redo"]) -> RevisionRow:
    """Return the revision that `undo` or `redo` would show. Moves nothing.

    Raises: InputError as they do.
    """
    head = log.latest_revision(session, turn)
    if head is None:
        raise _no_chain(session, turn)
    if move == "undo":
        if head.parent is None:
            raise _is_first(session, turn, head.n)
        return log.revision(session, turn, head.parent)
    left = left_child(log, session, turn)
    if left is None:
        raise _nothing_undone(log, session, turn)
    return log.revision(session, turn, left)


# ---------------------------------------------------------------- moving


def undo(log: Log, session: str, turn: int, *, token: str) -> RevisionRow:
    """Move the head of the current branch to its parent, and return that revision.

    Raises: InputError where the head is the first revision, or there is none; SessionBusy where `token` does not own
    the session now.
    """
    with log.session_write(session, token) as connection:
        branch, n = _head(connection, session, turn)
        parent = _parent(connection, session, turn, n)
        if parent is None:
            raise _is_first(session, turn, n)
        _leave(connection, session, turn, branch, parent, n)
        head_moves_to(connection, session, turn, branch, parent)
    return log.revision(session, turn, parent)


def redo(log: Log, session: str, turn: int, *, token: str) -> RevisionRow:
    """Move the head forward to the child that it left last, and return that revision.

    Raises: InputError where the branch never left a child of its head, naming the children there are; SessionBusy.
    """
    with log.session_write(session, token) as connection:
        branch, _ = _head(connection, session, turn)
        left = left_child(log, session, turn)
        if left is None:
            raise _nothing_undone(log, session, turn)
        head_moves_to(connection, session, turn, branch, left)
    return log.revision(session, turn, left)


def make_branch(log: Log, session: str, turn: int, name: str, at: int | None = None, *, token: str) -> RevisionRow:
    """Make a branch whose head is revision `at` (None: the head of the current branch), and go on it.

    Raises: InputError where the name is taken or can't be one (letters, digits, '.', '_', '/', '-'; at most 64, not
    digits alone), or there is no such revision; SessionBusy.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"branch name {name!r}", "letters, digits, '.', '_', '/', '-'; at most 64, not digits alone", "rename it"
        )
    with log.session_write(session, token) as connection:
        if name in heads(log, session, turn):
            raise InputError(
                f"turn {turn} has a branch {name!r}", "a new name", f"go on it with checkout({name!r}), or rename"
            )
        n = _head(connection, session, turn)[1] if at is None else log.revision(session, turn, at).n
        head_moves_to(connection, session, turn, name, n)
        _enter(connection, session, turn, name)
    return log.revision(session, turn, n)


def checkout(log: Log, session: str, turn: int, where: str | int, *, token: str) -> RevisionRow:
    """Go on a branch, by its name, or move to a revision, by its number; return the revision that is shown then.

    A revision on the line of the current branch moves only that branch's head, as many undos would; any other is
    shown on the branch that it was written on. The way back is remembered for `redo`.

    Raises: InputError where there is no such branch or revision; SessionBusy.
    """
    with log.session_write(session, token) as connection:
        known = heads(log, session, turn)
        if isinstance(where, str):
            if where not in known:
                raise InputError(
                    f"turn {turn} has no branch {where!r}", f"one of {', '.join(known) or 'none yet'}", "name one"
                )
            _enter(connection, session, turn, where)
            return log.revision(session, turn, known[where])
        row = log.revision(session, turn, where)
        branch, n = _head(connection, session, turn)
        parents = {child: pair[0] for child, pair in _parents(log, session, turn).items()}
        if row.n not in _line(parents, n):
            branch, n = row.branch, known[row.branch]
        back = set(_line(parents, row.n))
        while n not in back and (parent := parents[n]) is not None:
            _leave(connection, session, turn, branch, parent, n)
            n = parent
        head_moves_to(connection, session, turn, branch, row.n)
        _enter(connection, session, turn, branch)
        return row


# ---------------------------------------------------------------- inside a write of the log


def use_branch(connection: sqlite3.Connection, session: str, turn: int) -> str:
    """Return the branch a turn is on, inside a transaction."""
    row = connection.execute(
        "SELECT branch FROM current_branches WHERE session = ? AND turn = ?", (session, turn)
    ).fetchone()
    return row[0] if row else MAIN


def head_moves_to(connection: sqlite3.Connection, session: str, turn: int, branch: str, n: int) -> None:
    """Make revision `n` the head of a branch, which begins with it where it is new; inside a transaction."""
    connection.execute(
        "INSERT INTO heads VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n", (session, turn, branch, n)
    )


def _enter(connection: sqlite3.Connection, session: str, turn: int, branch: str) -> None:
    connection.execute("INSERT OR REPLACE INTO current_branches VALUES (?, ?, ?)", (session, turn, branch))


def _leave(connection: sqlite3.Connection, session: str, turn: int, branch: str, parent: int, child: int) -> None:
    row = (session, turn, branch, parent, child)
    connection.execute("INSERT OR REPLACE INTO left_children VALUES (?, ?, ?, ?, ?)", row)


def _head(connection: sqlite3.Connection, session: str, turn: int) -> tuple[str, int]:
    branch = use_branch(connection, session, turn)
    row = connection.execute(
        "SELECT n FROM heads WHERE session = ? AND turn = ? AND branch = ?", (session, turn, branch)
    ).fetchone()
    if row is None:
        raise _no_chain(session, turn)
    return branch, int(row[0])


def _no_chain(session: str, turn: int) -> InputError:
    return InputError(f"turn {turn} of session {session!r} has no chain yet", "a planned turn", "resume it first")


def _is_first(session: str, turn: int, n: int) -> InputError:
    return InputError(
        f"revision {n} is the first of turn {turn}: there is nothing to undo in it",
        "a revision with one before it",
        f"say what should be different; in another turn: agentvid chain undo {session} --turn N",
    )


def _nothing_undone(log: Log, session: str, turn: int) -> InputError:
    head = log.latest_revision(session, turn)
    n = head.n if head else 0
    found = log.rows(
        "SELECT n FROM revisions WHERE session = ? AND turn = ? AND parent = ? ORDER BY n", session, turn, n
    )
    children = ", ".join(str(row["n"]) for row in found)
    return InputError(
        f"nothing was undone after revision {n} on branch {branch_of(log, session, turn)!r}",
        "an undo before it",
        f"go to one of its children with checkout: {children}" if children else "undo first",
    )


def _parent(connection: sqlite3.Connection, session: str, turn: int, n: int) -> int | None:
    query = "SELECT parent FROM revisions WHERE session = ? AND turn = ? AND n = ?"
    found: tuple[Any] = connection.execute(query, (session, turn, n)).fetchone()
    return None if found[0] is None else int(found[0])


def _parents(log: Log, session: str, turn: int) -> dict[int, tuple[int | None, int | None]]:
    rows = log.rows("SELECT n, parent, merged FROM revisions WHERE session = ? AND turn = ?", session, turn)
    return {row["n"]: (row["parent"], row["merged"]) for row in rows}


def _line(parents: dict[int, int | None], n: int) -> list[int]:
    line = [n]
    while (parent := parents.get(line[-1])) is not None:
        line.append(parent)
    return line


def _all_before(parents: dict[int, tuple[int | None, int | None]], n: int) -> set[int]:
    found: set[int] = set()
    waiting = [n]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += [parent for parent in parents[at] if parent is not None]
    return found
