"""What a chain asks for now, read back from it: the requests of its message with all that was edited since.

The grammar writes a chain from requests. Where one argument that holds a request's word is edited (the target of a
plan, a camera path, the layout that a thought tells), the requests are read back and written again: what follows from
the word in other steps - arguments, thoughts, expectations - is the difference of the two writings. It is carried over
to the chain at hand, where all else that a person changed or gave is kept.

Does not cover: chains of other planners; for them `settled` gives None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentvid.chain.chain import Chain
from agentvid.chain.step import Ref, Step, step_number
from agentvid.errors import InputError
from agentvid.planner import PlanRequest
from agentvid.planner.grammar.read_message import read_message
from agentvid.planner.grammar.subject import is_same_thing
from agentvid.planner.grammar.write import Written, write_requests
from agentvid.planner.request import Edit, Request, View
from agentvid.planner.rewrite.sync import synced
from agentvid.planner.wide.answering import answered

__all__ = ["CORE_TOOLS", "Recovered", "recover", "rewritten_as", "settled"]

CORE_TOOLS = frozenset(
    {
        "edit_image",
        "edit_video",
        "extend_video",
        "interpolate",
        "retime",
        "stabilise",
        "novel_view",
        "navigate",
        "future_frames",
        "compose",
        "describe",
        "generate_image",
        "generate_video",
    }
)
"""Tools that do what a request asks for; the other steps serve them."""


@dataclass(frozen=True)
class Recovered:
    """Requests, the chain they are written as under the ids of the chain at hand, and the steps of each request.

    `question` is what the planner would ask back instead.
    """

    requests: tuple[Request, ...]
    chain: Chain
    parts: tuple[tuple[str, ...], ...]
    question: str = ""


def recover(chain: Chain, request: PlanRequest) -> Recovered | None:
    """Return what a chain asks for now; None where it was not written by the grammar from this message."""
    try:
        request = answered(request)
        parsed = read_message(request)
    except InputError:
        return None
    first = write_requests(request, parsed)
    if not first.parts or not _is_of(chain, first.chain):
        return None
    kept = [index for index, part in enumerate(first.parts) if _is_kept(chain, first.chain, part)]
    if not kept:
        return Recovered((), Chain(turn=chain.turn), ())
    now = [synced(first.requests[index], first.chain, first.parts[index], chain, request.seed) for index in kept]
    now = _followed([first.requests[index] for index in kept], now)
    written = write_requests(request, replace(parsed, requests=tuple(now)))
    if not written.parts:
        return Recovered(tuple(now), Chain(turn=chain.turn), (), written.chain.question)
    names = _names(written, [first.parts[index] for index in kept], first.chain, chain)
    parts = tuple(tuple(names[step] for step in part) for part in written.parts)
    return Recovered(tuple(now), _renamed(written.chain, names), parts)


def settled(before: Chain, after: Chain, request: PlanRequest) -> Chain | str | None:
    """Return `after` with all that follows from what was edited since `before`; given values are never touched.

    A text is a question back: the edited requests can't be placed. None where the chain is not the grammar's own.
    """
    old, new = recover(before, request), recover(after, request)
    if old is None or new is None or old.question:
        return None
    return new.question or _carried(after, old.chain, new.chain)


def rewritten_as(requests: tuple[Request, ...], now: Recovered, chain: Chain, request: PlanRequest) -> Chain | str:
    """Return the chain with the same requests in another order; a question back where they can't be placed so."""
    request = answered(request)
    written = write_requests(request, replace(read_message(request), requests=requests))
    if not written.parts:
        return written.chain.question
    parts = [now.parts[now.requests.index(wanted)] for wanted in requests]
    new = _renamed(written.chain, _names(written, parts, now.chain, chain))
    carried = _carried(chain, now.chain, new)
    order = {step.id: index for index, step in enumerate(new)}
    steps = sorted(carried.steps, key=lambda step: order.get(step.id, len(order)))
    return carried.model_copy(update={"steps": tuple(steps)})


