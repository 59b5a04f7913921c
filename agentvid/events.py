"""Typed events: one stream for progress bars, server-sent events and notebooks.

Every event says which step it is about (empty for the turn as a whole). `version` rises when a field changes meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

__all__ = [
    "AnswerEvent",
    "ChainEvent",
    "CostEvent",
    "Emit",
    "Event",
    "Preview",
    "Progress",
    "StepDone",
    "StepStarted",
    "ThoughtDelta",
    "TokensUsed",
    "TurnEvent",
    "Waiting",
    "Warned",
    "ignore",
    "load_event",
]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    step: str = ""


class ThoughtDelta(_Event):
    """A piece of a thought as it is written."""

    type: Literal["thought_delta"] = "thought_delta"
    text: str


class ChainEvent(_Event):
    """A chain was written or revised. `chain` is its JSON."""

    type: Literal["chain"] = "chain"
    revision: int
    chain: dict[str, Any]


class StepStarted(_Event):
    """A step began to run on `engine` ("" where the tool needs none)."""

    type: Literal["step_started"] = "step_started"
    tool: str
    engine: str = ""
    expected_seconds: float | None = None


class Progress(_Event):
    """`done` of `total` units (frames, sampling steps) are made."""

    type: Literal["progress"] = "progress"
    done: int
    total: int
    note: str = ""


class Preview(_Event):
    """A picture of work in progress: the sha256 of an image object."""

    type: Literal["preview"] = "preview"
    artifact: str


class StepDone(_Event):
    """A step ended with this status (cached, done, failed, cancelled, waiting, skipped)."""

    type: Literal["step_done"] = "step_done"
    status: str
    seconds: float = 0.0
    message: str = ""


class Waiting(_Event):
    """A step needs a person: which port, and how to give it."""

    type: Literal["waiting"] = "waiting"
    port: str
    how: str


class CostEvent(_Event):
    """Money was spent."""

    type: Literal["cost"] = "cost"
    amount: float
    currency: str


class TokensUsed(_Event):
    """A model elsewhere read and wrote so many tokens. `cost` is None where nobody knows the price."""

    type: Literal["tokens"] = "tokens"
    model: str
    read: int
    written: int
    cost: float | None = None
    currency: str = ""


class Warned(_Event):
    """Something was substituted, adjusted or only partly done."""

    type: Literal["warning"] = "warning"
    text: str


class AnswerEvent(_Event):
    """The turn's answer is ready. `parts` are message parts as JSON."""

    type: Literal["answer"] = "answer"
    parts: list[dict[str, Any]]


class TurnEvent(_Event):
    """A turn began to be worked on, or that work ended: `phase` is how far it is, `error` an `errors.ErrorDocument`."""

    type: Literal["turn"] = "turn"
    phase: str
    status: str
    error: dict[str, Any] | None = None


Event: TypeAlias = Annotated[
    ThoughtDelta
    | ChainEvent
    | StepStarted
    | Progress
    | Preview
    | StepDone
    | Waiting
    | CostEvent
    | TokensUsed
    | Warned
    | AnswerEvent
    | TurnEvent,
    Field(discriminator="type"),
]

Emit: TypeAlias = Callable[[Event], None]

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def load_event(json_value: Any) -> Event:
    """Read an event from its JSON form.

    Raises: pydantic.ValidationError where it is none.
    """
    return _EVENT.validate_python(json_value)


def ignore(event: Event) -> None:
    """Drop an event: the `emit` of callers that don't listen."""
