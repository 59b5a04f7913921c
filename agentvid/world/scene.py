"""Scenes of the small world: a few simple solids on a named grid, a named camera, a light. Pure data, JSON both ways.

The stage has 5 columns (0 is far left) and 5 rows (0 is far front), named as seen by the camera "front"; turning the
camera renames nothing. World axes: x to the stage's right, y to its back, z up, in units of which a large sphere has
radius 0.66. The camera looks at the middle of the stage from one of 24 azimuths and 3 heights; the light stays with
the stage, so that shadows tell the azimuth.

Does not cover: motion (`physics`), words (`language`), pictures (`render`).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from agentvid.errors import InputError

__all__ = [
    "AZIMUTHS",
    "CELL",
    "COLOURS",
    "GRID",
    "HEIGHTS",
    "HELD_OUT_PAIRS",
    "MOST_SOLIDS",
    "SHAPES",
    "SIZES",
    "STEP_DEG",
    "Camera",
    "Colour",
    "Height",
    "Light",
    "Scene",
    "Shape",
    "Size",
    "Solid",
    "Split",
    "free_places",
    "reach",
    "sample_camera",
    "sample_scene",
    "scene_from_json",
    "scene_to_json",
    "sizes_of",
    "split_of",
]

Shape: TypeAlias = Literal["ball", "cube", "cylinder", "cone"]
Colour: TypeAlias = Literal["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white"]
Size: TypeAlias = Literal["small", "large"]
Height: TypeAlias = Literal["low", "middle", "high"]
Split: TypeAlias = Literal["train", "held_out", "new_pair"]

SHAPES: Final[tuple[Shape, ...]] = get_args(Shape)
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
SIZES: Final[tuple[Size, ...]] = get_args(Size)
HEIGHTS: Final[tuple[Height, ...]] = get_args(Height)
GRID: Final = 5
CELL: Final = 0.56
"""Distance of neighbouring places, in world units."""
AZIMUTHS: Final = 24
STEP_DEG: Final = 360 / AZIMUTHS
MOST_SOLIDS: Final = 4
HELD_OUT_PAIRS: Final[frozenset[tuple[Colour, Shape]]] = frozenset(
    {("red", "cone"), ("green", "cube"), ("blue", "cylinder"), ("orange", "ball")}
)
"""Pairs of colour and shape that no training scene shows; each colour and each shape is seen in others."""

_RADIUS: Final[dict[Size, float]] = {"small": 0.45, "large": 0.70}
_EXTENT: Final[dict[Shape, tuple[float, float]]] = {
    "ball": (1.0, 1.0),
    "cube": (0.8, 0.8),
    "cylinder": (0.8, 0.8),
    "cone": (0.95, 0.85),
}
_GAP: Final = 0.08
_TRIES: Final = 2000
_HELD_OUT_IN: Final = 16


@dataclass(frozen=True, order=True)
class Solid:
    """One solid at rest. `row` 0 … 4 runs from far front to far back, `column` 0 … 4 from far left to far right.

    Raises: InputError for a place off the grid.
    """

    row: int
    column: int
    shape: Shape
    colour: Colour
    size: Size

    def __post_init__(self) -> None:
        _known("shape", self.shape, SHAPES)
        _known("colour", self.colour, COLOURS)
        _known("size", self.size, SIZES)
        if not (0 <= self.row < GRID and 0 <= self.column < GRID):
            raise InputError(f"place row {self.row}, column {self.column}", f"each 0 to {GRID - 1}", "choose a place")

    @property
    def xy(self) -> tuple[float, float]:
        """Where it stands, in world units."""
        return (self.column - GRID // 2) * CELL, (self.row - GRID // 2) * CELL

    @property
    def look(self) -> tuple[Size, Colour, Shape]:
        """All that can be said of it but its place."""
        return self.size, self.colour, self.shape


@dataclass(frozen=True)
class Camera:
    """A named camera: `azimuth` counts steps of 15 degrees to the right, 0 is the front, 6 the stage's right."""

    azimuth: int = 0
    height: Height = "middle"

    def __post_init__(self) -> None:
        _known("height", self.height, HEIGHTS)
        if not 0 <= self.azimuth < AZIMUTHS:
            raise InputError(f"azimuth {self.azimuth}", f"0 to {AZIMUTHS - 1} steps of 15 degrees", "choose a step")

    def turned(self, steps: int) -> Camera:
        """Return the camera that many steps further to the right."""
        return Camera((self.azimuth + steps) % AZIMUTHS, self.height)


@dataclass(frozen=True)
class Light:
    """One soft light. `azimuth_deg` as the camera's (where it stands), `elevation_deg` above the floor, `angle_deg` how
    wide it is seen from the stage: wider makes softer shadows.
    """

    azimuth_deg: float = -50.0
    elevation_deg: float = 50.0
    angle_deg: float = 15.0


