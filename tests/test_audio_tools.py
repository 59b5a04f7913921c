"""Noises in time with a clip's motion, music, voices, and sounds put on clips: by the engines that make them."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from agentvid.engine import EngineContext, EngineRequest, pack
from agentvid.engines.classical.audio.effects import NOISES, noise_named
from agentvid.engines.classical.audio.events import (
    Event,
    events_of,
    measure_motion,
    read_events,
    write_events,
)
from agentvid.engines.classical.audio.music import MOODS, mood_named
from agentvid.engines.classical.audio.mux import mux
from agentvid.engines.classical.audio.sound import make_sound
from agentvid.engines.classical.audio.track import put_sound
from agentvid.engines.speech import SpeechEngine
from agentvid.engines.speech.voice import voice_of
from agentvid.errors import CallError, EngineError, NoEngine, ToolFailed
from agentvid.media.sound import RATE, read_sound
from agentvid.media.types import Audio, Video
from agentvid.plugins import load_engines
from agentvid.run.route import route

FPS = 24
GRAVITY = 3.4  # picture heights of 180 pixels per second squared


def texture(height: int, width: int, seed: int) -> np.ndarray:
    random, made = np.random.default_rng(seed), np.zeros((height, width, 3))
    for grain in (4, 10, 25):
        noise = random.normal(0, 1, (height // grain + 2, width // grain + 2, 3))
        made += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * grain**0.5
    return np.clip(128 + made * 12, 0, 255).astype(np.uint8)


def bouncing(seed: int = 1, pan: int = 0, seconds: float = 2.2) -> tuple[list[np.ndarray], list[float]]:
    """A ball that falls and bounces over a background that stands or pans; and when it hits the ground."""
    behind, ball = texture(240, 640, seed), texture(48, 48, seed + 9) // 3 + np.array([140, 20, 20], np.uint8)
    disc = np.zeros((48, 48), np.uint8)
    cv2.circle(disc, (24, 24), 23, 255, -1)
    height, speed, hits, frames = 0.7 + 0.05 * seed, 0.0, [], []
    for number in range(round(seconds * FPS)):
        frame = behind[:, pan * number : pan * number + 320].copy()
        top, left = round(192 - height * 180), 40 + 4 * number
        frame[top : top + 48, left : left + 48][disc > 0] = ball[disc > 0]
        frames.append(frame)
        for part in range(50):
            speed -= GRAVITY / FPS / 50
            height += speed / FPS / 50
            if height < 0:
                height, speed = -height, -0.75 * speed
                hits.append((number + part / 50) / FPS)
    return frames, hits


def request(task, seed=0, **inputs):
    return EngineRequest(task=task, inputs={name: pack(value) for name, value in inputs.items()}, seed=seed)


@pytest.fixture
def context(store) -> EngineContext:
    return EngineContext(store=store)


def heard(context: EngineContext, result: object) -> np.ndarray:
    return read_sound(context.store.path(result.get("audio", Audio)))


# ---------------------------------------------------------------- sounds of motion


@pytest.mark.parametrize(("seed", "pan"), [(1, 0), (2, 0), (1, 1), (3, 1)])
def test_impacts_are_found_within_a_frame(seed, pan):
    frames, hits = bouncing(seed, pan)
    found = [event for event in events_of(measure_motion(frames, FPS), FPS) if event.kind == "impact"]
    assert len(found) == len(hits) == 2
    assert all(abs(event.start - hit) <= 1 / FPS for event, hit in zip(found, hits, strict=True))


def test_the_noise_begins_within_a_frame_of_the_impact(context):
    frames, hits = bouncing()
    video = context.store.put_video(frames, FPS)
    result = make_sound(request("sound", video=video), context)
    samples = np.abs(heard(context, result)).max(axis=1)
    loud = np.flatnonzero(samples > 0.2)
    starts = [at / RATE for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > RATE // 5]

    assert len(samples) == pytest.approx(video.seconds * RATE, abs=2)
    assert len(starts) == 2 and all(abs(a - b) <= 1 / FPS for a, b in zip(starts, hits, strict=True))
    assert result.get("events", str).count("impact") == 2
    assert "2 impacts" in result.get("finding", str)


def test_events_that_a_person_gives_are_the_ones_that_are_heard(context):
    video = context.store.put_video(bouncing()[0], FPS)
    result = make_sound(request("sound", video=video, events="impact 0.50 s; whoosh 1.00-1.60 s 50%"), context)
    level = np.abs(heard(context, result)).max(axis=1)

    def loudest(start: float, end: float) -> float:
        return float(level[round(start * RATE) : round(end * RATE)].max())

    assert loudest(0, 0.49) == 0 and loudest(0.5, 0.55) > 0.5 and loudest(1.2, 1.4) > 0.1 > loudest(1.7, 2.1)
    assert result.get("events", str) == "impact 0.50 s 100%; whoosh 1.00-1.60 s 50%"


def test_events_are_read_back_as_they_are_written_and_nonsense_is_refused():
    events = [Event("impact", 0.52, 0.52, 0.8), Event("whoosh", 1.0, 1.5, 0.4)]
    assert [(e.kind, e.start, e.end, e.strength) for e in read_events(write_events(events), 2)] == [
        ("impact", 0.52, 0.52, 0.8),
        ("whoosh", 1.0, 1.5, 0.4),
    ]
    for text in ("bang at 1", "impact 9 s", "whoosh 1.0-0.5 s", "impact 1 s 400%"):
        with pytest.raises(CallError, match="the event"):
            read_events(text, 2)


def test_a_fast_pan_is_a_whoosh_and_a_still_clip_has_no_sound_of_its_own(context):
    wide = texture(120, 900, 4)
    frames = [wide[:, x : x + 200] for x in [0] * 10 + list(range(0, 240, 12)) + [240] * 10]
    (whoosh,) = events_of(measure_motion(frames, FPS), FPS)
    assert whoosh.kind == "whoosh" and whoosh.start == pytest.approx(11 / FPS, abs=3 / FPS)
    assert whoosh.end == pytest.approx(30 / FPS, abs=3 / FPS)
    still = context.store.put_video([wide[:, :200]] * 20, FPS)
    with pytest.raises(CallError, match="nothing moves"):
        make_sound(request("sound", video=still), context)


def test_a_cut_is_no_impact():
    frames = [texture(120, 200, 1)] * 12 + [texture(120, 200, 7)] * 12
    assert events_of(measure_motion(frames, FPS), FPS) == []


# ---------------------------------------------------------------- noises and music


@pytest.mark.parametrize("name", sorted(NOISES))
def test_every_noise_is_heard_never_too_loud_and_the_same_each_time(name):
    made = [NOISES[name][1](1.5, np.random.default_rng(seed)) for seed in (3, 3, 4)]
    assert (made[0] == made[1]).all() and 0.2 < float(np.abs(made[0]).max()) <= 1
    assert np.isfinite(made[0]).all()


@pytest.mark.parametrize(
    ("words", "name"),
    [("add the sound of rain", "rain"), ("加上雨声", "rain"), ("海浪声", "waves"), ("some thunder", "thunder"),
     ("鸟叫", "birds"), ("applause at the end", "applause"), ("a train", "")],
)  # fmt: skip
def test_noises_are_named_in_both_languages(words, name):
    assert noise_named(words) == name


def test_an_unknown_noise_is_refused_with_those_there_are(context):
    with pytest.raises(CallError, match="a dog barking") as caught:
        make_sound(request("sound", what="a dog barking"), context)
    assert "thunder" in str(caught.value)


@pytest.mark.parametrize(
    ("words", "mood"),
    [("calm", "calm"), ("欢快的音乐", "upbeat"), ("sad piano", "sad"), ("紧张", "tense"), ("", "calm")],
)
def test_moods_are_named_in_both_languages(words, mood):
    assert mood_named(words) == mood and mood in MOODS


def test_music_lasts_rises_falls_and_depends_on_its_seed_alone(context):
    made = [
        make_sound(request("sound", seed, kind="music", what="calm", seconds=6.0), context).get("audio", Audio)
        for seed in (1, 1, 2)
    ]
    samples = read_sound(context.store.path(made[0]))
    level = np.abs(samples).max(axis=1)
    assert made[0] == made[1] != made[2] and made[0].seconds == pytest.approx(6)
    assert float(level[: RATE // 50].max()) < 0.01 > float(level[-RATE // 50 :].max())
    assert float(np.sqrt((samples[2 * RATE : 4 * RATE] ** 2).mean())) > 0.05


# ---------------------------------------------------------------- on clips


def test_a_sound_is_put_in_place_mixed_or_taken_off(context):
    silent = context.store.put_video(bouncing(seconds=1.0)[0], FPS)
    click = np.zeros((RATE // 4, 2), np.float32)
    click[:96] = 0.8
    audio = put_sound(context, click)
    once = mux(request("mux", video=silent, audio=audio, start=0.25), context).get("video", Video)
    twice = mux(request("mux", video=once, audio=audio, start=0.75), context).get("video", Video)
    alone = mux(request("mux", video=once, audio=audio, start=0.5, mix=False, volume=0.5), context).get("video", Video)
    muted = mux(request("mux", video=twice, mute=True), context).get("video", Video)

    def clicks(video: Video) -> list[float]:
        level = np.abs(read_sound(context.store.path(video))[:, 0])
        loud = np.flatnonzero(level > 0.25)
        return [round(float(at) / RATE, 2) for i, at in enumerate(loud) if i == 0 or at - loud[i - 1] > RATE // 10]

    assert clicks(once) == [0.25] and clicks(twice) == [0.25, 0.75] and clicks(alone) == [0.5]
    before, after = list(context.store.frames(silent)), list(context.store.frames(muted))
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def test_a_sound_longer_than_the_clip_ends_with_it_and_that_is_said(context):
    video = context.store.put_video(bouncing(seconds=1.0)[0], FPS)
    audio = put_sound(context, np.full((3 * RATE, 2), 0.1, np.float32))
    result = mux(request("mux", video=video, audio=audio), context)
    assert any("ends with the clip" in text for text in result.warnings)
    assert len(read_sound(context.store.path(result.get("video", Video)))) < 1.1 * RATE
    for asked in ({"volume": 0.0}, {"start": 5.0}, {"fade": 60.0}):
        with pytest.raises(CallError):
            mux(request("mux", video=video, audio=audio, **asked), context)
    with pytest.raises(CallError, match="no sound"):
        mux(request("mux", video=video), context)


def test_two_loud_sounds_are_made_quieter_together_and_that_is_said(context):
    video = context.store.put_video(bouncing(seconds=1.0)[0], FPS)
    t = np.arange(RATE) / RATE
    loud = put_sound(context, np.repeat((0.9 * np.sin(2 * np.pi * 300 * t))[:, None], 2, 1).astype(np.float32))
    once = mux(request("mux", video=video, audio=loud), context).get("video", Video)
    both = mux(request("mux", video=once, audio=loud), context)
    assert any("quieter" in text for text in both.warnings)
    assert float(np.abs(read_sound(context.store.path(both.get("video", Video)))).max()) < 1.05


# ---------------------------------------------------------------- voices

FAKE = """#!/usr/bin/env python3
import json, os, sys, wave
if "--version" in sys.argv:
    print("{version}")
    sys.exit(0)
