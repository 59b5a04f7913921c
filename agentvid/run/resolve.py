"""From a step in the document to what its tool is called with: references, literals and given values become inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from agentvid.chain.step import Ref, Step, as_ref
from agentvid.engine import pack
from agentvid.errors import ChainError
from agentvid.media.types import load_value
from agentvid.tool import Parameter, ToolSpec

__all__ = ["UNKNOWN", "Lookup", "given_ports", "is_all_given", "pack_literal", "step_inputs"]

Lookup: TypeAlias = Callable[[Ref], Any]
"""Returns the packed value of a port, None where it holds none, UNKNOWN where a run has to find it first."""

_EXACT: Final = 2**53
"""Whole numbers up to here are the same as floats."""

UNKNOWN: Final = object()
"""Stands for a value that is not known before something runs; only previews meet it."""


def given_ports(step: Step, spec: ToolSpec) -> dict[str, Any]:
    """Return the values a person gave on the step's ports, packed.

    Raises: ChainError where a given value is not of the port's type, or the port does not exist.
    """
    packed: dict[str, Any] = {}
    for name, value in step.given.items():
        port = spec.port(name)
        if port is None:
            ports = ", ".join(p.name for p in spec.ports)
            raise ChainError(f"{step.id} ({spec.name}) has no port {name!r}", f"one of {ports}", "clear_given it")
        packed[name] = pack_literal(port.type, value, f"{step.id}.{name}")
    return packed


def is_all_given(spec: ToolSpec, given: Mapping[str, Any]) -> bool:
    """Return whether a person gave every port that the tool must fill, so that it need not run."""
    return bool(given) and all(port.name in given or port.optional for port in spec.ports)


def step_inputs(step: Step, spec: ToolSpec, lookup: Lookup) -> dict[str, Any]:
    """Return what the tool is called with, packed, by parameter: arguments, then given values that it takes in.

    Where the lookup does not know a value yet, UNKNOWN is in its place.

    Raises: ChainError where a required parameter has no value.
    """
    inputs: dict[str, Any] = {}
    missing: list[str] = []
    for parameter in spec.parameters:
        argument = step.args.get(parameter.name)
        value = None if argument is None else _argument(step, parameter, argument, lookup)
        if value is not None:
            inputs[parameter.name] = value
        elif parameter.required:
            missing.append(parameter.name)
    if step.given:
        given = given_ports(step, spec)
        inputs |= {name: given[name] for name in sorted(spec.constraints()) if name in given}
        missing = [name for name in missing if name not in inputs]
    if missing:
        raise ChainError(
            f"{step.id} ({spec.name}) has no value for {', '.join(missing)}",
            "a value for every required parameter",
            f"set_arg {step.id} {missing[0]}",
        )
    return inputs


def pack_literal(type_name: str, value: Any, where: str) -> Any:
    """Check a JSON literal against a port type and pack it.

    Raises: ChainError naming the place, where it is not of that type.
    """
    if type_name == "Number" and _is_plain_number(value):
        return {"type": "Number", "value": float(value)}
    try:
        return pack(load_value(type_name, value))
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        told = f"{path}: {first['msg']}" if path else first["msg"]
        raise ChainError(f"{where}: {told}", f"a {type_name}", "correct the value") from None


def _is_plain_number(value: Any) -> bool:
    return type(value) in (int, float) and -_EXACT <= value <= _EXACT


def _argument(step: Step, parameter: Parameter, argument: Any, lookup: Lookup) -> Any:
    if not parameter.many:
        return _one(step, parameter, argument, lookup)
    items = argument if isinstance(argument, list) else [argument]
    values = [_one(step, parameter, item, lookup) for item in items]
    return [value for value in values if value is not None]


def _one(step: Step, parameter: Parameter, argument: Any, lookup: Lookup) -> Any:
    if parameter.type == "Number" and _is_plain_number(argument):
        return {"type": "Number", "value": float(argument)}
    ref = as_ref(argument)
    if ref is None:
        return pack_literal(parameter.type, argument, f"{step.id} {parameter.name}")
    value = lookup(ref)
    if value is UNKNOWN:
        return UNKNOWN
    if value is not None and value["type"] != parameter.type:
        raise ChainError(
            f"{step.id} {parameter.name} refers to {ref}, a {value['type']}", f"a {parameter.type}", "set_arg it"
        )
    return value
