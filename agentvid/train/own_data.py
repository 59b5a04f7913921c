"""Data of one's own: records of another simulated world, or windows of the clips in a folder.

    data = world_data(read_world(Path("world.toml")), stills=400, clips=100)
    data = clip_data(Path("my-clips"))

Records look like those of `records.py`, so that all that trains and draws can take them. A window of a clip has
`WINDOW` frames, 1/8 s apart, cut to a square and scaled to 128 x 128; nothing is known of what it shows. The last
window of each clip that has room for two is held out: no frame of it is trained on.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.engines.small.inside import square
from agentvid.errors import InputError
from agentvid.media.codec import iter_frames, probe
from agentvid.train.frames import CELLS, Frames
from agentvid.train.mapped import Pixels
from agentvid.train.records import Record, Records
from agentvid.world.edits import Turn, sample_edit
from agentvid.world.film import GIVEN
from agentvid.world.own import OwnWorld
from agentvid.world.physics import FPS
from agentvid.world.scene import sample_camera

__all__ = ["WINDOW", "OwnData", "clip_data", "frames_of", "world_data"]

WINDOW: Final = GIVEN + 6
"""Frames of a window of a clip: those that are given, and those to come."""
_STRIDE: Final = 2
_HELD_OUT: Final = 0.1
_SALT: Final = 71
_SUFFIXES: Final = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".gif"})
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class OwnData:
    """Records to train on and records held out: `still` and `clip` of a world, or windows of clips alone.

    `digest` names all of them.
    """

    digest: str
    clips: Records
    held_clips: Records
    stills: Records | None = None
    held_stills: Records | None = None

    @property
    def is_world(self) -> bool:
        """Whether scenes are known, so that words go with the frames."""
        return self.stills is not None


def world_data(
    world: OwnWorld, stills: int = 600, clips: int = 120, seed: int = 0, told: Told = lambda done, total: None
) -> OwnData:
    """Draw and render records of a world; a tenth as many are held out, from another seed.

    Raises: InputError for fewer than 10 of either.
    """
    if min(stills, clips) < 10:
        raise InputError(f"{stills} scenes, {clips} clips", "at least 10 of each", "ask for more")
    counts = [(stills, clips), (max(4, round(stills * _HELD_OUT)), max(4, round(clips * _HELD_OUT)))]
    total, done, made = sum(map(sum, counts)), 0, list[Records]()
    for part, both in enumerate(counts):
        for kind, count in enumerate(both):
            records, pixels = list[Record](), list[NDArray[np.uint8]]()
            for number in range(count):
                rng = np.random.default_rng([_SALT, seed, part, kind, number])
                record = _clip(world, rng) if kind else _still(world, rng)
                records.append(record)
                pixels.append(_rendered(world, record))
                done += 1
                told(done, total)
            made.append(Records("clip" if kind else "still", tuple(records), np.stack(pixels)))
    digest = hashlib.sha256(f"{world.digest} {counts} {seed}".encode()).hexdigest()[:12]
    return OwnData(digest, made[1], made[3], made[0], made[2])


def clip_data(folder: Path, told: Told = lambda done, total: None) -> OwnData:
    """Read the clips in a folder as windows.

    Raises: InputError where there are no clips, or none is long enough to hold out a window of it.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES) if folder.is_dir() else []
    if not paths:
        raise InputError(
            f"no clips in {folder}", f"files such as {', '.join(sorted(_SUFFIXES))}", "name another folder"
        )
    whole, train, held = hashlib.sha256(), list[NDArray[np.uint8]](), list[NDArray[np.uint8]]()
    for number, path in enumerate(paths, start=1):
        frames = _read(path)
        whole.update(frames.tobytes())
        room = len(frames)
        if room >= 2 * WINDOW:
            held.append(frames[-WINDOW:])
            room -= WINDOW
        train += [frames[at : at + WINDOW] for at in range(0, room - WINDOW + 1, _STRIDE)]
        told(number, len(paths))
    if not held:
        least = 2 * WINDOW / FPS
        raise InputError(f"{len(paths)} clips, each too short", f"one of at least {least:g} s", "add longer clips")
    return OwnData(whole.hexdigest()[:12], _windows(train), _windows(held))


def frames_of(pixels: Pixels) -> Frames:
    """Return all frames of records as single frames for the autoencoder: every part of them counts alike."""
    records, each = pixels.shape[:2]
    flat = np.stack([pixels[record, frame] for record in range(records) for frame in range(each)])
    return Frames(flat, np.ones((len(flat), CELLS, CELLS), np.uint8))


def _windows(parts: list[NDArray[np.uint8]]) -> Records:
    return Records("clip", tuple(Record(()) for _ in parts), np.stack(parts))


def _read(path: Path) -> NDArray[np.uint8]:
    """Return the frames of a clip, 1/8 s apart, as squares (T, 128, 128, 3)."""
    facts = probe(path, mimetypes.guess_type(path.name)[0] or "video/mp4")
    fps, frames = float(facts["fps"]), int(facts["frames"])
    wanted = {round(at * fps / FPS) for at in range(int(frames * FPS / fps) + 1)}
    return np.stack([square(frame) for number, frame in enumerate(iter_frames(path)) if number in wanted])


def _still(world: OwnWorld, rng: np.random.Generator) -> Record:
    while True:
        scene = world.sample_scene(rng)
        edit = sample_edit(rng, scene)
        if edit is None or isinstance(edit.change, Turn):
            continue
        other = sample_camera(rng)
        if other != scene.camera:
            return Record((scene, replace(scene, camera=other), edit.after), edit=edit)


def _clip(world: OwnWorld, rng: np.random.Generator) -> Record:
    clip = world.sample_clip(rng)
    return Record((clip.scene,), clip=clip)


def _rendered(world: OwnWorld, record: Record) -> NDArray[np.uint8]:
    if record.clip is not None:
        return np.stack([world.render(record.clip.scene, pose) for pose in record.clip.poses])
    return np.stack([world.render(scene) for scene in record.scenes])
