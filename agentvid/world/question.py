"""Questions on pictures and on clips, with their true answers, English and Chinese.

Relations are those seen in the picture (left means further left in it), so that the picture alone answers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.world.bodies import rest_pose
from agentvid.world.caption import name_in
from agentvid.world.look import eye_of
from agentvid.world.phrasing import Phrasing, Told, pick, wordings
from agentvid.world.physics import Clip
from agentvid.world.scene import COLOURS, SHAPES, Scene, Solid
from agentvid.world.words import WORDS, Language

__all__ = ["CLIP_QUESTIONS", "PICTURE_QUESTIONS", "Question", "ask_about_clip", "ask_about_picture"]

PictureKind: TypeAlias = Literal["count", "count_colour", "colour", "shape", "size", "exists", "relation"]
ClipKind: TypeAlias = Literal["first_hit", "did_meet", "moved", "last_to_stop", "meets_at"]
PICTURE_QUESTIONS: Final[tuple[PictureKind, ...]] = (
    "count",
    "count_colour",
    "colour",
    "shape",
    "size",
    "exists",
    "relation",
)
CLIP_QUESTIONS: Final[tuple[ClipKind, ...]] = ("first_hit", "did_meet", "moved", "last_to_stop", "meets_at")

_Answered: TypeAlias = tuple[str, dict[str, str]]
"""The answer, and the values of the question's slots."""
_LEAST_APART: Final = 0.06
_YES: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "zh": ("否", "是")}
_NOTHING: Final[dict[Language, str]] = {"en": "nothing", "zh": "没有"}
_ASKED: Final[Mapping[str, Told]] = {
    "count": wordings(
        """how many solids are there?
        how many things are there?
        how many solids do you see?
        count the solids
        what is the number of solids in the picture?""",
        """how many things do you see?
        count the things in the picture
        what is the number of things?""",
        """有几个物体？
        有几个东西？
        一共有几个物体？
        你看到几个物体？
        数一数物体，有几个？""",
        """一共有几个东西？
        你看到几个东西？
        数一数，一共几个物体？""",
    ),
    "count_colour": wordings(
        """how many {word} solids are there?
        how many solids are {word}?
        how many {word} things do you see?
        count the {word} solids""",
        """how many things are {word}?
        count the {word} things
        how many {word} solids do you see?""",
        """有几个{word}的物体？
        几个物体是{word}的？
        你看到几个{word}的东西？
        一共有几个{word}物体？""",
        """几个东西是{word}的？
        你看到几个{word}的物体？
        一共有几个{word}的东西？""",
    ),
    "colour": wordings(
        """what colour is {the}?
        what is the colour of {the}?
        which colour does {the} have?
        tell me the colour of {the}""",
        """which colour is {the}?
        what colour does {the} have?
        {the}: what colour is it?""",
        """{the}是什么颜色？
        {the}的颜色是什么？
        {the}是哪种颜色？
        说出{the}的颜色""",
        """{the}的颜色是哪种？
        说说{the}的颜色
        说说{the}是什么颜色""",
    ),
    "shape": wordings(
        """what shape is the {word} solid?
        what is the shape of the {word} solid?
        which shape does the {word} thing have?
        tell me the shape of the {word} solid""",
        """which shape is the {word} solid?
        what is the shape of the {word} thing?
        what shape does the {word} solid have?""",
        """{word}的物体是什么形状？
        {word}物体的形状是什么？
        {word}的东西是哪种形状？
        说出{word}物体的形状""",
        """{word}的东西是什么形状？
        {word}的物体是哪种形状？
        说说{word}物体是什么形状""",
    ),
    "size": wordings(
        """is {the} small or large?
        is {the} large or small?
        what size is {the}?
        what is the size of {the}?""",
        """which size is {the}?
        tell me the size of {the}
        {the}: large or small?""",
        """{the}是大还是小？
        {the}是小还是大？
        {the}有多大？
        {the}的大小是什么？""",
        """说说{the}是大还是小
        {the}，大还是小？
        说出{the}的大小""",
    ),
    "exists": wordings(
        """is there a {word}?
        do you see a {word}?
        is there any {word} in the picture?
        does the picture have a {word}?""",
        """do you see any {word}?
        is there a {word} in the picture?
        do you see a {word} in the picture?""",
        """有{word}吗？
        你看到{word}了吗？
        画面中有{word}吗？
        有没有{word}？""",
        """画面中有没有{word}？
        你看到画面中有{word}吗？
        有{word}没有？""",
    ),
    "relation": wordings(
        """is {the} left or right of {other} in the picture?
        in the picture, is {the} left or right of {other}?
        is {the} to the left or to the right of {other} in the picture?
        do you see {the} left or right of {other}?""",
        """in the picture, is {the} to the left or to the right of {other}?
        in the picture, do you see {the} left or right of {other}?
        do you see {the} to the left or to the right of {other}?""",
        """画面中{the}在{other}的左边还是右边？
        {the}在画面中{other}的左边还是右边？
        你看到{the}在{other}的左边还是右边？
        画面中，{other}的左边还是右边是{the}？""",
        """画面中你看到{the}在{other}左边还是右边？
        {the}在{other}的哪边，左边还是右边？
        画面中，{the}是在{other}的左边还是右边？""",
    ),
    "first_hit": wordings(
        """what was hit first?
        which solid was hit first?
        what was the first to be hit?
        which thing was the first to be met?""",
        """which thing was hit first?
        which solid was the first to be hit?
        what was met first?""",
        """最先被碰到的是什么？
        什么最先被碰到？
        哪个物体最先被碰到？
        最先碰到了什么？""",
        """最先被碰到的是哪个物体？
        最先碰到了哪个物体？
        哪个东西最先被碰到？""",
    ),
    "did_meet": wordings(
        """did {the} meet {other}?
        did {the} touch {other}?
        did {the} and {other} meet?
        was there a contact of {the} and {other}?""",
        """did {the} and {other} touch?
        was there any contact of {the} and {other}?
        {the} and {other}: was there a contact?""",
        """{the}碰到{other}了吗？
        {the}有没有碰到{other}？
        {the}和{other}碰到了吗？
        {the}和{other}有接触吗？""",
        """{the}和{other}有没有碰到？
        {the}和{other}有没有接触？
        {the}接触{other}了吗？""",
    ),
    "moved": wordings(
        """how many solids moved?
        how many things moved?
        count the solids that moved
        what is the number of solids that moved?""",
        """count the things that moved
        how many solids are there that moved?
        what is the number of things that moved?""",
        """有几个物体动了？
        几个物体动了？
        一共动了几个物体？
        动了的物体有几个？""",
        """几个东西动了？
        一共有几个物体动了？
        动了几个物体？""",
    ),
    "last_to_stop": wordings(
        """what stopped last?
        which solid stopped last?
        what was the last to stop?
        which of them was the last thing to stop?""",
        """which solid was the last to stop?
        which thing stopped last?
        which of them stopped last?""",
        """最后停下的是什么？
        什么最后停下？
        哪个物体最后停下？
        最后停下来的是哪个？""",
        """最后停下的是哪个物体？
        哪个最后停下来？
        最后停下来的物体是什么？""",
    ),
    "meets_at": wordings(
        """at which frame was the first contact?
        in which frame is the first contact?
        at which frame did two of them first meet?
        what is the frame of the first contact?""",
        """in which frame was the first contact?
        at which frame is the first contact?
        in which frame did two of them first touch?""",
        """第一次接触在第几帧？
        第几帧第一次接触？
        在第几帧第一次碰到？
        第一次碰到是第几帧？""",
        """第一次接触是第几帧？
        第一次碰到在第几帧？
        在第几帧第一次接触？""",
    ),
}


