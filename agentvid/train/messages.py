"""Messages to an agent of the small world, each with its true plan: that of the offline planner, in the compact form.

What is asked is drawn first, then said, then planned offline as in a second turn, with what the picture at hand shows.
A message is taken only where that plan is what was to be asked (or asks back, where it should): what the offline
planner does not understand, or understands otherwise, is said anew. Of what lies outside the compact form the true plan
is a question back.

Does not cover: several pictures at hand, colours and shades that this world lacks, new solids without a place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, TypeVar, get_args

import numpy as np

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref
from agentvid.media.types import Image
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.compact import Doubt, ask_back, tell_plan
from agentvid.planner.grammar.write import write_chain
from agentvid.planner.stage import Stage
from agentvid.train.phrases import FILM, HANDS, OTHER, SIDES, THEN, THINGS, VIEW
from agentvid.world.caption import CaptionKind, caption, instruct
from agentvid.world.edits import Change, Edit, EditKind, sample_edit
from agentvid.world.language import read_thought, tell_change
from agentvid.world.phrasing import LIST, Phrasing, pick
from agentvid.world.question import ask_about_picture
from agentvid.world.render import SIZE
from agentvid.world.scene import SHAPES, Camera, Scene, Solid
from agentvid.world.words import WORDS, Language

__all__ = ["MESSAGE_KINDS", "Message", "MessageKind", "draw_message", "message_of"]

MessageKind: TypeAlias = Literal[
    "draw",
    "recolour",
    "reshape",
    "resize",
    "move",
    "add",
    "remove",
    "it",
    "film",
    "view",
    "question",
    "two requests",
    "asked back",
]
MESSAGE_KINDS: Final[tuple[MessageKind, ...]] = get_args(MessageKind)
_SHARES: Final[Mapping[MessageKind, float]] = {
    "draw": 0.20,
    "recolour": 0.08,
    "reshape": 0.07,
    "resize": 0.06,
    "move": 0.08,
    "add": 0.06,
    "remove": 0.06,
    "it": 0.07,
    "film": 0.05,
    "view": 0.07,
    "question": 0.05,
    "two requests": 0.05,
    "asked back": 0.10,
}
_TASKS: Final = ("text_to_image", "edit_image", "describe", "measure", "novel_view", "future_frames", "text_to_video")
_BEARS: Final = {"small": frozenset(_TASKS)}
_TARGETED: Final[tuple[EditKind, ...]] = ("recolour", "reshape", "resize", "move", "remove")
_CAPTIONS: Final[tuple[CaptionKind, ...]] = ("list", "relation", "count")
_PICTURE: Final = Image(artifact="0" * 64, mime="image/png", bytes=1, width=SIZE, height=SIZE)
_TRIES: Final = 12
_MOST_BEFORE: Final = 3
"""Solids to which none is added."""


@dataclass(frozen=True)
class Message:
    """A message as a planner gets it, its chain by the offline planner, and its true plan in the compact form."""

    kind: MessageKind
    request: PlanRequest
    chain: Chain
    plan: str


class _NotBorneError(Exception):
    """The scene bears no such change. Never leaves this module."""


_T = TypeVar("_T")
_Say: TypeAlias = Callable[[np.random.Generator, Scene, Language, Phrasing], Message | None]


def draw_message(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing = "train") -> Message:
    """Return a message that might be sent while the picture of a scene is at hand, or before there is one."""
    kinds = list(_SHARES)
    while True:
        made = message_of(rng, kinds[int(rng.choice(len(kinds), p=list(_SHARES.values())))], scene, language, phrasing)
        if made is not None:
            return made


def message_of(
    rng: np.random.Generator, kind: MessageKind, scene: Scene, language: Language, phrasing: Phrasing = "train"
) -> Message | None:
    """Return a message of a kind; None where the scene does not bear it, or no try is understood offline."""
    say, many = _SAY[kind], len(scene.solids)
    if (kind == "remove" and many == 1) or (kind == "add" and many >= _MOST_BEFORE):
        return None
    try:
        return next((made for _ in range(_TRIES) if (made := say(rng, scene, language, phrasing)) is not None), None)
    except _NotBorneError:
        return None


# ---------------------------------------------------------------- one request


def _draw(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    text = caption(rng, scene, language, _one_of(rng, _CAPTIONS), phrasing, with_camera=False)
    made = _planned("draw", text, scene if rng.random() < 0.5 else None)
    return made if made and _is_drawn(made, scene) and len(made.plan.split("\n")) == 1 else None


def _change(kind: EditKind) -> _Say:
    def say(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
        edit = sample_edit(rng, scene, kind)
        if edit is None:
            raise _NotBorneError
        subject = _one_of(rng, scene.solids) if rng.random() < 0.5 else None
        text = instruct(rng, scene, edit.change, language, phrasing)
        made = _planned(kind, text, scene, subject)  # type: ignore[arg-type]
        return made if made and made.plan == _told(edit.change, language) else None

    return say


def _it(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    edit = sample_edit(rng, scene, _one_of(rng, _TARGETED))
    text = None if edit is None else _of_it(rng, edit, language, phrasing)
    if edit is None or text is None:
        return None
    made = _planned("it", text, scene, edit.change.target)  # type: ignore[union-attr]
    return made if made and made.plan == _told(edit.change, language) else None


def _film(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    made = _planned("film", _film_words(rng, language, phrasing), scene)
    return made if made and made.plan.startswith("novel_view: once around") else None


def _view(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    values = {"side": _one_of(rng, SIDES[language]), "hand": _one_of(rng, HANDS[language])}
    text = pick(rng, VIEW, language, phrasing).format(degrees=15 * int(rng.integers(1, 13)), **values)
    made = _planned("view", text, scene)
    return made if made and made.plan.startswith("novel_view: ") else None


def _question(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    asked = ask_about_picture(rng, scene, language, phrasing=phrasing)
    made = None if asked is None else _planned("question", asked.text, scene)
    return made if made and made.plan == "describe" else None


# ---------------------------------------------------------------- two requests


def _two(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    drawn = rng.random()
    edit = sample_edit(rng, scene, _one_of(rng, (*_TARGETED, "add")))
    if edit is None:
        return None
    asked, second = instruct(rng, scene, edit.change, language, phrasing), None
    if drawn < 0.3:
        asked = caption(rng, scene, language, _one_of(rng, _CAPTIONS), phrasing, with_camera=False)
        then = _film_words(rng, language, phrasing)
    elif drawn < 0.6:
        then = _film_words(rng, language, phrasing)
    else:
        second = sample_edit(rng, edit.after, _one_of(rng, (*_TARGETED, "add")))
        if second is None:
            return None
        then = instruct(rng, edit.after, second.change, language, phrasing)
    made = _planned("two requests", pick(rng, THEN, language, phrasing).format(first=asked, then=then), scene)
    if made is None:
        return None
    lines = made.plan.split("\n")
    first_fits = _is_drawn(made, scene) if drawn < 0.3 else lines[0] == _told(edit.change, language)
    then_fits = lines[1:] == [_told(second.change, language)] if second else lines[1:] and _is_film(lines[1])
    return made if first_fits and then_fits and len(lines) == 2 else None


# ---------------------------------------------------------------- asked back


def _back(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> Message | None:
    """Say what is to be asked back: of another world, with a name that fits several solids or none, without picture."""
    doubts: tuple[Doubt, ...] = ("outside", "outside", "which", "missing", "picture")
    doubt = _one_of(rng, doubts)
    said = {"outside": _outside, "which": _which, "missing": _missing, "picture": _pictureless}[doubt]
    text = said(rng, scene, language, phrasing)
    if text is None:
        return None
    has_picture = doubt in ("which", "missing") or (doubt == "outside" and rng.random() < 0.6)
    request = _request(text, scene if has_picture else None, None)
    chain = write_chain(request)
    if chain.steps and (doubt != "outside" or tell_plan(chain, request) is not None):
        return None
    return Message("asked back", request, chain, ask_back(doubt))


def _outside(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    if rng.random() < 0.4:
        return pick(rng, OTHER, language, phrasing)
    thing = pick(rng, THINGS, language, phrasing)
    thing = f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}" if language == "en" else f"一个{thing}"
    if rng.random() < 0.3:
        joint = {"en": " and ", "zh": "和"}[language]
        thing = caption(rng, replace(scene, solids=scene.solids[:1]), language, with_camera=False) + joint + thing
        return thing
    return pick(rng, LIST, language, phrasing).format(all=thing)


def _which(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    """Say "the ball" where there are two, or "it" where nothing was spoken of."""
    many = Counter(solid.shape for solid in scene.solids)
    edit = sample_edit(rng, scene, _one_of(rng, _TARGETED)) if len(scene.solids) > 1 else None
    if edit is None:
        return None
    target: Solid = edit.change.target  # type: ignore[union-attr]
    if many[target.shape] > 1 and rng.random() < 0.7:
        alone = replace(scene, solids=(target,))
        text = instruct(rng, alone, edit.change, language, phrasing)
        full = (WORDS[language]["colour"][target.colour], WORDS[language]["place"][f"{target.row},{target.column}"])
        sizes = WORDS[language]["size"].values()
        return None if any(word in text for word in (*full, *sizes)) else text
    return _of_it(rng, edit, language, phrasing)


def _missing(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    """Name a shape that is not there, or a thing of another world."""
    lacking = [shape for shape in SHAPES if shape not in {solid.shape for solid in scene.solids}]
    target = Solid(2, 2, _one_of(rng, lacking), "red", "small")
    edit = sample_edit(rng, Scene((target,), scene.camera), _one_of(rng, ("recolour", "resize", "move")))
    if edit is None:
        return None
    text = instruct(rng, edit.before, edit.change, language, phrasing)
    if rng.random() < 0.5:
        return text
    thing = pick(rng, THINGS, language, phrasing)
    return _renamed(text, target, f"the {thing}" if language == "en" else thing, language)


def _pictureless(rng: np.random.Generator, scene: Scene, language: Language, phrasing: Phrasing) -> str | None:
    if rng.random() < 0.3:
        return _film_words(rng, language, phrasing)
    edit = sample_edit(rng, scene, _one_of(rng, _TARGETED))
    return None if edit is None else instruct(rng, scene, edit.change, language, phrasing)


# ---------------------------------------------------------------- what all share


def _planned(kind: MessageKind, text: str, scene: Scene | None, subject: Solid | None = None) -> Message | None:
    request = _request(text, scene, subject)
    chain = write_chain(request)
    plan = tell_plan(chain, request)
    return None if plan is None else Message(kind, request, chain, plan)


def _request(text: str, scene: Scene | None, subject: Solid | None) -> PlanRequest:
    """Return a message of a second turn, after one that drew a scene; of a first one without it."""
    if scene is None:
        return PlanRequest(turn=1, text=text, bears=_BEARS)
    only = scene.solids[0] if len(scene.solids) == 1 else None
    stage = Stage(scene, Ref(step="t1.s1", port="layout"), subject or only)
    picture = KnownMedia(1, _PICTURE, source=Ref(step="t1.s1", port="image"))
    return PlanRequest(turn=2, text=text, media=(picture,), bears=_BEARS, stages={"t1.s1.image": stage})


def _told(change: Change, language: Language) -> str:
    return f"edit_image: {tell_change(change, language)}"


def _film_words(rng: np.random.Generator, language: Language, phrasing: Phrasing) -> str:
    return pick(rng, FILM, language, phrasing).format(seconds=int(rng.integers(2, 10)))


def _is_film(line: str) -> bool:
    return line.startswith("novel_view: once around")


def _is_drawn(made: Message, scene: Scene) -> bool:
    """Tell whether the first step draws solids of the shapes that were asked for."""
    drawn = read_thought(made.chain.steps[0].thought) if made.plan.startswith("generate_image: ") else None
    return isinstance(drawn, Scene) and _shapes(drawn) == _shapes(scene)


def _shapes(scene: Scene) -> Counter[str]:
    return Counter(solid.shape for solid in scene.solids)


def _of_it(rng: np.random.Generator, edit: Edit, language: Language, phrasing: Phrasing) -> str | None:
    """Return an instruction that calls its target "it"; None where this one can't."""
    target: Solid = edit.change.target  # type: ignore[union-attr]
    text = instruct(rng, Scene((target,), Camera()), edit.change, language, phrasing)
    return _renamed(text, target, {"en": "it", "zh": "它"}[language], language)


def _renamed(text: str, target: Solid, name: str, language: Language) -> str | None:
    """Return a text with another name for its target; None where it names it by more than its shape."""
    words = WORDS[language]
    bare = f"the {target.shape}" if language == "en" else words["shape"][target.shape]
    more = ("的", words["size"][target.size], words["colour"][target.colour])
    is_bare = text.count(bare) == 1 and not any(word + bare in text for word in more)
    return text.replace(bare, name) if is_bare else None


def _one_of(rng: np.random.Generator, choices: Sequence[_T]) -> _T:
    return choices[int(rng.integers(len(choices)))]


_SAY: Final[Mapping[MessageKind, _Say]] = {
    "draw": _draw,
    "recolour": _change("recolour"),
    "reshape": _change("reshape"),
    "resize": _change("resize"),
    "move": _change("move"),
    "add": _change("add"),
    "remove": _change("remove"),
    "it": _it,
    "film": _film,
    "view": _view,
    "question": _question,
    "two requests": _two,
    "asked back": _back,
}
