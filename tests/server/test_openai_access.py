"""Links to media under /v1: signed, short, and dead with the key that made them."""

from __future__ import annotations

import base64

import pytest
from conftest import Client
from test_server_access import bearer

from agentvid.samples import COFFEE


@pytest.fixture
async def video(client: Client) -> str:
    """A video of mia."""
    mia = client.app.state.keys.add("mia")[1]
    made = await client.post("/v1/videos", json={"prompt": "see"}, headers=bearer(mia))
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


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
