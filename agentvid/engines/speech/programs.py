"""Speech programs of this machine: which is here, which version, what it speaks, and its command line."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from agentvid.errors import ToolFailed

__all__ = ["HOW", "LANGUAGES", "Language", "Program", "command", "find_program", "say"]

Language: TypeAlias = Literal["zh", "yue", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "yue", "en")
HOW: Final = (
    "Debian and Ubuntu: apt install espeak-ng (Mandarin, Cantonese, English) or flite (English); "
    "macOS: brew install espeak-ng"
)

_WORDS_PER_MINUTE: Final = 165
_PROBE_SECONDS: Final = 10
_ESPEAK: Final = {"zh": "cmn", "yue": "yue", "en": "en-gb"}
_FLITE: Final = {"male": "rms", "female": "slt"}


@dataclass(frozen=True)
class Program:
    """A speech program: its name, where it lies, its version, the languages it speaks."""

    name: Literal["espeak-ng", "flite"]
    path: str
    version: str
    languages: tuple[str, ...]


def find_program() -> Program | None:
    """Return the first speech program on the PATH that answers, espeak-ng before flite, or None."""
    for name in ("espeak-ng", "flite"):
        path = shutil.which(name)
        version = _version(path, Path(path).stat().st_mtime_ns) if path else ""
        if path and version:
            languages = LANGUAGES if name == "espeak-ng" else ("en",)
            return Program(name, path, version, languages)
    return None


def command(
    program: Program, language: Language, sex: str, speed: float, pitch: float, text: Path, sound: Path
) -> list[str]:
    """Return the command line that reads the file `text` aloud into the WAV `sound`.

    `sex` is "male", "female" or "" (the voice as it is), `pitch` 1 as usual, 2 highest, 0 lowest.
    """
    if program.name == "flite":
        stretch = [
            f"--setf duration_stretch={1 / speed:.3f}",
            f"--setf int_f0_target_mean={_flite_pitch(sex, pitch):.0f}",
        ]
        options = [part for option in stretch for part in option.split()]
        return [program.path, "-voice", _FLITE.get(sex, "slt"), *options, "-f", str(text), "-o", str(sound)]
    voice = _ESPEAK[language] + {"female": "+f3", "male": "+m3"}.get(sex, "")
    rate = str(round(max(80, min(450, _WORDS_PER_MINUTE * speed))))
    height = str(round(max(0, min(99, 50 * pitch))))
    return [program.path, "-v", voice, "-s", rate, "-p", height, "-b", "1", "-f", str(text), "-w", str(sound)]


def say(line: list[str], seconds: float) -> None:
    """Run a speech program.

    Raises: ToolFailed where it is gone, takes longer than `seconds`, or ends in an error, with what it said.
    """
    name = Path(line[0]).name
    try:
        ended = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise ToolFailed(f"{name} took more than {seconds:g} seconds", "a text it can read", "say less") from None
    except OSError as error:
        raise ToolFailed(f"{name} can't be run ({error.strerror or error})", "a speech program", HOW) from error
    if ended.returncode:
        told = ended.stderr.decode(errors="replace").strip().splitlines()
        raise ToolFailed(
            f"{name} ended with {ended.returncode}: {told[-1][:200] if told else 'no word why'}", "a voice", HOW
        )


def _flite_pitch(sex: str, pitch: float) -> float:
    return (105 if sex == "male" else 170) * (0.5 + 0.5 * pitch)


@cache
def _version(path: str, changed_ns: int) -> str:
    """Return what a program says its version is, "" where it says nothing; asked again where its file changed."""
    try:
        told = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(
        r"(?:version|speech): *([\w.+-]*\d[\w.+-]*)", (told.stdout + told.stderr).decode(errors="replace")
    )
    return found[1] if found else ""
