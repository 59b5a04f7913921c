"""LangGraph's SQLite checkpointer, fenced: a checkpoint is only written by the process that owns the session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

__all__ = ["fenced_saver"]


class _FencedSaver(AsyncSqliteSaver):
    """Calls `require_ownership` before every write; it raises SessionBusy where the session is another's by now."""

    def __init__(self, connection: aiosqlite.Connection, require_ownership: Callable[[], None]) -> None:
        super().__init__(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        self._require_ownership = require_ownership

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self._require_ownership()
        return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self._require_ownership()
        await super().aput_writes(config, writes, task_id, task_path)


@asynccontextmanager
async def fenced_saver(path: Path, require_ownership: Callable[[], None]) -> AsyncIterator[AsyncSqliteSaver]:
    """Open the checkpoint database at `path` for one turn; strict msgpack, so that state stays plain JSON."""
    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA busy_timeout = 10000")
        await connection.execute("PRAGMA synchronous = NORMAL")
        yield _FencedSaver(connection, require_ownership)
