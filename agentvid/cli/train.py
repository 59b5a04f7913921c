"""`agentvid train ae | tower | mot | all | export`: train our own small model; Ctrl-C stops at any time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from agentvid.cli.exit_codes import EXIT_INTERRUPTED
from agentvid.cli.out import write_json
from agentvid.errors import InputError

if TYPE_CHECKING:
    from agentvid.train.course import Course
    from agentvid.train.loop import Progress

__all__ = ["train_app"]

train_app = typer.Typer(no_args_is_help=True, help="Train the small model on the small world: minutes to hours.")

SHARES: Final = {"ae": 0.30, "tower": 0.12}
"""Of the time of `train all`; the model gets the rest."""
_OWN_MINUTES: Final = 10.0

Minutes = Annotated[float | None, typer.Option(min=0.01, help="Stop after so many minutes of training.")]
Steps = Annotated[int | None, typer.Option(min=1, help="Stop when so many steps were taken in all: reproducible.")]
Decay = Annotated[
    float, typer.Option(min=0, max=1, help="Over which last share of the run rates fall; 0 to go on later.")
]
Resume = Annotated[bool, typer.Option(help="Go on from the state in the folder, or begin anew.")]
Folder = Annotated[Path | None, typer.Option(help="Folder of the training [default: AGENTVID_HOME/train/SIZE].")]
Size = Annotated[str, typer.Option(help="nano (CPU), mini (GPU), test.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads that compute; more only where cores are idle.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that render data.")]
Processes = Annotated[int, typer.Option(min=1, help="Processes that share each step of the model: one per idle core.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of data, weights, and every draw.")]
Small = Annotated[bool, typer.Option("--little-data", help="A thirtieth of the data: to try things out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]


@train_app.command("ae", epilog="Example: agentvid train ae --minutes 30 --decay 0.6")
def train_ae(
    minutes: Minutes = None,
    steps: Steps = None,
    decay: Decay = 0.6,
    resume: Resume = True,
    decoder_only: Annotated[
        bool, typer.Option("--decoder-only", help="Leave the encoder, and all that was trained on it, as it is.")
    ] = False,
    folder: Folder = None,
    size: Size = "nano",
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = 1,
    seed: Seed = 0,
    little_data: Small = False,
    json_: Json = False,
) -> int:
    """Train the autoencoder: 128 x 128 pictures to 64 latent rows and back."""
    with _course(folder, size, device, threads, workers, seed, little_data, json_) as (course, report):
        course.codec(_budget(minutes, steps, decay), resume=resume, decoder_only=decoder_only)
        return report.end("ae")


@train_app.command("tower", epilog="Example: agentvid train tower --minutes 10")
def train_tower(
    minutes: Minutes = None,
    steps: Steps = None,
    decay: Decay = 0.6,
    resume: Resume = True,
    folder: Folder = None,
    size: Size = "nano",
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = 1,
    seed: Seed = 0,
    little_data: Small = False,
    json_: Json = False,
) -> int:
    """Train the eye: what stands in each cell of a picture."""
    with _course(folder, size, device, threads, workers, seed, little_data, json_) as (course, report):
        course.tower(_budget(minutes, steps, decay), resume=resume)
        return report.end("tower")


@train_app.command("mot", epilog="Example: agentvid train mot --minutes 60    (again and again: it goes on)")
def train_mot(
    minutes: Minutes = None,
    steps: Steps = None,
    decay: Decay = 0.0,
    resume: Resume = True,
    start: Annotated[
        Path | None, typer.Option(help="Begin from exported weights, with a fresh optimiser and a warm-up.")
    ] = None,
    folder: Folder = None,
    size: Size = "nano",
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = 1,
    processes: Processes = 1,
    seed: Seed = 0,
    little_data: Small = False,
    json_: Json = False,
) -> int:
    """Train the model, on the autoencoder and the eye in the same folder, else on those that ship."""
    with _course(folder, size, device, threads, workers, seed, little_data, json_, processes) as (course, report):
        course.mot(_budget(minutes, steps, decay), resume=resume, start=start)
        return report.end("mot")


@train_app.command("all", epilog="Example: agentvid train all --minutes 60 --workers 2 --processes 2")
def train_all(
    minutes: Annotated[float, typer.Option(min=0.03, help="Minutes of training, data not counted.")] = 60,
    folder: Folder = None,
    size: Size = "nano",
    device: Device = "auto",
    threads: Threads = 1,
    workers: Workers = 1,
    processes: Processes = 1,
    seed: Seed = 0,
    little_data: Small = False,
    json_: Json = False,
) -> int:
    """From nothing to a model: data, autoencoder, eye, model, exported to FOLDER/export. Parts that are there stay."""
    with _course(folder, size, device, threads, workers, seed, little_data, json_, processes) as (course, report):
        spent = 0.0
        for name, part in (("ae", course.codec), ("tower", course.tower)):
            if not (course.folder / name / f"{name}.safetensors").is_file() and not _stop.is_set():
                part(_budget(minutes * SHARES[name], None, 0.6))
                spent += minutes * SHARES[name]
        if not _stop.is_set():
            course.mot(_budget(minutes - spent, None, 0.5))
            course.export(course.folder / "export")
        return report.end("all")


@train_app.command(
    "export",
    epilog="Example: agentvid train export new; agentvid eval small --weights new --out measured; "
    "agentvid train card new --results measured/results.json --better-than old/results.json",
)
def export(
    out: Annotated[Path, typer.Argument(help="Folder to write the weights to, in the published layout.")],
    folder: Folder = None,
    size: Size = "nano",
    json_: Json = False,
) -> int:
    """Write the trained weights (averaged, int8) as `AGENTVID_SMALL` and `Unified.from_pretrained` read them."""
    with _course(folder, size, "cpu", 1, 1, 0, False, json_) as (course, report):
        course.export(out)
        return report.end("export", out=str(out))


@train_app.command(
    "card", epilog="Example: agentvid train card new --results measured/results.json --compute '2 h CPU'"
)
def card(
    weights: Annotated[Path, typer.Argument(help="Folder of the weights.")],
    results: Annotated[Path, typer.Option(help="results.json of `agentvid eval small` on them.")],
    better_than: Annotated[Path | None, typer.Option(help="results.json of the weights they are to replace.")] = None,
    size: Size = "nano",
    steps: Annotated[int, typer.Option(min=0, help="Steps taken.")] = 0,
    compute: Annotated[str, typer.Option(help="What they were trained on, and for how long.")] = "not told",
    commit: Annotated[str, typer.Option(help="The source they were trained with.")] = "not told",
    json_: Json = False,
) -> int:
    """Write the card of weights, from which the engine takes what it may claim. Refused where they are worse."""
    import json

    from agentvid.evals.small.card import Facts, card_of, regressions, write_card

    measured = _results(results)
    worse = [] if better_than is None else regressions(_results(better_than), measured)
    if worse:
        raise InputError(f"worse than {better_than}: {'; '.join(worse)}", "weights that are nowhere worse", "train on")
    if not weights.is_dir():
        raise InputError(f"{weights} is no folder", "the folder of the weights", "export them first")
    facts = Facts(size, steps, compute, commit)
    sheet = results.with_name("text_to_image.png")
    write_card(weights, measured, facts, sheet if sheet.is_file() else None)
    if json_:
        write_json({"status": "done", "card": card_of(measured, facts)})
    else:
        from rich.console import Console

        Console().print(json.dumps(card_of(measured, facts)["tasks"], indent=1))
    return 0


def _results(path: Path) -> Any:
    import json

    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found["tasks"], dict) or not isinstance(found["facts"], dict):
            raise ValueError("no tasks and facts")
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: {error}", "results.json of `agentvid eval small`", "measure first") from error


@train_app.command(
    "own",
    epilog="Example: agentvid train own mine --world world.toml --minutes 10; "
    "agentvid train own mine --clips my-clips; then AGENTVID_SMALL=mine agentvid chat --engine small",
)
def train_own(
    out: Annotated[Path, typer.Argument(help="Folder to write the weights to.")],
    world: Annotated[Path | None, typer.Option(help="A world in TOML: colours, objects, light, physics.")] = None,
    clips: Annotated[Path | None, typer.Option(help="A folder of clips.")] = None,
    start: Annotated[Path | None, typer.Option(help=r"Weights to begin from \[default: those that ship].")] = None,
    minutes: Minutes = None,
    steps: Steps = None,
    scenes: Annotated[
        int, typer.Option(min=10, help="Scenes of the world that are rendered; a fifth as many clips.")
    ] = 600,
    rows: Annotated[int, typer.Option(min=256, help="Rows of tokens and latents in a step.")] = 2048,
    folder: Annotated[Path | None, typer.Option(help=r"State and live curves \[default: OUT-training].")] = None,
    threads: Threads = 1,
    seed: Seed = 0,
    json_: Json = False,
) -> int:
    """A world of your own: from a description of it, or a folder of clips, to weights that the chat can use."""
    import torch

    from agentvid.train.own import SHEET, fine_tune
    from agentvid.train.own_data import clip_data, world_data
    from agentvid.world.own import read_world

    if (world is None) == (clips is None):
        raise InputError("--world and --clips", "one of them", "name a TOML file, or a folder of clips")
    if minutes is None and steps is None:
        minutes = _OWN_MINUTES
    work = folder or out.with_name(f"{out.name}-training")
    report = _Report(json_, work)
    torch.set_num_threads(threads)
    with _stopping():
        if world is not None:
            data = world_data(read_world(world), scenes, scenes // 5, seed)
        else:
            assert clips is not None
            data = clip_data(clips)
        document = fine_tune(
            *(start, out, data, work), minutes=minutes, steps=steps, rows=rows, seed=seed, told=report.told,
            cancelled=_stop.is_set,
        )  # fmt: skip
    if not json_:
        report.compare(document, out / SHEET)
    return report.end("own", out=str(out))


class _Report:
    """Lines for a person while training runs, figures for a program at the end."""

    def __init__(self, as_json: bool, folder: Path) -> None:
        from rich.console import Console

        self._console = Console(stderr=as_json)
        self._as_json, self._folder = as_json, folder
        self._figures: dict[str, dict[str, float]] = {}
        self._last: dict[str, Progress] = {}

    def told(self, part: str, report: Progress | tuple[int, int]) -> None:
        if isinstance(report, tuple):
            self._console.print(f"  {part}: {report[0]} of {report[1]}", highlight=False)
            return
        self._last[part] = report
        if report.measured:
            self._figures[part] = dict(report.measured)
        figures = {**report.losses, **report.measured}
        left = "" if report.share <= 0 else f", {report.seconds * (1 / report.share - 1) / 60:.0f} min left"
        told = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        self._console.print(f"  {part} step {report.step} ({min(1, report.share):.0%}{left})  {told}", highlight=False)

    def compare(self, document: Mapping[str, Any], sheet: Path) -> None:
        """Tell what was held out: before and after."""
        before, after = document["before"], document["after"]
        for part, unit in (("psnr_db", " dB"), ("losses", "")):
            for name, now in after[part].items():
                self._console.print(
                    f"  held out, {name}: {before[part][name]:g}{unit} → {now:g}{unit}", highlight=False
                )
        self._console.print(f"  pictures: {sheet}", highlight=False)

    def end(self, what: str, **more: str) -> int:
        parts: dict[str, Any] = {
            part: {"steps": report.step, **self._figures.get(part, {})} for part, report in self._last.items()
        }
        if self._as_json:
            status = "interrupted" if _stop.is_set() else "done"
            write_json({"status": status, "command": what, "folder": str(self._folder), "parts": parts, **more})
        elif _stop.is_set():
            self._console.print("interrupted; the state is kept: the same command goes on")
        else:
            self._console.print(f"done: {more.get('out') or self._folder}")
        return EXIT_INTERRUPTED if _stop.is_set() else 0


_stop = threading.Event()


@contextmanager
def _course(
    folder: Path | None,
    size: str,
    device: str,
    threads: int,
    workers: int,
    seed: int,
    little_data: bool,
    as_json: bool,
    processes: int = 1,
) -> Iterator[tuple[Course, _Report]]:
    """Yield the course; a first Ctrl-C ends training after the step at hand with its state saved, a second at once."""
    import torch

    from agentvid.settings import load_settings
    from agentvid.train.course import Amounts, Course
    from agentvid.train.recipe import SIZES

    if size not in SIZES:
        raise InputError(f"size {size!r}", f"one of {', '.join(SIZES)}", "choose one of them")
    if processes > 1 and device not in ("auto", "cpu"):
        raise InputError(f"{processes} processes on {device}", "the CPU, or one process", "leave out --processes")
    if device not in ("auto", "cpu") and not (device.startswith("cuda") and torch.cuda.is_available()):
        raise InputError(f"device {device!r}", "auto, cpu, or a cuda device that is there", "leave it out")
    chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    chosen = "cpu" if processes > 1 else chosen
    where = folder or load_settings().home / "train" / size
    torch.set_num_threads(threads)
    amounts = Amounts(400, 100, 260, 50, 0, 30, 0, 0) if little_data else Amounts()
    report = _Report(as_json, where)
    with _stopping():
        yield Course(where, size, seed, chosen, workers, processes, amounts, report.told, _stop.is_set), report


@contextmanager
def _stopping() -> Iterator[None]:
    """Let a first Ctrl-C end training after the step at hand, and a second at once."""
    _stop.clear()
    before = signal.getsignal(signal.SIGINT)

    def stop(*_: object) -> None:
        _stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _budget(minutes: float | None, steps: int | None, decay: float) -> Any:
    from agentvid.train.loop import Budget

    return Budget(minutes=minutes, steps=steps, decay=decay)
