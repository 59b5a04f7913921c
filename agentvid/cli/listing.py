"""List engines, tools and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agentvid.agent.planners import planner_states
from agentvid.cli.out import write_json
from agentvid.errors import InputError
from agentvid.plugins import load_engines, load_tools
from agentvid.settings import load_settings
from agentvid.tool import ToolSpec

__all__ = ["collect_garbage", "list_engines", "list_sessions", "list_tools"]


def list_engines(*, as_json: bool) -> int:
    """Print each engine with its status and what it bears, and each planner with its status."""
    engines, planners = load_engines(), planner_states(load_settings())
    if as_json:
        told = [
            {
                "name": engine.name,
                "version": engine.version,
                "status": engine.status().state,
                "how": engine.status().how,
                "capabilities": [capability.model_dump(mode="json") for capability in engine.capabilities()],
            }
            for engine in engines.values()
        ]
        states = [{"name": found.name, "status": found.status.state, "how": found.status.how} for found in planners]
        write_json({"engines": told, "planners": states})
        return 0
    table = Table("engine", "status", "bears", "how to get it")
    for engine in engines.values():
        bears = ", ".join(f"{found.task}{' (draft)' if found.draft else ''}" for found in engine.capabilities())
        table.add_row(f"{engine.name} {engine.version}", engine.status().state, bears, escape(engine.status().how))
    Console().print(table)
    table = Table("planner", "status", "how to get it")
    for found in planners:
        table.add_row(found.name, found.status.state, escape(found.status.how))
    Console().print(table)
    return 0


def list_tools(*, name: str | None, extra: Sequence[Path], as_json: bool) -> int:
    """Print each tool, or one in full.

    Raises: InputError where there is no tool of that name.
    """
    tools = load_tools([*load_settings().tools, *extra])
    if name is not None and name not in tools:
        raise InputError(f"there is no tool {name!r}", f"one of {', '.join(sorted(tools))}", "see `agentvid tools`")
    chosen = [tools[name]] if name else list(tools.values())
    if as_json:
        write_json({"tools": [_tool_document(spec) for spec in chosen]})
        return 0
    console = Console()
    if name:
        console.print(escape(chosen[0].doc), highlight=False)
        for example in chosen[0].examples:
            console.print(f"for example: {escape(example)}", highlight=False)
    table = Table("tool", "takes", "gives", "what for")
    for spec in chosen:
        takes = ", ".join(f"{p.name}{'' if p.required else '?'}" for p in spec.parameters)
        gives = ", ".join(f"{p.name}: {p.type}" for p in spec.ports)
        table.add_row(spec.name, takes, gives, escape(spec.summary))
    console.print(table)
    return 0


def list_sessions(*, as_json: bool) -> int:
    """Print the sessions in the home folder."""
    from agentvid.store.log import Log

    with Log(load_settings().home / "agentvid.sqlite") as log:
        rows = log.sessions("local")
        told = [{"session": row.session, "turns": len(log.turns(row.session)), "created": row.created} for row in rows]
    if as_json:
        write_json({"sessions": told})
        return 0
    table = Table("session", "turns")
    for row in told:
        table.add_row(str(row["session"]), str(row["turns"]))
    Console().print(table)
    return 0


def collect_garbage(*, dry_run: bool, as_json: bool) -> int:
    """Collect the objects nothing uses, and print what went."""
    from agentvid.store.gc import collect
    from agentvid.store.log import Log
    from agentvid.store.objects import ObjectStore

    home = load_settings().home
    with Log(home / "agentvid.sqlite") as log:
        done = collect(log, ObjectStore(home), dry_run=dry_run)
    if as_json:
        told = {"removed": done.removed, "freed_bytes": done.freed_bytes, "kept": done.kept, "dry_run": dry_run}
        write_json({**told, "temporary": done.temporary})
    else:
        verb = "would be removed" if dry_run else "removed"
        Console().print(f"{done.removed} objects {verb}, {done.freed_bytes / 1e6:.1f} MB; {done.kept} kept")
    return 0


def _tool_document(spec: ToolSpec) -> dict[str, Any]:
    return {**spec.document(), "path": spec.path}
