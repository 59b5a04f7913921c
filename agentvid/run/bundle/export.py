"""Write a bundle: the same session gives the same bytes, and nothing that a person keeps secret goes with it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agentvid import __version__
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, refs_in, step_number
from agentvid.engine import Engine
from agentvid.errors import InputError
from agentvid.run.bundle.document import (
    BundledRevision,
    BundledSession,
    BundledStep,
    BundledTurn,
    BundledVersion,
    EngineFacts,
    Manifest,
    artifacts_in,
    dump_document,
)
from agentvid.run.bundle.ingredients import find_ingredients, key_of, lookup_in
from agentvid.run.bundle.layout import is_bundle, write_bundle
from agentvid.run.execute import Executor
from agentvid.settings import load_settings
from agentvid.store.gc import hold
from agentvid.store.log import Log, RevisionRow, VersionRow
from agentvid.tool import ToolSpec

__all__ = ["Exported", "export", "libraries"]

_LIBRARIES: Final = (
    "av",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pydantic",
    "safetensors",
    "tokenizers",
    "torch",
)
"""What bytes of results depend on."""
_SECRET: Final = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_SHORTEST_SECRET: Final = 8


@dataclass(frozen=True)
class Exported:
    """What was written. `keys` counts steps whose key the bundle explains, `unexplained` those it can't."""

    file: Path
    bytes: int
    session: str
    turns: tuple[int, ...]
    objects: int
    keys: int
    unexplained: int


def export(executor: Executor, session: str, out: Path, *, turn: int | None = None) -> Exported:
    """Write a session, or one turn of it, to `out`. Where that is a bundle already, it is replaced.

    Raises: InputError where there is no such session or turn, `out` can't be written or is something else, or a secret
    of the settings or the environment stands in the session; StoreError where one of its media is gone or damaged.
    """
    _check_place(out)
    document = _session(executor, session, turn)
    plain = dump_document(document)
    _check_secrets(plain.decode(), executor.log.path.parent)
    found = {artifact.artifact: artifact for artifact in artifacts_in(json.loads(plain))}
    with hold(executor.log, *found):
        paths = {sha256: executor.store.path(sha256) for sha256 in sorted(found)}
        manifest = dump_document(
            Manifest(
                agentvid=__version__,
                python=platform.python_version(),
                platform=f"{sys.platform}-{platform.machine()}",
                libraries=libraries(),
                tools=_tools(document, executor.tools),
                engines=_engines(document, executor.engines),
                document=hashlib.sha256(plain).hexdigest(),
                objects={sha256: path.stat().st_size for sha256, path in paths.items()},
            )
        )
        _write(out, manifest, plain, paths)
    steps = [step for each in document.turns for row in each.revisions for step in row.steps if step.record.key]
    return Exported(
        file=out,
        bytes=out.stat().st_size,
        session=session,
        turns=tuple(each.turn for each in document.turns),
        objects=len(paths),
        keys=sum(step.ingredients is not None for step in steps),
        unexplained=sum(step.ingredients is None for step in steps),
    )


