"""`agentvid chain budget`: what a session may spend, what it has spent, what is left."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from agentvid.agent.agent import Agent, Session
from agentvid.agent.budget import read_budget
from agentvid.cli.out import write_json
from agentvid.cli.turn import find_session, read_only
from agentvid.errors import InputError

__all__ = ["show_budget"]


def show_budget(*, session: str, amount: str | None, clear: bool, as_json: bool) -> int:
    """Print a session's budget; `amount` ("2 CNY") sets it first, `clear` takes it away.

    Raises: InputError where there is no such session, or the amount is none.
    """
    if amount is not None and clear:
        raise InputError("--set together with --clear", "one of the two", "leave one out")
    budget = read_budget("--set", amount) if amount is not None else None

    async def work(agent: Agent) -> None:
        opened = await find_session(agent, session)
        if budget is not None:
            opened.set_budget(budget.amount, budget.currency)
        elif clear:
            opened.set_budget(None)
        told = _document(opened)
        if as_json:
            write_json(told)
        else:
            _print(told)

    return read_only(work)


def _document(session: Session) -> dict[str, Any]:
    budget, spent = session.budget(), session.spent()
    left = None if budget is None else round(budget.amount - spent.get(budget.currency, 0.0), 6)
    return {
        "status": "done",
        "session": session.name,
        "budget": None if budget is None else {"amount": budget.amount, "currency": budget.currency},
        "spent": spent,
        "left": left,
    }


def _print(told: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    spent = ", ".join(f"{amount:.2f} {currency}" for currency, amount in told["spent"].items()) or "nothing"
    budget = told["budget"]
    if budget is None:
        console.print(f"{told['session']}: no budget; spent: {spent}")
        console.print(f"  set one: agentvid chain budget {told['session']} --set '2 CNY'")
        return
    console.print(f"{told['session']}: budget {budget['amount']:.2f} {budget['currency']}; spent: {spent}")
    console.print(f"  left: {told['left']:.2f} {budget['currency']}; a run that might pass it waits for approval")
