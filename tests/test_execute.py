"""Running a chain: order, keys, cache, early cut-off, given values, failures that stay where they are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from small_tools import RAN, SPECS, NamedEngine

from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetArg, SetGiven, SetSeed, SetThought, apply
from agentvid.chain.run import StepRun
from agentvid.chain.step import Ref, Step
from agentvid.engines.fake import FakeEngine
from agentvid.events import Event, StepDone
from agentvid.run.call import read_thought
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore


@pytest.fixture
def executor(store: ObjectStore, log: Log) -> Executor:
    RAN.clear()
    return Executor(SPECS, {"fake": FakeEngine()}, InProcessHost(store), store, log)


def ref(step: str, port: str) -> dict[str, str]:
    return {"step": step, "port": port}


def step(number: int, tool: str, **args: Any) -> Step:
    return Step(id=f"t1.s{number}", tool=tool, args=args)


def arithmetic(value: float = 2.2) -> Chain:
    return Chain(
        turn=1,
        steps=(
            step(1, "number", value=value),
            step(2, "halves", value=ref("t1.s1", "number")),
            step(3, "total", values=[ref("t1.s2", "high"), 10]),
        ),
    )


async def test_values_flow_along_references(executor: Executor):
    run = await executor.run(arithmetic())
    assert run.status == "done"
    assert run.port("t1.s3", "number") == {"type": "Number", "value": 12.0}


async def test_a_second_run_is_all_cached(executor: Executor):
    first = await executor.run(arithmetic())
    second = await executor.run(arithmetic())
    assert [record.status for record in second.steps.values()] == ["cached"] * 3
    assert {s: r.outputs for s, r in first.steps.items()} == {s: r.outputs for s, r in second.steps.items()}
    assert RAN == {"number": 1, "halves": 1, "total": 1}


async def test_an_edit_runs_only_what_depends_on_it(executor: Executor):
    chain = arithmetic()
    await executor.run(chain)
    run = await executor.run(apply(chain, SetSeed(step="t1.s3", seed=5)))
    assert [record.status for record in run.steps.values()] == ["cached", "cached", "done"]
    assert run.port("t1.s3", "number")["value"] == 17.0


async def test_early_cut_off_stops_below_an_unchanged_value(executor: Executor):
    chain = arithmetic(2.2)
    await executor.run(chain)
    run = await executor.run(apply(chain, SetArg(step="t1.s1", name="value", value=2.3)))
    assert [record.status for record in run.steps.values()] == ["done", "done", "cached"]


async def test_a_thought_runs_again_only_a_step_that_reads_it(executor: Executor):
    chain = Chain(turn=1, steps=(step(1, "number", value=1), step(2, "say", value=ref("t1.s1", "number"))))
    await executor.run(chain)
    chain = apply(apply(chain, SetThought(step="t1.s1", thought="x")), SetThought(step="t1.s2", thought="loud"))
    run = await executor.run(chain)
    assert [record.status for record in run.steps.values()] == ["cached", "done"]
    assert run.port("t1.s2", "text")["value"] == "loud: 1"


async def test_a_given_value_wins_and_skips_a_tool_that_has_nothing_left_to_do(executor: Executor):
    chain = apply(arithmetic(), SetGiven(step="t1.s1", port="number", value=-4))
    run = await executor.run(chain)
    assert run.port("t1.s3", "number")["value"] == 10.0
    assert RAN["number"] == 0
    assert run.steps["t1.s1"].given == ("number",)


async def test_a_given_value_on_one_port_leaves_the_others_found(executor: Executor):
    chain = apply(arithmetic(3), SetGiven(step="t1.s2", port="high", value=100))
    run = await executor.run(chain)
    assert run.port("t1.s2", "low")["value"] == 0.0
    assert run.port("t1.s3", "number")["value"] == 110.0


def seeing() -> Chain:
    return Chain(
        turn=1,
        steps=(
            step(1, "seen", what="the cup"),
            step(2, "wide", box=ref("t1.s1", "box")),
            step(3, "number", value=5),
        ),
    )


async def test_a_step_that_needs_a_person_waits_and_the_rest_goes_on(executor: Executor):
    run = await executor.run(seeing())
    assert [record.status for record in run.steps.values()] == ["waiting", "pending", "done"]
    waits = run.steps["t1.s1"].waits
    assert waits is not None and (waits.port, waits.how) == ("box", "draw a box around the cup")
    assert run.status == "waiting"


async def test_what_is_given_ends_the_waiting(executor: Executor):
    chain = apply(seeing(), SetGiven(step="t1.s1", port="box", value={"x0": 1, "y0": 2, "x1": 8, "y1": 4}))
    run = await executor.run(chain)
    assert run.status == "done"
    assert run.port("t1.s2", "number")["value"] == 7.0


async def test_a_failed_step_skips_what_needs_it_and_nothing_else(executor: Executor):
    steps = (step(1, "wrong", value=-1), step(2, "halves", value=ref("t1.s1", "number")), step(3, "number", value=1))
    run = await executor.run(Chain(turn=1, steps=steps))
    assert [record.status for record in run.steps.values()] == ["failed", "skipped", "done"]
    assert run.steps["t1.s1"].error == {
        "code": "bad_call",
        "given": "value -1",
        "expected": "a positive one",
        "do": "set_arg value",
    }


async def test_a_fault_of_a_tool_is_a_failed_step_with_its_name(executor: Executor):
    run = await executor.run(Chain(turn=1, steps=(step(1, "wrong", value=1),)))
    error = run.steps["t1.s1"].error
    assert error is not None and "ZeroDivisionError: on purpose" in error["given"]


async def test_failures_are_not_cached(executor: Executor):
    chain = Chain(turn=1, steps=(step(1, "wrong", value=1),))
    await executor.run(chain)
    await executor.run(chain)
    assert RAN["wrong"] == 2


async def test_two_equal_steps_run_once(executor: Executor):
    run = await executor.run(Chain(turn=1, steps=(step(1, "number", value=4), step(2, "number", value=4))))
    assert sorted(record.status for record in run.steps.values()) == ["cached", "done"]


async def test_a_result_whose_object_is_gone_is_made_again(executor: Executor, store: ObjectStore):
    chain = Chain(turn=1, steps=(Step(id="t1.s1", tool="paint", args={"words": "cat"}, engine="fake"),))
    first = await executor.run(chain)
    artifact = first.port("t1.s1", "image")["value"]["artifact"]
    path = store.path(artifact)
    path.chmod(0o600)
    path.unlink()
    again = await executor.run(chain)
    assert again.steps["t1.s1"].status == "done"
    assert again.port("t1.s1", "image")["value"]["artifact"] == artifact


async def test_a_pinned_step_keeps_its_result_whatever_changes_before_it(executor: Executor):
    chain = arithmetic(2)
    first = await executor.run(chain)
    chain = apply(chain, SetArg(step="t1.s1", name="value", value=50))
    steps = tuple(s.model_copy(update={"pinned": s.id == "t1.s2"}) for s in chain)
    run = await executor.run(chain.with_steps(steps), previous=first)
    assert run.port("t1.s3", "number")["value"] == 12.0


async def test_ports_of_earlier_turns_are_looked_up(executor: Executor):
    chain = Chain(turn=2, steps=(Step(id="t2.s1", tool="halves", args={"value": ref("t1.s9", "number")}),))
    run = await executor.run(chain, earlier=lambda ref: {"type": "Number", "value": 7.0})
    assert run.port("t2.s1", "high")["value"] == 7.0


async def test_every_end_of_a_step_is_told(executor: Executor):
    events: list[Event] = []
    records: list[StepRun] = []
    await executor.run(arithmetic(), emit=events.append, on_steps=records.extend)
    assert [event.step for event in events if isinstance(event, StepDone)] == ["t1.s1", "t1.s2", "t1.s3"]
    assert [record.step for record in records] == ["t1.s1", "t1.s2", "t1.s3"]


async def test_cancelling_stops_and_tells_what_was_cut_short(executor: Executor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AGENTVID_FAKE", "text_to_image=slow:30")
    paint = Step(id="t1.s2", tool="paint", args={"words": "cat"}, engine="fake")
    records: list[StepRun] = []
    chain = Chain(turn=1, steps=(step(1, "number", value=1), paint))
    job = asyncio.create_task(executor.run(chain, on_steps=records.extend))
    await asyncio.sleep(0.3)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert {record.step: record.status for record in records} == {"t1.s1": "done", "t1.s2": "cancelled"}


async def test_a_key_names_the_step_before_it_ran(executor: Executor):
    run = await executor.run(arithmetic())
    key = executor.key_of(arithmetic().step("t1.s2"), lambda r: run.port(r.step, r.port))
    assert key == run.steps["t1.s2"].key


def test_a_reference_is_written_as_step_and_port():
    assert str(Ref(step="t1.s2", port="mask")) == "t1.s2.mask"


async def test_a_tool_whose_ports_are_all_optional_still_runs(executor: Executor):
    from small_tools import maybe

    executor.tools = {**SPECS, "maybe": maybe}
    run = await executor.run(Chain(turn=1, steps=(step(1, "maybe", value=3),)))
    assert run.steps["t1.s1"].executed
    assert run.port("t1.s1", "high")["value"] == 3.0


async def test_a_thought_counts_only_where_the_routed_engine_reads_thoughts(executor: Executor):
    thinking = NamedEngine("fake", thought=True)
    step = Step(id="t1.s1", tool="sketch", args={"words": "cat"}, thought="a grey one", engine="fake")
    assert read_thought(step, SPECS["sketch"], {"fake": thinking}) == "a grey one"
    assert read_thought(step, SPECS["sketch"], {"fake": NamedEngine("fake")}) == ""
    chain = Chain(turn=1, steps=(step,))
    await executor.run(chain)
    run = await executor.run(apply(chain, SetThought(step="t1.s1", thought="a black one")))
    assert run.steps["t1.s1"].status == "cached", "the fake engine reads no thoughts"
