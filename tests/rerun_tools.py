"""Cheap pure tools for tests of the minimal re-run, each beside the plain function that it is.

Values are whole numbers from 0 to 6, so that different inputs often give the same result (early cut-off). `CALLS` keeps
what really ran.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentvid.engine import Capability, Cost, Engine, EngineContext, EngineRequest, EngineResult, EngineStatus
from agentvid.events import Emit
from agentvid.tool import ToolContext, ToolSpec, tool

CALLS: list[str] = []
"""Tool names in the order in which they ran."""


@dataclass(frozen=True)
class Split:
    low: float
    high: float | None


@dataclass(frozen=True)
class Held:
    level: float
    rest: float


def plain_add(a: float, b: float = 1.0) -> dict[str, float | None]:
    return {"number": (a + 2 * b) % 7}


def plain_total(values: list[float], seed: int = 0) -> dict[str, float | None]:
    return {"number": float(sum((place + 1) * value for place, value in enumerate(values)) + seed) % 7}


def plain_constant(a: float) -> dict[str, float | None]:
    return {"number": 3.0}


def plain_sign(a: float) -> dict[str, float | None]:
    return {"number": float(a > 3)}


def plain_weigh(a: float, thought: str = "") -> dict[str, float | None]:
    return {"number": (a + len(thought)) % 7}


def plain_split(a: float) -> dict[str, float | None]:
    return {"low": float(a // 2), "high": a - 3 if a > 3 else None}


def plain_pick(a: float | None = None, b: float | None = None) -> dict[str, float | None]:
    return {"number": a if a is not None else b if b is not None else 6.0}


def plain_hold(a: float, level: float | None = None) -> dict[str, float | None]:
    return {"level": (a * 3) % 7, "rest": (a + (level or 0.0)) % 7}


def plain_measure(a: float, seed: int = 0) -> dict[str, float | None]:
    return {"number": (a * a + seed) % 7}


@tool()
async def add(ctx: ToolContext, a: float, b: float = 1.0) -> float:
    """Add."""
    CALLS.append("add")
    return plain_add(a, b)["number"]


@tool()
async def total(ctx: ToolContext, values: list[float], seed: int = 0) -> float:
    """Add numbers, each with the weight of its place, and the seed."""
    CALLS.append("total")
    return plain_total(values, seed)["number"]


@tool()
async def constant(ctx: ToolContext, a: float) -> float:
    """Give the same whatever comes in."""
    CALLS.append("constant")
    return plain_constant(a)["number"]


@tool()
async def sign(ctx: ToolContext, a: float) -> float:
    """Give one of two numbers."""
    CALLS.append("sign")
    return plain_sign(a)["number"]


@tool()
async def weigh(ctx: ToolContext, a: float, thought: str = "") -> float:
    """Add how long the thought is."""
    CALLS.append("weigh")
    return plain_weigh(a, thought)["number"]


@tool()
async def split(ctx: ToolContext, a: float) -> Split:
    """Give a half, and the rest where it is large."""
    CALLS.append("split")
    return Split(**plain_split(a))


@tool()
async def pick(ctx: ToolContext, a: float | None = None, b: float | None = None) -> float:
    """Give the first number that is there."""
    CALLS.append("pick")
    return plain_pick(a, b)["number"]


@tool()
async def hold(ctx: ToolContext, a: float, level: float | None = None) -> Held:
    """Take a given level in."""
    CALLS.append("hold")
    return Held(**plain_hold(a, level))


@tool(tasks=["measure"])
async def measure(ctx: ToolContext, a: float, seed: int = 0) -> float:
    """Ask an engine."""
    CALLS.append("measure")
    result = await ctx.engine("measure").run(a=a, seed=seed)
    return result.get("number", float)


SPECS: dict[str, ToolSpec] = {s.name: s for s in (add, total, constant, sign, weigh, split, pick, hold, measure)}
PLAIN: dict[str, Callable[..., dict[str, float | None]]] = {name: globals()[f"plain_{name}"] for name in SPECS}


class PlainEngine:
    """Bears `measure` at a price; all engines of this class compute the same."""

    concurrency = 4
    version = "1"
    weights = ""

    def __init__(self, name: str, price: Cost | None = None, rate: float = 0.0) -> None:
        self.name, self._price, self._rate = name, price, rate

    def status(self) -> EngineStatus:
        return EngineStatus(state="ready")

    def capabilities(self) -> tuple[Capability, ...]:
        return (Capability(task="measure", price=self._price, seconds_per_megapixel_frame=self._rate),)

    async def run(self, request: EngineRequest, context: EngineContext) -> EngineResult:
        value = plain_measure(request.get("a", float), request.seed)["number"]
        return EngineResult.of(cost=self._price, number=value)


class DirectHost:
    """Runs engines in the event loop itself: no thread, no process."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def run(self, engine: Engine, request: EngineRequest, emit: Emit, job: Any = None) -> EngineResult:
        return await engine.run(request, EngineContext(self._store))

    async def close(self) -> None:
        """Nothing is held."""
