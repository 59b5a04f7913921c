"""The closed registry of port types: what flows between steps.

A value is either an artifact reference (bytes live in the store, the value holds their sha256 and the facts that
planning needs) or small JSON. All values are frozen pydantic models or plain str / float / bool.

Shapes: T frames, H W pixels, C channels; pictures outside a model are uint8 THWC RGB. Coordinates are pixels of the
picture they are about: origin at its top left corner, x to the right, y downwards."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from agentvid.media.operations import (
    Add,
    Adjust,
    BlurBackground,
    Count,
    Light,
    Material,
    Move,
    Part,
    PlainOperation,
    Recolour,
    Remove,
    RemoveText,
    Replace,
    Resize,
    Style,
    Weather,
    WriteText,
)
from agentvid.media.value import Box, Colour, Value

__all__ = [
    "EVIDENCE_TYPES",
    "MEDIA_TYPES",
    "PORT_TYPES",
    "Action",
    "Actions",
    "Add",
    "Adjust",
    "Answer",
    "Artifact",
    "Audio",
    "BlurBackground",
    "Box",
    "CameraPath",
    "CameraPose",
    "Colour",
    "Count",
    "Depth",
    "EditPlan",
    "Image",
    "Keyframe",
    "Light",
    "Mask",
    "Material",
    "Media",
    "Mesh",
    "Move",
    "Operation",
    "Palette",
    "Point",
    "PortValue",
    "Recolour",
    "Remove",
    "RemoveText",
    "Replace",
    "ReplaceBackground",
    "Resize",
    "Sha256",
    "Style",
    "Swatch",
    "Value",
    "Video",
    "Weather",
    "WriteText",
    "dump_value",
    "load_artifact",
    "load_value",
    "port_type_name",
    "reach_of",
]


Sha256: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pixels: TypeAlias = Annotated[int, Field(ge=1)]


# ---------------------------------------------------------------- artifacts: media stored by content


class Media(Value):
    """Media stored by content. `artifact` is the sha256 of the bytes; equality of content is equality of `artifact`."""

    artifact: Sha256
    mime: str
    bytes: int = Field(ge=0)


class Image(Media):
    """A still picture, sRGB."""

    type: Literal["image"] = "image"
    width: Pixels
    height: Pixels


class Video(Media):
    """A clip of constant frame rate; its frames are read lazily through `media.codec`."""

    type: Literal["video"] = "video"
    width: Pixels
    height: Pixels
    fps: float = Field(gt=0)
    frames: int = Field(ge=1)
    seconds: float = Field(gt=0)


class Audio(Media):
    """Sound. `rate` is samples per second."""

    type: Literal["audio"] = "audio"
    seconds: float = Field(gt=0)
    rate: int = Field(gt=0)


class Mesh(Media):
    """A triangle mesh (glTF binary)."""

    type: Literal["mesh"] = "mesh"


class Mask(Media):
    """A one-channel PNG of 0 (outside) to 255 (inside), the size of the picture it is about."""

    type: Literal["mask"] = "mask"
    width: Pixels
    height: Pixels


class Depth(Media):
    """A 16-bit PNG of relative nearness: 0 is farthest, 65535 nearest. The size of the picture it is about."""

    type: Literal["depth"] = "depth"
    width: Pixels
    height: Pixels


Artifact: TypeAlias = Annotated[Image | Video | Audio | Mesh | Mask | Depth, Field(discriminator="type")]


# ---------------------------------------------------------------- small JSON: evidence a person can correct


class Point(Value):
    """A pixel position: origin top left, x right, y down."""

    x: float
    y: float


class Swatch(Value):
    """One colour of a palette. `share` (0…1) is how much of the region it covers; `name` is an English colour word."""

    colour: Colour
    share: float = Field(default=1.0, ge=0, le=1)
    name: str = ""


class Palette(Value):
    """The main colours of a region, the largest share first."""

    colours: tuple[Swatch, ...] = Field(min_length=1)


class ReplaceBackground(Value):
    """Put `colour`, or `image` scaled to cover, behind the target; an image wins over a colour."""

    op: Literal["replace_background"] = "replace_background"
    colour: Colour = "#ffffff"
    image: Image | None = None


Operation: TypeAlias = Annotated[PlainOperation | ReplaceBackground, Field(discriminator="op")]


def reach_of(operation: Operation) -> Part:
    """Return which part of a picture an operation may change: inside the mask, all but it, or anywhere."""
    if isinstance(operation, Recolour | Remove | Replace):
        return "target"
    if isinstance(operation, BlurBackground | ReplaceBackground):
        return "background"
    if isinstance(operation, Adjust | Light | Weather | Style | Material):
        return operation.part
    return "picture"


class EditPlan(Value):
    """What changes to what, in which order. Every field changes the picture.

    `operations` are applied in order. `feather` is how many pixels the border of the mask is softened.
    """

    target: str
    operations: tuple[Operation, ...] = Field(min_length=1)
    feather: float = Field(default=2.0, ge=0, le=64)


class Keyframe(Value):
    """One frame of a clip: `frame` counts from 0, `seconds` is its time."""

    frame: int = Field(ge=0)
    seconds: float = Field(ge=0)


class CameraPose(Value):
    """Where the camera is at `seconds`, relative to the given picture's own camera.

    yaw_deg: + moves (orbit) or turns (look) the camera to the right. pitch_deg: + up. roll_deg: + clockwise.
    truck: + right, in picture widths. pedestal: + up, in picture heights. dolly: + towards the scene, as a share of
    the distance to the subject (0.5 is half-way there). zoom: focal length factor, 1 is unchanged.
    """

    seconds: float = Field(ge=0)
    yaw_deg: float = Field(default=0.0, ge=-720, le=720)
    pitch_deg: float = Field(default=0.0, ge=-89, le=89)
    roll_deg: float = Field(default=0.0, ge=-360, le=360)
    truck: float = Field(default=0.0, ge=-5, le=5)
    pedestal: float = Field(default=0.0, ge=-5, le=5)
    dolly: float = Field(default=0.0, ge=-10, le=0.95)
    zoom: float = Field(default=1.0, ge=0.1, le=10)


class CameraPath(Value):
    """Poses in order of time, interpolated smoothly. `orbit` turns about the subject and zooms towards it, `look` turns
    in place.
    """

    kind: Literal["orbit", "look"] = "orbit"
    poses: tuple[CameraPose, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = [pose.seconds for pose in self.poses]
        if times[0] != 0 or any(a >= b for a, b in pairwise(times)):
            raise ValueError(f"pose times are {times}; expected to start at 0 and to rise")
        return self

    @property
    def seconds(self) -> float:
        """Duration of the path in seconds."""
        return self.poses[-1].seconds


class Action(Value):
    """One move on the ground. `amount`: metres for moves, degrees for turns. `seconds`: how long it takes."""

    move: Literal["forward", "back", "left", "right", "turn_left", "turn_right", "wait"]
    amount: float = Field(default=1.0, ge=0)
    seconds: float = Field(default=1.0, gt=0)


class Actions(Value):
    """Moves in the order they are made."""

    actions: tuple[Action, ...] = Field(min_length=1)

    @property
    def seconds(self) -> float:
        """Duration of all moves in seconds."""
        return sum(action.seconds for action in self.actions)


class Answer(Value):
    """An answer in words with what it rests on.

    `passed` is True or False where the question is a test, None where nothing could be tested.
    `measures` holds the numbers it rests on, by name (unit in the name: `psnr_outside_db`).
    """

    question: str
    text: str
    passed: bool | None = None
    measures: dict[str, float] = Field(default_factory=dict)


# ---------------------------------------------------------------- the registry

PortValue: TypeAlias = (
    str
    | float
    | bool
    | Image
    | Video
    | Audio
    | Mesh
    | Mask
    | Depth
    | Point
    | Box
    | Palette
    | EditPlan
    | Keyframe
    | CameraPath
    | Actions
    | Answer
)

PORT_TYPES: Final[dict[str, type]] = {
    "Text": str,
    "Number": float,
    "Flag": bool,
    "Image": Image,
    "Video": Video,
    "Audio": Audio,
    "Mesh": Mesh,
    "Mask": Mask,
    "Depth": Depth,
    "Point": Point,
    "Box": Box,
    "Palette": Palette,
    "EditPlan": EditPlan,
    "Keyframe": Keyframe,
    "CameraPath": CameraPath,
    "Actions": Actions,
    "Answer": Answer,
}
"""Every port type by its name. Closed: tools choose from these."""

MEDIA_TYPES: Final = frozenset({"Image", "Video", "Audio", "Mesh", "Mask", "Depth"})
"""Types whose value is an artifact reference."""

EVIDENCE_TYPES: Final = frozenset(
    {"Point", "Box", "Mask", "Palette", "EditPlan", "Depth", "Keyframe", "CameraPath", "Actions", "Text", "Answer"}
)
"""Types that reasoning rests on and people correct."""

_ARTIFACT: Final[TypeAdapter[Artifact]] = TypeAdapter(Artifact)
_NAMES: Final = {python_type: name for name, python_type in PORT_TYPES.items()}


def port_type_name(python_type: type) -> str:
    """Return the registry name of a Python type (`float` → "Number"; `int` counts as Number).

    Raises: KeyError, naming the type, when it is not in the registry.
    """
    if python_type is int:
        return "Number"
    if python_type not in _NAMES:
        raise KeyError(f"{python_type!r} is not a port type; expected one of {', '.join(PORT_TYPES)}")
    return _NAMES[python_type]


def load_value(type_name: str, json_value: Any) -> PortValue:
    """Read one port value from its JSON form.

    Raises: pydantic.ValidationError where the JSON is not of that type, KeyError for an unknown type name.
    """
    if type(json_value) is float and type_name == "Number":
        return json_value
    value: PortValue = _ADAPTERS[type_name].validate_python(json_value)
    return value


def dump_value(value: PortValue) -> Any:
    """Return the JSON form of a port value."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def load_artifact(json_value: Any) -> Artifact:
    """Read an artifact reference from its JSON form (told apart by `type`).

    Raises: pydantic.ValidationError where it is none.
    """
    return _ARTIFACT.validate_python(json_value)


_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    name: TypeAdapter(python_type, config=None if issubclass(python_type, BaseModel) else ConfigDict(strict=True))
    for name, python_type in PORT_TYPES.items()
}
