"""What goes wrong is told in the dialect of its address, under the policy of every answer, wherever it went wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from conftest import Client
from fastapi import APIRouter
from toy import toy_agent

from agentvid.server import create_app

POLICY = {
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
}
WRONG: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "nowhere", {}, 404),
    ("GET", "models/%0A%F2%8A%AA%9E1", {}, 404),
    ("GET", "sessions/%0A%F2%8A%AA%9E1/x", {}, 404),
    ("GET", "", {}, 404),
    ("GET", "nowhere/", {}, 404),
    ("HEAD", "chat/completions/x", {}, 404),
    ("DELETE", "chat/completions", {}, 405),
    ("PUT", "health", {}, 405),
    ("TRACE", "videos", {}, 405),
    ("GET", "models", {"headers": {"Host": "evil.example"}}, 421),
    ("POST", "videos", {"headers": {"Origin": "http://evil.example"}}, 403),
    ("POST", "sessions", {"headers": {"Content-Length": str(2**40)}}, 413),
    ("POST", "chat/completions", {"content": b"{"}, 422),
    ("POST", "sessions", {"content": b"{"}, 422),
    ("POST", "videos", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "videos", {"json": {"prompt": "x"}, "headers": {"Idempotency-Key": "k" * 300}}, 422),
    ("GET", "models", {"headers": {"Authorization": "Bearer av_none"}}, 401),
    ("GET", "sessions", {"headers": {"Authorization": "Bearer av_none"}}, 401),
]


def check(answer: httpx.Response, status: int) -> None:
    where = f"{answer.request.method} {answer.request.url} {answer.text}"
    assert answer.headers.keys() >= POLICY, where
    is_openai = answer.request.url.path.startswith("/v1/")
    status = 400 if is_openai and status == 422 else status
    assert answer.status_code == status, where
    assert answer.headers["content-type"] == ("application/json" if is_openai else "application/problem+json"), where
    if answer.request.method == "HEAD":
        return
    told = answer.json()
    if is_openai:
        assert {"message", "type", "param", "code", "agentvid"} == told["error"].keys(), where
        assert answer.headers["x-should-retry"] in ("true", "false")
    else:
        assert {"type", "title", "status", "detail", "code", "given", "expected", "do"} <= told.keys(), where
        assert told["status"] == status


@pytest.mark.parametrize(("method", "path", "more", "status"), WRONG)
@pytest.mark.parametrize("root", ["/v1/", "/api/v1/"])
async def test_errors_speak_the_dialect_of_their_address(
    client: Client, root: str, method: str, path: str, more: dict[str, Any], status: int
):
    answer = await client.request(method, root + path, **more)
    known = {
        "/v1/": ("models", "videos", "chat/completions"),
        "/api/v1/": ("sessions", "health"),
    }[root]
    is_before = status in (403, 413, 421)  # refused before it is known whether there is a route
    check(answer, status if path in known or status == 404 or is_before else 404)


async def test_a_method_that_does_not_fit_is_told_which_would(client: Client):
    for path, allowed in (("/v1/models", "GET"), ("/api/v1/sessions", "GET")):
        refused = await client.put(path, json={})
        assert refused.status_code == 405 and allowed in refused.headers["allow"], refused.headers


@pytest.mark.parametrize("root", ["/v1", "/api/v1", ""])
async def test_a_fault_is_told_without_what_it_holds(home: Any, root: str, caplog: pytest.LogCaptureFixture):
    router = APIRouter()

    @router.get(f"{root}/broken")
    def broken() -> None:
        raise RuntimeError("a secret")

    app = create_app(agent=toy_agent(home), routers=[router])
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.get(f"{root}/broken")
    check(answer, 500)
    assert "secret" not in answer.text and "RuntimeError" in answer.text
    assert "fault in GET" in caplog.text


async def test_a_body_that_grows_too_large_is_told_in_the_dialect(client: Client):
    async def body() -> Any:
        for _ in range(70):
            yield b" " * 2**20

    for path in ("/v1/chat/completions", "/api/v1/sessions"):
        check(await client.post(path, content=body(), headers={"Content-Type": "application/json"}), 413)
