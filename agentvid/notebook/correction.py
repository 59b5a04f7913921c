"""Correct a step in a notebook: another box on the picture, another thought; the price first, then run."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from html import escape
from typing import Any, Final

from PIL import Image as Pillow

from agentvid.agent.blocking import Job, begin
from agentvid.agent.given import split_address
from agentvid.chain.edit_kinds import Edit, SetGiven
from agentvid.engine import unpack
from agentvid.errors import Cancelled, InputError, SessionBusy
from agentvid.events import Event, StepStarted
from agentvid.media.types import Box, Image, Mask, dump_value
from agentvid.notebook.chain_table import ChainTable
from agentvid.notebook.panel import Panel, aside, beside, canvas, telling, widgets
from agentvid.notebook.picture import data_uri, jpeg_of
from agentvid.notebook.turns import plain_turn, record_of
from agentvid.report.draw import mark, scaled
from agentvid.run.preview import Preview

__all__ = ["Correction"]

_WIDE: Final = 640
_SHARP: Final = 1280
_WORDS: Final = {
    "en": {
        "run": "run", "stop": "stop", "thought": "thought", "draw": "draw a box", "nothing": "nothing is changed yet",
        "running": "running {step}", "unfinished": "not finished: run goes on from here",
        "price": "runs {certain}, perhaps {possible}; kept {cached}; {low:.1f} to {high:.1f} s{cost}",
        "none": "nothing",
    },
    "zh": {
        "run": "运行", "stop": "停止", "thought": "想法", "draw": "画一个框", "nothing": "还没有改动",
        "running": "正在运行 {step}", "unfinished": "还没有跑完：点“运行”从这里继续",
        "price": "重跑 {certain}，可能还有 {possible}；保留 {cached}；{low:.1f} 到 {high:.1f} 秒{cost}", "none": "无",
    },
}  # fmt: skip


class Correction(Panel):
    """A box of a turn of a `BlockingAgent`, by its address "t1.s1.box", and the thought of its step.

    `draw` and `write` draft an edit, `price` tells what it would run, `run` runs it, `stop` stops that. On the picture:
    what the step looked at, the mask it found, and the box as it is drafted.

    Raises: InputError where there is no such step, or it looks at no picture.
    """

    def __init__(self, turn: Any, address: str) -> None:
        self._blocking, self.turn = turn, plain_turn(turn)
        if self._blocking is self.turn:
            raise InputError("a turn of an async agent", "one of a BlockingAgent", "use BlockingAgent in a notebook")
        self.step, self.port = split_address(address)
        self._draft: dict[str, tuple[Edit, ...]] = {}
        self._job: Job | None = None
        self._one_run = threading.Lock()
        self._at = ""
        self.box, self.thought = self._kept()
        self._looked_at()

    def __repr__(self) -> str:
        return f"{self.step}.{self.port}: {self.told()}"

    # ------------------------------------------------------------ what a person does

    def draw(self, box: Box) -> Preview:
        """Draft another box, and return what running it would do. Nothing is changed yet.

        Raises: EditError where it does not fit.
        """
        edits = (SetGiven(step=self.step, port=self.port, value=dump_value(box)),)
        preview = self.turn.preview([*self._edits(without="box"), *edits])
        self._draft["box"], self.box = edits, box
        self._renew_draft()
        return preview

    def write(self, thought: str) -> Preview:
        """Draft another thought with what follows from it, and return what running it would do.

        Raises: EditError where it does not fit.
        """
        edits = tuple(self.turn.propose_thought(self.step, thought).edits)
        preview = self.turn.preview([*self._edits(without="thought"), *edits])
        self._draft["thought"], self.thought = edits, thought
        self._renew_draft()
        return preview

    def price(self) -> Preview | None:
        """Return what running the draft would do, None where nothing is drafted."""
        return self.turn.preview(self._edits()) if self._draft else None

    def run(self) -> tuple[str, ...]:
        """Make the drafted edits, run what they change, and return the steps that ran; without a draft, go on with a
        run that was stopped.

        What is drafted while it runs stays a draft.

        Raises: InputError where nothing is drafted and nothing left to run; EditError or SessionBusy, with the draft
        kept; Cancelled where it was stopped.
        """
        if not self._one_run.acquire(blocking=False):
            raise SessionBusy("it runs already", "one run at a time", "wait for it, or stop it")
        try:
            self._run()
        finally:
            self._one_run.release()
        return tuple(step for step, record in self.turn.run.steps.items() if record.executed)

    def stop(self) -> None:
        """Stop what `run` runs, in whichever thread it does. What is done is kept, and `run` goes on from there."""
        if self._job is not None:
            self._job.cancel()

    def told(self) -> str:
        """Return in words what is running, else what a run would do."""
        words = self._words
        if self._job is not None:
            return words["running"].format(step=self._at).strip()
        preview = self.price()
        if preview is None:
            return words["unfinished" if self._is_open else "nothing"]

        def named(steps: tuple[str, ...]) -> str:
            return " ".join(steps) or words["none"]

        low, high = preview.seconds
        return words["price"].format(
            certain=named(tuple(preview.certain)),
            possible=named(tuple(preview.possible)),
            cached=named(tuple(preview.cached)),
            low=low,
            high=high,
            cost=_cost(preview),
        )

    # ------------------------------------------------------------ what is seen

    def picture(self) -> Pillow.Image:
        """Return what the step looked at with its mask, and the box as it is drafted."""
        store = self.turn.agent.store
        mask = None if "box" in self._draft else self._found("mask", Mask)
        shown = Pillow.fromarray(store.image(self._looked_at()))
        return mark(shown, mask=Pillow.fromarray(store.mask(mask)) if mask else None, box=self.box, width=_WIDE)

    @property
    def _is_open(self) -> bool:
        return bool(self._draft) or self.turn.status == "waiting"

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS[record_of(self.turn).language]

    def _kept(self) -> tuple[Box | None, str]:
        step = self.turn.chain.step(self.step)
        given = step.given.get(self.port)
        return self._found(self.port, Box) if given is None else Box.model_validate(given), step.thought

    def _run(self) -> None:
        if not self._is_open:
            raise InputError("nothing is drafted", "a box or a thought", "draw or write first")
        before, draft = self.turn.revision, dict(self._draft)
        work = self.turn.edit(self._edits(), emit=self._hear) if draft else self.turn.resume(emit=self._hear)
        job = self._job = begin(self._blocking, work)
        self._at = ""
        self._renew_draft()
        self._fade()
        try:
            job.result()
        except asyncio.CancelledError as error:
            raise Cancelled("stopped", do="run goes on from there") from error
        finally:
            self._job = None
            if self.turn.revision != before:
                for name, edits in draft.items():
                    if self._draft.get(name) is edits:
                        del self._draft[name]
                box, thought = self._kept()
                self.box = self.box if "box" in self._draft else box
                self.thought = self.thought if "thought" in self._draft else thought
            self._renew()

    def _hear(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self._at = event.step
            if self._widget is not None:
                self._widget.parts["price"].value = escape(self.told())

    def _edits(self, without: str = "") -> list[Edit]:
        return [edit for name, edits in self._draft.items() if name != without for edit in edits]

    def _looked_at(self) -> Image:
        record = record_of(self.turn)
        value = record.argument(record.chain.step(self.step), "image")
        if not isinstance(value, Image):
            raise InputError(f"{self.step} looks at no picture", "a step with a picture", "name another step")
        return value

    def _found(self, port: str, kind: type[Any]) -> Any:
        packed = self.turn.run.port(self.step, port)
        value = unpack(packed) if packed else None
        return value if isinstance(value, kind) else None

    def _make_widget(self) -> Any:
        kit, words = widgets(), self._words
        shown = Pillow.fromarray(self.turn.agent.store.image(self._looked_at()))
        seen = data_uri(jpeg_of(scaled(shown, _SHARP)), "image/jpeg")
        stage = canvas(seen, shown.width, words["draw"], draws=True)
        thought = kit.Textarea(placeholder=words["thought"], continuous_update=False, rows=4, layout={"width": "auto"})
        price, run, stop = kit.HTML(), kit.Button(description=words["run"]), kit.Button(description=words["stop"])
        table = kit.HTML()

        def drew(change: Any) -> None:
            x0, y0, x1, y1 = change["new"] or (0, 0, 0, 0)
            if x0 < x1 and y0 < y1 and [x0, y0, x1, y1] != _sides(self.box):
                telling(price, lambda: self.draw(Box(x0=x0, y0=y0, x1=x1, y1=y1)))
                stage.box = _sides(self.box)

        def wrote(change: Any) -> None:
            if change["new"] != self.thought:
                telling(price, lambda: self.write(change["new"]))

        def ran() -> None:
            if self._job is None:
                with suppress(Cancelled):
                    self.run()

        stage.observe(drew, "box")
        thought.observe(wrote, "value")
        run.on_click(lambda _: aside(lambda: telling(price, ran)))
        stop.on_click(lambda _: self.stop())
        beside_it = kit.VBox([thought, price, kit.HBox([run, stop])], layout={"flex": "1 1 300px"})
        whole = kit.VBox([beside([stage, beside_it]), table])
        whole.parts = {
            "canvas": stage, "thought": thought, "price": price, "run": run, "stop": stop, "table": table,
        }  # fmt: skip
        return whole

    def _renew(self) -> None:
        if self._widget is not None:
            self._widget.parts["table"].value = ChainTable(self.turn)._repr_html_()
            self._renew_draft()

    def _fade(self) -> None:
        if self._widget is not None:
            table = self._widget.parts["table"]
            table.value = f'<div style="opacity: 0.4">{table.value}</div>'

    def _renew_draft(self) -> None:
        if self._widget is None:
            return
        parts, runs = self._widget.parts, self._job is not None
        parts["price"].value = escape(self.told())
        parts["run"].disabled, parts["stop"].disabled = runs or not self._is_open, not runs
        parts["canvas"].box, parts["thought"].value = _sides(self.box), self.thought


def _sides(box: Box | None) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1] if box else []


def _cost(preview: Preview) -> str:
    return "".join(f", {cost.low:g} – {cost.high:g} {cost.currency}" for cost in preview.costs)
