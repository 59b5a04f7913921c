"""Agent, Session, Turn: the public, async face. Programs, CLI, server and notebooks all come through here.

async with Agent() as agent:
    session = await agent.session("holiday")
    turn = await session.send("make the red cup blue", "coffee.jpg")
    turn = await turn.give("t1.s1.box", Box(x0=150, y0=20, x1=420, y1=330))
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agentvid.agent.budget import checked_budget
from agentvid.agent.drive import TurnDriver
from agentvid.agent.execute import last_run
from agentvid.agent.follow import follow
from agentvid.agent.given import check_no_wishes, check_wishes, plain_pairs, split_address
from agentvid.agent.history import answered
from agentvid.agent.planners import PLANNERS, make_planner
from agentvid.agent.propose import meant, propose, propose_thought, suggest
from agentvid.agent.session_id import valid_session_id
from agentvid.agent.set_words import turn_edits
from agentvid.agent.stale import preview_turn, stale_results
from agentvid.agent.state import Review, TurnStatus, status_of
from agentvid.agent.turn_history import TurnHistory
from agentvid.agent.verify import Verdict
from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Edit
from agentvid.chain.run import Run, StepWaits
from agentvid.chain.step import step_number
from agentvid.engine import Cost, Engine
from agentvid.errors import InputError
from agentvid.events import Emit, ignore
from agentvid.media.message import Message, TextPart, media_part, parse_text
from agentvid.media.types import Box
from agentvid.planner import Planner
from agentvid.planner.rewrite import Rewrite
from agentvid.plugins import load_engines, load_tools
from agentvid.run.execute import Executor
from agentvid.run.host import Host, InProcessHost, WorkerHost
from agentvid.run.preview import Preview
from agentvid.run.reason import StaleResult
from agentvid.settings import Settings, load_settings
from agentvid.store.fence import own
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore
from agentvid.tool import ToolSpec

if TYPE_CHECKING:
    from agentvid.run.bundle import Exported

__all__ = ["Agent", "Session", "Turn"]


class Agent:
    """Everything that sessions share: tools, engines and their workers, store, settings.

    `home` is where sessions and results are kept (default: AGENTVID_HOME or the user's data folder).
    `planner` is "offline" (also "grammar"), "unified", "llm", or a planner of one's own (default: as the settings say).
    `in_process` runs engines in this process: quicker to start, without protection from a crashing engine.

    Raises: SettingsError where a setting, a planner's name or a plug-in can't be used.
    """

    def __init__(
        self,
        home: Path | str | None = None,
        *,
        planner: str | Planner | None = None,
        tools: Sequence[Path] = (),
        engines: Mapping[str, Engine] | None = None,
        in_process: bool | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or load_settings(home=Path(home) if home else None)
        self.home = self.settings.home
        self.tools: dict[str, ToolSpec] = load_tools([*self.settings.tools, *tools])
        self.engines: dict[str, Engine] = dict(engines) if engines is not None else load_engines()
        self.store = ObjectStore(self.home)
        wanted = planner or self.settings.planner
        self.planner = make_planner(wanted, self)
        self._is_chosen = planner is not None
        for path in self.store.abandoned(written_before=time.time()):
            path.unlink(missing_ok=True)
        self.log = Log(self.home / "agentvid.sqlite")
        inside = self.settings.in_process if in_process is None else in_process
        self._host: Host = InProcessHost(self.store) if inside else WorkerHost(self.store)
        self.executor = Executor(self.tools, self.engines, self._host, self.store, self.log)
        self.driver = TurnDriver(self.executor, self.planner, self.home, self._planner_of)

    def _planner_of(self, begun_with: str) -> Planner:
        """Return who plans a turn that has no chain yet: the planner it was begun with, unless one was chosen since."""
        if self._is_chosen or begun_with == self.planner.name or begun_with not in PLANNERS:
            return self.planner
        return make_planner(begun_with, self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End worker processes and close the log."""
        await self._host.close()
        self.driver.close()
        self.log.close()

    async def session(self, name: str | None = None) -> Session:
        """Open the session of that name; without a name, a new one. It is kept from its first message on.

        Raises: InputError where the name can't be one (letters, digits, '.', '_', '-'; at most 64).
        """
        return Session(self, valid_session_id(name) if name is not None else f"s-{secrets.token_hex(4)}")


class Session:
    """A conversation of several turns."""

    def __init__(self, agent: Agent, name: str) -> None:
        self._agent = agent
        self.name = name

    async def send(
        self,
        text: str,
        *media: Path | str,
        review: Review = "never",
        given: Mapping[str, Any] | None = None,
        seed: int | None = None,
        engine: str | None = None,
        plan_only: bool = False,
        emit: Emit = ignore,
    ) -> Turn:
        """Send a message and run the turn until it is done, failed, or waits for a person.

        `media` are paths of pictures and clips. `given` puts values on ports, by address: `{"t1.s1.box": Box(…)}` or
        the text form of the command line. `engine` is wished for every step it can do. `plan_only` stops after the
        chain is written and checked.

        A message that comes alone and is about the last chain ("in step 3 use a darker blue", "no, green", "undo") adds
        no turn: it edits that chain, with the message as the revision's note, or moves in its history; `told` and the
        answer say what was done. `agent.propose.meant` says which messages these are. With review "ask" (or
        "when_costly", where it costs) the revision waits for approval, `turn.approve()`.

        Raises: EditError where such a message may mean several things, or can't be done; InputError (and its kinds)
        where something handed in can't be used; SessionBusy where another process is writing this session.
        """
        if not isinstance(text, str) or not all(isinstance(path, str | Path) for path in media):
            raise InputError("a message that is not text and paths of files", "send(text, path, …)", "correct the call")
        said = parse_text(text)
        agent = self._agent
        check_wishes(review, seed)
        parts: list[Any] = [TextPart(text=said)]
        parts += [await asyncio.to_thread(media_part, Path(path), agent.store) for path in media]
        about = meant(agent.executor, self.name, said) if not (media or given) else None
        if about is not None:
            check_no_wishes(seed, engine)
            read = await suggest(agent.executor, agent.planner, self.name, about.turn, said, about.rewrite, emit)
            return await follow(self.turn(about.turn), read, said, emit, review=review, run=not plan_only)
        message = Message(parts=tuple(parts))
        given_pairs = plain_pairs(given)
        engine = engine or agent.settings.engine or None
        if engine is not None and engine not in agent.engines:
            raise InputError(f"engine {engine!r} is not known", f"one of {', '.join(sorted(agent.engines))}")
        turn = await agent.driver.start(
            self.name,
            message,
            emit,
            review=review,
            given=given_pairs,
            seed=seed,
            engine=engine,
            plan_only=plan_only,
        )
        return self.turn(turn)

    def propose(self, text: str, *, drawn: Box | None = None) -> Rewrite:
        """Return what a message about the last turn's chain comes to, without changing anything: see `Turn.propose`."""
        return self.last_turn().propose(text, drawn=drawn)

    async def resume(self, *, given: Mapping[str, Any] | None = None, emit: Emit = ignore) -> Turn:
        """Go on with the last turn: after an interruption, a failure, or with what a step waited for.

        Steps that finished do not run again.

        Raises: InputError where the session has no turn; EditError where a given value does not fit.
        """
        return await self.last_turn().resume(given=given, emit=emit)

    def stale(self) -> tuple[StaleResult, ...]:
        """Return the results of all turns that are stale now, each with its reason. They stay usable; nothing runs."""
        return stale_results(self._agent.executor, self.name)

    def set_budget(self, amount: float | None, currency: str = "") -> None:
        """Set what the session may spend in all; a run that might pass it waits in review. None takes it away.

        Raises: InputError where it is no amount of money; SessionBusy where another process is writing this session.
        """
        budget = None if amount is None else checked_budget(amount, currency)
        log = self._agent.log
        if log.session(self.name) is None:
            log.create_session(self.name, owner=self._agent.executor.owner)
        with own(log, self.name) as ownership:
            log.set_budget(self.name, budget.amount if budget else None, currency, token=ownership.token)

    def budget(self) -> Cost | None:
        """Return what the session may spend in all, or None where it has no budget."""
        row = self._agent.log.budget(self.name)
        return Cost(amount=row.amount, currency=row.currency) if row else None

    def spent(self) -> dict[str, float]:
        """Return what the session has spent, by currency; empty where nothing."""
        return self._agent.log.spent(self.name)

    async def branch(self, name: str) -> Turn:
        """Make a branch of the last turn at what it shows, and go on it. See `Turn.branch`."""
        return await self.last_turn().branch(name)

    def turns(self) -> list[Turn]:
        """Return all turns, oldest first."""
        return [Turn(self._agent, self.name, row.turn) for row in self._agent.log.turns(self.name)]

    def turn(self, number: int) -> Turn:
        """Return a turn by its number.

        Raises: InputError where there is none.
        """
        return Turn(self._agent, self.name, self._agent.log.turn(self.name, number).turn)

    def last_turn(self) -> Turn:
        """Return the newest turn.

        Raises: InputError where nothing was sent yet.
        """
        turns = self.turns()
        if not turns:
            raise InputError(f"session {self.name!r} has no turn", "a session with a message", "send one first")
        return turns[-1]

    def bundle(self, out: Path | str, *, turn: int | None = None) -> Exported:
        """Write the session, or one turn of it, into one file that another machine can verify and run again.

        `agentvid.run.bundle` reads it back: `verify`, `replay`. The same session gives the same bytes.

        Raises: InputError where there is nothing to export, `out` can't be written or is no bundle, or a secret stands
        in the session; StoreError where one of its media is gone.
        """
        from agentvid.run.bundle import export

        return export(self._agent.executor, self.name, Path(out), turn=turn)


@dataclass(frozen=True)
class Turn(TurnHistory):
    """One message and what came of it. Its properties read what the log holds now."""

    @property
    def revision(self) -> int:
        """The revision that is shown, the head of the current branch; 0 where nothing was planned."""
        row = self.agent.log.latest_revision(self.session, self.number)
        return row.n if row else 0

    @property
    def chain(self) -> Chain:
        """The chain as it is now; empty where nothing was planned."""
        row = self.agent.log.latest_revision(self.session, self.number)
        return row.chain if row else Chain(turn=self.number)

    @property
    def run(self) -> Run:
        """What happened to each step of the head; of the nearest revision before it that was run, where it was not."""
        run = self.agent.log.run(self.session, self.number, self.revision) if self.revision else None
        return run if run and run.steps else last_run(self.agent.log, self.session, self.number) or Run(revision=0)

    @property
    def phase(self) -> str:
        """How far the turn got."""
        return self.agent.log.turn(self.session, self.number).phase

    @property
    def status(self) -> TurnStatus:
        """How the turn stands: done, waiting (also: unfinished, to be resumed), failed or refused."""
        return status_of(self.phase)

    @property
    def message(self) -> Message:
        """What was sent."""
        return Message.model_validate(self.agent.log.turn(self.session, self.number).message["message"])

    @property
    def answer(self) -> list[dict[str, Any]]:
        """The answer's parts as JSON, of the head or the nearest before it that has one, after what was `told`."""
        n = answered(self.agent.log, self.session, self.number)
        held = (self.agent.log.answer(self.session, self.number, n) if n else None) or []
        return [*({"type": "text", "text": text} for text in self.told), *held]

    @property
    def waiting(self) -> list[StepWaits]:
        """What steps wait for."""
        return [record.waits for record in self.run.steps.values() if record.waits]

    @property
    def checks(self) -> list[Verdict]:
        """Return what became of each expectation when what `answer` tells was verified."""
        n = answered(self.agent.log, self.session, self.number)
        found = self.agent.log.checks(self.session, self.number, n) if n else []
        return [Verdict.model_validate(check) for check in found]

    def preview(self, edits: Sequence[Edit] = ()) -> Preview:
        """Return what these edits would run, what that costs, and which results become stale. Changes nothing.

        Without edits: what a run would do now.

        Raises: EditError or ChainError where the edited chain does not check; InputError where there is no chain yet.
        """
        return preview_turn(self.agent.executor, self.session, self.number, edits)

    def stale(self) -> tuple[StaleResult, ...]:
        """Return the results of this turn that are stale now, each with its reason."""
        of_all = stale_results(self.agent.executor, self.session)
        return tuple(result for result in of_all if step_number(result.step)[0] == self.number)

    def propose(self, text: str, *, drawn: Box | None = None) -> Rewrite:
        """Return what a message in plain words comes to as edits of the chain, without changing anything.

        `await turn.edit(rewrite.edits)` makes them. `drawn` is a box that a person drew beside the message.
        """
        return propose(self.agent.executor, self.session, self.number, text, drawn)

    async def suggest(self, text: str, *, drawn: Box | None = None, emit: Emit = ignore) -> Rewrite:
        """Return what a message in plain words comes to as edits, as `propose`; what the rules can't read is asked of
        the agent's planner, where that offers edits (`llm`), at its price. Nothing of the chain changes.

        Raises: SessionBusy where another process is writing this session.
        """
        agent, rules = self.agent, self.propose(text, drawn=drawn)
        return await suggest(agent.executor, agent.planner, self.session, self.number, text, rules, emit)

    def read(self, *sets: str, notes: list[str] | None = None) -> list[Edit]:
        """Return the edits that texts such as "t1.s3.args.colour=green" or "t1.s4.args.image=@v2" ask for.

        See `agent.set_words`, which tells what else they can say, what `notes` are, and what is raised.
        """
        return turn_edits(self, sets, notes=notes)

    def propose_thought(self, step: str, thought: str) -> Rewrite:
        """Return the edits that another thought on a step comes to, the thought itself among them.

        Where the step's tool or engine reads its thought that is all; elsewhere what the thought says becomes edits of
        arguments and given values, or its notes say that nothing follows.

        Raises: ChainError where there is no such step.
        """
        return propose_thought(self.agent.executor, self.session, self.number, step, thought)

    async def edit(self, edits: Sequence[Edit], *, run: bool = True, emit: Emit = ignore) -> Turn:
        """Edit the chain and (unless `run` is False) run what the edit changes; everything else is kept.

        Raises: EditError or ChainError, with nothing changed, where the edited chain does not check.
        """
        await self.agent.driver.edit(self.session, self.number, edits, emit, run=run)
        return replace(self, told=())

    async def give(self, address: str, value: Any, *, run: bool = True, emit: Emit = ignore) -> Turn:
        """Give a port's value, `await turn.give("t1.s1.box", Box(…))`, and run what that changes.

        Raises: EditError where the port or the value does not fit.
        """
        return await self.resume(given={address: value}, run=run, emit=emit)

    async def take_back(self, address: str, *, run: bool = True, emit: Emit = ignore) -> Turn:
        """Take a given value back, so that the port is found by the run again.

        Raises: EditError where none was given.
        """
        step, port = split_address(address)
        return await self.edit([ClearGiven(step=step, port=port)], run=run, emit=emit)

    async def approve(self, *, emit: Emit = ignore) -> Turn:
        """Approve the newest revision and run it, also where that might pass the budget."""
        return await self.resume(emit=emit)

    async def resume(self, *, given: Mapping[str, Any] | None = None, run: bool = True, emit: Emit = ignore) -> Turn:
        """Go on from wherever the turn stands, first giving values where there are any.

        Raises: EditError where a given value does not fit.
        """
        pairs = plain_pairs(given)
        await self.agent.driver.resume(self.session, self.number, pairs, emit, run=run)
        return replace(self, told=())
