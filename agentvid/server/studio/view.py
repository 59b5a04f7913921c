"""A turn as the studio shows it: the document of the API, with what a person reads of it in the page's language."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from agentvid.agent.agent import Turn
from agentvid.agent.document import turn_record
from agentvid.agent.execute import earlier_lookup
from agentvid.chain.step import Ref, Step, step_number
from agentvid.errors import AgentvidError
from agentvid.media.message import MediaPart
from agentvid.media.types import Image, Media
from agentvid.report.chinese import said
from agentvid.report.describe import value_words
from agentvid.report.evidence import Row, rows
from agentvid.report.media_view import Showcase
from agentvid.report.record import AnswerPart, Language, TurnRecord
from agentvid.report.shelf import Shelf
from agentvid.report.words import money, port_label, seconds, tool_title
from agentvid.server.api.shapes import turn_of
from agentvid.server.hub import Hub
from agentvid.server.studio.names import CHOICES
from agentvid.server.studio.states import state_words
from agentvid.store.heads import steps_ever

__all__ = ["turn_view"]

_READY: Final = "ready"
_STATE: Final = re.compile(r" \((ready|unproven|needs key|needs GPU|needs weights|retired)\)")


def turn_view(hub: Hub, turn: Turn, language: Language) -> dict[str, Any]:
    """Return a turn for the page. Blocks.

    Beside what the API tells: `told` by step (title, rows of evidence, engines, took, cost, checks, waits), `answer`
    with media and what they were before, `facts` of the run, `earlier` (values of earlier turns by address).

    Raises: StoreError where the log can't be read.
    """
    document = turn_of(hub, turn).model_dump(mode="json")
    record = replace(asyncio.run(turn_record(turn)), language=language)
    show = Showcase(record, Shelf(turn.agent.store, {}))
    message = turn.message
    lookup = earlier_lookup(turn.agent.log, turn.session)
    refs = {ref for step in record.chain for ref in step.refs() if step_number(ref.step)[0] < turn.number}
    earlier = {str(ref): packed for ref in refs if (packed := lookup(ref)) is not None}
    waiting = document["waiting"]
    return document | {
        "run_status": record.status,
        "error": _error(document["error"], language),
        "question": record.chain.question,
        "message": {
            "text": message.text,
            "media": [
                {"name": part.name, "artifact": part.artifact.model_dump(mode="json")}
                for part in message.parts
                if isinstance(part, MediaPart)
            ],
        },
        "told": {step.id: _told(show, step, waiting) for step in record.chain},
        "waiting": [
            one | {"label": port_label(one["port"] or "", language), "how": _how(turn, one)} for one in waiting
        ],
        "answer": _answer(show, document["told"], document["error"]),
        "stale": [_stale(result, language) for result in document["stale"]],
        "earlier": {address: packed["value"] for address, packed in earlier.items()},
        "earlier_types": {address: packed["type"] for address, packed in earlier.items()},
        "facts": _facts(record),
        "elapsed": _elapsed(hub, turn) if document["work"] else 0.0,
        "highest": max(
            (step_number(step)[1] for step in steps_ever(turn.agent.log, turn.session, turn.number)), default=0
        ),
    }


def _told(show: Showcase, step: Step, waiting: list[dict[str, Any]]) -> dict[str, Any]:
    record, language = show.record, show.record.language
    run = record.step_run(step.id)
    return {
        "title": tool_title(step.tool, language),
        "rows": [_row(row, language) for row in _rows(show, step)],
        "warnings": [said(text, language) for text in run.warnings],
        "error": _error(run.error, language),
        "engines": [_engine(name, language) for name in dict.fromkeys(run.engines.values())],
        "took": seconds(run.seconds, language) if run.executed or run.seconds else "",
        "cost": money(run.cost, run.currency, language) if run.cost else "",
        "checks": [asdict(check) for check in record.checks if check.step == step.id],
        "waits": next(({"port": w.port, "how": w.how} for w in (run.waits,) if w is not None), None)
        if any(one["step"] == step.id for one in waiting)
        else None,
    }


def _error(error: Mapping[str, Any] | None, language: Language) -> dict[str, str] | None:
    if error is None:
        return None
    return {name: said(str(error.get(name) or ""), language) for name in ("code", "given", "expected", "do")}


def _rows(show: Showcase, step: Step) -> list[Row]:
    try:
        return rows(show, step)
    except AgentvidError:
        return []


def _row(row: Row, language: Language) -> dict[str, Any]:
    told = asdict(replace(row, drawing=None, correction=None))
    told["text"] = CHOICES[row.text][language == "zh"] if row.text in CHOICES else said(row.text, language)
    del told["drawing"], told["correction"]
    return told


def _engine(named: str, language: Language) -> dict[str, Any]:
    name, _, state = named.removesuffix(")").partition(" (")
    return {
        "name": name.partition("@")[0],
        "state": state,
        "state_words": state_words(state, language),
        "is_unproven": bool(state) and state != _READY,
    }


def _how(turn: Turn, waits: Mapping[str, Any]) -> str:
    """Return what a step needs without the command line that would give it."""
    found = next((one.how for one in turn.waiting if one.step == waits["step"] and one.port == waits["port"]), None)
    if found is None and waits["step"] is None and str(waits["how"]).startswith("approve it"):
        return ""
    return found or str(waits["how"]).partition("; agentvid ")[0]


def _answer(show: Showcase, told: list[str], error: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the parts of the answer. What went wrong is told by `error`, and not in words once more."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": text, "is_sum": False} for text in told]
    last = len(show.record.answer) - 1
    for i, part in enumerate(show.record.answer):
        if part.artifact is None and error is not None and str(error.get("given")) in part.text:
            continue
        if part.artifact is None:
            text = _spoken(part.text, show.record.language)
            parts.append({"type": "text", "text": text, "is_sum": i == last and part.ref is None})
        else:
            parts.append(_medium(show, part, part.artifact))
    return parts


def _spoken(text: str, language: Language) -> str:
    """Return a text of the answer in the page's language: sentences of ours, and the states of engines in them."""
    told = said(text, language)
    return _STATE.sub(lambda found: f"（{state_words(found[1], language)}）", told) if language == "zh" else told


