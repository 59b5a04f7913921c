"""The price of a run before it is made, what an edit makes stale, accepting what is stale, and budgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rerun_tools import CALLS, DirectHost, PlainEngine
from rerun_tools import SPECS as PLAIN_SPECS
from small_tools import SPECS as SMALL_SPECS

from agentvid.agent.agent import Agent, Session
from agentvid.chain.chain import Chain
from agentvid.chain.edit import AcceptStale, Edit, Pin, SetArg, SetGiven, SetSeed, apply, apply_all
from agentvid.chain.run import Run
from agentvid.chain.step import Step
from agentvid.engine import Cost
from agentvid.errors import ChainError, EditError, InputError
from agentvid.events import Event, Waiting
from agentvid.run.execute import Executor
from agentvid.run.key import may_equal
from agentvid.run.preview import Preview
from agentvid.store.log import CachedResult, Log
from agentvid.store.objects import ObjectStore

SPECS = {**SMALL_SPECS, **PLAIN_SPECS}
PRICE = Cost(amount=0.5, currency="CNY")


@pytest.fixture
def executor(store: ObjectStore, log: Log) -> Executor:
    CALLS.clear()
    return Executor(SPECS, {"remote": PlainEngine("remote", PRICE)}, DirectHost(store), store, log)


def ref(step: str, port: str = "number") -> dict[str, str]:
    return {"step": step, "port": port}


def step(name: str, tool: str, **args: Any) -> Step:
    return Step(id=name, tool=tool, args=args)


def line() -> Chain:
    """A number, its sign (which is cut off early), and two steps on the sign."""
    return Chain(
        turn=1,
        steps=(
            step("t1.s1", "add", a=1),
            step("t1.s2", "sign", a=ref("t1.s1")),
            step("t1.s3", "weigh", a=ref("t1.s2")),
            step("t1.s4", "total", values=[ref("t1.s3"), 5]),
        ),
    )


def told(preview: Preview) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return preview.certain, preview.possible, preview.cached


async def test_before_anything_ran_all_of_a_chain_of_different_tools_is_certain(executor: Executor):
    assert told(executor.preview(line())) == (("t1.s1", "t1.s2", "t1.s3", "t1.s4"), (), ())
    assert CALLS == []


async def test_after_a_run_all_is_cached_also_for_a_new_executor_on_the_same_home(executor: Executor):
    run = await executor.run(line())
    executor.log.close()
    CALLS.clear()
    with Log(executor.log.path) as log:
        again = Executor(SPECS, executor.engines, executor.host, ObjectStore(executor.store.root), log)
        preview = again.preview(line(), previous=run)
        assert told(preview) == ((), (), ("t1.s1", "t1.s2", "t1.s3", "t1.s4"))
        assert (preview.stale, preview.seconds, preview.cost.high) == ((), (0.0, 0.0), 0.0)
        rerun = await again.run(line())
    assert CALLS == []
    assert [rerun.steps[s].outputs for s in rerun.steps] == [run.steps[s].outputs for s in run.steps]


async def test_what_may_be_cut_off_early_is_only_possible(executor: Executor):
    run = await executor.run(line())
    preview = executor.preview(apply(line(), SetArg(step="t1.s1", name="a", value=0)), previous=run, before=line())
    assert told(preview) == (("t1.s1",), ("t1.s2", "t1.s3", "t1.s4"), ())
    assert [(s.step, s.certain) for s in preview.stale] == [
        ("t1.s1", True),
        ("t1.s2", False),
        ("t1.s3", False),
        ("t1.s4", False),
    ]
    assert preview.stale[0].reason.en == "t1.s1 args.a from 1 to 0"
    assert preview.stale[3].reason.en == "t1.s3.number may change: t1.s1 args.a from 1 to 0"
    assert preview.stale[3].reason.zh == "t1.s3.number 可能会变：t1.s1 args.a 从 1 变为 0"


async def test_a_step_below_is_certain_where_its_other_inputs_are_new(executor: Executor):
    run = await executor.run(line())
    edits: list[Edit] = [SetArg(step="t1.s1", name="a", value=0), SetSeed(step="t1.s4", seed=1)]
    preview = executor.preview(apply_all(line(), edits), previous=run)
    assert told(preview) == (("t1.s1", "t1.s4"), ("t1.s2", "t1.s3"), ())


async def test_an_item_of_a_list_that_is_new_is_certain_to_run(executor: Executor):
    run = await executor.run(line())
    edits: list[Edit] = [
        SetArg(step="t1.s1", name="a", value=0),
        SetArg(step="t1.s4", name="values", value=[ref("t1.s3"), 6]),
    ]
    assert executor.preview(apply_all(line(), edits), previous=run).certain == ("t1.s1", "t1.s4")


async def test_results_kept_before_frames_were_make_a_step_below_only_possible(executor: Executor):
    executor.log.cache_put("local", "old", CachedResult(outputs={}, tool="weigh"))
    assert told(executor.preview(line())) == (("t1.s1", "t1.s2", "t1.s4"), ("t1.s3",), ())


async def test_of_equal_steps_the_first_runs(executor: Executor):
    chain = Chain(turn=1, steps=(step("t1.s1", "add", a=1), step("t1.s2", "add", a=1)))
    assert told(executor.preview(chain)) == (("t1.s1",), (), ("t1.s2",))
    run = await executor.run(chain)
    assert [record.status for record in run.steps.values()] == ["done", "cached"]


async def test_steps_that_may_turn_out_equal_are_not_certain(executor: Executor):
    chain = Chain(
        turn=1,
        steps=(
            step("t1.s1", "add", a=1),
            step("t1.s2", "constant", a=1),
            step("t1.s3", "sign", a=ref("t1.s1")),
            step("t1.s4", "sign", a=ref("t1.s2")),
        ),
    )
    assert told(executor.preview(chain)) == (("t1.s1", "t1.s2"), ("t1.s3", "t1.s4"), ())


async def test_pinned_given_failing_waiting_and_blocked_steps_are_told_apart(executor: Executor):
    run = await executor.run(line())
    chain = apply_all(
        line(),
        [Pin(step="t1.s2"), SetArg(step="t1.s1", name="a", value=6), SetGiven(step="t1.s3", port="number", value=2)],
    )
    preview = executor.preview(chain, previous=run)
    assert (*told(preview), preview.given) == (("t1.s1", "t1.s4"), (), ("t1.s2",), ("t1.s3",))
    seeing = Chain(
        turn=1,
        steps=(
            step("t1.s1", "seen", what="cup"),
            step("t1.s2", "wide", box=ref("t1.s1", "box")),
            step("t1.s3", "add"),
            step("t1.s4", "sign", a=ref("t1.s3")),
        ),
    )
    waited = await executor.run(seeing)
    preview = executor.preview(seeing, previous=waited)
    assert told(preview) == ((), (), ())
    assert [waits.step for waits in preview.waiting] == ["t1.s1"]
    assert [fault.step for fault in preview.failing] == ["t1.s3"]
    assert preview.blocked == ("t1.s2", "t1.s4")
    assert waited.steps["t1.s3"].executed is False, "its tool never began"


def test_unknown_items_of_a_list_may_be_absent():
    assert may_equal({"v": ["a", None, "b"]}, {"v": ["a", "b"]})
    assert may_equal({"v": ["a", None, "b"]}, {"v": ["a", "c", "b"]})
    assert not may_equal({"v": ["a", None, "b"]}, {"v": ["b", "a"]})
    assert may_equal({"v": None}, {}) and not may_equal({"v": "a"}, {})


async def test_seconds_and_cost_come_from_records_and_engines_and_unknown_is_said(executor: Executor):
    chain = Chain(turn=1, steps=(step("t1.s1", "measure", a=1), step("t1.s2", "add", a=ref("t1.s1"))))
    preview = executor.preview(chain)
    assert preview.seconds_unknown == ("t1.s1", "t1.s2")
    assert preview.cost.model_dump() == {"low": 0.5, "high": 0.5, "currency": "CNY"}
    for number, seconds in enumerate((1.0, 2.0, 3.0)):
        kept = CachedResult(
            outputs={}, tool="measure", engines={"measure": "remote@1 (ready)"}, seconds=seconds, frame="f"
        )
        executor.log.cache_put("other", f"k{number}", kept)
    preview = executor.preview(chain)
    assert preview.seconds_unknown == ("t1.s2",)
    assert preview.seconds == pytest.approx((1.2, 2.8))
    executor.engines = {"remote": PlainEngine("remote", None)}
    assert executor.preview(chain).cost_unknown == ("t1.s1",)
    assert Preview.model_validate_json(preview.model_dump_json()) == preview


# ---------------------------------------------------------------- sessions


class ByText:
    """A planner that writes the chain which a message names."""

    name = "by text"

    def __init__(self, **chains: Chain) -> None:
        self.chains = chains

    async def plan(self, request: Any, emit: Any) -> Chain:
        return self.chains[request.text]


def later() -> Chain:
    return Chain(
        turn=2,
        steps=(step("t2.s1", "sign", a=ref("t1.s1")), step("t2.s2", "measure", a=ref("t2.s1"))),
    )


def costly() -> Chain:
    return Chain(turn=1, steps=(step("t1.s1", "measure", a=1), step("t1.s2", "measure", a=2)))


@pytest.fixture
async def session(tmp_path: Path) -> Session:
    planner = ByText(one=line(), two=later(), costly=costly())
    engines = {"remote": PlainEngine("remote", PRICE)}
    async with Agent(tmp_path / "agent", planner=planner, engines=engines, in_process=True) as agent:  # type: ignore[arg-type]
        agent.tools.update(SPECS)
        yield await agent.session("talk")


async def test_a_turn_tells_the_price_of_an_edit_and_what_becomes_stale_in_later_turns(session: Session):
    turn = await session.send("one")
    await session.send("two")
    assert session.stale() == ()
    edits = [SetArg(step="t1.s1", name="a", value=3)]
    preview = turn.preview(edits)
    assert preview.certain == ("t1.s1",)
    assert [(s.step, s.certain) for s in preview.stale][-2:] == [("t2.s1", False), ("t2.s2", False)]
    assert turn.revision == 1
    await turn.edit(edits)
    assert {s for s, record in turn.run.steps.items() if record.executed} <= {*preview.certain, *preview.possible}
    first, second = session.stale()
    assert (first.step, first.certain) == ("t2.s1", True)
    assert first.reason.en == "t1.s1.number changed: t1.s1 args.a from 1 to 3"
    assert first.reason.zh == "t1.s1.number 变了：t1.s1 args.a 从 1 变为 3"
    assert (second.step, second.certain) == ("t2.s2", False)
    assert session.turn(2).stale() == (first, second)
    assert session.turn(2).run.port("t2.s1", "number") is not None


async def test_an_edit_that_was_not_run_leaves_a_stale_result(session: Session):
    turn = await session.send("one")
    await turn.edit([SetArg(step="t1.s2", name="a", value=6)], run=False)
    assert [(s.step, s.certain) for s in turn.stale()] == [
        ("t1.s2", True),
        ("t1.s3", False),
        ("t1.s4", False),
    ]
    assert turn.preview().certain == ("t1.s2",)


async def test_an_accepted_result_counts_until_its_key_changes_again(session: Session):
    first = await session.send("one")
    second = await session.send("two")
    before = second.run.port("t2.s1", "number")
    await first.edit([SetArg(step="t1.s1", name="a", value=3)])
    assert first.run.port("t1.s1", "number")["value"] == 5.0
    accept = AcceptStale(step="t2.s1")
    assert second.preview([accept]).certain == ()
    await second.edit([accept], run=False)
    assert session.stale() == ()
    await second.edit([], run=True)
    assert not any(record.executed for record in second.run.steps.values())
    assert second.run.port("t2.s1", "number") == before, "its sign is 1 now; the old one was said to be good"
    await first.edit([SetArg(step="t1.s1", name="a", value=4)])
    assert [s.step for s in session.stale() if s.certain] == ["t2.s1"]
    await second.resume()
    assert second.run.steps["t2.s1"].accepted == ""
    assert second.run.port("t2.s1", "number")["value"] == 1.0


async def test_a_result_is_accepted_with_the_edit_that_would_make_it_stale(session: Session):
    turn = await session.send("one")
    edits = [SetArg(step="t1.s1", name="a", value=5), AcceptStale(step="t1.s2")]
    assert turn.preview(edits).possible == ()
    await turn.edit(edits)
    assert [s for s, record in turn.run.steps.items() if record.executed] == ["t1.s1"]
    assert turn.stale() == ()


async def test_what_has_no_result_can_not_be_accepted(session: Session):
    turn = await session.send("one", plan_only=True)
    with pytest.raises(EditError, match="no result"):
        await turn.edit([AcceptStale(step="t1.s2")])
    assert turn.revision == 1


async def test_a_preview_of_edits_that_do_not_fit_is_refused(session: Session):
    turn = await session.send("one")
    with pytest.raises(EditError):
        turn.preview([SetSeed(step="t1.s9", seed=1)])
    with pytest.raises(ChainError):
        turn.preview([SetArg(step="t1.s1", name="nothing", value=1)])


# ---------------------------------------------------------------- budgets


async def test_a_run_that_would_pass_the_budget_waits_until_it_is_approved(session: Session):
    session.set_budget(0.6, "CNY")
    events: list[Event] = []
    turn = await session.send("costly", emit=events.append)
    assert turn.status == "waiting"
    assert executed_in(turn.run) == []
    told = [event.how for event in events if isinstance(event, Waiting)]
    assert told == [
        "this run costs up to 1.00 CNY; 0.00 of 0.60 CNY are spent; approve it: agentvid resume talk --turn 1; or edit"
        " it, or set another budget: agentvid chain budget talk --set 'AMOUNT CNY'"
    ]
    await turn.approve()
    assert turn.status == "done"
    assert session.spent() == {"CNY": 1.0}


async def test_what_keeps_to_the_budget_runs_and_a_later_run_is_asked_about(session: Session):
    session.set_budget(1.2, "CNY")
    turn = await session.send("costly")
    assert (turn.status, session.spent()) == ("done", {"CNY": 1.0})
    await turn.resume()
    assert turn.status == "done", "all is cached: it costs nothing"
    await turn.edit([SetArg(step="t1.s2", name="a", value=3)])
    assert turn.status == "waiting"
    await turn.edit([SetArg(step="t1.s2", name="a", value=4)])
    assert turn.status == "waiting", "an edit in review is no approval"
    assert session.spent() == {"CNY": 1.0}
    await turn.edit([SetArg(step="t1.s2", name="a", value=2)])
    assert turn.status == "done", "that result is there"
    session.set_budget(None)
    await turn.edit([SetArg(step="t1.s2", name="a", value=3)])
    assert (turn.status, session.spent()) == ("done", {"CNY": 1.5})


async def test_a_budget_in_another_currency_or_without_a_known_price_is_asked_about(session: Session):
    session.set_budget(100, "EUR")
    turn = await session.send("costly")
    assert turn.status == "waiting"
    with pytest.raises(InputError):
        session.set_budget(-1, "EUR")
    with pytest.raises(InputError):
        session.set_budget(1, "euro")


def executed_in(run: Run) -> list[str]:
    return [step_id for step_id, record in run.steps.items() if record.executed]
