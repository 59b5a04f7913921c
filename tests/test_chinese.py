"""Fixed English sentences in Chinese: what ships is known, gaps are filled in, what is not known stays."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from agentvid.agent.agent import Agent
from agentvid.report.chinese import is_known, said

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "'杯子' was found by its colour, not by recognition: all of that colour together counts as it",
            "'杯子'是按颜色找到的，不是认出来的：画面中同色的部分都算在内",
        ),
        (
            "extrapolated motion, nothing is invented: believe about 0.2 s of 1.0 s",
            "只是外推运动，没有编造内容：大约可信前 0.2 秒（共 1.0 秒）",
        ),
        (
            "Camera pans left at 30 px/s and tilts up at 4 px/s. 3 frames are too few to test the forecast."
            " Believe 0.0 s of 1.0 s.",
            "镜头向左摇，每秒 30 像素、向上摇，每秒 4 像素。只有 3 帧，不足以检验预测。可信 0.0 秒，共 1.0 秒。",
        ),
        (
            "error bound (holds for 90% of frames; 38 rollouts of windows of a city clip): 9 grey levels at frame 1,"
            " 29 grey levels at frame 13, 44 grey levels at frame 25; passes 24 dB at frame 6",
            "误差范围（对 90% 的帧成立，用城市视频的片段测了 38 次）：第 1 帧约 9 个灰度级，第 13 帧约 29 个灰度级，"
            "第 25 帧约 44 个灰度级；第 6 帧超过 24 dB",
        ),
        ("a mask of 3x4", "遮罩大小为 3x4"),
    ],
)
def test_sentences_are_told_with_what_is_filled_in(english: str, chinese: str) -> None:
    assert said(english, "zh") == chinese
    assert said(english, "en") == english


@pytest.mark.parametrize("text", ["", "a cat and a dog, asleep", "Two words. A third.", "红色的杯子", "{n} of {m}"])
def test_what_is_not_known_stays(text: str) -> None:
    assert said(text, "zh") == text
    assert not is_known(text)


def test_the_tools_and_engines_that_ship_are_told(home: Path) -> None:
    agent = Agent(home=home)
    texts = [tool.summary for tool in agent.tools.values()]
    texts += [parameter.doc for tool in agent.tools.values() for parameter in tool.parameters]
    texts += [capability.note for engine in agent.engines.values() for capability in engine.capabilities()]
    assert [text for text in texts if text and not CHINESE.search(said(text, "zh"))] == []


def test_most_warnings_that_are_written_out_are_told() -> None:
    written = [text for text in _warnings() if re.search("[a-z]{3}", text)]
    known = [text for text in written if is_known(text)]
    assert len(written) > 60
    assert len(known) >= 0.85 * len(written), sorted(set(written) - set(known))


def _warnings() -> set[str]:
    """Return what tools and engines append to their warnings, with 7 for what is filled in."""
    found = set()
    for folder in ("tools", "agentvid/engines"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args:
                    is_list = call.func.attr == "append" and "warnings" in ast.unparse(call.func.value)
                    text = _text(call.args[0]) if is_list or call.func.attr == "warn" else ""
                    found |= {text} - {""}
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)  # type: ignore
    return ""
