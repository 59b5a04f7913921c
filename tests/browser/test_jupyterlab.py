"""The live form of notebooks in a real JupyterLab: what is drawn and pressed there reaches the kernel."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from studio_browser import ARGUMENTS, CHROMIUM, MARKS, sync_api

missing = [name for name in ("jupyterlab", "ipywidgets", "anywidget") if importlib.util.find_spec(name) is None]
pytestmark = [*MARKS, pytest.mark.skipif(bool(missing), reason=f"needs {', '.join(missing)}: pip install jupyterlab")]

CELLS = (
    """
from PIL import Image
from agentvid import BlockingAgent
from agentvid.engines.simulator.world_model import SimulatorWorld
from agentvid.notebook import Correction, Explorer
from agentvid.samples import COFFEE
from agentvid.world.model import Start
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene, Solid

Image.open(COFFEE).resize((300, 200)).save("cup.png")
agent = BlockingAgent(in_process=True)
turn = agent.session().send("把红色的杯子变成蓝色", "cup.png", engine="fake")
correction = Correction(turn, "t1.s1.box")
correction
""",
    """
scene = Scene((Solid(1, 0, "ball", "yellow", "small"),))
explorer = Explorer(SimulatorWorld(), Start(render_scene(scene).rgb[None], scene=scene))
explorer
""",
    "print(correction.box, explorer, sep='\\n')",
    "print(turn.revision, turn.chain.step('t1.s1').given['box']['x1'])",
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab whose folder holds the notebook."""
    cells = [
        {"cell_type": "code", "id": f"cell-{at}", "source": told.strip(), "metadata": {}, "outputs": []}
        | {"execution_count": None}
        for at, told in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "hands.ipynb").write_text(json.dumps(book), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, **places, "AGENTVID_HOME": str(tmp_path / "home"), "PYTHONPATH": path}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--IdentityProvider.token=hands", "--LabApp.expose_app_in_browser=True", f"--notebook-dir={tmp_path}"]
    with (tmp_path / "lab.log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        address = f"http://127.0.0.1:{port}"
        while process.poll() is None and not _answers(f"{address}/api/status?token=hands"):
            time.sleep(0.2)
        yield f"{address}/lab/tree/hands.ipynb?token=hands"
        process.terminate()
        process.wait(30)


@pytest.fixture
def page(lab: str) -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 1600})
        page.set_default_timeout(120_000)
        page.goto(lab)
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
        yield page
        browser.close()


def test_a_box_is_drawn_and_a_world_is_walked(page: Any):
    run(page, 0)
    run(page, 1)
    picture = page.locator(".agentvid-canvas img").first
    page.wait_for_function("document.querySelectorAll('.agentvid-canvas img').length === 2")
    picture.scroll_into_view_if_needed()
    assert page.locator(".jp-RenderedImage:visible").count() == 0, "the stills are for later"

    place = picture.bounding_box()
    page.mouse.move(place["x"] + 30, place["y"] + 20)
    page.mouse.down()
    page.mouse.move(place["x"] + 130, place["y"] + 180, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="运行", exact=True).and_(page.locator(":enabled")).wait_for()
    page.locator(".agentvid-canvas").nth(1).click()
    for key in ("a", "a", "x", "d"):
        page.keyboard.press(key)
    page.get_by_text("A left, A left, D right").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("the camera of the stage was told").wait_for()
    world, ahead = page.locator(".agentvid-canvas").nth(1), page.get_by_role("button", name="W ahead")
    assert ahead.bounding_box()["y"] < world.bounding_box()["y"] + 50, "long words leave the buttons beside the picture"

    assert run(page, 2) == "x0=30.0 y0=20.0 x1=130.0 y1=180.0\nsimulator: A left, A left, D right\n"

    page.get_by_role("button", name="运行", exact=True).click()
    page.get_by_text("还没有改动").wait_for()
    assert run(page, 3) == "3 130.0\n", "the second revision chose the engine"


def run(page: Any, cell: int) -> str:
    """Run a cell, and return what it printed."""
    command = """async (at) => {
      const book = window.jupyterapp.shell.currentWidget.content;
      book.activeCellIndex = at;
      await window.jupyterapp.commands.execute("notebook:run-cell");
      const outputs = book.widgets[at].model.sharedModel.toJSON().outputs;
      return outputs.map((output) => [output.text ?? "", output.evalue ?? ""].flat().join("")).join("");
    }"""
    return str(page.evaluate(command, cell))


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.TransportError:
        return False
