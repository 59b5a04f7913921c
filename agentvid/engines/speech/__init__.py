"""The speech engine: words read aloud by a program of this machine, espeak-ng or flite. Robot voices, no network.

    apt install espeak-ng    Mandarin, Cantonese, English        (preferred)
    apt install flite        English only

    programs.py  which of them is here, its version, how it is called        voice.py  what words say of a voice

Its key holds the program's version: another version may speak otherwise. The text goes in by stdin or a file, never on
the command line.
"""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.engines.speech.programs import HOW, Program, find_program
from agentvid.errors import EngineError

__all__ = ["SpeechEngine"]

_TASK: Final = "speak"


class SpeechEngine:
    """Reads a text aloud with the speech program that is installed; the same bytes for the same text and program."""

    name = "speech"
    concurrency = 1

    def __init__(self) -> None:
        self._program = find_program()
        self.version = "1" + (f"+{self._program.name}" if self._program else "")
        self.weights = _made_of(self._program) if self._program else ""

    def status(self) -> EngineStatus:
        """Return "ready" where a speech program is installed, else "needs program" with how to install one."""
        if self._program is None:
            return EngineStatus(state="needs program", how=HOW)
        return EngineStatus(state="ready", how=f"here: {self._program.name} {self._program.version}")

    def capabilities(self) -> tuple[Capability, ...]:
        """Return its one task, with the languages that the program at hand speaks."""
        languages = self._program.languages if self._program else ("en", "zh")
        note = f"by {self._program.name}, a robot's voice" if self._program else "by espeak-ng or flite"
        return (
            Capability(task=_TASK, note=note, languages=languages, licence="GPL-3.0-or-later (espeak-ng), BSD (flite)"),
        )

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        """Read a text aloud.

        Raises: EngineError for another task or where no program is installed, CallError for a language that it does
        not speak, ToolFailed where it ends in an error or says nothing.
        """
        if request.task != _TASK:
            raise EngineError(f"the task {request.task!r}", _TASK, "ask another engine")
        if self._program is None:
            raise EngineError("no speech program is installed", "espeak-ng or flite", HOW)
        from agentvid.engines.speech.speak import speak

        return await asyncio.to_thread(speak, request, context, self._program)


@cache
def _made_of(program: Program) -> str:
    whole = hashlib.sha256(f"{program.name} {program.version}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:12]
