"""Edits as short texts, as a command line takes them: `t1.s2.args.color=green` becomes a set_arg edit.

    t1.s2.args.colour=green            an argument, by its type: words, numbers, file, JSON; "" drops it
    t1.s4.args.image=@v2               … a version of the session, a port (@t1.s4.image, t1.s1.mask), or photo.png
    t1.s1.given.box=10,20,200,180      a port's value, also what another holds (@t1.s6.mask, @v2); "" takes it back
    t1.s3.given.plan.feather=4         one field of it, over what was given or found
    t1.s2.seed=2    t1.s2.engine=fake  "" lets routing choose
    t1.s2.thought=…  t1.s2.pinned=true  t1.s2.tool=describe  t1.s4.expect=[{"kind": "words", "text": "…"}]

The texts are read one after the other: each is about the chain that those before it left. An argument may be named in
the other spelling of English (`color`, `grey`); that is noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agentvid.agent.execute import earlier_lookup
from agentvid.agent.field import nearest
from agentvid.agent.given import given_edits, read_text
from agentvid.agent.perceive import known_media
from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Edit, SetArg, SetGiven, apply, load_edit
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step
from agentvid.errors import EditError
from agentvid.media.types import MEDIA_TYPES
from agentvid.planner import KnownMedia
from agentvid.run.resolve import Lookup, pack_literal
from agentvid.store.objects import ObjectStore
from agentvid.tool import Parameter, ToolSpec

if TYPE_CHECKING:
    from agentvid.agent.agent import Turn

__all__ = ["other_spelling", "read_sets", "respelled", "turn_edits"]

_PLACE: Final = re.compile(r"(t[1-9]\d*\.s[1-9]\d*)\.([a-z]+)(?:\.(.+))?")
_REF: Final = re.compile(r"(t[1-9]\d*\.s[1-9]\d*)\.([a-z][a-z0-9_]*)")
_VERSION: Final = re.compile(r"@v([1-9]\d{0,5})")
_SPELLINGS: Final = (("color", "colour"), ("gray", "grey"), ("center", "centre"))
_NAMED: Final = ("args", "given")
_FIELDS: Final = (*_NAMED, "thought", "tool", "seed", "engine", "pinned", "expect")
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _nothing(ref: Ref) -> Any:
    return None


def read_sets(
    sets: Sequence[str],
    chain: Chain,
    run: Run | None,
    tools: Mapping[str, ToolSpec],
    store: ObjectStore,
    *,
    media: Sequence[KnownMedia] = (),
    earlier: Lookup = _nothing,
    notes: list[str] | None = None,
) -> list[Edit]:
    """Return the edits that the texts ask for, in their order. `run` holds what the steps found, for single fields of
    given values. Files are taken into the store. `media` are what @v1, @v2 … name, `earlier` finds the ports of earlier
    turns. What a person should know of how a text was read is added to `notes`.

    Raises: EditError (or ChainError, MediaError) that begins with the text, names what was expected and the nearest
    step, field, argument or port.
    """
    edits: list[Edit] = []
    for text in sets:
        edit = _Reader(text, chain, run, tools, store, media, earlier, notes if notes is not None else []).edit()
        chain = apply(chain, edit)
        if isinstance(edit, SetGiven):
            edits = [e for e in edits if not (isinstance(e, SetGiven) and (e.step, e.port) == (edit.step, edit.port))]
        edits.append(edit)
    return edits


def turn_edits(
    turn: Turn, sets: Sequence[str], chain: Chain | None = None, notes: list[str] | None = None
) -> list[Edit]:
    """Return the edits that the texts ask for of a turn's chain, or of `chain` in its place. See `read_sets`."""
    log, tools = turn.agent.log, turn.agent.tools
    return read_sets(
        sets,
        chain or turn.chain,
        turn.run,
        tools,
        turn.agent.store,
        media=known_media(log, turn.session, turn.number),
        earlier=earlier_lookup(log, turn.session),
        notes=notes,
    )


