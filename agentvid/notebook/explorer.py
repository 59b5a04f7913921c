"""Walk, look, push and speak in a world model, one action a frame; what was done can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.notebook.moving import Clip, Strip
from agentvid.notebook.panel import Panel, beside, canvas, telling, widgets
from agentvid.notebook.picture import data_uri, png_of
from agentvid.world.model import KEYS, WAIT, Key, Look, Say, Start, State, WorldAction, WorldModel
from agentvid.world.physics import DIRECTIONS, STRENGTHS, Direction, Drop, Push, Strength
from agentvid.world.scene import Solid
from agentvid.world.words import WORDS, Language

__all__ = ["Explorer"]

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "w": "W ahead", "a": "A left", "s": "S back", "d": "D right",
        "look_left": "look left", "look_right": "look right", "look_up": "look up", "look_down": "look down",
        "gently": "gently", "hard": "hard", "left": "left", "right": "right", "front": "front", "back": "back",
        "start": "start", "wait": "wait", "take back": "take back", "push": "push", "joint": ", ",
        "nothing": "nothing yet", "solid": "{size} {colour} {shape}", "pushed": "push {colour} {shape} {way}",
        "dropped": "drop {colour} {shape}",
        "said": "words for one step", "keys": "click here, then use W A S D and the arrow keys",
    },
    "zh": {
        "w": "W 前进", "a": "A 向左", "s": "S 后退", "d": "D 向右",
        "look_left": "向左看", "look_right": "向右看", "look_up": "向上看", "look_down": "向下看",
        "gently": "轻轻", "hard": "用力", "left": "向左", "right": "向右", "front": "向前", "back": "向后",
        "start": "起点", "wait": "等待", "take back": "撤回", "push": "推", "joint": "，",
        "nothing": "还没有动作", "solid": "{colour}{size}{shape}", "pushed": "{way}推{colour}{shape}",
        "dropped": "放下{colour}{shape}",
        "said": "一步要做的事，用一句话说", "keys": "点这里，再用 W A S D 和方向键",
    },
}  # fmt: skip
_SHOWN: Final = 384
_LAST: Final = 8
_LOOK: Final = ("size", "colour", "shape")


class Explorer(Panel):
    """A rollout that grows by what is done in it. `state` is where it is; every method returns it.

    world = Explorer(SimulatorWorld(), Start(frames, scene=scene))
    world.press("d"); world.push(ball, "left", "hard"); world.wait(6); world.back()

    `language` is that of its words, "en" or "zh".

    What the model does not know is refused by it, and changes nothing. Keys and cells take turns: one action at a time.
    """

    def __init__(self, model: WorldModel, start: Start, *, seed: int = 0, language: Language = "en") -> None:
        self.model, self.language = model, language
        self._states = [model.reset(start, seed)]
        self._turns = threading.RLock()

    def __repr__(self) -> str:
        words = self._words
        done = words["joint"].join(self._told(action) for action in self.state.actions) or words["nothing"]
        return f"{self.model.name}: {done}"

    @property
    def state(self) -> State:
        """Where the rollout is now."""
        return self._states[-1]

    @property
    def solids(self) -> tuple[Solid, ...]:
        """What can be pushed: the solids of the scene, where it is known."""
        scene = self.state.start.scene
        return scene.solids if scene else ()

    # ------------------------------------------------------------ what a person does

    def press(self, key: Key) -> State:
        """Move the camera: w, a, s, d, look_left, look_right, look_up, look_down.

        Raises: InputError where the model knows no such move, or it goes no further.
        """
        return self.do(Look(key))

    def push(self, solid: Solid, direction: Direction, strength: Strength = "hard") -> State:
        """Push a solid to a side of the stage.

        Raises: InputError where the model knows no pushes, or the solid is not there.
        """
        return self.do(Push(solid, direction, strength))

    def say(self, text: str) -> State:
        """Give words for one step.

        Raises: InputError where the model can't read them.
        """
        return self.do(Say(text))

    def wait(self, frames: int = 1) -> State:
        """Let what moves go on."""
        for _ in range(frames):
            self.do(WAIT)
        return self.state

    def do(self, action: WorldAction) -> State:
        """Do any action.

        Raises: InputError where the model refuses it.
        """
        with self._turns:
            self._states.append(self.model.step(self.state, action))
            self._renew()
            return self.state

    def back(self) -> State:
        """Take the last action back; at the start nothing happens. Nothing is computed: states are values."""
        with self._turns:
            if len(self._states) > 1:
                self._states.pop()
                self._renew()
            return self.state

    # ------------------------------------------------------------ what is seen

    def clip(self) -> Clip:
        """Return the whole rollout as a clip."""
        return Clip(self.state.frames, fps=self.state.start.fps, width=_SHOWN)

    def picture(self) -> Pillow.Image:
        """Return the way so far as a strip: the start, and up to seven frames with what was done for each."""
        given = len(self.state.frames) - len(self.state.actions)
        frames = list(self.state.frames[given - 1 :])
        labels = [self._words["start"], *(self._told(action) for action in self.state.actions)]
        return Strip(frames, shown=_LAST, height=128, labels=labels).picture()

    @property
    def _words(self) -> dict[str, str]:
        return _WORDS[self.language]

    def _filled(self, form: str, solid: Solid, way: str = "") -> str:
        look = dict(zip(_LOOK, solid.look, strict=True))
        named = {kind: WORDS[self.language][kind][word] for kind, word in look.items()}
        return self._words[form].format(**named, way=way)

    def _told(self, action: WorldAction) -> str:
        words = self._words
        if isinstance(action, Look):
            return words[action.key]
        if isinstance(action, Push):
            return self._filled("pushed", action.target, words[action.direction])
        if isinstance(action, Drop):
            return self._filled("dropped", action.target)
        return action.text if isinstance(action, Say) else words["wait"]

    def _make_widget(self) -> Any:
        kit, words = widgets(), self._words
        stage = canvas(self._source(), _SHOWN, words["keys"], walks=True)
        said, told = kit.Text(placeholder=words["said"], continuous_update=False), kit.HTML()

        def pressed(_: Any, message: Any, __: Any) -> None:
            try:
                telling(told, lambda: self.press(message["pressed"]))
            finally:
                stage.send(message)

        def spoke(change: Any) -> None:
            if change["new"] and telling(told, lambda: self.say(change["new"])):
                said.value = ""

        def button(name: str, act: Callable[[], object], **layout: str) -> Any:
            made = kit.Button(description=name, layout=layout)
            made.on_click(lambda _: telling(told, act))
            return made

        stage.on_msg(pressed)
        said.observe(spoke, "value")
        keys: dict[str, Any] = {key: button(words[key], partial(self.press, key), width="90px") for key in KEYS}
        wait, back = button(words["wait"], self.wait), button(words["take back"], self.back)
        parts: dict[str, Any] = {"canvas": stage, "say": said, "told": told, "wait": wait, "back": back, **keys}
        rows = [kit.HBox([keys[key] for key in KEYS[:4]]), kit.HBox([keys[key] for key in KEYS[4:]])]
        if self.solids:
            who = kit.Dropdown(
                options=[(self._filled("solid", solid), solid) for solid in self.solids], description=words["push"]
            )
            strength = kit.ToggleButtons(options=[(words[how], how) for how in get_args(Strength)], value=STRENGTHS[-1])

            def pushed(way: Direction) -> State:
                return self.push(who.value, way, strength.value)

            ways = {way: button(words[way], partial(pushed, way), width="90px") for way in DIRECTIONS}
            parts |= {"who": who, "strength": strength, **{f"push {way}": made for way, made in ways.items()}}
            rows += [beside([who, strength]), kit.HBox(list(ways.values()))]
        hands = kit.VBox([*rows, said, kit.HBox([wait, back]), told], layout={"flex": "1 1 380px", "min_width": "0"})
        whole = beside([stage, hands])
        whole.parts = parts
        return whole

    def _renew(self) -> None:
        if self._widget is not None:
            parts = self._widget.parts
            parts["told"].value, parts["canvas"].source = escape(repr(self)), self._source()

    def _source(self) -> str:
        return data_uri(png_of(_enlarged(self.state.frame)))


def _enlarged(frame: NDArray[np.uint8]) -> Pillow.Image:
    picture = Pillow.fromarray(frame)
    height = round(_SHOWN * picture.height / picture.width)
    return picture.resize((_SHOWN, height), Pillow.Resampling.LANCZOS) if picture.width < _SHOWN else picture
