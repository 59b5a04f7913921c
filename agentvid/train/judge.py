"""Training of the judge on true frames of its own: what is seen in each cell, and where the middle of that solid is.

Frames are blurred and noised a little, at random, so that the judge bears the softness of an autoencoder; it never
sees what a model drew. Its frames come from a seed that nothing else is trained on (`SEED`), and show every pair of
colour and shape, those too that are kept from the model: a measure must know what it measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from agentvid.train.frames import Frames, make_frames
from agentvid.train.loop import Budget, Progress, run
from agentvid.train.optim import Average, Optimiser, split_parameters
from agentvid.train.state import generator_at
from agentvid.train.tower import parts_of
from agentvid.world.groups import CELLS, PARTS, group
from agentvid.world.judge import JudgeNet, as_frames
from agentvid.world.look import ALBEDO
from agentvid.world.render import SIZE
from agentvid.world.scene import COLOURS, SHAPES, SIZES

__all__ = [
    "HELD_OUT_SEED",
    "SEED",
    "JudgeTrainee",
    "judge_frames",
    "middles_of",
    "save_judge",
    "softened",
    "train_judge",
]

SEED: Final = 500
HELD_OUT_SEED: Final = 501
BATCH: Final = 32
_SOLID: Final = 3.0
_MIDDLE: Final = 0.5
_LEAST: Final = 3
_SHOWN: Final = 8
_MATRICES: Final = ("down.", "deep.", "blocks.", "mix.", "last.")


class JudgeTrainee:
    """See `loop.Trainee`. `held_out` frames are measured on, never trained on."""

    def __init__(self, net: JudgeNet, frames: Frames, held_out: Frames, seed: int = SEED) -> None:
        self.net, self.frames, self.held_out, self.seed = net, frames, held_out, seed
        self.middles = middles_of(frames.cells)
        named = list(net.named_parameters())
        matrices, others = split_parameters(named, _MATRICES)
        self._optimiser = Optimiser(matrices, others)
        self.average = Average(dict(named), keep=0.995)
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def step(self, number: int, pace: float) -> Mapping[str, float]:
        """See Trainee."""
        generator = generator_at(self.seed, number)
        chosen = torch.randint(len(self.frames), (BATCH,), generator=generator).numpy()
        told = self.net(softened(as_frames(self.frames.pixels[chosen]), generator))
        truth = parts_of(self.frames.cells[chosen])
        is_solid = (truth[0] > 0).float()
        weights = 1 + _SOLID * is_solid
        logits = told[:, : sum(PARTS)].split_with_sizes(PARTS, dim=1)
        said = [F.cross_entropy(t, w, reduction="none") for t, w in zip(logits, truth, strict=True)]
        looks = sum(((each * weights).sum() / weights.sum() for each in said), torch.zeros(()))
        off = F.smooth_l1_loss(told[:, sum(PARTS) :], torch.from_numpy(self.middles[chosen]).float(), reduction="none")
        middle = (off.sum(dim=1) * is_solid).sum() / is_solid.sum().clamp_min(1)
        torch.autograd.backward(looks + _MIDDLE * middle)
        self._optimiser.step(pace)
        self.average.update(number)
        return {"looks": looks.item(), "middle": middle.item()}

    def tensors(self) -> dict[str, Tensor]:
        """See Trainee."""
        found = {f"now.{name}": tensor for name, tensor in self.net.state_dict().items()}
        found |= {f"average.{name}": tensor for name, tensor in self.average.values.items()}
        return found | self._optimiser.state()

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """See Trainee."""
        self.net.load_state_dict({n[4:]: t for n, t in tensors.items() if n.startswith("now.")})
        for name, value in self.average.values.items():
            value.copy_(tensors[f"average.{name}"])
        self._optimiser.load(tensors)

    @torch.no_grad()
    def measure(self) -> Mapping[str, float]:
        """Return shares of held-out frames: cells told right where solids are, and frames whose solids are all found.

        A solid counts where at least 3 cells show it.
        """
        self.average.swap()
        try:
            solid, exact = [], []
            for start in range(0, len(self.held_out), BATCH):
                cells = self.held_out.cells[start : start + BATCH]
                told = self.net(as_frames(self.held_out.pixels[start : start + BATCH]))
                truth = parts_of(cells)
                logits = told[:, : sum(PARTS)].split_with_sizes(PARTS, dim=1)
                right = torch.stack([t.argmax(1) == w for t, w in zip(logits, truth, strict=True)]).all(dim=0)
                solid.append(right[truth[0] > 0].float().mean().item())
                seen = map(group, told.permute(0, 2, 3, 1).float().numpy())
                exact += [
                    sorted(each.look for each in found) == _looks(one) for found, one in zip(seen, cells, strict=True)
                ]
        finally:
            self.average.swap()
        return {"cells_solid": float(np.mean(solid)), "exact": float(np.mean(exact))}

    @torch.no_grad()
    def sheet(self) -> NDArray[np.uint8]:
        """Return held-out frames above the colours it sees."""
        self.average.swap()
        try:
            told = self.net(as_frames(self.held_out.pixels[:_SHOWN]))[:, PARTS[0] : PARTS[0] + PARTS[1]]
        finally:
            self.average.swap()
        palette = np.array([(40, 40, 40), *[[int(255 * c**0.45) for c in ALBEDO[name]] for name in COLOURS]], np.uint8)
        shown = palette[told.argmax(1).numpy()].repeat(SIZE // CELLS, axis=1).repeat(SIZE // CELLS, axis=2)
        rows = [np.concatenate(list(part), axis=1) for part in (self.held_out.pixels[:_SHOWN], shown)]
        return np.concatenate(rows, axis=0)

    def finish(self) -> None:
        """Put the averaged weights in place."""
        self.average.swap()


def train_judge(
    folder: Path, minutes: float, *, workers: int = 1, told: Callable[[Progress], None] | None = None
) -> JudgeNet:
    """Train a judge for so long and return it; frames and the state to go on from are kept in `folder`."""
    frames, held_out = judge_frames(folder / "frames", workers=workers)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        trainee = JudgeTrainee(JudgeNet(), frames, held_out)
    run(trainee, folder, Budget(minutes=minutes, decay=0.6, measure_minutes=3), told=told)
    trainee.finish()
    return trainee.net


def judge_frames(folder: Path, workers: int = 1, pairs: int = 1500, others: int = 7000) -> tuple[Frames, Frames]:
    """Return frames to train on, `pairs` of which show a pair that is kept from the model, and frames to measure on."""
    told = [make_frames(folder, others, SEED, workers), make_frames(folder, pairs, SEED, workers, split="new_pair")]
    held_out = [
        make_frames(folder, 500, HELD_OUT_SEED, workers),
        make_frames(folder, 500, HELD_OUT_SEED, workers, split="new_pair"),
    ]
    return _joined(told), _joined(held_out)


def save_judge(net: JudgeNet, path: Path) -> None:
    """Write the weights in half precision, as `Judge.load` reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: tensor.detach().half().contiguous() for name, tensor in net.state_dict().items()}
    save_file(kept, str(path), metadata={"format": "pt"})


