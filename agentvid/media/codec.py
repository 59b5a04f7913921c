"""Files to arrays and back: the one place where media is read, written or converted.

Pictures and frames are uint8 HWC RGB (sRGB), masks uint8 HW, depth uint16 HW; a clip is read frame by frame and is
never in memory as a whole. A file's type is told by its first bytes, never by its name, and its decoder is forced.
Pictures are read in `media.picture`, clips written in `media.clip_writer`; clips are read, and the facts of every
kind of file are told, here.

Does not cover: which files may come in (`media.gate`), where they are kept (`store.objects`), samples of sound
(`media.sound`).
HDR clips are converted by their colour matrix only (not tone-mapped); interlaced frames are not de-interlaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from agentvid.errors import MediaError
from agentvid.media.border import CLIPS, MAX_PIXELS, PICTURES, SEEKABLE, SOUNDS, Facts, border, check_pixels, sniff
from agentvid.media.clip_writer import VideoWriter, exact_rate
from agentvid.media.picture import U8, png_bytes, probe_picture, read_depth, read_mask, read_rgb
from agentvid.media.sound import readable_track

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = [
    "MAX_PIXELS",
    "Facts",
    "VideoWriter",
    "check_frames",
    "exact_rate",
    "has_location",
    "iter_frames",
    "png_bytes",
    "probe",
    "read_depth",
    "read_frame",
    "read_mask",
    "read_rgb",
    "sniff",
    "without_metadata",
]

_DECODERS: Final = {
    *("h264", "hevc", "av1", "libdav1d", "libaom-av1", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg1video"),
    *("mpeg2video", "mpeg4", "h263", "msmpeg4v2", "msmpeg4v3", "wmv2", "mjpeg", "prores", "dnxhd", "theora", "ffv1"),
}
"""Clips of other codecs are refused: an unusual decoder is more often an attack than a clip."""

_BT709, _UNSPECIFIED, _SMPTE170M = 1, 2, 6  # AVColorSpace
_ATTACHED_PICTURE: Final = 0x400  # AV_DISPOSITION_ATTACHED_PIC: the cover of a sound
_THREADS: Final = 4
_MUXERS: Final = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "matroska",
    "audio/mp4": "ipod",
}
"""Containers whose tags can name a place, and what writes them."""


def probe(
    path: Path, mime: str, *, max_pixels: int = MAX_PIXELS, max_frames: int = 1_000_000, max_seconds: float = 86_400
) -> Facts:
    """Return what a file holds, read as `mime` and as nothing else.

    Pictures: width, height. Clips: width, height, fps, frames, seconds. Sound: seconds, rate.
    Sides are as shown (turned by EXIF or a display matrix). Frames are counted by packets, which also finds a file
    that was cut off. Sizes are compared with `max_pixels` before a picture or the first frame is decoded; counting
    ends where a clip passes `max_frames` or a sound `max_seconds`.
    Raises: MediaError where the file is broken, larger or longer than that, or holds something else.
    """
    path = Path(path)
    with border(path):
        if mime in PICTURES:
            return probe_picture(path, mime, max_pixels)
        if mime in CLIPS:
            return _probe_clip(path, mime, max_pixels, max_frames)
        if mime in SOUNDS:
            return _probe_sound(path, mime, max_seconds)
    raise MediaError(
        f"{path.name} is of type {mime or 'unknown'}", f"one of {', '.join([*PICTURES, *CLIPS, *SOUNDS])}", "convert it"
    )


# ---------------------------------------------------------------- clips: reading


def iter_frames(path: Path, start: int = 0, stop: int | None = None) -> Iterator[U8]:
    """Yield frames `start` up to but not including `stop` (None: to the end) as uint8 HWC RGB, one at a time.

    Frames count from 0 in the order shown. Display matrix applied. The colour matrix is the one the file names, else
    BT.709 from 720 lines on and BT.601 below. Clips of varying frame rate give the frames that are stored.
    Raises: ValueError for a negative or reversed range; MediaError where the file is no clip, broken, or ends early.
    """
    if start < 0 or (stop is not None and stop < start):
        raise ValueError(f"given frames {start} to {stop}; expected 0 <= start <= stop")
    return _iter_frames(Path(path), start, stop)


def read_frame(path: Path, frame: int) -> U8:
    """Return one frame (counting from 0) as uint8 HWC RGB. Same pixels as `iter_frames` gives.

    Raises: as `iter_frames`.
    """
    return next(iter_frames(path, frame, frame + 1))


def check_frames(path: Path, mime: str) -> int:
    """Decode a whole clip and keep nothing of it; return the number of its frames.

    What passes gives every frame by `iter_frames` too, which decodes the same way and also converts.
    Raises: MediaError where a frame is broken or of another size or pixel format than the first, or there is none.
    """
    path, frames, kinds = Path(path), 0, set()
    with border(path), _open_clip(path, mime, MAX_PIXELS) as (container, stream):
        for frame in container.decode(stream):
            kinds.add((frame.width, frame.height, frame.format.name))
            if kinds != {(stream.width, stream.height, frame.format.name)}:
                raise MediaError(
                    f"{path.name} changes its size or colours at frame {frames}",
                    "frames of one kind",
                    "export it again",
                )
            frames += 1
    if not frames:
        raise MediaError(f"{path.name} holds no frame that can be read", "a complete clip", "export it again")
    return frames


def _iter_frames(
    path: Path, start: int, stop: int | None, mime: str = "", max_pixels: int = MAX_PIXELS
) -> Iterator[U8]:
    with border(path):
        mime = mime or sniff(path)
        if mime not in CLIPS:
            raise MediaError(
                f"{path.name} is {mime or 'no media'}", "a clip: MP4, MOV, WebM, MKV, AVI or MPEG", "give a clip"
            )
        with _open_clip(path, mime, max_pixels) as (container, stream):
            size = (stream.width, stream.height)
            shown = _shown_size(path, stream, max_pixels)
            index = _seek(container, stream, start) if mime in SEEKABLE and start else 0
            for frame in container.decode(stream):
                if stop is not None and index >= stop:
                    return
                if (frame.width, frame.height) != size:
                    raise MediaError(
                        f"{path.name} changes its size at frame {index}", "frames of one size", "export it again"
                    )
                if index >= start:
                    yield _frame_rgb(path, frame, *shown)
                index += 1
            least = start + 1 if stop is None else stop
            if index < least:
                raise MediaError(f"{path.name} ends after {index} frames", f"{least} frames or more", "ask for less")


@contextmanager
def _open_clip(path: Path, mime: str, max_pixels: int) -> Iterator[tuple[InputContainer, VideoStream]]:
    with _open(path, CLIPS[mime], max_pixels) as container:
        streams = [stream for stream in container.streams.video if not stream.disposition & _ATTACHED_PICTURE]
        if not streams:
            raise MediaError(f"{path.name} holds no video", "a clip; sound as WAV, MP3, M4A, FLAC or Ogg", "convert it")
        stream = streams[0]
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        if codec not in _DECODERS:
            raise MediaError(f"{path.name} is of codec {codec}", "H.264, HEVC, VP9, AV1 or MPEG", "convert it to H.264")
        check_pixels(path, stream.width, stream.height, max_pixels)
        stream.codec_context.options = {"max_pixels": str(max_pixels)}
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = _THREADS
        yield container, stream


def _open(path: Path, demuxer: str, max_pixels: int) -> InputContainer:
    """Open with one demuxer, so that it can't be a playlist, by an absolute path, so that it can't be a URL."""
    import av

    options = {"protocol_whitelist": "file", "max_pixels": str(max_pixels)}
    return av.open(str(path.absolute()), "r", format=demuxer, options=options, metadata_errors="replace")


def _shown_size(path: Path, stream: VideoStream, max_pixels: int) -> tuple[int, int]:
    """Width and height with square pixels: anamorphic clips (HDV, DV) are widened; a ratio within 2 % is let be."""
    ratio = stream.sample_aspect_ratio or Fraction(1)
    if abs(ratio - 1) <= Fraction(2, 100):
        return stream.width, stream.height
    width = max(2, 2 * round(stream.width * ratio / 2))
    check_pixels(path, width, stream.height, max_pixels)
    return width, stream.height


def _seek(container: InputContainer, stream: VideoStream, start: int) -> int:
    """Go to a keyframe at or before frame `start`; return the number of the frame that decoding gives next.

    Exact: frames are numbered by the sorted times of all packets, never by seconds times rate. Where times are missing
    or double, or the keyframe is not where the index says, decoding begins at frame 0.
    """
    packets = [(packet.pts, packet.is_keyframe) for packet in container.demux(stream) if _is_shown(packet)]
    times = sorted(pts for pts, _ in packets if pts is not None)
    numbers = {pts: number for number, pts in enumerate(times)}
    if len(numbers) == len(packets) and start < len(times):
        keyframe = max(
            (pts for pts, is_key in packets if is_key and pts is not None and pts <= times[start]), default=0
        )
        container.seek(keyframe, stream=stream)
        first = next(container.decode(stream), None)
        container.seek(keyframe, stream=stream)
        if first is not None and first.key_frame and numbers.get(first.pts or 0, start + 1) <= start:
            return numbers[first.pts or 0]
    container.seek(min(times, default=0), stream=stream)
    return 0


def _is_shown(packet: Packet[VideoStream]) -> bool:
    return bool(packet.size) and not packet.is_discard


def _frame_rgb(path: Path, frame: VideoFrame, width: int, height: int) -> U8:
    from av.video.reformatter import Interpolation

    if frame.colorspace == _UNSPECIFIED:
        frame.colorspace = _BT709 if frame.height >= 720 else _SMPTE170M
    flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    rgb = frame.reformat(width, height, "rgb24", interpolation=flags, threads=1).to_ndarray()
    return _turned(path, frame, rgb.astype(np.uint8, copy=False))


def _turned(path: Path, frame: VideoFrame, rgb: U8) -> U8:
    """Apply the display matrix, quarter turns and flips: x' = a x + c y, y' = b x + d y.

    Source: ISO/IEC 14496-12, 8.3.2 (track header).
    """
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return rgb
    a, b, _, c, d, *_ = (int(entry) for entry in np.frombuffer(cast(bytes, data), dtype=np.int32))
    if b == c == 0:
        columns, rows = a, d
    elif a == d == 0:
        rgb, columns, rows = rgb.transpose(1, 0, 2), c, b
    else:
        degrees = np.degrees(np.arctan2(b, a))
        raise MediaError(f"{path.name} is turned by {degrees:.0f} degrees", "quarter turns", "export it upright")
    rgb = rgb[:, ::-1] if columns < 0 else rgb
    return np.ascontiguousarray(rgb[::-1] if rows < 0 else rgb)


# ---------------------------------------------------------------- facts


def _probe_clip(path: Path, mime: str, max_pixels: int, max_frames: int) -> Facts:
    times: list[int] = []
    frames = 0
    with _open_clip(path, mime, max_pixels) as (container, stream):
        for packet in container.demux(stream):
            if packet.is_corrupt:
                raise MediaError(
                    f"{path.name} is damaged or cut off at frame {frames}", "a complete clip", "save it again"
                )
            if _is_shown(packet):
                frames += 1
                times += [time for time in (packet.pts, packet.dts) if time is not None][:1]
            if frames > max_frames:
                raise MediaError(f"{path.name} has more than {max_frames} frames", "a shorter clip", "cut it")
        fps = _fps(path, stream, times)
    height, width = next(_iter_frames(path, 0, 1, mime, max_pixels)).shape[:2]
    return Facts(width=width, height=height, fps=fps, frames=frames, seconds=frames / fps)


def _fps(path: Path, stream: VideoStream, times: list[int]) -> float:
    """The rate that the file names, unless the times of its frames say otherwise by more than 2 %."""
    named = stream.average_rate or stream.guessed_rate or Fraction(0)
    span = (max(times) - min(times)) * (stream.time_base or Fraction(0)) if times else Fraction(0)
    measured = (len(times) - 1) / span if span else named
    fps = float(named if named and abs(measured / named - 1) <= Fraction(2, 100) else measured)
    if not 0 < fps <= 1000:
        raise MediaError(f"{path.name} has {fps:g} frames per second", "more than 0, at most 1000", "export it again")
    return fps


def _probe_sound(path: Path, mime: str, max_seconds: float) -> Facts:
    with _open(path, SOUNDS[mime], MAX_PIXELS) as container:
        stream = readable_track(container)
        if stream is None:
            raise MediaError(
                f"{path.name} holds no sound that is read here", "WAV, FLAC, MP3, M4A or Ogg", "convert it"
            )
        samples = 0
        for frame in container.decode(stream):
            samples += frame.samples
            if samples > max_seconds * stream.rate:
                raise MediaError(f"{path.name} lasts more than {max_seconds:g} seconds", "a shorter sound", "cut it")
        if not samples or not stream.rate:
            raise MediaError(f"{path.name} holds {samples} samples of sound", "one sample or more", "export it again")
        return Facts(seconds=samples / stream.rate, rate=stream.rate)


def has_location(path: Path, mime: str) -> bool:
    """Return whether a clip or sound says where it was made: a GPS tag, or a track of data beside video and sound.

    Raises: MediaError where the file is broken.
    """
    path = Path(path)
    with border(path), _open(path, (CLIPS | SOUNDS)[mime], MAX_PIXELS) as container:
        tags = [*container.metadata, *(tag for stream in container.streams for tag in stream.metadata)]
        is_tagged = any("location" in tag.lower() or "gps" in tag.lower() for tag in tags)
        return is_tagged or bool(container.streams.data)


def without_metadata(path: Path, mime: str, target: Path) -> None:
    """Write the video and sound of `path` to `target` as they are, bit for bit, without any tag or other track.

    Raises: MediaError where the file is broken or its container can't be written; nothing is left at `target` then.
    """
    import av

    path, muxer = Path(path), _MUXERS.get(mime, "")
    if not muxer:
        raise MediaError(
            f"{path.name} is {mime} with tags or tracks to take out", "MP4, MOV, WebM or MKV", "convert it"
        )
    try:
        options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if muxer in ("mp4", "mov", "ipod") else {})
        with (
            border(path),
            _open(path, (CLIPS | SOUNDS)[mime], MAX_PIXELS) as source,
            av.open(str(target.absolute()), "w", format=muxer, options=options) as container,
        ):
            streams = [*source.streams.video, *source.streams.audio]
            copies = {stream.index: container.add_stream_from_template(stream, opaque=True) for stream in streams}
            for packet in source.demux(streams):
                if packet.size:  # the last ones are empty: they flush
                    packet.stream = copies[packet.stream.index]
                    container.mux(packet)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
