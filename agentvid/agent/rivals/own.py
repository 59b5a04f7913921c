"""agentvid as a person uses it: messages, edits by hand or in words; what the edit changes runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import agentvid
from agentvid.agent.agent import Agent, Session, Turn
from agentvid.agent.answer import sinks
from agentvid.chain.chain import Chain
from agentvid.chain.edit_kinds import Edit, Insert, SetAnswer
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, step_number
from agentvid.engine import unpack
from agentvid.errors import AgentvidError
from agentvid.evals.editing.system import Asked, Outcome, Ran
from agentvid.events import Event, StepStarted
from agentvid.media.types import Answer, Image, Video
from agentvid.store.objects import ObjectStore

__all__ = ["Agentvid", "Conversation", "answered", "turns_of"]


class Conversation:
    """An agent of its own in a folder, and one session in it. Tells which steps ran."""

    version: ClassVar[str] = agentvid.__version__
    clock: ClassVar[Literal["processor", "wall"]] = "processor"

    def __init__(self, folder: Path) -> None:
        self.agent = Agent(folder, in_process=True, planner="offline")
        self.session = Session(self.agent, "case")
        self._ran: list[Ran] = []

    async def close(self) -> None:
        """Close the agent."""
        await self.agent.close()

    async def start(self, message: str, media: Sequence[Path]) -> Outcome:
        """Send a message."""
        try:
            return await self._came(await self.session.send(message, *media, emit=self.hear))
        except AgentvidError as error:
            return Outcome(ran=self.took(), refused=str(error))

    def hear(self, event: Event) -> None:
        """Note which steps begin to run."""
        if isinstance(event, StepStarted):
            self._ran.append(Ran(event.step, event.tool))

    def took(self) -> tuple[Ran, ...]:
        """Return the steps that ran since this was asked last. Checks of what was expected are no steps of a chain."""
        known = {step.id for turn in self.session.turns() for step in turn.chain}
        ran, self._ran = tuple(each for each in self._ran if each.step in known), []
        return ran

    async def _came(self, turn: Turn, actions: int = 1) -> Outcome:
        outcome = answered(turn.chain, turn.run, self.agent.store)
        if turn.chain.question:
            outcome = replace(outcome, refused=turn.chain.question)
        elif turn.waiting:
            outcome = replace(outcome, refused="; ".join(f"waits for {each.port}" for each in turn.waiting))
        return replace(outcome, ran=self.took(), actions=actions)


class Agentvid(Conversation):
    """The system itself."""

    name: ClassVar[str] = "agentvid"

    async def edit(self, edit: Asked) -> Outcome:
        """Edit the chain, and bring later turns that stand on it up to date."""
        try:
            if edit.words:
                await self.session.send(edit.words, emit=self.hear)
                actions = 1
            else:
                for number, edits in turns_of(edit.typed, self.session.last_turn().number).items():
                    await self.session.turn(number).edit(edits, emit=self.hear)
                actions = len(edit.typed)
            for turn in self.session.turns():
                if turn.stale():
                    await turn.resume(emit=self.hear)
                    actions += 1
            return await self._came(self.session.last_turn(), actions)
        except AgentvidError as error:
            return Outcome(ran=self.took(), refused=str(error))


def turns_of(edits: Sequence[Edit], last: int) -> Mapping[int, list[Edit]]:
    """Return edits by the turn they are about; those of an answer are about the last."""
    found: dict[int, list[Edit]] = {}
    for edit in edits:
        if isinstance(edit, SetAnswer):
            number = last
        else:
            number = step_number(edit.step.id if isinstance(edit, Insert) else edit.step)[0]
        found.setdefault(number, []).append(edit)
    return dict(sorted(found.items()))


def answered(chain: Chain, run: Run, store: ObjectStore) -> Outcome:
    """Return what answers: media as files, words; nothing of what ran."""
    refs: Sequence[Ref] = chain.answer or sinks(chain, run)
    values: list[Any] = [unpack(run.port(ref.step, ref.port)) for ref in refs]
    media = tuple(store.path(value.artifact) for value in values if isinstance(value, Image | Video))
    words = [value.text if isinstance(value, Answer) else value for value in values if isinstance(value, Answer | str)]
    failed = [record.error["given"] for record in run.steps.values() if record.error]
    return Outcome(media=media, text="\n".join(words), refused="; ".join(failed))
