"""The file in which LangGraph's checkpoints lie: one connection, opened with the first turn, closed with the agent."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentvid.errors import StoreError
from agentvid.store.private import private_file

if TYPE_CHECKING:
    from agentvid.agent.saver import FencedSaver

__all__ = ["Checkpoints"]

_BUSY_SECONDS = 10.0


class Checkpoints:
    """The checkpoint database at `path`. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def saver(self, require_ownership: Callable[[], None]) -> Iterator[FencedSaver]:
        """Give what writes the checkpoints of one turn; `require_ownership` is called before every write.

        Raises: StoreError where the file can't be used; one that is damaged is set aside.
        """
        from agentvid.agent.saver import FencedSaver

        try:
            with self.lock:
                if self._connection is None:
                    self._connection = _connected(self.path)
            yield FencedSaver(self._connection, self.lock, require_ownership)
        except sqlite3.DatabaseError as error:
            self.close()
            raise self._unusable(error) from error

    def close(self) -> None:
        """Close the file; a later turn opens it again."""
        with self.lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _unusable(self, error: sqlite3.DatabaseError) -> StoreError:
        path = self.path
        if isinstance(error, sqlite3.OperationalError):
            return StoreError(f"the checkpoints in {path} can't be used: {error}", "a readable database", "try again")
        aside = path.with_name(f"{path.name}.damaged-{uuid.uuid4().hex[:8]}")
        path.replace(aside)
        return StoreError(
            f"the checkpoints in {path} are damaged ({error})",
            "a sound database; chains and results lie elsewhere and are safe",
            f"run the command again; the damaged file was set aside as {aside.name}",
        )


def _connected(path: Path) -> sqlite3.Connection:
    from langgraph.checkpoint.sqlite import SqliteSaver

    private_file(path)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        SqliteSaver(connection).setup()
    except BaseException:
        connection.close()
        raise
    return connection
