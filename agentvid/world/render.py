"""Pictures of scenes: RGB with instance mask and depth, from a named camera, any other eye, or the map's.

    picture = render_scene(scene)                          # fast, numpy
    pictures = render_batch(shots, device="cuda")          # the dense torch reference, a batch at once

Both casters follow the same formulas. Measured side by side by `tests/world/test_world_render.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.world.bodies import bodies_of
from agentvid.world.cast_numpy import FLOOR_ID, SKY_ID, cast
from agentvid.world.look import ALBEDO, Eye, Rgb, above, eye_of
from agentvid.world.scene import Colour, Scene

__all__ = ["FLOOR_ID", "SIZE", "SKY_ID", "Rendered", "Shot", "render_batch", "render_map", "render_scene", "visible"]

SIZE: Final = 128
LEAST_SIZE: Final = 8
MOST_SIZE: Final = 1024


@dataclass(frozen=True)
class Shot:
    """What to render: a scene, perhaps moved to `poses` (N, 7), perhaps seen by another eye than its camera."""

    scene: Scene
    poses: NDArray[np.floating] | None = None
    eye: Eye | None = None

    @property
    def seen_by(self) -> Eye:
        """The eye that sees it."""
        return self.eye or eye_of(self.scene.camera)


@dataclass(frozen=True)
class Rendered:
    """`rgb` (H, W, 3) uint8; `mask` (H, W) int8: index in `scene.solids`, -1 floor, -2 sky; `depth` (H, W) float32
    along the view in world units, inf for the sky; `eye`: where it was seen from.
    """

    rgb: NDArray[np.uint8] = field(repr=False)
    mask: NDArray[np.int8] = field(repr=False)
    depth: NDArray[np.float32] = field(repr=False)
    eye: Eye


def render_scene(
    scene: Scene,
    poses: NDArray[np.floating] | None = None,
    eye: Eye | None = None,
    size: int = SIZE,
    palette: Mapping[Colour, Rgb] = ALBEDO,
) -> Rendered:
    """Render one picture on the CPU, quickly. `palette` tells what each colour looks like, in linear light.

    Raises: InputError for a size that is not 8 to 1024 pixels, or poses that don't fit the scene.
    """
    shot = Shot(scene, poses, eye)
    _check_size(size)
    rgb, mask, depth = cast(bodies_of(scene, poses, palette), shot.seen_by, scene.light, size)
    return Rendered(rgb, mask, depth, shot.seen_by)


def render_batch(shots: Sequence[Shot], size: int = SIZE, device: str = "cpu", chunk: int = 32) -> list[Rendered]:
    """Render with the dense torch reference, `chunk` pictures at a time; needs about 25 MB of memory for each.

    Raises: InputError as `render_scene`.
    """
    from agentvid.world.cast_torch import cast_batch

    _check_size(size)
    made: list[Rendered] = []
    for start in range(0, len(shots), chunk):
        part = shots[start : start + chunk]
        bodies = [bodies_of(shot.scene, shot.poses) for shot in part]
        eyes = [shot.seen_by for shot in part]
        told = cast_batch(bodies, eyes, [shot.scene.light for shot in part], size, device)
        rgb, mask, depth = (tensor.cpu().numpy() for tensor in told)
        made += [Rendered(rgb[i], mask[i], depth[i], eyes[i]) for i in range(len(part))]
    return made


def render_map(scene: Scene, poses: NDArray[np.floating] | None = None, size: int = SIZE) -> Rendered:
    """Render the scene straight from above, the stage's back at the top; ±3.3 world units fill the picture."""
    return render_scene(scene, poses, above(), size)


def visible(rendered: Rendered, solids: int) -> NDArray[np.int64]:
    """Return how many pixels of each of the solids are seen."""
    return np.array([int((rendered.mask == index).sum()) for index in range(solids)])


def _check_size(size: int) -> None:
    if not LEAST_SIZE <= size <= MOST_SIZE:
        raise InputError(f"a picture of {size} pixels", f"{LEAST_SIZE} to {MOST_SIZE}", "choose a size in between")
