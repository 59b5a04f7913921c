"""The log on real SQLite files: what is written comes back, nothing is overwritten, old and new files open."""

from __future__ import annotations

import itertools
import math
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentvid.chain.chain import Chain
from agentvid.chain.run import StepRun
from agentvid.chain.step import Ref, Step
from agentvid.errors import InputError, SessionBusy, StoreError
from agentvid.media.types import Image
from agentvid.store import migrations
from agentvid.store.fence import acquire
from agentvid.store.log import CachedResult, Log

IMAGE = Image(artifact="ab" * 32, mime="image/png", bytes=9, width=4, height=3)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    ticks = itertools.count(1_000.0)
    with Log(tmp_path / "log.db", clock=lambda: next(ticks)) as log:
        yield log


@pytest.fixture
def token(log: Log) -> str:
    log.create_session("s1", title="cups")
    return acquire(log, "s1").token


def chain(turn: int = 1, thought: str = "find the cup") -> Chain:
    locate = Step(id=f"t{turn}.s1", tool="locate", thought=thought, args={"image": IMAGE, "what": "红色杯子"})
    analyse = Step(id=f"t{turn}.s2", tool="analyse", args={"mask": {"step": f"t{turn}.s1", "port": "mask"}})
    return Chain(turn=turn, steps=(locate, analyse), answer=(Ref(step=f"t{turn}.s2", port="palette"),))


# ---------------------------------------------------------------- sessions and turns


def test_sessions_are_listed_by_owner_newest_first(log: Log) -> None:
    for session, owner in (("a", "local"), ("b", "ann"), ("c", "local")):
        log.create_session(session, owner, title=session.upper())
    assert [row.session for row in log.sessions("local")] == ["c", "a"]
    found = log.session("b")
    assert found is not None and (found.owner, found.title) == ("ann", "B")
    assert log.session("absent") is None
    with pytest.raises(InputError, match="already"):
        log.create_session("a")


def test_a_turn_keeps_its_message_and_phase(log: Log, token: str) -> None:
    message = {"parts": [{"type": "text", "text": "把杯子变成蓝色 🎨"}, {"type": "file", "name": "odd\udc80name"}]}
    assert log.add_turn("s1", message, token=token) == 1
    assert log.add_turn("s1", {"parts": []}, token=token) == 2
    turn = log.turn("s1", 1)
    assert (turn.message, turn.phase, turn.error) == (message, "new", None)
    problem = {"code": "x", "given": "g", "expected": "e", "do": "d"}
    log.set_phase("s1", 1, "failed", problem, token=token)
    assert (log.turn("s1", 1).phase, log.turn("s1", 1).error) == ("failed", problem)
    log.set_phase("s1", 1, "running", token=token)
    assert log.turn("s1", 1).error is None
    assert [row.turn for row in log.turns("s1")] == [1, 2]
    with pytest.raises(InputError, match="turn 3"):
        log.turn("s1", 3)
    with pytest.raises(InputError, match="turn 3"):
        log.set_phase("s1", 3, "running", token=token)


# ---------------------------------------------------------------- revisions and runs


def test_revisions_count_per_turn_and_keep_every_chain(log: Log, token: str) -> None:
    log.add_turn("s1", {}, token=token)
    log.add_turn("s1", {}, token=token)
    edit = {"op": "set_thought", "step": "t1.s1", "thought": "the left cup"}
    assert log.add_revision("s1", 1, chain(), author="planner", parent=None, token=token) == 1
    assert (
        log.add_revision(
            "s1",
            1,
            chain(thought="the left cup"),
            author="person",
            parent=1,
            edits=[edit],
            note="wrong cup",
            token=token,
        )
        == 2
    )
    assert log.add_revision("s1", 1, chain(), author="person", parent=1, branch="try", token=token) == 3
    assert log.add_revision("s1", 2, chain(2), author="planner", parent=None, token=token) == 1
    second = log.revision("s1", 1, 2)
    assert (second.parent, second.author, second.edits, second.note) == (1, "person", (edit,), "wrong cup")
    assert second.chain == chain(thought="the left cup")
    assert log.revision("s1", 1, 1).chain == chain()
    latest = log.latest_revision("s1", 1)
    assert latest is not None and latest.n == 2
    branch = log.latest_revision("s1", 1, "try")
    assert branch is not None and branch.n == 3
    assert log.latest_revision("s1", 1, "absent") is None
    assert [row.n for row in log.revisions("s1", 1)] == [1, 2, 3]


