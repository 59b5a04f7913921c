"""A chat endpoint on loopback that speaks OpenAI's wire: chunked server-sent events, and the errors of real ones.

`script` holds what each request in turn gets; the last one is kept. `asked` keeps every request.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "test-model"
KEY = "sk-test-4f9c2b7e1d8a6053"
USAGE = {"prompt_tokens": 2000, "completion_tokens": 500, "total_tokens": 2500}

Act = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        act = self.server.endpoint.next_act(self.path, dict(self.headers), body)
        act(self)

    def do_GET(self) -> None:
        self.server.endpoint.looked.append((self.path, dict(self.headers)))
        act = self.server.endpoint.models
        act(self) if callable(act) else self.answer(200, act)

    def answer(self, status: int, document: Any, **headers: str) -> None:
        data = document.encode() if isinstance(document, str) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def data(self, document: Any) -> None:
        self.chunk(f"data: {document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)}\n\n")

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def cut(self) -> None:
        """Close the connection in the middle of the answer."""
        self.close_connection = True
        self.connection.shutdown(2)

    def log_message(self, *args: object) -> None:
        return


def delta(text: str = "", **more: Any) -> dict[str, Any]:
    change = {"content": text, **more} if text or not more else more
    choice = {"index": 0, "delta": change, "finish_reason": None}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}


def finish(reason: str = "stop") -> dict[str, Any]:
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}], "usage": None}


def says(
    told: Any,
    *,
    size: int = 7,
    usage: dict[str, Any] | None = USAGE,
    reason: str = "stop",
    thinking: str = "",
    pause: float = 0,
) -> Act:
    """Stream an answer in small pieces, then the usage, then [DONE]."""
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.data(delta("", role="assistant", content=""))
        handler.chunk(": keep-alive\n\n")
        if thinking:
            handler.data(delta(reasoning_content=thinking))
        for at in range(0, len(text), size):
            handler.data(delta(text[at : at + size]))
            if pause:
                time.sleep(pause)
        handler.data(finish(reason))
        if usage is not None:
            handler.data({"id": "chatcmpl-1", "choices": [], "usage": usage})
        handler.data("[DONE]")
        handler.end_stream()

    return act


def refuses(
    status: int, message: str, code: str | None = None, kind: str = "invalid_request_error", **headers: str
) -> Act:
    """Answer with an error document as OpenAI, DeepSeek and vLLM write them."""
    error = {"error": {"message": message, "type": kind, "param": None, "code": code or kind}}
    return lambda handler: handler.answer(status, error, **headers)


NO_SCHEMA = refuses(400, "This response_format type is unavailable now")
NO_JSON = refuses(400, "'response_format.type' : value must be 'text'")
BUSY = refuses(429, "Rate limit reached for requests", "rate_limit_exceeded", "requests", Retry_After="2")
BROKEN = refuses(500, "The server had an error while processing your request", None, "server_error")


def wrong_key(handler: Handler) -> None:
    """Answer as an endpoint that shows the key it was sent."""
    sent = handler.headers["Authorization"].removeprefix("Bearer ")
    handler.answer(
        401, {"error": {"message": f"Incorrect API key provided: {sent}.", "type": "x", "code": "invalid_api_key"}}
    )


def cut_after(told: Any, length: int) -> Act:
    """Stream the first characters of an answer and close the connection."""
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)

    def act(handler: Handler) -> None:
        handler.start_stream()
        for at in range(0, length, 7):
            handler.data(delta(text[at : min(at + 7, length)]))
        handler.cut()

    return act


def hangs_after(told: Any, length: int, hold: threading.Event) -> Act:
    """Stream the first characters of an answer, and nothing more until `hold` is set."""
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)

    def act(handler: Handler) -> None:
        handler.start_stream()
        for at in range(0, length, 7):
            handler.data(delta(text[at : min(at + 7, length)]))
        hold.wait(60)

    return act


@dataclass
class ChatEndpoint:
    """The endpoint: `with ChatEndpoint([says({...})]) as endpoint: endpoint.url`."""

    script: list[Act] = field(default_factory=list)
    models: Any = field(default_factory=lambda: {"object": "list", "data": [{"id": MODEL, "object": "model"}]})
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    looked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def next_act(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Act:
        act = self.script[min(len(self.asked), len(self.script) - 1)]
        self.asked.append(body)
        self.headers.append(headers)
        self.paths.append(path)
        return act

    def __enter__(self) -> ChatEndpoint:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None  # type: ignore[method-assign]
        self.server.endpoint = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def told(self, index: int = -1) -> str:
        """Return all text of a request's messages."""
        parts = [message["content"] for message in self.asked[index]["messages"]]
        return "\n".join(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts)


async def until(is_so: Callable[[], object]) -> None:
    """Wait until something that another thread brings about is so."""
    while not is_so():  # noqa: ASYNC110 (what is waited for sets no event)
        await asyncio.sleep(0.01)


def recolour(turn: int = 1, *, colour: str = "blue", zh: bool = False, **changed: Any) -> dict[str, Any]:
    """Return the answer of a good model to "make the red cup blue": the whole chain, as it is written on the wire."""
    t = f"t{turn}"
    thoughts = (
        (
            "先在 @v1 里找到红色的杯子。",
            "看看它的颜色和明暗。",
            "计划把它变成蓝色。",
            "只改杯子所在的地方。",
            "量一量结果。",
        )
        if zh
        else (
            "Find the red cup in @v1, as only it should change.",
            "See its colours and its light.",
            f"Plan to make it {colour}, and keep light and shade.",
            "Change the picture where the cup is, and there only.",
            "Measure whether that worked.",
        )
    )
    what = "红色的杯子" if zh else "red cup"

    def port(step: int, name: str) -> dict[str, str]:
        return {"from": f"{t}.s{step}.{name}"}

    photo = {"from": "@v1"}
    plan_args = {
        "operation": "recolour",
        "target": what,
        "colour": colour,
        **{name: port(2, name) for name in ("palette", "light", "size", "place")},
        "background": None,
        "request": None,
        "plan": None,
    }
    outside = {"kind": "unchanged_outside", "port": "image", "mask": port(1, "mask"), "before": photo}
    rows = [
        ("locate", {"image": photo, "what": what, "box": None, "point": None, "mask": None}, []),
        ("analyse", {"image": photo, "mask": port(1, "mask")}, []),
        ("plan_edit", plan_args, []),
        ("edit_image", {"image": photo, "plan": port(3, "plan"), "mask": port(1, "mask")}, [outside]),
        ("check", {"image": port(4, "image"), "before": photo, "mask": port(1, "mask"), "plan": port(3, "plan")}, []),
    ]
    steps = [
        {"id": f"{t}.s{n}", "thought": thought, "tool": tool, "args": args, "expect": expect, "engine": None}
        for n, (thought, (tool, args, expect)) in enumerate(zip(thoughts, rows, strict=True), start=1)
    ]
    answer = [f"{t}.s3.finding", f"{t}.s4.image", f"{t}.s5.answer"]
    return {"question": None, "steps": steps, "answer": answer} | changed
