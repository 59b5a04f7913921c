"""Take from this process what reading a file needs none of: memory without end, the network, other programs.

    memory, processor time, size of written files, open files, core dumps    setrlimit; for each request anew
    sockets, starting programs, looking into or ending other processes       seccomp (Linux, x86-64 and 64-bit Arm)

macOS heeds all limits but the one on memory and has no seccomp: there the clock, kept by the parent, bounds the rest.

Does not cover: which files may be read, wall time (`media.reader`). It keeps crashes, hangs and bombs away, and makes
an exploited decoder poorer; the process still is the same user, who can read that user's files.

Source: Linux kernel, Documentation/userspace-api/seccomp_filter.rst; include/uapi/linux/{audit,bpf_common,seccomp}.h.
"""

from __future__ import annotations

import ctypes
import math
import platform
import resource
import struct
import sys
import time
from typing import Final

__all__ = ["allow", "confine"]

_OPEN_FILES: Final = 64

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 1  # 1: EPERM
_NUMBER_AT, _ARCH_AT = 0, 4  # in struct seccomp_data
_X32 = 0x40000000

_SYSTEM_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 53, 59, 62, 101, 310, 311, 322, 425)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 203, 221, 129, 117, 270, 271, 281, 425)),
}
"""AUDIT_ARCH and the numbers of socket, connect, bind, listen, socketpair, execve, execveat, kill, ptrace,
process_vm_readv, process_vm_writev, io_uring_setup, in no fixed order."""


def confine() -> tuple[str, ...]:
    """Give up what is given up once and for good; call it before any thread is started.

    Returns what holds from now on: "core", "files", "network".
    """
    wanted = (("core", resource.RLIMIT_CORE, 0), ("files", resource.RLIMIT_NOFILE, _OPEN_FILES))
    held = tuple(name for name, kind, most in wanted if _limit(kind, most))
    return (*held, "network") if _close_network() else held


def allow(seconds: float, memory: int, written: int) -> tuple[str, ...]:
    """Set what the next request may use: processor seconds from now on, bytes of address space, bytes of a file.

    Beyond them the kernel ends the process (SIGXCPU), or allocation and writing fail.
    Returns which limits the system took: "cpu", "memory", "written".
    """
    used = time.process_time()
    wanted = (
        ("cpu", resource.RLIMIT_CPU, math.ceil(used + seconds)),
        ("memory", resource.RLIMIT_AS, memory),
        ("written", resource.RLIMIT_FSIZE, written),
    )
    return tuple(name for name, kind, most in wanted if _limit(kind, most))


def _limit(kind: int, most: int) -> bool:
    """Set a soft limit; the hard one stays, so that the next request can have another."""
    _, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (OSError, ValueError):
        return False
    return not (sys.platform == "darwin" and kind == resource.RLIMIT_AS)  # taken, and not heeded


def _close_network() -> bool:
    known = _SYSTEM_CALLS.get(platform.machine()) if sys.platform == "linux" else None
    if known is None or struct.calcsize("P") != 8:
        return False
    program = _filter(*known)
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HP", len(program) // 8, ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0)


def _filter(arch: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter: another architecture's calls end the process, the listed ones fail with EPERM."""
    checks = [(_AT_LEAST, _X32), *((_EQUAL, number) for number in refused)]
    lines = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        *((how, len(checks) - place, 0, number) for place, (how, number) in enumerate(checks)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
