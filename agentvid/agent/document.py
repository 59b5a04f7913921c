"""A turn as one JSON document, and its results folder: the same for every face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentvid.agent.agent import Turn
from agentvid.agent.answer import answer_parts, language_of
from agentvid.agent.given import how_to_give
from agentvid.agent.history import all_words
from agentvid.agent.verify import PREDICATE, Verdict
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, step_number
from agentvid.engine import unpack
from agentvid.errors import InputError
from agentvid.media.message import MediaPart
from agentvid.prompt import Language
from agentvid.report.describe import predicate_words
from agentvid.report.folder import claim, file_names, write_results
from agentvid.report.record import AnswerPart, Check, HistoryEntry, MessagePart, ToolFacts, Totals, TurnRecord
from agentvid.run.preview import Preview

__all__ = ["answer_of", "prepare_folder", "preview_document", "turn_document", "turn_record", "write_folder"]


async def turn_document(turn: Turn, paths: Mapping[str, Path] | None = None, *, ran: bool = True) -> dict[str, Any]:
    """Return the turn as JSON. `paths` maps sha256 of media to where they were written for the person.

    `executed` and `cached` are about the run of the revision that is shown. With `ran` False nothing ran now: all that
    it has is kept.
    """
    run, chain = turn.run, turn.chain
    places = {sha: str(path) for sha, path in (paths or {}).items()}
    row = turn.agent.log.turn(turn.session, turn.number)
    is_own = run.revision == turn.revision
    runs = {step.id: run.steps.get(step.id, StepRun(step=step.id)) for step in chain}
    return {
        "status": turn.status,
        "session": turn.session,
        "turn": turn.number,
        "revision": turn.revision,
        "branch": turn.on_branch,
        "chain": chain.to_json(),
        "runs": {step_id: _step_document(record, places) for step_id, record in runs.items()},
        "executed": [step_id for step_id, record in runs.items() if is_own and ran and record.executed],
        "cached": [step_id for step_id, record in runs.items() if is_own and _is_kept(record, ran=ran)],
        "waiting": _waiting(turn),
        "checks": [verdict.model_dump(mode="json") for verdict in turn.checks],
        "answer": {"parts": [_answer_document(part, places) for part in answer_of(turn)]},
        "told": list(turn.told),
        "error": row.error or _first_failure(run),
    }


def prepare_folder(out: Path) -> Path:
    """Make sure, before anything runs, that results can be written to `out`. Nothing is left there.

    Raises: InputError naming the folder, where they can't.
    """
    claim(out)
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".agentvid-probe"
        probe.touch()
        probe.unlink()
        for folder in made:
            folder.rmdir()
    except OSError as error:
        raise InputError(
            f"results can't be written to {out}: {error.strerror}",
            "a folder that can be written",
            "choose another --out",
        ) from None
    return out


async def write_folder(turn: Turn, out: Path) -> dict[str, Path]:
    """Write the results folder (answer media, steps/, chain.json, report.html); return each media's place by sha256.

    Raises: InputError naming the folder, where it can't be written.
    """
    record = await turn_record(turn)
    write_results(out, record, turn.agent.store)
    return {sha256: (out / name).resolve() for sha256, name in file_names(record).items()}


def preview_document(preview: Preview) -> dict[str, Any]:
    """Return a preview as JSON: `stale` names steps, `why_stale` tells why, in English and Chinese."""
    told = preview.model_dump(mode="json")
    return {**told, "stale": [result.step for result in preview.stale], "why_stale": told["stale"]}


async def turn_record(turn: Turn) -> TurnRecord:
    """Return what the report is made of."""
    message, run = turn.message, turn.run
    parts = [MessagePart(text=message.text)]
    parts += [MessagePart(name=p.name, artifact=p.artifact) for p in message.parts if isinstance(p, MediaPart)]
    records = list(run.steps.values())
    executed = tuple(record.step for record in records if record.executed)
    history = turn.agent.log.revisions(turn.session, turn.number)
    language = language_of(message.text)
    words = all_words(history, language)
    return TurnRecord(
        session=turn.session,
        turn=turn.number,
        revision=turn.revision,
        branch=turn.on_branch,
        language=language,
        message=tuple(parts),
        chain=turn.chain,
        run=run,
        answer=tuple(_record_part(part) for part in answer_of(replace(turn, told=()))),
        tools=ToolFacts.of_all(turn.agent.tools.values()),
        checks=tuple(_check(verdict, language) for verdict in turn.checks),
        totals=Totals(
            executed=executed,
            cached=tuple(record.step for record in records if record.status == "cached"),
            seconds=sum(record.seconds for record in records if record.executed),
            cost=sum(record.cost for record in records if record.executed),
            currency=next((record.currency for record in records if record.currency), ""),
        ),
        history=tuple(HistoryEntry(row.n, row.author, words[row.n]) for row in history),
        earlier=_earlier(turn),
    )


def answer_of(turn: Turn) -> list[dict[str, Any]]:
    """Return the answer's parts as JSON: of a turn that is not finished, what its run has so far."""
    if turn.phase in ("done", "failed") or turn.chain.question:
        return turn.answer
    run = turn.run if turn.run.revision == turn.revision else Run(revision=turn.revision)
    told = [{"type": "text", "text": text} for text in turn.told]
    return told + answer_parts(turn.chain, run, [], language_of(turn.message.text))


