"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from agentvid import Agent
from agentvid.plugins import load_tools
from agentvid.samples import COFFEE

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def block(containing: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    return next(text for text in blocks if containing in text)


@pytest.mark.slow
def test_ten_lines_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    shutil.copy(COFFEE, tmp_path / "coffee.jpg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENTVID_INPROCESS", "1")
    exec(compile(block("asyncio.run(main())"), "README.md", "exec"), {"__name__": "readme"})
    first, second = capsys.readouterr().out.strip().split("\n")
    assert first.startswith("done ['locate'")
    assert "t1.s1" in second


async def test_a_tool_in_fifteen_lines(tmp_path: Path):
    (tmp_path / "postcard.py").write_text(block("async def postcard"), encoding="utf-8")
    assert len(block("async def postcard").strip().split("\n")) <= 20
    tools = load_tools([tmp_path])
    assert [p.doc for p in tools["postcard"].parameters] == ["the picture on the left", "the picture on the right"]
    async with Agent(in_process=True, tools=[tmp_path]) as agent:
        from agentvid import Chain, Image, Step
        from agentvid.engine import unpack
        from agentvid.media.gate import take_in

        photo = take_in(COFFEE, agent.store).model_dump(mode="json")
        step = Step(id="t1.s1", tool="postcard", args={"image": photo, "other": photo})
        run = await agent.executor.run(Chain(turn=1, steps=(step,)))
        card = unpack(run.port("t1.s1", "image"))
    assert isinstance(card, Image) and card.width > 1200
