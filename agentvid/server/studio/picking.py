"""What can be taken from another revision of a turn: steps and given values, each with what it changes here."""

from __future__ import annotations

from typing import Any

from agentvid.agent.agent import Turn
from agentvid.chain.pick import pick_edits
from agentvid.errors import EditError
from agentvid.report.changes import conflict_words
from agentvid.report.chinese import said
from agentvid.report.edits import edit_lines
from agentvid.report.record import Language
from agentvid.report.words import port_label, tool_title

__all__ = ["picks_of"]


def picks_of(turn: Turn, source: int, language: Language) -> list[dict[str, Any]]:
    """Return what differs in revision `source`, in its order: `what` names it, `edits` bring it here, `lines` tell
    them. `conflicts` are what both sides changed since they parted: taking it gives up what is here. `why` tells why
    it can't be taken. Blocks.

    Raises: InputError where there is no such revision.
    """
    row = turn.agent.log.revision(turn.session, turn.number, source)
    assert row.chain is not None
    chain = turn.chain
    conflicts = _conflicts(turn, source, language)
    found = []
    for step in row.chain:
        title = tool_title(step.tool, language)
        named = [(step.id, f"{step.id} · {title}", "")]
        named += [(f"{step.id}.{port}", f"{step.id} · {port_label(port, language)}", port) for port in step.given]
        for what, label, port in named:
            why, edits = "", []
            try:
                edits = pick_edits(chain, row.chain, what)
            except EditError as error:
                why = said(f"{error.given}; {error.do}", language)
            if edits or why:
                both = [words for step_id, name, words in conflicts if step_id == step.id and port in ("", name)]
                found.append(
                    {
                        "what": what,
                        "label": label,
                        "is_step": not port,
                        "edits": [edit.model_dump(mode="json") for edit in edits],
                        "lines": list(edit_lines(chain, edits, language)),
                        "conflicts": both,
                        "why": why,
                    }
                )
    return found


def _conflicts(turn: Turn, source: int, language: Language) -> list[tuple[str, str, str]]:
    """Return (step, name of the part, words) of what both sides changed; none where they have no common beginning."""
    try:
        merged = turn.merged(source)
    except EditError:
        return []
    return [(one.step or "", one.name, conflict_words(one, language)) for one in merged.conflicts]
