from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from agentvid.errors import MediaError
from agentvid.media import codec
from agentvid.media.picture import read_straight

BAR_COLOURS = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255), (255, 0, 0), (0, 0, 255)]


def bars(height: int, width: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    step = width // len(BAR_COLOURS)
    for number, colour in enumerate(BAR_COLOURS):
        picture[:, number * step : (number + 1) * step] = colour
    return picture


def bar_centres(picture: np.ndarray) -> np.ndarray:
    step = picture.shape[1] // len(BAR_COLOURS)
    return picture[picture.shape[0] // 2, step // 2 : step * len(BAR_COLOURS) : step].astype(int)


def moving(frames: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Frames that differ, each marked with its number in a block of grey that survives compression."""
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    made = []
    for number in range(frames):
        frame = np.roll(noise // 4 + 90, 3 * number, axis=1)
        frame[:16, :16] = 4 * number % 256
        made.append(frame)
    return made


def write(path: Path, frames: list[np.ndarray], fps: float = 25) -> Path:
    height, width = frames[0].shape[:2]
    with codec.VideoWriter(path, width=width, height=height, fps=fps) as writer:
        for frame in frames:
            writer.write(frame)
    return path


def encode(
    path: Path,
    frames: list[np.ndarray],
    *,
    coder: str = "mpeg4",
    container: str = "mp4",
    turn: tuple[float, bool] | None = None,
    ratio: Fraction | None = None,
    times: list[int] | None = None,
    options: dict[str, str] | None = None,
    matrix: str | None = None,
) -> Path:
    """Write a clip as other programs do: no colour tags, turned, anamorphic, of varying rate …"""
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(coder, rate=25, options=options or {})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if turn is not None:
            stream.set_display_rotation(turn[0], hflip=turn[1])
        if ratio is not None:
            stream.codec_context.sample_aspect_ratio = ratio
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if matrix:
                frame = frame.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range="MPEG")
                frame.colorspace = 2
            frame.pts = times[number] if times else number
            frame.time_base = Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


# ---------------------------------------------------------------- clips: writing


@pytest.mark.parametrize("size", [(240, 336), (720, 1288)])
def test_pure_colours_survive_a_clip(tmp_path, size):
    frames = [bars(*size)] * 4
    path = write(tmp_path / "bars", frames)

    for frame in codec.iter_frames(path):
        assert np.abs(bar_centres(frame) - np.array(BAR_COLOURS)).max() <= 3


def test_the_writer_tags_bt709_limited_range_and_puts_the_index_first(tmp_path):
    path = write(tmp_path / "clip", moving(5))

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.pix_fmt == "yuv420p"
        assert (stream.color_primaries, stream.color_trc, stream.colorspace, stream.color_range) == (1, 1, 1, 1)
        assert "creation_time" not in container.metadata and "encoder" not in container.metadata
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_same_frames_give_the_same_bytes(tmp_path):
    frames = moving(30, 96, 128)

    assert write(tmp_path / "a", frames).read_bytes() == write(tmp_path / "b.mp4", frames).read_bytes()


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (24, Fraction(24)),
        (24000 / 1001, Fraction(24000, 1001)),
        (12.5, Fraction(25, 2)),
        (1, Fraction(1)),
    ],
)
def test_rates_are_the_fractions_that_are_meant(tmp_path, fps, exact):
    assert codec.exact_rate(fps) == exact

    facts = codec.probe(write(tmp_path / "clip", moving(7), fps), "video/mp4")
    assert facts["fps"] == pytest.approx(float(exact), rel=1e-9)
    assert facts["frames"] == 7
    assert facts["seconds"] == pytest.approx(7 / float(exact))


def test_a_clip_of_one_frame_has_a_rate(tmp_path):
    facts = codec.probe(write(tmp_path / "clip", moving(1), 10), "video/mp4")

    assert facts == {"width": 64, "height": 48, "fps": 10.0, "frames": 1, "seconds": 0.1}


@pytest.mark.parametrize(("width", "height", "told"), [(63, 48, "63"), (64, 47, "47"), (0, 48, "0 x 48")])
def test_odd_sides_are_refused_by_name(tmp_path, width, height, told):
    with pytest.raises(ValueError, match=told):
        codec.VideoWriter(tmp_path / "clip", width=width, height=height, fps=25)


def test_a_frame_of_another_size_is_refused_and_the_file_removed(tmp_path):
    path = tmp_path / "clip"

    with (
        pytest.raises(ValueError, match=r"\(40, 64, 3\)"),
        codec.VideoWriter(path, width=64, height=48, fps=25) as writer,
    ):
        writer.write(moving(1)[0])
        writer.write(moving(1, 40)[0])

    assert not path.exists()


@pytest.mark.parametrize("frames", [0, 3])
def test_after_an_exception_no_file_is_left(tmp_path, frames):
    path = tmp_path / "clip"

    with pytest.raises(KeyError, match="mine"), codec.VideoWriter(path, width=64, height=48, fps=25) as writer:
        for frame in moving(frames):
            writer.write(frame)
        raise KeyError("mine")

    assert not path.exists()


def test_a_clip_without_frames_is_refused(tmp_path):
    path = tmp_path / "clip"

    with pytest.raises(ValueError, match="no frames"), codec.VideoWriter(path, width=64, height=48, fps=25):
        pass

    assert not path.exists()


# ---------------------------------------------------------------- clips: reading


def test_frames_come_in_order_and_ranges_are_those_of_slices(tmp_path):
    frames = moving(12)
    path = write(tmp_path / "clip", frames)

    found = list(codec.iter_frames(path))
    assert [round(frame[:12, :12].mean() / 4) for frame in found] == list(range(12))
    part = list(codec.iter_frames(path, 3, 7))
    assert np.array_equal(part, found[3:7])
    assert np.array_equal(list(codec.iter_frames(path, 9)), found[9:])
    assert list(codec.iter_frames(path, 4, 4)) == []


@pytest.mark.parametrize(
    ("coder", "options"),
    [
        ("libx264", {"g": "10", "bf": "3"}),
        ("libx264", {"g": "10", "bf": "3", "x264-params": "open-gop=1:scenecut=0"}),
        ("libx264", {"x264-params": "intra-refresh=1:keyint=10"}),
        ("mpeg4", {"g": "8", "bf": "2"}),
    ],
)
def test_a_frame_found_by_seeking_is_the_frame_found_by_reading_on(tmp_path, coder, options):
    path = encode(tmp_path / "clip", moving(45), coder=coder, options=options)
    all_frames = list(codec.iter_frames(path))
    assert len(all_frames) == 45

    for number in (0, 1, 9, 10, 11, 19, 20, 29, 38, 44):
        assert np.array_equal(codec.read_frame(path, number), all_frames[number]), number


def test_seeking_counts_frames_not_seconds_where_the_rate_varies(tmp_path):
    times = [number + (40 if number > 11 else 0) + (7 if number > 22 else 0) for number in range(40)]
    path = encode(tmp_path / "clip", moving(40), coder="libx264", options={"g": "10"}, times=times)
    all_frames = list(codec.iter_frames(path))

    assert len(all_frames) == 40
    assert all(np.array_equal(codec.read_frame(path, number), all_frames[number]) for number in range(0, 40, 3))


def test_the_rate_is_measured_where_the_file_names_a_wrong_one(tmp_path):
    path = encode(tmp_path / "clip", moving(20), container="matroska", times=[2 * number for number in range(20)])

    assert codec.probe(path, "video/x-matroska")["fps"] == pytest.approx(12.5, rel=0.01)


def test_a_range_beyond_the_end_is_an_error(tmp_path):
    path = write(tmp_path / "clip", moving(5))

    with pytest.raises(MediaError, match="ends after 5 frames"):
        list(codec.iter_frames(path, 0, 6))
    with pytest.raises(MediaError, match="ends after 5 frames"):
        list(codec.iter_frames(path, 5))
    with pytest.raises(ValueError, match="-1"):
        codec.iter_frames(path, -1)


def test_frames_can_be_left_before_the_end(tmp_path):
    path = write(tmp_path / "clip", moving(5))
    frames = codec.iter_frames(path)

    next(frames)
    frames.close()
    path.unlink()


@pytest.mark.parametrize(
    ("degrees", "flip", "expected"),
    [
        (90, False, lambda picture: np.rot90(picture, 1)),
        (-90, False, lambda picture: np.rot90(picture, -1)),
        (180, False, lambda picture: np.rot90(picture, 2)),
        (0, True, lambda picture: picture[:, ::-1]),
    ],
)
def test_turned_clips_are_shown_upright(tmp_path, degrees, flip, expected):
    picture = np.zeros((48, 96, 3), np.uint8)
    picture[:24, :48] = (250, 20, 20)
    picture[:24, 48:] = (20, 250, 20)
    picture[24:, :48] = (20, 20, 250)
    path = encode(tmp_path / "clip", [picture] * 3, turn=(degrees, flip))

    upright = expected(picture)
    found = codec.read_frame(path, 0)
    facts = codec.probe(path, "video/mp4")
    assert (facts["height"], facts["width"]) == upright.shape[:2] == found.shape[:2]
    assert np.abs(found.astype(int) - upright).mean() < 12


def test_a_turn_that_is_no_quarter_is_an_error(tmp_path):
    path = encode(tmp_path / "clip", moving(2), turn=(30, False))

    with pytest.raises(MediaError, match=r"turned by -?30 degrees"):
        codec.probe(path, "video/mp4")


def test_anamorphic_clips_are_widened(tmp_path):
    path = encode(tmp_path / "clip", moving(2), ratio=Fraction(4, 3))

    assert codec.read_frame(path, 0).shape == (48, 86, 3)
    assert codec.probe(path, "video/mp4")["width"] == 86


@pytest.mark.parametrize(("height", "matrix"), [(240, "ITU601"), (720, "ITU709")])
def test_untagged_clips_are_read_by_the_matrix_of_their_size(tmp_path, height, matrix):
    options = {"crf": "10"}
    path = encode(tmp_path / "clip", [bars(height, 448)] * 2, coder="libx264", matrix=matrix, options=options)

    with av.open(str(path)) as container:
        assert container.streams.video[0].colorspace == 2
    assert np.abs(bar_centres(codec.read_frame(path, 0)) - np.array(BAR_COLOURS)).max() <= 4


@pytest.mark.parametrize(
    ("coder", "container", "mime"),
    [
        ("mpeg4", "mp4", "video/mp4"),
        ("mpeg4", "mov", "video/quicktime"),
        ("libvpx-vp9", "webm", "video/webm"),
        ("libx264", "matroska", "video/x-matroska"),
        ("mpeg4", "avi", "video/x-msvideo"),
        ("mpeg2video", "mpeg", "video/mpeg"),
        ("libx264", "mpegts", "video/mp2t"),
    ],
)
def test_containers_are_told_by_their_bytes(tmp_path, coder, container, mime):
    path = encode(tmp_path / "clip.txt", moving(12), coder=coder, container=container)

    assert codec.sniff(path) == mime
    facts = codec.probe(path, mime)
    assert (facts["width"], facts["height"], facts["frames"]) == (64, 48, 12)
    assert facts["fps"] == pytest.approx(25, rel=0.01)
    assert len(list(codec.iter_frames(path))) == 12


def test_another_demuxer_than_the_given_one_is_never_tried(tmp_path):
    path = write(tmp_path / "clip.mp4", moving(3))

    with pytest.raises(MediaError, match=r"clip\.mp4"):
        codec.probe(path, "video/webm")


def test_the_pixel_cap_holds_before_decoding(tmp_path):
    path = write(tmp_path / "clip", moving(3, 96, 128))

    with pytest.raises(MediaError, match="128 x 96"):
        codec.probe(path, "video/mp4", max_pixels=128 * 96 - 1)
    assert codec.probe(path, "video/mp4", max_pixels=128 * 96)["frames"] == 3
    with pytest.raises(MediaError, match="more than 2 frames"):
        codec.probe(path, "video/mp4", max_frames=2)


# ---------------------------------------------------------------- pictures


def save(path: Path, picture: Image.Image, form: str = "PNG", **options) -> Path:
    picture.save(path, form, **options)
    return path


def test_png_bytes_come_back_and_are_always_the_same(tmp_path):
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    mask = rng.integers(0, 256, (7, 9), dtype=np.uint8)
    depth = rng.integers(0, 65536, (7, 9), dtype=np.uint16)

    for array, read in ((rgb, codec.read_rgb), (mask, codec.read_mask), (depth, codec.read_depth)):
        path = tmp_path / "picture"
        path.write_bytes(codec.png_bytes(array))
        found = read(path)
        assert np.array_equal(found, array) and found.dtype == array.dtype
        assert codec.png_bytes(array) == codec.png_bytes(array.copy(order="F"))
        assert codec.probe(path, "image/png") == {"width": 9, "height": 7}


@pytest.mark.parametrize("array", [np.zeros((2, 2, 5), np.uint8), np.zeros((2, 2), np.float32), np.zeros((0, 2), "u1")])
def test_png_bytes_of_other_arrays_are_refused(array):
    with pytest.raises(ValueError, match="expected uint8 HWC RGB"):
        codec.png_bytes(array)


def test_transparency_comes_back_beside_the_colours(tmp_path):
    rgba = np.random.default_rng(2).integers(0, 256, (7, 9, 4), dtype=np.uint8)
    (tmp_path / "picture").write_bytes(codec.png_bytes(rgba))

    colours, opacity = read_straight(tmp_path / "picture")
    assert np.array_equal(colours, rgba[..., :3]) and np.array_equal(opacity, rgba[..., 3])

    (tmp_path / "picture").write_bytes(codec.png_bytes(rgba[..., :3]))
    assert read_straight(tmp_path / "picture")[1] is None


def test_exif_orientation_is_applied(tmp_path):
    picture = Image.new("RGB", (40, 20), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, 40, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    path = save(tmp_path / "photo", picture, "JPEG", exif=exif, quality=95)

    found = codec.read_rgb(path)
    assert found.shape == (40, 20, 3)
    assert found[20, 15, 0] > 200 and found[20, 4, 2] > 200  # the red upper half is now at the right
    assert codec.probe(path, "image/jpeg") == {"width": 20, "height": 40}


def test_every_kind_of_picture_becomes_rgb(tmp_path):
    red = Image.new("RGB", (8, 8), (255, 0, 0))
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    half = Image.new("RGBA", (8, 8), (255, 0, 0, 128))
    palette = red.quantize(4)
    cases = [
        (red, "PNG", (255, 0, 0)),
        (red.convert("CMYK"), "JPEG", (254, 0, 0)),
        (red.convert("L"), "PNG", (76, 76, 76)),
        (Image.new("1", (8, 8), 1), "PNG", (255, 255, 255)),
        (palette, "PNG", (255, 0, 0)),
        (palette, "GIF", (255, 0, 0)),
        (red, "BMP", (255, 0, 0)),
        (clear, "PNG", (255, 255, 255)),
        (half, "PNG", (255, 127, 127)),
        (half.convert("LA"), "PNG", (165, 165, 165)),
        (Image.fromarray(np.full((8, 8), 0x8040, np.uint16)), "PNG", (128, 128, 128)),
    ]
    for picture, form, expected in cases:
        found = codec.read_rgb(save(tmp_path / "picture", picture, form))
        assert found.shape == (8, 8, 3) and found.dtype == np.uint8
        assert np.abs(found[2, 2].astype(int) - expected).max() <= 2, (picture.mode, form, found[2, 2])


def test_transparent_palettes_are_white_where_clear(tmp_path):
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.putpixel((0, 0), 1)
    path = save(tmp_path / "picture", palette, "PNG", transparency=0)

    found = codec.read_rgb(path)
    assert found[0, 0].tolist() == [200, 100, 50]
    assert found[2, 2].tolist() == [255, 255, 255]


def test_a_drawn_mask_with_transparency_is_outside_where_clear(tmp_path):
    drawn = Image.new("RGBA", (4, 4), (255, 255, 255, 0))
    drawn.putpixel((1, 1), (255, 255, 255, 255))

    found = codec.read_mask(save(tmp_path / "mask", drawn))
    assert found[1, 1] == 255 and found.sum() == 255


def test_depth_of_8_bits_is_spread_and_of_colour_refused(tmp_path):
    grey = save(tmp_path / "grey", Image.new("L", (3, 3), 255))
    colour = save(tmp_path / "colour", Image.new("RGB", (3, 3)))

    assert codec.read_depth(grey).max() == 65535
    with pytest.raises(MediaError, match="mode RGB"):
        codec.read_depth(colour)


def test_a_picture_is_no_clip_and_a_clip_no_picture(tmp_path):
    picture = save(tmp_path / "picture", Image.new("RGB", (3, 3)))
    clip = write(tmp_path / "clip", moving(2))

    with pytest.raises(MediaError, match="expected: a clip"):
        list(codec.iter_frames(picture))
    with pytest.raises(MediaError, match="expected: a picture"):
        codec.read_rgb(clip)


def test_a_picture_cut_off_is_an_error(tmp_path):
    noise = np.random.default_rng(2).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    for form in ("PNG", "JPEG", "WEBP", "BMP"):
        file = io.BytesIO()
        Image.fromarray(noise).save(file, form)
        path = tmp_path / f"cut.{form}"
        path.write_bytes(file.getvalue()[: len(file.getvalue()) // 2])
        with pytest.raises(MediaError, match=f"cut.{form} is broken"):
            codec.read_rgb(path)
        with pytest.raises(MediaError, match=f"cut.{form} is broken"):
            codec.probe(path, codec.sniff(path))


# ---------------------------------------------------------------- sound


def wav(path: Path, seconds: float = 0.5, rate: int = 8000) -> Path:
    samples = (np.sin(np.arange(int(seconds * rate)) / 10) * 9000).astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(samples)) + samples
    path.write_bytes(struct.pack("<4sI", b"RIFF", len(body)) + body)
    return path


def test_sound_tells_seconds_and_rate(tmp_path):
    path = wav(tmp_path / "sound", 0.5)

    assert codec.sniff(path) == "audio/wav"
    assert codec.probe(path, "audio/wav") == {"seconds": 0.5, "rate": 8000}
    with pytest.raises(MediaError, match=r"more than 0\.2 seconds"):
        codec.probe(path, "audio/wav", max_seconds=0.2)


@pytest.mark.parametrize(
    ("coder", "container", "mime"),
    [
        ("libmp3lame", "mp3", "audio/mpeg"),
        ("flac", "flac", "audio/flac"),
        ("libopus", "ogg", "audio/ogg"),
        ("aac", "ipod", "audio/mp4"),
    ],
)
def test_kinds_of_sound_are_told_by_their_bytes(tmp_path, coder, container, mime):
    path = tmp_path / "sound"
    tone = (np.sin(np.arange(24000) / 10) * 0.3).astype(np.float32)
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(coder, rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.rate = 48000
        resampler = av.AudioResampler(stream.codec_context.format, "mono", 48000, stream.codec_context.frame_size or 0)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))

    assert codec.sniff(path) == mime
    facts = codec.probe(path, mime)
    assert facts["rate"] == 48000
    assert facts["seconds"] == pytest.approx(0.5, abs=0.06)
