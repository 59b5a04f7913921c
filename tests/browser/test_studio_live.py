"""What a person does while a chain runs, and on the way to a correction: stop, go on, reload, two tabs, keys alone.

One server for all tests of this file. Chains that need not run are only planned, so that each test is quick.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

pytest.importorskip("playwright.sync_api")

from studio_browser import (
    LONG,
    MARKS,
    SAMPLES,
    Open,
    begin,
    browser,
    card,
    expect,
    send,
    server,
    view,
    visit,
    wait_done,
)

__all__ = ["browser", "server", "visit"]

pytestmark = MARKS

DROP = """async ([selector, name, type, bytes]) => {
  const told = new DataTransfer();
  told.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type }));
  const place = document.querySelector(selector);
  const more = { dataTransfer: told, bubbles: true, cancelable: true };
  const tell = (kind) => place.dispatchEvent(new DragEvent(kind, more));
  tell("dragenter");
  tell("dragover");
  const isVeiled = Boolean(document.querySelector(".drop"));
  tell("drop");
  return isVeiled;
}"""


@pytest.fixture(scope="module")
def photo(server: str) -> str:
    """The address of a session whose photo was edited."""
    return begin(server, "把红色的杯子变成蓝色", "coffee.jpg")


@pytest.fixture(scope="module")
def planned(server: str) -> dict[str, str]:
    """Addresses of sessions that are planned and not run."""
    return {
        "orbit": begin(server, "镜头绕着它慢慢转两秒", "coffee.jpg", plan_only=True),
        "walk": begin(server, "从这张图出发，向前走三米", "coffee.jpg", plan_only=True),
    }


def step_with(server: str, page: Any, tool: str) -> str:
    return str(next(step["id"] for step in view(server, page)["chain"]["steps"] if step["tool"] == tool))


def price(page: Any) -> Any:
    page.locator(".pricebar [data-price=told]").wait_for(timeout=LONG)
    return page.locator(".pricebar")


def discard(page: Any) -> None:
    page.locator(".pricebar").get_by_role("button", name="放弃", exact=True).click()
    expect(page.locator(".pricebar")).to_be_hidden()


def test_a_run_goes_on_over_a_reload_is_stopped_and_gone_on_with(visit: Open, server: str) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    send(page, "镜头绕着它慢慢转四秒", SAMPLES / "coffee.jpg")
    page.locator(".thinking li.running").first.wait_for(timeout=LONG)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".thinking .elapsed")).to_contain_text("已用")
    page.locator(".thinking progress").first.wait_for(timeout=LONG)
    page.get_by_role("button", name="停止").click()
    page.locator(".callout.stopped").wait_for(timeout=LONG)
    stopped = view(server, page)
    assert stopped["run_status"] == "cancelled"
    page.get_by_role("button", name="继续").click()
    expect(page.locator(".callout.stopped")).to_have_count(0)
    page.locator("#turn-1 figure.medium video").wait_for(timeout=LONG)
    wait_done(page)
    assert view(server, page)["run_status"] == "done"


def test_files_are_dropped_anywhere(visit: Open) -> None:
    import base64

    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    data = base64.b64encode((SAMPLES / "coffee.jpg").read_bytes()).decode()
    assert page.evaluate(DROP, [".thread", "coffee.jpg", "image/jpeg", data])
    expect(page.locator(".attached img")).to_have_attribute("alt", "coffee.jpg")
    expect(page.locator(".drop")).to_have_count(0)


def test_an_example_is_put_into_the_composer_with_its_sample(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("button", name="新建会话").first.click()
    page.wait_for_selector("html[data-ready] #session .composer")
    page.locator(".example", has_text="把背景虚化").click()
    expect(page.get_by_label("消息", exact=True)).to_have_value("把背景虚化")
    expect(page.locator(".attached img")).to_have_attribute("alt", "coffee.jpg")


def test_from_a_message_to_an_edit_by_keys_alone(visit: Open, server: str) -> None:
    page = visit("/")
    page.evaluate("localStorage.setItem('wishes', JSON.stringify({ review: 'ask' }))")
    page.locator("[data-new]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready] #session .composer")
    page.keyboard.type("画一个红色的大球")
    page.keyboard.press("Enter")
    page.locator(".reply .callout.waiting").wait_for(timeout=LONG)
    page.locator(".chain-scroll").focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.id") == "t1.s1"
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.className").startswith("thought")
    page.keyboard.press("Control+a")
    page.keyboard.type("只是另一句话")
    price(page)
    page.keyboard.press("Escape")
    page.locator(".chain-scroll").focus()
    page.keyboard.press("Control+Backspace")
    expect(page.locator(".pricebar")).to_be_hidden()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_undo_and_redo_by_keys_and_another_tab_is_told(visit: Open, server: str, photo: str) -> None:
    page, other = visit(photo), visit(photo)
    before = view(server, page)["revision"]
    colour = step_with(server, page, "plan_edit")
    session = photo.removeprefix("/s/")
    thought = card(other, "t1.s1").locator("textarea.thought")
    thought.fill("第二个标签页的草稿")
    price(other)
    body = {"sets": [f"{colour}.args.colour=green"], "run": False}
    httpx.post(f"{server}/api/v1/sessions/{session}/turns/1/edits", json=body, timeout=60).raise_for_status()
    for tab in (page, other):
        expect(tab.locator(".toast").first).to_contain_text("已在别处修改", timeout=LONG)
    expect(other.locator(".toast.failed")).to_contain_text("1 处修改")
    expect(other.locator(".pricebar")).to_be_hidden()
    newest = view(server, page)["revision"]
    assert newest > before
    page.locator(".chain-scroll").focus()
    page.keyboard.press("Control+z")
    expect(page.locator(".chain-facts")).to_contain_text(f"修订 {before}")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".chain-facts")).to_contain_text(f"修订 {newest}")
    other.said[:] = [line for line in other.said if "409" not in line]  # its draft may be priced just then: refused


def test_the_camera_is_turned_and_its_wireframe_follows(visit: Open, server: str, planned: dict[str, str]) -> None:
    page = visit(planned["orbit"])
    step = step_with(server, page, "novel_view")
    card(page, step).locator("details[data-fold=args] summary").click()
    card(page, step).locator("div.field", has_text="镜头路径").get_by_role("button", name="编辑").click()
    wire = page.locator("dialog.canvas svg.wire").first
    wire.wait_for()
    solid = wire.locator(".solid.front")
    was = solid.get_attribute("d")
    yaw = page.get_by_label("水平角（°）", exact=True).last
    turned = float(yaw.input_value())
    box = wire.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 50, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    assert solid.get_attribute("d") != was
    assert float(yaw.input_value()) == pytest.approx(turned + 10, abs=1)
    page.get_by_role("button", name="使用", exact=True).click()
    price(page)
    edit = page.evaluate("JSON.parse(Object.values(sessionStorage).find((one) => one.includes('set_arg')))")[0]
    assert edit["value"]["poses"][-1]["yaw_deg"] == pytest.approx(turned + 10, abs=1)
    discard(page)


def test_a_walk_is_drawn_on_the_map(visit: Open, server: str, planned: dict[str, str]) -> None:
    page = visit(planned["walk"])
    step = step_with(server, page, "navigate")
    card(page, step).locator("details[data-fold=args] summary").click()
    card(page, step).locator("div.field", has_text="动作").get_by_role("button", name="编辑").click()
    stage = page.locator("dialog.canvas svg.cross")
    stage.wait_for()
    page.wait_for_timeout(200)
    items = page.locator("dialog.canvas .canvas-form .item")
    before = items.count()
    box = stage.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.4)
    expect(items).to_have_count(before + 2)  # a turn, and the way
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    expect(items).to_have_count(before + 3)
    assert len(page.locator("dialog.canvas polyline.way").get_attribute("points").split()) == before + 4
    page.get_by_role("button", name="使用", exact=True).click()
    price(page)
    discard(page)


def test_a_step_takes_another_tool_and_the_answer_follows(visit: Open, server: str, planned: dict[str, str]) -> None:
    page = visit(planned["orbit"])
    step = step_with(server, page, "novel_view")
    card(page, step).get_by_role("button", name="更多操作").click()
    page.get_by_role("button", name="更换工具").click()
    choices = page.locator("dialog .choice")
    choices.first.wait_for()
    assert page.locator("dialog .choice[disabled] .note").count() > 0
    page.get_by_label("搜索工具").fill("做成浮雕")
    expect(choices).to_have_count(1)
    choices.first.click()
    expect(card(page, step).locator("h3")).to_contain_text("做成浮雕")
    price(page)
    expect(page.locator(".pricebar summary")).to_contain_text("处修改")
    expect(page.locator(".answer-list")).to_contain_text("各视图")
    discard(page)
    expect(card(page, step).locator("h3")).to_contain_text("新视角")


def test_expectations_and_the_answer_are_edited(visit: Open, server: str, photo: str) -> None:
    page = visit(photo)
    step = step_with(server, page, "edit_image")
    fold = card(page, step).locator("details[data-fold=expect]")
    fold.locator("summary").click()
    before = fold.locator(".item").count()
    fold.get_by_label("添加预期……").select_option("size")
    expect(fold.locator(".item")).to_have_count(before + 1)
    fold.locator(".item").last.get_by_label("宽（像素）").fill("600")
    answer = page.locator(".answer-list li")
    shown = answer.count()
    page.locator(".answer-card").get_by_label("再展示……").select_option(f"{step}.layout")
    expect(answer).to_have_count(shown + 1)
    answer.last.get_by_role("button", name=re.compile("上移")).click()
    bar = price(page)
    assert bar.locator("summary").inner_text() == "2 处修改"
    kinds = page.evaluate("JSON.parse(Object.values(sessionStorage)[0]).map((one) => one.edit)")
    assert sorted(kinds) == ["set_answer", "set_expect"]
    discard(page)
    expect(answer).to_have_count(shown)


def test_one_value_is_picked_from_another_revision_at_a_price(visit: Open, server: str, photo: str) -> None:
    session = photo.removeprefix("/s/")
    turn = f"{server}/api/v1/sessions/{session}/turns/1"
    value = {"x0": 60, "y0": 60, "x1": 470, "y1": 390}
    edits = [{"edit": "set_given", "step": "t1.s1", "port": "box", "value": value}]
    made = httpx.post(f"{turn}/edits", json={"edits": edits, "run": False}, timeout=60).raise_for_status().json()
    httpx.post(f"{turn}/undo", json={}, timeout=60).raise_for_status()
    page = visit(photo + "/history")
    page.locator(".rev", has_text="由人给定").first.get_by_role("button", name="取用").click()
    page.locator("dialog input[value='t1.s1.box']").check()
    page.locator("dialog [data-price=told]").wait_for(timeout=LONG)
    assert "重新运行" in page.locator("dialog .price").inner_text()
    page.get_by_role("button", name="取用并运行").click()
    expect(page.locator(".rev.is-current")).to_contain_text(f"取自修订 {made['revision']}", timeout=LONG)
    assert httpx.get(turn, timeout=60).json()["chain"]["steps"][0]["given"]["box"] == value


def test_a_key_is_made_shown_once_and_revoked(visit: Open, server: str) -> None:
    page = visit("/settings/keys")
    page.locator("#make").click()
    page.locator("dialog").get_by_role("button", name="新建密钥").click()
    page.get_by_label("用途").fill("测试")
    page.get_by_role("button", name="确定").click()
    secret = page.locator("#secret").inner_text()
    try:
        assert secret.startswith("av_")
        page.get_by_role("button", name="已保存").click()
        row = page.locator(".key")
        expect(row).to_contain_text("本浏览器")
        assert secret not in page.content()
        assert httpx.get(f"{server}/api/v1/keys").status_code == 401
        row.get_by_role("button", name="吊销").click()
        page.locator("dialog").get_by_role("button", name="吊销").click()
        expect(page.locator(".key.is-off")).to_have_count(1)
    finally:
        headers = {"Authorization": f"Bearer {secret}"}
        listed = httpx.get(f"{server}/api/v1/keys", headers=headers)
        for key in listed.json()["keys"] if listed.status_code == 200 else ():
            httpx.delete(f"{server}/api/v1/keys/{key['id']}", headers=headers)
    assert httpx.get(f"{server}/api/v1/keys").status_code == 200
