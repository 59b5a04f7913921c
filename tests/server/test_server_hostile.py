"""What a hostile client sends: each is refused in words, or taken as what it is; none is a fault, and none stays."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import Client

from agentvid.media.codec import png_bytes
from agentvid.samples import COFFEE
from agentvid.server import guard

PIXEL = png_bytes(np.zeros((4, 4, 3), np.uint8))
TO_JSON = ("/api/v1/sessions", "/api/v1/sign-in", "/v1/chat/completions", "/v1/images/generations", "/v1/videos")


def is_told(answer: httpx.Response) -> None:
    """It was refused as this server refuses."""
    assert 400 <= answer.status_code < 500, answer.text
    told = answer.json()
    assert told.get("code") or told["error"]["code"], answer.text


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"messages": ' + b"9" * 10_000 + b"}",
        b'{"prompt": "\\ud800"}',
        b'{"key": "\\ud800"}',
        b'{"name": "\\ud800"}',
        b'{"messages": [{"role": "user", "content": "\\udfff"}]}',
        b'{"messages": [{"role": "user", "content": "x", "\\ud800": 1}]}',
        b'{"prompt": "x", "agentvid": {"given": {"\\ud800": 1}}}',
        b'{"prompt": NaN}',
        b'{"prompt": "x", "seed": 1e400}',
        gzip.compress(b'{"prompt": "x"}', mtime=0),
    ],
)
async def test_json_that_is_none_is_refused(client: Client, data: bytes):
    for path in TO_JSON:
        if path == "/api/v1/sessions" and data == b"null":
            continue
        is_told(await client.post(path, content=data, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize(
    "value", ['"\\ud800"', "NaN", "Infinity", "-Infinity", "1e400", "9" * 4000, '{"\\ud800": 1}', '"\\u0000"', "[[[]]]"]
)
async def test_values_that_json_has_not_are_no_fault(client: Client, value: str):
    session, _ = await client.done("toil 1 0")
    headers = {"Content-Type": "application/json"}
    edit = f'{{"edit": "set_arg", "step": "t1.s1", "name": "value", "value": {value}}}'
    text = f'{{"edit": "set_thought", "step": "t1.s1", "thought": {value}}}'
    for way, body in (
        ("turns/1/preview", f'{{"edits": [{edit}]}}'),
        ("turns/1/edits", f'{{"edits": [{edit}], "run": false}}'),
        ("turns/1/edits", f'{{"edits": [{text}], "run": false}}'),
        ("turns/1/resume", f'{{"given": {{"t1.s1.number": {value}}}}}'),
        ("messages", f'{{"text": {value}}}'),
        ("messages", f'{{"text": "toil 1 0", "given": {{"t1.s1.number": {value}}}, "plan_only": true}}'),
        ("branches", f'{{"name": {value}}}'),
    ):
        asked = await client.post(f"/api/v1/sessions/{session}/{way}", content=body, headers=headers)
        assert asked.status_code < 500, (way, value[:20], asked.text)
        for turn in (await client.get(f"/api/v1/sessions/{session}")).json()["turns"]:
            shown = await client.ended(session, turn["turn"])
            assert json.dumps(shown, allow_nan=False)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded", "x" * 5000])
async def test_a_body_of_another_type_is_refused(client: Client, kind: str):
    for path in (*TO_JSON, "/api/v1/artifacts", "/v1/images/edits"):
        is_told(await client.post(path, content=b'{"prompt": "x"}', headers={"Content-Type": kind}))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/form-data", b"--x\r\n\r\n"),
        ("multipart/form-data; boundary=", b"--\r\n\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nX: " + b"y" * 200_000 + b"\r\n\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 5_000 + b"--x--\r\n",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n' * 2_000 + b"--x--\r\n",
        ),
    ],
)
async def test_forms_that_are_none_are_refused(client: Client, kind: str, data: bytes):
    session = await client.begin()
    for path in ("/api/v1/artifacts", f"/api/v1/sessions/{session}/messages", "/v1/images/edits", "/v1/videos"):
        is_told(await client.post(path, content=data, headers={"Content-Type": kind}))


async def test_a_body_that_stops_coming_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "STALLED_SECONDS", 0.05)

    async def body() -> Any:
        yield b'{"name": '
        await asyncio.sleep(30)

    for path in ("/api/v1/sessions", "/v1/videos"):
        refused = await client.post(path, content=body(), headers={"Content-Type": "application/json"})
        assert refused.status_code == 408, refused.text
        is_told(refused)


# ---------------------------------------------------------------- files


def bomb() -> bytes:
    """A picture that says it has 60,000 x 60,000 pixels, all of one colour."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 60_001 * 2000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("a.png"), b"\0" * 10_000_000, zipfile.ZIP_DEFLATED)
    return held.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\0" * 100_000, gzip.compress(PIXEL, mtime=0), bomb(), archive(), b"#!/bin/sh\n"],
    ids=["empty", "zero", "zeros", "gzip", "bomb", "archive", "script"],
)
async def test_what_is_no_picture_is_refused_wherever_it_is_sent(client: Client, data: bytes):
    session = await client.begin()
    files = {"file": ("a.png", data, "image/png")}
    is_told(await client.post("/api/v1/artifacts", files=files))
    is_told(
        await client.post(f"/api/v1/sessions/{session}/messages", data={"text": "see"}, files={"files": files["file"]})
    )
    is_told(await client.post("/v1/images/edits", data={"prompt": "see"}, files={"image": files["file"]}))
    is_told(await client.post("/v1/videos", data={"prompt": "see"}, files={"input_reference": files["file"]}))
    assert (await client.get(f"/api/v1/sessions/{session}")).json()["turns"] == []


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nSet-Cookie: x=1\r\n.png",
        'a"; filename="b.html',
        "a\u202egnp.html",
        "cafe\u0301.png",
        "\u00e9" * 300,
        "../../../../etc/cron.d/x",
        "C:\\Windows\\x.png",
        "CON",
        ".",
        "~root/.ssh/authorized_keys",
        "a\0b.png",
        "%0d%0aX: y",
    ],
)
async def test_names_of_files_go_into_no_header_and_no_path(client: Client, name: str):
    quoted = name.encode("utf-8", "replace").replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    quoted = quoted.replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    data = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + quoted
        + b'"\r\n\r\n'
        + PIXEL
        + b"\r\n--x--\r\n"
    )
    made = await client.post(
        "/api/v1/artifacts", content=data, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert made.status_code in (201, 400, 422), made.text
    if made.status_code != 201:
        return
    told = made.json()
    assert not {"/", "\\", "\0", "\r", "\n", "\u202e"} & set(told["name"]), told["name"]
    got = await client.get(told["href"], params={"download": True})
    assert got.status_code == 200
    assert got.headers["content-disposition"] == f'attachment; filename="{told["artifact"]["artifact"][:12]}.png"'
    assert "set-cookie" not in got.headers


@pytest.mark.parametrize(
    "digest",
    ["..", "..%2f..%2fagentvid.sqlite", "%2e%2e", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "%00", "０" * 64, "*"],
)
async def test_a_digest_leads_to_no_file(client: Client, digest: str):
    for path in ("", "/about", "/thumbnail", "/film"):
        asked = await client.get(f"/api/v1/artifacts/{digest}{path}")
        assert asked.status_code in (404, 405, 422), asked.text
        is_told(asked)


# ---------------------------------------------------------------- ranges and streams


@pytest.fixture
async def picture(client: Client) -> tuple[str, bytes]:
    made = await client.post("/api/v1/artifacts", files={"file": COFFEE.read_bytes()})
    address = made.json()["href"]
    return address, (await client.get(address)).content


@pytest.mark.parametrize(
    "told",
    ["", "bytes", "bytes=", "bytes=-", "bytes=x-y", "lines=1-2", "bytes=1", "bytes=0-1" + ",2-3" * 500, "bytes=--1"],
)
async def test_a_range_that_is_none_is_not_heeded(client: Client, picture: tuple[str, bytes], told: str):
    address, whole = picture
    got = await client.get(address, headers={"Range": told})
    assert (got.status_code, got.content) == (200, whole)


@pytest.mark.parametrize("told", ["bytes=99999999-", "bytes=5-1", "bytes=99999999-99999999,1-2", f"bytes={'9' * 400}-"])
async def test_a_range_beyond_the_file_is_refused_as_a_problem(client: Client, picture: tuple[str, bytes], told: str):
    got = await client.get(picture[0], headers={"Range": told})
    assert (got.status_code, got.headers["content-type"]) == (416, "application/problem+json")
    assert got.json()["code"] == "no_such_range" and "default-src" in got.headers["content-security-policy"]


async def test_many_ranges_are_no_more_than_the_file(client: Client, picture: tuple[str, bytes]):
    address, whole = picture
    got = await client.get(address, headers={"Range": "bytes=" + ",".join(["0-"] * 90)})
    assert len(got.content) <= len(whole) + 1000
    assert (await client.get(address, headers={"Range": "bytes=-3"})).content == whole[-3:]


async def test_a_bundle_that_is_not_sent_leaves_no_folder(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    session, _ = await client.done("toil 1 0")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(tmp_path.glob("agentvid-bundle-*"))
    for told, status in (("bytes=99999999-", 416), ("bytes=0-3", 206)):
        got = await client.get(f"/api/v1/sessions/{session}/turns/1/bundle", headers={"Range": told})
        assert got.status_code == status
        assert set(tmp_path.glob("agentvid-bundle-*")) == before


@pytest.mark.parametrize("told", ["x", "-1", "1.5", "", "9" * 400, "\u0663", "1; DROP TABLE events", "0x10", "NaN"])
async def test_a_last_event_that_is_none_is_not_heeded(address: str, told: str):
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        session = (await client.post("/api/v1/sessions", json={})).json()["session"]
        await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "toil 1 0"})
        headers = [(b"Last-Event-ID", told.encode())]
        async with client.stream("GET", f"/api/v1/sessions/{session}/events", headers=headers) as stream:
            assert stream.status_code == 200
            async for line in stream.aiter_lines():
                if line.startswith("id: "):
                    assert int(line[4:]) >= 1
                    break


