"""The small model as a world model: pushes and drops as clips, the camera about the stage, a walker on it.

What is drawn together in a rollout is drawn frame by frame in steps, each beside all that were drawn before. A clip is
at most `FRAMES` long; then the last frames become the anchor of the next one, and the state says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from agentvid.engines.simulator.world_model import said_action, turned
from agentvid.engines.small.inside import WHAT_IS_THERE
from agentvid.engines.small.thinking import as_scene, as_thought
from agentvid.errors import InputError
from agentvid.models.mot import Decoding, Session, Unified
from agentvid.models.mot.sizes import to_pixels, to_tensor
from agentvid.world.caption import instruct
from agentvid.world.edits import Turn
from agentvid.world.film import GIVEN, ask_action, ask_next, ask_steps, think_future, think_walk
from agentvid.world.language import Course, Tour, tell_scene
from agentvid.world.model import Look, Say, Start, State, Wait, WorldAction, frame_errors, refuse, step_by_step
from agentvid.world.physics import FRAMES, Drop, Push
from agentvid.world.render import SIZE
from agentvid.world.scene import Scene
from agentvid.world.walk import Step, walk_from

__all__ = ["SmallWorld"]

_MOST_TOKENS: Final = 160
_STEPS: Final[dict[str, Step]] = {"w": "forward", "look_left": "left", "look_right": "right"}
_NO_CLIPS: Final = "these weights were not trained on clips"
_ANCHORED: Final = f"a clip is {FRAMES} frames long at most: its last frames became the anchor of the next one"


@dataclass(frozen=True)
class _Inner:
    """The scene as it is seen now; the clip that is going on: the index of its first frame, its action, its thought."""

    scene: Scene | None
    first: int = 0
    action: Push | Drop | None = None
    thought: Course | None = None
    has_moved: bool = False


@dataclass(frozen=True)
class SmallWorld:
    """A checkpoint of our own layout. Knows `Push`, `Drop` (also said in its words), `Wait`, and the camera's moves."""

    unified: Unified
    name: str = "small"
    knows_clips: bool = True
    """Whether the weights say that they were trained on clips; where not, states note it."""

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`.

        Raises: InputError for frames that are not 128x128.
        """
        if start.frames.shape[1:3] != (SIZE, SIZE):
            raise InputError(f"frames of {start.frames.shape[1:3]}", f"{SIZE}x{SIZE}", "resize them")
        return State(start, seed, start.frames, inner=_Inner(start.scene))

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`."""
        return self._go_on(state, [action])

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`. An action and what is waited after it is drawn together, as is a walk."""
        if state.start.view == "walker":
            return self._walk(state, actions)
        for begins, part in groupby(_clips(actions), key=lambda each: each[0]):
            some = [action for _, action in part]
            state = step_by_step(self, state, some) if begins < 0 else self._go_on(state, some)
        return state

    def encode(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `WorldModel`: (T, C, h, w), by the codec."""
        with torch.no_grad():
            told = [self.unified.codec.encode(to_tensor(frame)[:, None])[:, 0] for frame in frames]
        return torch.stack(told).float().cpu().numpy()

    def decode(self, latents: NDArray[np.float32]) -> NDArray[np.uint8]:
        """See `WorldModel`."""
        with torch.no_grad():
            return np.stack([to_pixels(self.unified.codec.decode(torch.from_numpy(z)[:, None])[:, 0]) for z in latents])

    def score(self, state: State, true: NDArray[np.uint8]) -> NDArray[np.float64]:
        """See `WorldModel`."""
        return frame_errors(state.new_frames, true)

    def _go_on(self, state: State, actions: list[WorldAction]) -> State:
        """Go on by one action of the camera, or by an action on a solid and what is waited after it."""
        if state.start.view == "walker":
            return self._walk(state, actions)
        first = said_action(self.name, actions[0]) if isinstance(actions[0], Say) else actions[0]
        if isinstance(first, Look):
            return self._turned(state, first)
        inner = _inner(state)
        if isinstance(first, Push | Drop):
            at = len(state.frames) - 1
            inner = replace(inner, first=at, action=first, thought=None, has_moved=True)
        for many in _parts(len(actions), FRAMES - (len(state.frames) - inner.first)):
            if many > 0:
                state = self._clip(state, inner, actions[:many])
                inner, actions = _inner(state), actions[many:]
            if actions:
                inner = replace(inner, first=max(0, len(state.frames) - GIVEN), action=None, thought=None)
                state = replace(state, notes=tuple(dict.fromkeys((*state.notes, _ANCHORED))))
        return state

    def _clip(self, state: State, inner: _Inner, actions: Sequence[WorldAction]) -> State:
        """Draw the frames after those of the clip that is going on, all together."""
        known, session = state.frames[inner.first :], self.unified.session()
        looked = known[-GIVEN:] if inner.action is None else known[:1]
        for frame in looked:
            session.look(frame, latents=False)
        if inner.action is None:
            session.read(ask_next(np.random.default_rng(state.seed), "en"))
        else:
            inner = replace(inner, thought=inner.thought or self._course(session, inner.action))
            assert inner.thought is not None
            session.read(think_future(inner.thought, "en"), as_thought=True)
        many = len(known) + len(actions)
        drawn = session.draw((SIZE, SIZE), seed=state.seed, frames=many, pinned=dict(enumerate(known)))
        return state.after(actions, list(drawn.frames[len(known) :]), inner, "" if self.knows_clips else _NO_CLIPS)

    def _course(self, session: Session, action: Push | Drop) -> Course:
        """Return what the model thinks comes of an action; where its words can't be read, the action alone."""
        session.read(ask_action(Course(action), "en"))
        told = as_thought(session.think(Decoding(limit=_MOST_TOKENS), keep=False).text)
        return told if isinstance(told, Course) and told.action == action else Course(action)

    def _turned(self, state: State, action: Look) -> State:
        inner = _inner(state)
        if inner.has_moved:
            raise refuse(self.name, action, "a camera that moves before anything else does")
        scene = inner.scene or self._read(state)
        there = replace(scene, camera=turned(scene.camera, action))
        session = self.unified.session()
        session.look(state.frame)
        session.read(instruct(np.random.default_rng(state.seed), scene, Turn(there.camera), "en"))
        session.read(tell_scene(there, "en"), as_thought=True)
        drawn = session.draw((SIZE, SIZE), seed=state.seed)
        return state.after([action], [drawn.image], replace(inner, scene=there))

    def _walk(self, state: State, actions: Sequence[WorldAction]) -> State:
        start = state.start
        if start.scene is None or start.spot is None:
            raise InputError("a walk whose scene or spot is not known", "both", "give them")
        steps = []
        for action in (*state.actions, *actions):
            if not isinstance(action, Look) or action.key not in _STEPS:
                raise refuse(self.name, action, f"Look by {', '.join(_STEPS)}")
            steps.append(_STEPS[action.key])
        walk, session = walk_from(start.spot, tuple(steps)), self.unified.session()
        known = state.frames[len(start.frames) - 1 :]
        session.look(known[0], latents=False)
        session.read(ask_steps(walk, "en"))
        session.read(think_walk(Tour(start.scene, walk), "en"), as_thought=True)
        drawn = session.draw(
            (SIZE, SIZE), seed=state.seed, frames=len(known) + len(actions), pinned=dict(enumerate(known))
        )
        note = "" if self.knows_clips else _NO_CLIPS
        return state.after(actions, list(drawn.frames[len(known) :]), state.inner, note)

    def _read(self, state: State) -> Scene:
        session = self.unified.session()
        session.look(state.frame, latents=False)
        session.read(WHAT_IS_THERE["en"])
        scene = as_scene(session.think(Decoding(limit=_MOST_TOKENS), keep=False).text)
        if scene is None:
            raise InputError("a picture in which the model reads no scene", "one of its world", "tell its scene")
        return scene


def _inner(state: State) -> _Inner:
    assert isinstance(state.inner, _Inner)
    return state.inner


def _clips(actions: Sequence[WorldAction]) -> list[tuple[int, WorldAction]]:
    """Return each action with the number of the clip it belongs to, -1 where it is a move of the camera."""
    number, found = 0, list[tuple[int, WorldAction]]()
    for action in actions:
        number += not isinstance(action, Wait)
        found.append((-1 if isinstance(action, Look) else number, action))
    return found


def _parts(wanted: int, room: int) -> list[int]:
    """Return how many frames are drawn in each clip: what there is room for, then by fresh anchors."""
    parts = [min(wanted, max(0, room))]
    while sum(parts) < wanted:
        parts.append(min(wanted - sum(parts), FRAMES - GIVEN))
    return parts
