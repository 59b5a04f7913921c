"""A reader process that can be told to misbehave, in every way that a decoder might."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from agentvid.media import reader_process as process

read_still = process._WORKS["still"]


def crash(path: Path) -> dict[str, object]:
    ctypes.string_at(0)
    return {}


def compute(path: Path) -> dict[str, object]:
    while True:
        pass


def sleep(path: Path) -> dict[str, object]:
    time.sleep(3600)
    return {}


def hog(path: Path, size: int) -> dict[str, object]:
    return {"held": len(bytearray(size))}


def write(path: Path, target: str, size: int) -> dict[str, object]:
    with Path(target).open("wb") as file:
        file.write(bytes(size))
    return {}


def leave(path: Path) -> dict[str, object]:
    os._exit(3)


def shout(path: Path, size: int) -> dict[str, object]:
    return {"told": "x" * size}


def chatter(path: Path) -> dict[str, object]:
    print("a library says hello")
    os.write(1, b"and so does its C part\n")
    return {}


def tell(path: Path) -> dict[str, object]:
    return {"pid": os.getpid(), "environment": dict(os.environ), "argv": sys.argv}


def open_many() -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(Path("/dev/null").open("rb"))


def attempt(path: Path) -> dict[str, object]:
    """Try what a reader never needs; return what came of each."""
    attempts = {
        "socket": lambda: socket.socket(),
        "program": lambda: subprocess.run(["true"], check=True),
        "kill": lambda: os.kill(os.getppid(), 0),
        "files": open_many,
    }
    told = {}
    for name, call in attempts.items():
        try:
            call()
            told[name] = "done"
        except OSError as error:
            told[name] = type(error).__name__
    return told


def still_or_crash(path: Path, **arguments: object) -> dict[str, object]:
    """Crash at a picture that says so, as a decoder with a fault would; tell lies at another."""
    data = path.read_bytes()
    if b"CRASH" in data:
        crash(path)
    told = read_still(path, **arguments)
    if b"LIE" in data:
        return {"shape": [10**6, 10**6, 3]}
    if b"SHORT" in data:
        os.truncate(str(arguments["pixels"]), 10)
    return told


process._WORKS.update(
    {work.__name__: work for work in (crash, compute, sleep, hog, write, leave, shout, chatter, tell, attempt)}
)
process._WORKS["still"] = still_or_crash

if __name__ == "__main__":
    process.main()
