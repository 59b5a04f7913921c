"""The benchmark as one self-contained page: the table of systems, and each case with what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agentvid.evals.editing.case import DataSet
from agentvid.evals.editing.figures import NAMES
from agentvid.evals.template_page import inlined, write_template

__all__ = ["PAGE", "table_markdown", "told_figure", "write_page"]

PAGE: Final = "index.html"


def write_page(
    out: Path, data: DataSet, results: Sequence[Mapping[str, Any]], pictures: Mapping[tuple[str, str], str]
) -> None:
    """Write index.html for the results of several systems; `pictures` names those of (system, case) in `out`."""
    measured = {row["case"] for result in results for row in result["rows"]}
    write_template(
        *(out, PAGE, Path(__file__).parent),
        {"figure": told_figure, "picture": lambda name: inlined(out / "pictures" / name) if name else ""},
        data=data,
        cases=[case for case in data.cases if case.id in measured],
        results=results,
        names=NAMES,
        rows={(result["system"]["name"], row["case"]): row for result in results for row in result["rows"]},
        pictures=pictures,
    )


def told_figure(figure: Any) -> str:
    """Return a figure in words: a share with its interval, a mean with how many, a ratio."""
    if figure is None:
        return "–"
    if isinstance(figure, int | float):
        return f"{figure:.2f}"
    if figure["value"] is None:
        return "–"
    if figure["kind"] == "rate":
        return f"{figure['value']:.2f} ({figure['hits']} of {figure['n']}; {figure['low']:.2f} to {figure['high']:.2f})"
    return f"{figure['value']:.2f} (n {figure['n']})"


def table_markdown(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of systems in Markdown: one row each."""
    head = ["system", "precision", "recall", "obeyed", "rest stays", "references", "time", "actions", "came to nothing"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for result in results:
        told = result["figures"]["all"]
        cells = [_short(told[name]) for name in ("precision", "recall", "obeyed", "local", "references")]
        cells += [told_figure(told["time"]), _short(told["actions"]), _short(told["unsupported"])]
        lines.append(f"| {result['system']['name']} {result['system']['version']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _short(figure: Mapping[str, Any]) -> str:
    return "–" if figure["value"] is None else f"{figure['value']:.2f}"
