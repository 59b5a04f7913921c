"""What the rules of the linter look at: the chain, its tools and engines, and what the last run found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Predicate, Ref, Step, Words, refs_in
from agentvid.engine import Capability, Cost, Engine
from agentvid.errors import AgentvidError, NoEngine
from agentvid.media.types import MEDIA_TYPES
from agentvid.run.call import identities, read_thought, routes_of
from agentvid.run.key import step_key
from agentvid.run.resolve import Lookup, step_inputs
from agentvid.run.route import Route, bears
from agentvid.tool import ToolSpec

__all__ = ["Context", "expected_refs"]


@dataclass(frozen=True)
class Context:
    """What there is to know. `later` are ports that other turns or faces want; `budget` is the most it may cost."""

    chain: Chain
    tools: Mapping[str, ToolSpec]
    engines: Mapping[str, Engine]
    run: Run | None
    lookup: Lookup
    later: frozenset[Ref]
    budget: Cost | None
    owner: str

    def spec(self, step: Step) -> ToolSpec | None:
        """Return the tool of a step, or None where it is unknown."""
        return self.tools.get(step.tool)

    def is_given(self, step: Step) -> bool:
        """Return whether a person gave every port, so that the tool does not run and reads none of its arguments."""
        spec = self.spec(step)
        return spec is not None and bool(step.given) and all(p.name in step.given or p.optional for p in spec.ports)

    def routes(self, step: Step, wish: str | None) -> dict[str, Route] | None:
        """Return the routes of a step's tasks with that wish, or None where it has none."""
        spec = self.spec(step)
        try:
            return routes_of(spec, self.engines, wish) if spec else None
        except NoEngine:
            return None

    def capabilities(self, step: Step) -> list[tuple[Route, Capability]]:
        """Return how the engines that were chosen for a step bear its tasks; nothing where it does not run."""
        if self.is_given(step):
            return []
        routes = (self.routes(step, step.engine) or {}).values()
        found = [(route, bears(self.engines[route.engine], route.task)) for route in routes]
        return [(route, capability) for route, capability in found if capability is not None]

    def readers(self, step: Step) -> set[Ref]:
        """Return the ports that a step reads when it runs; none where every port of it is given."""
        return set() if self.is_given(step) else set(step.refs())

    def wanted(self) -> set[Ref]:
        """Return the ports that are wanted for their own sake: answered, expected, asked for by later turns, and
        every answer of a test or question. A chain without a named answer answers all media that nothing uses."""
        wanted = {*self.chain.answer, *self.later}
        used = {ref for step in self.chain for ref in step.refs()}
        for step in self.chain:
            spec = self.spec(step)
            if spec is None:
                continue
            wanted |= {ref for predicate in step.expect for ref in expected_refs(step, predicate)}
            for port in spec.ports:
                ref = Ref(step=step.id, port=port.name)
                is_sink = not self.chain.answer and port.type in MEDIA_TYPES and ref not in used
                if port.type == "Answer" or is_sink:
                    wanted.add(ref)
        return wanted

    def found(self, ref: Ref) -> Any:
        """Return the packed value of a port as the last run or an earlier turn found it, or None."""
        value = self.run.port(ref.step, ref.port) if self.run else None
        return self.lookup(ref) if value is None else value

    def thought(self, step: Step) -> str:
        """Return the thought that a step's result depends on, "" where nothing reads it or it can't be routed."""
        spec = self.spec(step)
        try:
            return read_thought(step, spec, self.engines) if spec else ""
        except NoEngine:
            return ""

    def key(self, step: Step) -> str:
        """Return the key a step has now, from what was found so far; "" where it has none."""
        spec = self.spec(step)
        if spec is None:
            return ""
        try:
            inputs = step_inputs(step, spec, self.found)
            routes = identities(spec, self.engines, step.engine)
        except AgentvidError:
            return ""
        return step_key(spec, inputs, routes, seed=step.seed, thought=self.thought(step), owner=self.owner)

    def is_known(self, step: Step) -> bool:
        """Return whether the last run's result of a step is what it would find now."""
        record = self.run.steps.get(step.id) if self.run else None
        return record is not None and record.is_usable and bool(record.key) and record.key == self.key(step)


def expected_refs(step: Step, predicate: Predicate) -> list[Ref]:
    """Return the ports that an expectation looks at, the step's own included; none for free words."""
    if isinstance(predicate, Words):
        return []
    return [Ref(step=step.id, port=predicate.port), *refs_in(predicate.model_dump(mode="json"))]
