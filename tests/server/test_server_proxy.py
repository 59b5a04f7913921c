"""TLS: a cookie that came by it goes back by it alone, also behind a proxy, where the proxy is one that is trusted."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from toy import toy_agent

from agentvid.errors import InputError
from agentvid.server import create_app
from agentvid.server.serving import Where, config_of, serve


async def cookies(home: Path, where: Where, peer: str, headers: dict[str, str], scheme: str = "http") -> list[str]:
    """Return the cookies of signing in and out again, as a server hands them to a peer that says `headers`."""
    app = create_app(agent=toy_agent(home), is_open=where.is_local, hosts=("studio.example", *where.hosts))
    secret = app.state.keys.add("mia")[1]
    config = config_of(app, where)
    config.load()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(config.loaded_app, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://studio.example") as client:
            signed = await client.post("/api/v1/sign-in", json={"key": secret}, headers=headers)
            out = await client.post("/api/v1/sign-out", headers=headers)
    assert (signed.status_code, out.status_code) == (200, 204), signed.text
    return [signed.headers["set-cookie"], out.headers["set-cookie"]]


TLS = {"X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("proxies", "peer", "headers", "scheme", "is_secure"),
    [
        ((), "192.0.2.9", {}, "http", False),
        ((), "192.0.2.9", {}, "https", True),
        ((), "127.0.0.1", TLS, "http", False),
        (("10.0.0.0/8",), "10.1.2.3", TLS, "http", True),
        (("10.0.0.0/8", "::1"), "::1", TLS, "http", True),
        (("10.0.0.0/8",), "10.1.2.3", {"X-Forwarded-Proto": "http"}, "http", False),
        (("10.0.0.0/8",), "10.1.2.3", {}, "http", False),
        (("10.0.0.0/8",), "192.0.2.9", TLS, "http", False),
        (("10.0.0.1",), "127.0.0.1", TLS, "http", False),
    ],
)
async def test_a_cookie_is_secure_where_tls_was(
    home: Path, proxies: tuple[str, ...], peer: str, headers: dict[str, str], scheme: str, is_secure: bool
):
    found = await cookies(home, Where("0.0.0.0", proxies=proxies), peer, headers, scheme)
    assert [("; secure" in cookie.lower()) for cookie in found] == [is_secure] * 2, found


async def test_a_page_without_tls_does_not_write_to_one_with_it(home: Path):
    app = create_app(agent=toy_agent(home), is_open=False, hosts=("studio.example",))
    key = {"Authorization": f"Bearer {app.state.keys.add('mia')[1]}"}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://studio.example") as client:
            for origin, status in (("http://studio.example", 403), ("https://studio.example", 201)):
                sent = await client.post("/api/v1/sessions", json={}, headers={**key, "Origin": origin})
                assert sent.status_code == status, origin


@pytest.mark.parametrize("proxy", ["*", "proxy.example", "10.0.0.1/8", "", "10.0.0.1:80"])
def test_a_proxy_is_an_address(proxy: str):
    with pytest.raises(InputError, match="--trust-proxy"):
        Where(proxies=(proxy,))


def test_behind_a_proxy_a_key_is_needed(home: Path):
    agent = toy_agent(home)
    with pytest.raises(InputError, match=r"--trust-proxy 10\.0\.0\.1 without an API key"):
        serve(agent, Where(port=0, proxies=("10.0.0.1",)))
    agent.log.close()
