"""Check a chain against the tools before anything runs: wiring, types, ranges. Runs nothing, reads no media.

Does not cover: whether media exist (the run says so), or whether a step is a good idea (that is the planner's work).
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.step import (
    ColourIn,
    Predicate,
    Ref,
    Seconds,
    Size,
    Step,
    UnchangedOutside,
    Words,
    as_ref,
    refs_in,
    step_number,
)
from agentvid.errors import ChainError
from agentvid.media.clean import MAX_CHARACTERS, odd_text
from agentvid.media.types import Actions, CameraPath, PortValue, load_value
from agentvid.tool import Parameter, ToolSpec

__all__ = ["MOST_PATH_SECONDS", "MOST_SECONDS", "RANGES", "Problem", "Range", "check_chain", "require"]

MOST_SECONDS: Final = 600.0
"""The longest clip, sound or walk that may be asked for, in seconds."""
MOST_PATH_SECONDS: Final = 120.0
"""The longest camera path, in seconds."""


@dataclass(frozen=True)
class Range:
    """What a number may be: `least` included unless `is_open`, `most` included."""

    least: float
    most: float
    is_open: bool = False

    def holds(self, value: float) -> bool:
        """Return whether a value lies in it; NaN never does."""
        return (self.least < value if self.is_open else self.least <= value) and value <= self.most

    def __str__(self) -> str:
        start = "more than" if self.is_open else "at least"
        return f"{start} {self.least:g} and at most {self.most:g}"


RANGES: Final[dict[str, Range]] = {
    "seconds": Range(0, MOST_SECONDS, is_open=True),
    "fps": Range(1, 120),
    "width": Range(1, 16384),
    "height": Range(1, 16384),
    "light": Range(0, 1),
    "size": Range(0, 1),
    "trust_seconds": Range(0, MOST_SECONDS),
}
"""Ranges of Numbers, by the name of the parameter or port, in any tool."""

_PREDICATE_PORTS: Final[dict[str, frozenset[str]]] = {
    "size": frozenset({"Image", "Video", "Mask", "Depth"}),
    "seconds": frozenset({"Video", "Audio"}),
    "colour_in": frozenset({"Image"}),
    "unchanged_outside": frozenset({"Image"}),
    "count": frozenset({"Image", "Video"}),
    "answer": frozenset({"Image", "Video", "Audio", "Text"}),
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a chain, in the words of `AgentvidError`. `step` is "" where it is the chain as a whole."""

    step: str
    given: str
    expected: str = ""
    do: str = ""

    def __str__(self) -> str:
        where = f"{self.step}: " if self.step else ""
        return where + "; ".join(filter(None, (self.given, self.expected and f"expected: {self.expected}")))


def check_chain(
    chain: Chain,
    tools: Mapping[str, ToolSpec],
    *,
    earlier: Mapping[str, str] | None = None,
    engines: set[str] | None = None,
) -> list[Problem]:
    """Return all problems of a chain, in the order of its steps; none means that it can run.

    `earlier` names the ports of earlier turns and their types, "t1.s4.image" → "Image". `engines` are the names that a
    step may wish for; None leaves wishes unchecked.
    """
    return list(_Check(chain, tools, earlier or {}, engines).problems())


def require(
    chain: Chain,
    tools: Mapping[str, ToolSpec],
    *,
    earlier: Mapping[str, str] | None = None,
    engines: set[str] | None = None,
) -> None:
    """Return where `check_chain` finds nothing.

    Raises: ChainError that tells the first problem in full and names all others.
    """
    problems = check_chain(chain, tools, earlier=earlier, engines=engines)
    if not problems:
        return
    first, rest = problems[0], problems[1:]
    given = f"{first.step}: {first.given}" if first.step else first.given
    more = f" (and {len(rest)} more: {' | '.join(map(str, rest))})" if rest else ""
    raise ChainError(f"{given}{more}", first.expected, first.do)


