"""Who may do what: keys, browsers, owners; hosts, origins and headers. The isolation test is made from the routes."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from conftest import Client
from fastapi.routing import APIRoute, iter_route_contexts
from toy import toy_agent

from agentvid.samples import COFFEE
from agentvid.server import create_app

OPEN = {("GET", "/api/v1/health"), ("POST", "/api/v1/sign-in"), ("POST", "/api/v1/sign-out")}
"""Routes that need no key."""


def routes(app: Any) -> list[tuple[str, str]]:
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.include_in_schema:
            found += [(method, context.path) for method in sorted(route.methods - {"HEAD"})]
    return found


def native(app: Any) -> list[tuple[str, str]]:
    """Return the routes of our own interface."""
    return [route for route in routes(app) if route[1].startswith("/api/")]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class Asker:
    """Asks any route with what belongs to an owner, with the body that the OpenAPI gives as its example."""

    def __init__(self, client: Client, session: str, digest: str, key: str) -> None:
        self.client, self.session, self.digest, self.key = client, session, digest, key
        self.told = client.app.openapi()

    async def ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        values = {"session": self.session, "turn": 1, "digest": self.digest, "key": self.key}
        address = re.sub(r"\{(\w+)(:path)?\}", lambda name: str(values[name[1]]), path)
        operation = self.told["paths"][path][method.lower()]
        params = {"other": "1"} if any(p["name"] == "other" for p in operation.get("parameters", [])) else {}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        more: dict[str, Any] = {}
        if body is not None:
            more["json"] = self.example(body["schema"])
        elif "requestBody" in operation:
            more["files"] = {"file": ("coffee.jpg", COFFEE.read_bytes())}
        return await self.client.request(method, address, headers=headers, params=params, **more)

    def example(self, schema: dict[str, Any]) -> Any:
        name = schema["$ref"].rpartition("/")[2]
        told = dict(self.told["components"]["schemas"][name]["examples"][0])
        if "artifacts" in told:
            told["artifacts"] = [self.digest]
        return told


@pytest.fixture
async def two(client: Client):
    """The keys of two owners, the first of whom has a session with a picture in it."""
    keys = client.app.state.keys
    mia, tom = keys.add("mia")[1], keys.add("tom")[1]
    session = await client.begin(headers=bearer(mia))
    made = await client.post("/api/v1/artifacts", files={"file": COFFEE.read_bytes()}, headers=bearer(mia))
    digest = made.json()["artifact"]["artifact"]
    body = {"text": "see", "artifacts": [digest]}
    await client.post(f"/api/v1/sessions/{session}/messages", json=body, headers=bearer(mia))
    await client.ended(session, headers=bearer(mia))
    return mia, tom, Asker(client, session, digest, keys.add("mia")[0].key_id)


async def test_what_is_anothers_is_not_there_on_any_route(client: Client, two: Any):
    """A route that is new is asked too. Beside `test_server_isolation`: what is refused to him works for its owner."""
    mia, tom, asker = two
    named = [(method, path) for method, path in native(client.app) if "{" in path]
    assert len(named) > 20
    for method, path in named:
        nobody = await asker.ask(method, path, {})
        assert nobody.status_code == 401, (method, path, nobody.text)
        if not path.endswith("/events"):
            other = await asker.ask(method, path, bearer(tom))
            assert other.status_code == 404 and other.json()["code"] == "not_found", (method, path, other.text)
    for method, path in sorted(named, key=lambda route: route[0] == "DELETE"):
        if not path.endswith("/events"):
            own = await asker.ask(method, path, bearer(mia))
            assert own.status_code not in (401, 403, 404) and own.status_code < 500, (method, path, own.text)
            await settle(client, asker.session, bearer(mia))


async def settle(client: Client, session: str, headers: dict[str, str]) -> None:
    shown = await client.get(f"/api/v1/sessions/{session}", headers=headers)
    for turn in shown.json().get("turns", []):
        await client.ended(session, turn["turn"], headers=headers)


async def test_a_stream_of_events_is_its_owners_alone(client: Client, two: Any):
    _, tom, asker = two
    other = await asker.ask("GET", "/api/v1/sessions/{session}/events", bearer(tom))
    assert other.status_code == 404


async def test_what_names_nothing_needs_a_key_and_shows_ones_own(client: Client, two: Any):
    mia, tom, asker = two
    for method, path in sorted({route for route in native(client.app) if "{" not in route[1]} - OPEN):
        assert (await asker.ask(method, path, {})).status_code == 401
    assert (await client.get("/api/v1/sessions", headers=bearer(tom))).json() == {"sessions": []}
    shown = (await client.get("/api/v1/sessions", headers=bearer(mia))).json()["sessions"]
    assert [found["session"] for found in shown] == [asker.session]
    assert (await client.get("/api/v1/me", headers=bearer(tom))).json() == {"owner": "tom"}
    assert (await client.get("/api/v1/health")).status_code == 200


async def test_anothers_artifact_can_not_come_in_by_an_edit_or_a_message(client: Client, two: Any):
    mia, tom, asker = two
    own = await client.post("/api/v1/artifacts", files={"file": COFFEE.read_bytes()}, headers=bearer(tom))
    assert own.json()["artifact"]["artifact"] == asker.digest  # the same bytes are the same artifact, for both
    session = await client.begin(headers=bearer(tom))
    body = {"text": "see", "artifacts": [asker.digest]}
    sent = await client.post(f"/api/v1/sessions/{session}/messages", json=body, headers=bearer(tom))
    assert sent.status_code == 202
    await client.ended(session, headers=bearer(tom))
    thumbnail = await client.get(f"/api/v1/artifacts/{asker.digest}/thumbnail", headers=bearer(mia))
    made = client.app.state.hub.log.tuples("SELECT made FROM derived")[0][0]
    assert thumbnail.status_code == 200
    for way, edit in (
        ("edits", {"sets": [f"t1.s1.args.image={made}"]}),
        ("edits", {"sets": [f't1.s1.args.image={{"artifact": "{made}"}}']}),
        ("preview", {"edits": [{"edit": "set_given", "step": "t1.s1", "port": "image", "value": {"artifact": made}}]}),
        ("resume", {"given": {"t1.s1.image": {"artifact": made}}}),
        ("resume", {"given": {"t1.s1.image": made}}),
    ):
        refused = await client.post(f"/api/v1/sessions/{session}/turns/1/{way}", json=edit, headers=bearer(tom))
        assert refused.status_code == 404, (way, edit, refused.text)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
@pytest.mark.parametrize("path", ["/api/v1/artifacts", "/api/v1/sessions", "/v1/chat/completions", "/v1/videos"])
async def test_nothing_of_a_stranger_is_read(client: Client, two: Any, path: str, headers: dict[str, str]):
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for part in [
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n',
            *[b"0" * 1000] * 99,
        ]:
            read += len(part)
            yield part

    kind = "multipart/form-data; boundary=x" if path.endswith(("artifacts", "videos")) else "application/json"
    refused = await client.post(path, content=body(), headers={"Content-Type": kind, **headers})
    assert refused.status_code == 401 and read == 0, refused.text


@pytest.mark.parametrize(
    "escape", ["\\u{:04x}", "\\u00{:02X}", "\\u005cu{:04x}", "\\\\u{:04x}", "\\u005c\\u0075{:04x}"]
)
async def test_anothers_artifact_can_not_hide_behind_escapes(client: Client, two: Any, escape: str):
    _, tom, asker = two
    session = await client.begin(headers=bearer(tom))
    await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "see"}, headers=bearer(tom))
    await client.ended(session, headers=bearer(tom))
    hidden = json.dumps({"artifact": "DIGEST"}).replace(
        "DIGEST", escape.format(ord(asker.digest[0])) + asker.digest[1:]
    )
    for way, body in (
        ("turns/1/edits", {"sets": [f"t1.s1.args.image={hidden}"]}),
        ("turns/1/preview", {"sets": [f"t1.s1.args.image={hidden}"]}),
        ("turns/1/resume", {"given": {"t1.s1.image": hidden}}),
        ("messages", {"text": "see", "given": {"t1.s1.image": hidden}}),
    ):
        refused = await client.post(f"/api/v1/sessions/{session}/{way}", json=body, headers=bearer(tom))
        assert refused.status_code == 400 and "written as" in refused.json()["given"], (way, refused.text)


async def test_results_are_not_shared_between_owners(client: Client):
    from toy import RAN

    keys = client.app.state.keys
    for owner in ("mia", "tom", "mia"):
        key = bearer(keys.add(owner)[1])
        session = await client.begin(headers=key)
        await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "toil 1 0 shared"}, headers=key)
        await client.ended(session, headers=key)
    assert RAN == ["shared.1", "shared.1"]


async def test_a_key_is_kept_as_its_digest_and_ends_when_revoked(client: Client, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    keys = client.app.state.keys
    made, secret = keys.add("mia")
    assert re.fullmatch(r"av_[A-Za-z0-9_-]{43}", secret)
    assert secret not in client.app.state.hub.log.path.read_bytes().decode("latin-1")
    assert (await client.get("/api/v1/me", headers=bearer(secret))).json() == {"owner": "mia"}
    signed = await client.post("/api/v1/sign-in", json={"key": secret})
    cookie = signed.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and secret not in cookie
    assert (await client.get("/api/v1/me")).json() == {"owner": "mia"}
    for wrong in ("av_x", secret + "x", ""):
        assert (await client.get("/api/v1/me", headers=bearer(wrong or "-"))).status_code == 401
    assert (await client.post("/api/v1/sign-in", json={"key": "av_x"})).status_code == 401
    keys.revoke(made.key_id)
    keys.add("tom")
    assert (await client.get("/api/v1/me")).status_code == 401
    assert (await client.get("/api/v1/me", headers=bearer(secret))).status_code == 401
    assert secret not in caplog.text


async def test_signing_out_ends_the_cookie(client: Client):
    _, secret = client.app.state.keys.add("mia")
    await client.post("/api/v1/sign-in", json={"key": secret})
    cookie = client.cookies.get("agentvid_session")
    assert (await client.post("/api/v1/sign-out")).status_code == 204
    client.cookies.set("agentvid_session", cookie)
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_this_machine_alone_is_local_until_there_is_a_key(client: Client):
    assert (await client.get("/api/v1/me")).json() == {"owner": "local"}
    assert (await client.get("/api/v1/me", headers=bearer("not-needed"))).json() == {"owner": "local"}
    assert (await client.get("/api/v1/me", headers=bearer("av_revoked"))).status_code == 401
    named = await client.post("/api/v1/sessions", json={"name": "holiday"})
    assert named.json()["session"] == "holiday"
    assert (await client.post("/api/v1/sessions", json={"name": "holiday"})).status_code == 409
    client.app.state.keys.add("mia")
    refused = await client.get("/api/v1/me")
    assert refused.status_code == 401 and "Bearer" in refused.headers["www-authenticate"]


async def test_beyond_this_machine_a_key_is_always_needed(home: Any):
    app = create_app(agent=toy_agent(home), is_open=False)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://192.0.2.7:8080") as client:
            assert (await client.get("/api/v1/me")).status_code == 401
            assert (await client.get("/api/v1/me", headers={"Host": "evil.example"})).status_code == 421


async def test_a_host_that_is_not_ours_is_refused(client: Client):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "192.0.2.7"):
        assert (await client.get("/api/v1/health", headers={"Host": host})).status_code == 421, host
    for host in ("localhost", "LOCALHOST:99", "127.0.0.1:8080", "[::1]:8080", "[0:0:0:0:0:0:0:1]"):
        assert (await client.get("/api/v1/health", headers={"Host": host})).status_code == 200, host


@pytest.mark.parametrize(
    "host",
    [
        *("[::1]evil", "[::1]evil:80", "[::1", "::1", "[::1%lo]", "[::1]:", "[::1]:65536", "[localhost]", "[[::1]]"),
        *("localhost:", "localhost:x", "localhost:80:80", "localhost:-1", "localhost:99999", "localhost:٣"),
        *("user@localhost", "localhost/evil", "localhost#evil", "localhost?evil", "localhost, evil", "local host"),
        *("localhost\\evil", ".localhost", "localhost..", "evil%00.localhost", "[127.0.0.1]"),
    ],
)
async def test_a_host_that_is_malformed_is_refused(client: Client, host: str):
    refused = await client.get("/api/v1/health", headers=[(b"Host", host.encode())])
    assert (refused.status_code, refused.json()["code"]) == (421, "wrong_host"), host


async def test_two_hosts_are_refused(client: Client):
    refused = await client.get("/api/v1/health", headers=[("Host", "localhost"), ("Host", "localhost")])
    assert refused.status_code == 421


async def test_a_write_from_a_page_of_another_site_is_refused(client: Client):
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        refused = await client.post("/api/v1/sessions", json={}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_origin"), headers
    for headers in ({"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {}):
        assert (await client.post("/api/v1/sessions", json={}, headers=headers)).status_code == 201


async def test_every_answer_carries_the_policy(client: Client):
    for path in ("/api/v1/health", "/nowhere", "/openapi.json", "/api/v1/sessions/none"):
        headers = (await client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_errors_are_problems_wherever_they_come_from(client: Client):
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/api/v1/sessions", 405),
        ("GET", "/api/v1/sessions/../x", 404),
        ("GET", "/api/v1/sessions/a%20b", 422),
        ("GET", "/api/v1/artifacts/xyz", 422),
        ("POST", "/api/v1/sessions", 422),
    ):
        refused = await client.request(method, path)
        assert refused.status_code == status, (method, path, refused.text)
        assert refused.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "code", "given", "expected", "do"} <= refused.json().keys()


def test_every_route_is_told_whole_in_the_openapi(home: Any):
    told = create_app(agent=toy_agent(home)).openapi()
    schemas = told["components"]["schemas"]
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"] and operation["description"] and operation["tags"], where
            good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
            contents = [*good.get("content", {}).items(), *operation.get("requestBody", {}).get("content", {}).items()]
            for content in (content for kind, content in contents if not kind.startswith(("video/", "image/"))):
                name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
                is_file = "Body_upload" in name
                assert "example" in content or is_file or schemas[name]["examples"], where