words = open(sys.argv[sys.argv.index("-f") + 1], encoding="utf-8").read()
open(os.environ["TOLD"], "w", encoding="utf-8").write(json.dumps([sys.argv[1:], words]))
if "fail" in words:
    print("no such voice", file=sys.stderr)
    sys.exit(3)
with wave.open(sys.argv[sys.argv.index("{out}") + 1], "wb") as sound:
    sound.setparams((1, 2, 22050, 0, "NONE", ""))
    loud = 0 if "quiet" in words else 90
    sound.writeframes(bytes([0, loud, 0, (256 - loud) % 256] * 11025))
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a fake speech program on an otherwise empty PATH; returns where it tells its command line."""

    def install(name: str, version: str, out: str) -> Path:
        folder = tmp_path / f"bin-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        file = folder / name
        file.write_text(FAKE.format(version=version, out=out).replace("/usr/bin/env python3", sys.executable))
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setenv("TOLD", str(tmp_path / "told"))
        return tmp_path / "told"

    return install


async def test_words_go_to_the_program_by_a_file_with_the_voice_that_was_asked_for(context, program):
    told = program("espeak-ng", "eSpeak NG text-to-speech: 9.9  Data at: /x", "-w")
    result = await SpeechEngine().run(
        request("speak", text="你好; rm -rf /", voice="用女声慢慢念出“你好; rm -rf /”", language="yue", speed=2.0),
        context,
    )
    line, words = json.loads(told.read_text(encoding="utf-8"))

    assert words == "你好; rm -rf /\n" and not any("你好" in part for part in line)
    assert line[line.index("-v") + 1] == "yue+f3" and line[line.index("-s") + 1] == str(round(165 * 2 * 0.75))
    assert result.get("audio", Audio).seconds == pytest.approx(1, abs=0.05)
    assert any("espeak-ng 9.9" in text for text in result.warnings)


async def test_flite_speaks_english_alone(context, program):
    told = program("flite", "  version: flite-2.2-current Sep 2018 (http://cmuflite.org)", "-o")
    engine = SpeechEngine()
    assert engine.version == "1+flite" and "2.2" in engine.status().how
    await engine.run(request("speak", text="Hello there", voice="a man"), context)
    assert "rms" in told.read_text(encoding="utf-8")
    with pytest.raises(CallError, match="Mandarin"):
        await engine.run(request("speak", text="你好"), context)


async def test_no_silence_passes_for_a_voice(context, program):
    program("espeak-ng", "eSpeak NG text-to-speech: 1.0", "-w")
    with pytest.raises(ToolFailed, match="said nothing"):
        await SpeechEngine().run(request("speak", text="quiet"), context)
    with pytest.raises(ToolFailed, match="no such voice"):
        await SpeechEngine().run(request("speak", text="fail"), context)


async def test_a_missing_program_says_how_to_install_one(context, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = SpeechEngine()
    assert engine.status().state == "needs program" and "apt install espeak-ng" in engine.status().how
    with pytest.raises(EngineError, match="no speech program"):
        await engine.run(request("speak", text="hello"), context)
    with pytest.raises(NoEngine, match="apt install espeak-ng"):
        route("speak", load_engines())


def test_another_version_of_the_program_is_another_key(program):
    program("espeak-ng", "eSpeak NG text-to-speech: 1.51", "-w")
    first = SpeechEngine().weights
    program("espeak-ng", "eSpeak NG text-to-speech: 1.52", "-w")
    assert SpeechEngine().weights != first != ""


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("hello", "", ("en", "", 1.0)),
        ("你好", "", ("zh", "", 1.0)),
        ("你好", "用粤语念", ("yue", "", 1.0)),
        ("hello", "say it in Mandarin, a slow female voice", ("zh", "female", 0.75)),
        ("slow down", "narrate it: slow down", ("en", "", 1.0)),
        ("慢慢走", "用男声快快地念出“慢慢走”", ("zh", "male", 1.3)),
    ],
)
def test_words_say_how_a_text_is_spoken_and_the_text_itself_does_not(text, words, expected):
    voice = voice_of(text, words, "", 1.0)
    assert (voice.language, voice.sex, voice.speed) == expected
    with pytest.raises(CallError):
        voice_of(text, words, "fr", 1.0)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("text", ["The city at night.", "夜里的城市，灯火通明。", "唔該，早晨！"])
async def test_the_real_program_speaks(context, text):
    result = await SpeechEngine().run(request("speak", text=text), context)
    samples = read_sound(context.store.path(result.get("audio", Audio)))
    again = await SpeechEngine().run(request("speak", text=text), context)
    assert 0.6 < len(samples) / RATE < 6 and float(np.sqrt((samples**2).mean())) > 0.02
    assert again.get("audio", Audio) == result.get("audio", Audio)
