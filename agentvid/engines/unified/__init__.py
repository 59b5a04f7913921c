"""The unified engine: one model that understands, thinks and draws. Needs a checkpoint; BAGEL's layout is the first.

    AGENTVID_UNIFIED   the checkpoint: a folder, or the id of a repository that was downloaded
    AGENTVID_DEVICE    where it runs: cuda, cuda:1, cpu (default: cuda where there is one)

A thought that comes with a request conditions the drawing: it is read after the words, as if the model had thought it.

Unproven: it was run with tiny random weights only, never with a published checkpoint. It never draws better than its
checkpoint does, and it is not told masks: what lies outside one is put back afterwards.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.unified.weights import find_checkpoint, made_of, named_checkpoint, named_device
from agentvid.errors import CallError, EngineError, InputError, SettingsError

__all__ = ["UnifiedEngine"]

_HERE: Final = "agentvid.engines.unified"
_UNPROVEN: Final = (
    "run so far with tiny random weights only, never with a published checkpoint; wish for it with --engine unified"
)

_TASKS: Final[dict[str, tuple[str, str, bool]]] = {
    "text_to_image": (f"{_HERE}.still:text_to_image", "draws what words say", True),
    "edit_image": (f"{_HERE}.still:edit_image", "redraws; what is outside a mask is put back", True),
    "describe": (f"{_HERE}.describe:describe", "answers in words; of a clip it sees a few frames", False),
    "novel_view": (f"{_HERE}.clip:novel_view", "imagines each view; no depth, no geometry", True),
    "future_frames": (f"{_HERE}.clip:future_frames", "imagines what comes next; trust is not tested", True),
}
"""Task → adapter, what to know about it, whether a thought conditions it."""


class UnifiedEngine:
    """Draws, edits, answers and makes frames with the checkpoint that the environment names when it is made.

    `checkpoint` and `device` win over the environment; a worker process knows the environment only, so pass them
    where engines run in this process.
    """

    name = "unified"
    version = "1"
    concurrency = 1

    def __init__(self, checkpoint: str | None = None, device: str | None = None) -> None:
        self._checkpoint = find_checkpoint(named_checkpoint() if checkpoint is None else checkpoint)
        self._device = named_device() if device is None else device
        self.weights = made_of(self._checkpoint)

    def status(self) -> EngineStatus:
        """Return "unproven" where there is a checkpoint, else "needs GPU", with how to get one."""
        if self._checkpoint.folder is None:
            return EngineStatus(state="needs GPU", how=f"{self._checkpoint.problem}; {self._checkpoint.how}")
        return EngineStatus(state="unproven", how=_UNPROVEN)

    def capabilities(self) -> tuple[Capability, ...]:
        """List its tasks with what to know about each."""
        return tuple(Capability(task=task, note=note, thought=thought) for task, (_, note, thought) in _TASKS.items())

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread. The first one loads the checkpoint.

        Raises: EngineError for a task it does not bear, or a checkpoint that can't be used; SettingsError where there
        is none, or no such device; CallError where other inputs would work; ToolFailed where memory does not suffice;
        Cancelled between two steps.
        """
        if request.task not in _TASKS:
            raise EngineError(f"the task {request.task!r}", f"one of {', '.join(_TASKS)}", "ask another engine")
        if self._checkpoint.folder is None:
            raise SettingsError(self._checkpoint.problem, "a checkpoint of the family", self._checkpoint.how)
        return await asyncio.to_thread(self._run, request, context)

    def _run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        from agentvid.engines.unified.loading import load, within_memory
        from agentvid.engines.unified.work import Work

        if made_of(self._checkpoint) != self.weights:
            raise EngineError(
                f"the files of the checkpoint {self._checkpoint.source} have changed since this program started",
                "those that the result's key names",
                "start again",
            )
        context.progress(0, 1, "getting ready")
        unified = load(self._checkpoint, self._device)
        module, _, function = _TASKS[request.task][0].partition(":")
        task: Callable[[Work], EngineResult] = getattr(importlib.import_module(module), function)
        try:
            with within_memory():
                return task(Work(unified, request, context, self._checkpoint.frames))
        except SettingsError:
            raise
        except InputError as error:
            raise CallError(error.given, error.expected, error.do) from error
