"""A message read by its meaning: every piece goes to the reader of what it is about, and none may be left over.

`sense` reads a whole message. Where a piece asks for something that no reader knows, nothing is read: the person is
asked. Pieces that only tell why, greet or thank are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.sense.camera import put_camera
from agentvid.planner.rewrite.sense.camera_words import CAMERA
from agentvid.planner.rewrite.sense.media import put_area, put_joined, put_question
from agentvid.planner.rewrite.sense.photo import Photo, is_of_photo
from agentvid.planner.rewrite.sense.photo_words import PHOTO
from agentvid.planner.rewrite.sense.stage import put_stage
from agentvid.planner.rewrite.sense.stage_words import tokens_of
from agentvid.planner.rewrite.sense.steps import (
    names_step,
    put_engine,
    put_only,
    put_order,
    put_pin,
    put_seed,
    put_skip,
    put_undo,
)
from agentvid.planner.rewrite.sense.words import Chunk, Word, chunks_of, residue, scan
from agentvid.planner.rewrite.spot.drawn import drawn_layout
from agentvid.planner.rewrite.spot.values import spot_original, spot_size, spot_start, spot_unlit

__all__ = ["sense"]

_RUN: Final[tuple[Callable[[Draft, str], bool], ...]] = (put_engine, put_seed, put_pin, put_order)
_WISH: Final = re.compile(
    r"\b(?:make|change|turn|set|use|put|add|remove|want|need|give|show|do|let|try|paint|move|keep|should|must)\b|[改换变调加减去删做弄给让要别不]",
    re.IGNORECASE,
)
"""Words that ask for something: a piece without any is a remark."""


def sense(draft: Draft, message: str) -> bool:
    """Read a message by its meaning into changes of the draft; False where some of it is not understood.

    Raises: Back or Which where what is understood can't be done, or could mean several steps.
    """
    text = message.lower()
    if put_undo(draft, text):
        return True
    pieces = chunks_of(text)
    left = _whole(draft, text, pieces)
    is_world = drawn_layout(draft) is not None
    photo = Photo(draft)
    camera: list[Chunk] = []
    stage: list[Chunk] = []
    unread: list[Chunk] = []
    for piece in left:
        if _read_run(draft, piece.text):
            continue
        if is_world and _is_of_stage(piece.text, bool(stage)):
            stage.append(piece)
        elif not is_world and _is_of_camera(draft, piece.text):
            camera.append(piece)
        elif not is_world and is_of_photo(piece.text) and photo.read(piece.text):
            continue
        elif put_skip(draft, piece.text) or put_only(draft, piece.text):
            continue
        else:
            unread.append(piece)
    if stage and not put_stage(draft, ", ".join(piece.text for piece in stage)):
        unread += stage
    if camera and not put_camera(draft, ", ".join(piece.text for piece in camera)):
        unread += camera
    photo.finish()
    return draft.did and all(_is_remark(draft, piece.text) for piece in unread)


def _whole(draft: Draft, text: str, pieces: tuple[Chunk, ...]) -> list[Chunk]:
    """Read what stretches over several pieces; return the pieces that are left to be read."""
    if put_area(draft, text):
        rest = re.sub(r"\S*\d\S*", " ", text)
        return [piece for piece in pieces if not re.search(r"\d", piece.text) and (names_step(piece.text) or is_of_photo(piece.text)) and rest]
    if put_order(draft, text):
        return []
    return list(pieces)


def _read_run(draft: Draft, text: str) -> bool:
    if any(reader(draft, text) for reader in _RUN):
        return True
    for reader in (spot_start, spot_size, spot_unlit, spot_original):
        if reader(draft, text):
            return True
    return put_question(draft, text) or put_joined(draft, text)


def _is_of_stage(text: str, has_more: bool) -> bool:
    kinds = {token.kind for token in tokens_of(text)}
    sure = kinds & {"shape", "colour", "size", "place", "swap", "camera", "bare_count"}
    return bool(sure) or (has_more and bool(kinds & {"same", "keep", "only", "nothing_else", "all", "not"}))


def _is_of_camera(draft: Draft, text: str) -> bool:
    """Return whether words tell of a move or a length more than of a thing."""
    words = [word for word in scan(text, CAMERA) if word.kind not in ("also", "same", "more", "less", "start", "end", "hold", "sine")]
    if not words or not any(step.tool in ("novel_view", "future_frames", "navigate", "generate_video") for step in draft.chain):
        return False
    others = scan(text, PHOTO)
    is_photo = any(word.kind in ("remove", "blur", "background", "recolour", "subject") for word in others)
    from agentvid.planner.rewrite.colour_said import said_colours

    return not is_photo and not said_colours(text)


def _is_remark(draft: Draft, text: str) -> bool:
    """Return whether a piece asks for nothing that the chain could do."""
    words: list[Word] = []
    return not _WISH.search(text) or not residue(text, words)
