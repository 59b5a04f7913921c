"""What is settled of a step before it runs: its tool, its routes, its inputs as far as they are known, its key.

Runs, previews and whoever asks what is stale all come through here, so that they can't differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from agentvid.chain.step import Step
from agentvid.engine import Engine, unpack
from agentvid.errors import SettingsError
from agentvid.media.types import Depth, Image, Mask, Video
from agentvid.run.call import reads_thought, routes_of
from agentvid.run.key import Frame, KeyParts
from agentvid.run.resolve import UNKNOWN, Lookup, given_ports, is_all_given, step_inputs
from agentvid.run.route import Route
from agentvid.tool import ToolSpec

__all__ = ["Prepared", "Preparer", "megapixel_frames"]


class Prepared(NamedTuple):
    """A step that is ready to run, or would be once its unknown inputs are known (`parts.key` is "" until then).

    `parts` is None where a person gave all that the tool would fill, so that it need not run; then `inputs` are empty.
    """

    step: Step
    spec: ToolSpec
    given: dict[str, Any]
    inputs: Mapping[str, Any] = MappingProxyType({})
    routes: Mapping[str, Route] = MappingProxyType({})
    thought: str = ""
    parts: KeyParts | None = None

    @property
    def key(self) -> str:
        """The key, "" where there is none (yet)."""
        return self.parts.key if self.parts else ""


@dataclass
class Preparer:
    """Prepares the steps of one run or preview; engines are asked only once for their state."""

    tools: Mapping[str, ToolSpec]
    engines: Mapping[str, Engine]
    owner: str
    _routes: dict[tuple[str, str | None], tuple[dict[str, Route], bool]] = field(default_factory=dict)
    _framed: dict[tuple[str, str | None, int, str], tuple[dict[str, Route], str, Frame]] = field(default_factory=dict)

    def spec(self, step: Step) -> ToolSpec:
        """Return the step's tool.

        Raises: SettingsError where it is not known.
        """
        spec = self.tools.get(step.tool)
        if spec is None:
            raise SettingsError(f"{step.id} asks for tool {step.tool!r}", f"one of {', '.join(sorted(self.tools))}")
        return spec

    def prepare(self, step: Step, lookup: Lookup) -> Prepared:
        """Return what is settled of a step.

        Raises: ChainError where an input is missing or does not fit; NoEngine; SettingsError for an unknown tool.
        """
        spec = self.spec(step)
        given = given_ports(step, spec)
        if is_all_given(spec, given):
            return Prepared(step, spec, given)
        inputs = step_inputs(step, spec, lookup)
        called = (step.tool, step.engine, step.seed, step.thought)
        framed = self._framed.get(called)
        if framed is None:
            framed = self._framed[called] = self._frame(spec, step)
        routes, thought, frame = framed
        return Prepared(step, spec, given, inputs, routes, thought, frame.parts(inputs))

    def _frame(self, spec: ToolSpec, step: Step) -> tuple[dict[str, Route], str, Frame]:
        if (spec.name, step.engine) not in self._routes:
            routes = routes_of(spec, self.engines, step.engine)
            self._routes[spec.name, step.engine] = routes, reads_thought(spec, self.engines, routes)
        routes, reads = self._routes[spec.name, step.engine]
        thought = step.thought if reads else ""
        identities = {task: chosen.identity for task, chosen in routes.items()}
        return routes, thought, Frame(spec, identities, seed=step.seed, thought=thought, owner=self.owner)


def megapixel_frames(inputs: Mapping[str, Any]) -> float:
    """Return the size of the largest picture or clip among packed inputs, in 10⁶ pixels times frames; 0 without any."""
    largest = 0.0
    for value in inputs.values():
        for item in value if isinstance(value, list) else (value,):
            if item is not UNKNOWN and item["type"] in _SIZED:
                largest = max(largest, _size(unpack(item)))
    return largest


_SIZED = frozenset({"Image", "Video", "Mask", "Depth"})


def _size(value: Any) -> float:
    assert isinstance(value, Image | Video | Mask | Depth)
    return value.width * value.height * (value.frames if isinstance(value, Video) else 1) / 1e6