def _medium(show: Showcase, part: AnswerPart, artifact: Media) -> dict[str, Any]:
    before = show.before(part.ref) if isinstance(artifact, Image) else None
    language = show.record.language
    label = port_label(part.ref.port, language) if part.ref else value_words(artifact, language)  # type: ignore[arg-type]
    return {
        "type": "media",
        "artifact": artifact.model_dump(mode="json"),
        "label": f"{label} · {value_words(artifact, language)}" if part.ref else label,  # type: ignore[arg-type]
        "before": before.model_dump(mode="json") if before else None,
        "port": _ref(part.ref),
    }


def _ref(ref: Ref | None) -> dict[str, str] | None:
    return {"step": ref.step, "port": ref.port} if ref else None


def _stale(result: dict[str, Any], language: Language) -> dict[str, Any]:
    reason = result["reason"]
    return {"step": result["step"], "words": reason[language] if isinstance(reason, dict) else str(reason)}


def _elapsed(hub: Hub, turn: Turn) -> float:
    """Return for how many seconds the turn's work has been accepted."""
    query = "SELECT max(created) FROM work WHERE session = ? AND turn = ?"
    ((since,),) = hub.log.tuples(query, turn.session, turn.number)
    return 0.0 if since is None else max(0.0, hub.log.clock() - since)


def _facts(record: TurnRecord) -> list[tuple[str, str]]:
    from agentvid.report.words import ALL

    words, totals = ALL[record.language], record.totals
    if not totals.executed and not totals.cached:
        return []
    return [
        (words["ran"], str(len(totals.executed))),
        (words["reused"], str(len(totals.cached))),
        (words["took"], seconds(totals.seconds, record.language)),
        (words["cost"], money(totals.cost, totals.currency, record.language)),
    ]
