"""Operations of an edit plan. Every field changes the picture.

`part` says where an operation works: on the `target` (inside the mask; the whole picture where there is no mask), on
the `background` (all but the mask), or on the whole `picture`. `strength` 0 leaves the picture, 1 changes it fully.
Amounts from -1 to 1 are 0 for no change. The seed of the step draws what is random (rain, grain, grain of wood).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import Field, model_validator

from agentvid.media.value import Box, Colour, Value

__all__ = [
    "PLACES",
    "Add",
    "Adjust",
    "BlurBackground",
    "Count",
    "Light",
    "LightLook",
    "Material",
    "MaterialKind",
    "Move",
    "Part",
    "Place",
    "PlainOperation",
    "Recolour",
    "Remove",
    "RemoveText",
    "Replace",
    "Resize",
    "Side",
    "Style",
    "StyleKind",
    "Weather",
    "WeatherKind",
    "WriteText",
]

Part: TypeAlias = Literal["target", "background", "picture"]
Side: TypeAlias = Literal["", "left", "right", "above", "below", "front", "behind"]
Place: TypeAlias = Literal[
    "upper left", "top", "upper right", "left", "centre", "right", "lower left", "bottom", "lower right"
]
PLACES: tuple[Place, ...] = get_args(Place)
"""The nine places of a picture, row by row."""
LightLook: TypeAlias = Literal[
    "sunset", "dawn", "noon", "night", "studio", "candle", "backlight", "moonlight", "neon", "soft", "hard"
]
WeatherKind: TypeAlias = Literal[
    "rain", "snow", "fog", "storm", "sunny", "cloudy", "spring", "summer", "autumn", "winter"
]
StyleKind: TypeAlias = Literal[
    "oil", "watercolour", "sketch", "ink", "cartoon", "anime", "pixel", "pop", "film", "sepia", "vintage",
    "blackwhite", "poster",
]  # fmt: skip
MaterialKind: TypeAlias = Literal[
    "wood", "marble", "gold", "silver", "glass", "metal", "brick", "fabric", "leather", "stone", "ice", "grass"
]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Amount: TypeAlias = Annotated[float, Field(ge=-1, le=1)]


class Recolour(Value):
    """Change colour `source` (what the target mostly is now) to `target`.

    `keep` may hold "shading" (light and dark stay as they were) and "highlights" (near-white reflections stay).
    `strength` 0 leaves the picture, 1 changes it fully.
    """

    op: Literal["recolour"] = "recolour"
    source: Colour
    target: Colour
    keep: tuple[Literal["shading", "highlights"], ...] = ("shading", "highlights")
    strength: float = Field(default=1.0, ge=0, le=1)


class Remove(Value):
    """Take the target out and fill the hole from around it. `grow` pixels are added around the mask."""

    op: Literal["remove"] = "remove"
    grow: int = Field(default=4, ge=0, le=64)


class BlurBackground(Value):
    """Blur all but the target. `radius` is the Gaussian sigma in pixels."""

    op: Literal["blur_background"] = "blur_background"
    radius: float = Field(default=8.0, gt=0, le=200)


class Adjust(Value):
    """Change light, colour and crispness. Negative `sharpness` blurs, negative `denoise` adds grain."""

    op: Literal["adjust"] = "adjust"
    brightness: Amount = 0.0
    contrast: Amount = 0.0
    saturation: Amount = 0.0
    warmth: Amount = 0.0
    sharpness: Amount = 0.0
    denoise: Amount = 0.0
    part: Part = "target"


class Light(Value):
    """Light it anew: a look, and the side the light comes from ("": the side that is usual for the look)."""

    op: Literal["light"] = "light"
    look: LightLook
    side: Side = ""
    strength: Share = 1.0
    part: Part = "target"


class Weather(Value):
    """Put weather or a season into the picture."""

    op: Literal["weather"] = "weather"
    kind: WeatherKind
    strength: Share = 0.8
    part: Part = "target"


class Style(Value):
    """Render as if painted, drawn, printed or photographed in another way."""

    op: Literal["style"] = "style"
    kind: StyleKind
    strength: Share = 1.0
    part: Part = "target"


class Material(Value):
    """Make it look as if made of a material; its own light and shade stay. `scale` 2 doubles the grain's size."""

    op: Literal["material"] = "material"
    kind: MaterialKind
    scale: float = Field(default=1.0, ge=0.1, le=10)
    strength: Share = 1.0
    part: Part = "target"


class Move(Value):
    """Move the target by shares of the picture's width (`dx`, + right) and height (`dy`, + down); the hole is filled.

    `grow` pixels around the mask go along, so that no rim stays behind.
    """

    op: Literal["move"] = "move"
    dx: float = Field(default=0.0, ge=-1, le=1)
    dy: float = Field(default=0.0, ge=-1, le=1)
    grow: int = Field(default=3, ge=0, le=64)


class Resize(Value):
    """Make the target larger or smaller by a factor: about its foot (it stays on its ground) or its centre."""

    op: Literal["resize"] = "resize"
    factor: float = Field(ge=0.05, le=8)
    about: Literal["foot", "centre"] = "foot"
    grow: int = Field(default=3, ge=0, le=64)


class WriteText(Value):
    """Write words on the picture, wrapped and shrunk so that they stay inside `box`, or at `place` where none is given.

    `size`: height of a letter as a share of the picture's height. `colour` None: white or black, whichever stands out.
    `outline`: width of the contour as a share of the letter's height, 0 for none.
    """

    op: Literal["text"] = "text"
    text: str = Field(min_length=1, max_length=2000)
    box: Box | None = None
    place: Place = "bottom"
    colour: Colour | None = None
    outline: float = Field(default=0.06, ge=0, le=0.3)
    size: float = Field(default=0.08, ge=0.01, le=1)
    font: Literal["sans", "serif", "hand"] = "sans"

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip():
            raise ValueError("the text is blank; expected words to write")
        return self


class RemoveText(Value):
    """Take writing out of the picture (inside the mask where there is one) and fill its place; `grow` as for Remove."""

    op: Literal["remove_text"] = "remove_text"
    grow: int = Field(default=3, ge=0, le=64)


class Add(Value):
    """Add a thing, in words; for engines that draw."""

    op: Literal["add"] = "add"
    what: str = Field(min_length=1)
    where: str = ""


class Replace(Value):
    """Replace the target by another thing, in words; for engines that draw."""

    op: Literal["replace"] = "replace"
    to: str = Field(min_length=1)


class Count(Value):
    """Show so many of a thing; for engines that draw."""

    op: Literal["count"] = "count"
    what: str = Field(min_length=1)
    number: int = Field(ge=0, le=1000)


PlainOperation: TypeAlias = (
    Recolour
    | Remove
    | BlurBackground
    | Adjust
    | Light
    | Weather
    | Style
    | Material
    | Move
    | Resize
    | WriteText
    | RemoveText
    | Add
    | Replace
    | Count
)
"""Every operation that needs no second picture."""
