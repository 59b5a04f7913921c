"""Execute: run the approved revision. Finished steps are in the cache, so running again costs only what is missing."""

from __future__ import annotations

from typing import Any

from langgraph.runtime import Runtime

from agentvid.agent.state import Services, TurnState
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, step_number
from agentvid.run.resolve import Lookup
from agentvid.store.gc import hold
from agentvid.store.heads import ancestors
from agentvid.store.log import Log

__all__ = ["earlier_lookup", "execute", "last_run"]


async def execute(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Run the revision, saving each step's record as soon as it ends."""
    services = runtime.context
    session, turn, revision = state["session"], state["turn"], state["revision"]
    log = services.log
    log.set_phase(session, turn, "execute", token=services.token)
    chain = log.revision(session, turn, revision).chain

    with hold(log) as lease:

        def save(record: StepRun) -> None:
            lease.add(*_artifacts(record))
            log.save_step_run(session, turn, revision, record, token=services.token)

        run = await services.executor.run(
            chain,
            revision=revision,
            emit=services.emit,
            earlier=earlier_lookup(log, session),
            previous=last_run(log, session, turn, before=revision),
            on_step=save,
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
