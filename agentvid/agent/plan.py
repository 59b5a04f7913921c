"""Plan: the planner writes a chain, the checker reads it, what a person gave with the message is put on its ports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from langgraph.runtime import Runtime

from agentvid.agent.answer import language_of
from agentvid.agent.bill import Bill, keep_bill, kept_bill
from agentvid.agent.execute import earlier_lookup
from agentvid.agent.form import Form, form_edits
from agentvid.agent.given import given_edits
from agentvid.agent.perceive import known_media
from agentvid.agent.state import Services, TurnState
from agentvid.chain.chain import Chain
from agentvid.chain.edit import Edit, SetEngine, SetSeed, apply_all
from agentvid.chain.step import Ref
from agentvid.engine import Engine
from agentvid.errors import NoEngine
from agentvid.events import ChainEvent
from agentvid.media.types import Image
from agentvid.planner import Exchange, PlanRequest, subject_of
from agentvid.planner.check import require
from agentvid.planner.stage import stages_of
from agentvid.plugins import own_tools
from agentvid.run.route import bears, drafts, offers
from agentvid.store.log import Log
from agentvid.store.rows import RevisionRow
from agentvid.tool import ToolSpec

__all__ = ["earlier_ports", "plan", "plan_request"]

MOST_ASKED: Final = 2
"""How many turns that got a question back are read together with their answer."""


async def plan(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Write revision 1 (and revision 2, where a person gave values, a seed or an engine with the message).

    Raises: ChainError where the planner's chain does not check; PlanError where a model wrote none; EditError where a
    given value does not fit.
    """
    services = runtime.context
    session, turn = state["session"], state["turn"]
    log, tools = services.log, services.executor.tools
    row = log.latest_revision(session, turn)
    if row is not None and row.author == "person":  # stopped after it was written, before it was checkpointed
        return {"revision": row.n, "phase": "planned"}
    log.set_phase(session, turn, "plan", token=services.token, durable=False)
    chain, bill = (row.chain, kept_bill(log, session, turn)) if row else await _write(state, services)
    earlier = earlier_ports(log, session, turn, tools)
    engines = set(services.executor.engines)
    require(chain, tools, earlier=earlier, engines=engines)
    edits = await _wishes(chain, state, services)
    wished = apply_all(chain, edits)
    if edits:
        require(wished, tools, earlier=earlier, engines=engines)
    note = bill.words(language_of(log.turn(session, turn).message["text"])) if bill.model else ""
    token = services.token
    with log.write(durable=True):
        revision = (
            row.n
            if row
            else log.add_revision(session, turn, chain, author="planner", parent=None, note=note, token=token)
        )
        if edits:
            told = [edit.model_dump(mode="json") for edit in edits]
            revision = log.add_revision(
                session, turn, wished, author="person", parent=revision, edits=told, token=token
            )
    services.emit(ChainEvent(revision=revision, chain=wished.to_json()))
    return {"revision": revision, "phase": "planned", "planning": bill.to_json()}


async def _write(state: TurnState, services: Services) -> tuple[Chain, Bill]:
    log, session, turn, executor = services.log, state["session"], state["turn"], services.executor
    wishes = (state.get("seed"), state.get("engine"))
    request = plan_request(log, session, turn, executor.engines, executor.tools, *wishes)
    bill, emit = keep_bill(log, session, turn, services.token, services.emit)
    return await services.planner.plan(request, emit), bill


def plan_request(
    log: Log,
    session: str,
    turn: int,
    engines: Mapping[str, Engine],
    tools: Mapping[str, ToolSpec],
    seed: int | None,
    engine: str | None,
    text: str | None = None,
) -> PlanRequest:
    """Return what a turn is planned from: its words, and the media and chains there were when it was sent.

    `text` stands for the words of a turn that is not there yet.
    """
    before = [row for number in range(1, turn) if (row := log.latest_revision(session, number))]
    earlier = earlier_lookup(log, session)

    def found(ref: Ref) -> str:
        packed = earlier(ref)
        return str(packed["value"]) if packed and packed["type"] == "Text" else ""

    media = known_media(log, session, turn)
    return PlanRequest(
        turn=turn,
        text=log.turn(session, turn).message["text"] if text is None else text,
        media=tuple(medium for medium in media if medium.turn < turn or medium.is_new),
        subject=subject_of(row.chain for row in before),
        seed=seed or 0,
        engine=engine,
        bears=offers(engines),
        drafts=drafts(engines),
        stages=stages_of((row.chain for row in before), found),
        asked=_asked(log, session, turn),
        said=tuple(_exchange(log, session, row) for row in before),
        earlier=earlier_ports(log, session, turn, tools),
        notes={name: _note(engines[name]) for name in offers(engines)},
        tools={name: frozenset(p.name for p in spec.parameters) for name, spec in tools.items()},
        own=own_tools(tools.values()),
    )


