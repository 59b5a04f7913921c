from __future__ import annotations

import http.server
import io
import json
import os
import pickle
import struct
import threading
import zipfile
import zlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from agentvid.errors import MediaError
from agentvid.media import codec
from agentvid.media.gate import Limits, admit, take_in, take_in_depth, take_in_mask
from agentvid.store.objects import ObjectStore


def noise(height: int = 48, width: int = 64) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)


def clip(path: Path, frames: int = 12, height: int = 48, width: int = 64) -> Path:
    with codec.VideoWriter(path, width=width, height=height, fps=25) as writer:
        for number in range(frames):
            writer.write(np.roll(noise(height, width), number, axis=1))
    return path


def phone_clip(path: Path, container: str = "mp4", **tags: str) -> Path:
    """A clip with a display matrix, sound and tags, its index at the end, as phones write them."""
    options = {} if container == "matroska" else {"movflags": "use_metadata_tags"}
    with av.open(str(path), "w", format=container, options=options) as output:
        output.metadata.update(tags)
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        if container != "matroska":
            video.set_display_rotation(90)
        sound = output.add_stream("aac", rate=48000, layout="mono")
        for number in range(12):
            frame = av.VideoFrame.from_ndarray(np.roll(noise(), number, axis=1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for number in range(20):
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            samples.rate, samples.pts, samples.time_base = 48000, 1024 * number, Fraction(1, 48000)
            output.mux(sound.encode(samples))
        output.mux(sound.encode(None))
    return path


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def glb(document: object, *, version: int = 2) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    return b"glTF" + struct.pack("<IIII", version, 20 + len(text), len(text), 0x4E4F534A) + text


def zip_bytes() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.pkl", b"\x80\x02.")
    return file.getvalue()


# ---------------------------------------------------------------- what passes


def test_a_picture_passes_under_any_name(tmp_path):
    path = tmp_path / "holiday.mp4"
    Image.fromarray(noise()).save(path, "JPEG")

    admitted = admit(path)
    assert (admitted.mime, admitted.kind, admitted.facts) == ("image/jpeg", "image", {"width": 64, "height": 48})


def test_a_clip_passes_and_tells_its_facts(tmp_path):
    admitted = admit(clip(tmp_path / "clip.png"))

    assert (admitted.mime, admitted.kind) == ("video/mp4", "video")
    assert admitted.facts == {"width": 64, "height": 48, "fps": 25.0, "frames": 12, "seconds": 0.48}


def test_a_minute_of_1080p_is_within_the_default_limits():
    limits = Limits()

    assert limits.max_frame_pixels >= 1920 * 1080
    assert limits.max_frames >= 60 * 30 and limits.max_seconds >= 60
    assert limits.max_decoded_bytes >= 1920 * 1080 * 60 * 30 * 3
    assert limits.max_frame_pixels < 8192 * 8192


def test_a_clip_that_was_made_to_expand_is_refused(tmp_path):
    path = tmp_path / "black.mp4"
    with codec.VideoWriter(path, width=320, height=240, fps=25) as writer:
        for _ in range(100):
            writer.write(np.zeros((240, 320, 3), np.uint8))
    limits = Limits(bomb_bytes=10_000_000, max_expansion=1_000)

    assert admit(path).kind == "video"
    with pytest.raises(MediaError, match="expands"):
        admit(path, limits)


def test_a_mesh_passes(tmp_path):
    path = tmp_path / "cup"
    path.write_bytes(glb({"asset": {"version": "2.0"}, "buffers": [{"byteLength": 0, "uri": "data:,"}]}))

    assert admit(path).kind == "mesh"


# ---------------------------------------------------------------- what is refused by what it is


REFUSED = {
    "text": (b"just some words, renamed", "a text"),
    "chinese": ("把红色的杯子变成蓝色".encode(), "a text"),
    "long_text": ("ü" * 5000).encode(),
    "playlist": (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\nhttp://127.0.0.1/x.ts\n", "a playlist"),
    "playlist_with_mark": (b"\xef\xbb\xbf\n#EXTM3U\nfile:///etc/passwd\n", "a playlist"),
    "concat": (b"ffconcat version 1.0\nfile /etc/passwd\n", "a list of other files"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "an EPS"),
    "eps_binary": (b"\xc5\xd0\xd3\xc6" + bytes(40), "an EPS"),
    "pdf": (b"%PDF-1.7\n", "a PDF"),
    "zip": (zip_bytes(), "a zip archive"),
    "pickle": (pickle.dumps({"weights": [1.0]}), "a Python pickle"),
    "old_pickle": (pickle.dumps({"weights": [1.0]}, protocol=2), "a Python pickle"),
    "gzip": (b"\x1f\x8b\x08\0", "a gzip archive"),
    "tiff": (b"II*\0\x08\0\0\0", "a TIFF"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC"),
    "program": (b"\x7fELF\x02\x01\x01" + bytes(60), "of no type that is read here"),
    "one_byte": (b"\xff", "of no type that is read here"),
    "nulls": (bytes(5000), "of no type that is read here"),
}
REFUSED["long_text"] = (REFUSED["long_text"], "a text")


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused_whatever_their_name(tmp_path, name):
    data, given_words = REFUSED[name]
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)

    with pytest.raises(MediaError) as caught:
        admit(path)
    assert given_words in caught.value.given
    assert "clip.mp4" in caught.value.given and str(tmp_path) not in str(caught.value)
    assert caught.value.expected and caught.value.do


@pytest.mark.parametrize("name", ["list.m3u8", "clip.mp4", "clip.mpg"])
def test_a_playlist_makes_no_request(tmp_path, name):
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        path = tmp_path / name
        path.write_text(f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{server.server_port}/secret.ts\n#EXT-X-ENDLIST\n")
        try:
            with pytest.raises(MediaError, match="playlist"):
                admit(path)
            with pytest.raises(MediaError):
                codec.probe(path, "video/mp4")
            with pytest.raises(MediaError):
                codec.read_frame(path, 0)
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "dangling.mp4").symlink_to(tmp_path / "nowhere")

    for name, words in {
        "empty.mp4": "empty",
        "folder.mp4": "a folder",
        "pipe.mp4": "no regular file",
        "dangling.mp4": "can't be read",
        "missing.mp4": "can't be read",
        "nul\0.mp4": "can't be read",
        "x" * 300: "can't be read",
    }.items():
        with pytest.raises(MediaError, match=words):
            admit(tmp_path / name)


def test_a_moving_picture_is_refused(tmp_path):
    for form in ("GIF", "WEBP", "PNG"):
        path = tmp_path / f"moving.{form}"
        pictures = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
        pictures[0].save(path, form, save_all=True, append_images=pictures[1:], duration=100)
        with pytest.raises(MediaError, match="moving picture"):
            admit(path)


def test_an_unusual_codec_is_refused(tmp_path):
    path = tmp_path / "clip.avi"
    with av.open(str(path), "w", format="avi") as output:
        stream = output.add_stream("huffyuv", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p"
        for _ in range(3):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(noise(), format="rgb24")))
        output.mux(stream.encode(None))

    with pytest.raises(MediaError, match="codec huffyuv"):
        admit(path)


# ---------------------------------------------------------------- what is refused by its size


def test_a_png_bomb_is_refused_by_its_header(tmp_path):
    path = tmp_path / "bomb.png"

    for width, height in [(100_000, 100_000), (8001, 8000), (12_000, 12_000), (2**31 - 1, 1)]:
        path.write_bytes(png_claiming(width, height))
        with pytest.raises(MediaError, match=r"bomb\.png") as caught:
            admit(path)
        assert "pixels" in str(caught.value)


def test_every_limit_holds(tmp_path):
    path = clip(tmp_path / "clip")
    picture = tmp_path / "picture"
    picture.write_bytes(codec.png_bytes(noise()))
    exact = Limits(path.stat().st_size, 64 * 48, 64 * 48, 12, 0.48, 64 * 48 * 12 * 3)

    admit(path, exact)
    for field, words in {
        "max_bytes": "MiB",
        "max_frame_pixels": "64 x 48",
        "max_frames": "more than 11 frames",
        "max_seconds": "seconds",
        "max_decoded_bytes": "GB as pixels",
    }.items():
        tighter = replace(
            exact, **{field: getattr(exact, field) * 0.999 if field == "max_seconds" else getattr(exact, field) - 1}
        )
        with pytest.raises(MediaError, match=words):
            admit(path, tighter)
    with pytest.raises(MediaError, match="64 x 48"):
        admit(picture, replace(Limits(), max_pixels=64 * 48 - 1))


@pytest.mark.slow
def test_a_small_clip_that_expands_to_800_mb_is_refused_without_decoding_it(tmp_path):
    path = tmp_path / "bomb.mp4"
    black = av.VideoFrame(8192, 8192, "yuv420p")
    for plane, level in zip(black.planes, (16, 128, 128), strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=25, options={"preset": "ultrafast", "threads": "2"})
        stream.width = stream.height = 8192
        stream.pix_fmt = "yuv420p"
        for number in range(8):
            black.pts, black.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(black))
        output.mux(stream.encode(None))
    assert path.stat().st_size < 400_000

    with pytest.raises(MediaError, match="8192 x 8192"):
        admit(path)


def test_a_small_clip_of_very_many_frames_is_refused(tmp_path):
    path = tmp_path / "long.mp4"
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=100)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        for number in range(20_500):
            frame.pts, frame.time_base = number, Fraction(1, 100)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))

    with pytest.raises(MediaError, match="more than 20000 frames"):
        admit(path)


