"""One writer per session: real processes that live, die, and wake up too late."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentvid.chain.chain import Chain
from agentvid.errors import SessionBusy
from agentvid.store import fence
from agentvid.store.fence import Process, acquire, beating, own, this_process
from agentvid.store.log import Log


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> Iterator[Log]:
    with Log(tmp_path / "log.db", clock=clock) as log:
        log.create_session("s1")
        yield log


def set_owner(log: Log, **columns: object) -> None:
    """Make the owner of s1 another process."""
    with log.write(durable=True) as connection:
        for column, value in columns.items():
            connection.execute(f"UPDATE ownership SET {column} = ? WHERE session = 's1'", (value,))


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


# ---------------------------------------------------------------- liveness

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no /proc")


@needs_proc
def test_this_process_lives_and_is_told_from_others() -> None:
    me = this_process()
    assert me.pid == os.getpid()
    assert me.is_here() and not me.is_dead()
    assert me.start and me.boot
    assert Process(me.pid, me.host, me.boot, start="1").is_dead(), "a pid that was given out again"
    assert Process(me.pid, me.host, "before the restart", me.start).is_dead()
    assert not Process(me.pid, "elsewhere", me.boot, me.start).is_dead(), "can't be seen from here"


@needs_proc
def test_a_process_that_ended_is_dead_even_before_it_is_waited_for(sleeper: subprocess.Popen[bytes]) -> None:
    me = this_process()
    start = fence._start(sleeper.pid)[0]
    child = Process(sleeper.pid, me.host, me.boot, start)
    assert not child.is_dead()
    sleeper.kill()
    wait_until(child.is_dead)
    sleeper.wait()
    assert child.is_dead()


@needs_proc
def test_a_process_name_with_brackets_and_spaces_does_not_confuse(tmp_path: Path) -> None:
    program = tmp_path / "a) R 1 (b"
    program.symlink_to(sys.executable)
    process = subprocess.Popen([program, "-c", "import time; time.sleep(60)"])
    try:
        wait_until(lambda: ") R 1" in Path(f"/proc/{process.pid}/comm").read_text())
        start, is_zombie = fence._start(process.pid)
        assert abs(int(start) - int(this_process().start)) < 3600 * 100 * 24
        assert int(start) >= int(this_process().start)
        assert not is_zombie
    finally:
        process.kill()
        process.wait()


def test_a_tag_names_its_process_and_nothing_else_does() -> None:
    me = this_process()
    assert Process.from_tag(me.tag()) == me
    assert "/" not in me.tag() and "." not in me.tag()
    for other in ("", "notes", "aaaaaaaaaaaa-12-34", me.tag().rpartition("-")[0].rpartition("-")[0]):
        assert Process.from_tag(other) is None


# ---------------------------------------------------------------- ownership


def test_the_owner_writes_and_a_second_is_told_who_it_is(log: Log) -> None:
    ownership = acquire(log, "s1")
    assert log.add_turn("s1", {}, token=ownership.token) == 1
    with pytest.raises(SessionBusy, match="this process has been writing session 's1' since 1970-01-1") as raised:
        acquire(log, "s1")
    assert "wait" in raised.value.do and "another session" in raised.value.do
    ownership.release()
    again = acquire(log, "s1")
    assert again.token != ownership.token


def test_releasing_twice_or_late_harms_nobody(log: Log) -> None:
    first = acquire(log, "s1")
    first.release()
    second = acquire(log, "s1")
    first.release()
    assert log.add_turn("s1", {}, token=second.token) == 1
    with pytest.raises(SessionBusy):
        log.add_turn("s1", {}, token=first.token)
    with pytest.raises(SessionBusy):
        first.renew()


def test_a_living_process_on_this_machine_is_waited_for_as_long_as_it_renews(
    log: Log, clock: Clock, sleeper: subprocess.Popen[bytes]
) -> None:
    old = acquire(log, "s1")
    set_owner(log, pid=sleeper.pid, start=fence._start(sleeper.pid)[0])
    for _ in range(10):
        clock.now += fence.LEASE_SECONDS - 1
        with pytest.raises(SessionBusy, match=f"process {sleeper.pid} .*hangs"):
            acquire(log, "s1")
        old.renew()
    clock.now += fence.LEASE_SECONDS
    new = acquire(log, "s1")
    with pytest.raises(SessionBusy):
        log.add_turn("s1", {}, token=old.token)
    assert log.add_turn("s1", {}, token=new.token) == 1


def test_a_dead_process_is_taken_over_at_once(log: Log, sleeper: subprocess.Popen[bytes]) -> None:
    old = acquire(log, "s1")
    set_owner(log, pid=sleeper.pid, start=fence._start(sleeper.pid)[0])
    sleeper.kill()
    sleeper.wait()
    new = acquire(log, "s1")
    assert log.add_turn("s1", {}, token=new.token) == 1
    with pytest.raises(SessionBusy):
        log.add_turn("s1", {}, token=old.token)


@needs_proc
def test_a_pid_given_out_again_is_taken_over_at_once(log: Log) -> None:
    acquire(log, "s1")
    set_owner(log, start="1")
    acquire(log, "s1")


def test_another_machine_is_waited_for_until_its_lease_ends(log: Log, clock: Clock) -> None:
    old = acquire(log, "s1", lease_seconds=60)
    set_owner(log, host="elsewhere")
    clock.now += 59
    with pytest.raises(SessionBusy, match="on elsewhere"):
        acquire(log, "s1")
    old.renew()
    clock.now += 59
    with pytest.raises(SessionBusy):
        acquire(log, "s1")
    clock.now += 1
    new = acquire(log, "s1")
    with pytest.raises(SessionBusy, match="taken over"):
        old.renew()
    with pytest.raises(SessionBusy):
        log.add_turn("s1", {}, token=old.token)
    assert log.add_turn("s1", {}, token=new.token) == 1


def test_of_many_who_try_at_once_one_owns(log: Log) -> None:
    owners: list[str] = []
    refused: list[SessionBusy] = []
    barrier = threading.Barrier(8)

    def attempt() -> None:
        barrier.wait()
        try:
            owners.append(acquire(log, "s1").token)
        except SessionBusy as error:
            refused.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(owners), len(refused)) == (1, 7)


# ---------------------------------------------------------------- own, and its heartbeat


def test_own_releases_at_its_end_and_after_an_error(log: Log) -> None:
    with own(log, "s1") as ownership:
        assert log.add_turn("s1", {}, token=ownership.token) == 1
    with pytest.raises(RuntimeError), own(log, "s1"):
        raise RuntimeError
    with own(log, "s1"):
        pass
    assert log.tuples("SELECT * FROM ownership") == []


def test_all_owners_of_a_process_share_one_heartbeat(log: Log) -> None:
    for name in ("s2", "s3"):
        log.create_session(name)
    with own(log, "s1"), own(log, "s2"), own(log, "s3", lease_seconds=0.04):
        assert [thread.name for thread in threading.enumerate()].count("agentvid-heartbeat") == 1


def test_nothing_is_renewed_after_the_block(log: Log) -> None:
    beats: list[int] = []

    def renew() -> None:
        beats.append(1)
        time.sleep(0.01)

    with beating(renew, every_seconds=0.001):
        wait_until(lambda: bool(beats))
    ended = len(beats)
    time.sleep(0.05)
    assert len(beats) == ended


def test_own_renews_while_it_lasts(log: Log, clock: Clock) -> None:
    with own(log, "s1", lease_seconds=0.04):
        clock.now += 500
        wait_until(lambda: until(log) == pytest.approx(clock.now + 0.04))


def test_a_heartbeat_stops_when_the_session_was_taken_over() -> None:
    beats: list[int] = []

    def renew() -> None:
        beats.append(1)
        raise SessionBusy("taken over")

    with beating(renew, every_seconds=0.005):
        wait_until(lambda: bool(beats))
        time.sleep(0.05)
    assert len(beats) == 1


# ---------------------------------------------------------------- real owners in other processes

OWNER = """
import sys, time
from pathlib import Path
from agentvid.chain.chain import Chain
from agentvid.errors import SessionBusy
from agentvid.store import fence
from agentvid.store.log import Log
if sys.argv[2] == "elsewhere":
    fence._host = lambda: "elsewhere"
