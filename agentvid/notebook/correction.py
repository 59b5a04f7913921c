"""Correct a step in a notebook: another box on the picture, another thought; the price first, then run."""

from __future__ import annotations

from typing import Any, Final

from PIL import Image as Pillow

from agentvid.agent.given import split_address
from agentvid.chain.edit_kinds import Edit, SetGiven
from agentvid.engine import unpack
from agentvid.errors import AgentvidError, InputError
from agentvid.media.types import Box, Image, Mask, dump_value
from agentvid.notebook.chain_table import ChainTable
from agentvid.notebook.panel import Panel, canvas, widgets
from agentvid.notebook.picture import data_uri, png_of
from agentvid.notebook.turns import plain_turn, record_of
from agentvid.report.draw import mark
from agentvid.run.preview import Preview

__all__ = ["Correction"]

_WIDE: Final = 640
_WORDS: Final = {
    "en": {
        "run": "run", "thought": "thought", "draw": "draw a box", "nothing": "nothing is changed yet",
        "price": "runs {certain}, perhaps {possible}; kept {cached}; {low:.1f} to {high:.1f} s{cost}",
        "none": "nothing",
    },
    "zh": {
        "run": "运行", "thought": "想法", "draw": "画一个框", "nothing": "还没有改动",
        "price": "重跑 {certain}，可能还有 {possible}；保留 {cached}；{low:.1f} 到 {high:.1f} 秒{cost}", "none": "无",
    },
}  # fmt: skip


class Correction(Panel):
    """A box of a turn of a `BlockingAgent`, by its address "t1.s1.box", and the thought of its step.

    `draw` and `write` draft an edit, `price` tells what it would run, `run` runs it. On the picture: what the step
    looked at, the mask it found, and the box as it is drafted.

    Raises: InputError where there is no such step, or it looks at no picture.
    """

    def __init__(self, turn: Any, address: str) -> None:
        self._blocking, self.turn = turn, plain_turn(turn)
        if self._blocking is self.turn:
            raise InputError("a turn of an async agent", "one of a BlockingAgent", "use BlockingAgent in a notebook")
        self.step, self.port = split_address(address)
        self._draft: dict[str, tuple[Edit, ...]] = {}
        self.box: Box | None = self._found(self.port, Box)
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
        return preview

    def write(self, thought: str) -> Preview:
        """Draft another thought with what follows from it, and return what running it would do.

        Raises: EditError where it does not fit.
        """
        edits = tuple(self.turn.propose_thought(self.step, thought).edits)
        preview = self.turn.preview([*self._edits(without="thought"), *edits])
        self._draft["thought"] = edits
        return preview

    def price(self) -> Preview | None:
        """Return what running the draft would do, None where nothing is drafted."""
        return self.turn.preview(self._edits()) if self._draft else None

    def run(self) -> tuple[str, ...]:
        """Make the drafted edits, run what they change, and return the steps that ran.

        Raises: InputError where nothing is drafted.
        """
        if not self._draft:
            raise InputError("nothing is drafted", "a box or a thought", "draw or write first")
        edits, self._draft = self._edits(), {}
        self._blocking.edit(edits)
        self.box = self._found(self.port, Box)
        return tuple(step for step, record in self.turn.run.steps.items() if record.executed)

    def told(self) -> str:
        """Return the price in words."""
        words = _WORDS[record_of(self.turn).language]
        preview = self.price()
        if preview is None:
            return words["nothing"]

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
        kit, words = widgets(), _WORDS[record_of(self.turn).language]
        shown = Pillow.fromarray(self.turn.agent.store.image(self._looked_at()))
        stage = canvas(data_uri(png_of(shown)), words["draw"], draws=True)
        if self.box is not None:
            stage.box = [self.box.x0, self.box.y0, self.box.x1, self.box.y1]
        thought = kit.Textarea(
            value=self.turn.chain.step(self.step).thought, description=words["thought"], continuous_update=False
        )
        price, run = kit.HTML(self.told()), kit.Button(description=words["run"], disabled=True)
        table = kit.HTML(ChainTable(self.turn)._repr_html_())

        def drafted(make: Any) -> None:
            try:
                make()
                price.value, run.disabled = self.told(), not self._draft
            except AgentvidError as error:
                price.value, run.disabled = f"<b>{error.given}</b>", not self._draft

        def ran(_: Any) -> None:
            run.disabled = True
            try:
                self.run()
                price.value = self.told()
            except AgentvidError as error:
                price.value = f"<b>{error.given}</b>"
            table.value = ChainTable(self.turn)._repr_html_()

        def drew(change: Any) -> None:
            x0, y0, x1, y1 = change["new"]
            if x0 < x1 and y0 < y1:
                drafted(lambda: self.draw(Box(x0=x0, y0=y0, x1=x1, y1=y1)))

        stage.observe(drew, "box")
        thought.observe(lambda change: drafted(lambda: self.write(change["new"])), "value")
        run.on_click(ran)
        whole = kit.VBox([kit.HBox([stage, kit.VBox([thought, price, run])]), table])
        whole.parts = {"canvas": stage, "thought": thought, "price": price, "run": run, "table": table}
        return whole


def _cost(preview: Preview) -> str:
    return "".join(f", {cost.low:g} – {cost.high:g} {cost.currency}" for cost in preview.costs)
