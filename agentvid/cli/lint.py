"""`agentvid chain lint`: what is to be said about a turn's chain, and the edits that repair it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from rich.console import Console
from rich.markup import escape

from agentvid.agent.agent import Agent, Turn
from agentvid.agent.answer import language_of
from agentvid.agent.budget import read_budget
from agentvid.agent.execute import earlier_lookup
from agentvid.agent.plan import earlier_ports
from agentvid.chain.chain import Chain
from agentvid.chain.edit import Edit
from agentvid.chain.step import Ref, step_number
from agentvid.cli.exit_codes import EXIT_FAILED
from agentvid.cli.out import write_json
from agentvid.cli.turn import find_turn
from agentvid.engine import Cost
from agentvid.planner.lint import Finding, apply_fixes, lint
from agentvid.report.edits import edit_lines

__all__ = ["lint_chain", "lint_turn"]

_MOST_ROUNDS: Final = 20
_STYLES: Final = {"error": "red", "warning": "yellow", "note": "dim"}


def lint_chain(
    *,
    session: str,
    turn: int | None,
    fix: bool = False,
    dry_run: bool = False,
    budget: str | None = None,
    as_json: bool = False,
) -> int:
    """Lint a turn's chain and print what is found; with `fix`, add a revision that repairs errors and warnings, not run
    yet; with `dry_run` only tell the edits that would. Notes are left to the person: an engine that is a draft may be
    what they wished for.

    `budget` is an amount and a currency, "2.5 CNY". Returns 4 where an error is left, 0 otherwise.
    """
    cost = read_budget("--budget", budget) if budget is not None else None
    return asyncio.run(_lint(session, turn, fix=fix, dry_run=dry_run, budget=cost, as_json=as_json))


def lint_turn(turn: Turn, budget: Cost | None = None, chain: Chain | None = None) -> list[Finding]:
    """Return what is to be said about a turn's newest chain, or about `chain` in its place."""
    agent = turn.agent
    return lint(
        chain or turn.chain,
        agent.tools,
        agent.engines,
        turn.run if turn.run.steps else None,
        earlier=earlier_ports(agent.log, turn.session, turn.number, agent.tools),
        lookup=earlier_lookup(agent.log, turn.session),
        later=_later(turn),
        budget=budget,
        owner=agent.executor.owner,
    )


async def _lint(session: str, turn: int | None, *, fix: bool, dry_run: bool, budget: Cost | None, as_json: bool) -> int:
    async with Agent() as agent:
        chosen = await find_turn(agent, session, turn)
        found = lint_turn(chosen, budget)
        edits, left = _repair(chosen, budget) if fix or dry_run else ([], found)
        lines = edit_lines(chosen.chain, edits, language_of(chosen.message.text))
        if edits and not dry_run:
            await chosen.edit(edits, run=False)
        fixed = [] if dry_run else [finding for finding in found if finding not in left]
        if as_json:
            told = [edit.model_dump(mode="json") for edit in edits]
            write_json({**_document(chosen, found, fixed), "edits": told, "dry_run": dry_run})
        else:
            _print(chosen, found, fixed)
            for line in lines:
                Console(soft_wrap=True).print(f"[cyan]edit[/] {escape(line)}", highlight=False)
        errors = [finding for finding in (found if dry_run else left) if finding.severity == "error"]
        return EXIT_FAILED if errors else 0


def _repair(turn: Turn, budget: Cost | None) -> tuple[list[Edit], list[Finding]]:
    """Return all edits that repair a chain, made in rounds, and what is left to be said then."""
    chain, edits = turn.chain, list[Edit]()
    for _ in range(_MOST_ROUNDS):
        found = lint_turn(turn, budget, chain)
        made = apply_fixes(chain, [finding for finding in found if finding.severity != "note"])
        if not made.edits:
            break
        chain = made.chain
        edits += made.edits
    return edits, lint_turn(turn, budget, chain)


def _later(turn: Turn) -> set[Ref]:
    log = turn.agent.log
    rows = [log.latest_revision(turn.session, row.turn) for row in log.turns(turn.session) if row.turn > turn.number]
    refs = [ref for row in rows if row for step in row.chain for ref in step.refs()]
    return {ref for ref in refs if step_number(ref.step)[0] == turn.number}


def _document(turn: Turn, found: list[Finding], fixed: list[Finding]) -> dict[str, Any]:
    told = [{**finding.model_dump(mode="json"), "fixed": finding in fixed} for finding in found]
    return {"status": "done", "session": turn.session, "turn": turn.number, "revision": turn.revision, "findings": told}


def _print(turn: Turn, found: list[Finding], fixed: list[Finding]) -> None:
    console = Console(soft_wrap=True)
    chinese = language_of(turn.message.text) == "zh"
    for finding in found:
        told = finding.zh if chinese else finding.en
        mark = " (fixed)" if finding in fixed else " (can be fixed)" if finding.fix else ""
        console.print(
            f"[{_STYLES[finding.severity]}]{finding.severity:8}[/]{finding.code:16}{escape(told)}[dim]{mark}[/]",
            highlight=False,
        )
    if not found:
        console.print("没有发现问题。" if chinese else "nothing found", highlight=False)
    if fixed:
        how = f"agentvid resume {turn.session} --turn {turn.number}"
        console.print(f"revision {turn.revision} holds the repairs; to run it: {how}", highlight=False)