@dataclass(frozen=True)
class Question:
    """A question in words with its short answer; `kind` tells families apart."""

    kind: str
    text: str
    answer: str


def ask_about_picture(
    rng: np.random.Generator,
    scene: Scene,
    language: Language,
    kind: PictureKind | None = None,
    phrasing: Phrasing = "train",
) -> Question | None:
    """Draw a question on the picture of a scene; None where this kind can't be asked of it."""
    drawn = kind or PICTURE_QUESTIONS[int(rng.integers(len(PICTURE_QUESTIONS)))]
    answered = _answer_picture(rng, scene, language, drawn)
    return None if answered is None else _question(rng, drawn, language, phrasing, answered)


def ask_about_clip(
    rng: np.random.Generator,
    clip: Clip,
    language: Language,
    kind: ClipKind | None = None,
    phrasing: Phrasing = "train",
) -> Question | None:
    """Draw a question on a clip; None where this kind can't be asked of it."""
    drawn = kind or CLIP_QUESTIONS[int(rng.integers(len(CLIP_QUESTIONS)))]
    answered = _answer_clip(rng, clip, language, drawn)
    return None if answered is None else _question(rng, drawn, language, phrasing, answered)


def _answer_picture(rng: np.random.Generator, scene: Scene, language: Language, kind: PictureKind) -> _Answered | None:
    words, solids = WORDS[language], scene.solids
    solid = solids[int(rng.integers(len(solids)))]
    if kind == "count":
        return str(len(solids)), {}
    if kind == "count_colour":
        near = [other.colour for other in solids] if rng.random() < 0.6 else list(COLOURS)
        colour = near[int(rng.integers(len(near)))]
        return str(sum(other.colour == colour for other in solids)), {"word": words["colour"][colour]}
    if kind == "exists":
        shape = SHAPES[int(rng.integers(len(SHAPES)))] if rng.random() < 0.5 else solid.shape
        return _YES[language][any(o.shape == shape for o in solids)], {"word": words["shape"][shape]}
    if kind == "colour" and sum(other.shape == solid.shape for other in solids) == 1:
        return words["colour"][solid.colour], {"the": _kind_name(solid, language)}
    if kind == "shape" and sum(other.colour == solid.colour for other in solids) == 1:
        return words["shape"][solid.shape], {"word": words["colour"][solid.colour]}
    if kind == "size" and sum((o.shape, o.colour) == (solid.shape, solid.colour) for o in solids) == 1:
        named, the = words["colour"][solid.colour], _kind_name(solid, language)
        full = the.replace("the ", f"the {named} ") if language == "en" else named + the
        return words["size"][solid.size], {"the": full}
    return _relation(rng, scene, language) if kind == "relation" and len(solids) > 1 else None


