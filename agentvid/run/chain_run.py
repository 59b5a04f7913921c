"""One run of one chain: what is ready, what is settled without running, what runs, what ended.

Does not cover: tools, engines and store that runs share (`run.execute`), what a step is called with (`run.prepare`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakValueDictionary

from agentvid.chain.chain import Chain
from agentvid.chain.run import NEXT, Run, StepRun, StepWaits
from agentvid.chain.step import Ref, Step
from agentvid.engine import pack, unpack
from agentvid.errors import AgentvidError, Cancelled, Needs, StoreError, ToolFailed
from agentvid.events import Emit, StepDone, StepStarted, Waiting
from agentvid.run.call import CallContext
from agentvid.run.prepare import Prepared, Preparer, megapixel_frames
from agentvid.run.ready import ReadySteps
from agentvid.run.resolve import Lookup, given_ports
from agentvid.store.log import CachedResult
from agentvid.store.objects import ObjectStore
from agentvid.tool import ports_of

if TYPE_CHECKING:
    from agentvid.run.execute import Executor

__all__ = ["ChainRun", "InFlight", "OnSteps", "is_sound", "kept_result", "tell_nobody"]

OnSteps: TypeAlias = Callable[[Sequence[StepRun]], None]
"""Is told the records of steps as soon as they end; those that end together come together."""


def tell_nobody(records: Sequence[StepRun]) -> None:
    """Drop records: the `on_steps` of callers that don't listen."""


@dataclass
class InFlight:
    """The keys that are being run now, by all runs of an executor, and how many results were kept so far."""

    locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    kept: int = 0


