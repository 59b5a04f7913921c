"""The SQLite file under the log: its migrations (`tables`) carried out, its connection, its transactions.

One connection per process, behind a lock: every call does well under a millisecond of work. The journal is a
write-ahead log. `PRAGMA synchronous` is set before each transaction: FULL for what a person wrote or paid for (turns,
revisions, versions, answers, ownership, jobs, results that cost money), NORMAL for what can be made again (runs, other
results, leases): after a power cut the latter may miss its last moments, but the file is never damaged.
Source: SQLite manual, "Write-Ahead Logging" and "PRAGMA synchronous".

A write that may wait (`write_later`) goes into the next transaction, before what that one writes, and before anything
is read: in this process it is seen at once, by others only then, and a process that is killed before loses it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from agentvid.errors import StoreError
from agentvid.store.private import make_home, private_file
from agentvid.store.tables import JSON_COLUMNS, MIGRATIONS

__all__ = ["JSON_COLUMNS", "MIGRATIONS", "Database"]

_BUSY_SECONDS: Final = 30.0


class Database:
    """The log's SQLite file, made where it does not exist. Safe to share between threads and processes.

    Raises: StoreError where the file is no log, was written by a newer agentvid, or can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path).absolute()
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._open: sqlite3.Connection | None = None
        self._durable: bool | None = None
        self._looking = threading.Lock()
        self._reader: sqlite3.Connection | None = None
        self._later: dict[Hashable, tuple[str, Callable[..., Sequence[Any]], tuple[Any, ...]]] = {}
        self._tables_later: set[str] = set()
        try:
            make_home(self.path.parent)
            private_file(self.path)
        except OSError as error:
            raise self._unusable(error) from error
        with self.write(durable=True) as connection:
            _migrate(connection, str(self.path))

    def close(self) -> None:
        """Write what waits and close the connection; a later call opens it again.

        Raises: StoreError as `write`, with the connection closed.
        """
        with self._lock:
            try:
                self.flush()
            finally:
                with self._looking:
                    for connection in (self._open, self._reader):
                        if connection is not None and self._pid == os.getpid():
                            connection.close()
                    self._open = self._reader = None

    @contextmanager
    def write(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a write transaction: all of it happens, or, after an error, nothing.

        A write inside another one is part of it, and happens when that ends; only a durable one may hold durable ones.

        Raises: StoreError where the database is full, damaged, or locked by others for half a minute.
        """
        with self._lock:
            if self._open is not None and self._pid == os.getpid() and self._open.in_transaction:
                assert self._durable or not durable
                yield self._open
                return
            try:
                connection = self._connection()
                if durable is not self._durable:
                    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                    self._durable = durable
                connection.execute("BEGIN IMMEDIATE")
                try:
                    written = list(self._later)
                    for statement, waiting in groupby(self._later.values(), key=itemgetter(0)):
                        connection.executemany(statement, [values(*arguments) for _, values, arguments in waiting])
                    yield connection
                    connection.execute("COMMIT")
                    for name in written:
                        del self._later[name]
                    if not self._later:
                        self._tables_later.clear()
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def write_later(
        self, table: str, name: Hashable, statement: str, values: Callable[..., Sequence[Any]], *arguments: object
    ) -> None:
        """Put a statement that writes a table into the next transaction, or let `flush`, or whoever reads that table,
        make one. `values` is called for its values then.

        One whose `name` waits already is dropped: the first stays.
        """
        with self._lock:
            self._tables_later.add(table)
            self._later.setdefault(name, (statement, values, arguments))

    def flush(self) -> None:
        """Write what waits.

        Raises: StoreError as `write`; it then waits on.
        """
        with self._lock:
            if self._later and not self._connection().in_transaction:
                with self.write(durable=False):
                    pass

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Return rows by column name; `*_json` columns are read, and lose that ending.

        Raises: StoreError as `write`.
        """
        with self._lock:
            self._flush_for(query)
            names, rows = self._found(query, values)
        return [dict(_read(name, value) for name, value in zip(names, row, strict=True)) for row in rows]

    def tuples(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows as they are.

        Raises: StoreError as `write`.
        """
        with self._lock:
            self._flush_for(query)
            return self._found(query, values)[1]

    def tuples_of(self, names: Iterable[Hashable], query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows as they are, where of all that waits only writes of these names matter to the query.

        Raises: StoreError as `write`.
        """
        with self._lock:
            if any(name in self._later for name in names):
                self.flush()
            return self._found(query, values)[1]

    def look(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows as they are on the disk, without waiting for a write that is being made: for event loops.

        What waits to be written later is not seen.

        Raises: StoreError as `write`.
        """
        try:
            with self._looking:
                self._mind_fork()
                if self._reader is None:
                    self._reader = _connected(self.path)
                    self._reader.execute("PRAGMA query_only=ON")
                return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def others_wrote(self) -> int:
        """Return a number that changes when another connection has written. What waits here is not written for it."""
        ((number,),) = self.tuples_of((), "PRAGMA data_version")
        return int(number)

    def _flush_for(self, query: str) -> None:
        if any(table in query for table in self._tables_later):
            self.flush()

    def _found(self, query: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            found = self._connection().execute(query, values)
            return [column[0] for column in found.description], found.fetchall()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _connection(self) -> sqlite3.Connection:
        self._mind_fork()
        if self._open is None:
            self._open = _connected(self.path)
            self._durable = None
            self._open.execute("PRAGMA foreign_keys=ON")
            _use_write_ahead_log(self._open)
        return self._open

    def _mind_fork(self) -> None:
        """Let go of what is the parent's: a connection must not be carried over a fork, and it writes what waits."""
        if self._pid != os.getpid():
            self._pid, self._open, self._reader = os.getpid(), None, None
            self._later, self._tables_later = {}, set()

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"the log {self.path} can't be used: {error}",
            "a log of agentvid on a local disk that can be written and is not full",
            "free some space or correct its permissions; where it is damaged, take a backup or another data folder",
        )


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the journal mode. Unlike other statements this one does not wait for another process that does the same.

    Source: SQLite manual, sqlite3_busy_handler: the handler is not called where waiting could deadlock.
    """
    last = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise sqlite3.OperationalError(f"its file system bears no write-ahead log (got {mode})")
        return


def _read(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith("_json"):
        return name.removesuffix("_json"), None if value is None else json.loads(value)
    return name, value


def _migrate(connection: sqlite3.Connection, where: str) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)")
    (done,) = connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()
    if done > len(MIGRATIONS):
        raise StoreError(
            f"the log {where} is of format {done}, written by a newer agentvid",
            f"format {len(MIGRATIONS)} or older",
            "install the newer agentvid again, or use another data folder",
        )
    for number, statements in enumerate(MIGRATIONS[done:], start=done + 1):
        for statement in statements:
            connection.execute(statement)
        connection.execute("INSERT INTO migrations VALUES (?)", (number,))
