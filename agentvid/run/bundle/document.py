"""What the documents of a bundle hold: `manifest.json` and `session.json`, as frozen values, and their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar

from pydantic import Field, ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.run import StepRun
from agentvid.errors import InputError
from agentvid.media.types import Artifact, Sha256, Value, load_artifact
from agentvid.store.log import Author

__all__ = [
    "FORMAT",
    "BundledRevision",
    "BundledSession",
    "BundledStep",
    "BundledTurn",
    "BundledVersion",
    "EngineFacts",
    "Ingredients",
    "Manifest",
    "artifacts_in",
    "bad_bundle",
    "check_format",
    "dump_document",
    "load_document",
]

FORMAT: Final = 1
"""The version of the format that is written and read; a newer one is refused, whatever else its manifest holds."""

V = TypeVar("V", bound=Value)


class EngineFacts(Value):
    """An engine as it was when the bundle was made."""

    version: str
    weights: str
    state: str


class Manifest(Value):
    """What the bundle is, what made it, and the hash of everything else in it.

    `libraries` are versions of what results depend on, `tools` the digests of the sources of the tools of the chains,
    `objects` the bytes of each object by its sha256. `document` is the sha256 of `session.json`.
    """

    format: Literal["agentvid-bundle"] = "agentvid-bundle"
    version: int = Field(default=FORMAT, ge=1)
    agentvid: str
    python: str
    platform: str
    libraries: dict[str, str]
    tools: dict[str, Sha256]
    engines: dict[str, EngineFacts]
    document: Sha256
    objects: dict[Sha256, int]


class Ingredients(Value):
    """What a key is the digest of (`run.key.key_ingredients`); `inputs` are digests of values, by parameter."""

    format: int
    owner: str
    tool: str
    source: str
    engines: dict[str, str]
    inputs: dict[str, Sha256]
    seed: int | None
    thought: str | None


class BundledStep(Value):
    """What happened to a step. `ingredients` is None where its key could not be recomputed when the bundle was made:
    the tool, an engine or an earlier turn had changed since, the step is pinned, or it has no key."""

    record: StepRun
    ingredients: Ingredients | None = None


class BundledRevision(Value):
    """A chain as someone left it, and what happened when it ran; `steps` is empty where it did not."""

    n: int = Field(ge=1)
    branch: str
    parent: int | None
    author: Author
    chain: Chain
    edits: tuple[dict[str, Any], ...]
    note: str
    created: float
    steps: tuple[BundledStep, ...]


class BundledTurn(Value):
    """A turn: its message, how far it got, all revisions, its newest answer and checks.

    `earlier` holds the packed values of earlier turns that its chains refer to, "t1.s4.image" → {"type", "value"}.
    """

    turn: int = Field(ge=1)
    message: dict[str, Any]
    phase: str
    error: dict[str, Any] | None
    created: float
    revisions: tuple[BundledRevision, ...]
    answer: tuple[dict[str, Any], ...] | None
    checks: tuple[dict[str, Any], ...]
    earlier: dict[str, Any]

    def last_run(self) -> BundledRevision | None:
        """Return the newest revision that was run, or None."""
        return next((row for row in reversed(self.revisions) if row.steps), None)


class BundledVersion(Value):
    """Media that words can refer to: `@v1` is version 1 of the session."""

    n: int = Field(ge=1)
    artifact: Artifact
    label: str
    source: str


class BundledSession(Value):
    """`session.json`: the turns in order (all, or one), and the media versions that belong to them."""

    session: str
    owner: str
    title: str
    created: float
    turns: tuple[BundledTurn, ...] = Field(min_length=1)
    versions: tuple[BundledVersion, ...]


def dump_document(document: Value) -> bytes:
    """Return a document's bytes, the same for the same content.

    Raises: InputError where it holds a number that JSON can't hold.
    """
    try:
        text = json.dumps(
            document.model_dump(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode()
    except (ValueError, UnicodeEncodeError) as error:
        raise InputError(f"the session holds what JSON can't ({error})", "finite numbers and Unicode text") from error


def load_document(data: bytes, kind: type[V], name: str) -> V:
    """Read a document.

    Raises: InputError "bad_bundle" naming the field where it is not of that kind.
    """
    try:
        json.loads(data, object_pairs_hook=_once, parse_constant=_refuse)
        return kind.model_validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise bad_bundle(f"{name} {where}: {first['msg']}") from None
    except (ValueError, RecursionError) as error:
        raise bad_bundle(f"{name} is no sound JSON ({str(error) or type(error).__name__})") from None


def check_format(data: bytes) -> None:
    """Return where a manifest is of a format that is read here, before anything else in it is looked at.

    Raises: InputError "bad_bundle" naming the newer format.
    """
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return  # told by `load_document`
    version = plain.get("version") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise bad_bundle(f"a bundle of format {version}, written by a newer agentvid", f"format {FORMAT} or older")


def artifacts_in(plain: Any) -> Iterator[Artifact]:
    """Yield every media reference inside a JSON value, in order.

    Raises: InputError "bad_bundle" where something looks like one and is none.
    """
    if isinstance(plain, dict):
        if "artifact" in plain and "mime" in plain:
            yield _artifact(plain)
            return
        for item in plain.values():
            yield from artifacts_in(item)
    elif isinstance(plain, list | tuple):
        for item in plain:
            yield from artifacts_in(item)


def bad_bundle(given: str, expected: str = "a whole bundle as `agentvid bundle export` wrote it") -> InputError:
    """Return the error that says what is wrong with a bundle."""
    return InputError(given, expected, "get the file again from whoever exported it", code="bad_bundle")


def _artifact(plain: dict[str, Any]) -> Artifact:
    try:
        return load_artifact(plain)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise bad_bundle(f"a media reference that is none ({first['msg']})") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is used twice in one object")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")