# ---------------------------------------------------------------- what is refused as broken


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_files_cut_off_are_refused(tmp_path, share):
    made = [clip(tmp_path / "index_first.mp4", 40), phone_clip(tmp_path / "index_last.mp4")]
    for form in ("PNG", "JPEG", "WEBP", "BMP"):
        made.append(tmp_path / f"picture.{form}")
        Image.fromarray(noise()).save(made[-1], form)
    made.append(tmp_path / "mesh.glb")
    made[-1].write_bytes(glb({"asset": {"version": "2.0"}, "nodes": [{"name": f"n{n}"} for n in range(200)]}))

    for path in made:
        admit(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(MediaError, match=path.name):
            admit(path)


def test_a_clip_that_lacks_its_last_bytes_is_refused(tmp_path):
    path = clip(tmp_path / "clip.mp4", 40)
    path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(MediaError, match="cut off at frame 39"):
        admit(path)


@pytest.mark.parametrize(
    "document",
    [
        {"asset": {"version": "2.0"}, "images": [{"uri": "http://169.254.169.254/latest"}]},
        {"asset": {"version": "2.0"}, "buffers": [{"uri": "../../etc/passwd"}]},
        {"asset": {"version": "2.0"}, "buffers": [3]},
        {"asset": {"version": "2.0"}, "buffers": 7},
        {"scenes": []},
        [1, 2],
    ],
)
def test_meshes_that_name_other_files_or_are_none_are_refused(tmp_path, document):
    path = tmp_path / "mesh.glb"
    path.write_bytes(glb(document))

    with pytest.raises(MediaError, match=r"mesh\.glb"):
        admit(path)


def test_an_old_mesh_is_refused(tmp_path):
    path = tmp_path / "mesh.glb"
    path.write_bytes(glb({"asset": {}}, version=1))

    with pytest.raises(MediaError, match="glTF 1"):
        admit(path)


# ---------------------------------------------------------------- whatever comes


MAGICS = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"GIF89a",
    b"BM" + bytes(8),
    b"RIFF\x40\0\0\0WEBPVP8 ",
    b"RIFF\x40\0\0\0WAVEfmt ",
    b"RIFF\x40\0\0\0AVI LIST",
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0\0\x20moov",
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    b"\0\0\1\xba\x44",
    b"fLaC\0\0\0\x22",
    b"OggS\0\x02",
    b"ID3\x03\0\0\0\0\0\0",
    b"\xff\xfb\x90\x64",
    b"glTF\x02\0\0\0",
]


