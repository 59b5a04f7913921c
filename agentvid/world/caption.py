"""What people say: captions of scenes and instructions for edits, English and Chinese, in the wordings of `phrasing`.

Some captions leave the layout to be
inferred: from a relation, a count, a mirror image, a move. Relations here are those of the stage, as the thought's
places are; `question` asks about what is seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.errors import InputError
from agentvid.world.edits import Add, Change, Move, Recolour, Remove, Reshape, Resize, Turn
from agentvid.world.language import tell_scene
from agentvid.world.phrasing import (
    CAMERA,
    COUNTED,
    INSTRUCTIONS,
    LIST,
    MIRROR,
    MOVED,
    RELATED,
    SIDES,
    Phrasing,
    pick,
)
from agentvid.world.scene import GRID, Scene, Solid
from agentvid.world.words import WORDS, Language

__all__ = [
    "CAPTION_KINDS",
    "CaptionKind",
    "Side",
    "caption",
    "instruct",
    "mirrored",
    "name_in",
    "relation_of",
    "side_of",
]

CaptionKind: TypeAlias = Literal["list", "relation", "count", "mirror", "moved"]
CAPTION_KINDS: Final[tuple[CaptionKind, ...]] = ("list", "relation", "count", "mirror", "moved")

Side: TypeAlias = Literal["left", "right", "front", "back"]
_Part: TypeAlias = Literal["colour", "size"]
_PARTS: Final[tuple[_Part, ...]] = ("colour", "size")
_FULLER: Final = 0.3
_PLACED: Final = 0.12
"""Shares of names that tell more than is needed; the place, of those in instructions."""


def caption(
    rng: np.random.Generator,
    scene: Scene,
    language: Language,
    kind: CaptionKind = "list",
    phrasing: Phrasing = "train",
    with_camera: bool = True,
) -> str:
    """Return a caption. A kind that does not fit (a relation of one solid, a move from nowhere) gives a list."""
    told = _inferred(rng, scene, language, kind, phrasing)
    if told is None:
        order = [scene.solids[i] for i in rng.permutation(len(scene.solids))]
        everything = _joined([_one(solid, language) for solid in order], language)
        form = COUNTED if kind == "count" and len(order) > 1 else LIST
        told = pick(rng, form, language, phrasing).format(all=everything, n=len(scene.solids))
    if not with_camera or kind in ("mirror", "moved"):
        return told
    words = WORDS[language]
    azimuth, height = words["azimuth"][str(scene.camera.azimuth)], words["height"][scene.camera.height]
    return told + pick(rng, CAMERA, language, phrasing).format(azimuth=azimuth, height=height)


def instruct(
    rng: np.random.Generator, scene: Scene, change: Change, language: Language, phrasing: Phrasing = "train"
) -> str:
    """Return an instruction for a change, its target named so that it is clear in the scene, mostly shortly."""
    words, values = WORDS[language], dict[str, str]()
    match change:
        case Recolour(_, colour):
            values["colour"] = words["colour"][colour]
        case Reshape(_, shape):
            values["shape"] = words["shape"][shape]
        case Resize(_, size):
            values |= {"size": words["size"][size], "more": f"{size}r" if size == "large" else f"{size}er"}
        case Move():
            values |= _step(change, language)
        case Add(solid):
            values |= {"a": _one(solid, language), "place": words["place"][f"{solid.row},{solid.column}"]}
        case Turn(camera):
            values |= {"azimuth": words["azimuth"][str(camera.azimuth)], "height": words["height"][camera.height]}
        case Remove():
            pass
    if not isinstance(change, (Add, Turn)):
        placed = rng.random() < _PLACED
        values["the"] = _placed(change.target, language) if placed else name_in(scene, change.target, language, rng)
    return pick(rng, INSTRUCTIONS[type(change).__name__], language, phrasing).format(**values)


def name_in(scene: Scene, solid: Solid, language: Language, rng: np.random.Generator | None = None) -> str:
    """Return the shortest name that fits only this solid of the scene: "the ball", "the red ball", … with its place.

    With `rng` the name is sometimes fuller than it need be: "the large red ball" where "the ball" is clear.
    """
    clear = [
        chosen
        for many in range(len(_PARTS) + 1)
        for chosen in combinations(_PARTS, many)
        if sum(_same(other, solid, ("shape", *chosen)) for other in scene.solids) == 1
    ]
    if not clear:
        return _placed(solid, language)
    fuller = clear[1:] if rng is not None and rng.random() < _FULLER else []
    return _the(solid, language, fuller[int(rng.integers(len(fuller)))] if rng is not None and fuller else clear[0])


def relation_of(rng: np.random.Generator, scene: Scene) -> tuple[Solid, Solid, Side]:
    """Return what a caption of kind "relation" tells with the same numbers: two solids, where the first stands."""
    first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
    return first, second, side_of(first, second)


def mirrored(scene: Scene) -> Scene:
    """Return the scene with left and right of the stage swapped, seen by the same camera."""
    return replace(scene, solids=tuple(replace(s, column=GRID - 1 - s.column) for s in scene.solids))


def _inferred(
    rng: np.random.Generator, scene: Scene, language: Language, kind: CaptionKind, phrasing: Phrasing
) -> str | None:
    if kind == "mirror":
        return pick(rng, MIRROR, language, phrasing).format(thought=tell_scene(mirrored(scene), language))
    if kind == "moved":
        return _moved(rng, scene, language, phrasing)
    if kind == "relation" and len(scene.solids) > 1:
        first, second, stands = relation_of(rng, scene)
        others = [_one(solid, language) for solid in scene.solids if solid not in (first, second)]
        a, b = _one(first, language), _one(second, language)
        side = SIDES[language][stands]
        related = pick(rng, RELATED, language, phrasing).format(a=a, b=b, side=side)
        too = {"en": "; also ", "zh": "；还有"}[language] + _joined(others, language) if others else ""
        return related + too
    if kind == "count":
        return _counted(rng, scene, language, phrasing)
    return None


def _counted(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    """Say "two cubes" where two or more share a shape; their sizes and colours are left open."""
    many = {shape: n for shape, n in Counter(solid.shape for solid in scene.solids).items() if n > 1}
    if not many:
        return None
    names = WORDS[language]["shape"]
    groups = [f"{n} {names[shape]}s" if language == "en" else f"{n}个{names[shape]}" for shape, n in many.items()]
    others = [_one(solid, language) for solid in scene.solids if solid.shape not in many]
    return pick(rng, LIST, language, phrasing).format(all=_joined([*groups, *others], language))


def _moved(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    """Tell where things were before one of them was moved here."""
    for index in rng.permutation(len(scene.solids)):
        solid = scene.solids[index]
        for step in rng.permutation([-2, -1, 1, 2]):
            column = solid.column + int(step)
            others = tuple(other for other in scene.solids if other != solid)
            try:
                origin = replace(solid, column=column)
                before = replace(scene, solids=(*others, origin))
            except InputError:
                continue
            change = instruct(rng, before, Move(origin, solid.row, solid.column), language, phrasing)
            return pick(rng, MOVED, language, phrasing).format(thought=tell_scene(before, language), change=change)
    return None


def _step(change: Move, language: Language) -> dict[str, str]:
    down, across = change.row - change.target.row, change.column - change.target.column
    place = WORDS[language]["place"][f"{change.row},{change.column}"]
    if abs(down) >= abs(across):
        steps, side = abs(down), "back" if down > 0 else "front"
    else:
        steps, side = abs(across), "right" if across > 0 else "left"
    places = f"{steps} place" + "s" * (steps > 1)
    return {"place": place, "side": WORDS[language]["direction"][side]} | {
        "steps": places if language == "en" else str(steps)
    }


def side_of(first: Solid, second: Solid) -> Side:
    """Return on which side of the second the first stands, by the longer of the two distances."""
    across, down = first.column - second.column, first.row - second.row
    if abs(across) >= abs(down):
        return "left" if across < 0 else "right"
    return "front" if down < 0 else "back"


def _same(one: Solid, other: Solid, parts: tuple[str, ...]) -> bool:
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def _placed(solid: Solid, language: Language) -> str:
    place = WORDS[language]["place"][f"{solid.row},{solid.column}"]
    whole = _the(solid, language, _PARTS)
    return f"{whole} at the {place}" if language == "en" else f"{place}的{whole}"


def _one(solid: Solid, language: Language) -> str:
    words = WORDS[language]
    size, colour, shape = words["size"][solid.size], words["colour"][solid.colour], words["shape"][solid.shape]
    return f"a {size} {colour} {shape}" if language == "en" else f"一个{colour}{size}{shape}"


def _the(solid: Solid, language: Language, parts: tuple[_Part, ...]) -> str:
    words = WORDS[language]
    order: tuple[_Part, ...] = ("size", "colour") if language == "en" else ("colour", "size")
    told = [words[part][getattr(solid, part)] for part in order if part in parts]
    whole = [*told, words["shape"][solid.shape]]
    return "the " + " ".join(whole) if language == "en" else "".join(whole)


def _joined(parts: list[str], language: Language) -> str:
    if language == "zh":
        return "、".join(parts[:-1]) + "和" * (len(parts) > 1) + parts[-1]
    return ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]
