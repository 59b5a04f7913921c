"""Light steps: what they leave may wait for a moment, is seen by all the same, and a kill loses no more than that."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from small_tools import RAN, SPECS

from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetArg, apply
from agentvid.chain.run import StepRun
from agentvid.chain.step import Ref, Step
from agentvid.engine import pack
from agentvid.errors import SessionBusy
from agentvid.events import Event, StepDone, StepStarted
from agentvid.run import chain_run, kept
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.run.inline import Inline
from agentvid.run.key import Frame, ingredients_key, key_ingredients
from agentvid.store.log import CachedResult, Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolContext, tool

GATE: dict[str, Any] = {}
SETTING = contextvars.ContextVar("SETTING", default="outside")


@tool()
async def wait(ctx: ToolContext, value: float) -> float:
    """Wait until the test lets it go on."""
    GATE["reached"].set()
    await GATE["go"].wait()
    return value + 1


@tool()
async def deaf(ctx: ToolContext, value: float) -> float:
    """Go on to the end although it is asked to stop."""
    GATE["reached"].set()
    try:
        await GATE["go"].wait()
    except asyncio.CancelledError:
        return value
    return value + 1


@tool()
async def leave(ctx: ToolContext, value: float) -> str:
    """Say what the context holds, and leave something else there."""
    found = SETTING.get()
    SETTING.set(f"left by {value:g}")
    return found


@tool()
async def look(ctx: ToolContext, value: float) -> float:
    """Look at what another connection sees of the log now."""
    RAN["look"] += 1
    with Log(GATE["path"]) as other:
        GATE["seen"].append(len(other.rows("SELECT key FROM results")))
    return value + 1


@pytest.fixture
def executor(store: ObjectStore, log: Log) -> Executor:
    RAN.clear()
    GATE.clear()
    GATE.update(reached=asyncio.Event(), go=asyncio.Event(), path=log.path, seen=[])
    tools = {**SPECS, "wait": wait, "deaf": deaf, "leave": leave, "look": look}
    return Executor(tools, {}, InProcessHost(store), store, log)


def row(*tools: str, start: float = 1.0) -> Chain:
    """Return a chain in which each step takes the number of the one before."""
    steps: list[Step] = []
    for number, name in enumerate(tools, start=1):
        before: Any = Ref(step=f"t1.s{number - 1}", port="number") if steps else start
        argument = "values" if name == "total" else "value"
        steps.append(Step(id=f"t1.s{number}", tool=name, args={argument: [before, 1] if name == "total" else before}))
    return Chain(turn=1, steps=tuple(steps))


def kept_elsewhere(log: Log) -> int:
    """How many results another process would find."""
    with Log(log.path) as other:
        return len(other.rows("SELECT key FROM results"))


# ---------------------------------------------------------------- what may wait, and until when


async def test_light_results_wait_together_and_all_are_there_at_the_end(executor: Executor, log: Log):
    told: list[Sequence[StepRun]] = []
    run = await executor.run(row(*["total"] * 30), on_steps=told.append)
    assert run.port("t1.s30", "number")["value"] == 31.0
    assert len(told) < 30, "records of quick steps are told together"
    assert [record.step for records in told for record in records] == [f"t1.s{n}" for n in range(1, 31)]
    assert kept_elsewhere(log) == 30
    assert all(record.executed and record.key for record in run.steps.values())


async def test_results_are_on_the_disk_before_their_records_are_told(executor: Executor, log: Log):
    def check(records: Sequence[StepRun]) -> None:
        with Log(log.path) as other:
            assert set(other.cache_get_many("local", (r.key for r in records))) == {r.key for r in records}

    await executor.run(row(*["total"] * 30), on_steps=check)


async def test_everything_is_told_before_a_tool_that_may_take_long_begins(executor: Executor):
    await executor.run(row("total", "total", "total", "look"))
    assert GATE["seen"] == [3]


async def test_everything_is_told_before_the_run_waits(executor: Executor, log: Log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chain_run, "LIGHT_SECONDS", 1e9)
    told: list[StepRun] = []
    job = asyncio.create_task(executor.run(row("total", "total", "wait"), on_steps=told.extend))
    await GATE["reached"].wait()
    assert ([record.step for record in told], kept_elsewhere(log)) == (["t1.s1", "t1.s2"], 2)
    GATE["go"].set()
    assert (await job).port("t1.s3", "number")["value"] == 4.0


async def test_a_step_that_took_long_is_written_at_once(executor: Executor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chain_run, "LIGHT_SECONDS", 0.0)
    await executor.run(row(*["look"] * 4))
    assert GATE["seen"] == [0, 1, 2, 3]


def test_what_waits_is_lost_with_the_process_and_nothing_else(tmp_path: Path):
    script = """
