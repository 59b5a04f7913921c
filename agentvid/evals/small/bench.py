"""The model under test and the judge: thoughts with one redraw, drawings in batches, lines of figures, sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.rate import Figure, Mean, Rate, Unit
from agentvid.world.language import Thought, read_thought
from agentvid.world.render import SIZE

if TYPE_CHECKING:
    from agentvid.models.mot import Session, Unified
    from agentvid.world.judge import Judge, Seen

__all__ = ["MODES", "Bench", "Line", "Mode", "Part", "Written", "group_lines", "strip"]

Mode: TypeAlias = Literal["own thought", "true thought", "no thought"]
MODES: Final[tuple[Mode, ...]] = ("own thought", "true thought", "no thought")
_AT_ONCE: Final = 16
_LIMIT: Final = 160
_GOOD, _BAD = (40, 160, 90), (205, 60, 50)
_BORDER: Final = 2
SHOWN: Final = 10
"""Cases on a sheet."""

Pixels: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True)
class Line:
    """One figure of a report: what was measured, on which group of cases ("all" or "2 solids", "zh" …)."""

    name: str
    group: str
    figure: Figure


@dataclass(frozen=True)
class Part:
    """What one task brought: figures, and a picture (H, W, 3) with words on its rows; or why it was not measured."""

    lines: tuple[Line, ...] = ()
    sheet: Pixels | None = None
    rows: tuple[str, ...] = ()
    not_measured: str = ""


@dataclass(frozen=True)
class Written:
    """A thought of the model: its words, what they say (None where they can't be read), whether it was redrawn."""

    text: str
    thought: Thought | None
    redrawn: bool


@dataclass(frozen=True)
class Bench:
    """Who is measured by whom. `told(done)` is called with the number of drawings and answers made since."""

    unified: Unified
    judge: Judge
    seed: int = 0
    told: Callable[[int], None] = field(default=lambda done: None)

    def session(self) -> Session:
        """Return a session that has read nothing."""
        return self.unified.session(room=384)

    def think(self, session: Session, wanted: type, seed: int, temperature: float = 0.0) -> Written:
        """Let the model write a thought of a type; one that can't be read is redrawn once, with temperature."""
        from agentvid.models.mot import Decoding

        start = session.mark()
        text = ""
        for attempt in (0, 1):
            session.rollback(start)
            decoding = Decoding(_LIMIT, max(temperature, 0.7 * attempt), seed + 7919 * attempt)
            text = session.think(decoding).text
            thought = as_thought(text)
            if isinstance(thought, wanted):
                return Written(text, thought, attempt > 0)
        return Written(text, None, True)

    def think_freely(self, session: Session, seed: int, temperature: float = 0.7) -> str:
        """Let the model write a thought, whatever it is, and return it."""
        from agentvid.models.mot import Decoding

        return session.think(Decoding(2 * _LIMIT, temperature, seed)).text

    def answer(self, session: Session) -> str:
        """Return what the model says, greedily."""
        from agentvid.models.mot import Decoding

        said = session.think(Decoding(_LIMIT), keep=False).text
        self.told(1)
        return said

    def draw(
        self,
        sessions: Sequence[Session],
        seeds: Sequence[int],
        frames: int = 1,
        given: Sequence[Mapping[int, Pixels]] | None = None,
    ) -> list[Pixels]:
        """Draw for many sessions with the model's own schedule and guidance: (T, 128, 128, 3) each.

        `given` are frames that are known, by index, of each; they come out as the autoencoder gives them back.
        """
        from agentvid.models.mot import Sketch, draw_together

        drawn: list[Pixels] = []
        at_once, pinned = max(1, _AT_ONCE // frames), given or [{}] * len(sessions)
        for start in range(0, len(sessions), at_once):
            some = slice(start, start + at_once)
            sketches = [
                Sketch(session, (SIZE, SIZE), seed, frames=frames, pinned=known)
                for session, seed, known in zip(sessions[some], seeds[some], pinned[some], strict=True)
            ]
            drawn += [drawing.frames for drawing in draw_together(sketches)]
            self.told(len(sketches))
        return drawn

    def through_codec(self, pictures: Sequence[Pixels]) -> list[Pixels]:
        """Return pictures as the autoencoder gives them back."""
        from agentvid.models.mot import Guidance, Schedule, Sketch, draw_together

        session, found = self.session(), list[Pixels]()
        for start in range(0, len(pictures), _AT_ONCE):
            # A drawing whose only frame is known is that frame, encoded and decoded.
            sketches = [Sketch(session, (SIZE, SIZE), pinned={0: p}) for p in pictures[start : start + _AT_ONCE]]
            found += [made.image for made in draw_together(sketches, Schedule(2), Guidance(text_scale=1.0))]
        return found

    def see(self, pictures: Sequence[Pixels]) -> list[list[Seen]]:
        """Return what the judge sees in each picture."""
        return self.judge.see(np.stack(pictures)) if len(pictures) else []


def as_thought(text: str) -> Thought | None:
    """Return what a thought says; None where it can't be read, or tells a scene that can't be."""
    try:
        return read_thought(text)
    except InputError:
        return None


def group_lines(
    name: str,
    values: Sequence[bool] | Sequence[float],
    groups: Iterable[tuple[str, ...]],
    unit: Unit | None = None,
) -> list[Line]:
    """Return a line for all cases and one for each group; rates, or means where there is a unit."""
    by_group: dict[str, list[float]] = {"all": [float(value) for value in values]}
    for value, own in zip(values, groups, strict=True):
        for group in own:
            by_group.setdefault(group, []).append(float(value))

    def figure(found: list[float]) -> Figure:
        return Rate.of(value > 0 for value in found) if unit is None else Mean.of(found, unit)

    first, *others = by_group
    return [Line(name, group, figure(by_group[group])) for group in (first, *sorted(others))]


def strip(rows: Sequence[Sequence[Pixels]], verdicts: Sequence[Sequence[bool | None]] | None = None) -> Pixels:
    """Return a sheet: a row per kind of picture, a column per case; a frame green or red where there is a verdict."""
    lines = []
    for index, row in enumerate(rows):
        framed = []
        for column, picture in enumerate(row[:SHOWN]):
            verdict = None if verdicts is None or not verdicts[index] else verdicts[index][column]
            colour = (235, 235, 232) if verdict is None else (_GOOD if verdict else _BAD)
            edge = np.empty((SIZE + 2 * _BORDER, SIZE + 2 * _BORDER, 3), np.uint8)
            edge[:] = colour
            edge[_BORDER:-_BORDER, _BORDER:-_BORDER] = picture
            framed.append(edge)
        lines.append(np.concatenate(framed, axis=1))
    return np.concatenate(lines, axis=0)