def middles_of(cells: NDArray[np.uint8]) -> NDArray[np.float16]:
    """Return for each cell (N, 32, 32) how far right and down, in cells, the middle of its solid is: (N, 2, 32, 32).

    No two solids of a scene look the same, so that one label is one solid. Cells without a solid hold 0.
    """
    places = np.stack(np.meshgrid(np.arange(CELLS), np.arange(CELLS), indexing="xy")).astype(np.float32)
    found = np.zeros((len(cells), 2, CELLS, CELLS), np.float16)
    for index, labels in enumerate(cells):
        for label in np.unique(labels[labels > 0]):
            mine = labels == label
            middle = places[:, mine].mean(axis=1)
            found[index][:, mine] = middle[:, None] - places[:, mine]
    return found


def softened(frames: Tensor, generator: torch.Generator) -> Tensor:
    """Return frames [B, 3, H, W] blurred, noised, lit otherwise, each by chance and a little."""
    count = len(frames)

    def chance(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand((count, 1, 1, 1), generator=generator)

    half = F.avg_pool2d(frames, 2)
    fine = F.interpolate(half, scale_factor=2.0, mode="bilinear")
    coarse = F.interpolate(F.avg_pool2d(half, 2), scale_factor=4.0, mode="bicubic")
    softer = torch.lerp(frames, fine, chance(-0.4, 1.0).clamp_min(0))
    softer = torch.lerp(softer, coarse, chance(-0.8, 0.8).clamp_min(0))
    noise = torch.randn(frames.shape, generator=generator) * chance(0.0, 0.04)
    return (softer * chance(0.95, 1.05) + chance(-0.03, 0.03) + noise).clamp(-1, 1)


def _joined(parts: list[Frames]) -> Frames:
    return Frames(np.concatenate([part.pixels for part in parts]), np.concatenate([part.cells for part in parts]))


def _looks(cells: NDArray[np.uint8]) -> list[tuple[str, str, str]]:
    labels, counts = np.unique(cells[cells > 0], return_counts=True)
    found = []
    for label in (int(label) - 1 for label, many in zip(labels, counts, strict=True) if many >= _LEAST):
        size, rest = label % len(SIZES), label // len(SIZES)
        found.append((SIZES[size], COLOURS[rest % len(COLOURS)], SHAPES[rest // len(COLOURS)]))
    return sorted(found)
