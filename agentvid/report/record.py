"""What a report tells: one turn of a session, as pure data. No files, no pictures, no templates.

Does not cover: how it looks (`page`), where it lies (`folder`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run, Status, StepRun
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.engine import Input, unpack
from agentvid.media.types import Artifact, Media, PortValue, load_value
from agentvid.tool import ToolSpec

__all__ = [
    "AnswerPart",
    "Check",
    "Found",
    "HistoryEntry",
    "Language",
    "MessagePart",
    "ToolFacts",
    "Totals",
    "TurnRecord",
]

Language: TypeAlias = Literal["en", "zh"]

_NO_RUN: Final = Run(revision=0)


@dataclass(frozen=True)
class MessagePart:
    """A part of the message: words, or media with the name it came under (a file name, "@v2")."""

    text: str = ""
    name: str = ""
    artifact: Artifact | None = None


@dataclass(frozen=True)
class AnswerPart:
    """A part of the answer: `text`, or media with a caption. `ref` is the port it came from, where it came from one."""

    type: Literal["text", "media"]
    text: str = ""
    artifact: Artifact | None = None
    caption: str = ""
    ref: Ref | None = None


@dataclass(frozen=True)
class Check:
    """What a step was expected to give. `passed` is None where nothing could be tested; `measured` is in words."""

    step: str
    words: str
    passed: bool | None
    measured: str = ""


@dataclass(frozen=True)
class Totals:
    """What the run took: ids of the steps that ran and of those whose result was at hand, seconds, money (ISO 4217)."""

    executed: tuple[str, ...] = ()
    cached: tuple[str, ...] = ()
    seconds: float = 0.0
    cost: float = 0.0
    currency: str = ""


@dataclass(frozen=True)
class HistoryEntry:
    """One revision: who wrote it (person, planner, verifier), and what it changed, in words."""

    revision: int
    author: str
    note: str


@dataclass(frozen=True)
class ToolFacts:
    """What the page needs to know of a tool: its summary, the types of its ports and parameters by name."""

    summary: str = ""
    ports: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: ToolSpec) -> ToolFacts:
        """Return the facts of a tool."""
        return cls(
            spec.summary,
            {port.name: port.type for port in spec.ports},
            {parameter.name: parameter.type for parameter in spec.parameters},
        )

    @classmethod
    def of_all(cls, specs: Iterable[ToolSpec]) -> dict[str, ToolFacts]:
        """Return the facts of all tools by name."""
        return {spec.name: cls.of(spec) for spec in specs}


@dataclass(frozen=True)
class Found:
    """The value of a port, and whether a person gave it."""

    port: str
    value: PortValue
    is_given: bool


@dataclass(frozen=True)
class TurnRecord:
    """One turn as a person sees it: message, chain, what happened, answer.

    `earlier` holds packed values (`{"type": …, "value": …}`) of ports of earlier turns that this chain refers to, by
    "t1.s2.image". `tools` by name; a tool that is missing there is shown under its bare name.
    """

    session: str
    turn: int
    revision: int
    branch: str
    language: Language
    message: tuple[MessagePart, ...]
    chain: Chain
    run: Run
    answer: tuple[AnswerPart, ...] = ()
    tools: Mapping[str, ToolFacts] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    totals: Totals = Totals()
    history: tuple[HistoryEntry, ...] = ()
    earlier: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """The turn as a whole: as its run, `pending` where nothing ran yet."""
        return self.run.status if self.run.steps else "pending"

    def step_run(self, step_id: str) -> StepRun:
        """Return what happened to a step; one that has not run is `pending`."""
        return self.run.steps.get(step_id, StepRun(step=step_id))

    def found(self, step: Step) -> list[Found]:
        """Return the values on a step's ports, given ones included, in the order the tool names its ports."""
        run = self.step_run(step.id)
        types = self._port_types(step)
        values: dict[str, Input] = {port: unpack(packed) for port, packed in run.outputs.items()}
        for port, value in step.given.items():
            if port not in values and port in types:
                values[port] = load_value(types[port], value)
        order = [port for port in types if port in values] + [port for port in values if port not in types]
        return [
            Found(port, value, port in step.given or port in run.given)
            for port in order
            if (value := values[port]) is not None and not isinstance(value, list)
        ]

    def value(self, ref: Ref) -> PortValue | None:
        """Return the value a reference means now, or None where there is none (yet)."""
        if self.chain.has(ref.step):
            return next((f.value for f in self.found(self.chain.step(ref.step)) if f.port == ref.port), None)
        value = unpack(self.earlier.get(str(ref)))
        return None if isinstance(value, list) else value

    def argument(self, step: Step, name: str) -> PortValue | None:
        """Return the value of a single argument, references followed; None where it has none (yet)."""
        literal = step.args.get(name)
        ref = as_ref(literal)
        if ref is not None:
            return self.value(ref)
        if isinstance(literal, dict) and "artifact" in literal:
            return load_value(str(literal.get("type", "")).capitalize(), literal)
        parameter = self.tools.get(step.tool, ToolFacts()).parameters.get(name)
        if literal is None or parameter is None or isinstance(literal, list):
            return None
        return load_value(parameter, literal)

    def origin(self, artifact: Media) -> Ref | None:
        """Return the first port of this chain that holds those bytes, or None."""
        for step in self.chain:
            for found in self.found(step):
                if isinstance(found.value, Media) and found.value.artifact == artifact.artifact:
                    return Ref(step=step.id, port=found.port)
        return None

    def type_of(self, step: Step, port: str) -> str:
        """Return the type name of a port, "" where it is not known."""
        return self._port_types(step).get(port, "")

    def _port_types(self, step: Step) -> dict[str, str]:
        types = dict(self.tools.get(step.tool, ToolFacts()).ports)
        for port, packed in self.step_run(step.id).outputs.items():
            if isinstance(packed, dict):
                types.setdefault(port, str(packed.get("type", "")))
        return types