def only_media_errors(path: Path) -> None:
    try:
        admitted = admit(path)
    except MediaError as error:
        assert error.given and error.expected
    else:
        assert admitted.kind in ("image", "video", "audio", "mesh")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(magic=st.sampled_from(MAGICS), rest=st.binary(max_size=600))
def test_random_bytes_give_media_errors_only(tmp_path, magic, rest):
    path = tmp_path / "random"
    path.write_bytes(magic + rest)

    only_media_errors(path)


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("whole")
    files = [clip(folder / "clip").read_bytes(), phone_clip(folder / "phone", location="+1+1/").read_bytes()]
    for form in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        Image.fromarray(noise(16, 16)).save(folder / form, form)
        files.append((folder / form).read_bytes())
    return [*files, phone_clip(folder / "mkv", "matroska").read_bytes(), glb({"asset": {}})]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_give_media_errors_only(tmp_path, whole_files, data):
    damaged = bytearray(data.draw(st.sampled_from(whole_files)))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(12, min(len(damaged) - 1, 3000)))
        damaged[at] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged"
    path.write_bytes(damaged)

    only_media_errors(path)


# ---------------------------------------------------------------- taking in


@pytest.fixture
def store(tmp_path) -> ObjectStore:
    return ObjectStore(tmp_path / "store")


