"""The minimal re-run, held to a reference that knows no keys: random chains, random edits of every kind.

For every run: what executed is exactly the set of calls never made before, values are those of a fresh evaluation, and
the preview told the truth: certain ⊆ executed ⊆ certain ∪ possible. Taking an edit back gives the chain back, and
nothing runs.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rerun_reference import Reference
from rerun_tools import CALLS, SPECS, DirectHost, PlainEngine

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.edit import (
    ClearGiven,
    Edit,
    Insert,
    Move,
    Pin,
    Remove,
    SetArg,
    SetEngine,
    SetExpect,
    SetGiven,
    SetSeed,
    SetThought,
    SetTool,
    apply,
    apply_all,
    inverse,
)
from agentvid.chain.run import NEXT, Run
from agentvid.chain.step import Ref, Step, Words
from agentvid.errors import EditError
from agentvid.run.execute import Executor
from agentvid.run.preview import Preview
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

ALWAYS = {"split": "low", "hold": "rest"}
"""A port that is always there, of tools whose only port is not `number`."""
OPTIONAL = {("total", "values"), ("pick", "a"), ("pick", "b"), ("add", "b"), ("hold", "level")}
"""Parameters that bear an absent value."""


class World:
    """One random chain, its executor and its reference."""

    def __init__(self, seed: int, log: Log, store: ObjectStore) -> None:
        self.random = random.Random(seed)
        engines = {name: PlainEngine(name) for name in ("cloud", "remote")}
        self.executor = Executor(SPECS, engines, DirectHost(store), store, log, owner=f"world {seed}")
        self.reference = Reference()
        self.standing = Run(revision=0)
        self.counts: Counter[str] = Counter()

    def chain(self) -> Chain:
        most = self.random.choice((3, 8, 15, 25, 40))
        chain = Chain(turn=1)
        for number in range(1, self.random.randint(1, most) + 1):
            chain = chain.with_steps((*chain.steps, self.step(f"t1.s{number}", list(chain))))
        return chain

    def step(self, step_id: str, before: list[Step]) -> Step:
        tool = self.random.choice(list(SPECS))
        engine = self.random.choice((None, None, "cloud")) if SPECS[tool].tasks else None
        return Step(
            id=step_id,
            tool=tool,
            args=self.arguments(tool, before),
            seed=self.random.choice((0, 0, 0, 1)),
            thought=self.random.choice(("", "", "red")),
            engine=engine,
        )

    def arguments(self, tool: str, before: list[Step]) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        for parameter in SPECS[tool].parameters:
            if parameter.required or self.random.random() < 0.5:
                arguments[parameter.name] = self.argument(tool, parameter.name, before)
        return arguments

    def argument(self, tool: str, name: str, before: list[Step]) -> Any:
        if name == "values":
            return [self.one(before, optional=True) for _ in range(self.random.randint(0, 3))]
        return self.one(before, optional=(tool, name) in OPTIONAL)

    def one(self, before: list[Step], *, optional: bool) -> Any:
        if not before or self.random.random() < 0.3:
            return self.random.randint(0, 6)
        step = self.random.choice(before[-8:])
        port = ALWAYS.get(step.tool, "number")
        if optional and step.tool == "split" and self.random.random() < 0.5:
            port = "high"
        return Ref(step=step.id, port=port)

    def edit(self, chain: Chain) -> Edit | None:
        """Return a random edit that fits, or None."""
        index = self.random.randrange(len(chain))
        step, before = chain.steps[index], list(chain.steps[:index])
        spec = SPECS[step.tool]
        used = {ref.port for other in chain for ref in other.refs() if ref.step == step.id}
        ports = [port.name for port in spec.ports if port.name in used or not port.optional]
        number = self.random.randint(0, 6)
        match self.random.choice(KINDS):
            case "set_arg":
                parameter = self.random.choice(spec.parameters)
                removable = not parameter.required and parameter.name in step.args
                if removable and self.random.random() < 0.3:
                    return SetArg(step=step.id, name=parameter.name, remove=True)
                value = self.argument(step.tool, parameter.name, before)
                return SetArg(step=step.id, name=parameter.name, value=value)
            case "set_given":
                return SetGiven(step=step.id, port=self.random.choice(ports), value=number)
            case "clear_given" if step.given:
                return ClearGiven(step=step.id, port=self.random.choice(list(step.given)))
            case "set_tool" if ports == ["number"] and not step.given:
                tool = self.random.choice([name for name in SPECS if name not in ALWAYS])
                return SetTool(step=step.id, tool=tool, args=self.arguments(tool, before))
            case "set_engine":
                return SetEngine(step=step.id, engine=self.random.choice((None, "cloud", "remote")))
            case "set_seed":
                return SetSeed(step=step.id, seed=self.random.randint(0, 2))
            case "set_thought":
                return SetThought(step=step.id, thought=self.random.choice(("", "a", "blue", "kept")))
            case "set_expect":
                return SetExpect(step=step.id, expect=(Words(text="fine"),))
            case "pin":
                return Pin(step=step.id, pinned=not step.pinned)
            case "insert":
                return Insert(step=self.step(next_step_id(chain), [*before, step]), after=step.id)
            case "remove" if len(chain) > 1:
                return Remove(step=step.id)
            case "move" if len(chain) > 1:
                other = self.random.choice([other.id for other in chain if other.id != step.id])
                return Move(step=step.id, after=other)
            case "accept":
                self.accept(step)
        return None

    def accept(self, step: Step) -> None:
        """Say that the result which the step has is good for whatever key it will have."""
        record = self.standing.steps.get(step.id)
        if record is not None:
            accepted = record.model_copy(update={"accepted": NEXT})
            self.standing = Run(revision=0, steps={**self.standing.steps, step.id: accepted})
            self.reference.accept_next.add(step.id)

    async def run(self, chain: Chain) -> tuple[Run, Preview]:
        """Preview, run and compare with the reference."""
        told = self.executor.preview(chain, previous=self.standing)
        CALLS.clear()
        run = await self.executor.run(chain, previous=self.standing)
        assert run.status == "done", [record.error for record in run.steps.values() if record.error]
        self.standing = Run(revision=0, steps={**self.standing.steps, **run.steps})
        values, made, calls = self.reference.run(chain)
        executed = {step_id for step_id, record in run.steps.items() if record.executed}
        for step_id, ports in values.items():
            assert {name: packed["value"] for name, packed in run.steps[step_id].outputs.items()} == ports, step_id
        assert sorted(calls[step_id] for step_id in executed) == sorted(made)
        assert len(CALLS) == len(executed)
        certain, possible = set(told.certain), set(told.possible)
        assert certain <= executed <= certain | possible, (told, executed)
        places = [*told.certain, *told.possible, *told.cached, *told.given]
        assert sorted(places) == sorted(step.id for step in chain)
        self.counts.update(
            runs=1, steps=len(chain), executed=len(executed), certain=len(certain), possible=len(possible)
        )
        return run, told


KINDS = (
    *("set_arg",) * 5,
    *("set_given", "clear_given", "set_tool", "set_engine", "set_seed", "set_thought"),
    *("set_expect", "pin", "insert", "remove", "move", "accept"),
)


async def check(seed: int, log: Log, store: ObjectStore, edits: int = 4) -> Counter[str]:
    """Run one random chain, edit it, take every edit back."""
    world = World(seed, log, store)
    chain = world.chain()
    await world.run(chain)
    for _ in range(edits):
        edit = world.edit(chain)
        if edit is None:
            continue
        try:
            edited, undo = apply(chain, edit), inverse(chain, edit)
        except EditError:
            continue
        world.counts["edits"] += 1
        world.counts[edit.edit] += 1
        before, _ = await world.run(chain)
        is_held = any(step.pinned for step in (*chain, *edited)) or bool(world.reference.accepted)
        await world.run(edited)
        again = apply_all(edited, undo)
        assert again == chain
        if not is_held:
            after, told = await world.run(again)
            assert not any(record.executed for record in after.steps.values())
            assert (told.certain, told.possible) == ((), ())
            assert {s: r.outputs for s, r in after.steps.items()} == {s: r.outputs for s, r in before.steps.items()}
        chain = edited if world.random.random() < 0.7 else again
    return world.counts


async def check_many(seeds: range, folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    with Log(folder / "log.sqlite") as log:
        store = ObjectStore(folder)
        for seed in seeds:
            try:
                counts += await check(seed, log, store)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}") from error
    return counts


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """A folder in memory where there is one."""
    shared = Path("/dev/shm")
    if not shared.is_dir():
        return tmp_path
    import tempfile

    with tempfile.TemporaryDirectory(dir=shared) as folder:
        yield Path(folder)


def test_random_chains_and_edits_run_what_they_must_and_nothing_else(memory: Path):
    counts = asyncio.run(check_many(range(80), memory))
    assert counts["edits"] > 150
    assert counts["certain"] and counts["possible"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_random_chains(memory: Path):
    counts = asyncio.run(check_many(range(1000, 2000), memory))
    assert counts["edits"] > 1000
