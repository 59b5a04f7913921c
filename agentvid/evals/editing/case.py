"""The cases of the benchmark: messages, one or more edits, what must run again, what must change, what must stay.

`data/cases.json` holds them, `data/schema.json` is the schema of that file, written from these classes.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, get_args

from pydantic import Field, ValidationError, model_validator

from agentvid.chain.edit_kinds import Edit
from agentvid.errors import InputError
from agentvid.media.types import Colour, Value

__all__ = [
    "CASES",
    "SCHEMA",
    "SUITES",
    "Case",
    "CaseEdit",
    "DataSet",
    "Expectation",
    "Keep",
    "Medium",
    "Region",
    "Said",
    "Suite",
    "load_cases",
    "schema_text",
]

CASES: Final = Path(__file__).parent / "data" / "cases.json"
SCHEMA: Final = CASES.with_name("schema.json")
Suite: TypeAlias = Literal["photo", "clip", "world", "reference"]
SUITES: Final[tuple[Suite, ...]] = get_args(Suite)
Sides: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""


class Medium(Value):
    """A picture or clip, made from a sample that ships or from a layout of the small world (see `media`).

    `frames`: the first so many of a clip. `crop`: a part. `mirrored`: left and right exchanged. `turned`:
    upside down. `width`: scaled to it.
    """

    name: str
    sample: Literal["coffee.jpg", "city.mp4"] | None = None
    layout: str = ""
    crop: tuple[int, int, int, int] | None = None
    mirrored: bool = False
    turned: bool = False
    width: int | None = Field(default=None, ge=16)
    frames: int | None = Field(default=None, ge=2)

    @model_validator(mode="after")
    def _one_source(self) -> Medium:
        if (self.sample is None) == (not self.layout):
            raise ValueError(f"medium {self.name!r} has {'no source' if not self.layout else 'two sources'}")
        return self


class Said(Value):
    """A message: its words, and the names of the media that come with it."""

    text: str
    media: tuple[str, ...] = ()


class CaseEdit(Value):
    """One correction. `typed`: edits of the chain. `words`: the same in plain words, where it is asked for in words;
    then `typed` says what they mean, and a system that reads words is not shown them.
    """

    typed: tuple[Edit, ...] = ()
    words: str = ""


class Region(Value):
    """Where in a picture, the union of all parts, in pixels of the result. `layouts`: where the true pictures of two
    layouts of the small world differ. `grow` widens it by so many pixels.
    """

    boxes: tuple[Sides, ...] = ()
    ellipses: tuple[Sides, ...] = ()
    layouts: tuple[str, str] | None = None
    grow: int = Field(default=0, ge=0)


class Expectation(Value):
    """One thing that must be so after the edit, measured on the media of the answer, never on what a system says.

    colour   at least `least` of the region has the hue of `colour`, within 25 degrees
    brighter, darker, sharper, softer, greyer
             the region, compared with the result before the edit, by a factor of at least `least` (1.03)
    changed  the region differs from the result before the edit (or from medium `of`) by at least `least` grey levels
    same     the whole result is as before, within `most` grey levels on average
    size     the result is `width` x `height`
    seconds  the clip lasts `least` to `most`
    moves    the clip's first third moves `way`
    opposite the clip's first third moves the other way than before the edit, where the two differ most
    frame    frame `at` of the clip is nearest to frame `of_frame` of medium `of`, among its frames
    shows    the picture shows just the solids of `layout`, in their places, as an independent judge sees it
    made_from
             the result is more like medium `of` than like any other medium of the case; within the region, if any
    says     the answer's text matches the pattern `text`
    """

    kind: Literal[
        "colour", "brighter", "darker", "sharper", "softer", "greyer", "changed", "same", "size", "seconds", "moves",
        "opposite", "frame", "shows", "made_from", "says",
    ]  # fmt: skip
    where: Region | None = None
    colour: Colour | None = None
    least: float | None = None
    most: float | None = None
    width: int | None = None
    height: int | None = None
    way: Literal["left", "right", "up", "down", "in", "out"] | None = None
    at: int | None = None
    of: str = ""
    of_frame: int | None = None
    layout: str = ""
    text: str = ""


class Keep(Value):
    """What must stay: everything outside `outside`, as it was in the result before the edit (or in medium `against`).

    Counts as kept where it differs by at most `grey` levels of 255 on average. `frames`: only these of a clip.
    """

    outside: Region = Region()
    against: str = ""
    grey: float = Field(default=1.0, gt=0)
    frames: tuple[int, int] | None = None


class Case(Value):
    """One case.

    `steps` names the steps of the chain once it is edited, with their tools. `necessary` are those among them whose
    inputs the last edit really changes, worked out by `necessary.py` without any cache. `again` are the messages that a
    system which keeps no chain has to be sent instead, () where no words can ask for it. `result` is which medium of
    the answer is measured. `reference` marks cases that count as resolving a reference.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    suite: Suite
    language: Literal["zh", "en"]
    about: str
    messages: tuple[Said, ...] = Field(min_length=1)
    edits: tuple[CaseEdit, ...] = ()
    again: tuple[Said, ...] = ()
    steps: dict[str, str] = Field(default_factory=dict)
    necessary: tuple[str, ...] = ()
    expect: tuple[Expectation, ...] = Field(min_length=1)
    keep: Keep | None = None
    result: int = -1
    reference: str = ""

    @property
    def digest(self) -> str:
        """Digest of all that makes the case."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


class DataSet(Value):
    """All cases with the media they are about. `version` rises when a case changes meaning or is added."""

    name: Literal["agentvid-chain-editing"]
    version: str
    licence: Literal["Apache-2.0"]
    media: tuple[Medium, ...]
    cases: tuple[Case, ...]

    @model_validator(mode="after")
    def _whole(self) -> DataSet:
        names, ids = [each.name for each in self.media], [case.id for case in self.cases]
        for double in (name for name in {*names, *ids} if names.count(name) > 1 or ids.count(name) > 1):
            raise ValueError(f"{double!r} is there twice")
        for case in self.cases:
            wanted = {name for said in (*case.messages, *case.again) for name in said.media}
            wanted |= {each.of for each in case.expect if each.of}
            if wanted - set(names):
                raise ValueError(f"case {case.id!r} names {', '.join(sorted(wanted - set(names)))}, which is no medium")
            if set(case.necessary) - set(case.steps):
                raise ValueError(f"case {case.id!r}: a necessary step is none of its steps")
        return self

    def medium(self, name: str) -> Medium:
        """Return a medium by its name."""
        return next(each for each in self.media if each.name == name)


def load_cases(path: Path = CASES) -> DataSet:
    """Return the cases of a file.

    Raises: InputError where it is no such file, naming the first thing that does not fit.
    """
    try:
        return DataSet.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{path} can't be used: {error}", "cases as data/schema.json describes", "correct it"
        ) from error


def schema_text() -> str:
    """Return the JSON schema of the file of cases, as `data/schema.json` holds it."""
    return json.dumps(DataSet.model_json_schema(), ensure_ascii=False, indent=1) + "\n"
