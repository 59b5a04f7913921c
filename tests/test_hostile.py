"""Whatever a person or an attacker may hand in as media: taken in as what it is, or refused in words."""

from __future__ import annotations

import asyncio
import builtins
import errno
import io
import os
import re
import socket
import struct
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageCms

from agentvid import Agent
from agentvid.chain.edit import SetThought
from agentvid.errors import InputError, MediaError, StoreError
from agentvid.media import codec, outside
from agentvid.media.gate import Limits, admit, take_in, take_in_depth, take_in_mask
from agentvid.media.message import media_part
from agentvid.media.reader import Reader
from agentvid.run.bundle import replay
from agentvid.store.objects import ObjectStore

ROOT = Path(__file__).parents[1]
COFFEE = ROOT / "agentvid/samples/coffee.jpg"


def picture(path: Path, *, width: int = 6, height: int = 4) -> Path:
    Image.fromarray(np.full((height, width, 3), (200, 30, 60), np.uint8)).save(path, "PNG")
    return path


def refusal(path: Path) -> MediaError:
    with pytest.raises(MediaError) as caught:
        admit(path)
    assert caught.value.given and caught.value.expected and caught.value.do
    str(caught.value).encode("utf-8")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500
    return caught.value


# ---------------------------------------------------------------- names and places


def test_a_link_is_followed_to_a_file_and_to_nothing_else(tmp_path):
    (tmp_path / "link").symlink_to(picture(tmp_path / "real.png"))
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "folder").symlink_to(tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert admit(tmp_path / "link").facts == {"width": 6, "height": 4}
    for name, words in {"zero": "no regular file", "folder": "a folder", "loop": "can't be read"}.items():
        assert words in refusal(tmp_path / name).given


def test_devices_pipes_and_sockets_are_refused_at_once(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.png")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.png")
        for path in (Path("pipe.png"), Path("socket.png"), Path("/dev/null"), Path("/dev/zero"), Path("/dev/tty")):
            assert str(path.name) in refusal(path).given


@pytest.mark.parametrize(
    "name",
    [
        "line\nbreak.png",
        "evil\u202egnp.exe",
        "-rf",
        "%05d.png",
        "concat:a|b",
        "file:x.png",
        "list.m3u8",
        "把.png",
        "' \"",
    ],
)
def test_odd_names_pass_and_are_shown_on_one_line(tmp_path, store, name):
    part = media_part(picture(tmp_path / name), store)

    assert part.artifact.width == 6
    assert part.name.isprintable() and part.name


def test_a_name_that_is_no_text_passes_and_is_never_shown(tmp_path, store):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\xff.png"))
    try:
        picture(path)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    assert media_part(path, store).name == "caf.png"
    path.write_bytes(b"rubbish")
    assert refusal(path).given.startswith("caf.png is")


def test_paths_that_lead_nowhere_are_refused_in_one_short_line(tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    picture(tmp_path / "up.png")

    assert admit(folder / ".." / ".." / "up.png").kind == "image"
    for path in (folder / "..", Path("/"), Path(), Path("x" * 5000), Path("/".join("y" * 300)), Path("a\0b")):
        refusal(path)


def test_a_file_without_permission_is_refused(tmp_path):
    path = picture(tmp_path / "secret.png")
    path.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        assert "Permission denied" in refusal(path).given
    finally:
        os.seteuid(was)


class _Failing(io.BytesIO):
    """A file whose medium fails after the first piece."""

    def __init__(self, opened: io.FileIO) -> None:
        super().__init__(bytes(1000))
        self.opened = opened

    def fileno(self) -> int:
        return self.opened.fileno()

    def close(self) -> None:
        self.opened.close()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise OSError(errno.EIO, "Input/output error")
        return super().read(100)


def test_a_file_that_can_not_be_read_to_its_end_is_refused(tmp_path, monkeypatch):
    path = picture(tmp_path / "scratched.png", width=200, height=200)
    monkeypatch.setattr(outside, "_CHUNK", 100)

    def failing_open(file, *args, **kwargs):
        opened = real_open(file, *args, **kwargs)
        return _Failing(opened) if isinstance(file, int) else opened

    real_open = builtins.open
    monkeypatch.setattr(outside, "open", failing_open, raising=False)

    assert "Input/output error" in refusal(path).given


def test_a_file_that_is_larger_than_it_says_is_refused(tmp_path, monkeypatch):
    """Its size is asked first; what matters is how much comes."""
    path = picture(tmp_path / "growing.png", width=400, height=400)
    size = path.stat().st_size
    monkeypatch.setattr(outside, "_CHUNK", 64)
    real = os.fstat

    def smaller(descriptor):
        return os.stat_result([*real(descriptor)[:6], 10, *real(descriptor)[7:10]])

    monkeypatch.setattr(outside.os, "fstat", smaller)
    with pytest.raises(MediaError, match="at most"):
        admit(path, Limits(max_bytes=size - 1))


# ---------------------------------------------------------------- bombs


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, side: int = 4) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(side * (3 * side + 1))))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + body + chunk(b"IEND", b"")


