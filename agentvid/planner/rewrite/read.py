"""A message about an existing chain, read clause by clause into edits of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from pydantic import ValidationError

from agentvid.chain.chain import Chain
from agentvid.chain.diff import edits_between
from agentvid.chain.edit import Edit, SetSeed, SetThought
from agentvid.chain.run import Run
from agentvid.chain.step import Step
from agentvid.errors import EditError, InputError
from agentvid.media.types import Box
from agentvid.planner import PlanRequest
from agentvid.planner.check import check_chain
from agentvid.planner.grammar.lexicon import detect_language, plain, strip_politeness
from agentvid.planner.grammar.split import clean, split
from agentvid.planner.rewrite.asked import ABOUT, NEW, QUESTION
from agentvid.planner.rewrite.doubt import is_doubtful, is_foreign
from agentvid.planner.rewrite.draft import Back, Draft, Which
from agentvid.planner.rewrite.meaning import names_step
from agentvid.planner.rewrite.read_box import read_box
from agentvid.planner.rewrite.read_clip import read_clip
from agentvid.planner.rewrite.read_colour import read_colour
from agentvid.planner.rewrite.read_layout import read_layout
from agentvid.planner.rewrite.read_run import (
    read_command,
    read_engine,
    read_order,
    read_parameter,
    read_pin,
    read_seed,
)
from agentvid.planner.rewrite.read_target import read_instead, read_skip, read_target
from agentvid.planner.rewrite.rewriting import Choice, Rewrite
from agentvid.planner.rewrite.sense import asks_alone, is_change, is_other, is_unclear, question_given, sense
from agentvid.planner.rewrite.spelling import spelled
from agentvid.planner.rewrite.spot import (
    is_asking,
    is_remark,
    spot,
    spot_added,
    spot_layout,
    spot_only,
    spot_stage,
    spot_whole,
)
from agentvid.planner.rewrite.where import Where, find_steps
from agentvid.report.edits import edit_lines, step_name
from agentvid.tool import ToolSpec

__all__ = ["finished", "read_edits"]

LONGEST_JOIN: Final = 3
"""How many pieces of a message are read together at most."""

_ALSO: Final = re.compile(
    r"(?:and )?(?:also|additionally|then|next|after that|afterwards|now also)\b|.*\b(?:as well|too)$"
    r"|(?:然后|接着|另外|此外|还要|也要|同时也|再(?:把|将|来一?[张个段]|加|画).*|还(?:把|将))|.*(?<!不)也(?:变"
    r"|改|换|去|要|弄|涂).*",
    re.IGNORECASE,
)
_HESITANT: Final = re.compile(
    r"^(?:(?:hmm*|um|uh|oh|ah|well|(?:no|nope)(?=,)|actually|sorry|maybe|perhaps|(?:can|could|shall|should) we"
    r"|what if we)\b,? ?)+"
    r"|^(?:嗯+|哦|啊|呃|要不|不如|算了|不对|其实)[,]?",
    re.IGNORECASE,
)

_JUST: Final = re.compile(r"\bjust\b", re.IGNORECASE)
"""What is no politeness before the name of a step: "just the zoom"."""
_SIZED: Final = re.compile(r"\btoo (?:big|large|huge|small|tiny|little)\b|太[大小]", re.IGNORECASE)
"""What is no mere remark of a solid."""
_RANKED: Final = re.compile(r"\s*(?:最后(?:[那这]?个|的|一步)|first (?:check|edit)\b)", re.IGNORECASE)
"""What is no politeness before the name of a step either."""
_Reader = Callable[[Draft, str, Where | None], bool]
_READERS: Final[tuple[_Reader, ...]] = (
    lambda draft, clause, where: read_order(draft, clause),
    read_seed,
    read_engine,
    read_pin,
    read_box,
    read_clip,
    read_skip,
    read_colour,
    read_target,
    read_instead,
    read_layout,
    read_parameter,
)


def read_edits(
    text: str,
    chain: Chain,
    run: Run,
    tools: Mapping[str, ToolSpec],
    request: PlanRequest,
    *,
    drawn: Box | None = None,
    reads: Callable[[Step], bool] | None = None,
    earlier: Mapping[str, str] | None = None,
) -> Rewrite:
    """Read a message as edits of an existing chain; every edit it returns fits, and the edited chain checks.

    `run` is what the last run found, `request` what the turn was planned from (its `bears` name the engines that can be
    wished for); `drawn` is a box that a person drew beside the message; `reads` tells which
    steps read their own thought (default: those whose tool declares it); `earlier` names ports of earlier turns.
    """
    try:
        said = spelled(clean(text))
    except InputError:
        return Rewrite(kind="new", language=detect_language(text[:2000]))
    message = strip_politeness(said)
    own = reads or (lambda step: step.tool in tools and tools[step.tool].takes("thought"))
    draft = Draft(chain, chain, run, tools, request, detect_language(said), message, drawn, own, raw=said, typed=text)
    known = dict(earlier or {})
    if asks_alone(draft, said.lower()):
        return Rewrite(kind="new", language=draft.language)
    rewrite = _rewritten(draft, said, known, _READERS)
    if rewrite.kind == "edits" and is_other(said):
        return _asking(draft, draft.say("which"), rewrite)
    is_open = rewrite.kind not in ("command", "edits") and bool(chain.steps)
    if is_open and (is_unclear(said) or (rewrite.kind == "new" and is_change(message))):
        return Rewrite(kind="question", language=draft.language, question=draft.say("what_else"))
    if rewrite.kind == "edits" and is_foreign(said, rewrite, draft):
        return Rewrite(kind="new", language=draft.language)
    if rewrite.kind == "edits" and is_doubtful(said, rewrite):
        return _asking(draft, draft.say("is_meant", lines="; ".join(rewrite.lines)), rewrite)
    return _elsewhere(draft, said, known) if rewrite.kind == "new" and names_step(said) else rewrite


def _elsewhere(draft: Draft, said: str, earlier: dict[str, str]) -> Rewrite:
    """Return what to say of words that name a step and change nothing in it: what they would change elsewhere."""
    where = find_steps(said, draft.start, draft.tools)
    if where is None or not where.steps or _ALSO.match(said) or ABOUT.search(said):
        return Rewrite(kind="new", language=draft.language)
    steps = draft.named(step_name(draft.start, step) for step in where.steps)
    rest = strip_politeness(where.rest)
    other = _rewritten(replace(draft.for_choice(""), message=rest), rest, earlier, _READERS)
    if other.kind == "edits":
        return _asking(draft, draft.say("not_in_step", step=steps, clause=rest), other)
    question = draft.say("nothing_in_step", step=steps, clause=rest)
    return Rewrite(kind="refused", language=draft.language, question=question)


def _rewritten(draft: Draft, said: str, earlier: dict[str, str], readers: tuple[_Reader, ...]) -> Rewrite:
    sensed = _sensed(draft.anew(), said, earlier)
    if sensed is not None:
        return sensed
    new = Rewrite(kind="new", language=draft.language)
    if not draft.chain.steps:
        return new
    if _ALSO.match(said):
        added = draft.anew()
        try:
            return finished(added, earlier) if _added(added) else new
        except Back as back:
            return Rewrite.model_validate({"kind": back.kind, "language": draft.language, "question": back.text})
    try:
        unread = _read(draft, said, readers)
        if draft.command is not None:
            return Rewrite(kind="command", language=draft.language, command=draft.command)
        if unread and NEW.search(said):
            return new
        rewrite = finished(draft, earlier) if draft.did else new
        is_read = draft.did and not unread and rewrite.kind != "question"
        loose = None if is_read else _loosely(draft.anew(), said, earlier, readers)
        if loose is not None:
            return loose
        if unread and rewrite.kind in ("edits", "nothing"):
            lines = "; ".join(rewrite.lines) or draft.say("nothing")
            return _asking(draft, draft.say("not_read", clause=", ".join(unread), lines=lines), rewrite)
        return rewrite
    except Back as back:
        told = {"kind": back.kind, "language": draft.language, "question": back.text, "choices": back.choices}
        return _loosely_instead(draft, said, earlier, readers) or Rewrite.model_validate(told)
    except Which as which:
        loose = _loosely_instead(draft, said, earlier, readers)
        return loose or _choices(draft, said, earlier, which.steps)


def _sensed(draft: Draft, said: str, earlier: dict[str, str]) -> Rewrite | None:
    """Read a message by its meaning; None where some of it is not understood, or asks for something new."""
    if not draft.chain.steps or (NEW.search(said) and question_given(draft) is None):
        return None
    try:
        if not sense(draft, said):
            return None
        if draft.command is not None:
            return Rewrite(kind="command", language=draft.language, command=draft.command)
        if not _keeps_to_steps(draft, said):
            return None
        return finished(draft, earlier)
    except Back as back:
        told = {"kind": back.kind, "language": draft.language, "question": back.text, "choices": back.choices}
        return Rewrite.model_validate(told) if "sure" in draft.said else None
    except Which:
        return None


def _added(draft: Draft) -> bool:
    """Read one solid more in a drawn layout, or that one of them shall look so as well."""
    alike = re.sub(r"也|,? ?\b(?:as well|too|also)\b", "", draft.message)
    return spot_added(draft, draft.message) or spot_stage(draft, alike)


def _loosely_instead(draft: Draft, said: str, earlier: dict[str, str], readers: tuple[_Reader, ...]) -> Rewrite | None:
    """Read a message by its cues where the exact phrases could not; None where those can't either."""
    try:
        loose = _loosely(draft.anew(), said, earlier, readers)
    except (Back, Which):
        return None
    return loose if loose is not None and loose.kind in ("edits", "command") else None


