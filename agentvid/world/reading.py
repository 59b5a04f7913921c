"""Reading what a person asks for into a scene: a layout thought, or a caption of plain words with places left open.

A caption names solids ("a large red cube and a small ball", "两个球和一个红色方块"), perhaps a relation of the
first two and a camera; what it leaves open is drawn from the seed and told. Words outside the small world are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from agentvid.errors import InputError
from agentvid.world.language import Course, Thought, read_thought
from agentvid.world.physics import Action
from agentvid.world.scene import COLOURS, GRID, MOST_SOLIDS, SHAPES, SIZES, Camera, Scene, Solid
from agentvid.world.words import WORDS, Language, language_of, tidy

__all__ = ["Asked", "names_of", "read_caption", "read_request"]

_TRIES: Final = 4000
_ACTION: Final = re.compile(r";?\s*(?=(?:action|动作)\s*[:：])", re.IGNORECASE)
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4, "两": 2, "二": 2, "三": 3, "四": 4}
_ALSO_CALLED: Final[dict[str, dict[str, str]]] = {
    "shape": {
        "sphere": "ball",
        "box": "cube",
        "block": "cube",
        "立方体": "cube",
        "立方块": "cube",
        "正方体": "cube",
        "圆柱体": "cylinder",
        "柱体": "cylinder",
        "柱子": "cylinder",
        "圆锥体": "cone",
        "锥体": "cone",
        "球体": "ball",
        "圆球": "ball",
    },
    "colour": {
        "violet": "purple",
        "红": "red",
        "橙": "orange",
        "黄": "yellow",
        "绿": "green",
        "蓝": "blue",
        "紫": "purple",
        "白": "white",
        "青": "cyan",
        "天蓝色": "cyan",
        "橘色": "orange",
        "橘黄色": "orange",
    },
    "size": {"big": "large", "little": "small", "huge": "large", "tiny": "small", "巨大": "large", "大大": "large"},
}
_FILLER: Final[dict[Language, str]] = {
    "en": r"\b(a|an|the|and|with|of|also|on|picture|image|scene|stage|draw|paint|show|give|make|want|me|i|please)\b"
    r"|\b(there|is|are|one|stands?|solids?|things?|exactly|namely|as|seen|camera|looks|[1-4])\b"
    r"|\b(photo|video|clip|plus|then|some|just|only|that|shows|showing|has|have|it|in|coloured)\b"
    r"|\bon (?:a|the) (?:floor|ground|table)\b|[,;:.]",
    "zh": r"(?:舞台|地面|地|桌子)上|场景|里|一张|图片?|画面?|请|给我|我要|看|来|有|个物体|个东西|正好|一共|还有|以及|即"
    r"|跟|和|与|一?[个只颗块张幅]|在|是|、|的|视频|短片|再|外加|加上|放着?|站着|[,;:.1-4]",
}
_RELATIONS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "left": r"\bto the left of\b|\bleft of\b",
        "right": r"\bto the right of\b|\bright of\b",
        "front": r"\bin front of\b",
        "back": r"\bbehind\b",
        "beside": r"\b(?:next to|beside|near)\b",
    },
    "zh": {
        "left": "左[边面侧]|左方",
        "right": "右[边面侧]|右方",
        "front": "前[面边]",
        "back": "[后背]面|后边",
        "beside": "旁边|附近",
    },
}
_BOTH_SIDES: Final[dict[Language, tuple[tuple[str, str, str], ...]]] = {
    "en": (
        ("left", r"\bon the left\b", r"\bon the right\b"),
        ("right", r"\bon the right\b", r"\bon the left\b"),
        ("front", r"\b(?:in|at) (?:the )?front\b", r"\b(?:in|at) the back\b"),
        ("back", r"\b(?:in|at) the back\b", r"\b(?:in|at) (?:the )?front\b"),
    ),
    "zh": (
        ("left", "在?左[边面侧](?:有|是|放着?)?", "在?右[边面侧](?:有|是|放着?)?"),
        ("right", "在?右[边面侧](?:有|是|放着?)?", "在?左[边面侧](?:有|是|放着?)?"),
        ("front", "在?前[边面](?:有|是|放着?)?", "在?后[边面](?:有|是|放着?)?"),
        ("back", "在?后[边面](?:有|是|放着?)?", "在?前[边面](?:有|是|放着?)?"),
    ),
}
"""Two sides told in order, the first solid's and the second's: "左边一个方块，右边一个球"."""
_OPPOSITE: Final = {"left": "right", "right": "left", "front": "back", "back": "front", "beside": "beside"}
_PLACED: Final = re.compile(r"\bone \w+ \w+ \w+ at\b|在(?:最?[左右]|中)最?[前中后]|在正中")
"""What only a layout thought has: a solid at a named place."""


@dataclass(frozen=True)
class Asked:
    """A scene with an action where one was asked for; `open_parts` tells what was left open and drawn from the seed."""

    scene: Scene
    action: Action | None = None
    open_parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Mention:
    size: str | None
    colour: str | None
    shape: str


def read_request(text: str, seed: int) -> Asked:
    """Read a thought or a caption, perhaps followed by `action: …` as in the course of a clip.

    Raises: InputError telling what can't be read or can't stand so.
    """
    told, *acted = _ACTION.split(text, maxsplit=1)
    asked = _read_scene(told, seed)
    if not acted:
        return asked
    course = read_thought(acted[0])
    if not isinstance(course, Course):
        raise InputError(f"{acted[0]!r} is no action", "such as 'action: the small red ball at centre is dropped'")
    if course.action.target not in asked.scene.solids:
        raise InputError("the action's target is not in the scene", "a solid named with its place", "name one there")
    return Asked(asked.scene, course.action, asked.open_parts)


def read_caption(text: str, seed: int) -> Asked:
    """Read a caption of the small world; places, and whatever else it leaves open, are drawn from the seed.

    Raises: InputError where a word is not of the small world, no solid is named, or they can't stand so.
    """
    mentions, side, camera = _understood(text)
    scene = _placed(mentions, side, camera or Camera(), np.random.default_rng(seed))
    left_open = ["places"]
    left_open += ["colours"] * any(mention.colour is None for mention in mentions)
    left_open += ["sizes"] * any(mention.size is None for mention in mentions)
    left_open += ["camera"] * (camera is None)
    return Asked(scene, None, tuple(left_open))


@lru_cache(maxsize=64)
def _understood(text: str) -> tuple[tuple[_Mention, ...], str | None, Camera | None]:
    """Return what a caption names, the side on which the first is of the second, the camera."""
    language, plain = language_of(text), tidy(text)
    camera, rest = _take_camera(plain, language)
    side, rest = _take_relation(rest, language)
    mentions, rest = _take_mentions(rest, language)
    leftover = re.sub(_FILLER[language], " ", rest).split()
    if leftover:
        raise InputError(f"{' '.join(leftover)!r} is not of the small world", _kinds(language), "leave it out")
    if not 1 <= len(mentions) <= MOST_SOLIDS:
        raise InputError(f"{len(mentions)} solids are named", f"1 to {MOST_SOLIDS}: {_kinds(language)}", "name some")
    if side is not None and len(mentions) < 2:
        raise InputError("a relation of one solid", "two solids", "name the other")
    return tuple(mentions), side, camera


def _read_scene(text: str, seed: int) -> Asked:
    thought = _thought(text)
    if isinstance(thought, InputError):
        if _PLACED.search(text):
            raise thought
        try:
            return read_caption(text, seed)
        except InputError as worse:
            raise worse from thought
    if not isinstance(thought, Scene):
        raise InputError(
            "a change, a course or a walk, no scene", "the scene alone or first", "tell which solids are where"
        )
    return Asked(thought)


@lru_cache(maxsize=64)
def _thought(text: str) -> Thought | InputError:
    try:
        return read_thought(text)
    except InputError as error:
        return error


def _take_camera(text: str, language: Language) -> tuple[Camera | None, str]:
    words = WORDS[language]
    azimuths = {word: step for step, word in words["azimuth"].items()}
    azimuths |= {word.replace("方 ", "方"): step for word, step in azimuths.items()}
    heights = {word: name for name, word in words["height"].items()}
    azimuth, height = _choice(azimuths), _choice(heights)
    pattern = (
        rf"from ({azimuth}),({height})" if language == "en" else rf"(?:镜头)?[从在]({azimuth})看?,(?:高度)?({height})"
    )
    found = re.search(pattern, text)
    if found is None:
        return None, text
    known: Any = heights[found[2]]
    return Camera(int(azimuths[found[1]]), known), text[: found.start()] + text[found.end() :]


def _take_relation(text: str, language: Language) -> tuple[str | None, str]:
    """Return the side on which the solid named first is of the one named second, and the text without it."""
    for side, first, second in _BOTH_SIDES[language]:
        one, other = re.search(first, text), re.search(second, text)
        if one is not None and other is not None and one.start() < other.start():
            return side, re.sub(second, " , ", re.sub(first, " , ", text, count=1), count=1)
    shape = _choice(names_of(language, "shape"))
    for side, pattern in _RELATIONS[language].items():
        found = re.search(pattern, text)
        if found is not None:
            before = text[: found.start()]
            named = before if language == "en" else before.rpartition("在")[0]
            return side if re.search(shape, named) else _OPPOSITE[side], f"{before},{text[found.end() :]}"
    return None, text


def _take_mentions(text: str, language: Language) -> tuple[list[_Mention], str]:
    sizes, colours, shapes = (names_of(language, kind) for kind in ("size", "colour", "shape"))
    number = _choice(_NUMBERS)
    if language == "en":
        pattern = rf"(?:\b({number}) )?(?:\b({_choice(sizes)}) )?(?:\b({_choice(colours)}) )?\b({_choice(shapes)})s?\b"
        order = (1, 2, 3, 4)
        other = rf"\b({_choice(colours)}) ({_choice(sizes)}) ({_choice(shapes)})\b"
        text = re.sub(other, r"\2 \1 \3", text)
    else:
        pattern = rf"(?:({number})[个只颗块])?(?:({_choice(colours)})的?)?(?:({_choice(sizes)})的?)?({_choice(shapes)})"
        order = (1, 3, 2, 4)
        other = rf"({_choice(sizes)})的?({_choice(colours)})的?({_choice(shapes)})"
        text = re.sub(other, r"\2\1\3", text)
    mentions: list[_Mention] = []

    def take(found: re.Match[str]) -> str:
        many, size, colour, shape = (found[group] for group in order)
        one = _Mention(sizes.get(size or ""), colours.get(colour or ""), shapes[shape])
        mentions.extend([one] * _NUMBERS.get(many or "", 1))
        return ","

    rest = re.sub(pattern, take, text)
    return mentions, rest


def _placed(mentions: Sequence[_Mention], side: str | None, camera: Camera, rng: np.random.Generator) -> Scene:
    """Draw what is open until the solids stand apart and the relation between the first two holds."""

    def one_of(known: tuple[str, ...], told: str | None) -> Any:
        drawn = known[int(rng.integers(len(known)))]
        return told or drawn

    fits: dict[str, Callable[[Solid, Solid], bool]] = {
        "left": lambda a, b: a.column < b.column and abs(a.row - b.row) <= b.column - a.column,
        "right": lambda a, b: a.column > b.column and abs(a.row - b.row) <= a.column - b.column,
        "front": lambda a, b: a.row < b.row and abs(a.column - b.column) < b.row - a.row,
        "back": lambda a, b: a.row > b.row and abs(a.column - b.column) < a.row - b.row,
        "beside": lambda a, b: a.row == b.row and abs(a.column - b.column) <= 3,
    }
    for _ in range(_TRIES):
        solids = tuple(
            Solid(
                int(rng.integers(GRID)),
                int(rng.integers(GRID)),
                one_of(SHAPES, mention.shape),
                one_of(COLOURS, mention.colour),
                one_of(SIZES, mention.size),
            )
            for mention in mentions
        )
        if side is not None and not fits[side](solids[0], solids[1]):
            continue
        try:
            return Scene(solids, camera)
        except InputError:
            continue
    raise InputError("these solids find no places", "fewer or smaller ones", "make some small")


def names_of(language: Language, kind: str) -> dict[str, str]:
    """Return all words that are read as a shape, colour or size, with what they mean."""
    return _ALSO_CALLED[kind] | {word: value for value, word in WORDS[language][kind].items()}


def _choice(words: dict[str, Any]) -> str:
    return _any_of(tuple(words))


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _kinds(language: Language) -> str:
    words = WORDS[language]
    return ", ".join([*words["size"].values(), *words["colour"].values(), *words["shape"].values()])
