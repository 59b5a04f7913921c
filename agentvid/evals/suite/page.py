"""The report of the suites as one self-contained page: figures with their intervals, and each intervention."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import agentvid.report
from agentvid.evals.locality import GREY_LIMIT, LEAST_DB
from agentvid.evals.suite.figures import TARGET

__all__ = ["PAGE", "write_page"]

PAGE: Final = "causal.html"
_STYLE: Final = Path(agentvid.report.__file__).parent / "templates" / "report.css"
_TITLES: Final[Mapping[str, str]] = {"media": "Photos and clips", "small": "The small world"}


def write_page(out: Path, document: Mapping[str, Any]) -> None:
    """Write causal.html for a document of `runner.run_suite`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    engine = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters["rate"] = _rate
    engine.filters["picture"] = lambda name: _inlined(out / "pictures" / name)
    page = engine.get_template("page.html.j2").render(
        style=_STYLE.read_text(encoding="utf-8"),
        document=document,
        titles=_TITLES,
        target=TARGET,
        least_db=LEAST_DB,
        grey_limit=GREY_LIMIT,
    )
    partial = out / "causal.partial"
    partial.write_text(page, encoding="utf-8")
    partial.replace(out / PAGE)


def _rate(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "–"
    if figure["kind"] == "mean":
        return f"{figure['value']:.2f} (n {figure['n']})"
    return f"{figure['value']:.3f} ({figure['low']:.2f} to {figure['high']:.2f}; {figure['hits']} of {figure['n']})"


def _inlined(path: Path) -> str:
    if not path.is_file():
        return ""
    return "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
