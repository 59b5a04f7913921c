"""What a message asks for, parsed and typed, before it is known which media it is about. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentvid.media.types import Action
from agentvid.world.scene import Camera

__all__ = [
    "Ask",
    "Continue",
    "Edit",
    "Film",
    "Generate",
    "Join",
    "Kind",
    "Language",
    "Layout",
    "Move",
    "Reference",
    "Request",
    "Restage",
    "Rework",
    "View",
    "Walk",
]

Language: TypeAlias = Literal["en", "zh"]
Layout: TypeAlias = Literal["beside", "above", "then"]
Kind: TypeAlias = Literal["image", "video"]


@dataclass(frozen=True)
class Reference:
    """Words that stand for a medium.

    number: "@v3". ordinal: "the second clip". last: "the last one". original: "the original". result: "the result".
    kind: "the picture". all: "both". it: "it". `media` is the kind of medium the words name, where they do.
    """

    to: Literal["number", "ordinal", "last", "original", "result", "kind", "all", "it"]
    number: int = 0
    media: Kind | None = None


@dataclass(frozen=True)
class Edit:
    """Change a still picture. `thing` is "" for "it" or the main subject; a `background` picture wins over `colour`."""

    clause: str
    operation: str
    thing: str = ""
    colour: str = ""
    where: Reference | None = None
    background: Reference | None = None


@dataclass(frozen=True)
class Move:
    """One camera move: changes of pose over `seconds`, in the units of `CameraPose`; `zoom` is a factor.

    `turning` tells whether `yaw_deg` and `pitch_deg` go round the subject or turn the camera in place; `is_said`
    whether the message names the degrees.
    """

    seconds: float
    turning: Literal["", "orbit", "look"] = ""
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    truck: float = 0.0
    pedestal: float = 0.0
    dolly: float = 0.0
    zoom: float = 1.0
    is_said: bool = False


@dataclass(frozen=True)
class View:
    """Move the camera about a still picture. `thing` is "" where none is named.

    `side` is the side from which to look, where the words name one ("from the left"): left, right, front, back, up,
    down. `camera` names a camera of the small world, where the words do ("from the left +30°, low").
    """

    clause: str
    operation: str
    moves: tuple[Move, ...]
    thing: str = ""
    where: Reference | None = None
    side: str = ""
    camera: Camera | None = None


@dataclass(frozen=True)
class Walk:
    """Walk on the ground of a map or picture."""

    clause: str
    actions: tuple[Action, ...]
    operation: str = "navigate"
    where: Reference | None = None


@dataclass(frozen=True)
class Continue:
    """Continue a clip. `is_said` tells whether the message names the seconds."""

    clause: str
    seconds: float
    is_said: bool
    operation: str = "future"
    where: Reference | None = None


@dataclass(frozen=True)
class Join:
    """Put media together, in the order of `what`; fewer than two: with what they came from."""

    clause: str
    what: tuple[Reference, ...]
    layout: Layout
    operation: str = "compose"


@dataclass(frozen=True)
class Ask:
    """A question about a medium."""

    clause: str
    question: str
    operation: str = "describe"
    where: Reference | None = None


@dataclass(frozen=True)
class Generate:
    """Draw a picture or a clip from words alone: `what` is to be seen. `seconds` is None where no length is said."""

    clause: str
    what: str
    kind: Kind = "image"
    seconds: float | None = None
    operation: str = "generate"


@dataclass(frozen=True)
class Restage:
    """Change what stands in a picture of the small world, beyond colour and removal.

    `to` is the shape (reshape), the size (resize), a side (move) or words for what is new (add); `place` names a place
    on the stage where the words do; `steps` are places to move by.
    """

    clause: str
    operation: Literal["reshape", "resize", "move", "add"]
    thing: str = ""
    to: str = ""
    place: str = ""
    steps: int = 1
    where: Reference | None = None


@dataclass(frozen=True)
class Film:
    """Make a clip of a picture, no matter how. `seconds` is None where no length is said."""

    clause: str
    seconds: float | None = None
    where: Reference | None = None
    operation: str = "film"


@dataclass(frozen=True)
class Rework:
    """Show a clip otherwise: at another speed, backwards, in loops, steadied. `args` are those of the tool."""

    clause: str
    operation: Literal["retime", "slow_motion", "stabilise"]
    tool: Literal["retime", "interpolate", "stabilise"]
    args: tuple[tuple[str, float | bool | str], ...] = ()
    where: Reference | None = None


Request: TypeAlias = Edit | View | Walk | Continue | Join | Ask | Generate | Restage | Film | Rework
