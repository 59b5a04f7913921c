"""The worker process that hosts one engine: JSON lines in on stdin, JSON lines out on stdout.

    in   {"engine": "module:Class", "store": "/path"}              once
    in   {"run": 7, "request": {…}, "job": {"id": "…" or null, "idempotency_key": "…"}}    one at a time
    in   {"cancel": 7}
    in   {"kept": 7, "job": {…}} | {"kept": 7, "error": {…}}       the answer to "keep" and "forget", once on the disk
    out  {"ready": true} | {"run": 7, "event": {…}} | {"run": 7, "result": {…}} | {"run": 7, "error": {…}}
    out  {"run": 7, "keep": "id of a job"} | {"run": 7, "forget": true}

Whatever an engine prints goes to stderr. The end of stdin (the parent is gone) ends the process at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from agentvid.engine import Engine, EngineContext, EngineRequest
from agentvid.errors import AgentvidError
from agentvid.events import Event
from agentvid.plugins import load_engine
from agentvid.run.job import run_engine
from agentvid.run.wire import error_from_json, error_to_json
from agentvid.store.objects import ObjectStore

__all__ = ["main"]


class _Line:
    """The way out: one JSON document per line, from any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, document: dict[str, Any]) -> None:
        with self._lock:
            self._stream.write(json.dumps(document, ensure_ascii=False) + "\n")
            self._stream.flush()


@dataclass
class _FarJob:
    """The job of one request: the parent keeps it, and says so before the engine goes on."""

    number: int
    out: _Line
    answers: queue.Queue[dict[str, Any]]
    job: str | None
    idempotency_key: str

    async def keep(self, job: str) -> None:
        await self._ask({"keep": job})

    async def forget(self) -> None:
        await self._ask({"forget": True})

    async def _ask(self, asked: dict[str, Any]) -> None:
        self.out.send({"run": self.number, **asked})
        answer = await asyncio.to_thread(self.answers.get)
        if "error" in answer:
            raise error_from_json(answer["error"])
        self.job, self.idempotency_key = answer["job"]["id"], answer["job"]["idempotency_key"]


def main() -> None:
    """Serve requests until stdin ends."""
    out = _Line(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    hello = json.loads(sys.stdin.readline() or "{}")
    if not hello:
        return
    cancelled: set[int] = set()
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    answers: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_serve_or_die, args=(hello, out, requests, answers, cancelled), daemon=True).start()
    for line in sys.stdin:
        message = json.loads(line)
        if "cancel" in message:
            cancelled.add(message["cancel"])
        elif "kept" in message:
            answers.put(message)
        else:
            requests.put(message)
    os._exit(0)


def _serve_or_die(*args: Any) -> None:
    try:
        _serve(*args)
    finally:
        os._exit(1)


def _serve(
    hello: dict[str, Any],
    out: _Line,
    requests: queue.Queue[dict[str, Any]],
    answers: queue.Queue[dict[str, Any]],
    cancelled: set[int],
) -> None:
    try:
        engine = load_engine(hello["engine"])
        store = ObjectStore(Path(hello["store"]))
    except AgentvidError as error:
        out.send({"ready": False, "error": error_to_json(error)})
        return
    out.send({"ready": True})
    while True:
        message = requests.get()
        number, job = message["run"], message["job"]
        keeper = _FarJob(number, out, answers, job["id"], job["idempotency_key"])
        _run_one(engine, store, out, number, message["request"], keeper, cancelled)


def _run_one(
    engine: Engine,
    store: ObjectStore,
    out: _Line,
    number: int,
    request: dict[str, Any],
    keeper: _FarJob,
    cancelled: set[int],
) -> None:
    def emit(event: Event) -> None:
        out.send({"run": number, "event": event.model_dump(mode="json")})

    context = EngineContext(store=store, emit=emit, cancelled=lambda: number in cancelled, jobs=keeper)
    try:
        result = asyncio.run(run_engine(engine, EngineRequest.model_validate(request), context))
        out.send({"run": number, "result": result.model_dump(mode="json")})
    except BaseException as error:  # SystemExit of a library as well: whoever waits must hear of it
        out.send({"run": number, "error": error_to_json(error)})


if __name__ == "__main__":
    main()