def _answer_clip(rng: np.random.Generator, clip: Clip, language: Language, kind: ClipKind) -> _Answered | None:
    scene = clip.scene
    contacts = [event for event in clip.events if event.kind == "meets" and event.other is not None]
    if kind == "first_hit":
        hit = contacts[0].other if contacts else None
        return name_in(scene, hit, language) if hit else _NOTHING[language], {}
    if kind == "moved":
        away = np.abs(clip.poses[:, :, :3] - clip.poses[:1, :, :3]).max(axis=(0, 2))
        return str(int((away > _LEAST_APART).sum())), {}
    if kind == "meets_at":
        return (str(contacts[0].frame), {}) if contacts else None
    if kind == "last_to_stop":
        stops = [event for event in clip.events if event.kind == "stops"]
        unclear = not stops or any(e.frame == stops[-1].frame and e.who != stops[-1].who for e in stops)
        return None if unclear else (name_in(scene, stops[-1].who, language), {})
    if len(scene.solids) < 2:
        return None
    first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
    met = any({event.who, event.other} == {first, second} for event in contacts)
    return _YES[language][met], _both(rng, scene, first, second, language)


def _relation(rng: np.random.Generator, scene: Scene, language: Language) -> _Answered | None:
    first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
    seen = eye_of(scene.camera).project(np.stack([rest_pose(first)[:3], rest_pose(second)[:3]]))
    apart = float(seen[0, 0] - seen[1, 0])
    if abs(apart) < _LEAST_APART:
        return None
    side = {"en": ("right", "left"), "zh": ("右边", "左边")}[language][apart < 0]
    return side, _both(rng, scene, first, second, language)


def _both(rng: np.random.Generator, scene: Scene, first: Solid, second: Solid, language: Language) -> dict[str, str]:
    return {"the": name_in(scene, first, language, rng), "other": name_in(scene, second, language, rng)}


def _kind_name(solid: Solid, language: Language) -> str:
    return name_in(Scene((solid,)), solid, language)


def _question(
    rng: np.random.Generator, kind: str, language: Language, phrasing: Phrasing, answered: _Answered
) -> Question:
    answer, values = answered
    return Question(kind, pick(rng, _ASKED[kind], language, phrasing).format(**values), answer)
