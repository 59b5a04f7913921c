"""The documents that the native API answers, as the OpenAPI tells them."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from agentvid.server.bodies import SHA, BudgetDocument

__all__ = [
    "Accepted",
    "ArtifactDocument",
    "DiffDocument",
    "EngineDocument",
    "Engines",
    "Health",
    "HistoryDocument",
    "KeyDocument",
    "KeyList",
    "MadeKey",
    "PreviewDocument",
    "RevisionDocument",
    "SessionDocument",
    "Sessions",
    "SignedIn",
    "ToolDocument",
    "Tools",
    "TurnDocument",
    "TurnSummary",
]

Json: TypeAlias = dict[str, Any]


def _example(**example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class Health(BaseModel):
    """How the server stands."""

    model_config = _example(status="ok", version="0.1.0", running=1, queued=0, concurrency=4)

    status: Literal["ok", "stopping"]
    version: str
    running: int = Field(description="Turns that are being run, of all owners.")
    queued: int = Field(description="Turns that wait for their place.")
    concurrency: int


class EngineDocument(BaseModel):
    """One engine: what it bears, whether it is ready, how to get it."""

    name: str
    version: str
    status: str
    how: str
    capabilities: list[Json]


class Engines(BaseModel):
    """Engines and planners."""

    model_config = _example(
        engines=[
            {"name": "classical", "version": "1", "status": "ready", "how": "", "capabilities": [{"task": "locate"}]}
        ],
        planners=[{"name": "offline", "status": "ready", "how": "by rule, English and Chinese"}],
    )

    engines: list[EngineDocument]
    planners: list[dict[str, str]]


class ToolDocument(BaseModel):
    """One tool: what it does, takes and gives."""

    name: str
    summary: str
    parameters: list[Json]
    ports: list[Json]
    tasks: list[str]


class Tools(BaseModel):
    """All tools."""

    model_config = _example(
        tools=[{"name": "locate", "summary": "Find a thing.", "parameters": [], "ports": [], "tasks": ["locate"]}]
    )

    tools: list[ToolDocument]


class SignedIn(BaseModel):
    """Who is signed in."""

    model_config = _example(owner="mia")

    owner: str


class KeyDocument(BaseModel):
    """A key without the key: its public id, what it is for, when it was made, last used, revoked (seconds)."""

    id: str
    name: str
    owner: str
    created: float
    used: float | None = Field(None, description="Right to a minute; null where it never was.")
    revoked: float | None = None


class KeyList(BaseModel):
    """The asker's own keys, the oldest first."""

    model_config = _example(keys=[{"id": "k-1a2b3c4d", "name": "laptop", "owner": "mia", "created": 1790000000.0}])

    keys: list[KeyDocument]


class MadeKey(KeyDocument):
    """A key that was made just now, with the secret: it is kept nowhere and not shown again."""

    model_config = _example(
        id="k-1a2b3c4d", name="laptop", owner="mia", created=1790000000.0, used=None, revoked=None, key="av_…"
    )

    key: str


class TurnSummary(BaseModel):
    """A turn in a list."""

    turn: int
    text: str
    phase: str
    status: str
    revision: int
    created: float
    work: Literal["", "queued", "running"] = ""


class SessionDocument(BaseModel):
    """A session with its turns, oldest first. `created` is in seconds since the epoch."""

    model_config = _example(
        session="s-1a2b3c4d",
        name="holiday",
        created=1790000000.0,
        turns=[
            {
                "turn": 1,
                "text": "make the red cup blue",
                "phase": "done",
                "status": "done",
                "revision": 1,
                "created": 1790000001.0,
                "work": "",
            }
        ],
        budget=None,
        spent={},
        last_event=17,
    )

    session: str = Field(description="The id, as in addresses.")
    name: str
    created: float
    turns: list[TurnSummary]
    budget: BudgetDocument | None = None
    spent: dict[str, float] = Field(default_factory=dict, description="By currency.")
    last_event: int = Field(0, description="Number of the newest event.")


class Sessions(BaseModel):
    """An owner's sessions, newest first."""

    model_config = _example(
        sessions=[{"session": "s-1a2b3c4d", "name": "holiday", "created": 1790000000.0, "turns": [], "last_event": 0}]
    )

    sessions: list[SessionDocument]


