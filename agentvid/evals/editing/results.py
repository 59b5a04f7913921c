"""Results of a system as a file that can be handed on: what was measured, with what, when, and every case.

One JSON object: `schema` 1, `data` {name, version, digest}, `system` {name, version, clock}, `date`, `machine`, `note`,
`figures` (of all cases, by suite, of typed edits and of those in words), `rows` (one for each case, no pictures).
Files of others go beside those in `data/results/`; `agentvid eval editing --compare FILE` shows them in the same table.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agentvid.errors import InputError
from agentvid.evals.editing.case import CASES, SUITES, DataSet
from agentvid.evals.editing.figures import figures

__all__ = ["SHIPPED", "machine_class", "read_result", "result_of", "shipped_results"]

SHIPPED: Final = CASES.with_name("results")
_NEEDED: Final = ("schema", "data", "system", "date", "machine", "figures", "rows")


def result_of(
    data: DataSet, system: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, date: str, note: str = ""
) -> dict[str, Any]:
    """Return the results of one system, as JSON. `date` is a day, 2026-01-31."""
    whole = hashlib.sha256("".join(case.digest for case in data.cases).encode()).hexdigest()[:12]
    groups: dict[str, list[Mapping[str, Any]]] = {
        suite: [row for row in rows if row["suite"] == suite] for suite in SUITES
    }
    in_words = {case.id for case in data.cases if case.edits and case.edits[-1].words}
    groups["typed"] = [row for row in rows if row["edited"] and row["case"] not in in_words]
    groups["words"] = [row for row in rows if row["edited"] and row["case"] in in_words]
    return {
        "schema": 1,
        "data": {"name": data.name, "version": data.version, "digest": whole, "cases": len(data.cases)},
        "system": dict(system),
        "date": date,
        "machine": machine_class(),
        "note": note,
        "figures": {"all": figures(rows), **{name: figures(own) for name, own in groups.items() if own}},
        "rows": [{name: value for name, value in row.items() if name != "picture"} for row in rows],
    }


def read_result(path: Path) -> dict[str, Any]:
    """Return a file of results.

    Raises: InputError where it is none.
    """
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = [name for name in _NEEDED if name not in told]
        if not missing and told["schema"] == 1 and "all" in told["figures"]:
            return told
        raise ValueError(f"no {', '.join(missing)}" if missing else "another schema")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} holds no results: {error}", "a file of `agentvid eval editing`", "correct it"
        ) from error


def shipped_results() -> list[dict[str, Any]]:
    """Return the results that ship, by name."""
    return [read_result(path) for path in sorted(SHIPPED.glob("*.json"))]


def machine_class() -> str:
    """Return what kind of machine this is; never its name."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, no GPU used"
