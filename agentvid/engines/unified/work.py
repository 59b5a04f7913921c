"""One request at work: the model, what is told on the way, what was adjusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from agentvid.engine import EngineContext, EngineRequest
from agentvid.engines.unified.weights import Frames
from agentvid.events import Preview
from agentvid.models.mot import DrawProgress, Unified
from agentvid.models.mot.flows import Watch
from agentvid.models.mot.sizes import Pixels, resize
from agentvid.plugins import builtin_folder
from agentvid.prompt import Language, load_prompt

__all__ = ["Work", "language_of", "words"]

PREVIEW_EVERY: Final = 8
"""Sampling steps between two previews."""


@dataclass
class Work:
    """What a task works with. `warnings` go into the result."""

    unified: Unified
    request: EngineRequest
    context: EngineContext
    frames: Frames = "sequential"
    warnings: list[str] = field(default_factory=list)

    def watch(self, drawings: int = 1) -> Watch:
        """Return who follows along: progress over all drawings, previews, and the way to stop between two steps."""
        done = 0

        def on_step(progress: DrawProgress) -> None:
            nonlocal done
            done += 1
            if progress.done % PREVIEW_EVERY == 0 and progress.done < progress.total:
                shown = self.context.store.put_image(progress.preview()[-1])
                self.context.emit(Preview(artifact=shown.artifact))
            self.context.progress(done, drawings * progress.total, "drawing")

        return Watch(on_step=on_step, cancelled=self.context.cancelled)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Return the (height, width) that the model takes for a size."""
        return self.unified.sizes.latent(height, width)

    def scaled_back(self, drawn: Pixels, width: int, height: int, what: str = "the picture was") -> Pixels:
        """Return what was drawn at the size of what it was made from, and say so where that is another one."""
        if drawn.shape[:2] != (height, width):
            at = f"{drawn.shape[1]}x{drawn.shape[0]}"
            self.warnings.append(f"{what} drawn at {at}, which the model takes, and scaled to {width}x{height}")
        return resize(drawn, height, width)


def words(name: str, language: Language, **values: str | int | float) -> str:
    """Return the words of a prompt file."""
    return load_prompt(builtin_folder("prompts") / f"{name}.md").render(language, **values)


def language_of(text: str) -> Language:
    """Return the language of a text: Chinese where it holds a Chinese character."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
