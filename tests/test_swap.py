"""A new folder in the place of an old one: one or the other, whenever somebody looks or the writer dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agentvid.report import swap
from agentvid.report.swap import written_beside

NAMES = [f"{n}.txt" for n in range(20)] + ["steps/mask.txt", "list"]


def write(out: Path, text: str, names: list[str] = NAMES) -> None:
    with written_beside(out, names, NAMES) as writing:
        for name in names:
            (writing / name).parent.mkdir(exist_ok=True)
            (writing / name).write_text(text)


def told(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(params=["exchange", "one by one"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "one by one":

        def never(one: Path, other: Path) -> None:
            raise OSError("not here")

        monkeypatch.setattr(swap, "_exchange", never)
    return request.param


def test_a_folder_is_written_and_replaced(tmp_path: Path, way: str) -> None:
    out = tmp_path / "a" / "out"
    write(out, "old")
    assert told(out) == dict.fromkeys(NAMES, "old")
    write(out, "new", NAMES[5:])
    assert told(out) == dict.fromkeys(NAMES[5:], "new")
    assert list((tmp_path / "a").iterdir()) == [out]


def test_files_of_others_stay(tmp_path: Path, way: str) -> None:
    out = tmp_path / "out"
    write(out, "old")
    (out / "steps" / "mine.txt").write_text("mine")
    write(out, "new")
    assert told(out) == {**dict.fromkeys(NAMES, "new"), "steps/mine.txt": "mine"}
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_that_somebody_works_in_stays_the_same_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(out, "old")
    inode = out.stat().st_ino
    monkeypatch.chdir(out)
    write(out, "new")
    assert out.stat().st_ino == inode
    assert told(Path()) == dict.fromkeys(NAMES, "new")
    monkeypatch.chdir(tmp_path)
    write(out, "newer")
    assert out.stat().st_ino != inode


def test_what_fails_leaves_the_old_folder(tmp_path: Path, way: str) -> None:
    out = tmp_path / "out"
    write(out, "old")
    with pytest.raises(OSError, match="full"), written_beside(out, NAMES, NAMES) as writing:
        (writing / "0.txt").write_text("new")
        raise OSError("the disk is full")
    with pytest.raises(OSError, match=r"1\.txt"), written_beside(out, NAMES, NAMES) as writing:
        (writing / "0.txt").write_text("new")
    assert told(out) == dict.fromkeys(NAMES, "old")
    assert list(tmp_path.iterdir()) == [out]


def test_what_killed_processes_left_is_cleared_and_what_living_ones_write_is_not(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ours = tmp_path / f".out.writing-{swap.this_process().tag()}.0"
    for folder in (tmp_path / ".out.writing-unknown.0", out / ".writing-unknown.1", ours):
        folder.mkdir(parents=True)
        (folder / "x").write_text("half")
    (out / ".agentvid-probe").touch()
    write(out, "new")
    assert told(out) == dict.fromkeys(NAMES, "new")
    assert set(tmp_path.iterdir()) == {out, ours}


WRITER = """
import itertools, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_swap import write
print("begun", flush=True)
for n in itertools.count():
    write(Path(sys.argv[1]), str(n))
"""


def test_whoever_looks_or_kills_sees_one_folder_or_the_other(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for round_ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(out), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None and writer.stdout.readline() == "begun\n"
        time.sleep(0.02 + round_ * 0.0137)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        if out.exists():
            assert sorted(told(out)) == sorted(NAMES)
            assert len(set(told(out).values())) == 1, "all of one writing"
    write(out, "last")
    assert list(tmp_path.iterdir()) == [out]
