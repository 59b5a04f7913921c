"""The application: the hub's life, what every request passes, and the routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI

from agentvid import __version__
from agentvid.agent.agent import Agent
from agentvid.media.gate import Limits
from agentvid.server.api import artifacts, history, keys, messages, results, sessions, system, turns
from agentvid.server.bodies import MessageBody
from agentvid.server.faults import add_handlers
from agentvid.server.guard import Guard
from agentvid.server.hub import Hub
from agentvid.server.keys import Keys
from agentvid.server.openai import router as openai
from agentvid.server.openai.examples import add_examples
from agentvid.server.retry import clear_claims
from agentvid.server.studio import router as studio

__all__ = ["create_app"]

_DESCRIPTION: Final = """Sessions, turns, chains and media of agentvid. Every write takes an `Idempotency-Key`; errors
are `application/problem+json` with code, given, expected and do; what is another owner's is 404."""
_MOST_JSON: Final = 4 * 2**20
_MOST_TALK: Final = 64 * 2**20
"""A conversation holds its pictures and clips itself."""
_ROUTERS: Final = (system, sessions, messages, turns, history, results, artifacts, keys)


def create_app(
    home: Path | str | None = None,
    *,
    agent: Agent | None = None,
    concurrency: int = 4,
    is_open: bool = True,
    hosts: Sequence[str] = (),
    max_upload_bytes: int = Limits().max_bytes,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """Return the application. Its hub starts and stops with its lifespan, and closes the agent then.

    `agent` serves; without one, an agent of `home`. `concurrency` is how many turns run at a time. `is_open`: on this
    machine alone, where as long as there is no key everybody is "local"; else a key is always needed. `hosts` are
    further names that the Host header may have. `routers` are added as they are.

    Raises: SettingsError where a setting or a plug-in can't be used; StoreError where the home can't be.
    """
    served = agent or Agent(home)
    hub = Hub(served, concurrency=concurrency)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        clear_claims(hub.log)
        hub.media.expire()
        await hub.start()
        try:
            yield
        finally:
            await hub.stop()

    app = FastAPI(
        title="agentvid",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.hub = hub
    app.state.keys = Keys(hub.log)
    app.state.is_open = is_open
    add_handlers(app)
    for module in _ROUTERS:
        app.include_router(module.router, prefix="/api/v1")
    for router in (openai, studio, *routers):
        app.include_router(router)
    app.add_middleware(Guard, hosts=hosts, is_local=is_open, max_bytes=_most_bytes(max_upload_bytes))
    app.openapi = lambda: _told(app)  # type: ignore[method-assign]
    return app


def _told(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI, with the body of a message (JSON or a form) and examples of OpenAI's dialect."""
    if app.openapi_schema is None:
        told = FastAPI.openapi(app)
        message = MessageBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = told["components"]["schemas"]
        for name, schema in message.pop("$defs", {}).items():
            schemas.setdefault(name, schema)
        schemas["MessageBody"] = message
        add_examples(told)
    assert app.openapi_schema is not None
    return app.openapi_schema


def _most_bytes(uploads: int) -> Callable[[str], int]:
    """Return how large a body may be, by path: media where they are taken, which go to the disk; else JSON."""

    def most(path: str) -> int:
        if path == "/v1/chat/completions":
            return _MOST_TALK
        takes_files = path.endswith(("/artifacts", "/messages")) or path.startswith("/v1/")
        return uploads + _MOST_JSON if takes_files else _MOST_JSON

    return most
