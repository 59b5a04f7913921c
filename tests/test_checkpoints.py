"""A turn is checkpointed when it ends or waits; what it did is in the log, and it goes on from there without."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agentvid.agent.agent import Agent, Session
from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetArg
from agentvid.chain.step import Ref, Step
from agentvid.errors import SessionBusy
from agentvid.events import Emit
from agentvid.planner import PlanRequest
from agentvid.settings import load_settings
from agentvid.tool import ToolContext, tool

RAN: list[float] = []
PLANNED: list[str] = []
HELD = asyncio.Event()


@tool()
async def plus(ctx: ToolContext, value: float, more: float, holds: bool = False, seed: int = 0) -> float:
    """Add a number."""
    RAN.append(value)
    if holds:
        HELD.set()
        await asyncio.sleep(60)
    return value + more


class Planner:
    name = "grammar"

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        PLANNED.append(request.text)
        t = request.turn
        return Chain(
            turn=t,
            steps=(
                Step(id=f"t{t}.s1", tool="plus", args={"value": 1, "more": 1}),
                Step(
                    id=f"t{t}.s2",
                    tool="plus",
                    args={"value": Ref(step=f"t{t}.s1", port="number"), "more": 1, "holds": request.text == "hold"},
                ),
            ),
            answer=(Ref(step=f"t{t}.s2", port="number"),),
        )


def opened(home: Path) -> Agent:
    agent = Agent(settings=load_settings(home=home), engines={}, planner=Planner(), in_process=True)
    agent.tools.clear()
    agent.tools["plus"] = plus
    RAN.clear()
    PLANNED.clear()
    HELD.clear()
    return agent


def lose_checkpoints(agent: Agent) -> None:
    agent.driver.close()
    for path in agent.home.glob("turns.sqlite*"):
        path.unlink()


async def test_a_turn_that_ended_is_not_planned_anew_where_its_checkpoint_was_lost(tmp_path: Path):
    async with opened(tmp_path) as agent:
        turn = await Session(agent, "s").send("add", seed=7)
        assert [row.author for row in agent.log.revisions("s", 1)] == ["planner", "person"]
        lose_checkpoints(agent)
        await turn.edit([SetArg(step="t1.s2", name="more", value=5)])
        assert (turn.status, turn.answer[0]["text"]) == ("done", "7.0")
        lose_checkpoints(agent)
        await turn.undo()
        await turn.undo()
        turn = await turn.resume()
        assert (turn.revision, turn.answer[0]["text"]) == (1, "3.0")
        assert (len(agent.log.revisions("s", 1)), PLANNED) == (3, ["add"])


async def test_a_turn_whose_process_ended_in_a_step_goes_on_with_the_next(tmp_path: Path):
    async with opened(tmp_path) as agent:
        running = asyncio.create_task(Session(agent, "s").send("hold"))
        await HELD.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        lose_checkpoints(agent)
        turn = Session(agent, "s").last_turn()
        await turn.edit([SetArg(step="t1.s2", name="holds", value=False)])
        assert (turn.status, turn.answer[0]["text"]) == ("done", "3.0")
        assert (RAN, PLANNED) == ([1.0, 2.0, 2.0], ["hold"])


async def test_what_waits_for_approval_waits_on_with_its_checkpoint(tmp_path: Path):
    async with opened(tmp_path) as agent:
        await Session(agent, "s").send("add", review="ask")
    async with opened(tmp_path) as agent:
        turn = Session(agent, "s").last_turn()
        assert (turn.phase, RAN) == ("waiting", [])
        turn = await turn.approve()
        assert (turn.status, RAN, PLANNED) == ("done", [1.0, 2.0], [])


async def test_a_checkpoint_is_refused_to_who_owns_the_session_no_more(tmp_path: Path):
    from langgraph.checkpoint.base import empty_checkpoint

    from agentvid.agent.checkpoints import Checkpoints

    def refuse() -> None:
        raise SessionBusy("another's")

    checkpoints = Checkpoints(tmp_path / "turns.sqlite")
    config = {"configurable": {"thread_id": "s/t1", "checkpoint_ns": ""}}
    with checkpoints.saver(refuse) as saver:
        with pytest.raises(SessionBusy):
            await saver.aput(config, empty_checkpoint(), {}, {})
        assert await saver.aget_tuple(config) is None
    checkpoints.close()
