"""Verify: hold what came out against what each step expects.

Sizes and seconds are read off the result; colours and unchanged areas are measured by the `check` tool, counts and
answers asked of `describe`, both run by key like any other step. Free words can't be tested, and are marked so.
"""

from __future__ import annotations

from typing import Any, Final

from langgraph.runtime import Runtime
from pydantic import Field, TypeAdapter

from agentvid.agent.execute import earlier_lookup
from agentvid.agent.state import Services, TurnState
from agentvid.chain.run import Run
from agentvid.chain.step import AnswerIs, ColourIn, Count, Predicate, Ref, Seconds, Size, Step, UnchangedOutside
from agentvid.engine import unpack
from agentvid.media.types import Answer, Audio, Image, Mask, Value, Video

__all__ = ["PREDICATE", "Verdict", "verify"]

PREDICATE: Final[TypeAdapter[Predicate]] = TypeAdapter(Predicate)


class Verdict(Value):
    """What became of one expectation. `passed` is None where it could not be tested; `told` is what was measured, in
    numbers and units that need no translation, or the answer to a question."""

    step: str
    predicate: dict[str, Any]
    passed: bool | None = None
    told: str = ""
    measures: dict[str, float] = Field(default_factory=dict)


async def verify(state: TurnState, runtime: Runtime[Services]) -> TurnState:
    """Test every expectation of every step that gave a result."""
    services = runtime.context
    session, turn, revision = state["session"], state["turn"], state["revision"]
    chain = services.log.revision(session, turn, revision).chain
    if not any(step.expect for step in chain):
        return {"checks": [], "phase": "verified"}
    services.log.set_phase(session, turn, "verify", token=services.token, durable=False)
    run = services.log.run(session, turn, revision)
    probe = _Probe(services, session, turn, run)
    verdicts = [
        await probe.test(step, predicate)
        for step in chain
        if step.id in run.steps and run.steps[step.id].is_usable
        for predicate in step.expect
    ]
    return {"checks": [verdict.model_dump(mode="json") for verdict in verdicts], "phase": "verified"}


class _Probe:
    def __init__(self, services: Services, session: str, turn: int, run: Run) -> None:
        self._services = services
        self._session = session
        self._turn = turn
        self._run = run
        self._earlier = earlier_lookup(services.log, session)

    async def test(self, step: Step, predicate: Predicate) -> Verdict:
        found = unpack(self._run.port(step.id, predicate.port)) if predicate.kind != "words" else None
        match predicate:
            case Size():
                verdict = _size(predicate, found)
            case Seconds() if step.given:  # a path or keyframe that a person gave may last as long as they like
                verdict = (None, "", {})
            case Seconds():
                verdict = _seconds(predicate, found)
            case ColourIn():
                verdict = await self._colour_in(predicate, found)
            case UnchangedOutside():
                verdict = await self._unchanged_outside(predicate, found)
            case Count():
                question = f"how many {predicate.what}?"
                verdict = await self._asked(question, found, lambda answer: _count(answer, predicate.n))
            case AnswerIs():
                verdict = await self._asked(
                    predicate.question, found, lambda answer: predicate.answer.lower() in answer.text.lower()
                )
            case _:
                verdict = (None, "", {})
        passed, told, measures = verdict
        return Verdict(
            step=step.id, predicate=predicate.model_dump(mode="json"), passed=passed, told=told, measures=measures
        )

    async def _colour_in(self, predicate: ColourIn, found: Any) -> _Outcome:
        mask = unpack(self._value(predicate.mask))
        if not isinstance(found, Image) or not isinstance(mask, Mask):
            return None, "", {}
        answer = await self._ask("check", image=found, mask=mask, colour=predicate.colour)
        share = answer.measures.get("hue_share") if answer else None
        if answer is None or share is None:
            return None, "", {}
        told = _against(share >= predicate.share, f"{share:.0%}", f"{predicate.share:.0%}")
        return share >= predicate.share, told, answer.measures

    async def _unchanged_outside(self, predicate: UnchangedOutside, found: Any) -> _Outcome:
        mask = unpack(self._value(predicate.mask))
        before = self._before(predicate.before)
        if not isinstance(found, Image) or not isinstance(mask, Mask) or before is None:
            return None, "", {}
        answer = await self._ask("check", image=found, before=before, mask=mask)
        psnr = answer.measures.get("psnr_outside_db") if answer else None
        if answer is None or psnr is None:
            return None, "", {}
        told = _against(psnr >= predicate.db, f"{psnr:.1f} dB", f"{predicate.db:.0f} dB")
        return psnr >= predicate.db, told, answer.measures

    async def _asked(self, question: str, found: Any, fits: Any) -> _Outcome:
        if not isinstance(found, Image | Video):
            return None, "", {}
        name = "image" if isinstance(found, Image) else "video"
        answer = await self._ask("describe", question=question, **{name: found})
        if answer is None or (answer.passed is None and not answer.measures and not answer.text):
            return None, "", {}
        return fits(answer), answer.text, answer.measures

    async def _ask(self, tool: str, **args: Any) -> Answer | None:
        if tool not in self._services.executor.tools:
            return None
        step = Step(id=f"t{self._turn}.s9999", tool=tool, args=args)
        record = await self._services.executor.run_tool(step)
        self._services.log.spend(self._session, self._turn, record, token=self._services.token)
        answer = unpack(record.outputs.get("answer"))
        return answer if isinstance(answer, Answer) else None

    def _value(self, ref: Ref) -> Any:
        return self._run.port(ref.step, ref.port) or self._earlier(ref)

    def _before(self, argument: Any) -> Image | None:
        if isinstance(argument, dict) and argument.keys() == {"step", "port"}:
            value = unpack(self._value(Ref.model_validate(argument)))
            return value if isinstance(value, Image) else None
        return Image.model_validate(argument)


_Outcome = tuple[bool | None, str, dict[str, float]]


def _size(predicate: Size, found: Any) -> _Outcome:
    if not isinstance(found, Image | Video | Mask):
        return None, "", {}
    passed = predicate.width in (None, found.width) and predicate.height in (None, found.height)
    return passed, f"{found.width}×{found.height}", {"width": found.width, "height": found.height}


def _seconds(predicate: Seconds, found: Any) -> _Outcome:
    if not isinstance(found, Video | Audio):
        return None, "", {}
    passed = predicate.least <= found.seconds <= predicate.most
    return passed, f"{found.seconds:.2f} s", {"seconds": found.seconds}


def _against(passed: bool, measured: str, wanted: str) -> str:
    return f"{measured} {'≥' if passed else '<'} {wanted}"


def _count(answer: Answer, n: int) -> bool | None:
    count = answer.measures.get("count")
    return None if count is None else int(count) == n
