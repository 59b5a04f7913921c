"""Every test has a home folder of its own; nothing touches the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

# Where there is a process of tests for each core, threads of one would only wait for those of the other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
# A busy machine is no failure: time is not what these tests are about.
settings.register_profile("agentvid", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("agentvid")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh AGENTVID_HOME."""
    folder = tmp_path / "home"
    monkeypatch.setenv("AGENTVID_HOME", str(folder))
    for name in ("TOOLS", "PLANNER", "ENGINE", "INPROCESS", "FAKE", "MODELS"):
        monkeypatch.delenv(f"AGENTVID_{name}", raising=False)
    for name in [
        name for name in os.environ if name.startswith(("AGENTVID_LLM_", "AGENTVID_KEY_", "AGENTVID_DIFFUSION"))
    ]:
        monkeypatch.delenv(name)
    return folder


@pytest.fixture
def store(home: Path) -> ObjectStore:
    """An object store in the test's home."""
    return ObjectStore(home)


@pytest.fixture
def log(home: Path) -> Log:
    """A log in the test's home."""
    home.mkdir(parents=True, exist_ok=True)
    with Log(home / "agentvid.sqlite") as log:
        yield log
