"""Answer: text and media in the order asked, and a line on what was done, by which engine, at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from langgraph.runtime import Runtime

from agentvid.agent.bill import Bill, amount_words
from agentvid.agent.state import Services, TurnState, TurnStatus
from agentvid.agent.verify import PREDICATE, Verdict
from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref
from agentvid.engine import unpack
from agentvid.events import AnswerEvent
from agentvid.media.types import Answer, Audio, Image, Mesh, Video, dump_value
from agentvid.plugins import builtin_folder
from agentvid.prompt import Language, Prompt, load_prompt
from agentvid.report.chinese import said
from agentvid.report.describe import predicate_words
from agentvid.world.trust import QUESTION

__all__ = ["answer", "answer_parts", "language_of", "sinks", "turn_status"]

_SHOWN = (Image, Video, Audio, Mesh)
_BOUND: Final = "bound"
"""The port of what predicts: how far it can be believed is told once, in the language of the message."""


async def answer(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Compose and save the answer, and give every picture and clip in it a version number."""
    services = runtime.context
    session, turn, revision = state["session"], state["turn"], state["revision"]
    log = services.log
    chain = log.revision(session, turn, revision).chain
    run = log.run(session, turn, revision)
    text = log.turn(session, turn).message["text"]
    checks = [Verdict.model_validate(check) for check in state.get("checks", [])]
    planning = state.get("planning")
    parts = answer_parts(chain, run, checks, language_of(text), Bill(**planning) if planning else None)
    told = state.get("checks", [])
    status = turn_status(chain, run)
    with log.write(durable=True):
        if log.answer(session, turn, revision) != parts or log.checks(session, turn, revision) != told:
            log.save_answer(session, turn, parts, token=services.token, checks=told, revision=revision)
        shown = [part for part in parts if part["type"] in ("image", "video")]
        known = {version.source for version in log.versions(session)} if shown else set()
        for part in shown:
            if part["port"] not in known:
                log.add_version(session, part["artifact"], part["port"], part["port"], token=services.token)
        log.set_phase(session, turn, status, token=services.token)
    services.emit(AnswerEvent(parts=parts))
    return {"status": status, "phase": "answered", "planning": None}


def turn_status(chain: Chain, run: Run) -> TurnStatus:
    """Return how the turn ended: a question back waits for the person."""
    if chain.question:
        return "waiting"
    return "done" if run.status == "done" else "waiting" if run.status == "waiting" else "failed"


def language_of(text: str) -> Language:
    """Return the language in which a message is answered: Chinese where it holds any Han character."""
    return "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"


def answer_parts(
    chain: Chain, run: Run, checks: list[Verdict], language: Language, planning: Bill | None = None
) -> list[dict[str, Any]]:
    """Return the answer as JSON parts: `{"type": "text", "text"}` or `{"type": "image", "artifact", "port"}`.

    `planning` is what a model used to write the chain, told once with what the steps cost.
    """
    if chain.question:
        return [{"type": "text", "text": chain.question}]
    told = [ref for ref in chain.answer or sinks(chain, run) if _is_final(ref, chain, run)]
    parts = [part for ref in told if (part := _part(ref, run)) is not None]
    parts += [_text(_failure(record, language)) for record in run.steps.values() if record.status == "failed"]
    parts += [_text(told) for told in _verdicts(checks, language)]
    parts += [_text(told) for told in _bounds(run, language)]
    if run.steps:
        parts.append(_text(_what_was_done(run, language, planning)))
    return parts


def _is_final(ref: Ref, chain: Chain, run: Run) -> bool:
    """Words about what is going to be done are told only once it is done."""
    packed = run.port(ref.step, ref.port)
    if packed is None or packed["type"] != "Text":
        return True
    users = [step.id for step in chain if any(other.step == ref.step for other in step.refs())]
    return all(run.steps[user].is_usable for user in users if user in run.steps)


def sinks(chain: Chain, run: Run) -> list[Ref]:
    """Return the media and answers that no later step uses: what a chain without a named answer answers."""
    used = {(ref.step, ref.port) for step in chain for ref in step.refs()}
    found = []
    for step in chain:
        outputs = run.steps[step.id].outputs if step.id in run.steps else {}
        for port, value in outputs.items():
            if port == _BOUND or (step.id, port) in used:
                continue
            if isinstance(unpack(value), (*_SHOWN, Answer)):
                found.append(Ref(step=step.id, port=port))
    return found


