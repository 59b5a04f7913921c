"""Run a chain: every step that is ready runs, by key, as soon as what it needs is there.

A result whose key is known is taken from the cache; a step's dependents depend on the digests of found values, so a
step that ran again and found the same changes nothing below it (early cut-off). A failed step leaves the steps that
need it `skipped`, a waiting one leaves them `pending`; everything else goes on.

All that can be settled without running is settled before anything runs, and of equal steps that are ready together
the first in the order of the chain runs: `run.preview` counts on both.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, Step, step_number
from agentvid.engine import Engine
from agentvid.errors import ChainError
from agentvid.events import Emit, StepDone, ignore
from agentvid.run.chain_run import ChainRun, InFlight
from agentvid.run.host import Host
from agentvid.run.prepare import Preparer
from agentvid.run.preview import Preview, preview_chain
from agentvid.run.records import is_sound
from agentvid.run.resolve import Lookup
from agentvid.run.telling import OnSteps, tell_nobody
from agentvid.store.jobs import StoredJob
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

__all__ = ["LOOK_SECONDS", "Executor"]

LOOK_SECONDS: Final = 10.0
"""How old may be what is told of how long steps take."""


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
    in_flight: InFlight = field(default_factory=InFlight)
    _usual: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    async def run(
        self,
        chain: Chain,
        *,
        revision: int = 1,
        emit: Emit = ignore,
        earlier: Lookup = _nothing_earlier,
        previous: Run | None = None,
        on_steps: OnSteps = tell_nobody,
    ) -> Run:
        """Run all steps and return what happened to each.

        `earlier` finds ports of earlier turns; `previous` holds the results that pinned and accepted steps keep;
        `on_steps` is told the records of steps as they end, those of quick ones within `telling.HOLD_SECONDS`.

        Raises: ChainError where the chain can't be ordered; asyncio.CancelledError after the running steps stopped
        (their records were told to `on_steps` first).
        """
        run = ChainRun(self, chain, emit, earlier, previous, on_steps)
        await run.to_end()
        records = run.records
        return Run(revision=revision, steps={step.id: records[step.id] for step in chain})

    def preview(
        self,
        chain: Chain,
        *,
        earlier: Lookup = _nothing_earlier,
        previous: Run | None = None,
        before: Chain | None = None,
    ) -> Preview:
        """Return what `run` would do with the same arguments, and its price. Runs and changes nothing.

        `before` is the chain that `previous` ran, to tell in words why results become stale.

        Raises: ChainError where the chain can't be ordered.
        """
        return preview_chain(self.preparer(), self.log, self.store, chain, self.lookup(earlier), previous, before)

    async def run_tool(self, step: Step, emit: Emit = ignore, lookup: Lookup = _nothing_earlier) -> StepRun:
        """Run one step that is in no chain (a check of what was expected), by key like any other."""
        chain = Chain(turn=step_number(step.id)[0], steps=(step,))
        run = ChainRun(self, chain, lambda event: None if isinstance(event, StepDone) else emit(event), lookup)
        await run.to_end()
        return run.records[step.id]

    def key_of(self, step: Step, lookup: Lookup) -> str:
        """Return the key of a step, given the values it refers to; "" where a person gave all its ports.

        Raises: ChainError, NoEngine where it has none.
        """
        return self.preparer().prepare(step, lookup).key

    def preparer(self) -> Preparer:
        """Return what prepares the steps of one run or preview."""
        return Preparer(self.tools, self.engines, self.owner)

    def vendor_job(self, key: str, request: str, engine: str, task: str) -> StoredJob:
        """Return the place where the id of a vendor's job for a request of a step's key is kept."""
        return StoredJob(self.log, self.owner, f"{key}.{request}", key, engine, task)

    def usual_seconds(self, tool: str, engine: str) -> float | None:
        """Return how long the last steps of a tool took by an engine ("" for none), as it was known within the last
        `LOOK_SECONDS`; None where that is not known."""
        known = self._usual.get((tool, engine))
        if known is None or time.monotonic() - known[0] > LOOK_SECONDS:
            seconds = self.log.typical_seconds(tool, engine)
            if seconds is None:
                return None
            known = self._usual[tool, engine] = time.monotonic(), seconds
        return known[1]

    def lookup(self, earlier: Lookup) -> Lookup:
        """Return a lookup of ports of earlier turns that must be there, and whole."""

        def find(ref: Ref) -> Any:
            value = earlier(ref)
            turn, _ = step_number(ref.step)
            again = f"go on with turn {turn} first: agentvid resume SESSION --turn {turn}"
            if value is None:
                told = f"{ref} of turn {turn} has no value: it did not run, or gave none"
                raise ChainError(told, "its result", again)
            if not is_sound(self.store, [value]):
                told = f"the stored {value['type']} of {ref} is gone or damaged"
                raise ChainError(told, "its result", again)
            return value

        return find