def _loosely(draft: Draft, said: str, earlier: dict[str, str], readers: tuple[_Reader, ...]) -> Rewrite | None:
    """Read a message by its cues, clause by clause; None where some of it says nothing of this chain."""
    if NEW.search(said) or (QUESTION.match(draft.message) and not is_asking(draft.message)):
        return None
    if not spot_whole(draft, said) and not _read_loosely(draft, said, readers):
        return None
    if draft.command is not None:
        return Rewrite(kind="command", language=draft.language, command=draft.command)
    if not draft.did or not _keeps_to_steps(draft, said):
        return None
    return finished(draft, earlier)


def _keeps_to_steps(draft: Draft, said: str) -> bool:
    """Return whether what changed is in the steps that the words name by number, where they name any."""
    where = find_steps(said, draft.start, draft.tools)
    if where is None or not where.is_number or draft.chain == draft.start:
        return True
    same = {step.id for step in draft.start if draft.chain.has(step.id) and draft.chain.step(step.id) == step}
    return not set(where.steps) <= same or [step.id for step in draft.chain] != [step.id for step in draft.start]


def _read_loosely(draft: Draft, said: str, readers: tuple[_Reader, ...]) -> bool:
    atoms, at = split(said), 0
    while at < len(atoms):
        for last in range(at, min(at + LONGEST_JOIN, len(atoms))):
            words = _HESITANT.sub("", said[atoms[at][0] : atoms[last][1]])
            clause = strip_politeness(words)
            if _RANKED.match(words) and spot(draft, words):
                at = last + 1
                break
            if _SIZED.search(clause) and spot_layout(draft, clause):
                at = last + 1
                break
            if not clause or is_remark(clause) or _exactly(draft, clause, readers) or spot(draft, clause):
                at = last + 1
                break
            only = _JUST.search(words)
            rest = words[only.start() :] if only is not None else ""
            if rest and (spot_only(draft, rest) or spot_layout(draft, rest)):
                at = last + 1
                break
        else:
            return False
        if draft.command is not None:
            return True
    return True


