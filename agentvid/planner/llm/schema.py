"""JSON schemas of what a model may answer: a chain, or edits of one. Of the strict kind that endpoints enforce.

Strict means: every object is closed and names all its properties as required; what may be left out is null instead.
Whether ports exist and fit can't be said in it: `planner.check` tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import TypeAdapter

from agentvid.media.types import PORT_TYPES
from agentvid.planner.check import RANGES
from agentvid.tool import Parameter, ToolSpec

__all__ = ["chain_schema", "edits_schema"]

Schema = dict[str, Any]

_WRITTEN: Final = ("Number", "Flag", "Point", "Box", "Keyframe", "CameraPath", "Actions")
"""Types a model writes values of, besides Text. All others are found by tools, and referred to."""
_TEXT: Final[Schema] = {"type": "string"}
_NUMBER: Final[Schema] = {"type": "number"}
_KEPT: Final = ("type", "enum", "minItems", "maxItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def chain_schema(tools: Iterable[ToolSpec], engines: Iterable[str]) -> Schema:
    """Return the schema of `{"question", "steps", "answer"}`: a question back, or steps and the ports that answer."""
    root = _object(
        {
            "question": _nullable(_TEXT),
            "steps": _list({"$ref": "#/$defs/step"}),
            "answer": _list({"$ref": "#/$defs/port"}),
        }
    )
    return {**root, "$defs": _definitions(list(tools), list(engines))}


def edits_schema(tools: Iterable[ToolSpec], engines: Iterable[str]) -> Schema:
    """Return the schema of `{"question", "edits"}`: a question back, or typed edits of a chain."""
    tools, engines = list(tools), list(engines)
    step, name, value = {"$ref": "#/$defs/id"}, _TEXT, {"$ref": "#/$defs/value"}
    place = {"before": _nullable(step), "after": _nullable(step)}
    kinds = [
        _edit("set_thought", step=step, thought=_TEXT),
        _edit("set_arg", step=step, name=name, value=_nullable({"anyOf": [value, _list(value)]})),
        _edit("set_given", step=step, port=name, value=value),
        _edit("clear_given", step=step, port=name),
        _edit("set_expect", step=step, expect=_list({"$ref": "#/$defs/expect"})),
        _edit("set_engine", step=step, engine=_engine(engines)),
        _edit("set_seed", step=step, seed={"type": "integer", "minimum": 0}),
        _edit("insert", step={"$ref": "#/$defs/step"}, **place),
        _edit("remove", step=step),
        _edit("move", step=step, **place),
        _edit("pin", step=step, pinned={"type": "boolean"}),
        _edit("set_answer", answer=_list({"$ref": "#/$defs/port"})),
    ]
    root = _object({"question": _nullable(_TEXT), "edits": _list({"anyOf": kinds})})
    values = [{"$ref": "#/$defs/from"}, _TEXT, *({"$ref": f"#/$defs/{name}"} for name in _WRITTEN)]
    definitions = _definitions(tools, engines)
    definitions |= {name: _literal(name) for name in _WRITTEN} | {"value": {"anyOf": values}}
    return {**root, "$defs": definitions}


def _definitions(tools: list[ToolSpec], engines: list[str]) -> Schema:
    steps = [_step(spec, engines) for spec in tools]
    written = {p.type for spec in tools for p in spec.parameters if p.type in _WRITTEN and p.type != "Number"}
    return {
        "id": {**_TEXT, "pattern": r"^t[1-9][0-9]*\.s[1-9][0-9]*$"},
        "port": {**_TEXT, "pattern": r"^t[1-9][0-9]*\.s[1-9][0-9]*\.[a-z][a-z0-9_]*$"},
        "from": _object(
            {"from": {**_TEXT, "pattern": r"^(@v[1-9][0-9]*|t[1-9][0-9]*\.s[1-9][0-9]*\.[a-z][a-z0-9_]*)$"}}
        ),
        "expect": {"anyOf": _predicates()},
        "step": {"anyOf": steps},
        **{name: _literal(name) for name in sorted(written)},
    }


def _step(spec: ToolSpec, engines: list[str]) -> Schema:
    args = {p.name: _argument(p) for p in spec.parameters}
    properties: Schema = {
        "id": {"$ref": "#/$defs/id"},
        "thought": _TEXT,
        "tool": {"type": "string", "enum": [spec.name]},
    }
    properties |= {"args": _object(args), "expect": _list({"$ref": "#/$defs/expect"}), "engine": _engine(engines)}
    if spec.takes("seed"):
        properties["seed"] = _nullable({"type": "integer", "minimum": 0})
    return _object(properties)


def _argument(parameter: Parameter) -> Schema:
    choices: list[Schema] = [{"$ref": "#/$defs/from"}]
    if parameter.type == "Text":
        choices.append({**_TEXT, "enum": list(parameter.choices)} if parameter.choices else _TEXT)
    elif parameter.type == "Number":
        choices.append(_ranged(parameter.name))
    elif parameter.type in _WRITTEN:
        choices.append({"$ref": f"#/$defs/{parameter.type}"})
    one = choices[0] if len(choices) == 1 else {"anyOf": choices}
    value = _list(one) if parameter.many else one
    return value if parameter.required else _nullable(value)


def _ranged(name: str) -> Schema:
    allowed = RANGES.get(name)
    if allowed is None:
        return _NUMBER
    return {**_NUMBER, "exclusiveMinimum" if allowed.is_open else "minimum": allowed.least, "maximum": allowed.most}


def _predicates() -> list[Schema]:
    port, mask = _TEXT, {"$ref": "#/$defs/from"}
    side = _nullable({"type": "integer", "minimum": 1})
    share = {**_NUMBER, "exclusiveMinimum": 0, "maximum": 1}
    return [
        _kind("size", port=port, width=side, height=side),
        _kind("seconds", port=port, least=_NUMBER, most=_NUMBER),
        _kind("colour_in", port=port, mask=mask, colour=_TEXT, share=share),
        _kind("unchanged_outside", port=port, mask=mask, before=mask),
        _kind("count", port=port, what=_TEXT, n={"type": "integer", "minimum": 0}),
        _kind("answer", port=port, question=_TEXT, answer=_TEXT),
        _kind("words", text=_TEXT),
    ]


def _kind(kind: str, **properties: Schema) -> Schema:
    return _object({"kind": {"type": "string", "enum": [kind]}, **properties})


def _edit(kind: str, **properties: Schema) -> Schema:
    return _object({"edit": {"type": "string", "enum": [kind]}, **properties})


def _engine(engines: list[str]) -> Schema:
    return _nullable({"type": "string", "enum": engines}) if engines else {"type": "null"}


def _literal(name: str) -> Schema:
    if name in ("Number", "Flag"):
        return _NUMBER if name == "Number" else {"type": "boolean"}
    schema = TypeAdapter(PORT_TYPES[name]).json_schema()
    return _strict(schema, schema.get("$defs", {}))


def _strict(schema: Schema, defs: Schema) -> Schema:
    """Return a schema of our own types as a strict one, without references; defaults are written out by the model."""
    if "$ref" in schema:
        return _strict(defs[schema["$ref"].rpartition("/")[2]], defs)
    kept: Schema = {name: schema[name] for name in _KEPT if name in schema}
    if schema.get("type") == "object":
        return _object({name: _strict(inner, defs) for name, inner in schema["properties"].items()})
    if schema.get("type") == "array":
        return kept | {"items": _strict(schema["items"], defs)}
    return kept


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
