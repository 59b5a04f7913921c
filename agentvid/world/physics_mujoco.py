"""The same actions computed by MuJoCo: an independent check of the light `physics`, and clips with contacts in space.

Solids move along x, y and z and do not turn, as in the light physics; with `rolling`, balls also spin. What differs is
the contact: MuJoCo's is soft, takes some milliseconds and follows the surfaces, so that a ball may ride up a cone's
side. Masses, friction and bounces are those of `physics`. A cone is a convex mesh of 64 sides on a foot of 0.04 units,
upright like a coin's edge; the footprints of all but balls are made 0.01 units smaller and their contacts reach as much
further. Without foot and margin two cones that meet lift one another.

    clip = simulate_mujoco(scene, Push(ball, "right", "hard"))     # needs the extra: pip install 'agentvid[train]'

Source: restitution of a linear spring and damper, Schwager and Pöschel 2007, "Coefficient of restitution and
linear-dashpot model revisited", equations 21 and 22; MuJoCo's documentation, "Solver parameters".
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import numpy as np

from agentvid.errors import SettingsError
from agentvid.world.bodies import rest_pose
from agentvid.world.look import CUBE_YAW_DEG
from agentvid.world.physics import (
    BOUNCE,
    DROP_HEIGHT,
    FPS,
    FRAMES,
    GRAVITY,
    RESTITUTION,
    ROLLING,
    Action,
    Clip,
    Drop,
    Event,
    check_action,
    mass_of,
    slowing_of,
    start_speed,
)
from agentvid.world.scene import Scene, Solid, sizes_of

__all__ = ["simulate_mujoco"]

STEP: Final = 0.001
"""Seconds."""
_PACE: Final = 250.0
"""Own frequency of a contact, radians a second: it lasts about 12 ms and gives way 12 mm at 3 units a second."""
_SKIN: Final = 0.01
_SIDES: Final = 64
_FOOT: Final = 0.04
_GRIP: Final = 0.9
"""Friction of a rolling ball's point of contact; `ROLLING` alone slows it."""
_LOOK: Final = 10
"""Steps from one look at the speeds to the next."""
_QUIET: Final = 0.02
_QUIET_LOOKS: Final = 3
"""Slower than this at so many looks on end, a solid has stopped."""


@dataclass
class _State:
    """What has been told of one solid so far."""

    solid: Solid
    moved: bool = False
    landed: bool = True
    quiet: int = 0


def simulate_mujoco(
    scene: Scene, action: Action, frames: int = FRAMES, fps: float = FPS, *, rolling: bool = False
) -> Clip:
    """Move the scene on after an action, as `physics.simulate` does. The same call gives the same bytes on one machine.

    `rolling` lets balls spin: they then keep some way after a hit, and lose some to the spin of others. Poses do not
    show the spin, balls being plain.

    Raises: SettingsError where MuJoCo is not installed; InputError as `physics.simulate`.
    """
    check_action(scene, action, frames, fps)
    mujoco = _library()
    model = mujoco.MjModel.from_xml_string(_model_xml(scene, rolling))
    data = mujoco.MjData(model)
    states = [_State(solid) for solid in scene.solids]
    _start(data, scene, action, states, rolling)
    mujoco.mj_forward(model, data)
    poses = np.stack([rest_pose(solid) for solid in scene.solids])[None].repeat(frames, axis=0)
    events, met, steps = list[Event](), set[tuple[int, int]](), 0
    poses[:, :, :3] = data.xpos[1:]
    for frame in range(1, frames):
        while steps * STEP < frame / fps - 1e-9:
            mujoco.mj_step(model, data)
            steps += 1
            events += _contacts(data, states, met, frame)
            if steps % _LOOK == 0:
                events += _stops(data, states, frame)
        poses[frame:, :, :3] = data.xpos[1:]
        if not any(state.moved for state in states):
            break
    return Clip(scene, action, poses.astype(np.float32), tuple(events), fps)


def _library() -> Any:
    try:
        import mujoco
    except ImportError as error:
        raise SettingsError(
            "MuJoCo is not installed", "it, for this physics", "pip install 'agentvid[train]', or use physics.simulate"
        ) from error
    return mujoco


def _start(data: Any, scene: Scene, action: Action, states: list[_State], rolling: bool) -> None:
    """Body `i` has three slides, and a ball joint after them where it rolls."""
    index = scene.solids.index(action.target)
    states[index].moved = True
    turns = [rolling and solid.shape == "ball" for solid in scene.solids]
    place, speed = 3 * index + 4 * sum(turns[:index]), 3 * index + 3 * sum(turns[:index])
    if isinstance(action, Drop):
        states[index].landed = False
        data.qpos[place + 2] = DROP_HEIGHT
        return
    vx, vy = start_speed(action)
    data.qvel[speed : speed + 2] = vx, vy
    if turns[index]:
        radius, _ = sizes_of(action.target.shape, action.target.size)
        data.qvel[speed + 3 : speed + 6] = -vy / radius, vx / radius, 0.0


