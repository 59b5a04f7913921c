"""A world model as a gymnasium environment. Needs the extra `lab`: pip install 'agentvid[lab]'.

    env = WorldEnv(SimulatorWorld(), random_starts(), most_steps=15)
    frame, info = env.reset(seed=1)
    frame, reward, terminated, truncated, info = env.step(env.action_space.sample())

Observations are frames, actions are numbers of `actions`. There is no goal unless a `reward` tells one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError, SettingsError
from agentvid.world.model import WAIT, Look, Start, State, WorldAction, WorldModel
from agentvid.world.physics import DIRECTIONS, STRENGTHS, Push
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, sample_scene

try:
    import gymnasium
except ImportError as missing:
    raise SettingsError("gymnasium is not installed", "the extra `lab`", "pip install 'agentvid[lab]'") from missing

__all__ = ["Starts", "WorldEnv", "camera_actions", "push_actions", "random_starts"]

Starts = Callable[[np.random.Generator], Start]
Acts = Callable[[Start], Sequence[WorldAction]]
Reward = Callable[[State, State], float]
_MOST_STEPS: Final = 15


def random_starts(solids: int = 2, size: int = 128) -> Starts:
    """Return a draw of scenes of so many solids, seen from the front, at rest."""

    def draw(rng: np.random.Generator) -> Start:
        scene = sample_scene(rng, solids, camera=Camera())
        return Start(render_scene(scene, size=size).rgb[None], scene=scene)

    return draw


def camera_actions(start: Start) -> Sequence[WorldAction]:
    """Return what can be done with the stage's camera at every height: nothing, and going about the stage."""
    return WAIT, Look("a"), Look("d")


def push_actions(start: Start) -> Sequence[WorldAction]:
    """Return what can be done in a scene: nothing, and each push of each solid.

    Raises: InputError where the scene is not known.
    """
    if start.scene is None:
        raise InputError("a start whose scene is not known", "its scene", "give it")
    pushes = [Push(solid, way, force) for solid in start.scene.solids for way in DIRECTIONS for force in STRENGTHS]
    return WAIT, *pushes


def _no_reward(before: State, after: State) -> float:
    return 0.0


class WorldEnv(gymnasium.Env[NDArray[np.uint8], np.int64]):
    """Acts on any world model. `acts` must give as many actions for every start; `reward` compares two states."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 8}  # noqa: RUF012 (gymnasium's own name)
    render_mode = "rgb_array"

    def __init__(
        self,
        model: WorldModel,
        starts: Starts,
        acts: Acts = push_actions,
        *,
        reward: Reward = _no_reward,
        most_steps: int = _MOST_STEPS,
    ) -> None:
        self._model, self._starts, self._acts, self._reward = model, starts, acts, reward
        self._most_steps = most_steps
        first = starts(np.random.default_rng(0))
        self._actions = tuple(acts(first))
        self._state = model.reset(first)
        self.observation_space = gymnasium.spaces.Box(0, 255, self._state.frame.shape, np.uint8)
        self.action_space = gymnasium.spaces.Discrete(len(self._actions))

    @property
    def actions(self) -> tuple[WorldAction, ...]:
        """What each number of the action space does from this start."""
        return self._actions

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Draw a start; the same seed draws the same.

        Raises: InputError where it has another number of actions than the first one.
        """
        super().reset(seed=seed)
        start = self._starts(self.np_random)
        actions = tuple(self._acts(start))
        if len(actions) != len(self._actions):
            raise InputError(f"a start with {len(actions)} actions", f"{len(self._actions)}", "draw like starts")
        self._actions = actions
        self._state = self._model.reset(start, int(self.np_random.integers(2**31)))
        return self._state.frame.copy(), self._info()

    def step(self, action: np.int64) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Do one action; it ends, truncated, after the most steps."""
        before = self._state
        self._state = self._model.step(before, self._actions[int(action)])
        truncated = len(self._state.actions) >= self._most_steps
        return self._state.frame.copy(), self._reward(before, self._state), False, truncated, self._info()

    def render(self) -> NDArray[np.uint8]:
        """Return the latest frame."""
        return self._state.frame.copy()

    def _info(self) -> dict[str, Any]:
        return {"steps": len(self._state.actions), "notes": list(self._state.notes)}
