"""Remove objects that nothing uses any more.

In use is what any chain, run, message, version, answer or cached result in the log names, and what a living process
holds a lease on. Anything else goes once it is older than a grace period, which covers the moment between storing an
object and naming it. What a cached result names stays; forget the result first (`Log.cache_forget`) to let it go.

Source: mark and sweep, as in git-gc(1): everything reachable stays, the rest goes after a grace period.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from agentvid.errors import StoreError
from agentvid.media.types import Media
from agentvid.store.fence import LEASE_SECONDS, Process, beating, this_process
from agentvid.store.log import Log
from agentvid.store.migrations import JSON_COLUMNS
from agentvid.store.objects import ObjectStore

__all__ = ["Collected", "Lease", "collect", "hold"]

GRACE_SECONDS: Final = 3600.0

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Collected:
    """What a collection removed, or would remove in a dry run: objects, temporary files, bytes; and what stayed."""

    removed: int
    freed_bytes: int
    kept: int
    temporary: int = 0


@dataclass(frozen=True)
class Lease:
    """Keeps objects from collection while this process lives, whatever the log says of them. See `hold`."""

    log: Log
    lease_seconds: float = LEASE_SECONDS
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)
    held: set[str] = field(default_factory=set)

    def add(self, *artifacts: Media | str) -> None:
        """Hold more objects, by artifact or sha256."""
        self.held.update(found.artifact if isinstance(found, Media) else found for found in artifacts)
        self.renew()

    def renew(self) -> None:
        """Say that the holder lives, which extends the lease."""
        if not self.held:
            return
        process, until = this_process(), self.log.clock() + self.lease_seconds
        with self.log.write(durable=False) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (self.holder, sha256, process.pid, process.host, process.boot, process.start, until)
                    for sha256 in sorted(self.held)
                ],
            )

    def release(self) -> None:
        """Let go of all objects held. Doing it twice does nothing."""
        if not self.held:
            return
        with self.log.write(durable=False) as connection:
            connection.execute("DELETE FROM leases WHERE holder = ?", (self.holder,))


@contextmanager
def hold(log: Log, *artifacts: Media | str, lease_seconds: float = LEASE_SECONDS) -> Iterator[Lease]:
    """Hold objects inside the block, renewed by the heartbeat; `Lease.add` holds more.

    The lease of a process that dies ends with it (on another machine: after `lease_seconds`).
    """
    lease = Lease(log, lease_seconds)
    try:
        lease.add(*artifacts)
        with beating(lease.renew, every_seconds=lease_seconds / 4):
            yield lease
    finally:
        lease.release()


def collect(
    log: Log, objects: ObjectStore, *, grace_seconds: float = GRACE_SECONDS, dry_run: bool = False
) -> Collected:
    """Remove objects that nothing uses and that were last put more than `grace_seconds` ago, and abandoned files.

    The log takes no writes meanwhile, so that nothing can begin to name an object while it is being removed.

    Raises: StoreError where the store can't be written.
    """
    now = log.clock()
    removed = freed = kept = 0
    with log.write(durable=False) as connection:
        in_use = _named(connection) | _leased(connection, now)
        for stored in objects.stored(now):
            old = stored.age_seconds > grace_seconds
            if stored.sha256 in in_use or not old:
                kept += 1
            elif dry_run or objects.remove(stored.sha256, put_before=now - grace_seconds):
                removed += 1
                freed += stored.bytes
            else:
                kept += 1
    files, bytes_of_files = _clear_temporary(objects, now - grace_seconds, dry_run)
    return Collected(removed, freed + bytes_of_files, kept, files)


def _named(connection: sqlite3.Connection) -> set[str]:
    found: set[str] = set()
    for table, column in JSON_COLUMNS:
        for (text,) in connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):
            found.update(_SHA256.findall(text))
    return found


def _leased(connection: sqlite3.Connection, now: float) -> set[str]:
    """Return what living processes hold; leases of those that are gone are dropped."""
    held: set[str] = set()
    holders = connection.execute(
        "SELECT DISTINCT holder, pid, host, boot, start, max(until) FROM leases GROUP BY holder"
    )
    for holder, pid, host, boot, start, until in holders.fetchall():
        if Process(pid, host, boot, start).is_gone(now, until):
            connection.execute("DELETE FROM leases WHERE holder = ?", (holder,))
            continue
        held.update(sha for (sha,) in connection.execute("SELECT sha256 FROM leases WHERE holder = ?", (holder,)))
    return held


def _clear_temporary(objects: ObjectStore, written_before: float, dry_run: bool) -> tuple[int, int]:
    files = freed = 0
    for path in objects.abandoned(written_before=written_before):
        try:
            size = path.stat().st_size
            if not dry_run:
                path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StoreError(f"{path} can't be removed: {error}", "a store that can be written") from error
        files += 1
        freed += size
    return files, freed
