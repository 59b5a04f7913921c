"""The command line as a program sees it: exit codes, one JSON document in every case, nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from agentvid.cli.app import run_app
from agentvid.samples import COFFEE

RUN = [sys.executable, "-m", "agentvid"]
MESSAGE = "make the red cup blue"
FAKE = ["--engine", "fake", "--json"]


def agentvid(*arguments: str | Path, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RUN, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_the_contract_of_run(tmp_path: Path):
    done = agentvid("run", MESSAGE, COFFEE, "--session", "s1", "--out", tmp_path / "out", "--json", cwd=tmp_path)
    told = document(done)
    assert done.returncode == 0
    assert (told["status"], told["session"], told["turn"], told["revision"], told["branch"]) == (
        "done",
        "s1",
        1,
        1,
        "main",
    )
    assert told["error"] is None
    steps = told["chain"]["steps"]
    assert [step["id"] for step in steps] == list(told["runs"])
    assert set(steps[0]) >= {"id", "thought", "tool", "args", "given", "expect", "engine", "seed"}
    assert told["executed"] == [step["id"] for step in steps]
    assert told["cached"] == told["waiting"] == []
    run = told["runs"]["t1.s1"]
    assert set(run) >= {"status", "key", "outputs", "engine", "seconds", "cost", "warnings"}
    assert run["cost"] == {"amount": 0.0, "currency": ""}
    assert set(run["outputs"]["box"]) == {"x0", "y0", "x1", "y1"}
    assert Path(run["outputs"]["mask"]["path"]).is_file()
    picture = next(part for part in told["answer"]["parts"] if part["type"] == "image")
    assert Path(picture["path"]).read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "out/report.html").stat().st_size > 10_000
    assert json.loads((tmp_path / "out/chain.json").read_text())["steps"] == steps

    again = document(agentvid("run", MESSAGE, COFFEE, "--json", cwd=tmp_path))
    assert again["executed"] == []
    assert again["cached"] == [step["id"] for step in again["chain"]["steps"]]
    assert [part.get("artifact") for part in again["answer"]["parts"]][:2] == [
        part.get("artifact") for part in told["answer"]["parts"]
    ][:2]


def test_given_on_the_command_line_is_obeyed(tmp_path: Path):
    given = "t1.s1.box=60,60,260,380"
    told = document(agentvid("run", MESSAGE, COFFEE, "--given", given, "--json", cwd=tmp_path))
    assert told["runs"]["t1.s1"]["outputs"]["box"] == {"x0": 60, "y0": 60, "x1": 260, "y1": 380}
    assert told["runs"]["t1.s1"]["given"] == ["box"]


def test_plan_writes_a_chain_and_runs_nothing(tmp_path: Path):
    done = agentvid("plan", MESSAGE, COFFEE, "--json", cwd=tmp_path)
    told = document(done)
    assert (done.returncode, told["status"], told["executed"]) == (0, "done", [])
    assert {run["status"] for run in told["runs"].values()} == {"pending"}
    assert not (tmp_path / "agentvid-results").exists()


def test_a_step_that_needs_a_person_exits_3_and_says_how(tmp_path: Path):
    done = agentvid(
        "run",
        MESSAGE,
        COFFEE,
        "--session",
        "w",
        "--engine",
        "fake",
        "--json",
        cwd=tmp_path,
        AGENTVID_FAKE="locate=needs:box",
    )
    told = document(done)
    assert (done.returncode, told["status"]) == (3, "waiting")
    (waits,) = told["waiting"]
    assert (waits["step"], waits["port"]) == ("t1.s1", "box")
    assert "--given t1.s1.box=" in waits["how"]
    assert told["runs"]["t1.s4"]["status"] == "pending"


def test_a_question_back_exits_3(tmp_path: Path):
    done = agentvid("run", "qwertz uiop", COFFEE, "--json", cwd=tmp_path)
    told = document(done)
    assert (done.returncode, told["status"]) == (3, "waiting")
    assert told["answer"]["parts"][0]["text"] == told["waiting"][0]["how"]


@pytest.mark.parametrize("behaviour", ["fail", "die"])
def test_a_failed_step_exits_4_and_keeps_the_rest(tmp_path: Path, behaviour: str):
    done = agentvid(
        "run",
        MESSAGE,
        COFFEE,
        "--session",
        "f",
        "--engine",
        "fake",
        "--json",
        cwd=tmp_path,
        AGENTVID_FAKE=f"edit_image={behaviour}",
    )
    told = document(done)
    assert (done.returncode, told["status"]) == (4, "failed")
    assert told["runs"]["t1.s4"]["status"] == "failed"
    assert told["runs"]["t1.s5"]["status"] == "skipped"
    assert told["error"] == told["runs"]["t1.s4"]["error"]
    assert set(told["error"]) == {"code", "given", "expected", "do"}
    mended = document(agentvid("resume", "f", "--json", cwd=tmp_path))
    assert mended["status"] == "done"
    assert mended["executed"] == ["t1.s4", "t1.s5"]


def bad_inputs(folder: Path) -> dict[str, list[str | Path]]:
    (folder / "empty.jpg").touch()
    (folder / "words.mp4").write_text("these are words")
    (folder / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n")
    (folder / "taken").write_text("a file where a folder should be")
    (folder / "mine").mkdir()
    (folder / "mine/report.html").write_text("precious")
    return {
        "empty message": ["run", ""],
        "missing file": ["run", MESSAGE, "missing.jpg"],
        "empty file": ["run", MESSAGE, "empty.jpg"],
        "wrong type": ["run", MESSAGE, "words.mp4"],
        "playlist": ["run", MESSAGE, "list.m3u8"],
        "folder": ["run", MESSAGE, "."],
        "unwritable": ["run", MESSAGE, COFFEE, "--out", "taken"],
        "unknown engine": ["run", MESSAGE, COFFEE, "--engine", "nope"],
        "unknown planner": ["run", MESSAGE, COFFEE, "--planner", "nope"],
        "bad given": ["run", MESSAGE, COFFEE, "--given", "box"],
        "bad given value": ["run", MESSAGE, COFFEE, "--given", "t1.s1.box=1,2,x,4"],
        "bad given step": ["run", MESSAGE, COFFEE, "--given", "t9.s9.box=1,2,3,4"],
        "bad review": ["run", MESSAGE, COFFEE, "--review", "perhaps"],
        "bad seed": ["run", MESSAGE, COFFEE, "--seed", "-1"],
        "bad session": ["run", MESSAGE, COFFEE, "--session", "../x"],
        "no such session": ["chain", "show", "nobody"],
        "unknown option": ["run", MESSAGE, "--colour", "blue"],
        "no such tool": ["tools", "nope"],
        "huge seed": ["run", MESSAGE, COFFEE, "--seed", "9" * 30],
        "empty out": ["run", MESSAGE, COFFEE, "--out", ""],
        "foreign out": ["run", MESSAGE, COFFEE, "--out", "mine"],
    }


BAD = [
    "empty message",
    "missing file",
    "empty file",
    "wrong type",
    "playlist",
    "folder",
    "unwritable",
    "unknown engine",
    "unknown planner",
    "bad given",
    "bad given value",
    "bad given step",
    "bad review",
    "bad seed",
    "bad session",
    "no such session",
    "unknown option",
    "no such tool",
    "huge seed",
    "empty out",
    "foreign out",
]


@pytest.mark.parametrize("name", BAD)
def test_bad_input_exits_2_with_one_clear_error(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    before = bad_inputs(tmp_path)
    files = {path.name for path in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    code = run_app([*map(str, before[name]), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["status"]) == (2, "refused")
    assert set(told["error"]) == {"code", "given", "expected", "do"}
    assert told["error"]["given"]
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == files
    assert run_app([*map(str, before[name])]) == 2
    plain = capsys.readouterr()
    assert plain.out == ""
    assert "error:" in plain.err
    assert "Traceback" not in plain.err


def test_a_very_long_message_is_refused(tmp_path: Path):
    done = subprocess.run(
        [*RUN, "run", "-", "--json"], input="x" * 1_000_000, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert len(done.stdout) < 2_000


def wait_for(what: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def start_slow(folder: Path, session: str) -> subprocess.Popen[str]:
    command = [*RUN, "run", MESSAGE, str(COFFEE), "--session", session, "--engine", "fake", "--json"]
    environ = {**os.environ, "AGENTVID_FAKE": "edit_image=slow:60"}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def is_executing(home: Path, session: str) -> bool:
    from agentvid.store.log import Log

    if not (home / "agentvid.sqlite").exists():
        return False
    with Log(home / "agentvid.sqlite") as log:
        turns = log.turns(session) if log.session(session) else []
        if not turns or log.latest_revision(session, 1) is None:
            return False
        return "t1.s3" in log.run(session, 1, log.latest_revision(session, 1).n).steps


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_ctrl_c_exits_130_and_resume_goes_on(tmp_path: Path, home: Path, how: signal.Signals, code: int):
    process = start_slow(tmp_path, "stop")
    wait_for(lambda: is_executing(home, "stop"))
    time.sleep(0.3)
    process.send_signal(how)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in err
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert json.loads(out)["session"] == "stop"
    told = document(agentvid("resume", "stop", "--json", cwd=tmp_path))
    assert told["status"] == "done"
    assert told["cached"][:3] == ["t1.s1", "t1.s2", "t1.s3"]
    assert told["executed"] == ["t1.s4", "t1.s5"]


def test_kill_9_loses_nothing_that_was_finished(tmp_path: Path, home: Path):
    process = start_slow(tmp_path, "kill")
    wait_for(lambda: is_executing(home, "kill"))
    time.sleep(0.3)
    process.kill()
    process.communicate()
    told = document(agentvid("resume", "kill", "--json", cwd=tmp_path))
    assert told["status"] == "done"
    assert told["cached"][:3] == ["t1.s1", "t1.s2", "t1.s3"]
    assert told["executed"] == ["t1.s4", "t1.s5"]


def test_a_worker_killed_in_the_middle_is_a_clear_failed_step(tmp_path: Path, home: Path):
    process = start_slow(tmp_path, "worker")
    wait_for(lambda: is_executing(home, "worker"))
    time.sleep(1.0)
    workers = subprocess.check_output(["pgrep", "-P", str(process.pid)], text=True).split()
    assert workers
    for worker in workers:
        os.kill(int(worker), signal.SIGKILL)
    out, err = process.communicate(timeout=30)
    told = json.loads(out)
    assert "Traceback" not in err
    assert (process.returncode, told["status"]) == (4, "failed")
    assert told["runs"]["t1.s4"]["error"]["code"] == "engine_died"


def test_two_runs_on_one_session_one_is_refused(tmp_path: Path, home: Path):
    process = start_slow(tmp_path, "both")
    try:
        wait_for(lambda: is_executing(home, "both"))
        done = agentvid("run", MESSAGE, COFFEE, "--session", "both", "--json", cwd=tmp_path)
        told = document(done)
        assert (done.returncode, told["error"]["code"]) == (2, "session_busy")
    finally:
        process.kill()
        process.communicate()


def test_listings(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    engines = json.loads(agentvid("engines", "--json", cwd=tmp_path).stdout)["engines"]
    assert {engine["name"]: engine["status"] for engine in engines}["classical"] == "ready"
    tools = json.loads(agentvid("tools", "--json", cwd=tmp_path).stdout)["tools"]
    assert "locate" in {tool["name"] for tool in tools}
    for command in (["engines"], ["tools"], ["tools", "locate"], ["sessions"], ["chain", "--help"], ["run", "--help"]):
        assert run_app(command) == 0, command
    told = capsys.readouterr()
    assert "classical" in told.out
    assert told.err == ""


@pytest.mark.slow
def test_doctor_finds_nothing_bad_here(tmp_path: Path):
    done = agentvid("doctor", "--json", cwd=tmp_path)
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == 0, findings


def test_help_is_quick_and_loads_nothing_heavy(tmp_path: Path):
    code = (
        "import sys; from agentvid.cli.app import run_app; run_app(['--help']);"
        "heavy = ('torch', 'cv2', 'av', 'langgraph', 'numpy', 'pydantic', 'asyncio');"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stderr.strip() == "[]"
    assert "Usage" in done.stdout


def test_a_refused_turn_is_told_with_its_session_and_chain(tmp_path: Path):
    done = agentvid("run", MESSAGE, COFFEE, "--session", "r", "--given", "t1.s99.box=1,2,3,4", "--json", cwd=tmp_path)
    told = document(done)
    assert (done.returncode, told["status"], told["session"], told["turn"]) == (2, "refused", "r", 1)
    assert "t1.s99" in told["error"]["given"]


def test_a_refused_message_leaves_no_session(tmp_path: Path):
    agentvid("run", "", COFFEE, "--session", "nothing", "--json", cwd=tmp_path)
    assert json.loads(agentvid("sessions", "--json", cwd=tmp_path).stdout)["sessions"] == []


def test_json_is_utf_8_whatever_the_locale_and_a_full_disk_is_told(tmp_path: Path):
    command = [*RUN, "plan", "把红色的杯子变成蓝色", str(COFFEE), "--json"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True)
    assert "红色的杯子" in done.stdout.decode("utf-8")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 4
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("which", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_while_it_starts_is_an_interruption(tmp_path: Path, which: str):
    code = f"""
import os, signal, sys, types
from agentvid.cli import main
slow = types.ModuleType("agentvid.cli.app")
slow.run_app = lambda: os.kill(os.getpid(), signal.{which}) or signal.pause()
sys.modules["agentvid.cli.app"] = slow
sys.argv = ["agentvid", "engines", "--json"]
main()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["code"] == "interrupted"
    assert "Traceback" not in done.stderr


def test_garbage_is_told_and_collected(tmp_path: Path):
    agentvid("run", MESSAGE, COFFEE, "--json", cwd=tmp_path)
    told = json.loads(agentvid("gc", "--dry-run", "--json", cwd=tmp_path).stdout)
    assert told["removed"] == 0 and told["kept"] >= 3


def test_a_demo_never_takes_files_away(tmp_path: Path):
    (tmp_path / "photo/holiday").mkdir(parents=True)
    (tmp_path / "photo/holiday/1.txt").write_text("precious")
    (tmp_path / "photo/report.html").write_text("mine")
    done = agentvid("demo", "--out", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "photo/holiday/1.txt").read_text() == "precious"
    assert (tmp_path / "photo/report.html").read_text() == "mine"
