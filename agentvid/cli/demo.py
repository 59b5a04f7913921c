"""The demo: a Chinese message on a photo, an English one on a clip, then pictures from words alone; results on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from agentvid.agent.agent import Agent, Session
from agentvid.agent.document import prepare_folder, write_folder
from agentvid.cli.progress import reporter
from agentvid.cli.show import print_outcome
from agentvid.samples import DEMO_MESSAGES, DEMO_WORDS

__all__ = ["run_demo"]


def run_demo(out: Path) -> int:
    """Send the demo messages; results go to `out/photo`, `out/clip`, `out/words` … Returns 4 where a step failed."""
    for name in [*(name for name, _, _ in DEMO_MESSAGES), *(name for name, _, _ in DEMO_WORDS)]:
        prepare_folder(out / name)
    return asyncio.run(_run(out))


async def _run(out: Path) -> int:
    console = Console()
    failed = False
    async with Agent() as agent:
        for name, text, file in DEMO_MESSAGES:
            console.rule(f"[bold]{text}[/]  ({file.name})")
            failed |= not await _send(await agent.session(), text, out / name, file)
        claimed = _claimed(agent)
        session = await agent.session()
        for name, text, task in DEMO_WORDS:
            if task not in claimed:
                how = agent.engines["small"].status().how if "small" in agent.engines else "there is no engine small"
                console.print(f"[yellow]left out[/] “{text}”: {task} is not claimed ({how})", highlight=False)
                continue
            console.rule(f"[bold]{text}[/]  (from words alone, engine small)")
            failed |= not await _send(session, text, out / name)
    return 4 if failed else 0


async def _send(session: Session, text: str, out: Path, *files: Path) -> bool:
    """Send one message, write its results, and return whether it is done."""
    with reporter(quiet=False) as report:
        turn = await session.send(text, *files, emit=report.emit)
    await write_folder(turn, out)
    print_outcome(turn, out)
    return turn.status == "done"


def _claimed(agent: Agent) -> frozenset[str]:
    """Return the tasks that the small engine claims: it can be used, and they are not drafts."""
    engine = agent.engines.get("small")
    if engine is None or engine.status().state != "ready":
        return frozenset()
    return frozenset(found.task for found in engine.capabilities() if not found.draft)
