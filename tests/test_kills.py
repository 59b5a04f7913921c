"""The agent's process killed, stopped, interrupted and starved: whatever happens, going on ends as if nothing had.

Every tool is wrapped by one of the test's own, in a `--tools` folder: it writes a line into a ledger for each real
execution, and waits at a named place until it is killed.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from thorough import amount

from agentvid.samples import COFFEE
from agentvid.store.log import Log

MESSAGE = "make the red cup blue"
STEPS = ("locate", "analyse", "plan_edit", "edit_image", "check")
FILES = ("1-edited.png", "chain.json", "steps/t1.s1-mask.png")

WATCHED = '''
"""The built-in tools, watched: a line in the ledger for each execution, and a place to stop at."""

import dataclasses
import functools
import os
import time
from pathlib import Path

from agentvid.plugins import builtin_folder, tools_in

FOLDER = Path(os.environ["WATCH"])


def watched(spec):
    @functools.wraps(spec.run)
    async def run(context, **values):
        stop(f"{spec.name}:before")
        result = await spec.run(context, **values)
        with (FOLDER / "ledger").open("a") as ledger:
            ledger.write(spec.name + "\\n")
        stop(f"{spec.name}:after")
        return result

    return dataclasses.replace(spec, run=run)


def stop(place):
    if os.environ.get("STOP_AT") == place:
        (FOLDER / "reached").touch()
        while (FOLDER / "reached").exists():
            time.sleep(0.01)


globals().update({name: watched(spec) for name, spec in tools_in(builtin_folder("tools")).items()})
'''


@dataclass
class Bench:
    """One home, one session "s", one results folder, one ledger."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "tools").mkdir(parents=True)
        (self.folder / "tools" / "watched.py").write_text(WATCHED)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def start(
        self, *arguments: str | Path, stop_at: str = "", before: Callable[[], None] | None = None
    ) -> subprocess.Popen[str]:
        if stop_at:
            (self.folder / "reached").unlink(missing_ok=True)
        environ = {"AGENTVID_HOME": str(self.home), "WATCH": str(self.folder), "STOP_AT": stop_at}
        return subprocess.Popen(
            [sys.executable, "-m", "agentvid", *map(str, arguments), "--tools", str(self.folder / "tools"), "--json"],
            cwd=self.folder,
            env={**os.environ, **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            preexec_fn=before,
        )

    def run(self, **more: Any) -> subprocess.Popen[str]:
        return self.start("run", MESSAGE, COFFEE, "--session", "s", "--out", self.out, **more)

    def resume(self, *given: str, **more: Any) -> subprocess.Popen[str]:
        options = [word for value in given for word in ("--given", value)]
        return self.start("resume", "s", "--out", self.out, *options, **more)

    def go_on(self, **more: Any) -> subprocess.Popen[str]:
        """Resume; or send the message again where the process died before it was kept."""
        return self.resume(**more) if self.has_turn() else self.run(**more)

    def has_turn(self) -> bool:
        if not (self.home / "agentvid.sqlite").exists():
            return False
        with Log(self.home / "agentvid.sqlite") as log:
            return bool(log.turns("s"))

    def reached(self, process: subprocess.Popen[str]) -> None:
        """Wait until the process stands at the place that it was to stop at."""
        last = time.monotonic() + 120
        while not (self.folder / "reached").exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < last, "it never came there"
            time.sleep(0.005)

    def ledger(self) -> Counter[str]:
        file = self.folder / "ledger"
        return Counter(file.read_text().split()) if file.exists() else Counter()

    def recorded(self) -> set[str]:
        """The tools whose result is kept."""
        if not (self.home / "agentvid.sqlite").exists():
            return set()
        with Log(self.home / "agentvid.sqlite") as log:
            return {row["tool"] for row in log.rows("SELECT tool FROM results")}

    def seen(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """What a person sees in the end: each step's outputs, and the bytes of the results folder."""
        with Log(self.home / "agentvid.sqlite") as log:
            (turn,) = log.turns("s")
            assert turn.phase == "done"
            revisions = log.revisions("s", 1)
            run = log.run("s", 1, revisions[-1].n)
        outputs = {step: record.outputs for step, record in run.steps.items()}
        return outputs, {name: (self.out / name).read_bytes() for name in FILES}


def document(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=240)
    assert "Traceback" not in err, err
    told: dict[str, Any] = json.loads(out)
    return told


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def nothing_half_written(bench: Bench) -> None:
    """Every file of the results folder is there and whole, or the folder is not there at all."""
    if bench.out.exists() and any(bench.out.iterdir()):
        names = json.loads((bench.out / ".agentvid.json").read_text())["files"]
        assert all((bench.out / name).is_file() for name in names)
        assert (bench.out / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
        json.loads((bench.out / "chain.json").read_text())
    for path in (bench.home / "objects").rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o400, "an object is there only once it is whole"
    for name in ("agentvid.sqlite", "turns.sqlite"):
        if (bench.home / name).exists():
            connection = sqlite3.connect(bench.home / name)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            connection.close()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What an uninterrupted run gives."""
    bench = Bench(tmp_path_factory.mktemp("calm"))
    assert document(bench.run())["status"] == "done"
    assert bench.ledger() == Counter(STEPS) + Counter({"check": bench.ledger()["check"] - 1})
    return bench.seen()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


def finish(bench: Bench, calm: object, killed: list[set[str]], started: Counter[str]) -> None:
    """Go on to the end: the same bytes, and no step that was kept ran again."""
    told = document(bench.go_on())
    assert told["status"] == "done", told["error"]
    assert bench.seen() == calm
    nothing_half_written(bench)
    kept = set().union(*killed)
    again = {tool for tool in kept if bench.ledger()[tool] > started[tool]}
    assert again - {"check"} == set(), "what was kept never runs again"


# ---------------------------------------------------------------- kill -9


def boundary(bench: Bench, calm: object, place: str) -> None:
    process = bench.run(stop_at=place)
    bench.reached(process)
    kill(process)
    nothing_half_written(bench)
    tool, _, side = place.partition(":")
    before = STEPS[: STEPS.index(tool)]
    assert bench.recorded() == set(before)
    assert bench.ledger() == Counter(before) + Counter({tool: int(side == "after")})
    finish(bench, calm, [set(before)], Counter(before))


def test_killed_at_a_step(bench: Bench, calm: object):
    boundary(bench, calm, "edit_image:after")


@pytest.mark.slow
@pytest.mark.parametrize("place", [f"{tool}:{side}" for tool in STEPS for side in ("before", "after")])
def test_killed_at_every_boundary(bench: Bench, calm: object, place: str):
    boundary(bench, calm, place)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(amount(12, 50)))
def test_killed_at_a_random_time(bench: Bench, calm: object, seed: int):
    """A third of the kills are spread over the whole run, a third over the steps, a third over the end."""
    rng = random.Random(seed)
    process = bench.run()
    wait_for = {0: "", 1: "locate", 2: "check"}[seed % 3]
    while wait_for and process.poll() is None and wait_for not in bench.ledger():
        time.sleep(0.002)
    time.sleep(rng.uniform(0, (8.0, 2.0, 0.8)[seed % 3]))
    kill(process)
    nothing_half_written(bench)
    finish(bench, calm, [bench.recorded()], bench.ledger())


# ---------------------------------------------------------------- stopped, two at once, Ctrl-C


def lapse(bench: Bench) -> None:
    """Let the lease of the writer end now: a stopped process does not renew it."""
    with Log(bench.home / "agentvid.sqlite") as log, log.write(durable=True) as connection:
        connection.execute("UPDATE ownership SET until = 0 WHERE session = 's'")


@pytest.mark.slow
def test_a_stopped_writer_that_wakes_after_a_takeover_changes_nothing(bench: Bench, calm: object):
    sleeper = bench.run(stop_at="plan_edit:after")
    bench.reached(sleeper)
    sleeper.send_signal(signal.SIGSTOP)
    busy = document(bench.resume())
    assert (busy["status"], busy["error"]["code"]) == ("refused", "session_busy")
    assert str(sleeper.pid) in busy["error"]["given"]
    lapse(bench)
    told = document(bench.resume())
    assert told["status"] == "done"
    with Log(bench.home / "agentvid.sqlite") as log:
        rows = {
            table: log.rows(f"SELECT * FROM {table}")
            for table in ("turns", "revisions", "step_runs", "answers", "versions", "ownership")
        }
        (bench.folder / "reached").unlink(missing_ok=True)
        sleeper.send_signal(signal.SIGCONT)
        late = document(sleeper)
        assert (sleeper.returncode, late["error"]["code"]) == (2, "session_busy")
        for table, before in rows.items():
            assert log.rows(f"SELECT * FROM {table}") == before, table
    assert bench.seen() == calm


def test_of_two_edits_at_once_the_second_is_refused_clearly(bench: Bench):
    document(bench.run())
    first = bench.resume("t1.s3.plan.feather=9", stop_at="edit_image:before")
    bench.reached(first)
    second = document(bench.resume("t1.s3.plan.feather=20"))
    assert second["error"]["code"] == "session_busy"
    assert f"process {first.pid}" in second["error"]["given"]
    assert "wait until it ends" in second["error"]["do"]
    (bench.folder / "reached").unlink()
    told = document(first)
    assert (told["status"], told["revision"]) == ("done", 2)
    assert told["chain"]["steps"][2]["given"]["plan"]["feather"] == 9


@pytest.mark.slow
def test_interrupted_during_a_re_run_keeps_what_is_finished(bench: Bench):
    document(bench.run())
    before = bench.ledger()
    process = bench.resume("t1.s1.box=60,60,260,380", stop_at="edit_image:before")
    bench.reached(process)
    process.send_signal(signal.SIGINT)
    (bench.folder / "reached").unlink()
    process.communicate(timeout=60)
    assert process.returncode == 130
    told = document(bench.resume())
    assert (told["status"], told["revision"]) == ("done", 2)
    ran = bench.ledger() - before
    assert (ran["locate"], ran["analyse"]) == (1, 1), "finished before the interruption, and kept"
    assert {told["runs"][step]["status"] for step in ("t1.s1", "t1.s2")} == {"cached"}
    nothing_half_written(bench)


# ---------------------------------------------------------------- no room


def starve(pid: int, room: int) -> None:
    """Let no file of a process and its workers grow beyond `room` bytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for process in (pid, *map(int, children)):
        resource.prlimit(process, resource.RLIMIT_FSIZE, (room, room))


def told_clearly(process: subprocess.Popen[str]) -> None:
    out, err = process.communicate(timeout=240)
    assert process.returncode in (2, 4), (out, err)
    assert "Traceback" not in err
    error = json.loads(out)["error"]
    assert any(words in error["given"] for words in ("can't be used", "can't be written", "is full")), error
    assert error["expected"] and error["do"]


@pytest.mark.slow
@pytest.mark.parametrize("room", [200_000, 4_096])
def test_a_disk_that_fills_during_a_run_is_told_and_nothing_is_lost(bench: Bench, calm: object, room: int):
    """First there is no room for the edited picture, then not even for the log."""
    process = bench.run(stop_at="edit_image:before")
    bench.reached(process)
    starve(process.pid, room)
    (bench.folder / "reached").unlink()
    told_clearly(process)
    nothing_half_written(bench)
    kept = bench.recorded()
    assert kept >= {"locate", "analyse", "plan_edit"}
    finish(bench, calm, [kept], bench.ledger())


@pytest.mark.slow
def test_no_room_for_the_results_keeps_the_old_ones(bench: Bench, calm: object):
    document(bench.run())
    told_clearly(bench.resume(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))))
    assert bench.seen() == calm
    nothing_half_written(bench)
