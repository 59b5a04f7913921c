"""Questions on pictures and on clips, with their true answers, English and Chinese.

Relations are those seen in the picture (left means further left in it), so that the picture alone answers them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from agentvid.world.bodies import rest_pose
from agentvid.world.caption import name_in
from agentvid.world.look import eye_of
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

_LEAST_APART: Final = 0.06
_YES: Final[dict[Language, tuple[str, str]]] = {"en": ("no", "yes"), "zh": ("否", "是")}
_NOTHING: Final[dict[Language, str]] = {"en": "nothing", "zh": "没有"}
_ASKED: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "count": "how many solids are there?",
        "count_colour": "how many {word} solids are there?",
        "colour": "what colour is {the}?",
        "shape": "what shape is the {word} solid?",
        "size": "is {the} small or large?",
        "exists": "is there a {word}?",
        "relation": "is {the} left or right of {other} in the picture?",
        "first_hit": "what was hit first?",
        "did_meet": "did {the} meet {other}?",
        "moved": "how many solids moved?",
        "last_to_stop": "what stopped last?",
        "meets_at": "at which frame was the first contact?",
    },
    "zh": {
        "count": "有几个物体？",
        "count_colour": "有几个{word}的物体？",
        "colour": "{the}是什么颜色？",
        "shape": "{word}的物体是什么形状？",
        "size": "{the}是大还是小？",
        "exists": "有{word}吗？",
        "relation": "画面中{the}在{other}的左边还是右边？",
        "first_hit": "最先被碰到的是什么？",
        "did_meet": "{the}碰到{other}了吗？",
        "moved": "有几个物体动了？",
        "last_to_stop": "最后停下的是什么？",
        "meets_at": "第一次接触在第几帧？",
    },
}


@dataclass(frozen=True)
class Question:
    """A question in words with its short answer; `kind` tells families apart."""

    kind: str
    text: str
    answer: str


def ask_about_picture(
    rng: np.random.Generator, scene: Scene, language: Language, kind: PictureKind | None = None
) -> Question | None:
    """Draw a question on the picture of a scene; None where this kind can't be asked of it."""
    drawn = kind or PICTURE_QUESTIONS[int(rng.integers(len(PICTURE_QUESTIONS)))]
    words, solids = WORDS[language], scene.solids
    solid = solids[int(rng.integers(len(solids)))]
    if drawn == "count":
        return _question(drawn, language, str(len(solids)))
    if drawn == "count_colour":
        near = [other.colour for other in solids] if rng.random() < 0.6 else list(COLOURS)
        colour = near[int(rng.integers(len(near)))]
        many = sum(other.colour == colour for other in solids)
        return _question(drawn, language, str(many), word=words["colour"][colour])
    if drawn == "exists":
        shape = SHAPES[int(rng.integers(len(SHAPES)))] if rng.random() < 0.5 else solid.shape
        return _question(
            drawn, language, _YES[language][any(o.shape == shape for o in solids)], word=words["shape"][shape]
        )
    if drawn == "colour" and sum(other.shape == solid.shape for other in solids) == 1:
        return _question(drawn, language, words["colour"][solid.colour], the=_kind_name(solid, language))
    if drawn == "shape" and sum(other.colour == solid.colour for other in solids) == 1:
        return _question(drawn, language, words["shape"][solid.shape], word=words["colour"][solid.colour])
    if drawn == "size" and sum((o.shape, o.colour) == (solid.shape, solid.colour) for o in solids) == 1:
        alone = Scene((solid,))
        named = words["colour"][solid.colour]
        the = _kind_name(solid, language)
        full = the.replace("the ", f"the {named} ") if language == "en" else named + name_in(alone, solid, language)
        return _question(drawn, language, words["size"][solid.size], the=full)
    if drawn == "relation" and len(solids) > 1:
        return _ask_relation(rng, scene, language)
    return None


def ask_about_clip(
    rng: np.random.Generator, clip: Clip, language: Language, kind: ClipKind | None = None
) -> Question | None:
    """Draw a question on a clip; None where this kind can't be asked of it."""
    drawn = kind or CLIP_QUESTIONS[int(rng.integers(len(CLIP_QUESTIONS)))]
    scene = clip.scene
    contacts = [event for event in clip.events if event.kind == "meets" and event.other is not None]
    if drawn == "first_hit":
        hit = contacts[0].other if contacts else None
        return _question(drawn, language, name_in(scene, hit, language) if hit else _NOTHING[language])
    if drawn == "moved":
        away = np.abs(clip.poses[:, :, :3] - clip.poses[:1, :, :3]).max(axis=(0, 2))
        return _question(drawn, language, str(int((away > _LEAST_APART).sum())))
    if drawn == "meets_at":
        return _question(drawn, language, str(contacts[0].frame)) if contacts else None
    if drawn == "last_to_stop":
        stops = [event for event in clip.events if event.kind == "stops"]
        unclear = not stops or any(e.frame == stops[-1].frame and e.who != stops[-1].who for e in stops)
        return None if unclear else _question(drawn, language, name_in(scene, stops[-1].who, language))
    if len(scene.solids) < 2:
        return None
    first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
    met = any({event.who, event.other} == {first, second} for event in contacts)
    names = {"the": name_in(scene, first, language), "other": name_in(scene, second, language)}
    return _question(drawn, language, _YES[language][met], **names)


def _ask_relation(rng: np.random.Generator, scene: Scene, language: Language) -> Question | None:
    first, second = (scene.solids[i] for i in rng.permutation(len(scene.solids))[:2])
    seen = eye_of(scene.camera).project(np.stack([rest_pose(first)[:3], rest_pose(second)[:3]]))
    apart = float(seen[0, 0] - seen[1, 0])
    if abs(apart) < _LEAST_APART:
        return None
    side = {"en": ("right", "left"), "zh": ("右边", "左边")}[language][apart < 0]
    names = {"the": name_in(scene, first, language), "other": name_in(scene, second, language)}
    return _question("relation", language, side, **names)


def _kind_name(solid: Solid, language: Language) -> str:
    return name_in(Scene((solid,)), solid, language)


def _question(kind: str, language: Language, answer: str, **values: str) -> Question:
    return Question(kind, _ASKED[language][kind].format(**values), answer)
