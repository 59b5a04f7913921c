"""Thoughts of the wide reader's steps: what is done, to what, by how much, in the person's language."""

from __future__ import annotations

from typing import Any

import pytest

from agentvid.planner.wide.deeds import deed

CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("transform_image", {"kind": "crop", "ratio": "16:9", "place": ""}, "Crop @v1 to 16:9.", "裁剪@v1到 16:9。"),
    (
        "transform_video",
        {"kind": "crop", "ratio": "", "place": "right", "share": 0.667},
        "Crop @v1: its right 67% stays.",
        "裁剪@v1，留下右边 67%。",
    ),
    ("transform_image", {"kind": "rotate", "degrees": -10.0}, "Turn @v1 by 10° anticlockwise.", "把@v1逆时针转 10°。"),
    (
        "transform_image",
        {"kind": "extend", "sides": "all", "share": 0.2, "ratio": ""},
        "Widen the canvas of @v1 by 20%, on all sides.",
        "扩展@v1的画布 20%，四周。",
    ),
    (
        "transform_image",
        {"kind": "upscale", "factor": None, "width": 3840},
        "Enlarge @v1 to a width of 3840 pixels.",
        "放大@v1到 3840 像素宽。",
    ),
    (
        "retime",
        {"speed": 0.5, "start": 1.0, "end": 2.0},
        "Play @v1 at 0.5 times its speed, from 1 to 2 s.",
        "以 0.5 倍速播放@v1（1 到 2 秒）。",
    ),
    (
        "retime",
        {"speed": 2.0, "reverse": True},
        "Play @v1 backwards at 2 times its speed.",
        "以 2 倍速倒放@v1。",
    ),
    (
        "retime",
        {"start": 3.0, "end": None},
        "Keep of @v1 only what comes, from 3 s on.",
        "只保留@v1的一段（从 3 秒起）。",
    ),
    (
        "caption",
        {"text": "Day one", "place": "top", "start": None, "end": None},
        "Write “Day one” on @v1, at the top.",
        "在@v1的顶部写上“Day one”。",
    ),
    (
        "sound",
        {"kind": "sound", "what": "rain"},
        "Make sounds for @v1: “rain”.",
        "给@v1配上声音：“rain”。",
    ),
    ("extend_video", {"before": 1.0}, "Put 1 s before the beginning of @v1.", "在@v1的开头之前补 1 秒。"),
    (
        "interpolate",
        {"images": ["a", "b"], "factor": 48},
        "Pass from one of @v1 to the other in 48 frames.",
        "用 48 帧从@v1中的一张过渡到另一张。",
    ),
]


@pytest.mark.parametrize(("tool", "args", "english", "chinese"), CASES)
def test_a_thought_says_what_is_done_and_by_how_much(
    tool: str, args: dict[str, Any], english: str, chinese: str
) -> None:
    assert deed(tool, args, "@v1", "en") == english
    assert deed(tool, args, "@v1", "zh") == chinese


def test_a_long_text_is_cut_short_in_the_thought() -> None:
    told = deed("speak", {"text": "word " * 100}, "@v1", "en")
    assert len(told) < 90
    assert "…" in told
