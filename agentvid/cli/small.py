"""`agentvid eval small`: what a small unified model can do in the small world, with progress and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from agentvid.cli.out import write_json
from agentvid.engines.small.weights import find_small
from agentvid.engines.unified.weights import Checkpoint, find_checkpoint, named_device
from agentvid.errors import InputError

if TYPE_CHECKING:
    from agentvid.evals.small.runner import SmallTask

__all__ = ["measure"]

_HEADLINES: Final = ("exact, own thought", "both, only the thought changed", "solids and places right", "right")


def measure(
    weights: str | None, *, scenes: int, seed: int | None, tasks: Sequence[str], out: Path | None, as_json: bool
) -> int:
    """Measure a checkpoint; results.json, sheets and index.html go to a folder. What lies there is not done again."""
    import torch

    from agentvid.evals.small.card import weights_digest
    from agentvid.evals.small.cases import SEED
    from agentvid.evals.small.page import PAGE
    from agentvid.evals.small.runner import TASKS, Plan, run
    from agentvid.models.mot import Unified

    checkpoint = _checkpoint(weights)
    assert checkpoint.folder is not None
    digest = weights_digest(checkpoint.folder)
    wanted: Any = tuple(tasks) or TASKS
    draws_clips = find_checkpoint(str(checkpoint.folder)).frames == "joint"
    plan = Plan(digest, scenes, SEED if seed is None else seed, wanted, draws_clips)
    folder = out or Path("agentvid-results") / f"eval-small-{digest}"
    console = Console(stderr=True)
    device = named_device() or "cpu"
    exact = torch.float32 if device == "cpu" else None  # many CPUs have no bfloat16 arithmetic
    unified = Unified.from_pretrained(checkpoint.folder, device=device, dtype=exact, codec_dtype=exact)
    with console.status("loading") as status:
        counted: dict[str, int] = {}

        def told(task: SmallTask, state: str, done: int) -> None:
            counted[task] = counted.get(task, 0) + done
            if state in ("done", "kept", "not measured"):
                console.print(f"  {task}: {state}", highlight=False)
            status.update(f"{task}: {counted[task]} drawn or answered")

        document = run(unified, folder, plan, told=told)
    if as_json:
        write_json({**document, "folder": str(folder)})
    else:
        console.print(_table(document))
        console.print(f"report: {folder / PAGE}", highlight=False)
    return 0


def _checkpoint(weights: str | None) -> Checkpoint:
    checkpoint = find_checkpoint(weights) if weights else find_small().checkpoint
    if checkpoint.folder is None:
        how = checkpoint.how if weights else "name a folder: --weights FOLDER, or AGENTVID_SMALL"
        raise InputError(checkpoint.problem, "a folder with a checkpoint in its published layout", how)
    return checkpoint


def _table(document: Mapping[str, Any]) -> Table:
    table = Table("task", "measured", "on", "value", "95 %", "n")
    for task, told in document["tasks"].items():
        if told["not_measured"]:
            table.add_row(task, f"[dim]not measured: {told['not_measured'].split(' (')[0]}[/]", "", "", "", "")
        for line in told["lines"]:
            if line["name"] in _HEADLINES and (line["group"] == "all" or "solid" in line["group"]):
                figure = line["figure"]
                value = "–" if figure["value"] is None else f"{figure['value']:.3f}"
                interval = f"{figure['low']:.2f}–{figure['high']:.2f}"
                table.add_row(task, line["name"], line["group"], value, interval, str(figure["n"]))
    return table
