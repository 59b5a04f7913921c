"""Tools come in by one door; what is wrong with one is said with its file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agentvid.errors import NoEngine, SettingsError
from agentvid.plugins import builtin_folder, load_engines, load_tools

NEED_A_CHECKPOINT = {"image_to_video", "map_to_view", "text_to_image", "text_to_video"}
"""What no engine does without weights."""

GOOD = '''
from agentvid import ToolContext
from agentvid.tool import tool

@tool()
async def {name}(ctx: ToolContext, text: str) -> str:
    """{doc}"""
    return text
'''


def write(folder: Path, file: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / file
    path.write_text(text, encoding="utf-8")
    return path


def test_the_built_in_tools_are_those_of_the_folder():
    files = {path.stem for path in builtin_folder("tools").glob("*.py")}
    assert set(load_tools()) == files
    assert {"locate", "analyse", "plan_edit", "edit_image", "check", "describe"} <= files
    assert {"novel_view", "navigate", "future_frames", "compose"} <= files


def test_a_folder_a_person_named_adds_and_replaces(tmp_path: Path):
    write(tmp_path, "shout.py", GOOD.format(name="shout", doc="Shout."))
    write(tmp_path, "describe.py", GOOD.format(name="describe", doc="Mine."))
    tools = load_tools([tmp_path])
    assert tools["shout"].summary == "Shout."
    assert tools["describe"].summary == "Mine."


def test_tools_of_the_current_directory_are_not_loaded_by_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "tools", "evil.py", "raise SystemExit('loaded')")
    monkeypatch.chdir(tmp_path)
    assert "evil" not in load_tools()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("def f(:", "SyntaxError"),
        ("x = 1", "defines no tool"),
        (GOOD.format(name="f", doc=""), "no docstring"),
        (GOOD.format(name="f", doc="x").replace("async def", "def"), "not async"),
        (GOOD.format(name="f", doc="x").replace("text: str", "text"), "has no type"),
        (GOOD.format(name="f", doc="x").replace("text: str", "text: bytes"), "bytes"),
        (GOOD.format(name="f", doc="x").replace("-> str", "-> list[str]"), "returns a list"),
    ],
)
def test_a_broken_tool_is_an_error_that_names_its_file(tmp_path: Path, text: str, told: str):
    path = write(tmp_path, "broken.py", text)
    with pytest.raises(SettingsError) as caught:
        load_tools([tmp_path])
    assert path.name in str(caught.value)
    assert told in str(caught.value)


def test_one_name_twice_in_a_folder_is_an_error(tmp_path: Path):
    write(tmp_path, "a.py", GOOD.format(name="twice", doc="A."))
    write(tmp_path, "b.py", GOOD.format(name="twice", doc="B."))
    with pytest.raises(SettingsError, match="defined twice"):
        load_tools([tmp_path])


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(SettingsError, match="does not exist"):
        load_tools([tmp_path / "nowhere"])


def test_loading_tools_and_engines_loads_no_heavy_library():
    code = (
        "import sys; from agentvid.plugins import load_tools, load_engines; load_tools(); load_engines();"
        "print([name for name in ('torch', 'cv2', 'av', 'langgraph', 'diffusers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_engine_says_what_it_bears_and_how_it_stands():
    for engine in load_engines().values():
        assert engine.capabilities()
        assert engine.status().state in (
            *("ready", "unproven", "needs weights", "needs program", "needs key", "needs GPU", "retired"),
        )


def test_every_task_of_a_built_in_tool_is_borne_by_a_ready_engine():
    from agentvid.run.route import route

    engines = load_engines()
    for spec in load_tools().values():
        for task in set(spec.tasks) - NEED_A_CHECKPOINT - {"speak"}:  # where a speech program is installed
            assert route(task, engines).state == "ready"


def test_a_task_that_needs_a_checkpoint_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch):
    from agentvid.run.route import route

    monkeypatch.delenv("AGENTVID_UNIFIED", raising=False)
    monkeypatch.setenv("AGENTVID_SMALL", "/nowhere/at/all")
    for task in NEED_A_CHECKPOINT:
        variable = "AGENTVID_DIFFUSION" if task == "image_to_video" else "AGENTVID_SMALL"
        with pytest.raises(NoEngine, match=variable):
            route(task, load_engines())


def test_every_parameter_of_a_built_in_tool_is_explained():
    for spec in load_tools().values():
        unexplained = [p.name for p in spec.parameters if not p.doc]
        assert not unexplained, f"{spec.name}: {unexplained}"