def saved(form: str, **options: object) -> bytearray:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, form, **options)
    return bytearray(file.getvalue())


def claiming(form: str) -> bytes:
    """A small file whose header names absurd sides."""
    data = saved(form, **({"lossless": True} if form == "WEBP" else {}))
    if form == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    elif form == "GIF":
        data[6:10] = struct.pack("<HH", 65_535, 65_535)
        at = data.index(b",\0\0\0\0") + 5
        data[at : at + 4] = struct.pack("<HH", 65_535, 65_535)
    elif form == "BMP":
        data[18:26] = struct.pack("<ii", 2**30, -(2**30))
    elif form == "WEBP":
        data[21:25] = struct.pack("<I", 16_383 | 16_383 << 14)
    return bytes(data)


@pytest.mark.parametrize("form", ["JPEG", "GIF", "BMP", "WEBP"])
def test_absurd_sides_in_a_header_are_refused_before_anything_is_decoded(tmp_path, form):
    path = tmp_path / "bomb"
    path.write_bytes(claiming(form))

    assert "pixels" in refusal(path).given or "bomb" in refusal(path).given


def test_text_and_profiles_that_unfold_are_refused(tmp_path):
    path = tmp_path / "bomb.png"
    huge = zlib.compress(bytes(200 * 2**20), 9)
    for bomb in (
        chunk(b"zTXt", b"k\0\0" + huge),
        chunk(b"iTXt", b"k\0\1\0\0\0" + huge),
        chunk(b"iCCP", b"k\0\0" + huge),
    ):
        path.write_bytes(png(bomb))
        assert len(bomb) < 300_000
        refusal(path)


def test_pixels_that_unfold_to_more_than_the_header_says_do_no_harm(tmp_path):
    path = tmp_path / "bomb.png"
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100 * 2**20), 9)) + chunk(b"IEND", b"")
    )

    assert admit(path).facts == {"width": 4, "height": 4}


def test_sides_from_one_pixel_to_the_longest_pass(tmp_path):
    for width, height in [(1, 1), (1, 3000), (3000, 1), (32_767, 2)]:
        assert admit(picture(tmp_path / "odd.png", width=width, height=height)).facts["width"] == width
    assert "no side beyond 32,767" in refusal(picture(tmp_path / "long.png", width=32_768, height=1)).expected


def test_a_mesh_of_brackets_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.glb"
    text = b"[" * 200_000
    path.write_bytes(b"glTF" + struct.pack("<IIII", 2, 20 + len(text), len(text), 0x4E4F534A) + text)

    refusal(path)


# ---------------------------------------------------------------- posing as media


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!DOCTYPE html><html><img src='http://x/y.png'></html>", "a web page"),
        (b"\n <HTML><body>404</body></HTML>", "a web page"),
        (b"<svg onload='alert(1)'/>", "an SVG drawing"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "a HEIC or AVIF picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"MM\0*\0\0\0\x08", "a TIFF picture"),
        ("只是文字".encode(), "a text"),
    ],
)
def test_what_poses_as_a_picture_is_told_for_what_it_is(tmp_path, data, words):
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)

    assert words in refusal(path).given


def test_a_mask_or_depth_from_outside_passes_the_same_gate(tmp_path, store):
    cut = tmp_path / "mask.png"
    cut.write_bytes(COFFEE.read_bytes()[:9_000])
    page = tmp_path / "page.png"
    page.write_bytes(b"<html>")

    for take in (take_in_mask, take_in_depth):
        for path in (cut, page, tmp_path / "missing.png", tmp_path):
            with pytest.raises(MediaError):
                take(path, store)
    assert not [path for path in store.root.rglob("*") if path.is_file()]


# ---------------------------------------------------------------- colours


