"""The figures of one system: each a share or a mean with how many cases, and a 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agentvid.evals.rate import Mean, Rate

__all__ = ["NAMES", "figures"]

NAMES: Final[Mapping[str, str]] = {
    "precision": "re-run precision: of the steps that ran, those that had to",
    "recall": "re-run recall: of the steps that had to run, those that ran",
    "exact": "edits after which just the steps ran that had to",
    "obeyed": "edits after which the result is as asked",
    "local": "edits after which the rest stayed",
    "grey_outside": "change where nothing should change, grey levels",
    "references": "references understood",
    "time": "time to the corrected result, of the full run",
    "actions": "things a person had to do for it",
    "unsupported": "edits that came to nothing",
}


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of the rows of one system, as JSON.

    `precision` counts the steps of all edits together, `recall` also those of edits that came to nothing: what had to
    run for them did not. `time` is a ratio of sums, so that quick cases don't weigh more than slow ones; `time_each` is
    the mean of each case's ratio. Refused edits count as not obeyed, and in neither time nor actions.
    """
    edited = [row for row in rows if row["edited"]]
    done = [row for row in edited if not row["refused"]]
    kept = [row["kept"] for row in done if row["kept"]]
    full, took = (sum(row[name] for row in done) for name in ("seconds_full", "seconds_edit"))
    return {
        "edits": len(edited),
        "precision": Rate(sum(row["hits"] for row in done), sum(len(row["ran"]) for row in done)).to_json(),
        "recall": Rate(sum(row["hits"] for row in done), sum(len(row["necessary"]) for row in edited)).to_json(),
        "exact": Rate.of(
            sorted(row["ran"]) == sorted(row["necessary"]) for row in edited if not row["refused"]
        ).to_json(),
        "obeyed": Rate.of(row["obeyed"] for row in edited).to_json(),
        "local": Rate.of(each["passed"] for each in kept).to_json(),
        "grey_outside": Mean.of((each["grey"] for each in kept), "grey").to_json(),
        "changed_outside": Mean.of((each["changed"] for each in kept), "ratio").to_json(),
        "references": Rate.of(row["obeyed"] for row in rows if row["reference"]).to_json(),
        "time": round(took / full, 4) if full else None,
        "time_each": Mean.of((_ratio(row) for row in done), "ratio").to_json(),
        "actions": Mean.of((float(row["actions"]) for row in done), "ratio").to_json(),
        "unsupported": Rate.of(bool(row["refused"]) for row in edited).to_json(),
    }


def _ratio(row: Mapping[str, Any]) -> float:
    return row["seconds_edit"] / row["seconds_full"] if row["seconds_full"] else math.nan
