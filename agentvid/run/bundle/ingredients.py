"""What a step's key is made of: recomputed with the tools and engines at hand, and compared part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agentvid.chain.run import Run, StepRun
from agentvid.chain.step import Ref, Step
from agentvid.engine import Engine
from agentvid.errors import AgentvidError
from agentvid.run.bundle.document import BundledTurn, Ingredients
from agentvid.run.call import identities, read_thought
from agentvid.run.key import ingredients_key, key_ingredients
from agentvid.run.resolve import Lookup, step_inputs
from agentvid.tool import ToolSpec

__all__ = ["Difference", "Part", "as_recorded", "differences", "find_ingredients", "key_of", "lookup_in"]

Part: TypeAlias = Literal["tool source", "engine", "input", "thought", "seed", "owner", "format"]


@dataclass(frozen=True)
class Difference:
    """A part of a key that differs. `name` is the parameter of an input, the task of an engine, "" otherwise."""

    part: Part
    name: str
    then: str
    here: str


def find_ingredients(
    step: Step, tools: Mapping[str, ToolSpec], engines: Mapping[str, Engine], owner: str, lookup: Lookup
) -> Ingredients | None:
    """Return what the step's key is made of here and now; None where it has none: no such tool, no usable engine, or
    no value for a parameter."""
    spec = tools.get(step.tool)
    if spec is None:
        return None
    try:
        found = key_ingredients(
            spec,
            step_inputs(step, spec, lookup),
            identities(spec, engines, step.engine),
            seed=step.seed,
            thought=read_thought(step, spec, engines),
            owner=owner,
        )
    except AgentvidError:
        return None
    return Ingredients.model_validate(found)


def key_of(ingredients: Ingredients) -> str:
    """Return the key they make."""
    return ingredients_key(ingredients.model_dump())


def lookup_in(run: Run, turn: BundledTurn) -> Lookup:
    """Return a lookup of the ports of a run, and of the earlier turns that the turn's chains refer to."""

    def lookup(ref: Ref) -> object:
        inside = run.steps.get(ref.step)
        return inside.outputs.get(ref.port) if inside else turn.earlier.get(str(ref))

    return lookup


def differences(then: Ingredients, here: Ingredients) -> list[Difference]:
    """Return the parts that differ, those that explain most first."""
    found = []
    if then.source != here.source:
        found.append(Difference("tool source", then.tool, then.source[:12], here.source[:12]))
    for task in sorted(then.engines.keys() | here.engines.keys()):
        one, other = then.engines.get(task, "none"), here.engines.get(task, "none")
        if one != other:
            found.append(Difference("engine", task, one, other))
    for name in sorted(then.inputs.keys() | here.inputs.keys()):
        one, other = then.inputs.get(name, "none"), here.inputs.get(name, "none")
        if one != other:
            found.append(Difference("input", name, one[:12], other[:12]))
    plain: tuple[tuple[Part, object, object], ...] = (
        ("thought", then.thought, here.thought),
        ("seed", then.seed, here.seed),
        ("owner", then.owner, here.owner),
        ("format", then.format, here.format),
    )
    found += [Difference(part, "", str(one), str(other)) for part, one, other in plain if one != other]
    return found


def as_recorded(step: Step, record: StepRun | None) -> Step:
    """Return the step with a wish for the one engine it was routed to then, so that another order of routing here
    changes nothing; as it is where it wishes for one already, or used none or several."""
    used = {label.partition("@")[0] for label in record.engines.values()} if record else set()
    return step.model_copy(update={"engine": used.pop()}) if step.engine is None and len(used) == 1 else step
