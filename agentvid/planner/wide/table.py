"""The table of operations: one row each, from the files by theme. To add an operation, add a row there."""

from __future__ import annotations

from functools import lru_cache
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
    """Return the row of an operation; of one that stands for a person's own tool ("own:image:several:postcard"), a row
    without words. Raises: KeyError for a name that is not in the table.
    """
    return _own(op) if op.startswith("own:") else _BY_NAME[op]


@lru_cache(maxsize=256)
def _own(op: str) -> Row:
    _, makes, needs, name = op.split(":")
    return Row(op, (name, name), needs if needs in ("image", "video") else "any", ("", ""), {}, makes=makes)  # type: ignore[arg-type]
