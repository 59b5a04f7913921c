"""The graph of a turn for a server of LangGraph's own: LangGraph Studio. `langgraph.json` names it.

    pip install -e ".[langgraph]" && langgraph dev --allow-blocking

It is the graph of `agent.graph` behind one node that takes a message in:

    {"text": "make the red cup blue", "files": ["coffee.jpg"], "review": "ask"}

A thread is a session, unless `session` names another, and each input one turn of it. Nobody hands services in there and
the checkpoints are the server's: nodes are bound here to one agent, which is opened once in a process, and own the
session as long as they run. They run on a loop of that agent, in a thread, and never hold the server's up; what
watches for blocking calls there does not tell the loops apart, hence the option. `files` are paths on this machine.

In review the graph is interrupted. `Command(resume={"approved": true})` lets the chain run; `"given": {"t1.s1.box":
[10, 20, 90, 80]}` and `"edits": [{"edit": "set_arg", …}]` beside it change it first.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.channels import EphemeralValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphInterrupt
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from agentvid.agent.accept import Wishes, accept_message
from agentvid.agent.agent import Agent
from agentvid.agent.given import plain_pairs
from agentvid.agent.graph import NODES, Node, Route, wire
from agentvid.agent.review import ask, decided
from agentvid.agent.session_id import valid_session_id
from agentvid.agent.state import Review, Services, TurnState, TurnStatus
from agentvid.chain.edit import load_edit
from agentvid.errors import AgentvidError, InputError
from agentvid.events import Emit, Event
from agentvid.media.message import media_part
from agentvid.store.fence import Ownership, own

__all__ = ["Asked", "Told", "build_standalone", "make_graph"]

T = TypeVar("T")
_WRITES_NOTHING: Final = frozenset({"review"})


class Asked(TypedDict, total=False):
    """A message: `text`, `files` (paths on this machine), and what is wished beside it. Of all but `session`, nothing
    is kept for the next message of the thread."""

    text: Annotated[str, EphemeralValue]
    files: Annotated[list[str], EphemeralValue]
    session: str
    engine: Annotated[str | None, EphemeralValue]
    seed: Annotated[int | None, EphemeralValue]
    review: Annotated[Review, EphemeralValue]
    plan_only: Annotated[bool, EphemeralValue]


class Told(TypedDict, total=False):
    """What a turn comes to: where it is, its chain, what waits or was verified, and the parts of its answer."""

    session: str
    turn: int
    revision: int
    phase: str
    status: TurnStatus
    waiting: list[dict[str, str]]
    checks: list[dict[str, Any]]
    chain: dict[str, Any]
    answered: list[dict[str, Any]]


class _State(Asked, Told, total=False):
    """All that is checkpointed. `wishes` are those of `TurnState`; `is_over`: the message only moved in history."""

    approved: bool
    planner: str
    planning: dict[str, Any] | None
    given: list[list[Any]]
    form: dict[str, Any] | None
    wishes: dict[str, Any]
    is_over: bool


StandaloneGraph = CompiledStateGraph[_State, None, Asked, Told]


def make_graph() -> StandaloneGraph:
    """Return the graph of this process's agent, whose home and planner the settings name. Checkpoints are the server's.

    Raises: SettingsError where a setting or a plug-in can't be used, once a message comes.
    """
    return build_standalone(_process)


def build_standalone(
    served: Callable[[], Served], checkpointer: BaseCheckpointSaver[Any] | None = None
) -> StandaloneGraph:
    """Return the graph of an agent; `served` opens it, when it is first needed."""
    graph: StateGraph[_State, None, Asked, Told] = StateGraph(_State, input_schema=Asked, output_schema=Told)
    graph.add_node("accept", partial(_accept, served))
    graph.add_edge(START, "accept")
    for name, node in NODES.items():
        graph.add_node(name, _bound(served, name, node))
    wire(graph, "accept", partial(_routed, served))
    return graph.compile(checkpointer=checkpointer)


class Served:
    """An agent on an event loop of its own, in a thread."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agentvid", daemon=True)
        self._thread.start()

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, in the context of the caller, and wait for it; it is cancelled with the caller."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Close the agent, and end the thread."""
        asyncio.run_coroutine_threadsafe(self.agent.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def services(self, state: TurnState, token: str, emit: Emit) -> Services:
        """Return what the nodes work with."""
        planner = self.agent.driver.planner_of(state.get("planner", ""))
        return Services(self.agent.executor, planner, token, emit, self.agent.home)


_lock: Final = threading.Lock()


@cache
def _opened() -> Served:
    found = Served(Agent())
    atexit.register(found.close)
    return found


def _process() -> Served:
    with _lock:
        return _opened()


# ---------------------------------------------------------------- nodes


async def _accept(
    served: Callable[[], Served], state: _State, config: RunnableConfig, runtime: Runtime[None]
) -> _State:
    found = await asyncio.to_thread(served)
    return await found.do(_accepted(found, state, str(config["configurable"]["thread_id"]), _telling(runtime)))


async def _accepted(served: Served, state: _State, thread: str, emit: Emit) -> _State:
    agent, session = served.agent, valid_session_id(state.get("session") or thread)
    text, review = state.get("text"), state.get("review") or "never"
    if not isinstance(text, str):
        raise InputError("an input without text", '{"text": "make the red cup blue", "files": ["coffee.jpg"]}')
    media = [await asyncio.to_thread(media_part, Path(path), agent.store) for path in state.get("files") or []]
    if agent.log.session(session) is None:
        agent.log.create_session(session, owner=agent.executor.owner)
    wishes = Wishes(review, None, state.get("seed"), state.get("engine"), "", bool(state.get("plan_only")))
    done = await accept_message(agent, session, text, media, wishes, lambda turn: emit)
    kept = agent.log.turn(session, done.turn).message["wishes"]
    shown = agent.log.latest_revision(session, done.turn)
    return {
        "session": session,
        "turn": done.turn,
        "revision": 0 if shown is None else shown.n,
        "phase": "accepted",
        "approved": False,
        "wishes": {"review": review, **{name: kept.get(name) for name in ("engine", "seed", "plan_only")}},
        "planner": kept.get("planner", ""),
        "given": [],
        "form": None,
        "waiting": [],
        "checks": [],
        "planning": None,
        "answered": [],
        "chain": shown.chain.to_json() if shown else {},
        "is_over": not done.runs,
    }


def _bound(served: Callable[[], Served], name: str, node: Node) -> Callable[..., Coroutine[Any, Any, _State]]:
    """Return a node that works on the agent's loop, owning its session meanwhile."""

    async def work(found: Served, held: _State, runtime: Runtime[Any]) -> _State:
        emit, log, session = _telling(runtime), found.agent.log, held["session"]
        state = _turn_state(held)
        try:
            with _owned(found, name, session) as ownership:
                token = ownership.token if ownership else ""
                bound = runtime.override(context=found.services(state, token, emit))
                if name == "review":
                    changed: _State = {**await _reviewed(found, state, bound, emit)}  # type: ignore[typeddict-item]
                else:
                    changed = {**await node(state, bound)}  # type: ignore[typeddict-item]
        except GraphInterrupt as stop:
            _mark(found, state, "waiting", stop.args[0][0].value.get("held"))
            raise
        except asyncio.CancelledError:
            _mark(found, state, "cancelled", None)
            raise
        except AgentvidError as error:
            document = {key: str(text) for key, text in error.document().items()}
            _mark(found, state, "refused" if isinstance(error, InputError) else "failed", document)
            raise
        if "revision" in changed:
            changed["chain"] = log.revision(session, state["turn"], changed["revision"]).chain.to_json()
        if name == "answer":
            changed["answered"] = log.answer(session, state["turn"], state["revision"]) or []
        return changed

    async def run(state: _State, runtime: Runtime[None]) -> _State:
        found = await asyncio.to_thread(served)
        return await found.do(work(found, state, runtime))

    return run


async def _reviewed(served: Served, state: TurnState, runtime: Runtime[Services], emit: Emit) -> TurnState:
    """Ask, and make what a person gave or edited a revision, before it is decided on."""
    decision, driver = ask(state, runtime), served.agent.driver
    session, turn = state["session"], state["turn"]
    if decision.get("given"):
        await driver.resume(session, turn, plain_pairs(decision["given"]), emit, run=False)
    if decision.get("edits"):
        await driver.edit(session, turn, [load_edit(one) for one in decision["edits"]], emit, run=False)
    return decided(state, runtime, decision)


def _owned(served: Served, name: str, session: str) -> AbstractContextManager[Ownership | None]:
    return nullcontext() if name in _WRITES_NOTHING else own(served.agent.log, session)


def _mark(served: Served, state: TurnState, phase: str, error: dict[str, Any] | None) -> None:
    with own(served.agent.log, state["session"]) as ownership:
        served.agent.log.set_phase(state["session"], state["turn"], phase, error=error, token=ownership.token)


def _routed(served: Callable[[], Served], route: Route) -> Callable[..., Awaitable[str]]:
    async def choose(held: _State, runtime: Runtime[None]) -> str:
        if held.get("is_over") and held.get("phase") == "accepted":
            return str(END)
        state = _turn_state(held)
        found = await asyncio.to_thread(served)
        bound: Any = runtime.override(context=found.services(state, "", _telling(runtime)))  # type: ignore[arg-type]
        chosen = await route(state, bound)
        is_new = state.get("phase") == "accepted" and state.get("revision")
        return "review" if is_new and state.get("review") == "ask" else chosen

    choose.__name__ = route.__name__
    return choose


def _turn_state(held: _State) -> TurnState:
    """Return the state as the nodes know it."""
    state: Any = {**held, **held.get("wishes", {})}
    return cast(TurnState, state)


def _telling(runtime: Runtime[Any]) -> Emit:
    """Return what tells the events of a turn in LangGraph's stream, as `custom`."""

    def emit(event: Event) -> None:
        runtime.stream_writer(event.model_dump(mode="json"))

    return emit
