"""Edits as short texts, as a command line takes them: `t1.s2.args.color=green` becomes a set_arg edit.

    t1.s2.args.colour=green            an argument, by its type: words, numbers, file, JSON, t1.s1.mask; "" drops it
    t1.s1.given.box=10,20,200,180      a port's value; "" takes it back
    t1.s3.given.plan.feather=4         one field of it, over what was given or found
    t1.s2.seed=2    t1.s2.engine=fake  "" lets routing choose
    t1.s2.thought=…  t1.s2.pinned=true  t1.s2.tool=describe  t1.s4.expect=[{"kind": "words", "text": "…"}]

The texts are read one after the other: each is about the chain that those before it left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agentvid.agent.field import nearest
from agentvid.agent.given import given_edits, read_text
from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Edit, SetArg, SetGiven, apply, load_edit
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.errors import EditError
from agentvid.run.resolve import pack_literal
from agentvid.store.objects import ObjectStore
from agentvid.tool import Parameter, ToolSpec

__all__ = ["read_sets"]

_PLACE: Final = re.compile(r"(t[1-9]\d*\.s[1-9]\d*)\.([a-z]+)(?:\.(.+))?")
_REF: Final = re.compile(r"(t[1-9]\d*\.s[1-9]\d*)\.([a-z][a-z0-9_]*)")
_NAMED: Final = ("args", "given")
_FIELDS: Final = (*_NAMED, "thought", "tool", "seed", "engine", "pinned", "expect")
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_sets(
    sets: Sequence[str], chain: Chain, run: Run | None, tools: Mapping[str, ToolSpec], store: ObjectStore
) -> list[Edit]:
    """Return the edits that the texts ask for, in their order. `run` holds what the steps found, for single fields of
    given values. Files are taken into the store.

    Raises: EditError (or ChainError, MediaError) that begins with the text, names what was expected and the nearest
    step, field, argument or port.
    """
    edits: list[Edit] = []
    for text in sets:
        edit = _Reader(text, chain, run, tools, store).edit()
        chain = apply(chain, edit)
        if isinstance(edit, SetGiven):
            edits = [e for e in edits if not (isinstance(e, SetGiven) and (e.step, e.port) == (edit.step, edit.port))]
        edits.append(edit)
    return edits


@dataclass
class _Reader:
    """Reads one text against the chain as it is then."""

    text: str
    chain: Chain
    run: Run | None
    tools: Mapping[str, ToolSpec]
    store: ObjectStore

    def edit(self) -> Edit:
        place, equals, value = self.text.partition("=")
        self.where = place = place.strip()
        match = _PLACE.fullmatch(place)
        if not equals or match is None:
            raise EditError(
                f"--set {self.text[:80]}",
                "STEP.FIELD=VALUE, for example t1.s2.args.colour=green",
                f"begin with a step of the chain: {', '.join(step.id for step in self.chain) or 'there is none'}",
            )
        step_id, field, name = match.groups()
        step = self._step(step_id)
        if field not in _FIELDS or (field in _NAMED) != (name is not None):
            raise self._no_field(step, field)
        if field == "args":
            return self._argument(step, name, value)
        if field == "given":
            return self._given(step, name, value)
        read: Mapping[str, Callable[[str], Any]] = {
            "thought": str,
            "tool": self._tool,
            "seed": self._seed,
            "engine": lambda told: told.strip() or None,
            "pinned": self._flag,
            "expect": self._expect,
        }
        kind = "pin" if field == "pinned" else f"set_{field}"
        told: dict[str, Any] = {"edit": kind, "step": step.id, field: read[field](value)}
        if field == "tool":
            told["args"] = {n: v for n, v in step.args.items() if self.tools[told["tool"]].parameter(n)}
        try:
            return load_edit(told)
        except EditError as error:
            raise EditError(f"{self.where}={value[:80]}", error.given, error.do) from None

    def _step(self, step_id: str) -> Step:
        if not self.chain.has(step_id):
            ids = [step.id for step in self.chain]
            given = f"{self.where}: there is no step {step_id}"
            raise EditError(given, f"one of {', '.join(ids)}" if ids else "a chain with steps", nearest(step_id, ids))
        return self.chain.step(step_id)

    def _spec(self, step: Step) -> ToolSpec:
        return self.tools[self._tool(step.tool)]

    def _no_field(self, step: Step, field: str) -> EditError:
        spec = self._spec(step)
        expected = "one of args.NAME, given.PORT, thought, tool, seed, engine, pinned, expect"
        if spec.port(field) is not None:
            do = f"perhaps {step.id}.given.{field} is meant"
        elif spec.parameter(field) is not None:
            do = f"perhaps {step.id}.args.{field} is meant"
        elif field in _NAMED:
            parts = spec.parameters if field == "args" else spec.ports
            names = [part.name for part in parts]
            return EditError(f"{self.where} names no {'argument' if field == 'args' else 'port'}", _one_of(names))
        else:
            do = nearest(field, _FIELDS)
        return EditError(f"{self.where}: a step has no field {field!r} that can be set so", expected, do)

    # ------------------------------------------------------------ values

    def _argument(self, step: Step, name: str, value: str) -> Edit:
        spec = self._spec(step)
        parameter = spec.parameter(name)
        if value == "" and name in step.args:
            return SetArg(step=step.id, name=name, remove=True)
        if parameter is None:
            names = [p.name for p in spec.parameters]
            raise EditError(f"{self.where}: {spec.name} has no argument {name!r}", _one_of(names), nearest(name, names))
        if value == "":
            there = ", ".join(step.args) or "none"
            raise EditError(f"{self.where}=: there is no such argument to drop", f"one of: {there}", "give it a value")
        read = self._many if parameter.many else self._one
        return SetArg(step=step.id, name=name, value=read(parameter, value))

    def _many(self, parameter: Parameter, value: str) -> list[Any]:
        if value.lstrip().startswith("["):
            items = self._json(value)
            return [
                self._one(parameter, item) if isinstance(item, str) else self._literal(parameter, item)
                for item in items
            ]
        return [self._one(parameter, part.strip()) for part in value.split(",") if part.strip()]

    def _one(self, parameter: Parameter, value: str) -> Any:
        ref = _REF.fullmatch(value.strip())
        if ref is not None:
            return Ref(step=ref[1], port=ref[2]).model_dump(mode="json")
        return self._literal(parameter, read_text(self.where, parameter.type, value, self.store))

    def _literal(self, parameter: Parameter, value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {"step", "port"}:
            return value
        return pack_literal(parameter.type, value, self.where)["value"]

    def _given(self, step: Step, name: str, value: str) -> Edit:
        if value == "" and "." not in name:
            if name not in step.given:
                there = list(step.given)
                told = f"{self.where}=: nothing was given there to take back"
                raise EditError(told, _one_of(there) if there else "a given value", nearest(name, there))
            return ClearGiven(step=step.id, port=name)
        self._spec(step)
        found = self.run.port if self.run else lambda step, port: None
        (edit,) = given_edits(self.chain, self.tools, [[f"{step.id}.{name}", value]], self.store, found, self._place)
        return edit

    def _place(self, address: str) -> str:
        return self.where

    def _tool(self, name: str) -> str:
        if name.strip() not in self.tools:
            names = sorted(self.tools)
            raise EditError(f"{self.where}: there is no tool {name!r}", _one_of(names), nearest(name, names))
        return name.strip()

    def _seed(self, value: str) -> int:
        if not re.fullmatch(r"\s*\d+\s*", value) or int(value) >= 2**63:
            raise EditError(f"{self.where}={value[:40]}", "a whole number from 0 to 2^63 - 1", "correct it")
        return int(value)

    def _flag(self, value: str) -> bool:
        flag = _FLAGS.get(value.strip().lower())
        if flag is None:
            raise EditError(f"{self.where}={value[:40]}", "true or false", "correct it")
        return flag

    def _expect(self, value: str) -> list[Any]:
        told = self._json(value) if value.strip() else []
        return told if isinstance(told, list) else [told]

    def _json(self, value: str) -> Any:
        try:
            return json.loads(value)
        except (json.JSONDecodeError, RecursionError) as error:
            raise EditError(f"{self.where}={value[:60]}: {error}", "JSON", "correct or quote it") from None


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if names else "nothing: there is none"
