"""Is the reasoning causal? Give each evidence port of a chain another value and see what follows.

For each port: the value a run found is replaced by a clearly different one of the same type, as a person would give it;
for each thought that something reads: other words, of a layout another layout; on wish also arguments that say what is
wanted. What must change: the answer, in the way that the correction asks (`obeyed`). What must not: any step that does
not depend on the port, and any pixel that it gives no reason to touch (`locality`). A port whose correction changes
nothing is decoration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from agentvid.chain.chain import Chain
from agentvid.chain.edit import Edit, SetArg, SetGiven, SetThought, apply
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.engine import unpack
from agentvid.evals.intervene import another, another_argument, another_text
from agentvid.evals.intervened import Finding, Intervened
from agentvid.evals.layouts import other_layouts
from agentvid.evals.locality import GREY_LIMIT, LEAST_DB, psnr_outside
from agentvid.evals.obeyed import findings
from agentvid.evals.obeyed_drawing import drawing_of
from agentvid.media.types import EVIDENCE_TYPES, Answer, PortValue, dump_value
from agentvid.run.call import read_thought
from agentvid.run.execute import Executor
from agentvid.run.key import value_digest
from agentvid.run.resolve import Lookup

__all__ = ["CausalRow", "Verdict", "Watch", "Wider", "measure_causality", "summary", "told_nobody"]

Verdict: TypeAlias = Literal["causal", "decoration", "disobeyed", "leaks", "failed"]
THOUGHT: Final = "thought"
"""Stands for the port where the thought of a step is replaced."""
_ARGUMENTS: Final = ("colour", "seconds", "layout")
_OF_LAYOUT: Final = ("layout", "change")


@dataclass(frozen=True)
class CausalRow:
    """One intervention. `reruns` are the steps whose key changed: they run again, unless their result is known.
    `changed` are ports whose value changed, `strayed` those among them, and steps that ran again, that should not have.

    `psnr_outside_db` (99 where identical) and `grey_outside` tell how much an edited photo, a drawing differs where
    nothing should (see `locality`); None where there is none. `obeyed` tells whether all `findings` came so; None where
    nothing here can tell. `direct`: the port is itself what is answered, and nothing rests on it, so that it can't but
    be obeyed. `was_right` and `judgeable` are of drawings: whether the picture was right before, and whether the judge
    would know the wanted one.
    """

    step: str
    tool: str
    port: str
    type: str
    intervention: str
    reruns: tuple[str, ...]
    changed: tuple[str, ...]
    strayed: tuple[str, ...]
    answer_changed: tuple[str, ...]
    psnr_outside_db: float | None
    grey_outside: float | None
    findings: tuple[Finding, ...]
    obeyed: bool | None
    direct: bool
    was_right: bool | None
    judgeable: bool | None
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return asdict(self)


Watch: TypeAlias = Callable[[CausalRow, Intervened], None]
"""Is told each row as soon as it is measured, with both runs."""


def told_nobody(row: CausalRow, found: Intervened) -> None:
    """Watch nothing."""


@dataclass(frozen=True)
class Wider:
    """More interventions than one on each thought and each port.

    `layouts`: how many other layouts each thought is replaced by. `question`: what is asked in place of a question, and
    a regular expression that its answer must match.
    """

    layouts: int = 4
    question: tuple[str, str] | None = None


async def measure_causality(
    executor: Executor,
    chain: Chain,
    answer: tuple[Ref, ...],
    *,
    earlier: Lookup,
    wider: Wider | None = None,
    told: Watch = told_nobody,
) -> list[CausalRow]:
    """Intervene on every thought that is read and every evidence port of a chain, one at a time, and return what
    followed; with `wider` also on arguments.

    `answer` are the ports that answer the message. The chain is run as it is first; nothing of the session's history
    is touched.

    Raises: ChainError where the chain can't be run.
    """
    base = await executor.run(chain, earlier=earlier)
    rows = []
    for planned in _interventions(executor, chain, base, wider):
        edited = apply(chain, planned.edit)
        run = await executor.run(edited, earlier=earlier)
        step = edited.step(planned.step)
        found = Intervened(
            executor.store,
            edited,
            base,
            run,
            chain.step(step.id),
            planned.port,
            planned.given,
            earlier,
            planned.expected,
        )
        rows.append(_row(found, planned, answer))
        told(rows[-1], found)
    return rows


@dataclass(frozen=True)
class _Planned:
    """An intervention that is to be made: where, what is given, of what type, and in words."""

    edit: Edit
    step: str
    port: str
    given: PortValue
    type: str
    told: str
    expected: str = ""


def _interventions(executor: Executor, chain: Chain, base: Run, wider: Wider | None) -> Iterator[_Planned]:
    for step in chain:
        yield from _of_thought(executor, step, wider)
        yield from _of_arguments(step, wider) if wider else ()
        for port in executor.tools[step.tool].ports:
            value = unpack(base.port(step.id, port.name))
            is_one = value is not None and not isinstance(value, list)
            if is_one and _is_evidence(chain, Ref(step=step.id, port=port.name), port.type):
                assert value is not None and not isinstance(value, list)
                given, words = _other_value(executor, base, step, port.name, value, wider)
                edit = SetGiven(step=step.id, port=port.name, value=dump_value(given))
                yield _Planned(edit, step.id, port.name, given, type(value).__name__, words)


def _of_thought(executor: Executor, step: Step, wider: Wider | None) -> Iterator[_Planned]:
    thought = read_thought(step, executor.tools[step.tool], executor.engines)
    if not thought:
        return
    others = other_layouts(thought, wider.layouts + 1) if wider else []
    for other, words in others[: max(1, len(others) - 1)] or [another_text(thought)]:
        yield _Planned(SetThought(step=step.id, thought=other), step.id, THOUGHT, other, "Thought", words)


def _of_arguments(step: Step, wider: Wider) -> Iterator[_Planned]:
    for name in _ARGUMENTS:
        if other := another_argument(step, name):
            edit = SetArg(step=step.id, name=name, value=other[0])
            yield _Planned(edit, step.id, f"args.{name}", other[0], "Argument", other[1])
    if wider.question and step.args.get("question"):
        question, expected = wider.question
        edit = SetArg(step=step.id, name="question", value=question)
        yield _Planned(edit, step.id, "args.question", question, "Argument", f"asked {question!r} instead", expected)


def _other_value(
    executor: Executor, base: Run, step: Step, port: str, value: PortValue, wider: Wider | None
) -> tuple[PortValue, str]:
    """Return another value; of a layout the last of its corrections: a thought of the same words takes the others."""
    if wider and port in _OF_LAYOUT and isinstance(value, str):
        others = other_layouts(value, wider.layouts + 1)
        if others:
            return others[-1]
    return another(value, base, step, executor.store, port)


def _is_evidence(chain: Chain, ref: Ref, type_name: str) -> bool:
    used = any(other == ref for step in chain for other in step.refs())
    if type_name == "Video":
        return ref.port == "masks"  # of clips only masks are evidence, all others are results
    return type_name in EVIDENCE_TYPES or (used and type_name in ("Number", "Flag"))


def _row(found: Intervened, planned: _Planned, answer: tuple[Ref, ...]) -> CausalRow:
    base, run, below = found.base, found.run, found.below
    changed = _changed(base, run)
    reruns = tuple(step for step, record in run.steps.items() if record.key != base.steps[step].key)
    strayed = tuple(port for port in changed if port.rpartition(".")[0] not in below)
    strayed += tuple(step for step in reruns if step not in below)
    told = {*map(str, answer), *(f"{step}.bound" for step in run.steps)}  # the answer tells every bound
    answer_changed = tuple(port for port in changed if port in told)
    is_usable = all(record.is_usable for record in run.steps.values())
    asked = findings(found) if is_usable else ()
    drawing = drawing_of(found) if is_usable else None
    outside = psnr_outside(found) if is_usable else None
    grey = drawing.grey_outside if drawing else None
    obeyed = all(finding.passed for finding in asked) if asked else None
    leaks = bool(strayed) or (outside is not None and outside < LEAST_DB)
    leaks |= grey is not None and grey > GREY_LIMIT and obeyed is not False  # what is drawn wrongly is so elsewhere too
    return CausalRow(
        step=planned.step,
        tool=found.step.tool,
        port=planned.port,
        type=planned.type,
        intervention=planned.told,
        reruns=reruns,
        changed=changed,
        strayed=strayed,
        answer_changed=answer_changed,
        psnr_outside_db=outside,
        grey_outside=grey,
        findings=asked,
        obeyed=obeyed if is_usable else False,
        direct=set(changed) == {f"{planned.step}.{planned.port}"} == set(answer_changed),
        was_right=drawing.was_right if drawing else None,
        judgeable=drawing.is_judgeable if drawing else None,
        verdict=_verdict(is_usable, leaks, bool(answer_changed), obeyed),
    )


def _verdict(is_usable: bool, leaks: bool, changes: bool, obeyed: bool | None) -> Verdict:
    if not is_usable:
        return "failed"
    if leaks:
        return "leaks"
    if not changes:
        return "decoration"
    return "disobeyed" if obeyed is False else "causal"


def _changed(base: Run, run: Run) -> tuple[str, ...]:
    found = []
    for step_id, before in base.steps.items():
        after = run.steps[step_id]
        for port in dict.fromkeys([*before.outputs, *after.outputs]):
            if _digest(before.outputs.get(port)) != _digest(after.outputs.get(port)):
                found.append(f"{step_id}.{port}")
    return tuple(found)


def _digest(packed: Any) -> str:
    value = unpack(packed)
    if isinstance(value, Answer):
        return value_digest({"text": value.text, "passed": value.passed})
    return value_digest(packed)


def summary(rows: list[CausalRow]) -> Mapping[str, int]:
    """Return how many ports had each verdict."""
    return {verdict: sum(row.verdict == verdict for row in rows) for verdict in get_args(Verdict)}
