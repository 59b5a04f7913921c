"""What a request asks of a chain: typed edits, short texts, or plain words; read against the chain as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agentvid.agent.agent import Turn
from agentvid.agent.answer import language_of
from agentvid.agent.document import preview_document
from agentvid.agent.propose import require_edits
from agentvid.agent.set_words import respelled, turn_edits
from agentvid.chain.diff import edits_between
from agentvid.chain.edit import Edit, apply_all, load_edit
from agentvid.errors import EditError, InputError
from agentvid.events import Emit, ignore
from agentvid.media.message import parse_text
from agentvid.planner.rewrite import Rewrite
from agentvid.report.edits import edit_lines
from agentvid.server.bodies import EditsBody
from agentvid.server.documents import PreviewDocument
from agentvid.server.problem import HttpError

__all__ = ["Asked", "check_revision", "preview_of", "read_asked"]


@dataclass(frozen=True)
class Asked:
    """The edits, and how they read in words. `rewrite` is how plain words were read, `said` the words."""

    edits: list[Edit]
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    rewrite: Rewrite | None = None
    said: str = ""


async def read_asked(turn: Turn, body: EditsBody, emit: Emit = ignore) -> Asked:
    """Read what is asked of a turn.

    Raises: InputError where it is said in no way, or in two; EditError and its kinds where it can't be read or done.
    """
    ways = [way for way in (body.edits, body.sets, body.say) if way is not None]
    if len(ways) != 1 and not (body.say is None and ways):
        raise InputError(
            "no edit" if not ways else "say together with edits or sets", "edits, sets, or say", "choose one"
        )
    if not turn.revision:
        raise InputError(f"turn {turn.number} has no chain yet", "a planned turn", "wait for it, or resume it")
    if body.say is not None:
        return await _by_words(turn, parse_text(body.say), emit)
    typed = [load_edit(one) for one in body.edits or ()]
    edits, notes = respelled(typed, turn.chain, turn.agent.tools)
    edits += turn_edits(turn, body.sets or (), apply_all(turn.chain, edits), notes)
    return Asked(edits, edit_lines(turn.chain, edits, language_of(turn.message.text)), tuple(notes))


def preview_of(turn: Turn, asked: Asked) -> PreviewDocument:
    """Return what the edits would run, and the chain that they would leave. Changes nothing.

    Raises: EditError or ChainError where the edited chain does not check.
    """
    preview = turn.preview(asked.edits)
    command = asked.rewrite.command if asked.rewrite else None
    return PreviewDocument(
        session=turn.session,
        turn=turn.number,
        revision=turn.revision,
        preview=preview_document(preview),
        edits=[] if command else [edit.model_dump(mode="json") for edit in asked.edits],
        lines=list(asked.lines),
        notes=list(asked.notes),
        command=command.model_dump(mode="json") if command else None,
        chain=apply_all(turn.chain, asked.edits).to_json(),
    )


def check_revision(turn: Turn, revision: int | None) -> None:
    """Check that what an edit was made of is what the turn shows now: another tab may have edited it since.

    Raises: HttpError 409 with the revision that is shown.
    """
    now = turn.revision
    if revision is not None and revision != now:
        more: dict[str, Any] = {"revision": now}
        raise HttpError(
            409,
            "old_revision",
            f"an edit of revision {revision}, while turn {turn.number} shows revision {now}",
            f"an edit of revision {now}",
            f"look at it (GET /api/v1/sessions/{turn.session}/turns/{turn.number}), and edit it again",
            more=more,
        )


async def _by_words(turn: Turn, said: str, emit: Emit) -> Asked:
    rewrite = await turn.suggest(said, emit=emit)
    if rewrite.command is not None:
        edits = edits_between(turn.chain, turn.moved_to(rewrite.command))
        return Asked(edits, (), rewrite.notes, rewrite, said)
    if rewrite.kind == "new":
        raise EditError(
            f"{said[:80]!r} asks for something new, or is not understood as a change of this chain",
            "a change of this chain: another colour, thing, box, length, seed; a step left out; undo",
            "say it otherwise, or send it as a message",
        )
    if rewrite.kind == "nothing":
        return Asked([], (), (rewrite.question,), rewrite, said)
    return Asked(list(require_edits(rewrite).edits), rewrite.lines, rewrite.notes, rewrite, said)
