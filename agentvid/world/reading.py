"""Reading what a person asks for into a scene: a layout thought, or a caption of plain words with places left open.

A caption names solids ("a large red cube and a small ball", "两个球和一个红色方块"), perhaps where they stand and a
camera; what it leaves open is drawn from the seed and told. Words outside the small world are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from agentvid.errors import InputError
from agentvid.world.language import Course, Thought, read_thought
from agentvid.world.mentions import Mentioned, any_of, read_mentions, stands
from agentvid.world.physics import Action
from agentvid.world.scene import COLOURS, MOST_SOLIDS, SHAPES, SIZES, Camera, Scene, Solid
from agentvid.world.words import WORDS, Language, language_of, tidy

__all__ = ["Asked", "read_caption", "read_request"]

_TRIES: Final = 4000
_ACTION: Final = re.compile(r";?\s*(?=(?:action|动作)\s*[:：])", re.IGNORECASE)
_FILLER: Final[dict[Language, str]] = {
    "en": r"\b(a|an|the|and|with|of|also|on|picture|image|scene|stage|draw|paint|show|give|make|want|me|i|please)\b"
    r"|\b(there|is|are|one|stands?|solids?|things?|exactly|namely|as|seen|camera|looks|[1-4])\b"
    r"|\b(photo|video|clip|plus|then|some|just|only|that|shows|showing|has|have|it|in|coloured)\b"
    r"|\bon (?:a|the) (?:floor|ground|table)\b|[,;:.]",
    "zh": r"(?:舞台|地面|地|桌子)上|场景|里|一张|图片?|画面?|请|给我|我要|看|来|有|个物体|个东西|正好|一共|还有|以及|即"
    r"|跟|和|与|一?[个只颗块张幅]|在|是|、|的|视频|短片|再|外加|加上|放着?|站着|[,;:.1-4]",
}
_PLACED: Final = re.compile(r"\bone \w+ \w+ \w+ at\b|在(?:最?[左右]|中)最?[前中后]|在正中")
"""What only a layout thought has: a solid at a named place."""


@dataclass(frozen=True)
class Asked:
    """A scene with an action where one was asked for; `open_parts` tells what was left open and drawn from the seed."""

    scene: Scene
    action: Action | None = None
    open_parts: tuple[str, ...] = ()


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
    mentioned, camera = _understood(text)
    mentions = mentioned.solids
    scene = _placed(mentioned, camera or Camera(), np.random.default_rng(seed))
    places = {(solid.row, solid.column) for solid in scene.solids}
    left_open = ["places"] * any(mention.spot not in places for mention in mentions)
    left_open += ["colours"] * any(mention.colour is None for mention in mentions)
    left_open += ["sizes"] * any(mention.size is None for mention in mentions)
    left_open += ["camera"] * (camera is None)
    return Asked(scene, None, tuple(left_open))


@lru_cache(maxsize=64)
def _understood(text: str) -> tuple[Mentioned, Camera | None]:
    """Return what a caption names, and the camera."""
    language, plain = language_of(text), tidy(text)
    camera, rest = _take_camera(plain, language)
    mentioned = read_mentions(rest, language)
    leftover = re.sub(_FILLER[language], " ", mentioned.rest).split()
    if leftover:
        raise InputError(f"{' '.join(leftover)!r} is not of the small world", _kinds(language), "leave it out")
    many = len(mentioned.solids)
    if not 1 <= many <= MOST_SOLIDS:
        raise InputError(f"{many} solids are named", f"1 to {MOST_SOLIDS}: {_kinds(language)}", "name some")
    return mentioned, camera


def _read_scene(text: str, seed: int) -> Asked:
    thought = _thought(text)
    if isinstance(thought, InputError):
        try:
            return read_caption(text, seed)
        except InputError as worse:
            told = thought if _PLACED.search(text) else worse
            raise told from None
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
    azimuth, height = any_of(azimuths), any_of(heights)
    pattern = (
        rf"from ({azimuth}),({height})" if language == "en" else rf"(?:镜头)?[从在]({azimuth})看?,(?:高度)?({height})"
    )
    found = re.search(pattern, text)
    if found is None:
        return None, text
    known: Any = heights[found[2]]
    return Camera(int(azimuths[found[1]]), known), text[: found.start()] + text[found.end() :]


def _placed(mentioned: Mentioned, camera: Camera, rng: np.random.Generator) -> Scene:
    """Draw what is open until the solids stand apart, where they are said to stand."""

    def one_of(known: tuple[Any, ...], told: Any = None) -> Any:
        drawn = known[int(rng.integers(len(known)))]
        return told or drawn

    for attempt in range(_TRIES):
        named = [mention.spot if attempt < _TRIES // 4 else None for mention in mentioned.solids]
        spots = [
            spot or (one_of(mention.rows), one_of(mention.columns))
            for mention, spot in zip(mentioned.solids, named, strict=True)
        ]
        solids = tuple(
            Solid(
                row,
                column,
                one_of(SHAPES, mention.shape),
                one_of(COLOURS, mention.colour),
                one_of(SIZES, mention.size),
            )
            for mention, (row, column) in zip(mentioned.solids, spots, strict=True)
        )
        if not all(stands(each.side, solids[each.first], solids[each.second]) for each in mentioned.relations):
            continue
        try:
            return Scene(solids, camera)
        except InputError:
            continue
    raise InputError("these solids find no places", "fewer or smaller ones", "make some small")


def _kinds(language: Language) -> str:
    words = WORDS[language]
    return ", ".join([*words["size"].values(), *words["colour"].values(), *words["shape"].values()])
