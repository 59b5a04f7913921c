"""Hosts: where engines run. Worker processes by default, this process for tests and notebooks.

A worker serves one request at a time; an engine that bears several at once gets several workers. Cancelling the
awaiting task asks the engine to stop between frames or sampling steps and ends the process after `GRACE_SECONDS`.
A worker that dies is one failed step (EngineDied), never a dead agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, Final, Protocol

from agentvid.engine import Engine, EngineContext, EngineRequest, EngineResult, JobKeeper
from agentvid.errors import AgentvidError, EngineDied
from agentvid.events import Emit, load_event
from agentvid.plugins import engine_paths
from agentvid.run.job import run_engine
from agentvid.run.wire import error_from_json, error_to_json
from agentvid.store.objects import ObjectStore

__all__ = ["GRACE_SECONDS", "Host", "InProcessHost", "WorkerHost"]

GRACE_SECONDS: Final = 5.0
_LINE_LIMIT: Final = 16 * 2**20


class Host(Protocol):
    """Runs requests on engines."""

    async def run(
        self, engine: Engine, request: EngineRequest, emit: Emit, job: JobKeeper | None = None
    ) -> EngineResult:
        """Run one request. `job` keeps what the engine starts elsewhere; None keeps it as long as the request runs.

        Raises: what the engine raised, EngineDied, asyncio.CancelledError after a cooperative stop.
        """
        ...

    async def close(self) -> None:
        """Stop all that runs and give everything back."""
        ...


class InProcessHost:
    """Engines in a thread of this process: quick to start, and a crash of an engine is a crash of the caller."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._slots: dict[str, asyncio.Semaphore] = {}

    async def run(
        self, engine: Engine, request: EngineRequest, emit: Emit, job: JobKeeper | None = None
    ) -> EngineResult:
        """Run one request in a thread."""
        loop = asyncio.get_running_loop()
        stop = False

        def tell(event: Any) -> None:
            loop.call_soon_threadsafe(emit, event)

        context = EngineContext(self._store, tell, lambda: stop)
        if job is not None:
            context = dataclasses.replace(context, jobs=job)

        def work() -> EngineResult:
            try:
                return asyncio.run(run_engine(engine, request, context))
            except AgentvidError:
                raise
            except Exception as error:
                raise error_from_json(error_to_json(error)) from error

        async with self._slots.setdefault(engine.name, asyncio.Semaphore(engine.concurrency)):
            working = asyncio.ensure_future(asyncio.to_thread(work))
            try:
                return await asyncio.shield(working)
            except asyncio.CancelledError:
                stop = True
                await asyncio.wait([working], timeout=GRACE_SECONDS)
                if working.done():
                    working.exception()
                raise

    async def close(self) -> None:
        """Nothing is held."""


class _Worker:
    """One worker process. Not for two requests at once."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0

    @classmethod
    async def start(cls, engine: str, store: ObjectStore) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "agentvid.run.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_LIMIT,
            start_new_session=True,
        )
        worker = cls(process)
        try:
            await worker._send({"engine": engine_paths().get(engine, engine), "store": str(Path(store.root).resolve())})
            hello = await worker._receive()
            if not hello["ready"]:
                raise error_from_json(hello["error"])
        except BaseException:
            await worker.kill()
            raise
        return worker

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def run(self, request: EngineRequest, emit: Emit, job: JobKeeper) -> EngineResult:
        self._number += 1
        told = {"run": self._number, "request": request.model_dump(mode="json"), "job": _told(job)}
        await self._send(told)
        try:
            return await self._result(emit, job)
        except asyncio.CancelledError:
            await self._stop_request(job)
            raise

    async def _result(self, emit: Emit, job: JobKeeper) -> EngineResult:
        while True:
            message = await self._receive()
            if message["run"] != self._number:
                continue
            if "event" in message:
                emit(load_event(message["event"]))
            elif "keep" in message or "forget" in message:
                await self._keep(message, job)
            elif "error" in message:
                raise error_from_json(message["error"])
            else:
                return EngineResult.model_validate(message["result"])

    async def _keep(self, message: dict[str, Any], job: JobKeeper) -> None:
        """Keep or forget a job, and say so: the engine goes on only once it is on the disk."""
        try:
            await (job.keep(message["keep"]) if "keep" in message else job.forget())
        except AgentvidError as error:
            await self._send({"kept": self._number, "error": error_to_json(error)})
        else:
            await self._send({"kept": self._number, "job": _told(job)})

    async def _stop_request(self, job: JobKeeper) -> None:
        """Ask the engine to stop and wait for its last word; end the process where none comes in time."""
        try:
            await self._send({"cancel": self._number})
            async with asyncio.timeout(GRACE_SECONDS):
                await self._result(lambda event: None, job)
        except TimeoutError:
            await self.kill()
        except AgentvidError:
            return

    async def _send(self, document: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError):
            raise await self._death() from None

    async def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            line = await self._process.stdout.readline()
        except ValueError:  # a line beyond the limit: nothing that follows can be understood
            await self.kill()
            raise await self._death() from None
        if not line.endswith(b"\n"):
            raise await self._death()
        message: dict[str, Any] = json.loads(line)
        return message

    async def _death(self) -> EngineDied:
        code = await self._process.wait()
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return EngineDied(
            f"the engine's worker process ended ({how})",
            "it to finish its work",
            "run again (finished steps are kept); if it was out of memory, use smaller media",
        )

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()


def _told(job: JobKeeper) -> dict[str, Any]:
    return {"id": job.job, "idempotency_key": job.idempotency_key}


class WorkerHost:
    """A pool of worker processes, made when first needed and reused."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._idle: defaultdict[str, list[_Worker]] = defaultdict(list)
        self._busy: set[_Worker] = set()

    async def run(
        self, engine: Engine, request: EngineRequest, emit: Emit, job: JobKeeper | None = None
    ) -> EngineResult:
        """Run one request in a worker of that engine, waiting for a free one."""
        keeper = job or EngineContext(self._store).jobs
        async with self._slots.setdefault(engine.name, asyncio.Semaphore(engine.concurrency)):
            worker = await self._worker(engine.name)
            self._busy.add(worker)
            try:
                return await worker.run(request, emit, keeper)
            finally:
                self._busy.discard(worker)
                if worker.is_alive:
                    self._idle[engine.name].append(worker)

    async def _worker(self, engine: str) -> _Worker:
        while self._idle[engine]:
            worker = self._idle[engine].pop()
            if worker.is_alive:
                return worker
        return await _Worker.start(engine, self._store)

    async def close(self) -> None:
        """End all workers."""
        workers = [worker for idle in self._idle.values() for worker in idle] + list(self._busy)
        self._idle.clear()
        for worker in workers:
            await worker.kill()