@dataclass
class _Reader:
    """Reads one text against the chain as it is then."""

    text: str
    chain: Chain
    run: Run | None
    tools: Mapping[str, ToolSpec]
    store: ObjectStore
    media: Sequence[KnownMedia]
    earlier: Lookup
    notes: list[str]

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
        if spec.parameter(name) is None and name not in step.args:
            name = self._spelled(spec, name)
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

    def _spelled(self, spec: ToolSpec, name: str) -> str:
        other = other_spelling(name, spec)
        if other is None:
            return name
        self.notes.append(f"{self.where}: {spec.name} spells it {other}")
        return other

    def _many(self, parameter: Parameter, value: str) -> list[Any]:
        if value.lstrip().startswith("["):
            items = self._json(value)
            return [
                self._one(parameter, item) if isinstance(item, str) else self._literal(parameter, item)
                for item in items
            ]
        return [self._one(parameter, part.strip()) for part in value.split(",") if part.strip()]

    def _one(self, parameter: Parameter, value: str) -> Any:
        ref = _REF.fullmatch(value.strip().removeprefix("@"))
        if ref is not None:
            return Ref(step=ref[1], port=ref[2]).model_dump(mode="json")
        version = _VERSION.fullmatch(value.strip())
        if version is not None and parameter.type in MEDIA_TYPES:
            known = self._version(int(version[1]))
            if isinstance(known.source, Ref):
                return known.source.model_dump(mode="json")
            return self._literal(parameter, known.artifact.model_dump(mode="json"))
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
        spec = self._spec(step)
        port = spec.port(name.partition(".")[0])
        is_reference = value.lstrip().startswith("@") and port is not None and port.type != "Text"
        held = self._held(value.strip()) if is_reference else None
        given = [[f"{step.id}.{name}", value if held is None else held]]
        (edit,) = given_edits(self.chain, self.tools, given, self.store, self._found, self._place)
        return edit

    def _held(self, value: str) -> Any:
        """Return the JSON value that a reference stands for now; None where the text is none."""
        version, ref = _VERSION.fullmatch(value), _REF.fullmatch(value.removeprefix("@"))
        if version is not None:
            return self._version(int(version[1])).artifact.model_dump(mode="json")
        if ref is None:
            return None
        at = Ref(step=ref[1], port=ref[2])
        given = self.chain.step(at.step).given.get(at.port) if self.chain.has(at.step) else None
        packed = self._found(at.step, at.port) if self.chain.has(at.step) else self.earlier(at)
        if given is None and packed is None:
            known = ", ".join(step.id for step in self.chain)
            told = f"{self.where}={value[:80]}: {at} holds no value"
            raise EditError(told, f"a port that was given or found; steps here: {known}", "run its step first")
        return given if given is not None else packed["value"]

    def _found(self, step: str, port: str) -> Any:
        return self.run.port(step, port) if self.run else None

    def _version(self, number: int) -> KnownMedia:
        for known in self.media:
            if known.number == number:
                return known
        names = ", ".join(f"@v{known.number}" for known in self.media)
        raise EditError(
            f"{self.where}: there is no @v{number}", f"one of {names}" if names else "none yet: a file", "name one"
        )

    def _place(self, address: str) -> str:
        return self.where

    def _tool(self, name: str) -> str:
        if name.strip() not in self.tools:
            names = sorted(self.tools)
            raise EditError(f"{self.where}: there is no tool {name!r}", _one_of(names), nearest(name, names))
        return name.strip()

    def _seed(self, value: str) -> int:
        if not re.fullmatch(r"\s*\d{1,19}\s*", value) or int(value) >= 2**63:
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


def other_spelling(name: str, spec: ToolSpec) -> str | None:
    """Return an argument's name as its tool spells it, where `name` is the other English spelling; else None."""
    names = [name.replace(one, other) for pair in _SPELLINGS for one, other in (pair, pair[::-1])]
    return next((other for other in names if other != name and spec.parameter(other) is not None), None)


def respelled(edits: Sequence[Edit], chain: Chain, tools: Mapping[str, ToolSpec]) -> tuple[list[Edit], list[str]]:
    """Return edits with the names of arguments as their tools spell them, and a note for each that was not.

    Raises: EditError where an edit does not fit.
    """
    spelled: list[Edit] = []
    notes = []
    for edit in edits:
        spec = tools.get(chain.step(edit.step).tool) if isinstance(edit, SetArg) and chain.has(edit.step) else None
        if isinstance(edit, SetArg) and spec is not None and spec.parameter(edit.name) is None:
            other = other_spelling(edit.name, spec)
            if other is not None and edit.name not in chain.step(edit.step).args:
                notes.append(f"{edit.step}.args.{edit.name}: {spec.name} spells it {other}")
                edit = edit.model_copy(update={"name": other})
        chain = apply(chain, edit)
        spelled.append(edit)
    return spelled, notes


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if names else "nothing: there is none"