def test_a_revision_that_fits_nowhere_is_refused(log: Log, token: str) -> None:
    log.add_turn("s1", {}, token=token)
    with pytest.raises(InputError, match="revision 1 of turn 1 as a parent"):
        log.add_revision("s1", 1, chain(), author="person", parent=1, token=token)
    with pytest.raises(InputError, match="turn 2"):
        log.add_revision("s1", 1, chain(2), author="person", parent=None, token=token)
    with pytest.raises(InputError, match="no turn 7"):
        log.add_revision("s1", 7, chain(7), author="person", parent=None, token=token)
    with pytest.raises(InputError, match="no revision 1"):
        log.revision("s1", 1, 1)


def test_a_run_is_told_in_the_order_of_the_chain(log: Log, token: str) -> None:
    log.add_turn("s1", {}, token=token)
    log.add_revision("s1", 1, chain(), author="planner", parent=None, token=token)
    done = StepRun(
        step="t1.s2",
        status="done",
        key="k",
        outputs={"light": {"type": "Number", "value": math.inf}},
        engines={"analyse": "classical@1 (ready)"},
        warnings=("rough",),
    )
    log.save_step_run("s1", 1, 1, done, token=token)
    log.save_step_run("s1", 1, 1, StepRun(step="t1.s1", status="running"), token=token)
    log.save_step_run("s1", 1, 1, StepRun(step="t1.s1", status="failed", error={"code": "x"}), token=token)
    run = log.run("s1", 1, 1)
    assert list(run.steps) == ["t1.s1", "t1.s2"]
    assert run.steps["t1.s1"].status == "failed"
    assert run.steps["t1.s2"] == done
    assert run.status == "failed"
    with pytest.raises(InputError, match="no revision 2"):
        log.save_step_run("s1", 1, 2, done, token=token)
    with pytest.raises(InputError, match="no revision 2"):
        log.run("s1", 1, 2)


# ---------------------------------------------------------------- versions and answers


def test_versions_and_answers_come_back(log: Log, token: str) -> None:
    assert log.add_version("s1", IMAGE.model_dump(mode="json"), "cup.png", "upload", token=token) == 1
    assert log.add_version("s1", IMAGE.model_dump(mode="json"), "blue cup", "t1.s4.image", token=token) == 2
    first, second = log.versions("s1")
    assert (first.artifact, first.source, second.label) == (IMAGE, "upload", "blue cup")
    log.add_turn("s1", {}, token=token)
    assert log.answer("s1", 1) is None
    log.save_answer("s1", 1, [{"type": "text", "text": "done"}], token=token)
    log.save_answer("s1", 1, [{"type": "text", "text": "done again"}], token=token)
    assert log.answer("s1", 1) == [{"type": "text", "text": "done again"}]
    with pytest.raises(InputError, match="no turn 2"):
        log.save_answer("s1", 2, [], token=token)


# ---------------------------------------------------------------- cached results

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["ann", "bob"]), st.sampled_from(["k1", "k2", "k3"])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(puts=st.lists(st.tuples(*NAMES, st.dictionaries(st.text(), JSON, max_size=3)), max_size=8))
def test_the_first_result_of_a_key_stays(log: Log, puts: list[tuple[str, str, dict[str, object]]]) -> None:
    example = log.clock()
    first: dict[tuple[str, str], dict[str, object]] = {}
    for owner, key, outputs in puts:
        log.cache_put(f"{owner} {example}", key, CachedResult(outputs=outputs, tool="locate"))
        first.setdefault((owner, key), outputs)
    for owner, key in itertools.product(("ann", "bob"), ("k1", "k2", "k3")):
        found = log.cache_get(f"{owner} {example}", key)
        assert (found.outputs if found else None) == first.get((owner, key))


