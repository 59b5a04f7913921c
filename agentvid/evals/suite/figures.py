"""The figures of a suite: how often interventions are obeyed, with 95 % intervals, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from agentvid.evals.locality import GREY_LIMIT, LEAST_DB
from agentvid.evals.rate import Mean, Rate

__all__ = ["TARGET", "decorations", "figures", "is_met", "not_obeyed"]

TARGET: Final = 0.95
"""Share of interventions that are to be obeyed."""
Row = Mapping[str, Any]


def figures(chains: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of measured chains (`runner` tells their form), as JSON.

    `obeyed` counts interventions that something can follow (not `direct` ones) and that can be judged; of drawings only
    those whose picture was right before, as `obeyed_unconditioned` does not.
    """
    rows = [row for chain in chains for row in chain["rows"]]
    judged = [row for row in rows if row["obeyed"] is not None and not row["direct"]]
    started = [row for row in judged if row["was_right"] is not False]
    lost = decorations(chains)
    identical = [row["psnr_outside_db"] for row in rows if row["psnr_outside_db"] is not None]
    return {
        "chains": len(chains),
        "chains_not_measured": sum(bool(chain["not_measured"]) for chain in chains),
        "interventions": len(rows),
        "direct": sum(row["direct"] for row in rows),
        "not_judged": sum(row["obeyed"] is None for row in rows),
        "obeyed": _obeyed(started).to_json(),
        "obeyed_unconditioned": _obeyed(judged).to_json(),
        "obeyed_by_type": _by(started, lambda row: str(row["type"])),
        "obeyed_by_port": _by(started, lambda row: f"{row['tool']}.{row['port']}"),
        "obeyed_by_group": _by_group(chains),
        "started_right": Rate.of(row["was_right"] for row in rows if row["was_right"] is not None).to_json(),
        "judge_knows_the_truth": Rate.of(row["judgeable"] for row in rows if row["judgeable"] is not None).to_json(),
        "causal": Rate.of(bool(row["answer_changed"]) for row in rows).to_json(),
        "local": Rate.of(_is_local(row) for row in rows if row["verdict"] != "failed").to_json(),
        "identical_outside": Rate.of(value >= 99 for value in identical).to_json(),
        "least_psnr_outside_db": min(identical, default=None),
        "grey_outside": Mean.of(
            (row["grey_outside"] for row in rows if row["grey_outside"] is not None), "grey"
        ).to_json(),
        "decorative_steps": lost,
        "not_obeyed": not_obeyed(chains),
    }


def is_met(told: Mapping[str, Any]) -> bool:
    """Return whether figures meet the target: obeyed often enough, no decorative step, nothing strayed."""
    enough = (told["obeyed"]["value"] or 0) >= TARGET
    return enough and not told["decorative_steps"] and not told["chains_not_measured"] and told["local"]["value"] == 1


def decorations(chains: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the steps of which no intervention changes the answer."""
    found = []
    for chain in chains:
        for step in dict.fromkeys(row["step"] for row in chain["rows"]):
            if not any(row["answer_changed"] for row in chain["rows"] if row["step"] == step):
                found.append(f"{chain['name']} {step}")
    return found


def not_obeyed(chains: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the interventions that were not obeyed, strayed, failed or changed nothing, and why."""
    return [
        {
            "chain": chain["name"],
            "port": f"{row['step']}.{row['port']}",
            "intervention": row["intervention"],
            "verdict": row["verdict"],
            "was_right": row["was_right"],
            "judgeable": row["judgeable"],
            "why": [f"{finding['name']}: {finding['told']}" for finding in row["findings"] if not finding["passed"]]
            + [f"strayed: {port}" for port in row["strayed"]],
        }
        for chain in chains
        for row in chain["rows"]
        if row["verdict"] != "causal"
    ]


def _is_local(row: Row) -> bool:
    db, grey = row["psnr_outside_db"], row["grey_outside"]
    return not row["strayed"] and (db is None or db >= LEAST_DB) and (grey is None or grey <= GREY_LIMIT)


def _obeyed(rows: Iterable[Row]) -> Rate:
    return Rate.of(bool(row["obeyed"]) and bool(row["answer_changed"]) for row in rows)


def _by(rows: Sequence[Row], key: Callable[[Row], str]) -> dict[str, Any]:
    return {name: _obeyed(row for row in rows if key(row) == name).to_json() for name in sorted(set(map(key, rows)))}


def _by_group(chains: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = [
        {**row, "group": chain["group"]}
        for chain in chains
        for row in chain["rows"]
        if row["obeyed"] is not None and not row["direct"] and row["was_right"] is not False
    ]
    return _by(rows, lambda row: str(row["group"]))
