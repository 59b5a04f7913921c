"""Steps left out of a chain: what used them takes what they began from, or does without, or forbids it."""

from __future__ import annotations

from collections.abc import Callable

from agentvid.chain.chain import Chain, dependents_of
from agentvid.chain.diff import edits_between
from agentvid.chain.step import Ref, Step, as_ref, refs_in
from agentvid.planner.rewrite.draft import Back, Draft
from agentvid.planner.rewrite.rewriting import Choice

__all__ = ["leave_out"]


def leave_out(draft: Draft, steps: list[str]) -> None:
    """Take steps out, where what needs them can do without or takes what they would have changed.

    Raises: Back naming what needs them.
    """
    chain = draft.chain
    for step_id in steps:
        chain = _bypassed(chain, step_id, set(steps), draft)
    users = [s.id for s in chain if s.id not in steps and any(ref.step in steps for ref in s.refs())]
    if users:
        below = dependents_of(draft.chain, set(steps))
        whole = [step.id for step in draft.chain if step.id in below or step.id in steps]
        choice = _together(draft, whole)
        words = {"step": draft.named(steps), "users": draft.named(users), "all": draft.named(whole)}
        raise Back("refused", draft.say("needed", **words), choice)
    left = tuple(step for step in chain if step.id not in steps)
    if not left:
        raise draft.back("refused", "all_gone")
    answer = tuple(ref for ref in dict.fromkeys(chain.answer) if ref.step not in steps)
    draft.chain = chain.model_copy(update={"steps": left, "answer": answer})
    draft.did = True


def _together(draft: Draft, steps: list[str]) -> tuple[Choice, ...]:
    left = tuple(step for step in draft.chain if step.id not in steps)
    if not left:
        return ()
    answer = tuple(ref for ref in draft.chain.answer if ref.step not in steps)
    after = draft.chain.model_copy(update={"steps": left, "answer": answer})
    label = draft.say("together", all=draft.named(steps))
    return (Choice(label=label, edits=tuple(edits_between(draft.start, after))),)


def _bypassed(chain: Chain, step_id: str, going: set[str], draft: Draft) -> Chain:
    """Let what uses a step use what the step itself began from, or do without."""
    step = chain.step(step_id)
    spec = draft.tools.get(step.tool)
    types = {port.name: port.type for port in spec.ports} if spec else {}

    def instead(ref: Ref) -> object | None:
        same = [p.name for p in spec.parameters if p.type == types.get(ref.port)] if spec else []
        held = [step.args[name] for name in same if name in step.args and types.get(ref.port) in ("Image", "Video")]
        return held[0] if held else None

    steps = [user if user.id in going else _without(user, step_id, instead, draft) for user in chain]
    answer = []
    for ref in chain.answer:
        other = as_ref(instead(ref)) if ref.step == step_id else ref
        answer += [other] if other is not None else []
    return chain.model_copy(update={"steps": tuple(steps), "answer": tuple(answer)})


def _without(user: Step, step_id: str, instead: Callable[[Ref], object | None], draft: Draft) -> Step:
    spec = draft.tools.get(user.tool)
    args = dict(user.args)
    for name, value in user.args.items():
        ref = as_ref(value)
        if ref is None or ref.step != step_id:
            continue
        other, parameter = instead(ref), spec.parameter(name) if spec else None
        if other is not None:
            args[name] = other
        elif parameter is not None and not parameter.required and parameter.type != "EditPlan":
            del args[name]
    expect = tuple(
        item for item in user.expect if all(ref.step != step_id for ref in refs_in(item.model_dump(mode="json")))
    )
    return user.model_copy(update={"args": args, "expect": expect})
