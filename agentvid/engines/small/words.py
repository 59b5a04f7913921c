"""Words about pictures by the small model: what is where, short answers, and a picture held against its layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from agentvid.engine import EngineResult
from agentvid.engines.small.inside import WHAT_IS_THERE, read_picture, seen_picture
from agentvid.engines.small.thinking import Task, as_scene
from agentvid.errors import CallError
from agentvid.media.types import Answer, Image
from agentvid.models.mot import Decoding
from agentvid.world.language import tell_solid
from agentvid.world.scene import Scene, Solid
from agentvid.world.words import Language, language_of

__all__ = ["compare", "describe", "measure"]

_MOST_TOKENS: Final = 160
_WHOLE: Final = re.compile(
    r"^(?:what(?:'s| is)? (?:in|on|there|seen|shown)|what do you see|what does .* show|describe|caption|tell me about)"
    r"|(?:有什么|有些什么|有哪些|是什么图|描述|说说|介绍|讲讲|看到什么|里面是什么)",
    re.IGNORECASE,
)
"""Questions about the whole picture: they are put as the model knows them."""
_AS_ASKED: Final[Mapping[Language, str]] = {
    "en": "Sizes, colours and shapes are read in the picture as asked; places were not compared.",
    "zh": "从图中读出的大小、颜色、形状与要求一致；位置没有比较。",
}


def describe(task: Task) -> EngineResult:
    """Say what `image` shows, or answer the `question` about it: output `answer`.

    Raises: CallError where there is no picture, or one of another world.
    """
    request = task.request
    image = request.maybe("image", Image)
    if image is None:
        raise CallError("no picture", "a picture of its world", "engine classical describes clips")
    picture, scene = seen_picture(task, image, request.maybe("layout", str) or "")
    task.told_level(scene)
    question = (request.maybe("question", str) or "").strip()
    language = language_of(question)
    asked = WHAT_IS_THERE[language] if not question or _WHOLE.search(question) else question
    session = task.unified.session()
    session.look(picture, latents=False)
    session.read(asked)
    told = session.think(Decoding(limit=_MOST_TOKENS), keep=False, cancelled=task.context.cancelled)
    task.warnings.append("the model's own words: nothing was measured")
    return EngineResult.of(*task.warnings, answer=Answer(question=question or asked, text=told.text.strip()))


def measure(task: Task) -> EngineResult:
    """Hold `image` against `layout`: output `answer`, with `passed` where the model reads those very solids in it.

    The model judges what it drew itself, by its eye alone: it sees no layout while it reads.

    Raises: CallError where there is no layout, or the picture is not of this world.
    """
    image, told = task.request.get("image", Image), task.request.maybe("layout", str) or ""
    wanted = as_scene(told)
    if wanted is None:
        raise CallError("no layout to hold the picture against", "a layout thought", "hand in the layout of a drawing")
    picture, scene = seen_picture(task, image, told)
    task.told_level(scene)
    language = language_of(told)
    read = read_picture(task, picture, language)
    task.warnings.append("the model's own reading of the picture: a second look, no proof")
    if read is None:
        text = {"en": "The model can't read the picture as a scene.", "zh": "模型没能把这张图读成一个场景。"}[language]
        return EngineResult.of(*task.warnings, answer=Answer(question="layout", text=text, passed=False))
    text, share = compare(wanted, read, language)
    answer = Answer(question="layout", text=text, passed=share == 1, measures={"share": share})
    return EngineResult.of(*task.warnings, answer=answer)


def compare(wanted: Scene, read: Scene, language: Language) -> tuple[str, float]:
    """Return in words what of a layout is read in a picture, and which share of all solids agrees in looks."""
    missing, extra = _without(wanted, read), _without(read, wanted)
    every = max(len(wanted.solids), len(read.solids))
    share = (every - max(len(missing), len(extra))) / every
    if not missing and not extra:
        return _AS_ASKED[language], share
    told = []
    joint = ", " if language == "en" else "、"
    if missing:
        names = joint.join(tell_solid(solid, language) for solid in missing)
        told.append(f"not read: {names}" if language == "en" else f"没读到：{names}")
    if extra:
        names = joint.join(tell_solid(solid, language) for solid in extra)
        told.append(f"read instead: {names}" if language == "en" else f"却读到：{names}")
    return ("; ".join(told) + "." if language == "en" else "；".join(told) + "。"), share


def _without(scene: Scene, other: Scene) -> list[Solid]:
    """Return the solids of a scene that another does not have, by their looks."""
    left = Counter(solid.look for solid in other.solids)
    missing = []
    for solid in scene.solids:
        if left[solid.look]:
            left[solid.look] -= 1
        else:
            missing.append(solid)
    return missing
