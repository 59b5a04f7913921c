"""Execute: run the approved revision. Finished steps are in the cache, so running again costs only what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from agentvid.agent.state import Services, TurnState
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, step_number
from agentvid.run.resolve import Lookup
from agentvid.store.gc import hold
from agentvid.store.heads import ancestors
from agentvid.store.log import Log

__all__ = ["earlier_lookup", "execute", "last_run", "standing_records"]


async def execute(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Run the revision, saving the records of steps as soon as they end."""
    services = runtime.context
    session, turn, revision = state["session"], state["turn"], state["revision"]
    log = services.log
    log.set_phase(session, turn, "execute", token=services.token, durable=False)
    chain = log.revision(session, turn, revision).chain

    with hold(log) as lease:

        def save(records: Sequence[StepRun]) -> None:
            if found := [sha for record in records for sha in _artifacts(record)]:
                lease.add(*found)
            log.save_step_runs(session, turn, revision, records, token=services.token)

        run = await services.executor.run(
            chain,
            revision=revision,
            emit=services.emit,
            earlier=earlier_lookup(log, session),
            previous=_standing(log, session, turn, revision),
            on_steps=save,
        )
    waiting = [record.waits.model_dump() for record in run.steps.values() if record.waits]
    return {"waiting": waiting, "phase": "executed"}


def last_run(log: Log, session: str, turn: int, before: int | None = None) -> Run | None:
    """Return the run of the head, or of the nearest revision before it on its line that was run; None where none was.

    `before` names a revision to begin behind, in place of the head.
    """
    head = log.latest_revision(session, turn)
    if head is None:
        return None
    line = ancestors(log, session, turn, before or head.n)
    for n in line[1:] if before else line:
        run = log.run(session, turn, n)
        if run.steps:
            return run
    return None


def standing_records(log: Log, session: str, turn: int, upto: int | None = None) -> dict[str, tuple[int, StepRun]]:
    """Return the newest record with a result of each step, with its revision; the newest at all where none has one.

    What pinned and accepted steps keep stands here, also after a run that failed or waited before them. Only the
    line of the head counts, or that of revision `upto`.
    """
    head = log.latest_revision(session, turn)
    if head is None:
        return {}
    line = ancestors(log, session, turn, upto or head.n)
    chain = log.revision(session, turn, line[0]).chain
    found: dict[str, tuple[int, StepRun]] = {}
    for n in line:
        for step_id, record in log.run(session, turn, n).steps.items():
            if step_id not in found or (record.outputs and not found[step_id][1].outputs):
                found[step_id] = n, record
        if all(step.id in found and found[step.id][1].outputs for step in chain):
            break
    return found


def _standing(log: Log, session: str, turn: int, revision: int) -> Run:
    records = standing_records(log, session, turn, upto=revision)
    return Run(revision=revision, steps={step_id: record for step_id, (_, record) in records.items()})


def earlier_lookup(log: Log, session: str) -> Lookup:
    """Return a lookup of ports that earlier turns found, by the run that each of them shows."""
    runs: dict[int, Run | None] = {}

    def lookup(ref: Ref) -> Any:
        turn, _ = step_number(ref.step)
        if turn not in runs:
            runs[turn] = last_run(log, session, turn)
        run = runs[turn]
        return run.port(ref.step, ref.port) if run else None

    return lookup


def _artifacts(record: StepRun) -> list[str]:
    values = [packed["value"] for packed in record.outputs.values()]
    return [value["artifact"] for value in values if isinstance(value, dict) and "artifact" in value]
