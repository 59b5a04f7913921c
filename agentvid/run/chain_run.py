"""One run of one chain: what is ready, what is settled without running, what runs, what ended.

Steps that can run side by side run as tasks. Where one step is all that can run and its tool asks no engine, it runs
here, and what it leaves may be held for a moment (`run.telling`) if it is light: it took under `LIGHT_SECONDS`, asked
no engine, cost nothing, and names no object of the store. So after kill -9 or a power cut light steps that ended
within the last `HOLD_SECONDS`, or while the step after them ran, may run again: they find the same, as a result
depends on nothing but its key. Every other result is written before the run goes on: work on engines, jobs of vendors,
what was paid for, what took longer.

Does not cover: tools, engines and store that runs share (`run.execute`), what a step is called with (`run.prepare`),
what is written of it (`run.records`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.run import NEXT, Run, StepRun, StepWaits
from agentvid.chain.step import Ref, Step
from agentvid.engine import pack, unpack
from agentvid.errors import AgentvidError, Needs, ToolFailed
from agentvid.events import Emit, StepStarted, Waiting
from agentvid.run.call import CallContext
from agentvid.run.inline import Inline
from agentvid.run.kept import KeptKeys
from agentvid.run.prepare import Prepared
from agentvid.run.ready import ReadySteps
from agentvid.run.records import (
    Ended,
    Found,
    as_record,
    failed_record,
    has_media,
    kept_result,
    record_of,
    skipped_record,
    unsound,
)
from agentvid.run.resolve import Lookup
from agentvid.run.telling import OnSteps, Telling, tell_nobody
from agentvid.store.log import CachedResult
from agentvid.store.results import read_result
from agentvid.tool import ports_of

if TYPE_CHECKING:
    from agentvid.run.execute import Executor

__all__ = ["LIGHT_SECONDS", "ChainRun", "InFlight"]

LIGHT_SECONDS: Final = 0.010
"""A step that takes longer is never run again for want of a write."""

_AHEAD: Final = 100
"""How many results that the previous run left are fetched at once."""


@dataclass
class InFlight:
    """The keys that are being run now, by all runs of an executor, and how many results were kept so far.

    Who waits for the run of a key puts an event there, which is set when it has ended, one way or another.
    """

    running: dict[str, asyncio.Event | None] = field(default_factory=dict)
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
        self._order, parents = chain.order_and_parents()
        self._ready = ReadySteps(self._order, parents)
        self._telling = Telling(executor.log, emit, on_steps)
        self._say, self._tell, self._vendor_job = self._telling.say, self._telling.tell, executor.vendor_job
        self._earlier = executor.lookup(earlier)
        self._previous = previous.steps if previous else {}
        self._preparer = executor.preparer()
        self._left = [record.key for record in self._previous.values() if record.key]
        self._place_left = {key: place for place, key in enumerate(self._left)}
        self._known: dict[str, str] = {}
        self._light: dict[str, bool] = {}  # whether the last step of a tool was; a tool's first step counts as not
        self._kept = KeptKeys(executor.log, executor.owner, len(self._order))
        self._jobs: set[asyncio.Task[None]] = set()
        self._finished: asyncio.Queue[Ended] = asyncio.Queue()
        self._ended: dict[str, Ended] = {}

    @property
    def records(self) -> dict[str, StepRun]:
        """The records of all steps that ended."""
        return {step_id: as_record(ended) for step_id, ended in self._ended.items()}

    async def to_end(self) -> None:
        """Run until every step has a record."""
        try:
            while len(self._ended) < len(self._order):
                kept_before = self._executor.in_flight.kept
                to_run = await self._settle()
                if len(to_run) == 1 and self._can_run_here(to_run[0]):
                    await self._run_here(to_run[0], kept_before)
                    continue
                self._tell()
                for prepared in to_run:
                    job = asyncio.create_task(self._run_aside(prepared, kept_before))
                    self._jobs.add(job)
                    job.add_done_callback(self._jobs.discard)
                if len(self._ended) < len(self._order):
                    await self._take_finished()
            self._tell()
        except BaseException:
            await self._stop()
            raise

    def _can_run_here(self, prepared: Prepared) -> bool:
        return not (self._jobs or prepared.spec.tasks or prepared.key in self._executor.in_flight.running)

    async def _run_here(self, prepared: Prepared, kept_before: int) -> None:
        """Run a step while nothing else of this run does."""
        tool, task = prepared.step.tool, asyncio.current_task()
        asked_to_stop = task.cancelling() if task else 0
        if not self._light.get(tool):
            await self._pause()
        ended = await Inline(self._job(prepared, kept_before, is_here=True), self._tell)
        self._record([ended])
        if task and task.cancelling() > asked_to_stop:
            raise asyncio.CancelledError  # its tool went on to its end all the same
        if ended.status not in ("done", "cached") or not self._light.get(tool):
            await self._pause()

    async def _run_aside(self, prepared: Prepared, kept_before: int) -> None:
        self._finished.put_nowait(await self._job(prepared, kept_before))

    async def _pause(self) -> None:
        """Tell what is held, and let the event loop have its turn."""
        self._tell()
        await asyncio.sleep(0)

    async def _take_finished(self) -> None:
        ended = [await self._finished.get()]
        while not self._finished.empty():
            ended.append(self._finished.get_nowait())
        self._record(ended)
        self._tell()

    async def _stop(self) -> None:
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        while not self._finished.empty():
            self._record([self._finished.get_nowait()])
        cut = [step.id for step in self._order if step.id not in self._ended]
        self._tell()
        if cut:
            self._telling.on_steps([StepRun(step=step_id, status="cancelled") for step_id in cut])

    def _record(self, ended: Sequence[Ended]) -> None:
        """Keep how steps ended, and hold their records to be told."""
        for one in ended:
            self._ended[one.step] = one
            self._ready.ended(one.step)
        self._telling.hold(ended)

    # ------------------------------------------------------------ what needs no run

    async def _settle(self) -> list[Prepared]:
        """Record every step that is ready and needs no run, until none is left; return those that do, in order."""
        to_run: list[Prepared] = []
        while ready := self._ready.take():
            if self._telling.is_due:
                await self._pause()
            settled: list[StepRun] = []
            asked: list[Prepared] = []
            for step in ready:
                record = self._blocked(step) or self._prepare(step, asked)
                if record:
                    settled.append(record)
            wanted = [prepared.key for prepared in asked if self._may_be_kept(prepared)]
            kept = await Inline(self._cached(wanted), self._tell) if wanted else {}
            for prepared in asked:
                if prepared.key in kept:
                    settled.append(record_of(prepared, kept[prepared.key], executed=False))
                else:
                    to_run.append(prepared)
            if settled:
                settled.sort(key=lambda record: self._ready.position[record.step])
                self._record(settled)
        if len(to_run) > 1:
            to_run.sort(key=lambda prepared: self._ready.position[prepared.step.id])
        return to_run

    def _blocked(self, step: Step) -> StepRun | None:
        waits = False
        for parent in self._ready.parents[step.id]:
            status = self._ended[parent].status
            if status in ("failed", "skipped", "cancelled"):
                return skipped_record(step.id, parent)
            waits = waits or status in ("waiting", "pending")
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
            return failed_record(step.id, error)
        if prepared.parts is None:
            given = prepared.given
            return StepRun(step=step.id, status="done", outputs=given, given=tuple(given))
        if kept is not None and kept.accepted in (prepared.key, NEXT):
            return kept.model_copy(update={"accepted": prepared.key})
        asked.append(prepared)
        return None

    def _lookup(self, ref: Ref) -> Any:
        inside = self._ended.get(ref.step)
        return inside.outputs.get(ref.port) if inside else self._earlier(ref)

    def _may_be_kept(self, prepared: Prepared) -> bool:
        """Return whether the log has to be asked for a result: always, but for steps that are light."""
        if prepared.key in self._place_left or not self._light.get(prepared.step.tool):
            return True
        assert prepared.parts is not None
        return self._kept.may_have(prepared.parts.frame, prepared.key)

    async def _cached(self, keys: Sequence[str]) -> dict[str, CachedResult]:
        """Return the kept results of these keys; one whose media are gone or damaged is forgotten.

        Where the previous run left one, those that it left next are fetched with it, as most are wanted again.
        """
        log, owner, store = self._executor.log, self._executor.owner, self._executor.store
        missing = [key for key in keys if key not in self._known]
        if missing:
            places = [self._place_left[key] for key in missing if key in self._place_left]
            next_ones = self._left[min(places) : max(places) + _AHEAD] if places else []
            self._known |= log.cache_texts(owner, (*missing, *next_ones))
        texts = {key: self._known.pop(key) for key in keys if key in self._known}
        found = {key: read_result(text) for key, text in texts.items()}
        with_media = {key: result for key, result in found.items() if has_media(result.outputs)}
        if with_media:
            for key in await asyncio.to_thread(unsound, store, with_media):
                log.cache_forget(owner, key)
                del found[key]
        return found

    # ------------------------------------------------------------ what runs

    async def _job(self, prepared: Prepared, kept_before: int, *, is_here: bool = False) -> Ended:
        step, executor, started = prepared.step, self._executor, time.monotonic()
        context = CallContext(
            *(step, prepared.spec, executor.engines, executor.host, executor.store),
            listener=self._say,
            job_of=self._vendor_job,
            key=prepared.key,
        )
        try:
            return await self._one_at_a_time(prepared, context, kept_before, is_here)
        except Needs as needs:
            self._say(Waiting(step=step.id, port=needs.port, how=needs.how))
            waits = StepWaits(step=step.id, port=needs.port, how=needs.how)
            record = StepRun(step=step.id, status="waiting", waits=waits)
        except AgentvidError as error:
            record = failed_record(step.id, error, executed=True)
        except Exception as error:
            failed = ToolFailed(
                f"tool {step.tool!r} raised {type(error).__name__}: {error}",
                "it to finish",
                "this is a fault of the tool; please report it",
            )
            record = failed_record(step.id, failed, executed=True)
        spent = {
            "cost": context.cost,
            "currency": context.currency,
            "executed": record.executed or context.cost > 0,
        }
        return record.model_copy(update={"key": prepared.key, "seconds": time.monotonic() - started, **spent})

    async def _one_at_a_time(self, prepared: Prepared, context: CallContext, kept_before: int, is_here: bool) -> Ended:
        """Run a step, unless an equal one found its result since the cache was asked, when it held `kept_before`."""
        flight, key = self._executor.in_flight, prepared.key
        while key in flight.running:
            ahead = flight.running[key] = flight.running[key] or asyncio.Event()
            await ahead.wait()
        flight.running[key] = None
        try:
            if flight.kept != kept_before:
                kept = await self._cached([key])
                if key in kept:
                    return record_of(prepared, kept[key], executed=False)
            return await self._found(prepared, context, is_here)
        finally:
            behind = flight.running.pop(key)
            if behind is not None:
                behind.set()

    async def _found(self, prepared: Prepared, context: CallContext, is_here: bool) -> Found:
        step, spec = prepared.step, prepared.spec
        if self._telling.is_heard:
            identity = next((route.identity for route in prepared.routes.values()), "")
            expected = self._executor.usual_seconds(step.tool, identity.partition("@")[0])
            self._say(StepStarted(step=step.id, tool=step.tool, engine=identity, expected_seconds=expected))
        started = time.monotonic()
        try:
            result = await spec.run(context, **_arguments(prepared))
        except asyncio.CancelledError:
            context.stopped = True
            raise
        outputs = {name: pack(value) for name, value in ports_of(spec, result).items()}
        found = Found(prepared, context, outputs, time.monotonic() - started)
        self._keep(found, is_here)
        return found

    def _keep(self, found: Found, is_here: bool) -> None:
        log, owner, key, call = self._executor.log, self._executor.owner, found.prepared.key, found.call
        is_light = is_here and found.seconds < LIGHT_SECONDS and not (call.cost or call.warnings)
        self._light[found.prepared.step.tool] = is_light = is_light and not has_media(found.found)
        if is_light:
            log.cache_put_later(owner, key, found.document)
        else:
            log.cache_put(owner, key, CachedResult.model_validate(found.document()))
        self._executor.in_flight.kept += 1
        self._kept.add(key)


def _arguments(prepared: Prepared) -> dict[str, Any]:
    arguments: dict[str, Any] = {name: unpack(value) for name, value in prepared.inputs.items()}
    if prepared.spec.takes("seed"):
        arguments["seed"] = prepared.step.seed
    if prepared.spec.takes("thought"):
        arguments["thought"] = prepared.thought
    return arguments
