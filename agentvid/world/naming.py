"""What words mean in a scene: which solids a name fits, which of the eight colours a colour word comes to, where
"left" is for someone who looks at the picture.

    find_solids("左边的红色方块", scene)     the solids that all its words fit
    near_colour("pink")                      the nearest of the eight colours, and whether it is that very one
    paler_than("blue")                       "cyan"

Does not cover: whole sentences (`reading` reads captions, `language` thoughts).
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, Literal, TypeAlias

from agentvid.media.colours import hex_to_lab, hue_difference, named_colour
from agentvid.world.look import ALBEDO, DISPLAY_GAMMA, ELEVATION_DEG
from agentvid.world.mentions import names_of
from agentvid.world.scene import AZIMUTHS, COLOURS, GRID, HEIGHTS, STEP_DEG, Camera, Colour, Scene, Shape, Solid
from agentvid.world.words import LANGUAGES, WORDS, tidy

__all__ = [
    "Side",
    "darker_than",
    "find_solids",
    "near_camera",
    "near_colour",
    "paler_than",
    "place_of",
    "seen_across",
    "seen_step",
    "shape_of",
    "side_of",
    "word_of",
]

Side: TypeAlias = Literal["left", "right", "front", "back"]

_PALER: Final[dict[Colour, Colour]] = {
    "red": "orange",
    "orange": "yellow",
    "yellow": "white",
    "green": "cyan",
    "cyan": "white",
    "blue": "cyan",
    "purple": "white",
}
"""For each colour that has one, the neighbour that is lighter and nearest in hue."""
_DARKER: Final[dict[Colour, Colour]] = {
    "orange": "red",
    "yellow": "orange",
    "cyan": "blue",
    "white": "cyan",
}
_GREY: Final = 12.0
"""Lab chroma below which a colour has no hue."""
_LIGHT: Final = 75.0
"""Lab lightness from which a grey counts as white."""
_SIDES: Final[tuple[tuple[Side, str], ...]] = (
    ("left", r"\bleft(?:most|-hand)?\b|左"),
    ("right", r"\bright(?:most|-hand)?\b|右"),
    ("front", r"\b(?:front|near(?:est|er)?|clos(?:est|er))\b|前|近"),
    ("back", r"\b(?:back|rear|far(?:thest|ther)?|behind)\b|后|远"),
)
_PLACES: Final = {word: value for language in LANGUAGES for value, word in WORDS[language]["place"].items()}
_NOTHING_ELSE: Final = re.compile(
    r"\b(?:the|a|an|one|at|on|in|to|of|that|this|its|it|side|most|solid|thing|object|places?|hand|all|which|is)\b"
    r"|最|边|面|侧|方|那|这|一|个|的|在|里|上|中|它|物体|东西|颗|块|只|号|远处|处"
)


def side_of(text: str) -> Side | None:
    """Return the side that words name, as someone who looks at the picture means it; None where they name none."""
    for side, pattern in _SIDES:
        if re.search(pattern, text, re.IGNORECASE):
            return side
    return None


def find_solids(text: str, scene: Scene) -> tuple[Solid, ...]:
    """Return the solids of a scene that all words of a name fit; none where any word means nothing here.

    A side ("the ball on the left") means the outermost of those that the other words fit, as the picture shows them.
    The full name of a thought ("the large red cube at left front") means its place.
    """
    plain = re.sub(r"(?<=[a-z])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[a-z])", " ", tidy(text))
    fitting = list(scene.solids)
    place = _place(plain)
    if place is not None:
        (row, column), plain = place
        fitting = [solid for solid in fitting if (solid.row, solid.column) == (row, column)]
    for part in ("shape", "colour", "size"):
        words = _names(part)
        found = re.search("|".join(_whole(word, part) for word in sorted(words, key=len, reverse=True)), plain)
        if found is not None:
            named = words.get(found[0]) or words[found[0].removesuffix("s")]
            fitting = [solid for solid in fitting if getattr(solid, part) == named]
            plain = plain[: found.start()] + " " + plain[found.end() :]
    side = side_of(plain)
    for _, pattern in _SIDES:
        plain = re.sub(pattern, " ", plain, flags=re.IGNORECASE)
    if re.search(r"\w", _NOTHING_ELSE.sub(" ", plain)):
        return ()
    return tuple(_outermost(fitting, side, scene.camera) if side and fitting else fitting)


def near_colour(text: str) -> tuple[Colour, bool] | None:
    """Return the colour of this world that colour words come to, and whether they name it.

    None for no colour, and for black and greys, which are near none of the eight.
    """
    plain = tidy(text)
    words: dict[str, Any] = _names("colour")
    bare = re.sub(r"^(?:an?|the)\s+|\s*(?:colou?rs?|颜色|的)$", "", plain)
    if bare in words:
        return words[bare], True
    told = named_colour(plain)
    if told is None:
        return None
    lightness, a, b = hex_to_lab(told)
    if math.hypot(a, b) < _GREY:
        return ("white", False) if lightness > _LIGHT else None
    return min(COLOURS[:-1], key=lambda colour: hue_difference(told, _shown(colour))), False


def shape_of(text: str) -> Shape | None:
    """Return the shape that a word of either language names, one or many of it; None where it names none."""
    words: dict[str, Any] = _names("shape")
    plain = tidy(text)
    return words.get(plain) or words.get(plain.removesuffix("s"))


def place_of(text: str) -> tuple[int, int] | None:
    """Return the (row, column) of the place that words of either language name; None where they name none."""
    value = _PLACES.get(tidy(text))
    return None if value is None else _cell(value)


def paler_than(colour: Colour) -> Colour | None:
    """Return the lighter neighbour of a colour, None where it has none."""
    return _PALER.get(colour)


def darker_than(colour: Colour) -> Colour | None:
    """Return the darker neighbour of a colour, None where it has none."""
    return _DARKER.get(colour)


def near_camera(start: Camera, yaw_deg: float, pitch_deg: float) -> Camera:
    """Return the named camera that is nearest to a turn about the stage from another: + to the right, + up."""
    elevation = ELEVATION_DEG[start.height] + pitch_deg
    height = min(HEIGHTS, key=lambda name: abs(ELEVATION_DEG[name] - elevation))
    return Camera((start.azimuth + round(yaw_deg / STEP_DEG)) % AZIMUTHS, height)


def seen_across(solid: Solid, camera: Camera) -> float:
    """Return how far to the right a solid stands as a camera sees it, in places from the middle of the stage."""
    turn = math.radians(camera.azimuth * STEP_DEG)
    return (solid.column - GRID // 2) * math.cos(turn) + (solid.row - GRID // 2) * math.sin(turn)


def seen_step(side: Side, camera: Camera) -> tuple[int, int]:
    """Return the step (rows, columns) on the stage that is nearest to a side as this camera sees it."""
    across, along = {"left": (-1, 0), "right": (1, 0), "front": (0, -1), "back": (0, 1)}[side]
    turn = math.radians(camera.azimuth * STEP_DEG)
    x = across * math.cos(turn) - along * math.sin(turn)
    y = across * math.sin(turn) + along * math.cos(turn)
    if abs(x) >= abs(y) - 1e-9:
        return 0, 1 if x > 0 else -1
    return (1 if y > 0 else -1), 0


def word_of(part: str, value: str, language: Literal["en", "zh"]) -> str:
    """Return the word of this world for a shape, colour, size, place, azimuth or height."""
    return WORDS[language][part][value]


def _place(text: str) -> tuple[tuple[int, int], str] | None:
    """Return the place that a full name tells, and the name without it."""
    pattern = "|".join(re.escape(word) for word in sorted(_PLACES, key=len, reverse=True))
    found = re.search(rf"\bat (?:the )?(?P<end>{pattern})$|(?:^|(?<= ))(?P<start>{pattern})的", text)
    if found is None:
        return None
    return _cell(_PLACES[found["end"] or found["start"]]), text[: found.start()] + " " + text[found.end() :]


def _cell(value: str) -> tuple[int, int]:
    row, _, column = value.partition(",")
    return int(row), int(column)


def _names(part: str) -> dict[str, str]:
    return {word: value for language in LANGUAGES for word, value in names_of(language, part).items()}


def _whole(word: str, part: str) -> str:
    """Return the pattern of a word: English ones stand alone, shapes may be many."""
    return rf"\b{re.escape(word)}{'s?' if part == 'shape' else ''}\b" if word.isascii() else re.escape(word)


def _outermost(solids: list[Solid], side: Side, camera: Camera) -> list[Solid]:
    turn = math.radians(camera.azimuth * STEP_DEG)

    def far(solid: Solid) -> float:
        x, y = solid.column - GRID // 2, solid.row - GRID // 2
        across = seen_across(solid, camera)
        along = -x * math.sin(turn) + y * math.cos(turn)
        return round({"left": -across, "right": across, "front": -along, "back": along}[side], 6)

    most = max(map(far, solids))
    return [solid for solid in solids if far(solid) == most]


def _shown(colour: Colour) -> str:
    """Return a colour as a picture shows it in full light, `#rrggbb`."""
    return "#" + "".join(f"{round(255 * min(1.0, value) ** DISPLAY_GAMMA):02x}" for value in ALBEDO[colour])
