"""Put the session of a bundle into an empty log, so that it can be looked at and gone on with there."""

from __future__ import annotations

from collections.abc import Mapping

from agentvid.chain.run import Run
from agentvid.run.bundle.document import BundledSession, BundledTurn
from agentvid.store.fence import own
from agentvid.store.log import Log

__all__ = ["restore"]


def restore(log: Log, session: BundledSession, runs: Mapping[int, Run]) -> bool:
    """Write turns, revisions, runs, answers and versions; a replayed run stands in place of the recorded one.

    Returns False, with nothing written, where the bundle holds not the whole session from its first turn on: numbers
    of turns and versions mean something, and can't be kept then.
    """
    turns = [turn.turn for turn in session.turns]
    if turns != list(range(1, len(turns) + 1)):
        return False
    log.create_session(session.session, owner=session.owner, title=session.title)
    with own(log, session.session) as ownership:
        for turn in session.turns:
            _restore_turn(log, session.session, turn, runs.get(turn.turn), ownership.token)
        for version in session.versions:
            artifact = version.artifact.model_dump(mode="json")
            log.add_version(session.session, artifact, version.label, version.source, token=ownership.token)
    return True


def _restore_turn(log: Log, session: str, turn: BundledTurn, run: Run | None, token: str) -> None:
    number = log.add_turn(session, turn.message, token=token)
    for row in turn.revisions:
        edits = list(row.edits)
        log.add_revision(
            session,
            number,
            row.chain,
            author=row.author,
            parent=row.parent,
            branch=row.branch,
            edits=edits,
            note=row.note,
            token=token,
        )
        records = {each.record.step: each.record for each in row.steps}
        if run is not None and run.revision == row.n:
            records |= run.steps
        for record in records.values():
            log.save_step_run(session, number, row.n, record, token=token)
    if turn.answer is not None:
        log.save_answer(session, number, list(turn.answer), token=token, checks=list(turn.checks))
    log.set_phase(session, number, turn.phase, error=turn.error, token=token)
