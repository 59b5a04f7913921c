"""Nobody sees, guesses or edits what is another's: asked of every route that the application has, pages too.

A new route is asked by itself. One that names something new, or nothing at all, must be told here: whose is it?
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import Client
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Route
from test_server_access import Asker, bearer

from agentvid.samples import COFFEE

FOR_ALL = {
    ("GET", "/openapi.json"),
    ("GET", "/api/v1/health"),
    ("POST", "/api/v1/sign-in"),
    ("POST", "/api/v1/sign-out"),
    ("GET", "/v1/media/{token}"),
    ("GET", "/login"),
    ("GET", "/favicon.ico"),
    ("GET", "/studio/samples/{name}"),
    ("GET", "/static/{version}/{path:path}"),
}
"""Need no key, and hold nothing of anybody; a signed link is itself the key."""
ONES_OWN = {
    ("GET", "/"),
    ("GET", "/library"),
    ("GET", "/engines"),
    ("GET", "/settings"),
    ("GET", "/settings/keys"),
    ("GET", "/studio/catalog"),
    ("POST", "/studio/said"),
    ("GET", "/api/v1/engines"),
    ("GET", "/api/v1/tools"),
    ("GET", "/api/v1/me"),
    ("GET", "/api/v1/sessions"),
    ("POST", "/api/v1/sessions"),
    ("POST", "/api/v1/artifacts"),
    ("GET", "/api/v1/keys"),
    ("POST", "/api/v1/keys"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model:path}"),
    ("GET", "/v1/videos"),
    ("POST", "/v1/videos"),
    ("POST", "/v1/images/generations"),
    ("POST", "/v1/images/edits"),
    ("POST", "/v1/chat/completions"),
}
"""Need a key, and name nothing of anybody: what they show or make is the asker's."""
OWNED = {"session", "turn", "digest", "video", "key"}
"""What a path may name that is somebody's."""


def every_route(app: Any) -> list[tuple[str, str]]:
    """Return methods and paths of all routes, those that the OpenAPI does not tell of too."""
    found = set()
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, APIRoute | Route), f"{context.path}: what is mounted is not asked here"
        found |= {(method, context.path) for method in (route.methods or {"GET"}) - {"HEAD"}}
    return sorted(found)


