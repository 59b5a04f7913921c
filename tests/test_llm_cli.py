"""The planner `llm` from the command line: one line to use it, what is shown, what is kept when it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from llm_server import KEY, MODEL, NO_SCHEMA, ChatEndpoint, hangs_after, recolour, says

from agentvid.samples import COFFEE

MESSAGE = "give the cup the colour of the sea"
RUN = [sys.executable, "-m", "agentvid"]


def environ(endpoint: ChatEndpoint, **more: str) -> dict[str, str]:
    told = {"BASE_URL": endpoint.url, "MODEL": MODEL, "API_KEY": KEY, **more}
    return os.environ | {f"AGENTVID_LLM_{name}": value for name, value in told.items()} | {"AGENTVID_INPROCESS": "1"}


def agentvid(*arguments: str | Path, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*RUN, *map(str, arguments)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert KEY not in done.stdout + done.stderr
    return done


@pytest.mark.slow
def test_one_line_and_then_an_edit_in_plain_words(tmp_path: Path, home: Path):
    edits = {"question": None, "edits": [{"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "navy"}]}
    with ChatEndpoint([NO_SCHEMA, says(recolour()), says(edits), says(edits)]) as endpoint:
        env = environ(endpoint, PRICE="0.4/1.2 USD")
        done = agentvid("run", MESSAGE, COFFEE, "--planner", "llm", "--session", "s1", cwd=tmp_path, env=env)
        assert done.returncode == 0, done.stderr
        assert "Cost: 0.0014 USD" in done.stdout
        shown = " ".join(done.stderr.split())
        assert "note : the planner's endpoint refused response_format json_schema" in shown
        assert "t1.s1 Find the red cup in @v1, as only it should change." in shown
        assert f"{MODEL}: 2000 tokens read, 500 written, 0.0014 USD" in shown
        edit = ["chain", "edit", "--session", "s1", "--say", "I want it more like the sea", "--planner", "llm"]
        dry = agentvid(*edit, "--dry-run", "--json", cwd=tmp_path, env=env)
        told = json.loads(dry.stdout)
        assert told["dry_run"] is True
        assert told["preview"]["certain"][0] == "t1.s3"
        made = agentvid(*edit, cwd=tmp_path, env=env)
        assert made.returncode == 0, made.stderr
        assert "navy" in made.stdout and f"proposed by {MODEL}" in made.stdout
        shown = agentvid("chain", "history", "s1", cwd=tmp_path, env=env).stdout
        assert f"planned by {MODEL}" in shown
    for path in [*home.rglob("*"), *tmp_path.rglob("*")]:
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_a_stream_that_is_interrupted_leaves_a_session_to_resume(tmp_path: Path, home: Path):
    hold = threading.Event()
    with ChatEndpoint([hangs_after(recolour(), 300, hold), says(recolour())]) as endpoint:
        env = environ(endpoint)
        started = subprocess.Popen(
            [*RUN, "run", MESSAGE, str(COFFEE), "--planner", "llm", "--session", "s1", "--json"],
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not endpoint.asked:
            assert started.poll() is None, started.communicate()
            threading.Event().wait(0.05)
        threading.Event().wait(0.3)
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)
        hold.set()
        assert started.returncode == 130, err
        assert json.loads(out)["error"]["do"] == "`agentvid resume s1` goes on"
        done = agentvid("resume", "s1", "--json", cwd=tmp_path, env=env)
        told = json.loads(done.stdout)
    assert (done.returncode, told["status"], told["turn"]) == (0, "done", 1)
    assert told["chain"]["steps"][2]["thought"] == "Plan to make it blue, and keep light and shade."
    assert len(endpoint.asked) == 2


@pytest.mark.slow
def test_a_draft_is_shown_and_the_offline_planner_goes_on(tmp_path: Path):
    with ChatEndpoint([says("I think the cup should be blue.")]) as endpoint:
        env = environ(endpoint)
        asked = ("make the red cup blue", COFFEE, "--planner", "llm", "--session", "s1")
        done = agentvid("run", *asked, cwd=tmp_path, env=env)
        assert done.returncode not in (0, 2)
        assert "the answer is no JSON object" in done.stderr
        assert "agentvid resume s1 --turn 1 --planner offline" in done.stderr
        shown = agentvid("chain", "show", "s1", "--turn", "1", cwd=tmp_path, env=env).stdout
        assert "draft\nI think the cup should be blue." in shown
        told = json.loads(agentvid("chain", "show", "s1", "--json", cwd=tmp_path, env=env).stdout)
        assert told["error"]["code"] == "plan_failed"
        assert told["error"]["draft"] == "I think the cup should be blue."
        done = agentvid("resume", "s1", "--turn", "1", "--planner", "offline", "--json", cwd=tmp_path, env=env)
        assert json.loads(done.stdout)["status"] == "done"
    assert len(endpoint.asked) == 2


@pytest.mark.slow
def test_doctor_and_engines_tell_of_the_endpoint(tmp_path: Path):
    with ChatEndpoint() as endpoint:
        env = environ(endpoint)
        found = finding(agentvid("doctor", "--json", cwd=tmp_path, env=env))
        assert found["state"] == "ok"
        assert f"and has {MODEL}; unproven" in found["told"]
        assert endpoint.asked == []
        listed = json.loads(agentvid("engines", "--json", cwd=tmp_path, env=env).stdout)["planners"]
    states = {planner["name"]: planner["status"] for planner in listed}
    assert states == {"offline": "ready", "unified": "needs weights", "llm": "unproven"}
    gone = agentvid("doctor", "--json", cwd=tmp_path, env=env | {"AGENTVID_PLANNER": "llm"})
    assert gone.returncode == 4
    assert finding(gone)["state"] == "bad"
    assert "does not answer" in finding(gone)["told"]
    unset = {name: value for name, value in env.items() if not name.startswith("AGENTVID_LLM")}
    found = finding(agentvid("doctor", "--json", cwd=tmp_path, env=unset))
    assert found["state"] == "note"
    assert "set AGENTVID_LLM_BASE_URL and AGENTVID_LLM_MODEL" in found["told"]


def finding(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return next(found for found in json.loads(done.stdout)["findings"] if found["what"] == "planner llm")