def _part(ref: Ref, run: Run) -> dict[str, Any] | None:
    value = unpack(run.port(ref.step, ref.port))
    if isinstance(value, _SHOWN):
        return {"type": value.type, "artifact": dump_value(value), "port": str(ref)}
    if isinstance(value, Answer):
        return {**_text(value.text), "port": str(ref)}
    if isinstance(value, str | float):
        return {**_text(str(value)), "port": str(ref)}
    return None


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _failure(record: StepRun, language: Language) -> str:
    error = record.error or {}
    return _words("answer_failed", language, step=record.step, given=error.get("given", ""), do=error.get("do", ""))


def _verdicts(checks: list[Verdict], language: Language) -> list[str]:
    missed = [check for check in checks if check.passed is False]
    return [
        _words(
            "answer_missed",
            language,
            step=check.step,
            expected=predicate_words(PREDICATE.validate_python(check.predicate), language),
            measured=check.told,
        )
        for check in missed
    ]


def _bounds(run: Run, language: Language) -> list[str]:
    """Return up to which frame predictions are to be believed, of each step that carries a bound; where nothing was
    calibrated, what it found out by itself."""
    found = []
    for record in run.steps.values():
        bound = unpack(record.outputs.get(_BOUND))
        if not isinstance(bound, Answer) or not record.is_usable:
            continue
        if "trust_steps" in bound.measures:
            found.append(_bound(record.step, bound.measures, language))
        elif bound.question == QUESTION:
            found.append(f"{record.step}{'：' if language == 'zh' else ': '}{said(bound.text, language)}")
    return found


def _bound(step: str, measures: Mapping[str, float], language: Language) -> str:
    trusted, steps = int(measures["trust_steps"]), int(measures["steps"])
    told = {name: int(name.removeprefix("error_at_")) for name in measures if name.startswith("error_at_")}
    last = max(told, key=lambda name: told[name], default="")
    return _words(
        "answer_bound_all" if trusted == steps else "answer_bound" if trusted else "answer_bound_none",
        language,
        step=step,
        trusted=trusted,
        next=trusted + 1,
        steps=steps,
        seconds=f"{measures.get('trust_seconds', 0.0):.2f}",
        tolerance=f"{measures['tolerance_db']:g}",
        level=f"{measures['level']:.0%}",
        n=int(measures["n"]),
        errors=_errors(
            {at: measures[name] for name, at in told.items() if at in (1, trusted + 1, told[last])}, language
        ),
    )


def _errors(by_frame: Mapping[int, float], language: Language) -> str:
    """Return "17 at frame 1, 29 at frame 12", in grey levels."""
    if language == "zh":
        return "、".join(f"第 {at} 帧 {error:.0f}" for at, error in by_frame.items()) or "未知"
    return ", ".join(f"{error:.0f} at frame {at}" for at, error in by_frame.items()) or "not known"


def _what_was_done(run: Run, language: Language, planning: Bill | None) -> str:
    records = list(run.steps.values())
    executed = [record for record in records if record.executed]
    spent: dict[str, float] = {}
    for record in executed:
        if record.cost:
            spent[record.currency] = spent.get(record.currency, 0.0) + record.cost
    if planning and planning.cost:
        spent[planning.currency] = spent.get(planning.currency, 0.0) + planning.cost
    told = [amount_words(amount, currency) for currency, amount in spent.items()]
    if planning and not planning.is_known:
        told.append("规划费用未知" if language == "zh" else "that of planning is not known")
    none = "无" if language == "zh" else "none"
    return _words(
        "answer_done",
        language,
        steps=len(records),
        ran=len(executed),
        cached=sum(record.status == "cached" for record in records),
        seconds=f"{sum(record.seconds for record in executed):.1f}",
        engines=", ".join(dict.fromkeys(name for record in records for name in record.engines.values())) or none,
        cost=", ".join(told) or none,
    )


def _words(prompt: str, language: Language, **values: str | int) -> str:
    return _prompt(prompt).render(language, **values).strip()


@cache
def _prompt(name: str) -> Prompt:
    return load_prompt(builtin_folder("prompts") / f"{name}.md")
