"""Requests that no well-meaning client sends: each is refused with what was wrong, and none is a fault."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Client


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


@pytest.mark.parametrize(
    ("way", "body"),
    [
        ("preview", {"edits": [{"edit": "set_arg", "step": "t1.s1", "name": "steps", "value": nested(60)}]}),
        ("edits", {"edits": [{"edit": "set_arg", "step": "t1.s1", "name": "steps", "value": nested(150)}]}),
        ("resume", {"given": {"t1.s1.image": nested(60)}}),
        ("preview", {"sets": [f"t1.s1.seed={'9' * 5000}"]}),
        ("preview", {"sets": [f"t1.s1.given.image.{'9' * 5000}=1"]}),
    ],
)
async def test_brackets_and_digits_without_end_are_refused(client: Client, way: str, body: dict[str, Any]):
    session, _ = await client.done("toil 1 0")
    refused = await client.post(f"/api/v1/sessions/{session}/turns/1/{way}", json=body)
    assert refused.status_code == 422, refused.text


@pytest.mark.parametrize(
    "place",
    [
        "compare/{}/1?a=99999999999999999999&b=1",
        "compare/{}/1?a=1&b=-1",
        f"conflicts/{{}}/1?other={'9' * 5000}",
        "conflicts/{}/1?other=99999999999999999999",
    ],
)
async def test_the_studio_is_asked_for_revisions_that_can_not_be(client: Client, place: str):
    session, _ = await client.done("toil 1 0")
    refused = await client.get(f"/studio/{place.format(session)}")
    assert refused.status_code in (400, 422), refused.text


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "http:"]
)
async def test_the_login_page_leads_nowhere_else(client: Client, place: str):
    page = await client.get("/login", params={"next": place})
    assert page.status_code == 200 and '"next": "/"' in page.text and "evil" not in page.text
    page = await client.get("/login", params={"next": "/s/holiday?turn=1"})
    assert '"next": "/s/holiday?turn=1"' in page.text


@pytest.mark.parametrize(
    "address",
    [
        "http://[",
        "http://test:x/v1/media/a.b",
        "https://example.com/cat.png",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/v1/media/a.b",
        "file:///etc/passwd",
        "//example.com/cat.png",
    ],
)
async def test_an_address_elsewhere_is_not_fetched(client: Client, address: str):
    content = f'[{{"type": "image_url", "image_url": {{"url": "{address}"}}}}]'
    said = f'{{"messages": [{{"role": "user", "content": {content}}}]}}'
    headers = {"Content-Type": "application/json"}
    refused = await client.post("/v1/chat/completions", content=said, headers=headers)
    assert refused.status_code == 400 and refused.json()["error"]["code"] == "remote_address", refused.text
    told = refused.json()["error"]
    assert told["param"] and "data: address" in told["message"] and "data:image" in told["agentvid"]["expected"]


async def test_a_field_of_a_form_is_said_in_one_way(client: Client):
    fields = [("prompt", (None, "a ball")), ("prompt[]", (None, "a cube"))]
    refused = await client.post("/v1/videos", files=fields)
    assert refused.status_code == 400 and "two ways" in refused.json()["error"]["message"], refused.text
