"""The picture of a notebook's widgets in a real browser: a box drawn by the pointer, steps by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from studio_browser import ARGUMENTS, CHROMIUM, MARKS, sync_api

import agentvid.notebook
from agentvid.notebook.picture import data_uri, png_of

pytestmark = MARKS
HOME = Path(agentvid.notebook.__file__).parent
MODEL = """
const values = { source: SOURCE, wide: 1280, words: "a picture", draws: true, walks: true, box: [] };
const heard = {};
window.model = {
  get: (name) => values[name],
  tell: (name) => (heard[name] || []).forEach((call) => call()),
  set: (name, value) => { values[name] = value; window.model.tell("change:" + name); },
  off: () => {},
  send: (message) => { (window.sent ||= []).push(message.pressed); },
  on: (name, call) => { (heard[name] ||= []).push(call); },
  save_changes: () => { window.saved = (window.saved || 0) + 1; },
};
render({ model: window.model, el: document.body });
"""


@pytest.fixture
def page() -> Iterator[Any]:
    picture = data_uri(png_of(np.full((300, 1280, 3), 120, np.uint8)))
    script = (HOME / "canvas.js").read_text(encoding="utf-8").replace("export default { render };", "")
    style = (HOME / "canvas.css").read_text(encoding="utf-8")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page()
        page.set_content(f"<style>body {{ margin: 0 }} {style}</style><body></body>")
        page.evaluate(script + MODEL.replace("SOURCE", repr(picture)))
        page.wait_for_function("document.querySelector('img').naturalWidth === 1280")
        yield page
        browser.close()


def test_a_box_is_told_in_pixels_of_the_picture_itself(page: Any):
    page.mouse.move(13, 23)
    page.mouse.down()
    page.mouse.move(113, 73, steps=4)
    page.mouse.up()

    assert page.evaluate("[model.get('box'), window.saved]") == [[20, 40, 220, 140], 1], "shown at half its size"
    shown = page.locator(".agentvid-box").bounding_box()
    assert (shown["x"], shown["y"], shown["width"], shown["height"]) == (13, 23, 100, 50)


def test_a_click_draws_nothing_and_a_box_from_the_kernel_is_shown(page: Any):
    page.mouse.click(30, 30)
    assert page.evaluate("[model.get('box'), window.saved || 0]") == [[], 0]

    page.evaluate("model.set('box', [200, 100, 400, 200])")
    shown = page.locator(".agentvid-box").bounding_box()
    assert (shown["x"], shown["y"], shown["width"], shown["height"]) == (103, 53, 100, 50)


def test_keys_are_told_one_by_one_and_none_reaches_the_notebook_around(page: Any):
    page.evaluate("document.addEventListener('keydown', (event) => (window.passed ||= []).push(event.key))")
    page.locator(".agentvid-canvas").focus()
    for key in ("w", "ArrowLeft", "x", "D", "Tab"):
        page.keyboard.press(key)

    assert page.evaluate("window.sent") == ["w", "look_left", "d"]
    assert page.evaluate("window.passed") == ["Tab"], "x would cut a notebook's cell"


def test_a_shortcut_is_no_step(page: Any):
    page.locator(".agentvid-canvas").focus()
    page.keyboard.press("Control+s")

    assert page.evaluate("window.sent || []") == []


def test_a_key_held_down_waits_for_its_answer(page: Any):
    page.locator(".agentvid-canvas").focus()
    for _ in range(4):
        page.keyboard.down("w")
    assert page.evaluate("window.sent") == ["w"]

    page.evaluate("model.tell('msg:custom')")
    page.keyboard.down("w")
    assert page.evaluate("window.sent") == ["w", "w"]


def test_a_box_stays_on_its_place_where_it_becomes_narrow(page: Any):
    page.evaluate("model.set('box', [200, 100, 400, 200])")
    page.set_viewport_size({"width": 326, "height": 600})
    page.wait_for_function("document.querySelector('img').clientWidth === 320")

    page.wait_for_function("document.querySelector('.agentvid-box').clientWidth < 60")
    shown, picture = (page.locator(name).bounding_box() for name in (".agentvid-box", ".agentvid-canvas img"))
    assert (shown["x"] - picture["x"], shown["width"]) == (50, 50)
