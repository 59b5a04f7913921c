"""Events as progress bars: one line per running step, with the time left where earlier runs tell it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agentvid.events import ChainEvent, Event, StepDone, StepStarted, ThoughtDelta, TokensUsed, Waiting, Warned
from agentvid.events import Progress as ProgressEvent

__all__ = ["Reporter", "reporter"]

_ICONS = {"done": "[green]✓[/]", "cached": "[cyan]=[/]", "failed": "[red]✗[/]", "waiting": "[yellow]?[/]"}


class Reporter:
    """Listens to a turn's events. `quiet` shows nothing. `has_run` tells whether a step ran, or was kept by a run."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self.session = ""
        self.turn: int | None = None
        self.has_run = False
        self._console = console
        self._quiet = quiet
        self._bars: dict[str, TaskID] = {}
        self._started: dict[str, tuple[float, float | None, str]] = {}
        self._thought = ""
        self._thinking = ""
        self._progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=28),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(compact=True, elapsed_when_finished=False),
            console=console,
            transient=True,
            disable=quiet or not console.is_terminal,
        )

    def emit(self, event: Event) -> None:
        """Show an event."""
        self.has_run = self.has_run or isinstance(event, StepDone)
        if self._quiet:
            return
        match event:
            case ThoughtDelta():
                self._think(event)
            case ChainEvent():
                self._end_thought()
            case StepStarted():
                self._start(event)
            case ProgressEvent():
                self._advance(event)
            case StepDone():
                self._end(event)
            case TokensUsed():
                self._end_thought()
                told = f"{event.model}: {event.read} tokens read, {event.written} written"
                price = "price not known" if event.cost is None else f"{event.cost:.2g} {event.currency}"
                self._console.print(f"  [dim]{escape(told)}, {price}[/]", highlight=False)
            case Warned():
                self._end_thought()
                self._console.print(f"  [yellow]note[/] {event.step}: {escape(event.text)}", highlight=False)
            case Waiting():
                told = f"{event.step} needs {event.port}: {escape(event.how)}"
                self._console.print(f"  [yellow]?[/] {told}", highlight=False)
            case _:
                pass

    def open(self) -> None:
        """Begin to draw."""
        self._progress.start()

    def close(self) -> None:
        """Stop drawing."""
        self._progress.stop()
        self._end_thought()

    def _think(self, event: ThoughtDelta) -> None:
        if event.step != self._thinking:
            self._end_thought()
            self._thinking = event.step
        self._thought += event.text

    def _end_thought(self) -> None:
        if self._thought.strip():
            who = f"[bold]{self._thinking}[/] " if self._thinking else ""
            self._console.print(f"  [dim]{who}{escape(self._thought.strip())}[/]", highlight=False)
        self._thought = ""

    def _start(self, event: StepStarted) -> None:
        self._end_thought()
        self._started[event.step] = (time.monotonic(), event.expected_seconds, event.tool)
        total = 100.0 if event.expected_seconds else None
        self._bars[event.step] = self._progress.add_task(f"{event.step} {event.tool}", total=total)

    def _advance(self, event: ProgressEvent) -> None:
        bar = self._bars.get(event.step)
        if bar is not None and event.total:
            self._progress.update(bar, total=float(event.total), completed=float(event.done))

    def _end(self, event: StepDone) -> None:
        bar = self._bars.pop(event.step, None)
        if bar is not None:
            self._progress.remove_task(bar)
        icon = _ICONS.get(event.status, "·")
        tool = self._started.get(event.step, (0.0, None, ""))[2]
        took = f" [dim]{event.seconds:.1f} s[/]" if event.status == "done" else f" [dim]{event.status}[/]"
        told = f" {escape(event.message)}" if event.message else ""
        self._console.print(f"  {icon} {event.step} {tool}{took}{told}", highlight=False)


@contextmanager
def reporter(*, quiet: bool) -> Iterator[Reporter]:
    """Show a turn's events on stderr until the block ends."""
    report = Reporter(Console(stderr=True), quiet=quiet)
    report.open()
    try:
        yield report
    finally:
        report.close()
