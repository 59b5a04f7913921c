"""Money in the log: what a session may spend, and what it has spent. What was spent is only ever added to.

Does not cover: what a run is going to cost (`run.preview`), who is asked when (`agent.budget`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from agentvid.store.migrations import Database
from agentvid.store.rows import BudgetRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agentvid.chain.run import StepRun

__all__ = ["Budgets", "add_spending"]


class Budgets:
    """The part of the log that keeps budgets and spending."""

    _database: Database
    clock: Callable[[], float]
    session_write: Callable[..., AbstractContextManager[sqlite3.Connection]]

    def set_budget(self, session: str, amount: float | None, currency: str = "", *, token: str) -> None:
        """Set what a session may spend in all, in one currency; None takes the budget away.

        Raises: SessionBusy where `token` does not own the session now.
        """
        with self.session_write(session, token) as connection:
            connection.execute("DELETE FROM budgets WHERE session = ?", (session,))
            if amount is not None:
                row = (session, amount, currency, self.clock())
                connection.execute("INSERT INTO budgets VALUES (?, ?, ?, ?)", row)

    def budget(self, session: str) -> BudgetRow | None:
        """Return what a session may spend, or None where it has no budget."""
        rows = self._database.rows("SELECT amount, currency FROM budgets WHERE session = ?", session)
        return BudgetRow(**rows[0]) if rows else None

    def spent(self, session: str) -> dict[str, float]:
        """Return what the session has spent, by currency; empty where nothing."""
        rows = self._database.rows(
            "SELECT currency, sum(amount) AS amount FROM spending WHERE session = ? GROUP BY currency", session
        )
        return {row["currency"]: row["amount"] for row in rows}

    def spent_on(self, session: str, turn: int, step: str) -> list[BudgetRow]:
        """Return what a step of a turn has cost in all, in each currency."""
        rows = self._database.rows(
            "SELECT sum(amount) AS amount, currency FROM spending WHERE session = ? AND turn = ? AND step = ?"
            " GROUP BY currency",
            *(session, turn, step),
        )
        return [BudgetRow(**row) for row in rows]

    def spend(self, session: str, turn: int, record: StepRun, *, token: str) -> None:
        """Write down what a step cost that is in no revision (a check of what was expected).

        Raises: SessionBusy where `token` does not own the session now.
        """
        if record.executed and record.cost:
            with self.session_write(session, token) as connection:
                add_spending(connection, session, turn, [record], self.clock())


def add_spending(
    connection: sqlite3.Connection, session: str, turn: int, records: Iterable[StepRun], now: float
) -> None:
    """Write down what these steps cost, inside a transaction. Steps that ran before and were kept cost nothing."""
    connection.executemany(
        "INSERT INTO spending VALUES (?, ?, ?, ?, ?, ?)",
        [(session, turn, r.step, r.cost, r.currency, now) for r in records if r.executed and r.cost],
    )
