"""Delete a session: the rows that hold it, and what LangGraph keeps of its turns."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Final

from agentvid.server.hub import Hub
from agentvid.store.fence import acquire

__all__ = ["delete_session"]

_TABLES: Final = (
    "step_runs",
    "left_children",
    "current_branches",
    "heads",
    "answers",
    "versions",
    "spending",
    "budgets",
    "events",
    "work",
    "videos",
    "chats",
    "ownership",
)


async def delete_session(hub: Hub, owner: str, session: str) -> None:
    """Delete an owner's session. Its media and cached results go by themselves when nothing uses them.

    Raises: HttpError 404; SessionBusy where something is done with it now, here or in another process.
    """

    async def work() -> None:
        hub.check_session(owner, session)
        async with hub.reserved(session):
            hub.log.flush()
            with _whole(hub, session) as connection:
                for table in _TABLES:
                    connection.execute(f"DELETE FROM {table} WHERE session = ?", (session,))
                connection.execute("PRAGMA defer_foreign_keys=ON")
                for table in ("revisions", "turns", "sessions"):
                    connection.execute(f"DELETE FROM {table} WHERE session = ?", (session,))
            _forget_checkpoints(hub, session)
            hub.media.forget(owner)
            hub.stream.forget(session)

    await hub.do(work())


@contextlib.contextmanager
def _whole(hub: Hub, session: str) -> Iterator[sqlite3.Connection]:
    """Own the session and give a write transaction on it, which also ends the ownership."""
    ownership = acquire(hub.log, session)
    try:
        with hub.log.session_write(session, ownership.token) as connection:
            yield connection
    except BaseException:
        ownership.release()
        raise


def _forget_checkpoints(hub: Hub, session: str) -> None:
    path = hub.agent.home / "turns.sqlite"
    if not path.is_file():
        return
    connection = sqlite3.connect(path, timeout=10)
    try:
        for table in ("checkpoints", "writes"):
            with contextlib.suppress(sqlite3.OperationalError):  # no turn was run yet
                connection.execute(
                    f"DELETE FROM {table} WHERE thread_id >= ? AND thread_id < ?", (f"{session}/t", f"{session}/u")
                )
        connection.commit()
    finally:
        connection.close()