@dataclass
class _Check:
    chain: Chain
    tools: Mapping[str, ToolSpec]
    earlier: Mapping[str, str]
    engines: set[str] | None
    steps: dict[str, Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = {step.id: step for step in self.chain.steps}

    def problems(self) -> Iterator[Problem]:
        if self.chain.question and self.chain.steps:
            yield Problem("", "a question back and steps", "either of them", "drop the question or the steps")
        try:
            self.chain.order()
        except ChainError as error:
            yield Problem("", error.given, error.expected, error.do)
        except ValidationError:
            pass  # a reference is broken: its argument is reported below
        for step in self.chain.steps:
            yield from self._step(step)
        for ref in self.chain.answer:
            yield from self._reference(ref, "", "answer")

    def _step(self, step: Step) -> Iterator[Problem]:
        if step_number(step.id)[0] != self.chain.turn:
            yield Problem(
                step.id,
                f"the step is of another turn than the chain's ({self.chain.turn})",
                f"an id that begins with t{self.chain.turn}",
                "give it the next free id of this turn",
            )
        if self.engines is not None and step.engine is not None and step.engine not in self.engines:
            near = _nearest(step.engine, self.engines)
            yield Problem(step.id, f"unknown engine {step.engine!r}", near, "wish for one of them, or none")
        odd = odd_text([step.thought, step.args, step.given, *(part.model_dump() for part in step.expect)])
        if odd:
            yield Problem(
                step.id, f"the step holds {odd}", f"at most {MAX_CHARACTERS} characters", "shorten or correct it"
            )
        spec = self.tools.get(step.tool)
        if spec is None:
            near = _nearest(step.tool, self.tools)
            yield Problem(step.id, f"unknown tool {step.tool!r}", near, f"set_tool {step.id}, or add the tool")
            return
        yield from self._arguments(step, spec)
        yield from self._given(step, spec)
        for predicate in step.expect:
            yield from self._predicate(step, spec, predicate)

    # ------------------------------------------------------------ arguments

    def _arguments(self, step: Step, spec: ToolSpec) -> Iterator[Problem]:
        names = [parameter.name for parameter in spec.parameters]
        for name in step.args:
            if name not in names:
                yield Problem(
                    step.id,
                    f"{spec.name} has no parameter {name!r}",
                    _nearest(name, names),
                    f"rename or drop the argument {name!r}",
                )
        is_skipped = all(port.name in step.given for port in spec.ports if not port.optional)
        for parameter in spec.parameters:
            if parameter.name in step.args:
                yield from self._argument(step, parameter, step.args[parameter.name])
            elif parameter.required and parameter.name not in step.given and not is_skipped:
                yield Problem(
                    step.id,
                    f"{spec.name} is given no {parameter.name!r}",
                    f"{_type_of(parameter)}{f': {parameter.doc}' if parameter.doc else ''}",
                    f"set_arg {step.id}.{parameter.name}",
                )

    def _argument(self, step: Step, parameter: Parameter, value: Any) -> Iterator[Problem]:
        where = f"argument {parameter.name!r}"
        if value is None:
            if parameter.required:
                yield Problem(step.id, f"{where} is null", _type_of(parameter), f"set_arg {step.id}.{parameter.name}")
        elif parameter.many and not isinstance(value, list | tuple):
            yield Problem(step.id, f"{where} is one value", _type_of(parameter), "put it into a list")
        else:
            for item in value if parameter.many else (value,):
                if parameter.choices and isinstance(item, str) and item not in parameter.choices:
                    known = f"one of {', '.join(parameter.choices)}"
                    yield Problem(step.id, f"{where} is {_short(item)}", known, "choose one of them")
                    continue
                yield from self._value(step.id, where, parameter.name, parameter.type, item)

    def _value(self, step: str, where: str, name: str, type_name: str, value: Any) -> Iterator[Problem]:
        ref, broken = _as_ref(value)
        if broken:
            yield Problem(step, f"{where} is {_short(value)}", "a reference such as t1.s2.mask", "correct its step id")
        elif ref is not None:
            yield from self._reference(ref, step, where, frozenset({type_name}))
        elif _holds_reference(value):
            yield Problem(
                step,
                f"{where} holds a reference inside a value",
                f"{type_name} or one reference",
                "refer to a whole port",
            )
        else:
            yield from _literal(step, where, name, type_name, value)

    def _reference(self, ref: Ref, step: str, where: str, types: frozenset[str] = frozenset()) -> Iterator[Problem]:
        found = self._port_type(ref)
        if found is None:
            near = self._nearest_port(ref)
            yield Problem(step, f"{where} refers to {ref}, which does not exist", near, "refer to a port that exists")
        elif types and found and found not in types:
            expected = " or ".join(sorted(types))
            yield Problem(step, f"{where} refers to {ref}, which is {found}", expected, "refer to a port of that type")

    def _port_type(self, ref: Ref) -> str | None:
        """Return the type of a port; "" where the tool of its step is unknown, None where there is no such port."""
        step = self.steps.get(ref.step)
        if step is None:
            return self.earlier.get(str(ref))
        spec = self.tools.get(step.tool)
        port = spec.port(ref.port) if spec else None
        return "" if spec is None else port.type if port else None

    def _nearest_port(self, ref: Ref) -> str:
        step = self.steps.get(ref.step)
        if step is not None:
            return _nearest(ref.port, [port.name for port in self._ports(step)])
        known = [*(f"{s.id}.{p.name}" for s in self.chain.steps for p in self._ports(s)), *self.earlier]
        return _nearest(str(ref), known)

    def _ports(self, step: Step) -> tuple[Any, ...]:
        spec = self.tools.get(step.tool)
        return spec.ports if spec else ()

    # ------------------------------------------------------------ given values and expectations

    def _given(self, step: Step, spec: ToolSpec) -> Iterator[Problem]:
        for name, value in step.given.items():
            port = spec.port(name)
            if port is None:
                near = _nearest(name, [p.name for p in spec.ports])
                yield Problem(step.id, f"{spec.name} has no port {name!r} to give", near, "give a port that it has")
            elif _holds_reference(value):
                yield Problem(step.id, f"given {name!r} is a reference", f"a {port.type}", "give the value itself")
            else:
                yield from _literal(step.id, f"given {name!r}", name, port.type, value)

    def _predicate(self, step: Step, spec: ToolSpec, predicate: Predicate) -> Iterator[Problem]:
        if isinstance(predicate, Words):
            return
        port = spec.port(predicate.port)
        where = f"expectation {predicate.kind!r}"
        if port is None:
            near = _nearest(predicate.port, [p.name for p in spec.ports])
            yield Problem(step.id, f"{where} is about port {predicate.port!r}", near, f"name a port of {spec.name}")
        elif port.type not in _PREDICATE_PORTS[predicate.kind]:
            expected = " or ".join(sorted(_PREDICATE_PORTS[predicate.kind]))
            yield Problem(step.id, f"{where} is about {predicate.port!r}, a {port.type}", expected, "name another port")
        if isinstance(predicate, ColourIn | UnchangedOutside):
            yield from self._reference(predicate.mask, step.id, f"{where}: mask", frozenset({"Mask"}))
        if isinstance(predicate, UnchangedOutside):
            yield from self._value(step.id, f"{where}: before", "before", "Image", predicate.before)
        if isinstance(predicate, Seconds) and predicate.least > predicate.most:
            told = f"{predicate.least:g} to {predicate.most:g} s"
            yield Problem(step.id, f"{where} is {told}", "least at most as much as most", "swap them")
        if isinstance(predicate, Size) and predicate.width is None and predicate.height is None:
            yield Problem(step.id, f"{where} has no side", "a width or a height in pixels", "give one, or drop it")


def _literal(step: str, where: str, name: str, type_name: str, value: Any) -> Iterator[Problem]:
    try:
        loaded = load_value(type_name, value)
    except ValidationError as error:
        first = error.errors()[0]
        field_name = ".".join(str(part) for part in first["loc"])
        detail = f"{type_name} ({f'{field_name}: ' if field_name else ''}{first['msg']})"
        yield Problem(step, f"{where} is {_short(value)}", detail, f"write it as {type_name}")
        return
    expected = _range_of(name, loaded)
    if expected:
        yield Problem(step, f"{where} is {_short(value)}", expected, "choose a value in this range")


def _range_of(name: str, value: PortValue) -> str:
    """Return the range a value lies outside of, "" where it is in order."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        if not math.isfinite(value):
            return "a finite number"
        allowed = RANGES.get(name)
        return str(allowed) if allowed and not allowed.holds(value) else ""
    if isinstance(value, CameraPath) and value.seconds > MOST_PATH_SECONDS:
        return f"a camera path of at most {MOST_PATH_SECONDS:g} s"
    if isinstance(value, Actions) and value.seconds > MOST_SECONDS:
        return f"moves of at most {MOST_SECONDS:g} s in all"
    return ""


def _as_ref(value: Any) -> tuple[Ref | None, bool]:
    """Return the reference a value is, and whether it looks like one but is none."""
    try:
        return as_ref(value), False
    except ValidationError:
        return None, True


def _holds_reference(value: Any) -> bool:
    try:
        return bool(refs_in(value))
    except ValidationError:
        return True


def _type_of(parameter: Parameter) -> str:
    return f"a list of {parameter.type}" if parameter.many else parameter.type


def _nearest(word: str, known: Any) -> str:
    names = list(known)
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"perhaps {' or '.join(near)}"
    return f"one of {', '.join(sorted(names)[:20])}" if names else "nothing: there is none"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
