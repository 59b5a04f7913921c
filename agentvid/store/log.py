"""The log: sessions, turns, revisions of chains, runs, cached results, media versions, answers and budgets, in one
SQLite file.

Revisions are the only history of chains; nothing is ever overwritten but the record of a step that is running.
Everything a session writes needs the token of its owner (`store.fence`), compared in the same transaction.

Does not cover: the bytes of media (`store.objects`), who may write (`store.fence`), the tables and the file
(`store.migrations`). Cached results are in `store.results`, money is in `store.budget`; `Log` is the door to both.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.errors import InputError, SessionBusy
from agentvid.store.budget import Budgets, add_spending
from agentvid.store.heads import MAIN, head_moves_to, use_branch
from agentvid.store.migrations import Database
from agentvid.store.results import CachedResults
from agentvid.store.rows import Author, CachedResult, RevisionRow, SessionRow, TurnRow, VersionRow, json_text

__all__ = ["Author", "CachedResult", "Log", "RevisionRow", "SessionRow", "TurnRow", "VersionRow"]

_REVISION: Final = "session, turn, n, revisions.branch, parent, author, chain_json, edits_json, note, created, merged"
_OWNER: Final = "SELECT token, pid, host FROM ownership WHERE session = ?"


class Log(CachedResults, Budgets):
    """The log in one SQLite file, made where it does not exist. Safe to share between threads and processes.

    `clock` gives seconds since the epoch.

    Raises: StoreError where the file is no log, was written by a newer agentvid, or can't be written.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._database = Database(path)
        self.write = self._database.write
        self.write_later = self._database.write_later
        self.rows = self._database.rows
        self.tuples = self._database.tuples
        self.look = self._database.look
        self.close = self._database.close

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self._database.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # ------------------------------------------------------------ sessions and turns

    def create_session(self, session_id: str, owner: str = "local", title: str = "") -> SessionRow:
        """Add a session and return it.

        Raises: InputError where the id is taken.
        """
        row = (session_id, owner, title, self.clock())
        with self.write(durable=True) as connection:
            made = connection.execute("INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?)", row)
            if not made.rowcount:
                raise InputError(f"there is a session {session_id!r} already", "a new id", "choose another id")
        return SessionRow(session=session_id, owner=owner, title=title, created=row[3])

    def session(self, session_id: str) -> SessionRow | None:
        """Return the session, or None."""
        rows = self._database.rows("SELECT * FROM sessions WHERE session = ?", session_id)
        return SessionRow(**rows[0]) if rows else None

    def sessions(self, owner: str) -> list[SessionRow]:
        """List an owner's sessions, newest first."""
        rows = self._database.rows("SELECT * FROM sessions WHERE owner = ? ORDER BY created DESC, rowid DESC", owner)
        return [SessionRow(**row) for row in rows]

    def add_turn(
        self,
        session: str,
        message: dict[str, Any],
        *,
        token: str,
        then: Callable[[sqlite3.Connection, int], None] | None = None,
    ) -> int:
        """Add a turn in phase "new" and return its number: 1, 2, 3 … `then` is called in the same transaction.

        Raises: SessionBusy where `token` does not own the session now; InputError for an unknown session.
        """
        with self.session_write(session, token) as connection:
            _require_session(connection, session)
            turn = _next(connection, "SELECT max(turn) FROM turns WHERE session = ?", session)
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, 'new', NULL, ?)", (session, turn, _json(message), self.clock())
            )
            if then is not None:
                then(connection, turn)
            return turn

    def set_phase(
        self,
        session: str,
        turn: int,
        phase: str,
        error: dict[str, Any] | None = None,
        *,
        token: str,
        durable: bool = True,
    ) -> None:
        """Say how far a turn got. `error` is an `errors.ErrorDocument`; None takes an earlier one away.

        Where it is not `durable`, a power cut may leave the phase before: for phases that a turn passes through.

        Raises: SessionBusy as `add_turn`; InputError for an unknown turn.
        """
        with self.session_write(session, token, durable=durable) as connection:
            _require_turn(connection, session, turn)
            connection.execute(
                "UPDATE turns SET phase = ?, error_json = ? WHERE session = ? AND turn = ?",
                (phase, None if error is None else _json(error), session, turn),
            )

    def turn(self, session: str, turn: int) -> TurnRow:
        """Return a turn.

        Raises: InputError for an unknown one.
        """
        rows = self._database.rows("SELECT * FROM turns WHERE session = ? AND turn = ?", session, turn)
        if not rows:
            raise _no_turn(session, turn)
        return TurnRow(**rows[0])

    def turns(self, session: str) -> list[TurnRow]:
        """List a session's turns in order."""
        return [
            TurnRow(**row)
            for row in self._database.rows("SELECT * FROM turns WHERE session = ? ORDER BY turn", session)
        ]

    # ------------------------------------------------------------ revisions and runs

    def add_revision(
        self,
        session: str,
        turn: int,
        chain: Chain,
        *,
        author: Author,
        parent: int | None,
        token: str,
        branch: str | None = None,
        edits: list[dict[str, Any]] | None = None,
        note: str = "",
        merged: int | None = None,
    ) -> int:
        """Add a revision to a turn and return its number: 1, 2, 3 … in each turn. None is ever overwritten.

        It becomes the head of `branch` (None: the branch the turn is on). `merged` is the revision that was merged in.

        Raises: SessionBusy as `add_turn`; InputError for an unknown turn or parent, or a chain of another turn.
        """
        if chain.turn != turn:
            raise InputError(f"a chain of turn {chain.turn} as a revision of turn {turn}", f"a chain of turn {turn}")
        with self.session_write(session, token) as connection:
            _require_turn(connection, session, turn)
            n = _next(connection, "SELECT max(n) FROM revisions WHERE session = ? AND turn = ?", session, turn)
            if parent is not None and not 1 <= parent < n:
                known = f"1 to {n - 1}" if n > 1 else "None, there is no revision yet"
                raise InputError(f"revision {parent} of turn {turn} as a parent", known)
            on = branch or use_branch(connection, session, turn)
            row = (session, turn, n, on, parent, author, _json(chain), _json(edits or []), note, self.clock(), merged)
            connection.execute("INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            head_moves_to(connection, session, turn, on, n)
            return n

    def revision(self, session: str, turn: int, n: int) -> RevisionRow:
        """Return a revision.

        Raises: InputError for an unknown one.
        """
        where = "session = ? AND turn = ? AND n = ?"
        rows = self._database.tuples(f"SELECT {_REVISION} FROM revisions WHERE {where}", session, turn, n)
        if not rows:
            told = f"turn {turn} of session {session!r} has no revision {n}"
            raise InputError(told, "a revision that was saved", f"agentvid chain history {session} --turn {turn}")
        return _revision_row(rows[0])

    def latest_revision(self, session: str, turn: int, branch: str | None = None) -> RevisionRow | None:
        """Return the head of a branch (None: of the branch the turn is on), or None where there is none."""
        rows = self._database.tuples(
            f"SELECT {_REVISION}"
            " FROM heads JOIN revisions USING (session, turn, n) WHERE session = ? AND turn = ?"
            " AND heads.branch = coalesce(?, (SELECT branch FROM current_branches WHERE session = ? AND turn = ?), ?)",
            *(session, turn, branch, session, turn, MAIN),
        )
        return _revision_row(rows[0]) if rows else None

    def revisions(self, session: str, turn: int) -> list[RevisionRow]:
        """List a turn's revisions of all branches in the order they were made."""
        query = f"SELECT {_REVISION} FROM revisions WHERE session = ? AND turn = ? ORDER BY n"
        return [_revision_row(row) for row in self._database.tuples(query, session, turn)]

    def save_step_run(self, session: str, turn: int, revision: int, step_run: StepRun, *, token: str) -> None:
        """Save what happened to a step in a revision, in place of what was saved of it before.

        Raises: SessionBusy as `add_turn`; InputError for an unknown revision.
        """
        self.save_step_runs(session, turn, revision, [step_run], token=token)

    def save_step_runs(
        self, session: str, turn: int, revision: int, step_runs: Sequence[StepRun], *, token: str
    ) -> None:
        """Save what happened to several steps at once, and add what they cost to what the session has spent.

        Raises: SessionBusy as `add_turn`; InputError for an unknown revision.
        """
        paid = any(record.executed and record.cost > 0 for record in step_runs)
        with self.session_write(session, token, durable=paid) as connection:
            where, now = (session, turn, revision), self.clock()
            if not _exists(connection, "revisions WHERE session = ? AND turn = ? AND n = ?", *where):
                raise InputError(f"turn {turn} of session {session!r} has no revision {revision}", "a saved revision")
            connection.executemany(
                "INSERT INTO step_runs VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET record_json = excluded.record_json, saved = excluded.saved",
                [(*where, record.step, json_text(record), now) for record in step_runs],
            )
            add_spending(connection, session, turn, step_runs, now)

    def run(self, session: str, turn: int, revision: int) -> Run:
        """Return what is known of a revision's run, its steps in the order of the chain.

        Raises: InputError for an unknown revision.
        """
        chain = self.revision(session, turn, revision).chain
        rows = self._database.rows(
            "SELECT record_json FROM step_runs WHERE session = ? AND turn = ? AND revision = ?", session, turn, revision
        )
        saved = {record.step: record for record in (StepRun.model_validate(row["record"]) for row in rows)}
        return Run(revision=revision, steps={step.id: saved[step.id] for step in chain.steps if step.id in saved})

    # ------------------------------------------------------------ versions and answers

    def add_version(self, session: str, artifact_json: dict[str, Any], label: str, source: str, *, token: str) -> int:
        """Name media so that words can refer to it, and return its number: 2 is "@v2".

        Raises: SessionBusy as `add_turn`; InputError for an unknown session.
        """
        with self.session_write(session, token) as connection:
            _require_session(connection, session)
            n = _next(connection, "SELECT max(n) FROM versions WHERE session = ?", session)
            row = (session, n, _json(artifact_json), label, source, self.clock())
            connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", row)
            return n

    def versions(self, session: str) -> list[VersionRow]:
        """List a session's media versions in order."""
        rows = self._database.rows("SELECT * FROM versions WHERE session = ? ORDER BY n", session)
        return [VersionRow(**row) for row in rows]

    def save_answer(
        self,
        session: str,
        turn: int,
        parts: list[dict[str, Any]],
        *,
        token: str,
        checks: list[dict[str, Any]] | None = None,
        revision: int | None = None,
    ) -> None:
        """Save a turn's answer as message parts, what was verified, and the revision that it answers for.

        Earlier answers of the turn are kept.

        Raises: SessionBusy as `add_turn`; InputError for an unknown turn.
        """
        with self.session_write(session, token) as connection:
            _require_turn(connection, session, turn)
            n = _next(connection, "SELECT max(n) FROM answers WHERE session = ? AND turn = ?", session, turn)
            row = (session, turn, n, _json(parts), self.clock(), _json(checks or []), revision)
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def answer(self, session: str, turn: int, revision: int | None = None) -> list[dict[str, Any]] | None:
        """Return the parts of a turn's newest answer (of that revision, where one is named), or None."""
        row = self._newest_answer(session, turn, revision)
        return row["parts"] if row else None

    def checks(self, session: str, turn: int, revision: int | None = None) -> list[dict[str, Any]]:
        """Return what was verified for the answer that `answer` returns."""
        row = self._newest_answer(session, turn, revision)
        return row["checks"] if row else []

    def answered(self, session: str, turn: int, revision: int) -> float | None:
        """Return when the newest answer of a revision was written, in seconds since the epoch, or None."""
        row = self._newest_answer(session, turn, revision)
        return row["created"] if row else None

    def _newest_answer(self, session: str, turn: int, revision: int | None) -> dict[str, Any] | None:
        query = (
            "SELECT parts_json, checks_json, created FROM answers WHERE session = ? AND turn = ?"
            " AND (? IS NULL OR revision = ?) ORDER BY n DESC LIMIT 1"
        )
        rows = self._database.rows(query, session, turn, revision, revision)
        return rows[0] if rows else None

    # ------------------------------------------------------------ ownership

    def check_token(self, session: str, token: str) -> None:
        """Compare a token with the session's owner, for those who write a session elsewhere.

        Raises: SessionBusy where `token` does not own the session now.
        """
        _compare(self._database.tuples_of((), _OWNER, session), session, token)

    @contextmanager
    def session_write(self, session: str, token: str, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a write transaction of a session's owner.

        Raises: SessionBusy where `token` does not own the session now.
        """
        with self.write(durable=durable) as connection:
            _compare(connection.execute(_OWNER, (session,)).fetchall(), session, token)
            yield connection


def _revision_row(row: tuple[Any, ...]) -> RevisionRow:
    session, turn, n, branch, parent, author, chain, edits, note, created, merged = row
    return RevisionRow(
        session=session,
        turn=turn,
        n=n,
        branch=branch,
        parent=parent,
        author=author,
        chain=_chain(chain),
        edits=json.loads(edits),
        note=note,
        created=created,
        merged=merged,
    )


@lru_cache(maxsize=128)
def _chain(text: str) -> Chain:
    """Read a chain, which is never changed: the nodes of a turn ask for the same one again and again."""
    return Chain.model_validate(json.loads(text))


def _compare(owners: list[tuple[str, int, str]], session: str, token: str) -> None:
    if not owners or owners[0][0] != token:
        owner = f"process {owners[0][1]} on {owners[0][2]} owns it" if owners else "it was released"
        raise SessionBusy(
            f"this process does not own session {session!r} (any more): {owner}",
            "the token of its owner",
            "open the session again; what was written before is safe",
        )


def _require_session(connection: sqlite3.Connection, session: str) -> None:
    if not _exists(connection, "sessions WHERE session = ?", session):
        raise InputError(f"there is no session {session!r}", "a session that was created", "create it first")


def _require_turn(connection: sqlite3.Connection, session: str, turn: int) -> None:
    if not _exists(connection, "turns WHERE session = ? AND turn = ?", session, turn):
        raise _no_turn(session, turn)


def _no_turn(session: str, turn: int) -> InputError:
    told = f"there is no turn {turn} in session {session!r}"
    return InputError(told, "a turn that was begun", "leave it out for the last one")


def _exists(connection: sqlite3.Connection, where: str, *values: Any) -> bool:
    return connection.execute(f"SELECT 1 FROM {where}", values).fetchone() is not None


def _next(connection: sqlite3.Connection, highest: str, *values: Any) -> int:
    return int(connection.execute(highest, values).fetchone()[0] or 0) + 1


def _json(value: BaseModel | dict[str, Any] | list[dict[str, Any]]) -> str:
    return json.dumps(value.model_dump() if isinstance(value, BaseModel) else value)  # mode="json" would lose infinity
