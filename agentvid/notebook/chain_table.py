"""A chain as a table: each step with its thought, what it used, what it found, and the evidence drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from agentvid.notebook.turns import plain_turn, record_of
from agentvid.report.evidence import Row, pictures, rows
from agentvid.report.media_view import Showcase
from agentvid.report.record import TurnRecord
from agentvid.report.shelf import Shelf

__all__ = ["ChainTable"]

_CLIPS: Final = 12_000_000
"""Bytes of clips that one table holds."""


class ChainTable:
    """The chain of a turn, drawn from what the log holds when it is shown."""

    def __init__(self, turn: Any) -> None:
        self.turn = plain_turn(turn)

    def __repr__(self) -> str:
        return "\n".join(f"{step.id} {step.tool}: {step.thought}" for step in self.turn.chain)

    def _repr_html_(self) -> str:
        record = record_of(self.turn)
        show = Showcase(record, Shelf(self.turn.agent.store, {}, _CLIPS))
        steps = [_step(show, record, step.id) for step in record.chain]
        return str(_template().render(record=record, steps=steps, zh=record.language == "zh"))


def _step(show: Showcase, record: TurnRecord, step_id: str) -> dict[str, Any]:
    step, run = record.chain.step(step_id), record.step_run(step_id)
    return {
        "step": step,
        "run": run,
        "status": "given" if run.given and not run.executed else "ran" if run.executed else run.status,
        "media": [medium for medium in pictures(show, step) if medium.kind in ("picture", "compare", "clip", "sound")],
        "rows": [(row.label, _words(row), row) for row in rows(show, step)],
        "fails": (run.error or {}).get("given", "") or (run.waits.how if run.waits else ""),
    }


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
