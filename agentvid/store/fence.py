"""One writer per session: ownership by a token, compared in the transaction of every write.

    with own(log, "s1") as ownership:
        log.add_turn("s1", message, token=ownership.token)

A second process gets `SessionBusy` while the owner lives and renews its lease. An owner that died on this machine is
seen at once (its pid is gone, or belongs to a process that started at another time, or the machine restarted); one on
another machine, in another container, or stopped, is given up when its lease has run out without a heartbeat. Whoever
wakes up after that finds its token stale: its writes are refused. Ownership itself need not survive a power cut: who
owned a session then is dead.

Does not cover: leases of objects (`store.gc`), which follow the same rule of liveness.
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agentvid.errors import SessionBusy, StoreError

if TYPE_CHECKING:
    from agentvid.store.log import Log

__all__ = ["LEASE_SECONDS", "Ownership", "Process", "acquire", "beating", "own", "this_process"]

LEASE_SECONDS: Final = 60.0
"""How long an owner that is not known to be dead is waited for after its last heartbeat."""

_FIRST_PID_NAMESPACE: Final = "pid:[4026531836]"


@dataclass(frozen=True)
class Ownership:
    """The right to write a session, as long as nobody took it over. `token` goes with every write."""

    log: Log
    session: str
    token: str
    lease_seconds: float = LEASE_SECONDS

    def renew(self) -> None:
        """Say that the owner lives, which extends the lease.

        Raises: SessionBusy where another process has taken the session over.
        """
        now = self.log.clock()
        with self.log.write(durable=False) as connection:
            renewed = connection.execute(
                "UPDATE ownership SET heartbeat = ?, until = ? WHERE session = ? AND token = ?",
                (now, now + self.lease_seconds, self.session, self.token),
            )
            if not renewed.rowcount:
                raise SessionBusy(
                    f"session {self.session!r} was released or taken over by another process",
                    "the token of its owner",
                    "open the session again; what was written before is safe",
                )

    def release(self) -> None:
        """Give the session back. Doing it twice, or after it was taken over, does nothing."""
        with self.log.write(durable=False) as connection:
            connection.execute("DELETE FROM ownership WHERE session = ? AND token = ?", (self.session, self.token))


def acquire(log: Log, session: str, *, lease_seconds: float = LEASE_SECONDS) -> Ownership:
    """Become the only writer of a session. Call `renew` more often than every `lease_seconds`, or use `own`.

    Raises: SessionBusy, saying who owns it and since when, while the owner lives (also where it is this process) and
    its lease lasts.
    """
    process, token, now = this_process(), uuid.uuid4().hex, log.clock()
    with log.write(durable=False) as connection:
        row = connection.execute(
            "SELECT pid, host, boot, start, since, until FROM ownership WHERE session = ?", (session,)
        ).fetchone()
        if row is not None:
            owner, since, until = Process(*row[:4]), row[4], row[5]
            if not owner.is_dead() and now < until:
                raise _busy(session, owner, since, until)
        connection.execute(
            "INSERT OR REPLACE INTO ownership VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (session, token, process.pid, process.host, process.boot, process.start, now, now, now + lease_seconds),
        )
    return Ownership(log, session, token, lease_seconds)


@contextmanager
def own(log: Log, session: str, *, lease_seconds: float = LEASE_SECONDS) -> Iterator[Ownership]:
    """Own a session inside the block, renewed by the heartbeat, released at its end.

    Raises: SessionBusy as `acquire`.
    """
    ownership = acquire(log, session, lease_seconds=lease_seconds)
    try:
        with beating(ownership.renew, every_seconds=lease_seconds / 4):
            yield ownership
    finally:
        ownership.release()


@contextmanager
def beating(renew: Callable[[], None], *, every_seconds: float) -> Iterator[None]:
    """Call `renew` from the heartbeat's thread inside the block, until it raises SessionBusy; never after the block.

    A StoreError (a locked or full disk) passes: the lease spans several beats, and whoever writes will hear of it.
    """
    beat = _Beat(renew, every_seconds)
    _heart.keep(beat)
    try:
        yield
    finally:
        beat.end()


class _Beat:
    """One renewal, again and again until it ends."""

    def __init__(self, renew: Callable[[], None], every_seconds: float) -> None:
        self.every_seconds = every_seconds
        self._renew = renew
        self._lock = threading.Lock()
        self._has_ended = False

    def end(self) -> None:
        """Renew no more; waits for a renewal that is being made."""
        with self._lock:
            self._has_ended = True

    def once(self) -> bool:
        """Renew unless it has ended; returns whether there is another time."""
        with self._lock:
            if not self._has_ended:
                try:
                    self._renew()
                except SessionBusy:
                    self._has_ended = True
                except StoreError:
                    pass
            return not self._has_ended


class _Heart:
    """One thread for all beats of this process, however many sessions it owns; it waits where nothing is due."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, _Beat]] = []
        self._kept = 0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def keep(self, beat: _Beat) -> None:
        """Make a beat from now on."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="agentvid-heartbeat", daemon=True)
                self._thread.start()
            self._put(beat)
            if self._due[0][2] is beat:
                self._changed.notify()

    def _put(self, beat: _Beat) -> None:
        self._kept += 1
        heapq.heappush(self._due, (time.monotonic() + beat.every_seconds, self._kept, beat))

    def _beat(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                beat = heapq.heappop(self._due)[2]
            if beat.once():
                with self._changed:
                    self._put(beat)


_heart = _Heart()


def _after_fork() -> None:
    global _heart
    _heart = _Heart()  # threads stay with the parent, and so do its sessions


os.register_at_fork(after_in_child=_after_fork)


def _busy(session: str, owner: Process, since: float, until: float) -> SessionBusy:
    began = datetime.fromtimestamp(since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    lapse = datetime.fromtimestamp(until).astimezone().strftime("%H:%M:%S")
    who = "this process" if owner == this_process() else f"process {owner.pid}"
    where = "" if owner.is_here() else f" on {owner.host}"
    return SessionBusy(
        f"{who}{where} has been writing session {session!r} since {began}",
        "a session that nobody else writes",
        f"wait until it ends (if it {'hangs' if owner.is_here() else 'died'}: until {lapse}), or use another session",
    )


@dataclass(frozen=True)
class Process:
    """A process, told apart from a later one of the same pid.

    `boot` changes when the machine restarts, `start` is when the process began in clock ticks since then; both are
    "" where the system does not tell (no /proc), and a pid alone has to do. `host` names the container too, as a pid
    means nothing outside its own.
    """

    pid: int
    host: str
    boot: str = ""
    start: str = ""

    def is_here(self) -> bool:
        """Return whether it runs (or ran) on this machine, so that its liveness can be seen from here."""
        return self.host == _host()

    def is_dead(self) -> bool:
        """Return whether it surely ended. A process of another machine is never surely dead."""
        if not self.is_here():
            return False
        if self.boot != _boot():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        start, is_zombie = _start(self.pid)
        return is_zombie or (bool(self.start) and start != self.start)

    def is_gone(self, now: float, until: float) -> bool:
        """Return whether what it holds can be taken: it is dead, or elsewhere and its lease ended before `now`."""
        return self.is_dead() if self.is_here() else until <= now

    def tag(self) -> str:
        """Return a file-name-safe form that `from_tag` reads back on the same machine."""
        return f"{_machine(self.host, self.boot)}-{self.pid}-{self.start}"

    @classmethod
    def from_tag(cls, tag: str) -> Process | None:
        """Read a tag that a process since this machine's last start wrote; None for any other text.

        A tag from before the last start of this machine belongs to no known machine, and reads as None.
        """
        machine, _, rest = tag.partition("-")
        pid, _, start = rest.partition("-")
        if machine != _machine(_host(), _boot()) or not pid.isdecimal():
            return None
        return cls(pid=int(pid), host=_host(), boot=_boot(), start=start)


def this_process() -> Process:
    """Return the identity of the calling process."""
    return _process(os.getpid())


@functools.lru_cache(maxsize=4)
def _process(pid: int) -> Process:
    return Process(pid=pid, host=_host(), boot=_boot(), start=_start(pid)[0])


def _machine(host: str, boot: str) -> str:
    return hashlib.sha256(f"{host}\n{boot}".encode()).hexdigest()[:12]


@functools.cache
def _host() -> str:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = _FIRST_PID_NAMESPACE
    return socket.gethostname() + ("" if namespace == _FIRST_PID_NAMESPACE else f" {namespace}")


@functools.cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _start(pid: int) -> tuple[str, bool]:
    """Return (start time in clock ticks, whether it is a zombie) of a pid; ("", False) where the system hides it.

    Source: proc(5), /proc/[pid]/stat; the command name (field 2) may hold spaces and brackets, so fields count from
    its last closing bracket: state is field 3, starttime field 22.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", False
    return fields[19], fields[0] in ("Z", "X")
