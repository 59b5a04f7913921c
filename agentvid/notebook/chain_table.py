"""A chain as a table: each step with its thought, what it used, what it found, and the evidence drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from agentvid.chain.run import Run, StepRun
from agentvid.notebook.turns import plain_turn, record_of
from agentvid.report.chinese import said
from agentvid.report.evidence import Row, pictures, rows
from agentvid.report.media_view import Showcase
from agentvid.report.record import Language, TurnRecord
from agentvid.report.shelf import Shelf
from agentvid.report.words import Words, seconds, tool_title

__all__ = ["ChainTable"]

_CLIPS: Final = 12_000_000
"""Bytes of clips that one table holds."""
_HEADS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("step", "thought", "found", "evidence"),
    "zh": ("步骤", "想法", "发现", "依据"),
}
_NOT_RUN: Final[dict[Language, str]] = {
    "en": "Revision {revision} has not run yet.",
    "zh": "修订 {revision} 还没有运行。",
}


class ChainTable:
    """The chain of a turn, drawn from what the log holds when it is shown, in the language of its message.

    It tells the run of the revision that is shown: where that has not run, no earlier one stands in for it.
    """

    def __init__(self, turn: Any) -> None:
        self.turn = plain_turn(turn)

    def __repr__(self) -> str:
        return "\n".join(f"{step.id} {step.tool}: {step.thought}" for step in self.turn.chain)

    def _repr_html_(self) -> str:
        record = record_of(self.turn)
        is_own = record.run.revision == record.revision
        if not is_own:
            record = replace(record, run=Run(revision=record.revision))
        show = Showcase(record, Shelf(self.turn.agent.store, {}, _CLIPS))
        steps = [_step(show, record, step.id) for step in record.chain]
        note = "" if is_own else _NOT_RUN[record.language].format(revision=record.revision)
        return str(_template().render(steps=steps, heads=_HEADS[record.language], words_of=show.words, note=note))


def _step(show: Showcase, record: TurnRecord, step_id: str) -> dict[str, Any]:
    step, run, language = record.chain.step(step_id), record.step_run(step_id), record.language
    return {
        "step": step,
        "title": tool_title(step.tool, language),
        "status": run.status,
        "told": _status(run, show.words),
        "took": seconds(run.seconds, language) if run.executed else "",
        "media": [medium for medium in pictures(show, step) if medium.kind in ("picture", "compare", "clip", "sound")],
        "rows": [(row.label, _words(row), row) for row in rows(show, step)],
        "fails": said((run.error or {}).get("given", "") or (run.waits.how if run.waits else ""), language),
    }


def _status(run: StepRun, words: Words) -> str:
    return words["ran"] if run.executed and run.status == "done" else words[f"status_{run.status}"]


def _words(row: Row) -> str:
    if row.changes:
        told = [" → ".join(each.name for each in (c.source, c.target) if each) or c.title for c in row.changes]
        return "; ".join([f"{row.text}: {each}" if row.text else each for each in told])
    return row.text or ", ".join(row.moves)


def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    engine = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return engine.get_template("chain_table.html.j2")
