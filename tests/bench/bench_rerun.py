"""Speed of the minimal re-run: editing one step of a long chain, beside the ideal and beside a plain LangGraph graph.

    python tests/bench/bench_rerun.py            # chains of 10, 100, 200 steps; writes bench_rerun.json
    python tests/bench/bench_rerun.py --steps 10 --rounds 1

Every step works for 1 ms (the processor is busy that long) and gives a new value, so that nothing is cut off. In a
linear chain each step needs the one before; in a wide one all are independent. Step k is edited. The ideal is the work
alone of the steps that must run: the same plain function called as often. The baseline is a LangGraph graph of the
same nodes with its SQLite checkpointer (synchronous=NORMAL): it is invoked once, its state before step k is forked
with another input, and it is invoked again from there; a wide graph has no state between its steps, so all run again.

All times are processor time of this process and all its threads, which other programs on the machine disturb less than
wall time, and the best of several rounds. The log lies in memory where there is such a folder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import operator
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from agentvid.chain.chain import Chain
from agentvid.chain.edit import SetArg, apply
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.run.execute import Executor
from agentvid.run.host import InProcessHost
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolContext, tool

WORK_SECONDS = 0.001
ALLOWED_FIXED, ALLOWED_EACH = 0.020, 0.0002
"""The goal: t(edit) ≤ 1.05 × ideal + 20 ms + 0.2 ms for each step that is cached."""


def work(value: float, plus: float) -> float:
    """Keep the processor busy for a millisecond, then add."""
    until = time.thread_time() + WORK_SECONDS
    while time.thread_time() < until:
        pass
    return value + plus


@tool()
async def toil(ctx: ToolContext, value: float, plus: float) -> float:
    """Work for a millisecond, and add."""
    return work(value, plus)


def chain_of(steps: int, shape: str) -> Chain:
    """Return a chain of equal steps, one after the other or side by side."""
    made = []
    for number in range(1, steps + 1):
        before: Any = Ref(step=f"t1.s{number - 1}", port="number") if shape == "linear" and number > 1 else number
        made.append(Step(id=f"t1.s{number}", tool="toil", args={"value": before, "plus": 1000 * number}))
    return Chain(turn=1, steps=tuple(made))


def must_run(steps: int, shape: str, k: int) -> int:
    """Return how many steps an edit of step k makes run."""
    return steps - k + 1 if shape == "linear" else 1


def folder() -> tempfile.TemporaryDirectory[str]:
    shared = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of a call, and what it returned."""
    start = time.process_time()
    found = call()
    return time.process_time() - start, found


def ours(steps: int, shape: str, k: int) -> dict[str, float]:
    """Run a chain, edit step k, run it again; also preview that."""
    with folder() as path, Log(Path(path) / "log.sqlite") as log:
        store = ObjectStore(Path(path))
        executor = Executor({"toil": toil}, {}, InProcessHost(store), store, log)
        chain = chain_of(steps, shape)
        edited = apply(chain, SetArg(step=f"t1.s{k}", name="plus", value=0.5))
        loop = asyncio.new_event_loop()

        def run(which: Chain, previous: Run | None) -> tuple[float, Run]:
            return timed(lambda: loop.run_until_complete(executor.run(which, previous=previous)))

        full, first = run(chain, None)
        preview, told = timed(lambda: executor.preview(edited, previous=first, before=chain))
        edit, second = run(edited, first)
        nothing, third = run(edited, second)
        loop.close()
    ran = sum(record.executed for record in second.steps.values())
    assert ran == must_run(steps, shape, k) and not any(record.executed for record in third.steps.values())
    assert len(told.certain) <= ran <= len(told.certain) + len(told.possible)
    return {"full": full, "edit": edit, "nothing": nothing, "preview": preview}


class State(TypedDict):
    """One value for each node."""

    values: Annotated[dict[str, float], operator.or_]
    plus: dict[str, float]


def node(number: int, shape: str) -> Callable[[State], dict[str, Any]]:
    def run(state: State) -> dict[str, Any]:
        before = state["values"][str(number - 1)] if shape == "linear" and number > 1 else float(number)
        return {"values": {str(number): work(before, state["plus"][str(number)])}}

    return run


