"""Edits of an existing chain in plain words, Chinese and English: by rule, without a model.

    rewriting   what a message comes to            read        a message, clause by clause
    where       which steps words mean             read_*      clauses of one kind -> changes of the draft
    recover     a chain -> its requests, and what follows from a changed one
    sync        one request, as its steps say now  thought     an edited thought -> changes
    leave_out   steps taken out                    meaning     is it about that chain at all?

What the words change of a request is changed once, where the request's word stands; all that follows - arguments,
thoughts and expectations of later steps - comes of writing the requests anew. Values that a person gave stay.
"""

from __future__ import annotations

from agentvid.planner.rewrite.meaning import is_command, is_correction, is_unmistakable
from agentvid.planner.rewrite.read import read_edits
from agentvid.planner.rewrite.rewriting import Checkout, Choice, Command, Redo, Rewrite, Undo

__all__ = [
    "Checkout",
    "Choice",
    "Command",
    "Redo",
    "Rewrite",
    "Undo",
    "is_command",
    "is_correction",
    "is_unmistakable",
    "read_edits",
]
