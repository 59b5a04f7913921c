"""The worker process that hosts one engine: JSON lines in on stdin, JSON lines out on stdout.

    in   {"engine": "module:Class", "store": "/path"}              once
    in   {"run": 7, "request": {…}}                                one at a time
    in   {"cancel": 7}
    out  {"ready": true} | {"run": 7, "event": {…}} | {"run": 7, "result": {…}} | {"run": 7, "error": {…}}

Whatever an engine prints goes to stderr. The end of stdin (the parent is gone) ends the process at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from agentvid.engine import Engine, EngineContext, EngineRequest
from agentvid.errors import AgentvidError
from agentvid.events import Event
from agentvid.plugins import load_engine
from agentvid.run.wire import error_to_json
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


def main() -> None:
    """Serve requests until stdin ends."""
    out = _Line(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    hello = json.loads(sys.stdin.readline() or "{}")
    if not hello:
        return
    cancelled: set[int] = set()
    jobs: queue.Queue[tuple[int, dict[str, Any]]] = queue.Queue()
    threading.Thread(target=_serve_or_die, args=(hello, out, jobs, cancelled), daemon=True).start()
    for line in sys.stdin:
        message = json.loads(line)
        if "cancel" in message:
            cancelled.add(message["cancel"])
        else:
            jobs.put((message["run"], message["request"]))
    os._exit(0)


def _serve_or_die(*args: Any) -> None:
    try:
        _serve(*args)
    finally:
        os._exit(1)


def _serve(
    hello: dict[str, Any], out: _Line, jobs: queue.Queue[tuple[int, dict[str, Any]]], cancelled: set[int]
) -> None:
    try:
        engine = load_engine(hello["engine"])
        store = ObjectStore(Path(hello["store"]))
    except AgentvidError as error:
        out.send({"ready": False, "error": error_to_json(error)})
        return
    out.send({"ready": True})
    while True:
        number, request = jobs.get()
        _run_one(engine, store, out, number, request, cancelled)


def _run_one(
    engine: Engine, store: ObjectStore, out: _Line, number: int, request: dict[str, Any], cancelled: set[int]
) -> None:
    def emit(event: Event) -> None:
        out.send({"run": number, "event": event.model_dump(mode="json")})

    context = EngineContext(store=store, emit=emit, cancelled=lambda: number in cancelled)
    try:
        result = asyncio.run(engine.run(EngineRequest.model_validate(request), context))
        out.send({"run": number, "result": result.model_dump(mode="json")})
    except BaseException as error:  # SystemExit of a library as well: whoever waits must hear of it
        out.send({"run": number, "error": error_to_json(error)})


if __name__ == "__main__":
    main()