def test_a_forgotten_result_can_be_made_anew(log: Log) -> None:
    log.cache_put("local", "k", CachedResult(outputs={"a": 1}, cost=0.8, currency="CNY", warnings=("w",)))
    found = log.cache_get("local", "k")
    assert found is not None and (found.cost, found.currency, found.warnings) == (0.8, "CNY", ("w",))
    assert found.created > 0
    log.cache_forget("local", "k")
    assert log.cache_get("local", "k") is None
    log.cache_put("local", "k", CachedResult(outputs={"a": 2}))
    again = log.cache_get("local", "k")
    assert again is not None and again.outputs == {"a": 2}


def test_typical_seconds_is_the_median_of_that_tool_and_engine(log: Log) -> None:
    for n, seconds in enumerate([2.0, 90.0, 3.0]):
        engines = {"locate": "classical@1 (ready)"}
        log.cache_put("local", f"c{n}", CachedResult(outputs={}, tool="locate", engines=engines, seconds=seconds))
    log.cache_put("local", "u", CachedResult(outputs={}, tool="locate", engines={"locate": "unified@1"}, seconds=50))
    log.cache_put("local", "p", CachedResult(outputs={}, tool="plan_edit", seconds=0.25))
    assert log.typical_seconds("locate", "classical") == 3.0
    assert log.typical_seconds("locate", "unified") == 50.0
    assert log.typical_seconds("plan_edit") == 0.25
    assert log.typical_seconds("locate") is None
    assert log.typical_seconds("compose", "classical") is None


# ---------------------------------------------------------------- tokens


def test_every_write_of_a_session_needs_its_token(log: Log, token: str) -> None:
    log.add_turn("s1", {"n": 1}, token=token)
    log.add_revision("s1", 1, chain(), author="planner", parent=None, token=token)
    writes = [
        lambda t: log.add_turn("s1", {}, token=t),
        lambda t: log.set_phase("s1", 1, "running", token=t),
        lambda t: log.add_revision("s1", 1, chain(), author="person", parent=1, token=t),
        lambda t: log.save_step_run("s1", 1, 1, StepRun(step="t1.s1"), token=t),
        lambda t: log.add_version("s1", IMAGE.model_dump(mode="json"), "x", "upload", token=t),
        lambda t: log.save_answer("s1", 1, [], token=t),
        lambda t: log.check_token("s1", t),
    ]
    for write in writes:
        with pytest.raises(SessionBusy, match="does not own session 's1'"):
            write("another token")
    assert [len(rows) for rows in (log.turns("s1"), log.revisions("s1", 1), log.versions("s1"))] == [1, 1, 0]
    assert log.run("s1", 1, 1).steps == {}
    for write in writes:
        write(token)
    log.create_session("s2")
    with pytest.raises(SessionBusy, match="s2"):
        log.add_turn("s2", {}, token=token)


def test_a_write_that_fails_leaves_nothing(log: Log, token: str) -> None:
    with pytest.raises(RuntimeError), log.write(durable=True) as connection:
        connection.execute("INSERT INTO sessions VALUES ('half', 'local', '', 0)")
        raise RuntimeError
    assert log.session("half") is None
    assert log.add_turn("s1", {}, token=token) == 1


# ---------------------------------------------------------------- the file


def test_what_was_written_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with Log(tmp_path / "deep" / "log.db") as log:
        log.create_session("s1")
        token = acquire(log, "s1").token
        log.add_turn("s1", {"n": 1}, token=token)
        log.add_revision("s1", 1, chain(), author="planner", parent=None, token=token)
    with Log(tmp_path / "deep" / "log.db") as log:
        assert log.revision("s1", 1, 1).chain == chain()
        assert log.add_turn("s1", {"n": 2}, token=token) == 2


