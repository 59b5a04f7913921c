"""An answer says how far a prediction is to be believed, in the language of the message."""

from __future__ import annotations

import math

import pytest

from agentvid.agent.answer import answer_parts, sinks
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Step
from agentvid.engine import pack
from agentvid.media.types import Answer
from agentvid.world.trust import Bound, to_error

LIMIT = to_error(24)
CHAIN = Chain(turn=1, steps=(Step(id="t1.s1", tool="future_frames"),))


def told(errors, language, answer=None):
    bound = Bound(tuple(errors), tuple(errors), 0.9, 151, "thrown balls")
    value = pack(bound.answer("frame", 8.0) if answer is None else answer)
    run = Run(revision=0, steps={"t1.s1": StepRun(step="t1.s1", status="done", outputs={"bound": value})})
    assert sinks(CHAIN, run) == [], "it is told once"
    return [part["text"] for part in answer_parts(CHAIN, run, [], language) if part["type"] == "text"][:-1]


@pytest.mark.parametrize(
    ("errors", "english", "chinese"),
    [
        (
            [3, 9, LIMIT + 1, 30],
            "believe it up to frame 2 of 4 (0.25 s). From frame 3",
            "可信到第 2 帧（共 4 帧，0.25 秒）",
        ),
        ([3, 9, math.inf], "up to frame 2 of 3", "可信到第 2 帧（共 3 帧"),
        ([3, 9], "all 2 frames stay within 24 dB", "全部 2 帧的误差界都在 24 dB"),
        ([LIMIT + 1, 60], "no frame is sure", "没有一帧能保证"),
    ],
)
def test_where_to_stop_believing_is_told(errors, english, chinese):
    (text,) = told(errors, "en")
    assert text.startswith("t1.s1: ") and english in text and "calibrated on 151 rollouts" in text
    assert f"{errors[0]:.0f} at frame 1" in text
    (text,) = told(errors, "zh")
    assert text.startswith("t1.s1：") and chinese in text and "用 151 次推演校准" in text
    assert f"第 1 帧 {errors[0]:.0f}" in text


def test_an_answer_of_another_kind_under_that_name_is_left_alone():
    assert told([1], "en", Answer(question="bound", text="for the hills")) == []
