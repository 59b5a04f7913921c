"""Idempotency keys: a write with a key is done once, however often it comes."""

from __future__ import annotations

import asyncio

from conftest import Client

from agentvid.samples import COFFEE
from agentvid.server.retry import KEPT_SECONDS, clear_claims

KEY = {"Idempotency-Key": "one"}


async def test_the_same_again_is_answered_the_same_and_done_once(client: Client):
    first = await client.post("/api/v1/sessions", json={}, headers=KEY)
    again = await client.post("/api/v1/sessions", json={}, headers=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true" and again.headers["location"] == first.headers["location"]
    assert len((await client.get("/api/v1/sessions")).json()["sessions"]) == 1


async def test_the_same_key_with_another_request_is_refused(client: Client):
    await client.post("/api/v1/sessions", json={}, headers=KEY)
    refused = await client.post("/api/v1/sessions", json={"name": "other"}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_form_is_told_by_its_fields_and_not_by_what_separates_them(client: Client):
    session = await client.begin()
    address = f"/api/v1/sessions/{session}/messages"
    for _ in range(2):  # httpx draws another boundary each time
        files = {"files": ("coffee.jpg", COFFEE.read_bytes())}
        sent = await client.post(address, data={"text": "see"}, files=files, headers=KEY)
        assert sent.status_code == 202, sent.text
        await client.ended(session)
    files = {"files": ("coffee.jpg", COFFEE.read_bytes() + b"x")}
    assert (await client.post(address, data={"text": "see"}, files=files, headers=KEY)).status_code == 422
    assert len((await client.get(f"/api/v1/sessions/{session}")).json()["turns"]) == 1


async def test_many_at_once_are_one(client: Client):
    session = await client.begin()
    address, body = f"/api/v1/sessions/{session}/messages", {"text": "toil 1 0"}
    answers = await asyncio.gather(*(client.post(address, json=body, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert any(answer.status_code == 202 for answer in answers)
    await client.ended(session)
    assert (await client.post(address, json=body, headers=KEY)).json()["turn"] == 1
    assert len((await client.get(f"/api/v1/sessions/{session}")).json()["turns"]) == 1


async def test_what_was_refused_can_be_said_again_with_its_key(client: Client):
    session = await client.begin()
    address = f"/api/v1/sessions/{session}/turns/1/edits"
    assert (await client.post(address, json={"say": "x"}, headers=KEY)).status_code == 404
    assert (await client.post("/api/v1/sessions", json={}, headers=KEY)).status_code == 201


async def test_keys_of_owners_are_their_own_and_expire(client: Client):
    await client.post("/api/v1/sessions", json={}, headers=KEY)
    mia = {**KEY, "Authorization": f"Bearer {client.app.state.keys.add('mia')[1]}"}
    assert (await client.post("/api/v1/sessions", json={"name": "mine"}, headers=mia)).status_code == 201
    log = client.app.state.hub.log
    log.clock = lambda clock=log.clock: clock() + KEPT_SECONDS + 1
    renewed = await client.post("/api/v1/sessions", json={"name": "other"}, headers=mia)
    assert renewed.status_code == 201 and renewed.json()["name"] == "other"
    clear_claims(log)
    assert len(log.tuples("SELECT 1 FROM retries")) == 1


async def test_a_bad_key_is_refused(client: Client):
    for key in ("", "x" * 201):
        assert (await client.post("/api/v1/sessions", json={}, headers={"Idempotency-Key": key})).status_code == 422


async def test_the_answer_is_written_with_the_work(client: Client):
    """A server that ends between accepting and answering leaves what the retry is answered with."""
    session = await client.begin()
    log = client.app.state.hub.log
    await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "toil 1 0"}, headers=KEY)
    rows = log.tuples("SELECT status, body FROM retries JOIN turns ON turns.session = ?", session)
    assert rows[0][0] == 202 and b'"turn":1' in rows[0][1].replace(b" ", b"")
