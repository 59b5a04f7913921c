"""A fake engine for tests, yours included: tiny results made from a digest of the inputs, in milliseconds.

Same request, same bytes; another input, seed or thought, other bytes. It looks into no picture (but for the bounds of
a mask): results have the right types and sizes, and no meaning, and every one carries a warning that says so.
Routing never chooses it unless it is wished.

To test what is around an engine, it can be told to misbehave, through the environment variable AGENTVID_FAKE or the
argument `behaviour`; `*` stands for every task, a task's own entry wins:

    AGENTVID_FAKE=edit_image=slow:5,locate=fail,compose=die,describe=ignore_cancel:30,analyse=needs:palette

    slow:SECONDS            takes that long, tells its progress, stops when asked
    ignore_cancel:SECONDS   takes that long, blocks, and does not look whether it should stop
    fail                    raises ToolFailed
    needs:PORT              raises Needs for that port
    die                     ends the process it runs in, at once (in-process, that is the caller's own)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeAlias

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus, Input, pack
from agentvid.engines.fake.behaviour import Behaviour, behave, parse_behaviours
from agentvid.errors import EngineError, SettingsError

__all__ = ["TASKS", "FakeEngine", "Maker"]

TASKS: Final = (
    "locate",
    "analyse",
    "edit_image",
    "transform_image",
    "transform_video",
    "measure",
    "describe",
    "novel_view",
    "navigate",
    "map_to_view",
    "future_frames",
    "compose",
    "text_to_image",
    "text_to_video",
    "image_to_video",
    "edit_video",
    "pick_frame",
    "track",
    "extend_video",
    "interpolate",
    "retime",
    "stabilise",
    "caption",
    "speak",
    "sound",
    "mux",
    "make_3d",
)
WARNING: Final = "made by the fake engine from a digest of its inputs: it means nothing"
_PROGRESS_STEPS: Final = 4

Maker: TypeAlias = Callable[[EngineRequest, EngineContext], Mapping[str, Input]]
"""Makes the outputs of one task, by name."""


class FakeEngine:
    """Bears `tasks`, and whatever tasks `makers` are handed in for.

    `behaviour` has the form of AGENTVID_FAKE, which is read at every run where `behaviour` is None.

    Raises: SettingsError for a task that it has no maker for.
    """

    name = "fake"
    version = "1"
    weights = ""
    concurrency = 2

    def __init__(
        self,
        tasks: Iterable[str] = TASKS,
        *,
        makers: Mapping[str, Maker] | None = None,
        behaviour: str | None = None,
    ) -> None:
        self._makers = dict(makers or {})
        self._tasks = tuple(dict.fromkeys([*tasks, *self._makers]))
        self._behaviour = behaviour
        unknown = [task for task in self._tasks if task not in TASKS and task not in self._makers]
        if unknown:
            raise SettingsError(
                f"the fake engine can't make {', '.join(unknown)}", f"some of {', '.join(TASKS)}", "pass `makers`"
            )

    def status(self) -> EngineStatus:
        """Return ready: it needs nothing."""
        return EngineStatus(state="ready", how="built in; for tests, never chosen unless wished")

    def capabilities(self) -> tuple[Capability, ...]:
        """List one record per task."""
        return tuple(Capability(task=task, note="fake, for tests") for task in self._tasks)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Make a result, or misbehave as told.

        Raises: EngineError for a task or an input that does not fit, CallError for a box outside its picture or an
        empty mask, SettingsError where AGENTVID_FAKE can't be read, Cancelled, and what it was told to raise.
        """
        if request.task not in self._tasks:
            raise EngineError(f"the fake engine got task {request.task!r}", f"one of {', '.join(self._tasks)}")
        await behave(self._behaviour_of(request.task), request.task, context)
        for done in range(_PROGRESS_STEPS):
            context.progress(done, _PROGRESS_STEPS)
            await asyncio.sleep(0)
        outputs, warnings = self._make(request, context)
        context.progress(_PROGRESS_STEPS, _PROGRESS_STEPS)
        packed = {name: pack(value) for name, value in outputs.items() if value is not None}
        return EngineResult(outputs=packed, warnings=(WARNING, *warnings))

    def _make(self, request: EngineRequest, context: EngineContext) -> tuple[Mapping[str, Input], list[str]]:
        if request.task in self._makers:
            return self._makers[request.task](request, context), []
        from agentvid.engines.fake.result import make

        return make(request, context)

    def _behaviour_of(self, task: str) -> Behaviour:
        told = os.environ.get("AGENTVID_FAKE", "") if self._behaviour is None else self._behaviour
        behaviours = parse_behaviours(told, self._tasks)
        return behaviours.get(task) or behaviours.get("*") or Behaviour()
