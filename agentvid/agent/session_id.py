"""Names of sessions: they become parts of paths and addresses, so they are kept plain."""

from __future__ import annotations

import re
from typing import Final

from agentvid.errors import InputError

__all__ = ["valid_session_id"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def valid_session_id(name: str) -> str:
    """Return the name of a session.

    Raises: InputError where it can't be one.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"session name {name[:80]!r}",
            "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
            "choose another --session",
        )
    return name
