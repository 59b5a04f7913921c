"""The command line: `agentvid run plan resume chain engines tools sessions bundle doctor demo eval gc`."""

from __future__ import annotations

import signal
import sys
from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit: 0 done, 2 bad input, 3 waiting for a person, 4 a step failed, 130 interrupted."""
    try:
        for which in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, _stop)
        from agentvid.cli.app import run_app

        code = run_app()
    except KeyboardInterrupt:
        from agentvid.cli.out import write_json

        if "--json" in sys.argv:
            from agentvid.agent.refusal import refusal

            write_json(refusal({"code": "interrupted", "given": "interrupted", "expected": "", "do": "run it again"}))
        code = 130
    raise SystemExit(code)


def _stop(which: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
