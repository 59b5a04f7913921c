"""Held-out scenes, and what belongs to each: another camera, an edit, a language. Seeded; pixels are rendered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.train.records import sample_record
from agentvid.world.edits import Edit
from agentvid.world.physics import Clip
from agentvid.world.render import render_scene
from agentvid.world.scene import Camera, Scene, Split
from agentvid.world.walk import Walk, render_walk, sample_return
from agentvid.world.words import LANGUAGES, Language

__all__ = ["SEED", "Case", "ClipCase", "WalkCase", "groups_of", "make_cases", "make_clips", "make_walks"]

SEED: Final = 900
"""No record that is trained or watched in training has this seed."""
WALK_STEPS: Final = 15
_BACK, _BACK_STEPS = 13, 12
"""Salt, and steps of the longest walk that turns away and back."""


@dataclass(frozen=True)
class Case:
    """A held-out scene, the same from another camera, and after an edit. What is said of it is in `language`."""

    number: int
    seed: int
    scene: Scene
    other: Scene
    edit: Edit
    language: Language

    @cached_property
    def picture(self) -> NDArray[np.uint8]:
        """The scene (128, 128, 3)."""
        return render_scene(self.scene).rgb

    @cached_property
    def other_picture(self) -> NDArray[np.uint8]:
        """The scene from the other camera."""
        return render_scene(self.other).rgb

    @cached_property
    def edited_picture(self) -> NDArray[np.uint8]:
        """The scene after the edit."""
        return render_scene(self.edit.after).rgb

    def rng(self, *salt: int) -> np.random.Generator:
        """Return random numbers of this case for one purpose."""
        return np.random.default_rng([self.seed, self.number, *salt])


@dataclass(frozen=True)
class ClipCase:
    """A held-out clip."""

    number: int
    clip: Clip
    language: Language

    @cached_property
    def frames(self) -> NDArray[np.uint8]:
        """All its frames (T, 128, 128, 3)."""
        return np.stack([render_scene(self.clip.scene, pose).rgb for pose in self.clip.poses])


@dataclass(frozen=True)
class WalkCase:
    """A held-out scene, a walk through it, and another one. What is said is in `language`."""

    number: int
    seed: int
    scene: Scene
    walk: Walk
    other: Walk
    language: Language

    @cached_property
    def frames(self) -> NDArray[np.uint8]:
        """What is seen at the start and after each step (T, 128, 128, 3)."""
        return render_walk(self.scene, self.walk.spots)

    @property
    def back(self) -> WalkCase:
        """Another walk through the scene that ends where it began."""
        rng = np.random.default_rng([self.seed, self.number, _BACK])
        walk, many = sample_return(rng, self.scene, _BACK_STEPS)
        return replace(self, walk=Walk(walk.azimuth, walk.steps[:many]))


def make_cases(count: int, seed: int = SEED, split: Split = "held_out") -> list[Case]:
    """Return the first `count` cases of a seed; languages take turns.

    Raises: InputError for a count below 1.
    """
    if count < 1:
        raise InputError(f"{count} scenes", "at least 1", "ask for more, for example --scenes 64")
    made = []
    for number in range(count):
        record = sample_record("still", seed, number, split)
        assert record.edit is not None
        scene, other, _ = record.scenes
        made.append(Case(number, seed, scene, other, record.edit, LANGUAGES[number % len(LANGUAGES)]))
    return made


def make_clips(count: int, seed: int = SEED, split: Split = "held_out") -> list[ClipCase]:
    """Return the first `count` clips of a seed; languages take turns."""
    made = []
    for number in range(count):
        clip = sample_record("clip", seed, number, split).clip
        assert clip is not None
        made.append(ClipCase(number, clip, LANGUAGES[number % len(LANGUAGES)]))
    return made


def make_walks(count: int, seed: int = SEED, split: Split = "held_out") -> list[WalkCase]:
    """Return the first `count` walks of a seed, of `WALK_STEPS` steps; languages take turns."""
    made = []
    for number in range(count):
        record = sample_record("walk", seed, number, split)
        whole, _, other = record.walks
        walk = Walk(whole.azimuth, whole.steps[:WALK_STEPS])
        made.append(WalkCase(number, seed, record.scenes[0], walk, other, LANGUAGES[number % len(LANGUAGES)]))
    return made


def groups_of(scenes: Sequence[Scene], languages: Sequence[Language] | None = None) -> list[tuple[str, ...]]:
    """Return for each scene the groups it is counted in: number of solids, camera, both from the front, language."""
    found: list[tuple[str, ...]] = []
    for index, scene in enumerate(scenes):
        many = len(scene.solids)
        solids, is_front = f"{many} solid" + "s" * (many > 1), scene.camera == Camera()
        told = (solids, "front camera", f"{solids}, front") if is_front else (solids, "other cameras")
        found.append(told if languages is None else (*told, languages[index]))
    return found