def _contacts(data: Any, states: list[_State], met: set[tuple[int, int]], frame: int) -> Iterator[Event]:
    """Tell what touched for the first time. Geoms are numbered as bodies are: 0 is the floor."""
    for pair in data.contact.geom[: data.ncon].tolist():
        first, second = sorted(pair)
        one, two = states[first - 1], states[second - 1]
        if first == 0 and not two.landed:
            two.landed = True
            yield Event(frame, "lands", two.solid)
        elif first > 0 and (first, second) not in met:
            met.add((first, second))
            mover, hit = (one, two) if one.moved else (two, one)
            hit.moved, hit.quiet = True, 0
            yield Event(frame, "meets", mover.solid, hit.solid)


def _stops(data: Any, states: list[_State], frame: int) -> Iterator[Event]:
    """Tell which solids have been quiet for long enough; at the top of a bounce one is quiet for a moment only."""
    for speed, state in zip(np.abs(data.cvel[1:, 3:]).max(axis=1), states, strict=True):
        state.quiet = state.quiet + 1 if speed < _QUIET else 0
        if state.moved and state.landed and state.quiet >= _QUIET_LOOKS:
            state.moved = False
            yield Event(frame, "stops", state.solid)


def _model_xml(scene: Scene, rolling: bool) -> str:
    solids = list(enumerate(scene.solids, 1))
    bodies = "".join(_body_xml(number, solid, rolling) for number, solid in solids)
    floors = "".join(_floor_xml(number, solid, rolling) for number, solid in solids)
    contact = _spring(RESTITUTION)
    pairs = "".join(
        f'<pair geom1="g{i}" geom2="g{j}" condim="1" margin="{_skin(one) + _skin(two)}" {contact}/>'
        for (i, one), (j, two) in combinations(solids, 2)
    )
    cones = "".join(_cone_xml(number, solid) for number, solid in solids if solid.shape == "cone")
    return f"""<mujoco>
      <option timestep="{STEP}" gravity="0 0 {-GRAVITY}" cone="elliptic" integrator="implicitfast"/>
      <asset>{cones}</asset>
      <worldbody><geom name="g0" type="plane" size="9 9 1" contype="0" conaffinity="0"/>{bodies}</worldbody>
      <contact>{floors}{pairs}</contact>
    </mujoco>"""


def _body_xml(number: int, solid: Solid, rolling: bool) -> str:
    x, y = solid.xy
    radius, half = sizes_of(solid.shape, solid.size)
    flat = radius - _skin(solid)
    geom = {
        "ball": f'type="sphere" size="{radius}"',
        "cube": f'type="box" size="{flat} {flat} {half}" euler="0 0 {CUBE_YAW_DEG}"',
        "cylinder": f'type="cylinder" size="{flat} {half}"',
        "cone": f'type="mesh" mesh="m{number}"',
    }[solid.shape]
    turns = '<joint type="ball"/>' if rolling and solid.shape == "ball" else ""
    return f"""<body pos="{x} {y} {half}">
      <joint type="slide" axis="1 0 0"/><joint type="slide" axis="0 1 0"/><joint type="slide" axis="0 0 1"/>{turns}
      <geom name="g{number}" {geom} mass="{mass_of(solid)}" contype="0" conaffinity="0"/>
    </body>"""


def _floor_xml(number: int, solid: Solid, rolling: bool) -> str:
    """A ball that rolls loses speed to rolling friction: torque = coefficient x load, on 7/5 of its inertia."""
    bounce = _spring(BOUNCE[solid.shape])
    if rolling and solid.shape == "ball":
        radius, _ = sizes_of(solid.shape, solid.size)
        roll = 1.4 * radius * ROLLING / GRAVITY
        return f'<pair geom1="g0" geom2="g{number}" condim="6" friction="{_GRIP} {_GRIP} 0 {roll} {roll}" {bounce}/>'
    slide = slowing_of(solid) / GRAVITY
    return f'<pair geom1="g0" geom2="g{number}" condim="3" friction="{slide} {slide} 0 0 0" {bounce}/>'


def _cone_xml(number: int, solid: Solid) -> str:
    radius, half = sizes_of(solid.shape, solid.size)
    flat = radius - _skin(solid)
    turns = [2 * math.pi * side / _SIDES for side in range(_SIDES)]
    rim = " ".join(
        f"{flat * math.cos(turn):.6f} {flat * math.sin(turn):.6f} {height - half:.6f}"
        for height in (0.0, _FOOT)
        for turn in turns
    )
    return f'<mesh name="m{number}" vertex="{rim} 0 0 {half}"/>'


def _skin(solid: Solid) -> float:
    return 0.0 if solid.shape == "ball" else _SKIN


def _spring(restitution: float) -> str:
    """Stiffness and damping, as MuJoCo's accelerations per depth and per speed, of contacts that bounce so much."""
    damping = 2 * _damping(restitution) * _PACE
    return f'solref="{-_PACE * _PACE} {-damping}" solimp="0.999 0.999 0.001"'


@lru_cache
def _damping(restitution: float) -> float:
    """Return the share of critical damping with which a linear spring has this restitution, by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        ratio = (low + high) / 2
        turn = math.sqrt(1 - ratio * ratio)
        kept = math.exp(-ratio / turn * (math.pi - math.atan2(2 * ratio * turn, turn * turn - ratio * ratio)))
        low, high = (ratio, high) if kept > restitution else (low, ratio)
    return (low + high) / 2
