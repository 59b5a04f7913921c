"""A real `agentvid serve` and a real browser for the tests of the studio, and the steps that they often take."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import agentvid

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
CHROMIUM = Path("/usr/bin/chromium")
SAMPLES = Path(agentvid.__file__).parent / "samples"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LONG = 180_000
MARKS = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("studio") / "home"
    environment = {**os.environ, "AGENTVID_HOME": str(home), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-X", "faulthandler", "-m", "agentvid", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if line.startswith("}") or line.rstrip().endswith("}"):
                break
        yield json.loads(told)["address"]
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Open]:
    """Open a page; in the end it must have said nothing and asked nobody else."""
    opened: list[tuple[Any, list[str], list[str]]] = []

    def go(path: str, width: int = 1440, **options: Any) -> Any:
        told = {"viewport": {"width": width, "height": 900}, "locale": "zh-CN", **options}
        page = browser.new_context(**told).new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.set_default_timeout(30_000)
        page.goto(server + path)
        page.wait_for_selector("html[data-ready]")
        page.said = said
        opened.append((page, said, asked))
        return page

    yield go
    for page, said, asked in opened:
        page.context.close()
        assert said == [], said
        assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []


def send(page: Any, text: str, *files: Path) -> None:
    if files:
        page.set_input_files(".composer input[type=file]", [str(file) for file in files])
        page.wait_for_selector(".attached img")
        expect(page.locator(".composer .send")).to_be_enabled()
    page.get_by_label("消息", exact=True).fill(text)
    page.keyboard.press("Enter")


def wait_done(page: Any, turn: int = 1) -> None:
    page.wait_for_selector(f"#turn-{turn} .reply", timeout=LONG)
    page.wait_for_selector(f"#turn-{turn} .thinking", state="detached", timeout=LONG)


def answer_picture(page: Any, turn: int = 1) -> str:
    return str(page.locator(f"#turn-{turn} figure.medium:has(img)").first.get_attribute("data-artifact"))


def wait_other_picture(page: Any, first: str) -> None:
    expect(page.locator("#turn-1 figure.medium:has(img)").first).not_to_have_attribute(
        "data-artifact", first, timeout=LONG
    )


def card(page: Any, step: str) -> Any:
    return page.locator(f'[id="{step}"]')


def view(server: str, page: Any, turn: int = 1) -> dict[str, Any]:
    session = re.search(r"/s/([^/?#]+)", page.url)
    assert session is not None
    return httpx.get(f"{server}/studio/view/{session[1]}/{turn}?lang=zh").raise_for_status().json()


def begin(server: str, text: str, sample: str, **options: Any) -> str:
    """Begin a session over HTTP, wait until it rests, and return the address of its page."""
    with httpx.Client(base_url=f"{server}/api/v1", timeout=60) as client:
        session = client.post("/sessions", json={}).json()["session"]
        sent = client.post("/artifacts", files={"file": (sample, (SAMPLES / sample).read_bytes())})
        body = {"text": text, "artifacts": [sent.json()["artifact"]["artifact"]], **options}
        client.post(f"/sessions/{session}/messages", json=body).raise_for_status()
        while client.get(f"/sessions/{session}/turns/1").json()["work"]:
            time.sleep(0.2)
    return f"/s/{session}"
