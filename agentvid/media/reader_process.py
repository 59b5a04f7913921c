"""The process that reads files from outside, for `media.reader`: JSON lines in on stdin, JSON lines out on stdout.

    out  {"held": ["core", …]}                                          once: what this process gave up
    in   {"work": "still", "path": "/tmp/…", "allow": {"seconds": 20, "memory": …, "written": …}, "with": {…}}
    out  {"result": {…}, "held": ["cpu", …], "peak": 51200} | {"error": {…}, …}     `peak`: KiB this process ever held

It reads the one path it is told, and writes only the path it is told. The end of stdin (the parent is gone) ends it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

from agentvid.errors import AgentvidError, MediaError
from agentvid.media.border import PICTURES, border
from agentvid.media.confine import allow, confine

__all__ = ["Works", "main", "serve"]

Works = Mapping[str, Callable[..., dict[str, Any]]]
"""What can be asked: by name, a function of the path and the request's own arguments."""

_LONGEST: Final = 1_000
"""Characters of each sentence of an error."""


def main() -> None:
    """Serve requests about media until stdin ends."""
    serve(_WORKS)


def serve(works: Works) -> None:
    """Give up what a reader needs none of, then serve requests until stdin ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    _send(out, {"held": confine()})
    for line in sys.stdin:
        request = json.loads(line)
        held = allow(**request["allow"])
        answer = _answer(request, works)
        _send(out, {**answer, "held": held, "peak": _peak()})


def _send(out: Any, document: dict[str, Any]) -> None:
    out.write(json.dumps(document) + "\n")
    out.flush()


def _answer(request: dict[str, Any], works: Works) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        with border(path):
            return {"result": works[request["work"]](path, **request["with"])}
    except AgentvidError as error:
        told = _beyond(path, error.__cause__, request["allow"]) or error
        return {"error": {name: str(text)[:_LONGEST] for name, text in told.document().items()}}


def _beyond(path: Path, cause: BaseException | None, allowed: dict[str, Any]) -> MediaError | None:
    """Return what to say where a limit of this process was the cause."""
    if isinstance(cause, MemoryError):
        most = allowed["memory"] / 2**30
        return MediaError(f"{path.name} needs too much memory to be read", f"at most {most:.3g} GiB", "make it smaller")
    if isinstance(cause, OSError) and cause.errno == errno.EFBIG:
        most = (
            resource.getrlimit(resource.RLIMIT_FSIZE)[0] / 2**20
        )  # the system's own may be lower than what is allowed
        given = f"{path.name} grows too large when it is read"
        return MediaError(given, f"at most {most:.3g} MiB", "make it smaller; see also `ulimit -f`")
    return None


def _peak() -> int:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


# ---------------------------------------------------------------- what can be asked


def _still(path: Path, mime: str, form: str, max_pixels: int, pixels: str) -> dict[str, Any]:
    """Write the pixels of a picture to the file `pixels`, row by row, and tell their shape."""
    from agentvid.media.picture import Form, read_still

    array = read_still(path, mime, cast(Form, form), max_pixels)
    with Path(pixels).open("xb") as file:
        file.write(array.data.cast("B"))
    return {"shape": array.shape}


def _facts(path: Path, mime: str, **most: Any) -> dict[str, Any]:
    from agentvid.media.codec import has_location, probe

    facts = probe(path, mime, **most)
    return {"facts": facts, "has_location": mime not in PICTURES and has_location(path, mime)}


def _frames(path: Path, mime: str, max_seconds: float) -> dict[str, Any]:
    from agentvid.media.codec import check_frames
    from agentvid.media.sound import check_sound

    check_sound(path, mime, max_seconds)
    return {"frames": check_frames(path, mime)}


def _cleaned(path: Path, mime: str, target: str) -> dict[str, Any]:
    from agentvid.media.codec import without_metadata

    without_metadata(path, mime, Path(target))
    return {}


def _mesh(path: Path) -> dict[str, Any]:
    from agentvid.media.mesh import check_mesh

    check_mesh(path)
    return {}


_WORKS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "still": _still,
    "facts": _facts,
    "frames": _frames,
    "cleaned": _cleaned,
    "mesh": _mesh,
}


if __name__ == "__main__":
    main()
