"""Accepted work, on the disk until it is done, and who is served next: owners in turn, and of each the oldest first.

A row of work is written in the transaction that accepts a turn and goes when the turn's run has ended. What is left
after a crash or a restart is what must be gone on with.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

from agentvid.store.log import Log

__all__ = ["MOST_TRIES", "FairQueue", "Work", "drop_work", "insert_work", "left_work", "try_work"]

MOST_TRIES: Final = 5
"""How often a turn is begun that ends with the process: then it is the turn that ends it."""


@dataclass(frozen=True)
class Work:
    """A turn to be run. `approved`: a person said that it may begin. `tries`: how often it was begun before.
    `accepted`: when, in seconds since the epoch.
    """

    id: int
    owner: str
    session: str
    turn: int
    accepted: float
    approved: bool = False
    tries: int = 0


def insert_work(
    connection: sqlite3.Connection, owner: str, session: str, turn: int, now: float, *, approved: bool = False
) -> Work:
    """Write work inside a transaction."""
    made = connection.execute(
        "INSERT INTO work (owner, session, turn, approved, tries, created) VALUES (?, ?, ?, ?, 0, ?)",
        (owner, session, turn, int(approved), now),
    )
    assert made.lastrowid is not None
    return Work(made.lastrowid, owner, session, turn, now, approved)


def try_work(log: Log, work: Work) -> None:
    """Count that work begins: in the transaction by which its turn becomes its process's."""
    log.write_later("work", ("try", work.id), "UPDATE work SET tries = tries + 1 WHERE id = ?", _id, work)


def drop_work(log: Log, work: Work) -> None:
    """Forget work that is done, with the next write. Until then its turn was answered after it was accepted."""
    log.write_later("work", ("drop", work.id), "DELETE FROM work WHERE id = ?", _id, work)


def _id(work: Work) -> tuple[int]:
    return (work.id,)


def left_work(log: Log) -> list[Work]:
    """Return all work that was accepted and not done, the oldest first; of each session the newest."""
    with log.write(durable=False) as connection:
        connection.execute("DELETE FROM work WHERE id NOT IN (SELECT max(id) FROM work GROUP BY session)")
    rows = log.tuples("SELECT id, owner, session, turn, created, approved, tries FROM work ORDER BY id")
    return [
        Work(id, owner, session, turn, accepted, bool(approved), tries)
        for id, owner, session, turn, accepted, approved, tries in rows
    ]


class FairQueue:
    """Work that waits. Not for several threads."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, deque[Work]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def add(self, work: Work) -> None:
        """Put work behind what its owner has waiting."""
        self._of.setdefault(work.owner, deque()).append(work)

    def next(self) -> Work | None:
        """Take the next owner's oldest work, and put the owner behind all others; None where nothing waits."""
        if not self._of:
            return None
        owner, waiting = next(iter(self._of.items()))
        work = waiting.popleft()
        del self._of[owner]
        if waiting:
            self._of[owner] = waiting
        return work

    def remove(self, session: str) -> Work | None:
        """Take a session's work out; None where none waits."""
        for owner, waiting in list(self._of.items()):
            for work in waiting:
                if work.session == session:
                    waiting.remove(work)
                    if not waiting:
                        del self._of[owner]
                    return work
        return None
