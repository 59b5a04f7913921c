"""Cherry-pick: take a step, or a value that a person gave, from another revision, as edits of the chain at hand.

Does not cover: whole branches (`chain.merge`), whether the result checks (`planner.check`).
"""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.chain import Chain
from agentvid.chain.diff import edits_between
from agentvid.chain.edit import Edit, SetGiven, needed_refs
from agentvid.chain.merge_order import circles, in_order
from agentvid.chain.merge_parts import is_same
from agentvid.chain.step import Step, step_number
from agentvid.errors import EditError

__all__ = ["pick_edits"]

_WHAT: Final = re.compile(r"(t\d+\.s\d+)(?:\.([a-z][a-z0-9_]*))?")


def pick_edits(chain: Chain, source: Chain, what: str) -> list[Edit]:
    """Return the edits that bring `what` of `source` into `chain`; none where it is there already.

    `what` is a step, "t1.s3", which comes with all its fields: where the chain has it, it becomes as it is in the
    source, else it is written behind the step that it follows there. Or it is a given value, "t1.s3.box".

    Raises: EditError where the source has no such step or given value, or the step uses what the chain does not have.
    """
    match = _WHAT.fullmatch(what)
    if match is None:
        raise EditError(f"{what!r} can't be picked", "a step or a given value", "write t1.s3 or t1.s3.box")
    if not source.has(match[1]):
        there = ", ".join(step.id for step in source) or "no step"
        raise EditError(f"there is no step {match[1]} to pick", f"one of {there}", "pick one of those")
    step = source.step(match[1])
    if match[2]:
        return _given(chain, step, match[2])
    return edits_between(chain, chain.with_steps(_with(chain, source, step)))


def _given(chain: Chain, step: Step, port: str) -> list[Edit]:
    if port not in step.given:
        there = ", ".join(step.given) or "nothing was given"
        raise EditError(f"no value was given for {step.id}.{port}", f"one of: {there}", "pick one of those")
    if not chain.has(step.id):
        raise EditError(f"{step.id} is not in this chain", "a step of both chains", f"pick the step {step.id} itself")
    here = chain.step(step.id).given
    if port in here and is_same(here[port], step.given[port]):
        return []
    return [SetGiven(step=step.id, port=port, value=step.given[port])]


def _with(chain: Chain, source: Chain, step: Step) -> tuple[Step, ...]:
    lost = [str(ref) for ref in needed_refs(step) if step_number(ref.step)[0] == chain.turn and not chain.has(ref.step)]
    if lost:
        raise EditError(
            f"{step.id} uses {', '.join(lost)}, which this chain does not have",
            "a step that uses only what is here",
            f"pick {lost[0].rpartition('.')[0]} first",
        )
    steps = {**{other.id: other for other in chain}, step.id: step}
    order = [other.id for other in chain]
    if step.id not in order:
        before = [other.id for other in source.steps[: source.steps.index(step)] if other.id in order]
        order.insert(order.index(before[-1]) + 1 if before else 0, step.id)
    needs = {other.id: {ref.step for ref in needed_refs(other)} & steps.keys() for other in steps.values()}
    for circle in circles(needs):
        raise EditError(
            f"with {step.id}, {' and '.join(circle)} would need each other in a circle",
            "steps that don't",
            f"first take away what they use of {step.id}",
        )
    return tuple(steps[step_id] for step_id in in_order(order, needs))
