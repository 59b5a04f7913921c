"""The card of weights: what was measured and what may be claimed; and the gate that better weights have to pass.

A task is claimed up to the highest number of solids at which it, and everything below, is exact in at least `CLAIMED`
of the held-out scenes; of those seen from the front it may be claimed for more. Where there is no such number it is a
draft. The engine `small` reads `card.json`, people read `README.md` beside it. Weights are no worse where no figure of
the old ones has fallen beyond what chance explains, or is missing.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, NamedTuple

from agentvid.errors import InputError

__all__ = ["CARD", "CLAIMED", "Facts", "card_of", "claims_of", "regressions", "weights_digest", "write_card"]

CARD: Final = "card.json"
SAMPLES: Final = "samples.png"
CLAIMED: Final = 0.85
_PICTURED: Final = f"""
Held-out scenes: the true pictures, then what is drawn with the own thought, the true one, none; green where exact.

![drawings]({SAMPLES})
"""
_COUNTS: Final = ("1 solid", "2 solids", "3 solids")
_HEADLINES: Final[Mapping[str, str]] = {
    "text_to_image": "exact, own thought",
    "edit": "exact, own thought",
    "view": "exact, own thought",
    "caption": "solids and places right",
    "question": "right",
    "plan": "same chain",
    "future": "all in place, own thought",
    "go_on": "all in place, no thought",
    "text_to_video": "all in place, true thought",
    "turntable": "placed, own thought",
    "walk": "in its place, own thought",
    "map_to_view": "in its place, own thought",
}
"""Task → the figure by which it is claimed. Questions and plans have no levels: all of them count. What goes on in time
is claimed for seconds, all else for numbers of solids."""
_LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "objects": _COUNTS,
    "objects_in_front": tuple(f"{many}, front" for many in _COUNTS),
    "seconds": ("0.5 s", "1 s", "1.5 s"),
}
"""Kind of level → the groups of its steps, the easiest first."""
_SHOWN: Final = ("all", *_COUNTS, *_LEVELS["objects_in_front"])
_TOLD: Final = (
    ("text_to_image", "exact, own thought"),
    ("text_to_image", "exact, true thought"),
    ("text_to_image", "exact, no thought"),
    ("edit", "exact, own thought"),
    ("edit", "exact, true thought"),
    ("edit", "exact, nothing done"),
    ("follow", "both, only the thought changed"),
    ("follow", "both, prompt and thought changed"),
    ("view", "exact, own thought"),
    ("view", "PSNR over copying, own thought"),
    ("caption", "solids and places right"),
    ("question", "right"),
    ("plan", "same chain"),
    ("plan", "same tools"),
    ("turntable", "placed, own thought"),
    ("turntable", "PSNR over copying, own thought"),
    ("walk", "in its place, own thought"),
    ("walk", "back at the start, true thought"),
    ("walk", "PSNR over standing still, own thought"),
    ("map_to_view", "in its place, own thought"),
    ("future", "seconds until a solid is out of place, own thought"),
    ("go_on", "seconds until a solid is out of place, no thought"),
    ("ceiling", "PSNR through the autoencoder"),
)


_FRONT: Final = "objects_in_front"
_OF_ONE_CAMERA: Final = frozenset({"text_to_image", "edit", "caption"})
"""Tasks for which seen from the front is a level of its own: elsewhere the camera moves, and ends somewhere else."""
_LEAST_SCENES: Final = 20
"""Of fewer scenes nothing is claimed."""


@dataclass(frozen=True)
class Facts:
    """How weights came to be: their size, steps taken, what they were trained with, the source's commit."""

    size: str
    steps: int
    compute: str
    commit: str


