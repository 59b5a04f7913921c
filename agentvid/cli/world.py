"""`agentvid eval world`: how far world models can be trusted, with progress; stopped, it can go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from agentvid.cli.exit_codes import EXIT_INTERRUPTED
from agentvid.cli.out import write_json
from agentvid.errors import InputError

if TYPE_CHECKING:
    from agentvid.world.model import WorldModel

__all__ = ["SUITES", "measure"]

SUITES: Final = ("sanity", "rollout", "trust")
MODELS: Final = ("simulator", "small", "classical", "copy-last-frame", "constant-velocity")
_WHO: Final[Mapping[str, Sequence[str]]] = {
    "push": ("simulator", "small", "copy-last-frame", "constant-velocity"),
    "go_on": MODELS,
    "hidden": ("simulator", "small", "copy-last-frame", "constant-velocity"),
    "view": ("simulator", "small", "classical", "copy-last-frame"),
    "clip": ("classical", "copy-last-frame", "constant-velocity"),
}


def measure(suite: str, *, cases: int, kinds: Sequence[str], clip: Path | None, out: Path | None, as_json: bool) -> int:
    """Measure a suite into a folder; results.json, index.html and table.md lie there. What lies there is not done
    again. Returns 130 where it was stopped.

    Raises: InputError for an unknown suite or kind, or results that can't be gone on from.
    """
    if suite not in SUITES:
        raise InputError(f"suite {suite!r}", f"one of {', '.join(SUITES)}", "correct --suite")
    folder, console = out or Path("agentvid-results") / f"eval-world-{suite}", Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    try:
        with progress:
            if suite == "trust":
                document = _trust(folder, clip, cases, kinds, progress)
            elif suite == "sanity":
                document = _sanity(folder, cases, progress)
            else:
                document = _rollouts(folder, cases, kinds, clip, progress)
    except KeyboardInterrupt:
        console.print(f"stopped; what is measured is kept: the same command with --out {folder} goes on")
        return EXIT_INTERRUPTED
    if as_json:
        write_json({**document, "folder": str(folder)})
        return 0
    if suite == "sanity":
        table = Table("clip", "Physics-IQ, simulated scenes")
        for name, value in document["scores"].items():
            table.add_row(name, f"{value:.1f}")
        Console().print(table)
    elif suite == "trust":
        Console().print(Markdown((folder / "table.md").read_text(encoding="utf-8")))
        console.print(f"to ship: {folder / 'trust.json'}", highlight=False)
        return 0
    else:
        Console().print(Markdown((folder / "table.md").read_text(encoding="utf-8")))
    console.print(f"report: {folder / 'index.html'}", highlight=False)
    return 0


def _sanity(folder: Path, cases: int, progress: Progress) -> dict[str, Any]:
    from agentvid.evals.world.runner import run_sanity
    from agentvid.evals.world.sanity import EVENTS, happening

    told = _told(progress, cases * len(EVENTS))
    return run_sanity([happening(event, seed) for seed in range(1, cases + 1) for event in EVENTS], folder, told=told)


def _trust(folder: Path, clip: Path | None, rollouts: int, parts: Sequence[str], progress: Progress) -> dict[str, Any]:
    from agentvid.engines.small.loading import load
    from agentvid.engines.small.weights import find_small
    from agentvid.evals.world.calibrate import PARTS, run_trust
    from agentvid.samples import CITY

    if unknown := set(parts) - set(PARTS):
        raise InputError(f"kinds {', '.join(sorted(unknown))}", f"some of {', '.join(PARTS)}", "correct --kinds")
    small, asked = find_small(), parts or PARTS
    unified = load(small.checkpoint) if "small" in asked and not small.problem else None
    weights = "" if small.problem else small.checkpoint.digest()
    told = _told(progress, None)
    return run_trust(folder, clip or CITY, rollouts=rollouts, unified=unified, weights=weights, parts=asked, told=told)


def _rollouts(folder: Path, count: int, kinds: Sequence[str], clip: Path | None, progress: Progress) -> dict[str, Any]:
    from agentvid.engines.small.weights import find_small
    from agentvid.evals.world.case import KINDS, clip_cases, rollout_cases
    from agentvid.evals.world.runner import Plan, run_rollouts
    from agentvid.samples import CITY
    from agentvid.world.judge import Judge

    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise InputError(f"kinds {', '.join(sorted(unknown))}", f"some of {', '.join(KINDS)}", "correct --kinds")
    cases = [
        case
        for kind in KINDS
        if not kinds or kind in kinds
        for case in (clip_cases(clip or CITY, count) if kind == "clip" else rollout_cases(kind, count))
    ]
    small = find_small()
    models: dict[str, Callable[[], WorldModel]] = dict(zip(MODELS, _makers(), strict=True))
    if small.problem:
        progress.console.print(f"the small model is left out: {small.problem}", highlight=False)
        del models["small"]
    weights = "" if small.problem else small.checkpoint.digest()
    plan = Plan(
        cases, models, weights, {kind: [name for name in names if name in models] for kind, names in _WHO.items()}
    )
    told = _told(progress, sum(len(plan.asked(case)) for case in cases))
    return run_rollouts(plan, folder, Judge.load(), told=told)


def _makers() -> tuple[Callable[[], WorldModel], ...]:
    from agentvid.engines.classical.world_model import ClassicalWorld
    from agentvid.engines.simulator.world_model import CopyLast, SimulatorWorld
    from agentvid.evals.world.rival import ConstantVelocity

    def small() -> WorldModel:
        from agentvid.engines.small.loading import load
        from agentvid.engines.small.weights import find_small
        from agentvid.engines.small.world_model import SmallWorld
        from agentvid.engines.unified.weights import find_checkpoint

        checkpoint = find_small().checkpoint
        return SmallWorld(load(checkpoint), knows_clips=find_checkpoint(str(checkpoint.folder)).frames == "joint")

    return SimulatorWorld, small, ClassicalWorld, CopyLast, ConstantVelocity


def _told(progress: Progress, total: int | None) -> Callable[[str, str], None]:
    bar = progress.add_task("measuring", total=total)

    def told(what: str, state: str) -> None:
        progress.update(bar, description=what, advance=0 if state == "started" else 1)

    return told
