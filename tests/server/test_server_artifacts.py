"""Media over HTTP: in through the gate, out whole, in ranges, as small pictures; never a file of the server."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from conftest import Client
from PIL import Image as Pillow

from agentvid.media.codec import png_bytes
from agentvid.samples import CITY, COFFEE


async def upload(client: Client, data: Any, name: str = "file") -> Any:
    return await client.post("/api/v1/artifacts", files={"file": (name, data)})


async def test_a_picture_goes_in_and_out(client: Client):
    made = await upload(client, COFFEE.read_bytes(), "coffee.jpg")
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["artifact"]["type"]) == ("coffee.jpg", "image")
    got = await client.get(told["href"])
    assert got.headers["content-type"] == "image/png" and got.headers["etag"] == f'"{told["artifact"]["artifact"]}"'
    assert "sandbox" in got.headers["content-security-policy"] and "immutable" in got.headers["cache-control"]
    assert Pillow.open(io.BytesIO(got.content)).size == (600, 400)
    again = await client.get(told["href"], headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = await client.get(told["href"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, got.content[10:20])
    assert (await client.get(told["href"], headers={"Range": "bytes=99999999-"})).status_code == 416
    offered = await client.get(told["href"], params={"download": True})
    assert "attachment" in offered.headers["content-disposition"]
    assert (await client.get(f"{told['href']}/about")).json() == told


async def test_small_pictures_are_made_once(client: Client):
    made = (await upload(client, CITY.read_bytes(), "city.mp4")).json()
    small = await client.get(made["thumbnail"], params={"size": 64})
    assert small.headers["content-type"] == "image/webp"
    assert max(Pillow.open(io.BytesIO(small.content)).size) == 64
    strip = await client.get(f"{made['href']}/film", params={"frames": 5, "size": 40})
    width, height = Pillow.open(io.BytesIO(strip.content)).size
    assert height == 40 and width > 5 * 40
    store = client.app.state.hub.media.store
    before = sum(1 for _ in store.stored(0))
    again = await client.get(made["thumbnail"], params={"size": 64})
    assert again.content == small.content and sum(1 for _ in store.stored(0)) == before
    known = await client.get(made["thumbnail"], params={"size": 64}, headers={"If-None-Match": small.headers["etag"]})
    assert known.status_code == 304
    picture = (await upload(client, COFFEE.read_bytes())).json()
    assert (await client.get(f"{picture['href']}/film")).status_code == 422


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + b"x" * 90, COFFEE.read_bytes()[:3000]]
)
async def test_what_is_no_sound_media_is_refused(client: Client, data: bytes):
    refused = await upload(client, data, "picture.png")
    assert refused.status_code == 422 and refused.json()["code"] == "bad_media"
    assert "/tmp" not in refused.text


async def test_names_of_files_can_not_lead_elsewhere(client: Client):
    data = png_bytes(np.zeros((4, 4, 3), np.uint8))
    for name in ("../../etc/passwd", "..", "a/b\\c.png", ".bashrc", "x" * 500):
        made = await upload(client, data, name)
        assert made.status_code == 201, (name, made.text)
        assert len(made.json()["name"]) <= 80


async def test_a_body_that_is_too_large_is_refused(client: Client):
    session = await client.begin()
    long = {"sets": ["t1.s1.args.mark=" + "x" * 5_000_000]}
    refused = await client.post(f"/api/v1/sessions/{session}/turns/1/edits", json=long)
    assert refused.status_code == 413

    async def chunks():
        for _ in range(6):
            yield b"x" * 1_000_000

    address = f"/api/v1/sessions/{session}/turns/1/edits"
    refused = await client.post(address, content=chunks(), headers={"content-type": "application/json"})
    assert refused.status_code == 413


async def test_words_never_name_a_file_of_the_server(client: Client):
    session = await client.begin()
    made = (await upload(client, COFFEE.read_bytes())).json()["artifact"]
    await client.say(session, "see", artifacts=[made["artifact"]])
    await client.ended(session)
    turn = f"/api/v1/sessions/{session}/turns/1"
    for text in (f"t1.s1.args.image={COFFEE}", f"t1.s1.given.image={COFFEE}"):
        for way in ("preview", "edits"):
            refused = await client.post(f"{turn}/{way}", json={"sets": [text]})
            assert refused.status_code == 422, refused.text
            assert "sha256 of an artifact" in refused.json()["expected"]
    given = {"given": {"t1.s1.image": str(COFFEE)}}
    assert (await client.post(f"{turn}/resume", json=given)).status_code == 422
    await client.say(session, "see", artifacts=[made["artifact"]], given={"t2.s1.image": str(COFFEE)})
    refused = await client.ended(session, 2)
    assert refused["status"] == "refused" and "sha256" in refused["error"]["expected"]
    other = (await upload(client, png_bytes(np.zeros((4, 6, 3), np.uint8)))).json()["artifact"]
    named = await client.post(f"{turn}/edits", json={"sets": [f"t1.s1.args.image={other['artifact']}"]})
    assert named.status_code == 202, named.text
    assert (await client.ended(session))["chain"]["steps"][0]["args"]["image"]["width"] == 6
