"""Serve: one process for one home folder, until a signal; what runs may end its step, the rest is left resumable."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn
from fastapi import APIRouter, FastAPI
from filelock import FileLock, Timeout

from agentvid.agent.agent import Agent
from agentvid.errors import InputError
from agentvid.server.app import create_app
from agentvid.server.hosts import is_loopback
from agentvid.server.hub import GRACE_SECONDS, Hub
from agentvid.server.keys import Keys
from agentvid.store.private import make_home

__all__ = ["Where", "config_of", "serve"]

_BACKLOG: Final = 512


@dataclass(frozen=True)
class Where:
    """Where to listen, and under which further names (`hosts`) this server may be asked for. `proxies` are addresses or
    networks whose X-Forwarded-Proto and X-Forwarded-For are believed.

    Raises: InputError where a proxy is no address.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for proxy in self.proxies:
            try:
                ipaddress.ip_network(proxy)
            except ValueError as error:
                raise InputError(
                    f"--trust-proxy {proxy}: {error}", "an address or a network", "--trust-proxy 10.0.0.0/8"
                ) from None

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it: not through a proxy either."""
        return is_loopback(self.host) and not self.proxies

    def address(self, port: int) -> str:
        """Return the address to open, given the port that was bound."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{port}"


def serve(
    agent: Agent,
    where: Where,
    *,
    concurrency: int = 4,
    routers: Sequence[APIRouter] = (),
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve an agent until SIGINT or SIGTERM, and close it. `ready` is called with the address once it is bound.

    Raises: InputError where the port is in use, the address is not this machine's, it is reachable from others and
    there is no key, or another server has this home folder.
    """
    if not where.is_local and not Keys(agent.log).are_used():
        how = f"--trust-proxy {where.proxies[0]}" if where.proxies else f"--host {where.host}"
        raise InputError(
            f"{how} without an API key: everybody in reach could use it",
            "at least one key, or --host 127.0.0.1 without a proxy",
            "agentvid keys add --owner NAME makes one",
        )
    with _alone(agent.home), _bound(where) as bound:
        app = create_app(
            agent=agent,
            concurrency=concurrency,
            is_open=where.is_local,
            hosts=(where.host, *where.hosts),
            routers=routers,
        )
        _quiet()
        ready(where.address(bound.getsockname()[1]))
        _Server(config_of(app, where), app.state.hub).run(sockets=[bound])


def config_of(app: FastAPI, where: Where) -> uvicorn.Config:
    """Return how uvicorn serves an application: silent, without websockets, believing the named proxies alone."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(where.proxies),
        forwarded_allow_ips=list(where.proxies),
        ws="none",
        timeout_graceful_shutdown=int(GRACE_SECONDS),
        timeout_keep_alive=30,
        backlog=_BACKLOG,
    )


class _Server(uvicorn.Server):
    """Tells the hub at once when it is asked to stop, so that streams of events end; asked twice, it stops at once."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._hub.announce_stop()
        self.force_exit = self.should_exit
        self.should_exit = True


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Be the only server of a home folder."""
    make_home(home)
    lock = FileLock(home / "server.lock", mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(
            f"another server has {home}", "one server for a home folder", "stop it, or set AGENTVID_HOME to another"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _bound(where: Where) -> Iterator[socket.socket]:
    try:
        found: Any = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.create_server(found[4][:2], family=found[0], backlog=_BACKLOG)
    except socket.gaierror:
        raise InputError(f"--host {where.host}", "an address of this machine", "127.0.0.1, ::1 or 0.0.0.0") from None
    except (OSError, OverflowError) as error:
        raise InputError(
            f"{where.host} port {where.port}: {error}", "a free port of this machine", "choose another with --port"
        ) from None
    with bound:
        yield bound


def _quiet() -> None:
    """Say nothing of requests, whose headers hold keys; faults only."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.ERROR)
