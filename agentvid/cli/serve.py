"""`agentvid serve` and `agentvid keys …`: the HTTP server, and who may use it."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agentvid.errors import AgentvidError

if TYPE_CHECKING:
    from agentvid.server.keys import Keys

__all__ = ["SERVE_EXAMPLES", "keys_app", "serve"]

SERVE_EXAMPLES: Final = (
    "Examples: agentvid serve · agentvid serve --port 9000 --open · "
    "agentvid keys add --owner mia && agentvid serve --host 0.0.0.0 --allow-host studio.example.org"
)

keys_app = typer.Typer(no_args_is_help=True, help="API keys of the server: who may use it, and for whom.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]


@keys_app.command("add", epilog="Example: agentvid keys add --owner mia")
def add(
    owner: Annotated[
        str, typer.Option(help="Whom the key stands for. 'local' owns what the command line made on this machine.")
    ],
    name: Annotated[str, typer.Option(help="What the key is for, as lists show it.")] = "",
    json_: Json = False,
) -> int:
    """Make a key. It is shown this once; only its digest is kept."""
    from agentvid.cli.out import write_json

    made, secret = _keys().add(owner, name)
    if json_:
        write_json({"id": made.key_id, "owner": made.owner, "key": secret})
    else:
        typer.echo(secret)
        typer.echo(f"{made.key_id} for {made.owner}. Keep it: it is not shown again.", err=True)
    return 0


@keys_app.command("list", epilog="Example: agentvid keys list")
def list_keys(json_: Json = False) -> int:
    """List keys by their ids, never the keys."""
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from agentvid.cli.out import write_json

    found = _keys().all()
    if json_:
        write_json(
            {"keys": [{"id": key.key_id} | {k: v for k, v in asdict(key).items() if k != "key_id"} for key in found]}
        )
        return 0
    table = Table("id", "owner", "name", "made", "last used", "state")
    for key in found:
        state = "in use" if key.revoked is None else "revoked"
        table.add_row(key.key_id, key.owner, key.name, key.day, key.used_day, state)
    Console().print(table)
    return 0


@keys_app.command("revoke", epilog="Example: agentvid keys revoke k-1a2b3c4d")
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `agentvid keys list` shows it.")], json_: Json = False
) -> int:
    """Make a key useless at once, and sign out every browser that came in with it."""
    from agentvid.cli.out import write_json

    gone = _keys().revoke(key)
    if json_:
        write_json({"id": gone.key_id, "owner": gone.owner, "revoked": True})
    else:
        typer.echo(f"{gone.key_id} of {gone.owner} is revoked")
    return 0


def serve(
    host: Annotated[str, typer.Option(help="Where to listen; beyond this machine only with a key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    concurrency: Annotated[
        int, typer.Option(min=1, max=256, envvar="AGENTVID_CONCURRENCY", help="How many turns run at a time.")
    ] = 4,
    hosts: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A further name this server is asked for by. Repeatable.")
    ] = None,
    proxies: Annotated[
        list[str] | None,
        typer.Option(
            "--trust-proxy",
            help="Address or network of a proxy that ends TLS and says so in X-Forwarded-Proto. Repeatable.",
        ),
    ] = None,
    tools: Annotated[list[Path] | None, typer.Option(help="A folder with tools of your own. Repeatable.")] = None,
    json_: Json = False,
) -> int:
    """Serve sessions over HTTP: many people, one pool of workers. Work goes on where a browser closes."""
    import asyncio

    from agentvid.agent.agent import Agent
    from agentvid.cli.out import write_json
    from agentvid.server.serving import Where, serve

    def ready(address: str) -> None:
        if json_:
            write_json({"address": address})
        else:
            typer.echo(f"agentvid is at {address} (Ctrl-C stops it)")
        sys.stdout.flush()
        if opens:
            webbrowser.open(address)

    where = Where(host, port, tuple(hosts or ()), tuple(proxies or ()))
    agent = Agent(tools=tools or [])
    try:
        serve(agent, where, concurrency=concurrency, ready=ready)
    except AgentvidError:
        asyncio.run(agent.close())
        raise
    return 0


def _keys() -> Keys:
    from agentvid.server.keys import Keys
    from agentvid.settings import load_settings
    from agentvid.store.log import Log

    return Keys(Log(load_settings().home / "agentvid.sqlite"))
