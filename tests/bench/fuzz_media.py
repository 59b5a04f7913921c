"""Damaged and crafted media at the gate: nothing may crash, hang, or come out as anything but a typed refusal.

    python -m tests.bench.fuzz_media --count 2000                 # writes tests/bench/fuzz_media.json
    python -m tests.bench.fuzz_media --count 100 --seed 7 --keep /tmp/odd

About forty whole files (pictures, clips and sounds of every kind that is read here, and of some that are not) are each
mutated in one of eleven ways. A file is given at most 2 seconds of its reader's own processor time, so that a busy
machine changes nothing. What is taken in must then be readable to its last frame.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import re
import struct
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageCms

from agentvid.errors import AgentvidError
from agentvid.media.gate import Limits, take_in
from agentvid.media.reader import reader
from agentvid.media.types import Image as StoredImage
from agentvid.media.types import Video
from agentvid.store.objects import ObjectStore

LIMITS = Limits(max_seconds_to_read=2.0, max_memory=2 * 2**30)
SECONDS = 3.0
"""The most processor time of one file: the allowance, and the whole second that the kernel counts in."""

Random = np.random.Generator


# ---------------------------------------------------------------- whole files


def picture(height: int = 48, width: int = 64) -> Image.Image:
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([4 * x, 5 * y, 2 * (x + y)], axis=2) % 256
    return Image.fromarray(rgb.astype(np.uint8))


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def pictures() -> dict[str, bytes]:
    rgb = picture()
    clear = rgb.convert("RGBA")
    clear.putalpha(rgb.convert("L"))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 11.0)
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    profile[24:36] = bytes(12)  # when it was made
    deep = Image.fromarray(np.arange(48 * 64, dtype=np.uint16).reshape(48, 64) * 20)
    more = {"save_all": True, "append_images": [rgb.rotate(90), rgb.rotate(180)], "duration": 50}
    return {
        "rgb.jpg": saved(rgb, "JPEG"),
        "grey.jpg": saved(rgb.convert("L"), "JPEG"),
        "cmyk.jpg": saved(rgb.convert("CMYK"), "JPEG"),
        "progressive.jpg": saved(rgb, "JPEG", progressive=True, subsampling=0),
        "exif.jpg": saved(rgb, "JPEG", exif=exif, icc_profile=bytes(profile)),
        "rgb.png": saved(rgb, "PNG"),
        "deep.png": saved(deep, "PNG"),
        "palette.png": saved(rgb.quantize(16), "PNG", transparency=0),
        "alpha.png": saved(clear, "PNG", icc_profile=bytes(profile)),
        "bits.png": saved(rgb.convert("1"), "PNG"),
        "moving.png": saved(rgb, "PNG", **more),
        "lossy.webp": saved(rgb, "WEBP"),
        "lossless.webp": saved(clear, "WEBP", lossless=True, exif=exif),
        "moving.webp": saved(rgb, "WEBP", **more),
        "still.gif": saved(rgb.quantize(32), "GIF"),
        "moving.gif": saved(rgb, "GIF", **more),
        "rgb.bmp": saved(rgb, "BMP"),
        "palette.bmp": saved(rgb.quantize(16), "BMP"),
        "rgb.tif": saved(rgb, "TIFF", compression="tiff_lzw"),
        "one.png": saved(rgb.crop((0, 0, 1, 1)), "PNG"),
        "thin.jpg": saved(rgb.resize((1, 2000)), "JPEG"),
    }


def clip(container: str, coder: str, pixels: str = "yuv420p", *, sound: str = "", turned: bool = False) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container, options={"fflags": "+bitexact"}) as output:
        stream = output.add_stream(coder, rate=25, options={"g": "4", "x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        if turned:
            stream.set_display_rotation(90)
        spoken = output.add_stream(sound, rate=48000, layout="mono") if sound else None
        for number in range(9):
            frame = av.VideoFrame.from_ndarray(np.roll(np.array(picture()), 3 * number, axis=1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if spoken is not None:
            _write_tone(output, spoken)
    return file.getvalue()


def sound(container: str, coder: str) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container, options={"fflags": "+bitexact"}) as output:
        _write_tone(output, output.add_stream(coder, rate=48000, layout="mono"))
    return file.getvalue()


def _write_tone(output: av.container.OutputContainer, stream: av.AudioStream) -> None:
    tone = (np.sin(np.arange(12000) / 10) * 0.3).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
    frame.rate = 48000
    size = stream.codec_context.frame_size or 0
    resampler = av.AudioResampler(stream.codec_context.format, "mono", 48000, size)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        output.mux(stream.encode(piece))
    output.mux(stream.encode(None))


def clips() -> dict[str, bytes]:
    return {
        "h264.mp4": clip("mp4", "libx264", sound="aac", turned=True),
        "hevc.mp4": clip("mp4", "libx265"),
        "mpeg4.mp4": clip("mp4", "mpeg4"),
        "h264.mov": clip("mov", "libx264"),
        "mjpeg.avi": clip("avi", "mjpeg", "yuvj420p"),
        "mpeg4.avi": clip("avi", "mpeg4"),
        "h264.mkv": clip("matroska", "libx264", sound="libopus"),
        "ffv1.mkv": clip("matroska", "ffv1"),
        "vp8.webm": clip("webm", "libvpx"),
        "vp9.webm": clip("webm", "libvpx-vp9"),
        "mpeg2.mpg": clip("mpeg", "mpeg2video"),
        "h264.ts": clip("mpegts", "libx264"),
        "tone.wav": sound("wav", "pcm_s16le"),
        "tone.mp3": sound("mp3", "libmp3lame"),
        "tone.flac": sound("flac", "flac"),
        "tone.ogg": sound("ogg", "libopus"),
        "tone.m4a": sound("ipod", "aac"),
        "mesh.glb": _glb({"asset": {"version": "2.0"}, "nodes": [{"name": f"n{n}"} for n in range(40)]}),
    }


def _glb(document: object) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return b"glTF" + struct.pack("<IIII", 2, 20 + len(text), len(text), 0x4E4F534A) + text


# ---------------------------------------------------------------- mutations

ODD = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
CHUNK = re.compile(rb"[A-Za-z][A-Za-z0-9 ]{3}")


def flip_bits(data: bytes, random: Random, others: list[bytes]) -> bytes:
    damaged = bytearray(data)
    for _ in range(random.integers(1, 33)):
        damaged[random.integers(len(damaged))] ^= 1 << random.integers(8)
    return bytes(damaged)


def set_bytes(data: bytes, random: Random, others: list[bytes]) -> bytes:
    damaged = bytearray(data)
    for at in random.integers(min(16, len(data) - 1), len(data), random.integers(1, 65)):
        damaged[at] = random.integers(256)
    return bytes(damaged)


def cut(data: bytes, random: Random, others: list[bytes]) -> bytes:
    return data[: random.integers(len(data))]


def odd_header(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Put odd numbers at the places where sizes, counts and offsets are."""
    damaged = bytearray(data)
    for _ in range(random.integers(1, 4)):
        at = random.integers(4, max(5, min(len(data) - 4, 256)))
        form = str(random.choice([">I", "<I", ">H", "<H"]))
        value = int(random.choice(ODD)) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
        damaged[at : at + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(damaged)


def odd_chunk(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Put odd numbers before or behind a four-letter name: the sizes of boxes and chunks, and their first fields."""
    places = [match.start() for match in CHUNK.finditer(data)]
    if not places:
        return odd_header(data, random, others)
    at = int(random.choice(places)) + int(random.choice([-4, 4, 8, 12, 16]))
    damaged = bytearray(data)
    damaged[max(0, at) : max(0, at) + 4] = struct.pack(str(random.choice([">I", "<I"])), int(random.choice(ODD)))
    return bytes(damaged)


def shuffle_chunks(data: bytes, random: Random, others: list[bytes]) -> bytes:
    places = [0, *(match.start() for match in CHUNK.finditer(data) if match.start() > 12), len(data)]
    pieces = [data[one:two] for one, two in itertools.pairwise(places)]
    if len(pieces) < 3:
        return repeat(data, random, others)
    one, two = random.integers(1, len(pieces), 2)
    pieces[one], pieces[two] = pieces[two], pieces[one]
    return b"".join(pieces)


def repeat(data: bytes, random: Random, others: list[bytes]) -> bytes:
    one, two = sorted(random.integers(len(data), size=2))
    return data[:two] + data[one:two] * int(random.integers(1, 50)) + data[two:]


def blank(data: bytes, random: Random, others: list[bytes]) -> bytes:
    one, two = sorted(random.integers(min(12, len(data) - 1), len(data), size=2))
    return data[:one] + bytes([int(random.choice([0, 0xFF]))]) * int(two - one) + data[two:]


def splice(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """The beginning of one file and the end of another."""
    other = others[random.integers(len(others))]
    return data[: random.integers(8, len(data))] + other[random.integers(len(other)) :]


def mend_png(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Change what a PNG holds and make its checksums right again, so that the change is believed."""
    if not data.startswith(b"\x89PNG"):
        return set_bytes(data, random, others)
    damaged, at = bytearray(data), 8
    while at + 12 <= len(damaged):
        (length,) = struct.unpack_from(">I", damaged, at)
        end = min(at + 8 + length, len(damaged) - 4)
        if end > at + 8 and random.random() < 0.6:
            damaged[random.integers(at + 8, end)] = random.integers(256)
        struct.pack_into(">I", damaged, end, zlib.crc32(damaged[at + 4 : end]))
        at = end + 4
    return bytes(damaged)


def claim_size(data: bytes, random: Random, others: list[bytes]) -> bytes:
    """Say another width and height wherever 64 x 48 stands, as the header of a bomb does."""
    damaged = data
    for form in (">II", "<II", ">HH", "<HH"):
        largest = 0xFFFF if form[1] == "H" else 0x7FFFFFFF
        claimed = [min(largest, int(random.choice([0, 1, 63, 4097, 30_000, 65_535, 2**31 - 1]))) for _ in range(2)]
        for sides in ((64, 48), (48, 64)):
            damaged = damaged.replace(struct.pack(form, *sides), struct.pack(form, *claimed))
    return damaged if damaged != data else odd_header(data, random, others)


MUTATIONS: tuple[Callable[[bytes, Random, list[bytes]], bytes], ...] = (
    *(flip_bits, set_bytes, cut, odd_header, odd_chunk, shuffle_chunks, repeat, blank, splice, mend_png, claim_size),
)


@dataclass(frozen=True)
class Case:
    """One mutated file: of which whole one, how, and its bytes."""

    origin: str
    mutation: str
    data: bytes


def cases(count: int, seed: int = 0) -> Iterator[Case]:
    """Yield mutated files, the same for the same seed; every whole file and every mutation has its turn."""
    random = np.random.default_rng(seed)
    whole = pictures() | clips()
    names, others = list(whole), list(whole.values())
    for number in range(count):
        origin = names[number % len(names)]
        mutate = MUTATIONS[(number // len(names) + number) % len(MUTATIONS)]
        yield Case(origin, mutate.__name__, mutate(whole[origin], random, others))


# ---------------------------------------------------------------- the gate


@dataclass(frozen=True)
class Outcome:
    """What became of one file: "taken in", "refused", or what must never be, and in how many seconds on the clock."""

    what: str
    told: str
    seconds: float


REASONS = (
    ("crashed", "its reader crashed"),
    ("killed: processor time", "too much processor time"),
    ("killed: clock", "it took more than"),
    ("memory", "too much memory"),
    ("nonsense", "nonsense"),
    ("broken or cut off", "broken or cut off"),
    ("another type", "of no type|is a |is an |no media|is a list of"),
    ("too large or long", "pixels|frames|seconds|MiB|expands"),
)


def reason(told: str) -> str:
    """Return the kind of a refusal."""
    return next((name for name, words in REASONS if re.search(words, told)), "other content")


def try_one(case: Case, path: Path, store: ObjectStore) -> Outcome:
    """Give one file to the gate, and read back what it let in."""
    path.write_bytes(case.data)
    started = time.perf_counter()
    try:
        artifact = take_in(path, store, LIMITS)
    except AgentvidError as error:
        complete = error.given and error.expected and error.do and path.name in error.given
        return Outcome("refused" if complete else "REFUSED BADLY", str(error), time.perf_counter() - started)
    except Exception as error:
        return Outcome("LEAKED", f"{type(error).__name__}: {error}", time.perf_counter() - started)
    seconds = time.perf_counter() - started
    try:
        if isinstance(artifact, StoredImage):
            assert store.image(artifact).shape == (artifact.height, artifact.width, 3)
        if isinstance(artifact, Video):
            sizes = {frame.shape for frame in store.frames(artifact)}
            assert sizes == {(artifact.height, artifact.width, 3)}
    except Exception as error:
        return Outcome("NOT READABLE", f"{type(error).__name__}: {error}", seconds)
    return Outcome("taken in", "", seconds)


def main() -> None:
    """Run, print a table, write the JSON beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="keep here the files with an outcome that must never be")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    told = parser.parse_args()
    whats: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        store = ObjectStore(Path(folder) / "store")
        for number, case in enumerate(cases(told.count, told.seed)):
            found = try_one(case, Path(folder) / "given.bin", store)
            whats[found.what] += 1
            reasons[reason(found.told)] += found.what == "refused"
            slowest = max(slowest, found.seconds)
            if found.what.isupper() or reason(found.told).startswith(("crashed", "killed", "memory", "nonsense")):
                print(f"{number} {case.origin} {case.mutation}: {found.what} {found.told}", flush=True)
                if told.keep:
                    told.keep.mkdir(parents=True, exist_ok=True)
                    (told.keep / f"{number}-{case.mutation}-{case.origin}").write_bytes(case.data)
        left = list((store.root / "tmp").glob("*"))
    report = {
        "files": told.count,
        "seed": told.seed,
        "outcomes": dict(whats.most_common()),
        "refusals": dict(reasons.most_common()),
        "left_behind": len(left),
        "slowest_seconds_on_the_clock": round(slowest, 2),
        "most_memory_of_the_reader_mib": round(reader().peak_kib / 1024),
        "limits_held": sorted(reader().held),
    }
    told.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))
    if any(what.isupper() for what in whats) or left:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
