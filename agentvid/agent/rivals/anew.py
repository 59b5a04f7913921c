"""Ask again: no chain is kept, so a correction is the whole wish said once more, in a new conversation."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from agentvid.agent.rivals.own import Conversation
from agentvid.evals.editing.system import Asked, Outcome, Ran

__all__ = ["AskAnew"]


class AskAnew(Conversation):
    """Plans and runs from the corrected messages, with nothing of before."""

    name: ClassVar[str] = "ask-again"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "0")
        self._folder = folder
        self._others: list[Conversation] = []

    async def edit(self, edit: Asked) -> Outcome:
        """Send the messages that ask for it anew."""
        if not edit.again:
            return Outcome(actions=0, refused="no words can ask for it")
        anew = Conversation(self._folder / str(len(self._others) + 1))
        self._others.append(anew)
        ran: tuple[Ran, ...] = ()
        outcome, started = Outcome(), time.process_time()  # opening the conversation is not counted, as it is nowhere
        for message in edit.again:
            outcome = await anew.start(message.text, message.media)
            ran += outcome.ran
        seconds = time.process_time() - started
        return replace(outcome, ran=ran, actions=len(edit.again), seconds=seconds)

    async def close(self) -> None:
        """Close all conversations."""
        for each in self._others:
            await each.close()
        await super().close()
