"""What people say: captions of scenes and instructions for edits, English and Chinese, many phrasings.

Half of the phrasings are kept aside ("held_out"): no training example uses them. Some captions leave the layout to be
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
from agentvid.world.scene import GRID, Scene, Solid
from agentvid.world.words import WORDS, Language

__all__ = ["CAPTION_KINDS", "CaptionKind", "Phrasing", "caption", "instruct", "mirrored", "name_in"]

CaptionKind: TypeAlias = Literal["list", "relation", "count", "mirror", "moved"]
Phrasing: TypeAlias = Literal["train", "held_out"]
CAPTION_KINDS: Final[tuple[CaptionKind, ...]] = ("list", "relation", "count", "mirror", "moved")

_Told: TypeAlias = dict[Language, dict[Phrasing, tuple[str, ...]]]
_LIST: Final[_Told] = {
    "en": {"train": ("{all}", "a picture of {all}", "draw {all}"), "held_out": ("show me {all}", "{all}, please")},
    "zh": {"train": ("{all}", "一张图：{all}", "画{all}"), "held_out": ("请给我看{all}", "来一张有{all}的图")},
}
_COUNTED: Final[_Told] = {
    "en": {"train": ("{n} solids: {all}", "{n} things, {all}"), "held_out": ("exactly {n} solids, namely {all}",)},
    "zh": {"train": ("{n}个物体：{all}", "有{n}个东西，{all}"), "held_out": ("正好{n}个物体，即{all}",)},
}
_MIRROR: Final[_Told] = {
    "en": {
        "train": ("the mirror image, left and right swapped, of: {thought}",),
        "held_out": ("swap left and right in: {thought}",),
    },
    "zh": {"train": ("左右对调：{thought}",), "held_out": ("下面场景的左右镜像：{thought}",)},
}
_MOVED: Final[_Told] = {
    "en": {"train": ("{thought}. then {change}",), "held_out": ("start from {thought}. after that {change}",)},
    "zh": {"train": ("{thought}。然后{change}",), "held_out": ("先是{thought}。之后{change}",)},
}
_SIDES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "left": "{a} to the left of {b}",
        "right": "{a} to the right of {b}",
        "front": "{a} in front of {b}",
        "back": "{a} behind {b}",
    },
    "zh": {
        "left": "{a}在{b}左边",
        "right": "{a}在{b}右边",
        "front": "{a}在{b}前面",
        "back": "{a}在{b}后面",
    },
}
_INSTRUCTIONS: Final[dict[str, _Told]] = {
    "Recolour": {
        "en": {"train": ("make {the} {colour}", "turn {the} {colour}"), "held_out": ("paint {the} {colour}",)},
        "zh": {"train": ("把{the}变成{colour}", "把{the}改成{colour}"), "held_out": ("将{the}涂成{colour}",)},
    },
    "Reshape": {
        "en": {"train": ("turn {the} into a {shape}",), "held_out": ("replace {the} by a {shape} of its colour",)},
        "zh": {"train": ("把{the}变成{shape}",), "held_out": ("用同色的{shape}代替{the}",)},
    },
    "Resize": {
        "en": {"train": ("make {the} {size}",), "held_out": ("{the} should be {size}",)},
        "zh": {"train": ("把{the}变{size}",), "held_out": ("让{the}变得{size}一些",)},
    },
    "Move": {
        "en": {
            "train": ("move {the} {steps} {side}", "move {the} to the {place}"),
            "held_out": ("put {the} at the {place}",),
        },
        "zh": {"train": ("把{the}{side}移{steps}格", "把{the}移到{place}"), "held_out": ("将{the}放到{place}去",)},
    },
    "Remove": {
        "en": {"train": ("remove {the}", "take {the} away"), "held_out": ("get rid of {the}",)},
        "zh": {"train": ("移走{the}", "去掉{the}"), "held_out": ("请删除{the}",)},
    },
    "Add": {
        "en": {"train": ("add {a} at the {place}",), "held_out": ("place {a} at the {place} too",)},
        "zh": {"train": ("在{place}加{a}",), "held_out": ("{place}再放{a}",)},
    },
    "Turn": {
        "en": {
            "train": ("look from {azimuth}, {height}", "turn the camera to {azimuth}, {height}"),
            "held_out": ("how does it look from {azimuth}, {height}",),
        },
        "zh": {
            "train": ("从{azimuth}看，高度{height}", "把镜头转到{azimuth}，{height}"),
            "held_out": ("换到{azimuth}、{height}处看",),
        },
    },
}


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
        shape = _COUNTED if kind == "count" and len(order) > 1 else _LIST
        told = _pick(rng, shape, language, phrasing).format(all=everything, n=len(scene.solids))
    if not with_camera or kind in ("mirror", "moved"):
        return told
    words = WORDS[language]
    azimuth, height = words["azimuth"][str(scene.camera.azimuth)], words["height"][scene.camera.height]
    return told + (f"; from {azimuth}, {height}" if language == "en" else f"；从{azimuth}看，{height}")


def instruct(
    rng: np.random.Generator, scene: Scene, change: Change, language: Language, phrasing: Phrasing = "train"
) -> str:
    """Return an instruction for a change, its target named as shortly as is clear in the scene."""
    words, values = WORDS[language], dict[str, str]()
    match change:
        case Recolour(_, colour):
            values["colour"] = words["colour"][colour]
        case Reshape(_, shape):
            values["shape"] = words["shape"][shape]
        case Resize(_, size):
            values["size"] = words["size"][size]
        case Move():
            values |= _step(change, language)
        case Add(solid):
            values |= {"a": _one(solid, language), "place": words["place"][f"{solid.row},{solid.column}"]}
        case Turn(camera):
            values |= {"azimuth": words["azimuth"][str(camera.azimuth)], "height": words["height"][camera.height]}
        case Remove():
            pass
    if not isinstance(change, (Add, Turn)):
        values["the"] = name_in(scene, change.target, language)
    return _pick(rng, _INSTRUCTIONS[type(change).__name__], language, phrasing).format(**values)


def name_in(scene: Scene, solid: Solid, language: Language) -> str:
    """Return the shortest name that fits only this solid of the scene: "the ball", "the red ball", … with its place."""
    parts: tuple[Literal["colour", "size"], ...] = ("colour", "size")
    for many in range(len(parts) + 1):
        for chosen in combinations(parts, many):
            told = ("shape", *chosen)
            alike = [o for o in scene.solids if all(getattr(o, part) == getattr(solid, part) for part in told)]
            if len(alike) == 1:
                return _the(solid, language, chosen)
    place = WORDS[language]["place"][f"{solid.row},{solid.column}"]
    whole = _the(solid, language, parts)
    return f"{whole} at the {place}" if language == "en" else f"{place}的{whole}"


def mirrored(scene: Scene) -> Scene:
    """Return the scene with left and right of the stage swapped, seen by the same camera."""
    return replace(scene, solids=tuple(replace(s, column=GRID - 1 - s.column) for s in scene.solids))


def _inferred(
    rng: np.random.Generator, scene: Scene, language: Language, kind: CaptionKind, phrasing: Phrasing
) -> str | None:
    if kind == "mirror":
        return _pick(rng, _MIRROR, language, phrasing).format(thought=tell_scene(mirrored(scene), language))
    if kind == "moved":
        return _moved(rng, scene, language, phrasing)
    if kind == "relation" and len(scene.solids) > 1:
        first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
        others = [_one(solid, language) for solid in scene.solids if solid not in (first, second)]
        a, b = _one(first, language), _one(second, language)
        related = _SIDES[language][_side(first, second)].format(a=a, b=b)
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
    return _pick(rng, _LIST, language, phrasing).format(all=_joined([*groups, *others], language))


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
            return _pick(rng, _MOVED, language, phrasing).format(thought=tell_scene(before, language), change=change)
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


def _side(first: Solid, second: Solid) -> str:
    across, down = first.column - second.column, first.row - second.row
    if abs(across) >= abs(down):
        return "left" if across < 0 else "right"
    return "front" if down < 0 else "back"


def _one(solid: Solid, language: Language) -> str:
    words = WORDS[language]
    size, colour, shape = words["size"][solid.size], words["colour"][solid.colour], words["shape"][solid.shape]
    return f"a {size} {colour} {shape}" if language == "en" else f"一个{colour}{size}{shape}"


def _the(solid: Solid, language: Language, parts: tuple[Literal["colour", "size"], ...]) -> str:
    words = WORDS[language]
    order: tuple[Literal["colour", "size"], ...] = ("size", "colour") if language == "en" else ("colour", "size")
    told = [words[part][getattr(solid, part)] for part in order if part in parts]
    whole = [*told, words["shape"][solid.shape]]
    return "the " + " ".join(whole) if language == "en" else "".join(whole)


def _joined(parts: list[str], language: Language) -> str:
    if language == "zh":
        return "、".join(parts[:-1]) + "和" * (len(parts) > 1) + parts[-1]
    return ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]


def _pick(rng: np.random.Generator, told: _Told, language: Language, phrasing: Phrasing) -> str:
    choices = told[language][phrasing]
    return choices[int(rng.integers(len(choices)))]
