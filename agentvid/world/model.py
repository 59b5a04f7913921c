"""What a world model is: it starts from frames, is acted on, and tells what is seen next. One face for all of them.

    state = model.reset(Start(frames, scene=scene), seed=0)
    state = model.step(state, Look("d"))                      # one action, one new frame
    state = model.rollout(state, [Push(ball, "left", "hard"), WAIT, WAIT])
    state.frames                                              # (T, H, W, 3), those that were given among them

States are values: a state can be gone on from twice, and what lies before is shared (see `branch.py`). An action that
a model does not know is refused, never left out.

Adapters: `engines.simulator.world_model` (the truth, and rivals that know it), `engines.classical.world_model`,
`engines.small.world_model`, `engines.unified.world_model`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, Protocol, TypeAlias, get_args, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.physics import FPS, Drop, Push, Stage
from agentvid.world.scene import Scene
from agentvid.world.walk import Spot

__all__ = [
    "KEYS",
    "WAIT",
    "Key",
    "Look",
    "Pixels",
    "Say",
    "Start",
    "State",
    "View",
    "Wait",
    "WorldAction",
    "WorldModel",
    "frame_errors",
    "inverse",
    "refuse",
    "step_by_step",
]

Frames: TypeAlias = NDArray[np.uint8]
Key: TypeAlias = Literal["w", "a", "s", "d", "look_left", "look_right", "look_up", "look_down"]
KEYS: Final[tuple[Key, ...]] = get_args(Key)
View: TypeAlias = Literal["stage", "walker"]
_UNDONE_BY: Final[dict[Key, Key]] = {
    "w": "s",
    "s": "w",
    "a": "d",
    "d": "a",
    "look_left": "look_right",
    "look_right": "look_left",
    "look_up": "look_down",
    "look_down": "look_up",
}


@dataclass(frozen=True)
class Look:
    """A move of the camera. At the stage, a and d go about it by 15 degrees to the left and right, look_up and
    look_down to the next height. A walker goes one place ahead (w), back (s) or aside (a, d), and turns by 15 degrees.
    """

    key: Key


@dataclass(frozen=True)
class Say:
    """Words for one step."""

    text: str


@dataclass(frozen=True)
class Wait:
    """Nothing is done: what moves goes on for one frame."""


WAIT: Final = Wait()
WorldAction: TypeAlias = Look | Push | Drop | Say | Wait


@dataclass(frozen=True)
class Start:
    """What a rollout starts from: frames uint8 (T, H, W, 3), the last of which is gone on from.

    What is known besides: the `scene` (its camera is where it is seen from), the `stage` with all that moves at the
    last frame, the `spot` of a walker. Models that can see need none of it; the simulator needs it all.
    """

    frames: Frames = field(repr=False)
    scene: Scene | None = None
    stage: Stage | None = None
    view: View = "stage"
    spot: Spot | None = None
    fps: float = FPS

    def __post_init__(self) -> None:
        if self.frames.ndim != 4 or not len(self.frames) or self.frames.dtype != np.uint8:
            raise InputError(
                f"{self.frames.dtype} frames {self.frames.shape}", "uint8 (T, H, W, 3), T at least 1", "give a clip"
            )


@dataclass(frozen=True)
class State:
    """Where a rollout is: all frames so far, what was done for each new one, and what the model keeps for itself.

    `notes` says in words what was not as asked, such as an anchor that was set anew.
    """

    start: Start
    seed: int
    frames: Frames = field(repr=False)
    actions: tuple[WorldAction, ...] = ()
    inner: object = field(default=None, repr=False, compare=False)
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> Frames:
        """The latest frame (H, W, 3)."""
        return np.asarray(self.frames[-1], np.uint8)

    @property
    def new_frames(self) -> Frames:
        """The frames that were made, one for each action."""
        return self.frames[len(self.frames) - len(self.actions) :]

    def after(
        self, actions: Sequence[WorldAction], frames: Sequence[Frames], inner: object = None, note: str = ""
    ) -> State:
        """Return the state after so many actions, with a frame (H, W, 3) for each."""
        told = self.notes if not note or note in self.notes else (*self.notes, note)
        joined = np.concatenate([self.frames, np.stack(frames)])
        return replace(self, frames=joined, actions=(*self.actions, *actions), inner=inner, notes=told)


@runtime_checkable
class WorldModel(Protocol):
    """See the module. `name` tells it in reports. All methods are pure: same state, action and seed, same frames."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def reset(self, start: Start, seed: int = 0) -> State:
        """Return the state at the start.

        Raises: InputError where it can't start there.
        """
        ...

    def step(self, state: State, action: WorldAction) -> State:
        """Return the state after one action: one new frame.

        Raises: InputError for an action that it does not know.
        """
        ...

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """Return the state after many actions; drawn together where the model does that, so not always what steps give.

        Raises: InputError for an action that it does not know.
        """
        ...

    def encode(self, frames: Frames) -> NDArray[np.float32]:
        """Return the latents (T, …) of frames (T, H, W, 3); of models without a latent space, pixels in -1 … 1."""
        ...

    def decode(self, latents: NDArray[np.float32]) -> Frames:
        """Return frames (T, H, W, 3) of latents."""
        ...

    def score(self, state: State, true: Frames) -> NDArray[np.float64]:
        """Return how far each new frame is from the true one (T, H, W, 3): root of the mean squared error, grey levels.

        Raises: InputError where there are not as many.
        """
        ...


def frame_errors(made: Frames, true: Frames) -> NDArray[np.float64]:
    """Return the root of the mean squared error of each frame, in grey levels.

    Raises: InputError for clips of different shapes.
    """
    if made.shape != true.shape:
        raise InputError(f"clips {made.shape} and {true.shape}", "one shape", "give a true frame for each new one")
    off = made.astype(np.float64) - true
    return np.asarray(np.sqrt((off**2).mean(axis=(1, 2, 3))))


def inverse(actions: Sequence[Look]) -> list[Look]:
    """Return the moves that undo moves: each one's opposite, the last first."""
    return [Look(_UNDONE_BY[action.key]) for action in reversed(actions)]


def step_by_step(model: WorldModel, state: State, actions: Sequence[WorldAction]) -> State:
    """Return the state after many actions, one step each."""
    for action in actions:
        state = model.step(state, action)
    return state


def refuse(model: str, action: WorldAction, known: str) -> InputError:
    """Return the refusal of an action that a model does not know."""
    return InputError(f"{model} was told {action}", known, "choose another action, or another model")


class Pixels:
    """What models without a latent space share: their latents are pixels, and a rollout is step by step."""

    def encode(self, frames: Frames) -> NDArray[np.float32]:
        """See `WorldModel`."""
        return frames.astype(np.float32) / 127.5 - 1

    def decode(self, latents: NDArray[np.float32]) -> Frames:
        """See `WorldModel`."""
        return np.clip(np.round((latents + 1) * 127.5), 0, 255).astype(np.uint8)

    def score(self, state: State, true: Frames) -> NDArray[np.float64]:
        """See `WorldModel`."""
        return frame_errors(state.new_frames, true)