def _is_kept(record: StepRun, *, ran: bool) -> bool:
    return record.status == "cached" or (record.is_usable and not ran)


def _step_document(record: StepRun, places: Mapping[str, str]) -> dict[str, Any]:
    outputs = {}
    for port, packed in record.outputs.items():
        value = packed["value"]
        if isinstance(value, dict) and "artifact" in value:
            value = {**value, "path": places.get(value["artifact"])}
        outputs[port] = value
    return {
        "status": record.status,
        "key": record.key,
        "outputs": outputs,
        "given": list(record.given),
        "engine": next(iter(record.engines.values()), None),
        "engines": record.engines,
        "seconds": round(record.seconds, 3),
        "cost": {"amount": record.cost, "currency": record.currency},
        "warnings": list(record.warnings),
        "error": record.error,
    }


def _answer_document(part: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    if part["type"] == "text":
        return part
    sha = part["artifact"]["artifact"]
    return {"type": part["type"], "artifact": sha, "path": places.get(sha), "port": part["port"]}


def _waiting(turn: Turn) -> list[dict[str, Any]]:
    chain = turn.chain
    told: list[dict[str, Any]] = []
    for waits in turn.waiting:
        port = turn.agent.tools[chain.step(waits.step).tool].port(waits.port)
        option = how_to_give(waits.step, port) if port else ""
        how = f"{waits.how}; agentvid resume {turn.session} {option}"
        told.append({"step": waits.step, "port": waits.port, "how": how})
    if chain.question:
        told.append({"step": None, "port": None, "how": chain.question})
    elif turn.phase == "waiting" and not told:
        held = turn.agent.log.turn(turn.session, turn.number).error
        resume = f"agentvid resume {turn.session} --turn {turn.number}"
        how = f"{held['given']}; {held['do']}" if held else f"approve it: {resume}"
        told.append({"step": None, "port": None, "how": how})
    return told


def _first_failure(run: Run) -> dict[str, str] | None:
    return next((record.error for record in run.steps.values() if record.status == "failed"), None)


def _record_part(part: dict[str, Any]) -> AnswerPart:
    address = part.get("port", "")
    step, _, port = address.rpartition(".")
    ref = Ref(step=step, port=port) if step else None
    if part["type"] == "text":
        return AnswerPart(type="text", text=part["text"], ref=ref)
    value = unpack({"type": part["type"].capitalize(), "value": part["artifact"]})
    return AnswerPart(type="media", artifact=value, ref=ref)  # type: ignore[arg-type]


def _check(verdict: Verdict, language: Language) -> Check:
    words = predicate_words(PREDICATE.validate_python(verdict.predicate), language)
    return Check(step=verdict.step, words=words, passed=verdict.passed, measured=verdict.told)


def _earlier(turn: Turn) -> dict[str, Any]:
    from agentvid.agent.execute import earlier_lookup

    lookup = earlier_lookup(turn.agent.log, turn.session)
    refs = {ref for step in turn.chain for ref in step.refs() if step_number(ref.step)[0] < turn.number}
    return {str(ref): value for ref in refs if (value := lookup(ref)) is not None}
