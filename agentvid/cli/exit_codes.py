"""Exit codes of every command, and the exception of a person who stops one."""

from __future__ import annotations

from typing import Final

__all__ = ["EXIT_BAD_INPUT", "EXIT_FAILED", "EXIT_INTERRUPTED", "EXIT_WAITING", "Interrupted"]

EXIT_BAD_INPUT: Final = 2
EXIT_WAITING: Final = 3
EXIT_FAILED: Final = 4
EXIT_INTERRUPTED: Final = 130


class Interrupted(Exception):
    """A person stopped the command. `session` is what can be resumed, "" where none was opened; `turn` is the turn of
    it, None for the last one."""

    def __init__(self, session: str = "", turn: int | None = None) -> None:
        super().__init__(session)
        self.session = session
        self.turn = turn