def test_a_photo_is_stored_upright_without_its_position(tmp_path, store):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone Maker"
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 11.0)
    path = tmp_path / "photo.jpg"
    Image.fromarray(noise()).save(path, "JPEG", exif=exif)
    assert b"Phone Maker" in path.read_bytes()

    image = take_in(path, store)

    assert (image.type, image.mime, image.width, image.height) == ("image", "image/png", 48, 64)
    with Image.open(store.path(image)) as stored:
        assert not stored.getexif() and stored.mode == "RGB" and stored.size == (48, 64)
    assert np.array_equal(store.image(image), codec.read_rgb(path))


def test_the_same_picture_in_another_wrapping_is_the_same_artifact(tmp_path, store):
    Image.fromarray(noise()).save(tmp_path / "a.png")
    Image.fromarray(noise()).save(tmp_path / "b.bmp")

    assert take_in(tmp_path / "a.png", store) == take_in(tmp_path / "b.bmp", store)


def test_a_clip_keeps_its_bytes(tmp_path, store):
    path = clip(tmp_path / "clip.mp4")

    video = take_in(path, store)

    assert (video.type, video.frames, video.fps) == ("video", 12, 25.0)
    assert store.path(video).read_bytes() == path.read_bytes()
    assert path.exists()


@pytest.mark.parametrize(
    ("container", "tag"),
    [
        ("mp4", "location"),
        ("mov", "com.apple.quicktime.location.ISO6709"),
        ("matroska", "LOCATION"),
    ],
)
def test_a_clip_that_says_where_it_was_made_loses_that_and_nothing_else(tmp_path, store, container, tag):
    path = phone_clip(tmp_path / "phone", container, **{tag: "+47.3769+008.5417/", "make": "Phone Maker"})
    assert b"+47.3769" in path.read_bytes()

    video = take_in(path, store)

    stored = store.path(video)
    assert b"+47.3769" not in stored.read_bytes() and b"Phone Maker" not in stored.read_bytes()
    assert np.array_equal(list(codec.iter_frames(stored)), list(codec.iter_frames(path)))
    with av.open(str(path)) as before, av.open(str(stored)) as after:
        assert [stream.type for stream in after.streams] == ["video", "audio"]
        assert [bytes(packet) for packet in after.demux(audio=0)] == [bytes(packet) for packet in before.demux(audio=0)]
    assert video == take_in(path, store)  # the same clip is the same artifact


def test_masks_and_depth_are_read_as_such(tmp_path, store):
    drawn = np.zeros((5, 6), np.uint8)
    drawn[1:3, 2:4] = 255
    path = tmp_path / "mask.png"
    path.write_bytes(codec.png_bytes(drawn))

    assert np.array_equal(store.mask(take_in_mask(path, store)), drawn)
    assert np.array_equal(store.depth(take_in_depth(path, store)), drawn * np.uint16(257))
    with pytest.raises(MediaError, match="white inside"):
        take_in_mask(clip(tmp_path / "clip.mp4"), store)
