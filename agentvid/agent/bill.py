"""What a model used to plan: summed up, written down as spending of the session, and told in words.

Money is written down as soon as it is known, so that a turn that ends without a chain has its costs in the log, too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from agentvid.chain.run import StepRun
from agentvid.events import Emit, Event, TokensUsed
from agentvid.prompt import Language
from agentvid.store.log import Log

__all__ = ["PLANNING", "Bill", "amount_words", "keep_bill", "kept_bill"]

PLANNING = "plan"
"""Stands for a step in the spending of a session."""


@dataclass
class Bill:
    """Tokens read and written, and what they cost. `is_known` is False where nobody knows what some of them cost."""

    model: str = ""
    read: int = 0
    written: int = 0
    cost: float = 0.0
    currency: str = ""
    is_known: bool = True

    def to_json(self) -> dict[str, Any] | None:
        """Return the bill as JSON, None where nothing was used."""
        return asdict(self) if self.model or self.cost else None

    def words(self, language: Language) -> str:
        """Return the bill in words, "" where nothing was used."""
        if not self.model:
            return ""
        zh = language == "zh"
        unknown = "价格未知" if zh else "price not known"
        cost = amount_words(self.cost, self.currency) if self.is_known else unknown
        if zh:
            return f"由 {self.model} 规划：读 {self.read} 词元，写 {self.written} 词元，{cost}"
        return f"planned by {self.model}: {self.read} tokens read, {self.written} written, {cost}"


def keep_bill(log: Log, session: str, turn: int, token: str, emit: Emit) -> tuple[Bill, Emit]:
    """Return an empty bill, and an `emit` that fills it and writes spending down before it passes events on."""
    bill = Bill()

    def listen(event: Event) -> None:
        if isinstance(event, TokensUsed):
            bill.model, bill.currency = event.model, event.currency or bill.currency
            bill.read, bill.written = bill.read + event.read, bill.written + event.written
            bill.cost, bill.is_known = bill.cost + (event.cost or 0.0), bill.is_known and event.cost is not None
            record = StepRun(step=PLANNING, executed=True, cost=event.cost or 0.0, currency=event.currency)
            log.spend(session, turn, record, token=token)
        emit(event)

    return bill, listen


def kept_bill(log: Log, session: str, turn: int) -> Bill:
    """Return what was written down of the bill of a turn whose process ended after it was planned: the money."""
    found = log.spent_on(session, turn, PLANNING)
    return Bill(cost=found[0].amount, currency=found[0].currency) if found else Bill()


def amount_words(amount: float, currency: str) -> str:
    """Return an amount of money: two decimals, two digits where it is less than a hundredth."""
    return f"{amount:.2f} {currency}" if amount >= 0.01 or not amount else f"{amount:.2g} {currency}"
