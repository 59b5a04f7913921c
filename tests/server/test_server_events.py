"""Server-sent events from a real server: numbered, resumable, and no burden when nobody reads them."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from conftest import Client
from toy import RAN


@pytest.fixture
async def remote(address: str) -> AsyncIterator[Client]:
    async with Client(base_url=address, timeout=30) as made:
        yield made


async def events(client: Client, session: str, until: str, **how: Any) -> list[dict[str, Any]]:
    """Read the stream until an event of turn 1 of phase `until`; each as its number, type and data."""
    found: list[dict[str, Any]] = []
    now: dict[str, Any] = {"id": None}
    async with client.stream("GET", f"/api/v1/sessions/{session}/events", **how) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for line in stream.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                now[name] = value
                continue
            if "data" in now:
                data = json.loads(now["data"])
                found.append({"id": now["id"] and int(now["id"]), "event": now["event"], **data})
                if now["event"] == "turn" and data["phase"] == until:
                    return found
            now = {"id": None}
    raise AssertionError("the stream ended")


async def test_events_are_numbered_and_whole(remote: Client):
    session = await remote.begin()
    listening = asyncio.create_task(events(remote, session, "done"))
    await remote.say(session, "toil 3 5")
    found = await listening
    numbered = [event for event in found if event["id"] is not None]
    assert [event["id"] for event in numbered] == list(range(1, len(numbered) + 1))
    kinds = [event["event"] for event in numbered]
    assert kinds[:2] == ["turn", "turn"] and kinds[-2:] == ["answer", "turn"]
    assert kinds.count("step_started") == kinds.count("step_done") == 3
    assert {event["turn"] for event in found} == {1}


async def test_who_comes_back_misses_nothing_and_hears_nothing_twice(remote: Client):
    session = await remote.begin()
    await remote.say(session, "toil 5 5")
    whole = await events(remote, session, "done")
    for after in (0, 3, len(whole) - 1):
        for how in ({"headers": {"Last-Event-ID": str(after)}}, {"params": {"after": after}}):
            rest = await events(remote, session, "done", **how)
            assert [event["id"] for event in rest] == list(range(after + 1, len(whole) + 1))
    listening = asyncio.create_task(events(remote, session, "done", params={"after": len(whole) + 999}))
    await asyncio.sleep(0.2)
    await remote.post(f"/api/v1/sessions/{session}/turns/1/edits", json={"sets": ["t1.s5.args.mark=new"]})
    assert (await listening)[0]["id"] == len(whole) + 1


async def test_a_browser_that_closes_stops_no_work(remote: Client):
    session = await remote.begin()
    with pytest.raises((TimeoutError, httpx.ReadTimeout)):
        async with asyncio.timeout(0.5):
            await remote.say(session, "toil 30 20 lonely")
            await events(remote, session, "never")
    assert (await remote.ended(session))["status"] == "done"
    assert RAN.count("lonely.30") == 1


async def test_a_listener_that_does_not_read_holds_nothing_up(remote: Client, address: str):
    session = await remote.begin()
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /api/v1/sessions/{session}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await asyncio.sleep(0.1)
        await remote.say(session, "toil 300 0 " + "x" * 2000)
        turn = await remote.ended(session)
        assert turn["status"] == "done"
        whole = await events(remote, session, "done")
        assert sum(event["event"] == "step_done" for event in whole) == 300


async def test_a_stream_beats_while_nothing_happens(remote: Client, monkeypatch: pytest.MonkeyPatch):
    from agentvid.server.api import sessions

    monkeypatch.setattr(sessions, "HEARTBEAT_SECONDS", 1)
    session = await remote.begin()
    async with remote.stream("GET", f"/api/v1/sessions/{session}/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith(":"):
                return


async def test_the_stream_of_a_session_that_is_deleted_ends(remote: Client):
    session = await remote.begin()

    async def read() -> int:
        async with remote.stream("GET", f"/api/v1/sessions/{session}/events") as stream:
            return len([line async for line in stream.aiter_lines()])

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.3)
    await remote.delete(f"/api/v1/sessions/{session}")
    async with asyncio.timeout(5):
        await reading
