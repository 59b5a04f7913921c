"""The pretrained engine: small models of others, where their files are here; the classical engine for all else.

    AGENTVID_MODELS   folders with the files (`models.registry`); `agentvid models pull` fetches them

    SAM 2 tiny     locate by a pixel or a box              (segment)
    SAM ViT-B      the same in PyTorch, where SAM 2 is not here   (segment_torch, converted; extra `segment`)
    MODNet         locate people                           (matting)
    U2-Net small   locate what stands out                  (cutout)
    MI-GAN         edit_image: fill where a thing was taken away  (inpaint)

    nets.py  the models as functions on pictures        locate.py  which of them finds a thing
    edit.py  an edit plan, with MI-GAN for its holes

It wants the extra `onnx`. Its version names the models that are here, its key their hashes, and each result says in its
warnings which of them made it. Colours are found as the classical engine finds them. None of these models knows a noun:
a click says what is meant, and a noun alone is taken for what stands out only where just one thing does.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import importlib.metadata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.classical import ClassicalEngine
from agentvid.engines.pretrained.present import Present, find_present
from agentvid.errors import EngineError

__all__ = ["PretrainedEngine"]

_HERE: Final = "agentvid.engines.pretrained"
_TASKS: Final[dict[str, tuple[str, tuple[str, ...], float]]] = {
    "locate": (f"{_HERE}.locate:locate", ("segment", "segment_torch", "matting", "cutout"), 20.0),
    "edit_image": (f"{_HERE}.edit:edit_image", ("inpaint",), 8.0),
}
"""Task → adapter, the roles of which one must be here, seconds per megapixel and frame (rough, one core)."""
_HOW: Final = "`agentvid models pull all` fetches them, or put them into a folder that AGENTVID_MODELS names"


class PretrainedEngine:
    """Finds by a click, cuts out and fills holes with small pretrained models: one core, the same bytes each time."""

    name = "pretrained"
    concurrency = 1

    def __init__(self) -> None:
        self._present = find_present()
        self.version = "+".join(("1", *sorted(self._present.digests)))
        self.weights = _made_of(self._present) if self._present.digests else ""

    def status(self) -> EngineStatus:
        """Return "ready" where a model is here and can run, else "needs weights" with how to get one."""
        if not self._present.digests:
            return EngineStatus(state="needs weights", how="; ".join((*self._present.problems, _HOW)))
        return EngineStatus(state="ready", how="; ".join((f"here: {self._present.told()}", *self._present.problems)))

    def capabilities(self) -> tuple[Capability, ...]:
        """List the tasks that the models here are for, all where none is here."""
        found = []
        for task, (_, wanted, seconds) in _TASKS.items():
            here = [role for role in wanted if role in self._present.digests]
            if here or not self._present.digests:
                note = f"with {self._present.told(*here)}" if here else f"with one of {', '.join(wanted)}"
                found.append(Capability(task=task, note=note, seconds_per_megapixel_frame=seconds))
        return tuple(found)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread. The first one loads the models it needs.

        Raises: EngineError for a task that no model here is for; InputError where a file's bytes are not those that
        were hashed; what the tasks raise: CallError, Needs, Cancelled.
        """
        borne = [capability.task for capability in self.capabilities()] if self._present.digests else []
        if request.task not in borne:
            raise EngineError(f"the task {request.task!r}", f"one of {', '.join(borne) or 'none'}", _HOW)
        return await asyncio.to_thread(_run, _TASKS[request.task][0], request, context, self._present)


def _made_of(here: Present) -> str:
    """Return the digest of all that results depend on: the models, this package and the classical one, libraries."""
    return hashlib.sha256(f"{sorted(here.digests.items())} {_code()} {ClassicalEngine().weights}".encode()).hexdigest()[
        :12
    ]


@cache
def _code() -> str:
    package = Path(__file__).parents[2]
    whole = hashlib.sha256()
    for file in sorted([*Path(__file__).parent.glob("*.py"), *(package / "models" / "sam").glob("*.py")]):
        whole.update(file.read_bytes())
    for library in ("onnxruntime", "torch", "transformers", "segment-anything"):
        try:
            whole.update(f"{library} {importlib.metadata.version(library)}".encode())
        except importlib.metadata.PackageNotFoundError:
            whole.update(f"{library} absent".encode())
    return whole.hexdigest()


def _run(adapter: str, request: EngineRequest, context: EngineContext, here: Present) -> EngineResult:
    import cv2

    cv2.setNumThreads(1)
    module, _, function = adapter.partition(":")
    run: Callable[[EngineRequest, EngineContext, Present], EngineResult]
    run = getattr(importlib.import_module(module), function)
    return run(request, context, here)
