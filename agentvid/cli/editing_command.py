"""The command `agentvid eval editing`; what it does is in `cli.editing`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["EDITING_EXAMPLES", "eval_editing"]

EDITING_EXAMPLES: Final = (
    "Examples: agentvid eval editing --suite photo --system agentvid --system all-again · "
    "agentvid eval editing --system my_module:MySystem --out mine"
)


def eval_editing(
    suite: Annotated[str, typer.Option(help="photo | clip | world | reference | all.")] = "all",
    system: Annotated[
        list[str] | None,
        typer.Option(
            help="agentvid all-again ask-again langgraph-fork, or module:Class of your own. "
            r"Repeatable \[default: agentvid]."
        ),
    ] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only the case of this name. Repeatable.")] = None,
    compare: Annotated[
        list[Path] | None, typer.Option(help=r"Results to show beside. Repeatable \[default: those that ship].")
    ] = None,
    out: Annotated[Path | None, typer.Option(help=r"Folder \[default: agentvid-results/eval-editing].")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")] = False,
) -> int:
    """Measure editing: what runs again, does the result obey, does the rest stay, how long, how many actions."""
    from agentvid.cli.editing import measure

    return measure(suite, systems=system or [], only=case or [], compare=compare or [], out=out, as_json=json_)
