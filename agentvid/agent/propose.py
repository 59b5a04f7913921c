"""Propose: a message about an existing chain, or an edited thought, becomes edits to approve. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agentvid.agent.bill import keep_bill
from agentvid.agent.execute import last_run
from agentvid.agent.plan import earlier_ports, plan_request
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Step
from agentvid.errors import EditError, NoEngine
from agentvid.events import Emit
from agentvid.media.types import Box
from agentvid.planner import EditAsk, OffersEdits, Planner, PlanRequest
from agentvid.planner.reread import reread
from agentvid.planner.rewrite import Rewrite, is_command, is_correction, is_unmistakable, read_edits
from agentvid.planner.wide.answering import answered
from agentvid.planner.wide.choose import write_message
from agentvid.run.call import read_thought
from agentvid.run.execute import Executor
from agentvid.store.fence import own
from agentvid.store.heads import last_written

__all__ = ["Meant", "meant", "propose", "propose_thought", "require_edits", "suggest"]


def propose(executor: Executor, session: str, turn: int, text: str, drawn: Box | None = None) -> Rewrite:
    """Return what a message about a turn's chain comes to; `drawn` is a box that was drawn beside it.

    Raises: InputError where there is no such turn.
    """
    row = executor.log.latest_revision(session, turn)
    return read_edits(
        text,
        row.chain if row else Chain(turn=turn),
        last_run(executor.log, session, turn) or Run(revision=0),
        executor.tools,
        _request(executor, session, turn),
        drawn=drawn,
        reads=_reads(executor),
        earlier=earlier_ports(executor.log, session, turn, executor.tools),
    )


async def suggest(
    executor: Executor,
    planner: Planner,
    session: str,
    turn: int,
    text: str,
    rules: Rewrite,
    emit: Emit,
) -> Rewrite:
    """Return what the rules made of a message that is meant as an edit, or the edits that a planner proposes for it.

    The planner is asked, where it offers edits, about what the rules ask back on or can't read at all. What that costs
    is written down.

    Raises: SessionBusy where another process is writing this session.
    """
    row = executor.log.latest_revision(session, turn)
    if (
        rules.kind not in ("question", "new", "refused")
        or row is None
        or not row.chain.steps
        or not isinstance(planner, OffersEdits)
    ):
        return rules
    run = last_run(executor.log, session, turn) or Run(revision=0)
    ask = EditAsk(text, row.chain, run, _request(executor, session, turn), rules)
    with own(executor.log, session) as ownership:
        _, listen = keep_bill(executor.log, session, turn, ownership.token, emit)
        return await planner.edits(ask, listen)


def propose_thought(executor: Executor, session: str, turn: int, step: str, thought: str) -> Rewrite:
    """Return the edits that another thought on a step comes to, the thought itself among them.

    Raises: ChainError where the turn has no such step.
    """
    row = executor.log.latest_revision(session, turn)
    chain = row.chain if row else Chain(turn=turn)
    return reread(
        step,
        thought,
        chain,
        last_run(executor.log, session, turn) or Run(revision=0),
        executor.tools,
        _request(executor, session, turn),
        is_read=_reads(executor)(chain.step(step)),
        earlier=earlier_ports(executor.log, session, turn, executor.tools),
    )


@dataclass(frozen=True)
class Meant:
    """A message that is about the chain of an earlier turn, and what it comes to there."""

    turn: int
    rewrite: Rewrite


def meant(executor: Executor, session: str, text: str) -> Meant | None:
    """Return what a message without media changes of an earlier turn; None where it asks for something new.

    It changes one where it goes back or forth in the history; where it names steps, seeds or another run; where it is
    said as a correction ("no, green", "instead"); and where it reads as an edit and could not be asked for anew ("only
    3 seconds"). What can be asked for anew is new: "make it green" works on the last result.
    """
    log = executor.log
    if log.session(session) is None:
        return None
    written = last_written(log, session)
    if written is not None and is_command(text):
        return Meant(written, propose(executor, session, written, text))
    planned = {row.turn: revision for row in log.turns(session) if (revision := log.latest_revision(session, row.turn))}
    planned = {turn: revision for turn, revision in planned.items() if revision.chain.steps}
    if not planned:
        return None
    named = re.search(r"\bt(\d{1,6})\.s\d+\b", text)
    turn = int(named[1]) if named and int(named[1]) in planned else max(planned)
    rewrite = propose(executor, session, turn, text)
    if rewrite.kind in ("new", "command"):
        return None
    is_certain = is_unmistakable(text, planned[turn].chain, executor.tools) or is_correction(text)
    is_edit = rewrite.kind in ("edits", "nothing") and not _can_be_new(executor, session, text)
    return Meant(turn, rewrite) if is_certain or is_edit else None


def _can_be_new(executor: Executor, session: str, text: str) -> bool:
    """Return whether the offline planner could make a chain of a message, were it the next one."""
    turn = len(executor.log.turns(session)) + 1
    request = plan_request(executor.log, session, turn, executor.engines, executor.tools, None, None, text)
    return bool(write_message(answered(request)).steps)


def require_edits(rewrite: Rewrite) -> Rewrite:
    """Return a rewrite that edits.

    Raises: EditError with its question or reason otherwise.
    """
    if rewrite.kind == "edits":
        return rewrite
    choices = " | ".join(choice.label for choice in rewrite.choices)
    expected = choices or "a change of this chain that can be made"
    raise EditError(rewrite.question, expected, "say it again with the step's id, for example t1.s3")


def _request(executor: Executor, session: str, turn: int) -> PlanRequest:
    wishes = executor.log.turn(session, turn).message.get("wishes", {})
    seed, engine = wishes.get("seed"), wishes.get("engine")
    return plan_request(executor.log, session, turn, executor.engines, executor.tools, seed, engine)


def _reads(executor: Executor) -> Callable[[Step], bool]:
    def reads(step: Step) -> bool:
        spec = executor.tools.get(step.tool)
        if spec is None:
            return False
        try:
            return bool(read_thought(step.model_copy(update={"thought": "?"}), spec, executor.engines))
        except NoEngine:
            return False

    return reads
