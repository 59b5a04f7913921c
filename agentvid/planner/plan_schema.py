"""What a model may write as a chain: JSON schemas made from the tools, step by step.

The schema of a step offers each parameter the ports of that type that exist by then, by name ("t1.s1.mask", "@v2"),
so that what is written is well typed by construction. Sizes are bounded: every text of the schema ends.

Does not cover: what no schema can say (times that rise, a box that is not empty): `planner.check` tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from agentvid.media.types import PORT_TYPES
from agentvid.planner.check import RANGES
from agentvid.tool import Parameter, ToolSpec

__all__ = ["MOST_ANSWERS", "answer_schema", "question_schema", "step_schema"]

Schema = dict[str, Any]

MOST_ANSWERS: Final = 3
_COMPACT: Final = {"x-guidance": {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}}
_LITERALS: Final = ("Text", "Number", "Flag", "Point", "Box", "Keyframe", "CameraPath", "Actions")
"""Types a planner writes values of. All others are found by tools, and referred to."""
_NUMBER: Final[Schema] = {"type": "number", "minimum": -10000, "maximum": 10000, "multipleOf": 0.01}
_TEXT: Final[Schema] = {"type": "string", "maxLength": 80}
_THOUGHT: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 240}
_MOST_ITEMS: Final = 4
_KEPT: Final = ("type", "enum", "const", "minItems", "minimum", "maximum", "exclusiveMinimum", "pattern")


def question_schema() -> Schema:
    """Return the schema of a question back."""
    return {"type": "string", "minLength": 1, "maxLength": 240}


def step_schema(tools: Mapping[str, ToolSpec], ports: Mapping[str, str]) -> Schema | None:
    """Return the schema of the next step: a thought, a tool, its arguments. None where no tool can be used yet.

    `ports` are the values at hand by name, with their types. A tool that needs what is not at hand is left out.
    """
    usable = [spec for spec in tools.values() if _is_usable(spec, ports)]
    return {"anyOf": [_step(spec, ports) for spec in usable], **_COMPACT} if usable else None


def answer_schema(ports: Mapping[str, str]) -> Schema:
    """Return the schema of the list of ports that answer the message."""
    return {"type": "array", "items": {"enum": list(ports)}, "minItems": 1, "maxItems": MOST_ANSWERS, **_COMPACT}


def _is_usable(spec: ToolSpec, ports: Mapping[str, str]) -> bool:
    return all(_value(p, ports) is not None for p in spec.parameters if p.required)


def _step(spec: ToolSpec, ports: Mapping[str, str]) -> Schema:
    args = {p.name: value for p in spec.parameters if (value := _value(p, ports)) is not None}
    required = [p.name for p in spec.parameters if p.required]
    return _object(
        {"thought": _THOUGHT, "tool": {"const": spec.name}, "args": _object(args, required)},
        ["thought", "tool", "args"],
    )


def _value(parameter: Parameter, ports: Mapping[str, str]) -> Schema | None:
    """Return the schema of an argument, None where there is nothing that it could be."""
    choices = []
    names = [name for name, type_name in ports.items() if type_name == parameter.type]
    if names:
        choices.append(_object({"from": {"enum": names}}, ["from"]))
    if parameter.type in _LITERALS:
        choices.append(_literal(parameter))
    if not choices:
        return None
    one = choices[0] if len(choices) == 1 else {"anyOf": choices}
    return {"type": "array", "items": one, "minItems": 1, "maxItems": _MOST_ITEMS} if parameter.many else one


def _literal(parameter: Parameter) -> Schema:
    if parameter.type == "Text":
        return _TEXT
    if parameter.type == "Flag":
        return {"type": "boolean"}
    if parameter.type == "Number":
        allowed = RANGES.get(parameter.name)
        if allowed is None:
            return _NUMBER
        least = "exclusiveMinimum" if allowed.is_open else "minimum"
        return {"type": "number", least: allowed.least, "maximum": allowed.most, "multipleOf": 0.01}
    schema = TypeAdapter(PORT_TYPES[parameter.type]).json_schema()
    return _bounded(schema, schema.get("$defs", {}))


def _bounded(schema: Schema, defs: Mapping[str, Schema]) -> Schema:
    """Return a schema of our own types without references, and with an end to every list, text and number."""
    if "$ref" in schema:
        return _bounded(defs[schema["$ref"].rpartition("/")[2]], defs)
    kept: Schema = {name: schema[name] for name in _KEPT if name in schema}
    if schema.get("type") == "object":
        values = {name: _bounded(inner, defs) for name, inner in schema["properties"].items()}
        return _object(values, schema.get("required", []))
    if schema.get("type") == "array":
        return kept | {"items": _bounded(schema["items"], defs), "maxItems": _MOST_ITEMS}
    if schema.get("type") == "string" and "enum" not in schema:
        return kept | {"maxLength": _TEXT["maxLength"]}
    if schema.get("type") == "number":
        most = kept.get("maximum", 10000)
        bounds = {} if kept.keys() & {"minimum", "exclusiveMinimum"} else {"minimum": -10000}
        return kept | bounds | {"maximum": most, "multipleOf": 0.01}
    if schema.get("type") == "integer":
        return {"minimum": 0, "maximum": 100000} | kept
    return kept


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
