"""Jobs that engines started elsewhere: the vendor's id is on the disk before anyone polls, so that work is paid once.

A job belongs to one request of one step's key in an owner's namespace. Its idempotency key goes to the vendor with the
order: where the vendor honours it, even an order whose answer was lost is not paid twice. A vendor that does not may
be paid twice if the process dies in the moment between the vendor's answer and `keep`; nothing else can lose a job.

Does not cover: what the job made and what it cost (`Log.cache_put` keeps both, and marks the job as settled).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from agentvid.store.log import Log

__all__ = ["StoredJob"]


@dataclass(frozen=True)
class StoredJob:
    """The job of one request: `key` names the request, `step_key` the result it is for. An `engine.JobKeeper`."""

    log: Log
    owner: str
    key: str
    step_key: str
    engine: str
    task: str

    @property
    def job(self) -> str | None:
        """The vendor's id, or None where none is kept."""
        row = self._row()
        return row["job"] if row else None

    @property
    def idempotency_key(self) -> str:
        """What the vendor tells this order from others by: the same until the job is forgotten."""
        row = self._row()
        return hashlib.sha256(f"{self.owner}\n{self.key}\n{row['attempt'] if row else 0}".encode()).hexdigest()

    @property
    def is_settled(self) -> bool:
        """Whether its cost is in the log already."""
        row = self._row()
        return row is not None and row["settled"] is not None

    async def keep(self, job: str) -> None:
        """Keep the vendor's id; it is on the disk when this returns. Where one is kept already, that one stays.

        Raises: StoreError where the log can't be written.
        """
        with self.log.write(durable=True) as connection:
            connection.execute(
                "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, 0, NULL, ?) ON CONFLICT DO UPDATE"
                " SET job = excluded.job, created = excluded.created, settled = NULL WHERE job IS NULL",
                (self.owner, self.key, self.step_key, self.engine, self.task, job, self.log.clock()),
            )

    async def forget(self) -> None:
        """Forget the job: the next one is a new order, with another idempotency key.

        Raises: StoreError where the log can't be written.
        """
        with self.log.write(durable=True) as connection:
            connection.execute(
                "UPDATE jobs SET job = NULL, attempt = attempt + 1 WHERE owner = ? AND key = ? AND job IS NOT NULL",
                (self.owner, self.key),
            )

    def _row(self) -> dict[str, Any] | None:
        query = "SELECT job, attempt, settled FROM jobs WHERE owner = ? AND key = ?"
        rows = self.log.rows(query, self.owner, self.key)
        return rows[0] if rows else None