def libraries() -> dict[str, str]:
    """Return the versions of the installed libraries that results depend on."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


# ---------------------------------------------------------------- the document


def _session(executor: Executor, session: str, turn: int | None) -> BundledSession:
    log = executor.log
    row = log.session(session)
    if row is None:
        known = ", ".join(other.session for other in log.sessions(executor.owner)[:5]) or "none yet"
        raise InputError(f"there is no session {session!r}", f"one of {known}", "see `agentvid sessions`")
    rows = log.turns(session) if turn is None else [log.turn(session, turn)]
    if not rows:
        raise InputError(f"session {session!r} has no turn", "a session with a message", "send one first")
    numbers = [each.turn for each in rows]
    return BundledSession(
        session=session,
        owner=row.owner,
        title=row.title,
        created=row.created,
        turns=tuple(_turn(executor, session, number, row.owner) for number in numbers),
        versions=tuple(
            BundledVersion(n=each.n, artifact=each.artifact, label=each.label, source=each.source)
            for each in log.versions(session)
            if _turn_of(each) in numbers
        ),
    )


def _turn_of(version: VersionRow) -> int:
    uploaded = re.fullmatch(r"upload:t(\d+)", version.source)
    return int(uploaded[1]) if uploaded else step_number(version.source.rpartition(".")[0])[0]


def _turn(executor: Executor, session: str, number: int, owner: str) -> BundledTurn:
    log = executor.log
    row = log.turn(session, number)
    revisions = log.revisions(session, number)
    answer = log.answer(session, number)
    message = dict(row.message)
    message["wishes"] = {name: told for name, told in message.get("wishes", {}).items() if name != "given"}
    turn = BundledTurn(
        turn=number,
        message=message,
        phase=row.phase,
        error=row.error,
        created=row.created,
        revisions=(),
        answer=None if answer is None else tuple(answer),
        checks=tuple(log.checks(session, number)),
        earlier=_earlier(log, session, number, revisions),
    )
    bundled = tuple(_revision(executor, turn, each, log.run(session, number, each.n), owner) for each in revisions)
    return turn.model_copy(update={"revisions": bundled})


def _revision(executor: Executor, turn: BundledTurn, row: RevisionRow, run: Run, owner: str) -> BundledRevision:
    lookup = lookup_in(run, turn)
    steps = []
    for step_id, record in run.steps.items():
        step = row.chain.step(step_id)
        found = find_ingredients(step, executor.tools, executor.engines, owner, lookup) if record.key else None
        known = found is not None and key_of(found) == record.key
        steps.append(BundledStep(record=record, ingredients=found if known else None))
    return BundledRevision(
        n=row.n,
        branch=row.branch,
        parent=row.parent,
        author=row.author,
        chain=row.chain,
        edits=row.edits,
        note=row.note,
        created=row.created,
        steps=tuple(steps),
    )


def _earlier(log: Log, session: str, turn: int, revisions: list[RevisionRow]) -> dict[str, Any]:
    """Return the values that the chains of a turn find on ports of earlier turns now."""
    refs = {ref for row in revisions for ref in _all_refs(row.chain) if step_number(ref.step)[0] < turn}
    runs: dict[int, Run | None] = {number: _last_run(log, session, number) for number in {_of(ref) for ref in refs}}
    found = {str(ref): run.port(ref.step, ref.port) for ref in refs if (run := runs[_of(ref)]) is not None}
    return {address: value for address, value in sorted(found.items()) if value is not None}


def _of(ref: Ref) -> int:
    return step_number(ref.step)[0]


def _all_refs(chain: Chain) -> list[Ref]:
    expected = [refs_in([predicate.model_dump(mode="json") for predicate in step.expect]) for step in chain]
    return [ref for refs in ([step.refs() for step in chain], expected) for each in refs for ref in each] + [
        *chain.answer
    ]


def _last_run(log: Log, session: str, turn: int) -> Run | None:
    for row in reversed(log.revisions(session, turn)):
        run = log.run(session, turn, row.n)
        if run.steps:
            return run
    return None


# ---------------------------------------------------------------- the manifest


def _tools(document: BundledSession, tools: Mapping[str, ToolSpec]) -> dict[str, str]:
    named = {step.tool for turn in document.turns for row in turn.revisions for step in row.chain}
    return {name: tools[name].digest for name in sorted(named & tools.keys())}


def _engines(document: BundledSession, engines: Mapping[str, Engine]) -> dict[str, EngineFacts]:
    records = [step.record for turn in document.turns for row in turn.revisions for step in row.steps]
    named = {label.partition("@")[0] for record in records for label in record.engines.values()}
    return {
        name: EngineFacts(
            version=engines[name].version, weights=engines[name].weights, state=engines[name].status().state
        )
        for name in sorted(named & engines.keys())
    }


# ---------------------------------------------------------------- what must not go with it, and the file


def _check_secrets(text: str, home: Path) -> None:
    """Refuse where a secret of the settings or of the environment stands in the text.

    Raises: InputError naming the secret, not its value.
    """
    keys = {f"the key {name!r}": key.get_secret_value() for name, key in load_settings(home=home).keys.items()}
    keys |= {f"the variable {name}": value for name, value in os.environ.items() if _SECRET.search(name)}
    for name, value in keys.items():
        written = json.dumps(value, ensure_ascii=False)[1:-1]
        if len(value) >= _SHORTEST_SECRET and written in text:
            raise InputError(
                f"the session holds the value of {name}",
                "a session without secrets",
                "a secret in a message can't be taken out of its history: change it, and export another session",
            )


def _check_place(out: Path) -> None:
    try:
        if out.is_dir():
            raise InputError(f"{out} is a folder", "the name of a file", "for example holiday.agentvid")
        if out.exists() and not is_bundle(out):
            raise InputError(f"{out} is there and is no bundle", "a new name", "choose another --out")
    except (OSError, ValueError) as error:
        raise _unwritable(out, error) from error


def _write(out: Path, manifest: bytes, document: bytes, paths: Mapping[str, Path]) -> None:
    """Write beside `out`, then rename, so that the file appears whole or not at all."""
    temporary = out.with_name(f".{uuid.uuid4().hex}.agentvid")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                write_bundle(file, manifest, document, paths.items())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(out)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(f"{out} can't be written ({reason})", "a place for a file", "choose another --out")
