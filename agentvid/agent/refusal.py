"""The JSON document of a message that got no turn. Light: it must be printable when nothing else can be loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["refusal"]


def refusal(error: Mapping[str, str], session: str | None = None, status: str = "refused") -> dict[str, Any]:
    """Return the document: everything empty but the error."""
    return {
        "status": status,
        "session": session,
        "turn": None,
        "revision": None,
        "branch": None,
        "chain": {"steps": []},
        "runs": {},
        "executed": [],
        "cached": [],
        "waiting": [],
        "checks": [],
        "answer": {"parts": []},
        "error": dict(error),
    }
