"""Does a picture of the small world show what a corrected thought or layout says, and is the rest as it was?

What is to be seen follows from the words alone, never from what the engine says of its picture; what is seen is told by
the judge (`world.judge`), which no drawing has met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.intervened import Finding, Intervened
from agentvid.evals.layouts import judge
from agentvid.evals.locality import grey_outside
from agentvid.media.types import Answer, Image
from agentvid.world.edits import Add, Move, Recolour, Remove, Reshape, Resize, Turn, apply_change
from agentvid.world.judge import is_exact, match, placed, true_centres
from agentvid.world.language import Thought, read_thought, tell_solid
from agentvid.world.render import SIZE, render_scene
from agentvid.world.scene import Scene, Solid
from agentvid.world.words import language_of

__all__ = ["Drawing", "drawing_of", "judge_drawing"]

_CHANGES = (Recolour, Reshape, Resize, Move, Add, Remove, Turn)


@dataclass(frozen=True)
class Drawing:
    """A step's picture before and after its thought was corrected, with what each is to show."""

    old: NDArray[np.uint8]
    new: NDArray[np.uint8]
    was: Scene
    wanted: Scene

    @property
    def was_right(self) -> bool:
        """Whether the picture was right before the intervention."""
        return placed(judge().see(self.old[None])[0], self.was)

    @property
    def is_judgeable(self) -> bool:
        """Whether the judge finds the wanted scene in its true picture; where not, it can't tell."""
        return placed(judge().see(render_scene(self.wanted).rgb[None])[0], self.wanted)

    @property
    def grey_outside(self) -> float:
        """See `locality.grey_outside`."""
        return grey_outside(self.old, self.new, self.was, self.wanted)


def drawing_of(found: Intervened) -> Drawing | None:
    """Return the drawing that an intervention asks another of, None where it asks for none."""
    step = found.step
    if found.port not in ("thought", "layout", "change") or (step.tool, found.port) == ("edit_image", "layout"):
        return None
    old, new = found.before(step.id, "image"), found.after(step.id, "image")
    if not isinstance(old, Image) or not isinstance(new, Image) or (old.width, old.height) != (SIZE, SIZE):
        return None
    before = step.thought if found.port == "thought" else found.before(step.id, found.port)
    was, wanted = (_scene(found, str(text or "")) for text in (before, found.given))
    if was is None or wanted is None:
        return None
    return Drawing(found.store.image(old), found.store.image(new), was, wanted)


def judge_drawing(found: Intervened) -> Iterator[Finding]:
    """Yield what a correction of a thought or layout asks of the picture, or of the answer that rests on it."""
    if (found.step.tool, found.port) == ("edit_image", "layout"):
        yield from _held_against(found)
        return
    drawing = drawing_of(found)
    if drawing is None:
        return
    seen, centres = judge().see(drawing.new[None])[0], true_centres(drawing.wanted)
    told = ", ".join(" ".join(one.look) for one in seen) or "nothing"
    new = [solid for solid in drawing.wanted.solids if solid not in drawing.was.solids]
    kept = [solid for solid in drawing.wanted.solids if solid in drawing.was.solids]
    for name, solids in (("what was corrected is seen in its place", new), ("the others are in theirs", kept)):
        if solids:
            there = all(match(seen, solid, centres[solid]) is not None for solid in solids)
            yield Finding(name, there, f"wanted {_names(solids)}; seen {told}")
    yield Finding("nothing else is there", is_exact(seen, drawing.wanted), f"seen {told}")


def _held_against(found: Intervened) -> Iterator[Finding]:
    """What a person says that a picture shows is what it is held against from then on; the picture stays as it is."""
    was, wanted = (_thought(str(text or "")) for text in (found.before(found.step.id, "layout"), found.given))
    if not isinstance(was, Scene) or not isinstance(wanted, Scene):
        return
    new = [solid for solid in wanted.solids if solid not in was.solids]
    for step in found.downstream("check"):
        answer = found.after(step.id, "answer")
        if isinstance(answer, Answer):
            names = [tell_solid(solid, language_of(str(found.given))) for solid in new]
            is_told = answer.passed is False and all(name in answer.text for name in names)
            yield Finding("the picture is held against it", is_told, answer.text)


def _scene(found: Intervened, text: str) -> Scene | None:
    """Return what a picture is to show by a layout, or by a change of what its step says that it shows now."""
    thought = _thought(text)
    if isinstance(thought, Scene):
        return thought
    stage = _thought(str(found.argument(found.step, "stage", found.run) or ""))
    if not isinstance(stage, Scene) or not isinstance(thought, _CHANGES):
        return None
    return apply_change(stage, thought)


def _thought(text: str) -> Thought | None:
    try:
        return read_thought(text)
    except InputError:
        return None


def _names(solids: list[Solid]) -> str:
    return ", ".join(" ".join(solid.look) for solid in solids)
