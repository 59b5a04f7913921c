"""`agentvid bundle export | verify | replay`: a session in one file, checked and run again elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from agentvid.cli.exit_codes import EXIT_FAILED

if TYPE_CHECKING:
    from agentvid.run.bundle import Replayed

__all__ = ["bundle_app"]

bundle_app = typer.Typer(no_args_is_help=True, help="Export a session as one file; verify one; run one again.")

File = Annotated[Path, typer.Argument(help="The bundle.")]
Tools = Annotated[list[Path] | None, typer.Option("--tools", help="A folder with tools of your own. Repeatable.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]

_STYLES: Final = {"same": "green", "differs": "red", "kept": "yellow", "unrecorded": "dim"}


@bundle_app.command("export", epilog="Example: agentvid bundle export holiday --out holiday.agentvid")
def export_bundle(
    session: Annotated[str, typer.Argument(help="The session.")],
    out: Annotated[Path, typer.Option(help="The file to write. A bundle that is there is replaced.")],
    turn: Annotated[int | None, typer.Option(min=1, help="Only this turn [default: all].")] = None,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Write a session's messages, chains, results and keys into one file. No settings, keys or paths go with it."""
    import asyncio
    from dataclasses import asdict

    from agentvid.agent.agent import Agent

    async def work() -> Any:
        async with Agent(tools=tools or [], in_process=True) as agent:
            return (await agent.session(session)).bundle(out, turn=turn)

    made = asyncio.run(work())
    turns = f"turn {made.turns[0]}" if len(made.turns) == 1 else f"{len(made.turns)} turns"
    line = f"{made.file}: session {made.session}, {turns}, {made.objects} media, {made.bytes / 2**20:.1f} MiB"
    if made.unexplained:
        line += f"\nnote: {made.unexplained} of {made.keys + made.unexplained} keys can't be explained any more"
    _tell({"status": "done", **asdict(made), "file": str(made.file)}, line, as_json=json_)
    return 0


@bundle_app.command("verify", epilog="Example: agentvid bundle verify holiday.agentvid")
def verify_bundle(file: File, tools: Tools = None, json_: Json = False) -> int:
    """Check every hash, reference, chain and key of a bundle. Nothing is kept of it, and nothing runs."""
    from dataclasses import asdict

    from agentvid.plugins import load_engines, load_tools
    from agentvid.run.bundle import verify
    from agentvid.settings import load_settings

    found = verify(file, load_tools([*load_settings().tools, *(tools or [])]), load_engines())
    lines = [
        f"{found.file}: sound. Session {found.session}, made by agentvid {found.agentvid} on {found.platform}",
        f"turns {', '.join(map(str, found.turns))}: {found.revisions} revisions, {found.steps} steps that ran, "
        f"{found.objects} media",
        f"keys: {found.keys_computed} computed anew, {found.keys_explained} by their recorded parts, "
        f"{found.keys_unexplained} without",
        *(f"note: {note}" for note in found.notes),
    ]
    _tell({"status": "sound", **asdict(found), "file": str(found.file)}, "\n".join(lines), as_json=json_)
    return 0


@bundle_app.command("replay", epilog="Example: agentvid bundle replay holiday.agentvid --into replayed-home")
def replay_bundle(
    file: File,
    into: Annotated[
        Path | None,
        typer.Option(help="Keep what comes of it in this home folder, empty or not there [default: a temporary one]."),
    ] = None,
    paid: Annotated[bool, typer.Option("--paid", help="Also run steps that cost money.")] = False,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Run a bundle again with an empty cache and tell which steps give the same bytes. Exit code 4 where one differs.

    The tools that a chain names are called with what stands in the bundle: replay with tools that you trust.
    """
    import asyncio

    from agentvid.cli.progress import reporter
    from agentvid.plugins import load_engines, load_tools
    from agentvid.run.bundle import replay
    from agentvid.settings import load_settings

    settings = load_settings()
    specs = load_tools([*settings.tools, *(tools or [])])
    with reporter(quiet=json_) as report:
        told = asyncio.run(
            replay(
                file,
                specs,
                load_engines(),
                home=into,
                in_process=settings.in_process,
                paid=paid,
                emit=report.emit,
            )
        )
    if json_:
        _tell(told.to_json(), "", as_json=True)
    else:
        _print(told)
    return 0 if told.status == "same" else EXIT_FAILED


def _tell(document: dict[str, Any], line: str, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.markup import escape

    from agentvid.cli.out import write_json

    if as_json:
        write_json(document)
    else:
        Console(soft_wrap=True).print(escape(line), highlight=False)


def _print(told: Replayed) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(soft_wrap=True)
    for step in told.steps:
        ports = f" ({', '.join(step.ports)})" if step.ports else ""
        why = f": {escape(step.why)}" if step.why else ""
        style = _STYLES[step.outcome]
        console.print(f"[{style}]{step.outcome:10}[/] {step.step} {step.tool}{ports}{why}", highlight=False)
    for name, versions in told.libraries.items():
        console.print(f"[dim]library[/]    {name} {versions}", highlight=False)
    counts = {outcome: sum(step.outcome == outcome for step in told.steps) for outcome in _STYLES}
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "no step was run"
    console.print(f"[bold]{summary}[/]", highlight=False)
    if told.first is not None:
        console.print(f"first difference: {told.first.step} of turn {told.first.turn}", highlight=False)
    if told.home is not None:
        how = f": AGENTVID_HOME={told.home} agentvid chain show {told.session}" if told.restored else ""
        console.print(escape(f"kept in {told.home}{how}"), highlight=False)
