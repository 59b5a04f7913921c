"""The unified model as planner: it writes a chain as JSON, bound by a grammar made from the tools.

What it writes is always JSON of the schema and refers to ports that exist, whatever the weights; whether the chain is
a good one depends on them. It was run with tiny random weights only, never with a published checkpoint.

The small model is too small for that: it reads and writes the compact form of its own world (`compact`).

The model is loaded into the process that plans. An engine in a worker process holds weights of its own; with
`in_process` both share them.

Does not cover: looking at pictures while planning, expectations on results, wishes for engines.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step
from agentvid.engines.small.weights import CARD, find_small
from agentvid.engines.unified.weights import Checkpoint, find_checkpoint, named_checkpoint, named_device
from agentvid.errors import ChainError, InputError, SettingsError
from agentvid.events import Emit, ThoughtDelta
from agentvid.media.types import Audio, Image, Video
from agentvid.planner import KnownMedia, PlanRequest
from agentvid.planner.compact import read_plan, tell_request, write_plan
from agentvid.planner.plan_schema import answer_schema, question_schema, step_schema
from agentvid.plugins import builtin_folder, load_tools
from agentvid.prompt import Language, load_prompt
from agentvid.tool import Parameter, ToolSpec

if TYPE_CHECKING:
    from agentvid.models.mot.constrained import Writer
    from agentvid.models.mot.unified import Unified

__all__ = ["MOST_STEPS", "UnifiedPlanner"]

MOST_STEPS: Final = 8
"""Steps of one chain."""
MOST_TOKENS: Final = 16384
"""Tokens of one chain, JSON and all."""
MOST_CHARACTERS: Final = 8000
"""Length of a message."""

Write = Callable[[str], str]


class UnifiedPlanner:
    """Writes chains with a unified model: the one given, the checkpoint that AGENTVID_UNIFIED names, or else the small
    model that ships, where its card says that it plans.

    `tools` are those it plans with (default: the built-in ones); the checkpoint is loaded at the first message.
    `compact` tells that a given model writes plans of the small world in the compact form, as the small model does;
    what it can't tell is asked back.

    Raises: SettingsError where a named checkpoint is not there, or none is named and the small model does not plan.
    """

    name = "unified"

    def __init__(
        self, tools: Mapping[str, ToolSpec] | None = None, *, model: Unified | None = None, compact: bool = False
    ) -> None:
        self._tools = dict(tools) if tools is not None else load_tools()
        self._model, self._compact = model, compact
        self._checkpoint = None
        if model is None:
            self._compact = not named_checkpoint()
            self._checkpoint = _small() if self._compact else _named()

    async def plan(self, request: PlanRequest, emit: Emit) -> Chain:
        """Return a chain, or one that holds only a question back; emits each step's thought.

        Raises: SettingsError where llguidance is missing; EngineError where the
        checkpoint can't be used; InputError where the message is too long; ChainError where the chain has no end.
        """
        if len(request.text) > MOST_CHARACTERS:
            raise InputError(f"a message of {len(request.text)} characters", f"at most {MOST_CHARACTERS}", "shorten it")
        stop = False
        try:
            chain = await asyncio.to_thread(self._plan, request, lambda: stop)
        except asyncio.CancelledError:
            stop = True
            raise
        for step in chain.steps:
            emit(ThoughtDelta(step=step.id, text=step.thought))
        return chain

    def _plan(self, request: PlanRequest, cancelled: Callable[[], bool]) -> Chain:
        writer = self._writer(request, cancelled)
        if self._compact:
            return read_plan(write_plan(writer.write, request), request)
        return read_chain(write_chain(writer.write, request, self._tools), request)

    def _writer(self, request: PlanRequest, cancelled: Callable[[], bool]) -> Writer:
        model = self._model or self._load()
        from agentvid.models.mot.constrained import Writer
        from agentvid.models.mot.decode import Decoding

        session = model.session()
        session.read(tell_request(request) if self._compact else self._prompt(request))
        return Writer(session, Decoding(limit=MOST_TOKENS), cancelled)

    def _load(self) -> Unified:
        """Load the checkpoint; an engine of this process shares it."""
        assert self._checkpoint is not None
        if self._compact:
            from agentvid.engines.small.loading import load as load_small

            return load_small(self._checkpoint)
        from agentvid.engines.unified.loading import load

        return load(self._checkpoint, named_device())

    def _prompt(self, request: PlanRequest) -> str:
        language: Language = "zh" if re.search(r"[\u4e00-\u9fff]", request.text) else "en"
        return load_prompt(builtin_folder("prompts") / "plan.md").render(
            language,
            tools="\n".join(map(_told_tool, self._tools.values())),
            media="\n".join(map(_told_medium, request.media)) or "-",
            subject=request.subject.name if request.subject else "-",
            message=request.text,
        )


def write_chain(write: Write, request: PlanRequest, tools: Mapping[str, ToolSpec]) -> str:
    """Return a chain as the JSON text that a model wrote; `write` returns a sentence of the grammar it is given.

    The form: `{"question": "…"}` or `{"steps": [{"thought", "tool", "args"}, …], "answer": ["t1.s2.image"]}`, where an
    argument is a value or `{"from": "t1.s1.mask"}` or `{"from": "@v1"}`.
    """
    ports = _ports_at_hand(request)
    if step_schema(tools, ports) is None:
        return write(f'start: "{{\\"question\\":" words "}}"\nwords: %json {json.dumps(question_schema())}')
    told = write(
        'start: "{" ("\\"question\\":" words "}" | "\\"steps\\":[")\n' + f"words: %json {json.dumps(question_schema())}"
    )
    if not told.endswith("["):
        return told
    made: dict[str, str] = {}
    for index in range(MOST_STEPS):
        ends = '"]"' if index == MOST_STEPS - 1 else '("," | "]")'
        schema = step_schema(tools, ports | made)
        piece = write(f"start: step {ends}\nstep: %json {json.dumps(schema)}")
        told += piece
        spec = tools[json.loads(piece[:-1])["tool"]]
        made |= {f"{_step_id(request, index)}.{port.name}": port.type for port in spec.ports}
        if piece.endswith("]"):
            break
    return told + write(f'start: ",\\"answer\\":" ports "}}"\nports: %json {json.dumps(answer_schema(made))}')


def read_chain(told: str, request: PlanRequest) -> Chain:
    """Return the chain that a JSON text of the form of `write_chain` tells.

    Raises: ChainError where it is not of that form.
    """
    media = {f"@v{medium.number}": medium for medium in request.media}
    try:
        document = json.loads(told)
        if "question" in document:
            return Chain(turn=request.turn, question=document["question"])
        steps = tuple(
            Step(
                id=_step_id(request, index),
                thought=written["thought"],
                tool=written["tool"],
                args={name: _argument(value, media) for name, value in written["args"].items()},
            )
            for index, written in enumerate(document["steps"])
        )
        answer = tuple(_ref(name) for name in dict.fromkeys(document["answer"]))
        return Chain(turn=request.turn, steps=steps, answer=answer)
    except (ValueError, KeyError, TypeError) as error:
        raise ChainError(f"the model's chain can't be read: {error}", "JSON of steps", "ask again") from error


def _named() -> Checkpoint:
    checkpoint = find_checkpoint(named_checkpoint())
    if checkpoint.folder is None:
        raise SettingsError(
            f"the planner 'unified' has no model: {checkpoint.problem}", "a checkpoint of the family", checkpoint.how
        )
    return checkpoint


def _small() -> Checkpoint:
    """Return the small checkpoint.

    Raises: SettingsError where it is not there, or its card does not claim that it plans.
    """
    small = find_small()
    how = "set AGENTVID_UNIFIED to a checkpoint of the family, or use --planner grammar"
    if small.problem:
        raise SettingsError(f"the planner 'unified' has no model: {small.problem}", "a checkpoint of the family", how)
    claim = small.claims.get("plan")
    if claim is None:
        raise SettingsError("the small weights do not plan yet", f"a {CARD} that lists the task 'plan'", how)
    if claim.draft:
        raise SettingsError(f"the small weights plan too badly: {claim.told()}", f"a {CARD} that claims it", how)
    return small.checkpoint


def _ports_at_hand(request: PlanRequest) -> dict[str, str]:
    ports = {f"@v{medium.number}": medium.artifact.type.capitalize() for medium in request.media}
    if request.subject is not None:
        ports[str(request.subject.mask)] = "Mask"
    return ports


def _step_id(request: PlanRequest, index: int) -> str:
    return f"t{request.turn}.s{request.first_step + index}"


def _argument(value: Any, media: Mapping[str, KnownMedia]) -> Any:
    if isinstance(value, list):
        return [_argument(item, media) for item in value]
    if not isinstance(value, dict) or value.keys() != {"from"}:
        return value
    name = value["from"]
    if name in media:
        source = media[name].source
        return (source if isinstance(source, Ref) else media[name].artifact).model_dump(mode="json")
    return _ref(name).model_dump(mode="json")


def _ref(name: str) -> Ref:
    step, _, port = name.rpartition(".")
    return Ref(step=step, port=port)


def _told_tool(spec: ToolSpec) -> str:
    takes = ", ".join(map(_told_parameter, spec.parameters))
    gives = ", ".join(f"{port.name}: {port.type}" for port in spec.ports)
    return f"{spec.name}({takes}) -> {gives}. {spec.summary}"


def _told_parameter(parameter: Parameter) -> str:
    kind = f"list of {parameter.type}" if parameter.many else parameter.type
    return f"{parameter.name}{'' if parameter.required else '?'}: {kind}"


def _told_medium(medium: KnownMedia) -> str:
    artifact = medium.artifact
    facts = [artifact.type, medium.name]
    if isinstance(artifact, Image | Video):
        facts.append(f"{artifact.width}x{artifact.height}")
    if isinstance(artifact, Video | Audio):
        facts.append(f"{artifact.seconds:g} s")
    return f"@v{medium.number}: {' '.join(filter(None, facts))}{' (new)' if medium.is_new else ''}"
