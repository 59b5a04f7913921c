"""Keys over HTTP: one's own and nobody else's; shown once; named; when last used."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Client

from agentvid.errors import InputError


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_a_key_is_shown_once_and_works(client: Client) -> None:
    mia = client.app.state.keys.add("mia")[1]
    made = (await client.post("/api/v1/keys", json={"name": " laptop "}, headers=bearer(mia))).json()
    assert (made["name"], made["owner"], made["used"]) == ("laptop", "mia", None)
    assert (await client.get("/api/v1/me", headers=bearer(made["key"]))).json() == {"owner": "mia"}
    listed = await client.get("/api/v1/keys", headers=bearer(mia))
    assert made["key"] not in listed.text and "sha256" not in listed.text
    shown = next(key for key in listed.json()["keys"] if key["id"] == made["id"])
    assert shown["used"] == pytest.approx(shown["created"], abs=60)


async def test_keys_of_another_are_not_there(client: Client) -> None:
    keys = client.app.state.keys
    (_, mia), (his, tom) = keys.add("mia"), keys.add("tom")
    listed = (await client.get("/api/v1/keys", headers=bearer(mia))).json()["keys"]
    assert {key["owner"] for key in listed} == {"mia"}
    refused = await client.delete(f"/api/v1/keys/{his.key_id}", headers=bearer(mia))
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await client.get("/api/v1/me", headers=bearer(tom))).json() == {"owner": "tom"}
    made = await client.post("/api/v1/keys", json={"name": "x", "owner": "tom"}, headers=bearer(mia))
    assert made.status_code == 422


async def test_a_revoked_key_is_refused_and_signs_its_browsers_out(client: Client) -> None:
    mia = client.app.state.keys.add("mia")[1]
    made = (await client.post("/api/v1/keys", json={}, headers=bearer(mia))).json()
    await client.post("/api/v1/sign-in", json={"key": made["key"]})
    assert (await client.get("/api/v1/me")).status_code == 200
    page = (await client.get("/settings/keys?lang=en")).text
    assert page.count("this browser") >= 1 and made["id"] in page
    assert (await client.delete(f"/api/v1/keys/{made['id']}", headers=bearer(mia))).status_code == 204
    assert (await client.get("/api/v1/me", headers=bearer(made["key"]))).status_code == 401
    client.headers.pop("cookie", None)
    assert (await client.get("/api/v1/me")).status_code == 401
    assert (await client.delete(f"/api/v1/keys/{made['id']}", headers=bearer(mia))).status_code == 404


async def test_without_a_key_one_makes_the_first_for_oneself_and_is_asked_for_it_from_then_on(client: Client) -> None:
    made = (await client.post("/api/v1/keys", json={"name": "first"})).json()
    assert made["owner"] == "local"
    assert (await client.get("/api/v1/keys")).status_code == 401
    assert (await client.post("/api/v1/keys", json={"name": "second"})).status_code == 401
    assert len((await client.get("/api/v1/keys", headers=bearer(made["key"]))).json()["keys"]) == 1


async def test_the_secret_is_not_kept_for_retries(client: Client) -> None:
    mia = client.app.state.keys.add("mia")[1]
    told: dict[str, Any] = {"json": {"name": "x"}, "headers": {**bearer(mia), "Idempotency-Key": "once"}}
    first, second = (await client.post("/api/v1/keys", **told), await client.post("/api/v1/keys", **told))
    assert first.json()["key"] != second.json()["key"]
    log = client.app.state.hub.log
    everything = "".join(
        str(row)
        for (table,) in log.tuples("SELECT name FROM sqlite_master WHERE type = 'table'")
        for row in log.tuples(f"SELECT * FROM {table}")
    )
    assert "laptop" not in everything and first.json()["key"] not in everything


async def test_there_is_an_end_to_keys(client: Client) -> None:
    keys = client.app.state.keys
    made = [keys.add("mia")[0] for _ in range(50)]
    with pytest.raises(InputError, match="another key"):
        keys.add("mia")
    keys.revoke(made[0].key_id)
    keys.add("mia")
