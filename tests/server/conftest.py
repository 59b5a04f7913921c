"""A server of toy tools: within the process by ASGI, or a real uvicorn on loopback in a thread."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from agentvid.server import create_app

sys.path.insert(0, str(Path(__file__).parent))

from toy import RAN, toy_agent


class Client(httpx.AsyncClient):
    """Talks to the application, with the steps that tests take often."""

    app: Any

    async def begin(self, **more: Any) -> str:
        made = await self.post("/api/v1/sessions", json={}, **more)
        assert made.status_code == 201, made.text
        return made.json()["session"]

    async def say(self, session: str, text: str, **options: Any) -> dict[str, Any]:
        sent = await self.post(f"/api/v1/sessions/{session}/messages", json={"text": text, **options})
        assert sent.status_code == 202, sent.text
        return sent.json()

    async def ended(self, session: str, turn: int = 1, **more: Any) -> dict[str, Any]:
        """Wait until nothing is done with a turn any more, and return it."""
        async with asyncio.timeout(30):
            while True:
                shown = await self.get(f"/api/v1/sessions/{session}/turns/{turn}", **more)
                assert shown.status_code == 200, shown.text
                if not shown.json()["work"]:
                    return shown.json()
                await asyncio.sleep(0.01)

    async def done(self, text: str, **options: Any) -> tuple[str, dict[str, Any]]:
        session = await self.begin()
        await self.say(session, text, **options)
        return session, await self.ended(session)


@pytest.fixture
async def client(home: Path) -> AsyncIterator[Client]:
    """A client of an application that is running, on this machine alone and without a key."""
    RAN.clear()
    app = create_app(agent=toy_agent(home), concurrency=2)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with Client(transport=transport, base_url="http://localhost") as made:
            made.app = app
            yield made


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """The address of a real server."""
    app = create_app(agent=toy_agent(home), concurrency=4)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    app.state.hub.announce_stop()
    server.should_exit = True
    thread.join()
