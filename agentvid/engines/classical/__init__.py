"""The classical engine: what a CPU can do without any weights. Always ready, deterministic, recognises nothing."""

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
from agentvid.errors import EngineError

__all__ = ["ClassicalEngine"]

_HERE: Final = "agentvid.engines.classical"

_TASKS: Final[dict[str, tuple[str, str, float]]] = {
    "locate": (f"{_HERE}.locate:locate", "by colour, place and contrast, not by recognition", 4.0),
    "analyse": (f"{_HERE}.analyse:analyse", "palette, light, size and place of a region", 1.0),
    "edit_image": (
        f"{_HERE}.edit:edit_image",
        "recolour, remove, move, light, weather, style, material, text; draws nothing new",
        6.0,
    ),
    "transform_image": (f"{_HERE}.transform:transform_image", "crop, rotate, flip, extend, resize, upscale", 1.0),
    "transform_video": (f"{_HERE}.transform:transform_video", "crop, rotate, flip, resize, upscale a clip", 0.5),
    "measure": (f"{_HERE}.measure:measure", "what stayed outside a mask, what colour is inside", 1.0),
    "describe": (f"{_HERE}.describe:describe", "size, colours, light and motion; names no things", 1.0),
    "novel_view": (f"{_HERE}.parallax:novel_view", "parallax of layers; depth is guessed from the picture", 1.5),
    "navigate": (f"{_HERE}.ground:navigate", "a flat ground seen from above or along it", 1.5),
    "future_frames": (f"{_HERE}.future:future_frames", "motion carried on; trust ends soon", 2.0),
    "compose": (f"{_HERE}.compose:compose", "beside, above, one after the other, faded, or in a corner", 0.5),
    "pick_frame": (f"{_HERE}.track:pick_frame", "one frame of a clip", 0.1),
    "track": (f"{_HERE}.track:track", "by flow and colour from one mask; ends at cuts; finds nothing again", 2.0),
    "edit_video": (f"{_HERE}.edit_clip:edit_video", "what edit_image does, in a clip; moves and resizes nothing", 3.0),
    "extend_video": (f"{_HERE}.extend:extend_video", "motion carried on at either end; or back to the start", 2.0),
    "interpolate": (f"{_HERE}.interpolate:interpolate", "frames in between by two-way flow; cuts are not bridged", 1.0),
    "retime": (f"{_HERE}.retime:retime", "speed, direction, span, loops, a frozen frame", 0.3),
    "caption": (f"{_HERE}.caption:caption", "words over a clip or picture, Chinese and Latin", 0.4),
    "sound": (f"{_HERE}.audio.sound:make_sound", "noises by rule, at motion events or by name; simple music", 0.2),
    "mux": (f"{_HERE}.audio.mux:mux", "a sound on a clip, its frames copied", 0.02),
    "make_3d": (f"{_HERE}.relief:make_3d", "a relief of one picture; its back is flat; depth is guessed", 8.0),
    "stabilise": (f"{_HERE}.stabilise:stabilise", "shift, roll and zoom smoothed; the border is cut off", 0.5),
}
"""Task → adapter, what to know about it, seconds per megapixel and frame (rough, one core)."""


class ClassicalEngine:
    """Pictures and clips by arithmetic alone: OpenCV and numpy, one core, the same bytes for the same input."""

    name = "classical"
    version = "1"
    concurrency = 2

    def __init__(self) -> None:
        self.weights = _made_of()

    def status(self) -> EngineStatus:
        """Return "ready": it needs nothing but what agentvid is installed with."""
        return EngineStatus(state="ready")

    def capabilities(self) -> tuple[Capability, ...]:
        """List its tasks with what each of them can't do."""
        return tuple(
            Capability(task=task, note=note, seconds_per_megapixel_frame=seconds)
            for task, (_, note, seconds) in _TASKS.items()
        )

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread.

        Raises: EngineError for a task it does not bear, and what the tasks raise: CallError, Needs, Cancelled.
        """
        if request.task not in _TASKS:
            raise EngineError(f"the task {request.task!r}", f"one of {', '.join(_TASKS)}", "ask another engine")
        return await asyncio.to_thread(_run, _TASKS[request.task][0], request, context)


@cache
def _made_of() -> str:
    """Return the digest of all that results depend on: this package, how media is read and written, the libraries."""
    here = Path(__file__).parent
    media = here.parents[1] / "media"
    whole = hashlib.sha256()
    for file in sorted(
        [
            *here.rglob("*.py"),
            *here.glob("fonts/*.*"),
            *(here.parents[1] / "world" / name for name in ("trust.py", "trust.json")),
            *(
                media / name
                for name in (
                    "codec.py",
                    "mask_clip.py",
                    "mesh.py",
                    "picture.py",
                    "sound.py",
                    "colours.py",
                    "operations.py",
                )
            ),
        ]
    ):
        whole.update(file.read_bytes())
    for library in ("opencv-python-headless", "numpy", "av", "pillow"):
        whole.update(f"{library} {importlib.metadata.version(library)}".encode())
    return whole.hexdigest()[:12]


def _run(adapter: str, request: EngineRequest, context: EngineContext) -> EngineResult:
    import cv2

    cv2.setNumThreads(1)
    module, _, function = adapter.partition(":")
    run: Callable[[EngineRequest, EngineContext], EngineResult] = getattr(importlib.import_module(module), function)
    return run(request, context)
