"""The command line: `agentvid run plan resume chain engines tools doctor eval demo`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit: 0 done, 2 bad input, 3 waiting for a person, 4 a step failed, 130 interrupted."""
    from agentvid.cli.app import run_app

    raise SystemExit(run_app())