def card_of(results: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return the card of weights with these results of `agentvid eval small`."""
    tasks = {}
    for task, name in _HEADLINES.items():
        figures = _figures(results, task, name)
        if not figures:
            continue
        counted = _figures(results, task, name, _LEAST_SCENES)
        groups = [group for steps in _LEVELS.values() for group in steps if group in figures]
        level = {kind: _number(reached[-1]) for kind, reached in _reached(task, counted).items() if reached}
        is_claimed = bool(level) if groups else counted.get("all", 0.0) >= CLAIMED
        tasks[task] = {
            "level": level,
            "exact": {_short(group): figures[group] for group in groups} or {"all": figures["all"]},
            "draft": not is_claimed,
        }
    return {
        "name": f"agentvid-{facts.size}",
        "steps": facts.steps,
        "compute": facts.compute,
        "commit": facts.commit,
        "measured": dict(results["facts"]),
        "tasks": tasks,
    }


def claims_of(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return for each task the groups of scenes, or seconds, at which it is right often enough to be claimed.

    A level counts only where everything below it does, and where it was measured on enough scenes.
    """
    found = {task: _figures(results, task, name, _LEAST_SCENES) for task, name in _HEADLINES.items()}
    reached = {task: _reached(task, figures) for task, figures in found.items()}
    return {task: [group for steps in levels.values() for group in steps] for task, levels in reached.items()}


def _reached(task: str, figures: Mapping[str, float]) -> dict[str, list[str]]:
    return {
        kind: [*takewhile(lambda group: figures[group] >= CLAIMED, [step for step in steps if step in figures])]
        for kind, steps in _LEVELS.items()
        if kind != _FRONT or task in _OF_ONE_CAMERA
    }


def _number(group: str) -> float:
    value = float(group.split()[0])
    return int(value) if value.is_integer() else value


def _short(group: str) -> str:
    return group.split()[0] + (" front" if group.endswith("front") else "")


def weights_digest(folder: Path) -> str:
    """Return the digest of all weights in a folder. What is told of them does not count."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        whole.update(path.name.encode())
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()[:12]


def write_card(folder: Path, results: Mapping[str, Any], facts: Facts, sheet: Path | None = None) -> None:
    """Write `card.json`, `results.json` and a README.md into a folder of weights, and a sheet of drawings beside them.

    Raises: InputError where the results are of other weights.
    """
    found, told = weights_digest(folder), results["facts"].get("weights")
    if found != told:
        raise InputError(
            f"results of the weights {told}, for {folder} with {found}", "results of these weights", "measure them"
        )
    card = card_of(results, facts)
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(results, ensure_ascii=False) + "\n", encoding="utf-8")
    if sheet is not None:
        shutil.copyfile(sheet, folder / SAMPLES)
    told = _told(card, results) + ("" if sheet is None else _PICTURED)
    (folder / "README.md").write_text(told, encoding="utf-8")


def regressions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return where new results are worse than old ones beyond chance: figures whose interval lies below the old one's
    (both are estimates, and more than a hundred are compared), and what was claimed and is no more.

    A figure that the old results have and the new ones lack is a regression; results on other scenes can't be compared
    and are one.
    """
    same = ("seed", "scenes", "split", "judge", "version")
    differing = [name for name in same if old["facts"].get(name) != new["facts"].get(name)]
    if differing:
        return [f"measured differently: {', '.join(differing)}"]
    before, now = dict(_gated(old)), dict(_gated(new))
    worse = [f"{where}: not measured, was {was.value:.3f}" for where, was in before.items() if where not in now]
    worse += [
        f"{where}: {found.value:.3f} (at most {found.high:.3f}), was {before[where].value:.3f} (at least "
        f"{before[where].low:.3f})"
        for where, found in now.items()
        if where in before and found.high < before[where].low
    ]
    kept = claims_of(new)
    lost = [(task, group) for task, groups in claims_of(old).items() for group in groups if group not in kept[task]]
    return worse + [f"{task}: {group}: was claimed, and is no more" for task, group in lost]


class _Gated(NamedTuple):
    value: float
    low: float
    high: float


def _gated(results: Mapping[str, Any]) -> Iterator[tuple[str, _Gated]]:
    """Yield what may not get worse, and where it stands. All these are better when they are higher."""
    for task, name in _TOLD:
        for line in results["tasks"].get(task, {}).get("lines", []):
            figure = line["figure"]
            if line["name"] == name and None not in (figure["value"], figure["low"], figure["high"]):
                yield f"{task}: {name}, {line['group']}", _Gated(figure["value"], figure["low"], figure["high"])


def _figures(results: Mapping[str, Any], task: str, name: str, least: int = 0) -> dict[str, float]:
    """Return the values of a figure by group, of those measured at least so often."""
    lines = results["tasks"].get(task, {}).get("lines", [])
    counted = [line for line in lines if line["name"] == name and line["figure"]["n"] >= least]
    values = {line["group"]: line["figure"]["value"] for line in counted}
    return {group: value for group, value in values.items() if value is not None and math.isfinite(value)}


def _told(card: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    rows = []
    for task, name in _TOLD:
        lines = {
            line["group"]: line["figure"]
            for line in results["tasks"].get(task, {}).get("lines", [])
            if line["name"] == name
        }
        if lines:
            cells = [_cell(lines.get(group)) for group in _SHOWN]
            rows.append(f"| {task}: {name} | " + " | ".join(cells) + " |")
    claimed = [
        f"- {task}: " + ("draft" if told["draft"] else f"claimed{_level(told['level'])}")
        for task, told in card["tasks"].items()
    ]
    return "\n".join(
        [
            f"# {card['name']}",
            "",
            "A unified model of the small simulated world, in the architecture of `agentvid.models.mot` and the",
            "published layout of its family. Trained by this project on scenes this project simulates; no other data.",
            "Apache-2.0.",
            "",
            f"{card['steps']} steps; {card['compute']}; source {card['commit']}. Measured by `agentvid eval small` on",
            f"{card['measured']['scenes']} held-out scenes, 95 % intervals in brackets.",
            "",
            f"| figure | {' | '.join(_SHOWN)} |",
            "|---" * (1 + len(_SHOWN)) + "|",
            *rows,
            "",
            "What may be claimed (exact in at least 85 %):",
            "",
            *claimed,
            "",
        ]
    )


def _level(level: Mapping[str, Any]) -> str:
    told = []
    for kind, where in (("objects", ""), ("objects_in_front", " seen from the front")):
        if many := level.get(kind):
            told.append(f"{many} solid{'s' * (many > 1)}{where}")
    if seconds := level.get("seconds"):
        told.append(f"{seconds:g} s")
    return f" for up to {', '.join(told)}" if told else ""


def _cell(figure: Mapping[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return ""
    digits = 2 if figure["kind"] == "rate" else 1
    low, high = (figure.get(bound) for bound in ("low", "high"))
    bounds = "" if low is None or high is None else f" ({low:.{digits}f} to {high:.{digits}f})"
    return f"{figure['value']:.{digits}f}{bounds}"