class Accepted(BaseModel):
    """Work that is on the disk, and will be done."""

    model_config = _example(
        session="s-1a2b3c4d",
        turn=1,
        revision=0,
        runs=True,
        told=[],
        events="/api/v1/sessions/s-1a2b3c4d/events?after=17",
        location="/api/v1/sessions/s-1a2b3c4d/turns/1",
    )

    session: str
    turn: int
    revision: int = Field(0, description="The revision that is shown now, 0 where the chain is still to be written.")
    runs: bool = Field(description="Whether anything will be run.")
    told: list[str] = Field(default_factory=list, description="What was done to the chain that was there, in words.")
    events: str = Field(description="Where to hear how it goes.")
    location: str = Field(description="The turn.")


class TurnDocument(BaseModel):
    """A turn as it is now. `phase` is how far it got, `work` what the server does with it."""

    model_config = _example(
        session="s-1a2b3c4d",
        turn=1,
        revision=1,
        branch="main",
        phase="done",
        status="done",
        work="",
        message={"parts": [{"type": "text", "text": "make the red cup blue"}]},
        chain={"turn": 1, "steps": []},
        run={},
        executed=[],
        cached=[],
        waiting=[],
        checks=[],
        answer={"parts": [{"type": "text", "text": "0 steps"}]},
        told=[],
        stale=[],
        spent={},
        error=None,
    )

    session: str
    turn: int
    revision: int
    branch: str
    phase: str
    status: Literal["done", "waiting", "failed", "refused"]
    work: Literal["", "queued", "running"]
    message: Json
    chain: Json
    run: dict[str, Json] = Field(description="What happened to each step, by its id.")
    executed: list[str]
    cached: list[str]
    waiting: list[Json]
    checks: list[Json]
    answer: Json
    told: list[str]
    stale: list[Json]
    spent: dict[str, float]
    error: Json | None


class PreviewDocument(BaseModel):
    """What edits would run, what that costs, which results become stale. Nothing is changed."""

    model_config = _example(
        session="s-1a2b3c4d",
        turn=1,
        revision=1,
        preview={"certain": ["t1.s3"], "possible": ["t1.s4"], "cached": ["t1.s1"], "stale": [], "seconds": [0.1, 0.4]},
        edits=[{"edit": "set_arg", "step": "t1.s3", "name": "colour", "value": "green"}],
        lines=["t1.s3: colour blue → green"],
        notes=[],
        command=None,
        chain={"turn": 1, "steps": []},
    )

    session: str
    turn: int
    revision: int
    preview: Json
    edits: list[Json]
    lines: list[str]
    notes: list[str]
    command: Json | None
    chain: Json


class RevisionDocument(BaseModel):
    """One revision in the history."""

    n: int
    parent: int | None
    merged: int | None
    branch: str
    author: str
    created: float
    words: str
    heads: list[str]
    is_current: bool
    status: str


class HistoryDocument(BaseModel):
    """All revisions of a turn, oldest first."""

    model_config = _example(
        session="s-1a2b3c4d",
        turn=1,
        revision=1,
        branch="main",
        revisions=[
            {
                "n": 1,
                "parent": None,
                "merged": None,
                "branch": "main",
                "author": "planner",
                "created": 1790000001.0,
                "words": "the chain as it was first written",
                "heads": ["main"],
                "is_current": True,
                "status": "done",
            }
        ],
    )

    session: str
    turn: int
    revision: int
    branch: str
    revisions: list[RevisionDocument]


class DiffDocument(BaseModel):
    """What differs between two revisions: the plans in words and as data, and the media they answer."""

    model_config = _example(
        session="s-1a2b3c4d", turn=1, a="1", b="2", plan=["t1.s3: colour blue → green"], diff={}, media=None
    )

    session: str
    turn: int
    a: str
    b: str
    plan: list[str]
    diff: Json
    media: Json | None = None


class ArtifactDocument(BaseModel):
    """Media stored by content."""

    model_config = _example(
        artifact={"type": "image", "artifact": SHA, "mime": "image/png", "bytes": 52014, "width": 600, "height": 400},
        name="coffee.jpg",
        href=f"/api/v1/artifacts/{SHA}",
        thumbnail=f"/api/v1/artifacts/{SHA}/thumbnail",
    )

    artifact: Json
    name: str
    href: str
    thumbnail: str | None
