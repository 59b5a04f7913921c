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
const values = { source: SOURCE, words: "a picture", draws: true, walks: true, box: [], pressed: ["", 0] };
const heard = {};
window.model = {
  get: (name) => values[name],
  set: (name, value) => { values[name] = value; (heard["change:" + name] || []).forEach((call) => call()); },
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
    page.mouse.move(10, 20)
    page.mouse.down()
    page.mouse.move(110, 70, steps=4)
    page.mouse.up()

    assert page.evaluate("[model.get('box'), window.saved]") == [[20, 40, 220, 140], 1], "shown at half its size"
    shown = page.locator(".agentvid-box").bounding_box()
    assert (shown["x"], shown["y"], shown["width"], shown["height"]) == (10, 20, 100, 50)


def test_a_click_draws_nothing_and_a_box_from_the_kernel_is_shown(page: Any):
    page.mouse.click(30, 30)
    assert page.evaluate("[model.get('box'), window.saved || 0]") == [[], 0]

    page.evaluate("model.set('box', [200, 100, 400, 200])")
    shown = page.locator(".agentvid-box").bounding_box()
    assert (shown["x"], shown["y"], shown["width"], shown["height"]) == (100, 50, 100, 50)


def test_keys_are_told_one_by_one(page: Any):
    page.locator(".agentvid-canvas").focus()
    for key in ("w", "ArrowLeft", "x", "d"):
        page.keyboard.press(key)

    assert page.evaluate("[model.get('pressed'), window.saved]") == [["d", 3], 3]
