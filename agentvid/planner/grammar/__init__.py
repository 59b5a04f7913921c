"""The offline planner: a table-driven grammar for Chinese and English. It needs no model and no network.

    split       message -> atoms                  lexicon     words as data: numbers, units, references
    operations  one row per thing to ask for      read_*      match of a row -> typed request
    parse       atoms -> requests                 clause      one match, and the things it names
    resolve     "it", "the original" -> media     subject     whether two names mean one thing
    write       requests -> chain                 thoughts    what its chains say, en and zh

What these phrases can't place is read by `planner.wide`, the robust layer; what neither places becomes a question back.
"""

from __future__ import annotations

from agentvid.chain.chain import Chain
from agentvid.events import Emit, ThoughtDelta
from agentvid.planner import PlanRequest

__all__ = ["GrammarPlanner"]


class GrammarPlanner:
    """Writes chains by rule. The same message with the same media always gives the same chain."""

    name = "grammar"

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        """Return a chain, or one that holds only a question back; emits each step's thought.

        Raises: InputError where the message is too long.
        """
        from agentvid.planner.wide.answering import answered
        from agentvid.planner.wide.choose import write_message

        chain = write_message(answered(request))
        for step in chain.steps:
            emit(ThoughtDelta(step=step.id, text=step.thought))
        return chain