import os, sys
from pathlib import Path
from agentvid.store.log import CachedResult, Log
log = Log(Path(sys.argv[1]))
log.cache_put("local", "now", CachedResult(outputs={}))
log.cache_put_later("local", "soon", lambda: CachedResult(outputs={}).model_dump())
if sys.argv[2] == "write": log.cache_put("local", "after", CachedResult(outputs={}))
if sys.argv[2] == "close": log.close()
assert sys.argv[2] == "nothing" or log.cache_get("local", "soon")
os.kill(os.getpid(), 9)
"""
    for ending, expected in (("nothing", {"now"}), ("write", {"now", "soon", "after"}), ("close", {"now", "soon"})):
        path = tmp_path / f"{ending}.sqlite"
        subprocess.run([sys.executable, "-c", script, str(path), ending], check=False)
        with Log(path) as log:
            assert set(log.cache_get_many("local", ["now", "soon", "after"])) == expected, ending


def test_what_waits_is_seen_by_every_read_and_its_first_value_stays(log: Log):
    def later(key: str, value: int) -> None:
        log.cache_put_later("local", key, lambda: CachedResult(outputs={"v": value}).model_dump())

    later("a", 1)
    later("a", 2)
    log.cache_put("local", "a", CachedResult(outputs={"v": 3}))
    later("b", 4)
    found = log.cache_get_many("local", ["a", "b"])
    assert {key: result.outputs["v"] for key, result in found.items()} == {"a": 1, "b": 4}
    later("c", 5)
    assert len(log.rows("SELECT key FROM results")) == 3
    later("d", 6)
    log.cache_forget("local", "d")
    assert log.cache_get("local", "d") is None


def test_what_waits_survives_a_write_that_fails(log: Log):
    log.cache_put_later("local", "a", lambda: CachedResult(outputs={}).model_dump())
    with pytest.raises(SessionBusy):
        log.add_turn("nobody's", {}, token="stale")
    assert kept_elsewhere(log) == 0
    assert log.cache_get("local", "a")
    assert kept_elsewhere(log) == 1


# ---------------------------------------------------------------- nothing runs that need not


async def test_what_another_process_kept_meanwhile_is_found(executor: Executor, log: Log, store: ObjectStore):
    """Keys are remembered after a few steps of a run: those that others kept are among them."""
    long = row(*["total"] * 40)
    with Log(log.path) as other:
        there = Executor(executor.tools, {}, InProcessHost(store), store, other)
        await there.run(long)
        RAN.clear()
        again = await executor.run(long)
        assert (RAN["total"], {record.status for record in again.steps.values()}) == (0, {"cached"})
        await executor.run(apply(long, SetArg(step="t1.s1", name="values", value=[50, 1])))
        RAN.clear()
        await there.run(apply(long, SetArg(step="t1.s1", name="values", value=[50, 1])))
    assert RAN["total"] == 0


async def test_remembered_keys_follow_what_is_kept_here_and_elsewhere(log: Log, monkeypatch: pytest.MonkeyPatch):
    def put(door: Log, key: str) -> None:
        door.cache_put("local", key, CachedResult(outputs={}, frame="f"))

    with Log(log.path) as other:
        put(log, "first")
        other.cache_put("local", "old", CachedResult(outputs={}))
        keys = kept.KeptKeys(log, "local", 100)
        assert [keys.may_have("f", "absent") for _ in range(5)] == [True] * 3 + [False] * 2
        assert keys.may_have("f", "first") and keys.may_have("f", "old")
        put(log, "here")
        assert keys.may_have("f", "here")
        put(other, "there")
        monkeypatch.setattr(kept, "LOOK_SECONDS", -1.0)
        assert keys.may_have("f", "there") and not keys.may_have("f", "absent")
        put(log, "mine")
        keys.add("mine")
        assert keys.may_have("f", "mine")


async def test_equal_steps_of_two_runs_at_once_run_once(executor: Executor):
    one = asyncio.create_task(executor.run(row("wait")))
    await GATE["reached"].wait()
    two = asyncio.create_task(executor.run(row("wait")))
    await asyncio.sleep(0)
    GATE["go"].set()
    statuses = [(await job).steps["t1.s1"].status for job in (one, two)]
    assert sorted(statuses) == ["cached", "done"]


# ---------------------------------------------------------------- as if each step were a task of its own


async def test_events_keep_their_order(executor: Executor):
    events: list[Event] = []
    await executor.run(row(*["total"] * 5), emit=events.append)
    seen = [(type(event), event.step) for event in events]
    assert seen == [(kind, f"t1.s{n}") for n in range(1, 6) for kind in (StepStarted, StepDone)]


async def test_a_tool_leaves_nothing_in_the_context(executor: Executor):
    run = await executor.run(Chain(turn=1, steps=(Step(id="t1.s1", tool="leave", args={"value": 1}),)))
    again = await executor.run(Chain(turn=1, steps=(Step(id="t1.s1", tool="leave", args={"value": 2}),)))
    assert [r.port("t1.s1", "text")["value"] for r in (run, again)] == ["outside", "outside"]
    assert SETTING.get() == "outside"


@pytest.mark.parametrize("name", ["wait", "deaf"])
async def test_cancelling_stops_a_step_that_runs_here(executor: Executor, name: str):
    told: list[StepRun] = []
    job = asyncio.create_task(executor.run(row("total", name, "total"), on_steps=told.extend))
    await GATE["reached"].wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    second = "done" if name == "deaf" else "cancelled"
    assert {r.step: r.status for r in told} == {"t1.s1": "done", "t1.s2": second, "t1.s3": "cancelled"}


async def test_others_get_their_turn_during_a_long_row_of_quick_steps(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("agentvid.run.telling.HOLD_SECONDS", 0.0)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    await executor.run(row(*["total"] * 10))
    other.cancel()
    assert turns >= 9


async def test_a_writer_that_lost_its_session_is_stopped(executor: Executor):
    def refuse(records: Sequence[StepRun]) -> None:
        raise SessionBusy("taken over", "its owner", "open it again")

    with pytest.raises(SessionBusy):
        await executor.run(row("total", "total", "wait"), on_steps=refuse)
    assert not GATE["reached"].is_set()


async def test_inline_cancels_what_it_awaits_where_it_may_not_wait():
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    def refuse() -> None:
        raise SessionBusy("taken over", "its owner", "open it again")

    with pytest.raises(SessionBusy):
        await Inline(work(), refuse)
    assert ended == ["cleaned up"]


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("value", [0.0, -0.0, 3, 3.5, 1e300, -1e-7, 2**53 + 1, 0.1])
def test_a_frame_makes_the_key_of_its_ingredients(value: float):
    spec, engines = SPECS["paint"], {"text_to_image": 'a@1#"inputs":{}'}
    inputs = {
        "words": pack('红"\n'),
        "sizes": [pack(float(value)), pack(1.5)],
        "size": {"type": "Number", "value": value},
    }
    told: dict[str, Any] = {"seed": 3, "thought": "", "owner": 'o"inputs":{}'}
    parts = Frame(spec, engines, **told).parts(inputs)
    assert parts.key == ingredients_key(key_ingredients(spec, inputs, engines, **told))
