"""Run it all again: the chain is kept and can be edited, no result is. What pipelines without a cache do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import uuid4

from agentvid.agent.agent import Turn
from agentvid.agent.rivals.own import Conversation, answered, turns_of
from agentvid.chain.edit_kinds import Edit
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, step_number
from agentvid.errors import AgentvidError, EditError
from agentvid.evals.editing.system import Asked, Outcome
from agentvid.planner.rewrite import Command

__all__ = ["AllAgain", "Edited", "Keeping"]


@dataclass(frozen=True)
class Edited:
    """What an edit did to the chains: the first turn it is about, the edits, or the move in their history."""

    turn: int
    actions: int
    command: Command | None = None


class Keeping(Conversation):
    """A conversation whose chains are edited by the same rules, and run by other means."""

    async def changed(self, edit: Asked) -> Edited:
        """Edit the chains without running anything.

        Raises: EditError where the words may mean several things, or the edit does not fit.
        """
        last = self.session.last_turn()
        edits: tuple[Edit, ...] = edit.typed
        if edit.words:
            read = last.propose(edit.words)
            if read.command is not None:
                await last.move(read.command)
                return Edited(last.number, 1, read.command)
            if read.kind not in ("edits", "nothing"):
                raise EditError(read.question or f"{edit.words!r} is no edit", "words that say one", "say it otherwise")
            edits = read.edits
        about = turns_of(edits, last.number)
        for number, each in about.items():
            await self.session.turn(number).edit(each, run=False)
        return Edited(min(about, default=last.number), 1 if edit.words else len(edits))


class AllAgain(Keeping):
    """Every step of the edited chain, and of those that follow it, is computed anew."""

    name: ClassVar[str] = "all-again"

    async def edit(self, edit: Asked) -> Outcome:
        """Edit, and run everything."""
        try:
            edited = await self.changed(edit)
            fresh = replace(self.agent.executor, owner=f"again-{uuid4().hex}")
            runs: dict[int, Run] = {}

            def earlier(ref: Ref) -> object:
                number = step_number(ref.step)[0]
                run = runs[number] if number in runs else self.session.turn(number).run
                return run.port(ref.step, ref.port)

            last: Turn | None = None
            for turn in self.session.turns()[edited.turn - 1 :]:
                runs[turn.number] = await fresh.run(turn.chain, emit=self.hear, earlier=earlier)
                last = turn
            assert last is not None
            outcome = answered(last.chain, runs[last.number], self.agent.store)
            return replace(outcome, ran=self.took(), actions=edited.actions)
        except AgentvidError as error:
            return Outcome(ran=self.took(), refused=str(error))
