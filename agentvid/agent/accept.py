"""Accept a message now and run it later: what a server promises is on the disk before it promises.

`accept_message` writes; `driver.proceed` runs what was accepted, then or after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentvid.agent.drive import Accepting
from agentvid.agent.follow import followed
from agentvid.agent.form import Form
from agentvid.agent.given import check_no_wishes, check_wishes, plain_pairs
from agentvid.agent.planners import PLANNERS, make_planner
from agentvid.agent.propose import meant, suggest
from agentvid.agent.state import Review
from agentvid.errors import InputError, SettingsError
from agentvid.events import Emit
from agentvid.media.message import MediaPart, Message, TextPart, parse_text

if TYPE_CHECKING:
    from agentvid.agent.agent import Agent

__all__ = ["Accepted", "Wishes", "accept_message"]


@dataclass(frozen=True)
class Wishes:
    """What a person may wish beside a message; see `Session.send`. `planner` "" is the agent's own."""

    review: Review = "never"
    given: Mapping[str, Any] | None = None
    seed: int | None = None
    engine: str | None = None
    planner: str = ""
    plan_only: bool = False
    form: Form | None = None


@dataclass(frozen=True)
class Accepted:
    """The turn that a message became, or whose chain it changed (then `told` says how, and `revision` what is shown
    now), and whether it is to be run."""

    turn: int
    runs: bool
    revision: int = 0
    told: tuple[str, ...] = ()


async def accept_message(
    agent: Agent,
    session: str,
    text: str,
    media: Sequence[MediaPart],
    wishes: Wishes,
    emit_of: Callable[[int], Emit],
    then: Accepting | None = None,
) -> Accepted:
    """Write what a message comes to, as `Session.send` does, and run nothing. `then` is as in `TurnDriver.accept`;
    `emit_of` returns what takes the events of a turn.

    Raises: EditError where a message about the last chain may mean several things, or can't be done; InputError (and
    its kinds) where something handed in can't be used; SessionBusy where another process is writing this session.
    """
    said = parse_text(text)
    check_wishes(wishes.review, wishes.seed)
    if wishes.planner and wishes.planner not in PLANNERS:
        raise SettingsError(f"planner {wishes.planner!r} is not known", f"one of {', '.join(PLANNERS)}", "correct it")
    planner = make_planner(wishes.planner, agent) if wishes.planner else agent.planner
    about = meant(agent.executor, session, said) if not (media or wishes.given or wishes.form) else None
    if about is not None:
        from agentvid.agent.agent import Turn

        emit = emit_of(about.turn)
        check_no_wishes(wishes.seed, wishes.engine)
        read = await suggest(agent.executor, planner, session, about.turn, said, about.rewrite, emit)
        turn = Turn(agent, session, about.turn)
        done, runs = await followed(turn, read, said, emit, review=wishes.review, run=not wishes.plan_only)
        return Accepted(about.turn, runs, done.revision, done.told)
    engine = wishes.engine or agent.settings.engine or None
    if engine is not None and engine not in agent.engines:
        raise InputError(f"engine {engine!r} is not known", f"one of {', '.join(sorted(agent.engines))}")
    turn_number = agent.driver.accept(
        session,
        Message(parts=(TextPart(text=said), *media)),
        then,
        review=wishes.review,
        given=plain_pairs(wishes.given),
        seed=wishes.seed,
        engine=engine,
        plan_only=wishes.plan_only,
        form=wishes.form.model_dump(mode="json") if wishes.form else None,
        planner=planner.name,
    )
    return Accepted(turn_number, runs=True)
