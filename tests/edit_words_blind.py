"""Edits in plain words by people who had not seen the rules, and the chains they were written about."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from edit_words_cases import BEARS, TOOLS, holds, ran

from agentvid.chain.chain import Chain
from agentvid.chain.edit import apply_all
from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.rewrite import Rewrite, read_edits

DATA = Path(__file__).parent / "data" / "edit_words_blind.jsonl"
CASES: list[dict[str, Any]] = (
    [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()] if DATA.exists() else []
)
PHOTO = Image(artifact="a" * 64, mime="image/png", bytes=9, width=600, height=400)
CLIP = Video(artifact="c" * 64, mime="video/mp4", bytes=9, width=640, height=360, fps=25, frames=73, seconds=2.92)
BASES: Final[dict[str, tuple[str, Image | Video | None]]] = {
    "c1": ("把红色的杯子变成蓝色，然后镜头绕着它慢慢转", PHOTO),
    "c2": ("continue this for two seconds and put it beside the original", CLIP),
    "c3": ("画一个红色的大球和一个蓝色的小方块", None),
    "c4": ("make the red cup green, then blur the background", PHOTO),
    "c5": ("remove the spoon, then zoom in slowly", PHOTO),
    "c6": ("describe this picture, then pan to the right", PHOTO),
    "c7": ("a big yellow cone behind a small green cylinder", None),
    "c8": ("replace the background with white, then orbit around it", PHOTO),
    "c9": ("draw a large red cube and a small blue ball, then make the cube green", None),
}
DRAWN: Final = {
    "c3": "一个蓝色小方块在右前；一个红色大球在左后；镜头在前方，中",
    "c7": "one small green cylinder at middle front; one large yellow cone at right back; "
    "camera from the front, middle",
}
"""The layouts that were on the screen where their places had been left open."""


@lru_cache(maxsize=16)
def planned(base: str) -> tuple[PlanRequest, Chain]:
    """The chain of that name, and what it was planned from."""
    text, medium = BASES[base]
    media = () if medium is None else (KnownMedia(1, medium, is_new=True),)
    request = PlanRequest(1, text, media, bears=BEARS)
    chain = write_chain(request)
    if base in DRAWN:
        first = chain.steps[0].model_copy(update={"thought": DRAWN[base]})
        chain = chain.model_copy(update={"steps": (first, *chain.steps[1:])})
    return request, chain


def rewritten(base: str, say: str) -> tuple[Chain, Rewrite, Chain]:
    """Return a chain, what the words come to, and the chain after that."""
    request, chain = planned(base)
    rewrite = read_edits(say, chain, ran(chain), TOOLS, request)
    after = apply_all(chain, rewrite.edits)
    assert check_chain(after, TOOLS) == []
    return chain, rewrite, after


def misses(case: dict[str, Any]) -> list[str]:
    """Return in what the reading of a case differs from what was judged right; empty where it is the same."""
    _, rewrite, after = rewritten(case["base"], case["say"])
    if rewrite.kind != case["kind"]:
        return [f"{rewrite.kind} {rewrite.question}"]
    if rewrite.kind == "command":
        command = rewrite.command.command if rewrite.command else ""
        return [] if command == case["want"]["command"] else [command]
    wrong = [where for where, want in case["want"].items() if not holds(after, where, want)]
    order = [step.id for step in after]
    if "order" in case and [step for step in order if step in case["order"]] != case["order"]:
        wrong.append(f"order {order}")
    return wrong
