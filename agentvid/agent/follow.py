"""Follow a message about a chain that is there: edit it, or move in its history, and say what was done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agentvid.agent.propose import require_edits
from agentvid.agent.review import is_costly
from agentvid.agent.state import Review
from agentvid.agent.told import edits_told
from agentvid.events import Emit
from agentvid.planner.rewrite import Command, Rewrite

if TYPE_CHECKING:
    from agentvid.agent.agent import Turn

__all__ = ["follow", "followed"]


async def follow(turn: Turn, rewrite: Rewrite, said: str, emit: Emit, *, review: Review, run: bool = True) -> Turn:
    """Do what a message comes to, and return the turn with what was done in `told`. See `followed`."""
    done, runs = await followed(turn, rewrite, said, emit, review=review, run=run)
    if runs:
        await turn.agent.driver.proceed(turn.session, turn.number, emit)
    return done


async def followed(
    turn: Turn, rewrite: Rewrite, said: str, emit: Emit, *, review: Review, run: bool = True
) -> tuple[Turn, bool]:
    """Change or move a chain as a message asks; return the turn with what was done in `told`, and whether the revision
    it shows then is to be run.

    With `review` "ask", or "when_costly" where it costs, what is changed waits for approval; with `run` False it is
    only changed. Words that change nothing are told why.

    Raises: EditError where the words may mean several things, or can't be done; InputError where there is no such
    revision; SessionBusy.
    """
    if rewrite.command is not None:
        return await _move(turn, rewrite.command, rewrite, emit, review=review, run=run)
    if rewrite.kind == "nothing":
        return replace(turn, told=(rewrite.question,)), False
    edits = require_edits(rewrite).edits
    waits = run and (review == "ask" or (review == "when_costly" and is_costly(turn.preview(edits))))
    runs = run and not waits
    await turn.agent.driver.edit(turn.session, turn.number, edits, emit, run=False, note=said, wait=waits)
    return replace(turn, told=edits_told(rewrite, runs=runs)), runs


async def _move(
    turn: Turn, command: Command, rewrite: Rewrite, emit: Emit, *, review: Review, run: bool
) -> tuple[Turn, bool]:
    """Move, and run what is shown then where its run never ended; what was computed is kept."""
    moved = await turn.move(command, emit=emit, language=rewrite.language)
    is_open = run and moved.phase not in ("done", "failed", "planned")
    return moved, is_open and (review == "never" or (review == "when_costly" and not is_costly(moved.preview())))
