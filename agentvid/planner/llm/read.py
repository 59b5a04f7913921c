"""What a model wrote, on its way to a chain or to edits: read as generously as it can be, then held to the checker.

Everything that is wrong is told at once, in the words of `planner.check`, so that one round can repair it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from agentvid.chain.chain import Chain, next_step_id
from agentvid.chain.edit import apply_all
from agentvid.chain.edit_kinds import AcceptStale, Edit, load_edit
from agentvid.chain.step import Predicate, Ref, Step, as_ref
from agentvid.errors import EditError
from agentvid.planner import PlanRequest
from agentvid.planner.check import Problem, check_chain
from agentvid.planner.llm.partial import json_in
from agentvid.run.route import ONLY_BY_WISH
from agentvid.tool import ToolSpec

__all__ = ["MOST_STEPS", "Draft", "EditDraft", "read_chain", "read_edits"]

MOST_STEPS: Final = 32
"""Steps of one chain."""
_MEDIUM: Final = re.compile(r"@v([1-9]\d{0,5})")
_PORT: Final = re.compile(r"(t[1-9]\d*\.s[1-9]\d*)\.([a-z][a-z0-9_]*)")
_PREDICATE: Final[TypeAdapter[Predicate]] = TypeAdapter(Predicate)


@dataclass(frozen=True)
class Draft:
    """A chain as it was written, None where nothing of it could be read, and all that is wrong with it."""

    chain: Chain | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class EditDraft:
    """Edits as they were written, or the question back, and all that is wrong with them."""

    edits: tuple[Edit, ...] = ()
    question: str = ""
    problems: tuple[Problem, ...] = ()


def read_chain(text: str, request: PlanRequest, tools: Mapping[str, ToolSpec]) -> Draft:
    """Read an answer as a chain for a request, and check it."""
    document, problem = _document(text)
    if problem is not None:
        return Draft(None, (problem,))
    reading = _Reading(request, tools)
    chain = reading.chain(document)
    if chain is None:
        return Draft(None, tuple(reading.problems))
    engines = set(request.bears) or None
    found = check_chain(chain, tools, earlier=request.earlier, engines=engines)
    left = [problem for problem in found if not reading.knows(problem)]
    return Draft(chain, (*reading.problems, *left, *_without_engine(chain, request, tools)))


def read_edits(text: str, chain: Chain, request: PlanRequest, tools: Mapping[str, ToolSpec]) -> EditDraft:
    """Read an answer as edits of a chain; what is wrong with the edited chain and was not before is a problem."""
    document, problem = _document(text)
    if problem is not None:
        return EditDraft(problems=(problem,))
    question, told = document.get("question"), document.get("edits") or []
    if isinstance(question, str) and question.strip() and not told:
        return EditDraft(question=question.strip())
    if not isinstance(told, list) or not told:
        return EditDraft(problems=(Problem("", "no edits and no question", "one of them"),))
    reading = _Reading(request, tools, chain)
    edits = [edit for item in told if (edit := reading.edit(item)) is not None]
    if reading.problems:
        return EditDraft(tuple(edits), problems=tuple(reading.problems))
    try:
        edited = apply_all(chain, edits)
    except EditError as error:
        return EditDraft(tuple(edits), problems=(Problem("", error.given, error.expected, error.do),))
    except ValidationError as error:
        return EditDraft(tuple(edits), problems=(Problem("", error.errors()[0]["msg"]),))
    engines = set(request.bears) or None
    known = {str(problem) for problem in check_chain(chain, tools, earlier=request.earlier, engines=engines)}
    found = check_chain(edited, tools, earlier=request.earlier, engines=engines)
    if edited == chain:
        return EditDraft(tuple(edits), problems=(Problem("", "the edits change nothing", "a change, or a question"),))
    return EditDraft(tuple(edits), problems=tuple(problem for problem in found if str(problem) not in known))


def _document(text: str) -> tuple[dict[str, Any], Problem | None]:
    told = json_in(text)
    try:
        document, _ = json.JSONDecoder(parse_constant=_no_number).raw_decode(told)
        json.dumps(document, ensure_ascii=False).encode()  # an escape may be half a character
    except (ValueError, RecursionError) as error:
        why = f": {error}" if told else ""
        return {}, Problem(
            "", f"the answer is no JSON object{why}", "one JSON object of the form shown", "write it whole"
        )
    return document, None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _without_engine(chain: Chain, request: PlanRequest, tools: Mapping[str, ToolSpec]) -> list[Problem]:
    """Tell steps that no engine would do, as the request knows engines."""
    problems = []
    for step in chain if request.bears else ():
        tasks = tools[step.tool].tasks if step.tool in tools else ()
        for task in tasks:
            able = [name for name in sorted(request.bears) if task in request.bears[name]]
            wished = request.engine if request.engine in able else step.engine
            if wished in able or (wished is None and set(able) - ONLY_BY_WISH):
                continue
            given = f"engine {wished!r} does not bear {task!r}" if wished else f"no engine does {task!r} unasked"
            named = f"engine: {' or '.join(able)}" if able else "another tool: no engine that is ready does it"
            problems.append(Problem(step.id, given, named))
    return problems


@dataclass
class _Reading:
    """One document on its way; what can't be read is kept as problems."""

    request: PlanRequest
    tools: Mapping[str, ToolSpec]
    edited: Chain | None = None
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)

    def knows(self, problem: Problem) -> bool:
        """Tell whether a problem of the checker is one that reading told already."""
        return any(problem.step == step and f"{name!r}" in problem.given for step, name in self.broken)

    def chain(self, document: dict[str, Any]) -> Chain | None:
        question, steps, answer = (document.get(name) for name in ("question", "steps", "answer"))
        question = question.strip() if isinstance(question, str) else ""
        steps = steps or []
        if not isinstance(steps, list) or len(steps) > MOST_STEPS:
            self._wrong("", "steps are no list" if not isinstance(steps, list) else f"{len(steps)} steps", _LIST)
            return None
        if not steps and not question:
            self._wrong("", "no steps and no question", "one of them")
            return None
        made = tuple(step for index, told in enumerate(steps) if (step := self.step(told, index)) is not None)
        ports = tuple(ref for name in _items(answer) if (ref := self._answer(name)) is not None)
        try:
            return Chain(turn=self.request.turn, steps=made, answer=tuple(dict.fromkeys(ports)), question=question)
        except ValidationError as error:
            self._wrong("", error.errors()[0]["msg"].removeprefix("Value error, "), "each id once")
            return None

    def step(self, told: Any, index: int) -> Step | None:
        """Read one step; None where it is none."""
        own_id = f"t{self.request.turn}.s{self.request.first_step + index}"
        if not isinstance(told, dict):
            self._wrong(own_id, f"step {index + 1} is no object", "an object with thought, tool and args")
            return None
        step_id = told.get("id") or own_id
        args = told.get("args")
        args = {} if args is None else args
        fields: dict[str, Any] = {
            "id": step_id,
            "thought": told.get("thought"),
            "tool": told.get("tool"),
            "engine": told.get("engine") or None,
            "seed": told.get("seed") or self.request.seed,
        }
        if not isinstance(fields["thought"], str) or not fields["thought"].strip():
            self._wrong(str(step_id), "the step has no thought", "a sentence on what it is for")
            fields["thought"] = ""
        fields["args"] = self._args(str(step_id), fields["tool"], args)
        fields["expect"] = self._expect(str(step_id), told.get("expect"))
        try:
            return Step(**fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            self._wrong(str(step_id)[:40], f"{where}: {first['msg'].removeprefix('Value error, ')}")
            return None

    def edit(self, told: Any) -> Edit | None:
        """Read one edit; None where it is none."""
        if not isinstance(told, dict):
            self._wrong("", f"an edit is {told!r:.80}", "an object with edit and step")
            return None
        told = {name: value for name, value in told.items() if value is not None or name in ("value", "engine")}
        kind, where = told.get("edit"), str(told.get("step", ""))
        if kind == "insert":
            inserted = told.get("step")
            if isinstance(inserted, dict) and not inserted.get("id") and self.edited is not None:
                inserted = {**inserted, "id": next_step_id(self.edited)}
            step = self.step(inserted, 0)
            if step is None:
                return None
            told["step"] = step.model_dump(mode="json")
            where = step.id
        elif kind == "set_arg" and told.get("value") is None:
            told = {name: value for name, value in told.items() if name != "value"} | {"remove": True}
        elif kind in ("set_arg", "set_given"):
            name = str(told.get("name", told.get("port")))
            told["value"] = self._value(where, name, told.get("value"), self._type_of(where, name))
        elif kind == "set_tool":
            told["args"] = self._args(where, told.get("tool"), told.get("args") or {})
        elif kind == "set_expect":
            told["expect"] = [found.model_dump(mode="json") for found in self._expect(where, told.get("expect"))]
        elif kind == "set_answer":
            refs = [self._answer(name) for name in _items(told.get("answer"))]
            told["answer"] = [ref.model_dump(mode="json") for ref in refs if ref is not None]
        try:
            edit = load_edit(told)
        except EditError as error:
            self._wrong(where if where.startswith("t") else "", error.given, error.expected)
            return None
        if isinstance(edit, AcceptStale):
            self._wrong(edit.step, "only a person can accept a stale result", "no such edit")
            return None
        return edit

    def _type_of(self, step: str, name: str) -> str:
        """Return the type of an argument of a step that is there, "" where it is not known."""
        there = self.edited is not None and self.edited.has(step)
        spec = self.tools.get(self.edited.step(step).tool) if self.edited is not None and there else None
        parameter = spec.parameter(name) if spec else None
        return parameter.type if parameter else ""

    def _args(self, step: str, tool: Any, args: Any) -> dict[str, Any]:
        if not isinstance(args, dict):
            self._wrong(step, f"args is {args!r:.80}", "an object of arguments by name")
            return {}
        spec = self.tools.get(tool) if isinstance(tool, str) else None
        types = {p.name: p.type for p in spec.parameters} if spec else {}
        told = {name: value for name, value in args.items() if value is not None}
        return {name: self._value(step, name, value, types.get(name, "")) for name, value in told.items()}

    def _expect(self, step: str, told: Any) -> tuple[Predicate, ...]:
        found = []
        for item in _items(told):
            if not isinstance(item, dict):
                self._wrong(step, f"an expectation is {item!r:.80}", 'an object with "kind"')
                continue
            plain = {name: self._value(step, name, value, "") for name, value in item.items() if value is not None}
            try:
                found.append(_PREDICATE.validate_python(plain))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                self._wrong(step, f"expectation {item.get('kind')!r}: {first['loc'][-1:]} {first['msg']}")
        return tuple(found)

    def _value(self, step: str, name: str, value: Any, type_name: str) -> Any:
        """Return an argument with its references resolved; a bare "@v1" counts as one where no text is wanted."""
        if isinstance(value, list):
            return [self._value(step, name, item, type_name) for item in value]
        if (
            isinstance(value, str)
            and type_name not in ("", "Text")
            and (_MEDIUM.fullmatch(value) or _PORT.fullmatch(value))
        ):
            value = {"from": value}
        if not isinstance(value, dict) or value.keys() != {"from"}:
            return value
        found = self._from(value["from"])
        if found is None:
            known = ", ".join(f"@v{medium.number}" for medium in self.request.media) or "no media"
            self._wrong(step, f"{name!r} is from {value['from']!r}, which is not there", f"a port, or one of {known}")
            self.broken.add((step, name))
            return value
        return found

    def _from(self, name: Any) -> dict[str, Any] | None:
        if not isinstance(name, str):
            return None
        if port := _PORT.fullmatch(name):
            return {"step": port[1], "port": port[2]}
        if medium := _MEDIUM.fullmatch(name):
            for known in self.request.media:
                if known.number == int(medium[1]):
                    source = known.source if isinstance(known.source, Ref) else known.artifact
                    return source.model_dump(mode="json")
        return None

    def _answer(self, name: Any) -> Ref | None:
        told = self._from(name["from"] if isinstance(name, dict) and name.keys() == {"from"} else name)
        try:
            ref = as_ref(told if told is not None else name)
        except ValidationError:
            ref = None
        if ref is None:
            self._wrong("", f"the answer names {name!r:.80}", "ports such as t1.s4.image")
        return ref

    def _wrong(self, step: str, given: str, expected: str = "") -> None:
        self.problems.append(Problem(step, given, expected))


_LIST: Final = f"a list of at most {MOST_STEPS} steps"


def _items(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [] if told is None else [told]
