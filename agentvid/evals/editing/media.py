"""Make the media of the cases: parts of samples that ship, pictures of the small world. Same recipe, same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.errors import InputError
from agentvid.evals.editing.case import Medium
from agentvid.media.codec import VideoWriter, iter_frames, probe, read_rgb, sniff
from agentvid.samples import CITY, COFFEE
from agentvid.world.language import read_thought
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene

__all__ = ["Shown", "make_medium", "read_shown", "scene_of"]

_FPS: Final = 25
_SAMPLES: Final = {"coffee.jpg": COFFEE, "city.mp4": CITY}


def make_medium(medium: Medium, folder: Path) -> Path:
    """Write a medium into a folder, unless it is there, and return its file: PNG or MP4.

    Raises: InputError where its layout is none of the small world.
    """
    is_clip = medium.sample == "city.mp4"
    path = folder / f"{medium.name}.{'mp4' if is_clip else 'png'}"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    if is_clip:
        _write_clip(medium, partial)
    else:
        Pillow.fromarray(_still(medium)).save(partial)
    return partial.replace(path)


def scene_of(layout: str) -> Scene:
    """Return the scene that a layout tells.

    Raises: InputError where it tells none.
    """
    scene = read_thought(layout)
    if not isinstance(scene, Scene):
        raise InputError(f"{layout!r} tells no scene", "a layout of the small world", "correct it")
    return scene


@dataclass(frozen=True)
class Shown:
    """What a file shows: its frames, uint8 HWC of one size, and how long they last; a picture has one."""

    frames: tuple[NDArray[np.uint8], ...]
    seconds: float


def read_shown(path: Path) -> Shown:
    """Read a picture or clip.

    Raises: MediaError where it is neither, or broken.
    """
    mime = sniff(path)
    if mime.startswith("video/"):
        return Shown(tuple(iter_frames(path)), probe(path, mime).seconds or 0.0)
    return Shown((read_rgb(path),), 0.0)


def _still(medium: Medium) -> NDArray[np.uint8]:
    if medium.layout:
        return render_scene(scene_of(medium.layout)).rgb
    assert medium.sample is not None
    return _shaped(Pillow.open(_SAMPLES[medium.sample]).convert("RGB"), medium)


def _write_clip(medium: Medium, path: Path) -> None:
    assert medium.sample is not None
    frames = [
        _shaped(Pillow.fromarray(frame), medium) for frame in iter_frames(_SAMPLES[medium.sample], 0, medium.frames)
    ]
    height, width = frames[0].shape[:2]
    with VideoWriter(path, width=width, height=height, fps=_FPS) as writer:
        for frame in frames:
            writer.write(frame)


def _shaped(picture: Pillow.Image, medium: Medium) -> NDArray[np.uint8]:
    if medium.crop:
        picture = picture.crop(medium.crop)
    if medium.mirrored:
        picture = picture.transpose(Pillow.Transpose.FLIP_LEFT_RIGHT)
    if medium.turned:
        picture = picture.transpose(Pillow.Transpose.ROTATE_180)
    if medium.width:
        height = 2 * round(picture.height * medium.width / picture.width / 2)
        picture = picture.resize((medium.width, height), Pillow.Resampling.BOX)
    return np.asarray(picture)
