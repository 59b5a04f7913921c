"""Run a chain: every step that is ready runs, by key, as soon as what it needs is there.

A result whose key is known is taken from the cache; a step's dependents depend on the digests of found values, so a
step that ran again and found the same changes nothing below it (early cut-off). A failed step leaves the steps that
need it `skipped`, a waiting one leaves them `pending`; everything else goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun, StepWaits
from agentvid.chain.step import Ref, Step, step_number
from agentvid.engine import Engine, pack, unpack
from agentvid.errors import AgentvidError, Cancelled, ChainError, Needs, SettingsError, StoreError, ToolFailed
from agentvid.events import Emit, StepDone, StepStarted, Waiting, ignore
from agentvid.run.call import CallContext, identities, read_thought
from agentvid.run.host import Host
from agentvid.run.key import step_key
from agentvid.run.resolve import Lookup, given_ports, is_all_given, step_inputs
from agentvid.store.jobs import StoredJob
from agentvid.store.log import CachedResult, Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec, ports_of

__all__ = ["Executor"]


def _nothing_earlier(ref: Ref) -> Any:
    return None


@dataclass
class Executor:
    """Runs chains with these tools and engines, keeping results in this store under this owner's namespace."""

    tools: Mapping[str, ToolSpec]
    engines: Mapping[str, Engine]
    host: Host
    store: ObjectStore
    log: Log
    owner: str = "local"
    _in_flight: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def run(
        self,
        chain: Chain,
        *,
        revision: int = 1,
        emit: Emit = ignore,
        earlier: Lookup = _nothing_earlier,
        previous: Run | None = None,
        on_step: Callable[[StepRun], None] = lambda done: None,
    ) -> Run:
        """Run all steps and return what happened to each.

        `earlier` finds ports of earlier turns; `previous` holds the results that pinned steps keep; `on_step` is told
        each step's record as soon as it ends.

        Raises: ChainError where the chain can't be ordered; asyncio.CancelledError after the running steps stopped
        (their records were told to `on_step` first).
        """
        order = chain.order()
        records: dict[str, StepRun] = {}
        jobs: dict[str, asyncio.Task[None]] = {}

        def lookup(ref: Ref) -> Any:
            inside = records.get(ref.step)
            return inside.outputs.get(ref.port) if inside else self._of_earlier(ref, earlier)

        async def one(step: Step) -> None:
            parents = [parent for parent in step.parents() if parent in jobs]
            if parents:
                await asyncio.wait([jobs[parent] for parent in parents])
            record = self._blocked(step, parents, records)
            if record is None:
                record = await self._run_step(step, lookup, emit, previous)
            records[step.id] = record
            on_step(record)
            message = record.error["given"] if record.error else ""
            emit(StepDone(step=step.id, status=record.status, seconds=record.seconds, message=message))

        for step in order:
            jobs[step.id] = asyncio.create_task(one(step))
        try:
            if jobs:
                await asyncio.gather(*jobs.values())
        except BaseException:
            for job in jobs.values():
                job.cancel()
            await asyncio.gather(*jobs.values(), return_exceptions=True)
            for step in order:
                if step.id not in records:
                    on_step(StepRun(step=step.id, status="cancelled"))
            raise
        return Run(revision=revision, steps={step.id: records[step.id] for step in chain})

    async def run_tool(self, step: Step, emit: Emit = ignore, lookup: Lookup = _nothing_earlier) -> StepRun:
        """Run one step that is in no chain (a check of what was expected), by key like any other."""
        return await self._run_step(step, lookup, emit, None)

    def key_of(self, step: Step, lookup: Lookup) -> str:
        """Return the key of a step, given the values it refers to.

        Raises: ChainError, NoEngine where it has none.
        """
        spec = self._spec(step)
        inputs = step_inputs(step, spec, lookup)
        routes = identities(spec, self.engines, step.engine)
        thought = read_thought(step, spec, self.engines)
        return step_key(spec, inputs, routes, seed=step.seed, thought=thought, owner=self.owner)

    def _of_earlier(self, ref: Ref, earlier: Lookup) -> Any:
        """Return a port of an earlier turn: it must be there, and whole.

        Raises: ChainError naming the turn to run again.
        """
        value = earlier(ref)
        turn, _ = step_number(ref.step)
        again = f"go on with turn {turn} first: agentvid resume SESSION --turn {turn}"
        if value is None:
            raise ChainError(f"{ref} of turn {turn} has no value: it did not run, or gave none", "its result", again)
        sha = value["value"].get("artifact") if isinstance(value["value"], dict) else None
        if sha is not None and not self._is_sound(sha):
            raise ChainError(f"the stored {value['type']} of {ref} is gone or damaged", "its result", again)
        return value

    def _spec(self, step: Step) -> ToolSpec:
        spec = self.tools.get(step.tool)
        if spec is None:
            raise SettingsError(f"{step.id} asks for tool {step.tool!r}", f"one of {', '.join(sorted(self.tools))}")
        return spec

    def _blocked(self, step: Step, parents: list[str], records: Mapping[str, StepRun]) -> StepRun | None:
        statuses = {parent: records[parent].status for parent in parents if parent in records}
        broken = [p for p in parents if statuses.get(p) in (None, "failed", "skipped", "cancelled")]
        if broken:
            told = {"code": "skipped", "given": f"{step.id} needs {broken[0]}, which gave no result"}
            return StepRun(
                step=step.id, status="skipped", error={**told, "expected": "its result", "do": f"mend {broken[0]}"}
            )
        if any(statuses[p] in ("waiting", "pending") for p in parents):
            return StepRun(step=step.id, status="pending")
        return None

    async def _run_step(self, step: Step, lookup: Lookup, emit: Emit, previous: Run | None) -> StepRun:
        started = time.monotonic()
        try:
            return await self._attempt(step, lookup, emit, previous)
        except Needs as needs:
            emit(Waiting(step=step.id, port=needs.port, how=needs.how))
            return StepRun(
                step=step.id,
                status="waiting",
                waits=StepWaits(step=step.id, port=needs.port, how=needs.how),
                seconds=time.monotonic() - started,
            )
        except AgentvidError as error:
            status = "cancelled" if isinstance(error, Cancelled) else "failed"
            return self._failed(step, error, status, started)
        except Exception as error:
            failed = ToolFailed(
                f"tool {step.tool!r} raised {type(error).__name__}: {error}",
                "it to finish",
                "this is a fault of the tool; please report it",
            )
            return self._failed(step, failed, "failed", started)

    def _failed(self, step: Step, error: AgentvidError, status: Any, started: float) -> StepRun:
        document = {name: str(text) for name, text in error.document().items()}
        return StepRun(step=step.id, status=status, executed=True, error=document, seconds=time.monotonic() - started)

    async def _attempt(self, step: Step, lookup: Lookup, emit: Emit, previous: Run | None) -> StepRun:
        spec = self._spec(step)
        given = given_ports(step, spec)
        kept = previous.steps.get(step.id) if previous else None
        if step.pinned and kept is not None and kept.outputs:
            return kept.model_copy(update={"status": "cached", "executed": False, "outputs": kept.outputs | given})
        if is_all_given(spec, given):
            return StepRun(step=step.id, status="done", outputs=given, given=tuple(given))
        inputs = step_inputs(step, spec, lookup)
        routes = identities(spec, self.engines, step.engine)
        thought = read_thought(step, spec, self.engines)
        key = step_key(spec, inputs, routes, seed=step.seed, thought=thought, owner=self.owner)
        lock = self._in_flight.setdefault(key, asyncio.Lock())
        async with lock:
            result, executed = await self._result(step, spec, inputs, routes, key, emit)
        return StepRun(
            step=step.id,
            status="done" if executed else "cached",
            key=key,
            outputs={**result.outputs, **given},
            given=tuple(given),
            executed=executed,
            engines=result.engines,
            seconds=result.seconds,
            cost=result.cost if executed else 0.0,
            currency=result.currency if executed else "",
            warnings=result.warnings,
        )

    async def _result(
        self, step: Step, spec: ToolSpec, inputs: dict[str, Any], routes: dict[str, str], key: str, emit: Emit
    ) -> tuple[CachedResult, bool]:
        cached = await asyncio.to_thread(self._cached, key)
        if cached is not None:
            return cached, False
        engine = next(iter(routes.values()), "")
        expected = self.log.typical_seconds(step.tool, engine.partition("@")[0])
        emit(StepStarted(step=step.id, tool=step.tool, engine=engine, expected_seconds=expected))
        started = time.monotonic()
        context = CallContext(step, spec, self.engines, self.host, self.store, emit, partial(self._job, key))
        try:
            result = await spec.run(context, **self._arguments(step, spec, inputs))
        except asyncio.CancelledError:
            context.stopped = True
            raise
        found = CachedResult(
            outputs={name: pack(value) for name, value in ports_of(spec, result).items()},
            tool=step.tool,
            engines=context.used,
            seconds=time.monotonic() - started,
            cost=context.cost,
            currency=context.currency,
            warnings=tuple(dict.fromkeys(context.warnings)),
        )
        self.log.cache_put(self.owner, key, found)
        return found, True

    def _job(self, key: str, request: str, engine: str, task: str) -> StoredJob:
        return StoredJob(self.log, self.owner, f"{key}.{request}", key, engine, task)

    def _arguments(self, step: Step, spec: ToolSpec, inputs: Mapping[str, Any]) -> dict[str, Any]:
        arguments: dict[str, Any] = {name: unpack(value) for name, value in inputs.items()}
        if spec.takes("seed"):
            arguments["seed"] = step.seed
        if spec.takes("thought"):
            arguments["thought"] = read_thought(step, spec, self.engines)
        return arguments

    def _cached(self, key: str) -> CachedResult | None:
        cached = self.log.cache_get(self.owner, key)
        if cached is None:
            return None
        for value in cached.outputs.values():
            sha = value["value"].get("artifact") if isinstance(value["value"], dict) else None
            if sha is not None and not self._is_sound(sha):
                self.log.cache_forget(self.owner, key)
                return None
        return cached

    def _is_sound(self, sha: str) -> bool:
        try:
            self.store.path(sha)
        except StoreError:
            return False
        return True
