"""The budget of a session: it is never passed without asking.

Before a run, its highest price and what was spent are held against the budget. A price that is not known, or is in
another currency, can't be held against it, and is asked about as well.

Does not cover: an engine that charges more than it says; what it charged counts for the next run.
"""

from __future__ import annotations

import re

from agentvid.agent.stale import preview_turn
from agentvid.chain.chain import Chain
from agentvid.chain.step import AnswerIs, ColourIn, Count, UnchangedOutside
from agentvid.engine import Cost
from agentvid.errors import ErrorDocument, InputError, NoEngine
from agentvid.run.call import routes_of
from agentvid.run.execute import Executor
from agentvid.run.preview import Preview
from agentvid.run.route import bears

__all__ = ["OVER_BUDGET", "checked_budget", "over_budget", "read_budget"]

OVER_BUDGET = "over_budget"
"""The code with which a turn that waits for more money says so."""

_MONEY = re.compile(r"(\d{1,12}(?:\.\d{1,6})?) ?([A-Za-z]{3})")
_CHECKED_BY = ((ColourIn, "check"), (UnchangedOutside, "check"), (Count, "describe"), (AnswerIs, "describe"))


def checked_budget(amount: float, currency: str) -> Cost:
    """Return an amount of money that can be a budget.

    Raises: InputError where it is none.
    """
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < float("inf"):
        raise InputError(f"a budget of {amount!r}", "an amount of 0 or more", "correct it")
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise InputError(f"currency {currency!r}", "an ISO 4217 code, such as CNY", "correct it")
    return Cost(amount=amount, currency=currency)


def read_budget(where: str, text: str) -> Cost:
    """Read an amount and a currency, "2 CNY" or "2.5cny".

    Raises: InputError that begins with `where`, where the text is none.
    """
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        given = f"{where} {text[:40]!r}"
        raise InputError(given, 'an amount of 0 or more and a currency, such as "2 CNY"', "correct it")
    return checked_budget(float(match[1]), match[2].upper())


def over_budget(executor: Executor, session: str, turn: int) -> ErrorDocument | None:
    """Return, in numbers and with what to do, that a run of the turn might pass the budget; None where it can't."""
    budget = executor.log.budget(session)
    if budget is None:
        return None
    told = preview_turn(executor, session, turn)
    row = executor.log.latest_revision(session, turn)
    high = {cost.currency: cost.high for cost in told.costs if cost.high}
    unknown = list(told.cost_unknown)
    for tool, price in _check_prices(executor, row.chain if row else Chain(turn=turn), told):
        if price is None:
            unknown.append(tool)
        elif price.amount:
            high[price.currency] = high.get(price.currency, 0.0) + price.amount
    spent = executor.log.spent(session).get(budget.currency, 0.0)
    others = {currency for currency in high if currency != budget.currency}
    most = high.get(budget.currency, 0.0)
    if not unknown and not others and (not most or spent + most <= budget.amount + 1e-9):
        return None
    costs = ", ".join(f"{amount:.2f} {currency}" for currency, amount in high.items())
    says = [f"this run costs up to {costs}"] if costs else []
    says += [f"the price of {', '.join(unknown)} is not known"] if unknown else []
    return ErrorDocument(
        code=OVER_BUDGET,
        given=f"{'; '.join(says)}; {spent:.2f} of {budget.amount:.2f} {budget.currency} are spent",
        expected="a run within the budget of the session",
        do=f"approve it: agentvid resume {session} --turn {turn}; or edit it, or set another budget: "
        f"agentvid chain budget {session} --set 'AMOUNT {budget.currency}'",
    )


def _check_prices(executor: Executor, chain: Chain, told: Preview) -> list[tuple[str, Cost | None]]:
    """Return the prices of checking what steps that may run are expected to give."""
    running = {*told.certain, *told.possible}
    tools = [
        tool
        for step in chain
        if step.id in running
        for predicate in step.expect
        for kind, tool in _CHECKED_BY
        if isinstance(predicate, kind) and tool in executor.tools
    ]
    return [price for tool in tools for price in _tool_prices(executor, tool)]


def _tool_prices(executor: Executor, tool: str) -> list[tuple[str, Cost | None]]:
    try:
        routes = routes_of(executor.tools[tool], executor.engines, None)
    except NoEngine:
        return []
    borne = (bears(executor.engines[route.engine], task) for task, route in routes.items())
    return [(tool, capability.price) for capability in borne if capability is not None]
