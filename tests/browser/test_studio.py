"""The studio in a real browser against a real `agentvid serve`: a person's way through it, and what each page must be.

One server and one home for all tests of this file, in the order they stand: later ones look at what earlier ones made.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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
pytestmark = [
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
    command = [sys.executable, "-m", "agentvid", "serve", "--port", "0", "--json"]
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
        opened.append((page, said, asked))
        return page

    yield go
    for page, said, asked in opened:
        page.context.close()
        assert said == []
        assert [url for url in asked if not url.startswith((server, "data:", "blob:"))] == []


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """What earlier tests of this file made, by name: addresses of sessions."""
    return {}


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


# ---------------------------------------------------------------- a person's way


def test_a_photo_is_edited_by_its_chain(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    send(page, "把红色的杯子变成蓝色", SAMPLES / "coffee.jpg")
    page.wait_for_selector("#turn-1 .thinking")
    wait_done(page)
    made["photo"] = re.sub(r"/t/\d+$", "", page.url.removeprefix(server))
    tools = [step["tool"] for step in view(server, page)["chain"]["steps"]]
    assert tools == ["locate", "analyse", "plan_edit", "edit_image", "check"]
    assert page.locator(".step").count() == 5
    first = answer_picture(page)

    card(page, "t1.s1").locator("[data-edit=box]").click()
    stage = page.locator("dialog.canvas svg.cross")
    stage.wait_for()
    page.wait_for_timeout(300)
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.30, box["y"] + box["height"] * 0.10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.50, box["y"] + box["height"] * 0.50, steps=6)
    page.mouse.up()
    corners = [float(page.get_by_label(name, exact=True).input_value()) for name in ("x0", "y0", "x1", "y1")]
    page.get_by_role("button", name="使用", exact=True).click()
    bar = page.locator(".pricebar")
    bar.locator("[data-price=told]").wait_for()
    assert "重新运行 5 步中的 1 步，可能再加 4 步" in bar.inner_text()
    assert card(page, "t1.s1").get_attribute("data-fate") == "certain"
    assert card(page, "t1.s4").get_attribute("data-fate") == "possible"
    assert card(page, "t1.s1").locator(".badge.given").first.inner_text().strip() == "由你给定"

    bar.get_by_role("button", name="运行", exact=True).click()
    wait_other_picture(page, first)
    wait_done(page)
    now = view(server, page)
    assert now["revision"] == 2
    given = now["chain"]["steps"][0]["given"]["box"]
    assert [given[name] for name in ("x0", "y0", "x1", "y1")] == corners
    assert bar.is_hidden()


def test_a_box_is_moved_by_keys_and_given_back(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["photo"])
    before = view(server, page)["chain"]["steps"][0]["given"]["box"]
    card(page, "t1.s1").locator("[data-edit=box]").click()
    page.locator("dialog.canvas svg.cross").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Alt+ArrowRight")
    assert float(page.get_by_label("x0", exact=True).input_value()) == before["x0"] + 1
    assert float(page.get_by_label("y1", exact=True).input_value()) == before["y1"] + 10
    assert float(page.get_by_label("x1", exact=True).input_value()) == before["x1"] + 2
    page.keyboard.press("Escape")
    assert page.locator(".pricebar").is_hidden()
    page.get_by_role("button", name="撤回: 框").click()
    page.locator("[data-price=told]").wait_for()
    page.get_by_role("button", name="放弃", exact=True).click()
    assert page.locator(".pricebar").is_hidden()


def test_a_mask_is_painted_in_the_pictures_own_pixels(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["photo"])
    card(page, "t1.s1").locator("[data-edit=mask]").click()
    page.locator("dialog.canvas canvas").wait_for()
    page.get_by_role("button", name="清空").click()
    for name, number in (("x0", 100), ("y0", 50), ("x1", 200), ("y1", 150)):
        page.get_by_label(name, exact=True).fill(str(number))
    page.locator("dialog.canvas").get_by_role("button", name="添加").click()
    page.get_by_role("button", name="使用", exact=True).click()
    page.locator("[data-price=told]").wait_for()
    edit = page.evaluate(
        "JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find(key => key.startsWith('draft:'))))"
    )[0]
    assert (edit["edit"], edit["port"], edit["value"]["type"]) == ("set_given", "mask", "mask")
    assert (edit["value"]["width"], edit["value"]["height"]) == (600, 400)
    from io import BytesIO

    from PIL import Image

    mask = Image.open(BytesIO(httpx.get(f"{server}/api/v1/artifacts/{edit['value']['artifact']}").content)).convert("L")
    assert mask.getbbox() == (100, 50, 200, 150)
    page.get_by_role("button", name="放弃", exact=True).click()


def test_a_clip_is_made_and_plays(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    send(page, "往后续一秒", SAMPLES / "city.mp4")
    page.wait_for_selector("#turn-1")
    wait_done(page)
    made["clip"] = re.sub(r"/t/\d+$", "", page.url.removeprefix(server))
    clip = page.locator("#turn-1 figure.medium video").first
    clip.scroll_into_view_if_needed()
    clip.evaluate("(it) => it.play()")
    page.wait_for_timeout(1500)
    assert clip.evaluate("(it) => it.currentTime") > 0.2
    assert clip.evaluate("(it) => it.videoWidth") > 0


def test_an_edited_thought_reruns_what_depends_on_it(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    page.get_by_role("button", name="选项").click()
    page.get_by_label("引擎").select_option("small")
    page.keyboard.press("Escape")
    send(page, "画一个红色的大球")
    page.wait_for_selector("#turn-1")
    wait_done(page)
    made["small"] = re.sub(r"/t/\d+$", "", page.url.removeprefix(server))
    was = view(server, page)
    drawing = next(step["id"] for step in was["chain"]["steps"] if step["tool"] == "generate_image")
    first = answer_picture(page)
    thought = card(page, drawing).locator("textarea.thought")
    assert "红" in thought.input_value()
    thought.fill(thought.input_value().replace("红色", "绿色"))
    page.locator("[data-price=told]").wait_for()
    page.keyboard.press("Control+Enter")
    wait_other_picture(page, first)
    wait_done(page)
    now = view(server, page)
    assert drawing in now["executed"]
    independent = [
        s["id"] for s in now["chain"]["steps"] if s["id"] != drawing and drawing not in json.dumps(s["args"])
    ]
    assert not set(independent) & set(now["executed"])


def test_branch_compare_and_reload(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["small"])
    drawing = next(step["id"] for step in view(server, page)["chain"]["steps"] if step["tool"] == "generate_image")
    thought = card(page, drawing).locator("textarea.thought")
    thought.fill(thought.input_value().replace("绿色", "蓝色"))
    page.locator("[data-price=told]").wait_for()
    before = answer_picture(page)
    page.get_by_role("button", name="另开分支").click()
    page.get_by_label("名称").fill("blue")
    page.get_by_role("button", name="确定").click()
    wait_other_picture(page, before)
    wait_done(page)
    assert view(server, page)["branch"] == "blue"

    history = visit(made["small"] + "/history")
    assert history.locator(".rev").count() == 4  # written, its engine wished, edited, edited on a branch
    boxes = history.locator(".rev input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(2).check()
    history.get_by_role("link", name="比较 2 与 4").click()
    history.wait_for_selector("html[data-ready] #compared .compare-box")
    slider = history.locator(".compare-box input[type=range]")
    slider.focus()
    history.keyboard.press("End")
    assert "inset(0px 0%" in history.locator(".compare-box .over").evaluate("(it) => it.style.clipPath")
    for way in ("并排", "差异", "滑动"):
        history.get_by_role("button", name=way).click()
        assert history.locator("#compared img").count() >= 2

    again = visit(made["small"])
    assert "蓝色" in card(again, drawing).locator("textarea.thought").input_value()
    assert again.locator(".chain-facts").inner_text().endswith("blue")
    assert answer_picture(again) == answer_picture(page)


def test_merge_tells_conflicts_and_history_moves(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["small"] + "/history")
    page.get_by_role("button", name="切换到此").last.click()
    shown = page.locator(".rev.is-current .sid")
    expect(shown).to_have_text("1")
    page.get_by_role("button", name="重做").click()
    expect(shown).not_to_have_text("1")


def test_a_draft_survives_a_reload(visit: Open, made: dict[str, str]) -> None:
    page = visit(made["photo"])
    thought = card(page, "t1.s1").locator("textarea.thought")
    thought.fill("只看杯子")
    page.locator("[data-price=told]").wait_for()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.locator("[data-price=told]").wait_for()
    assert card(page, "t1.s1").locator("textarea.thought").input_value() == "只看杯子"
    page.keyboard.press("Control+Backspace")


# ---------------------------------------------------------------- what each page must be

PAGES = ("/", "photo", "clip", "photo/history", "photo/compare", "/library", "/engines", "/settings", "/login")


def place(name: str, made: dict[str, str]) -> str:
    key, _, rest = name.partition("/")
    return name if name.startswith("/") else made[key] + (f"/{rest}" if rest else "")


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
