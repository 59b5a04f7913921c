"""Chains and answers in a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agentvid.agent.agent import Turn
from agentvid.agent.document import answer_of
from agentvid.agent.given import how_to_give
from agentvid.chain.run import StepRun
from agentvid.chain.step import Step, as_ref

__all__ = ["print_chain", "print_outcome"]

_STYLES = {"done": "green", "cached": "cyan", "failed": "red", "waiting": "yellow"}


def print_chain(turn: Turn) -> None:
    """Print each step: thought, tool, arguments, what was found or given."""
    console = Console()
    chain, run = turn.chain, turn.run
    if chain.question:
        console.print(escape(chain.question))
    console.print(f"[bold]{turn.session}[/] turn {turn.number} revision {turn.revision}: {turn.phase}", highlight=False)
    table = Table(show_lines=True, expand=True)
    for title in ("step", "thought", "tool and arguments", "evidence"):
        table.add_column(title, ratio=None if title == "step" else 1, no_wrap=title == "step")
    for step in chain:
        record = run.steps.get(step.id, StepRun(step=step.id))
        style = _STYLES.get(record.status, "dim")
        table.add_row(
            f"{step.id}\n[{style}]{record.status}[/]", escape(step.thought), _call(step), _found(step, record)
        )
    if len(chain):
        console.print(table)
    elif not chain.question:
        _print_draft(console, turn)


def _print_draft(console: Console, turn: Turn) -> None:
    """Print why there is no chain, and what a model wrote in its place."""
    error = turn.agent.log.turn(turn.session, turn.number).error or {}
    told = [error[name] for name in ("given", "expected", "do") if error.get(name)]
    if told:
        console.print(escape("\n".join(told)), highlight=False)
    if error.get("draft"):
        console.print("[bold]draft[/]")
        console.print(escape(error["draft"]), highlight=False)


def print_outcome(turn: Turn, folder: Path | None) -> None:
    """Print the answer, what is waited for, and where the results lie."""
    console = Console(soft_wrap=True)
    for part in answer_of(turn):
        if part["type"] == "text":
            console.print(escape(part["text"]), highlight=False)
    for step_id, record in turn.run.steps.items():
        for warning in record.warnings:
            console.print(f"[yellow]note[/] [dim]{step_id}[/] {escape(warning)}", highlight=False)
    for waits in turn.waiting:
        port = turn.agent.tools[turn.chain.step(waits.step).tool].port(waits.port)
        option = how_to_give(waits.step, port) if port else ""
        console.print(f"[yellow]waiting[/] {waits.step} needs {waits.port}: {escape(waits.how)}", highlight=False)
        console.print(f"  agentvid resume {turn.session} {option}", highlight=False)
    if turn.phase == "waiting" and not turn.waiting and not turn.chain.question:
        held = turn.agent.log.turn(turn.session, turn.number).error
        if held:
            console.print(f"[yellow]waiting[/] {escape(held['given'])}", highlight=False)
        do = held["do"] if held else f"approve it: agentvid resume {turn.session} --turn {turn.number}"
        console.print(f"[yellow]waiting[/] {escape(do)}", highlight=False)
    if folder is not None:
        console.print(
            f"[bold]{folder / 'report.html'}[/]  (session {turn.session}, turn {turn.number})", highlight=False
        )


def _call(step: Step) -> str:
    lines = [f"[bold]{step.tool}[/]"]
    lines += [f"{name} = {escape(_short(value))}" for name, value in step.args.items()]
    lines += [f"engine: {step.engine}"] if step.engine else []
    return "\n".join(lines)


def _found(step: Step, record: StepRun) -> str:
    lines = []
    for port, packed in record.outputs.items():
        mark = " [yellow](given)[/]" if port in step.given else ""
        lines.append(f"{port}{mark}: {escape(_short(packed['value']))}")
    lines += [f"[yellow]{escape(warning)}[/]" for warning in record.warnings]
    if record.error:
        lines.append(f"[red]{escape(record.error['given'])}[/]")
    return "\n".join(lines)


def _short(value: Any) -> str:
    ref = as_ref(value)
    if ref is not None:
        return f"→ {ref}"
    if isinstance(value, list):
        return ", ".join(_short(item) for item in value)
    if isinstance(value, dict) and "artifact" in value:
        size = f" {value['width']}×{value['height']}" if "width" in value else ""
        return f"{value.get('type', 'media')}{size} {value['artifact'][:8]}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 240 else text[:239] + "…"
