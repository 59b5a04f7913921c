"""A real server with two owners, and the unmodified `openai` SDK as each of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import uvicorn

from agentvid.agent.agent import Agent
from agentvid.server import create_app
from agentvid.server.keys import Keys

SAMPLES = Path(__file__).parents[1] / "agentvid" / "samples"
COFFEE = SAMPLES / "coffee.jpg"


@dataclass
class Served:
    """`client` is of the owner "ada", `other` of "ben"."""

    address: str
    client: openai.OpenAI
    other: openai.OpenAI

    def get(self, path: str) -> Any:
        """Get a document of the native API as "ada"."""
        key = {"Authorization": f"Bearer {self.client.api_key}"}
        found = httpx.get(f"{self.address}{path}", headers=key)
        assert found.status_code == 200, found.text
        return found.json()


@contextmanager
def serving(agent: Agent, keys: tuple[str, str] | None = None) -> Iterator[Served]:
    """Serve an agent on loopback until the block ends. `keys` are those that were made before."""
    app = create_app(agent=agent, concurrency=2)
    made = keys or tuple(Keys(agent.log).add(owner)[1] for owner in ("ada", "ben"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    clients = [openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=60) for key in made]
    try:
        yield Served(address, *clients)
    finally:
        for client in clients:
            client.close()
        app.state.hub.announce_stop()
        server.should_exit = True
        thread.join()
