"""A person's way through the studio, in a real browser against a real `agentvid serve`.

One server and one home for all tests of this file, in the order they stand: later ones look at what earlier ones made.
"""

from __future__ import annotations

import json
import re
from io import BytesIO

import httpx
import pytest
from PIL import Image

pytest.importorskip("playwright.sync_api")

from studio_browser import (
    LONG,
    MARKS,
    SAMPLES,
    Open,
    answer_picture,
    browser,
    card,
    expect,
    send,
    server,
    view,
    visit,
    wait_done,
    wait_other_picture,
)

__all__ = ["browser", "server", "visit"]

pytestmark = MARKS


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """What earlier tests of this file made, by name: addresses of sessions."""
    return {}


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


def test_a_merge_tells_its_conflicts_and_is_settled(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["small"] + "/history")
    page.locator(".rev", has_text="main").get_by_role("button", name="切换到此").click()
    expect(page.locator(".rev.is-current")).to_contain_text("main")
    chain = visit(made["small"])
    drawing = next(step["id"] for step in view(server, chain)["chain"]["steps"] if step["tool"] == "generate_image")
    thought = card(chain, drawing).locator("textarea.thought")
    thought.fill(thought.input_value().replace("绿色", "黄色"))
    chain.locator("[data-price=told]").wait_for()
    before = answer_picture(chain)
    chain.keyboard.press("Control+Enter")
    wait_other_picture(chain, before)
    wait_done(chain)

    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.get_by_role("button", name="合并", exact=True).click()
    page.locator("dialog").get_by_role("button", name="合并", exact=True).click()
    page.wait_for_selector(".conflict")
    assert "黄色" in page.locator(".conflict").inner_text() and "蓝色" in page.locator(".conflict").inner_text()
    page.get_by_label("采用 blue 的").check()
    page.locator("dialog").get_by_role("button", name="合并", exact=True).click()
    page.locator("dialog").wait_for(state="detached")
    expect(page.locator(".rev.is-current")).to_contain_text("并入修订 4")
    again = visit(made["small"])
    wait_done(again)
    assert "蓝色" in card(again, drawing).locator("textarea.thought").input_value()
    page.said.clear()  # the browser itself tells of the answer 409


def test_undo_and_redo_move_in_the_history(visit: Open, made: dict[str, str]) -> None:
    page = visit(made["small"] + "/history")
    shown = page.locator(".rev.is-current .sid")
    newest = shown.inner_text()
    page.get_by_role("button", name="撤销").click()
    expect(shown).not_to_have_text(newest)
    page.get_by_role("button", name="重做").click()
    expect(shown).to_have_text(newest)


def test_a_step_that_waits_is_given_a_point(visit: Open, server: str) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    send(page, "把狗变成绿色", SAMPLES / "coffee.jpg")
    page.locator(".reply .callout.waiting").wait_for(timeout=LONG)
    assert "agentvid resume" not in page.locator(".reply").inner_text()
    page.locator(".reply .callout").get_by_role("button", name="给定：点").click()
    page.locator("dialog.canvas svg.cross").wait_for()
    for name, number in (("x", 300), ("y", 250)):
        page.get_by_label(name, exact=True).fill(str(number))
    page.get_by_role("button", name="使用", exact=True).click()
    page.locator("[data-price=told]").wait_for()
    page.locator(".pricebar").get_by_role("button", name="运行", exact=True).click()
    page.locator("#turn-1 figure.medium:has(img)").first.wait_for(timeout=LONG)
    wait_done(page)
    assert view(server, page)["chain"]["steps"][0]["given"]["point"] == {"x": 300, "y": 250}


def test_a_chain_waits_for_approval_and_its_steps_are_inserted_moved_and_removed(visit: Open, server: str) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    page.get_by_role("button", name="选项").click()
    page.get_by_label("运行之前").select_option("ask")
    page.keyboard.press("Escape")
    send(page, "把红色的杯子变成绿色", SAMPLES / "coffee.jpg")
    page.get_by_role("button", name="批准并运行").click(timeout=LONG)
    page.locator("#turn-1 figure.medium:has(img)").first.wait_for(timeout=LONG)
    wait_done(page)
    steps = page.locator(".step")
    before = [step["id"] for step in view(server, page)["chain"]["steps"]]
    card(page, before[1]).get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="在后面插入一步").click()
    page.locator("dialog select").select_option("describe")
    page.locator("dialog textarea").fill("说说画面")
    page.locator("dialog").get_by_role("button", name="添加", exact=True).click()
    expect(steps).to_have_count(6)
    assert steps.nth(2).get_attribute("id") == "t1.s6"
    page.locator("[data-price=told]").wait_for()
    card(page, "t1.s6").get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="上移", exact=True).click()
    expect(steps.nth(1)).to_have_attribute("id", "t1.s6")
    card(page, before[4]).get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="删除", exact=True).click()
    expect(card(page, before[4])).to_have_class(re.compile("removed"))
    expect(page.locator(".pricebar summary")).to_have_text("3 处修改")
    page.locator("[data-price=told]").wait_for()
    page.locator(".pricebar").get_by_role("button", name="运行", exact=True).click()
    expect(steps).to_have_count(5)
    wait_done(page)
    assert [step["tool"] for step in view(server, page)["chain"]["steps"]][1] == "describe"


def test_a_keyframe_and_a_camera_path_are_corrected(visit: Open, server: str, made: dict[str, str]) -> None:
    page = visit(made["clip"])
    step = view(server, page)["chain"]["steps"][0]["id"]
    card(page, step).locator("[data-edit=keyframe]").click()
    page.locator("dialog.canvas svg").first.wait_for()
    frame = page.locator("dialog.canvas input[type=number]")
    was = int(frame.input_value())
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    assert int(frame.input_value()) == was - 11
    page.get_by_role("button", name="使用", exact=True).click()
    page.locator("[data-price=told]").wait_for()
    page.get_by_role("button", name="放弃", exact=True).click()


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
