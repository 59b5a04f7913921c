"""`agentvid eval causal --suite`: many chains measured by interventions, with progress; stopped, it can go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from agentvid.agent.agent import Agent, Turn
from agentvid.agent.answer import sinks
from agentvid.agent.execute import earlier_lookup
from agentvid.cli.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED
from agentvid.cli.out import write_json
from agentvid.errors import InputError
from agentvid.evals.causal import CausalRow
from agentvid.evals.suite.case import SUITES, SuiteCase, media_cases, small_cases
from agentvid.evals.suite.figures import is_met
from agentvid.evals.suite.page import PAGE
from agentvid.evals.suite.runner import Plan, Sent, run_suite

__all__ = ["measure_suites"]

STORE: Final = "store"
"""Folder beside the results where what was run is kept; it may be deleted."""
_SMALL: Final = 50
_STYLES: Final = {"causal": "green", "decoration": "yellow", "disobeyed": "red", "leaks": "red", "failed": "red"}


def measure_suites(suite: str, *, media: Path | None, out: Path | None, chains: int | None, as_json: bool) -> int:
    """Measure suites into a folder. `chains` measures only so many of each.

    Returns 4 where the target is missed, 130 where it was stopped.

    Raises: InputError for an unknown suite, a folder without media, or results that can't be gone on from.
    """
    if suite not in (*SUITES, "all"):
        raise InputError(f"suite {suite!r}", f"one of {', '.join(SUITES)}, all", "correct --suite")
    folder = out or Path("agentvid-results") / f"eval-causal-{suite}"
    console = Console(stderr=True)
    try:
        document = asyncio.run(_measure(suite, media, folder, chains, console))
    except (asyncio.CancelledError, KeyboardInterrupt):
        console.print(f"stopped; chains that are measured are kept: the same command with --out {folder} goes on")
        return EXIT_INTERRUPTED
    if as_json:
        write_json({**document, "folder": str(folder)})
    else:
        Console().print(_table(document["figures"]))
        _tell_rest(console, document["figures"])
        console.print(f"report: {folder / PAGE}", highlight=False)
    return 0 if all(is_met(told) for told in document["figures"].values()) else EXIT_FAILED


async def _measure(suite: str, media: Path | None, out: Path, chains: int | None, console: Console) -> dict[str, Any]:
    async with Agent(out / STORE) as agent:
        cases = _cases(agent, suite, media, chains)
        engines = ("classical", "small") if suite == "all" else ("small",) if suite == "small" else ("classical",)
        named = tuple(f"{name}@{agent.engines[name].version} {agent.engines[name].weights}" for name in engines)

        async def send(case: SuiteCase) -> Sent:
            return await _send(agent, case)

        progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        with progress:
            bar = progress.add_task("measuring", total=len(cases))

            def told(case: SuiteCase, state: str, row: CausalRow | None) -> None:
                progress.update(bar, description=f"{case.suite} {case.name}")
                if row is not None and row.verdict != "causal":
                    style = _STYLES[row.verdict]
                    progress.console.print(
                        f"  {case.name} {row.step}.{row.port} [{style}]{row.verdict}[/]", highlight=False
                    )
                if state == "not measured":
                    progress.console.print(f"  {case.name} [yellow]not measured[/]", highlight=False)
                if state in ("done", "kept", "not measured"):
                    progress.advance(bar)

            return await run_suite(Plan(cases, named), out, agent.executor, send, told=told)


def _cases(agent: Agent, suite: str, media: Path | None, chains: int | None) -> list[SuiteCase]:
    cases = list[SuiteCase]()
    if suite in ("media", "all"):
        cases += media_cases(media)[:chains]
    if suite in ("small", "all"):
        drawn, edited = (_claimed(agent, task) for task in ("text_to_image", "edit_image"))
        cases += small_cases(chains or _SMALL, drawn=drawn, edited=edited)
    return cases


def _claimed(agent: Agent, task: str) -> int:
    """Return up to how many solids the small engine claims a task, seen from the front; 0 where it can't be used."""
    from agentvid.engines.small.weights import find_small

    engine = agent.engines.get("small")
    if engine is None or engine.status().state != "ready":
        raise InputError(
            "engine small can't be used", "its weights", engine.status().how if engine else "install again"
        )
    claim = find_small().claims.get(task)
    if claim is None or claim.draft:
        return 0
    return int(max(claim.level.get("objects_in_front", 0), claim.level.get("objects", 0)))


async def _send(agent: Agent, case: SuiteCase) -> Sent:
    session, turn = await agent.session(), None
    for text in case.texts:
        files = [case.file] if case.file and turn is None else []
        turn = await session.send(text, *files)
        if turn.status != "done":
            return _sent(agent, turn, f"“{text}” ended as {turn.status}: {turn.chain.question or turn.status}")
    assert turn is not None
    return _sent(agent, turn, "")


def _sent(agent: Agent, turn: Turn, problem: str) -> Sent:
    answer = turn.chain.answer or tuple(sinks(turn.chain, turn.run))
    return Sent(turn.chain, answer, earlier_lookup(agent.log, turn.session), problem)


def _table(told: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("suite", "chains", "interventions", "obeyed", "95 %", "all", "local", "decorative steps")
    for suite, figures in told.items():
        obeyed = figures["obeyed"]
        table.add_row(
            suite,
            f"{figures['chains']}"
            + (f" (-{figures['chains_not_measured']})" if figures["chains_not_measured"] else ""),
            str(figures["interventions"]),
            "–" if obeyed["value"] is None else f"{obeyed['hits']} of {obeyed['n']} ({obeyed['value']:.3f})",
            f"{obeyed['low']:.2f}–{obeyed['high']:.2f}",
            f"{figures['obeyed_unconditioned']['hits']} of {figures['obeyed_unconditioned']['n']}",
            f"{figures['local']['hits']} of {figures['local']['n']}",
            ", ".join(figures["decorative_steps"]) or "none",
        )
    return table


def _tell_rest(console: Console, told: Mapping[str, Mapping[str, Any]]) -> None:
    for suite, figures in told.items():
        for row in figures["not_obeyed"]:
            why = escape("; ".join(row["why"]))
            console.print(
                f"  {suite} {row['chain']} {row['port']} ({escape(row['intervention'])}): {row['verdict']} {why}"
            )