def langgraph(steps: int, shape: str, k: int) -> dict[str, float]:
    """Invoke a graph of the same nodes, fork its state before step k with another input, and invoke it from there."""
    graph = StateGraph(State)
    for number in range(1, steps + 1):
        graph.add_node(f"n{number}", node(number, shape))
        graph.add_edge(f"n{number - 1}" if shape == "linear" and number > 1 else START, f"n{number}")
        if shape == "wide" or number == steps:
            graph.add_edge(f"n{number}", END)
    with folder() as path:
        connection = sqlite3.connect(Path(path) / "checkpoints.sqlite", check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        compiled = graph.compile(checkpointer=SqliteSaver(connection))
        config: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": steps + 5}
        plus = {str(number): 1000.0 * number for number in range(1, steps + 1)}
        full, first = timed(lambda: compiled.invoke({"values": {}, "plus": plus}, config))

        def again() -> Any:
            before = next(
                snapshot for snapshot in compiled.get_state_history(config) if f"n{k}" in (snapshot.next or ())
            )
            fork = compiled.update_state(before.config, {"plus": {**plus, str(k): 0.5}}, as_node=as_node(shape, k))
            return compiled.invoke(None, {**fork, "recursion_limit": steps + 5})

        edit, second = timed(again)
        connection.close()
    assert len(first["values"]) == len(second["values"]) == steps
    assert first["values"][str(k)] != second["values"][str(k)]
    return {"full": full, "edit": edit}


def as_node(shape: str, k: int) -> str:
    return f"n{k - 1}" if shape == "linear" and k > 1 else START


def compare(steps: int, shape: str, k: int, rounds: int) -> dict[str, Any]:
    """Return best times over rounds in which ideal, ours and the baseline run one after the other."""
    needed = must_run(steps, shape, k)
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        ideal, _ = timed(lambda: [work(1.0, 2.0) for _ in range(needed)])
        own, plain = ours(steps, shape, k), langgraph(steps, shape, k)
        found.append(
            {"ideal": ideal}
            | {f"ours_{name}": seconds for name, seconds in own.items()}
            | {f"langgraph_{name}": seconds for name, seconds in plain.items()}
        )
    best = {name: min(row[name] for row in found) for name in found[0]}
    cached = steps - needed
    allowed = 1.05 * best["ideal"] + ALLOWED_FIXED + ALLOWED_EACH * cached
    return {
        "shape": shape,
        "steps": steps,
        "edited": k,
        "executed": needed,
        **{f"{name}_ms": round(1000 * seconds, 2) for name, seconds in best.items()},
        "edit_over_full": round(best["ours_edit"] / best["ours_full"], 3),
        "allowed_ms": round(1000 * allowed, 2),
        "within_goal": best["ours_edit"] <= allowed,
        "langgraph_over_ours": round(best["langgraph_edit"] / best["ours_edit"], 2),
    }


def main(arguments: list[str] | None = None) -> None:
    """Compare, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description="Speed of the minimal re-run beside a plain LangGraph graph.")
    parser.add_argument("--steps", type=int, nargs="*", default=[10, 100, 200])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    chosen = parser.parse_args(arguments)
    rows = []
    for shape in ("linear", "wide"):
        for steps in chosen.steps:
            for k in sorted({1, max(1, steps // 2), steps}):
                row = compare(steps, shape, k, chosen.rounds)
                rows.append(row)
                print(
                    f"{shape:6} n={steps:3} k={k:3}: ideal {row['ideal_ms']:7.1f} ms,"
                    f" ours {row['ours_edit_ms']:7.1f} ms (allowed {row['allowed_ms']:7.1f}),"
                    f" preview {row['ours_preview_ms']:6.1f} ms,"
                    f" langgraph {row['langgraph_edit_ms']:8.1f} ms = {row['langgraph_over_ours']:.1f} × ours",
                    flush=True,
                )
    document = {
        "kind": "processor time, best of rounds, side by side",
        "rounds": chosen.rounds,
        "work_ms": 1000 * WORK_SECONDS,
        "goal": "edit <= 1.05 * ideal + 20 ms + 0.2 ms * cached",
        "rows": rows,
    }
    chosen.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