def _asked(log: Log, session: str, turn: int) -> str:
    """Return the words of the turn before, and of those it answers to itself, where it only got a question back."""
    texts: list[str] = []
    for number in range(turn - 1, max(0, turn - 1 - MOST_ASKED), -1):
        row = log.latest_revision(session, number)
        if row is None or row.chain.steps or not row.chain.question:
            break
        texts.insert(0, str(log.turn(session, number).message["text"]))
    return " ".join(texts)


def _exchange(log: Log, session: str, row: RevisionRow) -> Exchange:
    parts = log.answer(session, row.turn, row.n) or log.answer(session, row.turn) or []
    words = " ".join(part["text"] for part in parts if part["type"] == "text" and "port" in part)
    return Exchange(log.turn(session, row.turn).message["text"], row.chain, words)


def _note(engine: Engine) -> str:
    """Return what an engine says of itself and of each task, without the figures."""
    told = {c.task: c.note.partition(" (")[0] for c in engine.capabilities() if c.note}
    notes = [f"{task}: {note}" for task, note in told.items()]
    return "; ".join(filter(None, [engine.status().how.partition("; its card")[0], *notes]))


def earlier_ports(log: Log, session: str, turn: int, tools: Mapping[str, ToolSpec]) -> dict[str, str]:
    """Return the ports of earlier turns that a chain may refer to: "t1.s4.image" → "Image"."""
    ports: dict[str, str] = {}
    for row in log.turns(session):
        revision = log.latest_revision(session, row.turn) if row.turn < turn else None
        for step in revision.chain if revision else ():
            if step.tool in tools:
                ports |= {str(Ref(step=step.id, port=p.name)): p.type for p in tools[step.tool].ports}
    return ports


async def _wishes(chain: Chain, state: TurnState, services: Services) -> list[Edit]:
    """Return the edits that what a person wished with the message comes to."""
    if state.get("given") or state.get("form") is not None:  # which may read files
        return await asyncio.to_thread(_wished, chain, state, services)
    return _wished(chain, state, services)


def _wished(chain: Chain, state: TurnState, services: Services) -> list[Edit]:
    edits: list[Edit] = []
    form = state.get("form")
    if form is not None:
        media = known_media(services.log, state["session"], state["turn"])
        pictures = [m.artifact for m in media if m.is_new and isinstance(m.artifact, Image)]
        edits += form_edits(chain, services.executor.tools, Form.model_validate(form), pictures)
        chain = apply_all(chain, edits)
    engine = state.get("engine")
    if engine is not None and chain.steps:
        edits += _engine_wishes(chain, engine, services)
    seed = state.get("seed")
    if seed is not None:
        edits += [
            SetSeed(step=step.id, seed=seed) for step in chain if services.executor.tools[step.tool].takes("seed")
        ]
    edits += given_edits(chain, services.executor.tools, state.get("given", []), services.store)
    return edits


def _engine_wishes(chain: Chain, wish: str, services: Services) -> list[Edit]:
    engines: Mapping[str, Engine] = services.executor.engines
    if wish not in engines:
        raise NoEngine(
            f"engine {wish!r} is not known", f"one of {', '.join(sorted(engines))}", "see `agentvid engines`"
        )
    tools = services.executor.tools
    able = [step for step in chain if any(bears(engines[wish], task) for task in tools[step.tool].tasks)]
    if not able:
        raise NoEngine(
            f"engine {wish!r} bears none of the tasks of this chain",
            "an engine that bears one of them",
            "leave out --engine to let routing choose",
        )
    return [SetEngine(step=step.id, engine=wish) for step in able]
