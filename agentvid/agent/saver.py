"""LangGraph's SQLite checkpointer, fenced: a checkpoint is only written by the process that owns the session.

All turns that an event loop runs at a time share one connection; it is closed when the last of them has ended. A turn
that is cancelled ends the write it is at first: half of one would hold the database's lock until another turn writes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agentvid.store.private import private_file

__all__ = ["Checkpoints"]

T = TypeVar("T")


class _FencedSaver(AsyncSqliteSaver):
    """Calls `require_ownership` before every write; it raises SessionBusy where the session is another's by now."""

    def __init__(
        self, connection: aiosqlite.Connection, lock: asyncio.Lock, require_ownership: Callable[[], None]
    ) -> None:
        super().__init__(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self.lock = lock
        self.is_setup = True
        self._require_ownership = require_ownership

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self._require_ownership()
        return await _whole(super().aput(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self._require_ownership()
        await _whole(super().aput_writes(config, writes, task_id, task_path))


async def _whole(write: Coroutine[Any, Any, T]) -> T:
    """Do a write to its end, also where the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(write)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


@dataclass
class _Shared:
    """A connection of one event loop, and how many turns use it. `lock` keeps their transactions apart."""

    users: int = 0
    connection: aiosqlite.Connection | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Checkpoints:
    """The checkpoint database at `path`; strict msgpack, so that state stays plain JSON."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: dict[asyncio.AbstractEventLoop, _Shared] = {}

    @asynccontextmanager
    async def saver(self, require_ownership: Callable[[], None]) -> AsyncIterator[AsyncSqliteSaver]:
        """Open it for one turn.

        Raises: sqlite3.DatabaseError where it can't be used.
        """
        loop = asyncio.get_running_loop()
        shared = self._open.setdefault(loop, _Shared())
        shared.users += 1
        try:
            async with shared.lock:
                if shared.connection is None:
                    shared.connection = await _connected(self.path)
            yield _FencedSaver(shared.connection, shared.lock, require_ownership)
        except sqlite3.DatabaseError:
            self._forget(loop, shared)
            raise
        finally:
            shared.users -= 1
            if not shared.users:
                self._forget(loop, shared)
                if shared.connection is not None:
                    await asyncio.shield(shared.connection.close())

    def _forget(self, loop: asyncio.AbstractEventLoop, shared: _Shared) -> None:
        if self._open.get(loop) is shared:
            del self._open[loop]


async def _connected(path: Path) -> aiosqlite.Connection:
    private_file(path)
    connection = await aiosqlite.connect(path)
    try:
        await connection.execute("PRAGMA busy_timeout = 10000")
        await connection.execute("PRAGMA synchronous = NORMAL")
        await AsyncSqliteSaver(connection).setup()
    except BaseException:
        await asyncio.shield(connection.close())
        raise
    return connection
