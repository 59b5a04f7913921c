"""A world of one's own: the same stage with other colours, objects, light and physics, told in the same words.

# world.toml
objects = ["red cone", "green cube", "blue cylinder"]     # colour and shape; without it all there are
sizes = ["small"]
most_solids = 2

[colours]
red = "#e07a5f"                                           # what the word looks like from now on

[light]
elevation_deg = 25

[physics]
gravity = 3.7                                             # factors of the others: bounce, friction
bounce = 1.4

world = read_world(Path("world.toml"))
world.render(world.sample_scene(rng))
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.look import ALBEDO, DISPLAY_GAMMA, Rgb
from agentvid.world.physics import EARTH, FRAMES, Action, Clip, Drop, Laws, sample_action, simulate
from agentvid.world.render import render_scene
from agentvid.world.scene import (
    COLOURS,
    GRID,
    MOST_SOLIDS,
    SHAPES,
    SIZES,
    Camera,
    Colour,
    Light,
    Scene,
    Shape,
    Size,
    Solid,
    free_places,
    sample_camera,
)

__all__ = ["OwnWorld", "read_world"]

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_TRIES: Final = 200


@dataclass(frozen=True)
class OwnWorld:
    """See the module. `palette` is in linear light; objects are pairs of colour and shape."""

    objects: tuple[tuple[Colour, Shape], ...] = tuple((colour, shape) for colour in COLOURS for shape in SHAPES)
    sizes: tuple[Size, ...] = SIZES
    most_solids: int = 3
    palette: Mapping[Colour, Rgb] = field(default_factory=lambda: dict(ALBEDO))
    light: Light = field(default_factory=Light)
    laws: Laws = EARTH

    @property
    def digest(self) -> str:
        """Digest of all that makes it."""
        told = f"{self.objects} {self.sizes} {self.most_solids} {sorted(self.palette.items())} {self.light} {self.laws}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def sample_scene(self, rng: np.random.Generator, camera: Camera | None = None) -> Scene:
        """Draw a scene of 1 to `most_solids` of its objects, no two alike; fewer where no more fit."""
        solids = list[Solid]()
        wanted = int(rng.integers(1, self.most_solids + 1))
        for index in rng.permutation(len(self.objects))[:wanted]:
            colour, shape = self.objects[int(index)]
            row, column = (int(each) for each in rng.integers(GRID, size=2))
            size = self.sizes[int(rng.integers(len(self.sizes)))]
            solids += list(free_places(solids, Solid(row, column, shape, colour, size)))[:1]
        return Scene(tuple(solids), camera or sample_camera(rng), self.light)

    def sample_clip(self, rng: np.random.Generator, frames: int = FRAMES) -> Clip:
        """Draw a scene and a push or drop in it, and what comes of it by the laws of this world."""
        for _ in range(_TRIES):
            scene = self.sample_scene(rng, Camera())
            action = sample_action(rng, scene)
            if action is not None:
                return self.simulate(scene, action, frames)
        scene = self.sample_scene(rng, Camera())
        return self.simulate(scene, Drop(scene.solids[0]), frames)

    def simulate(self, scene: Scene, action: Action, frames: int = FRAMES) -> Clip:
        """Return what comes of an action."""
        return simulate(scene, action, frames, laws=self.laws)

    def render(self, scene: Scene, poses: NDArray[np.floating] | None = None) -> NDArray[np.uint8]:
        """Return a picture (128, 128, 3)."""
        return render_scene(scene, poses, palette=self.palette).rgb


def read_world(path: Path) -> OwnWorld:
    """Read a world from a TOML file; what it does not tell is as in the small world.

    Raises: InputError where it can't be read, or tells what there is not.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}", "a world in TOML", "see agentvid.world.own") from error
    known = {"objects", "sizes", "most_solids", "colours", "light", "physics"}
    if unknown := set(told) - known:
        raise InputError(f"{path}: {', '.join(sorted(unknown))}", f"some of {', '.join(sorted(known))}", "correct it")
    world = OwnWorld(
        light=_values(path, "light", Light(), told.get("light", {})),
        laws=_values(path, "physics", EARTH, told.get("physics", {})),
        palette={**ALBEDO, **{_known(path, name, COLOURS): _linear(path, each) for name, each in _table(told)}},
    )
    if "objects" in told:
        world = replace(world, objects=tuple(_object(path, each) for each in told["objects"]))
    if "sizes" in told:
        world = replace(world, sizes=tuple(_known(path, each, SIZES) for each in told["sizes"]))
    most = told.get("most_solids", min(world.most_solids, len(world.objects)))
    if not world.objects or not world.sizes or not (isinstance(most, int) and 1 <= most <= MOST_SOLIDS):
        raise InputError(f"{path}: {most} solids", f"1 to {MOST_SOLIDS}, objects and sizes to draw from", "correct it")
    return replace(world, most_solids=most)


def _table(told: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(told.get("colours", {}).items())


def _object(path: Path, told: Any) -> tuple[Colour, Shape]:
    colour, _, shape = str(told).partition(" ")
    return _known(path, colour, COLOURS), _known(path, shape, SHAPES)


def _known(path: Path, told: Any, known: tuple[Any, ...]) -> Any:
    if told not in known:
        raise InputError(f"{path}: {told!r}", f"one of {', '.join(known)}", "choose one of them")
    return told


def _linear(path: Path, told: Any) -> Rgb:
    if not isinstance(told, str) or not _HEX.fullmatch(told):
        raise InputError(f"{path}: the colour {told!r}", "such as '#e07a5f'", "write it so")
    red, green, blue = ((int(told[at : at + 2], 16) / 255) ** (1 / DISPLAY_GAMMA) for at in (1, 3, 5))
    return red, green, blue


def _values(path: Path, part: str, usual: Any, told: Mapping[str, Any]) -> Any:
    known = [each.name for each in fields(usual)]
    for name, value in told.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name not in known or not is_number or (value <= 0 and part == "physics"):
            raise InputError(f"{path}: {part} {name} = {value!r}", f"numbers for {', '.join(known)}", "correct it")
    return replace(usual, **{name: float(value) for name, value in told.items()})
