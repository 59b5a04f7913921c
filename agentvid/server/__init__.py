"""The HTTP server: sessions, turns, chains and media of many owners on one pool of workers.

    uvicorn.run(create_app(), host="127.0.0.1", port=8080)

`create_app` makes the application, `serve` runs it as `agentvid serve` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentvid.server.app import create_app
    from agentvid.server.serving import serve

__all__ = ["create_app", "serve"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from agentvid.server.app import create_app

        return create_app
    if name == "serve":
        from agentvid.server.serving import serve

        return serve
    raise AttributeError(f"module 'agentvid.server' has no attribute {name!r}")
