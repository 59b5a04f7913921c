"""The wheel carries what the checkout has: tools, prompts, samples, templates."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from agentvid.plugins import load_tools

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_has_content_and_nothing_beside_the_package(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} <= {"agentvid"} | {
        n.split("/")[0] for n in names if ".dist-info" in n
    }
    wanted_files = ("_builtin/tools/locate.py", "samples/coffee.jpg", "samples/city.mp4", "report/templates/report.css")
    for wanted in (*wanted_files, "weights/judge.safetensors", "evals/small/page.html.j2"):
        assert f"agentvid/{wanted}" in names


@pytest.mark.slow
def test_an_installed_wheel_offers_the_same_tools(wheel: Path, tmp_path: Path):
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv/bin/python"
    site = Path(
        subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip()
    )
    zipfile.ZipFile(wheel).extractall(site)
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    without_checkout = (
        f"import sys; sys.path.append({dependencies!r}); import agentvid, agentvid.plugins as p;"
        "print(agentvid.__file__); print(sorted(p.load_tools()))"
    )
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-I", "-c", without_checkout], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    where, tools = done.stdout.strip().split("\n")
    assert Path(where).is_relative_to(tmp_path)
    assert tools == str(sorted(load_tools()))
