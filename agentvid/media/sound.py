"""Sound: samples read from a file or from the track of a clip, written to a file, put on a clip beside its frames.

Samples are float32 TC: T moments by C channels (1 or 2), -1 to 1. A file's type is told by its first bytes and its
demuxer is forced; codecs that are not on the list below are never decoded. Frames of a clip that gets a sound are
copied packet by packet, never encoded again.

Does not cover: which files may come in (`media.gate`), facts of a sound file (`media.codec.probe`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError
from agentvid.media.border import CLIPS, SOUNDS, border, sniff

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

__all__ = [
    "RATE",
    "Samples",
    "can_carry",
    "check_sound",
    "has_sound",
    "put_on_clip",
    "read_sound",
    "readable_track",
    "write_sound",
]

Samples: TypeAlias = npt.NDArray[np.float32]

RATE: Final = 48_000
"""Samples per second in which sounds are mixed and put on clips."""

_DECODERS: Final = frozenset(
    {
        *("aac", "aac_latm", "mp3", "mp3float", "mp2", "mp2float", "mp1", "mp1float", "flac", "alac", "vorbis", "opus"),
        *("libopus", "ac3", "eac3", "amrnb", "amrwb", "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be"),
        *("pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_alaw", "pcm_mulaw", "wmav2"),
    }
)
"""Tracks of other codecs are let be: an unusual decoder is more often an attack than a sound."""
_RATES: Final = (4_000, 384_000)
"""Samples per second outside of which a header lies, and brought to another rate would be a bomb."""
_WRITERS: Final = {
    "audio/wav": ("wav", "pcm_s16le"),
    "audio/flac": ("flac", "flac"),
    "audio/mp4": ("ipod", "aac"),
}
"""Media type → container and codec that write it."""
_LAYOUTS: Final = {1: "mono", 2: "stereo"}
_IN_MP4: Final = frozenset({"h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp9", "libvpx-vp9", "mpeg4"})
_CHUNK: Final = 1024
_BIT_RATE: Final = 160_000
_MOST_SECONDS: Final = 900.0
_ATTACHED_PICTURE: Final = 0x400  # AV_DISPOSITION_ATTACHED_PIC


def has_sound(path: Path) -> bool:
    """Return whether a clip holds a track of sound that can be read.

    Raises: MediaError where the file is broken.
    """
    with border(path), _open(path) as container:
        return readable_track(container) is not None


def check_sound(path: Path, mime: str, max_seconds: float) -> float:
    """Decode the whole sound of a file and keep nothing of it; return its seconds, 0 where it has none.

    Raises: MediaError where it is broken or longer than `max_seconds`.
    """
    samples, rate = 0, 1
    with border(path), _open(path, mime) as container:
        track = readable_track(container)
        if track is None:
            return 0.0
        for frame in container.decode(track):
            rate = frame.sample_rate
            samples += frame.samples
            _check_length(path, samples / max(1, rate), max_seconds)
    return samples / max(1, rate)


def read_sound(path: Path, *, rate: int = RATE, channels: int = 2, max_seconds: float = _MOST_SECONDS) -> Samples:
    """Return the sound of a sound file or clip, float32 TC at `rate`; of a clip, from its first frame on.

    Raises: MediaError where there is no track that can be read, it is broken, or longer than `max_seconds`.
    """
    from av.audio.resampler import AudioResampler

    with border(path), _open(path) as container:
        track = readable_track(container)
        if track is None:
            raise MediaError(
                f"{path.name} holds no sound that can be read", "a clip or file with sound", "give another"
            )
        resampler = AudioResampler(format="fltp", layout=_LAYOUTS[channels], rate=rate)
        pieces = [np.zeros((channels, round(_late(container, track) * rate)), np.float32)]
        length = pieces[0].shape[1]
        for frame in [*_plain(container, track), None]:
            for part in resampler.resample(frame):
                pieces.append(part.to_ndarray().reshape(channels, -1).astype(np.float32))
                length += pieces[-1].shape[1]
                _check_length(path, length / rate, max_seconds)
        return np.ascontiguousarray(np.concatenate(pieces, axis=1).T)


def write_sound(path: Path, samples: Samples, rate: int, mime: str = "audio/wav") -> None:
    """Write samples (float32 TC, C 1 or 2) as WAV, FLAC (16 bit both) or M4A (AAC). Same samples, same bytes.

    Raises: MediaError for another type or shape, or no samples; the file is then not there.
    """
    import av

    if mime not in _WRITERS:
        raise MediaError(f"a sound to write as {mime or 'nothing'}", ", ".join(_WRITERS), "choose one of these")
    _check_samples(samples)
    container_name, codec = _WRITERS[mime]
    try:
        with av.open(str(path.absolute()), "w", format=container_name, options={"fflags": "+bitexact"}) as container:
            stream = _sound_stream(container, codec, samples.shape[1], rate)
            for packet in _encoded(stream, samples, rate):
                container.mux(packet)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def can_carry(path: Path) -> bool:
    """Return whether the frames of a clip can be copied into an MP4 as they are.

    Raises: MediaError where the file is broken.
    """
    with border(path), _open(path) as container:
        return any(stream.codec_context.name in _IN_MP4 for stream in container.streams.video)


def put_on_clip(clip: Path, target: Path, samples: Samples | None, rate: int = RATE) -> None:
    """Write a clip's frames, packet by packet as they are, with `samples` as its only sound (None: without) as MP4.

    The sound is AAC; it begins with the first frame. Same clip and samples, same bytes.
    Raises: MediaError where the clip is broken or its frames can't be in an MP4 (`can_carry`); nothing is left then.
    """
    import av

    if samples is not None:
        _check_samples(samples)
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    try:
        with (
            border(clip),
            _open(clip) as source,
            av.open(str(target.absolute()), "w", format="mp4", options=options) as container,
        ):
            shown = next(s for s in source.streams.video if not s.disposition & _ATTACHED_PICTURE)
            copy = container.add_stream_from_template(shown, opaque=True)
            heard: Iterator[Packet[AudioStream]] = iter(())
            if samples is not None:
                heard = _encoded(_sound_stream(container, "aac", samples.shape[1], rate), samples, rate)
            _interleave(container, (p for p in source.demux(shown) if p.size), heard, copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _interleave(
    container: OutputContainer,
    frames: Iterator[Packet[VideoStream]],
    heard: Iterator[Packet[AudioStream]],
    copy: VideoStream,
) -> None:
    """Mux both tracks in the order of their times, so that neither waits in memory for the other."""
    waiting = next(heard, None)
    for packet in frames:
        time = _time(packet)
        while waiting is not None and _time(waiting) <= time:
            container.mux(waiting)
            waiting = next(heard, None)
        packet.stream = copy
        container.mux(packet)
    while waiting is not None:
        container.mux(waiting)
        waiting = next(heard, None)


def _time(packet: Packet[VideoStream] | Packet[AudioStream]) -> Fraction:
    moment = packet.dts if packet.dts is not None else packet.pts
    return Fraction(moment or 0) * Fraction(packet.time_base or 0)


def _sound_stream(container: OutputContainer, codec: str, channels: int, rate: int) -> AudioStream:
    stream = cast("AudioStream", container.add_stream(codec, rate=rate, options={"flags": "+bitexact"}))
    stream.codec_context.layout = _LAYOUTS[channels]
    stream.codec_context.format = {"aac": "fltp", "flac": "s16"}.get(codec, "s16")
    if codec == "aac":
        stream.bit_rate = _BIT_RATE
    return stream


def _encoded(stream: AudioStream, samples: Samples, rate: int) -> Iterator[Packet[AudioStream]]:
    from av.audio.frame import AudioFrame

    form = stream.codec_context.format.name
    whole: npt.NDArray[Any] = np.clip(samples.T, -1, 1)
    if form == "s16":
        whole = np.round(whole * 32767).astype(np.int16).T.reshape(1, -1)
    step = _CHUNK if form == "fltp" else _CHUNK * samples.shape[1]
    for start in range(0, whole.shape[1], step):
        part = np.ascontiguousarray(whole[:, start : start + step])
        frame = AudioFrame.from_ndarray(part, format=form, layout=_LAYOUTS[samples.shape[1]])
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        frame.pts = start if form == "fltp" else start // samples.shape[1]
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _open(path: Path, mime: str = "") -> InputContainer:
    import av

    mime = mime or sniff(path)
    demuxer = (CLIPS | SOUNDS).get(mime)
    if demuxer is None:
        raise MediaError(f"{path.name} is {mime or 'no media'}", "a clip or a sound file", "give one")
    options = {"protocol_whitelist": "file"}
    return av.open(str(path.absolute()), "r", format=demuxer, options=options, metadata_errors="replace")


def readable_track(container: InputContainer) -> AudioStream | None:
    """Return the first track of sound whose codec and rate are among those that are read, or None."""
    for stream in container.streams.audio:
        is_known = stream.codec_context is not None and stream.codec_context.name in _DECODERS
        if is_known and _RATES[0] <= (stream.rate or 0) <= _RATES[1]:
            return stream
    return None


def _plain(container: InputContainer, track: AudioStream) -> Iterator[AudioFrame]:
    """Yield frames without times: what a resampler would fill or cut by them is what was recorded."""
    for frame in container.decode(track):
        frame.pts = None
        yield frame


def _late(container: InputContainer, track: AudioStream) -> float:
    """Return how many seconds after the first frame the sound begins."""
    shown = next(iter(container.streams.video), None)
    if shown is None or track.start_time is None or shown.start_time is None:
        return 0.0
    apart = track.start_time * Fraction(track.time_base or 0) - shown.start_time * Fraction(shown.time_base or 0)
    return min(60.0, max(0.0, float(apart)))


def _check_samples(samples: Samples) -> None:
    if samples.ndim != 2 or samples.shape[1] not in _LAYOUTS or not len(samples):
        raise MediaError(f"samples of shape {samples.shape}", "(moments, 1 or 2 channels), one moment or more")


def _check_length(path: Path, seconds: float, most: float) -> None:
    if seconds > most:
        raise MediaError(f"the sound of {path.name} lasts more than {most:g} seconds", "a shorter sound", "cut it")
