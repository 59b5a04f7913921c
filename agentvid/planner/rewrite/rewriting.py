"""What a message about an existing chain comes to: edits to approve, a question back, a command, or none of these."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from agentvid.chain.edit_kinds import Edit
from agentvid.media.types import Value
from agentvid.planner.request import Language

__all__ = ["Checkout", "Choice", "Command", "Redo", "Rewrite", "Undo"]


class Undo(Value):
    """Take the last revision back."""

    command: Literal["undo"] = "undo"


class Redo(Value):
    """Make again what was taken back."""

    command: Literal["redo"] = "redo"


class Checkout(Value):
    """Go back to revision `revision`; the first is 1."""

    command: Literal["checkout"] = "checkout"
    revision: int = Field(ge=1)


Command: TypeAlias = Annotated[Undo | Redo | Checkout, Field(discriminator="command")]


class Choice(Value):
    """One meaning of ambiguous words: what it is called, and the edits it comes to."""

    label: str
    edits: tuple[Edit, ...]


class Rewrite(Value):
    """What a message about a chain comes to.

    edits: `edits` to approve, one of `lines` for each. question: `question`, with `choices` where there are some.
    refused: the words are an edit that can't be made; `question` says why, and what would be the nearest.
    nothing: the words are an edit, and nothing follows from it; `question` says why. command: `command` is about
    revisions, not about steps. new: the message asks for something new. `notes` tell what to know before approving.
    """

    kind: Literal["edits", "question", "refused", "nothing", "command", "new"]
    language: Language
    edits: tuple[Edit, ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: str = ""
    choices: tuple[Choice, ...] = ()
    command: Command | None = None