class ChainRun:
    """One run of one chain."""

    def __init__(
        self,
        executor: Executor,
        chain: Chain,
        emit: Emit,
        earlier: Lookup,
        previous: Run | None = None,
        on_steps: OnSteps = tell_nobody,
    ) -> None:
        self._executor = executor
        self._order = chain.order()
        self._ready = ReadySteps(self._order)
        self._emit = emit
        self._earlier = executor.lookup(earlier)
        self._previous = previous.steps if previous else {}
        self._on_steps = on_steps
        self._preparer = executor.preparer()
        self._known: dict[str, CachedResult] | None = None
        self._expected: dict[tuple[str, str], float | None] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._finished: asyncio.Queue[StepRun] = asyncio.Queue()
        self.records: dict[str, StepRun] = {}

    async def to_end(self) -> None:
        """Run until every step has a record."""
        try:
            while len(self.records) < len(self._order):
                kept_before = self._executor.in_flight.kept
                for prepared in await self._settle():
                    job = asyncio.create_task(self._job(prepared, kept_before))
                    self._jobs.add(job)
                    job.add_done_callback(self._jobs.discard)
                if len(self.records) < len(self._order):
                    await self._take_finished()
        except BaseException:
            await self._stop()
            raise

    async def _take_finished(self) -> None:
        ended = [await self._finished.get()]
        while not self._finished.empty():
            ended.append(self._finished.get_nowait())
        self._record(ended)

    async def _stop(self) -> None:
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        while not self._finished.empty():
            self._record([self._finished.get_nowait()])
        cut = [step.id for step in self._order if step.id not in self.records]
        if cut:
            self._on_steps([StepRun(step=step_id, status="cancelled") for step_id in cut])

    def _record(self, ended: Sequence[StepRun]) -> None:
        """Keep and tell the records of steps that ended."""
        if not ended:
            return
        for record in ended:
            self.records[record.step] = record
            self._ready.ended(record.step)
        self._on_steps(ended)
        for record in ended:
            message = record.error["given"] if record.error else ""
            self._emit(StepDone(step=record.step, status=record.status, seconds=record.seconds, message=message))

    # ------------------------------------------------------------ what needs no run

    async def _settle(self) -> list[Prepared]:
        """Record every step that is ready and needs no run, until none is left; return those that do, in order."""
        to_run: list[Prepared] = []
        while ready := self._ready.take():
            settled: list[StepRun] = []
            asked: list[Prepared] = []
            for step in ready:
                record = self._blocked(step) or self._prepare(step, asked)
                settled += [record] if record else []
            kept = await self._cached({prepared.key for prepared in asked})
            for prepared in asked:
                if prepared.key in kept:
                    settled.append(_record_of(prepared, kept[prepared.key], executed=False))
                else:
                    to_run.append(prepared)
            settled.sort(key=lambda record: self._ready.position[record.step])
            self._record(settled)
        return sorted(to_run, key=lambda prepared: self._ready.position[prepared.step.id])

    def _blocked(self, step: Step) -> StepRun | None:
        statuses = {parent: self.records[parent].status for parent in self._ready.parents(step.id)}
        broken = [parent for parent, status in statuses.items() if status in ("failed", "skipped", "cancelled")]
        if broken:
            told = {"code": "skipped", "given": f"{step.id} needs {broken[0]}, which gave no result"}
            error = {**told, "expected": "its result", "do": f"mend {broken[0]}"}
            return StepRun(step=step.id, status="skipped", error=error)
        waits = any(status in ("waiting", "pending") for status in statuses.values())
        return StepRun(step=step.id, status="pending") if waits else None

    def _prepare(self, step: Step, asked: list[Prepared]) -> StepRun | None:
        """Return the record of a step that has one without asking the cache, else add it to `asked`."""
        previous = self._previous.get(step.id)
        try:
            kept = kept_result(step, previous, self._preparer)
            if step.pinned and kept is not None:
                return kept
            prepared = self._preparer.prepare(step, self._lookup)
        except AgentvidError as error:
            return _failed(step.id, error)
        if prepared.parts is None:
            given = prepared.given
            return StepRun(step=step.id, status="done", outputs=given, given=tuple(given))
        if kept is not None and kept.accepted in (prepared.key, NEXT):
            return kept.model_copy(update={"accepted": prepared.key})
        asked.append(prepared)
        return None

    def _lookup(self, ref: Ref) -> Any:
        inside = self.records.get(ref.step)
        return inside.outputs.get(ref.port) if inside else self._earlier(ref)

    async def _cached(self, keys: Iterable[str]) -> dict[str, CachedResult]:
        """Return the kept results of these keys; one whose media are gone or damaged is forgotten.

        The results that the previous run left are read at once, as most are wanted again.
        """
        log, owner, store = self._executor.log, self._executor.owner, self._executor.store
        if self._known is None:
            self._known = log.cache_get_many(owner, (record.key for record in self._previous.values() if record.key))
        wanted = list(keys)
        found = {key: self._known.pop(key) for key in wanted if key in self._known}
        found |= log.cache_get_many(owner, (key for key in wanted if key not in found))
        with_media = {key: result for key, result in found.items() if any(_shas(result.outputs.values()))}
        if with_media:
            for key in await asyncio.to_thread(_unsound, store, with_media):
                log.cache_forget(owner, key)
                del found[key]
        return found

    # ------------------------------------------------------------ what runs

    async def _job(self, prepared: Prepared, kept_before: int) -> None:
        step, started = prepared.step, time.monotonic()
        executor, vendor_job = self._executor, partial(self._executor.vendor_job, prepared.key)
        context = CallContext(
            step, prepared.spec, executor.engines, executor.host, executor.store, self._emit, vendor_job
        )
        try:
            record = await self._one_at_a_time(prepared, context, kept_before)
        except Needs as needs:
            self._emit(Waiting(step=step.id, port=needs.port, how=needs.how))
            waits = StepWaits(step=step.id, port=needs.port, how=needs.how)
            record = StepRun(step=step.id, status="waiting", waits=waits)
        except AgentvidError as error:
            record = _failed(step.id, error, executed=True)
        except Exception as error:
            failed = ToolFailed(
                f"tool {step.tool!r} raised {type(error).__name__}: {error}",
                "it to finish",
                "this is a fault of the tool; please report it",
            )
            record = _failed(step.id, failed, executed=True)
        if record.status not in ("done", "cached"):
            spent = {
                "cost": context.cost,
                "currency": context.currency,
                "executed": record.executed or context.cost > 0,
            }
            record = record.model_copy(update={"key": prepared.key, "seconds": time.monotonic() - started, **spent})
        self._finished.put_nowait(record)

    async def _one_at_a_time(self, prepared: Prepared, context: CallContext, kept_before: int) -> StepRun:
        """Run a step, unless an equal one found its result since the cache was asked, when it held `kept_before`."""
        flight = self._executor.in_flight
        lock = flight.locks.setdefault(prepared.key, asyncio.Lock())
        async with lock:
            if flight.kept != kept_before:
                kept = await self._cached([prepared.key])
                if prepared.key in kept:
                    return _record_of(prepared, kept[prepared.key], executed=False)
            return _record_of(prepared, await self._result(prepared, context), executed=True)

    async def _result(self, prepared: Prepared, context: CallContext) -> CachedResult:
        step, spec = prepared.step, prepared.spec
        identity = next((route.identity for route in prepared.routes.values()), "")
        expected = self._expected_seconds(step.tool, identity.partition("@")[0])
        self._emit(StepStarted(step=step.id, tool=step.tool, engine=identity, expected_seconds=expected))
        started = time.monotonic()
        try:
            result = await spec.run(context, **_arguments(prepared))
        except asyncio.CancelledError:
            context.stopped = True
            raise
        assert prepared.parts is not None
        found = CachedResult(
            outputs={name: pack(value) for name, value in ports_of(spec, result).items()},
            tool=step.tool,
            engines=context.used,
            seconds=time.monotonic() - started,
            cost=context.cost,
            currency=context.currency,
            warnings=tuple(dict.fromkeys(context.warnings)),
            frame=prepared.parts.frame,
            inputs=_known_inputs(prepared),
            megapixel_frames=megapixel_frames(prepared.inputs),
        )
        self._executor.log.cache_put(self._executor.owner, prepared.key, found)
        self._executor.in_flight.kept += 1
        return found

    def _expected_seconds(self, tool: str, engine: str) -> float | None:
        if (tool, engine) not in self._expected:
            self._expected[tool, engine] = self._executor.log.typical_seconds(tool, engine)
        return self._expected[tool, engine]


