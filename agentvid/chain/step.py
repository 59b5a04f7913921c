"""A step of a chain: what for, which tool, with what, expecting what. Pure data, never changed by running.

Does not cover: what a tool accepts (that is `planner.check`), what happened when it ran (`chain.run`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, field_validator

from agentvid.media.types import Colour, Value

__all__ = [
    "AnswerIs",
    "ColourIn",
    "Count",
    "Predicate",
    "Ref",
    "Seconds",
    "Size",
    "Step",
    "StepId",
    "UnchangedOutside",
    "Words",
    "as_ref",
    "refs_in",
    "step_number",
]

_STEP_ID: Final = re.compile(r"t([1-9]\d*)\.s([1-9]\d*)")


def _is_step_id(text: str) -> str:
    if not _STEP_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not a step id; expected the form t1.s2 (turn 1, step 2)")
    return text


StepId: TypeAlias = Annotated[str, AfterValidator(_is_step_id)]
"""Unique in the session: `t1.s2` is the second step that was written in turn 1."""

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
"""Types of which no value is a reference. That is asked of every argument, and a model's `isinstance` is slow."""

PortName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def step_number(step_id: str) -> tuple[int, int]:
    """Return (turn, number) of a step id: `t1.s2` → (1, 2)."""
    match = _STEP_ID.fullmatch(_is_step_id(step_id))
    assert match is not None
    return int(match[1]), int(match[2])


class Ref(Value):
    """A reference to a port of a step. It follows edits: it means whatever that port's value is now."""

    step: StepId
    port: PortName

    def __str__(self) -> str:
        return f"{self.step}.{self.port}"


def as_ref(json_value: Any) -> Ref | None:
    """Return the reference that a JSON argument is, or None where it is a literal."""
    if isinstance(json_value, dict):
        if len(json_value) != 2 or json_value.keys() != {"step", "port"}:
            return None
        step, port = json_value["step"], json_value["port"]
        is_text = isinstance(step, str) and isinstance(port, str)
        return _ref(step, port) if is_text else Ref.model_validate(json_value)
    if type(json_value) in _SCALARS:
        return None
    return json_value if isinstance(json_value, Ref) else None


@lru_cache(maxsize=4096)
def _ref(step: str, port: str) -> Ref:
    return Ref(step=step, port=port)


def refs_in(json_value: Any) -> list[Ref]:
    """Return all references inside a JSON argument (arguments may be lists of references), in order."""
    found: list[Ref] = []
    _gather(json_value, found)
    return found


def _gather(json_value: Any, found: list[Ref]) -> None:
    if type(json_value) in _SCALARS:
        return
    if isinstance(json_value, (list, tuple)):
        for item in json_value:
            _gather(item, found)
        return
    ref = as_ref(json_value)
    if ref is not None:
        found.append(ref)
    elif isinstance(json_value, dict):
        for item in json_value.values():
            _gather(item, found)


# ---------------------------------------------------------------- what a step is expected to give


class Size(Value):
    """The picture or clip on `port` has this size in pixels; None leaves a side free."""

    kind: Literal["size"] = "size"
    port: PortName
    width: int | None = Field(default=None, ge=1)
    height: int | None = Field(default=None, ge=1)


class Seconds(Value):
    """The clip or sound on `port` lasts between `least` and `most` seconds."""

    kind: Literal["seconds"] = "seconds"
    port: PortName
    least: float = Field(default=0.0, ge=0)
    most: float = Field(default=1e9, ge=0)


class ColourIn(Value):
    """Inside `mask`, the picture on `port` is mostly of the hue of `colour` (`share` 0…1 of the pixels)."""

    kind: Literal["colour_in"] = "colour_in"
    port: PortName
    mask: Ref
    colour: Colour
    share: float = Field(default=0.5, gt=0, le=1)


class UnchangedOutside(Value):
    """Outside `mask`, the picture on `port` differs from `before` by no more than a PSNR of `db` allows."""

    kind: Literal["unchanged_outside"] = "unchanged_outside"
    port: PortName
    mask: Ref
    before: Any
    db: float = Field(default=35.0, gt=0)

    @field_validator("before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        return value.model_dump(mode="json") if isinstance(value, Value) else value


class Count(Value):
    """There are `n` of `what` in the picture on `port`."""

    kind: Literal["count"] = "count"
    port: PortName
    what: str
    n: int = Field(ge=0)


class AnswerIs(Value):
    """Asked `question` about `port`, the answer is `answer`."""

    kind: Literal["answer"] = "answer"
    port: PortName
    question: str
    answer: str


class Words(Value):
    """Free words that nothing here can test; they are kept, and marked as not tested."""

    kind: Literal["words"] = "words"
    text: str


Predicate: TypeAlias = Annotated[
    Size | Seconds | ColourIn | UnchangedOutside | Count | AnswerIs | Words, Field(discriminator="kind")
]


class Step(Value):
    """One step.

    `args` hold JSON literals and references (`{"step": "t1.s1", "port": "mask"}`), by parameter of the tool.
    `given` holds values a person put on ports, in JSON form; a given value wins over whatever a run finds.
    `engine` is a wish; None lets routing choose. `pinned` keeps the step's last result whatever changes before it.
    """

    id: StepId
    thought: str = ""
    tool: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    args: dict[str, Any] = Field(default_factory=dict)
    given: dict[str, Any] = Field(default_factory=dict)
    expect: tuple[Predicate, ...] = ()
    engine: str | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)
    pinned: bool = False

    @field_validator("args", "given", mode="before")
    @classmethod
    def _plain_json(cls, value: Any) -> Any:
        return {name: _plain(item) for name, item in value.items()} if isinstance(value, dict) else value

    def refs(self) -> list[Ref]:
        """Return every reference the step's arguments hold, in order."""
        return refs_in(self.args)

    def parents(self) -> list[str]:
        """Return the ids of the steps this one needs first, without repeats, in order."""
        refs = self.refs()
        return [refs[0].step] if len(refs) == 1 else list(dict.fromkeys([ref.step for ref in refs]))


def _plain(item: Any) -> Any:
    if isinstance(item, Value):
        return item.model_dump(mode="json")
    if isinstance(item, dict):
        return {name: _plain(inner) for name, inner in item.items()}
    if isinstance(item, list | tuple):
        return [_plain(inner) for inner in item]
    return item