def _exactly(draft: Draft, clause: str, readers: tuple[_Reader, ...]) -> bool:
    """Read a clause by the exact phrases; False where they ask back: its cues may tell more."""
    before = draft.chain
    try:
        return _clause(draft, clause, readers)
    except (Back, Which):
        draft.chain = before
        return False


def _asking(draft: Draft, question: str, rewrite: Rewrite) -> Rewrite:
    choice = Choice(label="; ".join(rewrite.lines), edits=rewrite.edits)
    choices = (choice,) if rewrite.edits else ()
    return Rewrite(kind="question", language=draft.language, question=question, choices=choices)


def _choices(draft: Draft, said: str, earlier: dict[str, str], steps: list[str]) -> Rewrite:
    choices = []
    for step in steps:
        rewrite = _rewritten(draft.for_choice(step), said, earlier, _READERS)
        if rewrite.kind == "edits":
            thought = draft.start.step(step).thought
            label = f"{step_name(draft.start, step)}: {thought}" if thought else step_name(draft.start, step)
            choices.append(Choice(label=label, edits=rewrite.edits))
    question = draft.say("which")
    return Rewrite(kind="question", language=draft.language, question=question, choices=tuple(choices))


def _read(draft: Draft, said: str, readers: tuple[_Reader, ...]) -> list[str]:
    """Read all clauses, longer ones first where the short ones mean nothing; return those that were not read."""
    if read_command(draft, draft.message):
        return []
    atoms = split(said)
    unread, at = [], 0
    while at < len(atoms):
        for last in range(at, min(at + LONGEST_JOIN, len(atoms))):
            clause = strip_politeness(_HESITANT.sub("", said[atoms[at][0] : atoms[last][1]]))
            if not clause or _clause(draft, clause, readers):
                at = last + 1
                break
        else:
            unread.append(plain(said[atoms[at][0] : atoms[at][1]]))
            at += 1
    return unread


