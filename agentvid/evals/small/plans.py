"""Plans: held-out messages on held-out scenes, against the chain of the offline planner.

Right is the very chain: the same tools in the same order, with the same arguments, thoughts and answers. What the
offline planner asks back, or does with tools of another world, is right where it is asked back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.errors import ChainError
from agentvid.evals.small.bench import Bench, Line, Part, group_lines
from agentvid.evals.small.cases import Case
from agentvid.planner.compact import read_plan, tell_request, write_plan
from agentvid.train.messages import MESSAGE_KINDS, Message, draw_message, message_of

__all__ = ["measure", "messages_of"]

_SALT: Final = 6
_LIMIT: Final = 200
"""Tokens of one plan."""


def measure(bench: Bench, cases: Sequence[Case]) -> Part:
    """Let the model plan a message on each scene, kinds and languages taking turns, bound by the grammar of plans."""
    asked = messages_of(cases)
    chains = [_planned(bench, message) for message in asked]
    groups = [(message.kind, case.language) for message, case in zip(asked, cases, strict=True)]
    pairs = list(zip(chains, asked, strict=True))
    lines: list[Line] = [
        *group_lines("same chain", [_is_same(chain, message) for chain, message in pairs], groups),
        *group_lines("same tools", [_tools(chain) == _true_tools(message) for chain, message in pairs], groups),
        *group_lines("whole within the limit", [chain is not None for chain in chains], groups),
    ]
    plain = [chain for chain, message in pairs if not _asks_back(message)]
    needless = [chain is not None and bool(chain.question) for chain in plain]
    lines += group_lines("asked back needlessly", needless, [()] * len(plain))
    return Part(tuple(lines))


def messages_of(cases: Sequence[Case]) -> list[Message]:
    """Return a message for each scene; where it bears none of the kind whose turn it is, one of any kind."""
    made = []
    for case in cases:
        kind = MESSAGE_KINDS[case.number // 2 % len(MESSAGE_KINDS)]
        message = message_of(case.rng(_SALT), kind, case.scene, case.language, "held_out")
        made.append(message or draw_message(case.rng(_SALT, 1), case.scene, case.language, "held_out"))
    return made


def _planned(bench: Bench, message: Message) -> Chain | None:
    """Return the model's chain; None where its text did not end."""
    try:
        return read_plan(_written(bench, message), message.request)
    except ChainError:
        return None
    finally:
        bench.told(1)


def _written(bench: Bench, message: Message) -> str:
    from agentvid.models.mot import Decoding
    from agentvid.models.mot.constrained import Writer

    session = bench.session()
    session.read(tell_request(message.request))
    return write_plan(Writer(session, Decoding(_LIMIT)).write, message.request)


def _asks_back(message: Message) -> bool:
    return message.kind == "asked back"


def _is_same(chain: Chain | None, message: Message) -> bool:
    if chain is None:
        return False
    return bool(chain.question) if _asks_back(message) else chain == message.chain


def _tools(chain: Chain | None) -> list[str] | None:
    return None if chain is None else [step.tool for step in chain.steps]


def _true_tools(message: Message) -> list[str]:
    return [] if _asks_back(message) else [step.tool for step in message.chain.steps]
