"""An edited thought in its step: what it says that the old one did not becomes changes of what the steps use."""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.step import Step
from agentvid.media.colours import named_colour
from agentvid.planner.grammar.lexicon import take_measures
from agentvid.planner.request import Edit
from agentvid.planner.rewrite.colour_said import SaidColour, said_colours
from agentvid.planner.rewrite.draft import Back, Draft, Part
from agentvid.planner.rewrite.read_clip import expecting, lasting, mirrored, posed, turned_by
from agentvid.planner.rewrite.read_colour import put_plan
from agentvid.planner.rewrite.read_target import head_noun, put_operation, put_target
from agentvid.planner.rewrite.where import Where

__all__ = ["put_thought"]

_OPERATIONS: Final = (
    ("remove", r"\b(?:remov\w+|take \S+ .*out|eras\w+|delet\w+|get rid)\b|去掉|移除|删除|抹去|擦除"),
    ("blur_background", r"\bblur\w*|虚化|模糊"),
    ("recolour", r"\b(?:recolou?r\w*|becomes?|paint\w*|turns?)\b|变成|改成|涂成|染成|换成"),
)
_SIDE: Final = re.compile(r"\b(?:to the )?(left|right)\b|[向往朝](左|右)", re.IGNORECASE)


def put_thought(draft: Draft, step_id: str, thought: str) -> None:
    """Write another thought on a step, and what follows from it where the step does not read it itself.

    Raises: Which where several parts could be meant.
    """
    step = draft.chain.step(step_id)
    if step.thought == thought:
        draft.did = True
        return
    if draft.reads(step):
        _put_read(draft, step, thought)
        return
    before = draft.chain
    draft.put(step.model_copy(update={"thought": thought}))
    changed = draft.chain
    part = _part_of(draft, step)
    try:
        _follow(draft, step, thought, part)
    except Back as back:
        draft.chain = changed
        draft.notes.append(back.text)
    written = draft.chain.step(step_id) if draft.chain.has(step_id) else None
    if written is not None and written.thought != thought:
        draft.put(written.model_copy(update={"thought": thought}))
    if draft.chain == changed and before != changed:
        draft.notes.append(draft.say("nothing_follows", step=step_id))


def _put_read(draft: Draft, step: Step, thought: str) -> None:
    """Write a thought that the step reads; what later steps say of it follows where the words are of the planner's."""
    changed = step.model_copy(update={"thought": thought})
    before = draft.chain
    try:
        draft.settle(lambda: draft.put(changed))
    except Back:
        draft.chain = before
        draft.put(changed)
    draft.put(draft.chain.step(step.id).model_copy(update={"thought": thought}))
    draft.notes.append(draft.say("read_by_tool", step=step.id))


def _part_of(draft: Draft, step: Step) -> Part | None:
    """Return the part a step serves: it is in it, or uses its plan or mask, the nearest before it."""
    parts = draft.parts()
    for part in parts:
        if step.id in (part.core, part.plan, part.locate):
            return part
    used = set(step.parents())
    return next(
        (
            part
            for part in reversed(parts)
            if {part.core, part.plan, part.locate} - {""} & used and {part.core, part.plan, part.locate} & used
        ),
        None,
    )


def _follow(draft: Draft, step: Step, thought: str, part: Part | None) -> None:
    old = step.thought
    if step.tool == "check":
        _follow_check(draft, step, thought)
        return
    if part is not None:
        _follow_words(draft, step, old, thought, part)
    core = draft.chain.step(part.core) if part and draft.chain.has(part.core) else draft.chain.step(step.id)
    if core.tool in ("novel_view", "navigate", "future_frames", "generate_video"):
        _follow_measures(draft, core, old, thought)


def _follow_check(draft: Draft, step: Step, thought: str) -> None:
    added, _ = _colours(step.thought, thought)
    if len(added) == 1:
        draft.put_args(step.id, colour=added[0].words)


