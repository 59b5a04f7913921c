"""Errors as they cross the border of a worker process, both ways."""

from __future__ import annotations

import traceback
from typing import Any, Final

from agentvid.errors import AgentvidError, CallError, Cancelled, EngineError, MediaError, Needs, StoreError, ToolFailed

__all__ = ["error_from_json", "error_to_json"]

_CLASSES: Final[dict[str, type[AgentvidError]]] = {
    error.code: error for error in (CallError, ToolFailed, EngineError, MediaError, StoreError)
}


def error_to_json(error: BaseException) -> dict[str, Any]:
    """Return an error as JSON. One that is not ours becomes an engine error that names its type and place."""
    if isinstance(error, Needs):
        return {"code": error.code, "port": error.port, "how": error.how}
    if isinstance(error, AgentvidError):
        return dict(error.document())
    if isinstance(error, MemoryError):
        return _foreign(error, "less memory to be needed", "use a smaller picture or a shorter clip")
    return _foreign(error, "the engine to finish", "this is a fault of the engine; please report it")


def error_from_json(document: dict[str, Any]) -> AgentvidError:
    """Read back what `error_to_json` made."""
    code = document["code"]
    if code == Needs.code:
        return Needs(document["port"], document["how"])
    told = (document["given"], document["expected"], document["do"])
    if code == Cancelled.code:
        return Cancelled(*told)
    return _CLASSES.get(code, EngineError)(*told, code=code)


def _foreign(error: BaseException, expected: str, do: str) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return dict(EngineError(f"{type(error).__name__}: {error}{place}", expected, do).document())
