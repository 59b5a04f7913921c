"""The diffusion engine: open pipelines of diffusers, on checkpoints of this machine. Clips from words or a picture.

    AGENTVID_DIFFUSION          folders of checkpoints in the layout of diffusers, or ids of repositories that were
                                downloaded; several are separated as in PATH, and the first that bears a task does it
    AGENTVID_DIFFUSION_MEMORY   whole, model or sequential: how memory of the GPU is saved (`loading`)
    AGENTVID_DEVICE             where it runs: cuda, cuda:1, cpu (default: cuda where there is one)

    profile.py   what a checkpoint can do; the families that are known     wan.py      Wan 2.1 and 2.2
    checkpoint.py   finds checkpoints, tells what they lack                loading.py  the pipeline, device and memory
    sizes.py     sizes, frames, fitting a picture                          draw.py     the tasks

Unproven: it was run with tiny random weights only, never with a published checkpoint, nor on a GPU.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path
from typing import Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.diffusion.checkpoint import GET, Checkpoint, find_checkpoints, named_checkpoints
from agentvid.engines.diffusion.profile import Profile
from agentvid.engines.unified.weights import named_device
from agentvid.errors import EngineError, SettingsError

__all__ = ["DiffusionEngine"]

_UNPROVEN: Final = "run so far with tiny random weights only, never with a published checkpoint; on a GPU never at all"
_TASKS: Final = ("text_to_video", "image_to_video", "text_to_image")
_LIBRARIES: Final = ("accelerate", "av", "diffusers", "ftfy", "numpy", "pillow", "tokenizers", "torch", "transformers")


class DiffusionEngine:
    """Draws clips and pictures with the checkpoints that the environment names when it is made.

    `checkpoints` and `device` win over the environment; a worker process knows the environment only, so pass them
    where engines run in this process.
    """

    name = "diffusion"
    version = "1"
    concurrency = 1

    def __init__(self, *checkpoints: str, device: str | None = None) -> None:
        self._checkpoints = find_checkpoints(checkpoints or named_checkpoints())
        self._device = named_device() if device is None else device
        self.weights = self._made_of()

    def status(self) -> EngineStatus:
        """Return "unproven" where there is a checkpoint, else "needs weights"; with what is wrong with the others."""
        if not self._checkpoints:
            return EngineStatus(state="needs weights", how=f"no checkpoint is named (AGENTVID_DIFFUSION); {GET}")
        wrong = [f"{found.problem}; {found.how}" for found in self._checkpoints if found.profile is None]
        good = [f"{found.source} ({found.profile.name})" for found in self._checkpoints if found.profile]
        if not good:
            return EngineStatus(state="needs weights", how="; ".join(wrong))
        return EngineStatus(state="unproven", how="; ".join([f"{', '.join(good)}: {_UNPROVEN}", *wrong]))

    def capabilities(self) -> tuple[Capability, ...]:
        """List each task with the limits of the checkpoint that does it; all tasks where there is no checkpoint."""
        if not any(found.profile for found in self._checkpoints):
            return tuple(Capability(task=task, note="by a checkpoint that is not here") for task in _TASKS)
        found = []
        for task in _TASKS:
            checkpoint = self._checkpoint_for(task)
            if checkpoint is not None and checkpoint.profile is not None:
                found.append(_capability(task, checkpoint, checkpoint.profile))
        return tuple(found)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread. The first one loads the checkpoint.

        Raises: EngineError for a task it does not bear, or a checkpoint that can't be used; SettingsError where there
        is none, or no such device; CallError where other inputs would work; ToolFailed where memory does not suffice or
        what was drawn are no pictures; Cancelled between two steps.
        """
        checkpoint = self._checkpoint_for(request.task)
        if not any(found.profile for found in self._checkpoints):
            raise SettingsError("there is no checkpoint", "one in the layout of diffusers", self.status().how)
        if checkpoint is None:
            borne = ", ".join(capability.task for capability in self.capabilities())
            raise EngineError(f"the task {request.task!r}", f"one of {borne}", "ask another engine")
        return await asyncio.to_thread(self._run, checkpoint, request, context)

    def _run(self, checkpoint: Checkpoint, request: EngineRequest, context: EngineContext) -> EngineResult:
        from agentvid.engines.diffusion.draw import TASKS, Work
        from agentvid.engines.diffusion.loading import load, named_memory, within_memory

        if self._made_of() != self.weights:
            raise EngineError(
                "the files of the checkpoints have changed since this program started",
                "those that the result's key names",
                "start again",
            )
        context.progress(0, 1, "getting ready")
        profile = checkpoint.profile
        assert profile is not None
        pipeline = load(checkpoint, profile.pipelines[request.task], self._device, named_memory())
        with within_memory():
            return TASKS[request.task](Work(pipeline, profile, request, context))

    def _checkpoint_for(self, task: str) -> Checkpoint | None:
        able = (found for found in self._checkpoints if found.profile and task in found.profile.pipelines)
        return next(able, None)

    def _made_of(self) -> str:
        """Return the digest of all that results depend on: weights, this engine, the codec, libraries."""
        digests = [found.digest() for found in self._checkpoints if found.profile]
        if not digests:
            return ""
        return f"{hashlib.sha256(' '.join(digests).encode()).hexdigest()[:12]}{_code()}"


def _capability(task: str, checkpoint: Checkpoint, profile: Profile) -> Capability:
    is_clip = task != "text_to_image"
    whole, largest = (size / 1e9 for size in checkpoint.bytes_needed(2))
    size = f"{profile.size[0]}x{profile.size[1]}"
    first = "; the picture is its first frame" if task == "image_to_video" else ""
    return Capability(
        task=task,
        note=(
            f"{profile.name} ({checkpoint.source}), {size} where no size is asked for, sides in multiples of "
            f"{profile.stride}{first}; {whole:.1f} GB of weights on a GPU, {largest:.1f} GB a part at a time"
        ),
        max_pixels=profile.max_pixels,
        max_seconds=profile.max_seconds if is_clip else None,
        fps=(profile.fps,) if is_clip else (),
        frame_rule=profile.frame_rule if is_clip else "",
        licence=checkpoint.licence,
    )


@cache
def _code() -> str:
    here = Path(__file__).parent
    files = [*here.glob("*.py"), *(here.parents[1] / "media" / name for name in ("clip_writer.py", "codec.py"))]
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.read_bytes())
    for library in _LIBRARIES:
        whole.update(f"{library} {importlib.metadata.version(library)}".encode())
    return whole.hexdigest()[:12]
