"""Noises from nothing but noise and sines: impacts, whooshes, weather, small everyday sounds. numpy alone, seeded.

Each maker returns float32 T, one channel at `media.sound.RATE`, with a peak of at most 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.audio.events import Event
from agentvid.media.sound import RATE, Samples

__all__ = ["NOISES", "air", "impact", "noise_named", "of_events", "panned", "whoosh"]

Wave = NDArray[np.float32]
Random = np.random.Generator


def of_events(events: Sequence[Event], seconds: float, random: Random) -> Samples:
    """Return float32 TC, C = 2: each event's noise at its time and side. An impact is loudest as it begins."""
    made = np.zeros((max(1, round(seconds * RATE)), 2), np.float32)
    for event in events:
        if event.kind == "impact":
            wave = impact(event.strength, random)
        else:
            wave = whoosh(max(0.12, event.end - event.start), event.strength, random)
        _add(made, panned(wave * np.float32(0.25 + 0.75 * event.strength), event.side), round(event.start * RATE))
    return _limited(made)


def impact(strength: float, random: Random) -> Wave:
    """Return a thud: a low body that falls in pitch, and a click of noise that ends at once."""
    t = _time(0.45)
    start = 150 - 60 * strength
    phase = 2 * np.pi * (45 * t + (start - 45) * 0.05 * (1 - np.exp(-t / 0.05)))
    body = np.sin(phase + np.pi / 2) * np.exp(-t / (0.06 + 0.09 * strength))
    click = _band(random, len(t), 900, 5000) * np.exp(-t / 0.006)
    return _peaked(body + 0.8 * click, 0.95)


def whoosh(seconds: float, strength: float, random: Random) -> Wave:
    """Return air that swells and dies away, its colour rising with it."""
    length = round(seconds * RATE)
    shape = np.sin(np.linspace(0, np.pi, length)) ** 2
    low, high = _band(random, length, 150, 700), _band(random, length, 700, 2200 + 1800 * strength)
    return _peaked((low * (1 - 0.5 * shape) + high * shape) * shape, 0.7)


def air(speed: NDArray[np.float64], fps: float, seconds: float, random: Random) -> Samples:
    """Return quiet air, float32 TC, C = 2, that swells with a motion: `speed` of each frame, in any unit."""
    length = max(1, round(seconds * RATE))
    at = np.arange(length) / RATE * fps
    level = np.interp(at, np.arange(len(speed)), np.convolve(speed, np.ones(5) / 5, mode="same"))
    level = 0.2 + 0.8 * level / max(float(level.max()), 1e-9)
    sides = [_band(random, length, 90, 420) + 0.3 * _band(random, length, 420, 1500) * level for _ in range(2)]
    made = np.stack(sides, axis=1) * level[:, None]
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.4 * RATE))
    return (made * edge[:, None] * (0.2 / max(float(np.abs(made).max()), 1e-9))).astype(np.float32)


def panned(wave: Wave, side: float) -> Samples:
    """Return one channel as two, at `side` 0 left to 1 right, never quite out of the other ear."""
    angle = np.pi / 2 * (0.15 + 0.7 * side)
    return np.stack([wave * np.cos(angle), wave * np.sin(angle)], axis=1).astype(np.float32)


def noise_named(text: str) -> str:
    """Return the noise that words name ("the sound of rain", "雨声"), or "" where none here is meant."""
    low = text.lower()
    return next((name for name, (words, _) in NOISES.items() if re.search(words, low)), "")


# ---------------------------------------------------------------- noises by name


