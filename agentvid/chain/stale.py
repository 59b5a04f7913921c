"""Which steps a change of the document touches: by their own fields, or through the steps they need.

Does not cover: which of them really run. That depends on keys and found values and is told by `run`'s preview.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from agentvid.chain.chain import Chain
from agentvid.chain.step import Step

__all__ = ["AffectedSteps", "affected_by"]


@dataclass(frozen=True)
class AffectedSteps:
    """Ids in the order of the chain. `certain`: own inputs changed. `possible`: they need a step that is affected."""

    certain: tuple[str, ...]
    possible: tuple[str, ...]


def _takes_all(tool: str, parameter: str) -> bool:
    return True


def affected_by(before: Chain, after: Chain, *, takes: Callable[[str, str], bool] = _takes_all) -> AffectedSteps:
    """Return the steps of `after` whose inputs changed since `before`, and those that need them.

    Inputs are the tool, arguments, given values and engine wish, and the thought and the seed where
    `takes(tool name, "thought" or "seed")` says that the tool declares them; without `takes`, every tool is taken to.
    A step that is new is certain. A pinned step keeps its last result: it is never affected, and neither is, through
    it, what needs it; a step whose pin was taken away is possible.

    Raises: ChainError where the steps of `after` need each other in a circle.
    """
    certain: set[str] = set()
    possible: set[str] = set()
    for step in after.order():
        known = before.has(step.id)
        if known and step.pinned:
            continue
        if not known or _inputs(before.step(step.id), takes) != _inputs(step, takes):
            certain.add(step.id)
        elif before.step(step.id).pinned or any(parent in certain | possible for parent in step.parents()):
            possible.add(step.id)
    return AffectedSteps(
        certain=tuple(step.id for step in after if step.id in certain),
        possible=tuple(step.id for step in after if step.id in possible),
    )


def _inputs(step: Step, takes: Callable[[str, str], bool]) -> str:
    thought = step.thought if takes(step.tool, "thought") else ""
    seed = step.seed if takes(step.tool, "seed") else 0
    return json.dumps([step.tool, step.args, step.given, step.engine, thought, seed], sort_keys=True)