def test_an_older_file_gets_the_migrations_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.db"
    with Log(path) as log:
        log.create_session("s1", title="before")
    later = (*migrations.MIGRATIONS, ("ALTER TABLE sessions ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'",))
    monkeypatch.setattr(migrations, "MIGRATIONS", later)
    Log(path).close()
    Log(path).close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT title, colour FROM sessions").fetchall() == [("before", "blue")]
        assert connection.execute("SELECT number FROM migrations").fetchall() == [(n + 1,) for n in range(len(later))]
    connection.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.db"
    Log(path).close()
    broken = (*migrations.MIGRATIONS, ("CREATE TABLE more (x)", "NOT SQL AT ALL"))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", broken)
        with pytest.raises(StoreError, match="NOT"):
            Log(path)
    with Log(path) as log:
        log.create_session("s1")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchall() == []
    connection.close()


def test_a_file_of_a_newer_agentvid_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    Log(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO migrations VALUES (99)")
    connection.close()
    with pytest.raises(StoreError, match="format 99") as raised:
        Log(path)
    assert "newer agentvid" in raised.value.do


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"this is a letter, not a database" * 40)
    with pytest.raises(StoreError, match="not a database"):
        Log(tmp_path / "log.db")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="can't be used"):
        Log(tmp_path / "file" / "log.db")


def test_threads_share_a_log(log: Log, token: str) -> None:
    numbers: list[int] = []

    def work() -> None:
        for _ in range(10):
            numbers.append(log.add_turn("s1", {}, token=token))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 41))


OPEN_AND_WRITE = """
import sys
from pathlib import Path
from agentvid.store.log import CachedResult, Log
print("ready", flush=True)
sys.stdin.readline()
with Log(Path(sys.argv[1])) as log:
    for n in range(20):
        log.cache_put("local", f"k{n}", CachedResult(outputs={"by": sys.argv[2], "n": n}))
    print([log.cache_get("local", f"k{n}").outputs["by"] for n in range(20)])
"""


def test_processes_that_open_one_new_file_at_once_agree(tmp_path: Path) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_WRITE, str(tmp_path / "log.db"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "abc"
    ]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], told
    assert len({out for out, _ in told}) == 1


# ---------------------------------------------------------------- transactions


def count(rows: list[tuple[int]]) -> int:
    ((number,),) = rows
    return number


SESSIONS = "SELECT count(*) FROM sessions"


def test_a_write_inside_another_happens_with_it_or_not_at_all(log: Log) -> None:
    with log.write(durable=True):
        log.create_session("a")
        log.create_session("b")
    with pytest.raises(RuntimeError), log.write(durable=True):
        log.create_session("c")
        raise RuntimeError
    assert [row.session for row in log.sessions("local")] == ["b", "a"]


def test_a_look_waits_for_no_write_and_sees_nothing_of_it(log: Log) -> None:
    seen: list[int] = []
    with log.write(durable=True):
        log.create_session("a")
        looking = threading.Thread(target=lambda: seen.append(count(log.look(SESSIONS))))
        looking.start()
        looking.join(20)
        assert seen == [0]
    assert count(log.look(SESSIONS)) == 1


def test_what_is_written_later_is_seen_by_who_reads_its_table_and_by_others_with_the_next_write(log: Log) -> None:
    log.create_session("a")
    statement = "UPDATE sessions SET title = ? WHERE session = 'a'"
    with Log(log.path) as other:

        def titles() -> tuple[str, str]:
            ((mine,),), ((theirs,),) = (
                log.look("SELECT title FROM sessions"),
                other.tuples("SELECT title FROM sessions"),
            )
            return mine, theirs

        log.write_later("sessions", "title", statement, lambda: ("cups",))
        log.tuples("SELECT count(*) FROM turns")
        assert titles() == ("", "")
        assert log.session("a").title == "cups"
        assert titles() == ("cups", "cups")
        log.write_later("sessions", "title", statement, lambda: ("spoons",))
        log.create_session("b")
        assert other.session("a").title == "spoons"
