"""LangGraph's SQLite checkpointer, fenced: a checkpoint is only written by the process that owns the session.

Every call is one short transaction, made where it is called, so that a turn that is cancelled leaves none half done.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

__all__ = ["FencedSaver"]

_SERDE = JsonPlusSerializer(allowed_msgpack_modules=None)
"""Strict msgpack, so that state stays plain JSON."""


class FencedSaver(SqliteSaver):
    """Calls `require_ownership` before every write; it raises SessionBusy where the session is another's by now.

    The connection, of a database that is set up, is shared with others that hold `lock`.
    """

    def __init__(
        self, connection: sqlite3.Connection, lock: threading.Lock, require_ownership: Callable[[], None]
    ) -> None:
        super().__init__(connection, serde=_SERDE)
        self.lock = lock
        self.is_setup = True
        self._require_ownership = require_ownership

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return the checkpoint that `config` names, its thread's newest where it names none; None without one."""
        return self.get_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write a checkpoint.

        Raises: SessionBusy.
        """
        self._require_ownership()
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Write what a node that did not end has written.

        Raises: SessionBusy.
        """
        self._require_ownership()
        self.put_writes(config, writes, task_id, task_path)
