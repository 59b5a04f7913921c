"""What a run has to tell: records of steps that ended, and events, in their order; held for a moment to go together.

Held is only what quick steps leave, while one follows another and nothing is waited for: until `HOLD_SECONDS` have
passed, or a step that may take longer begins, or the run waits, fails or ends. A process that is killed in between
loses no more than that (`run.chain_run` says which results these can be).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import get_ident
from typing import Final, TypeAlias

from agentvid.chain.run import StepRun
from agentvid.events import Emit, Event, StepDone, ignore
from agentvid.run.records import Ended, as_record
from agentvid.store.log import Log

__all__ = ["HOLD_SECONDS", "OnSteps", "Telling", "tell_nobody"]

HOLD_SECONDS: Final = 0.020
"""For how long what quick steps leave is held."""

OnSteps: TypeAlias = Callable[[Sequence[StepRun]], None]
"""Is told the records of steps within `HOLD_SECONDS` of their end; those that are told together come together."""


def tell_nobody(records: Sequence[StepRun]) -> None:
    """Drop records: the `on_steps` of callers that don't listen."""


class Telling:
    """Holds what one run has to tell, and tells it: results to the log, records to `on_steps`, events to `emit`."""

    def __init__(self, log: Log, emit: Emit, on_steps: OnSteps) -> None:
        self._log = log
        self._emit = emit
        self.on_steps = on_steps
        self._held: list[Ended | _Said] = []
        self._since = 0.0
        self._thread = get_ident()
        self.is_heard = emit is not ignore

    def say(self, event: Event) -> None:
        """Pass an event on, after the records that are held. From other threads it is passed on at once."""
        if self._held and get_ident() == self._thread:
            self._held.append(_Said(event))
        else:
            self._emit(event)

    def hold(self, ended: Sequence[Ended]) -> None:
        """Keep the records of these steps until `tell`."""
        if not self._held:
            self._since = time.monotonic()
        self._held += ended

    @property
    def is_due(self) -> bool:
        """Whether something is held for long enough."""
        return bool(self._held) and time.monotonic() - self._since >= HOLD_SECONDS

    def tell(self) -> None:
        """Tell all that is held: results are on the disk with the records (what writes these takes them along), and
        both are before the events are told.

        Raises: StoreError where the log can't be written, and what `on_steps` raises; what was held is then dropped.
        """
        held, self._held = self._held, []
        if self.on_steps is not tell_nobody:
            records = [as_record(item) for item in held if not isinstance(item, _Said)]
            if records:
                self.on_steps(records)
        self._log.flush()
        if self.is_heard:
            for item in held:
                self._emit(item.event if isinstance(item, _Said) else _done(as_record(item)))


@dataclass(frozen=True)
class _Said:
    event: Event


def _done(record: StepRun) -> StepDone:
    message = record.error["given"] if record.error else ""
    return StepDone(step=record.step, status=record.status, seconds=record.seconds, message=message)
