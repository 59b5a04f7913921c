"""The tasks, one after another: what is finished is kept in results.json and not done again.

What a checkpoint is not made for is listed as not measured, with the reason. A level is *claimed* where the share of
held-out scenes that are exact is at least `CLAIMED`.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from agentvid.errors import InputError
from agentvid.evals.small import answers, ceiling, clips, editing, following, pictures, plans, turntables, views, walks
from agentvid.evals.small.bench import Bench, Line, Part
from agentvid.evals.small.card import claims_of
from agentvid.evals.small.cases import SEED, Case, ClipCase, WalkCase, make_cases, make_clips, make_walks
from agentvid.evals.small.page import write_page
from agentvid.world.judge import WEIGHTS, Judge

if TYPE_CHECKING:
    from agentvid.models.mot import Unified

__all__ = ["RESULTS", "TASKS", "Plan", "SmallTask", "claims_of", "run"]

SmallTask: TypeAlias = Literal[
    "ceiling",
    "text_to_image",
    "phrasing",
    "inferred",
    "edit",
    "follow",
    "view",
    "loop",
    "caption",
    "question",
    "future",
    "go_on",
    "text_to_video",
    "turntable",
    "walk",
    "map_to_view",
    "plan",
]
TASKS: Final[tuple[SmallTask, ...]] = get_args(SmallTask)
RESULTS: Final = "results.json"
_VERSION: Final = 1
"""Of what is measured and how; results of another one are not gone on from."""
_ON_CASES: Final[Mapping[SmallTask, Callable[[Bench, Sequence[Case]], Part]]] = {
    "ceiling": ceiling.measure,
    "text_to_image": pictures.measure,
    "phrasing": pictures.measure_phrasing,
    "inferred": pictures.measure_inferred,
    "edit": editing.measure,
    "follow": following.measure,
    "view": views.measure,
    "loop": views.measure_loop,
    "caption": answers.measure_captions,
    "question": answers.measure_questions,
    "plan": plans.measure,
    "turntable": turntables.measure,
}
_ON_CLIPS: Final[Mapping[SmallTask, Callable[[Bench, Sequence[ClipCase]], Part]]] = {
    "future": clips.measure,
    "go_on": clips.measure_going_on,
    "text_to_video": clips.measure_from_words,
}
_ON_WALKS: Final[Mapping[SmallTask, Callable[[Bench, Sequence[WalkCase]], Part]]] = {
    "walk": walks.measure,
    "map_to_view": walks.measure_maps,
}
_OF_CLIPS: Final[frozenset[SmallTask]] = frozenset({*_ON_CLIPS, *_ON_WALKS, "turntable"})
_SCENES_PER_CLIP: Final = 4
_NO_CLIPS: Final = (
    'these weights were not trained on clips, as far as they say (config.json: {"agentvid": {"frames": "joint"}}); '
    "ask for the task by name to measure it all the same"
)


@dataclass(frozen=True)
class Plan:
    """What to measure: `weights` is the digest of the model, `draws_clips` whether it is made for them:
    tasks of clips are left out where it is not, unless some tasks are named.

    Raises: InputError for unknown tasks.
    """

    weights: str
    count: int = 512
    seed: int = SEED
    tasks: tuple[SmallTask, ...] = TASKS
    draws_clips: bool = False

    def __post_init__(self) -> None:
        unknown = [task for task in self.tasks if task not in TASKS]
        if unknown or not self.tasks:
            raise InputError(f"tasks {', '.join(unknown) or 'none'}", f"some of {', '.join(TASKS)}", "correct --tasks")

    def facts(self) -> dict[str, Any]:
        """Return all that figures depend on but the code."""
        judged_by = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]
        return {
            "weights": self.weights,
            "judge": judged_by,
            "seed": self.seed,
            "scenes": self.count,
            "split": "held_out",
            "version": _VERSION,
        }


def run(
    unified: Unified,
    out: Path,
    plan: Plan,
    *,
    judge: Judge | None = None,
    told: Callable[[SmallTask, str, int], None] = lambda task, state, done: None,
) -> dict[str, Any]:
    """Measure what `out` does not hold yet and return the document; results.json, sheets and index.html lie there.

    `told(task, state, done)` follows along: state is "started", "drawn", "done", "kept" or "not measured".

    Raises: InputError where `out` holds results of other weights, scenes or seeds.
    """
    document, judge = _opened(out, plan), judge or Judge.load()
    cases = make_cases(plan.count, plan.seed)
    wanted = [task for task in TASKS if task in plan.tasks]
    for task in wanted:
        if task in document["tasks"] and not document["tasks"][task]["not_measured"]:
            told(task, "kept", 0)
            continue
        told(task, "started", 0)
        bench = Bench(unified, judge, plan.seed, lambda done, task=task: told(task, "drawn", done))  # type: ignore[misc]
        start = time.monotonic()
        part = _measured(bench, task, cases, plan)
        document["tasks"][task] = _to_json(out, task, part, time.monotonic() - start)
        document["claims"] = claims_of(document)
        _write(out / RESULTS, document)
        write_page(out, document)
        told(task, "not measured" if part.not_measured else "done", 0)
    return document


def _measured(bench: Bench, task: SmallTask, cases: Sequence[Case], plan: Plan) -> Part:
    if task in _OF_CLIPS and not (plan.draws_clips or plan.tasks != TASKS):
        return Part(not_measured=_NO_CLIPS)
    fewer = max(1, plan.count // _SCENES_PER_CLIP)
    if task in _ON_CASES:
        return _ON_CASES[task](bench, cases)
    if task in _ON_CLIPS:
        return _ON_CLIPS[task](bench, make_clips(fewer, plan.seed))
    return _ON_WALKS[task](bench, make_walks(fewer, plan.seed))


def _opened(out: Path, plan: Plan) -> dict[str, Any]:
    path, facts = out / RESULTS, plan.facts()
    if not path.is_file():
        return {"facts": facts, "claims": {}, "tasks": {}}
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = document["facts"]
        if not isinstance(found, dict) or not isinstance(document["tasks"], dict):
            raise TypeError("its facts or tasks are no object")
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} can't be read: {error}", "what an earlier run wrote", "move it away") from error
    if found != facts:
        differing = [name for name in facts if found.get(name) != facts[name]]
        raise InputError(
            f"{path} holds results of other {', '.join(differing)}",
            "a folder of its own for each",
            "name another --out",
        )
    return document


def _to_json(out: Path, task: SmallTask, part: Part, seconds: float) -> dict[str, Any]:
    sheet = ""
    if part.sheet is not None:
        from PIL import Image

        out.mkdir(parents=True, exist_ok=True)
        sheet = f"{task}.png"
        Image.fromarray(part.sheet).save(out / sheet)
    return {
        "seconds": round(seconds, 1),
        "not_measured": part.not_measured,
        "sheet": sheet,
        "rows": list(part.rows),
        "lines": [_line(line) for line in part.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"name": line.name, "group": line.group, "figure": line.figure.to_json()}


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
