"""Is the reasoning causal? Give each evidence port of a chain another value and see what follows.

For each port: the value a run found is replaced by a clearly different one of the same type, as a person would give it;
for each thought that something reads: other words, of a layout another layout. What must change: the answer; and a
picture drawn by a layout must show the new one, by an independent judge. What must not: any step that does not depend
on the port, and - where the answer holds an edited picture - any pixel outside the old and new mask. A port whose
correction changes nothing is decoration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np

from agentvid.chain.chain import Chain, dependents_of
from agentvid.chain.edit import Edit, SetGiven, SetThought, apply
from agentvid.chain.run import Run
from agentvid.chain.step import Ref
from agentvid.engine import unpack
from agentvid.evals.intervene import another, another_text
from agentvid.evals.layouts import shows
from agentvid.media.types import EVIDENCE_TYPES, Answer, Image, Mask, dump_value
from agentvid.run.call import read_thought
from agentvid.run.execute import Executor
from agentvid.run.key import value_digest
from agentvid.run.resolve import Lookup
from agentvid.store.objects import ObjectStore

__all__ = ["CausalRow", "Verdict", "measure_causality", "summary"]

Verdict: TypeAlias = Literal["causal", "decoration", "disobeyed", "leaks", "failed"]
THOUGHT: Final = "thought"
"""Stands for the port where the thought of a step is replaced."""

_MARGIN = 12
"""Pixels around a mask within which its soft border may change the picture."""
_UNCHANGED_DB = 40.0


@dataclass(frozen=True)
class CausalRow:
    """One intervention. `reruns` are the steps whose key changed: they run again, unless their result is known.
    `changed` are ports whose value changed, `strayed` those among them that should not have.

    `psnr_outside_db` (99 where identical) is measured on the edited picture outside old and new mask; None where the
    answer holds no edited picture. `obeyed` tells whether the step's own picture shows its new layout; None where it
    has none.
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
    obeyed: bool | None
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return asdict(self)


async def measure_causality(
    executor: Executor,
    chain: Chain,
    answer: tuple[Ref, ...],
    *,
    earlier: Lookup,
    told: Callable[[CausalRow], None] = lambda row: None,
) -> list[CausalRow]:
    """Intervene on every thought that is read and every evidence port of a chain, one at a time, and return what
    followed.

    `answer` are the ports that answer the message. The chain is run as it is first; nothing of the session's history
    is touched.

    Raises: ChainError where the chain can't be run.
    """
    base = await executor.run(chain, earlier=earlier)
    rows = []
    for step in chain:
        if thought := read_thought(step, executor.tools[step.tool], executor.engines):
            other, words = another_text(thought)
            edit, found = SetThought(step=step.id, thought=other), _Intervention(step.id, THOUGHT, "Thought", words)
            rows.append(await _intervene(executor, chain, base, answer, edit, found, earlier))
            told(rows[-1])
        for port in executor.tools[step.tool].ports:
            value = unpack(base.port(step.id, port.name))
            if (
                value is None
                or isinstance(value, list)
                or not _is_evidence(chain, Ref(step=step.id, port=port.name), port.type)
            ):
                continue
            given, words = another(value, base, step, executor.store)
            correction = SetGiven(step=step.id, port=port.name, value=dump_value(given))
            found = _Intervention(step.id, port.name, type(value).__name__, words)
            rows.append(await _intervene(executor, chain, base, answer, correction, found, earlier))
            told(rows[-1])
    return rows


@dataclass(frozen=True)
class _Intervention:
    """Where, on what, and in words what was done."""

    step: str
    port: str
    type: str
    told: str


def _is_evidence(chain: Chain, ref: Ref, type_name: str) -> bool:
    used = any(other == ref for step in chain for other in step.refs())
    return type_name in EVIDENCE_TYPES or (used and type_name in ("Number", "Flag"))


async def _intervene(
    executor: Executor,
    chain: Chain,
    base: Run,
    answer: tuple[Ref, ...],
    edit: Edit,
    done: _Intervention,
    earlier: Lookup,
) -> CausalRow:
    edited = apply(chain, edit)
    run = await executor.run(edited, earlier=earlier)
    changed = _changed(base, run)
    below = dependents_of(chain, {done.step}) | {done.step}
    strayed = tuple(port for port in changed if port.rpartition(".")[0] not in below)
    failed = [record.step for record in run.steps.values() if not record.is_usable]
    answer_changed = tuple(port for port in changed if port in {str(r) for r in answer})
    outside = _psnr_outside(executor.store, base, run, answer, edited)
    obeyed = _obeyed(executor.store, base, run, done.step)
    verdict: Verdict = "causal"
    if failed:
        verdict = "failed"
    elif strayed or (outside is not None and outside < _UNCHANGED_DB):
        verdict = "leaks"
    elif not answer_changed:
        verdict = "decoration"
    elif obeyed is False:
        verdict = "disobeyed"
    return CausalRow(
        step=done.step,
        tool=chain.step(done.step).tool,
        port=done.port,
        type=done.type,
        intervention=done.told,
        reruns=tuple(step for step, record in run.steps.items() if record.key != base.steps[step].key),
        changed=changed,
        strayed=strayed,
        answer_changed=answer_changed,
        psnr_outside_db=outside,
        obeyed=obeyed,
        verdict=verdict,
    )


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


def _psnr_outside(store: ObjectStore, base: Run, run: Run, answer: tuple[Ref, ...], chain: Chain) -> float | None:
    edited = [ref for ref in answer if chain.has(ref.step) and "plan" in chain.step(ref.step).args]
    masks = [mask for which in (base, run) for mask in _masks(which)]
    for ref in edited:
        before, after = unpack(base.port(ref.step, ref.port)), unpack(run.port(ref.step, ref.port))
        if isinstance(before, Image) and isinstance(after, Image) and masks:
            return _psnr(store, before, after, masks)
    return None


def _obeyed(store: ObjectStore, base: Run, run: Run, step: str) -> bool | None:
    before, layout = unpack(base.port(step, "layout")), unpack(run.port(step, "layout"))
    picture = unpack(run.port(step, "image"))
    if not isinstance(layout, str) or not isinstance(picture, Image) or layout == before:
        return None
    return shows(store.image(picture), layout)


def _masks(run: Run) -> list[Mask]:
    values = [unpack(packed) for record in run.steps.values() for packed in record.outputs.values()]
    return [value for value in values if isinstance(value, Mask)]


def _psnr(store: ObjectStore, before: Image, after: Image, masks: list[Mask]) -> float:
    one, two = store.image(before).astype(np.float64), store.image(after).astype(np.float64)
    inside = np.zeros(one.shape[:2], dtype=bool)
    for mask in masks:
        inside |= _grown(store.mask(mask) > 0, _MARGIN)
    error = float(np.mean((one - two)[~inside] ** 2)) if not inside.all() else 0.0
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def _grown(inside: Any, pixels: int) -> Any:
    import cv2

    return cv2.dilate(inside.astype(np.uint8), np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)).astype(bool)


def summary(rows: list[CausalRow]) -> Mapping[str, int]:
    """Return how many ports had each verdict."""
    return {verdict: sum(row.verdict == verdict for row in rows) for verdict in get_args(Verdict)}
