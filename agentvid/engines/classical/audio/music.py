"""A simple bed of music: chords that hold, a bass, plucked notes, drums where it is upbeat. numpy alone, seeded.

Four moods. The seed chooses key, progression and tune. It is a bed, no composition: four chords that repeat.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.audio.track import faded
from agentvid.media.sound import RATE, Samples

__all__ = ["MOODS", "mood_named", "music"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mood:
    """How a mood is played. `chords` are semitones above the key, a progression each; `pluck` notes per beat."""

    words: str
    beats_per_minute: float
    chords: tuple[tuple[tuple[int, ...], ...], ...]
    pluck: int
    drums: bool
    pad: float


_MAJOR: Final = (((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)), ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12)))
_SOFT: Final = (
    ((0, 4, 7, 11), (9, 12, 16, 19), (5, 9, 12, 16), (2, 5, 9, 12)),
    ((5, 9, 12, 16), (0, 4, 7, 11), (9, 12, 16), (4, 7, 11)),
)
_MINOR: Final = (
    ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
    ((0, 3, 7, 10), (5, 8, 12), (8, 12, 15), (7, 10, 14)),
)

MOODS: Final[dict[str, Mood]] = {
    "upbeat": Mood(
        r"upbeat|happy|cheer|lively|energetic|fast|danc|pop\b|fun\b|欢快|轻快|活泼|快乐|动感|节奏|开心",
        118, _MAJOR, 2, True, 0.5,
    ),
    "sad": Mood(r"\bsad|melanchol|sorrow|gloomy|悲|伤感|忧", 62, _MINOR, 1, False, 1.0),
    "tense": Mood(r"tense|suspense|dramatic|epic|dark|horror|紧张|悬疑|史诗|恐怖|激昂", 84, _MINOR, 2, True, 0.9),
    "calm": Mood(r"", 70, _SOFT, 1, False, 1.0),
}  # fmt: skip
"""Name → how it is played. "calm" is taken where no other is meant."""


def mood_named(text: str) -> str:
    """Return the mood that words mean; "calm" where they mean no other."""
    low = text.lower()
    return next((name for name, mood in MOODS.items() if mood.words and re.search(mood.words, low)), "calm")


def music(mood_name: str, seconds: float, random: np.random.Generator) -> Samples:
    """Return float32 TC, C = 2: a bed of so many seconds, risen and fallen at its ends."""
    mood = MOODS[mood_name]
    beat = 60 / mood.beats_per_minute
    key = 50 + int(random.integers(0, 8))
    progression = mood.chords[int(random.integers(0, len(mood.chords)))]
    length = max(1, round(seconds * RATE))
    made = np.zeros((length + 4 * RATE, 2))
    bars = int(np.ceil(seconds / (4 * beat))) + 1
    tune = [int(random.integers(0, 4)) for _ in range(4 * mood.pluck)]
    for bar in range(bars):
        start, chord = bar * 4 * beat, progression[bar % len(progression)]
        _chord(made, key, chord, start, 4 * beat, mood.pad)
        _note(made, _bass(_pitch(key + chord[0] - 12), 4 * beat if not mood.drums else beat), start, 0.5, 0.5)
        if mood.drums:
            _note(made, _bass(_pitch(key + chord[0] - 12), beat), start + 2 * beat, 0.45, 0.5)
            _drums(made, start, beat, random)
        for step, degree in enumerate(tune):
            if (bar + step) % 5 == 4:
                continue
            pitch = _pitch(key + 12 + chord[degree % len(chord)])
            _note(made, _plucked(pitch), start + step * beat / mood.pluck, 0.22, 0.3 + 0.1 * degree)
    made = made[:length]
    made *= 0.7 / max(float(np.abs(made).max(initial=0.0)), 1e-9)
    return faded(made.astype(np.float32), min(1.0, seconds / 4), min(2.0, seconds / 3))


def _pitch(semitone: int) -> float:
    return float(440 * 2 ** ((semitone - 69) / 12))


def _note(made: Floats, wave: Floats, start: float, level: float, side: float) -> None:
    at = round(start * RATE)
    part = wave[: max(0, len(made) - at)]
    angle = np.pi / 2 * side
    made[at : at + len(part), 0] += part * level * np.cos(angle)
    made[at : at + len(part), 1] += part * level * np.sin(angle)


def _chord(made: Floats, key: int, chord: tuple[int, ...], start: float, seconds: float, level: float) -> None:
    """A held chord: three detuned voices a note, slow to rise, over its bar and half of the next beat."""
    t = np.arange(round((seconds + 0.6) * RATE)) / RATE
    envelope = np.minimum(1, t / 0.5) * np.minimum(1, (t[-1] - t) / 0.6)
    for number, interval in enumerate(chord):
        pitch = _pitch(key + interval)
        for detune, side in ((0.997, 0.2), (1.0, 0.5), (1.003, 0.8)):
            turn = 2 * np.pi * pitch * detune * t + number
            wave = (np.sin(turn) + 0.25 * np.sin(2 * turn) + 0.08 * np.sin(3 * turn)) * envelope
            _note(made, wave, start, 0.11 * level, side)


def _bass(pitch: float, seconds: float) -> Floats:
    t: Floats = np.arange(round(seconds * RATE)) / RATE
    edges = np.minimum(1, t / 0.02) * np.minimum(1, (t[-1] - t) / 0.03)
    wave: Floats = np.sin(2 * np.pi * pitch * t) + 0.3 * np.sin(4 * np.pi * pitch * t)
    return np.asarray(wave * np.exp(-t / (0.6 * seconds)) * edges, np.float64)


def _plucked(pitch: float) -> Floats:
    t = np.arange(round(1.4 * RATE)) / RATE
    return np.asarray(
        sum(np.sin(2 * np.pi * pitch * n * t) * np.exp(-t * (2.2 + 1.6 * n)) / n for n in (1, 2, 3, 4))
        * np.minimum(1, t / 0.004)
    )


def _drums(made: Floats, start: float, beat: float, random: np.random.Generator) -> None:
    t = np.arange(round(0.25 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.09)
    for number in range(4):
        _note(made, kick, start + number * beat, 0.55 if number % 2 == 0 else 0.3, 0.5)
        noise = random.normal(size=round(0.06 * RATE)) * np.exp(-np.arange(round(0.06 * RATE)) / RATE / 0.015)
        _note(made, np.diff(noise, prepend=0.0), start + (number + 0.5) * beat, 0.06, 0.6)
