"""What an edit of a chain can be: one closed union of typed changes, JSON both ways, told apart by `edit`.

Does not cover: making the edits and taking them back (that is `chain.edit`).
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import to_jsonable_python

from agentvid.chain.step import Predicate, Ref, Step, StepId
from agentvid.errors import EditError
from agentvid.media.types import Value

__all__ = [
    "AcceptStale",
    "ClearGiven",
    "Edit",
    "Insert",
    "Move",
    "Pin",
    "Remove",
    "SetAnswer",
    "SetArg",
    "SetEngine",
    "SetExpect",
    "SetGiven",
    "SetSeed",
    "SetThought",
    "SetTool",
    "load_edit",
]


def _json(value: Any) -> Any:
    plain = to_jsonable_python(value)
    json.dumps(plain, allow_nan=False)
    return plain


Json: TypeAlias = Annotated[Any, BeforeValidator(_json)]
Name: TypeAlias = Annotated[str, Field(min_length=1)]


class SetThought(Value):
    """Write another thought."""

    edit: Literal["set_thought"] = "set_thought"
    step: StepId
    thought: str


class SetArg(Value):
    """Set one argument to `value` (a JSON literal or a reference), or take it away with `remove`."""

    edit: Literal["set_arg"] = "set_arg"
    step: StepId
    name: Name
    value: Json = None
    remove: bool = False

    @model_validator(mode="after")
    def _value_or_remove(self) -> Self:
        if self.remove and self.value is not None:
            raise ValueError(f"set_arg {self.name!r} has a value and remove; expected one of the two")
        return self


class SetGiven(Value):
    """Put a value, in JSON form, on a port: it wins over what a run finds."""

    edit: Literal["set_given"] = "set_given"
    step: StepId
    port: Name
    value: Json


class ClearGiven(Value):
    """Take a given value back: the port is found by the run again."""

    edit: Literal["clear_given"] = "clear_given"
    step: StepId
    port: Name


class SetExpect(Value):
    """Replace all that the step is expected to give."""

    edit: Literal["set_expect"] = "set_expect"
    step: StepId
    expect: tuple[Predicate, ...]


class SetTool(Value):
    """Use another tool, with `args` in place of all arguments. Given values stay; check tells which don't fit."""

    edit: Literal["set_tool"] = "set_tool"
    step: StepId
    tool: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    args: dict[str, Json] = Field(default_factory=dict)


class SetEngine(Value):
    """Wish an engine; None lets routing choose."""

    edit: Literal["set_engine"] = "set_engine"
    step: StepId
    engine: str | None


class SetSeed(Value):
    """Set the seed of all random draws of the step."""

    edit: Literal["set_seed"] = "set_seed"
    step: StepId
    seed: int = Field(ge=0, lt=2**63)


class _Placed(Value):
    before: StepId | None = None
    after: StepId | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.before is not None and self.after is not None:
            raise ValueError("both before and after are set; expected one of the two")
        return self


class Insert(_Placed):
    """Write a new step before or after another one; at the end where neither is named."""

    edit: Literal["insert"] = "insert"
    step: Step


class Remove(Value):
    """Take a step out. References to it in the chain's answer go with it; other steps must not refer to it."""

    edit: Literal["remove"] = "remove"
    step: StepId


class Move(_Placed):
    """Write a step directly before or after another one."""

    edit: Literal["move"] = "move"
    step: StepId

    @model_validator(mode="after")
    def _some_place(self) -> Self:
        if self.before is None and self.after is None:
            raise ValueError("neither before nor after is set; expected one of the two")
        return self


class Pin(Value):
    """Keep the step's last result whatever changes before it; `pinned` False lets go."""

    edit: Literal["pin"] = "pin"
    step: StepId
    pinned: bool = True


class AcceptStale(Value):
    """Say that a stale result is good as it is.

    The chain stays as it was: this is a statement about a result, kept in the history for whoever asks.
    """

    edit: Literal["accept_stale"] = "accept_stale"
    step: StepId


class SetAnswer(Value):
    """Name the ports that answer the message, in the order they are told."""

    edit: Literal["set_answer"] = "set_answer"
    answer: tuple[Ref, ...]


Edit: TypeAlias = Annotated[
    SetThought
    | SetArg
    | SetGiven
    | ClearGiven
    | SetExpect
    | SetTool
    | SetEngine
    | SetSeed
    | Insert
    | Remove
    | Move
    | Pin
    | AcceptStale
    | SetAnswer,
    Field(discriminator="edit"),
]

_EDIT: Final[TypeAdapter[Edit]] = TypeAdapter(Edit)


def load_edit(json_value: Any) -> Edit:
    """Read an edit from its JSON form.

    Raises: EditError saying what is wrong where it is none.
    """
    try:
        return _EDIT.validate_python(json_value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EditError(
            f"not an edit: {where + ': ' if where else ''}{first['msg']}",
            'a JSON object such as {"edit": "set_thought", "step": "t1.s2", "thought": "…"}',
            "correct that field",
        ) from error
