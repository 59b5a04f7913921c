"""Checkpoints that turns write over one connection."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from langgraph.checkpoint.base import empty_checkpoint

from agentvid.agent.checkpoints import Checkpoints


async def test_a_write_that_is_cancelled_holds_no_lock(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path / "turns.sqlite")
    config = {"configurable": {"thread_id": "holiday/t1", "checkpoint_ns": ""}}
    with checkpoints.saver(lambda: None), checkpoints.saver(lambda: None) as saver:
        for steps in range(1, 12):  # cancelled at another place each time
            checkpoint = empty_checkpoint()
            written = {"configurable": {**config["configurable"], "checkpoint_id": checkpoint["id"]}}
            for write in (
                saver.aput(config, checkpoint, {}, {}),
                saver.aput_writes(written, [("text", "blue")], "task"),
            ):
                task = asyncio.create_task(write)
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait([task])
                await asyncio.sleep(0.01)
                with sqlite3.connect(checkpoints.path, timeout=0) as other:
                    other.execute("BEGIN IMMEDIATE")
                other.close()
    checkpoints.close()
