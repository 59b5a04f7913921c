"""Training of the eye before the model: what stands in each cell of a frame, learnt from dense labels.

The eye of the model gets a head that says for each of the 4 x 4 cells of a patch which shape, colour and size is seen
there, or none. Minutes of this teach what hours of captions do not. The head is thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from agentvid.models.mot.config import VisionConfig
from agentvid.models.mot.patches import to_rows
from agentvid.models.mot.vision import SiglipNaViT, grid_ids
from agentvid.train.frames import CELLS, Frames
from agentvid.train.optim import Average, Optimiser, split_parameters
from agentvid.train.state import generator_at
from agentvid.world.look import ALBEDO
from agentvid.world.render import SIZE
from agentvid.world.scene import COLOURS, SHAPES, SIZES

__all__ = ["TowerTrainee", "parts_of"]

BATCH: Final = 64
_PARTS: Final = (len(SHAPES) + 1, len(COLOURS) + 1, len(SIZES) + 1)
"""How many answers there are to which shape, which colour, which size; 0 is none."""
_SHOWN: Final = 8


class TowerTrainee(nn.Module):
    """See `loop.Trainee`. The eye is `tower`, to be taken over by the model when done."""

    def __init__(
        self, config: VisionConfig, frames: Frames, held_out: Frames, seed: int = 0, device: str = "cpu"
    ) -> None:
        super().__init__()
        self.config, self.frames, self.held_out, self.seed = config, frames, held_out, seed
        self.side = SIZE // config.patch
        self.per_patch = CELLS // self.side
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.tower = SiglipNaViT(config)
            self.head = nn.Linear(config.hidden, self.per_patch**2 * sum(_PARTS))
            nn.init.normal_(self.tower.vision_model.embeddings.position_embedding.weight, std=0.02)
        self.to(device)
        self.device = torch.device(device)
        named = list(self.named_parameters())
        matrices, others = split_parameters(named, ("tower.vision_model.encoder.",))
        self._optimiser = Optimiser(matrices, others, other_rate=1e-3)
        self.average = Average(dict(named))

    def seen(self, pixels: NDArray[np.uint8]) -> Tensor:
        """Return logits [B, 32, 32, shapes + colours + sizes, each with none first] of frames (B, 128, 128, 3)."""
        count, side, per = len(pixels), self.side, self.per_patch
        pictures = torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)
        patch = self.config.patch
        rows = torch.cat([to_rows(picture[:, None], (1, patch, patch)) for picture in pictures])
        ids = grid_ids(side, side, self.config.side).repeat(count)
        features = self.tower(rows.to(self.device), ids.to(self.device), [side * side] * count)
        told: Tensor = self.head(features).cpu().view(count, side, side, per, per, sum(_PARTS))
        return told.permute(0, 1, 3, 2, 4, 5).reshape(count, CELLS, CELLS, -1)

    def step(self, number: int, pace: float) -> Mapping[str, float]:
        """See Trainee."""
        chosen = torch.randint(len(self.frames), (BATCH,), generator=generator_at(self.seed, number)).numpy()
        told = self.seen(self.frames.pixels[chosen]).flatten(0, 2).split_with_sizes(_PARTS, dim=-1)
        truth = parts_of(self.frames.cells[chosen])
        is_solid = (truth[0] > 0).float().flatten()
        weights = 1 + 3 * is_solid
        each = [F.cross_entropy(t, w.flatten(), reduction="none") for t, w in zip(told, truth, strict=True)]
        loss = sum(((e * weights).sum() / weights.sum() for e in each), torch.zeros(()))
        torch.autograd.backward(loss)
        self._optimiser.step(pace)
        self.average.update(number)
        return {"loss": loss.item()}

    def tensors(self) -> dict[str, Tensor]:
        """See Trainee."""
        found = {f"now.{name}": tensor for name, tensor in self.state_dict().items()}
        found |= {f"average.{name}": tensor for name, tensor in self.average.values.items()}
        return found | self._optimiser.state()

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """See Trainee."""
        self.load_state_dict({n[4:]: t for n, t in tensors.items() if n.startswith("now.")})
        for name, value in self.average.values.items():
            value.copy_(tensors[f"average.{name}"])
        self._optimiser.load(tensors)

    @torch.no_grad()
    def measure(self) -> Mapping[str, float]:
        """Return shares of held-out cells told right: of all, and of those that show a solid (all three parts)."""
        self.average.swap()
        try:
            right, solid = [], []
            for start in range(0, len(self.held_out), BATCH):
                told = self.seen(self.held_out.pixels[start : start + BATCH]).split_with_sizes(_PARTS, dim=-1)
                truth = parts_of(self.held_out.cells[start : start + BATCH])
                is_right = torch.stack([t.argmax(-1) == w for t, w in zip(told, truth, strict=True)]).all(dim=0)
                right.append(is_right.float().mean().item())
                solid.append(is_right[truth[0] > 0].float().mean().item())
        finally:
            self.average.swap()
        return {"cells": float(np.mean(right)), "cells_solid": float(np.mean(solid))}

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Return held-out frames above the colours it sees."""
        self.average.swap()
        try:
            told = self.seen(self.held_out.pixels[:_SHOWN]).split_with_sizes(_PARTS, dim=-1)[1].argmax(-1).numpy()
        finally:
            self.average.swap()
        palette = np.array([(40, 40, 40), *[[int(255 * c**0.45) for c in ALBEDO[name]] for name in COLOURS]], np.uint8)
        shown = palette[told].repeat(SIZE // CELLS, axis=1).repeat(SIZE // CELLS, axis=2)
        return np.concatenate(
            [np.concatenate(list(part), axis=1) for part in (self.held_out.pixels[:_SHOWN], shown)], axis=0
        )

    def finish(self) -> None:
        """Put the averaged weights in place."""
        self.average.swap()


def parts_of(cells: NDArray[np.uint8]) -> tuple[Tensor, Tensor, Tensor]:
    """Return (shape, colour, size) of labels, each 0 for none, else 1 + its index."""
    label = torch.from_numpy(cells.astype(np.int64)) - 1
    size, rest = label % len(SIZES), label // len(SIZES)
    colour, shape = rest % len(COLOURS), rest // len(COLOURS)
    is_none = label < 0
    return tuple(part.add(1).masked_fill(is_none, 0) for part in (shape, colour, size))  # type: ignore[return-value]
