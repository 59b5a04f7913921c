"""Single frames of the small world for the autoencoder and the eye: rendered once, kept on disk, read at random.

    shards = make_frames(folder, count=12_000, seed=0, workers=2)
    pixels, cells = shards.batch(rng, 32)

Frame `i` of a seed is always the same. A shard is a safetensors file of `PER_SHARD` frames; it appears whole or not at
all, so that rendering goes on where it was stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from agentvid.errors import InputError
from agentvid.train.state import partial_of
from agentvid.world.look import above
from agentvid.world.physics import sample_action, simulate
from agentvid.world.render import SIZE, Shot, render_scene
from agentvid.world.scene import COLOURS, SHAPES, SIZES, Scene, Split, sample_scene
from agentvid.world.walk import Spot, draw_path, eye_at, sample_walk, walk

__all__ = ["CELLS", "PER_SHARD", "Frames", "make_frames", "sample_frame"]

PER_SHARD: Final = 500
CELLS: Final = 32
"""Cells on each side of the label map of a frame."""
_SHARES: Final = (0.64, 0.18, 0.09, 0.09)
"""Of scenes at rest, moments of clips, views of a walker, maps."""


@dataclass(frozen=True)
class Frames:
    """Frames in memory: `pixels` (N, 128, 128, 3) uint8; `cells` (N, 32, 32) uint8, 0 where no solid is seen in the
    middle of the cell, else 1 + the index of (shape, colour, size) in row-major order.
    """

    pixels: NDArray[np.uint8]
    cells: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.pixels)


def label_of(shape: int, colour: int, size: int) -> int:
    """Return the label of a look (indices in SHAPES, COLOURS, SIZES)."""
    return 1 + (shape * len(COLOURS) + colour) * len(SIZES) + size


def make_frames(
    folder: Path,
    count: int,
    seed: int = 0,
    workers: int = 1,
    told: Callable[[int, int], None] | None = None,
    split: Split = "train",
) -> Frames:
    """Return the first `count` frames of a seed and split, rendering those that `folder` does not hold yet.

    `told(done, total)` follows the shards. Raises: InputError for a count below 1.
    """
    if count < 1:
        raise InputError(f"{count} frames", "at least 1", "ask for more")
    folder.mkdir(parents=True, exist_ok=True)
    named = f"frames-{_fingerprint()}-{split}-{seed}"
    wanted = [folder / f"{named}-{index:04d}.safetensors" for index in range(-(-count // PER_SHARD))]
    missing = [(path, seed, index, split) for index, path in enumerate(wanted) if not path.is_file()]
    done = len(wanted) - len(missing)
    with ProcessPoolExecutor(max(1, workers), mp_context=get_context("spawn")) as pool:
        for _ in pool.map(_render_shard, missing) if missing else ():
            done += 1
            if told is not None:
                told(done, len(wanted))
    return _read(wanted, count)


def sample_frame(seed: int, index: int, split: Split = "train") -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return frame number `index` of a seed and split: pixels (128, 128, 3) and cells (32, 32)."""
    rng = np.random.default_rng([seed, index, 7])
    scene = sample_scene(rng, split=split)
    shot, path = _shot(rng, scene)
    rendered = render_scene(shot.scene, shot.poses, shot.eye)
    pixels = draw_path(rendered.rgb, path) if path else rendered.rgb
    return pixels, _cells(rendered.mask, scene)


@cache
def _fingerprint() -> str:
    """Return a digest of the first frames, so that a world that has changed is rendered anew."""
    whole = hashlib.sha256()
    for index in range(4):
        pixels, cells = sample_frame(0, index)
        whole.update(pixels.tobytes() + cells.tobytes())
    return whole.hexdigest()[:8]


def _shot(rng: np.random.Generator, scene: Scene) -> tuple[Shot, tuple[Spot, ...]]:
    kind = int(rng.choice(len(_SHARES), p=_SHARES))
    if kind == 1:
        action = sample_action(rng, scene)
        if action is not None:
            poses = simulate(scene, action).poses
            return Shot(scene, poses[int(rng.integers(len(poses)))]), ()
    elif kind == 2:
        spots = walk(*sample_walk(rng, scene))
        return Shot(scene, eye=eye_at(spots[int(rng.integers(len(spots)))])), ()
    elif kind == 3:
        return Shot(scene, eye=above()), walk(*sample_walk(rng, scene)) if rng.random() < 0.7 else ()
    return Shot(scene), ()


def _cells(mask: NDArray[np.int8], scene: Scene) -> NDArray[np.uint8]:
    labels = [label_of(SHAPES.index(s.shape), COLOURS.index(s.colour), SIZES.index(s.size)) for s in scene.solids]
    step = SIZE // CELLS
    middle = mask[step // 2 :: step, step // 2 :: step].astype(np.int64)
    return np.where(middle >= 0, np.array(labels)[np.maximum(middle, 0)], 0).astype(np.uint8)


def _render_shard(job: tuple[Path, int, int, Split]) -> None:
    path, seed, index, split = job
    made = [sample_frame(seed, index * PER_SHARD + number, split) for number in range(PER_SHARD)]
    partial = partial_of(path)
    save_file({"pixels": np.stack([p for p, _ in made]), "cells": np.stack([c for _, c in made])}, partial)
    partial.replace(path)


def _read(paths: Sequence[Path], count: int) -> Frames:
    shards = [load_file(path) for path in paths]
    pixels, cells = (np.concatenate([shard[name] for shard in shards])[:count] for name in ("pixels", "cells"))
    return Frames(pixels, cells)
