"""Engines in worker processes: results, progress, cancelling, death."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time

import pytest

from agentvid.engine import EngineRequest, pack
from agentvid.engines.fake import FakeEngine
from agentvid.errors import EngineDied, EngineError, ToolFailed
from agentvid.events import Event, Progress, ignore
from agentvid.media.types import Image
from agentvid.run import host as host_module
from agentvid.run.host import InProcessHost, WorkerHost
from agentvid.store.objects import ObjectStore

ENGINE = FakeEngine()


def request(prompt: str = "cat") -> EngineRequest:
    return EngineRequest(task="text_to_image", inputs={"prompt": pack(prompt)})


async def busy_worker(host: WorkerHost):
    """The one worker, once it is at work."""
    for _ in range(400):
        if host._busy:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    (worker,) = host._busy
    return worker


@pytest.fixture
async def host(store: ObjectStore):
    made = WorkerHost(store)
    yield made
    await made.close()


async def test_a_worker_gives_the_same_as_this_process(host: WorkerHost, store: ObjectStore):
    events: list[Event] = []
    far = await host.run(ENGINE, request(), events.append)
    near = await InProcessHost(store).run(ENGINE, request(), ignore)
    assert far == near
    assert store.image(far.get("image", Image)).ndim == 3
    assert any(isinstance(event, Progress) for event in events)


async def test_a_worker_is_reused(host: WorkerHost):
    await host.run(ENGINE, request("a"), ignore)
    started = time.monotonic()
    await host.run(ENGINE, request("b"), ignore)
    assert len(host._idle["fake"]) == 1
    assert time.monotonic() - started < 5


async def test_an_engines_error_arrives_as_what_it_was(host: WorkerHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=fail")
    with pytest.raises(ToolFailed):
        await host.run(ENGINE, request(), ignore)


async def test_a_worker_that_dies_is_an_error_and_the_next_request_works(
    host: WorkerHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=die")
    with pytest.raises(EngineDied, match="run again"):
        await host.run(ENGINE, request(), ignore)
    monkeypatch.delenv("AGENTVID_FAKE")
    assert (await host.run(ENGINE, request(), ignore)).get("image", Image)


async def test_a_worker_killed_from_outside_is_an_error(host: WorkerHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=slow:30")
    job = asyncio.create_task(host.run(ENGINE, request(), ignore))
    worker = await busy_worker(host)
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(EngineDied, match="signal 9"):
        await job


async def test_cancelling_is_cooperative_and_keeps_the_worker(host: WorkerHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=slow:30")
    started = asyncio.Event()
    job = asyncio.create_task(host.run(ENGINE, request(), lambda event: started.set()))
    await asyncio.wait_for(started.wait(), 20)
    begun = time.monotonic()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert time.monotonic() - begun < host_module.GRACE_SECONDS
    assert len(host._idle["fake"]) == 1


async def test_an_engine_that_ignores_cancelling_is_ended(host: WorkerHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_module, "GRACE_SECONDS", 0.5)
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=ignore_cancel:30")
    job = asyncio.create_task(host.run(ENGINE, request(), ignore))
    worker = await busy_worker(host)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert not worker.is_alive
    assert not host._idle["fake"]


async def test_a_cancelled_start_leaves_no_worker(host: WorkerHost):
    job = asyncio.create_task(host.run(ENGINE, request(), ignore))
    await asyncio.sleep(0.15)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    find = ["pgrep", "-P", str(os.getpid()), "-f", "agentvid.run.worker"]
    children = await asyncio.to_thread(subprocess.run, find, capture_output=True)
    idle = [worker for workers in host._idle.values() for worker in workers]
    assert len(children.stdout.split()) == len(idle)


async def test_an_engine_that_exits_by_itself_is_an_error(store: ObjectStore, tmp_path, monkeypatch):
    (tmp_path / "leaving.py").write_text(LEAVING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(host_module, "engine_paths", lambda: {"fake": "leaving:Leaving"})
    host = WorkerHost(store)
    with pytest.raises(EngineError, match="SystemExit"):
        await asyncio.wait_for(host.run(ENGINE, request(), ignore), 30)
    await host.close()


LEAVING = """
from agentvid.engines.fake import FakeEngine

class Leaving(FakeEngine):
    async def run(self, request, context):
        raise SystemExit(3)
"""