def kept_result(step: Step, previous: StepRun | None, preparer: Preparer) -> StepRun | None:
    """Return the result that a step may keep as it is pinned or accepted, with what a person gives now; else None.

    Raises: ChainError where a given value does not fit; SettingsError for an unknown tool.
    """
    if previous is None or not previous.outputs or not (step.pinned or previous.accepted):
        return None
    outputs = previous.outputs | given_ports(step, preparer.spec(step))
    return previous.model_copy(update={"status": "cached", "executed": False, "outputs": outputs})


def is_sound(store: ObjectStore, values: Iterable[Any]) -> bool:
    """Return whether the media among packed values are in the store, and whole."""
    try:
        for sha in _shas(values):
            store.path(sha)
    except StoreError:
        return False
    return True


def _unsound(store: ObjectStore, results: Mapping[str, CachedResult]) -> list[str]:
    return [key for key, result in results.items() if not is_sound(store, result.outputs.values())]


def _shas(values: Iterable[Any]) -> Iterator[str]:
    for packed in values:
        if isinstance(packed["value"], dict) and "artifact" in packed["value"]:
            yield packed["value"]["artifact"]


def _record_of(prepared: Prepared, result: CachedResult, *, executed: bool) -> StepRun:
    assert prepared.parts is not None
    return StepRun(
        step=prepared.step.id,
        status="done" if executed else "cached",
        key=prepared.key,
        frame=prepared.parts.frame,
        inputs=_known_inputs(prepared),
        outputs={**result.outputs, **prepared.given},
        given=tuple(prepared.given),
        executed=executed,
        engines=result.engines,
        seconds=result.seconds,
        cost=result.cost if executed else 0.0,
        currency=result.currency if executed else "",
        warnings=result.warnings,
    )


def _known_inputs(prepared: Prepared) -> dict[str, Any]:
    assert prepared.parts is not None
    parts = prepared.parts.inputs
    return {name: digest if isinstance(digest, str) else list(digest or ()) for name, digest in parts.items()}


def _failed(step_id: str, error: AgentvidError, *, executed: bool = False) -> StepRun:
    document = {name: str(text) for name, text in error.document().items()}
    status = "cancelled" if isinstance(error, Cancelled) else "failed"
    return StepRun(step=step_id, status=status, executed=executed, error=document)


def _arguments(prepared: Prepared) -> dict[str, Any]:
    arguments: dict[str, Any] = {name: unpack(value) for name, value in prepared.inputs.items()}
    if prepared.spec.takes("seed"):
        arguments["seed"] = prepared.step.seed
    if prepared.spec.takes("thought"):
        arguments["thought"] = prepared.thought
    return arguments
