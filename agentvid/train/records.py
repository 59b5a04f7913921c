"""Scenes with their frames, rendered once; what is said of them is drawn anew each time they are trained on.

A *still* record is a scene from two cameras, and the scene after an edit from the first of them: one record serves
text to image, edits, views, captions and questions. A *clip* record is an action and its 16 frames, a *turntable* a
scene from all around, a *walk* what is seen on a way through a scene, and its map: with a part of the way drawn on it,
bare, and with another way.

    records = make_records(folder, "still", count=8000, seed=0, workers=2)
    records = make_records(folder, "clip", count=400, physics="mujoco")     # needs the extra "train"
    records = make_records(folder, "walk", count=600)                       # its frames stay on disk (`mapped.py`)

Record `i` of a seed is always the same. Shards of `PER_SHARD` records are written whole, so that rendering goes on
where it was stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from agentvid.errors import InputError
from agentvid.train.mapped import Mapped, Pixels
from agentvid.train.state import partial_of
from agentvid.world.edits import Edit, Turn, sample_edit
from agentvid.world.film import WALK_FRAMES
from agentvid.world.language import Course, course_of, read_thought, tell_change, tell_course, tell_walk
from agentvid.world.physics import Clip, sample_action, simulate, stays_on_stage
from agentvid.world.physics_mujoco import simulate_mujoco
from agentvid.world.render import SIZE, render_map, render_scene, visible
from agentvid.world.scene import (
    AZIMUTHS,
    Camera,
    Scene,
    Split,
    sample_camera,
    sample_scene,
    scene_from_json,
    scene_to_json,
)
from agentvid.world.walk import Walk, draw_path, render_walk, sample_return, sample_walk, walk_from

__all__ = [
    "BARE_MAP",
    "KINDS",
    "MAP",
    "OTHER_MAP",
    "PER_SHARD",
    "Kind",
    "Physics",
    "Record",
    "Records",
    "make_records",
    "sample_record",
]

Kind: TypeAlias = Literal["still", "clip", "walk", "turntable"]
Physics: TypeAlias = Literal["light", "mujoco"]
KINDS: Final[tuple[Kind, ...]] = ("still", "clip", "walk", "turntable")
PER_SHARD: Final[dict[Kind, int]] = {"still": 250, "clip": 50, "walk": 25, "turntable": 30}
MAP, BARE_MAP, OTHER_MAP = WALK_FRAMES, WALK_FRAMES + 1, WALK_FRAMES + 2
"""Frames of a walk record after those that are seen on the way: maps with a part of it, without, with another way."""
_RETURNS: Final = 1 / 3
"""Share of walks that come back to where they began."""
_LEAST_SHOWN: Final = 5
"""Steps of the shortest way on a map."""
FRONT: Final = 0.4
"""Share of first cameras that stand in front, at middle height, beside those that `sample_camera` puts there."""
_LEAST_VISIBLE: Final = 15
"""Pixels of 64 x 64 that every solid shows at least."""
_CHECKED: Final = 64
_SEEDS: Final[dict[Split, int]] = {"train": 0, "held_out": 1, "new_pair": 2}


@dataclass(frozen=True)
class Record:
    """One record: frame `i` shows `scenes[i]`, or, of a clip, moment `i` of it.

    `walks` are the whole way, its part that is drawn on the map, another way; frame `i` is seen after step `i`.
    `is_turntable`: frame `i` shows the scene from `i` steps of 15 degrees further to the right.
    """

    scenes: tuple[Scene, ...]
    edit: Edit | None = None
    clip: Clip | None = None
    walks: tuple[Walk, ...] = ()
    is_turntable: bool = False

    def render(self) -> NDArray[np.uint8]:
        """Return its frames (T, 128, 128, 3)."""
        if self.clip is not None:
            return np.stack([render_scene(self.clip.scene, pose).rgb for pose in self.clip.poses])
        (scene, *_) = self.scenes
        if self.walks:
            bare = render_map(scene).rgb
            maps = [draw_path(bare, self.walks[1].spots), bare, draw_path(bare, self.walks[2].spots)]
            return np.concatenate([render_walk(scene, self.walks[0].spots), np.stack(maps)])
        if self.is_turntable:
            turned = [replace(scene, camera=scene.camera.turned(steps)) for steps in range(AZIMUTHS)]
            return np.stack([render_scene(each).rgb for each in turned])
        return np.stack([render_scene(scene).rgb for scene in self.scenes])


@dataclass(frozen=True)
class Records:
    """Records in memory with their frames (N, T, 128, 128, 3) uint8; those of all but stills stay on disk."""

    kind: Kind
    records: tuple[Record, ...]
    pixels: Pixels

    def __len__(self) -> int:
        return len(self.records)


def make_records(
    folder: Path,
    kind: Kind,
    count: int,
    *,
    seed: int = 0,
    split: Split = "train",
    most_solids: int = 3,
    physics: Physics = "light",
    workers: int = 1,
    told: Callable[[int, int], None] | None = None,
) -> Records:
    """Return the first `count` records of a seed, rendering those that `folder` does not hold yet.

    `told(done, total)` follows the shards. Raises: InputError for a count below 1; SettingsError where clips are to be
    simulated by MuJoCo and it is not installed.
    """
    if count < 1:
        raise InputError(f"{count} records", "at least 1", "ask for more")
    folder.mkdir(parents=True, exist_ok=True)
    per = PER_SHARD[kind]
    label = f"{kind}-{physics}" if kind == "clip" and physics != "light" else kind
    label += f"-{_fingerprint(kind, physics)}-{split}-{most_solids}-{seed}"
    names = [f"{label}-{index:04d}.safetensors" for index in range(-(-count // per))]
    wanted = [folder / name for name in names]
    jobs = [(p, kind, seed, split, most_solids, physics, i) for i, p in enumerate(wanted) if not p.is_file()]
    done = len(wanted) - len(jobs)
    if jobs:
        with ProcessPoolExecutor(max(1, workers), mp_context=get_context("spawn")) as pool:
            for _ in pool.map(_render_shard, jobs):
                done += 1
                if told is not None:
                    told(done, len(wanted))
    return _read(kind, wanted, count)


def sample_record(
    kind: Kind, seed: int, index: int, split: Split = "train", most_solids: int = 3, physics: Physics = "light"
) -> Record:
    """Return record number `index` of a seed. Whichever physics simulates a clip, the action is the same.

    Raises: SettingsError as `make_records`.
    """
    rng = np.random.default_rng([seed, index, _SEEDS[split], KINDS.index(kind), most_solids])
    while True:
        made = _clip(rng, split, most_solids, physics) if kind == "clip" else _MAKERS[kind](rng, split, most_solids)
        if made is not None:
            return made


@cache
def _fingerprint(kind: Kind, physics: Physics) -> str:
    """Return a digest of the first records, so that a world that has changed is rendered anew."""
    whole = hashlib.sha256()
    for index in range(2):
        record = sample_record(kind, 0, index, physics=physics)
        whole.update(json.dumps(_to_json(record)).encode() + record.render().tobytes())
    return whole.hexdigest()[:8]


def _still(rng: np.random.Generator, split: Split, most: int) -> Record | None:
    first = Camera() if rng.random() < FRONT else sample_camera(rng)
    scene = sample_scene(rng, int(rng.integers(1, most + 1)), split, first)
    edit = sample_edit(rng, scene)
    if edit is None or isinstance(edit.change, Turn):
        return None
    other = sample_camera(rng)
    while other == first:
        other = sample_camera(rng)
    scenes = (scene, replace(scene, camera=other), edit.after)
    return Record(scenes, edit=edit) if all(map(_all_visible, scenes)) else None


def _clip(rng: np.random.Generator, split: Split, most: int, physics: Physics) -> Record | None:
    camera = Camera() if rng.random() < FRONT else sample_camera(rng)
    scene = sample_scene(rng, int(rng.integers(1, most + 1)), split, camera)
    action = sample_action(rng, scene) if _all_visible(scene) else None
    if action is None:
        return None
    clip = simulate(scene, action) if physics == "light" else simulate_mujoco(scene, action)
    return Record((scene,), clip=clip) if stays_on_stage(clip) else None


def _walk(rng: np.random.Generator, split: Split, most: int) -> Record:
    scene = sample_scene(rng, int(rng.integers(1, most + 1)), split, Camera())
    steps = WALK_FRAMES - 1
    if rng.random() < _RETURNS:
        whole, _ = sample_return(rng, scene, steps)
    else:
        whole = walk_from(*sample_walk(rng, scene, steps))
    shown = Walk(whole.azimuth, whole.steps[: int(rng.integers(_LEAST_SHOWN, steps + 1))])
    other = walk_from(*sample_walk(rng, scene, int(rng.integers(_LEAST_SHOWN, steps + 1))))
    return Record((scene,), walks=(whole, shown, other))


def _turntable(rng: np.random.Generator, split: Split, most: int) -> Record | None:
    camera = Camera() if rng.random() < FRONT else sample_camera(rng)
    scene = sample_scene(rng, int(rng.integers(1, most + 1)), split, camera)
    return Record((scene,), is_turntable=True) if _all_visible(scene) else None


_MAKERS: Final[Mapping[Kind, Callable[[np.random.Generator, Split, int], Record | None]]] = {
    "still": _still,
    "walk": _walk,
    "turntable": _turntable,
}


def _all_visible(scene: Scene) -> bool:
    if len(scene.solids) == 1:
        return True
    return bool((visible(render_scene(scene, size=_CHECKED), len(scene.solids)) >= _LEAST_VISIBLE).all())


def _render_shard(job: tuple[Path, Kind, int, Split, int, Physics, int]) -> None:
    path, kind, seed, split, most, physics, index = job
    per = PER_SHARD[kind]
    made = [sample_record(kind, seed, index * per + number, split, most, physics) for number in range(per)]
    partial = partial_of(path)
    told = json.dumps([_to_json(record) for record in made])
    save_file({"pixels": np.stack([record.render() for record in made])}, partial, metadata={"records": told})
    partial.replace(path)


def _read(kind: Kind, paths: Sequence[Path], count: int) -> Records:
    """Read stills straight into one array, so that memory holds their frames once; all others stay on disk."""
    records: list[Record] = []
    stills = np.empty((count, 3, SIZE, SIZE, 3), np.uint8) if kind == "still" else None
    for path in paths:
        with safe_open(str(path), framework="numpy") as file:
            told = json.loads(file.metadata()["records"])[: count - len(records)]
            if stills is not None:
                stills[len(records) : len(records) + len(told)] = file.get_slice("pixels")[: len(told)]
        records += map(_from_json, told)
    return Records(kind, tuple(records), Mapped(paths, count, PER_SHARD[kind]) if stills is None else stills)


def _to_json(record: Record) -> dict[str, Any]:
    told: dict[str, Any] = {"scenes": [scene_to_json(scene) for scene in record.scenes]}
    if record.edit is not None:
        told["change"] = tell_change(record.edit.change, "en")
    if record.clip is not None:
        told["course"] = tell_course(course_of(record.clip), "en")
        told["poses"] = record.clip.poses.tolist()
    if record.walks:
        told["walks"] = [tell_walk(walk, "en") for walk in record.walks]
    if record.is_turntable:
        told["turntable"] = True
    return told


def _from_json(told: dict[str, Any]) -> Record:
    scenes = tuple(map(scene_from_json, told["scenes"]))
    if "change" in told:
        change: Any = read_thought(told["change"])
        return Record(scenes, edit=Edit(before=scenes[0], after=scenes[2], change=change))
    if "walks" in told:
        walks = [walk for walk in map(read_thought, told["walks"]) if isinstance(walk, Walk)]
        return Record(scenes, walks=tuple(walks))
    if "turntable" in told:
        return Record(scenes, is_turntable=True)
    course = read_thought(told["course"])
    assert isinstance(course, Course)
    poses = np.array(told["poses"], np.float32)
    return Record(scenes, clip=Clip(scenes[0], course.action, poses, course.events))
