"""Sound: read, written, put on clips beside their frames, kept through work on them, refused where it is hostile."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.audio.track import fitted, joined, stretched
from agentvid.engines.classical.compose import compose
from agentvid.engines.classical.extend import extend_video
from agentvid.engines.classical.interpolate import interpolate
from agentvid.engines.classical.retime import retime
from agentvid.errors import MediaError
from agentvid.media import codec
from agentvid.media.gate import admit, take_in
from agentvid.media.sound import RATE, check_sound, has_sound, put_on_clip, read_sound, write_sound
from agentvid.media.types import Audio, Image, Video
from agentvid.store.objects import ObjectStore

FPS = 25


def tone(seconds: float, pitch: float = 440.0, clicks: tuple[float, ...] = ()) -> np.ndarray:
    """A quiet tone with loud clicks at some seconds, two channels."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave = 0.05 * np.sin(2 * np.pi * pitch * t)
    for click in clicks:
        at = round(click * RATE)
        wave[at : at + 48] = 0.9
    return np.stack([wave, wave], axis=1).astype(np.float32)


def clicks_in(samples: np.ndarray, least: float = 0.4) -> list[float]:
    """When clicks begin, in seconds."""
    loud = np.flatnonzero(np.abs(samples[:, 0]) > least)
    starts = [at for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > RATE // 20]
    return [float(at / RATE) for at in starts]


def pitch_of(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return float(spectrum.argmax() * RATE / len(samples))


def film(path: Path, seconds: float = 2.0, side: int = 64) -> Path:
    picture = np.random.default_rng(0).integers(0, 255, (48, side, 3), dtype=np.uint8)
    with codec.VideoWriter(path, width=side, height=48, fps=FPS) as writer:
        for number in range(round(seconds * FPS)):
            writer.write(np.roll(picture, number, axis=1))
    return path


def heard_film(path: Path, samples: np.ndarray, seconds: float = 2.0) -> Path:
    silent = film(path.with_suffix(".silent.mp4"), seconds)
    put_on_clip(silent, path, samples)
    return path


def request(task, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()})


@pytest.fixture
def context(store: ObjectStore) -> EngineContext:
    return EngineContext(store=store)


@pytest.fixture
def heard(store: ObjectStore, tmp_path: Path) -> Video:
    """Two seconds that click at 0.5 and 1.5 s."""
    return store.put_file(heard_film(tmp_path / "heard.mp4", tone(2, clicks=(0.5, 1.5))), "video/mp4", "video")


def samples_of(context: EngineContext, result: object) -> np.ndarray:
    return read_sound(context.store.path(result.get("video", Video)))


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(("mime", "off"), [("audio/wav", 1e-4), ("audio/flac", 1e-4), ("audio/mp4", 0.08)])
def test_samples_come_back_and_are_the_same_bytes_each_time(tmp_path, mime, off):
    samples = tone(1.5, 330)
    for name in ("a", "b"):
        write_sound(tmp_path / name, samples, RATE, mime)
    back = read_sound(tmp_path / "a")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert codec.sniff(tmp_path / "a") == mime
    assert codec.probe(tmp_path / "a", mime)["seconds"] == pytest.approx(1.5, abs=0.03)
    assert float(np.abs(back[: len(samples)] - samples).max()) < off


def test_another_rate_and_one_channel_are_brought_to_what_is_asked(tmp_path):
    write_sound(tmp_path / "a.wav", tone(1, 300)[:, :1], 22_050)
    back = read_sound(tmp_path / "a.wav", rate=RATE, channels=2)

    assert back.shape[1] == 2 and len(back) == pytest.approx(RATE * RATE / 22_050, rel=0.01)


@pytest.mark.parametrize("samples", [np.zeros((0, 2), np.float32), np.zeros((9, 3), np.float32)])
def test_samples_of_another_shape_are_refused_and_no_file_is_left(tmp_path, samples):
    with pytest.raises(MediaError, match="samples of shape"):
        write_sound(tmp_path / "a.wav", samples, RATE)
    assert not (tmp_path / "a.wav").exists()


def test_a_clip_gets_a_sound_and_keeps_every_frame(tmp_path):
    silent = film(tmp_path / "silent.mp4")
    for name in ("a.mp4", "b.mp4"):
        put_on_clip(silent, tmp_path / name, tone(2, clicks=(1.0,)))
    before, after = (list(codec.iter_frames(tmp_path / name)) for name in ("silent.mp4", "a.mp4"))

    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert len(before) == len(after) and all((a == b).all() for a, b in zip(before, after, strict=True))
    assert clicks_in(read_sound(tmp_path / "a.mp4")) == [pytest.approx(1.0, abs=0.005)]
    assert not has_sound(silent) and has_sound(tmp_path / "a.mp4")
    put_on_clip(tmp_path / "a.mp4", tmp_path / "muted.mp4", None)
    assert not has_sound(tmp_path / "muted.mp4")
    with pytest.raises(MediaError, match="no sound"):
        read_sound(tmp_path / "muted.mp4")


def test_a_turned_clip_stays_turned(tmp_path):
    path = tmp_path / "phone.mp4"
    with av.open(str(path), "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.set_display_rotation(90)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    put_on_clip(path, tmp_path / "heard.mp4", tone(0.4))

    assert codec.probe(tmp_path / "heard.mp4", "video/mp4")["width"] == 48


# ---------------------------------------------------------------- from outside


def test_sound_from_outside_passes_the_gate_with_its_facts(tmp_path, store):
    for mime, name in (("audio/wav", "a.wav"), ("audio/flac", "a.flac"), ("audio/mp4", "a.m4a")):
        write_sound(tmp_path / name, tone(0.5), RATE, mime)
        sound = take_in(tmp_path / name, store)
        assert isinstance(sound, Audio) and sound.rate == RATE and sound.seconds == pytest.approx(0.5, abs=0.03)


def test_a_clip_whose_sound_is_broken_is_refused_before_anyone_works_with_it(tmp_path):
    path = heard_film(tmp_path / "clip.mp4", tone(2))
    assert check_sound(path, "video/mp4", 60) == pytest.approx(2, abs=0.05)
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(audio=0) if packet.size]
    data = bytearray(path.read_bytes())
    for at, size in packets[10:30]:
        data[at : at + size] = b"\xff" * size
    path.write_bytes(data)

    with pytest.raises(MediaError, match="broken"):
        admit(path)


@pytest.mark.parametrize("rate", [1, 100, 4_000_000_000])
def test_a_rate_that_lies_is_refused(tmp_path, rate):
    write_sound(tmp_path / "a.wav", tone(0.2), RATE)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    at = data.index(b"fmt ") + 12
    data[at : at + 8] = struct.pack("<2I", rate, rate * 4 % 2**32)
    (tmp_path / "a.wav").write_bytes(data)

    with pytest.raises(MediaError, match=r"a\.wav"):
        admit(tmp_path / "a.wav")


def test_a_sound_that_is_too_long_is_refused(tmp_path):
    write_sound(tmp_path / "a.wav", np.zeros((4_000 * 700, 1), np.float32), 4_000)
    with pytest.raises(MediaError, match="600 seconds"):
        admit(tmp_path / "a.wav")


# ---------------------------------------------------------------- kept through work


@pytest.mark.parametrize(
    ("asked", "seconds", "clicks"),
    [
        ({"start": 1.0}, 1.0, [0.5]),
        ({"reverse": True}, 2.0, [0.5, 1.5]),
        ({"speed": 2.0}, 1.0, [0.25, 0.75]),
        ({"loops": 2}, 4.0, [0.5, 1.5, 2.5, 3.5]),
        ({"start": 0.0, "end": 1.0, "freeze": 0.2, "hold": 1.0}, 2.0, [1.5]),
    ],
)
def test_the_sound_of_a_retimed_clip_goes_with_its_frames(context, heard, asked, seconds, clicks):
    result = retime(request("retime", video=heard, **asked), context)
    samples = samples_of(context, result)

    assert result.get("video", Video).seconds == pytest.approx(seconds, abs=0.05)
    assert clicks_in(samples, 0.3) == [pytest.approx(click, abs=0.045) for click in clicks]
    assert any("sound of the clip is kept" in text for text in result.warnings)


def test_a_faster_sound_keeps_its_pitch():
    for speed in (0.25, 0.5, 1.5, 8.0):
        made = stretched(tone(2, 440), speed)
        assert len(made) == pytest.approx(2 * RATE / speed, abs=1) and pitch_of(made) == pytest.approx(440, abs=4)


def test_clips_one_after_the_other_are_heard_one_after_the_other(context, heard, tmp_path):
    silent = context.store.put_file(film(tmp_path / "silent.mp4", 1.0), "video/mp4", "video")
    result = compose(request("compose", clips=[silent, heard], layout="then"), context)
    assert clicks_in(samples_of(context, result)) == [pytest.approx(at, abs=0.03) for at in (1.5, 2.5)]
    beside = compose(request("compose", clips=[silent, heard], layout="beside"), context)
    assert clicks_in(samples_of(context, beside)) == [pytest.approx(at, abs=0.03) for at in (0.5, 1.5)]
    assert any("that of clip 2" in text for text in beside.warnings)


def test_what_is_added_to_a_clip_is_silent_and_slow_motion_is_slow(context, heard):
    longer = extend_video(request("extend_video", video=heard, before=1.0), context)
    assert clicks_in(samples_of(context, longer)) == [pytest.approx(at, abs=0.03) for at in (1.5, 2.5)]
    slow = interpolate(request("interpolate", video=heard, factor=2, slow=True), context)
    assert clicks_in(samples_of(context, slow), 0.3) == [pytest.approx(at, abs=0.06) for at in (1.0, 3.0)]


def test_clips_without_sound_stay_without_it_byte_for_byte(context, tmp_path):
    silent = context.store.put_file(film(tmp_path / "silent.mp4", 1.0), "video/mp4", "video")
    result = retime(request("retime", video=silent, reverse=True), context)
    assert not has_sound(context.store.path(result.get("video", Video)))
    assert not any("sound" in text for text in result.warnings)


def test_pieces_are_cut_without_a_click_and_faded_into_each_other():
    cut = fitted(np.full((RATE, 2), 0.5, np.float32), 0.5)
    assert len(cut) == RATE // 2 and abs(float(cut[-1, 0])) < 0.01
    mixed = joined([np.full((RATE, 2), 0.5, np.float32), np.full((RATE, 2), 0.5, np.float32)], 0.5)
    assert len(mixed) == 3 * RATE // 2 and float(np.abs(mixed - 0.5).max()) < 0.01


def test_stills_after_a_clip_are_silent(context, heard):
    still = context.store.put_image(np.full((48, 64, 3), 90, np.uint8))
    assert isinstance(still, Image)
    result = compose(request("compose", clips=[heard], stills=[still], layout="then"), context)
    samples = samples_of(context, result)
    assert len(samples) >= 3.9 * RATE and float(np.abs(samples[round(2.2 * RATE) :]).max()) < 0.01