def swapped_profile() -> bytes:
    """sRGB with red and blue exchanged, under another name."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "gBRs".encode("utf-16-be"))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colours_of_a_profile_become_srgb(tmp_path, store, mode):
    path = tmp_path / "swapped.png"
    Image.new("RGB", (8, 8), (255, 0, 0)).convert(mode).save(path, "PNG", icc_profile=swapped_profile())

    found = store.image(take_in(path, store))[3, 3]
    assert found[0] < 10 and found[1] < 10 and found[2] > 245


def test_srgb_pixels_stay_as_they_are_and_a_broken_profile_counts_as_srgb(tmp_path, store):
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (srgb, lab, b"rubbish", swapped_profile()[:200], bytes(128)):
        path = tmp_path / "photo.png"
        Image.fromarray(pixels).save(path, "PNG", icc_profile=profile)
        assert np.array_equal(store.image(take_in(path, store)), pixels)


def test_a_mask_is_turned_upright_as_its_picture_is(tmp_path, store):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "mask.png"
    Image.fromarray(np.eye(4, 6, dtype=np.uint8) * 255).save(path, "PNG", exif=exif)

    assert store.mask(take_in_mask(path, store)).shape == (6, 4)


# ---------------------------------------------------------------- clips


def test_sound_in_the_coat_of_a_clip_is_refused(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=48000, layout="mono")
        for number in range(5):
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            samples.rate, samples.pts, samples.time_base = 48000, 1024 * number, Fraction(1, 48000)
            output.mux(stream.encode(samples))
        output.mux(stream.encode(None))

    assert "holds no video" in refusal(path).given


def film(path: Path, frames: int = 12) -> Path:
    with codec.VideoWriter(path, width=64, height=48, fps=25) as writer:
        for number in range(frames):
            writer.write(np.random.default_rng(number).integers(0, 256, (48, 64, 3), dtype=np.uint8))
    return path


def test_a_clip_whose_last_frame_is_broken_is_refused_before_anyone_works_with_it(tmp_path, store):
    path = film(tmp_path / "clip.mp4")
    with av.open(str(path)) as container:
        last = [packet for packet in container.demux(video=0) if packet.size][-1]
        at, size = last.pos, last.size
    data = bytearray(path.read_bytes())
    data[at : at + size] = b"\xff" * size
    path.write_bytes(data)

    assert codec.probe(path, "video/mp4")["frames"] == 12  # neither its packets nor its first frame tell
    with pytest.raises(MediaError, match=r"clip\.mp4 holds 12 frames, of which \d+ can be read"):
        take_in(path, store)


def test_every_frame_of_what_was_taken_in_can_be_read(tmp_path, store):
    video = take_in(film(tmp_path / "clip.mp4"), store)

    assert len(list(store.frames(video))) == video.frames == 12


# ---------------------------------------------------------------- no room


def full(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_no_room_for_the_copy_is_told_and_leaves_nothing(tmp_path, monkeypatch, store):
    monkeypatch.setattr(outside.tempfile, "TemporaryDirectory", full)

    with pytest.raises(StoreError, match="no room for a temporary file") as caught:
        take_in(COFFEE, store)
    assert "TMPDIR" in caught.value.do
    assert not store.root.exists()


def test_no_room_in_the_store_is_told_and_leaves_nothing(tmp_path):
    """A real limit on files, as a full disk: the picture's PNG is larger than what may be written."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from agentvid.errors import StoreError\n"
        "from agentvid.media.gate import take_in\n"
        "from agentvid.store.objects import ObjectStore\n"
        "store = ObjectStore(Path(sys.argv[2]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))\n"
        "try: take_in(Path(sys.argv[1]), store)\n"
        "except StoreError as error: print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(COFFEE), str(tmp_path / "store")], cwd=ROOT, capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stderr
    assert "can't be used" in ended.stdout and "File too large" in ended.stdout
    assert not [path for path in (tmp_path / "store").rglob("*") if path.is_file() and path.name != "lock"]


# ---------------------------------------------------------------- every way in


async def test_no_file_is_decoded_on_the_event_loop(tmp_path, monkeypatch):
    """Beside a message, on a port with it, on a port later, in a bundle: each in a thread without a running loop."""
    asked = []

    def ask(self, work, path, allowance, **arguments):
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        asked.append(work)
        return real(self, work, path, allowance, **arguments)

    real = Reader.ask
    monkeypatch.setattr(Reader, "ask", ask)
    mask = tmp_path / "mask.png"
    Image.new("L", (600, 400), 255).save(mask)
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        turn = await session.send("make the red cup blue", COFFEE, given={"t1.s1.mask": str(mask)}, plan_only=True)
        assert asked == ["still", "still"]
        await turn.resume(given={"t1.s1.mask": str(mask)})
        assert asked == ["still", "still", "still"]
        session.bundle(tmp_path / "bundle")
        await replay(tmp_path / "bundle", agent.tools, agent.engines, in_process=True)
    assert asked[3:] and set(asked[3:]) == {"facts"}


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "x" * 20_001])
async def test_a_text_that_is_none_or_endless_is_refused_wherever_it_is_put(text):
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        with pytest.raises(InputError, match="a text"):
            await session.send("make the red cup blue", COFFEE, given={"t1.s2.place": text}, plan_only=True)
        turn = await (await agent.session()).send("make the red cup blue", COFFEE, plan_only=True)
        with pytest.raises(InputError, match="a text"):
            await turn.edit([SetThought(step="t1.s1", thought=text)], run=False)


def test_files_are_decoded_in_one_place():
    """Decoders of other libraries are called in these modules; of those, only the reader sees files from outside.

    `sound` looks at clips that were taken in already, `mask_clip` writes, `track` decodes what it wrote itself.
    """
    calls = re.compile(r"imread|imdecode|VideoCapture|Image\.open|imageio|av\.open|soundfile|wave\.open|decode_image")
    paths = [path for folder in ("agentvid", "tools") for path in sorted((ROOT / folder).rglob("*.py"))]

    assert {str(path.relative_to(ROOT)) for path in paths if calls.search(path.read_text(encoding="utf-8"))} == {
        "agentvid/engines/classical/track.py",
        "agentvid/media/clip_writer.py",
        "agentvid/media/codec.py",
        "agentvid/media/mask_clip.py",
        "agentvid/media/picture.py",
        "agentvid/media/sound.py",
    }


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")
