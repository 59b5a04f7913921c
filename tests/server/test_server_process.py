"""The server as a process: killed, stopped, started again; what was accepted is finished, each turn once."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentvid.store.log import Log

TOY = Path(__file__).parent / "toy.py"
ENV = {**os.environ, "PYTHONPATH": str(TOY.parents[2])}


class Process:
    """A server process of toy tools on a free port of loopback."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: subprocess.Popen[str] | None = None
        self.client = httpx.Client()

    def start(self, concurrency: int = 4) -> httpx.Client:
        command = [sys.executable, str(TOY), str(self.home), "0", str(concurrency)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENV)
        address = self.process.stdout.readline().strip()
        assert address.startswith("http://"), "it did not start"
        self.client.close()
        self.client = httpx.Client(base_url=f"{address}/api/v1", timeout=30)
        return self.client

    def end(self, which: int) -> int:
        self.process.send_signal(which)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(30)
        self.process.stdout.close()
        self.client.close()
        return code


@pytest.fixture
def process(home: Path) -> Iterator[Process]:
    made = Process(home)
    yield made
    if made.process is not None:
        made.end(signal.SIGKILL)


def begin(client: httpx.Client, text: str, key: str | None = None) -> str:
    session = client.post("/sessions", json={}).json()["session"]
    headers = {"Idempotency-Key": key} if key else {}
    sent = client.post(f"/sessions/{session}/messages", json={"text": text}, headers=headers)
    assert sent.status_code == 202, sent.text
    return session


def ended(client: httpx.Client, session: str, turn: int = 1) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        shown = client.get(f"/sessions/{session}/turns/{turn}").json()
        if not shown["work"]:
            return shown
        time.sleep(0.05)
    raise AssertionError(f"turn {turn} of {session} does not end")


def wait_for(home: Path, line: str) -> None:
    """Wait until a step has run."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if (home / "ran.txt").is_file() and line in (home / "ran.txt").read_text().split("\n"):
            return
        time.sleep(0.01)
    raise AssertionError(f"{line} never ran")


def test_asked_to_stop_it_lets_the_step_end_and_goes_on_later(process: Process, home: Path):
    client = process.start(concurrency=1)
    running, waiting = begin(client, "toil 6 300 one"), begin(client, "toil 2 1 two")
    wait_for(home, "one.2")
    assert process.end(signal.SIGTERM) == 0
    ran = (home / "ran.txt").read_text().split()
    assert "one.6" not in ran and "two.1" not in ran
    with Log(home / "agentvid.sqlite") as log:
        assert [row.phase for row in log.turns(running)] == ["interrupted"]
    client = process.start()
    assert ended(client, running)["status"] == ended(client, waiting)["status"] == "done"
    counted = Counter((home / "ran.txt").read_text().split())
    assert counted["one.1"] == counted["one.2"] == counted["one.6"] == counted["two.2"] == 1
    assert process.end(signal.SIGINT) == 0


def test_a_home_has_one_server(process: Process, home: Path):
    process.start()
    again = subprocess.run([sys.executable, str(TOY), str(home), "0"], capture_output=True, text=True, env=ENV)
    assert again.returncode != 0 and "another server has" in again.stderr


@pytest.mark.slow
def test_a_turn_that_ends_the_process_is_given_up(process: Process, home: Path):
    session = begin(process.start(), "die")
    for _ in range(5):
        process.wait()
        client = process.start()
    turn = ended(client, session)
    events = client.get(f"/sessions/{session}").json()["last_event"]
    assert turn["work"] == "" and events > 0
    assert ended(client, begin(client, "toil 1 0"))["status"] == "done"


@pytest.mark.slow
def test_killed_under_load_every_accepted_turn_is_finished_and_none_twice(process: Process, home: Path):
    """Eight clients send turns while the server is killed at random times; a client that got no answer asks again
    with the same key."""
    accepted: dict[str, str] = {}
    stop = threading.Event()
    box: list[httpx.Client] = [process.start(concurrency=6)]
    lock = threading.Lock()

    def insist(method: str, path: str, body: dict[str, Any], key: str) -> dict[str, Any] | None:
        while True:
            try:
                answer = box[0].request(method, path, json=body, headers={"Idempotency-Key": key})
                if answer.status_code < 300:
                    return answer.json()
                assert answer.status_code in (409, 503), answer.text
            except (httpx.TransportError, RuntimeError):
                pass
            time.sleep(0.05)

    def load(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            key = f"c{number}-{turn}"
            session = insist("POST", "/sessions", {}, f"s-{key}")["session"]
            insist("POST", f"/sessions/{session}/messages", {"text": f"toil 4 8 {key}"}, f"m-{key}")
            with lock:
                accepted[session] = key
            while not stop.is_set() and insist("GET", f"/sessions/{session}/turns/1", {}, "look")["work"]:
                time.sleep(0.05)

    clients = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for thread in clients:
        thread.start()
    for kill in range(3):
        more_lines(home / "ran.txt", 30)
        time.sleep(random.Random(kill).uniform(0, 0.2))
        process.end(signal.SIGKILL)
        box[0] = process.start(concurrency=6)
    more_lines(home / "ran.txt", 30)
    stop.set()
    for thread in clients:
        thread.join(60)
    assert len(accepted) >= 20
    for session in accepted:
        assert ended(box[0], session)["status"] == "done"
        assert len(box[0].get(f"/sessions/{session}").json()["turns"]) == 1
    sessions = box[0].get("/sessions").json()["sessions"]
    assert {found["session"] for found in sessions} >= accepted.keys()
    process.end(signal.SIGTERM)
    counted = Counter((home / "ran.txt").read_text().split())
    again = {mark: times for mark, times in counted.items() if times > 1}
    assert len(again) <= 3 * 6 * 4, "only what ran, or was told within a moment, when it was killed runs again"
    with Log(home / "agentvid.sqlite") as log:
        for session in accepted:
            assert len(log.tuples("SELECT 1 FROM answers WHERE session = ?", session)) == 1
        assert log.tuples("SELECT 1 FROM work") == []


@pytest.mark.slow
def test_two_hundred_listeners_are_no_burden(process: Process, home: Path):
    client = process.start()
    session = begin(client, "toil 1 0")
    ended(client, session)
    before = resident(process.process.pid)
    port = int(str(client.base_url).rsplit(":", 1)[1].split("/")[0])
    listeners = []
    for _ in range(200):
        made = socket.create_connection(("127.0.0.1", port))
        made.sendall(f"GET /api/v1/sessions/{session}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        listeners.append(made)
    for made in listeners:
        assert b"200 OK" in made.recv(65536)
    after = resident(process.process.pid)
    assert client.get("/health").status_code == 200
    for made in listeners:
        made.close()
    print(f"{before / 2**20:.0f} MiB before, {after / 2**20:.0f} MiB with 200 listeners")
    assert after < 200e6


def more_lines(file: Path, many: int) -> None:
    """Wait until a file has so many lines more than it has now."""
    before = len(file.read_text().split()) if file.is_file() else 0
    until = time.monotonic() + 60
    while not file.is_file() or len(file.read_text().split()) < before + many:
        assert time.monotonic() < until, "nothing runs"
        time.sleep(0.02)


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
