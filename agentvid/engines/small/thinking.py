"""The thought before a drawing: the layout that a person or a planner wrote, or one that the model writes itself.

A thought is told anew in its canonical form before it is read, so that the same layout leads to the same picture
whoever wrote it. The model's own is held to what can stand: where it can't be read, or solids touch, or are not those
asked for, it is written again from another seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from agentvid.engines.small.weights import Claim
from agentvid.engines.unified.work import Work
from agentvid.errors import CallError, InputError, ToolFailed
from agentvid.media.types import Answer
from agentvid.models.mot import Decoding
from agentvid.models.mot.session import Session
from agentvid.models.mot.sizes import Pixels
from agentvid.world.language import Course, Thought, read_thought
from agentvid.world.model import frame_errors
from agentvid.world.reading import Asked
from agentvid.world.scene import Camera, Scene
from agentvid.world.selftest import SelfTest, bound_answer
from agentvid.world.trust import bound_for

__all__ = ["OUTSIDE", "Task", "as_scene", "as_thought", "course_in", "fits", "outside", "own_thought"]

_OBJECTS: Final = ("objects", "objects_in_front")
"""Levels of a claim in numbers of solids: from any camera, from the front."""

TRIES: Final = 8
"""How often the model writes a layout before it is given up."""
TEMPERATURE: Final = 0.7
MOST_TOKENS: Final = 160
OUTSIDE: Final = (
    "words of its world: up to four solids (ball, cube, cylinder, cone; small or large; red, orange, yellow, green, "
    "cyan, blue, purple, white) on a stage"
)
T = TypeVar("T")


@dataclass
class Task(Work):
    """One request at work, with what the card claims of its task, and of all."""

    claim: Claim = field(default_factory=Claim)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    weights: str = ""
    """Digest of the checkpoint: bounds on errors are those of one."""
    knows_scenes: bool = True
    """False where the weights were fine-tuned on clips of anything: frames are taken as they come."""

    def told_bound(
        self, task: str, steps: Sequence[float], drawn: Sequence[Pixels], source: Pixels, fps: float, test: SelfTest
    ) -> Answer:
        """Say how far frames may be off that were drawn from a picture, after so many steps each, and return it.

        Where nothing is known of these weights, only the self-test is.
        """
        changes = [float(frame_errors(frame[None], source[None])[0]) for frame in drawn]
        bound = bound_for(f"small/{task}", steps, changes, self.weights)
        if bound is None:
            self.warnings.append("error bound: not calibrated for these weights")
        else:
            self.warnings.append(bound.told("frame"))
        return bound_answer(bound, "frame", fps, test)

    def told_level(self, scene: Scene) -> None:
        """Say where a scene is beyond what is claimed."""
        most = self.claim.level.get("objects")
        if scene.camera == Camera():
            most = max((self.claim.level[kind] for kind in _OBJECTS if kind in self.claim.level), default=None)
        elif most is None and "objects_in_front" in self.claim.level:
            most = 0
        if self.claim.draft:
            self.warnings.append("a draft: this task is not claimed for these weights")
        elif most is not None and len(scene.solids) > most:
            where = "" if scene.camera == Camera() else " from this camera"
            claimed = f"for up to {most:g}" if most else "for none"
            self.warnings.append(f"a draft: {len(scene.solids)} solids, and it is claimed {claimed}{where}")

    def told_seconds(self, seconds: float) -> None:
        """Say where a clip is longer than what is claimed."""
        good = self.claim.level.get("seconds")
        if good is not None and not self.claim.draft and seconds > good:
            self.warnings.append(f"a draft: what comes later than {good:g} seconds is not claimed")


def as_thought(text: str) -> Thought | None:
    """Return what a thought tells, None where it is none of this world."""
    if not text.strip():
        return None
    try:
        return read_thought(text)
    except InputError:
        return None


def as_scene(text: str) -> Scene | None:
    """Return the scene that a layout tells; what follows it as `action: …` is left out. None for no layout."""
    told = as_thought(text.partition("action:")[0].partition("动作")[0].rstrip("；; "))
    return told if isinstance(told, Scene) else None


def fits(scene: Scene, asked: Asked | None) -> bool:
    """Return whether a layout has the solids asked for: in number, and in all that the words say of them."""
    if asked is None:
        return True
    if len(scene.solids) != len(asked.scene.solids):
        return False
    parts = [part for part in ("size", "colour") if f"{part}s" not in asked.open_parts]
    return _looks(scene, parts) == _looks(asked.scene, parts)


def own_thought(task: Task, session: Session, valid: Callable[[str], T | None], do: str) -> T:
    """Let the model write the thought that comes after what the session has read, and return what `valid` makes of it.

    The session is left as it was.

    Raises: ToolFailed where it wrote nothing valid in `TRIES` tries; Cancelled between two tokens.
    """
    written = ""
    for attempt in range(TRIES):
        task.context.progress(attempt, TRIES, "thinking")
        decoding = Decoding(limit=MOST_TOKENS, temperature=TEMPERATURE, seed=task.request.seed + attempt)
        written = session.think(decoding, keep=False, cancelled=task.context.cancelled).text.strip()
        made = valid(written)
        if made is not None:
            again = f", after {attempt} that could not stand" if attempt else ""
            task.warnings.append(f"the model wrote the thought itself (temperature {TEMPERATURE}{again})")
            return made
    raise ToolFailed(
        f"the model wrote no thought that can stand in {TRIES} tries; the last: {written[:80]!r}",
        "a layout whose solids stand apart",
        do,
    )


def course_in(text: str) -> tuple[Scene, Course] | None:
    """Return the scene and the course of events that a clip's thought tells, None where it is not one."""
    for mark in ("action:", "动作：", "动作:"):
        start = text.find(mark)
        if start < 0:
            continue
        scene, course = as_scene(text[:start]), as_thought(text[start:])
        if scene is not None and isinstance(course, Course):
            return scene, course
    return None


def outside(error: InputError) -> CallError:
    """Return the refusal of words that are not of this world, with the nearest thing that would do."""
    return CallError(
        f"outside its world: {error.given}",
        OUTSIDE,
        "ask for such solids, or wish for another engine (unified, with a checkpoint, draws anything)",
    )


def _looks(scene: Scene, parts: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(str(getattr(solid, part)) for part in ("shape", *parts)) for solid in scene.solids)