# ---------------------------------------------------------------- methods and upgrades


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
async def test_a_method_is_what_the_request_says(client: Client, name: str):
    session = await client.begin()
    for method in ("GET", "POST"):
        await client.request(method, f"/api/v1/sessions/{session}?_method=DELETE", headers={name: "DELETE"})
    assert (await client.get(f"/api/v1/sessions/{session}")).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
async def test_methods_that_no_route_has_are_refused_and_change_nothing(client: Client, method: str):
    session = await client.begin()
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "DELETE"}
    for path in (f"/api/v1/sessions/{session}", "/v1/models", "/", "/openapi.json"):
        for more in ({}, headers):
            asked = await client.request(method, path, headers=more)
            assert asked.status_code in (200, 403, 405), asked.text
            assert not [name for name in asked.headers if name.startswith("access-control-")]
    assert (await client.get(f"/api/v1/sessions/{session}")).status_code == 200


async def test_an_upgrade_is_not_taken(address: str):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    writer.write(
        b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await writer.drain()
    status = (await asyncio.wait_for(reader.readline(), 20)).split()[1]
    writer.close()
    assert status != b"101"


# ---------------------------------------------------------------- two at once, names


async def test_two_that_delete_what_runs_leave_nothing(client: Client):
    session = await client.begin()
    await client.say(session, "toil 20 20")
    path = f"/api/v1/sessions/{session}"
    answers = await asyncio.gather(
        *(client.delete(path) for _ in range(3)),
        client.post(f"{path}/turns/1/cancel"),
        client.post(f"{path}/messages", json={"text": "toil 1 0"}),
        client.get(f"{path}/turns/1"),
        client.get(f"{path}/turns/1/bundle"),
    )
    assert all(answer.status_code < 500 for answer in answers), [answer.text for answer in answers]
    for answer in answers[:3]:
        assert answer.status_code in (204, 404, 409), answer.text
    async with asyncio.timeout(60):
        while True:
            if (await client.delete(path)).status_code == 404:
                break
            await asyncio.sleep(0.05)
    assert (await client.get("/api/v1/sessions")).json() == {"sessions": []}
    assert client.app.state.hub.log.tuples("SELECT * FROM turns WHERE session = ?", session) == []


async def test_names_that_look_alike_are_different_sessions(client: Client):
    made = []
    for name in (unicodedata.normalize("NFC", "café"), unicodedata.normalize("NFD", "café"), "cafe", "ｃａｆｅ"):
        asked = await client.post("/api/v1/sessions", json={"name": name})
        assert asked.status_code in (201, 422, 400), asked.text
        made += [asked.json()["session"]] if asked.status_code == 201 else []
    assert len(set(made)) == len(made)


async def test_a_key_for_a_retry_is_one_request_s(client: Client):
    headers = {"Idempotency-Key": "k"}
    first = await client.post("/api/v1/sessions", json={"name": "one"}, headers=headers)
    again = await client.post("/api/v1/sessions", json={"name": "one"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    for path, body in (("/api/v1/sessions", {"name": "two"}), ("/v1/videos", {"prompt": "toil 1 0"})):
        is_told(await client.post(path, json=body, headers=headers))
    assert len((await client.get("/api/v1/sessions")).json()["sessions"]) == 1