def _rain(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    bed = 0.5 * _band(random, length, 800, 9000) * _swell(length, random, 0.15)
    drops = _sprinkled(length, random, 90, lambda: _ping(random.uniform(1800, 6000), 0.004) * random.uniform(0.1, 1))
    return _peaked(bed + 0.6 * drops, 0.6)


def _wind(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    gust = _swell(length, random, 0.8)
    return _peaked(_band(random, length, 80, 350) * gust + 0.5 * _band(random, length, 350, 900) * gust**3, 0.7)


def _waves(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    t = np.arange(length) / RATE
    surge = (0.5 - 0.5 * np.cos(2 * np.pi * t / 5.5 + 0.8)) ** 1.5
    return _peaked(_band(random, length, 60, 500) * (0.3 + surge) + _band(random, length, 500, 5000) * surge**2, 0.7)


def _thunder(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    t = np.arange(length) / RATE
    roll = np.exp(-t / 1.2) * (0.6 + 0.4 * _swell(length, random, 0.5))
    crack = _band(random, length, 300, 4000) * np.exp(-t / 0.08)
    return _peaked(2.5 * _band(random, length, 25, 140) * roll + crack, 0.95)


def _applause(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    claps = _sprinkled(
        length, random, 130, lambda: _burst(random, 0.012, 700, random.uniform(2500, 5000)) * random.uniform(0.2, 1)
    )
    return _peaked(claps * np.minimum(1, np.arange(length) / RATE / 0.5), 0.8)


def _crackle(seconds: float, random: Random) -> Wave:
    length = round(seconds * RATE)
    pops = _sprinkled(length, random, 14, lambda: _burst(random, 0.004, 900, 6000) * random.uniform(0.2, 1) ** 2)
    return _peaked(pops + 0.12 * _band(random, length, 60, 300) * _swell(length, random, 0.4), 0.7)


def _birds(seconds: float, random: Random) -> Wave:
    def chirp() -> Wave:
        t = _time(random.uniform(0.06, 0.16))
        pitch = random.uniform(2500, 4500) * (1 + random.uniform(-0.25, 0.35) * t / t[-1])
        envelope = np.sin(np.linspace(0, np.pi, len(t))) ** 2
        wave = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * envelope * random.uniform(0.3, 1)
        return np.tile(np.concatenate([wave, np.zeros(len(t) // 2)]), int(random.integers(1, 5))).astype(np.float32)

    return _peaked(_sprinkled(round(seconds * RATE), random, 1.6, chirp), 0.6)


def _bell(seconds: float, random: Random) -> Wave:
    t = _time(seconds)
    partials = (
        (0.5, 1.0, 2.2),
        (1.0, 0.9, 1.6),
        (1.19, 0.5, 1.1),
        (1.5, 0.35, 0.8),
        (2.0, 0.5, 0.6),
        (2.74, 0.25, 0.4),
    )
    ring = sum(size * np.sin(2 * np.pi * 660 * ratio * t) * np.exp(-t / decay) for ratio, size, decay in partials)
    return _peaked(np.asarray(ring), 0.8)


def _beep(seconds: float, random: Random) -> Wave:
    t = _time(min(seconds, 0.35))
    edge = np.minimum(1, np.minimum(t, t[-1] - t) / 0.01)
    return _peaked(np.sin(2 * np.pi * 880 * t) * edge, 0.6)


def _steps(seconds: float, random: Random) -> Wave:
    made = np.zeros(round(seconds * RATE), np.float32)
    for number in range(int(seconds / 0.55) + 1):
        _mix(made, 0.8 * impact(0.2, random)[: RATE // 5], round((number * 0.55 + random.uniform(0, 0.03)) * RATE))
    return _peaked(made, 0.6)


def _heartbeat(seconds: float, random: Random) -> Wave:
    made = np.zeros(round(seconds * RATE), np.float32)
    for start in np.arange(0, seconds, 0.9):
        for later, size in ((0.0, 1.0), (0.28, 0.7)):
            t = _time(0.18)
            _mix(
                made,
                (size * np.sin(2 * np.pi * 52 * t) * np.exp(-t / 0.05)).astype(np.float32),
                round((start + later) * RATE),
            )
    return _peaked(made, 0.9)


def _click(seconds: float, random: Random) -> Wave:
    wave = np.concatenate(
        [_burst(random, 0.012, 1200, 7000), np.zeros(round(0.05 * RATE)), _burst(random, 0.01, 900, 5000)]
    )
    return _peaked(wave, 0.8)


def _drum(seconds: float, random: Random) -> Wave:
    made = np.zeros(round(seconds * RATE), np.float32)
    times = np.cumsum(np.linspace(0.09, 0.045, 400))
    for number, start in enumerate(times[times < seconds - 0.1]):
        hit = _burst(random, 0.05, 180, 5000) * np.float32(0.4 + 0.6 * min(1, number / 20))
        _mix(made, hit, round(start * RATE))
    return _peaked(made, 0.8)


Maker = Callable[[float, Random], Wave]
NOISES: Final[dict[str, tuple[str, Maker]]] = {
    "thunder": (r"thunder|雷", _thunder),
    "rain": (r"\brain|drizzle|downpour|雨", _rain),
    "waves": (r"\bwaves?\b|\bsea\b|ocean|surf\b|beach|海浪|浪|海", _waves),
    "wind": (r"\bwind\b|windy|breeze|风", _wind),
    "applause": (r"applau|clapp?|cheer|掌声|鼓掌|欢呼", _applause),
    "fire": (r"\bfire\b|crackl|camp ?fire|篝火|火|柴", _crackle),
    "birds": (r"\bbirds?\b|birdsong|chirp|鸟", _birds),
    "bell": (r"\bbells?\b|chime|ding|铃|钟", _bell),
    "beep": (r"\bbeeps?\b|嘀|哔", _beep),
    "footsteps": (r"foot ?steps?|walking|脚步", _steps),
    "heartbeat": (r"heart ?beat|心跳", _heartbeat),
    "shutter": (r"shutter|camera click|快门", _click),
    "drum roll": (r"drum|鼓点|鼓声|打鼓", _drum),
}
"""Name → the words that mean it (lower case), and what makes it of seconds and a seeded generator."""


# ---------------------------------------------------------------- how


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(max(2, round(seconds * RATE))) / RATE


def _band(random: Random, length: int, low: float, high: float) -> NDArray[np.float64]:
    """Noise between two pitches, of a standard deviation of 1."""
    size = 1 << max(8, (max(2, length) - 1).bit_length())
    pitch = np.fft.rfftfreq(size, 1 / RATE)
    shape = 1 / (1 + (low / np.maximum(pitch, 1)) ** 8) / (1 + (pitch / high) ** 8)
    spectrum = (random.normal(size=len(pitch)) + 1j * random.normal(size=len(pitch))) * np.sqrt(shape)
    wave = np.fft.irfft(spectrum, size)[:length]
    return np.asarray(wave / max(float(wave.std()), 1e-9))


def _swell(length: int, random: Random, depth: float) -> NDArray[np.float64]:
    """A slow wandering around 1 by up to `depth`."""
    points = max(3, length // (RATE // 2))
    told = 1 + depth * random.uniform(-1, 1, points)
    return np.interp(np.linspace(0, points - 1, length), np.arange(points), told)


def _ping(pitch: float, decay: float) -> Wave:
    t = _time(6 * decay)
    return (np.sin(2 * np.pi * pitch * t) * np.exp(-t / decay)).astype(np.float32)


def _burst(random: Random, decay: float, low: float, high: float) -> Wave:
    t = _time(6 * decay)
    return (_band(random, len(t), low, high) * np.exp(-t / decay)).astype(np.float32)


def _sprinkled(length: int, random: Random, per_second: float, maker: Callable[[], Wave]) -> Wave:
    made = np.zeros(length, np.float32)
    for start in np.sort(random.integers(0, max(1, length), max(1, round(per_second * length / RATE)))):
        _mix(made, maker(), int(start))
    return made


def _mix(into: Wave, wave: Wave, at: int) -> None:
    part = wave[: max(0, len(into) - at)]
    into[at : at + len(part)] += part


def _add(into: Samples, wave: Samples, at: int) -> None:
    part = wave[: max(0, len(into) - at)]
    into[at : at + len(part)] += part


def _peaked(wave: NDArray[np.floating], peak: float) -> Wave:
    return (wave * (peak / max(float(np.abs(wave).max(initial=0.0)), 1e-9))).astype(np.float32)


def _limited(samples: Samples) -> Samples:
    most = float(np.abs(samples).max(initial=0.0))
    return samples * np.float32(0.95 / most) if most > 0.95 else samples
