"""The simulator: pictures and clips of the small world by its physics and its ray caster. Ground truth, not a model.

It draws what a layout thought or a caption of the small world says, and refuses all else. It can't see: it offers no
task that starts from a picture. Never chosen unless wished; every result says what made it.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.errors import EngineError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["LABEL", "SimulatorEngine"]

LABEL: Final = "ground truth of the simulated world, not a model"
MOST_PIXELS: Final = 512 * 512
_TASKS: Final[dict[str, str]] = {
    "text_to_image": "draws a layout thought or a caption of solids on a stage; nothing else",
    "text_to_video": "a layout thought followed by `action: …`, or without one a turn about the stage",
}


class SimulatorEngine:
    """Bears text_to_image and text_to_video. The same request gives the same bytes."""

    name = "simulator"
    version = "1"
    concurrency = 2

    def __init__(self) -> None:
        self.weights = _made_of()

    def status(self) -> EngineStatus:
        """Return ready: it needs nothing but what agentvid is installed with."""
        return EngineStatus(state="ready", how=f"built in; {LABEL}; never chosen unless wished")

    def capabilities(self) -> tuple[Capability, ...]:
        """List its tasks."""
        return tuple(
            Capability(
                task=task,
                note=f"{note} ({LABEL})",
                max_pixels=MOST_PIXELS,
                seconds_per_megapixel_frame=1.0,
                thought=True,
            )
            for task, note in _TASKS.items()
        )

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Do one task in a thread. A thought in the request wins over the prompt.

        Raises: EngineError for a task it does not bear, CallError for words not of the small world, Cancelled.
        """
        if request.task not in _TASKS:
            raise EngineError(f"the simulator got task {request.task!r}", f"one of {', '.join(_TASKS)}")
        made: EngineResult = await asyncio.to_thread(_draw().draw, request, context)
        return made.model_copy(update={"warnings": (LABEL, *made.warnings)})


def _draw() -> ModuleType:
    from agentvid.engines.simulator import draw

    return draw


@cache
def _made_of() -> str:
    """Return the digest of all that results depend on: this package, the world, how media is written, numpy."""
    here = Path(__file__).parent
    package = here.parents[1]
    files = [*here.glob("*.py"), *(package / "world").glob("*.py"), package / "media" / "codec.py"]
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(file.read_bytes())
    for library in ("numpy", "av", "pillow"):
        whole.update(f"{library} {importlib.metadata.version(library)}".encode())
    return whole.hexdigest()[:12]
