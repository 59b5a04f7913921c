"""Run, plan, resume and show a turn from the command line."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from agentvid.agent.agent import Agent, Session, Turn
from agentvid.agent.budget import read_budget
from agentvid.agent.document import prepare_folder, turn_document, write_folder
from agentvid.agent.state import Review
from agentvid.cli.exit_codes import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_WAITING, Interrupted
from agentvid.cli.out import write_json
from agentvid.cli.progress import Reporter, reporter
from agentvid.cli.show import print_chain, print_outcome
from agentvid.errors import AgentvidError, InputError

__all__ = [
    "find_session",
    "find_turn",
    "read_only",
    "read_review",
    "resume_turn",
    "run_message",
    "serve_turn",
    "show_chain",
]

EXIT_CODES = {"done": 0, "waiting": EXIT_WAITING, "failed": EXIT_FAILED, "refused": EXIT_BAD_INPUT}
REVIEWS: tuple[Review, ...] = ("never", "ask", "when_costly")
_LONGEST_STDIN = 1_000_000
RESULTS = Path("agentvid-results")


def run_message(
    *,
    text: str,
    files: Sequence[str],
    session: str | None,
    out: Path | None,
    planner: str | None,
    engine: str | None,
    review: str | None,
    given: Sequence[str],
    seed: int | None,
    tools: Sequence[Path],
    as_json: bool,
    plan_only: bool = False,
    budget: str | None = None,
) -> int:
    """Send one message; print the answer, or the chain alone with `plan_only`. `budget` is what the session may spend
    in all, "2 CNY"."""
    money = read_budget("--budget", budget) if budget is not None else None
    policy = read_review(review)
    values = _given(given)
    said = sys.stdin.read(_LONGEST_STDIN) if text == "-" else text
    _check_folder(out, needed=not plan_only)

    async def work(agent: Agent, report: Reporter) -> Turn:
        opened = await agent.session(session)
        report.session = opened.name
        if money is not None:
            opened.set_budget(money.amount, money.currency)
        return await opened.send(
            said,
            *files,
            review=policy,
            given=values,
            seed=seed,
            engine=engine,
            plan_only=plan_only,
            emit=report.emit,
        )

    return serve_turn(work, planner=planner, tools=tools, out=out, as_json=as_json, plan_only=plan_only)


def resume_turn(
    *,
    session: str,
    turn: int | None,
    given: Sequence[str],
    planner: str | None = None,
    out: Path | None,
    tools: Sequence[Path],
    as_json: bool,
) -> int:
    """Go on with a turn; `planner` plans it where it has no chain yet (default: who it was begun with)."""
    values = _given(given)
    _check_folder(out, needed=True)

    async def work(agent: Agent, report: Reporter) -> Turn:
        chosen = await find_turn(agent, session, turn)
        report.session, report.turn = session, turn
        return await chosen.resume(given=values, emit=report.emit)

    return serve_turn(work, planner=planner, tools=tools, out=out, as_json=as_json)


def show_chain(*, session: str, turn: int | None, as_json: bool) -> int:
    """Show a turn's chain with what each step found."""

    async def work(agent: Agent) -> None:
        chosen = await find_turn(agent, session, turn)
        if as_json:
            write_json(await turn_document(chosen))
        else:
            print_chain(chosen)

    return read_only(work)


def read_only(
    work: Callable[[Agent], Awaitable[None]], *, planner: str | None = None, tools: Sequence[Path] = ()
) -> int:
    """Do what runs no step and writes no results."""

    async def whole() -> None:
        async with Agent(planner=planner, tools=tools) as agent:
            await work(agent)

    asyncio.run(whole())
    return 0


async def find_turn(agent: Agent, session: str, turn: int | None) -> Turn:
    """Return a turn of a session, the last one where none is named.

    Raises: InputError where there is none.
    """
    opened = await find_session(agent, session)
    return opened.turn(turn) if turn is not None else opened.last_turn()


async def find_session(agent: Agent, session: str) -> Session:
    """Return a session that is there.

    Raises: InputError naming the sessions there are.
    """
    if agent.log.session(session) is None:
        known = ", ".join(row.session for row in agent.log.sessions(agent.executor.owner)[:5]) or "none yet"
        raise InputError(f"there is no session {session!r}", f"one of {known}", "see `agentvid sessions`")
    return await agent.session(session)


def serve_turn(
    work: Callable[[Agent, Reporter], Awaitable[Turn]],
    *,
    planner: str | None = None,
    tools: Sequence[Path] = (),
    out: Path | None,
    as_json: bool,
    plan_only: bool = False,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Do what gives a turn; show progress, write the results folder, print the outcome or one JSON document.

    `more` is added to the document once the work is done. With `plan_only` nothing is written.
    """
    stopped = Interrupted()

    async def whole() -> int:
        _stop_on_signals()
        with reporter(quiet=as_json) as report:
            async with Agent(planner=planner, tools=tools) as agent:
                try:
                    turn = await work(agent, report)
                    report.close()
                    return await _finish(turn, out, as_json, plan_only, more or {}, ran=report.has_run)
                except AgentvidError as error:
                    if error.turn is None or not as_json:
                        raise
                    return await _tell_refused(agent, error)
                finally:
                    stopped.session, stopped.turn = report.session, report.turn

    try:
        return asyncio.run(whole())
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise stopped from None


async def _finish(
    turn: Turn, out: Path | None, as_json: bool, plan_only: bool, more: Mapping[str, Any], *, ran: bool
) -> int:
    folder = out or RESULTS / f"{turn.session}-t{turn.number}"
    try:
        places = {} if plan_only or not turn.run.steps else await write_folder(turn, folder)
    except InputError as error:
        error.turn = (turn.session, turn.number)
        error.do = f"agentvid resume {turn.session} --turn {turn.number} --out FOLDER writes it elsewhere"
        raise
    if as_json:
        write_json({**await turn_document(turn, places, ran=ran), **more})
    else:
        print_chain(turn) if plan_only else print_outcome(turn, folder if places else None)
    return EXIT_CODES[turn.status]


def _stop_on_signals() -> None:
    """Let the signals that end a program cancel it, so that running steps stop and are kept as cancelled."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):
        for which in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(which, task.cancel)


async def _tell_refused(agent: Agent, error: AgentvidError) -> int:
    """Print the turn that an error ended, with the error."""
    assert error.turn is not None
    session, number = error.turn
    told = await turn_document((await agent.session(session)).turn(number))
    code = EXIT_BAD_INPUT if isinstance(error, InputError) else EXIT_FAILED
    status = "refused" if code == EXIT_BAD_INPUT else "failed"
    write_json({**told, "status": status, "error": error.document()})
    return code


def _check_folder(out: Path | None, *, needed: bool) -> None:
    if out is not None and str(out) in ("", "."):
        raise InputError(f"--out {str(out)!r}", "a folder for the results alone", "name one, for example --out results")
    if needed:
        prepare_folder(out or RESULTS / "probe")


def read_review(review: str | None) -> Review:
    """Return the review policy of that name; without one `when_costly` on a terminal, else `never`.

    Raises: InputError where there is no such policy.
    """
    if review is None:
        return "when_costly" if sys.stdout.isatty() else "never"
    for policy in REVIEWS:
        if review == policy:
            return policy
    raise InputError(f"--review {review}", f"one of {', '.join(REVIEWS)}", "correct --review")


def _given(given: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in given:
        address, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"--given {item[:80]}", "STEP.PORT=VALUE, for example t1.s1.box=10,20,200,180")
        values[address.strip()] = value
    return values
