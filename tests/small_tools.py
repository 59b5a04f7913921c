"""Small tools and an engine for tests of running: they count how often they ran."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from agentvid.engine import Capability, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.errors import CallError, Needs
from agentvid.media.types import Box, Image, Mask
from agentvid.tool import ToolContext, ToolSpec, tool

RAN: Counter[str] = Counter()


@dataclass(frozen=True)
class Halves:
    low: float
    high: float


@dataclass(frozen=True)
class Seen:
    box: Box
    mask: Mask | None


@dataclass(frozen=True)
class Perhaps:
    low: float | None
    high: float | None


@tool()
async def maybe(ctx: ToolContext, value: float) -> Perhaps:
    """Give a number on the port of its sign."""
    return Perhaps(low=value if value < 0 else None, high=value if value > 0 else None)


@tool()
async def number(ctx: ToolContext, value: float) -> float:
    """Give a number."""
    RAN["number"] += 1
    return value


@tool()
async def halves(ctx: ToolContext, value: float) -> Halves:
    """Split a number into what is below and above zero; rounds, so that early cut-off can be seen."""
    RAN["halves"] += 1
    return Halves(low=float(min(0, round(value))), high=float(max(0, round(value))))


@tool()
async def total(ctx: ToolContext, values: list[float], seed: int = 0) -> float:
    """Add numbers and the seed."""
    RAN["total"] += 1
    return sum(values) + seed


@tool()
async def say(ctx: ToolContext, value: float, thought: str = "") -> str:
    """Say a number the way the thought wants."""
    RAN["say"] += 1
    return f"{thought}: {value:g}"


@tool()
async def seen(ctx: ToolContext, what: str, box: Box | None = None) -> Seen:
    """See a thing where a person drew a box."""
    RAN["seen"] += 1
    if box is None:
        raise Needs("box", f"draw a box around {what}")
    return Seen(box=box, mask=None)


@tool()
async def wide(ctx: ToolContext, box: Box) -> float:
    """Tell how wide a box is."""
    RAN["wide"] += 1
    return box.x1 - box.x0


@tool()
async def wrong(ctx: ToolContext, value: float) -> float:
    """Fail: as the call can be fixed, or by a fault of the tool."""
    RAN["wrong"] += 1
    if value < 0:
        raise CallError(f"value {value:g}", "a positive one", "set_arg value")
    raise ZeroDivisionError("on purpose")


@tool(tasks=["text_to_image"])
async def paint(ctx: ToolContext, words: str, seed: int = 0) -> Image:
    """Paint words with an engine."""
    RAN["paint"] += 1
    result = await ctx.engine("text_to_image").run(prompt=words, seed=seed)
    return result.get("image", Image)


@tool(tasks=["text_to_image"])
async def sketch(ctx: ToolContext, words: str, thought: str = "") -> Image:
    """Sketch words with an engine that may read the thought."""
    RAN["sketch"] += 1
    result = await ctx.engine("text_to_image").run(prompt=words, thought=thought)
    return result.get("image", Image)


SPECS: dict[str, ToolSpec] = {s.name: s for s in (number, halves, total, say, seen, wide, wrong, paint, sketch)}


class NamedEngine:
    """An engine that bears `text_to_image` with the state and version it is told; it is never run."""

    concurrency = 1
    weights = ""

    def __init__(
        self, name: str, state: str = "ready", version: str = "1", task: str = "text_to_image", thought: bool = False
    ) -> None:
        self.name, self._state, self.version, self._task, self._thought = name, state, version, task, thought

    def status(self) -> EngineStatus:
        return EngineStatus(state=self._state, how="set a key")  # type: ignore[arg-type]

    def capabilities(self) -> tuple[Capability, ...]:
        return (Capability(task=self._task, thought=self._thought),)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        raise AssertionError("never run")
