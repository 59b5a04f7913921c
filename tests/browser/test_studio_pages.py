"""What every page of the studio must be, in a real browser: nothing for axe to find, fit for a phone, silent."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

pytest.importorskip("playwright.sync_api")

from studio_browser import MARKS, Open, begin, browser, card, server, visit

__all__ = ["browser", "server", "visit"]

pytestmark = MARKS

PAGES = (
    "/",
    "photo",
    "clip",
    "waits",
    "photo/history",
    "photo/compare",
    "/library",
    "/engines",
    "/settings",
    "/settings/keys",
    "/login",
)


def place(name: str, made: dict[str, str]) -> str:
    key, _, rest = name.partition("/")
    return name if name.startswith("/") else made[key] + (f"/{rest}" if rest else "")


@pytest.fixture(scope="module")
def made(server: str) -> dict[str, str]:
    """Addresses of sessions: a photo that was edited twice, a clip that was carried on, one that waits."""
    photo = begin(server, "把红色的杯子变成蓝色", "coffee.jpg")
    session = photo.removeprefix("/s/")
    edits = {"sets": ["t1.s3.args.colour=green"]}
    httpx.post(f"{server}/api/v1/sessions/{session}/turns/1/edits", json=edits, timeout=60).raise_for_status()
    while httpx.get(f"{server}/api/v1/sessions/{session}/turns/1", timeout=60).json()["work"]:
        time.sleep(0.2)
    waits = begin(server, "把狗变成绿色", "coffee.jpg")
    return {"photo": photo, "clip": begin(server, "往后续一秒", "city.mp4"), "waits": waits}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(visit: Open, made: dict[str, str], name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(place(name, made), color_scheme=scheme)
    page.wait_for_timeout(500)
    found = axe.run(page).response["violations"]
    assert [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
@pytest.mark.parametrize("name", PAGES)
def test_fits_a_phone(visit: Open, made: dict[str, str], name: str, lang: str) -> None:
    page = visit(place(name, made), width=390, locale=lang)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_in_the_canvas(visit: Open, made: dict[str, str]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visit(made["photo"])
    for step, port in (
        ("t1.s1", "box"),
        ("t1.s1", "mask"),
        ("t1.s1", "point"),
        ("t1.s2", "palette"),
        ("t1.s3", "plan"),
    ):
        card(page, step).locator(f"[data-edit={port}]").click()
        page.locator("dialog.canvas").wait_for()
        found = axe.run(page).response["violations"]
        assert [(port, v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found] == []
        page.keyboard.press("Escape")
        page.locator("dialog.canvas").wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_dialogs_and_forms(visit: Open, made: dict[str, str], scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def check(page: Any) -> None:
        page.wait_for_timeout(300)
        found = axe.run(page).response["violations"]
        assert [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found] == []

    page = visit(made["photo"], color_scheme=scheme)
    for fold in ("args", "expect", "wishes"):
        card(page, "t1.s4").locator(f"details[data-fold={fold}] summary").click()
    check(page)
    card(page, "t1.s4").get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="更换工具").click()
    page.locator("dialog .choice").first.wait_for()
    check(page)
    history = visit(made["photo"] + "/history", color_scheme=scheme)
    history.get_by_role("button", name="取用").first.click()
    history.locator("dialog .choice input").first.check()
    history.locator("dialog [data-price=told]").wait_for()
    check(history)
