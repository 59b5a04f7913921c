"""Lint a chain: what will not run, what runs for nothing, what was surely meant otherwise - and edits that repair it.

    findings = lint(chain, tools, engines)
    better = apply_fixes(chain, findings).chain

Pure but for asking engines for their status; nothing is run and no media are read.

    finding.py    what is said, in two languages; making fixes
    context.py    what the rules look at
    flow.py limits.py resources.py words.py    the rules, by subject

Does not cover: whether a step's correction really changes the answer, which only a run can tell (`evals.causal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Edit, SetArg, SetEngine, apply_all
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.engine import Cost, Engine
from agentvid.errors import ChainError
from agentvid.planner.check import Problem, check_chain
from agentvid.planner.lint.context import Context
from agentvid.planner.lint.finding import Finding, Fixed, Severity, apply_fixes, fitting, make
from agentvid.planner.lint.flow import flow_rules
from agentvid.planner.lint.limits import limit_rules
from agentvid.planner.lint.resources import resource_rules
from agentvid.planner.lint.words import word_rules
from agentvid.run.resolve import Lookup
from agentvid.tool import ToolSpec

__all__ = ["Finding", "Fixed", "Severity", "apply_fixes", "lint"]

_RANK: Final[dict[Severity, int]] = {"error": 0, "warning": 1, "note": 2}


def _nothing(ref: Ref) -> Any:
    return None


def lint(
    chain: Chain,
    tools: Mapping[str, ToolSpec],
    engines: Mapping[str, Engine],
    run: Run | None = None,
    *,
    earlier: Mapping[str, str] | None = None,
    lookup: Lookup = _nothing,
    later: Iterable[Ref] = (),
    budget: Cost | None = None,
    owner: str = "local",
) -> list[Finding]:
    """Return what is to be said about a chain: errors first, then warnings, then notes, each in the order of the steps.

    `run` is what the chain found last: pins and prices are then held against it. `earlier` names ports of earlier
    turns and their types, `lookup` finds their values. `later` are ports that later turns refer to. `budget` is the
    most that the steps which are still to run may cost.
    """
    checked = list(_checked(chain, tools, set(engines), earlier))
    context = Context(chain, tools, engines, run, lookup, frozenset(later), budget, owner)
    found = checked if not _can_be_walked(chain) else [*checked, *_rules(context)]
    place = {step.id: index for index, step in enumerate(chain.steps)}
    return sorted(found, key=lambda finding: (_RANK[finding.severity], place.get(finding.step, -1)))


def _rules(context: Context) -> Iterator[Finding]:
    for rules in (flow_rules, limit_rules, resource_rules, word_rules):
        yield from rules(context)


def _can_be_walked(chain: Chain) -> bool:
    try:
        chain.order()
    except (ChainError, ValidationError):
        return False
    return True


def _checked(
    chain: Chain, tools: Mapping[str, ToolSpec], engines: set[str], earlier: Mapping[str, str] | None
) -> Iterator[Finding]:
    """Yield the problems of `planner.check` as findings, with the edit that repairs one where it is plain."""

    def problems(of: Chain) -> list[Problem]:
        return check_chain(of, tools, earlier=earlier, engines=engines)

    for problem in problems(chain):
        fix = next(
            (
                edits
                for edits in _repairs(chain, problem.step, tools, engines)
                if fitting(chain, edits) and problem not in problems(apply_all(chain, edits))
            ),
            (),
        )
        told = "; ".join(
            filter(None, (problem.given, problem.expected and f"expected: {problem.expected}", problem.do))
        )
        yield make("check", problem.step, fix, told=told)


def _repairs(
    chain: Chain, step_id: str, tools: Mapping[str, ToolSpec], engines: set[str]
) -> Iterator[tuple[Edit, ...]]:
    """Yield what may repair a problem of a step: dropping what its tool does not know."""
    step: Step | None = chain.step(step_id) if step_id else None
    spec = tools.get(step.tool) if step else None
    if step is None or spec is None:
        return
    for name in step.args:
        if spec.parameter(name) is None:
            yield (SetArg(step=step.id, name=name, remove=True),)
    for port in step.given:
        if spec.port(port) is None:
            yield (ClearGiven(step=step.id, port=port),)
    if step.engine is not None and step.engine not in engines:
        yield (SetEngine(step=step.id, engine=None),)
