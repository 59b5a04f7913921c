"""`agentvid eval causal`: the table of interventions on the demo chains, or on a message of your own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agentvid.agent.agent import Agent
from agentvid.agent.answer import sinks
from agentvid.agent.execute import earlier_lookup
from agentvid.cli.out import write_json
from agentvid.errors import InputError
from agentvid.evals.causal import CausalRow, measure_causality, summary
from agentvid.evals.intervened import Intervened
from agentvid.samples import DEMO_MESSAGES

__all__ = ["check_options", "measure"]

_STYLES = {"causal": "green", "decoration": "yellow", "disobeyed": "red", "leaks": "red", "failed": "red"}


def measure(message: Sequence[str], *, as_json: bool, engine: str | None = None) -> int:
    """Measure causality; `message` is a text and its files, none stands for the two demo messages.

    `engine` is wished for every step it can do.

    Returns 4 where a port is not causal.
    """
    messages = [(message[0], [Path(file) for file in message[1:]])] if message else _demo()
    console = Console(stderr=as_json)
    tables = asyncio.run(_measure(messages, console, engine))
    rows = [row for _, found in tables for row in found]
    if as_json:
        told = [{"message": text, "rows": [row.to_json() for row in found]} for text, found in tables]
        write_json({"messages": told, "summary": summary(rows)})
    else:
        for text, found in tables:
            console.print(_table(text, found))
        console.print(", ".join(f"{count} {verdict}" for verdict, count in summary(rows).items()))
    return 0 if all(row.verdict == "causal" for row in rows) else 4


def check_options(**options: object) -> None:
    """Refuse options that are of the other form: those of a suite without one, a message or engine with one.

    Raises: InputError.
    """
    named = [name for name, value in options.items() if value]
    if named:
        told = ", ".join(name if name == "message" else f"--{name}" for name in named)
        how = "leave it out" if named[0] in ("message", "engine") else "add --suite media, small or all"
        raise InputError(f"{told} does not go with this", "a suite, or a message of your own", how)


def _demo() -> list[tuple[str, list[Path]]]:
    return [(text, [file]) for _, text, file in DEMO_MESSAGES]


async def _measure(
    messages: list[tuple[str, list[Path]]], console: Console, engine: str | None
) -> list[tuple[str, list[CausalRow]]]:
    tables = []
    async with Agent() as agent:
        for text, files in messages:
            session = await agent.session()
            turn = await session.send(text, *files, engine=engine)
            if turn.status != "done":
                raise InputError(
                    f"the message {text[:60]!r} ended as {turn.status}", "one that is done", "mend it first"
                )
            lookup = earlier_lookup(agent.log, turn.session)
            answer = turn.chain.answer or tuple(sinks(turn.chain, turn.run))

            def told(row: CausalRow, found: Intervened) -> None:
                console.print(f"  {row.step}.{row.port}: {row.verdict}", style=_STYLES[row.verdict], highlight=False)

            tables.append(
                (text, await measure_causality(agent.executor, turn.chain, answer, earlier=lookup, told=told))
            )
    return tables


def _table(title: str, rows: list[CausalRow]) -> Table:
    table = Table(title=escape(title), title_justify="left")
    table.add_column("port", no_wrap=True)
    for column in ("given instead", "runs again", "changed in the answer", "strayed", "outside mask", "verdict"):
        table.add_column(column)
    for row in rows:
        table.add_row(
            f"{row.step}.{row.port}",
            escape(row.intervention),
            " ".join(step.partition(".")[2] for step in row.reruns) or "-",
            " ".join(port.rpartition(".")[2] for port in row.answer_changed) or "-",
            " ".join(row.strayed) or "-",
            _decibels(row.psnr_outside_db),
            f"[{_STYLES[row.verdict]}]{row.verdict}[/]",
        )
    return table


def _decibels(value: Any) -> str:
    if value is None:
        return "-"
    return "identical" if value >= 99 else f"{value:.1f} dB"
