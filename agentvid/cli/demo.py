"""The demo: one Chinese message on a photo, one English message on a clip, both kept in a results folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from agentvid.agent.agent import Agent
from agentvid.agent.document import prepare_folder, write_folder
from agentvid.cli.progress import reporter
from agentvid.cli.show import print_outcome
from agentvid.samples import DEMO_MESSAGES

__all__ = ["run_demo"]


def run_demo(out: Path) -> int:
    """Send the two demo messages; results go to `out/photo` and `out/clip`. Returns 4 where a step failed."""
    for name, _, _ in DEMO_MESSAGES:
        prepare_folder(out / name)
    return asyncio.run(_run(out))


async def _run(out: Path) -> int:
    console = Console()
    failed = False
    async with Agent() as agent:
        for name, text, file in DEMO_MESSAGES:
            console.rule(f"[bold]{text}[/]  ({file.name})")
            session = await agent.session()
            with reporter(quiet=False) as report:
                turn = await session.send(text, file, emit=report.emit)
            await write_folder(turn, out / name)
            print_outcome(turn, out / name)
            failed |= turn.status != "done"
    return 4 if failed else 0