def _is_of(chain: Chain, written: Chain) -> bool:
    shared = [step for step in written if chain.has(step.id)]
    return bool(shared) and all(chain.step(step.id).tool == step.tool for step in shared)


def _is_kept(chain: Chain, written: Chain, part: Sequence[str]) -> bool:
    core = [step for step in part if written.step(step).tool in CORE_TOOLS]
    return not core or any(chain.has(step) for step in core)


def _followed(before: list[Request], now: list[Request]) -> list[Request]:
    """Let requests that name a thing by its old name name it as the others do now."""
    for was, is_now in zip(before, now, strict=True):
        if not isinstance(was, Edit | View) or not isinstance(is_now, Edit | View) or was.thing == is_now.thing:
            continue
        now = [
            replace(other, thing=is_now.thing)
            if isinstance(other, Edit | View) and other.thing and is_same_thing(other.thing, was.thing)
            else other
            for other in now
        ]
    return now


def _names(written: Written, parts: list[tuple[str, ...]], first: Chain, chain: Chain) -> dict[str, str]:
    """Return under which id each written step stands in the chain: that of the same part and tool."""
    names: dict[str, str] = {}
    free = max(step_number(step.id)[1] for step in (*first.steps, *chain.steps)) + 1
    for part, known in zip(written.parts, parts, strict=True):
        for step_id in part:
            tool = written.chain.step(step_id).tool
            named = [step for step in known if first.step(step).tool == tool]
            later = [step.id for step in chain if step.tool == tool and not first.has(step.id)]
            found = next((step for step in (*named, *later) if step not in names.values()), None)
            if found is None:
                found, free = f"t{chain.turn}.s{free}", free + 1
            names[step_id] = found
    return names


def _renamed(chain: Chain, names: dict[str, str]) -> Chain:
    return Chain.model_validate(_rename(chain.to_json(), names))


def _rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        renamed = {key: _rename(item, names) for key, item in value.items()}
        for key in ("step", "id"):
            if isinstance(renamed.get(key), str):
                renamed[key] = names.get(renamed[key], renamed[key])
        return renamed
    return [_rename(item, names) for item in value] if isinstance(value, list | tuple) else value


# ---------------------------------------------------------------- carrying over


def _carried(ours: Chain, old: Chain, new: Chain) -> Chain:
    steps = [
        _carried_step(step, old.step(step.id), new.step(step.id)) if old.has(step.id) and new.has(step.id) else step
        for step in ours
        if new.has(step.id) or not old.has(step.id)
    ]
    written = [step.id for step in new]
    for index, step in enumerate(new.steps):
        if old.has(step.id) or ours.has(step.id):
            continue
        before = set(written[:index])
        at = max((place + 1 for place, known in enumerate(steps) if known.id in before), default=0)
        steps.insert(at, step)
    return Chain(turn=ours.turn, steps=tuple(steps), answer=_answer(ours, old, new, steps), question=ours.question)


def _carried_step(ours: Step, old: Step, new: Step) -> Step:
    args = dict(ours.args)
    for name in dict.fromkeys([*old.args, *new.args]):
        if old.args.get(name) == new.args.get(name):
            continue
        if name in new.args:
            args[name] = new.args[name]
        else:
            args.pop(name, None)
    changes: dict[str, Any] = {"args": args}
    for name in ("thought", "expect", "engine"):
        if getattr(old, name) != getattr(new, name):
            changes[name] = getattr(new, name)
    return ours.model_copy(update=changes)


def _answer(ours: Chain, old: Chain, new: Chain, steps: list[Step]) -> tuple[Ref, ...]:
    if old.answer == new.answer:
        return ours.answer
    there = {step.id for step in steps}
    own = [ref for ref in ours.answer if ref not in old.answer]
    taken = [ref for ref in old.answer if ref not in ours.answer]
    refs = [*(ref for ref in new.answer if ref not in taken), *own]
    return tuple(ref for ref in dict.fromkeys(refs) if ref.step in there or step_number(ref.step)[0] < ours.turn)
