"""Tools: *what* can be done. A tool is a typed async function with a docstring; its schema is read from both.

    from agentvid.tool import tool

    @tool(tasks=["locate"])
    async def locate(ctx: ToolContext, image: Image, what: str, box: Box | None = None) -> Located:
        '''Find a thing in a picture.

        Args:
            what: what to look for, for example "red cup"
            box: a box to look in
        '''

Rules the signature follows:
- parameters are port types, `X | None`, `list[X]`, or a `Literal` of texts; `seed: int` and `thought: str` are filled
  from the step itself;
- a parameter with the name of a port is a constraint: a value that a person gives on the port is passed in there;
- the result is one port type (the port is named after it, "answer") or a frozen dataclass whose fields are the ports.
Nothing a tool does may depend on what is not among its parameters: the key of a result is made of them alone.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import inspect
import math
import re
import types
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from agentvid.engine import EngineResult, Input
from agentvid.errors import SettingsError
from agentvid.events import Emit
from agentvid.media.types import PORT_TYPES, PortValue, port_type_name
from agentvid.store.objects import ObjectStore

__all__ = ["EngineCall", "Parameter", "Port", "ToolContext", "ToolSpec", "ports_of", "source_digest", "tool"]

FROM_STEP: Final = frozenset({"seed", "thought"})
"""Parameters filled from the step, not from its arguments."""


class EngineCall(Protocol):
    """An engine that routing chose for one task."""

    @property
    def name(self) -> str:
        """Name of the engine."""
        ...

    async def run(self, **inputs: Input) -> EngineResult:
        """Run the task; `seed` and `thought` of the step are passed where the tool hands them in.

        Raises: CallError, Needs, ToolFailed, EngineError, Cancelled.
        """
        ...


class ToolContext(Protocol):
    """What a tool may reach. There is nothing here that is not in the key of its result."""

    @property
    def store(self) -> ObjectStore:
        """The object store."""
        ...

    @property
    def emit(self) -> Emit:
        """Where events go."""
        ...

    def engine(self, task: str) -> EngineCall:
        """Return the engine for one of the tasks the tool declared.

        Raises: SettingsError for a task it did not declare.
        """
        ...

    def warn(self, text: str) -> None:
        """Keep a warning with the result: what was adjusted, substituted or is only approximate."""
        ...

    def cancelled(self) -> bool:
        """Return whether someone asked to stop."""
        ...


@dataclass(frozen=True)
class Parameter:
    """One parameter: its port type name, whether it takes a list, whether it must be given, and what it means.

    `choices` are the texts it may be; none: any.
    """

    name: str
    type: str
    many: bool
    required: bool
    default: Any
    doc: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Port:
    """One output: its port type name and whether it may be absent."""

    name: str
    type: str
    optional: bool


@dataclass(frozen=True)
class ToolSpec:
    """A tool as everything else sees it: planner, checker, executor, help.

    `titles` are other names that people have for it, `examples` messages that ask for it; both in any language.
    """

    name: str
    summary: str
    doc: str
    parameters: tuple[Parameter, ...]
    ports: tuple[Port, ...]
    tasks: tuple[str, ...]
    digest: str
    path: str
    run: Callable[..., Awaitable[Any]]
    titles: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((p for p in self.parameters if p.name == name), None)

    def port(self, name: str) -> Port | None:
        """Return the port of that name, or None."""
        return next((p for p in self.ports if p.name == name), None)

    def takes(self, name: str) -> bool:
        """Return whether the tool declares that parameter, `seed` and `thought` included."""
        return name in _declared(self.run)

    def constraints(self) -> frozenset[str]:
        """Return the ports whose given value the tool takes in."""
        return frozenset(port.name for port in self.ports) & {p.name for p in self.parameters}

    def document(self) -> dict[str, Any]:
        """Return what a person or program is told of the tool, as JSON."""
        return {
            "name": self.name,
            "summary": self.summary,
            "titles": list(self.titles),
            "examples": list(self.examples),
            "parameters": [
                {name: getattr(p, name) for name in ("name", "type", "many", "required", "default", "doc")}
                | ({"choices": list(p.choices)} if p.choices else {})
                for p in self.parameters
            ],
            "ports": [{"name": p.name, "type": p.type, "optional": p.optional} for p in self.ports],
            "tasks": list(self.tasks),
        }


def tool(
    *,
    tasks: Sequence[str] = (),
    helpers: Sequence[Callable[..., Any]] = (),
    titles: Sequence[str] = (),
    examples: Sequence[str] = (),
) -> Callable[[Callable[..., Awaitable[Any]]], ToolSpec]:
    """Make a tool of a typed async function. No side effect: loading is up to `plugins`.

    `tasks` are what it asks engines for; `helpers` are functions outside its file that its result depends on.
    `titles` ("postcard", "明信片") and `examples` ("make a postcard of these two") are what the offline planner knows
    it by, besides the words of its name.

    Raises: SettingsError, naming the file and the parameter, where the signature does not follow the rules.
    """

    def make(function: Callable[..., Awaitable[Any]]) -> ToolSpec:
        path = inspect.getsourcefile(function) or ""
        where = f"tool {function.__name__!r} in {path}"
        if not inspect.iscoroutinefunction(function):
            raise SettingsError(f"{where} is not async", "async def", "write `async def`")
        doc = inspect.cleandoc(function.__doc__ or "")
        if not doc:
            raise SettingsError(f"{where} has no docstring", "a first line that says what it does", "write one")
        summary, _, _ = doc.partition("\n")
        return ToolSpec(
            name=function.__name__,
            summary=summary.strip(),
            doc=doc,
            parameters=_parameters(function, doc, where),
            ports=_ports(function, where),
            tasks=tuple(tasks),
            digest=_digest(Path(path), helpers),
            path=path,
            run=function,
            titles=_texts(titles, f"{where}: titles"),
            examples=_texts(examples, f"{where}: examples"),
        )

    return make


def _texts(given: Sequence[str], where: str) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(text, str) for text in given):
        raise SettingsError(f"{where} is {given!r}", "a list of texts", "put them into brackets")
    return tuple(given)


@cache
def _declared(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def ports_of(spec: ToolSpec, result: Any) -> dict[str, PortValue]:
    """Return a tool's result by port; absent optional ports are left out.

    Raises: SettingsError where the tool returned what its signature does not say.
    """
    if len(spec.ports) == 1 and not dataclasses.is_dataclass(result):
        if type(result) is float and spec.ports[0].type == "Number" and math.isfinite(result):
            return {spec.ports[0].name: result}
        found = {spec.ports[0].name: result}
    elif dataclasses.is_dataclass(result) and not isinstance(result, type):
        found = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    else:
        found = {}
    for port in spec.ports:
        value = found.get(port.name)
        if value is None and port.optional:
            found.pop(port.name, None)
            continue
        if isinstance(value, int) and not isinstance(value, bool) and port.type == "Number":
            value = found[port.name] = float(value)
        if isinstance(value, float) and not math.isfinite(value):
            raise SettingsError(f"tool {spec.name!r} returned {value} on port {port.name!r}", "a finite number")
        if value is None or port_type_name(type(value)) != port.type:
            raise SettingsError(
                f"tool {spec.name!r} returned {type(value).__name__} on port {port.name!r}",
                port.type,
                f"correct {spec.path}",
            )
    return found


def source_digest(path: Path) -> str:
    """Return the digest of a tool's source: its file, or all files of its folder; comments and layout don't count."""
    files = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    whole = hashlib.sha256()
    for file in files:
        whole.update(ast.dump(ast.parse(file.read_text(encoding="utf-8"))).encode())
    return whole.hexdigest()


def _digest(path: Path, helpers: Sequence[Callable[..., Any]]) -> str:
    whole = hashlib.sha256(source_digest(path).encode())
    for helper in helpers:
        whole.update(source_digest(Path(inspect.getsourcefile(helper) or "")).encode())
    return whole.hexdigest()


def _parameters(function: Callable[..., Any], doc: str, where: str) -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(function)
    told = _argument_docs(doc)
    parameters = []
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if name in FROM_STEP:
            continue
        if name not in hints:
            raise SettingsError(f"{where}: parameter {name!r} has no type", "a port type", f"one of {_names()}")
        hint, choices = _choices(hints[name])
        type_name, many, optional = _port_type(hint, f"{where}: parameter {name!r}")
        empty = parameter.default is inspect.Parameter.empty
        parameters.append(
            Parameter(
                name=name,
                type=type_name,
                many=many,
                required=empty and not optional,
                default=None if empty else parameter.default,
                doc=told.get(name, ""),
                choices=choices,
            )
        )
    return tuple(parameters)


def _ports(function: Callable[..., Any], where: str) -> tuple[Port, ...]:
    result = typing.get_type_hints(function).get("return")
    if isinstance(result, type) and dataclasses.is_dataclass(result):
        hints: Mapping[str, Any] = typing.get_type_hints(result)
        ports = []
        for f in dataclasses.fields(result):
            type_name, many, optional = _port_type(hints[f.name], f"{where}: port {f.name!r}")
            if many:
                raise SettingsError(f"{where}: port {f.name!r} is a list", "one value", "return one port per value")
            ports.append(Port(f.name, type_name, optional))
        return tuple(ports)
    type_name, many, _ = _port_type(result, f"{where}: its result")
    if many:
        raise SettingsError(f"{where} returns a list", "a port type or a frozen dataclass of ports")
    return (Port(re.sub(r"(?<!^)(?=[A-Z])", "_", type_name).lower(), type_name, False),)


def _choices(hint: Any) -> tuple[Any, tuple[str, ...]]:
    """Return a hint with a `Literal` of texts as plain text, and the texts."""
    inner = [item for item in typing.get_args(hint) if typing.get_origin(item) is typing.Literal]
    literal = hint if typing.get_origin(hint) is typing.Literal else inner[0] if len(inner) == 1 else None
    texts = typing.get_args(literal)
    if not texts or not all(isinstance(text, str) for text in texts):
        return hint, ()
    is_optional = hint is not literal and type(None) in typing.get_args(hint)
    return (str | None if is_optional else str), texts


def _port_type(hint: Any, where: str) -> tuple[str, bool, bool]:
    optional = False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [item for item in typing.get_args(hint) if item is not type(None)]
        optional = len(inner) < len(typing.get_args(hint))
        hint = inner[0] if len(inner) == 1 else hint
    many = typing.get_origin(hint) is list
    if many:
        (hint,) = typing.get_args(hint)
    try:
        return port_type_name(hint), many, optional
    except (KeyError, TypeError):
        raise SettingsError(f"{where} has type {hint!r}", f"one of {_names()}", "use a port type") from None


def _names() -> str:
    return ", ".join(PORT_TYPES)


def _argument_docs(doc: str) -> dict[str, str]:
    section = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", doc, flags=re.MULTILINE)
    if section is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", section[1], flags=re.MULTILINE)
    return {name: re.sub(r"\s+", " ", text).strip() for name, text in entries}
