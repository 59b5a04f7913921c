"""Chains of the offline planner to edit in plain words, and what an edit is held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentvid.chain.chain import Chain
from agentvid.chain.edit import apply_all
from agentvid.chain.run import Run, StepRun
from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.rewrite import Checkout, Rewrite, read_edits
from agentvid.plugins import load_tools

TOOLS = load_tools()
DATA = Path(__file__).parent / "data" / "edit_words.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=640, height=480)
CLIP = Video(artifact="c" * 64, mime="video/mp4", bytes=9, width=640, height=480, fps=24, frames=48, seconds=2)
SMALL = frozenset({"text_to_image", "edit_image", "novel_view", "describe", "measure"})
BEARS = {
    "small": SMALL,
    "simulator": frozenset({"text_to_image", "text_to_video", "edit_image", "novel_view"}),
    "classical": frozenset({"locate", "analyse", "edit_image", "measure", "novel_view", "future_frames", "compose"}),
}
BOX = {"x0": 100, "y0": 50, "x1": 200, "y1": 150}
MESSAGES = {
    "photo": ("make the red cup blue", "把红色的杯子变成蓝色"),
    "two": ("make the cup blue, then remove the spoon", "把杯子变成蓝色，然后去掉勺子"),
    "orbit": ("orbit around it slowly", "镜头绕着它慢慢转"),
    "zoom": ("zoom in", "推近镜头"),
    "turn": ("turn the camera 20 degrees left", "镜头向左转20度"),
    "blur": ("blur the background", "虚化背景"),
    "behind": ("replace the background with white", "把背景换成白色"),
    "both": ("make the cup blue, then orbit around it", "把杯子变成蓝色，然后镜头绕着它转"),
    "world": ("draw a large red cube and a small blue ball", "画一个红色的大方块和一个蓝色小球"),
    "scene": (
        "draw a large red cube and a small blue ball, then make the cube green",
        "画一个红色的大方块和一个蓝色小球，然后把方块变成绿色",
    ),
    "future": ("continue the clip for two seconds", "把视频续写两秒"),
}
"""Messages by name, English and Chinese."""


def request_of(base: str, lang: str, **more: Any) -> PlanRequest:
    """What the message of that name was planned from."""
    text = MESSAGES.get(base, (base, base))[lang == "zh"]
    medium = CLIP if base == "future" else PHOTO
    media = () if base in ("world", "scene") else (KnownMedia(1, medium, is_new=True),)
    return PlanRequest(1, text, media, bears=BEARS, **more)


def ran(chain: Chain) -> Run:
    """A run of which the boxes are known."""
    box = {"box": {"type": "Box", "value": BOX}}
    steps = {s.id: StepRun(step=s.id, status="done", outputs=box if s.tool == "locate" else {}) for s in chain}
    return Run(revision=1, steps=steps)


def rewritten(base: str, lang: str, say: str, chain: Chain | None = None, **more: Any) -> tuple[Chain, Rewrite, Chain]:
    """Return a chain, what the words come to, and the chain after that."""
    request = request_of(base, lang)
    chain = chain or write_chain(request)
    assert chain.steps, chain.question
    rewrite = read_edits(say, chain, ran(chain), TOOLS, request, **more)
    after = apply_all(chain, rewrite.edits)
    assert check_chain(after, TOOLS) == []
    assert len(rewrite.lines) == len(rewrite.edits)
    return chain, rewrite, after


def misses(case: dict[str, Any]) -> list[str]:
    """Return in what the reading of a case differs from what it should come to; empty where it is right."""
    _, rewrite, after = rewritten(case["base"], case["lang"], case["say"])
    if rewrite.kind != case["kind"]:
        return [f"{rewrite.kind} {rewrite.question}"]
    if case["kind"] == "command":
        command = rewrite.command
        told = f"checkout {command.revision}" if isinstance(command, Checkout) else command and command.command
        return [] if told == case["want"]["command"] else [str(told)]
    return [
        f"{where} is {value_at(after, where)!r}"
        for where, want in case["want"].items()
        if not holds(after, where, want)
    ]


def value_at(chain: Chain, where: str) -> Any:
    """Return the value at an address such as "t1.s2.args.path.poses.-1.yaw_deg"; None where there is none."""
    turn, step, *path = where.split(".")
    if not chain.has(f"{turn}.{step}"):
        return None
    value: Any = chain.step(f"{turn}.{step}").model_dump(mode="json")
    for key in path:
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def holds(chain: Chain, where: str, want: Any) -> bool:
    """Return whether a chain holds what is wanted at an address."""
    value = value_at(chain, where)
    if want == "gone":
        return value is None
    if not isinstance(want, dict):
        return value == want
    tests = {
        "has": lambda x: isinstance(value, str) and x in value,
        "<": lambda x: value is not None and value < x,
        ">": lambda x: value is not None and value > x,
        "!=": lambda x: value != x,
    }
    return all(tests[name](bound) for name, bound in want.items())