def _clause(draft: Draft, clause: str, readers: tuple[_Reader, ...]) -> bool:
    if re.fullmatch(
        r"(?:no|yes|ok(?:ay)?|well|hmm+|sorry|算了|(?:搞|弄|说)错了?|我?改主意|(?:i|we) changed (?:my|our) minds?"
        r"|(?:you(?: have|'ve)? )?(?:picked|took|chose|got|found) the wrong one"
        r"|好|不|不对|嗯|哦|对|错了|其他不变|其余不变|位置不变|别的不变|其他别动"
        r"|(?:everything|all) else (?:stays|the same)|keep (?:everything|the rest).*|leave the rest.*)",
        clause,
        re.IGNORECASE,
    ):
        return True
    where = find_steps(clause, draft.chain, draft.tools)
    if where is not None and not where.steps and where.rest and not re.search(r"\d+ steps?\b", clause):
        raise draft.back("refused", "no_step", known=draft.named(step.id for step in draft.chain))
    return any(reader(draft, clause, where) for reader in readers)


def finished(draft: Draft, earlier: dict[str, str]) -> Rewrite:
    """Return what a draft comes to: its edits, checked; or why it can't be."""
    language = draft.language
    if draft.not_colour and draft.chain == draft.start and not draft.stale:
        return Rewrite(kind="question", language=language, question=draft.say("which_colour"))
    if draft.pending is not None and draft.chain == draft.start:
        raise draft.pending
    if draft.noun and draft.chain == draft.start:
        return Rewrite(kind="question", language=language, question=draft.say("which_thing"))
    try:
        edits: list[Edit] = [*edits_between(draft.start, draft.chain), *draft.stale]
    except EditError as error:
        return _refused(draft, error.given, error.do or error.expected)
    except ValidationError as error:
        return _refused(draft, error.errors()[0]["msg"], draft.say("nothing"))
    known = {str(problem) for problem in check_chain(draft.start, draft.tools, earlier=earlier)}
    for problem in check_chain(draft.chain, draft.tools, earlier=earlier):
        if str(problem) not in known:
            return _refused(draft, f"{problem.step}: {problem.given}", problem.expected or problem.do)
    if not edits:
        question = draft.notes[-1] if draft.notes else draft.say("is_so")
        return Rewrite(kind="nothing", language=language, question=question)
    lines = edit_lines(draft.start, edits, language)
    notes = (*draft.notes, *_what_stays(draft, edits))
    return Rewrite(kind="edits", language=language, edits=tuple(edits), lines=lines, notes=tuple(dict.fromkeys(notes)))


def _refused(draft: Draft, given: str, do: str) -> Rewrite:
    question = draft.say("not_valid", given=given, do=do)
    return Rewrite(kind="refused", language=draft.language, question=question)


def _what_stays(draft: Draft, edits: list[Edit]) -> list[str]:
    """Tell which edited steps keep what a person gave, or are pinned: there the edit shows only later."""
    notes = []
    for edit in edits:
        step_id = getattr(edit, "step", None)
        if not isinstance(step_id, str) or not draft.chain.has(step_id) or isinstance(edit, SetThought):
            continue
        step, was = draft.chain.step(step_id), draft.start.step(step_id)
        if edit.edit in ("set_arg", "set_seed"):
            kept = [port for port in step.given if was.given.get(port) == step.given[port]]
            notes += [draft.say("given_wins", step=step_id, name=port) for port in kept]
        if step.pinned and was.pinned and not isinstance(edit, SetSeed | SetThought):
            notes.append(draft.say("pinned_stays", step=step_id))
    return notes
