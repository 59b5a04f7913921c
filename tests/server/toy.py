"""An agent of trivial tools, and a server of it: `python tests/server/toy.py HOME PORT [CONCURRENCY]`.

"toil 8 5" plans eight steps, one after the other, of 5 ms each; a further word makes them differ from others'. Each
step that really ran writes a line to `ran.txt` in the home folder.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from agentvid.agent.agent import Agent
from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step
from agentvid.events import Emit
from agentvid.media.types import Image
from agentvid.planner import PlanRequest
from agentvid.settings import load_settings
from agentvid.tool import ToolContext, ToolSpec, tool

RAN: list[str] = []
"""What ran in this process: the `mark` of each step."""
_HOME: list[Path] = []


@tool()
async def toil(ctx: ToolContext, value: float, mark: str, milliseconds: float = 0.0) -> float:
    """Take a while, and add one."""
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)
    RAN.append(mark)
    if _HOME:
        with (_HOME[0] / "ran.txt").open("a") as file:
            file.write(f"{mark}\n")
    return value + 1


@tool()
async def ask_number(ctx: ToolContext, value: float) -> float:
    """Wait for a person."""
    from agentvid.errors import Needs

    raise Needs("number", "a number")


@tool()
async def see(ctx: ToolContext, image: Image) -> Image:
    """Give a picture back."""
    return image


@tool()
async def fail(ctx: ToolContext, value: float) -> float:
    """Fail."""
    from agentvid.errors import ToolFailed

    raise ToolFailed("it is meant to fail", "nothing", "nothing")


@tool()
async def die(ctx: ToolContext, value: float) -> float:
    """End the process."""
    import os

    os._exit(9)


TOOLS: dict[str, ToolSpec] = {spec.name: spec for spec in (toil, ask_number, see, fail, die)}


class ToyPlanner:
    """Plans by the first word."""

    name = "grammar"

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        word, *rest = request.text.split() or [""]
        t = request.turn
        if word == "toil":
            many, milliseconds, mark = int(rest[0]), float(rest[1]), " ".join(rest[2:]) or "x"
            steps = []
            for n in range(1, many + 1):
                before = Ref(step=f"t{t}.s{n - 1}", port="number") if n > 1 else 0
                args = {"value": before, "mark": f"{mark}.{n}", "milliseconds": milliseconds}
                steps.append(Step(id=f"t{t}.s{n}", tool="toil", args=args))
            return Chain(turn=t, steps=tuple(steps))
        if word == "see":
            image = next(medium.artifact for medium in request.media if medium.is_new)
            return Chain(
                turn=t, steps=(Step(id=f"t{t}.s1", tool="see", args={"image": image.model_dump(mode="json")}),)
            )
        names = {"ask": "ask_number", "fail": "fail", "die": "die"}
        if word == "broken":
            raise KeyError(word)
        if word not in names:
            return Chain(turn=t, question=f"What is {word[:20]!r}?")
        return Chain(turn=t, steps=(Step(id=f"t{t}.s1", tool=names[word], args={"value": 1}),))


def toy_agent(home: Path) -> Agent:
    """Return an agent of these tools alone."""
    agent = Agent(settings=load_settings(home=home), engines={}, planner=ToyPlanner(), in_process=True)
    agent.tools.clear()
    agent.tools.update(TOOLS)
    return agent


def main() -> None:
    from agentvid.server.serving import Where, serve

    home = Path(sys.argv[1])
    _HOME.append(home)
    concurrency = int(sys.argv[3]) if len(sys.argv) > 3 else 8
    serve(
        toy_agent(home),
        Where(port=int(sys.argv[2])),
        concurrency=concurrency,
        ready=lambda address: print(address, flush=True),
    )


if __name__ == "__main__":
    main()
