"""The graph as a server of LangGraph's own would run it: services bound per node, a message as its input."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agentvid.agent import standalone
from agentvid.agent.agent import Agent
from agentvid.agent.graph import NODES, build_graph
from agentvid.agent.standalone import Served, build_standalone, make_graph
from agentvid.errors import InputError

ROOT = Path(__file__).parents[1]
COFFEE = str(ROOT / "agentvid" / "samples" / "coffee.jpg")
BLUE = {"text": "make the red cup blue", "files": [COFFEE]}


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    found = Served(Agent(home, in_process=True))
    yield found
    found.close()


def on(thread: str) -> dict:
    return {"configurable": {"thread_id": thread}}


def test_it_is_the_same_graph_behind_one_node():
    edges = {(edge.source, edge.target) for edge in build_graph(InMemorySaver()).get_graph().edges}
    told = {(edge.source, edge.target) for edge in make_graph().get_graph().edges}
    moved = {("accept" if source == "__start__" else source, target) for source, target in edges}
    assert moved <= told and ("__start__", "accept") in told
    assert set(make_graph().get_input_jsonschema()["properties"]) >= {"text", "files", "session", "review"}
    assert set(make_graph().get_output_jsonschema()["properties"]) >= {"chain", "answered", "status"}
    assert {"accept", *NODES} <= set(make_graph().get_graph().nodes)


async def test_a_message_is_a_turn_and_a_thread_a_session(served: Served):
    graph = build_standalone(lambda: served, InMemorySaver())
    first = await graph.ainvoke({**BLUE, "seed": 5}, on("coffee"))
    assert (first["session"], first["turn"], first["status"]) == ("coffee", 1, "done")
    assert any(part["type"] == "image" for part in first["answered"])
    assert first["chain"]["steps"][0]["tool"] == "locate"
    second = await graph.ainvoke({"text": "now make it brighter"}, on("coffee"))
    assert (second["turn"], second["status"]) == (2, "done")
    assert served.agent.log.turn("coffee", 2).phase == "done"
    seeds = [served.agent.log.turn("coffee", turn).message["wishes"]["seed"] for turn in (1, 2)]
    assert seeds == [5, None]
    edited = await graph.ainvoke({"text": "no, darker"}, on("coffee"))
    assert edited["turn"] == 2 and edited["revision"] > second["revision"]
    json.dumps((await graph.aget_state(on("coffee"))).values)


async def test_review_waits_and_goes_on_with_what_a_person_changed(served: Served):
    graph = build_standalone(lambda: served, InMemorySaver())
    held = await graph.ainvoke({**BLUE, "review": "ask"}, on("held"))
    (asked,) = held["__interrupt__"]
    assert asked.value == {"revision": 1, "waiting": [], "held": None} and held["chain"]["steps"]
    assert served.agent.log.turn("held", 1).phase == "waiting"
    colour = {"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "green"}
    resumed = {"approved": True, "edits": [colour], "given": {"t1.s1.box": [150, 20, 420, 330]}}
    done = await graph.ainvoke(Command(resume=resumed), on("held"))
    assert (done["status"], done["revision"]) == ("done", 3)
    steps = {step["id"]: step for step in done["chain"]["steps"]}
    assert steps["t1.s3"]["args"]["colour"] == "green" and "box" in steps["t1.s1"]["given"]


async def test_its_events_are_the_custom_stream_and_other_work_goes_on(served: Served):
    graph = build_standalone(lambda: served, InMemorySaver())
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    task = asyncio.create_task(beat())
    types = [event["type"] async for event in graph.astream(BLUE, on("stream"), stream_mode="custom")]
    task.cancel()
    assert types.count("step_done") == 5 and {"chain", "answer"} <= set(types)
    assert beats > 5


async def test_what_can_not_be_used_is_refused(served: Served):
    graph = build_standalone(lambda: served, InMemorySaver())
    with pytest.raises(InputError, match="without text"):
        await graph.ainvoke({"files": [COFFEE]}, on("a"))
    with pytest.raises(InputError, match="session name"):
        await graph.ainvoke({"text": "hello", "session": "../up"}, on("a"))
    with pytest.raises(InputError, match="engine 'none'"):
        await graph.ainvoke({**BLUE, "engine": "none"}, on("b"))


def test_the_file_of_the_command_line_names_the_graph():
    told = json.loads((ROOT / "langgraph.json").read_text())
    module, _, name = told["graphs"]["agentvid"].partition(":")
    assert module == standalone.__name__ and getattr(standalone, name) is make_graph
