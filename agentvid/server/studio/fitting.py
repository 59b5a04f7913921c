"""Which tools a step could use instead of its own: with which arguments, at what loss, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from agentvid.agent.agent import Turn
from agentvid.agent.plan import earlier_ports
from agentvid.chain.chain import Chain
from agentvid.chain.edit import ClearGiven, Edit, SetAnswer, SetExpect, SetTool, apply_all, load_edit, needed_refs
from agentvid.chain.step import Ref, Step, Words, as_ref
from agentvid.media.message import MediaPart
from agentvid.media.types import Media
from agentvid.planner.check import check_chain
from agentvid.report.chinese import said
from agentvid.report.record import Language
from agentvid.report.words import port_label, tool_title
from agentvid.server.studio.words import words_of
from agentvid.tool import Parameter, ToolSpec

__all__ = ["tools_for"]

_MEDIA: Final = frozenset({"Image", "Video"})
_ANSWERS: Final = ("Video", "Image", "Audio", "Mesh", "Answer", "Text")


@dataclass
class _Swap:
    edits: list[Edit] = field(default_factory=list)
    why: str = ""
    loses: list[str] = field(default_factory=list)


def tools_for(turn: Turn, edits: Sequence[Mapping[str, Any]], step_id: str, language: Language) -> list[dict[str, Any]]:
    """Return every other tool: the edits that put it into the step, or `why` it does not fit; those that fit first.

    `edits` are a draft that is made first. References that others hold to the step's ports must stay good; arguments
    of the same name and type are kept, required ones are taken from the ports before, or from the message's media.

    Raises: EditError where the draft can't be made; ChainError where there is no such step.
    """
    chain = apply_all(turn.chain, [load_edit(dict(edit)) for edit in edits])
    step = chain.step(step_id)
    media = [part.artifact for part in turn.message.parts if isinstance(part, MediaPart)]
    found = []
    for spec in turn.agent.tools.values():
        if spec.name == step.tool:
            continue
        swap = _swap(turn, chain, step, spec, media, language)
        found.append(
            {
                "tool": spec.name,
                "title": tool_title(spec.name, language),
                "summary": said(spec.summary, language),
                "why": swap.why,
                "loses": swap.loses,
                "edits": [] if swap.why else [edit.model_dump(mode="json") for edit in swap.edits],
            }
        )
    return sorted(found, key=lambda one: (bool(one["why"]), one["title"]))


def _swap(turn: Turn, chain: Chain, step: Step, spec: ToolSpec, media: Sequence[Media], language: Language) -> _Swap:
    swap = _Swap()
    lost = _used_elsewhere(chain, step, spec, turn.agent.tools.get(step.tool))
    if lost:
        user, port = lost[0]
        swap.why = words_of(language)["why_port"].format(step=user, port=port_label(port, language))
        return swap
    args: dict[str, Any] = {}
    for parameter in spec.parameters:
        value = _argument(turn, chain, step, parameter, media)
        if value is not None:
            args[parameter.name] = value
        elif parameter.required:
            words = words_of(language)
            swap.why = words["why_argument"].format(
                name=port_label(parameter.name, language), type=words[f"type_{parameter.type}"]
            )
            return swap
    swap.edits.append(SetTool(step=step.id, tool=spec.name, args=args))
    swap.loses += [port_label(name, language) for name in step.args if name not in args]
    _drop(swap, chain, step, spec, language)
    after = apply_all(chain, swap.edits)
    known = {str(problem) for problem in check_chain(chain, turn.agent.tools, earlier=_earlier(turn))}
    for problem in check_chain(after, turn.agent.tools, earlier=_earlier(turn)):
        if str(problem) not in known:
            swap.why = said(problem.given, language)
            break
    return swap


def _used_elsewhere(chain: Chain, step: Step, spec: ToolSpec, now: ToolSpec | None) -> list[tuple[str, str]]:
    """List (who uses it, port) for what other steps use of the step and the other tool does not give."""
    lost = []
    for other in chain:
        for ref in needed_refs(other) if other.id != step.id else ():
            if ref.step == step.id and not _same_port(spec, now, ref.port):
                lost.append((other.id, ref.port))
    return lost


def _same_port(spec: ToolSpec, now: ToolSpec | None, name: str) -> bool:
    port, was = spec.port(name), now.port(name) if now else None
    return port is not None and (was is None or was.type == port.type)


def _argument(turn: Turn, chain: Chain, step: Step, parameter: Parameter, media: Sequence[Media]) -> Any:
    """Return what a parameter would be: the argument of its name, one of its type, a port before, the message's."""
    types = {name: _type_of(turn, chain, step, name) for name in step.args}
    if types.get(parameter.name) == parameter.type:
        return step.args[parameter.name]
    if not parameter.required or parameter.many:
        return None
    if parameter.type == "Text":
        return step.thought or turn.message.text
    for name, value in step.args.items():
        if types[name] == parameter.type:
            return value
    before = [
        Ref(step=other.id, port=port.name).model_dump()
        for other in chain.steps[: chain.steps.index(step)]
        if (spec := turn.agent.tools.get(other.tool))
        for port in spec.ports
        if port.type == parameter.type
    ]
    if before:
        return before[-1]
    own = [one.model_dump(mode="json") for one in media if type(one).__name__ == parameter.type]
    return own[0] if own and parameter.type in _MEDIA else None


def _type_of(turn: Turn, chain: Chain, step: Step, name: str) -> str:
    spec = turn.agent.tools.get(step.tool)
    known = next((one for one in spec.parameters if one.name == name), None) if spec else None
    if known is not None:
        return known.type
    ref = as_ref(step.args[name])
    source = turn.agent.tools.get(chain.step(ref.step).tool) if ref and chain.has(ref.step) else None
    port = source.port(ref.port) if source and ref else None
    return port.type if port else ""


def _drop(swap: _Swap, chain: Chain, step: Step, spec: ToolSpec, language: Language) -> None:
    """Take away what the other tool has no place for: given values, expectations, parts of the answer."""
    for name in step.given:
        if spec.port(name) is None:
            swap.edits.append(ClearGiven(step=step.id, port=name))
            swap.loses.append(port_label(name, language))
    kept = tuple(one for one in step.expect if isinstance(one, Words) or spec.port(one.port) is not None)
    if kept != step.expect:
        swap.edits.append(SetExpect(step=step.id, expect=kept))
        swap.loses.append(words_of(language)["expectations"])
    best = sorted((port for port in spec.ports if port.type in _ANSWERS), key=lambda port: _ANSWERS.index(port.type))
    answer = [
        ref if ref.step != step.id or spec.port(ref.port) else Ref(step=step.id, port=best[0].name) if best else None
        for ref in chain.answer
    ]
    now = tuple(dict.fromkeys(ref for ref in answer if ref is not None))
    if now != chain.answer:
        swap.edits.append(SetAnswer(answer=now))


def _earlier(turn: Turn) -> dict[str, str]:
    return dict(earlier_ports(turn.agent.log, turn.session, turn.number, turn.agent.tools))