log = Log(Path(sys.argv[1]))
with fence.own(log, "s1", lease_seconds=0.6) as ownership:
    log.add_turn("s1", {}, token=ownership.token)
    print("owner", flush=True)
    sys.stdin.readline()
    try:
        print(log.add_revision("s1", 1, Chain(turn=1), author="person", parent=None, token=ownership.token))
    except SessionBusy as error:
        print("refused", error)
"""


def start_owner(log: Log, where: str) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(log.path), where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "owner\n", worker.communicate()[1]
    return worker


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Log]:
    with Log(tmp_path / "shared.db") as log:
        log.create_session("s1")
        yield log


def test_a_killed_owner_leaves_a_session_that_opens_at_once(shared: Log) -> None:
    worker = start_owner(shared, "here")
    with pytest.raises(SessionBusy, match=f"process {worker.pid} has"):
        acquire(shared, "s1")
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    with own(shared, "s1") as ownership:
        assert shared.add_turn("s1", {}, token=ownership.token) == 2


def test_a_stopped_owner_that_wakes_after_its_lease_is_refused(shared: Log) -> None:
    worker = start_owner(shared, "elsewhere")
    with pytest.raises(SessionBusy, match="on elsewhere"):
        acquire(shared, "s1")
    stop_between_writes(worker, shared)
    wait_until(lambda: until(shared) < time.time())
    ours = acquire(shared, "s1")
    assert shared.add_revision("s1", 1, Chain(turn=1), author="person", parent=None, token=ours.token) == 1
    os.kill(worker.pid, signal.SIGCONT)
    out, err = worker.communicate("go\n", timeout=30)
    assert out.startswith("refused"), (out, err)
    assert worker.returncode == 0, err
    assert [row.n for row in shared.revisions("s1", 1)] == [1]
    assert shared.add_turn("s1", {}, token=ours.token) == 2, "its release took nothing from the new owner"


def stop_between_writes(worker: subprocess.Popen[str], log: Log) -> None:
    """Stop a process at a moment when it does not hold the lock of the database, which nobody could take from it."""
    while True:
        os.kill(worker.pid, signal.SIGSTOP)
        connection = sqlite3.connect(log.path, timeout=0.1, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            os.kill(worker.pid, signal.SIGCONT)
        finally:
            connection.close()


def until(log: Log) -> float:
    with log.write(durable=False) as connection:
        return float(connection.execute("SELECT until FROM ownership WHERE session = 's1'").fetchone()[0])


def wait_until(holds: object, seconds: float = 10.0) -> None:
    last = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < last, "it never came to hold"
        time.sleep(0.01)
