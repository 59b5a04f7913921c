"""How phrases about pictures from words alone, and about what stands in them, become requests."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.grammar.clause import Clause, split_thing
from agentvid.planner.grammar.lexicon import find_references, read_number
from agentvid.planner.request import Film, Generate, Reference, Request, Restage, View
from agentvid.world.mentions import names_of
from agentvid.world.scene import AZIMUTHS, HEIGHTS, Camera, Height
from agentvid.world.words import LANGUAGES, WORDS

__all__ = ["read_add", "read_film", "read_generate", "read_move", "read_reshape", "read_resize", "read_stand"]

_CLIP: Final = re.compile(r"video|clip|animation|movie|film|视频|短片|动画|影片", re.IGNORECASE)
_SOLID: Final = re.compile(
    "|".join(sorted({*names_of("en", "shape"), *names_of("zh", "shape")}, key=len, reverse=True))
)
_LARGER: Final = re.compile(r"big|larg|enlarge|大", re.IGNORECASE)
_AZIMUTHS: Final = {
    word.replace(" ", ""): int(step) for language in LANGUAGES for step, word in WORDS[language]["azimuth"].items()
}
_HEIGHTS: Final[dict[str, Height]] = {
    WORDS[language]["height"][height]: height for language in LANGUAGES for height in HEIGHTS
}
_FACING: Final = ("front", "right", "back", "left")
_NEW: Final = re.compile(r"(?:an?|another|one) |再?[加添]|一?[个只颗块]", re.IGNORECASE)
_SIDES: Final = (
    ("left", r"left|左"),
    ("right", r"right|右"),
    ("front", r"front|forward|closer|nearer|前|近"),
    ("back", r"back|away|farther|后|远"),
)


def read_generate(clause: Clause) -> tuple[Request, ...] | None:
    """Read "draw a large red cube", "a video of two balls"; verbs that can mean much else only with a solid's name."""
    what, medium = clause.get("what"), clause.get("medium")
    if not what or not (clause.get("sure") or medium or _SOLID.search(what.lower())):
        return None
    kind = "video" if _CLIP.search(medium) else "image"
    return (Generate(clause.said, what, kind, read_number(clause.get("secs"))),)  # type: ignore[arg-type]


def read_film(clause: Clause) -> tuple[Request, ...]:
    """Read "turn it into a video"."""
    where = clause.reference("where")
    where = None if where is not None and (where.to == "it" or where.media == "video") else where
    return (Film(clause.said, clause.measures.seconds, where),)


def read_reshape(clause: Clause) -> tuple[Request, ...] | None:
    """Read "turn the cube into a ball"."""
    thing, where = split_thing(clause.get("thing"))
    return (Restage(clause.said, "reshape", thing, clause.get("to"), where=where),)


def read_resize(clause: Clause) -> tuple[Request, ...] | None:
    """Read "make the ball bigger"."""
    thing, where = split_thing(clause.get("thing"))
    size = "large" if _LARGER.search(clause.get("to")) else "small"
    return (Restage(clause.said, "resize", thing, size, where=where),)


def read_move(clause: Clause) -> tuple[Request, ...] | None:
    """Read "move the ball two places to the left", "把球移到正中"; the camera and whole pictures are not things."""
    thing, where = split_thing(clause.get("thing"))
    if re.search(r"镜头|相机|视角|画面|camera|view|shot", thing, re.IGNORECASE) or (not thing and where):
        return None
    if clause.get("place") and _NEW.match(clause.get("thing")):
        return None  # "put a ball at the left front": another one
    steps = int(read_number(clause.get("steps")) or 1)
    side = next((name for name, words in _SIDES if re.search(words, clause.get("to"), re.IGNORECASE)), "")
    return (Restage(clause.said, "move", thing, side, clause.get("place").lower(), steps, where),)


def read_add(clause: Clause) -> tuple[Request, ...] | None:
    """Read "add a small red ball at left front"."""
    what = clause.get("what")
    if not _SOLID.search(what.lower()):
        return None
    where = _where(what)
    return (Restage(clause.said, "add", to=what, place=clause.get("place").lower(), where=where),)


def read_stand(clause: Clause) -> tuple[Request, ...] | None:
    """Read "look from the left +30°, low", a camera of the small world by its name."""
    height, azimuth = clause.get("height").lower(), clause.get("azimuth").lower()
    if not height and "+" not in azimuth:  # "from the left" may be said of any picture
        return None
    camera = Camera(_AZIMUTHS[azimuth.replace(" ", "")], _HEIGHTS.get(height, "middle"))
    side = _FACING[round(camera.azimuth / (AZIMUTHS // 4)) % 4]
    return (View(clause.said, "stand", (), side=side, camera=camera),)


def _where(text: str) -> Reference | None:
    found = [reference for _, _, reference in find_references(text) if reference.to in ("number", "ordinal", "last")]
    return found[0] if found else None
