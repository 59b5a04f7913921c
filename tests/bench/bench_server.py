"""Turns per second of the server, beside a bare FastAPI application that runs the same steps in a LangGraph graph.

    python tests/bench/bench_server.py                       # 32 clients, 8 steps; writes bench_server.json
    python tests/bench/bench_server.py --clients 4 --seconds 2

Each client sends a message of eight trivial steps (add one), waits for the end of its turn, and sends the next, each in
a new session: 32 at a time. Ours is the whole way: a message accepted durably (202), planned, checked, run by key, each
step recorded, answered, numbered events written; the client waits on the stream of events. The baseline is one POST
that awaits a graph of eight nodes with AsyncSqliteSaver (synchronous=NORMAL, one connection), and answers its end.
Both are uvicorn processes on loopback, measured one after the other, in turns, in one run; the best round of each
counts. Their files lie in memory where there is such a folder, as what a disk costs is not what is compared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict

import aiosqlite
import httpx
import uvicorn
from fastapi import FastAPI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from agentvid.agent.agent import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step
from agentvid.events import Emit
from agentvid.planner import PlanRequest
from agentvid.server.serving import Where, serve
from agentvid.settings import load_settings
from agentvid.tool import ToolContext, tool

STEPS = 8


class State(TypedDict):
    value: float


@tool()
async def add_one(ctx: ToolContext, value: float, mark: str) -> float:
    """Add one."""
    return value + 1


def serve_bare(home: Path, port: int) -> None:
    """Serve the baseline."""

    async def add(state: State) -> State:
        return {"value": state["value"] + 1}

    graph = StateGraph(State)
    for step in range(STEPS):
        graph.add_node(f"s{step}", add)
        graph.add_edge(START if step == 0 else f"s{step - 1}", f"s{step}")
    graph.add_edge(f"s{STEPS - 1}", END)
    held: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        async with aiosqlite.connect(home / "turns.sqlite") as connection:
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = NORMAL")
            held["graph"] = graph.compile(checkpointer=AsyncSqliteSaver(connection))
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/turns/{thread}")
    async def turn(thread: str) -> dict[str, float]:
        done: dict[str, float] = await held["graph"].ainvoke(
            {"value": 0.0}, {"configurable": {"thread_id": thread}}, durability="sync"
        )
        return done

    uvicorn.run(app, port=port, log_level="error", access_log=False)


def serve_ours(home: Path, port: int) -> None:
    """Serve agentvid, with a planner and a tool as trivial as the baseline's nodes."""

    class Planner:
        name = "grammar"

        async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
            steps = []
            for n in range(1, STEPS + 1):
                value = Ref(step=f"t{request.turn}.s{n - 1}", port="number") if n > 1 else 0
                steps.append(
                    Step(id=f"t{request.turn}.s{n}", tool="add_one", args={"value": value, "mark": request.text})
                )
            return Chain(turn=request.turn, steps=tuple(steps))

    agent = Agent(settings=load_settings(home=home), engines={}, planner=Planner(), in_process=True)
    agent.tools.clear()
    agent.tools["add_one"] = add_one
    serve(agent, Where(port=port), concurrency=8)


async def bare_turn(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/turns/{uuid.uuid4().hex}")
    assert answer.json()["value"] == STEPS


async def our_turn(client: httpx.AsyncClient) -> None:
    session = (await client.post("/api/v1/sessions", json={})).json()["session"]
    text = f"add {uuid.uuid4().hex}"
    sent = await client.post(f"/api/v1/sessions/{session}/messages", json={"text": text})
    assert sent.status_code == 202, sent.text
    async with client.stream("GET", sent.json()["events"]) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: ") and '"type": "turn"' in line and '"phase": "done"' in line:
                return


async def measure(
    address: str, turn: Callable[[httpx.AsyncClient], Awaitable[None]], clients: int, seconds: float
) -> float:
    """Return turns per second."""
    done, until = 0, 0.0

    async def work(client: httpx.AsyncClient) -> None:
        nonlocal done
        while time.monotonic() < until:
            await turn(client)
            done += 1

    limits = httpx.Limits(max_connections=2 * clients, max_keepalive_connections=2 * clients)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits, verify=False) as client:
        began = time.monotonic()
        until = began + seconds
        await asyncio.gather(*(work(client) for _ in range(clients)))
        return done / (time.monotonic() - began)


def wait_until_up(port: int, path: str) -> None:
    until = time.monotonic() + 300
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}{path}")
            return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench_server.json"))
    parser.add_argument("--serve", choices=("ours", "bare"))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--port", type=int, default=8211)
    options = parser.parse_args()
    if options.serve:
        (serve_ours if options.serve == "ours" else serve_bare)(options.home, options.port)
        return
    shared = Path("/dev/shm")
    turns = {"ours": (our_turn, "/api/v1/health"), "bare": (bare_turn, "/openapi.json")}
    found: dict[str, list[float]] = {name: [] for name in turns}
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        processes = {}
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        for at, name in enumerate(turns):
            home = Path(folder) / name
            home.mkdir()
            command = [sys.executable, __file__, "--serve", name, "--home", str(home), "--port", str(options.port + at)]
            processes[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
        try:
            for at, (_, path) in enumerate(turns.values()):
                wait_until_up(options.port + at, path)
            for seconds in [1.0] + [options.seconds] * options.rounds:  # the first round warms up
                for at, (name, (turn, _)) in enumerate(turns.items()):
                    address = f"http://127.0.0.1:{options.port + at}"
                    rate = asyncio.run(measure(address, turn, options.clients, seconds))
                    found[name].append(rate)
        finally:
            for process in processes.values():
                process.terminate()
                process.wait(30)
    best = {name: max(rates[1:]) for name, rates in found.items()}
    told = {
        "clients": options.clients,
        "steps": STEPS,
        "turns_per_second": {name: round(rate, 1) for name, rate in best.items()},
        "rounds": {name: [round(rate, 1) for rate in rates[1:]] for name, rates in found.items()},
        "ratio": round(best["ours"] / best["bare"], 3),
    }
    options.out.write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
