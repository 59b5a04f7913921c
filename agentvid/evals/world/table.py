"""Models side by side: what was measured of each, as figures with 95 % intervals, and as a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentvid.evals.rate import Mean
from agentvid.evals.world.measure import METRICS

__all__ = ["figures", "markdown_table", "told"]

_MANY: Final = {"dB": 1, "deg": 1, "grey": 2, "ratio": 3, "s": 2, "steps": 1}


def figures(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return for each kind and metric the figure of each model (`Mean.to_json`), of results (see `runner`)."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for kind in dict.fromkeys(str(result["kind"]) for result in results):
        own = [result for result in results if result["kind"] == kind and not result["refused"]]
        for metric, (unit, _) in METRICS.items():
            for model in dict.fromkeys(str(result["model"]) for result in own):
                values = [r["values"][metric] for r in own if r["model"] == model and metric in r["values"]]
                if values:
                    found.setdefault(kind, {}).setdefault(metric, {})[model] = Mean.of(values, unit).to_json()
    return found


def markdown_table(told_figures: Mapping[str, Mapping[str, Mapping[str, Any]]], models: Sequence[str]) -> str:
    """Return a table in Markdown for each kind: a row a metric, a column a model, `–` where a model can't do it."""
    parts = []
    for kind, metrics in told_figures.items():
        head = f"| {kind} | better | {' | '.join(models)} |"
        rows = [head, "|" + "---|" * (len(models) + 2)]
        for metric, by_model in metrics.items():
            unit, more = METRICS[metric]
            name = metric if unit in ("ratio", "steps") else f"{metric}, {unit}"
            cells = [told(by_model[model]) if model in by_model else "–" for model in models]
            better = "near 1" if metric == "controllability" else "more" if more else "less"
            rows.append(f"| {name} | {better} | {' | '.join(cells)} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def told(figure: Mapping[str, Any]) -> str:
    """Return a figure in words: "21.3 (20.1 to 22.5; n 8)"."""
    digits = _MANY[figure["unit"]]
    if figure["value"] is None:
        return "–"
    between = "" if figure["low"] is None else f"{figure['low']:.{digits}f} to {figure['high']:.{digits}f}; "
    return f"{figure['value']:.{digits}f} ({between}n {figure['n']})"
