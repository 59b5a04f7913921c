"""Read files from outside in a process of their own, which may use little and whose end harms nobody.

One process serves all requests of this one, one after the other, from any thread; it starts with the first (about a
third of a second) and stays warm. Ending, hanging, or asking for too much is a refusal of the file that did it, and the
next request starts another process. What comes back is checked before it is believed.

Does not cover: what the process gives up (`media.confine`), which files may come in (`media.gate`).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from agentvid.errors import AgentvidError, MediaError, StoreError

__all__ = ["Allowance", "Reader", "reader"]

_LONGEST_ANSWER: Final = 64 * 2**10
_MOST_REQUESTS: Final = 1_000
"""After as many a fresh process takes over: what decoders leak goes with the old one."""
_START_SECONDS: Final = 60.0
_WALL_FACTOR, _WALL_MORE = 4.0, 10.0
"""A busy machine gives the process less than a processor: the clock is laxer than the processor's own."""
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
"""Variables that the process may see: none holds a secret."""


@dataclass(frozen=True)
class Allowance:
    """What one request may use: processor seconds, bytes of address space, bytes of each file it writes."""

    seconds: float
    memory: int
    written: int


class _Ended(Exception):
    """The process ended, or was ended, before it answered. The argument says how."""


class Reader:
    """Asks one process, which runs `module`. Safe to use from several threads; they wait for each other."""

    def __init__(self, module: str = "agentvid.media.reader_process") -> None:
        self._module = module
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests = 0
        self.held: frozenset[str] = frozenset()
        """Which limits the process has told to hold: "core", "cpu", "files", "memory", "network", "written"."""
        self.peak_kib = 0
        """The most memory that a process held at any time so far, in KiB."""

    def ask(self, work: str, path: Path, allowance: Allowance, **arguments: Any) -> dict[str, Any]:
        """Have one thing done with a file and return the answer, a JSON object. Its content is not checked here.

        Errors name the file by the last part of `path`.
        Raises: MediaError where the file is broken, can't be read within the allowance, or ends the process that reads
        it; StoreError where there is no room for what is written; AgentvidError "no_reader" where no process starts.
        """
        request = {"work": work, "path": str(path), "allow": asdict(allowance), "with": arguments}
        with self._lock:
            try:
                answer = self._exchange(json.dumps(request).encode() + b"\n", allowance)
            except _Ended as ended:
                raise MediaError(
                    f"{path.name} could not be read: {ended}",
                    f"a file that is read in {allowance.seconds:g} s of processor time",
                    "save or export it again, in another format",
                ) from None
            except BaseException:
                self._end()  # what it would still say belongs to nobody
                raise
        error = answer.get("error")
        if error is not None:
            raise _error(error)
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        """End the process. The next request starts another."""
        with self._lock:
            self._end()

    def _exchange(self, request: bytes, allowance: Allowance) -> dict[str, Any]:
        if self._requests >= _MOST_REQUESTS or (self._process and self._process.poll() is not None):
            self._end()
        process = self._process or self._start()
        self._requests += 1
        with contextlib.suppress(BrokenPipeError):  # then it says so by the end of its answers
            assert process.stdin is not None
            process.stdin.write(request)
            process.stdin.flush()
        answer = self._receive(process, _WALL_FACTOR * allowance.seconds + _WALL_MORE)
        told = [answer.get("held"), answer.get("peak"), answer.get("result"), answer.get("error")]
        if not isinstance(told[0], list) or type(told[1]) is not int or not any(isinstance(t, dict) for t in told[2:]):
            raise self._ended("it answered nonsense")
        self.held |= {str(name) for name in told[0]}
        self.peak_kib = max(self.peak_kib, told[1])
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        places = dict.fromkeys([root, *(place for place in sys.path if place)])
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {"PYTHONPATH": os.pathsep.join(places), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        try:
            self._process = process = subprocess.Popen(
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise _no_reader(error.strerror or str(error)) from error
        try:
            held = self._receive(process, _START_SECONDS)["held"]
        except (_Ended, KeyError) as error:
            self._end()
            raise _no_reader(str(error)) from error
        self.held, self._requests = frozenset(held), 0
        return process

    def _receive(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        """Return the next line. The process is ended where none comes in time, or nothing that can be understood."""
        assert process.stdout is not None
        until, line = time.monotonic() + seconds, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise self._ended(f"it took more than {seconds:g} seconds")
                piece = os.read(process.stdout.fileno(), _LONGEST_ANSWER)
                if not piece:
                    raise self._ended("")
                line += piece
                if len(line) > _LONGEST_ANSWER:
                    raise self._ended("it answered nonsense")
        try:
            answer = json.loads(line)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise self._ended("it answered nonsense")
        return answer

    def _ended(self, how: str) -> _Ended:
        """End the process and return why it gave no answer: `how`, or what its exit says."""
        code = self._end(patient=not how)
        if how:
            return _Ended(how)
        if code == -signal.SIGXCPU:
            return _Ended("it took too much processor time")
        return _Ended(f"its reader crashed ({_signal_name(-code)})" if code < 0 else f"its reader ended ({code})")

    def _end(self, *, patient: bool = False) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if not patient:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        try:
            return process.wait(_WALL_MORE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _signal_name(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"


def _no_reader(reason: str) -> AgentvidError:
    return AgentvidError(
        f"the process that reads files from outside does not start ({reason or 'it ended'})",
        "a Python that can start another one",
        "run `agentvid doctor`; free memory, or install agentvid again",
        code="no_reader",
    )


def _error(told: Any) -> AgentvidError:
    parts = [told.get(name) if isinstance(told.get(name), str) else "" for name in ("given", "expected", "do")]
    kind = StoreError if told.get("code") == StoreError.code else MediaError
    return kind(*parts)


_current = Reader()
_inherited: Final[list[Reader]] = []
"""Readers of the process this one forked from: never used here, and kept so that nothing ends or awaits theirs."""


def reader() -> Reader:
    """Return the reader of this process."""
    return _current


def _after_fork() -> None:
    global _current
    _inherited.append(_current)
    _current = Reader()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _current.close())
