"""The table of operations: one row each, from the files by theme. To add an operation, add a row there."""

from __future__ import annotations

from typing import Final

from agentvid.planner.wide.row import Row
from agentvid.planner.wide.rows_camera import CAMERA
from agentvid.planner.wide.rows_clip import CLIP
from agentvid.planner.wide.rows_frame import FRAME
from agentvid.planner.wide.rows_look import LOOK
from agentvid.planner.wide.rows_things import THINGS
from agentvid.planner.wide.rows_words import WORDS_AND_SOUND

__all__ = ["ROWS", "row_of"]

ROWS: Final[tuple[Row, ...]] = (*FRAME, *LOOK, *CAMERA, *CLIP, *WORDS_AND_SOUND, *THINGS)
"""Every operation; where two are hit alike, the earlier counts."""

_BY_NAME: Final = {row.op: row for row in ROWS}


def row_of(op: str) -> Row:
    """Return the row of an operation. Raises: KeyError for a name that is not in the table."""
    return _BY_NAME[op]
