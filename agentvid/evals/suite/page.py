"""The report of the suites as one self-contained page: figures with their intervals, and each intervention."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from agentvid.evals.locality import GREY_LIMIT, LEAST_DB
from agentvid.evals.suite.figures import TARGET
from agentvid.evals.template_page import inlined, write_template

__all__ = ["PAGE", "write_page"]

PAGE: Final = "causal.html"
_TITLES: Final[Mapping[str, str]] = {"media": "Photos and clips", "small": "The small world"}


def write_page(out: Path, document: Mapping[str, Any]) -> None:
    """Write causal.html for a document of `runner.run_suite`."""
    write_template(
        *(out, PAGE, Path(__file__).parent),
        {"rate": _rate, "picture": lambda name: inlined(out / "pictures" / name)},
        document=document,
        titles=_TITLES,
        target=TARGET,
        least_db=LEAST_DB,
        grey_limit=GREY_LIMIT,
    )


def _rate(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "–"
    if figure["kind"] == "mean":
        return f"{figure['value']:.2f} (n {figure['n']})"
    return f"{figure['value']:.3f} ({figure['low']:.2f} to {figure['high']:.2f}; {figure['hits']} of {figure['n']})"
