"""Constant velocity as one rival: of true poses where the scene is known, of the whole picture in real clips."""

from __future__ import annotations

from collections.abc import Sequence

from agentvid.engines.classical.world_model import SteadyShift
from agentvid.engines.simulator.world_model import ConstantSpeed
from agentvid.world.model import Pixels, Start, State, WorldAction, step_by_step

__all__ = ["ConstantVelocity"]


class ConstantVelocity(Pixels):
    """What moves goes on as it is: see `ConstantSpeed` and `SteadyShift`."""

    name = "constant-velocity"

    def reset(self, start: Start, seed: int = 0) -> State:
        """See `WorldModel`."""
        return self._of(start).reset(start, seed)

    def step(self, state: State, action: WorldAction) -> State:
        """See `WorldModel`."""
        return self._of(state.start).step(state, action)

    def rollout(self, state: State, actions: Sequence[WorldAction]) -> State:
        """See `WorldModel`."""
        return step_by_step(self, state, actions)

    def _of(self, start: Start) -> ConstantSpeed | SteadyShift:
        return SteadyShift() if start.scene is None else ConstantSpeed()