def names_in(path: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", path))


class Mias:
    """What mia has, under words that nobody else knows: a session, a picture, a video, a key."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.app = client.app

    async def begin(self) -> Mias:
        made, secret = self.app.state.keys.add("mia")
        self.headers = bearer(secret)
        send = self.client.post
        started = await send("/api/v1/sessions", json={"name": "mias-secret-holiday"}, headers=self.headers)
        session = started.json()["session"]
        photo = await send("/api/v1/artifacts", files={"file": COFFEE.read_bytes()}, headers=self.headers)
        digest = photo.json()["artifact"]["artifact"]
        said = {"text": "see mias-secret-words", "artifacts": [digest]}
        await send(f"/api/v1/sessions/{session}/messages", json=said, headers=self.headers)
        await self.client.ended(session, headers=self.headers)
        video = (await send("/v1/videos", json={"prompt": "toil 1 0 mias-secret-clip"}, headers=self.headers)).json()
        self.values = {"session": session, "turn": "1", "digest": digest, "video": video["id"], "key": made.key_id}
        self.asker = Asker(self.client, session, digest, made.key_id)
        self.secrets = [session, digest, video["id"], video["agentvid"]["session"], made.key_id, "mias-secret", 'mia"']
        return self

    def address(self, path: str) -> str:
        values = {**self.values, "model": "agentvid", "name": "coffee.jpg"}
        return re.sub(r"\{(\w+)(:path)?\}", lambda name: values[name[1]], path)

    async def ask(self, method: str, path: str, headers: dict[str, str], *, instead: str = "") -> Any:
        """Ask a route of what is hers, or, in the same way, `instead` of what is nobody's."""
        params = {} if (method, path) in ONES_OWN else {"other": "1", "a": "1", "b": "1", "source": "1"}
        address = self.address(instead or path)
        return await self.client.request(method, address, headers=headers, params=params, **self.body(method, path))

    def body(self, method: str, path: str) -> dict[str, Any]:
        """Return a body that fits, where the OpenAPI has an example of one."""
        operation = self.asker.told["paths"].get(path, {}).get(method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "$ref" in content.get("application/json", {}).get("schema", {}):
            return {"json": self.asker.example(content["application/json"]["schema"])}
        return {} if method in ("GET", "DELETE") else {"json": {}}

    def is_told_in(self, text: str) -> list[str]:
        return [secret for secret in self.secrets if secret in text]


@pytest.fixture
async def mias(client: Client) -> Mias:
    return await Mias(client).begin()


def test_every_route_is_known_to_be_somebodys_or_nobodys(client: Client):
    for method, path in every_route(client.app):
        names = names_in(path)
        is_owned = bool(names & OWNED)
        is_listed = (method, path) in FOR_ALL | ONES_OWN
        assert is_owned != is_listed, f"{method} {path}: whose is it? Put it in FOR_ALL or ONES_OWN, or a name in OWNED"
        assert is_listed or names <= OWNED, f"{method} {path}: whose is {names - OWNED}?"


async def test_without_a_key_no_route_shows_anything(client: Client, mias: Mias):
    for method, path in every_route(client.app):
        if (method, path) in FOR_ALL:
            continue
        for headers in ({}, bearer("av_guessed"), {"Cookie": "agentvid_session=guessed"}):
            asked = await mias.ask(method, path, headers)
            where = (method, path, headers, asked.text)
            is_sent_to_login = asked.status_code == 303 and asked.headers["location"].startswith("/login?next=")
            assert asked.status_code == 401 or is_sent_to_login, where
            assert mias.is_told_in(asked.text.replace(mias.values["session"], "")) == [], where


@pytest.mark.parametrize("browser", [False, True])
async def test_what_is_mias_is_not_there_for_tom_on_any_route(client: Client, mias: Mias, browser: bool):
    _, secret = client.app.state.keys.add("tom")
    headers = bearer(secret)
    if browser:
        await client.post("/api/v1/sign-in", json={"key": secret})
        headers = {}
    before = client.app.state.hub.log.tuples("SELECT (SELECT count(*) FROM revisions), (SELECT count(*) FROM turns)")
    for method, path in every_route(client.app):
        if (method, path) in FOR_ALL or not names_in(path) & OWNED:
            continue
        asked = await mias.ask(method, path, headers)
        where = (method, path, asked.text)
        if not browser and asked.status_code == 303:  # pages know cookies alone
            assert asked.headers["location"].startswith("/login?next="), where
            continue
        is_body_known = path.startswith("/api/") or method in ("GET", "DELETE")
        assert asked.status_code == 404 or (asked.status_code == 422 and not is_body_known), where
        unknown = path.replace("{session}", "s-0000000000000000").replace("{digest}", "0" * 64)
        unknown = unknown.replace("{video}", f"video_{'0' * 32}").replace("{key}", "k-00000000")
        nothing = await mias.ask(method, path, headers, instead=unknown)
        assert nothing.status_code == asked.status_code, f"{where}: what is mia's can be told from what is not there"
    after = client.app.state.hub.log.tuples("SELECT (SELECT count(*) FROM revisions), (SELECT count(*) FROM turns)")
    assert before == after
    own = await client.get("/api/v1/me", headers=mias.headers)
    assert own.json() == {"owner": "mia"}, "her key still works"
    assert (await client.get(f"/v1/videos/{mias.values['video']}", headers=mias.headers)).status_code == 200


async def test_what_names_nothing_tells_tom_nothing_of_mia(client: Client, mias: Mias):
    _, secret = client.app.state.keys.add("tom")
    await client.post("/api/v1/sign-in", json={"key": secret})
    for method, path in sorted(ONES_OWN & set(every_route(client.app))):
        asked = await mias.ask(method, path, {})
        assert asked.status_code < 500 and asked.status_code != 303, (method, path, asked.text)
        assert mias.is_told_in(asked.text) == [], (method, path)


async def test_what_a_query_or_a_body_names_is_looked_for_among_ones_own(client: Client, mias: Mias):
    headers = bearer(client.app.state.keys.add("tom")[1])
    session = await client.begin(headers=headers)
    await client.post(f"/api/v1/sessions/{session}/messages", json={"text": "toil 1 0"}, headers=headers)
    await client.ended(session, headers=headers)
    her, video = mias.values, mias.values["video"]
    link = f"http://localhost/api/v1/artifacts/{her['digest']}"
    see = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": link}}]
    chat = {"messages": [{"role": "user", "content": "go on"}], "agentvid": {"session": her["session"]}}
    for method, path, more in (
        ("GET", f"/v1/videos?after={video}", {}),
        ("POST", "/v1/chat/completions", {"json": chat}),
        ("POST", "/v1/chat/completions", {"json": {"messages": [{"role": "user", "content": see}]}}),
        ("POST", "/v1/videos", {"json": {"prompt": "see", "input_reference": link}}),
        ("POST", f"/api/v1/sessions/{session}/messages", {"json": {"text": "see", "artifacts": [her["digest"]]}}),
        (
            "POST",
            f"/api/v1/sessions/{session}/turns/1/edits",
            {"json": {"sets": [f"t1.s1.args.value={her['digest']}"]}},
        ),
        ("GET", f"/api/v1/sessions/{session}/turns/1/diff?other={her['session']}", {}),
        ("POST", f"/api/v1/sessions/{session}/turns/1/merge", {"json": {"other": her["session"]}}),
    ):
        asked = await client.request(method, path, headers=headers, **more)
        assert 400 <= asked.status_code < 500, (method, path, asked.text)
        told = asked.text.replace(her["digest"], "").replace(her["session"], "").replace(video, "")
        assert mias.is_told_in(told) == [], (method, path, asked.text)
    await client.post("/api/v1/sign-in", json={"key": headers["Authorization"].removeprefix("Bearer ")})
    page = await client.get(f"/s/{session}?use={her['digest']}")
    assert page.status_code == 404 and her["digest"] not in page.text