def _follow_words(draft: Draft, step: Step, old: str, thought: str, part: Part) -> None:
    where = Where((part.core,), "")
    operation = _operation(thought)
    if part.plan and operation and operation != part.operation and _operation(old) != operation:
        added, _ = _colours(old, thought)
        becomes = added[0].words if operation == "recolour" and added else ""
        put_operation(draft, Edit(thought, operation, "", becomes), where)
        return
    thing, colour = _filled(old, thought, part)
    added, gone = _colours(old, thought)
    if thing is None and colour is None and len(added) == 1:
        wanted = {named_colour(said.words) for said in gone}
        if part.colour and (named_colour(part.colour) in wanted or not gone):
            colour = added[0].words
        elif part.thing and len(gone) == 1 and gone[0].words.lower() in part.thing.lower():
            thing = re.sub(re.escape(gone[0].words), added[0].words, part.thing, flags=re.IGNORECASE)
    if thing is None and step.id == part.locate:
        thing = _named_thing(old, thought, part.thing)
    if colour is not None and part.plan and part.colour:
        said = said_colours(colour)
        if len(said) == 1:
            put_plan(draft, part, said[0])
    if thing:
        put_target(draft, thing, where)


def _filled(old: str, thought: str, part: Part) -> tuple[str | None, str | None]:
    """Return what stands for the thing and the colour where all other words are as they were; None where unchanged."""
    pattern = re.escape(old)
    for name, words in (("thing", part.thing), ("colour", part.colour)):
        said = re.escape(words)
        if words and said in pattern:
            first, *others = pattern.split(said)
            pattern = f"{first}(?P<{name}>.+?){f'(?P={name})'.join(others)}"
    match = re.fullmatch(pattern, thought)
    groups = match.groupdict() if match else {}
    thing, colour = groups.get("thing"), groups.get("colour")
    return (thing if thing != part.thing else None), (colour if colour != part.colour else None)


def _colours(old: str, thought: str) -> tuple[list[SaidColour], list[SaidColour]]:
    """Return the colours that only the new thought names, and those that only the old one did."""
    before, after = said_colours(old), said_colours(thought)
    was, now = {colour.words.lower() for colour in before}, {colour.words.lower() for colour in after}
    added = {colour.words.lower(): colour for colour in after if colour.words.lower() not in was}
    gone = {colour.words.lower(): colour for colour in before if colour.words.lower() not in now}
    return list(added.values()), list(gone.values())


def _operation(text: str) -> str:
    return next((name for name, pattern in _OPERATIONS if re.search(pattern, text, re.IGNORECASE)), "")


def _named_thing(old: str, thought: str, thing: str) -> str | None:
    """Return the thing of that kind that a thought in other words names: "look for the cup on the right"."""
    noun = re.escape(head_noun(thing))
    pattern = (
        rf"(?:\b(?:\w+ )??)?\b(?:(?!the\b|a\b|an\b|for\b|find\b|locate\b|at\b)\w+ ){{0,2}}{noun}\b"
        r"(?: (?:on|in|at|behind|near|beside|next to) (?:the )?\w+(?: \w+)?)?"
        if thing.isascii()
        else rf"(?:[\u3400-\u9fff]{{1,3}}(?:边|面|侧|间|上|下|色)?的)*{noun}"
    )
    found = re.search(pattern, thought, re.IGNORECASE)
    if found is None or found[0] in old:
        return None
    named = re.sub(r"^(?:[找在到看]+)", "", found[0].strip())
    return named if named.lower() != thing.lower() else None


def _follow_measures(draft: Draft, core: Step, old: str, thought: str) -> None:
    was, now = take_measures(old)[1], take_measures(thought)[1]
    changed: Step | None = core
    if now.seconds is not None and now.seconds != was.seconds:
        changed = lasting(core, lambda _: now.seconds or 0.0)
    if changed is not None and now.degrees is not None and now.degrees != was.degrees:
        changed = turned_by(changed, now.degrees, None) or changed
    sides, now_sides = _sides(old), _sides(thought)
    if changed is not None and sides and now_sides and sides != now_sides and len(set(now_sides)) == 1:
        changed = posed(changed, mirrored) or changed
    if changed is not None and changed != core:
        final = changed
        draft.settle(lambda: draft.put(final), lambda: draft.put(expecting(final)))


def _sides(text: str) -> list[str]:
    return [(match[1] or match[2]).lower() for match in _SIDE.finditer(text)]
