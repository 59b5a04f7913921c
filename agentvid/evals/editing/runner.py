"""Measure systems on the cases, one after another; what was measured with the same code is kept and not done again.

The first case of a system is done twice, and counts the second time: the first loads programs and weights, for
whichever system is measured first.

rows.json and index.html are written after each case, so that stopping loses one case at most.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agentvid.errors import AgentvidError, InputError
from agentvid.evals.editing.case import Case, DataSet
from agentvid.evals.editing.page import write_page
from agentvid.evals.editing.results import result_of
from agentvid.evals.editing.score import score_case
from agentvid.evals.editing.system import MakeSystem
from agentvid.evals.suite.runner import code_digest

__all__ = ["ROWS", "Plan", "run_systems"]

ROWS: Final = "rows.json"
PICTURES: Final = "pictures"
Told = Callable[[str, Case, str], None]


@dataclass(frozen=True)
class Plan:
    """Which cases on which systems. `date` is the day that results bear; `others` are results to show beside."""

    data: DataSet
    cases: Sequence[Case]
    systems: Mapping[str, MakeSystem]
    date: str
    others: Sequence[Mapping[str, Any]] = ()


async def run_systems(plan: Plan, out: Path, *, told: Told = lambda system, case, state: None) -> list[dict[str, Any]]:
    """Measure what `out` does not hold yet, write the results of each system to `out/NAME.json`, and return them.

    `told(system, case, state)` follows along: state is "started", "kept" or "done".

    Raises: InputError where `out` holds something else under the name of the rows; asyncio.CancelledError where it is
    stopped, after which it can be gone on with.
    """
    rows = _kept(out)
    results: dict[str, dict[str, Any]] = {}
    for name, make in plan.systems.items():
        is_warm = False
        for case in plan.cases:
            key = _key(name, make, case)
            if key in rows:
                told(name, case, "kept")
                continue
            told(name, case, "started")
            if not is_warm:
                await _measured(plan, name, make, case, out)
                is_warm = True
            rows[key] = await _measured(plan, name, make, case, out)
            told(name, case, "done")
            results[name] = _result(plan, name, make, rows)
            _write(plan, out, rows, results)
        results[name] = _result(plan, name, make, rows)
    _write(plan, out, rows, results)
    return list(results.values())


async def _measured(plan: Plan, name: str, make: MakeSystem, case: Case, out: Path) -> dict[str, Any]:
    place = out / "work"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    system = make(place)
    picture = out / PICTURES / f"{case.id}-{name.replace(':', '-')}.jpg"
    try:
        return await score_case(plan.data, case, system, out / "media", picture)
    except AgentvidError as error:
        raise InputError(f"case {case.id} on {name}: {error}", "a result that can be read", "see the case") from error
    finally:
        await system.close()
        shutil.rmtree(place, ignore_errors=True)


def _result(plan: Plan, name: str, make: MakeSystem, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    keys = [_key(name, make, case) for case in plan.cases]
    told = {
        "name": str(getattr(make, "name", name)),
        "version": str(getattr(make, "version", "")),
        "clock": str(getattr(make, "clock", "")),
    }
    return result_of(plan.data, told, [rows[key] for key in keys if key in rows], date=plan.date)


def _key(name: str, make: MakeSystem, case: Case) -> str:
    told = (name, str(getattr(make, "version", "")), code_digest(), case.digest)
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:16]


def _kept(out: Path) -> dict[str, dict[str, Any]]:
    path = out / ROWS
    if not path.is_file():
        return {}
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return {key: row for key, row in found.items() if row["case"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} can't be read: {error}", "what an earlier run wrote", "move it away") from error


def _write(plan: Plan, out: Path, rows: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    _put(out / ROWS, rows)
    for result in results.values():
        _put(out / f"{result['system']['name']}.json", result)
    pictures = {(row["system"], row["case"]): row["picture"] for row in rows.values()}
    write_page(out, plan.data, [*results.values(), *plan.others], pictures)


def _put(path: Path, document: Mapping[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
