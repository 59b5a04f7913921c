"""The judge: tells which solids a picture shows, and whether they are those of a scene. Never trained on drawings.

    judge = Judge.load()                                # the weights that ship
    (seen,) = judge.see(picture[None])                  # uint8 (T, 128, 128, 3)
    is_exact(seen, scene), placed(seen, scene, within_px=6)

A small convolutional net says for each cell of a 32 x 32 grid which shape, colour and size is seen there, or none, and
where the middle of that solid is; cells that agree on the middle are one solid (`groups.py`). It shares neither
architecture nor frames with what it judges; `train/judge.py` trains it on true frames of its own.

Source: an image is right where every asked-for object is found in the asked-for number with the asked-for looks, as
in GenEval (arXiv 2310.11513); stricter here, since nothing else may be seen either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.errors import EngineError, InputError
from agentvid.world.groups import PARTS, Seen, group
from agentvid.world.render import SIZE, render_scene
from agentvid.world.scene import Scene, Solid

__all__ = ["WEIGHTS", "WITHIN_PX", "Judge", "JudgeNet", "Seen", "is_exact", "match", "placed", "true_centres"]

WEIGHTS: Final = Path(__file__).parents[1] / "weights" / "judge.safetensors"
WITHIN_PX: Final = 6.0
"""How far a centre may be from its true place, in pixels of 128, to count as placed."""
_AT_ONCE: Final = 64
_WIDE, _DEEP, _LAST = 48, 96, 56


class JudgeNet(nn.Module):
    """Frames [B, 3, 128, 128] in -1 … 1 to [B, 19, 32, 32]: logits of shape, colour and size, each with none first,
    and how far right and down the middle of the solid is, in cells.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(12, 24, 3, padding=1)
        self.down = nn.Conv2d(24, _WIDE, 3, stride=2, padding=1)
        self.deep = nn.Conv2d(_WIDE, _DEEP, 3, stride=2, padding=1)
        self.blocks = nn.ModuleList([_Block(_DEEP, 1), _Block(_DEEP, 2)])
        self.norm = nn.GroupNorm(8, _WIDE + _DEEP)
        self.mix = nn.Conv2d(_WIDE + _DEEP, _LAST, 1)
        self.last = nn.Conv2d(_LAST, _LAST, 3, padding=1)
        self.head = nn.Conv2d(_LAST, sum(PARTS) + 2, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """See the class."""
        wide = F.silu(self.down(F.silu(self.stem(F.pixel_unshuffle(frames, 2)))))
        deep = self.deep(wide)
        for block in self.blocks:
            deep = block(deep)
        both = torch.cat([wide, F.interpolate(deep, scale_factor=2.0)], dim=1)
        told: Tensor = self.head(F.silu(self.last(F.silu(self.mix(self.norm(both))))))
        return told


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, width)
        self.conv = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)

    def forward(self, rows: Tensor) -> Tensor:
        told: Tensor = rows + self.conv(F.silu(self.norm(rows)))
        return told


@dataclass(frozen=True)
class Judge:
    """A trained net and what it says in solids."""

    net: JudgeNet

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Return the judge with the weights that ship, or others.

        Raises: EngineError (code bad_checkpoint) where the file is missing, broken or does not fit.
        """
        net = JudgeNet()
        try:
            net.load_state_dict({name: tensor.float() for name, tensor in load_file(str(path)).items()})
        except (SafetensorError, OSError, RuntimeError) as error:
            raise EngineError(
                f"{path}: {error}", "the weights of a judge", "install again", code="bad_checkpoint"
            ) from error
        return cls(net.eval().requires_grad_(False).to(memory_format=torch.channels_last))  # type: ignore[call-overload]

    @torch.no_grad()
    def see(self, pixels: NDArray[np.uint8]) -> list[list[Seen]]:
        """Return the solids seen in each frame of (T, 128, 128, 3), the largest first.

        Raises: InputError for frames of another shape or type.
        """
        if pixels.ndim != 4 or pixels.shape[1:] != (SIZE, SIZE, 3) or pixels.dtype != np.uint8:
            raise InputError(f"{pixels.dtype} frames {pixels.shape}", f"uint8 (T, {SIZE}, {SIZE}, 3)", "resize them")
        found: list[list[Seen]] = []
        for start in range(0, len(pixels), _AT_ONCE):
            told = self.net(as_frames(pixels[start : start + _AT_ONCE])).float().permute(0, 2, 3, 1).numpy()
            found += map(group, told)
        return found


def as_frames(pixels: NDArray[np.uint8]) -> Tensor:
    """Return frames (B, 128, 128, 3) as the net takes them."""
    turned = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float()
    return turned.div_(127.5).sub_(1)


def is_exact(seen: Sequence[Seen], scene: Scene) -> bool:
    """Tell whether just the solids of the scene are seen: each size, colour and shape in the right number."""
    return Counter(each.look for each in seen) == Counter(solid.look for solid in scene.solids)


def placed(seen: Sequence[Seen], scene: Scene, within_px: float = WITHIN_PX) -> bool:
    """Tell whether the picture is exact and each solid's centre is within so many pixels of its true one."""
    if not is_exact(seen, scene):
        return False
    centres = true_centres(scene)
    return all(match(seen, solid, centres[solid], within_px) is not None for solid in scene.solids)


def match(
    seen: Sequence[Seen], solid: Solid, centre: tuple[float, float] | None, within_px: float = WITHIN_PX
) -> Seen | None:
    """Return what is seen with the looks of a solid nearest to a centre, if within so many pixels; None otherwise.

    A `centre` of None, of a solid that can't be seen, is near to nothing.
    """
    alike = [each for each in seen if each.look == solid.look]
    if not alike or centre is None:
        return None
    nearest = min(alike, key=lambda each: _apart(each.centre, centre))
    return nearest if _apart(nearest.centre, centre) <= within_px else None


def true_centres(scene: Scene, poses: NDArray[np.floating] | None = None) -> dict[Solid, tuple[float, float] | None]:
    """Return the middle (x, y), in pixels of 128, of what the scene's camera sees of each solid; None for nothing.

    `poses` (N, 7) are where the solids have moved to.
    """
    mask = render_scene(scene, poses).mask
    found: dict[Solid, tuple[float, float] | None] = {}
    for index, solid in enumerate(scene.solids):
        rows, columns = np.nonzero(mask == index)
        found[solid] = (float(columns.mean()) + 0.5, float(rows.mean()) + 0.5) if len(rows) else None
    return found


def _apart(first: tuple[float, float], second: tuple[float, float]) -> float:
    return float(np.hypot(first[0] - second[0], first[1] - second[1]))
