"""A picture of what the model can do now: scenes drawn from their thoughts, edits made as thoughts say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.models.mot import Unified
from agentvid.models.mot.drawing import Sketch, draw_together
from agentvid.models.mot.session import Session
from agentvid.train.records import Records
from agentvid.world.language import tell_change, tell_scene
from agentvid.world.render import SIZE
from agentvid.world.words import LANGUAGES

__all__ = ["sheet"]

MOST: Final = 8


def sheet(unified: Unified, records: Records) -> NDArray[np.uint8]:
    """Return four rows: scenes, as drawn from their layout thoughts; edited scenes, as drawn from source and thought.

    Records speak English and Chinese by turns.
    """
    worded, edited = [], []
    count = min(MOST, len(records))
    for index, record in enumerate(records.records[:count]):
        language = LANGUAGES[index % len(LANGUAGES)]
        session = unified.session(room=128)
        session.read(tell_scene(record.scenes[0], language))
        worded.append(session)
        assert record.edit is not None
        session = unified.session(room=256)
        session.look(records.pixels[index, 0])
        session.read(tell_change(record.edit.change, language))
        edited.append(session)
    rows = [
        np.stack([records.pixels[index, 0] for index in range(count)]),
        _drawn(worded),
        np.stack([records.pixels[index, 2] for index in range(count)]),
        _drawn(edited),
    ]
    return np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)


def _drawn(sessions: Sequence[Session]) -> NDArray[np.uint8]:
    sketches = [Sketch(session, (SIZE, SIZE), seed) for seed, session in enumerate(sessions)]
    return np.stack([drawing.frames[0] for drawing in draw_together(sketches)])
