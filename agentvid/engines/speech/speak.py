"""The task `speak`: a text as a WAV, by a speech program."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.speech.programs import HOW, Program, command, say
from agentvid.engines.speech.voice import voice_of
from agentvid.errors import CallError, ToolFailed
from agentvid.media.sound import read_sound, write_sound
from agentvid.media.types import Audio

__all__ = ["speak"]

_RATE: Final = 24_000
_PEAK: Final = 0.8
_QUIET: Final = 0.01
_EDGE_SECONDS: Final = 0.08
_SECONDS: Final = (20.0, 0.05)
"""How long a program may take: so many seconds, and so many more for each character."""
_NAMES: Final = {"zh": "Mandarin", "yue": "Cantonese", "en": "English"}


def speak(request: EngineRequest, context: EngineContext, program: Program) -> EngineResult:
    """Do the task "speak": outputs `audio` and `finding`.

    Raises: CallError for no text or a language that the program does not speak, ToolFailed where it fails or nothing
    is to be heard of it.
    """
    text = request.get("text", str).strip()
    if not text:
        raise CallError("a text of no characters", "some words", "say what is to be spoken")
    voice = voice_of(
        text,
        request.maybe("voice", str) or "",
        request.maybe("language", str) or "",
        request.maybe("speed", float) or 1.0,
    )
    if voice.language not in program.languages:
        named = _NAMES[voice.language]
        raise CallError(f"{named}, which {program.name} does not speak", "espeak-ng, which does", HOW)
    context.progress(0, 1, "speaking")
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        words, spoken, made = (Path(folder) / name for name in ("text.txt", "spoken.wav", "voice.wav"))
        words.write_text(text + "\n", encoding="utf-8")
        line = command(program, voice.language, voice.sex, voice.speed, voice.pitch, words, spoken)
        say(line, _SECONDS[0] + _SECONDS[1] * len(text))
        if not spoken.is_file():
            raise ToolFailed(f"{program.name} wrote no sound", "a WAV file", HOW)
        samples = read_sound(spoken, rate=_RATE, channels=1)
        peak = float(np.abs(samples).max(initial=0.0))
        if peak < _QUIET:
            raise ToolFailed(f"{program.name} said nothing of {text[:40]!r}", "words it can read", "write other words")
        write_sound(made, _trimmed(samples * np.float32(_PEAK / peak)), _RATE)
        stored = context.store.put_file(made, "audio/wav", "audio")
    assert isinstance(stored, Audio)
    finding = f"{len(text)} characters in {_NAMES[voice.language]} by {program.name}, {stored.seconds:.1f} s."
    said = f"a robot's voice: {program.name} {program.version}"
    return EngineResult.of(said, audio=stored, finding=finding)


def _trimmed(
    samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Cut the silence around the words, but for a moment."""
    loud = np.flatnonzero(np.abs(samples[:, 0]) > _QUIET)
    edge = round(_EDGE_SECONDS * _RATE)
    return samples[max(0, int(loud[0]) - edge) : int(loud[-1]) + edge]
