"""What a chat model is told: who it is, the tools, the engines; then the message and all that is on hand.

The texts are in `prompts/llm_*.md`, in English and Chinese: a message is planned in its own language. What comes first
does not change from message to message, so that endpoints can keep it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.chain.step import Ref, Step, as_ref
from agentvid.media.types import Audio, Image, Video
from agentvid.planner import EditAsk, Exchange, KnownMedia, PlanRequest
from agentvid.planner.check import Problem
from agentvid.planner.grammar.lexicon import detect_language
from agentvid.planner.llm.asking import Message, Question
from agentvid.planner.llm.schema import chain_schema, edits_schema
from agentvid.planner.stage import WORLD_ENGINES
from agentvid.plugins import builtin_folder
from agentvid.prompt import Language, Prompt, load_prompt
from agentvid.run.route import ONLY_BY_WISH
from agentvid.tool import Parameter, ToolSpec
from agentvid.world.language import tell_scene
from agentvid.world.scene import Scene, Solid

__all__ = ["ask_for_chain", "ask_for_edits", "ask_to_repair"]

MOST_TURNS: Final = 12
"""Earlier turns that are told, the newest."""
_LONGEST: Final = 400
_LONGEST_DRAFT: Final = 40_000
_EXAMPLE: Final = Scene((Solid(0, 1, "cube", "blue", "large"), Solid(3, 3, "ball", "red", "small")))


def ask_for_chain(
    request: PlanRequest, tools: Mapping[str, ToolSpec], previews: Sequence[tuple[str, str]] = ()
) -> Question:
    """Return the question for the chain of a message; `previews` are media as (name, data URL) pairs."""
    language, offered = detect_language(request.text), _offered(tools, request)
    told = _text("llm_message").render(
        language,
        turn=request.turn,
        first=f"t{request.turn}.s{request.first_step}",
        said=_said(request) or "-",
        media="\n".join(_medium(medium, request, language) for medium in request.media) or "-",
        subject=f"{request.subject.name} ({request.subject.mask})" if request.subject else "-",
        engine=request.engine or "-",
        message=request.text,
    )
    system = _system("llm_plan", language, offered, request)
    schema = chain_schema(offered.values(), _engines(request))
    messages = (system, {"role": "user", "content": _with_previews(told, previews)})
    return Question("plan", messages, schema, _text("llm_fenced").render(language))


def ask_for_edits(ask: EditAsk, tools: Mapping[str, ToolSpec]) -> Question:
    """Return the question for the edits that a message in plain words comes to."""
    request, language = ask.request, detect_language(ask.text)
    offered = _offered(tools, request)
    rules = " | ".join(filter(None, (ask.rules.question, *(choice.label for choice in ask.rules.choices))))
    told = _text("llm_edit_message").render(
        language,
        turn=ask.chain.turn,
        asked=request.text,
        chain=_dump(_written(ask.chain, request)),
        found="\n".join(_found(ask.run)) or "-",
        media="\n".join(_medium(medium, request, language) for medium in request.media) or "-",
        rules=rules or "-",
        message=ask.text,
    )
    system = _system("llm_edit", language, offered, request)
    schema = edits_schema(offered.values(), _engines(request))
    return Question("edits", (system, {"role": "user", "content": told}), schema, _text("llm_fenced").render(language))


def ask_to_repair(question: Question, draft: str, problems: Iterable[Problem], language: Language) -> Question:
    """Return the question once more, with the answer that did not check and what the checker says of it."""
    told = "\n".join(f"- {problem}{f'; {problem.do}' if problem.do else ''}" for problem in problems)
    asked = _text("llm_repair").render(language, problems=told)
    more: tuple[Message, ...] = (
        {"role": "assistant", "content": draft[:_LONGEST_DRAFT] or "-"},
        {"role": "user", "content": asked},
    )
    return Question(question.name, question.messages + more, question.schema, question.fenced)


# ---------------------------------------------------------------- tools and engines


def _system(prompt: str, language: Language, offered: Mapping[str, ToolSpec], request: PlanRequest) -> Message:
    tools = "\n\n".join(_tool(spec, request) for spec in offered.values())
    engines = "\n".join(_engine(name, request, language) for name in _engines(request)) or "-"
    return {"role": "system", "content": _text(prompt).render(language, tools=tools, engines=engines)}


def _engines(request: PlanRequest) -> list[str]:
    """Return the engines a step may wish for; `fake` is for tests, and told only where a person wishes it."""
    return [name for name in sorted(request.bears) if name != "fake" or request.engine == name]


def _offered(tools: Mapping[str, ToolSpec], request: PlanRequest) -> dict[str, ToolSpec]:
    """Return the tools that some engine can do now; all of them where it is not known what engines can do."""
    able = {task for name in _engines(request) for task in request.bears[name]}
    if not request.bears:
        return dict(tools)
    return {name: spec for name, spec in tools.items() if not spec.tasks or able & set(spec.tasks)}


def _tool(spec: ToolSpec, request: PlanRequest) -> str:
    takes = ", ".join(map(_parameter, spec.parameters))
    gives = ", ".join(f"{port.name}: {port.type}{'?' if port.optional else ''}" for port in spec.ports)
    text, _, _ = spec.doc.partition("\nArgs:")
    lines = [f"{spec.name}({takes}) -> {gives}", *(f"  {line}".rstrip() for line in text.strip().splitlines())]
    lines += [f"  {p.name}: {p.doc}" for p in spec.parameters if p.doc]
    by_wish = _only_by_wish(spec, request)
    if by_wish:
        lines.append(f"  engine: needed, one of {', '.join(by_wish)}")
    return "\n".join(line for line in lines if line.strip())


def _only_by_wish(spec: ToolSpec, request: PlanRequest) -> list[str]:
    """Return the engines one of which must be wished, empty where one is found without a wish."""
    able = [name for name in _engines(request) if request.bears[name] & set(spec.tasks)]
    return able if able and not set(able) - ONLY_BY_WISH else []


def _parameter(parameter: Parameter) -> str:
    kind = f"list of {parameter.type}" if parameter.many else parameter.type
    return f"{parameter.name}{'' if parameter.required else '?'}: {kind}"


def _engine(name: str, request: PlanRequest, language: Language) -> str:
    wish = " (only where it is named)" if name in ONLY_BY_WISH else ""
    drafts = request.drafts.get(name, frozenset()) & request.bears[name]
    weak = f" Often wrong at: {', '.join(sorted(drafts))}." if drafts else ""
    told = f"{name}{wish}: {', '.join(sorted(request.bears[name]))}.{weak} {request.notes.get(name, '')}".strip()
    if name in WORLD_ENGINES:
        told += f"\n  The thought of a drawing step for it is the layout: {tell_scene(_EXAMPLE, language)}"
    return told


# ---------------------------------------------------------------- media and earlier turns


def _medium(medium: KnownMedia, request: PlanRequest, language: Language) -> str:
    artifact = medium.artifact
    facts = [artifact.type, medium.name if medium.source == "upload" else f"made by {medium.source}"]
    if isinstance(artifact, Image | Video):
        facts.append(f"{artifact.width}x{artifact.height}")
    if isinstance(artifact, Video):
        facts.append(f"{artifact.fps:g} fps")
    if isinstance(artifact, Video | Audio):
        facts.append(f"{artifact.seconds:g} s")
    facts.append("new" if medium.is_new else f"turn {medium.turn}")
    stage = request.stages.get(str(medium.source))
    shows = f"; shows: {tell_scene(stage.scene, language)}" if stage else ""
    return f"@v{medium.number}: {', '.join(filter(None, facts))}{shows}"


def _said(request: PlanRequest) -> str:
    return "\n".join(_exchange(exchange, request) for exchange in request.said[-MOST_TURNS:])


def _exchange(exchange: Exchange, request: PlanRequest) -> str:
    lines = [f"Turn {exchange.chain.turn}: {_short(exchange.text)}"]
    for step in exchange.chain:
        ports = ", ".join(name.rpartition(".")[2] for name in request.earlier if name.startswith(f"{step.id}."))
        lines.append(f"  {step.id} {step.tool}({_arguments(step, request)}) -> {ports}")
    told = exchange.answer or exchange.chain.question
    return "\n".join([*lines, f"  answered: {_short(told)}"] if told else lines)


def _arguments(step: Step, request: PlanRequest) -> str:
    return ", ".join(f"{name}={_short(_dump(_wire(value, request)))}" for name, value in step.args.items())


# ---------------------------------------------------------------- a chain as a model writes it


def _written(chain: Chain, request: PlanRequest) -> dict[str, Any]:
    steps = [_step(step, request) for step in chain]
    return {"question": chain.question or None, "steps": steps, "answer": list(map(str, chain.answer))}


def _step(step: Step, request: PlanRequest) -> dict[str, Any]:
    told = step.model_dump(mode="json")
    told["args"], told["expect"] = _wire(told["args"], request), _wire(told["expect"], request)
    return {name: value for name, value in told.items() if value not in ({}, False) or name == "args"}


def _wire(value: Any, request: PlanRequest) -> Any:
    """Return a value with references and media by the names that a model writes."""
    if isinstance(value, list | tuple):
        return [_wire(item, request) for item in value]
    if not isinstance(value, dict):
        return value
    ref = as_ref(value)
    names = {str(medium.source): medium.number for medium in request.media if isinstance(medium.source, Ref)}
    if ref is not None:
        return {"from": f"@v{names[str(ref)]}" if str(ref) in names else str(ref)}
    for medium in request.media:
        if value.get("artifact") == medium.artifact.artifact and medium.source == "upload":
            return {"from": f"@v{medium.number}"}
    return {name: _wire(item, request) for name, item in value.items()}


def _found(run: Run) -> list[str]:
    """Return what a person could correct of a run: words, numbers, boxes; no bytes."""
    return [
        f"{record.step}.{port}: {_short(_dump(packed['value']))}"
        for record in run.steps.values()
        for port, packed in record.outputs.items()
        if not (isinstance(packed.get("value"), dict) and "artifact" in packed["value"])
    ]


def _with_previews(told: str, previews: Sequence[tuple[str, str]]) -> str | list[dict[str, Any]]:
    if not previews:
        return told
    parts: list[dict[str, Any]] = [{"type": "text", "text": told}]
    for name, url in previews:
        parts += [{"type": "text", "text": f"{name}:"}, {"type": "image_url", "image_url": {"url": url}}]
    return parts


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


@cache
def _text(name: str) -> Prompt:
    return load_prompt(builtin_folder("prompts") / f"{name}.md")
