"""What lies in the home folder is its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from agentvid.agent.checkpoints import Checkpoints
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.store.private import make_home


@pytest.fixture(autouse=True)
def lenient():
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fill(home: Path) -> None:
    with Log(home / "agentvid.sqlite") as log:
        log.create_session("s")
        ObjectStore(home).put_image(np.zeros((4, 4, 3), np.uint8))
        with Checkpoints(home / "turns.sqlite").saver(lambda: None):
            assert_closed(home)


def assert_closed(home: Path) -> None:
    found = [home, *home.rglob("*")]
    assert {"agentvid.sqlite", "agentvid.sqlite-wal", "turns.sqlite", "objects"} <= {path.name for path in found}
    for path in found:
        is_object = path.is_file() and "objects" in path.parts
        assert mode(path) == (0o700 if path.is_dir() else 0o400 if is_object else 0o600), path


def test_a_new_home_is_its_owners_alone(tmp_path: Path):
    fill(tmp_path / "data" / "home")
    assert mode(tmp_path / "data") == 0o700


def test_a_home_that_others_could_read_is_closed(tmp_path: Path):
    home = tmp_path / "home"
    fill(home)
    (home / "settings.toml").write_text('[keys]\nOPENAI = "sk-1"\n')
    home.chmod(0o755)
    for path in home.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o400 if "objects" in path.parts else 0o644)
    make_home(home)
    for name, expected in (("", 0o700), ("objects", 0o700), ("agentvid.sqlite", 0o600), ("settings.toml", 0o600)):
        assert mode(home / name) == expected, name


def test_a_folder_with_other_things_in_it_is_not_closed(tmp_path: Path):
    (tmp_path / "index.html").write_text("hello")
    tmp_path.chmod(0o755)
    with Log(tmp_path / "agentvid.sqlite"):
        assert mode(tmp_path) == 0o755
        assert mode(tmp_path / "agentvid.sqlite") == 0o600


def test_a_folder_for_everybody_and_what_a_link_leads_to_are_left(tmp_path: Path):
    home, other = tmp_path / "home", tmp_path / "other.toml"
    home.mkdir()
    home.chmod(0o1777)
    other.write_text("")
    other.chmod(0o644)
    (home / "settings.toml").symlink_to(other)
    (home / "agentvid.sqlite").touch()
    make_home(home)
    assert mode(home) == 0o1777 and mode(other) == 0o644


def test_a_file_system_without_modes_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path, mode: int, **more: object) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", refuse)
        with Log(home / "agentvid.sqlite") as log:
            log.create_session("s")
        ObjectStore(home).put_image(np.zeros((4, 4, 3), np.uint8))
    assert mode(home) == 0o777
