"""Walk, look, push and speak in a world model, one action a frame; what was done can be taken back."""

from __future__ import annotations

from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.errors import AgentvidError
from agentvid.notebook.moving import Clip, Strip
from agentvid.notebook.panel import Panel, canvas, widgets
from agentvid.notebook.picture import data_uri, png_of
from agentvid.world.model import KEYS, WAIT, Key, Look, Say, Start, State, WorldAction, WorldModel
from agentvid.world.physics import DIRECTIONS, STRENGTHS, Direction, Push, Strength
from agentvid.world.scene import Solid

__all__ = ["Explorer"]

_SIGNS: Final[dict[str, str]] = {
    "w": "W ahead", "a": "A left", "s": "S back", "d": "D right",
    "look_left": "look left", "look_right": "look right", "look_up": "look up", "look_down": "look down",
}  # fmt: skip
_SHOWN: Final = 384
_LAST: Final = 8


class Explorer(Panel):
    """A rollout that grows by what is done in it. `state` is where it is; every method returns it.

    world = Explorer(SimulatorWorld(), Start(frames, scene=scene))
    world.press("d"); world.push(ball, "left", "hard"); world.wait(6); world.back()

    What the model does not know is refused by it, and changes nothing.
    """

    def __init__(self, model: WorldModel, start: Start, *, seed: int = 0) -> None:
        self.model = model
        self._states = [model.reset(start, seed)]

    def __repr__(self) -> str:
        done = ", ".join(_told(action) for action in self.state.actions) or "nothing yet"
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
        self._states.append(self.model.step(self.state, action))
        return self.state

    def back(self) -> State:
        """Take the last action back; at the start nothing happens. Nothing is computed: states are values."""
        if len(self._states) > 1:
            self._states.pop()
        return self.state

    # ------------------------------------------------------------ what is seen

    def clip(self) -> Clip:
        """Return the whole rollout as a clip."""
        return Clip(self.state.frames, fps=self.state.start.fps, width=_SHOWN)

    def picture(self) -> Pillow.Image:
        """Return the way so far as a strip: the start, and up to seven frames with what was done for each."""
        given = len(self.state.frames) - len(self.state.actions)
        frames = list(self.state.frames[given - 1 :])
        labels = ["start", *(_told(action) for action in self.state.actions)]
        return Strip(frames, shown=_LAST, height=128, labels=labels).picture()

    def _make_widget(self) -> Any:
        kit = widgets()
        stage = canvas(self._source(), "use W A S D and the arrow keys", walks=True)
        said, told = kit.Text(placeholder="words for one step", continuous_update=False), kit.HTML()

        def done(act: Any) -> None:
            try:
                act()
                told.value = repr(self)
            except AgentvidError as error:
                told.value = f"<b>{error.given}</b>: {error.expected}"
            stage.source = self._source()

        keys: dict[str, Any] = {key: kit.Button(description=_SIGNS[key], layout={"width": "90px"}) for key in KEYS}
        for key, button in keys.items():
            button.on_click(lambda _, key=key: done(lambda: self.do(Look(key))))
        stage.observe(lambda change: done(lambda: self.press(change["new"][0])), "pressed")

        def spoke(change: Any) -> None:
            if change["new"]:
                done(lambda: self.say(change["new"]))

        said.observe(spoke, "value")
        wait, back = kit.Button(description="wait"), kit.Button(description="take back")
        wait.on_click(lambda _: done(self.wait))
        back.on_click(lambda _: done(self.back))
        parts: dict[str, Any] = {"canvas": stage, "say": said, "told": told, "wait": wait, "back": back, **keys}
        rows = [kit.HBox([keys[key] for key in KEYS[:4]]), kit.HBox([keys[key] for key in KEYS[4:]])]
        if self.solids:
            who = kit.Dropdown(options=[(" ".join(solid.look), solid) for solid in self.solids], description="push")
            strength = kit.ToggleButtons(options=get_args(Strength), value=STRENGTHS[-1])
            ways = {way: kit.Button(description=way, layout={"width": "90px"}) for way in DIRECTIONS}
            for way, button in ways.items():
                button.on_click(lambda _, way=way: done(lambda: self.push(who.value, way, strength.value)))
            parts |= {"who": who, "strength": strength, **{f"push {way}": button for way, button in ways.items()}}
            rows += [kit.HBox([who, strength]), kit.HBox(list(ways.values()))]
        whole = kit.HBox([stage, kit.VBox([*rows, said, kit.HBox([wait, back]), told])])
        whole.parts = parts
        return whole

    def _source(self) -> str:
        return data_uri(png_of(_enlarged(self.state.frame)))


def _enlarged(frame: NDArray[np.uint8]) -> Pillow.Image:
    picture = Pillow.fromarray(frame)
    height = round(_SHOWN * picture.height / picture.width)
    return picture.resize((_SHOWN, height), Pillow.Resampling.LANCZOS) if picture.width < _SHOWN else picture


def _told(action: WorldAction) -> str:
    if isinstance(action, Look):
        return _SIGNS[action.key]
    if isinstance(action, Push):
        return f"push {action.target.colour} {action.target.shape} {action.direction}"
    return action.text if isinstance(action, Say) else type(action).__name__.lower()
