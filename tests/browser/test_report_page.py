"""The report in a real browser: loads without error or request, plays, fits the screen, can be used without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from report_records import continued_clip, recolour, stopped

from agentvid.report.folder import write_results
from agentvid.store.objects import ObjectStore

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
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

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]

WIDTHS = (390, 1440)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("report")
    store = ObjectStore(root / "store")
    records = {"recolour": recolour(store, given_box=True), "clip": continued_clip(store), "stopped": stopped(store)}
    return {name: write_results(root / name, record, store) for name, record in records.items()}


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def show(browser: sync_api.Browser, pages: dict[str, Path]) -> Iterator[object]:
    contexts = []

    def open_page(name: str, width: int = 1440, **context: str) -> sync_api.Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **context))
        page = contexts[-1].new_page()
        page.said = []  # type: ignore[attr-defined]
        page.asked = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(pages[name].as_uri())
        page.wait_for_load_state("load")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["recolour", "clip", "stopped"])
def test_loads_silently_asks_for_nothing_and_fits(show, name: str, width: int, scheme: str) -> None:
    page = show(name, width, color_scheme=scheme)
    page.wait_for_timeout(200)
    assert page.said == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    broken = "[...document.images].filter(i => i.getAttribute('src') && i.complete && !i.naturalWidth).length"
    assert page.evaluate(broken) == 0


@pytest.mark.parametrize("name", ["recolour", "clip"])
def test_clips_play_where_they_are_in_view(show, name: str) -> None:
    page = show(name)
    video = page.locator("video").first
    video.scroll_into_view_if_needed()
    page.wait_for_function("v => v.readyState >= 2 && !v.paused && v.currentTime > 0", arg=video.element_handle())
    assert video.evaluate("v => v.muted && v.loop && v.controls")


def test_clips_rest_for_who_wants_less_motion(show) -> None:
    page = show("clip", reduced_motion="reduce")
    page.wait_for_timeout(400)
    assert page.locator("video").first.evaluate("v => v.paused")


def test_before_and_after_moves_by_keyboard(show) -> None:
    page = show("recolour")
    slider = page.locator(".compare input")
    slider.focus()
    page.keyboard.press("End")
    assert page.locator(".compare").evaluate("c => c.style.getPropertyValue('--at')") == "100%"


def test_theme_is_switched_and_remembered(show) -> None:
    page = show("stopped", color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(paper) != light
    page.reload()
    assert page.evaluate(paper) != light


def test_dragging_a_box_fills_in_the_command(show) -> None:
    page = show("stopped")
    frame = page.locator("#t2\\.s1 .pick")
    frame.scroll_into_view_if_needed()
    at = frame.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 4, at["y"] + at["height"] / 4)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] * 3 / 4, at["y"] + at["height"] / 2, steps=4)
    page.mouse.up()
    command = page.locator("#t2\\.s1 .callout code").inner_text()
    assert command.startswith("agentvid resume coffee-7f3a --given t2.s1.box=")
    found = [int(number) for number in command.rpartition("=")[2].split(",")]
    assert all(abs(a - b) <= 2 for a, b in zip(found, [150, 100, 450, 200], strict=True))


def test_correcting_opens_a_command_and_copies_it(show) -> None:
    page = show("recolour")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row = page.locator("#t1\\.s1 .row").nth(0)
    row.locator("summary").click()
    page.locator("#t1\\.s1 .pick").wait_for(state="visible")
    row.locator(".copy").click()
    page.wait_for_function("b => b.textContent.trim() === '已复制'", arg=row.locator(".copy").element_handle())
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "agentvid chain edit --session coffee-7f3a --turn 1 --set t1.s1.given.box=76,66,481,389"


def test_a_reference_lights_up_its_step(show) -> None:
    page = show("recolour")
    page.locator("#t1\\.s4 a.ref").first.focus()
    assert page.locator("#t1\\.s3.lit").count() == 1


def test_a_picture_is_enlarged_and_closed_by_keyboard(show) -> None:
    page = show("recolour")
    page.locator("#t1\\.s1 .zoom").focus()
    page.keyboard.press("Enter")
    page.locator("dialog[open] img").wait_for(state="visible")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_everything_to_press_has_a_name(show) -> None:
    page = show("recolour")
    nameless = """[...document.querySelectorAll('button, a, input, video, summary')].filter(
        e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.querySelector('img[alt]:not([alt=""])')))"""
    assert page.evaluate(f"{nameless}.map(e => e.outerHTML.slice(0, 80))") == []
    assert page.evaluate("[...document.images].filter(i => !i.hasAttribute('alt')).length") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
