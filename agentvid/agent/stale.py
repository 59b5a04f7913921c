"""Which recorded results of a session are stale, and why; what an edit costs and makes stale; accepting a stale result.

A result is stale when the key of its step, with the values that its references have now, is not the key it was made
with. It stays usable, and nothing here runs anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from agentvid.agent.execute import last_run, standing_records
from agentvid.agent.plan import earlier_ports
from agentvid.chain.chain import Chain
from agentvid.chain.diff import FieldChange
from agentvid.chain.edit import AcceptStale, Edit, apply_all, step_of
from agentvid.chain.run import NEXT, Run, StepRun
from agentvid.chain.step import Ref, Step, step_number
from agentvid.errors import AgentvidError, EditError, InputError
from agentvid.planner.check import require
from agentvid.run.estimate import Estimator
from agentvid.run.execute import Executor
from agentvid.run.key import may_equal, value_digest
from agentvid.run.outlook import Outlook, outlooks_of
from agentvid.run.prepare import Prepared
from agentvid.run.preview import Preview, price_of, stale_in
from agentvid.run.reason import Changes, Reason, StaleResult, reason_of
from agentvid.run.resolve import UNKNOWN, Lookup, given_ports
from agentvid.store.log import Log

__all__ = ["accepted_records", "preview_turn", "stale_results"]


def stale_results(executor: Executor, session: str) -> tuple[StaleResult, ...]:
    """Return the recorded results of a session that are stale now, turn by turn, each with its reason."""
    return tuple(_History(executor, session).stale().values())


def preview_turn(executor: Executor, session: str, turn: int, edits: Sequence[Edit] = ()) -> Preview:
    """Return what a run of the turn would do now, or after these edits, and which results become stale by it.

    Raises: EditError or ChainError where the edited chain does not check; InputError where the turn has no chain.
    """
    history = _History(executor, session)
    chain = apply_all(history.chain(turn), list(edits))
    ports = earlier_ports(executor.log, session, turn, executor.tools)
    require(chain, executor.tools, earlier=ports, engines=set(executor.engines))
    records = {step_id: record for step_id, (_, record) in standing_records(executor.log, session, turn).items()}
    for _, record in accepted_records(executor, session, turn, chain, edits):
        records[record.step] = record
    outlooks = history.outlooks(turn, chain, records)
    preparer = executor.preparer()
    told = price_of(chain, outlooks, Estimator(preparer, executor.log))
    changes = Changes(history.ran_chain(turn), chain, executor.tools)
    stale = (*stale_in(chain, outlooks, records, changes), *history.stale_after(turn, outlooks, changes))
    return told.model_copy(update={"stale": stale})


def accepted_records(
    executor: Executor, session: str, turn: int, chain: Chain, edits: Sequence[Edit]
) -> list[tuple[int, StepRun]]:
    """Return the records that these edits accept, each with its revision: the result is good for its present key.

    Where that key is not known before other steps run, it is the key of the next run; a later edit of the step itself
    takes such a word back.

    Raises: EditError where a step has no result.
    """
    standing = standing_records(executor.log, session, turn)
    changed: dict[str, StepRun] = {}
    for edit in edits:
        step_id = step_of(edit)
        _, record = standing.get(step_id or "", (0, StepRun(step="")))
        record = changed.get(record.step, record)
        if isinstance(edit, AcceptStale):
            if not record.outputs:
                raise EditError(f"{edit.step} has no result that could be accepted", "a step that ran", "run it first")
            records = {name: kept for name, (_, kept) in standing.items()} | changed
            records[record.step] = record.model_copy(update={"accepted": ""})
            outlook = _History(executor, session).outlooks(turn, chain, records).get(edit.step)
            key = outlook.prepared.key if outlook and outlook.prepared else ""
            changed[record.step] = record.model_copy(update={"accepted": key or NEXT})
        elif record.accepted == NEXT:
            changed[record.step] = record.model_copy(update={"accepted": ""})
    return [(standing[step_id][0], record) for step_id, record in changed.items()]


class _History:
    """Chains, runs and values of a session as they are now, each read once."""

    def __init__(self, executor: Executor, session: str) -> None:
        self._executor = executor
        self._log: Log = executor.log
        self._session = session
        self._preparer = executor.preparer()
        self._chains: dict[int, Chain] = {}
        self._runs: dict[int, Run | None] = {}

    @cached_property
    def turns(self) -> list[int]:
        """The turns that have a chain."""
        numbers = [row.turn for row in self._log.turns(self._session)]
        return [turn for turn in numbers if self._log.latest_revision(self._session, turn) is not None]

    def chain(self, turn: int) -> Chain:
        """Return a turn's chain as it is now.

        Raises: InputError where it has none.
        """
        if turn not in self._chains:
            row = self._log.latest_revision(self._session, turn)
            if row is None:
                told = f"turn {turn} of session {self._session!r} has no chain yet"
                raise InputError(told, "a planned turn", "resume it first")
            self._chains[turn] = row.chain
        return self._chains[turn]

    def run(self, turn: int) -> Run | None:
        """Return the newest run of a turn: what references to it mean."""
        if turn not in self._runs:
            self._runs[turn] = last_run(self._log, self._session, turn)
        return self._runs[turn]

    def ran_chain(self, turn: int) -> Chain:
        """Return the chain of a turn's newest run; the chain as it is now where it never ran."""
        run = self.run(turn)
        return self._log.revision(self._session, turn, run.revision).chain if run else self.chain(turn)

    def value(self, ref: Ref) -> Any:
        """Return the value that a reference to an earlier turn has now."""
        run = self.run(step_number(ref.step)[0])
        return run.port(ref.step, ref.port) if run else None

    def outlooks(self, turn: int, chain: Chain, records: Mapping[str, StepRun]) -> dict[str, Outlook]:
        """Return what a run of a chain of this turn would do."""
        executor = self._executor
        earlier = executor.lookup(self.value)
        return outlooks_of(chain, self._preparer, self._log, executor.store, earlier, records)

    def stale(self) -> dict[str, StaleResult]:
        """Return what is stale now, by step."""
        found: dict[str, StaleResult] = {}
        for turn in self.turns:
            self._check_turn(turn, self.value, found, None)
        return found

    def stale_after(self, turn: int, outlooks: Mapping[str, Outlook], changes: Changes) -> list[StaleResult]:
        """Return what becomes stale in later turns when `turn` is run with these outlooks."""
        now = self.stale()

        def value(ref: Ref) -> Any:
            if step_number(ref.step)[0] != turn:
                return self.value(ref)
            outlook = outlooks.get(ref.step)
            if outlook is None:
                return None
            return outlook.outputs.get(ref.port) if outlook.is_known else outlook.outputs.get(ref.port, UNKNOWN)

        found: dict[str, StaleResult] = {}
        for later in (number for number in self.turns if number > turn):
            self._check_turn(later, value, found, (turn, changes))
        return [
            result for step, result in found.items() if step not in now or (result.certain and not now[step].certain)
        ]

    def _check_turn(
        self, turn: int, earlier: Lookup, found: dict[str, StaleResult], edited: tuple[int, Changes] | None
    ) -> None:
        """Add the stale results of one turn to `found`. `edited` is the turn that is about to change, and how."""
        run, chain = self.run(turn), self.chain(turn)
        own = Changes(self.ran_chain(turn), chain, self._executor.tools)
        for step in chain.order():
            record = run.steps.get(step.id) if run else None
            if record is not None and record.outputs and record.key and not step.pinned:
                result = self._check(step, record, self._lookup(chain, run, earlier), found, own, edited)
                if result is not None:
                    found[step.id] = result

    def _check(
        self,
        step: Step,
        record: StepRun,
        lookup: Lookup,
        found: Mapping[str, StaleResult],
        own: Changes,
        edited: tuple[int, Changes] | None,
    ) -> StaleResult | None:
        try:
            prepared = self._preparer.prepare(step, lookup)
        except AgentvidError as error:
            gone = Reason(en=f"can't be made again: {error.given}", zh=f"无法重新生成：{error.given}")
            return StaleResult(step=step.id, certain=True, reason=gone)
        changes = own.of(step.id)
        if prepared.parts is None:
            given = Reason(en=f"{step.id} is given by a person now", zh=f"{step.id} 现在由人给出")
            return StaleResult(step=step.id, certain=True, reason=given) if changes else None
        if (prepared.key and prepared.key in (record.key, record.accepted)) or record.accepted == NEXT:
            return _resting(step, found)

        def causes(ref: Ref) -> list[FieldChange]:
            return self._causes(ref, step, record, own, edited)

        reason = reason_of(record, prepared, changes, causes)
        return StaleResult(step=step.id, certain=_surely(prepared, record), reason=reason)

    def _causes(
        self, ref: Ref, step: Step, record: StepRun, own: Changes, edited: tuple[int, Changes] | None
    ) -> list[FieldChange]:
        """Return what changed in the chain that a reference points into since the record was made."""
        turn = step_number(ref.step)[0]
        if turn == step_number(step.id)[0]:
            return own.behind(ref.step)
        if edited is not None and edited[0] == turn:
            found = edited[1].behind(ref.step)
            if found:
                return found
        origin = self._origin(ref, record)
        return Changes(origin, self.ran_chain(turn), self._executor.tools).behind(ref.step) if origin else []

    def _origin(self, ref: Ref, record: StepRun) -> Chain | None:
        """Return the chain whose run gave the value that the record was made of, the newest such."""
        digests = {item for value in record.inputs.values() for item in ([value] if isinstance(value, str) else value)}
        turn = step_number(ref.step)[0]
        for row in reversed(self._log.revisions(self._session, turn)):
            value = self._log.run(self._session, turn, row.n).port(ref.step, ref.port)
            if value is not None and value_digest(value) in digests:
                return row.chain
        return None

    def _lookup(self, chain: Chain, run: Run | None, earlier: Lookup) -> Lookup:
        """Return a lookup of recorded values, with what a person gives now in their place."""
        checked = self._executor.lookup(earlier)

        def find(ref: Ref) -> Any:
            if not chain.has(ref.step):
                value = earlier(ref)
                return value if value is UNKNOWN else checked(ref)
            step = chain.step(ref.step)
            given = given_ports(step, self._preparer.spec(step))
            return given[ref.port] if ref.port in given else run.port(ref.step, ref.port) if run else None

        return find


def _resting(step: Step, found: Mapping[str, StaleResult]) -> StaleResult | None:
    """Return a result that is as it was, but needs one that is stale."""
    behind = next((ref for ref in step.refs() if ref.step in found), None)
    if behind is None:
        return None
    reason = Reason(en=f"rests on {behind}, which is stale", zh=f"依据的 {behind} 已过时")
    return StaleResult(step=step.id, certain=False, reason=reason)


def _surely(prepared: Prepared, record: StepRun) -> bool:
    """Return whether the key differs, whatever is found for what is not known yet."""
    assert prepared.parts is not None
    if prepared.key:
        return True
    return bool(record.frame) and not (
        record.frame == prepared.parts.frame and may_equal(prepared.parts.inputs, record.inputs)
    )
