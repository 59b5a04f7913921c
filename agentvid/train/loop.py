"""The loop that all trainings share: steps, pace, average, curve, checkpoint every two minutes, exact resume.

    run(trainee, folder, Budget(minutes=20), emit=print)

A trainee knows its model, its data and its losses; the loop knows time. In `folder`: `state.safetensors` (to go on
from), `curve.jsonl` (a line every few seconds), `curves.html` (to look at), `sheet.png` (what it can do now).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from agentvid.errors import InputError, SettingsError
from agentvid.train.curves import write_page
from agentvid.train.optim import warm_then_level
from agentvid.train.state import load_state, save_state

__all__ = ["STATE", "Budget", "Progress", "Trainee", "run"]

STATE: Final = "state.safetensors"
_LOG_SECONDS: Final = 10.0


class Trainee(Protocol):
    """What is trained."""

    def step(self, number: int, pace: float) -> Mapping[str, float]:
        """Take one step with learning rates scaled by `pace`; return its losses. Depends on `number`, not on time."""
        ...

    def tensors(self) -> dict[str, Tensor]:
        """Return all that a later run needs to go on exactly here."""
        ...

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what `tensors` returned."""
        ...

    def measure(self) -> Mapping[str, float]:
        """Return figures on held-out data, with averaged weights."""
        ...

    def sheet(self) -> NDArray[np.uint8]:
        """Return a picture (H, W, 3) that shows what it can do."""
        ...


@dataclass(frozen=True)
class Budget:
    """When to stop: after `minutes` of this call, or with `steps` taken in all, whichever comes first.

    The pace falls over the last share `decay`; a decay of 0 leaves it level, so that a later run goes on.

    Raises: InputError where neither is given or a number makes no sense.
    """

    minutes: float | None = None
    steps: int | None = None
    decay: float = 0.0
    warm: int = 50
    save_seconds: float = 120.0
    measure_minutes: float = 5.0

    def __post_init__(self) -> None:
        given = [n for n in (self.minutes, self.steps) if n is not None]
        if not given or min(given) <= 0 or not 0 <= self.decay <= 1:
            raise InputError(
                f"{self.minutes} minutes, {self.steps} steps, decay {self.decay}",
                "minutes or steps above 0, a decay of 0 to 1",
                "say for how long to train, for example --minutes 20",
            )

    def progress(self, step: int, seconds: float) -> float:
        """Return how much is over, 0 … 1 or more."""
        by_time = 0.0 if self.minutes is None else seconds / (60 * self.minutes)
        return max(by_time, 0.0 if self.steps is None else step / self.steps)


@dataclass(frozen=True)
class Progress:
    """A report on the way: the steps taken in all, how much of this run is over, mean losses since the last report."""

    step: int
    share: float
    seconds: float
    losses: Mapping[str, float]
    measured: Mapping[str, float]


def run(
    trainee: Trainee,
    folder: Path,
    budget: Budget,
    *,
    resume: bool = True,
    told: Callable[[Progress], None] | None = None,
    facts: Mapping[str, Any] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> int:
    """Train until the budget is spent or `cancelled`, and return the number of steps taken in all.

    With `resume` it goes on from `folder` where there is a state. Whatever ends it between two steps, the state is
    saved; a step that breaks off half-way is not, the state before it stays.

    Raises: SettingsError where the state was made with other `facts`; InputError where another run is at work there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(folder / ".lock").acquire(timeout=0)
    except Timeout as error:
        raise InputError(
            f"{folder}: another training is at work there", "a folder of its own", "wait for it"
        ) from error
    with held:
        return _run(trainee, folder, budget, resume, told, facts or {}, cancelled)


def _run(
    trainee: Trainee,
    folder: Path,
    budget: Budget,
    resume: bool,
    told: Callable[[Progress], None] | None,
    facts: Mapping[str, Any],
    cancelled: Callable[[], bool] | None,
) -> int:
    state = folder / STATE
    step = _resumed(trainee, state, facts) if resume and state.is_file() else 0
    first, curve, is_whole = step, _Curve(folder / "curve.jsonl"), True
    start = saved = measured = time.monotonic()
    try:
        while (share := budget.progress(step, time.monotonic() - start)) < 1:
            if cancelled is not None and cancelled():
                break
            is_whole = False
            losses = trainee.step(step, warm_then_level(step, budget.warm, share, budget.decay))
            step, is_whole = step + 1, True
            curve.add(losses)
            now = time.monotonic()
            figures: Mapping[str, float] = {}
            if now - measured >= 60 * budget.measure_minutes:
                figures, measured = trainee.measure(), now
                _write_sheet(folder, trainee)
            if figures or curve.is_due(now):
                report = Progress(step, share, now - start, curve.taken(now), figures)
                curve.write(report)
                if told is not None:
                    told(report)
            if now - saved >= budget.save_seconds:
                save_state(state, trainee.tensors(), {**facts, "step": step})
                saved = now
    finally:
        if step > first and is_whole:
            save_state(state, trainee.tensors(), {**facts, "step": step})
    figures = trainee.measure()
    _write_sheet(folder, trainee)
    report = Progress(step, 1.0, time.monotonic() - start, curve.taken(time.monotonic()), figures)
    curve.write(report)
    if told is not None:
        told(report)
    return step


def _resumed(trainee: Trainee, state: Path, facts: Mapping[str, Any]) -> int:
    """Load a state and return its step.

    Raises: SettingsError where it was made with other facts.
    """
    tensors, kept = load_state(state)
    differing = [
        f"{name} {kept.get(name)!r}, not {value!r}" for name, value in facts.items() if kept.get(name) != value
    ]
    if differing:
        raise SettingsError(
            f"{state} was made with {'; '.join(differing)}",
            "the same",
            "begin anew (--no-resume), or in another folder",
        )
    trainee.load(tensors)
    return int(kept["step"])


class _Curve:
    """Losses between two reports, and the file of reports."""

    def __init__(self, path: Path) -> None:
        self._path, self._sums, self._counts = path, dict[str, float](), dict[str, int]()
        self._last = time.monotonic()

    def add(self, losses: Mapping[str, float]) -> None:
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    def is_due(self, now: float) -> bool:
        return now - self._last >= _LOG_SECONDS

    def taken(self, now: float) -> dict[str, float]:
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        self._sums, self._counts, self._last = {}, {}, now
        return means

    def write(self, report: Progress) -> None:
        line = {"step": report.step, "seconds": round(report.seconds, 1), **report.losses, **report.measured}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        write_page(self._path.parent)


def _write_sheet(folder: Path, trainee: Trainee) -> None:
    partial = folder / "sheet.partial.png"
    Image.fromarray(trainee.sheet()).save(partial)
    partial.replace(folder / "sheet.png")
