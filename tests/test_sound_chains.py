"""Messages about words, sound and 3D: the chains that come of them, and what a person then holds in hands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from planner_tools import CLIP, PHOTO
from wide_tools import TAKES

from agentvid import Agent, Audio, Mesh, Video
from agentvid.agent.document import turn_record, write_folder
from agentvid.chain.chain import Chain
from agentvid.engine import unpack
from agentvid.events import ignore
from agentvid.media import codec
from agentvid.media.sound import has_sound, put_on_clip
from agentvid.planner import GrammarPlanner, KnownMedia, PlanRequest
from agentvid.report.page import render


async def planned(text: str, known: KnownMedia = CLIP) -> Chain:
    return await GrammarPlanner().plan(PlanRequest(1, text, (known,), tools=TAKES), ignore)


def args(chain: Chain, tool: str) -> dict[str, object]:
    return {name: value for name, value in chain_step(chain, tool).args.items() if not isinstance(value, dict)}


def chain_step(chain: Chain, tool: str):
    return next(step for step in chain if step.tool == tool)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("加上字幕'你好'", {"text": "你好", "place": "bottom"}),
        ("put the caption 'Day one' at the bottom from 1 s to 3 s",
         {"text": "Day one", "place": "down", "start": 1.0, "end": 3.0}),
        ("在顶部加字幕“第一天：抵达”，从0秒到2秒", {"text": "第一天：抵达", "place": "top", "start": 0.0, "end": 2.0}),
    ],
)  # fmt: skip
async def test_words_are_shown_as_written_where_and_when_they_are_asked_for(text, wanted):
    chain = await planned(text)
    assert [step.tool for step in chain] == ["caption"] and args(chain, "caption") == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("narrate it: The city at night, seen from above.", "The city at night, seen from above."),
        ("用普通话念出“夜里的城市，灯火通明”", "夜里的城市，灯火通明"),
    ],
)
async def test_words_are_spoken_whole_and_put_on_the_clip(text, said):
    chain = await planned(text)
    assert [step.tool for step in chain] == ["speak", "mux"] and args(chain, "speak")["text"] == said
    assert {str(ref) for ref in chain.answer} == {"t1.s1.finding", "t1.s2.video", "t1.s2.finding"}


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("add a matching sound", "sound", "matching"),
        ("加上欢快的背景音乐", "music", "欢快"),
        ("add calm music", "music", "calm"),
    ],
)
async def test_sounds_follow_the_clip_they_are_for(text, kind, what):
    chain = await planned(text)
    assert [step.tool for step in chain] == ["sound", "mux"]
    assert chain_step(chain, "sound").args["video"] == chain_step(chain, "mux").args["video"]
    assert args(chain, "sound")["kind"] == kind and what in str(args(chain, "sound")["what"])


async def test_a_model_is_made_of_the_main_thing_and_shown():
    chain = await planned("turn it into a 3D model", PHOTO)
    assert [step.tool for step in chain] == ["locate", "make_3d"]
    assert [str(ref) for ref in chain.answer] == ["t1.s2.mesh", "t1.s2.views"]


def film(path: Path) -> Path:
    with codec.VideoWriter(path.with_suffix(".silent.mp4"), width=64, height=48, fps=10) as writer:
        for number in range(10):
            writer.write(np.full((48, 64, 3), 20 + 10 * number, np.uint8))
    put_on_clip(path.with_suffix(".silent.mp4"), path, np.full((48_000, 2), 0.1, np.float32))
    return path


async def test_from_a_message_to_a_clip_with_and_without_sound(tmp_path):
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        turn = await session.send("add calm music", film(tmp_path / "clip.mp4"))
        heard = unpack(turn.run.port("t1.s2", "video"))
        music = unpack(turn.run.port("t1.s1", "audio"))
        assert turn.status == "done" and isinstance(heard, Video) and isinstance(music, Audio)
        assert has_sound(agent.store.path(heard))
        page = render(await turn_record(turn), agent.store, {})
        assert "<audio" in page and "<video" in page
        await write_folder(turn, tmp_path / "results")
        assert {path.name for path in (tmp_path / "results").rglob("*.*4")} == {"1-with-sound.mp4"}
        assert (tmp_path / "results/steps/t1.s1-audio.wav").read_bytes()[:4] == b"RIFF"
        muted = await session.send("mute it")
        silent = unpack(muted.run.port("t2.s1", "video"))
        assert isinstance(silent, Video) and not has_sound(agent.store.path(silent))


async def test_a_sound_of_the_answer_is_linked_from_its_step_and_shown_as_no_picture(tmp_path):
    picture = np.full((48, 64, 3), 90, np.uint8)
    Pillow.fromarray(picture).save(tmp_path / "a.png")
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("add calm music", tmp_path / "a.png")
        page = render(await turn_record(turn), agent.store, {})
    assert page.count("<audio") == 1
    assert '<img src="data:audio' not in page and 'src=""' not in page
    assert 'class="file" href="#' in page


async def test_a_corrected_event_moves_the_sound_and_only_what_needs_it(tmp_path):
    async with Agent(in_process=True) as agent:
        session = await agent.session()
        turn = await session.send("add the sound of rain", film(tmp_path / "clip.mp4"))
        before = unpack(turn.run.port("t1.s1", "audio"))
        await turn.give("t1.s1.events", "impact 0.30 s")
        after = unpack(turn.run.port("t1.s1", "audio"))
        assert turn.status == "done" and before != after
        assert [step for step, record in turn.run.steps.items() if record.executed] == ["t1.s1", "t1.s2"]


async def test_from_a_message_to_a_model(tmp_path):
    picture = np.full((60, 80, 3), 200, np.uint8)
    picture[20:45, 30:50] = (200, 20, 20)
    Pillow.fromarray(picture).save(tmp_path / "a.png")
    async with Agent(in_process=True) as agent:
        turn = await (await agent.session()).send("turn it into a 3D model", tmp_path / "a.png")
        assert turn.status == "done" and isinstance(unpack(turn.run.port("t1.s2", "mesh")), Mesh)
        await write_folder(turn, tmp_path / "results")
    assert {path.name for path in (tmp_path / "results").glob("[12]*")} == {"1-model.glb", "2-model-views.png"}
