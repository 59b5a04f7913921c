"""What requests of the native API say, as the OpenAPI tells it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "SHA",
    "ApproveBody",
    "BranchBody",
    "BudgetDocument",
    "CheckoutBody",
    "Edits",
    "EditsBody",
    "Given",
    "KeyBody",
    "MergeBody",
    "MessageBody",
    "PickBody",
    "ResumeBody",
    "RunBody",
    "SessionBody",
    "SignIn",
]

SHA: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
Json: TypeAlias = dict[str, Any]
_DEEPEST: Final = 64
_HALVES: Final = re.compile(r"[\ud800-\udfff]")
Number: TypeAlias = Annotated[int, Field(ge=1, lt=2**31)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
At: TypeAlias = Number | Name
"""A revision by its number, or a branch by its name."""


def _shallow(told: Any) -> Any:
    """Return JSON that is not too deep, and whose texts can be written: names within it too are free text."""
    inside = [told]
    for _ in range(_DEEPEST):
        held = [item for one in inside for item in ([*one, *one.values()] if isinstance(one, dict) else one)]
        if any(isinstance(item, str) and not item.isascii() and _HALVES.search(item) for item in held):
            raise ValueError("half of a character, a lone surrogate")
        inside = [item for item in held if isinstance(item, dict | list)]
        if not inside:
            return told
    raise ValueError(f"brackets within brackets, more than {_DEEPEST} deep")


Given: TypeAlias = Annotated[dict[str, JsonValue], AfterValidator(_shallow)]
Edits: TypeAlias = Annotated[list[Json], AfterValidator(_shallow)]


def _example(**example: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class SignIn(BaseModel):
    """What a browser signs in with."""

    model_config = _example(key="av_…")

    key: str = Field(max_length=200)


class KeyBody(BaseModel):
    """A new key of the asker's own. The name tells what it is for."""

    model_config = _example(name="laptop")

    name: str = Field("", max_length=60)


class SessionBody(BaseModel):
    """A new session. Without a name it gets one."""

    model_config = _example(name="holiday")

    name: str | None = Field(None, max_length=200)


class BudgetDocument(BaseModel):
    """What a session may spend in all."""

    model_config = _example(amount=2.0, currency="CNY")

    amount: float = Field(ge=0, le=1e12, allow_inf_nan=False)
    currency: str = Field(pattern="^[A-Z]{3}$")


class MessageBody(BaseModel):
    """A message and what is wished beside it."""

    model_config = _example(text="make the red cup blue", artifacts=[SHA], review="ask")

    text: str = Field(min_length=1, max_length=20_000)
    artifacts: list[str] = Field(default_factory=list, max_length=32, description="Digests of uploaded or made media.")
    seed: int | None = Field(None, ge=0, lt=2**63)
    engine: str | None = Field(None, max_length=100, description="Wished for every step that it can do.")
    review: Literal["never", "ask", "when_costly"] = "never"
    budget: BudgetDocument | None = Field(None, description="What the session may spend in all, from now on.")
    planner: str = Field("", max_length=100)
    given: Given = Field(default_factory=dict, description='Ports by address: {"t1.s1.box": [x0,y0,x1,y1]}.')
    plan_only: bool = False


class EditsBody(BaseModel):
    """One way of saying what to change: typed edits, short texts, or plain words."""

    model_config = _example(sets=["t1.s3.args.colour=green"], revision=1)

    edits: Edits | None = Field(None, max_length=200, description="Typed edits, as in a bundle.")
    sets: list[str] | None = Field(None, max_length=200, description="STEP.args.NAME=VALUE, STEP.given.PORT=VALUE …")
    say: str | None = Field(None, max_length=2000, description="The change in plain words, English or Chinese.")
    revision: int | None = Field(
        None, ge=0, lt=2**31, description="The revision that the edit is made of: 409 where it is old."
    )
    run: bool = True


class ApproveBody(BaseModel):
    """A person's word that a turn may run."""

    model_config = _example(revision=1)

    revision: int | None = Field(
        None, ge=0, lt=2**31, description="The revision that was looked at: 409 where it is old."
    )


class ResumeBody(BaseModel):
    """Values that steps wait for, by address."""

    model_config = _example(given={"t1.s1.box": [150, 20, 420, 330]})

    given: Given = Field(default_factory=dict, max_length=200)


class RunBody(BaseModel):
    """Whether to run what is shown then."""

    model_config = _example(run=False)

    run: bool = False


class CheckoutBody(BaseModel):
    """Where to go: a revision by its number, or a branch by its name."""

    model_config = _example(revision=1, run=False)

    revision: At
    run: bool = False


class BranchBody(BaseModel):
    """A new branch. `at` is a revision or branch (left out: what is shown), `turn` a turn (left out: the last)."""

    model_config = _example(name="greener", at=1)

    name: str = Field(max_length=64)
    at: At | None = None
    turn: int | None = Field(None, ge=1, lt=2**31)


class MergeBody(BaseModel):
    """What to merge in. `resolve` says for all conflicts, or for each, whether ours or theirs is taken."""

    model_config = _example(other="greener", resolve="theirs", run=True)

    other: At
    resolve: Literal["ours", "theirs"] | dict[str, Literal["ours", "theirs"]] | None = None
    run: bool = True


class PickBody(BaseModel):
    """What to take from another revision or branch: a step, or a value that was given there."""

    model_config = _example(what="t1.s1", source=1, run=True)

    what: str = Field(max_length=120, description='"t1.s3", or "t1.s1.box".')
    source: At
    revision: int | None = Field(None, ge=0, lt=2**31, description="The revision that is shown: 409 where it is old.")
    run: bool = True
