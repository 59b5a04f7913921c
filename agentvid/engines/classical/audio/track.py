"""The sound of clips: read, kept through work on the frames, put on the clip that comes of it.

Samples are float32 TC, C = 2, at `media.sound.RATE`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from agentvid.engine import EngineContext
from agentvid.media.sound import RATE, Samples, can_carry, has_sound, put_on_clip, read_sound, write_sound
from agentvid.media.types import Audio, Video

__all__ = ["faded", "fitted", "joined", "keep_sound", "own_sound", "put_sound", "silence", "stretched", "with_sound"]

_SEAM_SECONDS: Final = 0.01
"""What is cut is faded over so long, so that it does not click."""
_TEMPO: Final = (0.5, 2.0)
"""The range in which one pass changes the tempo well."""


def own_sound(context: EngineContext, video: Video) -> Samples | None:
    """Return the sound of a clip, exactly as long as its frames last, or None where it has none that can be read."""
    path = context.store.path(video)
    return fitted(read_sound(path), video.seconds) if has_sound(path) else None


def put_sound(context: EngineContext, samples: Samples, rate: int = RATE) -> Audio:
    """Store samples as a WAV of 16 bits. Same samples, same artifact."""
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        file = Path(folder) / "sound.wav"
        write_sound(file, samples, rate)
        stored = context.store.put_file(file, "audio/wav", "audio")
    assert isinstance(stored, Audio)
    return stored


def with_sound(context: EngineContext, video: Video, samples: Samples | None) -> tuple[Video, list[str]]:
    """Return the clip with these samples as its only sound (None: without), and in words what had to be changed.

    Frames are copied as they are where an MP4 can hold them, else encoded again.
    """
    said = []
    if not can_carry(context.store.path(video)):
        video = context.store.put_video(context.store.frames(video), video.fps)
        said = ["the frames were encoded again: an MP4 can't hold them as they were"]
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        file = Path(folder) / "clip.mp4"
        put_on_clip(context.store.path(video), file, samples)
        stored = context.store.put_file(file, "video/mp4", "video")
    assert isinstance(stored, Video)
    return stored, said


def keep_sound(
    context: EngineContext,
    source: Video,
    made: Video,
    *,
    speed: float = 1.0,
    late: float = 0.0,
    until: float | None = None,
) -> tuple[Video, list[str]]:
    """Return what was made of a clip with the clip's own sound, and a word on what became of it.

    The sound, up to `until` seconds of it, runs `speed` times as fast and begins `late` seconds in; beyond it there is
    silence.
    """
    samples = own_sound(context, source)
    if samples is None:
        return made, []
    if until is not None:
        samples = fitted(samples, min(until, len(samples) / RATE))
    samples = np.concatenate([silence(late), stretched(samples, speed)])
    given = len(samples) / RATE
    kept, said = with_sound(context, made, fitted(samples, made.seconds))
    told = "the sound of the clip is kept" + (f", {speed:.3g} times as fast" if speed != 1 else "")
    if made.seconds > given + 0.1:
        told += f"; there is none after {given:.1f} s"
    if late:
        told += f"; there is none before {late:.1f} s"
    return kept, [told, *said]


def silence(seconds: float) -> Samples:
    """Return so many seconds of silence."""
    return np.zeros((max(0, round(seconds * RATE)), 2), np.float32)


def fitted(samples: Samples, seconds: float) -> Samples:
    """Return samples cut (and faded at the cut) or filled with silence to a length."""
    length = max(1, round(seconds * RATE))
    if len(samples) > length:
        return faded(samples[:length], 0, _SEAM_SECONDS)
    return np.pad(samples, ((0, length - len(samples)), (0, 0)))


def faded(samples: Samples, seconds_in: float, seconds_out: float) -> Samples:
    """Return samples that rise from silence and fall into it over so many seconds."""
    gain = np.ones(len(samples), np.float32)
    for seconds, ends in ((seconds_in, gain), (seconds_out, gain[::-1])):
        length = min(len(gain), round(seconds * RATE))
        ends[:length] *= np.sin(np.linspace(0, np.pi / 2, length, endpoint=False, dtype=np.float32)) ** 2
    return (samples * gain[:, None]).astype(np.float32)


def joined(parts: Sequence[Samples], overlap: float = 0.0) -> Samples:
    """Return sounds one after the other, each faded into the next over `overlap` seconds."""
    over = round(overlap * RATE)
    made = parts[0]
    for part in parts[1:]:
        shared = min(over, len(made), len(part))
        seconds = shared / RATE
        mixed = faded(made, 0, seconds)[len(made) - shared :] + faded(part, seconds, 0)[:shared]
        made = np.concatenate([made[: len(made) - shared], mixed, part[shared:]])
    return made


def stretched(samples: Samples, speed: float) -> Samples:
    """Return the sound `speed` times as fast at the pitch it had (FFmpeg's atempo, a waveform similarity overlap-add).

    Source: Verhelst and Roelands 1993, "An overlap-add technique based on waveform similarity (WSOLA)".
    """
    if speed == 1 or not len(samples):
        return samples
    left, passes = speed, []
    while not _TEMPO[0] <= left <= _TEMPO[1]:
        step = _TEMPO[0] if left < 1 else _TEMPO[1]
        passes.append(step)
        left /= step
    for tempo in [*passes, left]:
        samples = _at_tempo(samples, tempo)
    return samples


def _at_tempo(samples: Samples, tempo: float) -> Samples:
    from av.audio.frame import AudioFrame
    from av.filter import Graph

    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    planar = graph.add("aformat", "sample_fmts=fltp")
    graph.link_nodes(source, graph.add("atempo", f"{tempo:.6f}"), planar, graph.add("abuffersink")).configure()
    found = []
    step = 1 << 16
    for start in range(0, len(samples), step):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[start : start + step].T), "fltp", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), start
        graph.push(frame)
        found += _pulled(graph)
    graph.push(None)
    found += _pulled(graph)
    made = np.concatenate(found) if found else np.zeros((0, 2), np.float32)
    return fitted(made, len(samples) / tempo / RATE)


def _pulled(graph: object) -> list[Samples]:
    from av.error import BlockingIOError as Waiting
    from av.error import EOFError as Ended

    found: list[Samples] = []
    while True:
        try:
            found.append(graph.pull().to_ndarray().T.astype(np.float32))  # type: ignore[attr-defined]
        except (Waiting, Ended):
            return found
