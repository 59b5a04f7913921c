"""Replay a bundle: run its chains again from the message's media, with an empty cache, and compare step by step.

The newest revision that was run is replayed, of every turn. A step is kept, not run, where its tool or engine is not
here, where it would cost money and nobody asked for that, or where it was pinned: its recorded result is used, and the
replay says so. What differs is explained by the part of the key that differs; a step whose key is the same and whose
bytes are not was not reproducible, which is a fault of its engine.

Does not cover: the planner. Chains are taken as they are; checks and answers are not made again.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from agentvid.chain.chain import Chain, dependents_of
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step, step_number
from agentvid.engine import Engine
from agentvid.errors import AgentvidError, InputError
from agentvid.events import Emit, ignore
from agentvid.media.border import Facts
from agentvid.run.bundle.compare import StepReplay, compare
from agentvid.run.bundle.document import BundledRevision, BundledTurn, artifacts_in
from agentvid.run.bundle.export import libraries
from agentvid.run.bundle.ingredients import as_recorded
from agentvid.run.bundle.layout import Bundle, open_bundle
from agentvid.run.bundle.restore import restore
from agentvid.run.bundle.verify import check_bundle, take_in_objects
from agentvid.run.call import routes_of
from agentvid.run.execute import Executor
from agentvid.run.host import Host, InProcessHost, WorkerHost
from agentvid.run.resolve import Lookup, given_ports, is_all_given
from agentvid.run.route import bears
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

__all__ = ["Replayed", "StepReplay", "replay"]

Status: TypeAlias = Literal["same", "differs"]


@dataclass(frozen=True)
class Replayed:
    """What came of a replay. `first` is the first step that differs, in the order of the chains; None where none does.

    `libraries` names those of another version here: then → here. `home` is where the results lie, None where that was
    temporary; `restored` tells whether the session itself can be gone on with there.
    """

    session: str
    turns: tuple[int, ...]
    steps: tuple[StepReplay, ...]
    libraries: dict[str, str]
    home: Path | None
    restored: bool

    @property
    def first(self) -> StepReplay | None:
        """The first step that differs."""
        return next((step for step in self.steps if step.outcome == "differs"), None)

    @property
    def status(self) -> Status:
        """Whether every step that was run gave the same bytes."""
        return "same" if self.first is None else "differs"

    def to_json(self) -> dict[str, Any]:
        """Return the replay as JSON."""
        told = asdict(self)
        told |= {"home": None if self.home is None else str(self.home), "turns": list(self.turns)}
        return {"status": self.status, "first": None if self.first is None else asdict(self.first), **told}


async def replay(
    file: Path,
    tools: Mapping[str, ToolSpec],
    engines: Mapping[str, Engine],
    *,
    home: Path | None = None,
    in_process: bool = True,
    paid: bool = False,
    emit: Emit = ignore,
) -> Replayed:
    """Verify a bundle, run it again, and say of each step whether it gave the same bytes.

    `home` is a folder that is empty or not there; without one, a temporary folder is used and removed. `in_process`
    runs engines in this process, else in workers. `paid` also runs steps that cost money. Tools of your own that a
    bundle names are called with what its chain holds, so replay with tools that you trust.

    Raises: InputError where the bundle does not verify (nothing was run or written then) or `home` holds something;
    StoreError where there is no room.
    """
    with open_bundle(file) as bundle, _folder(home) as folder:
        check_bundle(bundle, tools, engines)
        store = await asyncio.to_thread(_filled, bundle, folder)
        with Log(folder / "agentvid.sqlite") as log:
            host: Host = InProcessHost(store) if in_process else WorkerHost(store)
            executor = Executor(tools, engines, host, store, log, owner=bundle.session.owner)
            try:
                runs, steps = await _Replay(executor, bundle, paid, emit).run()
            finally:
                await host.close()
            restored = home is not None and restore(log, bundle.session, runs)
    then, here = bundle.manifest.libraries, libraries()
    changed = {name: f"{then[name]} → {here.get(name, 'none')}" for name in then if then[name] != here.get(name)}
    numbers = tuple(turn.turn for turn in bundle.session.turns)
    return Replayed(bundle.session.session, numbers, tuple(steps), changed, home, restored)


def _filled(bundle: Bundle, folder: Path) -> ObjectStore:
    """Look at all media in a temporary store first, so that a bundle which is refused leaves nothing in `folder`."""
    with tempfile.TemporaryDirectory(prefix="agentvid-") as scratch:
        looked_at = ObjectStore(Path(scratch))
        take_in_objects(bundle, looked_at)
        folder.mkdir(parents=True, exist_ok=True)
        store = ObjectStore(folder)
        for artifact in {each.artifact: each for each in artifacts_in(bundle.session.model_dump())}.values():
            told = cast(Facts, {name: value for name, value in artifact if name in Facts.__annotations__})
            store.put_file(looked_at.path(artifact), artifact.mime, artifact.type, facts=told)
    return store


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is None:
        with tempfile.TemporaryDirectory(prefix="agentvid-replay-") as folder:
            yield Path(folder)
        return
    try:
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise InputError(f"{home} is not empty", "a folder that is empty or not there", "choose another --into")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{home} can't be used ({reason})", "a folder", "choose another --into") from error
    yield home


@dataclass
class _Replay:
    executor: Executor
    bundle: Bundle
    paid: bool
    emit: Emit

    async def run(self) -> tuple[dict[int, Run], list[StepReplay]]:
        """Run every turn; return the new runs by turn, and what became of each step."""
        runs: dict[int, Run] = {}
        told: list[StepReplay] = []
        for turn in self.bundle.session.turns:
            row = turn.last_run()
            if row is None:
                continue
            kept = {step.id: why for step in row.chain if (why := self._why_kept(step, row))}
            lookup = self._lookup(turn, row, kept, runs)
            runs[turn.turn] = run = await self._run(row, kept, lookup)
            told += compare(turn, row, run, kept, self.executor, lookup)
        return runs, told

    async def _run(self, row: BundledRevision, kept: Mapping[str, str], lookup: Lookup) -> Run:
        """Run the chain without the kept steps, and without what needs a kept step that has no result."""
        recorded = {each.record.step: each.record for each in row.steps}
        empty = {step for step in kept if not (step in recorded and recorded[step].outputs)}
        left_out = kept.keys() | dependents_of(row.chain, empty)
        steps = tuple(as_recorded(step, recorded.get(step.id)) for step in row.chain if step.id not in left_out)
        return await self.executor.run(
            Chain(turn=row.chain.turn, steps=steps), revision=row.n, emit=self.emit, earlier=lookup
        )

    def _why_kept(self, step: Step, row: BundledRevision) -> str:
        """Return why a step is not run here, "" where it is."""
        record = next((each.record for each in row.steps if each.record.step == step.id), None)
        spec = self.executor.tools.get(step.tool)
        if spec is None:
            return f"tool {step.tool} is not here"
        if step.pinned:
            return "it is pinned"
        try:
            if is_all_given(spec, given_ports(step, spec)):
                return ""
            routes = routes_of(spec, self.executor.engines, as_recorded(step, record).engine)
        except AgentvidError as error:
            return f"{error.given}{f' ({error.do})' if error.do else ''}"
        recorded_cost = record is not None and record.cost > 0
        priced = [task for task, route in routes.items() if self._is_priced(route.engine, task)]
        if (priced or recorded_cost) and not self.paid:
            return "it costs money, and that was not asked for"
        return ""

    def _is_priced(self, engine: str, task: str) -> bool:
        """Return whether a request costs money, or may: nobody knows what before it is made."""
        capability = bears(self.executor.engines[engine], task)
        return capability is not None and (capability.price is None or capability.price.amount > 0)

    def _lookup(
        self, turn: BundledTurn, row: BundledRevision, kept: Mapping[str, str], runs: Mapping[int, Run]
    ) -> Lookup:
        """Return a lookup of what is not run: kept steps as recorded; earlier turns as they were replayed, or as
        recorded where they are not in the bundle."""
        recorded = {each.record.step: each.record.outputs for each in row.steps if each.record.step in kept}

        def lookup(ref: Ref) -> Any:
            if ref.step in recorded:
                return recorded[ref.step].get(ref.port)
            run = runs.get(step_number(ref.step)[0])
            value = run.port(ref.step, ref.port) if run else None
            return turn.earlier.get(str(ref)) if value is None else value

        return lookup
