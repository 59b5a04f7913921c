"""Who may do what under /v1: the test is made from the routes, so that a new one is asked too."""

from __future__ import annotations

import base64

import pytest
from conftest import Client
from test_server_access import bearer, routes

from agentvid.samples import COFFEE

OPEN = {("GET", "/v1/media/{token}")}
"""A link that is signed and ends, so that a picture can be shown without a key."""
OWN = {
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model:path}"),
    ("GET", "/v1/videos"),
    ("POST", "/v1/videos"),
    ("POST", "/v1/images/generations"),
    ("POST", "/v1/images/edits"),
    ("POST", "/v1/chat/completions"),
}
"""Routes that name nothing of anybody: what they show or make is the asker's."""


@pytest.fixture
async def video(client: Client) -> str:
    """A video of mia."""
    mia = client.app.state.keys.add("mia")[1]
    made = await client.post("/v1/videos", json={"prompt": "see"}, headers=bearer(mia))
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


async def test_what_is_anothers_is_not_there_on_any_route(client: Client, video: str):
    tom = client.app.state.keys.add("tom")[1]
    known = [route for route in routes(client.app) if route[1].startswith("/v1/") and route not in OPEN]
    assert len(known) > 9
    for method, path in known:
        address = path.replace(":path", "").format(video=video, model="agentvid", path="nothing")
        nobody = await client.request(method, address, json={})
        assert nobody.status_code == 401, (method, path, nobody.text)
        if (method, path) in OWN:
            continue
        assert "{video}" in path, f"{method} {path} names something new: whose is it?"
        other = await client.request(method, address, headers=bearer(tom))
        assert other.status_code == 404, (method, path, other.text)
    listed = await client.get("/v1/videos", headers=bearer(tom))
    assert listed.json()["data"] == []


async def linked(client: Client, headers: dict[str, str]) -> str:
    """Return the link to the picture that a conversation was answered with."""
    held = base64.b64encode(COFFEE.read_bytes()).decode()
    picture = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{held}"}}
    said = {"messages": [{"role": "user", "content": [{"type": "text", "text": "see"}, picture]}]}
    answer = await client.post("/v1/chat/completions", json=said, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["agentvid"]["media"][0]["url"])


async def test_a_link_ends_with_the_key_that_made_it(client: Client):
    keys = client.app.state.keys
    open_link = await linked(client, {})
    assert (await client.get(open_link)).status_code == 200
    made, secret = keys.add("mia")
    _, second = keys.add("mia")
    assert (await client.get(open_link)).status_code == 404  # what needed no key ends where one is needed
    by_key, by_other = await linked(client, bearer(secret)), await linked(client, bearer(second))
    assert (await client.post("/api/v1/sign-in", json={"key": secret})).status_code == 200
    by_cookie = await linked(client, {})
    client.cookies.clear()
    assert [(await client.get(link)).status_code for link in (by_key, by_cookie, by_other)] == [200] * 3
    keys.revoke(made.key_id)
    assert [(await client.get(link)).status_code for link in (by_key, by_cookie, by_other)] == [404, 404, 200]


async def test_a_signed_link_can_not_be_made_up(client: Client, video: str):
    for token in ("x", "a" * 64, video):
        refused = await client.get(f"/v1/media/{token}")
        assert refused.status_code in (404, 422), refused.text
