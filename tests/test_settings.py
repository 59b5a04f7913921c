from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from agentvid.errors import SettingsError
from agentvid.settings import load_settings


@pytest.fixture
def home(tmp_path):
    def write(text=None):
        if text is not None:
            (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
        return {"AGENTVID_HOME": str(tmp_path)}

    return write


def test_without_variables_the_home_is_the_platforms_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    settings = load_settings({})

    assert settings.home.name == "agentvid"
    assert settings.home.is_absolute()
    assert (settings.tools, settings.planner, settings.engine, settings.in_process) == ((), "grammar", "", False)


def test_every_variable_is_read(home, tmp_path):
    tools = os.pathsep.join([str(tmp_path / "mine"), "", "relative"])

    settings = load_settings(
        home()
        | {
            "AGENTVID_TOOLS": tools,
            "AGENTVID_PLANNER": "grammar",
            "AGENTVID_ENGINE": "fake",
            "AGENTVID_INPROCESS": "Yes",
        }
    )

    assert settings.home == tmp_path
    assert settings.tools == (tmp_path / "mine", Path.cwd() / "relative")
    assert (settings.planner, settings.engine, settings.in_process) == ("grammar", "fake", True)


def test_a_home_that_is_handed_in_wins(tmp_path):
    settings = load_settings({"AGENTVID_HOME": str(tmp_path / "other")}, home=tmp_path)

    assert settings.home == tmp_path


def test_without_an_environment_the_process_own_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("AGENTVID_HOME", str(tmp_path))

    assert load_settings().home == tmp_path


def test_the_file_is_read_and_its_folders_are_relative_to_it(home, tmp_path):
    settings = load_settings(home('tools = ["mine"]\nplanner = "grammar"\nengine = "fake"\nin_process = true\n'))

    assert settings.tools == (tmp_path / "mine",)
    assert (settings.planner, settings.engine, settings.in_process) == ("grammar", "fake", True)


def test_the_environment_wins_over_the_file(home):
    file = 'planner = "grammar"\nengine = "fake"\nin_process = true\n[keys]\nplanner = "old"\nother = "kept"\n'

    settings = load_settings(
        home(file)
        | {
            "AGENTVID_ENGINE": "classical",
            "AGENTVID_INPROCESS": "0",
            "AGENTVID_KEY_PLANNER": "new",
            "AGENTVID_PLANNER": "",
        }
    )

    assert (settings.planner, settings.engine, settings.in_process) == ("grammar", "classical", False)
    assert (settings.key("planner"), settings.key("Other")) == ("new", "kept")


def test_secrets_are_never_shown(home):
    settings = load_settings(home('[keys]\nother = "hush-file"\n') | {"AGENTVID_KEY_PLANNER": "hush-env"})

    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.keys)):
        assert "hush" not in shown


def test_a_key_that_is_not_set_says_how_to_set_it(home):
    with pytest.raises(SettingsError, match="AGENTVID_KEY_PLANNER"):
        load_settings(home()).key("planner")


def test_settings_are_frozen(home):
    with pytest.raises(ValidationError):
        load_settings(home()).engine = "fake"


@pytest.mark.parametrize(
    ("file", "environ", "told"),
    [
        (None, {"AGENTVID_INPROCESS": "perhaps"}, "AGENTVID_INPROCESS is 'perhaps'"),
        (None, {"AGENTVID_PLANNER": "https://me:hush@example.org/v1"}, "AGENTVID_KEY_PLANNER"),
        (None, {"AGENTVID_TOOLS": "~no-such-user-here/tools"}, "AGENTVID_TOOLS"),
        ("engin = 'fake'\n", {}, "perhaps engine is meant"),
        ("home = '/somewhere'\n", {}, "'home'"),
        ("engine = \n", {}, "settings.toml"),
        ("engine = 3\n", {}, "setting engine"),
        ("in_process = 'yes'\n", {}, "setting in_process"),
        ("tools = 'mine'\n", {}, "a list of folders"),
        ("keys = 'hush'\n", {}, "keys is not a table"),
        ("[keys]\nplanner = 3\n", {}, "keys is not a table"),
    ],
)
def test_what_can_not_be_used_is_refused(home, file, environ, told):
    with pytest.raises(SettingsError) as refused:
        load_settings(home(file) | environ)

    assert told in str(refused.value)
    assert refused.value.do
    assert "hush" not in str(refused.value)


def test_platformdirs_is_loaded_only_for_the_default_home(tmp_path):
    code = (
        "import sys; from agentvid.settings import load_settings; "
        f"load_settings({{'AGENTVID_HOME': {str(tmp_path)!r}}}); assert 'platformdirs' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])