@dataclass(frozen=True)
class Scene:
    """Solids in order of their place (row, then column), a camera, a light. Scenes are equal when they look the same.

    Raises: InputError for no or too many solids, or two that touch.
    """

    solids: tuple[Solid, ...]
    camera: Camera = field(default_factory=Camera)
    light: Light = field(default_factory=Light)

    def __post_init__(self) -> None:
        object.__setattr__(self, "solids", tuple(sorted(self.solids)))
        if not 1 <= len(self.solids) <= MOST_SOLIDS:
            raise InputError(f"{len(self.solids)} solids", f"1 to {MOST_SOLIDS}", "add or leave out some")
        for first, second in combinations(self.solids, 2):
            if touch(first, second):
                raise InputError(
                    f"{first} and {second} touch", "solids that stand apart", "move one of them, or make it small"
                )


def sizes_of(shape: Shape, size: Size) -> tuple[float, float]:
    """Return the radius of the footprint (half the edge of a cube) and half the height, in world units."""
    radius = _RADIUS[size]
    return radius * _EXTENT[shape][0], radius * _EXTENT[shape][1]


def reach(solid: Solid) -> float:
    """Return the radius of the circle around the footprint, in world units."""
    half, _ = sizes_of(solid.shape, solid.size)
    return half * math.sqrt(2) if solid.shape == "cube" else half


def touch(first: Solid, second: Solid) -> bool:
    """Tell whether two solids touch or nearly do."""
    (x0, y0), (x1, y1) = first.xy, second.xy
    return math.hypot(x1 - x0, y1 - y0) < reach(first) + reach(second) + _GAP


def free_places(others: Sequence[Solid], solid: Solid) -> Iterator[Solid]:
    """Give the solid at each place where it touches none of the others, the nearest to its own first."""
    grid = ((row, column) for row in range(GRID) for column in range(GRID))
    for row, column in sorted(grid, key=lambda at: (at[0] - solid.row) ** 2 + (at[1] - solid.column) ** 2):
        there = replace(solid, row=row, column=column)
        if not any(touch(there, other) for other in others):
            yield there


def sample_camera(rng: np.random.Generator) -> Camera:
    """Draw a camera: the front at middle height in a third of the cases, any of the 72 otherwise."""
    if rng.random() < 1 / 3:
        return Camera()
    return Camera(int(rng.integers(AZIMUTHS)), HEIGHTS[int(rng.integers(len(HEIGHTS)))])


def sample_scene(
    rng: np.random.Generator, solids: int | None = None, split: Split = "train", camera: Camera | None = None
) -> Scene:
    """Draw a scene of 1 to 3 solids (or as many as told) that belongs to `split`; no two solids look the same.

    Raises: InputError for a number of solids that is not 1 to 4.
    """
    wanted = int(rng.integers(1, 4)) if solids is None else solids
    if not 1 <= wanted <= MOST_SOLIDS:
        raise InputError(f"{wanted} solids", f"1 to {MOST_SOLIDS}", "ask for fewer")
    for _ in range(_TRIES):
        drawn = _draw_solids(rng, wanted)
        if drawn is None:
            continue
        scene = Scene(drawn, camera or sample_camera(rng))
        if split_of(scene) == split:
            return scene
    raise AssertionError(f"no scene of {wanted} solids for {split} in {_TRIES} draws")


def split_of(scene: Scene) -> Split:
    """Return where a scene belongs: `new_pair` if it shows a held-out pair, else one layout in 16 is `held_out`.

    The camera does not count: all views of a layout are on one side.
    """
    if any((solid.colour, solid.shape) in HELD_OUT_PAIRS for solid in scene.solids):
        return "new_pair"
    told = "|".join(",".join(map(str, (s.row, s.column, *s.look))) for s in scene.solids)
    digest = hashlib.sha256(told.encode()).digest()
    return "held_out" if int.from_bytes(digest[:4], "big") % _HELD_OUT_IN == 0 else "train"


def scene_to_json(scene: Scene) -> str:
    """Return the scene as one line of JSON, keys sorted."""
    return json.dumps(asdict(scene), sort_keys=True)


def scene_from_json(text: str) -> Scene:
    """Read what `scene_to_json` wrote.

    Raises: InputError where it is no scene.
    """
    try:
        told: dict[str, Any] = json.loads(text)
        solids = tuple(Solid(**solid) for solid in told["solids"])
        return Scene(solids, Camera(**told["camera"]), Light(**told["light"]))
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{text[:80]!r} is no scene: {error}", "what scene_to_json writes", "correct it") from error


def _draw_solids(rng: np.random.Generator, wanted: int) -> tuple[Solid, ...] | None:
    """Draw places one by one; None where two would touch or look the same."""
    drawn: list[Solid] = []
    for _ in range(wanted):
        row, column, shape, colour, size = (
            int(rng.integers(many)) for many in (GRID, GRID, len(SHAPES), len(COLOURS), len(SIZES))
        )
        solid = Solid(row, column, SHAPES[shape], COLOURS[colour], SIZES[size])
        if any(touch(solid, other) or solid.look == other.look for other in drawn):
            return None
        drawn.append(solid)
    return tuple(drawn)


def _known(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{what} {value!r}", f"one of {', '.join(known)}", f"choose a {what}")
