"""What the log gives back: its rows as frozen values."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticSerializationError, to_json

from agentvid.chain.chain import Chain
from agentvid.media.types import Artifact, Value

__all__ = [
    "REVISION_COLUMNS",
    "Author",
    "BudgetRow",
    "CachedResult",
    "RevisionRow",
    "SessionRow",
    "TurnRow",
    "VersionRow",
    "json_text",
    "read_revision",
]

Author: TypeAlias = Literal["person", "planner", "verifier"]


class SessionRow(Value):
    """A session. `created` is in seconds since the epoch, here and below."""

    session: str
    owner: str
    title: str
    created: float


class TurnRow(Value):
    """A turn: its message as JSON, and how far it got. `error` is an `errors.ErrorDocument`."""

    session: str
    turn: int
    message: dict[str, Any]
    phase: str
    error: dict[str, Any] | None
    created: float


class RevisionRow(Value):
    """A chain as someone left it. `n` counts from 1 in each turn; `edits` lead here from `parent`.

    `branch` is the branch it was written on; `merged` the revision of another branch that was merged into it.
    """

    session: str
    turn: int
    n: int
    branch: str
    parent: int | None
    author: Author
    chain: Chain
    edits: tuple[dict[str, Any], ...]
    note: str
    created: float
    merged: int | None = None


REVISION_COLUMNS: Final = (
    "session, turn, n, revisions.branch, parent, author, chain_json, edits_json, note, created, merged"
)
"""What `read_revision` reads, in a query of the table `revisions`."""


def read_revision(row: tuple[Any, ...]) -> RevisionRow:
    """Return a revision from `REVISION_COLUMNS`."""
    session, turn, n, branch, parent, author, chain, edits, note, created, merged = row
    return RevisionRow(
        session=session,
        turn=turn,
        n=n,
        branch=branch,
        parent=parent,
        author=author,
        chain=_chain(chain),
        edits=json.loads(edits),
        note=note,
        created=created,
        merged=merged,
    )


@lru_cache(maxsize=128)
def _chain(text: str) -> Chain:
    """Read a chain, which is never changed: the nodes of a turn ask for the same one again and again."""
    return Chain.model_validate(json.loads(text))


class VersionRow(Value):
    """Media that words can refer to: `@v1` is version 1 of the session. `source`: "upload" or a port, "t1.s4.image"."""

    session: str
    n: int
    artifact: Artifact
    label: str
    source: str
    created: float


class BudgetRow(Value):
    """What a session may spend in all. `currency` is an ISO 4217 code."""

    amount: float
    currency: str


class CachedResult(Value):
    """What a step's key led to. `outputs` are packed values, `engines` as in `StepRun`; `created` 0 means now.

    `frame` and `inputs` are the parts of the key as in `StepRun`, "" and none where it was kept before they were.
    `megapixel_frames` is the size of the largest picture or clip that went in, in 10⁶ pixels times frames.
    """

    model_config = ConfigDict(ser_json_inf_nan="constants")

    outputs: dict[str, Any]
    tool: str = ""
    engines: dict[str, str] = Field(default_factory=dict)
    seconds: float = 0.0
    cost: float = 0.0
    currency: str = ""
    warnings: tuple[str, ...] = ()
    created: float = 0.0
    frame: str = ""
    inputs: dict[str, str | list[str]] = Field(default_factory=dict)
    megapixel_frames: float = 0.0


def json_text(value: BaseModel | dict[str, Any]) -> str:
    """Return a value as JSON text; infinities stay what they are, in a model where it serialises them as constants."""
    try:
        return to_json(value, inf_nan_mode="constants").decode() if isinstance(value, dict) else value.model_dump_json()
    except PydanticSerializationError:  # half a surrogate pair can't be written as UTF-8, but escaped it can
        return json.dumps(value if isinstance(value, dict) else value.model_dump())
