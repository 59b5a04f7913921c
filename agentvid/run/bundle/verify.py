"""Verify a bundle: every hash, every reference, every chain, every key. Nothing is written that stays.

What can't be checked here is told, not passed over: a tool of another source or an engine of another version means
that a key is checked by its recorded parts alone, not computed anew.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.edit import apply_all, load_edit
from agentvid.chain.run import Run
from agentvid.chain.step import Ref
from agentvid.engine import Engine, unpack
from agentvid.errors import AgentvidError, MediaError
from agentvid.media.gate import Limits, take_in_as_it_is
from agentvid.media.message import Message
from agentvid.media.types import Artifact
from agentvid.planner.check import check_chain
from agentvid.run.bundle.document import (
    BundledRevision,
    BundledSession,
    BundledStep,
    BundledTurn,
    artifacts_in,
    bad_bundle,
)
from agentvid.run.bundle.ingredients import find_ingredients, key_of, lookup_in
from agentvid.run.bundle.layout import Bundle, open_bundle
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

__all__ = ["Verified", "check_bundle", "take_in_objects", "verify"]

MOST_STEPS: Final = 2_000
"""The most steps of one chain."""
_LIMITS: Final = Limits(max_expansion=math.inf)
"""What a medium of a bundle may be: as one from outside, but results of ours may be of one colour and expand far."""


@dataclass(frozen=True)
class Verified:
    """A bundle that holds what it says. Counts are over all its turns and revisions.

    `keys_computed` were computed anew from the chain with the same tools and engines, `keys_explained` are the digest
    of their recorded parts; `keys_unexplained` have none recorded. `notes` say what could not be checked here.
    """

    file: Path
    bytes: int
    agentvid: str
    platform: str
    session: str
    turns: tuple[int, ...]
    revisions: int
    steps: int
    objects: int
    keys_computed: int
    keys_explained: int
    keys_unexplained: int
    notes: tuple[str, ...]


def verify(file: Path, tools: Mapping[str, ToolSpec], engines: Mapping[str, Engine]) -> Verified:
    """Check a bundle against itself, and its chains and keys against these tools and engines.

    Raises: InputError "bad_bundle" that says what is wrong; InputError where the file can't be read; StoreError where
    there is no room for its media while they are looked at.
    """
    with open_bundle(file) as bundle:
        found = check_bundle(bundle, tools, engines)
        with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
            take_in_objects(bundle, ObjectStore(Path(folder)))
    return replace(found, file=file)


def check_bundle(bundle: Bundle, tools: Mapping[str, ToolSpec], engines: Mapping[str, Engine]) -> Verified:
    """Check the documents of an open bundle; its objects are looked at by `take_in_objects`.

    Raises: InputError "bad_bundle".
    """
    session = bundle.session
    numbers = [turn.turn for turn in session.turns]
    if numbers != sorted(set(numbers)):
        raise bad_bundle(f"its turns are {numbers}", "each turn once, in order")
    named = {artifact.artifact for artifact in artifacts_in(session.model_dump())}
    for sha256 in sorted(named ^ bundle.manifest.objects.keys()):
        raise bad_bundle(f"object {sha256[:12]}… is {'missing' if sha256 in named else 'named by nothing'}")
    checker = _Checker(bundle, tools, engines)
    for turn in session.turns:
        checker.check_turn(turn)
    rows = [row for turn in session.turns for row in turn.revisions]
    return Verified(
        file=Path(),
        bytes=bundle.bytes,
        agentvid=bundle.manifest.agentvid,
        platform=bundle.manifest.platform,
        session=session.session,
        turns=tuple(numbers),
        revisions=len(rows),
        steps=sum(len(row.steps) for row in rows),
        objects=len(bundle.manifest.objects),
        keys_computed=checker.computed,
        keys_explained=checker.explained,
        keys_unexplained=checker.unexplained,
        notes=tuple(dict.fromkeys(checker.notes)),
    )


def take_in_objects(bundle: Bundle, store: ObjectStore) -> None:
    """Put every medium of a bundle into a store, each through the gate for files from outside.

    Raises: InputError "bad_bundle" where one is damaged or is not what the session says of it; StoreError.
    """
    told: dict[str, list[Artifact]] = {}
    for artifact in artifacts_in(bundle.session.model_dump()):
        if artifact not in told.setdefault(artifact.artifact, []):
            told[artifact.artifact].append(artifact)
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        for sha256, artifacts in sorted(told.items()):
            path = Path(folder) / sha256
            bundle.spool(sha256, path)
            for artifact in artifacts:
                _take_in(path, artifact, store)
            path.unlink()


def _take_in(path: Path, told: Artifact, store: ObjectStore) -> None:
    name = f"object {told.artifact[:12]}…"
    try:
        found = take_in_as_it_is(path, store, told.mime, told.type, _LIMITS)
    except MediaError as error:
        raise bad_bundle(f"{name} is no sound {told.type} ({error.given.replace(path.name, 'it')})") from None
    wrong = [key for key, value in told if not _same(value, getattr(found, key))]
    if wrong:
        raise bad_bundle(f"{name} has another {wrong[0]} than the session says: {getattr(found, wrong[0])}")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-3)
    return bool(one == other)


@dataclass
class _Checker:
    bundle: Bundle
    tools: Mapping[str, ToolSpec]
    engines: Mapping[str, Engine]
    computed: int = 0
    explained: int = 0
    unexplained: int = 0

    def __post_init__(self) -> None:
        self.notes: list[str] = []
        self.session: BundledSession = self.bundle.session

    def check_turn(self, turn: BundledTurn) -> None:
        """Check a turn's message, history, chains, values and keys."""
        where = f"turn {turn.turn}"
        try:
            Message.model_validate(turn.message.get("message"))
        except ValidationError:
            raise bad_bundle(f"the message of {where} is none") from None
        chains: dict[int, Chain] = {}
        for place, row in enumerate(turn.revisions, 1):
            if row.n != place or not (row.parent is None or 1 <= row.parent < row.n):
                raise bad_bundle(
                    f"{where} has revision {row.n} from {row.parent} at place {place}", "1, 2, 3 … in order"
                )
            self._check_edits(row, chains, where)
            self._check_chain(row.chain, turn, where)
            self._check_steps(row, turn, f"{where} revision {row.n}")
            chains[row.n] = row.chain
        for address, packed in turn.earlier.items():
            _value(packed, f"{where}: {address}")

    def _check_edits(self, row: BundledRevision, chains: Mapping[int, Chain], where: str) -> None:
        if row.parent is None or not row.edits:
            return
        try:
            edited = apply_all(chains[row.parent], [load_edit(edit) for edit in row.edits])
        except AgentvidError as error:
            raise bad_bundle(f"{where}: the edits of revision {row.n} do not fit ({error.given})") from None
        if edited != row.chain:
            raise bad_bundle(f"{where}: the edits of revision {row.n} do not lead to its chain")

    def _check_chain(self, chain: Chain, turn: BundledTurn, where: str) -> None:
        if chain.turn != turn.turn or len(chain) > MOST_STEPS:
            raise bad_bundle(f"{where} holds a chain of turn {chain.turn} with {len(chain)} steps")
        try:
            chain.order()
        except AgentvidError as error:
            raise bad_bundle(f"{where}: {error.given}") from None
        if all(self._is_same_tool(step.tool) for step in chain):
            problems = check_chain(chain, self.tools, earlier=self._earlier(turn))
            if problems:
                raise bad_bundle(f"{where}: {problems[0]}")

    def _is_same_tool(self, name: str) -> bool:
        spec, then = self.tools.get(name), self.bundle.manifest.tools.get(name)
        if spec is None:
            self.notes.append(f"tool {name} is not here: its steps can't be checked or run again")
        elif then is None or then != spec.digest:
            self.notes.append(f"tool {name} is of another source here: its steps are checked by what was recorded")
        return spec is not None and spec.digest == then

    def _earlier(self, turn: BundledTurn) -> dict[str, str]:
        """Return the ports of earlier turns and their types: as recorded, and as the chains in the bundle tell."""
        types = {address: str(packed["type"]) for address, packed in turn.earlier.items() if _value(packed, address)}
        for before in self.session.turns:
            for row in before.revisions if before.turn < turn.turn else ():
                for step in row.chain:
                    ports = self.tools[step.tool].ports if step.tool in self.tools else ()
                    types |= {str(Ref(step=step.id, port=port.name)): port.type for port in ports}
        return types

    def _check_steps(self, row: BundledRevision, turn: BundledTurn, where: str) -> None:
        ids = [each.record.step for each in row.steps]
        strangers = [step for step in ids if not row.chain.has(step)]
        if strangers or len(ids) > len(set(ids)):
            raise bad_bundle(f"{where} tells of steps that its chain does not hold, or twice: {ids[:5]}")
        run = Run(revision=row.n, steps={each.record.step: each.record for each in row.steps})
        for each in row.steps:
            for port, packed in each.record.outputs.items():
                _value(packed, f"{where}: {each.record.step}.{port}")
        for each in row.steps:
            if each.record.key:
                self._check_key(each, row.chain, run, turn, where)

    def _check_key(self, each: BundledStep, chain: Chain, run: Run, turn: BundledTurn, where: str) -> None:
        step = chain.step(each.record.step)
        recorded = each.ingredients
        if recorded is None:
            self.unexplained += 1
            return
        if key_of(recorded) != each.record.key or recorded.tool != step.tool or recorded.owner != self.session.owner:
            raise bad_bundle(f"{where}: the key of {step.id} is not the digest of its parts")
        found = find_ingredients(step, self.tools, self.engines, self.session.owner, lookup_in(run, turn))
        if found is not None and found.source == recorded.source and found.inputs != recorded.inputs:
            raise bad_bundle(f"{where}: the key of {step.id} does not follow from its inputs")
        if found is None or found.source != recorded.source or found.engines != recorded.engines:
            self.explained += 1
            if found is not None and found.engines != recorded.engines:
                changed = sorted(task for task in recorded.engines if recorded.engines[task] != found.engines.get(task))
                self.notes.append(f"the engine of {', '.join(changed)} is another one here")
            return
        if found != recorded:
            raise bad_bundle(f"{where}: the key of {step.id} does not follow from its inputs")
        self.computed += 1


def _value(packed: Any, where: str) -> bool:
    try:
        if isinstance(packed, list):
            raise TypeError("a list")
        return unpack(packed) is not None
    except (ValidationError, KeyError, TypeError) as error:
        raise bad_bundle(f"{where} holds no value of a port type ({type(error).__name__})") from None
