"""Measure models in cases one after another; what is finished is kept, so that a run that was stopped goes on.

results.json, index.html and table.md are written after each model and case. What was measured by other code, weights
or cases is not gone on from: it is measured again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.suite.runner import code_digest
from agentvid.evals.world.case import RolloutCase
from agentvid.evals.world.measure import measure_case
from agentvid.evals.world.page import write_page
from agentvid.evals.world.sanity import Happening, measure, scores
from agentvid.evals.world.table import figures, markdown_table
from agentvid.world.model import WorldModel

if TYPE_CHECKING:
    from agentvid.world.judge import Judge

__all__ = ["RESULTS", "TABLE", "Plan", "run_rollouts", "run_sanity"]

RESULTS: Final = "results.json"
TABLE: Final = "table.md"
STRIPS: Final = "strips"
_SHOWN: Final = 3
"""Cases of each kind with a film strip."""
_FRAMES_SHOWN: Final = 8
_HEIGHT: Final = 96
Told = Callable[[str, str], None]
Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Which models are measured in which cases. `weights` tells what they compute with: it is part of what is kept.

    Models are made when their first case is measured: what is kept loads nothing.
    """

    cases: Sequence[RolloutCase]
    models: Mapping[str, Callable[[], WorldModel]]
    weights: str = ""
    models_of: Mapping[str, Sequence[str]] | None = None
    """By kind of case: names of the models that are asked; None asks all everywhere."""

    def asked(self, case: RolloutCase) -> list[str]:
        """Return who is measured in a case."""
        return [name for name in self.models if self.models_of is None or name in self.models_of[case.kind]]


def run_rollouts(plan: Plan, out: Path, judge: Judge, *, told: Told = lambda what, state: None) -> Document:
    """Measure what `out` does not hold yet and return the document. `told(what, state)`: "started", "kept", "done" or
    "refused".

    Raises: InputError where `out` holds something else under the name of the results.
    """
    code = f"{code_digest()} {plan.weights}"
    kept = _kept(out, code, "results")
    made: dict[str, WorldModel] = {}
    results = list[Document]()
    shown: dict[str, int] = {}
    for case in plan.cases:
        number = shown[case.kind] = shown.get(case.kind, 0) + 1
        for name in plan.asked(case):
            key = f"{case.digest} {name}"
            found = kept.get(key)
            if found is None:
                told(f"{case.name}, {name}", "started")
                if name not in made:
                    made[name] = plan.models[name]()
                found = _measured(made[name], name, case, judge, out if number <= _SHOWN else None)
                found["key"] = key
            told(f"{case.name}, {name}", "kept" if key in kept else "refused" if found["refused"] else "done")
            results.append(found)
            later = [each for other, each in kept.items() if other not in {result["key"] for result in results}]
            _write(out, _document(code, plan, [*results, *later]))
    document = _document(code, plan, results)
    _write(out, document)
    return document


def run_sanity(happenings: Sequence[Happening], out: Path, *, told: Told = lambda what, state: None) -> Document:
    """Measure Physics-IQ of right and wrong clips, what `out` does not hold yet, and return the document.

    Raises: InputError where `out` holds something else under the name of the results.
    """
    from agentvid.evals.world.physics_iq import Agreement
    from agentvid.evals.world.sanity import Measured

    code = code_digest()
    kept = _kept(out, code, "happenings")
    results = list[Document]()
    document: Document = {}
    for real in happenings:
        found = kept.get(real.name)
        if found is None:
            told(real.name, "started")
            start = time.monotonic()
            rows = measure(real)
            found = {
                "key": real.name,
                "seconds": round(time.monotonic() - start, 1),
                "variance": list(rows[0].variance.to_json().values()),
                "clips": {row.wrong: list(row.found.to_json().values()) for row in rows},
                "strip": _strip(out, real.name, [real.take, real.second_take]),
            }
        told(real.name, "kept" if real.name in kept else "done")
        results.append(found)
        rows = [
            Measured(wrong, Agreement(*values), Agreement(*each["variance"]))
            for each in results
            for wrong, values in each["clips"].items()
        ]
        document = {"suite": "sanity", "code": code, "scores": scores(rows), "happenings": results}
        _write(out, document)
    return document


def _measured(model: WorldModel, name: str, case: RolloutCase, judge: Judge, out: Path | None) -> Document:
    start = time.monotonic()
    entry: Document = {"kind": case.kind, "case": case.name, "model": name, "refused": "", "values": {}, "curve_db": []}
    try:
        found = measure_case(model, case, judge)
    except InputError as error:
        return {**entry, "refused": str(error), "strip": "", "notes": [], "seconds": 0.0}
    strip = "" if out is None else _strip(out, f"{case.name} {name}", [case.true, found.frames])
    return {
        **entry,
        "values": {metric: round(value, 5) for metric, value in found.values.items()},
        "curve_db": [round(value, 2) for value in found.curve_db],
        "notes": list(found.notes),
        "strip": strip,
        "seconds": round(time.monotonic() - start, 1),
    }


def _strip(out: Path, name: str, films: Sequence[NDArray[np.uint8]]) -> str:
    """Write rows of frames, evenly spread, as a JPEG; return its name."""
    from PIL import Image

    rows = []
    for film in films:
        at = np.linspace(0, len(film) - 1, min(_FRAMES_SHOWN, len(film))).round().astype(int)
        rows.append(np.concatenate(list(film[at]), axis=1))
    picture = Image.fromarray(np.concatenate(rows))
    height = _HEIGHT * len(rows)
    path = out / STRIPS / f"{name.replace(' ', '-')}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((round(picture.width * height / picture.height), height)).save(path, quality=88)
    return path.name


def _document(code: str, plan: Plan, results: Sequence[Document]) -> Document:
    return {
        "suite": "rollout",
        "code": code,
        "models": list(plan.models),
        "figures": figures(results),
        "results": list(results),
    }


def _kept(out: Path, code: str, part: str) -> dict[str, Document]:
    path = out / RESULTS
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {each["key"]: each for each in document[part]} if document["code"] == code else {}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} can't be read: {error}", "what an earlier run wrote", "move it away") from error


def _write(out: Path, document: Document) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if document["suite"] == "rollout":
        table = markdown_table(document["figures"], document["models"])
        (out / TABLE).write_text(table, encoding="utf-8")
    partial = out / "results.partial"
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(out / RESULTS)
    write_page(out, document)
