"""The small engine: our own unified model of a few million parameters, trained on the small world. Ready on a CPU.

    AGENTVID_SMALL   another folder with its weights (default: those that ship)

It knows pictures of 128 x 128 with one to four simple solids on a stage, Chinese and English, and nothing else. Its
thought is a layout: which solids are where (a picture), or what changes (an edit). A thought that comes with the
request is the layout that the picture follows; without one the model writes its own. What it can be trusted with is
what its card says was measured on held-out scenes; all else is a draft.

    weights.py   where the weights are, what the card claims        loading.py   once per process
    thinking.py  the layout: a person's, or the model's own         inside.py    is a picture of its world?
    still.py     text_to_image, edit_image                          clip.py      novel_view, text_to_video
    words.py     describe, measure                              future.py    future_frames
    turntable.py the turn about the stage as one clip           walk.py      navigate, map_to_view

Never chosen unless wished: a planner wishes it where words are of its world.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.small.weights import Claim, find_small, made_of
from agentvid.errors import CallError, EngineError, InputError, SettingsError

__all__ = ["SIDE", "SmallEngine"]

SIDE: Final = 128
"""Pixels of its pictures, on each side."""
_HERE: Final = "agentvid.engines.small"
_TASKS: Final[dict[str, tuple[str, str, bool, str]]] = {
    "text_to_image": (f"{_HERE}.still:text_to_image", "solids on a stage, by a layout thought", True, "text_to_image"),
    "edit_image": (
        f"{_HERE}.still:edit_image",
        "recolour, reshape, resize, move, add, remove, turn",
        True,
        "edit_image",
    ),
    "describe": (f"{_HERE}.words:describe", "which solids are where; short questions", False, "describe"),
    "measure": (f"{_HERE}.words:measure", "its own reading of a picture against a layout", False, "caption"),
    "novel_view": (
        f"{_HERE}.clip:novel_view",
        "the camera around the stage in steps of 15 degrees",
        True,
        "novel_view",
    ),
    "future_frames": (f"{_HERE}.future:future_frames", "what a push or drop does, 8 fps", True, "future_frames"),
    "text_to_video": (f"{_HERE}.clip:text_to_video", "a scene and one push or drop, 8 fps", True, "text_to_video"),
    "navigate": (f"{_HERE}.walk:navigate", "forward, left, right, from a picture at eye level", True, "navigate"),
    "map_to_view": (f"{_HERE}.walk:map_to_view", "what is seen on a walk over a map", True, "map_to_view"),
}
"""Task → adapter, what to know about it, whether a thought conditions it, whose claim on the card it rests on."""
_HOW: Final = (
    "set AGENTVID_SMALL to a folder with weights and card (`agentvid train` makes them), "
    "or wish for --engine simulator, which draws the same world by its ray caster"
)


class SmallEngine:
    """Draws, edits, turns and describes pictures of the small world."""

    name = "small"
    version = "1"
    concurrency = 1

    def __init__(self) -> None:
        self._small = find_small()
        self.weights = made_of(self._small)

    def status(self) -> EngineStatus:
        """Return "ready" where its weights are there, else "needs weights" with what is missing."""
        if self._small.problem:
            return EngineStatus(state="needs weights", how=f"{self._small.problem}; {_HOW}")
        claimed = ", ".join(found.task for found in self.capabilities() if not found.draft) or "nothing"
        return EngineStatus(state="ready", how=f"a world of solids on a stage, 128x128; its card claims {claimed}")

    def capabilities(self) -> tuple[Capability, ...]:
        """List the tasks of its card, each with the level it is claimed for, or as a draft; all, where it has none."""
        found = []
        for task, (_, note, thought, rests_on) in _TASKS.items():
            claim = Claim() if self._small.problem else self._small.claims.get(rests_on)
            if claim is not None:
                told = f"{note} ({claim.told()})"
                seconds = claim.level.get("seconds")
                found.append(
                    Capability(
                        task=task,
                        note=told,
                        max_pixels=SIDE * SIDE,
                        max_seconds=seconds,
                        seconds_per_megapixel_frame=40.0,
                        thought=thought,
                        draft=claim.draft,
                    )
                )
        return tuple(found)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread. The first one loads the weights.

        Raises: EngineError for a task that its card does not list, or weights that can't be used; SettingsError where
        there are none; CallError where words or pictures are not of its world; ToolFailed where it can't think of a
        layout; Cancelled between two steps.
        """
        if self._small.problem:
            raise SettingsError(self._small.problem, "a folder with weights and card", _HOW)
        borne = [capability.task for capability in self.capabilities()]
        if request.task not in borne:
            raise EngineError(f"the task {request.task!r}", f"one of {', '.join(borne)}", "ask another engine")
        return await asyncio.to_thread(self._run, request, context)

    def _run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        from agentvid.engines.small.loading import few_threads, load
        from agentvid.engines.small.thinking import Task

        if made_of(self._small) != self.weights:
            raise EngineError(
                f"the files in {self._small.checkpoint.source} have changed since this program started",
                "those that the result's key names",
                "start again",
            )
        context.progress(0, 1, "getting ready")
        adapter, _, _, rests_on = _TASKS[request.task]
        module, _, function = adapter.partition(":")
        do: Callable[[Task], EngineResult] = getattr(importlib.import_module(module), function)
        with few_threads():
            unified = load(self._small.checkpoint)
            claims = self._small.claims
            try:
                weights = self._small.checkpoint.digest()
                told = {"claim": claims[rests_on], "claims": claims, "knows_scenes": self._small.knows_scenes}
                task = Task(unified, request, context, "joint", weights=weights, **told)  # type: ignore[arg-type]
                return do(task)
            except SettingsError:
                raise
            except InputError as error:
                raise CallError(error.given, error.expected, error.do) from error
