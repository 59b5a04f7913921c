"""`agentvid eval editing`: the benchmark of chain editing, with progress; stopped, it can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from agentvid.agent.rivals import SYSTEMS
from agentvid.cli.exit_codes import EXIT_INTERRUPTED
from agentvid.cli.out import write_json
from agentvid.errors import InputError
from agentvid.evals.editing.case import SUITES, Case, DataSet, load_cases
from agentvid.evals.editing.page import PAGE, table_markdown
from agentvid.evals.editing.results import read_result, shipped_results
from agentvid.evals.editing.runner import Plan, run_systems
from agentvid.evals.editing.system import find_system

__all__ = ["measure"]

OUT: Final = Path("agentvid-results") / "eval-editing"


def measure(
    suite: str,
    *,
    systems: Sequence[str],
    only: Sequence[str],
    compare: Sequence[Path],
    out: Path | None,
    as_json: bool,
) -> int:
    """Measure systems on the cases; results of each, rows.json and index.html go to a folder. What lies there is not
    done again. Returns 130 where it was stopped.

    Raises: InputError for an unknown suite, case or system, or results that can't be read.
    """
    folder, console = out or OUT, Console(stderr=True)
    data = load_cases()
    others = [read_result(path) for path in compare] + (shipped_results() if not compare and not only else [])
    made = {name: find_system(name, SYSTEMS) for name in systems or ("agentvid",)}
    mine = {str(getattr(make, "name", name)) for name, make in made.items()}
    others = [each for each in others if each["system"]["name"] not in mine]
    plan = Plan(data, _chosen(data, suite, only), made, datetime.now(UTC).date().isoformat(), others)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    try:
        with progress:
            bar = progress.add_task("measuring", total=len(plan.cases) * len(made))

            def told(system: str, case: Case, state: str) -> None:
                progress.update(bar, description=f"{system} {case.id}", advance=0 if state == "started" else 1)

            results = asyncio.run(run_systems(plan, folder, told=told))
    except (asyncio.CancelledError, KeyboardInterrupt):
        console.print(f"stopped; cases that are measured are kept: the same command with --out {folder} goes on")
        return EXIT_INTERRUPTED
    if as_json:
        write_json({"results": results, "folder": str(folder)})
    else:
        Console().print(Markdown(table_markdown([*results, *others])))
        console.print(f"report: {folder / PAGE}; to hand on: {folder}/SYSTEM.json", highlight=False)
    return 0


def _chosen(data: DataSet, suite: str, only: Sequence[str]) -> list[Case]:
    if suite not in (*SUITES, "all"):
        raise InputError(f"suite {suite!r}", f"one of {', '.join(SUITES)}, all", "correct --suite")
    unknown = set(only) - {case.id for case in data.cases}
    if unknown:
        raise InputError(f"cases {', '.join(sorted(unknown))}", "names of data/cases.json", "correct --case")
    return [case for case in data.cases if suite in (case.suite, "all") and (not only or case.id in only)]
